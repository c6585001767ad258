//! What MPRIS says of the player, as one list of properties an interface: asked for, and compared to tell what changed.
//! Pure: from a snapshot, the gauge and what was found of a picture.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use zbus::zvariant::{ObjectPath, Value};

use super::paths;
use crate::integrations::song::Song;
use crate::integrations::uri;
use crate::model::facts::{Rating, TrackFacts};
use crate::model::playback::{PlayState, Repeat, Shuffle, StopAfter};
use crate::model::player::Position;
use crate::model::settings::PlaySpeed;
use crate::model::snapshot::Snapshot;

/// The interfaces of MPRIS 2.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interface {
    Root,
    Player,
    TrackList,
    Playlists,
}

impl Interface {
    pub const ALL: [Self; 4] = [Self::Root, Self::Player, Self::TrackList, Self::Playlists];

    pub fn name(self) -> &'static str {
        match self {
            Self::Root => "org.mpris.MediaPlayer2",
            Self::Player => "org.mpris.MediaPlayer2.Player",
            Self::TrackList => "org.mpris.MediaPlayer2.TrackList",
            Self::Playlists => "org.mpris.MediaPlayer2.Playlists",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|interface| interface.name() == name)
    }
}

pub type Properties = Vec<(&'static str, Value<'static>)>;
pub type Metadata = HashMap<&'static str, Value<'static>>;

/// Entries of the queue that are told, before and behind the current one: a queue may have a hundred thousand.
const BEFORE: usize = 20;
const BEHIND: usize = 80;

const MIME_TYPES: [&str; 22] = [
    "audio/aac",
    "audio/aiff",
    "audio/ape",
    "audio/flac",
    "audio/mp4",
    "audio/mpeg",
    "audio/mpegurl",
    "audio/ogg",
    "audio/vorbis",
    "audio/wav",
    "audio/webm",
    "audio/x-aiff",
    "audio/x-ape",
    "audio/x-flac",
    "audio/x-m4a",
    "audio/x-matroska",
    "audio/x-mpegurl",
    "audio/x-opus+ogg",
    "audio/x-scpls",
    "audio/x-tta",
    "audio/x-wav",
    "audio/x-wavpack",
];

/// All that is told comes from here.
#[derive(Clone)]
pub struct View {
    pub snapshot: Arc<Snapshot>,
    pub position: Option<Position>,
    /// URI of the picture of what is current.
    pub art: Option<String>,
}

impl View {
    /// The properties of an interface; `Position` is a gauge, and not compared.
    pub fn properties(&self, interface: Interface) -> Properties {
        match interface {
            Interface::Root => root(),
            Interface::Player => self.player(),
            Interface::TrackList => {
                vec![("Tracks", paths_value(self.window())), ("CanEditTracks", true.into())]
            }
            Interface::Playlists => self.playlists(),
        }
    }

    pub fn property(&self, interface: Interface, name: &str) -> Option<Value<'static>> {
        self.properties(interface).into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    fn player(&self) -> Properties {
        let playback = &self.snapshot.playback;
        let speed = |percent: u16| Value::from(f64::from(percent) / 100.0);
        let volume = if playback.muted { 0 } else { playback.volume.percent() };
        vec![
            ("PlaybackStatus", self.status().into()),
            ("LoopStatus", loop_status(playback.repeat).into()),
            ("Rate", playback.sound.speed.factor().into()),
            ("Shuffle", (playback.shuffle != Shuffle::Off).into()),
            ("Metadata", self.metadata().into()),
            ("Volume", (f64::from(volume) / 100.0).into()),
            ("Position", micros(self.place()).into()),
            ("MinimumRate", speed(PlaySpeed::SLOWEST)),
            ("MaximumRate", speed(PlaySpeed::FASTEST)),
            ("CanGoNext", self.can_go_next().into()),
            ("CanGoPrevious", self.can_go_previous().into()),
            ("CanPlay", self.can_play().into()),
            ("CanPause", self.can_pause().into()),
            ("CanSeek", self.can_seek().into()),
            ("CanControl", true.into()),
        ]
    }

    fn playlists(&self) -> Properties {
        let lists = &self.snapshot.playlists.lists;
        // Once they are in the queue, nobody knows any more where entries came from.
        let none = (false, (paths::none(), String::new(), String::new()));
        vec![
            ("PlaylistCount", u32::try_from(lists.iter().count()).unwrap_or(u32::MAX).into()),
            ("Orderings", vec!["Alphabetical"].into()),
            ("ActivePlaylist", none.into()),
        ]
    }

