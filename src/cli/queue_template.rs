//! `auralis template`: queue templates listed, changed, loaded; by the player where one runs, else in the store itself.

use std::ffi::OsString;
use std::io::{self, Write};

use super::args::{Global, TemplateVerb};
use super::exit::{CliError, Exit};
use super::search::too_old;
use super::terminal::Messages;
use super::text::printable;
use super::{json, open_store, playlist, settings};
use crate::boot::log;
use crate::remote::RemoteError;
use crate::remote::client::Connection;
use crate::remote::place::Place;
use crate::remote::tell::{self, Tell, Telling, TemplateLine};
use crate::remote::wire::Request;

pub fn run(global: &Global, verb: &TemplateVerb, messages: &Messages) -> Result<Exit, CliError> {
    let words = match verb {
        TemplateVerb::List { words, json } => return list(global, &words.join(" "), *json, messages),
        TemplateVerb::Save { name, tags } => [vec!["template-save", name], texts(tags)].concat(),
        TemplateVerb::Load { name, how } => vec!["template-load", name, how],
        TemplateVerb::Rename { name, new } => vec!["template-rename", name, new],
        TemplateVerb::Delete { name } => vec!["template-delete", name],
        TemplateVerb::Tag { name, tags } => [vec!["template-tag", name], texts(tags)].concat(),
        TemplateVerb::Note { name, note } => vec!["template-note", name, note],
        TemplateVerb::Favourite { name, on } => vec!["template-favourite", name, on],
    };
    let words: Vec<OsString> = words.into_iter().map(OsString::from).collect();
    playlist::change(global, &words, messages)?;
    Ok(Exit::Done)
}

fn texts(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

fn list(global: &Global, words: &str, as_json: bool, messages: &Messages) -> Result<Exit, CliError> {
    let config = settings::load(global, messages)?;
    let found = match Connection::open(&Place::new(&config.places)) {
        Ok(mut player) => of_player(&mut player, words)?,
        Err(RemoteError::NotRunning) => {
            log::start(&settings::log(global, &config))?;
            let store = open_store(&config, messages)?;
            tell::templates(&store.read()?.templates()?, words)
        }
        Err(error) => return Err(error.into()),
    };
    print(&found, as_json)
}

fn of_player(player: &mut Connection, words: &str) -> Result<Vec<TemplateLine>, CliError> {
    match player.ask(Request::tell(Tell::Templates(words.to_owned())))?.told {
        Some(Telling::Templates(found)) => Ok(found),
        _ => Err(too_old()),
    }
}

/// `auralis ctl template list`.
pub fn of_running(player: &mut Connection, words: &[String], as_json: bool) -> Result<Exit, CliError> {
    print(&of_player(player, &words.join(" "))?, as_json)
}

fn print(found: &[TemplateLine], as_json: bool) -> Result<Exit, CliError> {
    let mut out = io::stdout().lock();
    for template in found {
        if as_json {
            json::print(&mut out, template)?;
            continue;
        }
        let tags: Vec<String> = template.tags.iter().map(|tag| format!("#{tag}")).collect();
        let love = if template.favourite { "*" } else { "" };
        let line = [&template.name, &template.entries.to_string(), love, &tags.join(" "), &template.note];
        let line: Vec<_> = line.into_iter().map(|part| printable(part)).collect();
        writeln!(out, "{}", line.join("\t").trim_end()).map_err(CliError::Output)?;
    }
    out.flush().map_err(CliError::Output)?;
    Ok(if found.is_empty() { Exit::NothingMatched } else { Exit::Done })
}
