//! Sheets inside audio files: the `CUESHEET` comment and the CUESHEET block of FLAC (RFC 9639 §8.6 and §8.7; the comment
//! is richer and goes first), and the `Cuesheet` item of an APEv2 tag at the end of a file. Reads headers only.

use std::io::{self, Read, Seek, SeekFrom};

use super::parse::parse;
use super::{Fields, MAX_SHEET, Place, Sheet, SheetTrack, text};

/// Most metadata blocks, comments or tag items that are looked at.
const MAX_ITEMS: u32 = 4_096;
const APE_FOOTER: i64 = 32;
const ID3V1: i64 = 128;
/// Largest APEv2 tag that is looked into; they may hold pictures.
const MAX_APE_TAG: u32 = 64 << 20;

/// The sheet that divides this audio file into tracks, if it has one.
///
/// # Errors
/// Where the file cannot be read. What it says wrongly is no sheet.
pub fn find<R: Read + Seek>(file: &mut R) -> io::Result<Option<Sheet>> {
    let found = match kind(file)? {
        Some(Kind::Flac { blocks }) => in_flac(file, blocks),
        Some(Kind::MayHaveApe) => in_ape_tag(file),
        None => Ok(None),
    };
    match found {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
        Ok(sheet) => Ok(sheet.filter(|sheet| sheet.files.len() == 1 && sheet.parts().len() > 1)),
    }
}

/// Place and first byte of the CUESHEET block of a FLAC file.
pub fn sheet_block<R: Read + Seek>(file: &mut R) -> Option<(u64, u8)> {
    let Ok(Some(Kind::Flac { blocks })) = kind(file) else { return None };
    let mut at = blocks;
    for _ in 0..MAX_ITEMS {
        file.seek(SeekFrom::Start(at)).ok()?;
        let [header, a, b, c] = bytes(file).ok()?;
        match header & 0x7f {
            5 => return Some((at, header)),
            _ if header & 0x80 != 0 => return None,
            _ => at += 4 + u64::from(u32::from_be_bytes([0, a, b, c])),
        }
    }
    None
}

enum Kind {
    /// Where its first metadata block begins.
    Flac {
        blocks: u64,
    },
    MayHaveApe,
}

fn kind<R: Read + Seek>(file: &mut R) -> io::Result<Option<Kind>> {
    let mut head = [0; 10];
    file.seek(SeekFrom::Start(0))?;
    if file.read_exact(&mut head).is_err() {
        return Ok(None);
    }
    Ok(match head {
        [b'f', b'L', b'a', b'C', ..] => Some(Kind::Flac { blocks: 4 }),
        // Someone put an ID3v2 tag in front (id3.org, "ID3v2 header": four times seven bits).
        [b'I', b'D', b'3', _, _, flags, size @ ..] => {
            let size = size.iter().fold(0_u64, |size, &byte| size << 7 | u64::from(byte & 0x7f));
            let end = 10 + size + if flags & 0x10 != 0 { 10 } else { 0 };
            let mut magic = [0; 4];
            file.seek(SeekFrom::Start(end))?;
            let is_flac = file.read_exact(&mut magic).is_ok() && &magic == b"fLaC";
            Some(if is_flac { Kind::Flac { blocks: end + 4 } } else { Kind::MayHaveApe })
        }
        [0xff, sync, ..] if sync & 0xe0 == 0xe0 => Some(Kind::MayHaveApe),
        _ if [b"MAC ", b"wvpk", b"MPCK", b"TTA1", b"OFR "].iter().any(|magic| head.starts_with(*magic)) => {
            Some(Kind::MayHaveApe)
        }
        _ if head.starts_with(b"MP+") => Some(Kind::MayHaveApe),
        _ => None,
    })
}

fn in_flac<R: Read + Seek>(file: &mut R, blocks: u64) -> io::Result<Option<Sheet>> {
    let mut at = blocks;
    let mut of_block = None;
    let mut rate = 0;
    for _ in 0..MAX_ITEMS {
        file.seek(SeekFrom::Start(at))?;
        let [kind, a, b, c] = bytes(file)?;
        let len = u64::from(u32::from_be_bytes([0, a, b, c]));
        match kind & 0x7f {
            // STREAMINFO (RFC 9639 §8.2): 20 bits of rate behind 10 bytes.
            0 => rate = (be64(&bytes::<18, _>(file)?, 10) >> 44) as u32,
            4 => {
                if let Some(text) = in_comments(file, at + 4 + len)? {
                    return Ok(Some(parse(&text, true)));
                }
            }
            5 if len <= MAX_SHEET => of_block = cuesheet_block(file, rate)?,
            _ => {}
        }
        // The flag of the last block.
        if kind & 0x80 != 0 {
            break;
        }
        at += 4 + len;
    }
    Ok(of_block)
}

