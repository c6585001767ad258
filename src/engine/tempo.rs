//! Faster or slower at the same pitch, where that is asked for: comes into the way and leaves it between two frames.
//! Called by `render` on the engine thread; allocates only when it comes.

use crate::dsp::speed::Speed;

/// See the module's head.
#[derive(Default)]
pub(super) struct Tempo {
    stage: Option<Box<Stage>>,
    /// It is another one since the last cue.
    turned: bool,
}

struct Stage {
    speed: Speed,
    /// Hz of what is fed.
    rate: u32,
    /// Frames taken out of it.
    consumed: u64,
    is_ending: bool,
}

impl Tempo {
    pub(super) fn is_on(&self) -> bool {
        self.stage.is_some()
    }

    /// Frames of the music for each frame that comes out.
    pub(super) fn speed(&self) -> f64 {
        self.stage.as_ref().map_or(1.0, |stage| stage.speed.speed())
    }

    /// Frames that will come out before those of the frame that is fed next.
    pub(super) fn pending(&self) -> u64 {
        self.stage.as_ref().map_or(0, |stage| stage.speed.boundary().saturating_sub(stage.consumed))
    }

    /// What was fed is void.
    pub(super) fn restart(&mut self) {
        self.stage = None;
    }

    /// Whether it turned since it was asked last.
    pub(super) fn take_turned(&mut self) -> bool {
        std::mem::take(&mut self.turned)
    }

    /// Makes the speed this one for frames of this rate; `false` while the stage before has frames to give.
    pub(super) fn keep(&mut self, speed: f64, rate: u32, channels: usize) -> bool {
        match &mut self.stage {
            None if speed == 1.0 => true,
            None => {
                let (speed, consumed) = (Speed::new(rate, channels, speed), 0);
                self.stage = Some(Box::new(Stage { speed, rate, consumed, is_ending: false }));
                self.turned = true;
                true
            }
            Some(stage) if stage.is_ending || speed == 1.0 || stage.rate != rate => {
                self.finish();
                false
            }
            Some(stage) => {
                if stage.speed.speed() != speed {
                    stage.speed.set_speed(speed);
                    self.turned = true;
                }
                true
            }
        }
    }

    /// Takes frames; returns how many.
    pub(super) fn feed(&mut self, samples: &[f32]) -> usize {
        self.stage.as_mut().map_or(0, |stage| stage.speed.feed(samples))
    }

    /// Frames that came out and are not taken yet. At the end of all, the stage leaves.
    pub(super) fn ready(&mut self) -> &[f32] {
        if self.stage.as_mut().is_some_and(|stage| stage.is_ending && !stage.speed.drain()) {
            self.stage = None;
            self.turned = true;
        }
        self.stage.as_ref().map_or(&[], |stage| stage.speed.ready())
    }

    pub(super) fn consume(&mut self, frames: usize) {
        if let Some(stage) = &mut self.stage {
            stage.consumed += frames as u64;
            stage.speed.consume(frames);
        }
    }

    /// No more will be fed: what is inside comes out. `false` where there is nothing.
    pub(super) fn finish(&mut self) -> bool {
        if let Some(stage) = &mut self.stage {
            stage.is_ending = true;
            stage.speed.finish();
        }
        self.stage.is_some()
    }
}
