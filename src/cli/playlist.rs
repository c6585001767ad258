//! `auralis playlist`: the playlists listed, shown and changed; by the player where one runs, else in the store itself.

use std::ffi::OsString;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::args::{Global, PlaylistVerb};
use super::exit::{CliError, Exit};
use super::similar::unheard;
use super::terminal::Messages;
use super::text::{clock, printable};
use super::{ctl, json, open_store, settings};
use crate::boot::similar::{Ears, Known, likes};
use crate::boot::{log, offline};
use crate::config::Loaded;
use crate::library::catalog_build::load_catalog_in;
use crate::library::levels;
use crate::library::playlist::locate::is_part;
use crate::library::smart;
use crate::library::store::Store;
use crate::model::address::is_address;
use crate::model::catalog::Catalog;
use crate::model::job::CancelToken;
use crate::model::notice::Severity;
use crate::model::playlist::view::View;
use crate::model::query::Query;
use crate::remote::RemoteError;
use crate::remote::client::Connection;
use crate::remote::lists::{self, EntryLine, ListLine, ListPage};
use crate::remote::place::Place;
use crate::remote::request;
use crate::remote::wire::Request;

const CLOSING: Duration = Duration::from_secs(5);
/// How long it is waited for what is in a smart list, and how often it is asked.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(20);

pub fn run(global: &Global, verb: &PlaylistVerb, messages: &Messages) -> Result<Exit, CliError> {
    match verb {
        PlaylistVerb::List { json } => list(global, *json, messages),
        PlaylistVerb::Show { name, json } => show(global, name, *json, messages),
        verb => {
            for words in words(verb) {
                change(global, &words, messages)?;
            }
            Ok(Exit::Done)
        }
    }
}

/// The verb as commands of the registry.
fn words(verb: &PlaylistVerb) -> Vec<Vec<OsString>> {
    let all = |command: &str, name: &str, rest: Vec<OsString>| {
        vec![[vec![command.into(), name.into()], rest].concat()]
    };
    let text = |words: &[String]| words.iter().map(OsString::from).collect::<Vec<_>>();
    let paths = |paths: &[std::path::PathBuf]| paths.iter().map(OsString::from).collect::<Vec<_>>();
    match verb {
        PlaylistVerb::List { .. } | PlaylistVerb::Show { .. } => Vec::new(),
        PlaylistVerb::Create { name, paths: files } => {
            let mut made = all("playlist-new", name, Vec::new());
            if !files.is_empty() {
                made.extend(all("playlist-add", name, paths(files)));
            }
            made
        }
        PlaylistVerb::Add { name, paths: files } => all("playlist-add", name, paths(files)),
        PlaylistVerb::Remove { name, numbers } => all("playlist-remove", name, text(numbers)),
        PlaylistVerb::Move { name, step, numbers } => {
            all("playlist-move", name, [vec![step.into()], text(numbers)].concat())
        }
        PlaylistVerb::Sort { name, order } => all("playlist-sort", name, vec![order.into()]),
        PlaylistVerb::Dedupe { name } => all("playlist-dedupe", name, Vec::new()),
        PlaylistVerb::Rename { name, new } => all("playlist-rename", name, vec![new.into()]),
        PlaylistVerb::Copy { name, new } => all("playlist-copy", name, vec![new.into()]),
        PlaylistVerb::Delete { name } => all("playlist-delete", name, Vec::new()),
        PlaylistVerb::Note { name, note } => all("playlist-note", name, vec![note.into()]),
        PlaylistVerb::Smart { name, query } => all("playlist-smart", name, text(query)),
        PlaylistVerb::Freeze { name } => all("playlist-freeze", name, Vec::new()),
        PlaylistVerb::Import { paths: files } => {
            vec![[vec!["playlist-import".into()], paths(files)].concat()]
        }
        PlaylistVerb::Export { name, path, absolute, relative } => {
            let style = [(*absolute, "--absolute"), (*relative, "--relative")];
            let style = style.into_iter().filter(|(on, _)| *on).map(|(_, word)| word.into());
            all("playlist-export", name, style.chain([path.into()]).collect())
        }
    }
}

