//! A way to wake a thread that sleeps until there is something for it to do, given to whoever makes that something.

use std::sync::Arc;

/// Cheap to clone; calling it may unpark a thread and does nothing else: no lock, no allocation, no waiting.
#[derive(Clone)]
pub struct Wake(Arc<dyn Fn() + Send + Sync>);

impl Wake {
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(wake))
    }

    pub fn wake(&self) {
        (self.0)();
    }
}

impl std::fmt::Debug for Wake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wake")
    }
}
