//! The neighbours of a player that runs: the desktop, and services that keep what was listened to.
#![cfg_attr(
    not(all(feature = "desktop", feature = "http")),
    allow(unused_imports, unused_variables, dead_code, clippy::ptr_arg, reason = "each needs a part of it")
)]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::shutdown;
use crate::app::run::AppHandle;
use crate::config::Loaded;
#[cfg(feature = "desktop")]
use crate::integrations::desktop::{
    self, Desktop,
    art::{Picture, Pictures},
};
#[cfg(feature = "http")]
use crate::integrations::scrobble::{self, Scrobbler};
#[cfg(feature = "desktop")]
use crate::library::artwork::{self, Place};
#[cfg(feature = "desktop")]
use crate::model::address::is_address;
use crate::model::notice::{Notice, Severity};
use crate::model::part;
use crate::model::player::Player;
#[cfg(feature = "desktop")]
use crate::model::server::is_served;

/// Those that run.
#[derive(Default)]
pub struct Neighbours {
    #[cfg(feature = "desktop")]
    desktop: Option<Desktop>,
    #[cfg(feature = "http")]
    scrobbler: Option<Scrobbler>,
}

impl Neighbours {
    /// A player without them plays: what cannot be started is told.
    pub fn start(config: &Loaded, player: &Arc<AppHandle>, problems: &mut Vec<Notice>) -> Self {
        Self {
            #[cfg(feature = "desktop")]
            desktop: desktop(config, player.clone()).unwrap_or_else(|error| {
                problems.push(not_started("The desktop does not know of the player", &error));
                None
            }),
            #[cfg(feature = "http")]
            scrobbler: scrobbler(config, player).unwrap_or_else(|error| {
                problems.push(not_started("No service is told what you listen to", &error));
                None
            }),
        }
    }

    pub fn stop(self, deadline: Duration) {
        #[cfg(feature = "desktop")]
        self.desktop.into_iter().for_each(|desktop| shutdown::told("bus", desktop.stop(deadline)));
        #[cfg(feature = "http")]
        self.scrobbler.into_iter().for_each(|scrobbler| shutdown::told("scrobble", scrobbler.stop(deadline)));
    }
}

fn not_started(what: &str, error: &std::io::Error) -> Notice {
    Notice::new(Severity::Warning, what).why(error.to_string())
}

#[cfg(feature = "desktop")]
fn desktop(config: &Loaded, player: Arc<dyn Player>) -> std::io::Result<Option<Desktop>> {
    let folder = config.places.cache.as_ref().map(|cache| cache.join("art"));
    desktop::start(config.settings.desktop, player, Pictures::new(Box::new(picture), folder))
}

#[cfg(feature = "http")]
fn scrobbler(config: &Loaded, player: &Arc<AppHandle>) -> std::io::Result<Option<Scrobbler>> {
    let (teller, player): (_, Arc<dyn Player>) = (player.clone(), player.clone());
    let told = Box::new(move |notice| teller.tell(notice));
    let server = config.settings.server.scrobble.then(crate::decode::server::current).flatten();
    scrobble::start(config.settings.scrobble.clone(), server, config.places.state.clone(), player, told)
}

#[cfg(feature = "desktop")]
fn picture(path: &Path) -> Option<Picture> {
    if is_address(path) && !is_served(path) {
        return None;
    }
    let container = part::split(path).map(|(file, _)| file).filter(|file| file.is_file());
    let found = artwork::find(container.unwrap_or(path)).ok()??;
    Some(match found.place {
        Place::Embedded | Place::Server => Picture::Data(found.data),
        Place::File(file) => Picture::File(file),
    })
}
