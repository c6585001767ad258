//! The settings as they are now, where each comes from, and when a change of it is there: the lines of the settings view.
//! Pure; made by `update`, drawn by the view.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::CoreOf;
use super::state::UiState;
use crate::config::live::Live;
use crate::config::origin::{Configured, Origin};
use crate::config::setting::{self, Setting};
use crate::model::impulse::Impulse;
use crate::model::settings::{ScreenSettings, Settings};
use crate::model::snapshot::Snapshot;
use crate::model::words::said;
use crate::{later, say};

/// What the screen knows of settings.
#[derive(Debug, Clone, Default)]
pub struct Known {
    pub configured: Configured,
    /// With what was changed in this run.
    pub given: Settings,
    /// Kept in the file, but there with the next start.
    pub later: BTreeSet<String>,
}

impl Known {
    pub fn new(configured: Configured) -> Self {
        Self { given: configured.settings.clone(), configured, ..Self::default() }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum SettingLine {
    Blank,
    Heading(String),
    Row(SettingRow),
}

#[derive(Debug, Clone, PartialEq)]
pub struct SettingRow {
    pub setting: Setting,
    /// As TOML, on one line; empty where it is not known.
    pub value: String,
    pub origin: String,
    /// It is not as the run was configured.
    pub changed: bool,
    /// When a change is there; said where it is shown.
    pub when: &'static str,
}

impl SettingLine {
    /// What is searched in it.
    pub fn text(&self) -> String {
        match self {
            Self::Blank => String::new(),
            Self::Heading(name) => name.clone(),
            Self::Row(row) => {
                format!("{} {} {} {}", row.setting.path(), row.value, row.origin, said(row.setting.help()))
            }
        }
    }
}

/// What a line of them is made from.
pub struct View<'a> {
    pub state: &'a UiState,
    pub screen: &'a ScreenSettings,
    pub snapshot: &'a Snapshot,
    pub core: &'a CoreOf,
}

impl View<'_> {
    /// What holds now; what is not changed while the player runs, as it was configured.
    pub fn now(&self) -> Settings {
        let (state, snapshot) = (self.state, self.snapshot);
        let mut now = state.settings.given.clone();
        now.screen = ScreenSettings {
            theme: state.theme.chosen.clone(),
            spectrum: state.shown.spectrum,
            visual: state.visual,
            columns: state.columns.clone(),
            group_by: state.filter.by.clone(),
            wall: state.wall.on,
            follow: state.follow,
            ..self.screen.clone()
        };
        now.sound = snapshot.playback.sound.clone();
        now.eq_preset = now.sound.eq.curve.name().to_owned();
        now.impulse = file_of(now.sound.impulse.as_deref(), now.impulse);
        now.mastering = snapshot.mastering.settings;
        if snapshot.mastering.reference.is_none() && !snapshot.mastering.is_measuring {
            now.reference.clear();
        }
        now.output.output = snapshot.output.asked.clone();
        let minutes = snapshot.playback.resume.map_or(0, |least| least.as_secs() / 60);
        now.resume_min = u32::try_from(minutes).unwrap_or(u32::MAX);
        now
    }

    /// Whose player it is, where it is not ours and the setting is its own.
    pub fn elsewhere(&self, setting: Setting) -> Option<&str> {
        match self.core {
            CoreOf::Other { host } if !setting.is_of_screen() => Some(host.as_deref().unwrap_or("")),
            _ => None,
        }
    }

    pub fn lines(&self) -> Vec<SettingLine> {
        let now = self.now();
        let mut lines = vec![SettingLine::Heading("config.toml".to_owned())];
        let mut table = "";
        for setting in setting::all() {
            if setting.table() != table {
                table = setting.table();
                lines.extend([SettingLine::Blank, SettingLine::Heading(format!("[{table}]"))]);
            }
            lines.push(SettingLine::Row(self.row(setting, &now)));
        }
        lines
    }

    pub fn row(&self, setting: Setting, now: &Settings) -> SettingRow {
        let row = |value: &str, origin: String, changed, when| SettingRow {
            setting,
            value: setting.shown(value),
            origin,
            changed,
            when,
        };
        let configured = &self.state.settings.configured;
        let (written, origin) = configured.origins.of(setting);
        match (setting.live(), self.elsewhere(setting)) {
            (Some(live), Some(_)) => row(&(live.told)(now), say!("the player's").to_owned(), false, AT_ONCE),
            (Some(live), None) => {
                let changed = is_changed(live, now, configured);
                let origin = if changed { say!("changed").to_owned() } else { origin.words() };
                row(&(live.told)(now), origin, changed, AT_ONCE)
            }
            // Its file is not here.
            (None, Some(host)) if !host.is_empty() => row("", say!("as {host} has it", host), false, THERE),
            (None, _) if self.is_plain_by_itself(setting) => row("true", "TERM".to_owned(), true, LATER),
            (None, _) => {
                let later = self.state.settings.later.contains(&setting.path());
                row(written, origin.words(), later, LATER)
            }
        }
    }

    /// The terminal is one that can only have lines.
    fn is_plain_by_itself(&self, setting: Setting) -> bool {
        setting.path() == "screen.plain" && self.state.plain && !self.screen.plain
    }
}

pub const AT_ONCE: &str = later!("at once");
pub const LATER: &str = later!("next start");
const THERE: &str = later!("there");

fn is_changed(live: &Live, now: &Settings, configured: &Configured) -> bool {
    (live.told)(now) != (live.told)(&configured.settings)
}

/// `default 30`, `line 12 says 60; default 30`: what it would be, beside what it is; empty where it is that.
pub fn beside(row: &SettingRow, configured: &Configured) -> String {
    let (written, origin) = configured.origins.of(row.setting);
    let default = say!("default {value}", value = row.setting.shown(row.setting.default()));
    let value = || row.setting.shown(written);
    match origin {
        Origin::Default if !row.changed => String::new(),
        Origin::Default => default,
        _ if !row.changed => default,
        Origin::File(line) => say!("line {line} says {value}; {default}", line, value = value(), default),
        Origin::Flag(flag) => say!("{flag} says {value}; {default}", flag, value = value(), default),
    }
}

/// A core tells the name of the file alone.
fn file_of(heard: Option<&Impulse>, given: Option<PathBuf>) -> Option<PathBuf> {
    let heard = &*heard?.name;
    let is_it = |path: &PathBuf| {
        let parts = [path.file_name(), path.file_stem()];
        parts.into_iter().flatten().any(|part| part.to_string_lossy() == heard)
    };
    Some(given.filter(is_it).unwrap_or_else(|| PathBuf::from(heard)))
}
