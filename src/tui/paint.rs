//! Pictures that a terminal paints over its cells: by sixel (DEC STD 070, chapter 9.. as in the VT340) and by the inline
//! images of iTerm2. What is written for one is made on a worker; where it stands the cells are blank, and it goes
//! when something is written over them.
//!
//! <https://vt100.net/docs/vt3xx-gp/chapter14.html>, <https://iterm2.com/documentation-images.html>

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use ratatui::layout::Rect;

use super::blocks::{Rgb, scaled};
use crate::model::picture::Picture;

/// How a terminal paints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    Sixel,
    Iterm2,
}

/// What is to be made of a picture.
#[derive(Debug, Clone)]
pub struct Order {
    pub picture: Arc<Picture>,
    pub paint: Paint,
    pub columns: u16,
    pub rows: u16,
    /// Pixels of a cell.
    pub cell: (u16, u16),
}

impl PartialEq for Order {
    fn eq(&self, other: &Self) -> bool {
        let of = |order: &Self| (order.picture.hash(), order.paint, order.columns, order.rows, order.cell);
        of(self) == of(other)
    }
}

/// What is written for a picture, without the place.
#[derive(Debug, Clone)]
pub struct Painted {
    pub order: Order,
    pub sequence: Arc<str>,
}

impl PartialEq for Painted {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

/// It in a frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Placement {
    pub painted: Painted,
    pub area: Rect,
}

/// Most pixels of a side of what is painted: a terminal may be as large as it likes.
const MOST: usize = 1024;
/// Colours of a sixel picture: as many registers as common terminals have.
const COLOURS: usize = 256;

impl Order {
    /// Takes some milliseconds.
    pub fn make(&self) -> Painted {
        let sequence = match self.paint {
            Paint::Sixel => {
                let side =
                    |cells: u16, pixels: u16| (usize::from(cells) * usize::from(pixels)).clamp(1, MOST);
                let (width, height) = (side(self.columns, self.cell.0), side(self.rows, self.cell.1));
                sixel(&scaled(&self.picture, width, height), width)
            }
            Paint::Iterm2 => iterm2(&self.picture, self.columns, self.rows),
        };
        Painted { order: self.clone(), sequence: sequence.into() }
    }
}

fn iterm2(picture: &Picture, columns: u16, rows: u16) -> String {
    let file = png(picture);
    let (size, data) = (file.len(), STANDARD.encode(file));
    format!(
        "\x1b]1337;File=inline=1;size={size};width={columns};height={rows};preserveAspectRatio=0;doNotMoveCursor=1:{data}\x07"
    )
}

/// As a PNG file (RFC 2083): one of the least, for which no codec is needed.
fn png(picture: &Picture) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8; 4], data: &[u8]| {
        let mut sum = Crc::new();
        sum.update(kind);
        sum.update(data);
        file.extend((data.len() as u32).to_be_bytes());
        file.extend(kind);
        file.extend(data);
        file.extend(sum.sum().to_be_bytes());
    };
    let size = [u32::from(picture.width()), u32::from(picture.height())].map(u32::to_be_bytes);
    // Eight bits, red green blue, no interlace.
    chunk(b"IHDR", &[&size.concat()[..], &[8, 2, 0, 0, 0]].concat());
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    for line in picture.rgb().chunks_exact(usize::from(picture.width()) * 3) {
        // Every line says how it is filtered: not at all. Written into memory, it cannot fail.
        let _ = packed.write_all(&[0]).and_then(|()| packed.write_all(line));
    }
    chunk(b"IDAT", &packed.finish().unwrap_or_default());
    chunk(b"IEND", &[]);
    file
}

/// Pixels row by row, in bands of six rows; a band is gone over once for each of its colours.
fn sixel(pixels: &[Rgb], width: usize) -> String {
    let palette = Palette::of(pixels);
    let height = pixels.len() / width;
    // Square pixels; what is not painted stays as it is.
    let mut out = format!("\x1bP0;1;0q\"1;1;{width};{height}");
    for (number, colour) in palette.colours.iter().enumerate() {
        let [red, green, blue] = colour.map(|part| (u32::from(part) * 100 + 127) / 255);
        let _ = write!(out, "#{number};2;{red};{green};{blue}");
    }
    let numbers: Vec<u8> = pixels.iter().map(|&pixel| palette.number(pixel)).collect();
    for band in numbers.chunks(width * 6) {
        let mut used: Vec<u8> = band.to_vec();
        used.sort_unstable();
        used.dedup();
        for (at, colour) in used.into_iter().enumerate() {
            let _ = write!(out, "{}#{colour}", if at > 0 { "$" } else { "" });
            paint_colour(&mut out, band, width, colour);
        }
        out.push('-');
    }
    out.push_str("\x1b\\");
    out
}

