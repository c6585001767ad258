//! Engine and decode thread in every order in which they can meet: tried by loom, with the code itself. A wait that nobody
//! ends is for good there, and loom says so.

use std::path::Path;

use super::*;
use crate::model::sync::current;
use crate::model::track::Codec;
use crate::rt::models::check;

/// Gives one frame, at once or, where the path says so, not before the call.
struct Station {
    left: usize,
}

struct Stations;

impl Opens for Stations {
    fn open(&self, _: &Path) -> Result<Box<dyn Reads>, SourceError> {
        Ok(Box::new(Station { left: 1 }))
    }

    fn open_or_leave(&self, path: &Path, interrupt: &Interrupt) -> Result<Box<dyn Reads>, SourceError> {
        if path == Path::new("silent") {
            while !interrupt.is_asked() {
                park();
            }
            return Err("called back".into());
        }
        self.open(path)
    }
}

impl Reads for Station {
    fn format(&self) -> AudioFormat {
        let spec = Spec { rate: 44_100, channels: 1 };
        AudioFormat { codec: Codec::Flac, spec, bits: None, frames: None }
    }

    fn position(&self) -> u64 {
        1 - self.left as u64
    }

    fn read(&mut self, out: &mut Vec<f32>) -> Result<usize, SourceError> {
        out.extend(std::iter::repeat_n(0.5, self.left));
        Ok(std::mem::take(&mut self.left))
    }

    fn seek(&mut self, _: u64) -> Result<(), SourceError> {
        self.left = 1;
        Ok(())
    }

    fn corrupt_packets(&self) -> u64 {
        0
    }
}

fn prefetch() -> (Prefetch, BlockReceiver) {
    let engine = current();
    Prefetch::spawn(Arc::new(Stations), Wake::new(move || engine.unpark())).unwrap()
}

fn item(play: u64, path: &str) -> Item {
    Item::alone(PlayId(play), Path::new(path).into())
}

fn start(item: Item, next: Option<Item>) -> Start {
    Start { item, place: Place::Start, repeats: None, next }
}

/// Sleeps for blocks as the engine does, until there is one of this start and item.
fn await_block(prefetch: &Prefetch, blocks: &mut BlockReceiver, generation: u64, play: u64) {
    loop {
        while let Some(block) = blocks.receive() {
            if (block.generation, block.play) == (Generation(generation), PlayId(play)) {
                return;
            }
            blocks.give_back(block);
            prefetch.refill(blocks);
        }
        prefetch.set_hungry();
        // One may have come before the decode thread could know that we wait.
        if blocks.peek().is_none() {
            park();
        }
    }
}

#[test]
fn an_engine_that_waits_is_woken_by_the_block() {
    check("hungry", Some(3), || {
        let (prefetch, mut blocks) = prefetch();
        prefetch.start(Generation(1), start(item(1, "near"), None));
        await_block(&prefetch, &mut blocks, 1, 1);
    });
}

#[test]
fn a_server_that_is_silent_is_left_for_what_is_asked_for_after_it() {
    check("left for another", Some(2), || {
        let (prefetch, mut blocks) = prefetch();
        prefetch.start(Generation(1), start(item(1, "silent"), None));
        prefetch.start(Generation(2), start(item(2, "near"), None));
        await_block(&prefetch, &mut blocks, 2, 2);
    });
}

#[test]
fn a_server_that_is_silent_is_left_for_the_item_that_was_worked_on_before_it() {
    check("left for the one before", Some(2), || {
        let (prefetch, mut blocks) = prefetch();
        prefetch.start(Generation(1), start(item(1, "near"), None));
        await_block(&prefetch, &mut blocks, 1, 1);
        prefetch.start(Generation(2), start(item(2, "silent"), None));
        prefetch.start(Generation(3), start(item(1, "near"), None));
        await_block(&prefetch, &mut blocks, 3, 1);
    });
}

#[test]
fn a_server_that_is_silent_is_left_when_something_else_is_to_follow() {
    check("left for the next", Some(2), || {
        let (prefetch, mut blocks) = prefetch();
        prefetch.start(Generation(1), start(item(1, "near"), Some(item(2, "silent"))));
        await_block(&prefetch, &mut blocks, 1, 1);
        prefetch.set_next(PlayId(1), Some(item(3, "near")));
        await_block(&prefetch, &mut blocks, 1, 3);
    });
}

/// Dropping it is enough.
#[test]
fn a_wait_for_a_silent_server_ends_with_the_engine() {
    check("left for good", Some(3), || {
        let (prefetch, _blocks) = prefetch();
        prefetch.start(Generation(1), start(item(1, "silent"), None));
    });
}
