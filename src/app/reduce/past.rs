//! What another player or service knows, taken in: plays, ratings, lists and the log, as one step.

use std::sync::Arc;

use super::{history, notices, playlists, saving};
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::state::AppState;
use crate::app::wording;
use crate::library::past::FoundPast;
use crate::library::past::plan::{Plan, laid_over};
use crate::model::edit::Way;
use crate::model::facts::TrackFacts;
use crate::model::history::{PastStep, Step};
use crate::model::id::{PlaylistId, TrackId};
use crate::model::past::Importing;
use crate::model::playlist::edit::{self, Refusal};
use crate::model::playlist::{Change, Kind};

pub fn begin(state: &mut AppState, asked: Importing, now: Now, fx: &mut Vec<Effect>) {
    if !state.playlists.loaded {
        return notices::tell(state, wording::playlists_loading(), now);
    }
    if state.facts_awaited {
        return notices::tell(state, wording::facts_awaited(), now);
    }
    if state.library.catalog.is_empty() {
        return notices::tell(state, wording::past_without_library(), now);
    }
    let job = state.fresh_job();
    fx.push(Effect::ReadPast { job, asked, catalog: Arc::clone(&state.library.catalog) });
}

/// It was read.
pub fn read(
    state: &mut AppState,
    asked: &Importing,
    found: Result<Box<FoundPast>, String>,
    now: Now,
    fx: &mut Vec<Effect>,
) {
    let found = match found {
        Ok(found) => found,
        Err(why) => return notices::tell(state, wording::past_unread(asked.source, &why), now),
    };
    if !asked.apply || found.plan.is_empty() {
        // To who asked for it this is done; words without a change would be a refusal.
        state.dirty.facts = true;
        return notices::tell(state, wording::past_told(asked.source, &found.plan), now);
    }
    match step(state, &found.plan, now) {
        Err(refusal) => notices::tell(state, wording::playlist_refused(&refusal), now),
        Ok(step) => {
            let words = wording::past_taken(asked.source, &step, &found);
            let facts = apply(state, &step, Way::Forth);
            playlists::apply(state, &step.lists);
            let what = wording::past_step(asked.source, &step);
            state.history.record(Step::Past(Box::new(step)), what, now.unix_ms.div_euclid(1000));
            state.dirty.history = true;
            saving::facts(state, facts, now, fx);
            notices::tell(state, words, now);
        }
    }
}

/// Laid over what is known by now: something may have been heard, or rated, since the store was read.
fn step(state: &AppState, plan: &Plan, now: Now) -> Result<PastStep, Refusal> {
    let rows = plan.rows.iter().map(|&(id, _, after)| {
        let here = state.facts.get(id);
        (id, here, laid_over(here, after))
    });
    let facts = rows.filter(|(_, before, after)| before != after).collect();
    let mut lists = state.playlists.view.lists.clone();
    let mut made: Vec<Change> = Vec::new();
    for (number, (name, entries)) in (0_u64..).zip(&plan.lists) {
        let id = PlaylistId::new(now.seed.wrapping_add(number << 11));
        let kind = Kind::Manual(Arc::new(entries.clone()));
        let change = edit::create(&lists, id, lists.free_name(name), kind)?;
        lists.apply(&change);
        made.push(change);
    }
    Ok(PastStep { facts, lists: made, listens: plan.listens.clone() })
}

/// Goes over the facts and the log of a step; its lists are gone over before. Gives the facts that changed.
pub fn apply(state: &mut AppState, step: &PastStep, way: Way) -> Vec<(TrackId, TrackFacts)> {
    state.dirty.facts = true;
    let rows = step.listens.iter().map(|listen| (listen.key(), (way == Way::Forth).then_some(*listen)));
    state.saving.log.extend(rows);
    history::facts_over(state, &step.facts, way)
}

#[cfg(test)]
mod tests;
