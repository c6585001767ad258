//! `auralis compare`: how good a file is by its numbers, or two beside each other, with their null test.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::args::Compare;
use super::exit::{CliError, Exit};
use super::interrupt;
use super::json::{self, JsonPath};
use super::text::shown;
use crate::model::job::CancelToken;
use crate::render::compare::{Scored, null_words, scored};

pub const HELP: &str = "\
One file: loudness, range, peaks, tilt, balance, correlation and overs beside what music has, with
points from 0 (bad) to 100 (nothing speaks against it). Loudness and range have none: they are
choices. Two files: both, and what is left when one is taken from the other (the null test), a gain
between them aside. A master is compared with its source; the same samples are told as such.";

/// Columns of names and values.
const NAME: usize = 18;
const VALUE: usize = 26;

pub fn run(asked: &Compare) -> Result<Exit, CliError> {
    let cancel = CancelToken::over(interrupt::flag().map_err(CliError::Signals)?);
    let mut files = Vec::new();
    for path in std::iter::once(&asked.first).chain(&asked.second) {
        files.push((path.as_path(), scored(path, &cancel).map_err(|error| refused(path, &error))?));
    }
    let null = match &asked.second {
        Some(second) => {
            let found = null_words(&asked.first, second, &cancel);
            Some(found.map_err(|error| refused(second, &error))?)
        }
        None => None,
    };
    let words = null.as_ref().map(|(_, words)| words.as_str());
    let mut out = io::stdout().lock();
    if asked.json {
        let is_identical = null.as_ref().and_then(|(null, _)| null.map(|null| null.is_identical));
        let gain_db = null.as_ref().and_then(|(null, _)| null.and_then(|null| null.gain_db));
        let residual_db = null.as_ref().and_then(|(null, _)| null.and_then(|null| null.residual_db));
        let residual_db = residual_db.filter(|db| db.is_finite());
        let files = files.iter().map(|(path, found)| File::of(path, found)).collect();
        json::print(&mut out, &Answer { files, null: words, is_identical, gain_db, residual_db })?;
    } else {
        write(&mut out, &files, words).map_err(CliError::Output)?;
    }
    out.flush().map_err(CliError::Output)?;
    Ok(Exit::Done)
}

fn refused(path: &Path, error: &impl std::fmt::Display) -> CliError {
    CliError::Refused(format!("{}: {error}", shown(path)))
}

fn write(out: &mut impl Write, files: &[(&Path, Scored)], null: Option<&str>) -> io::Result<()> {
    for (path, found) in files {
        writeln!(out, "{}", shown(path))?;
        for aspect in &found.aspects {
            let points = aspect.points.map_or(String::new(), |points| points.to_string());
            let (name, value, verdict) = (aspect.name, &aspect.value, &aspect.verdict);
            writeln!(out, "  {name:NAME$}{value:VALUE$}{points:>4}  {verdict}")?;
        }
        let total = found.total.map_or("not known".to_owned(), |total| format!("{total} of 100"));
        writeln!(out, "  {:NAME$}{total}", "all of it")?;
    }
    null.map_or(Ok(()), |words| writeln!(out, "null test: {words}"))
}

#[derive(Serialize)]
struct Answer<'a> {
    files: Vec<File<'a>>,
    /// The null test in words, of two files.
    null: Option<&'a str>,
    is_identical: Option<bool>,
    gain_db: Option<f32>,
    /// dB below the second; nothing where nothing is left.
    residual_db: Option<f32>,
}

#[derive(Serialize)]
struct File<'a> {
    #[serde(flatten)]
    path: JsonPath,
    total: Option<u8>,
    aspects: Vec<AspectLine<'a>>,
}

#[derive(Serialize)]
struct AspectLine<'a> {
    name: &'a str,
    value: &'a str,
    verdict: &'a str,
    points: Option<u8>,
}

impl<'a> File<'a> {
    fn of(path: &'a Path, found: &'a Scored) -> Self {
        let aspects = found.aspects.iter().map(|aspect| AspectLine {
            name: aspect.name,
            value: &aspect.value,
            verdict: &aspect.verdict,
            points: aspect.points,
        });
        Self { path: JsonPath::new(path), total: found.total, aspects: aspects.collect() }
    }
}
