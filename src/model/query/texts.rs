//! All texts of a catalog that are searched, each folded once, end to end: what a keystroke looks through.

use super::expr::{Folded, Pattern};
use super::near::Near;
use super::spread::spread;
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
/// A thread of its own is worth so many lines.
const LEAST: usize = 1 << 16;

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
                    let mut found = Bits::new(self.len);
                    within.iter().filter(|&id| has(id)).for_each(|id| found.set(id));
                    found
                }
                _ => self.having(words),
            },
            Pattern::Is(words) => self.with_edges(words.folded.as_bytes(), true, true),
            Pattern::Regex(regex) => self.parts(|lines, found| {
                let fits = |id: u32| id > 0 && regex.is_match(catalog.text(TextId(id)));
                lines.ids().filter(|&id| fits(id)).for_each(|id| found.set(id - lines.first));
            }),
        }
    }

    /// What `look` finds, which it marks by how many lines behind the first of a part.
    fn parts(&self, look: impl Fn(&Lines<'_>, &mut Bits) + Sync) -> Bits {
        let start = |at: usize| self.starts.get(at).map_or(self.folded.len(), |&start| start as usize);
        let found = spread(self.starts.len(), LEAST / EVERY, 64 / EVERY, |part| {
            let len = (part.end * EVERY).min(self.len).saturating_sub(part.start * EVERY);
            let lines = Lines {
                bytes: self.folded.as_bytes().get(start(part.start)..start(part.end)).unwrap_or(&[]),
                first: u32::try_from(part.start * EVERY).unwrap_or(u32::MAX),
                starts: self.starts.get(part.clone()).unwrap_or(&[]),
                len,
            };
            let mut found = Bits::new(len);
            look(&lines, &mut found);
            found.0
        });
        Bits(found.concat())
    }

    /// The texts that begin with a word, end with it or both. The empty text is none.
    pub fn with_edges(&self, word: &[u8], begins: bool, ends: bool) -> Bits {
        if word.is_empty() {
            // What is all of a text is not empty.
            return if begins && ends {
                Bits::new(self.len)
            } else {
                self.parts(|lines, found| lines.not_empty(found))
            };
        }
        let edge = |is: bool| if is { &b"\n"[..] } else { b"" };
        let finder = [edge(begins), word, edge(ends)].concat();
        let finder = memchr::memmem::Finder::new(&finder);
        self.parts(|lines, found| {
            // The edge before a part's first line is not in it.
            if begins && lines.bytes.starts_with(word) {
                let ends_too = lines.bytes.get(word.len()) == Some(&b'\n');
                if ends_too || !ends {
                    found.set(0);
                }
            }
            let next = |from: &[u8]| finder.find(from).map(|at| at + usize::from(begins));
            lines.places(found, word.len(), next);
        })
    }

    /// A word is looked for in all texts at once.
    fn having(&self, words: &Folded) -> Bits {
        let word = words.folded.as_bytes();
        let Some((count, rarest)) = (0..word.len()).map(|at| (self.sampled(word[at]), at)).min() else {
            return self.parts(|lines, found| lines.not_empty(found));
        };
        // Where most lines have the letter, to begin anew behind each line takes longer than to look at each of them.
        if count * 2 > self.sampled(b'\n') {
            return self.parts(|lines, found| lines.step(found, word, rarest));
        }
        let finder = memchr::memmem::Finder::new(word);
        self.parts(|lines, found| lines.leap(found, |from| finder.find(from)))
    }

    /// How often a byte occurs in what stands for all of it.
    fn sampled(&self, byte: u8) -> usize {
        const SAMPLE: usize = 64 * 1024;
        let bytes = self.folded.as_bytes();
        memchr::memchr_iter(byte, bytes.get(..SAMPLE).unwrap_or(bytes)).count()
    }

    /// The texts in which a word begins that is nearly `word`.
    pub fn nearly(&self, word: &Folded) -> Bits {
        match Near::new(&word.folded) {
            Some(near) => self.parts(|lines, found| lines.leap(found, |from| near.find(from))),
            None => self.having(word),
        }
    }
}

/// Lines that follow each other, and what is looked for in them.
struct Lines<'a> {
    bytes: &'a [u8],
    /// The id of the first.
    first: u32,
    /// As [`Texts::starts`], from the beginning of all texts.
    starts: &'a [u32],
    len: usize,
}

