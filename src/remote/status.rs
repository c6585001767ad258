//! The state of a player as others are told it: one flat picture of a snapshot and of where the ear is. Its keys are
//! fixed; more may be added.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::path::JsonPath;
use super::wire::Told;
use crate::model::address::without_user;
use crate::model::bookmark::Bookmark;
use crate::model::catalog::{Catalog, TrackRef};
use crate::model::chain::Band;
use crate::model::facts::{Rating, TrackFacts};
use crate::model::id::TrackId;
use crate::model::mastering::{Basis, MasteringView, Plan, PlanView};
use crate::model::playback::Shuffle;
use crate::model::player::Position;
use crate::model::rendering::{RenderStage, RenderView};
use crate::model::settings::SoundSettings;
use crate::model::signal::{SignalPath, SignalStage, Verdict};
use crate::model::similar::Radio;
use crate::model::snapshot::{Accepted, OutputState, OutputView, QueueView, ScanView, Snapshot, StreamView};
use crate::model::taste::Aspect;
use crate::model::track::AudioFormat;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Status {
    /// `stopped`, `opening`, `playing`, `paused`.
    pub state: String,
    /// Where the ear is in the current item; `null` where there is none.
    pub position_s: Option<f64>,
    pub duration_s: Option<f64>,
    /// The current item's file, also when it is not in the library; or its address, without user and password.
    pub path: Option<String>,
    /// Its bytes, where they are not UTF-8: see [`JsonPath`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_hex: Option<String>,
    /// `null` where the library does not have it.
    pub track: Option<TrackStatus>,
    pub format: Option<FormatStatus>,
    /// Of what comes from a server and cannot be sought.
    pub stream: Option<StreamStatus>,
    /// It plays, but the sound has yet to come.
    pub buffering: bool,
    /// Percent.
    pub volume: u8,
    pub muted: bool,
    /// `off`, `one`, `all`, `album`.
    pub repeat: String,
    pub shuffle: bool,
    /// `tracks`, `album`, `artist`, `no-repeat`, `least-heard`, `best-rated`; none where nothing is shuffled.
    pub shuffle_by: Option<String>,
    pub shuffle_seed: Option<u64>,
    /// Entries are taken out once they were heard.
    pub consume: bool,
    /// How long a track must be to go on where it was left off; `null`: none does.
    pub resume_min_s: Option<f64>,
    /// `null` where none is on.
    pub radio: Option<RadioStatus>,
    pub history: HistoryStatus,
    /// `off`, `track`, `album`.
    pub stop_after: String,
    /// Until playing pauses by itself.
    pub sleep_s: Option<f64>,
    pub sound: SoundStatus,
    pub mastering: MasteringStatus,
    /// Jobs that master to files, in the order in which they were asked for.
    pub jobs: Vec<JobStatus>,
    pub queue: QueueStatus,
    /// In the order of their names.
    pub bookmarks: Vec<BookmarkStatus>,
    pub output: OutputStatus,
    pub signal: SignalStatus,
    pub notice: Option<Told>,
    pub scan: ScanStatus,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrackStatus {
    pub id: u32,
    /// The file's name where it has no title.
    pub title: String,
    pub artists: Vec<String>,
    pub album: Option<String>,
    pub album_artists: Vec<String>,
    pub genres: Vec<String>,
    pub year: Option<u16>,
    pub track: Option<u16>,
    pub disc: Option<u16>,
    /// 0.5 to 5 stars.
    pub rating: Option<f32>,
    pub favourite: bool,
    pub plays: u32,
    pub skips: u32,
    /// Seconds since the Unix epoch.
    pub last_played: Option<i64>,
    /// Where a long track was left off, and goes on when it is played again.
    pub left_off_s: Option<f64>,
}

/// What is done to the sound; what that means for the item that plays is in the signal.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SoundStatus {
    /// `off`, `track`, `album`, `auto`.
    pub replaygain: String,
    pub preamp_db: f32,
    pub crossfade_s: f64,
    /// -100 to 100.
    pub balance: i8,
    pub mono: bool,
    /// 1 is the music's own.
    pub speed: f64,
    pub eq: EqStatus,
    /// `default`, `cmoy`, `jmeier`; `null`: off.
    pub crossfeed: Option<String>,
    /// Name of what is convolved with; `null`: nothing.
    pub impulse: Option<String>,
    pub night: bool,
    /// Percent.
    pub night_strength: u8,
}

