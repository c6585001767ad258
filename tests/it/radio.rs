//! Sound from servers, good and bad: files read in part and in one go, stations, interruptions, and what must be
//! refused. Samples are compared with those of the same file on the disk.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use auralis::decode::{DecodeError, Interrupt, Source};
use auralis::engine::command::{EngineCommand, EngineEvent, Item, Place};
use auralis::engine::output::capture::{CaptureHandle, Pace};
use auralis::engine::{EngineHandle, Files};
use auralis::library::expand::expand;
use auralis::model::audio::Spec;
use auralis::model::id::PlayId;
use auralis::model::settings::NetworkSettings;
use auralis::model::snapshot::StreamView;
use auralis::model::track::Codec;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::home::{self, Home};
use crate::media::{Material, fixture, folder, run};
use crate::rig::{self, PATIENCE};
use crate::server::{Asked, Line, Server};

/// Patience of a second: long enough for a busy machine, short enough for a test.
fn network() -> NetworkSettings {
    NetworkSettings {
        buffer: Duration::ZERO,
        timeout: Duration::from_secs(1),
        retry: Duration::from_secs(15),
    }
}

fn open(address: &Path) -> Result<Source, DecodeError> {
    Source::open_with(address, network(), &Interrupt::default())
}

fn opened(address: &Path) -> Source {
    open(address).unwrap_or_else(|error| panic!("{}: {error}", address.display()))
}

/// The words with which an address is refused.
fn refused(address: &Path) -> String {
    let begun = Instant::now();
    let words = open(address).err().unwrap_or_else(|| panic!("{} opens", address.display())).to_string();
    assert!(begun.elapsed() < Duration::from_secs(30), "{words} took {:?}", begun.elapsed());
    words
}

fn samples(source: &mut Source) -> Vec<f32> {
    let mut samples = Vec::new();
    while source.read(&mut samples).unwrap() > 0 {}
    samples
}

fn local(path: &Path) -> Vec<f32> {
    samples(&mut Source::open(path).unwrap())
}

fn file_server(bytes: Vec<u8>, cut: usize) -> Server {
    Server::new(move |line| line.file(&bytes, cut))
}

const STATION: [(&str, &str); 2] = [("Content-Type", "audio/mpeg"), ("icy-name", "Radio Test")];
type Headers = [(&'static str, &'static str)];

const OK: &str = "HTTP/1.1 200 OK";

#[test]
fn a_file_with_ranges_is_as_on_the_disk() {
    let names = ["cd.flac", "vbr.mp3", "vorbis.ogg", "opus.opus", "aac.m4a", "cd.wav", "cd.aiff", "alac.caf"];
    for name in names {
        let file = fixture(name);
        let server = file_server(std::fs::read(&file.path).unwrap(), usize::MAX);
        let mut here = Source::open(&file.path).unwrap();
        let mut there = opened(&server.at("/a"));
        assert_eq!(here.info(), there.info(), "{name}");
        assert_eq!(there.stream(), None, "{name}: a file is no stream");
        assert!(samples(&mut here) == samples(&mut there), "{name}: samples differ");
        for frame in [150_000, 3, 199_000, 77_777] {
            let read = |source: &mut Source| {
                let mut samples = Vec::new();
                source.seek(frame).unwrap();
                source.read(&mut samples).unwrap();
                samples
            };
            assert!(read(&mut here) == read(&mut there), "{name}: from {frame}");
        }
    }
}

#[test]
fn a_connection_that_is_cut_is_taken_up_where_it_broke() {
    let file = fixture("cd.flac");
    let server = file_server(std::fs::read(&file.path).unwrap(), 150_000);
    let mut source = opened(&server.at("/a.flac"));
    assert!(samples(&mut source) == local(&file.path), "samples differ");
    let asked = server.asked();
    assert!(asked.len() > 3, "{}", asked.len());
    assert!(asked[1..].iter().all(|asked| asked.from().is_some()), "{asked:?}");
    assert!(asked[1..].iter().all(|asked| asked.headers["if-range"] == "\"one\""));
}

#[test]
fn a_server_that_falls_silent_is_asked_again() {
    let file = fixture("cd.flac");
    let bytes = std::fs::read(&file.path).unwrap();
    let server = Server::new(move |line| {
        let is_silent = line.asked.number < 5;
        line.file(&bytes, if is_silent { 100_000 } else { usize::MAX });
        if is_silent {
            line.hold();
        }
    });
    let settings = NetworkSettings { timeout: Duration::from_millis(500), ..network() };
    let mut source = Source::open_with(&server.at("/a.flac"), settings, &Interrupt::default()).unwrap();
    assert!(samples(&mut source) == local(&file.path), "samples differ");
    // Not from the beginning of what is kept together, but from the very byte.
    let resumed = server.asked().iter().filter_map(Asked::from).any(|from| from % 1_024 != 0);
    assert!(resumed, "{:?}", server.asked());
}

