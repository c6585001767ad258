//! `auralis ctl VERB...`: asks the player that runs to do what would be typed after `:`, and waits until it did.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::args::{Ctl, Global};
use super::exit::{CliError, Exit};
use super::terminal::Messages;
use super::{lookup, lyrics, portrait, queue, queue_template, search, similar, stats};
use crate::config;
use crate::library::scan::absolute_root;
use crate::model::command::Command;
use crate::model::command::parse::{is_for_core, quoted};
use crate::model::command::registry::{COMMANDS, Completer, find_words};
use crate::remote::client::Connection;
use crate::remote::path::JsonPath;
use crate::remote::place::Place;
use crate::remote::request;
use crate::remote::wire::{Reply, Request};

pub const HELP: &str = "\
Answers when it is done: a following `auralis status` shows it. A seek is under way then,
and the ear soon there. Exit codes: 1 it was not done, 2 no such command, 4 no player is
running. Numbers of queue entries count from 1. Options stand before VERB.

These print what they tell, with --json as JSON: search QUERY, queue stats,
stats [PERIOD], template list [WORDS], similar [PATH|QUERY], portrait [PATH|QUERY]: how a
track sounds, in 25 numbers and their words; lyrics, lookup [PATH...]: the words of what
plays, and the releases of MusicBrainz that it may be.
queue edit opens $VISUAL or $EDITOR with the queue, one line an entry, and applies what was
changed.";

pub fn run(global: &Global, asked: &Ctl, messages: &Messages) -> Result<Exit, CliError> {
    if asked.list {
        return list();
    }
    if let Some(question) = Asking::of(&asked.words) {
        return question.run(global, asked.json, messages);
    }
    let (words, paths) = spelled(&without_dashes(&asked.words))?;
    // Wrong words are told without a player, too.
    let command = request::command(&words, &paths).map_err(|fault| CliError::Usage(fault.message))?;
    let places = config::load(&global.places())?.places;
    let mut player = Connection::open(&Place::new(&places))?;
    let reply = player.ask(Request::words(words, paths))?;
    if matches!(command, Command::Quit | Command::Shutdown) {
        player.wait_for_end();
    }
    tell(&reply, messages);
    Ok(Exit::Done)
}

/// Words that are answered with more than a notice.
enum Asking {
    Search(Vec<String>),
    QueueStats,
    QueueEdit,
    Stats(Vec<String>),
    Templates(Vec<String>),
    Similar(Vec<String>),
    Portrait(Vec<OsString>),
    Lyrics,
    Lookup(Vec<PathBuf>),
}

impl Asking {
    fn of(words: &[OsString]) -> Option<Self> {
        // A path need not be text.
        if let [first, rest @ ..] = &without_dashes(words)[..]
            && (first == "portrait" || first == "fingerprint")
        {
            return Some(Self::Portrait(rest.to_vec()));
        }
        if let [first, rest @ ..] = &without_dashes(words)[..]
            && (first == "lookup" || first == "musicbrainz")
        {
            return Some(Self::Lookup(rest.iter().map(PathBuf::from).collect()));
        }
        let words: Option<Vec<String>> =
            without_dashes(words).into_iter().map(|word| word.into_string().ok()).collect();
        let words = words?;
        let (first, rest) = words.split_first()?;
        match (first.as_str(), rest) {
            ("search", rest) if !rest.is_empty() => Some(Self::Search(rest.to_vec())),
            ("similar", rest) => Some(Self::Similar(rest.to_vec())),
            ("stats", rest) => Some(Self::Stats(rest.to_vec())),
            ("template-list", rest) => Some(Self::Templates(rest.to_vec())),
            ("template", [word, rest @ ..]) if word == "list" => Some(Self::Templates(rest.to_vec())),
            ("lyrics", []) => Some(Self::Lyrics),
            ("queue-stats", []) => Some(Self::QueueStats),
            ("queue", [word]) if word == "stats" => Some(Self::QueueStats),
            ("edit", [word]) if word == "queue" => Some(Self::QueueEdit),
            ("queue", [word]) if word == "edit" => Some(Self::QueueEdit),
            _ => None,
        }
    }

    fn run(self, global: &Global, as_json: bool, messages: &Messages) -> Result<Exit, CliError> {
        let config = config::load(&global.places())?;
        let mut player = Connection::open(&Place::new(&config.places))?;
        match self {
            Self::Search(words) => search::of_running(&mut player, &words, as_json),
            Self::Similar(words) => similar::of_running(&mut player, &words, as_json),
            Self::Portrait(what) => portrait::of_running(&mut player, &what, as_json),
            Self::Lyrics => lyrics::of_running(&mut player, as_json),
            Self::Lookup(paths) => lookup::of_running(&mut player, &paths, as_json),
            Self::Stats(words) => stats::of_running(&mut player, &words, as_json),
            Self::Templates(words) => queue_template::of_running(&mut player, &words, as_json),
            Self::QueueStats => queue::stats(&mut player, as_json),
            Self::QueueEdit => queue::edit(player, &config, messages),
        }
    }
}

/// What the player told about it.
pub fn tell(reply: &Reply<Value>, messages: &Messages) {
    match &reply.notice {
        Some(told) if told.severity == "note" => messages.note(&told.text),
        Some(told) => messages.warning(&told.text),
        None => {}
    }
}

