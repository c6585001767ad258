//! The app thread and the handle that frontends hold. Fed by commands, engine, jobs and store over one channel; asks
//! `perform` for what is to be done; never waits for anyone.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;

use super::answers::{Answers, Deeds};
use super::event::{Event, Now};
use super::perform::Perform;
use super::publish::publish;
use super::reduce::{reduce, take_dirty};
use super::state::AppState;
use crate::model::chain::Reading;
use crate::model::command::Command;
use crate::model::notice::Notice;
use crate::model::player::{Answer, Busy, Lease, Player, Position};
use crate::model::snapshot::Snapshot;
use crate::model::visual::{Visual, VisualFrame};
use crate::rt::clock::PlaybackClock;
use crate::rt::gauge::MasteringGauge;
use crate::rt::latest::Latest;

/// Commands that may wait for the app; more are refused.
const MOST_COMMANDS: usize = 1024;

/// What comes over the channel: an event, or a command of someone who waits for its outcome.
enum Message {
    Event(Event),
    Asked(Command, Answer),
}

/// Sends events into the app thread, from any thread, without waiting.
#[derive(Debug, Clone)]
pub struct EventSender {
    sender: Sender<Message>,
    commands: Arc<AtomicUsize>,
}

impl EventSender {
    /// `false` once the app is gone.
    pub fn send(&self, event: Event) -> bool {
        self.sender.send(Message::Event(event)).is_ok()
    }

    /// Hands on what carries a command, where there is room.
    fn command(&self, message: Message) -> Result<(), Busy> {
        if self.commands.fetch_add(1, Ordering::Relaxed) >= MOST_COMMANDS {
            self.commands.fetch_sub(1, Ordering::Relaxed);
            return Err(Busy);
        }
        self.sender.send(message).map_err(|_| Busy)
    }
}

/// The channel into the app, made before the rooms that send into it.
#[derive(Debug)]
pub struct Inbox {
    sender: EventSender,
    receiver: Receiver<Message>,
}

impl Default for Inbox {
    fn default() -> Self {
        let (sender, receiver) = mpsc::channel();
        Self { sender: EventSender { sender, commands: Arc::default() }, receiver }
    }
}

impl Inbox {
    pub fn sender(&self) -> EventSender {
        self.sender.clone()
    }
}

/// What is polled, not pushed.
pub struct Gauges {
    pub clock: Arc<PlaybackClock>,
    pub reading: Arc<MasteringGauge>,
    pub visual: Latest<VisualFrame>,
    /// Keeps a way of looking coming.
    pub watch: Box<dyn Fn(Visual) -> Lease + Send + Sync>,
}

type Wake = Arc<dyn Fn() + Send + Sync>;

/// The core in this process, as a [`Player`].
pub struct AppHandle {
    events: EventSender,
    snapshot: Latest<Snapshot>,
    gauges: Gauges,
    wakes: Arc<ArcSwap<Vec<Wake>>>,
}

/// Starts the app thread. It ends after `Command::Quit`, when everything was handed on.
pub fn spawn(
    state: AppState,
    inbox: Inbox,
    gauges: Gauges,
    performer: impl Perform + Send + 'static,
) -> std::io::Result<(Arc<AppHandle>, JoinHandle<()>)> {
    let mut state = state;
    let dirty = take_dirty(&mut state);
    let first = publish(&state, &Snapshot::default(), dirty);
    let handle = Arc::new(AppHandle {
        events: inbox.sender.clone(),
        snapshot: Latest::new(first),
        wakes: Arc::default(),
        gauges,
    });
    let app = App {
        state,
        performer,
        commands: Arc::clone(&inbox.sender.commands),
        receiver: inbox.receiver,
        snapshot: handle.snapshot.clone(),
        clock: Arc::clone(&handle.gauges.clock),
        wakes: Arc::clone(&handle.wakes),
        random: std::hash::RandomState::new(),
        events: 0,
        answers: Answers::default(),
    };
    let thread = std::thread::Builder::new().name("app".into()).spawn(move || app.run())?;
    Ok((handle, thread))
}

struct App<P> {
    state: AppState,
    performer: P,
    commands: Arc<AtomicUsize>,
    receiver: Receiver<Message>,
    snapshot: Latest<Snapshot>,
    clock: Arc<PlaybackClock>,
    wakes: Arc<ArcSwap<Vec<Wake>>>,
    random: std::hash::RandomState,
    events: u64,
    answers: Answers,
}

impl<P: Perform> App<P> {
    fn run(mut self) {
        while let Some(message) = self.wait() {
            let mut open = self.take(message);
            // One snapshot for all that came together.
            while open && let Ok(message) = self.receiver.try_recv() {
                open = self.take(message);
            }
            self.publish();
            // Not before: who asked then finds in the snapshot what was done.
            self.answers.give();
            if !open {
                return;
            }
        }
    }

    /// What comes next, or that a deadline has passed; `None` when nobody can send any more.
    fn wait(&self) -> Option<Message> {
        match self.state.next_deadline() {
            None => self.receiver.recv().ok(),
            Some(deadline) => {
                let left = deadline.saturating_duration_since(Instant::now());
                match self.receiver.recv_timeout(left) {
                    Ok(message) => Some(message),
                    Err(RecvTimeoutError::Timeout) => Some(Message::Event(Event::Due)),
                    Err(RecvTimeoutError::Disconnected) => None,
                }
            }
        }
    }

