//! What the user is told: one line that says what, why and what to do.

use serde::{Deserialize, Serialize};

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Severity {
    Note,
    Warning,
    Error,
}

/// One thing told. Worded by `app::wording` or `config`, shown by frontends, written to the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub severity: Severity,
    /// What happened, for example "Cannot play song.mp3".
    pub what: String,
    /// Why; empty where there is no more to say.
    pub why: String,
    /// What the user can do; empty where nothing need be done.
    pub next_step: String,
}

impl Notice {
    pub fn new(severity: Severity, what: impl Into<String>) -> Self {
        Self { severity, what: what.into(), why: String::new(), next_step: String::new() }
    }

    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }

    pub fn next_step(mut self, next_step: impl Into<String>) -> Self {
        self.next_step = next_step.into();
        self
    }
}

impl std::fmt::Display for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)?;
        if !self.why.is_empty() {
            write!(f, ": {}", self.why)?;
        }
        if !self.next_step.is_empty() {
            write!(f, ". {}", self.next_step)?;
        }
        Ok(())
    }
}
