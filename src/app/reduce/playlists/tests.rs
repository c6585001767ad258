//! Playlists as (events, effects): what is asked in, what is saved and what the state says out.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::*;
use crate::app::event::Event;
use crate::app::queue::unresolved;
use crate::app::reduce::{reduce as reduce_event, take_dirty};
use crate::model::command::parse::parse;
use crate::model::command::{Command, Request};
use crate::model::id::TrackId;
use crate::model::playlist::view::Found;

struct Rig {
    state: AppState,
    clock: Instant,
    seed: u64,
}

impl Rig {
    fn new() -> Self {
        let mut rig = Self { state: AppState::default(), clock: Instant::now(), seed: 0 };
        rig.event(Event::PlaylistsLoaded(Ok(Playlists::default())));
        rig.state.queue.append(unresolved(["/m/a.ogg", "/m/b.ogg", "/m/a.ogg"].map(PathBuf::from).to_vec()));
        rig
    }

    fn event(&mut self, event: Event) -> Vec<Effect> {
        // Ids drop the lowest bits.
        self.seed += 1 << 20;
        let now = Now { instant: self.clock, unix_ms: 0, heard: None, seed: self.seed };
        let effects = reduce_event(&mut self.state, event, now);
        take_dirty(&mut self.state);
        effects
    }

    /// What is typed.
    fn type_in(&mut self, line: &str) -> Vec<Effect> {
        match parse(line).unwrap() {
            Request::Core(command @ Command::Playlist(_)) => self.event(Event::Command(command)),
            other => panic!("{line}: {other:?}"),
        }
    }

    fn names(&self, list: &str) -> Vec<String> {
        let list = self.state.playlists.view.lists.named(list).unwrap();
        list.entries().iter().map(|entry| entry.path.display().to_string()).collect()
    }

    fn told(&self) -> String {
        self.state.notice.as_ref().unwrap().notice.to_string()
    }
}

fn saves(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::Save(save) if !save.playlists.is_empty())).count()
}

#[test]
fn the_queue_becomes_a_list_that_is_edited_and_saved_change_by_change() {
    let mut rig = Rig::new();
    assert_eq!(saves(&rig.type_in("playlist-save Mix")), 1);
    assert_eq!(rig.names("Mix"), ["/m/a.ogg", "/m/b.ogg", "/m/a.ogg"]);
    assert_eq!(saves(&rig.type_in("playlist-dedupe Mix")), 1);
    assert_eq!(saves(&rig.type_in("playlist-move Mix -1 2")), 1);
    assert_eq!(rig.names("Mix"), ["/m/b.ogg", "/m/a.ogg"]);
    rig.type_in("playlist-sort Mix path");
    assert_eq!(rig.names("Mix"), ["/m/a.ogg", "/m/b.ogg"]);
    assert_eq!(saves(&rig.type_in("playlist-sort Mix path")), 0, "nothing changed");
    rig.type_in("playlist-add-queue Mix");
    rig.type_in("playlist-remove Mix 1 3 4");
    assert_eq!(rig.names("Mix"), ["/m/b.ogg", "/m/a.ogg"]);
    rig.type_in("playlist-copy Mix Other");
    rig.type_in("playlist-rename Mix First");
    rig.type_in("playlist-entry-note First 2 live");
    assert_eq!(
        rig.state.playlists.view.lists.named("First").unwrap().entries()[1].note.as_deref(),
        Some("live")
    );
    rig.type_in("playlist-delete Other");
    assert_eq!(rig.state.playlists.view.lists.len(), 1);
}

#[test]
fn what_cannot_be_done_is_told_and_changes_nothing() {
    let mut rig = Rig::new();
    rig.type_in("playlist-new Mix");
    for (line, words) in [
        ("playlist-new Mix", "already"),
        ("playlist-remove Mix 1", "no such entry"),
        ("playlist-delete Nix", "there is no playlist `Nix`"),
        ("playlist-freeze Mix", "no smart playlist"),
        ("playlist-add-playing Mix", "nothing to add"),
        ("playlist-append Mix", "Nothing is in"),
    ] {
        assert_eq!(saves(&rig.type_in(line)), 0, "{line}");
        assert!(rig.told().contains(words), "{line}: {}", rig.told());
    }
    let mut unread = Rig::new();
    unread.state.playlists.loaded = false;
    assert_eq!(saves(&unread.type_in("playlist-new Mix")), 0, "not before they were read");
}

