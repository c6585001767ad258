//! Commands that arrange the panes of a screen: tabs, how the room is parted. Carried out by the screen.

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
    /// More or less room; `None`: all as at first.
    Size(Option<(SizeOf, SizeChange)>),
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
