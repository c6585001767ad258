//! `auralis import`: plays, ratings and playlists of a player before us. Tells what would be set; sets it with `--apply`,
//! behind a backup.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::args::{Global, Import, Source};
use super::exit::{CliError, Exit};
use super::terminal::Messages;
use super::text::{printable, shown};
use super::{json, open_store, settings};
use crate::boot::log;
use crate::library::catalog_build::load_catalog;
use crate::library::matching::Matcher;
use crate::library::past::plan::{Plan, plan};
use crate::library::past::{Heard, Past, PastList, cmus, mpd, scrobbles};
use crate::library::playlist::Format;
use crate::library::playlist::import::import;
use crate::library::scan::absolute_root;
use crate::library::store::{Store, WriteOp, care};
use crate::model::catalog::Catalog;
use crate::model::id::{PlaylistId, TrackId};
use crate::model::playlist::{Kind, Playlists, edit};

const CLOSING: Duration = Duration::from_secs(5);
/// Changes and misses that are printed one by one; `--json` has all.
const MOST_SHOWN: usize = 20;
/// Folders within folders in which playlists are looked for, and files that are looked at.
const DEEPEST: usize = 16;
const MOST_FILES: usize = 100_000;

pub const HELP: &str = "\
Tracks are matched by path, else by MusicBrainz id, else by artist, title, album and length.
Counts become the larger of both, times the later; a rating is taken where there is none:
importing twice changes nothing. Scan the music first. Without PATH the usual places are
looked at: for cmus ~/.config/cmus, for mpd and rmpc ~/.config/mpd, ~/.mpd and /var/lib/mpd.
listenbrainz and lastfm take the file of an export: ZIP, JSON, JSON lines, CSV.";

pub fn run(global: &Global, asked: &Import, messages: &Messages) -> Result<Exit, CliError> {
    let config = settings::load(global, messages)?;
    log::start(&settings::log(global, &config))?;
    let home = config.places.home.clone();
    let store = open_store(&config, messages)?;
    let catalog = load_catalog(&store)?;
    if catalog.is_empty() {
        return Err(CliError::NothingMatched(
            "the library is empty. Fill it with `auralis scan PATH` first".to_owned(),
        ));
    }
    let past = past(asked, home.as_deref(), &catalog)?;
    for told in &past.told {
        messages.note(told);
    }
    let reader = store.read()?;
    let (facts, lists) = (reader.facts()?, reader.playlists()?);
    drop(reader);
    let matcher = Matcher::new(&catalog, recordings(&store)?);
    let plan = plan(past, &matcher, &catalog, &facts, &lists);
    let backup = if asked.apply && !plan.is_empty() { Some(apply(&store, &plan, &lists)?) } else { None };
    store.close(CLOSING);
    tell(&plan, &catalog, asked, backup.as_deref())?;
    Ok(Exit::Done)
}

fn past(asked: &Import, home: Option<&Path>, catalog: &Catalog) -> Result<Past, CliError> {
    let read = match (asked.source, &asked.path) {
        (Source::Cmus, path) => {
            let usual = [".config/cmus", ".cmus"];
            cmus::read(&place(path.as_deref(), home, &usual, "cache")?)
        }
        (Source::Mpd | Source::Rmpc, path) => {
            let usual = [".config/mpd", ".mpd", ".local/share/mpd", "/var/lib/mpd"];
            let folder = place(path.as_deref(), home, &usual, "")?;
            let mut places = match folder.is_dir() {
                true => mpd::Places::in_folder(&folder, home),
                // The file of the stickers itself.
                false => mpd::Places { stickers: Some(folder), ..mpd::Places::default() },
            };
            places.music = asked.music.as_deref().map(absolute_root).or(places.music);
            mpd::read(&places)
        }
        (Source::Listenbrainz | Source::Lastfm, Some(path)) => scrobbles::read(path),
        (Source::M3u, Some(path)) => lists(path, catalog),
        (_, None) => {
            return Err(CliError::Usage(
                "name the file of the export, or the folder of the playlists".to_owned(),
            ));
        }
    };
    read.map_err(CliError::NothingMatched)
}

