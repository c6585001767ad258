//! The core of a run: store, engine, spectrum, jobs and app put together, and their end. Beneath every screen and door.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::player::PlayerRun;
use super::{BootError, shutdown};
use crate::analysis::eye;
use crate::app::event::Event;
use crate::app::perform::Performer;
use crate::app::run::{AppHandle, EventSender, Gauges, Inbox};
use crate::app::state::{AppSettings, AppState};
use crate::app::wording;
use crate::config::Loaded;
use crate::engine::command::EngineCommand;
use crate::engine::output::Outputs;
use crate::engine::{Engine, EngineHandle};
use crate::jobs::analyse::{Control, Spares};
use crate::jobs::covers::Covers;
use crate::jobs::ears::Ears;
use crate::jobs::lookup::Catalogue;
use crate::jobs::lyrics::Finder;
use crate::jobs::{JobThreads, Jobs};
use crate::library::edit::{Batches, Recovered};
use crate::library::store::Store;
use crate::library::watch::{Watch, WatchEvent};
use crate::model::address::is_address;
use crate::model::analysis::AnalysisSettings;
use crate::model::command::{
    Command, ImpulseChange, Library, Listener, Mastering, Playback, Queue, ReferenceOf, Target,
};
use crate::model::job::CancelToken;
use crate::model::notice::{Notice, Severity};
use crate::model::player::Player;
use crate::model::rendering::RenderSettings;
use crate::model::settings::{OutputSettings, OutputSpec};
use crate::remote::screen::sound::output::WithScreens;
use crate::remote::screen::sound::seats::Seats;

/// What each part may take to end. Together below what a person waits without wondering.
pub(super) const DEADLINE: Duration = Duration::from_millis(1500);

/// Folder of what is mastered to files, in the home folder, where no other is configured.
const MASTERED: &str = "Mastered";

/// The core of a run: everything beneath the screen.
pub(super) struct Core {
    pub(super) player: Arc<AppHandle>,
    app: std::thread::JoinHandle<()>,
    engine: EngineHandle,
    spectrum: eye::SpectrumThread,
    jobs: JobThreads,
    pub(super) store: Store,
    /// Screens that can be heard.
    pub(super) seats: Arc<Seats>,
}

impl Core {
    pub(super) fn start(run: &PlayerRun) -> Result<Self, BootError> {
        let config = &run.config;
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
        let new_server = config.served().filter(|served| !state.library.roots.contains(served));
        let on_engine = events.clone();
        let told = Box::new(move |event| {
            on_engine.send(Event::Engine(event));
        });
        let output = OutputSettings { output: state.output.asked.clone(), ..config.settings.output.clone() };
        let seats = Arc::<Seats>::default();
        let outputs = WithScreens { outputs: Box::new(Outputs::new()), seats: Arc::clone(&seats) };
        let engine = Engine::spawn(output, config.settings.network, Box::new(outputs), told)?;
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
            lyrics: Finder::new(config.settings.lyrics.clone(), config.places.cache.as_deref()),
            covers: Covers::new(config.places.cache.as_deref()),
            releases: Catalogue::new(config.settings.musicbrainz.clone()),
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
        first_commands(&player, run, new_server);
        Ok(Self { player, app, engine, spectrum, jobs: job_threads, store, seats })
    }

    pub(super) fn shut_down(self) {
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

fn restored(store: &Store, run: &PlayerRun) -> Result<AppState, BootError> {
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
    state.lyrics.offsets = reader.lyrics_offsets()?;
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

/// `new_server`: the root of a music server that the library does not have yet.
fn first_commands(player: &AppHandle, run: &PlayerRun, new_server: Option<PathBuf>) {
    let (config, paths) = (&run.config, &run.paths);
    // Before all else: what was heard a moment ago is not to be missed for long.
    if run.plays_on {
        let _ = player.send(Command::Playback(Playback::Play));
    }
    let folders: Vec<PathBuf> = paths.iter().filter(|path| !is_address(path)).cloned().collect();
    if config.settings.scan_at_start || !folders.is_empty() {
        let _ = player.send(Command::Library(Library::Scan(folders)));
    }
    if let Some(served) = new_server {
        let _ = player.send(Command::Library(Library::Scan(vec![served])));
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
