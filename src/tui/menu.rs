//! What can be done with what is selected, as a list to choose from: a name and a line of the command line each, nothing that
//! is not a command anyway. Pure; opened and chosen from by `update`, drawn by the menu's view.

use super::list::List;

/// An open menu.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Menu {
    pub about: About,
    pub list: List,
    /// The cell that it was asked for at.
    pub at: (u16, u16),
}

/// What a menu is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    Artist,
    Album,
    Track,
    /// An entry of the queue.
    Queued,
    Playlist,
    /// An entry of a playlist.
    Entry,
    Playing,
}

/// Words for people, and the command line.
pub type Rows = &'static [(&'static str, &'static str)];

impl About {
    pub const ALL: [Self; 7] =
        [Self::Artist, Self::Album, Self::Track, Self::Queued, Self::Playlist, Self::Entry, Self::Playing];

    pub fn title(self) -> &'static str {
        match self {
            Self::Artist => "Artist",
            Self::Album => "Album",
            Self::Track => "Track",
            Self::Queued => "In the queue",
            Self::Playlist => "Playlist",
            Self::Entry => "In the playlist",
            Self::Playing => "What plays",
        }
    }

    pub fn rows(self) -> Rows {
        match self {
            Self::Artist => ARTIST,
            Self::Album => ALBUM,
            Self::Track => TRACK,
            Self::Queued => QUEUED,
            Self::Playlist => PLAYLIST,
            Self::Entry => ENTRY,
            Self::Playing => PLAYING,
        }
    }
}

const ARTIST: Rows = &[
    ("Open", "open"),
    ("Play", "play-now"),
    ("Play next", "insert"),
    ("Add to the queue", "add"),
    ("Replace the queue", "replace"),
    ("Add to a playlist...", "command-line playlist-add"),
    ("What sounds alike", "similar"),
    ("Radio", "radio"),
    ("Tags", "info"),
    ("Copy the paths", "copy"),
];

const ALBUM: Rows = &[
    ("Play", "open"),
    ("Play next", "insert"),
    ("Add to the queue", "add"),
    ("Replace the queue", "replace"),
    ("Add to a playlist...", "command-line playlist-add"),
    ("Go to the artist", "reveal artist"),
    ("What sounds alike", "similar"),
    ("Radio", "radio"),
    ("Favourite", "favourite"),
    ("Rate...", "command-line rate"),
    ("Tags", "info"),
    ("Look it up", "lookup"),
    ("Master to files", "master"),
    ("Copy the paths", "copy"),
];

const TRACK: Rows = &[
    ("Play", "open"),
    ("Play next", "insert"),
    ("Add to the queue", "add"),
    ("Replace the queue", "replace"),
    ("Add to a playlist...", "command-line playlist-add"),
    ("Go to the album", "reveal album"),
    ("Go to the artist", "reveal artist"),
    ("What sounds alike", "similar"),
    ("Radio", "radio"),
    ("How it sounds", "fingerprint"),
    ("Favourite", "favourite"),
    ("Rate...", "command-line rate"),
    ("Tags", "info"),
    ("Copy the path", "copy"),
];

const QUEUED: Rows = &[
    ("Play", "open"),
    ("Remove", "remove"),
    ("To the top", "move-to top"),
    ("To the end", "move-to bottom"),
    ("Add to a playlist...", "command-line playlist-add"),
    ("Show in the library", "reveal"),
    ("Go to the album", "reveal album"),
    ("Go to the artist", "reveal artist"),
    ("What sounds alike", "similar"),
    ("Radio", "radio"),
    ("How it sounds", "fingerprint"),
    ("Favourite", "favourite"),
    ("Rate...", "command-line rate"),
    ("Tags", "info"),
    ("Copy the path", "copy"),
];

const PLAYLIST: Rows = &[
    ("Open", "open"),
    ("Play in place of the queue", "playlist-play"),
    ("Play next", "insert"),
    ("Add to the queue", "add"),
    ("Rename...", "command-line playlist-rename"),
    ("Copy...", "command-line playlist-copy"),
    ("Sort...", "command-line playlist-sort"),
    ("Drop doubles", "playlist-dedupe"),
    ("Export...", "command-line playlist-export"),
    ("Delete", "remove"),
];

const ENTRY: Rows = &[
    ("Play", "open"),
    ("Play next", "insert"),
    ("Add to the queue", "add"),
    ("Replace the queue", "replace"),
    ("Remove", "remove"),
    ("Note...", "command-line playlist-entry-note"),
    ("Show in the library", "reveal"),
    ("Go to the album", "reveal album"),
    ("Go to the artist", "reveal artist"),
    ("What sounds alike", "similar"),
    ("Favourite", "favourite"),
    ("Rate...", "command-line rate"),
    ("Tags", "info"),
    ("Copy the path", "copy"),
];

const PLAYING: Rows = &[
    ("Show it", "go-to-playing"),
    ("Cover and words", "cover"),
    ("Lyrics", "lyrics"),
    ("Favourite", "favourite playing"),
    ("What sounds alike", "similar playing"),
    ("Radio", "radio on playing"),
    ("From the beginning", "restart"),
    ("Stop after it", "stop-after"),
    ("Bookmark", "bookmark"),
    ("Loop a part", "ab-loop"),
    ("The way of the sound", "signal"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::command::parse::parse;

    #[test]
    fn every_row_is_a_command_and_stands_there_once() {
        for about in About::ALL {
            let rows = about.rows();
            for (at, (words, line)) in rows.iter().enumerate() {
                assert!(parse(line).is_ok(), "{line}: {:?}", parse(line));
                let twice = rows[..at].iter().any(|(other, does)| other == words || does == line);
                assert!(!twice, "{words}: {line}");
            }
        }
    }
}
