//! What the system sends: a hang-up or a polite kill ends the player as `quit` does, with everything saved; a stop and a
//! continue from outside give the terminal back and take it again. Thread `signals`, asleep until one comes.

use std::thread::JoinHandle;

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};

use crate::tui::channel::UiSender;

/// Listens until dropped.
pub struct SignalThread {
    handle: Handle,
    thread: Option<JoinHandle<()>>,
}

pub fn listen(screen: UiSender) -> std::io::Result<SignalThread> {
    let mut signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGCONT])?;
    let handle = signals.handle();
    let thread = std::thread::Builder::new().name("signals".into()).spawn(move || {
        let mut asked_to_end = false;
        for signal in signals.forever() {
            tracing::info!(signal, "signal");
            match signal {
                SIGCONT => screen.resume(),
                // The first may find the core hanging: a second one ends at once.
                _ if asked_to_end => drop(signal_hook::low_level::emulate_default_handler(signal)),
                _ => {
                    asked_to_end = true;
                    screen.leave();
                }
            }
        }
    })?;
    Ok(SignalThread { handle, thread: Some(thread) })
}

impl Drop for SignalThread {
    fn drop(&mut self) {
        self.handle.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
