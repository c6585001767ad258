//! The doors of a core beside its own screen: the socket, clients of MPD, the user's hooks, the desktop and services.
//! Opened before the screen, closed after it.

use std::sync::Arc;

use super::core::{Core, DEADLINE};
use super::neighbours::Neighbours;
use super::{mpd, shutdown};
use crate::app::run::AppHandle;
use crate::config::Loaded;
use crate::model::notice::{Notice, Severity};
use crate::model::player::Player;
use crate::remote::RemoteError;
use crate::remote::hooks::{self, Hooks};
use crate::remote::place::Claim;
use crate::remote::screen::message::Welcome;
use crate::remote::server::{self, Server};

pub(super) struct Doors {
    remote: Option<Server>,
    mpd: Option<mpd::Server>,
    hooks: Option<Hooks>,
    neighbours: Neighbours,
}

impl Doors {
    /// One that does not open is a problem to be told: the player plays.
    pub(super) fn open(
        config: &Loaded,
        core: &Core,
        place: Option<Claim>,
        problems: &mut Vec<Notice>,
    ) -> Self {
        let player = &core.player;
        let remote = place.and_then(|place| {
            let served: Arc<dyn Player> = player.clone();
            let order = Arc::new(config.naming().collation);
            server::serve(place, served, order, welcome(config), Arc::clone(&core.seats))
                .map_err(|error| problems.push(unreachable(&error)))
                .ok()
        });
        let mpd = mpd::start(&config.settings.mpd, player.clone(), &core.store, problems);
        let neighbours = Neighbours::start(config, player, problems);
        Self { remote, mpd, hooks: hooks(config, player, problems), neighbours }
    }

    /// Those that hold on to the core. The socket closes last, see [`Self::close`].
    pub(super) fn close_first(&mut self) {
        self.mpd.take().into_iter().for_each(|mpd| shutdown::told("mpd", mpd.stop(DEADLINE)));
        self.hooks.take().into_iter().for_each(|hooks| shutdown::told("hooks", hooks.stop(DEADLINE)));
        std::mem::take(&mut self.neighbours).stop(DEADLINE);
    }

    /// When all is saved: who asked to quit is told then. `hands_over`: another core takes this one's place.
    pub(super) fn close(self, hands_over: bool) {
        if let Some(remote) = self.remote {
            let in_time = if hands_over { remote.hand_over(DEADLINE) } else { remote.stop(DEADLINE) };
            shutdown::told("remote", in_time);
        }
    }
}

fn welcome(config: &Loaded) -> Welcome {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    Welcome { host, home: config.places.home.clone() }
}

fn hooks(config: &Loaded, player: &Arc<AppHandle>, problems: &mut Vec<Notice>) -> Option<Hooks> {
    let (teller, player): (_, Arc<dyn Player>) = (player.clone(), player.clone());
    let told = Box::new(move |notice| teller.tell(notice));
    hooks::start(config.settings.hooks.clone(), player, told).unwrap_or_else(|error| {
        let notice = Notice::new(Severity::Warning, "No hooks are run").why(error.to_string());
        problems.push(notice);
        None
    })
}

/// Told where the socket cannot be had.
pub(super) fn unreachable(error: &RemoteError) -> Notice {
    tracing::warn!(%error, "no socket");
    Notice::new(Severity::Warning, "`auralis ctl` and `auralis status` cannot reach this player")
        .why(error.to_string())
}