fn list() -> Result<Exit, CliError> {
    let rows = COMMANDS.iter().filter(|row| is_for_core(row));
    let line = |row: &crate::model::command::registry::Row| {
        format!("{}\t{}\n", format!("{} {}", row.name, row.arguments).trim_end(), row.help)
    };
    let text: String = rows.map(line).collect();
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(CliError::Output)?;
    Ok(Exit::Done)
}

/// The first `--` only says that no flag of ours comes behind it: clap leaves it among words that may have hyphens.
fn without_dashes(words: &[OsString]) -> Vec<OsString> {
    let dashes = words.iter().position(|word| word == "--");
    let kept = words.iter().enumerate().filter(|&(at, _)| Some(at) != dashes);
    kept.map(|(_, word)| word.clone()).collect()
}

/// The words as one line, and beside it the paths: absolute, for the player stands elsewhere, and byte by byte.
pub fn spelled(words: &[OsString]) -> Result<(String, Vec<JsonPath>), CliError> {
    let shown: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    let (row, named_by) = find_words(&shown).unzip();
    // A folder of such a name is written with a slash.
    let about_scan =
        matches!(&shown[..], [name, word] if name == "scan" && (word == "stop" || word == "report"));
    let (as_words, as_paths) = match row.map(|row| row.completer) {
        _ if about_scan => (words, &[][..]),
        Some(Completer::Path) => words.split_at(named_by.unwrap_or(1).min(words.len())),
        Some(Completer::PlaylistPath | Completer::WordPath(_)) => {
            words.split_at((named_by.unwrap_or(1) + 1).min(words.len()))
        }
        _ => (words, &[][..]),
    };
    let is_like = matches!(row.map(|row| row.completer), Some(Completer::Like));
    // How paths are written is said among them.
    let (styles, as_paths): (Vec<&OsString>, Vec<&OsString>) =
        as_paths.iter().partition(|word| word.to_str().is_some_and(is_flag));
    let paths = as_paths.iter().map(|path| JsonPath::new(&absolute_root(Path::new(path)))).collect();
    // A query is taken as it is.
    let raw_from = match row.map(|row| row.completer) {
        Some(Completer::PlaylistQuery) => named_by.unwrap_or(1) + 1,
        _ => usize::MAX,
    };
    let spell = |(at, word): (usize, &OsString)| {
        let word = if is_like && Path::new(word).exists() {
            absolute_root(Path::new(word)).into_os_string()
        } else {
            absolute_output(word)
        };
        let word = word.to_str()?;
        Some(if at >= raw_from { word.to_owned() } else { quoted(word) })
    };
    let spelled: Option<Vec<String>> = as_words.iter().chain(styles).enumerate().map(spell).collect();
    match spelled {
        Some(words) => Ok((words.join(" "), paths)),
        None => {
            let name = shown.first().map(AsRef::as_ref).unwrap_or_default();
            Err(CliError::Usage(format!("`{name}` cannot be given what is not UTF-8")))
        }
    }
}

fn is_flag(word: &str) -> bool {
    matches!(word, "--absolute" | "--relative" | "--apply") || word.starts_with("--music=")
}

/// `file:` of an output names a file, too.
fn absolute_output(word: &OsStr) -> OsString {
    match word.as_bytes().strip_prefix(b"file:") {
        Some(path) if !path.is_empty() => {
            let path = absolute_root(Path::new(OsStr::from_bytes(path)));
            OsString::from_vec([b"file:", path.as_os_str().as_bytes()].concat())
        }
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spell(words: &[&str]) -> (String, Vec<String>) {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        let (line, paths) = spelled(&words).unwrap();
        (line, paths.into_iter().map(|path| path.path).collect())
    }

    #[test]
    fn words_stay_words_and_paths_become_absolute() {
        let here = std::env::current_dir().unwrap();
        let at = |name: &str| here.join(name).to_str().unwrap().to_owned();
        assert_eq!(spell(&["seek", "+5"]), ("seek +5".into(), vec![]));
        assert_eq!(spell(&["add", "a b", "/c/"]), ("add".into(), vec![at("a b"), "/c".into()]));
        assert_eq!(spell(&["append", "x"]), ("append".into(), vec![at("x")]));
        assert_eq!(spell(&["output", "file:a b.wav"]).0, format!("output \"file:{}\"", at("a b.wav")));
        assert_eq!(spell(&["scan", "stop"]), ("scan stop".into(), vec![]));
        assert_eq!(spell(&["scan", "./stop"]), ("scan".into(), vec![at("stop")]));
        assert_eq!(
            spell(&["playlist", "add", "my mix", "a"]),
            ("playlist add \"my mix\"".into(), vec![at("a")])
        );
        let query = spell(&["playlist-smart", "my mix", "title:\"a b\"", "limit:3"]).0;
        assert_eq!(query, "playlist-smart \"my mix\" title:\"a b\" limit:3");
        assert_eq!(spell(&["no such", "'"]).0, "\"no such\" \"'\"");
    }

    #[test]
    fn two_dashes_are_said_once() {
        let words = ["add", "--", "-q", "--"].map(OsString::from);
        assert_eq!(without_dashes(&words), ["add", "-q", "--"]);
        assert_eq!(without_dashes(&words[2..3]), ["-q"]);
    }

    #[test]
    fn bytes_that_are_no_text_pass_as_paths_alone() {
        let odd = OsString::from_vec(b"/\xff".to_vec());
        let (_, paths) = spelled(&["add".into(), odd.clone()]).unwrap();
        assert_eq!(paths[0].to_path().unwrap().as_os_str(), odd);
        assert!(matches!(spelled(&["seek".into(), odd]), Err(CliError::Usage(_))));
    }
}
