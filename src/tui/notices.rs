//! What was told: by the core and by the screen itself. One notice is shown; the last ones are kept to be read again.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::model::history::ago;
use crate::model::notice::{Notice, Severity};
use crate::model::tally::Lines;

/// Older ones are forgotten.
const KEPT: usize = 200;

/// What the screen itself has to tell, newest last; the newest is shown.
#[derive(Debug, Clone, Default)]
pub struct Notices {
    own: Vec<Arc<Notice>>,
    /// The core's notice came after the newest of our own.
    core_is_newer: bool,
    core: Option<Arc<Notice>>,
    /// All that was told, newest first.
    told: VecDeque<Told>,
    /// Since the screen began.
    pub now: Duration,
}

/// What was told, and when.
#[derive(Debug, Clone)]
struct Told {
    at: Duration,
    notice: Arc<Notice>,
}

/// Who made the shown notice.
#[derive(Debug, Clone, PartialEq)]
pub enum Shows {
    Own(Arc<Notice>),
    Core(Arc<Notice>),
}

impl Notices {
    /// Problems found before the screen was there; the first is shown first.
    pub fn new(problems: Vec<Notice>) -> Self {
        let mut notices = Self::default();
        for problem in problems.into_iter().rev().map(Arc::new) {
            notices.keep(&problem);
            notices.own.push(problem);
        }
        notices
    }

    pub fn tell(&mut self, notice: Notice) {
        self.drop_notes();
        let notice = Arc::new(notice);
        self.keep(&notice);
        self.own.push(notice);
        self.core_is_newer = false;
    }

    /// What the snapshot says now.
    pub fn see_core(&mut self, notice: Option<&Arc<Notice>>) {
        let same = match (&self.core, notice) {
            (Some(old), Some(new)) => Arc::ptr_eq(old, new),
            (None, None) => true,
            _ => false,
        };
        if same {
            return;
        }
        if let Some(notice) = notice {
            self.keep(notice);
        }
        self.core_is_newer = notice.is_some();
        self.core = notice.map(Arc::clone);
    }

    pub fn shown(&self) -> Option<Shows> {
        let own = self.own.last().map(|notice| Shows::Own(Arc::clone(notice)));
        let core = self.core.as_ref().map(|notice| Shows::Core(Arc::clone(notice)));
        if self.core_is_newer { core.or(own) } else { own.or(core) }
    }

    /// Notes of our own are gone with the next key.
    pub fn drop_notes(&mut self) {
        self.own.retain(|notice| notice.severity != Severity::Note);
    }

    pub fn drop_own(&mut self) {
        self.own.pop();
    }

    /// What was told, newest first, and how long ago.
    pub fn lines(&self) -> Lines {
        let line = |told: &Told| {
            let sign = if told.notice.severity == Severity::Note { "  " } else { "! " };
            let seconds = self.now.saturating_sub(told.at).as_secs();
            (format!("{sign}{}", told.notice), ago(i64::try_from(seconds).unwrap_or(i64::MAX)))
        };
        self.told.iter().map(line).collect()
    }

    /// Shows one of [`Self::lines`] once more. It is nothing new.
    pub fn show_again(&mut self, at: usize) {
        if let Some(told) = self.told.get(at) {
            let notice = Arc::clone(&told.notice);
            self.drop_notes();
            self.own.push(notice);
            self.core_is_newer = false;
        }
    }

    fn keep(&mut self, notice: &Arc<Notice>) {
        self.told.push_front(Told { at: self.now, notice: Arc::clone(notice) });
        self.told.truncate(KEPT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(severity: Severity, what: &str) -> Notice {
        Notice::new(severity, what)
    }

    #[test]
    fn what_was_told_is_kept_with_its_time_newest_first() {
        let mut notices =
            Notices::new(vec![notice(Severity::Warning, "first"), notice(Severity::Error, "second")]);
        notices.now = Duration::from_secs(60);
        let core = Arc::new(notice(Severity::Note, "of the core").why("it is so"));
        notices.see_core(Some(&core));
        notices.see_core(Some(&core));
        notices.see_core(None);
        notices.now = Duration::from_secs(75);
        notices.tell(notice(Severity::Note, "own"));
        let line = |words: &str, ago: &str| (words.to_owned(), ago.to_owned());
        let of_core = line("  of the core: it is so", "15 s ago");
        let old = [line("! first", "1 min ago"), line("! second", "1 min ago")];
        assert_eq!(notices.lines(), [&[line("  own", "just now"), of_core][..], &old].concat());
    }

    #[test]
    fn what_is_shown_again_is_not_told_again() {
        let mut notices = Notices::new(vec![notice(Severity::Warning, "first")]);
        notices.tell(notice(Severity::Note, "own"));
        notices.drop_own();
        notices.show_again(1);
        notices.show_again(9);
        assert!(matches!(notices.shown(), Some(Shows::Own(shown)) if shown.what == "first"));
        assert_eq!(notices.lines().len(), 2);
    }

    #[test]
    fn a_flood_of_notices_takes_a_bounded_place() {
        let mut notices = Notices::default();
        (0..1_000).for_each(|at| notices.tell(notice(Severity::Note, &at.to_string())));
        assert_eq!((notices.lines().len(), notices.lines()[0].0.as_str()), (KEPT, "  999"));
    }
}
