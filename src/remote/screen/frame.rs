//! Frames: messages of any length in pieces, so that a long one does not hold up a short one. Three lanes, the first
//! with something to say goes first; in a lane the order is kept.
//!
//! A frame is a head of four bytes (little-endian: length in bits 0 to 23, lane in bits 24 to 30, bit 31 set where the
//! message ends) and so many bytes.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Write};
use std::sync::Arc;

/// Bytes of a piece at most.
pub const MOST_PIECE: usize = 32 * 1024;
const HEAD: usize = 4;

/// What goes before what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    Sound,
    Gauges,
    State,
}

impl Lane {
    const ALL: [Self; 3] = [Self::Sound, Self::Gauges, Self::State];

    fn of(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|&lane| lane as u32 == number)
    }
}

/// Messages that are to be sent.
#[derive(Debug, Default)]
pub struct Outlet {
    lanes: [VecDeque<Arc<[u8]>>; 3],
    /// How much of the first message of a lane is sent or in `frame`.
    begun: [usize; 3],
    /// The frame that is on its way, and how much of it is gone.
    frame: Vec<u8>,
    gone: usize,
}

impl Outlet {
    pub fn push(&mut self, lane: Lane, message: Arc<[u8]>) {
        self.lanes[lane as usize].push_back(message);
    }

    pub fn is_empty(&self) -> bool {
        self.frame.is_empty() && self.lanes.iter().all(VecDeque::is_empty)
    }

    /// Whether all that was pushed into a lane has left, but for what the system holds.
    pub fn has_sent(&self, lane: Lane) -> bool {
        self.lanes[lane as usize].is_empty()
    }

    /// Forgets what is not begun in a lane.
    pub fn clear(&mut self, lane: Lane) {
        let kept = usize::from(self.begun[lane as usize] > 0);
        self.lanes[lane as usize].truncate(kept);
    }

    /// Writes as much as is taken now; `true` where anything was.
    ///
    /// # Errors
    /// Where the other end is gone. That nothing more is taken now is none.
    pub fn write(&mut self, to: &mut impl Write) -> io::Result<bool> {
        let mut wrote = false;
        while self.gone < self.frame.len() || self.next_frame() {
            match to.write(&self.frame[self.gone..]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => {
                    self.gone += count;
                    wrote = true;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(wrote),
                Err(error) => return Err(error),
            }
        }
        self.frame.clear();
        self.gone = 0;
        Ok(wrote)
    }

    fn next_frame(&mut self) -> bool {
        let Some(lane) = self.lanes.iter().position(|lane| !lane.is_empty()) else { return false };
        let message = &self.lanes[lane][0];
        let from = self.begun[lane];
        let to = message.len().min(from + MOST_PIECE);
        let is_last = to == message.len();
        self.frame.clear();
        self.gone = 0;
        let head = (to - from) as u32 | (lane as u32) << 24 | u32::from(is_last) << 31;
        self.frame.extend_from_slice(&head.to_le_bytes());
        self.frame.extend_from_slice(&message[from..to]);
        self.begun[lane] = to;
        if is_last {
            self.lanes[lane].pop_front();
            self.begun[lane] = 0;
        }
        true
    }
}

/// The other end said what is no frame, or too long a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Garbled;

/// Messages that come.
#[derive(Debug)]
pub struct Intake {
    most: usize,
    bytes: Vec<u8>,
    lanes: [Vec<u8>; 3],
}

impl Intake {
    /// `most`: bytes of a message.
    pub fn new(most: usize) -> Self {
        Self { most, bytes: Vec::new(), lanes: Default::default() }
    }

    /// Takes what came, and hands on the messages that are whole.
    ///
    /// # Errors
    /// Nothing more is to be fed then.
    pub fn feed(&mut self, bytes: &[u8], mut take: impl FnMut(Lane, Vec<u8>)) -> Result<(), Garbled> {
        self.bytes.extend_from_slice(bytes);
        let mut at = 0;
        while let Some(head) = self.bytes.get(at..at + HEAD) {
            let head = u32::from_le_bytes(head.try_into().map_err(|_| Garbled)?);
            let length = (head & 0x00FF_FFFF) as usize;
            let lane = Lane::of(head >> 24 & 0x7F).ok_or(Garbled)?;
            let message = &mut self.lanes[lane as usize];
            if length > MOST_PIECE || message.len() + length > self.most {
                return Err(Garbled);
            }
            let Some(piece) = self.bytes.get(at + HEAD..at + HEAD + length) else { break };
            message.extend_from_slice(piece);
            at += HEAD + length;
            if head >> 31 == 1 {
                take(lane, std::mem::take(message));
            }
        }
        self.bytes.drain(..at);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(byte: u8, length: usize) -> Arc<[u8]> {
        vec![byte; length].into()
    }

    fn taken(intake: &mut Intake, bytes: &[u8]) -> Vec<(Lane, u8, usize)> {
        let mut all = Vec::new();
        intake.feed(bytes, |lane, message| all.push((lane, message[0], message.len()))).unwrap();
        all
    }

    #[test]
    fn a_short_message_overtakes_a_long_one_of_another_lane_only() {
        let mut outlet = Outlet::default();
        outlet.push(Lane::State, message(1, 3 * MOST_PIECE + 5));
        outlet.push(Lane::State, message(2, 7));
        let mut wire = Vec::new();
        assert!(outlet.next_frame());
        wire.extend_from_slice(&outlet.frame);
        outlet.frame.clear();
        outlet.push(Lane::Gauges, message(3, 9));
        outlet.write(&mut wire).unwrap();
        assert!(outlet.is_empty());
        let mut intake = Intake::new(1 << 20);
        // In whatever pieces they come.
        let all: Vec<_> = wire.chunks(1000).flat_map(|piece| taken(&mut intake, piece)).collect();
        let wanted = [(Lane::Gauges, 3, 9), (Lane::State, 1, 3 * MOST_PIECE + 5), (Lane::State, 2, 7)];
        assert_eq!(all, wanted);
    }

    #[test]
    fn what_is_not_begun_can_be_forgotten() {
        let mut outlet = Outlet::default();
        outlet.push(Lane::Sound, message(1, 2 * MOST_PIECE));
        outlet.push(Lane::Sound, message(2, 10));
        assert!(outlet.next_frame());
        outlet.clear(Lane::Sound);
        let mut wire = outlet.frame.clone();
        outlet.frame.clear();
        outlet.write(&mut wire).unwrap();
        assert_eq!(taken(&mut Intake::new(1 << 20), &wire), [(Lane::Sound, 1, 2 * MOST_PIECE)]);
    }

    #[test]
    fn a_message_that_is_too_long_and_a_lane_that_is_none_are_refused() {
        let mut intake = Intake::new(10);
        assert_eq!(intake.feed(&11_u32.to_le_bytes(), |_, _| ()), Err(Garbled));
        assert_eq!(Intake::new(10).feed(&(5_u32 << 24).to_le_bytes(), |_, _| ()), Err(Garbled));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_taken_or_refused(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
            let mut intake = Intake::new(100);
            let mut longest = 0;
            let _ = intake.feed(&bytes, |_, message| longest = longest.max(message.len()));
            proptest::prop_assert!(longest <= 100);
        }
    }
}
