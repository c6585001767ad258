//! Identities. Each is a counter that is never used twice, so that a late message about a thing that is gone is
//! recognised and dropped. Made by their owner (named beside each), used everywhere.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// A track of the library. Given by the store; the path is an attribute, so a moved file keeps its id.
    TrackId(u32)
}
id! {
    /// One entry of the queue. Given by the app; the same track may stand in the queue many times.
    ItemId(u64)
}
id! {
    /// One started playing of an item. Given by the app; stamped by the engine on blocks and events.
    PlayId(u64)
}
id! {
    /// One run of the decode pipe. Given by the engine; a seek or a new track makes all older blocks void.
    Generation(u64)
}
id! {
    /// One background job. Given by the app.
    JobId(u64)
}
id! {
    /// A playlist. A random number, so that one made anywhere meets no other; below 2^53, as JSON can hold it.
    PlaylistId(u64)
}

impl PlaylistId {
    /// Of a fresh random number.
    pub fn new(random: u64) -> Self {
        Self(random >> 11)
    }
}
