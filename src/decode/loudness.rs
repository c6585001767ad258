//! What tags say of gain and peak, whatever the tag is called and whoever wrote it: ReplayGain 1 and 2, R128, ID3's RVA2,
//! Apple's Sound Check, the LAME header. Pure; `tags` brings the tags.

use crate::model::loudness::{Leveling, LoudnessTags, R128_LUFS, REPLAYGAIN_LUFS};
use crate::model::track::Codec;

/// Beyond this no gain is meant seriously, in dB.
const MOST_GAIN_DB: f32 = 60.0;
/// Decoded sound overshoots full scale by a few dB, never by this factor.
const HIGHEST_PEAK: f32 = 16.0;
/// What LAME before 3.95 measured against is this much below the 89 dB of all others.
const OLD_LAME_DB: f32 = 6.0;

/// All that was found in a file, each kind by itself; [`Self::tags`] chooses. What is taken first stays.
#[derive(Debug, Default)]
pub(super) struct Loudness {
    replay_gain: LoudnessTags,
    r128: LoudnessTags,
    rva2: LoudnessTags,
    sound_check: Leveling,
    lame: LoudnessTags,
}

impl Loudness {
    pub(super) fn is_empty(&self) -> bool {
        self.tags(Codec::Pcm).is_empty()
    }

    /// A tag of text. `name` in any case; a level before an `@` is Matroska's (`TRACK@REPLAYGAIN_GAIN`).
    pub(super) fn take(&mut self, name: &str, text: &str) {
        let name = name.to_ascii_uppercase();
        let (level, name) = name.split_once('@').unwrap_or(("", &name));
        let (track, album) = (&mut self.replay_gain.track, &mut self.replay_gain.album);
        match name {
            "REPLAYGAIN_TRACK_GAIN" => keep(&mut track.gain_db, decibels(text)),
            "REPLAYGAIN_TRACK_PEAK" => keep(&mut track.peak, peak(text)),
            "REPLAYGAIN_ALBUM_GAIN" => keep(&mut album.gain_db, decibels(text)),
            "REPLAYGAIN_ALBUM_PEAK" => keep(&mut album.peak, peak(text)),
            "REPLAYGAIN_GAIN" if level == "ALBUM" => keep(&mut album.gain_db, decibels(text)),
            "REPLAYGAIN_PEAK" if level == "ALBUM" => keep(&mut album.peak, peak(text)),
            "REPLAYGAIN_GAIN" => keep(&mut track.gain_db, decibels(text)),
            "REPLAYGAIN_PEAK" => keep(&mut track.peak, peak(text)),
            "R128_TRACK_GAIN" => keep(&mut self.r128.track.gain_db, r128(text)),
            "R128_ALBUM_GAIN" => keep(&mut self.r128.album.gain_db, r128(text)),
            "ITUNNORM" => {
                let found = sound_check(text).unwrap_or_default();
                keep(&mut self.sound_check.gain_db, found.gain_db);
                keep(&mut self.sound_check.peak, found.peak);
            }
            _ => {}
        }
    }

    /// The body of an ID3v2.4 frame `RVA2` (§4.11): a name that by custom is `track` or `album`, then for each channel its
    /// kind, 512ths of a dB, and a peak of so many bits. Only the master volume is asked.
    pub(super) fn take_rva2(&mut self, frame: &[u8]) {
        let Some(end) = frame.iter().position(|&byte| byte == 0) else { return };
        let (name, mut rest) = (&frame[..end], &frame[end + 1..]);
        let slot =
            if name.eq_ignore_ascii_case(b"album") { &mut self.rva2.album } else { &mut self.rva2.track };
        while let [kind, high, low, bits, after @ ..] = rest {
            let Some((coded, next)) = after.split_at_checked(usize::from(*bits).div_ceil(8)) else { return };
            if *kind == 1 {
                let gain = f32::from(i16::from_be_bytes([*high, *low])) / 512.0;
                keep(&mut slot.gain_db, in_reason(gain));
                keep(&mut slot.peak, rva2_peak(coded, u32::from(*bits)));
                return;
            }
            rest = next;
        }
    }

