//! Threads `screen-N`: each serves one screen, asleep until its socket or the core has something. Nobody waits for it.

use std::io::{ErrorKind, Read};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::encode::{Encoder, Told};
use super::flow::{Flow, Metered};
use super::frame::{Intake, Lane, Outlet};
use super::message::{Columns, Gauges, Look, MOST_TO_CORE, ToCore, ToScreen, Welcome, read, write};
use super::sound::seats::Seats;
use crate::model::contain::contain;
use crate::model::notice::{Notice, Severity};
use crate::model::playback::PlayState;
use crate::model::player::{Lease, Outcome, Player};
use crate::model::snapshot::Snapshot;
use crate::model::visual::{Spectrogram, Visual};
use crate::remote::waker::{Waker, Woken};

/// A screen that takes nothing for so long, though something waits, is let go; it comes back when it can.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often the position is told while it moves.
const GAUGES: Duration = Duration::from_millis(100);
/// Commands of one screen that the core has not answered yet.
const MOST_ASKED: usize = 256;
/// Frames a second of what is looked at.
const FPS: std::ops::RangeInclusive<u16> = 1..=60;

/// One screen's thread.
pub struct ScreenThread {
    waker: Arc<Waker>,
    silent: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl ScreenThread {
    /// There is a newer snapshot.
    pub fn wake(&self) {
        self.waker.wake();
    }

    pub fn is_over(&self) -> bool {
        self.thread.is_finished()
    }

    /// Says farewell, unless another core takes this one's place; [`Self::is_over`] soon.
    pub fn stop(&self, farewell: bool) {
        self.silent.store(!farewell, Ordering::Release);
        self.waker.stop();
    }
}

/// A screen that begins.
pub struct Begun {
    pub stream: UnixStream,
    /// What came behind its question.
    pub input: Vec<u8>,
    /// The link is slow: what is sent is made small.
    pub far: bool,
    pub seats: Arc<Seats>,
}

/// Takes over a client's socket.
pub fn spawn(
    number: u64,
    begun: Begun,
    player: Arc<dyn Player>,
    encoder: Arc<Encoder>,
    welcome: Welcome,
) -> std::io::Result<ScreenThread> {
    let (waker, woken) = Waker::pair()?;
    let Begun { stream, input, far, seats } = begun;
    stream.set_nonblocking(true)?;
    let silent = Arc::new(AtomicBool::new(false));
    let (answers, answered) = channel();
    let mut screen = Screen {
        stream,
        number,
        seats,
        ears: None,
        pings: Vec::new(),
        player,
        encoder,
        far,
        flow: Flow::default(),
        woken,
        silent: Arc::clone(&silent),
        answers,
        answered,
        waiting: 0,
        ready: Vec::new(),
        intake: Intake::new(MOST_TO_CORE),
        outlet: Outlet::default(),
        told: Told::default(),
        watch: Watch::default(),
        gauged: None,
        stalled: None,
        gone: false,
    };
    let serve = move || {
        screen.heard(&input);
        if let Err(words) = contain(|| screen.run(welcome)) {
            tracing::error!(words, "a screen is let go");
        }
    };
    let thread = std::thread::Builder::new().name(format!("screen-{number}")).spawn(serve)?;
    Ok(ScreenThread { waker, silent, thread })
}

/// What is looked at.
#[derive(Default)]
struct Watch {
    leases: Vec<(Visual, Lease)>,
    fps: u16,
    /// Of the frame before.
    columns: Option<Spectrogram>,
    still: bool,
}

struct Screen {
    stream: UnixStream,
    /// Of the client.
    number: u64,
    seats: Arc<Seats>,
    /// The number that the screen gave itself.
    ears: Option<u64>,
    pings: Vec<u64>,
    player: Arc<dyn Player>,
    encoder: Arc<Encoder>,
    far: bool,
    /// Of a far one.
    flow: Flow,
    woken: Woken,
    silent: Arc<AtomicBool>,
    answers: Sender<(u64, Outcome)>,
    answered: Receiver<(u64, Outcome)>,
    /// Commands that are not answered yet.
    waiting: usize,
    /// Answers that are to follow the next state.
    ready: Vec<(u64, Outcome)>,
    intake: Intake,
    outlet: Outlet,
    told: Told,
    watch: Watch,
    /// When gauges were last told.
    gauged: Option<Instant>,
    /// Something waits since then, and nothing was taken.
    stalled: Option<Instant>,
    gone: bool,
}

impl Screen {
    fn run(mut self, welcome: Welcome) {
        self.say(Lane::State, &ToScreen::Welcome(welcome));
        while !self.woken.is_stopped() && !self.gone {
            self.tell_state();
            self.tell_gauges();
            self.tell_sound();
            self.send();
            self.wait();
            self.hear();
        }
        self.take_leave();
    }

