//! Undo and redo: what was changed is recorded here, and gone over, each step all or nothing.

use std::collections::HashMap;
use std::sync::Arc;

use super::{notices, queue, saving};
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::queue::Moment;
use crate::app::state::AppState;
use crate::app::wording;
use crate::model::command::History;
use crate::model::edit::Way;
use crate::model::facts::TrackFacts;
use crate::model::history::{Entry, Step};
use crate::model::id::TrackId;
use crate::model::playlist::Change;
use crate::model::template;

pub fn reduce(state: &mut AppState, command: History, now: Now, fx: &mut Vec<Effect>) {
    let within = |state: &AppState, way, time| state.history.steps_within(way, time, now_s(now));
    match command {
        History::Undo(steps) => travel(state, Way::Back, steps as usize, now, fx),
        History::Redo(steps) => travel(state, Way::Forth, steps as usize, now, fx),
        History::Earlier(time) => travel(state, Way::Back, within(state, Way::Back, time), now, fx),
        History::Later(time) => travel(state, Way::Forth, within(state, Way::Forth, time), now, fx),
        History::List => list(state, now),
    }
}

/// Records how the queue came to be what it is since `before`; nothing where it is the same.
pub fn queue_changed(state: &mut AppState, before: &Moment, words: String, now: Now) {
    if let Some(step) = before.step_to(&state.queue.moment()) {
        state.history.record(Step::Queue(Box::new(step)), words, now_s(now));
        state.dirty.history = true;
    }
    queue::changed(state, now);
}

/// Records a change of playlists that took effect.
pub fn playlists_changed(
    state: &mut AppState,
    changes: Vec<Change>,
    words: String,
    now: Now,
    fx: &mut Vec<Effect>,
) {
    state.history.record(Step::Playlists(changes), words, now_s(now));
    state.dirty.history = true;
    saving::facts(state, Vec::new(), now, fx);
}

/// Records a change of templates that took effect.
pub fn templates_changed(
    state: &mut AppState,
    changes: Vec<template::Change>,
    words: String,
    now: Now,
    fx: &mut Vec<Effect>,
) {
    state.history.record(Step::Templates(changes), words, now_s(now));
    state.dirty.history = true;
    saving::facts(state, Vec::new(), now, fx);
}

/// Sets what is known of tracks, as one step. Rows that change nothing are no part of it.
pub fn set_facts(
    state: &mut AppState,
    rows: impl IntoIterator<Item = (TrackId, TrackFacts)>,
    words: String,
    now: Now,
    fx: &mut Vec<Effect>,
) {
    let with_before = rows.into_iter().map(|(id, after)| (id, state.facts.get(id), after));
    let rows: Vec<_> = with_before.filter(|(_, before, after)| before != after).collect();
    if rows.is_empty() {
        return;
    }
    for &(id, _, after) in &rows {
        state.facts.set(id, after);
    }
    let changed = rows.iter().map(|&(id, _, after)| (id, after)).collect();
    state.history.record(Step::Facts(rows), words, now_s(now));
    state.dirty.history = true;
    state.dirty.facts = true;
    saving::facts(state, changed, now, fx);
}

fn travel(state: &mut AppState, way: Way, steps: usize, now: Now, fx: &mut Vec<Effect>) {
    let mut gone = Vec::new();
    while gone.len() < steps
        && let Some(entry) = state.history.ahead(way).cloned()
    {
        if state.facts_awaited && matches!(entry.step, Step::Facts(_)) {
            if !gone.is_empty() {
                saving::session_soon(state, now);
            }
            return notices::tell(state, wording::facts_awaited(), now);
        }
        if matches!(entry.step, Step::Playlists(_)) && !state.playlists.loaded {
            notices::tell(state, wording::playlists_loading(), now);
            return;
        }
        if matches!(entry.step, Step::Templates(_)) && !state.templates_loaded {
            return notices::tell(state, wording::templates_loading(), now);
        }
        let Some(facts) = go_over(state, &entry, way, now, fx) else {
            state.history.drop_all();
            state.dirty.history = true;
            saving::session_soon(state, now);
            return notices::tell(state, wording::history_does_not_fit(&entry.words), now);
        };
        state.history.went(way);
        // Together with how far the history is done.
        if !facts.is_empty() || !state.saving.playlists.is_empty() || !state.saving.templates.is_empty() {
            saving::facts(state, facts, now, fx);
        }
        state.dirty.history = true;
        gone.push(entry);
    }
    let notice = match (gone.as_slice(), state.history.ahead(way), way) {
        ([], None, Way::Back) => wording::nothing_to_undo(),
        ([], None, Way::Forth) => wording::nothing_to_redo(),
        ([], Some(next), _) => wording::nothing_within(way, &ago(next, now)),
        (gone, _, Way::Back) => wording::undone(gone),
        (gone, _, Way::Forth) => wording::redone(gone),
    };
    if !gone.is_empty() {
        saving::session_soon(state, now);
    }
    notices::tell(state, notice, now);
}

/// The facts that it changed; `None` where the step does not fit what is there: nothing is changed then.
fn go_over(
    state: &mut AppState,
    entry: &Entry,
    way: Way,
    now: Now,
    fx: &mut Vec<Effect>,
) -> Option<Vec<(TrackId, TrackFacts)>> {
    match &entry.step {
        Step::Queue(step) => queue::go_over(state, step, way, now, fx).then(Vec::new),
        Step::Playlists(changes) => super::playlists::go_over(state, changes, way).then(Vec::new),
        Step::Templates(changes) => super::templates::go_over(state, changes, way).then(Vec::new),
        Step::Facts(rows) => {
            state.dirty.facts = true;
            Some(facts_over(state, rows, way))
        }
    }
}

fn facts_over(
    state: &mut AppState,
    rows: &[(TrackId, TrackFacts, TrackFacts)],
    way: Way,
) -> Vec<(TrackId, TrackFacts)> {
    let mut changed = HashMap::new();
    for &(id, before, after) in rows {
        let (from, to) = if way == Way::Back { (after, before) } else { (before, after) };
        let facts = state.facts.get(id).with_changes(&from, &to);
        state.facts.set(id, facts);
        changed.insert(id, facts);
    }
    changed.into_iter().collect()
}

/// Seconds since the Unix epoch.
fn now_s(now: Now) -> i64 {
    now.unix_ms.div_euclid(1000)
}

/// How long ago a step was made, for people.
fn ago(entry: &Entry, now: Now) -> String {
    crate::model::history::ago(now_s(now).saturating_sub(entry.at_s))
}

fn list(state: &mut AppState, now: Now) {
    let view = state.history.view();
    let (done, taken_back) = view.entries.split_at(view.done);
    let line = |entry: &Arc<Entry>| format!("{} {} ({})", entry.number, entry.words, ago(entry, now));
    let done: Vec<String> = done.iter().rev().map(line).collect();
    let taken_back: Vec<String> = taken_back.iter().map(line).collect();
    // An answer, not a refusal.
    state.dirty.history = true;
    notices::tell(state, wording::undo_list(&done, &taken_back), now);
}
