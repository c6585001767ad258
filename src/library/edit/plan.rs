//! What a change would do, file by file. Reads only.

use std::collections::HashSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::Refused;
use crate::library::artwork::{self, Picture};
use crate::library::tags::{self, Writer};
use crate::model::tag::{Field, Fields, MAX_VALUES};
use crate::model::track::AudioFormat;

/// One change of every file of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// These values in place of all; none takes the field away.
    Set(Field, Vec<String>),
    /// These values behind those that are there.
    Add(Field, Vec<String>),
    Remove(Field),
    /// This picture as the front cover.
    SetCover(Picture),
    RemovePictures,
}

/// What a batch does to one file.
#[derive(Debug, Clone)]
pub struct FilePlan {
    /// The file itself, behind all symbolic links.
    pub path: PathBuf,
    /// It has so many other names, which will keep the file as it was.
    pub other_names: u64,
    pub before: Fields,
    pub after: Fields,
    /// All pictures before and after, where they change.
    pub pictures: Option<(Vec<Picture>, Vec<Picture>)>,
    pub(super) format: AudioFormat,
    pub(super) size: u64,
    pub(super) mtime: (i64, i64),
    pub(super) inode: u64,
    /// Its texts were in another coding than they said, or stand in several frames: all are written anew.
    pub(super) anew: bool,
    pub(super) writer: Writer,
}

impl FilePlan {
    /// The fields that change, with their values before and after.
    pub fn changes(&self) -> impl Iterator<Item = (Field, &[String], &[String])> {
        let pairs = Field::all().map(|field| (field, self.before.get(field), self.after.get(field)));
        pairs.filter(|(_, before, after)| before != after)
    }

    pub(super) fn changes_anything(&self) -> bool {
        self.changes().next().is_some() || self.pictures.is_some()
    }
}

#[derive(Debug, Clone, Default)]
pub struct Plan {
    pub files: Vec<FilePlan>,
    /// Files that are already as they are to be.
    pub unchanged: usize,
    /// The batch that this one takes back.
    pub undoes: Option<super::BatchId>,
}

/// What `edits` would do to the files. One file that cannot be changed refuses all.
pub fn plan(paths: &[PathBuf], edits: &[Edit]) -> Result<Plan, Refused> {
    plan_all(paths.iter().map(|path| (path.as_path(), edits)))
}

/// What each file's own edits would do to it. One file that cannot be changed refuses all.
pub fn plan_each(files: &[(PathBuf, Vec<Edit>)]) -> Result<Plan, Refused> {
    plan_all(files.iter().map(|(path, edits)| (path.as_path(), edits.as_slice())))
}

fn plan_all<'a>(files: impl Iterator<Item = (&'a Path, &'a [Edit])>) -> Result<Plan, Refused> {
    let mut plan = Plan::default();
    let mut refused = Vec::new();
    let mut seen = HashSet::new();
    for (path, edits) in files {
        match plan_file(path, |before| apply(before, edits)).and_then(|file| with_pictures(file, edits)) {
            Ok(file) if !seen.insert(file.path.clone()) => {}
            Ok(file) if !file.changes_anything() => plan.unchanged += 1,
            Ok(file) => plan.files.push(file),
            Err(why) => refused.push((path.to_owned(), why)),
        }
    }
    if refused.is_empty() { Ok(plan) } else { Err(Refused(refused)) }
}

pub(super) fn plan_file(
    path: &Path,
    change: impl FnOnce(&Fields) -> Result<Fields, String>,
) -> Result<FilePlan, String> {
    let path = path.canonicalize().map_err(|error| format!("cannot be found: {error}"))?;
    let about = path.metadata().map_err(|error| format!("cannot be looked at: {error}"))?;
    let folder = path.parent().ok_or("is no file")?;
    for place in [&path, folder] {
        rustix::fs::access(place, rustix::fs::Access::WRITE_OK)
            .map_err(|error| format!("cannot be written: {error}"))?;
    }
    let read = tags::read_fields(&path).map_err(|error| error.to_string())?;
    let writer = tags::writer(&path).map_err(|error| error.to_string())?;
    let writer = writer?;
    let after = change(&read.fields)?;
    Ok(FilePlan {
        other_names: about.nlink().saturating_sub(1),
        before: read.fields,
        after,
        pictures: None,
        format: read.format,
        size: about.len(),
        mtime: (about.mtime(), about.mtime_nsec()),
        inode: about.ino(),
        anew: read.mended_from.is_some() || read.repeats,
        writer,
        path,
    })
}

fn apply(before: &Fields, edits: &[Edit]) -> Result<Fields, String> {
    let mut after = before.clone();
    for edit in edits {
        let (field, values) = match edit {
            Edit::Set(field, values) => (*field, values.clone()),
            Edit::Add(field, values) => {
                let fresh = values.iter().filter(|value| !before.get(*field).contains(value));
                (*field, before.get(*field).iter().chain(fresh).cloned().collect())
            }
            Edit::Remove(field) => (*field, Vec::new()),
            Edit::SetCover(_) | Edit::RemovePictures => continue,
        };
        if values.len() > MAX_VALUES {
            return Err(format!("would have more than {MAX_VALUES} values of {}", field.name()));
        }
        let values: Vec<String> =
            values.into_iter().filter(|v| field != Field::Compilation || v != "0").collect();
        let names = edits.iter().any(
            |edit| matches!(edit, Edit::Set(other, _) | Edit::Add(other, _) if field.each() == Some(*other)),
        );
        if let Some(each) = field.each().filter(|_| !names && after.get(field) != values) {
            after.set(each, Vec::new());
        }
        after.set(field, values);
    }
    Ok(after)
}

fn with_pictures(mut file: FilePlan, edits: &[Edit]) -> Result<FilePlan, String> {
    let of_pictures = |edit: &&Edit| matches!(edit, Edit::SetCover(_) | Edit::RemovePictures);
    if !edits.iter().any(|edit| of_pictures(&edit)) {
        return Ok(file);
    }
    let before = artwork::embedded(&file.path).map_err(|error| error.to_string())?;
    let mut after = before.clone();
    for edit in edits {
        match edit {
            Edit::RemovePictures => after.clear(),
            Edit::SetCover(cover) => {
                after.retain(|picture| !picture.is_front());
                after.insert(0, cover.clone());
            }
            _ => {}
        }
    }
    file.pictures = (before != after).then_some((before, after));
    Ok(file)
}
