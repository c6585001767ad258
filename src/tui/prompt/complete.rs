//! What may stand at the cursor of a command line: names of commands, their words, themes, paths. Pure; paths are
//! listed by the screen's file worker and come in later.

use std::path::{Path, PathBuf};

use crate::config::keys::Keymap;
use crate::config::setting::{self, Setting};
use crate::config::theme::AUTO;
use crate::later;
use crate::model::bookmark::Bookmarks;
use crate::model::command::registry::{self, Completer};
use crate::model::outputs::OutputDevice;
use crate::model::playlist::Playlists;
use crate::model::tag::Field;
use crate::model::template::Templates;

/// The candidates at hand and which of them is in the line.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// Byte offset in the line where the completed word begins.
    pub start: usize,
    /// The word as it was typed; comes back after the last candidate.
    pub typed: String,
    pub candidates: Vec<Candidate>,
    /// `None`: the typed word stands in the line.
    pub chosen: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What goes into the line.
    pub text: String,
    /// What is shown beside it.
    pub help: &'static str,
}

impl Completion {
    pub fn new(start: usize, typed: &str, candidates: Vec<Candidate>) -> Self {
        Self { start, typed: typed.to_owned(), candidates, chosen: None }
    }

    /// The text that goes into the line after a step on or back.
    pub fn step(&mut self, back: bool) -> String {
        let count = self.candidates.len();
        self.chosen = match (self.chosen, back) {
            _ if count == 0 => None,
            (None, false) => Some(0),
            (None, true) => Some(count - 1),
            (Some(at), false) => (at + 1 < count).then_some(at + 1),
            (Some(at), true) => at.checked_sub(1),
        };
        let chosen = self.chosen.and_then(|at| self.candidates.get(at));
        chosen.map_or_else(|| self.typed.clone(), |candidate| candidate.text.clone())
    }
}

/// What can be offered for a word.
#[derive(Debug, Clone, PartialEq)]
pub enum Offer {
    Ready(Completion),
    /// Files and folders whose path begins like this; `start` is where the word begins.
    Paths {
        start: usize,
        typed: String,
    },
    Nothing,
}

/// Words that are not in the registry.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    pub themes: &'a [String],
    /// As they were last looked for.
    pub devices: &'a [OutputDevice],
    pub bookmarks: &'a Bookmarks,
    pub playlists: &'a Playlists,
    pub templates: &'a Templates,
    /// With the user's own commands.
    pub commands: &'a Keymap,
}

