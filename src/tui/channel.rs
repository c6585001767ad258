//! The one channel in which everything meets that the ui thread waits for: keys, new snapshots, answers of workers,
//! signals. Made by `boot` before the screen starts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::keyboard::Said;
use super::update::Input;
use crate::config::editor::EditorError;
use crate::config::problem::Problem;
use crate::config::theme::{Theme, ThemeError};

/// Deep enough for a burst of keys or of the mouse; who types faster waits.
const DEPTH: usize = 1024;

pub(super) enum Message {
    Input(Input),
    /// What the terminal says of itself.
    Said(Said),
    /// There is a newer snapshot.
    Woken,
    /// What the editor made of a text.
    Edited(Result<String, EditorError>),
    /// The terminal has taken the last frame, for which a newer one waited.
    Written,
    /// Files of themes changed; the names of all of them.
    Themes(Vec<String>),
    Theme(Box<Result<(Theme, Vec<Problem>), ThemeError>>),
    /// Leave, as a signal asks.
    Leave,
    HungUp,
    Suspend,
    /// The process was continued, or something wrote on the screen.
    Resume,
    TerminalGone,
}

/// Speaks to the screen from any thread.
#[derive(Clone)]
pub struct UiSender {
    sender: SyncSender<Message>,
    woken: Arc<AtomicBool>,
}

impl UiSender {
    /// Leave: SIGTERM, SIGINT, SIGHUP. [`super::run::run`] returns.
    pub fn leave(&self) {
        self.send(Message::Leave);
    }

    /// The terminal is gone: SIGHUP.
    pub fn hang_up(&self) {
        self.send(Message::HungUp);
    }

    /// Give the terminal back and stop, as the `suspend` key does.
    pub fn suspend(&self) {
        self.send(Message::Suspend);
    }

    /// SIGCONT: take the terminal again and draw everything.
    pub fn resume(&self) {
        self.send(Message::Resume);
    }

    /// A newer snapshot is there. Never blocks; many calls before the screen looks are one.
    pub fn wake(&self) {
        if !self.woken.swap(true, Ordering::AcqRel) {
            // Full: the ui thread is awake anyway, and looks at the flag before it sleeps.
            let _ = self.sender.try_send(Message::Woken);
        }
    }

    /// False where the screen is gone.
    pub(super) fn send(&self, message: Message) -> bool {
        self.sender.send(message).is_ok()
    }
}

/// The ui thread's end.
pub struct Inbox {
    pub(super) receiver: Receiver<Message>,
    sender: UiSender,
}

impl Inbox {
    pub fn sender(&self) -> UiSender {
        self.sender.clone()
    }

    /// Whether a newer snapshot was told of since the last call.
    pub(super) fn take_woken(&self) -> bool {
        self.sender.woken.swap(false, Ordering::AcqRel)
    }
}

/// The ui thread's end, from which senders are made.
pub fn inbox() -> Inbox {
    let (sender, receiver) = sync_channel(DEPTH);
    Inbox { receiver, sender: UiSender { sender, woken: Arc::new(AtomicBool::new(false)) } }
}
