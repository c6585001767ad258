//! What is kept of a listener's preferences, version by version, so that any can be had back.

use serde::{Deserialize, Serialize};

use super::rule::{MOST_RULES, Rule, RuleOf};
use super::taste::Learned;
use crate::{counted, say};

/// All that is kept of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    pub learned: Learned,
    /// In the order in which they were made.
    pub rules: Vec<Rule>,
}

impl Preferences {
    /// Why they cannot be; from a file anything may come.
    pub fn check(&self) -> Result<(), String> {
        if self.rules.len() > MOST_RULES {
            return Err(say!("there are more than {rules}", rules = counted!(MOST_RULES, "rule", "rules")));
        }
        self.rules.iter().try_for_each(Rule::check)?;
        self.learned.check()
    }

    /// In place of one for the same, if there is one.
    ///
    /// # Errors
    /// Where it cannot be, or there are too many.
    pub fn set_rule(&mut self, rule: Rule) -> Result<(), String> {
        self.rules.retain(|known| !known.of.is_same(&rule.of));
        self.rules.push(rule);
        self.check()
    }

    /// `false`: there is none.
    pub fn drop_rule(&mut self, of: &RuleOf) -> bool {
        let before = self.rules.len();
        self.rules.retain(|known| !known.of.is_same(of));
        self.rules.len() < before
    }
}

/// Preferences as they were from then on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Version {
    pub number: u64,
    /// Milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// What was changed, in words.
    pub why: String,
    pub preferences: Preferences,
}

/// The newest versions, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Versions(Vec<Version>);

impl Versions {
    /// So many are kept.
    pub const KEPT: usize = 50;
    /// Letters in the words of a version.
    const MOST_WORDS: usize = 1_000;

    /// From a file.
    ///
    /// # Errors
    /// Why they cannot be.
    pub fn new(mut versions: Vec<Version>) -> Result<Self, String> {
        for version in &versions {
            version
                .preferences
                .check()
                .map_err(|why| say!("version {number}: {why}", number = version.number, why))?;
            if version.why.chars().count() > Self::MOST_WORDS {
                return Err(say!("version {number} says too much", number = version.number));
            }
        }
        if !versions.is_sorted_by(|one, next| one.number < next.number) {
            return Err(say!("versions are not in their order").to_owned());
        }
        versions.drain(..versions.len().saturating_sub(Self::KEPT));
        Ok(Self(versions))
    }

    pub fn all(&self) -> &[Version] {
        &self.0
    }

    /// `None`: nothing was ever kept.
    pub fn newest(&self) -> Option<&Version> {
        self.0.last()
    }

    /// Number of the newest; 0 where there is none.
    pub fn number(&self) -> u64 {
        self.newest().map_or(0, |version| version.number)
    }

    /// As they are now.
    pub fn now(&self) -> Preferences {
        self.newest().map(|version| version.preferences.clone()).unwrap_or_default()
    }

    /// What was learned, as it is now.
    pub fn learned(&self) -> Learned {
        self.newest().map_or_else(Learned::default, |version| version.preferences.learned)
    }

    pub fn rules(&self) -> &[Rule] {
        self.newest().map_or(&[], |version| &version.preferences.rules)
    }

    pub fn find(&self, number: u64) -> Option<&Version> {
        self.0.iter().find(|version| version.number == number)
    }

    /// Another version; the oldest goes where there are too many.
    pub fn push(&mut self, preferences: Preferences, why: String, at_ms: i64) {
        let number = self.number().saturating_add(1);
        let why = why.chars().take(Self::MOST_WORDS).collect();
        self.0.push(Version { number, at_ms, why, preferences });
        self.0.drain(..self.0.len().saturating_sub(Self::KEPT));
    }

    /// `false`: there is only one.
    pub fn forget_oldest(&mut self) -> bool {
        let is_more = self.0.len() > 1;
        if is_more {
            self.0.remove(0);
        }
        is_more
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rule::Saying;
    use crate::model::taste::Opinion;

    fn preferences(value: f32) -> Preferences {
        let bass = Opinion { value, set: 1, ..Opinion::default() };
        Preferences { learned: Learned { bass, ..Learned::default() }, ..Preferences::default() }
    }

    #[test]
    fn the_newest_fifty_are_kept_and_numbers_go_on() {
        let mut versions = Versions::default();
        assert_eq!((versions.number(), versions.now()), (0, Preferences::default()));
        (0..60).for_each(|n| versions.push(preferences(n as f32 / 60.0), format!("{n}"), n));
        assert_eq!((versions.all().len(), versions.number()), (50, 60));
        assert_eq!(versions.find(11).unwrap().why, "10");
        assert!(versions.find(10).is_none());
        assert_eq!(versions.learned().bass.value, 59.0 / 60.0);
        assert_eq!(Versions::new(versions.all().to_vec()), Ok(versions));
    }

    #[test]
    fn a_rule_takes_the_place_of_one_for_the_same_and_there_are_only_so_many() {
        let rule =
            |name: &str, word| Rule::new(RuleOf::Genre(name.to_owned()), &[Saying::parse(word).unwrap()]);
        let mut found = Preferences::default();
        found.set_rule(rule("Jazz", "gentle")).unwrap();
        found.set_rule(rule("Rock", "punchy")).unwrap();
        found.set_rule(rule("JAZZ", "off")).unwrap();
        let told: Vec<String> = found.rules.iter().map(Rule::to_string).collect();
        assert_eq!(told, ["genre Rock: punchy", "genre JAZZ: off"]);
        assert!(found.drop_rule(&RuleOf::Genre("jazz".into())));
        assert!(!found.drop_rule(&RuleOf::Genre("jazz".into())));
        assert!(found.set_rule(rule(" ", "off")).is_err());
        let mut full = Preferences::default();
        (0..MOST_RULES).for_each(|n| full.set_rule(rule(&n.to_string(), "off")).unwrap());
        assert!(full.set_rule(rule("one more", "off")).unwrap_err().contains("more than 200"));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let version =
            |number, value| Version { number, at_ms: 0, why: String::new(), preferences: preferences(value) };
        let error = |versions| Versions::new(versions).unwrap_err();
        assert!(error(vec![version(1, 0.0), version(2, f32::NAN)]).starts_with("version 2: bass is NaN"));
        assert!(error(vec![version(2, 0.0), version(2, 0.0)]).contains("order"));
        let long = Version { why: "x".repeat(1_001), ..version(1, 0.0) };
        assert!(error(vec![long]).contains("too much"));
    }
}
