//! All texts of a catalog that are searched, each folded once, end to end: what a keystroke looks through.

use super::expr::{Folded, Pattern};
use super::near::Near;
use crate::model::catalog::{Catalog, TextId};
use crate::model::fold::fold_into;

/// One bit a thing, by its id.
#[derive(Debug, Clone, Default)]
pub struct Bits(Vec<u64>);

impl Bits {
    pub fn new(len: usize) -> Self {
        Self(vec![0; len.div_ceil(64)])
    }

    pub fn has(&self, id: u32) -> bool {
        let word = self.0.get(id as usize / 64).copied().unwrap_or(0);
        word >> (id % 64) & 1 == 1
    }

    pub fn set(&mut self, id: u32) {
        if let Some(word) = self.0.get_mut(id as usize / 64) {
            *word |= 1 << (id % 64);
        }
    }

    /// How many are set.
    pub fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|&word| word == 0)
    }

    /// The ids that are set, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        (0..).step_by(64).zip(&self.0).flat_map(|(first, &word)| {
            let mut left = word;
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros();
                left &= left.wrapping_sub(1);
                (bit < 64).then(|| first + bit)
            })
        })
    }
}

/// The beginnings of so many lines apart are known; the lines between are counted.
const EVERY: usize = 16;

/// See the module's head.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    /// A line for each id, by its number; empty where the text is not searched.
    folded: String,
    /// Where each [`EVERY`]th line begins.
    starts: Vec<u32>,
    len: usize,
}

impl Texts {
    /// Folds titles, artists, albums, album artists, genres, composers, folders and file names of `catalog`.
    pub fn new(catalog: &Catalog) -> Self {
        let searched = searched(catalog);
        let len = catalog.text_count();
        let mut texts = Self { folded: String::new(), starts: Vec::with_capacity(len.div_ceil(EVERY)), len };
        for id in 0..u32::try_from(len).unwrap_or(u32::MAX) {
            let start = u32::try_from(texts.folded.len()).unwrap_or(u32::MAX);
            if (id as usize).is_multiple_of(EVERY) {
                texts.starts.push(start);
            }
            // Beyond 4 GiB nothing is found.
            if searched.has(id) && start < u32::MAX {
                fold_into(catalog.text(TextId(id)), &mut texts.folded);
            }
            texts.folded.push('\n');
        }
        texts.folded.shrink_to_fit();
        texts
    }

    /// Bytes that it takes in memory.
    pub fn bytes_held(&self) -> usize {
        self.folded.capacity() + self.starts.capacity() * size_of::<u32>()
    }

    /// Folded; empty where it is not searched.
    pub fn get(&self, id: TextId) -> Option<&str> {
        let line = self.line(id.0)?;
        self.folded.get(line)
    }

    fn line(&self, id: u32) -> Option<std::ops::Range<usize>> {
        let bytes = self.folded.as_bytes();
        let mut start = *self.starts.get(id as usize / EVERY)? as usize;
        for _ in 0..id as usize % EVERY {
            start += memchr::memchr(b'\n', bytes.get(start..)?)? + 1;
        }
        let len = memchr::memchr(b'\n', bytes.get(start..)?)?;
        Some(start..start + len)
    }

    /// The texts that a pattern fits. `within`: the only ones that can be.
    pub fn fitting(&self, catalog: &Catalog, pattern: &Pattern, within: Option<&Bits>) -> Bits {
        match pattern {
            Pattern::Has(words) => match within {
                // To find a line takes as long as to look through several.
                Some(within) if within.count() * EVERY < self.len => {
                    let finder = memchr::memmem::Finder::new(words.folded.as_bytes());
                    let has = |id: u32| {
                        let line = self.line(id).and_then(|line| self.folded.as_bytes().get(line));
                        line.is_some_and(|text| finder.find(text).is_some())
                    };
                    self.set(within.iter().filter(|&id| has(id)))
                }
                _ => self.having(words),
            },
            Pattern::Is(words) => self.chosen(|text| text == words.folded.as_bytes()),
            Pattern::Regex(regex) => {
                let ids = 1..u32::try_from(self.len).unwrap_or(u32::MAX);
                self.set(ids.filter(|&id| regex.is_match(catalog.text(TextId(id)))))
            }
        }
    }

    fn set(&self, ids: impl Iterator<Item = u32>) -> Bits {
        let mut found = Bits::new(self.len);
        ids.for_each(|id| found.set(id));
        found
    }

    /// The texts that fit, looked at one by one. The empty text is none.
    pub fn chosen(&self, fits: impl Fn(&[u8]) -> bool) -> Bits {
        let lines = (0..).zip(self.folded.as_bytes().split(|&byte| byte == b'\n'));
        self.set(lines.skip(1).filter(|(_, line)| !line.is_empty() && fits(line)).map(|(id, _)| id))
    }

    /// A word is looked for in all texts at once.
    fn having(&self, words: &Folded) -> Bits {
        let word = words.folded.as_bytes();
        let Some((count, rarest)) = (0..word.len()).map(|at| (self.sampled(word[at]), at)).min() else {
            return self.chosen(|_| true);
        };
        // Where most lines have the letter, to begin anew behind each line takes longer than to look at each of them.
        if count * 2 > self.sampled(b'\n') {
            return self.stepping(word, rarest);
        }
        let finder = memchr::memmem::Finder::new(word);
        self.places(|from| finder.find(from))
    }

