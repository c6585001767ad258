//! DSD to PCM: one bit at some MHz through a linear-phase low-pass to 88.2 or 176.4 kHz (96 and 192 for the other family
//! of rates). A full modulation of either sign is ±1.0: SACD's 0 dB, half of that, comes out as -6 dB, so nothing clips
//! and nothing is made louder. Used by `dsf` and `dsdiff`.
//!
//! A frame is a sum over the bits around its moment, so each is computed from the file alone: seeks are exact, and where
//! a block ends does not show.

use std::f64::consts::PI;

use super::super::error::DecodeError;
use super::blocks::{Block, Blocks};

/// Frames that are made at once.
const BLOCK_FRAMES: usize = 4_096;
/// What the filter takes off behind the Nyquist frequency of its output, in dB: the noise there is the format's nature.
const STOP_DB: f64 = 120.0;
/// Most of the audible is below; above, 64 times oversampled DSD is noise.
const PASS_HZ: f64 = 20_000.0;
const MOST_PASS_HZ: f64 = 40_000.0;

/// Where the bits lie. `None` outside of the file.
pub(super) trait Bits: Send {
    /// Fills `bytes` with those of `channel` from byte `from` on, the first bit in time the highest. Returns how many.
    fn read(&mut self, channel: usize, from: u64, bytes: &mut [u8]) -> Result<usize, DecodeError>;
}

/// See the module's head.
pub(super) struct Dsd<B> {
    bits: B,
    channels: usize,
    /// Bytes of one channel.
    len: u64,
    filter: Filter,
    bytes: Vec<u8>,
}

/// The rate that bits of this rate are brought to, and how many of them make a frame. `None` for rates that DSD has not.
pub(super) fn output_rate(bit_rate: u32) -> Option<(u32, usize)> {
    let base = [44_100, 48_000].into_iter().find(|base| bit_rate.is_multiple_of(*base))?;
    let factor = match bit_rate / base {
        64 => 2,
        128 | 256 | 512 => 4,
        _ => return None,
    };
    let rate = base * factor;
    Some((rate, (bit_rate / rate) as usize))
}

impl<B: Bits> Dsd<B> {
    /// `len` bytes of each channel at `bit_rate`, of which `step` bits make a frame.
    pub(super) fn new(bits: B, channels: usize, len: u64, bit_rate: u32, step: usize) -> Self {
        Self { bits, channels, len, filter: Filter::new(bit_rate, step), bytes: Vec::new() }
    }

    /// Frames that the bits make.
    pub(super) fn frames(&self) -> u64 {
        self.len.div_ceil(self.filter.step_bytes as u64)
    }
}

impl<B: Bits> Blocks for Dsd<B> {
    fn decode(&mut self, frame: u64, out: &mut Vec<f32>) -> Result<Block, DecodeError> {
        let left = usize::try_from(self.frames().saturating_sub(frame)).unwrap_or(usize::MAX);
        let frames = left.min(BLOCK_FRAMES);
        let (step, width) = (self.filter.step_bytes, self.filter.bytes());
        out.resize(frames * self.channels, 0.0);
        // Frame n has its middle at bit n * step: as many bytes come before as behind.
        let first = (frame * step as u64).cast_signed() - (width / 2).cast_signed() as i64;
        let before = usize::try_from(-first).unwrap_or(0);
        let wanted = frames.saturating_sub(1) * step + width;
        self.bytes.resize(wanted, 0);
        for channel in 0..self.channels {
            let from = u64::try_from(first).unwrap_or(0);
            let there = usize::try_from(self.len.saturating_sub(from)).unwrap_or(usize::MAX);
            let end = wanted.min(before.saturating_add(there)).max(before.min(wanted));
            let start = before.min(end);
            let read = self.bits.read(channel, from, &mut self.bytes[start..end])?;
            if read == 0 {
                out.clear();
                return Ok(Block::Missing);
            }
            let known = start..start + read;
            let samples = out.iter_mut().skip(channel).step_by(self.channels);
            for (sample, at) in samples.zip((0..).step_by(step)) {
                *sample = self.filter.sum(&self.bytes, known.clone(), at);
            }
        }
        Ok(Block::From(frame))
    }
}

/// A windowed sinc over bits, summed up for every value of every byte under it.
struct Filter {
    step_bytes: usize,
    /// For each byte of the window 256 sums of eight taps.
    sums: Vec<[f32; 256]>,
}

impl Filter {
    fn new(bit_rate: u32, step: usize) -> Self {
        let sums = taps(f64::from(bit_rate), step).chunks_exact(8).map(byte_sums).collect();
        Self { step_bytes: step / 8, sums }
    }

