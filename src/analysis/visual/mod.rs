//! Ways to look at what is heard, one a file, and the set of those that are watched. Pure but for the tap that they read;
//! driven by the spectrum thread ([`super::eye`]).

mod bars;
mod flight;
mod goniometer;
mod loudness;
mod scope;
mod sides;
mod spectrogram;
mod vu;
mod zoom;

use std::time::Duration;

use crate::model::visual::{Visual, VisualFrame};
use crate::rt::clock::Segment;
use crate::rt::tap::Tap;

/// What is at the ear.
#[derive(Clone, Copy)]
pub struct Ear<'a> {
    pub tap: &'a Tap,
    /// Count of the frame that is heard now, in the tap's counts.
    pub at: u64,
    /// The item that is heard, and which of its frames it, or the newest seek in it, began with.
    pub segment: Option<Segment>,
}

impl Ear<'_> {
    /// The frames that end at the ear, left and right interleaved; `false` where they are not there.
    fn window(&self, frames: &mut [f32]) -> bool {
        self.tap.read(self.at, frames)
    }
}

/// One way of looking, at one rate.
trait Look: Send {
    /// Looks `elapsed` after the look before; without an ear nothing is heard. Returns whether the picture is another one.
    fn look(&mut self, ear: Option<&Ear<'_>>, elapsed: Duration) -> bool;

    /// The picture stays as it is until sound comes.
    fn is_still(&self) -> bool;

    /// Puts the picture into the frame.
    fn show(&self, frame: &mut VisualFrame);
}

fn new(visual: Visual, rate: u32) -> Box<dyn Look> {
    match visual {
        Visual::Spectrum | Visual::Line => Box::new(bars::BarsLook::new(rate)),
        Visual::Scope => Box::new(scope::Scope::new(rate)),
        Visual::Goniometer => Box::new(goniometer::Goniometer::new(rate)),
        Visual::Spectrogram => Box::new(spectrogram::Waterfall::new(rate)),
        Visual::Loudness => Box::new(loudness::LoudnessLook::new(rate)),
        Visual::Mirrored => Box::new(sides::Sides::new(rate)),
        Visual::Vu => Box::new(vu::VuLook::new(rate)),
        Visual::Starfield => Box::new(flight::FlightLook::new(rate)),
    }
}

/// Rate that is looked at before any sound came.
const FIRST_RATE: u32 = 48_000;

/// The ways that are watched; the others do not exist.
pub struct Looks {
    rate: u32,
    looks: [Option<Box<dyn Look>>; Visual::ALL.len()],
}

impl Default for Looks {
    fn default() -> Self {
        Self { rate: FIRST_RATE, looks: Default::default() }
    }
}

impl Looks {
    /// These are watched from now on; returns whether others were.
    pub fn watch(&mut self, is_watched: impl Fn(Visual) -> bool) -> bool {
        let mut changed = false;
        for visual in Visual::ALL {
            let look = &mut self.looks[visual as usize];
            if is_watched(visual) != look.is_some() {
                *look = is_watched(visual).then(|| new(visual, self.rate));
                changed = true;
            }
        }
        changed
    }

    /// See `Look::look`; with another rate all begin anew.
    pub fn look(&mut self, ear: Option<&Ear<'_>>, elapsed: Duration) -> bool {
        let rate = ear.map_or(0, |ear| ear.tap.rate());
        if rate > 0 && rate != self.rate {
            self.rate = rate;
            for visual in Visual::ALL {
                let look = &mut self.looks[visual as usize];
                *look = look.is_some().then(|| new(visual, rate));
            }
        }
        self.looks.iter_mut().flatten().fold(false, |changed, look| look.look(ear, elapsed) | changed)
    }

    /// No picture changes until sound comes.
    pub fn are_still(&self) -> bool {
        self.looks.iter().flatten().all(|look| look.is_still())
    }

    pub fn frame(&self) -> VisualFrame {
        let mut frame = VisualFrame { still: self.are_still(), ..VisualFrame::default() };
        self.looks.iter().flatten().for_each(|look| look.show(&mut frame));
        frame
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::PlayId;

    pub(super) const RATE: u32 = 48_000;

    /// A tap that holds these frames from count 0 on.
    pub(super) fn tap_of(channels: usize, samples: &[f32]) -> Tap {
        let tap = Tap::default();
        tap.add_watcher();
        tap.write(0, RATE, channels, samples);
        tap
    }

    pub(super) fn ear(tap: &Tap, at: u64) -> Ear<'_> {
        Ear { tap, at, segment: Some(segment(1, 0, 0)) }
    }

    /// Frame `frame` of an item is heard with frame `at` of the output.
    pub(super) fn segment(play: u64, at: u64, frame: u64) -> Segment {
        let limit = u64::MAX;
        Segment { at, play: PlayId(play), frame, rate: RATE, output_rate: RATE, speed: 1.0, limit }
    }

    pub(super) fn sine(hz: f64, frames: usize, sides: [f32; 2]) -> Vec<f32> {
        let value = |n: usize| (std::f64::consts::TAU * hz * n as f64 / f64::from(RATE)).sin() as f32;
        (0..frames).flat_map(|n| sides.map(|side| side * value(n))).collect()
    }

    #[test]
    fn only_what_is_watched_is_looked_at() {
        let tap = tap_of(2, &sine(1_000.0, 20_000, [0.5, 0.5]));
        let mut looks = Looks::default();
        assert!(!looks.look(Some(&ear(&tap, 20_000)), Duration::from_millis(33)));
        assert_eq!(looks.frame(), VisualFrame { still: true, ..VisualFrame::default() });
        assert!(looks.watch(|visual| visual == Visual::Scope));
        assert!(!looks.watch(|visual| visual == Visual::Scope), "no other");
        assert!(looks.look(Some(&ear(&tap, 20_000)), Duration::from_millis(33)));
        let frame = looks.frame();
        assert!(frame.scope.is_some() && frame.spectrum.is_none() && !frame.still);
    }

    #[test]
    fn everything_falls_still_when_nothing_is_heard() {
        let tap = tap_of(2, &sine(1_000.0, 30_000, [0.5, 0.5]));
        let mut looks = Looks::default();
        looks.watch(|_| true);
        for at in [20_000, 24_000, 28_000] {
            looks.look(Some(&ear(&tap, at)), Duration::from_millis(83));
        }
        assert!(!looks.frame().still);
        let mut steps = 0;
        while !looks.are_still() {
            looks.look(None, Duration::from_millis(100));
            steps += 1;
        }
        assert!(steps < 100, "ten seconds do for every fall");
        assert!(!looks.look(None, Duration::from_millis(100)), "and then no picture is another one");
    }
}