    fn take_leave(&mut self) {
        self.ears.take().into_iter().for_each(|screen| self.seats.rise(screen, self.number));
        if self.silent.load(Ordering::Acquire) {
            return;
        }
        self.tell_state();
        self.say(Lane::State, &ToScreen::End);
        self.send();
    }

    fn say(&mut self, lane: Lane, message: &ToScreen) {
        if let Some(bytes) = write(message) {
            self.outlet.push(lane, bytes);
        }
    }

    /// The parts that changed, and behind them the answers that are in them; not before the last ones have left.
    fn tell_state(&mut self) {
        if !self.outlet.has_sent(Lane::State) {
            return;
        }
        // Before the snapshot is taken: what was answered then is in it.
        self.ready.extend(self.answered.try_iter());
        let snapshot = self.player.snapshot();
        let changes = self.told.changes(&snapshot, &self.encoder, self.far);
        if !changes.is_empty() {
            self.say(Lane::State, &ToScreen::State(changes));
            self.gauged = None;
        }
        for (id, outcome) in std::mem::take(&mut self.ready) {
            self.waiting -= 1;
            self.say(Lane::State, &ToScreen::Answer(id, outcome));
        }
    }

    /// A message at a time: what is begun cannot be taken back.
    fn tell_sound(&mut self) {
        for ping in std::mem::take(&mut self.pings) {
            self.say(Lane::Gauges, &ToScreen::Pong(ping));
        }
        let Some(screen) = self.ears else { return };
        while self.outlet.has_sent(Lane::Sound)
            && let Some(sound) = self.seats.next(screen, self.number)
        {
            self.say(Lane::Sound, &ToScreen::Sound(sound));
            self.send();
        }
    }

    fn sit(&mut self, screen: u64) {
        let waker = Arc::clone(self.woken.waker());
        self.ears.replace(screen).into_iter().for_each(|before| self.seats.rise(before, self.number));
        self.seats.sit(screen, self.number, self.far, Arc::new(move || waker.wake()));
    }

    /// When the next gauges are due; `None` while nothing moves.
    fn gauges_due(&self, snapshot: &Snapshot, now: Instant) -> Option<Instant> {
        let Some(gauged) = self.gauged else { return Some(now) };
        let looks = !self.watch.leases.is_empty() && !self.watch.still;
        let pause = match (looks, moves(snapshot)) {
            (true, _) => Duration::from_secs(1) / u32::from(self.watch.fps.clamp(*FPS.start(), *FPS.end())),
            (false, true) => GAUGES,
            (false, false) => return None,
        };
        Some(gauged + pause)
    }

    fn tell_gauges(&mut self) {
        let snapshot = self.player.snapshot();
        let now = Instant::now();
        let due = self.gauges_due(&snapshot, now).is_some_and(|due| due <= now);
        if !due || !self.outlet.has_sent(Lane::Gauges) {
            return;
        }
        self.gauged = Some(now);
        let gauges = Gauges {
            position: self.player.position(),
            moves: moves(&snapshot),
            reading: self.player.reading(),
            underruns: self.player.underruns(),
            look: self.look(moves(&snapshot)),
        };
        self.say(Lane::Gauges, &ToScreen::Gauges(Box::new(gauges)));
    }

    fn look(&mut self, moves: bool) -> Option<Look> {
        if self.watch.leases.is_empty() {
            return None;
        }
        let frame = self.player.visual()?;
        let spectrogram = frame.spectrogram.as_ref();
        let columns = spectrogram.map(|now| Columns::between(self.watch.columns.as_ref(), now));
        self.watch.columns = spectrogram.cloned();
        self.watch.still = frame.still && !moves;
        Some(Look { frame: (*frame).clone(), columns })
    }

