//! Every change of the state: `(state, event, now) -> effects`. Pure: no I/O, no clock, no lock, no chance of its own.
//! One subject a file; here only who is asked.

mod analysis;
mod audio;
mod bookmarks;
mod ears;
mod engine;
mod evaluation;
mod facts;
mod history;
mod library;
mod listener;
mod listening;
mod lyrics;
pub(super) mod mastering;
mod notices;
mod past;
mod playback;
pub(super) mod playlists;
mod queue;
mod renders;
mod resume;
mod rules;
mod saving;
mod server;
mod sight;
mod sound;
mod tags;
mod taste;
pub(super) mod templates;

use super::effect::Effect;
use super::event::{Event, Expanded, Now};
use super::state::{AppState, Dirty};
use crate::model::command::{Command, Playback};

/// Applies one event. The effects are to be carried out in their order.
pub fn reduce(state: &mut AppState, event: Event, now: Now) -> Vec<Effect> {
    let mut fx = Vec::new();
    listening::hear(state, &event, now, &mut fx);
    let passes_over = matches!(event, Event::Command(Command::Playback(Playback::Next(_))));
    match event {
        Event::Command(command) => reduce_command(state, command, now, &mut fx),
        Event::Engine(event) => engine::reduce(state, event, now, &mut fx),
        Event::Expanded(expanded) => walked(state, expanded, now, &mut fx),
        Event::Gathered { job, gathered } => queue::edit::gathered(state, job, gathered, now, &mut fx),
        Event::ScanProgress { job, progress } => library::progress(state, job, progress, now, &mut fx),
        Event::ScanDone { job, report } => library::done(state, job, report, now, &mut fx),
        Event::Cared { care, result, .. } => library::cared(state, &care, result, now, &mut fx),
        Event::PastRead { asked, found, .. } => past::read(state, &asked, found, now, &mut fx),
        Event::Cleaned { sure, result } => library::cleaned(state, sure, result, now, &mut fx),
        Event::DuplicatesFound(found) => library::duplicates_found(state, found, now),
        Event::FoldersChanged(folders) => library::folders_changed(state, folders, now, &mut fx),
        Event::CatalogBuilt { catalog, took } => library::built(state, catalog, took, now, &mut fx),
        Event::CatalogFailed(why) => library::build_failed(state, &why, now, &mut fx),
        Event::QueueKept { result, .. } => server::kept(state, result, now),
        Event::KeptQueueFound { found, .. } => server::found(state, found, now, &mut fx),
        Event::StarsTold(result) => server::told(state, result, now),
        Event::FactsRead(facts) => facts::read(state, facts, now, &mut fx),
        Event::StatsCounted { period, quietly, stats, .. } => {
            library::stats_counted(state, (period, quietly), stats, now);
        }
        Event::AnalyseProgress { job, progress } => analysis::progress(state, job, progress, now, &mut fx),
        Event::Analysed { job, outcome } => analysis::done(state, job, outcome, now, &mut fx),
        Event::LevelsRead(levels) => analysis::levels_read(state, levels, now, &mut fx),
        Event::Listened { job, answer } => ears::heard(state, job, answer, now, &mut fx),
        Event::WaveRead { track, wave } => sight::wave_read(state, track, wave, now),
        Event::CoverFound(cover) => sight::cover_found(state, cover),
        Event::CoversFound(covers) => sight::covers_found(state, covers),
        Event::PortraitRead { job, track, told, spread } => {
            sight::portrait_read(state, (job, track), told, spread, &mut fx);
        }
        Event::MasteringPlanned { subject, wishes, stage, plan } => {
            mastering::planned(state, (&subject, &wishes), stage, plan);
            taste::follow_plans(state, now);
        }
        Event::ImpulseRead { job, path, result } => {
            listener::impulse_read(state, job, &path, result, now, &mut fx);
        }
        Event::CurveDone { work, result, .. } => listener::done(state, &work, result, now, &mut fx),
        Event::ReferenceMeasured { cancel, found } => mastering::measured(state, &cancel, found, now),
        Event::PreferencesDone { deed, result, .. } => taste::done(state, &deed, result, now),
        Event::RenderProgress { number, progress } => renders::progress(state, number, progress),
        Event::Rendered { number, end } => renders::ended(state, number, end, now),
        Event::OutputsFound(found) => engine::outputs_found(state, found),
        Event::PlaylistsLoaded(lists) => playlists::loaded(state, lists, now),
        Event::PlacesLoaded(places) => resume::loaded(state, places),
        Event::TemplatesLoaded(templates) => templates::loaded(state, templates, now),
        Event::PlaylistsRead { read, .. } => playlists::imported(state, read, now, &mut fx),
        Event::PlaylistWritten { path, result, .. } => playlists::exported(state, &path, result, now),
        Event::Evaluated { job, found, took } => evaluation::found(state, job, found, took, now, &mut fx),
        Event::LookedForFiles { list, absent } => playlists::looked(state, list, absent),
        Event::LyricsFound { path, again, outcome, .. } => lyrics::found(state, &path, again, outcome, now),
        Event::LyricsSaved { result, .. } => lyrics::saved(state, result, now),
        Event::LookedUp { job, found } => tags::looked_up(state, job, found, now),
        Event::TagsRead { job, sheet } => tags::seen(state, job, sheet, now),
        Event::TagsPlanned { job, planned } => tags::planned(state, job, planned, now, &mut fx),
        Event::TagsProgress { job, done } => tags::progress(state, job, done),
        Event::TagsWritten { job, result } => tags::written(state, job, result, now, &mut fx),
        Event::PictureDescribed { words, .. } => tags::picture_described(state, &words, now),
        Event::PictureExtracted { to, result, .. } => tags::picture_extracted(state, &to, result, now),
        Event::Store(event) => notices::store(state, event, now),
        Event::Tell(notice) => notices::tell(state, notice, now),
        Event::Due => due(state, now, &mut fx),
    }
    playback::sync_next(state, &mut fx);
    listening::settle(state, passes_over, now, &mut fx);
    evaluation::follow(state, now, &mut fx);
    ears::follow(state, &mut fx);
    analysis::follow(state, &mut fx);
    sight::follow(state, &mut fx);
    mastering::follow(state, &mut fx);
    fx
}

