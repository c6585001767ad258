//! What the server knows of one client: what it may do, what it wants to be told, what waits for it.

use std::collections::{BTreeSet, VecDeque};

use super::idle::Events;
use super::tag::TagMask;
use crate::model::mpd::Permissions;

/// Messages that wait for a client; more are dropped, the oldest first.
pub const MOST_MESSAGES: usize = 256;
/// Channels that a client listens to.
pub const MOST_CHANNELS: usize = 64;

#[derive(Debug)]
pub struct Session {
    pub id: u64,
    /// It came by a Unix socket: it is the user.
    pub is_local: bool,
    pub permissions: Permissions,
    pub tags: TagMask,
    /// Bytes of a picture at once.
    pub binary_limit: usize,
    /// Playlists are not told among the folders.
    pub hides_playlists: bool,
    pub channels: BTreeSet<String>,
    pub messages: VecDeque<(String, String)>,
    /// What happened and was not told yet.
    pub pending: Events,
    /// It waits for one of these.
    pub idle: Option<Events>,
}

impl Session {
    pub fn new(id: u64, is_local: bool, permissions: Permissions) -> Self {
        Self {
            id,
            is_local,
            permissions,
            tags: TagMask::default(),
            binary_limit: 8192,
            hides_playlists: false,
            channels: BTreeSet::new(),
            messages: VecDeque::new(),
            pending: Events::NONE,
            idle: None,
        }
    }

    /// What of the happened it waits for; told, these are forgotten.
    pub fn take_due(&mut self) -> Option<Events> {
        let due = self.pending.and(self.idle?);
        if due.is_none() {
            return None;
        }
        self.idle = None;
        self.pending = self.pending.without(due);
        Some(due)
    }
}
