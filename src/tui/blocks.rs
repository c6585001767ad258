//! A picture as half-blocks: each cell shows two pixels, one above the other, as the colours of `▀` and of its ground. Made
//! smaller by the mean of what lies beneath each pixel, in linear light. Pure; made once a picture and size, in `update`.

use std::sync::LazyLock;

use crate::model::picture::Picture;

/// Red, green, blue (sRGB).
pub type Rgb = [u8; 3];

/// Two pixels a cell, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocks {
    columns: u16,
    rows: u16,
    pixels: Vec<Rgb>,
}

impl Blocks {
    /// The whole picture over so many cells, of which there is one at least.
    pub fn new(picture: &Picture, columns: u16, rows: u16) -> Self {
        let (columns, rows) = (columns.max(1), rows.max(1));
        let pixels = scaled(picture, usize::from(columns), usize::from(rows) * 2);
        Self { columns, rows, pixels }
    }

    pub fn size(&self) -> (u16, u16) {
        (self.columns, self.rows)
    }

    /// The upper and the lower pixel of a cell.
    pub fn cell(&self, column: u16, row: u16) -> Option<(Rgb, Rgb)> {
        let width = usize::from(self.columns);
        let upper = usize::from(row) * 2 * width + usize::from(column);
        let is_inside = column < self.columns && row < self.rows;
        is_inside.then(|| Some((*self.pixels.get(upper)?, *self.pixels.get(upper + width)?))).flatten()
    }
}

/// What of a byte of sRGB is light, from 0 to 1 (IEC 61966-2-1).
static LIGHT: LazyLock<[f32; 256]> = LazyLock::new(|| {
    std::array::from_fn(|byte| {
        let value = byte as f32 / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    })
});

fn byte(light: f32) -> u8 {
    let value = if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    (value.clamp(0.0, 1.0) * 255.0).round() as u8
}

/// The mean of the area beneath each pixel of the result.
pub(super) fn scaled(picture: &Picture, width: usize, height: usize) -> Vec<Rgb> {
    let (from_width, from_height) = (usize::from(picture.width()), usize::from(picture.height()));
    let (columns, rows) = (shares(from_width, width), shares(from_height, height));
    let light = &*LIGHT;
    // Across first: rows of the picture, columns of the result.
    let across: Vec<[f32; 3]> = picture
        .rgb()
        .chunks_exact(from_width * 3)
        .flat_map(|line| {
            columns.iter().map(move |share| {
                share.sum(|at| [0, 1, 2].map(|part| light[usize::from(line[at * 3 + part])]))
            })
        })
        .collect();
    rows.iter()
        .flat_map(|share| {
            let across = &across;
            (0..width).map(move |column| share.sum(|row| across[row * width + column]).map(byte))
        })
        .collect()
}

/// Which samples one of the result covers, and how much each of them counts; together 1.
struct Share {
    first: usize,
    weights: Vec<f32>,
}

impl Share {
    fn sum(&self, sample: impl Fn(usize) -> [f32; 3]) -> [f32; 3] {
        self.weights.iter().enumerate().fold([0.0; 3], |sum, (at, weight)| {
            let sample = sample(self.first + at);
            [0, 1, 2].map(|part| sum[part] + weight * sample[part])
        })
    }
}

fn shares(from: usize, to: usize) -> Vec<Share> {
    let step = from as f64 / to as f64;
    let share = |at: usize| {
        let (begin, end) = (at as f64 * step, (at + 1) as f64 * step);
        let first = (begin as usize).min(from - 1);
        let last = (end.ceil() as usize).clamp(first + 1, from);
        let covered = |sample: usize| (end.min((sample + 1) as f64) - begin.max(sample as f64)).max(0.0);
        let whole: f64 = (first..last).map(covered).sum();
        let weights = (first..last).map(|sample| (covered(sample) / whole) as f32).collect();
        Share { first, weights }
    };
    (0..to).map(share).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn grey(width: u16, height: u16, values: &[u8]) -> Picture {
        Picture::new(width, height, values.iter().flat_map(|&value| [value; 3]).collect::<Vec<u8>>()).unwrap()
    }

    #[test]
    fn a_picture_of_two_by_two_is_two_cells_of_its_own_colours() {
        let (red, green, blue, white) = ([255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]);
        let picture = Picture::new(2, 2, [red, green, blue, white].concat()).unwrap();
        let blocks = Blocks::new(&picture, 2, 1);
        assert_eq!(blocks.cell(0, 0), Some((red, blue)));
        assert_eq!(blocks.cell(1, 0), Some((green, white)));
        assert_eq!((blocks.cell(2, 0), blocks.cell(0, 1)), (None, None));
    }

    /// Half of the light of white is 188 in sRGB, (1.055 * 0.5^(1/2.4) - 0.055) * 255, not 128.
    #[test]
    fn what_is_mixed_is_light() {
        let mixed = Blocks::new(&grey(2, 2, &[0, 255, 255, 0]), 1, 1);
        assert_eq!(mixed.cell(0, 0), Some(([188; 3], [188; 3])));
        // A quarter of it is 137.
        let quarter = Blocks::new(&grey(4, 1, &[0, 0, 255, 0]), 1, 1);
        assert_eq!(quarter.cell(0, 0), Some(([137; 3], [137; 3])));
    }

    /// Three pixels over two: the middle one belongs to both by half. Light of (1 + 0.5 * 0) / 1.5 is two thirds: 213.
    #[test]
    fn a_pixel_at_the_border_counts_by_the_part_that_is_covered() {
        let blocks = Blocks::new(&grey(3, 2, &[255, 0, 0, 255, 0, 0]), 2, 1);
        assert_eq!(blocks.cell(0, 0), Some(([213; 3], [213; 3])));
        assert_eq!(blocks.cell(1, 0), Some(([0; 3], [0; 3])));
    }

    #[test]
    fn every_byte_is_itself_again() {
        for value in 0..=255 {
            assert_eq!(byte(LIGHT[usize::from(value)]), value);
        }
    }

    proptest! {
        /// One colour stays it in every size, larger and smaller.
        #[test]
        fn one_colour_stays_it(width in 1u16..40, height in 1u16..40, columns in 1u16..50, rows in 1u16..30) {
            let pixels = usize::from(width) * usize::from(height);
            let picture = Picture::new(width, height, [10, 130, 250].repeat(pixels)).unwrap();
            let blocks = Blocks::new(&picture, columns, rows);
            for (column, row) in (0..columns).flat_map(|column| (0..rows).map(move |row| (column, row))) {
                prop_assert_eq!(blocks.cell(column, row), Some(([10, 130, 250], [10, 130, 250])));
            }
        }
    }
}
