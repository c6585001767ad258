//! The wall of covers: where keys and the mouse go, what they do, which covers are asked for and how they are drawn. And the
//! real program with a real cover, also where the player is another process.

use std::sync::Arc;

use auralis::config::theme::{Role, Theme};
use auralis::model::command::{Command, Library, Pane, Queue, Target};
use auralis::model::id::TrackId;
use auralis::model::picture::{CoversView, Picture, TrackCover};
use auralis::model::settings::ScreenSettings;
use auralis::model::snapshot::Snapshot;
use auralis::tui::browse::Column;
use auralis::tui::cover::{Covers, Way};
use auralis::tui::layout::layout;
use auralis::tui::state::UiState;
use auralis::tui::style::{Depth, Styles};
use auralis::tui::update::{Input, Mouse};
use ratatui::style::{Color, Modifier};

use crate::stage::{Stage, large};

const RED: Color = Color::Rgb(255, 0, 0);

/// Twelve albums of ten tracks, and the entry for all of them: three in a row, two rows in sight.
fn stage() -> Stage {
    sized(80, 40)
}

fn sized(width: u16, height: u16) -> Stage {
    Stage::new(width, height, Snapshot { catalog: large(120), ..Snapshot::default() })
}

/// As it is at the start, over the same library.
fn begin_again(stage: &mut Stage) {
    let size = stage.state.size;
    stage.state = UiState::new(&stage.settings, Vec::new());
    stage.input(Input::Resize(size.0, size.1));
    stage.input(Input::Changed);
    stage.asked();
}

/// The column that one is in, the place of its cursor, and the first one in sight.
fn place(stage: &Stage) -> (Column, usize, usize) {
    let column = stage.state.library.column;
    let list = stage.state.library.list(column);
    (column, list.cursor, list.top)
}

fn is_wall(stage: &Stage) -> bool {
    layout(&stage.state).wall.is_some()
}

#[test]
fn keys_go_over_the_wall_as_over_a_page() {
    let mut stage = stage();
    stage.press("zw");
    let wall = layout(&stage.state).wall.unwrap();
    assert_eq!((wall.across, wall.down), (3, 2));
    use Column::{Albums, Artists, Tracks};
    for (keys, expected) in [
        ("", (Albums, 0, 0)),
        ("l", (Albums, 1, 0)),
        ("<Right>", (Albums, 1, 0)),
        ("9l", (Albums, 2, 0)),
        ("llh", (Albums, 1, 0)),
        ("ll<Left>", (Albums, 1, 0)),
        ("ll9h", (Albums, 0, 0)),
        ("j", (Albums, 3, 0)),
        ("<Down>", (Albums, 3, 0)),
        ("2j", (Albums, 6, 3)),
        ("jk", (Albums, 0, 0)),
        ("lk", (Albums, 1, 0)),
        // The last row has one.
        ("l9j", (Albums, 12, 9)),
        ("G", (Albums, 12, 9)),
        ("Gj", (Albums, 12, 9)),
        ("Gk", (Albums, 9, 9)),
        ("Ggg", (Albums, 0, 0)),
        ("5G", (Albums, 4, 0)),
        ("<C-d>", (Albums, 3, 0)),
        ("<C-d><C-u>", (Albums, 0, 0)),
        ("<C-f>", (Albums, 3, 0)),
        ("2<PageDown>", (Albums, 6, 3)),
        ("lL", (Albums, 4, 0)),
        // Out of it, to the column before and the one behind, and back.
        ("h", (Artists, 0, 0)),
        ("hl", (Albums, 0, 0)),
        ("l<BS>", (Artists, 0, 0)),
        ("lll", (Tracks, 0, 0)),
        ("lllh", (Albums, 2, 0)),
        ("Gl", (Tracks, 0, 0)),
        // Those of the second artist: four, and all of them.
        ("hjjll", (Albums, 1, 0)),
        ("hjjlG", (Albums, 4, 0)),
    ] {
        begin_again(&mut stage);
        stage.press("zw").press(keys);
        assert_eq!(place(&stage), expected, "{keys}");
        assert_eq!(is_wall(&stage), expected.0 == Albums, "{keys}");
    }
}

