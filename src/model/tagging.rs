//! Tags looked at and changed from a frontend: what is asked for, and what is seen of it. Planned and carried out by
//! `jobs::tags`, held by `app::state`.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::musicbrainz::LookupView;
use super::tag::Field;
use crate::say;

/// One change of every file that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TagEdit {
    /// These values in place of all; none takes the field away.
    Set(Field, Vec<String>),
    /// These values behind those that are there.
    Add(Field, Vec<String>),
    Remove(Field),
    /// The picture of this file as the front cover.
    Cover(#[serde(with = "crate::model::path_bytes")] PathBuf),
    NoPictures,
}

/// What becomes of files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TagWork {
    Edit(Vec<TagEdit>),
    /// New names by a template, below the folder that all of them are in.
    Rename(String),
}

/// What several files say of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Said {
    /// All of them this; nothing where it is empty.
    Same(Vec<String>),
    /// Not all the same.
    Several,
}

impl Said {
    /// As one line.
    pub fn words(&self) -> String {
        match self {
            Self::Same(values) => values.join("; "),
            Self::Several => say!("<several values>").to_owned(),
        }
    }

    /// Takes in what one more file says.
    pub fn and(&mut self, other: &[String]) {
        if matches!(self, Self::Same(values) if values != other) {
            *self = Self::Several;
        }
    }
}

/// What files say, all together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagSheet {
    #[serde(with = "crate::model::path_bytes")]
    pub files: Vec<PathBuf>,
    /// Of every field.
    pub fields: Vec<(Field, Said)>,
    /// What is not changed here: sound, size, loudness, picture.
    pub facts: Vec<(Cow<'static, str>, Said)>,
    /// Files that say nothing, and why.
    #[serde(with = "crate::model::path_bytes")]
    pub problems: Vec<(PathBuf, String)>,
}

impl TagSheet {
    pub fn said(&self, field: Field) -> Option<&Said> {
        self.fields.iter().find(|(other, _)| *other == field).map(|(_, said)| said)
    }
}

/// Name of what differs, before, after.
pub type Difference = (String, String, String);

/// What would be changed: shown before it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagPreview {
    /// Path, and what changes of it: name, before, after.
    #[serde(with = "crate::model::path_bytes")]
    pub files: Vec<(PathBuf, Vec<Difference>)>,
    /// Files that are already as they are to be.
    pub unchanged: usize,
}

/// What the core has to show of tags.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagsView {
    pub sheet: Option<Arc<TagSheet>>,
    /// They are being read, or a change is being planned.
    pub looking: bool,
    /// It waits for a word.
    pub preview: Option<Arc<TagPreview>>,
    /// Why the last change was not done: each file that stands in its way.
    #[serde(with = "crate::model::path_bytes")]
    pub refused: Arc<Vec<(PathBuf, String)>>,
    /// Releases that the files may be.
    pub lookup: Option<Arc<LookupView>>,
    /// A batch is being written: files done, and all.
    pub writing: Option<(usize, usize)>,
}
