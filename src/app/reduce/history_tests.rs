//! Undo and redo by commands: what is gone back over, what is told, what the store is given, and a later run.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::app::event::Expanded;
use crate::app::queue::Moment;
use crate::app::state::AppSettings;
use crate::model::command::{History, Items, Playback, Queue, Target};
use crate::model::facts::{Facts, Rating, TrackFacts};
use crate::model::history::Entry;
use crate::model::id::TrackId;
use crate::model::playback::{Shuffle, ShuffleBy};
use crate::model::session::Session;

/// A core without sound, and a store that is two values.
struct Rig {
    state: AppState,
    seconds: i64,
    seed: u64,
    session: Session,
    steps: std::collections::BTreeMap<u64, std::sync::Arc<Entry>>,
    done: u64,
}

impl Rig {
    fn new() -> Self {
        let mut rig = Self {
            state: AppState::default(),
            seconds: 1_000,
            seed: 0,
            session: Session::default(),
            steps: Default::default(),
            done: 0,
        };
        rig.restart();
        rig
    }

    fn now(&mut self) -> Now {
        self.seed += 1;
        Now { instant: Instant::now(), unix_ms: self.seconds * 1000, heard: None, seed: self.seed }
    }

    fn event(&mut self, event: Event) {
        let now = self.now();
        let effects = reduce(&mut self.state, event, now);
        effects.into_iter().for_each(|effect| self.keep(effect));
    }

    fn ask(&mut self, command: Command) {
        self.event(Event::Command(command));
    }

    fn history(&mut self, command: History) -> String {
        self.ask(Command::History(command));
        self.state.notice.as_ref().map(|shown| shown.notice.to_string()).unwrap_or_default()
    }

    fn put(&mut self, command: impl FnOnce(Target) -> Queue, names: &[String]) {
        let files: Vec<PathBuf> = names.iter().map(|name| format!("/m/{name}").into()).collect();
        let job = crate::model::id::JobId(self.state.fresh_job().0 + 1);
        self.ask(Command::Queue(command(Target::Paths(files.clone()))));
        self.event(Event::Expanded(Expanded { job, files, problems: Vec::new() }));
    }

    fn append(&mut self, name: &str) {
        self.put(Queue::Append, &[name.to_owned()]);
    }

    fn keep(&mut self, effect: Effect) {
        let Effect::Save(save) = effect else { return };
        self.session = save.session.unwrap_or(std::mem::take(&mut self.session));
        if let Some(change) = save.history {
            self.steps.retain(|&number, _| (change.first..change.from).contains(&number));
            self.steps.extend(change.entries.into_iter().map(|entry| (entry.number, entry)));
            self.done = change.done;
        }
    }

    fn restart(&mut self) {
        let now = self.now();
        let mut effects = Vec::new();
        saving::quit(&mut self.state, now, &mut effects);
        effects.into_iter().for_each(|effect| self.keep(effect));
        let facts = std::mem::take(&mut self.state.facts);
        self.state = AppState::restored(self.session.clone(), Default::default(), AppSettings::default());
        self.state.facts = facts;
        self.state.remember(self.steps.values().cloned().collect(), self.done);
    }

    fn names(&self) -> Vec<String> {
        let names = self.state.queue.items().iter().map(|item| item.path.display().to_string());
        names.map(|name| name.trim_start_matches("/m/").to_owned()).collect()
    }

    fn rate(&mut self, id: u32, halves: u8) {
        let now = self.now();
        let before = self.state.facts.get(TrackId(id));
        let rated = TrackFacts { rating: Rating::new(halves), ..before };
        let mut effects = Vec::new();
        history::set_facts(&mut self.state, [(TrackId(id), rated)], "rated".to_owned(), now, &mut effects);
        effects.into_iter().for_each(|effect| self.keep(effect));
    }

    fn all(&self) -> (Moment, Vec<(TrackId, TrackFacts)>) {
        (self.state.queue.moment(), self.state.facts.iter().collect())
    }
}

