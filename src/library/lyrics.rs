//! Words of a song as the user has them: in the tags of its file, in an `.lrc` file beside it; and written there. Blocks:
//! runs on a job or the command line.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::tags;
use crate::decode::encoding::guess_encoding;
use crate::decode::server;
use crate::model::lyrics::{Lyrics, MAX_BYTES, Song, Source};
use crate::model::part;
use crate::model::server::split;
use crate::model::tag::Field;

/// What a file says of itself, and its words where it has any.
#[derive(Debug, Default)]
pub struct Own {
    pub song: Song,
    pub lyrics: Option<Lyrics>,
}

/// Words with times before those without, else those of the tags.
///
/// # Errors
/// Where the file cannot be read; in words that follow its path.
pub fn own(path: &Path) -> Result<Own, String> {
    if let Some((server, (_, id))) = server::mounted(path).zip(split(path)) {
        let words = server.words(&id).map_err(|failed| format!("is on a server: {}", failed.why))?;
        let lyrics = words.and_then(|text| Lyrics::parse(&text, Source::Online));
        return Ok(Own { song: Song::default(), lyrics });
    }
    if part::split(path).is_some_and(|(sheet, _)| sheet.is_file()) {
        // What the file says is of all its tracks.
        return Ok(Own::default());
    }
    let beside = beside(path);
    let read = match tags::read_fields(path) {
        Ok(read) => read,
        Err(_) if beside.is_some() => return Ok(Own { song: Song::default(), lyrics: beside }),
        Err(error) => return Err(error.to_string()),
    };
    let said = read.fields.get(Field::Lyrics).join("\n");
    let said = Lyrics::parse(&said, Source::Tags);
    let is_timed = |lyrics: &Lyrics| lyrics.is_timed();
    let synced =
        || tags::synced_words(path).ok().flatten().and_then(|text| Lyrics::parse(&text, Source::Tags));
    let inside = said.clone().filter(is_timed).or_else(|| synced().filter(is_timed)).or(said);
    let lyrics = match (inside, beside) {
        (Some(inside), Some(beside)) if !is_timed(&inside) && is_timed(&beside) => Some(beside),
        (inside, beside) => inside.or(beside),
    };
    let tags = read.tags();
    let song = Song {
        title: tags.title.unwrap_or_default(),
        artists: tags.artists,
        album: tags.album.unwrap_or_default(),
        duration: read.format.duration(),
    };
    Ok(Own { song, lyrics })
}

fn beside(path: &Path) -> Option<Lyrics> {
    let file = ["lrc", "LRC"].iter().map(|kind| path.with_extension(kind)).find(|file| file.is_file())?;
    let mut bytes = Vec::new();
    File::open(file).ok()?.take(MAX_BYTES as u64).read_to_end(&mut bytes).ok()?;
    let coding = guess_encoding(&bytes).unwrap_or(encoding_rs::UTF_8);
    Lyrics::parse(&coding.decode(&bytes).0, Source::Beside)
}

/// Writes the words into an `.lrc` file beside `path`, never over one that is there.
///
/// # Errors
/// Where something is there already, or nothing can be written; in words.
pub fn save(path: &Path, lyrics: &Lyrics) -> Result<PathBuf, String> {
    if part::split(path).is_some_and(|(sheet, _)| sheet.is_file()) {
        return Err("it is a track of a CUE sheet, which has no file of its own".into());
    }
    let to = path.with_extension("lrc");
    let names = [to.clone(), path.with_extension("LRC")];
    if let Some(file) = names.iter().find(|file| file.symlink_metadata().is_ok()) {
        return Err(format!("{} is there already", file.display()));
    }
    let part = path.with_extension(format!("lrc.{}.part", std::process::id()));
    let written = File::create_new(&part).and_then(|mut file| {
        file.write_all(lyrics.to_lrc().as_bytes())?;
        file.sync_all()
    });
    let moved = written.and_then(|()| put(&part, &to));
    if moved.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    moved.map(|()| to.clone()).map_err(|error| format!("{} cannot be written: {error}", to.display()))
}

/// Never over another file, also one that came this moment.
fn put(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // A file system that cannot promise it.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) if to.symlink_metadata().is_err() => {
            std::fs::rename(from, to)
        }
        done => done.map_err(io::Error::from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lyrics(text: &str) -> Lyrics {
        Lyrics::parse(text, Source::Online).unwrap()
    }

    #[test]
    fn words_are_written_beside_the_song_and_never_over_others() {
        let dir = tempfile::tempdir().unwrap();
        let song = dir.path().join("a.flac");
        let words = lyrics("[00:01.00]x\n[00:02.50]y\n");
        assert_eq!(save(&song, &words), Ok(dir.path().join("a.lrc")));
        assert_eq!(std::fs::read_to_string(dir.path().join("a.lrc")).unwrap(), "[00:01.00]x\n[00:02.50]y\n");
        assert!(save(&song, &lyrics("other")).unwrap_err().ends_with("a.lrc is there already"));
        std::fs::write(dir.path().join("b.LRC"), "").unwrap();
        assert!(save(&dir.path().join("b.flac"), &words).unwrap_err().ends_with("b.LRC is there already"));
        std::os::unix::fs::symlink("/nowhere", dir.path().join("c.lrc")).unwrap();
        assert!(save(&dir.path().join("c.flac"), &words).is_err(), "a link is something, too");
        assert!(save(&dir.path().join("no/d.flac"), &words).unwrap_err().contains("cannot be written"));
        let names = std::fs::read_dir(dir.path()).unwrap().count();
        assert_eq!(names, 3, "nothing half written stays");
    }

    #[test]
    fn a_file_beside_may_be_in_an_old_coding() {
        let dir = tempfile::tempdir().unwrap();
        let song = dir.path().join("a.flac");
        assert!(own(&song).is_err());
        // Windows-1252; the bytes are iconv's.
        std::fs::write(dir.path().join("a.LRC"), b"[00:01.00]J\xf3ga fr\xe1 Bj\xf6rk\r\n").unwrap();
        let found = own(&song).unwrap().lyrics.unwrap();
        assert_eq!(found.lines[0].text, "Jóga frá Björk");
        std::fs::write(dir.path().join("a.lrc"), b"\xff\xfe[\x000\x000\x00:\x000\x001\x00]\x00x\x00")
            .unwrap();
        let found = own(&song).unwrap().lyrics.unwrap();
        assert_eq!((found.is_timed(), found.lines[0].text.as_str()), (true, "x"), "UTF-16 with its mark");
    }
}
