//! What is quiet is drawn larger, in steps of two, so that a picture does not breathe with the music.

use std::time::Duration;

/// What is louder is seen at once; what gets quieter so many decibels a second later.
const FALL_DB_PER_S: f32 = 6.0;
const MOST: f32 = 32.0;

#[derive(Debug, Default)]
pub(super) struct Zoom {
    peak: f32,
}

impl Zoom {
    /// The largest power of two, from 1 to [`MOST`], that keeps the peaks of the last seconds within full scale.
    pub(super) fn follow(&mut self, peak: f32, elapsed: Duration) -> f32 {
        let kept = self.peak * 10f32.powf(-FALL_DB_PER_S * elapsed.as_secs_f32() / 20.0);
        self.peak = if peak.is_finite() { kept.max(peak) } else { kept };
        let room = (1.0 / self.peak).clamp(1.0, MOST);
        room.log2().floor().exp2()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_stay_within_full_scale_and_what_is_quiet_grows_slowly() {
        let mut zoom = Zoom::default();
        let at_once = Duration::ZERO;
        assert_eq!(zoom.follow(0.0, at_once), MOST);
        assert_eq!(zoom.follow(0.1, at_once), 8.0);
        assert_eq!(zoom.follow(0.9, at_once), 1.0);
        assert_eq!(zoom.follow(0.1, Duration::from_millis(500)), 1.0);
        assert_eq!(zoom.follow(0.1, Duration::from_secs(10)), 8.0);
        assert_eq!(zoom.follow(7.0, at_once), 1.0);
        assert_eq!(Zoom::default().follow(f32::NAN, at_once), MOST);
    }
}
