//! The grammar of keys before a real core: what is in the queue, keys, what is in it then. The expected queues are what
//! vim leaves of a text of the same lines (`:help change.txt`, `:help motion.txt`, `:help registers`); after an undo the cursor
//! stays on its entry.

use std::time::{Duration, Instant};

use auralis::app::event::{Event, Now};
use auralis::app::publish::publish;
use auralis::app::reduce::reduce;
use auralis::app::state::{AppSettings, AppState};
use auralis::config::keys::{Code, Key};
use auralis::model::command::{Command, Queue, Target};
use auralis::model::id::TrackId;
use auralis::model::session::Session;
use auralis::model::snapshot::Snapshot;
use auralis::tui::update::Input;
use proptest::prelude::*;

use crate::stage::{Stage, small};

/// A screen and the core behind it.
struct Player {
    stage: Stage,
    core: AppState,
    events: u64,
}

impl Player {
    /// The queue has these tracks of the small library: 1 to 3 Homogenic, 4 and 5 Vespertine, both Björk's; 6 to 9 OK
    /// Computer, Radiohead's; 10 to 12 an album by two artists.
    fn new(tracks: impl IntoIterator<Item = u32>) -> Self {
        let core = AppState::restored(Session::default(), small(), AppSettings::default());
        let stage = Stage::new(80, 24, Snapshot::default());
        let mut player = Self { stage, core, events: 0 };
        let tracks = tracks.into_iter().map(TrackId).collect();
        player.ask(Command::Queue(Queue::Append(Target::Tracks(tracks))));
        player.core.history = Default::default();
        player.keys("gqgg");
        player
    }

    fn ask(&mut self, command: Command) {
        self.event(Event::Command(command));
    }

    fn event(&mut self, event: Event) {
        self.events += 1;
        let now = Now { instant: Instant::now(), unix_ms: 1_000, heard: None, seed: self.events };
        reduce(&mut self.core, event, now);
        let dirty = std::mem::take(&mut self.core.dirty);
        let next = publish(&self.core, &self.stage.snapshot, dirty);
        self.stage.show(next);
    }

    fn key(&mut self, key: Key) {
        self.stage.now += Duration::from_millis(50);
        self.stage.input(Input::Key(key));
        self.answer();
    }

    /// A macro asks again after each answer.
    fn answer(&mut self) {
        loop {
            let asked = self.stage.asked();
            if asked.is_empty() {
                return;
            }
            asked.into_iter().for_each(|command| self.ask(command));
        }
    }

    fn keys(&mut self, keys: &str) -> &mut Self {
        Key::parse_sequence(keys).unwrap().into_iter().for_each(|key| self.key(key));
        self
    }

    fn rest(&mut self) {
        self.stage.rest();
        self.answer();
    }

    /// Tracks in the queue, with the one under the cursor in brackets.
    fn queue(&self) -> String {
        let pane = &self.stage.state.queue;
        let one = |(at, item): (usize, &auralis::model::snapshot::QueueItem)| {
            let track = item.track.map_or("?".to_owned(), |id| id.0.to_string());
            if pane.place(pane.list.cursor) == Some(at) { format!("[{track}]") } else { track }
        };
        pane.seen.items.iter().enumerate().map(one).collect::<Vec<_>>().join(" ")
    }

    fn note(&mut self) -> String {
        self.stage.lines().last().cloned().unwrap_or_default()
    }
}

