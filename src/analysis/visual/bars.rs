//! Level by frequency: the spectrum of the window that ends at the ear.

use std::time::Duration;

use super::{Ear, Look};
use crate::analysis::spectrum::Spectrum;
use crate::model::visual::{Bars, VisualFrame};

pub(super) struct BarsLook {
    spectrum: Spectrum,
    frames: Vec<f32>,
}

impl BarsLook {
    pub(super) fn new(rate: u32) -> Self {
        let spectrum = Spectrum::new(rate);
        Self { frames: vec![0.0; spectrum.frames() * 2], spectrum }
    }
}

impl Look for BarsLook {
    fn look(&mut self, ear: Option<&Ear<'_>>, elapsed: Duration) -> bool {
        let was_flat = self.spectrum.is_flat();
        match ear {
            Some(ear) if ear.window(&mut self.frames) => self.spectrum.measure(&self.frames, elapsed),
            _ => self.spectrum.rest(elapsed),
        }
        !(was_flat && self.spectrum.is_flat())
    }

    fn is_still(&self) -> bool {
        self.spectrum.is_flat()
    }

    fn show(&self, frame: &mut VisualFrame) {
        let bands = self.spectrum.bands().to_vec();
        frame.spectrum = Some(Bars { bands, peaks: self.spectrum.peaks().collect() });
    }
}
