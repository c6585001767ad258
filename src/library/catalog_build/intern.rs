//! Interning: each different text once, end to end in one buffer.

use std::hash::BuildHasher;

use foldhash::quality::RandomState;

use crate::model::catalog::TextId;

/// Texts by id. Id 0 is the empty text.
pub struct Interner {
    pub text: Vec<u8>,
    pub ends: Vec<u32>,
    /// Open addressing: ids + 1, 0 is free. Its length is a power of two, at most half of it is used.
    slots: Vec<u32>,
    /// Seeded at random: file names cannot be chosen to collide.
    hasher: RandomState,
}

impl Default for Interner {
    fn default() -> Self {
        let mut interner =
            Self { text: Vec::new(), ends: Vec::new(), slots: vec![0; 64], hasher: RandomState::default() };
        interner.intern(b"");
        interner
    }
}

impl Interner {
    /// The id of `text`; the empty text where the buffer's 4 GiB are full.
    pub fn intern(&mut self, text: &[u8]) -> TextId {
        if (self.ends.len() + 1) * 2 > self.slots.len() {
            self.grow();
        }
        let slot = self.slot(text);
        if let Some(id) = self.slots[slot].checked_sub(1) {
            return TextId(id);
        }
        let end = u32::try_from(self.text.len() + text.len());
        let (Ok(end), Ok(id)) = (end, u32::try_from(self.ends.len())) else { return TextId::EMPTY };
        self.text.extend_from_slice(text);
        self.ends.push(end);
        self.slots[slot] = id + 1;
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

    /// The slot that holds `text`, or the free one where it belongs.
    fn slot(&self, text: &[u8]) -> usize {
        let mask = self.slots.len() - 1;
        // Truncation keeps the low bits, which is all that the mask looks at.
        let mut at = self.hasher.hash_one(text) as usize & mask;
        while let Some(id) = self.slots[at].checked_sub(1) {
            if self.bytes(TextId(id)) == text {
                break;
            }
            at = (at + 1) & mask;
        }
        at
    }

    fn grow(&mut self) {
        self.slots = vec![0; self.slots.len() * 2];
        for id in (0..).take(self.ends.len()) {
            let slot = self.slot(self.bytes(TextId(id)));
            self.slots[slot] = id + 1;
        }
    }
}
