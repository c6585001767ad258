//! Devices that go, come, refuse, hang and change their rate under an engine that plays: what is heard in the end is what
//! there was to hear, each sample once.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use auralis::engine::EngineOptions;
use auralis::engine::command::{EngineCommand, EngineEvent, Place, Reason};
use auralis::engine::output::capture::{CaptureHandle, Pace};
use auralis::engine::output::{Fault, Opened, OpensOutputs, Output, OutputError, Wanted};
use auralis::model::audio::{SampleFormat, Spec};
use auralis::model::id::PlayId;
use auralis::model::settings::{OnLost, OutputSettings, OutputSpec, RatePolicy};
use auralis::model::snapshot::{Accepted, OutputState};
use auralis::rt::ring::{RingReader, sample_ring};

use crate::rig::{Fake, Rig, wait};
use crate::sound::{child, scenario};

fn following(silence_ms: u32) -> impl FnOnce(&mut EngineOptions) {
    move |options| {
        options.output.rate = RatePolicy::Follow;
        options.output.rate_change_silence_ms = silence_ms;
    }
}

fn crossed(to: u64) -> impl Fn(&EngineEvent) -> bool {
    move |event| matches!(event, EngineEvent::Crossed { to: PlayId(id), .. } if *id == to)
}

/// Three items, the first two of one rate: the join of those is seamless, the third opens the device anew.
fn three(rig: &Rig, rates: [u32; 3]) -> Vec<f32> {
    let fakes: Vec<Fake> =
        (1u64..).zip(rates).map(|(seed, rate)| Fake::noise(rate, 2, 12_000, seed)).collect();
    for (name, fake) in ["a", "b", "c"].iter().zip(&fakes) {
        rig.add(name, fake);
    }
    fakes.iter().flat_map(|fake| fake.samples.iter().copied()).collect()
}

fn play_three(rig: &Rig) {
    rig.load(1, "a");
    rig.next(2, "b");
    rig.wait_for("the second", crossed(2));
    rig.next(3, "c");
    rig.wait_for("the third", crossed(3));
    rig.send(EngineCommand::SetNext(None));
    rig.wait_ended(3);
}

#[test]
fn a_device_that_follows_the_rate_loses_and_doubles_nothing() {
    let rig = Rig::with(Pace::RealTime, None, following(0));
    let expected = three(&rig, [44_100, 44_100, 96_000]);
    play_three(&rig);
    assert_eq!(rig.capture.opened(), 2, "once for each rate");
    assert!(rig.end() == expected, "every sample once");
}

/// 50 ms at 44.1 kHz are 2,205 frames, at 48 kHz 2,400.
#[test]
fn a_converter_gets_its_silence_before_the_first_sample() {
    let rig = Rig::with(Pace::RealTime, None, following(50));
    let sound = three(&rig, [44_100, 48_000, 48_000]);
    play_three(&rig);
    let silence = |frames: usize| vec![0.0; 2 * frames];
    let (first, rest) = sound.split_at(2 * 12_000);
    let expected = [silence(2_205), first.to_vec(), silence(2_400), rest.to_vec()].concat();
    assert!(rig.end() == expected);
}

/// The device has one rate only: it is opened anew once for each rate of the music, and not again and again.
#[test]
fn a_device_that_cannot_follow_is_not_opened_without_end() {
    let rig = Rig::with(Pace::RealTime, Some(Spec { rate: 48_000, channels: 2 }), following(0));
    three(&rig, [44_100, 96_000, 96_000]);
    play_three(&rig);
    assert_eq!(rig.capture.opened(), 2);
    // ceil(12,000 * 48 / 44.1) and twice half of 12,000.
    assert_eq!(rig.end().len(), 2 * (13_062 + 12_000));
}

/// A device that is busy for a moment between two rates is waited for; the new item begins with its first sample.
#[test]
fn a_device_that_refuses_the_new_rate_for_a_while_costs_time_alone() {
    let rig = Rig::with(Pace::RealTime, None, |options| {
        following(0)(options);
        options.retry = Duration::from_millis(20);
    });
    let expected = three(&rig, [44_100, 44_100, 48_000]);
    rig.load(1, "a");
    rig.next(2, "b");
    rig.wait_for("the second", crossed(2));
    rig.capture.refuse(Some(OutputError::Busy { name: "capture".into(), holder: Some("mpd".into()) }));
    rig.next(3, "c");
    let lost = rig.wait_for("that it is busy", is_lost);
    let EngineEvent::Output(OutputState::Lost { why }) = lost else { panic!() };
    assert_eq!(why, "capture is in use by mpd; stop it there or choose another device");
    rig.capture.refuse(None);
    rig.wait_for("the third", crossed(3));
    rig.send(EngineCommand::SetNext(None));
    rig.wait_ended(3);
    assert!(rig.end() == expected);
}

