//! Rhythm of a track of any length: its envelope is taken in sections of ten minutes, each tracked when it is whole, so
//! that memory does not grow. Tempo, regularity, onsets, beats.

use super::beats;
use super::onset::{self, Onsets, PARTS, PER_S, Strength};
use super::tempo::{self, Pulse};
use crate::model::features::{Absent, Value};
use crate::model::fingerprint::Beats;

/// Values of a section: 720 KB.
const SECTION: usize = 600 * PER_S as usize;
/// The tempo at an end is that of so many seconds.
const END_S: f64 = 30.0;
/// Tempos so near are one.
const SAME: f64 = 0.04;

/// See the module's head.
pub struct Rhythm {
    onsets: Onsets,
    /// Rises of the section, and the sum of its levels.
    rises: Vec<[f32; PARTS]>,
    level: f64,
    done: Vec<Section>,
    values: u64,
    onsets_found: u32,
    beats: Option<Beats>,
}

/// What stays of a section that had a pulse.
struct Section {
    bpm: f64,
    confidence: f64,
    strength: f64,
    variation: f64,
    beats: f64,
}

/// What [`Rhythm`] finds.
pub struct Found {
    pub bpm: Value,
    pub tempo_confidence: f32,
    pub stability: Value,
    pub rhythm_confidence: f32,
    pub onsets_per_s: Value,
    pub beats: Value<Beats>,
}

impl Rhythm {
    pub fn new(bins: usize, bin_hz: f64) -> Self {
        Self {
            onsets: Onsets::new(bins, bin_hz),
            rises: Vec::with_capacity(SECTION),
            level: 0.0,
            done: Vec::new(),
            values: 0,
            onsets_found: 0,
            beats: None,
        }
    }

    pub fn push(&mut self, power: &[f32]) {
        let Strength { rises, level } = self.onsets.push(power);
        self.rises.push(rises);
        self.level += f64::from(level);
        if self.rises.len() == SECTION {
            self.end_section();
        }
    }

    fn end_section(&mut self) {
        let start_s = self.values as f64 / f64::from(PER_S);
        self.values += self.rises.len() as u64;
        let level = std::mem::take(&mut self.level) / self.rises.len().max(1) as f64;
        let sums: Vec<f32> = self.rises.iter().map(|parts| parts.iter().sum()).collect();
        self.onsets_found += onset::count(&sums, level as f32);
        if self.rises.len() >= tempo::LEAST
            && let Some(pulse) = tempo::pulse(&self.rises, &sums, level as f32)
        {
            self.keep(&pulse, start_s);
        }
        self.rises.clear();
    }

    fn keep(&mut self, pulse: &Pulse, start_s: f64) {
        let Some(variation) = beats::variation(&pulse.beats) else { return };
        self.done.push(Section {
            bpm: pulse.bpm,
            confidence: pulse.confidence,
            strength: pulse.strength,
            variation,
            beats: pulse.beats.len() as f64,
        });
        let (Some(first), Some(last)) = (pulse.beats.first(), pulse.beats.last()) else { return };
        let per_s = f64::from(PER_S);
        let (first_s, last_s) = (first / per_s, last / per_s);
        let near =
            |from: f64| beats::bpm_between(&pulse.beats, from, from + END_S).unwrap_or(pulse.bpm) as f32;
        let here = Beats {
            count: pulse.beats.len() as u32,
            first_s: (start_s + first_s) as f32,
            last_s: (start_s + last_s) as f32,
            head_bpm: near(first_s),
            tail_bpm: near(last_s - END_S),
        };
        self.beats = Some(self.beats.map_or(here, |before| Beats {
            count: before.count + here.count,
            first_s: before.first_s,
            head_bpm: before.head_bpm,
            ..here
        }));
    }

    pub fn finish(mut self) -> Found {
        if !self.rises.is_empty() {
            self.end_section();
        }
        let seconds = self.values as f64 / f64::from(PER_S);
        let why = if self.values < tempo::LEAST as u64 { Absent::TooShort } else { Absent::Unclear };
        let weight = |section: &Section| section.beats * (section.confidence + 1e-3);
        // The tempo that most beats have; a long mix may have several.
        let alike = |bpm: f64| move |section: &&Section| (section.bpm / bpm - 1.0).abs() <= SAME;
        let support = |bpm: f64| self.done.iter().filter(alike(bpm)).map(weight).sum::<f64>();
        let best = self.done.iter().max_by(|a, b| support(a.bpm).total_cmp(&support(b.bpm)));
        let mean = |number: fn(&Section) -> f64| {
            let all: f64 = self.done.iter().map(weight).sum();
            self.done.iter().map(|section| number(section) * weight(section)).sum::<f64>() / all
        };
        let found = best.map(|best| best.bpm as f32).ok_or(why);
        Found {
            bpm: found,
            tempo_confidence: found.map_or(0.0, |_| mean(|section| section.confidence) as f32),
            stability: found.map(|_| mean(|section| section.strength / (1.0 + section.variation)) as f32),
            rhythm_confidence: found.map_or(0.0, |_| {
                // A handful of beats is regular by chance.
                mean(|section| section.confidence.sqrt() * (1.0 - (-section.beats / 8.0).exp())) as f32
            }),
            onsets_per_s: if seconds > 0.0 {
                Ok((f64::from(self.onsets_found) / seconds) as f32)
            } else {
                Err(why)
            },
            beats: self.beats.ok_or(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pulse of so many values for so long, over a floor.
    fn feed(rhythm: &mut Rhythm, interval: usize, values: usize) {
        let (quiet, loud) = (vec![1e-6; 200], vec![1e-2; 200]);
        for n in 0..values {
            rhythm.push(if n % interval == interval / 2 { &loud } else { &quiet });
        }
    }

    #[test]
    fn a_track_of_many_sections_has_one_tempo_and_all_its_beats() {
        let mut rhythm = Rhythm::new(200, 25.0);
        // 25 minutes at 120 BPM: three sections, of which only one is kept.
        feed(&mut rhythm, 50, 150_000);
        assert!(rhythm.rises.capacity() <= SECTION);
        let found = rhythm.finish();
        assert!((found.bpm.unwrap() - 120.0).abs() < 0.5, "{:?}", found.bpm);
        assert!((found.onsets_per_s.unwrap() - 2.0).abs() < 0.01, "{:?}", found.onsets_per_s);
        let beats = found.beats.unwrap();
        assert!((2990..=3000).contains(&beats.count), "{beats:?}");
        assert!(beats.first_s < 1.0 && beats.last_s > 1499.0, "{beats:?}");
    }

    #[test]
    fn a_track_of_several_tempos_has_that_of_most_beats_and_those_of_its_ends() {
        let mut rhythm = Rhythm::new(200, 25.0);
        feed(&mut rhythm, 60, SECTION);
        feed(&mut rhythm, 60, SECTION);
        feed(&mut rhythm, 75, SECTION);
        let found = rhythm.finish();
        let beats = found.beats.unwrap();
        assert!((found.bpm.unwrap() - 100.0).abs() < 0.5, "{:?}", found.bpm);
        assert!((beats.head_bpm - 100.0).abs() < 0.5 && (beats.tail_bpm - 80.0).abs() < 0.5, "{beats:?}");
    }
}
