//! From a player with a screen to one without, in another process: the successor is started and ready before the first
//! one lets go of store, output and socket, so that the music stops for a moment only. They talk over the successor's
//! standard input and output, a word a line.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

/// What a successor may take for each word.
const PATIENCE: Duration = Duration::from_secs(10);

const READY: &str = "ready";
const PLAY: &str = "play";
const REST: &str = "rest";
const THERE: &str = "there";

/// The process that will play on.
pub struct Successor {
    child: Child,
    to: ChildStdin,
    from: Option<BufReader<ChildStdout>>,
}

impl Successor {
    /// Starts this program with these arguments, and waits until it is ready.
    pub fn start(arguments: &[OsString]) -> io::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (Some(to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let mut successor = Self { child, to, from: Some(BufReader::new(from)) };
        successor.expect(READY)?;
        Ok(successor)
    }

    /// The place is free: it takes over, and plays on where `plays`.
    pub fn take_over(mut self, plays: bool) -> io::Result<u32> {
        writeln!(self.to, "{}", if plays { PLAY } else { REST })?;
        self.to.flush()?;
        self.expect(THERE)?;
        Ok(self.child.id())
    }

    /// Waits for a word, with a deadline.
    fn expect(&mut self, word: &str) -> io::Result<()> {
        let Some(mut from) = self.from.take() else { return Err(io::ErrorKind::BrokenPipe.into()) };
        let (sender, answer) = sync_channel(1);
        std::thread::Builder::new().name("handover".into()).spawn(move || {
            let mut line = String::new();
            let read = from.by_ref().take(256).read_line(&mut line);
            let _ = sender.send(read.map(|_| (line, from)));
        })?;
        let (line, from) =
            answer.recv_timeout(PATIENCE).map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        self.from = Some(from);
        match line.trim_end() {
            said if said == word => Ok(()),
            said => Err(io::Error::other(format!("it said “{said}”"))),
        }
    }
}

/// The successor's end.
pub struct Predecessor;

impl Predecessor {
    /// Says that this process is ready, and waits until the place is free; whether to play on. `None`: never mind.
    pub fn wait() -> io::Result<Option<bool>> {
        // Where the terminal of the first one goes, this one is not to go with it.
        let _ = rustix::process::setsid();
        say(READY)?;
        let mut line = String::new();
        io::stdin().lock().take(256).read_line(&mut line)?;
        Ok(match line.trim_end() {
            PLAY => Some(true),
            REST => Some(false),
            _ => None,
        })
    }

    /// Says that it is done.
    pub fn done() {
        // Who is gone need not be told.
        let _ = say(THERE);
    }
}

fn say(word: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{word}")?;
    out.flush()
}
