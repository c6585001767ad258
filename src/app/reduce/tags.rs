//! Tags: looked at, changed as one batch, taken back as one step of the history. Files are read and written by jobs; here
//! is only who waits for which.

use std::path::PathBuf;
use std::sync::Arc;

use super::{history, library, notices, queue, saving, sight};
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::state::AppState;
use crate::app::state::tags::{Deed, Look, Planning, Travel, Waiting, Writing};
use crate::app::wording;
use crate::jobs::tags::{Planned, Written};
use crate::library::edit::{Change, Refused};
use crate::model::address::is_address;
use crate::model::command::{Tagging, Target};
use crate::model::history::Step;
use crate::model::id::JobId;
use crate::model::job::CancelToken;
use crate::model::musicbrainz::{Candidate, LookupView};
use crate::model::tagging::TagSheet;

/// What is asked of a job, once it is known of which files.
type Make = Box<dyn FnOnce(&mut AppState, Vec<PathBuf>) -> Effect>;

pub fn reduce(state: &mut AppState, command: Tagging, now: Now, fx: &mut Vec<Effect>) {
    let (what, make): (Target, Make) = match command {
        Tagging::Write => return write(state, now, fx),
        Tagging::Drop => return drop_plan(state, now),
        Tagging::Take(number) => return take(state, number, now, fx),
        Tagging::Lookup(what) => (what, Box::new(look_up)),
        Tagging::Look { what, tell } => (what, Box::new(move |state, paths| look(state, paths, tell))),
        Tagging::Change { what, work, ask } => {
            if state.tags.writing.is_some() {
                return notices::tell(state, wording::tags_busy(), now);
            }
            let plan = move |state: &mut AppState, paths| {
                let job = state.fresh_job();
                state.tags.planning = Some(Planning { job, ask });
                state.tags.forget_plan();
                state.tags.refuse(Vec::new());
                state.tags.view.looking = true;
                Effect::PlanTags { job, paths, work, roots: Arc::clone(&state.library.roots) }
            };
            (what, Box::new(plan))
        }
        Tagging::Picture(what) => {
            (what, Box::new(|state, paths| Effect::DescribePicture { job: state.fresh_job(), paths }))
        }
        Tagging::Extract(what, to) => {
            (what, Box::new(|state, paths| Effect::ExtractPicture { job: state.fresh_job(), paths, to }))
        }
    };
    match paths(state, what) {
        Err(notice) => notices::tell(state, *notice, now),
        Ok(paths) => {
            let effect = make(state, paths);
            state.dirty.tags = true;
            fx.push(effect);
        }
    }
}

fn look(state: &mut AppState, paths: Vec<PathBuf>, tell: bool) -> Effect {
    let job = state.fresh_job();
    state.tags.looking = Some(Look { job, tell });
    state.tags.view.looking = true;
    state.tags.view.sheet = None;
    state.tags.refuse(Vec::new());
    Effect::ReadTags { job, paths }
}

fn look_up(state: &mut AppState, paths: Vec<PathBuf>) -> Effect {
    let job = state.fresh_job();
    let view = LookupView { looking: true, files: paths.len(), ..LookupView::default() };
    state.tags.view.lookup = Some(Arc::new(view));
    state.tags.lookup = Some((job, paths.clone()));
    Effect::LookUp { job, paths }
}

pub fn looked_up(state: &mut AppState, job: JobId, found: Result<Vec<Candidate>, String>, now: Now) {
    let Some((_, paths)) = state.tags.lookup.as_ref().filter(|(newest, _)| *newest == job) else { return };
    let mut view = LookupView { files: paths.len(), ..LookupView::default() };
    match found {
        Ok(found) => {
            // An answer, not a refusal.
            state.dirty.history = true;
            notices::tell(state, wording::looked_up(&found), now);
            view.found = found;
        }
        Err(why) => {
            notices::tell(state, wording::lookup_failed(&why), now);
            view.problem = Some(why);
        }
    }
    state.tags.view.lookup = Some(Arc::new(view));
    state.dirty.tags = true;
}

