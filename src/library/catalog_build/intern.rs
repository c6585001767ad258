//! Interning: each different text once, end to end in one buffer.

use std::hash::BuildHasher;

use foldhash::quality::RandomState;

use crate::model::catalog::TextId;

/// One place of the table. The hash is at hand, so that a text is looked at only where it is most likely the right one.
#[derive(Clone, Copy, Default)]
struct Slot {
    hash: u32,
    /// The text's id + 1; 0 is free.
    taken_by: u32,
}

/// Texts by id. Id 0 is the empty text.
pub struct Interner {
    pub text: Vec<u8>,
    pub ends: Vec<u32>,
    /// Open addressing. Its length is a power of two, at most half of it is used.
    slots: Vec<Slot>,
    /// Seeded at random: file names cannot be chosen to collide.
    hasher: RandomState,
}

impl Default for Interner {
    fn default() -> Self {
        let mut interner = Self {
            text: Vec::new(),
            ends: Vec::new(),
            slots: vec![Slot::default(); 64],
            hasher: RandomState::default(),
        };
        interner.intern(b"");
        interner
    }
}

impl Interner {
    /// So many more will come.
    pub fn expect(&mut self, texts: usize) {
        self.ends.reserve(texts);
        self.grow_to((self.ends.len() + texts) * 2);
    }

    /// The id of `text`; the empty text where the buffer's 4 GiB are full.
    pub fn intern(&mut self, text: &[u8]) -> TextId {
        if (self.ends.len() + 1) * 2 > self.slots.len() {
            self.grow_to(self.slots.len() * 2);
        }
        // Truncation keeps the low bits, which is all that the mask looks at.
        let hash = self.hasher.hash_one(text) as u32;
        let slot = self.slot(hash, |id| self.bytes(id) == text);
        if let Some(id) = self.slots[slot].taken_by.checked_sub(1) {
            return TextId(id);
        }
        let end = u32::try_from(self.text.len() + text.len());
        let (Ok(end), Ok(id)) = (end, u32::try_from(self.ends.len())) else { return TextId::EMPTY };
        self.text.extend_from_slice(text);
        self.ends.push(end);
        self.slots[slot] = Slot { hash, taken_by: id + 1 };
        TextId(id)
    }

    pub fn bytes(&self, id: TextId) -> &[u8] {
        let at = id.0 as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        &self.text[start..self.ends[at] as usize]
    }

    pub fn text(&self, id: TextId) -> &str {
        std::str::from_utf8(self.bytes(id)).unwrap_or("")
    }

    /// The slot of the text with this hash that `is` it, or the free one where it belongs.
    fn slot(&self, hash: u32, is: impl Fn(TextId) -> bool) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while let Some(id) = self.slots[at].taken_by.checked_sub(1) {
            if self.slots[at].hash == hash && is(TextId(id)) {
                break;
            }
            at = (at + 1) & mask;
        }
        at
    }

    fn grow_to(&mut self, slots: usize) {
        let bigger = vec![Slot::default(); slots.next_power_of_two().max(self.slots.len())];
        for slot in std::mem::replace(&mut self.slots, bigger) {
            if slot.taken_by > 0 {
                let at = self.slot(slot.hash, |_| false);
                self.slots[at] = slot;
            }
        }
    }
}
