//! What threads meet by where none holds a lock: atomics and fences, the pointer that is swapped, the queue of one writer
//! and one reader, the channel, sleep. Built with `--cfg loom` they are loom's, which tries every order of loads and stores
//! that the memory model allows: CONTRIBUTING.md has the command.

#[cfg(loom)]
mod checked;

#[cfg(loom)]
pub use checked::{
    ArcSwapOption, Builder, Consumer, Producer, Receiver, RingBuffer, Sender, Thread, TryRecvError, atomic,
    channel, current, fence, park, park_timeout, spin_loop, yield_now,
};

#[cfg(not(loom))]
pub use {
    arc_swap::ArcSwapOption,
    rtrb::{Consumer, Producer, RingBuffer},
    std::hint::spin_loop,
    std::sync::atomic::{self, fence},
    std::sync::mpsc::{Receiver, Sender, TryRecvError, channel},
    std::thread::{Builder, Thread, current, park, park_timeout, yield_now},
};
