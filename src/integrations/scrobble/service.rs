//! What the services have in common: their names, what is asked of one, and what came of it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use ureq::Agent;

use super::heard::Listen;
use super::{lastfm, listenbrainz};
use crate::model::notice::Notice;
use crate::model::scrobbling::SecretSource;
use crate::model::server::{Server, split};
use crate::online::secret::{self, Secret};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    ListenBrainz,
    LastFm,
    /// The music server that the song is of.
    Server,
}

impl Service {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::ListenBrainz => "ListenBrainz",
            Self::LastFm => "Last.fm",
            Self::Server => "the music server",
        }
    }

    /// Plays of one request.
    pub fn most(self) -> usize {
        match self {
            Self::ListenBrainz => listenbrainz::MOST_PLAYS,
            Self::LastFm => lastfm::MOST_PLAYS,
            Self::Server => 1,
        }
    }
}

/// Where a service is, and what proves us to it.
#[derive(Clone)]
pub enum Door {
    ListenBrainz { url: String, token: SecretSource },
    LastFm { url: String, keys: SecretSource },
    Server(Arc<dyn Server>),
}

impl Door {
    pub fn service(&self) -> Service {
        match self {
            Self::ListenBrainz { .. } => Service::ListenBrainz,
            Self::LastFm { .. } => Service::LastFm,
            Self::Server(_) => Service::Server,
        }
    }

    /// Whether it is to know of such a play: a server of its own songs alone.
    pub fn takes(&self, listen: &Listen) -> bool {
        match self {
            Self::Server(server) => id(server.as_ref(), listen).is_some(),
            Self::ListenBrainz { .. } | Self::LastFm { .. } => true,
        }
    }

    /// Sends, and waits for the answer; with the secret that was sent, where it is one of ours to keep.
    ///
    /// # Errors
    /// Where there is no secret, with what to do.
    pub fn send(
        &self,
        agent: &Agent,
        known: Option<Secret>,
        sending: &Sending,
    ) -> Result<(Option<Secret>, Outcome), Notice> {
        let read = |source: &SecretSource| {
            let undone = format!("Nothing is sent to {}", self.service().name());
            known.map_or_else(|| secret::read(source, &undone), Ok)
        };
        match self {
            Self::ListenBrainz { url, token } => {
                let secret = read(token)?;
                let outcome = listenbrainz::send(agent, url, &secret, sending);
                Ok((Some(secret), outcome))
            }
            Self::LastFm { url, keys } => {
                let secret = read(keys)?;
                let outcome = lastfm::send(agent, url, &secret, sending);
                Ok((Some(secret), outcome))
            }
            Self::Server(server) => Ok((None, tell(server.as_ref(), sending))),
        }
    }
}

/// `None`: it is no song of that server.
fn id(server: &dyn Server, listen: &Listen) -> Option<String> {
    let (name, id) = split(Path::new(listen.served.as_deref()?))?;
    (name == server.name()).then_some(id)
}

fn tell(server: &dyn Server, sending: &Sending) -> Outcome {
    let told = match sending {
        Sending::Now(listen) => id(server, listen).map_or(Ok(()), |song| server.plays(&song)),
        Sending::Plays(plays) => {
            let songs = plays.iter().filter_map(|(_, listen)| Some((id(server, listen)?, listen.at)));
            server.heard(&songs.collect::<Vec<_>>())
        }
    };
    match told {
        Ok(()) => Outcome::Done,
        Err(failed) if failed.for_good => Outcome::Bad(failed.why),
        Err(failed) => Outcome::Later { why: failed.why, after: failed.after },
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
