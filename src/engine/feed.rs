//! The engine's end of the block pipe: which blocks are to be heard, and how far the one at hand is rendered. Blocks of
//! an old generation, or of an item that is neither rendered nor next, are given back unheard. Engine thread.

use super::command::Context;
use crate::model::id::{Generation, PlayId};
use crate::model::track::AudioFormat;
use crate::rt::pipe::{BlockReceiver, PcmBlock};

/// See the module's head.
pub struct Feed {
    blocks: BlockReceiver,
    generation: Generation,
    rendering: Rendering,
    follower: Follower,
    /// The follower is to be laid over the end of what is rendered, and so was what is rendered.
    fades: Fades,
    /// What became known of the follower when its blocks may have been read.
    known: Option<Context>,
    block: Option<PcmBlock>,
    /// Frames of `block` that are rendered.
    done: usize,
}

/// What follows the item that is rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follower {
    Nobody,
    Item(PlayId),
    /// Not told yet: the item has only just become the one that is rendered.
    Unknown,
}

#[derive(Debug, Clone, Copy, Default)]
struct Fades {
    follower: bool,
    rendering: bool,
}

/// The item that is rendered, and whether its last block was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rendering {
    Nothing,
    Item(PlayId),
    ToItsEnd(PlayId),
}

impl Feed {
    pub fn new(blocks: BlockReceiver) -> Self {
        Self {
            blocks,
            generation: Generation::default(),
            rendering: Rendering::Nothing,
            follower: Follower::Nobody,
            fades: Fades::default(),
            known: None,
            block: None,
            done: 0,
        }
    }

    /// From now on only blocks of this generation are heard, of `play` first.
    pub fn restart(&mut self, generation: Generation, play: PlayId, follower: Follower, fades: bool) {
        self.generation = generation;
        self.rendering = Rendering::Item(play);
        self.follower = follower;
        self.fades = Fades { follower: fades, rendering: false };
        self.known = None;
        self.refuse();
    }

    /// Nothing is heard until [`Self::restart`].
    pub fn clear(&mut self, generation: Generation) {
        self.generation = generation;
        self.rendering = Rendering::Nothing;
        self.follower = Follower::Nobody;
        self.refuse();
    }

    /// Another pipe, when the thread behind the old one hangs.
    pub fn replace(&mut self, blocks: BlockReceiver) {
        self.block = None;
        self.blocks = blocks;
    }

    pub fn blocks(&self) -> &BlockReceiver {
        &self.blocks
    }

    /// The item whose frames were rendered last.
    pub fn rendering(&self) -> Option<PlayId> {
        match self.rendering {
            Rendering::Nothing => None,
            Rendering::Item(play) | Rendering::ToItsEnd(play) => Some(play),
        }
    }

    /// `fades`: it is to be laid over the end of what is rendered.
    pub fn set_follower(&mut self, follower: Follower, fades: bool) {
        self.follower = follower;
        self.known = None;
        self.fades.follower = fades;
        self.refuse();
    }

    /// The follower is as it was told, and this is known of it now.
    pub fn know_of_follower(&mut self, context: Option<Context>) {
        self.known = context;
    }

    /// All was rendered and nothing is to follow.
    pub fn is_over(&self) -> bool {
        matches!(self.rendering, Rendering::ToItsEnd(_)) && self.follower == Follower::Nobody
    }

    /// All was rendered and it is not told yet what follows.
    pub fn waits_to_hear(&self) -> bool {
        matches!(self.rendering, Rendering::ToItsEnd(_)) && self.follower == Follower::Unknown
    }

    /// Whether what follows is, as far as is known, to be laid over the end of `play`, or was taken up so already.
    pub fn fades_out(&self, play: PlayId) -> bool {
        match self.follower {
            _ if self.rendering() != Some(play) => self.fades.rendering,
            Follower::Item(_) => self.fades.follower,
            Follower::Unknown => true,
            Follower::Nobody => false,
        }
    }

    /// The last frame of `play` was rendered.
    pub fn is_beyond(&self, play: PlayId) -> bool {
        self.rendering() != Some(play) || matches!(self.rendering, Rendering::ToItsEnd(_))
    }

    /// The block to render and the frames of it that are done; drops what is not to be heard.
    pub fn block(&mut self) -> Option<(&PcmBlock, usize)> {
        self.refuse();
        if self.block.is_none() && self.blocks.peek().is_some_and(|block| self.follows(block)) {
            self.block = self.blocks.receive();
            self.done = 0;
            self.take_up();
        }
        self.block.as_ref().map(|block| (block, self.done))
    }

    /// What the block at hand is, without taking one up.
    pub fn held_format(&self) -> Option<AudioFormat> {
        let block = self.block.as_ref().filter(|block| block.generation == self.generation);
        block.map(|block| block.format)
    }

    /// So many more frames of the block are rendered; a block that is done goes back.
    pub fn advance(&mut self, frames: usize) {
        self.done += frames;
        let Some(block) = self.block.take_if(|block| self.done >= block.frames()) else {
            return;
        };
        if block.last {
            self.rendering = Rendering::ToItsEnd(block.play);
        }
        self.blocks.give_back(block);
    }

    fn take_up(&mut self) {
        let Some(block) = &mut self.block else {
            return;
        };
        if self.follower == Follower::Item(block.play) {
            self.follower = Follower::Unknown;
            self.fades.rendering = self.fades.follower;
            if let Some(context) = self.known.take() {
                block.loudness = context.loudness(block.loudness.tags);
            }
        }
        self.rendering = Rendering::Item(block.play);
    }

    /// Whether the block is to be rendered now.
    fn follows(&self, block: &PcmBlock) -> bool {
        match self.rendering {
            Rendering::Nothing => false,
            Rendering::Item(play) => block.play == play,
            Rendering::ToItsEnd(_) => Follower::Item(block.play) == self.follower,
        }
    }

    /// Gives back what will never be heard.
    fn refuse(&mut self) {
        let stale = |block: &PcmBlock, feed: &Self| block.generation != feed.generation;
        if self.block.as_ref().is_some_and(|block| stale(block, self))
            && let Some(block) = self.block.take()
        {
            self.blocks.give_back(block);
        }
        while self.blocks.peek().is_some_and(|block| stale(block, self) || !self.is_expected(block)) {
            if let Some(block) = self.blocks.receive() {
                self.blocks.give_back(block);
            }
        }
    }

    fn is_expected(&self, block: &PcmBlock) -> bool {
        Follower::Item(block.play) == self.follower
            || matches!(self.rendering, Rendering::Item(play) if play == block.play)
    }
}
