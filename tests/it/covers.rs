//! Covers on the screen: whole frames in the sizes that matter, and the real program with a real file under terminals that
//! say that they show pictures, and under one that says nothing.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::Arc;

use auralis::config::theme::Role;
use auralis::model::command::{Command, Library, Lyricing, LyricsOffset, Playback, Seek};
use auralis::model::lyrics::{Found, Lyrics, LyricsView, Source};
use auralis::model::picture::{CoverView, Picture};
use auralis::model::playback::PlayState;
use auralis::model::player::Position;
use auralis::model::snapshot::Snapshot;
use auralis::tui::cover::{Covers, Way};
use auralis::tui::layout::layout;
use auralis::tui::paint::Paint;
use auralis::tui::scene::Hit;
use auralis::tui::update::{Effect, FileQuestion, Input, Mouse};
use insta::assert_snapshot;
use ratatui::style::Color;

use crate::home::Home;
use crate::media;
use crate::pseudo_terminal::{Session, Start};
use crate::stage::{Stage, lines, playing, queue_of, small};

const RED: [u8; 3] = [255, 0, 0];
const BLUE: [u8; 3] = [0, 0, 255];

/// Its left half is red, its right half blue.
fn red_and_blue(side: u16) -> Arc<Picture> {
    let half = usize::from(side) / 2;
    let line: Vec<u8> = [RED.repeat(half), BLUE.repeat(half)].concat();
    Arc::new(Picture::new(side, side, line.repeat(half * 2)).unwrap())
}

fn snapshot() -> Snapshot {
    let catalog = small();
    let playback = playing(&catalog, 2, PlayState::Playing);
    Snapshot {
        playback: Arc::new(playback),
        queue: Arc::new(queue_of(&catalog, 1..=3, Some(1))),
        catalog,
        ..Snapshot::default()
    }
}

fn with_cover(snapshot: Snapshot, picture: Option<Arc<Picture>>) -> Snapshot {
    let path = snapshot.playback.now.as_ref().unwrap().path.clone();
    Snapshot { cover: Some(Arc::new(CoverView { path, side: 128, picture })), ..snapshot }
}

fn with_words(snapshot: Snapshot) -> Snapshot {
    let path = snapshot.playback.now.as_ref().unwrap().path.clone();
    let words =
        Lyrics::parse("[00:00]All these accidents\n[00:09]That happen\n[01:00]Follow the dot", Source::Tags);
    let found = Found::Words(words.unwrap());
    Snapshot { lyrics: Some(Arc::new(LyricsView { path, found, offset_ms: 0 })), ..snapshot }
}

fn stage(width: u16, height: u16, way: Way, snapshot: Snapshot) -> Stage {
    let mut stage = Stage::new(width, height, Snapshot::default());
    stage.state.covers = Covers::new(way, 512, Some((10, 20)));
    stage.show(snapshot);
    stage
}

fn sides(stage: &Stage) -> Vec<u16> {
    let side =
        |command| if let Command::Library(Library::ShowCover(side)) = command { Some(side) } else { None };
    stage.asked().into_iter().filter_map(side).collect()
}

#[test]
fn what_plays_has_a_view_in_every_size() {
    for (width, height) in [(20, 5), (60, 16), (80, 24), (140, 40), (40, 30)] {
        let shown = with_words(with_cover(snapshot(), Some(red_and_blue(64))));
        let mut stage = stage(width, height, Way::Blocks, shown);
        stage.press("C");
        assert_snapshot!(format!("song_{width}x{height}"), stage.lines().join("\n"));
    }
}

#[test]
fn without_a_cover_the_text_takes_its_room() {
    let mut none = stage(80, 24, Way::Blocks, with_words(with_cover(snapshot(), None)));
    let mut few = stage(80, 24, Way::None, with_words(with_cover(snapshot(), Some(red_and_blue(64)))));
    none.press("C");
    few.press("C");
    assert_snapshot!("song_without_cover_80x24", none.lines().join("\n"));
    assert_eq!(few.lines(), none.lines(), "a terminal of few colours");
    none.show(Snapshot::default());
    assert!(none.lines().join("\n").contains("Nothing is playing"));
}

