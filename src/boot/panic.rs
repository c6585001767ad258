//! Panics: the terminal is given back before the words are printed; the words go to the log as well. Jobs and decoders
//! contain theirs: those are logged and nothing is printed.

use std::panic;

use crate::decode;
use crate::tui::terminal;

/// Threads whose panics are caught where they happen and told as failures.
const CONTAINED: &[&str] = &["job-long", "job-short"];

pub fn install() {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |words| {
        tracing::error!("panic: {words}");
        let thread = std::thread::current();
        let is_job = thread.name().is_some_and(|name| CONTAINED.contains(&name));
        if is_job || decode::is_contained() {
            return;
        }
        terminal::restore();
        print(words);
    }));
}
