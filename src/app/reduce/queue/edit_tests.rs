//! The queue by an edited text: what it becomes, what plays on, what is refused.

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::effect::Effect;
use crate::app::event::Event;
use crate::app::reduce::tests::Rig;
use crate::jobs::library::Wanted;
use crate::model::command::{Command, History, Playback, Queue};
use crate::model::id::ItemId;
use crate::model::queue_text::{self, Edited};

fn text(rig: &Rig) -> String {
    rig.state.queue.items().iter().map(|item| format!("{} {}\n", item.id, item.path.display())).collect()
}

fn edit(rig: &mut Rig, text: &str, base: &[ItemId]) -> Vec<Effect> {
    let edited: Edited = queue_text::parse(text, base).unwrap();
    rig.event(Event::Command(Command::Queue(Queue::Edit(edited))))
}

fn ids(rig: &Rig) -> Vec<u64> {
    rig.state.queue.items().iter().map(|item| item.id.0).collect()
}

#[test]
fn lines_that_are_moved_deleted_and_copied_are_one_step() {
    let mut rig = Rig::new(4);
    let base = queue_text::base(&text(&rig));
    let paths: Vec<Arc<std::path::Path>> =
        rig.state.queue.items().iter().map(|item| Arc::clone(&item.path)).collect();
    let [a, b, c, d] = ids(&rig)[..] else { panic!() };
    edit(&mut rig, &format!("{d}\n{b}\n{b} again\n{a}\n"), &base);
    let after = ids(&rig);
    assert_eq!((after[0], after[1], after[3]), (d, b, a));
    assert!(after[2] > d, "the copy is an entry of its own");
    assert_eq!(rig.state.queue.items()[2].path, paths[1]);
    rig.event(Event::Command(Command::History(History::Undo(1))));
    assert_eq!(ids(&rig), [a, b, c, d]);
    rig.event(Event::Command(Command::History(History::Redo(1))));
    assert_eq!(ids(&rig), after);
}

#[test]
fn what_plays_plays_on_wherever_its_line_goes_and_is_followed_where_it_is_deleted() {
    let mut rig = Rig::new(3);
    let base = queue_text::base(&text(&rig));
    let [a, b, c] = ids(&rig)[..] else { panic!() };
    rig.ask(Playback::Play);
    let before = rig.playing();
    edit(&mut rig, &format!("{c}\n{a}\n{b}\n"), &base);
    assert_eq!(rig.playing(), before);
    assert_eq!(rig.state.queue.current().map(|item| item.id.0), Some(a));
    edit(&mut rig, &format!("{b}\n{c}\n"), &base);
    assert_ne!(rig.playing(), before);
    assert_eq!(rig.state.queue.current().map(|item| item.id.0), Some(b));
    edit(&mut rig, "", &base);
    assert!(rig.state.queue.is_empty());
}

#[test]
fn what_came_meanwhile_stays_and_what_went_stays_away() {
    let mut rig = Rig::new(3);
    let base = queue_text::base(&text(&rig));
    let [a, b, c] = ids(&rig)[..] else { panic!() };
    rig.state.queue.remove(&[ItemId(b)]);
    rig.state.queue.append(vec![(Arc::from(PathBuf::from("/m/new")), None)]);
    let new = ids(&rig)[2];
    edit(&mut rig, &format!("{c}\n{b}\n{a}\n"), &base);
    assert_eq!(ids(&rig), [c, a, new]);
    assert!(rig.notice().contains("1 track had gone meanwhile"), "{}", rig.notice());
}

#[test]
fn added_lines_are_found_first_and_one_that_adds_nothing_refuses_the_whole() {
    let mut rig = Rig::new(2);
    let base = queue_text::base(&text(&rig));
    let [a, b] = ids(&rig)[..] else { panic!() };
    let lines = format!("/m/x\n{b}\n? title:y\n{a}\n");
    let effects = edit(&mut rig, &lines, &base);
    let gathers = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Gather { job, wanted, .. } => Some((*job, wanted.clone())),
            _ => None,
        })
    };
    let (job, wanted) = gathers(&effects).unwrap();
    assert_eq!(wanted, [(1, Wanted::Path("/m/x".into())), (3, Wanted::Query("title:y".into()))]);
    assert_eq!(ids(&rig), [a, b], "nothing before all is found");
    rig.event(Event::Gathered { job, gathered: Err((3, "nothing matches".to_owned())) });
    assert_eq!(ids(&rig), [a, b]);
    assert!(rig.notice().contains("line 3"), "{}", rig.notice());
    let (job, _) = gathers(&edit(&mut rig, &lines, &base)).unwrap();
    let files = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
    rig.event(Event::Gathered { job, gathered: Ok(vec![files(&["/m/x/1", "/m/x/2"]), files(&["/m/y"])]) });
    let paths: Vec<String> =
        rig.state.queue.items().iter().map(|item| item.path.display().to_string()).collect();
    assert_eq!((&paths[0][..], &paths[1][..], &paths[3][..]), ("/m/x/1", "/m/x/2", "/m/y"));
    assert_eq!((ids(&rig)[2], ids(&rig)[4]), (b, a));
}

#[test]
fn a_text_that_nobody_changed_changes_nothing() {
    let mut rig = Rig::new(3);
    let (text, base) = (text(&rig), queue_text::base(&text(&rig)));
    let steps = rig.state.history.view().entries.len();
    edit(&mut rig, &text, &base);
    assert_eq!(rig.state.history.view().entries.len(), steps);
    assert_eq!(rig.notice(), "The queue is as it was");
}
