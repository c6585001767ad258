//! The grammar of keys as data: a place, keys, the place after; and what the core is asked. The expected places are those
//! of vim in lists of the same length.

use std::sync::Arc;
use std::time::Duration;

use auralis::config::keys::{Code, Key};
use auralis::model::command::{
    Command, History, Items, Judged, Judging, Pane, Playback, Queue, Seek, Similar, Tagging, Target,
    VolumeChange,
};
use auralis::model::facts::{Rating, TrackFacts};
use auralis::model::id::{ItemId, TrackId};
use auralis::model::notice::{Notice, Severity};
use auralis::model::outputs::OutputDevice;
use auralis::model::playback::PlayState;
use auralis::model::query::heard::{Alike, Likes};
use auralis::model::settings::OutputSpec;
use auralis::model::snapshot::{OutputsView, Snapshot};
use auralis::model::tag::Field;
use auralis::model::tagging::{Said, TagEdit, TagPreview, TagSheet, TagWork, TagsView};
use auralis::tui::browse::Column;
use auralis::tui::scene::Hit;
use auralis::tui::state::Shows;
use auralis::tui::update::{Effect, FileQuestion, Input, Mouse};
use proptest::prelude::*;

use crate::stage::{Stage, large, playing, queue_of, small};

/// The small library, the queue with the tracks 1 to 10, the first of them playing.
fn stage() -> Stage {
    let catalog = small();
    let snapshot = Snapshot {
        playback: Arc::new(playing(&catalog, 1, PlayState::Playing)),
        queue: Arc::new(queue_of(&catalog, 1..=10, Some(0))),
        catalog,
        ..Snapshot::default()
    };
    Stage::new(80, 24, snapshot)
}

/// Where one is: `tracks 0/2/5` are the cursors of the three columns with the focused one named, `queue 3` the queue's.
fn place(stage: &Stage) -> String {
    let library = &stage.state.library;
    match stage.state.focus {
        Pane::Library => {
            let [artists, albums, tracks] = Column::ALL.map(|column| library.list(column).cursor);
            format!("{} {artists}/{albums}/{tracks}", library.column.title().to_lowercase())
        }
        Pane::Queue => format!("queue {}", stage.state.queue.list.cursor),
        Pane::Playlists => "playlists".to_owned(),
        Pane::Spectrum => "spectrum".to_owned(),
    }
}

/// `go` lists the devices, Enter takes the selected one.
#[test]
fn an_output_is_chosen_from_the_list() {
    let mut stage = stage();
    let device = |id: &str, exclusive: bool| OutputDevice {
        id: id.into(),
        name: format!("Device {id}"),
        is_default: !exclusive,
        exclusive,
        accepts: Err("busy".into()),
    };
    stage.press("go");
    assert_eq!(stage.asked(), [Command::Playback(Playback::FindOutputs)], "what there is now");
    let devices = Arc::new(vec![device("pulseaudio:a", false), device("alsa:hw:B", true)]);
    let outputs = Arc::new(OutputsView { devices, ..OutputsView::default() });
    stage.show(Snapshot { outputs, ..stage.snapshot.clone() });
    let lines = stage.lines();
    assert!(lines[0].contains("Sound devices"), "{lines:?}");
    assert!(lines[1].contains("the default device"), "{lines:?}");
    assert!(lines[3].contains("Device alsa:hw:B") && lines[3].contains("exclusive, busy"), "{lines:?}");
    stage.press("jj<Enter>");
    let taken = OutputSpec::Device(Some("alsa:hw:B".into()));
    assert_eq!(stage.asked(), [Command::Playback(Playback::Output(taken))]);
    assert!(stage.state.outputs.is_none(), "the list is left");
    for leave in ["<Esc>", "q", "go", "<BS>"] {
        stage.press("go");
        stage.asked();
        stage.press(leave);
        assert!(stage.state.outputs.is_none(), "{leave}");
        assert_eq!(stage.asked(), [], "{leave}");
    }
    stage.press("go/alsa<Enter>");
    assert_eq!(stage.state.outputs.as_ref().unwrap().cursor, 2, "it is searched like any list");
    stage.input(Input::Resize(20, 5));
    stage.draw();
}

/// In the library and in the queue what is selected; where nothing can be, what plays.
#[test]
fn ratings_are_of_the_selection_and_are_seen() {
    let mut stage = stage();
    let judged = |ids: &[u32]| Judged::Tracks(ids.iter().copied().map(TrackId).collect());
    stage.press("<Tab>j2g4");
    let rate = |judged, halves| Command::Judge(Judging::Rate(judged, Rating::new(halves)));
    assert_eq!(stage.asked(), [rate(judged(&[2, 3]), 8)]);
    stage.press("tt").press("g*");
    assert_eq!(stage.asked(), [Command::Judge(Judging::Favourite(judged(&[2, 3]), None))]);
    assert!(stage.state.queue.marks.is_empty(), "they were used");
    stage.press("gf").press("gVg0");
    let playing = Command::Judge(Judging::Favourite(Judged::Playing, None));
    assert_eq!(stage.asked(), [playing, rate(Judged::Playing, 0)]);
    let loved = TrackFacts { favourite: true, rating: Rating::new(7), ..TrackFacts::default() };
    let facts = Arc::new([(TrackId(1), loved)].into_iter().collect());
    stage.show(Snapshot { facts, ..stage.snapshot.clone() });
    let seen = stage.lines().iter().filter(|line| line.contains("♥ ★★★½")).count();
    assert!(seen >= 1, "{:?}", stage.lines());
}

fn tracks(ids: &[u32]) -> Target {
    Target::Tracks(ids.iter().copied().map(TrackId).collect())
}

fn items(ids: &[u64]) -> Items {
    Items::Ids(ids.iter().copied().map(ItemId).collect())
}

