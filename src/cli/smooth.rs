//! `auralis smooth`: tracks in an order without jumps, of the library or beside it, where no player runs.

use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::args::{Global, SmoothVerb};
use super::exit::{CliError, Exit};
use super::input::{self, Separator};
use super::json::{self, JsonPath};
use super::similar::{Listening, alone, unheard};
use super::terminal::Messages;
use super::text::shown;
use super::{interrupt, playlist, search};
use crate::boot::analyse::files as measure_files;
use crate::boot::similar::know;
use crate::library::expand::expand;
use crate::library::playlist::write::{Line, List, save};
use crate::library::scan::absolute_root;
use crate::model::command::PathStyle;
use crate::model::fingerprint::Fingerprint;
use crate::model::id::TrackId;
use crate::model::job::CancelToken;
use crate::model::part;
use crate::model::query::Query;
use crate::model::server::is_served;
use crate::remote::tell::{self, TrackLine};

pub const HELP: &str = "\
Prints paths, one a line: `auralis smooth music/party | auralis play -`. The first stays first;
of a query that is the best, of a folder the first by name. What was not measured is measured
first; what cannot be, or is silent, comes last. In a player that runs: `auralis ctl smooth`
orders what follows in its queue.";

pub fn run(global: &Global, asked: &SmoothVerb, messages: &Messages) -> Result<Exit, CliError> {
    let listening = alone(global, messages, "auralis ctl smooth")?;
    let cancel = CancelToken::over(interrupt::flag().map_err(CliError::Signals)?);
    let places = match &asked.playlist {
        Some(name) => listed(&listening, name)?,
        None => named(&listening, &asked.what, &cancel, messages)?,
    };
    let prints = prints(&listening, &places, &cancel, messages)?;
    if cancel.is_cancelled() {
        listening.close();
        return Ok(Exit::Interrupted);
    }
    let without = prints.iter().filter(|print| print.is_none()).count();
    let order = listening.ears.in_order(prints).map_err(|why| unheard(&why, &listening.known.catalog))?;
    let order = order.ok_or_else(|| CliError::NothingMatched(too_few(places.len())))?;
    let places: Vec<&Path> =
        order.into_iter().filter_map(|at| places.get(at)).map(PathBuf::as_path).collect();
    if without > 0 {
        messages
            .warning(&format!("{without} of {} have no sound that is known: they come last", places.len()));
    }
    match &asked.write {
        Some(path) => write(&listening, &places, path, messages)?,
        None => print(&listening, &places, asked.json)?,
    }
    listening.close();
    Ok(Exit::Done)
}

fn too_few(places: usize) -> String {
    match places {
        0 => "there is nothing to order".to_owned(),
        1 => "one track has no order: name more".to_owned(),
        _ => "less than two of them have a sound that is known. `auralis analyse PATH` tells why".to_owned(),
    }
}

/// What is in a playlist of the library.
fn listed(listening: &Listening, name: &str) -> Result<Vec<PathBuf>, CliError> {
    let catalog = &listening.known.catalog;
    let view = playlist::of_store(&listening.store, &listening.config, catalog)?;
    let list = view.lists.named(name).ok_or_else(|| playlist::no_list(name))?;
    if let Some(why) = view.found.get(&list.id).and_then(|found| found.problem.as_ref()) {
        return Err(playlist::unasked(name, why));
    }
    let entries = (0..view.len(list).unwrap_or(0)).filter_map(|at| view.entry(list, at, catalog));
    let places = entries.map(|entry| entry.place(catalog).to_path_buf());
    Ok(places.filter(|place| !place.as_os_str().is_empty()).collect())
}

