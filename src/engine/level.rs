//! The gain that brings an item to the loudness of the others, and why it is that gain. Pure; asked by `render` at each
//! beginning and whenever the settings change.

use crate::later;
use crate::model::audio::{db_to_gain, gain_to_db};
use crate::model::loudness::{ItemLoudness, Leveling, LoudnessTags};
use crate::model::settings::{LevelMode, LevelSettings};

/// Beyond these a tag is taken for nonsense and held.
const LEAST_DB: f32 = -40.0;
const MOST_DB: f32 = 24.0;

/// Where a gain comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Loudness is left as it is.
    Off,
    TrackTag,
    AlbumTag,
    TrackMeasured,
    AlbumMeasured,
    /// Nothing is known of the item's loudness.
    Unknown,
    /// Mastering sees to it.
    Mastered,
}

impl Origin {
    pub fn words(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::TrackTag => later!("track gain of its tags"),
            Self::AlbumTag => later!("album gain of its tags"),
            Self::TrackMeasured => later!("measured loudness of the track"),
            Self::AlbumMeasured => later!("measured loudness of the album"),
            Self::Unknown => later!("its loudness is not known"),
            Self::Mastered => later!("mastering sees to its loudness"),
        }
    }
}

/// The gain of one item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    pub db: f32,
    /// Linear; exactly 1.0 where `db` is 0.
    pub gain: f32,
    pub origin: Origin,
    /// So many dB less than wanted, because the known peak would have clipped.
    pub lowered_db: f32,
    /// The gain may bring peaks over full scale and nothing is known of them: the limiter holds them.
    pub may_clip: bool,
}

impl Level {
    /// Of what mastering has brought to its loudness.
    pub fn mastered(trim_db: f32) -> Self {
        let gain = if trim_db == 0.0 { 1.0 } else { db_to_gain(trim_db) };
        Self { db: trim_db, gain, origin: Origin::Mastered, ..Self::UNITY }
    }

    pub const UNITY: Self =
        Self { db: 0.0, gain: 1.0, origin: Origin::Off, lowered_db: 0.0, may_clip: false };
}

/// The gain of an item under these settings. A known peak lowers it so far that nothing clips.
pub fn resolve(settings: &LevelSettings, known: &ItemLoudness) -> Level {
    let album_wanted = match settings.mode {
        LevelMode::Off => return Level::UNITY,
        LevelMode::Track => false,
        LevelMode::Album => true,
        LevelMode::Auto => known.in_album,
    };
    let (leveling, origin) = choose(known, album_wanted);
    let wanted = match leveling.gain_db {
        Some(gain) => gain + settings.preamp_db,
        None => settings.unknown_db,
    };
    let wanted = if wanted.is_finite() { wanted.clamp(LEAST_DB, MOST_DB) } else { 0.0 };
    let peak = leveling.peak.filter(|peak| peak.is_finite() && *peak > 0.0);
    let db = peak.map_or(wanted, |peak| wanted.min((-gain_to_db(peak)).max(LEAST_DB)));
    let gain = if db == 0.0 { 1.0 } else { db_to_gain(db) };
    Level { db, gain, origin, lowered_db: wanted - db, may_clip: peak.is_none() && db > 0.0 }
}