fn note(stage: &Stage) -> String {
    match stage.state.notices.shown() {
        Some(Shows::Own(notice) | Shows::Core(notice)) => notice.to_string(),
        None => String::new(),
    }
}

#[test]
fn keys_lead_from_place_to_place() {
    let cases = [
        ("", "artists 0/0/0"),
        ("j", "artists 1/0/0"),
        ("2j", "artists 2/0/0"),
        ("99j", "artists 3/0/0"),
        ("G", "artists 3/0/0"),
        ("3G", "artists 2/0/0"),
        ("Ggg", "artists 0/0/0"),
        ("G2k", "artists 1/0/0"),
        ("h", "artists 0/0/0"),
        ("l", "albums 0/0/0"),
        ("lll", "tracks 0/0/0"),
        ("ll5j", "tracks 0/0/5"),
        ("ll5jh", "albums 0/0/5"),
        ("ll5jhj", "albums 0/1/0"),
        ("lljjhhj", "artists 1/0/0"),
        ("jl2j", "albums 1/2/0"),
        ("llG", "tracks 0/0/11"),
        ("llL", "tracks 0/0/11"),
        ("llM", "tracks 0/0/6"),
        ("llGH", "tracks 0/0/0"),
        ("ll10<Down>3<Up>", "tracks 0/0/7"),
        ("<Enter>", "albums 0/0/0"),
        ("j<Enter><Enter>", "tracks 1/0/0"),
        ("l<BS>", "artists 0/0/0"),
        ("<Tab>", "queue 0"),
        ("<Tab>4j", "queue 4"),
        ("<Tab>G<S-Tab>", "artists 0/0/0"),
        ("gtgt", "artists 0/0/0"),
        ("<F3>10G", "queue 9"),
        ("gq:line 4<Enter>", "queue 3"),
        ("gV", "spectrum"),
        ("gV<Esc>", "artists 0/0/0"),
        ("gVgl", "artists 0/0/0"),
        // A binding that does not exist is forgotten as a whole, with its count.
        ("3gxj", "artists 1/0/0"),
        ("gj", "artists 0/0/0"),
        ("2<Esc>j", "artists 1/0/0"),
        ("0j", "artists 1/0/0"),
        ("10j", "artists 3/0/0"),
        ("gp", "tracks 0/0/0"),
        ("<Tab>5jgp", "queue 0"),
        // Search goes on behind the cursor, round the end, back to where it began.
        ("ll/hidden<Enter>", "tracks 0/0/3"),
        ("ll/hidden<Esc>", "tracks 0/0/0"),
        ("ll/joga<Enter>", "tracks 0/0/1"),
        ("ll/bjork<Enter>n", "tracks 0/0/1"),
        ("ll/bjork<Enter>3n", "tracks 0/0/3"),
        ("ll/bjork<Enter>N", "tracks 0/0/4"),
        ("ll/radiohead air<Enter>", "tracks 0/0/5"),
        ("ll/nonsense<Enter>", "tracks 0/0/0"),
        ("/radio<Enter>", "artists 2/0/0"),
        ("<Tab>/cocoon<Enter>", "queue 4"),
        ("ll:search airbag<Enter>", "tracks 0/0/5"),
        // A filter narrows all columns and keeps what it can.
        ("frad<Enter>", "artists 0/0/0"),
        ("2jfrad<Enter>", "artists 1/1/0"),
        ("ll5jfhunter<Esc>", "tracks 0/0/0"),
        (":focus queue<Enter>", "queue 0"),
        (":toggle-pane library<Enter>", "queue 0"),
        (":toggle-pane queue<Enter><Tab>", "queue 0"),
    ];
    for (keys, expected) in cases {
        let mut stage = stage();
        assert_eq!(place(stage.press(keys)), expected, "{keys}");
    }
}

#[test]
fn keys_ask_the_core() {
    let playback = |playback| vec![Command::Playback(playback)];
    let queue = |queue| vec![Command::Queue(queue)];
    let seek = |seek| vec![Command::Playback(Playback::Seek(seek))];
    let cases = [
        ("<Space>", playback(Playback::Toggle)),
        ("3>", playback(Playback::Next(3))),
        ("<lt>", playback(Playback::Previous(1))),
        ("<Right>", seek(Seek::Forward(Duration::from_secs(5)))),
        ("6<Left>", seek(Seek::Back(Duration::from_secs(30)))),
        ("2<S-Right>", seek(Seek::Forward(Duration::from_secs(120)))),
        ("50%", seek(Seek::Percent(50.0))),
        ("%", seek(Seek::Percent(0.0))),
        ("999%", seek(Seek::Percent(100.0))),
        ("3+", playback(Playback::Volume(VolumeChange::By(15)))),
        ("99-", playback(Playback::Volume(VolumeChange::By(-100)))),
        ("r", playback(Playback::Repeat(None))),
        ("lla", queue(Queue::Append(tracks(&[1])))),
        ("ll3a", queue(Queue::Append(tracks(&[1, 2, 3])))),
        ("ja", queue(Queue::Append(tracks(&[1, 2, 3, 4, 5])))),
        ("2jlR", queue(Queue::Replace { target: tracks(&[6, 7, 8, 9]), start: 0 })),
        ("lljtjti", queue(Queue::Insert(tracks(&[2, 4])))),
        ("ll2j<Enter>", queue(Queue::PlayNow(tracks(&[3])))),
        ("jl2j<Enter>", queue(Queue::PlayNow(tracks(&[4, 5])))),
        ("<Tab>dd", queue(Queue::Remove(items(&[1])))),
        ("<Tab>j3dd", queue(Queue::Remove(items(&[2, 3, 4])))),
        ("<Tab>G9dd", queue(Queue::Remove(items(&[10])))),
        ("<Tab>jtjt<Del>", queue(Queue::Remove(items(&[2, 4])))),
        ("<Tab>2J", queue(Queue::Move(items(&[1]), 2))),
        ("<Tab>jK", queue(Queue::Move(items(&[2]), -1))),
        ("<Tab>4j<Enter>", queue(Queue::Jump(items(&[5])))),
        ("<Tab>2a", queue(Queue::Append(tracks(&[1, 2])))),
        (":jump 7<Enter>", queue(Queue::Jump(Items::Positions(vec![7])))),
        ("2u", vec![Command::History(History::Undo(2))]),
        ("3g-", vec![Command::History(History::Earlier(Duration::from_secs(1800)))]),
        (":vol 30<Enter>", playback(Playback::Volume(VolumeChange::To(30)))),
        (
            ":add ~/a\\ b ../c<Enter>",
            queue(Queue::Append(Target::Paths(vec!["/home/me/a b".into(), "/here/../c".into()]))),
        ),
        ("ZZ", vec![Command::Quit]),
        ("<C-c>", vec![]),
        ("dd", vec![]),
        ("frad<Enter>R", queue(Queue::Replace { target: tracks(&[6, 7, 8, 9]), start: 0 })),
    ];
    for (keys, expected) in cases {
        let mut stage = stage();
        stage.press(keys);
        assert_eq!(stage.asked(), expected, "{keys}");
    }
}

