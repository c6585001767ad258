//! Configuration and flags made one: loaded once a run, problems told, flags over the file.

use super::args::Global;
use super::exit::CliError;
use super::terminal::Messages;
use crate::boot::log::LogRun;
use crate::config::{self, Loaded};
use crate::model::settings::OutputSpec;

/// Loads the configuration; what it could not understand goes to standard error.
pub fn load(global: &Global, messages: &Messages) -> Result<Loaded, CliError> {
    let loaded = config::load(&global.places())?;
    for problem in &loaded.problems {
        messages.warning(&problem.to_string());
    }
    crate::boot::server::mount(&loaded);
    Ok(loaded)
}

/// Where and how much to log. A log that nobody asked for by name is done without, where there is no place for it.
pub fn log(global: &Global, loaded: &Loaded) -> LogRun {
    LogRun {
        file: loaded.places.log_file().ok().map(std::path::Path::to_owned),
        named: global.log.is_some(),
        level: match (global.quiet, global.verbose) {
            (true, _) => tracing::Level::WARN,
            (false, 0) => tracing::Level::INFO,
            (false, 1) => tracing::Level::DEBUG,
            (false, _) => tracing::Level::TRACE,
        },
    }
}

/// Standard output can carry one thing.
pub fn refuse_pipe(output: &OutputSpec, why: &str) -> Result<(), CliError> {
    if *output == OutputSpec::Pipe {
        return Err(CliError::Usage(format!("the output `pipe` writes sound to standard output, {why}")));
    }
    Ok(())
}
