//! Real cpal streams without a sound card. ALSA's `file` device writes into a pipe whose reader keeps the pace of a
//! DAC: what arrives there is what a converter would get. A PulseAudio daemon with a null sink is a real server, and
//! one that can be lost. Each scenario runs in a process of its own, because sound libraries read their environment
//! once.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use auralis::engine::output::devices::{self, DeviceEntry};
use auralis::engine::output::{Fault, Opened, Opener, OpensOutputs, OutputError, Outputs};
use auralis::model::audio::SampleFormat;
use auralis::model::settings::{OutputSettings, OutputSpec, RatePolicy};

use crate::home::PATIENCE;
use crate::sound::{SCENARIO, child, feed, floats, noise, play, scenario, tool, wait_for, wanted};

/// The period of a paced device: a long ring, because other tests may keep the processors busy meanwhile.
const PERIOD: u32 = 8_192;

/// A folder with everything a sound library may look for, and nothing of this machine.
pub struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn alsa(&self, configuration: &str) {
        fs::write(self.path("asound.conf"), configuration).unwrap();
    }

    /// Runs a child test that sees only this place; with a Pulse server where there may be one.
    pub fn run(&self, test: &str, scenario: &str, with_server: bool) {
        let mut process = child(test, scenario);
        process.env("ALSA_CONFIG_PATH", self.path("asound.conf"));
        process.env("XDG_RUNTIME_DIR", self.folder.path()).env("HOME", self.folder.path());
        process.env_remove("PULSE_SERVER").env_remove("PULSE_RUNTIME_PATH");
        if with_server {
            process.env("PULSE_SERVER", format!("unix:{}", self.path("native").display()));
        }
        let output = process.output().unwrap();
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "{}\n{}", said(&output.stdout), said(&output.stderr));
    }
}

fn device() -> OutputSettings {
    OutputSettings::new(OutputSpec::Device(None))
}

fn open(settings: &OutputSettings, rate: u32) -> Result<Opened, OutputError> {
    Outputs::new().open(settings, &wanted(rate, 2, 16))
}

/// What an ALSA device gets: 24 bits in four bytes.
fn device_bytes(format: SampleFormat, bits: u32, values: &[i32]) -> Vec<u8> {
    match format {
        SampleFormat::S24 => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        other => crate::sound::bytes(other, bits, values),
    }
}

/// A device of ALSA's whose samples go through a pipe that is read at the pace of a converter.
struct Paced {
    place: Place,
    captured: PathBuf,
}

impl Paced {
    /// `name`: how the configuration defines the device, with the hint that lists it.
    fn new(name: &str, frame_bytes: usize, rate: u32) -> Self {
        let place = Place::new();
        let pace = u64::from(rate) * frame_bytes as u64;
        let captured = place.path("captured.raw");
        let program = std::env::current_exe().unwrap();
        let reader = format!(
            "|{SCENARIO}='{pace} {}' '{}' --exact device::child_converter --ignored --nocapture >/dev/null",
            captured.display(),
            program.display()
        );
        place.alsa(&format!(
            "pcm.null {{ type null }}\nctl.null {{ type null }}\n{name} type file slave.pcm \"null\" \
             file \"{reader}\" format \"raw\" hint {{ show on description \"paced\" }} }}\n"
        ));
        Self { place, captured }
    }

    /// Everything between the silence before and behind is what was expected.
    fn assert_heard(&self, expected: &[u8], frame_bytes: usize, what: &str) {
        let done = self.captured.with_extension("done");
        wait_for("the converter's end", || done.exists());
        let heard = fs::read(&done).unwrap();
        let silent = heard.chunks(frame_bytes).take_while(|frame| frame.iter().all(|&byte| byte == 0));
        let start = silent.count() * frame_bytes;
        let same = heard[start..].iter().zip(expected).take_while(|(a, b)| a == b).count();
        assert_eq!(same, expected.len(), "{what}: byte from which it differs");
        assert!(heard[start + expected.len()..].iter().all(|&byte| byte == 0));
    }
}

