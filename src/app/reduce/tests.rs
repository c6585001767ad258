//! Reducers as (events, effects): what is asked of the engine, and what the state says.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::*;
use crate::app::queue::unresolved;
use crate::app::state::{AppSettings, Rest};
use crate::engine::command::{EngineCommand, EngineEvent, Reason};
use crate::jobs::library::{Cared, ScanOutcome};
use crate::model::audio::{SampleFormat, Spec, Volume};
use crate::model::bookmark::{Bookmark, BookmarkName, Bookmarks};
use crate::model::command::{
    Bookmarking, Care, History, Items, Library, Playback, Queue, Seek, Target, VolumeChange,
};
use crate::model::id::PlayId;
use crate::model::notice::{Notice, Severity};
use crate::model::playback::{PlayState, Repeat, StopAfter};
use crate::model::player::Position;
use crate::model::session::{Session, SessionItem, SessionPosition};
use crate::model::settings::{OutputSettings, OutputSpec};
use crate::model::snapshot::{Accepted, OutputState, OutputsView, StreamView};
use crate::model::track::{AudioFormat, Codec};

pub(super) struct Rig {
    pub state: AppState,
    pub clock: Instant,
    pub heard: Option<Position>,
}

impl Rig {
    /// A queue of so many files, nothing playing.
    pub fn new(files: usize) -> Self {
        let settings = AppSettings { rewind: Duration::from_secs(5), ..AppSettings::default() };
        let mut state = AppState::restored(Session::default(), Default::default(), settings);
        state.queue.append(unresolved((0..files).map(|n| PathBuf::from(format!("/m/{n}.flac"))).collect()));
        Self { state, clock: Instant::now(), heard: None }
    }

    pub fn event(&mut self, event: Event) -> Vec<Effect> {
        let now = self.now();
        reduce(&mut self.state, event, now)
    }

    fn now(&self) -> Now {
        Now { instant: self.clock, unix_ms: 1_000_000, heard: self.heard, seed: 99 }
    }

    pub fn ask(&mut self, command: Playback) -> Vec<Effect> {
        self.event(Event::Command(Command::Playback(command)))
    }

    fn queue(&mut self, command: Queue) -> Vec<Effect> {
        self.event(Event::Command(Command::Queue(command)))
    }

    fn history(&mut self, command: History) -> Vec<Effect> {
        self.event(Event::Command(Command::History(command)))
    }

    pub fn engine(&mut self, event: EngineEvent) -> Vec<Effect> {
        self.event(Event::Engine(event))
    }

    fn current(&self) -> Option<String> {
        self.state.queue.current().map(|item| item.path.display().to_string())
    }

    pub fn playing(&self) -> PlayId {
        self.state.playback.playing.unwrap().play
    }

    pub fn next(&self) -> Option<PlayId> {
        self.state.playback.next.map(|next| next.play)
    }

    pub fn started(&mut self) -> Vec<Effect> {
        let play = self.playing();
        self.engine(EngineEvent::Started { play, format: format(), at: 0 })
    }
}

pub(super) fn format() -> AudioFormat {
    let spec = Spec { rate: 44_100, channels: 2 };
    AudioFormat { codec: Codec::Flac, spec, bits: Some(16), frames: Some(44_100 * 100) }
}

/// The files that the engine was told to play, and to follow with.
fn told(effects: &[Effect]) -> Vec<String> {
    let word = |effect: &Effect| match effect {
        Effect::Engine(EngineCommand::Load { item, place, .. }) => {
            Some(format!("load {} {place:?}", item.path.display()))
        }
        Effect::Engine(EngineCommand::SetNext(next)) => {
            Some(format!("next {}", next.as_ref().map_or("-".into(), |item| item.path.display().to_string())))
        }
        Effect::Engine(command) => Some(format!("{command:?}")),
        _ => None,
    };
    effects.iter().filter_map(word).collect()
}

#[test]
fn playing_begins_with_the_first_item_and_tells_what_follows() {
    let mut rig = Rig::new(2);
    let effects = rig.ask(Playback::Play);
    assert_eq!(told(&effects), ["load /m/0.flac Start", "next /m/1.flac"]);
    assert_eq!(rig.state.playback.state, PlayState::Opening);
    rig.started();
    assert_eq!(rig.state.playback.state, PlayState::Playing);
}

#[test]
fn one_end_of_track_moves_the_queue_on_by_exactly_one() {
    let mut rig = Rig::new(3);
    rig.ask(Playback::Play);
    rig.started();
    let (from, to) = (rig.playing(), rig.next().unwrap());
    let crossed = EngineEvent::Crossed { from, to, format: format(), at: 1 };
    assert_eq!(told(&rig.engine(crossed.clone())), ["next /m/2.flac"]);
    assert_eq!(rig.current().as_deref(), Some("/m/1.flac"));
    // The same fact again, late, and the end of the one before: nothing.
    assert!(told(&rig.engine(crossed)).is_empty());
    assert!(told(&rig.engine(EngineEvent::Ended { play: from })).is_empty());
    assert_eq!(rig.current().as_deref(), Some("/m/1.flac"));
}

