//! From one sample rate to another, as a stream: frames are fed as they come and taken as they are needed; in all exactly
//! `ceil(frames * to / from)` come out, without delay at the beginning. Over rubato's FFT resampler, whose filter is as
//! long as its block: a quality is a length and a precision. Called by `engine::render`.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler as _, ResamplerConstructionError, Sample, WindowFunction};

use crate::model::settings::ResamplerQuality;

/// What makes a quality.
struct Recipe {
    /// Frames of the filter on the side of the lower rate, at least.
    short_side: u64,
    /// Frames of the filter on the side of the input, at least.
    input: u64,
    precision: Precision,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Precision {
    Single,
    Double,
}

fn recipe(quality: ResamplerQuality) -> Recipe {
    let (short_side, input, precision) = match quality {
        ResamplerQuality::Fast => (256, 256, Precision::Single),
        ResamplerQuality::Good => (512, 512, Precision::Double),
        ResamplerQuality::Best => (2048, 4096, Precision::Double),
    };
    Recipe { short_side, input, precision }
}

/// Most frames of the filter on either side, and most steps of the ratio: what bounds the memory for odd rates.
const MOST_FRAMES: u64 = 1 << 16;
const MOST_STEPS: u64 = 1 << 16;

/// What lies beyond the first or the last frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Silence.
    Silence,
    /// Other sound goes on there: the signal is continued through the edge by its own point reflection, so that value
    /// and slope are steady and the filter does not ring at the join.
    Joined,
}

/// The rates cannot be converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cannot resample from {from} Hz to {to} Hz")]
pub struct RatesError {
    pub from: u32,
    pub to: u32,
}

/// See the module's head.
#[derive(Debug)]
pub struct Resampler {
    transform: Transform,
    channels: usize,
    /// The ratio in lowest terms, output over input.
    steps: (u64, u64),
    /// The chunk being filled, and the one before it.
    input: Vec<f64>,
    previous: Vec<f64>,
    filled: usize,
    /// Frames at the beginning of the first chunk that are left for the reflection.
    lead: usize,
    output: Vec<f32>,
    /// Frames of `output` that are given out next.
    ready: std::ops::Range<usize>,
    /// Output frames still to be left out: the delay of the filter.
    skip: usize,
    /// Frames fed, and frames made ready.
    fed: u64,
    made: u64,
    tail: Vec<f64>,
    /// Frames of `tail` that went in; `None` until the end is known.
    ending: Option<usize>,
}

impl Resampler {
    /// # Errors
    /// Where a rate is zero, or they are too far apart.
    pub fn new(
        from: u32,
        to: u32,
        channels: usize,
        quality: ResamplerQuality,
        start: Edge,
    ) -> Result<Self, RatesError> {
        let steps = ratio(from, to).ok_or(RatesError { from, to })?;
        let recipe = recipe(quality);
        let channels = channels.max(1);
        let transform = Transform::new(steps, chunk_frames(steps, &recipe), channels, recipe.precision);
        let transform = transform.map_err(|_| RatesError { from, to })?;
        let (chunk_in, chunk_out) = transform.frames();
        let lead = if start == Edge::Joined { chunk_in / 2 } else { 0 };
        Ok(Self {
            skip: transform.delay() + if start == Edge::Joined { chunk_out / 2 } else { 0 },
            transform,
            channels,
            steps,
            input: vec![0.0; chunk_in * channels],
            previous: vec![0.0; chunk_in * channels],
            filled: lead,
            lead,
            output: vec![0.0; chunk_out * channels],
            ready: 0..0,
            fed: 0,
            made: 0,
            tail: Vec::with_capacity(chunk_in / 2 * channels),
            ending: None,
        })
    }

    /// Output frames before the frame that is fed next: where a track begins whose first frame that is.
    pub fn boundary(&self) -> u64 {
        self.boundary_after(0)
    }

    /// As [`Self::boundary`], of the frame that is fed after so many more.
    pub fn boundary_after(&self, more: u64) -> u64 {
        let (to, from) = self.steps;
        let fed = u128::from(self.fed) + u128::from(more);
        u64::try_from((fed * u128::from(to)).div_ceil(u128::from(from))).unwrap_or(u64::MAX)
    }

