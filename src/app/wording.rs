//! Every text that the core tells the user: what happened, why, what to do. One function a case; called by reducers.

mod analysis;
mod ears;
mod library;
pub mod listener;
mod lyrics;
pub mod mastering;
mod past;
mod playlists;
mod queue;
pub mod renders;
mod server;
mod tags;
pub mod taste;
mod templates;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::state::Ab;
use crate::engine::command::Reason;
use crate::jobs::library::ScanOutcome;
use crate::model::address;
use crate::model::audio::frames_to_duration;
use crate::model::bookmark::{BookmarkName, Bookmarks};
use crate::model::command::Sound;
use crate::model::command::parse::quoted;
use crate::model::facts::Rating;
use crate::model::listening::{Period, Stats, Top};
use crate::model::notice::{Notice, Severity};
use crate::model::settings::{Audio, LevelMode, OutputSpec, SoundSettings};
use crate::model::snapshot::DuplicatesView;
use crate::{counted, say};

pub use analysis::*;
pub use ears::*;
pub use library::*;
pub use lyrics::*;
pub use past::*;
pub use playlists::*;
pub use queue::*;
pub use server::*;
pub use tags::*;
pub use templates::*;

fn note(what: impl Into<String>) -> Notice {
    Notice::new(Severity::Note, what)
}

fn warning(what: impl Into<String>) -> Notice {
    Notice::new(Severity::Warning, what)
}

fn error(what: impl Into<String>) -> Notice {
    Notice::new(Severity::Error, what)
}

pub fn nothing_to_play() -> Notice {
    note(say!("The queue is empty")).next_step(say!("Press `a` or Enter on something in the library"))
}

pub fn track_failed(name: &str, why: &str, was_heard: bool) -> Notice {
    let what = if was_heard { say!("{name} broke off", name) } else { say!("Cannot play {name}", name) };
    warning(what).why(why)
}

/// `live`: a station; else a file of a server that gives it in one go only.
pub fn not_sought(live: bool) -> Notice {
    match live {
        true => note(say!("A live stream cannot be sought")),
        false => note(say!("This cannot be sought")).why(say!("its server sends it in one go only")),
    }
}

pub fn too_many_failures(count: u32, why: &str) -> Notice {
    error(say!("Stopped: {tracks} in a row did not play", tracks = counted!(count, "track", "tracks")))
        .why(why)
        .next_step(say!("Is the disk there? Space tries again"))
}

pub fn damaged(name: &str, packets: u64) -> Notice {
    warning(say!("{name} is damaged", name))
        .why(say!("{packets} skipped", packets = counted!(packets, "packet", "packets")))
}

pub fn output_lost(why: &str) -> Notice {
    warning(say!("The sound device is gone"))
        .why(why)
        .next_step(say!("Playing goes on when it is back; `:output auto` takes another"))
}

pub fn output_ended(why: &str) -> Notice {
    error(say!("Stopped: the output takes no sound"))
        .why(why)
        .next_step(say!("`:output SPEC` takes another; Space plays on"))
}

pub fn paused_itself(reason: Reason) -> Notice {
    match reason {
        Reason::DidNotReturn => warning(say!("Paused: the sound device did not come back"))
            .next_step(say!("Space waits for it again; `:output auto` takes the one that is there")),
        Reason::Unplugged => {
            note(say!("Paused: the headphones were pulled")).next_step(say!("Space plays on"))
        }
    }
}

pub fn output_back(name: &str) -> Notice {
    note(say!("Sound is back on {name}", name))
}

pub fn no_device(why: &str) -> Notice {
    warning(say!("No sound device: playing in silence"))
        .why(why)
        .next_step(say!("Connect one or start the sound server; it is taken as soon as it is there"))
}

pub fn output_refused(asked: &OutputSpec, why: &str) -> Notice {
    warning(say!("Cannot use the output {output}", output = asked))
        .why(why)
        .next_step(say!("The sound stays where it was"))
}

pub fn audio(audio: Audio) -> Notice {
    note(match audio {
        Audio::Here => say!("The sound comes out here"),
        Audio::Both => say!("The sound comes out there and here"),
        Audio::There | Audio::Next | Audio::Leave => say!("The sound comes out there"),
    })
}

pub fn heard_here() -> Notice {
    let what = say!("Only a screen of another machine can be heard on its own");
    warning(what).next_step(say!("`auralis -r HOST` shows a player of HOST, and plays it here"))
}