#[test]
fn a_stream_is_bit_exact_in_every_format_and_rate() {
    for (format, bits) in
        [(SampleFormat::S16, 16), (SampleFormat::S24, 24), (SampleFormat::S32, 24), (SampleFormat::F32, 24)]
    {
        for rate in [44_100u32, 48_000, 96_000] {
            let frame_bytes = if format == SampleFormat::S16 { 4 } else { 8 };
            let paced = Paced::new("pcm.!default {", frame_bytes, rate);
            paced.place.run("device::child_paced", &format!("{} {bits} {rate}", format.name()), false);
            let expected = device_bytes(format, bits, &noise(bits, rate as usize));
            paced.assert_heard(&expected, frame_bytes, &format!("{format:?} {rate}"));
        }
    }
}

/// ALSA's own name for hardware, defined as a pipe: what arrives is what hardware would get.
const HARDWARE: &str = "pcm.hw { @args [ CARD DEV SUBDEV ] @args.CARD { type string default \"0\" } \
                        @args.DEV { type integer default 0 } @args.SUBDEV { type integer default 0 }";

/// The music's own width and rate, asked for by nobody.
#[test]
fn hardware_of_our_own_is_bit_exact_at_the_musics_width_and_rate() {
    for bits in [16u32, 24] {
        for rate in [44_100u32, 48_000, 96_000] {
            let (format, frame_bytes) =
                if bits == 16 { (SampleFormat::S16, 4) } else { (SampleFormat::S24, 8) };
            let paced = Paced::new(HARDWARE, frame_bytes, rate);
            paced.place.run("device::child_hardware", &format!("auto {bits} {rate}"), false);
            let expected = device_bytes(format, bits, &noise(bits, rate as usize));
            paced.assert_heard(&expected, frame_bytes, &format!("{bits} bits {rate}"));
        }
    }
    for format in [SampleFormat::S32, SampleFormat::F32] {
        let paced = Paced::new(HARDWARE, 8, 44_100);
        paced.place.run("device::child_hardware", &format!("{} 24 44100", format.name()), false);
        let expected = device_bytes(format, 24, &noise(24, 44_100));
        paced.assert_heard(&expected, 8, format.name());
    }
}

#[test]
#[ignore = "runs in a process of its own, started by another test"]
fn child_hardware() {
    let Some(scenario) = scenario() else { return };
    let words: Vec<_> = scenario.split(' ').collect();
    let (bits, rate): (u8, u32) = (words[1].parse().unwrap(), words[2].parse().unwrap());
    let output = OutputSpec::parse("hw:Pipe,0").unwrap();
    let settings = OutputSettings {
        format: SampleFormat::parse(words[0]),
        period_frames: PERIOD,
        ..OutputSettings::new(output)
    };
    let mut opened = Outputs::new().open(&settings, &wanted(rate, 2, bits)).unwrap();
    let accepted = opened.output.accepted().clone();
    assert_eq!((accepted.spec.rate, accepted.exclusive), (rate, true));
    assert_eq!(accepted.id.as_deref(), Some("alsa:hw:Pipe,0"));
    assert!(accepted.priority.is_some(), "it says how its thread is scheduled");
    let sound = floats(u32::from(bits), &noise(u32::from(bits), rate as usize));
    play(&mut opened, &sound);
    assert_eq!((opened.output.fault(), opened.writer.shared().underruns()), (None, 0));
}

#[test]
fn what_converts_is_not_opened_exclusively() {
    let place = Place::new();
    place.alsa(
        "pcm.!default { type null hint { show on description \"Nothing\" } }\nctl.null { type null }\n",
    );
    place.run("device::child_shared", "shared", false);
}

