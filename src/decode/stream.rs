//! One coded stream: packets to trimmed frames, and seeking to an exact frame. Called by `sound`.
//!
//! Places are frames on the stream's own clock (`i64`); the window says which of them are music. Where time stamps count
//! samples they are believed, so a hole in the stream moves the place; Matroska's are milliseconds, so packets are
//! counted from the first.

use std::ops::Range;
use std::sync::Arc;

use symphonia::core::errors::Error;
use symphonia::core::formats::{FormatReader, SeekMode, SeekTo};
use symphonia::core::meta::StandardTag;
use symphonia::core::packet::Packet;
use symphonia::core::units::Timestamp;

use super::aac;
use super::container::Container;
use super::decoder::Decoder;
use super::demux::{self, Demux};
use super::encoding::guess_text;
use super::error::DecodeError;
use super::file::FileSpan;
use super::guard::contain;
use super::measure::Measure;
use super::tags;
use super::window::Window;
use crate::model::audio::Spec;
use crate::model::loudness::LoudnessTags;
use crate::model::track::Codec;

/// Most frames that one read delivers.
const MAX_READ_FRAMES: usize = 8_192;
/// Damaged packets in a row that end a track: seconds of sound.
const MAX_CORRUPT_IN_A_ROW: u32 = 256;
/// Failures of the container in a row that are taken for its end.
const MAX_FAULTS_IN_A_ROW: u32 = 32;
/// Packets looked at for one that decodes.
const MAX_FIRST_PACKETS: u32 = 64;
/// Frames that lossy codecs decode before the target of a seek, for overlaps and bit reservoirs to fill: two of Vorbis'
/// longest blocks are within.
const LOSSY_PREROLL_FRAMES: i64 = 9_216;
/// RFC 7845 §4.6 asks for 80 ms at least; its predictors converge to below 0.001 of full scale in half a second.
const OPUS_PREROLL_FRAMES: i64 = 24_000;
/// No Ogg page holds more seconds than this. The last page's time stamps are only right behind another page.
const OGG_PAGE_SECONDS: i64 = 6;

/// Bit depth in an ALAC magic cookie, which may stand behind the headers of two atoms.
fn alac_bits(cookie: &[u8]) -> Option<u32> {
    let cookie = if cookie.get(4..8) == Some(b"frma") { cookie.get(24..)? } else { cookie };
    cookie.get(5).copied().map(u32::from)
}

/// `artist - title` of the tags that came before the sound, or what of it there is.
fn title_of(reader: &mut dyn FormatReader) -> Option<Arc<str>> {
    let mut metadata = reader.metadata();
    let revision = metadata.skip_to_latest()?;
    let of_tracks = revision.per_track.iter().flat_map(|track| &track.metadata.tags);
    let standard = revision.media.tags.iter().chain(of_tracks).filter_map(|tag| tag.std.as_ref());
    let (mut artist, mut title) = (None, None);
    for tag in standard {
        match tag {
            StandardTag::Artist(text) => artist = artist.or(Some(text)),
            StandardTag::TrackTitle(text) => title = title.or(Some(text)),
            _ => {}
        }
    }
    let words = [artist, title].into_iter().flatten().map(|text| guess_text(text.as_bytes(), None));
    let words: Vec<String> = words.filter(|text| !text.is_empty()).collect();
    (!words.is_empty()).then(|| Arc::from(words.join(" - ")))
}

/// See the module's head.
pub(super) struct Coded {
    file: FileSpan,
    /// Of what comes as a stream.
    title: Option<Arc<str>>,
    demux: Demux,
    decoder: Decoder,
    measure: Option<Measure>,
    spec: Spec,
    loudness: LoudnessTags,
    window: Window,
    /// Place of the first coded frame.
    begin: i64,
    /// Place of the first frame in `ready`, or of the next packet where that is empty.
    at: i64,
    /// Frames of the decoder's last packet that are still to be delivered.
    ready: Range<usize>,
    /// Frames before this place are decoded but not delivered.
    deliver_from: i64,
    /// Whether `at` is known: not between a jump and the next packet.
    is_placed: bool,
    is_ended: bool,
    held: Option<Packet>,
    /// Frames that the last packet gave.
    packet_frames: i64,
    corrupt_packets: u64,
    corrupt_in_a_row: u32,
}