/// Paths where all of it is there, else what a query finds, best first.
fn named(
    listening: &Listening,
    what: &[OsString],
    cancel: &CancelToken,
    messages: &Messages,
) -> Result<Vec<PathBuf>, CliError> {
    let given: Vec<PathBuf> = what.iter().map(PathBuf::from).collect();
    if given
        .iter()
        .all(|path| path == Path::new("-") || path.exists() || is_served(path) || part::split(path).is_some())
    {
        let paths = input::collect(&given, Separator::Line, io::stdin().lock()).map_err(CliError::Input)?;
        let found = expand(&paths, cancel.flag());
        for problem in &found.problems {
            messages.warning(&format!("{}: {}", shown(&problem.path), problem.error));
        }
        return Ok(found.files);
    }
    let words: Vec<_> = what.iter().map(|word| word.to_string_lossy()).collect();
    let text = words.join(" ");
    let (known, naming) = (&listening.known, listening.config.naming());
    let mut query = Query::parse(&text).map_err(|error| CliError::Usage(search::wrong(&text, &error)))?;
    know(&listening.ears, &mut query, known).map_err(|why| unheard(&why, &known.catalog))?;
    let found = tell::find(&known.catalog, &known.facts, &naming.collation, &query, &[]);
    if found.is_empty() {
        return Err(search::nothing(known.catalog.len(), &text));
    }
    Ok(found.iter().filter_map(|&(row, _)| known.catalog.track(row)).map(|track| track.path()).collect())
}

/// Of each place, where it has a sound. Tracks of the library are measured for good, others for this once.
fn prints(
    listening: &Listening,
    places: &[PathBuf],
    cancel: &CancelToken,
    messages: &Messages,
) -> Result<Vec<Option<Fingerprint>>, CliError> {
    let catalog = &listening.known.catalog;
    let ids: Vec<Option<TrackId>> =
        places.iter().map(|path| catalog.find_path(path).map(|track| track.id())).collect();
    listening.measure(&ids.iter().copied().flatten().collect::<Vec<_>>(), cancel, messages);
    let others: Vec<PathBuf> =
        places.iter().zip(&ids).filter(|(_, id)| id.is_none()).map(|(path, _)| path.clone()).collect();
    let mut beside = Vec::new();
    let mut line = messages.progress();
    measure_files(&others, None, cancel, &mut |_, file| {
        beside.push(file.measured.as_ref().ok().map(|measured| measured.fingerprint.clone()));
        line.show(|| format!("{} of {} files measured", beside.len(), others.len()));
        Ok::<(), CliError>(())
    })?;
    drop(line);
    let mut beside = beside.into_iter();
    let print = |id: &Option<TrackId>| match id {
        Some(id) => Ok(listening.ears.print(*id)?),
        None => Ok(beside.next().flatten()),
    };
    ids.iter().map(print).collect()
}

fn print(listening: &Listening, places: &[&Path], as_json: bool) -> Result<(), CliError> {
    let mut out = BufWriter::new(io::stdout().lock());
    for path in places {
        if !as_json {
            writeln!(out, "{}", shown(path)).map_err(CliError::Output)?;
            continue;
        }
        let track = listening.known.catalog.find_path(path).map(|track| TrackLine::new(track, 1.0));
        let beside =
            || TrackLine { path: JsonPath::new(path), title: part::shown_name(path), ..TrackLine::default() };
        json::print(&mut out, &track.unwrap_or_else(beside))?;
    }
    out.flush().map_err(CliError::Output)
}

fn write(listening: &Listening, places: &[&Path], path: &Path, messages: &Messages) -> Result<(), CliError> {
    let line = |place: &&Path| {
        let Some(track) = listening.known.catalog.find_path(place) else {
            return Line { path: place.to_path_buf(), ..Line::default() };
        };
        Line {
            path: place.to_path_buf(),
            title: track.title().to_owned(),
            artist: track.artists().collect::<Vec<_>>().join(", "),
            album: track.album_title().to_owned(),
            duration: track.duration(),
            note: String::new(),
        }
    };
    let list = List { lines: places.iter().map(line).collect(), ..List::default() };
    let path = absolute_root(path);
    let failed = |error: io::Error| CliError::Refused(format!("{}: {error}", shown(&path)));
    save(&list, &path, PathStyle::Auto).map_err(failed)?;
    messages.note(&format!("{} tracks written to {}", list.lines.len(), shown(&path)));
    Ok(())
}
