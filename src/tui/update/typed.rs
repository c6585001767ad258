//! What was typed into the prompts, as a list to choose from (vim's command-line window).

use std::sync::Arc;

use super::Turn;
use crate::model::command::Motion;
use crate::say;
use crate::tui::prompt::Kind;
use crate::tui::prompt::edit::Line;
use crate::tui::report::{Figures, ReportKind};

impl Turn<'_> {
    /// Newest last, and behind it what is being typed.
    pub(super) fn toggle_typed(&mut self, kind: Kind, unfinished: &str) {
        let before = self.state.history.of(kind).iter().map(String::as_str);
        let lines = before.filter(|line| *line != unfinished).chain([unfinished]);
        let lines: Vec<_> =
            lines.filter(|line| !line.is_empty()).map(|line| (line.to_owned(), String::new())).collect();
        if lines.is_empty() {
            return self.state.note(say!("Nothing was typed there yet"));
        }
        let asked = self.state.figures.asked + 1;
        self.state.figures =
            Figures { asked, about: None, lines: Some(Arc::new(lines)), ..Figures::default() };
        self.toggle_report(ReportKind::Typed(kind));
        self.change_report(|list, view| list.go(Motion::Bottom, None, view));
    }

    /// From the prompt: the list in its place.
    pub(super) fn show_typed_before(&mut self) {
        let Some(prompt) = &self.state.prompt else { return };
        let (kind, words) = (prompt.kind, prompt.line.text().to_owned());
        self.cancel_prompt();
        self.uncover();
        self.toggle_typed(kind, &words);
    }

    /// The selected line is typed once more, and done at once or left to be changed; `false` where no such lines are shown.
    pub(super) fn type_again(&mut self, at_once: bool) -> bool {
        let Some((ReportKind::Typed(kind), list)) = self.state.report else { return false };
        let lines = self.state.figures.lines.as_ref();
        let Some((line, _)) = lines.and_then(|lines| lines.get(list.cursor)).cloned() else { return true };
        self.uncover();
        match kind {
            Kind::Filter => self.open_filter(),
            Kind::Search => self.open_search(false),
            kind => self.open_prompt(kind, ""),
        }
        if let Some(prompt) = &mut self.state.prompt {
            prompt.line = Line::new(&line);
        }
        self.follow_words();
        if at_once {
            self.finish_prompt();
        }
        true
    }
}
