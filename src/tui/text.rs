//! The one door between text and cells: everything that comes from a tag, a file name or a notice passes here. Control,
//! bidi and invisible characters stay out, columns are counted as terminals count them, what is too long ends in `…`.
//! Pure; called by every view, on the ui thread.
//!
//! Terminals disagree about joined emoji and variation selectors, so a joined sequence is shown as its first emoji and
//! selectors are left out: the columns behind it stay straight everywhere.

use std::path::Path;
use std::time::Duration;

use ratatui::buffer::{Buffer, CellWidth};
use ratatui::style::Style;
use unicode_normalization::UnicodeNormalization;
use unicode_width::UnicodeWidthChar;

use crate::model::facts::TrackFacts;
use crate::model::part;
use crate::model::track::AudioFormat;
use crate::say;

/// Combining marks kept on one letter; more are a prank.
const MAX_MARKS: usize = 4;
const ELLIPSIS: &str = "…";
const JOINER: char = '\u{200d}';

/// Writes `text` into at most `width` columns from `x`; returns the columns used. Outside the buffer nothing is written.
pub fn put(buf: &mut Buffer, x: u16, y: u16, width: u16, text: &str, style: Style) -> u16 {
    let area = buf.area;
    if y < area.y || y >= area.bottom() || x < area.x || x >= area.right() {
        return 0;
    }
    let width = width.min(area.right() - x);
    let (mut used, mut last, mut cut) = (0, 0, false);
    glyphs(text, width, |symbol, columns| {
        if used + columns > width {
            cut = true;
            return false;
        }
        cell(buf, x + used, y, symbol, style);
        for hidden in 1..columns {
            cell(buf, x + used + hidden, y, " ", style);
        }
        (last, used) = (used, used + columns);
        true
    });
    if !cut || width == 0 {
        return used;
    }
    let at = if used < width { used } else { last };
    cell(buf, x + at, y, ELLIPSIS, style);
    for blank in at + 1..used {
        cell(buf, x + blank, y, " ", style);
    }
    at + 1
}

/// As [`put`], but ends at column `x + width`. Returns the column where the text begins.
pub fn put_right(buf: &mut Buffer, x: u16, y: u16, width: u16, text: &str, style: Style) -> u16 {
    let columns = width_of(text, width).min(width);
    let start = x + width - columns;
    put(buf, start, y, columns, text, style);
    start
}

/// One cell, with a symbol that needs no cleaning: a part of our own drawing.
pub fn cell(buf: &mut Buffer, x: u16, y: u16, symbol: &str, style: Style) {
    if let Some(cell) = buf.cell_mut((x, y)) {
        cell.set_symbol(symbol).set_style(style);
    }
}

/// Columns that `text` needs, counted up to a little more than `limit`.
pub fn width_of(text: &str, limit: u16) -> u16 {
    let mut total = 0u16;
    glyphs(text, limit, |_, columns| {
        total = total.saturating_add(columns);
        total <= limit
    });
    total
}

/// What of `text` can be shown, in at most `width` columns: for what is no cell.
pub fn cleaned(text: &str, width: u16) -> String {
    let (mut cleaned, mut used) = (String::new(), 0);
    glyphs(text, width, |symbol, columns| {
        used += columns;
        if used <= width {
            cleaned.push_str(symbol);
        }
        used <= width
    });
    cleaned
}

/// The visible symbols of `text` that have room in `width` columns, the last an ellipsis where there are more.
pub fn fitted(text: &str, width: u16) -> Vec<String> {
    let mut symbols: Vec<(String, u16)> = Vec::new();
    let mut used = 0;
    glyphs(text, width, |symbol, columns| {
        used += columns;
        symbols.push((symbol.to_owned(), columns));
        used <= width
    });
    if used > width {
        // Room for the ellipsis itself.
        while used >= width.max(1)
            && let Some((_, columns)) = symbols.pop()
        {
            used -= columns;
        }
        symbols.extend((width > 0).then(|| (ELLIPSIS.to_owned(), 1)));
    }
    symbols.into_iter().map(|(symbol, _)| symbol).collect()
}

