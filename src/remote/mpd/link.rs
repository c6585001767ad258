//! One client: its lines in, what it is told out, all without waiting. Bounded both ways: who does not take what it is
//! told is not listened to, and after a while dropped.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::event::PollFlags;

use super::ack::Ack;
use super::commands::Next;
use super::line;
use super::session::Session;
use crate::model::player::Outcome;
use crate::remote::traffic::Traffic;

/// No more is read while so many bytes wait to be taken.
const MOST_WAITING_BYTES: usize = 1 << 20;
/// Bytes of a command list, as in MPD.
const MOST_LIST_BYTES: usize = 2048 * 1024;
/// One that says nothing for so long, and waits for nothing, is gone, as in MPD.
const SILENCE: Duration = Duration::from_secs(60);

pub enum Stream {
    Unix(UnixStream),
    Tcp(TcpStream),
}

impl Read for Stream {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Unix(stream) => stream.read(bytes),
            Self::Tcp(stream) => stream.read(bytes),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Unix(stream) => stream.write(bytes),
            Self::Tcp(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream {
    pub fn set_nonblocking(&self) -> io::Result<()> {
        match self {
            Self::Unix(stream) => stream.set_nonblocking(true),
            Self::Tcp(stream) => {
                // Answers are short, and the next question waits for them.
                stream.set_nodelay(true)?;
                stream.set_nonblocking(true)
            }
        }
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Unix(stream) => stream.as_fd(),
            Self::Tcp(stream) => stream.as_fd(),
        }
    }
}

/// A list of commands: gathered first, then done in order up to the first that fails.
#[derive(Debug, Default)]
pub struct Batch {
    lines: VecDeque<Vec<u8>>,
    bytes: usize,
    /// Each is answered with `list_OK`.
    pub tells_each: bool,
    /// Place of the command that is done now.
    pub at: usize,
}

/// What a command waits for.
pub enum Waits {
    Core(Next<Outcome>),
    Thread,
}

pub struct Link {
    pub session: Session,
    traffic: Traffic<Stream>,
    /// The command that is being done, and what it waits for.
    pub waits: Option<(&'static str, Waits)>,
    gathers: Option<Batch>,
    pub runs: Option<Batch>,
    heard: Instant,
}

/// What a client wants next.
pub enum Said {
    Command(Vec<u8>),
    NoIdle,
}

impl Link {
    pub fn new(session: Session, stream: Stream, now: Instant) -> Self {
        let traffic = Traffic::new(stream);
        Self { session, traffic, waits: None, gathers: None, runs: None, heard: now }
    }

    pub fn stream(&self) -> &Stream {
        &self.traffic.stream
    }

    pub fn interest(&self) -> PollFlags {
        self.traffic.interest(self.listens())
    }

    /// By when it must have taken or said something.
    pub fn deadline(&self) -> Option<Instant> {
        let must_speak = self.session.idle.is_none() && self.waits.is_none() && self.waiting() == 0;
        let speak = must_speak.then(|| self.heard + SILENCE);
        self.traffic.deadline().or(speak)
    }

    pub fn waiting(&self) -> usize {
        self.traffic.waiting()
    }

    fn has_room(&self) -> bool {
        let Traffic { ending, gone, .. } = self.traffic;
        !ending && !gone && self.waiting() < MOST_WAITING_BYTES && self.waits.is_none()
    }

    fn listens(&self) -> bool {
        let has_line_room = self.traffic.input().len() <= line::MOST_BYTES;
        !self.traffic.read_all && self.has_room() && self.runs.is_none() && has_line_room
    }

    pub fn receive(&mut self, ready: PollFlags, now: Instant) {
        let listens = self.listens();
        if self.traffic.receive(ready, listens) {
            self.heard = now;
        }
    }

    /// The next command, where one may be done now: of the list that runs, else of what was said.
    pub fn next(&mut self) -> Option<Said> {
        while self.has_room() {
            if let Some(batch) = &mut self.runs {
                match batch.lines.pop_front() {
                    Some(line) => return Some(Said::Command(line)),
                    None => {
                        self.runs = None;
                        self.say(b"OK\n");
                        continue;
                    }
                }
            }
            let line = self.next_line()?;
            if let Some(said) = self.sort(line) {
                return Some(said);
            }
        }
        None
    }

