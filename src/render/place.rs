//! Where files go, and what stands in the way. Looks; writes nothing.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access, statvfs};

use super::group::Item;
use crate::library::edit::Template;
use crate::model::part;
use crate::model::rendering::Format;
use crate::model::server;
use crate::model::tag::Fields;

/// A path, and a sentence that follows it.
pub type Conflict = (PathBuf, String);

/// Below `output`: by the template, else as it lies below what was named.
pub fn target(
    path: &Path,
    fields: &Fields,
    named: &[PathBuf],
    output: &Path,
    template: Option<&Template>,
    format: Format,
) -> Result<PathBuf, String> {
    let below = match template {
        Some(template) => template.fill(fields)?,
        None => below(path, named).ok_or("has no name of its own: give a template of names")?,
    };
    let mut name = output.join(below).into_os_string();
    name.push(".");
    name.push(format.extension());
    Ok(name.into())
}

/// Of a folder that was named, with that folder; of all else the name alone. Without extension.
fn below(path: &Path, named: &[PathBuf]) -> Option<PathBuf> {
    let stem = match part::split(path).filter(|_| !path.exists()) {
        Some((container, number)) => {
            let mut stem: OsString = container.file_stem()?.to_owned();
            stem.push(format!(" {number:02}"));
            stem
        }
        None => {
            let name = server::file_name(path).filter(|_| server::is_served(path));
            name.map_or(path, Path::new).file_stem()?.to_owned()
        }
    };
    let container = part::split(path).filter(|_| !path.exists()).map_or(path, |(container, _)| container);
    let folders = named.iter().filter(|folder| container.starts_with(folder) && container != *folder);
    let inside = folders.max_by_key(|folder| folder.as_os_str().len()).and_then(|folder| {
        let within = container.parent()?.strip_prefix(folder).ok()?;
        Some(Path::new(folder.file_name().unwrap_or_default()).join(within))
    });
    Some(inside.unwrap_or_default().join(stem))
}

/// All that stands in the way of the items.
pub fn conflicts(
    items: &[Item],
    named: &[PathBuf],
    output: &Path,
    format: Format,
    overwrite: bool,
) -> Vec<Conflict> {
    let mut found = Vec::new();
    if let Some(folder) = named.iter().find(|folder| lies_in(output, folder)) {
        let why = format!("lies in {}, which is being mastered: give another folder", folder.display());
        found.push((output.to_owned(), why));
    }
    let sources: HashMap<(u64, u64), &Path> =
        items.iter().filter_map(|item| Some((identity(&item.path)?, &*item.path))).collect();
    let mut taken: HashMap<&Path, &Path> = HashMap::new();
    for item in items {
        found.extend(of_one(item, &sources, format, overwrite).map(|why| (item.path.clone(), why)));
        if let Some(other) = taken.insert(&item.target, &item.path) {
            let why = format!(
                "and {} would both be {}: give a template of names",
                other.display(),
                item.target.display()
            );
            found.push((item.path.clone(), why));
        }
    }
    found.extend(unwritable(items));
    found.extend(no_room(items, format));
    found
}

fn of_one(
    item: &Item,
    sources: &HashMap<(u64, u64), &Path>,
    format: Format,
    overwrite: bool,
) -> Option<String> {
    if let Some(why) = format.refuses(item.format.spec) {
        return Some(why);
    }
    let target = item.target.display();
    if let Some(source) = identity(&item.target).and_then(|target| sources.get(&target)) {
        return Some(format!(
            "would be written over {}, which is a source: give another folder",
            source.display()
        ));
    }
    let about = item.target.symlink_metadata().ok()?;
    match about.is_file() {
        false => Some(format!("would take the place of {target}, which is no file")),
        true if !overwrite => {
            Some(format!("would take the place of {target}: take that away, or give another folder"))
        }
        true => None,
    }
}

/// The file behind a name, also behind one of a track of a sheet.
fn identity(path: &Path) -> Option<(u64, u64)> {
    let about = path.metadata().or_else(|error| match part::split(path) {
        Some((container, _)) => container.metadata(),
        None => Err(error),
    });
    about.ok().map(|about| (about.dev(), about.ino()))
}

/// Behind links, as far as it is there.
fn lies_in(output: &Path, folder: &Path) -> bool {
    let Ok(folder) = folder.canonicalize() else { return false };
    if !folder.is_dir() {
        return false;
    }
    let there = standing(output);
    let behind = output.strip_prefix(there).unwrap_or(Path::new(""));
    there.canonicalize().is_ok_and(|there| there.join(behind).starts_with(&folder))
}

/// The innermost folder of a path that is there.
fn standing(path: &Path) -> &Path {
    path.ancestors().find(|folder| folder.symlink_metadata().is_ok()).unwrap_or(Path::new("/"))
}

fn unwritable(items: &[Item]) -> Vec<Conflict> {
    let folders: BTreeMap<&Path, ()> =
        items.iter().filter_map(|item| Some((standing(item.target.parent()?), ()))).collect();
    let wrong = folders.into_keys().filter_map(|folder| {
        if !folder.is_dir() {
            return Some((folder.to_owned(), "is no folder".to_owned()));
        }
        let refused = access(folder, Access::WRITE_OK | Access::EXEC_OK).err()?;
        Some((folder.to_owned(), format!("cannot be written to: {}", std::io::Error::from(refused).kind())))
    });
    wrong.collect()
}

/// Where the system does not tell what is free, it is found when it is full.
fn no_room(items: &[Item], format: Format) -> Vec<Conflict> {
    let mut needed: BTreeMap<u64, (u64, &Path)> = BTreeMap::new();
    for item in items {
        let Some(folder) = item.target.parent().map(standing) else { continue };
        let device = folder.metadata().map_or(0, |about| about.dev());
        needed.entry(device).or_insert((0, folder)).0 += format.bytes(item.frames, item.format.spec.channels);
    }
    let short = needed.into_values().filter_map(|(bytes, folder)| {
        let about = statvfs(folder).ok()?;
        let free = about.f_bavail.saturating_mul(about.f_frsize);
        let why = format!("has {} MiB free, and about {} MiB will be written", free >> 20, bytes >> 20);
        (free < bytes).then(|| (folder.to_owned(), why))
    });
    short.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_place_below_the_folder_that_was_named() {
        let named = [PathBuf::from("/m/a"), PathBuf::from("/m/x.flac")];
        let of = |path: &str| below(Path::new(path), &named).unwrap();
        assert_eq!(of("/m/a/b/c.d.flac"), Path::new("a/b/c.d"));
        assert_eq!(of("/m/a/c.flac"), Path::new("a/c"));
        assert_eq!(of("/m/x.flac"), Path::new("x"));
        assert_eq!(of("/elsewhere/y.mp3"), Path::new("y"));
        assert_eq!(of("/m/a/b/disc.cue/track03"), Path::new("a/b/disc 03"));
    }

    #[test]
    fn an_output_inside_a_source_is_seen_through_links_and_before_it_is_there() {
        let home = tempfile::tempdir().unwrap();
        let music = home.path().join("music");
        std::fs::create_dir(&music).unwrap();
        std::os::unix::fs::symlink(&music, home.path().join("link")).unwrap();
        assert!(lies_in(&music, &music));
        assert!(lies_in(&home.path().join("link/new/deeper"), &music));
        assert!(!lies_in(&home.path().join("other"), &music));
        assert!(!lies_in(home.path(), &music));
    }
}
