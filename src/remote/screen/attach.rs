//! A core at the end of a wire as a [`Player`]. Thread `link` takes what it says, `link-write` sends what the screen
//! asks; where the wire breaks it is laid anew, and the screen keeps what it saw.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::{ArcSwap, ArcSwapOption};

use super::encode::Seen;
use super::frame::{Intake, Lane, Outlet};
use super::message::{Gauges, MOST_TO_SCREEN, ToCore, ToScreen, VERSION, Welcome, read, write};
use super::sound::ToEars;
use super::sound::ears::{Ears, Hearing, Here};
use crate::model::chain::Reading;
use crate::model::command::{Command, Playback};
use crate::model::notice::{Notice, Severity};
use crate::model::player::{self, Answer, Busy, Lease, Outcome, Player, Position};
use crate::model::settings::Audio;
use crate::model::snapshot::Snapshot;
use crate::model::visual::{Visual, VisualFrame};
use crate::remote::error::RemoteError;
use crate::remote::place::Place;
use crate::remote::server::check_peer;
use crate::remote::wire::{Greeting, MOST_LINE_BYTES, OLDEST, PROTOCOL, Reply, Request, ScreenAsked};
use crate::rt::latest::Latest;

/// Commands that wait for the wire; more are refused.
const MOST_WAITING: usize = 256;
/// The position is not told more often; where nothing is told for much longer, it stands.
const MOST_AHEAD: Duration = Duration::from_secs(1);
/// From one try to lay the wire anew to the next.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LAST_PAUSE: Duration = Duration::from_secs(5);

/// Both ends of a wire that was laid.
pub struct Wire {
    pub from: Box<dyn Read + Send>,
    pub to: Box<dyn Write + Send>,
    /// Ends it, whoever reads.
    pub cut: Box<dyn Fn() + Send + Sync>,
}

/// Lays the wire.
pub trait Dial: Send {
    /// # Errors
    /// Why it cannot be laid now.
    fn dial(&mut self) -> Result<Wire, RemoteError>;

    /// How long it is tried to lay it anew; `None`: as long as the screen is there.
    fn patience(&self) -> Option<Duration>;

    /// The link is slow: what is sent is made small.
    fn is_far(&self) -> bool;
}

/// The other end of the screen's core.
pub struct Attached {
    shared: Arc<Shared>,
    to_core: SyncSender<Option<ToCore>>,
}

struct Shared {
    snapshot: Latest<Snapshot>,
    heard: ArcSwap<Heard>,
    welcome: ArcSwap<Welcome>,
    wakes: ArcSwap<Vec<Arc<dyn Fn() + Send + Sync>>>,
    /// Who waits for an answer. Held for a look only.
    pending: Mutex<HashMap<u64, Answer>>,
    /// What is looked at, and frames a second. Held for a look only.
    watched: Mutex<Vec<Visual>>,
    fps: u16,
    last_id: AtomicU64,
    /// The wire is laid.
    laid: AtomicBool,
    /// The screen leaves.
    over: AtomicBool,
    cut: ArcSwap<Option<Box<dyn Fn() + Send + Sync>>>,
    /// By which the core knows the ears of this screen, over one wire as over the next; 0: it has none.
    number: u64,
    here: Arc<ArcSwapOption<Here>>,
    /// What came so far, in bytes, and what of it over the wire that is laid now.
    came: AtomicU64,
    arrived: AtomicU64,
    began: Instant,
    pace: ArcSwap<Pace>,
}

/// How fast the wire is.
#[derive(Debug, Clone, Copy, Default)]
struct Pace {
    round_trip: Option<Duration>,
    bytes_per_s: u64,
    /// When it was last measured, after the beginning, and what had come by then.
    at: Duration,
    came: u64,
}

/// Gauges, when they came, and the picture they make.
#[derive(Default)]
struct Heard {
    gauges: Gauges,
    at: Option<Instant>,
    visual: Option<Arc<VisualFrame>>,
}

/// Of what has arrived a far core is told after so many bytes.
const TELL_ARRIVED: u64 = 4096;

/// How often the wire's pace is measured while something moves.
const PACE: Duration = Duration::from_secs(2);

