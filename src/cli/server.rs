//! `auralis server`: whether the music server that is configured answers, and what it can do.

use std::io::{self, Write};

use super::args::{Global, ServerAsked};
use super::exit::{CliError, Exit};
use super::terminal::Messages;
use super::text::printable;
use super::{json, settings};
use crate::boot::server;

pub const HELP: &str = "\
Asks the server of [subsonic] in the configuration and prints what it is, the version of its
API, the extensions of OpenSubsonic that it has, and how much of its music is kept on this
disk. `auralis scan` asks for its songs. Exit code 3: none is configured.";

pub fn run(global: &Global, asked: &ServerAsked, messages: &Messages) -> Result<Exit, CliError> {
    let config = settings::load(global, messages)?;
    let Some(root) = config.served() else {
        let what = "no music server is configured: `url` of [subsonic] in config.toml names one";
        return Err(CliError::NothingMatched(what.to_owned()));
    };
    let about = server::about(&config).map_err(|failed| CliError::Refused(failed.why))?;
    let mut out = io::stdout().lock();
    if asked.json {
        json::print(&mut out, &about)?;
        return Ok(Exit::Done);
    }
    let text =
        |text: &Option<String>| text.as_deref().map_or(String::new(), |text| printable(text).to_string());
    let server = &about.server;
    let kind = server.kind.as_ref().map_or("a music server".to_owned(), |kind| printable(kind).to_string());
    let extensions = match (server.is_open, server.extensions.as_slice()) {
        (false, _) => "no OpenSubsonic".to_owned(),
        (true, []) => "OpenSubsonic without extensions".to_owned(),
        (true, names) => format!("OpenSubsonic with {}", printable(&names.join(", "))),
    };
    let told = writeln!(
        out,
        "{}: {kind} {}, API {}, {extensions}\n{:.1} MB of at most {} MB are kept",
        root.display(),
        text(&server.version),
        text(&server.api),
        about.kept_bytes as f64 / 1e6,
        config.settings.server.cache_mb
    );
    told.map_err(CliError::Output)?;
    Ok(Exit::Done)
}
