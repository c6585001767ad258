//! The music server that is configured, for all that opens paths: mounted before anything is opened.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use crate::config::Loaded;
use crate::decode::server;
use crate::model::server::Failed;
use crate::online::Client;
use crate::online::subsonic::{self, Subsonic};

/// What the server says of itself, and what is kept of it here.
#[derive(Debug, Serialize)]
pub struct About {
    #[serde(flatten)]
    pub server: subsonic::About,
    pub kept_bytes: u64,
}

/// Asks nobody. Nothing happens where no server is configured.
pub fn mount(config: &Loaded) {
    let Some(folder) = folder(config) else { return };
    let most_bytes = u64::from(config.settings.server.cache_mb) * 1_000_000;
    server::mount(Arc::new(client(config)), folder, most_bytes);
}

/// Whether the path is of the server that is configured.
pub fn is_mounted(path: &Path) -> bool {
    server::mounted(path).is_some()
}

/// # Errors
/// Where the server does not answer, or not to this user.
pub fn about(config: &Loaded) -> Result<About, Failed> {
    let server = client(config).about()?;
    let files = folder(config).and_then(|folder| folder.read_dir().ok());
    let sizes = files.into_iter().flatten().filter_map(|file| file.ok()?.metadata().ok());
    Ok(About { server, kept_bytes: sizes.map(|about| about.len()).sum() })
}

fn client(config: &Loaded) -> Subsonic {
    Subsonic::new(config.settings.server.clone(), Client::default())
}

/// Of the files that are kept; `None` where no server is configured, or there is no place.
fn folder(config: &Loaded) -> Option<PathBuf> {
    config.served()?;
    Some(config.places.cache.as_ref()?.join("server").join(&config.settings.server.name))
}
