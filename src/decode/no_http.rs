//! In place of `http` where that is left out of the build.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;

use super::error::DecodeError;
use super::fetched::Fetched;
use super::file::FileSpan;
use super::interrupt::Interrupt;
use crate::model::settings::NetworkSettings;
use crate::model::snapshot::StreamView;

/// Never open.
pub(super) struct Remote(Infallible);

pub(super) fn open(
    _: &Path,
    _: NetworkSettings,
    _: &Interrupt,
) -> Result<(FileSpan, Arc<Remote>), DecodeError> {
    Err(left_out())
}

pub(super) fn fetch(_: &Path, _: u64) -> Result<Fetched, DecodeError> {
    Err(left_out())
}

fn left_out() -> DecodeError {
    DecodeError::Network("this build cannot reach servers: it was made without the feature `http`".into())
}

impl Remote {
    pub(super) fn failure(&self) -> Option<String> {
        match self.0 {}
    }

    pub(super) fn was_interrupted(&self) -> bool {
        match self.0 {}
    }

    pub(super) fn stream(&self) -> Option<StreamView> {
        match self.0 {}
    }
}
