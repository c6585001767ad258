//! FLAC (RFC 9639) by `flac-codec`: tags and pictures stand before the sound, so they are written first.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};

use flac_codec::Error;
use flac_codec::encode::{FlacSampleWriter, Options};
use flac_codec::metadata::{Picture, PictureType, VorbisComment};

use super::said::Said;
use crate::library::artwork;
use crate::library::tags::keys;
use crate::model::audio::Spec;

/// A block of metadata has a length of 24 bits; this leaves room for what stands before a picture's data.
const MOST_PICTURE: usize = (1 << 24) - 4_096;
/// Seconds from one point of the table for seeking to the next, and the bytes of one.
const SEEK_EVERY_S: u8 = 10;
const SEEK_POINT: u64 = 18;
/// Room for other programs to change tags in place.
const PADDING: u64 = 8_192;

pub struct FlacFile {
    writer: FlacSampleWriter<BufWriter<Told>>,
    failed: Failed,
}

impl FlacFile {
    /// `frames`, about, tells how much room the table for seeking takes.
    pub fn create(file: Arc<File>, spec: Spec, bits: u8, frames: u64, said: &Said) -> io::Result<Self> {
        let failed = Failed::default();
        let points = frames / u64::from(spec.rate.max(1)) / u64::from(SEEK_EVERY_S) + 2;
        let padding = (PADDING + points * SEEK_POINT).min(MOST_PICTURE as u64) as u32;
        let mut options = Options::default()
            // What the encoder takes for the smallest of all ways, it may not be by a hair; it is twice as quick.
            .fast_channel_correlation(true)
            .seektable_seconds(SEEK_EVERY_S)
            .padding(padding)
            .map_err(io::Error::other)?
            .comment(comments(said));
        for picture in said.pictures.iter().filter(|picture| picture.data.len() <= MOST_PICTURE) {
            options = options.picture(to_flac(picture));
        }
        let channels = u8::try_from(spec.channels).map_err(io::Error::other)?;
        let told = BufWriter::with_capacity(1 << 16, Told { file, failed: Arc::clone(&failed) });
        let writer = FlacSampleWriter::new(told, options, spec.rate, u32::from(bits), channels, None)
            .map_err(words)?;
        Ok(Self { writer, failed })
    }

    /// Interleaved integers of its bits.
    pub fn append(&mut self, samples: &[i32]) -> io::Result<()> {
        self.writer.write(samples).map_err(words)
    }

    pub fn finish(self) -> io::Result<()> {
        let finished = self.writer.finalize().map_err(words);
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner).take();
        failed.map_or(finished, Err)
    }
}

fn words(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        error => io::Error::other(error),
    }
}

fn comments(said: &Said) -> VorbisComment {
    let mut comment = VorbisComment::default();
    for (field, values) in said.fields.iter() {
        let Some(name) = keys::vorbis(field).first() else { continue };
        comment.fields.extend(values.iter().map(|value| format!("{name}={value}")));
    }
    comment
}

fn to_flac(picture: &artwork::Picture) -> Picture {
    let about = picture.information();
    Picture {
        picture_type: kind(picture.kind),
        media_type: picture.mime.clone(),
        description: picture.description.clone(),
        width: about.width,
        height: about.height,
        color_depth: about.color_depth,
        colors_used: NonZero::new(about.num_colors),
        data: picture.data.clone(),
    }
}

/// By the numbers of ID3v2's APIC, which FLAC took over.
fn kind(number: u8) -> PictureType {
    const KINDS: [PictureType; 21] = [
        PictureType::Other,
        PictureType::Png32x32,
        PictureType::GeneralFileIcon,
        PictureType::FrontCover,
        PictureType::BackCover,
        PictureType::LinerNotes,
        PictureType::MediaLabel,
        PictureType::LeadArtist,
        PictureType::Artist,
        PictureType::Conductor,
        PictureType::Band,
        PictureType::Composer,
        PictureType::Lyricist,
        PictureType::RecordingLocation,
        PictureType::DuringRecording,
        PictureType::DuringPerformance,
        PictureType::ScreenCapture,
        PictureType::Fish,
        PictureType::Illustration,
        PictureType::BandLogo,
        PictureType::PublisherLogo,
    ];
    KINDS.get(usize::from(number)).copied().unwrap_or(PictureType::Other)
}

type Failed = Arc<Mutex<Option<io::Error>>>;

/// A file whose first failure is remembered: the encoder drops its buffer at the end, and with it what that could not
/// write.
struct Told {
    file: Arc<File>,
    /// Held to put a failure in or take it out.
    failed: Failed,
}

impl Told {
    fn tell<T>(&self, result: io::Result<T>) -> io::Result<T> {
        result.inspect_err(|error| {
            let copy = io::Error::new(error.kind(), error.to_string());
            self.failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(copy);
        })
    }
}

impl Write for Told {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = (&*self.file).write(bytes);
        self.tell(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Told {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = (&*self.file).seek(to);
        self.tell(at)
    }
}
