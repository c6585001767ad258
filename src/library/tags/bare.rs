//! Tags in containers that lofty does not know, found and put in their place: TTA (ID3v2 in front of it, else APE behind
//! it), DSF (ID3v2 behind the sound; DSF File Format Specification 1.01), DSDIFF and the long forms of WAV (ID3v2 in a
//! chunk). The tag itself is lofty's to read and to make.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::ops::Range;

use lofty::ape::ApeTag;
use lofty::config::ParseOptions;
use lofty::file::AudioFile;
use lofty::id3::v2::Id3v2Tag;
use lofty::mpeg::MpegFile;

use super::container::{Container, Kind};
use super::info::Info;
use super::window::Window;

/// Largest tag that is read, in bytes.
const MAX_TAG: u64 = 64 * 1024 * 1024;
/// Most chunks that are looked at.
const MAX_CHUNKS: usize = 100_000;
const BLOCK: u64 = 1024 * 1024;

/// Where such a container has its tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Before the container.
    Front,
    /// Behind it, before an ID3v1 tag: the only place of an APE tag.
    Behind,
    /// At the end, where the header of DSF points to.
    Dsf,
    /// The chunk `ID3 ` of DSDIFF.
    Dff,
    /// The chunk `id3 ` of RF64 and BW64.
    Rf64,
}

/// `None` for all that lofty knows, or that takes no tag.
pub fn place(window: &mut Window, kind: Kind) -> io::Result<Option<Place>> {
    let magic = window.bytes_at::<4>(kind.start)?.unwrap_or_default();
    Ok(match (kind.container, &magic) {
        (Container::Decoded, b"TTA1") if kind.start > 0 => Some(Place::Front),
        (Container::Decoded, b"TTA1") => Some(Place::Behind),
        // What stands before these is not theirs.
        _ if kind.start > 0 => None,
        (Container::Decoded, b"DSD ") => Some(Place::Dsf),
        (Container::Decoded, b"FRM8") => Some(Place::Dff),
        // Sizes are in its first chunk (EBU Tech 3306, ITU-R BS.2088).
        (Container::Riff, b"RF64" | b"BW64") if window.bytes_at(12)? == Some(*b"ds64") => Some(Place::Rf64),
        _ => None,
    })
}

/// Where the tag is, its chunk's header and padding included; empty, and where one belongs, where there is none.
fn range(window: &mut Window, place: Place) -> io::Result<Range<u64>> {
    let len = window.len();
    match place {
        Place::Front => super::container::sniff(window).map(|kind| 0..kind.start).map_err(io::Error::other),
        Place::Behind => behind(window),
        Place::Dsf => {
            let at = window.bytes_at::<8>(20)?.map_or(0, u64::from_le_bytes);
            let at = if at == 0 { len } else { at.min(len) };
            Ok(at..len)
        }
        Place::Dff => chunk(window, 16, &[b"ID3 "], &|header| {
            u64::from_be_bytes(std::array::from_fn(|at| header[4 + at]))
        }),
        Place::Rf64 => rf64_chunk(window, 12, &[b"id3 ", b"ID3 "]),
    }
}

/// The list of older texts of RIFF, its chunk's header and padding included, of the long forms of WAV; `None` where there
/// is none.
fn info_range(window: &mut Window) -> io::Result<Option<Range<u64>>> {
    let mut from = 12;
    for _ in 0..MAX_CHUNKS {
        let list = rf64_chunk(window, from, &[b"LIST"])?;
        if list.is_empty() {
            break;
        }
        if window.bytes_at::<4>(list.start + 8)? == Some(*b"INFO") {
            return Ok(Some(list));
        }
        from = list.end;
    }
    Ok(None)
}

/// The older texts; an error where they cannot be understood.
pub fn read_info(window: &mut Window) -> io::Result<Option<Info>> {
    let Some(range) = info_range(window)? else { return Ok(None) };
    let Some(size) = window.bytes_at::<4>(range.start + 4)?.map(u32::from_le_bytes) else { return Ok(None) };
    let size = u64::from(size).min(range.end - range.start - 8).min(MAX_TAG);
    let body = window.vec_at(range.start + 8, usize::try_from(size).unwrap_or(0))?;
    let info = Info::parse(&body).ok_or_else(|| io::Error::other("its list of texts makes no sense"))?;
    Ok(Some(info))
}

