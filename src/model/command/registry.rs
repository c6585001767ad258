//! Every command in one table: it feeds the keymap, the command line and its completion, the help screen, the tests of
//! the README. A row says how a command is written; `parse` says what it means.

/// What completes a command's argument on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completer {
    None,
    /// Files and folders.
    Path,
    Word(&'static [&'static str]),
    /// Names of the themes at hand.
    Theme,
    /// Kinds of outputs, and the devices that were found.
    Output,
    /// Names of the bookmarks.
    Bookmark,
    Command,
}

/// Heading in the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    Playback,
    Sound,
    Queue,
    Library,
    Move,
    Screen,
}

impl Subject {
    pub const ALL: [Self; 6] =
        [Self::Playback, Self::Sound, Self::Queue, Self::Library, Self::Move, Self::Screen];

    pub fn title(self) -> &'static str {
        match self {
            Self::Playback => "Playback",
            Self::Sound => "Sound",
            Self::Queue => "Queue",
            Self::Library => "Library",
            Self::Move => "Moving about",
            Self::Screen => "Screen",
        }
    }
}

/// One row: how a command is written.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    /// Arguments as shown in the help, empty for none.
    pub arguments: &'static str,
    pub help: &'static str,
    pub completer: Completer,
    pub subject: Subject,
}

const fn row(
    subject: Subject,
    name: &'static str,
    aliases: &'static [&'static str],
    arguments: &'static str,
    completer: Completer,
    help: &'static str,
) -> Row {
    Row { name, aliases, arguments, help, completer, subject }
}

use Completer::{Bookmark, None as Nothing, Output, Path, Theme, Word};
use Subject::{Library, Move, Playback, Queue, Screen, Sound};

