//! `auralis import`: plays, ratings and playlists of a player before us. Tells what would be set; sets it with `--apply`,
//! behind a backup, as one step of the history. Where a player runs, it is asked to.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::args::{Global, Import};
use super::exit::{CliError, Exit};
use super::terminal::Messages;
use super::text::{printable, shown};
use super::{json, library, open_store, settings};
use crate::boot::{log, offline};
use crate::library::catalog_build::load_catalog_in;
use crate::library::past::plan::Plan;
use crate::library::past::{FoundPast, Heard, look};
use crate::library::scan::absolute_root;
use crate::model::catalog::Catalog;
use crate::model::job::CancelToken;
use crate::model::past::Importing;

const CLOSING: Duration = Duration::from_secs(5);
/// Changes and misses that are printed one by one; `--json` has all.
const MOST_SHOWN: usize = 20;

pub const HELP: &str = "\
Tracks are matched by path, else by MusicBrainz id, else by artist, title, album and length.
Counts become the larger of both, times the later; a rating is taken where there is none;
plays whose time is known go into the log of listening, as heard to the end where nobody says
how long: importing twice changes nothing. All of it is one step: `u` in the player, or
`auralis ctl undo`, takes it back. Scan the music first. While a player runs it takes them in,
as `:import` does, and tells a sum. Without PATH the usual places are looked at: for cmus
~/.config/cmus, for mpd and rmpc ~/.config/mpd, ~/.mpd and /var/lib/mpd. listenbrainz and
lastfm take the file of an export: ZIP, JSON, JSON lines, CSV.";

pub fn run(global: &Global, asked: &Import, messages: &Messages) -> Result<Exit, CliError> {
    let config = settings::load(global, messages)?;
    log::start(&settings::log(global, &config))?;
    if asked.path.is_none() && asked.source.needs_path() {
        return Err(CliError::Usage(
            "name the file of the export, or the folder of the playlists".to_owned(),
        ));
    }
    let wanted = Importing {
        source: asked.source,
        path: asked.path.as_deref().map(absolute_root),
        music: asked.music.as_deref().map(absolute_root),
        apply: asked.apply,
    };
    if let Some(exit) = library::by_player(&config, &words_of(&wanted), messages)? {
        return Ok(exit);
    }
    let store = open_store(&config, messages)?;
    let catalog = Arc::new(load_catalog_in(&store, &config.naming())?);
    if catalog.is_empty() {
        return Err(CliError::NothingMatched(
            "the library is empty. Fill it with `auralis scan PATH` first".to_owned(),
        ));
    }
    let home = config.places.home.as_deref();
    let found = look(&store, &wanted, home, &catalog, CancelToken::default().flag())
        .map_err(CliError::NothingMatched)?;
    for told in &found.plan.told {
        messages.note(told);
    }
    let applied = found.backup.is_some();
    if applied {
        take_in(&store, &catalog, wanted, &found)?;
    }
    store.close(CLOSING);
    tell(&found, &catalog, asked)?;
    Ok(Exit::Done)
}

/// As it is typed after `:`.
fn words_of(wanted: &Importing) -> Vec<OsString> {
    let mut words: Vec<OsString> = vec!["import".into(), wanted.source.name().into()];
    words.extend(wanted.path.iter().map(OsString::from));
    if let Some(music) = &wanted.music {
        let mut flag = OsString::from("--music=");
        flag.push(music);
        words.push(flag);
    }
    words.extend(wanted.apply.then(|| "--apply".into()));
    words
}

fn take_in(
    store: &crate::library::store::Store,
    catalog: &Arc<Catalog>,
    wanted: Importing,
    found: &FoundPast,
) -> Result<(), CliError> {
    let done = offline::take_in(store, Arc::clone(catalog), wanted, found.clone())?;
    match done.told {
        Some(told) if !done.changed => Err(CliError::Refused(told.to_string())),
        _ => Ok(()),
    }
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
    /// New entries of the log.
    listens: usize,
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

fn tell(found: &FoundPast, catalog: &Catalog, asked: &Import) -> Result<(), CliError> {
    let (plan, backup) = (&found.plan, found.backup.as_deref());
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
        listens: plan.listens.len(),
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
                "{} tracks, {} playlists and {} entries of the log set. The library as it was: {}",
                plan.rows.len(),
                plan.lists.len(),
                plan.listens.len(),
                shown(backup)
            )
        }
        _ => format!(
            "{} tracks, {} playlists and {} entries of the log would be set: `--apply` does it.",
            plan.rows.len(),
            plan.lists.len(),
            plan.listens.len()
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