    /// How often a byte occurs in what stands for all of it.
    fn sampled(&self, byte: u8) -> usize {
        const SAMPLE: usize = 64 * 1024;
        let bytes = self.folded.as_bytes();
        memchr::memchr_iter(byte, bytes.get(..SAMPLE).unwrap_or(bytes)).count()
    }

    /// The texts that have `word`, by going from one place of its letter `at` to the next.
    fn stepping(&self, word: &[u8], at: usize) -> Bits {
        let bytes = self.folded.as_bytes();
        let (mut found, mut id) = (Bits::new(self.len), 0);
        for place in memchr::memchr2_iter(word[at], b'\n', bytes) {
            if bytes[place] == b'\n' {
                id += 1;
            } else if place.checked_sub(at).is_some_and(|from| bytes[from..].starts_with(word)) {
                found.set(id);
            }
        }
        found
    }

    /// The texts in which a word begins that is nearly `word`.
    pub fn nearly(&self, word: &Folded) -> Bits {
        match Near::new(&word.folded) {
            Some(near) => self.places(|from| near.find(from)),
            None => self.having(word),
        }
    }

    /// The texts in which `next` finds a place, one text after the other; it looks from the beginning of what it gets.
    fn places(&self, next: impl Fn(&[u8]) -> Option<usize>) -> Bits {
        let bytes = self.folded.as_bytes();
        let mut found = Bits::new(self.len);
        let (mut from, mut id) = (0, 0);
        while let Some(at) = bytes.get(from..).and_then(&next) {
            id = self.line_at((from, id), from + at);
            found.set(u32::try_from(id).unwrap_or(u32::MAX));
            let Some(end) = bytes.get(from + at..).and_then(|rest| memchr::memchr(b'\n', rest)) else {
                break;
            };
            from += at + end + 1;
            id += 1;
        }
        found
    }

    /// The line that has the byte at `place`, from a line's beginning before it on. Near ones are counted, far ones found
    /// by halving.
    fn line_at(&self, (from, id): (usize, usize), place: usize) -> usize {
        const NEAR: usize = 1024;
        let (from, id) = if place - from < NEAR {
            (from, id)
        } else {
            let known = self.starts.partition_point(|&start| start as usize <= place).saturating_sub(1);
            (self.starts.get(known).map_or(0, |&start| start as usize), known * EVERY)
        };
        let between = self.folded.as_bytes().get(from..place).unwrap_or(&[]);
        id + memchr::memchr_iter(b'\n', between).count()
    }
}

/// Every text that is searched.
fn searched(catalog: &Catalog) -> Bits {
    let mut used = Bits::new(catalog.text_count());
    let mut lists = Bits::new(catalog.list_count());
    for track in catalog.track_rows() {
        [track.title, track.name, track.folder].into_iter().for_each(|id| used.set(id.0));
        [track.artists, track.genres, track.composers].into_iter().for_each(|list| lists.set(list.0));
    }
    for album in catalog.albums() {
        used.set(album.title.0);
        lists.set(album.artists.0);
    }
    for list in lists.iter() {
        catalog.list_ids(crate::model::catalog::ListId(list)).iter().for_each(|id| used.set(id.0));
    }
    // The empty text is no text.
    if let Some(first) = used.0.first_mut() {
        *first &= !1;
    }
    used
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[String]) -> Texts {
        let mut texts = Texts { len: lines.len(), ..Texts::default() };
        for (id, line) in lines.iter().enumerate() {
            if id.is_multiple_of(EVERY) {
                texts.starts.push(u32::try_from(texts.folded.len()).unwrap());
            }
            texts.folded.push_str(line);
            texts.folded.push('\n');
        }
        texts
    }

    #[test]
    fn each_way_of_looking_finds_a_word_in_the_texts_that_have_it() {
        // All words of up to six letters out of three.
        let word = |mut number: usize| {
            let mut word = String::new();
            while number > 0 {
                word.push(['a', 'b', ' '][number % 3]);
                number /= 3;
            }
            word
        };
        let lines: Vec<String> = (0..729).map(word).collect();
        let texts = of(&lines);
        for word in ["a", "ab", "ba", "aba", "bb a", "aaaaaa", "abc", "c"] {
            let expected: Vec<u32> =
                (0..).zip(&lines).filter(|(_, line)| line.contains(word)).map(|(id, _)| id).collect();
            let found = |bits: Bits| bits.iter().collect::<Vec<u32>>();
            assert_eq!(found(texts.having(&Folded::new(word))), expected, "{word}");
            for at in 0..word.len() {
                assert_eq!(found(texts.stepping(word.as_bytes(), at)), expected, "{word} by letter {at}");
            }
            let finder = memchr::memmem::Finder::new(word);
            assert_eq!(found(texts.places(|from| finder.find(from))), expected, "{word} by leaps");
        }
    }
}
