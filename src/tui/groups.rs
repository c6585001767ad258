//! The library's first column where it is not of artists: albums by what their tracks say, level by level, as a tree in the
//! order in which its rows stand. Computed on the screen's filter worker in one pass over the tracks, shared by `Arc` with the
//! ui thread.
//!
//! A group is known by the names on the way to it ([`Groups::key`]): so what is open stays open in another catalog.

use std::collections::hash_map::DefaultHasher;
use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path};
use std::rc::Rc;

use crate::model::catalog::{AlbumRow, Catalog, ListId, Row, TextId, TrackRef};
use crate::model::collate::Collation;
use crate::model::grouping::{GroupBy, Hierarchy};
use crate::say;

/// Each group with those beneath it behind it, in the order of their names; an album is in each that one of its tracks is in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Groups {
    pub by: Hierarchy,
    groups: Vec<Group>,
    /// Some groups are beneath others.
    pub has_folds: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Group {
    /// Empty: of tracks that say nothing of it.
    name: Box<str>,
    by: GroupBy,
    parent: Option<u32>,
    depth: u16,
    /// The row behind those beneath it.
    end: u32,
    key: u64,
    /// Ascending.
    albums: Vec<AlbumRow>,
    tracks: u32,
}

impl Groups {
    /// Those of artists alone are in the catalog itself.
    pub fn new(by: &Hierarchy, catalog: &Catalog, collation: &Collation) -> Self {
        let mut tree = Tree::new(by, catalog, collation);
        for track in catalog.tracks() {
            tree.put(0, 0, track);
        }
        let groups = tree.rows();
        let has_folds = groups.iter().any(|group| group.depth > 0);
        Self { by: by.clone(), groups, has_folds }
    }

    pub fn len(&self) -> usize {
        self.groups.len()
    }

    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    fn get(&self, row: u32) -> Option<&Group> {
        self.groups.get(row as usize)
    }

    pub fn name(&self, row: u32) -> Option<&str> {
        self.get(row).map(|group| &*group.name)
    }

    /// What it is a group of.
    pub fn by(&self, row: u32) -> GroupBy {
        self.get(row).map_or(self.by.top(), |group| group.by)
    }

    pub fn albums(&self, row: u32) -> &[AlbumRow] {
        self.get(row).map_or(&[], |group| &group.albums)
    }

    /// How many tracks are in it.
    pub fn tracks(&self, row: u32) -> u32 {
        self.get(row).map_or(0, |group| group.tracks)
    }

    /// What it is known by in any catalog.
    pub fn key(&self, row: u32) -> Option<u64> {
        self.get(row).map(|group| group.key)
    }

    /// How many groups it is beneath.
    pub fn depth(&self, row: u32) -> u16 {
        self.get(row).map_or(0, |group| group.depth)
    }

    pub fn beneath(&self, row: u32) -> Range<u32> {
        let first = row.saturating_add(1);
        first..self.get(row).map_or(first, |group| group.end)
    }

    /// The groups that it is beneath, the nearest first.
    pub fn above(&self, row: u32) -> impl Iterator<Item = u32> + '_ {
        let parent = |row: u32| self.get(row)?.parent;
        std::iter::successors(parent(row), move |&row| parent(row))
    }

    /// Of these rows, which are ascending, those that no closed group hides. As much work as they are.
    pub fn in_sight(&self, rows: &[u32], open: &HashSet<u64>) -> Vec<u32> {
        let mut shown = Vec::new();
        let mut rest = rows;
        while let Some((&row, behind)) = rest.split_first() {
            shown.push(row);
            let is_open = self.key(row).is_some_and(|key| open.contains(&key));
            let hidden = if is_open { 0 } else { self.end_of_fold(row, behind) };
            rest = &behind[hidden..];
        }
        shown
    }

    /// How many of these rows, which come behind it, are beneath it.
    fn end_of_fold(&self, row: u32, behind: &[u32]) -> usize {
        let end = self.beneath(row).end;
        // Mostly the next one is not.
        if behind.first().is_none_or(|&next| next >= end) {
            return 0;
        }
        behind.partition_point(|&other| other < end)
    }

    /// Those that have one of these albums, which are ascending.
    pub fn with_albums(&self, albums: &[AlbumRow]) -> Vec<u32> {
        let has = |group: &Group| group.albums.iter().any(|album| albums.binary_search(album).is_ok());
        (0..).zip(&self.groups).filter(|(_, group)| has(group)).map(|(row, _)| row).collect()
    }

    /// The first of the lowest groups that an album is in.
    pub fn lowest_with(&self, album: AlbumRow) -> Option<u32> {
        let mut found = None;
        let mut among = 0..u32::try_from(self.len()).unwrap_or(u32::MAX);
        while let Some(row) = self.first_with(album, among.clone()) {
            found = Some(row);
            among = self.beneath(row);
        }
        found
    }

    /// Of groups beside each other.
    fn first_with(&self, album: AlbumRow, among: Range<u32>) -> Option<u32> {
        let mut row = among.start;
        while row < among.end {
            if self.albums(row).binary_search(&album).is_ok() {
                return Some(row);
            }
            row = self.beneath(row).end;
        }
        None
    }
}

