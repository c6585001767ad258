//! What only we know of the tracks: plays, skips, ratings, favourites, and how loud, how fast and in which key we measured them
//! to be. No file holds it. Kept by the store a track at a
//! time, shared with everybody as one immutable table.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::audio::db_to_gain;
use super::id::TrackId;
use super::key::Tonality;
use super::loudness::{Leveling, LoudnessTags, REPLAYGAIN_LUFS};

/// Stars in halves: 1 is half a star, 10 are five. As MPD clients and most tags count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Rating(u8);

impl Rating {
    pub const HIGHEST: u8 = 10;

    /// `None` where it is no number of halves from 1 to 10.
    pub fn new(halves: u8) -> Option<Self> {
        (1..=Self::HIGHEST).contains(&halves).then_some(Self(halves))
    }

    pub fn halves(self) -> u8 {
        self.0
    }

    pub fn stars(self) -> f32 {
        f32::from(self.0) / 2.0
    }
}

/// Five stars, the last of which may be half one: `★★★½☆`.
impl std::fmt::Display for Rating {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, half) = (usize::from(self.0 / 2), usize::from(self.0 % 2));
        write!(f, "{}{}{}", "★".repeat(whole), "½".repeat(half), "☆".repeat(5 - whole - half))
    }
}

impl TryFrom<u8> for Rating {
    type Error = &'static str;

    fn try_from(halves: u8) -> Result<Self, Self::Error> {
        Self::new(halves).ok_or("a rating is 1 to 10 half stars")
    }
}

impl From<Rating> for u8 {
    fn from(rating: Rating) -> Self {
        rating.0
    }
}

/// How we measured a track, and the loudness of its album, to be. Loudness in hundredths of LUFS, of LU, of dB over full scale (true peak), of dB.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Levels {
    pub lufs: Option<i16>,
    pub range: Option<i16>,
    pub peak: Option<i16>,
    pub dynamic_range: Option<i16>,
    pub album_lufs: Option<i16>,
    pub album_peak: Option<i16>,
    /// Tenths of beats a minute.
    pub tempo: Option<u16>,
    pub key: Option<Tonality>,
}

impl Levels {
    /// As the tags of a file would say it.
    pub fn tags(self) -> LoudnessTags {
        let unit = |hundredths: i16| f32::from(hundredths) / 100.0;
        let leveling = |lufs: Option<i16>, peak: Option<i16>| Leveling {
            gain_db: lufs.map(|lufs| REPLAYGAIN_LUFS - unit(lufs)),
            peak: peak.map(|peak| db_to_gain(unit(peak))),
        };
        LoudnessTags {
            track: leveling(self.lufs, self.peak),
            album: leveling(self.album_lufs, self.album_peak),
        }
    }
}

/// Of one track. Times are seconds since the Unix epoch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackFacts {
    pub plays: u32,
    pub skips: u32,
    pub last_played_s: Option<i64>,
    pub last_skipped_s: Option<i64>,
    pub rating: Option<Rating>,
    pub favourite: bool,
    /// Kept by the store with all else that was measured, and not with the rest of this.
    #[serde(skip)]
    pub levels: Levels,
}

impl TrackFacts {
    /// Whether nothing is known that is kept here.
    pub fn is_nothing(&self) -> bool {
        Self { levels: Levels::default(), ..*self } == Self::default()
    }

    /// As it is, with what differs between `from` and `to` as it is in `to`.
    pub fn with_changes(self, from: &Self, to: &Self) -> Self {
        fn pick<T: PartialEq>(here: T, from: T, to: T) -> T {
            if from == to { here } else { to }
        }
        Self {
            plays: pick(self.plays, from.plays, to.plays),
            skips: pick(self.skips, from.skips, to.skips),
            last_played_s: pick(self.last_played_s, from.last_played_s, to.last_played_s),
            last_skipped_s: pick(self.last_skipped_s, from.last_skipped_s, to.last_skipped_s),
            rating: pick(self.rating, from.rating, to.rating),
            favourite: pick(self.favourite, from.favourite, to.favourite),
            levels: self.levels,
        }
    }
}

/// Tracks of one page: what a change copies.
const PAGE: usize = 256;

/// The facts of all tracks. A clone shares its pages; a change copies one page and the list of pages.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// By `id / PAGE`; `None` where nothing is known of a whole page.
    pages: Vec<Option<Arc<[TrackFacts; PAGE]>>>,
    has_levels: bool,
}

