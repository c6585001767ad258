//! Thread `remote`: listens, and serves every client from one loop that sleeps until a socket or the core has something.
//! It holds a `Player` as a screen does. Nobody waits for it: the core leaves answers in a channel and wakes it.

mod questions;

use std::io;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::error::RemoteError;
use super::link::{Follow, Link, turn_away};
use super::lists;
use super::place::Claim;
use super::request::Wish;
use super::screen::encode::Encoder;
use super::screen::message::Welcome;
use super::screen::serve::ScreenThread;
use super::screen::sound::seats::Seats;
use super::screen::{self};
use super::status::Status;
use super::tell::{self, Tell, Telling};
use super::waker::{self, Waker, Woken};
use super::wire::{Fault, FaultKind, Greeting, Reply, Request, Told};
use crate::model::collate::Collation;
use crate::model::command::Command;
use crate::model::contain::contain;
use crate::model::id::TrackId;
use crate::model::listening::{Period, Stats};
use crate::model::player::{Outcome, Player};
use crate::model::snapshot::Snapshot;

/// Clients at once.
pub(super) const MOST_CLIENTS: usize = 64;
/// How long it does not listen where the system gives no more sockets.
const DEAF: Duration = Duration::from_secs(1);

/// What screens may take to hear that the core ends.
const FAREWELL: Duration = Duration::from_millis(200);

/// The running thread.
pub struct Server {
    waker: Arc<Waker>,
    /// Screens are not told that it ends.
    silent: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

/// Serves clients at the place that was claimed, until stopped. `collation`: the order of names; `welcome`: what screens
/// are told first; `seats`: those that can be heard.
pub fn serve(
    claim: Claim,
    player: Arc<dyn Player>,
    collation: Arc<Collation>,
    welcome: Welcome,
    seats: Arc<Seats>,
) -> Result<Server, RemoteError> {
    let (waker, woken) = Waker::pair().map_err(RemoteError::Thread)?;
    let silent = Arc::new(AtomicBool::new(false));
    let wakes = Arc::clone(&waker);
    player.on_change(Box::new(move || wakes.wake()));
    let (answers, answered) = channel();
    let remote = Remote {
        claim,
        player,
        collation,
        tellers: None,
        woken,
        silent: Arc::clone(&silent),
        answers,
        answered,
        links: Vec::new(),
        last_link: 0,
        screens: Screens { welcome, seats, encoder: Arc::default(), threads: Vec::new() },
        deaf_until: None,
    };
    let thread = std::thread::Builder::new().name("remote".into()).spawn(move || {
        // What others wrote must not end the player.
        if let Err(words) = contain(|| remote.run()) {
            tracing::error!(words, "the socket is closed");
        }
    });
    Ok(Server { waker, silent, thread: thread.map_err(RemoteError::Thread)? })
}

impl Server {
    /// Takes leave of the clients and ends the thread; `false` where that took longer than `deadline`.
    pub fn stop(self, deadline: Duration) -> bool {
        waker::stop(self.thread, &self.waker, deadline)
    }

    /// As [`Self::stop`], but screens wait for the core that takes this one's place.
    pub fn hand_over(self, deadline: Duration) -> bool {
        self.silent.store(true, Ordering::Release);
        self.stop(deadline)
    }
}

/// What became of a client's command.
struct Answered {
    link: u64,
    id: Option<u64>,
    what: What,
}

enum What {
    Done(Outcome),
    /// What was listened to is in the snapshot then.
    Stats(Period, Outcome),
    Told(Result<Telling, Fault>),
    /// What sounds alike is in the snapshot then.
    Similar(Outcome),
    /// How this track sounds is in the snapshot then.
    Portrait(TrackId, Outcome),
    /// The words of what plays are in the snapshot then.
    Lyrics(Outcome),
    /// Releases that files may be are in the snapshot then.
    Lookup(Outcome),
    /// What sounds like these words is known then: a question that waits for it.
    Knows(Tell, String),
}

struct Remote {
    claim: Claim,
    player: Arc<dyn Player>,
    collation: Arc<Collation>,
    /// The thread that looks through library and queue, once one asked.
    tellers: Option<Sender<tell::Asked>>,
    woken: Woken,
    silent: Arc<AtomicBool>,
    answers: Sender<Answered>,
    answered: Receiver<Answered>,
    links: Vec<Link>,
    last_link: u64,
    screens: Screens,
    deaf_until: Option<Instant>,
}

impl Remote {
    fn run(mut self) {
        while !self.woken.is_stopped() {
            let ready = self.wait();
            self.take_wake();
            for (link, ready) in self.links.iter_mut().zip(ready.links) {
                link.receive(ready);
            }
            if ready.listener {
                self.accept();
            }
            self.deliver();
            for at in 0..self.links.len() {
                self.hear(at);
            }
            self.tell_followers();
            let now = Instant::now();
            self.links.iter_mut().for_each(|link| link.send(now));
            self.hand_over_screens();
            self.links.retain(|link| link.lives(now));
        }
        self.take_leave();
    }

