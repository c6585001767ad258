//! How often to look at the gauges: as often as something on the screen can differ, and not at all while nothing moves.
//! Pure; asked by the run loop.

use std::sync::Arc;
use std::time::Duration;

use super::report::{sung, sung_for};
use super::scene::{Gauges, times};
use super::views::now::halves;
use crate::model::lyrics::Sung;
use crate::model::playback::PlayState;
use crate::model::snapshot::Snapshot;
use crate::model::visual::VisualFrame;

/// A picture of what is heard that stands still is looked at so often while music plays: it may be a quiet place.
const STILL: Duration = Duration::from_millis(100);
/// The times of an item are looked at no more and no less often than this.
const SOONEST: Duration = Duration::from_millis(100);
const LATEST: Duration = Duration::from_millis(1000);
/// Words that follow each other sooner are shown together.
const WORD: Duration = Duration::from_millis(20);

/// What is on the screen of what moves.
pub(super) struct Shown<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) gauges: &'a Gauges,
    /// Columns of the screen.
    pub(super) width: u16,
    /// How far mastering holds the sound down is shown.
    pub(super) mastering: bool,
    /// The words of what plays are shown.
    pub(super) lyrics: bool,
}

/// What a person would see of the gauges: equal pictures need no drawing.
#[derive(PartialEq)]
pub(super) struct Picture {
    seconds: u64,
    halves: u16,
    /// Frames are made anew, never changed: the address tells them apart.
    visual: usize,
    /// Tenths of dB: held down by what, and the level before and after.
    held: [i32; 4],
    /// The line and the word that are sung.
    sung: Option<Sung>,
}

impl Shown<'_> {
    pub(super) fn picture(&self) -> Picture {
        let visual = self.gauges.visual.as_ref();
        let (elapsed, total) = times(self.snapshot, self.gauges).unwrap_or_default();
        let reading = if self.mastering { self.gauges.reading } else { Default::default() };
        let sung = if self.lyrics { sung(self.snapshot, self.gauges) } else { None };
        Picture {
            sung,
            seconds: elapsed.as_secs(),
            halves: halves(self.width, elapsed, total),
            visual: visual.map_or(0, |frame| Arc::as_ptr(frame).cast::<u8>() as usize),
            held: [reading.compressor_db, reading.limiter_db, reading.before_db, reading.after_db]
                .map(|db| (db * 10.0).round() as i32),
        }
    }

    fn is_playing(&self) -> bool {
        self.snapshot.playback.state == PlayState::Playing
    }

    /// How long the times stay as they are: to the next second, or the next half cell of the bar.
    fn times_stand_for(&self) -> Option<Duration> {
        if !self.is_playing() {
            return None;
        }
        let Some((elapsed, total)) = times(self.snapshot, self.gauges) else { return Some(LATEST) };
        if self.mastering {
            return Some(SOONEST);
        }
        let second = Duration::from_secs(1) - Duration::from_nanos(elapsed.subsec_nanos().into());
        let half = total.map(|total| total / (2 * u32::from(self.width.max(1))));
        let soonest = half.into_iter().fold(second, Duration::min).clamp(SOONEST, LATEST);
        let words = if self.lyrics { sung_for(self.snapshot, elapsed) } else { None };
        Some(words.map_or(soonest, |words| soonest.min(words.max(WORD))))
    }
}

pub(super) struct Pace {
    /// The frame on the screen is not what it should be.
    pub(super) dirty: bool,
    /// When the last whole frame was drawn, since the start; zero before the first.
    pub(super) drawn: Duration,
    /// When the gauges were last looked at.
    pub(super) ticked: Duration,
    /// How long the terminal took for the last frame.
    pub(super) line: Duration,
    frame: Duration,
}

/// Between two looks at what moves, at most so many a second.
fn frame(fps: u16) -> Duration {
    Duration::from_secs(1) / u32::from(fps.clamp(1, 120))
}

impl Pace {
    pub(super) fn set_fps(&mut self, fps: u16) {
        self.frame = frame(fps);
    }

    pub(super) fn new(fps: u16) -> Self {
        let frame = frame(fps);
        Self { dirty: true, drawn: Duration::ZERO, ticked: Duration::ZERO, line: Duration::ZERO, frame }
    }

    /// When to look at the gauges next; `None` while nothing moves.
    pub(super) fn next_tick(&self, shown: &Shown<'_>, with_visual: bool) -> Option<Duration> {
        let visual = if with_visual { self.visual_every(shown) } else { None };
        let every = visual.into_iter().chain(shown.times_stand_for()).min()?;
        // What moves by itself leaves a slow terminal half of its time, for what is asked of it.
        Some(self.ticked + every.max((2 * self.line).min(LATEST)))
    }

