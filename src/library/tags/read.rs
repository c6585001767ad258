//! Tags by lofty: every tag of the file read, merged by trust. Text only; pictures are not loaded. A tag that cannot be
//! read leaves the track without its values, not the library without its track.

use std::io::{Seek, SeekFrom};

use lofty::config::{ParseOptions, ParsingMode};
use lofty::file::{FileType, TaggedFileExt};
use lofty::probe::Probe;
use lofty::tag::{ItemKey, Tag, TagType};

use super::normalize::{fill, flag, numbered, text, texts};
use super::window::Window;
use crate::model::track::Tags;

pub fn read_tags(mut window: Window, file_type: FileType) -> Tags {
    let options = ParseOptions::new()
        .read_properties(false)
        .read_cover_art(false)
        .parsing_mode(ParsingMode::Relaxed)
        .max_junk_bytes(128 * 1024);
    if window.seek(SeekFrom::Start(0)).is_err() {
        return Tags::default();
    }
    let Ok(file) = Probe::with_file_type(window, file_type).options(options).read() else {
        return Tags::default();
    };
    let mut tags: Vec<&Tag> = file.tags().iter().collect();
    tags.sort_by_key(|tag| trust(tag.tag_type()));
    let mut merged = Tags::default();
    for tag in tags {
        fill(&mut merged, from_tag(tag));
    }
    merged
}

/// Order of trust where a file has several tags: the richest first, ID3v1 with its 30 letters last.
fn trust(kind: TagType) -> u8 {
    match kind {
        TagType::VorbisComments | TagType::Mp4Ilst => 0,
        TagType::Id3v2 => 1,
        TagType::Ape => 2,
        TagType::RiffInfo | TagType::AiffText => 3,
        _ => 4,
    }
}

fn from_tag(tag: &Tag) -> Tags {
    let one = |key| tag.get_string(key).and_then(text);
    let all = |key| texts(tag.get_strings(key));
    let number = |number, total| numbered(tag.get_string(number), tag.get_string(total));
    Tags {
        title: one(ItemKey::TrackTitle),
        artists: one_or_each(all(ItemKey::TrackArtist), all(ItemKey::TrackArtists)),
        album: one(ItemKey::AlbumTitle),
        album_artists: one_or_each(all(ItemKey::AlbumArtist), all(ItemKey::AlbumArtists)),
        composers: all(ItemKey::Composer),
        genres: all(ItemKey::Genre),
        track: number(ItemKey::TrackNumber, ItemKey::TrackTotal),
        disc: number(ItemKey::DiscNumber, ItemKey::DiscTotal),
        date: one(ItemKey::RecordingDate)
            .or_else(|| one(ItemKey::Year))
            .or_else(|| one(ItemKey::ReleaseDate)),
        compilation: tag.get_string(ItemKey::FlagCompilation).is_some_and(flag),
        title_sort: one(ItemKey::TrackTitleSortOrder),
        artists_sort: all(ItemKey::TrackArtistSortOrder),
        album_sort: one(ItemKey::AlbumTitleSortOrder),
        album_artists_sort: all(ItemKey::AlbumArtistSortOrder),
    }
}

/// Taggers write `ARTIST=A feat. B` for show and `ARTISTS=A`, `ARTISTS=B` for truth: several in the second win over one
/// in the first.
fn one_or_each(shown: Vec<String>, each: Vec<String>) -> Vec<String> {
    if shown.is_empty() || (shown.len() == 1 && each.len() > 1) { each } else { shown }
}
