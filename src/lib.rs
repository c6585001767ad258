//! Auralis: a terminal music player. (Architecture document.)

pub mod model;
