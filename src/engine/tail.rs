//! The last part of the way to the ring, in the output's rate and channels: items laid over each other where they
//! crossfade, then the volume. Called by `render` on the engine thread; allocates only when it is made or the crossfade's
//! length changes.
//!
//! A crossfade needs the end of an item before it is due, so near that end this reads ahead: frames wait in `ahead`
//! while the ring is fed from their beginning. Where the next item does not come in time the fade gets shorter, and
//! where none comes what waits is played out: nothing is lost, and nothing is waited for while the ear needs sound.

use std::f32::consts::FRAC_PI_2;

use crate::dsp::gain::GainRamp;
use crate::model::audio::{Spec, duration_to_frames};
use crate::rt::fifo::FrameFifo;
use crate::rt::ring::RingWriter;
use crate::rt::tap::Tap;

/// Frames that are worked on at a time.
pub(super) const PIECE_FRAMES: usize = 2048;
/// Read ahead beyond the fade, so that it is all there in time.
const MARGIN_MS: u64 = 3_000;

/// See the module's head.
pub(super) struct Tail {
    spec: Spec,
    channels: usize,
    gain: GainRamp,
    /// Frames of a whole crossfade; 0: none.
    fade_frames: usize,
    ahead: FrameFifo,
    state: State,
    piece: Vec<f32>,
    silence: Vec<f32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Frames go straight to the ring.
    Through,
    /// They wait in `ahead`.
    Ahead,
    /// They are laid over what waits: `done` of `length` frames.
    Fading { done: usize, length: usize },
}

/// What is known of the end of the item that is rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ending {
    /// Frames of it that are not pushed yet.
    pub(super) left: u64,
    /// What follows is to be laid over it.
    pub(super) fades: bool,
}

impl Tail {
    pub(super) fn new(spec: Spec, gain: f32, crossfade_ms: u32) -> Self {
        let channels = usize::from(spec.channels.max(1));
        let mut tail = Self {
            spec,
            channels,
            gain: GainRamp::new(gain, spec.rate),
            fade_frames: 0,
            ahead: FrameFifo::new(channels, 0),
            state: State::Through,
            piece: vec![0.0; PIECE_FRAMES * channels],
            silence: vec![0.0; PIECE_FRAMES * channels],
        };
        tail.set_crossfade(crossfade_ms);
        tail
    }

    pub(super) fn gain(&mut self) -> &mut GainRamp {
        &mut self.gain
    }

    /// From the next crossfade on; one that has begun ends as it began.
    pub(super) fn set_crossfade(&mut self, ms: u32) {
        let frames = |ms: u64| {
            let time = std::time::Duration::from_millis(ms);
            usize::try_from(duration_to_frames(time, self.spec.rate)).unwrap_or(usize::MAX)
        };
        self.fade_frames = frames(u64::from(ms));
        let wanted = if ms == 0 { 0 } else { frames(u64::from(ms) + MARGIN_MS) };
        self.ahead.grow(wanted);
    }

    /// What was rendered is void.
    pub(super) fn restart(&mut self) {
        self.ahead.clear();
        self.state = State::Through;
    }

    pub(super) fn is_ahead(&self) -> bool {
        self.state == State::Ahead
    }

    pub(super) fn is_fading(&self) -> bool {
        matches!(self.state, State::Fading { .. })
    }

    /// Frames that are still to be laid over.
    pub(super) fn fade_left(&self) -> u64 {
        match self.state {
            State::Fading { done, length } => (length - done) as u64,
            State::Through | State::Ahead => 0,
        }
    }

