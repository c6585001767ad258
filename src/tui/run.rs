//! The screen's loop, on the main thread (`ui`): waits, updates, draws. Draws only when something changed, at most once in
//! ten milliseconds, and sleeps without a timer while nothing moves.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use super::accent::Rgb;
use super::channel::{Inbox, Message};
use super::draw::{draw, draw_gauge, gauges};
use super::economy::Economy;
use super::editing::Editing;
use super::input;
use super::keyboard::{self, Said};
use super::layout::watched;
use super::outlet::{self, Line, Outlet};
use super::pace::{Pace, Shown};
use super::plain;
use super::probe::Environment;
use super::scene::{FrameMap, Gauges, Scene};
use super::screen::{Drawn, Screen};
use super::settings::Known;
use super::state::{HINT_AFTER, UiState};
use super::style::{Depth, Styles};
use super::talk::{self, Talk};
use super::terminal::{self, TuiError};
use super::themes;
use super::update::{Effect, FileQuestion, Input, PathBase, Surroundings, next_tick, update};
use super::work::Workers;
use crate::config::editor::EditorError;
use crate::config::keys::Keymap;
use crate::config::memory::ScreenMemory;
use crate::config::origin::Configured;
use crate::config::theme::Theme;
use crate::model::collate::Collation;
use crate::model::command::Command;
use crate::model::notice::Notice;
use crate::model::player::{self, Lease, Player};
use crate::model::settings::ScreenSettings;
use crate::model::snapshot::Snapshot;
use crate::model::visual::Visual;
use crate::tui::views::status;

/// What the screen is made of; read from files by the caller.
pub struct TuiOptions {
    pub settings: ScreenSettings,
    pub keymap: Keymap,
    pub theme: Theme,
    /// Names of all themes, for completion.
    pub themes: Vec<String>,
    pub themes_folder: Option<PathBuf>,
    /// The order of names.
    pub collation: Collation,
    pub places: PathBase,
    /// What was wrong in the configuration: shown one after another.
    pub problems: Vec<Notice>,
    pub core: CoreOf,
    /// What the run was started with, settings of the player too.
    pub configured: Configured,
    /// What the last screen left.
    pub memory: ScreenMemory,
    /// Gets what this one leaves, when it is left.
    pub keep: Box<dyn FnOnce(ScreenMemory)>,
    /// Takes what is written to standard error while the screen is up; nowhere if none.
    pub log: Option<File>,
    pub inbox: Inbox,
}

/// Whose core the screen shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CoreOf {
    /// In this process: it ends with the screen.
    Own,
    /// One that goes on without this screen; with the name of its machine where that is another one.
    Other { host: Option<String> },
}

/// Why the screen was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The user asked; `Quit` was sent to the core.
    Quit,
    /// The user asked to go, and the music to go on.
    Detached,
    /// [`super::channel::UiSender::leave`] was called.
    Asked,
    /// The core is closing.
    CoreClosed,
    /// The terminal went away.
    TerminalGone,
}

/// Says what to do where neither the screen nor its lines can be.
pub fn check(settings: &ScreenSettings) -> Result<(), TuiError> {
    if is_by_lines(settings) { Ok(()) } else { terminal::check() }
}

/// While it lives, what libraries print does not disturb a screen that is to come: taken before the core starts, which
/// opens its output at once.
pub struct Quiet(());

impl Quiet {
    /// Into `log`, else nowhere. Without a screen nothing changes.
    ///
    /// # Errors
    /// Where the system gives no more descriptors.
    pub fn new(settings: &ScreenSettings, log: Option<&File>) -> Result<Self, TuiError> {
        if !is_by_lines(settings) {
            terminal::divert_stderr(log)?;
        }
        Ok(Self(()))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        terminal::restore();
    }
}

fn is_by_lines(settings: &ScreenSettings) -> bool {
    settings.plain || terminal::is_plain()
}

/// Nothing but ASCII is drawn with.
pub(super) fn is_ascii(settings: &ScreenSettings) -> bool {
    let [all, ctype, lang] = ["LC_ALL", "LC_CTYPE", "LANG"].map(|name| std::env::var(name).ok());
    settings.symbols.is_ascii([all.as_deref(), ctype.as_deref(), lang.as_deref()])
}

/// Shows the screen until it is left. The terminal is as it was before when this returns.
pub fn run(player: Arc<dyn Player>, options: TuiOptions) -> Result<Exit, TuiError> {
    if is_by_lines(&options.settings) {
        return plain::run(player, options);
    }
    terminal::check()?;
    terminal::divert_stderr(options.log.as_ref())?;
    let entered = terminal::enter(options.settings.mouse);
    let outcome = entered.and_then(|()| Ui::new(player, options)?.run());
    terminal::restore();
    outcome
}

