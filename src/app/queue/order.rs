//! The order of play: the queue's own, or a random one that a seed repeats. Pure; part of `Queue`.

use std::collections::HashSet;

use super::shuffle::{Traits, arrange, below};
use crate::model::id::ItemId;
use crate::model::playback::{Shuffle, ShuffleBy};
use crate::model::snapshot::QueueItem;

#[derive(Debug, Clone, Default, PartialEq)]
pub enum Order {
    #[default]
    Linear,
    Shuffled {
        by: ShuffleBy,
        seed: u64,
        /// State of the generator, which goes on when items are added later.
        state: u64,
        ids: Vec<ItemId>,
    },
}

impl Order {
    /// The current item first, all others behind it at random.
    pub fn shuffled(
        items: &[QueueItem],
        current: Option<ItemId>,
        (by, seed): (ShuffleBy, u64),
        traits: &dyn Fn(&QueueItem) -> Traits,
    ) -> Self {
        let mut state = seed;
        let ids = arrange(&mut state, by, items, current, traits);
        Self::Shuffled { by, seed, state, ids }
    }

    /// Puts what comes behind the current item, in order anew: where new items are to find
    /// their place in an order of more than chance.
    pub fn renew(
        &mut self,
        items: &[QueueItem],
        current: Option<ItemId>,
        traits: &dyn Fn(&QueueItem) -> Traits,
    ) {
        let Self::Shuffled { by, state, ids, .. } = self else { return };
        let at = current.and_then(|id| ids.iter().position(|&other| other == id)).unwrap_or(0);
        let later: HashSet<ItemId> = ids.drain(at..).collect();
        let items: Vec<QueueItem> = items.iter().filter(|item| later.contains(&item.id)).cloned().collect();
        ids.extend(arrange(state, *by, &items, current, traits));
    }

    pub fn shuffle(&self) -> Shuffle {
        match self {
            Self::Linear => Shuffle::Off,
            Self::Shuffled { by, seed, .. } => Shuffle::On { by: *by, seed: Some(*seed) },
        }
    }

    /// The random order; empty where it is the queue's own.
    pub fn own_ids(&self) -> &[ItemId] {
        match self {
            Self::Linear => &[],
            Self::Shuffled { ids, .. } => ids,
        }
    }

    /// State of the random generator.
    pub fn chance(&self) -> u64 {
        match self {
            Self::Linear => 0,
            Self::Shuffled { state, .. } => *state,
        }
    }

    /// All items in the order of play.
    pub fn ids<'a>(&'a self, items: &'a [QueueItem]) -> Box<dyn Iterator<Item = ItemId> + 'a> {
        match self {
            Self::Linear => Box::new(items.iter().map(|item| item.id)),
            Self::Shuffled { ids, .. } => Box::new(ids.iter().copied()),
        }
    }

    /// New items: right behind the current one, or each at a random place behind it.
    pub fn insert(&mut self, new: &[ItemId], current: Option<ItemId>, play_next: bool) {
        let Self::Shuffled { state, ids, .. } = self else {
            return;
        };
        let behind = current.and_then(|id| ids.iter().position(|&other| other == id)).map_or(0, |at| at + 1);
        if play_next {
            ids.splice(behind..behind, new.iter().copied());
            return;
        }
        // Appended at the end, then exchanged with a random one behind the current: as if shuffled with the rest.
        for &id in new {
            ids.push(id);
            let last = ids.len() - 1;
            let place = behind + below(state, last - behind + 1);
            ids.swap(place, last);
        }
    }

    pub fn remove(&mut self, gone: &HashSet<ItemId>) {
        if let Self::Shuffled { ids, .. } = self {
            ids.retain(|id| !gone.contains(id));
        }
    }

    pub fn clear(&mut self) {
        if let Self::Shuffled { ids, .. } = self {
            ids.clear();
        }
    }
}
