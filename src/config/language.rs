//! Language files: what is said in another language than English. Built-in ones are TOML files of this repository, the
//! user's lie in the folder `languages` beside the configuration and come first. Read once, at the start.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::problem::Problem;
use super::read;
use crate::model::suggest::nearest;
use crate::model::words::{Language, LanguageError};

/// By tag.
const BUILT_IN: [(&str, &str); 1] = [("de", include_str!("../../languages/de.toml"))];

/// The choice that follows the environment.
pub const AUTO: &str = "auto";

/// The language that the code is written in.
const ENGLISH: &str = "en";

/// A language as it was found: `None` is English.
pub type Found = (Option<Language>, Vec<Problem>);

/// The language that was chosen, `environment`: values of `LC_ALL`, `LC_MESSAGES` and `LANG`. A language of the
/// environment that there is no file for is English; one that was named is a problem.
pub fn load(choice: &str, environment: [Option<String>; 3], folder: Option<&Path>) -> Found {
    if choice != AUTO {
        return named(choice, folder).unwrap_or_else(|| (None, vec![unknown(choice, folder)]));
    }
    let tag =
        environment.into_iter().flatten().find(|value| !value.is_empty()).and_then(|value| tag_of(&value));
    tag.and_then(|tag| named(&tag, folder)).unwrap_or_default()
}

/// Tags of all languages at hand, English first.
pub fn names(folder: Option<&Path>) -> Vec<String> {
    let mut names = vec![ENGLISH.to_owned()];
    names.extend(BUILT_IN.iter().map(|(name, _)| (*name).to_owned()));
    let files = folder.and_then(|folder| std::fs::read_dir(folder).ok());
    let stems = files.into_iter().flatten().map_while(Result::ok).filter_map(|entry| {
        let path = entry.path();
        let is_toml = path.extension().is_some_and(|extension| extension == "toml");
        path.file_stem()?.to_str().filter(|_| is_toml).map(str::to_owned)
    });
    let mut own: Vec<String> = stems.filter(|name| is_tag(name) && !names.contains(name)).take(256).collect();
    own.sort_unstable();
    names.append(&mut own);
    names
}

/// What is wrong with the choice, and in the user's own language files, also those that are not in use.
pub fn check(choice: &str, folder: &Path) -> Vec<Problem> {
    let own = names(Some(folder)).into_iter().map(|name| (file_of(folder, &name), name));
    let problems = own.filter_map(|(file, name)| from(&file, &name)).flat_map(|(_, problems)| problems);
    let missing = choice != AUTO && named(choice, Some(folder)).is_none();
    missing.then(|| unknown(choice, Some(folder))).into_iter().chain(problems).collect()
}

/// `de_AT.UTF-8@euro` is `de-AT`; `C` and `POSIX` are none.
fn tag_of(locale: &str) -> Option<String> {
    let name = locale.split(['.', '@']).next().unwrap_or(locale);
    (is_tag(name) && !matches!(name, "C" | "POSIX")).then(|| name.replace('_', "-"))
}

