//! Integration tests: one binary, one file a subject.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]

#[cfg(feature = "device")]
mod device;
mod gapless;
mod media;
mod outputs;
mod rig;
mod sound;
mod transport;
