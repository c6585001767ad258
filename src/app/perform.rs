//! Carries effects out: hands them to engine, store and jobs, which work on their own threads. App thread; nothing here
//! waits.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::effect::{CurveWork, Effect};
use super::event::{Event, Expanded};
use super::run::EventSender;
use crate::config::curves;
use crate::engine::{self, EngineSender};
use crate::jobs::analyse::{self, Asked, Control};
use crate::jobs::covers::Covers;
use crate::jobs::ears::Ears;
use crate::jobs::ears::answer::{Deaf, Known, Question};
use crate::jobs::library::{self, ScanOutcome, ScanProgress};
use crate::jobs::lookup::{self, Catalogue};
use crate::jobs::lyrics::Finder;
use crate::jobs::plan::{Stage, Subject};
use crate::jobs::preferences::{Deed, carry_out};
use crate::jobs::render::{self, RenderOrder};
use crate::jobs::{Jobs, Lane, plan, playlists, portrait, server, tags};
use crate::library::edit::{Batches, Refused};
use crate::library::store::{Store, StoreError, WriteOp};
use crate::library::watch::Watch;
use crate::library::{levels, past};
use crate::mastering::plan::Wishes;
use crate::model::analysis::Pace;
use crate::model::catalog::Catalog;
use crate::model::command::Care;
use crate::model::equaliser::Equaliser;
use crate::model::id::{JobId, TrackId};
use crate::model::job::CancelToken;
use crate::model::listening::Period;
use crate::model::lyrics::{Found, Song};
use crate::model::naming::Naming;
use crate::model::past::Importing;
use crate::model::picture::{CoverView, TrackCover};
use crate::model::portrait::Told;
use crate::model::reference::Reference;
use crate::model::server::is_served;
use crate::say;

/// A seam so that the app can be driven without sound, store and threads.
pub trait Perform {
    fn perform(&mut self, effect: Effect);
}

/// The real one.
pub struct Performer {
    pub engine: EngineSender,
    pub store: Store,
    pub jobs: Jobs,
    /// How names are taken.
    pub naming: Arc<Naming>,
    /// Of the user.
    pub home: Option<PathBuf>,
    pub events: EventSender,
    /// Stops walks that nobody waits for any more.
    pub closing: CancelToken,
    /// How many may measure tracks.
    pub measuring: Control,
    /// What sounds like what.
    pub ears: Ears,
    /// Who finds the words of songs.
    pub lyrics: Finder,
    /// Who finds the covers of songs.
    pub covers: Covers,
    /// Who knows releases.
    pub releases: Catalogue,
    /// Journals of changed files.
    pub batches: Batches,
    /// The user's equaliser curves; `None` where there is no place for them.
    pub curves: Option<PathBuf>,
    /// The file of the listener's preferences; `None` where there is no place for it.
    pub preferences: Option<PathBuf>,
    /// `None` where folders are not watched.
    pub watch: Option<Watch>,
}

