//! What the screen costs, counted for the debug line: frames and bytes of the last second, and frames that the terminal
//! was too slow for. Owned by the run loop.

use crate::say;
use std::collections::VecDeque;
use std::time::Duration;

/// Over how long is counted.
const SPAN: Duration = Duration::from_secs(1);

/// Frames of the last second.
#[derive(Debug, Default)]
pub(super) struct Economy {
    frames: VecDeque<Frame>,
    /// Frames that were not drawn as the one before was still under way, ever.
    held: u64,
}

#[derive(Debug)]
struct Frame {
    at: Duration,
    bytes: u64,
    drawing: Duration,
}

/// What the debug line tells.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Figures {
    /// Frames of the last second.
    pub frames: usize,
    /// Bytes of the last second.
    pub bytes: u64,
    /// The longest time in which one of them was drawn.
    pub drawing: Duration,
    /// Frames that waited for the terminal, since the screen began.
    pub held: u64,
    /// How long the terminal took for the last one.
    pub took: Duration,
    /// How long it took to answer, where it does.
    pub echo: Option<Duration>,
}

impl Economy {
    /// A frame was written.
    pub(super) fn drew(&mut self, at: Duration, bytes: u64, drawing: Duration) {
        self.frames.push_back(Frame { at, bytes, drawing });
        self.forget(at);
    }

    /// A frame was wanted, and the terminal had the one before still to take.
    pub(super) fn held(&mut self) {
        self.held += 1;
    }

    fn forget(&mut self, now: Duration) {
        while self.frames.front().is_some_and(|frame| frame.at + SPAN <= now) {
            self.frames.pop_front();
        }
    }

    pub(super) fn figures(&mut self, now: Duration, took: Duration, echo: Option<Duration>) -> Figures {
        self.forget(now);
        Figures {
            frames: self.frames.len(),
            bytes: self.frames.iter().map(|frame| frame.bytes).sum(),
            drawing: self.frames.iter().map(|frame| frame.drawing).max().unwrap_or_default(),
            held: self.held,
            took,
            echo,
        }
    }

    /// When what the debug line tells is another by time alone: the last frame that it counts is a second old.
    pub(super) fn changes_at(&self) -> Option<Duration> {
        self.frames.back().map(|frame| frame.at + SPAN)
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
        let kilobytes = self.bytes as f64 / 1000.0;
        let (frames, held) = (self.frames, self.held);
        let (drawing, took) = (milliseconds(self.drawing), milliseconds(self.took));
        let told = match self.echo.map(milliseconds) {
            Some(echo) => say!(
                "{frames} fps {kilobytes:.1} kB/s draw {drawing:.1} ms line {took:.1} ms echo {echo:.1} ms held {held}",
                frames,
                kilobytes,
                drawing,
                took,
                echo,
                held
            ),
            None => say!(
                "{frames} fps {kilobytes:.1} kB/s draw {drawing:.1} ms line {took:.1} ms held {held}",
                frames,
                kilobytes,
                drawing,
                took,
                held
            ),
        };
        f.write_str(&told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_the_last_second_count() {
        let ms = Duration::from_millis;
        let mut economy = Economy::default();
        for at in [0, 400, 900, 1100] {
            economy.drew(ms(at), 500, ms(at / 100));
        }
        economy.held();
        let figures = economy.figures(ms(1200), ms(3), Some(ms(7)));
        assert_eq!((figures.frames, figures.bytes, figures.drawing), (3, 1500, ms(11)));
        assert_eq!(figures.to_string(), "3 fps 1.5 kB/s draw 11.0 ms line 3.0 ms echo 7.0 ms held 1");
        assert_eq!(economy.changes_at(), Some(ms(2100)));
        assert_eq!(economy.figures(ms(2100), ms(3), None).frames, 0);
        assert_eq!(economy.changes_at(), None, "then it stands still");
    }
}
