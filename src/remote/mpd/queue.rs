//! The queue: told, searched, and changed by the core's own commands, so that each change can be undone.

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use super::ack::{Ack, Code};
use super::args::{Args, Place, integer, range, unsigned};
use super::commands::{Result, Step, Turn, ask, ask_then, look, look_then};
use super::desk::{Desk, Scene, within};
use super::look::Look;
use super::song::Song;
use super::transport::place_of;
use super::uri::absolute;
use super::versions::shown;
use crate::model::address::is_address;
use crate::model::command::{Command, Items, Queue, Target};
use crate::model::id::{ItemId, TrackId};
use crate::model::queue_text::{Edited, Line};
use crate::model::snapshot::QueueItem;

/// What a name of a client stands for.
#[derive(Debug, Clone)]
pub enum Named {
    Tracks(Vec<TrackId>),
    /// An address, or a file that the user named by its path.
    Path(PathBuf),
}

impl Named {
    pub fn target(self) -> Target {
        match self {
            Self::Tracks(ids) => Target::Tracks(ids),
            Self::Path(path) => Target::Paths(vec![path]),
        }
    }
}

/// Finds what a name stands for: a song or a folder of the library, an address, and for the user any file.
pub fn name(desk: &mut Desk, scene: &Scene, uri: &str, is_local: bool, missing: &str) -> Result<Named> {
    let missing = || Ack::no_exist(missing);
    if is_address(std::path::Path::new(uri)) {
        let plain = !uri.contains(char::is_control);
        return if plain { Ok(Named::Path(uri.into())) } else { Err(missing()) };
    }
    let catalog = &scene.snapshot.catalog;
    if uri.starts_with('/') || uri.starts_with("file:") {
        let path = absolute(uri).filter(|_| is_local).ok_or_else(Ack::no_such_song)?;
        return match catalog.find_path(&path) {
            Some(track) => Ok(Named::Tracks(vec![track.id()])),
            None if desk.is_music(&path) => Ok(Named::Path(path)),
            None => Err(Ack::no_such_song()),
        };
    }
    if let Some(track) = scene.roots.path(uri).and_then(|path| catalog.find_path(&path)) {
        return Ok(Named::Tracks(vec![track.id()]));
    }
    let tree = desk.tree(scene);
    let folder = tree.find(uri).ok_or_else(missing)?;
    let rows = tree.rows(folder).into_iter().filter_map(|row| catalog.track(row));
    Ok(Named::Tracks(rows.map(|track| track.id()).collect()))
}

