//! What is heard, counted for services: time that passed while sound was heard, whatever was sought or paused. When a play
//! counts is [`crate::model::listening`]'s rule, which is the services' own. Pure.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::integrations::song::Song;
use crate::model::id::PlayId;
use crate::model::listening::enough;
use crate::model::playback::PlayState;
use crate::model::player::Position;
use crate::model::server::is_served;
use crate::model::snapshot::Snapshot;

/// So long one is heard before services are told that it plays: who looks for a song tells nobody of each.
const SETTLES: Duration = Duration::from_secs(2);

/// One play of one track, as services know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listen {
    /// Seconds since the Unix epoch when its first sound was heard.
    pub at: i64,
    pub artists: Vec<String>,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub album: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub album_artists: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length_ms: Option<u64>,
    /// The path of a song of a music server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served: Option<String>,
}

/// What is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// It plays.
    Now(Listen),
    /// It counts as a play; told once of each.
    Played(Listen),
}

/// The play that is heard.
#[derive(Debug)]
struct Hearing {
    play: PlayId,
    /// `None` where services could not know it.
    listen: Option<Listen>,
    length: Option<Duration>,
    heard: Duration,
    /// Seconds of music a second; 0 while it stands.
    pace: f64,
    place: Duration,
    start_frame: u64,
    looked: Instant,
    announced: bool,
    counted: bool,
}

#[derive(Debug, Default)]
pub struct Ear {
    hearing: Option<Hearing>,
}

impl Ear {
    /// At each change, and when [`Self::next_look`] says so. `unix_s`: now.
    pub fn look(
        &mut self,
        snapshot: &Snapshot,
        position: Option<Position>,
        now: Instant,
        unix_s: i64,
    ) -> Vec<Heard> {
        let mut told = Vec::new();
        let current = snapshot.playback.now.as_ref();
        let play = current.map(|current| current.play);
        if let Some(mut before) = self.hearing.take() {
            if Some(before.play) == play {
                before.advance(snapshot, position, now);
                self.hearing = Some(before);
            } else {
                before.leave(now);
                told.extend(before.due());
            }
        }
        let is_heard = snapshot.playback.state == PlayState::Playing;
        if self.hearing.is_none() && is_heard {
            self.hearing = Hearing::begun(snapshot, position, now, unix_s);
        }
        told.extend(self.hearing.iter_mut().flat_map(Hearing::due));
        told
    }

    /// How long until something is to be told, if nothing changes; `None`: never.
    pub fn next_look(&self) -> Option<Duration> {
        let hearing =
            self.hearing.as_ref().filter(|hearing| hearing.pace > 0.0 && hearing.listen.is_some())?;
        let goals =
            [Some(SETTLES).filter(|_| !hearing.announced), hearing.enough().filter(|_| !hearing.counted)];
        let left = goals.into_iter().flatten().map(|goal| goal.saturating_sub(hearing.heard)).min()?;
        Some(left.div_f64(hearing.pace) + Duration::from_millis(20))
    }
}

impl Hearing {
    fn begun(snapshot: &Snapshot, position: Option<Position>, now: Instant, unix_s: i64) -> Option<Self> {
        let current = snapshot.playback.now.as_ref()?;
        let song = Song::current(snapshot).filter(|_| current.stream.is_none())?;
        Some(Self {
            play: current.play,
            listen: listen(&song, unix_s),
            length: song.length,
            heard: Duration::ZERO,
            pace: pace(snapshot),
            place: place(snapshot, position),
            start_frame: current.start_frame,
            looked: now,
            announced: false,
            counted: false,
        })
    }

