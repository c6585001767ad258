//! Playlists as others are told them: all of them in short, and one of them page by page. Keys are fixed; more may be
//! added. Made by the server, and by the command line where no player runs.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::path::JsonPath;
use crate::model::address::without_user;
use crate::model::catalog::Catalog;
use crate::model::playlist::view::View;
use crate::model::playlist::{Entry, Playlist};

/// Bytes of a page: well below the longest line.
const PAGE_BYTES: usize = 256 * 1024;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListLine {
    pub id: u64,
    pub name: String,
    pub note: String,
    /// Of a smart list.
    pub query: Option<String>,
    /// `null` for a smart list that was not evaluated yet.
    pub entries: Option<usize>,
}

/// Some entries of a list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListPage {
    #[serde(flatten)]
    pub list: ListLine,
    /// Why the query of a smart list cannot be asked.
    pub problem: Option<String>,
    pub page: Vec<EntryLine>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EntryLine {
    /// Place in the list, from 1.
    pub n: usize,
    #[serde(flatten)]
    pub path: JsonPath,
    /// `null` where the library does not have it.
    pub id: Option<u32>,
    pub title: String,
    pub artist: String,
    pub album: String,
    pub duration_s: Option<f64>,
    pub note: String,
}

impl ListLine {
    fn new(view: &View, list: &Playlist) -> Self {
        Self {
            id: list.id.0,
            name: list.name.to_string(),
            note: list.note.to_string(),
            query: list.smart().map(|smart| smart.text().to_owned()),
            entries: view.len(list),
        }
    }
}

pub fn all(view: &View) -> Vec<ListLine> {
    view.lists.iter().map(|list| ListLine::new(view, list)).collect()
}

/// The entries behind the first `from`, as many as fit; `None` where there is no such list.
pub fn page(view: &View, catalog: &Catalog, name: &str, from: usize) -> Option<ListPage> {
    let list = view.lists.named(name)?;
    let mut page = Vec::new();
    let mut bytes = 0;
    for at in from..view.len(list).unwrap_or(0) {
        let Some(entry) = view.entry(list, at, catalog) else { break };
        let line = entry_line(&entry, at, catalog);
        bytes += 300
            + 2 * (line.path.path.len()
                + line.title.len()
                + line.artist.len()
                + line.album.len()
                + line.note.len());
        if bytes > PAGE_BYTES && !page.is_empty() {
            break;
        }
        page.push(line);
    }
    let problem = view.found.get(&list.id).and_then(|found| found.problem.clone());
    Some(ListPage { list: ListLine::new(view, list), problem, page })
}

fn entry_line(entry: &Entry, at: usize, catalog: &Catalog) -> EntryLine {
    EntryLine {
        n: at + 1,
        path: JsonPath::new(&without_user(&entry.place(catalog))),
        id: entry.find(catalog).map(|track| track.id().0),
        title: entry.title(catalog),
        artist: entry.artist(catalog),
        album: entry.album(catalog),
        duration_s: entry.duration(catalog).as_ref().map(Duration::as_secs_f64),
        note: entry.note.as_deref().unwrap_or_default().to_owned(),
    }
}
