//! A queue template as it lies on disk, in the manner of [`super::codec`]. Any bytes decode to a template or to an error.

use super::codec::{self, CodecError};
use crate::model::template::Template;

const VERSION: u8 = 1;
const WHAT: &str = "a queue template";

pub fn encode(template: &Template) -> Result<Vec<u8>, CodecError> {
    let mut out = Vec::new();
    codec::encode(WHAT, VERSION, template, &mut out)?;
    Ok(out)
}

/// What could not have been written is damage, and so is a template in another one's place.
pub fn decode(id: u64, bytes: &[u8]) -> Result<Template, CodecError> {
    let template: Template = codec::decode(WHAT, VERSION, bytes)?;
    if template.id.0 == id { Ok(template) } else { Err(CodecError::Damaged { what: WHAT }) }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;
    use std::path::{Path, PathBuf};
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::model::id::{PlaylistId, TrackId};
    use crate::model::playback::{Repeat, ShuffleBy};
    use crate::model::template::{Item, TemplateName, Usage};

    fn template(items: Vec<Item>, id: u64) -> Template {
        Template {
            id: PlaylistId(id),
            name: TemplateName::new("Ünder").unwrap(),
            note: "n".to_owned(),
            tags: vec!["a".to_owned()],
            favourite: true,
            shuffle: Some(ShuffleBy::Album),
            repeat: Repeat::All,
            items: Arc::new(items),
            made_s: 5,
            changed_s: 6,
            usage: Usage { loads: 3, last_s: Some(7) },
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(paths in proptest::collection::vec(proptest::collection::vec(1u8.., 0..12), 0..8), id in any::<u64>()) {
            let item = |path| Item {
                path: <Arc<Path>>::from(PathBuf::from(OsString::from_vec(path))),
                track: Some(TrackId(9)),
            };
            let template = template(paths.into_iter().map(item).collect(), id);
            let bytes = encode(&template).unwrap();
            prop_assert_eq!(decode(id, &bytes), Ok(template));
            prop_assert!(decode(id.wrapping_add(1), &bytes).is_err());
        }

        #[test]
        fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..120), versioned in any::<bool>()) {
            let bytes = if versioned { [&[VERSION], bytes.as_slice()].concat() } else { bytes };
            let _ = decode(1, &bytes);
        }
    }
}
