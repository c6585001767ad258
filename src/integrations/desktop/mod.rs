//! Thread `bus`, where the desktop is spoken to: one connection to the session's bus, for media keys and shells
//! (`super::mpris`) and for notifications. It sleeps until somebody asks or the core changed. Where there is no bus
//! nobody is told: most players on a server have none.

pub mod art;
mod notify;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use futures_lite::{StreamExt, future};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Notify, watch};
use zbus::message::{Flags, Header, Type};
use zbus::{Connection, Message, MessageStream};

use super::mpris::calls::{Answer, Call, Fault};
use super::mpris::properties::View;
use super::mpris::told::{Signal, Told};
use super::mpris::{self, paths};
use super::song::Song;
use crate::model::command::Command;
use crate::model::desktop::DesktopSettings;
use crate::model::id::ItemId;
use crate::model::playback::PlayState;
use crate::model::player::{Outcome, Player};
use art::Pictures;
use notify::Note;

/// Longest wait for the bus and for whoever is called on it.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest wait of one who only looks.
const LOOK: Duration = Duration::from_secs(3);
/// What was asked of the engine is heard by then.
const SETTLES: Duration = Duration::from_millis(500);

/// The running thread.
pub struct Desktop {
    wakes: Arc<Wakes>,
    thread: JoinHandle<()>,
}

#[derive(Default)]
struct Wakes {
    changed: Notify,
    ended: Notify,
    ends: AtomicBool,
}

/// Whether somebody on the session's bus has our name, or why that cannot be told. Waits a moment at most.
pub fn is_name_taken() -> Result<bool, String> {
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    let asked = runtime.block_on(async {
        let asking = async { mpris::is_name_taken(&Connection::session().await?).await };
        tokio::time::timeout(LOOK, asking).await
    });
    match asked {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err("it does not answer".to_owned()),
    }
}

/// `None` where nothing of it is wanted.
///
/// # Errors
/// Where the system gives no thread.
pub fn start(
    settings: DesktopSettings,
    player: Arc<dyn Player>,
    pictures: Pictures,
) -> io::Result<Option<Desktop>> {
    if !settings.mpris && !settings.notifications {
        return Ok(None);
    }
    let wakes = Arc::new(Wakes::default());
    let runtime = Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(2)
        .thread_name("bus-files")
        .thread_keep_alive(Duration::from_secs(1))
        .build()?;
    let changed = Arc::clone(&wakes);
    player.on_change(Box::new(move || changed.changed.notify_one()));
    let seen = Arc::clone(&wakes);
    let thread = std::thread::Builder::new()
        .name("bus".into())
        .spawn(move || run(runtime, settings, player, Arc::new(pictures), &seen))?;
    Ok(Some(Desktop { wakes, thread }))
}

