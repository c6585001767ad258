//! Words that are written from right to left, in the order in which they are seen (UAX #9, the Unicode bidirectional
//! algorithm). Each text that a view writes is a paragraph of its own and goes the way of its first letter, so no
//! title reorders what stands beside it. Pure.
//!
//! Few terminals order words themselves. Where one does that could be told otherwise (ECMA-48 BDSM, as VTE has it), it is
//! told; where it is known to do so come what may, words are left to it.

use std::borrow::Cow;

use unicode_bidi::{BidiInfo, Level};

use super::text::fitted;

/// The terminal is to leave the order of cells alone; is to do as it does by itself.
pub(super) const OURS: &str = "\x1b[8l";
pub(super) const THEIRS: &str = "\x1b[8h";

/// Whether a terminal of that name (XTVERSION) turns words round itself whatever it is told: kitty by HarfBuzz, Konsole
/// and mlterm by their own settings, as their documentation has it.
pub(super) fn orders_itself(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["kitty(", "konsole ", "mlterm("].iter().any(|known| name.starts_with(known))
}

/// What of `text` can be shown in `width` columns, in the order of the columns.
pub(super) fn visual(text: &str, width: u16) -> Cow<'_, str> {
    if text.is_ascii() || !text.chars().any(is_from_right) {
        return text.into();
    }
    let glyphs = fitted(text, width);
    let logical = glyphs.concat();
    let info = BidiInfo::new(&logical, None);
    let Some(paragraph) = info.paragraphs.first() else { return Cow::default() };
    let (levels, runs) = info.visual_runs(paragraph, paragraph.range.clone());
    let mut starts = Vec::with_capacity(glyphs.len());
    let mut at = 0;
    for glyph in &glyphs {
        starts.push(at);
        at += glyph.len();
    }
    let mut seen = String::with_capacity(logical.len());
    for run in runs {
        let within = |at: usize| starts.partition_point(|&start| start < at);
        let glyphs = &glyphs[within(run.start)..within(run.end)];
        if levels.get(run.start).is_some_and(Level::is_rtl) {
            glyphs.iter().rev().for_each(|glyph| seen.push_str(mirrored(glyph)));
        } else {
            glyphs.iter().for_each(|glyph| seen.push_str(glyph));
        }
    }
    seen.into()
}

/// The text as a whole goes from right to left: its first letter does.
pub(super) fn goes_left(text: &str) -> bool {
    !text.is_ascii() && unicode_bidi::get_base_direction(text) == unicode_bidi::Direction::Rtl
}

/// In one of the blocks that are kept for scripts from right to left.
fn is_from_right(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// Brackets open towards what they hold.
fn mirrored(glyph: &str) -> &str {
    match glyph {
        "(" => ")",
        ")" => "(",
        "[" => "]",
        "]" => "[",
        "{" => "}",
        "}" => "{",
        "<" => ">",
        ">" => "<",
        "«" => "»",
        "»" => "«",
        "‹" => "›",
        "›" => "‹",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Hebrew letters as they are typed, and from left to right as they are seen; by hand from UAX #9.
    #[test]
    fn words_stand_as_they_are_read() {
        let cases = [
            ("abc", "abc"),
            ("日本 é", "日本 é"),
            ("אבג", "גבא"),
            ("אבג דהו", "והד גבא"),
            // The way of the first letter; numbers are read from left to right (X9, W2, L2).
            ("אב 12 גד", "דג 12 בא"),
            ("אב abc גד", "דג abc בא"),
            ("abc אב de", "abc בא de"),
            ("12 אב", "בא 12"),
            // Brackets are mirrored (L4) and go with what they hold (N0).
            ("אב (גד)", "(דג) בא"),
            ("אב [live]", "[live] בא"),
            // Marks stay on their letter (L3).
            ("שׁב", "בשׁ"),
        ];
        for (typed, seen) in cases {
            assert_eq!(visual(typed, 80), seen, "{typed}");
        }
    }

    #[test]
    fn what_is_too_long_ends_at_its_own_end() {
        assert_eq!(visual("אבגדה", 5), "הדגבא");
        assert_eq!(visual("אבגדה", 4), "…גבא");
        assert_eq!(visual("abc אבגדה", 7), "abc בא…");
        assert_eq!(visual("אב", 0), "");
    }

    #[test]
    fn the_way_of_a_text_is_that_of_its_first_letter() {
        assert!(goes_left("  אב abc") && goes_left("12 אב"));
        assert!(!goes_left("abc אב") && !goes_left("12 34") && !goes_left(""));
    }

    /// Letters of either way, digits, brackets, marks, controls, wide ones, any others.
    fn mixed() -> impl Strategy<Value = String> {
        let odd: Vec<char> =
            "abאבגد لا12۱(]«»\u{5b0}\u{202e}\u{2067}\u{200f}日👩\u{200d}\u{2029}".chars().collect();
        let letter = prop_oneof![6 => prop::sample::select(odd), 1 => any::<char>()];
        prop::collection::vec(letter, 0..60).prop_map(|letters| letters.into_iter().collect())
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_added(text in mixed(), width in 0u16..40) {
            let symbols = |text: &str| {
                let mut symbols = fitted(text, u16::MAX);
                symbols.iter_mut().for_each(|symbol| *symbol = mirrored(symbol).max(symbol.as_str()).to_owned());
                symbols.sort();
                symbols
            };
            prop_assume!(text.chars().any(is_from_right));
            let seen = visual(&text, width);
            prop_assert_eq!(symbols(&seen), symbols(&fitted(&text, width).concat()));
            prop_assert!(crate::tui::text::width_of(&seen, width) <= width);
        }
    }

    #[test]
    fn some_terminals_do_it_themselves() {
        assert!(orders_itself("kitty(0.43.1)") && orders_itself("Konsole 25.08.1"));
        assert!(!orders_itself("VTE(8000)") && !orders_itself("foot(1.24.0)") && !orders_itself(""));
    }
}