#[test]
fn keys_change_the_queue_as_they_change_lines_in_vim() {
    for (keys, expected) in [
        // An operator and its rows.
        ("dd", "[2] 3 4 5 6 7 8 9 10"),
        ("jdd", "1 [3] 4 5 6 7 8 9 10"),
        ("Gdd", "1 2 3 4 5 6 7 8 [9]"),
        ("3dd", "[4] 5 6 7 8 9 10"),
        ("d2d", "[3] 4 5 6 7 8 9 10"),
        ("2d2d", "[5] 6 7 8 9 10"),
        ("dj", "[3] 4 5 6 7 8 9 10"),
        ("jjdk", "1 [4] 5 6 7 8 9 10"),
        ("3jdG", "1 2 [3]"),
        ("3jdgg", "[5] 6 7 8 9 10"),
        ("d4G", "[5] 6 7 8 9 10"),
        ("Gd<Esc>k", "1 2 3 4 5 6 7 8 [9] 10"),
        ("dk", "[1] 2 3 4 5 6 7 8 9 10"),
        ("Gdj", "1 2 3 4 5 6 7 8 9 [10]"),
        // Objects: `i` the run around the cursor, `a` all of the list.
        ("dal", "[4] 5 6 7 8 9 10"),
        ("daa", "[6] 7 8 9 10"),
        ("5jdil", "1 2 3 4 5 [10]"),
        ("dae", ""),
        ("jd}", "1 [4] 5 6 7 8 9 10"),
        ("4jd{", "1 2 3 [6] 7 8 9 10"),
        // Put: behind, before, so many times; what was taken away comes back.
        ("ddp", "2 [1] 3 4 5 6 7 8 9 10"),
        ("yyP", "[1] 1 2 3 4 5 6 7 8 9 10"),
        ("yy3p", "1 [1] 1 1 2 3 4 5 6 7 8 9 10"),
        ("\"ayyj\"Ayyjj\"ap", "1 2 3 4 [1] 2 5 6 7 8 9 10"),
        ("\"addjdd\"aP", "2 [1] 4 5 6 7 8 9 10"),
        // Selecting.
        ("Vjd", "[3] 4 5 6 7 8 9 10"),
        ("jVjjyGp", "1 2 3 4 5 6 7 8 9 10 [2] 3 4"),
        ("jVjokd", "[4] 5 6 7 8 9 10"),
        ("Vild", "[4] 5 6 7 8 9 10"),
        ("jVj<Esc>d<Esc>", "1 2 [3] 4 5 6 7 8 9 10"),
        ("Vj<Esc>3jgvd", "[3] 4 5 6 7 8 9 10"),
        ("3V", "[1] 2 3 4 5 6 7 8 9 10"),
        // Once more.
        ("dd.", "[3] 4 5 6 7 8 9 10"),
        ("2dd..", "[7] 8 9 10"),
        ("dd3.", "[5] 6 7 8 9 10"),
        ("dalj.", "[6] 7 8 9 10"),
        ("Vjdj.", "3 [6] 7 8 9 10"),
        ("yyp..", "1 1 1 [1] 2 3 4 5 6 7 8 9 10"),
        // One operator is one step of undo.
        ("dalu", "1 2 3 [4] 5 6 7 8 9 10"),
        ("3ddddu", "4 [5] 6 7 8 9 10"),
        ("dalu<C-r>", "[4] 5 6 7 8 9 10"),
        // Macros.
        ("qaddjq@a", "2 4 [5] 6 7 8 9 10"),
        ("qaddjq2@a", "2 4 6 [7] 8 9 10"),
        ("qaddjq@a@@", "2 4 6 [7] 8 9 10"),
        ("qajqqAddq@a", "1 3 [5] 6 7 8 9 10"),
        // What fails ends a macro: an empty list has no row.
        ("qadjq9@a", ""),
        // Same artist, same album; jumps.
        ("*", "1 [2] 3 4 5 6 7 8 9 10"),
        ("5*", "[1] 2 3 4 5 6 7 8 9 10"),
        ("3j#", "1 2 3 4 [5] 6 7 8 9 10"),
        ("jG<C-o>", "1 [2] 3 4 5 6 7 8 9 10"),
        ("jG<C-o><A-o>", "1 2 3 4 5 6 7 8 9 [10]"),
        ("jG''", "1 [2] 3 4 5 6 7 8 9 10"),
        ("}", "1 2 3 [4] 5 6 7 8 9 10"),
        ("2}", "1 2 3 4 5 [6] 7 8 9 10"),
        ("G{", "1 2 3 4 5 [6] 7 8 9 10"),
        ("8j{", "1 2 3 4 5 [6] 7 8 9 10"),
        ("5j{", "1 2 3 [4] 5 6 7 8 9 10"),
        // Backwards, and on in that direction.
        ("G?radio<Enter>", "1 2 3 4 5 6 7 8 [9] 10"),
        ("G?radio<Enter>n", "1 2 3 4 5 6 7 [8] 9 10"),
        ("G?radio<Enter>nN", "1 2 3 4 5 6 7 8 [9] 10"),
    ] {
        let mut player = Player::new(1..=10);
        player.keys(keys);
        assert_eq!(player.queue(), expected, "{keys}");
    }
}

