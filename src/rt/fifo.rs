//! Frames that wait in order, in memory that is made beforehand. One owner, one thread.

/// See the module's head.
#[derive(Debug)]
pub struct FrameFifo {
    samples: Vec<f32>,
    channels: usize,
    /// Sample that is taken next, and how many wait.
    start: usize,
    len: usize,
}

impl FrameFifo {
    pub fn new(channels: usize, capacity_frames: usize) -> Self {
        let channels = channels.max(1);
        Self { samples: vec![0.0; capacity_frames * channels], channels, start: 0, len: 0 }
    }

    /// Frames that it holds at most.
    pub fn capacity(&self) -> usize {
        self.samples.len() / self.channels
    }

    /// Frames that wait.
    pub fn len(&self) -> usize {
        self.len / self.channels
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn room(&self) -> usize {
        self.capacity() - self.len()
    }

    /// Makes room for at least so many frames; allocates where there is less. Frames that wait stay.
    pub fn grow(&mut self, capacity_frames: usize) {
        if capacity_frames <= self.capacity() {
            return;
        }
        let mut samples = vec![0.0; capacity_frames * self.channels];
        let len = self.len;
        self.take(&mut samples[..len]);
        (self.samples, self.start, self.len) = (samples, 0, len);
    }

    pub fn clear(&mut self) {
        (self.start, self.len) = (0, 0);
    }

    /// Whole frames, as many as there is room for.
    pub fn push(&mut self, samples: &[f32]) {
        let count = samples.len().min(self.room() * self.channels);
        if count == 0 {
            return;
        }
        let end = (self.start + self.len) % self.samples.len();
        let first = count.min(self.samples.len() - end);
        self.samples[end..end + first].copy_from_slice(&samples[..first]);
        self.samples[..count - first].copy_from_slice(&samples[first..count]);
        self.len += count;
    }

    /// Takes whole frames to the beginning of `out`; returns how many.
    pub fn pop(&mut self, out: &mut [f32]) -> usize {
        let count = out.len().min(self.len) / self.channels * self.channels;
        self.take(&mut out[..count]);
        count / self.channels
    }

    pub fn drop_front(&mut self, frames: usize) {
        let count = (frames * self.channels).min(self.len);
        self.advance(count);
    }

    fn take(&mut self, out: &mut [f32]) {
        let count = out.len();
        let first = count.min(self.samples.len() - self.start);
        out[..first].copy_from_slice(&self.samples[self.start..self.start + first]);
        out[first..].copy_from_slice(&self.samples[..count - first]);
        self.advance(count);
    }

    fn advance(&mut self, count: usize) {
        if count > 0 {
            self.start = (self.start + count) % self.samples.len();
            self.len -= count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_fits_into_nothing() {
        let mut fifo = FrameFifo::new(2, 0);
        fifo.push(&[1.0, 2.0]);
        assert_eq!((fifo.len(), fifo.room(), fifo.pop(&mut [0.0; 4])), (0, 0, 0));
        fifo.grow(3);
        fifo.push(&[1.0, 2.0, 3.0, 4.0]);
        let mut out = [0.0; 3];
        assert_eq!((fifo.pop(&mut out), out), (1, [1.0, 2.0, 0.0]));
    }

    proptest! {
        /// Against a deque, with any order of calls.
        #[test]
        fn it_is_a_queue(calls in prop::collection::vec((0..4u8, 0..9usize), 0..200)) {
            let mut fifo = FrameFifo::new(2, 7);
            let mut model = std::collections::VecDeque::new();
            let mut next = 0.0;
            for (call, count) in calls {
                match call {
                    0 => {
                        let new: Vec<f32> = (0..count * 2).map(|n| next + n as f32).collect();
                        next += new.len() as f32;
                        model.extend(&new[..new.len().min(fifo.room() * 2)]);
                        fifo.push(&new);
                    }
                    1 => {
                        let mut out = vec![0.0; count * 2];
                        let got = fifo.pop(&mut out);
                        let expected: Vec<f32> = model.drain(..(count * 2).min(model.len())).collect();
                        prop_assert_eq!(&out[..got * 2], &expected[..]);
                    }
                    2 => {
                        model.drain(..(count * 2).min(model.len()));
                        fifo.drop_front(count);
                    }
                    _ => fifo.grow(count),
                }
                prop_assert_eq!(fifo.len() * 2, model.len());
            }
        }
    }
}
