//! What was taken away can be had back: the notice says by which key, and a click on that does it.

use std::path::Path;
use std::sync::Arc;

use auralis::config::keys::Keymap;
use auralis::model::command::{Command, History, Notices};
use auralis::model::notice::{Notice, Severity};
use auralis::model::snapshot::Snapshot;
use auralis::tui::update::{Input, Mouse};

use crate::screens;
use crate::stage::Stage;

/// A screen that wide, with the keys of that file, where three tracks were removed.
fn told(width: u16, keys: &str) -> Stage {
    let mut stage = screens::stage(width, 24, "");
    (stage.keymap, _) = Keymap::with_file(keys, Path::new("keys.toml"));
    let notice = Notice::new(Severity::Note, "Removed 3 tracks").next_step("`:undo` takes it back");
    stage.show(Snapshot { notice: Some(Arc::new(notice)), ..stage.snapshot.clone() });
    stage
}

fn last_row(stage: &mut Stage) -> String {
    stage.lines().last().unwrap().trim().to_owned()
}

#[test]
fn the_key_that_takes_it_back_is_the_one_of_the_keymap() {
    for (keys, offer) in [
        ("", "`u` takes it back"),
        ("profile = \"cmus\"", "`U` takes it back"),
        ("[global]\nu = \"\"\n\"<C-y>\" = \"undo\"", "`<C-y>` takes it back"),
        ("[global]\nu = \"\"", "`:undo` takes it back"),
        // In the library it would be something else.
        ("[library]\nu = \"next\"", "`:undo` takes it back"),
    ] {
        assert_eq!(last_row(&mut told(80, keys)), format!("Removed 3 tracks  {offer}"), "{keys}");
    }
    assert_eq!(last_row(&mut told(30, "")), "Removed 3 …  `u` takes it back", "it is seen first of all");
}

#[test]
fn a_click_on_the_offer_takes_it_back_and_elsewhere_takes_the_notice_away() {
    let mut stage = told(80, "");
    let row = stage.lines().last().unwrap().clone();
    let mut click = |x: usize| {
        stage.draw();
        stage.input(Input::Mouse(Mouse::Press(x as u16, 23)));
        stage.asked()
    };
    assert_eq!(click(row.find("takes").unwrap()), [Command::History(History::Undo(1))]);
    assert_eq!(click(row.find("Removed").unwrap()), [Command::Notice(Notices::Dismiss)]);
    assert_eq!(click(60), [Command::Notice(Notices::Dismiss)]);
}