    /// Takes frames from `samples` until some are ready; returns the frames taken. Takes none while frames are ready or
    /// after [`Self::finish`].
    pub fn feed(&mut self, samples: &[f32]) -> usize {
        if !self.ready.is_empty() || self.ending.is_some() {
            return 0;
        }
        let mut taken = 0;
        while self.ready.is_empty() {
            let frames = self.push(&samples[taken * self.channels..], f64::from);
            if frames == 0 {
                break;
            }
            taken += frames;
            self.fed += frames as u64;
            if self.filled == self.chunk_in() {
                self.process();
            }
        }
        taken
    }

    /// Frames that are ready, interleaved.
    pub fn ready(&self) -> &[f32] {
        &self.output[self.ready.start * self.channels..self.ready.end * self.channels]
    }

    /// Takes so many of the ready frames away.
    pub fn consume(&mut self, frames: usize) {
        self.ready.start = self.ready.start.saturating_add(frames).min(self.ready.end);
    }

    /// No more will be fed: what is still inside is to be had by [`Self::drain`].
    pub fn finish(&mut self, end: Edge) {
        if self.ending.is_some() {
            return;
        }
        self.tail.clear();
        if end == Edge::Joined && self.fed > 0 {
            let last = self.back(0);
            for frame in 1..=self.chunk_in() / 2 {
                for channel in 0..self.channels {
                    let mirrored = self.input_sample(self.back(frame), channel);
                    self.tail.push(2.0 * self.input_sample(last, channel) - mirrored);
                }
            }
        }
        self.ending = Some(0);
    }

    /// After [`Self::finish`]: makes the next frames ready; `false` when all were made.
    pub fn drain(&mut self) -> bool {
        let Some(mut done) = self.ending else {
            return false;
        };
        while self.ready.is_empty() && self.made < self.boundary() {
            let tail = std::mem::take(&mut self.tail);
            done += self.push(&tail[(done * self.channels).min(tail.len())..], |sample| sample);
            self.tail = tail;
            self.ending = Some(done);
            if self.filled < self.chunk_in() {
                self.input[self.filled * self.channels..].fill(0.0);
                self.filled = self.chunk_in();
            }
            self.process();
        }
        !self.ready.is_empty()
    }

    fn chunk_in(&self) -> usize {
        self.input.len() / self.channels
    }

    fn push<T: Copy>(&mut self, samples: &[T], convert: impl Fn(T) -> f64) -> usize {
        let frames = (samples.len() / self.channels).min(self.chunk_in() - self.filled);
        let at = self.filled * self.channels;
        let room = &mut self.input[at..at + frames * self.channels];
        room.iter_mut().zip(samples).for_each(|(slot, sample)| *slot = convert(*sample));
        self.filled += frames;
        frames
    }

    fn process(&mut self) {
        self.reflect_lead();
        let chunk_out = self.output.len() / self.channels;
        self.transform.process(&self.input, &mut self.output, self.channels);
        std::mem::swap(&mut self.input, &mut self.previous);
        self.filled = 0;
        let skipped = self.skip.min(chunk_out);
        self.skip -= skipped;
        let left = usize::try_from(self.boundary() - self.made).unwrap_or(usize::MAX);
        let end = if self.ending.is_some() { chunk_out.min(skipped.saturating_add(left)) } else { chunk_out };
        self.ready = skipped..end;
        self.made += (end - skipped) as u64;
    }

    /// Fills the room before the first frame with its point reflection, once.
    fn reflect_lead(&mut self) {
        let (lead, channels) = (std::mem::take(&mut self.lead), self.channels);
        let last =
            lead + usize::try_from(self.fed).unwrap_or(usize::MAX).min(self.chunk_in() - lead).max(1) - 1;
        for frame in 1..=lead {
            for channel in 0..channels {
                let first = self.input[lead * channels + channel];
                let mirrored = self.input[(lead + frame).min(last) * channels + channel];
                self.input[(lead - frame) * channels + channel] = 2.0 * first - mirrored;
            }
        }
    }

