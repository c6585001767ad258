//! Lines behind `:`: ranges of rows, commands of the user's, keys bound by hand, files of commands.

use std::path::Path;
use std::sync::Arc;

use auralis::config::keys::Keymap;
use auralis::model::command::{Command, Items, Playback, Queue};
use auralis::model::id::ItemId;
use auralis::model::playback::PlayState;
use auralis::model::snapshot::Snapshot;
use auralis::tui::scene::Hit;
use auralis::tui::update::{Effect, FileQuestion, Input, Mouse};

use crate::stage::{Stage, playing, queue_of, small};

fn stage() -> Stage {
    let catalog = small();
    let queue = queue_of(&catalog, [1, 2, 3, 4, 5, 6, 7, 8], Some(0));
    let playback = Arc::new(playing(&catalog, 1, PlayState::Playing));
    let mut stage =
        Stage::new(140, 40, Snapshot { catalog, queue: Arc::new(queue), playback, ..Snapshot::default() });
    line(&mut stage, "focus queue");
    stage
}

fn line(stage: &mut Stage, line: &str) {
    stage.input(Input::Line(line.to_owned()));
}

fn told(stage: &Stage) -> String {
    format!("{:?}", stage.state.notices.shown())
}

/// The places in the queue, counted from 1, that were asked to be removed.
fn removed(stage: &mut Stage) -> Vec<usize> {
    let ids: Vec<ItemId> = match stage.asked().as_slice() {
        [Command::Queue(Queue::Remove(Items::Ids(ids)))] => ids.clone(),
        [] => Vec::new(),
        other => panic!("{other:?}"),
    };
    let place = |id: &ItemId| stage.snapshot.queue.items.iter().position(|item| item.id == *id).unwrap() + 1;
    ids.iter().map(place).collect()
}

#[test]
fn rows_before_a_command_are_what_it_is_done_to() {
    for (cursor, typed, rows) in [
        ("", "3,5remove", &[3, 4, 5][..]),
        ("jj", ".,+1 remove", &[3, 4]),
        ("jj", "2,.remove", &[2, 3]),
        ("", "$-1,$remove", &[7, 8]),
        ("", "%remove", &[1, 2, 3, 4, 5, 6, 7, 8]),
        ("", "7remove", &[7]),
        ("", "7,99remove", &[7, 8]),
        ("", "0,2remove", &[1, 2]),
        ("jvj<Esc>gg", "'<,'>remove", &[2, 3]),
        ("jjvj", "remove", &[3, 4]),
        ("j", "remove", &[2]),
    ] {
        let mut stage = stage();
        stage.press(cursor);
        stage.asked();
        line(&mut stage, typed);
        assert_eq!(removed(&mut stage), rows, "{cursor} {typed}");
    }
}

#[test]
fn a_range_alone_goes_there_and_a_wrong_one_does_nothing() {
    let mut stage = stage();
    for (typed, row) in [("5", 5), ("$", 8), (".-2", 6), ("1", 1), ("999", 8)] {
        line(&mut stage, typed);
        assert_eq!(stage.state.queue.list.cursor + 1, row, "{typed}");
    }
    for (typed, why) in [
        ("5,2remove", "first row of a range"),
        ("2,5pause", "takes no rows"),
        ("'<,'>remove", "No rows were selected"),
        ("1,2nonsense", "nonsense"),
    ] {
        line(&mut stage, typed);
        assert!(told(&stage).contains(why), "{typed}: {}", told(&stage));
        assert!(stage.asked().is_empty(), "{typed}");
    }
}

fn with_keys(text: &str) -> (Stage, Vec<String>) {
    let mut stage = stage();
    let (keymap, problems) = Keymap::with_file(text, Path::new("keys.toml"));
    stage.keymap = keymap;
    (stage, problems.iter().map(ToString::to_string).collect())
}

#[test]
fn a_command_of_the_users_is_its_lines() {
    let text = "[commands]\nhush = \"volume 10\"\nparty = [\"hush\", \"shuffle on\", \"add $1\"]\nround = \"round\"\n\
        two = [\"two2\", \"two2\"]\ntwo2 = [\"hush\", \"hush\"]\n[global]\nX = \"party here\"\n";
    let (mut stage, problems) = with_keys(text);
    assert_eq!(problems, [""; 0]);
    line(&mut stage, "hush");
    assert!(matches!(stage.asked()[..], [Command::Playback(Playback::Volume(_))]));
    stage.press("X");
    let asked = stage.asked();
    assert_eq!(asked.len(), 3, "{asked:?}");
    assert!(format!("{:?}", asked[2]).contains("here"), "{asked:?}");
    line(&mut stage, "party");
    assert!(told(&stage).contains("needs something behind it"), "{}", told(&stage));
    stage.asked();
    line(&mut stage, "round");
    assert!(told(&stage).contains("asks for itself"), "{}", told(&stage));
    line(&mut stage, "two");
    assert_eq!(stage.asked().len(), 4);
    line(&mut stage, "2,3hush");
    assert!(told(&stage).contains("takes no rows"), "{}", told(&stage));
    assert!(stage.asked().is_empty());
    // Completed with the others.
    stage.press(":part<Tab>");
    assert_eq!(stage.state.prompt.as_ref().unwrap().line.text(), "party ");
}

