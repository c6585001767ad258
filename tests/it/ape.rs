//! Monkey's Audio. No free encoder is packaged, so the files are made here, by the format's fastest mode (predictor and
//! range coder of Monkey's Audio 3.99); that they are lawful, ffmpeg says.

use auralis::decode::Source;
use auralis::model::track::Codec;
use lofty::config::WriteOptions;
use lofty::tag::{ItemKey, Tag, TagExt, TagType};

use crate::media::{Material, Noise, ffmpeg_decode};

/// Cumulated frequencies of the first overflow symbols, of 65536; the last is the escape's.
const TOTALS: [u32; 22] = [
    0, 19_578, 36_160, 48_417, 56_323, 60_899, 63_265, 64_435, 64_971, 65_232, 65_351, 65_416, 65_447,
    65_466, 65_476, 65_482, 65_485, 65_488, 65_490, 65_491, 65_492, 65_493,
];

/// Schindler's range coder, with carries.
struct Coder {
    out: Vec<u8>,
    low: u32,
    range: u32,
    held: u8,
    pending: usize,
}

impl Coder {
    fn normalize(&mut self) {
        while self.range <= 1 << 23 {
            let (carry, fill) = match self.low {
                low if low < 0xff << 23 => (0, 0xff),
                low if low >> 31 == 1 => (1, 0),
                _ => {
                    self.pending += 1;
                    self.shift();
                    continue;
                }
            };
            self.out.push(self.held.wrapping_add(carry));
            self.out.extend(vec![fill; std::mem::take(&mut self.pending)]);
            self.held = (self.low >> 23) as u8;
            self.shift();
        }
    }

    fn shift(&mut self) {
        self.low = (self.low << 8) & 0x7fff_ffff;
        self.range <<= 8;
    }

    fn put(&mut self, from: u32, width: u32, steps: u32) {
        self.normalize();
        let step = self.range / steps;
        self.range = step * width;
        self.low += step * from;
    }

    fn finish(mut self) -> Vec<u8> {
        self.normalize();
        let last = (self.low >> 23) + 1;
        let (carry, fill) = if last > 0xff { (1, 0) } else { (0, 0xff) };
        self.out.push(self.held.wrapping_add(carry));
        self.out.extend(vec![fill; self.pending]);
        self.out.extend([last as u8, 0, 0, 0]);
        self.out
    }
}

/// Adaptive code of one channel's residuals.
struct Entropy(u32);

impl Entropy {
    fn put(&mut self, coder: &mut Coder, residual: i32) {
        let value = if residual > 0 { residual as u32 * 2 - 1 } else { residual.unsigned_abs() * 2 };
        let pivot = (self.0 / 32).max(1);
        let (overflow, base) = ((value / pivot) as usize, value % pivot);
        if overflow + 1 < TOTALS.len() {
            coder.put(TOTALS[overflow], TOTALS[overflow + 1] - TOTALS[overflow], 65_536);
        } else if overflow < 63 {
            // From here on one step each.
            coder.put(TOTALS[21] + overflow as u32 - 21, 1, 65_536);
        } else {
            coder.put(65_535, 1, 65_536);
            coder.put(overflow as u32 >> 16, 1, 65_536);
            coder.put(overflow as u32 & 0xffff, 1, 65_536);
        }
        assert!(pivot < 65_536);
        coder.put(base, 1, pivot);
        self.0 = self.0 + value.div_ceil(2) - ((self.0 + 16) >> 5);
    }
}

/// The predictor of one channel: sign-adapted sums over its own past and the other channel's.
#[derive(Default)]
struct Predictor {
    own: [i32; 4],
    own_weights: [i32; 4],
    other: [i32; 5],
    other_weights: [i32; 5],
    last: i32,
    last_own: i32,
    last_other: i32,
    last_heard: i32,
    last_filtered: i32,
}

impl Predictor {
    fn new() -> Self {
        Self { own_weights: [360, 317, -109, 98], ..Self::default() }
    }

    fn residual(&mut self, sample: i32, other: i32) -> i32 {
        let delta = self.last - self.last_own;
        self.own = [self.last, delta, self.own[1], self.own[2]];
        self.last_own = self.last;
        let filtered = other - ((self.last_heard * 31) >> 5);
        self.last_heard = other;
        let delta = filtered - self.last_other;
        self.other = [filtered, delta, self.other[1], self.other[2], self.other[3]];
        self.last_other = filtered;
        let sum =
            |values: &[i32], weights: &[i32]| -> i32 { values.iter().zip(weights).map(|(v, w)| v * w).sum() };
        let predicted =
            (sum(&self.own, &self.own_weights) + (sum(&self.other, &self.other_weights) >> 1)) >> 10;
        let current = sample - ((self.last_filtered * 31) >> 5);
        let residual = current - predicted;
        let adapt = |weights: &mut [i32], values: &[i32]| {
            weights
                .iter_mut()
                .zip(values)
                .for_each(|(weight, value)| *weight += value.signum() * residual.signum());
        };
        adapt(&mut self.own_weights, &self.own);
        adapt(&mut self.other_weights, &self.other);
        self.last_filtered = sample;
        self.last = current;
        residual
    }
}

/// CRC-32 of IEEE 802.3.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| sum >> 1 ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 })
    })
}

