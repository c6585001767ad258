//! Tags put into Matroska and WebM (RFC 9559, RFC 8794) without moving anything else: in the place of the old ones and of
//! the emptiness behind them, else at the end of the segment, where its table of contents then points to. Only the flat
//! form is written, of which nearly every writer knows no other: tags of the whole file, on no level.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};

use super::matroska::own_names;
use super::{keys, window::Window};
use crate::model::tag::Field;

const EBML_HEADER: u32 = 0x1a45_dfa3;
const SEGMENT: u32 = 0x1853_8067;
const SEEK_HEAD: u32 = 0x114d_9b74;
const SEEK: u32 = 0x4dbb;
const SEEK_ID: u32 = 0x53ab;
const SEEK_POSITION: u32 = 0x53ac;
const INFO: u32 = 0x1549_a966;
const TITLE: u32 = 0x7ba9;
const CRC: u32 = 0xbf;
const VOID: u32 = 0xec;
const TAGS: u32 = 0x1254_c367;
const TAG: u32 = 0x7373;
const TARGETS: u32 = 0x63c0;
const TARGET_LEVEL: u32 = 0x68ca;
const SIMPLE_TAG: u32 = 0x67c8;
const NAME: u32 = 0x45a3;
const TEXT: u32 = 0x4487;
/// The level of an album, which is what tags without a level are of.
const ALBUM: u64 = 50;
/// Elements of one level that are looked at: a cluster holds seconds.
const MOST: usize = 1_000_000;
/// Longest of the elements that are read whole.
const LONGEST: u64 = 16 << 20;

/// Why it is left as it is.
#[derive(Debug, thiserror::Error)]
pub enum MkvError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("it is Matroska {0}")]
    Unwritable(&'static str),
}

use MkvError::Unwritable;

/// One element: where it begins, where its body does, where it ends.
#[derive(Debug, Clone, Copy)]
struct Element {
    id: u32,
    at: u64,
    body: u64,
    end: u64,
    is_endless: bool,
}

/// The element at `at` of what ends at `end`.
fn element(head: &[u8], at: u64, end: u64) -> Option<Element> {
    let id_len = head.first()?.leading_zeros() as usize + 1;
    let size_len = head.get(id_len)?.leading_zeros() as usize + 1;
    let number = |bytes: &[u8]| bytes.iter().fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
    let (id, size) = (head.get(..id_len).filter(|_| id_len <= 4)?, head.get(id_len..id_len + size_len)?);
    let most = (1_u64 << (7 * size_len)) - 1;
    // The length's own marker bit is not part of it.
    let size = number(size) & most;
    let body = at + (id_len + size_len) as u64;
    let is_endless = size == most;
    let to = if is_endless { end } else { body.checked_add(size).filter(|to| *to <= end)? };
    Some(Element { id: u32::try_from(number(id)).ok()?, at, body, end: to, is_endless })
}

fn elements(window: &mut Window, from: u64, end: u64) -> Result<Vec<Element>, MkvError> {
    let mut found = Vec::new();
    let mut at = from;
    while at < end {
        let head = window.vec_at(at, 12)?;
        let next = element(&head, at, end).filter(|_| found.len() < MOST);
        let next = next.ok_or(Unwritable("whose parts make no sense: it is cut, or damaged"))?;
        if next.is_endless {
            return Err(Unwritable(
                "as a stream writes it, without lengths: copy it with another program first",
            ));
        }
        at = next.end;
        found.push(next);
    }
    Ok(found)
}

/// The elements of a body in memory; their places count from its beginning.
fn inside(body: &[u8]) -> Result<Vec<Element>, MkvError> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < body.len() {
        let next = element(&body[at..], at as u64, body.len() as u64).filter(|next| !next.is_endless);
        let next = next.ok_or(Unwritable("whose tags make no sense"))?;
        at = usize::try_from(next.end).unwrap_or(usize::MAX);
        found.push(next);
    }
    Ok(found)
}

fn part(bytes: &[u8], from: u64, to: u64) -> &[u8] {
    let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
    bytes.get(place(from)..place(to)).unwrap_or_default()
}