#[test]
fn what_cannot_be_done_is_told() {
    let cases = [
        ("<C-c>", "Type :quit or q to leave"),
        (":volme 3<Enter>", "no command `volme`; did you mean `volume`?"),
        ("/zzz<Enter>", "Not found: zzz"),
        ("n", "No search yet: press /"),
        (":remove<Enter>", "First go to the queue: Tab"),
        ("ll3a", "3 tracks added to the queue"),
    ];
    for (keys, expected) in cases {
        let mut stage = stage();
        stage.press(keys);
        assert_eq!(note(&stage), expected, "{keys}");
    }
}

#[test]
fn what_leaves_the_screen_is_an_effect() {
    let effects = |keys: &str| {
        let mut stage = stage();
        stage.press(keys);
        stage.effects
    };
    assert_eq!(effects("ZZ"), [Effect::Leave]);
    assert_eq!(effects("<C-z>"), [Effect::Suspend]);
    assert_eq!(effects("<C-l>"), [Effect::Redraw]);
    assert_eq!(effects("<Tab>2zy"), [Effect::Copy(b"/music/000000.flac\n/music/000001.flac".to_vec())]);
    assert_eq!(effects("llVjzy"), [Effect::Copy(b"/music/000000.flac\n/music/000001.flac".to_vec())]);
    assert_eq!(effects(":edit queue<Enter>"), [Effect::EditQueue]);
    assert_eq!(effects("<Tab>e"), [Effect::EditQueue]);
    assert_eq!(effects(":theme light<Enter>"), [Effect::Files(FileQuestion::Theme("light".into()))]);
    assert_eq!(
        effects(":scan ~/M<Tab>"),
        [Effect::Files(FileQuestion::Paths { start: 5, typed: "~/M".into() })]
    );
    assert_eq!(effects("g?q"), [], "q closes the help");
}

/// It goes with its name, and what was there before comes back.
#[test]
fn a_theme_is_seen_while_its_name_stands_in_the_line() {
    let loaded = |keys: &str| -> Vec<String> {
        let mut stage = stage();
        stage.press(keys);
        let name = |effect| match effect {
            Effect::Files(FileQuestion::Theme(name)) => name,
            other => panic!("{other:?}"),
        };
        stage.effects.into_iter().map(name).collect()
    };
    assert_eq!(loaded(":theme nor"), [""; 0]);
    assert_eq!(loaded(":theme nord"), ["nord"]);
    assert_eq!(loaded(":theme nord<Enter>"), ["nord"], "it is there already");
    assert_eq!(loaded(":theme nord<Esc>"), ["nord", "terminal"]);
    assert_eq!(loaded(":theme nord<BS>"), ["nord", "terminal"]);
    assert_eq!(loaded(":theme nordx<Enter>"), ["nord", "terminal", "nordx"], "which fails, and is told");
    assert_eq!(loaded(":theme gr<Tab><Tab>"), ["gruvbox-dark", "gruvbox-light"]);
    assert_eq!(loaded(":theme gr<Tab><Tab><Enter>"), ["gruvbox-dark", "gruvbox-light"]);
    assert_eq!(
        loaded(":theme gr<Tab><Tab><Enter>:theme nord<Esc>"),
        ["gruvbox-dark", "gruvbox-light", "nord", "gruvbox-light"]
    );
    assert_eq!(
        loaded(":theme nord<Enter>:theme nord<Enter>"),
        ["nord", "nord"],
        "read anew: it may be edited"
    );
    assert_eq!(loaded(":theme terminal<Esc>"), [""; 0]);
    assert_eq!(loaded(":theme nord<Up><Esc>"), ["nord", "terminal"]);
}

#[test]
fn the_command_line_completes_and_remembers() {
    let line = |keys: &str| {
        let mut stage = stage();
        stage.press(keys);
        stage.state.prompt.map(|prompt| prompt.line.text().to_owned())
    };
    assert_eq!(line(":vol<Tab>").as_deref(), Some("volume "));
    assert_eq!(line(":rep<Tab>").as_deref(), Some("repeat"));
    assert_eq!(line(":rep<Tab><Tab>").as_deref(), Some("replaygain"));
    assert_eq!(line(":rep<Tab><Tab><Tab><Tab>").as_deref(), Some("replay"));
    assert_eq!(line(":repl<S-Tab>").as_deref(), Some("replay-last"));
    assert_eq!(line(":rep<Tab><Tab><Tab><Tab><Tab><Tab>").as_deref(), Some("rep"));
    assert_eq!(line(":theme da<Tab>").as_deref(), Some("theme dark "));
    assert_eq!(line(":next<Enter>:pause<Enter>:<Up><Up>").as_deref(), Some("next"));
    assert_eq!(line(":next<Enter>:pause<Enter>:<Up><Up><Down><Down>x").as_deref(), Some("x"));
    assert_eq!(line(":next<Enter>:pause<Enter>:n<Up>").as_deref(), Some("next"));
    assert_eq!(line(":abc<C-u>"), Some(String::new()));
    assert_eq!(line(":<BS>"), None);
    assert_eq!(line(":abc<Esc>"), None);
}

