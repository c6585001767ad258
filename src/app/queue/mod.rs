//! The queue: items, the current one, the order of play. Pure; owned by `AppState`, changed by `reduce::queue`.

mod arrange;
mod moment;
mod order;
mod shuffle;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::id::ItemId;
use crate::model::playback::{Repeat, Shuffle};
use crate::model::session::Session;
use crate::model::snapshot::QueueItem;
pub use moment::Moment;
use order::Order;
pub use shuffle::Traits;

#[derive(Debug, Default)]
pub struct Queue {
    items: Arc<Vec<QueueItem>>,
    current: Option<ItemId>,
    order: Order,
    repeat: Repeat,
    /// Items that were heard are taken out.
    pub consume: bool,
    /// Ids below this were given.
    next_id: u64,
}

impl Queue {
    /// A queue as it was saved. Ids that occur twice are given anew, and an order that is none is made anew.
    pub fn restore(session: Session) -> Self {
        let next_id = session.items.iter().map(|item| item.id.0.saturating_add(1)).max().unwrap_or(0);
        let mut queue = Self { next_id, repeat: session.repeat, consume: session.consume, ..Self::default() };
        let mut seen = std::collections::HashSet::new();
        let mut items = Vec::with_capacity(session.items.len());
        for item in session.items {
            let id = if seen.insert(item.id) { item.id } else { queue.fresh_id() };
            items.push(QueueItem { id, path: Arc::from(item.path), track: item.track });
        }
        queue.items = Arc::new(items);
        let current = session.position.and_then(|place| queue.items.get(place.index as usize));
        queue.current = current.map(|item| item.id);
        match Order::restore(&queue.items, session.shuffle, session.chance, session.order) {
            Some(order) => queue.order = order,
            None => queue.set_shuffle(session.shuffle, 0, &|_| Traits::UNKNOWN),
        }
        queue
    }

