//! Roots: the folders (or files) that a library is made of, as absolute paths, none inside another.

use std::path::{Component, Path, PathBuf};

use crate::model::address::is_address;

/// `path` made absolute without following links, so that a root has the same name whether its disk is mounted or not.
/// A path with `..` is resolved by the system where it exists. An address stays as it is.
pub fn absolute_root(path: &Path) -> PathBuf {
    if is_address(path) {
        return path.to_path_buf();
    }
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    if absolute.components().any(|part| part == Component::ParentDir) {
        return absolute.canonicalize().unwrap_or(absolute);
    }
    // Collecting drops a slash at the end.
    absolute.components().collect()
}

/// Roots to walk: absolute, sorted, each once, those inside another left out.
pub fn outermost(roots: &[PathBuf]) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = roots.iter().map(|root| absolute_root(root)).collect();
    // By components a folder comes right before what is inside it.
    all.sort();
    let mut kept: Vec<PathBuf> = Vec::new();
    for root in all {
        if !kept.last().is_some_and(|outer| root.starts_with(outer)) {
            kept.push(root);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_inside_roots_are_left_out() {
        let roots = ["/m/b/c", "/m/b", "/m/b", "/m/bc", "/m/a/", "/m/b-x/y"].map(PathBuf::from);
        let expected = ["/m/a", "/m/b", "/m/b-x/y", "/m/bc"].map(PathBuf::from);
        assert_eq!(outermost(&roots), expected);
    }
}
