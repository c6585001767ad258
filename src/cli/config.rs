//! `auralis config path|default|check`: reads, prints, changes nothing.

use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::args::{ConfigVerb, Global};
use super::exit::{CliError, Exit};
use super::terminal::Messages;
use crate::config::check::check as problems_of;
use crate::config::file::default_text;
use crate::config::paths::Places;
use crate::config::{self, Loaded};
use crate::remote::place::Place;

pub fn run(global: &Global, verb: ConfigVerb, messages: &Messages) -> Result<Exit, CliError> {
    match verb {
        ConfigVerb::Path => print_paths(&config::load(&global.places())?.places),
        ConfigVerb::Default => print(default_text().as_bytes()),
        ConfigVerb::Check => check(&config::load(&global.places())?, messages),
    }
}

fn print(bytes: &[u8]) -> Result<Exit, CliError> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(CliError::Output)?;
    Ok(Exit::Done)
}

/// Paths are written byte by byte; a place that does not exist for lack of a home is left out.
fn print_paths(places: &Places) -> Result<Exit, CliError> {
    let socket = Place::new(places).socket();
    let rows = [
        ("config", places.config_file.as_deref()),
        ("keys", places.keys_file.as_deref()),
        ("themes", places.themes.as_deref()),
        ("eq", places.curves.as_deref()),
        ("library", places.library().ok()),
        ("log", places.log_file().ok()),
        ("socket", socket.as_deref()),
    ];
    let known = rows.into_iter().filter_map(|(name, path)| path.map(|path| (name, path)));
    let line =
        |(name, path): (&str, &Path)| [name.as_bytes(), b"\t", path.as_os_str().as_bytes(), b"\n"].concat();
    print(&known.flat_map(line).collect::<Vec<u8>>())
}

/// Each problem as `FILE:LINE: MESSAGE`: here they are the data.
fn check(loaded: &Loaded, messages: &Messages) -> Result<Exit, CliError> {
    let problems = problems_of(loaded);
    let text: String = problems
        .iter()
        .map(|problem| format!("{}\n", super::text::printable(&problem.to_string())))
        .collect();
    print(text.as_bytes())?;
    if problems.is_empty() {
        messages.note("no problems");
        return Ok(Exit::Done);
    }
    Ok(Exit::Failed)
}
