//! `/`, `n`, `N`: to the next row that has the words, in the list that is looked at; round the end.

use super::Turn;
use crate::model::command::Pane;
use crate::model::fold::{fold, fold_into};
use crate::tui::help::HelpLine;
use crate::tui::report;
use crate::tui::tags;
use crate::tui::text;

impl Turn<'_> {
    pub(super) fn search_for(&mut self, words: String) {
        self.state.search = words;
        self.search_again(None, false);
    }

    pub(super) fn search_again(&mut self, count: Option<u32>, back: bool) {
        if self.state.search.trim().is_empty() {
            return self.state.note("No search yet: press /");
        }
        for _ in 0..count.unwrap_or(1).min(1000) {
            let from = self.search_cursor();
            match self.find(from, back, false) {
                Some(found) => self.search_go(found),
                None => return self.not_found(),
            }
        }
    }

    /// While words are typed: the first place from where the search began.
    pub(super) fn search_typed(&mut self, words: &str, begin: usize) {
        self.state.search = words.to_owned();
        match self.find(begin, false, true) {
            Some(found) => self.search_go(found),
            None => self.search_go(begin),
        }
    }

    pub(super) fn not_found(&mut self) {
        let words = &self.state.search;
        self.state.note(format!("Not found: {words}"));
    }

    pub(super) fn search_cursor(&self) -> usize {
        let report = self.state.report.as_ref().map(|(_, list)| list);
        let report = self.state.tags.as_ref().map(|pane| &pane.list).or(report);
        match (report.or(self.state.outputs.as_ref()).or(self.state.help.as_ref()), self.state.focus) {
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
            let view = self.help_view();
            if let Some(list) = &mut self.state.help {
                list.go_to(row, view);
            }
            return;
        }
        match self.state.focus {
            Pane::Library => {
                let (column, view) = (self.state.column(), self.view(0));
                self.state.library.move_in(column, view, |list, view| list.go_to(row, view));
            }
            Pane::Playlists => self.move_in_lists(|list, view| list.go_to(row, view)),
            _ => {
                let view = self.view(self.state.queue.seen.items.len());
                self.state.queue.list.go_to(row, view);
            }
        }
    }

    /// The nearest row behind (or before) `from`, or `from` itself where `here` counts; round the end.
    pub(super) fn find(&self, from: usize, back: bool, here: bool) -> Option<usize> {
        let folded = fold(&self.state.search);
        let words: Vec<&str> = folded.split_whitespace().collect();
        let len = self.search_len();
        if words.is_empty() || len == 0 {
            return None;
        }
        let help =
            if self.state.help.is_some() { crate::tui::help::lines(self.around.keymap) } else { Vec::new() };
        let first = usize::from(!here);
        let mut texts = String::new();
        (first..first + len).find_map(|step| {
            let at = if back { (from + len * 2 - step) % len } else { (from + step) % len };
            texts.clear();
            self.search_texts(&help, at, |text| {
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
            return report::len(self.around.snapshot, kind);
        }
        if self.state.outputs.is_some() {
            return self.output_rows().len();
        }
        match (&self.state.help, self.state.focus) {
            (Some(_), _) => self.help_view().len,
            (None, Pane::Library) => self.state.library.len(self.state.column()),
            (None, Pane::Playlists) => self.state.lists.rows(),
            (None, _) => self.state.queue.seen.items.len(),
        }
    }

    fn search_texts(&self, help: &[HelpLine], at: usize, mut each: impl FnMut(&str)) {
        if let Some(pane) = &self.state.tags {
            if let Some(row) = tags::row(self.around.snapshot, pane, at) {
                each(&row.text());
            }
            return;
        }
        if let Some((kind, _)) = self.state.report {
            if let Some(row) = report::row(self.around.snapshot, kind, at) {
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
        if self.state.help.is_some() {
            if let Some(line) = help.get(at) {
                each(&line.text());
            }
            return;
        }
        if self.state.focus == Pane::Library {
            let column = self.state.column();
            if let Some(entry) = self.state.library.entry(column, at) {
                self.state.library.texts(entry, each);
            }
            return;
        }
        if self.state.focus == Pane::Playlists {
            return self.list_texts(at, each);
        }
        let Some(item) = self.state.queue.seen.items.get(at) else { return };
        match item.track.and_then(|id| self.around.snapshot.catalog.find(id)) {
            Some(track) => {
                each(track.title());
                track.artists().for_each(&mut each);
                each(track.album_title());
            }
            None => each(&text::file_name(&item.path)),
        }
    }

    fn list_texts(&self, at: usize, mut each: impl FnMut(&str)) {
        let (pane, catalog) = (&self.state.lists, &self.around.snapshot.catalog);
        if !pane.in_entries {
            if let Some(list) = pane.seen.lists.at(at) {
                each(list.name.as_str());
                each(&list.note);
            }
        } else if let Some(entry) = pane.entry(at, catalog) {
            each(&entry.title(catalog));
            each(&entry.artist(catalog));
            each(&entry.album(catalog));
            each(entry.note.as_deref().unwrap_or_default());
        }
    }
}
