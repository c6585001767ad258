//! Where long tracks were left off, and when that is worth keeping. Pure; kept by `app`, stored by `library::store`.

use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::audio::{duration_to_frames, frames_to_duration};
use super::id::TrackId;

/// Before this much was heard it is as well to begin anew.
pub const BEGUN: Duration = Duration::from_secs(30);
/// With no more than this left it is as good as heard.
pub const NEARLY_OVER: Duration = Duration::from_secs(60);
/// How long a track must be, where nothing else is set.
pub const LONG: Duration = Duration::from_secs(20 * 60);

/// Frames of the track's own rate, in Hz.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub frame: u64,
    pub rate: u32,
}

impl Place {
    pub fn time(self) -> Duration {
        frames_to_duration(self.frame, self.rate)
    }
}

/// By track; only of tracks that were left off.
pub type Places = HashMap<TrackId, Place>;

/// Where a track is to go on that was left at `at`; `None`: from the beginning. Frames of `rate`.
pub fn left_at(at: u64, length: u64, rate: u32) -> Option<Place> {
    let frames = |time| duration_to_frames(time, rate);
    let begun = rate > 0 && at >= frames(BEGUN);
    (begun && at.saturating_add(frames(NEARLY_OVER)) < length).then_some(Place { frame: at, rate })
}

/// Whether it is so long that its place is kept.
pub fn is_long(length: u64, rate: u32, least: Duration) -> bool {
    rate > 0 && length >= duration_to_frames(least, rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_kept_but_near_the_ends() {
        let kept =
            |seconds: u64| left_at(seconds * 1000, 3_600_000, 1000).map(|place| place.time().as_secs());
        assert_eq!([kept(0), kept(29), kept(30)], [None, None, Some(30)]);
        assert_eq!([kept(3539), kept(3540), kept(3600)], [Some(3539), None, None]);
        assert_eq!(left_at(u64::MAX, u64::MAX, 1000), None);
        assert_eq!(left_at(100, 1000, 0), None);
    }

    #[test]
    fn what_is_long_is_set() {
        assert!(is_long(1_200_000, 1000, LONG) && !is_long(1_199_999, 1000, LONG));
        assert!(!is_long(u64::MAX, 0, LONG));
    }
}
