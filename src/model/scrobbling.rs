//! Services that are told what was listened to, as they are configured.

use std::path::PathBuf;

/// Where a secret is: a file that only this user can read, or what a program prints. Neither: the service is not used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecretSource {
    pub file: Option<PathBuf>,
    /// A program and its arguments, without a shell.
    pub command: Vec<String>,
}

impl SecretSource {
    pub fn is_given(&self) -> bool {
        self.file.is_some() || !self.command.is_empty()
    }
}

/// Plain data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScrobbleSettings {
    /// The user's token.
    pub listenbrainz: SecretSource,
    /// Address of the API.
    pub listenbrainz_url: String,
    /// API key, shared secret and session key.
    pub lastfm: SecretSource,
    pub lastfm_url: String,
}

impl ScrobbleSettings {
    pub const LISTENBRAINZ: &str = "https://api.listenbrainz.org";
    pub const LASTFM: &str = "https://ws.audioscrobbler.com/2.0/";
}

impl Default for ScrobbleSettings {
    fn default() -> Self {
        Self {
            listenbrainz: SecretSource::default(),
            listenbrainz_url: Self::LISTENBRAINZ.to_owned(),
            lastfm: SecretSource::default(),
            lastfm_url: Self::LASTFM.to_owned(),
        }
    }
}