#[test]
fn the_end_of_the_queue_stops_and_the_next_start_is_its_beginning() {
    let mut rig = Rig::new(1);
    rig.ask(Playback::Play);
    rig.started();
    let play = rig.playing();
    assert!(told(&rig.engine(EngineEvent::Ended { play })).is_empty());
    assert_eq!(rig.state.playback.state, PlayState::Stopped);
    assert_eq!(told(&rig.ask(Playback::Toggle)), ["load /m/0.flac Start"]);
}

#[test]
fn an_item_added_after_the_last_one_was_told_follows_it() {
    let mut rig = Rig::new(1);
    assert_eq!(told(&rig.ask(Playback::Play)), ["load /m/0.flac Start"]);
    let job = match &rig.queue(Queue::Append(Target::Paths(vec!["/m".into()])))[..] {
        [Effect::Expand { job, .. }] => *job,
        other => panic!("{other:?}"),
    };
    let found = crate::app::event::Expanded { job, files: vec!["/m/new.flac".into()], problems: Vec::new() };
    assert_eq!(told(&rig.event(Event::Expanded(found))), ["next /m/new.flac"]);
}

#[test]
fn stop_after_this_is_told_to_the_engine_and_spent_at_the_end() {
    let mut rig = Rig::new(2);
    rig.ask(Playback::Play);
    rig.started();
    assert_eq!(told(&rig.ask(Playback::StopAfter(None))), ["next -"]);
    let play = rig.playing();
    assert!(told(&rig.engine(EngineEvent::Ended { play })).is_empty());
    assert_eq!(rig.state.playback.state, PlayState::Stopped);
    assert_eq!(rig.state.playback.stop_after, StopAfter::Off);
    assert_eq!(rig.current().as_deref(), Some("/m/1.flac"), "the following item stands ready");
}

#[test]
fn repeat_one_is_followed_by_itself_and_all_goes_round() {
    let mut rig = Rig::new(2);
    rig.ask(Playback::Play);
    assert_eq!(told(&rig.ask(Playback::Repeat(Some(Repeat::One)))), ["next /m/0.flac"]);
    assert_eq!(told(&rig.ask(Playback::Repeat(Some(Repeat::All)))), ["next /m/1.flac"]);
    assert_eq!(told(&rig.ask(Playback::Next(1))), ["load /m/1.flac Start", "next /m/0.flac"]);
}

#[test]
fn a_file_that_does_not_play_is_left_out_and_the_next_begins() {
    let mut rig = Rig::new(3);
    rig.ask(Playback::Play);
    let fail = |play| EngineEvent::Failed { play, error: "not music".into(), was_heard: false };
    let play = rig.playing();
    assert_eq!(told(&rig.engine(fail(play))), ["load /m/1.flac Start", "next /m/2.flac"]);
    // What should follow fails before its time: another follows, here nothing.
    let next = rig.next().unwrap();
    assert_eq!(told(&rig.engine(fail(next))), ["next -"]);
    assert!(rig.state.notice.as_ref().unwrap().notice.to_string().contains("not music"));
    // A late failure of a play that is over changes nothing.
    assert!(told(&rig.engine(fail(play))).is_empty());
}

#[test]
fn many_failures_in_a_row_end_the_playing() {
    let mut rig = Rig::new(20);
    rig.ask(Playback::Play);
    let mut loads = 1;
    while rig.state.playback.state != PlayState::Stopped {
        let play = rig.playing();
        let failed = EngineEvent::Failed { play, error: "no disk".into(), was_heard: false };
        loads += told(&rig.engine(failed)).iter().filter(|word| word.starts_with("load")).count();
    }
    assert_eq!(loads, 5);
}

#[test]
fn an_output_that_ends_stops_the_music_where_it_was_heard() {
    let mut rig = Rig::new(2);
    rig.ask(Playback::Play);
    rig.started();
    let heard = Some(Position { play: rig.playing(), frame: 4711, rate: 44_100 });
    let ended = EngineEvent::OutputEnded { heard, why: "the disk is full".into(), unread: false };
    assert!(!told(&rig.engine(ended)).iter().any(|word| word.starts_with("load")));
    assert_eq!(rig.state.playback.state, PlayState::Stopped);
    assert!(rig.state.playback.broken.is_empty(), "no file is to blame");
    assert!(rig.state.notice.as_ref().unwrap().notice.to_string().contains("the disk is full"));
    assert_eq!(told(&rig.ask(Playback::Play)), ["load /m/0.flac Frame(4711)", "next /m/1.flac"]);
}

#[test]
fn previous_goes_to_the_start_after_a_while_and_to_the_item_before_at_once() {
    let mut rig = Rig::new(2);
    rig.queue(Queue::Jump(Items::Positions(vec![2])));
    rig.started();
    let play = rig.playing();
    rig.heard = Some(Position { play, frame: 44_100 * 6, rate: 44_100 });
    assert_eq!(told(&rig.ask(Playback::Previous(1))), ["Seek(Time(0ns))"]);
    rig.heard = Some(Position { play, frame: 44_100 * 4, rate: 44_100 });
    assert_eq!(told(&rig.ask(Playback::Previous(1))), ["load /m/0.flac Start", "next /m/1.flac"]);
}

