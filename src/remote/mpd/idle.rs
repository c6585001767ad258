//! What happened, by the names that clients wait for: found by comparing two snapshots part by part.

use std::sync::Arc;

use super::ack::Ack;
use crate::model::snapshot::{PlaybackView, Snapshot};

/// Subsystems in which something happened, as bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Events(u16);

macro_rules! events {
    ($($constant:ident $name:literal $bit:literal,)*) => {
        impl Events {
            $(pub const $constant: Self = Self(1 << $bit);)*
            const NAMES: &[(Self, &'static str)] = &[$((Self::$constant, $name),)*];
        }
    };
}

events! {
    DATABASE "database" 0,
    STORED_PLAYLIST "stored_playlist" 1,
    PLAYLIST "playlist" 2,
    PLAYER "player" 3,
    MIXER "mixer" 4,
    OUTPUT "output" 5,
    OPTIONS "options" 6,
    STICKER "sticker" 7,
    UPDATE "update" 8,
    SUBSCRIPTION "subscription" 9,
    MESSAGE "message" 10,
    NEIGHBOR "neighbor" 11,
    MOUNT "mount" 12,
    PARTITION "partition" 13,
}

impl Events {
    pub const NONE: Self = Self(0);
    pub const ALL: Self = Self(u16::MAX);

    pub fn is_none(self) -> bool {
        self.0 == 0
    }

    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    fn when(self, happened: bool) -> Self {
        if happened { self } else { Self::NONE }
    }

    /// None named is all of them.
    pub fn read(words: &[String]) -> Result<Self, Ack> {
        if words.is_empty() {
            return Ok(Self::ALL);
        }
        words.iter().try_fold(Self::NONE, |all, word| {
            let named = Self::NAMES.iter().find(|(_, name)| name.eq_ignore_ascii_case(word));
            named
                .map(|(event, _)| all.with(*event))
                .ok_or_else(|| Ack::argument(format!("Unrecognized idle event: {word}")))
        })
    }

    pub fn lines(self) -> String {
        let named = Self::NAMES.iter().filter(|(event, _)| !self.and(*event).is_none());
        named.map(|(_, name)| format!("changed: {name}\n")).collect()
    }

    /// What differs between two snapshots, but for the queue, whose versions are counted apart.
    pub fn between(old: &Snapshot, new: &Snapshot) -> Self {
        let (before, now) = (&*old.playback, &*new.playback);
        let all = [
            Self::DATABASE.when(!Arc::ptr_eq(&old.catalog, &new.catalog)),
            Self::STORED_PLAYLIST.when(lists_differ(old, new)),
            Self::PLAYER.when(player_differs(before, now) || failure(old) != failure(new)),
            Self::MIXER.when((before.volume, before.muted) != (now.volume, now.muted)),
            Self::OUTPUT.when(
                !Arc::ptr_eq(&old.output, &new.output) && old.output != new.output
                    || !Arc::ptr_eq(&old.outputs.devices, &new.outputs.devices),
            ),
            Self::OPTIONS.when(options(before) != options(now)),
            Self::STICKER.when(!Arc::ptr_eq(&old.facts, &new.facts)),
            Self::UPDATE.when(old.scan.running != new.scan.running),
        ];
        all.into_iter().fold(Self::NONE, Self::with)
    }
}

/// What failed, in words, as long as it is shown.
pub fn failure(snapshot: &Snapshot) -> Option<String> {
    let notice = snapshot.notice.as_ref()?;
    (notice.severity == crate::model::notice::Severity::Error).then(|| notice.to_string())
}

fn lists_differ(old: &Snapshot, new: &Snapshot) -> bool {
    !Arc::ptr_eq(&old.playlists, &new.playlists)
        && (old.playlists.lists != new.playlists.lists || old.playlists.found != new.playlists.found)
}

fn player_differs(before: &PlaybackView, now: &PlaybackView) -> bool {
    // What is being opened is told as playing.
    let state = |playback: &PlaybackView| super::status::state(playback.state);
    state(before) != state(now) || before.now != now.now
}

fn options(playback: &PlaybackView) -> impl PartialEq + use<> {
    let sound = &playback.sound;
    let shuffles = playback.shuffle.seed().is_some();
    (playback.repeat, shuffles, playback.consume, playback.stop_after, sound.crossfade_ms, sound.level.mode)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::audio::Volume;
    use crate::model::playback::Repeat;

    fn changed(change: impl FnOnce(&mut PlaybackView)) -> String {
        let old = Snapshot::default();
        let mut new = old.clone();
        change(Arc::make_mut(&mut new.playback));
        Events::between(&old, &new).lines()
    }

    #[test]
    fn each_change_is_told_by_its_own_name() {
        assert_eq!(changed(|_| {}), "");
        assert_eq!(changed(|playback| playback.volume = Volume::new(3)), "changed: mixer\n");
        assert_eq!(changed(|playback| playback.repeat = Repeat::All), "changed: options\n");
        assert_eq!(changed(|playback| playback.sound.crossfade_ms = 1), "changed: options\n");
        let play = |playback: &mut PlaybackView| playback.state = crate::model::playback::PlayState::Playing;
        assert_eq!(changed(play), "changed: player\n");
        let old = Snapshot::default();
        let new = Snapshot { catalog: Arc::default(), facts: Arc::default(), ..old.clone() };
        assert_eq!(Events::between(&old, &new).lines(), "changed: database\nchanged: sticker\n");
    }

    #[test]
    fn names_are_read_and_others_told() {
        let read = |words: &[&str]| Events::read(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>());
        assert_eq!(read(&[]), Ok(Events::ALL));
        assert_eq!(read(&["player", "MIXER"]), Ok(Events::PLAYER.with(Events::MIXER)));
        assert_eq!(read(&["x"]).unwrap_err().text, "Unrecognized idle event: x");
    }
}
