//! # dsp: signal processing
//!
//! - **Purpose.** What is done to samples on their way: channel mapping, resampling, gain ramps. Plain structs over
//!   interleaved `f32` frames.
//! - **May import.** `model`.
//! - **Thread.** None of its own; called by the engine thread and by offline work.
//! - **Entry points.** [`channels::ChannelMap`], [`resampler::Resampler`], [`gain::GainRamp`].
//! - **Invariants.** No I/O, no clock, no allocation after `new`; the result does not depend on how the frames are cut
//!   into blocks; what changes nothing leaves every bit as it was.

pub mod channels;
pub mod gain;
pub mod resampler;
