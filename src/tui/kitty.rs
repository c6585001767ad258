//! Pictures by the graphics protocol of kitty: sent once, put where cells say so that hold a placeholder (U+10EEEE) with marks for
//! row and column. So a picture is text for everything between here and the terminal: it moves, is covered and goes as
//! cells do, through tmux too. What the cells look like is told to `draw`, what is sent to [`super::screen`].
//!
//! <https://sw.kovidgoyal.net/kitty/graphics-protocol/#unicode-placeholders>

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ratatui::style::Color;

use crate::model::picture::Picture;

const PLACEHOLDER: char = '\u{10eeee}';
/// Bytes of a part of a picture, as text.
const PART: usize = 4096;

/// A picture in the frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    pub picture: Arc<Picture>,
    pub number: Number,
    pub columns: u16,
    pub rows: u16,
}

/// What the terminal knows a picture by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    id: u32,
    tmux: bool,
}

impl Number {
    /// Another one for other pictures and for other screens, by their seed. Only the first and the last byte are used: a
    /// multiplexer may know no more than the 256 colours.
    pub fn new(picture: &Picture, seed: u32, tmux: bool) -> Self {
        let mixed = (picture.hash() ^ u64::from(seed)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let (first, last) = (1 + (mixed >> 40) % 255, 16 + (mixed >> 16) % 240);
        Self { id: ((first << 24) | last) as u32, tmux }
    }

    /// What the cell says of the picture, as its colour.
    pub fn colour(self) -> Color {
        let last = (self.id & 0xff) as u8;
        if self.tmux { Color::Indexed(last) } else { Color::Rgb(0, 0, last) }
    }

    /// The text of one cell; `None` beyond what can be told.
    pub fn cell(self, column: u16, row: u16) -> Option<String> {
        let mark = |at: usize| char::from_u32((*MARKS.get(at)?).into());
        let first = (self.id >> 24) as usize;
        Some(String::from_iter([PLACEHOLDER, mark(row.into())?, mark(column.into())?, mark(first)?]))
    }

    /// One command, as it must be written.
    fn command(self, out: &mut String, keys: &str, data: &str) {
        let separator = if data.is_empty() { "" } else { ";" };
        // Written into memory: that cannot fail.
        let _ = match self.tmux {
            true => write!(out, "\x1bPtmux;\x1b\x1b_G{keys}{separator}{data}\x1b\x1b\\\x1b\\"),
            false => write!(out, "\x1b_G{keys}{separator}{data}\x1b\\"),
        };
    }

    fn send(self, out: &mut String, picture: &Picture) {
        let data = STANDARD.encode(picture.rgb());
        let mut parts = data.as_bytes().chunks(PART).map(|part| str::from_utf8(part).unwrap_or_default());
        let (width, height, id) = (picture.width(), picture.height(), self.id);
        let more = |rest: usize| u8::from(rest > 0);
        let first = parts.next().unwrap_or_default();
        let keys = format!("a=t,f=24,q=2,i={id},s={width},v={height},m={}", more(parts.len()));
        self.command(out, &keys, first);
        while let Some(part) = parts.next() {
            self.command(out, &format!("q=2,m={}", more(parts.len())), part);
        }
    }

    fn place(self, out: &mut String, columns: u16, rows: u16) {
        self.command(out, &format!("a=p,U=1,q=2,i={},p=1,c={columns},r={rows}", self.id), "");
    }

    fn delete(self, out: &mut String) {
        self.command(out, &format!("a=d,d=I,q=2,i={}", self.id), "");
    }
}

/// What the terminal holds.
#[derive(Debug, Default)]
pub struct Graphics {
    held: Option<(Number, u16, u16)>,
}

/// What is to be written before the cells, and behind them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub before: String,
    pub behind: String,
}

impl Graphics {
    /// From what the terminal holds to what it is to show; `anew`: what it holds is not known.
    pub fn show(&mut self, wanted: Option<&Placement>, anew: bool) -> Written {
        let mut written = Written::default();
        let new = wanted.map(|wanted| (wanted.number, wanted.columns, wanted.rows));
        let held = std::mem::replace(&mut self.held, new);
        if let Some(wanted) = wanted {
            let is_held = held.is_some_and(|(number, ..)| number == wanted.number) && !anew;
            if !is_held {
                wanted.number.send(&mut written.before, &wanted.picture);
            }
            if !is_held || held != new {
                wanted.number.place(&mut written.before, wanted.columns, wanted.rows);
            }
        }
        let gone = held.filter(|(number, ..)| wanted.is_none_or(|wanted| wanted.number != *number));
        if let Some((number, ..)) = gone {
            number.delete(&mut written.behind);
        }
        LIVE.store(new.map_or(0, |(number, ..)| packed(number)), Ordering::SeqCst);
        written
    }
}

