//! Test music: made in code, encoded by the tools that the README's test command installs, kept under `target/tmp`
//! between runs. Expected values come from this material and from other decoders, never from ours.

use std::f64::consts::TAU;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// Frames of the usual material: odd, and no multiple of any codec's block.
pub const FRAMES: usize = 200_011;

/// Interleaved integers and how to write them.
#[derive(Debug, Clone)]
pub struct Material {
    pub samples: Vec<i32>,
    pub channels: usize,
    pub rate: u32,
    pub bits: u32,
}

impl Material {
    /// A sweep over noise whose loudness breathes, different in each channel.
    pub fn new(frames: usize, channels: usize, rate: u32, bits: u32) -> Self {
        let full = f64::from(1u32 << (bits - 1)) - 1.0;
        let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
        let mut samples = Vec::with_capacity(frames * channels);
        for frame in 0..frames {
            let t = frame as f64 / f64::from(rate);
            let breath = 0.5 + 0.5 * (TAU * 1.7 * t).sin();
            for channel in 0..channels {
                let sweep = (TAU * (110.0 * (channel + 1) as f64 * t + 300.0 * t * t)).sin();
                let value = 0.35 * sweep + 0.25 * breath * noise.next();
                samples.push((value * full).round() as i32);
            }
        }
        Self { samples, channels, rate, bits }
    }

    pub fn frames(&self) -> usize {
        self.samples.len() / self.channels
    }

    /// As our decoders must give them.
    pub fn to_f32(&self) -> Vec<f32> {
        let scale = (1u64 << (self.bits - 1)) as f64;
        self.samples.iter().map(|&sample| (f64::from(sample) / scale) as f32).collect()
    }

