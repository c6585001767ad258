//! All songs of a server, a page at a time: by a search for nothing, which OpenSubsonic has give everything, else album by
//! album. Every page is of a stranger: songs that were told before end nothing and are not told again, and a server that
//! tells nothing new is at its end.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use foldhash::{HashSet, HashSetExt};

use super::Subsonic;
use super::answers::{Object, Unanswered, id, is_true, object, objects};
use super::songs::{Album, Entry, entry};
use crate::model::server::{Failed, Song};

/// Of one question.
const PAGE: usize = 500;
const MOST_SONGS: usize = 5_000_000;
const MOST_ALBUMS: usize = 1_000_000;
const MOST_PAGES: usize = 1_000_000;

type Albums = HashMap<String, Album>;

/// What was asked for so far.
struct Listing<'a> {
    server: &'a Subsonic,
    cancel: &'a AtomicBool,
    on_songs: &'a mut dyn FnMut(Vec<Song>),
    /// Ids that were told.
    seen: HashSet<String>,
    unplayable: usize,
}

/// How a search ended.
enum Searched {
    All,
    /// The server does not search for nothing, or not a page at a time.
    InVain,
}

pub fn songs(
    server: &Subsonic,
    cancel: &AtomicBool,
    on_songs: &mut dyn FnMut(Vec<Song>),
) -> Result<(), Failed> {
    let mut listing = Listing { server, cancel, on_songs, seen: HashSet::new(), unplayable: 0 };
    let mut searched = Searched::InVain;
    // Some old servers want the quotes.
    for query in ["", "\"\""] {
        if matches!(searched, Searched::InVain) && listing.seen.is_empty() {
            searched = listing.search(query)?;
        }
    }
    if matches!(searched, Searched::InVain) {
        listing.by_albums()?;
    }
    if listing.unplayable > 0 {
        let (name, songs) = (&server.settings.name, listing.unplayable);
        tracing::info!(name, songs, "songs of the music server are in forms that are not played here");
    }
    Ok(())
}

impl Listing<'_> {
    fn is_over(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }

    fn search(&mut self, query: &str) -> Result<Searched, Failed> {
        let (mut offset, mut albums) = (0, None);
        for _ in 0..MOST_PAGES {
            if self.is_over() {
                return Ok(Searched::All);
            }
            let parameters = [
                ("query", query.to_owned()),
                ("songCount", PAGE.to_string()),
                ("songOffset", offset.to_string()),
                ("artistCount", "0".to_owned()),
                ("albumCount", "0".to_owned()),
            ];
            let told = match self.server.ask("search3", &parameters) {
                Ok(told) => told,
                Err(why) if offset == 0 && why.is_about_the_question() => return Ok(Searched::InVain),
                Err(why) => return Err(why.failed("search3")),
            };
            let page: Vec<&Object> =
                object(&told, "searchResult3").into_iter().flat_map(|found| objects(found, "song")).collect();
            if page.is_empty() {
                return Ok(if offset == 0 { Searched::InVain } else { Searched::All });
            }
            if albums.is_none() {
                albums = Some(self.albums(&told)?);
            }
            let is_new = self.tell(&page, &|song| albums.as_ref()?.get(&id(song, "albumId")?))?;
            if !is_new {
                // All over again: it does not look at the offset, and has more than fit on a page, or has not.
                return Ok(if page.len() < PAGE { Searched::All } else { Searched::InVain });
            }
            offset += page.len();
        }
        Err(endless())
    }

    /// What albums tell of themselves that songs do not, where the server is one that tells such things.
    fn albums(&self, told: &Object) -> Result<Albums, Failed> {
        let mut albums = Albums::new();
        if is_true(told, "openSubsonic") {
            self.each_album(&mut |id, told| {
                albums.insert(id, Album::of(told));
            })?;
        }
        Ok(albums)
    }

    /// By pages, each once.
    fn each_album(&self, on_album: &mut dyn FnMut(String, &Object)) -> Result<(), Failed> {
        let (mut offset, mut seen) = (0, HashSet::new());
        for _ in 0..MOST_PAGES {
            if self.is_over() {
                return Ok(());
            }
            let parameters = [
                ("type", "alphabeticalByName".to_owned()),
                ("size", PAGE.to_string()),
                ("offset", offset.to_string()),
            ];
            let told = self.server.done("getAlbumList2", &parameters)?;
            let page: Vec<&Object> =
                object(&told, "albumList2").into_iter().flat_map(|list| objects(list, "album")).collect();
            let before = seen.len();
            for told in &page {
                if let Some(id) = id(told, "id").filter(|id| seen.insert(id.clone())) {
                    on_album(id, told);
                }
            }
            if seen.len() == before {
                return Ok(());
            }
            if seen.len() > MOST_ALBUMS {
                return Err(endless());
            }
            offset += page.len();
        }
        Err(endless())
    }

    fn by_albums(&mut self) -> Result<(), Failed> {
        let mut ids = Vec::new();
        self.each_album(&mut |id, _| ids.push(id))?;
        for album in ids {
            if self.is_over() {
                return Ok(());
            }
            let told = match self.server.ask("getAlbum", &[("id", album)]) {
                Ok(told) => told,
                // It went while we looked at others.
                Err(why) if why.is_not_there() => continue,
                Err(why) => return Err(why.failed("getAlbum")),
            };
            let Some(told) = object(&told, "album") else {
                return Err(Unanswered::Strange.failed("getAlbum"));
            };
            let album = Album::of(told);
            let page: Vec<&Object> = objects(told, "song").collect();
            self.tell(&page, &|_| Some(&album))?;
        }
        Ok(())
    }

    /// Hands over what is new; `false` where nothing is.
    fn tell<'a>(
        &mut self,
        page: &[&Object],
        album: &dyn Fn(&Object) -> Option<&'a Album>,
    ) -> Result<bool, Failed> {
        let before = self.seen.len();
        let mut songs = Vec::new();
        for told in page {
            let Some(id) = id(told, "id") else { continue };
            if !self.seen.insert(id) {
                continue;
            }
            match entry(told, album(told)) {
                Entry::Song(song) => songs.push(*song),
                Entry::Unplayable => self.unplayable += 1,
                Entry::NoMusic => {}
            }
        }
        if !songs.is_empty() {
            (self.on_songs)(songs);
        }
        if self.seen.len() > MOST_SONGS {
            return Err(endless());
        }
        Ok(self.seen.len() > before)
    }
}

fn endless() -> Failed {
    let why = format!("the music server tells of more than {MOST_SONGS} songs, or comes to no end");
    Failed { why, for_good: false, after: None }
}
