//! From state to snapshot: only the parts that a reducer marked are made anew, the others are shared with the snapshot
//! before. App thread.

use std::sync::Arc;
use std::time::Duration;

use super::state::{AppState, Dirty};
use crate::model::playback::Shuffle;
use crate::model::snapshot::{NowPlaying, PlaybackView, QueueView, ScanView, Snapshot};

/// The snapshot that follows `before`.
pub fn publish(state: &AppState, before: &Snapshot, dirty: Dirty) -> Snapshot {
    let mut next = before.clone();
    if dirty.playback {
        next.playback = Arc::new(playback(state));
    }
    if dirty.queue {
        next.queue = Arc::new(queue(state));
        // The current item is part of both.
        next.playback = Arc::new(playback(state));
    }
    if dirty.bookmarks {
        next.bookmarks = Arc::clone(&state.bookmarks);
    }
    if dirty.catalog {
        next.catalog = Arc::clone(&state.library.catalog);
    }
    if dirty.facts {
        next.facts = Arc::new(state.facts.clone());
        next.places = Arc::clone(&state.places);
        next.stats = state.library.stats.clone();
    }
    if dirty.playlists {
        next.playlists = Arc::new(state.playlists.view.clone());
    }
    if dirty.templates {
        next.templates = Arc::clone(&state.templates);
    }
    if dirty.tags {
        next.tags = Arc::new(state.tags.view.clone());
    }
    if dirty.history {
        next.history = Arc::new(state.history.view());
    }
    if dirty.scan {
        next.scan = Arc::new(scan(state));
        next.duplicates = Arc::clone(&state.library.duplicates);
        next.analysis = state.analysis.view();
        next.wave = state.sight.wave.clone();
        next.portrait = state.sight.portrait.clone();
        next.told = state.sight.told.clone();
        next.lyrics = state.lyrics.view.clone();
        next.cover = state.sight.cover.clone();
        next.covers = Arc::clone(&state.sight.covers);
    }
    if dirty.similar {
        next.similar = Arc::clone(&state.ears.view);
        next.likes = Arc::clone(&state.ears.likes);
        next.radio = state.ears.radio.as_ref().map(|radio| Arc::new(radio.clone()));
    }
    if dirty.renders {
        next.renders = Arc::new(state.renders.view());
    }
    if dirty.mastering {
        next.mastering = Arc::new(super::reduce::mastering::view(state));
    }
    if dirty.output {
        next.output = Arc::new(state.output.clone());
        next.outputs = Arc::new(state.outputs.clone());
    }
    if dirty.signal {
        next.signal = Arc::clone(&state.signal);
    }
    if dirty.notice {
        next.notice = state.notice.as_ref().map(|shown| Arc::clone(&shown.notice));
    }
    next.closing = state.closing;
    next
}

fn playback(state: &AppState) -> PlaybackView {
    let playback = &state.playback;
    let shuffle: Shuffle = state.queue.shuffle();
    PlaybackView {
        state: playback.state,
        now: now_playing(state),
        volume: playback.volume,
        muted: playback.muted,
        repeat: state.queue.repeat(),
        shuffle,
        consume: state.queue.consume,
        resume: state.settings.resume,
        stop_after: playback.stop_after,
        sleep_at: playback.sleep.map(|sleep| sleep.at),
        ab: playback.ab.map(|ab| (ab.from, ab.to)),
        sound: state.sound.clone(),
        buffering: playback.buffering,
    }
}

fn now_playing(state: &AppState) -> Option<NowPlaying> {
    let item = state.queue.current()?;
    let known = item.track.and_then(|id| state.library.catalog.find(id)).map(|track| track.format());
    let playback = &state.playback;
    Some(NowPlaying {
        item: item.id,
        play: playback.playing.map_or_else(|| playback.newest_play(), |playing| playing.play),
        path: Arc::clone(&item.path),
        track: item.track,
        format: playback.format.or(known),
        start_frame: playback.rest.frame,
        rate: playback.rest.rate,
        stream: playback.stream.clone(),
    })
}

fn queue(state: &AppState) -> QueueView {
    let queue = &state.queue;
    let index = |id| queue.index_of(id);
    let mut broken: Vec<_> =
        state.playback.broken.iter().copied().filter(|&id| index(id).is_some()).collect();
    broken.sort_unstable();
    QueueView {
        items: Arc::clone(queue.items()),
        current: queue.current().and_then(|item| index(item.id)),
        next: state.playback.next.and_then(|next| index(next.item)),
        broken: Arc::new(broken),
    }
}

fn scan(state: &AppState) -> ScanView {
    let library = &state.library;
    let running = library.scan.as_ref();
    ScanView {
        running: running.is_some(),
        found: running.map_or(0, |scan| scan.found),
        read: running.map_or(0, |scan| scan.read),
        share: running.map_or(0.0, |scan| scan.share),
        elapsed: running.map_or(Duration::ZERO, |scan| scan.elapsed),
        failed: Arc::clone(&library.failed),
        folder: running.and_then(|scan| scan.folder.clone()),
        roots: Arc::clone(&library.roots),
    }
}