#[test]
fn files_are_walked_before_they_go_into_a_list_and_a_new_name_makes_one() {
    let mut rig = Rig::new();
    let effects = rig.type_in("playlist-add Mix /m/c.ogg");
    let [Effect::Expand { job, paths }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(paths, &[PathBuf::from("/m/c.ogg")]);
    let walked = Expanded { job: *job, files: vec!["/m/c.ogg".into()], problems: Vec::new() };
    assert_eq!(saves(&rig.event(Event::Expanded(walked))), 1);
    assert_eq!(rig.names("Mix"), ["/m/c.ogg"]);
    assert_eq!(rig.state.queue.items().len(), 3, "the queue is left alone");
}

#[test]
fn a_list_goes_to_the_queue_whole_or_in_part() {
    let mut rig = Rig::new();
    rig.type_in("playlist-save Mix");
    rig.type_in("playlist-append Mix 2 1");
    let queued = |rig: &Rig| -> Vec<String> {
        rig.state.queue.items().iter().map(|item| item.path.display().to_string()).collect()
    };
    assert_eq!(queued(&rig)[3..], ["/m/b.ogg", "/m/a.ogg"]);
    rig.type_in("playlist-play Mix 2");
    assert_eq!(queued(&rig), ["/m/a.ogg", "/m/b.ogg", "/m/a.ogg"], "all of it");
    assert_eq!(rig.state.queue.current().unwrap().path.display().to_string(), "/m/b.ogg", "from there on");
}

/// What was asked to be evaluated.
fn evaluation(effects: &[Effect]) -> Option<crate::model::id::JobId> {
    effects
        .iter()
        .find_map(|effect| if let Effect::Evaluate { job, .. } = effect { Some(*job) } else { None })
}

fn found(rig: &Rig, tracks: &[u32]) -> std::collections::HashMap<PlaylistId, Arc<Found>> {
    let id = rig.state.playlists.view.lists.named("Smart").unwrap().id;
    let tracks = tracks.iter().map(|&id| TrackId(id)).collect();
    [(id, Arc::new(Found { tracks, problem: None }))].into()
}

#[test]
fn a_smart_list_is_evaluated_when_made_and_anew_when_what_is_known_changes() {
    let mut rig = Rig::new();
    let first = evaluation(&rig.type_in("playlist-smart Smart plays:0")).unwrap();
    rig.state.dirty.facts = true;
    assert_eq!(evaluation(&rig.event(Event::Due)), None, "one at a time");
    let answer = |job, found| Event::Evaluated { job, found: Ok(found), took: Duration::from_millis(100) };
    let event = answer(first, found(&rig, &[1]));
    assert_eq!(evaluation(&rig.event(event)), None, "not at once");
    assert!(rig.state.next_deadline().is_some());
    rig.clock += Duration::from_secs(1);
    let second = evaluation(&rig.event(Event::Due)).unwrap();
    let late = answer(first, found(&rig, &[7]));
    rig.event(late);
    let list = rig.state.playlists.view.lists.named("Smart").unwrap().clone();
    assert_eq!(rig.state.playlists.view.found[&list.id].tracks, [TrackId(1)], "an older answer is none");
    let event = answer(second, found(&rig, &[2, 3]));
    rig.event(event);
    assert_eq!(rig.state.playlists.view.len(&list), Some(2));
    rig.clock += Duration::from_secs(10);
    assert_eq!(evaluation(&rig.event(Event::Due)), None, "nothing changed");
}

#[test]
fn what_needs_a_smart_list_waits_until_it_is_known() {
    let mut rig = Rig::new();
    let job = evaluation(&rig.type_in("playlist-smart Smart plays:0")).unwrap();
    rig.type_in("playlist-freeze Smart");
    assert!(rig.state.playlists.view.lists.named("Smart").unwrap().smart().is_some());
    let event = Event::Evaluated { job, found: Ok(found(&rig, &[])), took: Duration::ZERO };
    let effects = rig.event(event);
    // It was asked for after that evaluation had begun.
    let job = evaluation(&effects).or_else(|| {
        rig.clock += Duration::from_secs(1);
        evaluation(&rig.event(Event::Due))
    });
    if let Some(job) = job {
        let event = Event::Evaluated { job, found: Ok(found(&rig, &[])), took: Duration::ZERO };
        rig.event(event);
    }
    assert!(rig.state.playlists.view.lists.named("Smart").unwrap().smart().is_none());
}

#[test]
fn files_that_the_library_does_not_have_are_looked_for_and_the_answer_is_of_that_list_alone() {
    let mut rig = Rig::new();
    rig.type_in("playlist-save Mix");
    let list = rig.state.playlists.view.lists.named("Mix").unwrap().clone();
    let effects = rig.event(Event::Command(Command::Playlist(Playlisting::Look(list.id))));
    let [Effect::LookForFiles { list: asked, places }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(places.len(), 3);
    rig.event(Event::LookedForFiles { list: Arc::clone(asked), absent: HashSet::from([1]) });
    let view = &rig.state.playlists.view;
    assert!(view.is_absent(&list, 1) && !view.is_absent(&list, 0));
    rig.type_in("playlist-remove Mix 1");
    let changed = rig.state.playlists.view.lists.named("Mix").unwrap().clone();
    assert!(!rig.state.playlists.view.is_absent(&changed, 1), "its places are others now");
}

#[test]
fn a_change_of_one_of_a_thousand_lists_leaves_the_others_shared() {
    let mut rig = Rig::new();
    let made = |number: u64| {
        let entries =
            vec![Entry::new(Path::new("/m/a.ogg").into(), None); if number == 0 { 10_000 } else { 1 }];
        let name = PlaylistName::new(&format!("List {number}")).unwrap();
        Arc::new(Playlist {
            id: PlaylistId(number),
            name,
            note: "".into(),
            kind: Kind::Manual(Arc::new(entries)),
        })
    };
    let lists: Vec<Arc<Playlist>> = (0..1000).map(made).collect();
    rig.event(Event::PlaylistsLoaded(Ok(lists.iter().cloned().collect())));
    let effects = rig.type_in("playlist-remove 'List 0' 10000");
    let rows: Vec<usize> = effects
        .iter()
        .filter_map(|effect| if let Effect::Save(save) = effect { Some(save.playlists.len()) } else { None })
        .collect();
    assert_eq!(rows, [1], "one list is written");
    let view = &rig.state.playlists.view.lists;
    assert_eq!(view.named("List 0").unwrap().entries().len(), 9_999);
    assert!(lists[1..].iter().all(|list| Arc::ptr_eq(list, view.get(list.id).unwrap())));
}

#[test]
fn any_changes_are_taken_back_to_the_beginning_and_made_again_to_the_end() {
    let mut rig = Rig::new();
    let beginning = rig.state.playlists.view.lists.clone();
    let lines = [
        "playlist-save Mix",
        "playlist-sort Mix random",
        "playlist-copy Mix Other",
        "playlist-remove Mix 2",
        "playlist-note Mix 'a note'",
        "playlist-rename Other First",
        "playlist-smart Smart plays:0",
        "playlist-delete Mix",
        "playlist-move First +1 1",
        "playlist-smart Smart plays:1",
    ];
    for line in lines {
        assert_eq!(saves(&rig.type_in(line)), 1, "{line}");
    }
    let end = rig.state.playlists.view.lists.clone();
    let go = |rig: &mut Rig, line: &str| match parse(line).unwrap() {
        Request::Core(command) => rig.event(Event::Command(command)),
        other => panic!("{other:?}"),
    };
    for _ in lines {
        assert_eq!(saves(&go(&mut rig, "undo")), 1, "what is taken back is saved");
    }
    assert_eq!(rig.state.playlists.view.lists, beginning);
    go(&mut rig, "redo 10");
    assert_eq!(rig.state.playlists.view.lists, end);
}
