//! Overtones of what lies below a frequency, added above it: the low part is bent, fourfold oversampled, and of what comes
//! of it only what lies above is added. The bend goes with the level (followed in 10 ms), so loud and soft sound get the
//! same share. The sound itself passes as it is, delayed.

use super::frames::{Delay, MOST_FRAMES, apply_line, gather, scatter};
use super::line::Line;
use super::oversample::{History, Oversampler, REACH, TIMES};
use super::svf::{Filter, Kind, Svf, cascade};
use fearless_simd::{Level, Simd, dispatch};

const TAPS: usize = 16;
type Four = Oversampler<TAPS>;
const FOLLOW_S: f64 = 0.01;
/// Qualities that make Butterworth filters of order 4 and 6 of pairs of poles.
const ORDER_4: [f64; 2] = [0.541_196_1, 1.306_562_96];
const ORDER_6: [f64; 3] = [0.517_638_1, std::f64::consts::FRAC_1_SQRT_2, 1.931_851_65];
/// Samples below this are silence, and above that as loud as that.
const NOTHING: f32 = 1e-15;
const HUGE: f32 = 1e6;

/// Where overtones begin, and the share of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overtones {
    pub above_hz: f64,
    pub amount: f64,
}

impl Overtones {
    /// On the way from one to another, 0 to 1.
    pub fn between(from: &Self, to: &Self, way: f64) -> Self {
        let amount = from.amount + (to.amount - from.amount) * way;
        let above_hz = if from.amount == 0.0 {
            to.above_hz
        } else if to.amount == 0.0 {
            from.above_hz
        } else {
            from.above_hz * (to.above_hz / from.above_hz).powf(way)
        };
        Self { above_hz, amount }
    }

    fn low(&self) -> [Filter; 2] {
        ORDER_4.map(|q| Filter { kind: Kind::LowPass, hz: self.above_hz, q, amount: 1.0 })
    }

    fn high(&self) -> [Filter; 3] {
        ORDER_6.map(|q| Filter { kind: Kind::HighPass, hz: self.above_hz, q, amount: 1.0 })
    }
}

#[derive(Debug)]
pub struct Exciter {
    count: usize,
    amount: Line<1>,
    low: [Svf; 2],
    high: [Svf; 3],
    oversampler: Four,
    delay: Delay,
    follow: f32,
    channels: Box<[Channel]>,
    /// The low part, then the overtones, interleaved.
    part: Box<[f32]>,
    levels: Box<[f32]>,
    plain: Box<[f32]>,
}

#[derive(Debug, Clone)]
struct Channel {
    low: History,
    /// At four points a sample, and at two.
    bent: [History; TIMES],
    halved: [History; 2],
    /// Mean square.
    power: f32,
}

impl Exciter {
    /// Frames by which samples are later.
    pub const DELAY: usize = Four::DELAY;

    pub fn new(rate: u32, channels: usize, overtones: &Overtones) -> Self {
        let channel = Channel {
            low: History::new(Four::BEFORE_UP),
            bent: std::array::from_fn(|_| History::new(REACH)),
            halved: std::array::from_fn(|_| History::new(Four::BEFORE_DOWN)),
            power: 0.0,
        };
        Self {
            count: channels,
            amount: Line::at([overtones.amount]),
            low: overtones.low().map(|filter| Svf::new(rate, channels, &filter)),
            high: overtones.high().map(|filter| Svf::new(rate, channels, &filter)),
            oversampler: Oversampler::new(),
            delay: Delay::new(Self::DELAY, channels),
            follow: (1.0 - (-1.0 / (FOLLOW_S * f64::from(rate.max(1)))).exp()) as f32,
            channels: vec![channel; channels].into(),
            part: vec![0.0; MOST_FRAMES * channels].into(),
            levels: vec![0.0; MOST_FRAMES].into(),
            plain: vec![0.0; MOST_FRAMES].into(),
        }
    }

