//! A WAV file that is valid at any moment: RIFF (Microsoft "Multiple Channel Audio Data and WAVE Files"), growing into
//! RF64 (EBU Tech 3306) beyond 4 GiB. Called by the `file` output on its thread, by its opening, and by `render`.
//!
//! Layout: `RIFF`/`RF64`, `JUNK` or `ds64` (28 bytes), `LIST INFO` (`ISFT`: who wrote it; then what is told), `fmt ` (40
//! bytes, always extensible), `fact`, `data`. All of it has one length, so the header is written again in place as the data
//! grow. Chunks that say more may follow the data.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use super::encode::sample_bytes;
use crate::model::audio::{SampleFormat, Spec};

/// Names the writer in `ISFT`; also how a file of ours is known again.
const SOFTWARE: &[u8; 8] = b"Auralis\0";
/// In a file that is no recording: it is not taken for one, and so not replaced by the next.
const SOFTWARE_OF_RENDERS: &[u8; 8] = b"auralis\0";
/// Bytes before the first sample, without the list's items; and of a recording.
const PLAIN_BYTES: u64 = 12 + 36 + 12 + 48 + 12 + 8;
const HEADER_BYTES: u64 = PLAIN_BYTES + 16;
const SOFTWARE_AT: usize = 12 + 36 + 20;
/// Data after which the header is written again.
const HEADER_EVERY: u64 = 1 << 20;
/// The last 14 bytes of the two sub-format ids; the first two say which (1 integer, 3 float).
const SUBFORMAT: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

#[derive(Debug)]
pub struct WavFile {
    file: File,
    spec: Spec,
    format: SampleFormat,
    /// Items of the list of texts: who wrote it, and what is told.
    texts: Vec<u8>,
    data_bytes: u64,
    /// Of the chunks behind the data.
    behind_bytes: u64,
    /// Data that the header on the disk speaks of.
    told_bytes: u64,
}

impl WavFile {
    /// Writes the header of an empty file.
    pub fn create(file: File, spec: Spec, format: SampleFormat) -> io::Result<Self> {
        Self::begin(file, spec, format, item(SOFTWARE))
    }

    /// That of a file that is no recording, with more `texts`: items of `LIST INFO`, of even length as a whole.
    pub fn create_with(file: File, spec: Spec, format: SampleFormat, texts: &[u8]) -> io::Result<Self> {
        Self::begin(file, spec, format, [&item(SOFTWARE_OF_RENDERS)[..], texts].concat())
    }

    fn begin(file: File, spec: Spec, format: SampleFormat, texts: Vec<u8>) -> io::Result<Self> {
        let mut wav = Self { file, spec, format, texts, data_bytes: 0, behind_bytes: 0, told_bytes: 0 };
        wav.write_header()?;
        Ok(wav)
    }

    /// Where the data begin.
    fn data_at(&self) -> u64 {
        PLAIN_BYTES + self.texts.len() as u64
    }

    /// Appends whole frames. After a failure the file ends where it ended before.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Err(error) = self.file.write_all_at(bytes, self.data_at() + self.data_bytes) {
            // Both give back space or use none; where they fail too, the header still tells of no more than there is.
            let _ = self.file.set_len(self.data_at() + self.data_bytes);
            let _ = self.settle();
            return Err(error);
        }
        self.data_bytes += bytes.len() as u64;
        if self.data_bytes - self.told_bytes >= HEADER_EVERY { self.settle() } else { Ok(()) }
    }

    /// Puts a chunk behind the data; no more of them may come then.
    pub fn put_behind(&mut self, name: [u8; 4], body: &[u8]) -> io::Result<()> {
        let size = u32::try_from(body.len()).map_err(io::Error::other)?;
        self.settle()?;
        let mut bytes = [&name[..], &size.to_le_bytes(), body].concat();
        bytes.resize(bytes.len().next_multiple_of(2), 0);
        let at = self.data_at() + self.data_bytes.next_multiple_of(2) + self.behind_bytes;
        self.file.write_all_at(&bytes, at)?;
        self.behind_bytes += bytes.len() as u64;
        self.write_header()
    }

    /// Makes the header speak of all data.
    pub(super) fn settle(&mut self) -> io::Result<()> {
        if self.told_bytes == self.data_bytes {
            return Ok(());
        }
        // RIFF chunks begin at even offsets. The next data overwrite the pad.
        if self.data_bytes % 2 == 1 {
            self.file.write_all_at(&[0], self.data_at() + self.data_bytes)?;
        }
        self.write_header()
    }

    /// Everything is on the disk.
    pub fn finish(&mut self) -> io::Result<()> {
        self.settle()?;
        self.file.sync_data()
    }

    fn write_header(&mut self) -> io::Result<()> {
        let header = header(self.spec, self.format, &self.texts, self.data_bytes, self.behind_bytes);
        self.file.write_all_at(&header, 0)?;
        self.told_bytes = self.data_bytes;
        Ok(())
    }
}

