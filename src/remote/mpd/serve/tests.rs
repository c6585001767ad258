//! The server before a player that only notes what it is asked.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::model::chain::Reading;
use crate::model::command::{Command, Playback};
use crate::model::id::{ItemId, PlayId};
use crate::model::notice::{Notice, Severity};
use crate::model::playback::{PlayState, Repeat, StopAfter};
use crate::model::player::{Answer as Told, Busy, Lease, Position};
use crate::model::snapshot::{NowPlaying, PlaybackView, QueueItem, QueueView, Snapshot};
use crate::model::visual::{Visual, VisualFrame};
use crate::remote::mpd::look::{Look, Nothing, Picture, Which};

#[derive(Default)]
struct Rig {
    snapshot: Mutex<Arc<Snapshot>>,
    asked: Mutex<Vec<Command>>,
    refuses: AtomicBool,
    wakes: Mutex<Vec<Box<dyn Fn() + Send + Sync>>>,
}

impl Rig {
    fn change(&self, change: impl FnOnce(&mut Snapshot)) {
        let mut next = Snapshot::clone(&self.snapshot());
        change(&mut next);
        *self.snapshot.lock().unwrap() = Arc::new(next);
        self.wakes.lock().unwrap().iter().for_each(|wake| wake());
    }

    fn playback(&self, change: impl FnOnce(&mut PlaybackView)) {
        self.change(|next| change(Arc::make_mut(&mut next.playback)));
    }

    fn asked(&self) -> Vec<Command> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

impl Player for Rig {
    fn send(&self, command: Command) -> Result<(), Busy> {
        self.asked.lock().unwrap().push(command);
        Ok(())
    }

    fn ask(&self, command: Command, answer: Told) -> Result<(), Busy> {
        self.asked.lock().unwrap().push(command);
        let why = || Outcome::Refused(Arc::new(Notice::new(Severity::Warning, "No\nthanks")));
        answer(if self.refuses.load(Ordering::Acquire) { why() } else { Outcome::Done(None) });
        Ok(())
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.lock().unwrap())
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

    fn on_change(&self, wake: Box<dyn Fn() + Send + Sync>) {
        self.wakes.lock().unwrap().push(wake);
    }
}

struct NoShelf;

impl Shelf for NoShelf {
    fn open(&self) -> Option<Box<dyn Look>> {
        Some(Box::new(Nothing))
    }

    fn is_music(&self, _path: &Path) -> bool {
        false
    }

