//! Watching the folders of the library, thread `watch`: tells which folders changed, once they have been quiet for a while
//! and no file in them is still being written. Where the system watches no more folders, and on network mounts, where
//! it does not see what others write, it has them looked through from time to time instead. Reads nothing but the lists
//! of folders.

mod pending;
mod tree;

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, ReadFlags};
use rustix::io::Errno;

use super::scan::{Named, named};
use crate::model::address::is_address;
use pending::Pending;
use tree::{Tree, is_remote};

/// How often folders that cannot be watched are looked through.
const LOOK_PAUSE: Duration = Duration::from_secs(30 * 60);

/// What the watch tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WatchEvent {
    /// Something at or below these changed.
    Changed(Vec<PathBuf>),
    /// Not all folders are watched, and why. Told once.
    Limited(String),
}

/// The handle; the thread ends when it is dropped.
#[derive(Debug)]
pub struct Watch {
    roots: Sender<Vec<PathBuf>>,
    wake: UnixStream,
}

impl Watch {
    /// `on_event` is called on the watch's thread.
    pub fn spawn(on_event: impl FnMut(WatchEvent) + Send + 'static) -> io::Result<Self> {
        let (wake, woken) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        woken.set_nonblocking(true)?;
        let (roots, new_roots) = channel();
        let eye = Eye {
            inotify: new_inotify()?,
            tree: Tree::default(),
            pending: Pending::default(),
            roots: Vec::new(),
            looked_through: Vec::new(),
            look_at: None,
            is_told: false,
            on_event: Box::new(on_event),
        };
        std::thread::Builder::new().name("watch".into()).spawn(move || eye.run(&woken, &new_roots))?;
        Ok(Self { roots, wake })
    }

    /// From now on these are watched, and nothing else. Does not wait.
    pub fn roots(&self, roots: &[PathBuf]) {
        let _ = self.roots.send(roots.to_vec());
        // A full pipe wakes the thread as well.
        let _ = (&self.wake).write(&[0]);
    }
}

fn new_inotify() -> io::Result<OwnedFd> {
    Ok(inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?)
}

struct Eye {
    inotify: OwnedFd,
    tree: Tree,
    pending: Pending,
    roots: Vec<PathBuf>,
    /// Roots that are looked through from time to time.
    looked_through: Vec<PathBuf>,
    look_at: Option<Instant>,
    is_told: bool,
    on_event: Box<dyn FnMut(WatchEvent) + Send>,
}

impl Eye {
    fn run(mut self, woken: &UnixStream, new_roots: &Receiver<Vec<PathBuf>>) {
        // On Linux this is a property of the thread. Not being allowed is no harm.
        let _ = rustix::process::nice(10);
        loop {
            if self.wait(woken).is_err() {
                return;
            }
            match drained(woken) {
                Ok(true) => return,
                Ok(false) => {}
                Err(_) => return,
            }
            if let Some(roots) = new_roots.try_iter().last() {
                self.watch(roots);
            }
            self.read();
            self.tell();
        }
    }

    /// Until something happens or is due.
    fn wait(&self, woken: &UnixStream) -> rustix::io::Result<()> {
        let due = self.pending.due().into_iter().chain(self.look_at).min();
        let timeout = due.map(|at| {
            // Rounded up, so that it is due when the wait is over.
            let left = at.saturating_duration_since(Instant::now()) + Duration::from_millis(1);
            Timespec {
                tv_sec: left.as_secs().try_into().unwrap_or(i64::MAX),
                tv_nsec: left.subsec_nanos().into(),
            }
        });
        let mut fds = [PollFd::new(woken, PollFlags::IN), PollFd::new(&self.inotify, PollFlags::IN)];
        match poll(&mut fds, timeout.as_ref()) {
            Err(Errno::INTR) => Ok(()),
            waited => waited.map(|_| ()),
        }
    }

    fn watch(&mut self, roots: Vec<PathBuf>) {
        let Ok(fresh) = new_inotify() else { return };
        self.inotify = fresh;
        self.tree = Tree::default();
        self.looked_through.clear();
        for root in roots.iter().filter(|root| !is_address(root)) {
            if is_remote(root) {
                self.looked_through.push(root.clone());
            } else {
                self.add(root);
            }
        }
        self.roots = roots;
        self.look_at = (!self.looked_through.is_empty()).then(|| Instant::now() + LOOK_PAUSE);
    }

