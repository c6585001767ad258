//! What can be done with what is selected, to choose from: with the other button of the mouse, or by a key.

use auralis::config::keys::Context;
use auralis::model::command::{Command, Items, Pane, Playback, Queue, Target, VolumeChange};
use auralis::model::id::{ItemId, TrackId};
use auralis::tui::browse::Column;
use auralis::tui::menu::About;
use auralis::tui::scene::Hit;
use auralis::tui::update::{Input, Mouse};

use crate::screens;
use crate::stage::Stage;

/// The queue has the tracks 7, 8, 12, one that is not known, 1, 2, 3.
fn stage(keys: &str) -> Stage {
    let mut stage = screens::stage(80, 24, keys);
    stage.draw();
    stage
}

fn mouse(stage: &mut Stage, mouse: Mouse) {
    stage.draw();
    stage.input(Input::Mouse(mouse));
    stage.draw();
}

/// A cell of a row of a list.
fn cell(stage: &mut Stage, hit: Hit, row: u16) -> (u16, u16) {
    stage.draw();
    let area = stage.map.area_of(hit).unwrap();
    (area.x + 3, area.y + row)
}

/// A cell of the menu's row with these words.
fn row_of(stage: &mut Stage, words: &str) -> (u16, u16) {
    let lines = stage.lines();
    let y = lines.iter().position(|line| line.contains(words)).unwrap_or_else(|| panic!("{lines:#?}"));
    (stage.map.area_of(Hit::Menu).unwrap().x + 1, y as u16)
}

fn about(stage: &Stage) -> Option<About> {
    stage.state.menu.map(|menu| menu.about)
}

fn insert(ids: &[u32]) -> Command {
    Command::Queue(Queue::Insert(Target::Tracks(ids.iter().copied().map(TrackId).collect())))
}

#[test]
fn a_row_of_it_is_the_command_that_it_names() {
    let remove = Command::Queue(Queue::Remove(Items::Ids(vec![ItemId(1)])));
    for (keys, asked) in [
        ("gqg<Enter>j<Enter>", vec![remove]),
        ("lljg<Enter>j<Enter>", vec![insert(&[2])]),
        ("lljg<Enter>kj<Down><Up><Enter>", vec![insert(&[2])]),
        ("llj<S-F10><Down><Enter>", vec![insert(&[2])]),
        ("lljg<Enter><Esc>", vec![]),
        ("lljg<Enter>q", vec![]),
        // Its keys do what they do without it, and close it.
        ("lljg<Enter>i", vec![insert(&[2])]),
        ("lljg<Enter>c", vec![Command::Playback(Playback::Toggle)]),
        // Of what is marked, not of where the cursor is.
        ("llttg<Enter>j<Enter>", vec![insert(&[1, 2])]),
    ] {
        let stage = stage(keys);
        assert_eq!(stage.asked(), asked, "{keys}");
        assert_eq!(about(&stage), None, "{keys}");
    }
    let mut stage = stage("gqg<Enter>");
    stage.press("5j<Enter>");
    assert_eq!(about(&stage), None, "a count is no key of it");
}

#[test]
fn it_is_about_what_is_selected_and_names_the_keys_of_the_keymap() {
    for (keys, expected) in [
        ("", Some(About::Artist)),
        ("jl", Some(About::Album)),
        ("jll", Some(About::Track)),
        ("gq", Some(About::Queued)),
        ("gV", Some(About::Playing)),
        ("gL", None),
        ("g?", None),
        ("g,", Some(About::Setting)),
        (":volume 40<Enter>q:", Some(About::Typed)),
        ("gqgi", Some(About::Field)),
        ("gM", None),
        ("gP", None),
    ] {
        let mut stage = stage(keys);
        stage.press("g<Enter>");
        assert_eq!(about(&stage), expected, "{keys}");
        stage.draw();
    }
    let mut stage = stage("jllg<Enter>");
    let line = |stage: &mut Stage, words: &str| {
        let lines = stage.lines();
        let line = lines.iter().find(|line| line.contains(words)).unwrap_or_else(|| panic!("{lines:#?}"));
        let after = line.split(words).nth(1).unwrap().split('│').next().unwrap();
        after.trim().to_owned()
    };
    assert_eq!(line(&mut stage, "Play next"), "i");
    assert_eq!(line(&mut stage, "What sounds alike"), "g=");
    stage.keymap.map(Context::Library, "X", Some("insert")).unwrap();
    stage.keymap.map(Context::Library, "i", Some("next")).unwrap();
    assert_eq!(line(&mut stage, "Play next"), "X");
}

