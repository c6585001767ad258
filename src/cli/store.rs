//! The library, opened for a run mode.

use super::exit::CliError;
use super::terminal::Messages;
use super::text;
use crate::config::Loaded;
use crate::library::store::{Migrated, Store, StoreEvent};

/// The library; a disk that stops taking writes is told at once.
pub(super) fn open_store(config: &Loaded, messages: &Messages) -> Result<Store, CliError> {
    let messages = messages.clone();
    let on_event = move |event| match event {
        StoreEvent::WriteFailed(error) => messages.warning(&error.to_string()),
        StoreEvent::Recovered => messages.warning("the library is written again"),
        StoreEvent::Migrated(done) => messages.note(&migrated(&done)),
    };
    Ok(Store::open(config.places.library()?, Box::new(on_event))?)
}

pub(super) fn migrated(done: &Migrated) -> String {
    let backup = text::shown(&done.backup);
    format!("the library was brought from schema {} to {}; as it was before: {backup}", done.from, done.to)
}
