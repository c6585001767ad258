//! Where the cursor was before it went far: vim's jump list (`:help jumplist`). Pure; changed by `update`.

use super::browse::Column;
use crate::model::command::Pane;
use crate::model::id::ItemId;

/// More are forgotten, the oldest first.
const MOST: usize = 100;

/// Where a cursor was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    pub pane: Pane,
    pub column: Column,
    /// Cursors of the library's columns; of the pane the first elsewhere.
    pub rows: [usize; 3],
    /// Of the queue: followed where it went.
    pub item: Option<ItemId>,
    /// Of the playlists: among the entries.
    pub in_entries: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Jumps {
    spots: Vec<Spot>,
    /// The spot that was gone back to; behind the last one: none.
    at: usize,
}

impl Jumps {
    /// Before the cursor goes far.
    pub fn leave(&mut self, spot: Spot) {
        self.spots.retain(|other| *other != spot);
        self.spots.push(spot);
        if self.spots.len() > MOST {
            self.spots.remove(0);
        }
        self.at = self.spots.len();
    }

    pub fn back(&mut self, here: Spot) -> Option<Spot> {
        if self.at == self.spots.len() && self.spots.last() != Some(&here) {
            self.leave(here);
            self.at = self.spots.len() - 1;
        }
        self.at = self.at.min(self.spots.len()).checked_sub(1)?;
        let spot = self.spots[self.at];
        if spot == here { self.back_once_more() } else { Some(spot) }
    }

    fn back_once_more(&mut self) -> Option<Spot> {
        let before = self.at.checked_sub(1)?;
        self.at = before;
        self.spots.get(before).copied()
    }

    pub fn forward(&mut self) -> Option<Spot> {
        let spot = *self.spots.get(self.at + 1)?;
        self.at += 1;
        Some(spot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(row: usize) -> Spot {
        Spot { pane: Pane::Queue, column: Column::Artists, rows: [row, 0, 0], item: None, in_entries: false }
    }

    /// The example of vim's manual, `:help jumplist`: back, back, forward, forward; a spot is there once.
    #[test]
    fn one_goes_back_and_forward() {
        let mut jumps = Jumps::default();
        assert_eq!(jumps.back(spot(0)), None);
        let mut jumps = Jumps::default();
        for row in [1, 20, 300] {
            jumps.leave(spot(row));
        }
        assert_eq!(jumps.back(spot(4000)), Some(spot(300)));
        assert_eq!(jumps.back(spot(300)), Some(spot(20)));
        assert_eq!(jumps.back(spot(20)), Some(spot(1)));
        assert_eq!(jumps.back(spot(1)), None);
        assert_eq!(jumps.forward(), Some(spot(20)));
        assert_eq!(jumps.forward(), Some(spot(300)));
        assert_eq!(jumps.forward(), Some(spot(4000)), "where one was when one went back");
        assert_eq!(jumps.forward(), None);
        jumps.leave(spot(20));
        assert_eq!(jumps.back(spot(7)), Some(spot(20)));
        assert_eq!(jumps.back(spot(20)), Some(spot(4000)));
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let mut jumps = Jumps::default();
        (0..1000).for_each(|row| jumps.leave(spot(row)));
        let mut seen = 0;
        let mut here = spot(9999);
        while let Some(before) = jumps.back(here) {
            (seen, here) = (seen + 1, before);
        }
        assert!(seen <= MOST && here.rows[0] >= 1000 - MOST, "{seen} {here:?}");
    }
}
