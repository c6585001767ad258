//! PLS, as Winamp and its followers write it: `FileN`, `TitleN`, `LengthN` in seconds.

use std::collections::BTreeMap;
use std::time::Duration;

use encoding_rs::Encoding;

use super::{ListFile, Listed, MAX_ENTRIES, place, text};
use crate::model::playlist::Told;

/// Numbers are in order in every file that is met, so they only bring a title to its file.
pub fn read<'a>(lines: impl Iterator<Item = &'a [u8]>, encoding: Option<&'static Encoding>) -> ListFile {
    let mut files: Vec<(&[u8], &[u8])> = Vec::new();
    let mut told: BTreeMap<&[u8], Told> = BTreeMap::new();
    for line in lines {
        if let Some(file) = numbered(line, b"file").filter(|_| files.len() < MAX_ENTRIES) {
            files.push(file);
        } else if told.len() >= MAX_ENTRIES {
        } else if let Some((number, title)) = numbered(line, b"title") {
            told.entry(number).or_default().title = text(title, encoding);
        } else if let Some((number, length)) = numbered(line, b"length") {
            let seconds = std::str::from_utf8(length).ok().and_then(|length| length.parse::<u32>().ok());
            told.entry(number).or_default().duration =
                seconds.filter(|&seconds| seconds > 0).map(|seconds| Duration::from_secs(seconds.into()));
        }
    }
    let listed = |(number, file): &(&[u8], &[u8])| Listed {
        place: place(file),
        told: told.get(number).cloned().unwrap_or_default(),
        ..Listed::default()
    };
    ListFile { entries: files.iter().map(listed).collect(), ..ListFile::default() }
}

/// Number and value of `keyN=value`.
fn numbered<'a>(line: &'a [u8], key: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = line.iter().position(|&byte| byte == b'=')?;
    let (written, value) = (line[..at].trim_ascii(), line[at + 1..].trim_ascii());
    let (name, number) = written.split_at_checked(key.len())?;
    let is_key = name.eq_ignore_ascii_case(key) && number.iter().all(u8::is_ascii_digit);
    (is_key && !value.is_empty()).then_some((number, value))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{path, places};
    use super::*;
    use crate::library::playlist::read;

    #[test]
    fn files_are_entries_and_nothing_else_is() {
        let list = b"[Playlist]\nFile1=a.mp3\nTitle1=x\nLength1=-1\nfile2 = file:///m/b%20c%.ogg\nFileX=no.mp3\nNumberOfEntries=2";
        assert_eq!(places(list), [path(b"a.mp3"), path(b"/m/b c%.ogg")]);
    }

    #[test]
    fn titles_and_lengths_come_to_their_files() {
        let list =
            read(b"[playlist]\nTitle2=Two\nFile1=http://x/1\nFile2=https://x/2\nTitle1=One\nLength2=61\n");
        let told: Vec<(&str, Option<Duration>)> =
            list.entries.iter().map(|entry| (entry.told.title.as_str(), entry.told.duration)).collect();
        assert_eq!(told, [("One", None), ("Two", Some(Duration::from_secs(61)))]);
    }
}
