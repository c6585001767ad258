//! The text of a user's file, bounded: a configuration is never worth more than a megabyte of memory, and never worth
//! waiting for a pipe that nobody writes to.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::problem::Problem;

/// Far above any file written by hand.
const MAX_BYTES: u64 = 1 << 20;

/// Why a file that is there gives no text.
#[derive(Debug)]
pub struct Unreadable {
    /// Where the text stops being UTF-8.
    pub line: Option<usize>,
    pub why: String,
}

impl Unreadable {
    fn new(why: impl Into<String>) -> Self {
        Self { line: None, why: why.into() }
    }

    pub fn problem(self, file: &Path) -> Problem {
        let message = format!("cannot be read: {}", self.why);
        Problem { file: file.to_owned(), line: self.line, message, nearest: None }
    }
}

/// The whole text; `None` where there is no such file.
pub fn text(file: &Path) -> Result<Option<String>, Unreadable> {
    match std::fs::metadata(file) {
        Ok(found) if found.is_file() || is_handed_over(file) => {}
        Ok(_) => return Err(Unreadable::new("not a file")),
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(Unreadable::new(error.to_string())),
    }
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes));
    read.map_err(|error| Unreadable::new(error.to_string()))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Unreadable::new("larger than 1 MiB"));
    }
    utf8(bytes).map(Some)
}

/// A shell's `<(...)`: a pipe, but one with a writer at its other end.
fn is_handed_over(file: &Path) -> bool {
    file.starts_with("/dev/fd") || file.starts_with("/proc/self/fd")
}

fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn utf8(bytes: Vec<u8>) -> Result<String, Unreadable> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = line_of(error.as_bytes(), valid);
        Unreadable { line: Some(line), why: "not UTF-8".to_owned() }
    })
}

/// Line of a byte offset, counted from 1.
pub fn line_of(bytes: &[u8], offset: usize) -> usize {
    let before = bytes.get(..offset).unwrap_or(bytes);
    1 + before.iter().filter(|&&byte| byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_none_and_what_is_no_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(text(&folder.path().join("none")).unwrap().is_none());
        assert_eq!(text(folder.path()).unwrap_err().why, "not a file");
        let big = folder.path().join("big");
        std::fs::write(&big, vec![b'#'; (1 << 20) + 1]).unwrap();
        assert_eq!(text(&big).unwrap_err().why, "larger than 1 MiB");
    }

    #[test]
    fn a_fifo_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join("config.toml");
        assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        assert_eq!(text(&fifo).unwrap_err().why, "not a file");
    }

    #[test]
    fn the_line_of_a_broken_byte_is_told() {
        let unreadable = utf8(b"a = 1\nb = \"\xff\"\n".to_vec()).unwrap_err();
        assert_eq!(unreadable.line, Some(2));
    }
}