/// Lays the wire, waits for the first state, and keeps it. `fps`: frames a second of what is looked at; `hearing`: how
/// the sound of the core can come out here.
///
/// # Errors
/// Where the wire cannot be laid, or what is at its end speaks another version.
pub fn attach(
    mut dial: Box<dyn Dial>,
    fps: u16,
    hearing: Option<Hearing>,
) -> Result<Arc<Attached>, RemoteError> {
    let wire = lay(&mut *dial)?;
    let shared = Arc::new(Shared {
        snapshot: Latest::new(Snapshot::default()),
        heard: ArcSwap::default(),
        welcome: ArcSwap::default(),
        wakes: ArcSwap::default(),
        pending: Mutex::default(),
        watched: Mutex::default(),
        fps,
        last_id: AtomicU64::new(0),
        laid: AtomicBool::new(false),
        over: AtomicBool::new(false),
        cut: ArcSwap::from_pointee(None),
        number: if hearing.is_some() { any_number() } else { 0 },
        here: Arc::default(),
        came: AtomicU64::new(0),
        arrived: AtomicU64::new(0),
        began: Instant::now(),
        pace: ArcSwap::default(),
    });
    let (to_core, asked) = sync_channel(MOST_WAITING);
    let asked = Arc::new(Mutex::new(asked));
    let ears = hearing.map(|hearing| listen(hearing, &shared, to_core.clone())).transpose()?;
    let link = Link { shared: Arc::clone(&shared), dial, asked, to_core: to_core.clone(), ears };
    let (ready, first) = sync_channel(1);
    let run = move || link.run(wire, &ready);
    std::thread::Builder::new().name("link".into()).spawn(run).map_err(RemoteError::Thread)?;
    first.recv().map_err(|_| RemoteError::Silent)?;
    Ok(Arc::new(Attached { shared, to_core }))
}

/// Starts the thread `ears`.
fn listen(
    hearing: Hearing,
    shared: &Arc<Shared>,
    to_core: SyncSender<Option<ToCore>>,
) -> Result<Sender<ToEars>, RemoteError> {
    let (sender, said) = channel();
    let links = Arc::clone(shared);
    let say = Box::new(move |said| {
        let laid = links.laid.load(Ordering::Acquire);
        laid && to_core.try_send(Some(ToCore::Sound(said))).is_ok()
    });
    let ears = Ears { hearing, said, say, here: Arc::clone(&shared.here) };
    let run = move || ears.run();
    std::thread::Builder::new().name("ears".into()).spawn(run).map_err(RemoteError::Thread)?;
    Ok(sender)
}

/// As good as nobody else's; never 0.
fn any_number() -> u64 {
    use std::hash::{BuildHasher, Hasher, RandomState};
    RandomState::new().build_hasher().finish().max(1)
}

impl Attached {
    /// Where the core is.
    pub fn welcome(&self) -> Arc<Welcome> {
        self.shared.welcome.load_full()
    }

    fn say(&self, message: ToCore) -> Result<(), Busy> {
        // What was asked of a wire that is gone is not to happen much later.
        if !self.shared.laid.load(Ordering::Acquire) {
            return Err(Busy);
        }
        self.to_core.try_send(Some(message)).map_err(|_| Busy)
    }

    /// With the number of this screen where it is about its sound.
    fn own(&self, command: Command) -> Command {
        match command {
            Command::Playback(Playback::Audio(audio, 0)) => {
                Command::Playback(Playback::Audio(audio, self.shared.number))
            }
            command => command,
        }
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Release);
        if let Some(cut) = &**self.shared.cut.load() {
            cut();
        }
    }
}

impl Player for Attached {
    fn send(&self, command: Command) -> Result<(), Busy> {
        self.say(ToCore::Do(self.own(command)))
    }

    fn ask(&self, command: Command, answer: Answer) -> Result<(), Busy> {
        let id = self.shared.last_id.fetch_add(1, Ordering::Relaxed) + 1;
        lock(&self.shared.pending).insert(id, answer);
        let said = self.say(ToCore::Ask(id, self.own(command)));
        if said.is_err() {
            lock(&self.shared.pending).remove(&id);
        }
        said
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        self.shared.snapshot.get()
    }

    /// As it was told, and moved on by the time since.
    fn position(&self) -> Option<Position> {
        let heard = self.shared.heard.load();
        let told = heard.gauges.position?;
        let since = heard.at.filter(|_| heard.gauges.moves).map_or(Duration::ZERO, |at| at.elapsed());
        let speed = self.snapshot().playback.sound.speed.factor();
        let frames = since.min(MOST_AHEAD).as_secs_f64() * f64::from(told.rate) * speed;
        Some(Position { frame: told.frame.saturating_add(frames as u64), ..told })
    }

    fn reading(&self) -> Reading {
        self.shared.heard.load().gauges.reading
    }

    fn underruns(&self) -> Option<u64> {
        self.shared.heard.load().gauges.underruns
    }

