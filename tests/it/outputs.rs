//! Null, file, pipe, capture and the opener: exact samples, honest ends, refusals that destroy nothing.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use auralis::engine::output::capture::{CaptureHandle, Pace};
use auralis::engine::output::{
    Fault, Opened, Opener, OpensOutputs, Output, OutputError, Outputs, Wanted, ring_frames,
};
use auralis::model::audio::{SampleFormat, Spec};
use auralis::model::settings::{OutputSettings, OutputSpec};
use auralis::model::snapshot::Accepted;

use crate::home::PATIENCE;
use crate::sound::{bytes, child, feed, floats, noise, play, scenario, tool, wait_for, wanted};

fn to_file(path: &Path) -> OutputSettings {
    OutputSettings::new(OutputSpec::File(path.into()))
}

fn open(settings: &OutputSettings, wanted: &Wanted) -> Opened {
    Outputs::new().open(settings, wanted).unwrap()
}

/// The samples of a WAV file as sox reads them.
fn sox_samples(path: &Path, format: SampleFormat) -> Vec<u8> {
    let (encoding, bits) = match format {
        SampleFormat::S16 => ("signed-integer", "16"),
        SampleFormat::S24 => ("signed-integer", "24"),
        SampleFormat::S32 => ("signed-integer", "32"),
        SampleFormat::F32 => ("floating-point", "32"),
    };
    tool("sox", &["-D", path.to_str().unwrap(), "-t", "raw", "-e", encoding, "-b", bits, "-L", "-"])
}

#[test]
fn files_hold_the_integers_of_the_source() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        (16, None, SampleFormat::S16),
        (24, None, SampleFormat::S24),
        (16, Some(SampleFormat::S24), SampleFormat::S24),
        (24, Some(SampleFormat::S32), SampleFormat::S32),
        (24, Some(SampleFormat::F32), SampleFormat::F32),
    ];
    for (bits, asked, taken) in cases {
        for (rate, channels) in [(44_100, 1), (44_100, 2), (96_000, 6), (8_000, 8)] {
            let path = folder.path().join(format!("{bits}-{}-{rate}-{channels}.wav", taken.name()));
            let settings = OutputSettings { format: asked, ..to_file(&path) };
            let mut opened = open(&settings, &wanted(rate, channels, bits));
            assert_eq!((opened.output.accepted().format, opened.output.is_paced()), (taken, false));
            let values = noise(u32::from(bits), 12_347 * usize::from(channels));
            play(&mut opened, &floats(u32::from(bits), &values));
            // The end was heard, so the file is whole already, though it is still open.
            assert!(sox_samples(&path, taken) == bytes(taken, u32::from(bits), &values), "{path:?}");
            let told = tool("soxi", &[path.to_str().unwrap()]);
            let told = String::from_utf8(told).unwrap();
            let has = |field: &str, value: u32| {
                let line = told.lines().find(|line| line.starts_with(field)).unwrap();
                assert!(line.ends_with(&format!(": {value}")), "{path:?}: {line}");
            };
            has("Channels", u32::from(channels));
            has("Sample Rate", rate);
        }
    }
}

#[test]
fn other_readers_agree_about_channels_and_float() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("six.wav");
    let settings = OutputSettings { format: Some(SampleFormat::F32), ..to_file(&path) };
    let mut opened = open(&settings, &wanted(48_000, 6, 24));
    let values = noise(24, 6 * 5_000);
    play(&mut opened, &floats(24, &values));
    let name = path.to_str().unwrap();
    let raw = tool("ffmpeg", &["-v", "error", "-i", name, "-f", "f32le", "-"]);
    assert!(raw == bytes(SampleFormat::F32, 24, &values));
    let fields = "stream=codec_name,sample_rate,channels,channel_layout";
    let told = tool("ffprobe", &["-v", "error", "-show_entries", fields, "-of", "csv=p=0", name]);
    assert_eq!(String::from_utf8(told).unwrap().trim(), "pcm_f32le,48000,6,5.1");
}

#[test]
fn a_file_is_valid_while_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("killed.wav");
    let mut opened = open(&to_file(&path), &wanted(44_100, 2, 16));
    let values = noise(16, 2 * 30_000);
    feed(&mut opened.writer, &floats(16, &values));
    // Neither ended nor closed, as when the program is killed a moment later.
    wait_for("a good header", || {
        sox_samples(&path, SampleFormat::S16) == bytes(SampleFormat::S16, 16, &values)
    });
}

