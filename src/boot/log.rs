//! The log: lines to a file, never to the terminal. Started once a run mode, from the main thread.

use std::fs::{File, OpenOptions};
use std::path::PathBuf;
use std::sync::Mutex;

use tracing::Level;

use super::BootError;

/// A log beyond this size is begun anew when the program starts; the one before is kept beside it.
const MOST_BYTES: u64 = 4 << 20;

/// Where and how much to log.
#[derive(Debug, Clone)]
pub struct LogRun {
    /// `None`: there is no place for one.
    pub file: Option<PathBuf>,
    /// Asked for by name: then not being able to write it is an error.
    pub named: bool,
    pub level: Level,
}

/// Opens the log; returns its file for whatever else is to be written there (what libraries print on standard error).
pub fn start(run: &LogRun) -> Result<Option<File>, BootError> {
    let Some(path) = &run.file else {
        return Ok(None);
    };
    let file = match open(path) {
        Ok(file) => file,
        Err(why) if run.named => return Err(BootError::Log { file: path.clone(), why }),
        Err(_) => return Ok(None),
    };
    let lines = file.try_clone()?;
    // The lock guards single lines of the file; nobody on an audio thread logs.
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(run.level)
        .with_ansi(false)
        .with_thread_names(true)
        .with_writer(Mutex::new(lines))
        .finish();
    // Only the first of a process counts, which is what tests with several cores in one process want.
    let _ = tracing::subscriber::set_global_default(subscriber);
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "start");
    Ok(Some(file))
}

fn open(path: &PathBuf) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    if std::fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() > MOST_BYTES) {
        let mut old = path.clone().into_os_string();
        old.push(".old");
        std::fs::rename(path, old)?;
    }
    OpenOptions::new().create(true).append(true).open(path)
}
