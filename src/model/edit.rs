//! The difference of two sequences whose elements have keys, small where they share runs: what is kept is named by its
//! place, only what is new is held. Goes both ways. Pure.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// What tells an element from all others of its sequence.
pub trait Keyed {
    fn key(&self) -> u64;
}

/// A run of the sequence that comes out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Piece<T> {
    /// So many from there of the other sequence.
    Kept {
        from: u32,
        len: u32,
    },
    /// So many from there backwards.
    Turned {
        from: u32,
        len: u32,
    },
    New(Vec<T>),
}

/// From one sequence to another, and back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit<T> {
    forth: Vec<Piece<T>>,
    back: Vec<Piece<T>>,
    len_before: u32,
    len_after: u32,
}

/// Which way an edit is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Back,
    Forth,
}

impl<T: Keyed + Clone> Edit<T> {
    /// Keys are unique within each sequence. Work beyond comparing keys is in proportion to the part between the first
    /// and the last difference.
    pub fn between(before: &[T], after: &[T]) -> Self {
        let same = |(a, b): &(&T, &T)| a.key() == b.key();
        let head = before.iter().zip(after).take_while(same).count();
        let (left, right) = (&before[head..], &after[head..]);
        let tail = left.iter().rev().zip(right.iter().rev()).take_while(same).count();
        Self {
            forth: pieces(before, after, head, tail),
            back: pieces(after, before, head, tail),
            len_before: length(before.len()),
            len_after: length(after.len()),
        }
    }

    /// The sequence at the other end; `None` where `from` is not one that this edit begins at.
    pub fn apply(&self, from: &[T], way: Way) -> Option<Vec<T>> {
        let (pieces, here, there) = match way {
            Way::Forth => (&self.forth, self.len_before, self.len_after),
            Way::Back => (&self.back, self.len_after, self.len_before),
        };
        if length(from.len()) != here {
            return None;
        }
        let mut to = Vec::new();
        for piece in pieces {
            match piece {
                Piece::New(new) => to.extend_from_slice(new),
                &Piece::Kept { from: at, len } => {
                    let end = (at as usize).checked_add(len as usize)?;
                    to.extend_from_slice(from.get(at as usize..end)?);
                }
                &Piece::Turned { from: at, len } => {
                    let begin = (at as usize + 1).checked_sub(len as usize)?;
                    to.extend(from.get(begin..=at as usize)?.iter().rev().cloned());
                }
            }
            if to.len() > there as usize {
                return None;
            }
        }
        (length(to.len()) == there).then_some(to)
    }

    pub fn is_empty(&self) -> bool {
        let whole =
            |piece: &Piece<T>| matches!(piece, Piece::Kept { from: 0, len } if *len == self.len_before);
        self.len_before == self.len_after && self.forth.len() <= 1 && self.forth.iter().all(whole)
    }

    /// What one of the two sequences has and the other has not.
    pub fn held(&self) -> impl Iterator<Item = &T> {
        self.forth.iter().chain(&self.back).flat_map(|piece| match piece {
            Piece::New(new) => new.as_slice(),
            Piece::Kept { .. } | Piece::Turned { .. } => &[],
        })
    }

    pub fn pieces(&self) -> usize {
        self.forth.len() + self.back.len()
    }
}

/// Longer queues do not fit into memory.
fn length(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

fn pieces<T: Keyed + Clone>(from: &[T], to: &[T], head: usize, tail: usize) -> Vec<Piece<T>> {
    let mut pieces = Vec::new();
    keep(&mut pieces, 0, head);
    let middle = head..from.len() - tail;
    let places: HashMap<u64, usize> =
        middle.clone().zip(&from[middle]).map(|(at, item)| (item.key(), at)).collect();
    for item in &to[head..to.len() - tail] {
        match places.get(&item.key()) {
            Some(&at) => keep_one(&mut pieces, length(at)),
            None => match pieces.last_mut() {
                Some(Piece::New(new)) => new.push(item.clone()),
                _ => pieces.push(Piece::New(vec![item.clone()])),
            },
        }
    }
    keep(&mut pieces, from.len() - tail, tail);
    pieces
}

fn keep<T>(pieces: &mut Vec<Piece<T>>, at: usize, count: usize) {
    match pieces.last_mut() {
        _ if count == 0 => {}
        Some(Piece::Kept { from, len }) if *from + *len == length(at) => *len += length(count),
        _ => pieces.push(Piece::Kept { from: length(at), len: length(count) }),
    }
}

fn keep_one<T>(pieces: &mut Vec<Piece<T>>, at: u32) {
    match pieces.last_mut() {
        Some(Piece::Kept { from, len }) if *from + *len == at => *len += 1,
        Some(Piece::Turned { from, len }) if at + *len == *from => *len += 1,
        Some(piece) => match *piece {
            Piece::Kept { from, len: 1 } if at + 1 == from => *piece = Piece::Turned { from, len: 2 },
            _ => pieces.push(Piece::Kept { from: at, len: 1 }),
        },
        None => pieces.push(Piece::Kept { from: at, len: 1 }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    impl Keyed for u64 {
        fn key(&self) -> u64 {
            *self
        }
    }

    fn both_ways(before: &[u64], after: &[u64]) -> Edit<u64> {
        let edit = Edit::between(before, after);
        assert_eq!(edit.apply(before, Way::Forth).as_deref(), Some(after));
        assert_eq!(edit.apply(after, Way::Back).as_deref(), Some(before));
        edit
    }

    #[test]
    fn what_moves_a_little_is_a_little_however_long_the_sequence() {
        let all: Vec<u64> = (0..100_000).collect();
        let mut moved = all.clone();
        let first = moved.remove(0);
        moved.push(first);
        assert_eq!(both_ways(&all, &moved).pieces(), 4);
        let mut removed = all.clone();
        removed.remove(50_000);
        let edit = both_ways(&all, &removed);
        assert_eq!((edit.pieces(), edit.held().count()), (5, 1));
        let turned: Vec<u64> = all.iter().rev().copied().collect();
        assert_eq!(both_ways(&all, &turned).pieces(), 2);
        assert!(both_ways(&all, &all).is_empty());
        assert!(both_ways(&[], &[]).is_empty());
        assert!(!both_ways(&[], &[1]).is_empty());
    }

    #[test]
    fn an_edit_of_another_sequence_is_refused() {
        let edit = both_ways(&[1, 2, 3], &[3, 2, 9]);
        assert_eq!(edit.apply(&[1, 2], Way::Forth), None);
        let hostile = Edit { forth: vec![Piece::Kept { from: u32::MAX, len: u32::MAX }], ..edit.clone() };
        assert_eq!(hostile.apply(&[1, 2, 3], Way::Forth), None);
        let hostile = Edit { forth: vec![Piece::Turned { from: 1, len: 9 }], ..edit };
        assert_eq!(hostile.apply(&[1, 2, 3], Way::Forth), None);
    }

    proptest! {
        #[test]
        fn an_edit_leads_there_and_back(
            before in prop::collection::hash_set(0..30u64, 0..20),
            after in prop::collection::hash_set(0..30u64, 0..20),
        ) {
            let (before, after): (Vec<_>, Vec<_>) = (before.into_iter().collect(), after.into_iter().collect());
            both_ways(&before, &after);
        }
    }
}
