//! The player with its screen: store, engine, spectrum, jobs and app put together, the screen on top, and the way out.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::log::{self, LogRun};
use super::neighbours::Neighbours;
use super::{BootError, panic, shutdown, signals};
use crate::analysis::eye;
use crate::app::event::Event;
use crate::app::perform::Performer;
use crate::app::run::{AppHandle, EventSender, Gauges, Inbox};
use crate::app::state::{AppSettings, AppState};
use crate::app::wording;
use crate::config::keys::Keymap;
use crate::config::problem::Problem;
use crate::config::theme::Theme;
use crate::config::{self, Loaded};
use crate::engine::command::EngineCommand;
use crate::engine::{Engine, EngineHandle};
use crate::jobs::analyse::{Control, Spares};
use crate::jobs::ears::Ears;
use crate::jobs::{JobThreads, Jobs};
use crate::library::edit::{Batches, Recovered};
use crate::library::store::Store;
use crate::library::watch::{Watch, WatchEvent};
use crate::model::address::is_address;
use crate::model::analysis::AnalysisSettings;
use crate::model::command::{
    Command, ImpulseChange, Library, Listener, Mastering, Queue, ReferenceOf, Target,
};
use crate::model::job::CancelToken;
use crate::model::notice::{Notice, Severity};
use crate::model::player::Player;
use crate::model::rendering::RenderSettings;
use crate::model::settings::{OutputSettings, OutputSpec};
use crate::remote::RemoteError;
use crate::remote::hooks::{self, Hooks};
use crate::remote::place::{Claim, Place};
use crate::remote::server::{self, Server};
use crate::tui::{self, PathBase, TuiOptions};

/// What each part may take to end. Together below what a person waits without wondering.
const DEADLINE: Duration = Duration::from_millis(1500);

/// Folder of what is mastered to files, in the home folder, where no other is configured.
const MASTERED: &str = "Mastered";

#[derive(Debug)]
pub struct TuiRun {
    pub config: Loaded,
    /// Absolute, or addresses. Added to library (but for addresses) and queue, and played.
    pub paths: Vec<PathBuf>,
    /// The output was named for this run: what was chosen in an earlier one does not hold.
    pub output_named: bool,
    pub log: LogRun,
}

/// Runs until the user leaves.
pub fn tui(run: TuiRun) -> Result<(), BootError> {
    let log = log::start(&run.log)?;
    tui::terminal::check()?;
    panic::install();
    let mut problems: Vec<Notice> = run.config.notices();
    let place = claim(&run.config, &mut problems)?;
    let core = Core::start(&run)?;
    let remote = place.and_then(|place| serve(place, &core.player, &run.config, &mut problems));
    let hooks = hooks(&run.config, &core.player, &mut problems);
    let neighbours = Neighbours::start(&run.config, &core.player, &mut problems);
    let inbox = tui::channel::inbox();
    let signals = signals::listen(inbox.sender())?;
    let shown = screen(&run.config, problems, core.player.clone(), inbox, log);
    drop(signals);
    hooks.into_iter().for_each(|hooks| shutdown::told("hooks", hooks.stop(DEADLINE)));
    neighbours.stop(DEADLINE);
    core.shut_down();
    // Last: who asked to quit is told when all is saved.
    remote.into_iter().for_each(|remote| shutdown::told("remote", remote.stop(DEADLINE)));
    shown
}

/// The place where others reach the player. One that runs already is an end; a player that cannot be reached plays.
fn claim(config: &Loaded, problems: &mut Vec<Notice>) -> Result<Option<Claim>, BootError> {
    match Place::new(&config.places).claim() {
        Ok(claim) => Ok(Some(claim)),
        Err(error @ RemoteError::RunsAlready { .. }) => Err(BootError::Remote(error)),
        Err(error) => {
            problems.push(unreachable(&error));
            Ok(None)
        }
    }
}

fn serve(
    place: Claim,
    player: &Arc<AppHandle>,
    config: &Loaded,
    problems: &mut Vec<Notice>,
) -> Option<Server> {
    let player: Arc<dyn Player> = player.clone();
    server::serve(place, player, Arc::new(config.naming().collation))
        .map_err(|error| problems.push(unreachable(&error)))
        .ok()
}

fn hooks(config: &Loaded, player: &Arc<AppHandle>, problems: &mut Vec<Notice>) -> Option<Hooks> {
    let (teller, player): (_, Arc<dyn Player>) = (player.clone(), player.clone());
    let told = Box::new(move |notice| teller.tell(notice));
    hooks::start(config.settings.hooks.clone(), player, told).unwrap_or_else(|error| {
        let notice = Notice::new(Severity::Warning, "No hooks are run").why(error.to_string());
        problems.push(notice);
        None
    })
}

fn unreachable(error: &RemoteError) -> Notice {
    tracing::warn!(%error, "no socket");
    Notice::new(Severity::Warning, "`auralis ctl` and `auralis status` cannot reach this player")
        .why(error.to_string())
}

