//! What changed between two versions of some bytes: pieces of the old one, and new bytes between them. The pieces are
//! found by their content (content-defined chunking with a gear hash, as in FastCDC, Xia et al. 2016), so that what is
//! put in anywhere does not spoil what follows.

use std::collections::HashMap;
use std::hash::BuildHasher;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Op {
    /// Bytes of the old version: first, and how many.
    Copy(u32, u32),
    Insert(Vec<u8>),
}

/// A piece ends where these bits of the hash are nothing: one in 256 bytes.
const MASK: u64 = 0xFF << 40;
const LEAST_PIECE: usize = 64;
const MOST_PIECE: usize = 4096;

/// `None` where it would not be much shorter than `new`.
pub fn difference(old: &[u8], new: &[u8]) -> Option<Vec<Op>> {
    let limit = u32::MAX as usize;
    if old.len() > limit || new.len() > limit {
        return None;
    }
    let head = shared(&mut old.iter().zip(new));
    let tail = shared(&mut old[head..].iter().rev().zip(new[head..].iter().rev()));
    let mut ops = Ops::default();
    ops.copy(0, head);
    middle(old, &new[head..new.len() - tail], &mut ops);
    ops.copy(old.len() - tail, tail);
    (ops.inserted + 16 * ops.all.len() < new.len() / 4 * 3).then_some(ops.all)
}

/// The new version; `None` where an op reaches beyond the old one, or it would be longer than `most`.
pub fn apply(old: &[u8], ops: &[Op], most: usize) -> Option<Vec<u8>> {
    let mut new = Vec::new();
    for op in ops {
        let piece = match op {
            Op::Copy(at, length) => old.get(*at as usize..(*at as usize).checked_add(*length as usize)?)?,
            Op::Insert(bytes) => bytes,
        };
        if new.len() + piece.len() > most {
            return None;
        }
        new.extend_from_slice(piece);
    }
    Some(new)
}

fn middle(old: &[u8], new: &[u8], ops: &mut Ops) {
    if new.len() < LEAST_PIECE {
        return ops.insert(new);
    }
    let hasher = foldhash::fast::RandomState::default();
    let mut places = HashMap::new();
    let mut at = 0;
    for piece in pieces(old) {
        places.entry(hasher.hash_one(piece)).or_insert(at);
        at += piece.len();
    }
    let mut rest = new;
    while !rest.is_empty() {
        // What goes on as before; in what repeats itself, pieces would not lie alike.
        let on = ops.goes_on(old).map_or(0, |behind| shared(&mut behind.iter().zip(rest)));
        if on > 0 {
            ops.go_on(on);
            rest = &rest[on..];
            continue;
        }
        let (piece, behind) = rest.split_at(piece_length(rest));
        let place = places.get(&hasher.hash_one(piece)).copied();
        match place.filter(|&at| old.get(at..at + piece.len()) == Some(piece)) {
            Some(at) => ops.copy(at, piece.len()),
            None => ops.insert(piece),
        }
        rest = behind;
    }
}

/// How many pairs from the first are alike.
fn shared(pairs: &mut dyn Iterator<Item = (&u8, &u8)>) -> usize {
    pairs.take_while(|(one, other)| one == other).count()
}

fn pieces(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (piece, behind) = rest.split_at(piece_length(rest));
        rest = behind;
        (!piece.is_empty()).then_some(piece)
    })
}

fn piece_length(bytes: &[u8]) -> usize {
    let mut hash = 0_u64;
    for (at, &byte) in bytes.iter().enumerate().take(MOST_PIECE) {
        hash = (hash << 1).wrapping_add(gear(byte));
        if at >= LEAST_PIECE && hash & MASK == 0 {
            return at;
        }
    }
    bytes.len().min(MOST_PIECE)
}

/// A number for a byte that looks like chance: the finisher of SplitMix64 (Steele et al. 2014).
fn gear(byte: u8) -> u64 {
    let mut bits = (u64::from(byte) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ bits >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ bits >> 31
}

#[derive(Default)]
struct Ops {
    all: Vec<Op>,
    inserted: usize,
}

impl Ops {
    fn copy(&mut self, at: usize, length: usize) {
        match self.all.last_mut() {
            _ if length == 0 => {}
            Some(Op::Copy(from, held)) if *from as usize + *held as usize == at => *held += length as u32,
            _ => self.all.push(Op::Copy(at as u32, length as u32)),
        }
    }

    /// What follows in the old version where the last op is a copy.
    fn goes_on<'a>(&self, old: &'a [u8]) -> Option<&'a [u8]> {
        match self.all.last()? {
            Op::Copy(at, length) => old.get(*at as usize + *length as usize..),
            Op::Insert(_) => None,
        }
    }

    fn go_on(&mut self, by: usize) {
        if let Some(Op::Copy(_, length)) = self.all.last_mut() {
            *length += by as u32;
        }
    }

    fn insert(&mut self, bytes: &[u8]) {
        self.inserted += bytes.len();
        match self.all.last_mut() {
            _ if bytes.is_empty() => {}
            Some(Op::Insert(held)) => held.extend_from_slice(bytes),
            _ => self.all.push(Op::Insert(bytes.to_vec())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that do not repeat.
    fn noise(seed: u64, length: usize) -> Vec<u8> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        };
        (0..length).map(|_| next()).collect()
    }

    fn cost(ops: &[Op]) -> usize {
        let bytes = |op: &Op| if let Op::Insert(bytes) = op { bytes.len() } else { 8 };
        ops.iter().map(bytes).sum()
    }

    #[test]
    fn what_is_put_in_at_many_places_costs_little_more_than_itself() {
        let old = noise(1, 400_000);
        let mut new = old.clone();
        for place in [390_000, 250_000, 100_000, 3] {
            new.splice(place..place, noise(place as u64, 100));
        }
        new.drain(300_000..310_000);
        let ops = difference(&old, &new).unwrap();
        assert_eq!(apply(&old, &ops, usize::MAX).unwrap(), new);
        assert!(cost(&ops) < 8_000, "{}", cost(&ops));
    }

    #[test]
    fn what_shares_nothing_is_no_difference() {
        assert_eq!(difference(&noise(1, 5000), &noise(2, 5000)), None);
        assert_eq!(difference(b"", b"abc"), None);
    }

    #[test]
    fn an_op_beyond_the_old_version_and_too_long_a_version_are_refused() {
        assert_eq!(apply(b"abc", &[Op::Copy(2, 2)], 100), None);
        assert_eq!(apply(b"abc", &[Op::Copy(u32::MAX, u32::MAX)], 100), None);
        assert_eq!(apply(b"abc", &[Op::Copy(0, 3), Op::Copy(0, 3)], 5), None);
    }

    proptest::proptest! {
        #[test]
        fn every_difference_leads_from_old_to_new(
            old in proptest::collection::vec(0_u8..3, 0..3000),
            new in proptest::collection::vec(0_u8..3, 0..300),
            at in 0_usize..3000,
        ) {
            let at = at.min(old.len());
            let new = [&old[..at], &new[..], &old[at..]].concat();
            if let Some(ops) = difference(&old, &new) {
                proptest::prop_assert_eq!(apply(&old, &ops, usize::MAX).unwrap(), new);
            }
        }
    }
}
