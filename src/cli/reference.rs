//! `auralis reference`: the tone, width and loudness of some music, kept as a curve that others are brought to.

use std::io;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use super::args::ReferenceVerb;
use super::exit::{CliError, Exit};
use super::terminal::Messages;
use super::text::{clock, printable, shown};
use super::{interrupt, json};
use crate::model::job::CancelToken;
use crate::model::reference::Reference;
use crate::render::pass::Watch;
use crate::render::reference::{keep, reference};

pub const HELP: &str = "\
Measures the loud parts of each track by the third octave, in middle and side, and its loudness; the
mean of all, each as heavy as any other, is the curve. `auralis master --reference FILE` and
`:reference FILE` bring others to it.";

pub fn run(asked: &ReferenceVerb, messages: &Messages) -> Result<Exit, CliError> {
    let cancel = CancelToken::over(interrupt::flag().map_err(CliError::Signals)?);
    let found = measured(&asked.paths, &cancel, messages);
    if cancel.is_cancelled() {
        return Ok(Exit::Interrupted);
    }
    let found = found?;
    let found = Reference { name: asked.name.clone().unwrap_or(found.name), ..found };
    match &asked.output {
        None => json::print(&mut io::stdout().lock(), &found)?,
        Some(path) => {
            let refused = |error| CliError::Refused(format!("{}: {error}", shown(path)));
            keep(&found, path).map_err(refused)?;
            let (name, tracks) = (printable(&found.name), found.tracks);
            messages.note(&format!("{name}: {tracks} tracks, {:.1} LUFS", found.lufs));
        }
    }
    Ok(Exit::Done)
}

/// With progress.
pub(super) fn measured(
    paths: &[PathBuf],
    cancel: &CancelToken,
    messages: &Messages,
) -> Result<Reference, CliError> {
    // Of one thread; the lock is for the type.
    let line = Mutex::new((messages.progress(), Duration::ZERO));
    let on_sound = |sound: Duration| {
        if let Ok(mut locked) = line.lock() {
            let (line, done) = &mut *locked;
            *done += sound;
            line.show(|| format!("reference: {} of sound looked at", clock(*done)));
        }
    };
    let watch = Watch { cancel, on_sound: &on_sound };
    reference(paths, watch).map_err(|why| CliError::Refused(format!("no reference: {}", printable(&why))))
}
