//! From blocks to the ring: loudness, channels, resampler, and what `tail` does. What joins in identity and time is
//! written touching; where rates differ the old resampler gives its last frame before the new one gives its first.
//! Engine thread; no allocation but for a new rate or another length of the crossfade.

use std::collections::VecDeque;
use std::sync::Arc;

use super::feed::Feed;
use super::level::{self, Level};
use super::master::{Coming, Master, Masters};
use super::output::Serves;
use super::tail::{Ending, PIECE_FRAMES, Tail};
use super::tempo::Tempo;
use crate::dsp::channels::ChannelMap;
use crate::dsp::gain::GainRamp;
use crate::dsp::impulse::ImpulseResponse;
use crate::dsp::resampler::{Edge, Resampler};
use crate::model::audio::{SampleFormat, Spec};
use crate::model::chain::Reading;
use crate::model::id::{Generation, PlayId};
use crate::model::loudness::ItemLoudness;
use crate::model::settings::{ResamplerQuality, SoundSettings};
use crate::model::track::{AudioFormat, Trim};
use crate::rt::pipe::PcmBlock;
use crate::rt::ring::RingWriter;
use crate::rt::tap::Tap;

/// From output frame `at` on, `frame` of `play` and what follows it are heard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cue {
    pub at: u64,
    pub play: PlayId,
    pub frame: u64,
    /// What the item is.
    pub about: About,
    /// So many frames from there on are not those of the item alone: the one before is laid under them, or what the
    /// limiter held down comes up.
    pub unsettled: u64,
    /// Frames of the item for each frame that is heard, at its own rate.
    pub speed: f32,
}

/// What the blocks of an item say of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct About {
    pub format: AudioFormat,
    pub trim: Trim,
    pub lost: Option<&'static str>,
    pub loudness: ItemLoudness,
    pub is_live: bool,
}

impl About {
    pub fn of(block: &PcmBlock) -> Self {
        let &PcmBlock { format, trim, lost, loudness, is_live, .. } = block;
        Self { format, trim, lost, loudness, is_live }
    }
}

/// Why [`Render::fill`] came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filled {
    /// The ring is full.
    Full,
    /// There is room, but no block.
    Starved,
    /// As `Starved`, and frames are held back for a crossfade with what will come.
    Held,
    /// All there is was written.
    Ended,
    /// All that the output was opened for was written; what comes next is of another kind.
    OtherKind,
}

/// Where [`Render::fill`] writes to.
pub struct Out<'a> {
    pub ring: &'a mut RingWriter,
    pub tap: &'a Tap,
    pub cues: &'a mut VecDeque<Cue>,
    /// The ear takes the frames: the ring must not run out for the sake of a crossfade.
    pub paced: bool,
}

/// See the module's head. One for each output that is opened.
pub struct Render {
    spec: Spec,
    format: SampleFormat,
    quality: ResamplerQuality,
    map: ChannelMap,
    map_inputs: u16,
    /// The output's integers hold the very samples of the blocks.
    fits: bool,
    path: Path,
    sound: SoundSettings,
    /// Of the item that is rendered.
    loudness: ItemLoudness,
    masters: Masters,
    master: Master,
    level: GainRamp,
    tempo: Tempo,
    tail: Tail,
    piece: Vec<f32>,
    /// What was rendered last.
    touches: Option<Touch>,
    /// What the output was opened for, where it is to be opened anew for all else.
    serves: Option<Serves>,
    /// Frames of silence still to be written before anything else.
    silence: u64,
}

/// Identity and frame that would go on where the last frame rendered ended.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Touch {
    generation: Generation,
    play: PlayId,
    frame: u64,
    format: AudioFormat,
}

/// How the rate changes.
enum Path {
    /// Not at all.
    Direct,
    Resampled {
        resampler: Box<Resampler>,
        rate: u32,
        /// Count of the output frame that its first frame became.
        base: u64,
        end: End,
    },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Open,
    Flushing,
}

