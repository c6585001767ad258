//! What can be done with what is selected, as a list to choose from: a name and a line of the command line each, nothing that
//! is not a command anyway. Pure; opened and chosen from by `update`, drawn by the menu's view.

use super::list::List;
use crate::{later, say};

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
    /// Rows of what is shown over the panes.
    Template,
    Similar,
    Setting,
    /// A line that was typed.
    Typed,
    /// A line of the words of what plays.
    Line,
    /// A field of the form of tags.
    Field,
}

/// Words for people, which [`said`](crate::model::words::said) puts into their language, and the command line.
pub type Rows = &'static [(&'static str, &'static str)];

impl About {
    pub const ALL: [Self; 13] = [
        Self::Artist,
        Self::Album,
        Self::Track,
        Self::Queued,
        Self::Playlist,
        Self::Entry,
        Self::Playing,
        Self::Template,
        Self::Similar,
        Self::Setting,
        Self::Typed,
        Self::Line,
        Self::Field,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Self::Artist => say!("Artist"),
            Self::Album => say!("Album"),
            Self::Track => say!("Track"),
            Self::Queued => say!("In the queue"),
            Self::Playlist => say!("Playlist"),
            Self::Entry => say!("In the playlist"),
            Self::Playing => say!("What plays"),
            Self::Template => say!("Queue template"),
            Self::Similar => say!("What sounds alike"),
            Self::Setting => say!("Setting"),
            Self::Typed => say!("What was typed"),
            Self::Line => say!("Words"),
            Self::Field => say!("Field"),
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
            Self::Template => TEMPLATE,
            Self::Similar => SIMILAR,
            Self::Setting => SETTING,
            Self::Typed => TYPED,
            Self::Line => LINE,
            Self::Field => FIELD,
        }
    }
}

const ARTIST: Rows = &[
    (later!("Open"), "open"),
    (later!("Play"), "play-now"),
    (later!("Play next"), "insert"),
    (later!("Add to the queue"), "add"),
    (later!("Replace the queue"), "replace"),
    (later!("Add to a playlist..."), "command-line playlist-add"),
    (later!("What sounds alike"), "similar"),
    (later!("Radio"), "radio"),
    (later!("Tags"), "info"),
    (later!("Copy the paths"), "copy"),
];

const ALBUM: Rows = &[
    (later!("Play"), "open"),
    (later!("Play next"), "insert"),
    (later!("Add to the queue"), "add"),
    (later!("Replace the queue"), "replace"),
    (later!("Add to a playlist..."), "command-line playlist-add"),
    (later!("Go to the artist"), "reveal artist"),
    (later!("What sounds alike"), "similar"),
    (later!("Radio"), "radio"),
    (later!("Favourite"), "favourite"),
    (later!("Rate..."), "command-line rate"),
    (later!("Tags"), "info"),
    (later!("Look it up"), "lookup"),
    (later!("Master to files"), "master"),
    (later!("Copy the paths"), "copy"),
];

const TRACK: Rows = &[
    (later!("Play"), "open"),
    (later!("Play next"), "insert"),
    (later!("Add to the queue"), "add"),
    (later!("Replace the queue"), "replace"),
    (later!("Add to a playlist..."), "command-line playlist-add"),
    (later!("Go to the album"), "reveal album"),
    (later!("Go to the artist"), "reveal artist"),
    (later!("What sounds alike"), "similar"),
    (later!("Radio"), "radio"),
    (later!("How it sounds"), "fingerprint"),
    (later!("Favourite"), "favourite"),
    (later!("Rate..."), "command-line rate"),
    (later!("Tags"), "info"),
    (later!("Copy the path"), "copy"),
];

const QUEUED: Rows = &[
    (later!("Play"), "open"),
    (later!("Remove"), "remove"),
    (later!("To the top"), "move-to top"),
    (later!("To the end"), "move-to bottom"),
    (later!("Add to a playlist..."), "command-line playlist-add"),
    (later!("Show in the library"), "reveal"),
    (later!("Go to the album"), "reveal album"),
    (later!("Go to the artist"), "reveal artist"),
    (later!("What sounds alike"), "similar"),
    (later!("Radio"), "radio"),
    (later!("How it sounds"), "fingerprint"),
    (later!("Favourite"), "favourite"),
    (later!("Rate..."), "command-line rate"),
    (later!("Tags"), "info"),
    (later!("Copy the path"), "copy"),
];

const PLAYLIST: Rows = &[
    (later!("Open"), "open"),
    (later!("Play in place of the queue"), "playlist-play"),
    (later!("Play next"), "insert"),
    (later!("Add to the queue"), "add"),
    (later!("Rename..."), "command-line playlist-rename"),
    (later!("Copy..."), "command-line playlist-copy"),
    (later!("Sort..."), "command-line playlist-sort"),
    (later!("Drop doubles"), "playlist-dedupe"),
    (later!("Export..."), "command-line playlist-export"),
    (later!("Delete"), "remove"),
];

const ENTRY: Rows = &[
    (later!("Play"), "open"),
    (later!("Play next"), "insert"),
    (later!("Add to the queue"), "add"),
    (later!("Replace the queue"), "replace"),
    (later!("Remove"), "remove"),
    (later!("Note..."), "command-line playlist-entry-note"),
    (later!("Show in the library"), "reveal"),
    (later!("Go to the album"), "reveal album"),
    (later!("Go to the artist"), "reveal artist"),
    (later!("What sounds alike"), "similar"),
    (later!("Favourite"), "favourite"),
    (later!("Rate..."), "command-line rate"),
    (later!("Tags"), "info"),
    (later!("Copy the path"), "copy"),
];

const PLAYING: Rows = &[
    (later!("Show it"), "go-to-playing"),
    (later!("Cover and words"), "cover"),
    (later!("Lyrics"), "lyrics"),
    (later!("Favourite"), "favourite playing"),
    (later!("What sounds alike"), "similar playing"),
    (later!("Radio"), "radio on playing"),
    (later!("From the beginning"), "restart"),
    (later!("Stop after it"), "stop-after"),
    (later!("Bookmark"), "bookmark"),
    (later!("Loop a part"), "ab-loop"),
    (later!("The way of the sound"), "signal"),
];

const TEMPLATE: Rows = &[
    (later!("Load in place of the queue"), "open"),
    (later!("Play next"), "insert"),
    (later!("Add to the queue"), "add"),
    (later!("Favourite"), "favourite"),
];

const SIMILAR: Rows =
    &[(later!("Play"), "open"), (later!("Play next"), "insert"), (later!("Add to the queue"), "add")];

const SETTING: Rows = &[(later!("Change..."), "open"), (later!("Find..."), "command-line search")];

const TYPED: Rows = &[(later!("Do it again"), "open"), (later!("Change it first"), "typed-edit")];

const LINE: Rows = &[
    (later!("Play from here"), "open"),
    (later!("Words earlier"), "lyrics-offset -100"),
    (later!("Words later"), "lyrics-offset +100"),
    (later!("Keep them in a file"), "lyrics-save"),
];

const FIELD: Rows = &[
    (later!("Edit"), "tag-edit"),
    (later!("Take away"), "tag-clear"),
    (later!("Leave as it is"), "tag-revert"),
    (later!("What would change"), "tag-preview"),
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
