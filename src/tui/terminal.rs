//! The terminal as a whole: taken for the screen, given back in every way that the program can end. Taken by the ui
//! thread; [`restore`] may be called from any thread, also from a panic hook, and any number of times.

use std::fs::File;
use std::io::{IsTerminal, Read, Write};
use std::os::fd::OwnedFd;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::probe::{self, Answers, Parser, Question};
use super::progress::Progress;
use super::{bidi, kitty};

/// Why there is no screen.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    #[error(
        "the screen needs a terminal, and standard {0} is none. `auralis play PATH` plays without a screen"
    )]
    NotATerminal(&'static str),
    #[error("cannot prepare the terminal: {0}")]
    Terminal(std::io::Error),
    #[error("cannot keep other programs' messages off the screen: {0}")]
    Stderr(std::io::Error),
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
}

/// Alternate screen, bracketed paste, no cursor; it tells of focus and of another scheme of colours.
const ENTER: &str = "\x1b[?1049h\x1b[?2004h\x1b[?25l\x1b[?1004h\x1b[?2031h";
/// Buttons, drags and the wheel with coordinates beyond 223. Motion without a button would only make noise.
const MOUSE: &str = "\x1b[?1000h\x1b[?1002h\x1b[?1006h";
/// All of it back, whatever of it was on: ends a synchronised update, resets attributes.
const LEAVE: &str = "\x1b[?2026l\x1b[?2031l\x1b[?1004l\x1b[?1006l\x1b[?1002l\x1b[?1000l\x1b[?2004l\x1b[0m\x1b[?1049l\x1b[?25h";

/// Keys that are not letters are told without doubt (kitty's keyboard protocol, flag 1), until the screen is left.
const KEYS: &str = "\x1b[>1u";
const OLD_KEYS: &str = "\x1b[<u";

/// Has the terminal keep the window's title, and bring it back (xterm's XTWINOPS).
const KEEP_TITLE: &str = "\x1b[22;2t";
const OLD_TITLE: &str = "\x1b[23;2t";

// A process has one terminal, and a panic hook has no handle to pass: these and the picture that the terminal holds
// ([`super::kitty`]) are the only statics.
static ENTERED: AtomicBool = AtomicBool::new(false);
/// The window's title was kept by the terminal, to be had again.
static TITLED: AtomicBool = AtomicBool::new(false);
/// The keyboard protocol is on.
static KEYED: AtomicBool = AtomicBool::new(false);
/// The terminal shows how far work is.
static WORKING: AtomicBool = AtomicBool::new(false);
/// The terminal leaves the order of cells alone.
static ORDERED: AtomicBool = AtomicBool::new(false);
/// Guards the true standard error while it is diverted; held for two system calls.
static STDERR: Mutex<Option<OwnedFd>> = Mutex::new(None);

/// Says what to do where the screen cannot be.
pub fn check() -> Result<(), TuiError> {
    if !std::io::stdin().is_terminal() {
        return Err(TuiError::NotATerminal("input"));
    }
    if !std::io::stdout().is_terminal() {
        return Err(TuiError::NotATerminal("output"));
    }
    Ok(())
}

/// It is a terminal, but one that only takes lines.
pub fn is_plain() -> bool {
    let term = std::env::var("TERM").unwrap_or_default();
    (term == "dumb" || term.is_empty()) && check().is_ok()
}

/// Columns of the terminal, where there is one.
pub fn columns() -> Option<u16> {
    size().ok().map(|(columns, _)| columns).filter(|&columns| columns > 0)
}

/// Columns and rows of the terminal.
pub fn size() -> Result<(u16, u16), TuiError> {
    crossterm::terminal::size().map_err(TuiError::Terminal)
}

/// Takes the terminal.
pub fn enter(mouse: bool) -> Result<(), TuiError> {
    check()?;
    enable_raw_mode().map_err(TuiError::Terminal)?;
    ENTERED.store(true, Ordering::SeqCst);
    let entered = write_all(ENTER).and_then(|()| if mouse { write_all(MOUSE) } else { Ok(()) });
    entered.inspect_err(|_| restore()).map_err(TuiError::Terminal)
}

/// Asks the terminal, which must have been taken and be read by nobody else, for its name or for pictures, and waits for so
/// long at most; gives what was typed meanwhile, too.
pub fn ask(question: Option<Question>, longest: Duration) -> std::io::Result<(Answers, Vec<u8>)> {
    let mut terminal = File::options().read(true).write(true).open("/dev/tty")?;
    terminal.write_all(question.map_or(probe::NAME, Question::text).as_bytes())?;
    let (mut parser, until) = (Parser::default(), Instant::now() + longest);
    let mut bytes = [0; 1024];
    while !parser.answers.are_enough(question) {
        let left = Timespec::try_from(until.saturating_duration_since(Instant::now())).unwrap_or_default();
        match poll(&mut [PollFd::new(&terminal, PollFlags::IN)], Some(&left)) {
            Ok(0) => break,
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        }
        match terminal.read(&mut bytes)? {
            0 => break,
            count => parser.feed(&bytes[..count]),
        }
    }
    Ok(parser.finish())
}