#[test]
fn quick_steps_add_up_before_the_first_is_heard() {
    let mut rig = Rig::new(1);
    rig.ask(Playback::Play);
    rig.started();
    let play = rig.playing();
    rig.heard = Some(Position { play, frame: 44_100 * 60, rate: 44_100 });
    let step = |rig: &mut Rig| told(&rig.ask(Playback::Seek(Seek::Back(Duration::from_secs(5)))));
    assert_eq!(step(&mut rig), [format!("Seek(Frame({}))", 44_100 * 55)]);
    assert_eq!(step(&mut rig), [format!("Seek(Frame({}))", 44_100 * 50)]);
    // The first is heard while the second is on its way.
    rig.engine(EngineEvent::Seeked { play, frame: 44_100 * 55 });
    assert_eq!(step(&mut rig), [format!("Seek(Frame({}))", 44_100 * 45)]);
    // The last was heard, and a second of music after it.
    rig.engine(EngineEvent::Seeked { play, frame: 44_100 * 45 });
    assert_eq!(step(&mut rig), [format!("Seek(Frame({}))", 44_100 * 40)], "the clock is behind");
    rig.heard = Some(Position { play, frame: 44_100 * 40, rate: 44_100 });
    rig.engine(EngineEvent::Seeked { play, frame: 44_100 * 40 });
    rig.heard = Some(Position { play, frame: 44_100 * 46, rate: 44_100 });
    assert_eq!(step(&mut rig), [format!("Seek(Frame({}))", 44_100 * 41)]);
    // One that is never answered holds for a while only.
    rig.clock += Duration::from_secs(2);
    assert_eq!(step(&mut rig), [format!("Seek(Frame({}))", 44_100 * 41)]);
}

#[test]
fn seeking_counts_from_where_the_ear_is() {
    let mut rig = Rig::new(1);
    rig.ask(Playback::Play);
    rig.started();
    rig.heard = Some(Position { play: rig.playing(), frame: 441_000, rate: 44_100 });
    let seek = |by| Playback::Seek(by);
    assert_eq!(told(&rig.ask(seek(Seek::Forward(Duration::from_secs(5))))), ["Seek(Frame(661500))"]);
    assert_eq!(told(&rig.ask(seek(Seek::Back(Duration::from_secs(60))))), ["Seek(Frame(0))"]);
    assert_eq!(told(&rig.ask(seek(Seek::Percent(50.0)))), ["Seek(Fraction(0.5))"]);
}

#[test]
fn removing_the_playing_item_plays_what_follows_and_undo_brings_it_back() {
    let mut rig = Rig::new(2);
    rig.ask(Playback::Play);
    rig.started();
    let id = rig.state.queue.current().unwrap().id;
    assert_eq!(told(&rig.queue(Queue::Remove(Items::Ids(vec![id])))), ["load /m/1.flac Start"]);
    rig.history(History::Undo(1));
    assert_eq!(rig.state.queue.items().len(), 2);
    assert_eq!(rig.current().as_deref(), Some("/m/1.flac"), "what plays goes on");
}

#[test]
fn clearing_stops_and_undo_finds_queue_and_place_again() {
    let mut rig = Rig::new(2);
    rig.ask(Playback::Play);
    rig.started();
    rig.heard = Some(Position { play: rig.playing(), frame: 88_200, rate: 44_100 });
    assert_eq!(told(&rig.queue(Queue::Clear)), ["Stop"]);
    rig.heard = None;
    rig.history(History::Undo(1));
    assert_eq!(rig.state.queue.items().len(), 2);
    assert_eq!(told(&rig.ask(Playback::Play)), ["load /m/0.flac Frame(88200)", "next /m/1.flac"]);
}

#[test]
fn volume_is_bounded_and_a_change_ends_muting() {
    let mut rig = Rig::new(0);
    assert_eq!(told(&rig.ask(Playback::Volume(VolumeChange::By(50)))), ["Gain(1.0)"]);
    assert_eq!(told(&rig.ask(Playback::ToggleMute)), ["Gain(0.0)"]);
    assert_eq!(told(&rig.ask(Playback::Volume(VolumeChange::To(50)))), ["Gain(0.125)"]);
}

#[test]
fn a_session_is_found_again_and_goes_on_where_it_was() {
    let item = |id: u64| SessionItem {
        id: crate::model::id::ItemId(id),
        path: PathBuf::from(format!("/m/{id}.flac")),
        track: None,
    };
    let session = Session {
        items: vec![item(3), item(8)],
        position: Some(SessionPosition { index: 1, frame: 1234, rate: 48_000 }),
        repeat: Repeat::All,
        ..Session::default()
    };
    let mut rig = Rig::new(0);
    rig.state = AppState::restored(session.clone(), Default::default(), AppSettings::default());
    let effects = rig.event(Event::Command(Command::Quit));
    assert!(
        matches!(&effects[0], Effect::Save(saved) if saved.session.as_ref() == Some(&session)),
        "{effects:?}"
    );
    rig.state.closing = false;
    assert_eq!(told(&rig.ask(Playback::Play)), ["load /m/8.flac Frame(1234)", "next /m/3.flac"]);
}

