//! How much each number counts, and what is learned of that from what a listener accepts and skips.

use serde::{Deserialize, Serialize};

use crate::model::fingerprint::{DIMENSIONS, Dimension};

/// What a part of a distance comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Aspect {
    Number(Dimension),
    /// The timbre's sixty numbers together.
    Timbre,
}

/// Number of aspects: the 25 and timbre.
pub const ASPECTS: usize = DIMENSIONS + 1;

impl Aspect {
    /// All, the 25 in their order first.
    pub fn all() -> impl Iterator<Item = Self> {
        Dimension::ALL.into_iter().map(Self::Number).chain([Self::Timbre])
    }

    pub fn place(self) -> usize {
        match self {
            Self::Number(dimension) => dimension as usize,
            Self::Timbre => DIMENSIONS,
        }
    }

    /// The dimension's name, or `timbre`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Number(dimension) => dimension.name(),
            Self::Timbre => "timbre",
        }
    }
}

/// Factors of the squared differences; 1 is as found, 0 leaves out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    factors: [f32; ASPECTS],
}

impl Default for Weights {
    fn default() -> Self {
        Self { factors: [1.0; ASPECTS] }
    }
}

/// Largest and least that learning makes of a factor.
const LEARNED: (f32, f32) = (0.25, 4.0);
/// How far one answer moves a factor at most.
const STEP: f32 = 0.1;

impl Weights {
    pub fn get(&self, aspect: Aspect) -> f32 {
        self.factors[aspect.place()]
    }

    /// What is not a number, or below 0, is 0.
    #[must_use]
    pub fn with(mut self, aspect: Aspect, factor: f32) -> Self {
        self.factors[aspect.place()] = if factor > 0.0 { factor.min(100.0) } else { 0.0 };
        self
    }

    /// After an answer: where a track was accepted, what it differs in from the one before cannot matter much; where it was
    /// skipped, that may be why. `terms` are those of the pair ([`super::space::Space::terms`]).
    #[must_use]
    pub fn learned(mut self, terms: &[Term], accepted: bool) -> Self {
        let sum: f32 = terms.iter().map(|term| term.part).sum();
        if sum <= 0.0 {
            return self;
        }
        let sign = if accepted { -1.0 } else { 1.0 };
        for term in terms {
            let factor = &mut self.factors[term.aspect.place()];
            if *factor > 0.0 {
                *factor = (*factor * (sign * STEP * term.part / sum).exp()).clamp(LEARNED.0, LEARNED.1);
            }
        }
        self
    }
}

/// Part of the square of a distance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term {
    pub aspect: Aspect,
    pub part: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(most: Dimension) -> Vec<Term> {
        let part = |aspect| if aspect == Aspect::Number(most) { 0.9 } else { 0.1 / (ASPECTS - 1) as f32 };
        Aspect::all().map(|aspect| Term { aspect, part: part(aspect) }).collect()
    }

    #[test]
    fn what_is_skipped_for_a_difference_makes_it_count_and_what_is_accepted_makes_it_not() {
        let tempo = Aspect::Number(Dimension::Tempo);
        let mut weights = Weights::default();
        for _ in 0..5 {
            weights = weights.learned(&terms(Dimension::Tempo), false);
        }
        assert!(weights.get(tempo) > 1.4 && weights.get(Aspect::Timbre) < 1.01);
        for _ in 0..5 {
            weights = weights.learned(&terms(Dimension::Tempo), true);
        }
        assert!((weights.get(tempo) - 1.0).abs() < 1e-3, "the same answers against it undo it");
    }

    #[test]
    fn learning_stays_within_bounds_and_leaves_what_was_left_out() {
        let mut weights = Weights::default().with(Aspect::Timbre, 0.0);
        for _ in 0..1000 {
            weights = weights.learned(&terms(Dimension::Air), false);
        }
        assert_eq!(weights.get(Aspect::Number(Dimension::Air)), 4.0);
        assert_eq!(weights.get(Aspect::Timbre), 0.0);
        assert_eq!(Weights::default().with(Aspect::Timbre, f32::NAN).get(Aspect::Timbre), 0.0);
        assert_eq!(Weights::default().learned(&[], true), Weights::default());
    }
}