impl Facts {
    pub fn get(&self, id: TrackId) -> TrackFacts {
        let (page, at) = place(id);
        let page = self.pages.get(page).and_then(Option::as_ref);
        page.map_or_else(TrackFacts::default, |page| page[at])
    }

    /// Whether any track was ever measured, of those that were set here.
    pub fn has_levels(&self) -> bool {
        self.has_levels
    }

    pub fn set(&mut self, id: TrackId, facts: TrackFacts) {
        self.has_levels |= facts.levels != Levels::default();
        let (page, at) = place(id);
        if self.pages.len() <= page {
            if facts == TrackFacts::default() {
                return;
            }
            self.pages.resize(page + 1, None);
        }
        let page = self.pages[page].get_or_insert_with(|| Arc::new([TrackFacts::default(); PAGE]));
        Arc::make_mut(page)[at] = facts;
    }

    /// All tracks of which anything is known, by id.
    pub fn iter(&self) -> impl Iterator<Item = (TrackId, TrackFacts)> {
        let pages = (0..).zip(&self.pages).filter_map(|(at, page)| Some((at, page.as_deref()?)));
        let rows = pages.flat_map(|(page, rows)| (page * PAGE as u32..).zip(rows));
        rows.filter(|(_, facts)| **facts != TrackFacts::default()).map(|(id, facts)| (TrackId(id), *facts))
    }
}

impl FromIterator<(TrackId, TrackFacts)> for Facts {
    fn from_iter<I: IntoIterator<Item = (TrackId, TrackFacts)>>(rows: I) -> Self {
        let mut facts = Self::default();
        rows.into_iter().for_each(|(id, row)| facts.set(id, row));
        facts
    }
}

fn place(id: TrackId) -> (usize, usize) {
    (id.0 as usize / PAGE, id.0 as usize % PAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ReplayGain 2.0: -18 LUFS is a gain of nothing.
    #[test]
    fn levels_are_told_as_tags_would_say_them_and_no_change_of_facts_touches_them() {
        let levels =
            Levels { lufs: Some(-1_050), album_lufs: Some(-1_800), peak: Some(0), ..Levels::default() };
        let tags = levels.tags();
        assert_eq!((tags.track.gain_db, tags.album.gain_db), (Some(-7.5), Some(0.0)));
        assert_eq!((tags.track.peak, tags.album.peak), (Some(1.0), None));
        assert!(Levels::default().tags().is_empty());
        let facts = TrackFacts { levels, ..TrackFacts::default() };
        assert!(facts.is_nothing(), "they are not kept with the facts");
        let loved = TrackFacts { favourite: true, ..TrackFacts::default() };
        assert_eq!(facts.with_changes(&TrackFacts::default(), &loved), TrackFacts { levels, ..loved });
    }

    #[test]
    fn a_change_is_of_one_track_and_leaves_older_views_alone() {
        let mut facts = Facts::default();
        let heard = TrackFacts { plays: 3, ..TrackFacts::default() };
        let loved = TrackFacts { favourite: true, rating: Rating::new(9), ..TrackFacts::default() };
        facts.set(TrackId(700), heard);
        let before = facts.clone();
        facts.set(TrackId(701), loved);
        facts.set(TrackId(100_000), TrackFacts::default());
        let rows = |facts: &Facts| facts.iter().collect::<Vec<_>>();
        assert_eq!(rows(&before), [(TrackId(700), heard)]);
        assert_eq!(rows(&facts), [(TrackId(700), heard), (TrackId(701), loved)]);
        assert_eq!(facts.get(TrackId(5)), TrackFacts::default());
        assert_eq!(facts.get(TrackId(u32::MAX)), TrackFacts::default());
        assert_eq!(rows(&rows(&facts).into_iter().collect()), rows(&facts));
        facts.set(TrackId(701), TrackFacts::default());
        assert_eq!(rows(&facts), rows(&before));
    }

    #[test]
    fn ratings_are_half_stars() {
        assert_eq!(Rating::new(0), None);
        assert_eq!(Rating::new(11), None);
        assert_eq!(Rating::new(7).map(Rating::stars), Some(3.5));
        let shown = |halves| Rating::new(halves).map(|rating| rating.to_string()).unwrap();
        assert_eq!((shown(1), shown(7), shown(10)), ("½☆☆☆☆".into(), "★★★½☆".into(), "★★★★★".into()));
    }
}
