//! Words with their times in ID3v2 tags: frames `SYLT` (ID3v2.4, section 4.9), told as the text of an `.lrc` file.

use std::io;

use lofty::id3::v2::{Frame as Read, SyncTextContentType, SynchronizedTextFrame, TimestampFormat};

use super::container::Kind;
use super::id3::{self, Frame};
use super::repeated;
use super::window::Window;
use crate::model::lyrics::MAX_BYTES;

/// Frames that are looked at.
const MOST: usize = 8;

/// The first such words whose times are milliseconds; times in frames of MPEG say nothing of other decoders' seconds.
pub fn words(window: &mut Window, kind: Kind) -> io::Result<Option<String>> {
    for at in id3::tags(window, kind)? {
        let Some(mut tag) = id3::Tag::open(window, at)? else { continue };
        let mut found = Vec::new();
        tag.frames(&mut |frame| {
            let is_synced = matches!(&frame.name, b"SYLT" | b"SLT\0");
            if is_synced && !frame.compressed && frame.len <= MAX_BYTES as u64 {
                found.push(Frame { ..*frame });
            }
            found.len() >= MOST
        })?;
        for frame in found {
            let read = repeated::tag_of(&mut tag, &frame)?;
            if let Some(text) = read.iter().flatten().find_map(text) {
                return Ok(Some(text));
            }
        }
    }
    Ok(None)
}

fn text(frame: &Read<'_>) -> Option<String> {
    let Read::Binary(binary) = frame else { return None };
    if binary.id().as_str() != "SYLT" {
        return None;
    }
    let synced = SynchronizedTextFrame::parse(&binary.data, binary.flags()).ok()?;
    let is_words =
        matches!(synced.content_type, SyncTextContentType::Lyrics | SyncTextContentType::TextTranscription);
    let is_timed = synced.timestamp_format == TimestampFormat::MS;
    (is_words && is_timed).then(|| lrc(&synced.content)).flatten()
}

/// Line breaks stand before the first syllable of a line, or behind its last; where there is none, every part is a line.
fn lrc(parts: &[(u32, String)]) -> Option<String> {
    const BREAKS: [char; 2] = ['\n', '\r'];
    let has_breaks = parts.iter().any(|(_, text)| text.contains(BREAKS));
    let (mut out, mut ended) = (String::new(), true);
    for (ms, text) in parts {
        let time = format!("{:02}:{:02}.{:03}", ms / 60_000, ms / 1_000 % 60, ms % 1_000);
        if ended || !has_breaks || text.starts_with(BREAKS) {
            out.push_str(if out.is_empty() { "[" } else { "\n[" });
            out.push_str(&time);
            out.push(']');
        }
        if has_breaks {
            out.push_str(&format!("<{time}>"));
        }
        out.extend(text.chars().filter(|letter| !letter.is_control()));
        ended = text.ends_with(BREAKS);
        if out.len() > MAX_BYTES {
            break;
        }
    }
    Some(out).filter(|out| !out.is_empty())
}

#[cfg(test)]
mod tests {
    use crate::model::lyrics::{Lyrics, Source};

    /// The frame as ID3v2.4 section 4.9 lays it out: encoding, language, form of the times, kind, description, then text and
    /// time by turns.
    fn frame(form: u8, kind: u8, parts: &[(u32, &str)]) -> Vec<u8> {
        let mut body = [&[3][..], b"eng", &[form, kind, 0]].concat();
        for (ms, text) in parts {
            body.extend(text.as_bytes());
            body.push(0);
            body.extend(ms.to_be_bytes());
        }
        let len = body.len();
        let size = [len >> 21, len >> 14, len >> 7, len].map(|bits| (bits & 0x7f) as u8);
        [&b"SYLT"[..], &size, &[0, 0], &body].concat()
    }

    fn read(frames: &[Vec<u8>]) -> Option<Lyrics> {
        let frames = frames.concat();
        let len = frames.len();
        let size = [len >> 21, len >> 14, len >> 7, len].map(|bits| (bits & 0x7f) as u8);
        // Empty frames of MPEG 1 layer III at 128 kb/s and 44.1 kHz are 417 bytes.
        let sound = [&[0xff, 0xfb, 0x90, 0x64][..], &[0; 413]].concat().repeat(10);
        let bytes = [&b"ID3\x04\0\0"[..], &size, &frames, &sound].concat();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.mp3");
        std::fs::write(&path, bytes).unwrap();
        let text = super::super::synced_words(&path).unwrap()?;
        Lyrics::parse(&text, Source::Tags)
    }

    #[test]
    fn syllables_are_words_of_the_lines_that_breaks_part() {
        let parts = [(1_000, "Stran"), (1_500, "gers"), (2_000, " in"), (3_000, "\nDoo"), (3_250, "bee")];
        let lyrics = read(&[frame(2, 1, &parts)]).unwrap();
        let lines: Vec<_> =
            lyrics.lines.iter().map(|line| (line.at.unwrap().as_millis(), line.text.as_str())).collect();
        assert_eq!(lines, [(1_000, "Strangers in"), (3_000, "Doobee")]);
        let words: Vec<_> =
            lyrics.lines[0].words.iter().map(|word| (word.at.as_millis(), word.from)).collect();
        assert_eq!(words, [(1_000, 0), (1_500, 5), (2_000, 9)]);
    }

    #[test]
    fn breaks_may_stand_behind_a_line() {
        let lyrics = read(&[frame(2, 1, &[(0, "a "), (500, "b\n"), (900, "c")])]).unwrap();
        let lines: Vec<_> =
            lyrics.lines.iter().map(|line| (line.at.unwrap().as_millis(), line.text.as_str())).collect();
        assert_eq!(lines, [(0, "a b"), (900, "c")]);
    }

    #[test]
    fn without_breaks_every_part_is_a_line() {
        let lyrics = read(&[frame(2, 1, &[(0, "a"), (61_001, "b")])]).unwrap();
        let lines: Vec<_> =
            lyrics.lines.iter().map(|line| (line.at.unwrap().as_millis(), line.text.as_str())).collect();
        assert_eq!(lines, [(0, "a"), (61_001, "b")]);
        assert!(lyrics.lines.iter().all(|line| line.words.is_empty()));
    }

    #[test]
    fn times_in_frames_and_other_kinds_are_passed_over() {
        let (mpeg, chords) = (frame(1, 1, &[(1, "x")]), frame(2, 5, &[(1, "Am")]));
        assert_eq!(read(&[mpeg.clone(), chords.clone()]), None);
        assert_eq!(read(&[mpeg, chords, frame(2, 1, &[(5, "y")])]).unwrap().lines[0].text, "y");
        assert_eq!(read(&[frame(2, 1, &[])]), None);
    }
}
