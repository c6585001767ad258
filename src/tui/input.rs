//! The thread that reads the terminal: what comes becomes messages, none of which is acted upon here. It sleeps until
//! something comes or the window gets another size, and dies with the program, or when the terminal is gone.

use std::io::Read;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::channel::{Message, UiSender};
use super::gate::Gate;
use super::keyboard::{Heard, Keyboard};
use super::terminal;
use super::update::Input;

/// Reads standard input, which must be a terminal.
pub(super) fn spawn(sender: UiSender, gate: Arc<Gate>) -> std::io::Result<()> {
    let (resized, signals) = UnixStream::pair()?;
    resized.set_nonblocking(true)?;
    signal_hook::low_level::pipe::register(signal_hook::consts::SIGWINCH, signals)?;
    let mut reader = Reader { sender, resized, keyboard: Keyboard::default() };
    let read_all = move || {
        loop {
            gate.pass();
            match reader.look() {
                Ok(true) => {}
                Ok(false) => return,
                Err(_) => break,
            }
        }
        reader.sender.send(Message::TerminalGone);
    };
    std::thread::Builder::new().name("input".into()).spawn(read_all).map(drop)
}

/// What was typed before this thread began, as far as it is keys or pasted text.
pub(super) fn typed(bytes: &[u8]) -> Vec<Input> {
    let mut keyboard = Keyboard::default();
    let mut heard = keyboard.feed(bytes);
    heard.extend(keyboard.give_up());
    let input = |heard| match message(heard) {
        Message::Input(input) => Some(input),
        _ => None,
    };
    heard.into_iter().filter_map(input).collect()
}

fn message(heard: Heard) -> Message {
    match heard {
        Heard::Key(key) => Message::Input(Input::Key(key)),
        Heard::Mouse(mouse) => Message::Input(Input::Mouse(mouse)),
        Heard::Paste(text) => Message::Input(Input::Paste(text)),
        Heard::Said(said) => Message::Said(said),
    }
}

struct Reader {
    sender: UiSender,
    /// Gets a byte with each change of the window's size.
    resized: UnixStream,
    keyboard: Keyboard,
}

/// What there is to read.
struct Ready {
    terminal: bool,
    resized: bool,
}

impl Reader {
    /// Waits for something and tells it; false where the screen is gone.
    fn look(&mut self) -> std::io::Result<bool> {
        let Some(ready) = self.wait()? else {
            return Ok(self.send_all(None));
        };
        if ready.resized {
            return Ok(self.tell_size());
        }
        if !ready.terminal {
            return Ok(true);
        }
        let mut bytes = [0; 4096];
        match rustix::io::read(rustix::stdio::stdin(), &mut bytes) {
            Ok(0) => Err(std::io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => Ok(self.send_all(bytes.get(..count))),
            Err(Errno::INTR | Errno::AGAIN) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    /// Nothing where what was begun is not waited for any longer.
    fn wait(&self) -> std::io::Result<Option<Ready>> {
        let timeout = self.keyboard.patience().and_then(|patience| Timespec::try_from(patience).ok());
        let stdin = rustix::stdio::stdin();
        let mut looked_at = [PollFd::new(&stdin, PollFlags::IN), PollFd::new(&self.resized, PollFlags::IN)];
        let count = match poll(&mut looked_at, timeout.as_ref()) {
            Err(Errno::INTR) => return Ok(Some(Ready { terminal: false, resized: false })),
            count => count?,
        };
        let [terminal, resized] = looked_at.map(|looked_at| !looked_at.revents().is_empty());
        Ok((count > 0).then_some(Ready { terminal, resized }))
    }

    /// `None`: nothing came.
    fn send_all(&mut self, bytes: Option<&[u8]>) -> bool {
        let heard = match bytes {
            Some(bytes) => self.keyboard.feed(bytes),
            None => self.keyboard.give_up(),
        };
        heard.into_iter().all(|heard| self.sender.send(message(heard)))
    }

    fn tell_size(&mut self) -> bool {
        let mut told = [0; 64];
        let _ = self.resized.read(&mut told);
        match terminal::size() {
            Ok((width, height)) => self.sender.send(Message::Input(Input::Resize(width, height))),
            // The read says so, too.
            Err(_) => true,
        }
    }
}
