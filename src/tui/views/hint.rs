//! What may follow a half-typed binding, shown when it has waited a while.

use ratatui::layout::Rect;

use crate::config::keys::{Context, print};
use crate::config::theme::Role;
use crate::say;
use crate::tui::draw::Canvas;
use crate::tui::state::HINT_AFTER;

const CELL: u16 = 26;

pub fn draw(canvas: &mut Canvas<'_>) {
    let scene = canvas.scene;
    let chord = &scene.state.chord;
    if !chord.is_open() || scene.now.saturating_sub(chord.since) < HINT_AFTER {
        return;
    }
    // An operator can be followed by very much; what is its own is shown.
    let over = [Context::Over];
    let contexts = scene.state.typed_contexts();
    let contexts = if chord.keys.is_empty() { &over[..] } else { &contexts[..] };
    let found = scene.keymap.continuations(contexts, &chord.keys);
    let main = canvas.layout.main;
    let across = (main.width / CELL).max(1);
    let needed = u16::try_from(found.len()).unwrap_or(u16::MAX).div_ceil(across);
    let height = needed.min(main.height.saturating_sub(1));
    if height == 0 {
        return;
    }
    let area = Rect { y: main.bottom() - height, height, ..main };
    let rule = Rect { y: area.y - 1, height: 1, ..area };
    canvas.clear(rule.union(area));
    canvas.fill(rule, "─", Role::Border);
    let used = canvas.put(rule.x + 1, rule.y, rule.width, &format!(" {} ", chord.typed()), Role::Key);
    let hidden = found.len().saturating_sub(usize::from(height * across));
    if hidden > 0 {
        let words = format!(" {} ", say!("{hidden} more", hidden));
        canvas.put_right(rule.x + 1 + used, rule.y, rule.width.saturating_sub(used + 2), &words, Role::Dim);
    }
    let width = main.width / across;
    for (at, binding) in (0..height * across).zip(found) {
        let (x, y) = (area.x + at / height * width, area.y + at % height);
        let key = print(&binding.keys[chord.keys.len()..]);
        let used = canvas.put(x + 1, y, width, &key, Role::Key).max(2);
        canvas.put(x + 2 + used, y, width.saturating_sub(used + 3), &binding.line, Role::Text);
    }
}
