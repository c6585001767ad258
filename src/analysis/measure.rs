//! A file in, all its numbers out: decodes it once at its own rate and feeds every [`Analyser`]. Called on jobs.

use std::path::Path;

use super::Analyser;
use super::loudness::Meter;
use super::print::Print;
use crate::decode::{DecodeError, Source};
use crate::model::audio::Spec;
use crate::model::features::Measured;
use crate::model::job::CancelToken;

/// Changes whenever a number would come out otherwise for the same sound: tracks measured by another one are measured
/// again.
pub const VERSION: u16 = 1;

/// Why a file was not measured.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error("stopped")]
    Cancelled,
}

/// Measures the file, or part of one ([`crate::model::part`]), to its end. `on_frames` is told after each block how many
/// frames are done.
///
/// # Errors
/// Where it cannot be decoded to its end, and where `cancel` was.
pub fn measure(
    path: &Path,
    cancel: &CancelToken,
    on_frames: &mut dyn FnMut(u64),
) -> Result<Measured, MeasureError> {
    let mut source = Source::open(path)?;
    let mut all = Measures::new(source.info().format.spec);
    let mut block = Vec::new();
    let mut done = 0;
    loop {
        if cancel.is_cancelled() {
            return Err(MeasureError::Cancelled);
        }
        block.clear();
        match source.read(&mut block)? {
            0 => return Ok(all.finish()),
            frames => done += frames as u64,
        }
        all.push(&block);
        on_frames(done);
    }
}

/// Every measure side by side.
struct Measures {
    loudness: Meter,
    print: Print,
}

impl Analyser for Measures {
    type Found = Measured;

    fn new(spec: Spec) -> Self {
        Self { loudness: Meter::new(spec), print: Print::new(spec) }
    }

    fn push(&mut self, frames: &[f32]) {
        self.loudness.push(frames);
        self.print.push(frames);
    }

    fn finish(self) -> Measured {
        let loudness = self.loudness.finish();
        let fingerprint = self.print.finish().with_loudness(&loudness);
        Measured { loudness, fingerprint }
    }
}
