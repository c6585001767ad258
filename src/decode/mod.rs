//! # decode: files and streams to samples
//!
//! - **Purpose.** A file, or what a server sends, becomes interleaved `f32` frames: probe, exact frame counts with the encoder's delay and
//!   padding taken off, sample-accurate seek, one error contract.
//! - **May import.** `model`.
//! - **Thread.** None of its own but `net-read`, one for each open address; calls may wait for the disk or a server, so
//!   they belong on the decode thread or on a job.
//! - **Entry points.** [`Source::open`], [`Source::read`], [`Source::seek`], [`Source::loudness`], [`about`]; [`cue`] for what
//!   sheets say; [`server`] for music that a server has.
//! - **Invariants.** No input makes a call panic, loop for ever or allocate without bound. Samples are finite.
//!   What `info().format.frames` promises is what reading to the end of a healthy file gives. No server is asked but
//!   for an address that was named; none is waited for without end.

mod aac;
mod container;
pub mod cue;
mod decoder;
mod demux;
pub mod encoding;
mod error;
mod fetched;
mod file;
mod formats;
mod guard;
#[cfg(feature = "http")]
mod http;
#[cfg(not(feature = "http"))]
#[path = "no_http.rs"]
mod http;
mod interleave;
mod interrupt;
mod loudness;
mod matroska;
mod measure;
mod mp4;
mod mpeg;
mod ogg;
mod opus;
mod part;
pub mod server;
mod sound;
mod source;
mod stream;
mod tags;
mod vorbis;
mod window;

pub use container::Container;
pub use error::DecodeError;
pub use fetched::{Fetched, fetch};
pub use interrupt::Interrupt;
pub use source::{About, Source, SourceInfo, about};
