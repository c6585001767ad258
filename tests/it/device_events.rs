//! What happens to a device while an engine plays through a real PulseAudio: lost, stopped, suspended, another default,
//! moved by the user. Each is caused, and seen as the user would: what is told, where the position is, on which sink the
//! stream is, how long until sound. A table of the times is printed.

use std::process::Command;
use std::time::{Duration, Instant};

use auralis::engine::EngineOptions;
use auralis::engine::command::EngineEvent;
use auralis::engine::output::Outputs;
use auralis::engine::output::capture::{CaptureHandle, Pace};
use auralis::model::settings::{OnLost, OutputSpec};
use auralis::model::snapshot::OutputState;

use crate::device::{Place, Server};
use crate::rig::{Fake, Rig};
use crate::sound::{scenario, wait_for};

fn in_a_place(scenario: &str) {
    let place = Place::new();
    place.alsa("ctl.null { type null }\n");
    place.run("device_events::child_event", scenario, true);
}

/// An engine that plays a minute through the real outputs.
fn playing(change: impl FnOnce(&mut EngineOptions)) -> Rig {
    let rig = Rig::over(CaptureHandle::new(Pace::Free, None), Box::new(Outputs::new()), change);
    rig.add("a", &Fake::noise(48_000, 2, 60 * 48_000, 1));
    rig.load(1, "a");
    rig.wait_for("sound", is_open);
    goes_on(&rig, 0);
    rig
}

fn frame(rig: &Rig) -> u64 {
    rig.position().expect("a position").1
}

/// 100 ms more are heard.
fn goes_on(rig: &Rig, from: u64) {
    rig.wait_position("it goes on", |_, frame| frame >= from + 4_800);
}

fn is_open(event: &EngineEvent) -> bool {
    matches!(event, EngineEvent::Output(OutputState::Open(_)))
}

fn is_lost(event: &EngineEvent) -> bool {
    matches!(event, EngineEvent::Output(OutputState::Lost { .. }))
}

fn run(mut command: Command, arguments: &[&str]) {
    assert!(command.args(arguments).status().unwrap().success(), "{arguments:?}");
}

fn load_sink(server: &Server, name: &str) {
    let name = format!("sink_name={name}");
    run(server.pactl(), &["load-module", "module-null-sink", &name, "rate=48000", "channels=2"]);
}

fn unload_sink(server: &Server, name: &str) {
    let listed = server.pactl().args(["list", "short", "modules"]).output().unwrap().stdout;
    let listed = String::from_utf8(listed).unwrap();
    let wanted = format!("sink_name={name} ");
    let line = listed.lines().find(|line| format!("{line} ").contains(&wanted)).expect("the sink's module");
    run(server.pactl(), &["unload-module", line.split('\t').next().unwrap()]);
}

/// Name of the sink that each stream is on.
fn streams(server: &Server) -> Vec<String> {
    let short = |what: &str| {
        let listed = server.pactl().args(["list", "short", what]).output().unwrap().stdout;
        String::from_utf8(listed).unwrap()
    };
    let sinks = short("sinks");
    let name = |index: &str| {
        let line = sinks.lines().find(|line| line.split('\t').next() == Some(index));
        line.and_then(|line| line.split('\t').nth(1)).unwrap_or("gone").to_owned()
    };
    short("sink-inputs").lines().filter_map(|line| line.split('\t').nth(1)).map(name).collect()
}

fn on(server: &Server, sink: &str) {
    wait_for(sink, || streams(server) == [sink]);
}

/// The frame at the ear stands, and says where.
fn stands(rig: &Rig) -> u64 {
    let at = frame(rig);
    std::thread::sleep(Duration::from_millis(400));
    assert_eq!(frame(rig), at, "it stands while nothing is heard");
    at
}

/// Sound again after a loss, and nothing before the place where it was heard.
fn back(rig: &Rig, at: u64, what: &str, since: Instant) {
    rig.wait_for("that it is back", is_open);
    rig.wait_position("sound", |_, frame| frame > at);
    println!("{what}: sound after {:?}", since.elapsed());
    assert!(frame(rig) < at + 48_000, "it goes on where it was heard, not later");
    goes_on(rig, frame(rig));
}