    fn bytes(&self) -> usize {
        self.sums.len()
    }

    /// The sum over the window that begins at byte `at`; bytes outside of `known` count nothing.
    fn sum(&self, bytes: &[u8], known: std::ops::Range<usize>, at: usize) -> f32 {
        let skip = known.start.saturating_sub(at).min(self.sums.len());
        let end = known.end.saturating_sub(at).min(self.sums.len()).max(skip);
        let window = bytes.get(at + skip..at + end).unwrap_or(&[]);
        let pairs = self.sums[skip..end].iter().zip(window);
        pairs.map(|(sums, &byte)| sums[usize::from(byte)]).sum()
    }
}

/// What eight bits, the first one the highest, add: a one is +1, a zero -1.
fn byte_sums(taps: &[f64]) -> [f32; 256] {
    let mut sums = [0.0; 256];
    for (byte, sum) in (0_u32..).zip(&mut sums) {
        let signed = |(bit, tap): (u32, &f64)| if byte >> (7 - bit) & 1 == 1 { *tap } else { -*tap };
        *sum = (0..).zip(taps).map(signed).sum::<f64>() as f32;
    }
    sums
}

/// Low-pass that is flat to what the rate has to say and down behind half the output's rate: a sinc under a Kaiser
/// window (Oppenheim and Schafer, "Discrete-Time Signal Processing", §7.5.3). Their sum is 1.
fn taps(bit_rate: f64, step: usize) -> Vec<f64> {
    let stop = bit_rate / step as f64 / 2.0;
    let pass = (PASS_HZ * bit_rate / (64.0 * 44_100.0)).clamp(PASS_HZ, MOST_PASS_HZ);
    let width = 2.0 * PI * (stop - pass) / bit_rate;
    let needed = (STOP_DB - 7.95) / (2.285 * width);
    // Whole bytes on either side of the middle.
    let len = (needed / 16.0).ceil() as usize * 16;
    let (beta, cutoff) = (0.1102 * (STOP_DB - 8.7), (pass + stop) / bit_rate);
    let middle = (len - 1) as f64 / 2.0;
    let tap = |at: usize| {
        let x = at as f64 - middle;
        let window = bessel_i0(beta * (1.0 - (x / (middle + 0.5)).powi(2)).max(0.0).sqrt());
        // The middle lies between two taps, so x is never 0.
        (PI * cutoff * x).sin() / (PI * x) * window
    };
    let taps: Vec<f64> = (0..len).map(tap).collect();
    let sum: f64 = taps.iter().sum();
    taps.into_iter().map(|tap| tap / sum).collect()
}

/// Modified Bessel function of the first kind, order 0, by its series.
fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let mut term = 1.0;
    let terms = (1..200).map(|k| {
        term *= quarter / f64::from(k * k);
        term
    });
    1.0 + terms.sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response_db(taps: &[f64], hz: f64, bit_rate: f64) -> f64 {
        let turn = |at: usize| 2.0 * PI * hz / bit_rate * at as f64;
        let (re, im) = taps
            .iter()
            .enumerate()
            .fold((0.0, 0.0), |(re, im), (at, tap)| (re + tap * turn(at).cos(), im + tap * turn(at).sin()));
        10.0 * (re * re + im * im).log10()
    }

    #[test]
    fn the_filter_is_flat_below_and_shut_above() {
        for (times, pass) in [(64, 20_000.0), (128, 40_000.0), (256, 40_000.0), (512, 40_000.0)] {
            let bit_rate = times * 44_100;
            let (rate, step) = output_rate(bit_rate).unwrap();
            let taps = taps(f64::from(bit_rate), step);
            assert_eq!(taps.len() % 16, 0);
            for part in 0..=40 {
                let db = response_db(&taps, pass * f64::from(part) / 40.0, f64::from(bit_rate));
                assert!(db.abs() < 1e-4, "{times}: {db} dB at {part}/40");
            }
            for part in 0..200 {
                let nyquist = f64::from(rate) / 2.0;
                let hz = nyquist + (f64::from(bit_rate) / 2.0 - nyquist) * f64::from(part) / 200.0;
                let db = response_db(&taps, hz, f64::from(bit_rate));
                assert!(db < -STOP_DB + 1.0, "{times}: {db} dB at {hz} Hz");
            }
        }
        assert_eq!(output_rate(2_822_400), Some((88_200, 32)));
        assert_eq!(output_rate(3_072_000), Some((96_000, 32)));
        assert_eq!(output_rate(11_289_600), Some((176_400, 64)));
        assert_eq!(output_rate(44_100), None);
    }
}