    pub fn aim(&mut self, overtones: &Overtones, frames: usize) {
        let was = self.is_in_use();
        self.amount.aim([overtones.amount], frames);
        self.low.iter_mut().zip(overtones.low()).for_each(|(svf, filter)| svf.aim(&filter, frames));
        self.high.iter_mut().zip(overtones.high()).for_each(|(svf, filter)| svf.aim(&filter, frames));
        if was && !self.is_in_use() {
            self.reset_overtones();
        }
    }

    fn is_in_use(&self) -> bool {
        self.amount.is_moving() || self.amount.now() != [0.0]
    }

    pub fn process(&mut self, samples: &mut [f32]) {
        if !self.is_in_use() {
            self.delay.process(samples);
            return;
        }
        let part = &mut self.part[..samples.len()];
        part.copy_from_slice(samples);
        self.delay.process(samples);
        cascade(&mut self.low, part, self.count);
        for channel in 0..self.count {
            dispatch!(Level::new(), simd => self.bend(simd, channel, samples.len() / self.count));
        }
        let part = &mut self.part[..samples.len()];
        cascade(&mut self.high, part, self.count);
        apply_line(part, self.count, &mut self.amount);
        samples.iter_mut().zip(part).for_each(|(sample, more)| *sample += *more);
    }

    /// The low part of a channel becomes its overtones.
    #[inline(always)]
    fn bend<S: Simd>(&mut self, simd: S, channel: usize, frames: usize) {
        let Channel { low, bent, halved, power } = &mut self.channels[channel];
        let part = &mut self.part[..frames * self.count];
        let levels = &mut self.levels[..frames];
        let new = low.new_frames(0, frames);
        gather(part, channel, self.count, new);
        *power = smooth(new, levels, *power, self.follow);
        self.oversampler.up(
            simd,
            low.window(0, frames),
            bent.each_mut().map(|bent| bent.new_frames(0, frames)),
        );
        for bent in bent.iter_mut() {
            let points = bent.new_frames(0, frames).iter_mut().zip(&*levels);
            points.for_each(|(point, power)| *point = curve(*point, *power));
        }
        let points = bent.each_ref().map(|bent| bent.window(0, frames));
        let [whole, half] = halved.each_mut().map(|halved| halved.new_frames(0, frames));
        self.oversampler.halve(points, whole, half);
        let [whole, half] = halved.each_ref().map(|halved| halved.window(0, frames));
        let plain = &mut self.plain[..frames];
        self.oversampler.down(simd, whole, half, plain);
        scatter(plain, channel, self.count, part);
        bent.iter_mut().chain(halved).for_each(|history| history.pass(frames));
        low.pass(frames);
    }

    fn reset_overtones(&mut self) {
        self.low.iter_mut().chain(&mut self.high).for_each(Svf::reset);
        for channel in &mut self.channels {
            channel.low.reset();
            channel.bent.iter_mut().chain(&mut channel.halved).for_each(History::reset);
            channel.power = 0.0;
        }
    }

    pub fn reset(&mut self) {
        self.reset_overtones();
        self.delay.reset();
    }

    pub fn flush(&mut self) {
        self.low.iter_mut().chain(&mut self.high).for_each(Svf::flush);
        let all = self.channels.iter_mut().filter(|channel| channel.power < NOTHING * NOTHING);
        all.for_each(|channel| channel.power = 0.0);
    }
}

/// Samples are held to what can be worked with; their power is followed. Tells what it came to.
#[inline(always)]
fn smooth(samples: &mut [f32], powers: &mut [f32], mut now: f32, follow: f32) -> f32 {
    let keep = 1.0 - follow;
    for (sample, power) in samples.iter_mut().zip(powers) {
        *sample = if sample.abs() < NOTHING { 0.0 } else { sample.clamp(-HUGE, HUGE) };
        now = now * keep + *sample * *sample * follow;
        *power = now;
    }
    now
}

/// Even and odd overtones of a value at this mean square: as a square and a cube below that level, never above the value
/// itself.
#[inline(always)]
fn curve(value: f32, power: f32) -> f32 {
    let square = value * value;
    let level = power.sqrt();
    square / (power + square + NOTHING * NOTHING) * (level + value)
}
