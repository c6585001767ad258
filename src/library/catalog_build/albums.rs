//! Which tracks are one album, and whose. The rules, in one place:
//!
//! 1. The album's artists are its album artists; without them `Various Artists` for a compilation; else the artists
//!    that the tracks of the same folder and title share; else, where these differ, `Various Artists`. Folders of discs
//!    (`CD1`, `Album (Disc 2)`) count as the one folder that they are in or named after.
//! 2. Tracks that name the same MusicBrainz release are one album; of different releases they never are. A track that
//!    names none belongs to the one release of its folder.
//! 3. Same artists and same title (case and diacritics aside) are one album where they share a folder. Where they share
//!    only a date they are, unless both have a track of the same number: those are two editions. A remaster of another
//!    year in another folder does not join.
//! 4. Tracks without an album are together under their artists, in an album without a title.

use foldhash::{HashMap, HashMapExt, HashSet};

use super::disc_folder;
use super::draft::{Draft, Drafts};
use crate::model::catalog::{ListId, TextId};
use crate::model::id::TrackId;

/// Disc and track numbers.
type Places = HashSet<(u16, u16)>;

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
    let folders = album_folders(drafts);
    let artists = album_artists(drafts, &folders);
    let folded: Vec<ListId> = artists.iter().map(|&key| fold_list(drafts, key)).collect();
    let mut groups: HashMap<(ListId, TextId), Vec<u32>> = HashMap::new();
    for ((index, draft), &artists) in (0..).zip(&drafts.drafts).zip(&folded) {
        groups.entry((artists, draft.album_folded)).or_default().push(index);
    }
    let mut albums = Vec::with_capacity(groups.len());
    for ((_, title), members) in groups {
        let parts =
            if title == TextId::EMPTY { vec![members] } else { split(&drafts.drafts, &folders, members) };
        albums.extend(parts.into_iter().map(|tracks| album(&drafts.drafts, &artists, tracks)));
    }
    albums
}

/// The folder that each draft's album is in: rule 1.
fn album_folders(drafts: &mut Drafts) -> Vec<TextId> {
    let mut known: HashMap<TextId, TextId> = HashMap::new();
    let mut folders = Vec::with_capacity(drafts.drafts.len());
    for at in 0..drafts.drafts.len() {
        let folder = drafts.drafts[at].row.folder;
        let texts = &mut drafts.texts;
        let above = known.entry(folder).or_insert_with(|| {
            let of_album = disc_folder::album(texts.bytes(folder)).map(<[u8]>::to_vec);
            of_album.map_or(folder, |album| texts.intern(&album))
        });
        folders.push(*above);
    }
    folders
}

/// Rule 1, for each draft; and one answer for each release (rule 2).
fn album_artists(drafts: &mut Drafts, folders: &[TextId]) -> Vec<ListId> {
    let various = drafts.list(&[VARIOUS]);
    let shared = shared_artists(drafts, folders, various);
    let artists_of = |(draft, &folder): (&Draft, &TextId)| {
        if draft.album_artists != ListId::EMPTY {
            draft.album_artists
        } else if draft.album_title == TextId::EMPTY {
            draft.artists
        } else if draft.compilation {
            various
        } else {
            shared.get(&(folder, draft.album_folded)).copied().unwrap_or(draft.artists)
        }
    };
    let mut artists: Vec<ListId> = drafts.drafts.iter().zip(folders).map(artists_of).collect();
    let mut of_release: HashMap<(u32, TextId), (TrackId, ListId)> = HashMap::new();
    let named = |draft: &Draft| (draft.release > 0).then_some((draft.release, draft.album_folded));
    for (draft, &artists) in drafts.drafts.iter().zip(&artists) {
        let Some(key) = named(draft) else { continue };
        let first = of_release.entry(key).or_insert((draft.row.id, artists));
        *first = (*first).min((draft.row.id, artists));
    }
    for (draft, artists) in drafts.drafts.iter().zip(&mut artists) {
        *artists =
            named(draft).and_then(|key| of_release.get(&key)).map_or(*artists, |&(_, artists)| artists);
    }
    artists
}

