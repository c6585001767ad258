//! Sound and tags of the containers that lofty does not read (Ogg FLAC, Matroska and WebM, CAF), by symphonia, and of the
//! formats that only `decode` reads.

use std::borrow::Cow;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::AudioCodecParameters;
use symphonia::core::codecs::audio::well_known as id;
use symphonia::core::common::Limit;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::{MetadataOptions, RawValue, StandardTag, StandardVisualKey, Tag, Visual};

use super::ReadError;
use super::container::{self, Container, Kind};
use super::keys;
use super::matroska;
use super::normalize::collect;
use super::window::Window;
use crate::decode::{self, DecodeError};
use crate::library::artwork::Picture;
use crate::model::audio::Spec;
use crate::model::tag::{Field, Fields};
use crate::model::track::{AudioFormat, Codec};

/// Bytes of tags that are read; pictures are not.
const MAX_TAG_BYTES: usize = 1024 * 1024;
const MAX_PICTURE_BYTES: usize = 32 * 1024 * 1024;

pub struct Source(pub Window);

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

/// A file of a format that only `decode` reads: what it plays, the fields that it found on the way, and whether there was
/// a picture.
pub fn read_decoded(path: &Path) -> Result<(AudioFormat, Fields, bool), ReadError> {
    let about = decode::about(path).map_err(why)?;
    let mut fields = Fields::default();
    let mut picture = false;
    for revision in about.tags.iter().rev() {
        let of_tracks = revision.per_track.iter().flat_map(|track| &track.metadata.tags);
        fields.fill(from_tags(revision.media.tags.iter().chain(of_tracks)));
        picture |= !revision.media.visuals.is_empty();
    }
    Ok((about.format, fields, picture))
}

fn why(error: DecodeError) -> ReadError {
    match error {
        DecodeError::Open(error) => ReadError::Open(error),
        DecodeError::Read(error) => ReadError::Io(error),
        other => ReadError::Decode(other),
    }
}

pub fn read(mut window: Window, kind: Kind, path: &Path) -> Result<(AudioFormat, Fields), ReadError> {
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
    Ok((format, fields(reader.as_mut(), kind, title)))
}

