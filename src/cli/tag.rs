//! `auralis tag`: what files say shown and changed, the difference first; and `auralis art`: their pictures.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::args::{Global, TagVerb};
use super::exit::{CliError, Exit};
use super::json::{self, JsonPath};
use super::terminal::Messages;
use super::text::{printable, shown};
use super::{open_store, settings};
use crate::config::Loaded;
use crate::library::edit::{Batches, Change, Edit, Plan, Recovered, Refused, Template, plan, rename_plan};
use crate::library::scan;
use crate::library::store::StoreError;
use crate::library::tags;
use crate::model::edit::Way;
use crate::model::tag::Field;

const CLOSING: Duration = Duration::from_secs(5);

pub fn run(global: &Global, verb: &TagVerb, messages: &Messages) -> Result<Exit, CliError> {
    let config = settings::load(global, messages)?;
    recover(&config, messages)?;
    match verb {
        TagVerb::Show { paths, json } => show(paths, *json, messages),
        TagVerb::Set(change) => {
            edit(&config, &change.words, change.dry_run, messages, |f, v| Ok(Edit::Set(f, v)))
        }
        TagVerb::Add(change) => edit(&config, &change.words, change.dry_run, messages, |field, values| {
            if values.is_empty() { Err(needs_value(field)) } else { Ok(Edit::Add(field, values)) }
        }),
        TagVerb::Remove(change) => remove(&config, &change.words, change.dry_run, messages),
        TagVerb::Rename { paths, template, base, dry_run } => {
            rename(&config, paths, base.as_deref(), template, *dry_run, messages)
        }
        TagVerb::Undo { batch, dry_run } => undo(&config, *batch, *dry_run, messages),
    }
}

pub fn batches(config: &Loaded) -> Result<Batches, CliError> {
    Ok(Batches::new(config.places.tag_batches()?))
}

/// Batches that were broken off are finished or taken back, and that is told.
pub fn recover(config: &Loaded, messages: &Messages) -> Result<(), CliError> {
    for recovered in batches(config)?.recover() {
        match recovered {
            Recovered::Finished(id) => {
                messages.note(&format!("tag batch {id} was broken off; it is finished now"));
            }
            Recovered::TakenBack(id) => {
                messages.note(&format!("tag batch {id} was broken off; its files are as they were"));
            }
            Recovered::Failed(id, why) => {
                messages.warning(&format!(
                    "tag batch {id} was broken off and waits: {}. It is tried again at the next start",
                    printable(&why)
                ));
            }
        }
    }
    Ok(())
}

/// Fields with the values that they are to have.
type Changes = Vec<(Field, Vec<String>)>;

/// `FIELD=VALUE` apart from paths: a word is a change where a field's name stands before its first `=`.
fn apart(words: &[PathBuf]) -> Result<(Vec<PathBuf>, Changes), CliError> {
    let mut paths = Vec::new();
    let mut changes: Changes = Vec::new();
    for word in words {
        let named = word.to_str().and_then(|text| {
            let (name, value) = text.split_once('=')?;
            Some((Field::parse(name)?, value))
        });
        let Some((field, value)) = named else {
            paths.push(word.clone());
            continue;
        };
        let known = changes.iter().position(|(other, _)| *other == field);
        let at = known.unwrap_or_else(|| {
            changes.push((field, Vec::new()));
            changes.len() - 1
        });
        if !value.is_empty() {
            let value = field.accept(value).ok_or_else(|| {
                CliError::Usage(format!("{} needs {}, not {:?}", field.name(), field.expected(), value))
            })?;
            changes[at].1.push(value);
        }
    }
    if paths.is_empty() {
        return Err(CliError::Usage("no file is named. A file named like a change is written ./NAME".into()));
    }
    Ok((paths, changes))
}

fn needs_value(field: Field) -> CliError {
    CliError::Usage(format!("nothing to add to {}: write {}=VALUE", field.name(), field.name()))
}

fn edit(
    config: &Loaded,
    words: &[PathBuf],
    dry_run: bool,
    messages: &Messages,
    make: impl Fn(Field, Vec<String>) -> Result<Edit, CliError>,
) -> Result<Exit, CliError> {
    let (paths, changes) = apart(words)?;
    if changes.is_empty() {
        let names: Vec<&str> = Field::names().collect();
        let why = format!("no change is named: write FIELD=VALUE. Fields: {}", names.join(", "));
        return Err(CliError::Usage(why));
    }
    let edits: Result<Vec<Edit>, CliError> =
        changes.into_iter().map(|(field, values)| make(field, values)).collect();
    change(config, &paths, &edits?, dry_run, messages)
}

