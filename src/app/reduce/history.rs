//! Undo and redo: what was changed is recorded here, and gone over, each step all or nothing.

use std::collections::HashMap;
use std::sync::Arc;

use super::{notices, past, queue, saving, server, tags};
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::queue::Moment;
use crate::app::state::AppState;
use crate::app::state::tags::{Deed, Travel};
use crate::app::wording;
use crate::jobs::tags::Written;
use crate::library::edit::Refused;
use crate::model::command::History;
use crate::model::edit::Way;
use crate::model::facts::TrackFacts;
use crate::model::history::{Entry, Step};
use crate::model::id::TrackId;
use crate::model::notice::Notice;
use crate::model::playlist::Change;
use crate::model::template;

pub fn reduce(state: &mut AppState, command: History, now: Now, fx: &mut Vec<Effect>) {
    let within = |state: &AppState, way, time| state.history.steps_within(way, time, now_s(now));
    match command {
        History::Undo(steps) => travel(state, Way::Back, steps as usize, now, fx),
        History::Skip => skip(state, now),
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

/// Records a change that took effect.
pub fn record(state: &mut AppState, step: Step, words: String, now: Now) {
    state.history.record(step, words, now_s(now));
    state.dirty.history = true;
    saving::session_soon(state, now);
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
    server::starred(state, &rows, fx);
    let changed = rows.iter().map(|&(id, _, after)| (id, after)).collect();
    state.history.record(Step::Facts(rows), words, now_s(now));
    state.dirty.history = true;
    state.dirty.facts = true;
    saving::facts(state, changed, now, fx);
}

fn travel(state: &mut AppState, way: Way, steps: usize, now: Now, fx: &mut Vec<Effect>) {
    let is_under_way =
        state.tags.writing.as_ref().is_some_and(|writing| matches!(writing.deed, Deed::Travel(_)));
    if is_under_way {
        return notices::tell(state, wording::tags_busy(), now);
    }
    go_on(state, Travel { way, left: steps, gone: Vec::new(), number: 0 }, now, fx);
}

/// Goes the rest of the way; where files are to be changed for a step, until they are.
fn go_on(state: &mut AppState, mut travel: Travel, now: Now, fx: &mut Vec<Effect>) {
    let way = travel.way;
    while travel.left > 0
        && let Some(entry) = state.history.ahead(way).cloned()
    {
        if let Some(why) = not_yet(state, &entry.step) {
            save(state, &travel.gone, now);
            return notices::tell(state, why, now);
        }
        if let Step::Tags(batch) = entry.step {
            save(state, &travel.gone, now);
            return tags::travel(state, Travel { number: entry.number, ..travel }, batch, fx);
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
        if !facts.is_empty() || state.saving.is_of_a_step() {
            saving::facts(state, facts, now, fx);
        }
        state.dirty.history = true;
        travel.gone.push(entry);
        travel.left -= 1;
    }
    let notice = match (travel.gone.as_slice(), state.history.ahead(way), way) {
        ([], None, Way::Back) => wording::nothing_to_undo(),
        ([], None, Way::Forth) => wording::nothing_to_redo(),
        ([], Some(next), _) => wording::nothing_within(way, &ago(next, now)),
        (gone, _, Way::Back) => wording::undone(gone),
        (gone, _, Way::Forth) => wording::redone(gone),
    };
    save(state, &travel.gone, now);
    notices::tell(state, notice, now);
}

fn save(state: &mut AppState, gone: &[Arc<Entry>], now: Now) {
    if !gone.is_empty() {
        saving::session_soon(state, now);
    }
}

/// Why a step cannot be gone over at this moment.
fn not_yet(state: &AppState, step: &Step) -> Option<Notice> {
    match step {
        Step::Facts(_) if state.facts_awaited => Some(wording::facts_awaited()),
        Step::Playlists(_) if !state.playlists.loaded => Some(wording::playlists_loading()),
        Step::Past(_) if state.facts_awaited => Some(wording::facts_awaited()),
        Step::Past(_) if !state.playlists.loaded => Some(wording::playlists_loading()),
        Step::Tags(_) if state.tags.writing.is_some() => Some(wording::tags_busy()),
        _ => None,
    }
}

/// The files of a step were changed, or were not.
pub fn arrived(
    state: &mut AppState,
    mut travel: Travel,
    result: Result<Written, Refused>,
    now: Now,
    fx: &mut Vec<Effect>,
) {
    let entry = state.history.ahead(travel.way).filter(|entry| entry.number == travel.number).cloned();
    match (entry, result) {
        (Some(entry), Ok(_)) => {
            state.history.went(travel.way);
            state.dirty.history = true;
            saving::facts(state, Vec::new(), now, fx);
            travel.gone.push(entry);
            travel.left -= 1;
            go_on(state, travel, now, fx);
        }
        // Something else was done meanwhile: this is a change like any other then.
        (None, Ok(written)) => {
            let words = wording::tags_gone_over(travel.way, written.paths.len());
            notices::tell(state, wording::tags_done(&words), now);
            record(state, Step::Tags(written.batch), words, now);
            saving::facts(state, Vec::new(), now, fx);
        }
        (entry, Err(refused)) => {
            let words = entry.map_or_else(String::new, |entry| entry.words.to_string());
            notices::tell(state, wording::tags_stay(&words, &refused.0), now);
            state.tags.refuse(refused.0);
        }
    }
}

/// Files that others changed since cannot be put back: what was done before them still can.
fn skip(state: &mut AppState, now: Now) {
    let Some(entry) =
        state.history.ahead(Way::Back).filter(|entry| matches!(entry.step, Step::Tags(_))).cloned()
    else {
        return notices::tell(state, wording::nothing_to_skip(), now);
    };
    state.history.went(Way::Back);
    state.dirty.history = true;
    saving::session_soon(state, now);
    notices::tell(state, wording::step_skipped(&entry.words), now);
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
        // Its files are changed by a job.
        Step::Tags(_) => Some(Vec::new()),
        Step::Past(step) => {
            super::playlists::go_over(state, &step.lists, way).then(|| past::apply(state, step, way))
        }
        Step::Facts(rows) => {
            state.dirty.facts = true;
            let known: Vec<_> = rows.iter().map(|&(id, ..)| (id, state.facts.get(id))).collect();
            let changed = facts_over(state, rows, way);
            let rows: Vec<_> =
                known.into_iter().map(|(id, before)| (id, before, state.facts.get(id))).collect();
            server::starred(state, &rows, fx);
            Some(changed)
        }
    }
}

pub fn facts_over(
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
