//! Integration tests: one binary, one file a subject.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]

mod catalog;
mod cli;
mod config;
mod decode;
#[cfg(feature = "device")]
mod device;
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
#[cfg(feature = "http")]
mod radio;
mod rig;
mod scan;
mod screens;
mod search;
#[cfg(feature = "http")]
mod server;
mod sound;
mod stage;
mod store;
mod tags;
mod terminal;
mod transport;