/// A file's name, never a path.
pub fn is_tag(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 35
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

/// The language of `de-AT`: that of the whole tag, else of its first part.
fn named(tag: &str, folder: Option<&Path>) -> Option<Found> {
    let language = tag.split(['-', '_']).next().unwrap_or(tag);
    let mut tags = vec![tag];
    tags.extend((language != tag).then_some(language));
    tags.into_iter().find_map(|tag| one(tag, folder))
}

fn one(tag: &str, folder: Option<&Path>) -> Option<Found> {
    let file = folder.filter(|_| is_tag(tag)).map(|folder| file_of(folder, tag));
    if let Some(found) = file.and_then(|file| from(&file, tag)) {
        return Some(found);
    }
    if tag == ENGLISH {
        return Some((None, Vec::new()));
    }
    let (_, text) = BUILT_IN.iter().find(|(known, _)| *known == tag)?;
    Some(parse(tag, text, Path::new(tag)))
}

/// `None` where there is no such file.
fn from(file: &Path, tag: &str) -> Option<Found> {
    match read::text(file) {
        Ok(None) => None,
        Ok(Some(text)) => Some(parse(tag, &text, file)),
        Err(unreadable) => Some((None, vec![unreadable.problem(file)])),
    }
}

fn file_of(folder: &Path, tag: &str) -> PathBuf {
    folder.join(format!("{tag}.toml"))
}

fn unknown(choice: &str, folder: Option<&Path>) -> Problem {
    let known = names(folder);
    let near = nearest(choice, known.iter().map(String::as_str)).map(str::to_owned);
    let file = folder.unwrap_or(Path::new("languages")).to_owned();
    Problem { file, line: None, message: format!("there is no language `{choice}`"), nearest: near }
}

/// A language from its text. What cannot be meant is a problem, and is said in English. `file` is only named, not read.
pub fn parse(tag: &str, text: &str, file: &Path) -> Found {
    let mut reading = Reading { text, file, problems: Vec::new() };
    let language = reading.language(tag);
    reading.problems.sort_by_key(|problem| problem.line);
    (language, reading.problems)
}

struct Reading<'a> {
    text: &'a str,
    file: &'a Path,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    fn language(&mut self, tag: &str) -> Option<Language> {
        let document = match DeTable::parse(self.text) {
            Ok(document) => document.into_inner(),
            Err(error) => {
                let message = format!("not TOML: {}", error.message().trim());
                self.problem(error.span().unwrap_or(0..0), message);
                return None;
            }
        };
        let mut language = match Language::new(tag) {
            Ok(language) => language,
            Err(error) => {
                self.problem(0..0, error.to_string());
                return None;
            }
        };
        for (name, value) in &document {
            match (name.get_ref().as_ref(), value.get_ref()) {
                ("texts", DeValue::Table(texts)) => self.texts(&mut language, texts),
                ("nouns", DeValue::Table(nouns)) => self.nouns(&mut language, nouns),
                _ => self.problem(name.span(), "only the tables [texts] and [nouns] are known".to_owned()),
            }
        }
        Some(language)
    }

    fn texts(&mut self, language: &mut Language, texts: &DeTable<'_>) {
        for (english, theirs) in texts {
            match theirs.get_ref() {
                DeValue::String(words) => {
                    let taken = language.text(english.get_ref(), words);
                    self.refused(theirs.span(), taken);
                }
                _ => self.problem(theirs.span(), "a text is needed".to_owned()),
            }
        }
    }

    fn nouns(&mut self, language: &mut Language, nouns: &DeTable<'_>) {
        for (one, forms) in nouns {
            let DeValue::Table(table) = forms.get_ref() else {
                self.problem(forms.span(), "forms are needed, as { one = \"…\", other = \"…\" }".to_owned());
                continue;
            };
            let words = table.iter().filter_map(|(category, word)| match word.get_ref() {
                DeValue::String(word) => Some((category.get_ref().to_string(), word.to_string())),
                _ => None,
            });
            let taken = language.noun(one.get_ref(), &words.collect::<Vec<_>>());
            self.refused(forms.span(), taken);
        }
    }

    fn refused(&mut self, span: Range<usize>, taken: Result<(), LanguageError>) {
        if let Err(error) = taken {
            self.problem(span, error.to_string());
        }
    }

    fn problem(&mut self, span: Range<usize>, message: String) {
        let line = Some(read::line_of(self.text.as_bytes(), span.start));
        self.problems.push(Problem { file: self.file.to_owned(), line, message, nearest: None });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SWEDISH: &str =
        "[texts]\n\"Queue\" = \"Kö\"\n[nouns]\ntrack = { one = \"låt\", other = \"låtar\" }\n";

    fn locale(lang: &str) -> [Option<String>; 3] {
        [None, Some(String::new()), Some(lang.to_owned())]
    }

    #[test]
    fn the_environment_chooses_and_what_it_has_no_file_for_is_english() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("sv.toml"), SWEDISH).unwrap();
        let own = Some(folder.path());
        let words = |locale_is: &str| load(AUTO, locale(locale_is), own).0.map(|language| language.len());
        assert_eq!(words("sv_SE.UTF-8"), Some(2));
        assert_eq!(
            [words("C"), words("C.UTF-8"), words("en_GB.UTF-8"), words("xx"), words("../sv")],
            [None; 5]
        );
        assert!(words("de_AT.UTF-8@euro").is_some_and(|count| count > 100), "the built-in one");
        let first = load(AUTO, [Some("sv".into()), Some("de".into()), None], own).0.unwrap();
        assert_eq!(first.len(), 2, "LC_ALL is asked before LC_MESSAGES");
    }

    #[test]
    fn a_language_that_was_named_and_is_not_there_is_a_problem() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("sv.toml"), SWEDISH).unwrap();
        let (language, problems) = load("sw", Default::default(), Some(folder.path()));
        assert!(language.is_none());
        assert_eq!(problems[0].nearest.as_deref(), Some("sv"));
        assert!(load("en", locale("sv"), Some(folder.path())).0.is_none());
        assert_eq!(names(Some(folder.path())), ["en", "de", "sv"]);
    }

    #[test]
    fn what_is_wrong_is_told_by_its_line_and_costs_itself_alone() {
        let text = "[texts]\n\"Queue\" = \"Kö\"\n\"Cannot play {name}\" = \"{namn}\"\n\"Mono\" = 1\n[nouns]\n\
                    track = \"låt\"\nalbum = { one = \"album\" }\n[other]\n";
        let (language, problems) = parse("sv", text, Path::new("sv.toml"));
        assert_eq!(language.unwrap().len(), 1);
        let told: Vec<(usize, String)> =
            problems.into_iter().map(|it| (it.line.unwrap(), it.message)).collect();
        let lines: Vec<usize> = told.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [3, 4, 6, 7, 8]);
        assert_eq!(told[0].1, "“{namn}” puts in {namn}, which the English has not");
        assert_eq!(parse("sv", "[texts", Path::new("x")).1[0].line, Some(1));
    }

    #[test]
    fn what_lies_in_the_folder_is_checked_and_a_hostile_file_harms_nothing() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("sv.toml"), [0xff, 0xfe]).unwrap();
        std::fs::write(folder.path().join("da.toml"), "x = 1").unwrap();
        let told = check("sv", folder.path());
        assert_eq!(told.len(), 2);
        assert_eq!(check("sw", folder.path()).len(), 3, "and the choice");
        assert!(load("sv", Default::default(), Some(folder.path())).0.is_none());
    }

    #[test]
    fn built_in_languages_are_without_a_problem() {
        for (tag, text) in BUILT_IN {
            let (language, problems) = parse(tag, text, Path::new(tag));
            assert_eq!(problems, []);
            assert!(language.is_some_and(|language| language.len() > 100));
        }
    }
}
