//! What came in, written: see `import`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{BATCH, Import, Imported};
use crate::library::store::{Failure, StoreError, WriteOp};
use crate::model::id::{PlaylistId, TrackId};
use crate::model::playlist::{Change, Entry, Kind, Playlist, Playlists};
use crate::model::similar::SimilarMemory;
use crate::model::template::Template;
use crate::model::track::Track;
use crate::model::weights::Weights;

impl Import<'_> {
    /// In an order in which a track is there before what is known of it.
    pub fn write(mut self) -> Result<Imported, StoreError> {
        self.write_tracks()?;
        self.write_lists()?;
        self.write_templates()?;
        self.write_places()?;
        self.write_weights()?;
        self.write_session()?;
        let facts: Vec<_> = std::mem::take(&mut self.facts).into_iter().collect();
        for rows in facts.chunks(BATCH) {
            self.store.write(WriteOp::PutFacts(rows.to_vec()))?;
        }
        for rows in self.listens.chunks(BATCH) {
            self.store.write(WriteOp::PutListens(rows.to_vec()))?;
        }
        self.store.write(WriteOp::PutRoots(self.roots))?;
        self.store.write(WriteOp::PutBookmarks(Arc::new(self.bookmarks)))?;
        self.store.write(WriteOp::PutLyricsOffsets(self.lyrics_offsets))?;
        self.store.write(WriteOp::PutOutputs(self.outputs))?;
        self.store.flush()?;
        Ok(self.done)
    }

    fn write_tracks(&mut self) -> Result<(), StoreError> {
        let missing: HashMap<TrackId, i64> =
            self.reader.missing_after(None, usize::MAX)?.into_iter().collect();
        for (id, added_s) in std::mem::take(&mut self.added) {
            let Some(track) = self.reader.track(id)? else { continue };
            let failed = self.failure(&track)?;
            self.store.write(WriteOp::PutTracks(vec![Track { added_s, ..track }]))?;
            failed.map_or(Ok(()), |failed| self.store.write(WriteOp::PutFailures(vec![failed])))?;
            // Putting a track says that its file is there.
            missing
                .get(&id)
                .map_or(Ok(()), |&since| self.store.write(WriteOp::PutMissing(vec![id], since)))?;
        }
        for (track, since) in std::mem::take(&mut self.missing) {
            let (id, failed) = (track.id, self.failure(&track)?);
            self.store.write(WriteOp::PutTracks(vec![track]))?;
            self.store.write(WriteOp::PutMissing(vec![id], since))?;
            failed.map_or(Ok(()), |failed| self.store.write(WriteOp::PutFailures(vec![failed])))?;
        }
        Ok(())
    }

    /// Why its file cannot be read, where that is known.
    fn failure(&self, track: &Track) -> Result<Option<Failure>, StoreError> {
        let (Some(error), Some(row)) = (self.reader.failure(&track.path)?, self.reader.file(&track.path)?)
        else {
            return Ok(None);
        };
        Ok(Some(Failure { path: track.path.clone(), stamp: row.stamp, error, at_s: track.added_s }))
    }

    /// A list that is here with the same in it is not made again, whatever its name.
    fn write_lists(&mut self) -> Result<(), StoreError> {
        let mut lists = self.reader.playlists()?;
        let mut made = Vec::new();
        let mut ids: HashSet<PlaylistId> = lists.iter().map(|list| list.id).collect();
        for mut list in std::mem::take(&mut self.lists) {
            let is_same = |other: &Arc<Playlist>| other.note == list.note && same(&other.kind, &list.kind);
            if lists.iter().any(is_same) {
                continue;
            }
            if lists.len() == Playlists::MOST {
                self.done.full += 1;
                continue;
            }
            list.name = lists.free_name(&list.name);
            while !ids.insert(list.id) {
                list.id = another(list.id);
            }
            let list = Arc::new(list);
            lists.apply(&Change { before: None, after: Some(list.clone()) });
            made.push((list.id, Some(list)));
        }
        if made.is_empty() { Ok(()) } else { self.store.write(WriteOp::PutPlaylists(made)) }
    }

    /// One that is called as one of here is left out.
    fn write_templates(&mut self) -> Result<(), StoreError> {
        let mut templates = self.reader.templates()?;
        let mut made = Vec::new();
        for mut template in std::mem::take(&mut self.templates) {
            if templates.named(template.name.as_str()).is_some() {
                continue;
            }
            if templates.len() == Template::MOST {
                self.done.full += 1;
                continue;
            }
            while templates.get(template.id).is_some() {
                template.id = another(template.id);
            }
            let template = Arc::new(template);
            templates.put(template.id, Some(template.clone()));
            made.push((template.id, Some(template)));
        }
        if made.is_empty() { Ok(()) } else { self.store.write(WriteOp::PutTemplates(made)) }
    }

    /// Where a track was left off here holds.
    fn write_places(&mut self) -> Result<(), StoreError> {
        let here = self.reader.resume()?;
        let new = std::mem::take(&mut self.places).into_iter().filter(|(id, _)| !here.contains_key(id));
        let new: Vec<_> = new.map(|(id, place)| (id, Some(place))).collect();
        new.chunks(BATCH).try_for_each(|rows| self.store.write(WriteOp::PutResume(rows.to_vec())))
    }

    /// What was learned here holds.
    fn write_weights(&mut self) -> Result<(), StoreError> {
        let here = self.reader.similar()?;
        let learned = Weights::of_learned(std::mem::take(&mut self.weights));
        if here.learned != Weights::default() || learned == Weights::default() {
            return Ok(());
        }
        self.store.write(WriteOp::PutSimilar(Box::new(SimilarMemory { learned, ..here })))
    }

    fn write_session(&mut self) -> Result<(), StoreError> {
        let Some(session) = self.session.take() else { return Ok(()) };
        let here = self.reader.session()?;
        match here {
            Some(here) if !here.items.is_empty() => {
                self.done.queue_kept =
                    here.items.iter().map(|item| &item.path).ne(session.items.iter().map(|item| &item.path));
                Ok(())
            }
            _ => self.store.write(WriteOp::PutSession(session)),
        }
    }
}

fn another(id: PlaylistId) -> PlaylistId {
    PlaylistId::new(id.0.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1 << 11))
}

/// The same files in the same order with the same notes, or the same query.
fn same(one: &Kind, other: &Kind) -> bool {
    match (one, other) {
        (Kind::Manual(one), Kind::Manual(other)) => {
            let said = |entry: &Entry| (entry.path.clone(), entry.told.clone(), entry.note.clone());
            one.len() == other.len() && one.iter().map(said).eq(other.iter().map(said))
        }
        (one, other) => one == other,
    }
}
