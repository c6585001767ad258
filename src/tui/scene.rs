//! What one frame is drawn from, and what it leaves behind for the mouse. Made by the run loop, read by every view.

use std::sync::Arc;
use std::time::Duration;

use ratatui::layout::{Position as Cell, Rect};

use super::browse::Column;
use super::economy::Figures;
use super::layout::Border;
use super::state::UiState;
use super::style::Styles;
use super::{kitty, paint};
use crate::config::keys::Keymap;
use crate::model::chain::Reading;
use crate::model::column::Tells;
use crate::model::command::Pane;
use crate::model::player::{Link, Position};
use crate::model::snapshot::Snapshot;
use crate::model::visual::VisualFrame;

/// What moves without a snapshot: polled before a frame.
#[derive(Debug, Clone, Default)]
pub struct Gauges {
    pub position: Option<Position>,
    /// Pictures of what is heard.
    pub visual: Option<Arc<VisualFrame>>,
    pub reading: Reading,
    /// The way to a core elsewhere.
    pub link: Option<Link>,
    /// What the screen costs.
    pub economy: Figures,
}

/// Everything that a frame shows.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    pub snapshot: &'a Snapshot,
    pub state: &'a UiState,
    pub keymap: &'a Keymap,
    pub styles: &'a Styles,
    pub gauges: &'a Gauges,
    /// Since the screen was started.
    pub now: Duration,
}

impl Scene<'_> {
    /// Where the ear is and how long the item is, as far as known.
    pub fn times(&self) -> Option<(Duration, Option<Duration>)> {
        times(self.snapshot, self.gauges)
    }
}

/// See [`Scene::times`].
pub fn times(snapshot: &Snapshot, gauges: &Gauges) -> Option<(Duration, Option<Duration>)> {
    snapshot.times(gauges.position)
}

/// What a place of the screen is for the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hit {
    Column(Column),
    /// The sign of a fold, by the row of the library's first column.
    Fold(usize),
    /// The albums as covers.
    Wall,
    /// The playlists, and the entries of the selected one.
    Lists,
    Entries,
    Queue,
    /// The name of a column, in the line of titles of a pane.
    Title(Pane, Tells),
    Spectrum,
    Tab(Pane),
    /// A tab, by its place.
    Arrangement(usize),
    /// The line between two panes.
    Border(Border),
    SeekBar,
    State,
    Repeat,
    Shuffle,
    Consume,
    StopAfter,
    Sleep,
    Loop,
    Gain,
    Mastering,
    Equaliser,
    Night,
    Crossfeed,
    Speed,
    Signal,
    Cover,
    Volume,
    Status,
    /// What a notice offers to take back.
    Undo,
    Help,
    Outputs,
    Menu,
    Report,
    /// The words of what plays, in the view of it.
    Words,
    Tags,
}

/// The places of one frame, later ones on top.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FrameMap {
    areas: Vec<(Rect, Hit)>,
    /// Where the terminal's cursor belongs, while words are typed.
    pub cursor: Option<(u16, u16)>,
    /// The picture that cells of the frame name.
    pub picture: Option<kitty::Placement>,
    /// The picture that is painted over blank cells.
    pub painted: Option<paint::Placement>,
}

impl FrameMap {
    pub fn add(&mut self, area: Rect, hit: Hit) {
        self.areas.push((area, hit));
    }

    pub fn at(&self, x: u16, y: u16) -> Option<(Rect, Hit)> {
        self.areas.iter().rev().find(|(area, _)| area.contains(Cell::new(x, y))).copied()
    }

    pub fn area_of(&self, hit: Hit) -> Option<Rect> {
        self.areas.iter().rev().find(|(_, other)| *other == hit).map(|&(area, _)| area)
    }
}
