//! What a CUE sheet stands for, be it met on a walk or named: its tracks in place of its files, or nothing. Looks at the
//! sheet and at which files are there; reading those is `read`'s. Called by the scan and by `expand`.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use super::walk::stamp;
use crate::decode::DecodeError;
use crate::decode::cue::{self, Part, Sheet};
use crate::library::store::{SheetRow, Standing};
use crate::library::tags::{self, READER_VERSION};
use crate::model::part;
use crate::model::track::{AudioFormat, FileStamp, Tags};

/// A sheet and what was found of its files.
#[derive(Debug)]
pub struct Judged {
    pub standing: Standing,
    /// In sentences that follow its path.
    pub problems: Vec<String>,
    sheet: Sheet,
    /// Those that are there, by their index in the sheet.
    files: BTreeMap<usize, PathBuf>,
    missed_in: Vec<PathBuf>,
}

/// A track as it is to be listed.
#[derive(Debug)]
pub struct Listed {
    pub path: PathBuf,
    pub format: AudioFormat,
    pub tags: Tags,
}

/// Reads the sheet `path` and looks for its files. `is_named`: by hand, so that a sheet of one file for each track counts
/// as well. `claimed`: files that another sheet speaks for.
pub fn judge(path: &Path, is_named: bool, claimed: &HashSet<PathBuf>) -> Result<Judged, DecodeError> {
    let sheet = cue::read(path)?;
    let mut judged = Judged {
        standing: Standing::OneFileEach,
        problems: Vec::new(),
        sheet,
        files: BTreeMap::new(),
        missed_in: Vec::new(),
    };
    if !is_named && judged.sheet.is_one_file_each() {
        return Ok(judged);
    }
    judged.find_files(path);
    judged.standing = if judged.files.is_empty() {
        Standing::Unusable
    } else if judged.files.values().any(|file| claimed.contains(file)) {
        judged.problems.clear();
        Standing::Duplicate
    } else {
        Standing::Tracks
    };
    Ok(judged)
}

impl Judged {
    fn find_files(&mut self, path: &Path) {
        let mut files: Vec<usize> = self.sheet.parts().iter().map(|part| part.file).collect();
        files.sort_unstable();
        files.dedup();
        for file in files {
            match self.sheet.locate(path, file) {
                Ok(found) => drop(self.files.insert(file, found)),
                Err(error) => {
                    self.problems.push(error.to_string());
                    self.missed_in.extend(path.parent().map(Path::to_path_buf));
                }
            }
        }
        self.missed_in.dedup();
        self.problems.extend(wrong_lines(&self.sheet));
    }

    /// The files that its tracks stand for.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.files.values().filter(|_| self.standing == Standing::Tracks)
    }

    /// Paths of its tracks, in its order.
    pub fn paths(&self, path: &Path) -> Vec<PathBuf> {
        self.parts().into_iter().map(|listed| part::path(path, listed.number)).collect()
    }

    fn parts(&self) -> Vec<Part> {
        let mut parts = self.sheet.parts();
        parts.retain(|part| self.standing == Standing::Tracks && self.files.contains_key(&part.file));
        parts
    }

    /// Reads its files. What cannot be had goes to its problems; without any track it stands for nothing.
    pub fn read(&mut self, path: &Path) -> Vec<Listed> {
        let mut read = BTreeMap::new();
        for (&file, at) in self.files.iter().filter(|_| self.standing == Standing::Tracks) {
            match tags::read_file(at) {
                Ok(found) => drop(read.insert(file, found)),
                Err(error) => {
                    let name = at.file_name().unwrap_or_default().to_string_lossy();
                    self.problems.push(format!("{name:?} {error}"));
                }
            }
        }
        let tracks = self.parts().into_iter().filter_map(|part| Some((part, read.get(&part.file)?)));
        let listed = tracks.map(|(part, file)| list(&self.sheet, &part, path, file)).collect();
        let listed = take_listed(listed, &mut self.problems);
        if listed.is_empty() && self.standing == Standing::Tracks {
            self.standing = Standing::Unusable;
        }
        listed
    }

    /// As the store keeps it.
    pub fn row(&self, stamp: FileStamp) -> SheetRow {
        SheetRow {
            stamp,
            reader: READER_VERSION,
            standing: self.standing,
            files: stamped(self.files.values()),
            missed_in: stamped(self.missed_in.iter()),
            error: words(&self.problems, self.standing),
        }
    }
}

