//! Taste: what a listener adds to every plan. Set by hand, or learned: an opinion with a count, of which as much is heard as
//! the count makes sure.

use serde::{Deserialize, Serialize};

use crate::{counted, say};

/// What taste is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aspect {
    /// dB below 250 Hz.
    Bass,
    /// dB above 4 kHz.
    Treble,
    /// How far peaks may be held: -1 half as far as the preset says, 1 twice as far.
    Density,
}

impl Aspect {
    pub const ALL: [Self; 3] = [Self::Bass, Self::Treble, Self::Density];

    pub fn name(self) -> &'static str {
        match self {
            Self::Bass => "bass",
            Self::Treble => "treble",
            Self::Density => "density",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|aspect| aspect.name() == name)
    }

    /// Furthest either way.
    pub fn most(self) -> f32 {
        match self {
            Self::Bass | Self::Treble => Taste::MOST_DB,
            Self::Density => 1.0,
        }
    }

    /// How far two tastes lie apart that are compared, half of the way to the bound: 1.5 dB over several octaves is to be heard without
    /// being another music.
    pub fn step(self) -> f32 {
        self.most() / 2.0
    }

    /// Within its bounds; what is no number is nothing.
    pub fn held(self, value: f32) -> f32 {
        if value.is_finite() { value.clamp(-self.most(), self.most()) } else { 0.0 }
    }

    /// `+0.8 dB below 250 Hz`
    pub fn words(self, value: f32) -> String {
        match self {
            Self::Bass => say!("{db:+.1} dB below 250 Hz", db = value),
            Self::Treble => say!("{db:+.1} dB above 4 kHz", db = value),
            Self::Density => say!("density {density:+.1}", density = value),
        }
    }
}

/// What is added to a plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Taste {
    pub bass_db: f32,
    pub treble_db: f32,
    pub density: f32,
}

impl Taste {
    /// Most that tone is moved either way, dB.
    pub const MOST_DB: f32 = 3.0;

    pub fn get(&self, aspect: Aspect) -> f32 {
        match aspect {
            Aspect::Bass => self.bass_db,
            Aspect::Treble => self.treble_db,
            Aspect::Density => self.density,
        }
    }

    pub fn set(&mut self, aspect: Aspect, value: f32) {
        let value = aspect.held(value);
        match aspect {
            Aspect::Bass => self.bass_db = value,
            Aspect::Treble => self.treble_db = value,
            Aspect::Density => self.density = value,
        }
    }
}

/// What was set by hand; of what is `None`, what was learned is heard.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct ByHand {
    pub bass_db: Option<f32>,
    pub treble_db: Option<f32>,
    pub density: Option<f32>,
}

impl ByHand {
    pub fn get(&self, aspect: Aspect) -> Option<f32> {
        let value = match aspect {
            Aspect::Bass => self.bass_db,
            Aspect::Treble => self.treble_db,
            Aspect::Density => self.density,
        };
        value.map(|value| aspect.held(value))
    }

    pub fn set(&mut self, aspect: Aspect, value: f32) {
        let value = Some(aspect.held(value));
        match aspect {
            Aspect::Bass => self.bass_db = value,
            Aspect::Treble => self.treble_db = value,
            Aspect::Density => self.density = value,
        }
    }

    /// What is heard: what is set by hand as it is, else what was learned as far as that is sure.
    pub fn over(&self, learned: Option<&Learned>) -> Taste {
        let mut taste = Taste::default();
        for aspect in Aspect::ALL {
            let known = learned.map_or(0.0, |learned| learned.get(aspect).heard());
            taste.set(aspect, self.get(aspect).unwrap_or(known));
        }
        taste
    }
}

/// What was learned of one aspect.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Opinion {
    /// Where the listener wants it, as far as is known.
    pub value: f32,
    /// Times that it was set by hand.
    pub set: u32,
    /// Comparisons in which more of it was preferred, less of it, and neither.
    pub more: u32,
    pub less: u32,
    pub same: u32,
}

impl Opinion {
    /// Observations that make what was learned count half.
    pub const HALF: f32 = 3.0;

    pub fn choices(&self) -> u32 {
        self.more.saturating_add(self.less).saturating_add(self.same)
    }

    pub fn count(&self) -> u32 {
        self.set.saturating_add(self.choices())
    }

    /// How sure it is, 0 to 1: n / (n + 3) of n observations. None: 0; three: half; nine: three quarters.
    pub fn confidence(&self) -> f32 {
        let count = self.count() as f32;
        count / (count + Self::HALF)
    }

    /// As much of it as is sure.
    pub fn heard(&self) -> f32 {
        self.value * self.confidence()
    }