/// Slower than anybody would like, faster than the patience: never an error.
#[test]
fn a_slow_server_is_waited_for() {
    let file = fixture("mono.mp3");
    let bytes = std::fs::read(&file.path).unwrap();
    let server = Server::new(move |line| {
        let len = bytes.len().to_string();
        line.head(OK, &[("Content-Length", &len), ("Accept-Ranges", "bytes")]);
        line.trickle(&bytes, 700, Duration::from_millis(10));
    });
    assert!(samples(&mut opened(&server.at("/a.mp3"))) == local(&file.path), "samples differ");
}

#[test]
fn a_file_that_changed_meanwhile_is_not_glued_to_the_old_one() {
    let bytes = std::fs::read(fixture("cd.flac").path).unwrap();
    let has_changed = Arc::new(AtomicBool::new(false));
    let changed = Arc::clone(&has_changed);
    let server = Server::new(move |line| {
        if changed.load(Ordering::Relaxed) {
            line.asked.headers.remove("range");
        }
        line.file(&bytes, 150_000);
    });
    let mut source = opened(&server.at("/a.flac"));
    has_changed.store(true, Ordering::Relaxed);
    let mut samples = Vec::new();
    let error = loop {
        match source.read(&mut samples) {
            Ok(0) => panic!("it has an end"),
            Ok(_) => {}
            Err(error) => break error.to_string(),
        }
    };
    assert!(error.contains("changed on the server"), "{error}");
    assert!(!samples.is_empty());
}

/// Without ranges a file comes once; what its container says in front is enough. Padding behind the music is told at
/// the end of an Ogg file, where nobody looks then.
#[test]
fn a_file_without_ranges_is_played_in_one_go() {
    for (name, spare) in
        [("cd.flac", 0), ("vbr.mp3", 0), ("cd.wav", 0), ("untagged.mp3", 0), ("vorbis.ogg", 8192)]
    {
        let file = fixture(name);
        let bytes = std::fs::read(&file.path).unwrap();
        for is_chunked in [false, true] {
            let bytes = bytes.clone();
            let server =
                Server::new(move |line| if is_chunked { chunked(line, &bytes) } else { whole(line, &bytes) });
            let mut source = opened(&server.at("/a"));
            let stream = source.stream().unwrap();
            assert_eq!(stream, StreamView { live: is_chunked, station: None, title: None }, "{name}");
            let (here, there) = (local(&file.path), samples(&mut source));
            assert!(there.len() - here.len() <= spare, "{name}: {} more", there.len() - here.len());
            assert!(there[..here.len()] == here, "{name}: samples differ");
            assert_eq!(server.asked().len(), 1, "{name}");
        }
    }
}

fn whole(line: &mut Line, bytes: &[u8]) {
    let len = bytes.len().to_string();
    line.head(OK, &[("Content-Length", &len)]);
    line.send(bytes);
}

/// RFC 9112 §7.1, in pieces of odd sizes.
fn chunked(line: &mut Line, bytes: &[u8]) {
    line.head(OK, &[("Transfer-Encoding", "chunked")]);
    for piece in bytes.chunks(977) {
        line.send(format!("{:x}\r\n", piece.len()).as_bytes());
        line.send(piece);
        line.send(b"\r\n");
    }
    line.send(b"0\r\n\r\n");
}

#[test]
fn a_file_that_comes_once_and_breaks_off_says_so() {
    let bytes = std::fs::read(fixture("cd.flac").path).unwrap();
    let server = Server::new(move |line| {
        let len = bytes.len().to_string();
        line.head(OK, &[("Content-Length", &len)]);
        line.send(&bytes[..200_000]);
    });
    let mut source = opened(&server.at("/a.flac"));
    let mut samples = Vec::new();
    let error = loop {
        match source.read(&mut samples) {
            Ok(0) => panic!("it has an end"),
            Ok(_) => {}
            Err(error) => break error.to_string(),
        }
    };
    assert!(error.contains("broke off") && error.contains("cannot go on"), "{error}");
}

#[test]
fn redirects_are_followed_but_not_for_ever() {
    let bytes = std::fs::read(fixture("mono.mp3").path).unwrap();
    let server = Server::new(move |line| match line.asked.path.as_str() {
        "/1" => line.head("HTTP/1.1 301 Moved", &[("Location", "/2"), ("Content-Length", "0")]),
        "/2" => line.head("HTTP/1.1 302 Found", &[("Location", "/3?x"), ("Content-Length", "0")]),
        "/3?x" => line.file(&bytes, usize::MAX),
        "/local" => {
            line.head("HTTP/1.1 302 Found", &[("Location", "file:///etc/passwd"), ("Content-Length", "0")]);
        }
        _ => line.head("HTTP/1.1 302 Found", &[("Location", "/loop"), ("Content-Length", "0")]),
    });
    assert!(samples(&mut opened(&server.at("/1"))) == local(&fixture("mono.mp3").path));
    let words = refused(&server.at("/loop"));
    assert!(words.contains("on and on"), "{words}");
    assert!(server.asked().len() < 20);
    refused(&server.at("/local"));
}