#[test]
fn a_damaged_session_is_mended() {
    let item = SessionItem { id: crate::model::id::ItemId(3), path: "/m/a".into(), track: None };
    let session = Session {
        items: vec![item.clone(), item],
        position: Some(SessionPosition { index: 2, frame: 5, rate: 0 }),
        ..Session::default()
    };
    let state = AppState::restored(session, Default::default(), AppSettings::default());
    assert_eq!(state.queue.current(), None);
    let ids: Vec<u64> = state.queue.items().iter().map(|item| item.id.0).collect();
    assert_eq!(ids, [3, 4]);
}

#[test]
fn the_queue_is_saved_soon_after_a_change_and_the_place_now_and_then() {
    let mut rig = Rig::new(2);
    rig.queue(Queue::Remove(Items::Positions(vec![1])));
    let due = rig.state.next_deadline().unwrap();
    assert!(due <= rig.clock + Duration::from_secs(1));
    rig.clock = due;
    let effects = rig.event(Event::Due);
    assert!(
        matches!(&effects[..], [Effect::Save(save)] if save.session.as_ref().is_some_and(|session| session.items.len() == 1))
    );
    rig.ask(Playback::Play);
    rig.started();
    rig.clock += Duration::from_secs(10);
    rig.heard = Some(Position { play: rig.playing(), frame: 7, rate: 44_100 });
    let effects = rig.event(Event::Due);
    assert!(
        effects.iter().any(|effect| matches!(effect, Effect::SavePosition(Some(place)) if place.frame == 7))
    );
}

#[test]
fn nothing_is_due_when_nothing_moves() {
    let mut rig = Rig::new(2);
    rig.ask(Playback::Play);
    rig.started();
    rig.ask(Playback::Pause);
    for _ in 0..10 {
        let Some(due) = rig.state.next_deadline() else { return };
        rig.clock = due;
        rig.event(Event::Due);
    }
    panic!("a paused player goes on waking: {:?}", rig.state.saving);
}

#[test]
fn a_scan_runs_alone_and_the_catalog_is_built_in_a_share_of_the_time() {
    use crate::jobs::library::{ScanOutcome, ScanProgress};
    use crate::model::command::Library;
    let mut rig = Rig::new(0);
    let scan = |path: &str| Event::Command(Command::Library(Library::Scan(vec![path.into()])));
    let effects = rig.event(scan("/a"));
    let job = match &effects[..] {
        [Effect::Scan { job, .. }] => *job,
        other => panic!("{other:?}"),
    };
    assert!(rig.event(scan("/b")).is_empty());
    let progress = || ScanProgress { found: 10, read: 5, changed: true, ..ScanProgress::default() };
    assert_eq!(rig.event(Event::ScanProgress { job, progress: progress() }).len(), 1, "a catalog");
    assert!(rig.event(Event::ScanProgress { job, progress: progress() }).is_empty(), "one at a time");
    rig.event(Event::CatalogBuilt { catalog: Default::default(), took: Duration::from_secs(1) });
    assert!(rig.event(Event::ScanProgress { job, progress: progress() }).is_empty(), "not before its share");
    rig.clock = rig.state.next_deadline().unwrap();
    assert!(matches!(rig.event(Event::Due)[..], [Effect::BuildCatalog]));
    let effects = rig.event(Event::ScanDone { job, report: ScanOutcome { added: 1, ..Default::default() } });
    assert!(
        matches!(&effects[..], [Effect::Scan { roots, .. }] if roots == &[PathBuf::from("/b")]),
        "{effects:?}"
    );
    let effects = rig.event(Event::CatalogBuilt { catalog: Default::default(), took: Duration::ZERO });
    assert!(matches!(effects[..], [Effect::BuildCatalog]), "what came after the scan's end is built too");
}

#[test]
fn what_the_store_has_is_read_before_anything_is_scanned_or_watched() {
    use crate::model::command::Library;
    for broken in [false, true] {
        let mut rig = Rig::new(0);
        (rig.state.library.loading, rig.state.library.build.running) = (true, true);
        let scan = Command::Library(Library::Scan(vec!["/a".into()]));
        assert!(rig.event(Event::Command(scan)).is_empty(), "it waits");
        let effects = match broken {
            true => rig.event(Event::CatalogFailed("the disk".into())),
            false => rig.event(Event::CatalogBuilt { catalog: Default::default(), took: Duration::ZERO }),
        };
        let asked = |effect: &Effect| match effect {
            Effect::Watch(_) => Some("watch"),
            Effect::Scan { roots, .. } if *roots == [PathBuf::from("/a")] => Some("scan"),
            _ => None,
        };
        assert_eq!(effects.iter().filter_map(asked).collect::<Vec<_>>(), ["watch", "scan"], "{effects:?}");
        let again = rig.event(Event::CatalogBuilt { catalog: Default::default(), took: Duration::ZERO });
        assert!(!again.iter().any(|effect| asked(effect).is_some()), "once");
    }
}

