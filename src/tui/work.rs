//! Two threads for questions that take time: `ui-filter` folds and searches the catalog, `ui-files` lists folders, reads
//! themes, keeps settings and makes of pictures what is painted. Started with the first question; each answer goes into the ui thread's channel.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{SystemTime, UNIX_EPOCH};

use super::channel::{Message, UiSender};
use super::prompt::complete;
use super::search::{Finder, Place};
use super::update::{FileQuestion, Input, PathBase, TrackQuestion};
use crate::config::keep;
use crate::config::theme::Theme;
use crate::model::collate::Collation;
use crate::say;

pub(super) struct Workers {
    sender: UiSender,
    places: PathBase,
    themes: Option<PathBuf>,
    collation: Collation,
    tracks: Option<Sender<TrackQuestion>>,
    files: Option<Sender<FileQuestion>>,
}

impl Workers {
    pub(super) fn new(
        sender: UiSender,
        places: PathBase,
        themes: Option<PathBuf>,
        collation: Collation,
    ) -> Self {
        Self { sender, places, themes, collation, tracks: None, files: None }
    }

    pub(super) fn of_tracks(&mut self, question: TrackQuestion) -> io::Result<()> {
        let (sender, collation) = (self.sender.clone(), self.collation.clone());
        ask(&mut self.tracks, "ui-filter", question, move |questions| {
            answer_tracks(&questions, Finder::new(collation), &sender);
        })
    }

    pub(super) fn of_files(&mut self, question: FileQuestion) -> io::Result<()> {
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

/// Only the newest question of each kind is worth an answer.
fn answer_tracks(questions: &Receiver<TrackQuestion>, mut finder: Finder, sender: &UiSender) {
    while let Ok(first) = questions.recv() {
        let (mut filter, mut queue, mut search, mut figures) = (None, None, None, None);
        for question in std::iter::once(first).chain(questions.try_iter()) {
            match question {
                TrackQuestion::Filter(question) => filter = Some(question),
                TrackQuestion::Queue(question) => queue = Some(question),
                TrackQuestion::Search(question) => search = Some(question),
                TrackQuestion::Figures(question) => figures = Some(question),
            }
        }
        let filtered = filter.map(|question| {
            let matches = Arc::new(finder.filter(&question, now_s()));
            Input::Filtered { asked: question.asked, catalog: question.catalog, matches }
        });
        if filtered.is_some_and(|answer| !sender.send(Message::Input(answer))) {
            return;
        }
        let narrowed = queue.and_then(|question| {
            let places = Arc::new(finder.places(&question, now_s()));
            let Place::Queue(items, _) = question.place else { return None };
            Some(Input::QueueFiltered { asked: question.asked, items, places })
        });
        if narrowed.is_some_and(|answer| !sender.send(Message::Input(answer))) {
            return;
        }
        let counted = figures.map(|question| {
            let lines = Arc::new(question.lines(now_s()));
            Input::Figures { asked: question.asked, lines }
        });
        if counted.is_some_and(|answer| !sender.send(Message::Input(answer))) {
            return;
        }
        let searched = search
            .map(|question| Input::Searched { asked: question.asked, row: finder.find(&question, now_s()) });
        if searched.is_some_and(|answer| !sender.send(Message::Input(answer))) {
            return;
        }
    }
}

/// Seconds since the Unix epoch.
fn now_s() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// The lines of a file of commands.
fn commands_of(path: &std::path::Path) -> Result<Vec<String>, String> {
    match crate::config::read_text(path) {
        Ok(Some(text)) => Ok(text.lines().map(str::to_owned).collect()),
        Ok(None) => Err(say!("There is no file {path}", path = path.display())),
        Err(problem) => Err(problem.to_string()),
    }
}

fn answer_file(question: FileQuestion, places: &PathBase, themes: Option<&std::path::Path>) -> Message {
    match question {
        FileQuestion::Paths { start, typed } => {
            let candidates = complete::paths(&typed, &places.folder, places.home.as_deref());
            Message::Input(Input::Paths { start, typed, candidates })
        }
        FileQuestion::Paint(order) => Message::Input(Input::Painted(order.make())),
        FileQuestion::Keep(keeping) => {
            let line = keep::keep(&keeping.file, keeping.setting, &keeping.value);
            Message::Input(Input::Kept(keeping, line))
        }
        FileQuestion::Tiles(order) => Message::Input(Input::Tiled(order.make())),
        FileQuestion::Source(path) => Message::Input(Input::Sourced(commands_of(&path))),
        FileQuestion::Theme(name) => Message::Theme(Box::new(Theme::load(&name, themes))),
    }
}
