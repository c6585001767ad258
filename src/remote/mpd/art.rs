//! Pictures, piece by piece, and what lies in a folder: read from the disk, on a thread of its own.

use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use super::ack::{Ack, Code};
use super::args::Args;
use super::commands::{Found, Result, Step, Turn};
use super::desk::within;
use super::look::Which;
use super::uri::{absolute, escape};
use super::{ack, time};

/// Least and most bytes of a piece.
const PIECES: std::ops::RangeInclusive<usize> = 64..=4 << 20;
/// Most entries of a folder that are told.
const MOST_ENTRIES: usize = 100_000;

pub fn limit(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    match args.unsigned(0)? {
        size if size < *PIECES.start() => Err(Ack::argument("Value too small")),
        size => {
            turn.session.binary_limit = size.min(*PIECES.end());
            Ok(Step::Done)
        }
    }
}

pub fn beside(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    picture(turn, args, Which::Beside)
}

pub fn inside(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    picture(turn, args, Which::Inside)
}

/// Where a song of the library lies; the user may name any file.
fn song(turn: &Turn<'_>, uri: &str) -> Option<PathBuf> {
    if uri.starts_with('/') || uri.starts_with("file:") {
        return absolute(uri).filter(|_| turn.session.is_local);
    }
    turn.hub.roots.path(uri).filter(|path| turn.snapshot.catalog.find_path(path).is_some())
}

fn picture(turn: &Turn<'_>, args: &Args, which: Which) -> Result<Step> {
    let from = args.unsigned(1)?;
    let piece = turn.session.binary_limit;
    let Some(path) = song(turn, args.text(0)) else {
        return Err(if which == Which::Beside { no_file() } else { Ack::no_such_song() });
    };
    Ok(Step::Disk(Box::new(move |desk| {
        let found = desk.picture(&path, which, from == 0)?;
        let Some(picture) = found.as_ref() else {
            return if which == Which::Beside { Err(no_file()) } else { Ok(Found::Answer(Vec::new())) };
        };
        let rest = picture.data.get(from..).ok_or_else(|| Ack::argument("Offset too large"))?;
        let bytes = &rest[..rest.len().min(piece)];
        let mut out = format!("size: {}\n", picture.data.len());
        if which == Which::Inside && !picture.mime.is_empty() {
            let _ = writeln!(out, "type: {}", ack::plain(&picture.mime));
        }
        let _ = writeln!(out, "binary: {}", bytes.len());
        let mut answer = out.into_bytes();
        answer.extend_from_slice(bytes);
        answer.push(b'\n');
        Ok(Found::Answer(answer))
    })))
}

fn no_file() -> Ack {
    Ack::no_exist("No file exists")
}

/// All that lies in a folder, music or not; hidden files stay hidden.
pub fn list_files(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let uri = args.text(0).trim_end_matches('/').to_owned();
    let folders: Vec<String> =
        turn.hub.roots.folders().filter_map(|folder| turn.hub.roots.relative(folder)).collect();
    let path = match uri.as_str() {
        "" => turn.hub.roots.only().map(PathBuf::from),
        uri => Some(turn.hub.roots.path(uri).ok_or_else(|| Ack::no_exist("No such directory"))?),
    };
    Ok(Step::Disk(Box::new(move |_| {
        let Some(path) = path else {
            let lines: String = folders.iter().map(|folder| format!("directory: {folder}\n")).collect();
            return Ok(Found::Answer(lines.into_bytes()));
        };
        let entries =
            path.read_dir().map_err(|error| Ack::new(Code::System, format!("Failed to open: {error}")))?;
        let mut out = String::new();
        for entry in entries.take(MOST_ENTRIES).filter_map(std::result::Result::ok) {
            let name = entry.file_name();
            let Ok(about) = entry.path().metadata() else { continue };
            if name.as_bytes().starts_with(b".") {
                continue;
            }
            let name = escape(name.as_bytes());
            let _ = match about.is_dir() {
                true => writeln!(out, "directory: {name}"),
                false => writeln!(out, "file: {name}\nsize: {}", about.len()),
            };
            let _ = writeln!(out, "Last-Modified: {}", time::utc(about.mtime()));
            within(&out)?;
        }
        Ok(Found::Answer(out.into_bytes()))
    })))
}
