//! The real program in a pseudo-terminal: keys in, an emulated screen and every raw byte out. Waits are for what is
//! seen, with a deadline; a session that is dropped leaves no process behind.

use std::cell::Cell;
use std::fs::File;
use std::io::{Read, Write};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};
use rustix::process::Signal;
use rustix::termios::{LocalModes, tcgetattr};

use crate::home::{Home, PATIENCE, send};

/// How a session differs from the usual one.
pub struct Start<'a> {
    pub words: &'a [&'a str],
    /// Columns and rows.
    pub size: (u16, u16),
    /// Variables beside HOME and TERM; an empty value takes one away.
    pub variables: &'a [(&'a str, &'a str)],
    /// Under an interactive shell, as a job of it.
    pub in_shell: bool,
    /// Without `--output null`.
    pub real_output: bool,
}

impl Default for Start<'_> {
    fn default() -> Self {
        Self { words: &[], size: (120, 30), variables: &[], in_shell: false, real_output: false }
    }
}

#[derive(Default)]
struct Seen {
    raw: Vec<u8>,
    /// The reader is to let go of the terminal at the next byte.
    hang_up: bool,
    ended: bool,
}

struct Shown {
    screen: Mutex<(vt100::Parser, Seen)>,
    changed: Condvar,
}

pub struct Session {
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    /// Kept so that the terminal stays as the program left it.
    slave: Option<Box<dyn SlavePty + Send>>,
    keys: Option<Box<dyn Write + Send>>,
    tty: PathBuf,
    /// Modes before the program was started.
    modes_before: [u64; 4],
    shown: Arc<Shown>,
    reader: Option<JoinHandle<()>>,
}

fn pty_size((cols, rows): (u16, u16)) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

fn modes(tty: &PathBuf) -> [u64; 4] {
    let modes = tcgetattr(File::open(tty).unwrap()).unwrap();
    [
        modes.input_modes.bits().into(),
        modes.output_modes.bits().into(),
        modes.control_modes.bits().into(),
        modes.local_modes.bits().into(),
    ]
}

fn command(home: &Home, start: &Start<'_>) -> CommandBuilder {
    let program = env!("CARGO_BIN_EXE_auralis");
    let mut command = CommandBuilder::new(if start.in_shell { "bash" } else { program });
    command.env_clear();
    command.env("HOME", home.folder());
    command.env("XDG_RUNTIME_DIR", home.runtime());
    command.env("TERM", "xterm-256color");
    command.env("PATH", std::env::var_os("PATH").unwrap());
    command.cwd(home.folder());
    if start.in_shell {
        command.args(["--norc", "--noprofile", "-i"]);
        command.env("PS1", "ready> ");
        command.env("PROGRAM", program);
    } else {
        command.args(if start.real_output { &[][..] } else { &["--output", "null"] });
        command.args(start.words);
    }
    for (name, value) in start.variables {
        match *value {
            "" => command.env_remove(name),
            value => command.env(name, value),
        }
    }
    command
}

fn read_all(mut reader: Box<dyn Read + Send>, shown: &Shown) {
    let mut bytes = [0; 16384];
    loop {
        let count = reader.read(&mut bytes).unwrap_or(0);
        let mut locked = shown.screen.lock().unwrap();
        let (parser, seen) = &mut *locked;
        parser.process(&bytes[..count]);
        seen.raw.extend(&bytes[..count]);
        seen.ended = count == 0 || seen.hang_up;
        shown.changed.notify_all();
        if seen.ended {
            return;
        }
    }
}

impl Session {
    /// The player with these words, in 120 columns and 30 rows.
    pub fn start(home: &Home, words: &[&str]) -> Self {
        Self::begin(home, &Start { words, ..Start::default() })
    }

    pub fn begin(home: &Home, start: &Start<'_>) -> Self {
        let pty = native_pty_system().openpty(pty_size(start.size)).unwrap();
        let tty = pty.master.tty_name().unwrap();
        let modes_before = modes(&tty);
        let (cols, rows) = start.size;
        let parser = vt100::Parser::new(rows.try_into().unwrap(), cols.try_into().unwrap(), 0);
        let shown =
            Arc::new(Shown { screen: Mutex::new((parser, Seen::default())), changed: Condvar::new() });
        let (reader, writes) = (pty.master.try_clone_reader().unwrap(), Arc::clone(&shown));
        let reader = std::thread::spawn(move || read_all(reader, &writes));
        let child = pty.slave.spawn_command(command(home, start)).unwrap();
        let keys = pty.master.take_writer().unwrap();
        Self {
            child,
            master: Some(pty.master),
            slave: Some(pty.slave),
            keys: Some(keys),
            tty,
            modes_before,
            shown,
            reader: Some(reader),
        }
    }

