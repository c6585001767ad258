//! The list of what was found wrong or double: opening, moving.

use super::Turn;
use crate::tui::list::{List, View};
use crate::tui::report::{self, ReportKind};

impl Turn<'_> {
    pub(super) fn toggle_report(&mut self, kind: ReportKind) {
        let is_shown = self.state.report.as_ref().is_some_and(|(shown, _)| *shown == kind);
        self.uncover();
        self.state.report = (!is_shown).then(|| (kind, List::default()));
    }

    pub(super) fn change_report(&mut self, change: impl FnOnce(&mut List, View)) {
        // One row of the pane is its title.
        let height = usize::from(self.layout().main.height).saturating_sub(1);
        let margin = usize::from(self.around.settings.scrolloff);
        if let Some((kind, list)) = &mut self.state.report {
            change(list, View { len: report::len(self.around.snapshot, *kind), height, margin });
        }
    }

    pub(super) fn click_report(&mut self, row: usize) {
        self.change_report(|list, view| list.cursor = (list.top + row).min(view.len.saturating_sub(1)));
    }
}