/// What was named, else the first of the usual places that is there.
fn place(named: Option<&Path>, home: Option<&Path>, usual: &[&str], file: &str) -> Result<PathBuf, CliError> {
    if let Some(path) = named {
        return Ok(absolute_root(path));
    }
    let home = home.unwrap_or(Path::new("/"));
    let found = usual.iter().map(|place| home.join(place)).find(|place| place.join(file).exists());
    found.ok_or_else(|| {
        CliError::NothingMatched(format!("nothing found in {}. Name the folder", usual.join(", ")))
    })
}

/// A file of a playlist, or all of them in a folder.
fn lists(path: &Path, catalog: &Catalog) -> Result<Past, String> {
    let never = std::sync::atomic::AtomicBool::new(false);
    let mut files = Vec::new();
    let path = absolute_root(path);
    if path.is_dir() {
        find_lists(&path, 0, &mut files)
    } else {
        files.push(path.clone())
    }
    let mut past = Past::default();
    for file in files {
        match import(&file, catalog, &never) {
            Ok(list) => {
                if list.missing > 0 {
                    past.told.push(format!("{}: {} entries not found, kept", file.display(), list.missing));
                }
                let problems = list
                    .problems
                    .iter()
                    .map(|(path, why)| format!("{}: {} {why}", file.display(), path.display()));
                past.told.extend(problems);
                let paths = list.entries.iter().map(|entry| entry.path.to_path_buf()).collect();
                past.lists.push(PastList { name: list.name.to_string(), paths });
            }
            Err(why) => past.told.push(format!("{}: {why}", file.display())),
        }
    }
    if past.lists.is_empty() {
        return Err(format!("no playlist found in {}: {}", path.display(), past.told.join("; ")));
    }
    Ok(past)
}

fn find_lists(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.flatten().take(MOST_FILES).collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        // A link is not followed: it may lead in a circle.
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && depth < DEEPEST {
            find_lists(&path, depth + 1, found);
        } else if !is_folder && Format::of(&path).is_some() && found.len() < MOST_FILES {
            found.push(path);
        }
    }
}

/// MusicBrainz ids of the library's recordings, as far as files tell them. Of several files of one the first is meant.
fn recordings(store: &Store) -> Result<HashMap<String, TrackId>, CliError> {
    let mut found = HashMap::new();
    for track in store.read()?.tracks()? {
        let track = track?;
        if let Some(id) = track.tags.details.musicbrainz.recording {
            found.entry(id.to_string()).or_insert(track.id);
        }
    }
    Ok(found)
}

/// Sets it, all or nothing; where the library as it was before is.
fn apply(store: &Store, plan: &Plan, lists: &Playlists) -> Result<PathBuf, CliError> {
    let now_s = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let backup = care::backup_place(store.path());
    care::backup(store, &backup, &mut |_| ()).map_err(|error| {
        CliError::Refused(format!("nothing was set: the library cannot be copied: {error}"))
    })?;
    let mut lists = lists.clone();
    let mut made = Vec::new();
    let random = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), now_s);
    for (number, (name, entries)) in (0_u64..).zip(&plan.lists) {
        let id = PlaylistId::new(random.wrapping_add(number << 11));
        let kind = Kind::Manual(std::sync::Arc::new(entries.clone()));
        let change =
            edit::create(&lists, id, name.clone(), kind).map_err(|why| CliError::Refused(why.to_string()))?;
        lists.apply(&change);
        made.push((id, change.after));
    }
    store.write(WriteOp::PutFacts(plan.rows.iter().map(|&(id, _, after)| (id, after)).collect()))?;
    store.write(WriteOp::PutPlaylists(made))?;
    store.flush()?;
    Ok(backup)
}

#[derive(Serialize)]
struct Report<'a> {
    applied: bool,
    matched_by_path: usize,
    matched_by_id: usize,
    matched_by_names: usize,
    changes: Vec<ChangeLine>,
    unmatched: Vec<MissLine<'a>>,
    playlists: Vec<ListLine<'a>>,
    known_playlists: usize,
    backup: Option<json::JsonPath>,
}

#[derive(Serialize)]
struct ChangeLine {
    id: u32,
    #[serde(flatten)]
    path: json::JsonPath,
    plays: u32,
    skips: u32,
    last_played_s: Option<i64>,
    /// Half stars.
    rating: Option<u8>,
    favourite: bool,
}

#[derive(Serialize)]
struct MissLine<'a> {
    path: Option<json::JsonPath>,
    artist: &'a str,
    title: &'a str,
    album: &'a str,
    plays: u32,
}