    /// What the LAME part of a Xing or Info frame tells, its 9 letters of version first ("LAME tag revision 1").
    pub(super) fn take_lame(&mut self, lame: &[u8]) {
        let Some((head, _)) = lame.split_first_chunk::<19>() else { return };
        let version = lame_version(head);
        let offset = if version.is_some_and(|version| version < (3, 95)) { OLD_LAME_DB } else { 0.0 };
        let gain = |at: usize, name| lame_gain(u16::from_be_bytes([head[at], head[at + 1]]), name, offset);
        self.lame.track.gain_db = gain(15, 1);
        self.lame.album.gain_db = gain(17, 2);
        // Full scale is 2^23; older versions wrote something else.
        let scaled = u32::from_be_bytes([head[11], head[12], head[13], head[14]]) as f32 / 8_388_608.0;
        let is_known = version.is_some_and(|version| version >= (3, 95));
        self.lame.track.peak = plausible_peak(scaled).filter(|_| is_known);
    }

    /// The best of what was found, in the order of trust. An `R128_*_GAIN` in Opus is the standard's own; elsewhere it is
    /// a guest.
    pub(super) fn tags(&self, codec: Codec) -> LoudnessTags {
        let first =
            if codec == Codec::Opus { [self.r128, self.replay_gain] } else { [self.replay_gain, self.r128] };
        let sound_check = LoudnessTags { track: self.sound_check, ..LoudnessTags::default() };
        let mut tags = LoudnessTags::default();
        for found in first.into_iter().chain([self.rva2, sound_check, self.lame]) {
            // A gain of one kind is not mixed with that of another: an album's would not fit its track's.
            if tags.track.gain_db.is_none() && tags.album.gain_db.is_none() {
                tags.track.gain_db = found.track.gain_db;
                tags.album.gain_db = found.album.gain_db;
            }
            keep(&mut tags.track.peak, found.track.peak);
            keep(&mut tags.album.peak, found.album.peak);
        }
        tags
    }
}

fn keep(slot: &mut Option<f32>, value: Option<f32>) {
    *slot = slot.or(value);
}

fn in_reason(gain_db: f32) -> Option<f32> {
    (gain_db.abs() <= MOST_GAIN_DB).then_some(gain_db)
}

fn plausible_peak(peak: f32) -> Option<f32> {
    (peak > 0.0 && peak <= HIGHEST_PEAK).then_some(peak)
}

/// `-3.21 dB` and its spellings: decimal comma, real minus sign, no unit.
fn decibels(text: &str) -> Option<f32> {
    let text = text.trim_matches(['\0', ' ', '\t', '\r', '\n']);
    let unit = text.len().checked_sub(2).and_then(|at| text.split_at_checked(at));
    let is_unit = |unit: &str| unit.eq_ignore_ascii_case("dB") || unit.eq_ignore_ascii_case("LU");
    let value = unit.filter(|(_, unit)| is_unit(unit)).map_or(text, |(value, _)| value);
    number(value).and_then(in_reason)
}

fn peak(text: &str) -> Option<f32> {
    number(text).and_then(plausible_peak)
}

fn number(text: &str) -> Option<f32> {
    let text = text.trim_matches(['\0', ' ', '\t', '\r', '\n']).replace(',', ".").replace('\u{2212}', "-");
    text.parse().ok().filter(|number: &f32| number.is_finite())
}

/// A whole number of 256ths of a dB (RFC 7845 §5.2.1), brought from its own reference to ReplayGain's.
fn r128(text: &str) -> Option<f32> {
    let steps: i16 = text.trim_matches(['\0', ' ', '\t', '\r', '\n']).parse().ok()?;
    in_reason(f32::from(steps) / 256.0 + REPLAYGAIN_LUFS - R128_LUFS)
}

/// The peak's `bits` stand left in its bytes; full scale is half their range.
fn rva2_peak(coded: &[u8], bits: u32) -> Option<f32> {
    let mut head = [0; 4];
    head.iter_mut().zip(coded).for_each(|(to, &from)| *to = from);
    let value = u32::from_be_bytes(head);
    let unused = (8 - bits % 8) % 8;
    plausible_peak(value.checked_shl(unused)? as f32 / 2_147_483_648.0)
}

