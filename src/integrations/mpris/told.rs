//! What listeners on the bus were told last, so that they are told of what changed and of nothing else. Pure.

use std::sync::Arc;
use std::time::{Duration, Instant};

use zbus::zvariant::ObjectPath;

use super::paths;
use super::properties::{Interface, Properties, View, micros};
use crate::model::audio::frames_to_duration;
use crate::model::id::{ItemId, PlayId};
use crate::model::playback::PlayState;
use crate::model::snapshot::PlaybackView;

/// A place is taken for a jump where it is so far from where listeners think it is.
const JUMP: Duration = Duration::from_secs(1);

#[derive(Debug, PartialEq)]
pub enum Signal {
    Changed {
        interface: Interface,
        values: Properties,
        invalidated: Vec<&'static str>,
    },
    /// Microseconds.
    Seeked(i64),
    Replaced(Vec<ObjectPath<'static>>, ObjectPath<'static>),
    Playlist(ObjectPath<'static>, String),
}

pub struct Told {
    view: View,
    properties: Vec<(Interface, Properties)>,
    window: Vec<ObjectPath<'static>>,
    place: Place,
}

/// Where listeners think that the ear is: they were told a place, and count from there.
#[derive(Debug, Clone, Copy)]
struct Place {
    item: Option<ItemId>,
    play: Option<PlayId>,
    start_frame: u64,
    /// How fast it moves; 0 while it stands.
    pace: f64,
    at: Instant,
    place: Duration,
}

impl Place {
    fn of(view: &View, now: Instant) -> Self {
        let playback = &view.snapshot.playback;
        let current = playback.now.as_ref();
        Self {
            item: current.map(|now| now.item),
            play: current.map(|now| now.play),
            start_frame: current.map_or(0, |now| now.start_frame),
            pace: pace(playback),
            at: now,
            place: view.place(),
        }
    }

    fn expected(&self, now: Instant) -> Duration {
        self.place + now.saturating_duration_since(self.at).mul_f64(self.pace)
    }
}

fn pace(playback: &PlaybackView) -> f64 {
    match playback.state {
        PlayState::Playing | PlayState::Opening => playback.sound.speed.factor(),
        PlayState::Paused | PlayState::Stopped => 0.0,
    }
}

impl Told {
    pub fn new(view: View, now: Instant) -> Self {
        let all = Interface::ALL.into_iter();
        Self {
            properties: all.map(|interface| (interface, view.properties(interface))).collect(),
            window: view.window(),
            place: Place::of(&view, now),
            view,
        }
    }

    /// Whether it may be heard somewhere else soon than listeners think.
    pub fn may_have_jumped(&self, view: &View) -> bool {
        !Arc::ptr_eq(&self.view.snapshot.playback, &view.snapshot.playback)
            && matches!(view.snapshot.playback.state, PlayState::Playing | PlayState::Opening)
    }

    /// What is to be told now. `settled`: what was begun is heard, so the gauge can be believed.
    pub fn signals(&mut self, view: View, now: Instant, settled: bool) -> Vec<Signal> {
        let mut signals = Vec::new();
        for (interface, before) in &mut self.properties {
            // Long lists are told by signals of their own.
            if *interface == Interface::TrackList {
                continue;
            }
            let after = view.properties(*interface);
            let values: Properties = before
                .iter()
                .zip(&after)
                .filter(|((name, before), (_, after))| *name != "Position" && before != after)
                .filter_map(|(_, (name, value))| Some((*name, value.try_clone().ok()?)))
                .collect();
            if !values.is_empty() {
                signals.push(Signal::Changed { interface: *interface, values, invalidated: Vec::new() });
            }
            *before = after;
        }
        signals.extend(self.moved(&view, now, settled).map(|place| Signal::Seeked(micros(place))));
        self.lists(&view, &mut signals);
        self.view = view;
        signals
    }

    /// The new place, where listeners could not know it.
    fn moved(&mut self, view: &View, now: Instant, settled: bool) -> Option<Duration> {
        let (before, after) = (self.place, Place::of(view, now));
        if after.play != before.play || after.item != before.item {
            // Another one begins at its beginning, as far as listeners know.
            self.place = Place { place: Duration::ZERO, ..after };
            return None;
        }
        if after.start_frame != before.start_frame {
            let rate = view.snapshot.playback.now.as_ref().map_or(0, |now| now.rate);
            let target = if rate > 0 { frames_to_duration(after.start_frame, rate) } else { after.place };
            self.place = Place { place: target, ..after };
            return Some(target);
        }
        if after.pace != before.pace {
            self.place = after;
            return None;
        }
        let is_off = after.place.abs_diff(before.expected(now)) > JUMP;
        if settled && is_off {
            self.place = after;
            return Some(after.place);
        }
        None
    }

