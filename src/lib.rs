//! Auralis: a terminal music player. (Architecture document.)

pub mod config;
pub mod model;
