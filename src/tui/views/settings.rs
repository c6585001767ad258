//! All settings, over everything but what plays: what each is, where that comes from, when a change is there; below them what
//! the selected one means.

use ratatui::layout::Rect;

use super::report::title;
use super::rows::{Row, visible};
use crate::config::theme::Role;
use crate::model::words::said;
use crate::say;
use crate::tui::draw::Canvas;
use crate::tui::list::List;
use crate::tui::report::ReportKind;
use crate::tui::scene::Hit;
use crate::tui::settings::{SettingLine, SettingRow, beside};
use crate::tui::state::UiState;
use crate::tui::text;

/// Columns of names, of origins, of when.
const NAME: u16 = 26;
const ORIGIN: u16 = 16;
const WHEN: u16 = 10;
/// From here on there are all of them.
const WITH_ALL: u16 = 72;
/// Rows of what a setting means, with the line above them.
const FOOTER: u16 = 5;

/// Rows below the list, in a view of so many. Who is told by lines asks for one setting by its name.
pub fn footer(state: &UiState, height: u16) -> u16 {
    let is_shown = matches!(state.report, Some((ReportKind::Settings, _)));
    if is_shown && !state.plain && height >= 3 * FOOTER { FOOTER } else { 0 }
}

pub(super) fn draw(canvas: &mut Canvas<'_>, list: &List) {
    let main = canvas.layout.main;
    title(canvas, main, ReportKind::Settings);
    let below = footer(canvas.scene.state, main.height);
    let area = Rect { y: main.y + 1, height: main.height.saturating_sub(1 + below), ..main };
    canvas.hit(area, Hit::Report);
    let lines = &canvas.scene.state.figures.settings;
    for (at, row_area) in visible(area, list, lines.len()) {
        let row = Row::new(canvas, row_area, at == list.cursor, true);
        match lines.get(at) {
            Some(SettingLine::Heading(name)) => drop(row.put(canvas, 1, u16::MAX, name, Role::Title)),
            Some(SettingLine::Row(found)) => draw_row(canvas, &row, found),
            Some(SettingLine::Blank) | None => {}
        }
    }
    if let (Some(SettingLine::Row(row)), 1..) = (lines.get(list.cursor), below) {
        explain(canvas, Rect { y: area.bottom(), height: below, ..main }, row);
    }
}

fn draw_row(canvas: &mut Canvas<'_>, row: &Row, found: &SettingRow) {
    let width = row.area.width;
    let role = if found.changed { Role::Accent } else { Role::Text };
    // In its section the last part says enough, where there is no room for more.
    if width < WITH_ALL {
        let name_width = width * 2 / 5;
        row.put(canvas, 1, name_width.saturating_sub(2), found.setting.key(), Role::Text);
        row.put(canvas, name_width, width - name_width, &found.value, role);
        return;
    }
    let value_width = width - NAME - ORIGIN - WHEN - 4;
    let origin_at = width - ORIGIN - WHEN;
    row.put(canvas, 2, NAME, found.setting.key(), Role::Text);
    row.put(canvas, NAME + 2, value_width, &found.value, role);
    row.put(canvas, origin_at, ORIGIN - 1, &found.origin, Role::Dim);
    row.put(canvas, origin_at + ORIGIN, WHEN, said(found.when), Role::Dim);
}

/// A line, what it means in up to two, what it takes, what it would be.
fn explain(canvas: &mut Canvas<'_>, area: Rect, row: &SettingRow) {
    canvas.fill(Rect { height: 1, ..area }, "─", Role::Border);
    let width = area.width.saturating_sub(2);
    let help = said(row.setting.help());
    let first = fitting(help, width);
    let rest = help.get(first.len()..).unwrap_or("").trim_start();
    let takes = say!("Takes {what}.", what = said(row.setting.expects()));
    let beside = beside(row, &canvas.scene.state.settings.configured);
    let told =
        if beside.is_empty() { row.setting.path() } else { format!("{}: {beside}", row.setting.path()) };
    let lines = [(first, Role::Text), (rest, Role::Text), (&takes, Role::Dim), (&told, Role::Dim)];
    let shown = lines.into_iter().filter(|(line, _)| !line.is_empty());
    for (y, (line, role)) in (area.y + 1..area.bottom()).zip(shown) {
        canvas.put(area.x + 1, y, width, line, role);
    }
}

/// As many words as there is room for.
fn fitting(words: &str, width: u16) -> &str {
    let fits = |end: &usize| words.get(..*end).is_some_and(|part| text::width_of(part, u16::MAX) <= width);
    let mut ends = words.match_indices(' ').map(|(at, _)| at).chain([words.len()]);
    words.get(..ends.rfind(fits).unwrap_or(0)).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::fitting;

    #[test]
    fn words_are_not_cut_where_there_is_another_line() {
        assert_eq!(fitting("one two three", 9), "one two");
        assert_eq!(fitting("one two three", 13), "one two three");
        assert_eq!(fitting("loooong", 3), "");
    }
}
