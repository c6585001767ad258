//! One stream of a file, whoever reads it: symphonia's packets, or a format of our own. Called by `source`.

use std::sync::Arc;

use symphonia::core::meta::MetadataRevision;

use super::container::Container;
use super::error::DecodeError;
use super::file::FileSpan;
use super::formats::{self, Opened};
use super::stream::Coded;
use super::tags;
use super::window::Window;
use crate::model::audio::Spec;
use crate::model::loudness::LoudnessTags;
use crate::model::track::Codec;

/// Frames of a format of our own. May wait for the disk.
pub(super) trait Frames: Send {
    /// Frames before the next one to be read.
    fn position(&self) -> u64;

    /// Appends the next frames, at least one; 0 at the end.
    fn read(&mut self, out: &mut Vec<f32>) -> Result<usize, DecodeError>;

    /// The next read begins at `frame`, or at the end where there are not as many.
    fn seek(&mut self, frame: u64) -> Result<(), DecodeError>;

    fn corrupt_packets(&self) -> u64;
}

/// See the module's head.
pub(super) enum Stream {
    Coded(Box<Coded>),
    Own(Box<Opened>),
}

impl Stream {
    pub(super) fn open(file: &FileSpan) -> Result<Self, DecodeError> {
        Ok(match formats::open(file)? {
            Some(opened) => Self::Own(Box::new(opened)),
            None => Self::Coded(Box::new(Coded::open(file)?)),
        })
    }

    pub(super) fn container(&self) -> Container {
        match self {
            Self::Coded(coded) => coded.container(),
            Self::Own(own) => own.container,
        }
    }

    pub(super) fn codec(&self) -> Codec {
        match self {
            Self::Coded(coded) => coded.codec(),
            Self::Own(own) => own.codec,
        }
    }

    pub(super) fn spec(&self) -> Spec {
        match self {
            Self::Coded(coded) => coded.spec(),
            Self::Own(own) => own.spec,
        }
    }

    /// Significant bits of a sample, for codecs that have them.
    pub(super) fn bits(&self) -> Option<u8> {
        match self {
            Self::Coded(coded) => coded.bits(),
            Self::Own(own) => own.bits,
        }
    }

    /// See [`Coded::title`].
    pub(super) fn title(&self) -> Option<Arc<str>> {
        match self {
            Self::Coded(coded) => coded.title(),
            Self::Own(_) => None,
        }
    }

    pub(super) fn window(&self) -> Window {
        match self {
            Self::Coded(coded) => coded.window(),
            Self::Own(own) => Window { total: Some(own.total), ..Window::default() },
        }
    }

    /// Encoder delay that is taken off.
    pub(super) fn trim_start(&self) -> u64 {
        match self {
            Self::Coded(coded) => coded.trim_start(),
            Self::Own(_) => 0,
        }
    }

    /// See [`super::SourceInfo`].
    pub(super) fn lost(&self) -> Option<&'static str> {
        match self {
            Self::Coded(coded) => coded.lost(),
            Self::Own(_) => None,
        }
    }

    pub(super) fn loudness(&self) -> LoudnessTags {
        match self {
            Self::Coded(coded) => coded.loudness(),
            Self::Own(own) => tags::loudness_of(&own.tags, own.codec),
        }
    }

    /// See [`super::About`].
    pub(super) fn tags(&self) -> &[MetadataRevision] {
        match self {
            Self::Coded(_) => &[],
            Self::Own(own) => &own.tags,
        }
    }

    pub(super) fn corrupt_packets(&self) -> u64 {
        match self {
            Self::Coded(coded) => coded.corrupt_packets(),
            Self::Own(own) => own.frames.corrupt_packets(),
        }
    }

    pub(super) fn position(&self) -> u64 {
        match self {
            Self::Coded(coded) => coded.position(),
            Self::Own(own) => own.frames.position(),
        }
    }

    pub(super) fn read(&mut self, out: &mut Vec<f32>) -> Result<usize, DecodeError> {
        match self {
            Self::Coded(coded) => coded.read(out),
            Self::Own(own) => own.frames.read(out),
        }
    }

    pub(super) fn seek(&mut self, frame: u64) -> Result<(), DecodeError> {
        match self {
            Self::Coded(coded) => coded.seek(frame),
            Self::Own(own) => own.frames.seek(frame),
        }
    }
}