/// Between panes: what is yanked in the library is put into the queue, and into a playlist.
#[test]
fn a_register_goes_from_pane_to_pane() {
    let mut player = Player::new([10]);
    player.keys("gllly}");
    assert!(player.note().contains("3 tracks kept"), "{}", player.note());
    player.keys("gqp");
    assert_eq!(player.queue(), "10 [1] 2 3");
    player.keys("glhh\"bygg");
    assert!(player.note().contains("12 tracks kept in b"), "all artists: {}", player.note());
    player.keys("\"cp");
    assert!(player.note().contains("Register c is empty"), "{}", player.note());
    player.keys("p");
    assert!(player.note().contains("First go to the queue"), "{}", player.note());
    player.keys(":registers<Enter>");
    assert!(player.note().contains("b: 12 tracks"), "{}", player.note());
    player.keys("gq:register b<Enter>P");
    assert_eq!(player.stage.state.queue.seen.items.len(), 16);
    player.event(Event::PlaylistsLoaded(Ok(Default::default())));
    player.keys(":playlist-new Crate<Enter>");
    player.keys("gLp").keys("\"bp");
    let view = &player.stage.snapshot.playlists;
    assert_eq!(view.lists.at(0).and_then(|list| view.len(list)), Some(24), "twice");
}

/// Whatever takes something away says how it is had back; what changes nothing offers nothing.
#[test]
fn what_is_lost_is_offered_back() {
    for (keys, told) in [
        ("3dd", "Removed 3 tracks from the queue  `u` takes it back"),
        ("D", "Removed 5 tracks from the queue  `u` takes it back"),
        ("tgX", "Removed 4 tracks from the queue  `u` takes it back"),
        ("yyggR", "1 track in place of the 5 that were queued  `u` takes it back"),
        ("g4", "Hunter: ★★★★☆  `u` takes it back"),
    ] {
        let mut player = Player::new(1..=5);
        player.event(Event::PlaylistsLoaded(Ok(Default::default())));
        player.keys(keys);
        assert_eq!(player.note().trim(), told, "{keys}");
        player.keys("u");
        assert_eq!(player.queue().replace(['[', ']'], ""), "1 2 3 4 5", "{keys}");
        assert!(player.note().contains("`<C-r>` makes it again"), "{}", player.note());
    }
    let mut player = Player::new(1..=5);
    player.keys("g0");
    assert_eq!(player.note().trim(), "Hunter: no rating");
}

/// In the entries of a playlist `p` puts behind the cursor and `P` before it, as in a text: one step to take back.
#[test]
fn a_register_is_put_at_its_place_in_a_playlist() {
    let entries = |player: &Player| {
        let pane = &player.stage.state.lists;
        let catalog = &player.stage.snapshot.catalog;
        let one = |at: usize| {
            let id = pane.entry(at, catalog).and_then(|entry| entry.track).map_or(0, |id| id.0);
            if pane.entries.cursor == at { format!("[{id}]") } else { id.to_string() }
        };
        (0..pane.len()).map(one).collect::<Vec<_>>().join(" ")
    };
    for (keys, expected) in [
        ("p", "1 [5] 2 3"),
        ("P", "[5] 1 2 3"),
        ("jp", "1 2 [5] 3"),
        ("Gp", "1 2 3 [5]"),
        ("j2P", "1 [5] 5 2 3"),
        ("j:put before<Enter>", "1 [5] 2 3"),
        ("jp.", "1 2 5 [5] 3"),
        ("jpu", "1 2 [3]"),
        ("h:put<Enter>l", "[1] 2 3 5"),
        ("dGp", "[1] 2 3"),
    ] {
        let mut player = Player::new(1..=3);
        player.event(Event::PlaylistsLoaded(Ok(Default::default())));
        player.keys(":playlist-save Mix<Enter>");
        player.ask(Command::Queue(Queue::Append(Target::Tracks(vec![TrackId(5)]))));
        player.keys("GyygLl").keys(keys);
        assert_eq!(entries(&player), expected, "{keys}");
    }
}

/// A row is selected, and what acts on a selection takes all of them, be it an operator or not.
#[test]
fn what_is_selected_is_seen_and_used() {
    let mut player = Player::new(1..=10);
    player.keys("jVj");
    assert!(player.note().contains("2 selected"), "{}", player.note());
    let marked = player.stage.lines().iter().filter(|line| line.contains("• ")).count();
    assert_eq!(marked, 2);
    player.keys("J");
    assert_eq!(player.queue(), "1 4 [2] 3 5 6 7 8 9 10");
    player.keys("ggVjt");
    assert_eq!(player.stage.state.queue.marks.len(), 2, "rows are marked one by one or many at once");
    player.keys("GD");
    assert_eq!(player.queue(), "");
    player.keys("V");
    assert!(player.note().contains("no rows to select"), "{}", player.note());
}