#[test]
#[ignore = "runs in a process of its own, started by another test"]
fn child_shared() {
    if scenario().is_none() {
        return;
    }
    let exclusive = |output| OutputSettings { exclusive: true, ..OutputSettings::new(output) };
    let default = OutputSpec::Device(Some("alsa:default".into()));
    let error = open(&exclusive(default), 44_100).unwrap_err();
    assert!(matches!(error, OutputError::Shared { .. }), "{error:?}");
    let error = open(&exclusive(OutputSpec::Auto), 44_100).unwrap_err();
    assert!(matches!(error, OutputError::NoDevice { .. }), "there is no hardware: {error:?}");
    let error = open(&OutputSettings::new(OutputSpec::parse("hw:9").unwrap()), 44_100).unwrap_err();
    assert!(matches!(error, OutputError::NotFound { .. }), "{error:?}");
}
#[test]
#[ignore = "runs in a process of its own, started by another test"]
fn child_paced() {
    let Some(scenario) = scenario() else { return };
    let words: Vec<_> = scenario.split(' ').collect();
    let (bits, rate) = (words[1].parse().unwrap(), words[2].parse().unwrap());
    let settings =
        OutputSettings { format: SampleFormat::parse(words[0]), period_frames: PERIOD, ..device() };
    let mut opened = Outputs::new().open(&settings, &wanted(rate, 2, bits)).unwrap();
    let accepted = opened.output.accepted().clone();
    assert_eq!((Some(accepted.format), accepted.spec.rate), (settings.format, rate));
    assert_eq!(accepted.id.as_deref(), Some("alsa:default"));
    // Half a second of stereo.
    let sound = floats(u32::from(bits), &noise(u32::from(bits), rate as usize));
    play(&mut opened, &sound);
    assert_eq!((opened.output.fault(), opened.writer.shared().underruns()), (None, 0));
}

/// Reads standard input at so many bytes a second.
#[test]
#[ignore = "runs in a process of its own, started by another test"]
fn child_converter() {
    let Some(scenario) = scenario() else { return };
    let (pace, path) = scenario.split_once(' ').unwrap();
    let (pace, path): (f64, _) = (pace.parse().unwrap(), Path::new(path));
    let mut file = fs::File::create(path).unwrap();
    let mut buffer = vec![0; 16_384];
    let (began, mut total) = (Instant::now(), 0.0);
    loop {
        let count = std::io::stdin().read(&mut buffer).unwrap();
        if count == 0 {
            break;
        }
        file.write_all(&buffer[..count]).unwrap();
        total += count as f64;
        let due = Duration::from_secs_f64(total / pace);
        std::thread::sleep(due.saturating_sub(began.elapsed()));
    }
    fs::rename(path, path.with_extension("done")).unwrap();
}

#[test]
fn without_a_device_it_says_so() {
    let place = Place::new();
    place.alsa("pcm.other { type null hint { show on description \"Nothing\" } }\nctl.null { type null }\n");
    place.run("device::child_without", "without", false);
}

#[test]
#[ignore = "runs in a process of its own, started by another test"]
fn child_without() {
    if scenario().is_none() {
        return;
    }
    let error = open(&OutputSettings::new(OutputSpec::Auto), 44_100).unwrap_err();
    assert!(matches!(error, OutputError::NoDevice { .. }), "{error:?}");
    assert!(error.to_string().starts_with("no sound device can be used ("), "{error}");
    let named = |id: &str| OutputSettings::new(OutputSpec::Device(Some(id.into())));
    let error = open(&named("alsa:othr"), 44_100).unwrap_err();
    assert_eq!(error.to_string(), "there is no sound device \"alsa:othr\"; did you mean \"alsa:other\"?");
    let other = DeviceEntry { id: "alsa:other".into(), name: "Nothing".into(), is_default: false };
    assert_eq!(devices::list(), [other]);
    let opened = open(&named("alsa:other"), 44_100).unwrap();
    assert_eq!(opened.output.accepted().name, "Nothing");
}

/// What the command line tells of the devices that a configuration of ALSA's and a server have.
#[test]
fn devices_are_listed_with_what_they_take() {
    let place = Place::new();
    place.alsa(
        "pcm.null { type null }\nctl.null { type null }\n\
         pcm.narrow { type linear slave { pcm null format S16_LE } hint { show on description \"Narrow\" } }\n",
    );
    place.run("device::child_listed", "listed", true);
}