/// Pictures inside a container that lofty does not read.
pub fn pictures(mut window: Window) -> Vec<Picture> {
    window.go(0);
    let source = MediaSourceStream::new(Box::new(Source(window)), MediaSourceStreamOptions::default());
    let meta = MetadataOptions::default()
        .limit_tag_bytes(Limit::Maximum(MAX_TAG_BYTES))
        .limit_visual_bytes(Limit::Maximum(MAX_PICTURE_BYTES));
    let opened = symphonia::default::get_probe().probe(&Hint::new(), source, FormatOptions::default(), meta);
    let Ok(mut reader) = opened else { return Vec::new() };
    let mut metadata = reader.metadata();
    let visuals = metadata.skip_to_latest().map(|revision| revision.media.visuals.as_slice());
    let picture = |visual: &Visual| Picture {
        kind: if visual.usage.is_none_or(|usage| usage == StandardVisualKey::FrontCover) { 3 } else { 0 },
        mime: visual.media_type.clone().unwrap_or_default(),
        description: String::new(),
        data: visual.data.to_vec(),
    };
    visuals.unwrap_or_default().iter().map(picture).collect()
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

fn fields(reader: &mut dyn FormatReader, kind: Kind, title: Option<String>) -> Fields {
    let mut metadata = reader.metadata();
    let revision = metadata.skip_to_latest();
    let media = revision.iter().flat_map(|revision| &revision.media.tags);
    let of_tracks = revision.iter().flat_map(|revision| &revision.per_track);
    let all: Vec<&Tag> = media.chain(of_tracks.flat_map(|track| &track.metadata.tags)).collect();
    match kind.container {
        Container::Matroska => matroska::fields(&all, title),
        _ => from_tags(all),
    }
}

fn from_tags<'a>(all: impl IntoIterator<Item = &'a Tag>) -> Fields {
    let found: Vec<(Field, usize, Cow<'_, str>)> = all.into_iter().filter_map(field).collect();
    collect(found.iter().map(|(field, rank, value)| (*field, *rank, value.as_ref())))
}

/// The field that a tag is, how much it is to be trusted, its value. A key that is a field's own name wins over what
/// symphonia makes of it: it takes `TRACKNUMBER=3/12` for a 3.
fn field(tag: &Tag) -> Option<(Field, usize, Cow<'_, str>)> {
    let key = tag.raw.key.rsplit('@').next().unwrap_or("");
    match (keys::of_vorbis(key), &tag.raw.value) {
        (Some((field, rank)), RawValue::String(value)) => return Some((field, rank, value.as_str().into())),
        // Several values of an APE item, as the item has them.
        (Some((field, rank)), RawValue::StringList(values)) => {
            return Some((field, rank, values.join("\0").into()));
        }
        _ => {}
    }
    standard(tag.std.as_ref()?).map(|(field, value)| (field, 9, value))
}

fn standard(tag: &StandardTag) -> Option<(Field, Cow<'_, str>)> {
    use StandardTag as S;
    Some(match tag {
        S::TrackTitle(value) => (Field::Title, value.as_str().into()),
        S::Album(value) => (Field::Album, value.as_str().into()),
        S::Artist(value) => (Field::Artist, value.as_str().into()),
        S::AlbumArtist(value) => (Field::AlbumArtist, value.as_str().into()),
        S::Composer(value) => (Field::Composer, value.as_str().into()),
        S::Conductor(value) => (Field::Conductor, value.as_str().into()),
        S::Lyricist(value) => (Field::Lyricist, value.as_str().into()),
        S::Genre(value) => (Field::Genre, value.as_str().into()),
        S::RecordingDate(value) => (Field::Date, value.as_str().into()),
        S::RecordingYear(value) => (Field::Date, value.to_string().into()),
        S::ReleaseDate(value) => (Field::ReleaseDate, value.as_str().into()),
        S::ReleaseYear(value) => (Field::ReleaseDate, value.to_string().into()),
        S::OriginalReleaseDate(value) => (Field::OriginalDate, value.as_str().into()),
        S::OriginalReleaseYear(value) => (Field::OriginalDate, value.to_string().into()),
        S::TrackNumber(value) => (Field::Track, value.to_string().into()),
        S::TrackTotal(value) => (Field::TrackTotal, value.to_string().into()),
        S::DiscNumber(value) => (Field::Disc, value.to_string().into()),
        S::DiscTotal(value) => (Field::DiscTotal, value.to_string().into()),
        S::DiscSubtitle(value) => (Field::DiscSubtitle, value.as_str().into()),
        S::CompilationFlag(value) => (Field::Compilation, if *value { "1" } else { "0" }.into()),
        S::MovementName(value) => (Field::Movement, value.as_str().into()),
        S::MovementNumber(value) => (Field::MovementNumber, value.to_string().into()),
        S::MovementTotal(value) => (Field::MovementTotal, value.to_string().into()),
        S::Label(value) => (Field::Label, value.as_str().into()),
        S::IdentCatalogNumber(value) => (Field::CatalogNumber, value.as_str().into()),
        S::IdentIsrc(value) => (Field::Isrc, value.as_str().into()),
        S::Bpm(value) => (Field::Bpm, value.to_string().into()),
        S::Comment(value) => (Field::Comment, value.as_str().into()),
        S::Copyright(value) => (Field::Copyright, value.as_str().into()),
        S::Lyrics(value) => (Field::Lyrics, value.as_str().into()),
        other => return sorting(other).or_else(|| identifier(other)),
    })
}

fn sorting(tag: &StandardTag) -> Option<(Field, Cow<'_, str>)> {
    Some(match tag {
        StandardTag::SortTrackTitle(value) => (Field::TitleSort, value.as_str().into()),
        StandardTag::SortAlbum(value) => (Field::AlbumSort, value.as_str().into()),
        StandardTag::SortArtist(value) => (Field::ArtistSort, value.as_str().into()),
        StandardTag::SortAlbumArtist(value) => (Field::AlbumArtistSort, value.as_str().into()),
        StandardTag::SortComposer(value) => (Field::ComposerSort, value.as_str().into()),
        _ => return None,
    })
}

fn identifier(tag: &StandardTag) -> Option<(Field, Cow<'_, str>)> {
    use StandardTag as S;
    Some(match tag {
        S::MusicBrainzRecordingId(value) => (Field::RecordingId, value.as_str().into()),
        S::MusicBrainzReleaseTrackId(value) => (Field::TrackId, value.as_str().into()),
        S::MusicBrainzAlbumId(value) => (Field::ReleaseId, value.as_str().into()),
        S::MusicBrainzReleaseGroupId(value) => (Field::ReleaseGroupId, value.as_str().into()),
        S::MusicBrainzArtistId(value) => (Field::ArtistId, value.as_str().into()),
        S::MusicBrainzAlbumArtistId(value) => (Field::AlbumArtistId, value.as_str().into()),
        _ => return None,
    })
}
