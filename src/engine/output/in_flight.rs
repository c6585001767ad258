//! How many frames of sound lie between the ring and the ear, out of a device's own delay and of the silence that was
//! given to it in between. Pure; used by the device's callback.

/// Longest delay believed, in seconds.
const MAX_DELAY_S: u64 = 10;

#[derive(Debug)]
pub(super) struct InFlight {
    max_delay_frames: u64,
    /// Frames of sound since the last silence.
    sound: u64,
    /// Frames of silence before those.
    silence: u64,
    /// Count of the frame at the ear, as told last; it never goes back though delays are measured with some noise.
    audible: u64,
}

impl InFlight {
    pub(super) fn new(rate: u32, first_frame: u64) -> Self {
        let max_delay_frames = u64::from(rate) * MAX_DELAY_S;
        // Before the first sound there was nothing but silence.
        Self { max_delay_frames, sound: 0, silence: u64::MAX, audible: first_frame }
    }

    /// So many frames of sound, then of silence, were given to the device now, on top of `delay` frames that it had.
    pub(super) fn push(&mut self, sound: u64, silence: u64) {
        self.sound += sound;
        if silence > 0 {
            let was_silent = self.sound == 0;
            self.silence = if was_silent { self.silence.saturating_add(silence) } else { silence };
            self.sound = 0;
        }
    }

    /// Frames of sound before the ear when the device holds `held` frames and `consumed` were taken from the ring.
    pub(super) fn frames(&mut self, held: u64, consumed: u64) -> u32 {
        let held = held.min(self.max_delay_frames);
        let before_silence = held.saturating_sub(self.sound.saturating_add(self.silence));
        let frames = held.min(self.sound) + before_silence;
        self.audible = self.audible.max(consumed.saturating_sub(frames)).min(consumed);
        u32::try_from(consumed - self.audible).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_not_counted_as_sound_before_the_ear() {
        let mut flight = InFlight::new(48_000, 0);
        // Nothing was heard yet: of 2,000 frames held, the 1,000 that are sound lie before the ear.
        flight.push(1_000, 0);
        assert_eq!(flight.frames(2_000, 1_000), 1_000);
        flight.push(1_000, 0);
        assert_eq!(flight.frames(2_000, 2_000), 2_000);
        flight.push(1_000, 0);
        assert_eq!(flight.frames(2_000, 3_000), 2_000, "all that is held is sound now");
        // A pause: what is held turns into silence, the ear comes to the last frame that was taken.
        flight.push(0, 1_000);
        assert_eq!(flight.frames(2_000, 3_000), 1_000);
        flight.push(0, 1_000);
        assert_eq!(flight.frames(2_000, 3_000), 0);
        // It goes on: the ear waits until the silence has passed.
        flight.push(1_000, 0);
        assert_eq!(flight.frames(2_000, 4_000), 1_000);
    }

    #[test]
    fn sound_with_silence_behind_it_ends_when_the_silence_arrives() {
        let mut flight = InFlight::new(48_000, 500);
        flight.push(300, 700);
        assert_eq!(flight.frames(2_000, 800), 300);
        flight.push(0, 1_000);
        assert_eq!(flight.frames(2_000, 800), 300);
        flight.push(0, 1_000);
        assert_eq!(flight.frames(2_000, 800), 0);
    }

    #[test]
    fn the_ear_never_goes_back_and_absurd_delays_are_not_believed() {
        let mut flight = InFlight::new(1_000, 0);
        flight.push(50_000, 0);
        assert_eq!(flight.frames(2_000, 50_000), 2_000);
        assert_eq!(flight.frames(2_500, 50_000), 2_000, "measured later, yet not earlier heard");
        let mut absurd = InFlight::new(1_000, 0);
        absurd.push(50_000, 0);
        assert_eq!(absurd.frames(u64::MAX, 50_000), 10_000);
    }
}