/// Between two frames at least so long: a burst of events is one frame.
const FRAME: Duration = Duration::from_millis(10);

/// A terminal that reads nothing for so long does not see the end of the last frame.
const SETTLING: Duration = Duration::from_millis(500);

struct Ui {
    player: Arc<dyn Player>,
    options: TuiOptions,
    state: UiState,
    /// The theme's, and those that are drawn with: with the accent of a cover.
    theme: Styles,
    styles: Styles,
    /// Of the cover, and on what.
    accent: (Option<Rgb>, bool),
    depth: Depth,
    screen: Screen<Outlet>,
    line: Line,
    /// A frame waits for the line.
    held: bool,
    economy: Economy,
    talk: Talk,
    workers: Workers,
    editing: Editing,
    snapshot: Arc<Snapshot>,
    gauges: Gauges,
    map: FrameMap,
    /// When the terminal was last taken, since the start.
    taken: Duration,
    /// Held while what is heard is looked at.
    watch: Option<(Visual, Lease)>,
    pace: Pace,
    exit: Option<Exit>,
    started: Instant,
}

impl Ui {
    fn new(player: Arc<dyn Player>, mut options: TuiOptions) -> Result<Self, TuiError> {
        let sender = options.inbox.sender();
        let editing = Editing::default();
        let waker = sender.clone();
        player.on_change(Box::new(move || waker.wake()));
        let (width, height) = terminal::size()?;
        let variable = |name: &str| std::env::var(name).ok();
        let depth = Depth::of(
            variable("NO_COLOR").as_deref(),
            variable("COLORTERM").as_deref(),
            variable("TERM").as_deref(),
        );
        let ascii = is_ascii(&options.settings);
        let has_colours = matches!(depth, Depth::Palette | Depth::True) && !ascii;
        let around = Environment::new(variable);
        let (covers, typed) = talk::covers(&options, &around, has_colours);
        input::spawn(sender.clone(), Arc::clone(&editing.gate)).map_err(TuiError::Thread)?;
        let (outlet, line) = outlet::open(sender.clone(), terminal::write).map_err(TuiError::Thread)?;
        if let Some(folder) = options.themes_folder.clone()
            && let Err(error) = themes::watch(folder, sender.clone())
        {
            // What is saved is then seen when the theme is chosen again.
            tracing::warn!(%error, "the folder of themes is not watched");
        }
        let problems = std::mem::take(&mut options.problems);
        let workers = Workers::new(
            sender,
            options.places.clone(),
            options.themes_folder.clone(),
            options.collation.clone(),
        );
        let talk = Talk::new(around.speaks(), &options.settings);
        let theme = Styles::new(&options.theme, depth).in_ascii(ascii).in_order(talk.puts_in_order());
        let mut ui = Self {
            theme: theme.clone(),
            styles: theme,
            state: UiState::new(&options.settings, problems),
            screen: Screen::new(outlet, width, height),
            line,
            held: false,
            economy: Economy::default(),
            talk,
            snapshot: player.snapshot(),
            gauges: Gauges::default(),
            map: FrameMap::default(),
            watch: None,
            pace: Pace::new(options.settings.fps),
            exit: None,
            taken: Duration::ZERO,
            started: Instant::now(),
            accent: (None, false),
            depth,
            workers,
            editing,
            player,
            options,
        };
        ui.state.covers = covers;
        ui.state.settings = Known::new(std::mem::take(&mut ui.options.configured));
        ui.state.remember(std::mem::take(&mut ui.options.memory));
        ui.input(Input::Resize(width, height));
        ui.input(Input::Changed);
        input::typed(&typed).into_iter().for_each(|input| ui.input(input));
        ui.talk.ask(&mut ui.screen, ui.started.elapsed()).map_err(TuiError::Terminal)?;
        Ok(ui)
    }