#[test]
fn it_is_shown_with_all_albums_and_left_where_it_was_entered() {
    let mut stage = stage();
    // The second album of the second artist, behind the entry for all.
    stage.press("jjljj");
    assert_eq!((place(&stage), is_wall(&stage)), ((Column::Albums, 2, 0), false));
    stage.press("zw");
    assert_eq!(stage.state.library.list(Column::Artists).cursor, 0);
    // Four of the first artist, two of this one.
    assert_eq!((place(&stage).1, is_wall(&stage)), (6, true));
    stage.press("zw");
    assert_eq!((place(&stage).1, is_wall(&stage)), (6, false));
    // From elsewhere it is gone to, whether it was on or not.
    stage.press("gqzw");
    assert_eq!((stage.state.focus, is_wall(&stage)), (Pane::Library, true));
    stage.press("gqzw");
    assert_eq!((stage.state.focus, is_wall(&stage)), (Pane::Library, true));
    stage.press("g?zw");
    assert!(stage.state.help.is_none() && is_wall(&stage), "it was beneath the help");
    for (line, shown) in [("wall off", false), ("wall off", false), ("wall on", true), ("wall on", true)] {
        stage.input(Input::Line(line.to_owned()));
        assert_eq!(is_wall(&stage), shown, "{line}");
    }
    stage.settings = ScreenSettings { wall: true, ..ScreenSettings::default() };
    begin_again(&mut stage);
    assert_eq!((place(&stage), is_wall(&stage)), ((Column::Albums, 0, 0), true));
}

/// What is done is what is done in the column: the same keys there ask for the same.
#[test]
fn commands_work_on_the_selected_album_as_in_the_column() {
    let [mut in_wall, mut in_column] = [stage(), stage()];
    for (wall, column) in [
        ("l<Enter>", "j<Enter>"),
        ("lja", "4ja"),
        ("laa", "jaa"),
        ("l2a", "j2a"),
        ("lttR", "jttR"),
        ("Gi", "Gi"),
        ("lvla", "jvja"),
    ] {
        begin_again(&mut in_wall);
        begin_again(&mut in_column);
        in_wall.press("zw").press(wall);
        in_column.press("l").press(column);
        assert_eq!(in_wall.asked(), in_column.asked(), "{wall}");
        assert!(is_wall(&in_wall), "{wall}");
        assert_eq!(place(&in_wall).1, place(&in_column).1, "{wall}");
    }
    let mut stage = stage();
    stage.press("zwlj<Enter>");
    // The fourth album: the tracks 31 to 40.
    let tracks = (31..=40).map(TrackId).collect();
    assert_eq!(stage.asked(), [Command::Queue(Queue::PlayNow(Target::Tracks(tracks)))]);
    // Rows that are gone over are those between, in the order of the albums.
    stage.press("gglv").press("j");
    assert_eq!(stage.state.selecting.map(|selecting| (selecting.anchor, selecting.end)), Some((1, 4)));
    stage.press("<Esc>/length 7<Enter>");
    assert_eq!(place(&stage), (Column::Albums, 8, 3), "the eighth, behind the entry for all");
}

#[test]
fn the_mouse_selects_opens_and_scrolls() {
    let mut stage = stage();
    stage.press("zw");
    stage.draw();
    let wall = layout(&stage.state).wall.unwrap();
    let tile = wall.tile(4).unwrap();
    let click = Input::Mouse(Mouse::Press(tile.x + 2, tile.y + 1));
    stage.input(click.clone());
    assert_eq!((place(&stage), stage.asked().len()), ((Column::Albums, 4, 0), 0));
    stage.input(click);
    assert!(matches!(stage.asked()[..], [Command::Queue(Queue::PlayNow(_))]));
    let wheel = |down: bool| {
        let at = (tile.x, tile.y);
        Input::Mouse(if down { Mouse::WheelDown(at.0, at.1) } else { Mouse::WheelUp(at.0, at.1) })
    };
    stage.input(wheel(true));
    assert_eq!(place(&stage), (Column::Albums, 4, 3), "a row of tiles; the cursor stays");
    (0..9).for_each(|_| stage.input(wheel(true)));
    assert_eq!(place(&stage).2, 9);
    // Beside the last album there is nothing.
    let empty = wall.tile(5).unwrap();
    stage.input(Input::Mouse(Mouse::Press(empty.x, empty.y)));
    assert_eq!(place(&stage).1, 4);
    (0..9).for_each(|_| stage.input(wheel(false)));
    assert_eq!(place(&stage).2, 0);
}

