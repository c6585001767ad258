//! The library: listed by folders and by tags, searched, counted, brought up to date.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use super::ack::{Ack, Code, plain};
use super::args::{Args, Place, range};
use super::commands::{Result, Step, Turn, ask, ask_then, look, look_then};
use super::desk::{Desk, Scene, within};
use super::filter::{self, Count, Filter};
use super::look::Look;
use super::playlists;
use super::queue::put;
use super::song::Song;
use super::tag::Tag;
use super::tree::{Folder, Met, Tree};
use crate::model::catalog::Row;
use crate::model::command::{Command, Library, Target};
use crate::model::id::TrackId;

/// Tags that a list is grouped by.
const MOST_GROUPS: usize = 8;

/// What is searched for, in which order, and which part of it is wanted.
pub struct Asked {
    pub filter: Filter,
    pub sort: Option<Sort>,
    window: Option<Range<usize>>,
    /// Where what is found goes in the queue.
    position: Option<Place>,
}

impl Asked {
    /// `FILTER [sort TYPE] [window RANGE] [position PLACE]`, in this order.
    pub fn read(words: &[String], folds: bool, has_position: bool) -> Result<Self> {
        let mut words = words;
        let mut tail = |name: &str| match words {
            [rest @ .., key, value] if key == name => {
                words = rest;
                Some(value)
            }
            _ => None,
        };
        let position = if has_position { tail("position") } else { None };
        let position = position.map(|word| Place::read(word)).transpose()?;
        let malformed = |word: &String| Ack::argument(format!("Malformed range: {word}"));
        let window = tail("window").map(|word| range(word).map_err(|_| malformed(word))).transpose()?;
        let sort = tail("sort").map(|word| Sort::read(word)).transpose()?;
        Ok(Self { filter: filter::read(words, folds)?, sort, window, position })
    }

    pub fn window<'a, T>(&self, found: &'a [T]) -> &'a [T] {
        let Some(window) = &self.window else { return found };
        let end = window.end.min(found.len());
        found.get(window.start.min(end)..end).unwrap_or(&[])
    }
}

/// The order of what is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    by: By,
    descending: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Tag(Tag),
    Modified,
    Added,
    /// All songs of the queue have the same.
    Priority,
}

impl Sort {
    pub fn read(word: &str) -> Result<Self> {
        let (word, descending) = word.strip_prefix('-').map_or((word, false), |word| (word, true));
        let by = match word.to_ascii_lowercase().as_str() {
            "last-modified" => By::Modified,
            "added" => By::Added,
            "prio" => By::Priority,
            name => By::Tag(Tag::parse(name).ok_or_else(|| Ack::argument("Unknown sort tag"))?),
        };
        Ok(Self { by, descending })
    }

    pub fn arrange<'s, T>(self, found: &mut [T], song: impl Fn(&T) -> Song<'s>) {
        match self.by {
            By::Priority => {}
            By::Modified => self.by_key(found, |item| song(item).modified_s().unwrap_or(0)),
            By::Added => self.by_key(found, |item| song(item).added_s().unwrap_or(0)),
            // As numbers, not as words.
            By::Tag(tag @ (Tag::Track | Tag::Disc | Tag::MovementNumber)) => {
                self.by_key(found, |item| song(item).first(tag).parse::<u32>().unwrap_or(0));
            }
            By::Tag(tag) => self.by_key(found, |item| crate::model::fold::fold(&song(item).first(tag))),
        }
    }

    fn by_key<T, K: Ord>(self, found: &mut [T], key: impl Fn(&T) -> K) {
        if self.descending {
            found.sort_by_cached_key(|item| std::cmp::Reverse(key(item)));
        } else {
            found.sort_by_cached_key(key);
        }
    }
}

fn no_directory() -> Ack {
    Ack::no_exist("No such directory")
}

fn folder<'t>(tree: &'t Tree, uri: &str) -> Result<&'t Folder> {
    tree.find(if uri == "/" { "" } else { uri }).ok_or_else(no_directory)
}

/// A row of the library as a song; all rows are of this catalog.
fn song<'a>(scene: &'a Scene, look: &'a dyn Look, row: Row) -> Option<Song<'a>> {
    scene.snapshot.catalog.track(row).map(|track| Song::of(track, &scene.roots, look))
}