/// What may stand at the end of `line`, the text before the cursor.
pub fn offer(line: &str, known: &Words<'_>) -> Offer {
    let start = word_start(line);
    let typed = &line[start..];
    if line[..start].trim().is_empty() {
        let own = known.commands.commands().filter(|(name, _)| name.starts_with(typed));
        let own =
            own.map(|(name, _)| Candidate { text: name.to_owned(), help: later!("a command of yours") });
        return Offer::Ready(Completion::new(start, typed, commands(typed).into_iter().chain(own).collect()));
    }
    let words: Vec<&str> = line[..start].split_whitespace().collect();
    // A command that takes nothing may be the beginning of another's name.
    let found = registry::find_words(&words)
        .filter(|(row, named_by)| words.len() > *named_by || !row.arguments.is_empty());
    let Some((row, named_by)) = found else {
        let family =
            words.first().filter(|_| words.len() == 1).map_or(String::new(), |word| format!("{word}-"));
        let rest = commands(&format!("{family}{typed}")).into_iter();
        let rest = rest
            .filter(|_| !family.is_empty())
            .map(|found| Candidate { text: found.text[family.len()..].to_owned(), ..found });
        let found: Vec<Candidate> = rest.collect();
        return if found.is_empty() {
            Offer::Nothing
        } else {
            Offer::Ready(Completion::new(start, typed, found))
        };
    };
    let is_first = word_count(&line[..start]) == named_by;
    let lists = || Offer::Ready(Completion::new(start, typed, playlists(known.playlists, typed)));
    match Some(row.completer) {
        Some(Completer::Playlist) => lists(),
        Some(Completer::Template | Completer::TemplateWord(_)) if is_first => {
            Offer::Ready(Completion::new(start, typed, templates(known.templates, typed)))
        }
        Some(Completer::TemplateWord(words)) => {
            Offer::Ready(Completion::new(start, typed, plain(words.iter().copied(), typed)))
        }
        Some(Completer::Template) => Offer::Nothing,
        Some(Completer::PlaylistPath | Completer::PlaylistWord(_) | Completer::PlaylistQuery) if is_first => {
            lists()
        }
        Some(Completer::PlaylistPath) => Offer::Paths { start, typed: typed.to_owned() },
        Some(Completer::PlaylistWord(words)) => {
            Offer::Ready(Completion::new(start, typed, plain(words.iter().copied(), typed)))
        }
        Some(Completer::PlaylistQuery) => Offer::Nothing,
        Some(Completer::Field) if is_first || row.name == "tag-remove" => {
            Offer::Ready(Completion::new(start, typed, plain(Field::names(), typed)))
        }
        Some(Completer::Field) => Offer::Nothing,
        Some(Completer::WordPath(sources)) if is_first => {
            Offer::Ready(Completion::new(start, typed, plain(sources.iter().copied(), typed)))
        }
        Some(Completer::Path | Completer::WordPath(_) | Completer::Like) => {
            Offer::Paths { start, typed: typed.to_owned() }
        }
        Some(Completer::Word(words)) => {
            Offer::Ready(Completion::new(start, typed, plain(words.iter().copied(), typed)))
        }
        Some(Completer::Theme) => Offer::Ready(Completion::new(
            start,
            typed,
            plain(known.themes.iter().map(String::as_str).chain([AUTO]), typed),
        )),
        Some(Completer::Output) => Offer::Ready(Completion::new(start, typed, outputs(known.devices, typed))),
        Some(Completer::Bookmark) => {
            Offer::Ready(Completion::new(start, typed, bookmarks(known.bookmarks, typed)))
        }
        Some(Completer::Command) => Offer::Ready(Completion::new(start, typed, commands(typed))),
        Some(Completer::Setting) => {
            let named = words.get(named_by).copied().filter(|_| !is_first);
            settings(line, start, named, known.themes)
        }
        Some(Completer::None) | None => Offer::Nothing,
    }
}

/// Names of settings; behind `=`, or behind a name, its values.
fn settings(line: &str, start: usize, named: Option<&str>, themes: &[String]) -> Offer {
    let typed = &line[start..];
    let (name, start) = match (named, typed.split_once('=')) {
        (Some(name), None) => (name.trim_end_matches('='), start),
        (None, Some((name, _))) => (name, start + name.len() + 1),
        _ => return Offer::Ready(Completion::new(start, typed, setting_names(typed))),
    };
    let (typed, Ok(setting)) = (&line[start..], Setting::named(name)) else { return Offer::Nothing };
    let values = if setting.path() == "screen.theme" { themes.to_vec() } else { setting.values() };
    Offer::Ready(Completion::new(start, typed, plain(values.iter().map(String::as_str), typed)))
}

/// By the beginning of the name, or of its last part.
fn setting_names(typed: &str) -> Vec<Candidate> {
    let fitting = setting::all().filter(|it| it.path().starts_with(typed) || it.key().starts_with(typed));
    fitting.map(|it| Candidate { text: format!("{}=", it.path()), help: it.help() }).collect()
}

/// Where the last word of the line begins; quoted and escaped blanks are part of it.
fn word_start(line: &str) -> usize {
    let (mut start, mut quote, mut escaped) = (0, None, false);
    for (at, c) in line.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (_, '\\') if quote != Some('\'') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, c) if c.is_whitespace() => start = at + c.len_utf8(),
            _ => {}
        }
    }
    start
}

/// Words of a line, with quoted and escaped blanks in them.
fn word_count(line: &str) -> usize {
    let mut count = 0;
    let mut rest = line.trim();
    while !rest.is_empty() {
        count += 1;
        rest = rest[..word_start(rest)].trim_end();
    }
    count
}

