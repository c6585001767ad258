//! The player by lines, for screen readers and for terminals that cannot place a cursor: what stands after `:` on the
//! screen is typed as a line, and what a person would see change is told in words. It is the same state, changed by the
//! same `update`, and what is listed is what the screen would draw: so every command and every view is here, too.
//!
//! On the caller's thread (`ui`), as the screen; `input` reads the lines.

use std::io::{self, BufRead, Read, Write};
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::channel::{Message, UiSender};
use super::draw::draw;
use super::layout::layout;
use super::run::{Exit, TuiOptions, is_ascii};
use super::scene::{FrameMap, Gauges, Scene};
use super::settings::Known;
use super::state::{Shows, UiState};
use super::style::{Depth, Styles};
use super::terminal::{self, TuiError};
use super::update::{Effect, FileQuestion, Input, Surroundings, next_tick, update};
use super::work::Workers;
use super::{text, title};
use crate::config::theme::Theme;
use crate::later;
use crate::model::command::{Command, Pane};
use crate::model::notice::{Notice, Severity};
use crate::model::playback::PlayState;
use crate::model::player::Player;
use crate::model::snapshot::Snapshot;
use crate::model::words::said;
use crate::say;

/// Rows of a list that are told at once.
const ROWS: u16 = 20;
/// Columns where nobody says how many there are, and most and fewest of them.
const COLUMNS: u16 = 80;
const WIDTHS: std::ops::RangeInclusive<u16> = 40..=200;
/// So long an answer of core or workers is waited for.
const ANSWER: Duration = Duration::from_millis(300);
/// Longest line that is read, in bytes; what is longer is no command.
const LONGEST: u64 = 1 << 16;

const GREETING: &str = later!(
    "auralis by lines: a command in each, as after `:` on the screen. An empty line tells \
    what plays and where you are; `down`, `up`, `left`, `right`, `open`, `focus queue` go through the lists, `redraw` tells the list again, \
    `help` lists all commands, `quit` leaves."
);

/// Until it is left. Nothing of the terminal is changed.
pub(super) fn run(player: Arc<dyn Player>, options: TuiOptions) -> Result<Exit, TuiError> {
    Lines::new(player, options)?.run()
}

/// Reads lines until there are no more.
fn read(sender: &UiSender, input: impl Read) {
    let mut input = io::BufReader::new(input);
    loop {
        let mut line = Vec::new();
        match input.by_ref().take(LONGEST).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => break,
            Ok(_) => {}
        }
        let line = String::from_utf8_lossy(&line);
        if !sender.send(Message::Input(Input::Line(line.trim_end_matches(['\n', '\r']).to_owned()))) {
            return;
        }
    }
    sender.leave();
}

struct Lines {
    player: Arc<dyn Player>,
    options: TuiOptions,
    state: UiState,
    styles: Styles,
    workers: Workers,
    snapshot: Arc<Snapshot>,
    gauges: Gauges,
    told: Told,
    started: Instant,
    exit: Option<Exit>,
    /// What is to be told of was asked for by a line.
    asked: bool,
    /// An answer to a line is waited for so long before it is told where one is.
    follows: Option<Duration>,
    /// The list is to be told again.
    again: bool,
}

/// What was told last: what is the same is not told again.
#[derive(Debug, Default)]
struct Told {
    playing: String,
    notice: Option<Arc<Notice>>,
    view: View,
}

/// A list, or what covers it.
#[derive(Debug, Default, PartialEq, Clone)]
struct View {
    name: &'static str,
    rows: Vec<Row>,
}

#[derive(Debug, PartialEq, Clone)]
struct Row {
    text: String,
    selected: bool,
}

impl Lines {
    fn new(player: Arc<dyn Player>, mut options: TuiOptions) -> Result<Self, TuiError> {
        let sender = options.inbox.sender();
        let waker = sender.clone();
        player.on_change(Box::new(move || waker.wake()));
        let reader = sender.clone();
        let input = std::thread::Builder::new().name("input".into());
        input.spawn(move || read(&reader, io::stdin())).map_err(TuiError::Thread)?;
        let problems = std::mem::take(&mut options.problems);
        let workers = Workers::new(
            sender,
            options.places.clone(),
            options.themes_folder.clone(),
            options.collation.clone(),
        );
        let ascii = is_ascii(&options.settings);
        let mut lines = Self {
            state: UiState::new(&options.settings, problems),
            styles: Styles::new(&Theme::default(), Depth::None).in_ascii(ascii),
            snapshot: player.snapshot(),
            gauges: Gauges::default(),
            told: Told::default(),
            started: Instant::now(),
            exit: None,
            asked: false,
            follows: None,
            again: false,
            workers,
            player,
            options,
        };
        lines.state.plain = true;
        lines.state.settings = Known::new(std::mem::take(&mut lines.options.configured));
        lines.state.remember(std::mem::take(&mut lines.options.memory));
        let columns = terminal::columns().unwrap_or(COLUMNS).clamp(*WIDTHS.start(), *WIDTHS.end());
        lines.input(Input::Resize(columns, ROWS));
        lines.input(Input::Changed);
        Ok(lines)
    }

