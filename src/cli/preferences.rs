//! `auralis preferences`: what was learned of the listener's taste, told and changed; by the player where one runs, else in its file.

use std::ffi::OsString;
use std::io::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::args::{Global, PreferencesAsked, PreferencesVerb};
use super::exit::{CliError, Exit};
use super::terminal::Messages;
use super::text::printable;
use super::{ctl, json, settings};
use crate::boot::preferences::{Deed, carry_out, read};
use crate::config::Loaded;
use crate::library::scan::absolute_root;
use crate::model::history::ago;
use crate::model::preferences::{Version, Versions};
use crate::model::taste::{Aspect, Opinion};
use crate::remote::RemoteError;
use crate::remote::client::Connection;
use crate::remote::place::Place;
use crate::remote::wire::Request;

pub const HELP: &str = "\
What mastering learned of your taste: from what you set with `:taste`, and from the blind comparisons
of `:prefer`. Of n observations n / (n + 3) is heard: of three half, of nine three quarters. Every
change makes a version, also `rollback`, `import` and `reset`; the last 50 are kept.";

pub fn run(global: &Global, asked: &PreferencesAsked, messages: &Messages) -> Result<Exit, CliError> {
    let config = settings::load(global, messages)?;
    let (words, deed) = match &asked.verb {
        None => return tell(&config, asked.json),
        Some(PreferencesVerb::Versions { json }) => return versions(&config, *json || asked.json),
        Some(PreferencesVerb::Rollback { number }) => {
            (vec!["preferences-rollback".into(), number.to_string().into()], Deed::Rollback(*number))
        }
        Some(PreferencesVerb::Reset) => (vec!["preferences-reset".into()], Deed::Reset),
        Some(PreferencesVerb::Export { path }) => {
            let words: Vec<OsString> = vec!["preferences-export".into(), path.into()];
            (words, Deed::Export(absolute_root(path)))
        }
        Some(PreferencesVerb::Import { path }) => {
            (vec!["preferences-import".into(), path.into()], Deed::Import(absolute_root(path)))
        }
    };
    match Connection::open(&Place::new(&config.places)) {
        Ok(mut player) => {
            let (line, paths) = ctl::spelled(&words)?;
            let reply = player.ask(Request::words(line, paths))?;
            // What cannot be done is told as a warning.
            match &reply.notice {
                Some(told) if told.severity != "note" => return Err(CliError::Refused(told.text.clone())),
                _ => ctl::tell(&reply, messages),
            }
        }
        Err(RemoteError::NotRunning) => alone(&config, &deed, messages)?,
        Err(error) => return Err(error.into()),
    }
    Ok(Exit::Done)
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn alone(config: &Loaded, deed: &Deed, messages: &Messages) -> Result<(), CliError> {
    let kept = carry_out(&config.places.preferences()?, deed, now_ms()).map_err(refused)?;
    if let Some(aside) = kept.aside {
        let place = super::text::shown(&aside);
        messages.warning(&format!("the file was damaged; it lies at {place}, and another is begun"));
    }
    if let (Deed::Rollback(_) | Deed::Reset | Deed::Import(_), Some(version)) = (deed, kept.versions.newest())
    {
        messages.note(&format!("version {}: {}", version.number, printable(&version.why)));
    }
    Ok(())
}

fn refused(trouble: crate::boot::preferences::Trouble) -> CliError {
    CliError::Refused(printable(&trouble.to_string()).into_owned())
}

fn kept(config: &Loaded) -> Result<Versions, CliError> {
    read(&config.places.preferences()?).map_err(refused)
}

/// One aspect, as JSON.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    learned: &'a Opinion,
    confidence: f32,
    /// As much of it as is heard.
    heard: f32,
}

fn told(opinion: &Opinion) -> Told<'_> {
    Told { learned: opinion, confidence: opinion.confidence(), heard: opinion.heard() }
}

fn tell(config: &Loaded, as_json: bool) -> Result<Exit, CliError> {
    let versions = kept(config)?;
    let learned = versions.learned();
    let mut out = io::stdout().lock();
    if as_json {
        let value = serde_json::json!({
            "version": versions.number(),
            "learn": config.settings.mastering.learn,
            "bass_db": told(&learned.bass),
            "treble_db": told(&learned.treble),
            "density": told(&learned.density),
        });
        json::print(&mut out, &value)?;
        return Ok(Exit::Done);
    }
    for aspect in Aspect::ALL {
        let opinion = learned.get(aspect);
        let sure = format!("{:.0} % sure", opinion.confidence() * 100.0);
        let line =
            format!("{:<9}{:<26}{sure:<12}{}", aspect.name(), aspect.words(opinion.heard()), opinion.why());
        writeln!(out, "{}", line.trim_end()).map_err(CliError::Output)?;
    }
    let newest = versions.newest().map(line).unwrap_or_else(|| "nothing is kept yet".to_owned());
    writeln!(out, "{newest}").map_err(CliError::Output)?;
    if !config.settings.mastering.learn {
        writeln!(out, "`[mastering] learn` is off: it is not heard").map_err(CliError::Output)?;
    }
    out.flush().map_err(CliError::Output)?;
    Ok(Exit::Done)
}

fn line(version: &Version) -> String {
    let since = now_ms().saturating_sub(version.at_ms) / 1_000;
    format!("version {}, {}: {}", version.number, ago(since), printable(&version.why))
}

fn versions(config: &Loaded, as_json: bool) -> Result<Exit, CliError> {
    let versions = kept(config)?;
    let mut out = io::stdout().lock();
    for version in versions.all().iter().rev() {
        if as_json {
            json::print(&mut out, version)?;
            continue;
        }
        let since = ago(now_ms().saturating_sub(version.at_ms) / 1_000);
        writeln!(out, "{}\t{since}\t{}", version.number, printable(&version.why))
            .map_err(CliError::Output)?;
    }
    out.flush().map_err(CliError::Output)?;
    Ok(if versions.all().is_empty() { Exit::NothingMatched } else { Exit::Done })
}
