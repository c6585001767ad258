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
use crate::rt::clock::Segment;
use crate::rt::tap::MOST_CHANNELS;

/// Between two pictures: as often as Tech 3341 asks for the momentary loudness.
const PICTURE: Duration = Duration::from_millis(100);
/// Frames that are read at once.
const BLOCK: usize = 2_048;
/// Before any sound came.
const STEREO: usize = 2;
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
    /// Where in the item the first of them is.
    began: Duration,
    frames: Vec<f32>,
    picture: LoudnessNow,
    /// Since the newest picture.
    since: Duration,
}

impl LoudnessLook {
    pub(super) fn new(rate: u32) -> Self {
        Self {
            rate,
            meter: meter(rate, STEREO),
            channels: STEREO,
            play: None,
            next: None,
            taken: 0,
            began: Duration::ZERO,
            frames: vec![0.0; BLOCK * MOST_CHANNELS],
            picture: LoudnessNow::default(),
            since: PICTURE,
        }
    }

    fn begin(&mut self, channels: usize, began: Duration) {
        (self.meter, self.channels, self.taken) = (meter(self.rate, channels), channels, 0);
        (self.began, self.since) = (began, PICTURE);
    }

    fn take(&mut self, ear: &Ear<'_>) {
        // Another output counts from the beginning; one that is not there yet has no frames.
        let from = self.next.filter(|&next| next <= ear.at).unwrap_or(ear.at);
        let play = ear.segment.map(|segment| segment.play);
        let is_other = play != self.play || ear.tap.channels() != self.channels;
        self.next = Some(from);
        if is_other {
            // The item before ends where this one begins.
            let begins = ear.segment.map_or(ear.at, |segment| segment.at).clamp(from, ear.at);
            let place = |segment: Segment| segment.position(begins - segment.at).time();
            self.next = Some(begins);
            self.play = play;
            self.begin(ear.tap.channels(), ear.segment.map_or(Duration::ZERO, place));
        }
        self.push_until(ear);
    }

    fn push_until(&mut self, ear: &Ear<'_>) {
        while let Some(next) = self.next.filter(|&next| next < ear.at) {
            let count = usize::try_from(ear.at - next).unwrap_or(BLOCK).min(BLOCK);
            let end = next + count as u64;
            self.next = Some(end);
            // Frames that are gone are missing from the measure: looked at too late.
            let measured = measured(self.channels);
            let frames = &mut self.frames[..count * measured];
            if !ear.tap.read_channels(end, measured, frames) {
                continue;
            }
            self.meter.push(frames);
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

/// The tap has the first channels of an output.
fn measured(channels: usize) -> usize {
    channels.clamp(1, MOST_CHANNELS)
}

fn meter(rate: u32, channels: usize) -> Meter {
    Meter::new(Spec { rate, channels: count(measured(channels)) })
}

fn count(channels: usize) -> u16 {
    u16::try_from(channels).unwrap_or(u16::MAX)
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
                let (channels, measured) = (count(self.channels), count(measured(self.channels)));
                let since = self.began;
                self.picture = LoudnessNow { since, heard, channels, measured, ..of(&self.meter) };
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
    use super::super::tests::{RATE, segment, sine};
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
                look.look(Some(&Ear { tap: &tap, at: 0, segment: Some(segment(plays[0].0, 0, 0)) }), PICTURE);
            }
            at += (block.len() / channels) as u64;
            let play = plays.iter().rev().find(|(_, begins)| *begins <= at);
            let segment = play.map(|&(play, begins)| segment(play, begins, 0));
            look.look(Some(&Ear { tap: &tap, at, segment }), Duration::from_millis(40));
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

    /// EBU Tech 3341, test 6: 1 kHz in the channels of 5.1, at -28 dBFS left and right, -24 in the centre, -30 in the
    /// surrounds, nothing in the low-frequency channel, is -23 LUFS.
    #[test]
    fn all_channels_of_an_output_count_as_the_standard_says() {
        let levels =
            [-28.0, -28.0, -24.0, f32::NEG_INFINITY, -30.0, -30.0].map(|db: f32| 10f32.powf(db / 20.0));
        let one = sine(1_000.0, 48_000 * 20, [1.0; 2]);
        let six: Vec<f32> = one.chunks(2).flat_map(|frame| levels.map(|level| level * frame[0])).collect();
        let found = heard(6, &six, &[(1, 0)]);
        assert!((found.integrated.unwrap() + 23.0).abs() < 0.1, "{found:?}");
        assert_eq!((found.channels, found.measured), (6, 6));
        let many = heard(10, &vec![0.1; 10 * 48_000], &[(1, 0)]);
        assert_eq!((many.channels, many.measured), (10, 8), "and that is told");
    }

    #[test]
    fn it_is_told_since_where_in_the_item_it_is_measured() {
        let (tap, mut look) = (Tap::default(), LoudnessLook::new(RATE));
        tap.add_watcher();
        tap.write(0, RATE, 2, &sine(1_000.0, 30_000, [0.5; 2]));
        // The item was sought to 0:40 at frame 0; looked at from 9,600 frames on, after 0.2 s of it.
        let at = |at| Ear { tap: &tap, at, segment: Some(segment(1, 0, 40 * 48_000)) };
        look.look(Some(&at(9_600)), PICTURE);
        look.look(Some(&at(28_800)), PICTURE);
        assert_eq!(look.picture.since, Duration::from_millis(40_200));
        assert_eq!(look.picture.heard, Duration::from_millis(400));
        let next = Ear { tap: &tap, at: 30_000, segment: Some(segment(2, 29_000, 0)) };
        look.look(Some(&next), PICTURE);
        assert_eq!(look.picture.since, Duration::ZERO, "the next item is measured whole");
    }

    #[test]
    fn the_moment_falls_when_sound_stops_and_the_whole_stays() {
        let tap = Tap::default();
        tap.add_watcher();
        let mut look = LoudnessLook::new(RATE);
        let samples = sine(1_000.0, 30_000, [0.5; 2]);
        let segment = Some(segment(1, 0, 0));
        tap.write(0, RATE, 2, &samples[..2]);
        look.look(Some(&Ear { tap: &tap, at: 1, segment }), PICTURE);
        tap.write(1, RATE, 2, &samples[2..]);
        look.look(Some(&Ear { tap: &tap, at: 30_000, segment }), PICTURE);
        let before = look.picture;
        assert!(before.momentary.is_some() && before.integrated.is_some() && !look.is_still());
        while !look.is_still() {
            assert!(look.look(None, PICTURE));
        }
        assert_eq!((look.picture.integrated, look.picture.true_peak), (before.integrated, before.true_peak));
        assert!(!look.look(None, PICTURE));
    }
}
