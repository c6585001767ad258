//! How much is done of how much: sound counted once a pass.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Passes over a track that are expected: measured, proved twice, rendered.
pub const PASSES: u32 = 4;

/// Shared by those who work and the one who tells.
#[derive(Debug, Default)]
pub struct Tally {
    /// Nanoseconds of sound.
    done: AtomicU64,
    expected: AtomicU64,
}

impl Tally {
    pub fn expect(&self, sound: Duration) {
        self.expected.fetch_add(nanos(sound), Ordering::Relaxed);
    }

    /// Of what is expected.
    pub fn share(&self) -> f64 {
        let expected = self.expected.load(Ordering::Relaxed).max(1);
        (self.done.load(Ordering::Relaxed) as f64 / expected as f64).min(1.0)
    }

    /// One group's account; what it expected and did not do counts as done when it is closed.
    pub fn open(&self, sound: Duration) -> Account<'_> {
        Account { tally: self, left: AtomicU64::new(nanos(sound)) }
    }
}

fn nanos(sound: Duration) -> u64 {
    u64::try_from(sound.as_nanos()).unwrap_or(u64::MAX)
}

#[derive(Debug)]
pub struct Account<'a> {
    tally: &'a Tally,
    left: AtomicU64,
}

impl Account<'_> {
    /// More than was expected is expected then.
    pub fn add(&self, sound: Duration) {
        let sound = nanos(sound);
        let left = self.left.load(Ordering::Relaxed);
        if left < sound {
            self.tally.expected.fetch_add(sound - left, Ordering::Relaxed);
        }
        self.left.store(left.saturating_sub(sound), Ordering::Relaxed);
        self.tally.done.fetch_add(sound, Ordering::Relaxed);
    }

    /// No more is left than this: what was expected beyond is not needed.
    pub fn leave(&self, sound: Duration) {
        let left = self.left.load(Ordering::Relaxed);
        let spared = left.saturating_sub(nanos(sound));
        self.left.fetch_sub(spared, Ordering::Relaxed);
        self.tally.done.fetch_add(spared, Ordering::Relaxed);
    }
}

impl Drop for Account<'_> {
    fn drop(&mut self) {
        self.leave(Duration::ZERO);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_spared_or_came_on_top_ends_at_the_whole() {
        let second = Duration::from_secs(1);
        let tally = Tally::default();
        tally.expect(second * 4);
        tally.expect(second * 4);
        let account = tally.open(second * 4);
        account.add(second);
        assert_eq!(tally.share(), 0.125);
        account.leave(second);
        assert_eq!(tally.share(), 0.375);
        drop(account);
        assert_eq!(tally.share(), 0.5);
        let account = tally.open(second * 4);
        account.add(second * 8);
        drop(account);
        assert_eq!(tally.share(), 1.0);
    }
}