#[test]
fn what_cannot_be_played_is_told_in_words() {
    let answers: [(&str, &Headers, &str); 8] = [
        ("HTTP/1.1 404 Not Found", &[], "nothing at this address (404)"),
        ("HTTP/1.1 403 Forbidden", &[], "does not let us in (403)"),
        ("HTTP/1.1 503 Service Unavailable", &[], "cannot serve now (503"),
        (OK, &[("Content-Type", "text/html; charset=utf-8")], "a web page (text/html)"),
        (OK, &[("Content-Type", "audio/x-mpegurl")], "a playlist"),
        (OK, &[("Content-Type", "audio/mpeg"), ("icy-metaint", "2000000000")], "icy-metaint"),
        (OK, &[("Content-Encoding", "br")], "packs the sound with br"),
        ("SSH-2.0-OpenSSH", &[], "not HTTP"),
    ];
    for (status, headers, words) in answers {
        let server = Server::new(move |line| {
            line.head(status, headers);
            line.send(b"<html>no sound at all</html>");
        });
        let told = refused(&server.at("/"));
        assert!(told.contains(words), "{status} {headers:?}: {told}");
    }
}

#[test]
fn what_is_no_sound_ends_early() {
    let endless =
        Server::new(|line| while line.send(b"HTTP/1.1 200 OK\r\nX: y\r\n".repeat(100).as_slice()) {});
    assert!(refused(&endless.at("/")).contains("has no end") || endless.sent() < 10_000_000);
    let header = Server::new(|line| {
        line.send(b"HTTP/1.1 200 OK\r\n");
        while line.send(&[&b"X: "[..], &[b'y'; 4000], b"\r\n"].concat()) {}
    });
    let words = refused(&header.at("/"));
    assert!(words.contains("no end") || words.contains("not HTTP"), "{words}");
    assert!(header.sent() < 8_000_000, "{}", header.sent());
    let dripping = Server::new(|line| while line.trickle(b"X", 1, Duration::from_millis(50)) {});
    refused(&dripping.at("/"));
    let noise = Server::new(|line| {
        line.head(OK, &STATION);
        while line.send(&[0x55; 4096]) {}
    });
    refused(&noise.at("/"));
    assert!(noise.sent() < 16_000_000, "{}", noise.sent());
}

#[test]
fn a_server_that_says_nothing_is_left() {
    let silent = Server::new(|line| line.hold());
    let words = refused(&silent.at("/"));
    assert!(words.contains("sends nothing"), "{words}");
    let nobody = {
        let closed = Server::new(|_| {});
        closed.at("/")
    };
    thread::sleep(Duration::from_millis(50));
    let words = refused(&nobody);
    assert!(words.contains("refuses the connection"), "{words}");
    let words = refused(Path::new("http://no-such-host.invalid/x"));
    assert!(words.contains("no server by this name") || words.contains("does not answer"), "{words}");
    refused(Path::new("http://"));
    refused(Path::new("http://a b/"));
}

#[test]
fn user_and_password_are_sent_as_such() {
    let bytes = std::fs::read(fixture("mono.mp3").path).unwrap();
    let server = Server::new(move |line| line.file(&bytes, usize::MAX));
    let address = format!("http://ann:p%40ss@{}/a.mp3", server.address());
    assert!(samples(&mut opened(Path::new(&address))) == local(&fixture("mono.mp3").path));
    let asked = server.asked();
    assert_eq!(asked[0].headers["authorization"], "Basic YW5uOnBAc3M=");
    assert_eq!(asked[0].headers["host"], server.address());
}

/// Sound with titles between, as SHOUTcast sends it.
pub fn with_titles(sound: &[u8], interval: usize, titles: &[&str]) -> Vec<u8> {
    let mut stream = Vec::new();
    for (number, part) in sound.chunks(interval).enumerate() {
        stream.extend_from_slice(part);
        if part.len() == interval {
            let text = titles.get(number).map_or(String::new(), |title| format!("StreamTitle='{title}';"));
            let blocks = text.len().div_ceil(16);
            stream.push(blocks as u8);
            stream.extend_from_slice(text.as_bytes());
            stream.resize(stream.len() + blocks * 16 - text.len(), 0);
        }
    }
    stream
}

