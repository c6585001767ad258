//! The last part of the way to the ring, in the output's rate and channels: items laid over each other where they
//! crossfade, what is done for the listener, balance, limiter, volume. Called by `render` on the engine thread; allocates only when it is made, the
//! crossfade gets longer or another impulse response comes.
//!
//! A crossfade needs the end of an item before it is due, so near that end this reads ahead: frames wait in `ahead`
//! while the ring is fed from their beginning. Where the next item does not come in time the fade gets shorter, and
//! where none comes what waits is played out: nothing is lost, and nothing is waited for while the ear needs sound.
//!
//! The limiter works only where peaks may go over full scale: under a gain that no known peak bounds, in a crossfade,
//! behind the listener's own stages. It holds frames back for as long as it looks ahead; once it is needed no more it gives them out and leaves,
//! and what it held down then comes up in a moment.

use std::f32::consts::FRAC_PI_2;
use std::sync::Arc;
use std::time::Duration;

use crate::dsp::balance::Balance;
use crate::dsp::gain::GainRamp;
use crate::dsp::impulse::ImpulseResponse;
use crate::dsp::limiter::Limiter;
use crate::dsp::listener::Listener;
use crate::model::audio::{Spec, db_to_gain, duration_to_frames};
use crate::model::settings::SoundSettings;
use crate::rt::fifo::FrameFifo;
use crate::rt::ring::RingWriter;
use crate::rt::tap::Tap;

/// Frames that are worked on at a time, at most what the limiter takes at once.
pub(super) const PIECE_FRAMES: usize = crate::dsp::true_peak::MOST_FRAMES;
/// Read ahead beyond the fade, so that it is all there in time.
const MARGIN_MS: u64 = 3_000;
/// How long the gain takes to come up to one when the limiter leaves.
const EASE: Duration = Duration::from_millis(300);
/// What the limiter holds, in dB of true peak over full scale: EBU R 128 asks for it.
pub(super) const CEILING_DBTP: f32 = -1.0;

/// See the module's head.
pub(super) struct Tail {
    spec: Spec,
    channels: usize,
    /// Frames of a whole crossfade; 0: none.
    fade_frames: usize,
    ahead: FrameFifo,
    /// All frames in `ahead` have the values that the output's integers stand for.
    ahead_exact: bool,
    state: State,
    listener: Listener,
    balance: Balance,
    limiter: Limiter,
    limiting: Limiting,
    /// The item at hand may clip.
    may_clip: bool,
    /// From what the limiter held down to one.
    ease: GainRamp,
    gain: GainRamp,
    piece: Vec<f32>,
    /// What comes from the limiter, to be given its volume.
    limited: Vec<f32>,
    silence: Vec<f32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Frames go straight on.
    Through,
    /// They wait in `ahead`.
    Ahead,
    /// They are laid over what waits: `done` of `length` frames.
    Fading { done: usize, length: usize },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limiting {
    Off,
    On,
    /// It gives out what it holds, and leaves.
    Leaving,
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
    pub(super) fn new(spec: Spec, gain: f32, sound: &SoundSettings) -> Self {
        let channels = usize::from(spec.channels.max(1));
        let mut tail = Self {
            spec,
            channels,
            fade_frames: 0,
            ahead: FrameFifo::new(channels, 0),
            ahead_exact: true,
            state: State::Through,
            listener: Listener::new(spec.rate, spec.channels, sound),
            balance: Balance::new(spec.rate, spec.channels),
            limiter: Limiter::new(spec.rate, channels, CEILING_DBTP),
            limiting: Limiting::Off,
            may_clip: false,
            ease: GainRamp::new(1.0, spec.rate),
            gain: GainRamp::new(gain, spec.rate),
            piece: vec![0.0; PIECE_FRAMES * channels],
            limited: vec![0.0; PIECE_FRAMES * channels],
            silence: vec![0.0; PIECE_FRAMES * channels],
        };
        tail.set_sound(sound);
        tail.balance.jump();
        tail
    }

    pub(super) fn gain(&mut self) -> &mut GainRamp {
        &mut self.gain
    }

    /// A crossfade that has begun ends as it began.
    pub(super) fn set_sound(&mut self, sound: &SoundSettings) {
        self.listener.set(sound);
        self.balance.set_balance(sound.balance);
        self.balance.set_mono(sound.mono);
        let frames = |ms: u64| {
            let time = Duration::from_millis(ms);
            usize::try_from(duration_to_frames(time, self.spec.rate)).unwrap_or(usize::MAX)
        };
        let ms = u64::from(sound.crossfade_ms);
        self.fade_frames = frames(ms);
        self.ahead.grow(if ms == 0 { 0 } else { frames(ms + MARGIN_MS) });
    }

    /// See [`Listener::convolve`].
    pub(super) fn convolve(&mut self, response: Option<&Arc<ImpulseResponse>>) {
        self.listener.convolve(response);
    }

    /// From the next frame on the limiter is needed, or is not.
    pub(super) fn limit(&mut self, may_clip: bool) {
        self.may_clip = may_clip;
    }

    /// What was rendered is void.
    pub(super) fn restart(&mut self) {
        self.ahead.clear();
        self.state = State::Through;
        self.limiter.reset();
        self.limiting = Limiting::Off;
        self.ease.jump(1.0);
        self.listener.reset();
        self.balance.jump();
    }

    pub(super) fn is_ahead(&self) -> bool {
        self.state == State::Ahead
    }

    pub(super) fn is_fading(&self) -> bool {
        matches!(self.state, State::Fading { .. })
    }

    /// Frames from here on that are not those of the item alone: others are laid under them, or the limiter leaves.
    pub(super) fn unsettled(&self) -> u64 {
        let fade = match self.state {
            State::Fading { done, length } => (length - done) as u64,
            State::Through | State::Ahead => 0,
        };
        let ease = duration_to_frames(EASE, self.spec.rate) + self.limiter.latency_frames() as u64;
        let leaves = self.limiting != Limiting::Off || fade > 0;
        if leaves && !self.may_exceed() { fade + ease } else { fade }
    }

    /// Nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        !self.is_fading() && self.ahead.is_empty() && self.limiting == Limiting::Off
    }