#[test]
fn steps_are_told_taken_back_by_number_and_by_time() {
    let mut rig = Rig::new();
    for (name, seconds) in [("a", 0), ("b", 300), ("c", 600)] {
        rig.seconds = 1_000 + seconds;
        rig.append(name);
    }
    rig.seconds = 1_000 + 700;
    assert_eq!(
        rig.history(History::List),
        "Undo: 3 added 1 track (1 min ago) · 2 added 1 track (6 min ago) · 1 added 1 track (11 min ago)"
    );
    assert!(
        rig.history(History::Earlier(Duration::from_secs(60))).starts_with("Nothing was changed in that")
    );
    rig.history(History::Earlier(Duration::from_secs(500)));
    assert_eq!(rig.names(), ["a"]);
    assert!(rig.history(History::List).starts_with("Undo: 1 added 1 track (11 min ago)  Redo: 2 added"));
    rig.history(History::Later(Duration::from_secs(300)));
    assert_eq!(rig.names(), ["a", "b"]);
    rig.history(History::Undo(9));
    assert!(rig.names().is_empty());
    assert_eq!(rig.history(History::Undo(1)), "Nothing to undo");
    assert_eq!(rig.history(History::Redo(2)), "Made again: 2 changes, up to \"added 1 track\"");
    assert_eq!(rig.names(), ["a", "b"]);
    rig.append("x");
    assert_eq!(rig.history(History::Redo(1)), "Nothing to redo");
}

#[test]
fn a_rating_is_taken_back_and_the_plays_since_stay() {
    let mut rig = Rig::new();
    rig.rate(7, 8);
    let heard = TrackFacts { plays: 3, ..rig.state.facts.get(TrackId(7)) };
    rig.state.facts.set(TrackId(7), heard);
    rig.history(History::Undo(1));
    let unrated = TrackFacts { plays: 3, ..TrackFacts::default() };
    assert_eq!(rig.state.facts.get(TrackId(7)), unrated);
    rig.history(History::Redo(1));
    assert_eq!(rig.state.facts.get(TrackId(7)), heard);
}

#[test]
fn facts_and_the_steps_before_them_are_saved_in_one_piece_at_once() {
    let mut rig = Rig::new();
    rig.append("a");
    assert!(rig.session.items.is_empty(), "the queue is saved a little later");
    rig.rate(7, 8);
    assert_eq!((rig.session.items.len(), rig.done, rig.steps.len()), (1, 2, 2));
    rig.history(History::Undo(1));
    assert_eq!(rig.done, 1);
}

#[test]
fn a_history_of_another_queue_is_dropped_and_the_queue_stays() {
    let mut rig = Rig::new();
    rig.append("a");
    rig.append("b");
    rig.restart();
    rig.session.items.pop();
    rig.state = AppState::restored(rig.session.clone(), Default::default(), AppSettings::default());
    rig.state.remember(rig.steps.values().cloned().collect(), rig.done);
    assert!(rig.history(History::Undo(1)).starts_with("Cannot go over \"added 1 track\": the queue is not"));
    assert_eq!(rig.names(), ["a"]);
    assert_eq!(rig.history(History::Undo(1)), "Nothing to undo");
    rig.restart();
    assert!(rig.steps.is_empty());
}

#[test]
fn an_item_that_comes_back_in_a_later_run_has_its_id_to_itself() {
    let mut rig = Rig::new();
    rig.append("a");
    rig.append("b");
    rig.ask(Command::Queue(Queue::Remove(Items::Positions(vec![2]))));
    rig.restart();
    rig.history(History::Undo(1));
    rig.append("c");
    let mut ids: Vec<_> = rig.state.queue.items().iter().map(|item| item.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), rig.names()), (3, vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]));
}

#[test]
fn one_item_of_a_hundred_thousand_is_a_step_of_a_few_bytes() {
    let mut rig = Rig::new();
    let names: Vec<String> = (0..100_000).map(|n| n.to_string()).collect();
    rig.put(Queue::Append, &names);
    let weigh = |rig: &Rig| rig.state.history.view().entries.last().map(|entry| entry.step.weight()).unwrap();
    assert!(weigh(&rig) > 100_000);
    rig.ask(Command::Queue(Queue::Move(Items::Positions(vec![1]), 99_999)));
    assert!(weigh(&rig) < 500);
    rig.ask(Command::Queue(Queue::Remove(Items::Positions(vec![50_000]))));
    assert!(weigh(&rig) < 500);
    rig.append("one more");
    assert!(weigh(&rig) < 500);
}

