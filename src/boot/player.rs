//! The player: a core with its screen, a core alone, or a screen on a core that runs already.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::core::Core;
use super::doors::{Doors, unreachable};
use super::handover::{Predecessor, Successor};
use super::log::{self, LogRun};
use super::screen::{Shown, screen};
use super::signals::{self, Sign};
use super::{BootError, panic};
use crate::config::Loaded;
use crate::engine::output::Outputs;
use crate::model::address::is_address;
use crate::model::command::{Command, Library, Playback, Queue, Target};
use crate::model::notice::{Notice, Severity};
use crate::model::playback::PlayState;
use crate::model::player::Player;
use crate::model::settings::{Audio, HangUp};
use crate::remote::RemoteError;
use crate::remote::place::{Claim, Place};
use crate::remote::screen::attach::{Attached, Dial, attach};
use crate::remote::screen::sound::ears::Hearing;
use crate::tui::{self, CoreOf, PathBase};

#[derive(Debug)]
pub struct PlayerRun {
    pub config: Loaded,
    /// Absolute, or addresses. Added to library (but for addresses) and queue, and played.
    pub paths: Vec<PathBuf>,
    /// The output was named for this run: what was chosen in an earlier one does not hold.
    pub output_named: bool,
    pub log: LogRun,
    /// Another player was heard a moment ago, and this one goes on.
    pub plays_on: bool,
    /// What a daemon is started with that goes on in place of this one.
    pub successor: Vec<OsString>,
}

/// What became of it, for who waits at the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    Ended,
    /// It plays on in this process.
    PlaysOn(u32),
}

/// Runs until the user leaves. Where a player runs already this is one more screen of it.
pub fn tui(run: PlayerRun) -> Result<Left, BootError> {
    let place = Place::new(&run.config.places);
    let mut problems: Vec<Notice> = run.config.notices();
    let claim = match place.claim() {
        Ok(claim) => Some(claim),
        Err(RemoteError::RunsAlready { .. }) => {
            return attached(run, Box::new(Near(place)), CoreOf::Other { host: None });
        }
        Err(error) => {
            problems.push(unreachable(&error));
            None
        }
    };
    with_screen(run, claim, problems)
}

fn with_screen(run: PlayerRun, claim: Option<Claim>, mut problems: Vec<Notice>) -> Result<Left, BootError> {
    let log = log::start(&run.log)?;
    tui::check(&run.config.settings.screen)?;
    panic::install();
    let quiet = tui::Quiet::new(&run.config.settings.screen, log.as_ref())?;
    let core = Core::start(&run)?;
    let mut doors = Doors::open(&run.config, &core, claim, &mut problems);
    problems.extend(over_ssh());
    let inbox = tui::channel::inbox();
    let signals = signals::listen_for(inbox.sender())?;
    let shown = Shown { config: &run.config, problems, inbox, log, core: CoreOf::Own, places: None };
    let left = screen(shown, core.player.clone());
    drop((quiet, signals));
    if matches!(left, Ok(tui::Exit::TerminalGone)) && run.config.settings.on_hang_up == HangUp::Play {
        tracing::info!("the terminal is gone; the music goes on");
        wait_for_end(&core.player)?;
    }
    let successor = match left {
        Ok(tui::Exit::Detached) => Some(Successor::start(&run.successor).map_err(BootError::Handover)?),
        _ => None,
    };
    let plays = core.player.snapshot().playback.state == PlayState::Playing;
    doors.close_first();
    core.shut_down();
    doors.close(successor.is_some());
    left?;
    match successor {
        Some(successor) => successor.take_over(plays).map(Left::PlaysOn).map_err(BootError::Handover),
        None => Ok(Left::Ended),
    }
}

/// A core alone, until it is told to end. `takes_over`: from a process that has a screen, and waits for this one.
pub fn daemon(mut run: PlayerRun, takes_over: bool) -> Result<(), BootError> {
    log::start(&run.log)?;
    panic::install();
    if takes_over {
        match Predecessor::wait().map_err(BootError::Handover)? {
            Some(plays) => run.plays_on = plays,
            None => return Ok(()),
        }
    }
    // Socket activation by systemd: sd_listen_fds(3).
    let given = listenfd::ListenFd::from_env().take_unix_listener(0).ok().flatten();
    let claim = Place::new(&run.config.places).claim_with(given).map_err(BootError::Remote)?;
    let mut problems: Vec<Notice> = run.config.notices();
    let core = Core::start(&run)?;
    let mut doors = Doors::open(&run.config, &core, Some(claim), &mut problems);
    // Who attaches sees them; the log has them all.
    problems.into_iter().for_each(|problem| core.player.tell(problem));
    if takes_over {
        Predecessor::done();
    }
    wait_for_end(&core.player)?;
    doors.close_first();
    core.shut_down();
    doors.close(false);
    Ok(())
}

/// Until the core is told to end, or the system asks this process to. A terminal that goes away is no reason.
fn wait_for_end(player: &Arc<crate::app::run::AppHandle>) -> Result<(), BootError> {
    let (sender, end): (_, Receiver<()>) = channel();
    let of_signals = sender.clone();
    let signals = signals::listen(move |sign| {
        if sign == Sign::End {
            let _ = of_signals.send(());
        }
    })?;
    let (watched, closes) = (Arc::downgrade(player), std::sync::Mutex::new(sender));
    player.on_change(Box::new(move || {
        // Taken by the app's thread alone, so it never waits.
        if watched.upgrade().is_none_or(|player| player.snapshot().closing)
            && let Ok(closes) = closes.try_lock()
        {
            let _ = closes.send(());
        }
    }));
    if !player.snapshot().closing {
        let _ = end.recv();
    }
    drop(signals);
    Ok(())
}

