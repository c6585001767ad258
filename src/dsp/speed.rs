//! Faster or slower at the same pitch, by overlap-add of similar waveforms: sound is copied as it is until it has run
//! ahead of or behind its time, then it is cross-faded into the place near its time whose waveform goes on most alike
//! (Verhelst and Roelands, "An overlap-add technique based on waveform similarity (WSOLA)", ICASSP 1993; splices only
//! where they are due, as in Hejna and Musicus, "The SOLAFS time-scale modification algorithm", 1991). A splice repeats
//! or leaves out what lies between its ends, so it waits while an onset lies there. Called by `engine::render`.

use std::ops::RangeInclusive;

/// Slowest and fastest.
pub const SPEEDS: RangeInclusive<f64> = 0.5..=2.0;

/// Off its time by so much, the sound is spliced; while onsets forbid it, not beyond the second. In seconds.
const SPLICE_S: f64 = 0.03;
const LATEST_S: f64 = 0.1;
/// How far around the right time a similar place is looked for: both ways together a period of 42 Hz.
const REACH_S: f64 = 0.012;
/// Length of a cross-fade, and of what is compared.
const FADE_S: f64 = 0.012;
/// Copied at a time.
const STEP_S: f64 = 0.005;
/// An onset is a piece so long with so many times the power of the pieces before it, of the signal's differences.
const PIECE_S: f64 = 0.001;
const ONSET_RATIO: f32 = 8.0;
const PIECES_BEFORE: usize = 10;
/// Power of differences that is silence.
const SILENCE: f32 = 1e-9;
/// Waveforms are compared at about this rate first, in Hz.
const COARSE_RATE: u32 = 16_000;

/// See the module's head. Frames are fed, become ready, are consumed; in all exactly as many come out as the speed
/// makes of those that went in, rounded up. At speed 1 every sample passes as it is.
#[derive(Debug)]
pub struct Speed {
    channels: usize,
    lengths: Lengths,
    speed: f64,
    /// Where the speed began to hold: input frame and output frame.
    since: (f64, u64),
    /// Input from frame `start` on, interleaved, and folded to one channel for comparing.
    input: Vec<f32>,
    mono: Vec<f32>,
    start: u64,
    /// Frames fed; the last of them are in `input`.
    fed: u64,
    /// Input frame that goes on what was put out last.
    next: u64,
    /// Output frames made.
    made: u64,
    output: Vec<f32>,
    ready: std::ops::Range<usize>,
    finished: bool,
}

/// The times of above in frames.
#[derive(Debug, Clone, Copy)]
struct Lengths {
    splice: f64,
    latest: f64,
    reach: u64,
    fade: usize,
    step: usize,
    piece: usize,
    /// Frames from one compared to the next in the first look.
    coarse: usize,
}

impl Lengths {
    fn new(rate: u32) -> Self {
        let rate = rate.max(1);
        let frames = |seconds: f64| (seconds * f64::from(rate)).round().max(2.0);
        Self {
            splice: frames(SPLICE_S),
            latest: frames(LATEST_S),
            reach: frames(REACH_S) as u64,
            fade: frames(FADE_S) as usize,
            step: frames(STEP_S) as usize,
            piece: frames(PIECE_S) as usize,
            coarse: (rate / COARSE_RATE).max(1) as usize,
        }
    }

    /// Frames kept on either side of the one that goes on.
    fn side(&self) -> usize {
        let onsets = (PIECES_BEFORE + 2) * self.piece;
        (self.latest + self.splice) as usize + self.reach as usize + 6 * self.fade + self.step + onsets
    }

    /// Frames of input that are held at most: old ones go when they are as many as a side.
    fn room(&self) -> usize {
        4 * self.side()
    }
}

/// A place to go on at.
struct Splice {
    at: u64,
    /// How alike the waveforms are, -1 to 1.
    likeness: f32,
}

impl Speed {
    /// `speed`: input frames for each output frame, see [`Self::set_speed`].
    pub fn new(rate: u32, channels: usize, speed: f64) -> Self {
        let (channels, lengths) = (channels.max(1), Lengths::new(rate));
        let room = lengths.room();
        let most = lengths.step.max(lengths.fade);
        Self {
            channels,
            lengths,
            speed: within(speed).unwrap_or(1.0),
            since: (0.0, 0),
            input: Vec::with_capacity(room * channels),
            mono: Vec::with_capacity(room),
            start: 0,
            fed: 0,
            next: 0,
            made: 0,
            output: vec![0.0; most * channels],
            ready: 0..0,
            finished: false,
        }
    }