#[test]
fn the_foot_has_a_small_one_in_the_colours_of_the_picture() {
    let mut stage = stage(80, 24, Way::Blocks, with_cover(snapshot(), Some(red_and_blue(64))));
    let buf = stage.draw();
    let foot: Vec<String> = lines(&buf).split_off(20);
    assert!(foot[0].starts_with(" ▀▀▀▀▀▀  ►  Jóga"), "{foot:?}");
    assert!(foot[2].starts_with(" ▀▀▀▀▀▀  0:00 "), "{foot:?}");
    let [red, blue] = [RED, BLUE].map(|[r, g, b]| Color::Rgb(r, g, b));
    let colours = |x: u16, y: u16| (buf[(x, y)].fg, buf[(x, y)].bg);
    assert_eq!(
        [colours(1, 20), colours(3, 22), colours(4, 20), colours(6, 22)],
        [(red, red), (red, red), (blue, blue), (blue, blue)]
    );
    stage.input(Input::Resize(49, 24));
    assert!(!stage.lines().join("").contains('▀'), "too narrow");
    stage.input(Input::Resize(80, 15));
    assert!(!stage.lines().join("").contains('▀'), "two rows are too few");
}

#[test]
fn a_cover_is_asked_for_once_a_track_and_again_where_a_larger_one_is_needed() {
    let mut stage = stage(80, 24, Way::Blocks, snapshot());
    assert_eq!(sides(&stage), [64]);
    stage.show(with_cover(snapshot(), Some(red_and_blue(64))));
    stage.press("jk");
    assert!(sides(&stage).is_empty());
    stage.press("C");
    assert_eq!(sides(&stage), [128]);
    stage.press("CC");
    assert!(sides(&stage).is_empty());
    // Another core, which knows of nothing.
    stage.show(snapshot());
    assert_eq!(sides(&stage), [128]);
    let mut next = with_cover(snapshot(), Some(red_and_blue(64)));
    next.playback = Arc::new(playing(&next.catalog, 6, PlayState::Playing));
    stage.show(next);
    assert_eq!(sides(&stage), [128]);
    stage.state.covers = Covers::new(Way::None, 512, None);
    stage.show(snapshot());
    assert!(sides(&stage).is_empty(), "covers are off");
}

/// Of the same folder it stays until something else is known, so that nothing flickers between two tracks of an album.
#[test]
fn a_cover_of_elsewhere_is_never_shown_for_what_plays() {
    let mut shown = with_cover(snapshot(), Some(red_and_blue(64)));
    let first = Arc::clone(shown.cover.as_ref().unwrap());
    let mut stage = stage(80, 24, Way::Blocks, shown.clone());
    let is_shown = |stage: &mut Stage| stage.lines().join("").contains('▀');
    assert!(is_shown(&mut stage));
    let of = |folder: &str| {
        Arc::new(CoverView { path: Path::new(folder).join("x.flac").into(), ..(*first).clone() })
    };
    shown.cover = Some(of("/music"));
    stage.show(shown.clone());
    assert!(is_shown(&mut stage));
    shown.cover = Some(of("/elsewhere"));
    stage.show(shown.clone());
    assert!(!is_shown(&mut stage));
    assert!(stage.lines()[20].starts_with("         ►  Jóga"), "its room stays: {:?}", stage.lines()[20]);
    stage.show(with_cover(shown, None));
    assert!(stage.lines()[20].starts_with(" ►  Jóga"));
}

