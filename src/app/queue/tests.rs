//! The queue against plain lists, and its random orders against counting.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::model::edit::Way;
use crate::model::playback::ShuffleBy;

fn names(queue: &Queue) -> Vec<String> {
    queue.items().iter().map(|item| item.path.display().to_string()).collect()
}

fn files(names: &[&str]) -> NewItems {
    unresolved(names.iter().map(PathBuf::from).collect())
}

fn all(_: ItemId) -> bool {
    true
}

/// The order of play from the current item to the end.
fn played(queue: &Queue) -> Vec<ItemId> {
    let mut at = queue.current().map(|item| item.id).or_else(|| queue.first(all));
    let mut order = Vec::new();
    while let Some(id) = at {
        order.push(id);
        at = queue.following(id, all);
    }
    order
}

#[test]
fn what_is_inserted_comes_behind_the_current_item() {
    let mut queue = Queue::default();
    let first = queue.append(files(&["a", "b", "c"]));
    queue.set_current(first);
    queue.insert_next(files(&["x", "y"]));
    assert_eq!(names(&queue), ["a", "x", "y", "b", "c"]);
}

#[test]
fn moved_items_stay_together_and_inside() {
    let mut queue = Queue::default();
    queue.append(files(&["a", "b", "c", "d", "e"]));
    let ids: Vec<ItemId> = queue.items().iter().map(|item| item.id).collect();
    queue.move_by(&[ids[1], ids[3]], 1);
    assert_eq!(names(&queue), ["a", "c", "b", "d", "e"]);
    queue.move_by(&[ids[0]], 100);
    assert_eq!(names(&queue), ["c", "b", "d", "e", "a"]);
    queue.move_by(&[ids[4], ids[0]], -100);
    assert_eq!(names(&queue), ["e", "a", "c", "b", "d"]);
}

#[test]
fn the_item_behind_a_removed_current_one_becomes_current() {
    let mut queue = Queue::default();
    queue.append(files(&["a", "b", "c"]));
    let ids: Vec<ItemId> = queue.items().iter().map(|item| item.id).collect();
    queue.set_current(Some(ids[0]));
    queue.remove(&[ids[0], ids[1]]);
    assert_eq!(queue.current().map(|item| item.id), Some(ids[2]));
    queue.remove(&[ids[2]]);
    assert_eq!(queue.current(), None);
}

#[test]
fn a_seed_repeats_an_order_and_the_current_item_leads_it() {
    let order = |seed| {
        let mut queue = Queue::default();
        queue.append(unresolved((0..50).map(|n| n.to_string().into()).collect()));
        queue.set_current(Some(queue.items()[7].id));
        queue.set_shuffle(Shuffle::On { by: ShuffleBy::Tracks, seed: Some(seed) }, 0, &|_| Traits::UNKNOWN);
        played(&queue)
    };
    assert_eq!(order(4711), order(4711));
    assert_ne!(order(4711), order(4712));
    assert_eq!(order(4711)[0], ItemId(7));
    let mut sorted = order(4711);
    sorted.sort();
    assert_eq!(sorted, (0..50).map(ItemId).collect::<Vec<_>>());
}

#[test]
fn every_order_is_equally_likely() {
    // 24 orders of 4 items over 12,000 seeds: 500 each, chi-squared with 23 degrees of freedom; 49.7 is passed by
    // chance once in 1,000 (and the seeds are fixed, so this does not depend on chance).
    let mut counts: HashMap<Vec<ItemId>, f64> = HashMap::new();
    for seed in 0..12_000 {
        let mut queue = Queue::default();
        queue.append(files(&["a", "b", "c", "d"]));
        queue.set_shuffle(Shuffle::On { by: ShuffleBy::Tracks, seed: Some(seed) }, 0, &|_| Traits::UNKNOWN);
        *counts.entry(played(&queue)).or_default() += 1.0;
    }
    assert_eq!(counts.len(), 24);
    let chi_squared: f64 = counts.values().map(|count| (count - 500.0) * (count - 500.0) / 500.0).sum();
    assert!(chi_squared < 49.7, "{chi_squared}");
}

#[test]
fn repeating_all_goes_round_the_end() {
    let mut queue = Queue::default();
    queue.append(files(&["a", "b"]));
    let ids: Vec<ItemId> = queue.items().iter().map(|item| item.id).collect();
    queue.set_repeat(Repeat::All);
    assert_eq!(queue.following(ids[1], all), Some(ids[0]));
    queue.set_current(Some(ids[0]));
    assert_eq!(queue.step(-1), Some(ids[1]));
    queue.set_repeat(Repeat::Off);
    assert_eq!(queue.following(ids[1], all), None);
    assert_eq!(queue.step(-1), None);
}

