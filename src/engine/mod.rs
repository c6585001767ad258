//! # engine: sound
//!
//! - **Purpose.** Plays a stream of blocks that carry their own identity and time. Knows *current* and *next*, never
//!   the queue.
//! - **May import.** `model`, `rt`, `decode`, `dsp`.
//! - **Threads.** `decode` opens and decodes files; `engine` renders and never does I/O; `output` opens and closes
//!   devices; the device's callback only copies.
//! - **Entry points.** [`Engine::spawn`]; [`command::EngineCommand`] in, [`command::EngineEvent`] out, [`output`] for
//!   where sound goes.
//! - **Invariants.** Samples of two items that join are contiguous; a block of an old generation is never heard; the
//!   position is the one heard; nothing an output does ends the program.

pub mod command;
mod error;
pub mod feed;
mod flow;
mod handle;
pub mod level;
mod master;
mod obey;
mod outlet;
pub mod output;
mod prefetch;
#[cfg(feature = "device")]
mod priority;
#[cfg(not(feature = "device"))]
#[path = "no_priority.rs"]
mod priority;
mod recover;
pub mod render;
mod run;
mod signal;
mod source;
mod tail;
mod tempo;
mod transport;
mod watchdog;

pub use error::EngineError;
pub use handle::{Engine, EngineHandle, EngineOptions, EngineSender};
pub use source::{Files, Opens, Reads, SourceError};
