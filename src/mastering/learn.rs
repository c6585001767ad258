//! Learning of taste: from one observation to the next opinion. Every value is a mean of what was preferred and of what was set,
//! so it never leaves its bounds, and each further observation moves it less.

use crate::model::taste::{Aspect, Learned, Lesson, Opinion};

/// What is known after one more observation. Of n that came before:
///
/// - what is set by hand counts as one value of a mean: it moves by 1 / (n + 1) of the way there;
/// - what is preferred of two says on which side it lies, not where: it moves by 1 / (n + 3) of the way to that one;
/// - where neither is, it stays, and is surer.
pub fn learned(before: &Learned, lesson: &Lesson) -> Learned {
    let mut after = *before;
    match *lesson {
        Lesson::Set { aspect, to } => {
            let opinion = after.get_mut(aspect);
            towards(opinion, aspect, to, 1.0);
            opinion.set = opinion.set.saturating_add(1);
        }
        Lesson::Preferred { aspect, value, over } => {
            let opinion = after.get_mut(aspect);
            towards(opinion, aspect, value, Opinion::HALF);
            let side = if value > over { &mut opinion.more } else { &mut opinion.less };
            *side = side.saturating_add(1);
        }
        Lesson::Same { aspect } => {
            let opinion = after.get_mut(aspect);
            opinion.same = opinion.same.saturating_add(1);
        }
    }
    after
}

fn towards(opinion: &mut Opinion, aspect: Aspect, value: f32, weight: f32) {
    let way = aspect.held(value) - opinion.value;
    opinion.value = aspect.held(opinion.value + way / (opinion.count() as f32 + weight));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::taste::Taste;
    use crate::model::trial::{Side, Trial};

    /// A listener compares so many times, as a player has it done; `prefers` is told both, what is heard first.
    fn listener(
        choices: u32,
        aspect: Aspect,
        mut chance: impl FnMut() -> u64,
        prefers: impl Fn(f32, f32) -> Option<bool>,
    ) -> Learned {
        (0..choices).fold(Learned::default(), |known, _| {
            let trial = Trial::new(aspect, known.get(aspect).heard(), chance());
            let (a, b) = (trial.value(Side::A), trial.value(Side::B));
            let side = prefers(a, b).map(|is_a| if is_a { Side::A } else { Side::B });
            learned(&known, &trial.lesson(side))
        })
    }

    /// Knuth's linear congruential generator, its upper half.
    fn chance(seed: u64) -> impl FnMut() -> u64 {
        let mut state = seed;
        move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 32
        }
    }

    #[test]
    fn what_is_set_by_hand_is_averaged() {
        let set = |to| Lesson::Set { aspect: Aspect::Bass, to };
        let known =
            [1.0, 2.0, 3.0, -2.0].iter().fold(Learned::default(), |known, to| learned(&known, &set(*to)));
        assert_eq!((known.bass.value, known.bass.set), (1.0, 4));
        assert!((known.bass.confidence() - 4.0 / 7.0).abs() < 1e-6);
        assert_eq!(known.treble, Opinion::default());
        let odd = learned(&known, &set(f32::NAN));
        assert!(odd.check().is_ok());
        assert_eq!(learned(&Learned::default(), &set(40.0)).bass.value, Taste::MOST_DB);
    }

    /// 1.5 dB preferred over 0: a third of the way from nothing, then a quarter of what is left.
    #[test]
    fn a_choice_moves_less_the_more_is_known() {
        let lesson = Lesson::Preferred { aspect: Aspect::Treble, value: 1.5, over: 0.0 };
        let first = learned(&Learned::default(), &lesson);
        assert_eq!((first.treble.value, first.treble.more), (0.5, 1));
        let second = learned(&first, &lesson);
        assert_eq!(second.treble.value, 0.75);
        let same = learned(&second, &Lesson::Same { aspect: Aspect::Treble });
        assert_eq!((same.treble.value, same.treble.same), (0.75, 1));
        assert!(same.treble.confidence() > second.treble.confidence());
        let less = Lesson::Preferred { aspect: Aspect::Treble, value: 0.0, over: 1.5 };
        assert_eq!(learned(&second, &less).treble.less, 1);
    }

    #[test]
    fn who_always_prefers_more_gets_there_and_never_beyond() {
        for aspect in Aspect::ALL {
            let most = aspect.most();
            let after = |choices| *listener(choices, aspect, chance(5), |a, b| Some(a > b)).get(aspect);
            let heard = [5, 20, 100, 1_000].map(|choices| after(choices).heard() / most);
            assert!(heard.is_sorted() && heard[0] > 0.05, "{heard:?}");
            assert!(heard[3] > 0.85 && heard[3] <= 1.0, "{heard:?}");
        }
    }

    #[test]
    fn the_other_side_is_the_mirror_of_it() {
        let (mut up, mut down) = (Learned::default(), Learned::default());
        for (value, over) in [(1.5, 0.0), (0.3, 1.8), (2.0, 0.5), (-1.0, 0.5)] {
            let lesson = |sign: f32| Lesson::Preferred {
                aspect: Aspect::Bass,
                value: sign * value,
                over: sign * over,
            };
            up = learned(&up, &lesson(1.0));
            down = learned(&down, &lesson(-1.0));
            assert_eq!(up.bass.value, -down.bass.value);
            assert_eq!((up.bass.more, up.bass.less), (down.bass.less, down.bass.more));
        }
    }

    /// Guessing, each choice moves by up to half of the way to the bound, by 1/(n + 3) of it, either way or not at all: variances add up
    /// to a quarter of sum 1/n^2 from 3 on (0.395) in units of that bound squared, half of them: 0.22 of it is one deviation.
    #[test]
    fn who_guesses_stays_near_nothing() {
        let of = |seed: u64| {
            let coin = std::cell::RefCell::new(chance(seed + 1_000));
            let known =
                listener(100, Aspect::Bass, chance(seed), |_, _| Some((coin.borrow_mut())() & 1 == 1));
            known.bass.heard()
        };
        let all: Vec<f32> = (0..300).map(|seed| of(seed * 7_919)).collect();
        let mean = all.iter().sum::<f32>() / 300.0;
        let spread = (all.iter().map(|value| value * value).sum::<f32>() / 300.0).sqrt();
        assert!(mean.abs() < 0.12, "three deviations of a mean of 300: {mean}");
        assert!(spread < 0.22 * Taste::MOST_DB, "{spread}");
    }

    /// Who wants +1 dB prefers of two what is nearer to that.
    #[test]
    fn who_knows_what_is_wanted_is_found_out() {
        for wanted in [-1.0_f32, 0.0, 1.0] {
            let nearer = |a: f32, b: f32| Some((a - wanted).abs() < (b - wanted).abs());
            let known = listener(200, Aspect::Bass, chance(3), nearer);
            // Two that lie a step apart tell of the place between them.
            let off = (known.bass.heard() - wanted).abs();
            assert!(off <= Aspect::Bass.step() / 2.0, "{wanted}: {:?}", known.bass);
        }
    }
}
