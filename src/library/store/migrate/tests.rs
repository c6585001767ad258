//! Each older form against bytes that are written by hand from postcard's wire format: numbers are varints, zigzag where
//! signed (<https://postcard.jamesmunns.com/wire-format>).

use std::path::Path;

use super::to_2::{first_session, first_track};
use crate::model::playback::Repeat;
use crate::model::track::{Numbered, Tags};

#[test]
fn a_track_of_the_first_form_is_read() {
    let mut bytes = vec![1, 2, b'/', b'a', 5, 6, 7, 0, 0xc4, 0xd8, 0x02, 2, 1, 16, 1, 100];
    bytes.extend(
        b"\x01\x01T\x01\x01A\x00\x00\x00\x00\x01\x03\x00\x00\x00\x01\x041997\x01\x00\x00\x00\x00\x12",
    );
    let track = first_track(4, &bytes).unwrap();
    assert_eq!((track.path.to_str(), track.stamp.mtime_ns, track.added_s), (Some("/a"), 3, 9));
    assert_eq!((track.format.spec.rate, track.format.frames), (44_100, Some(100)));
    let tags = Tags {
        title: Some("T".into()),
        artists: vec!["A".into()],
        track: Numbered { number: Some(3), total: None },
        date: Some("1997".into()),
        compilation: true,
        ..Tags::default()
    };
    assert_eq!(track.tags, tags);
}

#[test]
fn a_session_of_the_first_form_is_read() {
    // Version, one item (id 7, "/a", no track), no place, volume 37, muted, repeat all, shuffle on with seed 99.
    let bytes = [1, 1, 7, 2, b'/', b'a', 0, 0, 37, 1, 2, 1, 1, 99];
    let session = first_session(&bytes).unwrap();
    assert_eq!(session.items[0].path, Path::new("/a"));
    assert_eq!((session.volume.percent(), session.muted), (37, true));
    assert_eq!((session.repeat, session.shuffle.seed(), session.order.len()), (Repeat::All, Some(99), 0));
}
