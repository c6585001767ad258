//! What the screen costs, at the right of its first line, over what is there.

use ratatui::layout::Rect;
use ratatui::style::Modifier;

use crate::config::theme::Role;
use crate::tui::draw::Canvas;
use crate::tui::scene::Scene;
use crate::tui::text;

/// Columns that it takes: as many as its longest words, so that shorter ones leave nothing behind.
const WIDTH: u16 = 64;

pub fn area(scene: &Scene<'_>) -> Option<Rect> {
    let (width, height) = scene.state.size;
    let own = width.min(WIDTH);
    (scene.state.debug && height > 0 && own > 0).then(|| Rect::new(width - own, 0, own, 1))
}

pub fn draw(canvas: &mut Canvas<'_>) {
    let Some(area) = area(&canvas.scene) else { return };
    let words = format!(" {}", canvas.scene.gauges.economy);
    let style = canvas.style(Role::Text).add_modifier(Modifier::REVERSED);
    for x in area.x..area.right() {
        text::cell(canvas.buf, x, area.y, " ", style);
    }
    text::put(canvas.buf, area.x, area.y, area.width, &words, style);
}
