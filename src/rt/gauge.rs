//! A gauge that one thread sets and any thread reads.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::model::chain::Reading;

/// What mastering does to the sound that is rendered now. Its two halves may be of two moments.
#[derive(Debug)]
pub struct MasteringGauge {
    held: AtomicU64,
    levels: AtomicU64,
}

impl MasteringGauge {
    pub fn set(&self, reading: Reading) {
        self.held.store(pair(reading.compressor_db, reading.limiter_db), Ordering::Relaxed);
        self.levels.store(pair(reading.before_db, reading.after_db), Ordering::Relaxed);
    }

    pub fn get(&self) -> Reading {
        let (compressor_db, limiter_db) = halves(self.held.load(Ordering::Relaxed));
        let (before_db, after_db) = halves(self.levels.load(Ordering::Relaxed));
        Reading { compressor_db, limiter_db, before_db, after_db }
    }
}

impl Default for MasteringGauge {
    fn default() -> Self {
        let gauge = Self { held: AtomicU64::new(0), levels: AtomicU64::new(0) };
        gauge.set(Reading::default());
        gauge
    }
}

fn pair(first: f32, second: f32) -> u64 {
    u64::from(first.to_bits()) << 32 | u64::from(second.to_bits())
}

fn halves(bits: u64) -> (f32, f32) {
    let half = |bits: u64| f32::from_bits((bits & u64::from(u32::MAX)) as u32);
    (half(bits >> 32), half(bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_read() {
        let gauge = MasteringGauge::default();
        assert_eq!(gauge.get(), Reading::default());
        let reading = Reading { compressor_db: 1.25, limiter_db: 3.5, before_db: -20.5, after_db: -14.0 };
        gauge.set(reading);
        assert_eq!(gauge.get(), reading);
    }
}
