//! The tone brought to that of a reference: a response of minimum phase for the middle, another one for the side, by
//! convolution. One response fades over to the next; what each makes of the sound is mixed frame by frame.
//!
//! Minimum phase by the real cepstrum, folded (A. V. Oppenheim and R. W. Schafer, "Discrete-Time Signal Processing", 3rd
//! edition, §13.5).

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::frames::{gather, scatter};
use crate::dsp::convolve::{Convolver, Echo, PART, Response};
use crate::model::chain::{Matching as Curves, THIRDS};

/// Least length of a response in seconds; the next power of two is taken: 8192 taps, lines of 5 Hz, at 44.1 and 48 kHz.
const LENGTH_S: f64 = 0.12;
/// The cepstrum is so much longer than the response that what folds over is nothing.
const LONGER: usize = 2;
/// Most of a curve either way, dB.
const MOST_DB: f32 = 40.0;

/// See the module's head.
#[derive(Debug)]
pub struct Matching {
    channels: usize,
    design: Design,
    /// What is asked for.
    asked: Curves,
    /// Responses of the middle and the side, before and after the fade.
    from: [Response; 2],
    to: [Response; 2],
    /// `from` and `to` change nothing.
    is_through: [bool; 2],
    /// Frames of the fade; the same at rest.
    done: u64,
    length: u64,
    lines: Box<[Line]>,
    buffers: Buffers,
}

/// A channel, or the middle or the side of two.
#[derive(Debug)]
struct Line {
    sound: Convolver,
    from: Echo,
    to: Echo,
}

#[derive(Debug)]
struct Buffers {
    alone: Box<[f32]>,
    middle: Box<[f32]>,
    from: Box<[f32]>,
    to: Box<[f32]>,
}

impl Matching {
    pub fn new(rate: u32, channels: usize, asked: &Curves) -> Self {
        let design = Design::new(rate);
        let taps = design.taps();
        let line = || Line { sound: Convolver::new(taps), from: Echo::default(), to: Echo::default() };
        let responses = || [Response::through(taps), Response::through(taps)];
        let buffer = || vec![0.0; PART].into();
        let mut matching = Self {
            channels,
            asked: Curves::default(),
            from: responses(),
            to: responses(),
            is_through: [true, true],
            done: 0,
            length: 0,
            lines: (0..channels).map(|_| line()).collect(),
            buffers: Buffers { alone: buffer(), middle: buffer(), from: buffer(), to: buffer() },
            design,
        };
        matching.set(asked, 0);
        matching
    }

    /// Is so after so many frames; with 0, now.
    pub fn set(&mut self, asked: &Curves, frames: u64) {
        if *asked == self.asked {
            return;
        }
        if !self.is_in_use() {
            self.reset();
        }
        if self.is_at_rest() {
            std::mem::swap(&mut self.from, &mut self.to);
            self.lines.iter_mut().for_each(|line| std::mem::swap(&mut line.from, &mut line.to));
            self.is_through[0] = self.is_through[1];
        } else {
            self.stop_between();
        }
        self.asked = *asked;
        self.is_through[1] = asked.is_flat();
        for (response, curve) in self.to.iter_mut().zip([&asked.mid_db, &asked.side_db]) {
            response.set(self.design.taps_of(curve));
        }
        for (place, line) in self.lines.iter_mut().enumerate() {
            line.sound.echo(&self.to[which(place, self.channels)], &mut line.to);
        }
        (self.done, self.length) = (0, frames);
        if frames == 0 {
            self.jump();
        }
    }

    /// Where the fade stands becomes where the next begins.
    fn stop_between(&mut self) {
        let way = self.way();
        self.from.iter_mut().zip(&self.to).for_each(|(from, to)| from.approach(to, way));
        self.lines.iter_mut().for_each(|line| line.from.approach(&line.to, way));
        self.is_through[0] &= self.is_through[1];
    }

    pub fn jump(&mut self) {
        self.done = self.length;
    }

    fn is_at_rest(&self) -> bool {
        self.done >= self.length
    }

    fn way(&self) -> f32 {
        if self.is_at_rest() { 1.0 } else { (self.done as f64 / self.length as f64) as f32 }
    }

    fn is_in_use(&self) -> bool {
        let [from, to] = self.is_through;
        !to || !from && !self.is_at_rest()
    }

    pub fn process(&mut self, samples: &mut [f32]) {
        let mut rest = samples;
        while !rest.is_empty() && self.is_in_use() {
            // To where a part is full or the fade is over, which is the same however frames are cut into blocks.
            let room = self.lines[0].sound.room();
            let left = if self.is_at_rest() { usize::MAX } else { (self.length - self.done) as usize };
            let frames = (rest.len() / self.channels).min(room).min(left);
            let (now, later) = std::mem::take(&mut rest).split_at_mut(frames * self.channels);
            if self.channels == 2 {
                self.middle_and_side(now)
            } else {
                self.each(now)
            }
            self.done = self.done.saturating_add(frames as u64).min(self.length);
            self.turn();
            rest = later;
        }
    }

