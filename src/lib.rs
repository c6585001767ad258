//! Auralis: a terminal music player. (Architecture document.)

pub mod dsp;
pub mod engine;
pub mod model;
pub mod rt;