impl Desktop {
    /// Lets go of the bus. `false` where that took longer than `deadline`.
    pub fn stop(self, deadline: Duration) -> bool {
        let until = Instant::now() + deadline;
        self.wakes.ends.store(true, Ordering::Release);
        self.wakes.ended.notify_one();
        while !self.thread.is_finished() {
            if Instant::now() >= until {
                return false;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        self.thread.join().is_ok()
    }
}

fn run(
    runtime: Runtime,
    settings: DesktopSettings,
    player: Arc<dyn Player>,
    pictures: Arc<Pictures>,
    wakes: &Arc<Wakes>,
) {
    let served = serve(settings, player, pictures, Arc::clone(wakes));
    let ended = async {
        while !wakes.ends.load(Ordering::Acquire) {
            wakes.ended.notified().await;
        }
        Ok(())
    };
    if let Err(error) = runtime.block_on(future::or(ended, served)) {
        tracing::debug!(%error, "no desktop");
    }
    // A picture that a disk does not give up holds nobody up.
    runtime.shutdown_background();
}

async fn serve(
    settings: DesktopSettings,
    player: Arc<dyn Player>,
    pictures: Arc<Pictures>,
    wakes: Arc<Wakes>,
) -> zbus::Result<()> {
    let building = zbus::connection::Builder::session()?.method_timeout(PATIENCE).build();
    let Ok(bus) = tokio::time::timeout(PATIENCE, building).await else {
        tracing::debug!("the bus does not answer");
        return Ok(());
    };
    let bus = bus?;
    let mut messages = MessageStream::from(&bus);
    if settings.mpris {
        let name = mpris::take_name(&bus).await?;
        tracing::debug!(name, "on the bus");
    }
    let mut desk = Desk::new(settings, bus, player, pictures, wakes);
    loop {
        match desk.next(&mut messages).await {
            Woken::Message(Ok(message)) => desk.take(message).await,
            Woken::Message(Err(error)) => tracing::debug!(%error, "a bad message on the bus"),
            Woken::Closed => return Ok(()),
            Woken::Changed => desk.look(false).await?,
            Woken::Settled => desk.look(true).await?,
        }
    }
}

enum Woken {
    Message(zbus::Result<Message>),
    Closed,
    Changed,
    Settled,
}

/// The picture of a file, once it was looked for.
type FoundArt = (Arc<Path>, Option<String>);

struct Desk {
    settings: DesktopSettings,
    bus: Connection,
    player: Arc<dyn Player>,
    pictures: Arc<Pictures>,
    wakes: Arc<Wakes>,
    told: Told,
    settles: Option<Instant>,
    /// The file whose picture is wanted, and what was found last.
    wanted: Arc<ArcSwapOption<Arc<Path>>>,
    found: Arc<ArcSwapOption<FoundArt>>,
    notes: watch::Sender<Option<Note>>,
    /// What was heard last, and a station's piece of it.
    announced: Option<(ItemId, String)>,
}

impl Desk {
    fn new(
        settings: DesktopSettings,
        bus: Connection,
        player: Arc<dyn Player>,
        pictures: Arc<Pictures>,
        wakes: Arc<Wakes>,
    ) -> Self {
        let view = View { snapshot: player.snapshot(), position: player.position(), art: None };
        let (notes, shown) = watch::channel(None);
        if settings.notifications {
            tokio::spawn(notify::run(bus.clone(), shown));
        }
        // What is there already has its picture looked for, too.
        wakes.changed.notify_one();
        Self {
            settings,
            bus,
            player,
            pictures,
            wakes,
            told: Told::new(view, Instant::now()),
            settles: None,
            wanted: Arc::default(),
            found: Arc::default(),
            notes,
            announced: None,
        }
    }

    async fn next(&self, messages: &mut MessageStream) -> Woken {
        let message = async { messages.next().await.map_or(Woken::Closed, Woken::Message) };
        let changed = async {
            self.wakes.changed.notified().await;
            Woken::Changed
        };
        let settled = async {
            match self.settles {
                Some(at) => tokio::time::sleep_until(at.into()).await,
                None => future::pending().await,
            }
            Woken::Settled
        };
        future::or(message, future::or(changed, settled)).await
    }

    fn view(&self) -> View {
        let snapshot = self.player.snapshot();
        let path = snapshot.playback.now.as_ref().map(|now| &now.path);
        let found = self.found.load();
        let art = found.as_ref().filter(|found| Some(&found.0) == path).and_then(|found| found.1.clone());
        View { position: self.player.position(), snapshot, art }
    }

    /// Tells what changed.
    async fn look(&mut self, settled: bool) -> zbus::Result<()> {
        let view = self.view();
        let now = Instant::now();
        self.find_art(&view);
        if self.settings.notifications {
            self.announce(&view);
        }
        if settled {
            self.settles = None;
        } else if self.told.may_have_jumped(&view) {
            self.settles = Some(now + SETTLES);
        }
        let signals = self.told.signals(view, now, settled);
        if self.settings.mpris {
            for signal in signals {
                self.emit(signal).await?;
            }
        }
        Ok(())
    }

    /// Has the picture of what is current looked for, once, off this thread.
    fn find_art(&self, view: &View) {
        let path = view.snapshot.playback.now.as_ref().map(|now| Arc::clone(&now.path));
        let wanted = self.wanted.load();
        let (Some(path), false) = (&path, path.as_ref() == wanted.as_deref()) else { return };
        self.wanted.store(Some(Arc::new(Arc::clone(path))));
        let (pictures, path) = (Arc::clone(&self.pictures), Arc::clone(path));
        let (wanted, found, wakes) =
            (Arc::clone(&self.wanted), Arc::clone(&self.found), Arc::clone(&self.wakes));
        tokio::task::spawn_blocking(move || {
            // Somebody who skips through an album looks at no picture of it.
            if wanted.load().as_deref() == Some(&path) {
                let art = pictures.uri(&path);
                found.store(Some(Arc::new((path, art))));
                wakes.changed.notify_one();
            }
        });
    }

    /// A track is announced once it is heard and its picture was looked for; not when it goes on after a pause, nor when
    /// it is played again.
    fn announce(&mut self, view: &View) {
        let Some(song) = Song::current(&view.snapshot) else { return };
        let found = self.found.load();
        let is_looked_for = found.as_ref().is_some_and(|found| found.0 == song.path);
        let is_heard =
            view.snapshot.playback.state == PlayState::Playing && !view.snapshot.playback.buffering;
        let heard = (song.item, song.title.clone());
        if is_heard && is_looked_for && self.announced.as_ref() != Some(&heard) {
            self.announced = Some(heard);
            self.notes.send_replace(Some(Note::new(&song, view.art.clone())));
        }
    }

    async fn emit(&self, signal: Signal) -> zbus::Result<()> {
        let (bus, path) = (&self.bus, paths::PLAYER);
        let none = None::<zbus::names::BusName<'_>>;
        match signal {
            Signal::Changed { interface, values, invalidated } => {
                let values: std::collections::HashMap<_, _> = values.into_iter().collect();
                let body = (interface.name(), values, invalidated);
                bus.emit_signal(none, path, "org.freedesktop.DBus.Properties", "PropertiesChanged", &body)
                    .await
            }
            Signal::Seeked(place) => {
                bus.emit_signal(none, path, "org.mpris.MediaPlayer2.Player", "Seeked", &place).await
            }
            Signal::Replaced(tracks, current) => {
                let interface = "org.mpris.MediaPlayer2.TrackList";
                bus.emit_signal(none, path, interface, "TrackListReplaced", &(tracks, current)).await
            }
            Signal::Playlist(list, name) => {
                let (interface, body) = ("org.mpris.MediaPlayer2.Playlists", ((list, name, String::new()),));
                bus.emit_signal(none, path, interface, "PlaylistChanged", &body).await
            }
        }
    }

    async fn take(&self, message: Message) {
        if message.message_type() != Type::MethodCall || !self.settings.mpris {
            return;
        }
        let header = message.header();
        let call = Call { player: &self.player, view: &self.view(), message: &message };
        match call.answer(&header) {
            // Who asks next need not wait for this one.
            Ok(Answer::After { outcome, then, strict }) => {
                let (bus, player, message) = (self.bus.clone(), Arc::clone(&self.player), message.clone());
                tokio::spawn(async move {
                    let answer = match outcome.await {
                        Ok(Outcome::Refused(notice)) if strict => Err(Fault::failed(notice)),
                        Ok(Outcome::Refused(_)) => Ok(Answer::Done),
                        Ok(Outcome::Done(_)) => {
                            if let Some(then) = then {
                                let _ = player.send(then);
                            }
                            Ok(Answer::Done)
                        }
                        Err(_) => Err(Fault::failed("the player has ended")),
                    };
                    log(reply(&bus, &message.header(), answer).await);
                });
            }
            Ok(Answer::Quit) => {
                log(reply(&self.bus, &header, Ok(Answer::Done)).await);
                let _ = self.player.send(Command::Quit);
            }
            answer => log(reply(&self.bus, &header, answer).await),
        }
    }
}

async fn reply(bus: &Connection, to: &Header<'_>, answer: Result<Answer, Fault>) -> zbus::Result<()> {
    if to.primary().flags().contains(Flags::NoReplyExpected) {
        return Ok(());
    }
    match answer {
        Ok(Answer::Value(value)) => bus.reply(to, &value).await,
        Ok(Answer::Text(text)) => bus.reply(to, &text).await,
        Ok(Answer::All(properties)) => bus.reply(to, &properties).await,
        Ok(Answer::Tracks(tracks)) => bus.reply(to, &tracks).await,
        Ok(Answer::Lists(lists)) => bus.reply(to, &lists).await,
        Ok(Answer::Done | Answer::After { .. } | Answer::Quit) => bus.reply(to, &()).await,
        Err(fault) => bus.reply_error(to, fault.name, &fault.text).await,
    }
}

fn log(replied: zbus::Result<()>) {
    if let Err(error) = replied {
        tracing::debug!(%error, "an answer did not reach the bus");
    }
}