#[derive(Debug, Clone)]
enum Op {
    Append(u8),
    Insert(u8),
    Replace(u8),
    Remove(Vec<usize>),
    Move(usize, i32),
    Clear,
    Shuffle(Option<u64>),
    Rate(u32, u8),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => (1..5u8).prop_map(Op::Append),
        3 => (1..5u8).prop_map(Op::Insert),
        1 => (1..5u8).prop_map(Op::Replace),
        3 => prop::collection::vec(1..20usize, 1..4).prop_map(Op::Remove),
        3 => (1..20usize, -9..9i32).prop_map(|(item, by)| Op::Move(item, by)),
        1 => Just(Op::Clear),
        2 => prop::option::of(0..1000u64).prop_map(Op::Shuffle),
        2 => (0..9u32, 1..11u8).prop_map(|(id, halves)| Op::Rate(id, halves)),
    ]
}

fn apply(rig: &mut Rig, op: &Op) {
    let names = |count: u8| (0..count).map(|n| format!("f{n}")).collect::<Vec<_>>();
    match op {
        Op::Append(count) => rig.put(Queue::Append, &names(*count)),
        Op::Insert(count) => rig.put(Queue::Insert, &names(*count)),
        Op::Replace(count) => rig.put(|target| Queue::Replace { target, start: 0 }, &names(*count)),
        Op::Remove(at) => rig.ask(Command::Queue(Queue::Remove(Items::Positions(at.clone())))),
        Op::Move(at, by) => rig.ask(Command::Queue(Queue::Move(Items::Positions(vec![*at]), *by))),
        Op::Clear => rig.ask(Command::Queue(Queue::Clear)),
        Op::Shuffle(None) => rig.ask(Command::Playback(Playback::Shuffle(Some(Shuffle::Off)))),
        Op::Shuffle(seed) => {
            rig.ask(Command::Playback(Playback::Shuffle(Some(Shuffle::On {
                by: ShuffleBy::Tracks,
                seed: *seed,
            }))));
        }
        Op::Rate(id, halves) => rig.rate(*id, *halves),
    }
    // What plays stays current over an undo; here nothing does, so that all is to be as it was.
    rig.ask(Command::Playback(Playback::Stop));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn a_thousand_changes_are_undone_to_the_beginning_and_redone_to_the_end_bit_for_bit(
        ops in prop::collection::vec(op(), 1_000),
        restarts in prop::collection::hash_set(0..1_000usize, 4),
    ) {
        let mut rig = Rig::new();
        let mut states = vec![rig.all()];
        for (at, op) in ops.iter().enumerate() {
            let before = rig.state.history.view().done;
            apply(&mut rig, op);
            if rig.state.history.view().done > before {
                states.push(rig.all());
            }
            if restarts.contains(&at) {
                rig.restart();
            }
        }
        rig.restart();
        let steps = states.len() - 1;
        for (at, before) in states.iter().enumerate().rev().skip(1) {
            rig.history(History::Undo(1));
            prop_assert_eq!(&rig.all().1, &before.1);
            prop_assert!(rig.state.queue.moment().same(&before.0), "step {}", at + 1);
            if restarts.contains(&at) {
                rig.restart();
            }
        }
        prop_assert_eq!(rig.state.history.view().done, 0);
        prop_assert_eq!(rig.all().0, Moment::default());
        prop_assert_eq!(rig.state.facts.iter().count(), Facts::default().iter().count());
        rig.history(History::Redo(u32::try_from(steps / 2).unwrap()));
        prop_assert!(rig.state.queue.moment().same(&states[steps / 2].0));
        rig.restart();
        rig.history(History::Redo(u32::MAX));
        let end = &states[steps];
        prop_assert!(rig.state.queue.moment().same(&end.0));
        prop_assert_eq!(&rig.all().1, &end.1);
    }
}