// What the terminal holds, for who leaves it: a panic hook has no handle to pass. 0: nothing.
static LIVE: AtomicU64 = AtomicU64::new(0);

fn packed(number: Number) -> u64 {
    (u64::from(number.tmux) << 32) | u64::from(number.id)
}

/// What deletes all that the terminal holds of us; empty where that is nothing. May be called from any thread.
pub fn farewell() -> String {
    farewell_to(LIVE.swap(0, Ordering::SeqCst))
}

fn farewell_to(live: u64) -> String {
    let mut out = String::new();
    if live != 0 {
        // A picture may have been on its way: that ends here.
        out.push_str("\x1b\\");
        Number { id: live as u32, tmux: live >> 32 != 0 }.delete(&mut out);
    }
    out
}

/// The marks that stand for numbers from 0, as far as one byte goes (kitty, rowcolumn-diacritics.txt).
#[rustfmt::skip]
const MARKS: [u16; 256] = [
    0x0305, 0x030d, 0x030e, 0x0310, 0x0312, 0x033d, 0x033e, 0x033f, 0x0346, 0x034a, 0x034b, 0x034c, 0x0350, 0x0351,
    0x0352, 0x0357, 0x035b, 0x0363, 0x0364, 0x0365, 0x0366, 0x0367, 0x0368, 0x0369, 0x036a, 0x036b, 0x036c, 0x036d,
    0x036e, 0x036f, 0x0483, 0x0484, 0x0485, 0x0486, 0x0487, 0x0592, 0x0593, 0x0594, 0x0595, 0x0597, 0x0598, 0x0599,
    0x059c, 0x059d, 0x059e, 0x059f, 0x05a0, 0x05a1, 0x05a8, 0x05a9, 0x05ab, 0x05ac, 0x05af, 0x05c4, 0x0610, 0x0611,
    0x0612, 0x0613, 0x0614, 0x0615, 0x0616, 0x0617, 0x0657, 0x0658, 0x0659, 0x065a, 0x065b, 0x065d, 0x065e, 0x06d6,
    0x06d7, 0x06d8, 0x06d9, 0x06da, 0x06db, 0x06dc, 0x06df, 0x06e0, 0x06e1, 0x06e2, 0x06e4, 0x06e7, 0x06e8, 0x06eb,
    0x06ec, 0x0730, 0x0732, 0x0733, 0x0735, 0x0736, 0x073a, 0x073d, 0x073f, 0x0740, 0x0741, 0x0743, 0x0745, 0x0747,
    0x0749, 0x074a, 0x07eb, 0x07ec, 0x07ed, 0x07ee, 0x07ef, 0x07f0, 0x07f1, 0x07f3, 0x0816, 0x0817, 0x0818, 0x0819,
    0x081b, 0x081c, 0x081d, 0x081e, 0x081f, 0x0820, 0x0821, 0x0822, 0x0823, 0x0825, 0x0826, 0x0827, 0x0829, 0x082a,
    0x082b, 0x082c, 0x082d, 0x0951, 0x0953, 0x0954, 0x0f82, 0x0f83, 0x0f86, 0x0f87, 0x135d, 0x135e, 0x135f, 0x17dd,
    0x193a, 0x1a17, 0x1a75, 0x1a76, 0x1a77, 0x1a78, 0x1a79, 0x1a7a, 0x1a7b, 0x1a7c, 0x1b6b, 0x1b6d, 0x1b6e, 0x1b6f,
    0x1b70, 0x1b71, 0x1b72, 0x1b73, 0x1cd0, 0x1cd1, 0x1cd2, 0x1cda, 0x1cdb, 0x1ce0, 0x1dc0, 0x1dc1, 0x1dc3, 0x1dc4,
    0x1dc5, 0x1dc6, 0x1dc7, 0x1dc8, 0x1dc9, 0x1dcb, 0x1dcc, 0x1dd1, 0x1dd2, 0x1dd3, 0x1dd4, 0x1dd5, 0x1dd6, 0x1dd7,
    0x1dd8, 0x1dd9, 0x1dda, 0x1ddb, 0x1ddc, 0x1ddd, 0x1dde, 0x1ddf, 0x1de0, 0x1de1, 0x1de2, 0x1de3, 0x1de4, 0x1de5,
    0x1de6, 0x1dfe, 0x20d0, 0x20d1, 0x20d4, 0x20d5, 0x20d6, 0x20d7, 0x20db, 0x20dc, 0x20e1, 0x20e7, 0x20e9, 0x20f0,
    0x2cef, 0x2cf0, 0x2cf1, 0x2de0, 0x2de1, 0x2de2, 0x2de3, 0x2de4, 0x2de5, 0x2de6, 0x2de7, 0x2de8, 0x2de9, 0x2dea,
    0x2deb, 0x2dec, 0x2ded, 0x2dee, 0x2def, 0x2df0, 0x2df1, 0x2df2, 0x2df3, 0x2df4, 0x2df5, 0x2df6, 0x2df7, 0x2df8,
    0x2df9, 0x2dfa, 0x2dfb, 0x2dfc, 0x2dfd, 0x2dfe, 0x2dff, 0xa66f, 0xa67c, 0xa67d, 0xa6f0, 0xa6f1, 0xa8e0, 0xa8e1,
    0xa8e2, 0xa8e3, 0xa8e4, 0xa8e5,
];

