//! Auralis: a terminal music player. (Architecture document.)

pub mod library;
pub mod model;
