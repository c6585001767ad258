//! The only way out: each part is asked to end in the order of the flows and waited for no longer than its deadline. Who
//! is late is logged and left behind: the process ends anyway.

use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Waits for a thread; `false` where it was late.
pub fn join(name: &str, thread: JoinHandle<()>, deadline: Duration) -> bool {
    let until = Instant::now() + deadline;
    while !thread.is_finished() {
        if Instant::now() >= until {
            tracing::warn!(name, "late at shutdown");
            return false;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    if thread.join().is_err() {
        tracing::error!(name, "ended by a panic");
    }
    true
}

/// Logs a part that was late.
pub fn told(name: &str, in_time: bool) {
    if !in_time {
        tracing::warn!(name, "late at shutdown");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn who_is_late_is_left_behind() {
        let (go, wait) = channel::<()>();
        let late = std::thread::spawn(move || {
            let _ = wait.recv();
        });
        let begun = Instant::now();
        assert!(!join("late", late, Duration::from_millis(30)));
        assert!(begun.elapsed() < Duration::from_secs(30));
        drop(go);
        assert!(join("in time", std::thread::spawn(|| ()), Duration::from_secs(60)));
        let broken = std::thread::spawn(|| panic!("a test of a thread that ends so"));
        assert!(join("broken", broken, Duration::from_secs(60)), "it has ended");
    }
}
