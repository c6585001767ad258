//! What comes over a wire: from clients of the socket, screens, clients of MPD, servers, the desktop's bus.

#[cfg(feature = "http")]
use std::io::BufRead;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use auralis::model::chain::Reading;
use auralis::model::command::Command;
use auralis::model::id::{ItemId, PlayId, TrackId};
use auralis::model::mpd::{Listen, MpdSettings};
use auralis::model::playback::PlayState;
use auralis::model::player::{Answer, Busy, Lease, Outcome, Player, Position};
use auralis::model::snapshot::{NowPlaying, PlaybackView, QueueItem, QueueView, Snapshot};
use auralis::model::visual::{Visual, VisualFrame};
use auralis::remote::mpd::look::{Look, Nothing, Picture, Shelf, Which};
use auralis::remote::mpd::serve;
use auralis::remote::request;
use auralis::remote::screen::encode::Seen;
use auralis::remote::screen::frame::Intake;
use auralis::remote::screen::message::{Change, ToCore, ToScreen, read, write};
use auralis::remote::screen::patch;
use auralis::remote::screen::sound::coding::{self, Coded};
use auralis::remote::screen::sound::{FromEars, ToEars};
use auralis::remote::wire::Request;

use super::texts::catalog;
use super::{in_file, text_of};

/// Longest wait for an answer; who waits longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A line of a client, and what it wants. What is read is written as a line that is read alike.
pub fn request(bytes: &[u8]) {
    let Ok(request) = serde_json::from_slice::<Request>(bytes) else { return };
    let line = serde_json::to_vec(&request).unwrap();
    assert_eq!(serde_json::from_slice::<Request>(&line).unwrap(), request);
    if let Some(words) = &request.words {
        let _ = request::command(words, &request.paths);
    }
    if let Some(edited) = request.edit.as_ref().and_then(|edit| edit.edited()) {
        assert!(edited.lines.len() <= 2_000_000, "{} lines", edited.lines.len());
    }
}

/// What a screen and a core tell each other, framed or not.
pub fn screen(bytes: &[u8]) {
    let taken = |size: usize| {
        let mut intake = Intake::new(1 << 20);
        let mut messages = Vec::new();
        let mut pieces = bytes.chunks(size);
        let fits = pieces.all(|piece| intake.feed(piece, |lane, it| messages.push((lane as u8, it))).is_ok());
        (fits, messages)
    };
    let whole = taken(bytes.len().max(1));
    assert_eq!(taken(3), whole);
    for message in whole.1.iter().map(|(_, message)| &**message).chain([bytes]) {
        if let Some(said) = read::<ToCore>(message) {
            assert_eq!(read::<ToCore>(&write(&said).unwrap()).map(|again| write(&again)), Some(write(&said)));
        }
        if let Some(said) = read::<ToScreen>(message) {
            assert_eq!(
                read::<ToScreen>(&write(&said).unwrap()).map(|again| write(&again)),
                Some(write(&said))
            );
        }
        if let Some(changes) = read::<Vec<Change>>(message)
            && let Some(seen) = Seen::default().follow(&Snapshot::default(), changes)
        {
            // Every number points at something.
            let tracks =
                seen.catalog.tracks().map(|track| (track.path(), track.title(), track.album_title()));
            let _ = (tracks.count(), format!("{:?}{:?}", seen.queue, seen.playback));
        }
        if let Some(ops) = read::<Vec<patch::Op>>(message)
            && let Some(patched) = patch::apply(bytes, &ops, 1 << 20)
        {
            assert!(patched.len() <= 1 << 20);
        }
    }
}

/// Sound that a core sends, and what is said of it.
pub fn far_sound(bytes: &[u8]) {
    let decoded = |coded: &Coded, channels: usize, frames: usize| {
        if let Some(samples) = coding::decode(coded, channels, frames) {
            assert_eq!(samples.len(), channels * frames);
            assert!(samples.iter().all(|sample| sample.is_finite()));
        }
    };
    if let Some(ToEars::Chunk(chunk)) = read(bytes) {
        decoded(&chunk.coded, 2, chunk.frames as usize);
    }
    let _ = read::<FromEars>(bytes);
    for frames in [1, 64, 1_152] {
        decoded(&Coded::Flac(bytes.to_vec()), 2, frames);
    }
}

/// A player that does nothing: four tracks in its queue, the second plays.
struct Idle(Mutex<Vec<Command>>);

fn idle() -> Arc<dyn Player> {
    Arc::new(Idle(Mutex::default()))
}

impl Player for Idle {
    fn send(&self, command: Command) -> Result<(), Busy> {
        self.0.lock().unwrap().push(command);
        Ok(())
    }

