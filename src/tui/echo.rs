//! How far the terminal is behind: a question that every terminal answers (DSR) follows a frame now and then, and is
//! answered when that frame was taken, at the other end of an `ssh` too, whose buffers say nothing of what lies in them.
//! Where the answer is late, frames wait for it: so no more lies in front of what a key changes than the line carries in
//! a moment. Pure; owned by the run loop.

use std::collections::VecDeque;
use std::time::Duration;

/// One that answers quickly is asked so often at most.
const SELDOM: Duration = Duration::from_millis(200);
/// An answer may come so much later than twice the soonest of the last ones.
const SLACK: Duration = Duration::from_millis(60);
/// So long frames wait for an answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// Later it does not come.
const LOST: Duration = Duration::from_secs(5);
/// Answers that the soonest is looked for in.
const REMEMBERED: usize = 16;
/// A terminal that never answered so many questions is not asked any more.
const MOST_UNANSWERED: u32 = 3;

#[derive(Debug, Default)]
pub(super) struct Echo {
    /// When the question was asked that is not answered yet.
    asked: Option<Duration>,
    asked_last: Option<Duration>,
    /// How long the last answers took.
    took: VecDeque<Duration>,
    unanswered: u32,
}

impl Echo {
    /// Whether the question is to follow the frame that is written now.
    pub(super) fn is_due(&self, now: Duration) -> bool {
        let is_free = self.asked.is_none_or(|asked| now >= asked + LOST);
        let is_far = self.took.back().is_some_and(|took| *took > SLACK / 2);
        let is_time = self.asked_last.is_none_or(|asked| now >= asked + SELDOM);
        is_free && (is_far || is_time) && self.unanswered < MOST_UNANSWERED
    }

    pub(super) fn ask(&mut self, now: Duration) {
        self.unanswered += u32::from(self.asked.is_some());
        (self.asked, self.asked_last) = (Some(now), Some(now));
    }

    pub(super) fn answered(&mut self, now: Duration) {
        let Some(asked) = self.asked.take() else { return };
        self.unanswered = 0;
        self.took.push_back(now.saturating_sub(asked));
        if self.took.len() > REMEMBERED {
            self.took.pop_front();
        }
    }

    /// Until when frames wait at most, where they do.
    pub(super) fn holds_until(&self, now: Duration) -> Option<Duration> {
        let soonest = *self.took.iter().min()?;
        let asked = self.asked?;
        let is_late = now > asked + 2 * soonest + SLACK;
        Some(asked + PATIENCE).filter(|&until| is_late && now < until)
    }

    /// An answer is under way, as far as one knows.
    pub(super) fn is_under_way(&self, now: Duration) -> bool {
        self.asked.is_some_and(|asked| now < asked + PATIENCE)
    }

    /// What was asked is not waited for any longer: the terminal is somebody else's now.
    pub(super) fn forget(&mut self) {
        self.asked = None;
    }

    /// How long the last answer took.
    pub(super) fn last(&self) -> Option<Duration> {
        self.took.back().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn a_near_terminal_is_asked_seldom_and_a_far_one_with_each_frame() {
        let mut echo = Echo::default();
        assert!(echo.is_due(ms(0)));
        echo.ask(ms(0));
        assert!(!echo.is_due(ms(100)), "one question at a time");
        echo.answered(ms(2));
        assert!(!echo.is_due(ms(199)) && echo.is_due(ms(200)));
        echo.ask(ms(200));
        echo.answered(ms(280));
        assert!(echo.is_due(ms(281)));
        assert_eq!(echo.last(), Some(ms(80)));
    }

    #[test]
    fn frames_wait_for_an_answer_that_is_late() {
        let mut echo = Echo::default();
        echo.ask(ms(0));
        assert_eq!(echo.holds_until(ms(500)), None, "whether it answers is not known");
        echo.answered(ms(10));
        echo.ask(ms(1000));
        assert_eq!(echo.holds_until(ms(1080)), None);
        assert_eq!(echo.holds_until(ms(1081)), Some(ms(3000)));
        assert_eq!(echo.holds_until(ms(3000)), None, "it is waited for no longer");
        echo.answered(ms(3100));
        assert_eq!(echo.holds_until(ms(3100)), None);
    }

    #[test]
    fn a_terminal_that_never_answers_is_left_alone() {
        let mut echo = Echo::default();
        let asked = (0..100).filter(|second| {
            let due = echo.is_due(ms(1000 * second));
            if due {
                echo.ask(ms(1000 * second));
            }
            due
        });
        assert_eq!(asked.collect::<Vec<_>>(), [0, 5, 10, 15]);
        assert!(!echo.is_under_way(ms(100_000)));
    }

    #[test]
    fn a_way_that_became_longer_is_not_late_for_ever() {
        let mut echo = Echo::default();
        let mut now = ms(0);
        for round in 0..40 {
            echo.ask(now);
            now += if round < 20 { ms(5) } else { ms(300) };
            echo.answered(now);
        }
        echo.ask(now);
        assert_eq!(echo.holds_until(now + ms(300)), None);
    }
}