    /// Lists are gathered; all else is to be done.
    fn sort(&mut self, line: Vec<u8>) -> Option<Said> {
        match (line.as_slice(), &mut self.gathers) {
            (b"command_list_end", gathers @ Some(_)) => self.runs = gathers.take(),
            (_, Some(batch)) => {
                batch.bytes += line.len() + 1;
                if batch.bytes > MOST_LIST_BYTES {
                    tracing::warn!("an MPD client's command list is too large");
                    self.end();
                } else {
                    batch.lines.push_back(line);
                }
            }
            (b"noidle", None) => return Some(Said::NoIdle),
            (b"command_list_begin" | b"command_list_ok_begin", None) if self.session.idle.is_none() => {
                let tells_each = line.as_slice() == b"command_list_ok_begin";
                self.gathers = Some(Batch { tells_each, ..Batch::default() });
            }
            _ => return Some(Said::Command(line)),
        }
        None
    }

    fn next_line(&mut self) -> Option<Vec<u8>> {
        let Ok(line) = self.traffic.next_line(line::MOST_BYTES) else {
            let why = format!("a line has at most {} bytes", line::MOST_BYTES);
            self.say(Ack::unknown(why).line(0, "").as_bytes());
            self.end();
            return None;
        };
        let mut line = line?;
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Some(line)
    }

    /// Puts bytes behind what waits.
    pub fn say(&mut self, bytes: &[u8]) {
        self.traffic.output().extend_from_slice(bytes);
    }

    /// The command that ran is done.
    pub fn finish(&mut self) {
        match &mut self.runs {
            Some(batch) => {
                batch.at += 1;
                if batch.tells_each {
                    self.say(b"list_OK\n");
                }
            }
            None => self.say(b"OK\n"),
        }
    }

    /// The command that ran, and the list that it was of, failed.
    pub fn fail(&mut self, ack: &Ack, command: &str) {
        let at = self.runs.take().map_or(0, |batch| batch.at);
        self.say(ack.line(at, command).as_bytes());
    }

    /// Sends as much as is taken now.
    pub fn send(&mut self, now: Instant) {
        if self.traffic.send(now) {
            self.heard = now;
        }
    }

    /// Nothing more is taken from it.
    pub fn end(&mut self) {
        self.traffic.ending = true;
        (self.runs, self.gathers) = (None, None);
    }

    /// It is dropped with all that waits for it.
    pub fn drop_now(&mut self) {
        self.traffic.gone = true;
    }

    /// `false` where it is to be dropped.
    pub fn lives(&self, now: Instant) -> bool {
        let late = self.deadline().is_some_and(|deadline| now >= deadline);
        let Traffic { gone, ending, read_all, .. } = self.traffic;
        let silent = read_all && self.waits.is_none() && self.runs.is_none() && !self.has_line();
        !gone && !late && (self.waiting() > 0 || !(ending || silent))
    }

    /// Something of what it said can be done now: what was sent has made room.
    pub fn has_work(&self) -> bool {
        self.has_room() && (self.runs.is_some() || self.has_line())
    }

    fn has_line(&self) -> bool {
        memchr::memchr(b'\n', self.traffic.input()).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::mpd::Permissions;
    use crate::remote::traffic::PATIENCE;

    fn pair() -> (Link, UnixStream) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        ours.set_nonblocking(true).unwrap();
        let session = Session::new(1, true, Permissions::ALL);
        (Link::new(session, Stream::Unix(ours), Instant::now()), theirs)
    }

    /// All that it wants to have done, up to where it must wait.
    fn said(link: &mut Link) -> Vec<String> {
        let mut all = Vec::new();
        for _ in 0..300 {
            link.receive(PollFlags::IN, Instant::now());
            while let Some(said) = link.next() {
                match said {
                    Said::Command(line) => all.push(String::from_utf8(line).unwrap()),
                    Said::NoIdle => all.push("(noidle)".into()),
                }
                link.finish();
            }
        }
        all
    }

