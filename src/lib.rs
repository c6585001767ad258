//! Auralis: a terminal music player. (Architecture document.)

pub mod decode;
pub mod model;
