//! The cover of what plays, where [`crate::tui::cover`] puts it.

use std::sync::Arc;

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::config::theme::Role;
use crate::tui::blocks::Blocks;
use crate::tui::cover::{Shown, Way};
use crate::tui::draw::Canvas;
use crate::tui::kitty::{Number, Placement};
use crate::tui::scene::Hit;
use crate::tui::{paint, text};

/// Draws it, if there is one.
pub fn draw(canvas: &mut Canvas<'_>) {
    let covers = &canvas.scene.state.covers;
    // No picture is made of letters; where that was asked for while one is shown, its room stays blank.
    let shown = covers.shown.as_ref().filter(|_| !canvas.scene.styles.ascii);
    let Some(Shown { area, blocks, picture, painted }) = shown else { return };
    match (covers.way, blocks) {
        (Way::Kitty { seed, tmux }, _) => {
            let number = Number::new(picture, seed, tmux);
            let picture = Arc::clone(picture);
            draw_placeholders(canvas, *area, number);
            let (columns, rows) = (area.width, area.height);
            canvas.map.picture = Some(Placement { picture, number, columns, rows });
        }
        // The room stays blank, also while it is made.
        (Way::Painted(_), _) => {
            canvas.map.painted = painted.clone().map(|painted| paint::Placement { painted, area: *area });
        }
        (Way::Blocks, Some(blocks)) => draw_blocks(canvas, (area.x, area.y), blocks),
        _ => {}
    }
    canvas.hit(*area, Hit::Cover);
}

fn draw_placeholders(canvas: &mut Canvas<'_>, area: Rect, number: Number) {
    let style = canvas.style(Role::Text).fg(number.colour());
    for (column, row) in cells(area.width, area.height) {
        if let Some(symbol) = number.cell(column, row) {
            text::cell(canvas.buf, area.x + column, area.y + row, &symbol, style);
        }
    }
}

fn cells(columns: u16, rows: u16) -> impl Iterator<Item = (u16, u16)> {
    (0..rows).flat_map(move |row| (0..columns).map(move |column| (column, row)))
}

pub(super) fn draw_blocks(canvas: &mut Canvas<'_>, (x, y): (u16, u16), blocks: &Blocks) {
    let (columns, rows) = blocks.size();
    for (column, row) in cells(columns, rows) {
        let colour = |rgb| canvas.scene.styles.of_picture(rgb);
        let colours =
            blocks.cell(column, row).and_then(|(upper, lower)| Some((colour(upper)?, colour(lower)?)));
        if let Some((upper, lower)) = colours {
            let style = Style::reset().fg(upper).bg(lower);
            text::cell(canvas.buf, x + column, y + row, "▀", style);
        }
    }
}