/// Whatever the window becomes: the cursor stays on its album and in sight, and a first tile begins a row.
#[test]
fn another_size_is_another_wall_with_the_same_album_selected() {
    let mut stage = stage();
    stage.press("zw8G");
    for (width, height) in [(140, 40), (20, 5), (60, 16), (400, 120), (1, 1), (30, 60), (110, 12), (80, 24)] {
        stage.input(Input::Resize(width, height));
        let (_, cursor, top) = place(&stage);
        assert_eq!(cursor, 7, "{width}x{height}");
        stage.draw();
        if let Some(wall) = layout(&stage.state).wall {
            assert_eq!(top % usize::from(wall.across), 0, "{width}x{height}");
            assert!((top..top + wall.page()).contains(&cursor), "{width}x{height}: {top}");
            assert!(wall.cover.0 >= 8 && wall.cover.1 >= 4);
        } else {
            assert!(width < 10 || height < 12, "{width}x{height}");
        }
    }
    let mut small = sized(20, 5);
    small.press("zw");
    assert!(
        !is_wall(&small) && small.lines().join("").contains("The screen is too s"),
        "{:?}",
        small.lines()
    );
    small.press("j");
    assert!(small.lines()[1].contains("Album of some"), "{:?}", small.lines());
    // By lines it is the column.
    let mut plain = sized(80, 40);
    plain.state.plain = true;
    plain.press("zwj");
    assert_eq!((place(&plain).1, is_wall(&plain)), (1, false));
    assert!(plain.lines()[1].contains("Album of some length 0"), "{:?}", plain.lines());
}

fn with_covers() -> Stage {
    let mut stage = stage();
    stage.state.covers = Covers::new(Way::Blocks, 512, Some((10, 20)));
    stage
}

/// Whose covers are asked for.
fn asked(stage: &Stage) -> Vec<Vec<u32>> {
    let tracks = |command| match command {
        Command::Library(Library::ShowCovers(tracks, 64)) => {
            Some(tracks.into_iter().map(|track| track.0).collect())
        }
        _ => None,
    };
    stage.asked().into_iter().filter_map(tracks).collect()
}

fn show(stage: &mut Stage, tracks: &[u32], open: u32) {
    let red = Arc::new(Picture::new(64, 64, [255, 0, 0].repeat(64 * 64)).unwrap());
    let cover =
        |&track: &u32| TrackCover { track: TrackId(track), side: 64, picture: Some(Arc::clone(&red)) };
    let covers = Arc::new(CoversView { found: tracks.iter().map(cover).collect(), open });
    stage.show(Snapshot { covers, ..stage.snapshot.clone() });
}

/// Cells that are red all over.
fn red(stage: &mut Stage) -> usize {
    let buf = stage.draw();
    buf.content.iter().filter(|cell| cell.symbol() == "▀" && (cell.fg, cell.bg) == (RED, RED)).count()
}

#[test]
fn covers_of_what_is_in_sight_are_asked_for_first_and_a_few_at_once() {
    let mut stage = with_covers();
    assert!(asked(&stage).is_empty(), "there is no wall");
    stage.press("zw");
    // Five in sight beside the entry for all, three of those behind. The first track of each album.
    let first = [1, 11, 21, 31, 41, 51, 61, 71];
    assert_eq!(asked(&stage), [first]);
    assert_eq!(red(&mut stage), 0);
    // Scrolled past while the answer is on its way: nothing more is asked until it is there, and then for what is in sight.
    stage.press("G");
    assert!(asked(&stage).is_empty());
    show(&mut stage, &first, 0);
    assert_eq!(asked(&stage), [[81, 91, 101, 111]]);
    assert_eq!(red(&mut stage), 0, "none of them is in sight");
    show(&mut stage, &[81, 91], 1);
    assert!(asked(&stage).is_empty(), "somebody still looks");
    assert_eq!(red(&mut stage), 2 * 20 * 10);
    // The others came and went before they were seen.
    show(&mut stage, &[7, 17], 0);
    assert_eq!(asked(&stage), [[101, 111]]);
    show(&mut stage, &[101, 111], 0);
    assert_eq!((asked(&stage).len(), red(&mut stage)), (0, 4 * 20 * 10));
    stage.press("gg");
    assert_eq!((asked(&stage).len(), red(&mut stage)), (0, 5 * 20 * 10), "they are known");
    // Tags were written: all may be others.
    show(&mut stage, &[], 0);
    assert_eq!((asked(&stage), red(&mut stage)), (vec![first.to_vec()], 0));
}

