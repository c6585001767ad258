//! How the panes stand, which the user arranges, and more than one such arrangement to go between: tabs, as vim has them.
//! Remembered from run to run. Pure; changed by `update`, read by `layout`.

use super::state::{Shown, UiState};
use crate::config::memory::RememberedTab;
use crate::model::command::Pane;
use crate::model::command::arrange::SizeChange;
use crate::model::settings::ScreenSettings;
use crate::model::visual::Visual;
use crate::say;

/// How the room is parted between panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split {
    /// The queue is beneath the library, not beside it.
    pub below: bool,
    /// Percent of the room: the library's beside or above the queue; of the library its first column's, and its second
    /// one's of the rest; the list of playlists'.
    pub library: u8,
    pub first: u8,
    pub second: u8,
    pub lists: u8,
    /// Rows of what is heard, beneath the panes; `None`: as many as fit it.
    pub visual: Option<u16>,
}

impl Default for Split {
    fn default() -> Self {
        Self { below: false, library: 62, first: 27, second: 43, lists: 34, visual: None }
    }
}

/// What gets its room by a share of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Library,
    Queue,
    /// Columns of the library.
    First,
    Second,
    Third,
    /// The list of playlists, and the entries of one.
    Lists,
    Entries,
    Visual,
}

/// Nothing gets less, or more, of the room than this.
const LEAST: u8 = 10;
const MOST: u8 = 90;
/// Rows of what is heard.
const ROWS: std::ops::RangeInclusive<u16> = 3..=60;
/// More tabs are not made.
const MOST_TABS: usize = 9;

impl Split {
    /// Gives a part more or less room. `rows`: what is heard has so many now.
    pub fn size(&mut self, what: Part, change: SizeChange, rows: u16) {
        let percent = |share: u8| change.of(share.into()).clamp(LEAST.into(), MOST.into()) as u8;
        match what {
            Part::Library => self.library = percent(self.library),
            Part::Queue => self.library = 100 - percent(100 - self.library),
            Part::First => self.first = percent(self.first),
            Part::Second => self.second = percent(self.second),
            Part::Third => self.second = 100 - percent(100 - self.second),
            Part::Lists => self.lists = percent(self.lists),
            Part::Entries => self.lists = 100 - percent(100 - self.lists),
            Part::Visual => {
                let rows = u16::try_from(change.of(rows.into()).max(0)).unwrap_or(u16::MAX);
                self.visual = Some(rows.clamp(*ROWS.start(), *ROWS.end()));
            }
        }
    }
}

/// What a tab keeps while another one is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrangement {
    pub left: Pane,
    pub focus: Pane,
    pub shown: Shown,
    pub visual: Visual,
    pub split: Split,
    /// What plays is shown with its cover, over the panes; or what mastering does.
    pub song: bool,
    pub mastering: bool,
}

/// See the module's head. The one that is seen has its arrangement in the state itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Tabs {
    /// With their names, which may be empty; never none.
    all: Vec<(String, Arrangement)>,
    at: usize,
    /// What the settings say of an arrangement: whether and how what is heard is seen.
    settings: (bool, Visual),
}

impl Tabs {
    pub fn new(settings: &ScreenSettings) -> Self {
        let settings = (settings.spectrum, settings.visual);
        Self { all: vec![(String::new(), Arrangement::first(settings))], at: 0, settings }
    }

    pub fn count(&self) -> usize {
        self.all.len()
    }

    /// The one that is seen.
    pub fn at(&self) -> usize {
        self.at
    }

    /// What is written on a tab, which is number `place` from 0.
    pub fn label(&self, place: usize, state: &UiState) -> String {
        let Some((name, kept)) = self.all.get(place) else { return String::new() };
        let seen = if place == self.at { state.arrangement() } else { *kept };
        let what = match seen {
            Arrangement { song: true, .. } => say!("Playing"),
            Arrangement { mastering: true, .. } => say!("Mastering"),
            Arrangement { focus: Pane::Library, .. } => say!("Library"),
            Arrangement { focus: Pane::Playlists, .. } => say!("Playlists"),
            Arrangement { focus: Pane::Queue, .. } => say!("Queue"),
            Arrangement { focus: Pane::Spectrum, .. } => say!("Spectrum"),
        };
        format!("{} {}", place + 1, if name.is_empty() { what } else { name })
    }

    /// A copy of what is seen, behind it; false where there are enough.
    pub fn open(&mut self, name: String, seen: Arrangement) -> bool {
        let has_room = self.all.len() < MOST_TABS;
        if has_room {
            self.keep(seen);
            self.at += 1;
            self.all.insert(self.at, (name, seen));
        }
        has_room
    }

    /// What is seen then; nothing where it is the only one.
    pub fn close(&mut self) -> Option<Arrangement> {
        if self.all.len() < 2 {
            return None;
        }
        self.all.remove(self.at);
        self.at = self.at.min(self.all.len() - 1);
        Some(self.all.get(self.at)?.1)
    }

    /// What is seen then.
    pub fn go(&mut self, place: usize, seen: Arrangement) -> Option<Arrangement> {
        let arrangement = self.all.get(place)?.1;
        self.keep(seen);
        self.at = place;
        Some(arrangement)
    }

