//! Blocks of sound on their way from the decode thread to the engine thread, and the empty ones on their way back.
//! Bounded; the engine's half never allocates and never waits.

use crate::model::audio::Spec;
use crate::model::id::{Generation, PlayId};
use crate::model::loudness::ItemLoudness;
use crate::model::sync::{Consumer, Producer, RingBuffer};
use crate::model::track::{AudioFormat, Trim};

/// Frames that a block is filled to, at rates up to 48 kHz.
pub const BLOCK_FRAMES: usize = 4096;

/// A run of frames that knows whose it is and where it belongs. Gapless follows from that: two blocks that touch in
/// identity and time are played touching.
#[derive(Debug)]
pub struct PcmBlock {
    pub generation: Generation,
    pub play: PlayId,
    /// Frame of the track that `samples` begins with.
    pub start_frame: u64,
    /// What the track is; the same in all its blocks.
    pub format: AudioFormat,
    /// What was taken off its ends; the same in all its blocks.
    pub trim: Trim,
    /// What of it is not decoded, in words; the same in all its blocks.
    pub lost: Option<&'static str>,
    /// How loud it is; the same in all its blocks.
    pub loudness: ItemLoudness,
    /// It comes as it is made, from a station; the same in all its blocks.
    pub is_live: bool,
    /// The track ends with this block (which may be empty).
    pub last: bool,
    /// Interleaved, `format.spec.channels` a frame.
    pub samples: Vec<f32>,
}

impl PcmBlock {
    fn empty() -> Self {
        let spec = Spec { rate: 44_100, channels: 2 };
        let format = AudioFormat { codec: crate::model::track::Codec::Pcm, spec, bits: None, frames: None };
        Self {
            generation: Generation::default(),
            play: PlayId::default(),
            start_frame: 0,
            format,
            trim: Trim::default(),
            lost: None,
            loudness: ItemLoudness::default(),
            is_live: false,
            last: false,
            samples: Vec::new(),
        }
    }

    pub fn frames(&self) -> usize {
        self.samples.len() / usize::from(self.format.spec.channels.max(1))
    }
}

/// The decode thread's half.
#[derive(Debug)]
pub struct BlockSender {
    full: Producer<PcmBlock>,
    empty: Consumer<PcmBlock>,
}

/// The engine thread's half.
#[derive(Debug)]
pub struct BlockReceiver {
    full: Consumer<PcmBlock>,
    empty: Producer<PcmBlock>,
}

/// A pipe of so many blocks. The blocks are made here, their samples grow once on the decode thread.
pub fn block_pipe(blocks: usize) -> (BlockSender, BlockReceiver) {
    let (full_in, full_out) = RingBuffer::new(blocks);
    let (mut empty_in, empty_out) = RingBuffer::new(blocks);
    for _ in 0..blocks {
        // The ring holds exactly `blocks`, so there is always room.
        let _ = empty_in.push(PcmBlock::empty());
    }
    let sender = BlockSender { full: full_in, empty: empty_out };
    (sender, BlockReceiver { full: full_out, empty: empty_in })
}

impl BlockSender {
    /// An empty block to fill, with its memory of former use; `None`: all are on their way.
    pub fn take(&mut self) -> Option<PcmBlock> {
        let mut block = self.empty.pop().ok()?;
        block.samples.clear();
        block.last = false;
        Some(block)
    }

    /// Sends a block that [`Self::take`] gave. There is room for every block that exists.
    pub fn send(&mut self, block: PcmBlock) {
        let _ = self.full.push(block);
    }

    /// Empty blocks at hand.
    pub fn free(&self) -> usize {
        self.empty.slots()
    }
}

impl BlockReceiver {
    pub fn receive(&mut self) -> Option<PcmBlock> {
        self.full.pop().ok()
    }

    /// The next block, left where it is.
    pub fn peek(&self) -> Option<&PcmBlock> {
        self.full.peek().ok()
    }

    /// Gives a played or refused block back.
    pub fn give_back(&mut self, block: PcmBlock) {
        let _ = self.empty.push(block);
    }

    /// Blocks waiting to be played.
    pub fn waiting(&self) -> usize {
        self.full.slots()
    }
}
