//! Words to [`Request`]: the command line, keys, scripts. Pure; every error says what was expected.

mod grammar;
mod listener;
mod lyrics;
mod mastering;
mod past;
mod playlists;
mod serving;
mod setting;
mod similar;
mod tags;
mod templates;

use std::path::PathBuf;
use std::time::Duration;

use super::arrange::{Arrange, SizeChange, SizeOf, SplitWay};
use super::grammar::Kind;
use super::registry::{self, Row};
use super::{
    AbLoop, Analyse, Bookmarking, Care, Command, FieldDeed, History, Items, Judged, Judging, Library, Motion,
    Notices, Pane, Playback, Queue, Request, Screen, Seek, SortBy, SortKey, Sound, SpeedChange, Target,
    Typed, VolumeChange,
};
use crate::model::bookmark::BookmarkName;
use crate::model::facts::Rating;
use crate::model::grouping::{Fold, Hierarchy};
use crate::model::listening::Period;
use crate::model::playback::{Repeat, Shuffle, ShuffleBy, StopAfter};
use crate::model::resume::LONG;
use crate::model::settings::{Audio, LevelMode, OutputSpec, PlaySpeed, SoundSettings};
use crate::model::sort::Sort;
use crate::model::suggest::nearest;
use crate::model::visual::Visual;
use crate::model::words::said;
use crate::{later, say};

const COLUMNS: &str = later!("columns such as artist:20 year bpm, or changes such as +genre -key, or none");
const GROUPS: &str = later!("one to four of artist, genre, composer, year, decade, folder, or nothing");
const FOLDS: &str = later!("open, close, toggle, open-all, close-all, or nothing");
const VISUALS: &str =
    later!("spectrum, scope, goniometer, spectrogram, loudness, mirrored, line, vu, starfield, or nothing");

/// Why words are not a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParseError {
    Empty,
    /// No such command; the nearest name where one is near.
    Unknown {
        name: String,
        nearest: Option<&'static str>,
    },
    /// A quote is never closed.
    OpenQuote,
    /// A query is wrong at a byte of it.
    Query {
        at: usize,
        message: String,
        query: String,
    },
    Argument {
        command: &'static str,
        expected: &'static str,
        found: String,
    },
}

impl std::fmt::Display for ParseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => f.write_str(say!("no command given")),
            Self::Unknown { name, nearest: Some(nearest) } => {
                f.write_str(&say!("no command `{name}`; did you mean `{nearest}`?", name, nearest))
            }
            Self::Unknown { name, nearest: None } => {
                f.write_str(&say!("no command `{name}`; `:help` lists them", name))
            }
            Self::OpenQuote => f.write_str(say!("a quote is never closed")),
            Self::Query { at, message, query } => {
                let place = query.get(..*at).unwrap_or(query).chars().count() + 1;
                f.write_str(&say!("the query is wrong at character {place}: {why}", place, why = message))
            }
            Self::Argument { command, expected, found } if found.is_empty() => {
                f.write_str(&say!("`{command}` needs {expected}", command, expected = said(expected)))
            }
            Self::Argument { command, expected, found } => {
                let expected = said(expected);
                f.write_str(&say!("`{command}` needs {expected}, not `{found}`", command, expected, found))
            }
        }
    }
}

impl std::error::Error for ParseError {}

/// One command line. Words are split at blanks; quotes (`'` `"`) keep blanks, a backslash keeps the next character.
pub fn parse(line: &str) -> Result<Request, ParseError> {
    let line = line.trim();
    let words = split_words(line)?;
    let Some(name) = words.first() else {
        return Err(ParseError::Empty);
    };
    let Some((row, taken)) = registry::find_words(&words) else {
        return Err(ParseError::Unknown { name: name.clone(), nearest: nearest(name, all_names()) });
    };
    let arguments = words.get(taken..).unwrap_or(&[]);
    // Words of a search are kept as typed: a quote in them is a quote.
    let rest = (0..taken)
        .fold(line, |rest, _| rest.split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim_start()));
    let call = Call { row, arguments, rest };
    call.request()
}

fn all_names() -> impl Iterator<Item = &'static str> {
    registry::COMMANDS.iter().flat_map(|row| std::iter::once(row.name).chain(row.aliases.iter().copied()))
}

struct Call<'a> {
    row: &'static Row,
    arguments: &'a [String],
    rest: &'a str,
}