    /// Sleeps until something is to be done.
    fn wait(&self) -> Ready {
        let now = Instant::now();
        let deaf = self.deaf_until.is_some_and(|until| until > now);
        let knock = if deaf { PollFlags::empty() } else { PollFlags::IN };
        let mut fds = vec![PollFd::new(&self.woken, PollFlags::IN), PollFd::new(&self.claim.listener, knock)];
        fds.extend(self.links.iter().map(|link| PollFd::new(link.stream(), link.interest())));
        let deadlines = self.links.iter().filter_map(Link::deadline).chain(self.deaf_until.filter(|_| deaf));
        let left = deadlines.min().map(|deadline| deadline.saturating_duration_since(now));
        let limit = left.and_then(|left| Timespec::try_from(left).ok());
        match poll(&mut fds, limit.as_ref()) {
            Ok(_) => {
                let links = fds[2..].iter().map(PollFd::revents).collect();
                Ready { listener: !fds[1].revents().is_empty(), links }
            }
            Err(error) => {
                if error != rustix::io::Errno::INTR {
                    tracing::error!(%error, "poll");
                    std::thread::sleep(Duration::from_millis(100));
                }
                Ready::default()
            }
        }
    }

    fn take_wake(&mut self) {
        self.woken.take();
        self.screens.threads.iter().for_each(ScreenThread::wake);
    }

    fn accept(&mut self) {
        loop {
            match self.claim.listener.accept() {
                Ok((stream, _)) => self.welcome(stream),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => {
                    tracing::warn!(%error, "accept");
                    self.deaf_until = Some(Instant::now() + DEAF);
                    return;
                }
            }
        }
    }

    fn welcome(&mut self, stream: UnixStream) {
        if let Err(why) = check_peer(&stream) {
            tracing::warn!(why, "client refused");
            return;
        }
        if stream.set_nonblocking(true).is_err() {
            return;
        }
        self.screens.threads.retain(|screen| !screen.is_over());
        if self.links.len() + self.screens.threads.len() >= MOST_CLIENTS {
            tracing::warn!("client refused: too many");
            return turn_away(&stream, MOST_CLIENTS);
        }
        self.last_link += 1;
        let mut link = Link::new(self.last_link, stream);
        link.say(&Greeting::of_this_process());
        self.links.push(link);
    }

    /// Hands on what the core has answered.
    fn deliver(&mut self) {
        while let Ok(Answered { link, id, what }) = self.answered.try_recv() {
            let snapshot = self.player.snapshot();
            // A client that left has no use for it.
            let Some(at) = self.links.iter().position(|other| other.id == link) else { continue };
            self.links[at].asked -= 1;
            match what {
                What::Portrait(track, Outcome::Done(_)) => self.tell_portrait(at, id, track, &snapshot),
                What::Knows(tell, words) => match self.unknown_like(&tell) {
                    Some(other) if other == words => {
                        let why = format!("what sounds like “{words}” cannot be told now");
                        self.fault(at, id, Fault::new(FaultKind::Failed, why));
                    }
                    Some(other) => self.ask_like(at, id, tell, other),
                    None => self.tell(at, id, tell),
                },
                what => self.links[at].say(&answer(id, what, &snapshot)),
            }
        }
    }

    /// Does what the lines of a client say, as far as it may go on.
    fn hear(&mut self, at: usize) {
        while let Some(line) = self.links[at].next_line() {
            let (id, wish) = Request::read(&line);
            match wish {
                Ok(Wish::Do(command)) => self.ask(at, id, command, What::Done),
                Ok(Wish::Tell(Tell::Stats(period))) => self.ask_stats(at, id, &period),
                Ok(Wish::Tell(Tell::Similar(asked))) => self.ask_similar(at, id, asked),
                Ok(Wish::Tell(Tell::Lyrics)) => self.ask_lyrics(at, id),
                Ok(Wish::Tell(Tell::Lookup(paths))) => self.ask_lookup(at, id, &paths),
                Ok(Wish::Tell(Tell::Portrait(asked))) => self.ask_portrait(at, id, &asked),
                Ok(Wish::Tell(tell)) => match self.unknown_like(&tell) {
                    Some(words) => self.ask_like(at, id, tell, words),
                    None => self.tell(at, id, tell),
                },
                Ok(Wish::Screen(asked)) => {
                    self.links[at].say(&Reply::<()>::done(id));
                    self.links[at].screen = Some(asked);
                }
                Ok(Wish::Hello) => self.links[at].say(&Reply::<()>::done(id)),
                Ok(Wish::Status) => {
                    let mut status = Status::new(&self.player.snapshot(), self.player.position());
                    status.output.underruns = self.player.underruns();
                    self.links[at].say(&Reply { status: Some(status), ..Reply::done(id) });
                }
                Ok(Wish::Playlists) => {
                    let told = lists::all(&self.player.snapshot().playlists);
                    self.links[at].say(&Reply::<()> { playlists: Some(told), ..Reply::done(id) });
                }
                Ok(Wish::Playlist(name, from)) => self.tell_list(at, id, &name, from),
                Ok(Wish::Follow(on)) => {
                    let link = &mut self.links[at];
                    link.follow = on.then_some(Follow { id, told: None });
                    if !on {
                        link.say(&Reply::<()>::done(id));
                    }
                }
                Err(fault) => self.fault(at, id, fault),
            }
        }
    }