    fn run(mut self) -> Result<Exit, TuiError> {
        loop {
            self.watch();
            if self.draw().is_err() {
                return Ok(Exit::TerminalGone);
            }
            self.wait();
            if let Some(exit) = self.exit {
                self.settle();
                (self.options.keep)(self.state.memory());
                return Ok(exit);
            }
        }
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// Sleeps until something comes or moves, then takes all that came.
    fn wait(&mut self) {
        let first = match self.deadline() {
            Some(deadline) => {
                let message = self.options.inbox.receiver.recv_timeout(deadline.saturating_sub(self.now()));
                message.map_err(|error| error == RecvTimeoutError::Disconnected)
            }
            None => self.options.inbox.receiver.recv().map_err(|_| true),
        };
        match first {
            Ok(message) => self.message(message),
            Err(true) => self.exit = Some(Exit::Asked),
            Err(false) => {}
        }
        // A bounded number at once, so that a flood cannot keep the frame from being drawn.
        for _ in 0..256 {
            let Ok(message) = self.options.inbox.receiver.try_recv() else { break };
            self.message(message);
        }
        if self.options.inbox.take_woken() {
            self.look();
        }
        if next_tick(&self.state, &self.options.settings).is_some_and(|at| at <= self.now()) {
            self.input(Input::Tick);
        }
    }

    /// When to wake without being told.
    fn deadline(&self) -> Option<Duration> {
        let chord = &self.state.chord;
        let hint = chord.is_open().then(|| chord.since + HINT_AFTER).filter(|&at| at > self.pace.drawn);
        if self.editing.away {
            return None;
        }
        // What there is to draw waits for the line, which tells when it is free.
        if self.held {
            let keys = next_tick(&self.state, &self.options.settings);
            // The line says when it is free; an answer that is late by now is not waited for.
            let now = self.now();
            let echo = (!self.line.is_busy()).then(|| self.talk.echo.holds_until(now).unwrap_or(now));
            return [keys, echo].into_iter().flatten().min();
        }
        let frame = self.pace.dirty.then(|| self.pace.drawn + FRAME);
        let gauge = self.pace.next_tick(&self.shown(), self.watch.is_some());
        let keys = next_tick(&self.state, &self.options.settings);
        let figures = self.state.debug.then(|| self.economy.changes_at()).flatten();
        [hint, frame, gauge, keys, figures].into_iter().flatten().min()
    }

    fn message(&mut self, message: Message) {
        match message {
            Message::Input(input) => self.input(input),
            Message::Said(said) => self.said(said),
            // The flag beside the channel says it too.
            Message::Woken => {}
            // Said so that the loop comes by.
            Message::Written => {}
            Message::Edited(edited) => self.edited(edited),
            Message::Theme(loaded) => self.theme_loaded(*loaded),
            Message::Themes(names) => self.themes_changed(names),
            Message::Leave => self.exit = Some(Exit::Asked),
            Message::Suspend => self.suspend(),
            Message::Resume => self.resumed(),
            Message::TerminalGone | Message::HungUp => self.exit = Some(Exit::TerminalGone),
        }
    }

    fn said(&mut self, said: Said) {
        let now = self.now();
        let written = match said {
            Said::Echo => {
                self.talk.echo.answered(now);
                Ok(())
            }
            Said::Keyboard => self.screen.say(terminal::keys()),
            Said::Name { shows_progress, orders_words } => {
                self.talk.take_name(shows_progress, orders_words);
                self.set_theme(self.theme.clone());
                self.pace.dirty = true;
                Ok(())
            }
            Said::Scheme => self.screen.say(keyboard::BACKGROUND),
            Said::Light(is_light) => {
                self.input(Input::Background { is_light });
                Ok(())
            }
            Said::Focus(is_there) => {
                // What painted over cells may be gone: another pane was there.
                if is_there && self.state.covers.are_painted() {
                    self.screen.invalidate();
                    self.pace.dirty = true;
                }
                Ok(())
            }
        };
        if written.is_err() {
            self.exit = Some(Exit::TerminalGone);
        }
    }

    /// Before the terminal is given to somebody else: the last frame is there, and no answer comes that would be typed there.
    fn settle(&mut self) {
        self.line.settle(SETTLING);
        // One that never answered is not waited for so long.
        let patience = if self.talk.echo.last().is_some() { SETTLING } else { talk::PATIENCE };
        let until = Instant::now() + patience;
        let mut others = Vec::new();
        while self.exit != Some(Exit::TerminalGone) && self.talk.echo.is_under_way(self.now()) {
            let left = until.saturating_duration_since(Instant::now());
            match self.options.inbox.receiver.recv_timeout(left) {
                Ok(Message::Said(Said::Echo)) => self.talk.echo.answered(self.now()),
                // It was typed for this screen, which is not seen any more.
                Ok(Message::Input(Input::Key(_) | Input::Mouse(_) | Input::Paste(_))) => {}
                Ok(other) => others.push(other),
                Err(_) => break,
            }
        }
        self.talk.echo.forget();
        others.into_iter().for_each(|message| self.message(message));
    }

    /// A newer snapshot.
    fn look(&mut self) {
        self.snapshot = self.player.snapshot();
        if self.snapshot.closing {
            self.exit = Some(Exit::CoreClosed);
        }
        self.input(Input::Changed);
    }

    fn input(&mut self, input: Input) {
        if let Input::Resize(width, height) = input {
            self.screen.resize(width, height);
            self.state.covers.measure(terminal::cell_size());
        }
        self.pace.dirty = true;
        let around = Surroundings {
            snapshot: &self.snapshot,
            keymap: &self.options.keymap,
            settings: &self.options.settings,
            themes: &self.options.themes,
            core: &self.options.core,
            places: &self.options.places,
            map: &self.map,
            gauges: &self.gauges,
            now: self.started.elapsed(),
        };
        let effects = update(&mut self.state, input, &around);
        self.colour();
        effects.into_iter().for_each(|effect| self.perform(effect));
    }

    /// Another cover may have another accent.
    fn colour(&mut self) {
        let on = (self.state.covers.accent(), self.state.theme.on_light);
        if on != self.accent {
            self.accent = on;
            self.styles = self.theme.clone().with_accent(on.0, on.1);
        }
    }

    fn set_theme(&mut self, theme: Styles) {
        let theme = theme.in_order(self.talk.puts_in_order());
        self.styles = theme.clone().with_accent(self.accent.0, self.accent.1);
        self.theme = theme;
    }

    fn perform(&mut self, effect: Effect) {
        let asked = match effect {
            Effect::Send(command) => return self.send(command),
            Effect::Suspend => return self.suspend(),
            Effect::Redraw => return self.take_terminal_again(),
            Effect::Copy(text) => self.screen.say(&terminal::copy(&text)).map_err(TuiError::Terminal),
            Effect::Leave => return self.exit = Some(Exit::Quit),
            Effect::Detach => return self.exit = Some(Exit::Detached),
            Effect::Keymap(keymap) => return self.options.keymap = *keymap,
            Effect::Settings(settings) => return self.take_settings(*settings),
            Effect::EditQueue => return self.edit_queue(),
            Effect::Tracks(question) => self.workers.of_tracks(question).map_err(TuiError::Thread),
            Effect::Files(question) => self.workers.of_files(question).map_err(TuiError::Thread),
        };
        if let Err(error) = asked {
            self.state.warn(error.to_string());
        }
    }

    fn send(&mut self, command: Command) {
        // A full core takes the quit from the caller, who sees why the screen was left.
        let quits = matches!(command, Command::Quit | Command::Shutdown);
        if self.player.send(command).is_err() && !quits {
            self.input(Input::Refused);
        }
    }

    fn take_settings(&mut self, settings: ScreenSettings) {
        let old = std::mem::replace(&mut self.options.settings, settings);
        let new = &self.options.settings;
        let ascii = is_ascii(new);
        self.talk.take_settings(new);
        self.pace.set_fps(new.fps);
        let remouse = old.mouse != new.mouse;
        self.set_theme(self.theme.clone().in_ascii(ascii));
        if remouse {
            self.take_terminal_again();
        }
        self.input(Input::Changed);
    }

    fn theme_loaded(
        &mut self,
        loaded: Result<(Theme, Vec<crate::config::problem::Problem>), crate::config::theme::ThemeError>,
    ) {
        let input = match loaded {
            Ok((theme, problems)) => {
                self.set_theme(Styles::new(&theme, self.depth).in_ascii(self.theme.ascii));
                Input::Theme { problems, error: None }
            }
            Err(error) => Input::Theme { problems: Vec::new(), error: Some(error.to_string()) },
        };
        self.input(input);
    }

    /// Somebody works on one: the one that is seen is read again.
    fn themes_changed(&mut self, names: Vec<String>) {
        self.options.themes = names;
        let seen = self.state.theme.seen().to_owned();
        if self.options.themes.contains(&seen) {
            self.perform(Effect::Files(FileQuestion::Theme(seen)));
        }
    }

    fn suspend(&mut self) {
        // The editor stops with us, and has the terminal again when both go on.
        if self.editing.away {
            return terminal::stop_process();
        }
        self.settle();
        terminal::restore();
        terminal::stop_process();
        self.take_terminal_again();
    }

    fn edit_queue(&mut self) {
        if self.editing.away {
            return;
        }
        self.settle();
        if let Err(error) = self.editing.begin(&self.snapshot, self.options.inbox.sender()) {
            self.take_terminal_again();
            self.state.warn(TuiError::Thread(error).to_string());
        }
    }

    fn edited(&mut self, edited: Result<String, EditorError>) {
        self.editing.end();
        self.take_terminal_again();
        if let Err(why) = self.editing.apply(edited, &*self.player, &self.options.places) {
            self.state.warn(why);
        }
    }

    /// A stop of our own has already been followed by taking the terminal.
    fn resumed(&mut self) {
        if !self.editing.away && self.now().saturating_sub(self.taken) > Duration::from_millis(300) {
            self.take_terminal_again();
        }
    }

    /// After a stop, or when something wrote on the screen: the modes again, and every cell.
    fn take_terminal_again(&mut self) {
        self.line.settle(SETTLING);
        terminal::restore();
        self.talk.begin_again();
        self.taken = self.now();
        let taken = terminal::divert_stderr(self.options.log.as_ref())
            .and_then(|()| terminal::enter(self.options.settings.mouse));
        let taken = taken.and_then(|()| {
            self.talk.ask(&mut self.screen, self.started.elapsed()).map_err(TuiError::Terminal)
        });
        match taken.and_then(|()| terminal::size()) {
            Ok((width, height)) => {
                self.screen.invalidate();
                self.input(Input::Resize(width, height));
            }
            Err(_) => self.exit = Some(Exit::TerminalGone),
        }
    }

    /// The core looks at what is heard only in the way that is in sight.
    fn watch(&mut self) {
        let wanted = watched(&self.state);
        if self.watch.as_ref().map(|(visual, _)| *visual) != wanted {
            self.watch = wanted.map(|visual| (visual, self.player.watch(visual)));
            self.gauges.visual = None;
        }
    }

    fn shown(&self) -> Shown<'_> {
        Shown {
            snapshot: &self.snapshot,
            gauges: &self.gauges,
            width: self.state.size.0,
            mastering: self.state.mastering,
            lyrics: self.state.shows_lyrics(),
        }
    }

