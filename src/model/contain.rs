//! Keeps a panic of a dependency inside one call. Used around everything that parses what others wrote: files, tags, the
//! store, sound libraries; and around jobs. The process's panic hook asks [`is_contained`] and prints nothing then.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is inside a call whose panics are caught and become errors.
pub fn is_contained() -> bool {
    CONTAINED.with(Cell::get)
}

/// Runs `work`; a panic becomes its words. What `work` borrowed mutably must not be used after that.
pub fn contain<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let outer = CONTAINED.with(|flag| flag.replace(true));
    let result = catch_unwind(AssertUnwindSafe(work));
    CONTAINED.with(|flag| flag.set(outer));
    result.map_err(|cause| {
        let words = cause.downcast_ref::<&str>().map(|words| (*words).to_owned());
        let words = words.or_else(|| cause.downcast_ref::<String>().cloned());
        words.unwrap_or_else(|| "unknown cause".into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_words_and_the_flag_is_put_back() {
        let words = contain(|| {
            assert!(is_contained());
            panic!("subtract with overflow")
        });
        assert_eq!(words, Err::<(), _>("subtract with overflow".to_owned()));
        assert!(!is_contained());
        assert_eq!(contain(|| 7), Ok(7));
    }
}
