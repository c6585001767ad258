//! Integration tests: one binary, one file a subject.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]

mod ape;
mod catalog;
mod cli;
mod config;
mod cue;
mod cue_scan;
mod decode;
#[cfg(feature = "device")]
mod device;
mod docs;
mod formats;
mod gapless;
mod home;
mod keys;
mod library_media;
mod loudness;
mod media;
mod outputs;
mod play;
mod pseudo_terminal;
mod pty;
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
