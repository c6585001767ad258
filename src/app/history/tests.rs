//! The history by itself, with steps of facts.

use super::*;
use crate::model::facts::TrackFacts;
use crate::model::id::TrackId;

fn step(id: u32) -> Step {
    let loved = TrackFacts { favourite: true, ..TrackFacts::default() };
    Step::Facts(vec![(TrackId(id), TrackFacts::default(), loved)])
}

/// Steps at these seconds.
fn history(times: &[i64]) -> History {
    let mut history = History::default();
    for (id, &at) in (0..).zip(times) {
        history.record(step(id), "loved", at);
    }
    history
}

fn numbers(history: &History) -> Vec<u64> {
    history.view().entries.iter().map(|entry| entry.number).collect()
}

fn go(history: &mut History, way: Way, steps: usize) {
    (0..steps).for_each(|_| history.went(way));
}

#[test]
fn a_new_step_takes_the_place_of_what_was_taken_back() {
    let mut history = history(&[1, 2, 3]);
    go(&mut history, Way::Back, 2);
    history.record(step(9), "loved", 4);
    assert_eq!(numbers(&history), [1, 2]);
    assert_eq!(history.ahead(Way::Back).unwrap().step, step(9));
    assert!(history.ahead(Way::Forth).is_none());
    go(&mut history, Way::Back, 5);
    assert!(history.ahead(Way::Back).is_none());
    assert_eq!(history.ahead(Way::Forth).unwrap().number, 1);
}

#[test]
fn times_are_counted_from_now_and_then_from_the_last_step_that_is_done() {
    let mut history = history(&[100, 200, 260, 300]);
    let back =
        |history: &History, seconds| history.steps_within(Way::Back, Duration::from_secs(seconds), 320);
    assert_eq!([10, 20, 21, 61, 1000].map(|seconds| back(&history, seconds)), [0, 0, 1, 2, 4]);
    go(&mut history, Way::Back, 2);
    assert_eq!(back(&history, 1), 1, "the step at 200 is within a second of itself");
    let forth = |seconds| history.steps_within(Way::Forth, Duration::from_secs(seconds), 320);
    assert_eq!([59, 60, 99, 100].map(forth), [0, 1, 1, 2]);
}

#[test]
fn a_clock_set_back_does_not_turn_the_order_around() {
    let times: Vec<i64> = history(&[100, 50]).view().entries.iter().map(|entry| entry.at_s).collect();
    assert_eq!(times, [100, 100]);
}

#[test]
fn the_oldest_steps_are_forgotten_beyond_the_bounds() {
    let history_of = |count: i64| history(&(0..count).collect::<Vec<_>>());
    let history = history_of(2_003);
    assert_eq!(numbers(&history).first(), Some(&4));
    assert_eq!(numbers(&history).len(), 2_000);
    let row = (TrackId(1), TrackFacts::default(), TrackFacts::default());
    let mut heavy = history_of(3);
    heavy.record(Step::Facts(vec![row; 1_000_000]), "loved", 9);
    assert_eq!(numbers(&heavy), [4], "the newest stays whatever it takes");
}

/// The store as a map, as `library::store` has it.
#[derive(Default)]
struct Kept(std::collections::BTreeMap<u64, Arc<Entry>>, u64);

impl Kept {
    fn save(&mut self, history: &mut History) {
        let Some(change) = history.take_unsaved() else { return };
        self.0.retain(|&number, _| (change.first..change.from).contains(&number));
        self.0.extend(change.entries.into_iter().map(|entry| (entry.number, entry)));
        self.1 = change.done;
    }

    fn load(&self) -> History {
        History::restore(self.0.values().cloned().collect(), self.1)
    }
}

#[test]
fn what_is_saved_now_and_then_is_found_again() {
    let mut history = History::default();
    let mut kept = Kept::default();
    for round in 0..3_000_u32 {
        match round % 7 {
            3 => history.went(Way::Back),
            5 => history.went(Way::Forth),
            6 if round % 35 == 6 => go(&mut history, Way::Back, 3),
            _ => history.record(step(round), "loved", i64::from(round)),
        }
        if round % 4 == 0 {
            kept.save(&mut history);
            assert_eq!(kept.load().view(), history.view(), "round {round}");
            assert!(!kept.load().is_unsaved());
        }
    }
    history.drop_all();
    kept.save(&mut history);
    assert!(kept.0.is_empty());
}

#[test]
fn a_history_with_gaps_is_no_history() {
    let entries = history(&[1, 2, 3]).view().entries;
    assert_eq!(History::restore(vec![entries[0].clone(), entries[2].clone()], 3).view().entries, []);
    assert_eq!(History::restore(entries.clone(), 4).view().entries, []);
    assert_eq!(History::restore(entries[1..].to_vec(), 0).view().entries, []);
    assert_eq!(History::restore(entries[1..].to_vec(), 1).view().done, 0);
    assert_eq!(History::restore(entries, 2).view().done, 2);
}