/// Paths were walked: for a bookmark, a playlist, or the queue.
fn walked(state: &mut AppState, expanded: Expanded, now: Now, fx: &mut Vec<Effect>) {
    if let Some(mark) = state.returning.remove(&expanded.job) {
        bookmarks::found(state, &mark, &expanded, now, fx);
    } else if let Some(place) = state.playlists.adding.remove(&expanded.job) {
        playlists::expanded(state, place, &expanded, now, fx);
    } else {
        queue::expanded(state, expanded, now, fx);
    }
}

fn reduce_command(state: &mut AppState, command: Command, now: Now, fx: &mut Vec<Effect>) {
    match command {
        Command::Playback(command) => playback::reduce(state, command, now, fx),
        Command::Render(command) => renders::reduce(state, command, now, fx),
        Command::Mastering(command) => mastering::reduce(state, command, now, fx),
        Command::Sound(command) => sound::reduce(state, command, now, fx),
        Command::Listener(command) => listener::reduce(state, command, now, fx),
        Command::Queue(command) => queue::reduce(state, command, now, fx),
        Command::History(command) => {
            history::reduce(state, command, now, fx);
            ears::radio::rest(state);
        }
        Command::Bookmark(command) => bookmarks::reduce(state, command, now, fx),
        Command::Judge(command) => facts::reduce(state, command, now, fx),
        Command::Playlist(command) => playlists::reduce(state, command, now, fx),
        Command::Template(command) => templates::reduce(state, command, now, fx),
        Command::Tags(command) => tags::reduce(state, command, now, fx),
        Command::Similar(command) => ears::reduce(state, command, now, fx),
        Command::Lyrics(command) => lyrics::reduce(state, command, now, fx),
        Command::Server(command) => server::reduce(state, command, now, fx),
        Command::Library(command) => library::reduce(state, command, now, fx),
        Command::Notice(_) => notices::dismiss(state),
        Command::Quit | Command::Shutdown => saving::quit(state, now, fx),
    }
}

fn due(state: &mut AppState, now: Now, fx: &mut Vec<Effect>) {
    notices::expire(state, now);
    playback::sleep_due(state, now, fx);
    saving::due(state, now, fx);
    taste::due(state, now, fx);
    library::build_if_wanted(state, now, fx);
}

/// What changed since the last call.
pub fn take_dirty(state: &mut AppState) -> Dirty {
    std::mem::take(&mut state.dirty)
}

#[cfg(test)]
mod analysis_tests;
#[cfg(test)]
mod audio_tests;
#[cfg(test)]
mod ears_tests;
#[cfg(test)]
mod facts_tests;
#[cfg(test)]
mod history_tests;
#[cfg(test)]
mod lyrics_tests;
#[cfg(test)]
mod mastering_tests;
#[cfg(test)]
mod queue_tests;
#[cfg(test)]
mod renders_tests;
#[cfg(test)]
mod resume_tests;
#[cfg(test)]
mod server_tests;
#[cfg(test)]
mod sight_tests;
#[cfg(test)]
mod soak_tests;
#[cfg(test)]
mod tags_tests;
#[cfg(test)]
mod templates_tests;
#[cfg(test)]
mod tests;
