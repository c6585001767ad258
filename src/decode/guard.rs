//! Keeps a panic of a dependency inside one call. Used around everything that touches a file's content.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::error::DecodeError;

thread_local! {
    static CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is inside a decoder call whose panics are caught and become errors. The process's panic hook
/// asks, and says nothing then.
pub fn is_contained() -> bool {
    CONTAINED.with(Cell::get)
}

/// Runs `work`; its panic becomes [`DecodeError::Panicked`]. What `work` borrowed mutably must not be used after that.
pub(super) fn contain<T>(work: impl FnOnce() -> Result<T, DecodeError>) -> Result<T, DecodeError> {
    let outer = CONTAINED.with(|flag| flag.replace(true));
    let result = catch_unwind(AssertUnwindSafe(work));
    CONTAINED.with(|flag| flag.set(outer));
    result.unwrap_or_else(|cause| Err(DecodeError::Panicked(text(cause.as_ref()))))
}

fn text(cause: &(dyn Any + Send)) -> String {
    let text = cause.downcast_ref::<&str>().copied();
    text.or_else(|| cause.downcast_ref::<String>().map(String::as_str)).unwrap_or("unknown cause").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_and_the_flag_is_put_back() {
        let error = contain::<()>(|| {
            assert!(is_contained());
            panic!("subtract with overflow")
        });
        assert!(matches!(error, Err(DecodeError::Panicked(text)) if text == "subtract with overflow"));
        assert!(!is_contained());
    }
}
