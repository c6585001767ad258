//! Every ordered pair of kinds of file, joined: a sine runs through the join of two files into an output of one rate.
//! There is no error at the join, and no step of it, that is not in the files themselves as other decoders read them.

use std::f64::consts::TAU;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::home::Home;
use crate::media::{Material, encode, ffmpeg_decode, run};

/// Whole periods in a second: a file begins where a period does, and the one before ends a frame earlier.
const HZ: f64 = 441.0;
const AMPLITUDE: f64 = 0.4;
/// What is looked at to either side of a join.
const AROUND_MS: usize = 20;
/// Of ffmpeg's order and WAV's: left, right, centre, low frequencies, and two at the back.
const LOW_FREQUENCY: usize = 3;

struct Kind {
    name: &'static str,
    ending: &'static str,
    rate: u32,
    bits: u32,
    channels: usize,
    /// `IN` and `OUT` stand for the paths.
    command: &'static [&'static str],
}

const fn kind(
    name: &'static str,
    ending: &'static str,
    (rate, bits, channels): (u32, u32, usize),
    command: &'static [&'static str],
) -> Kind {
    Kind { name, ending, rate, bits, channels, command }
}

const FLAC: &[&str] = &["flac", "-s", "-f", "-o", "OUT", "IN"];
const CD: (u32, u32, usize) = (44_100, 16, 2);
const KINDS: [Kind; 10] = [
    kind("FLAC 44", "flac", CD, FLAC),
    kind("FLAC 96", "flac", (96_000, 24, 2), FLAC),
    kind("MP3", "mp3", CD, &["lame", "--quiet", "-V", "2", "IN", "OUT"]),
    kind("Vorbis", "ogg", CD, &["oggenc", "-Q", "-q", "6", "-o", "OUT", "IN"]),
    kind("Opus", "opus", (48_000, 16, 2), &["opusenc", "--quiet", "--bitrate", "160", "IN", "OUT"]),
    kind("AAC", "m4a", CD, &["ffmpeg", "-c:a", "aac", "-b:a", "192k", "OUT"]),
    kind("ALAC", "m4a", CD, &["ffmpeg", "-c:a", "alac", "OUT"]),
    kind("WAV", "wav", CD, &["ffmpeg", "-c:a", "pcm_s16le", "OUT"]),
    kind("mono", "flac", (44_100, 16, 1), FLAC),
    kind("5.1", "flac", (48_000, 16, 6), FLAC),
];

fn index_of(name: &str) -> usize {
    KINDS.iter().position(|kind| kind.name == name).unwrap()
}

/// Frame `n` of the sine that runs through all files.
fn truth(rate: u32, n: usize) -> f64 {
    AMPLITUDE * (TAU * HZ * n as f64 / f64::from(rate)).sin()
}

/// The sine's own largest step from frame to frame: 2 A sin(pi f / r).
fn own_step(rate: u32) -> f64 {
    2.0 * AMPLITUDE * (TAU / 2.0 * HZ / f64::from(rate)).sin()
}

fn db(value: f64) -> f64 {
    20.0 * value.max(1e-12).log10()
}

/// `first` channel of interleaved samples less the sine, which the samples begin with at `frame`.
fn errors(samples: &[f32], channels: usize, rate: u32, frame: usize) -> Vec<f64> {
    let first = samples.iter().step_by(channels).enumerate();
    first.map(|(n, &sample)| f64::from(sample) - truth(rate, frame + n)).collect()
}

/// The largest error, and the largest step of it.
#[derive(Debug, Clone, Copy, Default)]
struct Worst {
    error: f64,
    step: f64,
}

impl Worst {
    fn of(errors: &[f64]) -> Self {
        let largest = |values: &mut dyn Iterator<Item = f64>| values.map(f64::abs).fold(0.0, f64::max);
        Self {
            error: largest(&mut errors.iter().copied()),
            step: largest(&mut errors.windows(2).map(|two| two[1] - two[0])),
        }
    }
}

