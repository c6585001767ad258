//! Sound and tags of the containers that lofty does not read (Ogg FLAC, Matroska and WebM, CAF), by symphonia, and of the
//! formats that only `decode` reads.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known as id;
use symphonia::core::common::Limit;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::{MetadataOptions, RawValue, StandardTag, Tag};

use super::ReadError;
use super::container::{self, Container, Kind};
use super::matroska;
use super::normalize::{fill, flag, numbered, text, texts};
use super::window::Window;
use crate::decode::{self, DecodeError};
use crate::model::audio::Spec;
use crate::model::track::{AudioFormat, Codec, Tags};

/// Bytes of tags that are read; pictures are not.
const MAX_TAG_BYTES: usize = 1024 * 1024;

struct Source(Window);

impl Read for Source {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(out)
    }
}

impl Seek for Source {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

impl MediaSource for Source {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.0.len())
    }
}

/// A file of a format that only `decode` reads: what it plays and the tags that it found on the way.
pub fn read_decoded(path: &Path) -> Result<(AudioFormat, Tags), ReadError> {
    let about = decode::about(path).map_err(why)?;
    let mut tags = Tags::default();
    for revision in about.tags.iter().rev() {
        let of_tracks = revision.per_track.iter().flat_map(|track| &track.metadata.tags);
        fill(&mut tags, from_tags(revision.media.tags.iter().chain(of_tracks)));
    }
    Ok((about.format, tags))
}

fn why(error: DecodeError) -> ReadError {
    match error {
        DecodeError::Open(error) => ReadError::Open(error),
        DecodeError::Read(error) => ReadError::Io(error),
        other => ReadError::Decode(other),
    }
}

pub fn read(mut window: Window, kind: Kind, path: &Path) -> Result<(AudioFormat, Tags), ReadError> {
    let told = match kind.container {
        Container::OggFlac => Some(container::read(&mut window, kind)?),
        _ => None,
    };
    let title = match kind.container {
        Container::Matroska => matroska::title(&mut window).map_err(ReadError::Io)?,
        _ => None,
    };
    window.go(0);
    let source = MediaSourceStream::new(Box::new(Source(window)), MediaSourceStreamOptions::default());
    let meta = MetadataOptions::default()
        .limit_tag_bytes(Limit::Maximum(MAX_TAG_BYTES))
        .limit_visual_bytes(Limit::Maximum(0));
    let mut reader = symphonia::default::get_probe()
        .probe(&Hint::new(), source, FormatOptions::default(), meta)
        .map_err(|_| ReadError::Damaged("its container cannot be opened"))?;
    let format = match told {
        Some(format) => format,
        None => sound(reader.as_ref(), kind, path)?,
    };
    Ok((format, tags(reader.as_mut(), kind, title)))
}

fn sound(reader: &dyn FormatReader, kind: Kind, path: &Path) -> Result<AudioFormat, ReadError> {
    let unknown = || ReadError::NotAudio("it has no audio track of a known codec");
    let track = reader.default_track(TrackType::Audio).ok_or_else(unknown)?;
    let Some(CodecParameters::Audio(params)) = &track.codec_params else { return Err(unknown()) };
    let codec = codec(params).ok_or_else(unknown)?;
    let channels = params.channels.as_ref().map_or(0, |channels| channels.count());
    let rate = if codec == Codec::Opus { 48_000 } else { params.sample_rate.unwrap_or(0) };
    let spec = Spec::new(rate, u16::try_from(channels).unwrap_or(0)).ok_or_else(unknown)?;
    let bits = params.bits_per_sample.and_then(|bits| u8::try_from(bits).ok());
    let frames = match kind.container {
        Container::Caf => track.num_frames.filter(|&frames| frames > 0),
        // Its times are rounded to milliseconds; `decode` counts the packets of what is not too long for that.
        _ => decode::about(path).ok().and_then(|about| about.format.frames),
    };
    Ok(AudioFormat { codec, spec, bits: bits.filter(|_| codec.is_lossless()), frames })
}