    /// Holds from the next frame made on; brought within [`SPEEDS`]. What is no number changes nothing.
    pub fn set_speed(&mut self, speed: f64) {
        if let Some(speed) = within(speed) {
            self.since = (self.due(), self.made);
            self.speed = speed;
        }
    }

    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// Output frames before the frame that is fed next, at the speed of now: where a track begins whose first frame that
    /// is. What is heard there may be off by up to 42 ms (more where onsets follow each other closely).
    pub fn boundary(&self) -> u64 {
        let left = (self.fed as f64 - self.since.0).max(0.0);
        self.since.1 + (left / self.speed).ceil() as u64
    }

    /// Input frame whose time it is at the next output frame to be consumed.
    pub fn position(&self) -> f64 {
        self.due() - self.ready.len() as f64 * self.speed
    }

    /// Takes frames until some are ready; returns the frames taken. Takes none while frames are ready or after
    /// [`Self::finish`].
    pub fn feed(&mut self, samples: &[f32]) -> usize {
        let all = if self.finished { 0 } else { samples.len() / self.channels };
        let mut taken = 0;
        while self.ready.is_empty() && taken < all {
            let frames = self.push(&samples[taken * self.channels..all * self.channels]);
            taken += frames;
            self.step();
            if frames == 0 {
                break;
            }
        }
        taken
    }

    /// Frames that are ready, interleaved.
    pub fn ready(&self) -> &[f32] {
        &self.output[self.ready.start * self.channels..self.ready.end * self.channels]
    }

    /// Takes so many of the ready frames away, and makes more ready where that needs no more input.
    pub fn consume(&mut self, frames: usize) {
        self.ready.start = self.ready.start.saturating_add(frames).min(self.ready.end);
        if self.ready.is_empty() && !self.finished {
            self.step();
        }
    }

    /// No more will be fed: what is still inside is to be had by [`Self::drain`].
    pub fn finish(&mut self) {
        self.finished = true;
    }

    /// After [`Self::finish`]: makes the next frames ready; `false` when all were made.
    pub fn drain(&mut self) -> bool {
        if self.finished && self.ready.is_empty() {
            self.step();
        }
        !self.ready.is_empty()
    }

    /// What was fed is void: the next frame is a beginning. The speed stays.
    pub fn reset(&mut self) {
        self.input.clear();
        self.mono.clear();
        self.since = (0.0, 0);
        (self.start, self.fed, self.next, self.made, self.finished) = (0, 0, 0, 0, false);
        self.ready = 0..0;
    }

    /// Input frame whose time it is at the next output frame made.
    fn due(&self) -> f64 {
        self.since.0 + (self.made - self.since.1) as f64 * self.speed
    }

    /// Takes frames as far as there is room, a step at a time.
    fn push(&mut self, samples: &[f32]) -> usize {
        let room = self.lengths.room() - self.mono.len();
        let frames = (samples.len() / self.channels).min(self.lengths.step).min(room);
        let new = &samples[..frames * self.channels];
        self.input.extend_from_slice(new);
        // Weighted unlike: what is of opposite sign in two channels must not vanish.
        let fold =
            |frame: &[f32]| frame.iter().zip(1_u8..).map(|(sample, n)| sample / f32::from(n)).sum::<f32>();
        self.mono.extend(new.chunks_exact(self.channels).map(fold));
        self.fed += frames as u64;
        frames
    }

    /// Makes frames ready where the input that is there decides which.
    fn step(&mut self) {
        self.forget();
        let left = if self.finished { self.boundary().saturating_sub(self.made) } else { u64::MAX };
        let left = usize::try_from(left).unwrap_or(usize::MAX);
        let ahead = self.next as f64 - self.due();
        let splice = match ahead.abs() >= self.lengths.splice {
            _ if left == 0 => return,
            _ if left <= self.ending() => self.last_splice(left),
            true if !self.is_decided() => return,
            true => self.find(ahead),
            false => None,
        };
        match splice {
            Some(splice) => self.splice(&splice, left),
            None => self.copy(left),
        }
    }

