//! What is told of playlists.

use std::path::Path;

use super::{count_of, note, shortened, warning};
use crate::model::command::parse::quoted;
use crate::model::notice::Notice;
use crate::model::playlist::edit::Refusal;
use crate::model::playlist::order::Order;
use crate::model::playlist::{Playlist, PlaylistName, Playlists};

fn named(name: &PlaylistName) -> String {
    format!("“{}”", shortened(name.as_str()))
}

pub fn playlists_loading() -> Notice {
    note("The playlists are being read").next_step("Try again in a moment")
}

pub fn playlists_unread(why: &str) -> Notice {
    warning("The playlists cannot be read and are left alone").why(why)
}

pub fn playlist_refused(why: &Refusal) -> Notice {
    let told = note(format!("Not done: {why}"));
    match why {
        Refusal::NoList(_) => told.next_step("`:playlist-list` lists them, `:playlist-new NAME` makes one"),
        Refusal::Taken(_) => told.next_step("Take another name"),
        Refusal::IsSmart(name) => {
            told.next_step(format!("`:playlist-freeze {}` makes it a manual one", quoted(name.as_str())))
        }
        _ => told,
    }
}

pub fn no_playlist_selected() -> Notice {
    note("No playlist is selected").next_step("`:focus playlists` shows them")
}

pub fn playlist_made(name: &PlaylistName, entries: usize) -> Notice {
    note(format!("Playlist {} with {}", named(name), count_of(entries, "track")))
        .next_step("`:undo` takes it back")
}

pub fn smart_made(name: &PlaylistName) -> Notice {
    note(format!("Smart playlist {}", named(name))).next_step("`:undo` takes it back")
}

pub fn playlist_added(name: &PlaylistName, count: usize) -> Notice {
    note(format!("Added {} to {}", count_of(count, "track"), named(name)))
}

pub fn playlist_removed(name: &PlaylistName, count: usize) -> Notice {
    let what = format!("Removed {} from {}", count_of(count, "track"), named(name));
    note(what).next_step("`:undo` takes it back")
}

pub fn playlist_moved(name: &PlaylistName, count: usize) -> Notice {
    note(format!("Moved {} in {}", count_of(count, "track"), named(name)))
}

pub fn playlist_sorted(name: &PlaylistName, _order: Order) -> Notice {
    note(format!("Sorted {}", named(name))).next_step("`:undo` takes it back")
}

pub fn playlist_deduped(name: &PlaylistName, count: usize) -> Notice {
    match count {
        0 => note(format!("{} has no doubles", named(name))),
        count => playlist_removed(name, count),
    }
}

pub fn playlist_noted(name: &PlaylistName) -> Notice {
    note(format!("Noted in {}", named(name))).next_step("`:undo` takes it back")
}

pub fn playlist_renamed(before: &PlaylistName, after: &PlaylistName) -> Notice {
    note(format!("{} is {} now", named(before), named(after))).next_step("`:undo` takes it back")
}

pub fn playlist_deleted(name: &PlaylistName) -> Notice {
    note(format!("Deleted playlist {}; its files stay", named(name))).next_step("`:undo` takes it back")
}

pub fn playlist_frozen(name: &PlaylistName, count: usize) -> Notice {
    note(format!("{} stays at the {} that it has now", named(name), count_of(count, "track")))
        .next_step("`:undo` takes it back")
}

pub fn playlist_empty(name: &PlaylistName) -> Notice {
    note(format!("Nothing is in {}", named(name)))
}

pub fn smart_unasked(name: &PlaylistName, why: &str) -> Notice {
    warning(format!("Cannot tell what is in {}", named(name)))
        .why(why)
        .next_step(format!("`:playlist-smart {} QUERY` corrects it", quoted(name.as_str())))
}

pub fn nothing_to_add() -> Notice {
    note("There is nothing to add")
}

pub fn playlists_imported(names: &[PlaylistName], entries: usize, missing: usize) -> Notice {
    let what = match names {
        [one] => format!("Playlist {} with {}", named(one), count_of(entries, "track")),
        many => format!("{} with {}", count_of(many.len(), "playlist"), count_of(entries, "track")),
    };
    match missing {
        0 => note(what).next_step("`:undo` takes it back"),
        missing => warning(what)
            .why(format!("{missing} of them not found"))
            .next_step("They are kept; `:undo` takes it back"),
    }
}

pub fn not_imported(path: &Path, why: &str, problems: usize) -> Notice {
    let what = match problems {
        1 => format!("Cannot import {}", path.display()),
        more => format!("Cannot import {} and {} more", path.display(), more - 1),
    };
    warning(what).why(why)
}

pub fn playlist_written(path: &Path, entries: usize) -> Notice {
    note(format!("Wrote {} to {}", count_of(entries, "track"), path.display()))
}

pub fn playlist_not_written(path: &Path, why: &str) -> Notice {
    warning(format!("Cannot write {}", path.display())).why(why)
}

/// All of them, as far as a line holds.
pub fn playlists(lists: &Playlists) -> Notice {
    if lists.is_empty() {
        return note("There are no playlists").next_step("`:playlist-save NAME` keeps the queue as one");
    }
    let shown = |list: &std::sync::Arc<Playlist>| match list.smart() {
        Some(_) => format!("{} (smart)", shortened(list.name.as_str())),
        None => format!("{} ({})", shortened(list.name.as_str()), list.entries().len()),
    };
    let few: Vec<String> = lists.iter().take(12).map(shown).collect();
    let more = lists.len().saturating_sub(few.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    note(format!("{}: {}{more}", count_of(lists.len(), "playlist"), few.join(", ")))
}

pub fn evaluation_failed(why: &str) -> Notice {
    warning("The smart playlists could not be brought up to date").why(why)
}
