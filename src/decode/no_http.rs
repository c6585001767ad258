//! In place of `http` where that is left out of the build.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::DecodeError;
use super::fetched::Fetched;
use super::file::{Far, FileSpan};
use super::interrupt::Interrupt;
use crate::model::server::Server;
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

/// Opens nothing.
pub(super) struct Shelf(Arc<dyn Server>);

impl Shelf {
    pub(super) fn new(server: Arc<dyn Server>, _: PathBuf, _: u64) -> Self {
        Self(server)
    }

    pub(super) fn server(&self) -> &Arc<dyn Server> {
        &self.0
    }

    pub(super) fn forget(&self, _: &str) {}

    pub(super) fn file(&self, _: &str, _: NetworkSettings, _: &Interrupt) -> Result<PathBuf, DecodeError> {
        Err(left_out())
    }

    pub(super) fn open(
        &self,
        _: &str,
        _: NetworkSettings,
        _: &Interrupt,
    ) -> Result<(FileSpan, Option<Arc<dyn Far>>), DecodeError> {
        Err(left_out())
    }
}

fn left_out() -> DecodeError {
    DecodeError::Network("this build cannot reach servers: it was made without the feature `http`".into())
}

impl Far for Remote {
    fn failure(&self) -> Option<String> {
        match self.0 {}
    }

    fn was_interrupted(&self) -> bool {
        match self.0 {}
    }

    fn stream(&self) -> Option<StreamView> {
        match self.0 {}
    }
}