/// Of Vorbis files as short as these (one page) ffmpeg 5.1 loses the last 128 frames; sox reads them by libvorbis.
fn decode(kind: &Kind, path: &Path) -> Vec<f32> {
    if kind.ending != "ogg" {
        return ffmpeg_decode(path);
    }
    let bytes = run("sox", &["-D", path.to_str().unwrap(), "-t", "f32", "-L", "-"]);
    bytes.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect()
}

/// A second of the sine as a file, and what another decoder finds wrong with it where it is joined.
struct Half {
    path: PathBuf,
    errors: Vec<f64>,
}

fn around(rate: u32) -> usize {
    rate as usize * AROUND_MS / 1000
}

impl Half {
    fn make(folder: &Path, kind: &Kind, second: usize) -> Self {
        let frames = kind.rate as usize;
        let full = f64::from(1u32 << (kind.bits - 1));
        let frame = |n: usize| {
            let value = (truth(kind.rate, n) * full).round() as i32;
            (0..kind.channels)
                .map(move |channel| if kind.channels > 2 && channel == LOW_FREQUENCY { 0 } else { value })
        };
        let samples = (second * frames..(second + 1) * frames).flat_map(frame).collect();
        let wav = folder.join(format!("{} {second}.in.wav", kind.name));
        Material { samples, channels: kind.channels, rate: kind.rate, bits: kind.bits }.write_wav(&wav);
        let path = folder.join(format!("{} {second}.{}", kind.name, kind.ending));
        encode(kind.command, &wav, &path);
        let mut decoded = decode(kind, &path);
        // Of some kinds ffmpeg gives the padding after the end too.
        decoded.truncate(frames * kind.channels);
        assert_eq!(decoded.len(), frames * kind.channels, "{} as others read it", kind.name);
        let all = errors(&decoded, kind.channels, kind.rate, second * frames);
        let near = if second == 0 { frames - around(kind.rate)..frames } else { 0..around(kind.rate) };
        Self { path, errors: all[near].to_vec() }
    }
}

/// The halves of the kinds that are asked for.
fn halves(folder: &Path, kinds: &[usize]) -> Vec<Option<[Half; 2]>> {
    let make = |at: usize| [0, 1].map(|second| Half::make(folder, &KINDS[at], second));
    (0..KINDS.len()).map(|at| kinds.contains(&at).then(|| make(at))).collect()
}

/// What is wrong with the output around the join of two files, all frames counted.
fn joined(home: &Home, [a, b]: [usize; 2], [first, second]: [&Half; 2], rate: u32) -> Worst {
    let out = home.path("out.wav");
    let (target, rate_word) = (format!("file:{}", out.display()), rate.to_string());
    let words = ["play", "-q", "--output", &target, "--rate", &rate_word, "--format", "f32"];
    let output = home.program(&words).args([&first.path, &second.path]).output().unwrap();
    let what = format!("{} to {}", KINDS[a].name, KINDS[b].name);
    assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
    let mut reader = hound::WavReader::open(&out).unwrap();
    let spec = reader.spec();
    assert_eq!((spec.sample_rate, usize::from(spec.channels)), (rate, KINDS[a].channels), "{what}");
    let samples: Vec<f32> = reader.samples::<f32>().map(Result::unwrap).collect();
    std::fs::remove_file(&out).unwrap();
    let [frames_a, frames_b] = [a, b].map(|kind| u64::from(KINDS[kind].rate));
    let ratio = |frames: u64, from: u64| (frames * u64::from(rate)).div_ceil(from) as usize;
    let whole = if frames_a == frames_b {
        ratio(frames_a + frames_b, frames_a)
    } else {
        ratio(frames_a, frames_a) + ratio(frames_b, frames_b)
    };
    assert_eq!(samples.len() / KINDS[a].channels, whole, "frames of {what}");
    let join = rate as usize;
    let near = join - around(rate)..join + around(rate);
    Worst::of(&errors(&samples, KINDS[a].channels, rate, 0)[near])
}

/// Decoders differ by rounding.
const ROUNDING: f64 = 1e-6;
/// What a change of rate makes of errors that are there already, at most. Between the samples of a file its error is
/// larger than at them, an error that is not slow has larger steps than those of its own rate scaled by the ratio, and
/// where rates differ the last and the first error are continued by reflection. None of it adds to a file without errors,
/// and the sine itself goes through without any. Found: 1.44 where AAC comes before 48 or 96 kHz, 1.26 for integers of
/// 16 bits, 1.0 where nothing is resampled.
const RESAMPLED: f64 = 1.5;