#[test]
fn titles_are_taken_out_of_the_sound() {
    let file = fixture("untagged.mp3");
    let bytes = std::fs::read(&file.path).unwrap();
    let stream = with_titles(&bytes, 5_000, &["Ann - One", "", "Ann - One", "It's; Two"]);
    let server = Server::new(move |line| {
        let head: Vec<_> = STATION.into_iter().chain([("icy-metaint", "5000"), ("icy-br", "128")]).collect();
        line.head(OK, &head);
        line.trickle(&stream, 999, Duration::from_millis(1));
    });
    let settings = NetworkSettings { retry: Duration::ZERO, ..network() };
    let mut source = Source::open_with(&server.at("/live"), settings, &Interrupt::default()).unwrap();
    assert_eq!(source.info().format.frames, None);
    assert_eq!(source.info().format.codec, Codec::Mp3);
    let stream = source.stream().unwrap();
    assert_eq!((stream.live, stream.station.as_deref()), (true, Some("Radio Test")));
    assert_eq!(server.asked()[0].headers["icy-metadata"], "1");
    let whole = local(&file.path);
    let (mut heard, mut seen) = (Vec::new(), Vec::new());
    while heard.len() < whole.len() {
        if source.read(&mut heard).unwrap_or(0) == 0 {
            break;
        }
        let title = source.stream().and_then(|stream| stream.title).map(|title| title.to_string());
        if title.is_some() && seen.last() != title.as_ref() {
            seen.extend(title);
        }
    }
    assert!(heard == whole, "{} of {} samples", heard.len(), whole.len());
    assert_eq!(seen, ["Ann - One", "It's; Two"]);
}

/// `ICY 200 OK` in place of a status line; cut in the middle of the word by the network.
#[test]
fn old_servers_are_understood() {
    let file = fixture("untagged.mp3");
    for cut in [1, 3, 4, 200] {
        let bytes = std::fs::read(&file.path).unwrap();
        let server = Server::new(move |line| {
            let head = b"ICY 200 OK\r\nicy-name: Old\r\nicy-br:128\r\ncontent-type: audio/mpeg\r\n\r\n";
            line.trickle(&head[..cut.min(head.len())], 1, Duration::from_millis(2));
            line.send(&head[cut.min(head.len())..]);
            while line.send(&bytes) {}
        });
        let mut source = opened(&server.at("/"));
        assert_eq!(source.stream().unwrap().station.as_deref(), Some("Old"));
        let mut samples = Vec::new();
        while samples.len() < 100_000 {
            source.read(&mut samples).unwrap();
        }
        assert!(local(&file.path)[..100_000] == samples[..100_000], "cut at {cut}");
    }
}

/// Offsets of packets in a file, as another program has them.
fn packet_offsets(path: &Path) -> Vec<usize> {
    let args = ["-v", "error", "-show_entries", "packet=pos", "-of", "csv=p=0", path.to_str().unwrap()];
    let text = String::from_utf8(run("ffprobe", &args)).unwrap();
    text.lines().filter_map(|line| line.trim_end_matches(',').parse().ok()).collect()
}

/// A station is joined inside a frame: what is heard is what the file from the next whole frame on gives.
#[test]
fn a_station_is_joined_in_the_middle_of_a_frame() {
    for (name, media) in [("untagged.mp3", "audio/mpeg"), ("aac.aac", "audio/aac")] {
        let file = fixture(name);
        let bytes = std::fs::read(&file.path).unwrap();
        let offsets = packet_offsets(&file.path);
        let frame = offsets[40];
        let rest = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(rest.path(), &bytes[frame..]).unwrap();
        let expected = local(rest.path());
        let inside = offsets[39] + 5;
        let server = Server::new(move |line| {
            line.head(OK, &[("Content-Type", media), ("icy-name", "x")]);
            line.send(&bytes[inside..]);
            line.hold();
        });
        let mut source = opened(&server.at("/"));
        let mut heard = Vec::new();
        // The last frames are held back until more comes.
        while heard.len() < expected.len() - 20_000 {
            assert!(source.read(&mut heard).unwrap() > 0, "{name}");
        }
        assert!(heard[..] == expected[..heard.len()], "{name}: samples differ");
    }
}

/// FLAC in Ogg of some material, tagged.
fn ogg_song(name: &str, material: &Material, title: &str) -> Vec<u8> {
    let work = tempfile::tempdir_in(folder()).unwrap();
    let (input, output) = (work.path().join("in.wav"), work.path().join(name));
    material.write_wav(&input);
    let tag = format!("TITLE={title}");
    let args = ["-s", "--ogg", "-T", "ARTIST=Ann", "-T", &tag, "-o"];
    let paths = [output.to_str().unwrap(), input.to_str().unwrap()];
    run("flac", &[&args[..], &paths].concat());
    std::fs::read(output).unwrap()
}

fn station(songs: Vec<Vec<u8>>) -> Server {
    Server::new(move |line| {
        line.head(OK, &[("Content-Type", "application/ogg"), ("ice-name", "Ogg Radio")]);
        for song in &songs {
            line.send(song);
        }
        line.hold();
    })
}