    fn status(&self) -> &'static str {
        match self.snapshot.playback.state {
            PlayState::Playing | PlayState::Opening => "Playing",
            PlayState::Paused => "Paused",
            PlayState::Stopped => "Stopped",
        }
    }

    /// Where the ear is in the current item.
    pub fn place(&self) -> Duration {
        self.snapshot.times(self.position).map_or(Duration::ZERO, |(elapsed, _)| elapsed)
    }

    /// Of the current item, where known.
    pub fn length(&self) -> Option<Duration> {
        self.snapshot.times(None)?.1
    }

    pub fn can_play(&self) -> bool {
        !self.snapshot.queue.items.is_empty()
    }

    pub fn can_pause(&self) -> bool {
        self.snapshot.playback.now.is_some()
    }

    pub fn can_seek(&self) -> bool {
        self.snapshot.playback.now.as_ref().is_some_and(|now| now.stream.is_none()) && self.length().is_some()
    }

    /// To its beginning at least.
    pub fn can_go_previous(&self) -> bool {
        self.snapshot.playback.now.is_some()
    }

    /// What follows is known while it plays; before that, and where only this one is to be played (again), there must be
    /// another in the queue. What a shuffled queue has in store is seen only while it plays.
    pub fn can_go_next(&self) -> bool {
        let (queue, playback) = (&self.snapshot.queue, &self.snapshot.playback);
        let count = queue.items.len();
        let is_told = playback.repeat != Repeat::One
            && playback.stop_after == StopAfter::Off
            && playback.state == PlayState::Playing;
        match (queue.current, playback.shuffle) {
            _ if count == 0 => false,
            _ if playback.repeat == Repeat::All || queue.next.is_some() && playback.repeat != Repeat::One => {
                true
            }
            _ if is_told && playback.shuffle != Shuffle::Off => false,
            (Some(current), Shuffle::Off) => current + 1 < count,
            (Some(_), Shuffle::On { .. }) => count > 1,
            (None, _) => true,
        }
    }

    /// Of what is current; with nothing but a track id where nothing is.
    pub fn metadata(&self) -> Metadata {
        match Song::current(&self.snapshot) {
            Some(song) => {
                let mut metadata = self.metadata_of(&song);
                if let Some(art) = &self.art {
                    metadata.insert("mpris:artUrl", art.clone().into());
                }
                metadata
            }
            None => HashMap::from([("mpris:trackid", paths::no_track().into())]),
        }
    }

    /// What is not known is left out, as the guidelines for metadata of MPRIS have it.
    pub fn metadata_of(&self, song: &Song) -> Metadata {
        let facts = song.track_id.map(|id| self.snapshot.facts.get(id)).unwrap_or_default();
        let number = |number: Option<u16>| number.map(|number| Value::from(i32::from(number)));
        let list = |texts: &[String]| (!texts.is_empty()).then(|| Value::from(texts.to_vec()));
        let known = [
            ("mpris:trackid", Some(paths::item(song.item).into())),
            ("mpris:length", song.length.map(|length| micros(length).into())),
            ("xesam:url", Some(uri::of(&song.path).into())),
            ("xesam:title", Some(song.title.clone().into())),
            ("xesam:artist", list(&song.artists)),
            ("xesam:album", song.album.clone().map(Value::from)),
            ("xesam:albumArtist", list(&song.album_artists)),
            ("xesam:genre", list(&song.genres)),
            ("xesam:composer", list(&song.composers)),
            ("xesam:trackNumber", number(song.track)),
            ("xesam:discNumber", number(song.disc)),
            ("xesam:contentCreated", song.date.clone().map(Value::from)),
        ];
        let judged = judged(&facts).into_iter().filter(|_| song.track_id.is_some());
        known.into_iter().chain(judged).filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// The entries round the current one, or the first ones.
    pub fn window(&self) -> Vec<ObjectPath<'static>> {
        let queue = &self.snapshot.queue;
        let current = queue.current.unwrap_or(0);
        let (from, to) = (current.saturating_sub(BEFORE), (current + BEHIND + 1).min(queue.items.len()));
        let items = queue.items.get(from..to).unwrap_or(&[]);
        items.iter().map(|item| paths::item(item.id)).collect()
    }
}

