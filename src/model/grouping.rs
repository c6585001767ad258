//! What the first column of the library is of, level by level, and what is done to its folds. Pure.

use crate::say;

/// A way to put albums together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum GroupBy {
    /// Artists of albums.
    #[default]
    Artist,
    Genre,
    Composer,
    Year,
    /// Ten years from one that ends with 0.
    Decade,
    /// Of the files.
    Folder,
}

impl GroupBy {
    pub const ALL: [Self; 6] =
        [Self::Artist, Self::Genre, Self::Composer, Self::Year, Self::Decade, Self::Folder];
    /// As they are typed.
    pub const NAMES: &[&str] = &["artist", "genre", "composer", "year", "decade", "folder"];

    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.name() == name)
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Artist => say!("Artists"),
            Self::Genre => say!("Genres"),
            Self::Composer => say!("Composers"),
            Self::Year => say!("Years"),
            Self::Decade => say!("Decades"),
            Self::Folder => say!("Folders"),
        }
    }

    /// The entry that stands for all of them.
    pub fn all(self) -> &'static str {
        match self {
            Self::Artist => say!("All artists"),
            Self::Genre => say!("All genres"),
            Self::Composer => say!("All composers"),
            Self::Year => say!("All years"),
            Self::Decade => say!("All decades"),
            Self::Folder => say!("All folders"),
        }
    }

    /// The group of what says nothing of it.
    pub fn none(self) -> &'static str {
        match self {
            Self::Artist => say!("(no artist)"),
            Self::Genre => say!("(no genre)"),
            Self::Composer => say!("(no composer)"),
            Self::Year | Self::Decade => say!("(no year)"),
            Self::Folder => "/",
        }
    }

    /// So many further, around.
    pub fn after(self, steps: usize) -> Self {
        Self::ALL[(self as usize + steps % Self::ALL.len()) % Self::ALL.len()]
    }
}

/// Levels of groups, each beneath the one before: at least one, none of them twice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Hierarchy {
    top: GroupBy,
    beneath: Vec<GroupBy>,
}

impl Hierarchy {
    pub const MOST: usize = 4;

    /// As it is written: `genre/artist`.
    pub fn parse(text: &str) -> Option<Self> {
        let levels: Option<Vec<GroupBy>> = text.split('/').map(|name| GroupBy::parse(name.trim())).collect();
        let levels = levels.filter(|levels| levels.len() <= Self::MOST)?;
        let is_new = |(at, by): (usize, &GroupBy)| !levels[..at].contains(by);
        let (&top, beneath) = levels.split_first().filter(|_| levels.iter().enumerate().all(is_new))?;
        Some(Self { top, beneath: beneath.to_vec() })
    }

    pub fn levels(&self) -> impl Iterator<Item = GroupBy> + '_ {
        std::iter::once(self.top).chain(self.beneath.iter().copied())
    }

    pub fn top(&self) -> GroupBy {
        self.top
    }

    /// As it is written.
    pub fn name(&self) -> String {
        self.levels().map(GroupBy::name).collect::<Vec<_>>().join("/")
    }
}

impl From<GroupBy> for Hierarchy {
    fn from(top: GroupBy) -> Self {
        Self { top, beneath: Vec::new() }
    }
}

/// What is done to folds: groups that hide those beneath them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fold {
    Open,
    Close,
    #[default]
    Toggle,
    OpenAll,
    CloseAll,
}

impl Fold {
    pub const ALL: [Self; 5] = [Self::Open, Self::Close, Self::Toggle, Self::OpenAll, Self::CloseAll];
    /// As they are typed.
    pub const NAMES: &[&str] = &["open", "close", "toggle", "open-all", "close-all"];

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fold| Self::NAMES[*fold as usize] == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hierarchy_has_one_to_four_levels_and_none_twice() {
        for written in ["artist", "genre/artist", "decade/genre/artist", "genre/year/artist/folder"] {
            assert_eq!(Hierarchy::parse(written).map(|by| by.name()).as_deref(), Some(written));
        }
        assert_eq!(Hierarchy::parse("genre / artist"), Hierarchy::parse("genre/artist"));
        for wrong in
            ["", "/", "genre/", "genre/genre", "mood", "genre/mood", "genre/year/artist/folder/decade"]
        {
            assert_eq!(Hierarchy::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Hierarchy::parse("artist"), Some(Hierarchy::default()));
    }
}