    fn told(link: &mut Link, theirs: &mut UnixStream) -> String {
        link.send(Instant::now());
        let mut bytes = vec![0; 1 << 20];
        let count = theirs.read(&mut bytes).unwrap();
        String::from_utf8(bytes[..count].to_vec()).unwrap()
    }

    #[test]
    fn lists_are_done_when_they_are_whole() {
        let (mut link, mut theirs) = pair();
        theirs.write_all(b"command_list_ok_begin\nplay\nnoidle\n").unwrap();
        assert!(said(&mut link).is_empty());
        theirs.write_all(b"command_list_end\nstatus\r\n").unwrap();
        assert_eq!(said(&mut link), ["play", "noidle", "status"]);
        assert_eq!(told(&mut link, &mut theirs), "list_OK\nlist_OK\nOK\nOK\n");
        theirs.write_all(b"command_list_begin\ncommand_list_end\nnoidle\n").unwrap();
        assert_eq!(said(&mut link), ["(noidle)"]);
    }

    #[test]
    fn a_list_ends_where_it_fails_and_tells_where() {
        let (mut link, mut theirs) = pair();
        theirs.write_all(b"command_list_begin\na\nb\nc\ncommand_list_end\n").unwrap();
        link.receive(PollFlags::IN, Instant::now());
        assert!(link.next().is_some());
        link.finish();
        assert!(link.next().is_some());
        link.fail(&Ack::no_such_song(), "b");
        assert!(link.next().is_none());
        assert_eq!(told(&mut link, &mut theirs), "ACK [50@1] {b} No such song\n");
    }

    #[test]
    fn what_is_too_long_ends_the_client() {
        let (mut link, mut theirs) = pair();
        let line = [vec![b'x'; 1000], b"\n".to_vec()].concat();
        let writer = std::thread::spawn(move || {
            let _ = theirs.write_all(b"command_list_begin\n");
            // The other side stops taking it.
            while theirs.write_all(&line).is_ok() {}
        });
        while !link.traffic.ending {
            link.receive(PollFlags::IN, Instant::now());
            assert!(link.next().is_none());
        }
        assert!(link.gathers.is_none() && !link.lives(Instant::now()));
        drop(link);
        writer.join().unwrap();
        let (mut link, mut theirs) = pair();
        let writer = std::thread::spawn(move || theirs.write_all(&vec![b'x'; 1 << 20]).is_ok());
        while !link.traffic.ending {
            link.receive(PollFlags::IN, Instant::now());
            assert!(link.next().is_none() && link.traffic.input().len() <= line::MOST_BYTES + 16 * 1024);
        }
        drop(link);
        let _ = writer.join().unwrap();
    }

    #[test]
    fn what_waits_for_room_is_seen_once_there_is_some() {
        let (mut link, mut theirs) = pair();
        theirs.write_all(b"a\nb\n").unwrap();
        link.receive(PollFlags::IN, Instant::now());
        link.say(&vec![b'x'; MOST_WAITING_BYTES]);
        assert!(link.next().is_none() && !link.has_work());
        let reader = std::thread::spawn(move || {
            let mut taken = vec![0; MOST_WAITING_BYTES];
            theirs.read_exact(&mut taken).unwrap();
            theirs
        });
        while link.waiting() > 0 {
            link.send(Instant::now());
        }
        assert!(link.has_work());
        assert_eq!(said(&mut link), ["a", "b"]);
        assert!(!link.has_work());
        drop(reader.join().unwrap());
    }

    #[test]
    fn who_takes_nothing_or_says_nothing_is_dropped() {
        let (mut link, mut theirs) = pair();
        let begun = Instant::now();
        assert!(link.lives(begun + SILENCE / 2) && !link.lives(begun + SILENCE * 2));
        link.session.idle = Some(super::super::idle::Events::ALL);
        assert!(link.lives(begun + SILENCE * 2));
        while link.has_room() {
            link.say(&[b'x'; 1000]);
            link.send(begun);
        }
        theirs.write_all(b"more\n").unwrap();
        assert!(!link.interest().contains(PollFlags::IN));
        assert!(link.lives(begun + PATIENCE / 2) && !link.lives(begun + PATIENCE));
    }
}