#[test]
fn the_other_button_selects_and_opens_it_and_a_click_beside_closes_it() {
    let mut stage = stage("gq");
    let (x, y) = cell(&mut stage, Hit::Queue, 2);
    mouse(&mut stage, Mouse::Menu(x, y));
    assert_eq!((about(&stage), stage.state.queue.list.cursor), (Some(About::Queued), 2));
    // Beside it: nothing but the menu is meant.
    let (x, y) = cell(&mut stage, Hit::Queue, 0);
    mouse(&mut stage, Mouse::Press(x, y));
    assert_eq!((about(&stage), stage.state.queue.list.cursor), (None, 2));
    let (x, y) = cell(&mut stage, Hit::Queue, 2);
    mouse(&mut stage, Mouse::Menu(x, y));
    let (x, y) = row_of(&mut stage, "To the end");
    mouse(&mut stage, Mouse::Press(x, y));
    mouse(&mut stage, Mouse::Release);
    let moved = Queue::MoveTo(Items::Ids(vec![ItemId(3)]), usize::MAX);
    assert_eq!((stage.asked(), about(&stage)), (vec![Command::Queue(moved)], None));
    // On nothing, on what has none.
    let (x, y) = cell(&mut stage, Hit::Queue, 9);
    mouse(&mut stage, Mouse::Menu(x, y));
    assert_eq!(about(&stage), None);
    let (x, y) = cell(&mut stage, Hit::SeekBar, 0);
    mouse(&mut stage, Mouse::Menu(x, y));
    assert_eq!(about(&stage), Some(About::Playing));
    assert_eq!(stage.asked(), [], "it is not sought");
}

#[test]
fn what_covers_the_panes_has_menus_of_its_own() {
    let mut stage = stage(":volume 40<Enter>:next<Enter>q:");
    stage.asked();
    let (x, y) = cell(&mut stage, Hit::Report, 0);
    mouse(&mut stage, Mouse::Menu(x, y));
    assert_eq!(about(&stage), Some(About::Typed));
    let (x, y) = row_of(&mut stage, "Change it first");
    mouse(&mut stage, Mouse::Press(x, y));
    assert_eq!(stage.state.prompt.as_ref().map(|prompt| prompt.line.text()), Some("volume 40"));
    stage.press("<Esc>g,").draw();
    let (x, y) = cell(&mut stage, Hit::Report, 40);
    mouse(&mut stage, Mouse::Menu(x, y));
    assert_eq!(about(&stage), None, "beside all rows");
    stage.press("/fps<Enter>g<Enter>");
    let (x, y) = row_of(&mut stage, "Change...");
    mouse(&mut stage, Mouse::Press(x, y));
    assert!(stage.state.prompt.as_ref().is_some_and(|prompt| prompt.line.text().starts_with("set ")));
}

/// Pressed twice, a row does what Enter does.
#[test]
fn a_line_that_was_typed_is_done_again_by_two_presses() {
    let mut stage = stage(":volume 40<Enter>:next<Enter>q:");
    stage.asked();
    let (x, y) = cell(&mut stage, Hit::Report, 0);
    for _ in 0..2 {
        mouse(&mut stage, Mouse::Press(x, y));
        mouse(&mut stage, Mouse::Release);
    }
    assert_eq!(stage.asked(), [Command::Playback(Playback::Volume(VolumeChange::To(40)))]);
}

/// What asks for more words opens the prompt with the command in it.
#[test]
fn a_row_that_needs_words_asks_for_them() {
    let mut stage = stage("jll");
    stage.press("g<Enter>").press("4j<Esc>");
    stage.press("g<Enter>jjjj<Enter>");
    assert_eq!(stage.state.prompt.as_ref().unwrap().line.text(), "playlist-add ");
}

#[test]
fn it_fits_every_screen() {
    for (width, height) in [(80, 24), (20, 5), (7, 3), (40, 10), (200, 60), (1, 1)] {
        for keys in ["", "jll", "gqG", "gV"] {
            let mut stage = screens::stage(width, height, keys);
            stage.draw();
            stage.press("g<Enter>");
            let lines = stage.lines();
            stage.press("G<Up>");
            stage.draw();
            if (width, height) == (80, 24) {
                assert!(lines.iter().any(|line| line.contains("┐")), "{keys} {lines:#?}");
            }
        }
    }
}

#[test]
fn the_library_shows_a_track_its_album_and_its_artist() {
    for (keys, column, rows) in [
        // Among all tracks it is in sight already.
        ("gq4jgd", Column::Tracks, [0, 0, 0]),
        ("jgq4jgd", Column::Tracks, [1, 0, 0]),
        // An artist's only album is the first row.
        ("jgqgd", Column::Tracks, [2, 0, 1]),
        ("gqj:reveal album<Enter>", Column::Albums, [2, 0, 2]),
        ("gqj:reveal artist<Enter>", Column::Artists, [2, 0, 2]),
        ("gVgd", Column::Tracks, [0, 0, 6]),
    ] {
        let stage = stage(keys);
        let library = &stage.state.library;
        assert_eq!((stage.state.focus, stage.state.column()), (Pane::Library, column), "{keys}");
        assert_eq!(Column::ALL.map(|column| library.list(column).cursor), rows, "{keys}");
    }
    let stage = stage("gq3jgd");
    assert_eq!(stage.state.focus, Pane::Queue, "the library does not have it");
}
