//! What is said stands in one place, `languages/template.toml`, made of the code: `UPDATE_LANGUAGES=1` writes it anew, and
//! brings the built-in languages into its order; otherwise a difference is an error.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use auralis::config::keys::Keymap;
use auralis::config::language;
use auralis::config::setting;
use auralis::model::command::registry::{COMMANDS, Subject};
use auralis::model::words::{self, Language};
use regex::Regex;
use toml::{Table, Value};

use crate::matrix::{VIEWS, led};
use crate::sound::{child, scenario};
use crate::stage::small;

const HEAD: &str = "# All that the player says on the screen. For another language: copy this file to `languages/TAG.toml` beside the
# configuration (`de`, `pt-BR`), and write behind each text what is said for it; what is left empty is said in English.
# What stands in braces is put in: it may stand elsewhere, with the same name.
";

/// Texts by the file that says them, in its order, and nouns with their English plural.
#[derive(Default)]
struct Said {
    texts: Vec<(String, Vec<String>)>,
    nouns: BTreeMap<String, String>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_of_tests =
            path.with_extension("").iter().any(|part| part.to_str().unwrap().ends_with("tests"));
        match path.is_dir() {
            _ if is_of_tests => {}
            true => sources(&path, found),
            false if path.extension().is_some_and(|it| it == "rs") => found.push(path),
            false => {}
        }
    }
}

/// The code without its comments and its tests.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().take_while(|line| *line != "#[cfg(test)]");
    lines.filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

/// What a literal of Rust means.
fn meant(literal: &str) -> String {
    let joined = Regex::new(r"\\\n\s*").unwrap().replace_all(literal, "");
    let mut text = String::new();
    let mut rest = joined.chars();
    while let Some(char) = rest.next() {
        match char {
            '\\' => match rest.next().unwrap() {
                'u' => {
                    let digits: String = rest.by_ref().skip(1).take_while(|digit| *digit != '}').collect();
                    text.push(char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap());
                }
                'n' => text.push('\n'),
                same @ ('"' | '\\' | '\'') => text.push(same),
                other => panic!("\\{other} in {literal}"),
            },
            other => text.push(other),
        }
    }
    text
}

/// From the parenthesis that a macro opens to the one that closes it.
fn inside(code: &str) -> &str {
    let (mut depth, mut quoted, mut escaped) = (1, false, false);
    for (at, char) in code.char_indices() {
        match char {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &code[..at];
        }
    }
    code
}

