//! Notices a device that takes no samples any more and does not say so. Asked by the engine thread at its turns.

use std::time::{Duration, Instant};

/// A device may take this long before its first call.
const FIRST_CALL: Duration = Duration::from_secs(5);
const STALLED: Duration = Duration::from_millis(500);
/// Devices call in bursts: so many periods may pass.
const PERIODS: u32 = 4;

#[derive(Debug)]
pub(super) struct Watchdog {
    longest: Duration,
    /// The heartbeat seen last, and since when it stands.
    seen: u64,
    since: Instant,
}

impl Watchdog {
    pub(super) fn new(rate: u32, period_frames: Option<u32>, now: Instant) -> Self {
        let period = Duration::from_secs_f64(f64::from(period_frames.unwrap_or(0)) / f64::from(rate.max(1)));
        Self { longest: STALLED.max(period * PERIODS), seen: 0, since: now }
    }

    /// Whether the device has stalled. `due`: whether it should be taking samples at all.
    pub(super) fn is_stalled(&mut self, heartbeat: u64, due: bool, now: Instant) -> bool {
        if heartbeat != self.seen || !due {
            (self.seen, self.since) = (heartbeat, now);
            return false;
        }
        let longest = if heartbeat == 0 { FIRST_CALL } else { self.longest };
        now.saturating_duration_since(self.since) > longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heartbeat_that_stands_while_sound_is_due_is_a_stall() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut dog = Watchdog::new(48_000, Some(1024), start);
        assert!(!dog.is_stalled(0, true, at(4900)), "the first call may take long");
        assert!(!dog.is_stalled(1, true, at(5000)));
        assert!(!dog.is_stalled(1, true, at(5500)));
        assert!(dog.is_stalled(1, true, at(5501)));
        assert!(!dog.is_stalled(1, false, at(9000)), "nothing is due");
        assert!(!dog.is_stalled(1, true, at(9400)), "and the time counts from then");
        assert!(dog.is_stalled(1, true, at(9501)));
        let mut slow = Watchdog::new(48_000, Some(48_000), start);
        assert!(!slow.is_stalled(1, true, at(1)));
        assert!(!slow.is_stalled(1, true, at(4000)));
        assert!(slow.is_stalled(1, true, at(4002)));
    }
}
