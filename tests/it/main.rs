//! Integration tests: one binary, one file a subject.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]

mod catalog;
mod cli;
mod config;
mod decode;
#[cfg(feature = "device")]
mod device;
#[cfg(feature = "device")]
mod device_events;
mod docs;
mod gapless;
mod home;
mod keys;
mod library_media;
mod media;
mod outputs;
mod play;
mod pseudo_terminal;
mod pty;
mod recovery;
mod rig;
mod scan;
mod screens;
mod search;
mod sound;
mod stage;
mod store;
mod tags;
mod terminal;
mod transport;
