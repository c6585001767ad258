//! An impulse response as it was measured, and made ready for an output's rate: resampled, brought to a level at which
//! music comes out as loud as it goes in, cut into parts for [`super::convolve`]: its beginning in small ones, so that
//! nothing is late, the rest in large ones, which take less work.

use std::sync::Arc;

use realfft::RealFftPlanner;

use super::convolve::{Convolver, Echo, PART, Response};
use super::resampler::{Edge, Resampler};
use crate::model::settings::ResamplerQuality;

/// Frames of a large part; the small ones reach as far.
const LARGE: usize = 16 * PART;
/// Lowest and highest frequency that count for the level, Hz.
const BAND_HZ: [f64; 2] = [20.0, 20_000.0];
/// Below this share of its loudest tap the end of a response is left out: -120 dB.
const NOTHING: f32 = 1e-6;

/// See the module's head.
pub struct ImpulseResponse {
    rate: u32,
    /// Taps of each channel, brought to their level.
    channels: Vec<Box<[f32]>>,
    gain: f32,
    ready: Option<Arc<Ready>>,
}

/// At a rate.
pub struct Ready {
    rate: u32,
    channels: Vec<(Response, Response)>,
    taps: usize,
}

impl ImpulseResponse {
    /// From interleaved frames; `None` where nothing is to be heard in it.
    pub fn new(rate: u32, channels: usize, frames: &[f32]) -> Option<Self> {
        let channels = channels.max(1);
        let taps = |channel: usize| -> Vec<f32> {
            let own = frames.iter().skip(channel).step_by(channels);
            own.map(|tap| if tap.is_finite() { *tap } else { 0.0 }).collect()
        };
        let mut taps: Vec<Vec<f32>> = (0..channels).map(taps).collect();
        let loudest = taps.iter().flatten().fold(0.0, |most: f32, tap| most.max(tap.abs()));
        let end = |taps: &Vec<f32>| taps.iter().rposition(|tap| tap.abs() > loudest * NOTHING);
        let length = taps.iter().filter_map(end).max().map_or(0, |last| last + 1);
        taps.iter_mut().for_each(|taps| taps.truncate(length));
        let gain = 1.0 / power_of_music(rate, &taps).sqrt();
        let gain = (gain.is_finite() && length > 0).then_some(gain as f32)?;
        taps.iter_mut().flatten().for_each(|tap| *tap *= gain);
        let channels = taps.into_iter().map(Vec::into_boxed_slice).collect();
        Some(Self { rate: rate.max(1), channels, gain, ready: None })
    }

    pub fn rate(&self) -> u32 {
        self.rate
    }

    pub fn channels(&self) -> usize {
        self.channels.len()
    }

    /// Of a channel, in frames at its own rate.
    pub fn taps(&self) -> usize {
        self.channels.first().map_or(0, |taps| taps.len())
    }

    /// Linear, by which it was turned.
    pub fn gain(&self) -> f32 {
        self.gain
    }

    /// Makes ready what [`Self::at`] gives for this rate. Takes a while for long ones.
    #[must_use]
    pub fn made_ready(mut self, rate: u32) -> Self {
        self.ready = Some(self.at(rate));
        self
    }

    /// Ready for a rate; made anew where that is not the one that it was made ready for.
    pub fn at(&self, rate: u32) -> Arc<Ready> {
        match &self.ready {
            Some(ready) if ready.rate == rate => Arc::clone(ready),
            _ => Arc::new(Ready::of(self, rate)),
        }
    }
}

impl Ready {
    fn of(response: &ImpulseResponse, rate: u32) -> Self {
        let resampled: Vec<Vec<f32>> =
            response.channels.iter().map(|taps| resampled(taps, response.rate, rate)).collect();
        let both = |taps: &Vec<f32>| {
            let near = Response::of(PART, &taps[..taps.len().min(LARGE)]);
            (near, Response::of(LARGE, taps))
        };
        let taps = resampled.first().map_or(0, Vec::len);
        Self { rate, channels: resampled.iter().map(both).collect(), taps }
    }
}

/// The response of the same filter at another rate: samples are spaced otherwise, so they count otherwise.
fn resampled(taps: &[f32], from: u32, to: u32) -> Vec<f32> {
    let Some(mut resampler) = (from != to)
        .then(|| Resampler::new(from, to, 1, ResamplerQuality::Best, Edge::Silence).ok())
        .flatten()
    else {
        return taps.to_vec();
    };
    let scale = from as f32 / to as f32;
    let (mut fed, mut out) = (0, Vec::new());
    loop {
        if fed < taps.len() {
            fed += resampler.feed(&taps[fed..]);
        } else {
            resampler.finish(Edge::Silence);
            if !resampler.drain() {
                return out;
            }
        }
        out.extend(resampler.ready().iter().map(|tap| tap * scale));
        resampler.consume(usize::MAX);
    }
}

