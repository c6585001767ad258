//! The lines of the help: every command of the registry with the keys that hold now. Pure; drawn by the help view,
//! searched by `update`.

use super::list::List;
use crate::config::keys::{Binding, Context, Keymap, command_of, print};
use crate::model::command::registry::{COMMANDS, Row, Subject};
use crate::model::words::said;
use crate::say;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HelpLine {
    Heading(&'static str),
    /// A command, or with an empty help one of its bindings with arguments.
    Row {
        keys: String,
        usage: String,
        help: &'static str,
    },
    Blank,
}

impl HelpLine {
    /// What is searched in it.
    pub fn text(&self) -> String {
        match self {
            Self::Heading(title) => (*title).to_owned(),
            Self::Row { keys, usage, help } => format!("{keys} {usage} {help}"),
            Self::Blank => String::new(),
        }
    }
}

/// The help that is open.
#[derive(Debug, Clone)]
pub struct HelpPane {
    pub list: List,
    /// With the keys that hold; made when it is opened, and when they become others.
    pub lines: Vec<HelpLine>,
}

impl HelpPane {
    pub fn new(keymap: &Keymap) -> Self {
        Self { list: List::default(), lines: lines(keymap) }
    }
}

/// A binding, and the command that it begins with.
type Named<'a> = (&'a Binding, Option<&'static str>);

pub fn lines(keymap: &Keymap) -> Vec<HelpLine> {
    let named = keymap.bindings().iter().map(|binding| (binding, command_of(&binding.line)));
    let named: Vec<Named<'_>> = named.collect();
    let mut lines = Vec::new();
    for subject in Subject::ALL {
        if !lines.is_empty() {
            lines.push(HelpLine::Blank);
        }
        lines.push(HelpLine::Heading(said(subject.title())));
        for row in COMMANDS.iter().filter(|row| row.subject == subject) {
            command(row, &named, &mut lines);
        }
    }
    own(keymap, &mut lines);
    lines
}

/// The user's own commands, with their lines.
fn own(keymap: &Keymap, lines: &mut Vec<HelpLine>) {
    let mut commands = keymap.commands().peekable();
    if commands.peek().is_some() {
        lines.extend([HelpLine::Blank, HelpLine::Heading(say!("Your own commands"))]);
    }
    for (name, of_it) in commands {
        let does = |binding: &&Binding| binding.line.split_whitespace().next() == Some(name);
        let keys = joined(keymap.bindings().iter().filter(does));
        lines.push(HelpLine::Row { keys, usage: name.to_owned(), help: "" });
        let rows = of_it.iter().map(|line| format!("  {line}"));
        lines.extend(rows.map(|usage| HelpLine::Row { keys: String::new(), usage, help: "" }));
    }
}

/// A command with the keys that give it bare, then one line for each line of words that keys give it.
fn command(row: &Row, named: &[Named<'_>], lines: &mut Vec<HelpLine>) {
    let of_it = named.iter().filter(|(_, name)| *name == Some(row.name));
    let bindings: Vec<&Binding> = of_it.map(|(binding, _)| *binding).collect();
    let bare = |binding: &&Binding| !binding.line.contains(char::is_whitespace);
    let usage = format!("{} {}", row.name, row.arguments).trim_end().to_owned();
    let keys = bindings.iter().copied().filter(bare);
    lines.push(HelpLine::Row { keys: joined(keys), usage, help: said(row.help) });
    let mut said: Vec<&str> = Vec::new();
    for binding in bindings.iter().filter(|binding| !bare(binding)) {
        if !said.contains(&binding.line.as_str()) {
            said.push(&binding.line);
            let alike = bindings.iter().copied().filter(|other| other.line == binding.line);
            lines.push(HelpLine::Row { keys: joined(alike), usage: format!("  {}", binding.line), help: "" });
        }
    }
}

/// Keys of one pane alone say so.
fn joined<'a>(bindings: impl Iterator<Item = &'a Binding>) -> String {
    let mut text = String::new();
    let mut last = Context::Global;
    for binding in bindings {
        if !text.is_empty() {
            text.push(' ');
        }
        if binding.context != Context::Global && binding.context != last {
            text.push_str(said(binding.context.name()));
            text.push_str(": ");
        }
        last = binding.context;
        text.push_str(&print(&binding.keys));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_has_every_command_and_every_binding() {
        let keymap = Keymap::default();
        let lines = lines(&keymap);
        for row in COMMANDS {
            let there = |line: &HelpLine| matches!(line, HelpLine::Row { usage, help, .. } if *help == row.help && usage.starts_with(row.name));
            assert!(lines.iter().any(there), "{}", row.name);
        }
        for binding in keymap.bindings() {
            let keys = print(&binding.keys);
            let there = |line: &HelpLine| matches!(line, HelpLine::Row { keys: all, .. } if all.split(' ').any(|one| one == keys));
            assert!(lines.iter().any(there), "{keys}");
        }
    }

    #[test]
    fn a_pane_of_its_own_is_named() {
        let keymap = Keymap::default();
        let remove = lines(&keymap).into_iter().find(|line| line.text().contains(" remove [N...]")).unwrap();
        assert!(matches!(remove, HelpLine::Row { keys, .. } if keys == "playlists: <Del> queue: <Del>"));
    }
}
