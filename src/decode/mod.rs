//! # decode: files to samples
//!
//! - **Purpose.** A file becomes interleaved `f32` frames: probe, exact frame counts with the encoder's delay and
//!   padding taken off, sample-accurate seek, one error contract.
//! - **May import.** `model`.
//! - **Thread.** None of its own; calls may wait for the disk, so they belong on the decode thread or on a job.
//! - **Entry points.** [`Source::open`], [`Source::read`], [`Source::seek`], [`Source::loudness`], [`about`]; [`cue`] for
//!   what sheets say.
//! - **Invariants.** No input makes a call panic, loop for ever or allocate without bound. Samples are finite.
//!   What `info().format.frames` promises is what reading to the end of a healthy file gives.

mod aac;
mod container;
pub mod cue;
mod decoder;
mod demux;
mod error;
mod file;
mod formats;
mod guard;
mod interleave;
mod loudness;
mod matroska;
mod measure;
mod mp4;
mod mpeg;
mod ogg;
mod opus;
mod part;
mod sound;
mod source;
mod stream;
mod tags;
mod vorbis;
mod window;

pub use container::Container;
pub use error::DecodeError;
pub use source::{About, Source, SourceInfo, about};
