//! The library's first column where it is not of artists: albums by what their tracks say. Computed on the screen's filter
//! worker in one pass over the tracks, shared by `Arc` with the ui thread.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::model::catalog::{AlbumRow, Catalog, ListId, TextId, TrackRef};
use crate::model::collate::Collation;
use crate::model::grouping::GroupBy;

/// Groups in the order of their names; an album is in each that one of its tracks is in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Groups {
    pub by: GroupBy,
    groups: Vec<Group>,
}

#[derive(Debug, Clone, PartialEq)]
struct Group {
    /// Empty: of tracks that say nothing of it.
    name: Box<str>,
    /// Ascending.
    albums: Vec<AlbumRow>,
    tracks: u32,
}

impl Group {
    /// Names that differ in case or accents alone are one, called as most tracks say it.
    fn take(&mut self, other: &mut Self) {
        self.albums.append(&mut other.albums);
        self.albums.sort_unstable();
        self.albums.dedup();
        self.tracks += other.tracks;
    }
}

/// What tells groups apart while they are made: a text of the catalog, or a number.
type Key = u32;

impl Groups {
    /// Those of artists are in the catalog itself.
    pub fn new(by: GroupBy, catalog: &Catalog, collation: &Collation) -> Self {
        let mut places: HashMap<Key, usize> = HashMap::new();
        let mut groups: Vec<Group> = Vec::new();
        for track in catalog.tracks() {
            each_key(by, track, |key| {
                let at = *places.entry(key).or_insert_with(|| {
                    groups.push(Group { name: name(by, key, track).into(), albums: Vec::new(), tracks: 0 });
                    groups.len() - 1
                });
                let group = &mut groups[at];
                group.tracks += 1;
                // Tracks of an album lie together.
                if group.albums.last() != Some(&track.raw().album) {
                    group.albums.push(track.raw().album);
                }
            });
        }
        if by == GroupBy::Folder {
            shorten(&mut groups);
        }
        groups.sort_by_cached_key(|group| {
            (collation.key(&group.name), std::cmp::Reverse(group.tracks), group.name.clone())
        });
        if matches!(by, GroupBy::Genre | GroupBy::Composer) {
            groups.dedup_by(|other, kept| {
                let alike = collation.key(&other.name) == collation.key(&kept.name);
                if alike {
                    kept.take(other);
                }
                alike
            });
        }
        Self { by, groups }
    }

    pub fn len(&self) -> usize {
        self.groups.len()
    }

    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    pub fn name(&self, row: u32) -> Option<&str> {
        self.groups.get(row as usize).map(|group| &*group.name)
    }

    pub fn albums(&self, row: u32) -> &[AlbumRow] {
        self.groups.get(row as usize).map_or(&[], |group| &group.albums)
    }

    /// How many tracks are in it.
    pub fn tracks(&self, row: u32) -> u32 {
        self.groups.get(row as usize).map_or(0, |group| group.tracks)
    }

    /// Those that have one of these albums, which are ascending.
    pub fn with_albums(&self, albums: &[AlbumRow]) -> Vec<u32> {
        let has = |group: &Group| group.albums.iter().any(|album| albums.binary_search(album).is_ok());
        (0..).zip(&self.groups).filter(|(_, group)| has(group)).map(|(row, _)| row).collect()
    }
}

fn each_key(by: GroupBy, track: TrackRef<'_>, mut each: impl FnMut(Key)) {
    let (raw, catalog) = (track.raw(), track.catalog());
    let year = || u32::from(track.year().unwrap_or(0));
    let list = match by {
        GroupBy::Artist => catalog.list_ids(track.album().map_or(ListId::EMPTY, |album| album.artists)),
        GroupBy::Genre => catalog.list_ids(raw.genres),
        GroupBy::Composer => catalog.list_ids(raw.composers),
        GroupBy::Year => return each(year()),
        GroupBy::Decade => return each(year() / 10 * 10),
        GroupBy::Folder => return each(raw.folder.0),
    };
    if list.is_empty() {
        // The empty text.
        return each(0);
    }
    for (at, id) in list.iter().enumerate() {
        // What is said twice counts once.
        if !list[..at].contains(id) {
            each(id.0);
        }
    }
}

fn name(by: GroupBy, key: Key, track: TrackRef<'_>) -> String {
    match by {
        GroupBy::Year | GroupBy::Decade if key == 0 => String::new(),
        GroupBy::Year => key.to_string(),
        GroupBy::Decade => format!("{key}s"),
        GroupBy::Folder => {
            let path = track.path();
            path.parent().map_or(String::new(), |folder| folder.to_string_lossy().into_owned())
        }
        GroupBy::Artist | GroupBy::Genre | GroupBy::Composer => track.catalog().text(TextId(key)).to_owned(),
    }
}

/// Folders as seen from the lowest one that all of them are in.
fn shorten(groups: &mut [Group]) {
    let folders: Vec<PathBuf> = groups.iter().map(|group| PathBuf::from(&*group.name)).collect();
    let Some(mut common) = folders.first().cloned() else { return };
    while !folders.iter().all(|folder| folder.starts_with(&common)) && common.pop() {}
    for (group, folder) in groups.iter_mut().zip(&folders) {
        if let Ok(rest) = folder.strip_prefix(&common) {
            group.name = rest.to_string_lossy().into();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_seen_from_where_all_of_them_are() {
        let group = |name: &str| Group { name: name.into(), albums: Vec::new(), tracks: 1 };
        let mut groups = ["/m/a/x", "/m/a", "/m/ab"].map(group);
        shorten(&mut groups);
        assert_eq!(groups.each_ref().map(|group| &*group.name), ["a/x", "a", "ab"]);
        let mut one = [group("/m/a")];
        shorten(&mut one);
        assert_eq!(&*one[0].name, "");
    }
}
