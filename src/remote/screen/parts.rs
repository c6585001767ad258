//! The snapshot by its parts: which of them differ, each one's bytes, and a snapshot with another part in its place. A
//! part is written with postcard, but for the catalog, which has a form of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::columns;
use crate::model::analysis::AnalysisView;
use crate::model::catalog::Catalog;
use crate::model::facts::{Facts, Levels, TrackFacts};
use crate::model::features::Waveform;
use crate::model::id::TrackId;
use crate::model::listening::{Period, Stats};
use crate::model::snapshot::Snapshot;

/// Numbers of tracks are below it.
const MOST_TRACKS: u32 = 1 << 26;

/// What a field of the snapshot is on the wire.
trait Part: Sized {
    /// Nothing changed between the two. Cheap: a false alarm is allowed.
    fn is_same(&self, other: &Self) -> bool;
    fn write(&self) -> Option<Vec<u8>>;
    fn read(bytes: &[u8]) -> Option<Self>;
}

impl<T: Serialize + DeserializeOwned> Part for Arc<T> {
    fn is_same(&self, other: &Self) -> bool {
        Self::ptr_eq(self, other)
    }

    fn write(&self) -> Option<Vec<u8>> {
        written(self.as_ref())
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        read(bytes).map(Self::new)
    }
}

impl Part for Arc<Catalog> {
    fn is_same(&self, other: &Self) -> bool {
        Self::ptr_eq(self, other)
    }

    fn write(&self) -> Option<Vec<u8>> {
        written(&columns::Columns::of(self.parts()))
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let parts = read::<columns::Columns>(bytes)?.into_parts()?;
        Some(Self::new(Catalog::new(parts)))
    }
}

/// The levels too, which the store keeps elsewhere.
impl Part for Arc<Facts> {
    fn is_same(&self, other: &Self) -> bool {
        Self::ptr_eq(self, other)
    }

    fn write(&self) -> Option<Vec<u8>> {
        let rows: Vec<_> = self.iter().map(|(track, facts)| (track, facts, facts.levels)).collect();
        written(&rows)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let rows: Vec<(TrackId, TrackFacts, Levels)> = read(bytes)?;
        let facts = |(track, facts, levels)| (track, TrackFacts { levels, ..facts });
        // A number of a track is a place: hostile ones are not to make a list of thousands of millions.
        let sound = rows.iter().all(|(track, ..)| track.0 < MOST_TRACKS);
        sound.then(|| Self::new(rows.into_iter().map(facts).collect()))
    }
}

impl<T: Serialize + DeserializeOwned> Part for Option<Arc<T>> {
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
    }

    fn write(&self) -> Option<Vec<u8>> {
        written(self)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        read(bytes)
    }
}

/// Small enough to be compared.
macro_rules! compared {
    ($($type:ty),*) => {$(
        impl Part for $type {
            fn is_same(&self, other: &Self) -> bool {
                self == other
            }

            fn write(&self) -> Option<Vec<u8>> {
                written(self)
            }

            fn read(bytes: &[u8]) -> Option<Self> {
                read(bytes)
            }
        }
    )*};
}

compared!(AnalysisView, Option<(Period, Arc<Stats>)>, Option<(TrackId, Option<Arc<Waveform>>)>, bool);

fn written(value: &(impl Serialize + ?Sized)) -> Option<Vec<u8>> {
    postcard::to_stdvec(value).map_err(|error| tracing::error!(%error, "a part of the snapshot")).ok()
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    postcard::from_bytes(bytes).ok()
}

macro_rules! parts {
    ($($kind:ident $field:ident,)*) => {
        /// Which part of a snapshot. A number of its own each; new ones go to the end.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Kind {
            $($kind,)*
            /// When playing pauses by itself, as the time that is left: two machines share no clock.
            Sleep,
        }

        impl Kind {
            pub const ALL: &[Self] = &[$(Self::$kind,)* Self::Sleep];

            /// Whether the part is the same in both.
            pub fn is_same(self, one: &Snapshot, other: &Snapshot) -> bool {
                match self {
                    $(Self::$kind => Part::is_same(&one.$field, &other.$field),)*
                    Self::Sleep => one.playback.sleep_at == other.playback.sleep_at,
                }
            }

            /// Puts the part of one snapshot into another one.
            pub fn copy(self, from: &Snapshot, into: &mut Snapshot) {
                match self {
                    $(Self::$kind => into.$field = from.$field.clone(),)*
                    Self::Sleep => into.playback = Arc::clone(&from.playback),
                }
            }

            /// Its bytes; `now`: what the time that is left is counted from.
            pub fn write(self, snapshot: &Snapshot, now: Instant) -> Option<Vec<u8>> {
                match self {
                    $(Self::$kind => Part::write(&snapshot.$field),)*
                    Self::Sleep => {
                        let left = snapshot.playback.sleep_at.map(|at| at.saturating_duration_since(now));
                        written(&left)
                    }
                }
            }

            /// Puts a part into its place; `None` where the bytes are none.
            pub fn put(self, bytes: &[u8], snapshot: &mut Snapshot, now: Instant) -> Option<()> {
                match self {
                    $(Self::$kind => {
                        let sleep_at = snapshot.playback.sleep_at;
                        snapshot.$field = Part::read(bytes)?;
                        if self as u8 == Self::Playback as u8 {
                            Arc::make_mut(&mut snapshot.playback).sleep_at = sleep_at;
                        }
                    })*
                    Self::Sleep => {
                        let left = read::<Option<Duration>>(bytes)?;
                        let at = left.and_then(|left| now.checked_add(left));
                        Arc::make_mut(&mut snapshot.playback).sleep_at = at;
                    }
                }
                Some(())
            }
        }
    };
}

parts! {
    Playback playback,
    Queue queue,
    Bookmarks bookmarks,
    Playlists playlists,
    Templates templates,
    Catalog catalog,
    Facts facts,
    Places places,
    Stats stats,
    History history,
    Scan scan,
    Tags tags,
    Duplicates duplicates,
    Similar similar,
    Likes likes,
    Radio radio,
    Analysis analysis,
    Wave wave,
    Portrait portrait,
    Mastering mastering,
    Renders renders,
    Output output,
    Outputs outputs,
    Signal signal,
    Notice notice,
    Closing closing,
    Lyrics lyrics,
    Cover cover,
    Covers covers,
}

impl Kind {
    pub fn of(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}