    pub fn items(&self) -> &Arc<Vec<QueueItem>> {
        &self.items
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub fn current(&self) -> Option<&QueueItem> {
        self.current.and_then(|id| self.get(id))
    }

    pub fn set_current(&mut self, id: Option<ItemId>) {
        self.current = id.filter(|&id| self.index_of(id).is_some());
    }

    pub fn get(&self, id: ItemId) -> Option<&QueueItem> {
        self.items.get(self.index_of(id)?)
    }

    /// The same entry by another name.
    pub fn set_path(&mut self, id: ItemId, path: &Path) {
        let index = self.index_of(id);
        if let Some(item) = index.and_then(|index| Arc::make_mut(&mut self.items).get_mut(index)) {
            item.path = Arc::from(path);
        }
    }

    pub fn index_of(&self, id: ItemId) -> Option<usize> {
        self.items.iter().position(|item| item.id == id)
    }

    pub fn repeat(&self) -> Repeat {
        self.repeat
    }

    pub fn set_repeat(&mut self, repeat: Repeat) {
        self.repeat = repeat;
    }

    pub fn shuffle(&self) -> Shuffle {
        self.order.shuffle()
    }

    /// The random order of play; empty where it is the queue's own.
    pub fn own_order(&self) -> &[ItemId] {
        self.order.own_ids()
    }

    /// State of the random generator.
    pub fn chance(&self) -> u64 {
        self.order.chance()
    }

    /// Random order beginning with the current item; `fresh` is the seed where none is asked for.
    pub fn set_shuffle(&mut self, shuffle: Shuffle, fresh: u64, traits: &dyn Fn(&QueueItem) -> Traits) {
        self.order = match shuffle {
            Shuffle::Off => Order::Linear,
            Shuffle::On { by, seed } => {
                Order::shuffled(&self.items, self.current, (by, seed.unwrap_or(fresh)), traits)
            }
        };
    }

    /// All items in the order of play.
    pub fn in_order(&self) -> Vec<&QueueItem> {
        let items: std::collections::HashMap<_, _> = self.items.iter().map(|item| (item.id, item)).collect();
        self.order.ids(&self.items).filter_map(|id| items.get(&id).copied()).collect()
    }

    /// The first item of the order of play that `usable` allows.
    pub fn first(&self, usable: impl Fn(ItemId) -> bool) -> Option<ItemId> {
        self.order.ids(&self.items).find(|&id| usable(id))
    }

    /// What is played behind `from`: a step on in the order of play, round the end where everything is repeated.
    pub fn following(&self, from: ItemId, usable: impl Fn(ItemId) -> bool) -> Option<ItemId> {
        let mut later = self.order.ids(&self.items).skip_while(|&id| id != from).skip(1);
        let found = later.find(|&id| usable(id));
        match self.repeat {
            Repeat::All if found.is_none() => self.first(usable),
            _ => found,
        }
    }

    /// How many are played behind the current one before the order of play is over.
    pub fn ahead(&self) -> usize {
        let Some(current) = self.current else { return 0 };
        self.order.ids(&self.items).skip_while(|&id| id != current).skip(1).count()
    }

    /// The item so many steps on from the current one, as far as there are any.
    pub fn step(&self, steps: i64) -> Option<ItemId> {
        let count = i64::try_from(self.items.len()).ok()?;
        let current = self.current?;
        let at = self.order.ids(&self.items).position(|id| id == current)?;
        let mut to = i64::try_from(at).ok()? + steps;
        if self.repeat == Repeat::All && count > 0 {
            to = to.rem_euclid(count);
        }
        self.order.ids(&self.items).nth(usize::try_from(to).ok()?)
    }

    /// Finds new items their place in an order of more than chance, behind what is current.
    pub fn renew_order(&mut self, traits: &dyn Fn(&QueueItem) -> Traits) {
        self.order.renew(&self.items, self.current, traits);
    }

    /// The first of the items in a row before `from` that are `alike` each to the one before.
    pub fn row_start(&self, from: ItemId, alike: impl Fn(ItemId, ItemId) -> bool) -> ItemId {
        let before: Vec<ItemId> = self.order.ids(&self.items).take_while(|&id| id != from).collect();
        let mut start = from;
        for &id in before.iter().rev() {
            if !alike(id, start) {
                break;
            }
            start = id;
        }
        start
    }

    fn fresh_id(&mut self) -> ItemId {
        self.next_id += 1;
        ItemId(self.next_id - 1)
    }

    /// Items of files, with ids of their own; nowhere yet.
    pub fn make_items(&mut self, files: NewItems) -> Vec<QueueItem> {
        files.into_iter().map(|(path, track)| QueueItem { id: self.fresh_id(), path, track }).collect()
    }

    /// Appends files; returns the id of the first.
    pub fn append(&mut self, files: NewItems) -> Option<ItemId> {
        self.insert_at(self.items.len(), files, false)
    }

    /// Inserts files behind the current item, in the order of play as well.
    pub fn insert_next(&mut self, files: NewItems) -> Option<ItemId> {
        let at = self.current.and_then(|id| self.index_of(id)).map_or(self.items.len(), |index| index + 1);
        self.insert_at(at, files, true)
    }

    /// Inserts files in front of a place, counted from 0; at the end where there are fewer items.
    pub fn insert_before(&mut self, place: usize, files: NewItems) -> Option<ItemId> {
        self.insert_at(place.min(self.items.len()), files, false)
    }

    fn insert_at(&mut self, at: usize, files: NewItems, play_next: bool) -> Option<ItemId> {
        let new = self.make_items(files);
        let ids: Vec<ItemId> = new.iter().map(|item| item.id).collect();
        let first = *ids.first()?;
        let items = Arc::make_mut(&mut self.items);
        items.splice(at..at, new);
        self.order.insert(&ids, self.current, play_next);
        Some(first)
    }

    /// Puts files in place of everything; nothing is current then. Returns the ids.
    pub fn replace(&mut self, files: NewItems) -> Vec<ItemId> {
        let new = self.make_items(files);
        let ids = new.iter().map(|item| item.id).collect();
        self.items = Arc::new(new);
        self.current = None;
        if let Shuffle::On { by, seed } = self.shuffle() {
            let seed = seed.unwrap_or(0);
            self.order = Order::shuffled(&self.items, None, (by, seed), &|_| Traits::UNKNOWN);
        }
        ids
    }

    /// Takes items out. Where the current one is among them, the one that follows what is left of it becomes current.
    pub fn remove(&mut self, ids: &[ItemId]) {
        let gone: std::collections::HashSet<ItemId> = ids.iter().copied().collect();
        if self.current.is_some_and(|id| gone.contains(&id)) {
            self.current = self.current.and_then(|id| self.following(id, |id| !gone.contains(&id)));
        }
        Arc::make_mut(&mut self.items).retain(|item| !gone.contains(&item.id));
        self.order.remove(&gone);
    }

    /// Moves items so many places down (negative: up), together and in their order, as far as there is room.
    pub fn move_by(&mut self, ids: &[ItemId], by: i32) {
        let moved: std::collections::HashSet<ItemId> = ids.iter().copied().collect();
        let Some(first) = self.items.iter().position(|item| moved.contains(&item.id)) else {
            return;
        };
        let items = Arc::make_mut(&mut self.items);
        let (block, mut rest): (Vec<_>, Vec<_>) = items.drain(..).partition(|item| moved.contains(&item.id));
        let to = first.saturating_add_signed(by as isize).min(rest.len());
        rest.splice(to..to, block);
        *items = rest;
    }

    pub fn clear(&mut self) {
        self.items = Arc::default();
        self.current = None;
        self.order.clear();
    }

    /// Files have other names: the entries are the same. `false` where no entry is of them.
    pub fn rename(&mut self, new_name: impl Fn(&Path) -> Option<Arc<Path>>) -> bool {
        let found: Vec<_> = self.items.iter().map(|item| new_name(&item.path)).collect();
        if found.iter().all(Option::is_none) {
            return false;
        }
        for (item, found) in Arc::make_mut(&mut self.items).iter_mut().zip(found) {
            if let Some(path) = found {
                item.path = path;
            }
        }
        true
    }

    /// Fills in or corrects the library's ids by path; `false` where nothing changed.
    pub fn resolve(&mut self, find: impl Fn(&Path) -> Option<crate::model::id::TrackId>) -> bool {
        let found: Vec<_> = self.items.iter().map(|item| find(&item.path)).collect();
        if self.items.iter().zip(&found).all(|(item, found)| item.track == *found) {
            return false;
        }
        for (item, found) in Arc::make_mut(&mut self.items).iter_mut().zip(found) {
            item.track = found;
        }
        true
    }
}

/// Files to be queued, with their library ids where they have one.
pub type NewItems = Vec<(Arc<Path>, Option<crate::model::id::TrackId>)>;

/// Files outside the library, or not known to be in it.
pub fn unresolved(files: Vec<PathBuf>) -> NewItems {
    files.into_iter().map(|path| (Arc::from(path), None)).collect()
}

#[cfg(test)]
mod tests;
