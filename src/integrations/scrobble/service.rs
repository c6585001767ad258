//! What the services have in common: their names, what is asked of one, and what came of it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use ureq::Agent;

use super::heard::Listen;
use super::{lastfm, listenbrainz};
use crate::online::secret::Secret;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    ListenBrainz,
    LastFm,
}

impl Service {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::ListenBrainz => "ListenBrainz",
            Self::LastFm => "Last.fm",
        }
    }

    /// Plays of one request.
    pub fn most(self) -> usize {
        match self {
            Self::ListenBrainz => listenbrainz::MOST_PLAYS,
            Self::LastFm => lastfm::MOST_PLAYS,
        }
    }

    /// Sends, and waits for the answer.
    pub fn send(self, agent: &Agent, url: &str, secret: &Secret, sending: &Sending) -> Outcome {
        match self {
            Self::ListenBrainz => listenbrainz::send(agent, url, secret, sending),
            Self::LastFm => lastfm::send(agent, url, secret, sending),
        }
    }
}

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sending {
    /// It plays now.
    Now(Listen),
    Plays(Vec<(u64, Listen)>),
}

/// What came of it. Texts are the services' own, short, without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is there, or never will be.
    Done,
    /// The secret is not taken.
    Refused(String),
    /// The request itself is not: the same one never will be.
    Bad(String),
    /// Again, after so long where the service says so.
    Later { why: String, after: Option<Duration> },
}

impl Outcome {
    pub fn later(why: impl std::fmt::Display) -> Self {
        Self::Later { why: plain(&why.to_string()), after: None }
    }
}

/// A service's text as people can be shown it.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}
