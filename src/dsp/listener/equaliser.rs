//! The listener's equaliser: filters of second order one behind the other, behind a gain that makes room for what they
//! raise.

use crate::dsp::chain::svf::{Filter, Kind, Svf, cascade};
use crate::dsp::gain::GainRamp;
use crate::model::audio::db_to_gain;
use crate::model::chain::Band;
use crate::model::equaliser::{EqSettings, Equaliser};

/// In which one curve becomes another, seconds.
const RAMP_S: f64 = 0.05;
/// Frames in which filters move in a straight line while a ramp lasts.
const TICK: u64 = 32;
/// Frames after which what is almost nothing becomes nothing.
const FLUSH: u64 = 4096;

type Filters = [Filter; Equaliser::MOST_BANDS];

#[derive(Debug)]
pub struct EqualiserStage {
    filters: Box<[Svf]>,
    channels: usize,
    rate: u32,
    from: Filters,
    to: Filters,
    /// Frames; as many at rest.
    done: u64,
    length: u64,
    preamp: GainRamp,
    worked: u64,
}

impl EqualiserStage {
    pub fn new(rate: u32, channels: usize) -> Self {
        let none = [filter(&Band::default()); Equaliser::MOST_BANDS];
        let filters = none.iter().map(|filter| Svf::new(rate, channels, filter)).collect();
        let preamp = GainRamp::new(1.0, rate);
        Self { filters, channels, rate, from: none, to: none, done: 0, length: 0, preamp, worked: 0 }
    }

    pub fn set(&mut self, settings: &EqSettings) {
        let mut to = [filter(&Band::default()); Equaliser::MOST_BANDS];
        let bands = settings.curve.bands().iter().filter(|_| settings.on);
        to.iter_mut().zip(bands).for_each(|(filter, band)| *filter = self::filter(band));
        let preamp_db = if settings.on { settings.curve.preamp_db() } else { 0.0 };
        self.preamp.set(if preamp_db == 0.0 { 1.0 } else { db_to_gain(preamp_db) });
        if to != self.to {
            self.from = self.now();
            self.to = to;
            (self.done, self.length) = (0, ((f64::from(self.rate) * RAMP_S) as u64).max(1));
        }
    }

    fn now(&self) -> Filters {
        if self.done >= self.length {
            return self.to;
        }
        let way = self.done as f64 / self.length as f64;
        std::array::from_fn(|n| Filter::between(&self.from[n], &self.to[n], way))
    }

    pub fn reset(&mut self) {
        (self.done, self.length, self.worked) = (0, 0, 0);
        self.aim(0);
        self.filters.iter_mut().for_each(Svf::reset);
        self.preamp.jump(self.preamp.target());
    }

    pub fn is_neutral(&self) -> bool {
        let rests = self.done >= self.length && self.preamp.is_unity();
        rests && !self.filters.iter().any(Svf::is_in_use)
    }

    pub fn process(&mut self, samples: &mut [f32]) {
        if self.is_neutral() {
            return;
        }
        self.preamp.process(samples, self.channels);
        let mut rest = samples;
        while !rest.is_empty() {
            let frames = ((rest.len() / self.channels) as u64).min(FLUSH - self.worked % FLUSH);
            let frames = self.begin(frames);
            let (piece, behind) = rest.split_at_mut(frames as usize * self.channels);
            cascade(&mut self.filters, piece, self.channels);
            self.end(frames);
            rest = behind;
        }
    }

    /// Frames, at most so many, that can be worked on now; where a tick begins, the filters are told where it leads.
    fn begin(&mut self, most: u64) -> u64 {
        let left = self.length - self.done.min(self.length);
        if left == 0 {
            return most;
        }
        let into = self.done % TICK;
        if into == 0 {
            let tick = TICK.min(left);
            let done = self.done;
            self.done += tick;
            self.aim(tick as usize);
            self.done = done;
        }
        most.min((TICK - into).min(left))
    }

    fn end(&mut self, frames: u64) {
        self.worked += frames;
        if self.done < self.length {
            self.done += frames;
            if self.done >= self.length {
                self.aim(0);
            }
        }
        if self.worked.is_multiple_of(FLUSH) {
            self.filters.iter_mut().for_each(Svf::flush);
        }
    }

    fn aim(&mut self, frames: usize) {
        let now = self.now();
        self.filters.iter_mut().zip(&now).for_each(|(svf, filter)| svf.aim(filter, frames));
    }
}

fn filter(band: &Band) -> Filter {
    let (hz, q) = (f64::from(band.hz), f64::from(band.q));
    Filter { kind: Kind::Band(band.shape), hz, q, amount: f64::from(band.gain_db) }
}