    /// Where the frame lies that is so many before the last one fed: frames from the end of what was filled, the chunk
    /// before it included. Not further back than what was fed.
    fn back(&self, frames: usize) -> usize {
        let oldest = usize::try_from(self.fed.saturating_sub(1)).unwrap_or(usize::MAX);
        frames.min(oldest).min(self.filled + self.chunk_in() - 1)
    }

    fn input_sample(&self, back: usize, channel: usize) -> f64 {
        let frame = if back < self.filled {
            &self.input[(self.filled - 1 - back) * self.channels..]
        } else {
            &self.previous[(self.chunk_in() - 1 - (back - self.filled)) * self.channels..]
        };
        frame[channel]
    }
}

/// One chunk of input to one of output.
#[derive(Debug)]
enum Transform {
    Single { fft: Fft<f32>, input: Vec<f32> },
    Double { fft: Fft<f64>, output: Vec<f64> },
}

impl Transform {
    fn new(
        steps: (u64, u64),
        chunk: usize,
        channels: usize,
        precision: Precision,
    ) -> Result<Self, ResamplerConstructionError> {
        Ok(match precision {
            Precision::Single => {
                let fft = fft(steps, chunk, channels)?;
                Self::Single { input: vec![0.0; fft.input_frames_max() * channels], fft }
            }
            Precision::Double => {
                let fft = fft(steps, chunk, channels)?;
                Self::Double { output: vec![0.0; fft.output_frames_max() * channels], fft }
            }
        })
    }

    /// Frames of a chunk of input and of output.
    fn frames(&self) -> (usize, usize) {
        match self {
            Self::Single { fft, .. } => (fft.input_frames_max(), fft.output_frames_max()),
            Self::Double { fft, .. } => (fft.input_frames_max(), fft.output_frames_max()),
        }
    }

    fn delay(&self) -> usize {
        match self {
            Self::Single { fft, .. } => fft.output_delay(),
            Self::Double { fft, .. } => fft.output_delay(),
        }
    }

    fn process(&mut self, chunk: &[f64], out: &mut [f32], channels: usize) {
        match self {
            Self::Single { fft, input } => {
                input.iter_mut().zip(chunk).for_each(|(slot, sample)| *slot = *sample as f32);
                run(fft, input, out, channels);
            }
            Self::Double { fft, output } => {
                run(fft, chunk, output, channels);
                out.iter_mut().zip(output).for_each(|(slot, sample)| *slot = *sample as f32);
            }
        }
    }
}

fn fft<T: Sample>(
    steps: (u64, u64),
    chunk: usize,
    channels: usize,
) -> Result<Fft<T>, ResamplerConstructionError> {
    let size = |frames: u64| usize::try_from(frames).unwrap_or(usize::MAX);
    let window = WindowFunction::BlackmanHarris2;
    Fft::new_custom(size(steps.1), size(steps.0), chunk, 1, channels, window, FixedSync::Both)
}

fn run<T: Sample>(fft: &mut Fft<T>, input: &[T], out: &mut [T], channels: usize) {
    let (frames_in, frames_out) = (input.len() / channels, out.len() / channels);
    let output = InterleavedSlice::new_mut(&mut *out, channels, frames_out);
    let done = match (InterleavedSlice::new(input, channels, frames_in), output) {
        (Ok(input), Ok(mut output)) => fft.process_into_buffer(&input, &mut output, None).is_ok(),
        _ => false,
    };
    if !done {
        // Cannot happen with the sizes that it gave itself; silence keeps the count of frames.
        out.fill(T::coerce(0.0_f64));
    }
}

/// Output over input in lowest terms. Rates without a small common ratio get the nearest one within [`MOST_STEPS`] (far
/// below 0.1 parts in a million off): the filter's length is a multiple of the steps.
fn ratio(from: u32, to: u32) -> Option<(u64, u64)> {
    if from == 0 || to == 0 {
        return None;
    }
    let (mut numerator, mut denominator) = (u64::from(to), u64::from(from));
    // Continued fraction: convergents are the best ratios of their size.
    let (mut before, mut now) = ((0, 1), (1, 0));
    while denominator != 0 {
        let whole = numerator / denominator;
        let next = (whole * now.0 + before.0, whole * now.1 + before.1);
        if now.0 != 0 && now.1 != 0 && next.0.max(next.1) > MOST_STEPS {
            break;
        }
        (before, now) = (now, next);
        (numerator, denominator) = (denominator, numerator % denominator);
    }
    (now.0 != 0 && now.1 != 0).then_some(now)
}

