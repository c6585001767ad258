//! Text frames that stand several times in one ID3v2 tag. The standard allows one of a kind with several values in it
//! (ID3v2.4, section 4.2), but taggers of version 2.3 wrote a frame for each value, and of those the tag library keeps
//! the last. Here each is read as a tag of its own.

use std::collections::BTreeMap;
use std::io;

use lofty::id3::v2::Id3v2Tag;
use lofty::tag::Tag;

use super::bare;
use super::container::Kind;
use super::id3::{self, Frame};
use super::read;
use super::window::Window;
use crate::model::tag::{Fields, MAX_VALUE, MAX_VALUES};

/// Longest description of a user's own text by which two of them are told apart, in bytes.
const MAX_DESCRIPTION: u64 = 128;

/// The fields of which a tag has several frames, with all their values in order. The first tag that has them counts.
pub fn fields(window: &mut Window, kind: Kind) -> io::Result<Fields> {
    let mut all = Fields::default();
    for at in id3::tags(window, kind)? {
        let Some(mut tag) = id3::Tag::open(window, at)? else { continue };
        all.fill(of_tag(&mut tag)?);
    }
    Ok(all)
}

fn of_tag(tag: &mut id3::Tag<'_>) -> io::Result<Fields> {
    let mut texts = Vec::new();
    tag.frames(&mut |frame| {
        if frame.name[0] == b'T' && !frame.compressed && frame.len > 0 && frame.len <= MAX_VALUE as u64 {
            texts.push(Frame { ..*frame });
        }
        false
    })?;
    let mut by_name: BTreeMap<Vec<u8>, Vec<Frame>> = BTreeMap::new();
    for frame in texts {
        by_name.entry(name(tag, &frame)?).or_default().push(frame);
    }
    let mut all = Fields::default();
    for frames in by_name.into_values().filter(|frames| frames.len() > 1) {
        let mut same = Fields::default();
        for frame in frames.iter().take(MAX_VALUES) {
            let read = alone(tag, frame)?;
            for (field, values) in read.iter() {
                values.iter().for_each(|value| same.push(field, value));
            }
        }
        all.fill(same);
    }
    Ok(all)
}

/// What a frame is called; a user's own text by its description too.
fn name(tag: &mut id3::Tag<'_>, frame: &Frame) -> io::Result<Vec<u8>> {
    let mut name = frame.name.to_vec();
    if matches!(&frame.name, b"TXXX" | b"TXX\0") {
        let body = tag.vec_at(frame.body, frame.len.min(MAX_DESCRIPTION))?;
        name.extend(description(&body).to_ascii_lowercase());
    }
    Ok(name)
}

/// Up to its end: a NUL, of two bytes where the text is UTF-16.
fn description(body: &[u8]) -> &[u8] {
    let end = match body.first() {
        Some(1 | 2) => body[1..].chunks(2).position(|pair| pair == [0, 0]).map(|at| 1 + 2 * at),
        _ => body.iter().skip(1).position(|&byte| byte == 0).map(|at| 1 + at),
    };
    &body[..end.unwrap_or(body.len())]
}

/// What the frame says where it is the only one.
fn alone(tag: &mut id3::Tag<'_>, frame: &Frame) -> io::Result<Fields> {
    let id3 = tag_of(tag, frame)?;
    Ok(id3.map(|id3| read::of_tag(&Tag::from(id3))).unwrap_or_default())
}

/// A tag that has this frame and no other.
pub fn tag_of(tag: &mut id3::Tag<'_>, frame: &Frame) -> io::Result<Option<Id3v2Tag>> {
    let bytes = tag.vec_at(frame.at, frame.body - frame.at + frame.len)?;
    // Frames of version 2.4 keep their own unsynchronisation.
    let flags = if tag.head[3] == 4 { tag.head[5] & 0x80 } else { 0 };
    let len = bytes.len();
    let size = [len >> 21, len >> 14, len >> 7, len].map(|bits| (bits & 0x7f) as u8);
    let head = [b'I', b'D', b'3', tag.head[3], 0, flags];
    Ok(bare::parse([&head[..], &size, &bytes].concat(), read::options()))
}
