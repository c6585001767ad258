//! Float samples to the integers and bytes of files, pipes and devices. Pure; called by the outputs' own threads and by
//! the device's callback, so nothing here allocates beyond a capacity given before.
//!
//! Full scale is 2^(bits-1), the inverse of how decoders make floats of integers: a source of up to 24 bits comes out
//! with the very integers it had. Anything between two integers is rounded to the nearest, after dither where the samples
//! are wider than 16 or 24 bits hold; beyond full scale is clipped.

use crate::dsp::dither::Tpdf;
use crate::model::audio::SampleFormat;

const FULL_SCALE_16: f64 = 32_768.0;
const FULL_SCALE_24: f64 = 8_388_608.0;
const FULL_SCALE_32: f64 = 2_147_483_648.0;

/// Bytes of one sample in files and pipes.
pub fn sample_bytes(format: SampleFormat) -> usize {
    match format {
        SampleFormat::S16 => 2,
        SampleFormat::S24 => 3,
        SampleFormat::S32 | SampleFormat::F32 => 4,
    }
}

/// Appends samples to `out`, little-endian, 24-bit ones in three bytes.
pub fn encode(format: SampleFormat, samples: &[f32], out: &mut Vec<u8>) {
    match format {
        SampleFormat::S16 => out.extend(samples.iter().flat_map(|&sample| to_i16(sample).to_le_bytes())),
        SampleFormat::S24 => samples.iter().for_each(|&sample| {
            let [low, middle, high, _] = to_i24(sample).to_le_bytes();
            out.extend_from_slice(&[low, middle, high]);
        }),
        SampleFormat::S32 => out.extend(samples.iter().flat_map(|&sample| to_i32(sample).to_le_bytes())),
        SampleFormat::F32 => out.extend(samples.iter().flat_map(|&sample| sample.to_le_bytes())),
    }
}

/// As [`encode`], with noise before the rounding to 16 or 24 bits; 32 bits hold all that a float does.
pub fn encode_dithered(format: SampleFormat, samples: &[f32], noise: &mut Tpdf, out: &mut Vec<u8>) {
    match format {
        SampleFormat::S16 => {
            out.extend(samples.iter().flat_map(|&sample| to_i16_dithered(sample, noise).to_le_bytes()));
        }
        SampleFormat::S24 => samples.iter().for_each(|&sample| {
            let [low, middle, high, _] = to_i24_dithered(sample, noise).to_le_bytes();
            out.extend_from_slice(&[low, middle, high]);
        }),
        SampleFormat::S32 | SampleFormat::F32 => encode(format, samples, out),
    }
}

#[inline]
pub fn to_i16(sample: f32) -> i16 {
    clip_16(round(f64::from(sample) * FULL_SCALE_16))
}

#[inline]
pub fn to_i16_dithered(sample: f32, noise: &mut Tpdf) -> i16 {
    clip_16(round(f64::from(sample) * FULL_SCALE_16 + noise.draw()))
}

/// In the low 24 bits, sign-extended.
#[inline]
pub fn to_i24(sample: f32) -> i32 {
    clip_24(round(f64::from(sample) * FULL_SCALE_24))
}

/// As [`to_i24`].
#[inline]
pub fn to_i24_dithered(sample: f32, noise: &mut Tpdf) -> i32 {
    clip_24(round(f64::from(sample) * FULL_SCALE_24 + noise.draw()))
}

#[inline]
fn clip_16(rounded: i32) -> i16 {
    rounded.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

#[inline]
fn clip_24(rounded: i32) -> i32 {
    rounded.clamp(-8_388_608, 8_388_607)
}

#[inline]
pub fn to_i32(sample: f32) -> i32 {
    round(f64::from(sample) * FULL_SCALE_32)
}

/// Nearest integer, halves away from zero, saturating; not-a-number is silence. In double precision because adding a
/// half to a large float would round a second time.
#[inline]
fn round(scaled: f64) -> i32 {
    (scaled + 0.5_f64.copysign(scaled)) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_16_bit_integer_survives() {
        for value in i16::MIN..=i16::MAX {
            let sample = f32::from(value) / 32_768.0;
            assert_eq!(to_i16(sample), value);
            assert_eq!(to_i24(sample), i32::from(value) << 8);
            assert_eq!(to_i32(sample), i32::from(value) << 16);
        }
    }

    #[test]
    fn every_24_bit_integer_survives() {
        for value in -8_388_608..=8_388_607 {
            let sample = value as f32 / 8_388_608.0;
            assert_eq!(to_i24(sample), value);
            assert_eq!(to_i32(sample), value << 8);
        }
    }

    #[test]
    fn what_lies_between_is_rounded_and_what_lies_beyond_is_clipped() {
        assert_eq!(to_i16(0.4 / 32_768.0), 0);
        assert_eq!(to_i16(0.6 / 32_768.0), 1);
        assert_eq!(to_i16(-0.6 / 32_768.0), -1);
        assert_eq!(
            (to_i16(1.0), to_i16(-1.0), to_i16(7.5), to_i16(-7.5)),
            (32_767, -32_768, 32_767, -32_768)
        );
        assert_eq!((to_i24(1.0), to_i24(-1.5)), (8_388_607, -8_388_608));
        assert_eq!((to_i32(1.0), to_i32(-1.0), to_i32(f32::INFINITY)), (i32::MAX, i32::MIN, i32::MAX));
        assert_eq!((to_i16(f32::NAN), to_i24(f32::NAN), to_i32(f32::NAN)), (0, 0, 0));
    }

    #[test]
    fn bytes_are_little_endian_and_24_bits_take_three() {
        let bytes = |format, sample| {
            let mut out = Vec::new();
            encode(format, &[sample], &mut out);
            assert_eq!(out.len(), sample_bytes(format));
            out
        };
        assert_eq!(bytes(SampleFormat::S16, f32::from(0x1234_i16) / 32_768.0), [0x34, 0x12]);
        assert_eq!(bytes(SampleFormat::S24, 0x12_3456 as f32 / 8_388_608.0), [0x56, 0x34, 0x12]);
        assert_eq!(bytes(SampleFormat::S24, -1.0), [0, 0, 0x80]);
        assert_eq!(bytes(SampleFormat::S32, 0.5), [0, 0, 0, 0x40]);
        // IEEE 754: 1.0 is 3F800000.
        assert_eq!(bytes(SampleFormat::F32, 1.0), [0, 0, 0x80, 0x3f]);
    }
}