#[test]
fn each_song_of_an_ogg_station_is_played_with_its_own_title() {
    let materials = [Material::new(30_011, 2, 44_100, 16), Material::new(25_000, 2, 44_100, 16)];
    let songs = vec![ogg_song("1.oga", &materials[0], "One"), ogg_song("2.oga", &materials[1], "Two")];
    let server = station(songs);
    let mut source = opened(&server.at("/"));
    let expected: Vec<f32> = materials.iter().flat_map(Material::to_f32).collect();
    let (mut heard, mut seen) = (Vec::new(), Vec::new());
    while heard.len() < expected.len() {
        assert!(source.read(&mut heard).unwrap() > 0);
        let title = source.stream().unwrap().title.unwrap().to_string();
        if seen.last() != Some(&title) {
            seen.push(title);
        }
    }
    assert!(heard == expected, "samples differ");
    assert_eq!(seen, ["Ann - One", "Ann - Two"]);
    assert_eq!(source.position() as usize * 2, expected.len());
}

#[test]
fn a_song_of_another_format_goes_on_in_it() {
    let materials = [Material::new(44_100, 2, 44_100, 16), Material::new(24_000, 1, 48_000, 16)];
    let server =
        station(vec![ogg_song("1.oga", &materials[0], "One"), ogg_song("2.oga", &materials[1], "Two")]);
    let mut source = opened(&server.at("/"));
    let mut first = Vec::new();
    while source.read(&mut first).unwrap() > 0 {}
    assert!(first == materials[0].to_f32() && source.goes_on());
    assert_eq!(source.info().format.spec, Spec { rate: 48_000, channels: 1 });
    assert_eq!(source.position(), 48_000, "a second was played");
    let mut second = Vec::new();
    while second.len() < 24_000 {
        assert!(source.read(&mut second).unwrap() > 0);
    }
    assert!(second == materials[1].to_f32());
}

/// An engine that plays what servers send, and its events.
struct Radio {
    engine: EngineHandle,
    capture: CaptureHandle,
    events: Receiver<EngineEvent>,
}

impl Radio {
    fn new(network: NetworkSettings) -> Self {
        let capture = CaptureHandle::new(Pace::RealTime, None);
        let (engine, events) = rig::start(capture.outputs(), Arc::new(Files { network }), |_| {});
        Self { engine, capture, events }
    }

    fn load(&self, play: u64, address: &Path) {
        let item = Item::alone(PlayId(play), Arc::from(address));
        self.engine.send(EngineCommand::Load { item, place: Place::Start, paused: false });
        self.engine.send(EngineCommand::SetNext(None));
    }

    fn wait_for(&self, what: &str, is_it: impl Fn(&EngineEvent) -> bool) -> Vec<EngineEvent> {
        self.wait_longer(PATIENCE, what, is_it)
    }

    fn wait_longer(
        &self,
        patience: Duration,
        what: &str,
        is_it: impl Fn(&EngineEvent) -> bool,
    ) -> Vec<EngineEvent> {
        let until = Instant::now() + patience;
        let mut seen = Vec::new();
        loop {
            match self.events.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(event) => {
                    let found = is_it(&event);
                    seen.push(event);
                    if found {
                        return seen;
                    }
                }
                Err(error) => panic!("{what}: {error}; {seen:?}"),
            }
        }
    }
}

fn is_started(play: u64) -> impl Fn(&EngineEvent) -> bool {
    move |event| matches!(event, EngineEvent::Started { play: started, .. } if started.0 == play)
}

fn buffers(event: &EngineEvent, wanted: bool) -> bool {
    matches!(event, EngineEvent::Buffering { on, .. } if *on == wanted)
}

/// A real-time station of 192 kbit/s.
fn broadcast(line: &mut Line, sound: &[u8], seconds: f64) {
    let bytes = (seconds * 24_000.0) as usize;
    let sound: Vec<u8> = sound.iter().copied().cycle().take(bytes).collect();
    line.trickle(&sound, 2_400, Duration::from_millis(100));
}

#[test]
fn a_station_that_is_away_for_a_while_goes_on_by_itself() {
    let sound = std::fs::read(fixture("cbr.mp3").path).unwrap();
    let gone = OnceLock::new();
    let server = Server::new(move |line| match (line.asked.number, gone.get().map(Instant::elapsed)) {
        (_, None) => {
            line.head(OK, &STATION);
            line.send(&sound[..24_000]);
            let _ = gone.set(Instant::now());
        }
        // For ten seconds the address is empty, then nobody answers, then it hangs up, and so on.
        (number, Some(away)) if away < Duration::from_secs(10) => match number % 3 {
            1 => line.head("HTTP/1.1 404 Not Found", &[]),
            2 => line.hold(),
            _ => {}
        },
        _ => {
            line.head(OK, &STATION);
            line.send(&sound[30_000..60_000]);
            broadcast(line, &sound, 10.0);
        }
    });
    let (buffer, retry) = (Duration::from_millis(300), Duration::from_secs(40));
    let radio = Radio::new(NetworkSettings { buffer, retry, ..network() });
    radio.load(1, &server.at("/live"));
    radio.wait_for("a start", is_started(1));
    radio.wait_for("silence", |event| buffers(event, true));
    let before = radio.capture.samples().len();
    let seen = radio.wait_longer(retry, "sound again", |event| buffers(event, false));
    rig::wait("it is heard", || radio.capture.samples().len() > before + 44_100);
    let alike =
        |event: &&EngineEvent| !matches!(event, EngineEvent::Buffering { .. } | EngineEvent::Stream { .. });
    assert_eq!(seen.iter().find(alike), None);
    assert!(server.asked().len() >= 5);
    let position = radio.engine.clock().position().unwrap();
    assert_eq!(position.play, PlayId(1), "the same item");
}

