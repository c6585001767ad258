//! Where everything stands: a pure function of the terminal's size and of what is shown. Called by `draw` to draw and by
//! `update` to page and scroll; both see the same.

use ratatui::layout::Rect;

use super::browse::Column;
use super::state::UiState;
use super::tabs::{Part, Split};
use super::wall::Grid;
use crate::model::command::Pane;
use crate::model::visual::Visual;

/// From here on library and queue stand side by side.
pub const WIDE: u16 = 110;
/// From here on the library shows its three columns.
const THREE_COLUMNS: u16 = 60;
/// From here on it shows two.
const TWO_COLUMNS: u16 = 36;
/// From so many rows of lists on the queue may stand beneath the library.
const STACKED: u16 = 7;
/// Lowest screen with titles above lists, with a line above what plays, with names of panes, with a spectrum.
const TITLES: u16 = 8;
const RULE: u16 = 12;
const TABS: u16 = 14;
const SPECTRUM: u16 = 20;
/// With a wave of two rows, of three.
const WAVE: u16 = 30;
const HIGH_WAVE: u16 = 45;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layout {
    pub area: Rect,
    /// Names of the tabs, where there is more than one.
    pub arrangements: Option<Rect>,
    /// Names of the panes, where only one has room.
    pub tabs: Option<Rect>,
    /// The line of titles above the lists, and the one above a queue that is beneath them.
    pub titles: Option<Rect>,
    pub queue_titles: Option<Rect>,
    /// The lists of the library pane, left to right.
    pub columns: Vec<(Column, Rect)>,
    /// The albums as a wall of covers, in the place of the columns; the albums column's area is all of it.
    pub wall: Option<Grid>,
    /// The playlists and the entries of one, in the library's place.
    pub lists: Option<Rect>,
    pub entries: Option<Rect>,
    pub queue: Option<Rect>,
    pub spectrum: Option<Rect>,
    /// The line above what plays.
    pub rule: Option<Rect>,
    /// What plays: one to three rows, and more where a wave is shown.
    pub now: Option<Rect>,
    /// Notices, prompts, output.
    pub status: Option<Rect>,
    /// All between top and what plays, for the help.
    pub main: Rect,
    /// Rows of a list, also of one that has no room now; and of the queue.
    pub list_height: u16,
    pub queue_height: u16,
}

/// A line between two panes or columns, which can be dragged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Border {
    First,
    Second,
    Lists,
    Beside,
    Beneath,
}

impl Border {
    /// What stands before it.
    pub fn part(self) -> Part {
        match self {
            Self::First => Part::First,
            Self::Second => Part::Second,
            Self::Lists => Part::Lists,
            Self::Beside | Self::Beneath => Part::Library,
        }
    }
}

impl Layout {
    /// The lines that can be dragged, each with the room that it parts.
    pub fn borders(&self) -> Vec<(Rect, Border, Rect)> {
        let mut borders = Vec::new();
        let beside =
            |left: Rect, right: Rect| Rect { x: left.right(), width: right.x - left.right(), ..left };
        if let [(_, first), (_, second), (_, third)] = self.columns.as_slice() {
            let rest = second.union(*third);
            borders.push((beside(*first, rest), Border::First, first.union(rest)));
            borders.push((beside(*second, *third), Border::Second, rest));
        }
        if let (Some(lists), Some(entries)) = (self.lists, self.entries) {
            borders.push((beside(lists, entries), Border::Lists, lists.union(entries)));
        }
        let left = self.columns.iter().map(|&(_, area)| area).chain(self.lists).chain(self.entries);
        if let (Some(left), Some(queue)) = (left.reduce(Rect::union), self.queue) {
            let border = match self.queue_titles {
                Some(line) => (line, Border::Beneath, left.union(queue)),
                None => (beside(left, queue), Border::Beside, left.union(queue)),
            };
            borders.push(border);
        }
        borders
    }

    /// Something stands left of the queue.
    pub fn list_columns(&self) -> bool {
        !self.columns.is_empty() || self.lists.is_some() || self.entries.is_some()
    }

    pub fn column(&self, column: Column) -> Option<Rect> {
        self.columns.iter().find(|(other, _)| *other == column).map(|&(_, rect)| rect)
    }
}

/// Takes rows from the foot of `rest`.
fn take_foot(rest: &mut Rect, rows: u16) -> Option<Rect> {
    if rows == 0 || rest.height < rows {
        return None;
    }
    rest.height -= rows;
    Some(Rect { y: rest.bottom(), height: rows, ..*rest })
}

/// Takes rows from the head of `rest`.
fn take_head(rest: &mut Rect, rows: u16) -> Option<Rect> {
    if rows == 0 || rest.height < rows {
        return None;
    }
    let head = Rect { height: rows, ..*rest };
    rest.y += rows;
    rest.height -= rows;
    Some(head)
}