    pub(super) fn is_due(&self, now: Duration, shown: &Shown<'_>, with_visual: bool) -> bool {
        self.next_tick(shown, with_visual).is_some_and(|at| now >= at)
    }

    fn visual_every(&self, shown: &Shown<'_>) -> Option<Duration> {
        let still = |frame: &Arc<VisualFrame>| frame.still;
        match &shown.gauges.visual {
            Some(frame) if !still(frame) => Some(self.frame),
            _ if shown.is_playing() => Some(STILL.max(self.frame)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::audio::Spec;
    use crate::model::id::{ItemId, PlayId};
    use crate::model::playback::PlayState;
    use crate::model::player::Position;
    use crate::model::snapshot::{NowPlaying, PlaybackView};
    use crate::model::track::{AudioFormat, Codec};

    fn snapshot(state: PlayState) -> Snapshot {
        let spec = Spec { rate: 1000, channels: 2 };
        let format = AudioFormat { codec: Codec::Flac, spec, bits: Some(16), frames: Some(200_000) };
        let now = NowPlaying {
            stream: None,
            item: ItemId(1),
            play: PlayId(1),
            path: std::path::Path::new("/a").into(),
            track: None,
            format: Some(format),
            start_frame: 0,
            rate: 1000,
        };
        Snapshot {
            playback: Arc::new(PlaybackView { state, now: Some(now), ..PlaybackView::default() }),
            ..Snapshot::default()
        }
    }

    fn tick(state: PlayState, frame: u64, width: u16, still: Option<bool>) -> Option<u128> {
        let visual = still.map(|still| Arc::new(VisualFrame { still, ..VisualFrame::default() }));
        let gauges = Gauges {
            position: Some(Position { play: PlayId(1), frame, rate: 1000 }),
            visual,
            ..Gauges::default()
        };
        let snapshot = snapshot(state);
        let shown = Shown { snapshot: &snapshot, gauges: &gauges, width, mastering: false, lyrics: false };
        Pace::new(50).next_tick(&shown, still.is_some()).map(|at| at.as_millis())
    }

    #[test]
    fn gauges_are_looked_at_as_often_as_they_can_differ() {
        assert_eq!(tick(PlayState::Playing, 0, 80, None), Some(1000));
        assert_eq!(tick(PlayState::Playing, 400, 80, None), Some(600));
        assert_eq!(tick(PlayState::Playing, 990, 80, None), Some(100));
        assert_eq!(tick(PlayState::Playing, 0, 200, None), Some(500), "a half cell of the bar is 0.5 s");
        assert_eq!(tick(PlayState::Playing, 0, 80, Some(false)), Some(20));
        assert_eq!(tick(PlayState::Playing, 0, 80, Some(true)), Some(100));
    }

    #[test]
    fn words_are_looked_at_when_another_line_is_sung() {
        use crate::model::lyrics::{Found, Lyrics, LyricsView, Source};
        let mut snapshot = snapshot(PlayState::Playing);
        let text = "[00:00.00]a\n[00:00.70]b\n[00:05.00]<00:05.00>d <00:05.25>e\n[00:09.00]c";
        let words = Lyrics::parse(text, Source::Tags).unwrap();
        let path = Arc::clone(&snapshot.playback.now.as_ref().unwrap().path);
        snapshot.lyrics = Some(Arc::new(LyricsView { path, found: Found::Words(words), offset_ms: 0 }));
        let look = |frame, lyrics| {
            let position = Some(Position { play: PlayId(1), frame, rate: 1000 });
            let gauges = Gauges { position, ..Gauges::default() };
            let shown = Shown { snapshot: &snapshot, gauges: &gauges, width: 80, mastering: false, lyrics };
            let tick = Pace::new(50).next_tick(&shown, false).map(|at| at.as_millis());
            (tick, shown.picture().sung.map(|sung| (sung.line, sung.word)))
        };
        assert_eq!(look(400, true), (Some(300), Some((0, None))));
        assert_eq!(look(400, false), (Some(600), None));
        assert_eq!(look(700, true), (Some(300), Some((1, None))), "the next second is nearer");
        assert_eq!(look(5_100, true), (Some(150), Some((2, Some(0)))), "another word");
        assert_eq!(look(5_300, true), (Some(700), Some((2, Some(1)))));
    }

    #[test]
    fn nothing_is_looked_at_while_nothing_moves() {
        assert_eq!(tick(PlayState::Paused, 0, 80, None), None);
        assert_eq!(tick(PlayState::Paused, 0, 80, Some(true)), None);
        assert_eq!(tick(PlayState::Paused, 0, 80, Some(false)), Some(20), "bars still fall");
        assert_eq!(tick(PlayState::Stopped, 0, 80, None), None);
    }
}
