//! Frames out of blocks that decode by themselves: exact places, damage counted and stepped over. Used by all formats of
//! this folder.

use super::super::error::DecodeError;
use super::super::interleave::finite;
use super::super::sound::Frames;

/// Most frames that one read delivers.
const MAX_READ_FRAMES: usize = 8_192;
/// Damaged blocks in a row that end a track.
const MAX_CORRUPT_IN_A_ROW: u32 = 256;

/// What became of a block.
pub(super) enum Block {
    /// Its frames begin with this one.
    From(u64),
    /// Nothing of it can be used; the next one begins with this frame.
    Damaged(u64),
    /// The file ends before it.
    Missing,
}

/// A row of blocks. May wait for the disk.
pub(super) trait Blocks: Send {
    /// Decodes the block that holds `frame` to interleaved samples, into `out`, which is empty.
    fn decode(&mut self, frame: u64, out: &mut Vec<f32>) -> Result<Block, DecodeError>;
}

/// See the module's head.
pub(super) struct Blocked<B> {
    blocks: B,
    channels: usize,
    /// Frames that there are; fewer than promised once the end was found earlier.
    total: u64,
    at: u64,
    /// The last block decoded, and its first frame.
    ready: Vec<f32>,
    ready_from: u64,
    corrupt: u64,
    corrupt_in_a_row: u32,
}

impl<B: Blocks> Blocked<B> {
    pub(super) fn new(blocks: B, channels: usize, total: u64) -> Self {
        let channels = channels.max(1);
        Self {
            blocks,
            channels,
            total,
            at: 0,
            ready: Vec::new(),
            ready_from: 0,
            corrupt: 0,
            corrupt_in_a_row: 0,
        }
    }

    /// Samples of the ready block from `at` on, cut to the end of the music.
    fn rest(&self) -> &[f32] {
        let skip = self.at.checked_sub(self.ready_from).and_then(|skip| usize::try_from(skip).ok());
        let rest = skip.and_then(|skip| self.ready.get(skip.checked_mul(self.channels)?..)).unwrap_or(&[]);
        let left = usize::try_from(self.total.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let frames = (rest.len() / self.channels).min(left).min(MAX_READ_FRAMES);
        &rest[..frames * self.channels]
    }

    /// Makes the block that holds `at` ready; `false` at the end.
    fn prepare(&mut self) -> Result<bool, DecodeError> {
        while self.at < self.total {
            if !self.rest().is_empty() {
                return Ok(true);
            }
            self.ready.clear();
            match self.blocks.decode(self.at, &mut self.ready)? {
                Block::From(start) => {
                    self.ready_from = start;
                    self.corrupt_in_a_row = 0;
                    if self.rest().is_empty() {
                        // A block shorter than it says would be asked for again for ever.
                        self.total = self.at;
                    }
                }
                Block::Damaged(next) => {
                    self.corrupt += 1;
                    self.corrupt_in_a_row += 1;
                    if self.corrupt_in_a_row >= MAX_CORRUPT_IN_A_ROW {
                        return Err(DecodeError::TooManyCorrupt { packets: self.corrupt_in_a_row });
                    }
                    self.at = next.max(self.at + 1).min(self.total);
                }
                Block::Missing => self.total = self.at,
            }
        }
        Ok(false)
    }
}

impl<B: Blocks> Frames for Blocked<B> {
    fn position(&self) -> u64 {
        self.at
    }

    fn read(&mut self, out: &mut Vec<f32>) -> Result<usize, DecodeError> {
        if !self.prepare()? {
            return Ok(0);
        }
        let samples = self.rest();
        let frames = samples.len() / self.channels;
        out.extend(samples.iter().map(|&sample| finite(sample)));
        self.at += frames as u64;
        Ok(frames)
    }

    fn seek(&mut self, frame: u64) -> Result<(), DecodeError> {
        self.at = frame.min(self.total);
        Ok(())
    }

    fn corrupt_packets(&self) -> u64 {
        self.corrupt
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blocks of 10 frames that count; the third is damaged; the file ends within the sixth.
    struct Counting;

    impl Blocks for Counting {
        fn decode(&mut self, frame: u64, out: &mut Vec<f32>) -> Result<Block, DecodeError> {
            let start = frame / 10 * 10;
            match start {
                20 => return Ok(Block::Damaged(30)),
                50 => out.extend((50..55).map(|frame| frame as f32)),
                60.. => return Ok(Block::Missing),
                _ => out.extend((start..start + 10).map(|frame| frame as f32)),
            }
            Ok(Block::From(start))
        }
    }

    #[test]
    fn damage_is_stepped_over_and_the_end_is_where_it_is_found() {
        let mut blocked = Blocked::new(Counting, 1, 100);
        let mut samples = Vec::new();
        while blocked.read(&mut samples).unwrap() > 0 {}
        let expected: Vec<f32> = (0..20).chain(30..55).map(|frame| frame as f32).collect();
        assert_eq!((samples, blocked.position(), blocked.corrupt_packets()), (expected, 55, 1));
        blocked.seek(7).unwrap();
        let mut samples = Vec::new();
        assert_eq!((blocked.read(&mut samples).unwrap(), samples), (3, vec![7.0, 8.0, 9.0]));
        blocked.seek(u64::MAX).unwrap();
        assert_eq!((blocked.position(), blocked.read(&mut Vec::new()).unwrap()), (55, 0));
    }
}
