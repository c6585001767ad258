//! Thread `hooks`, where any are configured: runs the user's programs when what is heard changes, without a shell, with
//! the event in `AURALIS_EVENT` and the [`Status`] as one line of JSON on standard input.
//!
//! Of each at most one runs at a time; what happens meanwhile is told once it has ended, as it is then. One that takes
//! longer than the limit is killed with all that it started. Nobody waits for them, not even the end of the player.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::status::Status;
use crate::model::hooks::{HookEvent, HookSettings};
use crate::model::id::PlayId;
use crate::model::notice::{Notice, Severity};
use crate::model::playback::PlayState;
use crate::model::player::Player;
use crate::model::snapshot::Snapshot;

/// How often a program that runs is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// The user is told by it.
pub type Tell = Box<dyn Fn(Notice) + Send>;

/// The running thread.
pub struct Hooks {
    wake: SyncSender<()>,
    ends: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

/// `None` where there is no hook.
///
/// # Errors
/// Where the system gives no thread.
pub fn start(settings: HookSettings, player: Arc<dyn Player>, tell: Tell) -> std::io::Result<Option<Hooks>> {
    let hooks: Vec<Hook> = HookEvent::ALL
        .into_iter()
        .filter(|event| !settings.of(*event).is_empty())
        .map(|event| Hook {
            event,
            argv: settings.of(event).to_vec(),
            is_due: false,
            running: None,
            failed: false,
        })
        .collect();
    if hooks.is_empty() {
        return Ok(None);
    }
    let (wake, woken) = sync_channel(1);
    let changed = wake.clone();
    // One wake that waits stands for all.
    player.on_change(Box::new(move || {
        let _ = changed.try_send(());
    }));
    let ends = Arc::new(AtomicBool::new(false));
    let limit = Duration::from_secs(u64::from(settings.limit_s));
    let seen = Seen::of(&player.snapshot());
    let runner = Runner { hooks, player, tell, limit, seen, ends: Arc::clone(&ends) };
    let thread = std::thread::Builder::new().name("hooks".into()).spawn(move || runner.run(&woken))?;
    Ok(Some(Hooks { wake, ends, thread }))
}

impl Hooks {
    /// Ends the thread; programs that run are left to end by themselves. `false` where that took longer than `deadline`.
    pub fn stop(self, deadline: Duration) -> bool {
        let until = Instant::now() + deadline;
        self.ends.store(true, Ordering::Release);
        let _ = self.wake.try_send(());
        while !self.thread.is_finished() {
            if Instant::now() >= until {
                return false;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        self.thread.join().is_ok()
    }
}

/// What hooks are run for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    /// What is heard, and what a station says of it.
    heard: Option<(PlayId, Option<String>)>,
    state: PlayState,
}

impl Seen {
    fn of(snapshot: &Snapshot) -> Self {
        let playback = &snapshot.playback;
        let heard = playback.now.as_ref().filter(|_| playback.state != PlayState::Opening).map(|now| {
            let title = now.stream.as_ref().and_then(|stream| stream.title.as_ref());
            (now.play, title.map(ToString::to_string))
        });
        Self { heard, state: playback.state }
    }

    /// Where nothing is heard there is no track to tell of. What is opened is not told: it plays in a moment, or fails.
    fn differs(&self, now: &Self, event: HookEvent) -> bool {
        match event {
            HookEvent::Track => now.heard.is_some() && now.heard != self.heard,
            HookEvent::State => now.state != self.state && now.state != PlayState::Opening,
        }
    }

    /// What was told last stays where nothing is heard or all is being opened.
    fn follow(&mut self, now: Self) {
        if now.heard.is_some() || now.state == PlayState::Stopped {
            self.heard = now.heard;
        }
        if now.state != PlayState::Opening {
            self.state = now.state;
        }
    }
}

struct Hook {
    event: HookEvent,
    argv: Vec<String>,
    is_due: bool,
    running: Option<(Child, Instant)>,
    /// It could not be run last time: told once.
    failed: bool,
}

struct Runner {
    hooks: Vec<Hook>,
    player: Arc<dyn Player>,
    tell: Tell,
    limit: Duration,
    seen: Seen,
    ends: Arc<AtomicBool>,
}

impl Runner {
    fn run(mut self, woken: &Receiver<()>) {
        while !self.ends.load(Ordering::Acquire) {
            let is_busy = self.hooks.iter().any(|hook| hook.running.is_some());
            let wait = if is_busy { LOOK } else { Duration::MAX };
            if let Err(RecvTimeoutError::Disconnected) = woken.recv_timeout(wait) {
                return;
            }
            self.look();
            let Self { hooks, player, tell, limit, .. } = &mut self;
            for hook in hooks {
                hook.tend(*limit, &**player, tell);
            }
        }
    }