#[test]
fn a_command_that_cannot_be_has_its_line() {
    let text = "[commands]\npause = \"next\"\n\"a b\" = \"next\"\ngood = 5\nfine = \"next\"\n[queue]\nX = \"fine\"\nY = \"absent\"\n";
    let (_, problems) = with_keys(text);
    let all = problems.join("\n");
    for words in [
        "keys.toml:2: `pause` is a command already",
        "keys.toml:3: `a b` is no name",
        "keys.toml:4: needs a command",
        "keys.toml:8: unknown command `absent`",
    ] {
        assert!(all.contains(words), "{words} in\n{all}");
    }
    assert_eq!(problems.len(), 4, "{all}");
}

#[test]
fn keys_are_bound_by_hand() {
    let mut stage = stage();
    let mut mapped = |typed: &str| {
        line(&mut stage, typed);
        let effect = stage.effects.pop();
        if let Some(Effect::Keymap(keymap)) = effect {
            stage.keymap = *keymap;
            return String::new();
        }
        told(&stage)
    };
    assert_eq!(mapped("map X volume 10"), "");
    assert_eq!(mapped("map in queue Y next"), "");
    assert!(mapped("map in nowhere Y next").contains("No context `nowhere`"));
    assert!(mapped("map Z nonsense").contains("nonsense"));
    assert!(mapped("map gg5 next").contains("cannot be told from"));
    assert!(mapped("map X").contains("keys, then a command"));
    stage.press("XY");
    assert_eq!(stage.asked().len(), 2);
    line(&mut stage, "unmap X");
    let Some(Effect::Keymap(keymap)) = stage.effects.pop() else { panic!("{}", told(&stage)) };
    stage.keymap = *keymap;
    stage.press("X");
    assert!(stage.asked().is_empty());
}

#[test]
fn a_file_of_commands_is_done_line_by_line() {
    let mut stage = stage();
    line(&mut stage, "source some/file");
    assert_eq!(stage.effects.pop(), Some(Effect::Files(FileQuestion::Source("/here/some/file".into()))));
    let lines = |text: &str| Input::Sourced(Ok(text.lines().map(str::to_owned).collect()));
    stage.input(lines("# mine\n\n:volume 10\n2,3remove\nabsent\nnext"));
    assert!(told(&stage).contains("Line 5: "), "{}", told(&stage));
    assert_eq!(stage.asked().len(), 2, "what comes behind it is not done");
    stage.input(lines("source it"));
    assert!(told(&stage).contains("cannot name another"), "{}", told(&stage));
    stage.input(Input::Sourced(Err("There is no file".to_owned())));
    assert!(told(&stage).contains("There is no file"));
}

/// Press, drag, release: one move, one step to take back. A click alone moves nothing.
#[test]
fn an_entry_of_the_queue_is_dragged_to_its_place() {
    let mut stage = stage();
    stage.draw();
    let area = stage.map.area_of(Hit::Queue).unwrap();
    let at = |row: u16| (area.x + 4, area.y + row);
    let mouse = |stage: &mut Stage, mouse: Mouse| {
        stage.draw();
        stage.input(Input::Mouse(mouse));
    };
    let id = |stage: &Stage, row: usize| stage.snapshot.queue.items[row].id;
    let (x, y) = at(1);
    mouse(&mut stage, Mouse::Press(x, y));
    mouse(&mut stage, Mouse::Release);
    assert!(stage.asked().is_empty(), "a click");
    // Sooner it would be a double click.
    stage.now += std::time::Duration::from_secs(2);
    mouse(&mut stage, Mouse::Press(x, y));
    stage.asked();
    for row in [2, 3, 4] {
        let (x, y) = at(row);
        mouse(&mut stage, Mouse::Drag(x, y));
    }
    assert!(stage.lines()[usize::from(area.y + 4)].contains('→'), "where it will be");
    assert!(stage.asked().is_empty());
    mouse(&mut stage, Mouse::Release);
    let moved = vec![id(&stage, 1)];
    assert_eq!(stage.asked(), [Command::Queue(Queue::MoveTo(Items::Ids(moved), 5))]);
    // With the others that are marked, to the end of the list where it is let go beneath it.
    stage.press("ggtt");
    let (x, y) = at(0);
    stage.now += std::time::Duration::from_secs(2);
    mouse(&mut stage, Mouse::Press(x, y));
    mouse(&mut stage, Mouse::Drag(x, area.bottom() + 3));
    mouse(&mut stage, Mouse::Release);
    let moved = vec![id(&stage, 0), id(&stage, 1)];
    assert_eq!(stage.asked(), [Command::Queue(Queue::MoveTo(Items::Ids(moved), 8))]);
}

/// The help that is open tells of a key as soon as there is one.
#[test]
fn the_help_knows_a_key_at_once() {
    let mut stage = Stage::new(120, 40, Snapshot::default());
    let has = |stage: &Stage| {
        let help = stage.state.help.as_ref().expect("it is open");
        help.lines.iter().any(|line| line.text().contains("gZ"))
    };
    stage.press("g?");
    assert!(!has(&stage));
    stage.press(":map gZ next<Enter>");
    assert!(has(&stage));
}