/// Every cell says which part of which picture it is, and the frame has the picture.
#[test]
fn a_terminal_with_pictures_gets_cells_that_name_one() {
    let way = Way::Kitty { seed: 1, tmux: false };
    let mut stage = stage(80, 24, way, with_cover(snapshot(), Some(red_and_blue(64))));
    let buf = stage.draw();
    let placement = stage.map.picture.clone().unwrap();
    assert_eq!((placement.columns, placement.rows), (6, 3));
    for (column, row) in (0..3).flat_map(|row| (0..6).map(move |column| (column, row))) {
        let cell = &buf[(1 + column, 20 + row)];
        assert_eq!(cell.symbol(), placement.number.cell(column, row).unwrap());
        assert_eq!(cell.fg, placement.number.colour());
    }
    stage.press("g?C");
    stage.draw();
    let large = stage.map.picture.clone().unwrap();
    assert_eq!((large.number, large.columns, large.rows), (placement.number, 35, 18));
    stage.show(with_cover(snapshot(), None));
    stage.draw();
    assert_eq!(stage.map.picture, None);
}

/// Its cells stay blank, and nothing else is drawn into them.
#[test]
fn what_is_painted_has_blank_cells_and_is_made_once() {
    let way = Way::Painted(Paint::Sixel);
    let mut stage = stage(80, 24, way, with_cover(snapshot(), Some(red_and_blue(64))));
    let buf = stage.draw();
    let placement = stage.map.painted.clone().unwrap();
    assert_eq!((placement.area.width, placement.area.height), (6, 3));
    assert!(placement.painted.sequence.starts_with("\x1bP0;1;0q\"1;1;60;60#0;2;"));
    assert!(placement.area.positions().all(|position| buf[position].symbol() == " "));
    stage.answers = false;
    stage.press("jk");
    assert!(stage.effects.is_empty(), "it is made already");
    stage.press("C");
    stage.draw();
    assert!(
        stage.map.painted.is_none() && matches!(stage.effects[..], [Effect::Files(FileQuestion::Paint(_))]),
        "until it is made"
    );
}

/// A FLAC file of a minute with the picture inside.
pub fn home() -> Home {
    let home = Home::with_music();
    let picture = red_and_blue(40);
    let image = image::RgbImage::from_raw(40, 40, picture.rgb().to_vec()).unwrap();
    let file = home.path("cover.png");
    image.save(&file).unwrap();
    let wav = home.song("raw.wav", 60.0, &[]);
    let (from, option) = (home.path("covered/1.flac"), format!("--picture={}", file.display()));
    std::fs::create_dir_all(from.parent().unwrap()).unwrap();
    let words = ["-s", "-f", &option, "-T", "TITLE=Painted", "-T", "ARTIST=Ann", "-o"];
    let paths: [PathBuf; 2] = [from, wav];
    media::run("flac", &[&words[..], &paths.each_ref().map(|path| path.to_str().unwrap())].concat());
    std::fs::remove_file(file).unwrap();
    home
}

/// Names, each with what all terminals answer; and what kitty answers to the question for pictures.
const KITTY: &str = "\x1bP>|kitty(0.43.1)\x1b\\\x1b[?62;52;c";
const XTERM: &str = "\x1bP>|XTerm(390)\x1b\\\x1b[?64;4;6;9;22c";
const PICTURES: &str = "\x1b_Gi=31;OK\x1b\\\x1b[?62;52;c";
const WHAT_IS_IT: &str = "\x1b[>q\x1b[16t\x1b[c";
/// As XTerm and iTerm2 answer, with cells of 10 by 20 pixels.
const SIXEL: &str = "\x1bP>|XTerm(390)\x1b\\\x1b[6;20;10t\x1b[?64;4;6;9;22c";
const ITERM2: &str = "\x1bP>|iTerm2 3.5.4\x1b\\\x1b[6;20;10t\x1b[?62;4c";
/// An `ssh` lies between: the answer has time.
const FAR: (&str, &str) = ("SSH_TTY", "/dev/pts/0");

