//! The log: to a file, never to the terminal. Started once a run, before anything that could have something to say.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tracing::Level;

use super::BootError;

/// A log of more bytes is put aside as `NAME.old` when the next run starts.
const MAX_BYTES: u64 = 4 << 20;

/// Where and how much.
#[derive(Debug, Clone)]
pub struct LogRun {
    /// `None`: nowhere.
    pub file: Option<PathBuf>,
    /// Asked for by name: it is an error then that it cannot be written.
    pub named: bool,
    pub level: Level,
}

/// Sends what is logged to the file from here on; gives the file, for what libraries print on standard error. A second
/// call in one process changes nothing.
pub fn start(run: &LogRun) -> Result<Option<File>, BootError> {
    let Some(path) = &run.file else { return Ok(None) };
    let file = match open(path, run.named) {
        Ok(file) => file,
        Err(_) if !run.named => return Ok(None),
        Err(source) => return Err(BootError::Log { file: path.clone(), source }),
    };
    let lines = file.try_clone()?;
    // The lock guards single lines of the file; nobody on an audio thread logs.
    let log =
        tracing_subscriber::fmt().with_max_level(run.level).with_ansi(false).with_writer(Mutex::new(lines));
    // Fails only where a log runs already.
    let _ = log.try_init();
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "start");
    Ok(Some(file))
}

/// Our own log is turned over when it is large; a file that the user named is only added to.
fn open(path: &Path, named: bool) -> io::Result<File> {
    if let Some(folder) = path.parent().filter(|_| !named) {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        if path.metadata().is_ok_and(|found| found.len() > MAX_BYTES) {
            std::fs::rename(path, path.with_extension("log.old"))?;
        }
    }
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_log_is_put_aside_and_a_named_one_is_only_added_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/auralis.log");
        open(&path, false).unwrap();
        std::fs::write(&path, vec![b'x'; (4 << 20) + 1]).unwrap();
        open(&path, true).unwrap();
        assert_eq!(path.metadata().unwrap().len(), (4 << 20) + 1);
        open(&path, false).unwrap();
        assert_eq!(path.metadata().unwrap().len(), 0);
        assert_eq!(folder.path().join("state/auralis.log.old").metadata().unwrap().len(), (4 << 20) + 1);
    }
}