    /// So many frames before the end the sound is spliced to end with its input. They are held back until the end is
    /// known.
    fn ending(&self) -> usize {
        4 * self.lengths.fade
    }

    /// No onset is left out or repeated for it: rather the very end is.
    fn last_splice(&self, left: usize) -> Option<Splice> {
        let at = self.fed.saturating_sub(left as u64).max(self.start);
        let (fade, step) = (self.lengths.fade as u64, self.lengths.step as u64);
        let at = if at > self.next {
            self.first_onset(self.next, at + fade).is_none().then_some(at)
        } else {
            let after = self.last_onset(at, self.next + fade).map_or(at, |onset| onset.max(at));
            let is_over = self.next + fade + step > self.fed;
            (after == at || (is_over && after + step < self.next)).then_some(after)
        };
        at.filter(|at| *at != self.next).map(|at| self.judge(at, 1))
    }

    /// Whether all is there that the choice of a splice looks at.
    fn is_decided(&self) -> bool {
        let furthest = self.next.max(self.due() as u64) + self.lengths.reach;
        let seen = furthest + 2 * self.lengths.fade as u64 + self.lengths.piece as u64;
        self.finished || self.fed >= seen
    }

    /// Drops input that nothing reaches back to, now and then.
    fn forget(&mut self) {
        let oldest = (self.next as f64).min(self.due()) as u64;
        let keep = oldest.saturating_sub(self.lengths.side() as u64).min(self.fed);
        let frames = usize::try_from(keep.saturating_sub(self.start)).unwrap_or(0).min(self.mono.len());
        if frames >= self.lengths.side() {
            self.input.drain(..frames * self.channels);
            self.mono.drain(..frames);
            self.start += frames as u64;
        }
    }

    fn copy(&mut self, left: usize) {
        let from = usize::try_from(self.next - self.start).unwrap_or(usize::MAX).min(self.mono.len());
        let there = self.mono.len() - from;
        let step = self.lengths.step;
        let frames = match (self.finished, self.is_exact()) {
            // Beyond the end there is silence.
            (true, _) => step.min(left),
            (false, true) => step.min(there),
            (false, false) if there >= step + self.ending() => step,
            (false, false) => 0,
        };
        let sound = frames.min(there) * self.channels;
        self.output[..sound].copy_from_slice(&self.input[from * self.channels..][..sound]);
        self.output[sound..frames * self.channels].fill(0.0);
        self.next += frames as u64;
        self.put(frames);
    }

    /// Nothing is to be spliced.
    fn is_exact(&self) -> bool {
        self.speed == 1.0
    }

    fn put(&mut self, frames: usize) {
        self.ready = 0..frames;
        self.made += frames as u64;
    }

    /// Fades from where the sound would go on to where the splice is. The power stays whatever the likeness.
    fn splice(&mut self, splice: &Splice, left: usize) {
        let frames = self.lengths.fade.min(left);
        for frame in 0..frames {
            let way =
                0.5 - 0.5 * (std::f32::consts::PI * (frame as f32 + 0.5) / self.lengths.fade as f32).cos();
            let power =
                way * way + (1.0 - way) * (1.0 - way) + 2.0 * way * (1.0 - way) * splice.likeness.max(0.0);
            let gain = power.sqrt().recip();
            for channel in 0..self.channels {
                let old = self.sample(self.next + frame as u64, channel);
                let new = self.sample(splice.at + frame as u64, channel);
                self.output[frame * self.channels + channel] = (old + (new - old) * way) * gain;
            }
        }
        self.next = splice.at + frames as u64;
        self.put(frames);
    }

    fn sample(&self, frame: u64, channel: usize) -> f32 {
        let at = frame.checked_sub(self.start).and_then(|frame| usize::try_from(frame).ok());
        at.and_then(|at| self.input.get(at * self.channels + channel)).copied().unwrap_or(0.0)
    }

