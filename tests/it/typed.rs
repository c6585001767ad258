//! What was typed, as a list to choose from: vim's command-line window (`:help cmdwin`).

use auralis::model::command::{Command, Playback, VolumeChange};
use auralis::tui::state::Shows;

use crate::screens;
use crate::stage::Stage;

/// Two commands were typed, the newer one last.
fn stage() -> Stage {
    let stage = screens::stage(80, 24, ":volume 40<Enter>:next<Enter>");
    stage.asked();
    stage
}

fn volume(percent: u8) -> Command {
    Command::Playback(Playback::Volume(VolumeChange::To(percent)))
}

fn prompt(stage: &Stage) -> Option<&str> {
    stage.state.prompt.as_ref().map(|prompt| prompt.line.text())
}

#[test]
fn a_command_is_done_again_from_the_list() {
    let next = Command::Playback(Playback::Next(1));
    for (keys, asked) in [
        ("q:<Enter>", vec![next.clone()]),
        ("q:k<Enter>", vec![volume(40)]),
        ("q:gg<Enter>", vec![volume(40)]),
        // It is the newest itself.
        (":typed<Enter>kk<Enter>", vec![volume(40)]),
        (":<C-f>k<Enter>", vec![volume(40)]),
        // What is done again is the newest then.
        ("q:k<Enter>q:k<Enter>", vec![volume(40), next.clone()]),
        ("q:/vol<Enter><Enter>", vec![volume(40)]),
        ("q:ke<BS>5<Enter>", vec![volume(45)]),
        ("q:ki<BS><BS>5<Enter>", vec![volume(5)]),
        ("q:k<Tab>1<Enter>", vec![]),
        ("q:k<Esc>", vec![]),
        ("q:kq", vec![]),
        ("q:ke<Esc>", vec![]),
    ] {
        let mut stage = stage();
        stage.press(keys);
        assert_eq!(stage.asked(), asked, "{keys}");
        assert!(stage.state.report.is_none() && stage.state.prompt.is_none(), "{keys}");
    }
}

#[test]
fn the_list_shows_what_was_typed_the_newest_last() {
    let mut stage = stage();
    stage.press("q:");
    let lines = stage.lines();
    assert!(lines[0].contains("Commands") && lines[0].contains("Enter does it again"), "{lines:?}");
    assert_eq!([lines[1].trim(), lines[2].trim(), lines[3].trim()], ["volume 40", "next", ""]);
    assert_eq!(stage.state.report.map(|(_, list)| list.cursor), Some(1));
    stage.press("q:").press("<Esc>");
    // What is being typed stands last, and is in the prompt again with one key.
    stage.press(":volume 4").press("<C-f>");
    assert_eq!(stage.lines()[3].trim(), "volume 4");
    assert_eq!(prompt(&stage), None);
    stage.press("a");
    assert_eq!(prompt(&stage), Some("volume 4"));
}

#[test]
fn searches_and_filters_have_theirs() {
    let mut stage = screens::stage(80, 24, "gq/hunter<Enter>");
    assert_eq!(stage.state.queue.list.cursor, 4);
    for keys in ["ggq/<Enter>", "ggq?<Enter>", "gg/<C-f><Enter>", "gg:typed searches<Enter><Enter>"] {
        stage.press(keys);
        assert_eq!(stage.state.queue.list.cursor, 4, "{keys}");
    }
    stage.press("ffjóga<Enter>");
    assert_eq!(stage.state.queue.filter.words, "fjóga");
    stage.press(":filter hunter<Enter>").press(":typed filters<Enter>e<Home><Del><Enter>");
    assert_eq!((stage.state.queue.filter.words.as_str(), stage.state.queue.shown()), ("jóga", 1));
    // From a prompt that is left for the list, what was so is so again.
    stage.press("f<C-u>airbag").press("<C-f>");
    assert_eq!(stage.state.queue.filter.words, "jóga");
}

#[test]
fn where_nothing_was_typed_there_is_no_list() {
    let mut stage = screens::stage(80, 24, "q:");
    assert!(stage.state.report.is_none());
    let Some(Shows::Own(notice)) = stage.state.notices.shown() else { panic!("nothing is told") };
    assert!(notice.what.contains("Nothing was typed"), "{notice}");
    stage.press(":typed-edit<Enter>");
    let Some(Shows::Own(notice)) = stage.state.notices.shown() else { panic!("nothing is told") };
    assert!(notice.what.contains("`:typed`"), "{notice}");
}
