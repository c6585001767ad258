//! What comes out of a pass, into files: one a track.

use std::path::Path;

use super::error::RenderError;
use super::flac::FlacFile;
use super::part::PartFile;
use super::pass::Sink;
use super::said::Said;
use crate::dsp::dither::Tpdf;
use crate::engine::output::encode::{
    encode, encode_dithered, to_i16, to_i16_dithered, to_i24, to_i24_dithered,
};
use crate::engine::output::wav::WavFile;
use crate::library::edit::id3v2;
use crate::library::tags::riff_texts;
use crate::model::audio::Spec;
use crate::model::rendering::Format;

/// A file that is to be written.
pub struct Wanted<'a> {
    pub target: &'a Path,
    /// Frames, about.
    pub frames: u64,
    /// The samples are not those of the source, or wider than the format.
    pub dither: bool,
    pub said: Said,
}

/// Writes each track to its file and puts that in place.
pub struct Files<'a> {
    spec: Spec,
    format: Format,
    overwrite: bool,
    /// Asked of each track when its first frames come.
    wanted: &'a mut dyn FnMut(usize) -> Wanted<'a>,
    /// Told of each file that is in its place.
    done: &'a mut dyn FnMut(usize),
    open: Option<Writing<'a>>,
}

impl<'a> Files<'a> {
    pub fn new(
        spec: Spec,
        format: Format,
        overwrite: bool,
        wanted: &'a mut dyn FnMut(usize) -> Wanted<'a>,
        done: &'a mut dyn FnMut(usize),
    ) -> Self {
        Self { spec, format, overwrite, wanted, done, open: None }
    }

    fn open(&mut self, track: usize) -> Result<&mut Writing<'a>, RenderError> {
        let writing = match self.open.take() {
            Some(writing) => writing,
            None => Writing::create((self.wanted)(track), self.spec, self.format)?,
        };
        Ok(self.open.insert(writing))
    }
}

impl Sink for Files<'_> {
    fn write(&mut self, track: usize, frames: &[f32]) -> Result<(), RenderError> {
        self.open(track)?.append(frames)
    }

    fn end(&mut self, track: usize) -> Result<(), RenderError> {
        self.open(track)?;
        if let Some(writing) = self.open.take() {
            writing.finish(self.overwrite)?;
        }
        (self.done)(track);
        Ok(())
    }
}

enum Encoder {
    Wav { file: WavFile, bytes: Vec<u8>, said: Said },
    Flac { file: Box<FlacFile>, samples: Vec<i32> },
}

struct Writing<'a> {
    target: &'a Path,
    format: Format,
    noise: Option<Tpdf>,
    encoder: Encoder,
    // Dropped last: it takes its file away.
    part: PartFile,
}

impl<'a> Writing<'a> {
    fn create(wanted: Wanted<'a>, spec: Spec, format: Format) -> Result<Self, RenderError> {
        let Wanted { target, frames, dither, said } = wanted;
        let failed = |error| RenderError::write(target, &error);
        let part = PartFile::create(target).map_err(failed)?;
        let encoder = match format.is_flac() {
            true => {
                let file =
                    FlacFile::create(part.file(), spec, format.bits(), frames, &said).map_err(failed)?;
                Encoder::Flac { file: Box::new(file), samples: Vec::new() }
            }
            false => {
                let file = part.file().try_clone().map_err(failed)?;
                let file = WavFile::create_with(file, spec, format.samples(), &riff_texts(&said.fields))
                    .map_err(failed)?;
                Encoder::Wav { file, bytes: Vec::new(), said }
            }
        };
        Ok(Self { target, format, noise: dither.then(Tpdf::default), encoder, part })
    }

    fn append(&mut self, frames: &[f32]) -> Result<(), RenderError> {
        let written = match &mut self.encoder {
            Encoder::Wav { file, bytes, .. } => {
                bytes.clear();
                match &mut self.noise {
                    Some(noise) => encode_dithered(self.format.samples(), frames, noise, bytes),
                    None => encode(self.format.samples(), frames, bytes),
                }
                file.append(bytes)
            }
            Encoder::Flac { file, samples } => {
                samples.clear();
                integers(self.format.bits(), frames, self.noise.as_mut(), samples);
                file.append(samples)
            }
        };
        written.map_err(|error| RenderError::write(self.target, &error))
    }

    fn finish(self, overwrite: bool) -> Result<(), RenderError> {
        let Self { target, encoder, part, .. } = self;
        let failed = |error| RenderError::write(target, &error);
        match encoder {
            Encoder::Wav { mut file, said, .. } => {
                let tag = id3v2(&said.fields, &said.pictures)
                    .map_err(|why| RenderError::Write { path: target.into(), why })?;
                if !tag.is_empty() {
                    file.put_behind(*b"id3 ", &tag).map_err(failed)?;
                }
                file.finish().map_err(failed)?;
            }
            Encoder::Flac { file, .. } => file.finish().map_err(failed)?,
        }
        part.keep(overwrite).map_err(failed)
    }
}

fn integers(bits: u8, frames: &[f32], noise: Option<&mut Tpdf>, out: &mut Vec<i32>) {
    let samples = frames.iter();
    match (bits, noise) {
        (16, None) => out.extend(samples.map(|&sample| i32::from(to_i16(sample)))),
        (16, Some(noise)) => out.extend(samples.map(|&sample| i32::from(to_i16_dithered(sample, noise)))),
        (_, None) => out.extend(samples.map(|&sample| to_i24(sample))),
        (_, Some(noise)) => out.extend(samples.map(|&sample| to_i24_dithered(sample, noise))),
    }
}