    /// Clients that are screens, and were told that they may speak in frames, get a thread of their own.
    fn hand_over_screens(&mut self) {
        let is_ready = |link: &mut Link| link.screen.is_some() && link.is_abreast() && link.asked == 0;
        for link in self.links.extract_if(.., is_ready) {
            if let Err(error) = self.screens.begin(link, &self.player) {
                tracing::warn!(%error, "no thread for a screen");
            }
        }
    }

    /// Without a list where there is none of that name.
    fn tell_list(&mut self, at: usize, id: Option<u64>, name: &str, from: usize) {
        let snapshot = self.player.snapshot();
        let page = lists::page(&snapshot.playlists, &snapshot.catalog, name, from);
        self.links[at].say(&Reply::<()> { playlist: page.map(Box::new), ..Reply::done(id) });
    }

    fn fault(&mut self, at: usize, id: Option<u64>, fault: Fault) {
        let unspoken = fault.kind == FaultKind::Version;
        self.links[at].say(&Reply::<()>::fault(id, fault));
        if unspoken {
            self.links[at].end();
        }
    }

    /// Hands a question to the thread that takes the time.
    fn tell(&mut self, at: usize, id: Option<u64>, tell: Tell) {
        if self.tellers.is_none() {
            let (answers, waker) = (self.answers.clone(), Arc::clone(self.woken.waker()));
            let answer = move |link, id, told| {
                let _ = answers.send(Answered { link, id, what: What::Told(told) });
                waker.wake();
            };
            self.tellers = tell::spawn(Arc::clone(&self.collation), answer).ok();
        }
        let link = &mut self.links[at];
        let asked = tell::Asked { link: link.id, id, tell, snapshot: self.player.snapshot() };
        if self.tellers.as_ref().is_some_and(|tellers| tellers.send(asked).is_ok()) {
            link.asked += 1;
        } else {
            link.say(&Reply::<()>::fault(id, Fault::new(FaultKind::Busy, "the player has no thread for it")));
        }
    }

    fn ask(
        &mut self,
        at: usize,
        id: Option<u64>,
        command: Command,
        what: impl FnOnce(Outcome) -> What + Send + 'static,
    ) {
        let link = &mut self.links[at];
        let (answers, waker, number) = (self.answers.clone(), Arc::clone(self.woken.waker()), link.id);
        let asked = self.player.ask(
            command,
            Box::new(move |outcome| {
                // Fails where the server has ended.
                let _ = answers.send(Answered { link: number, id, what: what(outcome) });
                waker.wake();
            }),
        );
        match asked {
            Ok(()) => link.asked += 1,
            Err(_) => link.say(&Reply::<()>::fault(id, Fault::new(FaultKind::Busy, "the player is busy"))),
        }
    }

    /// A line to each follower that has taken the one before and was told otherwise: who is slow misses what passed, not
    /// what is.
    fn tell_followers(&mut self) {
        if !self.links.iter().any(|link| link.follow.is_some()) {
            return;
        }
        let snapshot = self.player.snapshot();
        let seen = Status::new(&snapshot, None);
        let mut whole = None;
        for link in self.links.iter_mut().filter(|link| link.is_abreast()) {
            let Some(follow) = &mut link.follow else { continue };
            if follow.told.as_ref() == Some(&seen) {
                continue;
            }
            let id = follow.id;
            let before = follow.told.replace(seen.clone());
            // Behind a seek the gauge may still show the place before; what was decided is where the ear goes now.
            let status = match before {
                Some(before) if before.position_s != seen.position_s => &seen,
                _ => whole.get_or_insert_with(|| Status::new(&snapshot, self.player.position())),
            };
            link.say(&Reply { status: Some(status), ..Reply::done(id) });
        }
    }

