//! Panics: the terminal is given back before the words are printed; the words go to the log as well. Panics that are
//! caught where they happen and told as failures (decoders, tags, jobs) are only logged.

use std::panic;

use crate::model::contain::is_contained;
use crate::tui::terminal;

pub fn install() {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |words| {
        tracing::error!("panic: {words}");
        if !is_contained() {
            terminal::restore();
            print(words);
        }
    }));
}