/// Shows what the tags of a found release would change.
fn take(state: &mut AppState, number: usize, now: Now, fx: &mut Vec<Effect>) {
    let found = state.tags.view.lookup.clone().unwrap_or_default();
    if found.looking {
        return notices::tell(state, wording::lookup_busy(), now);
    }
    if state.tags.writing.is_some() {
        return notices::tell(state, wording::tags_busy(), now);
    }
    let candidate = number.checked_sub(1).and_then(|at| found.found.get(at));
    let (Some(candidate), Some((_, paths))) = (candidate, state.tags.lookup.clone()) else {
        return notices::tell(state, wording::no_such_candidate(number, found.found.len()), now);
    };
    let job = state.fresh_job();
    state.tags.planning = Some(Planning { job, ask: true });
    state.tags.forget_plan();
    state.tags.refuse(Vec::new());
    state.tags.view.looking = true;
    state.dirty.tags = true;
    fx.push(Effect::PlanRelease { job, paths, release: candidate.id.clone() });
}

/// The files that are meant; words where there are none.
fn paths(state: &AppState, what: Target) -> Result<Vec<PathBuf>, Box<crate::model::notice::Notice>> {
    let catalog = &state.library.catalog;
    let paths: Vec<PathBuf> = match what {
        Target::Paths(paths) => paths,
        Target::Tracks(ids) => ids.iter().filter_map(|&id| Some(catalog.find(id)?.path())).collect(),
        Target::Selection => state.queue.current().map(|item| item.path.to_path_buf()).into_iter().collect(),
    };
    match paths.iter().find(|path| is_address(path)) {
        Some(address) => Err(Box::new(wording::no_tags_of(address))),
        None if paths.is_empty() => Err(Box::new(wording::nothing_to_tag())),
        None => Ok(paths),
    }
}

pub fn seen(state: &mut AppState, job: JobId, sheet: Result<TagSheet, String>, now: Now) {
    let Some(look) = state.tags.looking.filter(|look| look.job == job) else { return };
    state.tags.looking = None;
    let sheet =
        sheet.unwrap_or_else(|why| TagSheet { problems: vec![(PathBuf::new(), why)], ..TagSheet::default() });
    if look.tell {
        // An answer, not a refusal.
        state.dirty.history = true;
        notices::tell(state, wording::tags(&sheet), now);
    }
    state.tags.view.sheet = Some(Arc::new(sheet));
    state.tags.view.looking = state.tags.planning.is_some();
    state.dirty.tags = true;
}

pub fn planned(
    state: &mut AppState,
    job: JobId,
    planned: Result<Planned, Refused>,
    now: Now,
    fx: &mut Vec<Effect>,
) {
    let Some(planning) = state.tags.planning.filter(|planning| planning.job == job) else { return };
    state.tags.planning = None;
    state.tags.view.looking = state.tags.looking.is_some();
    state.dirty.tags = true;
    match planned {
        Err(refused) => refuse(state, refused, now),
        Ok(planned) if planned.change.is_empty() => {
            state.dirty.history = true;
            notices::tell(state, wording::tags_unchanged(), now);
        }
        Ok(planned) if planning.ask => {
            state.dirty.history = true;
            notices::tell(state, wording::tags_planned(planned.change.len()), now);
            state.tags.view.preview = Some(Arc::new(planned.preview));
            state.tags.waiting = Some(Arc::new(planned.change));
        }
        // Who asked for it waits for its end: it is the same job.
        Ok(planned) => begin(state, job, Arc::new(planned.change), fx),
    }
}

fn refuse(state: &mut AppState, refused: Refused, now: Now) {
    notices::tell(state, wording::tags_refused(&refused.0), now);
    state.tags.refuse(refused.0);
}

fn write(state: &mut AppState, now: Now, fx: &mut Vec<Effect>) {
    if state.tags.writing.is_some() {
        return notices::tell(state, wording::tags_busy(), now);
    }
    match state.tags.waiting.take() {
        None => notices::tell(state, wording::tags_none_planned(), now),
        Some(change) => {
            let job = state.fresh_job();
            begin(state, job, change, fx);
        }
    }
}

