//! What the engine is asked and what it tells. Made by `app::perform`, consumed by the engine thread; events go to the
//! app by the closure given at start.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub use crate::dsp::impulse::ImpulseResponse;
use crate::model::chain::Mastered;
use crate::model::id::PlayId;
use crate::model::loudness::{ItemLoudness, LoudnessTags};
use crate::model::player::Position;
use crate::model::settings::{OutputSettings, SoundSettings};
use crate::model::signal::SignalPath;
use crate::model::snapshot::{OutputState, StreamView};
use crate::model::track::AudioFormat;

/// One started playing of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub play: PlayId,
    pub path: Arc<Path>,
    pub context: Context,
    /// How it is mastered, if it is.
    pub mastered: Option<Arc<Mastered>>,
}

impl Item {
    /// Without a queue around it.
    pub fn alone(play: PlayId, path: Arc<Path>) -> Self {
        Self { play, path, context: Context::default(), mastered: None }
    }
}

/// What the queue and the library know of an item and its neighbours.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Context {
    /// It is played among its album, in order.
    pub in_album: bool,
    /// It belongs to what is played before it: nothing is to be crossfaded there.
    pub is_joined: bool,
    /// Its loudness as measured by ourselves.
    pub measured: LoudnessTags,
}

impl Context {
    /// With what the item's tags say.
    pub fn loudness(&self, tags: LoudnessTags) -> ItemLoudness {
        ItemLoudness { tags, measured: self.measured, in_album: self.in_album }
    }
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
    /// What follows the current item without a gap; replaces an earlier answer as long as it is not heard. The same one
    /// once more tells what is known of its loudness now: it counts unless its sound is on its way to the ear.
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
    /// As `Gain`, in so long.
    Fade {
        gain: f32,
        time: Duration,
    },
    /// The current item's frames of this range over and over, from its beginning at once; `None`: plays on.
    Loop(Option<Range<u64>>),
    /// What is done to the sound; replaces what was said before.
    Sound(SoundSettings),
    /// What the sound is convolved with: what [`SoundSettings::impulse`] tells of.
    Impulse(Option<Arc<ImpulseResponse>>),
    /// How this item is mastered from now on, if it is still known; reached in so many seconds, 0: by a short ramp.
    Master {
        play: PlayId,
        mastered: Option<Arc<Mastered>>,
        seconds: f32,
    },
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
    /// What mastering made of an item was no number: it is heard as it came, from the same place on.
    MasteringFailed {
        play: PlayId,
    },
    Output(OutputState),
    /// The way of what is heard from now on.
    Signal(SignalPath),
    /// It stands paused where it was heard, and nobody asked for that.
    PausedItself(Reason),
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

/// Why it paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The lost output did not come back in time.
    DidNotReturn,
    /// Headphones were pulled: nobody wants the loudspeakers to go on.
    Unplugged,
}

/// Counts since the start, for `play --json` and the curious.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Frames that outputs took as sound: without what was rendered and then made void.
    pub frames: u64,
    /// Times an output ran out of sound.
    pub underruns: u64,
}
