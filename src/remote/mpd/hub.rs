//! What all clients share: the player, the music folders, the queue's versions, what happened and is to be told.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::idle::Events;
use super::uri::Roots;
use super::versions::Versions;
use crate::model::command::{Command, Playback};
use crate::model::id::{ItemId, PlayId};
use crate::model::mpd::MpdSettings;
use crate::model::playback::{PlayState, StopAfter};
use crate::model::player::Player;
use crate::model::snapshot::Snapshot;

/// A place that was sought may not be heard yet for so long.
const AIM_HOLDS: Duration = Duration::from_secs(1);

/// Where a client has sought to.
#[derive(Debug, Clone, Copy)]
pub struct Aim {
    pub play: PlayId,
    pub at: Duration,
    pub asked: Instant,
}

pub struct Hub {
    pub player: Arc<dyn Player>,
    pub settings: MpdSettings,
    pub roots: Arc<Roots>,
    pub versions: Versions,
    pub seen: Arc<Snapshot>,
    pub started: Instant,
    /// When the library was last seen to be another, in seconds since the Unix epoch.
    pub database_s: i64,
    /// Time that was played while the server ran, and since when it plays.
    pub played: Duration,
    playing_since: Option<Instant>,
    /// Happened, and is to be told to everybody.
    pub raised: Events,
    /// Messages to be delivered, by channel.
    pub mail: Vec<(String, String)>,
    /// Who listens to which channel, counted.
    pub channels: BTreeMap<String, usize>,
    /// A client wants playing to stop behind each track; the core knows it for one track at a time.
    pub single: bool,
    /// Consuming ends with this item.
    pub consume_once: Option<Option<ItemId>>,
    pub aim: Option<Aim>,
    pub last_loaded: String,
    /// Number of the last update that was begun.
    pub update: u32,
    /// Sound devices were looked for.
    pub knows_devices: bool,
}

impl Hub {
    pub fn new(player: Arc<dyn Player>, settings: MpdSettings) -> Self {
        let seen = player.snapshot();
        let mut hub = Self {
            player,
            settings,
            roots: Arc::new(Roots::new(&seen.scan.roots)),
            versions: Versions::default(),
            seen: Arc::default(),
            started: Instant::now(),
            database_s: now_s(),
            played: Duration::ZERO,
            playing_since: None,
            raised: Events::NONE,
            mail: Vec::new(),
            channels: BTreeMap::new(),
            single: false,
            consume_once: None,
            aim: None,
            last_loaded: String::new(),
            update: 0,
            knows_devices: false,
        };
        hub.follow();
        hub
    }

    /// The newest snapshot; what is another in it is noted.
    pub fn follow(&mut self) -> Arc<Snapshot> {
        let snapshot = self.player.snapshot();
        if Arc::ptr_eq(&snapshot, &self.seen) {
            return snapshot;
        }
        let old = std::mem::replace(&mut self.seen, Arc::clone(&snapshot));
        if !Arc::ptr_eq(&old.scan, &snapshot.scan) && old.scan.roots != snapshot.scan.roots {
            self.roots = Arc::new(Roots::new(&snapshot.scan.roots));
        }
        self.raised = self.raised.with(Events::between(&old, &snapshot));
        if self.versions.follow(&snapshot) {
            self.raised = self.raised.with(Events::PLAYLIST);
        }
        if !Arc::ptr_eq(&old.catalog, &snapshot.catalog) {
            self.database_s = now_s();
        }
        self.count_time(&snapshot);
        self.keep_single(&old, &snapshot);
        self.end_consume(&snapshot);
        snapshot
    }

    fn count_time(&mut self, snapshot: &Snapshot) {
        let plays = snapshot.playback.state == PlayState::Playing;
        match (plays, self.playing_since) {
            (true, None) => self.playing_since = Some(Instant::now()),
            (false, Some(since)) => {
                self.played += since.elapsed();
                self.playing_since = None;
            }
            _ => {}
        }
    }

    pub fn play_time(&self) -> Duration {
        self.played + self.playing_since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// The core stops behind one track and forgets it: it is told again. Where it was told otherwise while it plays, it
    /// was the user.
    fn keep_single(&mut self, old: &Snapshot, new: &Snapshot) {
        let turned_off =
            old.playback.stop_after == StopAfter::Track && new.playback.stop_after == StopAfter::Off;
        if !self.single || !turned_off {
            return;
        }
        if new.playback.state == PlayState::Stopped {
            let _ = self.player.send(Command::Playback(Playback::StopAfter(Some(StopAfter::Track))));
        } else {
            self.single = false;
        }
    }

    fn end_consume(&mut self, new: &Snapshot) {
        let now = new.playback.now.as_ref().map(|now| now.item);
        if self.consume_once.is_some_and(|item| item != now) {
            self.consume_once = None;
            let _ = self.player.send(Command::Playback(Playback::Consume(Some(false))));
        }
    }

    /// Where the ear is, or where it was sent to a moment ago.
    pub fn elapsed(&self, snapshot: &Snapshot) -> Option<(Duration, Option<Duration>)> {
        let (heard, total) = snapshot.times(self.player.position())?;
        let play = snapshot.playback.now.as_ref().map(|now| now.play);
        let aim = self.aim.filter(|aim| Some(aim.play) == play && aim.asked.elapsed() < AIM_HOLDS);
        let Some(aim) = aim.filter(|aim| heard.abs_diff(aim.at) > AIM_HOLDS) else {
            return Some((heard, total));
        };
        Some((total.map_or(aim.at, |total| aim.at.min(total)), total))
    }
}

fn now_s() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0))
}
