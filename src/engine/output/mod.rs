//! Where sound goes: one trait over device, null, file, pipe and capture. An output takes samples from its ring at its
//! own pace; opening and dropping one may block and happens on the `output` thread, never on the engine's.

use crate::model::audio::SampleFormat;
use crate::model::snapshot::Accepted;
use crate::model::track::AudioFormat;
use crate::rt::ring::RingWriter;

/// An open output. Dropping it closes it; what is in the ring is then not heard.
pub trait Output: Send {
    /// What it took, as it said itself.
    fn accepted(&self) -> &Accepted;

    /// Whether it takes samples at the pace of the ear (devices, null). Others take them as they come and wait.
    fn is_paced(&self) -> bool;

    /// Set once it can play no more; then drop it. One atomic load: asked at each turn of the engine.
    fn fault(&self) -> Option<Fault>;
}

/// Why an output can play no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The device is gone, or its server.
    Lost,
    /// It takes no samples any more and does not say why.
    Stalled,
    /// The reader of a pipe is gone, or the disk is full: opening again would not help.
    Final,
}

/// An open output and the engine's end of its ring.
pub struct Opened {
    pub output: Box<dyn Output>,
    pub writer: RingWriter,
}

/// What the first track is, for outputs that follow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    pub format: AudioFormat,
    /// Count of the first frame of the new ring.
    pub first_frame: u64,
}

/// The sample format that carries a source unchanged: its own width where it is lossless, float where it is not.
pub fn format_for(source: &AudioFormat) -> SampleFormat {
    if source.codec.is_lossless() { SampleFormat::for_bits(source.bits) } else { SampleFormat::F32 }
}
