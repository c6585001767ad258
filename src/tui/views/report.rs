//! A report, see [`crate::tui::report`], over everything but what plays.

use ratatui::layout::Rect;

use super::rows::{Row, say_centred, visible};
use crate::config::theme::Role;
use crate::tui::draw::Canvas;
use crate::tui::report::{ReportKind, len, row, state};
use crate::tui::scene::Hit;

pub fn draw(canvas: &mut Canvas<'_>) {
    let Some((kind, list)) = &canvas.scene.state.report else { return };
    if *kind == ReportKind::Portrait {
        return super::portrait::draw(canvas, list);
    }
    if *kind == ReportKind::Lyrics {
        return super::lyrics::draw(canvas, list);
    }
    let main = canvas.layout.main;
    if main.is_empty() {
        return;
    }
    if *kind == ReportKind::Settings {
        return super::settings::draw(canvas, list);
    }
    title(canvas, main, *kind);
    let area = Rect { y: main.y + 1, height: main.height - 1, ..main };
    canvas.hit(area, Hit::Report);
    if let (ReportKind::Similar, Some(why)) = (kind, &canvas.scene.snapshot.similar.problem) {
        // What and why, then what to do.
        let lines = why.split(". ").zip([Role::Text, Role::Dim, Role::Dim]);
        let lines: Vec<(String, Role)> = lines.map(|(line, role)| (line.to_owned(), role)).collect();
        return say_centred(canvas, area, &lines);
    }
    for (at, row_area) in visible(area, list, len(canvas.scene.snapshot, &canvas.scene.state.figures, *kind))
    {
        let scene = canvas.scene;
        let Some(found) = row(scene.snapshot, &scene.state.figures, *kind, at) else { continue };
        let row = Row::new(canvas, row_area, at == list.cursor, true);
        let width = row.area.width;
        let detail_at = if found.detail.is_empty() { width } else { width * 3 / 5 };
        row.put(canvas, 0, detail_at.saturating_sub(1), &found.path, Role::Text);
        row.put(canvas, detail_at, width - detail_at, &found.detail, Role::Dim);
    }
}

/// The first row of a view; all of it is blank then.
pub(super) fn title(canvas: &mut Canvas<'_>, main: Rect, kind: ReportKind) {
    canvas.clear(main);
    let title = Rect { height: 1, ..main };
    canvas.fill(title, "━", Role::BorderFocused);
    let words = format!(" {} ", kind.title());
    let used = canvas.put(title.x + 1, title.y, title.width.saturating_sub(2), &words, Role::Accent);
    if title.width > used + 20 {
        let how = format!(" {} ", state(canvas.scene.snapshot, kind));
        canvas.put_right(title.x + used + 2, title.y, title.width - used - 4, &how, Role::Dim);
    }
}
