//! Slips of the keys: which words of a text are nearly a word that was typed.
//!
//! A word of 3 to 5 letters may differ by one edit, a longer one by two, a shorter one not at all (the steps of
//! Elasticsearch's `fuzziness: AUTO`), and its first letter must be right (`prefix_length: 1` there). An edit is a letter
//! too many, too few or wrong, or two that changed places. It is compared with the beginnings of words, as a word that is
//! still being typed is one.

/// Letters that are compared; longer words are not taken for slips.
const MAX_LETTERS: usize = 24;

pub struct Near {
    letters: Vec<char>,
    first: String,
    edits: usize,
    /// Which letters it has, see `mark`.
    marks: u64,
}

impl Near {
    /// `None` where a slip cannot be told from another word.
    pub fn new(folded: &str) -> Option<Self> {
        let letters: Vec<char> = folded.chars().take(MAX_LETTERS + 1).collect();
        let edits = match letters.len() {
            3..=5 => 1,
            6..=MAX_LETTERS => 2,
            _ => return None,
        };
        let marks = folded.bytes().fold(0, |marks, byte| marks | mark(byte));
        let first = letters.first()?.to_string();
        letters.iter().all(|letter| letter.is_alphanumeric()).then_some(Self { letters, first, edits, marks })
    }

    /// The fewest edits to the beginning of a word of `folded`; `None` where there are too many.
    pub fn edits(&self, folded: &str) -> Option<usize> {
        let (mut best, mut rest) = (None, folded.as_bytes());
        while let Some((at, edits)) = self.next(rest) {
            best = Some(best.map_or(edits, |best: usize| best.min(edits)));
            rest = &rest[at + 1..];
        }
        best
    }

    /// Where the first such word begins in UTF-8 that begins at the beginning of a word.
    pub fn find(&self, text: &[u8]) -> Option<usize> {
        self.next(text).map(|(at, _)| at)
    }

    fn next(&self, text: &[u8]) -> Option<(usize, usize)> {
        let first = self.first.as_bytes();
        let places = memchr::memchr_iter(*first.first()?, text);
        let begins = |&at: &usize| at == 0 || is_between(&text[..at]);
        places.filter(begins).find_map(|at| {
            let word = self.bounded(&text[at..]);
            let missing = self.marks & !word.iter().fold(0, |marks, &byte| marks | mark(byte));
            if !word.starts_with(first) || missing.count_ones() as usize > self.edits {
                return None;
            }
            let word = String::from_utf8_lossy(word);
            self.word(&word).map(|edits| (at, edits))
        })
    }

    /// As many bytes of a word as can matter.
    fn bounded<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        let most = (self.letters.len() + self.edits) * 4;
        let len =
            text.iter().take(most).take_while(|&&byte| byte >= 0x80 || byte.is_ascii_alphanumeric()).count();
        &text[..len]
    }

    /// Optimal string alignment, row by row over the letters of `word`; the last column's least value is the answer.
    fn word(&self, word: &str) -> Option<usize> {
        const WIDTH: usize = MAX_LETTERS + 1;
        let len = self.letters.len();
        let mut rows = [[0_usize; WIDTH]; 3];
        for (at, cell) in rows[1].iter_mut().enumerate() {
            *cell = at;
        }
        let (mut best, mut last) = (rows[1][len], None);
        for (row, letter) in word.chars().take(len + self.edits).enumerate() {
            let [before, previous, current] = &mut rows;
            current[0] = row + 1;
            for (at, &own) in self.letters.iter().enumerate() {
                let mut cell = (previous[at] + usize::from(own != letter))
                    .min(previous[at + 1] + 1)
                    .min(current[at] + 1);
                if at > 0 && last == Some(own) && self.letters[at - 1] == letter {
                    cell = cell.min(before[at - 1] + 1);
                }
                current[at + 1] = cell;
            }
            best = best.min(current[len]);
            if current[..=len].iter().all(|&cell| cell > self.edits) {
                break;
            }
            last = Some(letter);
            rows.rotate_left(1);
        }
        (best <= self.edits).then_some(best)
    }
}

/// A bit for each letter and digit of ASCII, one for all else.
fn mark(byte: u8) -> u64 {
    match byte {
        b'a'..=b'z' => 1 << (byte - b'a'),
        b'0'..=b'9' => 1 << (26 + byte - b'0'),
        _ => 1 << 36,
    }
}

/// Whether a word can begin behind `before`: it ends with no letter and no digit.
fn is_between(before: &[u8]) -> bool {
    match before.last() {
        Some(byte) if byte.is_ascii() => !byte.is_ascii_alphanumeric(),
        _ => {
            let tail = &before[before.len().saturating_sub(4)..];
            let letter = tail.utf8_chunks().last().and_then(|chunk| chunk.valid().chars().next_back());
            !letter.is_some_and(char::is_alphanumeric)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_told_from_other_words() {
        let edits = |typed: &str, text: &str| Near::new(typed).and_then(|near| near.edits(text));
        let cases = [
            ("beatels", "the beatles", Some(1)),
            ("beetles", "beatles", Some(1)),
            ("beatls", "beatles", Some(1)),
            ("metalica", "metallica", Some(1)),
            ("radiohed", "radiohead", Some(1)),
            ("floid", "pink floyd", Some(1)),
            ("floy", "pink floyd", Some(0)),
            ("abey", "abbey road", Some(1)),
            ("motörhaed", "motörhead", Some(1)),
            ("florence", "floyd", None),
            ("floid", "gloyd", None),
            ("ab", "abba", None),
            ("led", "lad", Some(1)),
            ("led", "lid", Some(1)),
            ("led", "loud", None),
        ];
        for (typed, text, expected) in cases {
            assert_eq!(edits(typed, text), expected, "{typed} in {text}");
        }
    }
}
