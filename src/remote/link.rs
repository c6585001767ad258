//! One client of the server: its lines in, its lines out, all without waiting. Bounded both ways: where a client does
//! not take what it is told, it is not listened to, and after a while dropped.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use serde::Serialize;

use super::status::Status;
use super::wire::{Fault, FaultKind, MOST_LINE_BYTES, Reply, ScreenAsked};

/// No more is read while so many bytes wait to be taken.
const MOST_WAITING_BYTES: usize = 64 * 1024;
/// Commands of one client that the core has not answered yet.
const MOST_ASKED: usize = 64;
/// A client that takes nothing for so long, though something waits, is gone.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

pub(super) struct Link {
    pub id: u64,
    pub stream: UnixStream,
    /// Commands that are not answered yet.
    pub asked: usize,
    pub follow: Option<Follow>,
    /// It speaks in frames once it has its answer.
    pub screen: Option<ScreenAsked>,
    input: Vec<u8>,
    /// How far `input` has no line feed.
    searched: usize,
    output: Vec<u8>,
    sent: usize,
    /// Something waits since then, and nothing was taken.
    stalled: Option<Instant>,
    /// The client has nothing more to say.
    read_all: bool,
    /// What waits is sent, then it ends.
    ending: bool,
    gone: bool,
}

/// A client that is told of changes.
pub(super) struct Follow {
    pub id: Option<u64>,
    /// What it was told last, without the moving ear.
    pub told: Option<Status>,
}

impl Link {
    pub fn new(id: u64, stream: UnixStream) -> Self {
        Self {
            id,
            stream,
            asked: 0,
            follow: None,
            screen: None,
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

    /// What to wait for.
    pub fn interest(&self) -> PollFlags {
        let read = if self.listens() { PollFlags::IN } else { PollFlags::empty() };
        let write = if self.waiting() > 0 { PollFlags::OUT } else { PollFlags::empty() };
        read | write
    }

    /// By when it must have taken something.
    pub fn deadline(&self) -> Option<Instant> {
        self.stalled.map(|since| since + PATIENCE)
    }

    fn waiting(&self) -> usize {
        self.output.len() - self.sent
    }

    fn has_room(&self) -> bool {
        !self.ending
            && self.screen.is_none()
            && self.waiting() < MOST_WAITING_BYTES
            && self.asked < MOST_ASKED
    }

    fn listens(&self) -> bool {
        !self.read_all && self.has_room() && self.input.len() <= MOST_LINE_BYTES
    }

    /// What came and was not looked at.
    pub fn take_input(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.input)
    }

    /// Whether all that it was told has left.
    pub fn is_abreast(&self) -> bool {
        self.waiting() == 0 && !self.ending
    }

    pub fn receive(&mut self, ready: PollFlags) {
        let hung_up = ready.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL);
        if hung_up && !self.listens() {
            // Nobody is left to tell.
            self.gone = true;
        } else if hung_up || ready.contains(PollFlags::IN) {
            self.read();
        }
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

    /// The next whole line, where the client may say one now. The last one may lack its line feed.
    pub fn next_line(&mut self) -> Option<Vec<u8>> {
        if !self.has_room() || self.gone {
            return None;
        }
        let found = self.input[self.searched..].iter().position(|&byte| byte == b'\n');
        let end = match found {
            Some(at) => self.searched + at,
            None if self.input.len() > MOST_LINE_BYTES => return self.refuse_line(),
            None if self.read_all && !self.input.is_empty() => self.input.len(),
            None => {
                self.searched = self.input.len();
                return None;
            }
        };
        if end > MOST_LINE_BYTES {
            return self.refuse_line();
        }
        let rest = self.input.split_off((end + 1).min(self.input.len()));
        let mut line = std::mem::replace(&mut self.input, rest);
        self.searched = 0;
        line.truncate(end);
        Some(line)
    }

    fn refuse_line(&mut self) -> Option<Vec<u8>> {
        let words = format!("a line has at most {MOST_LINE_BYTES} bytes");
        self.say(&Reply::<()>::fault(None, Fault::usage(words)));
        self.end();
        self.input = Vec::new();
        None
    }

    /// Puts a line behind what waits.
    pub fn say(&mut self, line: &impl Serialize) {
        // Cannot fail: nothing that is said has a map with keys that are no text.
        if serde_json::to_writer(&mut self.output, line).is_ok() {
            self.output.push(b'\n');
        }
    }

    /// Sends as much as is taken now.
    pub fn send(&mut self, now: Instant) {
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
        if self.waiting() > 0 {
            self.stalled.get_or_insert(now);
        } else {
            self.output.clear();
            self.sent = 0;
        }
    }

    /// Nothing more is taken from it.
    pub fn end(&mut self) {
        self.ending = true;
        self.follow = None;
    }

    /// `false` where it is to be dropped.
    pub fn lives(&self, now: Instant) -> bool {
        let late = self.deadline().is_some_and(|deadline| now >= deadline);
        let silent = self.read_all && self.input.is_empty() && self.asked == 0 && self.follow.is_none();
        !self.gone && !late && (self.waiting() > 0 || !(self.ending || silent))
    }
}

fn is_passing(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

/// To one for whom there is no room any more.
pub(super) fn turn_away(stream: &UnixStream, most: usize) {
    let fault = Fault::new(FaultKind::Busy, format!("{most} clients are connected already"));
    let mut link = Link::new(
        0,
        match stream.try_clone() {
            Ok(stream) => stream,
            Err(_) => return,
        },
    );
    link.say(&Reply::<()>::fault(None, fault));
    link.send(Instant::now());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (Link, UnixStream) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        ours.set_nonblocking(true).unwrap();
        (Link::new(1, ours), theirs)
    }

    /// Reads until nothing more comes.
    fn lines(link: &mut Link) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        for _ in 0..200 {
            link.receive(PollFlags::IN);
            all.extend(std::iter::from_fn(|| link.next_line()));
        }
        all
    }