    /// Draws the frame where something changed, else the gauges where they moved; neither while the terminal has the last
    /// one still to take.
    fn draw(&mut self) -> io::Result<()> {
        if self.editing.away {
            return Ok(());
        }
        let now = self.now();
        let whole = self.pace.dirty && now >= self.pace.drawn + FRAME || self.pace.drawn.is_zero();
        let hint = self.state.chord.is_open() && self.state.chord.since + HINT_AFTER > self.pace.drawn;
        let whole = whole || hint && now >= self.state.chord.since + HINT_AFTER;
        let tick = self.pace.is_due(now, &self.shown(), self.watch.is_some());
        let figures = self.state.debug && self.economy.changes_at().is_some_and(|at| now >= at);
        let was_held = std::mem::take(&mut self.held);
        if !whole && !tick && !figures {
            return Ok(());
        }
        self.held = self.line.is_busy() || self.talk.echo.holds_until(now).is_some();
        if self.held {
            if !was_held {
                self.economy.held();
            }
            return Ok(());
        }
        let before = self.line.bytes();
        self.draw_now(now, whole)?;
        let bytes = self.line.bytes() - before;
        if bytes > 0 {
            self.economy.drew(now, bytes, self.now().saturating_sub(now));
            let now = self.now();
            self.talk.listen(&mut self.screen, now)?;
        }
        Ok(())
    }

