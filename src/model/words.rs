//! What the player says, in the user's language. The code says it in English, by [`say!`](crate::say), and that English is
//! what a language file has its own words for; what it has none for is said in English.
//!
//! All that is said stands in `languages/template.toml`, which is made of the code and compared with it. The language is
//! one of the process: [`speak`] is called at the start, before anything is said.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::OnceLock;

use intl_pluralrules::{PluralCategory, PluralRuleType, PluralRules};

/// Stands around what was put into a text: beginning, end of the name, end. No text has them: they are no characters.
const MARKS: [char; 3] = ['\u{FDD0}', '\u{FDD1}', '\u{FDD2}'];

static LANGUAGE: OnceLock<Language> = OnceLock::new();

/// What is said now: `say!("Nothing is selected")` is a `&'static str`; `say!("Cannot play {name}", name)` and
/// `say!("Preamp: {db:+.1} dB", db = level.preamp_db)` are a `String`. What is put in has a name, for the words of another
/// language stand in another order.
#[macro_export]
macro_rules! say {
    ($text:literal) => {{
        const { assert!($crate::model::words::is_plain($text), "what is put in stands behind the text, too") };
        $crate::model::words::said($text)
    }};
    ($text:literal, $($name:ident $(= $value:expr)?),+ $(,)?) => {
        $crate::model::words::put_together(
            $text,
            format_args!(
                $text,
                $($name = $crate::model::words::Marked(stringify!($name), &$crate::put_in!($name $(= $value)?))),+
            ),
        )
    };
}

/// `name` is `name = name`.
#[doc(hidden)]
#[macro_export]
macro_rules! put_in {
    ($name:ident) => {
        $name
    };
    ($name:ident = $value:expr) => {
        $value
    };
}

/// What stands in a table and is said later, by [`said`]: the text itself.
#[macro_export]
macro_rules! later {
    ($text:literal) => {
        $text
    };
}

/// The noun for so many: `things!(3, "track", "tracks")` is "tracks".
#[macro_export]
macro_rules! things {
    ($count:expr, $one:literal, $more:literal) => {
        $crate::model::words::noun(u64::try_from($count).unwrap_or(u64::MAX), $one, $more)
    };
}

/// How many there are: `counted!(1, "track", "tracks")` is "1 track".
#[macro_export]
macro_rules! counted {
    ($count:expr, $one:literal, $more:literal) => {{
        let count = $count;
        format!("{count} {}", $crate::things!(count, $one, $more))
    }};
}

/// The words of one language.
pub struct Language {
    /// By the English text.
    texts: HashMap<String, String>,
    /// By the English noun for one.
    nouns: HashMap<String, Forms>,
    rules: PluralRules,
}

/// A noun by the categories of the language: "one", "few", "other"...
type Forms = BTreeMap<&'static str, String>;

/// Names of the categories, in the order and words of Unicode's CLDR.
pub const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LanguageError {
    #[error("`{0}` is not the tag of a language, as `de` or `pt-BR` is")]
    NoTag(String),
    #[error("“{text}” puts in {{{name}}}, which the English has not")]
    UnknownName { text: String, name: String },
    #[error("“{0}” has a character that is none of a text")]
    Control(String),
    #[error("“{0}” is a plural without `other`")]
    NoOther(String),
    #[error("“{category}” is no category of plurals; they are {}", CATEGORIES.join(", "))]
    UnknownCategory { category: String },
}

impl Language {
    /// `tag` as `de`, `pt-BR`: by it numbers choose their nouns.
    pub fn new(tag: &str) -> Result<Self, LanguageError> {
        let wrong = || LanguageError::NoTag(tag.to_owned());
        let named: unic_langid::LanguageIdentifier = tag.parse().map_err(|_| wrong())?;
        let of_all = unic_langid::LanguageIdentifier::from_parts(named.language, None, None, &[]);
        let rules = PluralRules::create(named, PluralRuleType::CARDINAL)
            .or_else(|_| PluralRules::create(of_all, PluralRuleType::CARDINAL))
            .map_err(|_| wrong())?;
        Ok(Self { texts: HashMap::new(), nouns: HashMap::new(), rules })
    }