    fn run(mut self) -> Result<Exit, TuiError> {
        if self.say(said(GREETING)).is_err() {
            return Ok(Exit::TerminalGone);
        }
        loop {
            if self.tell().is_err() {
                return Ok(Exit::TerminalGone);
            }
            if let Some(exit) = self.exit {
                (self.options.keep)(self.state.memory());
                return Ok(exit);
            }
            self.wait();
        }
    }

    fn wait(&mut self) {
        let deadline = next_tick(&self.state, &self.options.settings).into_iter().chain(self.follows).min();
        let receiver = &self.options.inbox.receiver;
        let first = match deadline {
            Some(at) => receiver.recv_timeout(at.saturating_sub(self.started.elapsed())),
            None => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match first {
            Ok(message) => self.message(message),
            Err(RecvTimeoutError::Timeout) => self.input(Input::Tick),
            Err(RecvTimeoutError::Disconnected) => self.exit = Some(Exit::Asked),
        }
        if self.options.inbox.take_woken() {
            self.snapshot = self.player.snapshot();
            if self.snapshot.closing {
                self.exit = Some(Exit::CoreClosed);
            }
            self.input(Input::Changed);
        }
    }

    fn message(&mut self, message: Message) {
        match message {
            Message::Input(Input::Line(line)) => self.line(line),
            Message::Input(input) => self.input(input),
            Message::Theme(loaded) => {
                let (problems, error) = match *loaded {
                    Ok((_, problems)) => (problems, None),
                    Err(error) => (Vec::new(), Some(error.to_string())),
                };
                self.input(Input::Theme { problems, error });
            }
            Message::Leave => self.exit = Some(Exit::Asked),
            Message::HungUp | Message::TerminalGone => self.exit = Some(Exit::TerminalGone),
            Message::Suspend => terminal::stop_process(),
            Message::Said(_)
            | Message::Woken
            | Message::Written
            | Message::Edited(_)
            | Message::Themes(_)
            | Message::Resume => {}
        }
    }

    fn line(&mut self, line: String) {
        self.asked = true;
        if line.trim().is_empty() && self.state.prompt.is_none() {
            self.told.playing.clear();
            self.told.view.rows.iter_mut().for_each(|row| row.selected = false);
            return;
        }
        self.input(Input::Line(line));
        // What waits for another key waits in vain.
        self.state.chord = Default::default();
    }

    fn input(&mut self, input: Input) {
        let around = Surroundings {
            snapshot: &self.snapshot,
            keymap: &self.options.keymap,
            settings: &self.options.settings,
            themes: &self.options.themes,
            core: &self.options.core,
            places: &self.options.places,
            map: &FrameMap::default(),
            gauges: &self.gauges,
            now: self.started.elapsed(),
        };
        let effects = update(&mut self.state, input, &around);
        if self.asked && !effects.is_empty() {
            self.follows = Some(self.started.elapsed() + ANSWER);
        }
        for effect in effects {
            self.perform(effect);
        }
    }

    fn perform(&mut self, effect: Effect) {
        let asked = match effect {
            Effect::Send(command) => return self.send(command),
            Effect::Suspend => return terminal::stop_process(),
            Effect::Redraw => return self.again = true,
            Effect::Copy(text) => {
                let words = text::cleaned(&String::from_utf8_lossy(&text).replace('\n', "  "), u16::MAX);
                return self.state.note(words);
            }
            Effect::Leave => return self.exit = Some(Exit::Quit),
            Effect::Detach => return self.exit = Some(Exit::Detached),
            Effect::EditQueue => {
                return self.state.warn(say!(
                    "The editor would read your lines. `auralis ctl queue edit` edits it, in another terminal"
                ));
            }
            Effect::Keymap(keymap) => return self.options.keymap = *keymap,
            Effect::Settings(settings) => {
                self.options.settings = *settings;
                self.styles.ascii = is_ascii(&self.options.settings);
                return self.input(Input::Changed);
            }
            Effect::Tracks(question) => self.workers.of_tracks(question),
            // Nothing is completed here.
            Effect::Files(FileQuestion::Paths { .. }) => Ok(()),
            Effect::Files(question) => self.workers.of_files(question),
        };
        if let Err(error) = asked {
            self.state.warn(TuiError::Thread(error).to_string());
        }
    }

    fn send(&mut self, command: Command) {
        let quits = matches!(command, Command::Quit | Command::Shutdown);
        if self.player.send(command).is_err() && !quits {
            self.input(Input::Refused);
        }
    }

    /// What changed since it was last told: by itself only what plays and notices, after a line also where one is.
    fn tell(&mut self) -> io::Result<()> {
        self.gauges.position = self.player.position();
        let (asked, again) = (std::mem::take(&mut self.asked), std::mem::take(&mut self.again));
        self.tell_notice()?;
        let playing = playing(&self.snapshot);
        if playing != self.told.playing {
            let times = times(&self.snapshot, &self.gauges).filter(|_| asked);
            self.say(&match times {
                Some(times) => format!("{playing}, {times}"),
                None => playing.clone(),
            })?;
        }
        self.told.playing = playing;
        self.tell_view(asked, again)?;
        if let Some(prompt) = self.state.prompt.as_ref().filter(|_| asked) {
            let words = prompt.line.text();
            let told = match words.is_empty() {
                true => say!("The next line is for what was asked:").to_owned(),
                false => say!("The next line is for what was asked, behind `{words}`:", words),
            };
            self.say(&told)?;
        }
        Ok(())
    }

    /// After a line; where something was asked for, once it is there, or does not come.
    fn tell_view(&mut self, asked: bool, again: bool) -> io::Result<()> {
        let is_over = self.follows.is_some_and(|until| until <= self.started.elapsed());
        if !asked && !again && self.follows.is_none() {
            return Ok(());
        }
        let view = self.view();
        if self.follows.is_some() && !is_over && !again && view.is_like(&self.told.view) {
            return Ok(());
        }
        if is_over {
            self.follows = None;
        }
        let before = if again { View::default() } else { std::mem::take(&mut self.told.view) };
        for line in view.told_after(&before) {
            self.say(&line)?;
        }
        self.told.view = view;
        Ok(())
    }

    fn tell_notice(&mut self) -> io::Result<()> {
        let Some(Shows::Own(notice) | Shows::Core(notice)) = self.state.notices.shown() else {
            self.told.notice = None;
            return Ok(());
        };
        if self.told.notice.as_ref().is_some_and(|told| Arc::ptr_eq(told, &notice)) {
            return Ok(());
        }
        self.say(&match notice.severity {
            Severity::Note => notice.to_string(),
            Severity::Warning => say!("Warning: {notice}", notice),
            Severity::Error => say!("Error: {notice}", notice),
        })?;
        self.told.notice = Some(notice);
        Ok(())
    }

    /// What the screen would show of the list that one is in, or of what covers it.
    fn view(&self) -> View {
        let (width, height) = self.state.size;
        let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
        let scene = Scene {
            snapshot: &self.snapshot,
            state: &self.state,
            keymap: &self.options.keymap,
            styles: &self.styles,
            gauges: &self.gauges,
            now: self.started.elapsed(),
        };
        draw(&scene, &mut buf);
        let layout = layout(&self.state);
        let (name, area) = match self.state.focus {
            _ if self.state.is_covered() => ("", Some(layout.main)),
            Pane::Library => {
                (self.state.library.title(self.state.column()), layout.columns.first().map(|&(_, area)| area))
            }
            Pane::Playlists => (say!("Playlists"), layout.entries.or(layout.lists)),
            Pane::Queue => (say!("Queue"), layout.queue),
            Pane::Spectrum => {
                (say!("What is heard is a picture: `focus queue` and `focus library` go to the lists"), None)
            }
        };
        View { name, rows: area.map_or(Vec::new(), |area| rows(&buf, area)) }
    }

    fn say(&self, line: &str) -> io::Result<()> {
        let line = text::cleaned(line, u16::MAX);
        let mut out = io::stdout().lock();
        writeln!(out, "{line}").and_then(|()| out.flush())
    }
}

impl View {
    /// The same rows of the same list.
    fn is_like(&self, other: &Self) -> bool {
        let texts = |view: &Self| view.rows.iter().map(|row| row.text.clone()).collect::<Vec<_>>();
        self.name == other.name && texts(self) == texts(other)
    }

