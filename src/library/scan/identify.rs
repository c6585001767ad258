//! Knowing a moved file again: same inode, size and time, and nothing at its old path any more. Looked up only for new
//! files, and only where the store had files before.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::Path;

use crate::library::store::{StoreError, StoreReader};
use crate::library::tags::READER_VERSION;
use crate::model::id::TrackId;
use crate::model::part;
use crate::model::track::{FileStamp, Track};

/// Known tracks by inode, filled at the first new file.
#[derive(Default)]
pub struct Moves {
    by_inode: Option<HashMap<u64, TrackId>>,
}

impl Moves {
    /// The track that stood elsewhere and is now the file with this stamp.
    pub fn find(&mut self, store: &StoreReader, stamp: FileStamp) -> Result<Option<Track>, StoreError> {
        let by_inode = match &mut self.by_inode {
            Some(known) => known,
            empty => empty.insert(inodes(store)?),
        };
        let Some(&id) = by_inode.get(&stamp.inode) else { return Ok(None) };
        let Some(track) = store.track(id)? else { return Ok(None) };
        if track.stamp != stamp || !is_gone(&track.path) {
            return Ok(None);
        }
        by_inode.remove(&stamp.inode);
        Ok(Some(track))
    }
}

fn inodes(store: &StoreReader) -> Result<HashMap<u64, TrackId>, StoreError> {
    let mut known = HashMap::new();
    for row in store.files()? {
        let (path, row) = row?;
        // What an older reader read is read again anyway; a part is not a file.
        if let Some(id) = row.track.filter(|_| row.reader == READER_VERSION && part::split(&path).is_none()) {
            known.insert(row.stamp.inode, id);
        }
    }
    Ok(known)
}

pub fn is_gone(path: &Path) -> bool {
    matches!(std::fs::symlink_metadata(path), Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory))
}
