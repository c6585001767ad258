//! The screen in ASCII, for terminals that have nothing else: a frame that is drawn is gone over once more, and every symbol
//! becomes one that looks like it. So no view knows of it. Pure; called by [`super::draw`].

use ratatui::buffer::Buffer;
use unicode_normalization::UnicodeNormalization;

/// What stands for letters that no letter of ASCII looks like. Wide ones keep their two columns.
const UNKNOWN: char = '?';
/// Dots of a Braille cell, upper and lower half (Unicode 15, block U+2800).
const UPPER: u32 = 0b0001_1011;
const LOWER: u32 = 0b1110_0100;
const BRAILLE: std::ops::RangeInclusive<u32> = 0x2800..=0x28ff;

/// Leaves nothing but ASCII in it.
pub fn plain(buf: &mut Buffer) {
    for cell in &mut buf.content {
        if cell.symbol().is_ascii() {
            continue;
        }
        let symbol = of(cell.symbol());
        cell.set_char(symbol);
    }
}

/// Of one cell: a base, and what sits on it.
fn of(symbol: &str) -> char {
    let Some(base) = symbol.chars().next() else { return ' ' };
    drawn(base).or_else(|| letter(base)).unwrap_or(UNKNOWN)
}

/// What we draw ourselves.
fn drawn(symbol: char) -> Option<char> {
    Some(match symbol {
        // Areas that rise: the more of the cell, the darker.
        '▁' => '_',
        '▂' => '.',
        '▃' => ':',
        '▄' => '-',
        '▅' => '=',
        '▆' => '+',
        '▇' => '*',
        '█' | '▀' | '▌' | '▋' | '▊' | '▉' | '■' => '#',
        '▏' | '▎' | '▍' | '·' => '.',
        '░' => ':',
        '▒' => '=',
        '▓' => '%',
        '─' | '–' | '—' => '-',
        '━' | '╸' | '╺' => '=',
        '│' | '┃' | '❚' => '|',
        '┬' | '┴' | '┼' | '┌' | '┐' | '└' | '┘' => '+',
        '►' | '▶' | '›' | '→' => '>',
        '‹' | '←' | '◄' => '<',
        '↑' => '^',
        '↓' => 'v',
        '▾' => '-',
        '▸' => '+',
        '•' | '★' => '*',
        '☆' => '.',
        '½' => '+',
        '♥' => '@',
        '✗' | '×' => 'x',
        '…' => '~',
        '“' | '”' | '„' => '"',
        '▔' | '‘' | '’' => '\'',
        '♯' => '#',
        '♭' => 'b',
        dots if BRAILLE.contains(&u32::from(dots)) => braille(u32::from(dots)),
        _ => return None,
    })
}

fn braille(symbol: u32) -> char {
    let dots = symbol & 0xff;
    match (dots & UPPER, dots & LOWER, dots.count_ones()) {
        (0, 0, _) => ' ',
        (_, 0, 1 | 2) => '\'',
        (_, 0, _) => '"',
        (0, _, 1 | 2) => '.',
        (0, _, _) => '_',
        (_, _, 2 | 3) => ':',
        (_, _, 4 | 5) => '*',
        _ => '#',
    }
}

/// Without its marks; a ligature is its first letter.
fn letter(letter: char) -> Option<char> {
    let plain = match letter {
        'ß' => 's',
        'ø' => 'o',
        'Ø' => 'O',
        'æ' => 'a',
        'Æ' => 'A',
        'œ' => 'o',
        'Œ' => 'O',
        'ł' => 'l',
        'Ł' => 'L',
        'đ' | 'ð' => 'd',
        'Đ' | 'Ð' => 'D',
        'þ' => 't',
        'Þ' => 'T',
        'ı' => 'i',
        other => std::iter::once(other).nfkd().next()?,
    };
    (plain.is_ascii() && !plain.is_ascii_control()).then_some(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;
    use crate::tui::text;

    fn shown(words: &str, width: u16) -> String {
        let mut buf = Buffer::empty(Rect::new(0, 0, width, 1));
        text::put(&mut buf, 0, 0, width, words, Style::default());
        plain(&mut buf);
        buf.content.iter().map(|cell| cell.symbol()).collect()
    }

    #[test]
    fn letters_lose_their_marks_and_columns_stay_where_they_are() {
        assert_eq!(shown("Björk – Jóga…", 14), "Bjork - Joga~ ");
        assert_eq!(shown("e\u{301}x Ł ﬁ", 8), "ex L f  ");
        assert_eq!(shown("日本 x", 6), "? ?  x");
        assert_eq!(shown("♥ ★★½ “a”", 12), "@ **+ \"a\"   ");
        assert_eq!(shown("abcdefgh", 4), "abc~");
    }

    #[test]
    fn dots_stay_in_their_half_of_the_cell() {
        let row = |bits: u32| of(&char::from_u32(0x2800 + bits).unwrap().to_string());
        assert_eq!([row(0), row(0b1), row(0b1001), row(0b1_1011)], [' ', '\'', '\'', '"']);
        assert_eq!([row(0x80), row(0xc0), row(0xe4)], ['.', '.', '_']);
        assert_eq!([row(0x81), row(0xc3), row(0xff)], [':', '*', '#']);
        // Dots 1, 2, 4, 5 lie in the upper two rows of a cell, 3, 6, 7, 8 in the lower two.
        assert_eq!((UPPER | LOWER, UPPER & LOWER), (0xff, 0));
    }

    #[test]
    fn a_bar_that_rises_grows_darker() {
        let ramp: String = "▁▂▃▄▅▆▇█".chars().filter_map(drawn).collect();
        assert_eq!(ramp, "_.:-=+*#");
    }

    proptest! {
        #[test]
        fn whatever_was_drawn_is_ascii(words in "\\PC{0,40}") {
            let line = shown(&words, 30);
            prop_assert!(line.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{line:?}");
            prop_assert_eq!(line.len(), 30);
        }
    }
}
