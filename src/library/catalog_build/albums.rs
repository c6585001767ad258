//! Which tracks are one album, and whose. The rules, in one place:
//!
//! 1. The album's artists are its album artists; without them `Various Artists` for a compilation; else the artists
//!    that the tracks of the same folder and title share; else, where these differ, `Various Artists`.
//! 2. Same artists and same title (case and diacritics aside) are one album where they share a folder or a date: discs
//!    in folders of their own stay together, a remaster of another year in another folder does not join.
//! 3. Tracks without an album are together under their artists, in an album without a title.

use std::collections::HashMap;

use super::draft::{Draft, Drafts};
use crate::model::catalog::{ListId, TextId};

const VARIOUS: &str = "Various Artists";

/// An album before it has its place.
pub struct DraftAlbum {
    pub title: TextId,
    pub artists: ListId,
    pub date: TextId,
    /// Indexes into `Drafts::drafts`.
    pub tracks: Vec<u32>,
}

pub fn group(drafts: &mut Drafts) -> Vec<DraftAlbum> {
    let artists = album_artists(drafts);
    let folded: Vec<ListId> = artists.iter().map(|&key| fold_list(drafts, key)).collect();
    let mut groups: HashMap<(ListId, TextId), Vec<u32>> = HashMap::new();
    for ((index, draft), &artists) in (0..).zip(&drafts.drafts).zip(&folded) {
        groups.entry((artists, draft.album_folded)).or_default().push(index);
    }
    let mut albums = Vec::with_capacity(groups.len());
    for ((_, title), members) in groups {
        let parts = if title == TextId::EMPTY { vec![members] } else { split(&drafts.drafts, members) };
        albums.extend(parts.into_iter().map(|tracks| album(&drafts.drafts, &artists, tracks)));
    }
    albums
}

/// Rule 1, for each draft.
fn album_artists(drafts: &mut Drafts) -> Vec<ListId> {
    let various = drafts.list(&[VARIOUS.to_owned()]);
    let shared = shared_artists(drafts, various);
    let artists_of = |draft: &Draft| {
        if draft.album_artists != ListId::EMPTY {
            draft.album_artists
        } else if draft.album_title == TextId::EMPTY {
            draft.artists
        } else if draft.compilation {
            various
        } else {
            shared.get(&(draft.row.folder, draft.album_folded)).copied().unwrap_or(draft.artists)
        }
    };
    drafts.drafts.iter().map(artists_of).collect()
}

/// For albums that name no album artist, by folder and title: the artists that all tracks name, else the first artist
/// where that is the same, else `various`.
fn shared_artists(drafts: &mut Drafts, various: ListId) -> HashMap<(TextId, TextId), ListId> {
    let mut shared: HashMap<(TextId, TextId), ListId> = HashMap::new();
    for at in 0..drafts.drafts.len() {
        let draft = &drafts.drafts[at];
        let unnamed = draft.album_artists == ListId::EMPTY && !draft.compilation;
        if !unnamed || draft.album_title == TextId::EMPTY {
            continue;
        }
        let (key, artists) = ((draft.row.folder, draft.album_folded), draft.artists);
        let common = match shared.get(&key) {
            None => artists,
            Some(&before) => common_artists(drafts, before, artists, various),
        };
        shared.insert(key, common);
    }
    shared
}

fn common_artists(drafts: &mut Drafts, a: ListId, b: ListId, various: ListId) -> ListId {
    if a == b || a == various {
        return a;
    }
    match (drafts.values(a).first().copied(), drafts.values(b).first().copied()) {
        (Some(first), Some(other)) if drafts.fold(first) == drafts.fold(other) => drafts.list_of(&[first]),
        // A track that names nobody does not make its album anybody's.
        (Some(_), None) => a,
        (None, Some(_)) => b,
        _ => various,
    }
}

fn fold_list(drafts: &mut Drafts, key: ListId) -> ListId {
    let ids: Vec<TextId> = drafts.values(key).to_vec();
    let folded: Vec<TextId> = ids.into_iter().map(|id| drafts.fold(id)).collect();
    drafts.list_of(&folded)
}

/// Rule 2: the parts of a group that hang together by folder or date.
fn split(drafts: &[Draft], members: Vec<u32>) -> Vec<Vec<u32>> {
    let draft = |member: u32| &drafts[member as usize];
    let Some(&first) = members.first() else { return Vec::new() };
    if members.iter().all(|&member| draft(member).date == draft(first).date) {
        return vec![members];
    }
    // Union-find over the group: each member starts as its own part.
    let mut parts: Vec<usize> = (0..members.len()).collect();
    let mut by_folder: HashMap<TextId, usize> = HashMap::new();
    let mut by_date: HashMap<TextId, usize> = HashMap::new();
    for (at, &member) in members.iter().enumerate() {
        let with_folder = *by_folder.entry(draft(member).row.folder).or_insert(at);
        join(&mut parts, at, with_folder);
        let with_date = *by_date.entry(draft(member).date).or_insert(at);
        join(&mut parts, at, with_date);
    }
    let mut found: HashMap<usize, Vec<u32>> = HashMap::new();
    for (at, &member) in members.iter().enumerate() {
        found.entry(root(&mut parts, at)).or_default().push(member);
    }
    found.into_values().collect()
}

fn join(parts: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(parts, a), root(parts, b));
    parts[a] = b;
}

fn root(parts: &mut [usize], mut at: usize) -> usize {
    while parts[at] != at {
        parts[at] = parts[parts[at]];
        at = parts[at];
    }
    at
}

/// Title and artists as the track with the smallest id writes them; the earliest date that a track has.
fn album(drafts: &[Draft], artists: &[ListId], tracks: Vec<u32>) -> DraftAlbum {
    let of = |track: u32| &drafts[track as usize];
    let first = tracks.iter().copied().min_by_key(|&track| of(track).row.id).unwrap_or(0);
    let dated = tracks.iter().copied().filter(|&track| of(track).date != TextId::EMPTY);
    let earliest = dated.min_by_key(|&track| (of(track).row.year == 0, of(track).row.year, of(track).row.id));
    DraftAlbum {
        title: of(first).album_title,
        artists: artists[first as usize],
        date: earliest.map_or(TextId::EMPTY, |track| of(track).date),
        tracks,
    }
}
