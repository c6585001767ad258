//! Fields by lofty: every tag of the file read, merged by trust. Text only; pictures are not loaded. A tag that cannot be
//! read leaves the track without its values, not the library without its track.

use std::io::{self, Seek, SeekFrom};

use lofty::ape::{ApeFile, ApeTag};
use lofty::config::{ParseOptions, ParsingMode};
use lofty::file::{AudioFile, FileType, TaggedFileExt};
use lofty::flac::FlacFile;
use lofty::ogg::tag::VorbisComments;
use lofty::ogg::{OggPictureStorage, OpusFile, VorbisFile};
use lofty::probe::Probe;
use lofty::tag::{ItemKey, ItemValue, Tag, TagType};
use lofty::wavpack::WavPackFile;

use super::bare::{self, Place};
use super::normalize::collect;
use super::window::Window;
use super::{keys, ogg_flac};
use crate::library::artwork::Picture;
use crate::model::tag::{Field, Fields};

/// As lofty is to read: leniently, within limits.
pub fn options() -> ParseOptions {
    ParseOptions::new()
        .read_properties(false)
        .read_cover_art(false)
        .parsing_mode(ParsingMode::Relaxed)
        .max_junk_bytes(128 * 1024)
}

/// The fields, and whether the tags that were read hold a picture. `repeated`: what lofty keeps only the last of.
pub fn read_fields(mut window: Window, file_type: FileType, repeated: &Fields) -> (Fields, bool) {
    if window.seek(SeekFrom::Start(0)).is_err() {
        return Default::default();
    }
    // Vorbis comments are read as they are: lofty's general keys do not know all of their names.
    match file_type {
        FileType::Flac => {
            let Ok(file) = FlacFile::read_from(&mut window, options()) else { return Default::default() };
            let (mut fields, picture) = file.vorbis_comments().map(of_comments).unwrap_or_default();
            if let Some(id3) = file.id3v2() {
                fields.fill(of_id3(&Tag::from(id3.clone()), repeated));
            }
            (fields, picture)
        }
        // Their comments hold the pictures, and are read whole in any case.
        FileType::Vorbis => VorbisFile::read_from(&mut window, options().read_cover_art(true))
            .map_or_else(|_| Default::default(), |file| of_comments(file.vorbis_comments())),
        FileType::Opus => OpusFile::read_from(&mut window, options().read_cover_art(true))
            .map_or_else(|_| Default::default(), |file| of_comments(file.vorbis_comments())),
        _ => (read_general(window, file_type, repeated), false),
    }
}

fn read_general(window: Window, file_type: FileType, repeated: &Fields) -> Fields {
    let Ok(file) = Probe::with_file_type(window, file_type).options(options()).read() else {
        return Fields::default();
    };
    let mut tags: Vec<&Tag> = file.tags().iter().collect();
    tags.sort_by_key(|tag| trust(tag.tag_type()));
    let mut merged = Fields::default();
    for tag in tags {
        merged.fill(if tag.tag_type() == TagType::Id3v2 { of_id3(tag, repeated) } else { of_tag(tag) });
    }
    merged
}

fn of_id3(tag: &Tag, repeated: &Fields) -> Fields {
    let mut fields = of_tag(tag);
    repeated.iter().for_each(|(field, values)| fields.set(field, values.to_vec()));
    fields
}

/// Order of trust where a file has several tags: the richest first, ID3v1 with its 30 letters last.
pub fn trust(kind: TagType) -> u8 {
    match kind {
        TagType::VorbisComments | TagType::Mp4Ilst => 0,
        TagType::Id3v2 => 1,
        TagType::Ape => 2,
        TagType::RiffInfo | TagType::AiffText => 3,
        _ => 4,
    }
}

pub fn of_comments(comments: &VorbisComments) -> (Fields, bool) {
    let found = comments.items().filter_map(|(key, value)| {
        let (field, rank) = keys::of_vorbis(key)?;
        Some((field, rank, value))
    });
    (collect(found), !comments.pictures().is_empty())
}

