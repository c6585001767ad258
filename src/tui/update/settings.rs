//! `:set`: settings shown, told, changed for this run, and kept. What can be changed while the player runs is changed by
//! the commands that there are; the file is written by a worker.

use std::sync::Arc;

use super::{Effect, FileQuestion, Turn};
use crate::config::live::By;
use crate::config::origin::Origin;
use crate::config::setting::{Given, Setting};
use crate::model::command::{Given as Asked, Pane, Setting as Request};
use crate::model::notice::{Notice, Severity};
use crate::model::suggest::nearest;
use crate::model::words::said;
use crate::say;
use crate::tui::prompt::Kind;
use crate::tui::report::ReportKind;
use crate::tui::settings::{AT_ONCE, SettingLine, View, beside};

/// What a worker writes into `config.toml`.
#[derive(Debug, Clone, PartialEq)]
pub struct Keeping {
    pub file: std::path::PathBuf,
    pub setting: Setting,
    /// As TOML.
    pub value: String,
}

impl Turn<'_> {
    pub(super) fn set(&mut self, asked: Request) {
        let done = match asked {
            Request::List => {
                self.toggle_report(ReportKind::Settings);
                self.settings_follow();
                Ok(())
            }
            Request::Tell(name) => Setting::named(&name).map(|setting| self.tell_setting(setting)),
            Request::Give { name, value, keep } => self.give_setting(&name, value, keep),
        };
        if let Err(why) = done {
            self.state.warn(why);
        }
    }

    fn seen_settings(&self) -> View<'_> {
        View {
            state: self.state,
            screen: self.around.settings,
            snapshot: self.around.snapshot,
            core: self.around.core,
        }
    }

    /// Something changed while they are looked at.
    pub(super) fn settings_follow(&mut self) {
        if !matches!(self.state.report, Some((ReportKind::Settings, _))) {
            return;
        }
        let lines = self.seen_settings().lines();
        self.state.figures.settings = Arc::new(lines);
        self.change_report(|list, view| list.show_cursor(view));
    }

    /// The selected one, to be typed anew. What only the next start can change is kept.
    pub(super) fn open_setting(&mut self, at: usize) {
        let Some(SettingLine::Row(row)) = self.state.figures.settings.get(at) else { return };
        let command = if row.when == AT_ONCE { "set" } else { "set!" };
        let bare = row.value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let bare = bare.filter(|word| !word.is_empty() && !word.contains(['"', '\\']));
        let value = if row.setting.is_secret() { "" } else { bare.unwrap_or(&row.value) };
        let line = format!("{command} {}={value}", row.setting.path());
        self.open_prompt(Kind::Command, &line);
    }

    fn tell_setting(&mut self, setting: Setting) {
        let view = self.seen_settings();
        let row = view.row(setting, &view.now());
        let beside = beside(&row, &self.state.settings.configured);
        let value = if row.value.is_empty() { say!("not known here") } else { &row.value };
        let beside = if beside.is_empty() { beside } else { format!("; {beside}") };
        let what = format!("{} = {value} ({}{beside})", setting.path(), row.origin);
        let value = said(setting.expects());
        let takes = match row.when == AT_ONCE {
            true => say!("Takes {value}, at once", value),
            false => say!("Takes {value}, from the next start", value),
        };
        let why = said(setting.help()).trim_end_matches('.');
        self.state.notices.tell(Notice::new(Severity::Note, what).why(why).next_step(takes));
    }

    fn give_setting(&mut self, name: &str, asked: Asked, keep: bool) -> Result<(), String> {
        let setting = Setting::named(name)?;
        if setting.is_secret() {
            return Err(say!(
                "`{setting}` is a secret, and lines are remembered: write it into config.toml",
                setting = setting.path()
            ));
        }
        let given = self.given(setting, asked)?;
        let keeping = if keep { Some(self.keeping(setting, &given)?) } else { None };
        match setting.live() {
            Some(live) => match &live.by {
                By::Screen => self.set_screen(setting, &given)?,
                By::Core(commands) => {
                    commands(&given.settings).into_iter().for_each(|command| self.send(command))
                }
            },
            None if keep => {}
            None => return Err(self.only_later(setting, &given)),
        }
        if setting.live().is_some() {
            self.state.settings.given = given.settings;
        }
        if let Some(keeping) = keeping {
            self.effects.push(Effect::Files(FileQuestion::Keep(keeping)));
        }
        self.settings_follow();
        Ok(())
    }

    /// The value that is asked for, in all settings as they are.
    fn given(&self, setting: Setting, asked: Asked) -> Result<Given, String> {
        let view = self.seen_settings();
        let now = view.now();
        let (written, _) = self.state.settings.configured.origins.of(setting);
        let value = setting.live().map_or_else(|| written.to_owned(), |live| (live.told)(&now));
        let typed = match asked {
            Asked::Words(words) => words,
            Asked::Default => setting.default().to_owned(),
            Asked::Now => value,
            Asked::Other if setting.is_switch() => (value != "true").to_string(),
            Asked::Other => {
                let (setting, value) = (setting.path(), said(setting.expects()));
                return Err(say!("`{setting}` is not a switch: it needs {value}", setting, value));
            }
        };
        setting.read(&typed, &now, self.around.places.home.as_deref())
    }

    fn only_later(&self, setting: Setting, given: &Given) -> String {
        let path = setting.path();
        match self.seen_settings().elsewhere(setting) {
            Some(host) if !host.is_empty() => say!(
                "`{setting}` cannot change while the player on {host} runs: its config.toml is there",
                setting = path,
                host
            ),
            _ => say!(
                "`{setting}` cannot change while the player runs: `:set! {setting}={value}` writes it, for the next start",
                setting = path,
                value = given.text
            ),
        }
    }

    fn keeping(&self, setting: Setting, given: &Given) -> Result<Keeping, String> {
        if let Some(host) = self.seen_settings().elsewhere(setting).filter(|host| !host.is_empty()) {
            return Err(say!(
                "`{setting}` is kept on {host}, whose player it is: its config.toml is there",
                setting = setting.path(),
                host
            ));
        }
        let file = self.state.settings.configured.file.clone();
        let file = file.ok_or(say!("There is no place for config.toml: HOME is not set"))?;
        Ok(Keeping { file, setting, value: given.text.clone() })
    }

    fn set_screen(&mut self, setting: Setting, given: &Given) -> Result<(), String> {
        let screen = &given.settings.screen;
        match setting.key() {
            "theme" => self.set_theme(&screen.theme)?,
            "spectrum" if screen.spectrum != self.state.shown.spectrum => self.toggle_pane(Pane::Spectrum),
            "visual" => self.state.visual = screen.visual,
            "wall" => self.show_wall(Some(screen.wall)),
            "follow" => self.set_follow(Some(screen.follow)),
            "columns" => self.state.columns.clone_from(&screen.columns),
            "group_by" if screen.group_by != self.state.filter.by => {
                self.group_library(Some(screen.group_by.clone()), 1)
            }
            _ => {}
        }
        let slower = self.state.settings.configured.settings.screen.fps;
        let note = format!("{} = {}", setting.path(), given.text);
        self.state.note(match setting.key() {
            "fps" if screen.fps > slower => {
                say!(
                    "{change}; what is heard is looked at {fps} times a second until the next start",
                    change = note,
                    fps = slower
                )
            }
            _ => note,
        });
        self.effects.push(Effect::Settings(Box::new(screen.clone())));
        Ok(())
    }

    fn set_theme(&mut self, name: &str) -> Result<(), String> {
        let (themes, meant) = (self.around.themes, self.state.theme.meant(name));
        if !themes.iter().any(|theme| theme == meant) {
            let near = nearest(meant, themes.iter().map(String::as_str));
            return Err(match near {
                Some(near) => {
                    say!("no theme is named `{theme}`; did you mean `{near}`?", theme = meant, near)
                }
                None => say!("no theme is named `{theme}`", theme = meant),
            });
        }
        self.choose_theme(name.to_owned());
        Ok(())
    }

    /// The file was written, or could not be.
    pub(super) fn kept(&mut self, keeping: &Keeping, line: Result<usize, String>) {
        let line = match line {
            Ok(line) => line,
            Err(why) => return self.state.warn(why),
        };
        let Keeping { file, setting, value } = keeping;
        let known = &mut self.state.settings;
        known.configured.origins.put(setting.path(), value.clone(), Origin::File(line));
        let home = self.around.places.home.as_deref();
        if let Ok(read) = setting.read(value, &known.configured.settings, home) {
            known.configured.settings = read.settings;
        }
        let (path, file) = (setting.path(), file.display());
        let told = match setting.live() {
            Some(_) => {
                say!("{setting} = {value} is kept in {file}, line {line}", setting = path, value, file, line)
            }
            None => {
                known.later.insert(path.clone());
                say!(
                    "{setting} = {value} is kept in {file}, line {line}, and holds from the next start",
                    setting = path,
                    value,
                    file,
                    line
                )
            }
        };
        self.state.note(told);
        self.settings_follow();
    }
}
