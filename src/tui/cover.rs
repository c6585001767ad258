//! The cover of what plays: how it comes to the screen, where it stands, how large it is. Changed by `update` alone, read by
//! `draw`; the picture itself comes with the snapshot, once the screen asked for it.

use std::path::Path;
use std::sync::Arc;

use ratatui::layout::Rect;

use super::accent::Rgb;
use super::blocks::Blocks;
use super::layout::Layout;
use super::paint::{Order, Paint, Painted};
use super::state::UiState;
use crate::model::picture::{MOST_SIDE, Picture};

/// How a picture is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Way {
    /// Not at all: it is turned off, or the terminal has nothing to show it with.
    #[default]
    None,
    /// As half-blocks, in the terminal's colours.
    Blocks,
    /// By the graphics of kitty, in cells that name it.
    Kitty {
        /// What tells the pictures of this screen from those of others in the same terminal.
        seed: u32,
        /// tmux lies between.
        tmux: bool,
    },
    /// Painted over blank cells.
    Painted(Paint),
}

/// Width and height of a cell where the terminal does not say: as good as all are twice as high as wide.
const CELL: (u16, u16) = (10, 20);
/// Narrowest screen with a cover beside what plays, at the foot.
const FOOT: u16 = 50;
/// The whole view has text beside the cover from here on, beneath it on narrower screens.
const BESIDE: u16 = 46;
/// Rows that text has beneath a cover.
const TEXT: u16 = 6;

#[derive(Debug, Clone)]
pub struct Covers {
    pub way: Way,
    /// Pixels of a cell.
    cell: (u16, u16),
    /// Most pixels of a side that are asked for.
    most: u16,
    /// What was asked of the core last.
    pub(super) asked: Option<(Arc<Path>, u16)>,
    /// The core has answered since.
    pub(super) answered: bool,
    /// It keeps its room until it is known whether the next track has one.
    pub(super) room: bool,
    pub(super) shown: Option<Shown>,
    /// What a worker is making.
    pub(super) ordered: Option<Order>,
    /// What was made last.
    pub(super) made: Option<Painted>,
    /// What stands out in the picture of this hash.
    pub(super) accent: Option<(u64, Option<Rgb>)>,
    /// What the terminal said of its cells when it was asked.
    told: Option<(u16, u16)>,
}

/// What stands on the screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    pub picture: Arc<Picture>,
    pub area: Rect,
    /// Where it is drawn so.
    pub blocks: Option<Arc<Blocks>>,
    /// Where it is painted, once that is made.
    pub painted: Option<Painted>,
}

impl Default for Covers {
    fn default() -> Self {
        Self {
            way: Way::None,
            cell: CELL,
            most: MOST_SIDE,
            asked: None,
            answered: false,
            room: false,
            shown: None,
            ordered: None,
            made: None,
            accent: None,
            told: None,
        }
    }
}

impl Covers {
    /// `most`: pixels of a side that may be asked for; `cell`: those of a cell, as the terminal told.
    pub fn new(way: Way, most: u16, cell: Option<(u16, u16)>) -> Self {
        Self { way, most, told: cell, ..Self::default() }
    }

    /// The colour that stands out in the cover of what plays, where that is looked for.
    pub fn accent(&self) -> Option<Rgb> {
        self.accent.and_then(|(_, accent)| accent)
    }

    /// They lie over the cells, where anything else that is drawn there takes them away.
    pub fn are_painted(&self) -> bool {
        matches!(self.way, Way::Painted(_))
    }

    pub fn cell(&self) -> (u16, u16) {
        self.cell
    }

    /// What the terminal says of its cells' size, in pixels; what cannot be is passed over.
    pub fn measure(&mut self, cell: Option<(u16, u16)>) {
        let can_be = |&(width, height): &(u16, u16)| {
            (2..=256).contains(&width) && (width / 2..=width * 4).contains(&height)
        };
        self.cell = cell.filter(can_be).or(self.told.filter(can_be)).unwrap_or(CELL);
    }

    /// Cells for a picture of these proportions within so many: as large as it can be.
    pub fn fit(&self, sides: (u16, u16), columns: u16, rows: u16) -> (u16, u16) {
        fit(self.cell, sides, columns, rows)
    }

    /// How large the picture has to be for so many cells: one of a few sizes, so that it is not asked for again with each
    /// change of the window.
    pub(super) fn side(&self, (columns, rows): (u16, u16)) -> u16 {
        let needed = match self.way {
            // The mean of four is better than one.
            Way::None | Way::Blocks => u32::from(columns).max(u32::from(rows) * 2) * 2,
            Way::Kitty { .. } | Way::Painted(_) => {
                let across = u32::from(columns) * u32::from(self.cell.0);
                across.max(u32::from(rows) * u32::from(self.cell.1))
            }
        };
        let side = [64, 128, 256].into_iter().find(|&side| u32::from(side) >= needed);
        side.unwrap_or(MOST_SIDE).min(self.most)
    }
}

