//! M3U: a line an entry, `#` lines before it tell of it. `#EXTINF` and `#EXTM3U` as Winamp has them, `#PLAYLIST`,
//! `#EXTART`, `#EXTALB` as VLC, foobar2000 and others write them. Notes stand in comments of our own.

use std::time::Duration;

use encoding_rs::Encoding;

use super::{ListFile, Listed, MAX_ENTRIES, place, text};
use crate::model::playlist::Told;

/// What stands before a note on the list, and on the entry that follows.
pub const ABOUT: &str = "#AURALIS-ABOUT:";
pub const NOTE: &str = "#AURALIS-NOTE:";

pub fn read<'a>(lines: impl Iterator<Item = &'a [u8]>, encoding: Option<&'static Encoding>) -> ListFile {
    let mut list = ListFile::default();
    let mut next = Listed::default();
    for line in lines {
        if line.starts_with(b"#") {
            directive(line, encoding, &mut list, &mut next);
            continue;
        }
        next.place = place(line);
        split_title(&mut next.told);
        list.entries.push(std::mem::take(&mut next));
        if list.entries.len() == MAX_ENTRIES {
            break;
        }
    }
    list
}

fn directive(line: &[u8], encoding: Option<&'static Encoding>, list: &mut ListFile, next: &mut Listed) {
    let told = &mut next.told;
    let after = |key: &str| {
        let head = line.get(..key.len())?;
        head.eq_ignore_ascii_case(key.as_bytes()).then(|| text(&line[key.len()..], encoding))
    };
    if let Some((duration, title)) = extinf(line) {
        told.duration = duration;
        told.title = text(title, encoding);
    } else if let Some(artist) = after("#EXTART:") {
        told.artist = artist;
    } else if let Some(album) = after("#EXTALB:") {
        told.album = album;
    } else if let Some(title) = after("#PLAYLIST:") {
        list.title = title;
    } else if let Some(note) = after(ABOUT) {
        list.note = note;
    } else if let Some(note) = after(NOTE) {
        next.note = note;
    }
}

/// Length, and the name behind the comma, of `#EXTINF:length attributes,name`.
fn extinf(line: &[u8]) -> Option<(Option<Duration>, &[u8])> {
    let rest = line.strip_prefix(b"#EXTINF:")?;
    let mut is_quoted = false;
    let comma = rest.iter().position(|&byte| {
        is_quoted ^= byte == b'"';
        byte == b',' && !is_quoted
    });
    let comma = comma.unwrap_or(rest.len());
    let number = rest[..comma].split(|byte| byte.is_ascii_whitespace()).next().unwrap_or_default();
    let seconds = std::str::from_utf8(number).ok().and_then(|number| number.parse::<f64>().ok());
    // -1 and 0 stand for what is not known.
    let length = seconds
        .filter(|&seconds| seconds > 0.0)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    Some((length, rest.get(comma + 1..).unwrap_or_default()))
}

/// `Artist - Title`, where the artist is known by itself.
fn split_title(told: &mut Told) {
    if told.artist.is_empty() {
        return;
    }
    if let Some(title) = told.title.strip_prefix(&told.artist).and_then(|rest| rest.strip_prefix(" - ")) {
        told.title = title.to_owned();
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{path, places};
    use super::*;
    use crate::library::playlist::{Place, read};

    #[test]
    fn lines_are_entries_and_comments_are_not() {
        let list = b"\xef\xbb\xbf#EXTM3U\r\n#EXTINF:1,A - B\r\nsub/a.mp3\r\n\r\n  /abs/b.flac \nhttp://x/y.mp3\n\xff\xfe.ogg\n";
        let expected = [
            path(b"sub/a.mp3"),
            path(b"/abs/b.flac"),
            Place::Address("http://x/y.mp3".into()),
            path(b"\xff\xfe.ogg"),
        ];
        assert_eq!(places(list), expected);
    }

    #[test]
    fn what_stands_before_an_entry_tells_of_it() {
        let list = read(
            b"#EXTM3U\n#PLAYLIST:Sunday\n#EXTINF:-1 tvg-logo=\"a,b\",R\xe4dio 1\nhttp://x/1\nhttp://x/2\n\
              #EXTINF:211.5,AC/DC - Back in Black\n#EXTART:AC/DC\n#EXTALB:Back in Black\n#AURALIS-NOTE:loud\nb.mp3\n",
        );
        assert_eq!(list.title, "Sunday");
        let told: Vec<(&str, &str, &str)> = list
            .entries
            .iter()
            .map(|entry| (entry.told.title.as_str(), entry.told.artist.as_str(), entry.told.album.as_str()))
            .collect();
        assert_eq!(told, [("Rädio 1", "", ""), ("", "", ""), ("Back in Black", "AC/DC", "Back in Black")]);
        assert_eq!(list.entries[0].told.duration, None);
        assert_eq!(list.entries[2].told.duration, Some(Duration::from_millis(211_500)));
        assert_eq!(list.entries[2].note, "loud");
    }
}