impl Perform for Performer {
    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Engine(command) => self.engine.send(command),
            Effect::Expand { job, paths } => self.expand(job, paths),
            Effect::Scan { job, roots, cancel } => self.scan(job, roots, cancel),
            Effect::BuildCatalog => self.build_catalog(),
            Effect::Clean { sure } => self.clean(sure),
            Effect::FindDuplicates => self.find_duplicates(),
            Effect::Listen { job, question, known, .. } => self.listen(job, *question, known),
            Effect::SaveSimilar(memory) => self.write(WriteOp::PutSimilar(memory)),
            Effect::Analyse { job, again, cancel } => self.analyse(job, again, cancel),
            Effect::AnalysisPace { pace, insists } => self.measuring.set_workers(
                insists,
                match pace {
                    Pace::Resting => 0,
                    Pace::Beside => analyse::workers(true),
                    Pace::Free => analyse::workers(false),
                },
            ),
            Effect::AnalyseFirst(track) => self.measuring.put_first(track),
            Effect::ReadLevels { catalog, of } => self.read_levels(catalog, of),
            Effect::ReadWave(track) => self.read_wave(track),
            Effect::FindCover { path, side } => self.find_cover(path, side),
            Effect::FindCovers { files, side } => self.find_covers(files, side),
            Effect::ReadPortrait { job, track, with_spread } => self.read_portrait(job, track, with_spread),
            Effect::Plan { subject, wishes, cancel } => self.plan(subject, wishes, cancel),
            Effect::MeasureReference { paths, name, cancel } => self.measure_reference(paths, name, cancel),
            Effect::Preferences { job, deed, at_ms } => self.preferences(Some(job), deed, at_ms),
            Effect::Render { number, order, cancel } => self.render(number, order, cancel),
            Effect::Care { job, care } => self.care(job, care),
            Effect::ReadPast { job, asked, catalog } => self.read_past(job, asked, catalog),
            Effect::Watch(roots) => {
                if let Some(watch) = &self.watch {
                    watch.roots(&roots);
                }
            }
            Effect::FindOutputs => self.find_outputs(),
            Effect::Save(save) => self.write(WriteOp::Save(save)),
            Effect::SavePosition(position) => self.write(WriteOp::PutPosition(position)),
            Effect::SaveOutputs(memory) => self.write(WriteOp::PutOutputs(memory)),
            Effect::SaveBookmarks(marks) => self.write(WriteOp::PutBookmarks(marks)),
            Effect::SaveLyricsOffsets(offsets) => self.write(WriteOp::PutLyricsOffsets(offsets)),
            Effect::SaveResume(places) => self.write(WriteOp::PutResume(places)),
            Effect::SaveListen(listen) => self.write(WriteOp::PutListens(vec![listen])),
            Effect::CountStats { job, period, from_ms, quietly } => {
                self.count_stats(job, (period, from_ms), quietly);
            }
            other => self.perform_tags(other),
        }
    }
}

impl Performer {
    /// What is done with what files say of themselves.
    fn perform_tags(&mut self, effect: Effect) {
        match effect {
            Effect::ReadTags { job, paths } => self.answer(
                Lane::Files,
                move |cancel| Event::TagsRead { job, sheet: Ok(tags::look(&paths, cancel)) },
                move |panic| Event::TagsRead { job, sheet: Err(panic) },
            ),
            Effect::PlanTags { job, paths, work, roots } => self.answer(
                Lane::Files,
                move |_| Event::TagsPlanned { job, planned: tags::plan(&paths, &work, &roots) },
                move |panic| Event::TagsPlanned { job, planned: Err(broken(panic)) },
            ),
            Effect::WriteTags { job, change, cancel } => {
                self.write_tags(job, cancel, move |batches, cancel, progress| {
                    tags::write(batches, &change, cancel, progress)
                });
            }
            Effect::GoOverTags { job, batch, way, cancel } => {
                self.write_tags(job, cancel, move |batches, cancel, progress| {
                    tags::go_over(batches, batch, way, cancel, progress)
                });
            }
            Effect::DescribePicture { job, paths } => self.answer(
                Lane::Short,
                move |_| {
                    let words = paths.first().map_or_else(String::new, |path| tags::picture(path));
                    Event::PictureDescribed { job, words }
                },
                move |panic| Event::PictureDescribed { job, words: panic },
            ),
            Effect::ExtractPicture { job, paths, to } => {
                let target = to.clone();
                self.answer(
                    Lane::Short,
                    move |_| {
                        let result = paths.first().map_or(Ok(()), |path| tags::extract(path, &to));
                        Event::PictureExtracted { job, to, result }
                    },
                    move |panic| Event::PictureExtracted { job, to: target, result: Err(panic) },
                );
            }
            other => self.perform_online(other),
        }
    }

