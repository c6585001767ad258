//! The order of play: the queue's own, or a random one that a seed repeats. Pure; part of `Queue`.

use std::collections::HashSet;

use crate::model::id::ItemId;
use crate::model::playback::Shuffle;
use crate::model::snapshot::QueueItem;

#[derive(Debug, Clone, Default, PartialEq)]
pub enum Order {
    #[default]
    Linear,
    Shuffled {
        seed: u64,
        /// State of the generator, which goes on when items are added later.
        state: u64,
        ids: Vec<ItemId>,
    },
}

impl Order {
    /// The current item first, all others behind it in random order (Fisher-Yates).
    pub fn shuffled(items: &[QueueItem], current: Option<ItemId>, seed: u64) -> Self {
        let mut state = seed;
        let mut ids: Vec<ItemId> =
            items.iter().map(|item| item.id).filter(|&id| Some(id) != current).collect();
        for last in (1..ids.len()).rev() {
            ids.swap(last, below(&mut state, last + 1));
        }
        let current = items.iter().map(|item| item.id).find(|&id| Some(id) == current);
        ids.splice(0..0, current);
        Self::Shuffled { seed, state, ids }
    }

    pub fn shuffle(&self) -> Shuffle {
        match self {
            Self::Linear => Shuffle::Off,
            Self::Shuffled { seed, .. } => Shuffle::On { seed: Some(*seed) },
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

/// A number below `bound`, without bias worth naming for queues (multiply-shift, Lemire 2019), by SplitMix64.
fn below(state: &mut u64, bound: usize) -> usize {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    ((u128::from(z) * bound as u128) >> 64) as usize
}
