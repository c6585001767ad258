//! From blocks to the ring: channels, resampler, gain, tap. What joins in identity and time is written touching; where
//! rates differ the old resampler gives its last frame before the new one gives its first. Engine thread; no allocation
//! but for a new rate.

use std::collections::VecDeque;

use super::feed::Feed;
use super::output::Serves;
use crate::dsp::channels::ChannelMap;
use crate::dsp::gain::GainRamp;
use crate::dsp::resampler::{Edge, Resampler};
use crate::model::audio::Spec;
use crate::model::id::{Generation, PlayId};
use crate::model::track::AudioFormat;
use crate::rt::ring::RingWriter;
use crate::rt::tap::Tap;

/// Frames that are worked on at a time.
const PIECE_FRAMES: usize = 2048;

/// From output frame `at` on, `frame` of `play` and what follows it are heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cue {
    pub at: u64,
    pub play: PlayId,
    pub frame: u64,
    pub format: AudioFormat,
}

/// Why [`Render::fill`] came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filled {
    /// The ring is full.
    Full,
    /// There is room, but no block.
    Starved,
    /// All there is was written.
    Ended,
    /// All that the output was opened for was written; what comes next is of another kind.
    OtherKind,
}

/// See the module's head. One for each output that is opened.
pub struct Render {
    spec: Spec,
    map: ChannelMap,
    map_inputs: u16,
    path: Path,
    gain: GainRamp,
    piece: Vec<f32>,
    /// Identity and frame that would go on where the last frame written ended.
    touches: Option<(Generation, PlayId, u64)>,
    /// What the output was opened for, where it is to be opened anew for all else.
    serves: Option<Serves>,
    /// Frames of silence still to be written before anything else.
    silence: u64,
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

impl Render {
    pub fn new(spec: Spec, gain: f32) -> Self {
        Self {
            spec,
            map: ChannelMap::new(spec.channels, spec.channels),
            map_inputs: spec.channels,
            path: Path::Direct,
            gain: GainRamp::new(gain, spec.rate),
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

    pub fn gain(&mut self) -> &mut GainRamp {
        &mut self.gain
    }

    /// What was rendered is void: the next block is a beginning.
    pub fn restart(&mut self) {
        self.path = Path::Direct;
        self.touches = None;
    }

    /// Writes as much as there is and fits. A beginning (of an item, after a seek, after a damaged stretch) gives a cue.
    pub fn fill(
        &mut self,
        feed: &mut Feed,
        ring: &mut RingWriter,
        tap: &Tap,
        cues: &mut VecDeque<Cue>,
    ) -> Filled {
        loop {
            if ring.free_frames() == 0 {
                return Filled::Full;
            }
            if self.write_silence(ring) || self.write_resampled(ring, tap) {
                continue;
            }
            let Some((block, done)) = feed.block() else {
                if !feed.is_over() {
                    return Filled::Starved;
                }
                if self.flush(Edge::Silence) {
                    continue;
                }
                return Filled::Ended;
            };
            let (identity, format) = ((block.generation, block.play), block.format);
            let frame = block.start_frame + done as u64;
            if self.serves.is_some_and(|serves| !serves.fits(&format)) {
                if self.flush(Edge::Silence) {
                    continue;
                }
                return Filled::OtherKind;
            }
            if !self.turn_to(format.spec, ring.written()) {
                continue;
            }
            if self.touches != Some((identity.0, identity.1, frame)) {
                cues.push_back(Cue { at: self.place(ring.written()), play: identity.1, frame, format });
            }
            let rendered = self.render(&block.samples[done * usize::from(format.spec.channels)..], ring, tap);
            feed.advance(rendered);
            self.touches = Some((identity.0, identity.1, frame + rendered as u64));
        }
    }

    /// `false` when there is none left to write.
    fn write_silence(&mut self, ring: &mut RingWriter) -> bool {
        let frames = self.silence.min(PIECE_FRAMES as u64) as usize;
        self.piece[..frames * usize::from(self.spec.channels.max(1))].fill(0.0);
        let written = ring.write(&self.piece[..frames * usize::from(self.spec.channels.max(1))]);
        self.silence -= written as u64;
        written > 0
    }

    /// Output frame that the next frame of a block becomes.
    fn place(&self, written: u64) -> u64 {
        match &self.path {
            Path::Direct => written,
            Path::Resampled { resampler, base, .. } => base + resampler.boundary(),
        }
    }

    /// Makes the path right for blocks of this kind; `false` while the old one still has frames to give.
    fn turn_to(&mut self, spec: Spec, written: u64) -> bool {
        let (rate, joins) = match &self.path {
            Path::Direct => (self.spec.rate, self.touches.is_some()),
            Path::Resampled { rate, end: End::Open, .. } => (*rate, true),
            Path::Resampled { .. } => return false,
        };
        if rate != spec.rate {
            if self.flush(Edge::Joined) {
                return false;
            }
            self.path = self.path_for(spec.rate, written, joins);
        }
        if self.map_inputs != spec.channels {
            self.map = ChannelMap::new(spec.channels, self.spec.channels);
            self.map_inputs = spec.channels;
        }
        true
    }

    fn path_for(&self, rate: u32, written: u64, joins: bool) -> Path {
        if rate == self.spec.rate {
            return Path::Direct;
        }
        let start = if joins { Edge::Joined } else { Edge::Silence };
        match Resampler::new(rate, self.spec.rate, usize::from(self.spec.channels), start) {
            Ok(resampler) => {
                Path::Resampled { resampler: Box::new(resampler), rate, base: written, end: End::Open }
            }
            // Rates of zero only, which no block and no ring has.
            Err(_) => Path::Direct,
        }
    }

    /// Begins the end of the resampler; `false` where there is none.
    fn flush(&mut self, edge: Edge) -> bool {
        let Path::Resampled { resampler, end, .. } = &mut self.path else {
            return false;
        };
        resampler.finish(edge);
        *end = End::Flushing;
        true
    }

    /// Writes what the resampler has ready; `false` when it has nothing (and is gone where it was at its end).
    fn write_resampled(&mut self, ring: &mut RingWriter, tap: &Tap) -> bool {
        let Path::Resampled { resampler, end, .. } = &mut self.path else {
            return false;
        };
        if *end == End::Flushing && resampler.ready().is_empty() && !resampler.drain() {
            self.path = Path::Direct;
            return false;
        }
        let channels = usize::from(self.spec.channels.max(1));
        let ready = resampler.ready();
        let frames = (ready.len() / channels).min(PIECE_FRAMES).min(ring.free_frames());
        let ready = &ready[..frames * channels];
        if self.gain.is_unity() {
            write(ready, self.spec, ring, tap);
        } else {
            let piece = &mut self.piece[..ready.len()];
            piece.copy_from_slice(ready);
            self.gain.process(piece, channels);
            write(piece, self.spec, ring, tap);
        }
        resampler.consume(frames);
        frames > 0
    }

    /// Renders frames of a block as far as there is room; returns how many.
    fn render(&mut self, samples: &[f32], ring: &mut RingWriter, tap: &Tap) -> usize {
        let inputs = usize::from(self.map_inputs.max(1));
        let channels = usize::from(self.spec.channels.max(1));
        let all = samples.len() / inputs;
        match &mut self.path {
            Path::Resampled { resampler, .. } if self.map.is_identity() => resampler.feed(samples),
            Path::Resampled { resampler, .. } => {
                let frames = self.map.process(&samples[..all.min(PIECE_FRAMES) * inputs], &mut self.piece);
                resampler.feed(&self.piece[..frames * channels])
            }
            Path::Direct if self.map.is_identity() && self.gain.is_unity() => {
                let frames = all.min(ring.free_frames());
                write(&samples[..frames * channels], self.spec, ring, tap);
                frames
            }
            Path::Direct => {
                let frames = all.min(PIECE_FRAMES).min(ring.free_frames());
                let piece = &mut self.piece[..frames * channels];
                self.map.process(&samples[..frames * inputs], piece);
                self.gain.process(piece, channels);
                write(piece, self.spec, ring, tap);
                frames
            }
        }
    }
}

/// There is room: the caller looked.
fn write(samples: &[f32], spec: Spec, ring: &mut RingWriter, tap: &Tap) {
    tap.write(ring.written(), spec.rate, usize::from(spec.channels.max(1)), samples);
    ring.write(samples);
}
