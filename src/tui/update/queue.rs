//! The queue as it is shown: all of it, or what a filter leaves. The cursor stays on what it was on.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Effect, TrackQuestion, Turn};
use crate::model::id::ItemId;
use crate::model::query::{Query, QueryError};
use crate::model::snapshot::{QueueItem, QueueView};
use crate::tui::rows::Rows;
use crate::tui::search::{Place, Question};

impl Turn<'_> {
    pub(super) fn queue_changed(&mut self, queue: Arc<QueueView>) {
        let pane = &mut self.state.queue;
        let was_on = pane.selected();
        let on_current = pane.seen.current.is_some() && pane.place(pane.list.cursor) == pane.seen.current;
        let old = std::mem::replace(&mut pane.seen, queue);
        let same_items = Arc::ptr_eq(&old.items, &pane.seen.items);
        if !same_items && !pane.marks.is_empty() {
            let there =
                pane.seen.items.iter().map(|item| item.id).filter(|id| pane.marks.contains(id)).collect();
            pane.marks = there;
        }
        if !same_items {
            pane.rows = match pane.filter.words.is_empty() {
                true => all(&pane.seen.items),
                // Until the worker has looked through the new ones.
                false => still_left(&pane.rows, &old.items, &pane.seen.items),
            };
        }
        if !same_items {
            self.follow_selection();
        }
        match self.state.queue.seen.current {
            _ if !same_items && self.state.queue.goes_to.is_some() => {
                let place = self.state.queue.goes_to.take().unwrap_or_default();
                self.go_to_place(place);
            }
            // A cursor on the playing entry goes with it.
            Some(current) if on_current && old.current != Some(current) => self.go_to_place(current),
            Some(current) if old.items.is_empty() => self.go_to_place(current),
            _ if same_items => {}
            _ => self.go_to_item(was_on),
        }
    }

    /// To the row of a place, else to the one behind it.
    fn go_to_place(&mut self, place: usize) {
        let pane = &mut self.state.queue;
        let row = pane.row_of(place).unwrap_or_else(|behind| behind);
        let view = self.queue_view();
        self.state.queue.list.go_to(row, view);
    }

    fn go_to_item(&mut self, id: Option<ItemId>) {
        let pane = &self.state.queue;
        let place = id.and_then(|id| pane.seen.items.iter().position(|item| item.id == id));
        match place {
            Some(place) => self.go_to_place(place),
            None => {
                let view = self.queue_view();
                let row = self.state.queue.list.cursor;
                self.state.queue.list.go_to(row, view);
            }
        }
    }

    /// Empty words take the filter away; words that are no query change nothing.
    pub(super) fn set_queue_filter(&mut self, words: &str) -> Result<(), QueryError> {
        let words = words.trim();
        if words == self.state.queue.filter.words {
            return Ok(());
        }
        self.state.queue.filter.query = Query::parse(words)?;
        self.state.queue.filter.words = words.to_owned();
        if words.is_empty() {
            // Answers under way are of no use any more.
            self.state.queue.filter.asked += 1;
            let was_on = self.state.queue.selected();
            self.state.queue.rows = all(&self.state.queue.seen.items);
            self.go_to_item(was_on);
        } else {
            self.ask_queue_filter();
        }
        Ok(())
    }

    /// Asks again where queue, catalog, or facts that the query is about are others.
    pub(super) fn queue_filter_follows(&mut self, new_queue: bool, new_catalog: bool) {
        let filter = &self.state.queue.filter;
        if filter.words.is_empty() {
            return;
        }
        let new_facts = filter.query.asks_facts() && !Arc::ptr_eq(&filter.facts, &self.around.snapshot.facts);
        if new_queue || new_catalog || new_facts {
            self.ask_queue_filter();
        }
    }

    fn ask_queue_filter(&mut self) {
        let snapshot = self.around.snapshot;
        let pane = &mut self.state.queue;
        pane.filter.asked += 1;
        pane.filter.facts = Arc::clone(&snapshot.facts);
        self.effects.push(Effect::Tracks(TrackQuestion::Queue(Question {
            asked: pane.filter.asked,
            catalog: Arc::clone(&snapshot.catalog),
            facts: Arc::clone(&snapshot.facts),
            query: pane.filter.query.clone(),
            place: Place::Queue(Arc::clone(&pane.seen.items), all(&pane.seen.items)),
            from: 0,
            steps: 1,
            back: false,
            here: true,
        })));
    }

    /// The worker's answer. One about another queue was asked for again.
    pub(super) fn queue_filtered(&mut self, asked: u64, items: &Arc<Vec<QueueItem>>, places: Arc<Vec<u32>>) {
        let pane = &mut self.state.queue;
        if asked != pane.filter.asked || !Arc::ptr_eq(items, &pane.seen.items) {
            return;
        }
        let was_on = pane.selected();
        pane.rows = Rows::listed(places);
        self.go_to_item(was_on);
    }
}

fn all(items: &[QueueItem]) -> Rows {
    Rows::range(0..u32::try_from(items.len()).unwrap_or(u32::MAX))
}

/// Of the entries that were left, those that are still there.
fn still_left(rows: &Rows, old: &[QueueItem], new: &[QueueItem]) -> Rows {
    let left: HashSet<ItemId> =
        rows.iter().filter_map(|place| old.get(place as usize)).map(|item| item.id).collect();
    let places = (0_u32..).zip(new).filter(|(_, item)| left.contains(&item.id));
    Rows::listed(Arc::new(places.map(|(place, _)| place).collect()))
}
