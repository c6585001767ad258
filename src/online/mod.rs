//! # online: services of the net that are asked something
//!
//! - **Purpose.** Words of songs from LRCLIB, and what they said kept on disk; releases and recordings from MusicBrainz;
//!   a music server that speaks the Subsonic API; the HTTP client that these and the services of
//!   [`crate::integrations`] share, and where their secrets are read.
//! - **May import.** model.
//! - **Thread.** None of its own. A question waits for its server: jobs and the command line ask.
//! - **Entry points.** [`lrclib::ask`], [`musicbrainz::Catalogue`], [`kept::Kept`], [`subsonic::Subsonic`], [`secret`],
//!   [`http`].
//! - **Invariants.** Nobody is asked whom the user did not turn on. An answer is a stranger's: bounded, and anything that is
//!   not understood is an error with words. No redirect is followed. LRCLIB, when it fails, is left alone for a
//!   while that grows ([`Outage`]); MusicBrainz is asked only when the user says so. Without the feature `http` every question has the answer that this program cannot ask.

#[cfg(feature = "http")]
pub mod http;
pub mod kept;
pub mod lrclib;
pub mod musicbrainz;
#[cfg(not(feature = "http"))]
mod no_http;
pub mod secret;
pub mod subsonic;

use std::time::{Duration, Instant};

/// Who asks: program, version, what it is. It has no home page yet that could stand here.
pub const USER_AGENT: &str =
    concat!("auralis/", env!("CARGO_PKG_VERSION"), " ( ", env!("CARGO_PKG_DESCRIPTION"), " )");

/// Asks servers.
#[derive(Debug, Clone)]
#[cfg_attr(not(feature = "http"), derive(Default))]
pub struct Client(#[cfg(feature = "http")] ureq::Agent);

#[cfg(feature = "http")]
impl Default for Client {
    fn default() -> Self {
        Self(http::agent())
    }
}

/// What a server sent, whatever it means.
struct Fetched {
    status: u16,
    /// The server says when to come back.
    after: Option<Duration>,
    /// As the server names it, in small letters; empty where it does not.
    content_type: String,
    body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// Without control characters.
    pub why: String,
    /// The server says when to come back.
    pub after: Option<Duration>,
}

impl Unmet {
    fn not_understood(server: &str) -> Self {
        Self { why: format!("what it says is not what {server} says"), after: None }
    }
}

/// The first pause after a failure, and the longest: each is twice the one before.
const FIRST_PAUSE: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// When a server that failed may be asked again.
#[derive(Debug, Clone, Default)]
pub struct Outage {
    until: Option<Instant>,
    pause: Duration,
}

impl Outage {
    /// How long it is to be left alone, `None` where it may be asked.
    pub fn left(&self, now: Instant) -> Option<Duration> {
        self.until?.checked_duration_since(now).filter(|left| !left.is_zero())
    }

    /// `true` where the failures before were over: it is news.
    pub fn failed(&mut self, unmet: &Unmet, now: Instant) -> bool {
        let is_first = self.until.is_none();
        self.pause = if is_first { FIRST_PAUSE } else { (self.pause * 2).min(LONGEST_PAUSE) };
        let pause = unmet.after.unwrap_or_default().max(self.pause);
        self.until = now.checked_add(pause);
        is_first
    }

    pub fn answered(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_fails_is_left_alone_longer_each_time() {
        let (mut outage, mut now) = (Outage::default(), Instant::now());
        let unmet = |after: Option<u64>| Unmet { why: "x".into(), after: after.map(Duration::from_secs) };
        assert_eq!(outage.left(now), None);
        let mut pauses = Vec::new();
        for at in 0..9 {
            assert_eq!(outage.failed(&unmet(None), now), at == 0, "told once");
            pauses.push(outage.left(now).unwrap().as_secs());
            now += outage.left(now).unwrap();
            assert_eq!(outage.left(now), None);
        }
        assert_eq!(pauses, [30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
        outage.answered();
        assert!(outage.failed(&unmet(Some(90)), now), "news again");
        assert_eq!(outage.left(now), Some(Duration::from_secs(90)));
    }
}