    /// Frames that were pushed and are not in the ring.
    pub(super) fn pending(&self) -> u64 {
        let ahead = if self.state == State::Ahead { self.ahead.len() as u64 } else { 0 };
        ahead + self.limiter.pending()
    }

    /// Frames are held back for what will be laid over them.
    pub(super) fn holds(&self) -> bool {
        self.state == State::Ahead && !self.ahead.is_empty()
    }

    /// Frames that [`Self::push`] takes now.
    pub(super) fn room(&self, ring: &RingWriter) -> usize {
        match self.state {
            State::Ahead => self.ahead.room(),
            State::Through => self.outlet(ring),
            State::Fading { done, length } => self.outlet(ring).min(length - done),
        }
    }

    /// Frames that the way from here on takes now.
    fn outlet(&self, ring: &RingWriter) -> usize {
        match self.limiting {
            Limiting::Off => ring.free_frames(),
            // It takes a piece whenever the one before is gone.
            Limiting::On if self.limiter.ready().is_empty() => PIECE_FRAMES,
            Limiting::On | Limiting::Leaving => 0,
        }
    }

    /// Begins to read ahead where the end of an item that fades is near.
    pub(super) fn approach(&mut self, ending: Ending) {
        let near = ending.left <= self.ahead.capacity() as u64;
        if self.state == State::Through && self.fade_frames > 0 && ending.fades && near {
            self.state = State::Ahead;
            self.ahead_exact = true;
        }
    }

    /// Moves frames that wait on as far as they are due; whether any were.
    pub(super) fn drain(&mut self, ending: Ending, ring: &mut RingWriter, tap: &Tap) -> bool {
        if self.state != State::Ahead {
            return false;
        }
        let held = if ending.fades { self.fade_frames as u64 } else { 0 };
        let left = (self.ahead.len() as u64).saturating_add(ending.left);
        let due = usize::try_from(left.saturating_sub(held)).unwrap_or(usize::MAX);
        let moved = self.move_on(due, ring, tap);
        if self.ahead.is_empty() && !ending.fades {
            self.state = State::Through;
        }
        moved
    }

