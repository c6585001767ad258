//! How much each number counts in what sounds alike, and what is learned of that from what a listener accepts and skips.

use serde::{Deserialize, Serialize};

use super::fingerprint::{DIMENSIONS, Dimension};
use super::words::said;
use crate::{later, say};

/// What a part of a distance comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Number(dimension) => said(WORDS[dimension as usize]),
            Self::Timbre => say!("timbre"),
        }
    }

    /// The one of a name.
    pub fn named(name: &str) -> Option<Self> {
        if name == Self::Timbre.name() {
            Some(Self::Timbre)
        } else {
            Dimension::named(name).map(Self::Number)
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

/// In the order of [`Dimension::ALL`].
const WORDS: [&str; DIMENSIONS] = [
    later!("deepest bass"),
    later!("bass"),
    later!("low mids"),
    later!("mids"),
    later!("high mids"),
    later!("presence"),
    later!("air"),
    later!("loudness"),
    later!("peaks over loudness"),
    later!("bass against mids"),
    later!("tempo"),
    later!("steadiness of the beat"),
    later!("attacks"),
    later!("silence"),
    later!("brightness"),
    later!("highest tones"),
    later!("noise"),
    later!("held tones"),
    later!("pitch"),
    later!("harmony"),
    later!("changes of dynamics"),
    later!("loudness range"),
    later!("evenness of peaks"),
    later!("width"),
    later!("left and right"),
];

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

    /// Both at once: what either leaves out is left out.
    #[must_use]
    pub fn times(mut self, other: &Self) -> Self {
        self.factors.iter_mut().zip(other.factors).for_each(|(factor, other)| *factor *= other);
        self
    }

    /// Those that are not as found, by name.
    pub fn named(&self) -> Vec<(&'static str, f32)> {
        let all = Aspect::all().map(|aspect| (aspect.name(), self.get(aspect)));
        all.filter(|(_, factor)| *factor != 1.0).collect()
    }

    /// With factors as something outside says them: each what learning may make of it, or 1.
    pub fn of_learned(named: impl IntoIterator<Item = (Aspect, f32)>) -> Self {
        named.into_iter().fold(Self::default(), |weights, (aspect, factor)| {
            let sound = if factor.is_finite() { factor.clamp(LEARNED.0, LEARNED.1) } else { 1.0 };
            weights.with(aspect, sound)
        })
    }

    /// After an answer: where a track was accepted, what it differs in from the one before cannot matter much; where it was
    /// skipped, that may be why. `terms` are those of the pair (`similarity::space::Space::terms`).
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
    fn every_aspect_is_known_by_its_name_and_has_words_of_its_own() {
        let mut words: Vec<&str> = Aspect::all().map(Aspect::words).collect();
        assert!(Aspect::all().all(|aspect| Aspect::named(aspect.name()) == Some(aspect)));
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), ASPECTS);
        let some = Weights::default().with(Aspect::Timbre, 2.0);
        assert_eq!(some.named(), [("timbre", 2.0)]);
        let both = some.clone().times(&Weights::default().with(Aspect::Timbre, 0.25));
        assert_eq!(both.get(Aspect::Timbre), 0.5);
        let read = Weights::of_learned([(Aspect::Timbre, 99.0), (Aspect::Number(Dimension::Air), f32::NAN)]);
        assert_eq!((read.get(Aspect::Timbre), read.get(Aspect::Number(Dimension::Air))), (4.0, 1.0));
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
