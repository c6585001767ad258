//! The fingerprint of a track: one pass, all channels, whatever the length. Each file is one family of its numbers, with
//! definition and source in its head; the names and units are in [`crate::model::fingerprint`].
//!
//! Three transforms are shared: 100 ms windows for colour, stereo, harmonic part and timbre; 40 ms for onsets; 200 ms of a
//! quarter of the rate for pitch classes. Channels are added by power, never mixed: sides out of phase are not silence.

mod beats;
mod chroma;
mod decimate;
mod hpss;
mod level;
mod onset;
mod pitch;
mod recurrence;
mod rhythm;
#[cfg(test)]
mod signals;
mod stereo;
mod stft;
mod tempo;
#[cfg(test)]
mod tests;
mod timbre;
mod tone;

use self::chroma::Chroma;
use self::decimate::Decimator;
use self::hpss::Hpss;
use self::level::Level;
use self::pitch::Pitch;
use self::rhythm::Rhythm;
use self::stereo::Stereo;
use self::stft::Stft;
use self::timbre::Timbre;
use self::tone::Tone;
use super::Analyser;
use crate::model::audio::Spec;
use crate::model::features::{Absent, Value};
use crate::model::fingerprint::{Confidence, Dimension, Fingerprint};

/// Frames taken at a time.
const BLOCK: usize = 4096;
/// Least length, seconds.
const LEAST_S: f64 = 0.5;
const WIDE_MS: u32 = 100;
const WIDE_PER_S: u32 = 20;

/// Measures the fingerprint; the numbers of the loudness meter are put in by [`Fingerprint::with_loudness`].
pub struct Print {
    spec: Spec,
    /// Frames that wait for a whole block, interleaved: what comes out does not depend on how they came.
    waiting: Vec<f32>,
    frames: u64,
    finite: bool,
    parts: Parts,
}

struct Parts {
    channels: usize,
    /// The block by pair of channels; the last pair of an odd number has silence at its side.
    pairs: Vec<Vec<f32>>,
    low: Vec<Vec<f32>>,
    decimators: Vec<Decimator>,
    level: Level,
    stereo: Stereo,
    wide: Stft,
    tone: Tone,
    hpss: Hpss,
    timbre: Timbre,
    short: Stft,
    rhythm: Rhythm,
    long: Stft,
    chroma: Chroma,
    pitch: Pitch,
}

impl Analyser for Print {
    type Found = Fingerprint;

    fn new(spec: Spec) -> Self {
        let spec = Spec { rate: spec.rate.max(1), channels: spec.channels.max(1) };
        let waiting = Vec::with_capacity(BLOCK * usize::from(spec.channels));
        Self { spec, waiting, frames: 0, finite: true, parts: Parts::new(spec) }
    }

    fn push(&mut self, frames: &[f32]) {
        let block = BLOCK * usize::from(self.spec.channels);
        let mut rest = frames;
        while !rest.is_empty() {
            let (some, later) = rest.split_at((block - self.waiting.len()).min(rest.len()));
            self.waiting.extend_from_slice(some);
            rest = later;
            if self.waiting.len() == block {
                self.take();
            }
        }
    }

    fn finish(mut self) -> Fingerprint {
        let channels = usize::from(self.spec.channels);
        self.waiting.truncate(self.waiting.len() / channels * channels);
        self.take();
        if !self.finite {
            return Fingerprint::absent(Absent::NotFinite);
        }
        if (self.frames as f64) < LEAST_S * f64::from(self.spec.rate) {
            return Fingerprint::absent(Absent::TooShort);
        }
        self.parts.finish().unwrap_or_else(Fingerprint::absent)
    }
}

impl Print {
    fn take(&mut self) {
        // Beyond it squares of f32 have no room, and no file means it.
        const MOST: f32 = 1e9;
        self.finite &= self.waiting.iter().all(|sample| sample.abs() < MOST);
        self.frames += (self.waiting.len() / usize::from(self.spec.channels)) as u64;
        if self.finite {
            self.parts.push(&self.waiting);
        }
        self.waiting.clear();
    }
}

impl Parts {
    fn new(Spec { rate, channels }: Spec) -> Self {
        let (hz, channels) = (f64::from(rate), usize::from(channels));
        let (pairs, step) = (channels.div_ceil(2), decimate::factor(rate));
        let low_hz = hz / step as f64;
        let wide = Stft::new(hz, pairs, WIDE_MS, WIDE_PER_S);
        let short = Stft::new(hz, pairs, onset::WINDOW_MS, onset::PER_S);
        let long = Stft::new(low_hz, pairs, chroma::WINDOW_MS, chroma::PER_S);
        Self {
            channels,
            pairs: vec![Vec::with_capacity(BLOCK * 2); pairs],
            low: vec![Vec::new(); pairs],
            decimators: (0..pairs).map(|_| Decimator::new(step)).collect(),
            level: Level::new(rate, channels),
            stereo: Stereo::new(rate, channels, wide.bins(), wide.bin_hz()),
            tone: Tone::new(wide.bins(), wide.bin_hz()),
            hpss: Hpss::new(wide.bins(), wide.bin_hz()),
            timbre: Timbre::new(wide.bins(), wide.bin_hz()),
            rhythm: Rhythm::new(short.bins(), short.bin_hz()),
            chroma: Chroma::new(long.bins(), long.bin_hz()),
            pitch: Pitch::new(low_hz, pairs),
            wide,
            short,
            long,
        }
    }

