//! Cursor and scroll of one list: pure arithmetic, the same for every pane, and for a wall, whose rows have several entries
//! side by side. Called by `update`.

use crate::model::command::Motion;

/// Where a list stands. The cursor may be scrolled out of sight by the wheel; the next motion brings it back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct List {
    pub cursor: usize,
    /// First visible entry.
    pub top: usize,
}

/// How much of a list there is to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    pub len: usize,
    /// Visible rows.
    pub height: usize,
    /// Rows kept visible above and below the cursor.
    pub margin: usize,
    /// Entries side by side in a row: 1 but for a wall.
    pub across: usize,
}

impl View {
    fn across(self) -> usize {
        self.across.max(1)
    }

    /// Entries in sight.
    fn page(self) -> usize {
        self.height.saturating_mul(self.across())
    }
}

impl List {
    pub fn go_to(&mut self, row: usize, view: View) {
        self.cursor = row.min(view.len.saturating_sub(1));
        self.show_cursor(view);
    }

    /// Scrolls as little as is needed to have the cursor in sight with its margin.
    pub fn show_cursor(&mut self, view: View) {
        self.cursor = self.cursor.min(view.len.saturating_sub(1));
        let across = view.across();
        let row = self.cursor / across;
        let margin = view.margin.min(view.height.saturating_sub(1) / 2);
        let highest = row.saturating_sub(margin);
        let lowest = (row + margin + 1).saturating_sub(view.height);
        self.top = (self.top / across).clamp(lowest.min(highest), highest) * across;
        self.clamp(view);
    }

    /// Moves the view alone.
    pub fn scroll(&mut self, rows: isize, view: View) {
        let across = view.across();
        self.top = (self.top / across).saturating_add_signed(rows).saturating_mul(across);
        self.clamp(view);
    }

    /// No empty rows at the end while there are rows above.
    pub fn clamp(&mut self, view: View) {
        let across = view.across();
        self.cursor = self.cursor.min(view.len.saturating_sub(1));
        let last = view.len.div_ceil(across).saturating_sub(view.height);
        self.top = (self.top / across).min(last) * across;
    }

    /// A motion, `count` times, or to row `count` where the motion goes to a row.
    pub fn go(&mut self, motion: Motion, count: Option<usize>, view: View) {
        let times = count.unwrap_or(1);
        let half = (view.height / 2).max(1);
        let page = view.height.saturating_sub(1).max(1);
        match motion {
            Motion::Down => self.step(times, 1, view),
            Motion::Up => self.step_back(times, 1, view),
            Motion::HalfPageDown => self.step(times, half, view),
            Motion::HalfPageUp => self.step_back(times, half, view),
            Motion::PageDown => self.step(times, page, view),
            Motion::PageUp => self.step_back(times, page, view),
            Motion::Top => self.go_to(count.map_or(0, |row| row.saturating_sub(1)), view),
            Motion::Bottom => self.go_to(count.map_or(usize::MAX, |row| row.saturating_sub(1)), view),
            Motion::Line(row) => self.go_to(count.unwrap_or(row).saturating_sub(1), view),
            Motion::ScreenTop => self.cursor = self.visible(times - times.min(1), view),
            Motion::ScreenMiddle => self.cursor = self.visible(view.height.saturating_sub(1) / 2, view),
            Motion::ScreenBottom => {
                self.cursor = self.visible(view.height.saturating_sub(times.max(1)), view)
            }
            Motion::ScrollTop => self.scroll_to(0, view),
            Motion::ScrollMiddle => self.scroll_to(view.height / 2, view),
            Motion::ScrollBottom => self.scroll_to(view.height.saturating_sub(1), view),
            // Between lists, not within one.
            Motion::Left | Motion::Right | Motion::GroupDown | Motion::GroupUp => {}
        }
    }

    /// So many rows down, in the same column; in a last row that has none there, to its end.
    fn step(&mut self, times: usize, rows: usize, view: View) {
        let last = view.len.saturating_sub(1) / view.across();
        let row = self.cursor / view.across();
        self.go_to_row(row.saturating_add(times.saturating_mul(rows)).min(last), view);
    }

    fn step_back(&mut self, times: usize, rows: usize, view: View) {
        let row = self.cursor / view.across();
        self.go_to_row(row.saturating_sub(times.saturating_mul(rows)), view);
    }

    fn go_to_row(&mut self, row: usize, view: View) {
        self.go_to(row * view.across() + self.cursor % view.across(), view);
    }

    /// The entry at an offset of the view, at most the last one in sight.
    fn visible(&self, offset: usize, view: View) -> usize {
        let last = (self.top + view.page().max(1)).min(view.len).saturating_sub(1);
        (self.top + offset.saturating_mul(view.across()) + self.cursor % view.across()).min(last)
    }