/// What a terminal that no screen has answers when it is asked for its name; it is given back at once.
pub fn name(longest: Duration) -> std::io::Result<Answers> {
    enable_raw_mode()?;
    let answers = ask(None, longest);
    disable_raw_mode()?;
    answers.map(|(answers, _)| answers)
}

/// Pixels of a cell, across and down, where the terminal says so.
pub fn cell_size() -> Option<(u16, u16)> {
    let size = crossterm::terminal::window_size().ok()?;
    let cell = (size.width.checked_div(size.columns)?, size.height.checked_div(size.rows)?);
    (cell.0 > 0 && cell.1 > 0).then_some(cell)
}

/// Gives terminal and standard error back as they were. Does nothing where they already are.
pub fn restore() {
    if ENTERED.swap(false, Ordering::SeqCst) {
        if takes_bytes() {
            say_farewell();
        }
        let _ = disable_raw_mode();
    }
    undivert_stderr();
}

/// Whether the terminal reads, now or in a moment. One that does not must not keep the program from its end.
fn takes_bytes() -> bool {
    let patience = Timespec::try_from(Duration::from_secs(1)).unwrap_or_default();
    let stdout = rustix::stdio::stdout();
    !matches!(poll(&mut [PollFd::new(&stdout, PollFlags::OUT)], Some(&patience)), Ok(0))
}

fn say_farewell() {
    let keys = if KEYED.swap(false, Ordering::SeqCst) { OLD_KEYS } else { "" };
    let work = if WORKING.swap(false, Ordering::SeqCst) { Progress::None.sequence() } else { String::new() };
    let order = if ORDERED.swap(false, Ordering::SeqCst) { bidi::THEIRS } else { "" };
    // The terminal may be gone: there is nobody left to tell. The other screen has a keyboard of its own.
    let _ = write_all(&(kitty::farewell() + keys + order + &work)).and_then(|()| write_all(LEAVE));
    if TITLED.swap(false, Ordering::SeqCst) {
        let _ = write_all(OLD_TITLE);
    }
}

/// What gives the terminal's window a title, which must be clean. The one before comes back with [`restore`].
pub fn title(title: &str) -> String {
    let keep = if TITLED.swap(true, Ordering::SeqCst) { "" } else { KEEP_TITLE };
    format!("{keep}\x1b]2;{title}\x07")
}

/// What turns kitty's keyboard protocol on, until [`restore`].
pub(super) fn keys() -> &'static str {
    KEYED.store(true, Ordering::SeqCst);
    KEYS
}

/// What says whose business the order of words is, until [`restore`]: ours or, as before, the terminal's.
pub(super) fn order(ours: bool) -> &'static str {
    ORDERED.store(ours, Ordering::SeqCst);
    if ours { bidi::OURS } else { bidi::THEIRS }
}

/// What shows how far work is, until [`restore`].
pub(super) fn progress(progress: Progress) -> String {
    WORKING.store(progress != Progress::None, Ordering::SeqCst);
    progress.sequence()
}

/// Writes a piece of a frame, unless the terminal was given back meanwhile: nothing may follow that.
pub(super) fn write(piece: &[u8]) -> std::io::Result<()> {
    if ENTERED.load(Ordering::SeqCst) { write_bytes(piece) } else { Ok(()) }
}

/// What puts a text into the terminal's clipboard (xterm's OSC 52), through ssh too; the terminal may refuse.
pub fn copy(text: &[u8]) -> String {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(text);
    format!("\x1b]52;c;{text}\x07")
}

/// Sends what any library writes to standard error into `log` (else nowhere), so that it cannot disturb the screen.
pub fn divert_stderr(log: Option<&File>) -> Result<(), TuiError> {
    let Ok(mut saved) = STDERR.lock() else { return Ok(()) };
    if saved.is_none() {
        *saved =
            Some(rustix::io::dup(rustix::stdio::stderr()).map_err(|error| TuiError::Stderr(error.into()))?);
    }
    let diverted = match log {
        Some(log) => rustix::stdio::dup2_stderr(log),
        None => {
            let nowhere = File::options().write(true).open("/dev/null").map_err(TuiError::Stderr)?;
            rustix::stdio::dup2_stderr(nowhere)
        }
    };
    diverted.map_err(|error| TuiError::Stderr(error.into()))
}

fn undivert_stderr() {
    // A panic while it was held leaves the lock poisoned, not the descriptor.
    let mut saved = STDERR.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some(stderr) = saved.take() {
        let _ = rustix::stdio::dup2_stderr(stderr);
    }
}

/// Stops the process as the terminal's own suspend key would, and returns when it goes on. Where nothing can continue a
/// stopped process the kernel drops the signal.
pub fn stop_process() {
    let _ = rustix::process::kill_current_process_group(rustix::process::Signal::TSTP);
    // The signal may be delivered to another thread: let it come before the terminal is taken again.
    std::thread::sleep(std::time::Duration::from_millis(50));
}

/// Past the lock of `Stdout`, which a thread that panicked in a frame may hold.
fn write_all(text: &str) -> std::io::Result<()> {
    write_bytes(text.as_bytes())
}

fn write_bytes(mut rest: &[u8]) -> std::io::Result<()> {
    while !rest.is_empty() {
        match rustix::io::write(rustix::stdio::stdout(), rest) {
            Ok(written) => rest = rest.get(written..).unwrap_or(&[]),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
