//! Samples as bytes. Where they have the values of integers of 16 or 24 bits they are written as these, and come back
//! as they were. What has not is dithered to 24 bits for a far link, and sent as it is to a near one.

use flac_codec::decode::FlacStreamReader;
use flac_codec::encode::{FlacStreamWriter, Options};
use serde::{Deserialize, Serialize};

use crate::dsp::dither::Tpdf;
use crate::engine::output::encode;
use crate::model::audio::SampleFormat;
use crate::model::contain::contain;

/// Frames of a chunk at most; FLAC's usual block.
pub const MOST_FRAMES: usize = 4096;
/// As many as FLAC has.
const MOST_CHANNELS: usize = 8;
/// A frame of FLAC names a rate; it means nothing here.
const ANY_RATE: u32 = 48_000;

/// Interleaved, little-endian.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Coded {
    Plain(SampleFormat, Vec<u8>),
    /// One frame of FLAC, RFC 9639.
    Flac(Vec<u8>),
}

/// Writes chunks.
pub struct Encoder {
    channels: usize,
    /// The link is slow.
    far: bool,
    noise: Tpdf,
    integers: Vec<i32>,
}

impl Encoder {
    pub fn new(channels: usize, far: bool) -> Self {
        Self { channels, far, noise: Tpdf::default(), integers: Vec::new() }
    }

    /// `exact`: no dither is due; else it is wider than any integer.
    pub fn encode(&mut self, samples: &[f32], exact: bool) -> Coded {
        let format = narrowest(samples);
        let dithers = format == SampleFormat::F32 && self.far && !exact;
        let format = if dithers { SampleFormat::S24 } else { format };
        if self.far
            && let Some(flac) = self.flac(samples, format, dithers)
        {
            return Coded::Flac(flac);
        }
        let mut bytes = Vec::with_capacity(samples.len() * encode::sample_bytes(format));
        if dithers {
            encode::encode_dithered(format, samples, &mut self.noise, &mut bytes);
        } else {
            encode::encode(format, samples, &mut bytes);
        }
        Coded::Plain(format, bytes)
    }

    /// Nothing where FLAC cannot hold it.
    fn flac(&mut self, samples: &[f32], format: SampleFormat, dithers: bool) -> Option<Vec<u8>> {
        let (bits, channels) = (bits(format)?, u8::try_from(self.channels).ok()?);
        if self.channels > MOST_CHANNELS || samples.is_empty() {
            return None;
        }
        let noise = &mut self.noise;
        self.integers.clear();
        self.integers.extend(samples.iter().map(|&sample| match (format, dithers) {
            (SampleFormat::S16, _) => i32::from(encode::to_i16(sample)),
            (_, false) => encode::to_i24(sample),
            (_, true) => encode::to_i24_dithered(sample, noise),
        }));
        let mut packed = Vec::new();
        let mut writer = FlacStreamWriter::new(&mut packed, Options::default());
        writer.write(ANY_RATE, channels, bits, &self.integers).ok()?;
        Some(packed)
    }
}

fn bits(format: SampleFormat) -> Option<u32> {
    match format {
        SampleFormat::S16 => Some(16),
        SampleFormat::S24 => Some(24),
        SampleFormat::S32 | SampleFormat::F32 => None,
    }
}

/// The narrowest format that holds every sample as it is.
fn narrowest(samples: &[f32]) -> SampleFormat {
    let holds = |scale: f32| {
        let fits = |scaled: f32| scaled.fract() == 0.0 && (-scale..scale).contains(&scaled);
        samples.iter().all(|sample| fits(sample * scale))
    };
    match () {
        () if holds(32_768.0) => SampleFormat::S16,
        () if holds(8_388_608.0) => SampleFormat::S24,
        () => SampleFormat::F32,
    }
}

/// The samples of so many frames; nothing where it does not hold as many.
pub fn decode(coded: &Coded, channels: usize, frames: usize) -> Option<Vec<f32>> {
    if frames == 0 || frames > MOST_FRAMES || channels == 0 {
        return None;
    }
    let samples = match coded {
        Coded::Plain(format, bytes) => plain(*format, bytes)?,
        // A block of fewer samples than it has partitions makes flac-codec 1.3.3 panic.
        Coded::Flac(bytes) => contain(|| flac(bytes, channels)).ok()??,
    };
    (samples.len() == frames * channels).then_some(samples)
}

fn flac(bytes: &[u8], channels: usize) -> Option<Vec<f32>> {
    let mut reader = FlacStreamReader::new(bytes);
    let frame = reader.read().ok()?;
    if usize::from(frame.channels) != channels || !(16..=24).contains(&frame.bits_per_sample) {
        return None;
    }
    let scale = 1.0 / (1_u32 << (frame.bits_per_sample - 1)) as f32;
    Some(frame.samples.iter().map(|&sample| sample as f32 * scale).collect())
}

