//! # mastering: from measurements to a plan
//!
//! - **Purpose.** Decides what a chain is to do with a track or an album, and says why: tone beside what music of its tilt
//!   has, dynamics, loudness under a ceiling; or the tone and loudness of a reference; presets, intensity, taste. No signal code.
//! - **May import.** `model`.
//! - **Thread.** None; pure functions.
//! - **Entry points.** [`plan::plan`] of a [`source::Source`] and [`plan::Wishes`]; [`learn::learned`] of an observation.
//! - **Invariants.** One static decision a track or album. Continuous: a small change of a measurement makes a small change
//!   of the plan. Bounded. What is balanced already is left nearly as it is. What is not known moves nothing.
//!
//! The numbers of what music is like stand in [`corpus`], with the script that made them beside it.

pub mod corpus;
mod curve;
mod dynamics;
pub mod learn;
mod level;
pub mod plan;
mod preset;
pub mod reference;
pub mod score;
pub mod source;
mod tone;