#[test]
fn pasted_text_is_words_or_nothing() {
    let mut stage = stage();
    stage.input(Input::Paste("qqqZZ\n:quit\n".into()));
    assert_eq!((stage.asked(), place(&stage)), (vec![], "artists 0/0/0".into()));
    stage.press(":");
    stage.input(Input::Paste("volume 5\n0".into()));
    assert_eq!(stage.asked(), []);
    stage.press("<BS><BS><Enter>");
    assert_eq!(stage.asked(), [Command::Playback(Playback::Volume(VolumeChange::To(5)))]);
}

#[test]
fn escape_closes_one_thing_after_another() {
    let mut stage = stage();
    stage.press("fbj<Enter>jt");
    let notice = Notice::new(Severity::Warning, "a warning of the core");
    stage.show(Snapshot { notice: Some(Arc::new(notice)), ..stage.snapshot.clone() });
    stage.press("g?<Esc>");
    assert!(stage.state.help.is_none() && stage.asked().is_empty());
    stage.press("<Esc>");
    assert_eq!(stage.asked(), [Command::Notice(auralis::model::command::Notices::Dismiss)]);
    stage.show(Snapshot { notice: None, ..stage.snapshot.clone() });
    assert!(!stage.state.library.marks.is_empty());
    stage.press("<Esc>");
    assert!(stage.state.library.marks.is_empty() && !stage.state.filter.words.is_empty());
    stage.press("<Esc>");
    assert!(stage.state.filter.words.is_empty());
    assert_eq!(stage.state.library.len(Column::Artists), 4);
}

#[test]
fn a_search_asks_the_query_language_in_every_list() {
    let cases = [
        ("ll/title~/^e/<Enter>", "tracks 0/0/8"),
        ("ll/dur>5m -title:jóga<Enter>", "tracks 0/0/3"),
        ("ll/dur>5m -title:joga<Enter>n", "tracks 0/0/6"),
        ("ll/cocoon or airbag<Enter>n", "tracks 0/0/5"),
        ("ll/(cocoon or airbag) dur<lt>270<Enter>", "tracks 0/0/4"),
        ("ll/\"exit music\"<Enter>", "tracks 0/0/8"),
        ("ll/~a radio ~t air<Enter>", "tracks 0/0/5"),
        // A slip of the keys, where nothing is so.
        ("ll/radiohed<Enter>", "tracks 0/0/5"),
        // Artists and albums by their names; with a field by the tracks behind them.
        ("/hunter<Enter>", "artists 0/0/0"),
        ("/title:airbag<Enter>", "artists 2/0/0"),
        ("l/vesper<Enter>", "albums 0/2/0"),
        ("l/title:cocoon<Enter>", "albums 0/2/0"),
        ("<Tab>/artist:radiohead<Enter>", "queue 5"),
        ("<Tab>/artist:radiohead<Enter>2n", "queue 7"),
        ("<Tab>/artist:radiohead<Enter>N", "queue 8"),
    ];
    for (keys, expected) in cases {
        let mut stage = stage();
        assert_eq!(place(stage.press(keys)), expected, "{keys}");
    }
}

#[test]
fn a_search_that_is_no_query_marks_the_place_and_leaves_one_where_one_was() {
    let mut stage = stage();
    stage.press("ll/cocoon");
    assert_eq!(place(&stage), "tracks 0/0/4");
    stage.input(Input::Paste(" artst:x".into()));
    assert_eq!(place(&stage), "tracks 0/0/4", "the last good words hold");
    let lines = stage.lines();
    assert!(lines[22].contains("↓ there is no field artst"), "{lines:?}");
    stage.press("<Enter>");
    assert!(stage.state.prompt.is_some(), "it can be mended");
    stage.press("<Esc>");
    assert_eq!(place(&stage), "tracks 0/0/0");
    stage.press(":search year:x<Enter>");
    assert!(stage.lines()[22].contains("↓ \"x\" is not a year"));
}

/// The worker answers late: what was asked before is no longer wanted, and steps that were asked for together are added.
#[test]
fn late_answers_of_a_search_move_nothing_and_steps_add_up() {
    let mut stage = stage();
    stage.answers = false;
    stage.press("ll/bjork<Enter>");
    let first = stage.state.search.asked;
    stage.press("nn");
    let question = stage.state.search.pending.clone().unwrap().question;
    assert_eq!((question.from, question.steps, question.here), (0, 3, true), "the first place, and two on");
    stage.input(Input::Searched { asked: first, row: Some(7) });
    assert_eq!(place(&stage), "tracks 0/0/0");
    // Another list is looked at by then.
    stage.press("<Tab>");
    stage.input(Input::Searched { asked: question.asked, row: Some(7) });
    assert_eq!(place(&stage), "queue 0");
}

