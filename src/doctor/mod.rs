//! # doctor: what is wrong on this machine, with evidence and the fix
//!
//! - **Purpose.** Looks at sound, terminal, configuration, library, neighbours and folders as a start of the player would
//!   find them, and says of each what is so, by what that is known, and what to do.
//! - **May import.** Everything but `app`, `boot` and `cli`.
//! - **Thread.** The caller's, for seconds; `doctor-sound` opens the output, and is left to a sound system that hangs.
//! - **Entry points.** [`examine`]; [`Finding`] is one line of the answer.
//! - **Invariants.** Changes nothing that is the user's: no library is made or brought to a newer version, no setting is
//!   written, no player is disturbed. Evidence holds no password, token or value of a setting that could be one. Whatever
//!   it asks, it waits for a bounded time.

mod configuration;
mod folders;
mod library;
mod neighbours;
mod sound;
mod terminal;

use serde::Serialize;

use crate::config::Loaded;
use crate::remote::RemoteError;
use crate::remote::client::Connection;
use crate::remote::place::Place;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Ok,
    /// The player works, and something that was wanted does not.
    Warn,
    /// The player, or what was asked of it, cannot work so.
    Fail,
}

impl Level {
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub level: Level,
    /// `audio: devices`: the area, and what of it.
    pub what: String,
    /// What was seen.
    pub evidence: String,
    /// What to do; empty where nothing need be done.
    pub fix: String,
}

impl Finding {
    pub fn ok(what: &str, evidence: impl Into<String>) -> Self {
        Self { level: Level::Ok, what: what.into(), evidence: evidence.into(), fix: String::new() }
    }

    pub fn warn(what: &str, evidence: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { level: Level::Warn, what: what.into(), evidence: evidence.into(), fix: fix.into() }
    }

    pub fn fail(what: &str, evidence: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { level: Level::Fail, what: what.into(), evidence: evidence.into(), fix: fix.into() }
    }
}

/// Looks at everything. Takes seconds, and longer for a library that is large: all of it is read.
pub fn examine(config: &Loaded) -> Vec<Finding> {
    // The connection is held while we look: a player that runs meanwhile does not go by itself.
    let player = Connection::open(&Place::new(&config.places));
    let runs = !matches!(player, Err(RemoteError::NotRunning));
    let mut findings = sound::examine(config, runs);
    findings.extend(terminal::examine(config));
    findings.extend(configuration::examine(config));
    findings.extend(library::examine(config, runs));
    findings.extend(neighbours::examine(config, &player));
    findings.extend(folders::examine(config));
    findings
}

/// The value of a variable that is set to something.
fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(|value| value.to_string_lossy().into_owned())
}
