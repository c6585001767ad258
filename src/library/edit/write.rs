//! Writes changed fields and pictures into a file, by lofty. What we do not know of its tags stays. Called on a copy,
//! which is read back afterwards: what cannot be written is found there.

use std::fs::File;
use std::io::Seek;
use std::path::Path;

use lofty::ape::{ApeFile, ApeTag};
use lofty::config::{ParseOptions, WriteOptions};
use lofty::file::{AudioFile, FileType, TaggedFileExt};
use lofty::flac::FlacFile;
use lofty::id3::v2::Id3v2Tag;
use lofty::io::FileLike;
use lofty::ogg::tag::VorbisComments;
use lofty::ogg::{OggPictureStorage, OpusFile, VorbisFile};
use lofty::probe::Probe;
use lofty::tag::{ItemKey, ItemValue, Tag, TagExt, TagItem, TagType};
use lofty::wavpack::WavPackFile;

use super::plan::FilePlan;
use crate::library::artwork::Picture;
use crate::library::tags::bare::{self, Place};
use crate::library::tags::{APE_PICTURE, Window, Writer, keys, mkv, ogg_flac};
use crate::model::tag::{Field, Fields};

type Changes<'a> = Vec<(Field, &'a [String])>;

/// Makes of the copy at `path` what `plan` says.
pub fn write(path: &Path, plan: &FilePlan) -> Result<(), String> {
    let mut file = File::options().read(true).write(true).open(path).map_err(|error| error.to_string())?;
    let job = Job {
        changes: match plan.anew {
            false => plan.changes().map(|(field, _, after)| (field, after)).collect(),
            // One tag, one coding, one frame: the texts that were mended on reading are mended here.
            true => Field::all()
                .map(|field| (field, plan.after.get(field)))
                .filter(|(field, after)| !after.is_empty() || plan.before.has(*field))
                .collect(),
        },
        all: plan.after.iter().collect(),
        pictures: plan.pictures.as_ref().map(|(_, after)| after.as_slice()),
        old_id3: is_id3v23(&mut file),
    };
    let done = match plan.writer {
        Writer::OggFlac => ogg_flac::write(&mut file, |native| job.flac(native)),
        Writer::Bare(place) => job.bare(&mut file, place),
        Writer::Matroska => job.matroska(&mut file),
        Writer::Lofty(FileType::Flac) => job.flac(&mut file),
        Writer::Lofty(FileType::Vorbis) => job.vorbis(&mut file),
        Writer::Lofty(FileType::Opus) => job.opus(&mut file),
        Writer::Lofty(FileType::WavPack) => job.wavpack(&mut file),
        Writer::Lofty(FileType::Ape) => job.ape(&mut file),
        Writer::Lofty(kind) => job.general(&mut file, kind),
    };
    done?;
    file.sync_all().map_err(|error| error.to_string())
}

/// The bytes of a new ID3v2 tag; none where there is nothing to say.
pub fn id3v2(fields: &Fields, pictures: &[Picture]) -> Result<Vec<u8>, String> {
    let all: Changes<'_> = fields.iter().collect();
    let job = Job { changes: all.clone(), all, pictures: Some(pictures), old_id3: false };
    let mut tag = Tag::new(TagType::Id3v2);
    job.edit_tag(&mut tag, &job.all);
    job.put_into(&mut tag);
    let tag = Id3v2Tag::from(tag);
    let mut bytes = Vec::new();
    if !tag.is_empty() {
        tag.dump_to(&mut bytes, job.write_options()).map_err(words)?;
    }
    Ok(bytes)
}

struct Job<'a> {
    changes: Changes<'a>,
    all: Changes<'a>,
    pictures: Option<&'a [Picture]>,
    old_id3: bool,
}

fn words(error: impl std::fmt::Display) -> String {
    format!("its tags cannot be written: {error}")
}

/// Strict where reading for the library is lenient: what is not understood would be lost.
fn options() -> ParseOptions {
    ParseOptions::new().read_properties(false)
}

fn is_id3v23(file: &mut File) -> bool {
    let mut head = [0; 4];
    let read = std::io::Read::read_exact(file, &mut head);
    read.is_ok() && file.rewind().is_ok() && head == *b"ID3\x03"
}