/// Groups while they are made. The first node stands for all that there is.
struct Tree<'a> {
    levels: Vec<Level<'a>>,
    nodes: Vec<Node>,
    /// By the node above, the level and the name.
    places: HashMap<(usize, usize, u32), usize>,
}

#[derive(Default)]
struct Node {
    level: usize,
    /// Of its level's names.
    name: u32,
    albums: Vec<AlbumRow>,
    tracks: u32,
    last: Option<Row>,
    children: Vec<usize>,
}

/// A node whose row is to be written.
struct Coming {
    node: usize,
    parent: Option<u32>,
    depth: u16,
    /// Of the groups that it is beneath.
    key: u64,
}

impl<'a> Tree<'a> {
    fn new(by: &Hierarchy, catalog: &Catalog, collation: &'a Collation) -> Self {
        let levels = by.levels().map(|by| Level::new(by, catalog, collation)).collect();
        Self { levels, nodes: vec![Node::default()], places: HashMap::new() }
    }

    /// Puts a track beneath a node, by what it says of a level and of those beneath that.
    fn put(&mut self, node: usize, level: usize, track: TrackRef<'_>) {
        let Some(of_level) = self.levels.get_mut(level) else { return };
        for names in of_level.said_by(track) {
            let below = names.iter().fold(node, |above, &name| self.take(above, level, name, track));
            self.put(below, level + 1, track);
        }
    }

    fn take(&mut self, above: usize, level: usize, name: u32, track: TrackRef<'_>) -> usize {
        let at = *self.places.entry((above, level, name)).or_insert_with(|| {
            self.nodes.push(Node { level, name, ..Node::default() });
            let at = self.nodes.len() - 1;
            self.nodes[above].children.push(at);
            at
        });
        let node = &mut self.nodes[at];
        if node.last.replace(track.row()) != Some(track.row()) {
            node.tracks += 1;
            // Tracks of an album lie together.
            if node.albums.last() != Some(&track.raw().album) {
                node.albums.push(track.raw().album);
            }
        }
        at
    }

    fn rows(mut self) -> Vec<Group> {
        self.sort();
        let mut rows: Vec<Group> = Vec::with_capacity(self.nodes.len());
        let mut coming = Vec::new();
        self.come(0, None, 0, 0, &mut coming);
        while let Some(next) = coming.pop() {
            let at = u32::try_from(rows.len()).unwrap_or(u32::MAX);
            let depth = next.depth + 1;
            let (group, node) = self.row(next);
            self.come(node, Some(at), depth, group.key, &mut coming);
            rows.push(group);
        }
        end_folds(&mut rows);
        rows
    }

    /// What is beneath a node is to be written next, its first row before the others.
    fn come(&self, node: usize, parent: Option<u32>, depth: u16, key: u64, coming: &mut Vec<Coming>) {
        let children = self.nodes[node].children.iter().rev();
        coming.extend(children.map(|&node| Coming { node, parent, depth, key }));
    }

    /// A folder that holds nothing but one folder is one row with it. Returns the lowest node of the row too.
    fn row(&mut self, coming: Coming) -> (Group, usize) {
        let Coming { mut node, parent, depth, mut key } = coming;
        let mut name = String::new();
        loop {
            let part = self.name(node);
            key = key_beneath(key, self.levels[self.nodes[node].level].by, part);
            name.push_str(part);
            let Some(only) = self.joined(node) else { break };
            name.push('/');
            node = only;
        }
        let by = self.levels[self.nodes[node].level].by;
        let Node { albums, tracks, .. } = &mut self.nodes[node];
        let (albums, tracks) = (std::mem::take(albums), *tracks);
        (Group { name: name.into(), by, parent, depth, end: 0, key, albums, tracks }, node)
    }

    fn joined(&self, node: usize) -> Option<usize> {
        let above = &self.nodes[node];
        let &[only] = above.children.as_slice() else { return None };
        let below = &self.nodes[only];
        (below.level == above.level && below.tracks == above.tracks).then_some(only)
    }

    fn name(&self, node: usize) -> &str {
        let Node { level, name, .. } = self.nodes[node];
        &self.levels[level].names[name as usize].text
    }

    /// Children by level, folders of a folder before what else is in it, then by name.
    fn sort(&mut self) {
        let ranks: Vec<Vec<usize>> = self.levels.iter_mut().map(Level::ranks).collect();
        for at in 0..self.nodes.len() {
            let mut children = std::mem::take(&mut self.nodes[at].children);
            children.sort_by_key(|&child| {
                let Node { level, name, .. } = self.nodes[child];
                (level, ranks[level][name as usize])
            });
            self.nodes[at].children = children;
        }
    }
}

fn key_beneath(above: u64, by: GroupBy, name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (above, by, name).hash(&mut hasher);
    hasher.finish()
}

