//! What was told, to be read again (vim's `:messages`).

use auralis::model::notice::{Notice, Severity};
use auralis::model::snapshot::Snapshot;
use auralis::tui::report::ReportKind;
use auralis::tui::state::Shows;
use auralis::tui::update::Input;
use std::sync::Arc;
use std::time::Duration;

use crate::stage::Stage;

fn shown(stage: &mut Stage) -> String {
    stage.lines().join("\n")
}

fn told(stage: &mut Stage, what: &str) {
    let notice = Notice::new(Severity::Error, what).why("the disk is full").next_step("Make room");
    stage.show(Snapshot { notice: Some(Arc::new(notice)), ..Snapshot::default() });
}

#[test]
fn what_core_and_screen_told_is_listed_newest_first_and_shown_whole() {
    let mut stage = Stage::new(80, 24, Snapshot::default());
    told(&mut stage, "Cannot save the library");
    stage.now += Duration::from_secs(90);
    stage.press("gp").press("gM");
    assert!(matches!(stage.state.report, Some((ReportKind::Notices, _))));
    let text = shown(&mut stage);
    let (own, core) =
        (text.find("Nothing is playing").unwrap(), text.find("! Cannot save the library").unwrap());
    assert!(own < core, "{text}");
    assert!(text.contains("1 min ago") && text.contains("What was told"), "{text}");
    stage.press("j<Enter>");
    let Some(Shows::Own(notice)) = stage.state.notices.shown() else { panic!("nothing is shown") };
    assert_eq!(notice.to_string(), "Cannot save the library: the disk is full. Make room");
    stage.press("gM");
    assert!(stage.state.report.is_none());
}

#[test]
fn what_is_told_while_one_looks_is_there_at_once_and_a_search_finds_it() {
    let mut stage = Stage::new(80, 24, Snapshot::default());
    stage.input(Input::Line("messages".into()));
    assert!(!shown(&mut stage).contains("Cannot play"));
    (0..40).for_each(|at| told(&mut stage, &format!("Cannot play number {at}.")));
    assert!(shown(&mut stage).contains("Cannot play number 39."));
    stage.press("/number 17<Enter>");
    let Some((_, list)) = &stage.state.report else { panic!("it is closed") };
    assert_eq!(list.cursor, 39 - 17);
}
