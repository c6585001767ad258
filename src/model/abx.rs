//! A blind comparison: A and B are known, X is one of them, and who listens says which. How often that is right tells whether
//! a difference is heard at all (ITU-R BS.1116-3 asks for blind tests; the statistics are those of a coin).

use serde::{Deserialize, Serialize};

use crate::say;

/// What is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Heard {
    /// The master.
    A,
    /// The original, as loud.
    B,
    /// One of them.
    X,
}

impl Heard {
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "a" => Some(Self::A),
            "b" => Some(Self::B),
            "x" => Some(Self::X),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::X => "X",
        }
    }
}

/// A test that goes on until it is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Abx {
    pub trials: u32,
    pub right: u32,
    pub heard: Heard,
    /// X is B. Not for the eye.
    is_b: bool,
}

impl Abx {
    /// `chance`: any number, of which one bit counts.
    pub fn new(chance: u64) -> Self {
        Self { trials: 0, right: 0, heard: Heard::X, is_b: chance & 1 == 1 }
    }

    /// The original sounds now.
    pub fn is_original(&self) -> bool {
        match self.heard {
            Heard::A => false,
            Heard::B => true,
            Heard::X => self.is_b,
        }
    }

    /// X is said to be B, or A; whether it was. Another X follows.
    pub fn answer(&mut self, is_b: bool, chance: u64) -> bool {
        let is_right = is_b == self.is_b;
        self.trials = self.trials.saturating_add(1);
        self.right += u32::from(is_right);
        (self.heard, self.is_b) = (Heard::X, chance & 1 == 1);
        is_right
    }

    /// Chance of so many right answers or more by guessing.
    pub fn p_value(&self) -> f64 {
        p_value(self.right, self.trials)
    }

    /// `7 of 10 right, by chance in 17 % of such tests`
    pub fn words(&self) -> String {
        if self.trials == 0 {
            return say!("no answer yet").to_owned();
        }
        let percent = self.p_value() * 100.0;
        let percent = if percent < 1.0 { format!("{percent:.2}") } else { format!("{percent:.0}") };
        say!(
            "{right} of {trials} right, by chance in {percent} % of such tests (p)",
            right = self.right,
            trials = self.trials,
            percent
        )
    }
}

/// One-sided binomial test against a coin: the sum of C(n, i) / 2^n from `right` on.
pub fn p_value(right: u32, trials: u32) -> f64 {
    // From the middle outwards nothing overflows: each term comes from the one before.
    let mut term = (f64::from(trials) * -std::f64::consts::LN_2).exp();
    let mut sum = 0.0;
    for i in 0..=trials {
        if i >= right {
            sum += term;
        }
        term *= f64::from(trials - i) / f64::from(i + 1);
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tables of the binomial distribution.
    #[test]
    fn p_values_are_those_of_a_coin() {
        let table = [
            (0, 0, 1.0),
            (5, 5, 1.0 / 32.0),
            (7, 10, 0.171_875),
            (9, 10, 0.010_742_187_5),
            (12, 16, 0.038_406),
        ];
        for (right, trials, expected) in table {
            let found = p_value(right, trials);
            assert!((found - expected).abs() < 1e-6, "{right} of {trials}: {found}");
        }
        assert!((p_value(500, 1_000) - 0.512_6).abs() < 1e-3);
    }

    #[test]
    fn answers_are_counted_and_x_is_drawn_anew() {
        let mut abx = Abx::new(1);
        assert!(abx.is_original(), "X is B");
        abx.heard = Heard::A;
        assert!(!abx.is_original());
        assert!(abx.answer(true, 2) && !abx.is_original() && abx.heard == Heard::X);
        assert!(!abx.answer(true, 3));
        assert_eq!((abx.right, abx.trials), (1, 2));
        assert_eq!(abx.words(), "1 of 2 right, by chance in 75 % of such tests (p)");
    }
}