    fn send(&mut self) {
        let written = if self.far {
            self.outlet.write(&mut Metered { to: &mut self.stream, flow: &mut self.flow })
        } else {
            self.outlet.write(&mut self.stream)
        };
        match written {
            Ok(true) => self.stalled = None,
            Ok(false) => {}
            Err(_) => self.gone = true,
        }
        if self.outlet.is_empty() {
            self.stalled = None;
        } else {
            let since = *self.stalled.get_or_insert_with(Instant::now);
            self.gone |= since.elapsed() >= PATIENCE;
        }
    }

    fn wait(&mut self) {
        let now = Instant::now();
        let hears = if self.waiting < MOST_ASKED { PollFlags::IN } else { PollFlags::empty() };
        let may_say = !self.outlet.is_empty() && (!self.far || self.flow.room() > 0);
        let says = if may_say { PollFlags::OUT } else { PollFlags::empty() };
        let gauges = if self.outlet.has_sent(Lane::Gauges) {
            self.gauges_due(&self.player.snapshot(), now)
        } else {
            None
        };
        let deadline = gauges.into_iter().chain(self.stalled.map(|since| since + PATIENCE)).min();
        let left = deadline.map(|deadline| deadline.saturating_duration_since(now));
        let limit = left.and_then(|left| Timespec::try_from(left).ok());
        let mut fds = [PollFd::new(&self.woken, PollFlags::IN), PollFd::new(&self.stream, hears | says)];
        if let Err(error) = poll(&mut fds, limit.as_ref())
            && error != rustix::io::Errno::INTR
        {
            tracing::error!(%error, "poll");
            self.gone = true;
        }
        self.woken.take();
    }

    fn hear(&mut self) {
        if self.waiting >= MOST_ASKED {
            return;
        }
        let mut bytes = [0; 16 * 1024];
        let count = match self.stream.read(&mut bytes) {
            Ok(0) => return self.gone = true,
            Ok(count) => count,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => return,
            Err(_) => return self.gone = true,
        };
        self.heard(&bytes[..count]);
    }

    fn heard(&mut self, bytes: &[u8]) {
        let mut messages = Vec::new();
        if self.intake.feed(bytes, |_, message| messages.push(message)).is_err() {
            tracing::warn!("a screen said what makes no sense");
            return self.gone = true;
        }
        for message in messages {
            match read(&message) {
                Some(message) => self.take(message),
                None => tracing::warn!("a screen said what makes no sense"),
            }
        }
    }

    fn take(&mut self, message: ToCore) {
        match message {
            ToCore::Do(command) => {
                if self.player.send(command).is_err() {
                    tracing::warn!("the core is too busy for a screen");
                }
            }
            ToCore::Ask(id, command) => self.ask(id, command),
            ToCore::Watch(visuals, fps) => self.watch(visuals, fps),
            ToCore::Ears(screen) => self.sit(screen),
            ToCore::Sound(said) => self.ears.iter().for_each(|&screen| self.seats.take(screen, said.clone())),
            ToCore::Ping(ping) if self.pings.len() < MOST_ASKED => self.pings.push(ping),
            ToCore::Ping(_) => {}
            ToCore::Arrived(bytes) => self.flow.arrived(bytes, Instant::now()),
        }
    }

    fn ask(&mut self, id: u64, command: crate::model::command::Command) {
        let (answers, waker) = (self.answers.clone(), Arc::clone(self.woken.waker()));
        self.waiting += 1;
        let answer = Box::new(move |outcome| {
            let _ = answers.send((id, outcome));
            waker.wake();
        });
        if self.player.ask(command, answer).is_err() {
            let why = Notice::new(Severity::Error, "The player has too much to do");
            self.ready.push((id, Outcome::Refused(Arc::new(why))));
        }
    }

    fn watch(&mut self, visuals: Vec<Visual>, fps: u16) {
        let mut before = std::mem::take(&mut self.watch).leases;
        self.watch.fps = fps;
        for visual in visuals {
            if self.watch.leases.iter().any(|(held, _)| *held == visual) {
                continue;
            }
            let held = before.iter().position(|(held, _)| *held == visual);
            let lease = held.map(|at| before.swap_remove(at).1);
            self.watch.leases.push((visual, lease.unwrap_or_else(|| self.player.watch(visual))));
        }
        self.gauged = None;
    }
}

/// Whether the ear moves.
fn moves(snapshot: &Snapshot) -> bool {
    snapshot.playback.state == PlayState::Playing && !snapshot.playback.buffering
}