/// See [`Covers::fit`], with cells of so many pixels.
pub(super) fn fit(cell: (u16, u16), (width, height): (u16, u16), columns: u16, rows: u16) -> (u16, u16) {
    let (cell_width, cell_height) = (f64::from(cell.0), f64::from(cell.1));
    let (width, height) = (f64::from(width.max(1)), f64::from(height.max(1)));
    let across = f64::from(columns) * cell_width / width;
    let down = f64::from(rows) * cell_height / height;
    let scale = across.min(down);
    let cells =
        |side: f64, cell: f64, most: u16| ((side * scale / cell).round() as u16).clamp(1, most.max(1));
    (cells(width, cell_width, columns), cells(height, cell_height, rows))
}

/// The room for a cover: the largest that one may take there.
pub fn place(state: &UiState, layout: &Layout) -> Option<Rect> {
    if state.covers.way == Way::None {
        return None;
    }
    if state.song {
        return parts(state, song_area(layout.main)?).0;
    }
    let area = layout.now.filter(|area| area.height >= 3 && area.width >= FOOT)?;
    let (columns, rows) = state.covers.fit((1, 1), area.width / 4, area.height);
    Some(Rect { x: area.x + 1, width: columns, height: rows, ..area })
}

/// What is left for text of the rows of what plays, at the foot.
pub fn beside_foot(state: &UiState, layout: &Layout, area: Rect) -> Rect {
    match place(state, layout).filter(|_| state.covers.room && !state.song) {
        Some(place) => {
            let taken = (place.right() + 1).saturating_sub(area.x).min(area.width);
            Rect { x: area.x + taken, width: area.width - taken, ..area }
        }
        None => area,
    }
}

/// The view of what plays, beneath its title, with a column free on both sides.
pub fn song_area(main: Rect) -> Option<Rect> {
    let area = Rect {
        x: main.x + 1,
        y: main.y + 1,
        width: main.width.saturating_sub(2),
        height: main.height.saturating_sub(1),
    };
    (!area.is_empty()).then_some(area)
}

/// Of the view's area what is for the cover, where there is room for one, and what for text where there is one.
pub fn parts(state: &UiState, area: Rect) -> (Option<Rect>, Rect) {
    if area.width < 20 || area.height < 4 {
        return (None, area);
    }
    if area.width >= BESIDE || area.height < TEXT * 2 {
        let (columns, rows) = state.covers.fit((1, 1), area.width * 9 / 20, area.height);
        let taken = columns + 2;
        let text = Rect { x: area.x + taken, width: area.width - taken, ..area };
        return (Some(Rect { width: columns, height: rows, ..area }), text);
    }
    let (columns, rows) = state.covers.fit((1, 1), area.width, area.height - TEXT);
    let taken = rows + 1;
    let text = Rect { y: area.y + taken, height: area.height - taken, ..area };
    (Some(Rect { x: area.x + (area.width - columns) / 2, width: columns, height: rows, ..area }), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proportions_are_kept_by_the_cells_of_the_terminal() {
        let mut covers = Covers::default();
        assert_eq!(covers.fit((500, 500), 100, 20), (40, 20));
        assert_eq!(covers.fit((500, 500), 20, 20), (20, 10));
        assert_eq!(covers.fit((1000, 500), 40, 20), (40, 10));
        assert_eq!(covers.fit((1, 30_000), 40, 20), (1, 20));
        // A cell of 9 by 18, then a square one; what cannot be is none.
        covers.measure(Some((9, 18)));
        assert_eq!(covers.fit((500, 500), 100, 20), (40, 20));
        covers.measure(Some((10, 10)));
        assert_eq!(covers.fit((500, 500), 100, 20), (20, 20));
        covers.measure(Some((0, 0)));
        assert_eq!(covers.fit((500, 500), 100, 20), (40, 20));
    }

    #[test]
    fn the_size_that_is_asked_for_is_one_of_a_few_and_bounded() {
        let mut covers = Covers { way: Way::Blocks, ..Covers::default() };
        assert_eq!([covers.side((6, 3)), covers.side((40, 20)), covers.side((110, 55))], [64, 128, 256]);
        covers.way = Way::Kitty { seed: 1, tmux: false };
        assert_eq!([covers.side((6, 3)), covers.side((40, 20)), covers.side((110, 55))], [64, 512, 512]);
        covers.most = 128;
        assert_eq!(covers.side((40, 20)), 128);
    }
}