/// Calls `each` with every visible symbol and its columns until it returns false. Looks at a bounded number of
/// characters, however long and however invisible the text.
fn glyphs(text: &str, width: u16, mut each: impl FnMut(&str, u16) -> bool) {
    let limit = usize::from(width) * 8 + 64;
    let mut glyph = Glyph::default();
    let mut joined = false;
    for c in text.chars().take(limit) {
        match kind(c) {
            Kind::Junk => joined |= c == JOINER,
            Kind::Mark => glyph.mark(c),
            Kind::Voicing(_) if glyph.takes_voicing() => glyph.voice(c),
            Kind::Visible(..) if joined && glyph.columns == 2 => joined = false,
            Kind::Voicing((c, columns)) | Kind::Visible(c, columns) => {
                if !glyph.give(&mut each) {
                    return;
                }
                glyph.start(c, columns);
                joined = false;
            }
        }
    }
    glyph.give(&mut each);
}

#[derive(Default)]
struct Glyph {
    symbol: String,
    columns: u16,
    marks: usize,
}

impl Glyph {
    fn start(&mut self, c: char, columns: u16) {
        self.symbol.clear();
        self.symbol.push(c);
        self.columns = columns;
        self.marks = 0;
    }

    fn mark(&mut self, c: char) {
        if self.columns > 0 && self.symbol != " " && self.marks < MAX_MARKS {
            self.symbol.push(c);
            self.marks += 1;
        }
    }

    /// Half-width kana with its voicing mark, two columns, becomes the one wide letter that it is: two columns too. The
    /// parts in cells of their own are counted differently from terminal to terminal.
    fn takes_voicing(&self) -> bool {
        let mut letters = self.symbol.chars();
        matches!((letters.next(), letters.next()), (Some('\u{ff66}'..='\u{ff9d}'), None))
    }

    fn voice(&mut self, mark: char) {
        let mut voiced = self.symbol.chars().chain([mark]).nfkc();
        if let (Some(letter), None) = (voiced.next(), voiced.next()) {
            self.start(letter, 2);
        }
    }

    /// Marks that would change the width in the eyes of the screen's differ are left out.
    fn give(&self, each: &mut impl FnMut(&str, u16) -> bool) -> bool {
        if self.columns == 0 {
            return true;
        }
        let agreed = self.marks == 0 || self.symbol.as_str().cell_width() == self.columns;
        let base = self.symbol.char_indices().nth(1).map_or(self.symbol.len(), |(at, _)| at);
        let shown = if agreed { &self.symbol } else { &self.symbol[..base] };
        each(shown, self.columns)
    }
}

enum Kind {
    /// Never reaches a cell.
    Junk,
    /// Sits on the letter before.
    Mark,
    Visible(char, u16),
    /// Half-width voicing: joins a letter, or alone is this wide mark.
    Voicing((char, u16)),
}

fn kind(c: char) -> Kind {
    match c {
        ' '..='~' => Kind::Visible(c, 1),
        '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Kind::Visible(' ', 1),
        c if c.is_control() || is_junk(c) => Kind::Junk,
        '\u{ff9e}' => Kind::Voicing(('\u{309b}', 2)),
        '\u{ff9f}' => Kind::Voicing(('\u{309c}', 2)),
        // Two- and three-em dashes: no two terminals agree.
        '\u{2e3a}' | '\u{2e3b}' => Kind::Visible('—', 1),
        c => match c.width() {
            None => Kind::Junk,
            Some(0) => Kind::Mark,
            Some(1) => Kind::Visible(c, 1),
            Some(_) => Kind::Visible(c, 2),
        },
    }
}

