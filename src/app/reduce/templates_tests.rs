//! Queue templates by commands: kept, loaded, changed, told, and taken back.

use std::sync::Arc;

use super::tests::Rig;
use super::*;
use crate::model::command::{History, IntoQueue, Templating};
use crate::model::playback::{Repeat, Shuffle, ShuffleBy};
use crate::model::template::{TemplateName, Templates};

fn rig(items: usize) -> Rig {
    let mut rig = Rig::new(items);
    rig.event(Event::TemplatesLoaded(Ok(Templates::default())));
    rig
}

fn name(name: &str) -> TemplateName {
    TemplateName::new(name).unwrap()
}

fn ask(rig: &mut Rig, command: Templating) -> Vec<Effect> {
    rig.event(Event::Command(Command::Template(command)))
}

fn undo(rig: &mut Rig) {
    rig.event(Event::Command(Command::History(History::Undo(1))));
}

fn redo(rig: &mut Rig) {
    rig.event(Event::Command(Command::History(History::Redo(1))));
}

fn names(rig: &Rig) -> Vec<String> {
    rig.state.templates.iter().map(|template| template.name.to_string()).collect()
}

fn saved(effects: &[Effect]) -> usize {
    let saves = effects.iter().filter_map(|effect| match effect {
        Effect::Save(save) => Some(save.templates.len()),
        _ => None,
    });
    saves.sum()
}

#[test]
fn a_queue_is_kept_with_its_modes_and_loaded_again() {
    let mut rig = rig(3);
    rig.ask(Playback::Repeat(Some(Repeat::All)));
    rig.ask(Playback::Shuffle(Some(Shuffle::On { by: ShuffleBy::Album, seed: Some(7) })));
    let paths: Vec<_> = rig.state.queue.items().iter().map(|item| Arc::clone(&item.path)).collect();
    let effects = ask(&mut rig, Templating::Save(name("Sunday"), vec!["slow".into()]));
    assert_eq!(saved(&effects), 1, "at once, with its history");
    rig.event(Event::Command(Command::Queue(crate::model::command::Queue::Clear)));
    rig.ask(Playback::Repeat(Some(Repeat::Off)));
    rig.ask(Playback::Shuffle(Some(Shuffle::Off)));
    ask(&mut rig, Templating::Load("sunday".into(), IntoQueue::Replace));
    let loaded: Vec<_> = rig.state.queue.items().iter().map(|item| Arc::clone(&item.path)).collect();
    assert_eq!(loaded, paths);
    assert_eq!(rig.state.queue.repeat(), Repeat::All);
    assert!(matches!(rig.state.queue.shuffle(), Shuffle::On { by: ShuffleBy::Album, .. }));
    assert_eq!(rig.state.templates.named("Sunday").unwrap().usage.loads, 1);
    undo(&mut rig);
    assert!(rig.state.queue.is_empty(), "loading is one step");
    ask(&mut rig, Templating::Load("Sunday".into(), IntoQueue::Append));
    ask(&mut rig, Templating::Load("Sunday".into(), IntoQueue::Insert));
    assert_eq!(rig.state.queue.items().len(), 6);
}

#[test]
fn every_change_can_be_taken_back_and_made_again() {
    let mut rig = rig(2);
    ask(&mut rig, Templating::Save(name("One"), Vec::new()));
    ask(&mut rig, Templating::Rename("One".into(), name("Two")));
    ask(&mut rig, Templating::Tag("two".into(), vec!["a".into()]));
    ask(&mut rig, Templating::Favourite("two".into(), None));
    ask(&mut rig, Templating::Note("two".into(), "for later".into()));
    let all = Arc::clone(&rig.state.templates);
    let two = all.named("Two").unwrap();
    assert_eq!((two.favourite, &two.tags[..], two.note.as_str()), (true, &["a".to_owned()][..], "for later"));
    ask(&mut rig, Templating::Delete("Two".into()));
    assert_eq!(names(&rig), Vec::<String>::new());
    undo(&mut rig);
    assert_eq!(rig.state.templates, all);
    // How often it was loaded is no part of what is taken back.
    ask(&mut rig, Templating::Load("Two".into(), IntoQueue::Append));
    undo(&mut rig);
    for _ in 0..3 {
        undo(&mut rig);
    }
    let two = rig.state.templates.named("Two").unwrap();
    assert_eq!((two.favourite, two.tags.len(), two.note.as_str(), two.usage.loads), (false, 0, "", 1));
    undo(&mut rig);
    assert_eq!(names(&rig), ["One"]);
    undo(&mut rig);
    assert_eq!(names(&rig), Vec::<String>::new());
    for _ in 0..5 {
        redo(&mut rig);
    }
    let two = rig.state.templates.named("Two").unwrap();
    assert_eq!((two.favourite, two.note.as_str()), (true, "for later"));
}

#[test]
fn saving_under_a_name_again_replaces_the_queue_alone() {
    let mut rig = rig(2);
    ask(&mut rig, Templating::Save(name("Mix"), vec!["a".into()]));
    ask(&mut rig, Templating::Note("Mix".into(), "n".into()));
    rig.state.queue.clear();
    ask(&mut rig, Templating::Save(name("Mix"), Vec::new()));
    assert_eq!(rig.state.templates.named("Mix").unwrap().items.len(), 2, "nothing is not kept");
    undo(&mut rig);
    ask(&mut rig, Templating::Load("Mix".into(), IntoQueue::Append));
    ask(&mut rig, Templating::Load("Mix".into(), IntoQueue::Append));
    ask(&mut rig, Templating::Save(name("mix"), vec!["b".into(), "a".into()]));
    assert_eq!(names(&rig), ["Mix"]);
    let mix = rig.state.templates.named("Mix").unwrap();
    assert_eq!((mix.items.len(), &mix.tags[..]), (4, &["a".to_owned(), "b".to_owned()][..]));
}

#[test]
fn what_cannot_be_done_is_told() {
    let mut rig = Rig::new(2);
    ask(&mut rig, Templating::List(String::new()));
    assert!(rig.notice().contains("being read"), "{}", rig.notice());
    rig.event(Event::TemplatesLoaded(Ok(Templates::default())));
    for (command, told) in [
        (Templating::Load("no".into(), IntoQueue::Replace), "There is no template “no”"),
        (Templating::List(String::new()), "There is no such template"),
    ] {
        ask(&mut rig, command);
        assert!(rig.notice().contains(told), "{}", rig.notice());
    }
    ask(&mut rig, Templating::Save(name("A"), Vec::new()));
    ask(&mut rig, Templating::Save(name("B"), Vec::new()));
    ask(&mut rig, Templating::Rename("A".into(), name("b")));
    assert!(rig.notice().contains("There is a template “b” already"), "{}", rig.notice());
    ask(&mut rig, Templating::List("a".into()));
    assert_eq!(rig.notice(), "A (2)");
}
