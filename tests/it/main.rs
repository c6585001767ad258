//! All integration tests but the architecture's, in one binary.

mod cli;
mod config;