pub fn sound_changed(command: Sound, sound: &SoundSettings) -> Notice {
    let level = &sound.level;
    let text = match command {
        Sound::ReplayGain(_) => match level.mode {
            LevelMode::Off => say!("Loudness: as the files have it").to_owned(),
            LevelMode::Track => say!("Loudness: every track alike").to_owned(),
            LevelMode::Album => say!("Loudness: every album alike").to_owned(),
            LevelMode::Auto => {
                say!("Loudness: albums alike where one plays in order, else tracks").to_owned()
            }
        },
        Sound::Preamp(_) => say!("Preamp: {db:+.1} dB", db = level.preamp_db),
        Sound::Speed(_) => say!("Speed: {speed}", speed = sound.speed),
        Sound::Balance(_) => say!("Balance: {balance}", balance = balance(sound.balance)),
        Sound::Mono(_) if sound.mono => say!("Mono: on").to_owned(),
        Sound::Mono(_) => say!("Mono: off").to_owned(),
        Sound::Crossfade(_) if sound.crossfade_ms == 0 => say!("Crossfade: none").to_owned(),
        Sound::Crossfade(_) => {
            say!("Crossfade: {seconds} s", seconds = f64::from(sound.crossfade_ms) / 1000.0)
        }
    };
    let is_idle = matches!(command, Sound::Preamp(_)) && level.mode == LevelMode::Off;
    let notice = note(text);
    if is_idle { notice.next_step(say!("It is heard once `:replaygain` is on")) } else { notice }
}

fn balance(balance: i8) -> String {
    match balance {
        0 => say!("both sides").to_owned(),
        left @ ..0 => say!("{percent} % to the left", percent = -i32::from(left)),
        right => say!("{percent} % to the right", percent = right),
    }
}

pub fn sleep_set(time: Option<Duration>) -> Notice {
    match time {
        None => note(say!("Playing does not stop by the clock")),
        Some(time) => note(say!("Playing fades out and pauses in {time}", time = clock_time(time)))
            .next_step(say!("`:sleep off` takes it back")),
    }
}

/// A frame and its rate in Hz.
pub fn goes_on(frame: u64, rate: u32) -> Notice {
    let time = clock_time(crate::model::audio::frames_to_duration(frame, rate));
    note(say!("Goes on at {time}, where it was left off", time))
        .next_step(say!("`:restart` plays it from the beginning"))
}

pub fn resume_set(least: Option<Duration>) -> Notice {
    match least {
        None => note(say!("Tracks begin at their beginning")),
        Some(least) => {
            note(say!("Tracks of {time} and longer go on where they were left off", time = clock_time(least)))
        }
    }
}

pub fn slept() -> Notice {
    note(say!("Paused by the sleep timer"))
}

pub fn nothing_to_loop() -> Notice {
    note(say!("Nothing plays that could be looped"))
}

pub fn ab_loop(ab: Option<&Ab>, rate: u32) -> Notice {
    let time = |frames: u64| clock_time(frames_to_duration(frames, rate));
    match ab {
        None => note(say!("Plays on without a loop")),
        Some(Ab { from, to: None, .. }) => note(say!("The loop begins at {time}", time = time(*from)))
            .next_step(say!("`:ab-loop` again ends it")),
        Some(Ab { from, to: Some(to), .. }) => {
            note(say!("Looping {from} to {to}", from = time(*from), to = time(*to)))
                .next_step(say!("`:ab-loop off` plays on"))
        }
    }
}

/// A bookmark as people are told of it.
pub struct ShownMark {
    pub name: BookmarkName,
    pub title: String,
    pub time: Duration,
}

impl std::fmt::Display for ShownMark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} {}", self.name, shortened(&self.title), clock_time(self.time))
    }
}

/// To 24 characters.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(24) {
        None => text.to_owned(),
        Some(_) => text.chars().take(23).chain(['…']).collect(),
    }
}

pub fn nothing_to_bookmark() -> Notice {
    note(say!("Nothing is current that a place could be kept in"))
}

pub fn no_free_letter() -> Notice {
    note(say!("All letters from a to z are bookmarks"))
        .next_step(say!("`:bookmark NAME` sets one with a name"))
}

pub fn bookmarks_full() -> Notice {
    warning(say!("No room for another bookmark: at most {most} are kept", most = Bookmarks::MOST))
        .next_step(say!("`:bookmark-drop NAME` makes room"))
}

