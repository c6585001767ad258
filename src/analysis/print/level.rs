//! How the level moves: the share of silence, how the crest changes, how alike the peaks are. From sums over 50 ms.

use crate::model::features::{Absent, Value};

/// Steps a second.
const STEPS_PER_S: u64 = 20;
const STEPS_OF_PEAK: usize = 20;
const STEPS_OF_CREST: usize = 60;
/// dBFS below which a step is silent, and dB below the loudest step.
const SILENT_DB: f64 = -60.0;
const SILENT_BELOW_DB: f64 = -40.0;
/// A track whose loudest 50 ms are not louder holds no sound: dither of 16 bits lies 13 dB below.
const NO_SOUND_DB: f64 = -80.0;
/// What lies so far below the energy's mean is a pause and tells nothing of crest and peaks (as the gate of Tech 3342).
const GATE_DB: f64 = -20.0;
/// Levels are counted in tenths of a dB over this.
const FLOOR_DB: f64 = -150.0;
const LEVELS: usize = 2000;

/// See the module's head. Its memory is tables of levels, whatever the length.
pub struct Level {
    channels: usize,
    rate: u64,
    steps: u64,
    frames: u64,
    step: Step,
    /// The last three seconds, newest last.
    recent: Vec<Step>,
    silence: Box<[u32; LEVELS]>,
    crest: Table,
    peaks: Table,
    energy: f64,
}

#[derive(Clone, Copy, Default)]
struct Step {
    energy: f64,
    samples: u64,
    peak: f32,
}

impl Step {
    fn join(steps: &[Self]) -> Self {
        steps.iter().fold(Self::default(), |all, step| Self {
            energy: all.energy + step.energy,
            samples: all.samples + step.samples,
            peak: all.peak.max(step.peak),
        })
    }

    /// Root mean square, dBFS.
    fn db(self) -> f64 {
        10.0 * (self.energy / self.samples.max(1) as f64).max(f64::MIN_POSITIVE).log10()
    }
}

/// Count, sum and sum of squares of a number, by the level of where it was measured.
struct Table(Box<[(u32, f64, f64)]>);

impl Table {
    fn new() -> Self {
        Self(vec![(0, 0.0, 0.0); LEVELS / 10].into())
    }

    fn add(&mut self, level_db: f64, value: f64) {
        let cell = &mut self.0[place(level_db) / 10];
        *cell = (cell.0 + 1, cell.1 + value, cell.2 + value * value);
    }

    /// Mean and standard deviation of what was measured at no less than a level, if that were at least three.
    fn spread(&self, from_db: f64) -> Value<(f64, f64)> {
        let cells = self.0.iter().skip(place(from_db) / 10);
        let (count, sum, squares) =
            cells.fold((0, 0.0, 0.0), |all, cell| (all.0 + cell.0, all.1 + cell.1, all.2 + cell.2));
        if count < 3 {
            return Err(Absent::TooShort);
        }
        let mean = sum / f64::from(count);
        Ok((mean, (squares / f64::from(count) - mean * mean).max(0.0).sqrt()))
    }
}

fn place(db: f64) -> usize {
    (((db - FLOOR_DB) * 10.0).round().max(0.0) as usize).min(LEVELS - 1)
}

/// What [`Level`] finds.
pub struct Movement {
    pub silence: f32,
    pub crest_variation_db: Value,
    pub peak_consistency: Value,
}

impl Level {
    pub fn new(rate: u32, channels: usize) -> Self {
        Self {
            channels,
            rate: u64::from(rate),
            steps: 0,
            frames: 0,
            step: Step::default(),
            recent: Vec::with_capacity(STEPS_OF_CREST + 1),
            silence: Box::new([0; LEVELS]),
            crest: Table::new(),
            peaks: Table::new(),
            energy: 0.0,
        }
    }

    /// Takes interleaved frames of all channels.
    pub fn push(&mut self, frames: &[f32]) {
        let mut rest = frames;
        while !rest.is_empty() {
            let end = (self.steps + 1) * self.rate / STEPS_PER_S;
            let wanted = (end - self.frames).min((rest.len() / self.channels) as u64);
            let (some, later) = rest.split_at(wanted as usize * self.channels);
            self.add(some);
            self.frames += wanted;
            rest = later;
            if self.frames == end {
                self.end_step();
            }
        }
    }

    fn add(&mut self, samples: &[f32]) {
        // One after the other in f64, so that it does not matter how the frames are cut.
        for sample in samples {
            self.step.energy += f64::from(sample * sample);
            self.step.peak = self.step.peak.max(sample.abs());
        }
        self.step.samples += samples.len() as u64;
    }

    fn end_step(&mut self) {
        let step = std::mem::take(&mut self.step);
        self.steps += 1;
        self.energy += step.energy;
        self.silence[place(step.db())] += 1;
        if self.recent.len() == STEPS_OF_CREST {
            self.recent.remove(0);
        }
        self.recent.push(step);
        if self.steps.is_multiple_of(STEPS_OF_PEAK as u64) {
            self.end_second();
        }
    }

    fn end_second(&mut self) {
        let second = Step::join(&self.recent[self.recent.len() - STEPS_OF_PEAK..]);
        if second.energy > 0.0 {
            self.peaks.add(second.db(), f64::from(second.peak));
        }
        let three = Step::join(&self.recent);
        if self.recent.len() == STEPS_OF_CREST && three.energy > 0.0 {
            let peak_db = 20.0 * f64::from(three.peak).log10();
            self.crest.add(three.db(), peak_db - three.db());
        }
    }

    /// # Errors
    /// [`Absent::Silence`] where nothing can be heard.
    pub fn finish(self) -> Value<Movement> {
        let loudest = self.silence.iter().rposition(|&count| count > 0).ok_or(Absent::TooShort)?;
        if loudest <= place(NO_SOUND_DB) {
            return Err(Absent::Silence);
        }
        let below = place(SILENT_DB).max(loudest.saturating_sub((-SILENT_BELOW_DB * 10.0) as usize));
        let silent: u32 = self.silence[..below].iter().sum();
        let samples = self.frames.max(1) as f64 * self.channels as f64;
        let gate = 10.0 * (self.energy / samples).log10() + GATE_DB;
        let consistency = self.peaks.spread(gate).map(|(mean, std)| (1.0 / (1.0 + std / mean)) as f32);
        Ok(Movement {
            silence: silent as f32 / self.steps as f32,
            crest_variation_db: self.crest.spread(gate).map(|(_, std)| std as f32),
            peak_consistency: consistency,
        })
    }
}