/// The rows that are asked for, in the order of the folders or the one asked for, all of them.
fn found(desk: &mut Desk, scene: &Scene, asked: &Asked) -> Result<Vec<Row>> {
    let (tree, look) = (desk.tree(scene), desk.look());
    let mut rows = tree.rows(folder(&tree, asked.filter.base().unwrap_or(""))?);
    if !asked.filter.is_empty() {
        rows.retain(|&row| song(scene, &*look, row).is_some_and(|song| asked.filter.matches(&song)));
    }
    if let Some(sort) = asked.sort {
        rows.retain(|&row| scene.snapshot.catalog.track(row).is_some());
        let catalog = &scene.snapshot.catalog;
        let mut tracks: Vec<_> = rows.iter().filter_map(|&row| catalog.track(row)).collect();
        sort.arrange(&mut tracks, |track| Song::of(*track, &scene.roots, &*look));
        rows = tracks.iter().map(|track| track.row()).collect();
    }
    Ok(rows)
}

pub fn find(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    songs(turn, args, false)
}

pub fn search(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    songs(turn, args, true)
}

fn songs(turn: &Turn<'_>, args: &Args, folds: bool) -> Result<Step> {
    let (scene, asked) = (turn.scene(), Asked::read(args.all(), folds, false)?);
    look(move |desk| {
        let rows = found(desk, &scene, &asked)?;
        let look = desk.look();
        let mut out = String::new();
        for song in asked.window(&rows).iter().filter_map(|&row| song(&scene, &*look, row)) {
            song.write(scene.tags, &mut out);
            within(&out)?;
        }
        Ok(out)
    })
}

pub fn find_add(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    songs_add(turn, args, false)
}

pub fn search_add(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    songs_add(turn, args, true)
}

fn ids(scene: &Scene, rows: &[Row]) -> Vec<TrackId> {
    rows.iter().filter_map(|&row| scene.snapshot.catalog.track(row)).map(|track| track.id()).collect()
}

fn songs_add(turn: &Turn<'_>, args: &Args, folds: bool) -> Result<Step> {
    let (scene, asked) = (turn.scene(), Asked::read(args.all(), folds, true)?);
    let queue = &turn.snapshot.queue;
    let place = asked.position.map(|place| place.resolve(queue.current, queue.items.len())).transpose()?;
    look_then(
        move |desk| found(desk, &scene, &asked).map(|rows| ids(&scene, asked.window(&rows))),
        move |_, ids| match ids.is_empty() {
            true => Ok(Step::Done),
            false => ask(put(Target::Tracks(ids), place), Code::NoExist),
        },
    )
}

pub fn search_add_list(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let name = args.text(0).to_owned();
    let (scene, asked) = (turn.scene(), Asked::read(args.all().get(1..).unwrap_or(&[]), true, true)?);
    let place = match asked.position {
        Some(Place::At(place)) => Some(place),
        Some(_) => return Err(Ack::argument("Bad position")),
        None => None,
    };
    look_then(
        move |desk| found(desk, &scene, &asked).map(|rows| ids(&scene, asked.window(&rows))),
        move |turn, ids| match ids.is_empty() {
            true => Ok(Step::Done),
            false => playlists::put(turn, &name, Target::Tracks(ids), place),
        },
    )
}

pub fn count(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    counted(turn, args, false)
}

pub fn search_count(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    counted(turn, args, true)
}

fn counted(turn: &Turn<'_>, args: &Args, folds: bool) -> Result<Step> {
    let (words, groups) = groups(args.all())?;
    if groups.len() > 1 {
        return Err(Ack::argument("Too many groups"));
    }
    if words.is_empty() && groups.is_empty() {
        return Err(Ack::argument("Incorrect number of filter arguments"));
    }
    let (scene, asked) = (turn.scene(), Asked::read(words, folds, false)?);
    look(move |desk| {
        let rows = found(desk, &scene, &asked)?;
        let look = desk.look();
        let mut counts: BTreeMap<String, Count> = BTreeMap::new();
        if groups.is_empty() {
            counts.insert(String::new(), Count::default());
        }
        for song in rows.iter().filter_map(|&row| song(&scene, &*look, row)) {
            let values = groups.first().map_or_else(|| vec![String::new()], |&tag| values(&song, tag));
            values.into_iter().for_each(|value| counts.entry(value).or_default().add(song.duration()));
        }
        let mut out = String::new();
        for (value, count) in counts {
            if let Some(tag) = groups.first() {
                let _ = writeln!(out, "{}: {}", tag.name(), plain(&value));
            }
            let _ = writeln!(out, "songs: {}\nplaytime: {}", count.songs, count.time.as_secs());
        }
        Ok(out)
    })
}