    pub fn write_wav(&self, path: &Path) {
        let spec = hound::WavSpec {
            channels: self.channels as u16,
            sample_rate: self.rate,
            bits_per_sample: self.bits as u16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(path, spec).unwrap();
        self.samples.iter().for_each(|&sample| writer.write_sample(sample).unwrap());
        writer.finalize().unwrap();
    }
}

/// Uniform numbers in -1..1, always the same ones.
pub struct Noise(pub u64);

impl Noise {
    pub fn bits(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn next(&mut self) -> f64 {
        self.bits() as i64 as f64 / i64::MAX as f64
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.bits() % end.max(1) as u64) as usize
    }
}

/// Runs a tool. A missing tool fails the test: the README's test command installs it.
pub fn run(tool: &str, args: &[&str]) -> Vec<u8> {
    let output = Command::new(tool).args(args).output();
    let output =
        output.unwrap_or_else(|error| panic!("the tests need `{tool}`, which does not run: {error}"));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{tool} {args:?} failed: {complaint}");
    output.stdout
}

/// One encoded file and what it was made from.
pub struct Fixture {
    pub path: PathBuf,
    pub material: Material,
}

type Recipe = (&'static str, Source, &'static [&'static str]);

#[derive(Clone, Copy)]
enum Source {
    /// 16 bits, 44.1 kHz, stereo.
    Cd,
    /// 24 bits, 96 kHz, stereo.
    Studio,
    /// 16 bits, 48 kHz, stereo.
    Video,
    Mono,
    /// 32 bits, 48 kHz, stereo.
    Wide,
    /// 16 bits, 48 kHz, 5.1.
    Surround,
}

const FF: &str = "ffmpeg";
/// Name, material, and the command: `IN` and `OUT` stand for the paths.
const RECIPES: &[Recipe] = &[
    ("cd.flac", Source::Cd, &["flac", "-s", "-f", "-o", "OUT", "IN"]),
    ("studio.flac", Source::Studio, &["flac", "-s", "-f", "-8", "-o", "OUT", "IN"]),
    ("mono.flac", Source::Mono, &["flac", "-s", "-f", "-o", "OUT", "IN"]),
    ("surround.flac", Source::Surround, &["flac", "-s", "-f", "-o", "OUT", "IN"]),
    ("wide.flac", Source::Wide, &["flac", "-s", "-f", "-o", "OUT", "IN"]),
    ("cd.oga", Source::Cd, &["flac", "-s", "-f", "--ogg", "-o", "OUT", "IN"]),
    ("flac.mp4", Source::Cd, &[FF, "-c:a", "flac", "-strict", "-2", "OUT"]),
    ("flac.mka", Source::Cd, &[FF, "-c:a", "flac", "OUT"]),
    ("cd.wav", Source::Cd, &[FF, "-c:a", "pcm_s16le", "OUT"]),
    ("studio.wav", Source::Studio, &[FF, "-c:a", "pcm_s24le", "OUT"]),
    ("float.wav", Source::Studio, &[FF, "-c:a", "pcm_f32le", "OUT"]),
    ("cd.aiff", Source::Cd, &[FF, "OUT"]),
    ("studio.aiff", Source::Studio, &[FF, "-c:a", "pcm_s24be", "OUT"]),
    ("cd.au", Source::Cd, &[FF, "-c:a", "pcm_s16be", "OUT"]),
    ("studio.au", Source::Studio, &[FF, "-c:a", "pcm_s24be", "OUT"]),
    ("float.au", Source::Studio, &[FF, "-c:a", "pcm_f32be", "OUT"]),
    ("a-law.au", Source::Cd, &[FF, "-c:a", "pcm_alaw", "OUT"]),
    ("mu-law.au", Source::Mono, &[FF, "-c:a", "pcm_mulaw", "OUT"]),
    ("cd.w64", Source::Cd, &["sox", "-D", "IN", "OUT"]),
    ("surround.w64", Source::Surround, &[FF, "-c:a", "pcm_s24le", "OUT"]),
    ("a-law.w64", Source::Cd, &[FF, "-c:a", "pcm_alaw", "OUT"]),
    ("rf64.wav", Source::Studio, &[FF, "-c:a", "pcm_s24le", "-rf64", "always", "OUT"]),
    ("cd.wv", Source::Cd, &[FF, "-c:a", "wavpack", "OUT"]),
    ("best.wv", Source::Cd, &[FF, "-c:a", "wavpack", "-compression_level", "6", "OUT"]),
    (
        "studio.wv",
        Source::Studio,
        &[FF, "-c:a", "wavpack", "-sample_fmt", "s32p", "-bits_per_raw_sample", "24", "OUT"],
    ),
    ("int32.wv", Source::Studio, &[FF, "-c:a", "wavpack", "-sample_fmt", "s32p", "OUT"]),
    ("float.wv", Source::Studio, &[FF, "-c:a", "wavpack", "-sample_fmt", "fltp", "OUT"]),
    ("mono.wv", Source::Mono, &[FF, "-c:a", "wavpack", "OUT"]),
    ("surround.wv", Source::Surround, &[FF, "-c:a", "wavpack", "OUT"]),
    ("cd.tta", Source::Cd, &[FF, "-c:a", "tta", "OUT"]),
    ("studio.tta", Source::Studio, &[FF, "-c:a", "tta", "OUT"]),
    ("surround.tta", Source::Surround, &[FF, "-c:a", "tta", "OUT"]),
    ("cd.caf", Source::Cd, &[FF, "-c:a", "pcm_s16be", "OUT"]),
    ("alac.caf", Source::Cd, &[FF, "-c:a", "alac", "OUT"]),
    ("alac.m4a", Source::Cd, &[FF, "-c:a", "alac", "OUT"]),
    ("studio.m4a", Source::Studio, &[FF, "-c:a", "alac", "-sample_fmt", "s32p", "OUT"]),
    ("cbr.mp3", Source::Cd, &["lame", "--quiet", "-b", "192", "IN", "OUT"]),
    ("vbr.mp3", Source::Cd, &["lame", "--quiet", "-V", "2", "IN", "OUT"]),
    ("mono.mp3", Source::Mono, &["lame", "--quiet", "-b", "64", "-m", "m", "IN", "OUT"]),
    ("untagged.mp3", Source::Cd, &["lame", "--quiet", "-t", "-V", "4", "IN", "OUT"]),
    ("layer2.mp2", Source::Cd, &[FF, "-c:a", "mp2", "-b:a", "256k", "OUT"]),
    ("vorbis.ogg", Source::Cd, &["oggenc", "-Q", "-q", "6", "-o", "OUT", "IN"]),
    ("surround.ogg", Source::Surround, &["oggenc", "-Q", "-q", "4", "-o", "OUT", "IN"]),
    ("vorbis.mka", Source::Cd, &[FF, "-c:a", "libvorbis", "OUT"]),
    ("opus.opus", Source::Video, &["opusenc", "--quiet", "--bitrate", "128", "IN", "OUT"]),
    ("surround.opus", Source::Surround, &["opusenc", "--quiet", "--bitrate", "256", "IN", "OUT"]),
    ("opus.mp4", Source::Video, &[FF, "-c:a", "libopus", "-strict", "-2", "OUT"]),
    ("opus.mka", Source::Video, &[FF, "-c:a", "libopus", "OUT"]),
    ("opus.webm", Source::Video, &[FF, "-c:a", "libopus", "OUT"]),
    ("aac.m4a", Source::Cd, &[FF, "-c:a", "aac", "-aac_pns", "0", "-b:a", "192k", "OUT"]),
    ("aac.mka", Source::Cd, &[FF, "-c:a", "aac", "-aac_pns", "0", "-b:a", "192k", "OUT"]),
    ("aac.aac", Source::Cd, &[FF, "-c:a", "aac", "-aac_pns", "0", "-b:a", "192k", "OUT"]),
    ("mp3.mka", Source::Cd, &[FF, "-c:a", "libmp3lame", "OUT"]),
];

static MAKING: Mutex<()> = Mutex::new(());

pub fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("media-3");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The fixture of this name; made when it is not there yet.
pub fn fixture(name: &'static str) -> Fixture {
    let recipe =
        RECIPES.iter().find(|recipe| recipe.0 == name).unwrap_or_else(|| panic!("no recipe for {name}"));
    let material = match recipe.1 {
        Source::Cd => Material::new(FRAMES, 2, 44_100, 16),
        Source::Studio => Material::new(FRAMES, 2, 96_000, 24),
        Source::Video => Material::new(FRAMES, 2, 48_000, 16),
        Source::Wide => Material::new(FRAMES, 2, 48_000, 32),
        Source::Mono => Material::new(FRAMES, 1, 44_100, 16),
        Source::Surround => Material::new(FRAMES, 6, 48_000, 16),
    };
    let path = folder().join(name);
    let _one_at_a_time = MAKING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if !path.exists() {
        make(recipe, &material, &path);
    }
    Fixture { path, material }
}

fn make(recipe: &Recipe, material: &Material, path: &Path) {
    let work = tempfile::tempdir_in(folder()).unwrap();
    let input = work.path().join("input.wav");
    material.write_wav(&input);
    // The name without its folder: the tools choose the container by it.
    let output = work.path().join(recipe.0);
    encode(recipe.2, &input, &output);
    std::fs::rename(output, path).unwrap();
}

/// Runs a tool with its arguments, `IN` and `OUT` standing for the paths; ffmpeg gets its input by itself.
pub fn encode(command: &[&str], input: &Path, output: &Path) {
    let place = |arg: &&str| match *arg {
        "IN" => input.to_str().unwrap().to_owned(),
        "OUT" => output.to_str().unwrap().to_owned(),
        other => other.to_owned(),
    };
    let mut args: Vec<String> = command[1..].iter().map(place).collect();
    if command[0] == FF {
        let head = ["-v", "error", "-y", "-i", input.to_str().unwrap()];
        args.splice(0..0, head.map(str::to_owned));
    }
    run(command[0], &args.iter().map(String::as_str).collect::<Vec<_>>());
}

/// What ffmpeg decodes, as interleaved `f32`, its own trimming applied.
pub fn ffmpeg_decode(path: &Path) -> Vec<f32> {
    let bytes = run(FF, &["-v", "error", "-i", path.to_str().unwrap(), "-f", "f32le", "-"]);
    bytes.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect()
}

/// The shift of `b` against `a`, in frames, at which they are most alike. 0 is aligned; positive is late.
pub fn lag(a: &[f32], b: &[f32], channels: usize, reach: usize) -> isize {
    let left = |samples: &[f32]| -> Vec<f32> { samples.iter().step_by(channels).copied().collect() };
    let (a, b) = (left(a), left(b));
    let from = a.len().min(b.len()) / 3;
    let reach = reach as isize;
    let likeness = |shift: isize| -> f64 {
        let b = &b[(from as isize + shift) as usize..][..6_000];
        a[from..from + 6_000].iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
    };
    (-reach..=reach).max_by(|&x, &y| likeness(x).total_cmp(&likeness(y))).unwrap_or(0)
}

/// Signal to noise in dB, `signal` being the truth.
pub fn snr_db(signal: &[f32], other: &[f32]) -> f64 {
    let pairs = || signal.iter().zip(other).map(|(&a, &b)| (f64::from(a), f64::from(b)));
    let power: f64 = pairs().map(|(a, _)| a * a).sum();
    let error: f64 = pairs().map(|(a, b)| (a - b) * (a - b)).sum();
    10.0 * (power / error.max(1e-30)).log10()
}