/// What one step of [`Render::fill`] came to.
enum Step {
    On,
    Stop(Filled),
}

impl Render {
    /// `format`: what the output makes of the samples.
    pub fn new(
        spec: Spec,
        format: SampleFormat,
        gain: f32,
        quality: ResamplerQuality,
        sound: SoundSettings,
    ) -> Self {
        Self {
            spec,
            format,
            quality,
            fits: false,
            map: ChannelMap::new(spec.channels, spec.channels),
            map_inputs: spec.channels,
            path: Path::Direct,
            tail: Tail::new(spec, gain, &sound),
            sound,
            loudness: ItemLoudness::default(),
            masters: Masters::default(),
            master: Master::default(),
            level: GainRamp::new(1.0, spec.rate),
            tempo: Tempo::default(),
            piece: vec![0.0; PIECE_FRAMES * usize::from(spec.channels.max(1))],
            touches: None,
            serves: None,
            silence: 0,
        }
    }

    /// Stops before music of another kind than the output was opened for, and begins with so much silence.
    pub fn following(self, serves: Serves, silence: u64) -> Self {
        Self { serves: Some(serves), silence, ..self }
    }

    /// Convolves from the first frame on.
    pub fn convolving(mut self, response: Option<&Arc<ImpulseResponse>>) -> Self {
        self.tail.convolve(response);
        self.tail.restart();
        self
    }

    /// Fades over to what is convolved with this one, or none. Allocates.
    pub fn convolve(&mut self, response: Option<&Arc<ImpulseResponse>>) {
        self.tail.convolve(response);
    }

    /// The volume.
    pub fn gain(&mut self) -> &mut GainRamp {
        self.tail.gain()
    }

    /// What is rendered from now on is treated so; the item at hand gets there by a ramp.
    pub fn set_sound(&mut self, sound: SoundSettings) {
        self.tail.set_sound(&sound);
        self.sound = sound;
        let level = self.level_now();
        self.level.set(level.gain);
        self.tail.limit(level.may_clip);
    }

    /// How items are mastered from now on. Mastering brings an item to its own loudness: it takes the place of the level.
    pub(super) fn set_masters(&mut self, masters: Masters) {
        self.masters = masters;
        let level = self.level_now();
        self.level.set(level.gain);
        self.tail.limit(level.may_clip);
    }

    /// How far mastering holds the sound down.
    pub(super) fn reading(&self) -> Reading {
        self.master.reading()
    }

    /// Mastering failed, and the sound is as it came.
    pub(super) fn mastering_failed(&self) -> bool {
        self.master.has_failed()
    }

    fn level_now(&self) -> Level {
        match self.touches.and_then(|touch| self.masters.get(touch.play)) {
            Some(mastered) => Level::mastered(mastered.trim_db),
            None => level::resolve(&self.sound.level, &self.loudness),
        }
    }

    /// What was rendered is void: the next block is a beginning.
    pub fn restart(&mut self) {
        self.path = Path::Direct;
        self.master.restart();
        self.tempo.restart();
        self.touches = None;
        self.tail.restart();
    }

    /// Writes as much as there is and fits. A beginning (of an item, after a seek, after a damaged stretch) gives a cue.
    pub fn fill(&mut self, feed: &mut Feed, out: &mut Out<'_>) -> Filled {
        // What takes sound as fast as it is made, as a file does, must not keep what is asked for waiting.
        let most = out.ring.written() + out.ring.capacity_frames() as u64;
        while out.ring.written() < most {
            if let Step::Stop(filled) = self.step(feed, out) {
                return filled;
            }
        }
        Filled::Full
    }