/// All values of a tag, or of what stands in for it; where there are none, an empty one.
fn values(song: &Song<'_>, tag: Tag) -> Vec<String> {
    let mut values = Vec::new();
    song.each_or_fallback(tag, &mut |value| values.push(value.to_owned()));
    if values.is_empty() {
        values.push(String::new());
    }
    values
}

/// What stands before `group TAG`, and the tags, the first asked for first.
fn groups(words: &[String]) -> Result<(&[String], Vec<Tag>)> {
    let mut words = words;
    let mut groups = Vec::new();
    while let [rest @ .., key, tag] = words
        && key == "group"
    {
        groups.insert(0, Tag::parse(tag).ok_or_else(|| Ack::argument(format!("Unknown tag type: {tag}")))?);
        if groups.len() > MOST_GROUPS {
            return Err(Ack::argument("Too many groups"));
        }
        words = rest;
    }
    Ok((words, groups))
}

pub fn list(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let name = args.text(0);
    let (words, mut tags) = groups(args.all().get(1..).unwrap_or(&[]))?;
    let scene = turn.scene();
    if name.eq_ignore_ascii_case("file") || name.eq_ignore_ascii_case("filename") {
        let asked = Asked::read(words, false, false)?;
        return look(move |desk| {
            let rows = found(desk, &scene, &asked)?;
            let mut out = String::new();
            for &row in asked.window(&rows) {
                write_name(&scene, row, &mut out);
                within(&out)?;
            }
            Ok(out)
        });
    }
    let tag = Tag::parse(name).ok_or_else(|| Ack::argument(format!("Unknown tag type: {name}")))?;
    let artist;
    let words = match words {
        // As old clients ask it: `list album ARTIST`.
        [one] if !one.starts_with('(') => {
            if tag != Tag::Album {
                return Err(Ack::argument("should be \"Album\" for 3 arguments"));
            }
            artist = ["Artist".to_owned(), one.clone()];
            &artist[..]
        }
        words => words,
    };
    // The last group is the outermost.
    tags.reverse();
    tags.push(tag);
    let asked = Asked::read(words, false, false)?;
    look(move |desk| {
        let rows = found(desk, &scene, &asked)?;
        let look = desk.look();
        let mut all: std::collections::BTreeSet<Vec<String>> = Default::default();
        for song in asked.window(&rows).iter().filter_map(|&row| song(&scene, &*look, row)) {
            all.extend(combinations(&song, &tags));
        }
        write_groups(&all, &tags)
    })
}

/// Each value of each tag with each of the others.
fn combinations(song: &Song<'_>, tags: &[Tag]) -> Vec<Vec<String>> {
    tags.iter().fold(vec![Vec::new()], |all, &tag| {
        let values = values(song, tag);
        // Files with very many values are not worth more.
        let each = |before: &Vec<String>| -> Vec<Vec<String>> {
            values.iter().map(|value| [before.as_slice(), std::slice::from_ref(value)].concat()).collect()
        };
        all.iter().take(1000).flat_map(each).collect()
    })
}

/// A group is told where it changes, and the last tag always.
fn write_groups(all: &std::collections::BTreeSet<Vec<String>>, tags: &[Tag]) -> Result<String> {
    let mut out = String::new();
    let mut before: &[String] = &[];
    for values in all {
        let same = values.iter().zip(before).take_while(|(value, before)| value == before).count();
        let from = same.min(tags.len() - 1);
        for (tag, value) in tags.iter().zip(values).skip(from) {
            let _ = writeln!(out, "{}: {}", tag.name(), plain(value));
        }
        before = values;
        within(&out)?;
    }
    Ok(out)
}

fn write_name(scene: &Scene, row: Row, out: &mut String) {
    if let Some(track) = scene.snapshot.catalog.track(row) {
        let _ = writeln!(out, "file: {}", scene.roots.uri(&track.path()));
    }
}

pub fn list_all(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    walk(turn, args, |scene, _, row, out| write_name(scene, row, out))
}

pub fn list_all_info(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    walk(turn, args, write_song)
}

fn write_song(scene: &Scene, look: &dyn Look, row: Row, out: &mut String) {
    if let Some(song) = song(scene, look, row) {
        song.write(scene.tags, out);
    }
}

