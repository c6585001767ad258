//! How names in tags are taken: where one text holds several, and how they are put in order. Set by the user, applied
//! when the catalog is built; the store keeps what files say.

use std::borrow::Cow;

use super::collate::Collation;
use super::tag::MAX_VALUES;

#[derive(Debug, Clone, Default)]
pub struct Naming {
    pub collation: Collation,
    /// Between several artists, and album artists, in one text.
    pub artists: Separators,
    /// Between several genres.
    pub genres: Separators,
}

/// Texts that stand between several names. None by default: a name such as AC/DC is one, and what the standards separate
/// (several fields, NULs) is several already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Separators(Vec<String>);

impl Separators {
    /// Blanks are part of them, case does not matter.
    pub fn new(texts: &[String]) -> Self {
        Self(texts.iter().filter(|text| !text.trim().is_empty()).cloned().collect())
    }

    /// Every name of `values`, each once, in order.
    pub fn split<'v, 'a>(&self, values: &'v [&'a str]) -> Cow<'v, [&'a str]> {
        if self.0.is_empty() || !values.iter().any(|value| self.first(value).is_some()) {
            return Cow::Borrowed(values);
        }
        let mut names: Vec<&str> = Vec::new();
        for &value in values {
            let mut rest = value;
            while let Some((before, behind)) = self.first(rest) {
                add(&mut names, before);
                rest = behind;
            }
            add(&mut names, rest);
        }
        Cow::Owned(names)
    }

    /// What stands before and behind the first separator; of several at one place the longest.
    fn first<'a>(&self, text: &'a str) -> Option<(&'a str, &'a str)> {
        (0..text.len()).find_map(|at| {
            let here = |separator: &&String| {
                let piece = text.get(at..at + separator.len());
                piece.is_some_and(|piece| piece.eq_ignore_ascii_case(separator))
            };
            let longest = self.0.iter().filter(here).max_by_key(|separator| separator.len())?;
            Some((&text[..at], &text[at + longest.len()..]))
        })
    }
}

fn add<'a>(names: &mut Vec<&'a str>, name: &'a str) {
    let name = name.trim();
    if !name.is_empty() && names.len() < MAX_VALUES && !names.contains(&name) {
        names.push(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split<'a>(separators: &[&str], values: &[&'a str]) -> Vec<&'a str> {
        let separators: Vec<String> = separators.iter().map(|&text| text.to_owned()).collect();
        Separators::new(&separators).split(values).into_owned()
    }

    #[test]
    fn names_are_apart_where_a_separator_stands_and_nowhere_else() {
        assert_eq!(split(&[], &["A; B / C"]), ["A; B / C"]);
        assert_eq!(split(&[";"], &["A; B;;C", "B", "AC/DC"]), ["A", "B", "C", "AC/DC"]);
        assert_eq!(split(&[" / ", " feat. "], &["AC/DC / B Feat. C"]), ["AC/DC", "B", "C"]);
        assert_eq!(split(&[" feat", " feat. "], &["A feat. B"]), ["A", "B"], "the longest");
        assert_eq!(split(&["/"], &["/", "日本/語"]), ["日本", "語"]);
        assert_eq!(split(&[" "], &["A B"]), ["A B"], "a blank alone is no separator");
    }
}
