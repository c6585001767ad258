//! The queue as a text that was edited: made what the text says, as one step.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{follow_current, keep_rest};
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::queue::NewItems;
use crate::app::reduce::{history, notices};
use crate::app::state::AppState;
use crate::app::wording;
use crate::jobs::library::{Gathered, Wanted};
use crate::model::id::{ItemId, JobId};
use crate::model::queue_text::{Edited, Line};
use crate::model::snapshot::QueueItem;
use crate::say;

/// What is to be added is looked for first: all of it, or nothing is done.
pub fn begin(state: &mut AppState, edited: Edited, now: Now, fx: &mut Vec<Effect>) {
    let wanted = edited.lines.iter().filter_map(|(line, what)| match what {
        Line::Item(_) => None,
        Line::Path(path) => Some((*line, Wanted::Path(path.clone()))),
        Line::Query(query) => Some((*line, Wanted::Query(query.clone()))),
    });
    let wanted: Vec<_> = wanted.collect();
    if wanted.is_empty() {
        return apply(state, &edited, Vec::new(), now, fx);
    }
    let job = state.fresh_job();
    state.editing.insert(job, edited);
    let catalog = Arc::clone(&state.library.catalog);
    fx.push(Effect::Gather { job, wanted, catalog, facts: state.facts.clone() });
}

pub fn gathered(state: &mut AppState, job: JobId, gathered: Gathered, now: Now, fx: &mut Vec<Effect>) {
    let Some(edited) = state.editing.remove(&job) else { return };
    match gathered {
        Ok(groups) => apply(state, &edited, groups, now, fx),
        Err((line, why)) => notices::tell(state, wording::edit_refused(line, &why), now),
    }
}

fn apply(
    state: &mut AppState,
    edited: &Edited,
    groups: Vec<Vec<std::path::PathBuf>>,
    now: Now,
    fx: &mut Vec<Effect>,
) {
    let catalog = Arc::clone(&state.library.catalog);
    let track = |path: &std::path::Path| catalog.find_path(path).map(|track| track.id());
    let found = |files: Vec<std::path::PathBuf>| -> NewItems {
        files.into_iter().map(|path| (track(&path), Arc::from(path))).map(|(id, path)| (path, id)).collect()
    };
    let mut groups = groups.into_iter().map(found);
    let there: HashMap<ItemId, QueueItem> =
        state.queue.items().iter().map(|item| (item.id, item.clone())).collect();
    let (mut used, mut lost) = (HashSet::new(), 0);
    let mut items: Vec<QueueItem> = Vec::with_capacity(edited.lines.len());
    for (_, line) in &edited.lines {
        match line {
            Line::Item(id) => match there.get(id) {
                Some(item) if used.insert(*id) => items.push(item.clone()),
                Some(item) => {
                    let again = vec![(Arc::clone(&item.path), item.track)];
                    items.extend(state.queue.make_items(again));
                }
                None => lost += 1,
            },
            Line::Path(_) | Line::Query(_) => {
                items.extend(state.queue.make_items(groups.next().unwrap_or_default()));
            }
        }
    }
    // What came while it was edited stays, behind all else.
    let base: HashSet<ItemId> = edited.base.iter().copied().collect();
    items.extend(state.queue.items().iter().filter(|item| !base.contains(&item.id)).cloned());
    if items == **state.queue.items() {
        return notices::tell(state, wording::edited_nothing(), now);
    }
    keep_rest(state, now);
    let before = state.queue.moment();
    let current = state.queue.current().map(|item| item.id);
    let count = items.len();
    state.queue.rearrange(items);
    follow_current(state, current, now, fx);
    notices::tell(state, wording::edited(count, lost), now);
    history::queue_changed(state, &before, say!("edited the queue").to_owned(), now);
}