/// What sounds like something is asked of the core first: the search goes on by itself once that is known.
#[test]
fn a_search_by_likeness_finds_once_it_is_known_what_is_alike() {
    let likes = |found: Alike| {
        let mut likes = Likes::default();
        likes.set("hunter", Arc::new(found));
        Arc::new(likes)
    };
    let mut stage = stage();
    let track = |at: usize| {
        let library = &stage.state.library;
        library.track(library.rows(Column::Tracks).iter().nth(at).unwrap()).unwrap().id()
    };
    let alike = [track(3), track(6)];
    stage.press("ll/like:hunter<Enter>");
    assert!(stage.asked().contains(&Command::Similar(Similar::Know("hunter".into()))));
    assert_eq!(place(&stage), "tracks 0/0/0");
    let snapshot = Snapshot { likes: likes(Alike::new(alike.to_vec())), ..stage.snapshot.clone() };
    stage.show(snapshot);
    assert_eq!(place(&stage), "tracks 0/0/3");
    assert_eq!(place(stage.press("n")), "tracks 0/0/6");
    // While it is typed, too; and who leaves is moved no more.
    for (keys, expected) in [("ll/like:hunter", "tracks 0/0/3"), ("ll/like:hunter<Esc>", "tracks 0/0/0")] {
        let mut stage = self::stage();
        stage.press(keys);
        let snapshot = Snapshot { likes: likes(Alike::new(alike.to_vec())), ..stage.snapshot.clone() };
        stage.show(snapshot);
        assert_eq!(place(&stage), expected, "{keys}");
    }
    let mut stage = self::stage();
    stage.press("ll/like:hunter<Enter>");
    let snapshot = Snapshot { likes: likes(Alike::problem("it was not measured")), ..stage.snapshot.clone() };
    stage.show(snapshot);
    assert!(stage.lines()[23].contains("it was not measured"), "{:?}", stage.lines());
}

#[test]
fn the_librarys_tracks_are_sorted_and_a_filter_keeps_the_order() {
    let titles = |stage: &Stage| -> Vec<String> {
        let library = &stage.state.library;
        let rows = library.rows(Column::Tracks);
        rows.iter().filter_map(|row| library.track(row)).map(|track| track.title().to_owned()).collect()
    };
    let mut stage = stage();
    let before = titles(&stage);
    stage.press(":sort length<Enter>");
    assert_eq!(titles(&stage)[..2], ["歌舞伎町の女王 👩\u{200d}🎤", "Unravel"]);
    assert!(stage.lines()[23].contains("sorted: dur"), "{:?}", stage.lines());
    stage.press(":sort artist -dur<Enter>");
    assert_eq!(titles(&stage)[..3], ["Hidden Place", "Jóga", "Cocoon"]);
    stage.press("f-title:joga<Enter>");
    assert_eq!(titles(&stage)[..2], ["Hidden Place", "Cocoon"]);
    // One album, too.
    stage.press("<Esc>j");
    assert_eq!(titles(&stage)[..3], ["Hidden Place", "Jóga", "Cocoon"]);
    stage.press("k:sort order<Enter>");
    assert_eq!(titles(&stage), before);
    assert_eq!(stage.asked(), []);
    stage.press("<Tab>:sort length<Enter>");
    assert!(matches!(stage.asked()[..], [Command::Queue(Queue::Sort(_))]), "there it is the queue");
    stage.press(":sort artist -dur<Enter>");
    assert!(note(&stage).contains("The queue is sorted by one of"), "{}", note(&stage));
}

#[test]
fn the_queue_the_history_and_the_listening_are_shown_as_figures() {
    let mut stage = stage();
    stage.press(":queue-stats<Enter>");
    let lines = stage.lines();
    assert!(lines[0].contains("What is in the queue"), "{lines:?}");
    assert!(lines[1].contains("Entries") && lines[1].contains("10"), "{lines:?}");
    stage.press("/longest<Enter>");
    assert!(stage.lines().iter().any(|line| line.contains("Longest") && line.contains("6:23")));
    stage.press("gU");
    assert!(stage.lines()[0].contains("What can be taken back"), "{:?}", stage.lines());
    stage.press("<Esc>:stats week<Enter>");
    let period = auralis::model::listening::Period::Week;
    assert_eq!(stage.asked(), [Command::Library(auralis::model::command::Library::Count(period))]);
    let stats = auralis::model::listening::Stats { plays: 42, ..Default::default() };
    stage.show(Snapshot { stats: Some((period, Arc::new(stats))), ..stage.snapshot.clone() });
    let lines = stage.lines();
    assert!(lines.iter().any(|line| line.contains("Plays") && line.contains("42")), "{lines:?}");
}

#[test]
fn a_template_is_chosen_from_the_list() {
    use auralis::model::command::{IntoQueue, Templating};
    use auralis::model::id::PlaylistId;
    use auralis::model::template::{Template, TemplateName, Templates, Usage};
    let template = |id: u64, name: &str| Template {
        id: PlaylistId(id),
        name: TemplateName::new(name).unwrap(),
        note: String::new(),
        tags: vec!["slow".into()],
        favourite: name == "Zulu",
        shuffle: None,
        repeat: Default::default(),
        items: Arc::default(),
        made_s: 0,
        changed_s: 0,
        usage: Usage::default(),
    };
    let templates: Templates =
        [template(1, "Alpha"), template(2, "Zulu")].into_iter().map(Arc::new).collect();
    let mut stage = stage();
    stage.show(Snapshot { templates: Arc::new(templates), ..stage.snapshot.clone() });
    stage.press("gP");
    let lines = stage.lines();
    assert!(lines[0].contains("Queue templates"), "{lines:?}");
    assert!(
        lines[1].contains("♥ Zulu") && lines[2].contains("Alpha") && lines[2].contains("#slow"),
        "{lines:?}"
    );
    stage.press("jaikg*<Enter>");
    let load = |name: &str, how| Command::Template(Templating::Load(name.into(), how));
    assert_eq!(
        stage.asked(),
        [
            load("Alpha", IntoQueue::Append),
            load("Alpha", IntoQueue::Insert),
            Command::Template(Templating::Favourite("Zulu".into(), None)),
            load("Zulu", IntoQueue::Replace),
        ]
    );
    assert!(stage.state.report.is_none(), "the queue is what one looks at then");
}

