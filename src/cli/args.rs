//! The grammar of the command line, by clap. Paths are bytes and stay so; every value is checked here, so that a run
//! mode gets only what it can do.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{OsStringValueParser, PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand};

use super::status::StatusField;
use super::template::{Template, TrackField};
use super::{doctor, manual};
use crate::config::paths::PlaceFlags;
use crate::library::edit::Template as FileTemplate;
use crate::model::audio::{SampleFormat, Spec};
use crate::model::command::parse::{parse, parse_time};
use crate::model::command::{Command, Playback, Request};
use crate::model::listening::Period;
use crate::model::mastering::{Intensity, Preset, Target};
use crate::model::past::Source;
use crate::model::playback::{Shuffle, ShuffleBy};
use crate::model::settings::{Audio, LevelMode, OutputSpec, RatePolicy, ResamplerQuality};
use crate::model::sort::Sort;
use crate::render::Format;

const AFTER_HELP: &str = "\
Without PATH: your library; on a first run your music folder, scanned while you listen.
With PATHs (files, folders, playlists, CUE sheets, addresses): adds them to the queue
and plays them.

Exit codes: 0 done, 1 failed while running, 2 wrong usage, 3 nothing matched,
4 no player is running, 5 no audio device, 130 interrupted.

Files: `auralis config path` lists them. AURALIS_CONFIG and AURALIS_DATA_DIR stand for
--config and --data-dir.";

/// Heading in every help.
const EVERYWHERE: &str = "Options everywhere";

const OUTPUT_HELP: &str = "Where the sound goes: auto, device[:ID], hw:NAME, null, file:PATH.wav, fifo:PATH, tcp:HOST:PORT (raw samples)";
const PLAY_OUTPUT_HELP: &str = "Where the sound goes: auto, device[:ID], hw:NAME (hardware for us alone), null, file:PATH.wav, pipe (raw samples on standard output), fifo:PATH, tcp:HOST:PORT (raw samples)";

const USAGE: &str = "auralis [OPTIONS] [PATH]...\n       auralis [OPTIONS] <COMMAND>";