    /// `theirs` is said for `english`; an empty one is none.
    pub fn text(&mut self, english: &str, theirs: &str) -> Result<(), LanguageError> {
        printable(theirs)?;
        if let Some(name) = names(theirs).find(|name| !names(english).any(|other| other == *name)) {
            return Err(LanguageError::UnknownName { text: theirs.to_owned(), name: name.to_owned() });
        }
        if !theirs.is_empty() {
            self.texts.insert(english.to_owned(), theirs.to_owned());
        }
        Ok(())
    }

    /// The forms of a noun, by category. One without words is none.
    pub fn noun(&mut self, one: &str, forms: &[(String, String)]) -> Result<(), LanguageError> {
        let mut known = Forms::new();
        for (category, word) in forms.iter().filter(|(_, word)| !word.is_empty()) {
            [one, category, word].into_iter().try_for_each(printable)?;
            let unknown = || LanguageError::UnknownCategory { category: category.clone() };
            let name = CATEGORIES.into_iter().find(|name| name == category).ok_or_else(unknown)?;
            known.insert(name, word.clone());
        }
        match known.contains_key("other") {
            true => _ = self.nouns.insert(one.to_owned(), known),
            false if known.is_empty() => {}
            false => return Err(LanguageError::NoOther(one.to_owned())),
        }
        Ok(())
    }

    /// How many texts and nouns it has words for.
    pub fn len(&self) -> usize {
        self.texts.len() + self.nouns.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn noun_for(&self, count: u64, one: &str) -> Option<&str> {
        let forms = self.nouns.get(one)?;
        let category = match self.rules.select(count) {
            Ok(PluralCategory::ZERO) => "zero",
            Ok(PluralCategory::ONE) => "one",
            Ok(PluralCategory::TWO) => "two",
            Ok(PluralCategory::FEW) => "few",
            Ok(PluralCategory::MANY) => "many",
            Ok(PluralCategory::OTHER) | Err(_) => "other",
        };
        forms.get(category).or_else(|| forms.get("other")).map(String::as_str)
    }
}

/// What is said never commands the terminal.
fn printable(text: &str) -> Result<(), LanguageError> {
    let shown = || text.chars().filter(|char| !char.is_control()).collect();
    if text.contains(char::is_control) { Err(LanguageError::Control(shown())) } else { Ok(()) }
}

/// From now on this is the language of the process. The first call holds; whether this was it.
pub fn speak(language: Language) -> bool {
    LANGUAGE.set(language).is_ok()
}

/// The words for `text` in the user's language.
pub fn said(text: &'static str) -> &'static str {
    foreign(text).unwrap_or(text)
}

/// What is said for `text` in a language that is not English.
pub fn foreign(text: &str) -> Option<&'static str> {
    LANGUAGE.get()?.texts.get(text).map(String::as_str)
}

/// [`things!`](crate::things) is what is written.
pub fn noun(count: u64, one: &'static str, more: &'static str) -> &'static str {
    let theirs = LANGUAGE.get().and_then(|language| language.noun_for(count, one));
    theirs.unwrap_or(if count == 1 { one } else { more })
}

/// Nothing is put into it.
pub const fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'{' || bytes[at] == b'}' {
            return false;
        }
        at += 1;
    }
    true
}

/// The words for `text`, of which `english` was made, with what was put in.
pub fn put_together(text: &str, english: fmt::Arguments<'_>) -> String {
    let english = english.to_string();
    if LANGUAGE.get().is_none() { english } else { fill(foreign(text).unwrap_or(text), &english) }
}

/// What is put into a text, with its name, so that it is found in the English that was made of it. Where English is spoken
/// it is not marked.
pub struct Marked<'a, T: ?Sized>(pub &'static str, pub &'a T);

impl<T: fmt::Display + ?Sized> fmt::Display for Marked<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if LANGUAGE.get().is_none() {
            return self.1.fmt(f);
        }
        self.mark(f)
    }
}

impl<T: fmt::Display + ?Sized> Marked<'_, T> {
    fn mark(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [begin, named, end] = MARKS;
        write!(f, "{begin}{}{named}", self.0)?;
        self.1.fmt(f)?;
        write!(f, "{end}")
    }
}

/// `theirs` with what is put in at each `{name}`, taken from the English with its marks.
pub fn fill(theirs: &str, marked: &str) -> String {
    let [begin, named, end] = MARKS;
    let values: HashMap<&str, &str> = marked
        .split(begin)
        .skip(1)
        .filter_map(|piece| piece.split_once(named))
        .map(|(name, rest)| (name, rest.split_once(end).map_or(rest, |(value, _)| value)))
        .collect();
    let mut text = String::with_capacity(theirs.len() + marked.len());
    let mut rest = theirs;
    while let Some((before, name, after)) = next_name(rest) {
        text.push_str(before);
        text.push_str(values.get(name).copied().unwrap_or_default());
        rest = after;
    }
    text.push_str(rest);
    text
}