#[test]
fn a_station_that_stays_away_ends_in_words() {
    let sound = std::fs::read(fixture("cbr.mp3").path).unwrap();
    let server = Server::new(move |line| match line.asked.number {
        0 => {
            line.head(OK, &STATION);
            line.send(&sound[..24_000]);
        }
        _ => line.head("HTTP/1.1 404 Not Found", &[]),
    });
    let radio = Radio::new(NetworkSettings { retry: Duration::from_secs(1), ..network() });
    radio.load(1, &server.at("/live"));
    let seen = radio.wait_for("the end", |event| matches!(event, EngineEvent::Ended { .. }));
    let failed = seen.iter().find_map(|event| match event {
        EngineEvent::Failed { error, was_heard: true, .. } => Some(error.clone()),
        _ => None,
    });
    assert!(failed.unwrap().contains("(404)"));
}

/// Whatever a server does, stop and the next item take effect at once, and nobody stays on the line.
#[test]
fn a_stalled_server_holds_nobody_up() {
    let sound = std::fs::read(fixture("cbr.mp3").path).unwrap();
    let (tell, left) = channel();
    let tell = std::sync::Mutex::new(tell);
    let server = Server::new(move |line| {
        match line.asked.path.as_str() {
            "/silent" => {}
            "/head" => line.head(OK, &STATION),
            _ => {
                line.head(OK, &STATION);
                line.send(&sound[..100_000]);
            }
        }
        let closed = line.wait_closed(Duration::from_secs(20));
        let _ = tell.lock().unwrap().send((line.asked.path.clone(), closed));
    });
    let song = fixture("cd.flac").path;
    let patient = NetworkSettings { timeout: Duration::from_secs(30), ..network() };
    for path in ["/silent", "/head", "/some"] {
        let radio = Radio::new(patient);
        radio.load(1, &server.at(path));
        rig::wait("it is asked", || server.asked().iter().any(|asked| asked.path == path));
        thread::sleep(Duration::from_millis(100));
        let asked = Instant::now();
        radio.load(2, &song);
        radio.wait_for("the next item", is_started(2));
        assert!(asked.elapsed() < Duration::from_secs(15), "{path}: {:?}", asked.elapsed());
        assert_eq!(left.recv_timeout(PATIENCE).unwrap(), (path.to_owned(), true));
        // Stop, and the end of everything.
        radio.load(3, &server.at(path));
        rig::wait("it is asked", || server.asked().iter().filter(|asked| asked.path == path).count() == 2);
        thread::sleep(Duration::from_millis(100));
        radio.engine.send(EngineCommand::Stop);
        assert_eq!(left.recv_timeout(PATIENCE).unwrap(), (path.to_owned(), true));
        radio.load(4, &server.at(path));
        rig::wait("it is asked", || server.asked().iter().filter(|asked| asked.path == path).count() == 3);
        thread::sleep(Duration::from_millis(100));
        let asked = Instant::now();
        assert!(radio.engine.shutdown(PATIENCE));
        assert!(asked.elapsed() < Duration::from_secs(15), "{path}: {:?}", asked.elapsed());
        assert_eq!(left.recv_timeout(PATIENCE).unwrap(), (path.to_owned(), true));
    }
}

/// The next item is a server that hangs, and is replaced: the new one follows without a wait.
#[test]
fn a_next_item_that_hangs_can_be_replaced() {
    let server = Server::new(|line| line.hold());
    let (first, second) = (fixture("cd.flac"), fixture("cd.wav"));
    let radio = Radio::new(NetworkSettings { timeout: Duration::from_secs(30), ..network() });
    let item = |play: u64, path: &Path| Item::alone(PlayId(play), Arc::from(path));
    radio.engine.send(EngineCommand::Load { item: item(1, &first.path), place: Place::Start, paused: false });
    radio.engine.send(EngineCommand::SetNext(Some(item(2, &server.at("/")))));
    rig::wait("it is asked", || !server.asked().is_empty());
    radio.engine.send(EngineCommand::SetNext(Some(item(3, &second.path))));
    let is_join = |event: &EngineEvent| matches!(event, EngineEvent::Crossed { to: PlayId(3), .. });
    radio.wait_for("the join", is_join);
    assert_eq!(radio.engine.totals().underruns, 0);
}

