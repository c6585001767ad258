//! `auralis [PATH...]`: the player with its screen.

use std::path::{Path, PathBuf};

use super::args::Global;
use super::exit::{CliError, Exit};
use super::settings;
use super::terminal::Messages;
use super::text::shown;
use crate::boot;
use crate::config;
use crate::library::scan::absolute_root;
use crate::model::address::is_address;
use crate::model::settings::OutputSpec;
use crate::model::suggest::nearest;

/// Verbs that a mistyped word may have meant.
const VERBS: &[&str] = &[
    "play",
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
    "art",
    "config",
];

pub fn run(
    global: &Global,
    paths: &[PathBuf],
    output: Option<OutputSpec>,
    _messages: &Messages,
) -> Result<Exit, CliError> {
    refuse_absent(paths)?;
    // Problems of the configuration are shown by the screen, which would wipe them away here.
    let mut config = config::load(&global.places())?;
    let output_named = output.is_some();
    if let Some(output) = output {
        config.settings.output.output = output;
    }
    let why = "where the screen is. Use it with `auralis play`";
    settings::refuse_pipe(&config.settings.output.output, why)?;
    let log = settings::log(global, &config);
    let paths = paths.iter().map(|path| absolute_root(path)).collect();
    boot::tui(boot::TuiRun { config, paths, output_named, log })?;
    Ok(Exit::Done)
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