/// Vorbis comments up to `end`; only the one that is looked for is read.
fn in_comments<R: Read + Seek>(file: &mut R, end: u64) -> io::Result<Option<String>> {
    const KEY: &[u8] = b"CUESHEET=";
    let vendor = u32::from_le_bytes(bytes(file)?);
    file.seek(SeekFrom::Current(i64::from(vendor)))?;
    let count = u32::from_le_bytes(bytes(file)?).min(MAX_ITEMS);
    for _ in 0..count {
        let len = u64::from(u32::from_le_bytes(bytes(file)?));
        let at = file.stream_position()?;
        if at + len > end {
            break;
        }
        let mut key = [0; KEY.len()];
        if len > KEY.len() as u64 {
            file.read_exact(&mut key)?;
            if key.eq_ignore_ascii_case(KEY) && len <= MAX_SHEET {
                return sheet_text(file, len - KEY.len() as u64).map(Some);
            }
        }
        file.seek(SeekFrom::Start(at + len))?;
    }
    Ok(None)
}

fn sheet_text<R: Read>(file: &mut R, len: u64) -> io::Result<String> {
    let mut value = Vec::new();
    file.take(len).read_to_end(&mut value)?;
    Ok(text::decode(&value))
}

/// RFC 9639 §8.7: offsets in frames, the last track is the lead-out.
fn cuesheet_block<R: Read>(file: &mut R, rate: u32) -> io::Result<Option<Sheet>> {
    let mut head = [0; 396];
    file.read_exact(&mut head)?;
    let mut sheet = Sheet { files: vec![String::new()], ..Sheet::default() };
    let count = head[395];
    for track in 1..=count {
        let about: [u8; 36] = bytes(file)?;
        let offset = be64(&about, 0);
        let indexes = about[35];
        let mut track_of = SheetTrack {
            number: u16::from(about[8]),
            is_audio: about[21] & 0x80 == 0,
            fields: Fields::default(),
            indexes: Vec::new(),
        };
        for _ in 0..indexes {
            let point: [u8; 12] = bytes(file)?;
            let place = Place::Frames { frame: offset.saturating_add(be64(&point, 0)), rate };
            track_of.indexes.push((point[8], 0, place));
        }
        let is_known = sheet.tracks.iter().any(|known| known.number == track_of.number);
        if track < count && track_of.number > 0 && !is_known {
            sheet.tracks.push(track_of);
        }
    }
    Ok(Some(sheet))
}

/// APEv2: a footer at the end of the file, before an ID3v1 tag if there is one; items in front of it.
fn in_ape_tag<R: Read + Seek>(file: &mut R) -> io::Result<Option<Sheet>> {
    let Some((end, len, count)) = ape_footer(file)? else { return Ok(None) };
    let Some(mut at) = end.checked_sub(len) else { return Ok(None) };
    for _ in 0..count.min(MAX_ITEMS) {
        file.seek(SeekFrom::Start(at))?;
        let [a, b, c, d, ..] = bytes::<8, _>(file)?;
        let value = u64::from(u32::from_le_bytes([a, b, c, d]));
        // Keys have 2 to 255 letters and a zero behind them.
        let mut key = Vec::new();
        file.by_ref().take(256).read_to_end(&mut key)?;
        let Some(zero) = key.iter().position(|&byte| byte == 0) else { break };
        at += 8 + zero as u64 + 1;
        if at + value > end {
            break;
        }
        if key[..zero].eq_ignore_ascii_case(b"cuesheet") && value <= MAX_SHEET {
            file.seek(SeekFrom::Start(at))?;
            return sheet_text(file, value).map(|text| Some(parse(&text, true)));
        }
        at += value;
    }
    Ok(None)
}

/// Place of the footer, bytes of the items before it, number of items.
fn ape_footer<R: Read + Seek>(file: &mut R) -> io::Result<Option<(u64, u64, u32)>> {
    for behind in [0, ID3V1] {
        if file.seek(SeekFrom::End(-APE_FOOTER - behind)).is_err() {
            return Ok(None);
        }
        let at = file.stream_position()?;
        let footer: [u8; 32] = bytes(file)?;
        if footer.starts_with(b"APETAGEX") {
            let word = |at: usize| u32::from_le_bytes(std::array::from_fn(|i| footer[at + i]));
            // The size counts the footer as well.
            let len = word(12).checked_sub(32).filter(|&len| len <= MAX_APE_TAG);
            return Ok(len.map(|len| (at, u64::from(len), word(16))));
        }
    }
    Ok(None)
}

fn bytes<const N: usize, R: Read>(file: &mut R) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn be64(bytes: &[u8], at: usize) -> u64 {
    u64::from_be_bytes(std::array::from_fn(|i| bytes.get(at + i).copied().unwrap_or(0)))
}