#[test]
fn a_station_is_paused_in_bounded_memory_and_comes_back_live() {
    let sound = std::fs::read(fixture("cbr.mp3").path).unwrap();
    let server = Server::new(move |line| {
        line.head(OK, &STATION);
        while line.send(&sound) {}
    });
    let radio = Radio::new(network());
    radio.load(1, &server.at("/live"));
    radio.wait_for("a start", is_started(1));
    radio.engine.send(EngineCommand::Pause);
    // The line is let go, and not before all buffers are full.
    thread::sleep(Duration::from_millis(500));
    let held = server.sent();
    assert!(held < 16_000_000, "{held}");
    thread::sleep(Duration::from_millis(1_500));
    assert_eq!(server.asked().len(), 1);
    radio.engine.send(EngineCommand::Play);
    rig::wait("asked again", || server.asked().len() == 2);
    let before = radio.capture.samples().len();
    rig::wait("it is heard", || radio.capture.samples().len() > before + 44_100 * 2 * 4);
    assert_eq!(radio.engine.clock().position().unwrap().play, PlayId(1));
}

#[test]
fn a_seek_leaves_a_station_where_it_is() {
    let sound = std::fs::read(fixture("cbr.mp3").path).unwrap();
    let server = Server::new(move |line| {
        line.head(OK, &STATION);
        broadcast(line, &sound, 20.0);
    });
    let radio = Radio::new(NetworkSettings { buffer: Duration::from_millis(200), ..network() });
    let item = Item::alone(PlayId(1), Arc::from(server.at("/live")));
    // As a restored session asks for it.
    radio.engine.send(EngineCommand::Load { item, place: Place::Frame(1_000_000), paused: false });
    radio.wait_for("a start", is_started(1));
    radio.wait_for("what it is", |event| matches!(event, EngineEvent::Stream { .. }));
    radio.engine.send(EngineCommand::Seek(Place::Fraction(0.5)));
    radio.wait_for("it goes on", |event| matches!(event, EngineEvent::Seeked { .. }));
    rig::wait("sound", || radio.engine.clock().position().is_some_and(|position| position.frame > 60_000));
    assert!(radio.engine.clock().position().unwrap().frame < 500_000);
    assert_eq!(server.asked().len(), 1, "one connection all the while");
}

/// The title is told when it is heard, not when it is read.
#[test]
fn titles_are_told_with_the_sound() {
    let sound = std::fs::read(fixture("cbr.mp3").path).unwrap();
    let stream = with_titles(&sound, 24_000, &["One", "Two", "", "Three"]);
    let server = Server::new(move |line| {
        let head: Vec<_> = STATION.into_iter().chain([("icy-metaint", "24000")]).collect();
        line.head(OK, &head);
        line.send(&stream);
        line.hold();
    });
    let radio = Radio::new(network());
    radio.load(1, &server.at("/live"));
    radio.wait_for("a start", is_started(1));
    for (title, second) in [("One", 1.0), ("Two", 2.0), ("Three", 4.0)] {
        radio.wait_for(title, |event| {
            matches!(event, EngineEvent::Stream { stream, .. } if stream.title.as_deref() == Some(title))
        });
        let heard = radio.engine.clock().position().unwrap().frame as f64 / 44_100.0;
        // The reader of the container is ahead by what it reads at once.
        assert!(heard > second - 1.9 && heard < second + 1.0, "{title} at {heard}");
    }
}

fn expanded(path: &Path) -> (Vec<String>, Vec<String>) {
    let found = expand(&[path.to_path_buf()], &AtomicBool::new(false));
    let files = found.files.iter().map(|path| path.to_str().unwrap().to_owned());
    (files.collect(), found.problems.into_iter().map(|problem| problem.error).collect())
}

#[test]
fn addresses_come_from_lists_that_were_named_and_from_nowhere_else() {
    let home = tempfile::tempdir().unwrap();
    let list = home.path().join("radio.m3u");
    std::fs::write(
        &list,
        "#EXTM3U\n#EXTINF:-1,My Radio\nhttp://r.example/live\nhttps://r.example/2\nmms://x/3\n",
    )
    .unwrap();
    std::fs::copy(fixture("mono.mp3").path, home.path().join("a.mp3")).unwrap();
    let (files, problems) = expanded(&list);
    assert_eq!(files, ["http://r.example/live#My%20Radio", "https://r.example/2"]);
    assert!(problems[0].contains("only http and https"), "{problems:?}");
    let (files, problems) = expanded(home.path());
    assert_eq!((files.len(), problems.len()), (1, 0), "a folder's lists are not read: {files:?}");
    assert_eq!(expanded(Path::new("http://r.example/live")).0, ["http://r.example/live"]);
}

