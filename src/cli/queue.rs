//! `auralis ctl queue stats` and `auralis ctl queue edit`: the queue of the player that runs, counted, and edited as text.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::exit::{CliError, Exit};
use super::search::too_old;
use super::terminal::Messages;
use super::text::{printable, shown};
use super::{ctl, json};
use crate::config::Loaded;
use crate::config::editor;
use crate::config::paths::expand_home;
use crate::library::scan::absolute_root;
use crate::model::address::is_address;
use crate::model::queue_text::{self, Line};
use crate::remote::RemoteError;
use crate::remote::client::Connection;
use crate::remote::edit::QueueEdit;
use crate::remote::place::Place;
use crate::remote::tell::{Tell, Telling};
use crate::remote::wire::Request;

/// A queue that changes while it is read is read again, so many times.
const TRIES: usize = 10;

pub fn stats(player: &mut Connection, as_json: bool) -> Result<Exit, CliError> {
    let Some(Telling::QueueStats(tally)) = player.ask(Request::tell(Tell::QueueStats))?.told else {
        return Err(too_old());
    };
    let mut out = io::stdout().lock();
    if as_json {
        json::print(&mut out, &tally)?;
    } else {
        let lines = tally.lines();
        let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        for (name, value) in lines {
            let line = format!("{name:width$}  {value}");
            writeln!(out, "{}", printable(line.trim_end())).map_err(CliError::Output)?;
        }
    }
    out.flush().map_err(CliError::Output)?;
    Ok(if tally.entries == 0 { Exit::NothingMatched } else { Exit::Done })
}

/// A text that was refused is kept beside the socket, and edited on the next time.
pub fn edit(mut player: Connection, config: &Loaded, messages: &Messages) -> Result<Exit, CliError> {
    let kept = Place::new(&config.places).socket().map(|socket| socket.with_extension("queue.txt"));
    let before = kept.as_deref().and_then(|path| fs::read_to_string(path).ok());
    let (text, base) = match &before {
        Some(before) => queue_text::kept(before),
        None => {
            let text = text(&mut player)?;
            let base = queue_text::base(&text);
            (text, base)
        }
    };
    let after = editor::edit(&text).map_err(|error| CliError::Refused(error.to_string()))?;
    let drop_kept = || kept.iter().for_each(|path| drop(fs::remove_file(path)));
    if after == text {
        drop_kept();
        messages.note("Nothing was changed");
        return Ok(Exit::Done);
    }
    let applied = apply(&mut player, &after, &base, config.places.home.as_deref());
    match applied {
        Ok(told) => {
            drop_kept();
            ctl::tell(&told, messages);
            Ok(Exit::Done)
        }
        Err(why) => {
            let path = kept.filter(|path| write_private(path, &queue_text::keep(&after, &base)).is_ok());
            let kept = path.map_or(String::new(), |path| {
                format!(". Your text is kept in {}: `auralis ctl queue edit` goes on with it", shown(&path))
            });
            Err(CliError::Refused(format!("{}{kept}", why.text().unwrap_or_default())))
        }
    }
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let _ = fs::remove_file(path);
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}

/// The whole text, page by page.
fn text(player: &mut Connection) -> Result<String, CliError> {
    for _ in 0..TRIES {
        let mut text = String::new();
        loop {
            let told = player.ask(Request::tell(Tell::QueueText(text.len())))?.told;
            let Some(Telling::QueueText(page)) = told else { return Err(too_old()) };
            text.push_str(&page.text);
            match text.len().cmp(&page.bytes) {
                std::cmp::Ordering::Less if !page.text.is_empty() => {}
                // Of one queue only where it came at once.
                std::cmp::Ordering::Equal => return Ok(text),
                _ => break,
            }
        }
    }
    Err(CliError::Refused("the queue changes faster than it can be read. Try again".to_owned()))
}

fn apply(
    player: &mut Connection,
    text: &str,
    base: &[crate::model::id::ItemId],
    home: Option<&Path>,
) -> Result<crate::remote::wire::Reply<serde_json::Value>, CliError> {
    let mut edited = queue_text::parse(text, base).map_err(|error| CliError::Refused(error.to_string()))?;
    for (_, line) in &mut edited.lines {
        if let Line::Path(path) = line
            && !is_address(path)
        {
            *path = absolute(path, home);
        }
    }
    player.ask(Request::edit(QueueEdit::from(&edited))).map_err(|error| match error {
        RemoteError::Fault(fault) => CliError::Refused(fault.message),
        error => error.into(),
    })
}

fn absolute(path: &Path, home: Option<&Path>) -> PathBuf {
    absolute_root(&expand_home(path, home))
}
