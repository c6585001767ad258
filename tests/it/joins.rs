//! Albums: one signal cut in two at an arbitrary frame, each half encoded by a tool as a file of its own, played by the
//! program. Lossless halves give the uncut samples, into a file and through a real device stream; lossy halves give as
//! many frames as the original has and, around the join, what another decoder gives of the same halves.

use std::path::{Path, PathBuf};

use crate::home::Home;
use crate::media::{Material, ffmpeg_decode, run, snr_db};

/// Frames of the whole and of its first half: no multiple of any codec's block.
const WHOLE: usize = 101_237;
const CUT: usize = 47_525;

const FF: &str = "ffmpeg";
/// Name, bits, rate, and how a half becomes a file: `IN` and `OUT` stand for the paths.
const LOSSLESS: &[(&str, u32, u32, &[&str])] = &[
    ("flac", 16, 44_100, &["flac", "-s", "-o", "OUT", "IN"]),
    ("flac", 24, 96_000, &["flac", "-s", "-o", "OUT", "IN"]),
    ("wav", 16, 44_100, &[FF, "-c:a", "pcm_s16le", "OUT"]),
    ("m4a", 16, 44_100, &[FF, "-c:a", "alac", "OUT"]),
    ("m4a", 24, 48_000, &[FF, "-c:a", "alac", "-sample_fmt", "s32p", "OUT"]),
    ("aiff", 16, 44_100, &[FF, "OUT"]),
    ("caf", 16, 44_100, &[FF, "-c:a", "pcm_s16be", "OUT"]),
];
const LOSSY: &[(&str, u32, &[&str])] = &[
    ("mp3", 44_100, &["lame", "--quiet", "-b", "192", "IN", "OUT"]),
    ("mp3", 44_100, &["lame", "--quiet", "-V", "2", "IN", "OUT"]),
    ("ogg", 44_100, &["oggenc", "-Q", "-q", "6", "-o", "OUT", "IN"]),
    ("opus", 48_000, &["opusenc", "--quiet", "--bitrate", "160", "IN", "OUT"]),
    ("m4a", 44_100, &[FF, "-c:a", "aac", "-aac_pns", "0", "-b:a", "192k", "OUT"]),
];

fn encode(command: &[&str], input: &Path, output: &Path) {
    let place = |arg: &&str| match *arg {
        "IN" => input.to_str().unwrap().to_owned(),
        "OUT" => output.to_str().unwrap().to_owned(),
        other => other.to_owned(),
    };
    let mut args: Vec<String> = command[1..].iter().map(place).collect();
    if command[0] == FF {
        args.splice(0..0, ["-v", "error", "-y", "-i", input.to_str().unwrap()].map(str::to_owned));
    }
    run(command[0], &args.iter().map(String::as_str).collect::<Vec<_>>());
}

/// The halves of a signal as two files.
fn halves(home: &Home, material: &Material, ending: &str, command: &[&str]) -> [PathBuf; 2] {
    let at = CUT * material.channels;
    let parts = [&material.samples[..at], &material.samples[at..]];
    [0, 1].map(|half| {
        let wav = home.path(format!("half{half}.in.wav"));
        Material { samples: parts[half].to_vec(), ..material.clone() }.write_wav(&wav);
        let file = home.path(format!("half{half}.{ending}"));
        let _ = std::fs::remove_file(&file);
        encode(command, &wav, &file);
        file
    })
}

