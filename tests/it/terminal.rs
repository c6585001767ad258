//! The screen's loop in a real pseudo-terminal, under a shell: starts, reads keys, follows the size, stops and goes on,
//! keeps others' output away, gives the terminal back. The screen runs in this same binary, with a fake player.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use auralis::config::keys::Keymap;
use auralis::config::memory::ScreenMemory;
use auralis::config::theme::Theme;
use auralis::model::chain::Reading;
use auralis::model::command::Command;
use auralis::model::playback::PlayState;
use auralis::model::player::{Answer, Busy, Lease, Player, Position};
use auralis::model::settings::ScreenSettings;
use auralis::model::snapshot::Snapshot;
use auralis::model::visual::{Visual, VisualFrame};
use auralis::tui::{PathBase, TuiOptions};
use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::stage::{FakePlayer, playing, queue_of, small};

const INSIDE: &str = "AURALIS_TEST_SCREEN_LOG";

/// Set where the screen is to break.
const BREAKS: &str = "AURALIS_TEST_SCREEN_BREAKS";

/// Whoever asks it to play or pause breaks: a fault in the screen's own thread.
struct Broken(FakePlayer);

impl Player for Broken {
    fn send(&self, command: Command) -> Result<(), Busy> {
        assert!(!matches!(command, Command::Playback(_)), "a view is broken");
        self.0.send(command)
    }

    fn ask(&self, command: Command, _: Answer) -> Result<(), Busy> {
        self.send(command)
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        self.0.snapshot()
    }

    fn position(&self) -> Option<Position> {
        self.0.position()
    }

    fn reading(&self) -> Reading {
        self.0.reading()
    }

    fn visual(&self) -> Option<Arc<VisualFrame>> {
        self.0.visual()
    }

    fn watch(&self, visual: Visual) -> Lease {
        self.0.watch(visual)
    }

    fn on_change(&self, wake: Box<dyn Fn() + Send + Sync>) {
        self.0.on_change(wake);
    }
}

/// What the shell of the tests below starts; nothing without its variable.
#[test]
#[ignore = "runs inside the pseudo-terminal of another test"]
fn inside() {
    let Some(log) = std::env::var_os(INSIDE) else { return };
    let catalog = small();
    let snapshot = Snapshot {
        playback: Arc::new(playing(&catalog, 1, PlayState::Paused)),
        queue: Arc::new(queue_of(&catalog, 1..=10, Some(0))),
        catalog,
        ..Snapshot::default()
    };
    let player = FakePlayer::default();
    *player.snapshot.lock().unwrap() = Arc::new(snapshot);
    let options = TuiOptions {
        memory: ScreenMemory::default(),
        configured: Default::default(),
        keep: Box::new(|_| ()),
        settings: ScreenSettings::default(),
        keymap: Keymap::default(),
        theme: Theme::default(),
        themes: Theme::names(None),
        themes_folder: None,
        collation: Default::default(),
        places: PathBase::default(),
        problems: Vec::new(),
        core: auralis::tui::CoreOf::Own,
        log: Some(std::fs::File::create(log).unwrap()),
        inbox: auralis::tui::channel::inbox(),
    };
    std::thread::spawn(|| {
        std::thread::sleep(Duration::from_millis(200));
        std::io::stderr().write_all(b"NOISE of a library\n").unwrap();
    });
    if std::env::var_os(BREAKS).is_some() {
        auralis::boot::panic::install();
        drop(auralis::tui::run(Arc::new(Broken(player)), options));
        return;
    }
    let exit = auralis::tui::run(Arc::new(player), options).unwrap();
    std::io::stdout().write_all(format!("left with {exit:?}\n").as_bytes()).unwrap();
}

/// A shell in a pseudo-terminal, and what its screen shows.
struct Terminal {
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    shown: Arc<Mutex<vt100::Parser>>,
    shell: Box<dyn portable_pty::Child + Send + Sync>,
}