    fn ask(&self, command: Command, answer: Answer) -> Result<(), Busy> {
        self.send(command)?;
        answer(Outcome::Done(None));
        Ok(())
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        let item = |id: u32| QueueItem {
            id: ItemId(u64::from(id)),
            path: Arc::from(Path::new(&format!("/m/{id}.flac"))),
            track: Some(TrackId(id)),
        };
        let items: Arc<Vec<QueueItem>> = Arc::new((1..5).map(item).collect());
        let now = NowPlaying {
            stream: None,
            item: ItemId(2),
            play: PlayId(1),
            path: Arc::clone(&items[1].path),
            track: Some(TrackId(2)),
            format: None,
            start_frame: 0,
            rate: 44_100,
        };
        let playback = PlaybackView { state: PlayState::Playing, now: Some(now), ..PlaybackView::default() };
        Arc::new(Snapshot {
            catalog: Arc::new(catalog().clone()),
            queue: Arc::new(QueueView { items, current: Some(1), ..QueueView::default() }),
            playback: Arc::new(playback),
            ..Snapshot::default()
        })
    }

    fn position(&self) -> Option<Position> {
        None
    }

    fn reading(&self) -> Reading {
        Reading::default()
    }

    fn visual(&self) -> Option<Arc<VisualFrame>> {
        None
    }

    fn watch(&self, _visual: Visual) -> Lease {
        Lease::new(|| {})
    }

    fn on_change(&self, _wake: Box<dyn Fn() + Send + Sync>) {}
}

struct Empty;

impl Shelf for Empty {
    fn open(&self) -> Option<Box<dyn Look>> {
        Some(Box::new(Nothing))
    }

    fn is_music(&self, _path: &Path) -> bool {
        false
    }

    fn picture(&self, _path: &Path, _which: Which) -> Result<Option<Picture>, String> {
        Ok(None)
    }
}

/// A client of MPD that says this, and is gone: it is greeted and left, and the next one is served.
pub fn mpd(bytes: &[u8]) {
    in_file(b"", "music", |beside| {
        let path = beside.with_file_name("mpd.sock");
        let settings = MpdSettings { listen: vec![Listen::Path(path.clone())], ..MpdSettings::default() };
        let (server, troubles) = serve::start(settings, idle(), Arc::new(Empty));
        let server = server.unwrap_or_else(|| panic!("{troubles:?}"));
        for said in [bytes, b"ping\nclose\n"] {
            let mut client = UnixStream::connect(&path).unwrap();
            client.set_read_timeout(Some(PATIENCE)).unwrap();
            client.set_write_timeout(Some(PATIENCE)).unwrap();
            // Fails where it is left for what it said.
            let _ = client.write_all(said).and_then(|()| client.shutdown(Shutdown::Write));
            let mut answer = Vec::new();
            let end = client.read_to_end(&mut answer).map_err(|error| error.kind());
            assert!(matches!(end, Ok(_) | Err(std::io::ErrorKind::ConnectionReset)), "{end:?}");
            assert!(answer.is_empty() || answer.starts_with(b"OK MPD "), "{}", text_of(&answer));
            assert!(said == bytes || answer.ends_with(b"\nOK\n"), "{}", text_of(&answer));
        }
        assert!(server.stop(PATIENCE));
    });
}

/// With a server that says these bytes to whoever asks.
#[cfg(feature = "http")]
pub(super) fn serving<T>(answer: &[u8], ask: impl FnOnce(&Path) -> T) -> T {
    use std::sync::atomic::{AtomicBool, Ordering};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let ends = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for client in listener.incoming().map_while(Result::ok) {
                if ends.load(Ordering::Acquire) {
                    return;
                }
                let asked = std::io::BufReader::new(&client).lines().map_while(Result::ok);
                asked.take_while(|line| !line.is_empty()).for_each(drop);
                let _ = (&client).write_all(answer);
            }
        });
        let asked = ask(Path::new(&format!("http://{address}/a.mp3")));
        ends.store(true, Ordering::Release);
        // Wakes it.
        let _ = std::net::TcpStream::connect(address);
        asked
    })
}

/// All that a server answers, from its first byte on.
#[cfg(feature = "http")]
pub fn http(bytes: &[u8]) {
    serving(bytes, |address| {
        if let Ok(auralis::decode::Fetched::Text { bytes, .. }) = auralis::decode::fetch(address, 1 << 16) {
            assert!(bytes.len() <= 1 << 16);
        }
    });
}

