//! The order of names: case and accents aside, numbers by their value, leading articles not counted. Pure; used by the
//! catalog build and by sorting.

use std::sync::LazyLock;

use super::fold::{fold, number};

/// Articles that do not count at the beginning of a name.
pub const ARTICLES: [&str; 17] = [
    "the", "a", "an", "le", "la", "les", "l'", "l’", "der", "die", "das", "el", "los", "las", "il", "lo",
    "gli",
];

/// Makes keys that compare as the names do.
#[derive(Debug, Clone)]
pub struct Collation {
    /// Folded.
    articles: Vec<String>,
}

impl Default for Collation {
    /// With [`ARTICLES`].
    fn default() -> Self {
        Self::new(&ARTICLES)
    }
}

impl Collation {
    pub fn new(articles: &[impl AsRef<str>]) -> Self {
        Self { articles: articles.iter().map(|article| fold(article.as_ref())).collect() }
    }

    /// Compare keys as bytes. Names that differ in case or accents alone have equal keys.
    pub fn key(&self, name: &str) -> Vec<u8> {
        let folded = fold(name);
        let name = self.without_article(folded.trim());
        let mut key = Vec::with_capacity(name.len() + 4);
        let mut rest = name.as_bytes();
        while let Some(&byte) = rest.first() {
            if byte.is_ascii_digit() {
                let (digits, after) = number(rest);
                // `0`, then how many digits: more digits are a larger number, and any number sorts where digits do.
                key.push(b'0');
                key.push(u8::try_from(digits.len()).unwrap_or(u8::MAX));
                key.extend_from_slice(digits);
                rest = after;
            } else {
                key.push(byte);
                rest = &rest[1..];
            }
        }
        key
    }

    fn without_article<'a>(&self, name: &'a str) -> &'a str {
        let behind = self.articles.iter().find_map(|article| {
            let rest = name.strip_prefix(article.as_str())?;
            (article.ends_with('\'') || rest.starts_with(char::is_whitespace)).then(|| rest.trim_start())
        });
        behind.filter(|rest| !rest.is_empty()).unwrap_or(name)
    }
}

/// As [`Collation::key`] with the usual articles, for who has no settings at hand.
pub fn sort_key(name: &str) -> Vec<u8> {
    static USUAL: LazyLock<Collation> = LazyLock::new(Collation::default);
    USUAL.key(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(collation: &Collation, names: &[&'static str]) -> Vec<&'static str> {
        let mut sorted = names.to_vec();
        sorted.sort_by_key(|name| collation.key(name));
        sorted
    }

    #[test]
    fn names_sort_as_people_expect() {
        let names = [
            "Track 10",
            "The Beatles",
            "Björk",
            "track 9",
            "The The",
            "10cc",
            "ABBA",
            "2Pac",
            "Track 007",
            "L’Impératrice",
            "Die Ärzte",
            "A Perfect Circle",
        ];
        let expected = [
            "2Pac",
            "10cc",
            "ABBA",
            "Die Ärzte",
            "The Beatles",
            "Björk",
            "L’Impératrice",
            "A Perfect Circle",
            "The The",
            "Track 007",
            "track 9",
            "Track 10",
        ];
        assert_eq!(sorted(&Collation::default(), &names), expected);
        let none: [&str; 0] = [];
        assert_eq!(
            Collation::default().key("The"),
            Collation::new(&none).key("the"),
            "an article alone is a name"
        );
    }

    #[test]
    fn articles_are_those_that_are_set() {
        let collation = Collation::new(&["Los"]);
        assert_eq!(sorted(&collation, &["The B", "Los A", "C", "Lost"]), ["Los A", "C", "Lost", "The B"]);
    }
}