    /// The best splice, if one may be made here. `ahead`: frames that the sound is before its time.
    fn find(&self, ahead: f64) -> Option<Splice> {
        let due = self.due().max(self.start as f64).round() as u64;
        let (reach, fade) = (self.lengths.reach, self.lengths.fade as u64);
        let forced = ahead.abs() > self.lengths.latest;
        // So much is won at least.
        let least = (self.lengths.splice / 2.0) as u64;
        let (first, last) = if ahead > 0.0 {
            let earliest = due.saturating_sub(reach).max(self.start);
            let after = if forced { None } else { self.last_onset(earliest, self.next + fade) };
            let first = after.map_or(earliest, |onset| onset.max(earliest));
            (first, (first + 2 * reach).min(self.next.saturating_sub(least)))
        } else {
            let latest = due + reach;
            let before = if forced { None } else { self.first_onset(self.next, latest + fade) };
            let last = before.map_or(latest, |onset| latest.min(onset.saturating_sub(fade)));
            (last.saturating_sub(2 * reach).max(self.next + least), last)
        };
        (first <= last).then(|| self.most_alike(first, last))
    }

    /// Coarsely first, then frame by frame around the best.
    fn most_alike(&self, first: u64, last: u64) -> Splice {
        let coarse = self.lengths.coarse;
        let better = |best: Splice, at: u64, step: usize| {
            let splice = self.judge(at, step);
            if splice.likeness > best.likeness { splice } else { best }
        };
        let none = Splice { at: first, likeness: -2.0 };
        let rough = (first..=last).step_by(coarse).fold(none, |best, at| better(best, at, coarse));
        let around = rough.at.saturating_sub(coarse as u64).max(first)..=(rough.at + coarse as u64).min(last);
        around.fold(Splice { likeness: -2.0, ..rough }, |best, at| better(best, at, 1))
    }

    /// Normalised correlation of what goes on at `at` with what would go on.
    fn judge(&self, at: u64, step: usize) -> Splice {
        let old = self.mono_from(self.next);
        let new = self.mono_from(at);
        let frames = old.len().min(new.len()).min(self.lengths.fade);
        let (mut product, mut power_old, mut power_new) = (0.0_f32, 0.0_f32, 0.0_f32);
        for (old, new) in old[..frames].iter().zip(&new[..frames]).step_by(step) {
            product += old * new;
            power_old += old * old;
            power_new += new * new;
        }
        let likeness = product / (power_old * power_new).sqrt().max(f32::MIN_POSITIVE);
        Splice { at, likeness: if likeness.is_finite() { likeness.clamp(-1.0, 1.0) } else { 0.0 } }
    }

    fn mono_from(&self, frame: u64) -> &[f32] {
        let at = usize::try_from(frame.saturating_sub(self.start)).unwrap_or(usize::MAX);
        self.mono.get(at..).unwrap_or_default()
    }

    /// The end of the last piece with an onset that begins between two frames.
    fn last_onset(&self, first: u64, last: u64) -> Option<u64> {
        self.onsets(first, last).last().map(|onset| onset + self.lengths.piece as u64)
    }

    /// The beginning of the first one.
    fn first_onset(&self, first: u64, last: u64) -> Option<u64> {
        self.onsets(first, last).next()
    }

    /// Beginnings of pieces with onsets: those that have a part between two frames. Pieces lie on a fixed grid.
    fn onsets(&self, first: u64, last: u64) -> impl Iterator<Item = u64> {
        let piece = self.lengths.piece as u64;
        let pieces = first / piece..=last / piece;
        pieces.map(move |number| number * piece).filter(|begin| self.is_onset(*begin))
    }

    fn is_onset(&self, begin: u64) -> bool {
        let before = (PIECES_BEFORE * self.lengths.piece) as u64;
        let power = |from: u64, frames: u64| {
            let end = (from + frames).min(self.fed);
            let from = from.max(self.start + 1);
            let sum: f32 = (from..end.max(from)).map(|frame| self.difference(frame).powi(2)).sum();
            sum / frames as f32
        };
        let now = power(begin, self.lengths.piece as u64);
        now > SILENCE && now > ONSET_RATIO * power(begin.saturating_sub(before), before)
    }

    fn difference(&self, frame: u64) -> f32 {
        let at = usize::try_from(frame - self.start).unwrap_or(usize::MAX);
        self.mono.get(at).unwrap_or(&0.0) - self.mono.get(at - 1).unwrap_or(&0.0)
    }
}