fn play(home: &Home, output: &str, files: &[PathBuf]) {
    let mut program = home.program(&["play", "-q", "--output", output]);
    let output = program.args(files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// What the program renders of two files, as `f32`.
fn rendered(home: &Home, files: &[PathBuf]) -> (hound::WavSpec, Vec<f32>) {
    let out = home.path("out.wav");
    play(home, &format!("file:{}", out.display()), files);
    let mut reader = hound::WavReader::open(&out).unwrap();
    let spec = reader.spec();
    let samples = match spec.sample_format {
        hound::SampleFormat::Float => reader.samples::<f32>().map(Result::unwrap).collect(),
        hound::SampleFormat::Int => {
            let full = (1u64 << (spec.bits_per_sample - 1)) as f64;
            reader.samples::<i32>().map(|sample| (f64::from(sample.unwrap()) / full) as f32).collect()
        }
    };
    (spec, samples)
}

fn first_difference(got: &[f32], expected: &[f32]) -> Option<usize> {
    got.iter().zip(expected).position(|(a, b)| a.to_bits() != b.to_bits())
}

#[test]
fn lossless_halves_play_as_the_uncut_signal() {
    for (ending, bits, rate, command) in LOSSLESS {
        let home = Home::new();
        let material = Material::new(WHOLE, 2, *rate, *bits);
        let (spec, got) = rendered(&home, &halves(&home, &material, ending, command));
        assert_eq!((spec.sample_rate, u32::from(spec.bits_per_sample)), (*rate, *bits), "{ending}");
        assert_eq!(got.len(), material.samples.len(), "{ending} {bits}");
        assert_eq!(first_difference(&got, &material.to_f32()), None, "{ending} {bits}");
    }
}

/// Frames around the join that are looked at: more than the longest window of these codecs to either side.
const AROUND: usize = 4_096;

#[test]
fn lossy_halves_have_the_frames_of_the_whole_and_another_decoders_samples() {
    for (ending, rate, command) in LOSSY {
        let home = Home::new();
        let material = Material::new(WHOLE, 2, *rate, 16);
        let files = halves(&home, &material, ending, command);
        let (_, got) = rendered(&home, &files);
        let what = command.join(" ");
        assert_eq!(got.len() / 2, WHOLE, "frames of {what}");
        let mut expected = ffmpeg_decode(&files[0]);
        expected.truncate(2 * CUT);
        assert_eq!(expected.len(), 2 * CUT, "{what}");
        expected.extend(ffmpeg_decode(&files[1]));
        let near = 2 * (CUT - AROUND)..2 * (CUT + AROUND);
        let alike = snr_db(&expected[near.clone()], &got[near.clone()]);
        // Decoders differ by rounding; Opus ones may by a little more (RFC 6716 §6).
        assert!(alike > 90.0, "{what}: {alike} dB against ffmpeg around the join");
        // And what the codec did to the signal there is no worse than what it does to any end and any beginning.
        let truth = material.to_f32();
        let here = snr_db(&truth[near.clone()], &got[near]);
        let edges = [0..2 * AROUND, 2 * (WHOLE - AROUND)..2 * WHOLE];
        let worst_edge = edges
            .map(|edge| snr_db(&truth[edge.clone()], &got[edge]))
            .into_iter()
            .fold(f64::INFINITY, f64::min);
        println!(
            "{what}: {alike:.0} dB against ffmpeg; to the original {here:.1} dB, edges {worst_edge:.1} dB"
        );
        assert!(here > worst_edge - 6.0, "{what}: {here} dB at the join, {worst_edge} dB at the edges");
    }
}

/// Through cpal's ALSA stream, at the pace of a converter.
#[cfg(feature = "device")]
#[test]
fn lossless_halves_reach_a_device_as_the_uncut_signal() {
    use crate::sound::{SCENARIO, wait_for};
    for (ending, bits, rate, command) in LOSSLESS {
        let home = Home::new();
        let material = Material::new(WHOLE, 2, *rate, *bits);
        let files = halves(&home, &material, ending, command);
        // 32 bits, two channels.
        let pace = rate * 8;
        let captured = home.path("captured.raw");
        let program = std::env::current_exe().unwrap();
        let reader = format!(
            "|{SCENARIO}='{pace} {}' '{}' --exact device::child_converter --ignored --nocapture >/dev/null",
            captured.display(),
            program.display()
        );
        let configuration = format!(
            "pcm.null {{ type null }}\nctl.null {{ type null }}\npcm.!default {{ type file slave.pcm \"null\" \
             file \"{reader}\" format \"raw\" hint {{ show on description \"paced\" }} }}\n"
        );
        let configuration = home.put("asound.conf", configuration.as_bytes());
        let mut player = home.program(&["play", "-q", "--output", "device", "--format", "s32"]);
        player.env("ALSA_CONFIG_PATH", configuration).env("XDG_RUNTIME_DIR", home.folder());
        let output = player.args(&files).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let done = captured.with_extension("done");
        wait_for("the converter's end", || done.exists());
        let heard = std::fs::read(&done).unwrap();
        let wide = |&sample: &i32| (sample << (32 - bits)).to_le_bytes();
        let expected: Vec<u8> = material.samples.iter().flat_map(wide).collect();
        // It is silent before the sound begins, and the signal itself begins with a zero or two.
        let silence =
            |bytes: &[u8]| bytes.chunks(8).take_while(|frame| frame.iter().all(|&b| b == 0)).count();
        let start = 8 * (silence(&heard).saturating_sub(silence(&expected)));
        let same = heard[start..].iter().zip(&expected).take_while(|(a, b)| a == b).count();
        assert_eq!(same, expected.len(), "{ending} {bits} {rate}: byte from which it differs");
        assert!(heard[start + expected.len()..].iter().all(|&byte| byte == 0), "{ending}");
    }
}