    /// By name, without regard to case.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.all.iter().position(|(known, _)| known.eq_ignore_ascii_case(name) && !known.is_empty())
    }

    fn keep(&mut self, seen: Arrangement) {
        if let Some((_, kept)) = self.all.get_mut(self.at) {
            *kept = seen;
        }
    }

    /// For the next run; of what the settings say, too, only what differs from them.
    pub fn remembered(&self, seen: Arrangement) -> Vec<RememberedTab> {
        let mut tabs = self.clone();
        tabs.keep(seen);
        tabs.all.iter().map(|(name, arrangement)| arrangement.remembered(name, self.settings)).collect()
    }

    /// As they were left; the first one is seen then.
    pub fn restore(&mut self, all: &[RememberedTab]) -> Option<Arrangement> {
        let restored = |tab: &RememberedTab| (tab.name.clone(), Arrangement::restored(tab, self.settings));
        let all: Vec<(String, Arrangement)> = all.iter().take(MOST_TABS).map(restored).collect();
        let first = all.first()?.1;
        (self.all, self.at) = (all, 0);
        Some(first)
    }
}

impl Arrangement {
    fn first((spectrum, visual): (bool, Visual)) -> Self {
        Self {
            left: Pane::Library,
            focus: Pane::Library,
            shown: Shown { library: true, queue: true, spectrum },
            visual,
            split: Split::default(),
            song: false,
            mastering: false,
        }
    }

    fn remembered(&self, name: &str, (spectrum, visual): (bool, Visual)) -> RememberedTab {
        let split = &self.split;
        RememberedTab {
            name: name.to_owned(),
            playlists: self.left == Pane::Playlists,
            focus: self.focus.name().to_owned(),
            library: self.shown.library,
            queue: self.shown.queue,
            spectrum: Some(self.shown.spectrum).filter(|shown| *shown != spectrum),
            visual: Some(self.visual).filter(|seen| *seen != visual).map(|seen| seen.name().to_owned()),
            song: self.song,
            mastering: self.mastering,
            below: split.below,
            shares: [split.library, split.first, split.second, split.lists],
            rows: split.visual,
        }
    }

    /// What cannot be is as at first.
    fn restored(tab: &RememberedTab, (spectrum, visual): (bool, Visual)) -> Self {
        let [library, first, second, lists] = tab.shares.map(|share| share.clamp(LEAST, MOST));
        let rows = tab.rows.map(|rows| rows.clamp(*ROWS.start(), *ROWS.end()));
        Self {
            left: if tab.playlists { Pane::Playlists } else { Pane::Library },
            focus: Pane::parse(&tab.focus).unwrap_or(Pane::Library),
            shown: Shown {
                library: tab.library || !tab.queue,
                queue: tab.queue,
                spectrum: tab.spectrum.unwrap_or(spectrum),
            },
            visual: tab.visual.as_deref().and_then(Visual::parse).unwrap_or(visual),
            split: Split { below: tab.below, library, first, second, lists, visual: rows },
            song: tab.song,
            mastering: tab.mastering,
        }
    }
}

impl UiState {
    /// How the panes stand now.
    pub fn arrangement(&self) -> Arrangement {
        Arrangement {
            left: self.left,
            focus: self.focus,
            shown: self.shown,
            visual: self.visual,
            split: self.split,
            song: self.song,
            mastering: self.mastering,
        }
    }

    pub fn arrange(&mut self, arrangement: Arrangement) {
        let Arrangement { left, focus, shown, visual, split, song, mastering } = arrangement;
        (self.left, self.focus, self.shown, self.visual) = (left, focus, shown, visual);
        (self.split, self.song, self.mastering) = (split, song, mastering);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tabs(spectrum: bool, visual: Visual) -> (Tabs, Arrangement) {
        let settings = ScreenSettings { spectrum, visual, ..ScreenSettings::default() };
        (Tabs::new(&settings), Arrangement::first((spectrum, visual)))
    }

    #[test]
    fn tabs_keep_what_is_arranged_in_them() {
        let (mut tabs, one) = tabs(true, Visual::Spectrum);
        assert!(tabs.close().is_none() && tabs.go(1, one).is_none());
        assert!(tabs.open("far".into(), one));
        let two =
            Arrangement { focus: Pane::Queue, song: true, split: Split { below: true, ..one.split }, ..one };
        assert_eq!(tabs.go(0, two), Some(one));
        assert_eq!(tabs.go(1, one), Some(two));
        assert_eq!((tabs.find("FAR"), tabs.find("")), (Some(1), None));
        let mut restored = Tabs::new(&ScreenSettings::default());
        assert_eq!(restored.restore(&tabs.remembered(two)), Some(one));
        assert_eq!(restored.all, tabs.all);
        assert_eq!(tabs.close(), Some(one));
        (1..MOST_TABS).for_each(|_| assert!(tabs.open(String::new(), one)));
        assert!(!tabs.open(String::new(), one));
    }

    /// What was left as the settings say follows them when they are changed.
    #[test]
    fn settings_hold_where_nothing_else_was_chosen() {
        let (old, one) = tabs(true, Visual::Spectrum);
        let restored = tabs(false, Visual::Goniometer).0.restore(&old.remembered(one)).unwrap();
        assert_eq!((restored.shown.spectrum, restored.visual), (false, Visual::Goniometer));
        let other = Arrangement { visual: Visual::Loudness, ..one };
        let restored = tabs(true, Visual::Goniometer).0.restore(&old.remembered(other)).unwrap();
        assert_eq!(restored.visual, Visual::Loudness);
    }

    #[test]
    fn nothing_is_made_so_small_that_it_is_gone() {
        let mut split = Split::default();
        split.size(Part::Queue, SizeChange::By(5), 0);
        assert_eq!(split.library, 57);
        split.size(Part::Library, SizeChange::To(1000), 0);
        assert_eq!(split.library, MOST);
        split.size(Part::Third, SizeChange::By(-100), 0);
        assert_eq!(split.second, MOST);
        split.size(Part::Visual, SizeChange::By(-2), 6);
        assert_eq!(split.visual, Some(4));
        split.size(Part::Visual, SizeChange::By(-20), 6);
        assert_eq!(split.visual, Some(3));
    }
}