/// Invisible characters that reorder, join, hide or tag: soft hyphen, fillers, bidi controls, zero-width spaces and
/// joiners, variation selectors, skin tones (they ride on an emoji), byte-order mark, annotations, tags.
fn is_junk(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{1f3fb}'..='\u{1f3ff}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// The last part of a path as far as it can be shown; of an address its name.
pub fn file_name(path: &Path) -> String {
    part::shown_name(path)
}

/// `4:05`, `1:02:03`.
pub fn time(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// `12,345`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `♥ ★★★½`; nothing where nothing was said of it.
pub fn judged(facts: &TrackFacts) -> String {
    let stars = facts.rating.map(|rating| rating.to_string()).unwrap_or_default();
    let heart = if facts.favourite { "♥" } else { "" };
    format!("{heart} {}", stars.trim_end_matches('☆')).trim().to_owned()
}

/// `FLAC 44.1 kHz 16 bit`, `MP3 48 kHz mono`.
pub fn format(format: &AudioFormat) -> String {
    let mut text = format!("{} {}", format.codec.name(), rate(format.spec.rate));
    if let Some(bits) = format.bits {
        text.push_str(&format!(" {bits} bit"));
    }
    match format.spec.channels {
        1 => text.push_str(&format!(" {}", say!("mono"))),
        2 => {}
        channels => text.push_str(&format!(" {channels} ch")),
    }
    text
}

/// `44.1 kHz`, `48 kHz`.
pub fn rate(rate: u32) -> String {
    let khz = f64::from(rate) / 1000.0;
    let text = format!("{khz:.3}");
    format!("{} kHz", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::layout::Rect;

    use super::*;

    fn shown(text: &str, width: u16) -> String {
        let mut buf = Buffer::empty(Rect::new(0, 0, width, 1));
        let used = put(&mut buf, 0, 0, width, text, Style::default());
        assert!(used <= width);
        let mut line = String::new();
        let mut x = 0;
        while x < width {
            let cell = &buf[(x, 0)];
            line.push_str(cell.symbol());
            x += cell.symbol().cell_width().max(1);
        }
        line
    }

    #[test]
    fn what_is_too_long_ends_in_an_ellipsis() {
        assert_eq!(shown("abcdef", 6), "abcdef");
        assert_eq!(shown("abcdefg", 6), "abcde…");
        assert_eq!(shown("日本語", 6), "日本語");
        assert_eq!(shown("日本語x", 6), "日本… ");
        assert_eq!(shown("日本語", 5), "日本…");
        assert_eq!(shown("日本語", 1), "…");
    }

    #[test]
    fn nothing_invisible_or_commanding_gets_through() {
        assert_eq!(shown("a\u{1b}[31mb", 8), "a[31mb  ");
        assert_eq!(shown("a\tb\nc", 6), "a b c ");
        assert_eq!(shown("\u{202e}abc\u{202c}", 4), "abc ");
        assert_eq!(shown("a\u{200b}\u{feff}\u{ad}b", 3), "ab ");
        assert_eq!(shown("\u{9b}31m", 4), "31m ");
    }

    #[test]
    fn joined_emoji_are_their_first_and_marks_stay_on_their_letter() {
        assert_eq!(shown("👩\u{200d}👩\u{200d}👧x", 4), "👩x ");
        assert_eq!(shown("👍🏽x", 4), "👍x ");
        assert_eq!(shown("❤\u{fe0f}x", 3), "❤x ");
        assert_eq!(shown("e\u{301}x", 3), "e\u{301}x ");
        assert_eq!(shown("\u{301}x", 3), "x  ");
        let zalgo = format!("z{}y", "\u{336}".repeat(50));
        assert_eq!(shown(&zalgo, 2), format!("z{}y", "\u{336}".repeat(4)));
        assert_eq!(shown("ﾊﾞx", 4), "バx ");
        assert_eq!(shown("ﾞx", 4), "\u{309b}x ");
    }

    #[test]
    fn numbers_are_written_as_people_write_them() {
        assert_eq!(time(Duration::from_secs(245)), "4:05");
        assert_eq!(time(Duration::from_secs(3723)), "1:02:03");
        assert_eq!(
            [count(7), count(999), count(1_000), count(1_234_567)],
            ["7", "999", "1,000", "1,234,567"]
        );
        assert_eq!([rate(44_100), rate(48_000), rate(11_025)], ["44.1 kHz", "48 kHz", "11.025 kHz"]);
    }

    /// Any characters, and often those that terminals disagree about.
    fn hostile() -> impl Strategy<Value = String> {
        let odd: Vec<char> = "a 日👩🏽🇩🇪ﾊﾞﾟ\u{200d}\u{fe0f}\u{20e3}e\u{301}\u{1b}\u{9b}\u{7f}\u{202e}لاกำक्षि가\u{1100}\u{1161}\u{11a8}"
            .chars()
            .collect();
        let letter = prop_oneof![3 => prop::sample::select(odd), 1 => any::<char>()];
        prop::collection::vec(letter, 0..60).prop_map(|letters| letters.into_iter().collect())
    }

    proptest! {
        #[test]
        fn any_text_keeps_its_columns(text in hostile(), width in 1u16..40) {
            glyphs(&text, width, |symbol, columns| {
                assert_eq!(symbol.cell_width(), columns, "{symbol:?}");
                assert!(!symbol.contains(char::is_control));
                true
            });
            let mut buf = Buffer::filled(Rect::new(0, 0, width + 1, 1), ratatui::buffer::Cell::new("#"));
            let used = put(&mut buf, 0, 0, width, &text, Style::default());
            prop_assert!(used <= width);
            prop_assert_eq!(buf[(width, 0)].symbol(), "#");
        }
    }
}
