//! What the decode thread reads from: files and addresses through `decode`, or in tests whatever they need (any rate, slow, broken).
//! Called on the `decode` thread only.

use std::error::Error;
use std::path::Path;

use crate::decode::{Interrupt, Source};
use crate::model::loudness::LoudnessTags;
use crate::model::settings::NetworkSettings;
use crate::model::snapshot::StreamView;
use crate::model::track::{AudioFormat, Trim};

/// Why a source cannot be had or read on; its text is told to people.
pub type SourceError = Box<dyn Error + Send + Sync>;

/// Opens items. May block.
pub trait Opens: Send + Sync {
    fn open(&self, path: &Path) -> Result<Box<dyn Reads>, SourceError>;

    /// As [`Self::open`]; what waits for a server, here or when it is read, stops at the interrupt.
    fn open_or_leave(&self, path: &Path, _interrupt: &Interrupt) -> Result<Box<dyn Reads>, SourceError> {
        self.open(path)
    }
}

/// An open item, as [`Source`] is. May block.
pub trait Reads: Send {
    fn format(&self) -> AudioFormat;

    /// Frame that the next [`Self::read`] begins with.
    fn position(&self) -> u64;

    /// Appends interleaved frames; 0 is the end.
    fn read(&mut self, out: &mut Vec<f32>) -> Result<usize, SourceError>;

    /// The next read begins at `frame`, or at the end where that lies before.
    fn seek(&mut self, frame: u64) -> Result<(), SourceError>;

    /// Damaged packets that were skipped so far.
    fn corrupt_packets(&self) -> u64;

    /// Whether an end that was read is that of a format only: a station goes on with another one.
    fn goes_on(&self) -> bool {
        false
    }

    /// Of what comes as a stream and cannot be sought.
    fn stream(&self) -> Option<StreamView> {
        None
    }

    /// It stopped at the interrupt: no end, no failure, and nothing more to be had.
    fn was_interrupted(&self) -> bool {
        false
    }

    /// What is taken off its ends.
    fn trim(&self) -> Trim {
        Trim::default()
    }

    /// What of the coded sound is not decoded, in words for people.
    fn lost(&self) -> Option<&'static str> {
        None
    }

    /// What the item's tags say of its loudness.
    fn loudness(&self) -> LoudnessTags {
        LoudnessTags::default()
    }
}

/// The real ones.
#[derive(Debug, Default, Clone, Copy)]
pub struct Files {
    pub network: NetworkSettings,
}

impl Opens for Files {
    fn open(&self, path: &Path) -> Result<Box<dyn Reads>, SourceError> {
        self.open_or_leave(path, &Interrupt::default())
    }

    fn open_or_leave(&self, path: &Path, interrupt: &Interrupt) -> Result<Box<dyn Reads>, SourceError> {
        Ok(Box::new(Source::open_with(path, self.network, interrupt)?))
    }
}

impl Reads for Source {
    fn format(&self) -> AudioFormat {
        self.info().format
    }

    fn position(&self) -> u64 {
        Source::position(self)
    }

    fn read(&mut self, out: &mut Vec<f32>) -> Result<usize, SourceError> {
        Ok(Source::read(self, out)?)
    }

    fn seek(&mut self, frame: u64) -> Result<(), SourceError> {
        Ok(Source::seek(self, frame)?)
    }

    fn corrupt_packets(&self) -> u64 {
        Source::corrupt_packets(self)
    }

    fn goes_on(&self) -> bool {
        Source::goes_on(self)
    }

    fn stream(&self) -> Option<StreamView> {
        Source::stream(self)
    }

    fn was_interrupted(&self) -> bool {
        Source::was_interrupted(self)
    }

    fn trim(&self) -> Trim {
        Trim { start: self.info().trim_start, end: self.info().trim_end.unwrap_or(0) }
    }

    fn lost(&self) -> Option<&'static str> {
        self.info().lost
    }

    fn loudness(&self) -> LoudnessTags {
        Source::loudness(self)
    }
}
