//! The screen of a run, on whatever core: keys, theme and places read for it.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use super::BootError;
use crate::config::keys::Keymap;
use crate::config::memory::ScreenMemory;
use crate::config::problem::Problem;
use crate::config::theme::Theme;
use crate::config::{self, Loaded};
use crate::model::notice::{Notice, Severity};
use crate::model::player::Player;
use crate::tui::{self, CoreOf, PathBase, TuiOptions};

/// What the screen remembers, in the folder of what is kept.
const MEMORY: &str = "screen.json";

/// What the screen is shown with.
pub(super) struct Shown<'a> {
    pub config: &'a Loaded,
    /// Shown one after another.
    pub problems: Vec<Notice>,
    pub inbox: tui::channel::Inbox,
    /// Takes what libraries print.
    pub log: Option<File>,
    pub core: CoreOf,
    /// Home and folder of the core, where they are others than ours.
    pub places: Option<PathBase>,
}

/// Until it is left.
pub(super) fn screen(shown: Shown<'_>, player: Arc<dyn Player>) -> Result<tui::Exit, BootError> {
    let Shown { config, mut problems, inbox, log, core, places } = shown;
    let keymap = keymap(config, &mut problems);
    let theme = theme(config, &mut problems);
    let themes_folder = config.places.themes.clone();
    let here =
        || PathBase { home: config.places.home.clone(), folder: std::env::current_dir().unwrap_or_default() };
    let memory_file = config.places.state.as_ref().map(|folder| folder.join(MEMORY));
    let memory = memory(memory_file.as_deref(), &mut problems);
    let keep: Box<dyn FnOnce(ScreenMemory)> = Box::new(move |memory| {
        if let Some(file) = memory_file
            && let Err(error) = memory.write(&file)
        {
            tracing::warn!(%error, file = %file.display(), "what the screen remembers is not kept");
        }
    });
    let options = TuiOptions {
        settings: config.settings.screen.clone(),
        keymap,
        theme,
        themes: Theme::names(themes_folder.as_deref()),
        themes_folder,
        collation: config.naming().collation,
        places: places.unwrap_or_else(here),
        problems,
        log,
        inbox,
        core,
        configured: config.configured(),
        memory,
        keep,
    };
    Ok(tui::run(player, options)?)
}

fn memory(file: Option<&Path>, problems: &mut Vec<Notice>) -> ScreenMemory {
    let read = file.map_or_else(|| Ok(ScreenMemory::default()), ScreenMemory::read);
    read.unwrap_or_else(|problem| {
        problems.push(problem.notice());
        ScreenMemory::default()
    })
}

fn keymap(config: &Loaded, problems: &mut Vec<Notice>) -> Keymap {
    let Some(file) = &config.places.keys_file else {
        return Keymap::default();
    };
    match config::read_text(file) {
        Ok(None) => Keymap::default(),
        Ok(Some(text)) => {
            let (keymap, found) = Keymap::with_file(&text, file);
            problems.extend(found.iter().map(Problem::notice));
            keymap
        }
        Err(problem) => {
            problems.push(problem.notice());
            Keymap::default()
        }
    }
}

/// The theme that was asked for; the terminal's own colours where it cannot be had.
fn theme(config: &Loaded, problems: &mut Vec<Notice>) -> Theme {
    match Theme::load(&config.settings.screen.theme, config.places.themes.as_deref()) {
        Ok((theme, found)) => {
            problems.extend(found.iter().map(Problem::notice));
            theme
        }
        Err(error) => {
            problems.push(Notice::new(Severity::Warning, error.to_string()));
            Theme::default()
        }
    }
}
