//! One client of the server: its lines in, its lines out, all without waiting. Bounded both ways: where a client does
//! not take what it is told, it is not listened to, and after a while dropped.

use std::os::unix::net::UnixStream;
use std::time::Instant;

use rustix::event::PollFlags;
use serde::Serialize;

use super::status::Status;
use super::traffic::Traffic;
use super::wire::{Fault, FaultKind, MOST_LINE_BYTES, Reply, ScreenAsked};

/// No more is read while so many bytes wait to be taken.
const MOST_WAITING_BYTES: usize = 64 * 1024;
/// Commands of one client that the core has not answered yet.
const MOST_ASKED: usize = 64;

pub(super) struct Link {
    pub id: u64,
    traffic: Traffic<UnixStream>,
    /// Commands that are not answered yet.
    pub asked: usize,
    pub follow: Option<Follow>,
    /// It speaks in frames once it has its answer.
    pub screen: Option<ScreenAsked>,
}

/// A client that is told of changes.
pub(super) struct Follow {
    pub id: Option<u64>,
    /// What it was told last, without the moving ear.
    pub told: Option<Status>,
}

impl Link {
    pub fn new(id: u64, stream: UnixStream) -> Self {
        Self { id, traffic: Traffic::new(stream), asked: 0, follow: None, screen: None }
    }

    pub fn stream(&self) -> &UnixStream {
        &self.traffic.stream
    }

    /// What to wait for.
    pub fn interest(&self) -> PollFlags {
        self.traffic.interest(self.listens())
    }

    /// By when it must have taken something.
    pub fn deadline(&self) -> Option<Instant> {
        self.traffic.deadline()
    }

    fn has_room(&self) -> bool {
        !self.traffic.ending
            && self.screen.is_none()
            && self.traffic.waiting() < MOST_WAITING_BYTES
            && self.asked < MOST_ASKED
    }

    fn listens(&self) -> bool {
        !self.traffic.read_all && self.has_room() && self.traffic.input().len() <= MOST_LINE_BYTES
    }

    /// The stream, and what came and was not looked at.
    pub fn into_stream(mut self) -> (UnixStream, Vec<u8>) {
        let input = self.traffic.take_input();
        (self.traffic.stream, input)
    }

    /// Whether all that it was told has left.
    pub fn is_abreast(&self) -> bool {
        self.traffic.waiting() == 0 && !self.traffic.ending
    }

    pub fn receive(&mut self, ready: PollFlags) {
        let listens = self.listens();
        self.traffic.receive(ready, listens);
    }

    /// The next whole line, where the client may say one now. The last one may lack its line feed.
    pub fn next_line(&mut self) -> Option<Vec<u8>> {
        if !self.has_room() || self.traffic.gone {
            return None;
        }
        let Ok(line) = self.traffic.next_line(MOST_LINE_BYTES) else {
            let words = format!("a line has at most {MOST_LINE_BYTES} bytes");
            self.say(&Reply::<()>::fault(None, Fault::usage(words)));
            self.end();
            return None;
        };
        let is_last = self.traffic.read_all && !self.traffic.input().is_empty();
        line.or_else(|| is_last.then(|| self.traffic.take_input()))
    }

    /// Puts a line behind what waits.
    pub fn say(&mut self, line: &impl Serialize) {
        // Cannot fail: nothing that is said has a map with keys that are no text.
        if serde_json::to_writer(self.traffic.output(), line).is_ok() {
            self.traffic.output().push(b'\n');
        }
    }

    /// Sends as much as is taken now.
    pub fn send(&mut self, now: Instant) {
        self.traffic.send(now);
    }

    /// Nothing more is taken from it.
    pub fn end(&mut self) {
        self.traffic.ending = true;
        self.follow = None;
    }

    /// `false` where it is to be dropped.
    pub fn lives(&self, now: Instant) -> bool {
        let Traffic { gone, ending, read_all, .. } = self.traffic;
        let late = self.deadline().is_some_and(|deadline| now >= deadline);
        let is_done = read_all && self.traffic.input().is_empty() && self.asked == 0 && self.follow.is_none();
        !gone && !late && (self.traffic.waiting() > 0 || !(ending || is_done))
    }
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
    use std::io::{Read, Write};

    use super::*;
    use crate::remote::traffic::PATIENCE;

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
        while !link.traffic.ending {
            link.receive(PollFlags::IN);
            assert_eq!(link.next_line(), None);
            assert!(link.traffic.input().len() <= MOST_LINE_BYTES + 16 * 1024);
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
            assert!(!link.traffic.ending);
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