fn body(bytes: &[u8], element: Element) -> &[u8] {
    part(bytes, element.body, element.end)
}

fn unsigned(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// An element with its length in eight bytes.
fn long(id: u32, body: &[u8]) -> Vec<u8> {
    let size = (body.len() as u64 | 1 << 56).to_be_bytes();
    [id_bytes(id), size.to_vec(), body.to_vec()].concat()
}

fn id_bytes(id: u32) -> Vec<u8> {
    id.to_be_bytes().into_iter().skip_while(|&byte| byte == 0).collect()
}

/// Emptiness of so many bytes, two at least.
fn void(len: u64) -> Vec<u8> {
    let mut bytes = match len {
        2..=128 => vec![0xec, 0x80 | (len - 2) as u8],
        _ => [&[0xec][..], &((len - 9) | 1 << 56).to_be_bytes()].concat(),
    };
    bytes.resize(usize::try_from(len).unwrap_or(0), 0);
    bytes
}

struct Layout {
    segment: Element,
    all: Vec<Element>,
}

fn layout(window: &mut Window) -> Result<Layout, MkvError> {
    let len = window.len();
    let header = element(&window.vec_at(0, 12)?, 0, len).filter(|header| header.id == EBML_HEADER);
    let header = header.ok_or(Unwritable("without its header"))?;
    let segment = element(&window.vec_at(header.end, 12)?, header.end, len);
    let segment = segment.filter(|segment| segment.id == SEGMENT).ok_or(Unwritable("without its segment"))?;
    if segment.is_endless || segment.end != len {
        return Err(Unwritable("as a stream writes it, without lengths: copy it with another program first"));
    }
    let all = elements(window, segment.body, segment.end)?;
    Ok(Layout { segment, all })
}

impl Layout {
    fn first(&self, id: u32) -> Option<(usize, Element)> {
        self.all.iter().copied().enumerate().find(|(_, element)| element.id == id)
    }

    /// Where the emptiness behind an element ends.
    fn room(&self, place: usize) -> u64 {
        let behind = self.all[place + 1..].iter().take_while(|element| element.id == VOID);
        behind.last().map_or(self.all[place].end, |last| last.end)
    }
}

fn read(window: &mut Window, element: Element) -> Result<Vec<u8>, MkvError> {
    let len = element.end - element.body;
    let len = usize::try_from(len).ok().filter(|_| len <= LONGEST);
    Ok(window.vec_at(element.body, len.ok_or(Unwritable("with tags beyond all measure"))?)?)
}

fn write_at(file: &mut File, at: u64, bytes: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(at))?;
    file.write_all(bytes)
}

/// Puts the values of fields in place of what the file says of them.
pub fn write(file: &mut File, changes: &[(Field, &[String])]) -> Result<(), MkvError> {
    let len = file.metadata()?.len();
    let mut window = Window::new(file.try_clone()?, len);
    let layout = layout(&mut window)?;
    let mut old = Vec::new();
    for &tags in layout.all.iter().filter(|element| element.id == TAGS) {
        old.extend(read(&mut window, tags)?);
    }
    let new = tags(&old, changes)?;
    if changes.iter().any(|(field, _)| *field == Field::Title)
        && let Some((_, info)) = layout.first(INFO)
    {
        drop_title(file, &mut window, info)?;
    }
    put(file, &mut window, &layout, &new)
}

/// The name of a field in the flat form.
fn name(field: Field) -> Option<&'static str> {
    match field {
        Field::AlbumArtist => Some("ALBUM_ARTIST"),
        Field::Track | Field::TrackTotal => own_names(field).first().copied(),
        field => keys::vorbis(field).first().copied(),
    }
}