impl Call<'_> {
    fn request(&self) -> Result<Request, ParseError> {
        if let Some(command) = self.playback()? {
            return Ok(Request::Core(Command::Playback(command)));
        }
        if let Some(command) = self.sound()? {
            return Ok(Request::Core(Command::Sound(command)));
        }
        if let Some(command) = self.listener()? {
            return Ok(Request::Core(Command::Listener(command)));
        }
        if let Some(command) = self.mastering()? {
            return Ok(Request::Core(Command::Mastering(command)));
        }
        if let Some(command) = self.rendering()? {
            return Ok(Request::Core(Command::Render(command)));
        }
        if let Some(command) = self.bookmark()? {
            return Ok(Request::Core(Command::Bookmark(command)));
        }
        if let Some(command) = self.playlist()? {
            return Ok(Request::Core(Command::Playlist(command)));
        }
        if let Some(command) = self.template()? {
            return Ok(Request::Core(Command::Template(command)));
        }
        if let Some(command) = self.similar()? {
            return Ok(Request::Core(Command::Similar(command)));
        }
        if let Some(command) = self.lyrics()? {
            return Ok(Request::Core(Command::Lyrics(command)));
        }
        if let Some(command) = self.serving()? {
            return Ok(Request::Core(Command::Server(command)));
        }
        if let Some(command) = self.tagging()? {
            return Ok(Request::Core(Command::Tags(command)));
        }
        if let Some(command) = self.history()? {
            return Ok(Request::Core(Command::History(command)));
        }
        if let Some(command) = self.core()? {
            return Ok(Request::Core(command));
        }
        if let Some(grammar) = self.grammar()? {
            return Ok(Request::Screen(Screen::Grammar(grammar)));
        }
        match self.motion()? {
            Some(motion) => Ok(Request::Screen(Screen::Motion(motion))),
            None => self.screen().map(Request::Screen),
        }
    }

    fn playback(&self) -> Result<Option<Playback>, ParseError> {
        Ok(Some(match self.row.name {
            "play" => self.bare(Playback::Play)?,
            "pause" => self.bare(Playback::Pause)?,
            "toggle" => self.bare(Playback::Toggle)?,
            "stop" => self.bare(Playback::Stop)?,
            "next" => Playback::Next(self.count()?),
            "previous" => Playback::Previous(self.count()?),
            "seek" => Playback::Seek(self.one(later!("a time such as 1:23, +5, -1m, 50%"), parse_seek)?),
            "volume" => Playback::Volume(
                self.one(later!("a percentage such as 80, +5, -5, or a step such as -3dB"), parse_volume)?,
            ),
            "mute" => self.bare(Playback::ToggleMute)?,
            "stop-after" => {
                Playback::StopAfter(self.optional(later!("off, track or album"), StopAfter::parse)?)
            }
            "restart" => self.bare(Playback::Restart)?,
            "resume" => Playback::Resume(self.one(later!("a time such as 20m, on, or off"), parse_resume)?),
            "sleep" => Playback::Sleep(self.one(later!("a time such as 30m or 1h, or off"), parse_sleep)?),
            "ab-loop" => Playback::AbLoop(self.ab_loop()?),
            "repeat" => Playback::Repeat(self.optional(later!("off, one, all or album"), Repeat::parse)?),
            "shuffle" => Playback::Shuffle(self.shuffle()?),
            "consume" => Playback::Consume(self.optional(later!("on or off"), parse_switch)?),
            "audio" => {
                let audio = self.optional(later!("here, there or both"), Audio::parse)?;
                Playback::Audio(audio.unwrap_or(Audio::Next), 0)
            }
            "output" => Playback::Output(self.one(
                later!("auto, device[:ID], hw:NAME, null, file:PATH.wav, pipe, fifo:PATH or tcp:HOST:PORT"),
                OutputSpec::parse,
            )?),
            _ => return Ok(None),
        }))
    }

    fn sound(&self) -> Result<Option<Sound>, ParseError> {
        let seconds = later!("a number of seconds from 0 to 12");
        Ok(Some(match self.row.name {
            "replaygain" => {
                Sound::ReplayGain(self.optional(later!("off, track, album or auto"), LevelMode::parse)?)
            }
            "preamp" => Sound::Preamp(self.one(later!("dB from -24 to 24"), parse_db)?),
            "balance" => Sound::Balance(self.one(later!("a number from -100 to 100"), parse_balance)?),
            "mono" => Sound::Mono(self.optional(later!("on or off"), parse_switch)?),
            "speed" => Sound::Speed(
                self.one(later!("a number from 0.5 to 2 such as 1.25, +0.1, -0.1"), parse_speed)?,
            ),
            "crossfade" => Sound::Crossfade(self.one(seconds, parse_crossfade)?),
            _ => return Ok(None),
        }))
    }

    fn ab_loop(&self) -> Result<AbLoop, ParseError> {
        let expected = later!("a beginning and an end such as 1:00 1:30, or off");
        match self.arguments {
            [] => Ok(AbLoop::Next),
            [word] if word == "off" => Ok(AbLoop::Off),
            [from, to] => match (parse_time(from), parse_time(to)) {
                (Some(from), Some(to)) if from < to => Ok(AbLoop::Part { from, to }),
                _ => Err(self.wrong(expected)),
            },
            _ => Err(self.wrong(expected)),
        }
    }

    fn bookmark(&self) -> Result<Option<Bookmarking>, ParseError> {
        let name = later!("a name of up to 32 characters");
        Ok(Some(match self.row.name {
            "bookmark" => Bookmarking::Set(self.optional(name, BookmarkName::new)?),
            "bookmark-go" => Bookmarking::Go(self.one(name, BookmarkName::new)?),
            "bookmark-drop" => Bookmarking::Drop(self.one(name, BookmarkName::new)?),
            "bookmarks" => self.bare(Bookmarking::List)?,
            _ => return Ok(None),
        }))
    }

    fn history(&self) -> Result<Option<History>, ParseError> {
        let time = later!("a time such as 10m, 1h or 90s");
        Ok(Some(match self.row.name {
            "undo" if self.arguments == ["skip"] => History::Skip,
            "undo" => History::Undo(self.count()?),
            "redo" => History::Redo(self.count()?),
            "earlier" => History::Earlier(self.one(time, parse_time)?),
            "later" => History::Later(self.one(time, parse_time)?),
            "undolist" => self.bare(History::List)?,
            _ => return Ok(None),
        }))
    }

    fn core(&self) -> Result<Option<Command>, ParseError> {
        Ok(Some(match self.row.name {
            "add" => Command::Queue(Queue::Append(self.target())),
            "insert" => Command::Queue(Queue::Insert(self.target())),
            "play-now" => Command::Queue(Queue::PlayNow(self.target())),
            "replace" => Command::Queue(Queue::Replace { target: self.target(), start: 0 }),
            "jump" => Command::Queue(Queue::Jump(self.items()?)),
            "remove" => Command::Queue(Queue::Remove(self.items()?)),
            "move" => Command::Queue(self.moved()?),
            "insert-at" => Command::Queue(self.insert_at()?),
            "move-to" => Command::Queue(self.move_to()?),
            "crop" => Command::Queue(Queue::Crop(self.items()?)),
            "dedupe" => self.bare(Command::Queue(Queue::Dedupe))?,
            "reverse" => self.bare(Command::Queue(Queue::Reverse))?,
            "sort" if self.is_of_columns() => return Ok(None),
            "sort" => Command::Queue(Queue::Sort(self.one(SORT, parse_sort)?)),
            "clear" => self.bare(Command::Queue(Queue::Clear))?,
            "scan" => Command::Library(match self.arguments {
                [word] if word == "stop" => Library::CancelScan,
                [word] if word == "report" => Library::ScanReport,
                _ => Library::Scan(self.paths()),
            }),
            "scan-report" => self.bare(Command::Library(Library::ScanReport))?,
            "clean" => {
                let sure =
                    self.optional(later!("yes, or nothing"), |word| (word == "yes").then_some(true))?;
                Command::Library(Library::Clean { sure: sure.unwrap_or(false) })
            }
            "library-backup" => Command::Library(Library::Care(Care::Backup(self.place()?))),
            "library-export" => Command::Library(Library::Care(Care::Export(self.place()?))),
            "library-roots" => self.bare(Command::Library(Library::Care(Care::Roots)))?,
            "library-forget" => Command::Library(Library::Care(Care::Forget(self.place()?))),
            "import" => Command::Library(Library::Import(self.importing()?)),
            "duplicates" => {
                let like =
                    self.optional(later!("like, or nothing"), |word| (word == "like").then_some(true))?;
                Command::Library(Library::FindDuplicates { like: like.unwrap_or(false) })
            }
            "analyse" => {
                let how = self.optional(later!("again, stop, or nothing"), |word| match word {
                    "again" => Some(Analyse::Again),
                    "stop" => Some(Analyse::Stop),
                    _ => None,
                })?;
                Command::Library(Library::Analyse(how.unwrap_or(Analyse::New)))
            }
            "rate" => Command::Judge(self.rate()?),
            "favourite" => Command::Judge(self.favourite()?),
            "stats" => {
                let period = self.optional(later!("week, month, year or all"), Period::parse)?;
                Command::Library(Library::Stats(period.unwrap_or_default()))
            }
            "cancel-scan" => self.bare(Command::Library(Library::CancelScan))?,
            "dismiss" => self.bare(Command::Notice(Notices::Dismiss))?,
            "quit" => self.bare(Command::Quit)?,
            "shutdown" => self.bare(Command::Shutdown)?,
            _ => return Ok(None),
        }))
    }

    fn rate(&self) -> Result<Judging, ParseError> {
        let wrong = || self.wrong(later!("0 to 5 stars, halves too, and `playing`, paths or nothing"));
        let (stars, rest) = self.arguments.split_first().ok_or_else(wrong)?;
        let judged = judged(rest).ok_or_else(wrong)?;
        parse_stars(stars).map(|rating| Judging::Rate(judged, rating)).ok_or_else(wrong)
    }

    fn favourite(&self) -> Result<Judging, ParseError> {
        let on = self.arguments.first().and_then(|word| parse_switch(word));
        let rest = &self.arguments[usize::from(on.is_some())..];
        let expected = later!("on, off or nothing, and `playing`, paths or nothing");
        judged(rest).map(|judged| Judging::Favourite(judged, on)).ok_or_else(|| self.wrong(expected))
    }

    fn motion(&self) -> Result<Option<Motion>, ParseError> {
        Ok(Some(match self.row.name {
            "down" => self.bare(Motion::Down)?,
            "up" => self.bare(Motion::Up)?,
            "left" => self.bare(Motion::Left)?,
            "right" => self.bare(Motion::Right)?,
            "top" => self.bare(Motion::Top)?,
            "bottom" => self.bare(Motion::Bottom)?,
            "line" => Motion::Line(self.one(later!("a row number"), parse_position)?),
            "group-down" => self.bare(Motion::GroupDown)?,
            "group-up" => self.bare(Motion::GroupUp)?,
            "page-down" => self.bare(Motion::PageDown)?,
            "page-up" => self.bare(Motion::PageUp)?,
            "half-page-down" => self.bare(Motion::HalfPageDown)?,
            "half-page-up" => self.bare(Motion::HalfPageUp)?,
            "screen-top" => self.bare(Motion::ScreenTop)?,
            "screen-middle" => self.bare(Motion::ScreenMiddle)?,
            "screen-bottom" => self.bare(Motion::ScreenBottom)?,
            "scroll-top" => self.bare(Motion::ScrollTop)?,
            "scroll-middle" => self.bare(Motion::ScrollMiddle)?,
            "scroll-bottom" => self.bare(Motion::ScrollBottom)?,
            _ => return Ok(None),
        }))
    }

    /// Several columns, or one that only the library is sorted by.
    fn is_of_columns(&self) -> bool {
        let words = self.arguments;
        let only_one = matches!(words, [word] if parse_sort(word).is_some());
        !words.is_empty() && !only_one && words.iter().all(|word| Sort::parse(word).is_ok())
    }

    fn screen(&self) -> Result<Screen, ParseError> {
        let pane = later!("library, playlists, queue or spectrum");
        match self.row.name {
            "filter" if self.rest.is_empty() => Ok(Screen::FilterPrompt),
            "filter" => Ok(Screen::Filter(self.rest.to_owned())),
            "search" if self.rest.is_empty() => Ok(Screen::SearchPrompt { back: false }),
            "search" => Ok(Screen::Search(self.rest.to_owned())),
            "sort" => {
                Ok(Screen::Sort(self.arguments.iter().filter_map(|word| Sort::parse(word).ok()).collect()))
            }
            "queue-edit" => {
                self.optional(later!("queue, or nothing"), |word| (word == "queue").then_some(()))?;
                Ok(Screen::EditQueue)
            }
            "queue-stats" => self.bare(Screen::QueueStats),
            "templates" => self.bare(Screen::Templates),
            "jobs" => self.bare(Screen::Jobs),
            "search-back" => self.bare(Screen::SearchPrompt { back: true }),
            "search-next" => self.bare(Screen::SearchNext),
            "search-previous" => self.bare(Screen::SearchPrevious),
            "go-to-playing" => self.bare(Screen::GoToPlaying),
            "reveal" => Ok(Screen::Reveal(self.optional(later!("artist, album, or nothing"), |word| {
                Kind::parse(word).filter(|kind| matches!(kind, Kind::Artist | Kind::Album))
            })?)),
            "menu" => self.bare(Screen::Menu),
            "follow" => Ok(Screen::Follow(self.optional(later!("on, off, or nothing"), parse_switch)?)),
            "open" => self.bare(Screen::Open),
            "back" => self.bare(Screen::Back),
            "focus-next" => self.bare(Screen::FocusNext),
            "focus-previous" => self.bare(Screen::FocusPrevious),
            "focus" => Ok(Screen::Focus(self.one(pane, Pane::parse)?)),
            "toggle-pane" => Ok(Screen::TogglePane(self.one(pane, Pane::parse)?)),
            "mark" => self.bare(Screen::ToggleMark),
            "copy" => self.bare(Screen::Copy),
            "command-line" => Ok(Screen::CommandLine(self.rest.to_owned())),
            "typed" => {
                let kind = self.optional(later!("commands, searches, filters, or nothing"), Typed::parse)?;
                Ok(Screen::Typed(kind.unwrap_or_default()))
            }
            "typed-edit" => self.bare(Screen::EditTyped),
            "help" => self.bare(Screen::Help),
            "group" if self.arguments.is_empty() => Ok(Screen::GroupBy(None)),
            "group" => {
                let levels = Hierarchy::parse(&self.arguments.join("/"));
                levels.map(|levels| Screen::GroupBy(Some(levels))).ok_or_else(|| self.wrong(GROUPS))
            }
            "fold" => Ok(Screen::Fold(self.optional(FOLDS, Fold::parse)?.unwrap_or_default())),
            "visual" => Ok(Screen::Visual(self.optional(VISUALS, Visual::parse)?)),
            "fingerprint" => self.bare(Screen::Fingerprint),
            "lyrics" => self.bare(Screen::Lyrics),
            "cover" => self.bare(Screen::Cover),
            "wall" => Ok(Screen::Wall(self.optional(later!("on or off"), parse_switch)?)),
            "signal" => self.bare(Screen::Signal),
            "mastering-panel" => self.bare(Screen::MasteringPanel),
            "eq" => self.bare(Screen::EqPanel),
            "outputs" => self.bare(Screen::Outputs),
            "info" => self.bare(Screen::Info),
            "tag-edit" => self.bare(Screen::TagField(FieldDeed::Edit)),
            "tag-clear" => self.bare(Screen::TagField(FieldDeed::Clear)),
            "tag-revert" => self.bare(Screen::TagField(FieldDeed::Revert)),
            "tag-preview" => self.bare(Screen::TagPreview),
            "escape" => self.bare(Screen::Escape),
            "theme" => {
                Ok(Screen::Theme(self.one(later!("the name of a theme"), |word| Some(word.to_owned()))?))
            }
            "tab-new" => Ok(Screen::Arrange(Arrange::TabNew(self.rest.to_owned()))),
            "tab-close" => self.bare(Screen::Arrange(Arrange::TabClose)),
            "tab-next" => self.bare(Screen::Arrange(Arrange::TabNext)),
            "tab-previous" => self.bare(Screen::Arrange(Arrange::TabPrevious)),
            "tab" if self.rest.is_empty() => Err(self.wrong(later!("the number or the name of a tab"))),
            "tab" => Ok(Screen::Arrange(Arrange::Tab(self.rest.to_owned()))),
            "split" => Ok(Screen::Arrange(Arrange::Split(
                self.optional(later!("below, beside or nothing"), SplitWay::parse)?,
            ))),
            "size" => self.size().map(|size| Screen::Arrange(Arrange::Size(size))),
            "columns" => {
                let deed = Arrange::columns(self.arguments);
                deed.map(Screen::Arrange).ok_or_else(|| self.wrong(COLUMNS))
            }
            "set" => self.setting(false).map(Screen::Set),
            "set!" => self.setting(true).map(Screen::Set),
            "map" => self.map(true),
            "unmap" => self.map(false),
            "source" => Ok(Screen::Source(PathBuf::from(
                self.one(later!("the path of a file"), |word| Some(word.to_owned()))?,
            ))),
            "debug" => self.bare(Screen::Debug),
            "redraw" => self.bare(Screen::Redraw),
            "suspend" => self.bare(Screen::Suspend),
            "detach" => self.bare(Screen::Detach),
            // A row of the registry without a meaning; the tests hold that there is none.
            name => Err(ParseError::Unknown { name: name.to_owned(), nearest: None }),
        }
    }

    fn size(&self) -> Result<Option<(SizeOf, SizeChange)>, ParseError> {
        let size = match self.arguments {
            [] => return Ok(None),
            [change] => SizeChange::parse(change).map(|change| (SizeOf::Pane, change)),
            [what, change] => SizeOf::parse(what).zip(SizeChange::parse(change)),
            _ => None,
        };
        size.map(Some)
            .ok_or_else(|| self.wrong(later!("a number such as +5, -5, 40, behind pane, column or visual")))
    }

    fn wrong(&self, expected: &'static str) -> ParseError {
        ParseError::Argument { command: self.row.name, expected, found: self.rest.to_owned() }
    }

    fn bare<T>(&self, value: T) -> Result<T, ParseError> {
        if self.arguments.is_empty() { Ok(value) } else { Err(self.wrong(later!("nothing behind it"))) }
    }

    fn one<T>(&self, expected: &'static str, read: impl Fn(&str) -> Option<T>) -> Result<T, ParseError> {
        match self.arguments {
            [word] => read(word).ok_or_else(|| self.wrong(expected)),
            _ => Err(self.wrong(expected)),
        }
    }

    fn optional<T>(
        &self,
        expected: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, ParseError> {
        if self.arguments.is_empty() { Ok(None) } else { self.one(expected, read).map(Some) }
    }

    /// `[in CONTEXT] KEYS [COMMAND]`.
    fn map(&self, binds: bool) -> Result<Screen, ParseError> {
        let (context, rest) = match self.rest.strip_prefix("in ") {
            Some(rest) => {
                let (context, rest) = rest.trim_start().split_once(' ').unwrap_or((rest, ""));
                (Some(context.to_owned()), rest.trim_start())
            }
            None => (None, self.rest),
        };
        let (keys, line) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let (keys, line) = (keys.to_owned(), line.trim());
        let expected = if binds { later!("keys, then a command") } else { later!("keys") };
        if keys.is_empty() || line.is_empty() == binds {
            return Err(self.wrong(expected));
        }
        Ok(Screen::Map { context, keys, line: binds.then(|| line.to_owned()) })
    }

    fn count(&self) -> Result<u32, ParseError> {
        let count = self.optional(later!("a number"), |word| word.parse().ok().filter(|&count| count > 0))?;
        Ok(count.unwrap_or(1))
    }

    fn paths(&self) -> Vec<PathBuf> {
        self.arguments.iter().map(PathBuf::from).collect()
    }

    fn place(&self) -> Result<Option<PathBuf>, ParseError> {
        self.optional(later!("a path, or nothing"), |path| Some(PathBuf::from(path)))
    }

    fn target(&self) -> Target {
        if self.arguments.is_empty() { Target::Selection } else { Target::Paths(self.paths()) }
    }

    fn items(&self) -> Result<Items, ParseError> {
        self.items_in(self.arguments)
    }

    /// The selection where there are no words.
    fn items_in(&self, words: &[String]) -> Result<Items, ParseError> {
        if words.is_empty() {
            return Ok(Items::Selection);
        }
        let ranges: Option<Vec<_>> = words.iter().map(|word| parse_range(word)).collect();
        let positions = ranges.map(|ranges| ranges.into_iter().flatten().collect());
        positions.map(Items::Positions).ok_or_else(|| self.wrong(later!("numbers of queue entries")))
    }

    fn insert_at(&self) -> Result<Queue, ParseError> {
        let place = self.arguments.first().and_then(|word| parse_position(word));
        let place =
            place.ok_or_else(|| self.wrong(later!("the number of a queue entry, and paths or none")))?;
        let paths: Vec<PathBuf> = self.arguments.iter().skip(1).map(PathBuf::from).collect();
        let target = if paths.is_empty() { Target::Selection } else { Target::Paths(paths) };
        Ok(Queue::InsertAt(place, target))
    }

    fn move_to(&self) -> Result<Queue, ParseError> {
        let (place, entries) = match self.arguments.split_first() {
            Some((place, entries)) => (parse_place(place), entries),
            None => (None, &[][..]),
        };
        let place = place.ok_or_else(|| {
            self.wrong(later!("a place, top or bottom, and numbers of queue entries or none"))
        })?;
        Ok(Queue::MoveTo(self.items_in(entries)?, place))
    }

    fn shuffle(&self) -> Result<Option<Shuffle>, ParseError> {
        let wrong =
            || self.wrong(later!("off, on, a kind such as album, a seed (a number), or a kind and a seed"));
        match self.arguments {
            [] => Ok(None),
            [word] => parse_shuffle(word).map(Some).ok_or_else(wrong),
            [kind, seed] => match (ShuffleBy::parse(kind), seed.parse().ok()) {
                (Some(by), Some(seed)) => Ok(Some(Shuffle::On { by, seed: Some(seed) })),
                _ => Err(wrong()),
            },
            _ => Err(wrong()),
        }
    }

    fn moved(&self) -> Result<Queue, ParseError> {
        let (step, entries) = match self.arguments.split_first() {
            Some((step, entries)) => (step.parse().ok(), entries),
            None => (None, &[][..]),
        };
        let step =
            step.ok_or_else(|| self.wrong(later!("+N or -N, and numbers of queue entries or none")))?;
        Ok(Queue::Move(self.items_in(entries)?, step))
    }
}

