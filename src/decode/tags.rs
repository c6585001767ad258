//! The few tags that playing needs, from what symphonia has read when it opened a file, and from the places where it does
//! not look: WAV's ID3 chunk and the LAME header. No second pass over the file. Called by `stream` and the own formats.

use std::io::{Seek, SeekFrom};

use symphonia::core::formats::FormatReader;
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::{MetadataOptions, MetadataReader, MetadataRevision, RawValue, Tag};
use symphonia::default::meta::ApeReader;
use symphonia::default::meta::embedded::riff::read_riff_id3_chunk;

use super::container::Container;
use super::file::FileSpan;
use super::loudness::Loudness;
use super::mpeg;
use crate::model::loudness::LoudnessTags;
use crate::model::track::Codec;

/// Chunks of a WAV file that are looked at for tags.
const MAX_CHUNKS: usize = 256;
/// Largest tag that is read: pictures are in it.
const MAX_TAG_BYTES: u64 = 64 << 20;

const APE_FOOTER_BYTES: u64 = 32;
const ID3V1_BYTES: u64 = 128;

/// What the tags of an open file say of its loudness.
pub(super) fn loudness(
    reader: &mut dyn FormatReader,
    container: Container,
    codec: Codec,
    file: &FileSpan,
) -> LoudnessTags {
    let mut found = Loudness::default();
    if container == Container::Wav {
        wav_id3(file).into_iter().for_each(|revision| take_all(&mut found, &revision));
    }
    revisions(reader).iter().rev().for_each(|revision| take_all(&mut found, revision));
    if codec == Codec::Mp3 && container == Container::Mpeg && found.is_empty() {
        mpeg::lame_header(file).iter().for_each(|header| found.take_lame(header));
    }
    found.tags(codec)
}

/// The tags of an open container. Its own come behind those that were glued to the file, and are to be trusted more.
pub(super) fn revisions(reader: &mut dyn FormatReader) -> Vec<MetadataRevision> {
    let mut log = reader.metadata();
    let mut revisions: Vec<_> = std::iter::from_fn(|| log.pop()).collect();
    revisions.extend(log.current().cloned());
    revisions
}

/// What a row of tags says of loudness; the last one is the most trusted.
pub(super) fn loudness_of(tags: &[MetadataRevision], codec: Codec) -> LoudnessTags {
    let mut found = Loudness::default();
    tags.iter().rev().for_each(|revision| take_all(&mut found, revision));
    found.tags(codec)
}

/// Tags that stand around any file: ID3v2 before it, APE behind it, before or without ID3v1.
pub(super) fn around(file: &FileSpan) -> Vec<MetadataRevision> {
    let id3 = file.bytes_at::<3>(0) == Some(*b"ID3");
    let leading = id3.then(|| read_id3(file)).flatten();
    leading.into_iter().chain(trailing_ape(file)).collect()
}

/// Where the sound ends and tags begin: before APE and ID3v1.
pub(super) fn end_of_sound(file: &FileSpan) -> u64 {
    let (size, end) = ape_footer(file).unwrap_or((0, file.len()));
    let without_ape = end.saturating_sub(size);
    let id3v1 = without_ape.checked_sub(ID3V1_BYTES);
    id3v1.filter(|&at| file.bytes_at::<3>(at) == Some(*b"TAG")).unwrap_or(without_ape)
}

/// Bytes of the APE tag, header and footer included, and where it ends.
fn ape_footer(file: &FileSpan) -> Option<(u64, u64)> {
    let ends = [file.len(), file.len().saturating_sub(ID3V1_BYTES)];
    ends.into_iter().find_map(|end| {
        let footer = file.bytes_at::<32>(end.checked_sub(APE_FOOTER_BYTES)?)?;
        let word =
            |at: usize| u32::from_le_bytes([footer[at], footer[at + 1], footer[at + 2], footer[at + 3]]);
        let has_header = word(20) & 1 << 31 != 0 && word(8) >= 2_000;
        let size = u64::from(word(12)) + if has_header { APE_FOOTER_BYTES } else { 0 };
        let is_sane =
            footer.starts_with(b"APETAGEX") && (APE_FOOTER_BYTES..=end.min(MAX_TAG_BYTES)).contains(&size);
        is_sane.then_some((size, end))
    })
}

fn trailing_ape(file: &FileSpan) -> Option<MetadataRevision> {
    let (size, end) = ape_footer(file)?;
    let mut stream = stream(file.part(end - size, end));
    stream.seek(SeekFrom::Start(size - APE_FOOTER_BYTES)).ok()?;
    let mut reader = ApeReader::try_new(stream, MetadataOptions::default()).ok()?;
    reader.read_all().ok().map(|read| read.revision)
}

fn take_all(found: &mut Loudness, revision: &MetadataRevision) {
    let of_tracks = revision.per_track.iter().flat_map(|track| &track.metadata.tags);
    revision.media.tags.iter().chain(of_tracks).for_each(|tag| take(found, tag));
}

fn take(found: &mut Loudness, tag: &Tag) {
    let key = tag.raw.key.as_str();
    let text = match &tag.raw.value {
        RawValue::Binary(bytes) if key == "RVA2" => return found.take_rva2(bytes),
        RawValue::String(text) => text.as_str(),
        RawValue::StringList(texts) => texts.first().map_or("", String::as_str),
        _ => return,
    };
    match key {
        "TXXX" | "COMM" => description(tag).into_iter().for_each(|name| found.take(name, text)),
        // MP4's free-form names stand behind their owner's.
        _ => found.take(key.rsplit(':').next().unwrap_or(key), text),
    }
}

/// What an ID3v2 frame of free text says that it is.
fn description(tag: &Tag) -> Option<&str> {
    let fields = tag.raw.sub_fields.as_deref().unwrap_or(&[]);
    let field = fields.iter().find(|field| field.field.ends_with("DESCRIPTION"))?;
    match &field.value {
        RawValue::String(text) => Some(text),
        _ => None,
    }
}

/// The ID3 chunk of a WAV file, wherever it stands; its name is written in either case.
fn wav_id3(file: &FileSpan) -> Option<MetadataRevision> {
    let mut at = 12;
    for _ in 0..MAX_CHUNKS {
        let [a, b, c, d, size @ ..] = file.bytes_at::<8>(at)?;
        let size = u64::from(u32::from_le_bytes(size));
        let body = at + 8;
        if [a, b, c, d].eq_ignore_ascii_case(b"ID3 ") {
            return read_id3(&file.part(body, body + size));
        }
        at = body + size + (size & 1);
    }
    None
}

/// The ID3v2 tag at the start of `file`.
pub(super) fn read_id3(file: &FileSpan) -> Option<MetadataRevision> {
    read_riff_id3_chunk(&mut stream(file.part(0, MAX_TAG_BYTES)), &mut Vec::new()).ok()
}

fn stream(file: FileSpan) -> MediaSourceStream<'static> {
    MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default())
}