/// A file outside of the library is opened, on the thread that may wait for a disk.
pub fn name_then(
    uri: String,
    job: impl FnOnce(&mut Desk) -> Result<Named> + Send + 'static,
    then: impl FnOnce(&mut Turn<'_>, Named) -> Result<Step> + Send + 'static,
) -> Result<Step> {
    match (uri.starts_with(['/']) || uri.starts_with("file:"), look_then(job, then)?) {
        (true, Step::Look(job)) => Ok(Step::Disk(job)),
        (_, step) => Ok(step),
    }
}

/// Puts something at a place; at the end without one.
pub fn put(target: Target, place: Option<usize>) -> Command {
    Command::Queue(match place {
        Some(place) => Queue::InsertAt(place.saturating_add(1), target),
        None => Queue::Append(target),
    })
}

fn place(turn: &Turn<'_>, word: Option<&str>) -> Result<Option<usize>> {
    let queue = &turn.snapshot.queue;
    word.map(|word| Place::read(word)?.resolve(queue.current, queue.items.len())).transpose()
}

pub fn add(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let (scene, uri, is_local) = (turn.scene(), args.text(0).to_owned(), turn.session.is_local);
    let at = place(turn, args.given(1))?;
    name_then(
        uri.clone(),
        move |desk| name(desk, &scene, &uri, is_local, "No such directory"),
        move |_, named| match named {
            // A folder without music is no mistake.
            Named::Tracks(ids) if ids.is_empty() => Ok(Step::Done),
            named => ask(put(named.target(), at), Code::NoExist),
        },
    )
}

pub fn add_id(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let (scene, uri, is_local) = (turn.scene(), args.text(0).to_owned(), turn.session.is_local);
    let at = place(turn, args.given(1))?;
    name_then(
        uri.clone(),
        move |desk| match name(desk, &scene, &uri, is_local, "No such song")? {
            Named::Tracks(_) if !is_song(&scene, &uri) => Err(Ack::no_such_song()),
            named => Ok(named),
        },
        move |turn, named| {
            let newest = turn.snapshot.queue.items.iter().map(|item| item.id).max();
            let track = if let Named::Tracks(ids) = &named { ids.first().copied() } else { None };
            ask_then(put(named.target(), at), Code::NoExist, move |turn| {
                // Ids count up: of what was not there before, the first that is of this track was added.
                let is_new = |item: &&QueueItem| newest.is_none_or(|newest| item.id > newest);
                let is_it = |item: &&QueueItem| track.is_none() || item.track == track;
                let items = turn.snapshot.queue.items.iter();
                let new = items.filter(is_new).filter(is_it).map(|item| item.id).min();
                match new {
                    Some(id) => turn.tell("Id", shown(id)),
                    None => return Err(Ack::no_such_song()),
                }
                Ok(Step::Done)
            })
        },
    )
}

/// A name of one song, not of a folder.
fn is_song(scene: &Scene, uri: &str) -> bool {
    let path = scene.roots.path(uri).or_else(|| absolute(uri));
    path.is_some_and(|path| scene.snapshot.catalog.find_path(&path).is_some())
}

pub fn clear(_turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    ask(Command::Queue(Queue::Clear), Code::Unknown)
}

fn items<'t>(turn: &'t Turn<'_>) -> &'t [QueueItem] {
    &turn.snapshot.queue.items
}

/// The places of a range that are there. One that begins behind the end is a mistake.
fn places(turn: &Turn<'_>, word: &str) -> Result<Range<usize>> {
    clip(range(word)?, items(turn).len())
}

pub fn clip(asked: Range<usize>, length: usize) -> Result<Range<usize>> {
    match asked.start > length {
        true => Err(Ack::bad_song_index()),
        false => Ok(asked.start..asked.end.min(length)),
    }
}

fn ids(turn: &Turn<'_>, places: Range<usize>) -> Vec<ItemId> {
    items(turn).get(places).unwrap_or(&[]).iter().map(|item| item.id).collect()
}

pub fn delete(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let found = places(turn, args.text(0))?;
    remove(ids(turn, found))
}

pub fn delete_id(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let place = place_of(turn, args.text(0))?;
    remove(ids(turn, place..place + 1))
}

fn remove(ids: Vec<ItemId>) -> Result<Step> {
    if ids.is_empty() {
        return Ok(Step::Done);
    }
    ask(Command::Queue(Queue::Remove(Items::Ids(ids))), Code::NoExist)
}

pub fn move_range(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let from = places(turn, args.text(0))?;
    move_to(turn, from, args.text(1))
}

pub fn move_id(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let place = place_of(turn, args.text(0))?;
    move_to(turn, place..place + 1, args.text(1))
}

/// The place is the first's afterwards; one from the current entry counts among those that are not moved.
fn move_to(turn: &Turn<'_>, from: Range<usize>, word: &str) -> Result<Step> {
    let length = items(turn).len();
    let rest = length - from.len();
    let current = turn.snapshot.queue.current.filter(|current| !from.contains(current));
    let among = current.map(|current| if current >= from.end { current - from.len() } else { current });
    let to = Place::read(word)?.resolve(among, rest)?;
    if from.is_empty() || to == from.start {
        return Ok(Step::Done);
    }
    let moved = Items::Ids(ids(turn, from));
    ask(Command::Queue(Queue::MoveTo(moved, to + 1)), Code::NoExist)
}

/// Puts the entries in this order, as one change. An order that is there already, as chance may give it, is done.
fn arrange(turn: &Turn<'_>, order: &[ItemId]) -> Result<Step> {
    let base: Vec<ItemId> = items(turn).iter().map(|item| item.id).collect();
    if base == order {
        return Ok(Step::Done);
    }
    let lines = (1..).zip(order.iter().map(|&id| Line::Item(id))).collect();
    ask(Command::Queue(Queue::Edit(Edited { lines, base })), Code::Unknown)
}

pub fn swap(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let (a, b) = (args.unsigned(0)?, args.unsigned(1)?);
    swap_places(turn, a, b)
}

pub fn swap_id(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let (a, b) = (place_of(turn, args.text(0))?, place_of(turn, args.text(1))?);
    swap_places(turn, a, b)
}

fn swap_places(turn: &Turn<'_>, a: usize, b: usize) -> Result<Step> {
    let mut order = ids(turn, 0..items(turn).len());
    if a.max(b) >= order.len() {
        return Err(Ack::bad_song_index());
    }
    order.swap(a, b);
    arrange(turn, &order)
}

/// What plays comes first, so that the rest follows it.
pub fn shuffle(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let chosen = match args.given(0) {
        Some(word) => places(turn, word)?,
        None => 0..items(turn).len(),
    };
    let mut order = ids(turn, 0..items(turn).len());
    let current = turn.snapshot.playback.now.as_ref().map(|now| now.item);
    let chance = RandomState::new();
    if let Some(part) = order.get_mut(chosen) {
        // Each hasher is seeded anew: as good as any dice.
        part.sort_by_cached_key(|id| (current != Some(*id), chance.hash_one(id)));
    }
    arrange(turn, &order)
}

/// Entries have no priority but 0.
pub fn priority(_turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    match unsigned(args.text(0))? {
        0 => Ok(Step::Done),
        1..=255 => Err(Ack::unknown("entries of the queue have no priorities here: move them")),
        number => Err(Ack::argument(format!("Number too large: {number}"))),
    }
}

/// Only whole tracks are queued.
pub fn part(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    place_of(turn, args.text(0))?;
    match args.text(1) {
        ":" | "0:" => Ok(Step::Done),
        _ => Err(Ack::unknown("parts of tracks are not queued here")),
    }
}

/// One entry with all that is known of it.
fn write(scene: &Scene, look: &dyn Look, place: usize, item: &QueueItem, out: &mut String) {
    entry(scene, look, item).write(scene.tags, out);
    out.push_str(&format!("Pos: {place}\nId: {}\n", shown(item.id)));
}

fn entry<'a>(scene: &'a Scene, look: &'a dyn Look, item: &'a QueueItem) -> Song<'a> {
    let mut song = Song::at(&item.path, item.track, &scene.snapshot.catalog, &scene.roots, look);
    let now = scene.snapshot.playback.now.as_ref().filter(|now| now.item == item.id);
    if let Some(stream) = now.and_then(|now| now.stream.as_ref()) {
        song.told.title = stream.title.as_deref().map(str::to_owned);
        song.told.name = stream.station.as_deref().map(str::to_owned).or(song.told.name);
    }
    song
}