pub fn of_tag(tag: &Tag) -> Fields {
    let found = tag.items().filter_map(|item| {
        let (field, rank) = keys::of_lofty(item.key())?;
        // Comments with a description are notes of programs: `iTunNORM`, `ID3v1 Comment`.
        let is_note = item.key() == ItemKey::Comment && !item.description().is_empty();
        Some((field, rank, item.value().text().filter(|_| !is_note)?))
    });
    let mut fields = collect(found);
    if tag.tag_type() == TagType::Mp4Ilst && fields.first(Field::Compilation) == Some("0") {
        // iTunes writes the flag into every file.
        fields.set(Field::Compilation, Vec::new());
    }
    fields
}

/// A tag where lofty does not look for one; `None` where there is none.
pub fn read_bare(window: &mut Window, place: Place, repeated: &Fields) -> io::Result<Option<(Fields, bool)>> {
    // What reads the sound reads APE tags too, by names that lofty does not know.
    if place == Place::Behind {
        return Ok(None);
    }
    let id3 = bare::read(window, place, options().read_cover_art(true))?.map(|id3| {
        let tag = Tag::from(id3);
        (of_id3(&tag, repeated), tag.picture_count() > 0)
    });
    // A list that cannot be understood says nothing.
    let info = if place == Place::Rf64 { bare::read_info(window).unwrap_or_default() } else { None };
    let Some(info) = info else { return Ok(id3) };
    let (mut fields, picture) = id3.unwrap_or_default();
    fields.fill(info.fields());
    Ok(Some((fields, picture)))
}

/// The comments of FLAC in Ogg; `None` where it has none.
pub fn read_ogg_flac(window: &mut Window) -> Option<(Fields, bool)> {
    let file = ogg_flac::read(window, options().read_cover_art(true))?;
    let (fields, picture) = file.vorbis_comments().map(of_comments)?;
    Some((fields, picture || !file.pictures().is_empty()))
}

pub fn pictures_of_bare(window: &mut Window, place: Place) -> io::Result<Vec<Picture>> {
    let options = options().read_cover_art(true);
    if place == Place::Behind {
        return Ok(bare::read_ape(window, options)?.as_ref().map(ape_pictures).unwrap_or_default());
    }
    let tag = bare::read(window, place, options)?.map(Tag::from);
    Ok(tag.iter().flat_map(Tag::pictures).map(Picture::of_lofty).collect())
}

pub fn pictures_of_ogg_flac(window: &mut Window) -> Vec<Picture> {
    let file = ogg_flac::read(window, options().read_cover_art(true));
    let of_comments = |file: &FlacFile| -> Vec<Picture> {
        let inside = file.vorbis_comments().into_iter().flat_map(|comments| comments.pictures());
        file.pictures().iter().chain(inside).map(|(picture, _)| Picture::of_lofty(picture)).collect()
    };
    file.as_ref().map(of_comments).unwrap_or_default()
}

/// All pictures; a tag that cannot be read has none.
pub fn read_pictures(mut window: Window, file_type: FileType) -> Vec<Picture> {
    let options = options().read_cover_art(true);
    if window.seek(SeekFrom::Start(0)).is_err() {
        return Vec::new();
    }
    if let Some(ape) = ape(&mut window, file_type, options) {
        return ape_pictures(&ape);
    }
    let Ok(file) = Probe::with_file_type(window, file_type).options(options).read() else {
        return Vec::new();
    };
    let mut found: Vec<Picture> = Vec::new();
    for picture in file.tags().iter().flat_map(Tag::pictures).map(Picture::of_lofty) {
        if !found.contains(&picture) {
            found.push(picture);
        }
    }
    found
}

/// The APE tag of the kinds of files that have one of their own.
fn ape(window: &mut Window, file_type: FileType, options: ParseOptions) -> Option<ApeTag> {
    match file_type {
        FileType::WavPack => WavPackFile::read_from(window, options).ok()?.ape().cloned(),
        FileType::Ape => ApeFile::read_from(window, options).ok()?.ape().cloned(),
        _ => None,
    }
}

/// lofty's general tag leaves them out.
pub fn ape_pictures(ape: &ApeTag) -> Vec<Picture> {
    let pictures = ape.into_iter().filter_map(|item| match item.value() {
        ItemValue::Binary(bytes) if item.key().to_ascii_lowercase().starts_with(APE_PICTURE) => {
            lofty::picture::Picture::from_ape_bytes(item.key(), bytes).ok()
        }
        _ => None,
    });
    pictures.map(|picture| Picture::of_lofty(&picture)).collect()
}

/// How the keys of pictures begin: `Cover Art (Front)`.
pub const APE_PICTURE: &str = "cover art (";