#[test]
fn lists_of_servers_are_fetched_and_name_no_files_here() {
    let server = Server::new(|line| {
        let text = match line.asked.path.as_str() {
            "/moved.pls" => return line.head("HTTP/1.1 302 Found", &[("Location", "/sub/x.pls")]),
            "/sub/x.pls" => "[playlist]\nFile1=live\nTitle1=Near\nFile2=http://r.example/far\nTitle2=Far\n",
            "/evil.m3u" => "/etc/passwd\nfile:///etc/passwd\n../up.mp3\n",
            "/hls.m3u8" => "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9,\na.ts\n",
            "/x.xspf" => {
                "<playlist><trackList><track><location>http://r.example/x</location></track></trackList></playlist>"
            }
            "/none.pls" => return line.head("HTTP/1.1 404 Not Found", &[]),
            _ => return line.head(OK, &[("Content-Type", "audio/mpeg")]),
        };
        line.head(OK, &[("Content-Type", "audio/x-mpegurl")]);
        line.send(text.as_bytes());
    });
    let host = server.address().to_owned();
    let (files, problems) = expanded(&server.at("/moved.pls"));
    assert_eq!(files, [format!("http://{host}/sub/live#Near"), "http://r.example/far#Far".into()]);
    assert!(problems.is_empty(), "{problems:?}");
    let (files, _) = expanded(&server.at("/evil.m3u"));
    assert!(files.iter().all(|file| file.starts_with(&format!("http://{host}/"))), "{files:?}");
    assert!(expanded(&server.at("/hls.m3u8")).1[0].contains("HLS"));
    assert_eq!(expanded(&server.at("/x.xspf")).0, ["http://r.example/x"]);
    assert!(expanded(&server.at("/none.pls")).1[0].contains("(404)"));
    let sound = server.at("/sound.m3u");
    assert_eq!(expanded(&sound).0, [sound.to_str().unwrap()]);
}

/// Lines of JSON, what was said, and the exit code.
fn program(home: &Home, words: &[&str]) -> (Vec<Value>, String, Option<i32>) {
    let output = home.program(words).output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (lines, String::from_utf8(output.stderr).unwrap(), output.status.code())
}

#[test]
fn the_command_line_plays_addresses() {
    let home = Home::new();
    let song = home::wav(&home::sine(4_000), &[]);
    let server = Server::new(move |line| match line.asked.path.as_str() {
        "/a.wav" => line.file(&song, usize::MAX),
        "/list.pls" => {
            line.head(OK, &[("Content-Type", "audio/x-scpls")]);
            line.send(b"[playlist]\nFile1=a.wav\nFile2=/none\n");
        }
        _ => line.head("HTTP/1.1 404 Not Found", &[]),
    });
    let (song, none) = (server.at("/a.wav"), server.at("/none"));
    let (song, none) = (song.to_str().unwrap(), none.to_str().unwrap());
    let (lines, said, code) = program(&home, &["play", "--json", "--output", "null", song]);
    assert_eq!((code, said.as_str()), (Some(0), ""));
    assert_eq!((&lines[0]["path"], &lines[0]["frames"]), (&json!(song), &json!(4_000)));
    let list = server.at("/list.pls");
    let (lines, said, code) = program(&home, &["play", "--json", "--output", "null", list.to_str().unwrap()]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("(404)"), "{said}");
    // Where a password goes it is asked for, and nowhere else.
    let secret = |path: &str| format!("http://ann:p4ss@{}{path}", server.address());
    let words = ["play", "--json", "--output", "null", &secret("/a.wav"), &secret("/none")];
    let output = home.program(&words).output().unwrap();
    let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert!(told[0].contains(song) && told[1].contains(none), "{told:?}");
    assert!(told.iter().all(|told| !told.contains("p4ss")), "{told:?}");
    // What will not play next is known before the first one is over.
    let paths: Vec<_> = lines.iter().filter_map(|line| line["path"].as_str()).collect();
    assert_eq!(paths, [none, song]);
    let (_, said, code) = program(&home, &["scan", song]);
    assert_eq!(code, Some(2));
    assert!(said.contains("is an address"), "{said}");
}

/// A stalled server, and someone who has had enough of it: no thread holds the end up.
#[test]
fn an_interrupt_ends_a_wait_for_a_server() {
    let home = Home::new();
    let server = Server::new(Line::hold);
    let address = server.at("/live");
    let mut child = home.program(&["play", "--output", "null", address.to_str().unwrap()]).spawn().unwrap();
    rig::wait("it is asked", || !server.asked().is_empty());
    let asked = Instant::now();
    home::send(child.id(), Signal::INT);
    let status = home::wait_or_kill(&mut child).expect("still waits");
    assert_eq!(status.code(), Some(130));
    assert!(asked.elapsed() < Duration::from_secs(15), "{:?}", asked.elapsed());
}
