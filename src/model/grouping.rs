//! What the first column of the library is of. Pure.

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
        ["Artists", "Genres", "Composers", "Years", "Decades", "Folders"][self as usize]
    }

    /// The entry that stands for all of them.
    pub fn all(self) -> &'static str {
        ["All artists", "All genres", "All composers", "All years", "All decades", "All folders"]
            [self as usize]
    }

    /// The group of what says nothing of it.
    pub fn none(self) -> &'static str {
        ["(no artist)", "(no genre)", "(no composer)", "(no year)", "(no year)", "/"][self as usize]
    }

    /// So many further, around.
    pub fn after(self, steps: usize) -> Self {
        Self::ALL[(self as usize + steps % Self::ALL.len()) % Self::ALL.len()]
    }
}