/// One more screen of a player that runs.
pub(super) fn attached(run: PlayerRun, dial: Box<dyn Dial>, core: CoreOf) -> Result<Left, BootError> {
    let log = log::start(&run.log)?;
    tui::check(&run.config.settings.screen)?;
    panic::install();
    // Here is there where the core is on this machine.
    let hearing = matches!(core, CoreOf::Other { host: Some(_) }).then(|| hearing(&run));
    let player = attach(dial, run.config.settings.screen.fps, hearing).map_err(BootError::Remote)?;
    let welcome = player.welcome();
    let core = match core {
        CoreOf::Other { host: Some(_) } => CoreOf::Other { host: Some(welcome.host.clone()) },
        core => core,
    };
    let there = || PathBase { home: welcome.home.clone(), folder: welcome.home.clone().unwrap_or_default() };
    let places = matches!(core, CoreOf::Other { host: Some(_) }).then(there);
    let inbox = tui::channel::inbox();
    let signals = signals::listen_for(inbox.sender())?;
    let mut problems = run.config.notices();
    if let CoreOf::Other { host: Some(host) } = &core {
        let audio = choose_audio(&player, &run);
        problems.push(heard_at(host, audio));
    } else {
        problems.extend(over_ssh());
    }
    ask_for(&player, &run);
    let shown = Shown { config: &run.config, problems, inbox, log, core, places };
    let left = screen(shown, player.clone());
    drop(signals);
    take_sound_along(&player);
    left?;
    Ok(Left::Ended)
}

/// What is wanted, and where nothing is: here, unless the player is heard there already.
fn choose_audio(player: &Attached, run: &PlayerRun) -> Audio {
    let is_heard = player.snapshot().playback.state == PlayState::Playing;
    let usual = if is_heard { Audio::There } else { Audio::Here };
    let audio = run.config.settings.remote.audio.unwrap_or(usual);
    if audio != Audio::There {
        let _ = player.send(Command::Playback(Playback::Audio(audio, 0)));
    }
    audio
}

/// Who came by ssh hears nothing of what sounds here, and may not know that there is a way.
fn over_ssh() -> Option<Notice> {
    std::env::var_os("SSH_CONNECTION")?;
    let host = host();
    let what = format!("The sound comes out on {host}");
    let next = format!("On the machine in front of you, `auralis -r {host}` plays it there");
    Some(Notice::new(Severity::Note, what).next_step(next))
}

/// The name of this machine.
fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

fn heard_at(host: &str, audio: Audio) -> Notice {
    let note =
        |end| Notice::new(Severity::Note, format!("The player is on {host}, and its sound comes out {end}"));
    match audio {
        Audio::Here => note("here"),
        Audio::Both => note("there and here"),
        Audio::There | Audio::Next | Audio::Leave => {
            note("there").next_step("gO or :audio here brings it here")
        }
    }
}

/// What was heard here alone does not play to nobody.
fn take_sound_along(player: &Attached) {
    if player.link().is_none_or(|link| link.audio == Audio::There) {
        return;
    }
    let (done, is_done) = channel();
    let answer = Box::new(move |_| {
        let _ = done.send(());
    });
    if player.ask(Command::Playback(Playback::Audio(Audio::Leave, 0)), answer).is_ok() {
        let _ = is_done.recv_timeout(LEAVING);
    }
}

/// The sound of a core elsewhere comes out as the configuration here says.
fn hearing(run: &PlayerRun) -> Hearing {
    let settings = run.config.settings.output.clone();
    Hearing { settings, outputs: Box::new(Outputs::new()), host: host() }
}

/// What the command line asked for beside the screen. With a core elsewhere the output that was named is one here.
fn ask_for(player: &Attached, run: &PlayerRun) {
    if run.output_named && player.link().is_none_or(|link| !link.hears) {
        let output = run.config.settings.output.output.clone();
        let _ = player.send(Command::Playback(Playback::Output(output)));
    }
    let folders: Vec<PathBuf> = run.paths.iter().filter(|path| !is_address(path)).cloned().collect();
    if !folders.is_empty() {
        let _ = player.send(Command::Library(Library::Scan(folders)));
    }
    if !run.paths.is_empty() {
        let _ = player.send(Command::Queue(Queue::PlayNow(Target::Paths(run.paths.clone()))));
    }
}

/// A player of this user on this machine.
struct Near(Place);

/// How long a player may take to hear that a screen leaves.
const LEAVING: Duration = Duration::from_secs(1);

/// How long a player may be gone while another one takes its place.
const GONE: Duration = Duration::from_secs(5);

impl Dial for Near {
    fn dial(&mut self) -> Result<crate::remote::screen::attach::Wire, RemoteError> {
        crate::remote::screen::attach::near(&self.0)
    }

    fn patience(&self) -> Option<Duration> {
        Some(GONE)
    }

    fn is_far(&self) -> bool {
        false
    }
}
