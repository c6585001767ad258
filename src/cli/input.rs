//! Paths from the command line and, for `-`, from standard input. Bounded: a list is never worth more memory than a
//! very large library's.

use std::ffi::OsString;
use std::io::{self, BufRead, ErrorKind};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

/// A million paths of 64 bytes.
const MAX_BYTES: u64 = 64 << 20;

/// How paths on standard input are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    Line,
    Null,
}

/// The paths given, with those of `input` in the place of the first `-` (behind all, where only `-0` asks for them).
pub fn collect(given: &[PathBuf], separator: Separator, input: impl BufRead) -> io::Result<Vec<PathBuf>> {
    let dash = |path: &PathBuf| path == Path::new("-");
    let wanted = separator == Separator::Null || given.iter().any(dash);
    let mut read = if wanted { read_paths(input, separator)? } else { Vec::new() };
    let mut paths = Vec::with_capacity(given.len() + read.len());
    for path in given {
        if dash(path) { paths.append(&mut read) } else { paths.push(path.clone()) }
    }
    paths.append(&mut read);
    Ok(paths)
}

fn read_paths(input: impl BufRead, separator: Separator) -> io::Result<Vec<PathBuf>> {
    let byte = if separator == Separator::Null { 0 } else { b'\n' };
    let mut input = input.take(MAX_BYTES + 1);
    let mut paths = Vec::new();
    loop {
        let mut path = Vec::new();
        if input.read_until(byte, &mut path)? == 0 {
            return Ok(paths);
        }
        if input.limit() == 0 {
            return Err(io::Error::new(ErrorKind::InvalidInput, "more than 64 MiB of paths"));
        }
        path.pop_if(|last| *last == byte);
        if !path.is_empty() {
            paths.push(OsString::from_vec(path).into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    fn collected(given: &[&str], separator: Separator, input: &[u8]) -> Vec<PathBuf> {
        let given: Vec<PathBuf> = given.iter().map(PathBuf::from).collect();
        collect(&given, separator, input).unwrap()
    }

    #[test]
    fn a_dash_is_replaced_by_what_standard_input_says() {
        let paths = collected(&["a", "-", "b"], Separator::Line, b"x y\n\n\xff.mp3\nlast");
        let odd = PathBuf::from(OsStr::from_bytes(b"\xff.mp3"));
        assert_eq!(paths, ["a".into(), "x y".into(), odd, "last".into(), PathBuf::from("b")]);
    }

    #[test]
    fn names_with_line_feeds_survive_null_separation() {
        assert_eq!(collected(&[], Separator::Null, b"a\nb\0c\0"), [PathBuf::from("a\nb"), "c".into()]);
        assert_eq!(collected(&["z", "-"], Separator::Null, b"a\0"), [PathBuf::from("z"), "a".into()]);
    }

    #[test]
    fn without_a_dash_standard_input_is_left_alone() {
        assert_eq!(collected(&["a"], Separator::Line, b"x\n"), [PathBuf::from("a")]);
    }

    #[test]
    fn an_endless_list_is_refused() {
        let endless = io::BufReader::new(io::repeat(b'x'));
        let error = collect(&["-".into()], Separator::Line, endless).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
}