#[test]
fn a_filter_that_is_no_query_marks_the_place_and_leaves_what_is_shown() {
    let mut stage = stage();
    stage.press("fbj<Space>artst");
    let shown = stage.state.library.matches.clone();
    stage.press(":x");
    assert_eq!(stage.state.library.matches, shown);
    let lines = stage.lines();
    let (mark, words) = (&lines[22], &lines[23]);
    assert_eq!(words, "filter bj artst:x");
    assert_eq!(mark, "          ↓ there is no field artst, but there is artist:; in quotes it is text");
    stage.press("<Enter>");
    assert!(stage.state.prompt.is_some(), "it can be mended");
    stage.press("<Esc>");
    assert_eq!((stage.state.prompt.is_some(), stage.state.filter.words.as_str()), (false, ""));
    stage.press(":filter year:x<Enter>");
    assert!(stage.lines()[22].contains("↓ \"x\" is not a year"));
}

#[test]
fn an_answer_to_an_older_question_is_dropped() {
    let mut stage = stage();
    stage.press("fbj<Enter>");
    let newest = stage.state.library.matches.clone();
    let asked = stage.state.filter.asked;
    let catalog = Arc::clone(&stage.snapshot.catalog);
    let old = Input::Filtered { asked: asked - 1, catalog: Arc::clone(&catalog), matches: Arc::default() };
    stage.input(old);
    assert_eq!(stage.state.library.matches, newest);
    stage.input(Input::Filtered { asked, catalog, matches: Arc::default() });
    assert_ne!(stage.state.library.matches, newest, "the newest is taken");
}

#[test]
fn a_filter_shows_what_matches_in_every_column() {
    let mut stage = stage();
    stage.press("fbjork hom");
    let count = |stage: &Stage| Column::ALL.map(|column| stage.state.library.rows(column).len());
    assert_eq!(count(&stage), [1, 1, 3]);
    stage.press("<C-u>e");
    assert_eq!(count(&stage)[2], stage.state.library.matches.as_ref().unwrap().rows.len());
    stage.press("<Esc>");
    assert_eq!(count(&stage), [3, 4, 12]);
}

/// A larger catalog comes in while one browses: the cursors stay on what they were on.
#[test]
fn cursors_stay_on_their_rows_when_the_library_grows() {
    let mut stage = Stage::new(140, 40, Snapshot { catalog: large(400), ..Snapshot::default() });
    stage.press("7jl3jl5j");
    let selected = |stage: &Stage| {
        let library = &stage.state.library;
        let entry = |column| {
            let mut text = String::new();
            library.texts(library.selected(column).unwrap(), |part| text.push_str(part));
            text
        };
        Column::ALL.map(entry)
    };
    let before = selected(&stage);
    assert_eq!(before[0], "Artist 00006");
    stage.show(Snapshot { catalog: large(4000), ..Snapshot::default() });
    assert_eq!(selected(&stage), before);
}

#[test]
fn the_cursor_follows_its_entry_through_changes_of_the_queue() {
    let mut stage = stage();
    stage.press("<Tab>4j");
    let mut queue = queue_of(&stage.snapshot.catalog, 1..=10, Some(0));
    let mut moved: Vec<_> = queue.items.to_vec();
    moved.remove(0);
    queue.items = Arc::new(moved);
    stage.show(Snapshot { queue: Arc::new(queue), ..stage.snapshot.clone() });
    assert_eq!(place(&stage), "queue 3");
    // The entry under the cursor goes: the next one takes its place.
    let mut queue = queue_of(&stage.snapshot.catalog, 1..=10, Some(0));
    queue.items = Arc::new(queue.items.iter().filter(|item| ![1, 5].contains(&item.id.0)).cloned().collect());
    stage.show(Snapshot { queue: Arc::new(queue), ..stage.snapshot.clone() });
    assert_eq!(stage.state.queue.selected(), Some(ItemId(6)));
}

#[test]
fn a_filter_narrows_the_queue_while_that_is_looked_at() {
    let mut stage = stage();
    let shown = |stage: &Stage| -> Vec<u64> {
        stage.state.queue.items(0, usize::MAX).map(|item| item.id.0).collect()
    };
    let all = shown(&stage);
    stage.press("<Tab>j");
    stage.press("f(");
    assert_eq!(shown(&stage), all, "no query: what is shown stays");
    stage.press("<C-u>album:homogenic");
    let narrowed = shown(&stage);
    assert!(!narrowed.is_empty() && narrowed.len() < all.len(), "{narrowed:?}");
    assert!(stage.state.filter.words.is_empty(), "the library is as it was");
    stage.press("<Enter>G");
    let last = *narrowed.last().unwrap();
    assert_eq!(stage.state.queue.selected(), Some(ItemId(last)));
    // What is asked is about entries, wherever they are shown.
    stage.asked();
    stage.press("dd");
    assert_eq!(stage.asked(), [Command::Queue(Queue::Remove(Items::Ids(vec![ItemId(last)])))]);
    // The entry goes, and another one comes: the filter is asked again.
    let mut queue = queue_of(&stage.snapshot.catalog, 1..=12, Some(0));
    queue.items = Arc::new(queue.items.iter().filter(|item| item.id.0 != last).cloned().collect());
    stage.show(Snapshot { queue: Arc::new(queue), ..stage.snapshot.clone() });
    assert!(!shown(&stage).contains(&last));
    // `/` goes among what is shown.
    stage.press("gg/title~/./<Enter>");
    assert!(shown(&stage).contains(&stage.state.queue.selected().unwrap().0));
    stage.press("<Esc>");
    assert_eq!(shown(&stage).len(), 11);
    assert!(stage.state.queue.filter.words.is_empty());
    stage.press(":filter no such words<Enter>");
    assert_eq!(shown(&stage), [0_u64; 0]);
    assert!(stage.lines().join("\n").contains("Nothing in the queue has"));
    stage.press("<Esc>");
    assert_eq!(shown(&stage).len(), 11);
}