macro_rules! events {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                in_a_place(stringify!($name));
            }
        )*

        #[test]
        #[ignore = "runs in a process of its own, started by another test"]
        fn child_event() {
            let Some(scenario) = scenario() else { return };
            match scenario.as_str() {
                $(stringify!($name) => event::$name(),)*
                other => panic!("{other}"),
            }
            // What hangs in a server that is gone is not waited for.
            std::process::exit(0);
        }
    };
}

events! {
    a_killed_server_is_waited_for
    a_stopped_server_is_a_loss_until_it_goes_on
    a_suspended_sink_is_a_loss_until_it_runs
    an_unloaded_sink_is_not_replaced_by_another
    told_to_move_it_goes_to_the_other_sink
    auto_follows_the_default
    a_device_that_was_asked_for_keeps_its_stream
    a_stream_that_the_user_moves_stays_there
    a_device_that_was_busy_at_the_start_is_taken_when_it_is_there
    a_stopped_player_goes_on_where_it_was
}

mod event {
    use super::*;

    pub fn a_killed_server_is_waited_for() {
        let server = Server::start("s16le", 48_000);
        let rig = playing(|_| {});
        let killed = Instant::now();
        drop(server);
        rig.wait_for("the loss", is_lost);
        println!("server killed: told after {:?}", killed.elapsed());
        let at = stands(&rig);
        std::thread::sleep(Duration::from_millis(600));
        let server = Server::start("s16le", 48_000);
        back(&rig, at, "server restarted", Instant::now());
        on(&server, "test");
    }

    pub fn a_stopped_server_is_a_loss_until_it_goes_on() {
        let server = Server::start("s16le", 48_000);
        let rig = playing(|_| {});
        let stopped = Instant::now();
        server.signal("-STOP");
        rig.wait_for("the loss", is_lost);
        println!("server stopped: told after {:?}", stopped.elapsed());
        let at = stands(&rig);
        server.signal("-CONT");
        back(&rig, at, "server goes on", Instant::now());
    }

    pub fn a_suspended_sink_is_a_loss_until_it_runs() {
        let server = Server::start("s16le", 48_000);
        let rig = playing(|_| {});
        let suspended = Instant::now();
        run(server.pactl(), &["suspend-sink", "test", "1"]);
        rig.wait_for("the loss", is_lost);
        println!("sink suspended: told after {:?}", suspended.elapsed());
        let at = stands(&rig);
        let events = rig.events_within(Duration::from_secs(3));
        assert!(!events.iter().any(is_open), "it opens, but takes nothing: {events:?}");
        assert_eq!(frame(&rig), at, "attempts to open it cost no sound");
        run(server.pactl(), &["suspend-sink", "test", "0"]);
        back(&rig, at, "sink resumed", Instant::now());
    }

    pub fn an_unloaded_sink_is_not_replaced_by_another() {
        let server = Server::start("s16le", 48_000);
        load_sink(&server, "speakers");
        let rig = playing(|_| {});
        on(&server, "test");
        let unloaded = Instant::now();
        unload_sink(&server, "test");
        let lost = rig.wait_for("the loss", is_lost);
        println!("sink gone, another there: {lost:?} after {:?}", unloaded.elapsed());
        let at = stands(&rig);
        std::thread::sleep(Duration::from_secs(1));
        assert_eq!(streams(&server), [""; 0], "the loudspeakers stay silent");
        load_sink(&server, "test");
        back(&rig, at, "sink is there again", Instant::now());
        on(&server, "test");
    }

    pub fn told_to_move_it_goes_to_the_other_sink() {
        let server = Server::start("s16le", 48_000);
        load_sink(&server, "speakers");
        let rig = playing(|options| options.output.on_lost = OnLost::Move);
        let unloaded = Instant::now();
        unload_sink(&server, "test");
        rig.wait_for("the loss", is_lost);
        let at = frame(&rig);
        back(&rig, at, "sink gone, on_lost = move", unloaded);
        on(&server, "speakers");
    }