/// Ten hexadecimal numbers: the first two say for either channel how many times 1/1000 of the reference power it has,
/// the seventh and eighth its peak.
fn sound_check(text: &str) -> Option<Leveling> {
    let words = text.split_ascii_whitespace();
    let numbers: Vec<u32> = words.map_while(|word| u32::from_str_radix(word, 16).ok()).take(10).collect();
    let numbers: &[u32; 10] = numbers.as_slice().try_into().ok()?;
    let power = numbers[0].max(numbers[1]);
    let gain = (power > 0).then(|| -10.0 * (power as f32 / 1_000.0).log10());
    let peak = plausible_peak(numbers[6].max(numbers[7]) as f32 / 32_768.0);
    Some(Leveling { gain_db: gain.and_then(in_reason), peak })
}

/// Three bits of name, three of originator, a sign, nine bits of tenths of a dB.
fn lame_gain(field: u16, name: u16, offset: f32) -> Option<f32> {
    let is_set = field >> 13 == name && field >> 10 & 7 != 0;
    let size = f32::from(field & 0x1ff) / 10.0;
    let gain = if field & 0x200 != 0 { -size } else { size };
    in_reason(gain + offset).filter(|_| is_set)
}

/// Of `LAME3.99r`: 3 and 99. `None` for encoders of another name.
fn lame_version(head: &[u8]) -> Option<(u32, u32)> {
    let text = std::str::from_utf8(head.get(4..9)?).ok().filter(|_| head.starts_with(b"LAME"))?;
    let (major, minor) = text.split_once('.')?;
    let digits = minor.find(|letter: char| !letter.is_ascii_digit()).map_or(minor, |at| &minor[..at]);
    Some((major.parse().ok()?, digits.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track_gain(text: &str) -> Option<f32> {
        let mut found = Loudness::default();
        found.take("replaygain_track_gain", text);
        found.tags(Codec::Flac).track.gain_db
    }

    #[test]
    fn gains_are_read_in_every_spelling_and_nonsense_is_refused() {
        for (text, expected) in [
            ("-3.21 dB", Some(-3.21)),
            ("+3.21 dB", Some(3.21)),
            ("-3,21 DB", Some(-3.21)),
            ("\u{2212}3.2 dB", Some(-3.2)),
            ("  -7.5dB\0", Some(-7.5)),
            ("4", Some(4.0)),
            ("-3.00 LU", Some(-3.0)),
            ("0.00 dB", Some(0.0)),
            ("60 dB", Some(60.0)),
            ("60.1 dB", None),
            ("-1e9 dB", None),
            ("NaN", None),
            ("inf dB", None),
            ("", None),
            ("dB", None),
            ("3.2.1 dB", None),
            ("ä", None),
            ("loud", None),
        ] {
            assert_eq!(track_gain(text), expected, "{text:?}");
        }
    }

    #[test]
    fn peaks_are_positive_and_not_absurd() {
        for (text, expected) in [
            ("0.988", Some(0.988)),
            ("1,25", Some(1.25)),
            ("0", None),
            ("-1", None),
            ("32767", None),
            ("nan", None),
        ] {
            assert_eq!(peak(text), expected, "{text:?}");
        }
    }

    #[test]
    fn opus_prefers_its_own_tags_and_all_others_replay_gain() {
        let mut found = Loudness::default();
        found.take("R128_TRACK_GAIN", "-1024");
        found.take("REPLAYGAIN_TRACK_GAIN", "-3 dB");
        found.take("REPLAYGAIN_ALBUM_GAIN", "-2 dB");
        found.take("REPLAYGAIN_TRACK_PEAK", "0.5");
        let opus = found.tags(Codec::Opus);
        // -1024/256 + 5; the album's ReplayGain does not belong to it.
        assert_eq!((opus.track.gain_db, opus.album.gain_db, opus.track.peak), (Some(1.0), None, Some(0.5)));
        let other = found.tags(Codec::Vorbis);
        assert_eq!((other.track.gain_db, other.album.gain_db), (Some(-3.0), Some(-2.0)));
        for text in ["32768", "1.5", "x", ""] {
            assert_eq!(r128(text), None, "{text}");
        }
    }

    #[test]
    fn levels_of_matroska_choose_track_or_album() {
        let mut found = Loudness::default();
        found.take("ALBUM@REPLAYGAIN_GAIN", "-1 dB");
        found.take("TRACK@replaygain_gain", "-2 dB");
        found.take("TRACK@REPLAYGAIN_PEAK", "0.25");
        let tags = found.tags(Codec::Flac);
        assert_eq!(tags.track, Leveling { gain_db: Some(-2.0), peak: Some(0.25) });
        assert_eq!(tags.album, Leveling { gain_db: Some(-1.0), peak: None });
    }

    #[test]
    fn relative_volume_frames_are_those_of_the_standard() {
        let rva2 = |frame: &[u8]| {
            let mut found = Loudness::default();
            found.take_rva2(frame);
            found.tags(Codec::Mp3)
        };
        // -4 dB is -2048 steps; a peak of 16 bits at half scale. A channel of another kind stands before.
        let tags = rva2(b"Album\0\x02\x00\x00\x08\xff\x01\xf8\x00\x10\x40\x00");
        assert_eq!(tags.album, Leveling { gain_db: Some(-4.0), peak: Some(0.5) });
        assert_eq!(tags.track, Leveling::default());
        let tags = rva2(b"track\0\x01\x02\x00\x00");
        assert_eq!(tags.track, Leveling { gain_db: Some(1.0), peak: None });
        // 12 bits in 2 bytes.
        assert_eq!(rva2(b"\0\x01\x00\x00\x0c\x08\x00").track.peak, Some(1.0));
        for cut in [&b"track"[..], b"track\0", b"track\0\x01\x00", b"track\0\x01\x00\x00\x20\x01"] {
            assert!(rva2(cut).is_empty(), "{cut:?}");
        }
    }

    #[test]
    fn sound_check_is_asked_last_but_for_the_encoder() {
        let norm =
            " 000003E8 000007D0 00000000 00000000 00000000 00000000 00004000 00002000 00000000 00000000";
        let mut found = Loudness::default();
        found.take("iTunNORM", norm);
        let tags = found.tags(Codec::Aac);
        // Twice the reference power is 3.01 dB too loud.
        assert!((tags.track.gain_db.unwrap() + 3.0103).abs() < 1e-4);
        assert_eq!(tags.track.peak, Some(0.5));
        assert_eq!(sound_check("000003E8 000007D0"), None);
    }

    #[test]
    fn lame_of_old_measured_against_another_reference() {
        let lame = |version: &[u8; 9], gain: u16| {
            let mut head = version.to_vec();
            head.extend([0, 0, 0, 0x40, 0, 0]);
            head.extend(gain.to_be_bytes());
            head.extend([0; 2]);
            let mut found = Loudness::default();
            found.take_lame(&head);
            found.tags(Codec::Mp3).track
        };
        // Radio gain, set automatically, -4.2 dB.
        let field = 1 << 13 | 3 << 10 | 1 << 9 | 42;
        assert_eq!(lame(b"LAME3.99r", field), Leveling { gain_db: Some(-4.2), peak: Some(0.5) });
        assert_eq!(lame(b"LAME3.100", field).gain_db, Some(-4.2));
        assert_eq!(lame(b"Lavc58.13", field), Leveling { gain_db: Some(-4.2), peak: None });
        let old = lame(b"LAME3.92 ", field);
        assert!((old.gain_db.unwrap() - 1.8).abs() < 1e-6 && old.peak.is_none());
        assert_eq!(lame(b"LAME3.99r", 0).gain_db, None);
        // Not set by anyone; another name.
        assert_eq!(lame(b"LAME3.99r", 1 << 13 | 42).gain_db, None);
        assert_eq!(lame(b"LAME3.99r", 2 << 13 | 3 << 10 | 42).gain_db, None);
    }
}
