//! The snapshot changed, or a filter's answer came: cursors stay on what they were on.

use std::sync::Arc;
use std::time::Duration;

use super::{Effect, FilterQuestion, TrackQuestion, Turn};
use crate::model::catalog::Catalog;
use crate::model::command::Pane;
use crate::model::grouping::{Fold, Hierarchy};
use crate::model::query::{Query, QueryError};
use crate::model::snapshot::Snapshot;
use crate::model::sort::{Column as SortColumn, Sort};
use crate::say;
use crate::tui::browse::Column as LibraryColumn;
use crate::tui::matches::Matches;

/// Longer queues are counted but not added up.
const MAX_SUMMED: usize = 10_000;

impl Turn<'_> {
    pub(super) fn changed(&mut self) {
        let snapshot = self.around.snapshot;
        self.state.notices.see_core(snapshot.notice.as_ref());
        self.notices_follow();
        let new_catalog = !Arc::ptr_eq(&self.state.library.catalog, &snapshot.catalog);
        if new_catalog {
            self.state.wall.forget_missing();
        }
        if new_catalog && self.state.filter.is_nothing() {
            let views = self.column_view();
            self.state.library.renew(Arc::clone(&snapshot.catalog), None, views);
        } else if new_catalog || self.filter_is_of_older_facts() {
            self.ask_filter();
        }
        self.search_waited();
        self.wave_changed();
        self.playlists_changed();
        self.renew_figures();
        self.settings_follow();
        self.tags_changed();
        self.lyrics_follow();
        let new_queue = !Arc::ptr_eq(&self.state.queue.seen, &snapshot.queue);
        if new_queue {
            self.queue_changed(Arc::clone(&snapshot.queue));
        }
        self.queue_filter_follows(new_queue, new_catalog);
        self.playing_changed();
        if new_queue || new_catalog {
            self.state.queue.duration = queue_duration(snapshot);
        }
    }

    /// The rows that a wave takes stay until it is known whether the next track has one.
    fn wave_changed(&mut self) {
        let snapshot = self.around.snapshot;
        let current = snapshot.playback.now.as_ref().and_then(|now| now.track);
        let is_answered = snapshot.wave.as_ref().is_some_and(|(of, _)| current == Some(*of));
        let wave = snapshot.wave().is_some() && self.around.settings.waveform;
        if (is_answered || current.is_none()) && wave != self.state.wave {
            self.state.wave = wave;
            self.resize(self.state.size.0, self.state.size.1);
        }
    }

    /// Asks the worker for what the filter leaves of the newest catalog.
    pub(super) fn ask_filter(&mut self) {
        self.state.filter.asked += 1;
        self.state.filter.facts = Arc::clone(&self.around.snapshot.facts);
        self.state.filter.likes = Arc::clone(&self.around.snapshot.likes);
        self.know_likes(&self.state.filter.query.likes());
        self.effects.push(Effect::Tracks(TrackQuestion::Filter(FilterQuestion {
            asked: self.state.filter.asked,
            catalog: Arc::clone(&self.around.snapshot.catalog),
            facts: Arc::clone(&self.around.snapshot.facts),
            query: self.state.filter.query.clone(),
            likes: Arc::clone(&self.around.snapshot.likes),
            sorts: self.state.filter.sorts.clone(),
            by: self.state.filter.by.clone(),
        })));
    }

    /// Folds the catalog while the first letter is not yet typed.
    pub(super) fn warm_filter(&mut self) {
        if self.state.filter.is_nothing() {
            self.ask_filter();
        }
    }

    fn filter_is_of_older_facts(&self) -> bool {
        let filter = &self.state.filter;
        let asks_facts = filter.query.asks_facts() || filter.sorts.iter().any(|sort| sort.asks_facts());
        let older = asks_facts && !Arc::ptr_eq(&filter.facts, &self.around.snapshot.facts);
        older || !filter.query.likes().is_empty() && !Arc::ptr_eq(&filter.likes, &self.around.snapshot.likes)
    }

    /// Empty words take the filter away; words that are no query change nothing.
    pub(super) fn set_filter(&mut self, words: &str) -> Result<(), QueryError> {
        let words = words.trim();
        if words == self.state.filter.words {
            return Ok(());
        }
        self.state.filter.query = Query::parse(words)?;
        self.state.filter.words = words.to_owned();
        self.show_filtered();
        Ok(())
    }

    fn show_filtered(&mut self) {
        if !self.state.filter.is_nothing() {
            return self.ask_filter();
        }
        // Answers under way are of no use any more.
        self.state.filter.asked += 1;
        let views = self.column_view();
        self.state.library.renew(Arc::clone(&self.around.snapshot.catalog), None, views);
    }

    /// None: the order of the albums.
    pub(super) fn sort_library(&mut self, sorts: Vec<Sort>) {
        let is_order = matches!(sorts[..], [Sort { column: SortColumn::Order, descending: false }]);
        self.state.filter.sorts = if is_order { Vec::new() } else { sorts };
        self.show_filtered();
    }

    /// The library's first column by that, or by the next.
    pub(super) fn group_library(&mut self, by: Option<Hierarchy>, steps: usize) {
        let by = by.unwrap_or_else(|| self.state.filter.by.top().after(steps).into());
        self.state.note(say!("The library by {grouping}", grouping = by.name()));
        if by == self.state.filter.by {
            return;
        }
        self.state.filter.by = by;
        self.state.library.marks.artists.clear();
        self.state.library.column = LibraryColumn::Artists;
        self.show_filtered();
        self.focus(Pane::Library);
    }

    /// A count is the number of levels.
    pub(super) fn fold(&mut self, fold: Fold, count: Option<u32>) {
        let is_here = self.state.focus == Pane::Library
            && self.state.column() == LibraryColumn::Artists
            && !self.state.is_covered();
        let views = self.column_view();
        if !is_here || !self.state.library.fold(fold, None, count.unwrap_or(1) as usize, views) {
            self.state.note(say!("There is no fold here: `:group genre artist` or `:group folder` has some"));
        }
    }

    pub(super) fn filtered(&mut self, asked: u64, catalog: Arc<Catalog>, matches: Arc<Matches>) {
        if asked == self.state.filter.asked && !self.state.filter.is_nothing() {
            let views = self.column_view();
            self.state.library.renew(catalog, Some(matches), views);
        }
    }
}

/// `None` where an entry's duration is not known or there are too many to add up.
fn queue_duration(snapshot: &Snapshot) -> Option<Duration> {
    let items = &snapshot.queue.items;
    if items.len() > MAX_SUMMED {
        return None;
    }
    items.iter().map(|item| snapshot.catalog.find(item.track?)?.duration()).sum()
}