/// How a song is told.
type Write = fn(&Scene, &dyn Look, Row, &mut String);

fn walk(turn: &Turn<'_>, args: &Args, write: Write) -> Result<Step> {
    let (scene, uri) = (turn.scene(), args.text(0).to_owned());
    look(move |desk| {
        let (tree, look) = (desk.tree(&scene), desk.look());
        let mut out = String::new();
        if let Some(row) = one(&scene, &uri) {
            write(&scene, &*look, row, &mut out);
            return Ok(out);
        }
        let folder = folder(&tree, &uri)?;
        if !folder.uri.is_empty() {
            let _ = writeln!(out, "directory: {}", folder.uri);
        }
        tree.walk(folder, &mut |met| {
            match met {
                Met::Folder(folder) => {
                    let _ = writeln!(out, "directory: {}", folder.uri);
                }
                Met::Song(row) => write(&scene, &*look, row, &mut out),
            }
            within(&out)
        })?;
        Ok(out)
    })
}

/// The song of that name.
fn one(scene: &Scene, uri: &str) -> Option<Row> {
    let path = scene.roots.path(uri)?;
    scene.snapshot.catalog.find_path(&path).map(|track| track.row())
}

pub fn list_info(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let (scene, uri) = (turn.scene(), args.text(0).to_owned());
    if uri.starts_with('/') && uri != "/" || uri.starts_with("file:") {
        return read_file(turn, &uri);
    }
    let lists = if uri.is_empty() || uri == "/" { !turn.session.hides_playlists } else { false };
    look(move |desk| {
        let (tree, look) = (desk.tree(&scene), desk.look());
        let mut out = String::new();
        if let Some(row) = one(&scene, &uri) {
            write_song(&scene, &*look, row, &mut out);
            return Ok(out);
        }
        let folder = folder(&tree, &uri)?;
        for &row in &folder.songs {
            write_song(&scene, &*look, row, &mut out);
            within(&out)?;
        }
        for inner in tree.inner(folder) {
            let _ = writeln!(out, "directory: {}", inner.uri);
        }
        if lists {
            playlists::write_names(&scene, &mut out);
        }
        Ok(out)
    })
}

/// A file that the user named by its path: what the library knows of it.
fn read_file(turn: &Turn<'_>, uri: &str) -> Result<Step> {
    let path = super::uri::absolute(uri).filter(|_| turn.session.is_local);
    let path = path.ok_or_else(|| Ack::no_exist("No such file"))?;
    let row = turn.snapshot.catalog.find_path(&path).map(|track| track.row());
    let (scene, row) = (turn.scene(), row.ok_or_else(|| Ack::no_exist("No such file"))?);
    look(move |desk| {
        let mut out = String::new();
        write_song(&scene, &*desk.look(), row, &mut out);
        Ok(out)
    })
}

/// What the library has read of a file, by the names of its tags.
pub fn comments(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let scene = turn.scene();
    let uri = args.text(0);
    let path = match uri.starts_with('/') || uri.starts_with("file:") {
        true => super::uri::absolute(uri).filter(|_| turn.session.is_local),
        false => turn.hub.roots.path(uri),
    };
    let row = path.and_then(|path| turn.snapshot.catalog.find_path(&path)).map(|track| track.row());
    let row = row.ok_or_else(|| Ack::no_exist("No such file"))?;
    look(move |desk| {
        let look = desk.look();
        let mut out = String::new();
        if let Some(song) = song(&scene, &*look, row) {
            for tag in Tag::ALL {
                song.each(*tag, &mut |value| {
                    let _ = writeln!(out, "{}: {}", tag.name(), plain(value));
                });
            }
        }
        Ok(out)
    })
}

/// The whole music folder that the name lies in; all of them without one.
pub fn update(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let uri = args.text(0).trim_matches('/');
    let roots = match (uri, turn.hub.roots.path(uri)) {
        ("", _) => Vec::new(),
        (_, None) => return Err(Ack::argument("Malformed path")),
        (_, Some(path)) => {
            let inside = turn.hub.roots.folders().filter(|folder| path.starts_with(folder));
            inside.map(std::path::Path::to_owned).take(1).collect()
        }
    };
    ask_then(Command::Library(Library::Scan(roots)), Code::System, |turn| {
        turn.hub.update += 1;
        turn.tell("updating_db", turn.hub.update);
        Ok(Step::Done)
    })
}