/// Words of the registry, done by the player, or in the store.
pub fn change(global: &Global, words: &[OsString], messages: &Messages) -> Result<(), CliError> {
    let (line, paths) = ctl::spelled(words)?;
    let command = request::command(&line, &paths).map_err(|fault| CliError::Usage(fault.message))?;
    let config = settings::load(global, messages)?;
    match Connection::open(&Place::new(&config.places)) {
        Ok(mut player) => ctl::tell(&player.ask(Request::words(line, paths))?, messages),
        Err(RemoteError::NotRunning) => {
            log::start(&settings::log(global, &config))?;
            let store = open_store(&config, messages)?;
            let done = offline::run(&store, &config.naming(), command, &CancelToken::default())?;
            store.close(CLOSING);
            match done.told {
                Some(told) if done.changed && told.severity != Severity::Note => {
                    messages.warning(&told.to_string())
                }
                // Words without a change: it was refused.
                Some(told) if !done.changed => return Err(CliError::Refused(told.to_string())),
                Some(told) => messages.note(&told.what),
                None => {}
            }
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// Where the lists are: with a player, or in the store.
enum Source {
    Player(Box<Connection>),
    Store(View, Arc<Catalog>),
}

impl Source {
    fn open(global: &Global, messages: &Messages) -> Result<Self, CliError> {
        let config = settings::load(global, messages)?;
        match Connection::open(&Place::new(&config.places)) {
            Ok(player) => Ok(Self::Player(Box::new(player))),
            Err(RemoteError::NotRunning) => {
                log::start(&settings::log(global, &config))?;
                let store = open_store(&config, messages)?;
                let catalog = Arc::new(load_catalog_in(&store, &config.naming())?);
                let view = of_store(&store, &config, &catalog)?;
                store.close(CLOSING);
                Ok(Self::Store(view, catalog))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn all(&mut self) -> Result<Vec<ListLine>, CliError> {
        match self {
            Self::Player(player) => Ok(player.ask(Request::playlists())?.playlists.unwrap_or_default()),
            Self::Store(view, _) => Ok(lists::all(view)),
        }
    }

    fn page(&mut self, name: &str, from: usize) -> Result<ListPage, CliError> {
        let page = match self {
            Self::Player(player) => player.ask(Request::playlist(name, from))?.playlist.map(|page| *page),
            Self::Store(view, catalog) => lists::page(view, catalog, name, from),
        };
        page.ok_or_else(|| no_list(name))
    }
}

pub(super) fn no_list(name: &str) -> CliError {
    CliError::NothingMatched(format!("there is no playlist `{name}`. `auralis playlist list` lists them"))
}

pub(super) fn unasked(name: &str, why: &str) -> CliError {
    CliError::Refused(format!("the query of `{name}` cannot be asked: {why}"))
}

/// The lists, and what is in the smart ones.
pub(super) fn of_store(store: &Store, config: &Loaded, catalog: &Arc<Catalog>) -> Result<View, CliError> {
    let facts = levels::facts(store, catalog)?;
    let mut view = View { lists: store.read()?.playlists()?, ..View::default() };
    let now_s = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed());
    let queries = view.lists.iter().filter_map(|list| Query::parse(list.smart()?.query()).ok());
    let words: Vec<String> = queries.flat_map(|query| query.likes()).collect();
    let ears = Ears::new(store.clone(), config.settings.similar.weights.clone());
    let known = Known { catalog: Arc::clone(catalog), facts: facts.clone() };
    let likes = likes(&ears, &words, &known).map_err(|why| unheard(&why, catalog))?;
    let found = view.lists.iter().filter_map(|list| {
        let found = smart::evaluate(list.smart()?, list.id, catalog, (&facts, &likes), now_s);
        Some((list.id, found.into()))
    });
    view.found = Arc::new(found.collect());
    Ok(view)
}

fn list(global: &Global, as_json: bool, messages: &Messages) -> Result<Exit, CliError> {
    let lists = Source::open(global, messages)?.all()?;
    let mut out = io::stdout().lock();
    for list in &lists {
        if as_json {
            json::print(&mut out, list)?;
            continue;
        }
        let kind = list.query.as_ref().map_or(String::new(), |query| format!("\t{query}"));
        let entries = list.entries.map_or_else(|| "?".to_owned(), |entries| entries.to_string());
        let line = format!("{}\t{entries}{kind}", list.name);
        let parts: Vec<_> = line.split('\t').map(printable).collect();
        writeln!(out, "{}", parts.join("\t")).map_err(CliError::Output)?;
    }
    out.flush().map_err(CliError::Output)?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    entry: &'a EntryLine,
    /// Nothing is there.
    missing: bool,
}

fn show(global: &Global, name: &str, as_json: bool, messages: &Messages) -> Result<Exit, CliError> {
    let mut source = Source::open(global, messages)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    let (mut from, mut waited) = (0, Duration::ZERO);
    loop {
        let page = source.page(name, from)?;
        // The player is about to find what is in it.
        if page.list.entries.is_none() && page.problem.is_none() && waited < PATIENCE {
            std::thread::sleep(PAUSE);
            waited += PAUSE;
            continue;
        }
        if let Some(why) = &page.problem {
            return Err(unasked(name, why));
        }
        if page.page.is_empty() {
            break;
        }
        from += page.page.len();
        for entry in &page.page {
            let shown = Shown { entry, missing: is_missing(entry) };
            if as_json {
                json::print(&mut out, &shown)?;
            } else {
                writeln!(out, "{}", printable(&line(&shown))).map_err(CliError::Output)?;
            }
        }
    }
    out.flush().map_err(CliError::Output)?;
    Ok(Exit::Done)
}

fn is_missing(entry: &EntryLine) -> bool {
    let Some(path) = entry.path.to_path().filter(|_| entry.id.is_none()) else { return false };
    !(is_address(&path) || path.is_file() || is_part(&path))
}

/// `3. Artist - Title (4:05)`, and what there is to say of it.
fn line(shown: &Shown<'_>) -> String {
    let entry = shown.entry;
    let by = if entry.artist.is_empty() { String::new() } else { format!("{} - ", entry.artist) };
    let time = entry.duration_s.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let time = time.map_or(String::new(), |time| format!(" ({})", clock(time)));
    let note = if entry.note.is_empty() { String::new() } else { format!(" [{}]", entry.note) };
    let missing = if shown.missing { format!("  missing: {}", entry.path.path) } else { String::new() };
    format!("{}. {by}{}{time}{note}{missing}", entry.n, entry.title)
}
