//! The queue given to the user's editor, which has the terminal until it ends: meanwhile nothing is drawn, and the player
//! plays on. A text that is refused is kept, and edited on the next time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::channel::{Message, UiSender};
use super::gate::Gate;
use super::terminal;
use super::update::PathBase;
use crate::config::editor::{self, EditorError};
use crate::model::command::{Command, Queue};
use crate::model::id::ItemId;
use crate::model::player::{Outcome, Player};
use crate::model::queue_text::{self, Line};
use crate::model::snapshot::Snapshot;
use crate::say;

#[derive(Default)]
pub(super) struct Editing {
    /// The editor has the terminal.
    pub away: bool,
    pub gate: Arc<Gate>,
    text: String,
    /// Entries of the text that was written first.
    base: Vec<ItemId>,
    /// The text was refused, and is edited on.
    kept: bool,
    /// The core took the last one.
    taken: Arc<AtomicBool>,
}

impl Editing {
    /// Gives the terminal away. The answer is [`Message::Edited`].
    pub fn begin(&mut self, snapshot: &Snapshot, sender: UiSender) -> std::io::Result<()> {
        if self.taken.swap(false, Ordering::AcqRel) {
            self.kept = false;
        }
        if !self.kept {
            self.text = queue_text::write(&snapshot.queue, &snapshot.catalog);
            self.base = queue_text::base(&self.text);
        }
        self.gate.close();
        terminal::restore();
        self.away = true;
        let text = self.text.clone();
        let work = move || {
            sender.send(Message::Edited(editor::edit(&text)));
        };
        let started = std::thread::Builder::new().name("editor".into()).spawn(work).map(drop);
        if started.is_err() {
            self.end();
        }
        started
    }

    /// The terminal can be taken again.
    pub fn end(&mut self) {
        self.away = false;
        self.gate.open();
    }

    /// Asks the core for what the text says; an error is for people.
    pub fn apply(
        &mut self,
        edited: Result<String, EditorError>,
        player: &dyn Player,
        places: &PathBase,
    ) -> Result<(), String> {
        let text = edited.map_err(|error| error.to_string())?;
        if text == self.text {
            self.kept = false;
            return Err(say!("Nothing was changed").to_owned());
        }
        self.text = text;
        self.kept = true;
        let mut edited = queue_text::parse(&self.text, &self.base).map_err(|error| {
            say!("The queue is as it was: {error}. `:edit queue` goes on with your text", error)
        })?;
        for (_, line) in &mut edited.lines {
            if let Line::Path(path) = line {
                *path = places.absolute(path);
            }
        }
        self.taken = Arc::default();
        let taken = Arc::clone(&self.taken);
        let answer = move |outcome| taken.store(matches!(outcome, Outcome::Done(_)), Ordering::Release);
        let asked = player.ask(Command::Queue(Queue::Edit(edited)), Box::new(answer));
        asked.map_err(|_| {
            say!("The player is busy and did not take it. `:edit queue` goes on with your text").to_owned()
        })
    }
}
