//! Integration tests: one binary, one file a subject.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod catalog;
mod library_media;
mod scan;
mod search;
mod store;
mod tags;