/// A terminal music player
#[derive(Debug, Parser)]
#[command(name = "auralis", version, after_help = AFTER_HELP, override_usage = USAGE)]
#[command(disable_help_subcommand = true)]
pub struct Arguments {
    #[command(flatten)]
    pub global: Global,
    /// Files, folders, playlists, CUE sheets, addresses, songs of the server
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[arg(long, value_name = "SPEC", value_parser = output_parser(), help = OUTPUT_HELP)]
    pub output: Option<OutputSpec>,
    /// Lines in, lines out, and no screen: for screen readers and simple terminals
    #[arg(long)]
    pub plain: bool,
    /// Show and drive the player of another machine, over ssh
    #[arg(short = 'r', long = "remote", value_name = "HOST")]
    pub remote: Option<String>,
    /// Where the sound of that player comes out: here, there, both
    #[arg(long, value_name = "WHERE", value_parser = audio, requires = "remote")]
    pub audio: Option<Audio>,
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

impl Arguments {
    /// The words of a command line, the program's name first. An error is also what `--help` answers.
    pub fn read(words: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let arguments = Self::try_parse_from(words)?;
        // clap's own rule for this would take `--config FILE scan` for a path named `scan`.
        let of_the_player = !arguments.paths.is_empty()
            || arguments.output.is_some()
            || arguments.remote.is_some()
            || arguments.plain;
        if arguments.verb.is_some() && of_the_player {
            let why = "a command takes no path or flag of the player before it; a file named like a command is written ./NAME";
            return Err(Self::command().error(ErrorKind::ArgumentConflict, why));
        }
        Ok(arguments)
    }
}

/// Flags that mean the same everywhere.
#[derive(Debug, Clone, Default, Args)]
pub struct Global {
    /// Configuration to use; keys.toml and themes/ are looked for beside it
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder for the library and all else that we write
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Write the log here
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// More in the log; twice: everything
    #[arg(short, long, global = true, help_heading = EVERYWHERE, action = ArgAction::Count)]
    pub verbose: u8,
    /// No messages but errors
    #[arg(short, long, global = true, help_heading = EVERYWHERE, conflicts_with = "verbose")]
    pub quiet: bool,
}

impl Global {
    pub fn places(&self) -> PlaceFlags {
        let flags = PlaceFlags {
            config_file: self.config.clone(),
            data_dir: self.data_dir.clone(),
            log_file: self.log.clone(),
        };
        flags.or_environment()
    }
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Play files to the end, without a screen
    Play(Play),
    /// The player without a screen; `auralis` then shows it, on as many terminals as you like
    Daemon(Daemon),
    /// Join standard input and output to the player that runs, or to one that is started: what -r runs
    Proxy,
    /// Bring the library up to date with folders of music
    Scan(Scan),
    /// Forget the tracks whose file is gone for good, with their plays and ratings
    Clean(Clean),
    /// Print the tracks that hold the same sound, whatever their names and tags
    Duplicates(Duplicates),
    /// Measure tracks: loudness, true peak, dynamic range, what is wrong with them
    Analyse(Analyse),
    /// How good a file is by its numbers; two files beside each other, with their null test
    Compare(Compare),
    /// Master files into new files: tone, dynamics, loudness, each with a reason
    Master(Master),
    /// Keep the tone, width and loudness of some music as a curve that others are mastered to
    Reference(ReferenceVerb),
    /// What mastering learned of your taste: told, taken back, taken over
    Preferences(PreferencesAsked),
    /// Print the tracks that sound most like some, and why
    Similar(Similar),
    /// Print the tracks of a radio: they sound like some, and no artist comes twice in a row
    Radio(RadioVerb),
    /// Print tracks on the way from one to another, each a little nearer
    Path(PathVerb),
    /// Print tracks in an order without jumps of tempo, key, loudness and sound, or write it as a playlist
    Smooth(SmoothVerb),
    /// How much each number counts in what sounds alike, and what radio learned of that
    Weights(WeightsVerb),
    /// Print the tracks of the library that match
    Search(Search),
    /// What was listened to: plays, hours, sessions, the top of tracks, artists, albums
    Stats(Stats),
    /// Playlists: list, show, change, import and export
    Playlist {
        #[command(subcommand)]
        verb: PlaylistVerb,
    },
    /// Queues that are kept, to be had again
    Template {
        #[command(subcommand)]
        verb: TemplateVerb,
    },
    /// The library as a whole: check, backup, restore, compact, export, import, roots, forget
    Library {
        #[command(subcommand)]
        verb: LibraryVerb,
    },
    /// Bring plays, ratings and playlists over from another player or service
    Import(Import),
    /// Drive the player that runs
    Ctl(Ctl),
    /// Tell what the player that runs is doing
    Status(Status),
    /// The sound devices and what they take: id, name, abilities, one a line
    Outputs(OutputsVerb),
    /// What music files say, shown and changed
    Tag {
        #[command(subcommand)]
        verb: TagVerb,
    },
    /// Which release of MusicBrainz files are; its tags for them
    Lookup(LookupAsked),
    /// The picture of a music file: told, taken out, put in
    Art(Art),
    /// The words of songs, from tags, .lrc files or LRCLIB
    Lyrics(LyricsAsked),
    /// Whether the music server answers, and what it can do
    Server(ServerAsked),
    /// Where the files are, what can be set, what is wrong
    Config {
        #[command(subcommand)]
        verb: ConfigVerb,
    },
    /// What is wrong on this machine: sound, terminal, configuration, library, neighbours, folders
    #[command(after_help = doctor::HELP)]
    Doctor(DoctorAsked),
    /// Print what completes the command line in a shell
    #[command(after_help = manual::COMPLETIONS_HELP)]
    Completions {
        #[arg(value_name = "SHELL")]
        shell: Shell,
    },
    /// Print the manual page, for `man -l -`
    Man,
}

#[derive(Debug, Args)]
pub struct DoctorAsked {
    /// Print one JSON object a finding
    #[arg(long, conflicts_with = "report")]
    pub json: bool,
    /// Write the findings into a new file, to be sent with a report of a bug; it holds no secrets
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

/// Shells whose command line can be completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
}

#[derive(Debug, Args)]
pub struct Play {
    /// Files, folders, playlists, CUE sheets, addresses, songs of the server; `-` reads paths from standard input, one a line
    #[arg(value_name = "PATH", required_unless_present = "null_separated")]
    pub paths: Vec<PathBuf>,
    /// Read paths from standard input, separated by NUL (as `find -print0` gives them)
    #[arg(short = '0')]
    pub null_separated: bool,
    #[arg(long, value_name = "SPEC", value_parser = output_parser(), help = PLAY_OUTPUT_HELP)]
    pub output: Option<OutputSpec>,
    /// Sample format of the output: s16, s24, s32, f32
    #[arg(long, value_name = "FORMAT", value_parser = sample_format)]
    pub format: Option<SampleFormat>,
    /// Sample rate of the output: a number of Hz, fixed, follow, auto
    #[arg(long, value_name = "HZ", value_parser = sample_rate)]
    pub rate: Option<RatePolicy>,
    /// Quality of the conversion to another sample rate: fast, good, best
    #[arg(long, value_name = "QUALITY", value_parser = resampler)]
    pub resampler: Option<ResamplerQuality>,
    /// Loudness that tracks are brought to: off, track, album, or auto: the album's for files of one folder in a row
    #[arg(long, value_name = "MODE", value_parser = level_mode)]
    pub replaygain: Option<LevelMode>,
    /// Play in random order: off, on, or a number; the same number gives the same order
    #[arg(long, value_name = "MODE", value_parser = shuffle)]
    pub shuffle: Option<Shuffle>,
    /// Start the first track at this time: 90, 1:30, 2m
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub start: Option<Duration>,
    /// Print one JSON object a track, then a summary
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Daemon {
    /// Files, folders, playlists, CUE sheets, addresses, songs of the server
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[arg(long, value_name = "SPEC", value_parser = output_parser(), help = OUTPUT_HELP)]
    pub output: Option<OutputSpec>,
    /// Wait until a player with a screen lets go, and go on in its place
    #[arg(long, hide = true)]
    pub take_over: bool,
}

#[derive(Debug, Args)]
pub struct OutputsVerb {
    /// Print one JSON object a device
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Scan {
    /// Folders of music, kept as roots of the library [default: the known roots, and the music server]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
    /// Scan nothing: print what the last scan did, and each failure with its cause
    #[arg(long, conflicts_with = "paths")]
    pub report: bool,
}

#[derive(Debug, Args)]
pub struct Clean {
    /// Only print them, one a line: since when, tab, what becomes of it, tab, path
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(long, conflicts_with = "dry_run")]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct Duplicates {
    /// Tracks that sound like one recording: other masterings and encodings too, of what was measured
    #[arg(long)]
    pub like: bool,
    /// Print one JSON object a group
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = super::analyse::HELP, visible_alias = "analyze")]
pub struct Analyse {
    /// Files, folders, or a query as `search` takes it [default: all tracks that are not measured]
    #[arg(value_name = "PATH|QUERY")]
    pub what: Vec<OsString>,
    /// Measure also what is measured already
    #[arg(long)]
    pub force: bool,
    /// Print how each sounds: tempo, key, the fingerprint against the library, in words
    #[arg(long, conflicts_with = "json")]
    pub show: bool,
    /// Print one JSON object a track
    #[arg(long)]
    pub json: bool,
    /// Tracks measured at a time [default: one a core]
    #[arg(long, value_name = "N", value_parser = limit)]
    pub jobs: Option<usize>,
}

#[derive(Debug, Args)]
#[command(after_help = super::compare::HELP)]
pub struct Compare {
    #[arg(value_name = "FILE")]
    pub first: PathBuf,
    #[arg(value_name = "OTHER")]
    pub second: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = super::master::HELP)]
pub struct Master {
    /// Files, folders, playlists, CUE sheets
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// Folder that is written to [default: mastered]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Path of a file below it, its extension left out; {field}, {year}, {track:02} [default: as the sources are named]
    #[arg(long, value_name = "TEMPLATE", value_parser = FileTemplate::parse)]
    pub name: Option<FileTemplate>,
    /// Kind of the files: flac24, flac16, wav16, wav24, wav32f
    #[arg(long, value_name = "FORMAT", value_parser = super::master::format, default_value = "flac24")]
    pub format: Format,
    /// What is wanted: adaptive, gentle, warm, bright, punchy, live [default: as configured]
    #[arg(long, value_name = "NAME", value_parser = super::master::preset)]
    pub preset: Option<Preset>,
    /// How much of it, in percent; 0 leaves every bit [default: as configured]
    #[arg(long, value_name = "0..100", value_parser = super::master::intensity)]
    pub intensity: Option<Intensity>,
    /// Loudness: streaming (-14 LUFS), replaygain (-18), r128 (-23), as-is, or a number of LUFS [default: as configured]
    #[arg(long, value_name = "LOUDNESS", value_parser = super::master::target, allow_hyphen_values = true)]
    pub target: Option<Target>,
    /// Music whose tone, width and loudness are wanted; may be said more than once
    #[arg(long, value_name = "PATH", conflicts_with = "target")]
    pub reference: Vec<PathBuf>,
    /// Plans without what was learned of your taste, and without your rules
    #[arg(long)]
    pub no_preferences: bool,
    /// One plan for all tracks of a folder that say the same album, whatever their numbers
    #[arg(long, conflicts_with = "track")]
    pub album: bool,
    /// A plan for each track
    #[arg(long)]
    pub track: bool,
    /// Albums and tracks at a time [default: one a core]
    #[arg(long, value_name = "N", value_parser = limit)]
    pub workers: Option<usize>,
    /// Replace files that are there
    #[arg(long)]
    pub overwrite: bool,
    /// Print the plans, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print one JSON object a track
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = super::preferences::HELP)]
pub struct PreferencesAsked {
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    #[command(subcommand)]
    pub verb: Option<PreferencesVerb>,
}

