//! A file in, all its numbers out: decodes it once at its own rate and feeds every [`Analyser`]. Called on jobs.

use std::path::Path;
use std::time::Duration;

use super::Analyser;
use super::dynamics::DynamicRange;
use super::loudness::Meter;
use super::print::Print;
use super::quality::Examination;
use super::waveform::Overview;
use crate::decode::{DecodeError, Source};
use crate::model::audio::duration_to_frames;
use crate::model::features::Measured;
use crate::model::job::CancelToken;
use crate::model::track::AudioFormat;

/// Changes whenever a number would come out otherwise for the same sound: tracks measured by another one are measured
/// again.
pub const VERSION: u16 = 3;

/// Why a file was not measured.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error("stopped")]
    Cancelled,
}

impl MeasureError {
    /// A server failed: of what is measured that says nothing.
    pub fn is_of_server(&self) -> bool {
        matches!(self, Self::Decode(DecodeError::Network(_)))
    }
}

/// Measures the file, or part of one ([`crate::model::part`]), to its end. `on_sound` is told after each block how much
/// sound is done.
///
/// # Errors
/// Where it cannot be decoded to its end, and where `cancel` was.
pub fn measure(
    path: &Path,
    cancel: &CancelToken,
    on_sound: &mut dyn FnMut(Duration),
) -> Result<Measured, MeasureError> {
    let mut source = Source::open(path)?;
    let format = source.info().format;
    let mut all = Measures::new(&format);
    let mut block = Vec::new();
    let mut done = 0;
    loop {
        if cancel.is_cancelled() {
            return Err(MeasureError::Cancelled);
        }
        block.clear();
        match source.read(&mut block)? {
            0 => break,
            frames => done += frames as u64,
        }
        all.push(&block);
        on_sound(Duration::from_secs_f64(done as f64 / f64::from(format.spec.rate.max(1))));
    }
    let mut measured = all.finish();
    measured.quality.missing_frames = format.frames.map_or(0, |promised| promised.saturating_sub(done));
    measured.quality.damaged_packets = source.corrupt_packets();
    Ok(measured)
}

/// Beginning and end of a file, each so long.
const GLIMPSE: Duration = Duration::from_secs(15);

/// As [`measure`], of the beginning and the end alone: a first idea within a moment. Only of files: what comes from a server
/// is not asked for twice.
///
/// # Errors
/// As [`measure`].
pub fn glimpse(path: &Path, cancel: &CancelToken) -> Result<Measured, MeasureError> {
    let mut source = Source::open(path)?;
    let format = source.info().format;
    let part = duration_to_frames(GLIMPSE, format.spec.rate);
    let mut all = Measures::new(&format);
    look(&mut source, part, &mut all, cancel)?;
    let end = format.frames.map(|frames| frames.saturating_sub(part)).filter(|end| *end > source.position());
    if let Some(end) = end
        && source.seek(end).is_ok()
    {
        look(&mut source, part, &mut all, cancel)?;
    }
    Ok(all.finish())
}

fn look(
    source: &mut Source,
    frames: u64,
    all: &mut Measures,
    cancel: &CancelToken,
) -> Result<(), MeasureError> {
    let (mut block, mut done) = (Vec::new(), 0);
    while done < frames {
        if cancel.is_cancelled() {
            return Err(MeasureError::Cancelled);
        }
        block.clear();
        match source.read(&mut block)? {
            0 => break,
            read => done += read as u64,
        }
        all.push(&block);
    }
    Ok(())
}

/// Every measure side by side.
struct Measures {
    loudness: Meter,
    dynamics: DynamicRange,
    quality: Examination,
    waveform: Overview,
    print: Print,
}

impl Measures {
    fn new(format: &AudioFormat) -> Self {
        let spec = format.spec;
        Self {
            loudness: Meter::new(spec),
            dynamics: DynamicRange::new(spec),
            quality: Examination::new(spec, format.bits),
            waveform: Overview::new(spec),
            print: Print::new(spec),
        }
    }

    fn push(&mut self, frames: &[f32]) {
        self.loudness.push(frames);
        self.dynamics.push(frames);
        self.quality.push(frames);
        self.waveform.push(frames);
        self.print.push(frames);
    }

    fn finish(self) -> Measured {
        let loudness = self.loudness.finish();
        Measured {
            fingerprint: self.print.finish().with_loudness(&loudness),
            loudness,
            dynamic_range_db: self.dynamics.finish(),
            quality: self.quality.finish(),
            waveform: self.waveform.finish(),
        }
    }
}