fn size(rows: u16, cols: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

impl Terminal {
    fn start(log: &Path) -> Self {
        let pty = native_pty_system().openpty(size(24, 80)).unwrap();
        let mut shell = CommandBuilder::new("bash");
        shell.args(["--norc", "--noprofile", "-i"]);
        shell.env("TERM", "xterm-256color");
        shell.env("PS1", "ready> ");
        shell.env(INSIDE, log);
        let shell = pty.slave.spawn_command(shell).unwrap();
        let parser = vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0);
        let shown = Arc::new(Mutex::new(parser));
        let (mut reader, writes) = (pty.master.try_clone_reader().unwrap(), Arc::clone(&shown));
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                writes.lock().unwrap().process(&bytes[..count]);
            }
        });
        let keys = pty.master.take_writer().unwrap();
        Self { master: pty.master, keys, shown, shell }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    fn text(&self) -> String {
        self.shown.lock().unwrap().screen().contents()
    }

    fn wait(&self, what: &str, is_there: impl Fn(&vt100::Screen) -> bool) {
        let begun = Instant::now();
        while !is_there(self.shown.lock().unwrap().screen()) {
            assert!(begun.elapsed() < Duration::from_secs(60), "no {what} in:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn wait_for(&self, text: &str) {
        self.wait(text, |screen| screen.contents().contains(text));
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.shell.kill();
    }
}

#[test]
fn the_screen_lives_in_a_terminal_and_leaves_it_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut terminal = Terminal::start(&log);
    terminal.wait_for("ready>");
    let program = std::env::current_exe().unwrap();
    terminal.press(&format!("'{}' terminal::inside --exact --ignored --nocapture\n", program.display()));
    terminal.wait_for("━ Artists 3");
    terminal.wait("the alternate screen", vt100::Screen::alternate_screen);
    let noise = || std::fs::read_to_string(&log).unwrap_or_default();
    terminal.wait("noise in the log", |_| noise() == "NOISE of a library\n");
    assert!(!terminal.text().contains("NOISE"));
    terminal.press("jl");
    terminal.wait_for("━ Albums 2");
    terminal.press(":vol");
    terminal.wait("the cursor behind the words", |screen| {
        !screen.hide_cursor() && screen.cursor_position() == (23, 4)
    });
    terminal.press("\x1b");
    terminal.wait("no cursor", vt100::Screen::hide_cursor);

    // Another size.
    terminal.shown.lock().unwrap().screen_mut().set_size(30.try_into().unwrap(), 120.try_into().unwrap());
    terminal.master.resize(size(30, 120)).unwrap();
    terminal.wait_for("─ Queue 10");

    // To the shell and back.
    terminal.press("\x1a");
    terminal.wait_for("Stopped");
    terminal.wait("the first screen", |screen| !screen.alternate_screen() && !screen.hide_cursor());
    terminal.press("fg\n");
    terminal.wait("the screen again", |screen| {
        screen.alternate_screen() && screen.contents().contains("━ Albums 2")
    });

    // Pasted words are no keys.
    terminal.press("\x1b[200~qqq\x1b[201~");
    terminal.wait_for("Pasted text is only taken");

    terminal.press("q");
    terminal.wait_for("left with Quit");
    terminal.wait("the first screen", |screen| !screen.alternate_screen() && !screen.hide_cursor());
    terminal.wait("no mouse", |screen| screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None);
    terminal.press("stty -a | grep -o ' icanon\\| echo '\n");
    terminal.wait_for(" icanon");
}

/// The words of a panic stand on the screen that was there before, in a terminal that is as it was.
#[test]
fn a_panic_gives_the_terminal_back_before_its_words() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start(&folder.path().join("log"));
    terminal.wait_for("ready>");
    let program = std::env::current_exe().unwrap();
    // A backtrace would push them off the screen.
    let inside = format!(
        "RUST_BACKTRACE=0 {BREAKS}=1 '{}' terminal::inside --exact --ignored --nocapture",
        program.display()
    );
    let modes = folder.path().join("modes");
    terminal.press(&format!("{inside}; stty -a >'{}'; echo ended with $?\n", modes.display()));
    terminal.wait_for("━ Artists 3");
    terminal.wait("the alternate screen", vt100::Screen::alternate_screen);
    terminal.press(" ");
    terminal.wait("the shell", |screen| {
        screen.contents().lines().any(|line| line == "ended with 0") && !screen.alternate_screen()
    });
    terminal.wait("the cursor", |screen| !screen.hide_cursor());
    assert!(terminal.text().contains("a view is broken"), "{}", terminal.text());
    terminal.wait("no mouse", |screen| screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None);
    let modes = std::fs::read_to_string(modes).unwrap();
    assert!(modes.contains(" icanon ") && modes.contains(" echo "), "{modes}");
}
