//! A regular file, or what a server sends, or a span of either, as a byte source. Reads by position, so that many
//! readers share one open file and a file that is removed while it plays keeps playing. Called by `source` and `demux`
//! on the thread that decodes.

use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::{FileExt, FileTypeExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

use symphonia::core::io::MediaSource;

use super::error::DecodeError;
use crate::model::snapshot::StreamView;

/// Where bytes come from.
pub(super) trait Bytes: Send + Sync {
    /// Bytes at `offset`: at least one, but at the end. May wait.
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Whether every place can be read at any time: not what comes only once.
    fn is_seekable(&self) -> bool {
        true
    }

    /// Whether all of it is read as quickly as a part: not what comes over a network.
    fn is_near(&self) -> bool {
        true
    }

    /// Whether there is always more: what a container says of its length is not believed then.
    fn is_endless(&self) -> bool {
        false
    }

    /// What comes after the end of bytes that come only once: the stream after an interruption, or its next song.
    fn following(&self) -> io::Result<Option<FileSpan>> {
        Ok(None)
    }
}

impl Bytes for File {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        loop {
            match FileExt::read_at(self, bytes, offset) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }
}

/// What stands behind bytes that come from a server, for who wants to know how that fares.
pub(super) trait Far: Send + Sync {
    /// Why nothing more comes.
    fn failure(&self) -> Option<String>;

    /// Something else was asked for while it was waited for.
    fn was_interrupted(&self) -> bool;

    /// What a stream says of itself; `None` for a file that is read where it is wanted.
    fn stream(&self) -> Option<StreamView> {
        None
    }
}

/// See the module's head. Cheap to clone; each clone has its own position.
#[derive(Clone)]
pub(super) struct FileSpan {
    file: Arc<dyn Bytes>,
    start: u64,
    end: u64,
    at: u64,
    forward_only: bool,
    /// A byte that is read as another one, by its place in the file.
    patch: Option<(u64, u8)>,
}

impl FileSpan {
    /// Opens a regular file with content. Nothing else is opened: opening a FIFO would wait for a writer.
    pub(super) fn open(path: &Path) -> Result<Self, DecodeError> {
        check_kind(&std::fs::metadata(path).map_err(DecodeError::Open)?)?;
        let no_wait = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
        let file =
            OpenOptions::new().read(true).custom_flags(no_wait).open(path).map_err(DecodeError::Open)?;
        // Asked again of what was opened: the name may have come to mean something else meanwhile.
        let metadata = file.metadata().map_err(DecodeError::Open)?;
        check_kind(&metadata)?;
        match metadata.len() {
            0 => Err(DecodeError::Empty),
            end => Ok(Self { file: Arc::new(file), start: 0, end, at: 0, forward_only: false, patch: None }),
        }
    }

    /// All of `bytes`; `None`: nobody knows how many there are.
    #[cfg(feature = "http")]
    pub(super) fn over(bytes: Arc<dyn Bytes>, len: Option<u64>) -> Self {
        let forward_only = !bytes.is_seekable();
        Self { file: bytes, start: 0, end: len.unwrap_or(u64::MAX), at: 0, forward_only, patch: None }
    }

    /// Whether what was read is gone: nothing may be looked for behind, nor at the end.
    pub(super) fn is_sequential(&self) -> bool {
        !self.file.is_seekable()
    }

    /// See [`Bytes::is_near`].
    pub(super) fn is_near(&self) -> bool {
        self.file.is_near()
    }

    /// See [`Bytes::is_endless`].
    pub(super) fn is_endless(&self) -> bool {
        self.file.is_endless()
    }

    /// See [`Bytes::following`].
    pub(super) fn following(&self) -> io::Result<Option<Self>> {
        self.file.following()
    }

    /// Immense where nobody knows.
    pub(super) fn len(&self) -> u64 {
        self.end - self.start
    }

    /// The bytes `from..to` of this span, cut to what there is.
    pub(super) fn part(&self, from: u64, to: u64) -> Self {
        let start = self.start.saturating_add(from).min(self.end);
        let end = self.start.saturating_add(to).clamp(start, self.end);
        Self { start, end, at: start, ..self.clone() }
    }

    /// The same bytes from the start, for a reader that must not look ahead to the end.
    pub(super) fn forward_only(&self) -> Self {
        Self { at: self.start, forward_only: true, ..self.clone() }
    }

    /// The same bytes, but for the one at `offset`.
    pub(super) fn with_byte(&self, offset: u64, byte: u8) -> Self {
        Self { patch: Some((self.start.saturating_add(offset), byte)), ..self.part(0, u64::MAX) }
    }

    /// Fills `bytes` from `offset`; fewer where the span ends.
    pub(super) fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut filled = 0;
        while filled < bytes.len() {
            let mut part = self.part(offset.saturating_add(filled as u64), u64::MAX);
            match part.read(&mut bytes[filled..])? {
                0 => break,
                more => filled += more,
            }
        }
        Ok(filled)
    }

    /// `N` bytes at `offset`, or `None` where the span has not as many or cannot be read.
    pub(super) fn bytes_at<const N: usize>(&self, offset: u64) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        (self.read_at(&mut bytes, offset).ok()? == N).then_some(bytes)
    }
}

fn check_kind(metadata: &Metadata) -> Result<(), DecodeError> {
    if metadata.is_file() { Ok(()) } else { Err(DecodeError::NotAFile { kind: kind(metadata.file_type()) }) }
}

fn kind(file_type: FileType) -> &'static str {
    match file_type {
        other if other.is_dir() => "directory",
        other if other.is_fifo() => "named pipe",
        other if other.is_socket() => "socket",
        _ => "device",
    }
}

impl Read for FileSpan {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        let want = buf.len().min(left);
        let read = self.file.read_at(&mut buf[..want], self.at)?;
        if let Some((at, byte)) = self.patch
            && let Some(into) = at.checked_sub(self.at).filter(|&into| into < read as u64)
        {
            buf[into as usize] = byte;
        }
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for FileSpan {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(offset) => self.start.checked_add(offset),
            SeekFrom::End(offset) => self.end.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
        };
        let inside = at.filter(|&at| (self.start..=self.end).contains(&at));
        self.at = inside.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
        Ok(self.at - self.start)
    }
}

impl MediaSource for FileSpan {
    fn is_seekable(&self) -> bool {
        !self.forward_only
    }

    fn byte_len(&self) -> Option<u64> {
        (!self.forward_only).then(|| self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_reads_and_seeks_inside_its_bounds_only() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"0123456789").unwrap();
        let whole = FileSpan::open(file.path()).unwrap();
        let mut part = whole.part(3, 7);
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        assert_eq!(text, "3456");
        assert_eq!(part.seek(SeekFrom::End(-1)).unwrap(), 3);
        assert!(part.seek(SeekFrom::Start(5)).is_err());
        assert_eq!(part.bytes_at::<2>(1), Some(*b"45"));
        assert_eq!(part.bytes_at::<2>(3), None);
        assert_eq!(whole.part(8, 100).len(), 2);
        let mut patched = whole.part(2, 7).with_byte(2, b'x');
        let mut text = String::new();
        patched.read_to_string(&mut text).unwrap();
        assert_eq!(text, "23x56");
        assert_eq!((patched.bytes_at::<1>(2), patched.bytes_at::<1>(3)), (Some(*b"x"), Some(*b"5")));
    }
}