    /// `you preferred more in 6 of 7 comparisons and set it once`
    pub fn why(&self) -> String {
        let comparisons = counted!(self.choices(), "comparison", "comparisons");
        let chosen = match self.value < 0.0 {
            true => say!("you preferred less in {times} of {comparisons}", times = self.less, comparisons),
            false => say!("you preferred more in {times} of {comparisons}", times = self.more, comparisons),
        };
        match (self.choices(), self.set) {
            (0, 0) => say!("nothing was learned of it").to_owned(),
            (0, 1) => say!("you set it once").to_owned(),
            (0, times) => say!("you set it {times} times", times),
            (_, 0) => chosen,
            (_, 1) => say!("{preference} and set it once", preference = chosen),
            (_, times) => say!("{preference} and set it {times} times", preference = chosen, times),
        }
    }
}

/// What was learned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Learned {
    pub bass: Opinion,
    pub treble: Opinion,
    pub density: Opinion,
}

impl Learned {
    pub fn get(&self, aspect: Aspect) -> &Opinion {
        match aspect {
            Aspect::Bass => &self.bass,
            Aspect::Treble => &self.treble,
            Aspect::Density => &self.density,
        }
    }

    pub fn get_mut(&mut self, aspect: Aspect) -> &mut Opinion {
        match aspect {
            Aspect::Bass => &mut self.bass,
            Aspect::Treble => &mut self.treble,
            Aspect::Density => &mut self.density,
        }
    }

    /// Why it cannot be; from a file anything may come.
    pub fn check(&self) -> Result<(), String> {
        for aspect in Aspect::ALL {
            let value = self.get(aspect).value;
            if !(value.is_finite() && value.abs() <= aspect.most()) {
                let most = aspect.most();
                let name = aspect.name();
                return Err(say!(
                    "{name} is {value}, and is never beyond {most} either way",
                    name,
                    value,
                    most
                ));
            }
        }
        Ok(())
    }
}

/// One observation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Lesson {
    /// It was set by hand, and left there.
    Set { aspect: Aspect, to: f32 },
    /// Two were compared blindly, and one was preferred.
    Preferred { aspect: Aspect, value: f32, over: f32 },
    /// They were compared, and neither was.
    Same { aspect: Aspect },
}

impl Lesson {
    pub fn words(&self) -> String {
        match *self {
            Self::Set { aspect, to } => format!("you set {} to {to:+.1}", aspect.name()),
            Self::Preferred { aspect, value, over } => {
                format!("you preferred {} {value:+.1} over {over:+.1}", aspect.name())
            }
            Self::Same { aspect } => format!("{}: no difference", aspect.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opinion(value: f32, set: u32, [more, less, same]: [u32; 3]) -> Opinion {
        Opinion { value, set, more, less, same }
    }

    #[test]
    fn what_is_set_by_hand_is_heard_as_it_is_and_what_was_learned_as_far_as_it_is_sure() {
        let learned = Learned { bass: opinion(2.0, 0, [3, 0, 0]), ..Learned::default() };
        assert_eq!(ByHand::default().over(Some(&learned)).bass_db, 1.0, "3 of 3 + 3");
        assert_eq!(ByHand::default().over(None), Taste::default());
        let mut hand = ByHand::default();
        hand.set(Aspect::Bass, 0.0);
        hand.set(Aspect::Density, 9.0);
        let heard = hand.over(Some(&learned));
        assert_eq!((heard.bass_db, heard.density), (0.0, 1.0), "nothing, set by hand, is nothing");
        hand.bass_db = Some(f32::NAN);
        assert_eq!(hand.over(Some(&learned)).bass_db, 0.0);
    }

    #[test]
    fn what_was_learned_is_told_with_its_numbers() {
        assert_eq!(opinion(1.0, 0, [6, 1, 0]).why(), "you preferred more in 6 of 7 comparisons");
        assert_eq!(
            opinion(-1.0, 2, [0, 1, 0]).why(),
            "you preferred less in 1 of 1 comparison and set it 2 times"
        );
        assert_eq!(opinion(1.0, 1, [0; 3]).why(), "you set it once");
        assert_eq!(Aspect::Treble.words(-0.84), "-0.8 dB above 4 kHz");
    }

    #[test]
    fn what_lies_beyond_its_bounds_is_refused() {
        let with = |value| Learned { treble: opinion(value, 1, [0; 3]), ..Learned::default() };
        assert!(with(3.0).check().is_ok() && with(-3.0).check().is_ok());
        for bad in [3.01, f32::NAN, f32::INFINITY] {
            assert!(with(bad).check().unwrap_err().starts_with("treble is"), "{bad}");
        }
    }

    #[test]
    fn counts_do_not_run_over() {
        let most = opinion(1.0, u32::MAX, [u32::MAX; 3]);
        assert_eq!(most.count(), u32::MAX);
        assert!(most.confidence() <= 1.0);
    }
}