fn templates(all: &Templates, typed: &str) -> Vec<Candidate> {
    let names: Vec<String> = all.iter().map(|template| escaped(template.name.as_str())).collect();
    plain(names.iter().map(String::as_str), typed)
}

fn playlists(lists: &Playlists, typed: &str) -> Vec<Candidate> {
    let names: Vec<String> = lists.iter().map(|list| escaped(list.name.as_str())).collect();
    plain(names.iter().map(String::as_str), typed)
}

fn commands(typed: &str) -> Vec<Candidate> {
    let rows = registry::COMMANDS.iter().filter(|row| row.name.starts_with(typed));
    rows.map(|row| Candidate { text: row.name.to_owned(), help: row.help }).collect()
}

fn plain<'a>(words: impl Iterator<Item = &'a str>, typed: &str) -> Vec<Candidate> {
    let fitting = words.filter(|word| word.starts_with(typed));
    fitting.map(|word| Candidate { text: word.to_owned(), help: "" }).collect()
}

/// Kinds first; a device by its id, which may have blanks in it.
fn outputs(devices: &[OutputDevice], typed: &str) -> Vec<Candidate> {
    const KINDS: [&str; 6] = ["auto", "device", "device:", "hw:", "null", "file:"];
    let ids: Vec<String> = devices.iter().map(|device| format!("device:{}", escaped(&device.id))).collect();
    plain(KINDS.into_iter().chain(ids.iter().map(String::as_str)), typed)
}

fn bookmarks(marks: &Bookmarks, typed: &str) -> Vec<Candidate> {
    let names: Vec<String> = marks.iter().map(|mark| escaped(mark.name.as_str())).collect();
    plain(names.iter().map(String::as_str), typed)
}

/// Most candidates of one folder.
const MAX_PATHS: usize = 500;

/// Candidates for a typed path, folders first. Reads the disk: for the file worker alone. Names that cannot be typed
/// (not UTF-8, with control characters) are left out.
pub fn paths(typed: &str, base: &Path, home: Option<&Path>) -> Vec<Candidate> {
    let plain = unquoted(typed);
    let (folder, name) = plain.rsplit_once('/').map_or(("", plain.as_str()), |(folder, name)| (folder, name));
    let shown = &plain[..plain.len() - name.len()];
    let inside = match (shown, home) {
        ("", _) => base.to_owned(),
        ("/", _) => PathBuf::from("/"),
        (_, Some(home)) if folder == "~" => home.to_owned(),
        (_, Some(home)) if folder.starts_with("~/") => home.join(&folder[2..]),
        _ => base.join(folder),
    };
    let mut found: Vec<(bool, String)> = Vec::new();
    for entry in std::fs::read_dir(inside).into_iter().flatten().map_while(Result::ok) {
        let Ok(entry_name) = entry.file_name().into_string() else { continue };
        let hidden = entry_name.starts_with('.') && !name.starts_with('.');
        if hidden || !entry_name.starts_with(name) || entry_name.contains(char::is_control) {
            continue;
        }
        let is_folder = entry.path().is_dir();
        found.push((!is_folder, entry_name));
        if found.len() == MAX_PATHS {
            break;
        }
    }
    found.sort();
    let text = |is_file: bool, name: &str| {
        format!("{}{}", escaped(&format!("{shown}{name}")), if is_file { "" } else { "/" })
    };
    found.iter().map(|(is_file, name)| Candidate { text: text(*is_file, name), help: "" }).collect()
}

/// A word as the command line's parser will read it.
fn unquoted(word: &str) -> String {
    let (mut text, mut quote) = (String::new(), None);
    let mut chars = word.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (_, '\\') if quote != Some('\'') => text.extend(chars.next()),
            (_, c) => text.push(c),
        }
    }
    text
}

