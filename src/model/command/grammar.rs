//! The grammar of keys as commands: operators and what they act over, registers, repeats, macros, jumps. Asked of the
//! screen alone; the core sees the command that comes of it.

/// What belongs together with the entry under the cursor (vim's text objects).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Album,
    /// The first artist that is named.
    Artist,
    /// The first genre that is named.
    Genre,
    Year,
    Disc,
    Folder,
    /// Everything that is listed.
    List,
}

impl Kind {
    /// In the order of the words.
    pub const ALL: [Self; 7] =
        [Self::Album, Self::Artist, Self::Genre, Self::Year, Self::Disc, Self::Folder, Self::List];

    pub fn name(self) -> &'static str {
        match self {
            Self::Album => "album",
            Self::Artist => "artist",
            Self::Genre => "genre",
            Self::Year => "year",
            Self::Disc => "disc",
            Self::Folder => "folder",
            Self::List => "list",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == word)
    }
}

/// A text object: the run of rows around the cursor that are alike, or all such rows of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Object {
    pub kind: Kind,
    /// Also those that do not stand next to the cursor.
    pub all: bool,
}

/// What the grammar of keys asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Grammar {
    /// Waits for a motion or an object, then does this over those rows.
    Operator(Box<super::Request>),
    Object(Object),
    /// Rows are selected from here on, or no longer.
    Select,
    /// The rows that were selected last.
    SelectAgain,
    /// To the other end of what is selected.
    SelectOther,
    /// The register that the next command uses. A capital letter adds to it.
    Register(char),
    /// Keeps the selection in a register.
    Yank,
    /// Puts a register behind the cursor, or before it.
    Put {
        before: bool,
    },
    Registers,
    /// The last change once more.
    Again,
    /// Keeps the keys that follow. A capital letter adds to a register.
    Record(char),
    RecordEnd,
    Replay(char),
    /// The macro that was played last.
    ReplayLast,
    /// To the next row that has the same.
    Same(Kind),
    JumpBack,
    JumpForward,
}

impl super::Request {
    /// What an operator, or a selection of rows, can be used for.
    pub fn acts_on_selection(&self) -> bool {
        use super::{Command, Queue, Screen};
        match self {
            Self::Core(Command::Queue(queue)) => !matches!(
                queue,
                Queue::Dedupe | Queue::Reverse | Queue::Sort(_) | Queue::Clear | Queue::Edit(_)
            ),
            Self::Core(command) => matches!(
                command,
                Command::Playlist(_)
                    | Command::Judge(_)
                    | Command::Tags(_)
                    | Command::Similar(_)
                    | Command::Render(_)
            ),
            Self::Screen(screen) => matches!(
                screen,
                Screen::Grammar(Grammar::Yank)
                    | Screen::Copy
                    | Screen::Info
                    | Screen::Fingerprint
                    | Screen::ToggleMark
            ),
        }
    }
}