fn click(stage: &mut Stage, x: u16, y: u16) {
    stage.draw();
    stage.input(Input::Mouse(Mouse::Press(x, y)));
    stage.input(Input::Mouse(Mouse::Release));
}

#[test]
fn a_click_selects_and_a_double_click_opens() {
    let mut stage = stage();
    stage.draw();
    let tracks_area = stage.map.area_of(Hit::Column(Column::Tracks)).unwrap();
    click(&mut stage, tracks_area.x + 2, tracks_area.y + 4);
    assert_eq!((place(&stage), stage.asked()), ("tracks 0/0/4".to_owned(), vec![]));
    stage.now += Duration::from_millis(200);
    click(&mut stage, tracks_area.x + 2, tracks_area.y + 4);
    assert_eq!(stage.asked(), [Command::Queue(Queue::PlayNow(tracks(&[5])))]);
    // Too slow for a double click.
    stage.now += Duration::from_secs(2);
    click(&mut stage, tracks_area.x + 2, tracks_area.y + 4);
    assert_eq!(stage.asked(), []);
    // Below the last row there is nothing.
    click(&mut stage, tracks_area.x + 2, tracks_area.bottom() - 1);
    assert_eq!(place(&stage), "tracks 0/0/4");
}

#[test]
fn the_wheel_scrolls_and_leaves_the_selection() {
    let mut stage = Stage::new(80, 24, Snapshot { catalog: large(400), ..Snapshot::default() });
    stage.press("ll");
    stage.draw();
    let area = stage.map.area_of(Hit::Column(Column::Tracks)).unwrap();
    for _ in 0..4 {
        stage.input(Input::Mouse(Mouse::WheelDown(area.x, area.y)));
    }
    let list = *stage.state.library.list(Column::Tracks);
    assert_eq!((list.cursor, list.top), (0, 12));
    assert!(!stage.lines()[3].contains("Track number 0 "), "the view moved");
}

#[test]
fn dragging_the_seek_bar_asks_now_and_then_and_at_the_end() {
    let mut stage = stage();
    stage.draw();
    let bar = stage.map.area_of(Hit::SeekBar).unwrap();
    let last = bar.right() - 1;
    stage.input(Input::Mouse(Mouse::Press(bar.x, bar.y)));
    for x in bar.x..=last {
        stage.now += Duration::from_millis(5);
        stage.input(Input::Mouse(Mouse::Drag(x, bar.y + 3)));
    }
    stage.input(Input::Mouse(Mouse::Release));
    let asked = stage.asked();
    let percent = |command: &Command| match command {
        Command::Playback(Playback::Seek(Seek::Percent(percent))) => *percent,
        other => panic!("{other:?}"),
    };
    let percents: Vec<f64> = asked.iter().map(percent).collect();
    assert_eq!((percents[0], percents[percents.len() - 1]), (0.0, 100.0));
    let budget = usize::from(bar.width) * 5 / 33 + 2;
    assert!(percents.len() <= budget, "{} asked in {} ms", percents.len(), bar.width * 5);
    stage.input(Input::Mouse(Mouse::Drag(bar.x, bar.y)));
    assert_eq!(stage.asked(), [], "released is released");
}

fn any_key() -> impl Strategy<Value = Key> {
    let typed = prop::sample::select(
        "jkhlgGzHMLdDuaimRJKnN/:?fqrsS 0123456789%+-<>[].,mtTpvVcZ".chars().collect::<Vec<_>>(),
    );
    let codes = [
        Code::Enter,
        Code::Esc,
        Code::Tab,
        Code::Backspace,
        Code::Delete,
        Code::Up,
        Code::Down,
        Code::Left,
        Code::Right,
        Code::Home,
        Code::End,
        Code::PageUp,
        Code::PageDown,
        Code::F(1),
        Code::F(4),
    ];
    prop_oneof![
        6 => typed.prop_map(Key::char),
        3 => prop::sample::select(codes.to_vec()).prop_map(Key::new),
        1 => prop::sample::select("abcdefhjklmnpruwz".chars().collect::<Vec<_>>()).prop_map(Key::ctrl),
        1 => any::<char>().prop_filter("no control", |c| !c.is_control()).prop_map(Key::char),
    ]
}

