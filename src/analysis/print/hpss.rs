//! Harmonic and percussive parts by medians (Fitzgerald 2010): what lasts is a ridge along time, what strikes one along
//! frequency. Soft masks of the second power, as librosa and the paper have them.

/// Windows of the median along time: 0.45 s.
const TIME: usize = 9;
/// Bins of the median along frequency, every other one is looked at: 170 Hz, as in the paper.
const FREQUENCY: usize = 17;
/// Above it there is little harmonic, and librosa's usual rate ends there.
const HIGHEST_HZ: f64 = 11_000.0;
/// Bins done at once.
const LANES: usize = 8;

/// See the module's head.
pub struct Hpss {
    bins: usize,
    /// The last spectra, in a ring; each with margins so that medians need no edges.
    ring: Vec<Vec<f32>>,
    next: usize,
    harmonic: f64,
    all: f64,
}

impl Hpss {
    pub fn new(bins: usize, bin_hz: f64) -> Self {
        let bins = bins.min((HIGHEST_HZ / bin_hz) as usize);
        let row = FREQUENCY / 2 + bins.next_multiple_of(LANES) + FREQUENCY / 2;
        Self { bins, ring: vec![vec![0.0; row]; TIME], next: 0, harmonic: 0.0, all: 0.0 }
    }

    /// Takes the next spectrum; the one in the middle of the ring is told apart.
    pub fn push(&mut self, power: &[f32]) {
        let margin = FREQUENCY / 2;
        self.ring[self.next][margin..margin + self.bins].copy_from_slice(&power[..self.bins]);
        self.part();
    }

    fn part(&mut self) {
        self.next = (self.next + 1) % TIME;
        let centre = &self.ring[(self.next + TIME / 2) % TIME];
        let margin = FREQUENCY / 2;
        let (mut harmonic, mut all) = ([0.0_f32; LANES], [0.0_f32; LANES]);
        for first in (0..self.bins).step_by(LANES) {
            let lasting = median(|n| lane(&self.ring[n][margin + first..]));
            let striking = median(|n| lane(&centre[first + n * 2..]));
            let power = lane(&centre[margin + first..]);
            for n in 0..LANES {
                // Squares of magnitudes are powers. Nothing at all is neither.
                let share = lasting[n] / (lasting[n] + striking[n]).max(f32::MIN_POSITIVE);
                harmonic[n] += power[n] * share;
                all[n] += power[n] * f32::from(u8::from(lasting[n] + striking[n] > 0.0));
            }
        }
        self.harmonic += f64::from(harmonic.iter().sum::<f32>());
        self.all += f64::from(all.iter().sum::<f32>());
    }

    /// Share of the harmonic energy; `None` of silence.
    pub fn finish(mut self) -> Option<f32> {
        for _ in 0..TIME / 2 {
            let next = self.next;
            self.ring[next].fill(0.0);
            self.part();
        }
        (self.all > 0.0).then(|| (self.harmonic / self.all) as f32)
    }
}

type Lane = [f32; LANES];

fn lane(values: &[f32]) -> Lane {
    let mut lane = [0.0; LANES];
    lane.copy_from_slice(&values[..LANES]);
    lane
}

/// Lower and higher of each lane. Spelled so that it is one instruction each: `f32::min` minds NaN.
fn ordered(a: Lane, b: Lane) -> (Lane, Lane) {
    let low = std::array::from_fn(|n| if a[n] < b[n] { a[n] } else { b[n] });
    let high = std::array::from_fn(|n| if a[n] < b[n] { b[n] } else { a[n] });
    (low, high)
}

/// Median of nine, all lanes at once and without a branch: the network of 19 exchanges by Smith (1996), written out so that
/// everything stays in registers.
fn median(value: impl Fn(usize) -> Lane) -> Lane {
    let mut v: [Lane; 9] = std::array::from_fn(value);
    macro_rules! exchange {
        ($($a:literal $b:literal),*) => { $( (v[$a], v[$b]) = ordered(v[$a], v[$b]); )* };
    }
    exchange!(1 2, 4 5, 7 8, 0 1, 3 4, 6 7, 1 2, 4 5, 7 8, 0 3, 5 8, 4 7, 3 6, 1 4, 2 5, 4 7, 4 2, 6 4, 4 2);
    v[4]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_what_sorting_tells() {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as f32
        };
        for _ in 0..500 {
            let values: [Lane; 9] = std::array::from_fn(|_| std::array::from_fn(|_| next()));
            let found = median(|n| values[n]);
            for lane in 0..LANES {
                let mut sorted = values.map(|value| value[lane]);
                sorted.sort_by(f32::total_cmp);
                assert_eq!(found[lane], sorted[4]);
            }
        }
    }

    #[test]
    fn a_ridge_along_time_is_harmonic_and_one_along_frequency_is_not() {
        let mut lasting = Hpss::new(400, 10.0);
        let mut striking = Hpss::new(400, 10.0);
        for frame in 0..100 {
            let line: Vec<f32> = (0..400).map(|bin| f32::from(u8::from(bin == 44))).collect();
            lasting.push(&line);
            striking.push(&vec![f32::from(u8::from(frame % 10 == 5)); 400]);
        }
        assert!(lasting.finish().unwrap() > 0.99);
        assert!(striking.finish().unwrap() < 0.01);
        assert_eq!(Hpss::new(400, 10.0).finish(), None);
    }
}