/// For albums that name no album artist, by folder and title: the artists that all tracks name, else the first artist
/// where that is the same, else `various`.
fn shared_artists(
    drafts: &mut Drafts,
    folders: &[TextId],
    various: ListId,
) -> HashMap<(TextId, TextId), ListId> {
    let mut shared: HashMap<(TextId, TextId), ListId> = HashMap::new();
    for (at, &folder) in folders.iter().enumerate() {
        let draft = &drafts.drafts[at];
        let unnamed = draft.album_artists == ListId::EMPTY && !draft.compilation;
        if !unnamed || draft.album_title == TextId::EMPTY {
            continue;
        }
        let (key, artists) = ((folder, draft.album_folded), draft.artists);
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

/// Rules 2 and 3: the parts of a group that hang together.
fn split(drafts: &[Draft], folders: &[TextId], members: Vec<u32>) -> Vec<Vec<u32>> {
    let draft = |member: u32| &drafts[member as usize];
    let folder = |member: u32| folders[member as usize];
    let Some(&first) = members.first() else { return Vec::new() };
    if members.iter().all(|&member| folder(member) == folder(first) && draft(member).release == 0) {
        return vec![members];
    }
    let releases = releases(drafts, folders, &members);
    // Union-find over the group: each member starts as its own part.
    let mut parts: Vec<usize> = (0..members.len()).collect();
    let mut by_release: HashMap<u32, usize> = HashMap::new();
    let mut by_folder: HashMap<TextId, usize> = HashMap::new();
    for (at, (&member, &release)) in members.iter().zip(&releases).enumerate() {
        let with = match release {
            0 => *by_folder.entry(folder(member)).or_insert(at),
            release => *by_release.entry(release).or_insert(at),
        };
        join(&mut parts, at, with);
    }
    join_by_date(&mut parts, &members, &releases, &draft);
    let mut found: HashMap<usize, Vec<u32>> = HashMap::new();
    for (at, &member) in members.iter().enumerate() {
        found.entry(root(&mut parts, at)).or_default().push(member);
    }
    found.into_values().collect()
}

/// Rule 2: each member's release, or that of its folder where it names none and the folder only one.
fn releases(drafts: &[Draft], folders: &[TextId], members: &[u32]) -> Vec<u32> {
    let release = |member: u32| drafts[member as usize].release;
    let mut of_folder: HashMap<TextId, Option<u32>> = HashMap::new();
    for &member in members.iter().filter(|&&member| release(member) > 0) {
        let only = of_folder.entry(folders[member as usize]).or_insert(Some(release(member)));
        *only = only.filter(|&only| only == release(member));
    }
    let of = |&member: &u32| match release(member) {
        0 => of_folder.get(&folders[member as usize]).copied().flatten().unwrap_or(0),
        release => release,
    };
    members.iter().map(of).collect()
}

/// Rule 3: parts of one date, in the order of their tracks' ids, where their numbers do not collide.
fn join_by_date<'a>(
    parts: &mut [usize],
    members: &[u32],
    releases: &[u32],
    draft: &impl Fn(u32) -> &'a Draft,
) {
    let mut whole: HashMap<usize, Vec<u32>> = HashMap::new();
    for (at, &member) in members.iter().enumerate().filter(|&(at, _)| releases[at] == 0) {
        whole.entry(root(parts, at)).or_default().push(member);
    }
    let mut whole: Vec<(usize, Vec<u32>)> = whole.into_iter().collect();
    whole.sort_by_key(|(_, tracks)| tracks.iter().map(|&track| draft(track).row.id).min());
    let mut by_date: HashMap<TextId, Vec<(usize, Places)>> = HashMap::new();
    for (part, tracks) in whole {
        let places = || {
            let rows = tracks.iter().map(|&track| &draft(track).row);
            rows.filter(|row| row.track > 0).map(|row| (row.disc, row.track))
        };
        let dates: HashSet<TextId> = tracks.iter().map(|&track| draft(track).date).collect();
        for date in dates {
            let editions = by_date.entry(date).or_default();
            match editions.iter_mut().find(|(_, taken)| places().all(|place| !taken.contains(&place))) {
                Some((edition, taken)) => {
                    taken.extend(places());
                    join(parts, part, *edition);
                }
                None => editions.push((part, places().collect())),
            }
        }
    }
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
