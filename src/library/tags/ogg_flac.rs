//! FLAC in Ogg (RFC 9639, section 10.1): its header packets are the metadata blocks of a native file, so they are read and
//! made as those of one. The pages of the sound keep their bodies and times; only their numbers change.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

use lofty::config::ParseOptions;
use lofty::file::AudioFile;
use lofty::flac::FlacFile;
use ogg_pager::crc32;

use super::bare::splice;
use super::window::Window;

/// Most bytes of headers: pictures are in them.
const MAX_HEADERS: usize = 64 * 1024 * 1024;
/// Before the native stream in the first packet: a type, a name, a version, the number of other headers.
const MAPPING: usize = 9;
/// Types of metadata blocks (RFC 9639, section 8.1).
const STREAMINFO: u8 = 0;
const PADDING: u8 = 1;
const COMMENTS: u8 = 4;
/// Flags of pages (RFC 3533, section 6).
const CONTINUED: u8 = 1;
const FIRST: u8 = 2;

/// One page as it lies in the file.
struct Page {
    bytes: Vec<u8>,
    /// Where its content begins in `bytes`.
    body: usize,
}

impl Page {
    /// `None` at the end of the file, or where no page stands.
    fn read(from: &mut impl Read) -> io::Result<Option<Self>> {
        let mut head = [0; 27];
        match from.read_exact(&mut head) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        if !head.starts_with(b"OggS\0") {
            return Ok(None);
        }
        let mut bytes = head.to_vec();
        let segments = usize::from(head[26]);
        bytes.resize(27 + segments, 0);
        from.read_exact(&mut bytes[27..])?;
        let len: usize = bytes[27..].iter().map(|&segment| usize::from(segment)).sum();
        let body = bytes.len();
        bytes.resize(body + len, 0);
        from.read_exact(&mut bytes[body..])?;
        Ok(Some(Self { bytes, body }))
    }