fn end_folds(rows: &mut [Group]) {
    for at in (0..rows.len()).rev() {
        let mut end = at + 1;
        while let Some(next) = rows.get(end).filter(|next| next.depth > rows[at].depth) {
            end = next.end as usize;
        }
        rows[at].end = u32::try_from(end).unwrap_or(u32::MAX);
    }
}

/// A level while groups are made: what is said of it, and how that is called.
struct Level<'a> {
    by: GroupBy,
    collation: &'a Collation,
    said: HashMap<Saying, Said>,
    /// By what makes names one.
    known: HashMap<Vec<u8>, u32>,
    names: Vec<Name>,
    /// So many folders are those that all are in.
    common: usize,
}

/// What a track says: a text of the catalog, or a number.
type Saying = u32;

struct Said {
    text: String,
    /// One; of a folder, those on the way to it.
    names: Rc<[u32]>,
    tracks: u32,
}

struct Name {
    text: String,
    tracks: u32,
}

impl<'a> Level<'a> {
    fn new(by: GroupBy, catalog: &Catalog, collation: &'a Collation) -> Self {
        let common = if by == GroupBy::Folder { common(catalog) } else { 0 };
        Self { by, collation, said: HashMap::new(), known: HashMap::new(), names: Vec::new(), common }
    }

    fn said_by(&mut self, track: TrackRef<'_>) -> Vec<Rc<[u32]>> {
        let mut all = Vec::new();
        each_saying(self.by, track, |saying| all.push(self.names_of(saying, track)));
        all
    }

    fn names_of(&mut self, saying: Saying, track: TrackRef<'_>) -> Rc<[u32]> {
        if let Some(said) = self.said.get_mut(&saying) {
            said.tracks += 1;
            return Rc::clone(&said.names);
        }
        let text = text(self.by, saying, track);
        let names: Rc<[u32]> = match self.by {
            GroupBy::Folder => self.folders(&track.path()),
            GroupBy::Genre | GroupBy::Composer => [self.known(self.collation.key(&text), &text)].into(),
            _ => [self.known(text.clone().into_bytes(), &text)].into(),
        };
        self.said.insert(saying, Said { text, names: Rc::clone(&names), tracks: 1 });
        names
    }

    /// Those on the way to a file, as seen from where all of them are.
    fn folders(&mut self, file: &Path) -> Rc<[u32]> {
        let folder = file.parent().unwrap_or(file);
        let names = parts(folder).skip(self.common);
        let names = names.map(|name| self.known(name.as_bytes().to_vec(), &name.to_string_lossy()));
        let names: Rc<[u32]> = names.collect();
        if names.is_empty() { [self.known(Vec::new(), "")].into() } else { names }
    }

    fn known(&mut self, one: Vec<u8>, text: &str) -> u32 {
        let next = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let name = *self.known.entry(one).or_insert(next);
        if name == next {
            self.names.push(Name { text: text.to_owned(), tracks: 0 });
        }
        name
    }

    /// The place of each name among them. What differs in case or accents alone is called as most tracks say it.
    fn ranks(&mut self) -> Vec<usize> {
        for said in self.said.values().filter(|_| self.by != GroupBy::Folder) {
            let &[name] = &*said.names else { continue };
            let name = &mut self.names[name as usize];
            if said.tracks > name.tracks || said.tracks == name.tracks && said.text < name.text {
                *name = Name { text: said.text.clone(), tracks: said.tracks };
            }
        }
        let mut order: Vec<usize> = (0..self.names.len()).collect();
        order.sort_by_cached_key(|&at| {
            let text = &self.names[at].text;
            (self.collation.key(text), text.clone())
        });
        let mut ranks = vec![0; order.len()];
        for (rank, at) in order.into_iter().enumerate() {
            ranks[at] = rank;
        }
        ranks
    }
}

fn each_saying(by: GroupBy, track: TrackRef<'_>, mut each: impl FnMut(Saying)) {
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

fn text(by: GroupBy, key: Saying, track: TrackRef<'_>) -> String {
    match by {
        GroupBy::Year | GroupBy::Decade if key == 0 => String::new(),
        GroupBy::Year => key.to_string(),
        GroupBy::Decade => say!("{decade}s", decade = key),
        // Called by the names on the way to it.
        GroupBy::Folder => String::new(),
        GroupBy::Artist | GroupBy::Genre | GroupBy::Composer => track.catalog().text(TextId(key)).to_owned(),
    }
}

/// How many folders all files are in.
fn common(catalog: &Catalog) -> usize {
    let mut seen = HashSet::new();
    let rows = (0..).zip(catalog.track_rows()).filter(|(_, track)| seen.insert(track.folder));
    let mut folders = rows.filter_map(|(row, _)| Some(catalog.track(row)?.path().parent()?.to_owned()));
    let Some(mut common) = folders.next() else { return 0 };
    folders.for_each(|folder| while !folder.starts_with(&common) && common.pop() {});
    parts(&common).count()
}

fn parts(folder: &Path) -> impl Iterator<Item = &OsStr> {
    folder.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name),
        _ => None,
    })
}