/// What is judged, as it is written. A bare word is rather a slip of the keys than a file: one is written `./NAME`.
fn judged(words: &[String]) -> Option<Judged> {
    match words {
        [] => Some(Judged::Selection),
        [word] if word == "playing" => Some(Judged::Playing),
        paths => {
            let is_path = |word: &String| word.contains(['/', '.', '~']);
            paths.iter().all(is_path).then(|| Judged::Paths(paths.iter().map(PathBuf::from).collect()))
        }
    }
}

impl Pane {
    pub fn name(self) -> &'static str {
        match self {
            Self::Library => "library",
            Self::Playlists => "playlists",
            Self::Queue => "queue",
            Self::Spectrum => "spectrum",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "library" => Some(Self::Library),
            "playlists" => Some(Self::Playlists),
            "queue" => Some(Self::Queue),
            "spectrum" => Some(Self::Spectrum),
            _ => None,
        }
    }
}

/// Not longer than a day.
fn parse_sleep(word: &str) -> Option<Option<Duration>> {
    if word == "off" {
        return Some(None);
    }
    parse_time(word).filter(|time| *time <= Duration::from_secs(86_400)).map(Some)
}

/// From a second to a hundred hours.
fn parse_resume(word: &str) -> Option<Option<Duration>> {
    match word {
        "off" => Some(None),
        "on" => Some(Some(LONG)),
        _ => {
            let times = Duration::from_secs(1)..=Duration::from_secs(360_000);
            parse_time(word).filter(|time| times.contains(time)).map(Some)
        }
    }
}

