//! Numbers on their way to others in straight lines, a step a frame. Each step is added to the last, so that the cut into
//! blocks does not matter.

#[derive(Debug, Clone, Copy)]
pub struct Line<const N: usize> {
    now: [f64; N],
    step: [f64; N],
    moving: bool,
}

impl<const N: usize> Line<N> {
    pub fn at(now: [f64; N]) -> Self {
        Self { now, step: [0.0; N], moving: false }
    }

    /// Is at `goal` after so many frames; with 0, now.
    pub fn aim(&mut self, goal: [f64; N], frames: usize) {
        self.moving = frames > 0 && self.now != goal;
        if !self.moving {
            *self = Self::at(goal);
            return;
        }
        for ((step, now), goal) in self.step.iter_mut().zip(self.now).zip(goal) {
            *step = (goal - now) / frames as f64;
        }
    }

    pub fn now(&self) -> [f64; N] {
        self.now
    }

    /// Whether the next frame finds other numbers than the last.
    pub fn is_moving(&self) -> bool {
        self.moving
    }

    /// The numbers of the next frame.
    #[inline(always)]
    pub fn advance(&mut self) -> [f64; N] {
        for (now, step) in self.now.iter_mut().zip(self.step) {
            *now += step;
        }
        self.now
    }
}