#[test]
fn a_seek_while_the_device_changes_its_rate_goes_where_it_should() {
    let rig = Rig::with(Pace::RealTime, None, following(0));
    let expected = three(&rig, [44_100, 48_000, 48_000]);
    rig.load(1, "a");
    rig.next(2, "b");
    // The end of the first is in the ring, which holds 150 ms and more.
    rig.wait_position("near the end", |_, frame| frame > 8_000);
    rig.send(EngineCommand::Seek(Place::Frame(6_000)));
    rig.wait_for("there", |event| matches!(event, EngineEvent::Seeked { frame: 6_000, .. }));
    rig.wait_for("the second", crossed(2));
    rig.send(EngineCommand::SetNext(None));
    rig.wait_ended(2);
    let heard = rig.end();
    assert!(heard.ends_with(&expected[2 * 7_000..2 * 24_000]), "from the sought place on, each once");
}

fn is_lost(event: &EngineEvent) -> bool {
    matches!(event, EngineEvent::Output(OutputState::Lost { .. }))
}

fn is_open(event: &EngineEvent) -> bool {
    matches!(event, EngineEvent::Output(OutputState::Open(_)))
}

/// What was asked to be opened, in order; the capture opens it.
struct Asked {
    capture: Box<dyn OpensOutputs>,
    asked: Arc<Mutex<Vec<OutputSpec>>>,
}

impl OpensOutputs for Asked {
    fn open(&mut self, settings: &OutputSettings, wanted: &Wanted) -> Result<Opened, OutputError> {
        self.asked.lock().unwrap().push(settings.output.clone());
        let mut opened = self.capture.open(settings, wanted)?;
        opened.output = Box::new(Named { output: opened.output });
        Ok(opened)
    }
}

/// An output with an identity.
struct Named {
    output: Box<dyn Output>,
}

impl Output for Named {
    fn accepted(&self) -> &Accepted {
        static NAMED: std::sync::OnceLock<Accepted> = std::sync::OnceLock::new();
        NAMED.get_or_init(|| Accepted { id: Some("dac".into()), ..self.output.accepted().clone() })
    }

    fn is_paced(&self) -> bool {
        self.output.is_paced()
    }

    fn fault(&self) -> Option<Fault> {
        self.output.fault()
    }
}

fn asked(on_lost: OnLost, resume_within_s: u32) -> (Rig, Arc<Mutex<Vec<OutputSpec>>>) {
    let capture = CaptureHandle::new(Pace::RealTime, None);
    let asked = Arc::<Mutex<Vec<OutputSpec>>>::default();
    let outputs = Box::new(Asked { capture: capture.outputs(), asked: Arc::clone(&asked) });
    let rig = Rig::over(capture, outputs, |options| {
        options.retry = Duration::from_millis(20);
        options.output.on_lost = on_lost;
        options.output.resume_within_s = resume_within_s;
    });
    rig.add("a", &Fake::noise(44_100, 2, 400_000, 1));
    rig.load(1, "a");
    rig.wait_position("it plays", |_, frame| frame > 5_000);
    (rig, asked)
}

#[test]
fn auto_waits_for_the_very_device_that_it_had_chosen() {
    let (rig, asked) = asked(OnLost::Wait, 0);
    rig.capture.refuse(Some(OutputError::NotFound { id: "dac".into(), nearest: None }));
    rig.capture.fail(Fault::Lost);
    rig.wait_for("the loss", is_lost);
    let again = rig.wait_for("that it is not there", is_lost);
    let EngineEvent::Output(OutputState::Lost { why }) = again else { panic!() };
    assert_eq!(why, "capture is not there");
    rig.capture.refuse(None);
    rig.wait_for("that it is back", is_open);
    let asked = asked.lock().unwrap().clone();
    assert_eq!(asked[0], OutputSpec::Auto);
    let same = OutputSpec::Device(Some("dac".into()));
    assert!(asked.len() > 2 && asked[1..].iter().all(|one| *one == same), "{asked:?}");
}