/// The listener's equaliser.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EqStatus {
    pub on: bool,
    pub preset: String,
    /// dB before the bands, and whether they are worked out.
    pub preamp_db: f32,
    pub preamp_auto: bool,
    pub bands: Vec<Band>,
}

/// What mastering is asked for, and what it does to the item that plays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MasteringStatus {
    pub on: bool,
    pub preset: String,
    /// Percent.
    pub intensity: u8,
    pub target: String,
    pub album_lock: bool,
    /// What is added to plans, and what of it was learned.
    pub taste: TasteStatus,
    /// The rules that hold for what plays, with what comes of each.
    pub rules: Vec<String>,
    /// What is matched.
    pub reference: Option<ReferenceStatus>,
    /// The original is heard in its place, at the same loudness.
    pub original: bool,
    /// The blind comparison that is under way.
    pub abx: Option<AbxStatus>,
    /// The two tastes that are compared.
    pub prefer: Option<PreferStatus>,
    pub plan: Option<PlanStatus>,
    /// Why there is none.
    pub no_plan: Option<String>,
}

/// What is added to plans.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TasteStatus {
    /// What was learned is heard.
    pub learn: bool,
    /// Version of what is kept; 0: nothing was ever.
    pub version: u64,
    pub bass_db: AspectStatus,
    pub treble_db: AspectStatus,
    pub density: AspectStatus,
}

/// One aspect of taste.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AspectStatus {
    pub heard: f32,
    /// `null`: what was learned is heard.
    pub by_hand: Option<f32>,
    pub learned: f32,
    /// Observations of it, and how sure that is, 0 to 1.
    pub count: u32,
    pub confidence: f32,
}

/// A comparison of two tastes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PreferStatus {
    /// `A`, `B`.
    pub heard: String,
    /// Both can be heard.
    pub ready: bool,
    pub answers: u32,
}

/// A job that masters to files.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobStatus {
    pub number: u64,
    pub name: String,
    pub folder: String,
    /// `waiting`, `running`, `done`, `stopped`.
    pub state: String,
    /// Of all that is to be done, 0 to 1.
    pub share: f64,
    pub tracks: usize,
    pub written: usize,
    /// What was not written, each with why.
    pub failed: Vec<String>,
}

/// Music whose tone, width and loudness are wanted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReferenceStatus {
    pub name: String,
    pub tracks: u32,
    pub lufs: f32,
}

/// A blind comparison.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AbxStatus {
    pub trials: u32,
    pub right: u32,
    /// Chance of so many right answers or more by guessing.
    pub p: f64,
}

/// One static decision for a track or an album.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanStatus {
    /// `track`, `album`, or `glimpse` where only its ends were looked at.
    pub basis: String,
    pub lufs: f32,
    pub true_peak_db: f32,
    pub asked_lufs: f32,
    pub aim_lufs: f32,
    /// Each change and why it is made.
    pub moves: Vec<String>,
}

/// The sound of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FormatStatus {
    pub codec: String,
    /// Hz.
    pub sample_rate: u32,
    pub channels: u16,
    pub bits: Option<u8>,
}

/// The queue is kept going with what sounds like some tracks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RadioStatus {
    /// Ids of those tracks.
    pub seeds: Vec<u32>,
    /// Of the first of them that is there.
    pub title: Option<String>,
    /// Repeats it: `radio on ... seed=N`.
    pub seed: u64,
    /// Tracks that it put into the queue.
    pub added: u64,
}

/// What a stream says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StreamStatus {
    /// What is playing now, in the station's words.
    pub title: Option<String>,
    pub station: Option<String>,
}