/// One colour of a band: a letter for six pixels one above the other, equal ones counted.
fn paint_colour(out: &mut String, band: &[u8], width: usize, colour: u8) {
    let letter = |x: usize| {
        let bits = (0..6).filter(|row| band.get(row * width + x) == Some(&colour));
        bits.fold(0_u8, |bits, row| bits | 1 << row)
    };
    let mut x = 0;
    while x < width {
        let bits = letter(x);
        let run = (x..width).take_while(|&next| letter(next) == bits).count();
        x += run;
        if bits == 0 && x == width {
            break;
        }
        let letter = char::from(63 + bits);
        match run {
            1..=3 => (0..run).for_each(|_| out.push(letter)),
            _ => drop(write!(out, "!{run}{letter}")),
        }
    }
}

/// Bits of a channel by which colours are told apart.
const DEPTH: usize = 5;

/// Few colours for many, by median cut (Heckbert, 1982).
struct Palette {
    colours: Vec<Rgb>,
    /// The colour of each bin.
    numbers: Vec<u8>,
}

#[derive(Clone, Copy)]
struct Bin {
    at: usize,
    count: u32,
    sum: [u32; 3],
}

fn bin(pixel: Rgb) -> usize {
    pixel.iter().fold(0, |bin, part| (bin << DEPTH) | usize::from(part >> (8 - DEPTH)))
}

impl Palette {
    fn of(pixels: &[Rgb]) -> Self {
        let mut bins: Vec<Bin> = (0..1 << (3 * DEPTH)).map(|at| Bin { at, count: 0, sum: [0; 3] }).collect();
        for &pixel in pixels {
            let bin = &mut bins[bin(pixel)];
            bin.count += 1;
            (0..3).for_each(|part| bin.sum[part] += u32::from(pixel[part]));
        }
        bins.retain(|bin| bin.count > 0);
        let mut palette = Self { colours: Vec::new(), numbers: vec![0; 1 << (3 * DEPTH)] };
        for part in cut(bins) {
            let count: u32 = part.iter().map(|bin| bin.count).sum();
            let mean = |channel: usize| {
                let sum: u64 = part.iter().map(|bin| u64::from(bin.sum[channel])).sum();
                (sum / u64::from(count.max(1))) as u8
            };
            let number = palette.colours.len() as u8;
            palette.colours.push([mean(0), mean(1), mean(2)]);
            part.iter().for_each(|bin| palette.numbers[bin.at] = number);
        }
        palette
    }

    fn number(&self, pixel: Rgb) -> u8 {
        self.numbers[bin(pixel)]
    }
}

/// Parts of the bins, the widest of them halved until there are as many as there are colours.
fn cut(bins: Vec<Bin>) -> Vec<Vec<Bin>> {
    let mut parts = vec![bins];
    while parts.len() < COLOURS {
        let widths = parts.iter().enumerate().map(|(at, part)| {
            let (channel, width) = widest(part);
            let weight: u32 = part.iter().map(|bin| bin.count).sum();
            (u64::from(width) * u64::from(weight), at, channel)
        });
        let Some((_, at, channel)) = widths.filter(|&(width, ..)| width > 0).max() else { break };
        let mut part = std::mem::take(&mut parts[at]);
        let place = |bin: &Bin| (bin.at >> (DEPTH * (2 - channel))) & ((1 << DEPTH) - 1);
        part.sort_unstable_by_key(place);
        let all: u32 = part.iter().map(|bin| bin.count).sum();
        let mut before = 0;
        let middle = part.iter().position(|bin| {
            before += bin.count;
            before * 2 >= all
        });
        let middle = middle.map_or(1, |at| at + 1).clamp(1, part.len() - 1);
        let rest = part.split_off(middle);
        parts[at] = part;
        parts.push(rest);
    }
    parts
}

