//! Background work as others see it: a token to stop it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Asks a job to stop; shared between who may ask and the job, which looks at least once a file.
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// A token that is cancelled by raising `flag`.
    pub fn over(flag: Arc<AtomicBool>) -> Self {
        Self(flag)
    }

    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// For code that takes the bare flag.
    pub fn flag(&self) -> &AtomicBool {
        &self.0
    }
}
