//! Which of a stream's coded frames are music: what the encoder put before and behind them is taken off here. One
//! function a container. Called by `stream` when a file is opened.

use symphonia::core::formats::{SeekMode, SeekTo};
use symphonia::core::units::{TimeBase, Timestamp};

use super::container::Container;
use super::decoder::{self, Decoder};
use super::demux::Demux;
use super::file::FileSpan;
use super::matroska;
use super::measure::Measure;
use super::mp4::{self, Edits};
use super::mpeg;
use crate::model::track::Codec;

/// Matroska files up to this many bytes are read through once to count their frames.
const MAX_COUNTED_BYTES: u64 = 64 << 20;
/// Samples before the music in AAC of an encoder that does not say (Apple's and everybody's usual value is more, but
/// one transform block is certain).
const AAC_PRIMING_FRAMES: i64 = 1_024;

/// Frames on the stream's own clock: a decoder's first frame is at the first packet's time stamp.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) first: i64,
    /// Where the music ends although the coded frames go on; `None` plays all there are.
    pub(super) end: Option<i64>,
    /// Frames of music where the container knows.
    pub(super) total: Option<u64>,
    /// Where it does not: a guess, for display.
    pub(super) estimated: Option<u64>,
    /// Coded frames behind `end`, where known.
    pub(super) padding: Option<u64>,
}

impl Window {
    /// `rate` is the decoder's.
    pub(super) fn of(demux: &Demux, file: &FileSpan, rate: u32) -> Self {
        match demux.container {
            Container::Mpeg => mpeg_window(demux, file),
            Container::Adts => Self { estimated: demux.track.num_frames, ..Self::default() },
            Container::Flac => Self { total: known(demux), ..Self::default() },
            Container::Wav | Container::Aiff => pcm_window(demux, file),
            Container::Caf => caf_window(demux, file),
            Container::Ogg => ogg_window(demux),
            Container::Mp4 => mp4_window(demux, file, rate),
            Container::Matroska => matroska_window(demux, file, rate),
            // Formats of our own do not come here.
            _ => Self::default(),
        }
    }

    fn between(first: i64, end: Option<i64>) -> Self {
        let total = end.map(|end| u64::try_from(end - first).unwrap_or(0));
        Self { first, end, total, ..Self::default() }
    }
}

fn known(demux: &Demux) -> Option<u64> {
    demux.track.num_frames.filter(|&frames| frames > 0)
}

fn to_frames(count: u64) -> Option<i64> {
    i64::try_from(count).ok()
}

/// symphonia's clock is at zero where the LAME tag says that music begins.
fn mpeg_window(demux: &Demux, file: &FileSpan) -> Window {
    if known(demux).is_none() || !mpeg::has_frame_count(file) {
        return Window { estimated: demux.track.num_frames, ..Window::default() };
    }
    let padding = demux.track.padding.map(u64::from);
    Window { padding, ..Window::between(0, known(demux).and_then(to_frames)) }
}

/// The header's count, unless it promises more than the file has: then it was cut, or never finished.
fn pcm_window(demux: &Demux, file: &FileSpan) -> Window {
    let channels = demux.params.channels.as_ref().map_or(1, |channels| channels.count().max(1)) as u64;
    let bits = demux.params.bits_per_coded_sample.or(demux.params.bits_per_sample);
    let bits = if demux.codec == Codec::Adpcm { 4 } else { u64::from(bits.unwrap_or(8)) };
    let most = file.len().saturating_mul(8) / (bits * channels).max(1);
    match known(demux) {
        Some(frames) if frames > most => Window { estimated: Some(most), ..Window::default() },
        // Its blocks have a fixed size, so the last one is filled up.
        Some(frames) if demux.codec == Codec::Adpcm => Window::between(0, to_frames(frames)),
        total => Window { total, ..Window::default() },
    }
}

/// Valid frames of the packet table; symphonia's clock is at zero behind the priming frames.
fn caf_window(demux: &Demux, file: &FileSpan) -> Window {
    let padding = demux.track.padding.map(u64::from);
    let mut end = known(demux).and_then(to_frames);
    // Some writers count whole packets only, though the last one holds less: it is asked itself.
    if let (Codec::Alac, None, Some(counted)) = (demux.codec, padding, end) {
        end = last_frame(file, counted).or(end);
    }
    Window { padding, ..Window::between(0, end) }
}

