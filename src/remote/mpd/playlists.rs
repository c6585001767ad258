//! Stored playlists: the player's own, manual and smart ones. Changes go through the core and can be undone there.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use super::ack::{Ack, Code};
use super::args::{Args, range, unsigned};
use super::commands::{Result, Step, Turn, ask, ask_then, look};
use super::database::Asked;
use super::desk::{Scene, within};
use super::look::Look;
use super::queue::{clip, name as name_of, name_then};
use super::song::{Song, Told};
use crate::model::command::{Added, Command, Entries, IntoQueue, ListRef, Playlisting, Target};
use crate::model::playlist::{Entry, Kind, Playlist, PlaylistName};
use crate::model::snapshot::Snapshot;

/// The list of exactly that name.
fn find(snapshot: &Snapshot, name: &str) -> Result<Arc<Playlist>> {
    let found = snapshot.playlists.lists.iter().find(|list| list.name.as_str() == name);
    found.cloned().ok_or_else(Ack::no_such_playlist)
}

/// One that may be changed by its entries.
fn find_manual(snapshot: &Snapshot, name: &str) -> Result<Arc<Playlist>> {
    let list = find(snapshot, name)?;
    match list.kind {
        Kind::Manual(_) => Ok(list),
        Kind::Smart(_) => Err(Ack::new(Code::Permission, "a smart playlist is what its query finds")),
    }
}

fn new_name(name: &str) -> Result<PlaylistName> {
    let plain = !name.contains('/');
    PlaylistName::new(name).filter(|_| plain).ok_or_else(|| Ack::argument("Bad playlist name"))
}

fn change(what: Playlisting) -> Result<Step> {
    ask(Command::Playlist(what), Code::Unknown)
}

fn id(list: &Playlist) -> ListRef {
    ListRef::Id(list.id)
}

/// Names alone: when a list was changed is not kept.
pub fn write_names(scene: &Scene, out: &mut String) {
    for list in scene.snapshot.playlists.lists.iter() {
        let _ = writeln!(out, "playlist: {}", list.name);
    }
}

pub fn list(turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    let scene = turn.scene();
    let mut out = String::new();
    write_names(&scene, &mut out);
    turn.say(&out);
    Ok(Step::Done)
}

fn entries(scene: &Scene, list: &Playlist) -> Vec<Entry> {
    scene.snapshot.playlists.entries(list, &scene.snapshot.catalog)
}

/// An entry whose file is not known is told by what the list says of it.
fn song<'a>(scene: &'a Scene, look: &'a dyn Look, entry: &'a Entry) -> Song<'a> {
    let track = entry.find(&scene.snapshot.catalog);
    let mut song = match track {
        Some(track) => Song::of(track, &scene.roots, look),
        None => Song::at(&entry.path, None, &scene.snapshot.catalog, &scene.roots, look),
    };
    if let Some(told) = entry.told.as_deref().filter(|_| track.is_none()) {
        song.told = Told {
            title: Some(told.title.clone()),
            artist: Some(told.artist.clone()),
            album: Some(told.album.clone()),
            duration: told.duration,
            ..song.told
        };
    }
    song
}

fn part<T>(all: &[T], asked: &Range<usize>) -> Range<usize> {
    asked.start.min(all.len())..asked.end.min(all.len())
}

fn told(turn: &Turn<'_>, args: &Args, whole: bool) -> Result<Step> {
    let (scene, list) = (turn.scene(), find(&turn.snapshot, args.text(0))?);
    let asked = args.given(1).map(range).transpose()?.unwrap_or(0..usize::MAX);
    look(move |desk| {
        let look = desk.look();
        let all = entries(&scene, &list);
        let mut out = String::new();
        for entry in &all[part(&all, &asked)] {
            let song = song(&scene, &*look, entry);
            if whole {
                song.write(scene.tags, &mut out);
            } else {
                song.write_name(&mut out);
            }
            within(&out)?;
        }
        Ok(out)
    })
}

pub fn names(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    told(turn, args, false)
}

pub fn songs(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    told(turn, args, true)
}

pub fn length(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let (scene, list) = (turn.scene(), find(&turn.snapshot, args.text(0))?);
    let all = entries(&scene, &list);
    let time = all.iter().filter_map(|entry| entry.duration(&scene.snapshot.catalog));
    let time: std::time::Duration = time.sum();
    turn.tell("songs", all.len());
    turn.tell("playtime", time.as_secs());
    Ok(Step::Done)
}

pub fn search(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let (scene, list) = (turn.scene(), find(&turn.snapshot, args.text(0))?);
    let asked = Asked::read(args.all().get(1..).unwrap_or(&[]), true, false)?;
    look(move |desk| {
        let look = desk.look();
        let all = entries(&scene, &list);
        let songs = all.iter().map(|entry| song(&scene, &*look, entry));
        let found: Vec<Song<'_>> = songs.filter(|song| asked.filter.matches(song)).collect();
        let mut out = String::new();
        for song in asked.window(&found) {
            song.write(scene.tags, &mut out);
            within(&out)?;
        }
        Ok(out)
    })
}