    /// The ear came no further than time passed, however far a seek went.
    fn advance(&mut self, snapshot: &Snapshot, position: Option<Position>, now: Instant) {
        let Some(current) = snapshot.playback.now.as_ref() else { return };
        let to = place(snapshot, position);
        let most = now.saturating_duration_since(self.looked).mul_f64(self.pace);
        let was_sought = current.start_frame != self.start_frame;
        self.heard += if was_sought { most } else { to.saturating_sub(self.place).min(most) };
        // The library may have got to know it meanwhile.
        let at = self.listen.as_ref().map(|listen| listen.at);
        let song = Song::current(snapshot);
        self.length = song.as_ref().and_then(|song| song.length).or(self.length);
        if let (Some(at), Some(song), false) = (at, song, self.counted) {
            self.listen = listen(&song, at).or(self.listen.take());
        }
        (self.pace, self.place, self.start_frame, self.looked) =
            (pace(snapshot), to, current.start_frame, now);
    }

    /// The ear is in another one by now: of this it heard no more than was left.
    fn leave(&mut self, now: Instant) {
        let most = now.saturating_duration_since(self.looked).mul_f64(self.pace);
        let left = self.length.map_or(most, |length| length.saturating_sub(self.place));
        self.heard += most.min(left);
        self.announced = true;
    }

    fn due(&mut self) -> Vec<Heard> {
        let Some(listen) = &self.listen else { return Vec::new() };
        let is_enough = self.enough().is_some_and(|enough| self.heard >= enough);
        let mut told = Vec::new();
        if !self.announced && self.heard >= SETTLES {
            self.announced = true;
            told.push(Heard::Now(listen.clone()));
        }
        if !self.counted && is_enough {
            self.counted = true;
            told.push(Heard::Played(listen.clone()));
        }
        told
    }

    fn enough(&self) -> Option<Duration> {
        let millis = |length: Duration| u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
        enough(self.length.map(millis), 1000).map(Duration::from_millis)
    }
}

/// `None` without an artist and a title.
fn listen(song: &Song, at: i64) -> Option<Listen> {
    let is_known = song.has_title && song.artists.iter().any(|artist| !artist.is_empty());
    is_known.then(|| Listen {
        at,
        artists: song.artists.clone(),
        title: song.title.clone(),
        album: song.album.clone(),
        album_artists: song.album_artists.clone(),
        track: song.track,
        length_ms: song.length.and_then(|length| u64::try_from(length.as_millis()).ok()),
        served: song.path.to_str().filter(|_| is_served(&song.path)).map(str::to_owned),
    })
}

fn place(snapshot: &Snapshot, position: Option<Position>) -> Duration {
    snapshot.times(position).map_or(Duration::ZERO, |(place, _)| place)
}

