//! From what was named to the work that is to be done, and to what stands in its way. Reads tags and headers; writes
//! nothing.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::group::{Group, Grouping, Item, grouped};
use super::place::{self, Conflict};
use super::said;
use crate::decode::Source;
use crate::library::edit::Template;
use crate::library::expand::expand;
use crate::library::scan::absolute_root;
use crate::model::address::is_address;
use crate::model::job::CancelToken;
use crate::model::rendering::Format;
use crate::model::server::is_served;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Order {
    /// Files, folders, playlists, CUE sheets.
    pub paths: Vec<PathBuf>,
    /// Folders below which files keep their place, as below those that are named.
    pub below: Vec<PathBuf>,
    /// Absolute.
    pub output: PathBuf,
    /// Of names below the output; `None`: as the sources are named.
    pub template: Option<Template>,
    pub format: Format,
    pub grouping: Grouping,
    pub overwrite: bool,
}

/// See the module's head.
#[derive(Debug, Default)]
pub struct Prepared {
    pub groups: Vec<Group>,
    /// What is no music that can be read, with sentences that follow each path.
    pub unreadable: Vec<Conflict>,
    /// With one of them nothing is to be done.
    pub conflicts: Vec<Conflict>,
}

impl Prepared {
    pub fn tracks(&self) -> usize {
        self.groups.iter().map(Vec::len).sum()
    }
}

/// Stops early where `cancel` says so: what it gives then is not to be used.
pub fn prepare(order: &Order, cancel: &CancelToken) -> Prepared {
    let found = expand(&order.paths, cancel.flag());
    let named: Vec<PathBuf> = order.paths.iter().map(|path| absolute_root(path)).collect();
    let keeping: Vec<PathBuf> = named.iter().chain(&order.below).cloned().collect();
    let problems = found.problems.into_iter().map(|problem| (problem.path, problem.error));
    let mut prepared = Prepared { unreadable: problems.collect(), ..Prepared::default() };
    let (mut items, mut seen): (Vec<Item>, HashSet<PathBuf>) = Default::default();
    for path in found.files {
        if cancel.is_cancelled() {
            return prepared;
        }
        // A file may be named twice, by itself and by its folder.
        if !seen.insert(path.clone()) {
            continue;
        }
        match read(&path) {
            Ok(item) => match place::target(
                &path,
                &item.fields,
                &keeping,
                &order.output,
                order.template.as_ref(),
                order.format,
            ) {
                Ok(target) => items.push(Item { target, ..item }),
                Err(why) => prepared.conflicts.push((path, why)),
            },
            Err(why) => prepared.unreadable.push((path, why)),
        }
    }
    prepared.conflicts.extend(place::conflicts(&items, &named, &order.output, order.format, order.overwrite));
    prepared.groups = grouped(items, order.grouping);
    prepared
}

fn read(path: &Path) -> Result<Item, String> {
    if is_address(path) && !is_served(path) {
        return Err("is an address, and only files are mastered".to_owned());
    }
    let source = Source::open(path).map_err(|error| error.to_string())?;
    let info = source.info();
    let (format, frames) = (info.format, info.format.frames.or(info.estimated_frames).unwrap_or(0));
    if format.frames == Some(0) {
        return Err("holds no sound".to_owned());
    }
    Ok(Item { path: path.to_owned(), target: PathBuf::new(), format, frames, fields: said::fields(path)? })
}
