//! Smart playlists: what is in them is found by a job, anew where library, facts or queries changed. One evaluation at a
//! time, and its answer holds only while nothing newer is under way.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::{ears, notices, playlists};
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::state::AppState;
use crate::app::state::playlists::Then;
use crate::app::wording;
use crate::model::id::{JobId, PlaylistId};
use crate::model::playlist::edit::{self, Edit, Refusal};
use crate::model::playlist::order::Known;
use crate::model::playlist::smart::Smart;
use crate::model::playlist::view::Found;
use crate::model::playlist::{Kind, PlaylistName};

/// Evaluating takes at most one part in so many of the time.
const SHARE: u32 = 8;
/// And is not done more often than this.
const PAUSE: Duration = Duration::from_millis(250);

/// A new smart list, or another query for one.
pub fn define(
    state: &mut AppState,
    name: PlaylistName,
    smart: Smart,
    now: Now,
    fx: &mut Vec<Effect>,
) -> Result<(), Refusal> {
    let lists = &state.playlists.view.lists;
    let known = Known { catalog: &state.library.catalog, facts: &state.facts, seed: now.seed };
    let made = match lists.named(name.as_str()) {
        Some(list) => edit::edit(lists, list, Edit::Ask(smart), known)?.0,
        None => edit::create(lists, PlaylistId::new(now.seed), name.clone(), Kind::Smart(smart))?,
    };
    playlists::change(state, vec![made], wording::smart_made(&name), now, fx);
    // At once: the old answer is none to the new question.
    state.playlists.evaluation.not_before = None;
    if let Some(id) = state.playlists.view.lists.named(name.as_str()).map(|list| list.id) {
        Arc::make_mut(&mut state.playlists.view.found).remove(&id);
    }
    Ok(())
}

/// Does something when it is known what is in a list.
pub fn then(state: &mut AppState, id: PlaylistId, then: Then) {
    state.playlists.evaluation.wanted = true;
    state.playlists.evaluation.not_before = None;
    state.playlists.evaluation.then.push((id, then));
}

/// After each event: what changed may change lists.
pub fn follow(state: &mut AppState, now: Now, fx: &mut Vec<Effect>) {
    if state.dirty.catalog || state.dirty.facts {
        let is_any = has_smart(state);
        state.playlists.evaluation.wanted |= is_any;
    }
    begin_if_wanted(state, now, fx);
}

fn has_smart(state: &AppState) -> bool {
    state.playlists.view.lists.iter().any(|list| list.smart().is_some())
}

pub fn begin_if_wanted(state: &mut AppState, now: Now, fx: &mut Vec<Effect>) {
    let evaluation = &state.playlists.evaluation;
    let is_time = evaluation.not_before.is_none_or(|at| at <= now.instant);
    if !evaluation.wanted || evaluation.running.is_some() || !is_time || state.library.build.running {
        return;
    }
    // It begins when it is known what sounds like what they name.
    if !ears::knows_lists(state) {
        return;
    }
    let job = state.fresh_job();
    state.playlists.evaluation.running = Some(job);
    state.playlists.evaluation.wanted = false;
    let lists = &state.playlists.view.lists;
    fx.push(Effect::Evaluate {
        job,
        lists: lists.iter().filter(|list| list.smart().is_some()).cloned().collect(),
        catalog: Arc::clone(&state.library.catalog),
        facts: state.facts.clone(),
        likes: Arc::clone(&state.ears.likes),
    });
}

/// What was found, and how long that took.
pub fn found(
    state: &mut AppState,
    job: JobId,
    found: Result<HashMap<PlaylistId, Arc<Found>>, String>,
    took: Duration,
    now: Now,
    fx: &mut Vec<Effect>,
) {
    if state.playlists.evaluation.running != Some(job) {
        return;
    }
    state.playlists.evaluation.running = None;
    state.playlists.evaluation.not_before = Some(now.instant + (took * SHARE).max(PAUSE));
    let waiting = std::mem::take(&mut state.playlists.evaluation.then);
    match found {
        Ok(found) => {
            state.playlists.view.found = Arc::new(found);
            state.dirty.playlists = true;
            if state.playlists.evaluation.wanted && !waiting.is_empty() {
                // They were asked for after this had begun: the next answer is theirs, and is asked for at once.
                state.playlists.evaluation.then = waiting;
                state.playlists.evaluation.not_before = None;
                return;
            }
            waiting.into_iter().for_each(|(id, then)| playlists::go_on(state, id, then, now, fx));
        }
        Err(why) => notices::tell(state, wording::evaluation_failed(&why), now),
    }
}