#[test]
#[ignore = "runs in a process of its own, started by another test"]
fn child_listed() {
    if scenario().is_none() {
        return;
    }
    let server = Server::start("s16le", 44_100);
    let listed = |arguments: &[&str]| {
        let mut auralis = Command::new(env!("CARGO_BIN_EXE_auralis"));
        let home = std::env::var("HOME").unwrap();
        let output = auralis.arg("outputs").args(arguments).args(["--data-dir", &home]).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{errors}");
        assert_eq!(errors, "", "ALSA's own words are kept to itself");
        String::from_utf8(output.stdout).unwrap()
    };
    let plain = listed(&[]);
    let server_line = plain.lines().find(|line| line.starts_with("pulseaudio:test\t")).expect("the sink");
    assert!(server_line.ends_with("\tdefault, shared, runs at 44100 Hz, 2 channels"), "{server_line}");
    let json: Vec<serde_json::Value> =
        listed(&["--json"]).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let find = |id: &str| json.iter().find(|device| device["id"] == id).cloned().expect("the device");
    assert_eq!(find("pulseaudio:test")["runs_at"], serde_json::json!([44_100, 2]));
    assert_eq!(find("pulseaudio:test")["default"], true);
    let narrow = find("alsa:narrow");
    assert_eq!((&narrow["name"], &narrow["exclusive"]), (&"Narrow".into(), &false.into()));
    drop(server);
    let alone = listed(&[]);
    assert!(!alone.contains("pulseaudio:") && alone.contains("alsa:narrow\tNarrow\t"), "{alone}");
}

/// A PulseAudio daemon of this process, with one null sink called `test`.
pub struct Server {
    daemon: Child,
}

impl Server {
    pub fn start(format: &str, rate: u32) -> Self {
        let socket = std::env::var("XDG_RUNTIME_DIR").unwrap() + "/native";
        let _ = fs::remove_file(&socket);
        let mut command = Command::new("pulseaudio");
        command.args([
            "-n",
            "--daemonize=no",
            "--use-pid-file=no",
            "--exit-idle-time=-1",
            "--disable-shm=yes",
        ]);
        command.args(["-L", &format!("module-native-protocol-unix auth-anonymous=1 socket={socket}")]);
        command
            .args(["-L", &format!("module-null-sink sink_name=test format={format} rate={rate} channels=2")]);
        let daemon = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let daemon = daemon.unwrap_or_else(|error| panic!("pulseaudio is needed by this test: {error}"));
        let server = Self { daemon };
        wait_for("the sound server", || {
            let asked = server.pactl().args(["list", "short", "sinks"]).output();
            asked.is_ok_and(|answer| String::from_utf8_lossy(&answer.stdout).contains("test"))
        });
        server
    }

    fn address() -> String {
        format!("unix:{}/native", std::env::var("XDG_RUNTIME_DIR").unwrap())
    }

    pub fn pactl(&self) -> Command {
        let mut command = Command::new("pactl");
        command.args(["--server", &Self::address()]);
        command
    }