impl Coded {
    pub(super) fn open(file: &FileSpan) -> Result<Self, DecodeError> {
        let mut demux = demux::open(file)?;
        let title = if file.is_sequential() { title_of(demux.reader.as_mut()) } else { None };
        let loudness = tags::loudness(demux.reader.as_mut(), demux.container, demux.codec, file);
        let decoder = Decoder::new(demux.codec, &demux.params, demux.container)?;
        let measure = Measure::new(demux.codec, demux.params.extra_data.as_deref().unwrap_or(&[]));
        let mut stream = Self {
            file: file.clone(),
            title,
            measure: measure.filter(|_| demux.container == Container::Matroska),
            demux,
            decoder,
            spec: Spec { rate: 1, channels: 1 },
            loudness,
            window: Window::default(),
            begin: 0,
            at: 0,
            ready: 0..0,
            deliver_from: i64::MIN,
            is_placed: false,
            is_ended: false,
            held: None,
            packet_frames: 0,
            corrupt_packets: 0,
            corrupt_in_a_row: 0,
        };
        stream.decode_first()?;
        stream.window = Window::of(&stream.demux, file, stream.spec.rate);
        if file.is_endless() {
            stream.window = Window { first: stream.window.first, ..Window::default() };
        }
        stream.deliver_from = stream.window.first;
        Ok(stream)
    }

    /// Decodes up to the first packet that gives frames: only then rate and channels are certain.
    fn decode_first(&mut self) -> Result<(), DecodeError> {
        for tried in 0..MAX_FIRST_PACKETS {
            let Some(packet) = self.next_packet()? else {
                break;
            };
            if tried == 0 {
                self.begin = self.stamp(&packet).unwrap_or(0);
            }
            if let Some(frames) = self.place_and_decode(&packet).filter(|&frames| frames > 0) {
                self.spec = self.decoder.spec()?;
                self.ready = 0..frames;
                return Ok(());
            }
        }
        Err(DecodeError::Damaged("no packet of it can be decoded".into()))
    }

    /// What the tags in the stream's head call it: `artist - title`, or what of it there is.
    pub(super) fn title(&self) -> Option<Arc<str>> {
        self.title.clone()
    }

    pub(super) fn container(&self) -> Container {
        self.demux.container
    }

    pub(super) fn codec(&self) -> Codec {
        self.demux.codec
    }

    pub(super) fn spec(&self) -> Spec {
        self.spec
    }

    /// Significant bits of a sample, for codecs that have them.
    pub(super) fn bits(&self) -> Option<u8> {
        let params = &self.demux.params;
        let bits = match self.demux.codec {
            Codec::Alac => params.extra_data.as_deref().and_then(alac_bits),
            Codec::Flac => params.bits_per_sample,
            Codec::Pcm => params.bits_per_coded_sample.or(params.bits_per_sample),
            _ => None,
        };
        bits.and_then(|bits| u8::try_from(bits).ok()).filter(|bits| (1..=64).contains(bits))
    }

