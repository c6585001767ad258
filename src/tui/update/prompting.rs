//! Keys and pasted text while a prompt is open: editing, history, completion, living search and filter.

use super::{Effect, FileQuestion, Turn};
use crate::config::keys::{Code, Key};
use crate::model::command::parse::parse;
use crate::model::command::{Pane, Request, Screen};
use crate::model::query::QueryError;
use crate::tui::prompt::complete::{Candidate, Completion, Offer, Words, offer};
use crate::tui::prompt::edit::Edited;
use crate::tui::prompt::{Before, Kind, Prompt};

impl Turn<'_> {
    pub(super) fn open_prompt(&mut self, kind: Kind, text: &str) {
        let of_queue = self.state.focus == Pane::Queue && !self.state.is_covered();
        let filter = if of_queue { &self.state.queue.filter.words } else { &self.state.filter.words };
        let before = Before { cursor: self.search_cursor(), filter: filter.clone(), of_queue };
        if kind == Kind::Search && self.state.focus == Pane::Spectrum && !self.state.is_covered() {
            self.focus(Pane::Library);
        }
        self.state.prompt = Some(Prompt::new(kind, text, before));
        if kind == Kind::Search && !self.searches_words() {
            self.warm_filter();
        }
    }

    pub(super) fn open_search(&mut self, back: bool) {
        self.leave_spot();
        self.state.search.back = back;
        self.open_prompt(Kind::Search, "");
    }

    pub(super) fn open_command_line(&mut self, text: &str) {
        let text = if text.is_empty() { String::new() } else { format!("{text} ") };
        self.open_prompt(Kind::Command, &text);
    }

    /// The filter in force can be edited: the queue's where that is looked at, else the library's.
    pub(super) fn open_filter(&mut self) {
        self.state.help = None;
        if self.state.focus == Pane::Queue && !self.state.is_covered() {
            let words = self.state.queue.filter.words.clone();
            self.open_prompt(Kind::Filter, &words);
            return self.warm_filter();
        }
        if self.state.focus != Pane::Library {
            self.focus(Pane::Library);
        }
        let words = self.state.filter.words.clone();
        self.open_prompt(Kind::Filter, &words);
        self.warm_filter();
    }

    pub(super) fn prompt_key(&mut self, key: Key) {
        match key {
            Key { code: Code::Esc, .. } => self.cancel_prompt(),
            key if key == Key::ctrl('c') || key == Key::ctrl('g') => self.cancel_prompt(),
            Key { code: Code::Enter, .. } => self.finish_prompt(),
            key if key == Key::ctrl('j') || key == Key::ctrl('m') => self.finish_prompt(),
            Key { code: Code::Tab, shift, .. } => self.complete(shift),
            Key { code: Code::Up, .. } => self.recall(true),
            Key { code: Code::Down, .. } => self.recall(false),
            key if key == Key::ctrl('p') => self.recall(true),
            key if key == Key::ctrl('n') => self.recall(false),
            key if key == Key::ctrl('f') && !self.edits_a_field() => self.show_typed_before(),
            Key { code: Code::Backspace, .. } if self.prompt_is_empty() && !self.edits_a_field() => {
                self.cancel_prompt()
            }
            key => self.edit(key),
        }
    }

    /// A field may well be empty.
    fn edits_a_field(&self) -> bool {
        self.state.prompt.as_ref().is_some_and(|prompt| matches!(prompt.kind, Kind::Field(_)))
    }

    fn prompt_is_empty(&self) -> bool {
        self.state.prompt.as_ref().is_some_and(|prompt| prompt.line.text().is_empty())
    }

    fn edit(&mut self, key: Key) {
        let Some(prompt) = &mut self.state.prompt else { return };
        match prompt.line.key(key) {
            Edited::No => {}
            Edited::Moved => prompt.completion = None,
            Edited::Changed => self.typed(),
        }
    }

    pub(super) fn prompt_paste(&mut self, text: &str) {
        if let Some(prompt) = &mut self.state.prompt {
            prompt.line.insert(text);
            self.typed();
        }
    }

    /// After each change of the words.
    fn typed(&mut self) {
        let Some(prompt) = &mut self.state.prompt else { return };
        prompt.completion = None;
        prompt.recalled = None;
        self.follow_words();
    }

    /// A search, a filter and a theme live while they are typed.
    pub(super) fn follow_words(&mut self) {
        let Some(prompt) = &self.state.prompt else { return };
        let (words, cursor) = (prompt.line.text().to_owned(), prompt.before.cursor);
        match prompt.kind {
            Kind::Command => self.preview_theme(&words),
            Kind::Field(_) => {}
            Kind::Search => self.search_words_typed(&words, cursor),
            Kind::Filter => self.filter_typed(&words),
        }
    }

    /// Where one is stays while the words are no query.
    fn search_words_typed(&mut self, words: &str, begin: usize) {
        let error = self.search_typed(words, begin).err();
        if let Some(prompt) = &mut self.state.prompt {
            prompt.error = error;
        }
    }

    /// What is shown stays while the words are no query.
    fn filter_typed(&mut self, words: &str) {
        let of_queue = self.state.prompt.as_ref().is_some_and(|prompt| prompt.before.of_queue);
        let error = self.set_filter_of(of_queue, words).err();
        if let Some(prompt) = &mut self.state.prompt {
            prompt.error = error;
        }
    }

    pub(super) fn cancel_prompt(&mut self) {
        let Some(prompt) = self.state.prompt.take() else { return };
        match prompt.kind {
            Kind::Command => self.preview_theme(""),
            Kind::Field(_) => {}
            Kind::Search => self.search_dropped(prompt.before.cursor),
            // It was in force, so it is a query.
            Kind::Filter => {
                self.set_filter_of(prompt.before.of_queue, &prompt.before.filter).unwrap_or_default();
            }
        }
    }

    pub(super) fn finish_prompt(&mut self) {
        if self.state.prompt.as_ref().is_some_and(|prompt| prompt.error.is_some()) {
            // It stays open, to be mended.
            return;
        }
        let Some(prompt) = self.state.prompt.take() else { return };
        let words = prompt.line.text().to_owned();
        self.state.history.add(prompt.kind, &words);
        match prompt.kind {
            Kind::Command => {
                self.run_line(&words);
                self.preview_theme("");
            }
            Kind::Field(field) => self.field_typed(field, &words),
            Kind::Filter => self.filter_by(prompt.before.of_queue, &words),
            Kind::Search if words.trim().is_empty() => {}
            Kind::Search => self.search_entered(&words, prompt.before.cursor),
        }
    }

    /// Words that are no query come back to be mended.
    pub(super) fn filter_by(&mut self, of_queue: bool, words: &str) {
        if let Err(error) = self.set_filter_of(of_queue, words) {
            self.mend(Kind::Filter, words, error);
        }
    }

    fn set_filter_of(&mut self, of_queue: bool, words: &str) -> Result<(), QueryError> {
        if of_queue { self.set_queue_filter(words) } else { self.set_filter(words) }
    }

    pub(super) fn mend(&mut self, kind: Kind, words: &str, error: QueryError) {
        self.open_prompt(kind, words);
        if let Some(prompt) = &mut self.state.prompt {
            prompt.error = Some(error);
        }
    }

    /// As if it were typed into the prompt that is open, else behind `:`.
    pub(super) fn line(&mut self, line: &str) {
        self.state.notices.drop_notes();
        match &mut self.state.prompt {
            Some(prompt) => {
                prompt.line = crate::tui::prompt::edit::Line::new(line);
                self.follow_words();
                self.finish_prompt();
            }
            None => self.run_line(line.trim().trim_start_matches(':')),
        }
    }

    fn recall(&mut self, back: bool) {
        let Some(prompt) = &mut self.state.prompt else { return };
        let (steps, typed) = prompt.recalled.clone().unwrap_or((0, prompt.line.text().to_owned()));
        let steps = if back { steps + 1 } else { steps.saturating_sub(1) };
        let line = match steps {
            0 => Some(typed.as_str()),
            steps => self.state.history.recall(prompt.kind, steps, &typed),
        };
        if let Some(line) = line {
            prompt.line = crate::tui::prompt::edit::Line::new(line);
            prompt.completion = None;
            prompt.recalled = (steps > 0).then_some((steps, typed));
            self.follow_words();
        }
    }

    fn complete(&mut self, back: bool) {
        let Some(prompt) = &mut self.state.prompt else { return };
        if prompt.kind != Kind::Command {
            return;
        }
        if prompt.completion.is_some() {
            return self.step_completion(back);
        }
        let snapshot = self.around.snapshot;
        let words = Words {
            themes: self.around.themes,
            devices: &snapshot.outputs.devices,
            bookmarks: &snapshot.bookmarks,
            playlists: &snapshot.playlists.lists,
            commands: self.around.keymap,
            templates: &snapshot.templates,
        };
        match offer(prompt.line.before_cursor(), &words) {
            Offer::Ready(completion) => self.start_completion(completion, back),
            Offer::Paths { start, typed } => {
                self.effects.push(Effect::Files(FileQuestion::Paths { start, typed }))
            }
            Offer::Nothing => {}
        }
    }

    fn start_completion(&mut self, completion: Completion, back: bool) {
        let Some(prompt) = &mut self.state.prompt else { return };
        match completion.candidates.len() {
            0 => {}
            1 => {
                let only = completion.candidates[0].text.clone();
                prompt.line.replace_from(completion.start, &only);
                // A folder can be gone into at once, and a setting be given a value; after anything else comes the next word.
                if !only.ends_with(['/', ':', '=']) {
                    prompt.line.insert(" ");
                }
                self.follow_words();
            }
            _ => {
                prompt.completion = Some(completion);
                self.step_completion(back);
            }
        }
    }

    fn step_completion(&mut self, back: bool) {
        let Some(prompt) = &mut self.state.prompt else { return };
        if let Some(completion) = &mut prompt.completion {
            let text = completion.step(back);
            prompt.line.replace_from(completion.start, &text);
        }
        self.follow_words();
    }

    /// A theme is seen as soon as its name stands in the line, and no longer than that.
    fn preview_theme(&mut self, line: &str) {
        let named = match parse(line) {
            Ok(Request::Screen(Screen::Theme(name))) => Some(name),
            _ => None,
        };
        let theme = &mut self.state.theme;
        let is_known = |name: &String| self.around.themes.iter().any(|known| known == theme.meant(name));
        let wanted = named.filter(|name| is_known(name) && *name != theme.chosen);
        if wanted == theme.preview {
            return;
        }
        theme.preview = wanted;
        self.effects.push(Effect::Files(FileQuestion::Theme(theme.seen().to_owned())));
    }

    /// One that is seen already need not be read once more.
    pub(super) fn choose_theme(&mut self, name: String) {
        let theme = &mut self.state.theme;
        let is_seen = theme.preview.take().is_some_and(|preview| preview == name);
        let meant = theme.meant(&name).to_owned();
        if self.around.themes.contains(&meant) {
            theme.chosen = name;
        }
        if !is_seen {
            self.effects.push(Effect::Files(FileQuestion::Theme(meant)));
        }
    }

    /// The terminal's background is light, or dark: what is seen may be another theme.
    pub(super) fn background(&mut self, is_light: bool) {
        let theme = &mut self.state.theme;
        let before = theme.seen().to_owned();
        theme.on_light = is_light;
        if theme.seen() != before {
            self.effects.push(Effect::Files(FileQuestion::Theme(theme.seen().to_owned())));
        }
    }

    /// The file worker's answer; of no use when the line is another one by now.
    pub(super) fn paths_listed(&mut self, start: usize, typed: &str, candidates: Vec<Candidate>) {
        let Some(prompt) = &self.state.prompt else { return };
        let still = prompt.kind == Kind::Command
            && prompt.completion.is_none()
            && prompt.line.before_cursor().get(start..) == Some(typed);
        if still {
            self.start_completion(Completion::new(start, typed, candidates), false);
        }
    }
}