/// The bodies of all tags as they are to be.
fn tags(old: &[u8], changes: &[(Field, &[String])]) -> Result<Vec<u8>, MkvError> {
    let names: Vec<&str> = changes
        .iter()
        .flat_map(|(field, _)| keys::vorbis(*field).iter().chain(own_names(*field)))
        .copied()
        .collect();
    let mut added = Vec::new();
    for (field, values) in changes {
        let Some(name) = name(*field) else { continue };
        for value in *values {
            added.extend(long(
                SIMPLE_TAG,
                &[long(NAME, name.as_bytes()), long(TEXT, value.as_bytes())].concat(),
            ));
        }
    }
    let mut all = Vec::new();
    for tag in inside(old)?.into_iter().filter(|element| element.id == TAG) {
        let bytes = body(old, tag);
        let parts = inside(bytes)?;
        if !is_of_the_file(bytes, &parts)? {
            all.extend(part(old, tag.at, tag.end));
            continue;
        }
        let mut kept = Vec::new();
        let mut texts = 0;
        for one in &parts {
            let is_text = one.id == SIMPLE_TAG;
            let told = if is_text { called(body(bytes, *one))? } else { String::new() };
            if is_text && names.iter().any(|name| name.eq_ignore_ascii_case(&told)) || one.id == CRC {
                continue;
            }
            texts += usize::from(is_text);
            kept.extend(part(bytes, one.at, one.end));
        }
        texts += usize::from(!added.is_empty());
        kept.append(&mut added);
        if texts > 0 {
            all.extend(long(TAG, &kept));
        }
    }
    if !added.is_empty() {
        all.extend(long(TAG, &[long(TARGETS, &[]), added].concat()));
    }
    Ok(all)
}

/// Of no track, chapter or attachment. On two levels a change would have to know which one is meant.
fn is_of_the_file(tag: &[u8], parts: &[Element]) -> Result<bool, MkvError> {
    let Some(targets) = parts.iter().find(|part| part.id == TARGETS) else { return Ok(true) };
    let targets = body(tag, *targets);
    let mut level = ALBUM;
    for part in inside(targets)? {
        match part.id {
            TARGET_LEVEL => level = unsigned(body(targets, part)),
            // A name of the level, and what is kept for checks.
            0x63ca | CRC | VOID => {}
            _ if unsigned(body(targets, part)) != 0 => return Ok(false),
            _ => {}
        }
    }
    if level != ALBUM {
        return Err(Unwritable("with tags on several levels (track, album), which are not written here"));
    }
    Ok(true)
}

fn called(simple: &[u8]) -> Result<String, MkvError> {
    let name = inside(simple)?.into_iter().find(|part| part.id == NAME);
    Ok(name.map_or(String::new(), |name| String::from_utf8_lossy(body(simple, name)).into_owned()))
}

/// The title of the segment would go on saying what was.
fn drop_title(file: &mut File, window: &mut Window, info: Element) -> Result<(), MkvError> {
    for part in elements(window, info.body, info.end)? {
        if part.id == TITLE || part.id == CRC {
            write_at(file, part.at, &void(part.end - part.at))?;
        }
    }
    Ok(())
}

fn put(file: &mut File, window: &mut Window, layout: &Layout, body: &[u8]) -> Result<(), MkvError> {
    let new = if body.is_empty() { Vec::new() } else { long(TAGS, body) };
    let len = new.len() as u64;
    let mut places = layout.all.iter().enumerate().filter(|(_, element)| element.id == TAGS);
    let first = places.next().map(|(place, _)| place);
    for (_, other) in places {
        write_at(file, other.at, &void(other.end - other.at))?;
    }
    if let Some(place) = first {
        let (at, room) = (layout.all[place].at, layout.room(place));
        let left = (room - at).checked_sub(len);
        if let Some(left) = left.filter(|left| *left != 1) {
            let rest = if left == 0 { Vec::new() } else { void(left) };
            return Ok(write_at(file, at, &[new, rest].concat())?);
        }
        if room == layout.segment.end {
            write_at(file, at, &new)?;
            return tell_length(file, layout, at + len);
        }
        write_at(file, at, &void(room - at))?;
    }
    if new.is_empty() {
        return Ok(());
    }
    let at = layout.segment.end;
    write_at(file, at, &new)?;
    tell_length(file, layout, at + len)?;
    tell_place(file, window, layout, at - layout.segment.body)
}

