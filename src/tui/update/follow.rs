//! The selection that goes along with what plays, each time that it is something else.

use super::Turn;
use crate::say;
use crate::tui::browse::Column;

impl Turn<'_> {
    pub(super) fn set_follow(&mut self, on: Option<bool>) {
        self.state.follow = on.unwrap_or(!self.state.follow);
        match self.state.follow {
            true => {
                self.state.note(say!("The selection goes along with what plays"));
                self.follow_playing();
            }
            false => self.state.note(say!("The selection stays where it is put")),
        }
    }

    pub(super) fn playing_changed(&mut self) {
        let now = self.around.snapshot.playback.now.as_ref().map(|now| now.item);
        let before = std::mem::replace(&mut self.state.played, now);
        if self.state.follow && before != now {
            self.follow_playing();
        }
    }

    /// Where it is in sight: the queue's row, and the library's among the tracks that are shown.
    fn follow_playing(&mut self) {
        let snapshot = self.around.snapshot;
        // Rows that are selected, or held, or asked about by half a command, stay under the hand.
        let is_held = self.state.pointer.held.is_some() || self.state.chord.operator.is_some();
        let Some(now) = snapshot.playback.now.as_ref().filter(|_| !is_held && self.state.selecting.is_none())
        else {
            return;
        };
        let place = snapshot.queue.items.iter().position(|item| item.id == now.item);
        if let Some(row) = place.and_then(|place| self.state.queue.row_of(place).ok()) {
            let view = self.view(self.state.queue.shown());
            self.state.queue.list.go_to(row, view);
        }
        let library = &self.state.library;
        if let Some(row) = now.track.and_then(|track| library.find_track(track)) {
            let view = self.view(0);
            self.state.library.move_in(Column::Tracks, view, |list, view| list.go_to(row, view));
        }
    }
}