    fn word(&self, at: usize) -> u32 {
        self.bytes.get(at..at + 4).map_or(0, |word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
    }

    fn serial(&self) -> u32 {
        self.word(14)
    }

    fn number(&self) -> u32 {
        self.word(18)
    }

    fn content(&self) -> &[u8] {
        &self.bytes[self.body..]
    }

    /// Number and checksum as they stand in the header.
    fn numbered(mut self, number: u32) -> [u8; 8] {
        self.bytes[18..22].copy_from_slice(&number.to_le_bytes());
        self.bytes[22..26].fill(0);
        let crc = crc32(&self.bytes);
        let mut both = [0; 8];
        both[..4].copy_from_slice(&number.to_le_bytes());
        both[4..].copy_from_slice(&crc.to_le_bytes());
        both
    }
}

/// The headers as a native file without sound, and where the sound begins.
struct Headers {
    native: Vec<u8>,
    serial: u32,
    pages: u32,
    sound: u64,
}

fn wrong(what: &str) -> io::Error {
    io::Error::other(format!("its {what} are not as Ogg FLAC has them"))
}

fn headers(from: &mut (impl Read + Seek)) -> io::Result<Headers> {
    from.seek(SeekFrom::Start(0))?;
    let first = Page::read(from)?.ok_or_else(|| wrong("pages"))?;
    let (serial, packet) = (first.serial(), first.content());
    let count = packet.get(7..MAPPING).filter(|_| packet.starts_with(b"\x7fFLAC"));
    let count =
        count.map(|count| u16::from_be_bytes([count[0], count[1]])).ok_or_else(|| wrong("headers"))?;
    let mut native = packet.get(MAPPING..).unwrap_or(&[]).to_vec();
    let (mut pages, mut packets, mut last) = (1, 0, false);
    // Where their number is not told, the last one says that it is.
    while if count > 0 { packets < count } else { !last } {
        let page = Page::read(from)?.filter(|page| page.serial() == serial);
        native.extend(page.ok_or_else(|| wrong("pages"))?.content());
        pages += 1;
        if native.len() > MAX_HEADERS {
            return Err(wrong("headers"));
        }
        let whole = blocks(&native);
        let len: usize = 4 + whole.iter().map(|block| block.len()).sum::<usize>();
        packets = u16::try_from(whole.len().saturating_sub(1)).unwrap_or(u16::MAX);
        last = whole.last().is_some_and(|block| block[0] & 0x80 != 0);
        if (packets >= count && count > 0 || last) && len != native.len() {
            return Err(wrong("headers"));
        }
    }
    Ok(Headers { native, serial, pages, sound: from.stream_position()? })
}

/// The whole metadata blocks of a native file, their headers included, up to one that says that it is the last.
fn blocks(native: &[u8]) -> Vec<&[u8]> {
    let (mut at, mut found, mut last) = (4, Vec::new(), false);
    while let Some(&[kind, a, b, c]) = native.get(at..at + 4).filter(|_| !last) {
        let end = at + 4 + u32::from_be_bytes([0, a, b, c]) as usize;
        let Some(block) = native.get(at..end) else { break };
        found.push(block);
        (at, last) = (end, kind & 0x80 != 0);
    }
    found
}

/// The headers as a native file: its last block says that it is the last, which not every writer of Ogg says.
fn native(headers: &Headers) -> Vec<u8> {
    [b"fLaC".to_vec(), flagged(&blocks(&headers.native)).concat()].concat()
}

/// The blocks, of which the last one says that it is.
fn flagged(blocks: &[&[u8]]) -> Vec<Vec<u8>> {
    let one = |(at, block): (usize, &&[u8])| {
        let last = if at + 1 == blocks.len() { 0x80 } else { 0 };
        let mut block = block.to_vec();
        block[0] = block[0] & 0x7f | last;
        block
    };
    blocks.iter().enumerate().map(one).collect()
}

/// Its tags, as lofty reads those of a native file.
pub fn read(window: &mut Window, options: ParseOptions) -> Option<FlacFile> {
    let headers = headers(window).ok()?;
    FlacFile::read_from(&mut Cursor::new(native(&headers)), options).ok()
}

/// Has `edit` change the headers, as those of a native file, and puts them before the sound.
pub fn write(
    file: &mut File,
    edit: impl FnOnce(&mut Cursor<Vec<u8>>) -> Result<(), String>,
) -> Result<(), String> {
    let told = |error: io::Error| error.to_string();
    let old = headers(file).map_err(told)?;
    let mut edited = Cursor::new(native(&old));
    edit(&mut edited)?;
    put(file, &old, edited.get_ref()).map_err(told)
}

fn put(file: &mut File, old: &Headers, native: &[u8]) -> io::Result<()> {
    let mut blocks = blocks(native);
    // Nothing is padded in Ogg, and the comments come first (RFC 9639, section 10.1).
    let kind = |block: &&[u8]| block[0] & 0x7f;
    blocks.retain(|block| kind(block) != PADDING);
    blocks.sort_by_key(|block| match kind(block) {
        STREAMINFO => 0,
        COMMENTS => 1,
        _ => 2,
    });
    let blocks = flagged(&blocks);
    let (info, others) = blocks.split_first().ok_or_else(|| wrong("headers"))?;
    let count = u16::try_from(others.len()).map_err(io::Error::other)?;
    let first = [b"\x7fFLAC\x01\x00", &count.to_be_bytes()[..], b"fLaC", info].concat();
    let mut pages = Vec::new();
    for (at, packet) in std::iter::once(&first).chain(others).enumerate() {
        lay_out(packet, old.serial, if at == 0 { FIRST } else { 0 }, &mut pages);
    }
    let bytes: Vec<u8> = pages.concat();
    splice(file, 0..old.sound, &bytes)?;
    let count = u32::try_from(pages.len()).map_err(io::Error::other)?;
    renumber(file, bytes.len() as u64, old, count)
}

/// Pages of one packet: each block of the headers begins on a page of its own, as the sound must.
fn lay_out(packet: &[u8], serial: u32, flags: u8, pages: &mut Vec<Vec<u8>>) {
    let mut lacing = vec![255_u8; packet.len() / 255];
    // Below 255 by the remainder.
    lacing.push((packet.len() % 255) as u8);
    let mut rest = packet;
    for (at, segments) in lacing.chunks(255).enumerate() {
        let len: usize = segments.iter().map(|&segment| usize::from(segment)).sum();
        let (body, behind) = rest.split_at(len);
        rest = behind;
        let ends = at == (lacing.len() - 1) / 255;
        let flags = if at > 0 { CONTINUED } else { flags };
        // No packet ends on a page without a time.
        let granule = if ends { 0 } else { u64::MAX };
        let number = pages.len() as u32;
        let mut page =
            [b"OggS\0", &[flags][..], &granule.to_le_bytes(), &serial.to_le_bytes(), &[0; 8]].concat();
        // At most 255 by the chunks.
        page.push(segments.len() as u8);
        page.extend(segments);
        let body_at = page.len();
        page.extend(body);
        let both = Page { bytes: page.clone(), body: body_at }.numbered(number);
        page[18..26].copy_from_slice(&both);
        pages.push(page);
    }
}

/// Pages of the stream from `at` on follow those of the headers, however many these are now.
fn renumber(file: &mut File, mut at: u64, old: &Headers, pages: u32) -> io::Result<()> {
    if pages == old.pages {
        return Ok(());
    }
    loop {
        file.seek(SeekFrom::Start(at))?;
        let Some(page) = Page::read(file)? else { return Ok(()) };
        let len = page.bytes.len() as u64;
        if page.serial() == old.serial {
            let number = page.number().wrapping_sub(old.pages).wrapping_add(pages);
            let both = page.numbered(number);
            file.seek(SeekFrom::Start(at + 18))?;
            file.write_all(&both)?;
        }
        at += len;
    }
}
