//! An import is one step, laid over what is known by then.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::*;
use crate::app::event::Event;
use crate::app::reduce::reduce;
use crate::model::command::{Command, History, Library};
use crate::model::facts::Rating;
use crate::model::listening::{Listen, Verdict};
use crate::model::past::Source;
use crate::model::playlist::{Entry, PlaylistName};
use crate::model::session::Save;

struct Rig {
    state: AppState,
    seed: u64,
}

impl Rig {
    fn new() -> Self {
        let mut state = AppState::default();
        state.playlists.loaded = true;
        Self { state, seed: 0 }
    }

    /// What is to be saved.
    fn event(&mut self, event: Event) -> Vec<Save> {
        self.seed += 1;
        let now = Now { instant: Instant::now(), unix_ms: 5_000, heard: None, seed: self.seed };
        let effects = reduce(&mut self.state, event, now).into_iter();
        effects
            .filter_map(|effect| if let Effect::Save(save) = effect { Some(*save) } else { None })
            .collect()
    }

    fn history(&mut self, command: History) -> Vec<Save> {
        self.event(Event::Command(Command::History(command)))
    }

    fn told(&self) -> String {
        self.state.notice.as_ref().map(|shown| shown.notice.to_string()).unwrap_or_default()
    }

    fn all(&self) -> (Vec<(TrackId, TrackFacts)>, Vec<String>) {
        let lists = self.state.playlists.view.lists.iter().map(|list| list.name.to_string());
        (self.state.facts.iter().collect(), lists.collect())
    }
}

fn asked(apply: bool) -> Importing {
    Importing { source: Source::Lastfm, path: Some("/x.csv".into()), music: None, apply }
}

fn listen(began_ms: i64) -> Listen {
    Listen { began_ms, track: TrackId(1), frames: 9, rate: 1, verdict: Verdict::Played }
}

fn found(plays: u32) -> Box<FoundPast> {
    let after = TrackFacts { plays, rating: Rating::new(4), ..TrackFacts::default() };
    let entry = Entry::new(Arc::from(PathBuf::from("/m/a")), None);
    let plan = Plan {
        rows: vec![(TrackId(1), TrackFacts::default(), after)],
        listens: vec![listen(1_000), listen(60_000)],
        lists: vec![(PlaylistName::new("Mix").unwrap(), vec![entry])],
        ..Plan::default()
    };
    Box::new(FoundPast { plan, backup: Some("/backup".into()) })
}

fn read(apply: bool, found: Box<FoundPast>) -> Event {
    Event::PastRead { job: crate::model::id::JobId(1), asked: asked(apply), found: Ok(found) }
}

#[test]
fn an_import_is_one_step_that_goes_back_and_forth_with_its_log() {
    let mut rig = Rig::new();
    let before = rig.all();
    let saved = rig.event(read(true, found(7)));
    assert!(rig.told().contains("Taken in from lastfm"), "{}", rig.told());
    let after = rig.all();
    assert_eq!((after.0[0].1.plays, &after.1[..]), (7, &["Mix".to_owned()][..]));
    let rows: Vec<_> = [1_000, 60_000].map(|at| ((at, TrackId(1)), Some(listen(at)))).into();
    assert_eq!(saved.len(), 1, "all of it in one piece, with its history");
    assert!(saved[0].log == rows && saved[0].facts.len() == 1 && saved[0].playlists.len() == 1);
    assert_eq!(saved[0].history.as_ref().map(|change| change.done), Some(1));

    let back = rig.history(History::Undo(1));
    assert_eq!(rig.all(), before);
    let gone: Vec<_> = rows.iter().map(|&(key, _)| (key, None)).collect();
    assert!(back.iter().any(|save| save.log == gone), "{back:?}");
    assert!(rig.told().contains("import from lastfm"), "{}", rig.told());
    let forth = rig.history(History::Redo(1));
    assert_eq!(rig.all(), after);
    assert!(forth.iter().any(|save| save.log == rows), "{forth:?}");
}

#[test]
fn what_was_heard_or_rated_while_the_file_was_read_stays() {
    let mut rig = Rig::new();
    let here = TrackFacts { plays: 9, rating: Rating::new(10), ..TrackFacts::default() };
    rig.state.facts.set(TrackId(1), here);
    rig.event(read(true, found(7)));
    assert_eq!(rig.state.facts.get(TrackId(1)), here);
    rig.history(History::Undo(1));
    assert_eq!(rig.state.facts.get(TrackId(1)), here);
}

#[test]
fn without_apply_nothing_is_set_and_without_a_library_nothing_is_read() {
    let mut rig = Rig::new();
    let before = rig.all();
    assert!(rig.event(read(false, found(7))).is_empty());
    assert_eq!(rig.all(), before);
    assert!(rig.told().contains("--apply"), "{}", rig.told());
    rig.event(Event::Command(Command::Library(Library::Import(asked(true)))));
    assert!(rig.told().contains("the library is empty"), "{}", rig.told());
    rig.event(Event::PastRead {
        job: crate::model::id::JobId(1),
        asked: asked(true),
        found: Err("no listens".into()),
    });
    assert!(rig.told().contains("no listens"), "{}", rig.told());
}