    pub fn press(&mut self, keys: &str) {
        let writer = self.keys.as_mut().unwrap();
        writer.write_all(keys.as_bytes()).unwrap();
        writer.flush().unwrap();
    }

    /// As a terminal sends it; whether somebody is there still.
    pub fn send(&mut self, bytes: &[u8]) -> bool {
        let writer = self.keys.as_mut().unwrap();
        let is_there = self.child.try_wait().is_ok_and(|ended| ended.is_none());
        is_there && writer.write_all(bytes).and_then(|()| writer.flush()).is_ok()
    }

    /// Keys that are typed while nobody reads what the program writes, which is therefore held up in it.
    pub fn unread(&mut self, deed: impl FnOnce(&mut dyn Write)) {
        // The reader waits for this lock before it reads again.
        let shown = Arc::clone(&self.shown);
        let _held = shown.screen.lock().unwrap();
        deed(self.keys.as_mut().unwrap());
    }

    /// Waits until the screen is so.
    pub fn wait(&self, what: &str, is_so: impl Fn(&vt100::Screen) -> bool) {
        let until = Instant::now() + PATIENCE;
        let mut locked = self.shown.screen.lock().unwrap();
        while !is_so(locked.0.screen()) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let text = locked.0.screen().contents();
                // The reader goes on.
                drop(locked);
                panic!("no {what} on the screen:\n{text}");
            }
            locked = self.shown.changed.wait_timeout(locked, left).unwrap().0;
        }
    }

    pub fn wait_for(&self, text: &str) {
        self.wait(text, |screen| screen.contents().contains(text));
    }

    pub fn wait_without(&self, text: &str) {
        self.wait(&format!("end of {text}"), |screen| !screen.contents().contains(text));
    }

    /// Waits until the selected row of the focused list has this text.
    pub fn wait_selected(&self, text: &str) {
        self.wait(&format!("selected {text}"), |screen| selected(screen).contains(text));
    }

    /// Waits until the time of what plays, in whole seconds, is in this range; gives it.
    pub fn wait_time(&self, range: RangeInclusive<u32>) -> u32 {
        let found = Cell::new(0);
        self.wait(&format!("time in {range:?} s"), |screen| {
            let time = elapsed(screen).filter(|time| range.contains(time));
            time.is_some_and(|time| {
                found.set(time);
                true
            })
        });
        found.get()
    }

    /// Waits until the last row of a screen of this size ends with the output's name.
    pub fn wait_size(&self, (cols, rows): (u16, u16)) {
        self.wait(&format!("frame of {cols}x{rows}"), |screen| {
            let last = screen.rows(0, cols).nth(usize::from(rows) - 1).unwrap_or_default();
            let names = ["null", "null  8 kHz f32"];
            names.iter().any(|name| last.ends_with(name) || last.trim_end().ends_with(name))
        });
    }

    /// Waits until the whole screen has been up.
    pub fn wait_up(&self) {
        self.wait("alternate screen", vt100::Screen::alternate_screen);
        self.wait_for("vol ");
    }

    pub fn text(&self) -> String {
        self.shown.screen.lock().unwrap().0.screen().contents()
    }

    /// All that ever reached the terminal.
    pub fn raw(&self) -> Vec<u8> {
        self.shown.screen.lock().unwrap().1.raw.clone()
    }

    /// Waits until these bytes have reached the terminal.
    pub fn wait_raw(&self, part: &str) {
        self.wait_raw_times(part, 1);
    }

    /// The same, so often.
    pub fn wait_raw_times(&self, part: &str, times: usize) {
        let until = Instant::now() + PATIENCE;
        let mut locked = self.shown.screen.lock().unwrap();
        while String::from_utf8_lossy(&locked.1.raw).matches(part).count() < times {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                drop(locked);
                panic!("{part:?} did not reach the terminal {times} times");
            }
            locked = self.shown.changed.wait_timeout(locked, left).unwrap().0;
        }
    }

    /// Column and row where a text begins, from 0.
    pub fn place_of(&self, text: &str) -> (u16, u16) {
        let locked = self.shown.screen.lock().unwrap();
        let screen = locked.0.screen();
        let (rows, cols) = screen.size();
        for row in 0..rows.get() {
            let cell = |col| screen.cell(row, col).map_or("", vt100::Cell::contents);
            let begins = |from: u16| {
                let line: String = (from..cols.get())
                    .map(|col| if cell(col).is_empty() { " " } else { cell(col) })
                    .collect();
                line.starts_with(text)
            };
            if let Some(col) = (0..cols.get()).find(|&col| begins(col)) {
                return (col, row);
            }
        }
        panic!("no {text} on the screen:\n{}", screen.contents());
    }

    /// A button of the mouse at a cell, by SGR: `M` down, `m` up; 0 the left one, 32 a drag with it, 64 and 65 the wheel.
    pub fn mouse(&mut self, button: u8, (col, row): (u16, u16), end: char) {
        self.press(&format!("\x1b[<{button};{};{}{end}", col + 1, row + 1));
    }

    pub fn click(&mut self, cell: (u16, u16)) {
        self.mouse(0, cell, 'M');
        self.mouse(0, cell, 'm');
    }

    pub fn resize(&self, (cols, rows): (u16, u16)) {
        let mut locked = self.shown.screen.lock().unwrap();
        locked.0.screen_mut().set_size(rows.try_into().unwrap(), cols.try_into().unwrap());
        drop(locked);
        self.master.as_ref().unwrap().resize(pty_size((cols, rows))).unwrap();
    }

    pub fn process(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    pub fn signal(&self, signal: Signal) {
        send(self.process(), signal);
    }

    /// Whether keys come one by one and unseen, as a screen wants them.
    pub fn is_raw(&self) -> bool {
        modes(&self.tty)[3] & u64::from((LocalModes::ICANON | LocalModes::ECHO).bits()) == 0
    }

    /// The terminal goes away, as when its window is closed.
    pub fn close_terminal(&mut self) {
        self.shown.screen.lock().unwrap().1.hang_up = true;
        // What the screen answers with wakes the reader, which lets go.
        self.press("g?");
        (self.keys, self.slave) = (None, None);
        self.reader.take().unwrap().join().unwrap();
        self.master = None;
    }

    /// The exit code, within `longest`; a signal's number and 128 where one ended the program.
    pub fn exit_within(&mut self, longest: Duration) -> u32 {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert!(begun.elapsed() <= longest, "took {:?} to end", begun.elapsed());
                assert_eq!(status.signal(), None);
                return status.exit_code();
            }
            let text = if begun.elapsed() > longest { self.text() } else { String::new() };
            assert!(begun.elapsed() <= longest, "still there after {longest:?}:\n{text}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Waits for the end, checks that the terminal is as it was before, and gives the exit code.
    pub fn end(&mut self) -> u32 {
        let code = self.exit_within(PATIENCE);
        self.check_restored();
        code
    }

    /// Modes, screen, cursor, mouse, paste: all as before.
    pub fn check_restored(&mut self) {
        assert_eq!(modes(&self.tty), self.modes_before, "modes of the terminal");
        self.drain();
        let locked = self.shown.screen.lock().unwrap();
        let screen = locked.0.screen();
        assert!(!screen.alternate_screen(), "still on the alternate screen");
        assert!(!screen.hide_cursor(), "no cursor");
        assert!(!screen.bracketed_paste(), "still bracketed paste");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        let (text, background) = (screen.fgcolor(), screen.bgcolor());
        assert_eq!((text, background), (vt100::Color::Default, vt100::Color::Default));
    }

    /// Reads what is left; for when the program has ended.
    pub fn drain(&mut self) {
        self.slave = None;
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
    }

    /// Quits by `q`, which must work and give everything back.
    pub fn quit(mut self) {
        self.press("q");
        assert_eq!(self.end(), 0);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            // First the shell's jobs, by what the terminal's end means; then what is left.
            (self.keys, self.slave, self.master) = (None, None, None);
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// The cells of the selected row of the focused list: the only reversed ones of the terminal's own theme.
fn selected(screen: &vt100::Screen) -> String {
    let (rows, cols) = screen.size();
    let cells = (0..rows.get()).flat_map(|row| (0..cols.get()).map(move |col| (row, col)));
    let cells = cells.filter_map(|(row, col)| screen.cell(row, col)).filter(|cell| cell.inverse());
    cells.map(|cell| if cell.has_contents() { cell.contents() } else { " " }).collect()
}

/// What stands at the left of the seek bar, in the last row but one.
fn elapsed(screen: &vt100::Screen) -> Option<u32> {
    let (rows, cols) = screen.size();
    let row = screen.rows(0, cols.get()).nth(usize::from(rows.get()).checked_sub(2)?)?;
    let (minutes, seconds) = row.split_whitespace().next()?.split_once(':')?;
    Some(minutes.parse::<u32>().ok()? * 60 + seconds.parse::<u32>().ok()?)
}