#[test]
fn what_has_no_cover_is_asked_about_once_and_again_in_another_library() {
    let mut stage = with_covers();
    stage.press("zw");
    let first = asked(&stage).concat();
    let none = |&track: &u32| TrackCover { track: TrackId(track), side: 64, picture: None };
    let covers = Arc::new(CoversView { found: first.iter().map(none).collect(), open: 0 });
    stage.show(Snapshot { covers, ..stage.snapshot.clone() });
    assert_eq!(asked(&stage).concat(), [81, 91, 101], "those of the next page");
    stage.press("jk").input(Input::Changed);
    assert!(asked(&stage).is_empty(), "these are not answered");
    stage.input(Input::Refused);
    assert!(asked(&stage).is_empty(), "the core is busy");
    stage.press("j");
    assert_eq!(asked(&stage).concat(), [81, 91, 101]);
    show(&mut stage, &[81, 91, 101], 0);
    stage.show(Snapshot { catalog: large(120), ..stage.snapshot.clone() });
    assert_eq!(asked(&stage).concat(), first);
}

#[test]
fn another_size_of_tiles_is_made_of_the_same_pictures() {
    let mut stage = with_covers();
    stage.press("zw");
    let tracks = [1, 11, 21, 31, 41, 51, 61, 71];
    show(&mut stage, &tracks, 0);
    show(&mut stage, &[81, 91, 101], 0);
    asked(&stage);
    stage.input(Input::Resize(80, 24));
    let wall = layout(&stage.state).wall.unwrap();
    // One row of four, the first the entry for all.
    assert_eq!((wall.cover, wall.page()), ((16, 8), 4));
    assert_eq!((asked(&stage).len(), red(&mut stage)), (0, 3 * 16 * 8));
}

#[test]
fn without_covers_there_are_initials_and_nothing_is_asked() {
    for (way, depth) in [(Way::None, Depth::None), (Way::Blocks, Depth::Sixteen)] {
        let mut stage = with_covers();
        stage.state.covers = Covers::new(way, 512, None);
        stage.styles = Styles::new(&Theme::default(), depth);
        stage.press("zwl");
        assert_eq!(asked(&stage).is_empty(), way == Way::None);
        show(&mut stage, &[1, 11, 21, 31, 41, 51, 61, 71], 0);
        let lines = stage.lines().join("\n");
        assert!(lines.contains("AOS") && !lines.contains('▀'), "{lines}");
    }
}

/// The cells around and beneath the cover of the selected one, also where there are no colours.
#[test]
fn the_selected_album_is_seen() {
    for depth in [Depth::True, Depth::None] {
        let mut stage = with_covers();
        stage.styles = Styles::new(&Theme::built_in("dark").unwrap(), depth);
        stage.press("zw");
        show(&mut stage, &[1, 11, 21, 31, 41, 51, 61, 71], 0);
        stage.press("l");
        let buf = stage.draw();
        let wall = layout(&stage.state).wall.unwrap();
        let [here, other] = [1, 2].map(|at| wall.tile(at).unwrap());
        let selection = stage.styles.on_text(Role::Selection);
        let is_selected = |x: u16, y: u16| match depth {
            Depth::None => buf[(x, y)].modifier.contains(Modifier::REVERSED),
            _ => Some(buf[(x, y)].bg) == selection.bg,
        };
        for (tile, expected) in [(here, true), (other, false)] {
            for y in tile.y..tile.bottom() {
                assert_eq!(is_selected(tile.x, y), expected, "{depth:?}");
                assert_eq!(is_selected(tile.right() - 1, y), expected, "{depth:?}");
            }
            assert_eq!(is_selected(tile.x + 3, tile.bottom() - 1), expected, "{depth:?}");
        }
    }
}
