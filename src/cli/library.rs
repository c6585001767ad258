//! `auralis library`: care of the library as a whole. What can be done beside a player is asked of the one that runs;
//! the rest needs the store alone.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::args::{Global, LibraryVerb};
use super::exit::{CliError, Exit};
use super::terminal::{Messages, Progress};
use super::text::shown;
use super::{ctl, interrupt, open_store, settings};
use crate::boot::log;
use crate::config::Loaded;
use crate::library::forget::{self, ForgetError};
use crate::library::scan::absolute_root;
use crate::library::store::care::{self, Checked, Found};
use crate::library::store::{Store, StoreError, StoreReader};
use crate::library::transfer;
use crate::remote::RemoteError;
use crate::remote::client::Connection;
use crate::remote::place::Place;
use crate::remote::wire::Request;

const CLOSING: Duration = Duration::from_secs(5);

pub const EXPORT_HELP: &str = "\
When tracks were added, plays, skips, ratings, favourites, the log of listening, playlists
with their notes, queue and modes, bookmarks, roots, sound devices. Not what files say, but
for missing tracks; not the history of changes. A path that is not UTF-8 has its bytes in
`path_hex`. `-` needs the library alone.";

pub const IMPORT_HELP: &str = "\
Scan the music first. A track is found by its path, else by its sound, else by artist, album,
title and length where only one has them; lines of others are counted and left out.
Counts become the larger of both, times the later; a rating, a bookmark, a queue that is here
stays. A list that is here with the same in it is not made again.";

pub const FORGET_HELP: &str = "\
For a disk that never comes back. Plays, ratings and favourites of its tracks are written to a
file beside the library first: scan the folder and `auralis library import` that file to have
them again. The log of listening keeps its entries, without names; playlists and queue keep
theirs, by their paths. Files are not touched.";

pub fn run(global: &Global, verb: LibraryVerb, messages: &Messages) -> Result<Exit, CliError> {
    let config = settings::load(global, messages)?;
    log::start(&settings::log(global, &config))?;
    let path = config.places.library()?;
    match verb {
        LibraryVerb::Check { repair: false } => check(path, messages),
        LibraryVerb::Check { repair: true } => repair(path, messages),
        LibraryVerb::Backup { path: to } => backup(&config, to.as_deref(), messages),
        LibraryVerb::Restore { path: from } => restore(&absolute_root(&from), path, messages),
        LibraryVerb::Compact => compact(path, messages),
        LibraryVerb::Export { path: to } => export(&config, to.as_deref(), messages),
        LibraryVerb::Import { path: from } => import(&config, &from, messages),
        LibraryVerb::Roots => roots(&config, messages),
        LibraryVerb::Forget { root, yes } => forget(&config, &absolute_root(&root), yes, messages),
    }
}

fn rows(line: &mut Progress, rows: u64) {
    line.show(|| format!("{rows} rows"));
}