    /// Nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        !self.is_fading() && self.ahead.is_empty()
    }

    /// Frames that were pushed and are not in the ring.
    pub(super) fn pending(&self) -> u64 {
        if self.state == State::Ahead { self.ahead.len() as u64 } else { 0 }
    }

    /// Frames that [`Self::push`] takes now.
    pub(super) fn room(&self, ring: &RingWriter) -> usize {
        match self.state {
            State::Through => ring.free_frames(),
            State::Ahead => self.ahead.room(),
            State::Fading { done, length } => ring.free_frames().min(length - done),
        }
    }

    /// Begins to read ahead where the end of an item that fades is near.
    pub(super) fn approach(&mut self, ending: Ending) {
        let near = ending.left <= self.ahead.capacity() as u64;
        if self.state == State::Through && self.fade_frames > 0 && ending.fades && near {
            self.state = State::Ahead;
        }
    }

    /// Moves frames that wait to the ring as far as they are due; whether any were.
    pub(super) fn drain(&mut self, ending: Ending, ring: &mut RingWriter, tap: &Tap) -> bool {
        if self.state != State::Ahead {
            return false;
        }
        let held = if ending.fades { self.fade_frames as u64 } else { 0 };
        let left = (self.ahead.len() as u64).saturating_add(ending.left);
        let due = usize::try_from(left.saturating_sub(held)).unwrap_or(usize::MAX).min(self.ahead.len());
        let moved = due.min(ring.free_frames());
        self.move_to_ring(moved, ring, tap);
        if self.ahead.is_empty() && !ending.fades {
            self.state = State::Through;
        }
        moved > 0
    }

    /// Frames that are held back go before they are due where the ring is half empty: the ear needs sound.
    pub(super) fn relieve(&mut self, ring: &mut RingWriter, tap: &Tap) {
        let missing = ring.free_frames().saturating_sub(ring.capacity_frames() / 2);
        self.move_to_ring(missing.min(self.ahead.len()), ring, tap);
    }

    /// Nothing will be laid over what waits: moves it on, what fades to its end; whether there was anything and room.
    pub(super) fn play_out(&mut self, ring: &mut RingWriter, tap: &Tap) -> bool {
        let room = ring.free_frames();
        match self.state {
            State::Through => return false,
            State::Ahead => self.move_to_ring(self.ahead.len().min(room), ring, tap),
            State::Fading { done, length } => {
                let frames = (length - done).min(room).min(PIECE_FRAMES);
                let silence = std::mem::take(&mut self.silence);
                self.lay_over(&silence[..frames * self.channels], done, length, ring, tap);
                self.silence = silence;
            }
        }
        if self.state == State::Ahead && self.ahead.is_empty() {
            self.state = State::Through;
        }
        room > 0
    }

    fn move_to_ring(&mut self, mut frames: usize, ring: &mut RingWriter, tap: &Tap) {
        while frames > 0 {
            let part = frames.min(PIECE_FRAMES);
            let mut piece = std::mem::take(&mut self.piece);
            let got = self.ahead.pop(&mut piece[..part * self.channels]);
            self.write(&mut piece[..got * self.channels], ring, tap);
            self.piece = piece;
            if got == 0 {
                return;
            }
            frames -= got;
        }
    }

    /// The next item begins: its frames are laid over what waits, if anything does. Not more than half of it is.
    pub(super) fn begin_fade(&mut self, frames_of_next: u64) {
        if self.state != State::Ahead {
            return;
        }
        let longest = usize::try_from(frames_of_next / 2).unwrap_or(usize::MAX);
        let length = self.ahead.len().min(longest);
        // A short one is laid over the very end: what lies before was moved by `drain`, but for what the ring had no
        // room for.
        self.ahead.drop_front(self.ahead.len() - length);
        self.state = if length == 0 { State::Through } else { State::Fading { done: 0, length } };
    }

    /// Whether [`Self::begin_fade`] may come: all that waits is to be laid under the next item.
    pub(super) fn is_ripe(&self, frames_of_next: u64) -> bool {
        let longest = usize::try_from(frames_of_next / 2).unwrap_or(usize::MAX);
        self.state != State::Ahead || self.ahead.len() <= self.fade_frames.min(longest)
    }

    /// Moves what lies before the fade to the ring, for [`Self::is_ripe`]; whether there was room.
    pub(super) fn ripen(&mut self, frames_of_next: u64, ring: &mut RingWriter, tap: &Tap) -> bool {
        let longest = usize::try_from(frames_of_next / 2).unwrap_or(usize::MAX);
        let before = self.ahead.len().saturating_sub(self.fade_frames.min(longest));
        let moved = before.min(ring.free_frames());
        self.move_to_ring(moved, ring, tap);
        moved > 0
    }

    /// Takes frames, at most as many as there is [`Self::room`] for; returns how many.
    pub(super) fn push(&mut self, samples: &[f32], ring: &mut RingWriter, tap: &Tap) -> usize {
        let frames = (samples.len() / self.channels).min(self.room(ring));
        let samples = &samples[..frames * self.channels];
        match self.state {
            State::Through => self.write_through(samples, ring, tap),
            State::Ahead => self.ahead.push(samples),
            State::Fading { done, length } => self.lay_over(samples, done, length, ring, tap),
        }
        frames
    }

    fn write_through(&mut self, samples: &[f32], ring: &mut RingWriter, tap: &Tap) {
        if self.gain.is_unity() {
            return write(samples, self.spec, ring, tap);
        }
        let mut piece = std::mem::take(&mut self.piece);
        for samples in samples.chunks(PIECE_FRAMES * self.channels) {
            let piece = &mut piece[..samples.len()];
            piece.copy_from_slice(samples);
            self.write(piece, ring, tap);
        }
        self.piece = piece;
    }

    /// Equal power: sine and cosine of one angle.
    fn lay_over(
        &mut self,
        samples: &[f32],
        done: usize,
        length: usize,
        ring: &mut RingWriter,
        tap: &Tap,
    ) {
        let mut piece = std::mem::take(&mut self.piece);
        let mut at = done;
        for samples in samples.chunks(PIECE_FRAMES * self.channels) {
            let piece = &mut piece[..samples.len()];
            self.ahead.pop(piece);
            for (old, new) in piece.chunks_exact_mut(self.channels).zip(samples.chunks_exact(self.channels)) {
                let angle = (at as f32 + 0.5) / length as f32 * FRAC_PI_2;
                let (rise, fall) = angle.sin_cos();
                old.iter_mut().zip(new).for_each(|(old, new)| *old = *old * fall + *new * rise);
                at += 1;
            }
            self.write(piece, ring, tap);
        }
        self.piece = piece;
        self.state = if at >= length { State::Through } else { State::Fading { done: at, length } };
    }

    fn write(&mut self, samples: &mut [f32], ring: &mut RingWriter, tap: &Tap) {
        if !self.gain.is_unity() {
            self.gain.process(samples, self.channels);
        }
        write(samples, self.spec, ring, tap);
    }
}

/// There is room: the caller looked.
fn write(samples: &[f32], spec: Spec, ring: &mut RingWriter, tap: &Tap) {
    tap.write(ring.written(), spec.rate, usize::from(spec.channels.max(1)), samples);
    ring.write(samples);
}
