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

/// "1 track", "3 tracks".
pub fn count_of(count: usize, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}

pub fn nothing_to_play() -> Notice {
    note("The queue is empty").next_step("Press `a` or Enter on something in the library")
}

pub fn track_failed(name: &str, why: &str, was_heard: bool) -> Notice {
    let what = if was_heard { format!("{name} broke off") } else { format!("Cannot play {name}") };
    warning(what).why(why)
}

/// `live`: a station; else a file of a server that gives it in one go only.
pub fn not_sought(live: bool) -> Notice {
    match live {
        true => note("A live stream cannot be sought"),
        false => note("This cannot be sought").why("its server sends it in one go only"),
    }
}

pub fn too_many_failures(count: u32, why: &str) -> Notice {
    error(format!("Stopped: {count} tracks in a row did not play"))
        .why(why)
        .next_step("Is the disk there? Space tries again")
}

pub fn damaged(name: &str, packets: u64) -> Notice {
    let count = usize::try_from(packets).unwrap_or(usize::MAX);
    warning(format!("{name} is damaged")).why(format!("{} skipped", count_of(count, "packet")))
}

pub fn output_lost(why: &str) -> Notice {
    warning("The sound device is gone")
        .why(why)
        .next_step("Playing goes on when it is back; `:output auto` takes another")
}

pub fn output_ended(why: &str) -> Notice {
    error("Stopped: the output takes no sound")
        .why(why)
        .next_step("`:output SPEC` takes another; Space plays on")
}

pub fn paused_itself(reason: Reason) -> Notice {
    match reason {
        Reason::DidNotReturn => warning("Paused: the sound device did not come back")
            .next_step("Space waits for it again; `:output auto` takes the one that is there"),
        Reason::Unplugged => note("Paused: the headphones were pulled").next_step("Space plays on"),
    }
}

pub fn output_back(name: &str) -> Notice {
    note(format!("Sound is back on {name}"))
}

pub fn no_device(why: &str) -> Notice {
    warning("No sound device: playing in silence")
        .why(why)
        .next_step("Connect one or start the sound server; it is taken as soon as it is there")
}

pub fn output_refused(asked: &OutputSpec, why: &str) -> Notice {
    warning(format!("Cannot use the output {asked}")).why(why).next_step("The sound stays where it was")
}

pub fn audio(audio: Audio) -> Notice {
    note(match audio {
        Audio::Here => "The sound comes out here",
        Audio::Both => "The sound comes out there and here",
        Audio::There | Audio::Next | Audio::Leave => "The sound comes out there",
    })
}

pub fn heard_here() -> Notice {
    let what = "Only a screen of another machine can be heard on its own";
    warning(what).next_step("`auralis -r HOST` shows a player of HOST, and plays it here")
}

pub fn sound_changed(command: Sound, sound: &SoundSettings) -> Notice {
    let level = &sound.level;
    let text = match command {
        Sound::ReplayGain(_) => match level.mode {
            LevelMode::Off => "Loudness: as the files have it".to_owned(),
            LevelMode::Track => "Loudness: every track alike".to_owned(),
            LevelMode::Album => "Loudness: every album alike".to_owned(),
            LevelMode::Auto => "Loudness: albums alike where one plays in order, else tracks".to_owned(),
        },
        Sound::Preamp(_) => format!("Preamp: {:+.1} dB", level.preamp_db),
        Sound::Speed(_) => format!("Speed: {}", sound.speed),
        Sound::Balance(_) => format!("Balance: {}", balance(sound.balance)),
        Sound::Mono(_) => format!("Mono: {}", if sound.mono { "on" } else { "off" }),
        Sound::Crossfade(_) if sound.crossfade_ms == 0 => "Crossfade: none".to_owned(),
        Sound::Crossfade(_) => format!("Crossfade: {} s", f64::from(sound.crossfade_ms) / 1000.0),
    };
    let is_idle = matches!(command, Sound::Preamp(_)) && level.mode == LevelMode::Off;
    let notice = note(text);
    if is_idle { notice.next_step("It is heard once `:replaygain` is on") } else { notice }
}

fn balance(balance: i8) -> String {
    match balance {
        0 => "both sides".to_owned(),
        left @ ..0 => format!("{} % to the left", -i32::from(left)),
        right => format!("{right} % to the right"),
    }
}

pub fn sleep_set(time: Option<Duration>) -> Notice {
    match time {
        None => note("Playing does not stop by the clock"),
        Some(time) => note(format!("Playing fades out and pauses in {}", clock_time(time)))
            .next_step("`:sleep off` takes it back"),
    }
}

