//! # dsp: signal processing
//!
//! - **Purpose.** What is done to samples on their way: channel mapping, speed, resampling, gain ramps, balance, the
//!   mastering chain, the listener's equaliser and what belongs to it, the limiter, dither. Plain structs over interleaved `f32` frames.
//! - **May import.** `model`.
//! - **Thread.** None of its own; called by the engine thread and by offline work.
//! - **Entry points.** [`channels::ChannelMap`], [`speed::Speed`], [`resampler::Resampler`], [`gain::GainRamp`],
//!   [`balance::Balance`], [`chain::Chain`], [`convolve::Convolver`], [`listener::Listener`], [`limiter::Limiter`],
//!   [`dither::Tpdf`].
//! - **Invariants.** No I/O, no clock, no allocation after `new`; the result does not depend on how the frames are cut
//!   into blocks; what changes nothing leaves every bit as it was.

pub mod balance;
pub mod chain;
pub mod channels;
pub mod convolve;
pub mod dither;
pub mod gain;
pub mod impulse;
mod kaiser;
pub mod limiter;
pub mod listener;
pub mod resampler;
pub mod speed;
pub mod true_peak;
mod wide;