#[test]
fn one_file_holds_the_whole_session() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session.wav");
    let mut outputs = Outputs::new();
    let values = noise(16, 2 * 9_000);
    let sound = floats(16, &values);
    let mut opened = outputs.open(&to_file(&path), &wanted(44_100, 2, 16)).unwrap();
    play(&mut opened, &sound[..2 * 3_001]);
    // More comes after an end.
    opened.writer.set_ended(false);
    play(&mut opened, &sound[2 * 3_001..2 * 5_000]);
    drop(opened);
    // Let go and asked for again, by a track of another rate: the file goes on as it began.
    let mut again = outputs.open(&to_file(&path), &wanted(96_000, 1, 24)).unwrap();
    assert_eq!(again.output.accepted().spec, Spec { rate: 44_100, channels: 2 });
    play(&mut again, &sound[2 * 5_000..]);
    assert!(sox_samples(&path, SampleFormat::S16) == bytes(SampleFormat::S16, 16, &values));
}

#[test]
fn a_pause_leaves_nothing_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("paused.wav");
    let mut opened = open(&to_file(&path), &wanted(44_100, 1, 16));
    opened.writer.set_paused(true);
    let values = noise(16, 20_000);
    feed(&mut opened.writer, &floats(16, &values));
    std::thread::sleep(Duration::from_millis(30));
    assert_eq!(opened.writer.shared().consumed(), 0, "nothing is taken during a pause");
    opened.writer.set_paused(false);
    play(&mut opened, &[]);
    assert!(sox_samples(&path, SampleFormat::S16) == bytes(SampleFormat::S16, 16, &values));
}

#[test]
fn nothing_that_is_not_ours_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let refused = |path: &Path| match Outputs::new().open(&to_file(path), &wanted(44_100, 2, 16)) {
        Err(OutputError::File { why, .. }) => why,
        other => panic!("{path:?}: {other:?}"),
    };
    let music = at("music.wav");
    tool("sox", &["-n", "-r", "44100", music.to_str().unwrap(), "synth", "0.1", "sine", "440"]);
    let before = fs::read(&music).unwrap();
    assert!(refused(&music).contains("no recording of Auralis"));
    assert!(fs::read(&music).unwrap() == before);
    assert_eq!(refused(folder.path()), "it is a folder");
    assert_eq!(refused(Path::new("/dev/full")), "it is not a regular file");
    tool("mkfifo", &[at("fifo").to_str().unwrap()]);
    assert_eq!(refused(&at("fifo")), "it is not a regular file");
    assert_eq!(refused(&at("missing/x.wav")), "its folder does not exist");
    std::os::unix::fs::symlink(&music, at("link.wav")).unwrap();
    assert!(refused(&at("link.wav")).contains("no recording of Auralis"));
    fs::write(at("empty.wav"), b"").unwrap();
    open(&to_file(&at("empty.wav")), &wanted(44_100, 2, 16));
}

#[test]
fn a_recording_of_ours_is_replaced_and_its_readers_keep_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.wav");
    play(&mut open(&to_file(&path), &wanted(44_100, 1, 16)), &floats(16, &noise(16, 1_000)));
    let mut reader = fs::File::open(&path).unwrap();
    play(&mut open(&to_file(&path), &wanted(44_100, 1, 16)), &floats(16, &noise(16, 10)));
    let mut old = Vec::new();
    reader.read_to_end(&mut old).unwrap();
    assert!(old.ends_with(&bytes(SampleFormat::S16, 16, &noise(16, 1_000))));
    assert!(sox_samples(&path, SampleFormat::S16) == bytes(SampleFormat::S16, 16, &noise(16, 10)));
}

#[test]
fn names_need_not_be_utf_8() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9.wav"));
    play(&mut open(&to_file(&path), &wanted(44_100, 1, 16)), &[0.5; 100]);
    assert!(fs::read(&path).unwrap().ends_with(&[0, 0x40]));
}