    /// What may ask services of the net.
    fn perform_online(&mut self, effect: Effect) {
        match effect {
            Effect::KeepQueue { job, queued } => self.answer(
                Lane::Online,
                move |_| Event::QueueKept { job, result: server::keep_queue(&queued) },
                move |panic| Event::QueueKept { job, result: Err(panic) },
            ),
            Effect::FindKeptQueue { job, catalog } => self.answer(
                Lane::Online,
                move |_| Event::KeptQueueFound { job, found: server::kept_queue(&catalog) },
                move |panic| Event::KeptQueueFound { job, found: Err(panic) },
            ),
            Effect::TellStars(stars) => self.answer(
                Lane::Online,
                move |cancel| Event::StarsTold(server::tell(&stars, cancel)),
                |panic| Event::StarsTold(Err(panic)),
            ),
            Effect::FindLyrics { job, path, song, again } => self.find_lyrics(job, path, song, again),
            Effect::SaveLyrics { job, path, song, known } => {
                let finder = self.lyrics.clone();
                self.answer(
                    Lane::Online,
                    move |_| Event::LyricsSaved { job, result: finder.save(&path, song, known) },
                    move |panic| Event::LyricsSaved { job, result: Err(panic) },
                );
            }
            Effect::LookUp { job, paths } => {
                let releases = self.releases.clone();
                self.answer(
                    Lane::Online,
                    move |cancel| Event::LookedUp { job, found: lookup::find(&releases, &paths, cancel) },
                    move |panic| Event::LookedUp { job, found: Err(panic) },
                );
            }
            Effect::PlanRelease { job, paths, release } => {
                let releases = self.releases.clone();
                self.answer(
                    Lane::Online,
                    move |_| Event::TagsPlanned {
                        job,
                        planned: lookup::planned(&releases, &paths, &release),
                    },
                    move |panic| Event::TagsPlanned { job, planned: Err(broken(panic)) },
                );
            }
            other => self.perform_lists(other),
        }
    }

    fn find_lyrics(&self, job: JobId, path: Arc<Path>, song: Option<Song>, again: bool) {
        let (finder, same) = (self.lyrics.clone(), Arc::clone(&path));
        self.answer(
            Lane::Online,
            move |_| {
                let outcome = finder.find(&path, song, again);
                Event::LyricsFound { job, path, again, outcome }
            },
            move |panic| {
                let outcome = Found::Failed(panic).into();
                Event::LyricsFound { job, path: same, again, outcome }
            },
        );
    }

    fn write_tags(
        &self,
        job: JobId,
        cancel: CancelToken,
        write: impl FnOnce(&Batches, &CancelToken, &mut dyn FnMut(usize)) -> Result<tags::Written, Refused>
        + Send
        + 'static,
    ) {
        let (batches, progress, closing) = (self.batches.clone(), self.events.clone(), self.closing.clone());
        self.answer(
            Lane::Files,
            move |_| {
                let result = write(&batches, &cancel, &mut |done| {
                    progress.send(Event::TagsProgress { job, done });
                    if closing.is_cancelled() {
                        cancel.cancel();
                    }
                });
                Event::TagsWritten { job, result }
            },
            move |panic| Event::TagsWritten { job, result: Err(broken(panic)) },
        );
    }

    /// What is done for playlists, and the end.
    fn perform_lists(&mut self, effect: Effect) {
        match effect {
            Effect::ReadPlaylists { job, paths, catalog } => {
                self.answer(
                    Lane::Short,
                    move |cancel| {
                        let read = playlists::read(&paths, &catalog, cancel);
                        Event::PlaylistsRead { job, read }
                    },
                    move |panic| Event::PlaylistsRead { job, read: playlists::ReadLists::broken(panic) },
                );
            }
            Effect::WritePlaylist { job, list, entries, path, style, catalog } => {
                let to = Arc::clone(&path);
                self.answer(
                    Lane::Short,
                    move |_| {
                        let result = playlists::write(&list, &entries, &to, style, &catalog);
                        Event::PlaylistWritten { job, path: to, result }
                    },
                    move |panic| Event::PlaylistWritten { job, path, result: Err(panic) },
                );
            }
            Effect::Evaluate { job, lists, catalog, facts, likes } => {
                self.answer(
                    Lane::Short,
                    move |_| {
                        let began = Instant::now();
                        let found = playlists::evaluate(&lists, &catalog, &facts, &likes);
                        Event::Evaluated { job, found: Ok(found), took: began.elapsed() }
                    },
                    move |panic| Event::Evaluated { job, found: Err(panic), took: Duration::ZERO },
                );
            }
            Effect::Gather { job, wanted, catalog, facts } => {
                self.answer(
                    Lane::Short,
                    move |cancel| {
                        let gathered = library::gather(wanted, &catalog, &facts, cancel);
                        Event::Gathered { job, gathered }
                    },
                    move |panic| Event::Gathered { job, gathered: Err((0, panic)) },
                );
            }
            Effect::LookForFiles { list, places } => {
                let same = Arc::clone(&list);
                self.answer(
                    Lane::Short,
                    move |cancel| {
                        let absent = playlists::absent(&places, cancel);
                        Event::LookedForFiles { list, absent }
                    },
                    move |_| Event::LookedForFiles { list: same, absent: Default::default() },
                );
            }
            Effect::ReadImpulse { job, path, rate } => self.read_impulse(job, path, rate),
            Effect::Curve { job, work } => self.curve(job, work),
            Effect::Close => self.closing.cancel(),
            // Carried out by `perform`.
            _ => {}
        }
    }
}

