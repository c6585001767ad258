//! How much may be under way to a screen at the end of a slow link. What the system, `ssh` and the net take and hold back
//! would lie before every sound and every seek: so the other end tells how much has arrived, and no more is sent than
//! keeps the link busy. Where what is sent arrives late though the link is quick otherwise, it is queued: less is sent.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Write};
use std::time::{Duration, Instant};

const LEAST: u64 = 32 << 10;
const FIRST: u64 = 64 << 10;
const MOST: u64 = 4 << 20;
/// Later than by the least delay seen and this, it was queued.
const QUEUED: Duration = Duration::from_millis(150);

/// Counts what is written to a stream and what has arrived.
#[derive(Debug)]
pub struct Flow {
    /// Bytes that may be under way.
    window: u64,
    sent: u64,
    arrived: u64,
    /// What was sent by when.
    marks: VecDeque<(u64, Instant)>,
    least_delay: Duration,
    /// The window changes once for what was sent with it.
    judged: u64,
    /// All of the window was used since then.
    was_full: bool,
}

impl Default for Flow {
    fn default() -> Self {
        Self {
            window: FIRST,
            sent: 0,
            arrived: 0,
            marks: VecDeque::new(),
            least_delay: Duration::MAX,
            judged: 0,
            was_full: false,
        }
    }
}

impl Flow {
    /// Bytes that may be sent now.
    pub fn room(&self) -> u64 {
        self.window.saturating_sub(self.sent - self.arrived)
    }

    fn sent(&mut self, bytes: usize, now: Instant) {
        self.sent += bytes as u64;
        self.marks.push_back((self.sent, now));
        self.was_full |= self.room() == 0;
    }

    /// The other end has so many bytes altogether.
    pub fn arrived(&mut self, bytes: u64, now: Instant) {
        self.arrived = bytes.clamp(self.arrived, self.sent);
        let mut delay = None;
        while let Some((_, at)) = self.marks.front().filter(|(sent, _)| *sent <= self.arrived) {
            delay = Some(now.saturating_duration_since(*at));
            self.marks.pop_front();
        }
        let Some(delay) = delay else { return };
        self.least_delay = self.least_delay.min(delay);
        if self.arrived < self.judged {
            return;
        }
        if delay > self.least_delay * 2 + QUEUED {
            self.window = (self.window / 4 * 3).max(LEAST);
        } else if self.was_full {
            self.window = (self.window * 2).min(MOST);
        }
        (self.judged, self.was_full) = (self.sent, false);
    }
}

/// Writes as much as may be under way.
pub struct Metered<'a, W> {
    pub to: &'a mut W,
    pub flow: &'a mut Flow,
}

impl<W: Write> Write for Metered<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = usize::try_from(self.flow.room()).unwrap_or(usize::MAX).min(bytes.len());
        if room == 0 {
            return Err(ErrorKind::WouldBlock.into());
        }
        let written = self.to.write(&bytes[..room])?;
        self.flow.sent(written, Instant::now());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A link of so many bytes a second behind a delay, fed with all that may be sent for so long: bytes that arrived in the
    /// last half of it, and the longest queue there, as a time.
    fn run(bytes_per_s: f64, delay: f64, seconds: f64) -> (f64, f64) {
        let (mut flow, begin) = (Flow::default(), Instant::now());
        let at = |time: f64| begin + Duration::from_secs_f64(time);
        let mut wire: VecDeque<(f64, u64)> = VecDeque::new();
        let (mut free_at, mut late, mut longest, mut before) = (0.0_f64, 0, 0.0_f64, 0);
        let mut time = 0.0;
        while time < seconds {
            while let Some(&(_, sent)) = wire.front().filter(|(due, _)| *due <= time) {
                flow.arrived(sent, at(time));
                wire.pop_front();
            }
            let room = flow.room();
            if room > 0 {
                flow.sent(room as usize, at(time));
                free_at = free_at.max(time) + room as f64 / bytes_per_s;
                // Arrives piece by piece.
                let pieces = room.div_ceil(4096);
                for piece in 1..=pieces {
                    let behind = (pieces - piece) as f64 * 4096.0 / bytes_per_s;
                    wire.push_back((free_at - behind + delay, flow.sent - (pieces - piece) * 4096));
                }
            }
            if time > seconds / 2.0 {
                longest = longest.max(free_at - time);
                late = flow.arrived - before;
            } else {
                before = flow.arrived;
            }
            time += 0.001;
        }
        (late as f64 / (seconds / 2.0), longest)
    }

    /// (bytes a second, delay there and back in seconds): the link is used, and nothing waits for long.
    #[test]
    fn a_link_is_filled_and_not_flooded() {
        for (rate, delay) in [(125_000.0, 0.02), (125_000.0, 0.3), (1_000_000.0, 0.1), (20_000_000.0, 0.02)] {
            let (pace, queue) = run(rate, delay, 20.0);
            assert!(pace > 0.6 * rate, "{rate} {delay}: {pace}");
            assert!(queue < 1.2, "{rate} {delay}: {queue} s wait");
        }
    }
}
