//! A gauge that one thread sets and any thread reads.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::model::chain::Reduction;

/// How far mastering holds the sound down that is rendered now.
#[derive(Debug, Default)]
pub struct ReductionGauge(AtomicU64);

impl ReductionGauge {
    pub fn set(&self, reduction: Reduction) {
        let bits = |db: f32| u64::from(db.to_bits());
        self.0.store(bits(reduction.compressor_db) << 32 | bits(reduction.limiter_db), Ordering::Relaxed);
    }

    pub fn get(&self) -> Reduction {
        let bits = self.0.load(Ordering::Relaxed);
        let db = |bits: u64| f32::from_bits((bits & u64::from(u32::MAX)) as u32);
        Reduction { compressor_db: db(bits >> 32), limiter_db: db(bits) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_read() {
        let gauge = ReductionGauge::default();
        assert_eq!(gauge.get(), Reduction::default());
        let reduction = Reduction { compressor_db: 1.25, limiter_db: 3.5 };
        gauge.set(reduction);
        assert_eq!(gauge.get(), reduction);
    }
}
