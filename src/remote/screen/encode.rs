//! Parts of the snapshot as bytes, for all screens: what one was written for is not written again for the next.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::message::{Body, Change};
use super::parts::Kind;
use crate::model::snapshot::Snapshot;

/// A part of so many bytes is worth a look for what changed in it.
const LEAST_PATCHED: usize = 4096;

/// A snapshot with one part alone, and its bytes.
type Written = (Snapshot, Arc<[u8]>);

/// Shared by the screens' threads; the core never waits for it.
#[derive(Default)]
pub struct Encoder {
    /// By kind. Held while a part is written.
    parts: Mutex<Vec<Option<Written>>>,
}

impl Encoder {
    fn bytes(&self, kind: Kind, snapshot: &Snapshot) -> Option<Arc<[u8]>> {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts.resize_with(Kind::ALL.len(), || None);
        let held = &mut parts[kind as usize];
        match held {
            // The time that is left is another one each time.
            Some((of, bytes)) if kind != Kind::Sleep && kind.is_same(of, snapshot) => Some(Arc::clone(bytes)),
            _ => {
                let bytes: Arc<[u8]> = kind.write(snapshot, Instant::now())?.into();
                let mut alone = Snapshot::default();
                kind.copy(snapshot, &mut alone);
                *held = Some((alone, Arc::clone(&bytes)));
                Some(bytes)
            }
        }
    }
}

/// What one screen was told.
#[derive(Default)]
pub struct Told {
    snapshot: Option<Arc<Snapshot>>,
    /// Of long parts the bytes, by kind.
    long: Vec<Option<Arc<[u8]>>>,
}

impl Told {
    /// What it has to be told now, which it then was.
    pub fn changes(&mut self, now: &Arc<Snapshot>, encoder: &Encoder, packed: bool) -> Vec<Change> {
        self.long.resize(Kind::ALL.len(), None);
        let before = self.snapshot.replace(Arc::clone(now));
        let differs = |kind: &&Kind| before.as_ref().is_none_or(|before| !kind.is_same(before, now));
        let differing: Vec<Kind> = Kind::ALL.iter().filter(differs).copied().collect();
        let change = |kind: Kind| {
            let bytes = encoder.bytes(kind, now)?;
            let body = Body::new(self.long[kind as usize].as_ref(), &bytes, packed);
            self.long[kind as usize] = Some(bytes).filter(|bytes| bytes.len() >= LEAST_PATCHED);
            Some(Change { kind: kind as u8, body })
        };
        differing.into_iter().filter_map(change).collect()
    }
}

/// What a screen has been told, at its end.
#[derive(Default)]
pub struct Seen {
    long: Vec<Option<Arc<[u8]>>>,
}

impl Seen {
    /// The snapshot that follows `before`; `None` where what was told makes no sense.
    pub fn follow(&mut self, before: &Snapshot, changes: Vec<Change>) -> Option<Snapshot> {
        self.long.resize(Kind::ALL.len(), None);
        let (mut next, now) = (before.clone(), Instant::now());
        for change in changes {
            let Some(kind) = Kind::of(change.kind) else { continue };
            let held = &mut self.long[kind as usize];
            let bytes = change.body.bytes(held.as_ref())?;
            kind.put(&bytes, &mut next, now)?;
            *held = Some(bytes).filter(|bytes| bytes.len() >= LEAST_PATCHED);
        }
        Some(next)
    }
}
