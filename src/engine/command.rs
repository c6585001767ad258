//! What the engine is asked and what it tells. Made by `app::perform`, consumed by the engine thread; events go to the
//! app by the closure given at start.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::model::id::PlayId;
use crate::model::player::Position;
use crate::model::settings::OutputSettings;
use crate::model::snapshot::{OutputState, StreamView};
use crate::model::track::AudioFormat;

/// One started playing of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub play: PlayId,
    pub path: Arc<Path>,
}

/// A place in an item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Place {
    Start,
    Time(Duration),
    /// Frame at the item's own rate.
    Frame(u64),
    /// 0.0 to 1.0 of the length; the start where the length is not known.
    Fraction(f64),
}

/// Asked by the app. The last intent wins: a later command makes an earlier one of its kind void.
#[derive(Debug, Clone, PartialEq)]
pub enum EngineCommand {
    /// Play this now, in place of whatever plays; the old next is forgotten.
    Load {
        item: Item,
        place: Place,
        paused: bool,
    },
    /// What follows the current item without a gap; replaces an earlier answer as long as it is not heard.
    SetNext(Option<Item>),
    /// Go on after a pause.
    Play,
    Pause,
    /// In the current item; beyond the end is the end.
    Seek(Place),
    /// Forget what plays; let the output go after a while.
    Stop,
    /// Linear gain, 0.0 to 1.0, reached by a short ramp.
    Gain(f32),
    /// Move the sound, going on from where the ear was.
    Output(OutputSettings),
    /// Fade out on a device, write what is rendered to a file or pipe, close the output, end the threads.
    Shutdown,
}

/// Told to the app. Facts only; what changes faster is on the clock and the tap.
#[derive(Debug, Clone, PartialEq)]
pub enum EngineEvent {
    /// The first frame of a loaded item is audible, or it stands ready where it was loaded paused. `at`:
    /// count of the output frame that it begins with.
    Started {
        play: PlayId,
        format: AudioFormat,
        at: u64,
    },
    /// The ear went from one item into the next, which begins with output frame `at`.
    Crossed {
        from: PlayId,
        to: PlayId,
        format: AudioFormat,
        at: u64,
    },
    /// After a seek, the frame that is heard from.
    Seeked {
        play: PlayId,
        frame: u64,
    },
    /// The last frame was heard and nothing followed.
    Ended {
        play: PlayId,
    },
    /// The file could not be opened, or ends early because it could not be read on. A current item that fails before
    /// its first frame (`was_heard` is false) is not followed by anything: the app says what comes next. One that ends
    /// early is crossed from or ended as any other.
    Failed {
        play: PlayId,
        error: String,
        was_heard: bool,
    },
    /// An item was decoded to its end: so many of its frames were handed on since it was loaded or last sought in.
    Decoded {
        play: PlayId,
        frames: u64,
    },
    /// So many packets of an item were damaged and skipped; told once, at its end.
    Damaged {
        play: PlayId,
        packets: u64,
    },
    /// What a stream that cannot be sought says of itself from what is heard now on.
    Stream {
        play: PlayId,
        stream: StreamView,
    },
    /// It plays and nothing is heard, for want of blocks; or they have come.
    Buffering {
        play: PlayId,
        on: bool,
    },
    Output(OutputState),
    /// The output can take no more and never will, or cannot be opened and never will: what played has stopped, nothing
    /// else is told of it. `heard`: up to where; `unread`: merely because whoever read it has gone.
    OutputEnded {
        heard: Option<Position>,
        why: String,
        unread: bool,
    },
    /// Asked to move to an output that does not open: the sound stays where it was.
    OutputRefused {
        asked: OutputSettings,
        why: String,
    },
    /// The engine thread has ended.
    Gone,
}

/// Counts since the start, for `play --json` and the curious.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Frames that outputs took as sound: without what was rendered and then made void.
    pub frames: u64,
    /// Times an output ran out of sound.
    pub underruns: u64,
}
