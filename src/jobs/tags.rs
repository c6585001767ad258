//! Jobs on what files say of themselves: read it, plan a change, carry one out. Each runs on the lane of its own, so that
//! a batch neither waits for a scan nor holds one up.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::library::artwork::{self, Picture, Place};
use crate::library::edit::{self, Batches, Change, Edit, Refused, Template};
use crate::library::tags;
use crate::model::edit::Way;
use crate::model::job::CancelToken;
use crate::model::loudness::Leveling;
use crate::model::part;
use crate::model::tag::Field;
use crate::model::tagging::{Said, TagEdit, TagPreview, TagSheet, TagWork};

/// What was done to files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Number of its batch.
    pub batch: u64,
    /// Where the changed files are now.
    pub paths: Vec<PathBuf>,
    /// Files that have another name, from and to.
    pub moved: Vec<(PathBuf, PathBuf)>,
}

/// A change that waits to be carried out, and what is shown of it.
#[derive(Debug, Clone)]
pub struct Planned {
    pub change: Change,
    pub preview: TagPreview,
}

/// Of more files only the tags are read: what else they are differs anyway.
const MOST_DESCRIBED: usize = 200;

/// What the files say, all together.
pub fn look(paths: &[PathBuf], cancel: &CancelToken) -> TagSheet {
    let mut sheet = TagSheet { files: paths.to_vec(), ..TagSheet::default() };
    for path in paths.iter().take_while(|_| !cancel.is_cancelled()) {
        if let Err(why) = take_in(&mut sheet, path) {
            sheet.problems.push((path.clone(), why));
        }
    }
    sheet
}

fn take_in(sheet: &mut TagSheet, path: &Path) -> Result<(), String> {
    let read = tags::read_fields(container(path)).map_err(|error| error.to_string())?;
    let facts = if sheet.files.len() > MOST_DESCRIBED { Vec::new() } else { facts(path, &read) };
    if sheet.fields.is_empty() {
        sheet.fields =
            Field::all().map(|field| (field, Said::Same(read.fields.get(field).to_vec()))).collect();
        sheet.facts = facts.into_iter().map(|(name, words)| (name.into(), Said::Same(vec![words]))).collect();
        return Ok(());
    }
    for (field, said) in &mut sheet.fields {
        said.and(read.fields.get(*field));
    }
    for ((_, said), (_, words)) in sheet.facts.iter_mut().zip(facts) {
        said.and(&[words]);
    }
    Ok(())
}

/// The file that a track of a sheet is in.
fn container(path: &Path) -> &Path {
    part::split(path).map(|(container, _)| container).filter(|container| container.is_file()).unwrap_or(path)
}

fn facts(path: &Path, read: &tags::Read) -> Vec<(&'static str, String)> {
    let format = &read.format;
    let bits = format.bits.map_or(String::new(), |bits| format!(" {bits} bit"));
    let sound =
        format!("{}{bits}, {} Hz, {} channels", format.codec.name(), format.spec.rate, format.spec.channels);
    let bytes = container(path).metadata().map_or(0, |about| about.len());
    let seconds = format.duration().map(|time| time.as_secs_f64());
    let length = seconds.map_or("not known".to_owned(), |seconds| {
        format!("{}:{:06.3}", (seconds / 60.0).floor(), seconds % 60.0)
    });
    let rate = seconds.filter(|&seconds| seconds > 0.0);
    // With tags and pictures: what the file takes a second.
    let rate = rate.map_or(String::new(), |seconds| format!(", {:.0} kbit/s", bytes as f64 * 8e-3 / seconds));
    let [track, album] = loudness(path);
    vec![
        ("file", path.display().to_string()),
        ("sound", sound),
        ("length", length),
        ("size", format!("{bytes} bytes{rate}")),
        ("track gain", track),
        ("album gain", album),
        ("picture", picture(path)),
        ("texts", read.mended_from.map_or("as they are declared", |coding| coding).to_owned()),
    ]
}

/// Gain and peak of track and album, as the tags have them.
fn loudness(path: &Path) -> [String; 2] {
    let told = tags::loudness(path);
    [told.track, told.album].map(|level: Leveling| match (level.gain_db, level.peak) {
        (None, None) => "none".to_owned(),
        (gain, peak) => {
            let gain = gain.map(|gain| format!("{gain:+.2} dB"));
            let peak = peak.map(|peak| format!("peak {peak:.6}"));
            gain.into_iter().chain(peak).collect::<Vec<_>>().join(", ")
        }
    })
}

/// Which picture belongs to the file, in words.
pub fn picture(path: &Path) -> String {
    let found = match artwork::find(container(path)) {
        Ok(None) => return "none".to_owned(),
        Ok(Some(found)) => found,
        Err(error) => return format!("it {error}"),
    };
    let place = match &found.place {
        Place::Embedded => "inside the file".to_owned(),
        Place::Server => "on the server".to_owned(),
        Place::File(file) => file.display().to_string(),
    };
    let size = match artwork::dimensions(&found.data) {
        Ok((width, height)) => format!("{width} x {height} pixels"),
        Err(error) => format!("it {error}"),
    };
    format!("{place}, {size}, {} bytes", found.data.len())
}