fn begin(home: &Home, variables: &[(&str, &str)], words: &[&str]) -> Session {
    Session::begin(home, &Start { words, variables, ..Start::default() })
}

/// Red and blue of the 256 colours: 16 + 36 * 5, 16 + 5.
fn painted(screen: &vt100::Screen) -> usize {
    let (rows, cols) = screen.size();
    let cells = (0..rows.get()).flat_map(|row| (0..cols.get()).map(move |col| (row, col)));
    let cells = cells.filter_map(|(row, col)| screen.cell(row, col)).filter(|cell| cell.contents() == "▀");
    let is_painted = |colour| matches!(colour, vt100::Color::Idx(196 | 21));
    cells.filter(|cell| is_painted(cell.fgcolor()) && is_painted(cell.bgcolor())).count()
}

fn count(session: &Session, part: &str) -> usize {
    String::from_utf8_lossy(&session.raw()).matches(part).count()
}

#[test]
fn a_terminal_that_says_nothing_gets_blocks_and_no_pictures() {
    let home = home();
    let mut session = begin(&home, &[], &["covered"]);
    session.wait("small cover", |screen| painted(screen) == 18);
    session.press("C");
    session.wait("large cover", |screen| painted(screen) > 500 && screen.contents().contains("Now playing"));
    session.press("C");
    session.wait("small cover", |screen| painted(screen) == 18);
    assert_eq!((count(&session, WHAT_IS_IT), count(&session, "\x1b_G")), (1, 0));
    // Of the next track nothing is known to be a cover.
    session.press(":add music/1.wav\r");
    session.wait_for("Queue 2");
    session.press(":next\r");
    session.wait("end of the cover", |screen| painted(screen) == 0);
    session.quit();
}

#[test]
fn a_terminal_that_answers_as_kitty_does_gets_the_picture_once() {
    let home = home();
    let mut session = begin(&home, &[FAR], &["covered"]);
    session.wait_raw(WHAT_IS_IT);
    // Typed before it answers: that is not lost.
    session.press(&format!("C{KITTY}"));
    session.wait_raw("\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[c");
    session.press(PICTURES);
    session.wait_for("Now playing");
    session.wait_raw("\x1b_Ga=p,U=1");
    session.wait("placeholders", |screen| screen.contents().contains('\u{10eeee}'));
    let sent = || count(&session, "\x1b_Ga=t,f=24,q=2,i=");
    assert_eq!((sent(), count(&session, "▀")), (1, 0));
    session.press(":help\r");
    session.wait_for("Keys");
    session.press(":help\r");
    session.wait_without("Keys");
    assert_eq!(count(&session, "\x1b_Ga=t,f=24,q=2,i="), 1, "it is there");
    session.resize((100, 30));
    session.wait_raw_times("\x1b_Ga=t,f=24,q=2,i=", 2);
    session.press("ZZ");
    assert_eq!(session.end(), 0);
    let raw = String::from_utf8_lossy(&session.raw()).into_owned();
    let after = raw.rsplit("\x1b_Ga=p,U=1,q=2,i=").next().unwrap();
    let id: String = after.chars().take_while(char::is_ascii_digit).collect();
    let deleted = after.find(&format!("\x1b_Ga=d,d=I,q=2,i={id}\x1b\\")).unwrap();
    assert!(deleted < after.find("\x1b[?1049l").unwrap());
}

