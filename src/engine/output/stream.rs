//! Raw samples into a FIFO or over TCP, interleaved, little-endian, at the pace of whoever reads: snapcast and the like.
//! Opening runs on the `output` thread, writing on the thread `fifo` or `tcp` (the loop is in `sink`).

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;
use std::sync::mpsc::channel;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::file::accept;
use super::sink::{self, Sink};
use super::worker::Signals;
use super::{Fault, Opened, OutputError, Wanted};
use crate::model::settings::OutputSettings;

/// How long another machine may take to answer.
const CONNECT: Duration = Duration::from_secs(5);
/// How often it is looked whether the output is still wanted while nobody reads.
const LOOK: Duration = Duration::from_millis(50);

struct StreamSink<W> {
    to: W,
    name: String,
}

/// A FIFO, made where nothing is; it waits for a reader.
pub(super) fn fifo(path: &Path, settings: &OutputSettings, wanted: &Wanted) -> Result<Opened, OutputError> {
    let fail = |why: String| OutputError::File { path: path.into(), why };
    match fs::metadata(path) {
        Ok(about) if about.file_type().is_fifo() => {}
        Ok(_) => return Err(fail("it is there and no FIFO".into())),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0)
                .map_err(|error| fail(error.to_string()))?;
        }
        Err(error) => return Err(fail(error.to_string())),
    }
    // For reading too, so that it can be opened, and stays, where nobody reads yet.
    let flags = (rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::CLOEXEC).bits() as i32;
    let to = OpenOptions::new().read(true).write(true).custom_flags(flags).open(path);
    let to = to.map_err(|error| fail(error.to_string()))?;
    begin("fifo", StreamSink { to, name: path.display().to_string() }, settings, wanted)
}

/// A connection to `HOST:PORT`.
pub(super) fn tcp(address: &str, settings: &OutputSettings, wanted: &Wanted) -> Result<Opened, OutputError> {
    let fail = |why: String| OutputError::Refused { name: address.to_owned(), why };
    let mut why = "there is no such host".to_owned();
    for place in address.to_socket_addrs().map_err(|error| fail(error.to_string()))? {
        match TcpStream::connect_timeout(&place, CONNECT) {
            Ok(to) => {
                to.set_nonblocking(true).map_err(|error| fail(error.to_string()))?;
                return begin("tcp", StreamSink { to, name: address.to_owned() }, settings, wanted);
            }
            Err(error) => why = error.to_string(),
        }
    }
    Err(fail(why))
}

fn begin<W: Write + AsFd + Send + 'static>(
    thread: &'static str,
    to: StreamSink<W>,
    settings: &OutputSettings,
    wanted: &Wanted,
) -> Result<Opened, OutputError> {
    let accepted = accept(to.name.clone(), settings, wanted);
    // Nobody goes on with it: each opening is a new one.
    let (give_back, _) = channel();
    sink::open(thread, accepted, Box::new(to), give_back, wanted)
}

impl<W: Write + AsFd + Send> Sink for StreamSink<W> {
    fn write(&mut self, mut bytes: &[u8], signals: &Signals) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.to.write(bytes) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => bytes = &bytes[written..],
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    if signals.is_stopped() {
                        return Ok(());
                    }
                    let limit = Timespec::try_from(LOOK).ok();
                    let _ = poll(&mut [PollFd::new(&self.to, PollFlags::OUT)], limit.as_ref());
                }
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

    /// It may come back: the place in the music waits.
    fn fault(&self, _: &io::Error) -> Fault {
        Fault::Lost
    }

    fn describe(&self, error: &io::Error) -> String {
        format!("{} takes no more sound: {error}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::fd::BorrowedFd;

    use super::*;

    /// Answers so much of each write in turn, then nothing.
    struct Taker {
        answers: Vec<io::Result<usize>>,
        taken: Vec<u8>,
        file: File,
    }

    impl Write for Taker {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let answer = if self.answers.is_empty() { Ok(0) } else { self.answers.remove(0) };
            if let Ok(count) = answer {
                self.taken.extend_from_slice(&bytes[..count]);
            }
            answer
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl AsFd for Taker {
        fn as_fd(&self) -> BorrowedFd<'_> {
            self.file.as_fd()
        }
    }

    fn sent(answers: Vec<io::Result<usize>>) -> (Vec<u8>, io::Result<()>) {
        let file = File::options().write(true).open("/dev/null").unwrap();
        let mut sink = StreamSink { to: Taker { answers, taken: Vec::new(), file }, name: "here".into() };
        let told = sink.write(b"abcdef", &Signals::default());
        (sink.to.taken, told)
    }

    #[test]
    fn all_is_sent_in_whatever_pieces_it_is_taken() {
        let busy = |kind: ErrorKind| Err(kind.into());
        let answers =
            vec![Ok(1), busy(ErrorKind::Interrupted), Ok(2), busy(ErrorKind::WouldBlock), Ok(1), Ok(2)];
        let (taken, told) = sent(answers);
        assert_eq!((taken.as_slice(), told.is_ok()), (&b"abcdef"[..], true));
    }

    #[test]
    fn who_takes_nothing_more_is_gone() {
        let (taken, told) = sent(vec![Ok(4)]);
        assert_eq!((taken.as_slice(), told.unwrap_err().kind()), (&b"abcd"[..], ErrorKind::WriteZero));
        let (taken, told) = sent(vec![Ok(1), Err(ErrorKind::BrokenPipe.into())]);
        assert_eq!((taken.as_slice(), told.unwrap_err().kind()), (&b"a"[..], ErrorKind::BrokenPipe));
    }
}