impl Lines<'_> {
    fn ids(&self) -> impl Iterator<Item = u32> {
        (self.first..).take(self.len)
    }

    fn not_empty(&self, found: &mut Bits) {
        let lines = (0..).zip(self.bytes.split(|&byte| byte == b'\n'));
        lines.filter(|(_, line)| !line.is_empty()).for_each(|(line, _)| found.set(line));
    }

    /// Those that have `word`, by going from one place of its letter `at` to the next.
    fn step(&self, found: &mut Bits, word: &[u8], at: usize) {
        let is_at = |from: usize| {
            let here = self.bytes.get(from..from + word.len());
            here.is_some_and(|here| here.iter().zip(word).all(|(here, letter)| here == letter))
        };
        let mut line = 0;
        for place in memchr::memchr2_iter(word[at], b'\n', self.bytes) {
            if self.bytes[place] == b'\n' {
                line += 1;
            } else if place.checked_sub(at).is_some_and(is_at) {
                found.set(line);
            }
        }
    }

    /// Those in which `next` finds a place; it looks from the beginning of a line on.
    fn leap(&self, found: &mut Bits, next: impl Fn(&[u8]) -> Option<usize>) {
        let (mut from, mut line) = (0, 0);
        while let Some(at) = self.bytes.get(from..).and_then(&next) {
            line = self.line_at((from, line), from + at);
            found.set(u32::try_from(line).unwrap_or(u32::MAX));
            let Some(end) = self.bytes.get(from + at..).and_then(|rest| memchr::memchr(b'\n', rest)) else {
                break;
            };
            from += at + end + 1;
            line += 1;
        }
    }

    /// As [`Lines::leap`], for a `next` that looks at the ends of lines: it goes on behind the `len` bytes that it found.
    fn places(&self, found: &mut Bits, len: usize, next: impl Fn(&[u8]) -> Option<usize>) {
        let (mut from, mut line) = (0, 0);
        while let Some(at) = self.bytes.get(from..).and_then(&next) {
            line = self.line_at((from, line), from + at);
            found.set(u32::try_from(line).unwrap_or(u32::MAX));
            from += at + len;
        }
    }

    /// The line that has the byte at `place`; `from` is in the line `line`, and not behind it. Near ones are counted, far
    /// ones found by halving.
    fn line_at(&self, (from, line): (usize, usize), place: usize) -> usize {
        const NEAR: usize = 1024;
        let (from, line) = if place - from < NEAR {
            (from, line)
        } else {
            let all = self.starts.first().copied().unwrap_or(0);
            let start = |start: u32| (start - all) as usize;
            let known = self.starts.partition_point(|&known| start(known) <= place).saturating_sub(1);
            (self.starts.get(known).map_or(0, |&known| start(known)), known * EVERY)
        };
        let between = self.bytes.get(from..place).unwrap_or(&[]);
        line + memchr::memchr_iter(b'\n', between).count()
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
        // Words out of three letters, so many that they are looked through in parts.
        let word = |mut number: usize| {
            let mut word = String::new();
            while number > 0 {
                word.push(['a', 'b', ' '][number % 3]);
                number /= 3;
            }
            word
        };
        let lines: Vec<String> = (0..3 * LEAST).map(word).collect();
        let texts = of(&lines);
        let found = |bits: Bits| bits.iter().collect::<Vec<u32>>();
        let those = |is: &dyn Fn(&str) -> bool| -> Vec<u32> {
            (0..).zip(&lines).filter(|(_, line)| is(line)).map(|(id, _)| id).collect()
        };
        for word in ["a", "ab", "ba", "aba", "bb a", "aaaaaa", "abc", "c"] {
            let having = those(&|line| line.contains(word));
            assert_eq!(found(texts.having(&Folded::new(word))), having, "{word}");
            for at in 0..word.len() {
                let stepped = texts.parts(|lines, found| lines.step(found, word.as_bytes(), at));
                assert_eq!(found(stepped), having, "{word} by letter {at}");
            }
            let finder = memchr::memmem::Finder::new(word);
            let leaps = texts.parts(|lines, found| lines.leap(found, |from| finder.find(from)));
            assert_eq!(found(leaps), having, "{word} by leaps");
            let edges = |begins, ends| found(texts.with_edges(word.as_bytes(), begins, ends));
            assert_eq!(edges(true, false), those(&|line| line.starts_with(word)), "{word} first");
            assert_eq!(edges(false, true), those(&|line| line.ends_with(word)), "{word} last");
            assert_eq!(edges(true, true), those(&|line| line == word), "{word} alone");
        }
        let not_empty = those(&|line| !line.is_empty());
        assert_eq!(found(texts.having(&Folded::new(""))), not_empty);
        assert_eq!(found(texts.with_edges(b"", true, false)), not_empty);
    }
}
