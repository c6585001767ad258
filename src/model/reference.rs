//! The tone and loudness of other music, which mastering brings a track to.

use serde::{Deserialize, Serialize};

use super::chain::THIRDS;

/// Power by the third octave (IEC 61260-1) of the loud parts of some music, dB over that of a full-scale square wave; not
/// below [`Profile::LEAST_DB`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Of half the sum of left and right.
    pub mid_db: [f32; THIRDS],
    /// Of half the difference.
    pub side_db: [f32; THIRDS],
}

impl Profile {
    /// What is lower is nothing.
    pub const LEAST_DB: f32 = -160.0;

    /// The mean power of some, each raised by so many dB; `None` of none.
    pub fn mean<'a>(profiles: impl Iterator<Item = (&'a Self, f32)>) -> Option<Self> {
        let (mut sum, mut count) = ([[0.0_f32; THIRDS]; 2], 0.0);
        for (profile, raised_db) in profiles {
            for (sums, curve) in sum.iter_mut().zip([&profile.mid_db, &profile.side_db]) {
                sums.iter_mut().zip(curve).for_each(|(sum, db)| *sum += 10f32.powf((db + raised_db) / 10.0));
            }
            count += 1.0;
        }
        let [mid_db, side_db] =
            sum.map(|curve| curve.map(|power| (10.0 * (power / count).log10()).max(Self::LEAST_DB)));
        (count > 0.0).then_some(Self { mid_db, side_db })
    }
}

/// What is matched: the music of a file, a track, an album or of many.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// As it is told.
    pub name: String,
    /// How many tracks it is made from.
    pub tracks: u32,
    pub profile: Profile,
    /// Integrated loudness, LUFS: of tracks, their mean.
    pub lufs: f32,
}

impl Reference {
    /// Of tracks with their loudness in LUFS, each as heavy as any other however loud it is. `None` of none.
    pub fn of(name: String, tracks: &[(Profile, f32)]) -> Option<Self> {
        let lufs = tracks.iter().map(|(_, lufs)| lufs).sum::<f32>() / tracks.len() as f32;
        let profile = Profile::mean(tracks.iter().map(|(profile, own)| (profile, lufs - own)))?;
        Some(Self { name, tracks: u32::try_from(tracks.len()).unwrap_or(u32::MAX), profile, lufs })
    }

    /// Whether all its numbers are such as music has: one that was read from a file may hold anything.
    pub fn is_sound(&self) -> bool {
        let fits = |db: &f32| (Profile::LEAST_DB..=20.0).contains(db);
        self.profile.mid_db.iter().chain(&self.profile.side_db).all(fits)
            && (-70.0..=5.0).contains(&self.lufs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two of the same tone at two levels have that tone; of two tones, the mean power.
    #[test]
    fn many_tracks_count_alike_however_loud_they_are() {
        let level = |mid: f32| Profile { mid_db: [mid; THIRDS], side_db: [mid - 10.0; THIRDS] };
        let both = Reference::of("x".into(), &[(level(-20.0), -10.0), (level(-30.0), -20.0)]).unwrap();
        assert_eq!((both.tracks, both.lufs), (2, -15.0));
        assert!(
            (both.profile.mid_db[3] + 25.0).abs() < 1e-4 && (both.profile.side_db[3] + 35.0).abs() < 1e-4
        );
        let mixed = Reference::of("x".into(), &[(level(-20.0), -10.0), (level(-60.0), -10.0)]).unwrap();
        assert!((mixed.profile.mid_db[0] + 23.01).abs() < 0.01, "{}", mixed.profile.mid_db[0]);
        assert!(Reference::of("x".into(), &[]).is_none());
        assert!(both.is_sound());
        assert!(!Reference { lufs: f32::NAN, ..both }.is_sound());
    }
}
