//! `auralis search`: the library's tracks that match, best first or sorted.

use std::collections::HashMap;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::args::{Global, Search};
use super::exit::{CliError, Exit};
use super::json::{self, JsonPath};
use super::terminal::Messages;
use super::text::{joined, printable};
use super::{open_store, settings};
use crate::boot::log;
use crate::library::catalog_build::load_catalog_in;
use crate::library::levels::facts;
use crate::library::search::search;
use crate::model::catalog::{Catalog, Row, TrackRef};
use crate::model::id::TrackId;
use crate::model::query::field::FIELDS;
use crate::model::query::{Query, QueryError};
use crate::model::sort::COLUMNS;

pub fn run(global: &Global, asked: &Search, messages: &Messages) -> Result<Exit, CliError> {
    let config = settings::load(global, messages)?;
    log::start(&settings::log(global, &config))?;
    let text = asked.query.join(" ");
    let query = Query::parse(&text).map_err(|error| CliError::Usage(wrong(&text, &error)))?;
    let naming = config.naming();
    let store = open_store(&config, messages)?;
    let catalog = load_catalog_in(&store, &naming)?;
    let facts = facts(&store, &catalog)?;
    if catalog.is_empty() {
        return Err(CliError::NothingMatched(
            "the library is empty. Fill it with `auralis scan PATH`".to_owned(),
        ));
    }
    let mut found = search(&catalog, &query, &facts, now_s());
    if found.is_empty() {
        return Err(CliError::NothingMatched(format!("nothing matches {text:?}")));
    }
    if let Some(sort) = asked.sort {
        let scores: HashMap<Row, f32> = found.iter().copied().collect();
        let mut rows: Vec<Row> = found.iter().map(|&(row, _)| row).collect();
        rows.sort_unstable();
        sort.apply(&mut rows, &catalog, &facts, &naming.collation);
        found = rows.into_iter().map(|row| (row, scores[&row])).collect();
    }
    found.truncate(asked.limit.unwrap_or(usize::MAX));
    print(&catalog, &found, asked)?;
    Ok(Exit::Done)
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
fn wrong(text: &str, error: &QueryError) -> String {
    let (before, behind) = text.split_at_checked(error.at).unwrap_or((text, ""));
    format!("this is no query: {}▾{}: {}", printable(before), printable(behind), error.message)
}

/// Seconds since the Unix epoch.
fn now_s() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

fn print(catalog: &Catalog, found: &[(Row, f32)], asked: &Search) -> Result<(), CliError> {
    let stdout = io::stdout().lock();
    let safe = stdout.is_terminal();
    let mut out = BufWriter::new(stdout);
    for &(row, score) in found {
        let Some(track) = catalog.track(row) else { continue };
        match &asked.format {
            _ if asked.json => json::print(&mut out, &line(track, score))?,
            Some(template) => {
                template
                    .write(&mut out, safe, |field| field.value(track, score))
                    .map_err(CliError::Output)?;
            }
            None => writeln!(out, "{}", printable(&summary(track))).map_err(CliError::Output)?,
        }
    }
    out.flush().map_err(CliError::Output)
}

/// `Artist - Title (Album, 1997)`, without what the track does not have.
fn summary(track: TrackRef<'_>) -> String {
    let artists = joined(track.artists());
    let by = if artists.is_empty() { String::new() } else { format!("{artists} - ") };
    let year = track.year().map(|year| year.to_string());
    let album = Some(track.album_title().to_owned()).filter(|title| !title.is_empty());
    let from: Vec<String> = album.into_iter().chain(year).collect();
    let from = if from.is_empty() { String::new() } else { format!(" ({})", from.join(", ")) };
    format!("{by}{}{from}", track.title())
}

#[derive(Serialize)]
struct Line<'a> {
    id: TrackId,
    #[serde(flatten)]
    path: JsonPath,
    title: &'a str,
    artists: Vec<&'a str>,
    album: Option<&'a str>,
    album_artists: Vec<&'a str>,
    year: Option<u16>,
    track: Option<u16>,
    disc: Option<u16>,
    duration_s: Option<f64>,
    score: f32,
}

fn line(track: TrackRef<'_>, score: f32) -> Line<'_> {
    Line {
        id: track.id(),
        path: JsonPath::new(&track.path()),
        title: track.title(),
        artists: track.artists().collect(),
        album: Some(track.album_title()).filter(|title| !title.is_empty()),
        album_artists: track.album_artists().collect(),
        year: track.year(),
        track: track.track_number(),
        disc: track.disc_number(),
        duration_s: track.duration().map(|time| time.as_secs_f64()),
        score,
    }
}