    fn step(&mut self, feed: &mut Feed, out: &mut Out<'_>) -> Step {
        let ending = self.ending(feed);
        self.tail.approach(ending);
        if self.tail.move_limited(out.ring, out.tap) || self.tail.drain(ending, out.ring, out.tap) {
            return Step::On;
        }
        if self.tail.room(out.ring) == 0 {
            return Step::Stop(Filled::Full);
        }
        if self.write_silence(out.ring)
            || self.write_resampled(out)
            || self.write_tempo(out)
            || self.write_master(out)
        {
            return Step::On;
        }
        let Some((block, done)) = feed.block() else {
            return self.without_block(feed, out);
        };
        let about = About::of(block);
        let begins = touch(block, done);
        if self.serves.is_some_and(|serves| !serves.fits(&about.format)) {
            return self.end_before(Filled::OtherKind, out);
        }
        if let Some(step) = self.fade_into(feed, begins, out) {
            return step;
        }
        if !self.keep_master(begins) {
            return Step::On;
        }
        if !self.turn_to(about.format.spec, out.ring.written()) || !self.keep_tempo(about.format.spec.rate) {
            return Step::On;
        }
        self.fits = fits(&about.format, self.format);
        if self.touches != Some(begins) || self.tempo.take_turned() {
            self.begin(begins, about, out);
        }
        let Some((block, done)) = feed.block() else {
            return Step::On;
        };
        let rendered = self.render(&block.samples[done * usize::from(about.format.spec.channels)..], out);
        feed.advance(rendered);
        self.touches = Some(Touch { frame: begins.frame + rendered as u64, ..begins });
        Step::On
    }

    fn begin(&mut self, begins: Touch, about: About, out: &mut Out<'_>) {
        let Touch { play, frame, .. } = begins;
        if self.touches.is_none_or(|touch| touch.play != play) {
            self.loudness = about.loudness;
            self.touches = Some(begins);
            let level = self.level_now();
            self.level.jump(level.gain);
            self.tail.limit(level.may_clip);
        }
        let unsettled = self.tail.unsettled();
        let (at, speed) = (self.place(out.ring.written()), self.tempo.speed() as f32);
        out.cues.push_back(Cue { at, play, frame, about, unsettled, speed });
    }

    fn without_block(&mut self, feed: &Feed, out: &mut Out<'_>) -> Step {
        if feed.is_over() {
            return self.end_before(Filled::Ended, out);
        }
        if !self.tail.holds() {
            return Step::Stop(Filled::Starved);
        }
        if out.paced {
            self.tail.relieve(out.ring, out.tap);
        }
        Step::Stop(Filled::Held)
    }

    /// Writes all there is, then stops so.
    fn end_before(&mut self, filled: Filled, out: &mut Out<'_>) -> Step {
        if self.flush(Edge::Silence) || self.tail.play_out(out.ring, out.tap) {
            return Step::On;
        }
        Step::Stop(if self.tail.is_empty() { filled } else { Filled::Full })
    }

    /// How the item that is rendered ends.
    fn ending(&self, feed: &Feed) -> Ending {
        let Some(touch) = self.touches else {
            return Ending { left: u64::MAX, fades: false };
        };
        let fades = self.sound.crossfade_ms > 0 && feed.fades_out(touch.play);
        let known = touch.format.frames.map(|frames| frames.saturating_sub(touch.frame));
        let left = if feed.is_beyond(touch.play) { Some(0) } else { known };
        let heard = |left: u64| (left as f64 / self.tempo.speed()) as u64;
        let left = left.map_or(u64::MAX, |left| {
            self.in_output(heard(left + self.master.pending()), touch.format.spec.rate)
        });
        Ending { left, fades }
    }

    fn in_output(&self, frames: u64, rate: u32) -> u64 {
        let frames = u128::from(frames) * u128::from(self.spec.rate) / u128::from(rate.max(1));
        u64::try_from(frames).unwrap_or(u64::MAX)
    }

