//! The oscilloscope: a short stretch of the wave that begins at its steepest rise through zero, so that a tone stands still.

use std::time::Duration;

use super::zoom::Zoom;
use super::{Ear, Look};
use crate::model::visual::{TRACE_COLUMNS, Trace, VisualFrame};

/// Seconds that are shown; as many before them are searched for a beginning.
const WINDOW_S: f64 = 0.02;

pub(super) struct Scope {
    /// Frames that are shown.
    window: usize,
    frames: Vec<f32>,
    zoom: Zoom,
    picture: Trace,
    is_flat: bool,
}

impl Scope {
    pub(super) fn new(rate: u32) -> Self {
        let window = ((f64::from(rate) * WINDOW_S) as usize).max(16);
        Self { window, frames: vec![0.0; window * 4], zoom: Zoom::default(), picture: flat(), is_flat: true }
    }

    fn take(&mut self, elapsed: Duration) {
        let peak = self.frames.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        let zoom = self.zoom.follow(peak, elapsed);
        let start = steepest_rise(&self.frames, self.window);
        let shown = &self.frames[start * 2..(start + self.window) * 2];
        self.is_flat = shown.iter().all(|&sample| sample == 0.0);
        self.picture = Trace { sides: [0, 1].map(|side| columns(shown, side)), zoom };
    }
}

impl Look for Scope {
    fn look(&mut self, ear: Option<&Ear<'_>>, elapsed: Duration) -> bool {
        let was_flat = self.is_flat;
        match ear {
            Some(ear) if ear.window(&mut self.frames) => self.take(elapsed),
            _ => {
                self.is_flat = true;
                self.picture = flat();
            }
        }
        !(was_flat && self.is_flat)
    }

    fn is_still(&self) -> bool {
        self.is_flat
    }

    fn show(&self, frame: &mut VisualFrame) {
        frame.scope = Some(self.picture.clone());
    }
}

fn flat() -> Trace {
    Trace { sides: [0, 1].map(|_| vec![(0.0, 0.0); TRACE_COLUMNS]), zoom: 1.0 }
}

/// The frame, up to `last`, where the mean of both sides rises steepest through zero; `last` where it never does.
fn steepest_rise(frames: &[f32], last: usize) -> usize {
    let middle = |frame: usize| frames[frame * 2] + frames[frame * 2 + 1];
    let rise = |&frame: &usize| middle(frame) - middle(frame - 1);
    let rises = (1..=last).filter(|&frame| middle(frame - 1) < 0.0 && middle(frame) >= 0.0);
    // The newest of equal ones.
    rises.max_by(|a, b| rise(a).total_cmp(&rise(b))).unwrap_or(last)
}

/// Of each column the lowest and the highest sample, with the first of the next column: the line does not break.
fn columns(frames: &[f32], side: usize) -> Vec<(f32, f32)> {
    let count = frames.len() / 2;
    let column = |at: usize| {
        let (from, to) = (at * count / TRACE_COLUMNS, (at + 1) * count / TRACE_COLUMNS);
        let samples = (from..=to.min(count - 1)).map(|frame| frames[frame * 2 + side]);
        samples.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
    };
    (0..TRACE_COLUMNS).map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{RATE, ear, sine, tap_of};
    use super::*;

    fn picture(hz: f64, at: u64) -> Trace {
        let tap = tap_of(2, &sine(hz, 20_000, [0.4, -0.2]));
        let mut scope = Scope::new(RATE);
        assert!(scope.look(Some(&ear(&tap, at)), Duration::ZERO));
        scope.picture
    }

    #[test]
    fn a_tone_stands_still_wherever_it_is_looked_at() {
        let first = picture(440.0, 10_000);
        for at in [10_007, 10_050, 11_111] {
            let other = picture(440.0, at);
            for (a, b) in first.sides[0].iter().zip(&other.sides[0]) {
                // Beginnings are whole frames: at most the step of one apart, 2 pi 440 / 48000 of the amplitude.
                assert!((a.0 - b.0).abs() < 0.4 * 0.06 && (a.1 - b.1).abs() < 0.4 * 0.06, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn both_sides_are_shown_with_their_extremes_in_one_unbroken_line() {
        let trace = picture(1_000.0, 10_000);
        let extremes = |side: usize| {
            let columns = &trace.sides[side];
            let low = columns.iter().map(|column| column.0).fold(0.0, f32::min);
            (low, columns.iter().map(|column| column.1).fold(0.0, f32::max))
        };
        let near = |found: (f32, f32), size: f32| {
            assert!((found.0 + size).abs() < 1e-3 && (found.1 - size).abs() < 1e-3, "{found:?}");
        };
        near(extremes(0), 0.4);
        near(extremes(1), 0.2);
        assert_eq!(trace.zoom, 2.0);
        for pair in trace.sides[0].windows(2) {
            assert!(pair[1].0 <= pair[0].1 && pair[1].1 >= pair[0].0, "a gap in {pair:?}");
        }
    }

    #[test]
    fn low_rates_have_a_picture_too() {
        let frames: Vec<f32> = (0..4_000).map(|n| if n / 8 % 2 == 0 { 0.5 } else { -0.5 }).collect();
        for rate in [100, 8_000, 384_000] {
            let window = Scope::new(rate).window;
            assert_eq!(columns(&frames[..window.min(2_000) * 2], 0).len(), TRACE_COLUMNS, "{rate}");
        }
    }
}
