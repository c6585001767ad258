//! What is said stands in one place, `languages/template.toml`, made of the code: `UPDATE_LANGUAGES=1` writes it anew, and
//! brings the built-in languages into its order; otherwise a difference is an error.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use auralis::config::keys::{Context, Keymap};
use auralis::config::language;
use auralis::config::setting;
use auralis::model::column::Tells;
use auralis::model::command::grammar::Kind;
use auralis::model::command::registry::{COMMANDS, Subject};
use auralis::model::equaliser::PRESETS;
use auralis::model::mastering::Preset;
use auralis::model::settings::Audio;
use auralis::model::tag::Field;
use auralis::model::taste::Aspect;
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
        let settings = setting::all().flat_map(|row| [row.help(), row.expects()]);
        said.put("settings", settings.map(str::to_owned).collect(), &mut known);
        said.put("names, as they are shown; what is typed is the English one", shown_names(), &mut known);
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

/// Names of what can be typed that the screen shows, too.
fn shown_names() -> Vec<String> {
    let fields = Field::names().chain(Tells::NAMES.iter().copied()).chain(Kind::ALL.map(Kind::name));
    let modes = Preset::ALL.map(Preset::name).into_iter();
    let modes = modes.chain(Aspect::ALL.map(Aspect::name)).chain(Audio::NAMES);
    fields.chain(modes).chain(Context::ALL.map(Context::name)).map(str::to_owned).collect()
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
    let strange = text.chars().map(|char| {
        match char {
            '{' => is_name = true,
            '}' => is_name = false,
            _ => {}
        }
        if char.is_ascii_alphabetic() && !is_name { 'ø' } else { char }
    });
    strange.collect()
}

/// What stands on the screen in every language: keys, formats and units.
const EVERYWHERE: &[&str] = &[
    "Alt",
    "Backspace",
    "Ctrl",
    "Down",
    "End",
    "Enter",
    "Esc",
    "FLAC",
    "Home",
    "LUFS",
    "Left",
    "PageDown",
    "PageUp",
    "Right",
    "Shift",
    "Space",
    "Tab",
    "bit",
    "dBFS",
    "dBTP",
    "kHz",
    "null",
];

/// Where commands and settings stand by their names.
const WITH_COMMANDS: &[&str] =
    &["help", "settings", "prompt", "typed", "menu", "messages", "outputs", "equaliser"];

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
    let (typed, tags) = (typed_words(), tags());
    let mut left = BTreeMap::<String, BTreeSet<&str>>::new();
    for (view, lines) in VIEWS {
        let screen = led((140, 40), lines).lines().join("\n");
        for found in word.find_iter(&screen).map(|found| found.as_str()) {
            // `<letter>` in the keys of the help.
            let is_key = *view == "help" && found == "letter";
            let is_typed = is_key || WITH_COMMANDS.contains(view) && typed.contains(found);
            if !EVERYWHERE.contains(&found) && !tags.contains(found) && !is_typed {
                left.entry(found.to_owned()).or_default().insert(view);
            }
        }
    }
    println!("{} views speak", VIEWS.len());
    assert!(left.is_empty(), "said in English: {left:#?}");
}

/// Words of what can be typed.
fn typed_words() -> BTreeSet<String> {
    let mut lines: Vec<String> =
        COMMANDS.iter().flat_map(|row| [row.name, row.arguments].map(str::to_owned)).collect();
    lines.extend(COMMANDS.iter().flat_map(|row| row.aliases).map(|&alias| alias.to_owned()));
    lines.extend(
        setting::all().flat_map(|row| [row.path(), row.default().to_owned(), row.values().join(" ")]),
    );
    lines.extend(PRESETS.iter().map(|(name, ..)| (*name).to_owned()));
    lines.extend(Keymap::default().bindings().iter().map(|binding| binding.line.clone()));
    let word = Regex::new("[A-Za-z]+").unwrap();
    let words =
        |line: &String| word.find_iter(line).map(|found| found.as_str().to_owned()).collect::<Vec<_>>();
    lines.iter().flat_map(words).collect()
}

/// What the music of the tests is tagged with and what the tests say of their output, in a line: names are cut where there
/// is no room.
fn tags() -> String {
    let catalog = small();
    let tracks = catalog.tracks().flat_map(|track| {
        let artists = track.artists().chain(track.album_artists()).collect::<Vec<_>>().join(" ");
        [track.title(), track.album_title(), &artists, &track.path().to_string_lossy()].map(str::to_owned)
    });
    tracks.chain(["unknown file".to_owned(), "no sound device".to_owned()]).collect::<Vec<_>>().join(" ")
}