impl Performer {
    /// A writer that is behind is asked again by a job, which may wait.
    fn write(&self, op: WriteOp) {
        if let Err(StoreError::Busy { .. }) = self.store.try_write(op.clone()) {
            let store = self.store.clone();
            // An error is told by the writer thread itself.
            self.jobs.submit(Lane::Short, move || drop(store.write(op)));
        }
    }

    /// A job whose end is an event, whatever comes of it.
    fn answer(
        &self,
        lane: Lane,
        work: impl FnOnce(&CancelToken) -> Event + Send + 'static,
        broken: impl FnOnce(String) -> Event + Send + 'static,
    ) {
        let (events, failed, cancel) = (self.events.clone(), self.events.clone(), self.closing.clone());
        let work = move || {
            events.send(work(&cancel));
        };
        self.jobs.submit_guarded(lane, work, move |panic| {
            failed.send(broken(panic));
        });
    }

    fn curve(&self, job: JobId, work: CurveWork) {
        let (folder, same) = (self.curves.clone(), work.clone());
        self.answer(
            Lane::Short,
            move |_| {
                let result = curve(folder.as_deref(), &work);
                Event::CurveDone { job, work, result }
            },
            move |panic| Event::CurveDone { job, work: same, result: Err(panic) },
        );
    }

    fn preferences(&self, job: Option<JobId>, deed: Deed, at_ms: i64) {
        let (file, same) = (self.preferences.clone(), deed.clone());
        let work = move |_: &CancelToken| {
            let result = match file {
                Some(file) => carry_out(&file, &deed, at_ms).map(Box::new).map_err(|why| why.to_string()),
                None => Err(say!("there is no place for them: HOME is not set").to_owned()),
            };
            Event::PreferencesDone { job, deed, result }
        };
        let broken = move |panic| Event::PreferencesDone { job, deed: same, result: Err(panic) };
        self.answer(Lane::Short, work, broken);
    }

    /// Reads the listener's preferences; at the start.
    pub fn load_preferences(&self) {
        self.preferences(None, Deed::Open, 0);
    }

    fn read_impulse(&self, job: JobId, path: PathBuf, rate: Option<u32>) {
        let same = path.clone();
        self.answer(
            Lane::Short,
            move |cancel| {
                let result = crate::jobs::impulse(&path, rate, cancel);
                Event::ImpulseRead { job, path, result }
            },
            move |panic| Event::ImpulseRead { job, path: same, result: Err(panic) },
        );
    }

    /// Reads the playlists from the store; at the start.
    pub fn load_playlists(&self) {
        let store = self.store.clone();
        let work = move |_: &CancelToken| {
            let lists = store.read().and_then(|reader| reader.playlists());
            Event::PlaylistsLoaded(lists.map_err(|error| error.to_string()))
        };
        self.answer(Lane::Short, work, |panic| Event::PlaylistsLoaded(Err(panic)));
    }

    /// Reads the queue templates from the store; at the start.
    pub fn load_templates(&self) {
        let store = self.store.clone();
        let work = move |_: &CancelToken| {
            let templates = store.read().and_then(|reader| reader.templates());
            Event::TemplatesLoaded(templates.map_err(|error| error.to_string()))
        };
        self.answer(Lane::Short, work, |panic| Event::TemplatesLoaded(Err(panic)));
    }

