//! What was typed before, newest last, one list a kind of prompt; kept from run to run by the caller.

use super::Kind;

const MAX_LINES: usize = 200;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    lines: [Vec<String>; Kind::KEPT.len()],
}

impl History {
    /// A line that is there already moves to the end.
    pub fn add(&mut self, kind: Kind, line: &str) {
        let Some(lines) = place(kind).and_then(|at| self.lines.get_mut(at)) else { return };
        lines.retain(|other| other != line);
        if !line.trim().is_empty() {
            lines.push(line.to_owned());
        }
        if lines.len() > MAX_LINES {
            lines.remove(0);
        }
    }

    /// Newest last.
    pub fn of(&self, kind: Kind) -> &[String] {
        place(kind).and_then(|at| self.lines.get(at)).map_or(&[], Vec::as_slice)
    }

    /// One list a kind, newest last.
    pub fn lines(&self) -> [Vec<String>; Kind::KEPT.len()] {
        self.lines.clone()
    }

    pub fn restored(mut lines: [Vec<String>; Kind::KEPT.len()]) -> Self {
        for lines in &mut lines {
            let old = lines.len().saturating_sub(MAX_LINES);
            lines.drain(..old);
        }
        Self { lines }
    }

    /// The line `back` steps ago (1 is the last one) among those that begin with `start`.
    pub fn recall(&self, kind: Kind, back: usize, start: &str) -> Option<&str> {
        let lines = self.lines.get(place(kind)?)?.iter().rev();
        lines.map(String::as_str).filter(|line| line.starts_with(start)).nth(back.checked_sub(1)?)
    }
}

fn place(kind: Kind) -> Option<usize> {
    Kind::KEPT.iter().position(|&kept| kept == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back_newest_first_and_once() {
        let mut history = History::default();
        for line in ["seek 1", "next", "seek 2", "next", " "] {
            history.add(Kind::Command, line);
        }
        let recalled = |back, start| history.recall(Kind::Command, back, start);
        assert_eq!(
            [recalled(1, ""), recalled(2, ""), recalled(3, "")],
            [Some("next"), Some("seek 2"), Some("seek 1")]
        );
        assert_eq!(recalled(2, "seek"), Some("seek 1"));
        assert_eq!(recalled(4, ""), None);
        assert_eq!(history.recall(Kind::Search, 1, ""), None);
    }
}