/// The names of what is put into `text`: `{name}`, `{name:+.1}`.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (_, name, after) = next_name(rest)?;
        rest = after;
        Some(name)
    })
}

/// What stands before the first `{name}` of a text, the name, and what stands behind it.
fn next_name(text: &str) -> Option<(&str, &str, &str)> {
    let (before, behind) = text.split_once('{')?;
    let (inside, after) = behind.split_once('}')?;
    Some((before, inside.split(':').next().unwrap_or(inside), after))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As where another language is spoken.
    struct Foreign<'a, T: ?Sized>(Marked<'a, T>);

    impl<T: fmt::Display + ?Sized> fmt::Display for Foreign<'_, T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.mark(f)
        }
    }

    fn put<'a, T: ?Sized>(name: &'static str, value: &'a T) -> Foreign<'a, T> {
        Foreign(Marked(name, value))
    }

    #[test]
    fn without_a_language_it_is_english() {
        let name = "Vivaldi";
        assert_eq!(say!("Nothing is selected"), "Nothing is selected");
        assert_eq!(say!("{name} at {db:+.1} dB", name, db = 1.25_f32), "Vivaldi at +1.2 dB");
        assert_eq!(counted!(1_usize, "track", "tracks"), "1 track");
        assert_eq!(counted!(0_u32, "track", "tracks"), "0 tracks");
        assert_eq!(things!(5_u64, "entry", "entries"), "entries");
    }

    #[test]
    fn other_languages_put_things_elsewhere() {
        let marked = format!("{name} of {year:>6}", name = put("name", "A {b} C"), year = put("year", &1723));
        assert_eq!(fill("{year}: {name}!", &marked), "  1723: A {b} C!");
        assert_eq!(fill("{name}, {name}", &marked), "A {b} C, A {b} C");
        assert_eq!(fill("nothing", &marked), "nothing");
    }

    #[test]
    fn what_is_put_in_may_hold_marks_and_harms_nothing() {
        for hostile in MARKS.map(String::from).into_iter().chain([MARKS.iter().collect()]) {
            let marked = format!("{name} now", name = put("name", &hostile));
            let _ = fill("jetzt {name}", &marked);
        }
    }

    #[test]
    fn nouns_follow_the_numbers_of_their_language() {
        let mut polish = Language::new("pl").unwrap();
        let forms = [("one", "utwór"), ("few", "utwory"), ("many", "utworów"), ("other", "utworu")];
        let forms = forms.map(|(category, word)| (category.to_owned(), word.to_owned()));
        polish.noun("track", &forms).unwrap();
        let said = [1, 2, 5, 12, 22, 25].map(|count| polish.noun_for(count, "track").unwrap());
        assert_eq!(
            said,
            ["utwór", "utwory", "utworów", "utworów", "utwory", "utworów"],
            "CLDR, plurals of pl"
        );
        assert_eq!(polish.noun_for(1, "album"), None);
        assert!(Language::new("pt-BR").is_ok() && Language::new("de-AT").is_ok());
    }

    #[test]
    fn what_a_language_cannot_mean_is_refused() {
        let mut german = Language::new("de").unwrap();
        german.text("Cannot play {name}", "{name} lässt sich nicht abspielen").unwrap();
        let error = german.text("Cannot play {name}", "{nmae} geht nicht").unwrap_err();
        assert_eq!(error.to_string(), "“{nmae} geht nicht” puts in {nmae}, which the English has not");
        let error = german.text("Queue", "\u{1b}[2JSchlange").unwrap_err();
        assert_eq!(error, LanguageError::Control("[2JSchlange".to_owned()));
        german.text("Queue", "").unwrap();
        assert_eq!(german.len(), 1);
        let form = |category: &str| [(category.to_owned(), "Titel".to_owned())];
        assert_eq!(german.noun("track", &form("one")), Err(LanguageError::NoOther("track".to_owned())));
        assert!(matches!(german.noun("track", &form("some")), Err(LanguageError::UnknownCategory { .. })));
        assert_eq!(Language::new("no language").err(), Some(LanguageError::NoTag("no language".to_owned())));
    }
}
