//! What lists of tracks show beside titles: what of a track, in which order, and how wide. Pure.

use super::sort;

/// What a column tells of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tells {
    Artist,
    AlbumArtist,
    Album,
    Genre,
    Composer,
    Year,
    Codec,
    Rate,
    Bits,
    Added,
    Plays,
    Skips,
    Played,
    Tempo,
    Key,
    Loudness,
    DynamicRange,
    LoudnessRange,
    TruePeak,
}

impl Tells {
    pub const ALL: [Self; 19] = [
        Self::Artist,
        Self::AlbumArtist,
        Self::Album,
        Self::Genre,
        Self::Composer,
        Self::Year,
        Self::Codec,
        Self::Rate,
        Self::Bits,
        Self::Added,
        Self::Plays,
        Self::Skips,
        Self::Played,
        Self::Tempo,
        Self::Key,
        Self::Loudness,
        Self::DynamicRange,
        Self::LoudnessRange,
        Self::TruePeak,
    ];

    /// As queries call it, in the order of [`Tells::ALL`].
    pub const NAMES: &[&str] = &[
        "artist",
        "albumartist",
        "album",
        "genre",
        "composer",
        "year",
        "codec",
        "rate",
        "bits",
        "added",
        "plays",
        "skips",
        "played",
        "bpm",
        "key",
        "lufs",
        "dr",
        "lra",
        "peak",
    ];

    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tells| tells.name() == name)
    }

    /// Names, which stand at the left of their column; else numbers and days, at the right.
    pub fn is_text(self) -> bool {
        matches!(
            self,
            Self::Artist | Self::AlbumArtist | Self::Album | Self::Genre | Self::Composer | Self::Codec
        )
    }

    /// What a measurement tells.
    pub fn is_measured(self) -> bool {
        matches!(
            self,
            Self::Tempo
                | Self::Key
                | Self::Loudness
                | Self::DynamicRange
                | Self::LoudnessRange
                | Self::TruePeak
        )
    }

    /// Where nobody says how wide: columns of the screen.
    fn usual_width(self) -> u8 {
        let width = match self {
            Self::Artist | Self::AlbumArtist | Self::Album | Self::Composer => 20,
            Self::Genre => 14,
            Self::Added | Self::Played => 10,
            Self::Codec => 7,
            Self::Rate | Self::Loudness | Self::TruePeak => 5,
            Self::Year | Self::LoudnessRange => 4,
            Self::Tempo | Self::Key | Self::Plays | Self::Skips => 3,
            Self::Bits | Self::DynamicRange => 2,
        };
        width.max(self.name().len() as u8)
    }

    /// What tracks are sorted by to have them in the order of this.
    pub fn sorts(self) -> Option<sort::Column> {
        Some(match self {
            Self::Artist => sort::Column::Artist,
            Self::AlbumArtist => sort::Column::AlbumArtist,
            Self::Album => sort::Column::Album,
            Self::Genre => sort::Column::Genre,
            Self::Composer => sort::Column::Composer,
            Self::Year => sort::Column::Year,
            Self::Codec => sort::Column::Codec,
            Self::Rate => sort::Column::Rate,
            Self::Bits => sort::Column::Bits,
            Self::Added => sort::Column::Added,
            Self::Plays => sort::Column::Plays,
            Self::Skips => sort::Column::Skips,
            Self::Played => sort::Column::Played,
            Self::Tempo => sort::Column::Tempo,
            Self::Key => sort::Column::Key,
            Self::Loudness => sort::Column::Loudness,
            Self::DynamicRange | Self::LoudnessRange | Self::TruePeak => return None,
        })
    }
}

/// One column of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListColumn {
    pub tells: Tells,
    /// As it was asked for.
    width: Option<u8>,
}

/// Narrower and wider ones are not made.
const WIDTHS: std::ops::RangeInclusive<u8> = 2..=80;

impl ListColumn {
    pub const fn new(tells: Tells) -> Self {
        Self { tells, width: None }
    }

    /// `NAME` or `NAME:WIDTH`.
    pub fn parse(word: &str) -> Option<Self> {
        let Some((name, width)) = word.split_once(':') else { return Tells::parse(word).map(Self::new) };
        let width = width.parse().ok().filter(|width| WIDTHS.contains(width))?;
        Some(Self { tells: Tells::parse(name)?, width: Some(width) })
    }