fn escaped(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for c in path.chars() {
        if c.is_whitespace() || matches!(c, '\'' | '"' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::bookmark::{Bookmark, BookmarkName};
    use crate::model::command::parse::parse;
    use crate::model::command::{Command, Library, Request};

    fn devices() -> Vec<OutputDevice> {
        let device = |id: &str| OutputDevice {
            id: id.into(),
            name: String::new(),
            is_default: false,
            exclusive: false,
            accepts: Err(String::new()),
        };
        vec![device("alsa:hw:CARD=a b"), device("pulseaudio:x")]
    }

    fn marks() -> Bookmarks {
        let mut marks = Bookmarks::default();
        for name in ["the solo", "b"] {
            let name = BookmarkName::new(name).unwrap();
            marks.set(Bookmark { name, path: Path::new("/m").into(), frame: 0, rate: 0 }).unwrap();
        }
        marks
    }

    fn ready(line: &str) -> Vec<String> {
        let themes = ["dark".to_owned(), "light".to_owned()];
        let words = Words {
            themes: &themes,
            devices: &devices(),
            bookmarks: &marks(),
            playlists: &Playlists::default(),
            templates: &Templates::default(),
            commands: &Keymap::default(),
        };
        match offer(line, &words) {
            Offer::Ready(completion) => {
                completion.candidates.into_iter().map(|candidate| candidate.text).collect()
            }
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn words_are_offered_where_they_fit() {
        assert_eq!(ready("see"), ["seek"]);
        assert_eq!(ready("repeat o"), ["off", "one"]);
        assert_eq!(ready("theme l"), ["light"]);
        assert_eq!(ready("focus "), ["library", "playlists", "queue", "spectrum"]);
        assert_eq!(ready("output device:p"), ["device:pulseaudio:x"]);
        assert_eq!(ready("output device:a"), ["device:alsa:hw:CARD=a\\ b"]);
        assert_eq!(ready("output n"), ["null"]);
        assert_eq!(ready("bookmark-go "), ["b", "the\\ solo"]);
        assert_eq!(ready("bookmark-drop the\\ s"), ["the\\ solo"]);
        assert_eq!(ready("").len(), registry::COMMANDS.len());
        let (marks, playlists, templates) = (marks(), Playlists::default(), Templates::default());
        let none = Words {
            themes: &[],
            devices: &[],
            bookmarks: &marks,
            playlists: &playlists,
            templates: &templates,
            commands: &Keymap::default(),
        };
        assert_eq!(ready("playlist ren"), ["rename"]);
        assert_eq!(ready("playlist-sort Mix -pla"), ["-plays", "-played"]);
        assert_eq!(offer("playlist add Mix a", &none), Offer::Paths { start: 17, typed: "a".into() });
        assert_eq!(offer("nonsense x", &none), Offer::Nothing);
        assert_eq!(offer("scan a\\ b/c", &none), Offer::Paths { start: 5, typed: "a\\ b/c".into() });
        assert_eq!(offer("add x 'a b", &none), Offer::Paths { start: 6, typed: "'a b".into() });
    }

    #[test]
    fn candidates_go_round_through_what_was_typed() {
        let mut completion = Completion::new(0, "rep", commands("rep"));
        let names: Vec<String> = (0..6).map(|_| completion.step(false)).collect();
        assert_eq!(names, ["repeat", "replaygain", "replace", "replay", "replay-last", "rep"]);
        assert_eq!(completion.step(true), "replay-last");
    }

    #[test]
    fn paths_are_listed_and_survive_the_parser() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a b", "don't", "album"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        for name in ["a.mp3", ".hidden", "b.mp3", "a\nb"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let texts = |typed: &str| -> Vec<String> {
            paths(typed, folder.path(), Some(folder.path())).into_iter().map(|found| found.text).collect()
        };
        assert_eq!(texts("a"), ["a\\ b/", "album/", "a.mp3"]);
        assert_eq!(texts("~/d"), ["~/don\\'t/"]);
        assert_eq!(texts("."), [".hidden"]);
        assert_eq!(texts("nowhere/"), [""; 0]);
        for text in texts("") {
            let Ok(Request::Core(Command::Library(Library::Scan(paths)))) = parse(&format!("scan {text}"))
            else {
                panic!("{text}")
            };
            assert!(folder.path().join(&paths[0]).exists(), "{text}");
        }
    }
}