fn screen(
    config: &Loaded,
    mut problems: Vec<Notice>,
    player: Arc<AppHandle>,
    inbox: tui::channel::Inbox,
    log: Option<File>,
) -> Result<(), BootError> {
    let keymap = keymap(config, &mut problems);
    let theme = theme(config, &mut problems);
    let themes_folder = config.places.themes.clone();
    let options = TuiOptions {
        settings: config.settings.screen.clone(),
        keymap,
        theme,
        themes: Theme::names(themes_folder.as_deref()),
        themes_folder,
        collation: config.naming().collation,
        places: PathBase {
            home: config.places.home.clone(),
            folder: std::env::current_dir().unwrap_or_default(),
        },
        problems,
        log,
        inbox,
    };
    tui::run(player, options)?;
    Ok(())
}

fn keymap(config: &Loaded, problems: &mut Vec<Notice>) -> Keymap {
    let Some(file) = &config.places.keys_file else {
        return Keymap::default();
    };
    match config::read_text(file) {
        Ok(None) => Keymap::default(),
        Ok(Some(text)) => {
            let (keymap, found) = Keymap::with_file(&text, file);
            problems.extend(found.iter().map(Problem::notice));
            keymap
        }
        Err(problem) => {
            problems.push(problem.notice());
            Keymap::default()
        }
    }
}

/// The theme that was asked for; the terminal's own colours where it cannot be had.
fn theme(config: &Loaded, problems: &mut Vec<Notice>) -> Theme {
    match Theme::load(&config.settings.screen.theme, config.places.themes.as_deref()) {
        Ok((theme, found)) => {
            problems.extend(found.iter().map(Problem::notice));
            theme
        }
        Err(error) => {
            problems.push(Notice::new(Severity::Warning, error.to_string()));
            Theme::default()
        }
    }
}

/// The core of a run: everything beneath the screen.
struct Core {
    player: Arc<AppHandle>,
    app: std::thread::JoinHandle<()>,
    engine: EngineHandle,
    spectrum: eye::SpectrumThread,
    jobs: JobThreads,
    store: Store,
}

impl Core {
    fn start(run: &TuiRun) -> Result<Self, BootError> {
        let (config, paths) = (&run.config, &run.paths);
        let inbox = Inbox::default();
        let events = inbox.sender();
        let on_store = events.clone();
        let store = Store::open(
            config.places.library()?,
            Box::new(move |event| {
                on_store.send(Event::Store(event));
            }),
        )?;
        recover_batches(config, &events)?;
        let state = restored(&store, run)?;
        let on_engine = events.clone();
        let told = Box::new(move |event| {
            on_engine.send(Event::Engine(event));
        });
        let output = OutputSettings { output: state.output.asked.clone(), ..config.settings.output.clone() };
        let engine = Engine::spawn(output, config.settings.network, told)?;
        engine.send(EngineCommand::Gain(state.playback.gain()));
        engine.send(EngineCommand::Sound(state.sound.clone()));
        let (spectrum, gauges) = eye(config, &engine)?;
        let (jobs, job_threads) = Jobs::spawn()?;
        let closing = CancelToken::default();
        let watch = if config.settings.watch { watch(&events) } else { None };
        let naming = Arc::new(config.naming());
        let (sender, store_of_jobs) = (engine.sender(), store.clone());
        let AnalysisSettings { on_battery, on_load, .. } = config.settings.analysis;
        let measuring = Control::background(Spares { battery: !on_battery, load: !on_load });
        let batches = Batches::new(config.places.tag_batches()?);
        let performer = Performer {
            measuring,
            ears: Ears::new(store_of_jobs.clone(), config.settings.similar.weights.clone()),
            engine: sender,
            store: store_of_jobs,
            jobs,
            naming,
            home: config.places.home.clone(),
            events,
            closing,
            batches,
            curves: config.places.curves.clone(),
            preferences: config.places.preferences().ok(),
            watch,
        };
        performer.load_playlists();
        performer.build_catalog();
        performer.read_facts();
        performer.load_templates();
        performer.load_places();
        performer.load_preferences();
        let (player, app) = crate::app::run::spawn(state, inbox, gauges, performer)?;
        first_commands(&player, config, paths);
        Ok(Self { player, app, engine, spectrum, jobs: job_threads, store })
    }

    fn shut_down(self) {
        let _ = self.player.send(Command::Quit);
        shutdown::join("app", self.app, DEADLINE);
        drop(self.player);
        shutdown::told("engine", self.engine.shutdown(DEADLINE));
        shutdown::told("spectrum", self.spectrum.stop(DEADLINE));
        shutdown::told("jobs", self.jobs.join(DEADLINE));
        shutdown::told("store", self.store.close(DEADLINE));
    }
}

/// The user's music folder is a guess where no other is set: where it is not there, nothing is amiss.
fn music(config: &Loaded) -> Vec<PathBuf> {
    let is_guessed = config.settings.music.is_empty();
    config.music().into_iter().filter(|folder| !is_guessed || folder.exists()).collect()
}