    fn push(&mut self, frames: &[f32]) {
        self.split(frames);
        self.level.push(frames);
        if self.channels > 1 {
            self.stereo.samples(&self.pairs[0]);
        }
        let (tone, stereo, hpss, timbre) =
            (&mut self.tone, &mut self.stereo, &mut self.hpss, &mut self.timbre);
        self.wide.push(&self.pairs, |spectrum| {
            tone.push(spectrum);
            stereo.spectrum(spectrum);
            hpss.push(spectrum.power);
            timbre.push(spectrum.power);
        });
        self.short.push(&self.pairs, |spectrum| self.rhythm.push(spectrum.power));
        for ((low, decimator), pair) in self.low.iter_mut().zip(&mut self.decimators).zip(&self.pairs) {
            low.clear();
            low.extend_from_slice(decimator.push(pair));
        }
        self.long.push(&self.low, |spectrum| self.chroma.push(spectrum));
        self.pitch.push(&self.low);
    }

    /// Interleaved frames to pairs of channels.
    fn split(&mut self, frames: &[f32]) {
        let channels = self.channels;
        for (pair, slot) in self.pairs.iter_mut().enumerate() {
            slot.clear();
            let second = pair * 2 + 1;
            match channels {
                2 => slot.extend_from_slice(frames),
                _ => slot.extend(
                    frames
                        .chunks_exact(channels)
                        .flat_map(|frame| [frame[pair * 2], frame.get(second).copied().unwrap_or(0.0)]),
                ),
            }
        }
    }

    fn finish(mut self) -> Value<Fingerprint> {
        let (tone, stereo, hpss, timbre) =
            (&mut self.tone, &mut self.stereo, &mut self.hpss, &mut self.timbre);
        self.wide.finish(|spectrum| {
            tone.push(spectrum);
            stereo.spectrum(spectrum);
            hpss.push(spectrum.power);
            timbre.push(spectrum.power);
        });
        self.short.finish(|spectrum| self.rhythm.push(spectrum.power));
        self.long.finish(|spectrum| self.chroma.push(spectrum));
        let movement = self.level.finish()?;
        let colour = self.tone.finish()?;
        let mut print = Fingerprint::absent(Absent::Unclear);
        use Dimension as D;
        for (dimension, share) in D::ALL.into_iter().zip(colour.bands) {
            print.set(dimension, Ok(share));
        }
        print.set(D::BassToMid, colour.bass_to_mid_db);
        print.set(D::Centroid, Ok(colour.centroid_hz));
        print.set(D::Rolloff, Ok(colour.rolloff_hz));
        print.set(D::Flatness, Ok(colour.flatness));
        print.set(D::Harmonic, self.hpss.finish().ok_or(Absent::Silence));
        print.set(D::Silence, Ok(movement.silence));
        print.set(D::CrestVariation, movement.crest_variation_db);
        print.set(D::PeakConsistency, movement.peak_consistency);
        print.timbre = self.timbre.finish();
        stereo_picture(&mut print, self.stereo);
        rhythm(&mut print, self.rhythm);
        tones(&mut print, self.chroma, self.pitch);
        Ok(print)
    }
}

fn stereo_picture(print: &mut Fingerprint, stereo: Stereo) {
    let picture = stereo.finish();
    print.set(Dimension::Width, picture.width);
    print.set(Dimension::Correlation, picture.correlation);
    print.band_width = picture.band_width;
    print.least_correlation = picture.least_correlation;
}

fn rhythm(print: &mut Fingerprint, rhythm: Rhythm) {
    let found = rhythm.finish();
    print.set(Dimension::Tempo, found.bpm);
    print.set(Dimension::Rhythm, found.stability);
    print.set(Dimension::Transients, found.onsets_per_s.map(|onsets| (onsets / 10.0).min(1.0)));
    print.confidence =
        Confidence { tempo: found.tempo_confidence, rhythm: found.rhythm_confidence, ..print.confidence };
    print.beats = found.beats;
}

fn tones(print: &mut Fingerprint, chroma: Chroma, pitch: Pitch) {
    let classes = chroma.finish();
    let concentration = classes.as_ref().map(chroma::Classes::concentration);
    print.set(Dimension::Chroma, concentration.ok_or(Absent::Unclear));
    print.key = classes.and_then(|classes| classes.key()).ok_or(Absent::Unclear);
    if let Some(held) = pitch.finish() {
        print.set(Dimension::Pitch, Ok(held.stability));
        print.confidence.pitch = held.voiced;
    }
}