/// A station and a file, playing.
fn station() -> Rig {
    let mut rig = Rig::new(0);
    let files = ["http://r.example/live", "/m/1.flac"].map(PathBuf::from);
    rig.state.queue.append(unresolved(files.to_vec()));
    rig.ask(Playback::Play);
    rig.started();
    rig
}

fn stream(live: bool, station: Option<&str>, title: Option<&str>) -> StreamView {
    StreamView { live, station: station.map(Into::into), title: title.map(Into::into) }
}

#[test]
fn a_stream_is_not_sought_and_says_so() {
    let mut rig = station();
    let play = rig.playing();
    for (live, words) in [(true, "A live stream cannot be sought"), (false, "This cannot be sought")] {
        rig.engine(EngineEvent::Stream { play, stream: stream(live, None, None) });
        let effects = rig.ask(Playback::Seek(Seek::Forward(Duration::from_secs(5))));
        assert!(told(&effects).is_empty(), "{effects:?}");
        assert_eq!(rig.state.notice.as_ref().unwrap().notice.what, words);
    }
    // What follows is sought as ever.
    rig.ask(Playback::Next(1));
    rig.started();
    assert_eq!(rig.state.playback.stream, None);
    assert_eq!(told(&rig.ask(Playback::Seek(Seek::Percent(50.0)))), ["Seek(Fraction(0.5))"]);
}

#[test]
fn a_station_gives_its_entry_a_name_once() {
    let mut rig = station();
    let play = rig.playing();
    rig.engine(EngineEvent::Stream { play, stream: stream(true, Some("My Radio"), Some("A - B")) });
    assert_eq!(rig.current().as_deref(), Some("http://r.example/live#My%20Radio"));
    assert_eq!(rig.state.name_of(Path::new(&rig.current().unwrap())), "My Radio");
    rig.engine(EngineEvent::Stream { play, stream: stream(true, Some("Other"), None) });
    assert_eq!(rig.current().as_deref(), Some("http://r.example/live#My%20Radio"));
    assert_eq!(rig.state.playback.stream.as_ref().unwrap().station.as_deref(), Some("Other"));
    // One that is over changes nothing.
    rig.engine(EngineEvent::Stream { play: PlayId(99), stream: stream(true, None, Some("late")) });
    assert_eq!(rig.state.playback.stream.as_ref().unwrap().title, None);
}

#[test]
fn late_sound_shows_until_it_comes_or_is_given_up() {
    let mut rig = station();
    let play = rig.playing();
    rig.engine(EngineEvent::Buffering { play, on: true });
    assert!(rig.state.playback.buffering);
    rig.engine(EngineEvent::Buffering { play, on: false });
    assert!(!rig.state.playback.buffering);
    rig.engine(EngineEvent::Buffering { play, on: true });
    rig.ask(Playback::Stop);
    assert!(!rig.state.playback.buffering);
    rig.engine(EngineEvent::Buffering { play, on: true });
    assert!(!rig.state.playback.buffering, "of a play that is over");
}

#[test]
fn addresses_are_no_folders() {
    let mut rig = Rig::new(0);
    let scan = |paths: &[&str]| {
        let roots = paths.iter().map(PathBuf::from).collect();
        Event::Command(Command::Library(Library::Scan(roots)))
    };
    assert!(rig.event(scan(&["http://u:secret@h/x"])).is_empty());
    let notice = rig.state.notice.as_ref().unwrap().notice.to_string();
    assert!(notice.contains("h/x is an address") && !notice.contains("secret"), "{notice}");
    let effects = rig.event(scan(&["http://h/x", "/m"]));
    assert!(matches!(&effects[..], [Effect::Scan { roots, .. }] if *roots == [PathBuf::from("/m")]));
}

fn opened(id: &str) -> EngineEvent {
    let spec = Spec { rate: 48_000, channels: 2 };
    let accepted = Accepted { id: Some(id.into()), ..Accepted::new(id, spec, SampleFormat::F32) };
    EngineEvent::Output(OutputState::Open(accepted))
}

fn gains(effects: &[Effect]) -> Vec<f32> {
    let gain = |effect: &Effect| match effect {
        Effect::Engine(EngineCommand::Gain(gain)) => Some(*gain),
        _ => None,
    };
    effects.iter().filter_map(gain).collect()
}

