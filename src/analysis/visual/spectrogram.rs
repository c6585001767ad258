//! Level by frequency and time: a column of the spectrum each tenth of a second, the newest last.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::{Ear, Look};
use crate::analysis::spectrum::Spectrum;
use crate::model::visual::{BANDS, COLUMN, SPECTROGRAM_COLUMNS, Spectrogram, VisualFrame};

pub(super) struct Waterfall {
    spectrum: Spectrum,
    frames: Vec<f32>,
    columns: VecDeque<Arc<[u8; BANDS]>>,
    /// Since the newest column.
    since: Duration,
    moves: bool,
}

impl Waterfall {
    pub(super) fn new(rate: u32) -> Self {
        let spectrum = Spectrum::new(rate);
        Self {
            frames: vec![0.0; spectrum.frames() * 2],
            spectrum,
            columns: VecDeque::with_capacity(SPECTROGRAM_COLUMNS),
            since: COLUMN,
            moves: false,
        }
    }

    fn append(&mut self, elapsed: Duration) {
        self.spectrum.measure(&self.frames, elapsed);
        let mut column = [0; BANDS];
        for (byte, level) in column.iter_mut().zip(self.spectrum.levels()) {
            *byte = (level * 255.0).round() as u8;
        }
        if self.columns.len() == SPECTROGRAM_COLUMNS {
            self.columns.pop_front();
        }
        self.columns.push_back(Arc::new(column));
    }
}

impl Look for Waterfall {
    fn look(&mut self, ear: Option<&Ear<'_>>, elapsed: Duration) -> bool {
        self.since += elapsed;
        self.moves = ear.is_some();
        if self.since < COLUMN || !ear.is_some_and(|ear| ear.window(&mut self.frames)) {
            return false;
        }
        self.append(elapsed);
        // What is over counts for the next, but a long pause makes no burst.
        self.since = (self.since - COLUMN).min(COLUMN);
        true
    }

    /// While nothing is heard it stands where it is.
    fn is_still(&self) -> bool {
        !self.moves
    }

    fn show(&self, frame: &mut VisualFrame) {
        frame.spectrogram = Some(Spectrogram(self.columns.iter().map(Arc::clone).collect()));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{RATE, ear, sine, tap_of};
    use super::*;
    use crate::model::visual::edge_hz;

    #[test]
    fn a_second_is_ten_columns_at_any_rate_of_looking() {
        let tap = tap_of(2, &sine(1_000.0, 20_000, [0.5, 0.5]));
        for looks in [30_u32, 60, 12] {
            let mut fall = Waterfall::new(RATE);
            for _ in 0..looks * 10 {
                fall.look(Some(&ear(&tap, 20_000)), Duration::from_secs(1) / looks);
            }
            let columns = fall.columns.len();
            assert!((99..=101).contains(&columns), "{columns} columns at {looks} looks a second");
        }
    }

    #[test]
    fn a_tone_is_a_line_at_its_band_and_old_columns_go() {
        let mut fall = Waterfall::new(RATE);
        let hz = f64::from(RATE) * 100.0 / fall.spectrum.frames() as f64;
        let tap = tap_of(2, &sine(hz, 20_000, [1.0, 1.0]));
        for _ in 0..SPECTROGRAM_COLUMNS + 5 {
            fall.look(Some(&ear(&tap, 20_000)), COLUMN);
        }
        assert_eq!(fall.columns.len(), SPECTROGRAM_COLUMNS);
        let band = (0..BANDS).rfind(|&band| f64::from(edge_hz(band)) <= hz).unwrap();
        assert!(fall.columns.iter().all(|column| column[band] == 255 && column[band + 9] == 0));
        assert!(!fall.look(None, COLUMN) && fall.is_still(), "it stands while nothing is heard");
    }
}