#[derive(Debug, Clone, Subcommand)]
pub enum PreferencesVerb {
    /// Print the versions, the newest first, one a line: number, tab, when, tab, what was changed
    Versions {
        /// Print one JSON object a version
        #[arg(long)]
        json: bool,
    },
    /// As a version had them, which makes another version
    Rollback {
        #[arg(value_name = "N")]
        number: u64,
    },
    /// Forget what was learned, which makes another version
    Reset,
    /// Write them to a file
    Export {
        #[arg(value_name = "FILE")]
        path: PathBuf,
    },
    /// The rules, one a line; or make one, or take one away
    Rule {
        /// `genre NAME SETTING...`, `album NAME [artist=NAME] SETTING...`, `device NAME SETTING...`, `drop KIND NAME`
        #[arg(value_name = "WORD", allow_hyphen_values = true)]
        words: Vec<String>,
    },
    /// Take them from a file that was exported
    Import {
        #[arg(value_name = "FILE")]
        path: PathBuf,
    },
}

#[derive(Debug, Args)]
#[command(after_help = super::reference::HELP)]
pub struct ReferenceVerb {
    /// Files, folders, playlists, CUE sheets
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// File that the curve is written to; a name that ends in .json [default: it is printed]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// As plans are to call it [default: as the first is named]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = super::similar::HELP)]
pub struct Similar {
    /// Files, folders, the number of a track, or a query as `search` takes it
    #[arg(value_name = "PATH|QUERY", required = true)]
    pub what: Vec<OsString>,
    /// At most so many tracks
    #[arg(short = 'n', long, value_name = "N", value_parser = limit, default_value = "20")]
    pub most: usize,
    /// Print one JSON object a track
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = super::similar::RADIO_HELP)]
pub struct RadioVerb {
    /// Files or folders of the library, or a query as `search` takes it
    #[arg(value_name = "PATH|QUERY", required = true)]
    pub what: Vec<OsString>,
    /// So many tracks [default: 20]
    #[arg(short = 'n', long, value_name = "N", value_parser = limit)]
    pub most: Option<usize>,
    /// The number that repeats it [default: by chance]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Print one JSON object a track
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct PathVerb {
    /// A file of the library, the number of a track, or a query
    pub from: OsString,
    /// As FROM
    pub to: OsString,
    /// Tracks behind the first, the last of which is TO
    #[arg(short = 'n', long, value_name = "N", value_parser = steps, default_value = "5")]
    pub steps: usize,
    /// Print one JSON object a track
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = super::smooth::HELP)]
pub struct SmoothVerb {
    /// Files, folders, files of playlists, `-` for paths on standard input, or a query as `search` takes it
    #[arg(value_name = "PATH|QUERY", required_unless_present = "playlist", conflicts_with = "playlist")]
    pub what: Vec<OsString>,
    /// What is in this playlist
    #[arg(long, value_name = "NAME")]
    pub playlist: Option<String>,
    /// Write it as a playlist, which the name says the kind of: .m3u8, .m3u, .pls, .xspf, .jspf
    #[arg(short, long, value_name = "FILE", conflicts_with = "json")]
    pub write: Option<PathBuf>,
    /// Print one JSON object a track
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct WeightsVerb {
    /// Forget what radio learned
    #[arg(long)]
    pub reset: bool,
    /// Print one JSON object a number
    #[arg(long, conflicts_with = "reset")]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = super::search::help())]
pub struct Search {
    /// What to look for, as in: davis year:1955..1965 not live
    #[arg(value_name = "QUERY", required = true)]
    pub query: Vec<String>,
    /// Order: a column, and :desc for the other way round; given twice, the first one counts more [default: the best first]
    #[arg(long, value_name = "COLUMN", value_parser = Sort::parse)]
    pub sort: Vec<Sort>,
    /// Print one JSON object a track
    #[arg(long)]
    pub json: bool,
    /// At most so many tracks, the first ones
    #[arg(long, value_name = "N", value_parser = limit)]
    pub limit: Option<usize>,
    /// Print each track this way, as in '{artist} - {title}'
    #[arg(long, value_name = "TEMPLATE", conflicts_with = "json", value_parser = Template::<TrackField>::parse)]
    pub format: Option<Template<TrackField>>,
}

#[derive(Debug, Args)]
#[command(after_help = super::stats::HELP)]
pub struct Stats {
    /// The last 7, 30, 365 days, or everything: week, month, year, all
    #[arg(long, value_name = "PERIOD", default_value = "month", value_parser = period)]
    pub period: Period,
    /// Rows of each list
    #[arg(long, value_name = "N", default_value_t = crate::library::stats::TOP, value_parser = limit)]
    pub limit: usize,
    /// Print the figures as one JSON value
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = super::ctl::HELP)]
pub struct Ctl {
    /// A command as it is typed after `:` in the player, as in: seek +5
    #[arg(value_name = "VERB", required_unless_present = "list", allow_hyphen_values = true)]
    pub words: Vec<OsString>,
    /// Print the commands, one a line: call, tab, what it does
    #[arg(long, conflicts_with = "words")]
    pub list: bool,
    /// Print what search, queue stats and stats tell as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = super::status::HELP)]
pub struct Status {
    /// Print the whole state as JSON
    #[arg(long)]
    pub json: bool,
    /// Print a line at each change, until the player ends
    #[arg(long)]
    pub follow: bool,
    /// Print a line this way, as in '{state} {artist} - {title}'
    #[arg(long, value_name = "TEMPLATE", conflicts_with = "json", value_parser = Template::<StatusField>::parse)]
    pub format: Option<Template<StatusField>>,
}

#[derive(Debug, Args)]
#[command(after_help = super::import::HELP)]
pub struct Import {
    #[arg(value_parser = source_parser())]
    pub source: Source,
    /// Where it is [default: the usual places]
    pub path: Option<PathBuf>,
    /// Set it; without this it is only told what would be set
    #[arg(long)]
    pub apply: bool,
    /// The folder that MPD calls music_directory, where its mpd.conf is not found
    #[arg(long, value_name = "DIR")]
    pub music: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum TemplateVerb {
    /// Print the templates, one a line: name, entries, * for a favourite, tags, note
    List {
        /// Only those that have all the words, in name or note; #TAG is a tag, * a favourite
        words: Vec<String>,
        /// Print one JSON object a template
        #[arg(long)]
        json: bool,
    },
    /// Keep the queue and its modes; a template of that name becomes that
    Save {
        name: String,
        #[arg(value_name = "TAG")]
        tags: Vec<String>,
    },
    /// Play a template in place of the queue, or put it at its end, or next
    Load {
        name: String,
        #[arg(value_parser = ["replace", "append", "next"], default_value = "replace")]
        how: String,
    },
    /// Give a template another name
    Rename { name: String, new: String },
    /// Delete a template; its files stay
    Delete { name: String },
    /// These are its tags; none takes them away
    Tag {
        name: String,
        #[arg(value_name = "TAG")]
        tags: Vec<String>,
    },
    /// Write a note on a template
    Note { name: String, note: String },
    /// Let a template stand first, or no longer
    Favourite {
        name: String,
        #[arg(value_parser = ["on", "off"], default_value = "on")]
        on: String,
    },
}

/// Where a player runs, it does it; else it is done in the library itself.
#[derive(Debug, Clone, Subcommand)]
pub enum PlaylistVerb {
    /// Print the playlists, one a line: name, tab, entries, and the query of a smart one
    List {
        /// Print one JSON object a playlist
        #[arg(long)]
        json: bool,
    },
    /// Print what is in a playlist
    Show {
        name: String,
        /// Print one JSON object an entry
        #[arg(long)]
        json: bool,
    },
    /// Make a playlist, empty or of files
    Create {
        name: String,
        /// Files, folders, playlists, CUE sheets, addresses, songs of the server
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
    /// Put files at the end of a playlist
    Add {
        name: String,
        /// Files, folders, playlists, CUE sheets, addresses, songs of the server
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<PathBuf>,
    },
    /// Take entries out of a playlist
    Remove {
        name: String,
        /// Their numbers, from 1
        #[arg(value_name = "N", required = true)]
        numbers: Vec<String>,
    },
    /// Move entries of a playlist
    Move {
        name: String,
        /// So many places down, as in +2, or up, as in -1
        #[arg(value_name = "STEP", allow_hyphen_values = true)]
        step: String,
        /// Their numbers, from 1
        #[arg(value_name = "N", required = true)]
        numbers: Vec<String>,
    },
    /// Sort a playlist: title, artist, album, year, path, duration, added, plays, rating, played, random
    Sort {
        name: String,
        /// One of these, with - before it for the reverse
        #[arg(allow_hyphen_values = true)]
        order: String,
    },
    /// Keep only the first of equal entries
    Dedupe { name: String },
    /// Give a playlist another name
    Rename { name: String, new: String },
    /// The same under another name
    Copy { name: String, new: String },
    /// Delete a playlist; its files stay
    Delete { name: String },
    /// Write a note on a playlist
    Note { name: String, note: String },
    /// Make a playlist of what matches a query, always up to date
    Smart {
        name: String,
        /// As for search; sort:ORDER and limit:N may stand in it
        #[arg(required = true, allow_hyphen_values = true)]
        query: Vec<String>,
    },
    /// Keep what a smart playlist has now
    Freeze { name: String },
    /// Take in files of playlists: M3U, M3U8, PLS, XSPF, JSPF
    Import {
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<PathBuf>,
    },
    /// Write a playlist to a file: .m3u8, .m3u, .pls, .xspf, .jspf
    Export {
        name: String,
        path: PathBuf,
        /// Write all paths as absolute ones
        #[arg(long, conflicts_with = "relative")]
        absolute: bool,
        /// Write all paths as seen from the file; else only those of files beside or below it are
        #[arg(long)]
        relative: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum LibraryVerb {
    /// Read every page and row and tell what is damaged; exit code 1 where something is. No player may run
    Check {
        /// Set a damaged library aside, never deleted, and save what can be read
        #[arg(long)]
        repair: bool,
    },
    /// Copy the library to a new file, also while a player runs
    Backup {
        /// [default: beside the library, named by the time]
        #[arg(value_name = "PATH")]
        path: Option<PathBuf>,
    },
    /// Put a copy of a backup in the place of the library, which is set aside. No player may run
    Restore {
        #[arg(value_name = "PATH")]
        path: PathBuf,
    },
    /// Give back the room of what was removed. No player may run
    Compact,
    /// Write what only we know as JSON lines, also while a player runs
    #[command(after_help = super::library::EXPORT_HELP)]
    Export {
        /// A new file; `-`: standard output [default: beside the library, named by the time]
        #[arg(value_name = "PATH")]
        path: Option<PathBuf>,
    },
    /// Take such lines in; what is known here stays, so twice is once. No player may run
    #[command(after_help = super::library::IMPORT_HELP)]
    Import {
        /// The file; `-`: standard input
        #[arg(value_name = "PATH")]
        path: PathBuf,
    },
    /// Print the folders that the library is made of, one a line: tracks, tab, missing ones, tab, path
    Roots,
    /// Let a folder of the library go, with its tracks; plays and ratings go into a file beside the library
    #[command(after_help = super::library::FORGET_HELP)]
    Forget {
        #[arg(value_name = "ROOT")]
        root: PathBuf,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
#[command(after_help = super::lyrics::HELP)]
pub struct LyricsAsked {
    /// Music files
    #[arg(value_name = "FILE", required = true)]
    pub paths: Vec<PathBuf>,
    /// Write each into a new .lrc file beside its song
    #[arg(long, conflicts_with = "json")]
    pub save: bool,
    /// What was told earlier does not count
    #[arg(long)]
    pub again: bool,
    /// Print one JSON object a file
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = super::server::HELP)]
pub struct ServerAsked {
    /// Print it as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = super::lookup::HELP)]
pub struct LookupAsked {
    /// Files and folders of one release
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// Change the tags to those of release N of those that are found
    #[arg(long, value_name = "N", value_parser = limit)]
    pub take: Option<usize>,
    /// Change the tags to those of the release of this identifier
    #[arg(long, value_name = "ID", value_parser = super::lookup::release, conflicts_with = "take")]
    pub release: Option<String>,
    /// Only print what would be changed
    #[arg(long)]
    pub dry_run: bool,
    /// Print one JSON object a release
    #[arg(long, conflicts_with_all = ["take", "release"])]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum TagVerb {
    /// Print the fields of files
    Show {
        /// Files and folders
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<PathBuf>,
        /// Print one JSON object a file
        #[arg(long)]
        json: bool,
    },
    /// Put these values in place of a field's, in all files or none; `FIELD=` takes it away
    Set(TagChange),
    /// Put values behind those that a field has
    Add(TagChange),
    /// Take fields away
    Remove(TagChange),
    /// Name files by their tags, as in '{albumartist}/{year} {album}/{track:02} {title}'
    Rename {
        /// Files and folders
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<PathBuf>,
        /// The new path, its extension left out; {field}, {year}, {track:02}
        #[arg(long, value_name = "TEMPLATE", required = true, value_parser = FileTemplate::parse)]
        template: FileTemplate,
        /// Folder that the template begins in [default: the current one]
        #[arg(long, value_name = "DIR")]
        base: Option<PathBuf>,
        /// Only print what would be done
        #[arg(long)]
        dry_run: bool,
    },
    /// Take a change back: the last one, or by the number that it told
    Undo {
        #[arg(value_name = "N")]
        batch: Option<u64>,
        /// Only print what would be done
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Debug, Args)]
pub struct TagChange {
    /// Files, folders, and FIELD=VALUE (for `remove`: FIELD), in any order; a field named twice gets both values
    #[arg(value_name = "PATH|FIELD=VALUE", required = true)]
    pub words: Vec<PathBuf>,
    /// Only print what would be done
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub struct Art {
    /// Music files
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// Write the picture into this file, which must not be there
    #[arg(long, value_name = "FILE", conflicts_with_all = ["set", "remove", "dry_run"])]
    pub extract: Option<PathBuf>,
    /// Make this picture (JPEG, PNG, WebP) the front cover inside the files
    #[arg(long, value_name = "FILE", conflicts_with = "remove")]
    pub set: Option<PathBuf>,
    /// Take all pictures out of the files
    #[arg(long)]
    pub remove: bool,
    /// Only print what would be done
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Clone, Subcommand)]
pub enum ConfigVerb {
    /// Print where each file is, one a line: name, tab, path
    Path,
    /// Print a complete config.toml with every key at its default
    Default,
    /// Check the configuration and print each problem with file and line
    Check,
    /// Print every setting, one a line: name, tab, value, tab, where that comes from
    List,
    /// Write a setting into config.toml, where all else stays as it is
    Set {
        /// As `auralis config list` names it, or its last part where no other has that too
        name: String,
        /// As in config.toml; a word needs no quotes, and commas stand between several
        #[arg(allow_hyphen_values = true)]
        value: String,
    },
}

/// `file:` and `fifo:` take any path, also one that is not UTF-8.
fn audio(word: &str) -> Result<Audio, &'static str> {
    Audio::parse(word).ok_or("needs here, there or both")
}

fn output_parser() -> impl TypedValueParser<Value = OutputSpec> {
    OsStringValueParser::new().try_map(|word: OsString| {
        let path = |bytes: &[u8]| OsString::from_vec(bytes.to_vec()).into();
        let spec = match (word.as_bytes().strip_prefix(b"file:"), word.as_bytes().strip_prefix(b"fifo:")) {
            (Some(b""), _) | (_, Some(b"")) => None,
            (Some(file), _) => Some(OutputSpec::File(path(file))),
            (_, Some(fifo)) => Some(OutputSpec::Fifo(path(fifo))),
            _ => word.to_str().and_then(OutputSpec::parse),
        };
        spec.ok_or("needs auto, device[:ID], hw:NAME, null, file:PATH.wav, pipe, fifo:PATH or tcp:HOST:PORT")
    })
}

fn source_parser() -> impl TypedValueParser {
    PossibleValuesParser::new(Source::NAMES).try_map(|name| Source::parse(&name).ok_or("no such source"))
}

fn sample_format(word: &str) -> Result<SampleFormat, &'static str> {
    SampleFormat::parse(word).ok_or("needs s16, s24, s32 or f32")
}

fn resampler(word: &str) -> Result<ResamplerQuality, &'static str> {
    ResamplerQuality::parse(word).ok_or("needs fast, good or best")
}

fn sample_rate(word: &str) -> Result<RatePolicy, &'static str> {
    let known = Spec::MIN_RATE..=Spec::MAX_RATE;
    let number = word.parse().ok().filter(|rate| known.contains(rate)).map(RatePolicy::Hz);
    number
        .or_else(|| RatePolicy::parse(word))
        .ok_or("needs a rate from 1000 to 768000 Hz, fixed, follow or auto")
}

fn time(word: &str) -> Result<Duration, &'static str> {
    parse_time(word).ok_or("needs a time such as 90, 1:30 or 2m")
}

fn limit(word: &str) -> Result<usize, &'static str> {
    word.parse().ok().filter(|&limit| limit > 0).ok_or("needs a number from 1")
}

fn steps(word: &str) -> Result<usize, &'static str> {
    let known = 1..=crate::model::command::Similar::MOST_STEPS;
    word.parse().ok().filter(|steps| known.contains(steps)).ok_or("needs a number from 1 to 100")
}

fn period(word: &str) -> Result<Period, &'static str> {
    Period::parse(word).ok_or("needs week, month, year or all")
}