    /// Frames that are held back go before they are due where the ring is half empty: the ear needs sound.
    pub(super) fn relieve(&mut self, ring: &mut RingWriter, tap: &Tap) {
        let half = ring.capacity_frames() / 2;
        while ring.free_frames() > half && self.move_on(ring.free_frames() - half, ring, tap) {
            self.move_limited(ring, tap);
        }
    }

    /// Nothing will follow: moves what waits on, what fades to its end; whether there was anything and room.
    pub(super) fn play_out(&mut self, ring: &mut RingWriter, tap: &Tap) -> bool {
        let moved = match self.state {
            State::Through => false,
            State::Ahead => self.move_on(usize::MAX, ring, tap),
            State::Fading { .. } => {
                let silence = std::mem::take(&mut self.silence);
                let frames = self.push(&silence, false, ring, tap);
                self.silence = silence;
                frames > 0
            }
        };
        if self.state == State::Ahead && self.ahead.is_empty() {
            self.state = State::Through;
        }
        if self.state == State::Through && self.limiting == Limiting::On {
            self.leave();
        }
        moved || self.move_limited(ring, tap)
    }

    /// Moves at most so many frames from `ahead` on; whether any.
    fn move_on(&mut self, most: usize, ring: &mut RingWriter, tap: &Tap) -> bool {
        self.tend_limiter();
        let mut left = most.min(self.ahead.len());
        let before = left;
        let exact = self.ahead_exact;
        while left > 0 {
            let part = left.min(PIECE_FRAMES).min(self.room_for(exact, ring));
            if part == 0 {
                break;
            }
            let mut piece = std::mem::take(&mut self.piece);
            self.ahead.pop(&mut piece[..part * self.channels]);
            self.emit(&mut piece[..part * self.channels], exact, ring, tap);
            self.piece = piece;
            left -= part;
        }
        left < before
    }

    /// The next item begins: its frames are laid over what waits, if anything does. Not more than half of it is.
    pub(super) fn begin_fade(&mut self, frames_of_next: u64) {
        if self.state != State::Ahead {
            return;
        }
        let length = self.ahead.len().min(half_of(frames_of_next));
        self.ahead.drop_front(self.ahead.len() - length);
        self.state = if length == 0 { State::Through } else { State::Fading { done: 0, length } };
    }

    /// All that waits is to be laid under the next item.
    pub(super) fn is_ripe(&self, frames_of_next: u64) -> bool {
        self.state != State::Ahead || self.ahead.len() <= self.fade_frames.min(half_of(frames_of_next))
    }

    /// Moves on what lies before the fade, for [`Self::is_ripe`]; whether there was any, and room.
    pub(super) fn ripen(&mut self, frames_of_next: u64, ring: &mut RingWriter, tap: &Tap) -> bool {
        let before = self.ahead.len().saturating_sub(self.fade_frames.min(half_of(frames_of_next)));
        self.move_on(before, ring, tap)
    }

    /// Takes frames, at most as many as there is [`Self::room`] for; returns how many. `exact`: they have the values that
    /// the output's integers stand for.
    pub(super) fn push(&mut self, samples: &[f32], exact: bool, ring: &mut RingWriter, tap: &Tap) -> usize {
        self.tend_limiter();
        let frames = samples.len() / self.channels;
        match self.state {
            State::Through => self.push_through(samples, exact, ring, tap),
            State::Ahead => {
                self.ahead_exact &= exact;
                let frames = frames.min(self.ahead.room());
                self.ahead.push(&samples[..frames * self.channels]);
                frames
            }
            State::Fading { done, length } => self.lay_over(samples, done, length, ring, tap),
        }
    }

    fn push_through(&mut self, samples: &[f32], exact: bool, ring: &mut RingWriter, tap: &Tap) -> usize {
        let frames = (samples.len() / self.channels).min(self.room_for(exact, ring));
        if frames == 0 {
            return 0;
        }
        if self.passes(true) {
            write(&samples[..frames * self.channels], self.spec, ring, tap);
            return frames;
        }
        let frames = frames.min(PIECE_FRAMES);
        let mut piece = std::mem::take(&mut self.piece);
        let part = &mut piece[..frames * self.channels];
        part.copy_from_slice(&samples[..frames * self.channels]);
        self.emit(part, exact, ring, tap);
        self.piece = piece;
        frames
    }