/// The limit on a file's size stands for a full disk: the same write fails in the same place.
#[test]
fn a_full_disk_ends_with_a_reason_and_a_valid_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("full.wav");
    let process = child("outputs::child_full_disk", path.to_str().unwrap());
    let mut limited = std::process::Command::new("sh");
    // 512-byte blocks; the signal of the limit is ignored, so that the write fails instead.
    limited.args(["-c", "ulimit -f 400; trap '' XFSZ; exec \"$0\" \"$@\""]);
    limited.arg(process.get_program()).args(process.get_args());
    limited.envs(process.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = limited.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let kept = sox_samples(&path, SampleFormat::S16);
    let all = bytes(SampleFormat::S16, 16, &noise(16, 2 * 200_000));
    assert!(
        kept.len() > 100_000 && kept.len() <= 400 * 512 && kept.len().is_multiple_of(4),
        "{}",
        kept.len()
    );
    assert!(all.starts_with(&kept));
}

#[test]
#[ignore = "runs in a process of its own, started by another test"]
fn child_full_disk() {
    let Some(path) = scenario() else { return };
    let mut opened = open(&to_file(Path::new(&path)), &wanted(44_100, 2, 16));
    let sound = floats(16, &noise(16, 2 * 200_000));
    opened.writer.set_exact(true);
    let mut rest = &sound[..];
    let began = Instant::now();
    while opened.output.fault().is_none() {
        let frames = opened.writer.write(rest);
        rest = &rest[frames * 2..];
        if rest.is_empty() {
            opened.writer.set_ended(true);
        }
        assert!(!opened.writer.shared().is_drained(), "an end was told that never reached the disk");
        assert!(began.elapsed() < PATIENCE);
    }
    assert_eq!(opened.output.fault(), Some(Fault::Final));
    let why = opened.output.fault_text().unwrap();
    assert!(why.contains("full.wav") && why.contains("may not grow"), "{why}");
}

#[test]
fn a_pipe_carries_raw_little_endian_samples() {
    let cases =
        [(SampleFormat::S16, 16), (SampleFormat::S24, 24), (SampleFormat::S32, 24), (SampleFormat::F32, 24)];
    for (format, bits) in cases {
        let output = child("outputs::child_pipe", &format!("{} {bits}", format.name())).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let expected = bytes(format, bits, &noise(bits, 2 * 50_000));
        // The test harness of the child writes its own lines before and after.
        let start = output.stdout.windows(64).position(|bytes| bytes == &expected[..64]).unwrap();
        assert!(output.stdout[start..].starts_with(&expected), "{format:?}");
        assert!(output.stdout[start + expected.len()..].is_ascii(), "{format:?}: more than was played");
    }
}

#[test]
#[ignore = "runs in a process of its own, started by another test"]
fn child_pipe() {
    let Some(scenario) = scenario() else { return };
    let (format, bits) = scenario.split_once(' ').unwrap();
    let bits: u8 = bits.parse().unwrap();
    let settings =
        OutputSettings { format: SampleFormat::parse(format), ..OutputSettings::new(OutputSpec::Pipe) };
    let sound = floats(u32::from(bits), &noise(u32::from(bits), 2 * 50_000));
    play(&mut open(&settings, &wanted(44_100, 2, bits)), &sound);
}

#[test]
fn a_pipe_that_nobody_reads_any_more_is_final() {
    let mut process = child("outputs::child_cut_pipe", "cut");
    let mut running = process.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut some = vec![0; 200_000];
    running.stdout.take().unwrap().read_exact(&mut some).unwrap();
    // Its end of the pipe is dropped here. The child's harness cannot print its verdict any more and says so by its
    // code, therefore the child leaves with one of its own.
    assert_eq!(running.wait().unwrap().code(), Some(77));
}

#[test]
#[ignore = "runs in a process of its own, started by another test"]
fn child_cut_pipe() {
    if scenario().is_none() {
        return;
    }
    let mut opened = open(&OutputSettings::new(OutputSpec::Pipe), &wanted(44_100, 2, 16));
    let began = Instant::now();
    while opened.output.fault().is_none() {
        opened.writer.write(&[0.25; 4096]);
        std::thread::yield_now();
        if began.elapsed() > PATIENCE {
            std::process::exit(1);
        }
    }
    let told = opened.output.fault_text().unwrap_or_default();
    let right = opened.output.fault() == Some(Fault::Unread) && told.contains("has gone");
    std::process::exit(if right { 77 } else { 2 });
}

#[test]
fn raw_samples_never_go_to_a_terminal() {
    let process = child("outputs::child_terminal", "terminal");
    let system = portable_pty::native_pty_system();
    let pair = system.openpty(portable_pty::PtySize::default()).unwrap();
    let mut command = portable_pty::CommandBuilder::new(process.get_program());
    command.args(process.get_args());
    process.get_envs().for_each(|(name, value)| command.env(name, value.unwrap()));
    let mut running = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut shown = String::new();
    // A pseudo-terminal whose other side is gone reads as an error.
    let _ = pair.master.try_clone_reader().unwrap().read_to_string(&mut shown);
    assert!(running.wait().unwrap().success(), "{shown}");
    assert!(shown.contains("1 passed"), "{shown}");
}

