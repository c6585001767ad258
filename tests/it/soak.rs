//! A thousand plays of real files, with seeks, next items and stops: what the process holds afterwards is what it held
//! after the first hundreds. In a process of its own, whose threads, open files and memory are nobody else's.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use auralis::engine::command::{EngineCommand, EngineEvent, Place};
use auralis::engine::output::{Fault, Opened, OpensOutputs, Output, OutputError, Wanted};
use auralis::engine::{Engine, EngineHandle};
use auralis::model::audio::SampleFormat;
use auralis::model::id::PlayId;
use auralis::model::settings::{NetworkSettings, OutputSettings, OutputSpec};
use auralis::model::snapshot::Accepted;
use auralis::rt::ring::sample_ring;

use crate::media::fixture;
use crate::rig::{PATIENCE, item};
use crate::sound::{child, scenario};

/// Until everything that is kept was filled once; and then so many more.
const FIRST: u64 = 200;
const MORE: u64 = 1_000;
/// A play that left a thousandth of its file's samples behind would take more.
const MOST_GROWTH: u64 = 8 << 20;

/// Outputs that take all there is at once, and keep nothing.
struct Sinks;

impl OpensOutputs for Sinks {
    fn open(&mut self, _: &OutputSettings, wanted: &Wanted) -> Result<Opened, OutputError> {
        let spec = wanted.format.spec;
        let (writer, mut reader) = sample_ring(spec, spec.rate as usize / 5, wanted.first_frame);
        let ends = Arc::<AtomicBool>::default();
        let is_ended = Arc::clone(&ends);
        let thread = std::thread::spawn(move || {
            let mut buffer = vec![0.0; 4096 * usize::from(spec.channels)];
            while !is_ended.load(Ordering::Acquire) {
                if reader.read(&mut buffer).frames == 0 {
                    std::thread::sleep(Duration::from_millis(1));
                }
                reader.shared().wake_writer();
            }
        });
        let accepted = Accepted::new("sink", spec, SampleFormat::F32);
        Ok(Opened { output: Box::new(Sink { accepted, ends, thread: Some(thread) }), writer })
    }
}

struct Sink {
    accepted: Accepted,
    ends: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Output for Sink {
    fn accepted(&self) -> &Accepted {
        &self.accepted
    }

    fn is_paced(&self) -> bool {
        false
    }

    fn fault(&self) -> Option<Fault> {
        None
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Release);
        self.thread.take().into_iter().for_each(|thread| drop(thread.join()));
    }
}

#[derive(Debug)]
struct Held {
    threads: usize,
    files: usize,
    bytes: u64,
}

fn held() -> Held {
    let count = |folder: &str| std::fs::read_dir(folder).unwrap().count();
    // In KiB (proc_pid_status(5)).
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
    Held {
        threads: count("/proc/self/task"),
        files: count("/proc/self/fd"),
        bytes: 1024 * kib.unwrap().parse::<u64>().unwrap(),
    }
}

#[test]
fn a_thousand_plays_leave_no_thread_no_open_file_and_no_memory() {
    let output = child("soak::child_plays", "plays").output().unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", said(&output.stdout), said(&output.stderr));
    assert!(said(&output.stdout).contains("plays after"), "it ran: {}", said(&output.stdout));
}

#[test]
#[ignore = "runs in a process of its own, started by another test"]
fn child_plays() {
    if scenario().is_none() {
        return;
    }
    let (tell, events) = channel();
    let told = Box::new(move |event| drop(tell.send(event)));
    let output = OutputSettings::new(OutputSpec::Auto);
    let engine = Engine::spawn(output, NetworkSettings::default(), Box::new(Sinks), told).unwrap();
    plays(&engine, &events, 1..=FIRST);
    let before = held();
    let began = Instant::now();
    plays(&engine, &events, FIRST + 1..=FIRST + MORE);
    let after = held();
    println!("{MORE} plays after the first {FIRST} in {:?}: {before:?}, then {after:?}", began.elapsed());
    assert_eq!((after.threads, after.files), (before.threads, before.files), "{before:?} {after:?}");
    assert!(after.bytes < before.bytes + MOST_GROWTH, "{before:?} {after:?}");
    assert!(engine.shutdown(PATIENCE));
}

/// Each is begun; of some nothing more is waited for, some are sought in, some are followed, some are stopped. In the end
/// nothing is loaded.
fn plays(engine: &EngineHandle, events: &Receiver<EngineEvent>, numbers: std::ops::RangeInclusive<u64>) {
    let songs = ["cd.flac", "cbr.mp3", "vorbis.ogg", "opus.opus", "aac.m4a", "cd.wav"].map(fixture);
    let song = |play: u64| songs[play as usize % songs.len()].path.to_str().unwrap();
    for play in numbers {
        engine.send(EngineCommand::Load {
            item: item(play, song(play)),
            place: Place::Start,
            paused: play % 9 == 0,
        });
        engine.send(EngineCommand::SetNext((play % 3 == 0).then(|| item(1_000_000 + play, song(play + 1)))));
        if play % 2 == 0 {
            engine.send(EngineCommand::Seek(Place::Fraction((play % 10) as f64 / 10.0)));
        }
        if play % 5 != 0 {
            wait_started(events, play);
        }
        if play % 7 == 0 {
            engine.send(EngineCommand::Stop);
        }
    }
    engine.send(EngineCommand::Stop);
    // What is still at work ends by itself.
    let (mut last, mut same) = (held(), 0);
    let until = Instant::now() + PATIENCE;
    while same < 10 && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(20));
        let now = held();
        same = if (now.threads, now.files) == (last.threads, last.files) { same + 1 } else { 0 };
        last = now;
    }
}

fn wait_started(events: &Receiver<EngineEvent>, play: u64) {
    let until = Instant::now() + PATIENCE;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        match events.recv_timeout(left) {
            Ok(EngineEvent::Started { play: started, .. }) if started == PlayId(play) => return,
            Ok(EngineEvent::Failed { error, .. }) => panic!("{play}: {error}"),
            Ok(_) => {}
            Err(error) => panic!("{play} did not begin: {error}"),
        }
    }
}
