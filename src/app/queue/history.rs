//! Undo and redo of the queue: whole moments, which share their items. Bounded by the items that they hold together.

use std::sync::Arc;

use super::order::Order;
use crate::model::id::ItemId;
use crate::model::snapshot::QueueItem;

/// Most moments kept.
const MOMENTS: usize = 200;
/// Most items that all moments hold together, so that a huge queue does not fill the memory.
const ITEMS: usize = 500_000;

/// The queue at one time.
#[derive(Debug, Clone)]
pub struct Moment {
    pub items: Arc<Vec<QueueItem>>,
    pub order: Order,
    pub current: Option<ItemId>,
}

#[derive(Debug, Default)]
pub struct History {
    past: Vec<Moment>,
    future: Vec<Moment>,
}

impl History {
    pub fn remember(&mut self, moment: Moment) {
        self.future.clear();
        self.past.push(moment);
        while self.past.len() > MOMENTS || (self.past.len() > 1 && self.weight() > ITEMS) {
            self.past.remove(0);
        }
    }

    fn weight(&self) -> usize {
        self.past.iter().map(|moment| moment.items.len()).sum()
    }

    pub fn undo(&mut self, now: Moment) -> Option<Moment> {
        let before = self.past.pop()?;
        self.future.push(now);
        Some(before)
    }

    pub fn redo(&mut self, now: Moment) -> Option<Moment> {
        let after = self.future.pop()?;
        self.past.push(now);
        Some(after)
    }

    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }
}