    /// Equal power: sine and cosine of one angle.
    fn lay_over(
        &mut self,
        samples: &[f32],
        done: usize,
        length: usize,
        ring: &mut RingWriter,
        tap: &Tap,
    ) -> usize {
        let frames = (samples.len() / self.channels).min(PIECE_FRAMES).min(length - done);
        let frames = frames.min(self.room_for(false, ring));
        let mut piece = std::mem::take(&mut self.piece);
        let part = &mut piece[..frames * self.channels];
        self.ahead.pop(part);
        let both = part.chunks_exact_mut(self.channels).zip(samples.chunks_exact(self.channels));
        for (at, (old, new)) in (done..).zip(both) {
            let angle = (at as f32 + 0.5) / length as f32 * FRAC_PI_2;
            let (rise, fall) = angle.sin_cos();
            old.iter_mut().zip(new).for_each(|(old, new)| *old = *old * fall + *new * rise);
        }
        self.emit(part, false, ring, tap);
        self.piece = piece;
        let done = done + frames;
        self.state = if done >= length { State::Through } else { State::Fading { done, length } };
        frames
    }

    /// Whether frames that come now pass as they are.
    fn passes(&self, exact: bool) -> bool {
        let at_rest = self.gain.is_unity() && self.ease.is_unity() && self.balance.is_neutral();
        exact && at_rest && self.listener.is_neutral() && self.limiting == Limiting::Off
    }

    /// Frames that [`Self::emit`] takes now, as the ring is told what they will be.
    fn room_for(&self, exact: bool, ring: &mut RingWriter) -> usize {
        ring.set_exact(self.passes(exact));
        self.outlet(ring)
    }

    /// There is room: the caller looked.
    fn emit(&mut self, samples: &mut [f32], exact: bool, ring: &mut RingWriter, tap: &Tap) {
        // What a ramp changes is not exact, though it may be over at the end of these frames.
        let exact = self.passes(exact);
        self.listener.process(samples);
        self.balance.process(samples);
        if self.limiting == Limiting::Off {
            ring.set_exact(exact);
            self.ease.process(samples, self.channels);
            self.gain.process(samples, self.channels);
            return write(samples, self.spec, ring, tap);
        }
        self.limiter.feed(samples);
        self.move_limited(ring, tap);
    }

    /// Moves frames that the limiter has ready to the ring; whether any.
    pub(super) fn move_limited(&mut self, ring: &mut RingWriter, tap: &Tap) -> bool {
        if self.limiting == Limiting::Off {
            return false;
        }
        if self.limiting == Limiting::Leaving && self.limiter.ready().is_empty() && !self.limiter.drain() {
            self.ease.jump(db_to_gain(-self.limiter.gain_reduction_db()));
            self.ease.glide(1.0, EASE);
            self.limiter.reset();
            self.limiting = Limiting::Off;
            return false;
        }
        ring.set_exact(false);
        let frames = (self.limiter.ready().len() / self.channels).min(ring.free_frames());
        if frames == 0 {
            return false;
        }
        let part = &mut self.limited[..frames * self.channels];
        part.copy_from_slice(&self.limiter.ready()[..frames * self.channels]);
        self.gain.process(part, self.channels);
        write(part, self.spec, ring, tap);
        self.limiter.consume(frames);
        true
    }

    /// It comes when it is needed and goes when it is not.
    fn tend_limiter(&mut self) {
        let needed = self.may_exceed() || self.is_fading();
        match self.limiting {
            Limiting::Off if needed => self.limiting = Limiting::On,
            Limiting::On if !needed => self.leave(),
            Limiting::Off | Limiting::On | Limiting::Leaving => {}
        }
    }

    /// Peaks may go over full scale, fades aside.
    fn may_exceed(&self) -> bool {
        self.may_clip || !self.listener.is_neutral()
    }

    fn leave(&mut self) {
        self.limiter.finish();
        self.limiting = Limiting::Leaving;
    }
}

/// As frames of this machine.
fn half_of(frames: u64) -> usize {
    usize::try_from(frames / 2).unwrap_or(usize::MAX)
}

/// There is room: the caller looked.
fn write(samples: &[f32], spec: Spec, ring: &mut RingWriter, tap: &Tap) {
    tap.write(ring.written(), spec.rate, usize::from(spec.channels.max(1)), samples);
    ring.write(samples);
}