/// `load NAME [RANGE] [PLACE]`.
pub fn load(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let list = find(&turn.snapshot, args.text(0))?;
    let asked = args.given(1).map(range).transpose()?.unwrap_or(0..usize::MAX);
    let queue = &turn.snapshot.queue;
    let place = args.given(2).map(super::args::Place::read).transpose()?;
    let place = place.map(|place| place.resolve(queue.current, queue.items.len())).transpose()?;
    let name = args.text(0).to_owned();
    let all = entries(&turn.scene(), &list);
    let chosen = part(&all, &asked);
    if chosen.is_empty() {
        turn.hub.last_loaded = name;
        return Ok(Step::Done);
    }
    let length = queue.items.len();
    let positions = chosen.map(|at| at + 1).collect();
    let how = IntoQueue::Append;
    let load = Playlisting::ToQueue { list: id(&list), entries: Entries::Positions(positions), how };
    ask_then(Command::Playlist(load), Code::NoExist, move |turn| {
        turn.hub.last_loaded = name;
        // They stand at the end now.
        let items = turn.snapshot.queue.items.iter().skip(length).map(|item| item.id).collect();
        match place.filter(|&place| place < length) {
            Some(place) => {
                let items = crate::model::command::Items::Ids(items);
                ask(Command::Queue(crate::model::command::Queue::MoveTo(items, place + 1)), Code::Unknown)
            }
            None => Ok(Step::Done),
        }
    })
}

/// `save NAME [create|append|replace]`.
pub fn save(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let name = new_name(args.text(0))?;
    let there = find(&turn.snapshot, args.text(0));
    match (args.given(1).unwrap_or("create"), there) {
        ("create", Ok(_)) => Err(Ack::new(Code::Exist, "Playlist already exists")),
        ("append" | "replace", Err(why)) => Err(why),
        ("append", Ok(list)) => change(Playlisting::Add { list: id(&list), what: Added::Queue, at: None }),
        ("replace", Ok(_)) => {
            find_manual(&turn.snapshot, args.text(0))?;
            change(Playlisting::Save(name))
        }
        ("create", Err(_)) => {
            // A list whose name differs in case alone would be written over.
            if turn.snapshot.playlists.lists.named(name.as_str()).is_some() {
                return Err(Ack::new(Code::Exist, "Playlist already exists, in other letters"));
            }
            change(Playlisting::Save(name))
        }
        _ => Err(Ack::argument("Unrecognized save mode, expected one of 'create', 'append', 'replace'")),
    }
}

pub fn remove(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let list = find(&turn.snapshot, args.text(0))?;
    change(Playlisting::Delete(id(&list)))
}

pub fn rename(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let list = find(&turn.snapshot, args.text(0))?;
    let name = new_name(args.text(1))?;
    if find(&turn.snapshot, args.text(1)).is_ok() {
        return Err(Ack::new(Code::Exist, "Playlist exists already"));
    }
    change(Playlisting::Rename(id(&list), name))
}

pub fn clear(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let list = find_manual(&turn.snapshot, args.text(0))?;
    if list.entries().is_empty() {
        Ok(Step::Done)
    } else {
        change(Playlisting::Remove(id(&list), Entries::All))
    }
}

pub fn delete(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let list = find_manual(&turn.snapshot, args.text(0))?;
    let places = places(&list, args.text(1))?;
    if places.is_empty() {
        return Ok(Step::Done);
    }
    change(Playlisting::Remove(id(&list), Entries::Positions(places.map(|at| at + 1).collect())))
}

fn places(list: &Playlist, word: &str) -> Result<Range<usize>> {
    clip(range(word)?, list.entries().len())
}

pub fn move_range(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let list = find_manual(&turn.snapshot, args.text(0))?;
    let bad = || Ack::argument("Bad range");
    let from = places(&list, args.text(1)).map_err(|_| bad())?;
    let to = unsigned(args.text(2))?;
    if from.is_empty() || to > list.entries().len() - from.len() {
        return Err(bad());
    }
    let by = i64::try_from(to).unwrap_or(0) - i64::try_from(from.start).unwrap_or(0);
    let by = i32::try_from(by).map_err(|_| bad())?;
    if by == 0 {
        return Ok(Step::Done);
    }
    change(Playlisting::Move(id(&list), Entries::Positions(from.map(|at| at + 1).collect()), by))
}

/// `playlistadd NAME URI [PLACE]`; a list that is not there is made.
pub fn add(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let (scene, is_local) = (turn.scene(), turn.session.is_local);
    let (list, uri) = (args.text(0).to_owned(), args.text(1).to_owned());
    let place = args.given(2).map(unsigned).transpose()?;
    if find(&turn.snapshot, &list).is_err() {
        new_name(&list)?;
    }
    name_then(
        uri.clone(),
        move |desk| name_of(desk, &scene, &uri, is_local, "No such directory"),
        move |turn, named| put(turn, &list, named.target(), place),
    )
}

/// Into the list of that name, at the end or in front of a place.
pub fn put(turn: &Turn<'_>, name: &str, what: Target, place: Option<usize>) -> Result<Step> {
    let (list, length) = match find(&turn.snapshot, name) {
        Ok(_) => {
            let list = find_manual(&turn.snapshot, name)?;
            (id(&list), list.entries().len())
        }
        Err(_) => (ListRef::Name(new_name(name)?.to_string()), 0),
    };
    if place.is_some_and(|place| place > length) {
        return Err(Ack::bad_song_index());
    }
    change(Playlisting::Add { list, what: Added::Target(what), at: place.map(|place| place + 1) })
}