fn begin(state: &mut AppState, job: JobId, change: Waiting, fx: &mut Vec<Effect>) {
    let cancel = CancelToken::default();
    let files = change.len();
    let deed = Deed::Change { files, moves: matches!(*change, Change::Moves(_)) };
    state.tags.forget_plan();
    state.tags.view.writing = Some((0, files));
    state.tags.writing = Some(Writing { job, cancel: cancel.clone(), deed });
    state.dirty.tags = true;
    fx.push(Effect::WriteTags { job, change, cancel });
}

fn drop_plan(state: &mut AppState, now: Now) {
    if let Some(writing) = &state.tags.writing {
        return writing.cancel.cancel();
    }
    let waited = state.tags.waiting.is_some() || state.tags.planning.take().is_some();
    state.tags.forget_plan();
    state.tags.refuse(Vec::new());
    state.tags.view.looking = state.tags.looking.is_some();
    state.dirty.tags = true;
    notices::tell(state, if waited { wording::tags_dropped() } else { wording::tags_none_planned() }, now);
}

/// A step of the history that files are changed for: the walk goes on when they are.
pub fn travel(state: &mut AppState, travel: Travel, batch: u64, fx: &mut Vec<Effect>) {
    let (job, cancel) = (state.fresh_job(), CancelToken::default());
    let way = travel.way;
    state.tags.forget_plan();
    state.tags.view.writing = Some((0, 0));
    state.tags.writing = Some(Writing { job, cancel: cancel.clone(), deed: Deed::Travel(travel) });
    state.dirty.tags = true;
    fx.push(Effect::GoOverTags { job, batch, way, cancel });
}

pub fn progress(state: &mut AppState, job: JobId, done: usize) {
    if state.tags.writing.as_ref().is_some_and(|writing| writing.job == job) {
        let all = state.tags.view.writing.map_or(0, |(_, all)| all);
        state.tags.view.writing = Some((done, all));
        state.dirty.tags = true;
    }
}

pub fn written(
    state: &mut AppState,
    job: JobId,
    result: Result<Written, Refused>,
    now: Now,
    fx: &mut Vec<Effect>,
) {
    let Some(writing) = state.tags.writing.take_if(|writing| writing.job == job) else { return };
    state.tags.view.writing = None;
    state.dirty.tags = true;
    if let Ok(written) = &result {
        follow(state, written, now, fx);
    }
    match (writing.deed, result) {
        (Deed::Change { files, moves }, Ok(written)) => {
            let words = wording::tags_changed(files, moves);
            notices::tell(state, wording::tags_done(&words), now);
            history::record(state, Step::Tags(written.batch), words, now);
            // Files are changed already: the history of it is not to come late.
            saving::facts(state, Vec::new(), now, fx);
        }
        (Deed::Change { .. }, Err(refused)) => refuse(state, refused, now),
        (Deed::Travel(travel), result) => history::arrived(state, travel, result, now, fx),
    }
}

/// The library and the queue learn of it: only files of the library are looked at again.
fn follow(state: &mut AppState, written: &Written, now: Now, fx: &mut Vec<Effect>) {
    queue::moved(state, &written.moved, now, fx);
    let catalog = Arc::clone(&state.library.catalog);
    let in_roots = |path: &PathBuf| state.library.roots.iter().any(|root| path.starts_with(root));
    let known = |path: &PathBuf| catalog.find_path(path).is_some();
    let paths: Vec<PathBuf> = match written.moved.as_slice() {
        [] => written.paths.iter().filter(|path| known(path)).cloned().collect(),
        moved => {
            moved.iter().filter(|(from, to)| known(from) && in_roots(to)).map(|(_, to)| to.clone()).collect()
        }
    };
    if !paths.is_empty() {
        library::scan(state, paths, now, fx);
    }
    state.tags.view.sheet = None;
    sight::covers_written(state, &written.paths);
}

pub fn picture_described(state: &mut AppState, words: &str, now: Now) {
    // An answer, not a refusal.
    state.dirty.history = true;
    notices::tell(state, wording::picture(words), now);
}

pub fn picture_extracted(state: &mut AppState, to: &std::path::Path, result: Result<(), String>, now: Now) {
    let notice = match result {
        Ok(()) => {
            state.dirty.history = true;
            wording::picture_written(to)
        }
        Err(why) => wording::picture_failed(&why),
    };
    notices::tell(state, notice, now);
}
