//! # render: files through the mastering chain into files
//!
//! - **Purpose.** Masters tracks and albums to new files: what goes together, where to, what stands in the way; the proof of
//!   a plan's loudness; the pass through the chain; WAV and FLAC with tags and pictures.
//! - **May import.** `model`, `decode`, `dsp`, `library`, `analysis`, `mastering`, `engine::output` (its WAV and its rounding).
//! - **Threads.** `render-1..N`, each with an album or a track; they end with the call that started them.
//! - **Entry points.** [`prepare::prepare`] (names in, work and conflicts out), [`work::run`] (the work), [`pass::pass`],
//!   [`prove::prove`], [`reference::reference`] (what is matched).
//! - **Invariants.** Memory does not grow with the length of the sound. A file has its name only when it is whole and on the
//!   disk. No source is ever written. Tracks of an album that follow each other go through one chain: what comes out,
//!   put together, is what the album as one file would give.

pub mod compare;
pub mod error;
mod flac;
mod group;
pub mod impulse;
pub mod known;
mod part;
pub mod pass;
mod place;
pub mod prepare;
pub mod prove;
pub mod reference;
pub mod said;
mod tally;
pub mod work;
pub mod write;

pub use crate::model::rendering::Format;
pub use error::RenderError;
pub use group::Grouping;