    fn draw_now(&mut self, now: Duration, whole: bool) -> io::Result<()> {
        let before = self.shown().picture();
        let link = self.player.link();
        let told = |link: &Option<player::Link>| status::link(link.as_ref(), &self.snapshot);
        let whole = whole || told(&link) != told(&self.gauges.link);
        self.gauges.link = link;
        self.gauges.position = self.player.position();
        self.gauges.reading = self.player.reading();
        if self.watch.is_some() {
            self.gauges.visual = self.player.visual();
        }
        self.pace.ticked = now;
        self.pace.line = self.line.took();
        self.gauges.economy = self.economy.figures(now, self.pace.line, self.talk.echo.last());
        let moved = self.shown().picture() != before || self.state.debug;
        let scene = Scene {
            snapshot: &self.snapshot,
            state: &self.state,
            keymap: &self.options.keymap,
            styles: &self.styles,
            gauges: &self.gauges,
            now,
        };
        if whole {
            let map = &mut self.map;
            self.screen.frame(|buf| {
                *map = draw(&scene, buf);
                Drawn { cursor: map.cursor, picture: map.picture.clone(), painted: map.painted.clone() }
            })?;
            self.talk.tell(&mut self.screen, &self.snapshot)?;
            self.pace.dirty = false;
            self.pace.drawn = now.max(Duration::from_nanos(1));
        } else if moved {
            for (gauge, area) in gauges(&scene) {
                self.screen.part(area, |buf| draw_gauge(&scene, gauge, buf))?;
            }
        }
        Ok(())
    }
}
