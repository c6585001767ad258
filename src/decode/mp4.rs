//! What symphonia leaves unread in an MP4 file: edit lists and iTunes' gapless tag (ISO 14496-12 §8.6.6, and the
//! `iTunSMPB` comment that AAC encoders write). Called by `window`.

use super::file::FileSpan;

/// Boxes looked at in one file; real ones have some dozens on these paths.
const MAX_BOXES: usize = 4_096;

/// The span of a track's media that is to be played, in the units beside each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Edits {
    /// Ticks a second of the track's media.
    pub(super) media_scale: u32,
    /// Ticks a second of the movie.
    pub(super) movie_scale: u32,
    /// The first edit that plays something.
    pub(super) edit: Option<Edit>,
    pub(super) itunes: Option<Itunes>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edit {
    /// Media ticks.
    pub(super) start: i64,
    /// Movie ticks; 0 is the whole rest.
    pub(super) duration: u64,
    /// Whether other edits follow, so that the end of this one is not the end.
    pub(super) is_last: bool,
}

/// Frames at the media's sample rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Itunes {
    pub(super) delay: u64,
    pub(super) padding: u64,
    pub(super) frames: u64,
}

/// Reads the edits of the track; `None` where the file is not understood.
pub(super) fn edits(file: &FileSpan, track_id: u32) -> Option<Edits> {
    let mut budget = MAX_BOXES;
    let mut walk = Walk { file, budget: &mut budget };
    let moov = walk.child(Body { start: 0, end: file.len() }, b"moov")?;
    let mvhd = walk.child(moov, b"mvhd")?;
    let movie_scale = walk.time_scale(mvhd)?;
    let track = walk.track(moov, track_id)?;
    let mdhd = walk.path(track, &[b"mdia", b"mdhd"])?;
    let media_scale = walk.time_scale(mdhd)?;
    let edit = walk.path(track, &[b"edts", b"elst"]).and_then(|list| walk.edit(list));
    Some(Edits { media_scale, movie_scale, edit, itunes: walk.itunes(moov) })
}

/// The content of a box.
#[derive(Clone, Copy)]
struct Body {
    start: u64,
    end: u64,
}

struct Walk<'a> {
    file: &'a FileSpan,
    budget: &'a mut usize,
}

impl Walk<'_> {
    /// The box at `*at` inside `parent`; moves behind it.
    fn next(&mut self, parent: Body, at: &mut u64) -> Option<([u8; 4], Body)> {
        *self.budget = self.budget.checked_sub(1)?;
        if at.checked_add(8)? > parent.end {
            return None;
        }
        let [s0, s1, s2, s3, kind @ ..] = self.file.bytes_at::<8>(*at)?;
        let (header, size) = match u64::from(u32::from_be_bytes([s0, s1, s2, s3])) {
            0 => (8, parent.end - *at),
            1 => (16, u64::from_be_bytes(self.file.bytes_at(*at + 8)?)),
            size => (8, size),
        };
        let end = at.checked_add(size)?.min(parent.end);
        let body = Body { start: *at + header, end };
        if size < header || body.start > end {
            return None;
        }
        *at = end;
        Some((kind, body))
    }

    fn find(
        &mut self,
        parent: Body,
        mut wanted: impl FnMut(&mut Self, [u8; 4], Body) -> bool,
    ) -> Option<Body> {
        let mut at = parent.start;
        while let Some((kind, body)) = self.next(parent, &mut at) {
            if wanted(self, kind, body) {
                return Some(body);
            }
        }
        None
    }

    fn child(&mut self, parent: Body, kind: &[u8; 4]) -> Option<Body> {
        self.find(parent, |_, found, _| found == *kind)
    }

    fn path(&mut self, parent: Body, kinds: &[&[u8; 4]]) -> Option<Body> {
        kinds.iter().try_fold(parent, |parent, kind| self.child(parent, kind))
    }

    fn track(&mut self, moov: Body, id: u32) -> Option<Body> {
        self.find(moov, |walk, kind, body| {
            let tkhd = if kind == *b"trak" { walk.child(body, b"tkhd") } else { None };
            tkhd.and_then(|tkhd| walk.by_version(tkhd, 12, 20)) == Some(id)
        })
    }

    /// A 32-bit number whose place depends on the version of a full box.
    fn by_version(&self, body: Body, at_v0: u64, at_v1: u64) -> Option<u32> {
        let [version] = self.file.bytes_at(body.start)?;
        let at = if version == 0 { at_v0 } else { at_v1 };
        self.file.bytes_at(body.start + at).map(u32::from_be_bytes)
    }

    fn time_scale(&self, header: Body) -> Option<u32> {
        self.by_version(header, 12, 20).filter(|&scale| scale > 0)
    }

    fn edit(&self, list: Body) -> Option<Edit> {
        let [version, _, _, _, count @ ..] = self.file.bytes_at::<8>(list.start)?;
        let size = if version == 0 { 12 } else { 20 };
        let fits = list.end.saturating_sub(list.start + 8) / size;
        let mut edits = (0..u64::from(u32::from_be_bytes(count)).min(fits).min(64)).filter_map(|entry| {
            let at = list.start + 8 + entry * size;
            if version == 0 {
                let duration = u32::from_be_bytes(self.file.bytes_at(at)?);
                let start = i32::from_be_bytes(self.file.bytes_at(at + 4)?);
                return Some((u64::from(duration), i64::from(start)));
            }
            let duration = u64::from_be_bytes(self.file.bytes_at(at)?);
            Some((duration, i64::from_be_bytes(self.file.bytes_at(at + 8)?)))
        });
        // A start of -1 is an empty edit: silence before the media, which is not ours to add.
        let (duration, start) = edits.find(|&(_, start)| start >= 0)?;
        Some(Edit { start, duration, is_last: edits.next().is_none() })
    }

    /// The comment `iTunSMPB`: hexadecimal numbers, the second the delay, the third the padding, the fourth the frames.
    fn itunes(&mut self, moov: Body) -> Option<Itunes> {
        let meta = self.path(moov, &[b"udta", b"meta"])?;
        let ilst = self.child(Body { start: meta.start + 4, end: meta.end }, b"ilst")?;
        let comment = self.find(ilst, |walk, kind, body| {
            let name = if kind == *b"----" { walk.child(body, b"name") } else { None };
            name.and_then(|name| walk.file.bytes_at::<12>(name.start))
                .is_some_and(|name| name[4..] == *b"iTunSMPB")
        })?;
        let data = self.child(comment, b"data")?;
        let mut text = [0; 64];
        let len = usize::try_from(data.end.saturating_sub(data.start + 8)).unwrap_or(64).min(64);
        let read = self.file.read_at(&mut text[..len], data.start + 8).ok()?;
        let text = std::str::from_utf8(&text[..read]).ok()?;
        let mut numbers = text.split_ascii_whitespace().map(|word| u64::from_str_radix(word, 16).ok());
        let (delay, padding, frames) = (numbers.nth(1)??, numbers.next()??, numbers.next()??);
        (frames > 0).then_some(Itunes { delay, padding, frames })
    }
}
