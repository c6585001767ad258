//! A command about playlists or queue templates, or an import, where no player runs: the same reducers on the store's own
//! state, their effects carried out one after another on this thread. Called by the command line.

use std::collections::VecDeque;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::app::effect::Effect;
use crate::app::event::{Event, Expanded, Now};
use crate::app::reduce::{reduce, take_dirty};
use crate::app::state::{AppSettings, AppState};
use crate::jobs::ears::Ears;
use crate::jobs::{library, playlists};
use crate::library::catalog_build::load_catalog_in;
use crate::library::levels::facts;
use crate::library::past::FoundPast;
use crate::library::store::{Store, StoreError, WriteOp};
use crate::model::catalog::Catalog;
use crate::model::command::Command;
use crate::model::id::JobId;
use crate::model::job::CancelToken;
use crate::model::naming::Naming;
use crate::model::notice::Notice;
use crate::model::past::Importing;
use crate::model::weights::Weights;

/// What became of it.
#[derive(Debug, Default)]
pub struct Done {
    pub told: Option<Arc<Notice>>,
    /// Something was changed or written.
    pub changed: bool,
}

/// All of it is on the disk then. `naming`: how names are taken.
pub fn run(
    store: &Store,
    naming: &Naming,
    command: Command,
    cancel: &CancelToken,
) -> Result<Done, StoreError> {
    let catalog = Arc::new(load_catalog_in(store, naming)?);
    reduced(store, catalog, Event::Command(command), cancel)
}

/// Takes in what was found, behind a backup. It can be taken back by the next player.
pub fn take_in(
    store: &Store,
    catalog: Arc<Catalog>,
    asked: Importing,
    found: FoundPast,
) -> Result<Done, StoreError> {
    let found = Event::PastRead { job: JobId(0), asked, found: Ok(Box::new(found)) };
    reduced(store, catalog, found, &CancelToken::default())
}

fn reduced(
    store: &Store,
    catalog: Arc<Catalog>,
    event: Event,
    cancel: &CancelToken,
) -> Result<Done, StoreError> {
    let reader = store.read()?;
    let mut state =
        AppState::restored(reader.session()?.unwrap_or_default(), catalog, AppSettings::default());
    state.facts = facts(store, &state.library.catalog)?;
    // The player can take back what is done here.
    match reader.history() {
        Ok((entries, done)) => state.remember(entries, done),
        Err(_) => state.history.drop_all(),
    }
    let random = std::hash::RandomState::new();
    let mut events: VecDeque<Event> =
        [Event::PlaylistsLoaded(Ok(reader.playlists()?)), Event::TemplatesLoaded(Ok(reader.templates()?))]
            .into();
    events.push_back(event);
    drop(reader);
    let ears = Ears::new(store.clone(), Weights::default());
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let unix_ms = since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
    let mut done = Done::default();
    let mut number = 0_u64;
    while let Some(event) = events.pop_front() {
        number += 1;
        let is_of_command = !matches!(
            &event,
            Event::PlaylistsLoaded(_)
                | Event::TemplatesLoaded(_)
                | Event::Evaluated { .. }
                | Event::Listened { .. }
        );
        let now = Now { instant: Instant::now(), unix_ms, heard: None, seed: random.hash_one(number) };
        take_dirty(&mut state);
        for effect in reduce(&mut state, event, now) {
            done.changed |= matches!(&effect, Effect::Save(save) if !save.playlists.is_empty() || !save.templates.is_empty() || !save.log.is_empty() || !save.facts.is_empty());
            events.extend(perform(store, &ears, effect, cancel)?);
        }
        done.changed |= is_of_command && (state.dirty.playlists || state.dirty.templates);
    }
    store.flush()?;
    done.told = state.told;
    Ok(done)
}

fn perform(
    store: &Store,
    ears: &Ears,
    effect: Effect,
    cancel: &CancelToken,
) -> Result<Option<Event>, StoreError> {
    Ok(match effect {
        Effect::Save(save) => {
            store.write(WriteOp::Save(save))?;
            None
        }
        Effect::Expand { job, paths } => {
            let (files, problems) = library::expand(&paths, cancel);
            Some(Event::Expanded(Expanded { job, files, problems }))
        }
        Effect::ReadPlaylists { job, paths, catalog } => {
            Some(Event::PlaylistsRead { job, read: playlists::read(&paths, &catalog, cancel) })
        }
        Effect::WritePlaylist { job, list, entries, path, style, catalog } => {
            let result = playlists::write(&list, &entries, &path, style, &catalog);
            Some(Event::PlaylistWritten { job, path, result })
        }
        Effect::Evaluate { job, lists, catalog, facts, likes } => {
            let found = playlists::evaluate(&lists, &catalog, &facts, &likes);
            Some(Event::Evaluated { job, found: Ok(found), took: Duration::ZERO })
        }
        Effect::Listen { job, question, known, .. } => {
            Some(Event::Listened { job, answer: ears.answer(*question, &known) })
        }
        // The rest needs a player.
        _ => None,
    })
}