#[test]
fn told_to_move_it_takes_the_default() {
    let (rig, asked) = asked(OnLost::Move, 0);
    rig.capture.fail(Fault::Lost);
    rig.wait_for("the loss", is_lost);
    rig.wait_for("sound again", is_open);
    assert_eq!(*asked.lock().unwrap(), [OutputSpec::Auto, OutputSpec::Auto]);
}

#[test]
fn a_device_that_comes_back_too_late_does_not_play_by_itself() {
    let (rig, asked) = asked(OnLost::Wait, 1);
    rig.capture.refuse(Some(OutputError::NotFound { id: "dac".into(), nearest: None }));
    rig.capture.fail(Fault::Lost);
    let paused = EngineEvent::PausedItself(Reason::DidNotReturn);
    rig.wait_for("the end of the waiting", |event| *event == paused);
    let at = rig.position();
    rig.capture.refuse(None);
    let opened = rig.capture.opened();
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!((rig.capture.opened(), rig.position()), (opened, at), "it stands where it was heard");
    rig.send(EngineCommand::Play);
    rig.wait_for("sound again", is_open);
    rig.wait_position("it goes on", |_, frame| frame > at.unwrap().1 + 5_000);
    assert_eq!(asked.lock().unwrap().last(), Some(&OutputSpec::Device(Some("dac".into()))));
}

/// It opens, but takes nothing: nobody is told that the sound is back.
#[test]
fn a_device_counts_as_back_when_it_takes_sound() {
    let (rig, _) = asked(OnLost::Wait, 0);
    rig.capture.stall(true);
    rig.wait_for("the loss", is_lost);
    let events = rig.events_within(Duration::from_secs(4));
    assert!(!events.iter().any(is_open), "{events:?}");
    rig.capture.stall(false);
    rig.wait_for("sound again", is_open);
}

/// Faults by chance, from a seed.
#[derive(Clone)]
struct Faults {
    shared: Arc<FaultsShared>,
}

struct FaultsShared {
    heard: Mutex<Vec<f32>>,
    random: Mutex<u64>,
    left: AtomicUsize,
    opened: AtomicUsize,
}

#[derive(Debug, Clone, Copy)]
enum Fate {
    Healthy,
    LostAfter(usize),
    StallsAfter(usize),
}

impl Faults {
    fn random(&self, below: u64) -> u64 {
        let mut state = self.shared.random.lock().unwrap();
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state % below
    }

    /// `false` when no more faults are left.
    fn one_more(&self) -> bool {
        let less = |left: usize| left.checked_sub(1);
        self.shared.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }

    fn fate(&self) -> Fate {
        if !self.one_more() {
            return Fate::Healthy;
        }
        let frames = self.random(600) as usize;
        match self.random(10) {
            0 => Fate::StallsAfter(frames),
            1 => Fate::LostAfter(0),
            _ => Fate::LostAfter(frames),
        }
    }
}

impl OpensOutputs for Faults {
    fn open(&mut self, _: &OutputSettings, wanted: &Wanted) -> Result<Opened, OutputError> {
        match self.random(10) {
            0 | 1 if self.one_more() => return Err(OutputError::NoDevice { why: "chance".into() }),
            2 => std::thread::sleep(Duration::from_millis(self.random(20))),
            _ => {}
        }
        let spec = wanted.format.spec;
        let (writer, reader) = sample_ring(spec, spec.rate as usize / 6, wanted.first_frame);
        let accepted = Accepted {
            period_frames: Some(spec.rate / 500),
            ..Accepted::new("chance", spec, SampleFormat::F32)
        };
        let signals = Arc::<(AtomicBool, AtomicBool)>::default();
        let (theirs, faults, fate) = (Arc::clone(&signals), self.clone(), self.fate());
        let body = move || take(reader, &theirs, &faults, fate);
        let thread = Some(std::thread::Builder::new().name("chance".into()).spawn(body).unwrap());
        self.shared.opened.fetch_add(1, Ordering::Relaxed);
        Ok(Opened { output: Box::new(Chance { accepted, signals, thread }), writer })
    }
}

