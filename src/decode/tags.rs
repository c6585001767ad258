//! The few tags that playing needs, from what symphonia has read when it opened a file, and from the places where it does
//! not look: WAV's ID3 chunk and the LAME header. No second pass over the file. Called by `stream` and the own formats.

use symphonia::core::formats::FormatReader;
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions, ReadBytes};
use symphonia::core::meta::{MetadataRevision, RawValue, Tag};
use symphonia::default::meta::embedded::riff::read_riff_id3_chunk;

use super::container::Container;
use super::file::FileSpan;
use super::loudness::Loudness;
use super::mpeg;
use crate::model::loudness::LoudnessTags;
use crate::model::track::Codec;

/// Chunks of a WAV file that are looked at for tags.
const MAX_CHUNKS: usize = 256;
/// Largest ID3 tag that is read: pictures are in it.
const MAX_ID3_BYTES: u64 = 64 << 20;

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
    let mut log = reader.metadata();
    let mut revisions = Vec::new();
    while let Some(revision) = log.pop() {
        revisions.push(revision);
    }
    // The container's own tags come behind those that were glued to the file, and are to be trusted more.
    for revision in log.current().into_iter().chain(revisions.iter().rev()) {
        take_all(&mut found, revision);
    }
    if codec == Codec::Mp3 && container == Container::Mpeg && found.is_empty() {
        mpeg::lame_header(file).iter().for_each(|header| found.take_lame(header));
    }
    found.tags(codec)
}

pub(super) fn take_all(found: &mut Loudness, revision: &MetadataRevision) {
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
    read_id3_from(&mut stream(file.part(0, MAX_ID3_BYTES)))
}

fn read_id3_from(reader: &mut impl ReadBytes) -> Option<MetadataRevision> {
    read_riff_id3_chunk(reader, &mut Vec::new()).ok()
}

pub(super) fn stream(file: FileSpan) -> MediaSourceStream<'static> {
    MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default())
}