/// Bare names of fields among the words; with a value only that value goes.
fn remove(config: &Loaded, words: &[PathBuf], dry_run: bool, messages: &Messages) -> Result<Exit, CliError> {
    let field = |word: &PathBuf| word.to_str().and_then(Field::parse);
    let edits: Vec<Edit> = words.iter().filter_map(field).map(Edit::Remove).collect();
    let paths: Vec<PathBuf> = words.iter().filter(|word| field(word).is_none()).cloned().collect();
    if edits.is_empty() || paths.is_empty() {
        return Err(CliError::Usage(
            "name files and fields, as in: auralis tag remove a.flac comment".into(),
        ));
    }
    change(config, &paths, &edits, dry_run, messages)
}

/// Shows the difference, then makes it.
pub fn change(
    config: &Loaded,
    paths: &[PathBuf],
    edits: &[Edit],
    dry_run: bool,
    messages: &Messages,
) -> Result<Exit, CliError> {
    let files = files(paths, messages)?;
    let plan = plan(&files, edits).map_err(|why| refuse(why, messages))?;
    apply(config, &Change::Tags(plan), dry_run, messages)
}

/// Folders and playlists are walked, as everywhere.
pub fn files(paths: &[PathBuf], messages: &Messages) -> Result<Vec<PathBuf>, CliError> {
    let found = crate::library::expand::expand(paths, &AtomicBool::new(false));
    for problem in &found.problems {
        messages.error(&format!("{} {}", shown(&problem.path), printable(&problem.error)));
    }
    if !found.problems.is_empty() || found.files.is_empty() {
        return Err(CliError::NothingMatched("nothing was changed: not every name is a music file".into()));
    }
    Ok(found.files)
}

pub fn refuse(refused: Refused, messages: &Messages) -> CliError {
    for (path, why) in &refused.0 {
        messages.error(&format!("{} {}", shown(path), printable(why)));
    }
    CliError::Refused("nothing was changed".into())
}

/// Shows a change, and carries it out.
pub fn apply(config: &Loaded, change: &Change, dry_run: bool, messages: &Messages) -> Result<Exit, CliError> {
    let mut out = io::stdout().lock();
    write_difference(&mut out, change).and_then(|()| out.flush()).map_err(CliError::Output)?;
    drop(out);
    if change.is_empty() {
        messages.note("nothing to change");
        return Ok(Exit::Done);
    }
    let (would, done) = match change {
        Change::Tags(_) => ("would be changed", "changed"),
        Change::Moves(_) => ("would be moved", "moved"),
    };
    if dry_run {
        messages.note(&format!("{} {would}", counted(change.len())));
        return Ok(Exit::Done);
    }
    let id = batches(config)?.commit(change, &mut |_| true).map_err(|why| refuse(why, messages))?;
    messages.note(&format!("{} {done}; `auralis tag undo {id}` takes it back", counted(change.len())));
    tell_followed(follow(config, change, messages), messages);
    Ok(Exit::Done)
}

fn counted(files: usize) -> String {
    if files == 1 { "1 file".to_owned() } else { format!("{files} files") }
}

fn write_difference(out: &mut impl Write, change: &Change) -> io::Result<()> {
    match change {
        Change::Tags(plan) => write_changes(out, plan),
        Change::Moves(renames) => {
            let mut moves = renames.moves.iter();
            moves.try_for_each(|(from, to)| writeln!(out, "{}\n  -> {}", shown(from), shown(to)))
        }
    }
}

fn write_changes(out: &mut impl Write, plan: &Plan) -> io::Result<()> {
    for file in &plan.files {
        writeln!(out, "{}", shown(&file.path))?;
        if file.other_names > 0 {
            writeln!(out, "  its {} other names (hard links) keep it as it was", file.other_names)?;
        }
        for (field, before, after) in file.changes() {
            let said = |values: &[String]| match values {
                [] => "nothing".to_owned(),
                values => format!("\"{}\"", printable(&values.join("\"; \""))),
            };
            writeln!(out, "  {}: {} -> {}", field.name(), said(before), said(after))?;
        }
        if let Some((before, after)) = &file.pictures {
            writeln!(out, "  pictures: {} -> {}", before.len(), after.len())?;
        }
    }
    Ok(())
}