/// `ISFT` of `LIST INFO`.
fn item(software: &[u8; 8]) -> Vec<u8> {
    [&b"ISFT\x08\0\0\0"[..], software].concat()
}

/// Whether a file begins as our recordings do.
pub(super) fn is_ours(file: &File) -> bool {
    let mut start = [0; HEADER_BYTES as usize];
    let read = file.read_exact_at(&mut start, 0).is_ok();
    let riff = start.starts_with(b"RIFF") || start.starts_with(b"RF64");
    read && riff && start[SOFTWARE_AT..].starts_with(SOFTWARE)
}

fn header(spec: Spec, format: SampleFormat, texts: &[u8], data_bytes: u64, behind_bytes: u64) -> Vec<u8> {
    let frame_bytes = u64::from(spec.channels) * sample_bytes(format) as u64;
    let frames = data_bytes / frame_bytes.max(1);
    let header_bytes = PLAIN_BYTES + texts.len() as u64;
    let riff_bytes = header_bytes - 8 + data_bytes.next_multiple_of(2) + behind_bytes;
    // EBU Tech 3306: a size that does not fit is all ones, and the true one stands in `ds64`.
    let is_long = riff_bytes > u64::from(u32::MAX);
    let short = |size: u64| if is_long { u32::MAX } else { size as u32 }.to_le_bytes();

    let mut out = Vec::with_capacity(header_bytes as usize);
    out.extend(if is_long { b"RF64" } else { b"RIFF" });
    out.extend(short(riff_bytes));
    out.extend(b"WAVE");
    out.extend(if is_long { b"ds64" } else { b"JUNK" });
    out.extend(28u32.to_le_bytes());
    for size in if is_long { [riff_bytes, data_bytes, frames] } else { [0; 3] } {
        out.extend(size.to_le_bytes());
    }
    out.extend(0u32.to_le_bytes());
    out.extend(b"LIST");
    out.extend((4 + texts.len() as u32).to_le_bytes());
    out.extend(b"INFO");
    out.extend(texts);
    push_format(&mut out, spec, format, frame_bytes);
    out.extend(b"fact\x04\0\0\0");
    out.extend(short(frames));
    out.extend(b"data");
    out.extend(short(data_bytes));
    out
}

fn push_format(out: &mut Vec<u8>, spec: Spec, format: SampleFormat, frame_bytes: u64) {
    let bits = sample_bytes(format) as u16 * 8;
    out.extend(b"fmt ");
    out.extend(40u32.to_le_bytes());
    out.extend(0xfffe_u16.to_le_bytes());
    out.extend(spec.channels.to_le_bytes());
    out.extend(spec.rate.to_le_bytes());
    out.extend((u64::from(spec.rate) * frame_bytes).min(u64::from(u32::MAX)).to_le_bytes().iter().take(4));
    out.extend((frame_bytes as u16).to_le_bytes());
    out.extend(bits.to_le_bytes());
    out.extend(22u16.to_le_bytes());
    out.extend(bits.to_le_bytes());
    out.extend(channel_mask(spec.channels).to_le_bytes());
    out.extend(if format == SampleFormat::F32 { 3u16 } else { 1 }.to_le_bytes());
    out.extend(SUBFORMAT);
}

