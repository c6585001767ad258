//! A playlist as it lies on disk, in the manner of [`super::codec`]. Any bytes decode to a list or to an error.

use super::codec::{self, CodecError};
use crate::model::playlist::Playlist;

const VERSION: u8 = 1;
const WHAT: &str = "a playlist";

pub fn encode(list: &Playlist) -> Result<Vec<u8>, CodecError> {
    let mut out = Vec::new();
    codec::encode(WHAT, VERSION, list, &mut out)?;
    Ok(out)
}

/// What could not have been written is damage, and so is a list in another one's place.
pub fn decode(id: u64, bytes: &[u8]) -> Result<Playlist, CodecError> {
    let list: Playlist = codec::decode(WHAT, VERSION, bytes)?;
    if list.id.0 == id { Ok(list) } else { Err(CodecError::Damaged { what: WHAT }) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;
    use std::path::{Path, PathBuf};
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::model::id::{PlaylistId, TrackId};
    use crate::model::playlist::smart::Smart;
    use crate::model::playlist::{Entry, Kind, PlaylistName, Told};

    fn any_entry() -> impl Strategy<Value = Entry> {
        let text = "[a-zé ]{0,6}";
        let path = proptest::collection::vec(1u8.., 0..12);
        let told = (text, text, text, proptest::option::of(0u64..1 << 40));
        let parts = (path, proptest::option::of(any::<u32>()), told, proptest::option::of(text));
        parts.prop_map(|(path, track, (title, artist, album, millis), note)| Entry {
            path: <Arc<Path>>::from(PathBuf::from(OsString::from_vec(path))),
            track: track.map(TrackId),
            told: Told { title, artist, album, duration: millis.map(Duration::from_millis) }.shared(),
            note: note.map(Into::into),
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(entries in proptest::collection::vec(any_entry(), 0..8), id in any::<u64>()) {
            let name = PlaylistName::new("Ünder").unwrap();
            let kind = Kind::Manual(Arc::new(entries));
            let list = Playlist { id: PlaylistId(id), name, note: "n".into(), kind };
            prop_assert_eq!(decode(id, &encode(&list).unwrap()), Ok(list));
        }

        #[test]
        fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..120), versioned in any::<bool>()) {
            let bytes = if versioned { [&[VERSION], bytes.as_slice()].concat() } else { bytes };
            let _ = decode(1, &bytes);
        }
    }

    #[test]
    fn a_smart_list_is_kept_as_it_was_typed() {
        let smart = Smart::parse("plays:0 sort:random limit:9").unwrap();
        let name = PlaylistName::new("Unheard").unwrap();
        let list = Playlist { id: PlaylistId(1), name, note: "".into(), kind: Kind::Smart(smart) };
        assert_eq!(decode(1, &encode(&list).unwrap()), Ok(list));
    }
}