    #[test]
    fn lines_come_whole_in_whatever_pieces() {
        let (mut link, mut theirs) = pair();
        theirs.write_all(b"a\n\nbc").unwrap();
        assert_eq!(lines(&mut link), [b"a".to_vec(), Vec::new()]);
        theirs.write_all(b"d\ne").unwrap();
        assert_eq!(lines(&mut link), [b"bcd".to_vec()]);
        drop(theirs);
        assert_eq!(lines(&mut link), [b"e".to_vec()]);
        assert!(!link.lives(Instant::now()));
    }

    #[test]
    fn a_line_without_end_is_refused_and_not_kept() {
        let (mut link, mut theirs) = pair();
        let writer = std::thread::spawn(move || {
            // The other side stops taking it.
            let _ = theirs.write_all(&vec![b'x'; 3 * MOST_LINE_BYTES]);
            theirs
        });
        while !link.ending {
            link.receive(PollFlags::IN);
            assert_eq!(link.next_line(), None);
            assert!(link.input.len() <= MOST_LINE_BYTES + 16 * 1024);
        }
        link.send(Instant::now());
        assert!(!link.lives(Instant::now()));
        drop(link);
        let mut said = String::new();
        let _ = writer.join().unwrap().read_to_string(&mut said);
        assert!(said.contains("at most 1048576 bytes"), "{said}");
    }

    #[test]
    fn the_longest_line_is_taken() {
        let (mut link, mut theirs) = pair();
        let writer = std::thread::spawn(move || {
            theirs.write_all(&[vec![b'x'; MOST_LINE_BYTES], b"\n".to_vec()].concat()).unwrap();
            theirs
        });
        let line = loop {
            link.receive(PollFlags::IN);
            if let Some(line) = link.next_line() {
                break line;
            }
            assert!(!link.ending);
        };
        assert_eq!(line.len(), MOST_LINE_BYTES);
        writer.join().unwrap();
    }

    #[test]
    fn who_takes_nothing_is_not_listened_to_and_then_dropped() {
        let (mut link, mut theirs) = pair();
        let begun = Instant::now();
        while link.has_room() {
            link.say(&"x".repeat(1000));
            link.send(begun);
        }
        assert!(!link.interest().contains(PollFlags::IN));
        theirs.write_all(b"more\n").unwrap();
        link.receive(PollFlags::IN);
        assert_eq!(link.next_line(), None);
        assert!(link.lives(begun + PATIENCE / 2));
        assert!(!link.lives(begun + PATIENCE));
        let mut taken = vec![0; 1 << 20];
        assert!(theirs.read(&mut taken).unwrap() > 0);
        link.send(begun + PATIENCE / 2);
        assert!(link.lives(begun + PATIENCE));
    }

    #[test]
    fn who_waits_for_answers_may_not_ask_without_end() {
        let (mut link, mut theirs) = pair();
        theirs.write_all(b"a\nb\n").unwrap();
        link.asked = MOST_ASKED;
        assert_eq!(lines(&mut link), Vec::<Vec<u8>>::new());
        link.asked -= 1;
        link.receive(PollFlags::IN);
        assert_eq!(link.next_line().as_deref(), Some(&b"a"[..]));
    }
}
