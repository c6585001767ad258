//! `auralis art`: the picture of a file: what it is, taken out, put in, taken away.

use std::io::{self, Write};

use super::args::{Art, Global};
use super::exit::{CliError, Exit};
use super::terminal::Messages;
use super::text::shown;
use super::{settings, tag};
use crate::library::artwork::{self, ArtworkError, Picture, Place};
use crate::library::edit::Edit;

pub fn run(global: &Global, asked: &Art, messages: &Messages) -> Result<Exit, CliError> {
    let config = settings::load(global, messages)?;
    tag::recover(&config, messages)?;
    if let Some(file) = &asked.set {
        let cover = artwork::read_picture(file).and_then(Picture::front);
        let cover = cover.map_err(|error| CliError::Refused(format!("{} {error}", shown(file))))?;
        return tag::change(&config, &asked.paths, &[Edit::SetCover(cover)], asked.dry_run, messages);
    }
    if asked.remove {
        return tag::change(&config, &asked.paths, &[Edit::RemovePictures], asked.dry_run, messages);
    }
    look(asked)
}

fn look(asked: &Art) -> Result<Exit, CliError> {
    let mut out = io::stdout().lock();
    let mut exit = Exit::NothingMatched;
    for path in &asked.paths {
        let told = |error: ArtworkError| CliError::Refused(format!("{} {error}", shown(path)));
        let Some(found) = artwork::find(path).map_err(told)? else {
            writeln!(out, "{}: no picture inside or beside it", shown(path)).map_err(CliError::Output)?;
            continue;
        };
        exit = Exit::Done;
        let place = match &found.place {
            Place::Embedded => "inside the file".to_owned(),
            Place::Server => "on the server".to_owned(),
            Place::File(file) => shown(file),
        };
        let size = match artwork::dimensions(&found.data) {
            Ok((width, height)) => format!("{width} x {height} pixels"),
            Err(error) => format!("it {error}"),
        };
        let bytes = found.data.len();
        writeln!(out, "{}: {place}, {size}, {bytes} bytes", shown(path)).map_err(CliError::Output)?;
        if let Some(file) = &asked.extract {
            // Never over a file that is there.
            let written = std::fs::File::create_new(file).and_then(|mut file| file.write_all(&found.data));
            written
                .map_err(|error| CliError::Refused(format!("{} cannot be written: {error}", shown(file))))?;
        }
    }
    out.flush().map_err(CliError::Output)?;
    Ok(exit)
}