#[test]
fn each_device_keeps_its_volume_and_none_goes_beyond_its_cap() {
    let mut rig = Rig::new(1);
    rig.state.settings.output.caps.devices.insert("phones".into(), Volume::new(60));
    let to = |percent| Playback::Volume(VolumeChange::To(percent));
    assert!(gains(&rig.engine(opened("speakers"))).is_empty(), "as it was");
    rig.ask(to(80));
    assert_eq!(gains(&rig.engine(opened("phones"))), [Volume::new(60).gain()], "no more than its cap");
    assert_eq!(gains(&rig.ask(to(90))), [Volume::new(60).gain()]);
    rig.ask(to(30));
    assert_eq!(gains(&rig.engine(opened("speakers"))), [Volume::new(80).gain()]);
    assert_eq!(gains(&rig.engine(opened("phones"))), [Volume::new(30).gain()]);
    // Lost and back, or let go in a pause: nothing changes but what the user changed meanwhile.
    rig.engine(EngineEvent::Output(OutputState::Closed));
    rig.ask(to(20));
    assert!(gains(&rig.engine(opened("phones"))).is_empty());
    assert_eq!(rig.state.playback.volume, Volume::new(20));
    rig.clock = rig.state.next_deadline().unwrap();
    let saved = rig.event(Event::Due);
    let memory = saved.iter().find_map(|effect| match effect {
        Effect::SaveOutputs(memory) => Some(memory.clone()),
        _ => None,
    });
    let memory = memory.expect("it is saved");
    assert_eq!(
        (memory.volume("speakers"), memory.volume("phones")),
        (Some(Volume::new(80)), Some(Volume::new(20)))
    );
}

#[test]
fn another_output_is_asked_for_with_everything_else_as_it_was_set() {
    let mut rig = Rig::new(1);
    rig.state.settings.output = OutputSettings { exclusive: true, ..OutputSettings::new(OutputSpec::Auto) };
    let dac = OutputSpec::Device(Some("dac".into()));
    let effects = rig.ask(Playback::Output(dac.clone()));
    let asked = OutputSettings { output: dac.clone(), ..rig.state.settings.output.clone() };
    assert!(
        matches!(&effects[..], [Effect::Engine(EngineCommand::Output(settings))] if *settings == asked),
        "{effects:?}"
    );
    assert_eq!(rig.state.output.asked, dac);
    assert_eq!(rig.state.output_memory.chosen.as_deref(), Some("dac"), "it holds in the next run too");
    rig.engine(EngineEvent::OutputRefused { asked, why: "busy".into() });
    assert_eq!((&rig.state.output.asked, &rig.state.output_memory.chosen), (&OutputSpec::Auto, &None));
}

#[test]
fn devices_are_looked_for_once_at_a_time() {
    let mut rig = Rig::new(0);
    assert!(matches!(rig.ask(Playback::FindOutputs)[..], [Effect::FindOutputs]));
    assert!(rig.ask(Playback::FindOutputs).is_empty(), "they are being looked for");
    rig.event(Event::OutputsFound(Err("no answer".into())));
    assert_eq!(rig.state.outputs.problem.as_deref(), Some("no answer"));
    assert!(matches!(rig.ask(Playback::FindOutputs)[..], [Effect::FindOutputs]));
    rig.event(Event::OutputsFound(Ok(Vec::new())));
    assert_eq!(rig.state.outputs, OutputsView::default());
}

#[test]
fn a_pause_of_the_engines_own_is_a_pause() {
    let mut rig = Rig::new(1);
    rig.ask(Playback::Play);
    rig.started();
    rig.engine(EngineEvent::PausedItself(Reason::DidNotReturn));
    assert_eq!(rig.state.playback.state, PlayState::Paused);
    let notice = rig.state.notice.as_ref().unwrap().notice.clone();
    assert_eq!(notice.what, "Paused: the sound device did not come back");
    let effects = rig.ask(Playback::Play);
    assert!(matches!(effects[..], [Effect::Engine(EngineCommand::Play)]), "{effects:?}");
}

fn name(name: &str) -> BookmarkName {
    BookmarkName::new(name).unwrap()
}

fn mark(letter: &str, path: &str, frame: u64) -> Bookmark {
    Bookmark { name: name(letter), path: std::path::Path::new(path).into(), frame, rate: 44_100 }
}

impl Rig {
    fn bookmark(&mut self, command: Bookmarking) -> Vec<Effect> {
        self.event(Event::Command(Command::Bookmark(command)))
    }

    /// Plays the first file, with the ear at this frame.
    fn playing_at(&mut self, frame: u64) {
        self.ask(Playback::Play);
        self.started();
        self.heard = Some(Position { play: self.playing(), frame, rate: 44_100 });
    }

    pub fn notice(&self) -> String {
        self.state.notice.as_ref().unwrap().notice.to_string()
    }

    fn marks(&self) -> Vec<Bookmark> {
        self.state.bookmarks.iter().cloned().collect()
    }
}

fn saved(effects: &[Effect]) -> Vec<Vec<Bookmark>> {
    let marks = |effect: &Effect| match effect {
        Effect::SaveBookmarks(marks) => Some(marks.iter().cloned().collect()),
        _ => None,
    };
    effects.iter().filter_map(marks).collect()
}