    fn picture(&self, _path: &Path, _which: Which) -> Result<Option<Picture>, String> {
        panic!("a reader of pictures dies")
    }
}

struct Running {
    rig: Arc<Rig>,
    server: Server,
    folder: tempfile::TempDir,
}

fn running() -> Running {
    let folder = tempfile::tempdir().unwrap();
    let rig = Arc::new(Rig::default());
    let listen = vec![Listen::Path(folder.path().join("s"))];
    let settings = MpdSettings { listen, ..MpdSettings::default() };
    let (server, troubles) = start(settings, rig.clone(), Arc::new(NoShelf));
    assert_eq!(troubles, [""; 0]);
    Running { rig, server: server.unwrap(), folder }
}

struct Client(BufReader<UnixStream>);

impl Running {
    fn client(&self) -> Client {
        let stream = UnixStream::connect(self.folder.path().join("s")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut client = Client(BufReader::new(stream));
        assert_eq!(client.line(), "OK MPD 0.24.0");
        client
    }

    fn end(self) {
        assert!(self.server.stop(Duration::from_secs(60)));
        assert!(!self.folder.path().join("s").exists());
    }
}

impl Client {
    fn say(&mut self, text: &str) {
        self.0.get_mut().write_all(text.as_bytes()).unwrap();
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Says it and takes so many lines.
    fn ask(&mut self, text: &str, lines: usize) -> Vec<String> {
        self.say(&format!("{text}\n"));
        (0..lines).map(|_| self.line()).collect()
    }
}

#[test]
fn a_refusal_is_told_in_one_line_and_ends_a_list() {
    let running = running();
    let mut client = running.client();
    running.rig.refuses.store(true, Ordering::Release);
    assert_eq!(client.ask("setvol 3", 1), ["ACK [5@0] {setvol} No thanks"]);
    let list = "command_list_begin\nping\nstop\nsetvol 4\ncommand_list_end";
    assert_eq!(client.ask(list, 1), ["ACK [5@1] {stop} No thanks"]);
    assert_eq!(running.rig.asked().len(), 2);
    // What dies while it looks something up costs that command alone.
    running.rig.change(|next| {
        Arc::make_mut(&mut next.scan).roots = Arc::new(vec!["/m".into()]);
    });
    assert_eq!(client.ask("albumart /m/x.flac 0", 1), ["ACK [52@0] {albumart} a reader of pictures dies"]);
    assert_eq!(client.ask("ping", 1), ["OK"]);
    running.end();
}

#[test]
fn answers_come_in_the_order_of_the_questions() {
    let running = running();
    let mut client = running.client();
    let items = (0..3).map(|id| QueueItem { id: ItemId(id), path: Path::new("/m/x").into(), track: None });
    let items = Arc::new(items.collect());
    running.rig.change(|next| next.queue = Arc::new(QueueView { items, ..QueueView::default() }));
    // The first is looked up on a thread, the second is not.
    client.say("playlistinfo 1:\nping\ngetvol\n");
    let lines: Vec<String> = (0..10).map(|_| client.line()).collect();
    let file = |pos: u32| ["file: /m/x".to_owned(), format!("Pos: {pos}"), format!("Id: {}", pos + 1)];
    assert_eq!(lines[..6], [file(1), file(2)].concat());
    assert_eq!(lines[6..], ["OK", "OK", "volume: 100", "OK"]);
    running.end();
}

#[test]
fn clients_hear_of_each_other() {
    let running = running();
    let (mut one, mut other) = (running.client(), running.client());
    assert_eq!(one.ask("subscribe news", 1), ["OK"]);
    other.say("idle subscription\n");
    assert_eq!([other.line(), other.line()], ["changed: subscription", "OK"]);
    one.say("idle message\n");
    assert_eq!(other.ask("sendmessage news hello", 1), ["OK"]);
    assert_eq!([one.line(), one.line()], ["changed: message", "OK"]);
    assert_eq!(one.ask("readmessages", 3), ["channel: news", "message: hello", "OK"]);
    drop(one);
    other.say("idle subscription\n");
    assert_eq!([other.line(), other.line()], ["changed: subscription", "OK"]);
    assert_eq!(
        other.ask("sendmessage news x", 1),
        ["ACK [50@0] {sendmessage} nobody is subscribed to this channel"]
    );
    // While it waits, a client says nothing but that it waits no longer.
    other.say("idle\nping\n");
    assert_eq!(other.line(), "");
    running.end();
}

fn now(item: u64) -> Option<NowPlaying> {
    Some(NowPlaying {
        item: ItemId(item),
        play: PlayId(item),
        path: Path::new("/m/x").into(),
        track: None,
        format: None,
        start_frame: 0,
        rate: 44_100,
        stream: None,
    })
}

#[test]
fn single_stops_behind_each_track_and_consume_once_behind_one() {
    let rig = Arc::new(Rig::default());
    let mut hub = Hub::new(rig.clone(), MpdSettings::default());
    hub.single = true;
    let stop = Command::Playback(Playback::StopAfter(Some(StopAfter::Track)));
    let arm = |playback: &mut PlaybackView| {
        (playback.stop_after, playback.state) = (StopAfter::Track, PlayState::Playing);
    };
    rig.playback(arm);
    hub.follow();
    // The track has ended: the core forgot it.
    rig.playback(|playback| (playback.stop_after, playback.state) = (StopAfter::Off, PlayState::Stopped));
    hub.follow();
    assert_eq!(rig.asked(), [stop]);
    rig.playback(arm);
    hub.follow();
    // The user has turned it off.
    rig.playback(|playback| playback.stop_after = StopAfter::Off);
    hub.follow();
    assert_eq!((rig.asked(), hub.single), (vec![], false));
    rig.playback(|playback| playback.now = now(1));
    hub.consume_once = Some(Some(ItemId(1)));
    hub.follow();
    assert!(rig.asked().is_empty());
    rig.playback(|playback| playback.now = now(2));
    hub.follow();
    assert_eq!(rig.asked(), [Command::Playback(Playback::Consume(Some(false)))]);
}

#[test]
fn repeat_and_single_together_are_one_track() {
    let running = running();
    let mut client = running.client();
    assert_eq!(client.ask("single 1", 1), ["OK"]);
    running.rig.playback(|playback| playback.stop_after = StopAfter::Track);
    let single = |client: &mut Client| {
        client.say("status\n");
        let lines: Vec<String> =
            std::iter::repeat_with(|| client.line()).take_while(|line| line != "OK").collect();
        lines
            .iter()
            .filter(|line| line.starts_with("single") || line.starts_with("repeat"))
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(single(&mut client), ["repeat: 0", "single: 1"]);
    running.rig.asked();
    assert_eq!(client.ask("repeat 1", 1), ["OK"]);
    let asked = [Playback::StopAfter(Some(StopAfter::Off)), Playback::Repeat(Some(Repeat::One))];
    assert_eq!(running.rig.asked(), asked.map(Command::Playback));
    running.rig.playback(|playback| (playback.stop_after, playback.repeat) = (StopAfter::Off, Repeat::One));
    assert_eq!(single(&mut client), ["repeat: 1", "single: 1"]);
    running.rig.playback(|playback| (playback.stop_after, playback.repeat) = (StopAfter::Track, Repeat::Off));
    assert_eq!(single(&mut client), ["repeat: 0", "single: oneshot"]);
    running.end();
}