/// Where no folder is named, one in the home folder.
fn renders(config: &Loaded) -> RenderSettings {
    let settings = config.settings.render.clone();
    let usual = config.places.home.as_ref().map(|home| home.join(MASTERED));
    RenderSettings { folder: settings.folder.or(usual), ..settings }
}

fn restored(store: &Store, run: &TuiRun) -> Result<AppState, BootError> {
    let config = &run.config;
    let reader = store.read()?;
    let session = reader.session()?.unwrap_or_default();
    let settings = AppSettings {
        music: music(config),
        rewind: Duration::from_secs(u64::from(config.settings.rewind_s)),
        resume: Some(Duration::from_secs(60 * u64::from(config.settings.resume_min)))
            .filter(|least| !least.is_zero()),
        output: config.settings.output.clone(),
        analysis: config.settings.analysis,
        similar: config.settings.similar.clone(),
    };
    let mut state = AppState::restored(session, Arc::default(), settings);
    state.sound = config.settings.sound.clone();
    state.mastering.settings = config.settings.mastering;
    state.renders.settings = renders(config);
    state.output_memory = reader.outputs()?;
    state.ears.remember(reader.similar()?);
    // Without it everything else works: it begins anew.
    match reader.history() {
        Ok((entries, done)) => state.remember(entries, done),
        Err(error) => {
            tracing::warn!("what was changed before cannot be taken back: {error}");
            state.history.drop_all();
        }
    }
    state.bookmarks = Arc::new(reader.bookmarks()?);
    state.output.asked = config.settings.output.output.clone();
    // A choice made in the player holds where neither configuration nor flag say anything else.
    if let (OutputSpec::Auto, Some(id), false) =
        (&state.output.asked, &state.output_memory.chosen, run.output_named)
    {
        state.output.asked = OutputSpec::Device(Some(id.clone()));
    }
    state.library.roots = Arc::new(reader.roots()?);
    let failed = reader.scan_record()?.unwrap_or_default().failed.into_iter();
    state.library.failed = Arc::new(failed.map(|problem| (problem.path, problem.error)).collect());
    // Catalog and facts are read by jobs, so that the first frame need not wait for them.
    state.library.build.running = true;
    state.library.loading = true;
    state.facts_awaited = true;
    Ok(state)
}

/// The watch over the library's folders; without one the player is told why, and works.
fn watch(events: &EventSender) -> Option<Watch> {
    let told = events.clone();
    let started = Watch::spawn(move |event| {
        told.send(match event {
            WatchEvent::Changed(folders) => Event::FoldersChanged(folders),
            WatchEvent::Limited(why) => Event::Tell(wording::no_watch(&why)),
        });
    });
    match started {
        Ok(watch) => Some(watch),
        Err(error) => {
            events.send(Event::Tell(wording::no_watch(&error.to_string())));
            None
        }
    }
}

/// The spectrum thread, and what frontends poll.
fn eye(config: &Loaded, engine: &EngineHandle) -> Result<(eye::SpectrumThread, Gauges), BootError> {
    let clock = Arc::clone(engine.clock());
    let tap = Arc::clone(engine.tap());
    let thread = eye::spawn(tap, Arc::clone(&clock), config.settings.screen.fps)?;
    let reading = Arc::clone(engine.reading());
    let gauges = Gauges { clock, reading, visual: thread.latest(), watch: thread.watcher() };
    Ok((thread, gauges))
}

/// Changes of tags that were broken off are finished or taken back before anything reads the files.
fn recover_batches(config: &Loaded, events: &EventSender) -> Result<(), BootError> {
    for recovered in Batches::new(config.places.tag_batches()?).recover() {
        let (severity, what, why) = match recovered {
            Recovered::Finished(id) => {
                (Severity::Note, format!("Tag change {id} was broken off; it is finished now"), String::new())
            }
            Recovered::TakenBack(id) => {
                let what = format!("Tag change {id} was broken off; its files are as they were");
                (Severity::Note, what, String::new())
            }
            Recovered::Failed(id, why) => {
                (Severity::Warning, format!("Tag change {id} was broken off and cannot be finished yet"), why)
            }
        };
        events.send(Event::Tell(Notice::new(severity, what).why(why)));
    }
    Ok(())
}

fn first_commands(player: &AppHandle, config: &Loaded, paths: &[PathBuf]) {
    let folders: Vec<PathBuf> = paths.iter().filter(|path| !is_address(path)).cloned().collect();
    if config.settings.scan_at_start || !folders.is_empty() {
        let _ = player.send(Command::Library(Library::Scan(folders)));
    }
    let reference = &config.settings.reference;
    if !reference.is_empty() {
        let asked = ReferenceOf::Files(reference.clone());
        let _ = player.send(Command::Mastering(Mastering::Reference(asked)));
    }
    if let Some(file) = &config.settings.impulse {
        let asked = Listener::Impulse(ImpulseChange::File(file.clone()));
        let _ = player.send(Command::Listener(asked));
    }
    if !paths.is_empty() {
        let _ = player.send(Command::Queue(Queue::PlayNow(Target::Paths(paths.to_vec()))));
    }
}
