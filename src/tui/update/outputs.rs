//! The list of sound devices: opening, moving, taking one.

use super::Turn;
use crate::model::command::{Command, Motion, Playback};
use crate::tui::list::{List, View};
use crate::tui::outputs::{OutputRow, rows};

impl Turn<'_> {
    /// What there is now is asked anew each time.
    pub(super) fn toggle_outputs(&mut self) {
        let is_shown = self.state.outputs.is_some();
        self.uncover();
        if !is_shown {
            self.send(Command::Playback(Playback::FindOutputs));
            self.state.outputs = Some(List::default());
        }
    }

    pub(super) fn output_rows(&self) -> Vec<OutputRow> {
        rows(self.around.snapshot)
    }

    fn outputs_view(&self) -> View {
        // One row of the pane is its title.
        let height = usize::from(self.layout().main.height).saturating_sub(1);
        let len = self.output_rows().len();
        View { len, height, margin: usize::from(self.around.settings.scrolloff), across: 1 }
    }

    pub(super) fn change_outputs(&mut self, change: impl FnOnce(&mut List, View)) {
        let view = self.outputs_view();
        if let Some(list) = &mut self.state.outputs {
            change(list, view);
        }
    }

    pub(super) fn move_in_outputs(&mut self, motion: Motion, count: Option<usize>) {
        self.change_outputs(|list, view| list.go(motion, count, view));
    }

    pub(super) fn click_output(&mut self, row: usize, again: bool) {
        let len = self.output_rows().len();
        self.change_outputs(|list, _| list.cursor = (list.top + row).min(len.saturating_sub(1)));
        if again {
            self.take_output();
        }
    }

    /// The sound goes to the selected one, and the list is left.
    pub(super) fn take_output(&mut self) {
        let Some(list) = self.state.outputs.take() else { return };
        if let Some(row) = self.output_rows().into_iter().nth(list.cursor) {
            self.send(Command::Playback(Playback::Output(row.spec)));
        }
    }
}