    /// `false` when the app is to end.
    fn take(&mut self, message: Message) -> bool {
        let (event, asked) = match message {
            Message::Event(event) => (event, None),
            Message::Asked(command, answer) => (Event::Command(command), Some(answer)),
        };
        if matches!(event, Event::Command(_)) {
            self.commands.fetch_sub(1, Ordering::Relaxed);
        }
        let Some(answer) = asked.or_else(|| self.answers.awaited(&event)) else {
            return !self.handle(event).closes;
        };
        // What was changed and told before is not its doing.
        self.publish();
        self.state.told = None;
        let deeds = self.handle(event);
        self.answers.note(answer, &self.state, deeds);
        !deeds.closes
    }

    fn handle(&mut self, event: Event) -> Deeds {
        let now = self.now();
        let mut deeds = Deeds::default();
        for effect in reduce(&mut self.state, event, now) {
            deeds.note(&effect);
            self.performer.perform(effect);
        }
        deeds
    }

    fn now(&mut self) -> Now {
        use std::hash::BuildHasher;
        self.events += 1;
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Now {
            instant: Instant::now(),
            unix_ms: i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX),
            heard: self.clock.position(),
            seed: self.random.hash_one(self.events),
        }
    }

    fn publish(&mut self) {
        let dirty = take_dirty(&mut self.state);
        if dirty.any() {
            let next = publish(&self.state, &self.snapshot.get(), dirty);
            self.snapshot.set(Arc::new(next));
            self.wakes.load().iter().for_each(|wake| wake());
        }
    }
}

impl AppHandle {
    /// Shows the user something; from any thread, never waits.
    pub fn tell(&self, notice: Notice) {
        self.events.send(Event::Tell(notice));
    }
}

impl Player for AppHandle {
    fn send(&self, command: Command) -> Result<(), Busy> {
        self.events.command(Message::Event(Event::Command(command)))
    }

    fn ask(&self, command: Command, answer: Answer) -> Result<(), Busy> {
        self.events.command(Message::Asked(command, answer))
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.get()
    }

    fn position(&self) -> Option<Position> {
        self.gauges.clock.position()
    }

    fn reading(&self) -> Reading {
        self.gauges.reading.get()
    }

    fn underruns(&self) -> Option<u64> {
        self.gauges.clock.underruns()
    }

    fn visual(&self) -> Option<Arc<VisualFrame>> {
        Some(self.gauges.visual.get())
    }

    fn watch(&self, visual: Visual) -> Lease {
        (self.gauges.watch)(visual)
    }

    fn on_change(&self, wake: Box<dyn Fn() + Send + Sync>) {
        let wake: Wake = Arc::from(wake);
        self.wakes.rcu(|wakes| {
            let mut wakes = Vec::clone(wakes);
            wakes.push(Arc::clone(&wake));
            wakes
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Weak;
    use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
    use std::time::Duration;

    use super::*;
    use crate::app::effect::Effect;
    use crate::app::state::AppSettings;
    use crate::model::command::{Playback, VolumeChange};
    use crate::model::session::Session;

    struct Nobody;

    impl Perform for Nobody {
        fn perform(&mut self, _: Effect) {}
    }

    fn volume(percent: u8) -> Command {
        Command::Playback(Playback::Volume(VolumeChange::To(percent)))
    }

    #[test]
    fn no_more_commands_wait_than_there_is_room_for() {
        let inbox = Inbox::default();
        let send = || inbox.sender().command(Message::Event(Event::Command(volume(1))));
        assert!((0..MOST_COMMANDS).all(|_| send().is_ok()));
        assert_eq!((send(), send()), (Err(Busy), Err(Busy)));
        assert!(inbox.sender().send(Event::Due), "what happened is told nevertheless");
        assert_eq!(inbox.receiver.try_iter().count(), MOST_COMMANDS + 1);
    }

    /// Each time that it is told it begins to listen once more.
    fn listen(player: &Weak<AppHandle>, tell: Sender<u64>, number: u64) {
        let again = Weak::clone(player);
        let wake = move || {
            let _ = tell.send(number);
            if number == 0 {
                listen(&again, tell.clone(), 1);
            }
        };
        player.upgrade().unwrap().on_change(Box::new(wake));
    }

    #[test]
    fn who_begins_to_listen_while_others_are_told_hears_of_the_next_change() {
        let inbox = Inbox::default();
        let gauges = Gauges {
            clock: Arc::default(),
            reading: Arc::default(),
            visual: Latest::new(VisualFrame::default()),
            watch: Box::new(|_| Lease::new(|| ())),
        };
        let state = AppState::restored(Session::default(), Default::default(), AppSettings::default());
        let (player, thread) = spawn(state, inbox, gauges, Nobody).unwrap();
        let (tell, told) = channel();
        listen(&Arc::downgrade(&player), tell, 0);
        for (percent, expected) in [(10, &[0][..]), (20, &[0, 1]), (30, &[0, 1, 1])] {
            player.send(volume(percent)).unwrap();
            let heard: Vec<u64> =
                expected.iter().map(|_| told.recv_timeout(Duration::from_secs(60)).unwrap()).collect();
            assert_eq!(heard, expected, "at {percent}");
            assert_eq!(told.recv_timeout(Duration::from_millis(50)), Err(RecvTimeoutError::Timeout));
        }
        player.send(Command::Shutdown).unwrap();
        thread.join().unwrap();
    }
}
