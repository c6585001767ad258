//! What is shown over the panes, problems and figures: opening, moving, keeping figures new.

use std::sync::Arc;

use super::{Effect, TrackQuestion, Turn};
use crate::model::command::{Command, IntoQueue, Library, Lyricing, Pane, Playback, Seek, Templating};
use crate::model::id::TrackId;
use crate::model::tally::Lines;
use crate::say;
use crate::tui::list::{List, View};
use crate::tui::report::{self, About, Figures, Question, ReportKind};
use crate::tui::views::{self, lyrics};

impl Turn<'_> {
    pub(super) fn toggle_report(&mut self, kind: ReportKind) {
        let is_shown = self.state.report.as_ref().is_some_and(|(shown, _)| *shown == kind);
        self.uncover();
        self.state.report = (!is_shown).then(|| (kind, List::default()));
    }

    /// The first of the selected tracks of the library; where nothing can be selected, what plays.
    pub(super) fn one_track(&mut self, count: Option<u32>) -> Option<TrackId> {
        match self.state.focus {
            Pane::Spectrum => self.around.snapshot.playback.now.as_ref()?.track,
            _ => self.selected(count)?.first().copied(),
        }
    }

    /// How the first of the selected tracks sounds; where nothing can be selected, what plays.
    pub(super) fn toggle_portrait(&mut self, count: Option<u32>) {
        if self.state.report.as_ref().is_some_and(|(kind, _)| *kind == ReportKind::Portrait) {
            return self.uncover();
        }
        match self.one_track(count) {
            Some(track) => {
                self.toggle_report(ReportKind::Portrait);
                self.send(Command::Library(Library::Portray(track)));
            }
            None => self.state.note(say!("Only tracks of the library are measured, and none is selected")),
        }
    }

    /// The words of what plays: they are asked for when they are looked at.
    pub(super) fn toggle_lyrics(&mut self) {
        self.toggle_report(ReportKind::Lyrics);
        self.state.sung = None;
        self.lyrics_follow();
    }

    /// Another song plays while words are shown.
    pub(super) fn lyrics_follow(&mut self) {
        if !self.state.shows_lyrics() {
            return;
        }
        let playing = self.around.snapshot.playback.now.as_ref().map(|now| Arc::clone(&now.path));
        if playing != self.state.sung {
            if let Some((ReportKind::Lyrics, list)) = &mut self.state.report {
                *list = List::default();
            }
            self.state.sung = playing;
            if self.state.sung.is_some() {
                self.send(Command::Lyrics(Lyricing::Find { again: false }));
            }
        }
    }

    pub(super) fn toggle_figures(&mut self, kind: ReportKind) {
        self.state.figures = Figures { asked: self.state.figures.asked + 1, ..Figures::default() };
        self.toggle_report(kind);
        self.renew_figures();
    }

    pub(super) fn toggle_notices(&mut self) {
        self.state.figures = self.notice_figures();
        self.toggle_report(ReportKind::Notices);
    }

    /// Something was told while they are looked at.
    pub(super) fn notices_follow(&mut self) {
        if matches!(self.state.report, Some((ReportKind::Notices, _))) {
            self.state.figures = self.notice_figures();
        }
    }

    fn notice_figures(&self) -> Figures {
        let lines = Some(Arc::new(self.state.notices.lines()));
        Figures { asked: self.state.figures.asked + 1, lines, ..Figures::default() }
    }

    /// The selected template, where templates are shown.
    fn shown_template(&self) -> Option<String> {
        let (kind, list) = self.state.report.as_ref()?;
        let Some(About::Templates(templates)) = &self.state.figures.about else { return None };
        let shown = templates.shown();
        let template = shown.get(list.cursor).filter(|_| *kind == ReportKind::Templates)?;
        Some(template.name.as_str().to_owned())
    }

    /// `true` where templates are shown: it is about the selected one then.
    pub(super) fn load_template(&mut self, how: IntoQueue) -> bool {
        if !matches!(self.state.report, Some((ReportKind::Templates, _))) {
            return false;
        }
        match self.shown_template() {
            Some(name) => {
                self.send(Command::Template(Templating::Load(name, how)));
                if how == IntoQueue::Replace {
                    self.state.report = None;
                }
            }
            None => self
                .state
                .note(say!("There is no template yet: `:template save NAME` keeps the queue as one")),
        }
        true
    }

    /// As [`Turn::load_template`].
    pub(super) fn judge_template(&mut self, on: Option<bool>) -> bool {
        match self.shown_template() {
            Some(name) => self.send(Command::Template(Templating::Favourite(name, on))),
            None => return false,
        }
        true
    }

    /// Asks for figures of what is there now, where they are of something older.
    pub(super) fn renew_figures(&mut self) {
        let Some((kind, _)) = self.state.report else { return };
        let Some(about) = About::new(self.around.snapshot, kind) else { return };
        let figures = &mut self.state.figures;
        if figures.about.as_ref().is_some_and(|old| old.is(&about)) {
            return;
        }
        figures.asked += 1;
        figures.about = Some(about.clone());
        self.effects.push(Effect::Tracks(TrackQuestion::Figures(Question { asked: figures.asked, about })));
    }

    pub(super) fn figures(&mut self, asked: u64, lines: Arc<Lines>) {
        if asked == self.state.figures.asked {
            self.state.figures.lines = Some(lines);
            self.change_report(|list, view| list.show_cursor(view));
        }
    }

    pub(super) fn change_report(&mut self, change: impl FnOnce(&mut List, View)) {
        // One row of the pane is its title; some have more below.
        let main = self.layout().main.height;
        let height = usize::from(main.saturating_sub(1 + views::settings::footer(self.state, main)));
        let margin = usize::from(self.around.settings.scrolloff);
        let sung = report::sung_line(self.around.snapshot, self.around.gauges);
        if let Some((kind, list)) = &mut self.state.report {
            let len = report::len(self.around.snapshot, &self.state.figures, *kind);
            // Left alone they follow the ear: a first motion starts from there.
            if let (ReportKind::Lyrics, Some(line), true) = (&kind, sung, *list == List::default()) {
                *list = lyrics::follow(Some(line), len, u16::try_from(height).unwrap_or(u16::MAX));
            }
            change(list, View { len, height, margin, across: 1 });
        }
    }

    pub(super) fn click_report(&mut self, row: usize, again: bool) {
        let mut clicked = None;
        self.change_report(|list, view| {
            clicked = Some(list.top + row).filter(|&at| at < view.len);
            list.cursor = (list.top + row).min(view.len.saturating_sub(1));
        });
        if let (Some((ReportKind::Lyrics, _)), Some(line)) = (&self.state.report, clicked) {
            self.sing_from(line);
        }
        if again && clicked.is_some() && !self.state.shows_lyrics() {
            self.open();
        }
    }

    /// Selects it and does nothing else; whether there is one.
    pub(super) fn select_in_report(&mut self, row: usize) -> bool {
        let mut is_there = false;
        self.change_report(|list, view| {
            is_there = list.top + row < view.len;
            list.cursor = (list.top + row).min(view.len.saturating_sub(1));
        });
        is_there
    }

    /// A row of the words in the view of what plays.
    pub(super) fn click_words(&mut self, row: usize, height: u16) {
        let Some(words) = report::words(self.around.snapshot) else { return };
        let sung = report::sung_line(self.around.snapshot, self.around.gauges);
        let line = lyrics::follow(sung, words.lines.len(), height).top + row;
        self.sing_from(line);
    }

    /// The selected line of the words; they follow the ear again from there.
    pub(super) fn sing_selected(&mut self) {
        let mut selected = 0;
        self.change_report(|list, _| selected = list.cursor);
        self.sing_from(selected);
    }

    fn sing_from(&mut self, line: usize) {
        let Some(at) = report::heard_at(self.around.snapshot, line) else { return };
        if let Some((ReportKind::Lyrics, list)) = &mut self.state.report {
            *list = List::default();
        }
        self.send(Command::Playback(Playback::Seek(Seek::To(at))));
    }
}
