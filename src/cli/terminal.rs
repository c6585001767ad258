//! Messages on standard error, and the one place that knows whether a person is looking. Failures to write a message are
//! ignored: there is nobody left to tell.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use super::exit::{CliError, Exit};
use super::text::printable;

/// Red, yellow and back, by ECMA-48 SGR.
const ERROR: (&str, &str) = ("\x1b[31m", "\x1b[m");
const WARNING: (&str, &str) = ("\x1b[33m", "\x1b[m");

/// Where messages go.
#[derive(Debug, Clone)]
pub struct Messages {
    quiet: bool,
    /// Somebody is looking, through something that can move a cursor.
    terminal: bool,
    colour: bool,
}

impl Messages {
    pub fn new(quiet: bool) -> Self {
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let terminal = io::stderr().is_terminal() && !dumb;
        Self { quiet, terminal, colour: terminal && !no_colour }
    }

    pub fn error(&self, text: &str) {
        self.line(ERROR, "error", text);
    }

    pub fn warning(&self, text: &str) {
        if !self.quiet {
            self.line(WARNING, "warning", text);
        }
    }

    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.line(("", ""), "auralis", text);
        }
    }

    fn line(&self, (on, off): (&str, &str), label: &str, text: &str) {
        let (on, off) = if self.colour { (on, off) } else { ("", "") };
        let wipe = if self.terminal { "\r\x1b[K" } else { "" };
        let _ = writeln!(io::stderr().lock(), "{wipe}{on}{label}:{off} {}", printable(text));
    }

    /// A line that is written over and over; silent where nobody is looking.
    pub fn progress(&self) -> Progress {
        Progress { shown: self.terminal && !self.quiet, last: None, dirty: false }
    }
}

/// One line of progress, at most ten times a second, gone when dropped.
#[derive(Debug)]
pub struct Progress {
    shown: bool,
    last: Option<Instant>,
    dirty: bool,
}

impl Progress {
    const PAUSE: Duration = Duration::from_millis(100);

    /// Shows what `text` makes, where it is time for it.
    pub fn show(&mut self, text: impl FnOnce() -> String) {
        if !self.shown || self.last.is_some_and(|last| last.elapsed() < Self::PAUSE) {
            return;
        }
        self.last = Some(Instant::now());
        self.dirty = true;
        let text = text();
        let line = fit(&printable(&text), columns());
        let mut stderr = io::stderr().lock();
        let _ = write!(stderr, "\r\x1b[K{line}").and_then(|()| stderr.flush());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.dirty {
            let mut stderr = io::stderr().lock();
            let _ = write!(stderr, "\r\x1b[K").and_then(|()| stderr.flush());
        }
    }
}

/// Columns of the terminal on standard error.
fn columns() -> usize {
    match rustix::termios::tcgetwinsize(io::stderr()) {
        Ok(size) if size.ws_col > 0 => usize::from(size.ws_col),
        _ => 80,
    }
}

/// Cut to one column less than the terminal has, so that the line never wraps.
fn fit(text: &str, columns: usize) -> String {
    use unicode_segmentation::UnicodeSegmentation;
    use unicode_width::UnicodeWidthStr;
    let mut used = 0;
    let fitting = text.graphemes(true).take_while(|cluster| {
        used += cluster.width();
        used < columns
    });
    fitting.collect()
}

/// Prints what clap has to say: help and version as data, wrong usage as a message.
pub fn print_answer(answer: &clap::Error) -> Exit {
    let text = answer.render().to_string();
    if answer.use_stderr() {
        let _ = io::stderr().lock().write_all(printable_lines(&text).as_bytes());
        return Exit::WrongUsage;
    }
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => Exit::Done,
        Err(error) => CliError::Output(error).exit(),
    }
}

/// What was mistyped is quoted by clap as it was: it may hold anything.
fn printable_lines(text: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| match line.strip_suffix('\n') {
            Some(line) => format!("{}\n", printable(line)),
            None => printable(line).into_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_by_columns_not_characters() {
        assert_eq!(fit("abcdef", 80), "abcdef");
        assert_eq!(fit("abcdef", 4), "abc");
        assert_eq!(fit("日本語", 6), "日本");
        assert_eq!(fit("日本語", 5), "日本");
        assert_eq!(fit("e\u{301}e\u{301}", 2), "e\u{301}");
    }
}