    fn link(&self) -> Option<player::Link> {
        let pace = **self.shared.pace.load();
        let here = self.shared.here.load();
        Some(player::Link {
            laid: self.shared.laid.load(Ordering::Acquire),
            round_trip: pace.round_trip,
            bytes_per_s: pace.bytes_per_s,
            hears: self.shared.number > 0,
            audio: Audio::of(&self.snapshot().output.asked, self.shared.number),
            ahead: here.as_ref().map(|here| here.ahead),
            waits: here.as_ref().is_some_and(|here| here.waits),
        })
    }

    fn visual(&self) -> Option<Arc<VisualFrame>> {
        self.shared.heard.load().visual.clone()
    }

    fn watch(&self, visual: Visual) -> Lease {
        lock(&self.shared.watched).push(visual);
        let _ = self.say(self.shared.watching());
        let (shared, to_core) = (Arc::clone(&self.shared), self.to_core.clone());
        Lease::new(move || {
            let mut watched = lock(&shared.watched);
            if let Some(at) = watched.iter().position(|held| *held == visual) {
                watched.swap_remove(at);
            }
            drop(watched);
            let _ = to_core.try_send(Some(shared.watching()));
        })
    }

    fn on_change(&self, wake: Box<dyn Fn() + Send + Sync>) {
        let wake: Arc<dyn Fn() + Send + Sync> = Arc::from(wake);
        self.shared.wakes.rcu(|wakes| {
            let mut wakes = Vec::clone(wakes);
            wakes.push(Arc::clone(&wake));
            wakes
        });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn watching(&self) -> ToCore {
        ToCore::Watch(lock(&self.watched).clone(), self.fps)
    }

    fn publish(&self, snapshot: Snapshot) {
        self.snapshot.set(Arc::new(snapshot));
        self.wake();
    }

    fn wake(&self) {
        self.wakes.load().iter().for_each(|wake| wake());
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    /// What a screen sees where the core has gone.
    fn close(&self, why: Option<Notice>) {
        let mut last = (*self.snapshot.get()).clone();
        last.notice = why.map(Arc::new).or(last.notice);
        last.closing = true;
        self.publish(last);
    }
}

/// Why a wire is no more.
enum Lost {
    /// The core said that it ends.
    Ended,
    Broken,
}

struct Link {
    shared: Arc<Shared>,
    dial: Box<dyn Dial>,
    /// Held by the wire's writing thread.
    asked: Arc<Mutex<Receiver<Option<ToCore>>>>,
    to_core: SyncSender<Option<ToCore>>,
    /// Where sound can be heard here.
    ears: Option<Sender<ToEars>>,
}

type First = SyncSender<()>;

impl Link {
    fn run(mut self, wire: Laid, first: &First) {
        let mut wire = Some(wire);
        let mut first = Some(first);
        while let Some(laid) = wire.take() {
            match self.keep(laid, &mut first) {
                Err(error) => {
                    tracing::error!(%error, "the wire");
                    break;
                }
                Ok(Lost::Broken) if !self.shared.is_over() => {}
                Ok(Lost::Ended | Lost::Broken) => break,
            }
            self.forget_answers();
            wire = self.lay_anew();
        }
        if !self.shared.is_over() {
            self.shared.close(None);
        }
    }

    /// Who waits is told that nobody knows what became of it.
    fn forget_answers(&self) {
        let pending = std::mem::take(&mut *lock(&self.shared.pending));
        let why = Arc::new(Notice::new(Severity::Error, "The connection to the player broke"));
        pending.into_values().for_each(|answer| answer(Outcome::Refused(Arc::clone(&why))));
    }

    fn lay_anew(&mut self) -> Option<Laid> {
        let begun = Instant::now();
        let mut pause = FIRST_PAUSE;
        while !self.shared.is_over() {
            std::thread::sleep(pause);
            match lay(&mut *self.dial) {
                Ok(wire) => return Some(wire),
                Err(error) => {
                    tracing::info!(%error, "the wire");
                    if self.dial.patience().is_some_and(|most| begun.elapsed() >= most) {
                        return None;
                    }
                    self.tell_lost(&error, begun);
                }
            }
            pause = (pause * 2).min(LAST_PAUSE);
        }
        None
    }

    fn tell_lost(&self, error: &RemoteError, since: Instant) {
        let mut seen = (*self.shared.snapshot.get()).clone();
        let what = format!("No connection to the player for {} s", since.elapsed().as_secs().max(1));
        seen.notice = Some(Arc::new(Notice::new(Severity::Warning, what).why(error.to_string())));
        self.shared.publish(seen);
    }

    /// Serves a wire to its end.
    fn keep(&mut self, wire: Laid, first: &mut Option<&First>) -> Result<Lost, RemoteError> {
        let Laid { from, to, cut } = wire;
        self.shared.cut.store(Arc::new(Some(cut)));
        let stop = Arc::new(AtomicBool::new(false));
        self.shared.arrived.store(0, Ordering::Release);
        let writer = self.writer(to, Arc::clone(&stop))?;
        self.shared.laid.store(true, Ordering::Release);
        self.shared.wake();
        let lost = self.listen(from, first);
        self.shared.laid.store(false, Ordering::Release);
        self.shared.wake();
        stop.store(true, Ordering::Release);
        // Wakes it. Where there is no room for that it is awake.
        let _ = self.to_core.try_send(None);
        self.shared.cut.store(Arc::new(None));
        let _ = writer.join();
        lost
    }

    fn writer(
        &self,
        mut to: Box<dyn Write + Send>,
        stop: Arc<AtomicBool>,
    ) -> Result<std::thread::JoinHandle<()>, RemoteError> {
        let asked = Arc::clone(&self.asked);
        let shared = Arc::clone(&self.shared);
        let far = self.dial.is_far();
        let number = self.shared.number;
        let first = [Some(self.shared.watching()), (number > 0).then_some(ToCore::Ears(number))];
        let work = move || {
            let asked = lock(&asked);
            let mut outlet = Outlet::default();
            let mut first = first.into_iter().flatten();
            let mut told = 0;
            while !stop.load(Ordering::Acquire) {
                let message = match first.next() {
                    Some(message) => Some(message),
                    // Nothing: to look whether the wire is still there, and what has arrived.
                    None => match asked.recv() {
                        Ok(message) => message,
                        Err(_) => return,
                    },
                };
                let arrived = shared.arrived.load(Ordering::Acquire);
                let tells = far && arrived >= told + TELL_ARRIVED;
                told = if tells { arrived } else { told };
                let messages = tells.then_some(ToCore::Arrived(arrived)).into_iter().chain(message);
                for bytes in messages.filter_map(|message| write(&message)) {
                    outlet.push(Lane::State, bytes);
                }
                if outlet.write(&mut to).and_then(|_| to.flush()).is_err() {
                    return;
                }
            }
        };
        std::thread::Builder::new().name("link-write".into()).spawn(work).map_err(RemoteError::Thread)
    }

    fn listen(
        &mut self,
        mut from: BufReader<Box<dyn Read + Send>>,
        first: &mut Option<&First>,
    ) -> Result<Lost, RemoteError> {
        let mut intake = Intake::new(MOST_TO_SCREEN);
        let mut seen = Seen::default();
        let far = self.dial.is_far();
        let (mut arrived, mut told) = (0_u64, 0);
        loop {
            let count = match from.fill_buf() {
                Ok([]) => return Ok(Lost::Broken),
                Ok(bytes) => {
                    let mut messages = Vec::new();
                    let count = bytes.len();
                    self.shared.came.fetch_add(count as u64, Ordering::Relaxed);
                    arrived += count as u64;
                    self.shared.arrived.store(arrived, Ordering::Release);
                    if far && arrived >= told + TELL_ARRIVED {
                        told = arrived;
                        // Where there is no room for that the writer is awake.
                        let _ = self.to_core.try_send(None);
                    }
                    if intake.feed(bytes, |_, message| messages.push(message)).is_err() {
                        return Ok(Lost::Broken);
                    }
                    for message in messages {
                        match read(&message).and_then(|message| self.take(message, &mut seen, first)) {
                            Some(false) => {}
                            Some(true) => return Ok(Lost::Ended),
                            None => return Ok(Lost::Broken),
                        }
                    }
                    count
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
                Err(_) => return Ok(Lost::Broken),
            };
            from.consume(count);
        }
    }

    /// `true` where the core ends, `None` where what it said makes no sense.
    fn take(&self, message: ToScreen, seen: &mut Seen, first: &mut Option<&First>) -> Option<bool> {
        match message {
            ToScreen::Welcome(welcome) => self.shared.welcome.store(Arc::new(welcome)),
            ToScreen::State(changes) => {
                let next = seen.follow(&self.shared.snapshot.get(), changes)?;
                let closes = next.closing;
                // Whether the core is gone is seen by the wire: another one may take its place.
                self.shared.publish(Snapshot { closing: false, ..next });
                if let Some(first) = first.take_if(|_| !closes) {
                    let _ = first.send(());
                }
            }
            ToScreen::Gauges(gauges) => self.gauge(*gauges),
            ToScreen::Sound(sound) => {
                if let Some(ears) = &self.ears {
                    let _ = ears.send(sound);
                }
            }
            ToScreen::Pong(asked) => self.ponged(Duration::from_nanos(asked)),
            ToScreen::Answer(id, outcome) => {
                if let Some(answer) = lock(&self.shared.pending).remove(&id) {
                    answer(outcome);
                }
            }
            ToScreen::End => return Some(true),
        }
        Some(false)
    }

    /// Measures the wire now and then, while something comes anyway.
    fn ping(&self) {
        let now = self.shared.began.elapsed();
        let pace = **self.shared.pace.load();
        let since = now.saturating_sub(pace.at);
        if since < PACE {
            return;
        }
        let came = self.shared.came.load(Ordering::Relaxed);
        let bytes_per_s = (came.saturating_sub(pace.came) as f64 / since.as_secs_f64()) as u64;
        self.shared.pace.store(Arc::new(Pace { bytes_per_s, at: now, came, ..pace }));
        let stamp = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        let _ = self.to_core.try_send(Some(ToCore::Ping(stamp)));
    }

    fn ponged(&self, asked: Duration) {
        let pace = **self.shared.pace.load();
        let round_trip = Some(self.shared.began.elapsed().saturating_sub(asked));
        self.shared.pace.store(Arc::new(Pace { round_trip, ..pace }));
    }

    fn gauge(&self, mut gauges: Gauges) {
        self.ping();
        let before = self.shared.heard.load();
        let visual = match gauges.look.take() {
            Some(look) => {
                let columns = before.visual.as_ref().and_then(|frame| frame.spectrogram.as_ref());
                let spectrogram = look.columns.map(|new| new.behind(columns));
                Some(Arc::new(VisualFrame { spectrogram, ..look.frame }))
            }
            None => before.visual.clone(),
        };
        self.shared.heard.store(Arc::new(Heard { gauges, at: Some(Instant::now()), visual }));
    }
}

/// A wire with a core at its end that speaks as we do.
struct Laid {
    from: BufReader<Box<dyn Read + Send>>,
    to: Box<dyn Write + Send>,
    cut: Box<dyn Fn() + Send + Sync>,
}

fn lay(dial: &mut dyn Dial) -> Result<Laid, RemoteError> {
    let Wire { from, mut to, cut } = dial.dial()?;
    let mut from = BufReader::with_capacity(64 * 1024, from);
    meet(&mut from, &mut to, dial.is_far())?;
    Ok(Laid { from, to, cut })
}

/// Greeting and question, in lines; behind them come frames.
fn meet(from: &mut impl BufRead, to: &mut impl Write, far: bool) -> Result<(), RemoteError> {
    let greeting: Greeting = line(from)?;
    let version = greeting.auralis;
    if greeting.protocol < OLDEST || greeting.screens < VERSION {
        return Err(RemoteError::PlayerTooOld { version });
    }
    if greeting.oldest > PROTOCOL || greeting.screens > VERSION {
        return Err(RemoteError::PlayerTooNew { version });
    }
    let asked =
        Request { id: Some(1), screen: Some(ScreenAsked { version: VERSION, far }), ..Request::default() };
    let mut words = serde_json::to_vec(&asked).map_err(|error| RemoteError::Broken(error.into()))?;
    words.push(b'\n');
    to.write_all(&words).and_then(|()| to.flush()).map_err(RemoteError::of_stream)?;
    let reply: Reply<serde_json::Value> = line(from)?;
    reply.error.map_or(Ok(()), |fault| Err(RemoteError::Fault(fault)))
}

fn line<T: serde::de::DeserializeOwned>(from: &mut impl BufRead) -> Result<T, RemoteError> {
    let mut line = Vec::new();
    from.take(MOST_LINE_BYTES as u64).read_until(b'\n', &mut line).map_err(RemoteError::of_stream)?;
    if line.is_empty() {
        return Err(RemoteError::Broken(io::ErrorKind::UnexpectedEof.into()));
    }
    if let Ok(Reply::<serde_json::Value> { error: Some(fault), .. }) = serde_json::from_slice(&line) {
        return Err(RemoteError::Fault(fault));
    }
    serde_json::from_slice(&line).map_err(|error| RemoteError::Broken(error.into()))
}

/// A wire to the player that listens at the place.
pub fn near(place: &Place) -> Result<Wire, RemoteError> {
    let (stream, socket) = place.connect()?;
    check_peer(&stream).map_err(|_| RemoteError::Foreign { socket })?;
    let from = stream.try_clone().map_err(RemoteError::Broken)?;
    let to = stream.try_clone().map_err(RemoteError::Broken)?;
    let cut = move || drop(stream.shutdown(std::net::Shutdown::Both));
    Ok(Wire { from: Box::new(from), to: Box::new(to), cut: Box::new(cut) })
}