    /// Reads where tracks were left off from the store; at the start.
    pub fn load_places(&self) {
        let store = self.store.clone();
        let work = move |_: &CancelToken| {
            let places = store.read().and_then(|reader| reader.resume());
            Event::PlacesLoaded(places.map_err(|error| error.to_string()))
        };
        self.answer(Lane::Short, work, |panic| Event::PlacesLoaded(Err(panic)));
    }

    fn expand(&self, job: JobId, paths: Vec<std::path::PathBuf>) {
        let (events, cancel) = (self.events.clone(), self.closing.clone());
        self.jobs.submit(Lane::Short, move || {
            let (files, problems) = crate::jobs::library::expand(&paths, &cancel);
            events.send(Event::Expanded(Expanded { job, files, problems }));
        });
    }

    fn scan(&self, job: JobId, roots: Vec<std::path::PathBuf>, cancel: CancelToken) {
        let (events, store) = (self.events.clone(), self.store.clone());
        let done = self.events.clone();
        let work = move || {
            let on_progress = |progress: ScanProgress| {
                events.send(Event::ScanProgress { job, progress });
            };
            let report = crate::jobs::library::scan(&store, &roots, &cancel, on_progress);
            events.send(Event::ScanDone { job, report });
        };
        self.jobs.submit_guarded(Lane::Long, work, move |panic| {
            let report = ScanOutcome { broken: Some(panic), ..ScanOutcome::default() };
            done.send(Event::ScanDone { job, report });
        });
    }

    fn clean(&self, sure: bool) {
        let (events, failed) = (self.events.clone(), self.events.clone());
        let (store, cancel) = (self.store.clone(), self.closing.clone());
        let work = move || {
            let result = crate::jobs::library::clean(&store, sure, &cancel);
            events.send(Event::Cleaned { sure, result: result.map_err(|error| error.to_string()) });
        };
        self.jobs.submit_guarded(Lane::Long, work, move |panic| {
            failed.send(Event::Cleaned { sure, result: Err(panic) });
        });
    }

    fn care(&self, job: JobId, care: Care) {
        let (events, failed) = (self.events.clone(), self.events.clone());
        let (store, cancel, asked) = (self.store.clone(), self.closing.clone(), care.clone());
        let work = move || {
            let result = crate::jobs::library::care(&store, &asked, &cancel);
            events.send(Event::Cared { job, care: asked, result });
        };
        self.jobs.submit_guarded(Lane::Long, work, move |panic| {
            failed.send(Event::Cared { job, care, result: Err(panic) });
        });
    }

    fn read_past(&self, job: JobId, asked: Importing, catalog: Arc<Catalog>) {
        let (store, home, same) = (self.store.clone(), self.home.clone(), asked.clone());
        self.answer(
            Lane::Files,
            move |cancel| {
                let found = past::look(&store, &asked, home.as_deref(), &catalog, cancel.flag());
                Event::PastRead { job, asked, found: found.map(Box::new) }
            },
            move |panic| Event::PastRead { job, asked: same, found: Err(panic) },
        );
    }

    fn find_duplicates(&self) {
        let (events, failed) = (self.events.clone(), self.events.clone());
        let (store, cancel) = (self.store.clone(), self.closing.clone());
        let work = move || {
            let found = crate::jobs::library::duplicates(&store, &cancel);
            events.send(Event::DuplicatesFound(found.map_err(|error| error.to_string())));
        };
        self.jobs.submit_guarded(Lane::Long, work, move |panic| {
            failed.send(Event::DuplicatesFound(Err(panic)));
        });
    }

    fn listen(&self, job: JobId, question: Question, known: Known) {
        let ears = self.ears.clone();
        self.answer(
            Lane::Similar,
            move |_| Event::Listened { job, answer: ears.answer(question, &known) },
            move |panic| Event::Listened { job, answer: Err(Deaf::Broken(panic)) },
        );
    }

