//! The user's own equaliser curves: a text each, in a folder beside the configuration, as Equalizer APO reads it. Read at
//! start and by jobs; written where the user asks for it, never over what cannot be read back.

use std::fs::{DirBuilder, File};
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::problem::Problem;
use super::read;
use crate::model::equaliser::{Equaliser, PRESETS};
use crate::model::suggest::nearest;

/// A curve by its name: one of the user's, else a built-in one.
pub fn named(folder: Option<&Path>, name: &str) -> Result<Equaliser, Problem> {
    let file = folder.filter(|_| Equaliser::is_name(name)).map(|folder| file_of(folder, name));
    if let Some(file) = file.filter(|file| file.exists()) {
        return from(&file);
    }
    Equaliser::preset(name).ok_or_else(|| {
        let known = names(folder);
        let near = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
        let file = folder.unwrap_or(Path::new("eq")).to_owned();
        Problem { file, line: None, message: format!("no curve is named `{name}`"), nearest: near }
    })
}

/// A curve from a file, named by it.
pub fn from(file: &Path) -> Result<Equaliser, Problem> {
    let problem = |line, message: String| Problem { file: file.to_owned(), line, message, nearest: None };
    let text = read::text(file).map_err(|unreadable| unreadable.problem(file))?;
    let text = text.ok_or_else(|| problem(None, "no such file".to_owned()))?;
    let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Equaliser::read(&name, &text).map_err(|error| problem(error.line, error.why))
}

/// Keeps a curve under its name. All of it is there, or what was before.
pub fn keep(folder: &Path, curve: &Equaliser) -> std::io::Result<PathBuf> {
    let file = file_of(folder, curve.name());
    let part = folder.join(format!(".{}.part", curve.name()));
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let written = File::create(&part).and_then(|mut file| {
        file.write_all(curve.text().as_bytes())?;
        file.sync_all()
    });
    let moved = written.and_then(|()| std::fs::rename(&part, &file));
    if moved.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    moved.map(|()| file)
}

/// Names of all curves at hand: the built-in ones, then the user's in order.
pub fn names(folder: Option<&Path>) -> Vec<String> {
    let mut names: Vec<String> = PRESETS.iter().map(|(name, ..)| (*name).to_owned()).collect();
    let files = folder.and_then(|folder| std::fs::read_dir(folder).ok());
    let stems = files.into_iter().flatten().map_while(Result::ok).filter_map(|entry| {
        let path = entry.path();
        let is_text = path.extension().is_some_and(|extension| extension == "txt");
        path.file_stem()?.to_str().filter(|name| is_text && Equaliser::is_name(name)).map(str::to_owned)
    });
    let mut own: Vec<String> = stems.filter(|name| !names.contains(name)).take(256).collect();
    own.sort_unstable();
    names.append(&mut own);
    names
}

fn file_of(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.txt"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::chain::Band;

    #[test]
    fn a_curve_that_is_kept_is_found_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("eq");
        let curve = Equaliser::new("mine", Some(-2.5), [Band::peak(120.0, 0.9, 3.25)]);
        let file = keep(&folder, &curve).unwrap();
        assert_eq!(file, folder.join("mine.txt"));
        assert_eq!(named(Some(&folder), "mine"), Ok(curve.clone()));
        assert_eq!(from(&file), Ok(curve));
        assert_eq!(named(None, "bass"), Ok(Equaliser::preset("bass").unwrap()));
        assert_eq!(names(Some(&folder)).last().map(String::as_str), Some("mine"));
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "nothing else is left there");
    }

    #[test]
    fn what_cannot_be_had_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let problem = named(Some(folder.path()), "bas").unwrap_err().to_string();
        assert!(problem.ends_with("no curve is named `bas`; did you mean `bass`?"), "{problem}");
        assert!(from(&folder.path().join("x.txt")).unwrap_err().to_string().ends_with("no such file"));
        assert!(named(Some(folder.path()), "../x").is_err());
    }
}
