//! What LRCLIB said of songs, kept in a folder: so it is asked once, and words are there without the net. A file a song,
//! named by a hash of what the song is called; bounded in number and size, the oldest go first.

use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_128;

use super::lrclib::Answer;
use crate::model::lyrics::{MAX_BYTES, Song};

/// Songs, and bytes of all of them.
const MOST_SONGS: usize = 5_000;
const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// That nobody has the words of a song is believed so long.
const NOTHING_FOR: Duration = Duration::from_secs(7 * 24 * 3600);

/// The folder; `None`: nothing is kept.
#[derive(Debug, Clone, Default)]
pub struct Kept(pub Option<PathBuf>);

/// One file.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    of: String,
    /// Seconds since the Unix epoch.
    at_s: u64,
    answer: Answer,
}

impl Kept {
    /// What was said of it, while that holds.
    pub fn get(&self, song: &Song, now: SystemTime) -> Option<Answer> {
        let of = called(song);
        let file = self.file(&of)?;
        // JSON takes up to six bytes for one.
        let is_small = fs::metadata(&file).is_ok_and(|about| about.len() < 6 * MAX_BYTES as u64 + 4096);
        let record: Record = serde_json::from_slice(&fs::read(file).ok().filter(|_| is_small)?).ok()?;
        let age = seconds(now).abs_diff(record.at_s);
        let holds = record.answer != Answer::Unknown || age < NOTHING_FOR.as_secs();
        (record.of == of && holds).then_some(record.answer)
    }

    /// # Errors
    /// Where the folder cannot be written: it is asked again then.
    pub fn put(&self, song: &Song, answer: &Answer, now: SystemTime) -> io::Result<()> {
        let of = called(song);
        let Some(file) = self.file(&of) else { return Ok(()) };
        let folder = file.parent().unwrap_or(Path::new("."));
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let record = Record { of, at_s: seconds(now), answer: answer.clone() };
        let part = file.with_extension(format!("{}.part", std::process::id()));
        let written =
            fs::File::create(&part).and_then(|mut out| out.write_all(&serde_json::to_vec(&record)?));
        let moved = written.and_then(|()| fs::rename(&part, &file));
        if moved.is_err() {
            let _ = fs::remove_file(&part);
        }
        moved.and_then(|()| sweep(folder, MOST_SONGS, MOST_BYTES))
    }

    fn file(&self, of: &str) -> Option<PathBuf> {
        Some(self.0.as_ref()?.join(format!("{:032x}.json", XxHash3_128::oneshot(of.as_bytes()))))
    }
}

fn called(song: &Song) -> String {
    let seconds = song.duration.map_or(0, |duration| (duration.as_millis() + 500) / 1000);
    let artists = song.artists.join("\u{1f}");
    [&song.title, &artists, &song.album, &seconds.to_string()].map(|part| part.as_str()).join("\u{1e}")
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Takes the oldest away until no more are left than may be.
fn sweep(folder: &Path, most: usize, most_bytes: u64) -> io::Result<()> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)?.flatten() {
        if let Ok(about) = entry.metadata().and_then(|about| Ok((about.modified()?, about.len()))) {
            files.push((about, entry.path()));
        }
    }
    let mut bytes: u64 = files.iter().map(|((_, len), _)| len).sum();
    let mut count = files.len();
    files.sort();
    for ((_, len), file) in files {
        if count <= most && bytes <= most_bytes {
            break;
        }
        // Another player may have been faster.
        let _ = fs::remove_file(file);
        (count, bytes) = (count - 1, bytes - len);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn song(title: &str) -> Song {
        let duration = Some(Duration::from_secs(100));
        Song { title: title.into(), artists: vec!["A".into()], album: String::new(), duration }
    }

    #[test]
    fn what_was_said_is_known_again() {
        let dir = tempfile::tempdir().unwrap();
        let kept = Kept(Some(dir.path().join("lyrics")));
        let (now, words) = (SystemTime::now(), Answer::Words("x\n\u{1}".into()));
        assert_eq!(kept.get(&song("a"), now), None);
        kept.put(&song("a"), &words, now).unwrap();
        kept.put(&song("b"), &Answer::Unknown, now).unwrap();
        let day = Duration::from_secs(24 * 3600);
        assert_eq!(kept.get(&song("a"), now + day * 400), Some(words));
        assert_eq!(kept.get(&song("b"), now + day * 6), Some(Answer::Unknown));
        assert_eq!(kept.get(&song("b"), now + day * 8), None, "it may have come meanwhile");
        let longer = Song { duration: Some(Duration::from_secs(110)), ..song("a") };
        assert_eq!(kept.get(&longer, now), None);
        assert_eq!(Kept(None).get(&song("b"), now), None);
        assert!(Kept(None).put(&song("b"), &Answer::Unknown, now).is_ok());
    }

    #[test]
    fn damaged_files_are_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let kept = Kept(Some(dir.path().to_owned()));
        kept.put(&song("a"), &Answer::Instrumental, SystemTime::now()).unwrap();
        let file = fs::read_dir(dir.path()).unwrap().next().unwrap().unwrap().path();
        let whole = fs::read(&file).unwrap();
        for end in 0..whole.len() {
            fs::write(&file, &whole[..end]).unwrap();
            assert_eq!(kept.get(&song("a"), SystemTime::now()), None);
        }
        fs::write(&file, whole).unwrap();
        assert_eq!(kept.get(&song("a"), SystemTime::now()), Some(Answer::Instrumental));
    }

    #[test]
    fn the_oldest_go_first() {
        let dir = tempfile::tempdir().unwrap();
        let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        for (at, name) in ["c", "a", "b"].into_iter().enumerate() {
            let file = fs::File::create(dir.path().join(name)).unwrap();
            (&file).write_all(&[0; 10]).unwrap();
            file.set_modified(old + Duration::from_secs(at as u64)).unwrap();
        }
        let left = || {
            let mut names: Vec<_> =
                fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };
        sweep(dir.path(), 3, 30).unwrap();
        assert_eq!(left(), ["a", "b", "c"]);
        sweep(dir.path(), 2, 30).unwrap();
        assert_eq!(left(), ["a", "b"], "c was the oldest");
        sweep(dir.path(), 2, 19).unwrap();
        assert_eq!(left(), ["b"]);
    }
}
