//! `auralis lyrics`: the words of files; `auralis ctl lyrics`: those of what plays.

use std::io::{self, Write};
use std::path::Path;

use super::args::{Global, LyricsAsked};
use super::exit::{CliError, Exit};
use super::terminal::Messages;
use super::text::{printable, shown};
use super::{json, search, settings};
use crate::boot::online::Finder;
use crate::library::scan::absolute_root;
use crate::model::lyrics::Found;
use crate::remote::client::Connection;
use crate::remote::lyrics::LyricsLine;
use crate::remote::tell::{Tell, Telling};
use crate::remote::wire::Request;

pub const HELP: &str = "\
Looks into the tags of each file, then for an .lrc file beside it, then at what LRCLIB told
earlier, and asks LRCLIB where `online = true` is in [lyrics] of the configuration. Exit
code 3: a file has no words anywhere.";

pub fn run(global: &Global, asked: &LyricsAsked, messages: &Messages) -> Result<Exit, CliError> {
    let config = settings::load(global, messages)?;
    let finder = Finder::new(config.settings.lyrics.clone(), config.places.cache.as_deref());
    let mut exit = Exit::Done;
    for path in &asked.paths {
        let path = absolute_root(path);
        let found = finder.find(&path, None, asked.again).found;
        if asked.save {
            save(&finder, &path, &found, messages, &mut exit);
        } else if asked.json {
            json::print(&mut io::stdout().lock(), &LyricsLine::new(&path, &found))?;
        } else {
            print(&LyricsLine::new(&path, &found)).map_err(CliError::Output)?;
        }
        match &found {
            Found::Nothing(_) if matches!(exit, Exit::Done) => exit = Exit::NothingMatched,
            Found::Failed(_) => exit = Exit::Failed,
            _ => {}
        }
        if let Some(why) = missing(&found).filter(|_| !asked.save && !asked.json) {
            messages.error(&format!("{}: {}", shown(&path), printable(&why)));
        }
    }
    Ok(exit)
}

fn save(finder: &Finder, path: &Path, found: &Found, messages: &Messages, exit: &mut Exit) {
    let known = if let Found::Words(words) = found { Some(words.clone()) } else { None };
    match (known, missing(found)) {
        (None, Some(why)) => messages.error(&format!("{}: {}", shown(path), printable(&why))),
        (known, _) => match finder.save(path, None, known) {
            Ok(file) => messages.note(&format!("the words are in {}", shown(&file))),
            Err(why) => {
                messages.error(&format!("{}: {}", shown(path), printable(&why)));
                *exit = Exit::Failed;
            }
        },
    }
}

fn missing(found: &Found) -> Option<String> {
    match found {
        Found::Words(_) => None,
        Found::Instrumental => Some("it is instrumental".into()),
        Found::Nothing(why) | Found::Failed(why) => Some(why.clone()),
        Found::Looking => Some("the words are being looked for. Ask again".into()),
    }
}

/// Of what plays.
pub fn of_running(player: &mut Connection, as_json: bool) -> Result<Exit, CliError> {
    let told = player.ask(Request::tell(Tell::Lyrics))?.told;
    let Some(Telling::Lyrics(line)) = told else { return Err(search::too_old()) };
    if as_json {
        json::print(&mut io::stdout().lock(), &line)?;
        return Ok(Exit::Done);
    }
    print(&line).map_err(CliError::Output)?;
    match (line.found.as_str(), line.why) {
        ("words", _) => Ok(Exit::Done),
        ("instrumental", _) => Err(CliError::NothingMatched("it is instrumental".into())),
        ("failed" | "looking", why) => {
            let why = why.unwrap_or_else(|| "the words are being looked for. Ask again".into());
            Err(CliError::Refused(printable(&why).into_owned()))
        }
        (_, why) => Err(CliError::NothingMatched(printable(&why.unwrap_or_default()).into_owned())),
    }
}

fn print(line: &LyricsLine) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for sung in &line.lines {
        match sung.at_s {
            Some(at) => {
                writeln!(out, "[{:02}:{:05.2}] {}", (at / 60.0).floor(), at % 60.0, printable(&sung.text))?
            }
            None => writeln!(out, "{}", printable(&sung.text))?,
        }
    }
    out.flush()
}