/// `a` adds; while rows are selected it may begin an object, and time tells.
#[test]
fn time_tells_keys_apart() {
    let mut player = Player::new(1..=3);
    player.keys("Vja");
    assert_eq!(player.queue(), "1 [2] 3");
    player.rest();
    assert_eq!(player.queue(), "[1] 2 3 1 2");
    player.keys("Vae");
    player.rest();
    assert_eq!(player.stage.state.selecting.map(|rows| (rows.anchor, rows.end)), Some((0, 4)));
    player.keys("<Esc>q");
    assert!(!player.core.closing);
    player.rest();
    assert!(player.core.closing, "q alone leaves");
    let mut player = Player::new(1..=3);
    player.keys("qq");
    assert!(player.core.closing, "so does q by an impatient hand");
}

/// Marks are bookmarks: of a track and a place in it.
#[test]
fn a_mark_is_a_bookmark() {
    let mut player = Player::new(1..=3);
    player.keys("jj<Enter>mx");
    let marks: Vec<_> = player.core.bookmarks.iter().map(|mark| mark.name.to_string()).collect();
    assert_eq!(marks, ["x"]);
    player.keys("gg<Enter>'x");
    assert_eq!(player.stage.snapshot.queue.current, Some(2));
}

/// A macro that calls itself goes on until something fails, is stopped by Escape, and ends in any case.
#[test]
fn a_macro_has_an_end() {
    let mut player = Player::new((1..=12).cycle().take(100));
    player.keys("qw@wqqwddj@wq");
    player.keys("@w");
    assert_eq!(player.stage.state.repeats.waiting.len(), 0);
    assert!(player.stage.state.queue.seen.items.len() <= 2, "{}", player.queue());
    let mut player = Player::new(1..=10);
    player.keys("qwj@wqgg@w");
    assert!(player.note().contains("stopped after 10,000 keys"), "{}", player.note());
    player.keys("ggqxjq9999@x9999@x");
    assert!(player.note().contains("longer than 10,000 keys") || player.queue().ends_with("[10]"));
}

fn any_key() -> impl Strategy<Value = Key> {
    let grammar = "jkhlGgdypPvVuzxtmqQ@\"'`.*#{}/?nN:0123456789ailefgAJKDRo ";
    prop_oneof![
        20 => prop::sample::select(grammar.chars().collect::<Vec<_>>()).prop_map(Key::char),
        2 => prop::sample::select("rofbdul".chars().collect::<Vec<_>>()).prop_map(Key::ctrl),
        2 => prop::sample::select(vec![Code::Esc, Code::Enter, Code::Tab, Code::Delete]).prop_map(Key::new),
    ]
}

fn tracks(player: &Player) -> Vec<u64> {
    let items = &player.stage.snapshot.queue.items;
    items.iter().map(|item| item.track.map_or(0, |id| u64::from(id.0))).collect()
}

/// Types so many keys, then undoes all, redoes all, and undoes all again. How many were typed, and whether the queue was
/// another one then.
fn type_and_undo(keys: Vec<Key>) -> (usize, bool) {
    let mut player = Player::new(1..=12);
    let first = tracks(&player);
    let mut typed = 0;
    for (at, key) in keys.into_iter().enumerate() {
        player.key(key);
        typed += 1;
        if at % 50 == 49 {
            player.rest();
        }
        // A queue that doubles and doubles says nothing more.
        if player.stage.state.queue.seen.items.len() > 2_000 {
            break;
        }
    }
    use auralis::model::command::History;
    let all = |player: &mut Player, one: fn(u32) -> History| player.ask(Command::History(one(100_000)));
    all(&mut player, History::Redo);
    let last = tracks(&player);
    all(&mut player, History::Undo);
    assert_eq!(tracks(&player), first);
    all(&mut player, History::Redo);
    assert_eq!(tracks(&player), last);
    all(&mut player, History::Undo);
    assert_eq!(tracks(&player), first);
    (typed, last != first)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// 40 times 200 keys; `a_million_keys_lose_no_undo` is the long form of it.
    #[test]
    fn no_keys_lose_an_undo(keys in prop::collection::vec(any_key(), 200)) {
        type_and_undo(keys);
    }
}

/// `cargo test --release --test it -- --ignored a_million_keys`
#[test]
#[ignore = "takes minutes"]
fn a_million_keys_lose_no_undo() {
    let (typed, changes) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let config = ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() };
    proptest::test_runner::TestRunner::new(config)
        .run(&prop::collection::vec(any_key(), 200), |keys| {
            let (keys, changed) = type_and_undo(keys);
            typed.set(typed.get() + keys);
            changes.set(changes.get() + usize::from(changed));
            Ok(())
        })
        .unwrap();
    println!("{} keys; the queue was another one in {} of 5,000 cases", typed.get(), changes.get());
    assert!(typed.get() > 900_000 && changes.get() > 2_500, "they did next to nothing");
}