    fn analyse(&self, job: JobId, again: bool, cancel: CancelToken) {
        let (events, done, store) = (self.events.clone(), self.events.clone(), self.store.clone());
        let control = self.measuring.clone();
        let work = move || {
            let asked = Asked { tracks: None, again };
            let outcome = analyse::analyse(&store, &asked, &control, &cancel, &mut |progress| {
                events.send(Event::AnalyseProgress { job, progress: progress.clone() });
            });
            events.send(Event::Analysed { job, outcome });
        };
        self.jobs.submit_guarded(Lane::Measuring, work, move |panic| {
            let outcome = analyse::AnalyseOutcome { broken: Some(panic), ..Default::default() };
            done.send(Event::Analysed { job, outcome });
        });
    }

    fn read_levels(&self, catalog: Arc<Catalog>, of: Option<TrackId>) {
        let store = self.store.clone();
        let work = move |_: &CancelToken| {
            let levels = match of {
                Some(track) => levels::levels_with(&store, &catalog, track),
                None => levels::levels(&store, &catalog),
            };
            Event::LevelsRead(levels.map_err(|error| error.to_string()))
        };
        self.answer(Lane::Short, work, |panic| Event::LevelsRead(Err(panic)));
    }

    fn read_wave(&self, track: TrackId) {
        let store = self.store.clone();
        let work = move |_: &CancelToken| {
            let wave = portrait::wave(&store, track).map_err(|error| error.to_string());
            Event::WaveRead { track, wave }
        };
        self.answer(Lane::Short, work, move |panic| Event::WaveRead { track, wave: Err(panic) });
    }

    fn read_portrait(&self, job: Option<JobId>, track: TrackId, with_spread: bool) {
        let store = self.store.clone();
        let work = move |_: &CancelToken| {
            // Without the others a track can still be told of.
            let spread = with_spread.then(|| portrait::spread(&store).ok()).flatten().map(Arc::new);
            Event::PortraitRead { job, track, told: portrait::told(&store, track), spread }
        };
        let failed = move |panic| Event::PortraitRead { job, track, told: Told::Failed(panic), spread: None };
        self.answer(Lane::Short, work, failed);
    }

    fn find_cover(&self, path: Arc<Path>, side: u16) {
        let lane = if is_served(&path) { Lane::Online } else { Lane::Short };
        let (covers, turn, same) = (self.covers.clone(), self.covers.turn(), Arc::clone(&path));
        let found = move |path, picture| Event::CoverFound(CoverView { path, side, picture });
        self.answer(
            lane,
            move |_| {
                let picture = covers.find(&path, side, turn);
                found(path, picture)
            },
            move |_| found(same, None),
        );
    }

    fn find_covers(&self, files: Vec<(TrackId, PathBuf)>, side: u16) {
        let is_served = files.first().is_some_and(|(_, path)| is_served(path));
        let lane = if is_served { Lane::Online } else { Lane::Short };
        let covers = self.covers.clone();
        let none = files.iter().map(|&(track, _)| TrackCover { track, side, picture: None }).collect();
        let found = move |(track, path): (TrackId, PathBuf)| {
            let picture = covers.of(&path, side);
            TrackCover { track, side, picture }
        };
        self.answer(
            lane,
            move |_| Event::CoversFound(files.into_iter().map(found).collect()),
            move |_| Event::CoversFound(none),
        );
    }

    fn plan(&self, subject: Arc<Subject>, wishes: Wishes, cancel: CancelToken) {
        let stages = [
            (Stage::First, Lane::Short, plan::planned as fn(&_, &_, &_, &_) -> _),
            (Stage::Last, Lane::Mastering, plan::proved),
        ];
        for (stage, lane, make) in stages {
            let (store, cancel) = (self.store.clone(), cancel.clone());
            let (subject, wishes) = (Arc::clone(&subject), wishes.clone());
            let (failed, unmet) = (Arc::clone(&subject), wishes.clone());
            let work = move |_: &CancelToken| {
                let plan = make(&store, &subject, &wishes, &cancel).map(Box::new);
                Event::MasteringPlanned { subject, wishes, stage, plan }
            };
            let broken = move |panic| Event::MasteringPlanned {
                subject: failed,
                wishes: unmet,
                stage,
                plan: Err(panic),
            };
            self.answer(lane, work, broken);
        }
    }