    pub fn signal(&self, name: &str) {
        tool("kill", &[name, &self.daemon.id().to_string()]);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// CPU seconds of this process so far, all threads.
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<_> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    // proc(5): utime and stime are fields 14 and 15, in hundredths of a second.
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

/// Plays until the output breaks; returns how long that took.
fn until_lost(opened: &mut Opened) -> Duration {
    let began = Instant::now();
    wait_for("the loss", || {
        opened.writer.write(&[0.1; 2_048]);
        opened.output.fault() == Some(Fault::Lost)
    });
    began.elapsed()
}

fn assert_quiet(what: &str) {
    let before = cpu_seconds();
    std::thread::sleep(Duration::from_millis(600));
    let burnt = cpu_seconds() - before;
    assert!(burnt < 0.2, "{what}: {burnt} CPU s in 0.6 s");
}

fn new_opener() -> Opener {
    Opener::spawn(Box::new(Outputs::new()), || {}).unwrap()
}

fn discard_at_once(opener: &Opener, opened: Opened) {
    let began = Instant::now();
    opener.discard(opened.output);
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}

#[test]
fn a_killed_sound_server_is_noticed_and_found_again() {
    let place = Place::new();
    place.alsa("ctl.null { type null }\n");
    place.run("device::child_killed", "pulse", true);
}

#[test]
fn a_killed_sound_server_behind_alsa_is_noticed_and_found_again() {
    let place = Place::new();
    let server = place.path("native");
    place.alsa(&format!(
        "pcm.!default {{ type pulse server \"unix:{}\" hint {{ show on description \"Pulse\" }} }}\n",
        server.display()
    ));
    place.run("device::child_killed", "alsa", false);
}

#[test]
#[ignore = "runs in a process of its own, started by another test"]
fn child_killed() {
    let Some(host) = scenario() else { return };
    let server = Server::start("s16le", 44_100);
    let opener = new_opener();
    let mut opened = open(&device(), 44_100).unwrap();
    let accepted = opened.output.accepted().clone();
    let id = if host == "pulse" { "pulseaudio:test" } else { "alsa:default" };
    assert_eq!(accepted.id.as_deref(), Some(id));
    assert_eq!(accepted.spec.rate, 44_100);
    // A null sink that was just loaded is two seconds ahead of its clock once.
    play(&mut opened, &[0.1; 2 * 4_410]);
    opened.writer.set_ended(false);
    let began = Instant::now();
    play(&mut opened, &[0.1; 2 * 22_050]);
    let took = began.elapsed().as_secs_f64();
    // Half a second of sound: the end is heard after that, and not much later.
    assert!((0.48..3.0).contains(&took), "{took} s");
    assert_eq!(opened.output.fault(), None);

    drop(server);
    let noticed = until_lost(&mut opened);
    assert!(noticed < Duration::from_secs(5), "{noticed:?}");
    assert_quiet("after the loss");
    let error = open(&device(), 44_100).unwrap_err();
    assert!(matches!(error, OutputError::NoDevice { .. }), "no server, no device: {error:?}");
    discard_at_once(&opener, opened);

    let server = Server::start("s16le", 44_100);
    let mut again = open(&device(), 44_100).unwrap();
    play(&mut again, &[0.1; 2 * 4_410]);
    discard_at_once(&opener, again);
    assert!(opener.close(PATIENCE), "what a living server has is closed in time");
    drop(server);
}

#[test]
fn a_sink_that_is_unloaded_is_a_loss() {
    let place = Place::new();
    place.alsa("ctl.null { type null }\n");
    place.run("device::child_unloaded", "unloaded", true);
}

#[test]
#[ignore = "runs in a process of its own, started by another test"]
fn child_unloaded() {
    if scenario().is_none() {
        return;
    }
    let server = Server::start("s16le", 48_000);
    let mut opened = open(&device(), 48_000).unwrap();
    feed(&mut opened.writer, &[0.1; 2 * 9_600]);
    assert!(server.pactl().args(["unload-module", "module-null-sink"]).status().unwrap().success());
    let noticed = until_lost(&mut opened);
    assert!(noticed < Duration::from_secs(5), "{noticed:?}");
    let opener = new_opener();
    discard_at_once(&opener, opened);
    // Dropping it may hang for ever; that is why nobody waits for it.
    opener.close(Duration::from_millis(100));
    drop(server);
    std::process::exit(0);
}

#[test]
fn a_stopped_sound_server_stops_the_heartbeat_and_nothing_else() {
    let place = Place::new();
    place.alsa("ctl.null { type null }\n");
    place.run("device::child_stopped", "stopped", true);
}

#[test]
#[ignore = "runs in a process of its own, started by another test"]
fn child_stopped() {
    if scenario().is_none() {
        return;
    }
    let server = Server::start("s16le", 48_000);
    let mut opened = open(&device(), 48_000).unwrap();
    feed(&mut opened.writer, &[0.1; 2 * 9_600]);
    server.signal("-STOP");
    let shared = opened.writer.shared().clone();
    std::thread::sleep(Duration::from_millis(300));
    let beats = shared.heartbeat();
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!((shared.heartbeat(), opened.output.fault()), (beats, None));
    let mut opener = new_opener();
    discard_at_once(&opener, opened);
    let asked = Instant::now();
    opener.open(7, device(), wanted(48_000, 2, 16), None);
    assert!(asked.elapsed() < Duration::from_secs(1));
    let mut answer = None;
    wait_for("an answer", || {
        answer = opener.poll();
        answer.is_some()
    });
    let answer = answer.unwrap();
    assert_eq!(answer.request, 7);
    assert!(answer.result.is_err(), "a server that does not answer opens nothing");
    server.signal("-CONT");
    assert!(opener.close(PATIENCE), "the drop ends once the server goes on");
}

/// The server's own word about its sink agrees with what the output says that it took.
#[test]
fn the_rate_is_the_one_that_the_server_runs_at() {
    let place = Place::new();
    place.alsa("ctl.null { type null }\n");
    place.run("device::child_rates", "rates", true);
}

#[test]
#[ignore = "runs in a process of its own, started by another test"]
fn child_rates() {
    if scenario().is_none() {
        return;
    }
    let server = Server::start("s16le", 48_000);
    for rate in [48_000, 44_100, 96_000] {
        let opened = open(&device(), rate).unwrap();
        let told = server.pactl().args(["list", "short", "sinks"]).output().unwrap();
        let told = String::from_utf8(told.stdout).unwrap();
        let accepted = opened.output.accepted();
        assert!(told.contains(&format!(" {}Hz", accepted.spec.rate)), "{rate}: {accepted:?} but {told}");
    }
    let asked = OutputSettings { rate: RatePolicy::Hz(32_000), ..device() };
    assert_eq!(
        open(&asked, 44_100).unwrap().output.accepted().spec.rate,
        32_000,
        "what is asked for is done"
    );
}

#[test]
fn a_server_passes_16_bit_music_on_unchanged() {
    let place = Place::new();
    place.alsa("ctl.null { type null }\n");
    place.run("device::child_monitor", "monitor", true);
}

#[test]
#[ignore = "runs in a process of its own, started by another test"]
fn child_monitor() {
    if scenario().is_none() {
        return;
    }
    let server = Server::start("s16le", 44_100);
    let mut recorder = Command::new("parec");
    recorder.args(["--server", &Server::address(), "-d", "test.monitor", "--latency-msec=20", "--raw"]);
    recorder.args(["--format=s16le", "--rate=44100", "--channels=2"]);
    let mut recorder = recorder.stdout(Stdio::piped()).spawn().expect("parec is needed by this test");
    let mut stream = recorder.stdout.take().unwrap();
    let recording = std::thread::spawn(move || {
        let mut heard = Vec::new();
        let _ = stream.read_to_end(&mut heard);
        heard
    });
    let mut opened = open(&device(), 44_100).unwrap();
    // A stream that joins a running sink loses its first frames in the monitor, not in the sink.
    feed(&mut opened.writer, &vec![0.0; 2 * 22_050]);
    let values = noise(16, 2 * 22_050);
    play(&mut opened, &floats(16, &values));
    std::thread::sleep(Duration::from_millis(400));
    recorder.kill().unwrap();
    recorder.wait().unwrap();
    let heard = recording.join().unwrap();
    let expected = crate::sound::bytes(SampleFormat::S16, 16, &values);
    let start = heard.windows(32).position(|bytes| bytes == &expected[..32]).expect("the first frames");
    let same = heard[start..].iter().zip(&expected).take_while(|(a, b)| a == b).count();
    assert_eq!(same, expected.len(), "byte from which it differs");
    drop((opened, server));
}