/// Place behind the last frame that decodes, sought from the one before `end`.
fn last_frame(file: &FileSpan, end: i64) -> Option<i64> {
    let mut demux = super::demux::open(file).ok()?;
    let mut decoder = Decoder::new(demux.codec, &demux.params, demux.container).ok()?;
    let ts = Timestamp::new(end.checked_sub(1)?);
    demux.reader.seek(SeekMode::Accurate, SeekTo::Timestamp { ts, track_id: demux.track.id }).ok()?;
    let packet = demux.reader.next_packet().ok()??;
    let frames = decoder.decode(&packet)?;
    packet.pts.get().checked_add(i64::try_from(frames).ok()?)
}

/// The last page's granule position is the end; a first page that begins later moves the start (RFC 7845 §4, Vorbis I
/// §A.2).
fn ogg_window(demux: &Demux) -> Window {
    let begin = demux.track.start_ts.get();
    let first = match demux.codec {
        // symphonia does not take the pre-skip off its time stamps.
        Codec::Opus => begin.max(0).saturating_add(pre_skip(demux)),
        // The first block only primes the overlap.
        Codec::Vorbis => begin.saturating_add(demux.track.delay.map_or(0, i64::from)).max(0),
        _ => begin.max(0),
    };
    let end = known(demux).and_then(to_frames).filter(|&end| end >= first);
    match demux.codec {
        Codec::Flac => Window { total: end.map(|end| end.cast_unsigned()), ..Window::default() },
        _ => Window { padding: demux.track.padding.map(u64::from), ..Window::between(first, end) },
    }
}

fn pre_skip(demux: &Demux) -> i64 {
    decoder::opus_head(&demux.params, demux.container).map_or(0, |head| i64::from(head.pre_skip))
}

fn mp4_window(demux: &Demux, file: &FileSpan, rate: u32) -> Window {
    let edits = mp4::edits(file, demux.track.id).unwrap_or_default();
    let coded = demux.track.duration.map(|ticks| ticks.get()).filter(|&ticks| ticks > 0);
    let scale = demux.track.time_base.map_or(rate, |base| base.denom.get());
    let coded = coded.map(|ticks| rescale(ticks, rate, scale));
    let default_first = match demux.codec {
        Codec::Aac => AAC_PRIMING_FRAMES,
        Codec::Opus => pre_skip(demux),
        _ => 0,
    };
    let (first, end) = mp4_span(&edits, rate, coded, default_first);
    let is_fragmented = coded.is_none();
    if is_fragmented && edits.itunes.is_none() {
        return Window { estimated: demux.track.num_frames, ..Window::between(first, None) };
    }
    let padding = edits.itunes.map(|itunes| itunes.padding).filter(|_| end != coded);
    Window { padding, ..Window::between(first, end) }
}

/// Start and end of the music: iTunes' tag, else the edit list, else the codec's usual delay.
fn mp4_span(edits: &Edits, rate: u32, coded: Option<i64>, default_first: i64) -> (i64, Option<i64>) {
    if let Some(itunes) = edits.itunes
        && let (Some(delay), Some(frames)) = (to_frames(itunes.delay), to_frames(itunes.frames))
        && coded.is_none_or(|coded| delay.saturating_add(frames) <= coded)
    {
        return (delay, Some(delay + frames));
    }
    let Some(edit) = edits.edit else {
        return (default_first, coded.filter(|&coded| coded >= default_first));
    };
    let first = rescale(edit.start.cast_unsigned(), rate, edits.media_scale);
    let first = coded.map_or(first, |coded| first.min(coded));
    if edit.duration == 0 || !edit.is_last {
        return (first, coded);
    }
    let end = first.saturating_add(rescale(edit.duration, rate, edits.movie_scale));
    // The movie's clock is often a millisecond's: an end that near to the media's own end is that end.
    let tick = i64::from(rate / edits.movie_scale.max(1)) + 1;
    match coded {
        Some(coded) if end > coded || coded - end <= tick => (first, Some(coded)),
        _ => (first, Some(end)),
    }
}

/// `ticks` at `scale` a second in frames, rounded to the nearest.
fn rescale(ticks: u64, rate: u32, scale: u32) -> i64 {
    let scale = u128::from(scale.max(1));
    let frames = (u128::from(ticks) * u128::from(rate) + scale / 2) / scale;
    i64::try_from(frames).unwrap_or(i64::MAX / 4).min(i64::MAX / 4)
}