/// Writes the picture of a file to `to`, never over a file that is there.
pub fn extract(path: &Path, to: &Path) -> Result<(), String> {
    let found = artwork::find(container(path)).map_err(|error| error.to_string())?;
    let found = found.ok_or_else(|| format!("{} has no picture inside or beside it", path.display()))?;
    let written = File::create_new(to).and_then(|mut file| file.write_all(&found.data));
    written.map_err(|error| format!("{} cannot be written: {error}", to.display()))
}

/// What would become of the files; nothing is written. `roots`: the folders of the library.
pub fn plan(paths: &[PathBuf], work: &TagWork, roots: &[PathBuf]) -> Result<Planned, Refused> {
    if let Some(path) = paths.iter().find(|path| container(path) != path.as_path()) {
        let why = "is a track of a CUE sheet: its tags and its name are the sheet's, which is edited as text";
        return Err(Refused(vec![(path.clone(), why.to_owned())]));
    }
    let change: Change = match work {
        TagWork::Edit(edits) => edit::plan(paths, &edits_with_pictures(edits)?)?.into(),
        TagWork::Rename(template) => rename(paths, template, roots)?.into(),
    };
    let preview = preview(&change);
    Ok(Planned { change, preview })
}

fn edits_with_pictures(edits: &[TagEdit]) -> Result<Vec<Edit>, Refused> {
    let edit = |edit: &TagEdit| {
        Ok(match edit {
            TagEdit::Set(field, values) => Edit::Set(*field, values.clone()),
            TagEdit::Add(field, values) => Edit::Add(*field, values.clone()),
            TagEdit::Remove(field) => Edit::Remove(*field),
            TagEdit::NoPictures => Edit::RemovePictures,
            TagEdit::Cover(file) => {
                let cover = artwork::read_picture(file).and_then(Picture::front);
                Edit::SetCover(cover.map_err(|error| Refused(vec![(file.clone(), error.to_string())]))?)
            }
        })
    };
    edits.iter().map(edit).collect()
}

/// A template without folders leaves files in theirs; with folders it counts from the library's folder that they are in.
fn rename(paths: &[PathBuf], template: &str, roots: &[PathBuf]) -> Result<edit::Renames, Refused> {
    let parsed = Template::parse(template).map_err(|why| Refused(vec![(PathBuf::from(template), why)]))?;
    let base = |path: &Path| {
        let above = || path.parent().unwrap_or(Path::new("/"));
        let root =
            roots.iter().filter(|root| path.starts_with(root)).max_by_key(|root| root.as_os_str().len());
        let root = root.filter(|root| template.contains('/') && root.as_path() != path);
        root.map_or_else(above, PathBuf::as_path).to_path_buf()
    };
    edit::rename_plan(paths, &base, &parsed)
}

/// What is shown of a change.
pub(super) fn preview(change: &Change) -> TagPreview {
    match change {
        Change::Tags(plan) => TagPreview {
            files: plan.files.iter().map(|file| (file.path.clone(), differences(file))).collect(),
            unchanged: plan.unchanged,
        },
        Change::Moves(renames) => TagPreview {
            files: renames
                .moves
                .iter()
                .map(|(from, to)| {
                    let [before, after] = [from, to].map(|path| path.display().to_string());
                    (from.clone(), vec![("name".to_owned(), before, after)])
                })
                .collect(),
            unchanged: renames.unchanged,
        },
    }
}

fn differences(file: &edit::FilePlan) -> Vec<(String, String, String)> {
    let mut all: Vec<_> = file
        .changes()
        .map(|(field, before, after)| (field.name().to_owned(), before.join("; "), after.join("; ")))
        .collect();
    if let Some((before, after)) = &file.pictures {
        all.push(("pictures".to_owned(), before.len().to_string(), after.len().to_string()));
    }
    if file.other_names > 0 {
        let kept = format!("{} (hard links)", file.other_names);
        all.push(("other names".to_owned(), kept.clone(), format!("{kept} keep it as it was")));
    }
    all
}

/// Carries a change out: every file of it, or none. `watch` hears how many files are done.
pub fn write(
    batches: &Batches,
    change: &Change,
    cancel: &CancelToken,
    mut watch: impl FnMut(usize),
) -> Result<Written, Refused> {
    let batch = batches.commit(change, &mut |done| {
        watch(done);
        !cancel.is_cancelled()
    })?;
    let moved = match change {
        Change::Tags(_) => Vec::new(),
        Change::Moves(renames) => renames.moves.clone(),
    };
    Ok(Written { batch, paths: change.paths(), moved })
}

/// Takes a batch back, or makes it again.
pub fn go_over(
    batches: &Batches,
    batch: u64,
    way: Way,
    cancel: &CancelToken,
    watch: impl FnMut(usize),
) -> Result<Written, Refused> {
    let change = batches.over(batch, way)?;
    write(batches, &change, cancel, watch)
}
