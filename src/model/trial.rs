//! A blind comparison of two tastes: the one in force, and one that differs in one aspect by a step. Which of them is A is drawn
//! by chance and not told; what is preferred is learned.

use serde::{Deserialize, Serialize};

use super::taste::{Aspect, Lesson};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Side {
    A,
    B,
}

impl Side {
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }
}

/// Share of a step that the bound must leave.
const LEAST_OF_A_STEP: f32 = 0.2;

/// One pair.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// Not for the eye, as is all but what is heard: who knows it listens otherwise.
    aspect: Aspect,
    present: f32,
    tried: f32,
    tried_is: Side,
    pub heard: Side,
}

impl Trial {
    /// `present` is what is heard of it now. `chance`: any number, of which two bits count.
    pub fn new(aspect: Aspect, present: f32, chance: u64) -> Self {
        let present = aspect.held(present);
        let step = if chance & 1 == 1 { aspect.step() } else { -aspect.step() };
        let up_to_the_bound = |step: f32| aspect.held(present + step);
        // So little of a step is no other taste.
        let is_little = (up_to_the_bound(step) - present).abs() < aspect.step() * LEAST_OF_A_STEP;
        let tried = up_to_the_bound(if is_little { -step } else { step });
        let tried_is = if chance & 2 == 2 { Side::A } else { Side::B };
        Self { aspect, present, tried, tried_is, heard: Side::A }
    }

    pub fn aspect(&self) -> Aspect {
        self.aspect
    }

    pub fn value(&self, side: Side) -> f32 {
        if side == self.tried_is { self.tried } else { self.present }
    }

    /// What that tells; `None`: there is no difference.
    pub fn lesson(&self, preferred: Option<Side>) -> Lesson {
        match preferred {
            Some(side) => Lesson::Preferred {
                aspect: self.aspect,
                value: self.value(side),
                over: self.value(side.other()),
            },
            None => Lesson::Same { aspect: self.aspect },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_both_is_a_step_away_and_chance_says_which() {
        let of = |chance| Trial::new(Aspect::Bass, 0.4, chance);
        let both = |chance| [of(chance).value(Side::A), of(chance).value(Side::B)];
        assert_eq!(both(0), [0.4, 0.4 - 1.5]);
        assert_eq!(both(1), [0.4, 0.4 + 1.5]);
        assert_eq!(both(2), [0.4 - 1.5, 0.4]);
        assert_eq!(both(3), [0.4 + 1.5, 0.4]);
        assert_eq!(Trial::new(Aspect::Density, 0.8, 1).value(Side::B), 1.0, "up to the bound");
        assert_eq!(Trial::new(Aspect::Density, 0.95, 1).value(Side::B), 0.95 - 0.5, "there is no room above");
        assert_eq!(Trial::new(Aspect::Density, -1.0, 0).value(Side::B), -0.5);
    }

    #[test]
    fn what_is_preferred_is_told_with_what_it_was_preferred_to() {
        let trial = Trial::new(Aspect::Treble, 0.0, 3);
        let (aspect, value, over) = (Aspect::Treble, 1.5, 0.0);
        assert_eq!(trial.lesson(Some(Side::A)), Lesson::Preferred { aspect, value, over });
        assert_eq!(trial.lesson(Some(Side::B)), Lesson::Preferred { aspect, value: over, over: value });
        assert_eq!(trial.lesson(None), Lesson::Same { aspect });
    }
}
