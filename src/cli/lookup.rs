//! `auralis lookup`: which release of MusicBrainz files are, and what its tags would change.

use std::io::{self, Write};
use std::path::PathBuf;

use super::args::{Global, LookupAsked};
use super::exit::{CliError, Exit};
use super::terminal::Messages;
use super::text::printable;
use super::{json, search, settings, tag};
use crate::boot::online::{self, Catalogue};
use crate::library::scan::absolute_root;
use crate::model::musicbrainz::Candidate;
use crate::model::tag::Mbid;
use crate::remote::client::Connection;
use crate::remote::path::JsonPath;
use crate::remote::tell::{Tell, Telling};
use crate::remote::wire::Request;

pub const HELP: &str = "\
Asks MusicBrainz by the identifiers in the tags, else by artist and album, of one file by
artist and title; `online = true` in [musicbrainz] of the configuration allows it. Prints
the releases that may be meant, best first: number, tab, percent, tab, artist - title, tab,
date, country, tracks, medium, label. --take N shows what the tags of release N change, and
changes all files or none; `auralis tag undo` takes it back. Exit code 3: none was found.";

pub fn run(global: &Global, asked: &LookupAsked, messages: &Messages) -> Result<Exit, CliError> {
    let config = settings::load(global, messages)?;
    tag::recover(&config, messages)?;
    let files = tag::files(&asked.paths, messages)?;
    let releases = Catalogue::new(config.settings.musicbrainz.clone());
    if let Some(release) = &asked.release {
        return change(&config, &releases, &files, release, asked.dry_run, messages);
    }
    let found = online::find_releases(&releases, &files).map_err(CliError::Refused)?;
    match asked.take {
        None => print(&found, asked.json),
        Some(number) => {
            let candidate = number.checked_sub(1).and_then(|at| found.get(at)).ok_or_else(|| {
                CliError::NothingMatched(format!("there is no release {number}: {} were found", found.len()))
            })?;
            change(&config, &releases, &files, &candidate.id, asked.dry_run, messages)
        }
    }
}

fn change(
    config: &crate::config::Loaded,
    releases: &Catalogue,
    files: &[PathBuf],
    release: &str,
    dry_run: bool,
    messages: &Messages,
) -> Result<Exit, CliError> {
    let change = online::release_change(releases, files, release);
    tag::apply(config, &change.map_err(|why| tag::refuse(why, messages))?, dry_run, messages)
}

/// The identifier of a release, alone or at the end of its address.
pub fn release(word: &str) -> Result<String, String> {
    let last = word.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let id = Mbid::parse(last)
        .ok_or("a release has an identifier such as aff4a693-5970-4e2e-bd46-e2ee49c22de7")?;
    Ok(id.to_string())
}

/// Of what the player that runs has selected by paths, else of what plays.
pub fn of_running(player: &mut Connection, paths: &[PathBuf], as_json: bool) -> Result<Exit, CliError> {
    let paths = paths.iter().map(|path| JsonPath::new(&absolute_root(path))).collect();
    match player.ask(Request::tell(Tell::Lookup(paths)))?.told {
        Some(Telling::Lookup(found)) => print(&found, as_json),
        _ => Err(search::too_old()),
    }
}

fn print(found: &[Candidate], as_json: bool) -> Result<Exit, CliError> {
    let mut out = io::stdout().lock();
    for (at, candidate) in found.iter().enumerate() {
        if as_json {
            json::print(&mut out, candidate)?;
            continue;
        }
        let Candidate { score, artist, title, .. } = candidate;
        let (name, details) = (format!("{artist} - {title}"), candidate.details());
        writeln!(out, "{}\t{score}\t{}\t{}", at + 1, printable(&name), printable(&details))
            .map_err(CliError::Output)?;
    }
    out.flush().map_err(CliError::Output)?;
    if found.is_empty() {
        return Err(CliError::NothingMatched("MusicBrainz knows no such release".into()));
    }
    Ok(Exit::Done)
}
