//! Auralis: a terminal music player. (Architecture document.)

pub mod decode;
pub mod dsp;
pub mod engine;
pub mod library;
pub mod model;
pub mod rt;
