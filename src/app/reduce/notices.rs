//! What the user is told, for how long. The newest notice is shown; an error is not pushed away by a mere note.

use std::sync::Arc;
use std::time::Duration;

use crate::app::event::Now;
use crate::app::state::{AppState, ShownNotice};
use crate::app::wording;
use crate::library::store::StoreEvent;
use crate::model::notice::{Notice, Severity};

/// What nobody asked for: it takes the place of nothing that is graver.
pub fn remark(state: &mut AppState, notice: Notice, now: Now) {
    let shown = state.notice.as_ref().map(|shown| shown.notice.severity);
    if shown.is_none_or(|shown| shown <= notice.severity) {
        tell(state, notice, now);
    }
}

pub fn tell(state: &mut AppState, notice: Notice, now: Now) {
    let notice = Arc::new(notice);
    // Who asked hears the worst of it.
    if state.told.as_ref().is_none_or(|told| told.severity <= notice.severity) {
        state.told = Some(Arc::clone(&notice));
    }
    let shown = state.notice.as_ref().map(|shown| shown.notice.severity);
    if shown == Some(Severity::Error) && notice.severity == Severity::Note {
        return;
    }
    let until = lifetime(notice.severity).map(|lifetime| now.instant + lifetime);
    state.notice = Some(ShownNotice { notice, until });
    state.dirty.notice = true;
}

/// Errors stay until they are taken away.
fn lifetime(severity: Severity) -> Option<Duration> {
    match severity {
        Severity::Note => Some(Duration::from_secs(5)),
        Severity::Warning => Some(Duration::from_secs(20)),
        Severity::Error => None,
    }
}

pub fn dismiss(state: &mut AppState) {
    state.dirty.notice |= state.notice.take().is_some();
}

pub fn expire(state: &mut AppState, now: Now) {
    let is_over = |shown: &ShownNotice| shown.until.is_some_and(|until| until <= now.instant);
    if state.notice.as_ref().is_some_and(is_over) {
        dismiss(state);
    }
}

pub fn store(state: &mut AppState, event: StoreEvent, now: Now) {
    let notice = match event {
        StoreEvent::WriteFailed(error) => wording::store_failed(&error),
        StoreEvent::Recovered => {
            dismiss(state);
            wording::store_recovered()
        }
        StoreEvent::Migrated(done) => wording::store_migrated(&done),
    };
    tell(state, notice, now);
}