/// `-3`, `+2.5`, `-3dB`.
fn parse_db(word: &str) -> Option<f32> {
    let number = word.strip_suffix("dB").or(word.strip_suffix("db")).unwrap_or(word);
    let plain = number.bytes().all(|byte| byte.is_ascii_digit() || b"+-.".contains(&byte));
    number.parse().ok().filter(|db| plain && (-24.0..=24.0).contains(db))
}

fn parse_speed(word: &str) -> Option<SpeedChange> {
    let plain = word.bytes().all(|byte| byte.is_ascii_digit() || b"+-.".contains(&byte));
    let percent = (word.parse::<f64>().ok().filter(|_| plain)? * 100.0).round();
    match word.as_bytes().first()? {
        b'+' | b'-' => (percent.abs() <= 150.0).then_some(SpeedChange::By(percent as i16)),
        _ => {
            let known = f64::from(PlaySpeed::SLOWEST)..=f64::from(PlaySpeed::FASTEST);
            known.contains(&percent).then_some(SpeedChange::To(percent as u16))
        }
    }
}

fn parse_balance(word: &str) -> Option<i8> {
    word.parse().ok().filter(|balance| (-100..=100).contains(balance))
}

/// `0`: no rating.
fn parse_stars(word: &str) -> Option<Option<Rating>> {
    let plain = word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let halves = word.parse::<f32>().ok().filter(|_| plain)? * 2.0;
    let whole = halves.fract() == 0.0 && halves <= f32::from(Rating::HIGHEST);
    whole.then(|| Rating::new(halves as u8))
}

