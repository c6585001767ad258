//! Playlists: manual ones, whose entries the user orders, and smart ones, which are a saved query. Immutable and shared:
//! a change of one list copies that list alone and the table of pointers. Changed by [`edit`] through `app::reduce` or
//! the command line, stored by `library::store`.

pub mod edit;
pub mod order;
mod record;
pub mod smart;
pub mod view;

use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::address;
use super::catalog::{Catalog, TrackRef};
use super::collate::sort_key;
use super::fold::fold;
use super::id::{PlaylistId, TrackId};
use smart::Smart;

/// What a playlist is called: one to [`Self::MOST`] characters, no control characters, no blanks around it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PlaylistName(Arc<str>);

impl PlaylistName {
    /// Characters.
    pub const MOST: usize = 120;

    pub fn new(name: &str) -> Option<Self> {
        let fits = (1..=Self::MOST).contains(&name.chars().count());
        let plain = name.trim() == name && !name.contains(char::is_control);
        (fits && plain).then(|| Self(name.into()))
    }

    /// The nearest name to any text; `None` where nothing of it can be one.
    pub fn near(text: &str) -> Option<Self> {
        let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let short: String = plain.trim().chars().take(Self::MOST).collect();
        Self::new(short.trim())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// For a list that nobody named.
impl Default for PlaylistName {
    fn default() -> Self {
        Self("Playlist".into())
    }
}

impl std::fmt::Display for PlaylistName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a playlist file said of an entry, for one that the library does not have. Empty where it said nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    pub title: String,
    pub artist: String,
    pub album: String,
    pub duration: Option<Duration>,
}

impl Told {
    /// Where it says something.
    pub fn shared(self) -> Option<Arc<Self>> {
        (self != Self::default()).then(|| Arc::new(self))
    }
}

/// One entry of a manual list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Absolute, or an address; empty where only a title is known.
    pub path: Arc<Path>,
    /// The library's track when it was added: a file that moved since keeps its place in the list.
    pub track: Option<TrackId>,
    pub told: Option<Arc<Told>>,
    pub note: Option<Arc<str>>,
}

impl Entry {
    pub fn new(path: Arc<Path>, track: Option<TrackId>) -> Self {
        Self { path, track, told: None, note: None }
    }

    /// Of a track in the library.
    pub fn of(track: TrackRef<'_>) -> Self {
        Self::new(Arc::from(track.path()), Some(track.id()))
    }

    /// The track that it means now: the same file wherever it is by now, else what lies at its path.
    pub fn find<'a>(&self, catalog: &'a Catalog) -> Option<TrackRef<'a>> {
        self.track.and_then(|id| catalog.find(id)).or_else(|| catalog.find_path(&self.path))
    }

    /// Where it is now.
    pub fn place(&self, catalog: &Catalog) -> Arc<Path> {
        self.find(catalog).map_or_else(|| Arc::clone(&self.path), |track| Arc::from(track.path()))
    }

    /// Title as the library has it, else as the list told, else the name of the file or the station.
    pub fn title(&self, catalog: &Catalog) -> String {
        if let Some(track) = self.find(catalog) {
            return track.title().to_owned();
        }
        let told = self.told.as_ref().map(|told| told.title.as_str()).filter(|title| !title.is_empty());
        told.map_or_else(|| self.file_name(), str::to_owned)
    }

    fn file_name(&self) -> String {
        let name = || self.path.file_name().unwrap_or(self.path.as_os_str());
        address::shown(&self.path).unwrap_or_else(|| String::from_utf8_lossy(name().as_bytes()).into_owned())
    }

    /// As the library has them, else as the list told.
    pub fn artist(&self, catalog: &Catalog) -> String {
        match self.find(catalog) {
            Some(track) => track.artists().collect::<Vec<_>>().join(", "),
            None => self.told.as_ref().map_or(String::new(), |told| told.artist.clone()),
        }
    }

    pub fn album(&self, catalog: &Catalog) -> String {
        match self.find(catalog) {
            Some(track) => track.album_title().to_owned(),
            None => self.told.as_ref().map_or(String::new(), |told| told.album.clone()),
        }
    }

    pub fn duration(&self, catalog: &Catalog) -> Option<Duration> {
        match self.find(catalog) {
            Some(track) => track.duration(),
            None => self.told.as_ref()?.duration,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Manual(Arc<Vec<Entry>>),
    Smart(Smart),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "record::Record", into = "record::Record")]
pub struct Playlist {
    pub id: PlaylistId,
    pub name: PlaylistName,
    /// Of the user; may be empty.
    pub note: Arc<str>,
    pub kind: Kind,
}

impl Playlist {
    /// Most entries of one list.
    pub const MOST_ENTRIES: usize = 1_000_000;

    /// The entries of a manual list; of a smart one they are found, not kept.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Manual(entries) => entries,
            Kind::Smart(_) => &[],
        }
    }

    pub fn smart(&self) -> Option<&Smart> {
        match &self.kind {
            Kind::Manual(_) => None,
            Kind::Smart(smart) => Some(smart),
        }
    }
}

/// One list before and after a change: `None` where there was or is none. The reverse takes it back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub before: Option<Arc<Playlist>>,
    pub after: Option<Arc<Playlist>>,
}

impl Change {
    pub fn reversed(&self) -> Self {
        Self { before: self.after.clone(), after: self.before.clone() }
    }

