//! Entries of the queue and playlists as object paths of the bus, and back. Pure.

use zbus::zvariant::ObjectPath;

use crate::model::id::{ItemId, PlaylistId};

/// Where the player is.
pub const PLAYER: &str = "/org/mpris/MediaPlayer2";
const ITEM: &str = "/org/auralis/item/";
const LIST: &str = "/org/auralis/playlist/";

pub fn item(id: ItemId) -> ObjectPath<'static> {
    ObjectPath::from_string_unchecked(format!("{ITEM}{id}"))
}

pub fn to_item(path: &str) -> Option<ItemId> {
    number(path, ITEM).map(ItemId)
}

pub fn list(id: PlaylistId) -> ObjectPath<'static> {
    ObjectPath::from_string_unchecked(format!("{LIST}{id}"))
}

pub fn to_list(path: &str) -> Option<PlaylistId> {
    number(path, LIST).map(PlaylistId)
}

/// Stands for no track, by the specification.
pub fn no_track() -> ObjectPath<'static> {
    ObjectPath::from_static_str_unchecked("/org/mpris/MediaPlayer2/TrackList/NoTrack")
}

/// Stands for nothing at all.
pub fn none() -> ObjectPath<'static> {
    ObjectPath::from_static_str_unchecked("/")
}

/// As it was written, and in no other way.
fn number(path: &str, before: &str) -> Option<u64> {
    let digits = path.strip_prefix(before)?;
    digits.parse().ok().filter(|number: &u64| number.to_string() == digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_ours_is_an_entry() {
        assert_eq!(to_item(&item(ItemId(17))), Some(ItemId(17)));
        assert_eq!(to_list(&list(PlaylistId(9))), Some(PlaylistId(9)));
        for other in
            ["/", "/org/auralis/item/", "/org/auralis/item/017", "/org/auralis/item/1/2", &no_track()]
        {
            assert_eq!(to_item(other), None, "{other}");
        }
        for path in [item(ItemId(u64::MAX)), list(PlaylistId(0)), no_track(), none()] {
            assert!(ObjectPath::try_from(path.as_str()).is_ok(), "{path}");
        }
    }
}
