//! Sums over interleaved frames, several samples at a time for the vector unit. Called by the measures of a track.

/// Samples taken at a time.
const LANES: usize = 16;

/// What a stretch of one channel holds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Stretch {
    /// Largest absolute sample.
    pub peak: f32,
    pub sum: f64,
    pub energy: f64,
}

impl Stretch {
    fn add(&mut self, peak: f32, sum: f32, energy: f32) {
        self.peak = self.peak.max(peak);
        self.sum += f64::from(sum);
        self.energy += f64::from(energy);
    }
}

/// Of each channel of `frames` its stretch. Sums are of single precision over a few hundred frames, double beyond.
pub(super) fn stretches(frames: &[f32], found: &mut [Stretch]) {
    let channels = found.len();
    found.fill(Stretch::default());
    if !LANES.is_multiple_of(channels) {
        for frame in frames.chunks_exact(channels) {
            found.iter_mut().zip(frame).for_each(|(stretch, x)| stretch.add(x.abs(), *x, x * x));
        }
        return;
    }
    for part in frames.chunks(LANES * 64) {
        let (wide, rest) = part.as_chunks::<LANES>();
        let (mut peaks, mut sums, mut energies) = ([0.0_f32; LANES], [0.0_f32; LANES], [0.0_f32; LANES]);
        for samples in wide {
            for lane in 0..LANES {
                let x = samples[lane];
                peaks[lane] = if x.abs() > peaks[lane] { x.abs() } else { peaks[lane] };
                sums[lane] += x;
                energies[lane] += x * x;
            }
        }
        for lane in 0..LANES {
            found[lane % channels].add(peaks[lane], sums[lane], energies[lane]);
        }
        for (at, x) in rest.iter().enumerate() {
            found[at % channels].add(x.abs(), *x, x * x);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_channel_has_its_own_peak_sum_and_energy_however_many_there_are() {
        for channels in 1..=8_usize {
            let frames: Vec<f32> =
                (0..channels * 1_003).map(|at| (at % channels + 1) as f32 / -8.0).collect();
            let mut found = vec![Stretch { peak: 9.0, sum: 9.0, energy: 9.0 }; channels];
            stretches(&frames, &mut found);
            for (channel, stretch) in found.iter().enumerate() {
                let x = (channel + 1) as f64 / 8.0;
                assert_eq!(stretch.peak, x as f32, "{channels}");
                assert!((stretch.sum + x * 1_003.0).abs() < 1e-3, "{channels}: {stretch:?}");
                assert!((stretch.energy - x * x * 1_003.0).abs() < 1e-3, "{channels}: {stretch:?}");
            }
        }
    }
}