impl Job<'_> {
    fn write_options(&self) -> WriteOptions {
        let mut options = WriteOptions::default();
        // Old players read only version 2.3, which has no several values.
        options.use_id3v23(self.old_id3 && self.all.iter().all(|(_, values)| values.len() < 2));
        options
    }

    fn flac(&self, file: &mut impl FileLike) -> Result<(), String> {
        let mut flac = FlacFile::read_from(file, options()).map_err(words)?;
        let mut comments = flac.vorbis_comments().cloned().unwrap_or_default();
        self.edit_comments(&mut comments);
        flac.set_vorbis_comments(comments);
        if let Some(id3) = flac.id3v2().cloned() {
            let mut tag = Tag::from(id3);
            self.edit_tag(&mut tag, &self.changes);
            flac.set_id3v2(tag.into());
        }
        self.put_pictures(&mut flac)?;
        file.rewind().map_err(words)?;
        flac.save_to(file, self.write_options()).map_err(words)
    }

    fn vorbis(&self, file: &mut File) -> Result<(), String> {
        let mut ogg = VorbisFile::read_from(file, options()).map_err(words)?;
        self.edit_comments(ogg.vorbis_comments_mut());
        self.put_pictures(ogg.vorbis_comments_mut())?;
        file.rewind().map_err(words)?;
        ogg.save_to(file, self.write_options()).map_err(words)
    }

    fn opus(&self, file: &mut File) -> Result<(), String> {
        let mut ogg = OpusFile::read_from(file, options()).map_err(words)?;
        self.edit_comments(ogg.vorbis_comments_mut());
        self.put_pictures(ogg.vorbis_comments_mut())?;
        file.rewind().map_err(words)?;
        ogg.save_to(file, self.write_options()).map_err(words)
    }

    /// Several values of an item, and pictures, only lofty's own form of APE takes.
    fn wavpack(&self, file: &mut File) -> Result<(), String> {
        let mut wavpack = WavPackFile::read_from(file, options()).map_err(words)?;
        let tag = self.ape_tag(wavpack.ape().cloned());
        wavpack.set_ape(tag);
        if let Some(id3) = wavpack.id3v1().cloned() {
            let mut tag = Tag::from(id3);
            self.edit_tag(&mut tag, &self.changes);
            wavpack.set_id3v1(tag.into());
        }
        file.rewind().map_err(words)?;
        wavpack.save_to(file, self.write_options()).map_err(words)
    }

    fn ape(&self, file: &mut File) -> Result<(), String> {
        let mut ape = ApeFile::read_from(file, options()).map_err(words)?;
        let tag = self.ape_tag(ape.ape().cloned());
        ape.set_ape(tag);
        if let Some(id3) = ape.id3v2().cloned() {
            let mut tag = Tag::from(id3);
            self.edit_tag(&mut tag, &self.changes);
            ape.set_id3v2(tag.into());
        }
        if let Some(id3) = ape.id3v1().cloned() {
            let mut tag = Tag::from(id3);
            self.edit_tag(&mut tag, &self.changes);
            ape.set_id3v1(tag.into());
        }
        file.rewind().map_err(words)?;
        ape.save_to(file, self.write_options()).map_err(words)
    }

    fn ape_tag(&self, old: Option<ApeTag>) -> ApeTag {
        let changes = if old.is_some() { &self.changes } else { &self.all };
        let mut old = old.unwrap_or_default();
        // Names that others use and lofty does not know: they would go on saying what was.
        let names = changes.iter().flat_map(|(field, _)| keys::vorbis(*field));
        let unknown = names.filter(|name| ItemKey::from_key(TagType::Ape, name).is_none());
        unknown.for_each(|name| old.remove(name));
        let mut tag = Tag::from(old);
        self.edit_tag(&mut tag, changes);
        let mut tag = ApeTag::from(tag);
        if let Some(pictures) = self.pictures {
            let is_picture = |key: &str| key.to_ascii_lowercase().starts_with(APE_PICTURE);
            let keys = (&tag).into_iter().map(|item| item.key().to_owned());
            let old: Vec<String> = keys.filter(|key| is_picture(key)).collect();
            old.iter().for_each(|key| tag.remove(key));
            let mut with = Tag::new(TagType::Ape);
            pictures.iter().for_each(|picture| with.push_picture(picture.to_lofty()));
            ApeTag::from(with).into_iter().for_each(|item| tag.insert(item));
        }
        tag
    }

    /// A tag made by lofty, put in its place by us.
    fn bare(&self, file: &mut File, place: Place) -> Result<(), String> {
        let len = file.metadata().map_err(words)?.len();
        let mut window = Window::new(file.try_clone().map_err(words)?, len);
        let mut bytes = Vec::new();
        let ape = bare::read_ape(&mut window, options()).map_err(words)?;
        if place == Place::Behind {
            let tag = self.ape_tag(ape);
            if !tag.is_empty() {
                tag.dump_to(&mut bytes, self.write_options()).map_err(words)?;
            }
            return bare::put(file, place, &bytes).map_err(words);
        }
        if ape.is_some() {
            return Err(words("it has an APE tag beside its ID3v2 tag"));
        }
        let old = bare::read(&mut window, place, options()).map_err(words)?;
        if old.is_none() && bare::at(&mut window, place).map_err(words)?.is_some() {
            return Err(words("its tag cannot be read"));
        }
        let changes = if old.is_some() { &self.changes } else { &self.all };
        let mut tag = old.map_or_else(|| Tag::new(TagType::Id3v2), Tag::from);
        self.edit_tag(&mut tag, changes);
        self.put_into(&mut tag);
        let tag = Id3v2Tag::from(tag);
        if !tag.is_empty() {
            tag.dump_to(&mut bytes, self.write_options()).map_err(words)?;
        }
        bare::put(file, place, &bytes).map_err(words)?;
        if place == Place::Rf64 { self.info(file) } else { Ok(()) }
    }

    fn matroska(&self, file: &mut File) -> Result<(), String> {
        if self.pictures.is_some() {
            return Err(words("it is Matroska, whose pictures are attachments and are not changed here"));
        }
        // A number and its total may stand in one text.
        let pairs = [(Field::Track, Field::TrackTotal), (Field::Disc, Field::DiscTotal)];
        let is_changed = |field| self.changes.iter().any(|(changed, _)| *changed == field);
        let mut changes = self.changes.clone();
        for (one, other) in pairs.into_iter().flat_map(|(one, other)| [(one, other), (other, one)]) {
            if is_changed(one) && !is_changed(other) {
                let values = self.all.iter().find(|(field, _)| *field == other).map(|(_, values)| *values);
                changes.push((other, values.unwrap_or_default()));
            }
        }
        mkv::write(file, &changes).map_err(words)
    }

    /// The older texts beside the tag, which would go on saying what was.
    fn info(&self, file: &mut File) -> Result<(), String> {
        let len = file.metadata().map_err(words)?.len();
        let mut window = Window::new(file.try_clone().map_err(words)?, len);
        let Some(mut info) = bare::read_info(&mut window).map_err(words)? else { return Ok(()) };
        self.changes.iter().for_each(|(field, values)| info.set(*field, values));
        bare::put_info(file, &info).map_err(words)
    }

    /// The pictures, where they change, in place of those that the tag has.
    fn put_into(&self, tag: &mut Tag) {
        let Some(pictures) = self.pictures else { return };
        while tag.picture_count() > 0 {
            tag.remove_picture(0);
        }
        pictures.iter().for_each(|picture| tag.push_picture(picture.to_lofty()));
    }

    fn general(&self, file: &mut File, kind: FileType) -> Result<(), String> {
        let probe = Probe::with_file_type(&mut *file, kind).options(options());
        let mut tagged = probe.read().map_err(words)?;
        let primary = tagged.primary_tag_type();
        let is_new = tagged.primary_tag().is_none();
        if is_new {
            tagged.insert_tag(Tag::new(primary));
        }
        for at in
            [primary, TagType::Id3v2, TagType::Ape, TagType::RiffInfo, TagType::AiffText, TagType::Id3v1]
        {
            let Some(tag) = tagged.tag_mut(at) else { continue };
            // A new tag is the most trusted one, so it says all that the others said.
            self.edit_tag(tag, if at == primary && is_new { &self.all } else { &self.changes });
            if let Some(pictures) = self.pictures {
                while tag.picture_count() > 0 {
                    tag.remove_picture(0);
                }
                let own = pictures.iter().filter(|_| at == primary);
                own.for_each(|picture| tag.push_picture(picture.to_lofty()));
            }
        }
        file.rewind().map_err(words)?;
        tagged.save_to(file, self.write_options()).map_err(words)
    }

    fn put_pictures(&self, to: &mut impl OggPictureStorage) -> Result<(), String> {
        let Some(pictures) = self.pictures else { return Ok(()) };
        to.remove_pictures();
        for picture in pictures {
            // Without its size in pixels, where that cannot be told.
            to.insert_picture(picture.to_lofty(), Some(picture.information())).map_err(words)?;
        }
        Ok(())
    }

    fn edit_comments(&self, comments: &mut VorbisComments) {
        for &(field, values) in &self.changes {
            let names = keys::vorbis(field);
            names.iter().for_each(|name| drop(comments.remove(name)));
            let Some(name) = names.first() else { continue };
            values.iter().for_each(|value| comments.push((*name).to_owned(), value.clone()));
        }
        if self.pictures.is_some() {
            comments.remove_pictures();
        }
    }

    fn edit_tag(&self, tag: &mut Tag, changes: &Changes<'_>) {
        let kind = tag.tag_type();
        for &(field, values) in changes {
            let keys = keys::lofty(field);
            tag.retain(|item| {
                let is_note = item.key() == ItemKey::Comment && !item.description().is_empty();
                !keys.contains(&item.key()) || is_note
            });
            let Some(&key) = keys.iter().find(|key| key.map_key(kind).is_some()) else { continue };
            let mut put = |value: String| tag.push_unchecked(TagItem::new(key, ItemValue::Text(value)));
            match kind {
                // Several values are one item with NULs between them.
                TagType::Ape if !values.is_empty() => put(values.join("\0")),
                _ => values.iter().cloned().for_each(put),
            }
        }
    }
}
