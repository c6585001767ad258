//! The loudness meter in EBU mode, live: takes every frame that is heard while it is looked at, and begins anew with each
//! item.

use std::time::Duration;

use super::{Ear, Look};
use crate::analysis::Analyser;
use crate::analysis::loudness::Meter;
use crate::model::audio::{Spec, frames_to_duration};
use crate::model::features::{Loudness, Value};
use crate::model::id::PlayId;
use crate::model::visual::{LoudnessNow, VisualFrame};

/// Between two pictures: as often as Tech 3341 asks for the momentary loudness.
const PICTURE: Duration = Duration::from_millis(100);
/// Frames that are read at once.
const BLOCK: usize = 2_048;
/// When sound stops, what stands for the moment falls so many LU a second, to nothing below the floor.
const FALL_LU_PER_S: f32 = 36.0;
const FLOOR_LUFS: f32 = -60.0;

pub(super) struct LoudnessLook {
    rate: u32,
    meter: Meter,
    /// Channels of the output.
    channels: usize,
    play: Option<PlayId>,
    /// Frames before this count were taken; none yet.
    next: Option<u64>,
    taken: u64,
    frames: Vec<f32>,
    picture: LoudnessNow,
    /// Since the newest picture.
    since: Duration,
}

impl LoudnessLook {
    pub(super) fn new(rate: u32) -> Self {
        Self {
            rate,
            meter: meter(rate, 2),
            channels: 2,
            play: None,
            next: None,
            taken: 0,
            frames: vec![0.0; BLOCK * 2],
            picture: LoudnessNow::default(),
            since: PICTURE,
        }
    }

    fn begin(&mut self, channels: usize) {
        (self.meter, self.channels, self.taken) = (meter(self.rate, channels), channels, 0);
        self.since = PICTURE;
    }

    fn take(&mut self, ear: &Ear<'_>) {
        // Another output counts from the beginning; one that is not there yet has no frames.
        let from = self.next.filter(|&next| next <= ear.at).unwrap_or(ear.at);
        let play = ear.play.map(|(play, _)| play);
        let is_other = play != self.play || ear.tap.channels() != self.channels;
        self.next = Some(from);
        if is_other {
            // The item before ends where this one begins.
            let begins = ear.play.map_or(ear.at, |(_, begins)| begins).clamp(from, ear.at);
            self.next = Some(begins);
            self.play = play;
            self.begin(ear.tap.channels());
        }
        self.push_until(ear);
    }

    fn push_until(&mut self, ear: &Ear<'_>) {
        while let Some(next) = self.next.filter(|&next| next < ear.at) {
            let count = usize::try_from(ear.at - next).unwrap_or(BLOCK).min(BLOCK);
            let end = next + count as u64;
            self.next = Some(end);
            // Frames that are gone are missing from the measure: looked at too late.
            if !ear.tap.read(end, &mut self.frames[..count * 2]) {
                continue;
            }
            if self.channels == 1 {
                (0..count).for_each(|frame| self.frames[frame] = self.frames[frame * 2]);
                self.meter.push(&self.frames[..count]);
            } else {
                self.meter.push(&self.frames[..count * 2]);
            }
            self.taken += count as u64;
        }
    }

    fn rest(&mut self) -> bool {
        let fall = FALL_LU_PER_S * self.since.as_secs_f32();
        let fallen = |value: Option<f32>| Some(value? - fall).filter(|value| *value > FLOOR_LUFS);
        let picture = LoudnessNow {
            momentary: fallen(self.picture.momentary),
            short_term: fallen(self.picture.short_term),
            ..self.picture
        };
        std::mem::replace(&mut self.picture, picture) != picture
    }
}

fn meter(rate: u32, channels: usize) -> Meter {
    // The tap has the first two channels of an output.
    Meter::new(Spec { rate, channels: if channels == 1 { 1 } else { 2 } })
}

impl Look for LoudnessLook {
    fn look(&mut self, ear: Option<&Ear<'_>>, elapsed: Duration) -> bool {
        ear.into_iter().for_each(|ear| self.take(ear));
        self.since += elapsed;
        if self.since < PICTURE {
            return false;
        }
        let changed = match ear {
            None => self.rest(),
            Some(_) => {
                let heard = frames_to_duration(self.taken, self.rate);
                let channels = u16::try_from(self.channels).unwrap_or(u16::MAX);
                self.picture = LoudnessNow { heard, channels, ..of(&self.meter) };
                true
            }
        };
        self.since = Duration::ZERO;
        changed
    }

    fn is_still(&self) -> bool {
        self.picture.momentary.is_none() && self.picture.short_term.is_none()
    }

    fn show(&self, frame: &mut VisualFrame) {
        frame.loudness = Some(self.picture);
    }
}