fn parse_switch(word: &str) -> Option<bool> {
    match word {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

fn parse_crossfade(word: &str) -> Option<Duration> {
    let longest = Duration::from_millis(u64::from(SoundSettings::CROSSFADE_MS));
    parse_time(word).filter(|time| *time <= longest)
}

fn parse_position(word: &str) -> Option<usize> {
    word.parse().ok().filter(|&position| position > 0)
}

fn parse_shuffle(word: &str) -> Option<Shuffle> {
    match word {
        "off" => Some(Shuffle::Off),
        "on" => Some(Shuffle::On { by: ShuffleBy::Tracks, seed: None }),
        kind if ShuffleBy::parse(kind).is_some() => {
            ShuffleBy::parse(kind).map(|by| Shuffle::On { by, seed: None })
        }
        seed => seed.parse().ok().map(|seed| Shuffle::On { by: ShuffleBy::Tracks, seed: Some(seed) }),
    }
}

/// `7`, `3-9`. Not more than a queue of a million has.
fn parse_range(word: &str) -> Option<std::ops::RangeInclusive<usize>> {
    let (from, to) = word.split_once('-').unwrap_or((word, word));
    let (from, to) = (parse_position(from)?, parse_position(to)?);
    (from <= to && to - from < 1_000_000).then_some(from..=to)
}

fn parse_place(word: &str) -> Option<usize> {
    match word {
        "top" => Some(1),
        "bottom" => Some(usize::MAX),
        place => parse_position(place),
    }
}

const SORT: &str = later!(
    "title, artist, album, year, length, path, added, plays, rating, bpm, key or lufs; -year is downwards"
);

fn parse_sort(word: &str) -> Option<SortBy> {
    let (key, descending) = word.strip_prefix('-').map_or((word, false), |key| (key, true));
    Some(SortBy { key: SortKey::parse(key)?, descending })
}

fn parse_volume(word: &str) -> Option<VolumeChange> {
    if word.ends_with("dB") || word.ends_with("db") {
        return parse_db(word).filter(|_| word.starts_with(['+', '-'])).map(VolumeChange::ByDb);
    }
    let percent: i16 = word.trim_end_matches('%').parse().ok()?;
    match word.as_bytes().first()? {
        b'+' | b'-' => Some(VolumeChange::By(i8::try_from(percent.clamp(-100, 100)).ok()?)),
        _ => Some(VolumeChange::To(u8::try_from(percent).ok().filter(|&percent| percent <= 100)?)),
    }
}

fn parse_seek(word: &str) -> Option<Seek> {
    if let Some(percent) = word.strip_suffix('%') {
        let percent: f64 = percent.parse().ok()?;
        return (0.0..=100.0).contains(&percent).then_some(Seek::Percent(percent));
    }
    match word.split_at_checked(1)? {
        ("+", time) => parse_time(time).map(Seek::Forward),
        ("-", time) => parse_time(time).map(Seek::Back),
        _ => parse_time(word).map(Seek::To),
    }
}

/// `90`, `90s`, `2m`, `1h`, `1.5`, `1:23`, `1:02:03.5`.
pub fn parse_time(text: &str) -> Option<Duration> {
    let (number, unit_s) = match text.as_bytes().last()? {
        b's' => (&text[..text.len() - 1], 1.0),
        b'm' => (&text[..text.len() - 1], 60.0),
        b'h' => (&text[..text.len() - 1], 3600.0),
        _ => return parse_clock(text),
    };
    seconds(number).and_then(|value| Duration::try_from_secs_f64(value * unit_s).ok())
}

fn parse_clock(text: &str) -> Option<Duration> {
    let parts: Vec<&str> = text.split(':').collect();
    if parts.len() > 3 {
        return None;
    }
    let total = parts.iter().try_fold(0.0, |total: f64, part| Some(total * 60.0 + seconds(part)?))?;
    Duration::try_from_secs_f64(total).ok()
}

fn seconds(text: &str) -> Option<f64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse().ok().filter(|_| plain)
}

/// The word as `parse` reads it back, whatever is in it.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| !c.is_whitespace() && !matches!(c, '\'' | '"' | '\\');
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    let inner: String =
        word.chars().flat_map(|c| matches!(c, '"' | '\\').then_some('\\').into_iter().chain([c])).collect();
    format!("\"{inner}\"")
}