/// The channel in which bins differ most, and by how much.
fn widest(bins: &[Bin]) -> (usize, u32) {
    let width = |channel: usize| {
        let places = bins.iter().map(|bin| (bin.at >> (DEPTH * (2 - channel))) & ((1 << DEPTH) - 1));
        let (low, high) = places.fold((usize::MAX, 0), |(low, high), at| (low.min(at), high.max(at)));
        high.saturating_sub(low) as u32
    };
    (0..3).map(|channel| (channel, width(channel))).max_by_key(|&(_, width)| width).unwrap_or((0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads sixel as the VT340's manual describes it: palette, repeats, `$`, `-`.
    fn decoded(text: &str) -> (usize, usize, Vec<Option<[u8; 3]>>) {
        let body = text.strip_prefix("\x1bP0;1;0q").unwrap().strip_suffix("\x1b\\").unwrap();
        let mut letters = body.chars().peekable();
        let numbers = |letters: &mut std::iter::Peekable<std::str::Chars<'_>>| {
            let mut all = vec![0_usize];
            while let Some(letter) = letters.next_if(|c| c.is_ascii_digit() || *c == ';') {
                match letter {
                    ';' => all.push(0),
                    digit => *all.last_mut().unwrap() = all.last().unwrap() * 10 + digit as usize - 48,
                }
            }
            all
        };
        let (mut width, mut height, mut pixels) = (0, 0, Vec::new());
        let (mut palette, mut colour) = (std::collections::HashMap::new(), [0; 3]);
        let (mut x, mut top) = (0, 0);
        while let Some(letter) = letters.next() {
            let (run, letter) = match letter {
                '"' => {
                    let [_, _, across, down] = numbers(&mut letters)[..] else { panic!() };
                    (width, height, pixels) = (across, down, vec![None; across * down]);
                    continue;
                }
                '#' => {
                    match numbers(&mut letters)[..] {
                        [number] => colour = palette[&number],
                        [number, 2, red, green, blue] => {
                            palette.insert(number, [red, green, blue].map(|part| (part * 255 / 100) as u8));
                        }
                        _ => panic!(),
                    }
                    continue;
                }
                '$' => {
                    x = 0;
                    continue;
                }
                '-' => {
                    (x, top) = (0, top + 6);
                    continue;
                }
                '!' => (numbers(&mut letters)[0], letters.next().unwrap()),
                letter => (1, letter),
            };
            let bits = letter as u8 - 63;
            for _ in 0..run {
                for row in (0..6).filter(|row| bits & (1 << row) != 0) {
                    pixels[(top + row) * width + x] = Some(colour);
                }
                x += 1;
            }
        }
        (width, height, pixels)
    }

    fn picture(side: u16, pixel: impl Fn(u16, u16) -> Rgb) -> Arc<Picture> {
        let rgb: Vec<u8> =
            (0..side).flat_map(|y| (0..side).map(move |x| (x, y))).flat_map(|(x, y)| pixel(x, y)).collect();
        Arc::new(Picture::new(side, side, rgb).unwrap())
    }

    fn order(picture: Arc<Picture>, paint: Paint) -> Order {
        Order { picture, paint, columns: 4, rows: 2, cell: (10, 20) }
    }

    #[test]
    fn a_sixel_picture_covers_its_cells_with_its_colours() {
        let halves = picture(40, |x, _| if x < 20 { [255, 0, 0] } else { [0, 0, 255] });
        let painted = order(halves, Paint::Sixel).make();
        let (width, height, pixels) = decoded(&painted.sequence);
        assert_eq!((width, height), (40, 40));
        let is = |x: usize, y: usize| pixels[y * 40 + x].unwrap();
        for (x, y) in [(0, 0), (19, 39), (3, 17)] {
            assert_eq!(is(x, y), [255, 0, 0]);
            assert_eq!(is(39 - x, y), [0, 0, 255]);
        }
        assert!(pixels.iter().all(Option::is_some), "a hole");
    }

    /// A smooth picture keeps its colours to a few steps: more than 256 of them are in it.
    #[test]
    fn few_colours_stand_for_many() {
        let smooth = picture(128, |x, y| [(x * 2) as u8, (y * 2) as u8, 128]);
        let order = Order { columns: 16, rows: 8, cell: (8, 16), ..order(Arc::clone(&smooth), Paint::Sixel) };
        let (_, _, pixels) = decoded(&order.make().sequence);
        let off = pixels.iter().zip(smooth.rgb().chunks_exact(3)).map(|(seen, real)| {
            let seen = seen.unwrap();
            (0..3).map(|part| seen[part].abs_diff(real[part])).max().unwrap()
        });
        assert!(off.max().unwrap() <= 20, "a pixel is another one");
    }

    #[test]
    fn an_inline_picture_is_a_file_that_others_read() {
        let odd = picture(5, |x, y| [x as u8 * 50, y as u8 * 50, 7]);
        let painted = order(Arc::clone(&odd), Paint::Iterm2).make();
        let (head, data) = painted.sequence.strip_suffix('\x07').unwrap().split_once(':').unwrap();
        assert!(head.starts_with("\x1b]1337;File=inline=1;size=") && head.contains(";width=4;height=2;"));
        let file = STANDARD.decode(data).unwrap();
        assert!(head.contains(&format!("size={};", file.len())));
        let read = image::load_from_memory_with_format(&file, image::ImageFormat::Png).unwrap().to_rgb8();
        assert_eq!((read.dimensions(), read.as_raw().as_slice()), ((5, 5), odd.rgb()));
    }
}
