//! Raw samples on standard output, interleaved, little-endian, as fast as the reader takes them. Opening runs on the
//! `output` thread, writing on the thread `pipe` (the loop is in `sink`); while it is open nothing else may write there.

use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::os::fd::AsFd;
use std::time::Duration;

use super::file::accept;
use super::sink::Sink;
use super::worker::Signals;
use super::{OutputError, Wanted};
use crate::model::settings::OutputSettings;
use crate::model::snapshot::Accepted;

/// How long to wait for a reader that made its end non-blocking, before trying again.
const RETRY: Duration = Duration::from_millis(5);

struct PipeSink {
    out: File,
}

/// Takes standard output as it is; never a terminal.
pub(super) fn create(
    settings: &OutputSettings,
    wanted: &Wanted,
) -> Result<(Accepted, Box<dyn Sink>), OutputError> {
    let stdout = io::stdout();
    if stdout.is_terminal() {
        return Err(OutputError::Terminal);
    }
    // A descriptor of its own: the standard library would hold lines back.
    let out = stdout
        .as_fd()
        .try_clone_to_owned()
        .map_err(|error| OutputError::Refused { name: "standard output".into(), why: error.to_string() })?;
    let accepted = accept("standard output".into(), settings, wanted);
    Ok((accepted, Box::new(PipeSink { out: out.into() })))
}

impl Sink for PipeSink {
    fn write(&mut self, mut bytes: &[u8], _: &Signals) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.out.write(bytes) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => bytes = &bytes[written..],
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::sleep(RETRY),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn settle(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn describe(&self, error: &io::Error) -> String {
        match error.kind() {
            ErrorKind::BrokenPipe => "whoever read the samples has gone".into(),
            ErrorKind::StorageFull => "cannot write to standard output: the disk is full".into(),
            _ => format!("cannot write to standard output: {error}"),
        }
    }
}
