//! Tags by commands: what is asked of the jobs, what the history has, what is told when files stand in the way.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::*;
use crate::jobs::tags::{Planned, Written};
use crate::library::edit::{Change, Refused, Renames};
use crate::model::command::{History, Items, Queue, Tagging, Target};
use crate::model::edit::Way;
use crate::model::id::JobId;
use crate::model::tagging::{TagPreview, TagWork};

#[derive(Default)]
struct Rig {
    state: AppState,
    seconds: i64,
}

impl Rig {
    fn event(&mut self, event: Event) -> Vec<Effect> {
        self.seconds += 1;
        let now = Now { instant: Instant::now(), unix_ms: self.seconds * 1000, heard: None, seed: 1 };
        reduce(&mut self.state, event, now)
    }

    fn ask(&mut self, command: Tagging) -> Vec<Effect> {
        self.event(Event::Command(Command::Tags(command)))
    }

    fn history(&mut self, command: History) -> Vec<Effect> {
        self.event(Event::Command(Command::History(command)))
    }

    fn told(&self) -> String {
        self.state.notice.as_ref().map(|shown| shown.notice.to_string()).unwrap_or_default()
    }

    fn queue(&mut self, names: &[&str]) {
        let files: Vec<PathBuf> = names.iter().map(PathBuf::from).collect();
        let effects = self.event(Event::Command(Command::Queue(Queue::Append(Target::Paths(files.clone())))));
        let Some(Effect::Expand { job, .. }) = effects.first() else { panic!("{effects:?}") };
        self.event(Event::Expanded(Expanded { job: *job, files, problems: Vec::new() }));
    }

    fn paths(&self) -> Vec<&Path> {
        self.state.queue.items().iter().map(|item| &*item.path).collect()
    }

    /// A renaming of `/m/a` to `/m/b`, planned.
    fn plan(&mut self, ask: bool) -> (JobId, Vec<Effect>) {
        let what = Target::Paths(vec!["/m/a".into()]);
        let effects = self.ask(Tagging::Change { what, work: TagWork::Rename("b".into()), ask });
        let Some(Effect::PlanTags { job, paths, .. }) = effects.first() else { panic!("{effects:?}") };
        assert_eq!(paths[..], [PathBuf::from("/m/a")]);
        let moves = vec![("/m/a".into(), "/m/b".into())];
        let change = Change::Moves(Renames { moves, ..Renames::default() });
        let planned = Ok(Planned { change, preview: TagPreview::default() });
        (*job, self.event(Event::TagsPlanned { job: *job, planned }))
    }

    fn written(&mut self, job: JobId, from: &str, to: &str) -> Vec<Effect> {
        let moved = vec![(from.into(), to.into())];
        let result = Ok(Written { batch: 7, paths: vec![to.into()], moved });
        self.event(Event::TagsWritten { job, result })
    }

    fn refused(&mut self, job: JobId) -> Vec<Effect> {
        let why = vec![("/m/b".into(), "was changed since".to_owned())];
        self.event(Event::TagsWritten { job, result: Err(Refused(why)) })
    }

    fn renamed(names: &[&str]) -> Self {
        let mut rig = Self::default();
        rig.queue(names);
        let (job, _) = rig.plan(false);
        rig.written(job, "/m/a", "/m/b");
        rig
    }
}

/// The batch that is to be gone over, and by which job.
fn over(effects: &[Effect]) -> (JobId, u64, Way) {
    match effects.iter().find(|effect| matches!(effect, Effect::GoOverTags { .. })) {
        Some(Effect::GoOverTags { job, batch, way, .. }) => (*job, *batch, *way),
        _ => panic!("{effects:?}"),
    }
}

