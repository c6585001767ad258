//! The keys of other players, laid over the defaults by `profile = "cmus"` in `keys.toml`: what a hand that knows them
//! expects. Where the other player has no such thing, the default holds. Digits are counts here, so that the keys for
//! numbered views are none.

use super::Context::{self, Global, Library, Playlists, Queue};

/// Context, keys, command line; an empty line takes the key away.
type Rows = &'static [(Context, &'static str, &'static str)];

/// By name. `vim` is the table of defaults itself.
pub const PROFILES: &[(&str, Rows)] = &[("vim", &[]), ("cmus", CMUS), ("ncmpcpp", NCMPCPP), ("rmpc", RMPC)];

/// cmus(1), "Keybindings", version 2.11.
const CMUS: Rows = &[
    (Global, "q<letter>", ""),
    (Global, "x", "play"),
    (Global, "c", "toggle"),
    (Global, "v", "stop"),
    (Global, "b", "next"),
    (Global, "z", "previous"),
    (Global, "B", "next"),
    (Global, "Z", "previous"),
    (Global, "h", "seek -5"),
    (Global, "l", "seek +5"),
    (Global, ",", "seek -1m"),
    (Global, ".", "seek +1m"),
    (Global, "+", "volume +10"),
    (Global, "=", "volume +10"),
    (Global, "-", "volume -10"),
    (Global, "r", "repeat"),
    (Global, "s", "shuffle"),
    (Global, "<C-r>", "repeat one"),
    (Global, "<Space>", "mark"),
    (Global, "y", "command-line playlist-add"),
    (Global, "e", "add"),
    (Global, "E", "insert"),
    (Global, "i", "go-to-playing"),
    (Global, "u", "scan"),
    (Global, "U", "undo"),
    (Global, "F", "filter"),
    (Global, "L", "filter"),
    (Global, "gg", ""),
    (Global, "g", "top"),
    (Queue, "e", "queue-edit"),
    (Queue, "D", "remove"),
    (Queue, "p", "move +1"),
    (Queue, "P", "move -1"),
    (Playlists, "D", "remove"),
    (Playlists, "p", "move +1"),
    (Playlists, "P", "move -1"),
];

/// ncmpcpp(1) and its `bindings` file, version 0.10.
const NCMPCPP: Rows = &[
    (Global, "q<letter>", ""),
    (Global, "p", "toggle"),
    (Global, "s", "stop"),
    (Global, "f", "seek +5"),
    (Global, "b", "seek -5"),
    (Global, "+", "volume +2"),
    (Global, "-", "volume -2"),
    (Global, "<Space>", "add"),
    (Global, "<Ins>", "mark"),
    (Global, "a", "command-line playlist-add"),
    (Global, "o", "go-to-playing"),
    (Global, "r", "repeat"),
    (Global, "z", "shuffle"),
    (Global, "y", "repeat one"),
    (Global, "R", "consume"),
    (Global, "u", "scan"),
    (Global, "U", "undo"),
    (Global, ".", "search-next"),
    (Global, ",", "search-previous"),
    (Global, "l", "lyrics"),
    (Global, "i", "info"),
    (Global, "e", "info"),
    (Global, "<C-f>", "filter"),
    (Library, "R", "replace"),
    (Queue, "e", "info"),
    (Queue, "E", "queue-edit"),
    (Queue, "d", "remove"),
    (Queue, "c", "clear"),
    (Queue, "C", "crop"),
    (Queue, "m", "move -1"),
    (Queue, "n", "move +1"),
    (Playlists, "d", "remove"),
    (Playlists, "o", ""),
    (Playlists, "O", "command-line playlist-new"),
    (Playlists, "m", "move -1"),
    (Playlists, "n", "move +1"),
];

/// The default configuration of rmpc 0.9.
const RMPC: Rows = &[
    (Global, "q<letter>", ""),
    (Global, "p", "toggle"),
    (Global, "s", "stop"),
    (Global, "z", "repeat"),
    (Global, "x", "shuffle"),
    (Global, "c", "consume"),
    (Global, "v", "repeat one"),
    (Global, "f", "seek +5"),
    (Global, "b", "seek -5"),
    (Global, ",", "volume -5"),
    (Global, ".", "volume +5"),
    (Global, "u", "scan"),
    (Global, "U", "undo"),
    (Global, "~", "help"),
    (Global, "I", "info"),
    (Global, "<Space>", "mark"),
    (Queue, "d", "remove"),
    (Queue, "D", "clear"),
    (Queue, "<C-s>", "command-line playlist-save"),
    (Queue, "a", "command-line playlist-add"),
    (Queue, "C", "go-to-playing"),
    (Playlists, "d", "remove"),
    (Playlists, "D", "remove"),
];