/// Takes ten times as fast as it is heard, in turns of 2 ms.
fn take(mut reader: RingReader, signals: &(AtomicBool, AtomicBool), faults: &Faults, fate: Fate) {
    let turn = reader.spec().rate as usize / 50;
    let mut left = match fate {
        Fate::Healthy => usize::MAX,
        Fate::LostAfter(frames) | Fate::StallsAfter(frames) => frames,
    };
    let mut buffer = vec![0.0; turn];
    while !signals.0.load(Ordering::Acquire) {
        std::thread::sleep(Duration::from_millis(2));
        if left == 0 {
            if let Fate::LostAfter(_) = fate {
                signals.1.store(true, Ordering::Release);
                reader.shared().wake_writer();
            }
            continue;
        }
        let piece = &mut buffer[..turn.min(left)];
        let read = reader.read(piece);
        faults.shared.heard.lock().unwrap().extend(&piece[..read.frames]);
        left -= read.frames.min(left);
        reader.shared().wake_writer();
    }
}

struct Chance {
    accepted: Accepted,
    /// To be stopped; lost.
    signals: Arc<(AtomicBool, AtomicBool)>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Output for Chance {
    fn accepted(&self) -> &Accepted {
        &self.accepted
    }

    fn is_paced(&self) -> bool {
        true
    }

    fn fault(&self) -> Option<Fault> {
        self.signals.1.load(Ordering::Acquire).then_some(Fault::Lost)
    }
}

impl Drop for Chance {
    fn drop(&mut self) {
        self.signals.0.store(true, Ordering::Release);
        self.thread.take().into_iter().for_each(|thread| drop(thread.join()));
    }
}

fn threads() -> Vec<String> {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let name = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("comm")).ok();
    let mut names: Vec<_> = tasks.flatten().filter_map(name).collect();
    names.sort();
    names
}

/// Lost, stalled, refused, slow, at once and in the middle, also at joins.
#[test]
fn a_thousand_faults_lose_no_frame_no_place_and_no_thread() {
    let output = child("recovery::child_faults", "4711").output().unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", said(&output.stdout), said(&output.stderr));
}

#[test]
#[ignore = "runs in a process of its own, started by another test"]
fn child_faults() {
    let Some(seed) = scenario() else { return };
    let shared = FaultsShared {
        heard: Mutex::default(),
        random: Mutex::new(seed.parse().unwrap()),
        left: AtomicUsize::new(1_000),
        opened: AtomicUsize::new(0),
    };
    let faults = Faults { shared: Arc::new(shared) };
    let before = threads();
    let capture = CaptureHandle::new(Pace::Free, None);
    let rig = Rig::over(capture, Box::new(faults.clone()), |options| {
        options.retry = Duration::from_millis(1);
        options.stalled = Duration::from_millis(250);
        options.output.output = OutputSpec::Device(None);
    });
    let items: Vec<Fake> = (1..=20).map(|seed| Fake::noise(8_000, 1, 20_000, seed)).collect();
    for (at, item) in items.iter().enumerate() {
        rig.add(&at.to_string(), item);
    }
    rig.load(1, "0");
    let mut next = 2;
    rig.next(next, "1");
    let mut place = (0, 0);
    let began = Instant::now();
    while next <= 20 {
        assert!(began.elapsed() < Duration::from_secs(300), "it goes on");
        let here = rig.position().unwrap_or(place);
        assert!(here >= place, "the ear went back from {place:?} to {here:?}");
        place = here;
        if rig.events_within(Duration::from_millis(1)).into_iter().any(|event| crossed(next)(&event)) {
            next += 1;
            match next {
                21 => rig.send(EngineCommand::SetNext(None)),
                _ => rig.next(next, &(next - 1).to_string()),
            }
        }
    }
    rig.wait_ended(20);
    assert_eq!(faults.shared.left.load(Ordering::Relaxed), 0, "all faults happened");
    println!("{} openings in {:?}", faults.shared.opened.load(Ordering::Relaxed), began.elapsed());
    rig.end();
    let expected: Vec<f32> = items.iter().flat_map(|item| item.samples.iter().copied()).collect();
    let heard = faults.shared.heard.lock().unwrap();
    let same = heard.iter().zip(&expected).take_while(|(a, b)| a == b).count();
    assert_eq!((same, heard.len()), (expected.len(), expected.len()), "each sample once");
    wait("the threads' end", || threads().len() <= before.len());
}
