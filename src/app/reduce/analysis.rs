//! Measuring tracks: one run at a time, begun by the listener or in the background, at the pace that playing leaves.

use std::time::Duration;

use super::{ears, notices, playback};
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::state::AppState;
use crate::app::state::analysis::Run;
use crate::app::wording;
use crate::jobs::analyse::{AnalyseOutcome, AnalyseProgress};
use crate::model::analysis::{AnalyseWhen, Pace};
use crate::model::command::Analyse;
use crate::model::facts::{Levels, TrackFacts};
use crate::model::id::{JobId, TrackId};
use crate::model::job::CancelToken;
use crate::model::playback::PlayState;

/// While a run goes on, what it found is taken up this often.
const TAKE_UP: Duration = Duration::from_secs(60);

pub fn reduce(state: &mut AppState, command: Analyse, now: Now, fx: &mut Vec<Effect>) {
    match command {
        Analyse::New | Analyse::Again => {
            let again = command == Analyse::Again;
            if let Some(run) = &mut state.analysis.run {
                run.asked = true;
                state.analysis.next |= again;
                state.analysis.again |= again;
                state.dirty.scan = true;
            } else {
                begin(state, true, again, fx);
            }
        }
        Analyse::Stop => match &mut state.analysis.run {
            None => notices::tell(state, wording::no_analysis(), now),
            Some(run) => {
                run.cancel.cancel();
                (state.analysis.next, state.analysis.again) = (false, false);
            }
        },
    }
}

fn begin(state: &mut AppState, asked: bool, again: bool, fx: &mut Vec<Effect>) {
    if state.closing {
        return;
    }
    let (job, cancel) = (state.fresh_job(), CancelToken::default());
    state.analysis.run =
        Some(Run { job, cancel: cancel.clone(), asked, progress: AnalyseProgress::default() });
    state.analysis.taken_up = None;
    state.dirty.scan = true;
    fx.push(Effect::Analyse { job, again, cancel });
    // What someone looks at is waited for.
    fx.extend(state.sight.awaited().map(Effect::AnalyseFirst));
}

/// The catalog is another one: its albums are, and there may be new tracks.
pub fn catalog_built(state: &mut AppState, fx: &mut Vec<Effect>) {
    // One that is built anew already is not worth it.
    if !state.library.catalog.is_empty() && !state.library.build.running {
        read_levels(state, fx);
    }
    if state.settings.analysis.when == AnalyseWhen::Off {
        return;
    }
    match &state.analysis.run {
        Some(_) => state.analysis.next = true,
        None => begin(state, false, false, fx),
    }
}

fn read_levels(state: &AppState, fx: &mut Vec<Effect>) {
    fx.push(Effect::ReadLevels { catalog: state.library.catalog.clone(), of: None });
}

/// What comes next is with the engine already, and is told its loudness at once. So it is where another track of its album
/// was measured: that may have been the last of them.
fn read_next(state: &AppState, newest: TrackId, fx: &mut Vec<Effect>) {
    let catalog = &state.library.catalog;
    let album = |id| Some(catalog.find(id)?.raw().album);
    let of = next_track(state)
        .filter(|&next| next == newest || album(next).is_some_and(|of| album(newest) == Some(of)));
    fx.extend(of.map(|_| Effect::ReadLevels { catalog: catalog.clone(), of }));
}

pub fn progress(state: &mut AppState, job: JobId, progress: AnalyseProgress, now: Now, fx: &mut Vec<Effect>) {
    let Some(run) = state.analysis.run.as_mut().filter(|run| run.job == job) else { return };
    let has_more = progress.done > run.progress.done;
    let newest = progress.newest;
    run.progress = progress;
    state.dirty.scan = true;
    if has_more {
        super::sight::look_again(state, fx);
    }
    if let Some(newest) = newest {
        read_next(state, newest, fx);
    }
    let since = *state.analysis.taken_up.get_or_insert(now.instant);
    if has_more && now.instant.saturating_duration_since(since) >= TAKE_UP {
        state.analysis.taken_up = Some(now.instant);
        read_levels(state, fx);
    }
}

pub fn done(state: &mut AppState, job: JobId, outcome: AnalyseOutcome, now: Now, fx: &mut Vec<Effect>) {
    let Some(run) = state.analysis.run.take_if(|run| run.job == job) else { return };
    state.dirty.scan = true;
    if outcome.measured > 0 {
        super::sight::look_again(state, fx);
        read_levels(state, fx);
    }
    if run.asked || outcome.broken.is_some() || (outcome.failed > 0 && !outcome.cancelled) {
        notices::tell(state, wording::analysed(&outcome), now);
    }
    let again = std::mem::take(&mut state.analysis.again);
    if std::mem::take(&mut state.analysis.next) && outcome.broken.is_none() {
        begin(state, again, again, fx);
    }
}

/// What the store knows of all tracks.
pub fn levels_read(
    state: &mut AppState,
    levels: Result<Vec<(TrackId, Levels)>, String>,
    now: Now,
    fx: &mut Vec<Effect>,
) {
    let levels = match levels {
        Ok(levels) => levels,
        Err(why) => return notices::tell(state, wording::no_levels(&why), now),
    };
    state.sight.spread = None;
    let next = next_track(state);
    for (id, levels) in levels {
        let facts = state.facts.get(id);
        if facts.levels != levels {
            state.facts.set(id, TrackFacts { levels, ..facts });
            state.dirty.facts = true;
            if next == Some(id) {
                playback::tell_next(state, fx);
            }
        }
    }
    ears::measured(state);
}

fn next_track(state: &AppState) -> Option<TrackId> {
    state.playback.next.and_then(|next| state.queue.get(next.item)).and_then(|item| item.track)
}

/// After every event: workers take as much as playing leaves, and what is heard next is measured first.
pub fn follow(state: &mut AppState, fx: &mut Vec<Effect>) {
    let Some(run) = &state.analysis.run else {
        state.analysis.pace = None;
        return;
    };
    let plays = state.playback.state == PlayState::Playing;
    let pace = match state.settings.analysis.when {
        _ if !plays => Pace::Free,
        AnalyseWhen::Always => Pace::Beside,
        _ if run.asked => Pace::Beside,
        _ => Pace::Resting,
    };
    let told = (pace, run.asked);
    if state.analysis.pace != Some(told) {
        state.analysis.pace = Some(told);
        state.dirty.scan = true;
        fx.push(Effect::AnalysisPace { pace, insists: run.asked });
    }
    let next = next_track(state);
    if next != state.analysis.first {
        state.analysis.first = next;
        let unknown = next.filter(|id| state.facts.get(*id).levels.lufs.is_none());
        fx.extend(unknown.map(Effect::AnalyseFirst));
    }
}
