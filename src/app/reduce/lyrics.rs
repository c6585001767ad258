//! Words of the song that plays: looked for by a job when somebody looks at them, never of their own accord.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::notices;
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::state::AppState;
use crate::app::wording;
use crate::jobs::lyrics::Outcome;
use crate::model::address::is_address;
use crate::model::command::{Lyricing, LyricsOffset};
use crate::model::lyrics::{Found, Lyrics, LyricsView, MOST_OFFSET_MS, Song};
use crate::model::server::is_served;
use crate::say;

pub fn reduce(state: &mut AppState, command: Lyricing, now: Now, fx: &mut Vec<Effect>) {
    let Some(item) = state.queue.current() else {
        return notices::tell(state, wording::lyrics_of_nothing(), now);
    };
    let (path, track) = (Arc::clone(&item.path), item.track);
    if let Lyricing::Offset(offset) = command {
        return shift(state, &path, offset, now, fx);
    }
    let is_kept_there = is_served(&path) && matches!(command, Lyricing::Save);
    if is_kept_there || is_address(&path) && !is_served(&path) {
        let why = if is_kept_there {
            say!("The song is on a server")
        } else {
            say!("A stream has no words that could be looked for")
        };
        return match command {
            Lyricing::Save => notices::tell(state, wording::lyrics_not_saved(why), now),
            _ => show(state, &path, Found::Nothing(why.into())),
        };
    }
    let song = track.and_then(|id| state.library.catalog.find(id)).map(|track| Song {
        title: track.title().to_owned(),
        artists: track.artists().map(str::to_owned).collect(),
        album: track.album_title().to_owned(),
        duration: track.duration(),
    });
    match command {
        Lyricing::Find { again: false } if is_known(state, &path) => {}
        Lyricing::Find { again } => {
            show(state, &path, Found::Looking);
            fx.push(Effect::FindLyrics { job: state.fresh_job(), path, song, again });
        }
        Lyricing::Offset(_) => {}
        Lyricing::Save => {
            let known = words_of(state, &path);
            fx.push(Effect::SaveLyrics { job: state.fresh_job(), path, song, known });
        }
    }
}

fn shift(state: &mut AppState, path: &Arc<Path>, offset: LyricsOffset, now: Now, fx: &mut Vec<Effect>) {
    let offsets = &mut state.lyrics.offsets;
    let before = offsets.get(path);
    let wanted = match offset {
        LyricsOffset::To(ms) => ms,
        LyricsOffset::By(ms) => before.saturating_add(ms),
    };
    let ms = wanted.clamp(-MOST_OFFSET_MS, MOST_OFFSET_MS);
    if ms != before {
        offsets.set(path, ms);
        fx.push(Effect::SaveLyricsOffsets(offsets.clone()));
    }
    if let Some(view) = state.lyrics.view.clone().filter(|view| view.path == *path) {
        show(state, path, view.found.clone());
    }
    // An answer, not a refusal.
    state.dirty.history = true;
    notices::tell(state, wording::lyrics_offset(ms), now);
}

/// Nothing else would be found now.
fn is_known(state: &AppState, path: &Path) -> bool {
    let found = |view: &Arc<LyricsView>| !matches!(view.found, Found::Looking | Found::Failed(_));
    state.lyrics.view.as_ref().is_some_and(|view| *view.path == *path && found(view))
}

fn words_of(state: &AppState, path: &Path) -> Option<Lyrics> {
    match state.lyrics.view.as_deref() {
        Some(LyricsView { path: of, found: Found::Words(lyrics), .. }) if **of == *path => {
            Some(lyrics.clone())
        }
        _ => None,
    }
}

fn show(state: &mut AppState, path: &Arc<Path>, found: Found) {
    let offset_ms = state.lyrics.offsets.get(path);
    state.lyrics.view = Some(Arc::new(LyricsView { path: Arc::clone(path), found, offset_ms }));
    state.dirty.scan = true;
}

/// An answer about a song that plays no more is dropped.
pub fn found(state: &mut AppState, path: &Arc<Path>, again: bool, outcome: Outcome, now: Now) {
    if outcome.is_outage
        && let Found::Failed(why) = &outcome.found
    {
        notices::tell(state, wording::lyrics_outage(why), now);
    } else if again {
        notices::tell(state, wording::lyrics_found(&outcome.found), now);
    }
    if state.lyrics.view.as_ref().is_some_and(|view| view.path == *path) {
        show(state, path, outcome.found);
    }
}

pub fn saved(state: &mut AppState, result: Result<PathBuf, String>, now: Now) {
    let notice = match result {
        Ok(file) => {
            // An answer, not a refusal.
            state.dirty.history = true;
            wording::lyrics_saved(&file)
        }
        Err(why) => wording::lyrics_not_saved(&why),
    };
    notices::tell(state, notice, now);
}
