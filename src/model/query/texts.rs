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

/// See the module's head.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    /// A line feed after each text.
    folded: String,
    /// Where the text of each id ends, its line feed in it; one that is not searched takes no place.
    ends: Vec<u32>,
}

impl Texts {
    /// Folds titles, artists, albums, album artists, genres, composers, folders and file names of `catalog`.
    pub fn new(catalog: &Catalog) -> Self {
        let searched = searched(catalog);
        let mut texts = Self { folded: String::new(), ends: Vec::with_capacity(catalog.text_count()) };
        let mut end = 0;
        for id in 0..u32::try_from(catalog.text_count()).unwrap_or(u32::MAX) {
            if searched.has(id) {
                fold_into(catalog.text(TextId(id)), &mut texts.folded);
                texts.folded.push('\n');
                // Beyond 4 GiB nothing is found.
                end = u32::try_from(texts.folded.len()).unwrap_or(end);
            }
            texts.ends.push(end);
        }
        texts.folded.shrink_to_fit();
        texts
    }

    /// Bytes that it takes in memory.
    pub fn bytes_held(&self) -> usize {
        self.folded.capacity() + self.ends.capacity() * size_of::<u32>()
    }

    fn start(&self, id: u32) -> usize {
        let before = id.checked_sub(1).and_then(|before| self.ends.get(before as usize));
        before.copied().unwrap_or(0) as usize
    }

    /// Folded; `None` where it is not searched.
    pub fn get(&self, id: TextId) -> Option<&str> {
        let end = *self.ends.get(id.0 as usize)? as usize;
        self.folded.get(self.start(id.0)..end)?.strip_suffix('\n')
    }

    fn bytes(&self, id: u32) -> Option<&[u8]> {
        let end = *self.ends.get(id as usize)? as usize;
        self.folded.as_bytes().get(self.start(id)..end)?.strip_suffix(b"\n")
    }

    /// The texts that a pattern fits. `within`: the only ones that can be.
    pub fn fitting(&self, catalog: &Catalog, pattern: &Pattern, within: Option<&Bits>) -> Bits {
        match pattern {
            Pattern::Has(words) => match within {
                Some(within) => {
                    let finder = memchr::memmem::Finder::new(words.folded.as_bytes());
                    self.chosen(within.iter(), |_, text| finder.find(text).is_some())
                }
                None => self.having(words),
            },
            Pattern::Is(words) => self.chosen_all(|text| text == words.folded.as_bytes()),
            Pattern::Regex(regex) => {
                self.chosen(self.ids(), |id, _| regex.is_match(catalog.text(TextId(id))))
            }
        }
    }

    fn ids(&self) -> std::ops::Range<u32> {
        0..u32::try_from(self.ends.len()).unwrap_or(u32::MAX)
    }

    pub fn chosen_all(&self, fits: impl Fn(&[u8]) -> bool) -> Bits {
        self.chosen(self.ids(), |_, text| fits(text))
    }

    fn chosen(&self, ids: impl Iterator<Item = u32>, fits: impl Fn(u32, &[u8]) -> bool) -> Bits {
        let mut found = Bits::new(self.ends.len());
        ids.filter(|&id| self.bytes(id).is_some_and(|text| fits(id, text))).for_each(|id| found.set(id));
        found
    }

    /// A word of several letters is looked for in all texts at once; one letter is in so many that each is looked at.
    fn having(&self, words: &Folded) -> Bits {
        let needle = words.folded.as_bytes();
        match needle {
            [] => return self.chosen_all(|_| true),
            &[letter] => return self.chosen_all(|text| memchr::memchr(letter, text).is_some()),
            _ => {}
        }
        let finder = memchr::memmem::Finder::new(needle);
        if needle.contains(&b'\n') {
            return self.chosen_all(|text| finder.find(text).is_some());
        }
        self.places(|from| finder.find(from))
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
        let mut found = Bits::new(self.ends.len());
        let (mut from, mut id) = (0, 0_u32);
        while let Some(at) = self.folded.as_bytes().get(from..).and_then(&next) {
            id = self.text_at(from + at, id);
            found.set(id);
            let Some(&end) = self.ends.get(id as usize) else { break };
            from = end as usize;
            id += 1;
        }
        found
    }

    /// The text that has the byte at `place`; `from` or behind it. Near ones are found by stepping, far ones by halving.
    fn text_at(&self, place: usize, from: u32) -> u32 {
        let rest = self.ends.get(from as usize..).unwrap_or(&[]);
        let mut width = 1;
        while rest.get(width).is_some_and(|&end| end as usize <= place) {
            width *= 2;
        }
        let near = &rest[width / 2..rest.len().min(width + 1)];
        let steps = width / 2 + near.partition_point(|&end| end as usize <= place);
        from + u32::try_from(steps).unwrap_or(u32::MAX)
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