/// A frame and its rate in Hz.
pub fn goes_on(frame: u64, rate: u32) -> Notice {
    let time = clock_time(crate::model::audio::frames_to_duration(frame, rate));
    note(format!("Goes on at {time}, where it was left off"))
        .next_step("`:restart` plays it from the beginning")
}

pub fn resume_set(least: Option<Duration>) -> Notice {
    match least {
        None => note("Tracks begin at their beginning"),
        Some(least) => {
            note(format!("Tracks of {} and longer go on where they were left off", clock_time(least)))
        }
    }
}

pub fn slept() -> Notice {
    note("Paused by the sleep timer")
}

pub fn nothing_to_loop() -> Notice {
    note("Nothing plays that could be looped")
}

pub fn ab_loop(ab: Option<&Ab>, rate: u32) -> Notice {
    let time = |frames: u64| clock_time(frames_to_duration(frames, rate));
    match ab {
        None => note("Plays on without a loop"),
        Some(Ab { from, to: None, .. }) => {
            note(format!("The loop begins at {}", time(*from))).next_step("`:ab-loop` again ends it")
        }
        Some(Ab { from, to: Some(to), .. }) => {
            note(format!("Looping {} to {}", time(*from), time(*to))).next_step("`:ab-loop off` plays on")
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
    note("Nothing is current that a place could be kept in")
}

pub fn no_free_letter() -> Notice {
    note("All letters from a to z are bookmarks").next_step("`:bookmark NAME` sets one with a name")
}

pub fn bookmarks_full() -> Notice {
    warning(format!("No room for another bookmark: at most {} are kept", Bookmarks::MOST))
        .next_step("`:bookmark-drop NAME` makes room")
}

pub fn bookmark_set(mark: &ShownMark, before: Option<&ShownMark>) -> Notice {
    let notice =
        note(format!("Bookmark {mark}")).next_step(format!("`:bookmark-go {}` plays it", typed(&mark.name)));
    match before {
        Some(before) => {
            notice.why(format!("it was {} {}", shortened(&before.title), clock_time(before.time)))
        }
        None => notice,
    }
}

pub fn bookmark_dropped(mark: &ShownMark) -> Notice {
    note(format!("Dropped bookmark {mark}"))
        .next_step(format!("`:bookmark {}` there sets it again", typed(&mark.name)))
}

/// A name as the command line takes it.
fn typed(name: &BookmarkName) -> String {
    quoted(name.as_str())
}

pub fn no_such_bookmark(name: &BookmarkName) -> Notice {
    note(format!("No bookmark is called {name}")).next_step("`:bookmarks` tells which there are")
}

pub fn bookmark_lost(name: &BookmarkName, why: &str) -> Notice {
    warning(format!("Cannot go to bookmark {name}")).why(why).next_step("It stays, for when the file is back")
}

/// As many as a line has room for.
pub fn bookmarks(marks: &[ShownMark]) -> Notice {
    const MOST: usize = 10;
    if marks.is_empty() {
        return note("There are no bookmarks").next_step("`:bookmark` keeps the place");
    }
    let mut told: Vec<String> = marks.iter().take(MOST).map(ToString::to_string).collect();
    if marks.len() > MOST {
        told.push(format!("{} more", marks.len() - MOST));
    }
    note(format!("Bookmarks {}", told.join(" · ")))
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
        None => format!("{}: no rating", shortened(what)),
        Some(rating) => format!("{}: {rating}", shortened(what)),
    }
}

pub fn loved(what: &str, favourite: bool) -> String {
    let now = if favourite { "a favourite" } else { "no favourite any more" };
    format!("{}: {now}", shortened(what))
}

/// `changes`: it was not so before.
pub fn facts_changed(words: &str, changes: bool) -> Notice {
    let told = note(words);
    if changes { told.next_step("`:undo` takes it back") } else { told }
}

pub fn nothing_to_judge() -> Notice {
    note("Nothing plays that could be rated").next_step("Go to a track in the library")
}

pub fn not_in_library(name: &str) -> Notice {
    note(format!("{} is not in the library", shortened(name))).next_step("`:scan FOLDER` takes it in")
}

pub fn facts_awaited() -> Notice {
    warning("Ratings cannot be changed yet")
        .why("what is known of the tracks is not read")
        .next_step("Try again in a moment")
}

pub fn facts_failed(why: &str) -> Notice {
    error("Plays and ratings cannot be read")
        .why(why)
        .next_step("`auralis library check` looks at the store; nothing is written over them")
}

pub fn no_stats(why: &str) -> Notice {
    warning("What was listened to cannot be counted").why(why)
}

/// As much as a line has room for.
pub fn stats(period: Period, stats: &Stats) -> Notice {
    if stats.plays + stats.skips == 0 && stats.seconds < 1.0 {
        return note(format!("{}: nothing was listened to", period.words()));
    }
    let count = |count: u64, thing: &str| count_of(usize::try_from(count).unwrap_or(usize::MAX), thing);
    let mut parts = vec![format!(
        "{}: {}, {:.1} h in {}",
        period.words(),
        count(stats.plays, "play"),
        stats.seconds / 3600.0,
        count(stats.sessions, "session")
    )];
    let lists = [("artists", &stats.artists), ("albums", &stats.albums), ("tracks", &stats.tracks)];
    for (name, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        let row = |top: &Top| format!("{} {}", shortened(&top.name), top.plays);
        let rows: Vec<String> = list.iter().take(3).map(row).collect();
        parts.push(format!("{name}: {}", rows.join(", ")));
    }
    note(parts.join(" · "))
}

pub fn no_roots() -> Notice {
    note("The library has no folder yet").next_step("`:scan FOLDER` adds one")
}

pub fn no_scan_of(address: &Path) -> Notice {
    note(format!("{} is an address: it can be played, not scanned", address::place(address)))
}

pub fn no_scan() -> Notice {
    note("No scan is running")
}

/// What the last scan could not read.
pub fn scan_report(failed: &[(PathBuf, String)]) -> Notice {
    match failed {
        [] => note("The last scan could read everything"),
        [(path, why)] => warning(format!("{} {why}", path.display())),
        [(path, why), ..] => warning(format!("{} files or folders could not be read", failed.len()))
            .why(format!("the first: {} {why}", path.display()))
            .next_step("`:scan report` on the screen shows all"),
    }
}

pub fn cleaning() -> Notice {
    note("The missing tracks are being looked at already")
}

/// Tracks that were, or would be, forgotten; and those kept because a folder is away.
pub fn cleaned(sure: bool, result: Result<(u64, BTreeMap<PathBuf, u64>), String>) -> Notice {
    let (forgotten, away) = match result {
        Ok(counts) => counts,
        Err(why) => return error("The missing tracks cannot be looked at").why(why),
    };
    let kept = away.iter().map(|(folder, count)| format!("{count} are kept: {} is away", folder.display()));
    let kept: Vec<String> = kept.collect();
    let told = match (forgotten, sure) {
        (0, _) => note("No missing track is to be forgotten"),
        (1, false) => note("1 track is missing, and can be forgotten with its plays and rating")
            .next_step("`:clean yes` does it"),
        (count, false) => {
            note(format!("{count} tracks are missing, and can be forgotten with their plays and ratings"))
                .next_step("`:clean yes` does it")
        }
        (1, true) => note("1 missing track is forgotten"),
        (count, true) => note(format!("{count} missing tracks are forgotten")),
    };
    if kept.is_empty() { told } else { told.why(kept.join(", ")) }
}

pub fn duplicates(view: &DuplicatesView) -> Notice {
    match (&view.problem, view.found) {
        (Some(why), _) => error("Duplicates cannot be looked for").why(why.as_str()),
        (None, 0) if view.like => note("No two measured tracks sound like one recording"),
        (None, 0) => note("No two tracks hold the same sound"),
        (None, groups) if view.like => note(format!("{} tracks sound like {groups} recordings", view.tracks))
            .next_step("`:duplicates like` on the screen, or `auralis duplicates --like`, shows which"),
        (None, groups) => note(format!("{} tracks hold {groups} sounds more than once", view.tracks))
            .next_step("`:duplicates` on the screen, or `auralis duplicates`, shows which"),
    }
}

/// Folders cannot be watched for changes.
pub fn no_watch(why: &str) -> Notice {
    warning("Folders are looked through from time to time instead of being watched").why(why)
}

pub fn catalog_failed(why: &str) -> Notice {
    error("The library cannot be read")
        .why(why)
        .next_step("Quit; `auralis library check` tells what is damaged, `--repair` saves what can be read")
}

/// Nothing where nothing changed and nothing failed.
pub fn scan_done(report: &ScanOutcome) -> Option<Notice> {
    if let Some(why) = &report.broken {
        return Some(error("The scan broke off").why(why.as_str()));
    }
    let parts = [
        (report.added, "new"),
        (report.updated, "changed"),
        (report.moved, "moved"),
        (report.missing, "missing"),
        (report.returned, "back"),
        (report.removed, "listed in another way"),
        (report.failed.len() as u64, "not readable"),
    ];
    let told: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let first_failure = report.failed.first().map(|(path, why)| format!("{}: {why}", path.display()));
    match (told.is_empty(), first_failure) {
        (true, _) => None,
        (false, None) => Some(note(format!("Library up to date: {}", told.join(", ")))),
        (false, Some(why)) => Some(warning(format!("Library up to date: {}", told.join(", "))).why(why)),
    }
}
