//! Two threads for questions that take time: `ui-filter` folds and searches the catalog, `ui-files` lists folders and
//! reads themes. Started with the first question; each answer goes into the ui thread's channel.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{SystemTime, UNIX_EPOCH};

use super::channel::{Message, UiSender};
use super::matches::Matches;
use super::prompt::complete;
use super::update::{FilterQuestion, Input, PathBase};
use crate::config::theme::Theme;
use crate::model::catalog::Catalog;
use crate::model::query::search::Searcher;

enum FileQuestion {
    Paths { start: usize, typed: String },
    Theme(String),
}

pub(super) struct Workers {
    sender: UiSender,
    places: PathBase,
    themes: Option<PathBuf>,
    filter: Option<Sender<FilterQuestion>>,
    files: Option<Sender<FileQuestion>>,
}

impl Workers {
    pub(super) fn new(sender: UiSender, places: PathBase, themes: Option<PathBuf>) -> Self {
        Self { sender, places, themes, filter: None, files: None }
    }

    pub(super) fn filter(&mut self, question: FilterQuestion) -> io::Result<()> {
        let sender = self.sender.clone();
        ask(&mut self.filter, "ui-filter", question, move |questions| answer_filters(&questions, &sender))
    }

    pub(super) fn paths(&mut self, start: usize, typed: String) -> io::Result<()> {
        self.file(FileQuestion::Paths { start, typed })
    }

    pub(super) fn theme(&mut self, name: String) -> io::Result<()> {
        self.file(FileQuestion::Theme(name))
    }

    fn file(&mut self, question: FileQuestion) -> io::Result<()> {
        let (sender, places, themes) = (self.sender.clone(), self.places.clone(), self.themes.clone());
        ask(&mut self.files, "ui-files", question, move |questions| {
            for question in questions {
                if !sender.send(answer_file(question, &places, themes.as_deref())) {
                    return;
                }
            }
        })
    }
}

/// Sends a question to a worker, which is started where it is not there.
fn ask<Q: Send + 'static>(
    worker: &mut Option<Sender<Q>>,
    name: &str,
    question: Q,
    work: impl FnOnce(Receiver<Q>) + Send + 'static,
) -> io::Result<()> {
    let unsent = match worker {
        Some(sender) => sender.send(question).err().map(|unsent| unsent.0),
        None => Some(question),
    };
    let Some(question) = unsent else { return Ok(()) };
    let (sender, receiver) = channel();
    std::thread::Builder::new().name(name.into()).spawn(move || work(receiver))?;
    let _ = sender.send(question);
    *worker = Some(sender);
    Ok(())
}

/// Only the newest question is worth an answer.
fn answer_filters(questions: &Receiver<FilterQuestion>, sender: &UiSender) {
    let mut kept: Option<(Arc<Catalog>, Searcher)> = None;
    while let Ok(first) = questions.recv() {
        let FilterQuestion { asked, catalog, facts, query } = questions.try_iter().last().unwrap_or(first);
        let mut searcher = match kept.take() {
            Some((of, searcher)) if Arc::ptr_eq(&of, &catalog) => searcher,
            _ => Searcher::new(&catalog),
        };
        let matches = Arc::new(Matches::find(&mut searcher, &catalog, &query, &facts, now_s()));
        kept = Some((Arc::clone(&catalog), searcher));
        if !sender.send(Message::Input(Input::Filtered { asked, catalog, matches })) {
            return;
        }
    }
}

/// Seconds since the Unix epoch.
fn now_s() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

fn answer_file(question: FileQuestion, places: &PathBase, themes: Option<&std::path::Path>) -> Message {
    match question {
        FileQuestion::Paths { start, typed } => {
            let candidates = complete::paths(&typed, &places.folder, places.home.as_deref());
            Message::Input(Input::Paths { start, typed, candidates })
        }
        FileQuestion::Theme(name) => Message::Theme(Box::new(Theme::load(&name, themes))),
    }
}
