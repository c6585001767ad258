//! One line of text being typed, moved through by what the eye takes for letters. The keys are those of shells.

use unicode_segmentation::UnicodeSegmentation;

use crate::config::keys::{Code, Key};

/// More is not typed but poured in.
const MAX_BYTES: usize = 4096;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    text: String,
    /// Byte offset, on a letter's boundary.
    cursor: usize,
}

/// What a key did to the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edited {
    /// Nothing: the key is not for editing.
    No,
    Moved,
    Changed,
}

impl Line {
    pub fn new(text: &str) -> Self {
        let mut line = Self::default();
        line.insert(text);
        line
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn before_cursor(&self) -> &str {
        &self.text[..self.cursor]
    }

    pub fn after_cursor(&self) -> &str {
        &self.text[self.cursor..]
    }

    /// Puts text in at the cursor; line breaks become blanks, other control characters are left out.
    pub fn insert(&mut self, text: &str) {
        for c in text.chars() {
            let c = if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c };
            if !c.is_control() && self.text.len() + c.len_utf8() <= MAX_BYTES {
                self.text.insert(self.cursor, c);
                self.cursor += c.len_utf8();
            }
        }
    }

    /// Puts `text` in place of what is from `start` to the cursor.
    pub fn replace_from(&mut self, start: usize, text: &str) {
        if self.text.is_char_boundary(start) && start <= self.cursor {
            self.text.replace_range(start..self.cursor, "");
            self.cursor = start;
            self.insert(text);
        }
    }

    pub fn key(&mut self, key: Key) -> Edited {
        match key {
            Key { code: Code::Char(c), ctrl: true, alt: false, .. } => self.control(c),
            Key { code: Code::Char(c), alt: true, ctrl: false, .. } => self.meta(c),
            Key { code: Code::Char(c), .. } => {
                self.insert(c.encode_utf8(&mut [0; 4]));
                Edited::Changed
            }
            Key { code: Code::Left, ctrl: true, .. } => self.move_to(self.word_start()),
            Key { code: Code::Right, ctrl: true, .. } => self.move_to(self.word_end()),
            Key { code: Code::Left, .. } => self.move_to(self.letter_start()),
            Key { code: Code::Right, .. } => self.move_to(self.letter_end()),
            Key { code: Code::Home, .. } => self.move_to(0),
            Key { code: Code::End, .. } => self.move_to(self.text.len()),
            Key { code: Code::Backspace, .. } => self.cut(self.letter_start()..self.cursor),
            Key { code: Code::Delete, .. } => self.cut(self.cursor..self.letter_end()),
            _ => Edited::No,
        }
    }

    fn control(&mut self, c: char) -> Edited {
        match c {
            'a' => self.move_to(0),
            'e' => self.move_to(self.text.len()),
            'b' => self.move_to(self.letter_start()),
            'f' => self.move_to(self.letter_end()),
            'h' => self.cut(self.letter_start()..self.cursor),
            'd' => self.cut(self.cursor..self.letter_end()),
            'u' => self.cut(0..self.cursor),
            'k' => self.cut(self.cursor..self.text.len()),
            'w' => self.cut(self.word_start()..self.cursor),
            _ => Edited::No,
        }
    }

    fn meta(&mut self, c: char) -> Edited {
        match c {
            'b' => self.move_to(self.word_start()),
            'f' => self.move_to(self.word_end()),
            'd' => self.cut(self.cursor..self.word_end()),
            _ => Edited::No,
        }
    }

    fn move_to(&mut self, cursor: usize) -> Edited {
        self.cursor = cursor;
        Edited::Moved
    }

    fn cut(&mut self, range: std::ops::Range<usize>) -> Edited {
        if range.is_empty() {
            return Edited::Moved;
        }
        self.cursor = range.start;
        self.text.replace_range(range, "");
        Edited::Changed
    }

    fn letter_start(&self) -> usize {
        let last = self.before_cursor().graphemes(true).next_back();
        self.cursor - last.map_or(0, str::len)
    }

    fn letter_end(&self) -> usize {
        let next = self.after_cursor().graphemes(true).next();
        self.cursor + next.map_or(0, str::len)
    }

    /// Blanks before the cursor, then what is not blank.
    fn word_start(&self) -> usize {
        let words = self.before_cursor().trim_end();
        words
            .rfind(char::is_whitespace)
            .map_or(0, |at| at + words[at..].chars().next().map_or(1, char::len_utf8))
    }

    fn word_end(&self) -> usize {
        let rest = self.after_cursor();
        let word = rest.trim_start();
        let end = word.find(char::is_whitespace).unwrap_or(word.len());
        self.cursor + (rest.len() - word.len()) + end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (text with `|` at the cursor, keys, text with `|` at the cursor)
    fn check(before: &str, keys: &str, after: &str) {
        let (left, right) = before.split_once('|').unwrap();
        let mut line = Line { text: format!("{left}{right}"), cursor: left.len() };
        for key in Key::parse_sequence(keys).unwrap() {
            line.key(key);
        }
        assert_eq!(format!("{}|{}", line.before_cursor(), line.after_cursor()), after, "{before} {keys}");
    }

    #[test]
    fn keys_edit_as_in_a_shell() {
        check("|", "ab<Left>c", "ac|b");
        check("one two |", "<C-w>", "one |");
        check("one two|", "<C-u>", "|");
        check("one| two", "<C-k>", "one|");
        check("one two|", "<Home><Del><C-e>x", "ne twox|");
        check("e\u{301}|", "<BS>", "|");
        check("日本|語", "<Left><BS>", "|本語");
        check("one two|", "<C-Left><C-Left>", "|one two");
        check("|one two", "<A-f><C-Right>", "one two|");
        check("a\u{3000}b|", "<C-w>", "a\u{3000}|");
        check("|", "<BS><Del><C-w><C-u><C-k><Left><Right>", "|");
    }

    #[test]
    fn what_is_pasted_has_no_control_characters_and_an_end() {
        let mut line = Line::new("a\nb\u{1b}[c");
        assert_eq!(line.text(), "a b[c");
        line.insert(&"x".repeat(10_000));
        assert_eq!(line.text().len(), MAX_BYTES);
    }
}
