//! `/`, `n`, `N`: to the next row that a query asks for, in the list that is looked at; round the end. Tracks are found by
//! the filter worker, see [`crate::tui::search`]; help, reports, devices and names of playlists by plain words, here.

use std::sync::Arc;

use super::{Effect, TrackQuestion, Turn};
use crate::model::command::Pane;
use crate::model::fold::{fold, fold_into};
use crate::model::query::{Query, QueryError};
use crate::say;
use crate::tui::browse::Column;
use crate::tui::prompt::Kind;
use crate::tui::report;
use crate::tui::search::{Place, Question};
use crate::tui::state::Pending;
use crate::tui::tags;

/// Steps at once.
const MOST_STEPS: u32 = 1000;

impl Turn<'_> {
    /// Whether what is looked at is searched by plain words.
    pub(super) fn searches_words(&self) -> bool {
        self.state.is_covered() || self.search_place().is_none()
    }

    pub(super) fn search_for(&mut self, words: String) {
        let wrong = if self.searches_words() { None } else { Query::parse(&words).err() };
        match wrong {
            Some(error) => self.mend(Kind::Search, &words, error),
            None => {
                self.state.search.words = words;
                self.state.search.back = false;
                self.leave_spot();
                self.search_again(None, false);
            }
        }
    }

    /// On in the direction of the search, or the other way.
    pub(super) fn search_again(&mut self, count: Option<u32>, reverse: bool) {
        let back = self.state.search.back != reverse;
        if self.state.search.words.trim().is_empty() {
            return self.state.note(say!("No search yet: press /"));
        }
        let steps = count.unwrap_or(1).min(MOST_STEPS);
        let from = self.search_cursor();
        if !self.searches_words() {
            return match Query::parse(&self.state.search.words) {
                Ok(query) => self.ask_step(query, steps as usize, back, from),
                Err(error) => {
                    let words = self.state.search.words.clone();
                    self.mend(Kind::Search, &words, error);
                }
            };
        }
        for _ in 0..steps {
            match self.find(self.search_cursor(), back, false) {
                Some(found) => self.search_go(found),
                None => return self.not_found(),
            }
        }
    }

    /// While words are typed: the first place from where the search began.
    pub(super) fn search_typed(&mut self, words: &str, begin: usize) -> Result<(), QueryError> {
        if self.searches_words() {
            self.state.search.words = words.to_owned();
            self.search_go(self.find(begin, self.state.search.back, true).unwrap_or(begin));
            return Ok(());
        }
        let query = Query::parse(words)?;
        self.state.search.words = words.to_owned();
        if query.is_empty() {
            self.search_dropped(begin);
        } else {
            self.ask_place(query, begin, true);
        }
        Ok(())
    }

    /// Enter: where nothing fits, that is told.
    pub(super) fn search_entered(&mut self, words: &str, begin: usize) {
        if self.searches_words() {
            self.state.search.words = words.to_owned();
            if self.find(begin, self.state.search.back, true).is_none() {
                self.not_found();
            }
        } else if let Ok(query) = Query::parse(words) {
            self.state.search.words = words.to_owned();
            self.ask_place(query, begin, false);
        }
    }

    /// Answers under way are of no use any more.
    pub(super) fn search_dropped(&mut self, begin: usize) {
        self.state.search.asked += 1;
        self.state.search.pending = None;
        self.search_go(begin);
    }

    fn not_found(&mut self) {
        let words = &self.state.search.words;
        self.state.note(say!("Not found: {words}", words));
    }

    /// The list of tracks, albums, artists that is looked at.
    fn search_place(&self) -> Option<Place> {
        let pane = &self.state.lists;
        Some(match self.state.focus {
            Pane::Library => {
                let (library, column) = (&self.state.library, self.state.column());
                let lead = library.len(column) - library.rows(column).len();
                let rows = library.unfolded(column);
                match column {
                    Column::Artists => Place::Artists(lead, rows, self.state.library.groups().cloned()),
                    Column::Albums => Place::Albums(lead, rows),
                    Column::Tracks => Place::Tracks(lead, rows),
                }
            }
            Pane::Playlists if pane.in_entries => {
                Place::Entries(Arc::clone(&pane.seen), Arc::clone(pane.selected()?))
            }
            Pane::Playlists => return None,
            Pane::Queue | Pane::Spectrum => {
                let queue = &self.state.queue;
                Place::Queue(Arc::clone(&queue.seen.items), queue.rows.clone())
            }
        })
    }

    fn ask_place(&mut self, query: Query, begin: usize, typed: bool) {
        let back = self.state.search.back;
        self.ask_search(query, (self.unfolded(begin), 1), (back, true), typed);
    }

    /// Steps asked for before the answer to others came are steps on.
    fn ask_step(&mut self, query: Query, steps: usize, back: bool, from: usize) {
        let place = self.search_place();
        let pending = self.state.search.pending.take().filter(|pending| {
            let question = &pending.question;
            question.query == query
                && question.back == back
                && place.as_ref().is_some_and(|place| question.place.is(place))
        });
        match pending {
            Some(Pending { question, .. }) => {
                let steps = (question.steps + steps).min(MOST_STEPS as usize);
                self.ask_search(query, (question.from, steps), (back, question.here), false);
            }
            None => self.ask_search(query, (self.unfolded(from), steps), (back, false), false),
        }
    }

    fn ask_search(
        &mut self,
        query: Query,
        (from, steps): (usize, usize),
        (back, here): (bool, bool),
        typed: bool,
    ) {
        let Some(place) = self.search_place() else { return };
        self.know_likes(&query.likes());
        // What the rows are of.
        let catalog = match self.state.focus {
            Pane::Library => &self.state.library.catalog,
            _ => &self.around.snapshot.catalog,
        };
        let mut query = query;
        query.know(&self.around.snapshot.likes);
        self.state.search.asked += 1;
        let question = Question {
            asked: self.state.search.asked,
            catalog: Arc::clone(catalog),
            facts: Arc::clone(&self.around.snapshot.facts),
            query,
            place,
            from,
            steps,
            back,
            here,
        };
        let waits = self.listens(&question.query);
        self.state.search.pending = Some(Pending { question: question.clone(), typed, waits });
        match waits {
            false => self.effects.push(Effect::Tracks(TrackQuestion::Search(question))),
            true if !typed => self.state.note(say!("What sounds like it is being looked for")),
            true => {}
        }
    }

    /// What a search waited for may be known now.
    pub(super) fn search_waited(&mut self) {
        let Some(pending) = self.state.search.pending.take_if(|pending| pending.waits) else { return };
        if self.listens(&pending.question.query) {
            self.state.search.pending = Some(pending);
            return;
        }
        let Question { query, from, steps, back, here, .. } = pending.question;
        self.ask_search(query, (from, steps), (back, here), pending.typed);
    }

    /// The worker's answer. One about rows that are others by now is asked for again.
    pub(super) fn searched(&mut self, asked: u64, row: Option<usize>) {
        if asked != self.state.search.asked {
            return;
        }
        let Some(Pending { question, typed, .. }) = self.state.search.pending.take() else { return };
        let Some(place) = self.search_place().filter(|place| place.is_like(&question.place)) else { return };
        if self.state.is_covered() {
            return;
        }
        let Question { query, from, steps, back, here, .. } = question;
        match row {
            _ if !place.is(&question.place) => {
                self.ask_search(query, (from, steps), (back, here), typed);
            }
            Some(row) => self.go_to_unfolded(row, !typed),
            None if typed => self.go_to_unfolded(from, false),
            None => match self.around.snapshot.likes.problem(&query.likes()) {
                Some(why) => self.state.note(why.to_owned()),
                None => self.not_found(),
            },
        }
    }

    /// Where a row stands among those in closed folds too.
    fn unfolded(&self, row: usize) -> usize {
        match self.state.focus {
            Pane::Library => self.state.library.unfolded_place(self.state.column(), row),
            _ => row,
        }
    }

    /// While words are typed folds stay closed, and one is on what hides the row.
    fn go_to_unfolded(&mut self, row: usize, opens: bool) {
        if self.state.focus != Pane::Library {
            return self.search_go(row);
        }
        let views = self.column_view();
        self.state.library.go_to_unfolded(self.state.column(), row, opens, views);
    }

    /// It is not known yet what sounds like what the query names.
    fn listens(&self, query: &Query) -> bool {
        query.likes().iter().any(|words| self.around.snapshot.likes.get(words).is_none())
    }

    pub(super) fn search_cursor(&self) -> usize {
        let report = self.state.report.as_ref().map(|(_, list)| list);
        let report = self.state.tags.as_ref().map(|pane| &pane.list).or(report);
        let help = self.state.help.as_ref().map(|pane| &pane.list);
        match (report.or(self.state.outputs.as_ref()).or(help), self.state.focus) {
            (Some(list), _) => list.cursor,
            (None, Pane::Library) => self.state.library.list(self.state.column()).cursor,
            (None, Pane::Playlists) => self.state.lists.list().cursor,
            (None, _) => self.state.queue.list.cursor,
        }
    }

    pub(super) fn search_go(&mut self, row: usize) {
        if self.state.tags.is_some() {
            return self.change_tags(|list, view| list.go_to(row, view));
        }
        if self.state.report.is_some() {
            return self.change_report(|list, view| list.go_to(row, view));
        }
        if self.state.outputs.is_some() {
            return self.change_outputs(|list, view| list.go_to(row, view));
        }
        if self.state.help.is_some() {
            return self.change_help(|list, view| list.go_to(row, view));
        }
        match self.state.focus {
            Pane::Library => {
                let column = self.state.column();
                let view = self.library_view(column);
                self.state.library.move_in(column, view, |list, view| list.go_to(row, view));
            }
            Pane::Playlists => self.move_in_lists(|list, view| list.go_to(row, view)),
            _ => {
                let view = self.queue_view();
                self.state.queue.list.go_to(row, view);
            }
        }
    }

    /// The nearest row behind (or before) `from`, or `from` itself where `here` counts; round the end.
    fn find(&self, from: usize, back: bool, here: bool) -> Option<usize> {
        let folded = fold(&self.state.search.words);
        let words: Vec<&str> = folded.split_whitespace().collect();
        let len = self.search_len();
        if words.is_empty() || len == 0 {
            return None;
        }
        let first = usize::from(!here);
        let mut texts = String::new();
        (first..first + len).find_map(|step| {
            let at = if back { (from + len * 2 - step) % len } else { (from + step) % len };
            texts.clear();
            self.search_texts(at, |text| {
                fold_into(text, &mut texts);
                texts.push('\n');
            });
            words.iter().all(|word| texts.contains(word)).then_some(at)
        })
    }

    fn search_len(&self) -> usize {
        if self.state.tags.is_some() {
            return tags::len(self.around.snapshot);
        }
        if let Some((kind, _)) = self.state.report {
            return report::len(self.around.snapshot, &self.state.figures, kind);
        }
        if self.state.outputs.is_some() {
            return self.output_rows().len();
        }
        match &self.state.help {
            Some(help) => help.lines.len(),
            None => self.state.lists.rows(),
        }
    }

    fn search_texts(&self, at: usize, mut each: impl FnMut(&str)) {
        if let Some(pane) = &self.state.tags {
            if let Some(row) = tags::row(self.around.snapshot, pane, at) {
                each(&row.text());
            }
            return;
        }
        if let Some((kind, _)) = self.state.report {
            if let Some(row) = report::row(self.around.snapshot, &self.state.figures, kind, at) {
                each(&row.text());
            }
            return;
        }
        if self.state.outputs.is_some() {
            if let Some(row) = self.output_rows().get(at) {
                each(&row.text());
            }
            return;
        }
        if let Some(help) = &self.state.help {
            if let Some(line) = help.lines.get(at) {
                each(&line.text());
            }
            return;
        }
        if let Some(list) = self.state.lists.seen.lists.at(at) {
            each(list.name.as_str());
            each(&list.note);
        }
    }
}