/// Its clock is too coarse to tell a length: the packets are counted, and what the last block says is discarded.
fn matroska_window(demux: &Demux, file: &FileSpan, rate: u32) -> Window {
    let extra = demux.params.extra_data.as_deref().unwrap_or(&[]);
    if demux.codec == Codec::Flac
        && let Some(total) = stream_info_frames(extra)
    {
        return Window { total: Some(total), ..Window::default() };
    }
    let base = demux.reader.media_info().time_base;
    let duration = demux.reader.media_info().duration.map(|duration| duration.get());
    let estimated = duration.zip(base).map(|(ticks, base)| in_rate(ticks, base, rate));
    let first = match demux.codec {
        Codec::Opus => pre_skip(demux),
        _ => 0,
    };
    let unknown = Window { first, estimated, ..Window::default() };
    if file.len() > MAX_COUNTED_BYTES || !file.is_near() {
        return unknown;
    }
    let Some(counted) = count(file, demux) else {
        return unknown;
    };
    let padding = matroska::discard_ns(file, demux.track.id).map(|ns| rescale(ns, rate, 1_000_000_000));
    let first = if demux.codec == Codec::Vorbis { counted.first } else { first };
    let end = counted.all.saturating_sub(padding.unwrap_or(0)).max(first);
    Window { padding: padding.map(i64::cast_unsigned), ..Window::between(first, Some(end)) }
}

fn in_rate(ticks: u64, base: TimeBase, rate: u32) -> u64 {
    let frames =
        u128::from(ticks) * u128::from(base.numer.get()) * u128::from(rate) / u128::from(base.denom.get());
    u64::try_from(frames).unwrap_or(u64::MAX)
}

/// Total frames of a STREAMINFO block, where it knows (RFC 9639 §8.2).
fn stream_info_frames(extra: &[u8]) -> Option<u64> {
    let bytes = extra.get(13..18)?;
    let total = u64::from(bytes[0] & 15) << 32 | u64::from(u32::from_be_bytes(*bytes[1..].first_chunk()?));
    (total > 0).then_some(total)
}

struct Counted {
    /// Frames of the first packet.
    first: i64,
    all: i64,
}

fn count(file: &FileSpan, demux: &Demux) -> Option<Counted> {
    let mut measure = Measure::new(demux.codec, demux.params.extra_data.as_deref().unwrap_or(&[]))?;
    let mut reader = super::demux::open(file).ok()?.reader;
    let mut counted: Option<Counted> = None;
    while let Ok(Some(packet)) = reader.next_packet() {
        if packet.track_id == demux.track.id {
            let frames = measure.frames(&packet.data).cast_signed();
            let counted = counted.get_or_insert(Counted { first: frames, all: 0 });
            counted.all += frames;
        }
    }
    counted
}

#[cfg(test)]
mod tests {
    use super::super::mp4::{Edit, Itunes};
    use super::*;

    const EDIT: Edit = Edit { start: 1_024, duration: 1_000, is_last: true };
    const EDITS: Edits = Edits { media_scale: 44_100, movie_scale: 1_000, edit: Some(EDIT), itunes: None };

    #[test]
    fn an_edit_that_ends_with_the_media_ends_on_its_exact_frame() {
        // One second in milliseconds; the media itself has 44 117 frames behind the priming, 17 more than the edit says.
        assert_eq!(mp4_span(&EDITS, 44_100, Some(1_024 + 44_117), 0), (1_024, Some(1_024 + 44_117)));
        // A real cut.
        assert_eq!(mp4_span(&EDITS, 44_100, Some(100_000), 0), (1_024, Some(1_024 + 44_100)));
        // An edit beyond the media.
        assert_eq!(mp4_span(&EDITS, 44_100, Some(30_000), 0), (1_024, Some(30_000)));
    }

    #[test]
    fn itunes_tag_goes_before_edits_and_the_usual_delay_comes_last() {
        let itunes = Some(Itunes { delay: 2_112, padding: 892, frames: 44_100 });
        assert_eq!(mp4_span(&Edits { itunes, ..EDITS }, 44_100, Some(47_104), 0), (2_112, Some(46_212)));
        // A tag that promises more than there is was copied from another file.
        assert_eq!(
            mp4_span(&Edits { itunes, ..EDITS }, 44_100, Some(46_000), 0),
            (1_024, Some(1_024 + 44_100))
        );
        let none = Edits { edit: None, ..EDITS };
        assert_eq!(mp4_span(&none, 44_100, Some(47_104), 1_024), (1_024, Some(47_104)));
    }
}
