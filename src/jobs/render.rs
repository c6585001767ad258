//! Mastering to files beside the player: one job at a time, several of its albums and tracks at once, at low priority.
//! A job on a lane of [`super::Jobs`]; its workers are of [`crate::render`].

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::library::edit::Template;
use crate::library::store::Store;
use crate::mastering::plan::Wishes;
use crate::model::job::CancelToken;
use crate::model::naming::Naming;
use crate::model::rendering::{Format, RenderEnd, RenderProgress};
use crate::model::rule::Rule;
use crate::render::Grouping;
use crate::render::known::known;
use crate::render::prepare::{Order, Prepared, prepare};
use crate::render::work::{Told, Work, run};

/// Progress is told no more often.
const PULSE: Duration = Duration::from_millis(500);

/// What is to be done, as everything was set when it was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct RenderOrder {
    /// Files, folders, playlists, CUE sheets.
    pub paths: Vec<PathBuf>,
    /// Folders of the library: below the folder that is written to, files lie as below these.
    pub roots: Vec<PathBuf>,
    /// Absolute.
    pub folder: PathBuf,
    pub format: Format,
    pub name: Option<String>,
    pub wishes: Wishes,
    /// What is said of genres and albums, over the wishes.
    pub rules: Vec<Rule>,
}

/// Works until all is done or `cancel` is asked.
pub fn render(
    (store, naming): (&Store, &Naming),
    order: &RenderOrder,
    cancel: &CancelToken,
    tell: &mut dyn FnMut(RenderProgress),
) -> RenderEnd {
    tell(RenderProgress::default());
    let template = match order.name.as_deref().map(Template::parse).transpose() {
        Ok(template) => template,
        Err(why) => {
            return refused(vec![(
                order.folder.clone(),
                format!("`[render] name` of the configuration: {why}"),
            )]);
        }
    };
    let prepared = prepare(
        &Order {
            paths: order.paths.clone(),
            below: order.roots.clone(),
            output: order.folder.clone(),
            template,
            format: order.format,
            grouping: if order.wishes.settings.album { Grouping::Belonging } else { Grouping::Tracks },
            overwrite: false,
        },
        cancel,
    );
    match prepared {
        _ if cancel.is_cancelled() => RenderEnd { stopped: true, ..RenderEnd::default() },
        Prepared { conflicts, .. } if !conflicts.is_empty() => refused(conflicts),
        prepared => work_off((store, naming), order, &prepared, cancel, tell),
    }
}

fn refused(failed: Vec<(PathBuf, String)>) -> RenderEnd {
    RenderEnd { failed, ..RenderEnd::default() }
}

fn work_off(
    (store, naming): (&Store, &Naming),
    order: &RenderOrder,
    prepared: &Prepared,
    cancel: &CancelToken,
    tell: &mut dyn FnMut(RenderProgress),
) -> RenderEnd {
    let known = |path: &std::path::Path| known(store, path);
    let work = Work {
        groups: &prepared.groups,
        wishes: order.wishes.clone(),
        rules: &order.rules,
        naming,
        format: order.format,
        overwrite: false,
        plan_only: false,
        // One core is left to what plays.
        workers: thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1)),
        known: &known,
    };
    let items = prepared.groups.iter().flatten();
    let sound = items.map(|item| item.format.spec.duration(item.frames)).sum();
    let (began, mut told_at) = (Instant::now(), None::<Instant>);
    let mut progress = RenderProgress { tracks: prepared.tracks(), sound, ..RenderProgress::default() };
    let mut end = RenderEnd { failed: prepared.unreadable.clone(), ..RenderEnd::default() };
    let ended: Result<(), std::convert::Infallible> = run(&work, cancel, &mut |told| {
        match told {
            Told::Progress(share) => progress.share = share,
            Told::Track(track) => {
                progress.done += 1;
                match track.result {
                    Ok(_) => end.written += 1,
                    Err(why) => end.failed.push((track.path, why)),
                }
            }
        }
        if told_at.is_none_or(|at| at.elapsed() >= PULSE) {
            told_at = Some(Instant::now());
            progress.elapsed = began.elapsed();
            tell(progress);
        }
        Ok(())
    });
    let Ok(()) = ended;
    RenderEnd { stopped: cancel.is_cancelled(), ..end }
}

/// Ends it.
pub fn broken(why: String) -> Arc<RenderEnd> {
    Arc::new(refused(vec![(PathBuf::new(), why)]))
}
