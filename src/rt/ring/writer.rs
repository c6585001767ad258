//! Takes finished samples in, and says when to pause, to drop and to end.

use std::sync::Arc;

use super::shared::Void;
use super::{Mark, RingShared};
use crate::model::sync::Producer;
use crate::model::sync::atomic::Ordering;

/// The engine thread's half.
#[derive(Debug)]
pub struct RingWriter {
    samples: Producer<f32>,
    marks: Producer<Mark>,
    shared: Arc<RingShared>,
    written: u64,
    /// Frames that may wait, where that is less than there is room for.
    depth: usize,
    /// What the next frame is, and what the reader will take it for.
    exact: bool,
    marked: bool,
    /// Gets the same, as far as there is room there.
    companion: Option<Box<RingWriter>>,
}

impl RingWriter {
    pub(super) fn new(
        samples: Producer<f32>,
        marks: Producer<Mark>,
        shared: Arc<RingShared>,
        first_frame: u64,
    ) -> Self {
        let depth = usize::MAX;
        Self {
            samples,
            marks,
            shared,
            written: first_frame,
            depth,
            exact: false,
            marked: false,
            companion: None,
        }
    }

    pub fn shared(&self) -> &Arc<RingShared> {
        &self.shared
    }

    /// Count of the frame that will be written next.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Frames that may wait.
    pub fn capacity_frames(&self) -> usize {
        let all = self.samples.buffer().capacity() / usize::from(self.shared.spec.channels.max(1));
        all.min(self.depth)
    }

    /// From now on so many frames may wait: what is written then is heard that much sooner. `None`: as many as there is
    /// room for.
    pub fn set_depth(&mut self, frames: Option<usize>) {
        self.depth = frames.unwrap_or(usize::MAX).max(1);
    }

    pub fn free_frames(&self) -> usize {
        if self.exact != self.marked && self.marks.is_full() {
            return 0;
        }
        let free = self.samples.slots() / usize::from(self.shared.spec.channels.max(1));
        if self.depth == usize::MAX {
            return free;
        }
        let waiting = usize::try_from(self.waiting_frames()).unwrap_or(usize::MAX);
        free.min(self.depth.saturating_sub(waiting))
    }

    /// Frames written and not yet taken.
    pub fn waiting_frames(&self) -> u64 {
        self.written.saturating_sub(self.shared.consumed())
    }

    /// Those of them that are to be heard: a discard made the others void, and the reader drops them when it looks.
    pub fn sounding_frames(&self) -> u64 {
        let void = self.shared.void().until;
        self.written.saturating_sub(self.shared.consumed().max(void))
    }

    /// The frame with this count is at the ear; one that is not written yet is where all before it were heard.
    pub fn is_heard(&self, at: u64) -> bool {
        let taken = self.shared.consumed() > at || self.waiting_frames() == 0;
        self.shared.audible() >= at && taken
    }

    /// Whether the frames written from here on have the very values that the output's integers stand for, so that
    /// narrowing them takes nothing away. At first they have not.
    pub fn set_exact(&mut self, exact: bool) {
        self.exact = exact;
    }

    /// From now on another ring gets all that this one gets and is told. Nobody waits for it: what it has no room for is
    /// lost to it.
    pub fn accompany(&mut self, companion: RingWriter) {
        self.companion = Some(Box::new(companion));
    }

    /// Writes whole frames as far as there is room; returns the frames written.
    pub fn write(&mut self, samples: &[f32]) -> usize {
        let channels = usize::from(self.shared.spec.channels.max(1));
        if self.exact != self.marked {
            // Before the frames: who sees them sees the mark too.
            if self.marks.push(Mark { at: self.written, exact: self.exact }).is_err() {
                return 0;
            }
            self.marked = self.exact;
        }
        let frames = (samples.len() / channels).min(self.free_frames());
        let Ok(mut chunk) = self.samples.write_chunk(frames * channels) else {
            return 0;
        };
        let (first, second) = chunk.as_mut_slices();
        let (head, tail) = samples[..frames * channels].split_at(first.len());
        first.copy_from_slice(head);
        second.copy_from_slice(tail);
        chunk.commit_all();
        self.written += frames as u64;
        self.shared.wake_reader();
        if let Some(companion) = &mut self.companion {
            companion.set_exact(self.exact);
            companion.write(&samples[..frames * channels]);
        }
        frames
    }

    /// Pause or go on, with a fade, from the very sample where the ear was.
    pub fn set_paused(&self, paused: bool) {
        self.shared.paused.store(paused, Ordering::Release);
        self.shared.wake_reader();
        self.companion.iter().for_each(|companion| companion.set_paused(paused));
    }

    /// Makes everything written so far void: the reader fades out, drops it, and goes on with what is written next,
    /// faded in or not.
    pub fn discard(&self, fade_in: bool) {
        self.shared.ends_at.store(u64::MAX, Ordering::Release);
        self.shared.set_void(Void { until: self.written, fades_in: fade_in });
        self.shared.wake_reader();
        self.companion.iter().for_each(|companion| companion.discard(fade_in));
    }

    /// The count after which nothing is to come, by [`Self::set_ended`].
    pub fn ends_at(&self) -> Option<u64> {
        self.shared.ends_at()
    }

    /// Nothing comes after what is written: an empty ring is the end and no underrun. `false`: more will come after all.
    pub fn set_ended(&self, ended: bool) {
        let at = if ended { self.written } else { u64::MAX };
        self.shared.ends_at.store(at, Ordering::Release);
        self.shared.wake_reader();
        self.companion.iter().for_each(|companion| companion.set_ended(ended));
    }
}