/// Frames of one chunk of input: long enough on both sides, a whole and even number of steps (so that the delay of half a
/// chunk is a whole number of frames on both sides).
fn chunk_frames((to, from): (u64, u64), recipe: &Recipe) -> usize {
    let wanted = recipe.input.max(recipe.short_side * from / to);
    let bounded = wanted.min(MOST_FRAMES).min(MOST_FRAMES * from / to);
    let steps = bounded.div_ceil(from).max(1).next_multiple_of(2);
    usize::try_from(steps * from).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    const BEST: ResamplerQuality = ResamplerQuality::Best;

    fn sine(hz: f64, rate: u32, frames: std::ops::Range<usize>) -> Vec<f32> {
        frames.map(|n| (0.5 * (TAU * hz * n as f64 / f64::from(rate)).sin()) as f32).collect()
    }

    fn run(resampler: &mut Resampler, input: &[f32], block: usize, end: Option<Edge>) -> Vec<f32> {
        let mut out = Vec::new();
        let mut take = |resampler: &mut Resampler| {
            while !resampler.ready().is_empty() {
                let frames = (resampler.ready().len() / resampler.channels).min(block);
                out.extend_from_slice(&resampler.ready()[..frames * resampler.channels]);
                resampler.consume(frames);
            }
        };
        for block in input.chunks(block * resampler.channels) {
            let mut done = 0;
            while done < block.len() {
                done += resampler.feed(&block[done..]) * resampler.channels;
                take(resampler);
            }
        }
        if let Some(end) = end {
            resampler.finish(end);
            while resampler.drain() {
                take(resampler);
            }
        }
        out
    }

    fn resample(from: u32, to: u32, channels: usize, input: &[f32], block: usize) -> Vec<f32> {
        let mut resampler = Resampler::new(from, to, channels, BEST, Edge::Silence).unwrap();
        run(&mut resampler, input, block, Some(Edge::Silence))
    }

    /// RMS of what differs from the sine that it should be, in dB below that sine, away from the edges.
    fn error_db(out: &[f32], hz: f64, rate: u32) -> f64 {
        let edge = 8000.min(out.len() / 4);
        let expected = sine(hz, rate, 0..out.len());
        let middle = edge..out.len() - edge;
        let power = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>();
        let error = power(&mut middle.clone().map(|n| f64::from(out[n]) - f64::from(expected[n])));
        10.0 * (error / power(&mut middle.map(|n| f64::from(expected[n])))).log10()
    }

    #[test]
    fn a_sine_comes_out_as_the_sine_of_the_new_rate_in_phase_and_level() {
        for (from, to, hz) in [
            (44_100, 48_000, 997.0),
            (44_100, 48_000, 20_000.0),
            (48_000, 44_100, 19_000.0),
            (96_000, 44_100, 20_000.0),
            (192_000, 44_100, 20_000.0),
            (44_100, 192_000, 15_000.0),
            (8_000, 48_000, 3_000.0),
            (47_999, 48_000, 1_000.0),
        ] {
            let input = sine(hz, from, 0..from as usize);
            let error = error_db(&resample(from, to, 1, &input, 4096), hz, to);
            // A ratio of large numbers has a filter as long as what is measured here.
            let limit = if from == 47_999 { -120.0 } else { -130.0 };
            assert!(error < limit, "{from} to {to}, {hz} Hz: {error:.1} dB");
        }
    }

    #[test]
    fn what_the_new_rate_cannot_carry_is_gone() {
        for (from, to, hz) in
            [(96_000, 44_100, 23_000.0), (96_000, 44_100, 40_000.0), (192_000, 48_000, 25_000.0)]
        {
            let out = resample(from, to, 1, &sine(hz, from, 0..from as usize), 4096);
            let middle = &out[4000..out.len() - 4000];
            let loudest = middle.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
            assert!(loudest < 0.5e-5, "{hz} Hz of {from} to {to} leaves {loudest}");
        }
    }

    #[test]
    fn the_count_of_frames_is_the_exact_ratio_rounded_up() {
        for (from, to) in [(44_100, 48_000), (48_000, 44_100), (96_000, 44_100), (8_000, 192_000)] {
            for frames in [0_usize, 1, 2, 147, 4115, 4116, 4117, 50_001] {
                let expected = (frames as u64 * u64::from(to)).div_ceil(u64::from(from));
                let out = resample(from, to, 2, &vec![0.25; frames * 2], 1000);
                assert_eq!(out.len() as u64, expected * 2, "{frames} frames {from} to {to}");
            }
        }
    }

    #[test]
    fn the_cut_into_blocks_does_not_matter_and_channels_stay_apart() {
        let left = sine(440.0, 44_100, 0..20_000);
        let both: Vec<f32> = left.iter().flat_map(|sample| [*sample, 0.0]).collect();
        let whole = resample(44_100, 48_000, 2, &both, 20_000);
        for block in [1, 17, 512, 4096] {
            assert_eq!(resample(44_100, 48_000, 2, &both, block), whole);
        }
        assert!(whole.chunks_exact(2).all(|frame| frame[1] == 0.0));
    }

    #[test]
    fn a_beginning_lies_where_its_first_frame_lies_in_time() {
        let mut resampler = Resampler::new(44_100, 48_000, 1, BEST, Edge::Silence).unwrap();
        run(&mut resampler, &[0.0; 1000], 100, None);
        assert_eq!(resampler.boundary(), 1089);
        assert_eq!(1000 * 48_000 / 44_100, 1088);
    }

    /// Two resamplers meet in the middle of a sine: with joined edges neither rings.
    #[test]
    fn at_a_joined_edge_a_sine_goes_on() {
        let (from, to, hz) = (44_100, 48_000, 441.0);
        let cut = 30_030;
        let input = sine(hz, from, 0..60_060);
        let mut first = Resampler::new(from, to, 1, BEST, Edge::Silence).unwrap();
        let mut second = Resampler::new(from, to, 1, BEST, Edge::Joined).unwrap();
        let mut out = run(&mut first, &input[..cut], 1000, Some(Edge::Joined));
        let at = out.len();
        // 30,030 * 160 / 147 is no whole number: the second run begins a part of a frame after its grid.
        let shift = at as f64 - cut as f64 * 160.0 / 147.0;
        out.extend(run(&mut second, &input[cut..], 1000, Some(Edge::Silence)));
        for (n, sample) in out.iter().enumerate().take(at + 200).skip(at - 200) {
            let time = if n < at { n as f64 } else { n as f64 - shift };
            let expected = 0.5 * (TAU * hz * time / f64::from(to)).sin();
            let error = (f64::from(*sample) - expected).abs();
            assert!(error < 2e-3, "{error} at {} from the join", n as i64 - at as i64);
        }
    }

    #[test]
    fn short_joined_pieces_and_odd_rates_neither_panic_nor_lose_count() {
        for frames in [0_usize, 1, 2, 3, 2057, 2058, 2059] {
            for (start, end) in [(Edge::Joined, Edge::Joined), (Edge::Silence, Edge::Joined)] {
                let mut resampler = Resampler::new(44_100, 48_000, 1, BEST, start).unwrap();
                let out = run(&mut resampler, &vec![0.5; frames], 100, Some(end));
                assert_eq!(out.len(), (frames * 160).div_ceil(147));
                assert!(out.iter().all(|sample| sample.is_finite()));
            }
        }
        for (from, to) in [(1_000, 768_000), (768_000, 1_000), (767_999, 768_000), (44_101, 47_999)] {
            let mut resampler = Resampler::new(from, to, 2, BEST, Edge::Silence).unwrap();
            assert!(resampler.input.len().max(resampler.output.len()) <= 4 << 17);
            let out = run(&mut resampler, &vec![0.1; 20_000], 999, Some(Edge::Silence));
            let expected = 10_000.0 * f64::from(to) / f64::from(from);
            assert!((out.len() as f64 / 2.0 - expected).abs() < 2.0 + expected * 1e-7);
        }
        assert!(Resampler::new(0, 48_000, 2, BEST, Edge::Silence).is_err());
    }
}