#[cfg(test)]
mod tests {
    use ratatui::buffer::CellWidth;

    use super::*;

    fn placement(value: u8, side: u16, columns: u16) -> Placement {
        let pixels = vec![value; usize::from(side) * usize::from(side) * 3];
        let picture = Arc::new(Picture::new(side, side, pixels).unwrap());
        let number = Number::new(&picture, 7, false);
        Placement { picture, number, columns, rows: columns / 2 }
    }

    #[test]
    fn a_picture_is_sent_once_and_deleted_when_it_goes() {
        let (first, second) = (placement(1, 1, 4), placement(2, 1, 4));
        let (one, two) = (first.number.id, second.number.id);
        let mut graphics = Graphics::default();
        let place = |id, columns| format!("\x1b_Ga=p,U=1,q=2,i={id},p=1,c={columns},r={}\x1b\\", columns / 2);
        let send = |id, data| format!("\x1b_Ga=t,f=24,q=2,i={id},s=1,v=1,m=0;{data}\x1b\\");
        let delete = |id| format!("\x1b_Ga=d,d=I,q=2,i={id}\x1b\\");
        let written = |before: &[String], behind: &[String]| Written {
            before: before.concat(),
            behind: behind.concat(),
        };
        assert_eq!(graphics.show(None, true), Written::default());
        let shown = written(&[send(one, "AQEB"), place(one, 4)], &[]);
        assert_eq!(graphics.show(Some(&first), false), shown);
        assert_eq!(graphics.show(Some(&first), false), Written::default());
        assert_eq!(graphics.show(Some(&first), true), shown, "nobody knows what is there");
        let larger = Placement { columns: 6, rows: 3, ..first.clone() };
        assert_eq!(graphics.show(Some(&larger), false), written(&[place(one, 6)], &[]));
        let other = written(&[send(two, "AgIC"), place(two, 4)], &[delete(one)]);
        assert_eq!(graphics.show(Some(&second), false), other);
        assert_eq!(farewell_to(packed(second.number)), format!("\x1b\\{}", delete(two)));
        assert_eq!(graphics.show(None, false), written(&[], &[delete(two)]));
        assert_eq!(farewell_to(0), "");
    }

    #[test]
    fn a_large_picture_is_sent_in_parts_that_are_whole_again() {
        let large = placement(9, 60, 10);
        let mut out = String::new();
        large.number.send(&mut out, &large.picture);
        let parts: Vec<&str> = out.split_terminator("\x1b\\").collect();
        // 60 * 60 * 3 bytes are 14,400 letters, in three parts of 4096 and the rest.
        assert_eq!(parts.len(), 4);
        let datas: Vec<&str> = parts.iter().map(|part| part.split_once(';').unwrap().1).collect();
        assert_eq!(datas.iter().map(|data| data.len()).collect::<Vec<_>>(), [4096, 4096, 4096, 2112]);
        assert_eq!(datas.concat(), STANDARD.encode(large.picture.rgb()));
        let more: Vec<bool> = parts.iter().map(|part| part.contains("m=1;")).collect();
        assert_eq!(more, [true, true, true, false]);
        assert!(parts.iter().all(|part| part.contains("q=2")), "nothing is answered");
    }

    /// Of the protocol's own description: rows and columns are U+0305 (0), U+030D (1), U+030E (2).
    #[test]
    fn a_cell_names_its_place_and_picture_and_is_one_column_wide() {
        let number = Number { id: 0x0200_0010, tmux: false };
        assert_eq!(number.cell(1, 0).unwrap(), "\u{10eeee}\u{305}\u{30d}\u{30e}");
        assert_eq!((number.cell(256, 0), number.cell(0, 256)), (None, None));
        assert_eq!(number.colour(), Color::Rgb(0, 0, 16));
        assert_eq!(Number { tmux: true, ..number }.colour(), Color::Indexed(16));
        for at in 0..256 {
            assert_eq!(number.cell(at, at).unwrap().as_str().cell_width(), 1, "{at}");
        }
    }

    #[test]
    fn tmux_passes_on_what_is_wrapped_for_it() {
        let mut out = String::new();
        Number { id: 0x0100_0011, tmux: true }.delete(&mut out);
        assert_eq!(out, "\x1bPtmux;\x1b\x1b_Ga=d,d=I,q=2,i=16777233\x1b\x1b\\\x1b\\");
    }
}
