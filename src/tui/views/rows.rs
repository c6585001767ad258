//! A row of a list, whatever it shows: background, selection, text in parts.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::config::theme::Role;
use crate::tui::draw::Canvas;
use crate::tui::list::List;
use crate::tui::text;

/// The visible rows of a list: place in the list and on the screen.
pub fn visible(area: Rect, list: &List, len: usize) -> impl Iterator<Item = (usize, Rect)> + use<> {
    let top = list.top;
    let rows = (area.y..area.bottom()).map(move |y| Rect { y, height: 1, ..area });
    (top..len).zip(rows)
}

/// One row being drawn.
pub struct Row {
    pub area: Rect,
    /// What lies under all text of the row.
    base: Style,
    /// A selected row is one colour: parts keep no colour of their own.
    plain: bool,
}

impl Row {
    pub fn new(canvas: &mut Canvas<'_>, area: Rect, selected: bool, focused: bool) -> Self {
        let role = match (selected, focused) {
            (true, true) => Role::Selection,
            (true, false) => Role::SelectionUnfocused,
            (false, _) => Role::Text,
        };
        let base = canvas.style(role);
        if selected {
            canvas.buf.set_style(area, base);
        }
        Self { area, base, plain: selected && focused }
    }

    pub fn style(&self, canvas: &Canvas<'_>, role: Role) -> Style {
        // The base is the text's style already, with the selection over it.
        let base_alone = self.plain || role == Role::Text;
        if base_alone { self.base } else { self.base.patch(canvas.scene.styles.of(role)) }
    }

    /// Writes at `x` columns into the row.
    pub fn put(&self, canvas: &mut Canvas<'_>, x: u16, width: u16, text: &str, role: Role) -> u16 {
        let style = self.style(canvas, role);
        let room = width.min(self.area.width.saturating_sub(x));
        let text = canvas.ordered(text, room);
        text::put(canvas.buf, self.area.x + x, self.area.y, room, &text, style)
    }

    /// Writes at the right edge, `inset` columns from it; returns the columns used.
    pub fn put_right(&self, canvas: &mut Canvas<'_>, inset: u16, text: &str, role: Role) -> u16 {
        let room = self.area.width.saturating_sub(inset);
        let style = self.style(canvas, role);
        let text = canvas.ordered(text, room);
        let start = text::put_right(canvas.buf, self.area.x, self.area.y, room, &text, style);
        self.area.x + room - start
    }

    /// A text, and behind it another that matters less, in one flow.
    pub fn put_pair(&self, canvas: &mut Canvas<'_>, x: u16, width: u16, first: (&str, Role), second: &str) {
        let used = self.put(canvas, x, width, first.0, first.1);
        if !second.is_empty() && width > used + 4 {
            let used = used + self.put(canvas, x + used, 3, " · ", Role::Dim);
            self.put(canvas, x + used, width - used, second, Role::Dim);
        }
    }
}

/// Lines in the middle of an empty pane.
pub fn say_centred(canvas: &mut Canvas<'_>, area: Rect, lines: &[(String, Role)]) {
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(area.height);
    let top = area.y + (area.height - height) / 2;
    for (y, (line, role)) in (top..area.bottom()).zip(lines) {
        let width = text::width_of(line, area.width).min(area.width);
        canvas.put(area.x + (area.width - width) / 2, y, width, line, *role);
    }
}
