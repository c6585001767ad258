//! Keeps the true peak (ITU-R BS.1770-5 Annex 2) below a ceiling by turning the gain down just before it and up again
//! after it, all channels alike. Looks ahead about 5 ms. While nothing exceeds the ceiling every sample passes as it is.
//! Called by `engine::render`.
//!
//! The gain that each frame needs is held over the look-ahead and then averaged over the same length, twice, so that it
//! is down in time and has no corner. Up again goes a short peak quickly; what was limited for long goes up slowly, so
//! that the gain does not follow each wave of a bass. Sums are of integers: they come back to exactly nothing.

use super::chain::frames::apply;
use super::true_peak::{DELAY, MOST_FRAMES, TruePeak};
use crate::model::audio::db_to_gain;
use fearless_simd::{Level, dispatch};

/// The gain's way down, in seconds.
const LOOK_AHEAD_S: f64 = 0.005;
/// Time constants of the way up: after a short peak, and after long limiting, which counts as long by the third.
const FAST_RELEASE_S: f64 = 0.05;
const SLOW_RELEASE_S: f64 = 0.6;
const SLOW_ATTACK_S: f64 = 0.4;
/// Aimed at below the ceiling where it is exceeded, in dB: so much do meters differ about noise near half the rate, and a
/// gain that moves makes small new peaks.
const MARGIN_DB: f32 = 0.3;
/// The whole of a reduction as an integer.
const WHOLE: f64 = (1_u64 << 32) as f64;
/// A reduction that no `f32` gain shows.
const NOTHING: f64 = 1e-8;

/// See the module's head. Frames are fed, become ready, are consumed; as many come out as went in, without delay at the
/// beginning.
#[derive(Debug)]
pub struct Limiter {
    channels: usize,
    ceiling: f32,
    target: f32,
    meter: TruePeak,
    /// Frames of a turn with what is no number taken out, and their levels.
    input: Vec<f32>,
    levels: Vec<f32>,
    last_level: f32,
    hold: Hold,
    release: Release,
    smooth: [Average; 2],
    /// Frames on their way from the meter to the gain, a ring.
    delayed: Vec<f32>,
    delayed_at: usize,
    output: Vec<f32>,
    ready: std::ops::Range<usize>,
    /// Frames still to be left out: what stood in the ring before the first.
    skip: usize,
    /// Frames fed and made ready.
    fed: u64,
    made: u64,
    finished: bool,
    /// Smallest gain of the frames made ready last.
    lowest_gain: f32,
}

impl Limiter {
    /// `ceiling_db`: dB of true peak over full scale (dBTP); -1 is what EBU R 128 asks for.
    pub fn new(rate: u32, channels: usize, ceiling_db: f32) -> Self {
        let channels = channels.max(1);
        let ceiling = db_to_gain(ceiling_db);
        // Two averages over `half` frames reach over `2 * half - 1`.
        let half = ((f64::from(rate) * LOOK_AHEAD_S / 2.0).round() as usize).max(8);
        let hold = 2 * half - 1;
        let latency = DELAY + hold - 1;
        Self {
            channels,
            ceiling,
            target: ceiling * db_to_gain(-MARGIN_DB),
            meter: TruePeak::new(channels),
            input: vec![0.0; MOST_FRAMES * channels],
            levels: vec![0.0; MOST_FRAMES],
            last_level: 0.0,
            hold: Hold::new(hold),
            release: Release::new(rate),
            smooth: [Average::new(half), Average::new(half)],
            delayed: vec![0.0; latency * channels],
            delayed_at: 0,
            output: vec![0.0; MOST_FRAMES * channels],
            ready: 0..0,
            skip: latency,
            fed: 0,
            made: 0,
            finished: false,
            lowest_gain: 1.0,
        }
    }

    /// Frames that are fed before the first becomes ready.
    pub fn latency_frames(&self) -> usize {
        self.delayed.len() / self.channels
    }

    /// Frames fed and not consumed yet.
    pub fn pending(&self) -> u64 {
        self.fed - self.made + self.ready.len() as u64
    }

