//! Work on a long column, spread over the cores: a keystroke is to be answered before the next one comes. Threads last as
//! long as the call.

use std::num::NonZero;
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::LazyLock;
use std::thread::{self, Builder};

/// More threads than this wait for the memory more than they work.
const MOST: usize = 4;

/// How many threads the machine has for it; to ask takes longer than a short search.
static CORES: LazyLock<usize> =
    LazyLock::new(|| thread::available_parallelism().map_or(1, NonZero::get).min(MOST));

/// What `work` makes of parts of `0..len`, in their order. They begin at multiples of `step`, and none but the only one is
/// much shorter than `least`.
pub fn spread<T: Send>(
    len: usize,
    least: usize,
    step: usize,
    work: impl Fn(Range<usize>) -> T + Sync,
) -> Vec<T> {
    let parts = (len / least).clamp(1, *CORES);
    let each = len.div_ceil(parts).next_multiple_of(step);
    let part = |at: usize| (at * each).min(len)..((at + 1) * each).min(len);
    let work = &work;
    thread::scope(|scope| {
        let start = |at| {
            let thread = Builder::new().name("search".into()).spawn_scoped(scope, move || work(part(at)));
            (at, thread.ok())
        };
        let started: Vec<_> = (1..parts).map(start).collect();
        let mut made = vec![work(part(0))];
        // Where the system gives no thread, the caller's own does it.
        made.extend(started.into_iter().map(|(at, thread)| match thread {
            Some(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            None => work(part(at)),
        }));
        made
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_all_of_it_in_order() {
        for len in [0, 1, 63, 64, 65, 1_000, 4_096, 4_097] {
            let parts = spread(len, 100, 64, |part| part);
            assert_eq!(parts.first().map(|part| part.start), Some(0));
            assert_eq!(parts.last().map(|part| part.end), Some(len));
            for pair in parts.windows(2) {
                assert_eq!(pair[0].end, pair[1].start);
                assert!(pair[0].end == len || pair[0].end % 64 == 0, "{len}: {parts:?}");
            }
        }
        assert_eq!(spread(1_000, 1_001, 1, |part| part.len()), [1_000], "too little for a second thread");
    }
}
