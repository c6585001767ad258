//! The radio: while it is on, as many tracks as are wanted stand behind what plays. Each time that it adds some is a step of
//! the history.

use std::collections::HashSet;

use super::{ask, ask_by_the_by, save, whom};
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::reduce::{history, notices, queue};
use crate::app::state::AppState;
use crate::app::state::Purpose as Bring;
use crate::app::state::ears::Purpose;
use crate::app::wording;
use crate::jobs::ears::answer::Question;
use crate::model::command::Tune;
use crate::model::id::TrackId;
use crate::model::similar::Radio;
use crate::similarity::radio::Rules;

/// Seeds that are played where nothing is.
const OPENING: usize = 1;
/// Numbers of radios have so many digits at most: one can say them.
const SEEDS: u64 = 1_000_000;

pub fn reduce(state: &mut AppState, tune: Tune, now: Now, fx: &mut Vec<Effect>) {
    match tune {
        Tune::Toggle(..) | Tune::Off if state.ears.radio.is_some() => {
            state.ears.radio = None;
            state.dirty.similar = true;
            save(state, fx);
            notices::tell(state, wording::radio_off(), now);
        }
        Tune::Off => notices::tell(state, wording::no_radio(), now),
        Tune::Toggle(like, seed) | Tune::On(like, seed) => match whom(state, like) {
            Ok(whom) => {
                let seed = seed.unwrap_or(now.seed % SEEDS);
                ask(state, Question::Seeds(whom), Purpose::Tune(seed), fx);
            }
            Err(why) => notices::tell(state, why, now),
        },
    }
}

/// Its seeds are known.
pub fn begin(state: &mut AppState, seeds: Vec<TrackId>, seed: u64, now: Now, fx: &mut Vec<Effect>) {
    let radio = Radio { seeds, seed, added: 0, recent: Vec::new() };
    if state.queue.current().is_none() {
        let opening = radio.seeds.get(..OPENING).unwrap_or(&radio.seeds);
        let files = queue::library_files(state, opening);
        queue::put(state, files, Bring::PlayNow, now, fx);
    }
    let name = super::names(state, &crate::jobs::ears::answer::Whom::Tracks(radio.seeds.clone()));
    notices::tell(state, wording::radio_on(&name, seed), now);
    state.ears.radio = Some(radio);
    state.ears.rests_at = None;
    state.dirty.similar = true;
    state.dirty.queue = true;
    save(state, fx);
}

/// Something was taken back, or made again: it adds nothing before another item plays, else it would at once add again
/// what was taken back.
pub fn rest(state: &mut AppState) {
    if state.ears.radio.is_some() {
        state.ears.rests_at = state.queue.current().map(|item| item.id);
    }
}

/// Asks for tracks where too few stand behind what plays.
pub fn follow(state: &mut AppState, fx: &mut Vec<Effect>) {
    let Some(radio) = &state.ears.radio else { return };
    let Some(current) = state.queue.current().map(|item| item.id) else { return };
    // The library is not read yet: there is nothing to choose from.
    if state.library.loading || state.facts_awaited {
        return;
    }
    if state.ears.rests_at == Some(current) || state.ears.is_asked(&Purpose::Radio) || state.closing {
        return;
    }
    let settings = &state.settings.similar;
    let count = usize::from(settings.ahead).saturating_sub(state.queue.ahead());
    if count == 0 {
        return;
    }
    let rules = Rules::of(settings);
    let (radio, learned) = (radio.clone(), state.ears.learned.clone());
    let played = played(state, &radio);
    ask_by_the_by(state, Question::Radio { radio, played, rules, learned, count }, Purpose::Radio, fx);
}

/// What it added before, then what stands in the queue, in the order of play.
fn played(state: &AppState, radio: &Radio) -> Vec<TrackId> {
    let queued: Vec<TrackId> = state.queue.in_order().into_iter().filter_map(|item| item.track).collect();
    let there: HashSet<TrackId> = queued.iter().copied().collect();
    radio.recent.iter().copied().filter(|id| !there.contains(id)).chain(queued).collect()
}

pub fn add(state: &mut AppState, tracks: &[TrackId], now: Now, fx: &mut Vec<Effect>) {
    let files = queue::library_files(state, tracks);
    let Some(radio) = state.ears.radio.as_mut().filter(|_| !files.is_empty()) else { return };
    radio.added += tracks.len() as u64;
    radio.recent.extend(tracks);
    let many = radio.recent.len().saturating_sub(Radio::MOST_RECENT);
    radio.recent.drain(..many);
    let (before, count) = (state.queue.moment(), files.len());
    let traits = queue::traits(state, state.queue.shuffle());
    let place = state.queue.items().len();
    state.queue.append(files);
    queue::renew_order(state, &traits);
    let new: Vec<_> = state.queue.items().iter().skip(place).map(|item| item.id).collect();
    state.ears.chosen.extend(new);
    state.dirty.similar = true;
    history::queue_changed(state, &before, wording::radio_added(count), now);
    save(state, fx);
}
