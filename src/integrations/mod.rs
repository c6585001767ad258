//! # integrations: the neighbours of the player
//!
//! - **Purpose.** Tells others of the machine and beyond what plays, and does what they ask: the desktop's bus (MPRIS,
//!   notifications) and services that keep what was listened to.
//! - **May import.** model, config, online.
//! - **Threads.** `bus` ([`desktop`]), with `bus-files` while a picture is looked for; `scrobble` ([`scrobble`]). Each
//!   sleeps until the core changed or somebody asks, and is there only where it is configured.
//! - **Entry points.** [`desktop::start`], [`scrobble::start`].
//! - **Invariants.** Holders of a [`Player`](crate::model::player::Player) like any frontend: they see the snapshot and
//!   send commands. Whatever they wait for, the player does not wait for them, and nothing that fails here is heard. What
//!   comes from outside is bounded and taken for a stranger's. Secrets are in no log, status or notice.

#[cfg(feature = "desktop")]
pub mod desktop;
#[cfg(feature = "desktop")]
pub mod mpris;
#[cfg(feature = "http")]
pub mod scrobble;
#[cfg(any(feature = "desktop", feature = "http"))]
#[cfg_attr(
    not(all(feature = "desktop", feature = "http")),
    allow(dead_code, reason = "each needs a part of it")
)]
mod song;
#[cfg(feature = "desktop")]
mod uri;