/// Puts the older texts in the place that they had.
pub fn put_info(file: &mut File, info: &Info) -> io::Result<()> {
    let len = file.metadata()?.len();
    let Some(range) = info_range(&mut Window::new(file.try_clone()?, len))? else { return Ok(()) };
    let chunk = info.chunk().ok_or_else(|| io::Error::other("its list of texts is too long"))?;
    splice(file, range, &chunk)?;
    tell_size(file)
}

/// Of all behind the first eight bytes.
fn tell_size(file: &mut File) -> io::Result<()> {
    let len = file.metadata()?.len();
    file.seek(SeekFrom::Start(20))?;
    file.write_all(&(len - 8).to_le_bytes())
}

fn rf64_chunk(window: &mut Window, from: u64, names: &[&[u8; 4]]) -> io::Result<Range<u64>> {
    let long = window.bytes_at::<8>(28)?.map_or(0, u64::from_le_bytes);
    chunk(window, from, names, &|header| {
        let size = u32::from_le_bytes(std::array::from_fn(|at| header[4 + at]));
        if size == u32::MAX { long } else { u64::from(size) }
    })
}

fn header_len(place: Place) -> u64 {
    match place {
        Place::Front | Place::Behind | Place::Dsf => 0,
        Place::Dff => 12,
        Place::Rf64 => 8,
    }
}

/// An APE tag with its header (APEv2 specification: the footer tells the size, without the header).
fn behind(window: &mut Window) -> io::Result<Range<u64>> {
    let mut end = window.len();
    if end >= 128 && window.bytes_at::<3>(end - 128)? == Some(*b"TAG") {
        end -= 128;
    }
    let footer = end.checked_sub(32).map(|at| window.bytes_at::<32>(at)).transpose()?.flatten();
    let Some(footer) = footer.filter(|footer| footer.starts_with(b"APETAGEX")) else { return Ok(end..end) };
    let word = |at: usize| u32::from_le_bytes([footer[at], footer[at + 1], footer[at + 2], footer[at + 3]]);
    let header = if word(20) & 1 << 31 != 0 { 32 } else { 0 };
    Ok(end.saturating_sub(u64::from(word(12)).max(32) + header)..end)
}

fn chunk(
    window: &mut Window,
    mut at: u64,
    names: &[&[u8; 4]],
    size: &dyn Fn(&[u8; 12]) -> u64,
) -> io::Result<Range<u64>> {
    let header = if at == 16 { 12 } else { 8 };
    for _ in 0..MAX_CHUNKS {
        let head = window.vec_at(at, 12)?;
        if head.len() < header as usize {
            break;
        }
        let mut whole = [0; 12];
        whole[..head.len()].copy_from_slice(&head);
        let size = size(&whole);
        let end = at.saturating_add(header).saturating_add(size).saturating_add(size & 1).min(window.len());
        if names.contains(&&[whole[0], whole[1], whole[2], whole[3]]) {
            return Ok(at..end);
        }
        at = end;
    }
    Ok(window.len()..window.len())
}

/// Where the tag itself begins; `None` where there is none.
pub fn at(window: &mut Window, place: Place) -> io::Result<Option<u64>> {
    let range = range(window, place)?;
    let at = range.start + header_len(place);
    Ok((at < range.end && window.bytes_at::<3>(at)? == Some(*b"ID3")).then_some(at))
}

/// Reads the tag; `None` where there is none that can be read.
pub fn read(window: &mut Window, place: Place, options: ParseOptions) -> io::Result<Option<Id3v2Tag>> {
    let Some(at) = at(window, place)? else { return Ok(None) };
    let end = range(window, place)?.end;
    let bytes = window.vec_at(at, usize::try_from((end - at).min(MAX_TAG)).unwrap_or(0))?;
    Ok(parse(bytes, options))
}

