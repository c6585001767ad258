//! # similarity: what sounds like what
//!
//! - **Purpose.** Distances between fingerprints over a library, and what can be done with them: neighbours, reasons, radio,
//!   paths, orders without jumps, near-duplicates.
//! - **May import.** `model`.
//! - **Thread.** None: pure functions, called on jobs. A neighbour search takes milliseconds, a space over a library some
//!   seconds for each million.
//! - **Entry points.** [`map::Map`] (a library, by track), [`space::Space`] (fingerprints in; distance, score, terms), [`nearest`], [`radio::next`],
//!   [`path::path`], [`smooth::order`], [`duplicates::near`].
//! - **Invariants.** Distances are symmetric, and the terms that are told as reasons sum to their square. Nothing depends on
//!   the order of rows, a clock or chance that was not given.

pub mod duplicates;
pub mod map;
pub mod nearest;
pub mod path;
pub mod radio;
pub mod redundancy;
pub mod scale;
pub mod smooth;
pub mod space;

pub use crate::model::weights;

#[cfg(test)]
pub(crate) mod made;
