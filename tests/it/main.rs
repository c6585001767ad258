//! Integration tests: one binary, one file a subject.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[cfg(feature = "device")]
mod device;
mod outputs;
mod sound;