/// What the listener did and thinks, and how fast it was measured to be. Ratings are 0 to 1.
fn judged(facts: &TrackFacts) -> [(&'static str, Option<Value<'static>>); 3] {
    let rating = facts.rating.map(|rating| f64::from(rating.halves()) / f64::from(Rating::HIGHEST));
    let tempo = facts.levels.tempo.map(|tenths| (i32::from(tenths) + 5) / 10);
    [
        ("xesam:useCount", Some(i32::try_from(facts.plays).unwrap_or(i32::MAX).into())),
        ("xesam:userRating", rating.map(Value::from)),
        ("xesam:audioBPM", tempo.map(Value::from)),
    ]
}

fn root() -> Properties {
    vec![
        ("CanQuit", true.into()),
        ("CanRaise", false.into()),
        ("HasTrackList", true.into()),
        ("Identity", "Auralis".into()),
        ("SupportedUriSchemes", uri::SCHEMES.to_vec().into()),
        ("SupportedMimeTypes", MIME_TYPES.to_vec().into()),
    ]
}

/// MPRIS knows no album that is repeated: it is a list like another.
fn loop_status(repeat: Repeat) -> &'static str {
    match repeat {
        Repeat::Off => "None",
        Repeat::One => "Track",
        Repeat::All | Repeat::Album => "Playlist",
    }
}

pub fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

fn paths_value(paths: Vec<ObjectPath<'static>>) -> Value<'static> {
    Value::from(paths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::{ItemId, PlayId};
    use crate::model::snapshot::{NowPlaying, PlaybackView, QueueItem, QueueView};

    fn view(
        count: u64,
        current: Option<usize>,
        change: impl FnOnce(&mut PlaybackView, &mut QueueView),
    ) -> View {
        let item = |id| QueueItem {
            id: ItemId(id),
            path: Arc::from(std::path::Path::new("/m/a.flac")),
            track: None,
        };
        let items: Vec<QueueItem> = (0..count).map(item).collect();
        let now = current.and_then(|at| items.get(at)).map(|item| NowPlaying {
            item: item.id,
            play: PlayId(1),
            path: Arc::clone(&item.path),
            track: None,
            format: None,
            start_frame: 0,
            rate: 0,
            stream: None,
        });
        let mut playback = PlaybackView { now, ..PlaybackView::default() };
        let mut queue = QueueView { items: Arc::new(items), current, ..QueueView::default() };
        change(&mut playback, &mut queue);
        let snapshot = Snapshot { playback: playback.into(), queue: queue.into(), ..Snapshot::default() };
        View { snapshot: Arc::new(snapshot), position: None, art: None }
    }

    #[test]
    fn next_is_there_where_there_is_another_or_the_queue_goes_round() {
        assert!(!view(0, None, |_, _| {}).can_go_next());
        assert!(view(3, None, |_, _| {}).can_go_next());
        assert!(view(3, Some(1), |_, _| {}).can_go_next());
        assert!(!view(3, Some(2), |_, _| {}).can_go_next());
        assert!(view(3, Some(2), |playback, _| playback.repeat = Repeat::All).can_go_next());
        assert!(!view(3, Some(2), |playback, _| playback.repeat = Repeat::One).can_go_next());
        let last_of_shuffled = |playback: &mut PlaybackView, _: &mut QueueView| {
            playback.shuffle = Shuffle::On { by: Default::default(), seed: Some(1) };
            playback.state = PlayState::Playing;
        };
        assert!(!view(3, Some(0), last_of_shuffled).can_go_next());
        assert!(
            view(3, Some(2), |playback, queue| {
                last_of_shuffled(playback, queue);
                queue.next = Some(0);
            })
            .can_go_next()
        );
    }

    #[test]
    fn a_long_queue_is_told_in_part() {
        let ids = |view: View| {
            let window = view.window();
            (window.len(), window.first().map(ToString::to_string))
        };
        assert_eq!(
            ids(view(100_000, Some(50_000), |_, _| {})),
            (101, Some("/org/auralis/item/49980".into()))
        );
        assert_eq!(ids(view(5, Some(4), |_, _| {})), (5, Some("/org/auralis/item/0".into())));
        assert_eq!(ids(view(0, None, |_, _| {})), (0, None));
    }
}
