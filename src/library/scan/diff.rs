//! What is new, changed, the same or gone: a merge of two streams in byte order of their paths, the walk's and the
//! store's. Pure; memory does not grow with the library.

use std::cmp::Ordering;
use std::iter::Peekable;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

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

/// The store's side of the merge.
pub struct Known<I: Iterator<Item = Result<(PathBuf, FileRow), StoreError>>> {
    rows: Peekable<I>,
    is_current: fn(u8, &Path) -> bool,
}

impl<I: Iterator<Item = Result<(PathBuf, FileRow), StoreError>>> Known<I> {
    /// `rows` in byte order; `is_current`: whether a version of the tag reader is good enough for a file.
    pub fn new(rows: I, is_current: fn(u8, &Path) -> bool) -> Self {
        Self { rows: rows.peekable(), is_current }
    }

    /// Places the walk's next file. Known files before it that the walk did not meet go to `gone`.
    pub fn place(
        &mut self,
        path: &Path,
        stamp: FileStamp,
        gone: &mut dyn FnMut(PathBuf, FileRow),
    ) -> Result<Change, StoreError> {
        self.pass(path, gone)?;
        let Some((_, row)) = self.next_if(|known| known.as_os_str() == path.as_os_str())? else {
            return Ok(Change::New);
        };
        let same = row.stamp == stamp && (self.is_current)(row.reader, path);
        Ok(if same { Change::Same(row) } else { Change::Changed(row) })
    }

    /// Steps over everything known at `path` or below it, which could not be read: it is neither gone nor the same.
    pub fn skip_below(
        &mut self,
        path: &Path,
        gone: &mut dyn FnMut(PathBuf, FileRow),
    ) -> Result<(), StoreError> {
        self.pass(path, gone)?;
        while self.next_if(|known| known.starts_with(path))?.is_some() {}
        Ok(())
    }

    /// All that is left is gone.
    pub fn finish(&mut self, gone: &mut dyn FnMut(PathBuf, FileRow)) -> Result<(), StoreError> {
        while let Some((path, row)) = self.next_if(|_| true)? {
            gone(path, row);
        }
        Ok(())
    }

    fn pass(&mut self, path: &Path, gone: &mut dyn FnMut(PathBuf, FileRow)) -> Result<(), StoreError> {
        while let Some((path, row)) = self.next_if(|known| byte_order(known, path) == Ordering::Less)? {
            gone(path, row);
        }
        Ok(())
    }

    fn next_if(&mut self, is: impl Fn(&Path) -> bool) -> Result<Option<(PathBuf, FileRow)>, StoreError> {
        self.rows.next_if(|row| row.as_ref().map_or(true, |(path, _)| is(path))).transpose()
    }
}

/// `Path`'s own order goes by components; the store's goes by bytes.
fn byte_order(a: &Path, b: &Path) -> Ordering {
    a.as_os_str().as_bytes().cmp(b.as_os_str().as_bytes())
}