/// Speakers in the usual order of each count (front left, front right, centre, low frequency, back, side); 0 where there
/// is no usual one.
fn channel_mask(channels: u16) -> u32 {
    match channels {
        1 => 0x4,
        2 => 0x3,
        3 => 0x7,
        4 => 0x33,
        5 => 0x37,
        6 => 0x3f,
        7 => 0x13f,
        8 => 0x63f,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn u32_at(header: &[u8], at: usize) -> u32 {
        u32::from_le_bytes(header[at..at + 4].try_into().unwrap())
    }

    fn u64_at(header: &[u8], at: usize) -> u64 {
        u64::from_le_bytes(header[at..at + 8].try_into().unwrap())
    }

    #[test]
    fn chunks_follow_each_other_and_end_where_the_data_begin() {
        let header =
            header(Spec { rate: 44_100, channels: 2 }, SampleFormat::S16, b"INAM\x02\0\0\0a\0", 4_000, 0);
        let mut at = 12;
        let mut names = Vec::new();
        while at < header.len() {
            names.push(std::str::from_utf8(&header[at..at + 4]).unwrap());
            at += 8 + u32_at(&header, at + 4) as usize;
        }
        assert_eq!(names, ["JUNK", "LIST", "fmt ", "fact", "data"]);
        assert_eq!(at, header.len() + 4_000);
        assert_eq!(u32_at(&header, 4) as usize, header.len() - 8 + 4_000);
        assert_eq!(header.len() as u64, PLAIN_BYTES + 10);
    }

    #[test]
    fn beyond_4_gib_it_is_rf64_with_the_true_sizes() {
        let spec = Spec { rate: 48_000, channels: 2 };
        let data = 6_000_000_000;
        let header = header(spec, SampleFormat::F32, &item(SOFTWARE), data, 0);
        assert_eq!((&header[..4], &header[12..16]), (&b"RF64"[..], &b"ds64"[..]));
        assert_eq!(u32_at(&header, 4), u32::MAX);
        assert_eq!(u64_at(&header, 20), HEADER_BYTES - 8 + data);
        assert_eq!(u64_at(&header, 28), data);
        assert_eq!(u64_at(&header, 36), data / 8);
        assert_eq!(u32_at(&header, header.len() - 4), u32::MAX);
    }

    #[test]
    fn a_file_of_ours_is_known_again_and_others_are_not() {
        let ours = tempfile::tempfile().unwrap();
        let spec = Spec { rate: 44_100, channels: 1 };
        let mut wav = WavFile::create(ours.try_clone().unwrap(), spec, SampleFormat::S24).unwrap();
        assert!(is_ours(&ours));
        wav.append(&[1, 2, 3]).unwrap();
        wav.finish().unwrap();
        assert!(is_ours(&ours));
        assert_eq!(ours.metadata().unwrap().len(), HEADER_BYTES + 4, "an odd length is padded");
        let other = tempfile::tempfile().unwrap();
        other.write_all_at(b"RIFF\x24\0\0\0WAVEfmt ", 0).unwrap();
        assert!(!is_ours(&other));
        let render = tempfile::tempfile().unwrap();
        WavFile::create_with(render.try_clone().unwrap(), spec, SampleFormat::S24, b"").unwrap();
        assert!(!is_ours(&render));
    }

    #[test]
    fn a_chunk_behind_the_data_lies_within_the_file_that_the_header_tells() {
        let file = tempfile::tempfile().unwrap();
        let spec = Spec { rate: 44_100, channels: 1 };
        let mut wav = WavFile::create(file.try_clone().unwrap(), spec, SampleFormat::S24).unwrap();
        wav.append(&[1, 2, 3]).unwrap();
        wav.put_behind(*b"id3 ", b"abc").unwrap();
        wav.finish().unwrap();
        let mut all = vec![0; file.metadata().unwrap().len() as usize];
        file.read_exact_at(&mut all, 0).unwrap();
        assert_eq!(all[HEADER_BYTES as usize..], *b"\x01\x02\x03\0id3 \x03\0\0\0abc\0");
        assert_eq!(u32_at(&all, 4) as usize, all.len() - 8);
        assert_eq!(u32_at(&all, HEADER_BYTES as usize - 4), 3);
    }

    #[test]
    fn data_that_follow_an_odd_end_overwrite_its_pad() {
        let file = tempfile::tempfile().unwrap();
        let spec = Spec { rate: 44_100, channels: 1 };
        let mut wav = WavFile::create(file.try_clone().unwrap(), spec, SampleFormat::S24).unwrap();
        wav.append(&[1, 2, 3]).unwrap();
        wav.finish().unwrap();
        wav.append(&[4, 5, 6]).unwrap();
        wav.finish().unwrap();
        let mut data = [0; 6];
        file.read_exact_at(&mut data, HEADER_BYTES).unwrap();
        assert_eq!(data, [1, 2, 3, 4, 5, 6]);
        assert_eq!(file.metadata().unwrap().len(), HEADER_BYTES + 6);
    }
}