/// The library learns of changed files that it knows; a moved one keeps its id, for the scan knows it again. A player that
/// runs holds the library, and learns at its next scan.
fn follow(config: &Loaded, change: &Change, messages: &Messages) -> Result<(), CliError> {
    if !config.places.library()?.exists() {
        return Ok(());
    }
    let store = open_store(config, messages)?;
    let reader = store.read()?;
    let is_known = |path: &Path| matches!(reader.file(path), Ok(Some(_)));
    let known: Vec<PathBuf> = match change {
        Change::Tags(_) => change.paths().into_iter().filter(|path| is_known(path)).collect(),
        Change::Moves(renames) => {
            let known = renames.moves.iter().filter(|(from, _)| is_known(from));
            known.map(|(_, to)| to.clone()).collect()
        }
    };
    scan::scan(&known, &store, &AtomicBool::new(false), &mut |_| {});
    store.close(CLOSING);
    Ok(())
}

fn tell_followed(followed: Result<(), CliError>, messages: &Messages) {
    match followed {
        Ok(()) => {}
        Err(CliError::Store { source: StoreError::AlreadyOpen { .. } }) => {
            messages.note("the player that runs has the library; `auralis ctl scan` tells it of the change");
        }
        Err(error) => messages.warning(&format!("the library does not know of the change yet: {error}")),
    }
}

fn show(paths: &[PathBuf], as_json: bool, messages: &Messages) -> Result<Exit, CliError> {
    let files = files(paths, messages)?;
    let mut out = io::stdout().lock();
    let mut exit = Exit::Done;
    for path in &files {
        match tags::read_fields(path) {
            Ok(read) if as_json => json::print(&mut out, &line(path, &read))?,
            Ok(read) => write_tags(&mut out, path, &read).map_err(CliError::Output)?,
            Err(error) => {
                messages.error(&format!("{} {error}", shown(path)));
                exit = Exit::Failed;
            }
        }
    }
    out.flush().map_err(CliError::Output)?;
    Ok(exit)
}

fn write_tags(out: &mut impl Write, path: &Path, read: &tags::Read) -> io::Result<()> {
    writeln!(out, "{}", shown(path))?;
    for (field, values) in read.fields.iter() {
        for value in values {
            let value = value.lines().map(printable).collect::<Vec<_>>().join("\n    ");
            writeln!(out, "  {}: {value}", field.name())?;
        }
    }
    if read.has_picture {
        writeln!(out, "  (has a picture inside)")?;
    }
    if let Some(coding) = read.mended_from {
        writeln!(
            out,
            "  (texts are {coding}, though the file does not say so; a change writes them as Unicode)"
        )?;
    }
    Ok(())
}

#[derive(serde::Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    path: JsonPath,
    fields: std::collections::BTreeMap<&'static str, &'a [String]>,
    has_picture: bool,
    mended_from: Option<&'static str>,
}

fn line<'a>(path: &Path, read: &'a tags::Read) -> Line<'a> {
    Line {
        path: JsonPath::new(path),
        fields: read.fields.iter().map(|(field, values)| (field.name(), values)).collect(),
        has_picture: read.has_picture,
        mended_from: read.mended_from,
    }
}

fn undo(config: &Loaded, batch: Option<u64>, dry_run: bool, messages: &Messages) -> Result<Exit, CliError> {
    let batches = batches(config)?;
    let id = batch.or_else(|| batches.last());
    let id = id.ok_or_else(|| CliError::NothingMatched("no change of tags is left to take back".into()))?;
    let change = batches.over(id, Way::Back).map_err(|why| refuse(why, messages))?;
    apply(config, &change, dry_run, messages)
}

fn rename(
    config: &Loaded,
    paths: &[PathBuf],
    base: Option<&Path>,
    template: &Template,
    dry_run: bool,
    messages: &Messages,
) -> Result<Exit, CliError> {
    let base = std::path::absolute(base.unwrap_or(Path::new("."))).map_err(CliError::Input)?;
    let renames = rename_plan(&files(paths, messages)?, &|_| base.clone(), template)
        .map_err(|why| refuse(why, messages))?;
    apply(config, &Change::Moves(renames), dry_run, messages)
}