#[test]
#[ignore = "runs in a process of its own, started by another test"]
fn child_terminal() {
    if scenario().is_some() {
        let result = Outputs::new().open(&OutputSettings::new(OutputSpec::Pipe), &wanted(44_100, 2, 16));
        assert_eq!(result.err(), Some(OutputError::Terminal));
    }
}

#[test]
fn null_takes_samples_in_real_time() {
    let mut opened = open(&OutputSettings::new(OutputSpec::Null), &wanted(48_000, 2, 16));
    assert!(opened.output.is_paced());
    let shared = opened.writer.shared().clone();
    let sound = vec![0.1; 2 * 72_000];
    let began = Instant::now();
    feed(&mut opened.writer, &sound);
    opened.writer.set_ended(true);
    let within = || {
        let heard = shared.audible() as f64 / 48_000.0;
        let passed = began.elapsed().as_secs_f64();
        // Its clock began when it was opened, a moment before ours.
        assert!(heard <= passed + 0.005, "{heard} s heard in {passed} s");
    };
    wait_for("the end", || {
        within();
        shared.is_drained()
    });
    // 1.5 s of sound, a turn of 50 ms, and some slack for a busy machine: it may be late, never early.
    let took = began.elapsed().as_secs_f64();
    assert!((1.5..1.8).contains(&took), "{took} s");
    let rests = shared.heartbeat();
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(shared.heartbeat(), rests, "it sleeps after the end");
}

#[test]
fn null_rests_while_paused_and_goes_on_from_there() {
    let mut opened = open(&OutputSettings::new(OutputSpec::Null), &wanted(44_100, 2, 16));
    let shared = opened.writer.shared().clone();
    opened.writer.write(&vec![0.1; 2 * ring_frames(44_100, 2_205)]);
    wait_for("the first sound", || shared.consumed() > 0);
    opened.writer.set_paused(true);
    wait_for("the rest", || shared.is_at_rest());
    let (position, beats) = (shared.audible(), shared.heartbeat());
    std::thread::sleep(Duration::from_millis(250));
    assert_eq!((shared.audible(), shared.heartbeat()), (position, beats), "no wake-up in a pause");
    let resumed = Instant::now();
    opened.writer.set_paused(false);
    wait_for("more sound", || shared.consumed() > position);
    assert!(resumed.elapsed() < Duration::from_secs(5), "{:?}", resumed.elapsed());
    let dropped = Instant::now();
    drop(opened);
    assert!(dropped.elapsed() < Duration::from_secs(5));
}

#[test]
fn capture_is_driven_by_the_test() {
    let capture = CaptureHandle::new(Pace::Stepped, Some(Spec { rate: 48_000, channels: 1 }));
    let mut outputs = capture.outputs();
    let settings = OutputSettings::new(OutputSpec::Auto);
    let busy = OutputError::Busy { name: "capture".into(), holder: None };
    capture.refuse(Some(busy.clone()));
    assert_eq!(outputs.open(&settings, &wanted(44_100, 2, 16)).err(), Some(busy));
    capture.refuse(None);
    let mut opened = outputs.open(&settings, &wanted(44_100, 2, 16)).unwrap();
    assert_eq!((capture.opened(), capture.step(10)), (1, 0));
    opened.writer.write(&[0.5, 0.25, -0.5]);
    assert_eq!((capture.step(2), capture.step(2)), (2, 1));
    assert_eq!(capture.samples(), [0.5, 0.25, -0.5]);
    assert_eq!(capture.silent_frames(), 11);
    opened.writer.write(&[0.5]);
    capture.fail(Fault::Lost);
    assert_eq!((opened.output.fault(), capture.step(1)), (Some(Fault::Lost), 0));
    let again = outputs.open(&settings, &wanted(44_100, 2, 16)).unwrap();
    assert_eq!((again.output.fault(), capture.opened()), (None, 2));
}

