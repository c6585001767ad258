//! The music server that is configured, for all that opens paths: mounted before anything is opened.

use crate::config::Loaded;
use crate::decode::server;
use crate::online::Client;
use crate::online::subsonic::Subsonic;

/// Asks nobody. Nothing happens where no server is configured.
pub fn mount(config: &Loaded) {
    let settings = &config.settings.server;
    let Some(cache) = config.served().and(config.places.cache.as_ref()) else { return };
    let most_bytes = u64::from(settings.cache_mb) * 1_000_000;
    let folder = cache.join("server").join(&settings.name);
    server::mount(
        std::sync::Arc::new(Subsonic::new(settings.clone(), Client::default())),
        folder,
        most_bytes,
    );
}
