//! A root that is a music server: its songs are asked for, not walked. A song is known again by its id, wherever the server
//! puts it; it is changed where anything that the server tells of it is. Where the server does not answer to the end,
//! nothing is taken for missing.

use std::collections::HashMap;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use twox_hash::XxHash3_128;

use super::super::Problem;
use super::super::diff::{Change, Known};
use super::Scan;
use crate::decode::server;
use crate::library::store::{FileRow, StoreError};
use crate::model::id::TrackId;
use crate::model::server::{Song, Star, path as path_of, split};
use crate::model::track::{FileStamp, Track};

impl Scan<'_> {
    pub fn served(&mut self, root: &Path, cancel: &AtomicBool) -> Result<(), StoreError> {
        let songs = match self.songs(root, cancel) {
            Ok(songs) => songs,
            Err(error) => {
                self.report.failed.push(Problem { path: root.to_path_buf(), error });
                return Ok(());
            }
        };
        if cancel.load(Ordering::Relaxed) {
            return Ok(());
        }
        let is_empty = songs.is_empty();
        let mut known = Known::new(self.files_of(root)?, |_, _| true)?;
        let (mut gone, mut new, mut stars) = (Vec::new(), Vec::new(), Vec::new());
        for (path, song) in songs {
            let star = song.star;
            match known.place(&path, stamp(&song), &mut |path, row| gone.push((path.to_path_buf(), row)))? {
                Change::Same(row) => {
                    stars.extend(row.track.map(|id| (id, star)));
                    self.same(&path, row)?;
                }
                Change::Changed(row) => stars.push((self.changed(path, song, row)?, star)),
                Change::New => new.push((path, song)),
            }
        }
        known.finish(&mut |path, row| gone.push((path.to_path_buf(), row)))?;
        // A server has tracks alone, no failures.
        let gone = gone.into_iter().filter_map(|(path, row)| Some((path, row.track?))).collect();
        self.settle_served(root, is_empty, new, gone, stars)
    }

    fn settle_served(
        &mut self,
        root: &Path,
        is_empty: bool,
        new: Vec<(PathBuf, Song)>,
        gone: Vec<(PathBuf, TrackId)>,
        mut stars: Vec<(TrackId, Star)>,
    ) -> Result<(), StoreError> {
        if is_empty && gone.iter().any(|(_, id)| !self.missing.contains(id)) {
            let error = "has no songs, but the library knows some of it. Nothing is taken for missing";
            self.report.failed.push(Problem { path: root.to_path_buf(), error: error.into() });
            return Ok(());
        }
        let mut elsewhere: HashMap<String, TrackId> =
            gone.iter().filter_map(|(path, track)| Some((split(path)?.1, *track))).collect();
        for (path, song) in new {
            let (before, star) = (elsewhere.remove(&song.id), song.star);
            self.moved.extend(before);
            match before {
                Some(_) => self.report.moved += 1,
                None => self.report.added += 1,
            }
            stars.push((self.put_song(path, song, before)?, star));
        }
        let facts = self.before.facts()?;
        self.report.stars.extend(stars.into_iter().filter(|&(id, star)| star.taken(facts.get(id)).is_some()));
        let gone = gone.into_iter().map(|(_, id)| id).filter(|id| !self.moved.contains(id)).collect();
        self.put_missing(gone)
    }

    /// By path, each once.
    fn songs(&mut self, root: &Path, cancel: &AtomicBool) -> Result<Vec<(PathBuf, Song)>, String> {
        let Some(server) = server::mounted(root) else {
            return Err("is of a server that is not configured here. Nothing is taken for missing".into());
        };
        self.progress.folder = root.to_path_buf();
        let mut songs = Vec::new();
        let asked = server.songs(cancel, &mut |page| {
            self.progress.found += page.len() as u64;
            songs.extend(page.into_iter().map(|song| (path_of(server.name(), &song), song)));
            self.tell_progress();
        });
        asked.map_err(|failed| format!("cannot be asked: {}. Nothing is taken for missing", failed.why))?;
        songs.sort_by(|(a, _), (b, _)| a.as_os_str().as_bytes().cmp(b.as_os_str().as_bytes()));
        songs.dedup_by(|(a, _), (b, _)| a == b);
        Ok(songs)
    }

    fn changed(&mut self, path: PathBuf, song: Song, row: FileRow) -> Result<TrackId, StoreError> {
        server::forget(&path);
        self.report.updated += u64::from(row.track.is_some());
        self.put_song(path, song, row.track)
    }

    fn put_song(&mut self, path: PathBuf, song: Song, known: Option<TrackId>) -> Result<TrackId, StoreError> {
        self.progress.read += 1;
        let stamp = stamp(&song);
        let added_s = match known {
            Some(_) => self.added_s(known)?,
            None => song.added_s.unwrap_or(self.now_s),
        };
        let id = known.unwrap_or_else(|| self.store.new_track_id());
        self.put(Track { id, path, stamp, format: song.format, tags: song.tags, added_s })?;
        Ok(id)
    }
}

/// In place of an inode stands a hash of all that the server tells, but for where it is and what its user thinks of it.
fn stamp(song: &Song) -> FileStamp {
    let told = Song { path: String::new(), star: Star::default(), ..song.clone() };
    // Fails for no song: all of it is text and numbers.
    let told = serde_json::to_vec(&told).unwrap_or_default();
    let mtime_ns = song.added_s.unwrap_or(0).saturating_mul(1_000_000_000);
    let hash = (XxHash3_128::oneshot(&told) & u128::from(u64::MAX)) as u64;
    FileStamp { size: song.size, mtime_ns, inode: hash }
}