fn codec(params: &AudioCodecParameters) -> Option<Codec> {
    let pcm = id::CODEC_ID_PCM_S32LE..=id::CODEC_ID_PCM_MULAW;
    Some(match params.codec {
        id::CODEC_ID_FLAC => Codec::Flac,
        id::CODEC_ID_MP3 => Codec::Mp3,
        id::CODEC_ID_MP2 => Codec::Mp2,
        id::CODEC_ID_MP1 => Codec::Mp1,
        id::CODEC_ID_VORBIS => Codec::Vorbis,
        id::CODEC_ID_OPUS => Codec::Opus,
        id::CODEC_ID_AAC => Codec::Aac,
        id::CODEC_ID_ALAC => Codec::Alac,
        id::CODEC_ID_ADPCM_MS | id::CODEC_ID_ADPCM_IMA_WAV | id::CODEC_ID_ADPCM_IMA_QT => Codec::Adpcm,
        other if pcm.contains(&other) => Codec::Pcm,
        _ => return None,
    })
}

fn tags(reader: &mut dyn FormatReader, kind: Kind, title: Option<String>) -> Tags {
    let mut metadata = reader.metadata();
    let Some(revision) = metadata.skip_to_latest() else { return Tags { title, ..Tags::default() } };
    let of_tracks = revision.per_track.iter().flat_map(|track| &track.metadata.tags);
    let all: Vec<&Tag> = revision.media.tags.iter().chain(of_tracks).collect();
    if kind.container == Container::Matroska {
        return matroska::from_tags(&all, title);
    }
    from_tags(all)
}

fn from_tags<'a>(all: impl IntoIterator<Item = &'a Tag>) -> Tags {
    let mut tags = Tags::default();
    for tag in all {
        take(&mut tags, tag);
    }
    for list in [&mut tags.artists, &mut tags.album_artists, &mut tags.composers, &mut tags.genres] {
        *list = texts(list.iter().map(String::as_str));
    }
    tags
}

fn take(tags: &mut Tags, tag: &Tag) {
    let Some(standard) = &tag.std else { return take_raw(tags, tag) };
    match standard {
        StandardTag::TrackTitle(value) => first(&mut tags.title, value),
        StandardTag::Album(value) => first(&mut tags.album, value),
        StandardTag::Artist(value) => tags.artists.push(value.to_string()),
        StandardTag::AlbumArtist(value) => tags.album_artists.push(value.to_string()),
        StandardTag::Composer(value) => tags.composers.push(value.to_string()),
        StandardTag::Genre(value) => tags.genres.push(value.to_string()),
        StandardTag::RecordingDate(value) | StandardTag::ReleaseDate(value) => first(&mut tags.date, value),
        StandardTag::TrackNumber(value) => tags.track.number = number(*value),
        StandardTag::TrackTotal(value) => tags.track.total = number(*value),
        StandardTag::DiscNumber(value) => tags.disc.number = number(*value),
        StandardTag::DiscTotal(value) => tags.disc.total = number(*value),
        StandardTag::CompilationFlag(value) => tags.compilation |= value,
        StandardTag::SortTrackTitle(value) => first(&mut tags.title_sort, value),
        StandardTag::SortAlbum(value) => first(&mut tags.album_sort, value),
        StandardTag::SortArtist(value) => tags.artists_sort.extend(text(value)),
        StandardTag::SortAlbumArtist(value) => tags.album_artists_sort.extend(text(value)),
        _ => {}
    }
}

/// Keys that symphonia has no standard name for in these containers.
fn take_raw(tags: &mut Tags, tag: &Tag) {
    let RawValue::String(value) = &tag.raw.value else { return };
    match tag.raw.key.to_ascii_uppercase().as_str() {
        "TITLE" => first(&mut tags.title, value),
        "ALBUM" => first(&mut tags.album, value),
        "ARTIST" => tags.artists.push(value.to_string()),
        "ALBUMARTIST" | "ALBUM_ARTIST" => tags.album_artists.push(value.to_string()),
        "COMPOSER" => tags.composers.push(value.to_string()),
        "GENRE" => tags.genres.push(value.to_string()),
        "DATE" | "YEAR" | "DATE_RELEASED" | "DATE_RECORDED" => first(&mut tags.date, value),
        "TRACKNUMBER" | "TRACK" | "PART_NUMBER" => tags.track = numbered(Some(value), None),
        "DISCNUMBER" | "DISC" => tags.disc = numbered(Some(value), None),
        "COMPILATION" => tags.compilation |= flag(value),
        _ => {}
    }
}

fn first(field: &mut Option<String>, value: &str) {
    if field.is_none() {
        *field = text(value);
    }
}

fn number(value: u64) -> Option<u32> {
    u32::try_from(value).ok().filter(|&value| value > 0)
}