/// A station: titles between its sound, each so many bytes as the first two say.
#[cfg(feature = "http")]
pub fn icy(bytes: &[u8]) {
    use auralis::decode::{Interrupt, Source};
    use auralis::model::settings::NetworkSettings;
    let (interval, sound) = bytes.split_at(bytes.len().min(2));
    let interval = interval.iter().fold(0_usize, |sum, &byte| sum << 8 | usize::from(byte));
    let head =
        format!("ICY 200 OK\r\nicy-name: One\r\nicy-metaint: {interval}\r\ncontent-type: audio/mpeg\r\n\r\n");
    let settings =
        NetworkSettings { buffer: Duration::ZERO, timeout: Duration::from_secs(1), retry: Duration::ZERO };
    serving(&[head.as_bytes(), sound].concat(), |address| {
        let Ok(mut source) = Source::open_with(address, settings, &Interrupt::default()) else { return };
        let mut out = Vec::new();
        for _ in 0..40 {
            let read = source.read(&mut out);
            let told = source.stream();
            let title = told.as_ref().and_then(|told| told.title.as_deref()).unwrap_or_default();
            assert!(!title.contains(char::is_control), "{title:?}");
            if !read.is_ok_and(|frames| frames > 0) {
                break;
            }
        }
    });
}

/// A call of somebody on the bus, its arguments made of the bytes: answered, or refused.
#[cfg(feature = "desktop")]
pub fn mpris(bytes: &[u8]) {
    use auralis::integrations::mpris::calls::Call;
    use auralis::integrations::mpris::properties::View;
    use zbus::Message;
    use zbus::zvariant::StructureBuilder;

    let mut from = Bytes(bytes);
    let (interface, member) = CALLS[usize::from(from.one()) % CALLS.len()];
    let mut arguments = StructureBuilder::new();
    for _ in 0..=from.one() % 4 {
        arguments = arguments.append_field(from.value(0));
    }
    let message = arguments.build().ok().and_then(|arguments| {
        let call = Message::method_call("/org/mpris/MediaPlayer2", member).ok()?;
        call.interface(interface).ok()?.build(&arguments).ok()
    });
    let Some(message) = message else { return };
    let player = idle();
    let view = View { snapshot: player.snapshot(), position: None, art: None };
    let _ = Call { player: &player, view: &view, message: &message }.answer(&message.header());
}

/// Interfaces and methods of MPRIS 2.2, and one of each that is none.
#[cfg(feature = "desktop")]
const CALLS: &[(&str, &str)] = &[
    ("org.mpris.MediaPlayer2.Player", "Seek"),
    ("org.mpris.MediaPlayer2.Player", "SetPosition"),
    ("org.mpris.MediaPlayer2.Player", "OpenUri"),
    ("org.mpris.MediaPlayer2.Player", "Next"),
    ("org.mpris.MediaPlayer2.TrackList", "GetTracksMetadata"),
    ("org.mpris.MediaPlayer2.TrackList", "AddTrack"),
    ("org.mpris.MediaPlayer2.TrackList", "RemoveTrack"),
    ("org.mpris.MediaPlayer2.TrackList", "GoTo"),
    ("org.mpris.MediaPlayer2.Playlists", "ActivatePlaylist"),
    ("org.mpris.MediaPlayer2.Playlists", "GetPlaylists"),
    ("org.freedesktop.DBus.Properties", "Get"),
    ("org.freedesktop.DBus.Properties", "GetAll"),
    ("org.freedesktop.DBus.Properties", "Set"),
    ("org.mpris.MediaPlayer2", "Fly"),
    ("org.example.Other", "Next"),
];

/// Values made of bytes: a kind, then what it needs.
#[cfg(feature = "desktop")]
struct Bytes<'a>(&'a [u8]);

#[cfg(feature = "desktop")]
impl Bytes<'_> {
    fn one(&mut self) -> u8 {
        let (&first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        first
    }

    fn number(&mut self) -> u64 {
        (0..8).fold(0, |number, _| number << 8 | u64::from(self.one()))
    }

    fn text(&mut self) -> String {
        let len = usize::from(self.one()).min(self.0.len());
        let (text, rest) = self.0.split_at(len);
        self.0 = rest;
        // The bus carries no NUL.
        text_of(text).replace('\0', " ")
    }

    fn value(&mut self, depth: usize) -> zbus::zvariant::Value<'static> {
        use zbus::zvariant::{ObjectPath, Value};
        match self.one() % 9 {
            0 => (self.number() as i64).into(),
            1 => (self.number() as u32).into(),
            2 => f64::from_bits(self.number()).into(),
            3 => (self.one() & 1 == 1).into(),
            4 => {
                ["None", "Track", "Volume", "Rate", "Shuffle", "LoopStatus", "org.mpris.MediaPlayer2.Player"]
                    [usize::from(self.one()) % 7]
                    .into()
            }
            5 => ObjectPath::try_from(self.text()).map_or_else(|_| "".into(), Value::from),
            6 => vec![self.text(), self.text()].into(),
            7 if depth < 4 => Value::Value(Box::new(self.value(depth + 1))),
            _ => self.text().into(),
        }
    }
}
