//! Clipping: three or more equal samples in a row at a channel's extreme, reached by a leap and not by a wave's round top.
//! Called by `quality`.

/// Equal samples that are a run.
const LEAST_RUN: u32 = 3;
/// An extreme below this (-6 dB over full scale) is not taken for a converter's or a limiter's end.
const LEAST_LEVEL: f32 = 0.5;
/// The sample before a run differs by at least this; the round top of a quantised wave differs by a step or a few.
const LEAST_LEAP: f32 = 1.0 / 1_024.0;

/// One channel: runs at its extreme so far. A higher extreme makes the earlier runs void.
#[derive(Debug, Clone, Default)]
pub(super) struct Clipping {
    extreme: f32,
    pub(super) runs: u32,
    /// The run that is on: its sample (0: none), how many, and whether a leap led to it.
    sample: f32,
    equal: u32,
    leapt: bool,
    before: f32,
}

impl Clipping {
    /// Takes the samples of a stretch whose largest is `peak`: most need no look.
    pub(super) fn push(&mut self, samples: impl DoubleEndedIterator<Item = f32> + Clone, peak: f32) {
        if peak < self.extreme.max(LEAST_LEVEL) {
            self.before = samples.clone().next_back().unwrap_or(self.before);
            self.end_run();
            return;
        }
        for sample in samples {
            self.look(sample);
            self.before = sample;
        }
    }

    fn look(&mut self, sample: f32) {
        if sample.abs() > self.extreme {
            (self.extreme, self.runs) = (sample.abs(), 0);
            self.end_run();
        }
        if sample.abs() < self.extreme || sample == 0.0 {
            self.end_run();
        } else if self.equal > 0 && sample == self.sample {
            self.equal += 1;
            if self.equal == LEAST_RUN && self.leapt && self.extreme >= LEAST_LEVEL {
                self.runs = self.runs.saturating_add(1);
            }
        } else {
            self.leapt = (sample - self.before).abs() >= LEAST_LEAP;
            (self.sample, self.equal) = (sample, 1);
        }
    }

    fn end_run(&mut self) {
        self.equal = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(samples: &[f32], cut: usize) -> u32 {
        let mut clipping = Clipping::default();
        for part in samples.chunks(cut) {
            let peak = part.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
            clipping.push(part.iter().copied(), peak);
        }
        clipping.runs
    }

    /// A sine of `gain` over full scale, 16 bits, held at full scale: both tops of each wave are flat.
    fn clipped(gain: f32) -> Vec<f32> {
        let wave = |n: usize| gain * (std::f32::consts::TAU * (n % 100) as f32 / 100.0 + 0.01).sin();
        (0..1_000).map(|n| ((wave(n).clamp(-1.0, 1.0) * 32_767.0).round()) / 32_768.0).collect()
    }

    #[test]
    fn a_wave_that_is_cut_off_has_a_run_at_each_top() {
        for cut in [1, 7, 1_000] {
            assert_eq!(runs(&clipped(1.5), cut), 20, "{cut}");
        }
    }

    #[test]
    fn a_whole_wave_has_none_also_where_its_round_top_is_of_equal_samples() {
        assert_eq!(runs(&clipped(0.99), 100), 0);
        let slow = |n: usize| (0.9 * (std::f32::consts::TAU * n as f32 / 9_000.0).sin() * 32_768.0).round();
        let slow: Vec<f32> = (0..18_000).map(|n| slow(n) / 32_768.0).collect();
        assert_eq!(runs(&slow, 100), 0);
        assert_eq!(runs(&[0.0; 100], 10), 0);
    }

    #[test]
    fn only_the_extreme_counts() {
        let mut samples = vec![0.6, 0.0, 0.7, 0.7, 0.7, 0.0, 0.8, 0.8, 0.8, 0.8, 0.0, -0.8, -0.8, -0.8];
        assert_eq!(runs(&samples, 4), 2);
        samples.push(0.9);
        assert_eq!(runs(&samples, 4), 0);
    }
}
