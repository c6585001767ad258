//! Finished samples on their way from the engine thread to whoever takes them: a device's callback or an output's own
//! thread. Holds about a tenth of a second. The reader's half does the last ramps (pause, resume, discard), so that they
//! are heard at once; it never allocates, locks, logs or waits.

use std::sync::Arc;

use crate::model::audio::Spec;
use crate::model::sync::RingBuffer;

mod reader;
mod shared;
mod writer;

#[cfg(test)]
mod tests;

pub use reader::{Read, RingReader};
pub use shared::RingShared;
pub use writer::RingWriter;

/// Length of the fades at pause, resume and discard, in milliseconds.
pub const FADE_MS: u32 = 10;
/// Marks on their way: far more than items can turn in the time that a ring holds.
const MARKS: usize = 64;

/// From frame `at` on, samples are exact or not.
#[derive(Debug, Clone, Copy)]
struct Mark {
    at: u64,
    exact: bool,
}

/// A ring for `capacity_frames`, the first of which counts as `first_frame`.
pub fn sample_ring(spec: Spec, capacity_frames: usize, first_frame: u64) -> (RingWriter, RingReader) {
    let channels = usize::from(spec.channels.max(1));
    let (producer, consumer) = RingBuffer::new(capacity_frames.max(1) * channels);
    let (marking, marks) = RingBuffer::new(MARKS);
    let shared = Arc::new(RingShared::new(spec, first_frame));
    let reader = RingReader::new(consumer, marks, Arc::clone(&shared));
    (RingWriter::new(producer, marking, shared, first_frame), reader)
}