    /// How far the gain was turned down among the frames made ready last, in dB, 0 or more.
    pub fn gain_reduction_db(&self) -> f32 {
        -20.0 * self.lowest_gain.max(f32::MIN_POSITIVE).log10()
    }

    /// Takes frames until some are ready; returns the frames taken. Takes none while frames are ready or after
    /// [`Self::finish`]. What is not a finite number is taken as silence.
    pub fn feed(&mut self, samples: &[f32]) -> usize {
        let all = if self.finished { 0 } else { samples.len() / self.channels };
        let mut taken = 0;
        while self.ready.is_empty() && taken < all {
            let frames = (all - taken).min(MOST_FRAMES);
            let new = &samples[taken * self.channels..(taken + frames) * self.channels];
            let sound = |sample: &f32| if sample.is_finite() { *sample } else { 0.0 };
            self.input.iter_mut().zip(new).for_each(|(slot, sample)| *slot = sound(sample));
            taken += frames;
            self.fed += frames as u64;
            self.turn(frames);
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
    pub fn finish(&mut self) {
        self.finished = true;
    }

    /// After [`Self::finish`]: makes the next frames ready; `false` when all were made.
    pub fn drain(&mut self) -> bool {
        while self.finished && self.ready.is_empty() && self.made < self.fed {
            self.input.fill(0.0);
            self.turn(MOST_FRAMES);
        }
        !self.ready.is_empty()
    }

    /// What was fed is void: the next frame is a beginning.
    pub fn reset(&mut self) {
        self.meter.reset();
        self.last_level = 0.0;
        self.hold.reset();
        self.release.reset();
        self.smooth.iter_mut().for_each(Average::reset);
        self.delayed.fill(0.0);
        self.ready = 0..0;
        self.skip = self.latency_frames();
        (self.fed, self.made, self.finished, self.lowest_gain) = (0, 0, false, 1.0);
    }

    /// Holds this from the next frame on; the gain gets there without a step. At infinity nothing is limited.
    pub fn set_ceiling_db(&mut self, ceiling_db: f32) {
        self.ceiling = db_to_gain(ceiling_db);
        self.target = self.ceiling * db_to_gain(-MARGIN_DB);
    }

    /// Another way to use it, by itself: as many frames, at most [`MOST_FRAMES`], in place, later by
    /// [`Self::latency_frames`].
    pub(super) fn process(&mut self, samples: &mut [f32]) {
        let frames = samples.len() / self.channels;
        self.input[..samples.len()].copy_from_slice(samples);
        self.work(frames);
        samples.copy_from_slice(&self.output[..samples.len()]);
    }

    /// Works on the first frames of `input` and makes ready what is not to be left out.
    fn turn(&mut self, frames: usize) {
        self.work(frames);
        let skipped = self.skip.min(frames);
        self.skip -= skipped;
        // Beyond the last frame fed there are only those that pushed it out.
        let left = usize::try_from(self.fed - self.made).unwrap_or(usize::MAX);
        self.ready = skipped..frames.min(skipped.saturating_add(left));
        self.made += self.ready.len() as u64;
    }

    fn work(&mut self, frames: usize) {
        let input = &self.input[..frames * self.channels];
        self.meter.measure(input, self.ceiling, &mut self.levels[..frames]);
        self.lowest_gain = 1.0;
        if self.is_idle() && self.levels[..frames].iter().all(|level| *level <= self.ceiling) {
            return self.pass(frames);
        }
        dispatch!(Level::new(), _ => self.turn_down(frames));
    }

    #[inline(always)]
    fn turn_down(&mut self, frames: usize) {
        let mut lowest = 1.0_f32;
        for frame in 0..frames {
            let gain = self.gain(self.levels[frame]);
            lowest = if gain < lowest { gain } else { lowest };
            self.levels[frame] = gain;
        }
        self.lowest_gain = lowest;
        self.delay(frames);
        apply(&mut self.output[..frames * self.channels], self.channels, &self.levels[..frames]);
    }

    /// Whether no gain is on its way down or up.
    fn is_idle(&self) -> bool {
        let still = self.hold.most() == 0.0 && self.release.is_at_rest();
        still && self.last_level <= self.ceiling && self.smooth.iter().all(|average| average.sum == 0)
    }

    /// As [`Self::turn_down`] where every gain is 1.
    fn pass(&mut self, frames: usize) {
        self.last_level = self.levels[..frames].last().copied().unwrap_or(self.last_level);
        self.hold.reset();
        self.delay(frames);
    }

    /// From `input` through the ring to `output`.
    #[inline(always)]
    fn delay(&mut self, frames: usize) {
        let samples = frames * self.channels;
        let mut done = 0;
        while done < samples {
            let count = (samples - done).min(self.delayed.len() - self.delayed_at);
            let ring = &mut self.delayed[self.delayed_at..self.delayed_at + count];
            self.output[done..done + count].copy_from_slice(ring);
            ring.copy_from_slice(&self.input[done..done + count]);
            self.delayed_at = wrapped(self.delayed_at + count, self.delayed.len());
            done += count;
        }
    }

    /// The gain for the frame that leaves the ring as one comes in. `level`: between the frame that the meter tells of and
    /// the one after it; what needs a reduction concerns both.
    #[inline(always)]
    fn gain(&mut self, level: f32) -> f32 {
        let most = level.max(self.last_level);
        self.last_level = level;
        let needed = if most > self.ceiling { 1.0 - f64::from(self.target) / f64::from(most) } else { 0.0 };
        let reduction = self.release.follow(self.hold.push(needed));
        let [first, second] = &mut self.smooth;
        let sum = second.push(first.push(whole(reduction)));
        if sum == 0 {
            return 1.0;
        }
        let whole = WHOLE * (first.len() * second.len()) as f64;
        (1.0 - sum as f64 / whole).max(0.0) as f32
    }
}

/// A reduction as an integer, rounded up: by a conversion, as `ceil` is a call where the processor is not known to have it.
#[inline(always)]
fn whole(reduction: f64) -> u64 {
    let scaled = reduction * WHOLE;
    let below = scaled as i64;
    below.unsigned_abs() + u64::from((below as f64) < scaled)
}

/// A place in a ring that is at most once around too far; division is slow.
#[inline(always)]
fn wrapped(at: usize, size: usize) -> usize {
    if at >= size { at - size } else { at }
}

/// The largest of the last values: those that a later and larger one made void are dropped as it comes (Lemire,
/// "Streaming maximum-minimum filter", 2006).
#[derive(Debug)]
struct Hold {
    /// Count and value, falling from `first` on, a ring.
    values: Box<[(u64, f64)]>,
    first: usize,
    held: usize,
    count: u64,
}

impl Hold {
    fn new(frames: usize) -> Self {
        Self { values: vec![(0, 0.0); frames].into(), first: 0, held: 0, count: 0 }
    }

    fn reset(&mut self) {
        (self.first, self.held, self.count) = (0, 0, 0);
    }

    fn most(&self) -> f64 {
        if self.held > 0 { self.values[self.first].1 } else { 0.0 }
    }

    #[inline(always)]
    fn push(&mut self, value: f64) -> f64 {
        let size = self.values.len();
        if self.held > 0 && self.values[self.first].0 + size as u64 <= self.count {
            self.first = wrapped(self.first + 1, size);
            self.held -= 1;
        }
        while self.held > 0 && self.values[wrapped(self.first + self.held - 1, size)].1 <= value {
            self.held -= 1;
        }
        self.values[wrapped(self.first + self.held, size)] = (self.count, value);
        self.held += 1;
        self.count += 1;
        self.values[self.first].1
    }
}

/// See the module's head.
#[derive(Debug)]
struct Release {
    fast: f64,
    slow: f64,
    fast_keep: f64,
    slow_keep: f64,
    slow_gain: f64,
}

impl Release {
    fn new(rate: u32) -> Self {
        let keep = |seconds: f64| (-1.0 / (seconds * f64::from(rate.max(1)))).exp();
        Self {
            fast: 0.0,
            slow: 0.0,
            fast_keep: keep(FAST_RELEASE_S),
            slow_keep: keep(SLOW_RELEASE_S),
            slow_gain: 1.0 - keep(SLOW_ATTACK_S),
        }
    }

    fn reset(&mut self) {
        (self.fast, self.slow) = (0.0, 0.0);
    }

    fn is_at_rest(&self) -> bool {
        self.fast == 0.0 && self.slow == 0.0
    }

    /// Down at once, up by the slower of the two ways.
    #[inline(always)]
    fn follow(&mut self, reduction: f64) -> f64 {
        self.fast = reduction.max(self.fast * self.fast_keep);
        self.slow = if self.fast > self.slow {
            self.slow + (self.fast - self.slow) * self.slow_gain
        } else {
            self.slow * self.slow_keep
        };
        let most = self.fast.max(self.slow);
        if most < NOTHING {
            self.reset();
            return 0.0;
        }
        most
    }
}

/// The sum of the last values.
#[derive(Debug)]
struct Average {
    values: Box<[u64]>,
    at: usize,
    sum: u64,
}

impl Average {
    fn new(frames: usize) -> Self {
        Self { values: vec![0; frames].into(), at: 0, sum: 0 }
    }

    fn len(&self) -> usize {
        self.values.len()
    }

    fn reset(&mut self) {
        self.values.fill(0);
        self.sum = 0;
    }

    /// At most 2^32 times the frames of two averages at the highest rate: far within 64 bits.
    #[inline(always)]
    fn push(&mut self, value: u64) -> u64 {
        self.sum = self.sum + value - self.values[self.at];
        self.values[self.at] = value;
        self.at = wrapped(self.at + 1, self.values.len());
        self.sum
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::{PI, TAU};

    use realfft::RealFftPlanner;

    use super::*;

    const RATE: u32 = 48_000;

    fn limit(samples: &[f32], channels: usize, block: usize) -> Vec<f32> {
        let mut limiter = Limiter::new(RATE, channels, -1.0);
        let mut out = Vec::new();
        let mut take = |limiter: &mut Limiter| {
            out.extend_from_slice(limiter.ready());
            limiter.consume(usize::MAX);
        };
        for block in samples.chunks(block * channels) {
            let mut done = 0;
            while done < block.len() {
                done += limiter.feed(&block[done..]) * channels;
                take(&mut limiter);
            }
        }
        limiter.finish();
        while limiter.drain() {
            take(&mut limiter);
        }
        out
    }

    /// The band-limited periodic signal through the samples up to 20 kHz, at `times` points a sample: its spectrum is
    /// lengthened with zeros.
    fn interpolated(samples: &[f32], times: usize) -> Vec<f64> {
        let frames = samples.len();
        let mut input: Vec<f64> = samples.iter().copied().map(f64::from).collect();
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(frames);
        let mut bins = forward.make_output_vec();
        forward.process(&mut input, &mut bins).unwrap();
        let inverse = planner.plan_fft_inverse(times * frames);
        let mut wide = inverse.make_input_vec();
        let audible = frames * 20_000 / RATE as usize;
        wide[..audible].copy_from_slice(&bins[..audible]);
        let mut out = inverse.make_output_vec();
        inverse.process(&mut wide, &mut out).unwrap();
        out.iter().map(|value| value / frames as f64).collect()
    }

    fn true_peak_db(samples: &[f32]) -> f64 {
        20.0 * interpolated(samples, 16).iter().fold(0.0_f64, |peak, value| peak.max(value.abs())).log10()
    }

    /// What only an endless filter could see between samples, above 20 kHz, is taken out first.
    fn audible(samples: &[f32]) -> Vec<f32> {
        interpolated(samples, 1).iter().map(|value| *value as f32).collect()
    }

    fn noise(frames: usize, level: f32) -> Vec<f32> {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((state >> 8) as f32 / 8_388_608.0 - 1.0) * level
        };
        (0..frames).map(|_| next()).collect()
    }

    fn tone(pitch: f64, phase: f64, level: f64, frames: usize) -> Vec<f32> {
        // Its ends are soft: what a hard edge rings is no business of this tone's.
        let shape = |n: usize| (n.min(frames - n) as f64 / 1000.0).min(1.0);
        (0..frames).map(|n| (level * shape(n) * (TAU * pitch * n as f64 + phase).sin()) as f32).collect()
    }

    fn with_silence_around(mut samples: Vec<f32>) -> Vec<f32> {
        samples.splice(0..0, vec![0.0; 3000]);
        samples.extend(vec![0.0; 3000]);
        samples
    }

    #[test]
    fn the_ceiling_holds_whatever_comes() {
        let square = |period: usize| -> Vec<f32> {
            (0..24_000).map(|n| if (n / period).is_multiple_of(2) { 1.0 } else { -1.0 }).collect()
        };
        let mut clicks = tone(0.01, 0.0, 0.5, 24_000);
        for (n, at) in (500..23_500).step_by(1777).enumerate() {
            clicks[at] = if n % 2 == 0 { 3.0 } else { -1.5 };
        }
        let cases = [
            ("noise", noise(24_000, 1.0)),
            ("loud noise", noise(24_000, 4.0)),
            ("noise just above", noise(24_000, 0.75)),
            ("square of 480 Hz", square(50)),
            ("square of 6 kHz", square(4)),
            ("square of 50 Hz", square(480)),
            // Samples of 0.707 and 3 dB more between them.
            ("a quarter of the rate at 45 degrees", tone(0.25, PI / 4.0, 1.0, 24_000)),
            ("a third of the rate", tone(1.0 / 3.0, 0.5, 1.5, 24_000)),
            ("a high tone", tone(0.41, 0.3, 2.0, 24_000)),
            ("a bass", tone(50.0 / 48_000.0, 0.0, 2.0, 24_000)),
            ("clicks", clicks),
        ];
        for (name, samples) in cases {
            let samples = audible(&with_silence_around(samples));
            let before = true_peak_db(&samples);
            let out = limit(&samples, 1, 4096);
            let after = true_peak_db(&out);
            assert!(before > -0.9, "{name} needs no limiter: {before} dB");
            assert!(after <= -1.25, "{name}: {after} dB");
            assert!(after > -1.35, "{name} is turned down too far: {after} dB");
        }
    }

    #[test]
    fn below_the_ceiling_every_bit_passes_and_the_count_is_kept() {
        // 0.8 of full scale is -1.94 dB; at a quarter of the rate and 45 degrees the samples are 3 dB lower still.
        for samples in [tone(0.25, PI / 4.0, 0.88, 9_999), tone(0.02, 0.0, 0.8, 9_999), noise(9_999, 0.3)] {
            for channels in [1, 3] {
                let whole = &samples[..samples.len() / channels * channels];
                assert_eq!(limit(whole, channels, 1000), whole);
            }
        }
        for frames in [0, 1, 31, 300, 511, 512, 513, 5000] {
            assert_eq!(limit(&vec![2.0; frames * 2], 2, 77).len(), frames * 2);
        }
    }

    #[test]
    fn after_a_peak_every_bit_passes_again() {
        let mut samples = tone(0.01, 0.0, 0.5, 600_000);
        samples[10_000] = 2.0;
        let out = limit(&samples, 1, 4096);
        assert_eq!(out[..9_000], samples[..9_000]);
        assert!(out[10_000] < 0.9 && out[10_010] < 0.6 * samples[10_010].abs().max(0.01) + 0.3);
        assert_eq!(out[500_000..], samples[500_000..]);
    }

    #[test]
    fn the_cut_into_blocks_does_not_matter() {
        let samples = noise(20_000, 1.5);
        let whole = limit(&samples, 2, 10_000);
        for block in [1, 17, 511, 512, 513] {
            assert_eq!(limit(&samples, 2, block), whole, "blocks of {block}");
        }
    }

    #[test]
    fn all_channels_are_turned_down_alike() {
        let loud = noise(20_000, 2.0);
        let soft = tone(0.01, 0.0, 0.1, 20_000);
        let both: Vec<f32> = loud.iter().zip(&soft).flat_map(|(left, right)| [*left, *right]).collect();
        for (n, frame) in limit(&both, 2, 999).chunks_exact(2).enumerate() {
            let (left, right) = (f64::from(frame[0] / loud[n]), f64::from(frame[1] / soft[n]));
            assert!(soft[n].abs() < 1e-3 || (left - right).abs() < 1e-4, "{left} {right} at {n}");
        }
    }

    #[test]
    fn what_is_no_number_is_silence_and_what_is_huge_does_no_harm() {
        let mut samples = tone(0.01, 0.0, 0.5, 200_000);
        samples[1000] = f32::NAN;
        samples[2000] = f32::INFINITY;
        samples[3000] = f32::NEG_INFINITY;
        samples[4000] = f32::MAX;
        let out = limit(&samples, 1, 4096);
        assert_eq!((out[1000], out[2000], out[3000]), (0.0, 0.0, 0.0));
        assert_eq!(out[..900], samples[..900]);
        assert!(out.iter().all(|sample| sample.is_finite() && sample.abs() <= 0.9));
        assert!(out[190_000..].iter().any(|sample| sample.abs() > 0.49), "it comes back");
    }

    #[test]
    fn a_reset_is_a_beginning_and_meters_tell_the_reduction() {
        let mut limiter = Limiter::new(RATE, 1, -1.0);
        limiter.feed(&tone(0.1, 0.0, 2.0, 3000)[1000..1512]);
        assert!((limiter.gain_reduction_db() - 7.0).abs() < 0.5, "{}", limiter.gain_reduction_db());
        limiter.consume(100);
        let held = 512 - 100;
        assert_eq!(limiter.pending(), held);
        limiter.reset();
        assert_eq!((limiter.pending(), limiter.gain_reduction_db()), (0, 0.0));
        let samples = tone(0.01, 0.0, 0.5, 500);
        limiter.feed(&samples);
        assert_eq!(limiter.ready(), &samples[..500 - limiter.latency_frames()]);
    }

    /// The gain on its way back is a slow change of level, not of shape.
    #[test]
    fn a_sine_right_after_a_peak_stays_a_sine() {
        let mut samples = tone(1000.0 / 48_000.0, 0.0, 0.7, 96_000);
        samples[20_000] = 1.6;
        let out = limit(&samples, 1, 4096);
        // Whole periods from 10 ms after the peak on.
        let part = &out[20_480..20_480 + 4800];
        let level = |hz: f64| {
            let (mut sin, mut cos) = (0.0, 0.0);
            for (n, sample) in part.iter().enumerate() {
                let phase = TAU * hz * n as f64 / 48_000.0;
                sin += f64::from(*sample) * phase.sin();
                cos += f64::from(*sample) * phase.cos();
            }
            sin.hypot(cos)
        };
        let harmonics: f64 = (2..20).map(|n| level(1000.0 * f64::from(n)).powi(2)).sum();
        let distortion = 20.0 * (harmonics.sqrt() / level(1000.0)).log10();
        assert!(distortion < -55.0, "{distortion} dB");
    }

    #[test]
    fn any_rate_and_any_count_of_channels() {
        for (rate, channels) in [(1_000, 1), (8_000, 2), (44_100, 6), (192_000, 2), (768_000, 32)] {
            let mut limiter = Limiter::new(rate, channels, -1.0);
            let frames = 20_000;
            let input = noise(frames * channels, 2.0);
            let (mut fed, mut out) = (0, 0);
            let mut loudest = 0.0_f32;
            loop {
                if fed == frames {
                    limiter.finish();
                    if !limiter.drain() {
                        break;
                    }
                }
                fed += limiter.feed(&input[fed * channels..]);
                out += limiter.ready().len() / channels;
                loudest = limiter.ready().iter().fold(loudest, |peak, sample| peak.max(sample.abs()));
                limiter.consume(usize::MAX);
            }
            assert_eq!(out, frames);
            assert!(loudest <= 0.892 && loudest > 0.4, "{loudest} at {rate} Hz");
        }
    }
}