/// The word means here what it means as an argument of the command `shuffle`.
fn level_mode(word: &str) -> Result<LevelMode, &'static str> {
    LevelMode::parse(word).ok_or("needs off, track, album or auto")
}

fn shuffle(word: &str) -> Result<Shuffle, &'static str> {
    match parse(&format!("shuffle {word}")) {
        Ok(Request::Core(Command::Playback(Playback::Shuffle(Some(
            mode @ (Shuffle::Off | Shuffle::On { by: ShuffleBy::Tracks, .. }),
        ))))) => Ok(mode),
        _ => Err("needs off, on or a seed (a number)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Arguments, clap::Error> {
        Arguments::read(std::iter::once("auralis").chain(words.iter().copied()).map(OsString::from))
    }

    fn play(words: &[&str]) -> Play {
        match read(words).unwrap().verb {
            Some(Verb::Play(play)) => play,
            other => panic!("{words:?}: {other:?}"),
        }
    }

    #[test]
    fn the_grammar_has_no_contradiction() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn flags_become_checked_values() {
        let asked = play(&["play", "a", "--output", "file:x.wav", "--format", "s24", "--rate", "96000"]);
        assert_eq!(asked.output, Some(OutputSpec::File("x.wav".into())));
        assert_eq!(asked.format, Some(SampleFormat::S24));
        assert_eq!(asked.rate, Some(RatePolicy::Hz(96_000)));
        let asked = play(&["play", "a", "--resampler", "fast"]);
        assert_eq!(asked.resampler, Some(ResamplerQuality::Fast));
        let asked = play(&["play", "a", "--shuffle", "4711", "--start", "1:30"]);
        assert_eq!(asked.shuffle, Some(Shuffle::On { by: ShuffleBy::Tracks, seed: Some(4711) }));
        assert_eq!(asked.start, Some(Duration::from_secs(90)));
    }

    #[test]
    fn paths_and_files_to_write_need_not_be_utf8() {
        let words = [&b"auralis"[..], b"play", b"\xff.flac", b"--output", b"file:\xfe.wav"];
        let words = words.map(|word| OsString::from_vec(word.to_vec()));
        let Some(Verb::Play(asked)) = Arguments::read(words).unwrap().verb else { panic!() };
        assert_eq!(asked.paths[0].as_os_str().as_bytes(), b"\xff.flac");
        assert_eq!(asked.output, Some(OutputSpec::File(OsString::from_vec(b"\xfe.wav".to_vec()).into())));
    }

    #[test]
    fn wrong_values_are_wrong_usage() {
        let wrong: &[&[&str]] = &[
            &["play"],
            &["play", "a", "--output", "nowhere"],
            &["play", "a", "--output", "file:"],
            &["play", "a", "--format", "s8"],
            &["play", "a", "--rate", "0"],
            &["play", "a", "--resampler", "better"],
            &["play", "a", "--rate", "768001"],
            &["play", "a", "--start", "-1"],
            &["play", "a", "--shuffle", "on off"],
            &["play", "a", "--shuffle", "album"],
            &["play", "a", "--shuffle", ""],
            &["search"],
            &["search", "x", "--limit", "0"],
            &["stats", "--period", "day"],
            &["search", "x", "--format", "{nothing}"],
            &["search", "x", "--format", "{title}", "--json"],
            &["-q", "-v"],
            &["ctl"],
            &["ctl", "--list", "next"],
            &["status", "--format", "{nothing}"],
            &["status", "--format", "{title}", "--json"],
            &["config"],
            &["--output", "null", "scan"],
        ];
        for words in wrong {
            assert!(read(words).is_err(), "{words:?}");
        }
    }

    #[test]
    fn words_of_a_command_may_begin_with_a_hyphen() {
        let words = |words: &[&str]| match read(words).unwrap().verb {
            Some(Verb::Ctl(ctl)) => ctl.words,
            other => panic!("{words:?}: {other:?}"),
        };
        assert_eq!(words(&["ctl", "seek", "-5"]), ["seek", "-5"]);
        assert_eq!(words(&["ctl", "seek", "-1m"]), ["seek", "-1m"]);
        assert_eq!(words(&["ctl", "move", "-2", "3"]), ["move", "-2", "3"]);
        // `ctl` takes the dashes away.
        assert_eq!(words(&["ctl", "add", "--", "-q"]), ["add", "--", "-q"]);
        // Flags of ours stand before the words.
        let arguments = read(&["ctl", "-q", "volume", "-5"]).unwrap();
        assert!(arguments.global.quiet);
        assert_eq!(words(&["ctl", "volume", "-5", "-q"]), ["volume", "-5", "-q"]);
    }

    #[test]
    fn a_path_named_like_a_verb_is_still_a_path_behind_two_dashes() {
        let arguments = read(&["--", "scan"]).unwrap();
        assert_eq!(arguments.paths, [PathBuf::from("scan")]);
        assert!(arguments.verb.is_none());
        assert_eq!(read(&["folder", "scan"]).unwrap().paths, [PathBuf::from("folder"), "scan".into()]);
    }

    #[test]
    fn global_flags_may_stand_anywhere() {
        let arguments = read(&["scan", "--data-dir", "/d", "-q"]).unwrap();
        assert_eq!(arguments.global.data_dir, Some("/d".into()));
        assert!(arguments.global.quiet);
        let arguments = read(&["--data-dir", "/d", "scan", "x"]).unwrap();
        assert_eq!(arguments.global.data_dir, Some("/d".into()));
        assert!(matches!(arguments.verb, Some(Verb::Scan(scan)) if scan.paths == [PathBuf::from("x")]));
    }
}