/// A terminal that paints: once a picture and place, and again where something lay over it.
#[test]
fn a_terminal_that_paints_gets_the_picture_in_its_way() {
    let home = home();
    for (answer, small, large) in [
        (SIXEL, "\x1bP0;1;0q\"1;1;60;60#0;2;", "\x1bP0;1;0q\"1;1;4"),
        (ITERM2, ";width=6;height=3;preserveAspectRatio=0;doNotMoveCursor=1:", "\x1b]1337;File=inline=1;"),
    ] {
        let mut session = begin(&home, &[FAR], &["covered"]);
        session.wait_raw(WHAT_IS_IT);
        session.press(answer);
        session.wait_for("Painted");
        session.wait_raw(small);
        let sent = count(&session, small);
        assert_eq!((sent, count(&session, "▀"), count(&session, "\x1b_G")), (1, 0, 0));
        session.press(" ");
        session.wait_for("❚❚");
        assert_eq!(count(&session, small), 1, "it is there");
        session.press("C");
        session.wait_for("Now playing");
        session.wait_raw(large);
        session.press("C");
        session.wait_without("Now playing");
        session.wait_raw_times(small, 2);
        session.resize((100, 30));
        session.wait_raw_times(small, 3);
        session.quit();
    }
}

/// Where the user wants them or none; and where nothing is to be asked.
#[test]
fn the_setting_says_how_covers_are_shown() {
    let home = home();
    let with = |value: &str| {
        home.put(".config/auralis/config.toml", format!("[screen]\ncovers = \"{value}\"\n").as_bytes());
    };
    for (value, [name, pictures], blocks) in [
        ("off", [0, 0], 0),
        ("blocks", [0, 0], 18),
        ("kitty", [1, 1], 0),
        ("auto", [1, 0], 18),
        ("sixel", [1, 0], 18),
    ] {
        with(value);
        let mut session = begin(&home, &[FAR], &["covered"]);
        if name > 0 {
            session.wait_raw(WHAT_IS_IT);
            session.press(XTERM);
        }
        if pictures > 0 {
            session.wait_raw("\x1b_Gi=31,");
            session.press("\x1b[?64;4;6;9;22c");
        }
        session.wait_up();
        session.wait_for("Painted");
        session.wait(value, |screen| painted(screen) == blocks);
        let told = [WHAT_IS_IT, "\x1b_Gi=31,", "a=t,"].map(|part| count(&session, part));
        assert_eq!(told, [name, pictures, 0], "{value}");
        session.quit();
    }
}

/// In tmux the question for pictures would become the title of the pane.
#[test]
fn a_multiplexer_is_never_asked_for_pictures() {
    let home = home();
    for (variables, name) in [(&[FAR][..], Some("tmux 3.5a")), (&[FAR, ("TMUX", "/tmp/t,1,0")][..], None)] {
        let mut session = begin(&home, variables, &["covered"]);
        if let Some(name) = name {
            session.wait_raw(WHAT_IS_IT);
            session.press(&format!("\x1bP>|{name}\x1b\\\x1b[?1;2;4c"));
        }
        session.wait("small cover", |screen| painted(screen) == 18);
        assert_eq!(
            [count(&session, WHAT_IS_IT), count(&session, "\x1b_G")],
            [usize::from(name.is_some()), 0]
        );
        session.quit();
    }
}

struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_screen_of_another_process_shows_the_cover() {
    let home = home();
    let words = ["daemon", "--output", "null", "covered"];
    let daemon = home.program(&words).stderr(Stdio::null()).spawn().map(Daemon).unwrap();
    let until = std::time::Instant::now() + crate::home::PATIENCE;
    while !home.program(&["status"]).output().unwrap().status.success() {
        assert!(std::time::Instant::now() < until, "no player");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let mut session = Session::begin(&home, &Start { real_output: true, ..Start::default() });
    session.wait("small cover", |screen| painted(screen) == 18);
    session.press("C");
    session.wait("large cover", |screen| painted(screen) > 500);
    session.press("C:scan covered\r");
    session.wait_for("Ann");
    session.press("zw");
    session.wait("the wall", |screen| painted(screen) == 18 + 12 * 6);
    drop(daemon);
}

/// The library by a wall: the cover is found by the player, made blocks of by the screen.
#[test]
fn a_wall_shows_the_covers_of_albums() {
    let home = home();
    let mut session = begin(&home, &[], &["covered"]);
    session.wait("small cover", |screen| painted(screen) == 18);
    session.press(":scan covered\r");
    session.wait_for("Ann");
    session.press("zw");
    // 12 by 6 cells in a window of 120 by 30, beside the entry for all albums.
    session.wait("the wall", |screen| painted(screen) == 18 + 12 * 6);
    session.press("zw");
    session.wait("the columns", |screen| painted(screen) == 18);
    session.quit();
}

fn with_timed_words(offset_ms: i32) -> Snapshot {
    let shown = snapshot();
    let path = shown.playback.now.as_ref().unwrap().path.clone();
    let text = "[00:00]All these accidents\n[00:09]<00:09>That <00:10>hap<00:12>pen\n[01:00]Follow the dot";
    let found = Found::Words(Lyrics::parse(text, Source::Tags).unwrap());
    Snapshot { lyrics: Some(Arc::new(LyricsView { path, found, offset_ms })), ..shown }
}

fn sung_at(seconds: u64, keys: &str, offset_ms: i32) -> Stage {
    let mut stage = stage(60, 16, Way::None, with_timed_words(offset_ms));
    let play = stage.snapshot.playback.now.as_ref().unwrap().play;
    stage.gauges.position = Some(Position { play, frame: 44_100 * seconds, rate: 44_100 });
    stage.press(keys);
    stage
}

/// The text of the cells that are drawn as what plays is, beneath the title.
fn lit(stage: &mut Stage) -> String {
    let playing = stage.styles.on_text(Role::Playing);
    let buf = stage.draw();
    let rows = layout(&stage.state).main;
    let of_words = stage.map.area_of(Hit::Words).or(stage.map.area_of(Hit::Report)).unwrap();
    let cells = rows.intersection(of_words).positions().filter(|at| buf[*at].fg == playing.fg.unwrap());
    cells.map(|at| buf[at].symbol().to_owned()).collect::<String>().trim().to_owned()
}

#[test]
fn the_word_that_is_sung_is_lit() {
    for keys in ["gW", "C"] {
        assert_eq!(lit(&mut sung_at(3, keys, 0)), "All these accidents", "{keys}: no words, the line");
        assert_eq!(lit(&mut sung_at(9, keys, 0)), "That", "{keys}");
        assert_eq!(lit(&mut sung_at(11, keys, 0)), "hap", "{keys}");
        assert_eq!(lit(&mut sung_at(11, keys, 1_000)), "pen", "{keys}: a second sooner");
        assert_eq!(lit(&mut sung_at(11, keys, -2_000)), "That", "{keys}: two later");
    }
}

#[test]
fn a_line_is_gone_to_by_click_and_enter() {
    let seeks = |stage: &Stage| {
        let seek = |command| match command {
            Command::Playback(Playback::Seek(Seek::To(at))) => Some(at.as_millis()),
            _ => None,
        };
        stage.asked().into_iter().filter_map(seek).collect::<Vec<_>>()
    };
    for (keys, hit) in [("gW", Hit::Report), ("C", Hit::Words)] {
        let mut stage = sung_at(3, keys, 500);
        stage.draw();
        let area = stage.map.area_of(hit).unwrap();
        stage.input(Input::Mouse(Mouse::Press(area.x + 3, area.y + 1)));
        assert_eq!(seeks(&stage), [8_500], "{keys}: half a second sooner");
        stage.input(Input::Mouse(Mouse::Press(area.x + 3, area.bottom() - 1)));
        assert!(seeks(&stage).is_empty(), "{keys}: there is no line");
    }
    let mut stage = sung_at(3, "gWjj<Enter>", 0);
    assert_eq!(seeks(&stage), [60_000]);
    stage.press(";,");
    let offsets = [100, -100].map(|ms| Command::Lyrics(Lyricing::Offset(LyricsOffset::By(ms))));
    assert!(stage.asked().ends_with(&offsets));
}