    fn render(&self, number: JobId, order: Arc<RenderOrder>, cancel: CancelToken) {
        let (events, done, store) = (self.events.clone(), self.events.clone(), self.store.clone());
        let naming = Arc::clone(&self.naming);
        let work = move || {
            let end = render::render((&store, &naming), &order, &cancel, &mut |progress| {
                events.send(Event::RenderProgress { number, progress });
            });
            events.send(Event::Rendered { number, end: Arc::new(end) });
        };
        self.jobs.submit_guarded(Lane::Rendering, work, move |panic| {
            done.send(Event::Rendered { number, end: render::broken(panic) });
        });
    }

    fn measure_reference(&self, paths: Vec<PathBuf>, name: Option<String>, cancel: CancelToken) {
        let failed = cancel.clone();
        let work = move |_: &CancelToken| {
            let found = plan::reference(&paths, &cancel);
            let named = |found: Reference| match name {
                Some(name) => Reference { name, ..found },
                None => found,
            };
            Event::ReferenceMeasured { cancel, found: found.map(named).map(Box::new) }
        };
        let broken = move |panic| Event::ReferenceMeasured { cancel: failed, found: Err(panic) };
        self.answer(Lane::Mastering, work, broken);
    }

    fn find_outputs(&self) {
        let (events, failed) = (self.events.clone(), self.events.clone());
        let work = move || {
            events.send(Event::OutputsFound(engine::output::survey().map_err(|error| error.to_string())));
        };
        self.jobs.submit_guarded(Lane::Short, work, move |panic| {
            failed.send(Event::OutputsFound(Err(panic)));
        });
    }

    fn count_stats(&self, job: JobId, (period, from_ms): (Period, i64), quietly: bool) {
        let (events, failed, store) = (self.events.clone(), self.events.clone(), self.store.clone());
        let work = move || {
            let stats = library::stats(&store, from_ms).map_err(|error| error.to_string());
            events.send(Event::StatsCounted { job, period, quietly, stats });
        };
        self.jobs.submit_guarded(Lane::Short, work, move |panic| {
            failed.send(Event::StatsCounted { job, period, quietly, stats: Err(panic) });
        });
    }

    /// Once at the start, behind the catalog: what is shown first is needed first.
    pub fn read_facts(&self) {
        let (events, failed, store) = (self.events.clone(), self.events.clone(), self.store.clone());
        let work = move || {
            let facts = store.read().and_then(|reader| reader.facts());
            events.send(Event::FactsRead(facts.map_err(|error| error.to_string())));
        };
        self.jobs.submit_guarded(Lane::Short, work, move |panic| {
            failed.send(Event::FactsRead(Err(panic)));
        });
    }

    /// Reads the catalog from the store; at the start too.
    pub fn build_catalog(&self) {
        let (events, store) = (self.events.clone(), self.store.clone());
        let (failed, naming) = (self.events.clone(), Arc::clone(&self.naming));
        let work = move || {
            let began = Instant::now();
            let event = match crate::jobs::library::catalog(&store, &naming) {
                Ok(catalog) => Event::CatalogBuilt { catalog: Arc::new(catalog), took: began.elapsed() },
                Err(error) => Event::CatalogFailed(error.to_string()),
            };
            events.send(event);
        };
        self.jobs.submit_guarded(Lane::Short, work, move |panic| {
            failed.send(Event::CatalogFailed(panic));
        });
    }
}

fn curve(folder: Option<&Path>, work: &CurveWork) -> Result<Arc<Equaliser>, String> {
    let found = match work {
        CurveWork::Named(name) => curves::named(folder, name),
        CurveWork::File(path) => curves::from(path),
        CurveWork::Keep(curve) => {
            let folder = folder.ok_or(say!("there is no folder for it: HOME is not set"))?;
            return curves::keep(folder, curve).map(|_| Arc::clone(curve)).map_err(|error| error.to_string());
        }
    };
    found.map(Arc::new).map_err(|problem| problem.to_string())
}

/// A job that broke stands in the way of all files.
fn broken(panic: String) -> Refused {
    Refused(vec![(std::path::PathBuf::new(), panic)])
}