    /// Where the block at hand is the first of an item that is laid over the one before: ends that one, and lets the
    /// tail play what lies before the fade. `None`: the block is to be rendered.
    fn fade_into(&mut self, feed: &Feed, begins: Touch, out: &mut Out<'_>) -> Option<Step> {
        let is_next = self.touches.is_some_and(|touch| touch.play != begins.play);
        let fades = self.touches.is_some_and(|touch| feed.fades_out(touch.play));
        if !is_next || !self.tail.is_ahead() || !fades {
            return None;
        }
        if self.flush(Edge::Silence) {
            return Some(Step::On);
        }
        let frames = begins.format.frames.map_or(u64::MAX, |frames| {
            self.in_output(frames.saturating_sub(begins.frame), begins.format.spec.rate)
        });
        if self.tail.ripen(frames, out.ring, out.tap) {
            return Some(Step::On);
        }
        if !self.tail.is_ripe(frames) {
            return Some(Step::Stop(Filled::Full));
        }
        self.tail.begin_fade(frames);
        None
    }

    /// `false` when there is none left to write.
    fn write_silence(&mut self, ring: &mut RingWriter) -> bool {
        let frames = self.silence.min(PIECE_FRAMES as u64) as usize;
        let samples = frames * usize::from(self.spec.channels.max(1));
        self.piece[..samples].fill(0.0);
        let written = ring.write(&self.piece[..samples]);
        self.silence -= written as u64;
        written > 0
    }

    /// Output frame that the next frame of a block becomes.
    fn place(&self, written: u64) -> u64 {
        let mastered = (self.master.pending() as f64 / self.tempo.speed()).round() as u64;
        let before = self.tempo.pending() + mastered;
        match &self.path {
            Path::Direct => written + self.tail.pending() + before,
            Path::Resampled { resampler, base, .. } => base + resampler.boundary_after(before),
        }
    }

    /// Makes mastering the one that is asked for; `false` while an old chain still has frames to give.
    fn keep_master(&mut self, begins: Touch) -> bool {
        let Spec { rate, channels } = begins.format.spec;
        let amidst = self.touches == Some(begins);
        let joins = self.touches.is_some_and(|touch| touch.play != begins.play) && begins.frame == 0;
        let (play, channels) = (begins.play, usize::from(channels.max(1)));
        let touches = amidst || joins && !self.tail.is_fading();
        self.master.keep(Coming { play, rate, channels, touches, amidst }, &self.masters)
    }

    /// Hands on what mastering has ready; `false` when it has nothing (and is gone where it was at its end).
    fn write_master(&mut self, out: &mut Out<'_>) -> bool {
        let mut master = std::mem::take(&mut self.master);
        let frames = self.render_on(master.ready(), false, out);
        master.consume(frames);
        self.master = master;
        frames > 0
    }

    /// Makes the path right for blocks of this kind; `false` while the old one still has frames to give.
    fn turn_to(&mut self, spec: Spec, written: u64) -> bool {
        let is_other = self.touches.is_some_and(|touch| touch.format.spec.rate != spec.rate);
        if is_other && (self.master.finish() || self.tempo.finish()) {
            return false;
        }
        let (rate, joins) = match &self.path {
            Path::Direct => (self.spec.rate, self.touches.is_some() && !self.tail.is_fading()),
            Path::Resampled { rate, end: End::Open, .. } => (*rate, true),
            Path::Resampled { .. } => return false,
        };
        if rate != spec.rate {
            if self.flush(Edge::Joined) {
                return false;
            }
            self.path = self.path_for(spec.rate, written + self.tail.pending(), joins);
        }
        if self.map_inputs != spec.channels {
            self.map = ChannelMap::new(spec.channels, self.spec.channels);
            self.map_inputs = spec.channels;
        }
        true
    }

    fn path_for(&self, rate: u32, base: u64, joins: bool) -> Path {
        if rate == self.spec.rate {
            return Path::Direct;
        }
        let start = if joins { Edge::Joined } else { Edge::Silence };
        let channels = usize::from(self.spec.channels);
        match Resampler::new(rate, self.spec.rate, channels, self.quality, start) {
            Ok(resampler) => Path::Resampled { resampler: Box::new(resampler), rate, base, end: End::Open },
            // Rates of zero only, which no block and no ring has.
            Err(_) => Path::Direct,
        }
    }