/// `Some` where a player runs, and did it.
pub fn by_player(config: &Loaded, words: &[OsString], messages: &Messages) -> Result<Option<Exit>, CliError> {
    match Connection::open(&Place::new(&config.places)) {
        Ok(mut player) => {
            let (line, paths) = ctl::spelled(words)?;
            ctl::tell(&player.ask(Request::words(line, paths))?, messages);
            Ok(Some(Exit::Done))
        }
        Err(RemoteError::NotRunning) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn words(command: &str, path: Option<&Path>) -> Vec<OsString> {
    std::iter::once(command.into()).chain(path.map(Into::into)).collect()
}

fn check(path: &Path, messages: &Messages) -> Result<Exit, CliError> {
    let mut line = messages.progress();
    let checked = care::check(path, &mut |count| rows(&mut line, count))?;
    drop(line);
    if let Some(done) = &checked.migrated {
        messages.note(&super::migrated(done));
    }
    if checked.is_sound() {
        messages.note(&format!("{} rows, all in order", checked.found.rows));
        return Ok(Exit::Done);
    }
    tell_damage(&checked, messages);
    messages.error(
        "the library is damaged. `auralis library check --repair` sets it aside and saves what can be read; `auralis library restore PATH` puts a backup in its place",
    );
    Ok(Exit::Failed)
}

fn tell_damage(checked: &Checked, messages: &Messages) {
    if let Some(why) = &checked.closed {
        messages.warning(&format!("it cannot be opened: {why}"));
    }
    tell_found(&checked.found, messages);
    if checked.at_odds > 0 {
        messages.warning(&format!("{} rows of files and tracks do not agree", checked.at_odds));
    }
}

fn tell_found(found: &Found, messages: &Messages) {
    let told = [
        (found.pages, "pages are damaged"),
        (found.tables, "tables are not there"),
        (found.lost, "rows make no sense"),
        (found.doubtful, "rows are on damaged pages and can be read: a letter or a number may be wrong"),
    ];
    for (count, what) in told.into_iter().filter(|(count, _)| *count > 0) {
        messages.warning(&format!("{count} {what}"));
    }
}

/// A library that is well is left as it is.
fn repair(path: &Path, messages: &Messages) -> Result<Exit, CliError> {
    let mut line = messages.progress();
    let checked = care::check(path, &mut |count| rows(&mut line, count))?;
    if checked.is_sound() {
        drop(line);
        messages.note(&format!("{} rows, all in order: there is nothing to repair", checked.found.rows));
        return Ok(Exit::Done);
    }
    let done = care::repair(path, &mut |count| rows(&mut line, count))?;
    drop(line);
    tell_damage(&checked, messages);
    if done.lost_facts > 0 {
        messages.warning(&format!(
            "plays and ratings of {} tracks that nothing is known of are left out",
            done.lost_facts
        ));
    }
    messages.note(&format!(
        "{} rows are saved; the library as it was: {}. `auralis scan` reads the rest from the files: name your folders where `auralis library roots` prints none",
        done.rows,
        shown(&done.aside)
    ));
    Ok(Exit::Done)
}

fn backup(config: &Loaded, to: Option<&Path>, messages: &Messages) -> Result<Exit, CliError> {
    if let Some(exit) = by_player(config, &words("library-backup", to), messages)? {
        return Ok(exit);
    }
    let store = existing(config, messages)?;
    let to = to.map_or_else(|| care::backup_place(store.path()), absolute_root);
    let mut line = messages.progress();
    let copied = care::backup(&store, &to, &mut |count| rows(&mut line, count))?;
    drop(line);
    store.close(CLOSING);
    messages.note(&format!("{copied} rows are in {}", shown(&to)));
    Ok(Exit::Done)
}

fn restore(from: &Path, path: &Path, messages: &Messages) -> Result<Exit, CliError> {
    let aside = care::restore(from, path)?;
    messages.note(&match aside {
        Some(aside) => format!("restored; the library of before: {}", shown(&aside)),
        None => "restored".to_owned(),
    });
    Ok(Exit::Done)
}

fn compact(path: &Path, messages: &Messages) -> Result<Exit, CliError> {
    let (before, after) = care::compact(path)?;
    messages.note(&format!("{before} bytes before, {after} now"));
    Ok(Exit::Done)
}

fn export(config: &Loaded, to: Option<&Path>, messages: &Messages) -> Result<Exit, CliError> {
    if to == Some(Path::new("-")) {
        let store = existing(config, messages)?;
        transfer::write_lines(&store.read()?, &mut BufWriter::new(io::stdout().lock()))?;
        return Ok(Exit::Done);
    }
    if let Some(exit) = by_player(config, &words("library-export", to), messages)? {
        return Ok(exit);
    }
    let store = existing(config, messages)?;
    let to = to.map_or_else(|| transfer::export_place(store.path(), "export"), absolute_root);
    let lines = transfer::export(&store, &to)?;
    messages.note(&format!("{lines} lines are in {}", shown(&to)));
    Ok(Exit::Done)
}

fn import(config: &Loaded, from: &Path, messages: &Messages) -> Result<Exit, CliError> {
    let mut input: Box<dyn BufRead> = if from == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        let file = std::fs::File::open(from)
            .map_err(|error| CliError::NothingMatched(format!("cannot read {}: {error}", shown(from))))?;
        Box::new(BufReader::new(file))
    };
    let store = open_store(config, messages)?;
    let done = transfer::import(&store, &mut input)?;
    store.close(CLOSING);
    messages.note(&format!("{} lines taken in", done.lines - done.absent));
    if done.by_sound + done.by_names > 0 {
        messages.note(&format!(
            "{} tracks lie elsewhere by now: {} were told by their sound, {} by artist, album, title and length",
            done.by_sound + done.by_names,
            done.by_sound,
            done.by_names
        ));
    }
    if done.queue_kept {
        messages.warning("the queue of here was kept, and the other one left out");
    }
    if done.full > 0 {
        messages.warning(&format!("there was no room for {} bookmarks, devices or playlists", done.full));
    }
    if done.absent > 0 {
        messages.warning(&format!(
            "{} lines are of files that the library does not have: scan their folder and import again",
            done.absent
        ));
        return Ok(Exit::Failed);
    }
    Ok(Exit::Done)
}

/// Tracks and missing ones below each root.
fn roots(config: &Loaded, messages: &Messages) -> Result<Exit, CliError> {
    if let Some(exit) = by_player(config, &words("library-roots", None), messages)? {
        return Ok(exit);
    }
    let store = existing(config, messages)?;
    let reader = store.read()?;
    let mut out = BufWriter::new(io::stdout().lock());
    for root in reader.roots()? {
        let (tracks, missing) = below(&reader, &root)?;
        writeln!(out, "{tracks}\t{missing}\t{}", shown(&root)).map_err(CliError::Output)?;
    }
    out.flush().map_err(CliError::Output)?;
    Ok(Exit::Done)
}

fn below(reader: &StoreReader, root: &Path) -> Result<(u64, u64), StoreError> {
    let missing = reader.missing()?;
    let itself = reader.file(root)?.map(|row| Ok((PathBuf::new(), row)));
    let (mut tracks, mut gone) = (0, 0);
    for file in itself.into_iter().chain(reader.files_inside(root)?) {
        if let Some(id) = file?.1.track {
            tracks += 1;
            gone += u64::from(missing.contains(&id));
        }
    }
    Ok((tracks, gone))
}

fn forget(config: &Loaded, root: &Path, yes: bool, messages: &Messages) -> Result<Exit, CliError> {
    let words = words("library-forget", Some(root));
    let is_running = Connection::open(&Place::new(&config.places)).is_ok();
    if is_running {
        if !yes && !is_wanted(&format!("Forget {} and its tracks?", shown(root)))? {
            return Ok(nothing_done(messages));
        }
        return by_player(config, &words, messages)?.ok_or(CliError::Remote(RemoteError::NotRunning));
    }
    let store = existing(config, messages)?;
    let tracks = forget::count(&store.read()?, root)?;
    if !yes && !is_wanted(&format!("Forget {} and its {tracks} tracks?", shown(root)))? {
        return Ok(nothing_done(messages));
    }
    let stop = interrupt::flag().map_err(CliError::Signals)?;
    let done = match forget::forget(&store, root, &stop) {
        Err(ForgetError::Cancelled) => return Ok(Exit::Interrupted),
        done => done?,
    };
    store.close(CLOSING);
    messages.note(&format!("the folder is let go, with {} tracks", done.tracks));
    if let Some(file) = done.file {
        messages.note(&format!("their plays and ratings: {}", shown(&file)));
    }
    Ok(Exit::Done)
}

fn nothing_done(messages: &Messages) -> Exit {
    messages.note("nothing was forgotten");
    Exit::Done
}

fn is_wanted(question: &str) -> Result<bool, CliError> {
    let mut stdin = io::stdin().lock();
    if !stdin.is_terminal() {
        return Err(CliError::Usage("`--yes` lets a folder go without asking".to_owned()));
    }
    let mut stderr = io::stderr().lock();
    write!(stderr, "{question} Their plays and ratings go into a file beside the library. [y/N] ")
        .and_then(|()| stderr.flush())
        .map_err(CliError::Output)?;
    let mut answer = String::new();
    stdin.read_line(&mut answer).map_err(CliError::Input)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// A library that is there: none is made to be copied or let go.
fn existing(config: &Loaded, messages: &Messages) -> Result<Store, CliError> {
    let path = config.places.library()?;
    if !path.exists() {
        let text = format!("there is no library {} yet. `auralis scan PATH` makes one", shown(path));
        return Err(CliError::NothingMatched(text));
    }
    open_store(config, messages)
}
