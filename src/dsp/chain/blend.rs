//! How much is heard of the mastered sound and how much of the dry one.

/// A number and, while it changes, how far the straight ramp has come.
#[derive(Debug, Clone)]
struct Ramp {
    from: f32,
    to: f32,
    done: u32,
    length: u32,
}

impl Ramp {
    fn at(value: f32) -> Self {
        Self { from: value, to: value, done: 0, length: 0 }
    }

    fn aim(&mut self, to: f32, length: u32) {
        if to != self.to {
            *self = Self { from: self.now(), to, done: 0, length };
        }
    }

    fn is_at(&self, value: f32) -> bool {
        self.done >= self.length && self.to == value
    }

    /// From the count of frames, not by adding up: the same however the frames are cut into blocks.
    fn now(&self) -> f32 {
        if self.done >= self.length {
            return self.to;
        }
        self.from + (self.to - self.from) * (self.done as f32 / self.length as f32)
    }

    fn next(&mut self) -> f32 {
        self.done = self.done.saturating_add(1);
        self.now()
    }
}

/// The two and the way between them.
#[derive(Debug)]
pub struct Blend {
    /// Share of the dry sound.
    share: Ramp,
    /// Gain of the dry sound.
    gain: Ramp,
}

impl Blend {
    pub fn new() -> Self {
        Self { share: Ramp::at(0.0), gain: Ramp::at(1.0) }
    }

    /// To the dry sound with this gain, or back, in so many frames.
    pub fn to(&mut self, dry: Option<f32>, frames: u32) {
        if let Some(gain) = dry {
            if self.share.is_at(0.0) {
                self.gain = Ramp::at(gain);
            }
            self.gain.aim(gain, frames);
        }
        self.share.aim(if dry.is_some() { 1.0 } else { 0.0 }, frames);
    }

    pub fn jump(&mut self) {
        for ramp in [&mut self.share, &mut self.gain] {
            *ramp = Ramp::at(ramp.to);
        }
    }

    /// Whether only the dry sound is heard, at its gain.
    pub fn is_dry(&self) -> bool {
        self.share.is_at(1.0) && self.gain.is_at(self.gain.to)
    }

    /// Makes of the mastered sound what is heard.
    pub fn process(&mut self, wet: &mut [f32], dry: &[f32], channels: usize) {
        if self.share.is_at(0.0) {
            return;
        }
        if self.is_dry() && self.gain.is_at(1.0) {
            wet.copy_from_slice(dry);
            return;
        }
        for (wet, dry) in wet.chunks_exact_mut(channels).zip(dry.chunks_exact(channels)) {
            let (share, gain) = (self.share.next(), self.gain.next());
            for (wet, dry) in wet.iter_mut().zip(dry) {
                // Finite, however large the samples are.
                let dry = (dry * gain).clamp(f32::MIN, f32::MAX);
                *wet = match share {
                    1.0.. => dry,
                    0.0 => *wet,
                    _ => (*wet + (dry - *wet) * share).clamp(f32::MIN, f32::MAX),
                };
            }
        }
    }
}
