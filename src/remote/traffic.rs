//! What one client says and is told, as bytes, without waiting: lines in, anything out. Who does not take what it is told
//! is late, and then to be dropped.

use std::io::{self, ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use rustix::event::PollFlags;

/// A client that takes nothing for so long, though something waits, is gone.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// Room for output that is kept while nothing waits.
const KEPT_BYTES: usize = 64 * 1024;

pub struct Traffic<S> {
    pub stream: S,
    input: Vec<u8>,
    /// How far `input` has no line feed.
    searched: usize,
    output: Vec<u8>,
    sent: usize,
    /// Something waits since then, and nothing was taken.
    stalled: Option<Instant>,
    /// The client has nothing more to say.
    pub read_all: bool,
    /// What waits is sent, then it ends.
    pub ending: bool,
    pub gone: bool,
}

/// A line has more bytes than are taken.
#[derive(Debug, PartialEq, Eq)]
pub struct TooLong;

impl<S: Read + Write> Traffic<S> {
    /// With a client at the other end of `stream`, which does not block.
    pub fn new(stream: S) -> Self {
        Self {
            stream,
            input: Vec::new(),
            searched: 0,
            output: Vec::new(),
            sent: 0,
            stalled: None,
            read_all: false,
            ending: false,
            gone: false,
        }
    }

    /// What to wait for. `listens`: it may say something.
    pub fn interest(&self, listens: bool) -> PollFlags {
        let read = if listens { PollFlags::IN } else { PollFlags::empty() };
        let write = if self.waiting() > 0 { PollFlags::OUT } else { PollFlags::empty() };
        read | write
    }

    /// By when it must have taken something.
    pub fn deadline(&self) -> Option<Instant> {
        self.stalled.map(|since| since + PATIENCE)
    }

    /// Bytes that wait to be taken.
    pub fn waiting(&self) -> usize {
        self.output.len() - self.sent
    }

    /// What came and was not looked at.
    pub fn input(&self) -> &[u8] {
        &self.input
    }

    pub fn take_input(&mut self) -> Vec<u8> {
        self.searched = 0;
        std::mem::take(&mut self.input)
    }

    /// Whether something came, or the end.
    pub fn receive(&mut self, ready: PollFlags, listens: bool) -> bool {
        let hung_up = ready.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL);
        if hung_up && !listens {
            // Nobody is left to tell.
            self.gone = true;
            return false;
        }
        let comes = hung_up || ready.contains(PollFlags::IN);
        if comes {
            self.read();
        }
        comes
    }

    fn read(&mut self) {
        let mut piece = [0; 16 * 1024];
        match self.stream.read(&mut piece) {
            Ok(0) => self.read_all = true,
            Ok(count) => self.input.extend_from_slice(&piece[..count]),
            Err(error) if is_passing(&error) => {}
            Err(_) => self.gone = true,
        }
    }

    /// The next whole line without its line feed, where there is one.
    ///
    /// # Errors
    /// It has more than `most` bytes; all that came is forgotten.
    pub fn next_line(&mut self, most: usize) -> Result<Option<Vec<u8>>, TooLong> {
        let found = self.input.get(self.searched..).and_then(|rest| memchr::memchr(b'\n', rest));
        let end = found.map(|at| self.searched + at);
        if end.unwrap_or(self.input.len()) > most {
            self.take_input();
            return Err(TooLong);
        }
        let Some(end) = end else {
            self.searched = self.input.len();
            return Ok(None);
        };
        let rest = self.input.split_off(end + 1);
        let mut line = std::mem::replace(&mut self.input, rest);
        self.searched = 0;
        line.truncate(end);
        Ok(Some(line))
    }

    /// Where bytes are put that are to be sent behind what waits.
    pub fn output(&mut self) -> &mut Vec<u8> {
        &mut self.output
    }

    /// Sends as much as is taken now; whether any was.
    pub fn send(&mut self, now: Instant) -> bool {
        let before = self.sent;
        while self.waiting() > 0 && !self.gone {
            match self.stream.write(&self.output[self.sent..]) {
                Ok(count) if count > 0 => {
                    self.sent += count;
                    self.stalled = None;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Ok(_) => break,
                Err(error) if is_passing(&error) => break,
                Err(_) => self.gone = true,
            }
        }
        let took = self.sent > before;
        if self.waiting() > 0 {
            self.stalled.get_or_insert(now);
        } else {
            self.output.clear();
            self.output.shrink_to(KEPT_BYTES);
            self.sent = 0;
        }
        took
    }
}

fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}
