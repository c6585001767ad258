//! The queue at one time, and the way between two times as a step of the history. Moments share their items.

use std::collections::HashSet;
use std::sync::Arc;

use super::Queue;
use super::order::Order;
use crate::model::edit::{Edit, Way};
use crate::model::history::{QueueHead, QueueStep};
use crate::model::id::ItemId;
use crate::model::playback::Shuffle;
use crate::model::snapshot::QueueItem;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Moment {
    items: Arc<Vec<QueueItem>>,
    order: Order,
    current: Option<ItemId>,
}

impl Moment {
    /// What leads from here to `after`; `None` where nothing but the current item differs.
    pub fn step_to(&self, after: &Self) -> Option<QueueStep> {
        let step = QueueStep {
            items: Edit::between(&self.items, &after.items),
            order: Edit::between(self.order.own_ids(), after.order.own_ids()),
            before: self.head(),
            after: after.head(),
        };
        let same = step.before.shuffle == step.after.shuffle && step.before.chance == step.after.chance;
        (!same || !step.items.is_empty() || !step.order.is_empty()).then_some(step)
    }

    /// The same items in the same order of play.
    #[cfg(test)]
    pub fn same(&self, other: &Self) -> bool {
        self.items == other.items && self.order == other.order
    }

    fn head(&self) -> QueueHead {
        let (shuffle, chance) = (self.order.shuffle(), self.order.chance());
        QueueHead { current: self.current, shuffle, chance }
    }
}

impl Queue {
    pub fn moment(&self) -> Moment {
        Moment { items: Arc::clone(&self.items), order: self.order.clone(), current: self.current }
    }

    /// Goes over a step, wholly or not at all: `false` where the queue is not one that it leads from. `playing` stays
    /// current where the queue still has it.
    pub fn go_over(&mut self, step: &QueueStep, way: Way, playing: Option<ItemId>) -> bool {
        let head = match way {
            Way::Back => step.before,
            Way::Forth => step.after,
        };
        let items = step.items.apply(&self.items, way);
        let ids = step.order.apply(self.order.own_ids(), way);
        let (Some(items), Some(ids)) = (items, ids) else {
            return false;
        };
        let Some(order) = Order::restore(&items, head.shuffle, head.chance, ids) else {
            return false;
        };
        self.items = Arc::new(items);
        self.order = order;
        let stays = playing.filter(|&id| self.index_of(id).is_some());
        self.current = stays.or(head.current).filter(|&id| self.index_of(id).is_some());
        true
    }

    /// Ids up to this one are taken: a step may bring such an item back.
    pub fn spare(&mut self, id: ItemId) {
        self.next_id = self.next_id.max(id.0.saturating_add(1));
    }
}

impl Order {
    /// An order as it was kept; `None` where it is none of these items.
    pub fn restore(items: &[QueueItem], shuffle: Shuffle, chance: u64, ids: Vec<ItemId>) -> Option<Self> {
        let unique: HashSet<ItemId> = items.iter().map(|item| item.id).collect();
        match shuffle {
            Shuffle::Off | Shuffle::On { seed: None, .. } => {
                (ids.is_empty() && unique.len() == items.len()).then_some(Self::Linear)
            }
            Shuffle::On { by, seed: Some(seed) } => {
                let mut left = unique;
                let whole = left.len() == items.len()
                    && ids.len() == items.len()
                    && ids.iter().all(|id| left.remove(id));
                whole.then_some(Self::Shuffled { by, seed, state: chance, ids })
            }
        }
    }
}
