//! What only we know of tracks: read once, changed by the listener, counted by [`super::listening`].

use std::path::PathBuf;

use super::{history, notices, saving};
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::state::AppState;
use crate::app::wording;
use crate::counted;
use crate::model::command::{Judged, Judging};
use crate::model::facts::{Facts, TrackFacts};
use crate::model::id::TrackId;
use crate::model::listening::Verdict;
use crate::model::notice::Notice;

pub fn reduce(state: &mut AppState, command: Judging, now: Now, fx: &mut Vec<Effect>) {
    let (Judging::Rate(judged, _) | Judging::Favourite(judged, _)) = &command;
    let tracks = match tracks_of(state, judged) {
        Ok(tracks) => tracks,
        Err(why) => return notices::tell(state, why, now),
    };
    let known: Vec<(TrackId, TrackFacts)> = tracks.iter().map(|&id| (id, state.facts.get(id))).collect();
    let what = match tracks.as_slice() {
        [one] => state.library.catalog.find(*one).map(|track| track.title().to_owned()).unwrap_or_default(),
        many => counted!(many.len(), "track", "tracks"),
    };
    let (rows, words): (Vec<_>, _) = match command {
        Judging::Rate(_, rating) => {
            let rated = known.iter().map(|&(id, facts)| (id, TrackFacts { rating, ..facts }));
            (rated.collect(), wording::rated(&what, rating))
        }
        Judging::Favourite(_, on) => {
            let favourite = on.unwrap_or_else(|| !known.iter().all(|(_, facts)| facts.favourite));
            let loved = known.iter().map(|&(id, facts)| (id, TrackFacts { favourite, ..facts }));
            (loved.collect(), wording::loved(&what, favourite))
        }
    };
    change(state, rows, words, now, fx);
}

/// Those that are in the library, each once.
fn tracks_of(state: &AppState, judged: &Judged) -> Result<Vec<TrackId>, Notice> {
    if state.facts_awaited {
        return Err(wording::facts_awaited());
    }
    let mut tracks = match judged {
        Judged::Tracks(ids) => ids.clone(),
        Judged::Paths(paths) => paths_of(state, paths)?,
        Judged::Selection | Judged::Playing => {
            let item = state.queue.current().ok_or_else(wording::nothing_to_judge)?;
            vec![item.track.ok_or_else(|| wording::not_in_library(&state.name_of(&item.path)))?]
        }
    };
    tracks.retain(|&id| state.library.catalog.find(id).is_some());
    tracks.sort_unstable();
    tracks.dedup();
    if tracks.is_empty() { Err(wording::nothing_selected()) } else { Ok(tracks) }
}

/// The files, and what lies in the folders, as far as the library has them; each of them has something.
fn paths_of(state: &AppState, paths: &[PathBuf]) -> Result<Vec<TrackId>, Notice> {
    let catalog = &state.library.catalog;
    let mut tracks = Vec::new();
    for path in paths {
        let before = tracks.len();
        match catalog.find_path(path) {
            Some(track) => tracks.push(track.id()),
            None => {
                let inside = catalog.tracks().filter(|track| track.path().starts_with(path));
                tracks.extend(inside.map(|track| track.id()));
            }
        }
        if tracks.len() == before {
            return Err(wording::not_in_library(&state.name_of(path)));
        }
    }
    Ok(tracks)
}

/// Every change that the listener makes goes through here: one step of the history. `rows`: how the tracks are to be.
/// `words` tell of it.
fn change(
    state: &mut AppState,
    rows: Vec<(TrackId, TrackFacts)>,
    words: String,
    now: Now,
    fx: &mut Vec<Effect>,
) {
    // To who asks for what is so already it is done.
    state.dirty.facts = true;
    let changes = rows.iter().any(|&(id, facts)| state.facts.get(id) != facts);
    notices::tell(state, wording::facts_changed(&words, changes), now);
    history::set_facts(state, rows, words, now, fx);
}

/// A play or a skip, at so many milliseconds since the Unix epoch.
pub fn count(
    state: &mut AppState,
    id: TrackId,
    verdict: Verdict,
    at_ms: i64,
    now: Now,
    fx: &mut Vec<Effect>,
) {
    if state.facts_awaited {
        return state.facts_held.push((id, verdict, at_ms));
    }
    let before = state.facts.get(id);
    let at_s = Some(at_ms.div_euclid(1000));
    let facts = match verdict {
        Verdict::Played => {
            TrackFacts { plays: before.plays.saturating_add(1), last_played_s: at_s, ..before }
        }
        Verdict::Skipped => {
            TrackFacts { skips: before.skips.saturating_add(1), last_skipped_s: at_s, ..before }
        }
        Verdict::LeftOff => return,
    };
    state.facts.set(id, facts);
    state.dirty.facts = true;
    saving::facts(state, vec![(id, facts)], now, fx);
}

/// What the store had at the start. Where it cannot be read nothing is written over it.
pub fn read(state: &mut AppState, facts: Result<Facts, String>, now: Now, fx: &mut Vec<Effect>) {
    let facts = match facts {
        Ok(facts) => facts,
        Err(why) => return notices::tell(state, wording::facts_failed(&why), now),
    };
    let measured: Vec<_> = state.facts.iter().map(|(id, facts)| (id, facts.levels)).collect();
    state.facts = facts;
    for (id, levels) in measured {
        state.facts.set(id, TrackFacts { levels, ..state.facts.get(id) });
    }
    state.facts_awaited = false;
    state.dirty.facts = true;
    for (id, verdict, at_ms) in std::mem::take(&mut state.facts_held) {
        count(state, id, verdict, at_ms, now, fx);
    }
}