pub fn layout(state: &UiState) -> Layout {
    let (width, height) = state.size;
    let area = Rect::new(0, 0, width, height);
    if state.plain {
        return alone(state, area);
    }
    let mut rest = area;
    let now_rows = match height {
        0..=2 => 0,
        3..=9 => 1,
        10..=15 => 2,
        // The more rows a wave has, the more there is to see in it.
        HIGH_WAVE.. if state.wave => 5,
        WAVE.. if state.wave => 4,
        _ => 3,
    };
    let status = take_foot(&mut rest, u16::from(height >= 2));
    let now = take_foot(&mut rest, now_rows);
    let rule = take_foot(&mut rest, u16::from(height >= RULE));
    let main = rest;
    let mut layout = Layout { area, rule, now, status, main, ..Layout::default() };
    layout.arrangements = take_head(&mut rest, u16::from(state.tabs.count() > 1 && height >= TITLES));
    layout.main = rest;
    if state.focus != Pane::Spectrum && state.shown.spectrum && height >= SPECTRUM {
        // The lists keep a half, whatever was asked for.
        let rows = state.split.visual.unwrap_or(visual_rows(state.visual, height)).min(rest.height / 2);
        layout.spectrum = take_foot(&mut rest, rows);
    }
    let (library, queue) = panes(state, width, rest.height);
    if state.focus != Pane::Spectrum {
        let both = state.shown.library && state.shown.queue;
        let tabs = both && !(library && queue) && height >= TABS;
        layout.tabs = take_head(&mut rest, u16::from(tabs));
    }
    layout.titles = take_head(&mut rest, u16::from(height >= TITLES && state.focus != Pane::Spectrum));
    (layout.list_height, layout.queue_height) = (rest.height, rest.height);
    if state.focus == Pane::Spectrum {
        layout.spectrum = Some(rest);
        return layout;
    }
    let share = u32::from(state.split.library);
    let (library_area, queue_area) = match (library, queue) {
        (true, true) if state.split.below => {
            let (above, line, below) = beneath(rest, share);
            layout.queue_titles = Some(line);
            (layout.list_height, layout.queue_height) = (above.height, below.height);
            (above, below)
        }
        (true, true) => beside(rest, share),
        (_, true) => (Rect::ZERO, rest),
        _ => (rest, Rect::ZERO),
    };
    layout.queue = queue.then_some(queue_area);
    if library && state.left == Pane::Playlists {
        (layout.lists, layout.entries) = lists(library_area, state.lists.in_entries, state.split.lists);
    } else if library {
        layout.wall = wall(state, library_area);
        layout.columns = match layout.wall {
            Some(_) => vec![(Column::Albums, library_area)],
            None => columns(library_area, state.column(), &state.split),
        };
    }
    layout
}

/// The list that one is in, and nothing else.
fn alone(state: &UiState, area: Rect) -> Layout {
    let mut layout =
        Layout { area, main: area, list_height: area.height, queue_height: area.height, ..Layout::default() };
    match state.focus {
        Pane::Library => layout.columns = vec![(state.column(), area)],
        Pane::Playlists if state.lists.in_entries => layout.entries = Some(area),
        Pane::Playlists => layout.lists = Some(area),
        Pane::Queue => layout.queue = Some(area),
        Pane::Spectrum => {}
    }
    layout
}

/// Rows of what is heard beneath the panes.
fn visual_rows(visual: Visual, height: u16) -> u16 {
    match visual {
        // As good as square, it takes more.
        Visual::Goniometer => (height / 3).clamp(7, 16),
        // Two halves.
        Visual::Mirrored => (height / 4).clamp(6, 16),
        _ => (height / 5).clamp(4, 12),
    }
}

/// The way in which what is heard is looked at now. What counts every frame goes on beneath what covers it.
pub fn watched(state: &UiState) -> Option<Visual> {
    let is_seen = !state.is_covered() || state.visual == Visual::Loudness;
    (is_seen && layout(state).spectrum.is_some()).then_some(state.visual)
}

/// Whether library and queue have room now.
fn panes(state: &UiState, width: u16, height: u16) -> (bool, bool) {
    let shown = state.shown;
    let has_room = if state.split.below { height >= STACKED } else { width >= WIDE };
    if has_room {
        return (shown.library, shown.queue);
    }
    let queue = state.focus == Pane::Queue && shown.queue || !shown.library;
    (!queue, queue)
}

/// Two areas with a column for the line between them.
fn beside(area: Rect, percent: u32) -> (Rect, Rect) {
    let left = (u32::from(area.width.saturating_sub(1)) * percent / 100) as u16;
    let right = area.width.saturating_sub(left + 1);
    (Rect { width: left, ..area }, Rect { x: area.x + left + 1, width: right, ..area })
}