#[derive(Debug, Clone)]
enum Op {
    Append(u8),
    Insert(u8),
    Remove(Vec<u8>),
    Move(u8, i8),
    Clear,
    Replace(u8),
    Current(u8),
    Shuffle(Option<u64>),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        (0..5u8).prop_map(Op::Append),
        (0..5u8).prop_map(Op::Insert),
        prop::collection::vec(any::<u8>(), 0..4).prop_map(Op::Remove),
        (any::<u8>(), -9..9i8).prop_map(|(item, by)| Op::Move(item, by)),
        Just(Op::Clear),
        (0..5u8).prop_map(Op::Replace),
        any::<u8>().prop_map(Op::Current),
        prop::option::of(any::<u64>()).prop_map(Op::Shuffle),
    ]
}

fn some_files(count: u8) -> NewItems {
    unresolved((0..count).map(|n| format!("f{n}").into()).collect())
}

fn pick(queue: &Queue, at: u8) -> Option<ItemId> {
    let len = queue.items().len();
    (len > 0).then(|| queue.items()[usize::from(at) % len].id)
}

fn apply(queue: &mut Queue, op: &Op) {
    match op {
        Op::Append(count) => drop(queue.append(some_files(*count))),
        Op::Insert(count) => drop(queue.insert_next(some_files(*count))),
        Op::Remove(items) => {
            let ids: Vec<_> = items.iter().filter_map(|&at| pick(queue, at)).collect();
            queue.remove(&ids);
        }
        Op::Move(item, by) => {
            let ids: Vec<_> = pick(queue, *item).into_iter().collect();
            queue.move_by(&ids, i32::from(*by));
        }
        Op::Clear => queue.clear(),
        Op::Replace(count) => drop(queue.replace(some_files(*count))),
        Op::Current(item) => queue.set_current(pick(queue, *item)),
        Op::Shuffle(None) => queue.set_shuffle(Shuffle::Off, 1, &|_| Traits::UNKNOWN),
        Op::Shuffle(seed) => {
            queue.set_shuffle(Shuffle::On { by: ShuffleBy::Tracks, seed: *seed }, 1, &|_| Traits::UNKNOWN)
        }
    }
}

proptest! {
    #[test]
    fn the_queue_is_sound_after_anything(ops in prop::collection::vec(op(), 0..60)) {
        let mut queue = Queue::default();
        for op in &ops {
            apply(&mut queue, op);
            if let Some(current) = queue.current {
                prop_assert!(queue.index_of(current).is_some(), "{op:?}: the current item is gone");
            }
            let mut order: Vec<ItemId> = queue.order.ids(&queue.items).collect();
            let mut ids: Vec<ItemId> = queue.items.iter().map(|item| item.id).collect();
            order.sort();
            ids.sort();
            prop_assert_eq!(&order, &ids, "{:?}: an item is played twice or never", op);
            ids.dedup();
            prop_assert_eq!(order.len(), ids.len(), "{:?}: an id was given twice", op);
        }
    }

    #[test]
    fn steps_lead_back_to_the_beginning_and_to_the_end_bit_for_bit(ops in prop::collection::vec(op(), 0..60)) {
        let mut queue = Queue::default();
        let mut steps = Vec::new();
        for op in &ops {
            let before = queue.moment();
            apply(&mut queue, op);
            let after = queue.moment();
            match before.step_to(&after) {
                Some(step) => steps.push((before, step, after)),
                None => prop_assert_eq!(names_and_order(&before), names_and_order(&after)),
            }
        }
        queue.set_current(None);
        for (before, step, _) in steps.iter().rev() {
            prop_assert!(queue.go_over(step, Way::Back, None));
            prop_assert_eq!(&queue.moment(), before);
        }
        for (_, step, after) in &steps {
            prop_assert!(queue.go_over(step, Way::Forth, None));
            prop_assert_eq!(&queue.moment(), after);
        }
    }
}

/// A moment with no item current.
fn names_and_order(moment: &Moment) -> Moment {
    let mut queue = Queue::default();
    if let Some(step) = queue.moment().step_to(moment) {
        queue.go_over(&step, Way::Forth, None);
    }
    queue.set_current(None);
    queue.moment()
}