/// Of the segment, in as many bytes as before.
fn tell_length(file: &mut File, layout: &Layout, end: u64) -> Result<(), MkvError> {
    let segment = layout.segment;
    let bytes = segment.body - segment.at - 4;
    let size = end - segment.body;
    if size >= (1_u64 << (7 * bytes)) - 1 {
        return Err(Unwritable("whose length has no room to grow"));
    }
    let told = (size | 1 << (7 * bytes)).to_be_bytes();
    file.set_len(end)?;
    Ok(write_at(file, segment.at + 4, part(&told, 8 - bytes, 8))?)
}

/// In the table of contents, and the emptiness behind it.
fn tell_place(file: &mut File, window: &mut Window, layout: &Layout, position: u64) -> Result<(), MkvError> {
    // Without one a reader looks for itself.
    let Some((place, head)) = layout.first(SEEK_HEAD) else { return Ok(()) };
    let old = read(window, head)?;
    let mut entries = Vec::new();
    for seek in inside(&old)?.into_iter().filter(|part| part.id == SEEK) {
        let parts = inside(body(&old, seek))?;
        let id = parts.iter().find(|part| part.id == SEEK_ID);
        let is_tags = id.is_some_and(|id| unsigned(body(body(&old, seek), *id)) == u64::from(TAGS));
        if !is_tags {
            entries.extend(part(&old, seek.at, seek.end));
        }
    }
    let number: Vec<u8> = position.to_be_bytes().into_iter().skip_while(|&byte| byte == 0).collect();
    entries.extend(short(SEEK, &[short(SEEK_ID, &id_bytes(TAGS)), short(SEEK_POSITION, &number)].concat()));
    let room = layout.room(place) - head.at;
    let size = entries.len() as u64;
    // Its own header takes five bytes, or twelve where the rest is to be filled to the last one.
    let fits = |header: u64| room.checked_sub(header + size).filter(|left| *left != 1);
    let header = match (fits(4 + 2), fits(4 + 3)) {
        (Some(_), _) => size_in(size, 2),
        (None, Some(_)) => size_in(size, 3),
        _ => return Err(Unwritable("whose table of contents has no room for its tags")),
    };
    let whole = [id_bytes(SEEK_HEAD), header, entries].concat();
    let left = room - whole.len() as u64;
    let rest = if left == 0 { Vec::new() } else { void(left) };
    Ok(write_at(file, head.at, &[whole, rest].concat())?)
}

/// A length in so many bytes.
fn size_in(size: u64, bytes: u32) -> Vec<u8> {
    let told = (size | 1 << (7 * bytes)).to_be_bytes();
    told[8 - bytes as usize..].to_vec()
}

