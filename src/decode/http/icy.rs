//! Titles between the sound of a radio (SHOUTcast's `icy-metaint`): every so many bytes of sound stand a byte that
//! counts blocks of 16, and these blocks of text. Pure; called by `session` on the thread `net-read`.

use super::super::encoding::guess_text;

/// Longest title that is kept, in characters.
const MAX_TITLE_CHARS: usize = 300;

/// Takes the text out of the sound, however the bytes are cut.
#[derive(Debug)]
pub(super) struct Deinterleaver {
    interval: usize,
    at: At,
    text: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
enum At {
    /// So many bytes of sound come before the next count.
    Sound(usize),
    /// So many bytes of text are to come.
    Text(usize),
}

/// A part of what came.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    Sound(&'a [u8]),
    /// A block of text, whole.
    Text(&'a [u8]),
}

impl Deinterleaver {
    /// `None`: no text at all.
    pub(super) fn new(interval: Option<usize>) -> Self {
        let interval = interval.unwrap_or(usize::MAX);
        Self { interval, at: At::Sound(interval), text: Vec::new() }
    }

    pub(super) fn feed(&mut self, mut bytes: &[u8], mut give: impl FnMut(Part<'_>)) {
        while !bytes.is_empty() {
            match self.at {
                At::Sound(0) => {
                    let blocks = usize::from(bytes[0]);
                    bytes = &bytes[1..];
                    self.text.clear();
                    self.at = if blocks == 0 { At::Sound(self.interval) } else { At::Text(blocks * 16) };
                }
                At::Sound(left) => {
                    let (sound, rest) = bytes.split_at(left.min(bytes.len()));
                    give(Part::Sound(sound));
                    // Where there is no text at all, there is always more sound.
                    let left = if self.interval == usize::MAX { left } else { left - sound.len() };
                    self.at = At::Sound(left);
                    bytes = rest;
                }
                At::Text(left) => {
                    let (text, rest) = bytes.split_at(left.min(bytes.len()));
                    self.text.extend_from_slice(text);
                    self.at = At::Text(left - text.len());
                    if left == text.len() {
                        give(Part::Text(&self.text));
                        self.at = At::Sound(self.interval);
                    }
                    bytes = rest;
                }
            }
        }
    }
}

/// What `StreamTitle` says; `None` where a block says nothing of it. An empty title is an empty text.
pub(super) fn stream_title(text: &[u8], host: Option<&str>) -> Option<String> {
    const KEY: &[u8] = b"streamtitle='";
    let at = text.windows(KEY.len()).position(|window| window.eq_ignore_ascii_case(KEY))?;
    let value = &text[at + KEY.len()..];
    let title = guess_text(&value[..end_of_value(value)], host);
    Some(title.chars().take(MAX_TITLE_CHARS).collect())
}

/// A title may have quotes and semicolons in it: the one that ends it stands before another key, or before nothing.
fn end_of_value(value: &[u8]) -> usize {
    let ends = value.windows(2).enumerate().filter(|(_, two)| *two == b"';").map(|(at, _)| at);
    let is_last = |&at: &usize| {
        let rest = value[at + 2..].trim_ascii_start();
        let key = rest.split(|&byte| byte == b'=').next().unwrap_or(rest);
        let named = key.len() < rest.len() && key.iter().all(u8::is_ascii_alphanumeric);
        named || rest.iter().all(|&byte| byte == 0)
    };
    let unclosed = || value.iter().position(|&byte| byte == 0).unwrap_or(value.len());
    ends.into_iter().find(is_last).unwrap_or_else(unclosed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(text: &str) -> Vec<u8> {
        let blocks = text.len().div_ceil(16);
        let mut bytes = vec![blocks as u8];
        bytes.extend_from_slice(text.as_bytes());
        bytes.resize(1 + blocks * 16, 0);
        bytes
    }

    /// However the stream is cut, sound and text come out the same.
    #[test]
    fn text_is_taken_out_across_any_cut() {
        let sound: Vec<u8> = (0..50).collect();
        let mut stream = Vec::new();
        let texts = ["StreamTitle='One';", "", "StreamTitle='Two, which is longer';"];
        for (part, text) in sound.chunks(10).zip(texts.iter().cycle()) {
            stream.extend_from_slice(part);
            stream.extend(block(text));
        }
        for size in 1..stream.len() {
            let mut deinterleaver = Deinterleaver::new(Some(10));
            let (mut heard, mut titles) = (Vec::new(), Vec::new());
            for piece in stream.chunks(size) {
                deinterleaver.feed(piece, |part| match part {
                    Part::Sound(bytes) => heard.extend_from_slice(bytes),
                    Part::Text(text) => titles.extend(stream_title(text, None)),
                });
            }
            assert_eq!(heard, sound, "pieces of {size}");
            assert_eq!(titles, ["One", "Two, which is longer", "One"], "pieces of {size}");
        }
    }

    #[test]
    fn without_an_interval_all_is_sound() {
        let mut deinterleaver = Deinterleaver::new(None);
        let mut heard = Vec::new();
        for piece in [&[0, 1, 2][..], &[3; 100]] {
            deinterleaver.feed(piece, |part| {
                let Part::Sound(bytes) = part else { panic!("{part:?}") };
                heard.extend_from_slice(bytes);
            });
        }
        assert_eq!(heard.len(), 103);
    }

    #[test]
    fn titles_keep_their_quotes_and_lose_what_is_not_theirs() {
        let title = |text: &str| stream_title(text.as_bytes(), None);
        assert_eq!(title("StreamTitle='A - B';StreamUrl='http://x';\0\0").as_deref(), Some("A - B"));
        assert_eq!(title("StreamTitle='Don't; 'stop'; now';\0").as_deref(), Some("Don't; 'stop'; now"));
        assert_eq!(title("streamtitle='A\x1b[2J';").as_deref(), Some("A[2J"));
        assert_eq!(title("StreamTitle='cut off").as_deref(), Some("cut off"));
        assert_eq!(title("StreamTitle='';").as_deref(), Some(""));
        assert_eq!(title("StreamUrl='x';"), None);
        assert_eq!(stream_title(b"StreamTitle='Bj\xf6rk';", None).as_deref(), Some("Björk"));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_break_it(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400), interval in 1usize..40) {
            let mut deinterleaver = Deinterleaver::new(Some(interval));
            let mut total = 0;
            deinterleaver.feed(&bytes, |part| match part {
                Part::Sound(sound) => total += sound.len(),
                Part::Text(text) => { let _ = stream_title(text, Some("x.ru")); }
            });
            proptest::prop_assert!(total <= bytes.len());
        }
    }
}
