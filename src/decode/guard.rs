//! Panics of decoders and demuxers as decode errors. Used around everything that touches a file's content.

use super::error::DecodeError;
use crate::model;

/// Runs `work`; its panic becomes [`DecodeError::Panicked`]. What `work` borrowed mutably must not be used after that.
pub(super) fn contain<T>(work: impl FnOnce() -> Result<T, DecodeError>) -> Result<T, DecodeError> {
    model::contain::contain(work).unwrap_or_else(|words| Err(DecodeError::Panicked(words)))
}