/// A short element.
fn short(id: u32, body: &[u8]) -> Vec<u8> {
    [id_bytes(id), vec![0x80 | body.len() as u8], body.to_vec()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(parts: &[Vec<u8>]) -> Vec<u8> {
        let header = long(EBML_HEADER, b"");
        [header, long(SEGMENT, &parts.concat())].concat()
    }

    fn simple(name: &str, text: &str) -> Vec<u8> {
        long(SIMPLE_TAG, &[long(NAME, name.as_bytes()), long(TEXT, text.as_bytes())].concat())
    }

    fn written(bytes: &[u8], changes: &[(Field, &[String])]) -> Result<Vec<u8>, String> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        write(&mut file, changes).map_err(|why| why.to_string())?;
        let mut all = Vec::new();
        file.rewind().unwrap();
        std::io::Read::read_to_end(&mut file, &mut all).unwrap();
        Ok(all)
    }

    /// Its sound, here two clusters, stands where it stood.
    #[test]
    fn tags_go_where_there_is_room_and_nothing_else_moves() {
        let own = long(TAG, &[long(TARGETS, &short(0x63c5, &[7])), simple("TITLE", "of a track")].concat());
        let flat = long(TAG, &[long(TARGETS, &[]), simple("Title", "Old"), simple("ENCODER", "e")].concat());
        let tags = long(TAGS, &[own.clone(), flat].concat());
        let cluster = long(0x1f43_b675, &[9; 300]);
        let info = long(INFO, &[short(CRC, &[1; 4]), short(TITLE, b"Old")].concat());
        let seek = short(SEEK, &[short(SEEK_ID, &id_bytes(TAGS)), short(SEEK_POSITION, &[9])].concat());
        let head = [long(SEEK_HEAD, &seek), void(60)].concat();
        let bytes = made(&[head, info, tags, void(90), cluster.clone(), cluster.clone()]);
        let sound = bytes.len() - 2 * cluster.len();
        for (title, at_end) in [("New", false), ("", false), (&*"n".repeat(1_000), true)] {
            let values: Vec<String> =
                Some(title.to_owned()).filter(|title| !title.is_empty()).into_iter().collect();
            let after = written(&bytes, &[(Field::Title, &values)]).unwrap();
            assert_eq!(after[sound..sound + 2 * cluster.len()], bytes[sound..], "{title}");
            assert_eq!(after.len() > bytes.len(), at_end, "{title}");
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&after).unwrap();
            let mut window = Window::new(file, after.len() as u64);
            let layout = layout(&mut window).unwrap();
            let (_, tags) = layout.first(TAGS).unwrap();
            let all = read(&mut window, tags).unwrap();
            let kept = [long(TARGETS, &[]), simple("ENCODER", "e")].concat();
            let added = if title.is_empty() { Vec::new() } else { simple("TITLE", title) };
            assert_eq!(all, [own.clone(), long(TAG, &[kept, added].concat())].concat(), "{title}");
            let (_, head) = layout.first(SEEK_HEAD).unwrap();
            let head = read(&mut window, head).unwrap();
            if at_end {
                let place = tags.at - layout.segment.body;
                let number =
                    place.to_be_bytes().into_iter().skip_while(|&byte| byte == 0).collect::<Vec<_>>();
                assert!(head.ends_with(&short(SEEK_POSITION, &number)), "{head:x?}");
            }
            let (_, info) = layout.first(INFO).unwrap();
            assert!(elements(&mut window, info.body, info.end).unwrap().iter().all(|part| part.id == VOID));
            // What stands at the end grows and shrinks there.
            let again = written(&after, &[(Field::Title, &["x".repeat(9_000)])]).unwrap();
            let back = written(&again, &[(Field::Title, &values)]).unwrap();
            assert_eq!(back[sound..sound + 2 * cluster.len()], bytes[sound..], "{title}");
        }
    }

    #[test]
    fn what_cannot_be_kept_whole_is_left_as_it_is_and_says_why() {
        let change: &[(Field, &[String])] = &[(Field::Title, &["x".to_owned()])];
        let level = long(TARGETS, &short(TARGET_LEVEL, &[30]));
        let levels = made(&[long(TAGS, &long(TAG, &[level, simple("TITLE", "a")].concat()))]);
        assert!(written(&levels, change).unwrap_err().contains("several levels"));
        let mut stream = made(&[]);
        let at = stream.len() - 8;
        stream[at..].copy_from_slice(&[1, 255, 255, 255, 255, 255, 255, 255]);
        assert!(written(&stream, change).unwrap_err().contains("without lengths"));
        assert!(
            written(&made(&[vec![0x1f, 0x43, 0xb6, 0x75, 0xff]]), change).unwrap_err().contains("lengths")
        );
        assert!(written(&made(&[vec![0x42]]), change).unwrap_err().contains("cut"));
        assert!(written(b"no matroska", change).is_err());
        // None of it there before.
        let bare = written(&made(&[]), change).unwrap();
        assert!(bare.ends_with(&long(TAG, &[long(TARGETS, &[]), simple("TITLE", "x")].concat())));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_break_it(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..60), at in 0_usize..200, byte: u8) {
            let change: &[(Field, &[String])] = &[(Field::Title, &["x".to_owned()])];
            let _ = written(&made(std::slice::from_ref(&bytes)), change);
            let tags = long(TAGS, &long(TAG, &[long(TARGETS, &[]), simple("TITLE", "a")].concat()));
            let mut whole = made(&[long(SEEK_HEAD, &bytes), tags, void(3)]);
            let at = at % whole.len();
            whole[at] = byte;
            let _ = written(&whole, change);
        }
    }
}