/// Whether the command is for the core, so that it can be asked for without a screen.
pub fn is_for_core(row: &'static Row) -> bool {
    let call = Call { row, arguments: &[], rest: "" };
    let rooms = (call.playback(), call.sound(), call.bookmark(), call.core());
    let kept = (call.playlist(), call.template(), call.tagging(), call.history());
    !matches!((call.similar(), call.listener(), call.mastering()), (Ok(None), Ok(None), Ok(None)))
        || !matches!((call.rendering(), call.lyrics()), (Ok(None), Ok(None)))
        || !matches!(rooms, (Ok(None), Ok(None), Ok(None), Ok(None)))
        || !matches!(kept, (Ok(None), Ok(None), Ok(None), Ok(None)))
}

fn split_words(line: &str) -> Result<Vec<String>, ParseError> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (Some('"') | None, '\\') => word.get_or_insert_default().extend(chars.next()),
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return Err(ParseError::OpenQuote);
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn core(line: &str) -> Command {
        match parse(line).unwrap() {
            Request::Core(command) => command,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn every_row_of_the_registry_has_a_meaning() {
        for row in registry::COMMANDS {
            let example = match row.arguments {
                "" => row.name.to_owned(),
                "[-]KEY..." => format!("{} -year", row.name),
                "N|top|bottom [N...]" | "N [PATH...]" => format!("{} 3", row.name),
                "TIME" => format!("{} 10m", row.name),
                "[NAME] +N|-N [N...]" => format!("{} +1", row.name),
                "[NAME] ORDER" => format!("{} -plays", row.name),
                "[in CONTEXT] KEYS COMMAND" => "map in queue X next".to_owned(),
                "[in CONTEXT] KEYS" => "unmap X".to_owned(),
                text if text.starts_with("[NAME] ") || text == "[NAME N...] NOTE" => {
                    format!("{} x.pls", row.name)
                }
                text if text.starts_with('[') => row.name.to_owned(),
                "TIME|+TIME|-TIME|N%" => format!("{} +5", row.name),
                "N|+N|-N|-NdB" => format!("{} -3dB", row.name),
                "N|+N|-N" if row.name == "speed" => "speed +0.1".to_owned(),
                "N|+N|-N" | "+N|-N [N...]" => format!("{} +5", row.name),
                "SPEC" => format!("{} null", row.name),
                "NAME[=VALUE|!|&]" => format!("{} screen.fps=60", row.name),
                "MS|+MS|-MS|=MS" => format!("{} +100", row.name),
                "HZ DB|+DB|-DB|off [Q]" => format!("{} 1k +1", row.name),
                "TIME|on|off" | "TIME|off" | "SECONDS" | "DB" | "DB|auto" => format!("{} 5", row.name),
                "bass|treble|density N|+N|-N, reset, learn [on|off]" => "taste bass +1".to_owned(),
                "NAME SETTING..." | "NAME [artist=NAME] SETTING..." => format!("{} dark gentle", row.name),
                "KIND NAME [artist=NAME]" => format!("{} genre dark", row.name),
                "N" | "N|NAME" => format!("{} 3", row.name),
                "NAME N [PATH...]" => format!("{} dark 3", row.name),
                "NAME" | "NAME [TAG...]" | "NAME [on|off]" | "NAME [replace|append|next]" => {
                    format!("{} dark", row.name)
                }
                "NAME NEW" | "NAME NOTE" => format!("{} dark light", row.name),
                "FIELD [VALUE...]" | "FIELD VALUE..." | "FIELD..." if row.name == "tag-remove" => {
                    format!("{} title", row.name)
                }
                "FIELD [VALUE...]" | "FIELD VALUE..." => format!("{} title x", row.name),
                "TEMPLATE" => format!("{} {{title}}", row.name),
                "COMMAND" => format!("{} remove", row.name),
                "LETTER" => format!("{} a", row.name),
                "STARS [playing|PATH...]" => format!("{} 3.5", row.name),
                "SOURCE [PATH] [--music=DIR] [--apply]" => format!("{} cmus", row.name),
                words => format!("{} {}", row.name, words.split('|').next().unwrap()),
            };
            assert!(parse(&example).is_ok(), "{example}: {:?}", parse(&example));
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = all_names().collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        let ms = |text: &str| parse_time(text).map(|time| time.as_millis());
        assert_eq!(ms("90"), Some(90_000));
        assert_eq!(ms("1.5"), Some(1_500));
        assert_eq!(ms("2m"), Some(120_000));
        assert_eq!(ms("1:23"), Some(83_000));
        assert_eq!(ms("1:02:03.5"), Some(3_723_500));
        for bad in ["", ":", "1:2:3:4", "-5", "nan", "inf", "1e9", "m", "1::2", "１"] {
            assert_eq!(ms(bad), None, "{bad}");
        }
    }

    #[test]
    fn arguments_become_values() {
        assert_eq!(core("seek +5"), Command::Playback(Playback::Seek(Seek::Forward(Duration::from_secs(5)))));
        assert_eq!(core("seek -1m"), Command::Playback(Playback::Seek(Seek::Back(Duration::from_secs(60)))));
        assert_eq!(core("seek 50%"), Command::Playback(Playback::Seek(Seek::Percent(50.0))));
        assert_eq!(core("vol -5"), Command::Playback(Playback::Volume(VolumeChange::By(-5))));
        assert_eq!(core("vol -3dB"), Command::Playback(Playback::Volume(VolumeChange::ByDb(-3.0))));
        assert!(parse("volume 3dB").is_err() && parse("volume +99dB").is_err());
        assert_eq!(core("vol 80"), Command::Playback(Playback::Volume(VolumeChange::To(80))));
        assert_eq!(
            core("shuffle 4711"),
            Command::Playback(Playback::Shuffle(Some(Shuffle::On {
                by: ShuffleBy::Tracks,
                seed: Some(4711)
            })))
        );
        let two = Target::Paths(vec!["a b".into(), "c'd".into()]);
        assert_eq!(core(r#"add "a b" c\'d"#), Command::Queue(Queue::Append(two)));
        assert_eq!(core("add"), Command::Queue(Queue::Append(Target::Selection)));
        assert_eq!(core("move -3"), Command::Queue(Queue::Move(Items::Selection, -3)));
        let entries = Items::Positions(vec![7, 2]);
        assert_eq!(core("move +2 7 2"), Command::Queue(Queue::Move(entries, 2)));
        let name = |name: &str| BookmarkName::new(name).unwrap();
        assert_eq!(core("bookmark"), Command::Bookmark(Bookmarking::Set(None)));
        assert_eq!(core("bookmark 'the solo'"), Command::Bookmark(Bookmarking::Set(Some(name("the solo")))));
        assert_eq!(core("bookmark-go a"), Command::Bookmark(Bookmarking::Go(name("a"))));
        let judged = |judging| Command::Judge(judging);
        let half = Rating::new(7);
        assert_eq!(core("rate 3.5"), judged(Judging::Rate(Judged::Selection, half)));
        assert_eq!(core("rate 0 playing"), judged(Judging::Rate(Judged::Playing, None)));
        let paths = Judged::Paths(vec!["/m/a b".into(), "./c".into()]);
        assert_eq!(core("rate 3.5 '/m/a b' ./c"), judged(Judging::Rate(paths.clone(), half)));
        assert_eq!(core("favourite on '/m/a b' ./c"), judged(Judging::Favourite(paths, Some(true))));
        assert_eq!(core("favourite"), judged(Judging::Favourite(Judged::Selection, None)));
        assert_eq!(core("love off playing"), judged(Judging::Favourite(Judged::Playing, Some(false))));
        for bad in
            ["rate", "rate 5.5", "rate 3.3", "rate -1", "rate 1e0", "rate nan", "rate 3 me", "favourite 3"]
        {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert_eq!(core("stats"), Command::Library(Library::Stats(Period::Month)));
        assert_eq!(core("remove 2 3"), Command::Queue(Queue::Remove(Items::Positions(vec![2, 3]))));
    }

    #[test]
    fn quoted_words_are_read_back() {
        for word in ["plain", "a b", "", "it's", "say \"x\"", "back\\slash", "tab\tline\n", "日本 語", "'"]
        {
            assert_eq!(split_words(&format!("add {} end", quoted(word))).unwrap()[1], word);
        }
        assert_eq!(quoted("+5"), "+5");
    }

    #[test]
    fn commands_of_the_core_are_told_from_those_of_a_screen() {
        let is = |name| is_for_core(registry::find(name).unwrap());
        for name in [
            "play",
            "seek",
            "mono",
            "speed",
            "rate",
            "favourite",
            "stats",
            "bookmark",
            "jump",
            "move",
            "add",
            "scan",
            "dismiss",
            "quit",
            "output",
        ] {
            assert!(is(name), "{name}");
        }
        for name in ["down", "line", "filter", "search", "open", "focus", "command-line", "theme", "help"] {
            assert!(!is(name), "{name}");
        }
    }

    #[test]
    fn words_of_a_search_are_kept_as_typed() {
        assert_eq!(
            parse("search \"Weird Al\"").unwrap(),
            Request::Screen(Screen::Search("\"Weird Al\"".into()))
        );
    }

    #[test]
    fn errors_say_what_was_expected() {
        let error = |line: &str| parse(line).unwrap_err().to_string();
        assert_eq!(error("volme 5"), "no command `volme`; did you mean `volume`?");
        assert_eq!(error("volume"), "`volume` needs a percentage such as 80, +5, -5, or a step such as -3dB");
        assert_eq!(
            error("volume 101"),
            "`volume` needs a percentage such as 80, +5, -5, or a step such as -3dB, not `101`"
        );
        assert_eq!(error("pause now"), "`pause` needs nothing behind it, not `now`");
        assert_eq!(error("add 'x"), "a quote is never closed");
        assert_eq!(error("bookmark-go"), "`bookmark-go` needs a name of up to 32 characters");
        assert_eq!(error("bookmark a b"), "`bookmark` needs a name of up to 32 characters, not `a b`");
        assert_eq!(error("move"), "`move` needs +N or -N, and numbers of queue entries or none");
        assert_eq!(error("remove 0"), "`remove` needs numbers of queue entries, not `0`");
    }
}
