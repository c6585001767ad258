//! Where sound goes: one trait over device, null, file, pipe and capture. An output takes samples from its ring at its
//! own pace; opening and dropping one may block and happens on the `output` thread, never on the engine's.
//!
//! `opener` is the engine's side of that thread, `open` turns settings into an open output; `device` (with `devices`,
//! `feed`, `negotiate`, `priority`, `watch`), `alsa` (with `holder`), `null`, `file` (with `wav`), `pipe` and `capture` are the outputs; `worker`, `sink` and `encode` are
//! what they share.

use std::time::Duration;

use crate::model::audio::SampleFormat;
use crate::model::snapshot::Accepted;
use crate::model::track::AudioFormat;
use crate::rt::ring::RingWriter;

#[cfg(feature = "device")]
mod alsa;
pub mod capture;
#[cfg(feature = "device")]
mod device;
#[cfg(feature = "device")]
pub mod devices;
pub mod encode;
pub mod error;
#[cfg(feature = "device")]
pub mod feed;
mod file;
#[cfg(feature = "device")]
mod holder;
#[cfg(feature = "device")]
mod negotiate;
mod null;
pub mod open;
pub mod opener;
mod pipe;
mod sink;
mod stream;
#[cfg(feature = "device")]
mod watch;
pub mod wav;
mod worker;

pub use error::OutputError;
pub use open::{OpensOutputs, Outputs, survey};
pub use opener::{OpenResult, Opener};

/// Shortest ring of an output that is paced, in milliseconds: what a changed volume or a pause can take to be heard, and
/// what the engine thread may sleep through.
const RING_MS: u32 = 200;

/// An open output. Dropping it closes it; what is in the ring is then not heard.
pub trait Output: Send {
    /// What it took, as it said itself.
    fn accepted(&self) -> &Accepted;

    /// Whether it takes samples at the pace of the ear (devices, null). Others take them as they come and wait: for them
    /// a standing heartbeat means nothing, and they ask for more by the ring's wake.
    fn is_paced(&self) -> bool;

    /// Set once it can play no more; then drop it. One atomic load: asked at each turn of the engine.
    fn fault(&self) -> Option<Fault>;

    /// Why, for people, where the output knows more than [`Output::fault`] says.
    fn fault_text(&self) -> Option<String> {
        None
    }

    /// Whether it brings the sound to this gain (linear) itself, in so long: where much lies between it and the ear,
    /// that is sooner heard.
    fn set_gain(&self, _: f32, _: Duration) -> bool {
        false
    }

    /// What happened to it that is no fault; told once.
    fn news(&self) -> Option<News> {
        None
    }
}

/// What a sound server did with a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// Another device is the default now; `taken`: the stream was moved to it.
    OtherDefault { taken: bool },
    /// The user put the stream on the device with this id.
    Elsewhere(String),
    /// Headphones were pulled: the same device sounds through its loudspeakers.
    Unplugged,
}

/// Why an output can play no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The device is gone, or its server.
    Lost,
    /// It takes no samples any more and does not say why.
    Stalled,
    /// The disk is full, or the like: opening again would not help.
    Final,
    /// Whoever read a pipe is gone: final too, but nothing went wrong.
    Unread,
}

/// An open output and the engine's end of its ring.
pub struct Opened {
    pub output: Box<dyn Output>,
    pub writer: RingWriter,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened").field("accepted", self.output.accepted()).finish_non_exhaustive()
    }
}

/// What the first track is, for outputs that follow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    pub format: AudioFormat,
    /// Count of the first frame of the new ring.
    pub first_frame: u64,
}

/// The kind of music that an output was opened for, where it is to be opened anew for another kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Serves {
    rate: u32,
    /// Widest sample and most channels that need no other opening.
    bits: u32,
    channels: u16,
}

impl Serves {
    /// A device that is ours alone is opened as the music is; a shared one mixes in its own way anyhow.
    pub fn new(wanted: &AudioFormat, accepted: &Accepted) -> Self {
        let (bits, channels) = match accepted.exclusive {
            true => {
                let bits = bits_of(format_for(wanted)).max(bits_of(accepted.format));
                (bits, wanted.spec.channels.max(accepted.spec.channels))
            }
            false => (u32::MAX, u16::MAX),
        };
        Self { rate: wanted.spec.rate, bits, channels }
    }

    pub fn fits(&self, format: &AudioFormat) -> bool {
        let is_as_wide = bits_of(format_for(format)) <= self.bits;
        format.spec.rate == self.rate && is_as_wide && format.spec.channels <= self.channels
    }
}

fn bits_of(format: SampleFormat) -> u32 {
    match format {
        SampleFormat::S16 => 16,
        SampleFormat::S24 => 24,
        SampleFormat::S32 | SampleFormat::F32 => 32,
    }
}

/// The sample format that carries a source unchanged: its own width where it is lossless, float where it is not.
pub fn format_for(source: &AudioFormat) -> SampleFormat {
    if source.codec.is_lossless() { SampleFormat::for_bits(source.bits) } else { SampleFormat::F32 }
}

/// Frames of the ring before a paced output: 200 ms and at least four periods.
pub fn ring_frames(rate: u32, period_frames: u32) -> usize {
    let shortest = u64::from(rate) * u64::from(RING_MS) / 1000;
    usize::try_from(shortest.max(u64::from(period_frames) * 4)).unwrap_or(usize::MAX)
}

/// Frames of the ring before an output that is not paced: half a second, so that both sides work in long runs.
fn unpaced_ring_frames(rate: u32) -> usize {
    (rate as usize / 2).max(16_384)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::audio::Spec;
    use crate::model::track::Codec;

    fn music(rate: u32, bits: Option<u8>) -> AudioFormat {
        let codec = if bits.is_some() { Codec::Flac } else { Codec::Mp3 };
        AudioFormat { codec, spec: Spec { rate, channels: 2 }, bits, frames: None }
    }

    /// (opened for, accepted format, exclusive, what comes next) to whether that can be played without opening anew.
    #[test]
    fn a_device_is_opened_anew_for_another_rate_and_alone_for_more_width() {
        use SampleFormat::{F32, S16, S24};
        let table = [
            (music(44_100, Some(16)), F32, false, music(44_100, Some(24)), true),
            (music(44_100, Some(16)), F32, false, music(48_000, Some(16)), false),
            (music(44_100, Some(16)), S16, true, music(44_100, Some(16)), true),
            (music(44_100, Some(16)), S16, true, music(44_100, Some(24)), false),
            (music(44_100, Some(24)), S24, true, music(44_100, Some(16)), true),
            (music(44_100, Some(24)), S24, true, music(44_100, None), false),
            // It took more than it was asked for, or less, and will again.
            (music(44_100, Some(16)), F32, true, music(44_100, Some(24)), true),
            (music(44_100, None), S16, true, music(44_100, Some(24)), true),
        ];
        for (at, (opened_for, format, exclusive, next, fits)) in table.into_iter().enumerate() {
            let accepted = Accepted { exclusive, ..Accepted::new("test", opened_for.spec, format) };
            assert_eq!(Serves::new(&opened_for, &accepted).fits(&next), fits, "row {at}");
        }
        let mut surround = music(44_100, Some(16));
        surround.spec.channels = 6;
        let stereo = music(44_100, Some(16));
        let alone = Accepted { exclusive: true, ..Accepted::new("test", stereo.spec, S16) };
        assert!(!Serves::new(&stereo, &alone).fits(&surround), "perhaps it has more channels");
        assert!(Serves::new(&surround, &alone).fits(&surround), "it has not");
    }
}