    /// Scrolls so that the cursor is at an offset of the view.
    fn scroll_to(&mut self, offset: usize, view: View) {
        self.top = (self.cursor / view.across()).saturating_sub(offset) * view.across();
        self.clamp(view);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEW: View = View { len: 100, height: 10, margin: 2, across: 1 };

    fn after(cursor: usize, top: usize, motion: Motion, count: Option<usize>) -> (usize, usize) {
        let mut list = List { cursor, top };
        list.go(motion, count, VIEW);
        (list.cursor, list.top)
    }

    /// As vim moves in a window of ten lines with `scrolloff=2`.
    #[test]
    fn motions_are_those_of_vim() {
        let cases = [
            ((0, 0), Motion::Down, None, (1, 0)),
            ((7, 0), Motion::Down, None, (8, 1)),
            ((0, 0), Motion::Down, Some(5), (5, 0)),
            ((50, 45), Motion::Up, Some(4), (46, 44)),
            ((50, 45), Motion::Bottom, None, (99, 90)),
            ((50, 45), Motion::Bottom, Some(5), (4, 2)),
            ((50, 45), Motion::Top, None, (0, 0)),
            ((50, 45), Motion::ScreenTop, None, (45, 45)),
            ((50, 45), Motion::ScreenMiddle, None, (49, 45)),
            ((50, 45), Motion::ScreenBottom, None, (54, 45)),
            ((50, 45), Motion::ScrollTop, None, (50, 50)),
            ((50, 45), Motion::ScrollMiddle, None, (50, 45)),
            ((50, 50), Motion::ScrollBottom, None, (50, 41)),
            ((0, 0), Motion::HalfPageDown, Some(2), (10, 3)),
            ((3, 0), Motion::Down, Some(usize::MAX), (99, 90)),
        ];
        for ((cursor, top), motion, count, expected) in cases {
            assert_eq!(after(cursor, top, motion, count), expected, "{motion:?} {count:?} from {cursor}");
        }
    }

    #[test]
    fn the_wheel_leaves_the_cursor() {
        let mut list = List { cursor: 3, top: 0 };
        list.scroll(30, VIEW);
        assert_eq!((list.cursor, list.top), (3, 30));
        list.scroll(1000, VIEW);
        assert_eq!(list.top, 90);
        list.go(Motion::Down, None, VIEW);
        assert_eq!((list.cursor, list.top), (4, 2));
    }

    /// A hundred entries as a child would write them down, seven in a line: 0 to 6, 7 to 13, ..., 98 and 99. Three lines in
    /// sight, none kept above and below.
    #[test]
    fn in_a_wall_rows_have_several_entries() {
        let view = View { len: 100, height: 3, margin: 0, across: 7 };
        let after = |cursor: usize, top: usize, motion: Motion, count: Option<usize>| {
            let mut list = List { cursor, top };
            list.go(motion, count, view);
            (list.cursor, list.top)
        };
        let cases = [
            ((3, 0), Motion::Down, None, (10, 0)),
            ((3, 0), Motion::Down, Some(3), (24, 7)),
            ((24, 7), Motion::Up, Some(2), (10, 7)),
            // At the edges one stays where one is.
            ((3, 0), Motion::Up, None, (3, 0)),
            ((98, 84), Motion::Down, None, (98, 84)),
            // The last line is short: its end is the nearest.
            ((95, 84), Motion::Down, None, (99, 84)),
            ((3, 0), Motion::Bottom, None, (99, 84)),
            ((99, 84), Motion::Top, None, (0, 0)),
            ((99, 84), Motion::Line(10), None, (9, 7)),
            ((3, 0), Motion::HalfPageDown, None, (10, 0)),
            ((3, 0), Motion::PageDown, None, (17, 0)),
            ((17, 0), Motion::PageDown, None, (31, 14)),
            ((24, 14), Motion::ScreenTop, None, (17, 14)),
            ((17, 14), Motion::ScreenMiddle, None, (24, 14)),
            ((17, 14), Motion::ScreenBottom, None, (31, 14)),
            ((24, 14), Motion::ScrollTop, None, (24, 21)),
            ((24, 21), Motion::ScrollBottom, None, (24, 7)),
        ];
        for ((cursor, top), motion, count, expected) in cases {
            assert_eq!(after(cursor, top, motion, count), expected, "{motion:?} {count:?} from {cursor}");
        }
        let mut list = List { cursor: 3, top: 0 };
        list.scroll(2, view);
        assert_eq!((list.cursor, list.top), (3, 14));
        list.scroll(100, view);
        assert_eq!(list.top, 84);
    }

    /// Whatever the lines were: the first entry in sight begins one, and the cursor is in sight.
    #[test]
    fn lines_of_another_length_begin_anew() {
        for across in 1..12 {
            let view = View { len: 100, height: 3, margin: 1, across };
            let mut list = List { cursor: 50, top: 43 };
            list.show_cursor(view);
            assert_eq!((list.cursor, list.top % across), (50, 0), "{across}");
            assert!((list.top..list.top + 3 * across).contains(&50), "{across}: {}", list.top);
        }
    }

    #[test]
    fn an_empty_or_tiny_list_is_no_trouble() {
        for (len, height) in [(0, 0), (0, 10), (1, 0), (3, 1), (5, 10)] {
            let view = View { len, height, margin: 3, across: 1 };
            let mut list = List { cursor: 7, top: 9 };
            list.show_cursor(view);
            for motion in
                [Motion::Down, Motion::ScreenBottom, Motion::ScrollMiddle, Motion::Bottom, Motion::PageUp]
            {
                list.go(motion, Some(3), view);
                assert!(list.cursor <= len.saturating_sub(1) && list.top <= len.saturating_sub(height));
            }
        }
    }
}
