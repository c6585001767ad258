//! Notices a device that takes no samples any more and does not say so. Asked by the engine thread at its turns.

use std::time::{Duration, Instant};

use crate::model::audio::frames_to_duration;
use crate::model::snapshot::Accepted;

/// A device may take this long before its first call.
const FIRST_CALL: Duration = Duration::from_secs(5);
const FIRST_CALL_AGAIN: Duration = Duration::from_secs(2);
/// Devices call in bursts: so many periods may pass.
const PERIODS: u32 = 4;
/// The engine looks several times a second. Where it did not, the process or the machine was asleep, and the device too.
const SLEPT: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Watchdog {
    longest: Duration,
    first_call: Duration,
    /// The heartbeat seen last, and since when it stands.
    seen: u64,
    since: Instant,
    looked: Instant,
}

impl Watchdog {
    /// `is_back`: it was lost just now, so that it has to prove itself sooner.
    pub(super) fn new(stalled: Duration, accepted: &Accepted, is_back: bool, now: Instant) -> Self {
        let period_frames = u64::from(accepted.period_frames.unwrap_or(0));
        let period = frames_to_duration(period_frames, accepted.spec.rate.max(1));
        let first_call = if is_back { FIRST_CALL_AGAIN } else { FIRST_CALL };
        Self { longest: stalled.max(period * PERIODS), first_call, seen: 0, since: now, looked: now }
    }

    /// Whether the device has stalled. `due`: whether it should be taking samples at all.
    pub(super) fn is_stalled(&mut self, heartbeat: u64, due: bool, now: Instant) -> bool {
        let slept = now.saturating_duration_since(self.looked) > SLEPT;
        self.looked = now;
        if heartbeat != self.seen || !due || slept {
            (self.seen, self.since) = (heartbeat, now);
            return false;
        }
        let longest = if heartbeat == 0 { self.first_call } else { self.longest };
        now.saturating_duration_since(self.since) > longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::audio::{SampleFormat, Spec};

    fn watchdog(period_frames: u32, is_back: bool, now: Instant) -> Watchdog {
        let new = Accepted::new("test", Spec { rate: 48_000, channels: 2 }, SampleFormat::F32);
        let accepted = Accepted { period_frames: Some(period_frames), ..new };
        Watchdog::new(Duration::from_millis(500), &accepted, is_back, now)
    }

    /// Asked twice a second from `from` to `to`, in milliseconds, with a heartbeat that stands; when it said so first.
    fn stalls(dog: &mut Watchdog, start: Instant, heartbeat: u64, from: u64, to: u64) -> Option<u64> {
        let mut times = (from..=to).step_by(50);
        times.find(|&ms| dog.is_stalled(heartbeat, true, start + Duration::from_millis(ms)))
    }

    #[test]
    fn a_heartbeat_that_stands_while_sound_is_due_is_a_stall() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut dog = watchdog(1024, false, start);
        assert_eq!(stalls(&mut dog, start, 0, 50, 5000), None, "the first call may take long");
        assert_eq!(stalls(&mut dog, start, 0, 5050, 6000), Some(5050));
        assert_eq!(stalls(&mut dog, start, 1, 5100, 9000), Some(5650));
        assert!(!dog.is_stalled(1, false, at(6000)), "nothing is due");
        assert_eq!(stalls(&mut dog, start, 1, 6050, 9000), Some(6550), "and the time counts from then");
        let mut slow = watchdog(48_000, false, start);
        assert!(!slow.is_stalled(1, true, at(50)));
        assert_eq!(stalls(&mut slow, start, 1, 100, 9000), Some(4100), "four of its periods");
        let mut again = watchdog(1024, true, start);
        assert_eq!(stalls(&mut again, start, 0, 50, 9000), Some(2050), "one that was lost has less time");
    }

    #[test]
    fn a_sleep_of_the_machine_is_no_stall() {
        let start = Instant::now();
        let mut dog = watchdog(1024, false, start);
        assert_eq!(stalls(&mut dog, start, 7, 50, 450), None);
        assert_eq!(stalls(&mut dog, start, 7, 60_000, 60_500), None, "it gets its time anew");
        assert_eq!(stalls(&mut dog, start, 7, 60_550, 61_000), Some(60_550));
    }
}
