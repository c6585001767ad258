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
use crate::model::command::{Command, Mastering, Preferring, Ruling};
use crate::model::history::ago;
use crate::model::preferences::{Version, Versions};
use crate::model::taste::{Aspect, Opinion};
use crate::remote::RemoteError;
use crate::remote::client::Connection;
use crate::remote::place::Place;
use crate::remote::request;
use crate::remote::wire::Request;

pub const HELP: &str = "\
What mastering learned of your taste: from what you set with `:taste`, and from the blind comparisons
of `:prefer`. Of n observations n / (n + 3) is heard: of three half, of nine three quarters. Every
change makes a version, also `rollback`, `import` and `reset`; the last 50 are kept.

Rules say how music of a genre or an album, or what is heard on a device, is mastered:
`rule genre Jazz gentle 60%`, `rule album \"Kind of Blue\" off`, `rule device headphones bass=+1`,
`rule drop genre Jazz`; an album goes over its genre, a genre over a device.";

pub fn run(global: &Global, asked: &PreferencesAsked, messages: &Messages) -> Result<Exit, CliError> {
    let config = settings::load(global, messages)?;
    match &asked.verb {
        None => tell(&config, asked.json),
        Some(PreferencesVerb::Versions { json }) => versions(&config, *json || asked.json),
        Some(PreferencesVerb::Rule { words }) if words.is_empty() => rules(&config, asked.json),
        Some(verb) => change(&config, &words(verb), messages),
    }
}

/// The verb as a command of the registry.
fn words(verb: &PreferencesVerb) -> Vec<OsString> {
    match verb {
        PreferencesVerb::Versions { .. } => Vec::new(),
        PreferencesVerb::Rollback { number } => {
            vec!["preferences-rollback".into(), number.to_string().into()]
        }
        PreferencesVerb::Reset => vec!["preferences-reset".into()],
        PreferencesVerb::Export { path } => vec!["preferences-export".into(), path.into()],
        PreferencesVerb::Import { path } => vec!["preferences-import".into(), path.into()],
        PreferencesVerb::Rule { words } => {
            std::iter::once("rule".into()).chain(words.iter().map(OsString::from)).collect()
        }
    }
}

fn change(config: &Loaded, words: &[OsString], messages: &Messages) -> Result<Exit, CliError> {
    let (line, paths) = ctl::spelled(words)?;
    let command = request::command(&line, &paths).map_err(|fault| CliError::Usage(fault.message))?;
    match Connection::open(&Place::new(&config.places)) {
        Ok(mut player) => ctl::tell(&player.ask(Request::words(line, paths))?, messages),
        Err(RemoteError::NotRunning) => match deed(command) {
            Some(deed) => alone(config, &deed, messages)?,
            None => return Err(CliError::Usage(format!("`{line}` is nothing to change"))),
        },
        Err(error) => return Err(error.into()),
    }
    Ok(Exit::Done)
}

fn deed(command: Command) -> Option<Deed> {
    let Command::Mastering(asked) = command else { return None };
    Some(match asked {
        Mastering::Preferences(Preferring::Rollback(number)) => Deed::Rollback(number),
        Mastering::Preferences(Preferring::Reset) => Deed::Reset,
        Mastering::Preferences(Preferring::Export(path)) => Deed::Export(path),
        Mastering::Preferences(Preferring::Import(path)) => Deed::Import(path),
        Mastering::Rule(Ruling::Set(rule)) => Deed::SetRule(*rule),
        Mastering::Rule(Ruling::Drop(of)) => Deed::DropRule(of),
        _ => return None,
    })
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
    if let Some(version) = kept.versions.newest().filter(|_| !matches!(deed, Deed::Export(_))) {
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
            "rules": versions.rules(),
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
    for rule in versions.rules() {
        writeln!(out, "rule     {}", printable(&rule.to_string())).map_err(CliError::Output)?;
    }
    let newest = versions.newest().map(line).unwrap_or_else(|| "nothing is kept yet".to_owned());
    writeln!(out, "{newest}").map_err(CliError::Output)?;
    if !config.settings.mastering.learn {
        writeln!(out, "`[mastering] learn` is off: it is not heard").map_err(CliError::Output)?;
    }
    out.flush().map_err(CliError::Output)?;
    Ok(Exit::Done)
}

fn rules(config: &Loaded, as_json: bool) -> Result<Exit, CliError> {
    let versions = kept(config)?;
    let mut out = io::stdout().lock();
    for rule in versions.rules() {
        if as_json {
            json::print(&mut out, rule)?;
        } else {
            writeln!(out, "{}", printable(&rule.to_string())).map_err(CliError::Output)?;
        }
    }
    out.flush().map_err(CliError::Output)?;
    Ok(if versions.rules().is_empty() { Exit::NothingMatched } else { Exit::Done })
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
