//! `auralis duplicates`: tracks that hold the same sound, a group after the other.

use std::io::{self, BufWriter, Write};
use std::time::Duration;

use serde::Serialize;

use super::args::{Duplicates, Global};
use super::exit::{CliError, Exit};
use super::json::{self, JsonPath};
use super::terminal::Messages;
use super::text::shown;
use super::{interrupt, open_store, settings};
use crate::boot::log;
use crate::library::duplicates::duplicates;
use crate::model::id::TrackId;
use crate::model::track::Track;

const CLOSING: Duration = Duration::from_secs(5);

pub fn run(global: &Global, asked: &Duplicates, messages: &Messages) -> Result<Exit, CliError> {
    if asked.like {
        return super::similar::duplicates(global, asked.json, messages);
    }
    let config = settings::load(global, messages)?;
    log::start(&settings::log(global, &config))?;
    let stop = interrupt::flag().map_err(CliError::Signals)?;
    let store = open_store(&config, messages)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let mut failed = None;
    let report = duplicates(&store, &stop, &mut |group| {
        if failed.is_none() {
            failed = print(&mut out, group, asked.json).err();
        }
    })?;
    store.close(CLOSING);
    failed.map_or(Ok(()), Err)?;
    out.flush().map_err(CliError::Output)?;
    if report.unread > 0 {
        messages.warning(&format!("{} files could not be read to compare them", report.unread));
    }
    match (report.cancelled, report.groups) {
        (true, _) => Ok(Exit::Interrupted),
        (false, 0) => Err(CliError::NothingMatched("no two tracks hold the same sound".to_owned())),
        (false, groups) => {
            messages.note(&format!("{} tracks hold {groups} sounds more than once", report.tracks));
            Ok(Exit::Done)
        }
    }
}

#[derive(Serialize)]
struct Group {
    tracks: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    id: TrackId,
    #[serde(flatten)]
    path: JsonPath,
    codec: &'static str,
    rate: u32,
    channels: u16,
    bits: Option<u8>,
    size: u64,
}

fn line(track: &Track) -> Line {
    let format = &track.format;
    Line {
        id: track.id,
        path: JsonPath::new(&track.path),
        codec: format.codec.name(),
        rate: format.spec.rate,
        channels: format.spec.channels,
        bits: format.bits,
        size: track.stamp.size,
    }
}

/// One object, or a line a track (format and size, tab, path) and an empty one.
fn print(out: &mut impl Write, group: &[Track], as_json: bool) -> Result<(), CliError> {
    if as_json {
        return json::print(out, &Group { tracks: group.iter().map(line).collect() });
    }
    for track in group {
        writeln!(out, "{}\t{}", track.summary(), shown(&track.path)).map_err(CliError::Output)?;
    }
    writeln!(out).map_err(CliError::Output)
}
