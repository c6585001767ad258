//! What is done to the sound: loudness, crossfade; and what an item's neighbours mean for it.

use std::path::Path;

use super::notices;
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::state::AppState;
use crate::app::wording;
use crate::engine::command::{Context, EngineCommand};
use crate::model::catalog::TrackRef;
use crate::model::command::{Sound, SpeedChange};
use crate::model::id::ItemId;
use crate::model::part;
use crate::model::settings::{PlaySpeed, SoundSettings};

pub fn reduce(state: &mut AppState, command: Sound, now: Now, fx: &mut Vec<Effect>) {
    let sound = &mut state.sound;
    match command {
        Sound::ReplayGain(mode) => sound.level.mode = mode.unwrap_or(sound.level.mode.next()),
        Sound::Preamp(db) => sound.level.preamp_db = db,
        Sound::Balance(balance) => sound.balance = balance,
        Sound::Mono(mono) => sound.mono = mono.unwrap_or(!sound.mono),
        Sound::Speed(change) => {
            let percent = match change {
                SpeedChange::To(percent) => i64::from(percent),
                SpeedChange::By(points) => i64::from(sound.speed.percent()) + i64::from(points),
            };
            sound.speed = PlaySpeed::new(percent);
        }
        Sound::Crossfade(time) => {
            let ms = u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
            sound.crossfade_ms = ms.min(SoundSettings::CROSSFADE_MS);
        }
    }
    state.dirty.playback = true;
    fx.push(Effect::Engine(EngineCommand::Sound(state.sound.clone())));
    notices::tell(state, wording::sound_changed(command, &state.sound), now);
}

/// What an item's neighbours in the order of play say of it. `before`: what is heard before it, if anything.
pub fn context(state: &AppState, id: ItemId, before: Option<ItemId>) -> Context {
    let after = state.queue.following(id, |id| !state.playback.broken.contains(&id));
    let is_joined = before.is_some_and(|before| belong(state, before, id));
    let goes_on = after.is_some_and(|after| belong(state, id, after));
    let track = state.queue.get(id).and_then(|item| item.track);
    let measured = track.map(|track| state.facts.get(track).levels.tags()).unwrap_or_default();
    Context { is_joined, in_album: is_joined || goes_on, measured }
}

/// Whether the second item follows the first on their album.
pub fn belong(state: &AppState, first: ItemId, second: ItemId) -> bool {
    let (Some(first), Some(second)) = (state.queue.get(first), state.queue.get(second)) else {
        return false;
    };
    if is_next_on_sheet(&first.path, &second.path) {
        return true;
    }
    let track = |id| state.library.catalog.find(id);
    match (first.track.and_then(track), second.track.and_then(track)) {
        (Some(first), Some(second)) => is_next_on_album(&first, &second),
        _ => false,
    }
}

/// Whether two items are of one album.
pub fn share_album(state: &AppState, first: ItemId, second: ItemId) -> bool {
    let track = |id| state.library.catalog.find(state.queue.get(id)?.track?);
    match (track(first), track(second)) {
        (Some(first), Some(second)) => first.raw().album == second.raw().album,
        _ => false,
    }
}

/// Rows of the catalog are in the order of albums.
fn is_next_on_album(first: &TrackRef<'_>, second: &TrackRef<'_>) -> bool {
    let has_title = !first.album_title().is_empty();
    has_title && first.raw().album == second.raw().album && first.row() + 1 == second.row()
}

/// `album.cue/track03` and `album.cue/track04`.
fn is_next_on_sheet(first: &Path, second: &Path) -> bool {
    let (first, second) = (part::split(first), part::split(second));
    first.zip(second).is_some_and(|((a, first), (b, second))| a == b && first + 1 == second)
}
