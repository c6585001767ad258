//! One decoder for one stream: symphonia's for all codecs but Opus. Called by `stream`.

use std::ops::Range;

use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};

use super::container::Container;
use super::error::DecodeError;
use super::interleave;
use super::opus::{self, Endian, OpusDecoder, OpusHead};
use super::vorbis;
use crate::model::audio::Spec;
use crate::model::track::Codec;

/// See the module's head. Trims nothing: the window of the stream does.
pub(super) enum Decoder {
    Symphonia(Box<dyn AudioDecoder>),
    Opus(Box<OpusDecoder>),
}

impl Decoder {
    pub(super) fn new(
        codec: Codec,
        params: &AudioCodecParameters,
        container: Container,
    ) -> Result<Self, DecodeError> {
        let refuse = |detail: String| DecodeError::UnsupportedCodec {
            container: container.name(),
            codec: codec.name().into(),
            detail,
        };
        if codec == Codec::Opus {
            let head = opus_head(params, container).map_err(|why| refuse(why.into()))?;
            return Ok(Self::Opus(Box::new(OpusDecoder::new(head).map_err(|why| refuse(why.into()))?)));
        }
        // Side channels of 32-bit stereo have 33 bits, which symphonia 0.6.1 does not decode right; outside of a container
        // `formats` does.
        if codec == Codec::Flac && params.bits_per_sample.is_some_and(|bits| bits > 31) {
            return Err(refuse(": 32 bits a sample".into()));
        }
        let mut params = params.clone();
        if codec == Codec::Vorbis && params.channels.as_ref().is_some_and(|channels| channels.count() > 2) {
            let fixed = vorbis::reverse_couplings(params.extra_data.as_deref().unwrap_or(&[]));
            params.extra_data =
                Some(fixed.ok_or_else(|| refuse(": its channel coupling is not understood".into()))?);
        }
        let options = AudioDecoderOptions::default().gapless(false).verify(false);
        let decoder = symphonia::default::get_codecs().make_audio_decoder(&params, &options);
        decoder.map(Self::Symphonia).map_err(|error| refuse(format!(": {error}")))
    }

    /// Decodes one packet; its frames, or `None` where it is damaged.
    pub(super) fn decode(&mut self, packet: &symphonia::core::packet::Packet) -> Option<usize> {
        match self {
            Self::Symphonia(decoder) => decoder.decode(packet).ok().map(|buffer| buffer.frames()),
            Self::Opus(decoder) => decoder.decode(&packet.data),
        }
    }

    /// Rate and channels of the last decoded packet, where they are ones that we play.
    pub(super) fn spec(&self) -> Result<Spec, DecodeError> {
        let (rate, channels) = match self {
            Self::Symphonia(decoder) => {
                let buffer = decoder.last_decoded();
                (buffer.spec().rate(), buffer.spec().channels().count())
            }
            Self::Opus(decoder) => (opus::RATE, decoder.channels()),
        };
        let spec = u16::try_from(channels).ok().and_then(|channels| Spec::new(rate, channels));
        spec.ok_or(DecodeError::UnsupportedSpec { rate, channels })
    }

    /// Appends the frames `range` of the last decoded packet.
    pub(super) fn append(&self, range: Range<usize>, out: &mut Vec<f32>) {
        match self {
            Self::Symphonia(decoder) => interleave::append(&decoder.last_decoded(), range, out),
            Self::Opus(decoder) => {
                let channels = decoder.channels();
                let samples = decoder.decoded().get(range.start * channels..range.end * channels);
                out.extend_from_slice(samples.unwrap_or(&[]));
            }
        }
    }

    pub(super) fn reset(&mut self) {
        match self {
            Self::Symphonia(decoder) => decoder.reset(),
            Self::Opus(decoder) => decoder.reset(),
        }
    }
}

/// The identification header, in the byte order of its container. symphonia hands the MP4 box `dOps` over with the
/// magic of the Ogg header before it, its numbers still big-endian.
pub(super) fn opus_head(
    params: &AudioCodecParameters,
    container: Container,
) -> Result<OpusHead, &'static str> {
    let header = params.extra_data.as_deref().unwrap_or(&[]);
    let endian = if container == Container::Mp4 { Endian::Big } else { Endian::Little };
    OpusHead::parse(header, endian)
}