/// Entries at these places.
fn tell(turn: &Turn<'_>, places: Vec<usize>) -> Result<Step> {
    let scene = turn.scene();
    look(move |desk| {
        let (look, items) = (desk.look(), Arc::clone(&scene.snapshot.queue.items));
        let mut out = String::new();
        for (place, item) in places.iter().filter_map(|&place| Some((place, items.get(place)?))) {
            write(&scene, &*look, place, item, &mut out);
            within(&out)?;
        }
        Ok(out)
    })
}

pub fn current(turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    tell(turn, turn.snapshot.queue.current.into_iter().collect())
}

pub fn info(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let found = match args.given(0) {
        Some(word) => places(turn, word)?,
        None => 0..items(turn).len(),
    };
    tell(turn, found.collect())
}

pub fn info_id(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let found = match args.given(0) {
        Some(word) => place_of(turn, word).map(|place| place..place + 1)?,
        None => 0..items(turn).len(),
    };
    tell(turn, found.collect())
}

/// As old clients ask it.
pub fn names(turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    let scene = turn.scene();
    look(move |_| {
        let mut out = String::new();
        for (place, item) in scene.snapshot.queue.items.iter().enumerate() {
            out.push_str(&format!("{place}:file: {}\n", scene.roots.uri(&item.path)));
            within(&out)?;
        }
        Ok(out)
    })
}

fn changed(turn: &Turn<'_>, args: &Args) -> Result<Vec<usize>> {
    let version = integer(args.text(0))?;
    let version =
        u32::try_from(version).map_err(|_| Ack::argument(format!("Number too large: {version}")))?;
    let length = items(turn).len();
    let asked = args.given(1).map(range).transpose()?.unwrap_or(0..usize::MAX);
    let places = asked.start.min(length)..asked.end.min(length);
    Ok(places.filter(|&place| turn.hub.versions.is_newer(place, version)).collect())
}

pub fn changes(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    tell(turn, changed(turn, args)?)
}

pub fn changes_short(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    for place in changed(turn, args)? {
        let id = items(turn).get(place).map_or(0, |item| shown(item.id));
        turn.tell("cpos", place);
        turn.tell("Id", id);
    }
    Ok(Step::Done)
}

pub fn find(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    matching(turn, args, false)
}

pub fn search(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    matching(turn, args, true)
}

fn matching(turn: &Turn<'_>, args: &Args, folds: bool) -> Result<Step> {
    let asked = super::database::Asked::read(args.all(), folds, false)?;
    let scene = turn.scene();
    look(move |desk| {
        let look = desk.look();
        let mut found: Vec<(usize, &QueueItem)> = scene.snapshot.queue.items.iter().enumerate().collect();
        found.retain(|(_, item)| asked.filter.matches(&entry(&scene, &*look, item)));
        if let Some(sort) = asked.sort {
            sort.arrange(&mut found, |(_, item)| entry(&scene, &*look, item));
        }
        let mut out = String::new();
        for (place, item) in asked.window(&found) {
            write(&scene, &*look, *place, item, &mut out);
            within(&out)?;
        }
        Ok(out)
    })
}
