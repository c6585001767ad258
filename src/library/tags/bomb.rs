//! Compressed ID3v2 frames (id3.org, ID3v2.3 section 3.3.1, ID3v2.4 section 4.1.2): a few kilobytes may unpack to
//! gigabytes, and the tag library unpacks without a limit. Text needs no compression, so a tag with a compressed frame
//! of any size worth fearing is not read.

use std::io;

use super::container::Kind;
use super::id3::{self, Tag};
use super::window::Window;

/// Largest compressed frame that is unpacked, in bytes: zlib makes at most about a thousand times as much of it.
const MAX_COMPRESSED: u64 = 4 * 1024;

/// Whether reading the file's tags could unpack without bounds. A tag with too many frames to look at could.
pub fn is_bomb(window: &mut Window, kind: Kind) -> io::Result<bool> {
    for at in id3::tags(window, kind)? {
        let Some(mut tag) = Tag::open(window, at)? else { continue };
        let mut found = false;
        let seen_all = tag.frames(&mut |frame| {
            found = frame.compressed && frame.len > MAX_COMPRESSED;
            found
        })?;
        if found || !seen_all {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether an ID3v2 tag of the file has a frame of one of these names; those of version 2.2 end with a NUL.
pub fn has_frame(window: &mut Window, kind: Kind, names: &[&[u8; 4]]) -> io::Result<bool> {
    for at in id3::tags(window, kind)? {
        let Some(mut tag) = Tag::open(window, at)? else { continue };
        let mut found = false;
        tag.frames(&mut |frame| {
            found = names.contains(&&frame.name);
            found
        })?;
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}
