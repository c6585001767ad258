//! # cli: words on a command line to one run mode and an exit code
//!
//! - **Purpose.** Reads the arguments, runs the mode they ask for, words what is printed.
//! - **May import.** model, config, library, render, remote, doctor, boot.
//! - **Thread.** The main one, which a run mode then makes its own (the screen's, or the one that waits for the end).
//! - **Entry points.** [`main`]; [`args::Arguments`] is the grammar.
//! - **Invariants.** Standard output carries data, standard error messages; with `--json` nothing but JSON is printed. No
//!   colour where it is not a terminal. A reader that goes away (`| head`) is success. Texts of files and tags lose their
//!   control characters before they reach a terminal. Every end has one of the exit codes of [`exit::Exit`].

pub mod args;
pub mod exit;
pub mod input;
pub mod interrupt;
pub mod json;
pub mod server;
mod settings;
pub mod template;
pub mod terminal;
pub mod text;

mod analyse;
mod art;
mod clean;
mod compare;
mod config;
mod ctl;
mod doctor;
mod duplicates;
mod import;
mod library;
mod lookup;
mod lyrics;
mod manual;
mod master;
mod outputs;
mod play;
mod player;
mod playlist;
mod portrait;
mod preferences;
mod queue;
mod queue_template;
mod reference;
mod scan;
mod search;
mod similar;
mod smooth;
mod stats;
mod status;
mod store;
mod tag;

use std::ffi::OsString;
use std::process::ExitCode;

use args::{Arguments, Verb};
use exit::{CliError, Exit};
use store::{migrated, open_store};
use terminal::Messages;

use crate::boot;

/// The whole program: arguments in, exit code out. Called by `main`, on the main thread.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::read(arguments) {
        Ok(arguments) => arguments,
        Err(answer) => return terminal::print_answer(&answer).into(),
    };
    let messages = Messages::new(arguments.global.quiet);
    boot::panic::install();
    match run(arguments, &messages) {
        Ok(exit) => exit.into(),
        Err(error) => {
            error.text().iter().for_each(|text| messages.error(text));
            error.exit().into()
        }
    }
}

fn run(mut arguments: Arguments, messages: &Messages) -> Result<Exit, CliError> {
    let Some(verb) = arguments.verb.take() else { return player::run(arguments, messages) };
    let global = arguments.global;
    match verb {
        Verb::Play(asked) => play::run(&global, &asked, messages),
        Verb::Daemon(asked) => player::daemon(&global, &asked),
        Verb::Proxy => player::proxy(&global),
        Verb::Scan(asked) => scan::run(&global, &asked, messages),
        Verb::Clean(asked) => clean::run(&global, &asked, messages),
        Verb::Duplicates(asked) => duplicates::run(&global, &asked, messages),
        Verb::Analyse(asked) => analyse::run(&global, &asked, messages),
        Verb::Compare(asked) => compare::run(&asked),
        Verb::Reference(asked) => reference::run(&asked, messages),
        Verb::Preferences(asked) => preferences::run(&global, &asked, messages),
        Verb::Master(asked) => master::run(&global, &asked, messages),
        Verb::Similar(asked) => similar::similar(&global, &asked, messages),
        Verb::Radio(asked) => similar::radio(&global, &asked, messages),
        Verb::Path(asked) => similar::path(&global, &asked, messages),
        Verb::Smooth(asked) => smooth::run(&global, &asked, messages),
        Verb::Weights(asked) => similar::weights(&global, &asked, messages),
        Verb::Search(asked) => search::run(&global, &asked, messages),
        Verb::Stats(asked) => stats::run(&global, &asked, messages),
        Verb::Playlist { verb } => playlist::run(&global, &verb, messages),
        Verb::Template { verb } => queue_template::run(&global, &verb, messages),
        Verb::Library { verb } => library::run(&global, verb, messages),
        Verb::Import(asked) => import::run(&global, &asked, messages),
        Verb::Ctl(asked) => ctl::run(&global, &asked, messages),
        Verb::Status(asked) => status::run(&global, &asked),
        Verb::Outputs(asked) => outputs::run(&global, &asked, messages),
        Verb::Tag { verb } => tag::run(&global, &verb, messages),
        Verb::Lyrics(asked) => lyrics::run(&global, &asked, messages),
        Verb::Lookup(asked) => lookup::run(&global, &asked, messages),
        Verb::Server(asked) => server::run(&global, &asked, messages),
        Verb::Art(asked) => art::run(&global, &asked, messages),
        Verb::Config { verb } => config::run(&global, verb, messages),
        Verb::Doctor(asked) => doctor::run(&global, &asked, messages),
        Verb::Completions { shell } => manual::completions(shell),
        Verb::Man => manual::man(),
    }
}
