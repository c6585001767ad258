//! A finer grid than that of the cells: Braille, two dots wide and four high a cell.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::draw::Canvas;
use crate::tui::text;

/// Bits of a cell's dots, by row, left and right (Unicode 15, block U+2800).
const BITS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
const BLANK: u32 = 0x2800;

pub struct Dots {
    area: Rect,
    cells: Vec<u8>,
}

impl Dots {
    pub fn new(area: Rect) -> Self {
        Self { area, cells: vec![0; usize::from(area.width) * usize::from(area.height)] }
    }

    pub fn width(&self) -> usize {
        usize::from(self.area.width) * 2
    }

    pub fn height(&self) -> usize {
        usize::from(self.area.height) * 4
    }

    /// Outside nothing is set.
    pub fn set(&mut self, x: usize, y: usize) {
        if x < self.width() && y < self.height() {
            self.cells[y / 4 * usize::from(self.area.width) + x / 2] |= BITS[y % 4][x % 2];
        }
    }

    /// Writes the cells that have dots; `style` by column and row of the cell in the area.
    pub fn put(&self, canvas: &mut Canvas<'_>, style: impl Fn(u16, u16) -> Style) {
        let mut cells = self.cells.iter();
        let mut symbol = [0; 4];
        for row in 0..self.area.height {
            for column in 0..self.area.width {
                let bits = cells.next().copied().unwrap_or(0);
                let Some(braille) = char::from_u32(BLANK + u32::from(bits)).filter(|_| bits > 0) else {
                    continue;
                };
                let (x, y) = (self.area.x + column, self.area.y + row);
                text::cell(canvas.buf, x, y, braille.encode_utf8(&mut symbol), style(column, row));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_where_unicode_has_them() {
        let mut dots = Dots::new(Rect::new(3, 5, 2, 1));
        assert_eq!((dots.width(), dots.height()), (4, 4));
        for (x, y) in [(0, 0), (1, 3), (2, 1), (9, 9)] {
            dots.set(x, y);
        }
        let shown: Vec<char> =
            dots.cells.iter().filter_map(|&bits| char::from_u32(BLANK + u32::from(bits))).collect();
        // BRAILLE PATTERN DOTS-18 and DOTS-2.
        assert_eq!(shown, ['\u{2881}', '\u{2802}']);
    }
}
