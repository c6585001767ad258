//! Planar samples of any type to interleaved `f32`. Called by `decoder` for every packet: the only copy that samples
//! make on their way from a decoder to a block.

use std::ops::Range;

use symphonia::core::audio::{Audio, AudioBuffer, GenericAudioBufferRef};

/// Floating point files may exceed full scale, but nothing beyond this (96 dB over it) is music.
const LARGEST: f32 = 65_536.0;

/// Appends the frames `range` of `buffer`. 24-bit integers and narrower are exact; 32-bit ones are rounded; what is not
/// finite or absurdly large becomes silence.
pub(super) fn append(buffer: &GenericAudioBufferRef<'_>, range: Range<usize>, out: &mut Vec<f32>) {
    use GenericAudioBufferRef as Buffer;
    match buffer {
        Buffer::U8(planes) => weave(planes, range, out, |sample| (f32::from(sample) - 128.0) / 128.0),
        Buffer::U16(planes) => weave(planes, range, out, |sample| (f32::from(sample) - 32_768.0) / 32_768.0),
        Buffer::U24(planes) => weave(planes, range, out, |sample| {
            from_i32(sample.inner().wrapping_sub(1 << 23).cast_signed() << 8)
        }),
        Buffer::U32(planes) => {
            weave(planes, range, out, |sample| from_i32((sample ^ (1 << 31)).cast_signed()))
        }
        Buffer::S8(planes) => weave(planes, range, out, |sample| f32::from(sample) / 128.0),
        Buffer::S16(planes) => weave(planes, range, out, |sample| f32::from(sample) / 32_768.0),
        Buffer::S24(planes) => weave(planes, range, out, |sample| sample.inner() as f32 / 8_388_608.0),
        Buffer::S32(planes) => weave(planes, range, out, from_i32),
        Buffer::F32(planes) => weave(planes, range, out, finite),
        Buffer::F64(planes) => weave(planes, range, out, |sample| finite(sample as f32)),
    }
}

/// Full scale of 32 bits to 1.0. Exact for up to 24 significant bits: the product is a power of two.
fn from_i32(sample: i32) -> f32 {
    sample as f32 * (1.0 / 2_147_483_648.0)
}

/// The sample, or silence where it is no number that a loudspeaker should get.
pub(super) fn finite(sample: f32) -> f32 {
    if sample.abs() <= LARGEST { sample } else { 0.0 }
}

fn weave<S: symphonia::core::audio::sample::Sample>(
    planes: &AudioBuffer<S>,
    range: Range<usize>,
    out: &mut Vec<f32>,
    to_f32: impl Fn(S) -> f32,
) {
    let channels = planes.num_planes();
    let at = out.len();
    match channels {
        1 => out.extend(plane(planes, 0, &range).iter().map(|&sample| to_f32(sample))),
        2 => {
            let (left, right) = (plane(planes, 0, &range), plane(planes, 1, &range));
            out.resize(at + left.len() * 2, 0.0);
            for (frame, (&left, &right)) in out[at..].chunks_exact_mut(2).zip(left.iter().zip(right)) {
                frame[0] = to_f32(left);
                frame[1] = to_f32(right);
            }
        }
        _ => {
            out.resize(at + range.len() * channels, 0.0);
            for channel in 0..channels {
                let samples = plane(planes, channel, &range);
                for (frame, &sample) in out[at..].chunks_exact_mut(channels).zip(samples) {
                    frame[channel] = to_f32(sample);
                }
            }
        }
    }
}

fn plane<'a, S: symphonia::core::audio::sample::Sample>(
    planes: &'a AudioBuffer<S>,
    channel: usize,
    range: &Range<usize>,
) -> &'a [S] {
    planes.plane(channel).and_then(|plane| plane.get(range.clone())).unwrap_or(&[])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_24_bit_integer_survives_and_the_ends_of_scale_are_where_they_belong() {
        for value in [-8_388_608, -8_388_607, -1, 0, 1, 32_767, 8_388_607] {
            assert_eq!(f64::from(from_i32(value << 8)), f64::from(value) / 8_388_608.0);
        }
        assert_eq!(from_i32(i32::MIN), -1.0);
        assert_eq!(from_i32(i32::MAX), 1.0);
    }

    #[test]
    fn what_is_no_number_becomes_silence() {
        assert_eq!(finite(f32::NAN), 0.0);
        assert_eq!(finite(f32::NEG_INFINITY), 0.0);
        assert_eq!(finite(1e30), 0.0);
        assert_eq!(finite(-3.5), -3.5);
    }
}
