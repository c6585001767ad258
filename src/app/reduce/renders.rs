//! Mastering to files as jobs: asked for, bounded, followed, stopped.

use std::path::PathBuf;
use std::sync::Arc;

use super::{mastering, notices};
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::state::AppState;
use crate::app::state::renders::RenderJob;
use crate::app::wording;
use crate::jobs::render::RenderOrder;
use crate::model::command::{Rendering, Target};
use crate::model::id::JobId;
use crate::model::job::CancelToken;
use crate::model::rendering::{MOST_JOBS, RenderEnd, RenderProgress, RenderStage};
use crate::say;

/// Jobs that ended and are still shown.
const KEPT: usize = 20;

pub fn reduce(state: &mut AppState, command: Rendering, now: Now, fx: &mut Vec<Effect>) {
    match command {
        Rendering::Master(target) => master(state, target, now, fx),
        Rendering::Stop(number) => stop(state, number, now),
    }
}

fn master(state: &mut AppState, target: Target, now: Now, fx: &mut Vec<Effect>) {
    let waiting = state.renders.jobs.iter().filter(|job| !job.has_ended()).count();
    let (paths, folder) = (paths(state, target), state.renders.settings.folder.clone());
    let (paths, folder) = match (paths, folder) {
        _ if waiting >= MOST_JOBS => return notices::tell(state, wording::renders::too_many(), now),
        (paths, _) if paths.is_empty() => return notices::tell(state, wording::renders::nothing(), now),
        (_, None) => return notices::tell(state, wording::renders::no_folder(), now),
        (paths, Some(folder)) => (paths, folder),
    };
    let (number, cancel) = (state.fresh_job(), CancelToken::default());
    let settings = &state.renders.settings;
    let order = Arc::new(RenderOrder {
        folder,
        format: settings.format,
        name: settings.name.clone(),
        wishes: mastering::wishes(state),
        rules: state.mastering.preferences.rules().to_vec(),
        roots: state.library.roots.to_vec(),
        paths,
    });
    let name = name(state, &order.paths);
    notices::tell(state, wording::renders::asked(number.0, &name, &order.folder, waiting), now);
    let stage = RenderStage::Waiting;
    state.renders.jobs.push(RenderJob {
        number,
        name,
        order: Arc::clone(&order),
        cancel: cancel.clone(),
        stage,
    });
    state.dirty.renders = true;
    fx.push(Effect::Render { number, order, cancel });
}

/// Of the selection, which is what plays where nobody put anything in its place.
fn paths(state: &AppState, target: Target) -> Vec<PathBuf> {
    let catalog = &state.library.catalog;
    match target {
        Target::Paths(paths) => paths,
        Target::Tracks(ids) => ids.iter().filter_map(|&id| Some(catalog.find(id)?.path())).collect(),
        Target::Selection => state.queue.current().map(|item| item.path.to_path_buf()).into_iter().collect(),
    }
}

fn name(state: &AppState, paths: &[PathBuf]) -> String {
    let first = paths.first().map_or_else(String::new, |path| state.name_of(path));
    match paths.len() {
        0 | 1 => first,
        count => say!("{name} and {more} more", name = first, more = count - 1),
    }
}

fn stop(state: &mut AppState, number: Option<u64>, now: Now) {
    let is_meant = |job: &RenderJob| !job.has_ended() && number.is_none_or(|number| job.number.0 == number);
    let mut stopped = 0;
    for job in state.renders.jobs.iter_mut().filter(|job| is_meant(job)) {
        job.cancel.cancel();
        stopped += 1;
        if job.stage == RenderStage::Waiting {
            job.stage = RenderStage::Ended(Arc::new(RenderEnd { stopped: true, ..RenderEnd::default() }));
        }
    }
    forget_oldest(state);
    state.dirty.renders |= stopped > 0;
    notices::tell(state, wording::renders::stopped(stopped, number), now);
}

/// Of the jobs that ended only the newest are kept.
fn forget_oldest(state: &mut AppState) {
    let ended = state.renders.jobs.iter().filter(|job| job.has_ended()).count();
    let mut surplus = ended.saturating_sub(KEPT);
    state.renders.jobs.retain(|job| {
        let goes = surplus > 0 && job.has_ended();
        surplus -= usize::from(goes);
        !goes
    });
}

fn unfinished(state: &mut AppState, number: JobId) -> Option<&mut RenderJob> {
    state.renders.jobs.iter_mut().find(|job| job.number == number && !job.has_ended())
}

pub fn progress(state: &mut AppState, number: JobId, progress: RenderProgress) {
    if let Some(job) = unfinished(state, number) {
        job.stage = RenderStage::Running(progress);
        state.dirty.renders = true;
    }
}

pub fn ended(state: &mut AppState, number: JobId, end: Arc<RenderEnd>, now: Now) {
    let Some(job) = unfinished(state, number) else { return };
    job.stage = RenderStage::Ended(Arc::clone(&end));
    let words = wording::renders::ended(&job.name, &job.order.folder, &end);
    forget_oldest(state);
    state.dirty.renders = true;
    notices::tell(state, words, now);
}

/// At the end of the program.
pub fn quit(state: &AppState) {
    state.renders.jobs.iter().for_each(|job| job.cancel.cancel());
}
