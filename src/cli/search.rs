//! `auralis search`: the library's tracks that match, best first or sorted; asked of the player where one runs, for it has
//! the library.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::sync::Arc;

use super::args::{Global, Search};
use super::exit::{CliError, Exit};
use super::json;
use super::terminal::Messages;
use super::text::{joined, printable};
use super::{open_store, settings};
use crate::boot::log;
use crate::boot::similar::{Ears, Known, know};
use crate::config::Loaded;
use crate::library::catalog_build::load_catalog_in;
use crate::library::levels;
use crate::model::query::field::FIELDS;
use crate::model::query::{Query, QueryError};
use crate::model::sort::COLUMNS;
use crate::remote::RemoteError;
use crate::remote::client::Connection;
use crate::remote::place::Place;
use crate::remote::tell::{self, FoundPage, Tell, Telling, TrackLine};
use crate::remote::wire::Request;

pub fn run(global: &Global, asked: &Search, messages: &Messages) -> Result<Exit, CliError> {
    let config = settings::load(global, messages)?;
    let text = asked.query.join(" ");
    let query = Query::parse(&text).map_err(|error| CliError::Usage(wrong(&text, &error)))?;
    match Connection::open(&Place::new(&config.places)) {
        Ok(mut player) => of_player(&mut player, &text, asked),
        Err(RemoteError::NotRunning) => of_store(global, &config, &query, &text, asked, messages),
        Err(error) => Err(error.into()),
    }
}

/// `auralis ctl search`: of the player that runs, and of no store.
pub fn of_running(player: &mut Connection, words: &[String], as_json: bool) -> Result<Exit, CliError> {
    let text = words.join(" ");
    Query::parse(&text).map_err(|error| CliError::Usage(wrong(&text, &error)))?;
    let asked = Search { query: words.to_vec(), sort: Vec::new(), json: as_json, limit: None, format: None };
    of_player(player, &text, &asked)
}

/// Page by page, as they are printed.
fn of_player(player: &mut Connection, text: &str, asked: &Search) -> Result<Exit, CliError> {
    let limit = asked.limit.unwrap_or(usize::MAX);
    let mut out = BufWriter::new(io::stdout().lock());
    let mut from = 0;
    while from < limit {
        let sort = asked.sort.iter().map(|sort| sort.word()).collect();
        let search = tell::Search { query: text.to_owned(), sort, from };
        let told = player.ask(Request::tell(Tell::Search(search)))?.told;
        let Some(Telling::Search(FoundPage { library, total, mut page })) = told else {
            return Err(too_old());
        };
        if total == 0 {
            return Err(nothing(library, text));
        }
        page.truncate(limit - from);
        page.iter().try_for_each(|line| print(&mut out, line, asked))?;
        from += page.len();
        if page.is_empty() || from >= total {
            break;
        }
    }
    out.flush().map_err(CliError::Output)?;
    Ok(Exit::Done)
}

/// The player answered, but not to this.
pub fn too_old() -> CliError {
    CliError::Refused(
        "the player that runs does not know this question. Quit it and start it again".to_owned(),
    )
}

fn of_store(
    global: &Global,
    config: &Loaded,
    query: &Query,
    text: &str,
    asked: &Search,
    messages: &Messages,
) -> Result<Exit, CliError> {
    log::start(&settings::log(global, config))?;
    let naming = config.naming();
    let store = open_store(config, messages)?;
    let catalog = Arc::new(load_catalog_in(&store, &naming)?);
    let facts = levels::facts(&store, &catalog)?;
    let ears = Ears::new(store.clone(), config.settings.similar.weights.clone());
    let known = Known { catalog: Arc::clone(&catalog), facts: facts.clone() };
    let mut query = query.clone();
    know(&ears, &mut query, &known).map_err(|why| super::similar::unheard(&why, &catalog))?;
    let found = tell::find(&catalog, &facts, &naming.collation, &query, &asked.sort);
    if found.is_empty() {
        return Err(nothing(catalog.len(), text));
    }
    let mut out = BufWriter::new(io::stdout().lock());
    for &(row, score) in found.iter().take(asked.limit.unwrap_or(usize::MAX)) {
        let Some(track) = catalog.track(row) else { continue };
        print(&mut out, &TrackLine::new(track, score), asked)?;
    }
    out.flush().map_err(CliError::Output)?;
    Ok(Exit::Done)
}

pub fn nothing(library: usize, text: &str) -> CliError {
    CliError::NothingMatched(match library {
        0 => "the library is empty. Fill it with `auralis scan PATH`".to_owned(),
        _ => format!("nothing matches {text:?}"),
    })
}

/// The language, the columns and the fields of a template.
pub fn help() -> String {
    let mut text = String::from(QUERY_HELP);
    for row in FIELDS {
        text.push_str(&format!("  {:<28} {}\n", row.example, row.help));
    }
    let columns: Vec<&str> = COLUMNS.iter().map(|&(name, _)| name).collect();
    format!("{text}\nColumns to sort by: {}.\n\n{}", columns.join(", "), super::template::HELP)
}

const QUERY_HELP: &str = "\
QUERY: every word must occur in title, artist, album, genre, composer or file name; case and
accents do not matter. Where nothing is found, words that occur nowhere are taken for slips
of the keys. In quotes a text means what it says. -word or `not word`: without it (a dash
at the very beginning needs -- before it); a or b; parentheses; /regular expression/;
~a artist ~y1980-1989: cmus's short form. Fields take : (occurs in it), = (all of it), !=,
~ (regular expression); numbers and times also < <= > >= and low..high:
";

/// The query with a mark before the place where it goes wrong.
pub fn wrong(text: &str, error: &QueryError) -> String {
    let (before, behind) = text.split_at_checked(error.at).unwrap_or((text, ""));
    format!("this is no query: {}▾{}: {}", printable(before), printable(behind), error.message)
}

fn print(out: &mut impl Write, track: &TrackLine, asked: &Search) -> Result<(), CliError> {
    match &asked.format {
        _ if asked.json => json::print(out, track),
        Some(template) => {
            let safe = io::stdout().is_terminal();
            template.write(out, safe, |field| field.value(track)).map_err(CliError::Output)
        }
        None => writeln!(out, "{}", printable(&summary(track))).map_err(CliError::Output),
    }
}

/// `Artist - Title (Album, 1997)`, without what the track does not have.
fn summary(track: &TrackLine) -> String {
    let artists = joined(track.artists.iter().map(String::as_str));
    let by = if artists.is_empty() { String::new() } else { format!("{artists} - ") };
    let year = track.year.map(|year| year.to_string());
    let from: Vec<String> = track.album.clone().into_iter().chain(year).collect();
    let from = if from.is_empty() { String::new() } else { format!(" ({})", from.join(", ")) };
    format!("{by}{}{from}", track.title)
}
