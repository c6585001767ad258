//! Files of a music server: read where they are wanted while all of the file is got, so that the rest of a song plays
//! without the net, and the next time no server is asked. What plays and what is measured at once is got once.
//!
//! ```text
//! server --fetch (thread net-read)--> file in the folder, ranges --Reading (threads that decode)--> symphonia
//! ```

mod fetch;
mod ranges;
mod store;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use self::fetch::Fetch;
use self::store::{Folder, Key};
use super::super::error::DecodeError;
use super::super::file::{Bytes, Far, FileSpan};
use super::super::interrupt::Interrupt;
use crate::model::server::Server;
use crate::model::settings::NetworkSettings;

/// What is kept of the files of one server.
pub(in crate::decode) struct Shelf {
    server: Arc<dyn Server>,
    folder: Folder,
    /// What is being got. Held while one is begun, so that none is begun twice.
    open: Mutex<HashMap<Key, Weak<Fetch>>>,
    /// Names files that are being got.
    number: AtomicU64,
}

impl Shelf {
    /// What is got is kept in the folder `path`, up to `most_bytes`.
    pub(in crate::decode) fn new(server: Arc<dyn Server>, path: PathBuf, most_bytes: u64) -> Self {
        let folder = Folder { path, most_bytes };
        Self { server, folder, open: Mutex::default(), number: AtomicU64::new(0) }
    }

    pub(in crate::decode) fn server(&self) -> &Arc<dyn Server> {
        &self.server
    }

    /// What is kept of a song is of another one by now.
    pub(in crate::decode) fn forget(&self, id: &str) {
        self.folder.remove(self.key(id));
    }

    /// Opens the file of a song; waits until it is known how long it is.
    pub(in crate::decode) fn open(
        &self,
        id: &str,
        settings: NetworkSettings,
        interrupt: &Interrupt,
    ) -> Result<(FileSpan, Option<Arc<dyn Far>>), DecodeError> {
        let key = self.key(id);
        // Another program that shares the folder may have taken it away meanwhile.
        if let Some(span) = self.folder.get(key).and_then(|file| FileSpan::open(&file).ok()) {
            return Ok((span, None));
        }
        let fetch = self.fetch(id, key, settings)?;
        let reading = Arc::new(Reading::new(fetch, interrupt));
        let failed = |error: io::Error| DecodeError::Network(error.to_string());
        let len = reading.len().map_err(failed)?;
        if len == 0 {
            return Err(DecodeError::Empty);
        }
        Ok((FileSpan::over(Arc::clone(&reading) as Arc<dyn Bytes>, Some(len)), Some(reading)))
    }

    /// The whole file on this disk; waits until it is got.
    pub(in crate::decode) fn file(
        &self,
        id: &str,
        settings: NetworkSettings,
        interrupt: &Interrupt,
    ) -> Result<PathBuf, DecodeError> {
        let key = self.key(id);
        let failed = |why: String| DecodeError::Network(why);
        if self.folder.get(key).is_none() {
            let reading = Reading::new(self.fetch(id, key, settings)?, interrupt);
            reading.noting(reading.fetch.whole(interrupt)).map_err(|error| failed(error.to_string()))?;
        }
        let small = "it is larger than all that is kept of the server's music: see `cache_mb` of [subsonic]";
        self.folder.get(key).ok_or_else(|| failed(small.into()))
    }

    fn key(&self, id: &str) -> Key {
        Key::of(self.server.name(), id)
    }

    /// The one that gets it by now, or another one. One that failed is not asked again.
    fn fetch(&self, id: &str, key: Key, settings: NetworkSettings) -> Result<Arc<Fetch>, DecodeError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, fetch| fetch.strong_count() > 0);
        if let Some(fetch) = open.get(&key).and_then(Weak::upgrade).filter(|fetch| fetch.failure().is_none())
        {
            return Ok(fetch);
        }
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let fetch = Fetch::begin(&self.server, id, &self.folder, (key, number), settings);
        let fetch = Arc::new(fetch.map_err(|error| DecodeError::Network(unkept(&self.folder.path, &error)))?);
        open.insert(key, Arc::downgrade(&fetch));
        Ok(fetch)
    }
}

fn unkept(folder: &Path, error: &io::Error) -> String {
    format!("the music of a server is kept in {}, which cannot be written: {error}", folder.display())
}

/// One reader of a file that is being got.
struct Reading {
    fetch: Arc<Fetch>,
    interrupt: Interrupt,
    was_interrupted: AtomicBool,
}

impl Reading {
    fn new(fetch: Arc<Fetch>, interrupt: &Interrupt) -> Self {
        Self { fetch, interrupt: interrupt.clone(), was_interrupted: AtomicBool::new(false) }
    }

    fn len(&self) -> io::Result<u64> {
        self.noting(self.fetch.len(&self.interrupt))
    }

    fn noting<T>(&self, result: io::Result<Option<T>>) -> io::Result<T> {
        result?.ok_or_else(|| {
            self.was_interrupted.store(true, Ordering::Relaxed);
            io::Error::other("something else was asked for")
        })
    }
}

impl Bytes for Reading {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        self.noting(self.fetch.read_at(bytes, offset, &self.interrupt))
    }

    fn is_near(&self) -> bool {
        self.fetch.is_whole()
    }
}

impl Far for Reading {
    fn failure(&self) -> Option<String> {
        self.fetch.failure()
    }

    fn was_interrupted(&self) -> bool {
        self.was_interrupted.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests;
