//! What is told of playlists.

use std::path::Path;

use super::{note, shortened, warning};
use crate::model::command::parse::quoted;
use crate::model::notice::Notice;
use crate::model::playlist::edit::Refusal;
use crate::model::playlist::order::Order;
use crate::model::playlist::{Playlist, PlaylistName, Playlists};
use crate::{counted, say};

fn named(name: &PlaylistName) -> String {
    format!("“{}”", shortened(name.as_str()))
}

pub fn playlists_loading() -> Notice {
    note(say!("The playlists are being read")).next_step(say!("Try again in a moment"))
}

pub fn playlists_unread(why: &str) -> Notice {
    warning(say!("The playlists cannot be read and are left alone")).why(why)
}

pub fn playlist_refused(why: &Refusal) -> Notice {
    let told = note(say!("Not done: {why}", why));
    match why {
        Refusal::NoList(_) => {
            told.next_step(say!("`:playlist-list` lists them, `:playlist-new NAME` makes one"))
        }
        Refusal::Taken(_) => told.next_step(say!("Take another name")),
        Refusal::IsSmart(name) => told
            .next_step(say!("`:playlist-freeze {name}` makes it a manual one", name = quoted(name.as_str()))),
        _ => told,
    }
}

pub fn no_playlist_selected() -> Notice {
    note(say!("No playlist is selected")).next_step(say!("`:focus playlists` shows them"))
}

pub fn playlist_made(name: &PlaylistName, entries: usize) -> Notice {
    note(say!(
        "Playlist {name} with {tracks}",
        name = named(name),
        tracks = counted!(entries, "track", "tracks")
    ))
    .next_step(say!("`:undo` takes it back"))
}

pub fn smart_made(name: &PlaylistName) -> Notice {
    note(say!("Smart playlist {name}", name = named(name))).next_step(say!("`:undo` takes it back"))
}

pub fn playlist_added(name: &PlaylistName, count: usize) -> Notice {
    note(say!("Added {tracks} to {name}", tracks = counted!(count, "track", "tracks"), name = named(name)))
}

pub fn playlist_removed(name: &PlaylistName, count: usize) -> Notice {
    let what =
        say!("Removed {tracks} from {name}", tracks = counted!(count, "track", "tracks"), name = named(name));
    note(what).next_step(say!("`:undo` takes it back"))
}

pub fn playlist_moved(name: &PlaylistName, count: usize) -> Notice {
    note(say!("Moved {tracks} in {name}", tracks = counted!(count, "track", "tracks"), name = named(name)))
}

pub fn playlist_sorted(name: &PlaylistName, _order: Order) -> Notice {
    note(say!("Sorted {name}", name = named(name))).next_step(say!("`:undo` takes it back"))
}

pub fn playlist_deduped(name: &PlaylistName, count: usize) -> Notice {
    match count {
        0 => note(say!("{name} has no doubles", name = named(name))),
        count => playlist_removed(name, count),
    }
}

pub fn playlist_noted(name: &PlaylistName) -> Notice {
    note(say!("Noted in {name}", name = named(name))).next_step(say!("`:undo` takes it back"))
}

pub fn playlist_renamed(before: &PlaylistName, after: &PlaylistName) -> Notice {
    note(say!("{old} is {new} now", old = named(before), new = named(after)))
        .next_step(say!("`:undo` takes it back"))
}

pub fn playlist_deleted(name: &PlaylistName) -> Notice {
    note(say!("Deleted playlist {name}; its files stay", name = named(name)))
        .next_step(say!("`:undo` takes it back"))
}

pub fn playlist_frozen(name: &PlaylistName, count: usize) -> Notice {
    note(say!(
        "{name} stays at the {tracks} that it has now",
        name = named(name),
        tracks = counted!(count, "track", "tracks")
    ))
    .next_step(say!("`:undo` takes it back"))
}

pub fn playlist_empty(name: &PlaylistName) -> Notice {
    note(say!("Nothing is in {name}", name = named(name)))
}

pub fn smart_unasked(name: &PlaylistName, why: &str) -> Notice {
    warning(say!("Cannot tell what is in {name}", name = named(name)))
        .why(why)
        .next_step(say!("`:playlist-smart {name} QUERY` corrects it", name = quoted(name.as_str())))
}

pub fn nothing_to_add() -> Notice {
    note(say!("There is nothing to add"))
}

pub fn playlists_imported(names: &[PlaylistName], entries: usize, missing: usize) -> Notice {
    let what = match names {
        [one] => say!(
            "Playlist {name} with {tracks}",
            name = named(one),
            tracks = counted!(entries, "track", "tracks")
        ),
        many => say!(
            "{playlists} with {tracks}",
            playlists = counted!(many.len(), "playlist", "playlists"),
            tracks = counted!(entries, "track", "tracks")
        ),
    };
    match missing {
        0 => note(what).next_step(say!("`:undo` takes it back")),
        missing => warning(what)
            .why(say!("{count} of them not found", count = missing))
            .next_step(say!("They are kept; `:undo` takes it back")),
    }
}

pub fn not_imported(path: &Path, why: &str, problems: usize) -> Notice {
    let what = match problems {
        1 => say!("Cannot import {path}", path = path.display()),
        more => say!("Cannot import {path} and {more} more", path = path.display(), more = more - 1),
    };
    warning(what).why(why)
}

pub fn playlist_written(path: &Path, entries: usize) -> Notice {
    note(say!(
        "Wrote {tracks} to {path}",
        tracks = counted!(entries, "track", "tracks"),
        path = path.display()
    ))
}

pub fn playlist_not_written(path: &Path, why: &str) -> Notice {
    warning(say!("Cannot write {path}", path = path.display())).why(why)
}

/// All of them, as far as a line holds.
pub fn playlists(lists: &Playlists) -> Notice {
    if lists.is_empty() {
        return note(say!("There are no playlists"))
            .next_step(say!("`:playlist-save NAME` keeps the queue as one"));
    }
    let shown = |list: &std::sync::Arc<Playlist>| match list.smart() {
        Some(_) => say!("{name} (smart)", name = shortened(list.name.as_str())),
        None => format!("{} ({})", shortened(list.name.as_str()), list.entries().len()),
    };
    let few: Vec<String> = lists.iter().take(12).map(shown).collect();
    let more = lists.len().saturating_sub(few.len());
    let more = if more > 0 { say!(" and {more} more", more) } else { String::new() };
    note(format!("{}: {}{more}", counted!(lists.len(), "playlist", "playlists"), few.join(", ")))
}

pub fn evaluation_failed(why: &str) -> Notice {
    warning(say!("The smart playlists could not be brought up to date")).why(why)
}