    fn middle_and_side(&mut self, samples: &mut [f32]) {
        let frames = samples.as_chunks_mut::<2>().0;
        let alone = self.buffers.alone.iter_mut().zip(&*frames);
        alone.for_each(|(middle, [left, right])| *middle = left * 0.5 + right * 0.5);
        self.line(0, 0, frames.len());
        self.buffers.middle.copy_from_slice(&self.buffers.from);
        let alone = self.buffers.alone.iter_mut().zip(&*frames);
        alone.for_each(|(side, [left, right])| *side = left * 0.5 - right * 0.5);
        self.line(1, 1, frames.len());
        let both = self.buffers.middle.iter().zip(&self.buffers.from);
        frames
            .iter_mut()
            .zip(both)
            .for_each(|(frame, (middle, side))| *frame = [middle + side, middle - side]);
    }

    fn each(&mut self, samples: &mut [f32]) {
        let frames = samples.len() / self.channels;
        for channel in 0..self.channels {
            gather(samples, channel, self.channels, &mut self.buffers.alone[..frames]);
            self.line(channel, 0, frames);
            scatter(&self.buffers.from[..frames], channel, self.channels, samples);
        }
    }

    /// From `alone` into `from`.
    fn line(&mut self, place: usize, which: usize, frames: usize) {
        let (line, buffers) = (&mut self.lines[place], &mut self.buffers);
        line.sound.push(&buffers.alone[..frames]);
        let to = &mut buffers.to[..frames];
        line.sound.hear(&self.to[which], &line.to, to);
        let from = &mut buffers.from[..frames];
        if self.done >= self.length {
            from.copy_from_slice(to);
            return;
        }
        line.sound.hear(&self.from[which], &line.from, from);
        let step = 1.0 / self.length as f64;
        for (n, (from, to)) in from.iter_mut().zip(&*to).enumerate() {
            let way = ((self.done + n as u64 + 1) as f64 * step) as f32;
            *from += (to - *from) * way;
        }
    }

    fn turn(&mut self) {
        if !self.lines[0].sound.is_full() {
            return;
        }
        let fades = !self.is_at_rest();
        for (place, line) in self.lines.iter_mut().enumerate() {
            let which = which(place, self.channels);
            line.sound.turn();
            line.sound.echo(&self.to[which], &mut line.to);
            if fades {
                line.sound.echo(&self.from[which], &mut line.from);
            }
        }
    }

    /// Forgets what was heard.
    pub fn reset(&mut self) {
        for line in &mut self.lines {
            line.sound.reset();
            line.from.reset();
            line.to.reset();
        }
    }
}

/// The response of a line: the middle's but for the side.
fn which(line: usize, channels: usize) -> usize {
    usize::from(channels == 2 && line == 1)
}

/// From a curve of dB to the taps of a response of minimum phase. Allocates once.
struct Design {
    rate: u32,
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    time: Box<[f32]>,
    lines: Box<[Complex32]>,
    scratch: Box<[Complex32]>,
}

impl Design {
    fn new(rate: u32) -> Self {
        let taps = (f64::from(rate) * LENGTH_S).max(PART as f64) as usize;
        let length = taps.next_power_of_two() * LONGER;
        let mut planner = RealFftPlanner::new();
        let (forward, inverse) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
        let scratch = forward.get_scratch_len().max(inverse.get_scratch_len());
        Self {
            rate,
            forward,
            inverse,
            time: vec![0.0; length].into(),
            lines: vec![Complex32::ZERO; length / 2 + 1].into(),
            scratch: vec![Complex32::ZERO; scratch].into(),
        }
    }

    fn taps(&self) -> usize {
        self.time.len() / LONGER
    }

    fn taps_of(&mut self, curve: &[f32; THIRDS]) -> &[f32] {
        let (length, taps) = (self.time.len(), self.taps());
        if curve.iter().all(|db| *db == 0.0) {
            self.time.fill(0.0);
            self.time[0] = 1.0;
            return &self.time[..taps];
        }
        let scale = 1.0 / length as f32;
        for (line, slot) in self.lines.iter_mut().enumerate() {
            let hz = line as f64 * f64::from(self.rate) / length as f64;
            let db = Curves::at(curve, hz as f32);
            let db = if db.is_finite() { db.clamp(-MOST_DB, MOST_DB) } else { 0.0 };
            *slot = Complex32::new(db * (std::f32::consts::LN_10 / 20.0) * scale, 0.0);
        }
        self.wave();
        // What lies before zero is laid over what lies behind it.
        self.time[1..length / 2].iter_mut().for_each(|value| *value *= 2.0);
        self.time[length / 2 + 1..].fill(0.0);
        let _ = self.forward.process_with_scratch(&mut self.time, &mut self.lines, &mut self.scratch);
        self.lines.iter_mut().for_each(|line| *line = line.exp() * scale);
        self.wave();
        let fades = taps / 4;
        for (n, tap) in self.time[taps - fades..taps].iter_mut().enumerate() {
            *tap *= 0.5 + 0.5 * (std::f32::consts::PI * (n as f32 + 0.5) / fades as f32).cos();
        }
        &self.time[..taps]
    }

    fn wave(&mut self) {
        if let [first, .., last] = &mut *self.lines {
            (first.im, last.im) = (0.0, 0.0);
        }
        let _ = self.inverse.process_with_scratch(&mut self.lines, &mut self.time, &mut self.scratch);
    }
}

impl std::fmt::Debug for Design {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Design of {} taps at {} Hz", self.taps(), self.rate)
    }
}
