//! The albums as a wall of covers, see [`crate::tui::wall`]: each with its title and its artist beneath. Where there is no
//! cover, or not yet, stand the initials of the album.

use ratatui::layout::Rect;

use super::cover::draw_blocks;
use super::library::{album_title, joined};
use super::rows::Row;
use crate::config::theme::Role;
use crate::model::catalog::AlbumRow;
use crate::model::command::Pane;
use crate::say;
use crate::tui::blocks::Blocks;
use crate::tui::browse::{Column, Entry};
use crate::tui::draw::Canvas;
use crate::tui::scene::Hit;
use crate::tui::text;
use crate::tui::wall::{Grid, face};

/// What a tile shows.
struct Tile {
    area: Rect,
    /// A row of the tile is a row of a list: in one colour where it is selected.
    selected: bool,
    focused: bool,
    marked: bool,
}

pub fn draw(canvas: &mut Canvas<'_>, grid: &Grid) {
    let state = canvas.scene.state;
    let (browse, list) = (&state.library, state.library.list(Column::Albums));
    let focused = state.focus == Pane::Library && !state.is_covered();
    for place in 0..grid.page() {
        let at = list.top + place;
        let Some((entry, area)) = browse.entry(Column::Albums, at).zip(grid.tile(place)) else { break };
        let marked = browse.is_marked(entry) || state.selects(Pane::Library, Some(Column::Albums), at);
        let tile = Tile { area, selected: at == list.cursor, focused, marked };
        match entry {
            Entry::Album(album) => draw_album(canvas, grid, &tile, album),
            _ => {
                let amount = text::count(browse.rows(Column::Albums).len() as u64);
                draw_tile(canvas, grid, &tile, None, &amount, [say!("All albums"), ""]);
            }
        }
    }
    canvas.hit(grid.area, Hit::Wall);
}

fn draw_album(canvas: &mut Canvas<'_>, grid: &Grid, tile: &Tile, album: AlbumRow) {
    let state = canvas.scene.state;
    let browse = &state.library;
    let Some(entry) = browse.catalog.album(album) else { return };
    let title = album_title(&browse.catalog, entry);
    let artist = joined(browse.catalog.list(entry.artists));
    let has_colours = canvas.scene.styles.of_picture([0; 3]).is_some();
    let blocks = face(browse, album).filter(|_| has_colours).and_then(|track| state.wall.blocks(track));
    draw_tile(canvas, grid, tile, blocks, &initials(title), [title, &artist]);
}

fn draw_tile(
    canvas: &mut Canvas<'_>,
    grid: &Grid,
    tile: &Tile,
    blocks: Option<&Blocks>,
    initials: &str,
    [title, artist]: [&str; 2],
) {
    let rows = (tile.area.y..tile.area.bottom()).map(|y| Rect { y, height: 1, ..tile.area });
    let rows: Vec<Row> = rows.map(|area| Row::new(canvas, area, tile.selected, tile.focused)).collect();
    let (columns, high) = grid.cover;
    match blocks {
        Some(blocks) => {
            let size = blocks.size();
            // In the middle, standing on its caption.
            let x = tile.area.x + 1 + columns.saturating_sub(size.0) / 2;
            draw_blocks(canvas, (x, tile.area.y + high.saturating_sub(size.1)), blocks);
        }
        None => draw_frame(canvas, &rows, grid.cover, initials),
    }
    let mut captions = rows.iter().skip(usize::from(high));
    let role = if tile.marked { Role::Marked } else { Role::Text };
    if let Some(row) = captions.next() {
        if tile.marked {
            row.put(canvas, 0, 1, "•", Role::Marked);
        }
        row.put(canvas, 1, columns, title, role);
    }
    if let Some(row) = captions.next() {
        row.put(canvas, 1, columns, artist, Role::Dim);
    }
}

/// In the place of a cover.
fn draw_frame(canvas: &mut Canvas<'_>, rows: &[Row], (columns, high): (u16, u16), initials: &str) {
    let line = "─".repeat(usize::from(columns.saturating_sub(2)));
    let last = usize::from(high.saturating_sub(1));
    for (at, row) in rows.iter().take(usize::from(high)).enumerate() {
        let (left, right) = match at {
            0 => ("┌", "┐"),
            _ if at == last => ("└", "┘"),
            _ => ("│", "│"),
        };
        row.put(canvas, 1, 1, left, Role::Border);
        row.put(canvas, columns, 1, right, Role::Border);
        if at == 0 || at == last {
            row.put(canvas, 2, columns.saturating_sub(2), &line, Role::Border);
        } else if at == last / 2 {
            let room = columns.saturating_sub(2);
            let width = text::width_of(initials, room).min(room);
            row.put(canvas, 2 + (room - width) / 2, room, initials, Role::Title);
        }
    }
}

/// The first letters of the first words.
fn initials(title: &str) -> String {
    let first = |word: &str| word.chars().find(|letter| letter.is_alphanumeric());
    let letters: String =
        title.split_whitespace().filter_map(first).take(3).flat_map(char::to_uppercase).collect();
    if letters.is_empty() { "?".to_owned() } else { letters }
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn an_album_is_told_by_its_initials() {
        for (title, expected) in [
            ("In Rainbows", "IR"),
            ("the dark side of the moon", "TDS"),
            ("(What's the Story) Morning Glory?", "WTS"),
            ("1984", "1"),
            ("東京", "東"),
            ("+ - ÷", "?"),
            ("", "?"),
        ] {
            assert_eq!(initials(title), expected, "{title}");
        }
    }
}