/// Two areas with a line between them.
fn beneath(area: Rect, percent: u32) -> (Rect, Rect, Rect) {
    let above = (u32::from(area.height.saturating_sub(1)) * percent / 100).max(2) as u16;
    let below = area.height.saturating_sub(above + 1);
    let line = Rect { y: area.y + above, height: 1, ..area };
    (Rect { height: above, ..area }, line, Rect { y: line.y + 1, height: below, ..area })
}

/// Lists and entries side by side, or the one that the cursor is in.
fn lists(area: Rect, in_entries: bool, share: u8) -> (Option<Rect>, Option<Rect>) {
    match (area.width >= TWO_COLUMNS, in_entries) {
        (true, _) => {
            let (left, right) = beside(area, share.into());
            (Some(left), Some(right))
        }
        (false, true) => (None, Some(area)),
        (false, false) => (Some(area), None),
    }
}

/// Where one is among albums and there is room for it.
fn wall(state: &UiState, area: Rect) -> Option<Grid> {
    let is_there = state.wall.on && state.column() == Column::Albums && state.library.len(Column::Albums) > 0;
    is_there.then(|| Grid::new(area)).flatten()
}

fn columns(area: Rect, focus: Column, split: &Split) -> Vec<(Column, Rect)> {
    let [artists, albums, tracks] = Column::ALL;
    if area.width >= THREE_COLUMNS {
        let (first, rest) = beside(area, split.first.into());
        let (second, third) = beside(rest, split.second.into());
        return vec![(artists, first), (albums, second), (tracks, third)];
    }
    if area.width >= TWO_COLUMNS {
        let pair = if focus == artists { (artists, albums) } else { (albums, tracks) };
        let (left, right) = beside(area, 45);
        return vec![(pair.0, left), (pair.1, right)];
    }
    vec![(focus, area)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::settings::ScreenSettings;

    fn of(width: u16, height: u16, focus: Pane) -> Layout {
        split(width, height, focus, Split::default())
    }

    fn split(width: u16, height: u16, focus: Pane, split: Split) -> Layout {
        let mut state = UiState::new(&ScreenSettings::default(), Vec::new());
        state.split = split;
        (state.size, state.focus) = ((width, height), focus);
        state.left = if focus == Pane::Playlists { focus } else { Pane::Library };
        layout(&state)
    }

    /// Every area lies inside the screen and no two of them share a cell.
    #[test]
    fn areas_never_overlap_nor_leave_the_screen() {
        for focus in [Pane::Library, Pane::Playlists, Pane::Queue, Pane::Spectrum] {
            for (width, height) in
                (0..=130).step_by(7).flat_map(|width| (0..=45).map(move |height| (width, height)))
            {
                let below = (width + height) % 2 == 0;
                let library = if below { 10 + (width * 7 % 81) as u8 } else { 62 };
                let layout = split(width, height, focus, Split { below, library, ..Split::default() });
                let single = [
                    layout.tabs,
                    layout.titles,
                    layout.queue_titles,
                    layout.lists,
                    layout.entries,
                    layout.queue,
                    layout.spectrum,
                    layout.rule,
                    layout.now,
                    layout.status,
                ];
                let areas: Vec<Rect> = single
                    .into_iter()
                    .flatten()
                    .chain(layout.columns.iter().map(|&(_, rect)| rect))
                    .collect();
                for (at, area) in areas.iter().enumerate() {
                    assert_eq!(area.intersection(layout.area), *area, "{width}x{height}");
                    assert!(
                        areas[at + 1..].iter().all(|other| !area.intersects(*other)),
                        "{width}x{height} {layout:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_has_no_room_goes_first_and_a_list_stays() {
        let mini = of(20, 5, Pane::Library);
        assert_eq!((mini.columns.len(), mini.list_height), (1, 3));
        assert!(mini.titles.is_none() && mini.spectrum.is_none() && mini.now.is_some());
        let usual = of(80, 24, Pane::Library);
        assert_eq!(usual.columns.len(), 3);
        assert!(usual.tabs.is_some() && usual.queue.is_none());
        let wide = of(140, 40, Pane::Queue);
        assert!(wide.tabs.is_none() && wide.queue.is_some() && wide.columns.len() == 3);
        assert!(of(40, 1, Pane::Library).list_height == 1);
        let stacked =
            |height| split(60, height, Pane::Library, Split { below: true, library: 50, ..Split::default() });
        assert!(stacked(8).queue.is_none() && stacked(9).queue.is_some());
        let tall = stacked(24);
        assert!(tall.tabs.is_none() && tall.columns.len() == 3);
        assert_eq!((tall.list_height, tall.queue_height), (6, 7));
    }
}
