//! `auralis [PATH...]`: the player with its screen; `daemon` without one; `-r HOST` the screen of another machine's.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::args::{self, Arguments, Global};
use super::exit::{CliError, Exit};
use super::settings;
use super::terminal::Messages;
use super::text::shown;
use crate::boot::{self, Left, PlayerRun};
use crate::config::live::text;
use crate::config::origin::Origin;
use crate::config::{self, Loaded, language};
use crate::library::scan::absolute_root;
use crate::model::address::is_address;
use crate::model::settings::{Audio, OutputSpec};
use crate::model::suggest::nearest;
use crate::model::words;

/// Verbs that a mistyped word may have meant.
const VERBS: &[&str] = &[
    "play",
    "daemon",
    "proxy",
    "scan",
    "clean",
    "duplicates",
    "analyse",
    "compare",
    "master",
    "reference",
    "preferences",
    "similar",
    "radio",
    "path",
    "smooth",
    "weights",
    "search",
    "stats",
    "playlist",
    "template",
    "library",
    "import",
    "ctl",
    "status",
    "outputs",
    "tag",
    "lookup",
    "art",
    "lyrics",
    "server",
    "config",
    "doctor",
    "completions",
    "man",
];

pub fn run(asked: Arguments, messages: &Messages) -> Result<Exit, CliError> {
    let Arguments { global, paths, output, remote, audio, plain, .. } = asked;
    let paths_there = if remote.is_some() { &[][..] } else { &paths };
    refuse_absent(paths_there)?;
    let mut run = prepared(&global, paths_there, output)?;
    if plain {
        run.config.settings.screen.plain = true;
        run.config.origins.put("screen.plain".into(), "true".into(), Origin::Flag("--plain"));
    }
    match remote {
        Some(host) => far(run, &host, paths, audio),
        None => near(run, messages),
    }
}

fn near(run: PlayerRun, messages: &Messages) -> Result<Exit, CliError> {
    if let Left::PlaysOn(process) = boot::tui(run)? {
        messages.note(&format!("it plays on (process {process}); `auralis` shows it again"));
    }
    Ok(Exit::Done)
}

/// The screen is here, the player there. Paths are of the other machine.
fn far(run: PlayerRun, host: &str, paths: Vec<PathBuf>, audio: Option<Audio>) -> Result<Exit, CliError> {
    if host.is_empty() || host.starts_with('-') {
        return Err(CliError::Usage("-r takes the name of a host, as ssh does".into()));
    }
    if let Some(path) = paths.iter().find(|path| !path.is_absolute() && !is_address(path)) {
        let why = "a path on another machine must be absolute";
        return Err(CliError::Usage(format!("{why}: {}", shown(path))));
    }
    let mut run = PlayerRun { paths, ..run };
    if let Some(audio) = audio {
        run.config.settings.remote.audio = Some(audio);
        run.config.origins.put("remote.audio".into(), text(audio.name()), Origin::Flag("--audio"));
    }
    boot::far(run, host)?;
    Ok(Exit::Done)
}

pub fn daemon(global: &Global, asked: &args::Daemon) -> Result<Exit, CliError> {
    refuse_absent(&asked.paths)?;
    boot::daemon(prepared(global, &asked.paths, asked.output.clone())?, asked.take_over)?;
    Ok(Exit::Done)
}

pub fn proxy(global: &Global) -> Result<Exit, CliError> {
    boot::proxy(&prepared(global, &[], None)?)?;
    Ok(Exit::Done)
}

/// What a player is started with.
fn prepared(global: &Global, paths: &[PathBuf], output: Option<OutputSpec>) -> Result<PlayerRun, CliError> {
    // Problems of the configuration are shown by the screen, which would wipe them away here.
    let mut config = config::load(&global.places())?;
    crate::boot::server::mount(&config);
    speak(&mut config);
    let output_named = output.is_some();
    if let Some(output) = output {
        config.origins.put("output.output".into(), text(&output.to_string()), Origin::Flag("--output"));
        config.settings.output.output = output;
    }
    let why = "where the screen is. Use it with `auralis play`";
    settings::refuse_pipe(&config.settings.output.output, why)?;
    let log = settings::log(global, &config);
    let paths = paths.iter().map(|path| absolute_root(path)).collect();
    let successor = successor(global, output_named.then_some(&config.settings.output.output));
    Ok(PlayerRun { config, paths, output_named, log, plays_on: false, successor })
}

/// From here on screen and notices are in the user's language.
fn speak(config: &mut Loaded) {
    let environment = ["LC_ALL", "LC_MESSAGES", "LANG"].map(|name| std::env::var(name).ok());
    let choice = &config.settings.screen.language;
    let (found, problems) = language::load(choice, environment, config.places.languages.as_deref());
    config.problems.extend(problems);
    if let Some(found) = found {
        words::speak(found);
    }
}

/// The words that start a daemon which goes on where a player of these flags stopped.
fn successor(global: &Global, output: Option<&OutputSpec>) -> Vec<OsString> {
    let mut words: Vec<OsString> = vec!["daemon".into(), "--take-over".into()];
    let files = [("--config", &global.config), ("--data-dir", &global.data_dir), ("--log", &global.log)];
    for (flag, file) in files {
        if let Some(file) = file {
            words.extend([flag.into(), absolute_root(file).into_os_string()]);
        }
    }
    words.extend(std::iter::repeat_n("--verbose".into(), usize::from(global.verbose)));
    if let Some(output) = output {
        words.extend(["--output".into(), output.to_string().into()]);
    }
    words
}

/// Something of what was named must be there; what is not is then told on the screen.
fn refuse_absent(paths: &[PathBuf]) -> Result<(), CliError> {
    let there = |path: &PathBuf| is_address(path) || path.symlink_metadata().is_ok();
    let Some(first) = paths.first().filter(|_| !paths.iter().any(there)) else {
        return Ok(());
    };
    Err(CliError::NothingMatched(match meant(first) {
        Some(verb) => format!("no such file or folder: {}; did you mean the command `{verb}`?", shown(first)),
        None => format!("no such file or folder: {}", shown(first)),
    }))
}

fn meant(path: &Path) -> Option<&'static str> {
    nearest(path.to_str()?, VERBS.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::Arguments;
    use clap::CommandFactory;

    #[test]
    fn the_verbs_are_those_of_the_grammar() {
        let grammar = Arguments::command();
        let names: Vec<_> = grammar.get_subcommands().map(clap::Command::get_name).collect();
        assert_eq!(names, VERBS);
    }
}