fn within(speed: f64) -> Option<f64> {
    (!speed.is_nan()).then(|| speed.clamp(*SPEEDS.start(), *SPEEDS.end()))
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    const RATE: u32 = 48_000;

    fn stretch(samples: &[f32], channels: usize, speed: f64, block: usize) -> Vec<f32> {
        let mut stage = Speed::new(RATE, channels, speed);
        let mut out = Vec::new();
        for block in samples.chunks(block * channels) {
            let mut done = 0;
            while done < block.len() {
                done += stage.feed(&block[done..]) * channels;
                while !stage.ready().is_empty() {
                    out.extend_from_slice(stage.ready());
                    stage.consume(usize::MAX);
                }
            }
        }
        stage.finish();
        while stage.drain() {
            out.extend_from_slice(stage.ready());
            stage.consume(usize::MAX);
        }
        out
    }

    fn sine(hz: f64, frames: usize) -> Vec<f32> {
        (0..frames).map(|n| (0.5 * (TAU * hz * n as f64 / f64::from(RATE)).sin()) as f32).collect()
    }

    fn noise(frames: usize) -> Vec<f32> {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 16_777_216.0 - 0.5
        };
        (0..frames).map(|_| next()).collect()
    }

    /// From the phase of the tone in windows of 50 ms, each against the one before.
    fn frequency(samples: &[f32], hz: f64) -> f64 {
        let phase = |(number, window): (usize, &[f32])| {
            let (mut re, mut im) = (0.0, 0.0);
            for (n, sample) in window.iter().enumerate() {
                let angle = TAU * hz * (number * 2400 + n) as f64 / f64::from(RATE);
                let shape = (TAU / 2.0 * n as f64 / 2400.0).sin().powi(2);
                re += f64::from(*sample) * shape * angle.cos();
                im -= f64::from(*sample) * shape * angle.sin();
            }
            im.atan2(re)
        };
        let phases: Vec<f64> = samples.chunks_exact(2400).enumerate().map(phase).collect();
        let turn = |pair: &[f64]| (pair[1] - pair[0] + TAU / 2.0).rem_euclid(TAU) - TAU / 2.0;
        let turned: f64 = phases.windows(2).map(turn).sum();
        hz + turned / TAU / (0.05 * (phases.len() - 1) as f64)
    }

    #[test]
    fn a_sine_keeps_its_pitch_and_its_level() {
        for speed in [0.5, 0.7, 0.9, 1.1, 1.25, 1.5, 2.0] {
            for hz in [55.0, 220.0, 997.0, 5_000.0] {
                let out = stretch(&sine(hz, 240_000), 1, speed, 4096);
                let middle = &out[4_800..out.len() - 4_800];
                let found = frequency(middle, hz);
                assert!((found / hz - 1.0).abs() < 1e-3, "{hz} Hz at {speed}: {found}");
                for window in middle.chunks_exact(4_800) {
                    let power = window.iter().map(|sample| sample * sample).sum::<f32>() / 4_800.0;
                    assert!((10.0 * (power / 0.125).log10()).abs() < 0.5, "{hz} Hz at {speed}: {power}");
                }
            }
        }
    }

    #[test]
    fn the_count_of_frames_is_the_exact_share() {
        for speed in [0.5, 0.77, 1.0, 1.3, 2.0] {
            for frames in [0, 1, 100, 575, 4_000, 50_000] {
                let out = stretch(&vec![0.25; frames * 2], 2, speed, 1000);
                assert_eq!(out.len(), 2 * (frames as f64 / speed).ceil() as usize, "{frames} at {speed}");
            }
        }
    }

    /// Times in frames of what stands out. Neighbours within 5 ms are one.
    fn clicks(samples: &[f32], level: f32) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        for (n, _) in samples.iter().enumerate().filter(|(_, sample)| sample.abs() > level) {
            if found.last().is_none_or(|last| n - last > 240) {
                found.push(n);
            }
        }
        found
    }

    #[test]
    fn each_click_of_a_train_is_heard_once_in_its_time() {
        for (period, hz) in [(6_000, 0.0), (4_800, 220.0), (12_345, 3_000.0)] {
            let mut samples = sine(hz, 480_000);
            samples.iter_mut().for_each(|sample| *sample *= 0.2);
            let times: Vec<usize> = (3_000..480_000).step_by(period).collect();
            times.iter().for_each(|at| samples[*at] = 0.9);
            for speed in [0.5, 0.8, 1.25, 1.6, 2.0] {
                let out = stretch(&samples, 1, speed, 4096);
                let heard = clicks(&out, 0.4);
                let expected: Vec<usize> = times.iter().map(|at| (*at as f64 / speed) as usize).collect();
                assert_eq!(heard.len(), times.len(), "each {period} at {speed}: {heard:?} for {expected:?}");
                for (heard, at) in heard.iter().zip(&times) {
                    let late = (*heard as f64 - *at as f64 / speed) / f64::from(RATE);
                    assert!(late.abs() < 0.2, "{late} s at {speed}");
                }
            }
        }
    }

    #[test]
    fn at_speed_1_every_bit_passes_without_waiting() {
        let samples = noise(20_000);
        assert_eq!(stretch(&samples, 2, 1.0, 333), samples);
        let mut stage = Speed::new(RATE, 2, 1.0);
        assert_eq!((stage.feed(&samples[..20]), stage.ready()), (10, &samples[..20]));
    }

    #[test]
    fn the_cut_into_blocks_does_not_matter() {
        let samples: Vec<f32> =
            noise(100_000).iter().zip(sine(300.0, 100_000)).map(|(a, b)| a * 0.2 + b).collect();
        for speed in [0.6, 1.7] {
            let whole = stretch(&samples, 2, speed, 100_000);
            for block in [1, 17, 240, 4096] {
                assert!(stretch(&samples, 2, speed, block) == whole, "blocks of {block} at {speed}");
            }
        }
    }

    #[test]
    fn noise_keeps_its_power_and_channels_stay_together() {
        let samples: Vec<f32> = noise(200_000).into_iter().flat_map(|sample| [sample, -sample]).collect();
        for speed in [0.5, 1.9] {
            let out = stretch(&samples, 2, speed, 5_000);
            assert!(out.chunks_exact(2).all(|frame| frame[0] == -frame[1]));
            let power = |samples: &[f32]| {
                samples.iter().map(|x| f64::from(x * x)).sum::<f64>() / samples.len() as f64
            };
            let change = 10.0 * (power(&out) / power(&samples)).log10();
            assert!(change.abs() < 0.5, "{change} dB at {speed}");
        }
    }

    #[test]
    fn a_change_of_speed_keeps_the_place() {
        let mut stage = Speed::new(RATE, 1, 2.0);
        let samples = sine(500.0, 480_000);
        let (mut fed, mut out) = (0, 0);
        while fed < samples.len() {
            fed += stage.feed(&samples[fed..]);
            if out < 48_000 && out + stage.ready().len() >= 48_000 {
                stage.consume(48_000 - out);
                out = 48_000;
                // A second at double speed: two seconds are heard.
                assert!((stage.position() - 96_000.0).abs() < 1e-6, "{}", stage.position());
                stage.set_speed(0.5);
                assert_eq!(stage.speed(), 0.5);
            }
            out += stage.ready().len();
            stage.consume(stage.ready().len());
        }
        assert!(stage.position() <= 480_000.0);
        stage.set_speed(f64::NAN);
        assert_eq!(stage.speed(), 0.5);
        stage.set_speed(9.0);
        assert_eq!(stage.speed(), 2.0);
        stage.reset();
        assert_eq!((stage.position(), stage.boundary(), stage.ready().len()), (0.0, 0, 0));
    }

    #[test]
    fn what_is_no_number_and_any_rate_do_no_harm() {
        for (rate, channels) in [(1_000, 1), (44_100, 6), (768_000, 2)] {
            for speed in [0.5, 2.0] {
                let mut stage = Speed::new(rate, channels, speed);
                let mut samples = noise(60_000 * channels);
                samples[5_000] = f32::NAN;
                samples[9_000] = f32::INFINITY;
                let (mut fed, mut out) = (0, 0);
                while fed < 60_000 {
                    fed += stage.feed(&samples[fed * channels..]);
                    out += stage.ready().len() / channels;
                    stage.consume(usize::MAX);
                }
                stage.finish();
                while stage.drain() {
                    out += stage.ready().len() / channels;
                    stage.consume(usize::MAX);
                }
                assert_eq!(out as f64, 60_000.0 / speed);
            }
        }
    }
}