fn plain(format: SampleFormat, bytes: &[u8]) -> Option<Vec<f32>> {
    let sample = match format {
        SampleFormat::S16 => |b: &[u8]| f32::from(i16::from_le_bytes([b[0], b[1]])) / 32_768.0,
        SampleFormat::S24 => |b: &[u8]| (i32::from_le_bytes([0, b[0], b[1], b[2]]) >> 8) as f32 / 8_388_608.0,
        SampleFormat::F32 => |b: &[u8]| f32::from_le_bytes([b[0], b[1], b[2], b[3]]),
        SampleFormat::S32 => return None,
    };
    let size = encode::sample_bytes(format);
    let whole = bytes.len().is_multiple_of(size);
    whole.then(|| bytes.chunks_exact(size).map(sample).filter(|sample| sample.is_finite()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(count: usize, bits: u32) -> Vec<f32> {
        let mut state = 1_u32;
        let scale = (1_u32 << (bits - 1)) as f32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state as i32 >> (32 - bits)) as f32 / scale
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn integers_of_16_and_24_bits_come_back_bit_for_bit_over_any_link() {
        for (far, bits, channels, frames) in [
            (false, 16, 2, 4096),
            (true, 16, 2, 4096),
            (true, 24, 2, 1000),
            (false, 24, 6, 17),
            (true, 16, 1, 1),
        ] {
            let samples = noise(frames * channels, bits);
            let coded = Encoder::new(channels, far).encode(&samples, true);
            assert_eq!(matches!(coded, Coded::Flac(_)), far);
            assert_eq!(decode(&coded, channels, frames).as_ref(), Some(&samples), "{far} {bits} {channels}");
        }
    }

    /// Full scale and silence, as a codec's corners.
    #[test]
    fn the_ends_of_the_scale_and_silence_come_back() {
        for samples in [vec![-1.0, 32_767.0 / 32_768.0], vec![0.0; 8192], vec![-1.0; 64]] {
            for far in [false, true] {
                let coded = Encoder::new(2, far).encode(&samples, true);
                assert_eq!(decode(&coded, 2, samples.len() / 2).as_ref(), Some(&samples));
            }
        }
    }

    /// Triangular noise of one step either way, and rounding of a half: 24 bits have 2^23 steps.
    #[test]
    fn what_no_integer_is_goes_as_it_is_to_a_near_link_and_within_a_step_to_a_far_one() {
        let samples: Vec<f32> = (0..2000).map(|at| (at as f32 * 0.01).sin() * 0.7).collect();
        let near = Encoder::new(2, false).encode(&samples, false);
        assert_eq!(decode(&near, 2, 1000).as_ref(), Some(&samples));
        let far = decode(&Encoder::new(2, true).encode(&samples, false), 2, 1000).unwrap();
        let worst = far.iter().zip(&samples).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst > 0.0 && worst <= 1.6 / 8_388_608.0, "{worst}");
    }

    #[test]
    fn a_sine_is_packed_to_less_than_its_bytes() {
        let sine = |at: usize| ((at as f32 * 0.05).sin() * 20_000.0).round() / 32_768.0;
        let samples: Vec<f32> = (0..8192).map(|at| sine(at / 2)).collect();
        let Coded::Flac(bytes) = Encoder::new(2, true).encode(&samples, true) else { panic!() };
        assert!(bytes.len() < 8192, "{}", bytes.len());
    }

    /// A frame of one sample whose residual is said to be in 2^15 parts (RFC 9639 §9.2.7).
    #[test]
    fn a_block_of_fewer_samples_than_parts_is_refused() {
        let frame = [0xff, 0xf8, 0x69, 0x18, 0, 0, 0xbf, 0x10, 0x3c, 0, 0, 0, 0, 0];
        assert_eq!(decode(&Coded::Flac(frame.to_vec()), 2, 1), None);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_decoded_or_refused(
            bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300),
            frames in 0_usize..6000,
        ) {
            for coded in [Coded::Flac(bytes.clone()), Coded::Plain(SampleFormat::F32, bytes.clone()), Coded::Plain(SampleFormat::S16, bytes.clone())] {
                if let Some(samples) = decode(&coded, 2, frames) {
                    proptest::prop_assert_eq!(samples.len(), 2 * frames);
                    proptest::prop_assert!(samples.iter().all(|sample| sample.is_finite()));
                }
            }
        }
    }
}