#[derive(Serialize)]
struct ListLine<'a> {
    name: &'a str,
    entries: usize,
}

fn tell(plan: &Plan, catalog: &Catalog, asked: &Import, backup: Option<&Path>) -> Result<(), CliError> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    if asked.json {
        json::print(&mut out, &report(plan, catalog, asked.apply, backup))?;
        return out.flush().map_err(CliError::Output);
    }
    let text = words(plan, catalog, backup, asked.apply);
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(CliError::Output)
}

fn report<'a>(plan: &'a Plan, catalog: &Catalog, applied: bool, backup: Option<&Path>) -> Report<'a> {
    let changes = plan.rows.iter().filter_map(|(id, _, after)| {
        Some(ChangeLine {
            id: id.0,
            path: json::JsonPath::new(&catalog.find(*id)?.path()),
            plays: after.plays,
            skips: after.skips,
            last_played_s: after.last_played_s,
            rating: after.rating.map(|rating| rating.halves()),
            favourite: after.favourite,
        })
    });
    let miss = |heard: &'a Heard| MissLine {
        path: heard.path.as_deref().map(json::JsonPath::new),
        artist: &heard.artist,
        title: &heard.title,
        album: &heard.album,
        plays: heard.plays,
    };
    Report {
        applied,
        matched_by_path: plan.by_path,
        matched_by_id: plan.by_id,
        matched_by_names: plan.by_names,
        changes: changes.collect(),
        unmatched: plan.unmatched.iter().map(miss).collect(),
        playlists: plan
            .lists
            .iter()
            .map(|(name, entries)| ListLine { name: name.as_str(), entries: entries.len() })
            .collect(),
        known_playlists: plan.known_lists,
        backup: backup.map(json::JsonPath::new),
    }
}

fn words(plan: &Plan, catalog: &Catalog, backup: Option<&Path>, applied: bool) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    let matched = plan.by_path + plan.by_id + plan.by_names;
    let _ = writeln!(
        text,
        "{matched} matched ({} by path, {} by MusicBrainz id, {} by names), {} not in the library",
        plan.by_path,
        plan.by_id,
        plan.by_names,
        plan.unmatched.len()
    );
    for (id, before, after) in plan.rows.iter().take(MOST_SHOWN) {
        let Some(track) = catalog.find(*id) else { continue };
        let mut what = Vec::new();
        if after.plays != before.plays {
            what.push(format!("plays {} to {}", before.plays, after.plays));
        }
        if after.skips != before.skips {
            what.push(format!("skips {} to {}", before.skips, after.skips));
        }
        if let (true, Some(rating)) = (after.rating != before.rating, after.rating) {
            what.push(format!("{} stars", rating.stars()));
        }
        if after.favourite != before.favourite {
            what.push("a favourite".to_owned());
        }
        if what.is_empty() {
            what.push("heard later than was known".to_owned());
        }
        let _ = writeln!(text, "  {}: {}", printable(track.title()), what.join(", "));
    }
    more(&mut text, plan.rows.len());
    for (name, entries) in plan.lists.iter().take(MOST_SHOWN) {
        let _ = writeln!(text, "  playlist {} with {} entries", printable(name.as_str()), entries.len());
    }
    more(&mut text, plan.lists.len());
    if !plan.unmatched.is_empty() {
        text.push_str("Not in the library:\n");
        for heard in plan.unmatched.iter().take(MOST_SHOWN) {
            let name = match &heard.path {
                Some(path) => shown(path),
                None => printable(&format!("{} - {}", heard.artist, heard.title)).into_owned(),
            };
            let _ = writeln!(text, "  {name}");
        }
        more(&mut text, plan.unmatched.len());
    }
    let end = match (plan.is_empty(), applied, backup) {
        (true, ..) => "Nothing to set: all of it is known.".to_owned(),
        (_, true, Some(backup)) => {
            format!(
                "{} tracks and {} playlists set. The library as it was: {}",
                plan.rows.len(),
                plan.lists.len(),
                shown(backup)
            )
        }
        _ => format!(
            "{} tracks and {} playlists would be set: `--apply` does it.",
            plan.rows.len(),
            plan.lists.len()
        ),
    };
    text.push_str(&end);
    text.push('\n');
    text
}

fn more(text: &mut String, count: usize) {
    if count > MOST_SHOWN {
        text.push_str(&format!("  and {} more\n", count - MOST_SHOWN));
    }
}