/// Changes that can be taken back, and made again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HistoryStatus {
    pub undo: usize,
    pub redo: usize,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QueueStatus {
    pub length: usize,
    /// Of the current item, counted from 1 as `jump` counts.
    pub index: Option<usize>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BookmarkStatus {
    pub name: String,
    pub path: String,
    /// Its bytes, where they are not UTF-8: see [`JsonPath`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_hex: Option<String>,
    pub position_s: f64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OutputStatus {
    /// As `--output` has it.
    pub asked: String,
    /// `closed`, `open`, `lost`, `stand-in`.
    pub state: String,
    /// Of what is lost, or stood in for.
    pub why: Option<String>,
    /// What the output took; `null` while none is open.
    pub name: Option<String>,
    pub id: Option<String>,
    /// Hz.
    pub sample_rate: Option<u32>,
    pub channels: Option<u16>,
    /// `s16`, `s24`, `s32`, `f32`.
    pub format: Option<String>,
    pub period_frames: Option<u32>,
    /// How often it ran empty since it was opened; not told to followers.
    pub underruns: Option<u64>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SignalStatus {
    pub stages: Vec<StageStatus>,
    /// `nothing`, `bit-perfect`, `as-decoded`, `changed`.
    pub verdict: String,
}

/// See `model::signal` for the kinds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StageStatus {
    pub kind: String,
    pub detail: String,
    /// `exact`, `changed`.
    pub effect: String,
}

/// The scan of the library.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScanStatus {
    pub running: bool,
    /// Files.
    pub found: u64,
    pub read: u64,
    pub failed: usize,
    pub folder: Option<JsonPath>,
}

impl Status {
    /// Without `heard`: where the item stood when the snapshot was made, which no moving ear changes.
    pub fn new(snapshot: &Snapshot, heard: Option<Position>) -> Self {
        let playback = &snapshot.playback;
        let times = snapshot.times(heard);
        let file = playback.now.as_ref().map(|now| JsonPath::new(&without_user(&now.path)));
        Self {
            state: playback.state.name().to_owned(),
            position_s: times.map(|(elapsed, _)| elapsed.as_secs_f64()),
            duration_s: times.and_then(|(_, total)| total).map(|total| total.as_secs_f64()),
            path: file.as_ref().map(|file| file.path.clone()),
            path_hex: file.and_then(|file| file.path_hex),
            track: snapshot.track().map(|found| TrackStatus {
                left_off_s: snapshot.places.get(&found.id()).map(|place| place.time().as_secs_f64()),
                ..track(found, snapshot.facts.get(found.id()))
            }),
            format: snapshot.format().map(format),
            stream: playback.now.as_ref().and_then(|now| now.stream.as_ref()).map(stream),
            buffering: playback.buffering,
            volume: playback.volume.percent(),
            muted: playback.muted,
            repeat: playback.repeat.name().to_owned(),
            shuffle: playback.shuffle != Shuffle::Off,
            shuffle_by: match playback.shuffle {
                Shuffle::Off => None,
                Shuffle::On { by, .. } => Some(by.name().to_owned()),
            },
            shuffle_seed: playback.shuffle.seed(),
            consume: playback.consume,
            resume_min_s: playback.resume.map(|least| least.as_secs_f64()),
            radio: snapshot.radio.as_deref().map(|radio| self::radio(radio, &snapshot.catalog)),
            history: HistoryStatus {
                undo: snapshot.history.done,
                redo: snapshot.history.entries.len() - snapshot.history.done,
            },
            stop_after: playback.stop_after.name().to_owned(),
            sleep_s: playback.sleep_at.map(|at| at.saturating_duration_since(Instant::now()).as_secs_f64()),
            sound: sound(&playback.sound),
            mastering: mastering(&snapshot.mastering),
            jobs: snapshot.renders.iter().map(job).collect(),
            queue: queue(&snapshot.queue),
            bookmarks: snapshot.bookmarks.iter().map(bookmark).collect(),
            output: output(&snapshot.output),
            signal: signal(&snapshot.signal),
            notice: snapshot.notice.as_deref().map(Told::from),
            scan: scan(&snapshot.scan),
        }
    }
}

impl Status {
    /// The current item's file.
    pub fn file(&self) -> Option<PathBuf> {
        let path = self.path.clone()?;
        JsonPath { path, path_hex: self.path_hex.clone() }.to_path()
    }
}

fn track(track: TrackRef<'_>, facts: TrackFacts) -> TrackStatus {
    let all = |texts: &mut dyn Iterator<Item = &str>| texts.map(str::to_owned).collect();
    TrackStatus {
        id: track.id().0,
        title: track.title().to_owned(),
        artists: all(&mut track.artists()),
        album: Some(track.album_title()).filter(|title| !title.is_empty()).map(str::to_owned),
        album_artists: all(&mut track.album_artists()),
        genres: all(&mut track.genres()),
        year: track.year(),
        track: track.track_number(),
        disc: track.disc_number(),
        rating: facts.rating.map(Rating::stars),
        favourite: facts.favourite,
        plays: facts.plays,
        skips: facts.skips,
        last_played: facts.last_played_s,
        left_off_s: None,
    }
}

fn format(format: AudioFormat) -> FormatStatus {
    FormatStatus {
        codec: format.codec.name().to_owned(),
        sample_rate: format.spec.rate,
        channels: format.spec.channels,
        bits: format.bits,
    }
}

fn stream(stream: &StreamView) -> StreamStatus {
    let text = |text: &Option<Arc<str>>| text.as_deref().map(str::to_owned);
    StreamStatus { title: text(&stream.title), station: text(&stream.station) }
}

fn sound(sound: &SoundSettings) -> SoundStatus {
    SoundStatus {
        replaygain: sound.level.mode.name().to_owned(),
        preamp_db: sound.level.preamp_db,
        crossfade_s: f64::from(sound.crossfade_ms) / 1000.0,
        balance: sound.balance,
        mono: sound.mono,
        speed: sound.speed.factor(),
        eq: EqStatus {
            on: sound.eq.on,
            preset: sound.eq.curve.name().to_owned(),
            preamp_db: sound.eq.curve.preamp_db(),
            preamp_auto: sound.eq.curve.own_preamp_db().is_none(),
            bands: sound.eq.curve.bands().to_vec(),
        },
        crossfeed: sound.crossfeed.map(|crossfeed| crossfeed.name().to_owned()),
        impulse: sound.impulse.as_ref().map(|impulse| impulse.name.to_string()),
        night: sound.night.on,
        night_strength: sound.night.strength.percent(),
    }
}

fn job(view: &RenderView) -> JobStatus {
    let told = JobStatus {
        number: view.number,
        name: view.name.clone(),
        folder: view.folder.display().to_string(),
        ..JobStatus::default()
    };
    match &view.stage {
        RenderStage::Waiting => JobStatus { state: "waiting".into(), ..told },
        RenderStage::Running(progress) => JobStatus {
            state: "running".into(),
            share: progress.share,
            tracks: progress.tracks,
            written: progress.done,
            ..told
        },
        RenderStage::Ended(end) => JobStatus {
            state: if end.stopped { "stopped".into() } else { "done".into() },
            share: 1.0,
            tracks: end.written + end.failed.len(),
            written: end.written,
            failed: end.failed.iter().map(|(path, why)| format!("{}: {why}", path.display())).collect(),
            ..told
        },
    }
}

fn mastering(view: &MasteringView) -> MasteringStatus {
    let settings = &view.settings;
    let no_plan = match &view.plan {
        PlanView::Failed(why) => Some(why.to_string()),
        PlanView::None | PlanView::Making | PlanView::Made(_) => None,
    };
    MasteringStatus {
        on: settings.on,
        preset: settings.preset.name().to_owned(),
        intensity: settings.intensity.percent(),
        target: settings.target.to_string(),
        album_lock: settings.album,
        reference: view.reference.as_deref().map(|found| ReferenceStatus {
            name: found.name.clone(),
            tracks: found.tracks,
            lufs: found.lufs,
        }),
        taste: taste(view),
        rules: view.ruled.clone(),
        prefer: view.trial.map(|told| PreferStatus {
            heard: told.trial.heard.name().to_owned(),
            ready: told.is_ready,
            answers: told.answers,
        }),
        original: view.original,
        abx: view.abx.map(|abx| AbxStatus { trials: abx.trials, right: abx.right, p: abx.p_value() }),
        plan: view.plan.made().map(plan),
        no_plan,
    }
}

fn taste(view: &MasteringView) -> TasteStatus {
    let (learned, heard) = (view.preferences.learned(), view.taste());
    let aspect = |aspect: Aspect| {
        let opinion = learned.get(aspect);
        AspectStatus {
            heard: heard.get(aspect),
            by_hand: view.settings.taste.get(aspect),
            learned: opinion.value,
            count: opinion.count(),
            confidence: opinion.confidence(),
        }
    };
    TasteStatus {
        learn: view.settings.learn,
        version: view.preferences.number(),
        bass_db: aspect(Aspect::Bass),
        treble_db: aspect(Aspect::Treble),
        density: aspect(Aspect::Density),
    }
}

fn plan(plan: &Plan) -> PlanStatus {
    let basis = match plan.basis {
        Basis::Track => "track",
        Basis::Album(_) => "album",
        Basis::Glimpse => "glimpse",
    };
    PlanStatus {
        basis: basis.to_owned(),
        lufs: plan.source.lufs,
        true_peak_db: plan.source.true_peak_db,
        asked_lufs: plan.asked_lufs,
        aim_lufs: plan.aim_lufs,
        moves: plan.moves.iter().map(|told| told.why.clone()).collect(),
    }
}

fn radio(radio: &Radio, catalog: &Catalog) -> RadioStatus {
    let title = |id: &TrackId| catalog.find(*id).map(|track| track.title().to_owned());
    RadioStatus {
        seeds: radio.seeds.iter().map(|id| id.0).collect(),
        title: radio.seeds.iter().find_map(title),
        seed: radio.seed,
        added: radio.added,
    }
}

fn queue(queue: &QueueView) -> QueueStatus {
    QueueStatus { length: queue.items.len(), index: queue.current.map(|at| at + 1) }
}

fn bookmark(mark: &Bookmark) -> BookmarkStatus {
    let JsonPath { path, path_hex } = JsonPath::new(&mark.path);
    let name = mark.name.as_str().to_owned();
    BookmarkStatus { name, path, path_hex, position_s: mark.time().as_secs_f64() }
}

fn output(output: &OutputView) -> OutputStatus {
    let (state, why, accepted) = match &output.state {
        OutputState::Closed => ("closed", None, None),
        OutputState::Open(accepted) => ("open", None, Some(accepted)),
        OutputState::Lost { why } => ("lost", Some(why), None),
        OutputState::StandIn { why, accepted } => ("stand-in", Some(why), Some(accepted)),
    };
    let told = OutputStatus {
        asked: output.asked.to_string(),
        state: state.to_owned(),
        why: why.cloned(),
        ..OutputStatus::default()
    };
    accepted.map_or(told.clone(), |accepted| with_accepted(told, accepted))
}

fn with_accepted(told: OutputStatus, accepted: &Accepted) -> OutputStatus {
    OutputStatus {
        name: Some(accepted.name.clone()),
        id: accepted.id.clone(),
        sample_rate: Some(accepted.spec.rate),
        channels: Some(accepted.spec.channels),
        format: Some(accepted.format.name().to_owned()),
        period_frames: accepted.period_frames,
        ..told
    }
}

fn signal(path: &SignalPath) -> SignalStatus {
    let verdict = match path.verdict() {
        Verdict::Nothing => "nothing",
        Verdict::BitPerfect => "bit-perfect",
        Verdict::AsDecoded => "as-decoded",
        Verdict::Changed(_) => "changed",
    };
    SignalStatus { stages: path.stages.iter().map(stage).collect(), verdict: verdict.to_owned() }
}

fn stage(stage: &SignalStage) -> StageStatus {
    use crate::model::signal::Effect;
    let effect = match stage.effect {
        Effect::Exact => "exact",
        Effect::Changed => "changed",
    };
    StageStatus {
        kind: stage.kind.name().to_owned(),
        detail: stage.detail.clone(),
        effect: effect.to_owned(),
    }
}

fn scan(scan: &ScanView) -> ScanStatus {
    ScanStatus {
        running: scan.running,
        found: scan.found,
        read: scan.read,
        failed: scan.failed.len(),
        folder: scan.folder.as_deref().map(JsonPath::new),
    }
}
