//! Whether a file has a picture inside, by its headers alone: pictures are large, and a scan reads none.

use super::ReadError;
use super::bomb;
use super::container::{self, Container, Kind};
use super::window::Window;

/// Most metadata blocks of a FLAC file that are looked at.
const MAX_BLOCKS: usize = 1_024;

/// Ogg files are not looked at here: their pictures are read with their comments.
pub fn are_in(window: &mut Window, kind: Kind) -> Result<bool, ReadError> {
    let framed = bomb::has_frame(window, kind, &[b"APIC", b"PIC\0"]).map_err(ReadError::Io)?;
    Ok(framed
        || match kind.container {
            Container::Flac => in_flac(window, kind.start + 4)?,
            Container::Mp4 => container::mp4_has_cover(window)?,
            _ => false,
        })
}

/// A block of type 6 (RFC 9639, section 8.8).
fn in_flac(window: &mut Window, mut at: u64) -> Result<bool, ReadError> {
    for _ in 0..MAX_BLOCKS {
        let Some([kind, a, b, c]) = window.bytes_at::<4>(at).map_err(ReadError::Io)? else { break };
        if kind & 0x7f == 6 {
            return Ok(true);
        }
        if kind & 0x80 != 0 {
            break;
        }
        at += 4 + u64::from(u32::from_be_bytes([0, a, b, c]));
    }
    Ok(false)
}
