//! Thread `scrobble`, where a service is configured: tells ListenBrainz and Last.fm what is heard. It sleeps until the core
//! changed, a play counts, or a service is to be tried again. What is sent waits on a thread of its own, `scrobble-send`,
//! one a service; what nobody takes stays in the `outbox`.

mod heard;
mod lastfm;
mod listenbrainz;
mod outbox;
mod sending;
mod service;

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::model::notice::{Notice, Severity};
use crate::model::player::Player;
use crate::model::scrobbling::ScrobbleSettings;
use crate::model::server::Server;
use crate::online::http;
use heard::{Ear, Heard};
use outbox::Outbox;
use sending::{Courier, Sent};
use service::{Door, Service};

/// Name of the outbox.
const OUTBOX: &str = "plays.jsonl";

/// The user is told by it.
pub type Tell = Box<dyn Fn(Notice) + Send>;

/// What wakes the thread.
enum Wake {
    Changed,
    Sent(Sent),
    Ends,
}

/// The running thread.
pub struct Scrobbler {
    wake: SyncSender<Wake>,
    thread: JoinHandle<()>,
}

/// `None` where no service is configured. `server`: the music server that is to know of its own songs. `folder`: where the outbox is.
///
/// # Errors
/// Where the system gives no thread, or the outbox cannot be written.
pub fn start(
    settings: ScrobbleSettings,
    server: Option<Arc<dyn Server>>,
    folder: Option<PathBuf>,
    player: Arc<dyn Player>,
    tell: Tell,
) -> io::Result<Option<Scrobbler>> {
    let (wake, woken) = sync_channel(64);
    let couriers = couriers(settings, server, &wake);
    if couriers.is_empty() {
        return Ok(None);
    }
    let folder = folder.ok_or_else(|| io::Error::other("there is no folder for what is to be sent"))?;
    let outbox = Outbox::open(&folder.join(OUTBOX))?;
    let changed = wake.clone();
    // Where so many wait, one more says nothing new.
    player.on_change(Box::new(move || drop(changed.try_send(Wake::Changed))));
    let scrobbling = Scrobbling { player, tell, ear: Ear::default(), outbox, couriers, is_full: false };
    let thread = std::thread::Builder::new().name("scrobble".into()).spawn(move || scrobbling.run(&woken))?;
    Ok(Some(Scrobbler { wake, thread }))
}

fn couriers(
    settings: ScrobbleSettings,
    server: Option<Arc<dyn Server>>,
    wake: &SyncSender<Wake>,
) -> Vec<Courier> {
    let ScrobbleSettings { listenbrainz, listenbrainz_url, lastfm, lastfm_url } = settings;
    let listenbrainz =
        listenbrainz.is_given().then_some(Door::ListenBrainz { url: listenbrainz_url, token: listenbrainz });
    let lastfm = lastfm.is_given().then_some(Door::LastFm { url: lastfm_url, keys: lastfm });
    let doors = [listenbrainz, lastfm, server.map(Door::Server)];
    let agent = http::agent();
    let courier = |door: Door| {
        let answers = wake.clone();
        let told = Arc::new(move |sent| drop(answers.send(Wake::Sent(sent))));
        Courier::new(door, agent.clone(), told)
    };
    doors.into_iter().flatten().map(courier).collect()
}

impl Scrobbler {
    /// Ends the thread; what is on its way is left to arrive or not. `false` where that took longer than `deadline`.
    pub fn stop(self, deadline: Duration) -> bool {
        let until = Instant::now() + deadline;
        while !self.thread.is_finished() {
            let _ = self.wake.try_send(Wake::Ends);
            if Instant::now() >= until {
                return false;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        self.thread.join().is_ok()
    }
}

struct Scrobbling {
    player: Arc<dyn Player>,
    tell: Tell,
    ear: Ear,
    outbox: Outbox,
    couriers: Vec<Courier>,
    /// The outbox could not be written last time: told once.
    is_full: bool,
}

impl Scrobbling {
    fn run(mut self, woken: &Receiver<Wake>) {
        loop {
            self.look();
            for at in 0..self.couriers.len() {
                self.couriers[at].tend(&self.outbox, Instant::now());
            }
            match woken.recv_timeout(self.rest()) {
                Ok(Wake::Changed) | Err(RecvTimeoutError::Timeout) => {}
                Ok(Wake::Sent(sent)) => self.arrived(sent),
                Ok(Wake::Ends) | Err(RecvTimeoutError::Disconnected) => {
                    self.look();
                    return;
                }
            }
        }
    }

    /// Until there is something to do by itself.
    fn rest(&self) -> Duration {
        let now = Instant::now();
        let due = self.couriers.iter().filter_map(|courier| courier.due(&self.outbox, now));
        due.chain(self.ear.next_look()).min().unwrap_or(Duration::MAX)
    }

    fn look(&mut self) {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let unix_s = i64::try_from(unix.as_secs()).unwrap_or(i64::MAX);
        // The gauge first: what it says is never newer than the snapshot then.
        let (position, snapshot) = (self.player.position(), self.player.snapshot());
        for heard in self.ear.look(&snapshot, position, Instant::now(), unix_s) {
            match heard {
                Heard::Now(listen) => {
                    let couriers = self.couriers.iter_mut().filter(|courier| courier.takes(&listen));
                    couriers.for_each(|courier| courier.now(listen.clone()));
                }
                Heard::Played(listen) => {
                    let couriers = self.couriers.iter().filter(|courier| courier.takes(&listen));
                    let to: BTreeSet<Service> = couriers.map(Courier::service).collect();
                    let added = self.outbox.add(listen, to);
                    self.kept(added);
                }
            }
        }
    }

    fn arrived(&mut self, sent: Sent) {
        let Some(courier) = self.couriers.iter_mut().find(|courier| courier.service() == sent.service) else {
            return;
        };
        let (done, notice) = courier.arrived(sent, Instant::now());
        let by = courier.service();
        if !done.is_empty() {
            let struck = self.outbox.done(by, &done);
            self.kept(struck);
        }
        notice.into_iter().for_each(|notice| (self.tell)(notice));
    }

    fn kept(&mut self, written: io::Result<()>) {
        let Err(error) = written else {
            self.is_full = false;
            return;
        };
        tracing::warn!(%error, "the outbox of plays cannot be written");
        if !std::mem::replace(&mut self.is_full, true) {
            let what = "What is heard cannot be kept for the services that are to know of it";
            (self.tell)(Notice::new(Severity::Warning, what).why(error.to_string()));
        }
    }
}