fn pace(snapshot: &Snapshot) -> f64 {
    let playback = &snapshot.playback;
    let is_heard = playback.state == PlayState::Playing && !playback.buffering;
    if is_heard { playback.sound.speed.factor() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::audio::Spec;
    use crate::model::id::ItemId;
    use crate::model::snapshot::{NowPlaying, PlaybackView};
    use crate::model::track::{AudioFormat, Codec};
    use std::sync::Arc;

    /// Steps of a listener: what plays, since where it was sought, where it is heard, how.
    struct Rig {
        ear: Ear,
        start: Instant,
        length_s: u64,
    }

    impl Rig {
        fn new(length_s: u64) -> Self {
            Self { ear: Ear::default(), start: Instant::now(), length_s }
        }

        /// What is told at so many seconds: of which play, and whether it counts.
        fn at(
            &mut self,
            second: u64,
            play: u64,
            sought: u64,
            heard: u64,
            state: PlayState,
        ) -> Vec<&'static str> {
            let format = AudioFormat {
                codec: Codec::Flac,
                spec: Spec { rate: 1000, channels: 2 },
                bits: None,
                frames: Some(self.length_s * 1000),
            };
            let now = NowPlaying {
                item: ItemId(play),
                play: PlayId(play),
                path: Arc::from(std::path::Path::new("/m/a.flac")),
                track: None,
                format: Some(format),
                start_frame: sought * 1000,
                rate: 1000,
                stream: None,
            };
            let playback = PlaybackView { now: Some(now), state, ..PlaybackView::default() };
            let snapshot = Snapshot { playback: Arc::new(playback), ..Snapshot::default() };
            let position = Position { play: PlayId(play), frame: heard * 1000, rate: 1000 };
            // Tests have no library: as if it knew artist and title.
            if self.ear.hearing.is_none() {
                self.ear.look(&snapshot, Some(position), self.start + Duration::from_secs(second), 0);
            }
            let known = Listen {
                at: 7,
                artists: vec!["a".into()],
                title: "t".into(),
                album: None,
                album_artists: Vec::new(),
                track: None,
                length_ms: None,
                served: None,
            };
            self.ear.hearing.iter_mut().for_each(|hearing| hearing.listen = Some(known.clone()));
            let told = self.ear.look(&snapshot, Some(position), self.start + Duration::from_secs(second), 0);
            let word = |heard: &Heard| if matches!(heard, Heard::Now(_)) { "now" } else { "played" };
            told.iter().map(word).collect()
        }
    }

    use PlayState::{Paused, Playing};

    /// Last.fm: half of it, or four minutes; longer than 30 s.
    #[test]
    fn half_of_it_or_four_minutes_count_once() {
        let mut rig = Rig::new(100);
        assert_eq!(rig.at(0, 1, 0, 0, Playing), [""; 0]);
        assert_eq!(rig.at(3, 1, 0, 3, Playing), ["now"]);
        assert_eq!(rig.at(49, 1, 0, 49, Playing), [""; 0]);
        assert_eq!(rig.at(50, 1, 0, 50, Playing), ["played"]);
        assert_eq!(rig.at(99, 1, 0, 99, Playing), [""; 0]);
        let mut rig = Rig::new(3600);
        rig.at(0, 1, 0, 0, Playing);
        assert_eq!(rig.at(239, 1, 0, 239, Playing), ["now"]);
        assert_eq!(rig.at(240, 1, 0, 240, Playing), ["played"]);
        let mut rig = Rig::new(30);
        rig.at(0, 1, 0, 0, Playing);
        assert_eq!(rig.at(30, 1, 0, 30, Playing), ["now"]);
    }

    #[test]
    fn a_pause_and_a_seek_add_nothing() {
        let mut rig = Rig::new(100);
        rig.at(0, 1, 0, 0, Playing);
        assert_eq!(rig.at(10, 1, 0, 10, Paused), ["now"]);
        assert_eq!(rig.at(500, 1, 0, 10, Playing), [""; 0]);
        // To 90 s: 80 s were not heard.
        assert_eq!(rig.at(501, 1, 90, 91, Playing), [""; 0]);
        // Back again, and 11 s were heard by then.
        assert_eq!(rig.at(501, 1, 0, 0, Playing), [""; 0]);
        assert_eq!(rig.at(539, 1, 0, 38, Playing), [""; 0]);
        assert_eq!(rig.at(540, 1, 0, 39, Playing), ["played"]);
    }

    #[test]
    fn sound_that_does_not_come_is_not_heard() {
        let mut rig = Rig::new(100);
        rig.at(0, 1, 0, 0, Playing);
        assert_eq!(rig.at(60, 1, 0, 20, Playing), ["now"]);
        assert_eq!(rig.at(90, 1, 0, 50, Playing), ["played"]);
    }

    #[test]
    fn each_play_counts_for_itself_and_its_end_counts_with_it() {
        let mut rig = Rig::new(100);
        rig.at(0, 1, 0, 0, Playing);
        rig.at(40, 1, 0, 40, Playing);
        // It went on for 12 s, of which nobody told; then the same one again.
        assert_eq!(rig.at(52, 2, 0, 0, Playing), ["played"]);
        assert_eq!(rig.at(102, 2, 0, 50, Playing), ["now", "played"]);
        assert_eq!(rig.at(200, 2, 0, 50, Paused), [""; 0]);
        assert_eq!(rig.ear.next_look(), None, "nothing is to come while it stands");
    }
}