    /// As [`ListColumn::parse`] reads it.
    pub fn word(self) -> String {
        self.width
            .map_or_else(|| self.tells.name().to_owned(), |width| format!("{}:{width}", self.tells.name()))
    }

    /// In columns of the screen.
    pub fn width(self) -> u16 {
        self.width.unwrap_or(self.tells.usual_width()).into()
    }
}

/// The columns of lists, from left to right; none twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListColumns(Vec<ListColumn>);

impl Default for ListColumns {
    fn default() -> Self {
        Self([Tells::Tempo, Tells::Key, Tells::Loudness, Tells::DynamicRange].map(ListColumn::new).to_vec())
    }
}

/// One column put there or taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnChange {
    /// In its place with another width, or behind all others.
    Put(ListColumn),
    Drop(Tells),
}

impl ListColumns {
    /// `None` where a word is no column, or where one is there twice.
    pub fn parse<'a>(words: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let mut all = Self(Vec::new());
        for word in words {
            let column = ListColumn::parse(word).filter(|column| !all.has(column.tells))?;
            all.0.push(column);
        }
        Some(all)
    }

    pub fn words(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|column| column.word())
    }

    pub fn all(&self) -> &[ListColumn] {
        &self.0
    }

    pub fn has(&self, tells: Tells) -> bool {
        self.0.iter().any(|column| column.tells == tells)
    }

    pub fn change(&mut self, change: ColumnChange) {
        match change {
            ColumnChange::Drop(tells) => self.0.retain(|column| column.tells != tells),
            ColumnChange::Put(new) => match self.0.iter_mut().find(|column| column.tells == new.tells) {
                Some(column) => *column = new,
                None => self.0.push(new),
            },
        }
    }

    /// Moves one to where another is; the others make room.
    pub fn move_to(&mut self, tells: Tells, place_of: Tells) {
        let place = |of: Tells| self.0.iter().position(|column| column.tells == of);
        if let (Some(from), Some(to)) = (place(tells), place(place_of)) {
            let column = self.0.remove(from);
            self.0.insert(to, column);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(words: &str) -> ListColumns {
        ListColumns::parse(words.split_whitespace()).unwrap()
    }

    fn words(columns: &ListColumns) -> String {
        columns.words().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn columns_are_written_as_they_are_read() {
        for (tells, name) in Tells::ALL.into_iter().zip(Tells::NAMES) {
            assert_eq!(Tells::parse(name), Some(tells));
            assert!(ListColumn::new(tells).width() >= name.len() as u16, "its name fits: {name}");
        }
        assert_eq!(words(&columns("artist:30 bpm year")), "artist:30 bpm year");
        assert_eq!(words(&ListColumns::default()), "bpm key lufs dr");
        for wrong in ["artist:1", "artist:81", "artist:", "artist:x", "loud", "bpm bpm", "bpm bpm:9"] {
            assert_eq!(ListColumns::parse(wrong.split_whitespace()), None, "{wrong}");
        }
    }

    #[test]
    fn they_are_put_dropped_and_moved() {
        let mut all = columns("bpm key lufs");
        all.change(ColumnChange::Put(ListColumn::parse("key:9").unwrap()));
        all.change(ColumnChange::Put(ListColumn::parse("genre").unwrap()));
        all.change(ColumnChange::Drop(Tells::Tempo));
        all.change(ColumnChange::Drop(Tells::TruePeak));
        assert_eq!(words(&all), "key:9 lufs genre");
        all.move_to(Tells::Genre, Tells::Key);
        assert_eq!(words(&all), "genre key:9 lufs");
        all.move_to(Tells::Genre, Tells::Key);
        assert_eq!(words(&all), "key:9 genre lufs");
        all.move_to(Tells::Genre, Tells::Year);
        assert_eq!(words(&all), "key:9 genre lufs");
    }

    /// What can be sorted by has the name that `sort` knows it by.
    #[test]
    fn columns_are_sorted_by_under_their_names() {
        for tells in Tells::ALL {
            let known = sort::Sort::parse(tells.name()).map(|sort| sort.column).ok();
            assert_eq!(known, tells.sorts(), "{}", tells.name());
        }
    }
}
