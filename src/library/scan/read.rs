//! Reading the files that changed, on a few threads. The scan thread bounds how many batches are under way, so nothing
//! piles up and nobody waits for each other in a circle.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Builder, Scope};

use super::sheet::{self, Judged, Listed};
use crate::library::store::{AudioId, SheetRow};
use crate::library::tags::{self, ReadError, Scanned};
use crate::model::id::TrackId;
use crate::model::track::{AudioFormat, FileStamp, Tags};

/// Threads that read. The work is small reads and parsing; more than two rarely help one disk.
const READERS: usize = 2;
/// Files handed over at once.
pub const BATCH_FILES: usize = 32;
/// Batches under way, waiting ones included.
const MAX_UNDER_WAY: usize = READERS * 3;

/// A file to be read, and what it was before.
#[derive(Debug, Default)]
pub struct Task {
    pub path: PathBuf,
    pub stamp: FileStamp,
    /// Id and time of adding of the track it already is.
    pub known: Option<TrackId>,
    /// It is a CUE sheet.
    pub sheet: Option<Box<Judged>>,
    /// Tracks that it was divided into before, by their numbers.
    pub parts: HashMap<u16, TrackId>,
    /// These stood elsewhere.
    pub has_moved: bool,
}

/// What a file turned out to be.
#[derive(Debug)]
pub enum Read {
    Track(Box<(AudioFormat, Tags, Option<AudioId>)>),
    /// A CUE sheet, or a file with one embedded.
    Parts(Vec<Listed>, SheetRow),
}

/// A file that was read.
#[derive(Debug)]
pub struct Outcome {
    pub task: Task,
    pub result: Result<Read, ReadError>,
}

/// The scan thread's side of the readers.
pub struct Readers {
    to: Vec<Sender<Vec<Task>>>,
    from: Receiver<Vec<Outcome>>,
    batch: Vec<Task>,
    under_way: usize,
    turn: usize,
}

impl Readers {
    /// Starts the readers; they end when this is dropped, or once `cancel` is set.
    pub fn start<'scope>(
        scope: &'scope Scope<'scope, '_>,
        cancel: &'scope AtomicBool,
    ) -> std::io::Result<Self> {
        let (results, from) = channel();
        let mut to = Vec::new();
        for number in 1..=READERS {
            let (sender, tasks) = channel::<Vec<Task>>();
            let results = results.clone();
            Builder::new()
                .name(format!("scan-reader-{number}"))
                .spawn_scoped(scope, move || read_all(&tasks, &results, cancel))?;
            to.push(sender);
        }
        Ok(Self { to, from, batch: Vec::new(), under_way: 0, turn: 0 })
    }

    /// Takes a task. Gives what was read meanwhile; waits for that while too much is under way.
    pub fn read(&mut self, task: Task) -> Vec<Outcome> {
        self.batch.push(task);
        if self.batch.len() < BATCH_FILES {
            return Vec::new();
        }
        self.hand_over();
        if self.under_way >= MAX_UNDER_WAY { self.wait() } else { self.ready() }
    }

    /// Hands over what is left and waits for one batch; `None` when all is done.
    pub fn finish(&mut self) -> Option<Vec<Outcome>> {
        self.hand_over();
        (self.under_way > 0).then(|| self.wait())
    }

    fn hand_over(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        let batch = std::mem::take(&mut self.batch);
        self.turn += 1;
        let reader = &self.to[self.turn % self.to.len()];
        if reader.send(batch).is_ok() {
            self.under_way += 1;
        }
    }

    fn ready(&mut self) -> Vec<Outcome> {
        let done = self.from.try_recv().unwrap_or_default();
        self.under_way -= usize::from(!done.is_empty());
        done
    }

    fn wait(&mut self) -> Vec<Outcome> {
        match self.from.recv() {
            Ok(done) => {
                self.under_way -= 1;
                done
            }
            Err(_) => {
                self.under_way = 0;
                Vec::new()
            }
        }
    }
}

/// A reader thread. A cancelled batch comes back with what was read of it.
fn read_all(tasks: &Receiver<Vec<Task>>, results: &Sender<Vec<Outcome>>, cancel: &AtomicBool) {
    for batch in tasks {
        let wanted = batch.into_iter().take_while(|_| !cancel.load(Ordering::Relaxed));
        let read = |mut task: Task| Outcome { result: read_one(&mut task), task };
        if results.send(wanted.map(read).collect()).is_err() {
            return;
        }
    }
}

fn read_one(task: &mut Task) -> Result<Read, ReadError> {
    if let Some(judged) = &mut task.sheet {
        let listed = judged.read(&task.path);
        return Ok(Read::Parts(listed, judged.row(task.stamp)));
    }
    let Scanned { format, tags, sheet, audio } = tags::read_for_scan(&task.path)?;
    let Some(sheet) = sheet else { return Ok(Read::Track(Box::new((format, tags, audio)))) };
    let (listed, problems) = sheet::list_embedded(&sheet, &task.path, &(format, tags));
    Ok(Read::Parts(listed, sheet::embedded_row(task.stamp, &problems)))
}
