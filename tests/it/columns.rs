//! Columns of lists: chosen, ordered, made wider, sorted by, with keys, commands and the mouse.

use auralis::model::command::{Command, Queue, SortBy, SortKey};
use auralis::model::playback::PlayState;
use auralis::model::snapshot::Snapshot;
use auralis::tui::state::Shows;
use auralis::tui::update::{Input, Mouse};
use insta::assert_snapshot;

use crate::stage::{Stage, large, playing, queue_of};

fn stage(width: u16) -> Stage {
    let catalog = large(40);
    let mut snapshot =
        Snapshot { playback: playing(&catalog, 3, PlayState::Playing).into(), ..Snapshot::default() };
    snapshot.queue = queue_of(&catalog, 1..=20, Some(2)).into();
    snapshot.catalog = catalog;
    Stage::new(width, 24, snapshot)
}

fn click(stage: &mut Stage, (x, y): (u16, u16)) {
    stage.draw();
    stage.now += std::time::Duration::from_secs(1);
    stage.input(Input::Mouse(Mouse::Press(x, y)));
    stage.input(Input::Mouse(Mouse::Release));
}

fn note(stage: &Stage) -> String {
    match stage.state.notices.shown() {
        Some(Shows::Own(notice)) => notice.to_string(),
        other => format!("{other:?}"),
    }
}

fn shown(stage: &Stage) -> String {
    stage.state.columns.words().collect::<Vec<_>>().join(" ")
}

#[test]
fn columns_are_chosen_ordered_and_made_wider_by_commands() {
    let mut stage = stage(140);
    for (keys, expected) in [
        ("", "bpm key lufs dr"),
        (":columns year artist:30<Enter>", "year artist:30"),
        (":columns +genre +year:6<Enter>", "year:6 artist:30 genre"),
        (":columns -artist<Enter>", "year:6 genre"),
        // In the prompt, to be changed: one word more.
        ("zC bpm<Enter>", "year:6 genre bpm"),
        (":columns none<Enter>", ""),
        (":set columns=album:12,plays<Enter>", "album:12 plays"),
        (":set columns&<Enter>", "bpm key lufs dr"),
    ] {
        stage.press(keys);
        assert_eq!(shown(&stage), expected, "{keys}");
    }
    stage.press(":columns key<Enter>");
    assert!(note(&stage).ends_with("key. What is measured is shown once `:analyse` has done so"));
    stage.press(":set columns&<Enter>:columns year:99<Enter>");
    assert!(note(&stage).contains("needs columns such as"), "{}", note(&stage));
    assert_eq!(shown(&stage), "bpm key lufs dr");
}

#[test]
fn a_column_is_sorted_by_and_moved_with_the_mouse() {
    let mut stage = stage(200);
    stage.press(":columns artist:12 year<Enter>ll");
    let line =
        stage.lines().iter().position(|line| line.contains("artist") && line.contains("year")).unwrap();
    let titles = stage.lines()[line].clone();
    let at = |name: &str| {
        let text = &titles;
        let byte = text.rfind(name).unwrap();
        text[..byte].chars().count() as u16
    };
    // The queue's titles are the last ones of the line.
    let (artist, year) = (at("artist"), at("year"));
    click(&mut stage, (year, line as u16));
    let sort = |descending| Command::Queue(Queue::Sort(SortBy { key: SortKey::Year, descending }));
    assert_eq!(stage.asked().last(), Some(&sort(false)));
    click(&mut stage, (year, line as u16));
    assert_eq!(stage.asked().last(), Some(&sort(true)));
    for mouse in [
        Mouse::Press(artist, line as u16),
        Mouse::Drag(year, line as u16),
        Mouse::Drag(year, line as u16),
        Mouse::Release,
    ] {
        stage.input(Input::Mouse(mouse));
    }
    assert_eq!(shown(&stage), "year artist:12");
}

#[test]
fn what_was_chosen_is_there_the_next_time_until_the_settings_say_otherwise() {
    let mut first = stage(140);
    first.press(":columns year artist:30<Enter>");
    let memory = first.state.memory();
    let mut second = stage(140);
    second.state.remember(memory.clone());
    assert_eq!(shown(&second), "year artist:30");
    let mut third = stage(140);
    third.state.settings.configured.settings.screen.columns = Default::default();
    third
        .state
        .settings
        .configured
        .settings
        .screen
        .columns
        .change(auralis::model::column::ColumnChange::Drop(auralis::model::column::Tells::Key));
    third.state.remember(memory);
    assert_eq!(shown(&third), "bpm key lufs dr");
    assert_eq!(stage(140).state.memory().columns, None);
}

#[test]
fn columns_have_their_names_above_them() {
    let mut stage = stage(200);
    stage.press(":columns artist:14 year genre:10 codec rate added<Enter>ll");
    assert_snapshot!("list_columns_200x24", stage.lines().join("\n"));
}
