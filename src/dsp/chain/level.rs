//! The level of what passes, for meters.

use crate::model::chain::Reading;
use fearless_simd::dispatch;

/// In which 63 % of a change is followed, seconds.
const TIME_S: f32 = 0.3;

/// Mean square, smoothed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Level(f32);

impl Level {
    pub fn hear(&mut self, samples: &[f32], frames: usize, rate: u32) {
        if samples.is_empty() {
            return;
        }
        let sum = dispatch!(fearless_simd::Level::new(), _ => squares(samples));
        let way = 1.0 - (-(frames as f32) / (TIME_S * rate as f32)).exp();
        self.0 += (sum / samples.len() as f32 - self.0) * way;
        // Samples may be as large as they like.
        self.0 = if self.0.is_finite() { self.0 } else { 0.0 };
    }

    pub fn db(self) -> f32 {
        (10.0 * self.0.log10()).max(Reading::SILENCE_DB)
    }
}

/// Their sum; in lanes, for the vector unit.
#[inline(always)]
fn squares(samples: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 16];
    let (lanes, rest) = samples.as_chunks::<16>();
    for lane in lanes {
        sums.iter_mut().zip(lane).for_each(|(sum, sample)| *sum += sample * sample);
    }
    sums.iter().sum::<f32>() + rest.iter().map(|sample| sample * sample).sum::<f32>()
}
