//! The newest value of something, for whoever looks: written by one thread, read by any, no history.

use std::sync::Arc;

use arc_swap::ArcSwap;

/// Cheap to clone; all clones see the same value.
#[derive(Debug)]
pub struct Latest<T>(Arc<ArcSwap<T>>);

impl<T> Clone for Latest<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Latest<T> {
    pub fn new(value: T) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(value)))
    }

    pub fn set(&self, value: Arc<T>) {
        self.0.store(value);
    }

    pub fn get(&self) -> Arc<T> {
        self.0.load_full()
    }
}
