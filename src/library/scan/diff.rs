//! What is new, changed, the same or gone: a merge of two streams in byte order of their paths, the walk's and the
//! store's. Pure; memory does not grow with the library.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::library::store::{FileRow, StoreError};
use crate::model::track::FileStamp;

/// What the walk's file is to the store.
#[derive(Debug, PartialEq, Eq)]
pub enum Change {
    New,
    /// Size, time or inode differ, or an older reader read it.
    Changed(FileRow),
    Same(FileRow),
}

/// The next known file: its path goes into the buffer, which is empty.
pub type NextRow<'a> = dyn FnMut(&mut Vec<u8>) -> Option<Result<FileRow, StoreError>> + 'a;

/// What is told of a known file that was not met.
pub type OnGone<'a> = dyn FnMut(&Path, FileRow) + 'a;

/// The store's side of the merge.
pub struct Known<'a> {
    rows: Box<NextRow<'a>>,
    is_current: fn(u8, &Path) -> bool,
    /// Of `row`; one buffer for all of them.
    path: Vec<u8>,
    /// The first that the walk has not reached; `None` at the end.
    row: Option<FileRow>,
}

impl<'a> Known<'a> {
    /// `rows` in byte order; `is_current`: whether a version of the tag reader is good enough for a file.
    pub fn new(
        rows: impl FnMut(&mut Vec<u8>) -> Option<Result<FileRow, StoreError>> + 'a,
        is_current: fn(u8, &Path) -> bool,
    ) -> Result<Self, StoreError> {
        let mut known = Self { rows: Box::new(rows), is_current, path: Vec::new(), row: None };
        known.step()?;
        Ok(known)
    }

    /// Places the walk's next file. Known files before it that the walk did not meet go to `gone`.
    pub fn place(
        &mut self,
        path: &Path,
        stamp: FileStamp,
        gone: &mut OnGone<'_>,
    ) -> Result<Change, StoreError> {
        if self.pass(path, gone)? != Some(Ordering::Equal) {
            return Ok(Change::New);
        }
        let Some(row) = self.row else { return Ok(Change::New) };
        self.step()?;
        let same = row.stamp == stamp && (self.is_current)(row.reader, path);
        Ok(if same { Change::Same(row) } else { Change::Changed(row) })
    }

    /// Steps over everything known at `path` or below it, which could not be read: it is neither gone nor the same.
    pub fn skip_below(&mut self, path: &Path, gone: &mut OnGone<'_>) -> Result<(), StoreError> {
        self.pass(path, gone)?;
        while self.row.is_some() && self.path().starts_with(path) {
            self.step()?;
        }
        Ok(())
    }

    /// All that is left is gone.
    pub fn finish(&mut self, gone: &mut OnGone<'_>) -> Result<(), StoreError> {
        while let Some(row) = self.row {
            gone(self.path(), row);
            self.step()?;
        }
        Ok(())
    }

    /// Goes on to the first known file that is not before `path`, and tells how it stands to that. `Path`'s own order goes
    /// by components; the store's goes by bytes.
    fn pass(&mut self, path: &Path, gone: &mut OnGone<'_>) -> Result<Option<Ordering>, StoreError> {
        while let Some(row) = self.row {
            match self.path.as_slice().cmp(path.as_os_str().as_bytes()) {
                Ordering::Less => gone(self.path(), row),
                order => return Ok(Some(order)),
            }
            self.step()?;
        }
        Ok(None)
    }

    fn path(&self) -> &Path {
        Path::new(OsStr::from_bytes(&self.path))
    }

    fn step(&mut self) -> Result<(), StoreError> {
        self.path.clear();
        self.row = (self.rows)(&mut self.path).transpose()?;
        Ok(())
    }
}
