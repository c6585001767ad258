//! One WAV file with the whole session, as fast as it goes. Opening runs on the `output` thread, writing on the thread
//! `file` (the loop is in `sink`).
//!
//! What may be written to: a path where nothing is, an empty file, or a recording that we wrote before. Anything else
//! that exists (somebody's music, a folder, a device, a FIFO) is refused and left as it is.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::sink::Sink;
use super::wav::{self, WavFile};
use super::worker::Signals;
use super::{OutputError, Wanted, format_for};
use crate::model::audio::Spec;
use crate::model::settings::OutputSettings;
use crate::model::snapshot::Accepted;

struct FileSink {
    path: PathBuf,
    wav: WavFile,
}

/// Creates the file; its format is that of the first track where the settings do not say otherwise.
pub(super) fn create(
    path: &Path,
    settings: &OutputSettings,
    wanted: &Wanted,
) -> Result<(Accepted, Box<dyn Sink>), OutputError> {
    let fail = |error: io::Error| OutputError::File { path: path.into(), why: reason(&error) };
    let accepted = accept(path.display().to_string(), settings, wanted);
    let file = open_new(path).map_err(fail)?;
    let wav = WavFile::create(file, accepted.spec, accepted.format).map_err(fail)?;
    Ok((accepted, Box::new(FileSink { path: path.into(), wav })))
}

/// What files and pipes take: what the settings ask for, else what the first track is.
pub(super) fn accept(name: String, settings: &OutputSettings, wanted: &Wanted) -> Accepted {
    let source = wanted.format.spec;
    let rate = settings.rate.hz().unwrap_or(source.rate);
    let spec = Spec::new(rate, source.channels).unwrap_or(source);
    Accepted::new(name, spec, settings.format.unwrap_or_else(|| format_for(&wanted.format)))
}

/// A recording of ours is replaced, not cut: whoever reads the old one still has all of it.
fn open_new(path: &Path) -> io::Result<File> {
    let path = match fs::canonicalize(path) {
        Ok(existing) => {
            refuse_what_is_not_ours(&existing)?;
            fs::remove_file(&existing)?;
            existing
        }
        Err(error) if error.kind() == ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(error),
    };
    OpenOptions::new().write(true).read(true).create_new(true).open(path)
}

/// Looks at the kind before opening: opening a FIFO would wait for its writer.
fn refuse_what_is_not_ours(path: &Path) -> io::Result<()> {
    let metadata = fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(io::Error::other("it is a folder"));
    }
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    if metadata.len() > 0 && !wav::is_ours(&File::open(path)?) {
        return Err(io::Error::other("a file that is no recording of Auralis is there; it is left as it is"));
    }
    Ok(())
}

/// The system's words without the number behind them.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::StorageFull => "the disk is full".into(),
        ErrorKind::QuotaExceeded => "the quota is used up".into(),
        ErrorKind::FileTooLarge => "it may not grow any further".into(),
        ErrorKind::PermissionDenied => "permission denied".into(),
        ErrorKind::NotFound => "its folder does not exist".into(),
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only".into(),
        _ => error.to_string(),
    }
}

impl Sink for FileSink {
    fn write(&mut self, bytes: &[u8], _: &Signals) -> io::Result<()> {
        self.wav.append(bytes)
    }

    fn settle(&mut self) -> io::Result<()> {
        self.wav.settle()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.wav.finish()
    }

    fn describe(&self, error: &io::Error) -> String {
        let kept = "what was written until then is a valid file";
        format!("cannot write to {}: {}; {kept}", self.path.display(), reason(error))
    }
}