/// All commands, in the order of the help.
pub const COMMANDS: &[Row] = &[
    row(Playback, "play", &[], "", Nothing, "go on playing, or start the queue"),
    row(Playback, "pause", &[], "", Nothing, "pause"),
    row(Playback, "toggle", &["play-pause"], "", Nothing, "pause or go on"),
    row(Playback, "stop", &[], "", Nothing, "stop and forget the position"),
    row(Playback, "next", &[], "[N]", Nothing, "next item, or N items on"),
    row(Playback, "previous", &["prev"], "[N]", Nothing, "start of the item, then the items before"),
    row(Playback, "seek", &[], "TIME|+TIME|-TIME|N%", Nothing, "go to a time: 1:23, +5, -1m, 50%"),
    row(Playback, "volume", &["vol"], "N|+N|-N|-NdB", Nothing, "volume in percent, or steps in dB"),
    row(Playback, "mute", &[], "", Nothing, "silence, and back"),
    row(
        Playback,
        "stop-after",
        &[],
        "[off|track|album]",
        Word(&["off", "track", "album"]),
        "stop when this track, or this album, ends",
    ),
    row(
        Playback,
        "sleep",
        &[],
        "TIME|off",
        Word(&["15m", "30m", "1h", "off"]),
        "fade out and pause after a time",
    ),
    row(
        Playback,
        "ab-loop",
        &[],
        "[TIME TIME|off]",
        Word(&["off"]),
        "play a part over and over: from here, to here, no more",
    ),
    row(Playback, "bookmark", &[], "[NAME]", Bookmark, "keep this place, under the next letter or a name"),
    row(Playback, "bookmark-go", &[], "NAME", Bookmark, "play from a place that was kept"),
    row(Playback, "bookmark-drop", &[], "NAME", Bookmark, "forget a place that was kept"),
    row(Playback, "bookmarks", &[], "", Nothing, "the places that were kept"),
    row(
        Playback,
        "repeat",
        &[],
        "[off|one|all]",
        Word(&["off", "one", "all"]),
        "repeat nothing, the item, the queue",
    ),
    row(
        Playback,
        "shuffle",
        &[],
        "[off|on|SEED]",
        Word(&["off", "on"]),
        "play the queue in random order; a seed repeats an order",
    ),
    row(Sound, "output", &[], "SPEC", Output, "move the sound to another output"),
    row(Sound, "outputs", &["devices"], "", Nothing, "the sound devices and what they take, to choose from"),
    row(
        Sound,
        "replaygain",
        &["rg"],
        "[off|track|album|auto]",
        Word(&["off", "track", "album", "auto"]),
        "bring tracks, or albums, to one loudness; auto: albums where one plays in order",
    ),
    row(Sound, "preamp", &[], "DB", Nothing, "dB on top of a known loudness"),
    row(
        Sound,
        "crossfade",
        &[],
        "SECONDS",
        Word(&["0", "5"]),
        "lay tracks that do not belong together over each other",
    ),
    row(Sound, "balance", &[], "N", Nothing, "-100 is left only, 0 both sides, 100 right only"),
    row(Sound, "mono", &[], "[on|off]", Word(&["on", "off"]), "both sides give the mean of both"),
    row(
        Sound,
        "speed",
        &[],
        "N|+N|-N",
        Word(&["1", "1.25", "1.5", "0.75"]),
        "play so many times as fast, 0.5 to 2, at the same pitch",
    ),
    row(Queue, "add", &["append"], "[PATH...]", Path, "append the selection, or files, to the queue"),
    row(
        Queue,
        "insert",
        &["play-next"],
        "[PATH...]",
        Path,
        "put the selection, or files, behind the current item",
    ),
    row(
        Queue,
        "play-now",
        &[],
        "[PATH...]",
        Path,
        "put the selection, or files, behind the current item and play them",
    ),
    row(
        Queue,
        "replace",
        &[],
        "[PATH...]",
        Path,
        "put the selection, or files, in place of the queue and play",
    ),
    row(Queue, "jump", &[], "[N]", Nothing, "play the selected entry of the queue, or entry N"),
    row(
        Queue,
        "remove",
        &["delete"],
        "[N...]",
        Nothing,
        "take the selected entries, or entries N, out of the queue",
    ),
    row(Queue, "move", &[], "+N|-N [N...]", Nothing, "move the selected entries, or entries N, down or up"),
    row(Queue, "clear", &[], "", Nothing, "empty the queue"),
    row(Queue, "undo", &[], "", Nothing, "take back the last change of the queue"),
    row(Queue, "redo", &[], "", Nothing, "make it again"),
    row(Library, "scan", &["update"], "[PATH...]", Path, "bring the library up to date, with new folders"),
    row(Library, "cancel-scan", &[], "", Nothing, "stop the scan; what was found stays"),
    row(Library, "filter", &[], "[QUERY]", Nothing, "show only what matches a query; none shows all"),
    row(Library, "search", &[], "[WORDS]", Nothing, "go to the next place that has these words"),
    row(Library, "search-next", &[], "", Nothing, "go on to the next place"),
    row(Library, "search-previous", &[], "", Nothing, "go back to the place before"),
    row(Move, "down", &[], "", Nothing, "row below"),
    row(Move, "up", &[], "", Nothing, "row above"),
    row(Move, "left", &[], "", Nothing, "column before"),
    row(Move, "right", &[], "", Nothing, "column behind"),
    row(Move, "top", &[], "", Nothing, "first row"),
    row(Move, "bottom", &[], "", Nothing, "last row, or row N with a count"),
    row(Move, "line", &[], "N", Nothing, "row N"),
    row(Move, "page-down", &[], "", Nothing, "a page down"),
    row(Move, "page-up", &[], "", Nothing, "a page up"),
    row(Move, "half-page-down", &[], "", Nothing, "half a page down"),
    row(Move, "half-page-up", &[], "", Nothing, "half a page up"),
    row(Move, "screen-top", &[], "", Nothing, "first visible row"),
    row(Move, "screen-middle", &[], "", Nothing, "middle visible row"),
    row(Move, "screen-bottom", &[], "", Nothing, "last visible row"),
    row(Move, "scroll-top", &[], "", Nothing, "scroll the selection to the top"),
    row(Move, "scroll-middle", &[], "", Nothing, "scroll the selection to the middle"),
    row(Move, "scroll-bottom", &[], "", Nothing, "scroll the selection to the bottom"),
    row(Move, "go-to-playing", &[], "", Nothing, "select the playing track"),
    row(Screen, "open", &[], "", Nothing, "open an artist, play an album, a track, an entry"),
    row(Screen, "back", &[], "", Nothing, "leave to the column before"),
    row(Screen, "focus-next", &[], "", Nothing, "next pane"),
    row(Screen, "focus-previous", &[], "", Nothing, "pane before"),
    row(
        Screen,
        "focus",
        &[],
        "library|queue|spectrum",
        Word(&["library", "queue", "spectrum"]),
        "go to a pane",
    ),
    row(
        Screen,
        "toggle-pane",
        &[],
        "library|queue|spectrum",
        Word(&["library", "queue", "spectrum"]),
        "show or hide a pane",
    ),
    row(Screen, "mark", &[], "", Nothing, "mark the row for the next command, or unmark it"),
    row(Screen, "command-line", &[], "[WORDS]", Completer::Command, "type a command"),
    row(Screen, "help", &["h"], "", Nothing, "keys and commands"),
    row(Screen, "signal", &[], "", Nothing, "the way of the sound from file to device"),
    row(Screen, "dismiss", &[], "", Nothing, "take the notice away"),
    row(Screen, "escape", &[], "", Nothing, "close what is open, drop marks, filter and notice"),
    row(Screen, "theme", &[], "NAME", Theme, "change the colours"),
    row(Screen, "redraw", &[], "", Nothing, "draw the screen afresh"),
    row(Screen, "suspend", &[], "", Nothing, "to the shell; fg comes back"),
    row(Screen, "quit", &["q", "exit", "x", "wq", "q!"], "", Nothing, "save queue and position, and leave"),
];

/// The row of a command by its name or an alias.
pub fn find(name: &str) -> Option<&'static Row> {
    COMMANDS.iter().find(|row| row.name == name || row.aliases.contains(&name))
}
