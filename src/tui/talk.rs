//! What the terminal is asked and told beside frames: what it is and shows, how far behind it is, what its window is called,
//! how far long work is. Part of the run loop.

use std::io;
use std::time::Duration;

use super::cover::{Covers, Way};
use super::echo::Echo;
use super::outlet::Outlet;
use super::paint::Paint;
use super::probe::{self, Environment, Question};
use super::progress::{self, Progress};
use super::run::{CoreOf, TuiOptions};
use super::screen::Screen;
use super::{keyboard, terminal, title};
use crate::model::picture::{MOST_SIDE, ShowCovers};
use crate::model::settings::{AutoSwitch, ScreenSettings};
use crate::model::snapshot::Snapshot;

/// A terminal that is here answers at once; one at the other end of an `ssh` when the way there and back is over.
pub(super) const PATIENCE: Duration = Duration::from_millis(150);
const PATIENCE_FAR: Duration = Duration::from_secs(2);
/// Most pixels of a side of a picture that goes to a terminal, and to a screen, over a net.
const FAR_TERMINAL: u16 = 256;
const FAR_SCREEN: u16 = 128;

/// How covers are shown, for which the terminal is asked; before anybody else reads it. With what was typed meanwhile.
pub(super) fn covers(options: &TuiOptions, around: &Environment, has_colours: bool) -> (Covers, Vec<u8>) {
    let wanted = options.settings.covers;
    let patience = if around.ssh { PATIENCE_FAR } else { PATIENCE };
    let mut typed = Vec::new();
    let mut ask = |question| {
        // One that cannot be asked has not said anything. An answer that comes later is for nobody.
        let (answers, keys) = terminal::ask(question, patience).unwrap_or_default();
        typed.extend(keys);
        answers
    };
    let is_asked = has_colours && around.is_asked(wanted);
    let answers = if is_asked { ask(None) } else { Default::default() };
    let question = answers.name.as_ref().and_then(|name| Question::of(name, wanted));
    let shows = question.is_some_and(|question| ask(Some(question)).kitty == Some(true));
    let way = match wanted {
        ShowCovers::Auto | ShowCovers::Kitty if shows => {
            Way::Kitty { seed: std::process::id(), tmux: question == Some(Question::Tmux) }
        }
        _ => match probe::paints(&answers, wanted).filter(|_| is_asked) {
            // Without the size of a cell nobody knows how far it would reach.
            Some(Paint::Sixel) if answers.cell.or_else(terminal::cell_size).is_none() => Way::Blocks,
            Some(paint) => Way::Painted(paint),
            None if has_colours && matches!(wanted, ShowCovers::Auto | ShowCovers::Blocks) => Way::Blocks,
            None => Way::None,
        },
    };
    let is_far = matches!(&options.core, CoreOf::Other { host: Some(_) });
    let most = match (is_far, around.ssh) {
        (true, _) => FAR_SCREEN,
        (false, true) => FAR_TERMINAL,
        (false, false) => MOST_SIDE,
    };
    (Covers::new(way, most, answers.cell), typed)
}

/// See the module's head.
pub(super) struct Talk {
    /// The terminal can be asked.
    speaks: bool,
    pub(super) echo: Echo,
    /// It is known to show how far work is; it is wanted; this was shown last.
    knows_progress: bool,
    wants_progress: AutoSwitch,
    progress: Progress,
    /// The terminal is known to put words from right to left in order; that is wanted of us; what it was told last.
    knows_order: bool,
    wants_order: AutoSwitch,
    order: bool,
    /// The window is to be named.
    has_title: bool,
    /// What it is called; empty before it was first named, and where it is to be named again.
    title: String,
}

fn has_title(settings: &ScreenSettings) -> bool {
    settings.title && title::has_window(&std::env::var("TERM").unwrap_or_default())
}

impl Talk {
    pub(super) fn new(speaks: bool, settings: &ScreenSettings) -> Self {
        Self {
            speaks,
            echo: Echo::default(),
            knows_progress: false,
            wants_progress: settings.progress,
            progress: Progress::None,
            knows_order: false,
            wants_order: settings.bidi,
            order: false,
            has_title: has_title(settings),
            title: String::new(),
        }
    }

    pub(super) fn take_settings(&mut self, settings: &ScreenSettings) {
        self.has_title = has_title(settings);
        self.wants_progress = settings.progress;
        self.wants_order = settings.bidi;
    }

    /// What the terminal is known to do, by its name.
    pub(super) fn take_name(&mut self, shows_progress: bool, orders_words: bool) {
        (self.knows_progress, self.knows_order) = (shows_progress, orders_words);
    }

    /// Words from right to left are put in order here.
    pub(super) fn puts_in_order(&self) -> bool {
        match self.wants_order {
            AutoSwitch::Auto => !self.knows_order,
            AutoSwitch::On => true,
            AutoSwitch::Off => false,
        }
    }

    /// The terminal was taken again: nothing is known of what it was told.
    pub(super) fn begin_again(&mut self) {
        self.title.clear();
        self.progress = Progress::None;
        self.order = false;
    }

    /// Asks what the terminal is, which was just taken.
    pub(super) fn ask(&mut self, screen: &mut Screen<Outlet>, now: Duration) -> io::Result<()> {
        if self.speaks {
            screen.say(keyboard::QUESTIONS)?;
            self.echo.ask(now);
        }
        Ok(())
    }

    /// Behind a frame: has it come?
    pub(super) fn listen(&mut self, screen: &mut Screen<Outlet>, now: Duration) -> io::Result<()> {
        if self.speaks && self.echo.is_due(now) {
            screen.say(keyboard::ECHO)?;
            self.echo.ask(now);
        }
        Ok(())
    }

    /// Whose business the order of words is, what plays and how far work is, where that is other than it was told last.
    pub(super) fn tell(&mut self, screen: &mut Screen<Outlet>, snapshot: &Snapshot) -> io::Result<()> {
        let order = self.speaks && self.puts_in_order();
        if order != self.order {
            screen.say(terminal::order(order))?;
            self.order = order;
        }
        if self.has_title {
            let title = title::of(snapshot);
            if title != self.title {
                screen.say(&terminal::title(&title))?;
                self.title = title;
            }
        }
        let is_shown = match self.wants_progress {
            AutoSwitch::Auto => self.knows_progress,
            AutoSwitch::On => true,
            AutoSwitch::Off => false,
        };
        let progress = if is_shown { progress::of(snapshot) } else { Progress::None };
        if progress != self.progress {
            screen.say(&terminal::progress(progress))?;
            self.progress = progress;
        }
        Ok(())
    }
}