    fn take_leave(mut self) {
        self.screens.stop(!self.silent.load(Ordering::Acquire));
        self.deliver();
        for link in &mut self.links {
            link.say(&Reply::<()> { end: true, ..Reply::done(None) });
            link.send(Instant::now());
        }
    }
}

/// Clients with a screen.
struct Screens {
    welcome: Welcome,
    seats: Arc<Seats>,
    encoder: Arc<Encoder>,
    threads: Vec<ScreenThread>,
}

impl Screens {
    fn begin(&mut self, link: Link, player: &Arc<dyn Player>) -> io::Result<()> {
        let Some(asked) = link.screen else { return Ok(()) };
        let id = link.id;
        let (stream, input) = link.into_stream();
        let begun = screen::serve::Begun { input, stream, far: asked.far, seats: Arc::clone(&self.seats) };
        let (encoder, welcome) = (Arc::clone(&self.encoder), self.welcome.clone());
        self.threads.push(screen::serve::spawn(id, begun, Arc::clone(player), encoder, welcome)?);
        Ok(())
    }

    /// Each says farewell; who is late is left behind.
    fn stop(&mut self, farewell: bool) {
        self.threads.iter().for_each(|screen| screen.stop(farewell));
        let until = Instant::now() + FAREWELL;
        while self.threads.iter().any(|screen| !screen.is_over()) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

#[derive(Default)]
struct Ready {
    listener: bool,
    /// In the order of the links.
    links: Vec<PollFlags>,
}

fn answer(id: Option<u64>, what: What, snapshot: &Snapshot) -> Reply<()> {
    match what {
        What::Done(outcome) | What::Portrait(_, outcome) => reply(id, &outcome),
        What::Knows(..) => Reply::done(id),
        What::Similar(outcome) => match (&outcome, &snapshot.similar.problem) {
            (Outcome::Done(_), None) if !snapshot.similar.looking => {
                let found = tell::similar(&snapshot.similar.found, &snapshot.catalog);
                Reply { told: Some(Telling::Similar(found)), ..Reply::done(id) }
            }
            (Outcome::Done(_), Some(why)) => Reply::fault(id, Fault::new(FaultKind::Failed, why.clone())),
            _ => reply(id, &outcome),
        },
        What::Lyrics(Outcome::Done(_)) => questions::lyrics(id, snapshot),
        What::Lookup(Outcome::Done(_)) => questions::lookup(id, snapshot),
        What::Lyrics(outcome) | What::Lookup(outcome) => reply(id, &outcome),
        What::Told(Ok(told)) => Reply { told: Some(told), ..Reply::done(id) },
        What::Told(Err(fault)) => Reply::fault(id, fault),
        What::Stats(period, outcome) => match &snapshot.stats {
            Some((of, stats)) if *of == period && matches!(outcome, Outcome::Done(_)) => {
                Reply { told: Some(Telling::Stats(Box::new(Stats::clone(stats)))), ..Reply::done(id) }
            }
            _ => reply(id, &outcome),
        },
    }
}

fn reply(id: Option<u64>, outcome: &Outcome) -> Reply<()> {
    match outcome {
        Outcome::Done(told) => Reply { notice: told.as_deref().map(Told::from), ..Reply::done(id) },
        Outcome::Refused(why) => {
            let fault = Fault::new(FaultKind::Failed, why.to_string());
            Reply { notice: Some(Told::from(&**why)), ..Reply::fault(id, fault) }
        }
    }
}

/// The other end must be this user's, whatever the modes of folder and socket became.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn check_peer(stream: &UnixStream) -> Result<(), String> {
    let peer = rustix::net::sockopt::socket_peercred(stream).map_err(|error| error.to_string())?;
    may_talk(peer.uid.as_raw(), rustix::process::getuid().as_raw())
}

/// Where the system does not tell who the other end is, folder and socket, which only this user can open, must do.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn check_peer(_stream: &UnixStream) -> Result<(), String> {
    Ok(())
}

#[cfg_attr(not(any(target_os = "linux", target_os = "android")), allow(dead_code))]
fn may_talk(peer: u32, us: u32) -> Result<(), String> {
    if peer == us { Ok(()) } else { Err(format!("user {peer} is not user {us}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_user_may_talk() {
        assert_eq!(may_talk(1000, 1000), Ok(()));
        assert_eq!(may_talk(1001, 1000), Err("user 1001 is not user 1000".into()));
        assert!(may_talk(0, 1000).is_err() && may_talk(1000, 0).is_err());
        let (ours, _theirs) = UnixStream::pair().unwrap();
        assert_eq!(check_peer(&ours), Ok(()));
    }
}