fn frame(samples: &[i32], channels: usize) -> Vec<u8> {
    let bytes: Vec<u8> = samples.iter().flat_map(|&sample| (sample as i16).to_le_bytes()).collect();
    let mut out = (crc(&bytes) >> 1).to_be_bytes().to_vec();
    let mut coder = Coder { out: Vec::new(), low: 0, range: 1 << 31, held: 0, pending: 0 };
    let mut predictors = [Predictor::new(), Predictor::new()];
    let mut entropies = [Entropy(16 << 10), Entropy(16 << 10)];
    let mut last_x = 0;
    for frame in samples.chunks_exact(channels) {
        if let [first, second] = *frame {
            let y = second - first;
            let x = first + y / 2;
            entropies[1].put(&mut coder, predictors[1].residual(y, last_x));
            entropies[0].put(&mut coder, predictors[0].residual(x, y));
            last_x = x;
        } else {
            entropies[0].put(&mut coder, predictors[0].residual(frame[0], 0));
        }
    }
    out.extend(coder.finish());
    out
}

/// A file of version 3.99, mode "fast".
pub fn encode(material: &Material, frame_len: usize) -> Vec<u8> {
    let channels = material.channels;
    let parts: Vec<&[i32]> = material.samples.chunks(frame_len * channels).collect();
    let frames: Vec<Vec<u8>> = parts.iter().map(|part| frame(part, channels)).collect();
    let first = 52 + 24 + 4 * frames.len();
    let mut data = frames.concat();
    data.resize(data.len().next_multiple_of(4), 0);
    // Bits fill words from the highest on; words are little-endian.
    data.chunks_exact_mut(4).for_each(|word| word.reverse());
    let mut file = b"MAC \x96\x0f\0\0".to_vec();
    let sizes = [52, 24, 4 * frames.len(), 0, data.len(), 0, 0];
    sizes.into_iter().for_each(|size| file.extend((size as u32).to_le_bytes()));
    file.extend([0; 16]);
    // The mode; no header of the original is kept.
    [1_000_u16, 32].into_iter().for_each(|field| file.extend(field.to_le_bytes()));
    let last = parts.last().unwrap().len() / channels;
    [frame_len, last, parts.len()].into_iter().for_each(|field| file.extend((field as u32).to_le_bytes()));
    [16, channels as u16].into_iter().for_each(|field| file.extend(field.to_le_bytes()));
    file.extend(material.rate.to_le_bytes());
    let mut at = first;
    for frame in &frames {
        file.extend((at as u32).to_le_bytes());
        at += frame.len();
    }
    file.extend(data);
    file
}

#[test]
fn every_bit_comes_back_and_seeks_are_exact() {
    let folder = tempfile::tempdir().unwrap();
    for (channels, frame_len) in [(2, 20_000), (1, 7_777), (2, 73_728)] {
        let material = Material::new(100_003, channels, 44_100, 16);
        let path = folder.path().join("a.ape");
        std::fs::write(&path, encode(&material, frame_len)).unwrap();
        let whole = material.to_f32();
        assert!(ffmpeg_decode(&path) == whole, "not lawful: {channels} channels, {frame_len}");
        let mut source = Source::open(&path).unwrap();
        let format = source.info().format;
        assert_eq!((format.codec, format.bits, format.frames), (Codec::Ape, Some(16), Some(100_003)));
        let mut samples = Vec::new();
        while source.read(&mut samples).unwrap() > 0 {}
        assert!(samples == whole, "{channels} channels, {frame_len}");
        let mut noise = Noise(11);
        for _ in 0..30 {
            let target = noise.below(100_003);
            source.seek(target as u64).unwrap();
            let mut found = Vec::new();
            source.read(&mut found).unwrap();
            assert!(found[..] == whole[target * channels..][..found.len()], "{target}");
        }
    }
}

#[test]
fn tags_behind_it_are_read_and_not_taken_for_sound() {
    let folder = tempfile::tempdir().unwrap();
    let material = Material::new(30_011, 2, 44_100, 16);
    let path = folder.path().join("a.ape");
    std::fs::write(&path, encode(&material, 10_000)).unwrap();
    let mut tag = Tag::new(TagType::Ape);
    tag.insert_text(ItemKey::ReplayGainTrackGain, "-4.50 dB".into());
    tag.insert_text(ItemKey::Comment, "a word ".repeat(20_000));
    tag.save_to_path(&path, WriteOptions::default()).unwrap();
    let mut source = Source::open(&path).unwrap();
    assert_eq!(source.loudness().track.gain_db, Some(-4.5));
    let mut samples = Vec::new();
    while source.read(&mut samples).unwrap() > 0 {}
    assert!(samples == material.to_f32());
}

#[test]
fn a_damaged_frame_is_skipped_and_old_versions_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let material = Material::new(50_000, 2, 44_100, 16);
    let mut bytes = encode(&material, 10_000);
    let middle = bytes.len() / 2;
    bytes[middle..middle + 100].fill(0x55);
    let path = folder.path().join("a.ape");
    std::fs::write(&path, &bytes).unwrap();
    let mut source = Source::open(&path).unwrap();
    let mut samples = Vec::new();
    while source.read(&mut samples).unwrap() > 0 {}
    assert_eq!((source.corrupt_packets(), samples.len()), (1, 80_000));
    assert!(
        samples[60_000..] == material.to_f32()[80_000..] || samples[..40_000] == material.to_f32()[..40_000]
    );
    // The header of before version 3.98: mode, flags, channels, rate, sizes of what is kept, frames, the last one's length.
    let mut old = b"MAC \x5a\x0f".to_vec();
    [2_000_u16, 32, 2].into_iter().for_each(|field| old.extend(field.to_le_bytes()));
    [44_100_u32, 0, 0, 1, 1_000].into_iter().for_each(|field| old.extend(field.to_le_bytes()));
    old.extend(vec![0; 10_000]);
    std::fs::write(&path, &old).unwrap();
    let error = Source::open(&path).err().map(|error| error.to_string());
    assert_eq!(error.as_deref(), Some("version 3.93 in Monkey's Audio is not supported"));
}
