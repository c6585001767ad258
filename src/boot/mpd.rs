//! The server for clients of MPD, where it is configured, and what it asks of store and disk.

use std::path::Path;
use std::sync::Arc;

use crate::library::artwork::{self, ArtworkError};
use crate::library::store::{Store, StoreReader};
use crate::library::tags;
use crate::model::id::TrackId;
use crate::model::mpd::MpdSettings;
use crate::model::notice::{Notice, Severity};
use crate::model::player::Player;
use crate::model::server::is_served;
use crate::model::track::Track;
use crate::remote::mpd::look::{Look, Picture, Shelf, Which};
use crate::remote::mpd::serve;
pub use crate::remote::mpd::serve::Server;

/// `None` where it is off, or nothing of it can be had; that is told.
pub fn start(
    settings: &MpdSettings,
    player: Arc<dyn Player>,
    store: &Store,
    problems: &mut Vec<Notice>,
) -> Option<Server> {
    let shelf = Arc::new(Library { store: store.clone() });
    let (server, troubles) = serve::start(settings.clone(), player, shelf);
    problems.extend(troubles.into_iter().map(|why| {
        tracing::warn!(why, "mpd");
        Notice::new(Severity::Warning, "Clients of MPD cannot reach the player").why(why)
    }));
    server
}

struct Library {
    store: Store,
}

impl Shelf for Library {
    fn open(&self) -> Option<Box<dyn Look>> {
        let reader = self.store.read().map_err(|error| tracing::warn!(%error, "mpd")).ok()?;
        Some(Box::new(Reader(reader)))
    }

    fn is_music(&self, path: &Path) -> bool {
        tags::read_file(path).is_ok()
    }

    fn picture(&self, path: &Path, which: Which) -> Result<Option<Picture>, String> {
        let found = match which {
            _ if is_served(path) => artwork::find(path)
                .map(|found| found.map(|found| Picture { mime: String::new(), data: found.data })),
            Which::Beside => {
                artwork::beside(path).map(|found| found.map(|data| Picture { mime: String::new(), data }))
            }
            Which::Inside => inside(path),
        };
        found.map_err(|error| error.to_string())
    }
}

/// The front cover before others.
fn inside(path: &Path) -> Result<Option<Picture>, ArtworkError> {
    let pictures = artwork::embedded(path)?;
    let best = pictures.iter().position(artwork::Picture::is_front).unwrap_or(0);
    let best = pictures.into_iter().nth(best);
    Ok(best.map(|picture| Picture { mime: picture.mime, data: picture.data }))
}

struct Reader(StoreReader);

impl Look for Reader {
    fn track(&self, id: TrackId) -> Option<Track> {
        self.0.track(id).ok().flatten()
    }
}