/// The tracks of a file with a sheet embedded, and what is wrong with some.
pub fn list_embedded(sheet: &Sheet, path: &Path, file: &(AudioFormat, Tags)) -> (Vec<Listed>, Vec<String>) {
    let mut problems: Vec<String> = wrong_lines(sheet).collect();
    let listed = sheet.parts().iter().map(|part| list(sheet, part, path, file)).collect();
    (take_listed(listed, &mut problems), problems)
}

fn wrong_lines(sheet: &Sheet) -> impl Iterator<Item = String> {
    sheet.problems.iter().map(|problem| format!("line {}: {}", problem.line, problem.what))
}

/// The row of a file with a sheet embedded.
pub fn embedded_row(stamp: FileStamp, problems: &[String]) -> SheetRow {
    let error = words(problems, Standing::Tracks);
    let (files, missed_in) = (Vec::new(), Vec::new());
    SheetRow { stamp, reader: READER_VERSION, standing: Standing::Tracks, files, missed_in, error }
}

/// The row of a sheet that cannot be read.
pub fn broken_row(stamp: FileStamp, error: &DecodeError) -> SheetRow {
    let error = words(&[error.to_string()], Standing::Unusable);
    SheetRow { standing: Standing::Unusable, error, ..embedded_row(stamp, &[]) }
}

/// Whether nothing has changed that the sheet was read from.
pub fn is_current(row: &SheetRow, now: FileStamp) -> bool {
    let same = |(path, before): &(PathBuf, FileStamp)| {
        std::fs::metadata(path).is_ok_and(|about| stamp(&about) == *before)
    };
    // No kind of file that a sheet is embedded in is read otherwise since version 4.
    (row.reader == 4 || row.reader == READER_VERSION)
        && row.stamp == now
        && row.files.iter().all(same)
        && row.missed_in.iter().all(same)
}

fn list(
    sheet: &Sheet,
    part: &Part,
    container: &Path,
    (format, tags): &(AudioFormat, Tags),
) -> Result<Listed, DecodeError> {
    let (start, end) = part.span(format.spec.rate, format.frames)?;
    let frames = end.map(|end| end - start);
    let path = part::path(container, part.number);
    Ok(Listed { path, format: AudioFormat { frames, ..*format }, tags: tags::of_sheet(sheet, part, tags) })
}

fn take_listed(listed: Vec<Result<Listed, DecodeError>>, problems: &mut Vec<String>) -> Vec<Listed> {
    let keep =
        |listed: Result<Listed, DecodeError>| listed.map_err(|error| problems.push(error.to_string())).ok();
    listed.into_iter().filter_map(keep).collect()
}

fn stamped<'a>(paths: impl Iterator<Item = &'a PathBuf>) -> Vec<(PathBuf, FileStamp)> {
    // One that goes in this moment is missed at the next look.
    let stamp_of = |path: &PathBuf| std::fs::metadata(path).map(|about| stamp(&about)).unwrap_or_default();
    paths.map(|path| (path.clone(), stamp_of(path))).collect()
}

/// One sentence that follows the path of the sheet.
pub fn words(problems: &[String], standing: Standing) -> Option<String> {
    let first = problems.first()?;
    let how = match standing {
        Standing::Unusable => "cannot be used",
        _ => "cannot be used as a whole",
    };
    match problems.len() - 1 {
        0 => Some(format!("{how}: {first}")),
        more => Some(format!("{how}: {first}; and {more} more")),
    }
}
