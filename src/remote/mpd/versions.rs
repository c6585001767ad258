//! The version of the queue, and since which each of its places is what it is: clients ask for what changed since the
//! version that they know.

use std::sync::Arc;

use crate::model::catalog::{Catalog, TrackRef};
use crate::model::id::ItemId;
use crate::model::snapshot::{QueueItem, Snapshot};

/// Versions begin again at 1 behind it: clients keep them in 31 bits.
const MOST: u32 = i32::MAX as u32;

#[derive(Debug)]
pub struct Versions {
    current: u32,
    items: Arc<Vec<QueueItem>>,
    /// Of each place.
    since: Vec<u32>,
    catalog: Arc<Catalog>,
    /// What the stream that plays says of itself.
    title: Option<(ItemId, Option<Arc<str>>)>,
}

impl Default for Versions {
    fn default() -> Self {
        let (items, since, catalog) = Default::default();
        Self { current: 1, items, since, catalog, title: None }
    }
}

impl Versions {
    pub fn current(&self) -> u32 {
        self.current
    }

    /// Whether the place is another since that version. Of a version that is not known everything is.
    pub fn is_newer(&self, place: usize, version: u32) -> bool {
        let unknown = version == 0 || version > self.current;
        unknown || self.since.get(place).is_none_or(|&since| since > version)
    }

    /// `true` where the queue is another.
    pub fn follow(&mut self, snapshot: &Snapshot) -> bool {
        let (items, catalog) = (&snapshot.queue.items, &snapshot.catalog);
        let title = title(snapshot);
        let same_catalog = Arc::ptr_eq(catalog, &self.catalog);
        if Arc::ptr_eq(items, &self.items) && same_catalog && title == self.title {
            return false;
        }
        let retitled = if title == self.title { None } else { title.as_ref().map(|(id, _)| *id) };
        let changed: Vec<bool> = items
            .iter()
            .enumerate()
            .map(|(place, item)| {
                let same = self.items.get(place).is_some_and(|old| old == item);
                let known = || same_catalog || is_same(item, &self.catalog, catalog);
                !same || retitled == Some(item.id) || !known()
            })
            .collect();
        let any = changed.contains(&true) || items.len() != self.items.len();
        if any {
            self.current = if self.current >= MOST { 1 } else { self.current + 1 };
            self.since.resize(items.len(), self.current);
            for (since, _) in self.since.iter_mut().zip(&changed).filter(|(_, changed)| **changed) {
                *since = self.current;
            }
        }
        (self.items, self.catalog, self.title) = (Arc::clone(items), Arc::clone(catalog), title);
        any
    }
}

fn title(snapshot: &Snapshot) -> Option<(ItemId, Option<Arc<str>>)> {
    let now = snapshot.playback.now.as_ref()?;
    now.stream.as_ref().map(|stream| (now.item, stream.title.clone()))
}

/// Whether two catalogs have the same of an item.
fn is_same(item: &QueueItem, old: &Catalog, new: &Catalog) -> bool {
    let find = |catalog| item.track.and_then(|id| Catalog::find(catalog, id));
    match (find(old), find(new)) {
        (Some(old), Some(new)) => same_track(old, new),
        (None, None) => true,
        _ => false,
    }
}

fn same_track(a: TrackRef<'_>, b: TrackRef<'_>) -> bool {
    a.format() == b.format()
        && (a.title_tag(), a.album_title()) == (b.title_tag(), b.album_title())
        && (a.track_number(), a.disc_number(), a.year()) == (b.track_number(), b.disc_number(), b.year())
        && a.artists().eq(b.artists())
        && a.album_artists().eq(b.album_artists())
        && a.genres().eq(b.genres())
        && a.composers().eq(b.composers())
}

/// The number that clients know an item by: 31 bits, never 0.
pub fn shown(id: ItemId) -> u32 {
    u32::try_from(id.0 % u64::from(MOST)).unwrap_or(0) + 1
}

/// The place of the item of that number.
pub fn find(items: &[QueueItem], number: u32) -> Option<usize> {
    items.iter().position(|item| shown(item.id) == number)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::model::snapshot::QueueView;

    fn snapshot(ids: &[u64]) -> Snapshot {
        let item = |&id: &u64| QueueItem { id: ItemId(id), path: Arc::from(Path::new("/x")), track: None };
        let items = Arc::new(ids.iter().map(item).collect());
        Snapshot { queue: Arc::new(QueueView { items, ..QueueView::default() }), ..Snapshot::default() }
    }

    #[test]
    fn places_that_changed_since_a_version_are_known_exactly() {
        let mut versions = Versions::default();
        let mut step = |ids: &[u64]| {
            versions.follow(&snapshot(ids));
            versions.current()
        };
        let (all, same) = (step(&[1, 2, 3, 4]), step(&[1, 2, 3, 4]));
        assert_eq!((all, same), (2, 2));
        let swapped = step(&[1, 3, 2, 4]);
        let cut = step(&[1, 3, 2]);
        let longer = step(&[1, 3, 2, 5]);
        let newer = |version| (0..4).filter(|&place| versions.is_newer(place, version)).collect::<Vec<_>>();
        assert_eq!(newer(all), [1, 2, 3]);
        assert_eq!(newer(swapped), [3]);
        assert_eq!(newer(cut), [3]);
        assert_eq!(newer(longer), [0; 0]);
        assert_eq!(newer(0), [0, 1, 2, 3]);
        assert_eq!(newer(longer + 1), [0, 1, 2, 3]);
    }

    #[test]
    fn versions_and_numbers_fit_31_bits() {
        let mut versions = Versions { current: MOST, ..Versions::default() };
        assert!(versions.follow(&snapshot(&[1])));
        assert_eq!(versions.current(), 1);
        assert_eq!(shown(ItemId(0)), 1);
        assert_eq!(shown(ItemId(u64::from(MOST) - 1)), MOST);
        assert_eq!(shown(ItemId(u64::from(MOST))), 1);
        let queue = snapshot(&[7, u64::from(MOST) + 9]);
        assert_eq!(find(&queue.queue.items, 10), Some(1));
        assert_eq!(find(&queue.queue.items, 3), None);
    }
}