    /// Bytes that it takes, about.
    pub fn weight(&self) -> usize {
        let list = |list: &Arc<Playlist>| {
            let entry =
                |entry: &Entry| 64 + entry.path.as_os_str().len() + entry.told.as_ref().map_or(0, |_| 100);
            200 + list.entries().iter().map(entry).sum::<usize>()
        };
        self.before.iter().chain(&self.after).map(list).sum()
    }

    /// Of the list that it is about.
    pub fn id(&self) -> Option<PlaylistId> {
        self.after.as_ref().or(self.before.as_ref()).map(|list| list.id)
    }
}

/// All playlists, by name as names sort.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Playlists(Arc<Vec<Arc<Playlist>>>);

impl Playlists {
    /// Most lists.
    pub const MOST: usize = 10_000;

    pub fn iter(&self) -> std::slice::Iter<'_, Arc<Playlist>> {
        self.0.iter()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn at(&self, place: usize) -> Option<&Arc<Playlist>> {
        self.0.get(place)
    }

    pub fn get(&self, id: PlaylistId) -> Option<&Arc<Playlist>> {
        self.iter().find(|list| list.id == id)
    }

    /// The list of that name; else the only one whose name differs in case and diacritics alone.
    pub fn named(&self, name: &str) -> Option<&Arc<Playlist>> {
        self.iter().find(|list| list.name.as_str() == name).or_else(|| {
            let folded = fold(name);
            let mut near = self.iter().filter(|list| fold(list.name.as_str()) == folded);
            near.next().filter(|_| near.next().is_none())
        })
    }

    pub fn has_name(&self, name: &PlaylistName) -> bool {
        self.iter().any(|list| list.name == *name)
    }

    /// The name, with a number behind it where it is taken.
    pub fn free_name(&self, wish: &PlaylistName) -> PlaylistName {
        let short: String = wish.as_str().chars().take(PlaylistName::MOST - 8).collect();
        let numbered = (2..).filter_map(|number| PlaylistName::new(&format!("{} {number}", short.trim())));
        let mut names = std::iter::once(wish.clone()).chain(numbered);
        names.find(|name| !self.has_name(name)).unwrap_or_else(|| wish.clone())
    }

    /// Puts `change.after` in the place of `change.before`.
    pub fn apply(&mut self, change: &Change) {
        let Some(id) = change.id() else { return };
        let lists = Arc::make_mut(&mut self.0);
        lists.retain(|list| list.id != id);
        if let Some(list) = &change.after {
            let place = lists.partition_point(|other| precedes(other, list));
            lists.insert(place, Arc::clone(list));
        }
    }
}

fn precedes(one: &Playlist, other: &Playlist) -> bool {
    let key = |list: &Playlist| (sort_key(list.name.as_str()), list.name.clone(), list.id);
    key(one) < key(other)
}

impl FromIterator<Arc<Playlist>> for Playlists {
    fn from_iter<I: IntoIterator<Item = Arc<Playlist>>>(lists: I) -> Self {
        let mut lists: Vec<_> = lists.into_iter().collect();
        lists.sort_by_cached_key(|list| (sort_key(list.name.as_str()), list.name.clone(), list.id));
        Self(Arc::new(lists))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub fn list(id: u64, name: &str) -> Arc<Playlist> {
        let kind = Kind::Manual(Arc::default());
        let name = PlaylistName::new(name).unwrap();
        Arc::new(Playlist { id: PlaylistId(id), name, note: "".into(), kind })
    }

    #[test]
    fn names_can_be_shown_and_any_text_is_near_to_one() {
        for bad in ["", " ", " a", "a\nb", "\u{1b}[31m", &"x".repeat(121)] {
            assert_eq!(PlaylistName::new(bad), None, "{bad:?}");
        }
        assert_eq!(PlaylistName::near(" a\nb ").unwrap().as_str(), "a b");
        assert_eq!(PlaylistName::near(&"ü".repeat(500)).unwrap().as_str().chars().count(), 120);
        assert_eq!(PlaylistName::near("\n"), None);
    }

    #[test]
    fn lists_stand_by_name_and_are_found_by_it() {
        let lists: Playlists =
            [list(1, "The Zoo"), list(2, "Mix 10"), list(3, "mix 9"), list(4, "Zoo")].into_iter().collect();
        let names: Vec<&str> = lists.iter().map(|list| list.name.as_str()).collect();
        assert_eq!(names, ["mix 9", "Mix 10", "The Zoo", "Zoo"]);
        assert_eq!(lists.named("MIX 9").unwrap().id, PlaylistId(3));
        assert_eq!(lists.named("Zoo").unwrap().id, PlaylistId(4));
        assert!(lists.named("mix").is_none());
        assert_eq!(lists.free_name(&PlaylistName::new("Zoo").unwrap()).as_str(), "Zoo 2");
    }

    #[test]
    fn a_change_and_its_reverse_leave_all_as_it_was_and_other_lists_shared() {
        let lists: Playlists = [list(1, "a"), list(2, "c")].into_iter().collect();
        let change = Change { before: None, after: Some(list(3, "b")) };
        let mut changed = lists.clone();
        changed.apply(&change);
        assert_eq!(changed.iter().map(|list| list.id.0).collect::<Vec<_>>(), [1, 3, 2]);
        assert!(Arc::ptr_eq(&changed.0[0], &lists.0[0]));
        changed.apply(&change.reversed());
        assert_eq!(changed, lists);
    }
}
