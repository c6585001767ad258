//! Loudness values counted by how loud they are, and what the standards make of them: the gated mean of BS.1770 and the
//! range of Tech 3342. Takes as much memory for ten hours as for a minute. Called by `loudness`.

use crate::model::features::{Absent, LoudnessBlocks, Value, energy_to_lufs};

/// Classes a LU.
const PER_LU: f64 = 100.0;
/// Of these one class is made in what is kept.
const PER_KEPT: usize = PER_LU as usize / LoudnessBlocks::PER_LU as usize;
/// Classes from the absolute gate up to 30 LU over full scale, the last of all that is louder.
const CLASSES: usize = 100 * PER_LU as usize;

/// See the module's head. The mean of each class is exact; only at a gate does a class, 0.01 LU wide, count as a whole.
#[derive(Debug)]
pub(super) struct Histogram {
    counts: Box<[u32]>,
    energies: Box<[f64]>,
}

impl Histogram {
    pub(super) fn new() -> Self {
        Self { counts: vec![0; CLASSES].into(), energies: vec![0.0; CLASSES].into() }
    }

    /// Counts a block; one below the absolute gate is none.
    pub(super) fn add(&mut self, energy: f64) {
        let above = energy_to_lufs(energy) - LoudnessBlocks::FLOOR_LUFS;
        if above > 0.0 {
            let class = ((above * PER_LU) as usize).min(CLASSES - 1);
            self.counts[class] = self.counts[class].saturating_add(1);
            self.energies[class] += energy;
        }
    }

    /// Blocks and their mean energy from class `from` on.
    fn mean(&self, from: usize) -> Option<(u64, f64)> {
        let count: u64 = self.counts[from..].iter().map(|&count| u64::from(count)).sum();
        (count > 0).then(|| (count, self.energies[from..].iter().sum::<f64>() / count as f64))
    }

    /// The first class that is louder than the mean of all less `below` LU.
    fn gate(&self, below: f64) -> Option<usize> {
        let (_, mean) = self.mean(0)?;
        let threshold = mean * 10f64.powf(-below / 10.0);
        (0..CLASSES).find(|&class| self.energies[class] > threshold * f64::from(self.counts[class]))
    }

    /// The mean of what is above both gates (BS.1770-5 Annex 1: -70 LUFS, and 10 LU below the mean of the rest), LUFS.
    pub(super) fn integrated(&self) -> Value {
        let gate = self.gate(10.0).ok_or(Absent::Silence)?;
        let (_, mean) = self.mean(gate).ok_or(Absent::Silence)?;
        Ok(energy_to_lufs(mean) as f32)
    }

    /// From the 10th to the 95th of a hundred above both gates (Tech 3342: -70 LUFS, and 20 LU below the mean), LU.
    pub(super) fn range(&self) -> Value {
        let gate = self.gate(20.0).ok_or(Absent::Silence)?;
        let (count, _) = self.mean(gate).ok_or(Absent::Silence)?;
        let at = |share: f64| self.ranked(gate, ((count - 1) as f64 * share).round() as u64);
        Ok((at(0.95) - at(0.10)) as f32)
    }

    /// The loudness that so many from class `from` on are quieter than.
    fn ranked(&self, from: usize, rank: u64) -> f64 {
        let mut below = 0;
        for class in from..CLASSES {
            below += u64::from(self.counts[class]);
            if below > rank {
                return energy_to_lufs(self.energies[class] / f64::from(self.counts[class]));
            }
        }
        LoudnessBlocks::FLOOR_LUFS
    }

    /// To be kept, several classes in one.
    pub(super) fn blocks(&self) -> LoudnessBlocks {
        let kept =
            self.counts.chunks(PER_KEPT).map(|part| part.iter().fold(0_u32, |a, b| a.saturating_add(*b)));
        let classes = (0_u16..).zip(kept);
        LoudnessBlocks(classes.filter(|(_, count)| *count > 0).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::features::lufs_to_energy;

    fn histogram(blocks: &[(f64, usize)]) -> Histogram {
        let mut histogram = Histogram::new();
        for &(lufs, count) in blocks {
            (0..count).for_each(|_| histogram.add(lufs_to_energy(lufs)));
        }
        histogram
    }

    #[test]
    fn the_mean_leaves_out_what_is_below_either_gate() {
        // The mean of the first two is -23.0 - 3.01; -40 is below it by more than 10 LU, -80 does not count at all.
        let found = histogram(&[(-23.0, 100), (-80.0, 500)]).integrated().unwrap();
        assert!((found + 23.0).abs() < 1e-4, "{found}");
        let found = histogram(&[(-23.0, 100), (-40.0, 100)]).integrated().unwrap();
        assert!((found + 23.0).abs() < 1e-4, "{found}");
        assert_eq!(histogram(&[(-70.5, 10)]).integrated(), Err(Absent::Silence));
        assert_eq!(histogram(&[]).range(), Err(Absent::Silence));
    }

    #[test]
    fn louder_than_anything_counts_with_its_energy() {
        let found = histogram(&[(60.0, 3)]).integrated().unwrap();
        assert!((found - 60.0).abs() < 1e-4, "{found}");
    }

    #[test]
    fn the_range_is_between_the_10th_and_the_95th_of_a_hundred() {
        let values: Vec<(f64, usize)> = (0..101).map(|n| (-30.0 + f64::from(n) / 10.0, 1)).collect();
        let found = histogram(&values).range().unwrap();
        assert!((found - 8.5).abs() < 0.011, "{found}");
    }

    /// What is kept gives the loudness as exactly as its classes are wide.
    #[test]
    fn kept_blocks_give_the_loudness_again() {
        let values: Vec<_> = (0..400).map(|n| (-30.0 + n as f64 * 0.0437, n + 1)).collect();
        let whole = histogram(&values);
        let kept = LoudnessBlocks::integrated([&whole.blocks()]).unwrap();
        assert!((kept - whole.integrated().unwrap()).abs() < 0.01, "{kept}");
    }
}