#[test]
fn a_bookmark_keeps_where_the_ear_is() {
    let mut rig = Rig::new(2);
    assert!(rig.bookmark(Bookmarking::Set(None)).is_empty(), "nothing is current");
    assert!(rig.notice().starts_with("Nothing is current"), "{}", rig.notice());
    rig.playing_at(44_100 * 83);
    let effects = rig.bookmark(Bookmarking::Set(None));
    let first = mark("a", "/m/0.flac", 44_100 * 83);
    assert_eq!(saved(&effects), [[first.clone()]]);
    assert_eq!(rig.notice(), "Bookmark a: 0.flac 1:23. `:bookmark-go a` plays it");
    // A seek that is not heard yet is where the user is.
    rig.ask(Playback::Seek(Seek::To(Duration::from_secs(10))));
    rig.bookmark(Bookmarking::Set(None));
    rig.bookmark(Bookmarking::Set(Some(name("the solo"))));
    let here = |letter| mark(letter, "/m/0.flac", 441_000);
    assert_eq!(rig.marks(), [first, here("b"), here("the solo")]);
    let effects = rig.bookmark(Bookmarking::Set(Some(name("a"))));
    assert_eq!(saved(&effects), [[here("a"), here("b"), here("the solo")]]);
    assert_eq!(rig.notice(), "Bookmark a: 0.flac 0:10: it was 0.flac 1:23. `:bookmark-go a` plays it");
}

#[test]
fn a_bookmark_of_a_file_in_the_queue_is_played_where_it_is() {
    let mut rig = Rig::new(3);
    let marks = Arc::make_mut(&mut rig.state.bookmarks);
    marks.set(mark("a", "/m/1.flac", 4711)).unwrap();
    marks.set(mark("b", "/m/1.flac", 0)).unwrap();
    let effects = rig.bookmark(Bookmarking::Go(name("a")));
    assert_eq!(told(&effects), ["load /m/1.flac Frame(4711)", "next /m/2.flac"]);
    assert_eq!(rig.state.queue.items().len(), 3);
    // Until it is heard, it stands where it will begin.
    assert_eq!(playback::place_now(&rig.state, rig.now()), Rest { frame: 4711, rate: 44_100 });
    let effects = rig.bookmark(Bookmarking::Go(name("b")));
    assert_eq!(told(&effects), ["load /m/1.flac Start", "next /m/2.flac"]);
    assert!(rig.bookmark(Bookmarking::Go(name("c"))).is_empty());
    assert_eq!(rig.notice(), "No bookmark is called c. `:bookmarks` tells which there are");
}

#[test]
fn of_two_alike_in_the_queue_the_current_one_is_played() {
    let mut rig = Rig::new(1);
    rig.state.queue.append(unresolved(vec!["/m/0.flac".into(), "/m/9.flac".into()]));
    Arc::make_mut(&mut rig.state.bookmarks).set(mark("a", "/m/0.flac", 7)).unwrap();
    rig.queue(Queue::Jump(Items::Positions(vec![2])));
    let effects = rig.bookmark(Bookmarking::Go(name("a")));
    assert_eq!(told(&effects), ["load /m/0.flac Frame(7)", "next /m/9.flac"]);
}

