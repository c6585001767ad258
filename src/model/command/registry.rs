//! Every command in one table: it feeds the keymap, the command line and its completion, the help screen, the tests of
//! the README. A row says how a command is written; `parse` says what it means.

use crate::model::playlist::order::By;

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
    /// Names of the playlists.
    Playlist,
    /// The name of a playlist, then files and folders.
    PlaylistPath,
    /// The name of a playlist, then one of these.
    PlaylistWord(&'static [&'static str]),
    /// The name of a playlist, then a query that is taken as typed.
    PlaylistQuery,
    /// A field of tags, then anything.
    Field,
    Command,
}

/// Heading in the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    Playback,
    Sound,
    Queue,
    Playlists,
    Library,
    Tags,
    Move,
    Screen,
}

impl Subject {
    pub const ALL: [Self; 8] = [
        Self::Playback,
        Self::Sound,
        Self::Queue,
        Self::Playlists,
        Self::Library,
        Self::Tags,
        Self::Move,
        Self::Screen,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Self::Playback => "Playback",
            Self::Sound => "Sound",
            Self::Queue => "Queue",
            Self::Playlists => "Playlists",
            Self::Library => "Library",
            Self::Tags => "Tags",
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

use Completer::{
    Bookmark, Field, None as Nothing, Output, Path, Playlist, PlaylistPath, PlaylistQuery, PlaylistWord,
    Theme, Word,
};
use Subject::{Library, Move, Playback, Playlists, Queue, Screen, Sound, Tags};

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
        "[off|one|all|album]",
        Word(&["off", "one", "all", "album"]),
        "repeat nothing, the item, the queue, the album",
    ),
    row(
        Playback,
        "shuffle",
        &[],
        "[off|on|KIND] [SEED]",
        Word(&["off", "on", "album", "artist", "no-repeat", "least-heard", "best-rated"]),
        "play the queue in random order, of tracks or of a kind; a seed repeats an order",
    ),
    row(
        Playback,
        "consume",
        &[],
        "[on|off]",
        Word(&["on", "off"]),
        "take entries out of the queue once they were heard",
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
    row(
        Queue,
        "move-to",
        &[],
        "N|top|bottom [N...]",
        Word(&["top", "bottom"]),
        "move the selected entries, or entries N, to a place",
    ),
    row(Queue, "insert-at", &[], "N [PATH...]", Path, "put the selection, or files, in front of entry N"),
    row(Queue, "crop", &[], "[N...]", Nothing, "keep only the marked entries, or entries N, or what plays"),
    row(Queue, "dedupe", &["uniq"], "", Nothing, "keep each file of the queue once"),
    row(Queue, "reverse", &[], "", Nothing, "turn the queue around"),
    row(
        Queue,
        "sort",
        &[],
        "[-]KEY",
        Word(&["title", "artist", "album", "year", "length", "path", "added", "plays", "rating"]),
        "put the queue in order; - is downwards",
    ),
    row(Queue, "clear", &[], "", Nothing, "empty the queue"),
    row(
        Queue,
        "undo",
        &[],
        "[N|skip]",
        Word(&["skip"]),
        "take back the last change, or N; skip passes over one of tags that cannot be",
    ),
    row(Queue, "redo", &[], "[N]", Nothing, "make again what was taken back"),
    row(Queue, "earlier", &[], "TIME", Word(&["10m", "1h"]), "take back what was changed in that time"),
    row(Queue, "later", &[], "TIME", Word(&["10m", "1h"]), "make again what was changed in that time"),
    row(Queue, "undolist", &["undo-list"], "", Nothing, "what can be taken back and made again"),
    row(Playlists, "playlist-new", &[], "NAME", Nothing, "a new, empty playlist"),
    row(Playlists, "playlist-save", &[], "NAME", Playlist, "keep the queue as a playlist"),
    row(
        Playlists,
        "playlist-add",
        &[],
        "NAME [PATH...]",
        PlaylistPath,
        "put the selection, or files, into a playlist; a new name makes one",
    ),
    row(Playlists, "playlist-add-queue", &[], "[NAME]", Playlist, "put all of the queue into a playlist"),
    row(Playlists, "playlist-add-playing", &[], "[NAME]", Playlist, "put what plays into a playlist"),
    row(
        Playlists,
        "playlist-remove",
        &[],
        "[NAME N...]",
        Playlist,
        "take the selected entries, or entries N, out of a playlist",
    ),
    row(
        Playlists,
        "playlist-move",
        &[],
        "[NAME] +N|-N [N...]",
        Playlist,
        "move the selected entries, or entries N, down or up",
    ),
    row(
        Playlists,
        "playlist-sort",
        &[],
        "[NAME] ORDER",
        PlaylistWord(By::WORDS),
        "sort a playlist: title, -plays for the most played first, random",
    ),
    row(Playlists, "playlist-dedupe", &[], "[NAME]", Playlist, "keep only the first of equal entries"),
    row(Playlists, "playlist-rename", &[], "[NAME] NEW", Playlist, "give a playlist another name"),
    row(
        Playlists,
        "playlist-copy",
        &["playlist-duplicate"],
        "[NAME] NEW",
        Playlist,
        "the same under another name",
    ),
    row(Playlists, "playlist-delete", &[], "[NAME]", Playlist, "delete a playlist; its files stay"),
    row(Playlists, "playlist-note", &[], "[NAME] NOTE", Playlist, "write a note on a playlist"),
    row(
        Playlists,
        "playlist-entry-note",
        &[],
        "[NAME N...] NOTE",
        Playlist,
        "write a note on the selected entries, or entries N",
    ),
    row(
        Playlists,
        "playlist-smart",
        &[],
        "NAME QUERY",
        PlaylistQuery,
        "a playlist of what matches, kept up to date; sort:ORDER and limit:N may be in it",
    ),
    row(Playlists, "playlist-freeze", &[], "[NAME]", Playlist, "keep what a smart playlist has now"),
    row(
        Playlists,
        "playlist-play",
        &[],
        "[NAME [N]]",
        Playlist,
        "put a playlist in place of the queue and play, from entry N",
    ),
    row(Playlists, "playlist-append", &[], "[NAME [N...]]", Playlist, "append a playlist to the queue"),
    row(
        Playlists,
        "playlist-insert",
        &[],
        "[NAME [N...]]",
        Playlist,
        "put a playlist behind the current item",
    ),
    row(Playlists, "playlist-import", &[], "PATH...", Path, "take in M3U, PLS, XSPF and JSPF files"),
    row(
        Playlists,
        "playlist-export",
        &[],
        "[NAME] PATH [--absolute|--relative]",
        PlaylistPath,
        "write a playlist to a file: .m3u8, .m3u, .pls, .xspf, .jspf",
    ),
    row(Playlists, "playlist-list", &[], "", Nothing, "the playlists that there are"),
    row(
        Library,
        "scan",
        &["update"],
        "[PATH...|stop|report]",
        Path,
        "bring the library up to date, with new folders",
    ),
    row(Library, "cancel-scan", &[], "", Nothing, "stop the scan; what was found stays"),
    row(Library, "scan-report", &[], "", Nothing, "what the last scan could not read, and why"),
    row(
        Library,
        "clean",
        &[],
        "[yes]",
        Word(&["yes"]),
        "how many missing tracks can be forgotten; yes forgets them",
    ),
    row(
        Library,
        "analyse",
        &["analyze"],
        "[again|stop]",
        Word(&["again", "stop"]),
        "measure the loudness of the tracks that were not measured; again: of all",
    ),
    row(
        Library,
        "library-backup",
        &[],
        "[PATH]",
        Path,
        "copy the library to a new file; without PATH to one beside it",
    ),
    row(
        Library,
        "library-export",
        &[],
        "[PATH]",
        Path,
        "write what only we know as JSON lines: plays, ratings, playlists, queue",
    ),
    row(Library, "library-roots", &["roots"], "", Nothing, "the folders that the library is made of"),
    row(
        Library,
        "library-forget",
        &["forget"],
        "[ROOT]",
        Path,
        "let a folder of the library go, with its tracks; plays and ratings go into a file",
    ),
    row(Library, "duplicates", &[], "", Nothing, "tracks that hold the same sound, whatever their names"),
    row(
        Library,
        "rate",
        &[],
        "STARS [playing]",
        Word(&["0", "1", "2", "3", "4", "5"]),
        "rate the selection, or what plays: 1 to 5, halves too; 0 takes the rating away",
    ),
    row(
        Library,
        "favourite",
        &["favorite", "love"],
        "[on|off] [playing]",
        Word(&["on", "off", "playing"]),
        "make the selection, or what plays, favourites, or no longer",
    ),
    row(
        Library,
        "stats",
        &[],
        "[week|month|year|all]",
        Word(&["week", "month", "year", "all"]),
        "what was listened to in that time",
    ),
    row(Library, "filter", &[], "[QUERY]", Nothing, "show only what matches a query; none shows all"),
    row(Library, "search", &[], "[WORDS]", Nothing, "go to the next place that has these words"),
    row(Library, "search-next", &[], "", Nothing, "go on to the next place"),
    row(Library, "search-previous", &[], "", Nothing, "go back to the place before"),
    row(
        Tags,
        "info",
        &["tags"],
        "",
        Nothing,
        "all that the selected tracks say of themselves, to read and to edit",
    ),
    row(
        Tags,
        "tag-set",
        &[],
        "FIELD [VALUE...]",
        Field,
        "give a field these values in the selection, or take it away",
    ),
    row(Tags, "tag-add", &[], "FIELD VALUE...", Field, "give a field these values too"),
    row(Tags, "tag-remove", &[], "FIELD...", Field, "take fields away"),
    row(
        Tags,
        "tag-rename",
        &[],
        "TEMPLATE",
        Nothing,
        "name files by their tags: {albumartist}/{album}/{track:02} {title}",
    ),
    row(Tags, "tag-show", &[], "", Nothing, "what the selected tracks, or what plays, say of themselves"),
    row(Tags, "tag-write", &[], "", Nothing, "do what is shown: every file of it, or none"),
    row(Tags, "tag-drop", &[], "", Nothing, "do not do what is shown, or stop what is being written"),
    row(Tags, "art-show", &[], "", Nothing, "which picture belongs to the selection, or to what plays"),
    row(Tags, "art-set", &[], "PATH", Path, "put a picture into the files, as their front cover"),
    row(Tags, "art-extract", &[], "PATH", Path, "write the picture of the first file to a new file"),
    row(Tags, "art-remove", &[], "", Nothing, "take all pictures out of the files"),
    row(
        Tags,
        "tag-edit",
        &[],
        "",
        Nothing,
        "type the selected field anew; `; ` stands between several values",
    ),
    row(Tags, "tag-clear", &[], "", Nothing, "take the selected field away"),
    row(Tags, "tag-revert", &[], "", Nothing, "leave the selected field as it is"),
    row(Tags, "tag-preview", &[], "", Nothing, "what the edited fields would change; tag-write does it"),
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
        "library|playlists|queue|spectrum",
        Word(&["library", "playlists", "queue", "spectrum"]),
        "go to a pane",
    ),
    row(
        Screen,
        "toggle-pane",
        &[],
        "library|playlists|queue|spectrum",
        Word(&["library", "playlists", "queue", "spectrum"]),
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

/// The row that words begin with, and how many of them name it: `playlist add` is `playlist-add`.
pub fn find_words(words: &[impl AsRef<str>]) -> Option<(&'static Row, usize)> {
    let first = words.first()?.as_ref();
    if let Some(row) = find(first) {
        return Some((row, 1));
    }
    let both = format!("{first}-{}", words.get(1)?.as_ref());
    find(&both).map(|row| (row, 2))
}
