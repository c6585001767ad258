//! What the system sends: a hang-up or a polite kill ends the player as `quit` does, with everything saved; a stop and a
//! continue from outside give the terminal back and take it again. Thread `signals`, asleep until one comes.

use std::thread::JoinHandle;

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};

use crate::tui::channel::UiSender;

/// What was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    End,
    /// The terminal is gone.
    HungUp,
    Continued,
}

/// Listens until dropped.
pub struct SignalThread {
    handle: Handle,
    thread: Option<JoinHandle<()>>,
}

/// The first that asks to end may find the core hanging: a second one ends at once.
pub fn listen(on: impl Fn(Sign) + Send + 'static) -> std::io::Result<SignalThread> {
    let mut signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGCONT])?;
    let handle = signals.handle();
    let thread = std::thread::Builder::new().name("signals".into()).spawn(move || {
        let mut asked_to_end = false;
        for signal in signals.forever() {
            tracing::info!(signal, "signal");
            match signal {
                SIGCONT => on(Sign::Continued),
                SIGHUP => on(Sign::HungUp),
                _ if asked_to_end => drop(signal_hook::low_level::emulate_default_handler(signal)),
                _ => {
                    asked_to_end = true;
                    on(Sign::End);
                }
            }
        }
    })?;
    Ok(SignalThread { handle, thread: Some(thread) })
}

/// For a screen.
pub fn listen_for(screen: UiSender) -> std::io::Result<SignalThread> {
    listen(move |sign| match sign {
        Sign::Continued => screen.resume(),
        Sign::HungUp => screen.hang_up(),
        Sign::End => screen.leave(),
    })
}

impl Drop for SignalThread {
    fn drop(&mut self) {
        self.handle.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
