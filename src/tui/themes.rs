//! The folder of the user's themes, watched: a theme that is saved in an editor is seen at once. One thread, `ui-themes`,
//! that sleeps until a file of the folder was written.

use std::io;
use std::mem::MaybeUninit;
use std::path::PathBuf;
use std::time::Duration;

use rustix::fs::inotify::{self, CreateFlags, Reader, WatchFlags};

use super::channel::{Message, UiSender};
use crate::config::theme::Theme;

/// An editor writes, renames and removes: that is one change.
const QUIET: Duration = Duration::from_millis(50);

/// Tells of each change by [`Message::Themes`]. A folder that is not there is not watched.
pub(super) fn watch(folder: PathBuf, sender: UiSender) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    let inotify = inotify::init(CreateFlags::CLOEXEC)?;
    let of_interest =
        WatchFlags::CLOSE_WRITE | WatchFlags::MOVED_TO | WatchFlags::MOVED_FROM | WatchFlags::DELETE;
    inotify::add_watch(&inotify, &folder, of_interest)?;
    let work = move || {
        let mut space = [MaybeUninit::uninit(); 4096];
        let mut events = Reader::new(inotify, &mut space);
        while events.next().is_ok() {
            if !events.is_buffer_empty() {
                continue;
            }
            std::thread::sleep(QUIET);
            if !sender.send(Message::Themes(Theme::names(Some(&folder)))) {
                return;
            }
        }
    };
    std::thread::Builder::new().name("ui-themes".into()).spawn(work).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::channel::inbox;

    #[test]
    fn a_theme_that_is_saved_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let inbox = inbox();
        watch(folder.path().to_owned(), inbox.sender()).unwrap();
        std::fs::write(folder.path().join("mine.toml"), "inherits = \"dark\"").unwrap();
        let told = inbox.receiver.recv_timeout(Duration::from_secs(20));
        let Ok(Message::Themes(names)) = told else { panic!("nothing was told") };
        assert!(names.iter().any(|name| name == "mine") && names.iter().any(|name| name == "dark"));
        assert!(watch(folder.path().join("none"), inbox.sender()).is_ok());
    }
}
