//! A file seen through one small buffer that survives seeks: headers, tags and tails of a file are many short reads
//! close together. Used by everything that reads a file for the scan.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;

const WINDOW_BYTES: usize = 16 * 1024;

pub struct Window {
    file: File,
    len: u64,
    at: u64,
    buffer: Vec<u8>,
    /// Where in the file `buffer` begins.
    start: u64,
}

impl Window {
    pub fn new(file: File, len: u64) -> Self {
        Self { file, len, at: 0, buffer: Vec::new(), start: 0 }
    }

    pub fn len(&self) -> u64 {
        self.len
    }

    pub fn go(&mut self, at: u64) {
        self.at = at;
    }

    /// `N` bytes at `at`; `None` past the end.
    pub fn bytes_at<const N: usize>(&mut self, at: u64) -> io::Result<Option<[u8; N]>> {
        let mut out = [0; N];
        Ok((self.read_at(at, &mut out)? == N).then_some(out))
    }

    /// Up to `len` bytes at `at`, fewer only at the end of the file.
    pub fn vec_at(&mut self, at: u64, len: usize) -> io::Result<Vec<u8>> {
        let left = usize::try_from(self.len.saturating_sub(at)).unwrap_or(usize::MAX);
        let mut out = vec![0; len.min(left)];
        let read = self.read_at(at, &mut out)?;
        out.truncate(read);
        Ok(out)
    }

    /// Reads until `out` is full or the file ends.
    fn read_at(&mut self, at: u64, out: &mut [u8]) -> io::Result<usize> {
        self.at = at;
        let mut filled = 0;
        while filled < out.len() {
            match self.read(&mut out[filled..])? {
                0 => break,
                count => filled += count,
            }
        }
        Ok(filled)
    }

    fn buffered(&self) -> &[u8] {
        let offset = self.at.checked_sub(self.start).and_then(|offset| usize::try_from(offset).ok());
        offset.and_then(|offset| self.buffer.get(offset..)).unwrap_or(&[])
    }

    fn refill(&mut self) -> io::Result<()> {
        self.buffer.resize(WINDOW_BYTES, 0);
        let read = loop {
            match self.file.read_at(&mut self.buffer, self.at) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.start = self.at;
        self.buffer.truncate(*read.as_ref().unwrap_or(&0));
        read.map(|_| ())
    }
}

impl Read for Window {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.buffered().is_empty() {
            if out.len() >= WINDOW_BYTES {
                let read = self.file.read_at(out, self.at)?;
                self.at += read as u64;
                return Ok(read);
            }
            self.refill()?;
        }
        let available = self.buffered();
        let count = available.len().min(out.len());
        out[..count].copy_from_slice(&available[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Window {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(offset) => self.len.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
        };
        self.at = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}