/// Tags before measurements, what is wanted before the other one.
fn choose(known: &ItemLoudness, album_wanted: bool) -> (Leveling, Origin) {
    let pick = |tags: &LoudnessTags, track: Origin, album: Origin| {
        let sides = [(tags.album, album), (tags.track, track)];
        let order = if album_wanted { [0, 1] } else { [1, 0] };
        order.into_iter().map(|at| sides[at]).find(|(leveling, _)| leveling.gain_db.is_some())
    };
    pick(&known.tags, Origin::TrackTag, Origin::AlbumTag)
        .or_else(|| pick(&known.measured, Origin::TrackMeasured, Origin::AlbumMeasured))
        .unwrap_or((Leveling { gain_db: None, peak: known.tags.track.peak }, Origin::Unknown))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(track: Option<f32>, album: Option<f32>, peak: Option<f32>) -> ItemLoudness {
        let tags = LoudnessTags {
            track: Leveling { gain_db: track, peak },
            album: Leveling { gain_db: album, peak },
        };
        ItemLoudness { tags, ..ItemLoudness::default() }
    }

    fn settings(mode: LevelMode) -> LevelSettings {
        LevelSettings { mode, preamp_db: 0.0, unknown_db: 0.0 }
    }

    /// (mode, in album, track gain, album gain) to (gain, origin).
    #[test]
    fn the_mode_chooses_and_the_other_one_stands_in() {
        use LevelMode::{Album, Auto, Off, Track};
        let (t, a) = (Some(-6.0), Some(-4.0));
        let table = [
            (Off, false, t, a, 0.0, Origin::Off),
            (Track, true, t, a, -6.0, Origin::TrackTag),
            (Track, true, None, a, -4.0, Origin::AlbumTag),
            (Album, false, t, a, -4.0, Origin::AlbumTag),
            (Album, false, t, None, -6.0, Origin::TrackTag),
            (Auto, true, t, a, -4.0, Origin::AlbumTag),
            (Auto, false, t, a, -6.0, Origin::TrackTag),
            (Auto, false, None, None, 0.0, Origin::Unknown),
        ];
        for (mode, in_album, track, album, db, origin) in table {
            let level =
                resolve(&settings(mode), &ItemLoudness { in_album, ..known(track, album, Some(0.5)) });
            assert_eq!((level.db, level.origin), (db, origin), "{mode:?} {in_album} {track:?} {album:?}");
        }
    }

    #[test]
    fn measurements_serve_where_tags_are_silent() {
        let measured = known(Some(-9.0), Some(-8.0), None).tags;
        let level = resolve(&settings(LevelMode::Track), &ItemLoudness { measured, ..Default::default() });
        assert_eq!((level.db, level.origin), (-9.0, Origin::TrackMeasured));
        let tagged = ItemLoudness { measured, ..known(Some(-1.0), None, None) };
        assert_eq!(resolve(&settings(LevelMode::Album), &tagged).origin, Origin::TrackTag);
    }

    /// 0.5 is 6.02 dB below full scale.
    #[test]
    fn a_known_peak_is_never_brought_over_full_scale() {
        let level = resolve(&settings(LevelMode::Track), &known(Some(9.0), None, Some(0.5)));
        assert!((level.db - 6.0206).abs() < 1e-3 && (level.lowered_db - 2.9794).abs() < 1e-3, "{level:?}");
        assert!(level.gain * 0.5 <= 1.0 + 1e-6 && !level.may_clip);
        // A peak that is over already is brought down to it.
        let over = resolve(&settings(LevelMode::Track), &known(Some(0.0), None, Some(1.1)));
        assert!((over.gain * 1.1 - 1.0).abs() < 1e-6);
        let blind = resolve(&settings(LevelMode::Track), &known(Some(9.0), None, None));
        assert_eq!((blind.db, blind.may_clip), (9.0, true));
        assert!(!resolve(&settings(LevelMode::Track), &known(Some(-3.0), None, None)).may_clip);
    }

    #[test]
    fn preamp_adds_to_what_is_known_and_nonsense_is_held() {
        let with = |preamp_db, unknown_db, gain| {
            let settings = LevelSettings { mode: LevelMode::Track, preamp_db, unknown_db };
            resolve(&settings, &known(gain, None, Some(0.01))).db
        };
        assert_eq!(with(2.5, -7.0, Some(-6.0)), -3.5);
        assert_eq!(with(2.5, -7.0, None), -7.0);
        assert_eq!(with(0.0, 0.0, Some(-900.0)), LEAST_DB);
        assert_eq!(with(0.0, 0.0, Some(900.0)), MOST_DB);
        assert_eq!(with(0.0, 0.0, Some(f32::NAN)), 0.0);
    }
}
