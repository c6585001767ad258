//! The library as folders, as clients walk it: made of the catalog once, on the thread that looks things up. Missing
//! files are not in it.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::uri::Roots;
use crate::model::catalog::{Catalog, Row, TextId, TrackFlags, TrackRef};
use crate::model::fold::fold;

/// One folder. Its children are in the order in which they are told.
#[derive(Debug, Default)]
pub struct Folder {
    /// From the root, without a slash at either end; empty for the root itself.
    pub uri: String,
    pub folders: Vec<usize>,
    pub songs: Vec<Row>,
}

#[derive(Debug)]
pub struct Tree {
    /// The first is the root.
    folders: Vec<Folder>,
    by_uri: HashMap<String, usize>,
}

/// What is met on a walk.
pub enum Met<'a> {
    Folder(&'a Folder),
    Song(Row),
}

impl Tree {
    pub fn new(catalog: &Catalog, roots: &Roots) -> Self {
        let mut tree = Self { folders: vec![Folder::default()], by_uri: HashMap::from([(String::new(), 0)]) };
        let mut known: HashMap<TextId, Option<usize>> = HashMap::new();
        for track in catalog.tracks().filter(|track| !track.is(TrackFlags::MISSING)) {
            let folder = *known.entry(track.raw().folder).or_insert_with(|| {
                let path = track.path();
                Some(tree.folder(&roots.relative(path.parent()?)?))
            });
            if let Some(folder) = folder.and_then(|folder| tree.folders.get_mut(folder)) {
                folder.songs.push(track.row());
            }
        }
        tree.sort(catalog);
        tree
    }

    /// The folder of that name, made with all above it where it is not there.
    fn folder(&mut self, uri: &str) -> usize {
        if let Some(&at) = self.by_uri.get(uri) {
            return at;
        }
        let above = self.folder(uri.rsplit_once('/').map_or("", |(above, _)| above));
        let at = self.folders.len();
        self.folders.push(Folder { uri: uri.to_owned(), ..Folder::default() });
        self.by_uri.insert(uri.to_owned(), at);
        if let Some(above) = self.folders.get_mut(above) {
            above.folders.push(at);
        }
        at
    }

    fn sort(&mut self, catalog: &Catalog) {
        let names: Vec<(String, String)> =
            self.folders.iter().map(|folder| (fold(&folder.uri), folder.uri.clone())).collect();
        for folder in &mut self.folders {
            folder.folders.sort_by(|&a, &b| names.get(a).cmp(&names.get(b)));
            folder.songs.sort_by(|&a, &b| match (catalog.track(a), catalog.track(b)) {
                (Some(a), Some(b)) => compare(a, b),
                _ => a.cmp(&b),
            });
        }
    }

    pub fn find(&self, uri: &str) -> Option<&Folder> {
        self.folders.get(*self.by_uri.get(uri)?)
    }

    /// Songs of a folder first, then each folder in it with all that it has.
    pub fn walk<E>(&self, folder: &Folder, visit: &mut dyn FnMut(Met<'_>) -> Result<(), E>) -> Result<(), E> {
        // As deep as paths are long: no recursion.
        let mut open: Vec<&Folder> = vec![folder];
        while let Some(next) = open.pop() {
            if !std::ptr::eq(next, folder) {
                visit(Met::Folder(next))?;
            }
            next.songs.iter().try_for_each(|&row| visit(Met::Song(row)))?;
            open.extend(self.inner(next).rev());
        }
        Ok(())
    }

    pub fn inner<'t>(&'t self, folder: &'t Folder) -> impl DoubleEndedIterator<Item = &'t Folder> {
        folder.folders.iter().filter_map(|&at| self.folders.get(at))
    }

    /// All rows below a folder, in the order of the walk.
    pub fn rows(&self, folder: &Folder) -> Vec<Row> {
        let mut rows = Vec::new();
        let _ = self.walk(folder, &mut |met| -> Result<(), ()> {
            if let Met::Song(row) = met {
                rows.push(row);
            }
            Ok(())
        });
        rows
    }
}

/// By album, disc and track, then by name.
fn compare(a: TrackRef<'_>, b: TrackRef<'_>) -> Ordering {
    let key = |track: TrackRef<'_>| {
        let album = fold(track.album_title());
        (album, track.disc_number().unwrap_or(0), track.track_number().unwrap_or(0), fold(track.file_name()))
    };
    key(a).cmp(&key(b)).then_with(|| a.file_name().cmp(b.file_name()))
}
