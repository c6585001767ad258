//! The parts of a frame, one a file. Each draws from the scene into its area and tells where the mouse can hit it.

mod cover;
pub mod curve;
pub mod debug;
pub mod equaliser;
pub mod frame;
pub mod help;
pub mod hint;
pub mod library;
pub mod lyrics;
pub mod mastering;
mod measured;
pub mod menu;
pub(super) mod now;
pub mod outputs;
mod panel;
pub mod playlists;
mod portrait;
pub mod prompt;
pub mod queue;
pub mod report;
pub mod rows;
pub mod signal;
pub mod song;
pub mod status;
pub mod tags;
pub mod visual;
mod wave;