    fn look(&mut self) {
        let now = Seen::of(&self.player.snapshot());
        for hook in &mut self.hooks {
            hook.is_due |= self.seen.differs(&now, hook.event);
        }
        self.seen.follow(now);
    }
}

impl Hook {
    fn tend(&mut self, limit: Duration, player: &dyn Player, tell: &Tell) {
        if let Some((child, since)) = &mut self.running {
            let ended = child.try_wait();
            if matches!(ended, Ok(None)) && since.elapsed() < limit {
                return;
            }
            if matches!(ended, Ok(None)) {
                kill(child);
                tell(too_long(self.event, limit));
            }
            self.running = None;
        }
        if std::mem::take(&mut self.is_due) {
            let status = Status::new(&player.snapshot(), player.position());
            match spawn(&self.argv, self.event, &status) {
                Ok(child) => {
                    self.running = Some((child, Instant::now()));
                    self.failed = false;
                }
                Err(error) if !self.failed => {
                    self.failed = true;
                    tell(not_run(self.event, &self.argv[0], &error));
                }
                Err(_) => {}
            }
        }
    }
}

fn spawn(argv: &[String], event: HookEvent, status: &Status) -> std::io::Result<Child> {
    let mut line = serde_json::to_vec(status)?;
    line.push(b'\n');
    let mut child = Command::new(&argv[0])
        .args(&argv[1..])
        .env("AURALIS_EVENT", event.name())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()?;
    if let Some(mut input) = child.stdin.take() {
        // One that does not read must hold nobody up.
        std::thread::Builder::new().name("hook-input".into()).spawn(move || input.write_all(&line))?;
    }
    Ok(child)
}

/// With all that it started.
fn kill(child: &mut Child) {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.wait();
}

fn not_run(event: HookEvent, program: &str, error: &std::io::Error) -> Notice {
    Notice::new(Severity::Warning, format!("The hook `{}` cannot run {program}", event.key()))
        .why(error.to_string())
        .next_step("`[hooks]` of the configuration names a program and its arguments, without a shell")
}

fn too_long(event: HookEvent, limit: Duration) -> Notice {
    Notice::new(
        Severity::Warning,
        format!("The hook `{}` took longer than {} s", event.key(), limit.as_secs()),
    )
    .why("it was ended with all that it started")
    .next_step("`limit_s` of `[hooks]` gives it longer")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(play: Option<u64>, title: Option<&str>, state: PlayState) -> Seen {
        Seen { heard: play.map(|play| (PlayId(play), title.map(str::to_owned))), state }
    }

    /// What is told of each step from one to the next.
    fn told(steps: &[Seen]) -> Vec<String> {
        let (mut seen, mut told) = (steps[0].clone(), Vec::new());
        for step in &steps[1..] {
            let events = HookEvent::ALL.into_iter().filter(|event| seen.differs(step, *event));
            told.push(events.map(HookEvent::name).collect::<Vec<_>>().join(" "));
            seen.follow(step.clone());
        }
        told
    }

    #[test]
    fn a_track_is_told_when_it_is_heard_and_a_state_when_it_lasts() {
        use PlayState::{Opening, Paused, Playing, Stopped};
        let steps = [
            seen(None, None, Stopped),
            seen(None, None, Opening),
            seen(Some(1), None, Playing),
            seen(Some(1), None, Paused),
            seen(Some(1), None, Playing),
            seen(None, None, Opening),
            seen(Some(2), None, Playing),
            seen(Some(2), Some("a piece"), Playing),
            seen(None, None, Stopped),
            seen(Some(2), Some("a piece"), Playing),
        ];
        assert_eq!(
            told(&steps),
            ["", "track state", "state", "state", "", "track", "track", "state", "track state"]
        );
    }
}