fn any_input() -> impl Strategy<Value = Input> {
    let mouse = prop_oneof![
        (0..160u16, 0..50u16).prop_map(|(x, y)| Mouse::Press(x, y)),
        (0..160u16, 0..50u16).prop_map(|(x, y)| Mouse::Drag(x, y)),
        (0..160u16, 0..50u16).prop_map(|(x, y)| Mouse::WheelDown(x, y)),
        (0..160u16, 0..50u16).prop_map(|(x, y)| Mouse::WheelUp(x, y)),
        Just(Mouse::Release),
    ];
    prop_oneof![
        40 => any_key().prop_map(Input::Key),
        4 => mouse.prop_map(Input::Mouse),
        1 => (0..150u16, 0..50u16).prop_map(|(width, height)| Input::Resize(width, height)),
        1 => any::<String>().prop_map(Input::Paste),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// 16 times 400 inputs, drawn every now and then, in screens of every size, while library and queue change.
    #[test]
    fn no_input_is_too_much(inputs in prop::collection::vec(any_input(), 400)) {
        let mut stage = stage();
        let full = stage.snapshot.clone();
        for (at, input) in inputs.into_iter().enumerate() {
            stage.now += Duration::from_millis(if at % 7 == 0 { 500 } else { 30 });
            stage.input(input);
            match at % 90 {
                30 => stage.show(Snapshot::default()),
                60 => stage.show(Snapshot { catalog: large(50), ..full.clone() }),
                80 => stage.show(full.clone()),
                _ => {}
            }
            if at % 5 == 0 {
                let buf = stage.draw();
                prop_assert!(buf.content().iter().all(|cell| !cell.symbol().contains(char::is_control)));
            }
        }
    }
}

/// What two files say of themselves, as the core shows it.
fn tags_of_two() -> TagsView {
    let same = |values: &[&str]| Said::Same(values.iter().map(|&value| value.to_owned()).collect());
    let said = |field| match field {
        Field::Title => Said::Several,
        Field::Artist => same(&["A", "B; live"]),
        Field::Track => same(&["3"]),
        _ => same(&[]),
    };
    let sheet = TagSheet {
        files: vec!["/m/a.flac".into(), "/m/b.flac".into()],
        fields: Field::all().map(|field| (field, said(field))).collect(),
        facts: vec![
            ("sound".into(), same(&["FLAC 16 bit, 44100 Hz, 2 channels"])),
            ("file".into(), Said::Several),
        ],
        problems: Vec::new(),
    };
    TagsView { sheet: Some(Arc::new(sheet)), ..TagsView::default() }
}

/// Enter edits a field in a line, `w` shows what would change and then writes it, Esc goes back step by step.
#[test]
fn tags_are_edited_shown_and_written() {
    let mut stage = stage();
    stage.press("lljtjtgi");
    let asked = stage.asked();
    let Some(Command::Tags(Tagging::Look { what: Target::Tracks(tracks), tell: false })) = asked.last()
    else {
        panic!("{asked:?}")
    };
    assert_eq!(tracks.len(), 2, "the marked ones");
    let tracks = Target::Tracks(tracks.clone());
    let snapshot = stage.snapshot.clone();
    let with = |tags: TagsView| Snapshot { tags: Arc::new(tags), ..snapshot.clone() };
    stage.show(with(tags_of_two()));
    // Title differs: nothing typed leaves it. The artist's two values are one line.
    stage.press("<Enter><Enter>");
    stage.press("j<Enter>");
    assert_eq!(stage.state.prompt.as_ref().unwrap().line.text(), "A; B\\; live");
    stage.press("<C-u>X;<Space>Y<Enter>");
    // Not a number: it stays open, to be mended.
    stage.press("/track<Enter><Enter><C-u>three<Enter><C-u>4<Enter>");
    let edits = || {
        let edits = stage.state.tags.as_ref().unwrap().edits.clone();
        edits.into_iter().collect::<Vec<_>>()
    };
    let values = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect::<Vec<_>>();
    assert_eq!(edits(), [(Field::Artist, values(&["X", "Y"])), (Field::Track, values(&["4"]))]);
    stage.press("dd");
    assert_eq!(stage.state.tags.as_ref().unwrap().edits[&Field::Track], values(&[]));
    stage.press("U<Esc>");
    assert!(stage.state.tags.is_some(), "edits are not lost by one key");
    stage.press("w");
    let work = TagWork::Edit(vec![TagEdit::Set(Field::Artist, values(&["X", "Y"]))]);
    let change = Command::Tags(Tagging::Change { what: tracks.clone(), work, ask: true });
    assert_eq!(stage.asked().last(), Some(&change));
    let preview = TagPreview { files: vec![("/m/a.flac".into(), vec![])], unchanged: 1 };
    stage.show(with(TagsView { preview: Some(Arc::new(preview)), ..tags_of_two() }));
    stage.press("<Esc>");
    assert_eq!(stage.asked().last(), Some(&Command::Tags(Tagging::Drop)));
    assert!(stage.state.tags.is_some(), "back to the form");
    stage.press("w");
    assert_eq!(stage.asked().last(), Some(&Command::Tags(Tagging::Write)));
    stage.show(with(TagsView { writing: Some((1, 2)), ..tags_of_two() }));
    stage.show(with(TagsView::default()));
    assert!(stage.state.tags.as_ref().unwrap().edits.is_empty());
    assert!(matches!(stage.asked().last(), Some(Command::Tags(Tagging::Look { .. }))), "it is read anew");
    stage.press("<Esc>");
    assert!(stage.state.tags.is_none());
}

/// `:tag set` shows the difference of the selection first; what is done closes it, what is refused stays to be read.
#[test]
fn a_typed_change_of_tags_is_shown_before_it_is_done() {
    let mut stage = stage();
    stage.press("ll:tag<Space>set<Space>genre<Space>Rock<Space>'Post<Space>Rock'<Enter>");
    let asked = stage.asked();
    let Some(Command::Tags(Tagging::Change { what: Target::Tracks(tracks), work, ask: true })) = asked.last()
    else {
        panic!("{asked:?}")
    };
    assert_eq!(tracks.len(), 1);
    let values = vec!["Rock".to_owned(), "Post Rock".to_owned()];
    assert_eq!(*work, TagWork::Edit(vec![TagEdit::Set(Field::Genre, values)]));
    let snapshot = stage.snapshot.clone();
    let with = |tags: TagsView| Snapshot { tags: Arc::new(tags), ..snapshot.clone() };
    let refused = Arc::new(vec![("/m/a".into(), "cannot be written".to_owned())]);
    stage.show(with(TagsView { writing: Some((0, 1)), ..TagsView::default() }));
    stage.show(with(TagsView { refused, ..TagsView::default() }));
    assert!(stage.state.tags.is_some());
    stage.press("<Esc>");
    assert!(stage.state.tags.is_none());
    stage.press(":tag<Space>rename<Space>'{artist}<Space>-<Space>{title}'<Enter>");
    stage.show(with(TagsView { writing: Some((0, 1)), ..TagsView::default() }));
    stage.show(with(TagsView::default()));
    assert!(stage.state.tags.is_none());
    stage.press(":tag<Space>set<Space>tittle<Space>x<Enter>");
    assert!(stage.lines().join("\n").contains("needs the name of a field"));
    stage.press(":art-set<Enter>");
    assert!(stage.lines().join("\n").contains("Name the picture"));
}
