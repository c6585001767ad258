//! Where files would go by a template of their tags. Reads only.

use std::collections::{BTreeSet, HashSet};
use std::path::{Component, Path, PathBuf};

use super::template::Template;
use super::{BatchId, Refused};
use crate::library::tags;

/// Old and new paths, none of which is in another's way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Renames {
    pub moves: Vec<(PathBuf, PathBuf)>,
    pub unchanged: usize,
    /// The batch that this one takes back.
    pub undoes: Option<BatchId>,
    /// Folders that go once nothing is in them, the outer ones first.
    pub left: Vec<PathBuf>,
}

impl Renames {
    /// Folders that are to be made, the outer ones first.
    pub fn new_folders(&self) -> Vec<PathBuf> {
        let above = self.moves.iter().filter_map(|(_, to)| to.parent()).flat_map(Path::ancestors);
        let new: BTreeSet<&Path> = above.filter(|folder| !folder.exists()).collect();
        new.into_iter().map(Path::to_path_buf).collect()
    }
}

/// Where the files would go below what `base` gives for each. One collision refuses all.
pub fn rename_plan(
    paths: &[PathBuf],
    base: &dyn Fn(&Path) -> PathBuf,
    template: &Template,
) -> Result<Renames, Refused> {
    let mut plan = Renames::default();
    let mut refused = Vec::new();
    let mut taken = HashSet::new();
    for path in paths {
        match target(path, base, template) {
            Ok((_, to)) if !taken.insert(to.clone()) => {
                refused.push((path.clone(), format!("would get the same name as another: {}", to.display())));
            }
            Ok((from, to)) if from == to => plan.unchanged += 1,
            Ok((_, to)) if to.symlink_metadata().is_ok() => {
                refused.push((path.clone(), format!("would take the place of {}", to.display())));
            }
            Ok(pair) => plan.moves.push(pair),
            Err(why) => refused.push((path.clone(), why)),
        }
    }
    if refused.is_empty() { Ok(plan) } else { Err(Refused(refused)) }
}

fn target(
    path: &Path,
    base: &dyn Fn(&Path) -> PathBuf,
    template: &Template,
) -> Result<(PathBuf, PathBuf), String> {
    // The name itself is moved, be it a link or not.
    let from = std::path::absolute(path).map_err(|error| format!("cannot be found: {error}"))?;
    let read = tags::read_fields(&from).map_err(|error| error.to_string())?;
    let mut name = template.fill(&read.fields)?.into_os_string();
    if let Some(extension) = from.extension() {
        name.push(".");
        name.push(extension);
    }
    let below = Path::new(&name);
    if !below.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err("would leave its folder".to_owned());
    }
    let to = base(&from).join(below);
    Ok((from, to))
}
