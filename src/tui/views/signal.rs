//! The signal path: the way of the sound from the file to the device, over everything but what plays.

use ratatui::layout::Rect;

use crate::config::theme::Role;
use crate::model::signal::{Effect, SignalStage, Verdict};
use crate::model::words::said;
use crate::say;
use crate::tui::draw::Canvas;

const NAME: u16 = 12;

pub fn draw(canvas: &mut Canvas<'_>) {
    let main = canvas.layout.main;
    if main.is_empty() {
        return;
    }
    canvas.clear(main);
    let path = std::sync::Arc::clone(&canvas.scene.snapshot.signal);
    let verdict = path.verdict();
    title(canvas, main, &verdict);
    let rows = main.y + 1..main.bottom();
    for (y, stage) in rows.clone().zip(&path.stages) {
        draw_stage(canvas, Rect { y, height: 1, ..main }, stage);
    }
    if path.stages.is_empty() && !rows.is_empty() {
        canvas.put(main.x + 2, rows.start, main.width.saturating_sub(3), say!("Nothing plays."), Role::Dim);
    }
}

fn title(canvas: &mut Canvas<'_>, main: Rect, verdict: &Verdict) {
    let line = Rect { height: 1, ..main };
    canvas.fill(line, "━", Role::BorderFocused);
    let room = line.width.saturating_sub(2);
    let head = format!(" {} ", say!("Signal path:"));
    let used = canvas.put(line.x + 1, line.y, room, &head, Role::Accent);
    let role = if matches!(verdict, Verdict::Changed(_)) { Role::Warning } else { Role::Accent };
    let text = format!("{} ", words(verdict));
    canvas.put(line.x + 1 + used, line.y, room.saturating_sub(used), &text, role);
}

fn words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Changed(stages) => {
            let names: Vec<&str> = stages.iter().map(|stage| said(stage.name())).collect();
            say!("{changed} by {stages}", changed = said(verdict.word()), stages = names.join(", "))
        }
        other => said(other.word()).to_owned(),
    }
}

/// `=` every sample passes as it is, `~` it does not.
fn draw_stage(canvas: &mut Canvas<'_>, row: Rect, stage: &SignalStage) {
    let (mark, role) = match stage.effect {
        Effect::Exact => ("=", Role::Dim),
        Effect::Changed => ("~", Role::Warning),
    };
    canvas.put(row.x + 1, row.y, row.width.saturating_sub(1), mark, role);
    let name = said(stage.kind.name());
    canvas.put(row.x + 3, row.y, row.width.saturating_sub(3).min(NAME - 1), name, Role::Key);
    let at = row.x + 3 + NAME;
    canvas.put(at, row.y, row.right().saturating_sub(at + 1), &stage.detail, Role::Text);
}