#[test]
fn a_change_is_carried_out_at_once_or_shown_first_and_is_one_step() {
    let mut rig = Rig::default();
    rig.queue(&["/m/a", "/m/x"]);
    let (job, effects) = rig.plan(true);
    assert!(effects.iter().all(|effect| !matches!(effect, Effect::WriteTags { .. })), "{effects:?}");
    assert!(rig.state.tags.view.preview.is_some());
    rig.ask(Tagging::Drop);
    assert!(rig.state.tags.view.preview.is_none());
    assert!(rig.ask(Tagging::Write).is_empty() && rig.told().starts_with("No change of tags waits"));
    assert!(rig.written(job, "/m/a", "/m/b").is_empty(), "nobody waits for it any more");
    let (_, _) = rig.plan(true);
    let effects = rig.ask(Tagging::Write);
    let Some(Effect::WriteTags { job, .. }) = effects.first() else { panic!("{effects:?}") };
    let saved = rig.written(*job, "/m/a", "/m/b");
    assert!(saved.iter().any(|effect| matches!(effect, Effect::Save(_))), "{saved:?}");
    assert_eq!(rig.paths(), [Path::new("/m/b"), Path::new("/m/x")]);
    let words: Vec<_> =
        rig.state.history.view().entries.iter().map(|entry| entry.words.to_string()).collect();
    assert_eq!(words, ["added 2 tracks", "renamed 1 file"]);
}

#[test]
fn undo_waits_for_the_files_and_then_goes_the_rest_of_the_way() {
    let mut rig = Rig::renamed(&["/m/a"]);
    let (job, batch, way) = over(&rig.history(History::Undo(2)));
    assert_eq!((batch, way), (7, Way::Back));
    assert!(rig.history(History::Undo(1)).is_empty() && rig.told().starts_with("Other files are being"));
    assert!(rig.history(History::Redo(1)).is_empty());
    rig.written(job, "/m/b", "/m/a");
    assert!(rig.paths().is_empty() && rig.told().starts_with("Taken back: 2 changes"), "{}", rig.told());
    let (job, batch, way) = over(&rig.history(History::Redo(9)));
    assert_eq!((batch, way, rig.paths()), (7, Way::Forth, vec![Path::new("/m/a")]));
    rig.written(job, "/m/a", "/m/b");
    assert_eq!((rig.paths(), rig.state.history.view().done), (vec![Path::new("/m/b")], 2));
}

#[test]
fn files_that_others_changed_stay_the_step_stays_and_can_be_passed_over() {
    let mut rig = Rig::renamed(&["/m/a"]);
    let (job, ..) = over(&rig.history(History::Undo(2)));
    rig.refused(job);
    assert_eq!(
        rig.told(),
        "Stays as it is: renamed 1 file: /m/b was changed since. `:undo skip` passes over it to the steps before"
    );
    assert_eq!((rig.paths(), rig.state.history.view().done), (vec![Path::new("/m/b")], 2));
    rig.history(History::Skip);
    assert_eq!(rig.state.history.view().done, 1);
    rig.history(History::Undo(1));
    assert!(rig.paths().is_empty());
    rig.history(History::Skip);
    assert!(rig.told().starts_with("The last step is no change of tags"));
}

#[test]
fn what_is_done_while_files_go_back_makes_of_it_a_step_of_its_own() {
    let mut rig = Rig::renamed(&["/m/a", "/m/x"]);
    let (job, ..) = over(&rig.history(History::Undo(1)));
    let gone = Items::Positions(vec![2]);
    rig.event(Event::Command(Command::Queue(Queue::Remove(gone))));
    rig.written(job, "/m/b", "/m/a");
    let view = rig.state.history.view();
    assert_eq!((view.entries.len(), view.done), (4, 4));
    assert_eq!(&*view.entries[3].words, "took back a change of 1 file");
    let (_, batch, way) = over(&rig.history(History::Undo(1)));
    assert_eq!((batch, way), (7, Way::Back));
}

#[test]
fn a_change_that_is_refused_is_told_and_no_step() {
    let mut rig = Rig::default();
    let (job, effects) = rig.plan(false);
    assert!(matches!(effects[..], [Effect::WriteTags { .. }]));
    rig.refused(job);
    assert_eq!(rig.told(), "No file was changed: /m/b was changed since");
    assert!(rig.state.history.view().entries.is_empty() && rig.state.tags.view.refused.len() == 1);
    // Nothing plays: nothing is meant.
    rig.ask(Tagging::Look { what: Target::Selection, tell: true });
    assert!(rig.told().starts_with("Nothing is selected and nothing plays"));
    let address = Target::Paths(vec!["http://host/radio".into()]);
    rig.ask(Tagging::Look { what: address, tell: true });
    assert!(rig.told().contains("is an address"));
}
