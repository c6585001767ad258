//! The wall of covers: shown and left, moved in sideways, and its covers had: asked of the core, a few at once and those in
//! sight first, and made into blocks by a worker.

use super::{Effect, FileQuestion, Turn};
use crate::model::command::{Command, Library, Pane};
use crate::model::picture::MOST_ASKED;
use crate::say;
use crate::tui::browse::Column;
use crate::tui::cover::Way;
use crate::tui::layout::Layout;
use crate::tui::list::View;
use crate::tui::wall::{Made, SIDE, Size, faces};

impl Turn<'_> {
    /// All albums that the filter leaves. What is on and not looked at is gone to.
    pub(super) fn show_wall(&mut self, on: Option<bool>) {
        let is_here = self.state.focus == Pane::Library && self.state.column() == Column::Albums;
        let on = on.unwrap_or(!(self.state.wall.on && is_here && !self.state.is_covered()));
        self.state.wall.on = on;
        if !on {
            return;
        }
        self.uncover();
        self.state.library.column = Column::Albums;
        self.focus(Pane::Library);
        let views = self.column_view();
        self.state.library.go_to_all_albums(views);
        let Layout { wall, columns, .. } = self.layout();
        if wall.is_none()
            && !columns.is_empty()
            && !self.state.plain
            && !self.state.library.catalog.is_empty()
        {
            self.state.note(say!("The screen is too small for the wall of covers"));
        }
    }

    /// Of a library column; the number of its entries is filled in by `Browse`.
    pub(super) fn library_view(&self, column: Column) -> View {
        let view = self.view(0);
        match self.layout().wall.filter(|_| column == Column::Albums) {
            Some(grid) => View { height: grid.down.into(), across: grid.across.into(), ..view },
            None => view,
        }
    }

    /// Sideways in the wall; false where there is none, or nothing further in this row.
    pub(super) fn move_across(&mut self, right: bool, count: Option<usize>) -> bool {
        let Some(grid) = self.layout().wall else { return false };
        let (across, list) = (usize::from(grid.across), self.state.library.list(Column::Albums));
        let (cursor, len) = (list.cursor, self.state.library.len(Column::Albums));
        let column = cursor % across;
        let room = if right { (across - 1 - column).min(len.saturating_sub(cursor + 1)) } else { column };
        let steps = count.unwrap_or(1).min(room);
        if steps > 0 {
            self.search_go(if right { cursor + steps } else { cursor - steps });
        }
        steps > 0
    }

    /// After every input: it may be another size, be scrolled, or be there for the first time.
    pub(super) fn wall_follows(&mut self) {
        let grid = self.layout().wall;
        let arranged = grid.map(|grid| (grid.across, grid.down));
        if arranged != self.state.wall.arranged {
            self.state.wall.arranged = arranged;
            let views = self.column_view();
            self.state.library.show_cursors(views);
        }
        let Some(grid) = grid.filter(|_| self.state.covers.way != Way::None) else { return };
        let tracks = faces(&self.state.library, &grid);
        let size = Size { cover: grid.cover, cell: self.state.covers.cell() };
        let wall = &mut self.state.wall;
        wall.look(&self.around.snapshot.covers);
        wall.bound(&tracks);
        self.effects.extend(wall.order(&tracks, size).map(FileQuestion::Tiles).map(Effect::Files));
        // A core that is busy is not asked in vain again and again.
        if !std::mem::take(&mut wall.refused) && wall.asked.is_empty() {
            wall.asked = wall.unknown(&tracks, MOST_ASKED);
            if !wall.asked.is_empty() {
                let asked = wall.asked.clone();
                self.send(Command::Library(Library::ShowCovers(asked, SIDE)));
            }
        }
    }

    /// The worker's answer.
    pub(super) fn tiles_made(&mut self, made: Made) {
        self.state.wall.take(made);
    }
}
