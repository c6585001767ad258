//! An edited queue on the wire: runs of entries that follow each other are told by their ends, so that a long queue of
//! which little was changed is a short line.

use serde::{Deserialize, Serialize};

use super::path::JsonPath;
use crate::model::id::ItemId;
use crate::model::queue_text::{Edited, Line};

/// Entries of one edit, whatever the runs say.
const MOST_ENTRIES: u64 = 2_000_000;

/// First and last number of entries that follow each other.
type Run = (u64, u64);

/// See the module's head.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct QueueEdit {
    /// What was in the text before.
    pub base: Vec<Run>,
    pub lines: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Piece {
    Entries(u64, u64),
    /// The number of the line in the text, for errors.
    Path(usize, JsonPath),
    Query(usize, String),
}

impl From<&Edited> for QueueEdit {
    fn from(edited: &Edited) -> Self {
        let mut base: Vec<Run> = Vec::new();
        edited.base.iter().for_each(|id| follow(&mut base, id.0));
        let mut lines: Vec<Piece> = Vec::new();
        for (number, line) in &edited.lines {
            match (line, lines.last_mut()) {
                (Line::Item(id), Some(Piece::Entries(_, last))) if *last + 1 == id.0 => *last = id.0,
                (Line::Item(id), _) => lines.push(Piece::Entries(id.0, id.0)),
                (Line::Path(path), _) => lines.push(Piece::Path(*number, JsonPath::new(path))),
                (Line::Query(query), _) => lines.push(Piece::Query(*number, query.clone())),
            }
        }
        Self { base, lines }
    }
}

fn follow(runs: &mut Vec<Run>, id: u64) {
    match runs.last_mut() {
        Some((_, last)) if *last + 1 == id => *last = id,
        _ => runs.push((id, id)),
    }
}

impl QueueEdit {
    /// `None` where a run is none, a path is none, or there are too many.
    pub fn edited(&self) -> Option<Edited> {
        let runs = self.lines.iter().filter_map(|piece| match piece {
            Piece::Entries(first, last) => Some((*first, *last)),
            _ => None,
        });
        let sizes = runs.chain(self.base.iter().copied()).map(|(first, last)| last.checked_sub(first));
        let total = sizes.into_iter().try_fold(0_u64, |sum, size| sum.checked_add(size?)?.checked_add(1))?;
        if total > MOST_ENTRIES {
            return None;
        }
        let base = self.base.iter().flat_map(|&(first, last)| (first..=last).map(ItemId)).collect();
        let mut lines = Vec::new();
        for piece in &self.lines {
            match piece {
                Piece::Entries(first, last) => {
                    lines.extend((*first..=*last).map(|id| (0, Line::Item(ItemId(id)))));
                }
                Piece::Path(number, path) => lines.push((*number, Line::Path(path.to_path()?))),
                Piece::Query(number, query) => lines.push((*number, Line::Query(query.clone()))),
            }
        }
        Some(Edited { lines, base })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_is_read_as_it_was_made_and_runs_are_short() {
        let item = |id| (0, Line::Item(ItemId(id)));
        let lines =
            vec![item(5), item(6), item(7), item(3), item(3), (9, Line::Query("a b".into())), item(4)];
        let edited = Edited { lines, base: (3..=7).map(ItemId).collect() };
        let told = QueueEdit::from(&edited);
        assert_eq!(told.base, [(3, 7)]);
        assert_eq!(told.lines.len(), 5);
        assert_eq!(told.edited(), Some(edited));
    }

    #[test]
    fn runs_that_are_none_are_refused() {
        for (first, last) in [(5, 4), (0, u64::MAX), (0, MOST_ENTRIES)] {
            let base = QueueEdit { base: vec![(first, last)], lines: Vec::new() };
            assert_eq!(base.edited(), None);
            let lines = QueueEdit { base: Vec::new(), lines: vec![Piece::Entries(first, last)] };
            assert_eq!(lines.edited(), None);
        }
    }
}
