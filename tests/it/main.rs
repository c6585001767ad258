//! Integration tests: one binary, one file a subject.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod catalog;
mod library_media;
mod scan;
mod search;
mod store;
mod tags;
//! All integration tests in one binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]

mod decode;
mod media;
//! All integration tests but the architecture's, in one binary.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod cli;
mod config;
#[cfg(feature = "device")]
mod device;
mod outputs;
mod sound;