    /// The lines that tell of it whoever knows `before`: the row that one is in, or all where it is another list.
    fn told_after(&self, before: &Self) -> Vec<String> {
        if self.is_like(before) {
            let moved = self.rows.iter().zip(&before.rows).find(|(now, old)| now.selected && !old.selected);
            return moved.map(|(row, _)| row.line()).into_iter().collect();
        }
        let name = Some(format!("{}:", self.name)).filter(|_| !self.name.is_empty());
        let empty = Some(say!("Nothing here").to_owned()).filter(|_| self.rows.is_empty());
        name.into_iter().chain(self.rows.iter().map(Row::line)).chain(empty).collect()
    }
}

impl Row {
    fn line(&self) -> String {
        format!("{} {}", if self.selected { '>' } else { ' ' }, self.text)
    }
}

/// The rows of an area that have anything in them.
fn rows(buf: &Buffer, area: Rect) -> Vec<Row> {
    let row = |y: u16| {
        let cells = || (area.x..area.right()).filter_map(|x| buf.cell((x, y)));
        let text = cells().map(|cell| cell.symbol()).collect::<String>();
        let reversed = cells().filter(|cell| cell.modifier.contains(Modifier::REVERSED)).count();
        let selected = reversed * 2 > usize::from(area.width);
        Row { text: spaced(&text), selected }
    };
    (area.y..area.bottom()).map(row).filter(|row| !row.text.is_empty()).collect()
}

/// Words that were put apart by many blanks, apart by two, and no lines: it is listened to.
fn spaced(text: &str) -> String {
    let mut words = String::new();
    let text = text.replace(|c| ('\u{2500}'..='\u{257f}').contains(&c), " ");
    for part in text.split("  ").map(str::trim).filter(|part| !part.is_empty()) {
        words.push_str(if words.is_empty() { "" } else { "  " });
        words.push_str(part);
    }
    words
}

fn playing(snapshot: &Snapshot) -> String {
    let state = match snapshot.playback.state {
        // The sound is there in a moment.
        PlayState::Playing | PlayState::Opening => say!("Playing"),
        PlayState::Paused => say!("Paused"),
        PlayState::Stopped => say!("Stopped"),
    };
    match snapshot.playback.now {
        Some(_) => format!("{state}: {}", title::what(snapshot)),
        None => say!("Nothing is playing").to_owned(),
    }
}

fn times(snapshot: &Snapshot, gauges: &Gauges) -> Option<String> {
    let (elapsed, total) = snapshot.times(gauges.position)?;
    let elapsed = text::time(Duration::from_secs(elapsed.as_secs()));
    Some(match total {
        Some(total) => say!("{elapsed} of {total}", elapsed, total = text::time(total)),
        None => elapsed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::channel::inbox;

    fn view(name: &'static str, rows: &[&str], selected: usize) -> View {
        let row = |(at, text): (usize, &&str)| Row { text: text.to_string(), selected: at == selected };
        View { name, rows: rows.iter().enumerate().map(row).collect() }
    }

    #[test]
    fn of_a_list_that_is_known_only_the_row_is_told() {
        let old = view("Artists", &["Ann", "Bob"], 0);
        assert_eq!(view("Artists", &["Ann", "Bob"], 1).told_after(&old), ["> Bob"]);
        assert!(old.told_after(&old).is_empty());
        let other = view("Albums", &["First"], 0);
        assert_eq!(other.told_after(&old), ["Albums:", "> First"]);
        assert_eq!(view("Queue", &[], 0).told_after(&old), ["Queue:", "Nothing here"]);
    }

    #[test]
    fn blanks_that_only_align_are_not_told() {
        assert_eq!(spaced("  1  Alpha          Ann    3:00 "), "1  Alpha  Ann  3:00");
        assert_eq!(spaced("     "), "");
        assert_eq!(spaced("━ Signal path ━━━━│ now"), "Signal path  now");
    }

    #[test]
    fn lines_are_read_to_the_end_whatever_they_hold() {
        let inbox = inbox();
        let mut text = b"queue\r\n\n\xff\x00\n".to_vec();
        text.extend(vec![b'a'; 2 * LONGEST as usize]);
        read(&inbox.sender(), &text[..]);
        let mut lines = Vec::new();
        loop {
            match inbox.receiver.try_recv().unwrap() {
                Message::Input(Input::Line(line)) => lines.push(line),
                Message::Leave => break,
                _ => panic!("neither a line nor the end"),
            }
        }
        assert_eq!(lines[..3], ["queue", "", "\u{fffd}\0"]);
        assert_eq!(lines[3..].iter().map(String::len).collect::<Vec<_>>(), [LONGEST as usize; 2]);
    }
}
