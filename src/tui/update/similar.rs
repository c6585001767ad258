//! What sounds alike: what a selection is, and what is done with the tracks that are shown.

use super::Turn;
use super::selection::{added, plays_next, tracks_said};
use crate::model::command::{Command, IntoQueue, Items, Judged, Like, Queue, Similar, Target, Tune};
use crate::model::id::TrackId;
use crate::say;
use crate::tui::report::ReportKind;

impl Turn<'_> {
    pub(super) fn similar(&mut self, command: Similar, count: Option<u32>) {
        let command = match command {
            Similar::Find(like) => {
                let Some(like) = self.alike(like, count) else { return };
                self.show_similar();
                Similar::Find(like)
            }
            Similar::Radio(Tune::Toggle(like, seed)) if self.around.snapshot.radio.is_none() => {
                let Some(like) = self.alike(like, count) else { return };
                Similar::Radio(Tune::On(like, seed))
            }
            Similar::Radio(Tune::On(like, seed)) => {
                let Some(like) = self.alike(like, count) else { return };
                Similar::Radio(Tune::On(like, seed))
            }
            Similar::Path { to, steps } => {
                let Some(to) = self.alike(to, count) else { return };
                Similar::Path { to, steps }
            }
            Similar::Smooth(Items::Selection) if !self.state.queue.marks.is_empty() => {
                let items = Items::Ids(self.selected_items(None));
                self.state.queue.marks.clear();
                Similar::Smooth(items)
            }
            other => other,
        };
        self.send(Command::Similar(command));
    }

    /// Shown, also where something like it is shown already.
    fn show_similar(&mut self) {
        if !matches!(self.state.report, Some((ReportKind::Similar, _))) {
            self.toggle_report(ReportKind::Similar);
        }
        self.change_report(|list, view| list.go_to(0, view));
    }

    /// Marks are used up by it.
    fn alike(&mut self, like: Like, count: Option<u32>) -> Option<Like> {
        let Like::Selection = like else { return Some(like) };
        if let Some(shown) = self.shown_similar() {
            return Some(Like::Tracks(vec![shown]));
        }
        let like = match self.judged(count)? {
            Judged::Tracks(tracks) => Like::Tracks(tracks),
            Judged::Playing | Judged::Selection | Judged::Paths(_) => Like::Playing,
        };
        self.drop_marks();
        Some(like)
    }

    /// The selected track of those that are shown.
    fn shown_similar(&self) -> Option<TrackId> {
        let (kind, list) = self.state.report.as_ref()?;
        let found = self.around.snapshot.similar.found.get(list.cursor)?;
        (*kind == ReportKind::Similar).then_some(found.track)
    }

    /// `true` where such tracks are shown: it is about the selected one then.
    pub(super) fn put_similar(&mut self, how: IntoQueue) -> bool {
        if !matches!(self.state.report, Some((ReportKind::Similar, _))) {
            return false;
        }
        let Some(track) = self.shown_similar() else {
            self.state.note(say!("Nothing is shown to be played"));
            return true;
        };
        let target = Target::Tracks(vec![track]);
        let amount = tracks_said(1);
        let (queue, told) = match how {
            IntoQueue::Append => (Queue::Append(target), Some(added(amount))),
            IntoQueue::Insert => (Queue::Insert(target), Some(plays_next(amount))),
            IntoQueue::PlayNow => (Queue::PlayNow(target), None),
            IntoQueue::Replace => (Queue::Replace { target, start: 0 }, None),
        };
        if let Some(told) = told {
            self.state.note(told);
            self.change_report(|list, view| list.go_to(list.cursor + 1, view));
        }
        self.send(Command::Queue(queue));
        true
    }

    /// What queries want to be like is asked for, where it is not known.
    pub(super) fn know_likes(&mut self, words: &[String]) {
        for words in words {
            if self.around.snapshot.likes.get(words).is_none() {
                self.send(Command::Similar(Similar::Know(words.clone())));
            }
        }
    }
}