/// The most that the files themselves account for: as other decoders read each, touching, at an output of `rate`.
fn of_the_files([a, b]: [usize; 2], [first, second]: [&Half; 2], rate: u32) -> Worst {
    let scaled = |kind: usize, half: &Half| {
        let Worst { error, step } = Worst::of(&half.errors);
        Worst { error, step: step * f64::from(KINDS[kind].rate) / f64::from(rate) }
    };
    let (end, beginning) = (scaled(a, first), scaled(b, second));
    let touching = (second.errors[0] - first.errors[first.errors.len() - 1]).abs();
    let resampled = [a, b].iter().any(|&kind| KINDS[kind].rate != rate);
    let limit = |worst: f64| worst * if resampled { RESAMPLED } else { 1.0 } + ROUNDING;
    Worst {
        error: limit(end.error.max(beginning.error)),
        step: limit(end.step.max(beginning.step).max(touching)),
    }
}

struct Pair {
    kinds: [usize; 2],
    got: Worst,
    limit: Worst,
}

fn play_pairs(pairs: &[[usize; 2]], rate: u32) -> Vec<Pair> {
    let folder = tempfile::tempdir().unwrap();
    let mut kinds: Vec<usize> = pairs.as_flattened().to_vec();
    kinds.sort_unstable();
    kinds.dedup();
    let halves = halves(folder.path(), &kinds);
    let (next, played) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        let home = Home::new();
        while let Some(&[a, b]) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let files = [&halves[a].as_ref().unwrap()[0], &halves[b].as_ref().unwrap()[1]];
            let got = joined(&home, [a, b], files, rate);
            let limit = of_the_files([a, b], files, rate);
            played.lock().unwrap().push(Pair { kinds: [a, b], got, limit });
        }
    };
    std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(work))));
    let mut played = played.into_inner().unwrap();
    assert_eq!(played.len(), pairs.len());
    played.sort_unstable_by_key(|pair| pair.kinds);
    played
}

/// Every pair that has more error than its files, in words.
fn faults(pairs: &[Pair], rate: u32) -> Vec<String> {
    let mut faults = Vec::new();
    for Pair { kinds, got, limit } in pairs {
        let [a, b] = kinds.map(|kind| KINDS[kind].name);
        // A frame too many or too few would be an error as large as the sine's own step.
        assert!(limit.error < own_step(rate), "the files of {a} and {b} are too bad to tell: {limit:?}");
        if got.error > limit.error || got.step > limit.step {
            faults.push(format!("{a} to {b}: {got:?}, and the files account for {limit:?}"));
        }
    }
    faults
}

/// The largest steps, in dB of the sine's own: from the kind of the line to that of the column.
fn print_table(pairs: &[Pair], rate: u32) {
    print!("{:8}", "");
    KINDS.iter().for_each(|kind| print!("{:>9}", kind.name));
    for Pair { kinds: [a, b], got, .. } in pairs {
        if *b == 0 {
            print!("\n{:8}", KINDS[*a].name);
        }
        print!("{:9.0}", db(got.step / own_step(rate)));
    }
    println!();
}

#[test]
fn a_sine_runs_through_the_join_of_every_two_kinds() {
    let all: Vec<[usize; 2]> = (0..KINDS.len()).flat_map(|a| (0..KINDS.len()).map(move |b| [a, b])).collect();
    let played = play_pairs(&all, 48_000);
    print_table(&played, 48_000);
    assert_eq!(faults(&played, 48_000), [""; 0]);
}

/// From a rate that is converted to one that is not, and the other way.
#[test]
fn a_sine_runs_through_joins_in_an_output_of_another_rate() {
    let pairs = [["Opus", "FLAC 44"], ["MP3", "FLAC 96"]].map(|pair| pair.map(index_of));
    assert_eq!(faults(&play_pairs(&pairs, 44_100), 44_100), [""; 0]);
}
