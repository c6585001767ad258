//! References: music whose tone, width and loudness others are brought to, or the file of such a curve.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::error::RenderError;
use super::part::PartFile;
use super::pass::Watch;
use crate::analysis::measure::MeasureError;
use crate::analysis::profile::look;
use crate::library::expand::expand;
use crate::model::part;
use crate::model::reference::{Profile, Reference};

/// Ends the name of a file that holds a curve.
pub const ENDING: &str = "json";
/// Longer than any curve is, bytes.
const LONGEST: u64 = 64 * 1024;

/// From files, folders, playlists, CUE sheets: the mean of all of their tracks; or from one file that holds a curve.
///
/// # Errors
/// In words: what cannot be read, and where nothing is left.
pub fn reference(paths: &[PathBuf], watch: Watch<'_>) -> Result<Reference, String> {
    if let [path] = paths
        && path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(ENDING))
    {
        return read(path);
    }
    let found = expand(paths, watch.cancel.flag());
    if let Some(problem) = found.problems.first() {
        return Err(format!("{}: {}", problem.path.display(), problem.error));
    }
    let mut tracks = Vec::new();
    for path in &found.files {
        let (profile, loudness) = look(path, watch.cancel, watch.on_sound)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        // What is silent says nothing.
        if let (Ok(profile), Ok(lufs)) = (profile, loudness.integrated_lufs) {
            tracks.push((profile, lufs));
        }
    }
    Reference::of(name(paths), &tracks).ok_or_else(|| match found.files.len() {
        0 => "no music was named to take as a reference".to_owned(),
        _ => "there is nothing in the reference that could be heard".to_owned(),
    })
}

/// As a person would call it: the name of the first, without its ending.
fn name(paths: &[PathBuf]) -> String {
    let first = paths.first().map_or(Path::new(""), PathBuf::as_path);
    let file = part::split(first).map_or(first, |(file, _)| file);
    let is_folder = file.is_dir();
    let name = if is_folder { file.file_name() } else { file.file_stem() };
    name.map_or_else(|| file.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn read(path: &Path) -> Result<Reference, String> {
    let says = |why: String| format!("{}: {why}", path.display());
    let file = std::fs::File::open(path).map_err(|error| says(error.to_string()))?;
    let mut text = String::new();
    file.take(LONGEST).read_to_string(&mut text).map_err(|error| says(error.to_string()))?;
    let reference: Reference =
        serde_json::from_str(&text).map_err(|error| says(format!("holds no curve: {error}")))?;
    match reference.is_sound() {
        true => Ok(reference),
        false => Err(says("holds numbers that no music has".to_owned())),
    }
}

/// Puts a curve into a file, whole or not at all.
///
/// # Errors
/// Of the disk.
pub fn keep(reference: &Reference, path: &Path) -> std::io::Result<()> {
    let part = PartFile::create(&std::path::absolute(path)?)?;
    let mut file: &std::fs::File = &part.file();
    serde_json::to_writer_pretty(&mut file, reference)?;
    file.write_all(b"\n")?;
    part.keep(true)
}

/// The spectrum of tracks as one.
///
/// # Errors
/// With the place of the track that cannot be decoded.
pub fn profile_of(paths: &[&Path], watch: Watch<'_>) -> Result<Option<Profile>, (usize, RenderError)> {
    let mut profiles = Vec::new();
    for (at, path) in paths.iter().enumerate() {
        let (profile, _) = look(path, watch.cancel, watch.on_sound).map_err(|error| match error {
            MeasureError::Decode(error) => (at, error.into()),
            MeasureError::Cancelled => (at, RenderError::Cancelled),
        })?;
        profiles.extend(profile.ok());
    }
    Ok(Profile::mean(profiles.iter().map(|profile| (profile, 0.0))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::job::CancelToken;

    fn asked(paths: &[PathBuf]) -> Result<Reference, String> {
        reference(paths, Watch { cancel: &CancelToken::default(), on_sound: &|_| () })
    }

    #[test]
    fn a_file_of_a_curve_is_read_and_one_of_anything_else_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("curve.json");
        let curve = Reference {
            name: "Rock".into(),
            tracks: 9,
            profile: Profile { mid_db: [-30.0; 31], side_db: [-44.5; 31] },
            lufs: -9.5,
        };
        std::fs::write(&path, serde_json::to_string(&curve).unwrap()).unwrap();
        assert_eq!(asked(std::slice::from_ref(&path)), Ok(curve.clone()));
        let wild = Reference { lufs: 1e9, ..curve };
        std::fs::write(&path, serde_json::to_string(&wild).unwrap()).unwrap();
        assert!(asked(std::slice::from_ref(&path)).unwrap_err().contains("no music has"));
        std::fs::write(&path, "{\"name\":").unwrap();
        assert!(asked(&[path]).unwrap_err().contains("holds no curve"));
        assert!(asked(&[folder.path().to_owned()]).unwrap_err().contains("has no music in it"));
        assert!(asked(&[folder.path().join("none.wav")]).is_err());
    }
}