impl Said {
    fn new() -> Self {
        let mut files = Vec::new();
        sources(&root().join("src"), &mut files);
        files.sort();
        let mut said = Self::default();
        let mut known = BTreeSet::new();
        let text = Regex::new(r#"\b(?:say|later)!\(\s*"((?:[^"\\]|\\.|\\\n)*)""#).unwrap();
        let noun = Regex::new(r"\b(?:things|counted)!\(").unwrap();
        let forms = Regex::new(r#""([^"]+)",\s*"([^"]+)",?\s*$"#).unwrap();
        for path in files.iter().filter(|path| !path.ends_with("model/words.rs")) {
            let code = code(path);
            let texts = text.captures_iter(&code).map(|found| meant(&found[1]));
            said.put(&path.strip_prefix(root()).unwrap().display().to_string(), texts.collect(), &mut known);
            for found in noun.find_iter(&code) {
                let call = inside(&code[found.end()..]);
                let Some(words) = forms.captures(call) else { panic!("{}: {call}", path.display()) };
                let other = said.nouns.insert(words[1].to_owned(), words[2].to_owned());
                assert!(other.is_none_or(|other| other == words[2]), "two plurals of {}", &words[1]);
            }
        }
        let commands = Subject::ALL.into_iter().map(|subject| subject.title().to_owned());
        let commands = commands.chain(COMMANDS.iter().map(|row| row.help.to_owned()));
        said.put("commands", commands.collect(), &mut known);
        said.put("settings", setting::all().map(|row| row.help().to_owned()).collect(), &mut known);
        said
    }

    fn put(&mut self, place: &str, texts: Vec<String>, known: &mut BTreeSet<String>) {
        let new: Vec<String> = texts.into_iter().filter(|text| known.insert(text.clone())).collect();
        if !new.is_empty() {
            self.texts.push((place.to_owned(), new));
        }
    }

    /// A language file with the words of `theirs`, which may be of an older one.
    fn file(&self, theirs: &Table) -> String {
        let words = |table: &str, key: &str| theirs.get(table).and_then(|table| table.get(key)).cloned();
        let mut file = format!("{HEAD}\n[nouns]\n");
        for (one, more) in &self.nouns {
            let forms = words("nouns", one).and_then(|forms| forms.as_table().cloned()).unwrap_or_default();
            let forms = match forms.is_empty() {
                true => "one = \"\", other = \"\"".to_owned(),
                false => {
                    let forms = forms
                        .iter()
                        .map(|(name, word)| format!("{name} = {}", quoted(word.as_str().unwrap())));
                    forms.collect::<Vec<_>>().join(", ")
                }
            };
            writeln!(file, "# {more}\n{} = {{ {forms} }}", quoted(one)).unwrap();
        }
        file += "\n[texts]\n";
        for (place, texts) in &self.texts {
            writeln!(file, "\n# {place}").unwrap();
            for text in texts {
                let word = words("texts", text).unwrap_or(Value::String(String::new()));
                writeln!(file, "{} = {}", quoted(text), quoted(word.as_str().unwrap())).unwrap();
            }
        }
        file
    }
}

/// As a basic string of TOML.
fn quoted(text: &str) -> String {
    let escaped: String = text
        .chars()
        .flat_map(|char| match char {
            '"' | '\\' => vec!['\\', char],
            '\n' => vec!['\\', 'n'],
            other => vec![other],
        })
        .collect();
    format!("\"{escaped}\"")
}

fn compare(file: &Path, text: &str) {
    if std::env::var_os("UPDATE_LANGUAGES").is_some() {
        return std::fs::write(file, text).unwrap();
    }
    let before = std::fs::read_to_string(file).unwrap_or_default();
    let line = before.lines().zip(text.lines()).find(|(old, new)| old != new);
    assert!(
        before == text,
        "{} is behind: UPDATE_LANGUAGES=1 cargo test --test it languages\n{line:?}",
        file.display()
    );
}

#[test]
fn what_is_said_stands_in_one_place() {
    let said = Said::new();
    compare(&root().join("languages/template.toml"), &said.file(&Table::new()));
    let built_in = language::names(None).into_iter().filter(|name| name != "en");
    for name in built_in {
        let file = root().join(format!("languages/{name}.toml"));
        let theirs: Table = std::fs::read_to_string(&file).unwrap().parse().unwrap();
        compare(&file, &said.file(&theirs));
    }
}

#[test]
fn built_in_languages_leave_nothing_out() {
    for name in language::names(None).into_iter().filter(|name| name != "en") {
        let text = std::fs::read_to_string(root().join(format!("languages/{name}.toml"))).unwrap();
        let left: Vec<&str> = text
            .lines()
            .filter(|line| line.contains("\" = \"\"") || line.contains("= { one = \"\""))
            .collect();
        assert!(
            left.len() * 20 < text.lines().count(),
            "{name} leaves out {}: {:?}",
            left.len(),
            left.first()
        );
    }
}

/// A language whose every letter is another one.
fn strange(said: &Said) -> Language {
    let mut language = Language::new("de").unwrap();
    for text in said.texts.iter().flat_map(|(_, texts)| texts) {
        language.text(text, &outside_braces(text)).unwrap();
    }
    for one in said.nouns.keys() {
        language.noun(one, &[("other".to_owned(), outside_braces(one))]).unwrap();
    }
    language
}

fn outside_braces(text: &str) -> String {
    let mut is_name = false;
    let strange = text.chars().filter_map(|char| {
        match char {
            '{' => is_name = true,
            '}' => is_name = false,
            _ => {}
        }
        Some(if char.is_ascii_alphabetic() && !is_name { 'ø' } else { char })
    });
    strange.collect()
}

/// What stands on the screen in every language: names of commands, settings, keys, columns and formats, units, and what
/// the test's music is tagged with.
fn is_name(word: &str, tags: &str) -> bool {
    const NAMES: &[&str] = &[
        "Alt",
        "Auto",
        "BPM",
        "Backspace",
        "Ctrl",
        "Down",
        "End",
        "Enter",
        "Esc",
        "F32",
        "FLAC",
        "Home",
        "Hz",
        "Left",
        "LUFS",
        "MIDI",
        "Mouse",
        "PageDown",
        "PageUp",
        "Right",
        "Shift",
        "Space",
        "Tab",
        "Up",
        "dBFS",
        "dBTP",
        "kHz",
        "null",
    ];
    NAMES.contains(&word) || tags.contains(word)
}

#[test]
fn every_view_speaks_the_language_that_was_chosen() {
    let output = child("languages::child_speaks", "strange").output().unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", said(&output.stdout), said(&output.stderr));
    assert!(said(&output.stdout).contains("views speak"), "it ran: {}", said(&output.stdout));
}

#[test]
#[ignore = "runs in a process of its own, started by another test"]
fn child_speaks() {
    if scenario().is_none() {
        return;
    }
    assert!(words::speak(strange(&Said::new())));
    let word = Regex::new(r"[A-Za-z][a-z]{2,}").unwrap();
    let names = names();
    let mut left = BTreeMap::<String, BTreeSet<&str>>::new();
    for (view, lines) in VIEWS {
        let screen = led((140, 40), lines).lines().join("\n");
        for found in word.find_iter(&screen).map(|found| found.as_str()) {
            if !is_name(found, &names) {
                left.entry(found.to_owned()).or_default().insert(view);
            }
        }
    }
    println!("{} views speak", VIEWS.len());
    assert!(left.is_empty(), "said in English: {left:#?}");
}

/// Names of commands, settings, arguments, themes, fields; tags of the tests' music.
fn names() -> String {
    let mut names: Vec<String> =
        COMMANDS.iter().flat_map(|row| [row.name.to_owned(), row.arguments.to_owned()]).collect();
    names.extend(setting::all().map(|row| format!("{} {}", row.path(), row.values().join(" "))));
    names.extend(Keymap::default().bindings().iter().map(|binding| binding.line.clone()));
    names.extend(small().tracks().map(|track| track.title().to_owned()));
    names.join(" ")
}