pub fn bookmark_set(mark: &ShownMark, before: Option<&ShownMark>) -> Notice {
    let notice = note(say!("Bookmark {mark}", mark))
        .next_step(say!("`:bookmark-go {name}` plays it", name = typed(&mark.name)));
    match before {
        Some(before) => notice.why(say!(
            "it was {title} {time}",
            title = shortened(&before.title),
            time = clock_time(before.time)
        )),
        None => notice,
    }
}

pub fn bookmark_dropped(mark: &ShownMark) -> Notice {
    note(say!("Dropped bookmark {mark}", mark))
        .next_step(say!("`:bookmark {name}` there sets it again", name = typed(&mark.name)))
}

/// A name as the command line takes it.
fn typed(name: &BookmarkName) -> String {
    quoted(name.as_str())
}

pub fn no_such_bookmark(name: &BookmarkName) -> Notice {
    note(say!("No bookmark is called {name}", name)).next_step(say!("`:bookmarks` tells which there are"))
}

pub fn bookmark_lost(name: &BookmarkName, why: &str) -> Notice {
    warning(say!("Cannot go to bookmark {name}", name))
        .why(why)
        .next_step(say!("It stays, for when the file is back"))
}

/// As many as a line has room for.
pub fn bookmarks(marks: &[ShownMark]) -> Notice {
    const MOST: usize = 10;
    if marks.is_empty() {
        return note(say!("There are no bookmarks")).next_step(say!("`:bookmark` keeps the place"));
    }
    let mut told: Vec<String> = marks.iter().take(MOST).map(ToString::to_string).collect();
    if marks.len() > MOST {
        told.push(say!("{more} more", more = marks.len() - MOST));
    }
    note(say!("Bookmarks {marks}", marks = told.join(" · ")))
}