/// The job that looks for the bookmark's file.
fn looks_for(effects: &[Effect], path: &str) -> crate::model::id::JobId {
    match effects {
        [Effect::Expand { job, paths }] if paths[..] == [PathBuf::from(path)] => *job,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_bookmark_of_another_file_is_put_behind_the_current_item_and_played() {
    let mut rig = Rig::new(2);
    let sheet = "/m/album.cue/track03";
    Arc::make_mut(&mut rig.state.bookmarks).set(mark("a", sheet, 4711)).unwrap();
    rig.playing_at(5);
    let job = looks_for(&rig.bookmark(Bookmarking::Go(name("a"))), sheet);
    assert_eq!(rig.current().as_deref(), Some("/m/0.flac"), "it plays on meanwhile");
    let found = crate::app::event::Expanded { job, files: vec![sheet.into()], problems: Vec::new() };
    let effects = rig.event(Event::Expanded(found));
    assert_eq!(told(&effects), ["load /m/album.cue/track03 Frame(4711)", "next /m/1.flac"]);
    let paths: Vec<_> = rig.state.queue.items().iter().map(|item| item.path.display().to_string()).collect();
    assert_eq!(paths, ["/m/0.flac", sheet, "/m/1.flac"]);
    rig.history(History::Undo(1));
    assert_eq!(rig.state.queue.items().len(), 2);
}

#[test]
fn a_bookmark_whose_file_is_gone_says_so_and_stays() {
    let mut rig = Rig::new(1);
    let gone = mark("a", "/m/gone.flac", 4711);
    Arc::make_mut(&mut rig.state.bookmarks).set(gone.clone()).unwrap();
    rig.playing_at(5);
    let job = looks_for(&rig.bookmark(Bookmarking::Go(name("a"))), "/m/gone.flac");
    let problems = vec![("/m/gone.flac".into(), "No such file or directory".into())];
    let lost = crate::app::event::Expanded { job, files: Vec::new(), problems };
    assert!(rig.event(Event::Expanded(lost)).is_empty(), "what plays goes on");
    assert!(
        rig.notice().starts_with("Cannot go to bookmark a: No such file or directory"),
        "{}",
        rig.notice()
    );
    assert_eq!(rig.marks(), [gone]);
    assert_eq!(rig.state.queue.items().len(), 1);
}

#[test]
fn a_file_that_was_made_anew_at_another_rate_is_gone_to_by_time() {
    let mut rig = Rig::new(0);
    let track = crate::model::track::Track {
        id: crate::model::id::TrackId(1),
        path: "/m/a.flac".into(),
        stamp: Default::default(),
        format: format(),
        tags: Default::default(),
        added_s: 0,
    };
    let catalog = crate::library::catalog_build::build_catalog([track]);
    rig.event(Event::CatalogBuilt { catalog: Arc::new(catalog), took: Duration::ZERO });
    let old = Bookmark { rate: 96_000, ..mark("a", "/m/a.flac", 96_000 * 3) };
    Arc::make_mut(&mut rig.state.bookmarks).set(old).unwrap();
    let job = looks_for(&rig.bookmark(Bookmarking::Go(name("a"))), "/m/a.flac");
    let found = crate::app::event::Expanded { job, files: vec!["/m/a.flac".into()], problems: Vec::new() };
    assert_eq!(told(&rig.event(Event::Expanded(found))), ["load /m/a.flac Time(3s)"]);
}

#[test]
fn bookmarks_are_dropped_listed_and_no_more_than_fit() {
    let mut rig = Rig::new(1);
    rig.bookmark(Bookmarking::List);
    assert_eq!(rig.notice(), "There are no bookmarks. `:bookmark` keeps the place");
    rig.playing_at(441_000);
    for _ in 0..26 {
        rig.bookmark(Bookmarking::Set(None));
    }
    let effects = rig.bookmark(Bookmarking::Set(None));
    assert!(saved(&effects).is_empty() && rig.notice().starts_with("All letters"), "{}", rig.notice());
    let effects = rig.bookmark(Bookmarking::Drop(name("c")));
    assert_eq!(saved(&effects)[0].len(), 25);
    assert_eq!(rig.notice(), "Dropped bookmark c: 0.flac 0:10. `:bookmark c` there sets it again");
    assert!(rig.bookmark(Bookmarking::Drop(name("c"))).is_empty());
    rig.state.dirty = Dirty::default();
    rig.bookmark(Bookmarking::List);
    assert!(rig.state.dirty.bookmarks, "an answer, not a refusal");
    let list = rig.notice();
    assert!(list.starts_with("Bookmarks a: 0.flac 0:10 · b: 0.flac 0:10 · d: "), "{list}");
    assert!(list.ends_with(" · k: 0.flac 0:10 · 15 more"), "{list}");
    for at in 0..Bookmarks::MOST {
        rig.bookmark(Bookmarking::Set(Some(name(&at.to_string()))));
    }
    assert_eq!(rig.marks().len(), 100);
    assert!(rig.notice().starts_with("No room for another bookmark"), "{}", rig.notice());
}

#[test]
fn a_start_with_nothing_to_scan_hides_no_warning() {
    let mut rig = Rig::new(0);
    let scan = || Event::Command(Command::Library(Library::Scan(Vec::new())));
    rig.event(scan());
    assert!(rig.notice().starts_with("The library has no folder yet"), "{}", rig.notice());
    rig.event(Event::Tell(Notice::new(Severity::Warning, "Nothing is sent")));
    rig.event(scan());
    assert_eq!(rig.notice(), "Nothing is sent");
}

#[test]
fn a_root_is_let_go_when_it_is_one_and_no_scan_runs_and_is_watched_no_more() {
    let mut rig = Rig::new(0);
    rig.state.library.roots = Arc::new(vec!["/m".into(), "/n".into()]);
    let ask = |path: &str| Event::Command(Command::Library(Library::Care(Care::Forget(Some(path.into())))));
    assert!(rig.event(ask("/m/sub")).is_empty());
    assert!(rig.state.told.as_ref().unwrap().to_string().contains("/m, /n"));
    let scan = rig.event(Event::Command(Command::Library(Library::Scan(Vec::new()))));
    let [Effect::Scan { job, .. }] = scan[..] else { panic!("{scan:?}") };
    assert!(rig.event(ask("/m")).is_empty(), "a scan runs");
    let report = ScanOutcome { roots: vec!["/m".into(), "/n".into()], ..ScanOutcome::default() };
    rig.event(Event::ScanDone { job, report });
    let asked = rig.event(ask("/m"));
    let [Effect::Care { job, care: Care::Forget(Some(_)) }] = &asked[..] else { panic!("{asked:?}") };
    let care = Care::Forget(Some("/m".into()));
    let result = Ok(Cared { count: 3, file: None, roots: vec!["/n".into()] });
    let done = rig.event(Event::Cared { job: *job, care, result });
    assert!(
        matches!(&done[..], [Effect::Watch(roots), Effect::BuildCatalog] if roots[..] == [PathBuf::from("/n")])
    );
    assert_eq!(rig.state.library.roots[..], [PathBuf::from("/n")]);
}
