//! # analysis: numbers about sound
//!
//! - **Purpose.** Measures sound: the spectrum of what is heard.
//! - **May import.** `model`, `rt`, `decode`, `dsp`.
//! - **Thread.** `spectrum`, asleep while nobody looks; the measuring itself has none.
//! - **Entry points.** [`spectrum::Spectrum`] (window in, bands out), [`eye::spawn`] (its thread).
//! - **Invariants.** Measuring allocates nothing after it was made; levels are right to the closed form.

pub mod eye;
pub mod spectrum;
