//! One history for everything that can be taken back: what was done, how far it is done, what of it the store has yet to
//! hear. Bounded by steps and bytes. Pure; owned by `AppState`, gone over by `reduce::history`.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::model::edit::Way;
use crate::model::history::{Entry, HistoryChange, HistoryView, Step};
use crate::model::id::ItemId;

/// Most steps kept.
const STEPS: usize = 2_000;
/// Most bytes of all steps together, about; the newest is kept whatever it takes.
const BYTES: usize = 16 * 1024 * 1024;

#[derive(Debug, Default)]
pub struct History {
    /// By number, without gaps.
    entries: VecDeque<Arc<Entry>>,
    /// So many of them are done; those behind can be made again.
    done: usize,
    bytes: usize,
    /// Steps below are forgotten.
    forgotten: u64,
    /// The lowest number that the store does not have as it is, and whether anything is to be told to it at all.
    unsaved: Option<u64>,
}

impl History {
    /// As the store had it; nothing where it does not hold together.
    pub fn restore(entries: Vec<Arc<Entry>>, done: u64) -> Self {
        let first = entries.first().map_or(1, |entry| entry.number);
        let in_order = entries.iter().zip(first..).all(|(entry, number)| entry.number == number);
        let done = (done + 1).checked_sub(first).and_then(|done| usize::try_from(done).ok());
        match done.filter(|&done| in_order && first > 0 && done <= entries.len()) {
            None => Self { unsaved: Some(0), ..Self::default() },
            Some(done) => Self {
                bytes: entries.iter().map(|entry| entry.step.weight()).sum(),
                entries: entries.into(),
                done,
                forgotten: first - 1,
                unsaved: None,
            },
        }
    }

    /// What was taken back before cannot be made again from here on. `at_s`: seconds since the Unix epoch.
    pub fn record(&mut self, step: Step, words: impl Into<Arc<str>>, at_s: i64) {
        for gone in self.entries.drain(self.done..) {
            self.bytes -= gone.step.weight();
        }
        let last = self.entries.back();
        let number = last.map_or(self.forgotten, |last| last.number) + 1;
        // A clock that was set back does not turn the order of things around.
        let at_s = last.map_or(at_s, |last| last.at_s.max(at_s));
        self.bytes += step.weight();
        self.entries.push_back(Arc::new(Entry { number, at_s, words: words.into(), step }));
        self.touch(number);
        while self.entries.len() > 1 && (self.entries.len() > STEPS || self.bytes > BYTES) {
            self.forget_first();
        }
        self.done = self.entries.len();
    }

    fn forget_first(&mut self) {
        if let Some(gone) = self.entries.pop_front() {
            self.bytes -= gone.step.weight();
            self.forgotten = gone.number;
        }
    }

    fn touch(&mut self, number: u64) {
        self.unsaved = Some(self.unsaved.map_or(number, |lowest| lowest.min(number)));
    }

    /// The step that is gone over next in that way.
    pub fn ahead(&self, way: Way) -> Option<&Arc<Entry>> {
        match way {
            Way::Back => self.entries.get(self.done.checked_sub(1)?),
            Way::Forth => self.entries.get(self.done),
        }
    }

    /// The step ahead was gone over.
    pub fn went(&mut self, way: Way) {
        let number = self.ahead(way).map(|entry| entry.number);
        match (number, way) {
            (None, _) => return,
            (Some(_), Way::Back) => self.done -= 1,
            (Some(_), Way::Forth) => self.done += 1,
        }
        // The steps are as they were; only how far they are done is not.
        self.touch(u64::MAX);
    }

    /// How many steps lie in that time, from the last one that is done, or from `now_s` where none was taken back.
    pub fn steps_within(&self, way: Way, time: Duration, now_s: i64) -> usize {
        let time = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        let here = match (self.ahead(Way::Back), self.ahead(Way::Forth)) {
            (_, None) => now_s,
            (Some(last), _) => last.at_s,
            (None, Some(next)) => next.at_s,
        };
        let (back, forth) = (self.entries.iter().take(self.done).rev(), self.entries.iter().skip(self.done));
        match way {
            Way::Back => back.take_while(|entry| entry.at_s > here.saturating_sub(time)).count(),
            Way::Forth => forth.take_while(|entry| entry.at_s <= here.saturating_add(time)).count(),
        }
    }

    /// A step could not be gone over: what it was recorded on is not what is there.
    pub fn drop_all(&mut self) {
        *self = Self { unsaved: Some(0), ..Self::default() };
    }

    pub fn view(&self) -> HistoryView {
        HistoryView { entries: self.entries.iter().cloned().collect(), done: self.done }
    }

    /// The highest id of an item that some step can bring back.
    pub fn highest_item(&self) -> Option<ItemId> {
        self.entries.iter().filter_map(|entry| entry.step.highest_item()).max()
    }

    pub fn is_unsaved(&self) -> bool {
        self.unsaved.is_some()
    }

    /// What the store has yet to hear; counted as heard from then on.
    pub fn take_unsaved(&mut self) -> Option<HistoryChange> {
        let from = self.unsaved.take()?;
        let newer = self.entries.iter().filter(|entry| entry.number >= from).cloned();
        let last = self.entries.back().map_or(self.forgotten, |last| last.number);
        Some(HistoryChange {
            first: self.forgotten + 1,
            from: from.min(last + 1),
            entries: newer.collect(),
            done: self.forgotten + self.done as u64,
        })
    }
}

#[cfg(test)]
mod tests;
