//! `auralis config path|default|check|list|set`: reads and prints; `set` writes one setting.

use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::args::{ConfigVerb, Global};
use super::exit::{CliError, Exit};
use super::terminal::Messages;
use crate::config::check::check as problems_of;
use crate::config::file::default_text;
use crate::config::keep::keep;
use crate::config::origin::Origin;
use crate::config::paths::Places;
use crate::config::setting::{self, Setting};
use crate::config::{self, Loaded};
use crate::remote::place::Place;

pub fn run(global: &Global, verb: ConfigVerb, messages: &Messages) -> Result<Exit, CliError> {
    match verb {
        ConfigVerb::Path => print_paths(&config::load(&global.places())?.places),
        ConfigVerb::Default => print(default_text().as_bytes()),
        ConfigVerb::Check => check(&config::load(&global.places())?, messages),
        ConfigVerb::List => list(&config::load(&global.places())?),
        ConfigVerb::Set { name, value } => set(&config::load(&global.places())?, &name, &value, messages),
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
        ("languages", places.languages.as_deref()),
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

/// The value as TOML, on one line.
fn list(loaded: &Loaded) -> Result<Exit, CliError> {
    let file = loaded.places.config_file.as_deref().unwrap_or(Path::new("config.toml"));
    let line = |setting: Setting| {
        let (value, origin) = loaded.origins.of(setting);
        let from = match origin {
            Origin::File(line) => format!("{}:{line}", file.display()),
            other => other.words(),
        };
        let line = format!("{}\t{}\t{from}", setting.path(), setting.shown(value));
        let parts: Vec<_> = line.split('\t').map(super::text::printable).collect();
        parts.join("\t") + "\n"
    };
    print(setting::all().map(line).collect::<String>().as_bytes())
}

fn set(loaded: &Loaded, name: &str, value: &str, messages: &Messages) -> Result<Exit, CliError> {
    let setting = Setting::named(name).map_err(CliError::Usage)?;
    if setting.is_secret() {
        let why = "is a secret, and lines are seen by others: write it into config.toml";
        return Err(CliError::Usage(format!("`{}` {why}", setting.path())));
    }
    let home = loaded.places.home.as_deref();
    let given = setting.read(value, &loaded.settings, home).map_err(CliError::Usage)?;
    let nowhere = || CliError::Refused("there is no place for config.toml: set HOME".to_owned());
    let file = loaded.places.config_file.as_deref().ok_or_else(nowhere)?;
    let line = keep(file, setting, &given.text).map_err(CliError::Refused)?;
    messages.note(&format!("{}:{line}: {} = {}", file.display(), setting.path(), given.text));
    Ok(Exit::Done)
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