    /// See [`super::SourceInfo`].
    pub(super) fn lost(&self) -> Option<&'static str> {
        let config = self.demux.params.extra_data.as_deref().filter(|_| self.demux.codec == Codec::Aac)?;
        aac::lost(config)
    }

    pub(super) fn loudness(&self) -> LoudnessTags {
        self.loudness
    }

    pub(super) fn window(&self) -> Window {
        self.window
    }

    /// Encoder delay that is taken off.
    pub(super) fn trim_start(&self) -> u64 {
        u64::try_from(self.window.first.saturating_sub(self.begin)).unwrap_or(0)
    }

    pub(super) fn corrupt_packets(&self) -> u64 {
        self.corrupt_packets
    }

    /// Music frames before the next one to be read.
    pub(super) fn position(&self) -> u64 {
        let at = if self.is_ended { self.at } else { self.at.max(self.deliver_from) };
        u64::try_from(at.saturating_sub(self.window.first)).unwrap_or(0)
    }

    /// Appends the next frames; 0 at the end.
    pub(super) fn read(&mut self, out: &mut Vec<f32>) -> Result<usize, DecodeError> {
        if !self.prepare()? {
            return Ok(0);
        }
        let room = self.window.end.map_or(i64::MAX, |end| end.saturating_sub(self.at));
        let frames = self.ready.len().min(MAX_READ_FRAMES).min(usize::try_from(room).unwrap_or(0));
        if frames == 0 {
            self.end();
            return Ok(0);
        }
        self.decoder.append(self.ready.start..self.ready.start + frames, out);
        self.take(frames);
        Ok(frames)
    }

    /// Decodes until a frame that is to be delivered is ready; `false` at the end.
    fn prepare(&mut self) -> Result<bool, DecodeError> {
        loop {
            if self.is_ended {
                return Ok(false);
            }
            let early = usize::try_from(self.deliver_from.saturating_sub(self.at)).unwrap_or(0);
            self.take(early.min(self.ready.len()));
            if !self.ready.is_empty() {
                return Ok(true);
            }
            if !self.decode_next()? {
                self.end();
            }
        }
    }

    fn take(&mut self, frames: usize) {
        self.ready.start += frames;
        self.at += frames as i64;
    }

    fn end(&mut self) {
        self.ready = 0..0;
        self.is_ended = true;
    }

    /// Decodes the next good packet; `false` at the end of the stream, or where another spec begins, which the block
    /// format of one source cannot carry.
    fn decode_next(&mut self) -> Result<bool, DecodeError> {
        while let Some(packet) = self.next_packet()? {
            match self.place_and_decode(&packet) {
                Some(0) => {}
                Some(frames) => {
                    self.ready = 0..frames;
                    return Ok(self.decoder.spec().is_ok_and(|spec| spec == self.spec));
                }
                None if self.corrupt_in_a_row >= MAX_CORRUPT_IN_A_ROW => {
                    return Err(DecodeError::TooManyCorrupt { packets: self.corrupt_in_a_row });
                }
                None => {}
            }
        }
        Ok(false)
    }

    /// Decodes the packet and moves `at` to its first frame, or behind it where it gives none.
    fn place_and_decode(&mut self, packet: &Packet) -> Option<usize> {
        self.place(packet);
        let measured = self.measure.as_mut().map(|measure| measure.frames(&packet.data).cast_signed());
        let Some(frames) = self.decode(packet) else {
            self.note_corrupt();
            self.at += measured.unwrap_or(0);
            return None;
        };
        self.corrupt_in_a_row = 0;
        self.packet_frames = frames as i64;
        // Right after a jump a decoder may give more or fewer frames than in the run: the packet's end is what is known.
        self.at += measured.map_or(0, |measured| measured - frames as i64);
        Some(frames)
    }

    fn place(&mut self, packet: &Packet) {
        let stamp = self.stamp(packet);
        if let Some(stamp) = stamp.filter(|_| !self.is_placed) {
            self.at = stamp;
        } else if let Some(stamp) = stamp.filter(|&stamp| self.is_hole(stamp, packet)) {
            // The container itself left out what was damaged, or the packet before gave no frames and was counted.
            if self.corrupt_in_a_row == 0 {
                self.note_corrupt();
            }
            self.at = stamp;
        }
        self.is_placed = true;
    }

    /// Whether frames are missing before the packet: it comes later by as much as a packet holds, or the one before gave
    /// nothing. Less is a muxer's unsteady clock, as of what was transcoded from Vorbis: its packets touch.
    fn is_hole(&self, stamp: i64, packet: &Packet) -> bool {
        let gap = stamp - self.at;
        // Of Ogg's packets the last on a page may be said to be shorter than it is.
        let whole = self.frames_of(packet.dur.get()).max(self.packet_frames);
        gap > 0 && self.is_exact() && (self.corrupt_in_a_row > 0 || gap >= whole)
    }

    /// Frames of the packet; `None` where it is damaged, also where the decoder panics over it and must be made anew.
    fn decode(&mut self, packet: &Packet) -> Option<usize> {
        let decoded = contain(|| Ok(self.decoder.decode(packet)));
        decoded.unwrap_or_else(|_| {
            if let Ok(decoder) = Decoder::new(self.demux.codec, &self.demux.params, self.demux.container) {
                self.decoder = decoder;
            }
            None
        })
    }

    fn note_corrupt(&mut self) {
        self.corrupt_in_a_row += 1;
        // A decoder that was just reset may fail for want of the packets before; that is no damage.
        if self.at >= self.deliver_from {
            self.corrupt_packets += 1;
        }
    }

    /// The next packet of our track; `None` at the end, also where the file is cut or its container falls apart.
    fn next_packet(&mut self) -> Result<Option<Packet>, DecodeError> {
        if let Some(packet) = self.held.take() {
            return Ok(Some(packet));
        }
        let mut faults = 0;
        loop {
            match self.demux.reader.next_packet() {
                Ok(Some(packet)) if packet.track_id == self.demux.track.id => return Ok(Some(packet)),
                Ok(Some(_)) => {}
                Ok(None) | Err(Error::ResetRequired) => return Ok(None),
                Err(Error::IoError(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                    return Ok(None);
                }
                Err(Error::IoError(error)) => return Err(DecodeError::Read(error)),
                Err(_) if faults < MAX_FAULTS_IN_A_ROW => {
                    faults += 1;
                    self.corrupt_packets += 1;
                }
                Err(_) => return Ok(None),
            }
        }
    }

    /// Whether a tick of the container's clock is a frame.
    fn is_exact(&self) -> bool {
        let base = self.demux.track.time_base;
        base.is_some_and(|base| base.numer.get() == 1 && base.denom.get() == self.spec.rate)
    }

    /// The packet's place by its time stamp; `None` where time stamps are too coarse.
    fn stamp(&self, packet: &Packet) -> Option<i64> {
        let base = self.demux.track.time_base.filter(|_| self.demux.container != Container::Matroska)?;
        let rate = if self.spec.rate > 1 { self.spec.rate } else { self.demux.params.sample_rate? };
        let (numer, denom) = (i128::from(base.numer.get()), i128::from(base.denom.get()));
        let frames = i128::from(packet.pts.get()) * numer * i128::from(rate);
        if numer == 1 && denom == i128::from(rate) {
            return Some(packet.pts.get());
        }
        // The nearest packet boundary, where packets are alike.
        let grid = if self.demux.codec == Codec::Aac { 1_024 } else { 1 };
        i64::try_from((frames + denom * grid / 2).div_euclid(denom * grid) * grid).ok()
    }

    /// Frames in so many ticks of the container's clock, rounded down; 0 without a clock.
    fn frames_of(&self, ticks: u64) -> i64 {
        let frames = self.demux.track.time_base.map(|base| {
            let ticks = u128::from(ticks) * u128::from(base.numer.get()) * u128::from(self.spec.rate);
            ticks / u128::from(base.denom.get())
        });
        frames.and_then(|frames| i64::try_from(frames).ok()).unwrap_or(0)
    }

    /// Time stamp of a place, rounded down.
    fn time_stamp(&self, place: i64) -> Option<Timestamp> {
        let base = self.demux.track.time_base?;
        let ticks = i128::from(place) * i128::from(base.denom.get());
        let ticks = ticks.div_euclid(i128::from(base.numer.get()) * i128::from(self.spec.rate));
        i64::try_from(ticks).ok().map(Timestamp::new)
    }

    /// The next read begins at `frame`, or at the end where there are not as many.
    pub(super) fn seek(&mut self, frame: u64) -> Result<(), DecodeError> {
        let frame = self.window.total.map_or(frame, |total| frame.min(total));
        let target = i64::try_from(frame).unwrap_or(i64::MAX).saturating_add(self.window.first);
        if self.window.total == Some(frame) {
            self.at = target;
            self.end();
            return Ok(());
        }
        let is_near = target >= self.at.max(self.deliver_from)
            && target.saturating_sub(self.at) <= i64::from(self.spec.rate / 2);
        if self.is_ended || !is_near {
            self.jump(target)?;
        }
        self.deliver_from = target;
        if !self.prepare()? && self.window.total.is_none_or(|total| total > frame) && self.at < target {
            tracing::debug!(frame, "the stream ends before the place sought");
        }
        Ok(())
    }

    /// Moves to a packet far enough before `target`, with a fresh decoder.
    fn jump(&mut self, target: i64) -> Result<(), DecodeError> {
        let preroll = match self.demux.codec {
            Codec::Opus => OPUS_PREROLL_FRAMES,
            codec if codec.is_lossless() => 0,
            _ => LOSSY_PREROLL_FRAMES,
        };
        let want = target.saturating_sub(preroll).max(self.begin);
        self.deliver_from = target;
        if self.demux.container == Container::Matroska {
            return self.count_to(want);
        }
        // Some readers land late, and the last Ogg page must not be the first one read.
        let latest = match (self.demux.container, self.window.end) {
            (Container::Ogg, Some(end)) => end.saturating_sub(OGG_PAGE_SECONDS * i64::from(self.spec.rate)),
            _ => i64::MAX,
        };
        let second = i64::from(self.spec.rate);
        for back in [0, second, 10 * second] {
            let to = want.min(latest).saturating_sub(back).max(self.begin);
            if self.jump_by_stamp(to, target - preroll / 2)? {
                return Ok(());
            }
        }
        self.restart()
    }

    /// Lets the reader seek; `false` where it cannot, or where it landed behind `latest`.
    fn jump_by_stamp(&mut self, to: i64, latest: i64) -> Result<bool, DecodeError> {
        let Some(ts) = self.time_stamp(to) else {
            return Ok(false);
        };
        let seek = SeekTo::Timestamp { ts, track_id: self.demux.track.id };
        match self.demux.reader.seek(SeekMode::Accurate, seek) {
            Ok(_) => {}
            Err(Error::IoError(error)) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
                return Err(DecodeError::Read(error));
            }
            Err(_) => return Ok(false),
        }
        self.forget();
        let Some(packet) = self.next_packet()? else {
            return Ok(false);
        };
        let stamp = self.stamp(&packet).unwrap_or(i64::MAX);
        self.at = stamp;
        self.held = Some(packet);
        Ok(stamp <= latest.max(self.begin))
    }

    /// Counts packets up to the one that holds `want`, from here or from the start.
    fn count_to(&mut self, want: i64) -> Result<(), DecodeError> {
        let here = self.at + self.ready.len() as i64;
        if self.is_ended || want < here || self.measure.is_none() {
            self.restart()?;
        } else {
            self.forget();
            self.at = here;
            self.is_placed = true;
        }
        let Some(mut measure) = self.measure.take() else {
            return Ok(());
        };
        let result = self.step_over(want, &mut measure);
        self.measure = Some(measure);
        result
    }

    fn step_over(&mut self, want: i64, measure: &mut Measure) -> Result<(), DecodeError> {
        while let Some(packet) = self.next_packet()? {
            let before = measure.clone();
            let frames = measure.frames(&packet.data).cast_signed();
            if self.at + frames > want {
                *measure = before;
                self.held = Some(packet);
                break;
            }
            self.at += frames;
        }
        Ok(())
    }

    /// Opens the container anew: at the first packet.
    fn restart(&mut self) -> Result<(), DecodeError> {
        self.demux = demux::open(&self.file)?;
        self.forget();
        self.at = self.begin;
        self.is_placed = self.demux.container == Container::Matroska;
        if let Some(measure) = &mut self.measure {
            measure.reset();
        }
        Ok(())
    }

    fn forget(&mut self) {
        self.decoder.reset();
        self.ready = 0..0;
        self.held = None;
        self.is_placed = false;
        self.is_ended = false;
        self.corrupt_in_a_row = 0;
    }
}
