//! Commands that arrange the panes of a screen: tabs, how the room is parted. Carried out by the screen.

use crate::model::column::{ColumnChange, ListColumn, ListColumns, Tells};

/// See the module's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrange {
    /// Another tab, as the one that is seen, by this name.
    TabNew(String),
    TabClose,
    TabNext,
    TabPrevious,
    /// By number from 1, or by name.
    Tab(String),
    /// The queue beneath the library or beside it; `None`: the other way.
    Split(Option<SplitWay>),
    /// Columns of lists: those in the prompt, to be changed; these; some of them otherwise.
    ColumnsPrompt,
    Columns(ListColumns),
    ColumnChanges(Vec<ColumnChange>),
    /// More or less room; `None`: all as at first.
    Size(Option<(SizeOf, SizeChange)>),
}

impl Arrange {
    /// Names of columns, or changes of them with `+` or `-` before each; `none`: no column.
    pub fn columns(words: &[String]) -> Option<Self> {
        let change = |word: &String| match word.strip_prefix('-') {
            Some(name) => Tells::parse(name).map(ColumnChange::Drop),
            None => ListColumn::parse(word.strip_prefix('+')?).map(ColumnChange::Put),
        };
        match words {
            [] => Some(Self::ColumnsPrompt),
            [word] if word == "none" => Some(Self::Columns(ListColumns::parse([])?)),
            _ if words.iter().all(|word| word.starts_with(['+', '-'])) => {
                words.iter().map(change).collect::<Option<_>>().map(Self::ColumnChanges)
            }
            _ => ListColumns::parse(words.iter().map(String::as_str)).map(Self::Columns),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplitWay {
    Below,
    Beside,
}

impl SplitWay {
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "below" => Some(Self::Below),
            "beside" => Some(Self::Beside),
            _ => None,
        }
    }
}

/// What gets more or less room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeOf {
    /// The pane that one is in, in percent.
    Pane,
    /// The column of it, in percent.
    Column,
    /// What is heard, in rows.
    Visual,
}

impl SizeOf {
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "pane" => Some(Self::Pane),
            "column" => Some(Self::Column),
            "visual" => Some(Self::Visual),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeChange {
    By(i32),
    To(i32),
}

impl SizeChange {
    pub fn parse(word: &str) -> Option<Self> {
        let number: i32 = word.parse().ok().filter(|number: &i32| (-1000..=1000).contains(number))?;
        Some(if word.starts_with(['+', '-']) { Self::By(number) } else { Self::To(number) })
    }

    pub fn of(self, size: i32) -> i32 {
        match self {
            Self::By(change) => size.saturating_add(change),
            Self::To(size) => size,
        }
    }
}