/// Reads the APE tag behind the container.
pub fn read_ape(window: &mut Window, options: ParseOptions) -> io::Result<Option<ApeTag>> {
    let range = behind(window)?;
    if range.is_empty() {
        return Ok(None);
    }
    let bytes =
        window.vec_at(range.start, usize::try_from((range.end - range.start).min(MAX_TAG)).unwrap_or(0))?;
    // lofty looks for an ID3v1 tag before it.
    let file = MpegFile::read_from(&mut Cursor::new([&[0; 256][..], &bytes].concat()), options);
    Ok(file.ok().and_then(|file| file.ape().cloned()))
}

/// A tag alone. lofty reads one only of a file, and looks for other tags at its end.
pub fn parse(mut bytes: Vec<u8>, options: ParseOptions) -> Option<Id3v2Tag> {
    bytes.extend([0; 256]);
    let file = MpegFile::read_from(&mut Cursor::new(bytes), options).ok()?;
    file.id3v2().cloned()
}

/// Puts the bytes of a tag in its place, or takes it away where there are none; the sound stays as it is.
pub fn put(file: &mut File, place: Place, tag: &[u8]) -> io::Result<()> {
    let len = file.metadata()?.len();
    let range = range(&mut Window::new(file.try_clone()?, len), place)?;
    let mut bytes = match (place, tag.is_empty()) {
        (_, true) => Vec::new(),
        (Place::Front | Place::Behind | Place::Dsf, _) => Vec::new(),
        (Place::Dff, _) => [&b"ID3 "[..], &(tag.len() as u64).to_be_bytes()].concat(),
        (Place::Rf64, _) => {
            let size = u32::try_from(tag.len()).map_err(io::Error::other)?;
            [&b"id3 "[..], &size.to_le_bytes()].concat()
        }
    };
    bytes.extend(tag);
    if matches!(place, Place::Dff | Place::Rf64) && bytes.len() % 2 == 1 {
        bytes.push(0);
    }
    let start = range.start;
    splice(file, range, &bytes)?;
    let len = file.metadata()?.len();
    let mut write = |at: u64, value: [u8; 8]| {
        file.seek(SeekFrom::Start(at))?;
        file.write_all(&value)
    };
    match place {
        Place::Front | Place::Behind => Ok(()),
        Place::Dsf => {
            write(12, len.to_le_bytes())?;
            write(20, if tag.is_empty() { 0 } else { start }.to_le_bytes())
        }
        Place::Dff => write(4, (len - 12).to_be_bytes()),
        Place::Rf64 => tell_size(file),
    }
}

/// Puts `bytes` in place of a range; what is behind it moves.
pub fn splice(file: &mut File, range: Range<u64>, bytes: &[u8]) -> io::Result<()> {
    let (end, new_end) = (range.end, range.start + bytes.len() as u64);
    let len = file.metadata()?.len();
    let behind = len - end;
    let mut block = vec![0; usize::try_from(BLOCK.min(behind)).unwrap_or(0)];
    let mut copy = |file: &mut File, offset: u64| -> io::Result<()> {
        let count = usize::try_from((behind - offset).min(BLOCK)).unwrap_or(0);
        file.seek(SeekFrom::Start(end + offset))?;
        file.read_exact(&mut block[..count])?;
        file.seek(SeekFrom::Start(new_end + offset))?;
        file.write_all(&block[..count])
    };
    let blocks = behind.div_ceil(BLOCK);
    if new_end < end {
        (0..blocks).try_for_each(|at| copy(file, at * BLOCK))?;
    } else if new_end > end {
        // From the end, so that nothing is written over before it was moved.
        (0..blocks).rev().try_for_each(|at| copy(file, at * BLOCK))?;
    }
    file.set_len(new_end + behind)?;
    file.seek(SeekFrom::Start(range.start))?;
    file.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_behind_a_range_moves_whole_both_ways() {
        let long: Vec<u8> = (0..3 * BLOCK + 17).map(|at| (at % 251) as u8).collect();
        for (old, new) in [(5, 5), (5, 0), (0, 7), (3, 2_000_000), (2_000_000, 3)] {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&[&[1; 10][..], &vec![2; old], &long].concat()).unwrap();
            splice(&mut file, 10..10 + old as u64, &vec![3; new]).unwrap();
            let mut all = Vec::new();
            file.rewind().unwrap();
            file.read_to_end(&mut all).unwrap();
            assert!(all == [&[1; 10][..], &vec![3; new], &long].concat(), "{old} {new}");
        }
    }
}
