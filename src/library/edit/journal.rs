//! What a batch was to do, written before it does anything: by it a batch that was broken off is finished or taken back,
//! and one that is done is taken back when somebody asks.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use super::BatchId;
use super::plan::FilePlan;
use super::rename::Renames;
use crate::library::artwork::Picture;
use crate::model::tag::Field;

/// First bytes of journals: what kind they are, and in which form.
const TAGS: u8 = 1;
const MOVES: u8 = 2;
/// Largest journal that is read, in bytes.
const MAX_JOURNAL: u64 = 1 << 30;

#[derive(Debug)]
pub enum Journal {
    Tags(TagJournal),
    Moves(MoveJournal),
}

#[derive(Debug, Serialize, Deserialize)]
pub struct TagJournal {
    pub undoes: Option<BatchId>,
    pub entries: Vec<Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Entry {
    path: Vec<u8>,
    /// Name of the field, values before, values after.
    pub changes: Vec<(String, Vec<String>, Vec<String>)>,
    pub pictures_before: Option<Vec<Picture>>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct MoveJournal {
    pub undoes: Option<BatchId>,
    moves: Vec<(Vec<u8>, Vec<u8>)>,
    /// Folders that were not there before, the outer ones first.
    made: Vec<Vec<u8>>,
}

fn bytes(path: &Path) -> Vec<u8> {
    path.as_os_str().as_bytes().to_vec()
}

fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsString::from_vec(bytes.to_vec()))
}

impl Entry {
    pub fn new(file: &FilePlan) -> Self {
        let owned = |(field, before, after): (Field, &[String], &[String])| {
            (field.name().to_owned(), before.to_vec(), after.to_vec())
        };
        Self {
            path: bytes(&file.path),
            changes: file.changes().map(owned).collect(),
            pictures_before: file.pictures.as_ref().map(|(before, _)| before.clone()),
        }
    }

    pub fn path(&self) -> PathBuf {
        path(&self.path)
    }
}

impl MoveJournal {
    pub fn new(renames: &Renames) -> Self {
        Self {
            undoes: renames.undoes,
            moves: renames.moves.iter().map(|(from, to)| (bytes(from), bytes(to))).collect(),
            made: renames.new_folders().iter().map(|folder| bytes(folder)).collect(),
        }
    }

    pub fn moves(&self) -> Vec<(PathBuf, PathBuf)> {
        self.moves.iter().map(|(from, to)| (path(from), path(to))).collect()
    }

    pub fn made(&self) -> Vec<PathBuf> {
        self.made.iter().map(|folder| path(folder)).collect()
    }
}

impl Journal {
    pub fn undoes(&self) -> Option<BatchId> {
        match self {
            Self::Tags(journal) => journal.undoes,
            Self::Moves(journal) => journal.undoes,
        }
    }

    pub fn read(folder: &Path) -> io::Result<Self> {
        let mut bytes = Vec::new();
        File::open(folder.join("journal"))?.take(MAX_JOURNAL).read_to_end(&mut bytes)?;
        match bytes.split_first() {
            Some((&TAGS, value)) => postcard::from_bytes(value).map(Self::Tags).map_err(io::Error::other),
            Some((&MOVES, value)) => postcard::from_bytes(value).map(Self::Moves).map_err(io::Error::other),
            _ => Err(io::Error::other("its journal is of another version")),
        }
    }

    /// Writes it into the empty `folder`, whole or not at all. The file holds the lock that tells that someone is at work.
    pub fn write(&self, folder: &Path) -> io::Result<File> {
        let mut file = File::create_new(folder.join("unfinished"))?;
        flock(&file, FlockOperation::NonBlockingLockExclusive)?;
        let bytes = match self {
            Self::Tags(journal) => postcard::to_io(journal, vec![TAGS]),
            Self::Moves(journal) => postcard::to_io(journal, vec![MOVES]),
        };
        file.write_all(&bytes.map_err(io::Error::other)?)?;
        file.sync_all()?;
        std::fs::rename(folder.join("unfinished"), folder.join("journal"))?;
        Ok(file)
    }
}
