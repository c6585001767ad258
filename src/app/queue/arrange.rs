//! What changes the order of the queue, or takes out what is not wanted.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

use super::Queue;
use crate::model::id::ItemId;
use crate::model::snapshot::QueueItem;

impl Queue {
    /// Moves items to a place, counted from 0 among the others, together and in their order.
    pub fn move_to(&mut self, ids: &[ItemId], place: usize) {
        let moved: HashSet<ItemId> = ids.iter().copied().collect();
        let items = Arc::make_mut(&mut self.items);
        let (block, mut rest): (Vec<_>, Vec<_>) = items.drain(..).partition(|item| moved.contains(&item.id));
        let to = place.min(rest.len());
        rest.splice(to..to, block);
        *items = rest;
    }

    /// Puts these items, in this order, on the places that they have.
    pub fn arrange(&mut self, ids: &[ItemId]) {
        let chosen: HashSet<ItemId> = ids.iter().copied().collect();
        let mut by_id: std::collections::HashMap<ItemId, QueueItem> = self
            .items
            .iter()
            .filter(|item| chosen.contains(&item.id))
            .map(|item| (item.id, item.clone()))
            .collect();
        let mut order = ids.iter().filter_map(|id| by_id.remove(id)).collect::<Vec<_>>().into_iter();
        for place in Arc::make_mut(&mut self.items).iter_mut().filter(|item| chosen.contains(&item.id)) {
            if let Some(item) = order.next() {
                *place = item;
            }
        }
    }

    pub fn reverse(&mut self) {
        Arc::make_mut(&mut self.items).reverse();
    }

    /// By `key`, stable.
    pub fn sort<K>(&mut self, key: impl Fn(&QueueItem) -> K, compare: impl Fn(&K, &K) -> Ordering) {
        let mut keyed: Vec<(K, QueueItem)> =
            self.items.iter().map(|item| (key(item), item.clone())).collect();
        keyed.sort_by(|a, b| compare(&a.0, &b.0));
        self.items = Arc::new(keyed.into_iter().map(|(_, item)| item).collect());
    }

    /// Items whose file is there more than once: all but the current one, else the first.
    pub fn duplicates(&self) -> Vec<ItemId> {
        let current = self.current();
        let mut seen: HashSet<_> = current.iter().map(|item| &item.path).collect();
        let others = self.items.iter().filter(|item| current.is_none_or(|current| current.id != item.id));
        others.filter(|item| !seen.insert(&item.path)).map(|item| item.id).collect()
    }

    /// Puts these in place of all, of which some may be old ones. Where the current one is not among them, the one that
    /// follows what is left of it becomes current.
    pub fn rearrange(&mut self, items: Vec<QueueItem>) {
        let kept: HashSet<ItemId> = items.iter().map(|item| item.id).collect();
        let old: HashSet<ItemId> = self.items.iter().map(|item| item.id).collect();
        if self.current.is_some_and(|id| !kept.contains(&id)) {
            self.current = self.current.and_then(|id| self.following(id, |id| kept.contains(&id)));
        }
        self.order.remove(&old.difference(&kept).copied().collect());
        let new: Vec<ItemId> = items.iter().map(|item| item.id).filter(|id| !old.contains(id)).collect();
        self.items = Arc::new(items);
        self.order.insert(&new, self.current, false);
    }

    /// All but these.
    pub fn others(&self, kept: &[ItemId]) -> Vec<ItemId> {
        let kept: HashSet<ItemId> = kept.iter().copied().collect();
        self.items.iter().map(|item| item.id).filter(|id| !kept.contains(id)).collect()
    }
}
