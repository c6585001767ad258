//! What is wrong with a recording or a file, as far as samples can tell. Called by `measure`.

mod clipping;
mod cutoff;
#[cfg(test)]
mod tests;

use super::lanes::{Stretch, stretches};
use crate::model::audio::Spec;
use crate::model::features::Quality;
use clipping::Clipping;
use cutoff::CutOff;

/// What is below this (-60 dB over full scale) is silence.
const SILENCE: f32 = 0.001;
/// The sides' energy below this share of the middle's (-70 dB) is none.
const MONO_SHARE: f64 = 1e-7;
/// Frames looked at together.
const FRAMES: usize = 512;
/// Integers wider than this do not pass through `f32` as they are.
const MOST_BITS: u8 = 24;

/// See the module's head.
#[derive(Debug)]
pub struct Examination {
    spec: Spec,
    frames: u64,
    /// First and last frame that is no silence.
    sounds: Option<(u64, u64)>,
    sums: Vec<f64>,
    sides: f64,
    middle: f64,
    clipping: Vec<Clipping>,
    cutoff: CutOff,
    bits: Option<Bits>,
    stretches: Vec<Stretch>,
}

impl Examination {
    /// `bits`: those that a sample has, of a source that is not lossy.
    pub fn new(spec: Spec, bits: Option<u8>) -> Self {
        let channels = usize::from(spec.channels);
        Self {
            spec,
            frames: 0,
            sounds: None,
            sums: vec![0.0; channels],
            sides: 0.0,
            middle: 0.0,
            clipping: vec![Clipping::default(); channels],
            cutoff: CutOff::new(spec.rate, channels),
            bits: bits.filter(|bits| (1..=MOST_BITS).contains(bits)).map(Bits::new),
            stretches: vec![Stretch::default(); channels],
        }
    }

    /// As [`super::Analyser::push`].
    pub fn push(&mut self, frames: &[f32]) {
        let channels = usize::from(self.spec.channels);
        self.cutoff.push(frames);
        for part in frames.chunks(FRAMES * channels) {
            self.look(part, channels);
        }
    }

    fn look(&mut self, part: &[f32], channels: usize) {
        stretches(part, &mut self.stretches);
        for (channel, stretch) in self.stretches.iter().enumerate() {
            self.sums[channel] += stretch.sum;
            let samples = part.chunks_exact(channels).map(|frame| frame[channel]);
            self.clipping[channel].push(samples, stretch.peak);
        }
        if self.stretches.iter().any(|stretch| stretch.peak >= SILENCE) {
            let is_sound = |frame: &[f32]| frame.iter().any(|x| x.abs() >= SILENCE);
            let first = || part.chunks_exact(channels).position(is_sound).unwrap_or(0) as u64;
            let last = part.chunks_exact(channels).rposition(is_sound).unwrap_or(0) as u64;
            let begin = self.sounds.map_or_else(|| self.frames + first(), |(begin, _)| begin);
            self.sounds = Some((begin, self.frames + last));
        }
        if channels == 2 {
            let (sides, middle) = sides(part);
            self.sides += sides;
            self.middle += middle;
        }
        if let Some(bits) = &mut self.bits {
            bits.push(part);
        }
        self.frames += (part.len() / channels) as u64;
    }

    /// After the last frame.
    pub fn finish(self) -> Quality {
        let seconds = |frames: u64| frames as f32 / self.spec.rate as f32;
        let (start, end) =
            self.sounds.map_or((self.frames, 0), |(first, last)| (first, self.frames - last - 1));
        let mean = |sum: &f64| if sum.is_finite() { (sum / self.frames.max(1) as f64) as f32 } else { 0.0 };
        Quality {
            clipped_runs: self.clipping.iter().fold(0, |runs, clipping| runs.saturating_add(clipping.runs)),
            silence_start_s: seconds(start),
            silence_end_s: seconds(end),
            is_mono: self.spec.channels == 2 && self.middle > 0.0 && self.sides <= MONO_SHARE * self.middle,
            dc_offset: self
                .sums
                .iter()
                .map(mean)
                .fold(0.0, |most, mean| if mean.abs() > f32::abs(most) { mean } else { most }),
            cutoff_hz: self.cutoff.finish(),
            bits_used: self.bits.and_then(|bits| bits.used()),
            missing_frames: 0,
            damaged_packets: 0,
        }
    }
}

/// Energies of the difference and of the sum of two channels.
fn sides(part: &[f32]) -> (f64, f64) {
    let (mut sides, mut middle) = ([0.0_f32; 8], [0.0_f32; 8]);
    let (wide, rest) = part.as_chunks::<16>();
    for frames in wide {
        for lane in 0..8 {
            let (left, right) = (frames[2 * lane], frames[2 * lane + 1]);
            sides[lane] += (left - right) * (left - right);
            middle[lane] += (left + right) * (left + right);
        }
    }
    for (lane, frame) in rest.as_chunks::<2>().0.iter().enumerate() {
        sides[lane] += (frame[0] - frame[1]) * (frame[0] - frame[1]);
        middle[lane] += (frame[0] + frame[1]) * (frame[0] + frame[1]);
    }
    (sides.iter().map(|&x| f64::from(x)).sum(), middle.iter().map(|&x| f64::from(x)).sum())
}

/// Which bits of integer samples are ever set.
#[derive(Debug)]
struct Bits {
    declared: u8,
    set: i32,
}

impl Bits {
    fn new(declared: u8) -> Self {
        Self { declared, set: 0 }
    }

    fn push(&mut self, samples: &[f32]) {
        if self.used() != Some(self.declared) {
            let full_scale = 1_i32 << (MOST_BITS - 1);
            self.set = samples.iter().fold(self.set, |set, x| set | (x * full_scale as f32) as i32);
        }
    }

    /// `None` for nothing but zeros.
    fn used(&self) -> Option<u8> {
        (self.set != 0).then(|| MOST_BITS.saturating_sub(self.set.trailing_zeros() as u8).min(self.declared))
    }
}