/// `1:02:03`, `4:05`.
fn clock_time(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        hours => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// For one title or a number of tracks.
pub fn rated(what: &str, rating: Option<Rating>) -> String {
    match rating {
        None => say!("{title}: no rating", title = shortened(what)),
        Some(rating) => format!("{}: {rating}", shortened(what)),
    }
}

pub fn loved(what: &str, favourite: bool) -> String {
    match favourite {
        true => say!("{title}: a favourite", title = shortened(what)),
        false => say!("{title}: no favourite any more", title = shortened(what)),
    }
}

/// `changes`: it was not so before.
pub fn facts_changed(words: &str, changes: bool) -> Notice {
    let told = note(words);
    if changes { told.next_step(say!("`:undo` takes it back")) } else { told }
}

pub fn nothing_to_judge() -> Notice {
    note(say!("Nothing plays that could be rated")).next_step(say!("Go to a track in the library"))
}

pub fn not_in_library(name: &str) -> Notice {
    note(say!("{name} is not in the library", name = shortened(name)))
        .next_step(say!("`:scan FOLDER` takes it in"))
}

pub fn facts_awaited() -> Notice {
    warning(say!("Ratings cannot be changed yet"))
        .why(say!("what is known of the tracks is not read"))
        .next_step(say!("Try again in a moment"))
}

pub fn facts_failed(why: &str) -> Notice {
    error(say!("Plays and ratings cannot be read"))
        .why(why)
        .next_step(say!("`auralis library check` looks at the store; nothing is written over them"))
}

pub fn no_stats(why: &str) -> Notice {
    warning(say!("What was listened to cannot be counted")).why(why)
}

/// As much as a line has room for.
pub fn stats(period: Period, stats: &Stats) -> Notice {
    if stats.plays + stats.skips == 0 && stats.seconds < 1.0 {
        return note(say!("{period}: nothing was listened to", period = period.words()));
    }

    let mut parts = vec![say!(
        "{period}: {plays}, {hours:.1} h in {sessions}",
        period = period.words(),
        plays = counted!(stats.plays, "play", "plays"),
        hours = stats.seconds / 3600.0,
        sessions = counted!(stats.sessions, "session", "sessions")
    )];
    let lists =
        [(say!("artists"), &stats.artists), (say!("albums"), &stats.albums), (say!("tracks"), &stats.tracks)];
    for (name, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        let row = |top: &Top| format!("{} {}", shortened(&top.name), top.plays);
        let rows: Vec<String> = list.iter().take(3).map(row).collect();
        parts.push(format!("{name}: {}", rows.join(", ")));
    }
    note(parts.join(" · "))
}

pub fn no_roots() -> Notice {
    note(say!("The library has no folder yet")).next_step(say!("`:scan FOLDER` adds one"))
}

pub fn no_scan_of(address: &Path) -> Notice {
    note(say!("{place} is an address: it can be played, not scanned", place = address::place(address)))
}

pub fn no_scan() -> Notice {
    note(say!("No scan is running"))
}

/// What the last scan could not read.
pub fn scan_report(failed: &[(PathBuf, String)]) -> Notice {
    match failed {
        [] => note(say!("The last scan could read everything")),
        [(path, why)] => warning(format!("{} {why}", path.display())),
        [(path, why), ..] => {
            warning(say!("{count} files or folders could not be read", count = failed.len()))
                .why(say!("the first: {path} {why}", path = path.display(), why))
                .next_step(say!("`:scan report` on the screen shows all"))
        }
    }
}

pub fn cleaning() -> Notice {
    note(say!("The missing tracks are being looked at already"))
}

/// Tracks that were, or would be, forgotten; and those kept because a folder is away.
pub fn cleaned(sure: bool, result: Result<(u64, BTreeMap<PathBuf, u64>), String>) -> Notice {
    let (forgotten, away) = match result {
        Ok(counts) => counts,
        Err(why) => return error(say!("The missing tracks cannot be looked at")).why(why),
    };
    let kept = away
        .iter()
        .map(|(folder, count)| say!("{count} are kept: {folder} is away", count, folder = folder.display()));
    let kept: Vec<String> = kept.collect();
    let told = match (forgotten, sure) {
        (0, _) => note(say!("No missing track is to be forgotten")),
        (1, false) => note(say!("1 track is missing, and can be forgotten with its plays and rating"))
            .next_step(say!("`:clean yes` does it")),
        (count, false) => note(say!(
            "{tracks} are missing, and can be forgotten with their plays and ratings",
            tracks = counted!(count, "track", "tracks")
        ))
        .next_step(say!("`:clean yes` does it")),
        (1, true) => note(say!("1 missing track is forgotten")),
        (count, true) => {
            note(say!("{tracks} are forgotten", tracks = counted!(count, "missing track", "missing tracks")))
        }
    };
    if kept.is_empty() { told } else { told.why(kept.join(", ")) }
}

pub fn duplicates(view: &DuplicatesView) -> Notice {
    match (&view.problem, view.found) {
        (Some(why), _) => error(say!("Duplicates cannot be looked for")).why(why.as_str()),
        (None, 0) if view.like => note(say!("No two measured tracks sound like one recording")),
        (None, 0) => note(say!("No two tracks hold the same sound")),
        (None, groups) if view.like => {
            note(say!("{tracks} tracks sound like {groups} recordings", tracks = view.tracks, groups))
                .next_step(say!(
                    "`:duplicates like` on the screen, or `auralis duplicates --like`, shows which"
                ))
        }
        (None, groups) => {
            note(say!("{tracks} tracks hold {groups} sounds more than once", tracks = view.tracks, groups))
                .next_step(say!("`:duplicates` on the screen, or `auralis duplicates`, shows which"))
        }
    }
}

/// Folders cannot be watched for changes.
pub fn no_watch(why: &str) -> Notice {
    warning(say!("Folders are looked through from time to time instead of being watched")).why(why)
}

pub fn catalog_failed(why: &str) -> Notice {
    error(say!("The library cannot be read")).why(why).next_step(say!(
        "Quit; `auralis library check` tells what is damaged, `--repair` saves what can be read"
    ))
}

/// Nothing where nothing changed and nothing failed.
pub fn scan_done(report: &ScanOutcome) -> Option<Notice> {
    if let Some(why) = &report.broken {
        return Some(error(say!("The scan broke off")).why(why.as_str()));
    }
    let parts = [
        (report.added, say!("{count} new", count = report.added)),
        (report.updated, say!("{count} changed", count = report.updated)),
        (report.moved, say!("{count} moved", count = report.moved)),
        (report.missing, say!("{count} missing", count = report.missing)),
        (report.returned, say!("{count} back", count = report.returned)),
        (report.removed, say!("{count} listed in another way", count = report.removed)),
        (report.failed.len() as u64, say!("{count} not readable", count = report.failed.len())),
    ];
    let told: Vec<String> =
        parts.into_iter().filter(|(count, _)| *count > 0).map(|(_, words)| words).collect();
    let first_failure = report.failed.first().map(|(path, why)| format!("{}: {why}", path.display()));
    match (told.is_empty(), first_failure) {
        (true, _) => None,
        (false, None) => Some(note(say!("Library up to date: {changes}", changes = told.join(", ")))),
        (false, Some(why)) => {
            Some(warning(say!("Library up to date: {changes}", changes = told.join(", "))).why(why))
        }
    }
}