    /// Makes the tempo the one that is asked for, for frames of this rate; `false` while an old one still has frames to
    /// give.
    fn keep_tempo(&mut self, rate: u32) -> bool {
        let channels = usize::from(self.spec.channels.max(1));
        self.tempo.keep(self.sound.speed.factor(), rate, channels)
    }

    /// Hands on what the tempo has ready; `false` when it has nothing (and is gone where it was at its end).
    fn write_tempo(&mut self, out: &mut Out<'_>) -> bool {
        let frames = match &mut self.path {
            Path::Resampled { resampler, .. } => resampler.feed(self.tempo.ready()),
            Path::Direct => self.tail.push(self.tempo.ready(), false, out.ring, out.tap),
        };
        self.tempo.consume(frames);
        frames > 0
    }

    /// Begins the end of tempo and resampler; `false` where there is neither.
    fn flush(&mut self, edge: Edge) -> bool {
        if self.master.finish() || self.tempo.finish() {
            return true;
        }
        let Path::Resampled { resampler, end, .. } = &mut self.path else {
            return false;
        };
        resampler.finish(edge);
        *end = End::Flushing;
        true
    }

    /// Hands on what the resampler has ready; `false` when it has nothing (and is gone where it was at its end).
    fn write_resampled(&mut self, out: &mut Out<'_>) -> bool {
        let Path::Resampled { resampler, end, .. } = &mut self.path else {
            return false;
        };
        if *end == End::Flushing && resampler.ready().is_empty() && !resampler.drain() {
            self.path = Path::Direct;
            return false;
        }
        let frames = self.tail.push(resampler.ready(), false, out.ring, out.tap);
        resampler.consume(frames);
        frames > 0
    }

    /// Renders frames of a block as far as there is room; returns how many.
    fn render(&mut self, samples: &[f32], out: &mut Out<'_>) -> usize {
        if self.master.is_on() { self.master.feed(samples) } else { self.render_on(samples, self.fits, out) }
    }

    /// As [`Self::render`], from the channels on. `fits`: integers of the output hold these very samples.
    fn render_on(&mut self, samples: &[f32], fits: bool, out: &mut Out<'_>) -> usize {
        let is_plain = self.map.is_identity() && self.level.is_unity();
        if is_plain && self.tempo.is_on() {
            return self.tempo.feed(samples);
        }
        if is_plain {
            return match &mut self.path {
                Path::Resampled { resampler, .. } => resampler.feed(samples),
                Path::Direct => self.tail.push(samples, fits, out.ring, out.tap),
            };
        }
        let exact = fits && self.map.is_copy() && self.level.is_unity();
        let (inputs, channels) =
            (usize::from(self.map_inputs.max(1)), usize::from(self.spec.channels.max(1)));
        let frames = (samples.len() / inputs).min(PIECE_FRAMES);
        let piece = &mut self.piece[..frames * channels];
        self.map.process(&samples[..frames * inputs], piece);
        // Not all of it may be taken: the ramp goes on from what was.
        self.level.clone().process(piece, channels);
        let taken = match &mut self.path {
            _ if self.tempo.is_on() => self.tempo.feed(piece),
            Path::Resampled { resampler, .. } => resampler.feed(piece),
            Path::Direct => self.tail.push(piece, exact, out.ring, out.tap),
        };
        self.level.skip(taken);
        taken
    }
}

/// Whether integers of the output stand for every sample of such a source: rounding to them takes nothing away.
pub(super) fn fits(source: &AudioFormat, output: SampleFormat) -> bool {
    let within = |most: u8| source.bits.is_some_and(|bits| bits <= most);
    source.codec.is_lossless()
        && match output {
            SampleFormat::S16 => within(16),
            SampleFormat::S24 => within(24),
            SampleFormat::S32 | SampleFormat::F32 => true,
        }
}

fn touch(block: &PcmBlock, done: usize) -> Touch {
    let (generation, play, format) = (block.generation, block.play, block.format);
    Touch { generation, play, frame: block.start_frame + done as u64, format }
}
