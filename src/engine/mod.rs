//! # engine: sound
//!
//! - **Purpose.** Plays a stream of blocks that carry their own identity and time. Knows *current* and *next*, never
//!   the queue.
//! - **May import.** `model`, `rt`, `decode`, `dsp`.
//! - **Threads.** `decode` opens and decodes files; `engine` renders and never does I/O; `output` opens and closes
//!   devices; the device's callback only copies.
//! - **Entry points.** [`command::EngineCommand`] in, [`command::EngineEvent`] out, [`output`] for where sound goes.
//! - **Invariants.** Samples of two items that join are contiguous; a block of an old generation is never heard; the
//!   position is the one heard; nothing an output does ends the program.

pub mod command;
pub mod output;