fn of(meter: &Meter) -> LoudnessNow {
    let Loudness { integrated_lufs, range_lu, momentary_max_lufs, short_term_max_lufs, true_peak_db, .. } =
        meter.so_far();
    let told = |value: Value| value.ok();
    let now = |lufs: Option<f64>| lufs.map(|lufs| lufs as f32).filter(|lufs| lufs.is_finite());
    LoudnessNow {
        momentary: now(meter.momentary_lufs()),
        short_term: now(meter.short_term_lufs()),
        integrated: told(integrated_lufs),
        range: told(range_lu),
        momentary_max: told(momentary_max_lufs),
        short_term_max: told(short_term_max_lufs),
        true_peak: told(true_peak_db),
        ..LoudnessNow::default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{RATE, sine};
    use super::*;
    use crate::rt::tap::Tap;

    /// Plays samples into a tap and looks each 40 ms; `plays` are the items by the frame they begin with.
    fn heard(channels: usize, samples: &[f32], plays: &[(u64, u64)]) -> LoudnessNow {
        let tap = Tap::default();
        tap.add_watcher();
        let (mut look, step) = (LoudnessLook::new(RATE), 1_920);
        let mut at = 0;
        for block in samples.chunks(step * channels) {
            tap.write(at, RATE, channels, block);
            if at == 0 {
                look.look(Some(&Ear { tap: &tap, at: 0, play: Some((PlayId(plays[0].0), 0)) }), PICTURE);
            }
            at += (block.len() / channels) as u64;
            let play = plays.iter().rev().find(|(_, begins)| *begins <= at);
            let play = play.map(|&(play, begins)| (PlayId(play), begins));
            look.look(Some(&Ear { tap: &tap, at, play }), Duration::from_millis(40));
        }
        look.picture
    }

    /// EBU Tech 3341, test 1: a stereo sine of 1 kHz at -23 dBFS is -23 LUFS by all three measures.
    #[test]
    fn the_first_test_of_the_standard_holds_live() {
        let amplitude = 10f32.powf(-23.0 / 20.0);
        let found = heard(2, &sine(1_000.0, 48_000 * 20, [amplitude; 2]), &[(1, 0)]);
        for value in [found.momentary, found.short_term, found.integrated] {
            assert!((value.unwrap() + 23.0).abs() < 0.1, "{found:?}");
        }
        assert!((found.true_peak.unwrap() + 23.0).abs() < 0.2, "{found:?}");
        assert!(found.range.unwrap() < 0.1 && found.channels == 2, "{found:?}");
        assert!(found.heard >= Duration::from_millis(19_900), "{found:?}");
    }

    #[test]
    fn each_item_begins_anew_at_its_own_first_frame() {
        let loud = sine(1_000.0, 48_000 * 4, [0.5; 2]);
        let quiet = sine(1_000.0, 48_000 * 4, [0.05; 2]);
        let both = [loud.as_slice(), &quiet].concat();
        let found = heard(2, &both, &[(1, 0), (2, 48_000 * 4)]);
        let expected = 20.0 * 0.05_f32.log10();
        for value in [found.integrated, found.momentary_max, found.true_peak] {
            assert!((value.unwrap() - expected).abs() < 0.2, "{found:?}, not {expected}");
        }
        // A seek within an item is no beginning.
        let found = heard(2, &both, &[(1, 0), (1, 48_000 * 4)]);
        assert!((found.true_peak.unwrap() - 20.0 * 0.5_f32.log10()).abs() < 0.2, "{found:?}");
    }

    /// BS.1770: one channel alone is 3.01 LU less than the same in two.
    #[test]
    fn one_channel_is_measured_as_one() {
        let mono: Vec<f32> = sine(1_000.0, 48_000 * 4, [0.1; 2]).into_iter().step_by(2).collect();
        let (one, two) =
            (heard(1, &mono, &[(1, 0)]), heard(2, &sine(1_000.0, 48_000 * 4, [0.1; 2]), &[(1, 0)]));
        let apart = two.integrated.unwrap() - one.integrated.unwrap();
        assert!((apart - 3.01).abs() < 0.02, "{apart}");
        assert_eq!(one.channels, 1);
    }

    #[test]
    fn the_moment_falls_when_sound_stops_and_the_whole_stays() {
        let tap = Tap::default();
        tap.add_watcher();
        let mut look = LoudnessLook::new(RATE);
        let samples = sine(1_000.0, 30_000, [0.5; 2]);
        let play = Some((PlayId(1), 0));
        tap.write(0, RATE, 2, &samples[..2]);
        look.look(Some(&Ear { tap: &tap, at: 1, play }), PICTURE);
        tap.write(1, RATE, 2, &samples[2..]);
        look.look(Some(&Ear { tap: &tap, at: 30_000, play }), PICTURE);
        let before = look.picture;
        assert!(before.momentary.is_some() && before.integrated.is_some() && !look.is_still());
        while !look.is_still() {
            assert!(look.look(None, PICTURE));
        }
        assert_eq!((look.picture.integrated, look.picture.true_peak), (before.integrated, before.true_peak));
        assert!(!look.look(None, PICTURE));
    }
}
