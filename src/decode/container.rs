//! Names of containers and codecs: symphonia's to ours, and those that we only know to refuse politely.

use symphonia::core::codecs::audio::{AudioCodecId, well_known as id};
use symphonia::core::formats::{FormatId, well_known as format};

use super::file::FileSpan;
use super::mpeg;
use crate::model::track::Codec;

/// What the coded sound is wrapped in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Container {
    /// A bare MPEG audio stream, with or without ID3.
    Mpeg,
    /// A bare AAC stream.
    Adts,
    Flac,
    Ogg,
    Mp4,
    Matroska,
    Wav,
    Aiff,
    Caf,
    Au,
    Wave64,
    Dsf,
    Dsdiff,
    Ape,
    WavPack,
    Tta,
}

impl Container {
    pub fn name(self) -> &'static str {
        match self {
            Self::Mpeg => "MPEG audio",
            Self::Adts => "ADTS",
            Self::Flac => "FLAC",
            Self::Ogg => "Ogg",
            Self::Mp4 => "MP4",
            Self::Matroska => "Matroska",
            Self::Wav => "WAV",
            Self::Aiff => "AIFF",
            Self::Caf => "CAF",
            Self::Au => "AU",
            Self::Wave64 => "Wave64",
            Self::Dsf => "DSF",
            Self::Dsdiff => "DSDIFF",
            Self::Ape => "Monkey's Audio",
            Self::WavPack => "WavPack",
            Self::Tta => "True Audio",
        }
    }

    pub(super) fn of(id: FormatId) -> Option<Self> {
        Some(match id {
            format::FORMAT_ID_MP1 | format::FORMAT_ID_MP2 | format::FORMAT_ID_MP3 => Self::Mpeg,
            format::FORMAT_ID_ADTS => Self::Adts,
            format::FORMAT_ID_FLAC => Self::Flac,
            format::FORMAT_ID_OGG => Self::Ogg,
            format::FORMAT_ID_ISOMP4 => Self::Mp4,
            format::FORMAT_ID_MKV => Self::Matroska,
            format::FORMAT_ID_WAVE => Self::Wav,
            format::FORMAT_ID_AIFF => Self::Aiff,
            format::FORMAT_ID_CAF => Self::Caf,
            _ => return None,
        })
    }
}

/// Our name of a codec that we play.
pub(super) fn codec(codec: AudioCodecId) -> Option<Codec> {
    Some(match codec {
        id::CODEC_ID_FLAC => Codec::Flac,
        id::CODEC_ID_MP1 => Codec::Mp1,
        id::CODEC_ID_MP2 => Codec::Mp2,
        id::CODEC_ID_MP3 => Codec::Mp3,
        id::CODEC_ID_VORBIS => Codec::Vorbis,
        id::CODEC_ID_OPUS => Codec::Opus,
        id::CODEC_ID_AAC => Codec::Aac,
        id::CODEC_ID_ALAC => Codec::Alac,
        id::CODEC_ID_ADPCM_MS | id::CODEC_ID_ADPCM_IMA_WAV | id::CODEC_ID_ADPCM_IMA_QT => Codec::Adpcm,
        pcm if (id::CODEC_ID_PCM_S32LE..=id::CODEC_ID_PCM_MULAW).contains(&pcm) => Codec::Pcm,
        _ => return None,
    })
}

/// Name of a codec that we refuse.
pub(super) fn refused_codec(codec: AudioCodecId) -> String {
    match codec {
        id::CODEC_ID_AC3 => "AC-3".into(),
        id::CODEC_ID_EAC3 => "E-AC-3".into(),
        id::CODEC_ID_DCA => "DTS".into(),
        id::CODEC_ID_TRUEHD => "TrueHD".into(),
        id::CODEC_ID_WAVPACK => "WavPack".into(),
        id::CODEC_ID_TTA => "TTA".into(),
        id::CODEC_ID_MUSEPACK => "Musepack".into(),
        id::CODEC_ID_SPEEX => "Speex".into(),
        other => format!("codec {other}"),
    }
}

/// Music that we cannot play, by the first bytes of the file or those behind an ID3 tag.
pub(super) fn refused_format(file: &FileSpan) -> Option<&'static str> {
    const KNOWN: [(usize, &[u8], &str); 22] = [
        (0, b"MPCK", "Musepack"),
        (0, b"MP+", "Musepack"),
        (0, b"OFR ", "OptimFROG"),
        (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "Windows Media Audio (ASF)"),
        (0, b".RMF", "RealAudio"),
        (0, b".ra\xfd", "RealAudio"),
        (0, b"MThd", "MIDI"),
        (0, b"\x0b\x77", "AC-3"),
        (0, b"\x7f\xfe\x80\x01", "DTS"),
        (0, b"#!AMR", "AMR"),
        (0, b"ajkg", "Shorten"),
        (0, b"LA0", "Lossless Audio (LA)"),
        (0, b"tBaK", "TAK"),
        (0, b"TTA2", "True Audio 2"),
        (0, b"PSID", "SID"),
        (0, b"RSID", "SID"),
        (0, b"Extended Module: ", "tracker module (XM)"),
        (0, b"IMPM", "tracker module (IT)"),
        (44, b"SCRM", "tracker module (S3M)"),
        (1_080, b"M.K.", "tracker module (MOD)"),
        (1_080, b"M!K!", "tracker module (MOD)"),
        (28, b"Speex   ", "Speex"),
    ];
    let mut head = vec![0; 1_088];
    let read = file.read_at(&mut head, mpeg::after_id3v2(file)).ok()?;
    let head = &head[..read];
    let found =
        KNOWN.iter().find(|(at, magic, _)| head.get(*at..).is_some_and(|rest| rest.starts_with(magic)));
    found.map(|&(_, _, name)| name)
}
