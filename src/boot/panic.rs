//! Panics: the terminal is given back before the words are printed; the words go to the log as well. Panics that are
//! caught where they happen and told as failures (decoders, tags, jobs) are only logged.

use std::panic;
use std::sync::Once;

use crate::model::contain::is_contained;
use crate::tui::terminal;

/// Once, however often it is asked for.
pub fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |words| {
            tracing::error!("panic: {words}");
            if !is_contained() {
                terminal::restore();
                print(words);
            }
        }));
    });
}
