//! Convolution with an impulse response of the listener's: a room's correction, loudspeakers, headphones. From one to
//! another, or to none, the sound fades over.

use std::sync::Arc;

use super::super::impulse::{Convolution, ImpulseResponse};

/// In which one sound becomes another, seconds.
const FADE_S: f64 = 0.05;
/// Frames worked on at a time while the sound fades over.
const PIECE: usize = 256;

/// `None`: the sound as it is.
type Wet = Option<Box<Convolution>>;

#[derive(Debug)]
pub struct ImpulseStage {
    rate: u32,
    channels: usize,
    asked: Option<Arc<ImpulseResponse>>,
    now: Wet,
    before: Wet,
    /// What comes when the fade is over.
    next: Option<Wet>,
    /// Frames; as many where nothing fades.
    done: u64,
    length: u64,
    other: Box<[f32]>,
}

impl ImpulseStage {
    pub fn new(rate: u32, channels: usize) -> Self {
        Self {
            rate,
            channels,
            asked: None,
            now: None,
            before: None,
            next: None,
            done: 0,
            length: 0,
            other: vec![0.0; PIECE * channels].into(),
        }
    }

    /// Allocates where it is another one; where it is not ready for this rate, takes a while too.
    pub fn set(&mut self, response: Option<&Arc<ImpulseResponse>>) {
        if self.asked.as_ref().map(Arc::as_ptr) == response.map(Arc::as_ptr) {
            return;
        }
        self.asked = response.cloned();
        let wet = |response: &Arc<ImpulseResponse>| {
            Box::new(Convolution::new(response.at(self.rate), self.channels))
        };
        self.next = Some(response.map(wet));
        self.begin();
    }

    fn is_at_rest(&self) -> bool {
        self.done >= self.length
    }

    /// The fade to what comes next, where none is under way.
    fn begin(&mut self) {
        if let Some(next) = self.next.take_if(|_| self.done >= self.length) {
            self.before = std::mem::replace(&mut self.now, next);
            (self.done, self.length) = (0, ((f64::from(self.rate) * FADE_S) as u64).max(1));
        }
    }

    pub fn reset(&mut self) {
        if let Some(next) = self.next.take() {
            self.now = next;
        }
        self.before = None;
        (self.done, self.length) = (0, 0);
        self.now.iter_mut().for_each(|wet| wet.reset());
    }

    pub fn is_neutral(&self) -> bool {
        self.is_at_rest() && self.now.is_none() && self.next.is_none()
    }

    pub fn process(&mut self, samples: &mut [f32]) {
        let mut rest = samples;
        while !rest.is_empty() && !self.is_at_rest() {
            let left = usize::try_from(self.length - self.done).unwrap_or(usize::MAX);
            let frames = (rest.len() / self.channels).min(left).min(PIECE);
            let (now, later) = std::mem::take(&mut rest).split_at_mut(frames * self.channels);
            self.fade(now);
            rest = later;
        }
        if let Some(wet) = &mut self.now {
            wet.process(rest);
        }
    }

    fn fade(&mut self, samples: &mut [f32]) {
        let other = &mut self.other[..samples.len()];
        other.copy_from_slice(samples);
        self.before.iter_mut().for_each(|wet| wet.process(other));
        self.now.iter_mut().for_each(|wet| wet.process(samples));
        for (frame, other) in samples.chunks_exact_mut(self.channels).zip(other.chunks_exact(self.channels)) {
            self.done += 1;
            let way = (self.done as f64 / self.length as f64) as f32;
            frame.iter_mut().zip(other).for_each(|(sample, other)| *sample = other + (*sample - other) * way);
        }
        if self.is_at_rest() {
            self.before = None;
            self.begin();
        }
    }
}