#[test]
fn a_stalled_capture_stands_still_and_goes_on() {
    let capture = CaptureHandle::new(Pace::RealTime, None);
    let mut opened =
        capture.outputs().open(&OutputSettings::new(OutputSpec::Auto), &wanted(8_000, 1, 16)).unwrap();
    let shared = opened.writer.shared().clone();
    opened.writer.write(&[0.5; 1_000]);
    wait_for("a heartbeat", || shared.heartbeat() > 0);
    capture.stall(true);
    std::thread::sleep(Duration::from_millis(120));
    let beats = shared.heartbeat();
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(shared.heartbeat(), beats);
    capture.stall(false);
    wait_for("a heartbeat", || shared.heartbeat() > beats);
}

/// Records the requests that reached it; its outputs take a second to drop.
struct Slow {
    rates: Arc<std::sync::Mutex<Vec<u32>>>,
}

struct SlowOutput {
    accepted: Accepted,
}

impl OpensOutputs for Slow {
    fn open(&mut self, settings: &OutputSettings, wanted: &Wanted) -> Result<Opened, OutputError> {
        self.rates.lock().unwrap().push(wanted.format.spec.rate);
        if settings.output == OutputSpec::Null {
            panic!("as a sound library may");
        }
        let spec = wanted.format.spec;
        let accepted = Accepted::new("slow", spec, SampleFormat::F32);
        let (writer, _) = auralis::rt::ring::sample_ring(spec, 64, wanted.first_frame);
        Ok(Opened { output: Box::new(SlowOutput { accepted }), writer })
    }
}

impl Output for SlowOutput {
    fn accepted(&self) -> &Accepted {
        &self.accepted
    }

    fn is_paced(&self) -> bool {
        true
    }

    fn fault(&self) -> Option<Fault> {
        None
    }
}

impl Drop for SlowOutput {
    fn drop(&mut self) {
        std::thread::sleep(Duration::from_millis(300));
    }
}

fn answer(opener: &mut Opener) -> auralis::engine::output::OpenResult {
    let mut found = None;
    wait_for("an answer", || {
        found = opener.poll();
        found.is_some()
    });
    found.unwrap()
}

#[test]
fn the_opener_waits_replaces_and_never_blocks_its_caller() {
    let woken = Arc::new(AtomicUsize::new(0));
    let rates = Arc::default();
    let wake = Arc::clone(&woken);
    let slow = Box::new(Slow { rates: Arc::clone(&rates) });
    let mut opener = Opener::spawn(slow, move || {
        wake.fetch_add(1, Ordering::SeqCst);
    })
    .unwrap();
    let settings = OutputSettings::new(OutputSpec::Auto);
    let began = Instant::now();
    let at = began + Duration::from_millis(250);
    opener.open(1, settings.clone(), wanted(1_000, 1, 16), Some(began + Duration::from_secs(60)));
    opener.open(2, settings.clone(), wanted(2_000, 1, 16), Some(at));
    let opened = answer(&mut opener);
    assert!(Instant::now() >= at, "it was opened before its time");
    assert_eq!((opened.request, rates.lock().unwrap().clone()), (2, vec![2_000]));
    let opened = opened.result.unwrap();
    wait_for("the wake", || woken.load(Ordering::SeqCst) == 1);
    // The output can wake the engine from now on.
    opened.writer.shared().wake_writer();
    assert_eq!(woken.load(Ordering::SeqCst), 2);
    opener.open(3, OutputSettings::new(OutputSpec::Null), wanted(3_000, 1, 16), None);
    assert!(matches!(answer(&mut opener).result, Err(OutputError::Refused { .. })), "a panic is a refusal");
    opener.open(4, settings, wanted(4_000, 1, 16), None);
    assert!(answer(&mut opener).result.is_ok(), "and the thread lives on");
    let discarding = Instant::now();
    opener.discard(opened.output);
    assert!(discarding.elapsed() < Duration::from_millis(290), "{:?}", discarding.elapsed());
    assert!(opener.close(PATIENCE));
    assert!(discarding.elapsed() >= Duration::from_millis(300), "closing waits for what is being dropped");
}

#[test]
fn closing_does_not_wait_for_what_hangs() {
    let slow = Box::new(Slow { rates: Arc::default() });
    let mut opener = Opener::spawn(slow, || {}).unwrap();
    opener.open(1, OutputSettings::new(OutputSpec::Auto), wanted(1_000, 1, 16), None);
    let opened = answer(&mut opener).result.unwrap();
    opener.discard(opened.output);
    assert!(!opener.close(Duration::from_millis(20)));
}