    pub fn auto_follows_the_default() {
        let server = Server::start("s16le", 48_000);
        load_sink(&server, "headset");
        let rig = playing(|_| {});
        on(&server, "test");
        let (changed, at) = (Instant::now(), frame(&rig));
        run(server.pactl(), &["set-default-sink", "headset"]);
        let opened = rig.wait_for("the new default", is_open);
        let EngineEvent::Output(OutputState::Open(accepted)) = opened else { panic!() };
        assert_eq!(accepted.id.as_deref(), Some("pulseaudio:headset"));
        rig.wait_position("sound", |_, frame| frame > at);
        println!("default changed: on it after {:?}", changed.elapsed());
        goes_on(&rig, frame(&rig));
        on(&server, "headset");
        assert!(!rig.events_within(Duration::from_millis(300)).iter().any(is_lost));
    }

    pub fn a_device_that_was_asked_for_keeps_its_stream() {
        let server = Server::start("s16le", 48_000);
        load_sink(&server, "headset");
        let test = OutputSpec::Device(Some("pulseaudio:test".into()));
        let rig = playing(|options| options.output.output = test);
        run(server.pactl(), &["set-default-sink", "headset"]);
        std::thread::sleep(Duration::from_millis(500));
        on(&server, "test");
        goes_on(&rig, frame(&rig));
        on(&server, "test");
    }

    pub fn a_stream_that_the_user_moves_stays_there() {
        let server = Server::start("s16le", 48_000);
        load_sink(&server, "headset");
        let rig = playing(|_| {});
        let listed = server.pactl().args(["list", "short", "sink-inputs"]).output().unwrap().stdout;
        let input = String::from_utf8(listed).unwrap().split('\t').next().unwrap().to_owned();
        let moved = Instant::now();
        run(server.pactl(), &["move-sink-input", &input, "headset"]);
        let opened = rig.wait_for("the other sink", is_open);
        let EngineEvent::Output(OutputState::Open(accepted)) = opened else { panic!() };
        assert_eq!(accepted.id.as_deref(), Some("pulseaudio:headset"));
        let at = frame(&rig);
        goes_on(&rig, at);
        println!("moved by the user: on it after {:?}", moved.elapsed());
        on(&server, "headset");
        // What is lost now is that one.
        unload_sink(&server, "headset");
        rig.wait_for("the loss", is_lost);
        std::thread::sleep(Duration::from_millis(700));
        assert_eq!(streams(&server), [""; 0], "it is waited for, the first sink stays silent");
    }

    pub fn a_device_that_was_busy_at_the_start_is_taken_when_it_is_there() {
        let there = OutputSpec::Device(Some("pulseaudio:test".into()));
        let output = CaptureHandle::new(Pace::Free, None);
        let rig = Rig::over(output, Box::new(Outputs::new()), |options| options.output.output = there);
        rig.add("a", &Fake::noise(48_000, 2, 60 * 48_000, 1));
        rig.load(1, "a");
        rig.wait_for("that it is not there", is_lost);
        let server = Server::start("s16le", 48_000);
        let since = Instant::now();
        back(&rig, 0, "not there at the start", since);
        on(&server, "test");
    }

    /// The player itself sleeps, as it does when the system does. Its connection may not outlive that: then it is a loss
    /// like any other, and mended without anybody's help.
    pub fn a_stopped_player_goes_on_where_it_was() {
        let _server = Server::start("s16le", 48_000);
        let rig = playing(|_| {});
        let at = frame(&rig);
        let wakes = format!("kill -STOP {0}; sleep 2; kill -CONT {0}", std::process::id());
        let asleep = Instant::now();
        let mut shell = Command::new("sh").args(["-c", &wakes]).spawn().unwrap();
        shell.wait().unwrap();
        assert!(asleep.elapsed() > Duration::from_secs(2));
        let woken = Instant::now();
        goes_on(&rig, frame(&rig));
        println!("player stopped for 2 s: sound after {:?} more", woken.elapsed());
        let possible = 48_000 * (woken.elapsed() + Duration::from_millis(500)).as_millis() as u64 / 1000;
        assert!(frame(&rig) - at < possible, "the time of the sleep is not skipped");
        let paused = |event: &EngineEvent| matches!(event, EngineEvent::PausedItself(_));
        assert!(!rig.events_within(Duration::from_millis(500)).iter().any(paused));
        goes_on(&rig, frame(&rig));
    }
}