    fn lists(&mut self, view: &View, signals: &mut Vec<Signal>) {
        let (before, after) = (&self.view.snapshot, &view.snapshot);
        if !Arc::ptr_eq(&before.queue, &after.queue) {
            let window = view.window();
            if window != self.window {
                let current = after.playback.now.as_ref().map(|now| paths::item(now.item));
                let (interface, values, invalidated) = (Interface::TrackList, Vec::new(), vec!["Tracks"]);
                let replaced = Signal::Replaced(window.clone(), current.unwrap_or_else(paths::no_track));
                signals.extend([replaced, Signal::Changed { interface, values, invalidated }]);
                self.window = window;
            }
        }
        if Arc::ptr_eq(&before.playlists, &after.playlists) {
            return;
        }
        for list in after.playlists.lists.iter() {
            let is_renamed =
                before.playlists.lists.get(list.id).is_some_and(|before| before.name != list.name);
            if is_renamed {
                signals.push(Signal::Playlist(paths::list(list.id), list.name.to_string()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::audio::Volume;
    use crate::model::player::Position;
    use crate::model::snapshot::{NowPlaying, Snapshot};

    fn view(play: u64, start_s: u64, heard_s: u64, change: impl FnOnce(&mut PlaybackView)) -> View {
        let now = NowPlaying {
            item: ItemId(play),
            play: PlayId(play),
            path: Arc::from(std::path::Path::new("/m/a.flac")),
            track: None,
            format: None,
            start_frame: start_s * 1000,
            rate: 1000,
            stream: None,
        };
        let mut playback =
            PlaybackView { now: Some(now), state: PlayState::Playing, ..PlaybackView::default() };
        change(&mut playback);
        let snapshot = Snapshot { playback: Arc::new(playback), ..Snapshot::default() };
        let position = Position { play: PlayId(play), frame: heard_s * 1000, rate: 1000 };
        View { snapshot: Arc::new(snapshot), position: Some(position), art: None }
    }

    /// Names of what changed, and places in seconds.
    fn words(signals: &[Signal]) -> Vec<String> {
        let word = |signal: &Signal| match signal {
            Signal::Changed { values, .. } => {
                values.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" ")
            }
            Signal::Seeked(micros) => format!("seeked {}", micros / 1_000_000),
            other => format!("{other:?}"),
        };
        signals.iter().map(word).collect()
    }

    #[test]
    fn only_what_changed_is_told() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut told = Told::new(view(1, 0, 0, |_| {}), start);
        assert_eq!(words(&told.signals(view(1, 0, 5, |_| {}), at(5), true)), [""; 0]);
        let louder = |playback: &mut PlaybackView| playback.volume = Volume::new(40);
        assert_eq!(words(&told.signals(view(1, 0, 6, louder), at(6), true)), ["Volume"]);
        assert_eq!(words(&told.signals(view(2, 0, 0, louder), at(7), true)), ["Metadata"]);
    }

    #[test]
    fn a_jump_is_told_once_and_moving_on_is_none() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut told = Told::new(view(1, 0, 0, |_| {}), start);
        // Before the ear has come there, and after.
        assert_eq!(words(&told.signals(view(1, 30, 5, |_| {}), at(5), false)), ["seeked 30"]);
        assert_eq!(words(&told.signals(view(1, 30, 31, |_| {}), at(6), true)), [""; 0]);
        // To the same place again: only the gauge tells.
        assert_eq!(words(&told.signals(view(1, 30, 40, |_| {}), at(15), false)), [""; 0]);
        assert_eq!(words(&told.signals(view(1, 30, 30, |_| {}), at(15), true)), ["seeked 30"]);
        // Another one that does not begin at its beginning.
        assert_eq!(words(&told.signals(view(2, 20, 0, |_| {}), at(16), false)), ["Metadata"]);
        assert_eq!(words(&told.signals(view(2, 20, 21, |_| {}), at(17), true)), ["seeked 21"]);
        let paused = |playback: &mut PlaybackView| playback.state = PlayState::Paused;
        assert_eq!(words(&told.signals(view(2, 20, 22, paused), at(18), false)), ["PlaybackStatus"]);
        assert_eq!(words(&told.signals(view(2, 20, 22, paused), at(99), true)), [""; 0]);
    }
}
