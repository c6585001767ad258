//! `auralis ctl portrait`: how a track sounds, of the player that runs.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use super::exit::{CliError, Exit};
use super::text::{printable, shown};
use super::{json, search};
use crate::library::scan::absolute_root;
use crate::remote::client::Connection;
use crate::remote::path::JsonPath;
use crate::remote::portrait::PortraitLine;
use crate::remote::tell::{FoundPage, Search, SimilarAsked, Tell, Telling};
use crate::remote::wire::Request;

/// Of a path, else of the best that a query finds, else of what plays.
pub fn of_running(player: &mut Connection, what: &[OsString], as_json: bool) -> Result<Exit, CliError> {
    let asked = SimilarAsked { words: String::new(), paths: path(player, what)?.into_iter().collect() };
    let told = player.ask(Request::tell(Tell::Portrait(asked)))?.told;
    let Some(Telling::Portrait(portrait)) = told else { return Err(search::too_old()) };
    if as_json {
        json::print(&mut io::stdout().lock(), &portrait)?;
    } else {
        print(&portrait).map_err(CliError::Output)?;
    }
    Ok(Exit::Done)
}

fn path(player: &mut Connection, what: &[OsString]) -> Result<Option<JsonPath>, CliError> {
    match what {
        [] => return Ok(None),
        [word] if word == "playing" => return Ok(None),
        [word] if Path::new(word).is_file() => {
            return Ok(Some(JsonPath::new(&absolute_root(Path::new(word)))));
        }
        _ => {}
    }
    let words: Vec<_> = what.iter().map(|word| word.to_string_lossy()).collect();
    let query = words.join(" ");
    let search = Search { query: query.clone(), ..Search::default() };
    match player.ask(Request::tell(Tell::Search(search)))?.told {
        Some(Telling::Search(FoundPage { page, library, .. })) => {
            let first = page.into_iter().next().ok_or_else(|| search::nothing(library, &query))?;
            Ok(Some(first.path))
        }
        _ => Err(search::too_old()),
    }
}

fn print(portrait: &PortraitLine) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", shown(&portrait.path.to_path().unwrap_or_default()))?;
    for line in &portrait.words {
        writeln!(out, "  {}", printable(line))?;
    }
    out.flush()
}
