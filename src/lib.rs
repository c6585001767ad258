//! Auralis: a terminal music player. (Architecture document.)

pub mod config;
pub mod engine;
pub mod model;
pub mod rt;
pub mod tui;
