//! # rt: real-time primitives
//!
//! - **Purpose.** What the three stages of sound meet by: blocks and their pipe, the sample ring, the clock of what is
//!   heard, the tap for the eye, the newest-value cell.
//! - **May import.** `model`.
//! - **Thread.** None of its own; each half of a pair belongs to the thread that its file names.
//! - **Entry points.** [`pipe::block_pipe`], [`ring::sample_ring`], [`clock::PlaybackClock`], [`tap::Tap`],
//!   [`latest::Latest`].
//! - **Invariants.** Nothing allocates, locks or waits after it was made. Frame counts of the output never go back.

pub mod clock;
pub mod fifo;
pub mod gauge;
pub mod latest;
#[cfg(all(test, loom))]
pub(crate) mod models;
pub mod pipe;
pub mod ring;
pub mod tap;
pub mod wake;