    fn add(&mut self, folder: &Path) {
        let Err(error) = self.tree.add(&self.inotify, folder) else { return };
        let root = self.roots.iter().find(|root| folder.starts_with(root)).map_or(folder, PathBuf::as_path);
        if !self.looked_through.iter().any(|known| known == root) {
            self.looked_through.push(root.to_path_buf());
        }
        self.look_at = self.look_at.or(Some(Instant::now() + LOOK_PAUSE));
        if !std::mem::replace(&mut self.is_told, true) {
            (self.on_event)(WatchEvent::Limited(why(error)));
        }
    }

    fn read(&mut self) {
        let mut buffer = [MaybeUninit::uninit(); 16 * 1024];
        let mut happened = Vec::new();
        let mut reader = inotify::Reader::new(&self.inotify, &mut buffer);
        while let Ok(event) = reader.next() {
            let name = event.file_name().map(|name| OsStr::from_bytes(name.to_bytes()).to_owned());
            happened.push((event.wd(), event.events(), name));
        }
        for (watch, what, name) in happened {
            if what.contains(ReadFlags::QUEUE_OVERFLOW) {
                self.pending.changed_all(self.roots.clone());
            } else if what.contains(ReadFlags::IGNORED) {
                self.tree.ended(watch);
            } else if let Some(folder) = self.tree.folder(watch).map(Path::to_path_buf) {
                self.happened(&folder, what, name.as_deref());
            }
        }
    }

    fn happened(&mut self, folder: &Path, what: ReadFlags, name: Option<&OsStr>) {
        let came = ReadFlags::CREATE | ReadFlags::MOVED_TO;
        let Some(name) = name else {
            if what.contains(ReadFlags::DELETE_SELF) {
                self.pending.changed(folder.to_path_buf());
            }
            return;
        };
        let path = folder.join(name);
        if tree::is_hidden(name) {
        } else if what.contains(ReadFlags::ISDIR) {
            if what.intersects(came) {
                self.add(&path);
            } else if what.contains(ReadFlags::MOVED_FROM) {
                self.tree.forget(&self.inotify, &path);
            }
            if what.intersects(came | ReadFlags::MOVED_FROM | ReadFlags::DELETE) {
                self.pending.changed(path);
            }
        } else if what.intersects(came) && path.is_dir() {
            // A link to a folder.
            self.add(&path);
            self.pending.changed(path);
        } else if matches!(named(&path), Named::Music | Named::Sheet) {
            self.file(path, folder, what);
        }
    }

    /// A file is changed when it is closed, not while it grows. One that is only another name is there at once.
    fn file(&mut self, path: PathBuf, folder: &Path, what: ReadFlags) {
        let is_growing = what.contains(ReadFlags::CREATE)
            && path.symlink_metadata().is_ok_and(|about| about.is_file() && about.nlink() == 1);
        if is_growing {
            return self.pending.grows(path);
        }
        self.pending.grew(&path);
        self.pending.changed(folder.to_path_buf());
    }

    fn tell(&mut self) {
        let now = Instant::now();
        let mut changed = self.pending.ready(now);
        if self.look_at.is_some_and(|at| at <= now) {
            self.look_at = Some(now + LOOK_PAUSE);
            changed.extend(self.looked_through.iter().cloned());
        }
        if !changed.is_empty() {
            (self.on_event)(WatchEvent::Changed(changed));
        }
    }
}

/// Takes what woke us out of the pipe; `true` where its other end is gone.
fn drained(mut woken: &UnixStream) -> io::Result<bool> {
    let mut bytes = [0; 64];
    loop {
        match woken.read(&mut bytes) {
            Ok(0) => return Ok(true),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn why(error: Errno) -> String {
    match error {
        Errno::NOSPC => {
            "the system watches no more folders: `sysctl fs.inotify.max_user_watches` tells how many \
                         it allows, and sets more"
                .into()
        }
        error => format!("the system does not watch: {error}"),
    }
}