/// Of sound with as much power in each octave, what comes out for what goes in, in the mean of all channels.
fn power_of_music(rate: u32, channels: &[Vec<f32>]) -> f64 {
    let length = channels.iter().map(Vec::len).max().unwrap_or(0).max(8_192).next_power_of_two();
    let fft = RealFftPlanner::new().plan_fft_forward(length);
    let (mut sum, mut weights) = (0.0, 0.0);
    for taps in channels {
        let (mut time, mut lines) = (fft.make_input_vec(), fft.make_output_vec());
        time[..taps.len()].copy_from_slice(taps);
        // Fails only where lengths differ.
        let _ = fft.process(&mut time, &mut lines);
        for (n, line) in lines.iter().enumerate() {
            let hz = n as f64 * f64::from(rate) / length as f64;
            if (BAND_HZ[0]..=BAND_HZ[1]).contains(&hz) {
                sum += f64::from(line.norm_sqr()) / hz;
                weights += 1.0 / hz;
            }
        }
    }
    sum / weights
}

/// Sound on its way through a response that is ready.
pub struct Convolution {
    ready: Arc<Ready>,
    channels: usize,
    /// Of each way from a channel to a channel.
    ways: Box<[Way]>,
    sounds: Box<[Sound]>,
    alone: Box<[f32]>,
    sum: Box<[f32]>,
}

/// One channel's sound.
struct Sound {
    near: Convolver,
    far: Convolver,
}

/// From an input to an output by a channel of the response.
struct Way {
    from: usize,
    to: usize,
    by: usize,
    near: Echo,
    far: Echo,
}

impl Convolution {
    /// Allocates all that is ever needed.
    pub fn new(ready: Arc<Ready>, channels: usize) -> Self {
        let way = |(from, to, by)| Way { from, to, by, near: Echo::default(), far: Echo::of(LARGE) };
        let sound = |_| Sound {
            near: Convolver::new(ready.taps.min(LARGE)),
            far: Convolver::in_parts_of(LARGE, ready.taps),
        };
        Self {
            channels,
            ways: ways(ready.channels.len(), channels).into_iter().map(way).collect(),
            sounds: (0..channels).map(sound).collect(),
            alone: vec![0.0; PART].into(),
            sum: vec![0.0; PART].into(),
            ready,
        }
    }

    pub fn reset(&mut self) {
        for sound in &mut self.sounds {
            sound.near.reset();
            sound.far.reset();
        }
        for way in &mut self.ways {
            way.near.reset();
            way.far.reset();
        }
    }

    /// Interleaved frames in place, as many out as in, without latency.
    pub fn process(&mut self, samples: &mut [f32]) {
        let mut rest = samples;
        while !rest.is_empty() {
            let frames = (rest.len() / self.channels).min(self.sounds[0].near.room());
            let (now, later) = std::mem::take(&mut rest).split_at_mut(frames * self.channels);
            self.part(now, frames);
            rest = later;
        }
    }

    /// At most to where a small part is full, and with it perhaps a large one.
    fn part(&mut self, samples: &mut [f32], frames: usize) {
        for (channel, sound) in self.sounds.iter_mut().enumerate() {
            let alone = &mut self.alone[..frames];
            let own = samples.iter().skip(channel).step_by(self.channels);
            alone.iter_mut().zip(own).for_each(|(slot, sample)| *slot = *sample);
            sound.near.push(alone);
            sound.far.push(alone);
        }
        // A channel that no way leads to is left as it is.
        for to in 0..self.channels {
            if self.ways.iter().any(|way| way.to == to) {
                samples.iter_mut().skip(to).step_by(self.channels).for_each(|sample| *sample = 0.0);
            }
        }
        for way in &self.ways {
            let (near, _) = &self.ready.channels[way.by];
            let (sound, sum) = (&self.sounds[way.from], &mut self.sum[..frames]);
            sound.near.hear(near, &way.near, sum);
            sound.far.add_echo(&way.far, sum);
            let own = samples.iter_mut().skip(way.to).step_by(self.channels);
            own.zip(&*sum).for_each(|(sample, more)| *sample += more);
        }
        self.turn();
    }

    fn turn(&mut self) {
        let (near_is_full, far_is_full) = (self.sounds[0].near.is_full(), self.sounds[0].far.is_full());
        for sound in &mut self.sounds {
            if near_is_full {
                sound.near.turn();
            }
            if far_is_full {
                sound.far.turn();
            }
        }
        for way in &mut self.ways {
            let ((near, far), sound) = (&self.ready.channels[way.by], &mut self.sounds[way.from]);
            if near_is_full {
                sound.near.echo(near, &mut way.near);
            }
            if far_is_full {
                sound.far.echo(far, &mut way.far);
            }
        }
    }
}

/// From which channel to which, by which of the response.
fn ways(responses: usize, channels: usize) -> Vec<(usize, usize, usize)> {
    match (responses, channels) {
        (1, _) => (0..channels).map(|channel| (channel, channel, 0)).collect(),
        (4, 2) => vec![(0, 0, 0), (0, 1, 1), (1, 0, 2), (1, 1, 3)],
        _ => (0..channels.min(responses)).map(|channel| (channel, channel, channel)).collect(),
    }
}

/// The same sound comes out of both.
impl PartialEq for ImpulseResponse {
    fn eq(&self, other: &Self) -> bool {
        self.rate == other.rate && self.channels == other.channels
    }
}

impl std::fmt::Debug for ImpulseResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ImpulseResponse of {} taps, {} channels, {} Hz", self.taps(), self.channels(), self.rate)
    }
}

impl std::fmt::Debug for Convolution {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Convolution of {} taps at {} Hz", self.ready.taps, self.ready.rate)
    }
}

#[cfg(test)]
mod tests;
