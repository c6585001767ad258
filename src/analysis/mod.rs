//! # analysis: numbers about sound
//!
//! - **Purpose.** Measures sound: a whole track in one pass, and looks at what is heard.
//! - **May import.** `model`, `rt`, `decode`, `dsp`.
//! - **Thread.** `spectrum`, asleep while nobody looks; the measuring itself has none: a track is measured on a job.
//! - **Entry points.** [`measure::measure`] (a file in, all numbers out), [`Analyser`] (one of its measures),
//!   [`visual::Looks`] (what is heard in, pictures out), [`eye::spawn`] (their thread).
//! - **Invariants.** Measuring a track takes memory that does not grow with its length, and its numbers do not depend on how
//!   the frames are cut into blocks. Where there is no number there is a reason. Levels are right to the closed form.

pub mod dynamics;
pub mod eye;
mod lanes;
pub mod loudness;
pub mod measure;
pub mod null;
pub mod print;
pub mod profile;
pub mod quality;
pub mod spectrum;
pub mod visual;
pub mod waveform;

use crate::model::audio::Spec;

/// One measure of a whole track: is fed its frames once, in order, and tells at the end. Takes any samples; what is not a
/// finite number makes its results [`crate::model::features::Absent::NotFinite`], never a panic.
pub trait Analyser: Sized {
    /// What it tells; single numbers that may be missing are [`crate::model::features::Value`]s.
    type Found;

    fn new(spec: Spec) -> Self;

    /// Takes interleaved frames, as many as there are: the result is the same however they are cut.
    fn push(&mut self, frames: &[f32]);

    /// After the last frame.
    fn finish(self) -> Self::Found;
}
