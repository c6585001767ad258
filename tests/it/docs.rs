//! The README's tables are made from the registry, the keymap and the table of settings. `UPDATE_README=1` writes them
//! anew; otherwise a difference is an error.

use std::fmt::Write;
use std::path::Path;

use auralis::config::file::reference_table;
use auralis::config::keys::{Context, Keymap};
use auralis::model::command::registry::{COMMANDS, Subject, find};
use auralis::model::query::field::FIELDS;

/// One row a command that has a key: its keys, what it does.
fn keys() -> String {
    let keymap = Keymap::default();
    let mut lines: Vec<(Context, &str, Vec<String>)> = Vec::new();
    for binding in keymap.bindings() {
        let key = format!("`{}`", auralis::config::keys::print(&binding.keys));
        match lines
            .iter_mut()
            .find(|(context, line, _)| (*context, *line) == (binding.context, binding.line.as_str()))
        {
            Some((_, _, keys)) => keys.push(key),
            None => lines.push((binding.context, &binding.line, vec![key])),
        }
    }
    let mut table = String::from("| keys | command | |\n|---|---|---|\n");
    for (context, line, keys) in lines {
        let row = find(line.split(' ').next().unwrap()).unwrap();
        let place = match context {
            Context::Global => "",
            Context::Library => " (in the library)",
            Context::Wall => " (in the wall of covers)",
            Context::Queue => " (in the queue)",
            Context::Playlists => " (in the playlists)",
            Context::Tags => " (in the tags)",
            Context::Typed => " (in what was typed)",
            Context::Panel => " (in help, reports and devices)",
            Context::Over => " (behind an operator, or while rows are selected)",
            Context::Recording => " (while a macro is recorded)",
        };
        writeln!(table, "| {} | `{line}` | {}{place} |", keys.join(" "), row.help).unwrap();
    }
    table
}

fn commands() -> String {
    let mut table = String::from("| command | |\n|---|---|\n");
    for subject in Subject::ALL {
        writeln!(table, "| **{}** | |", subject.title()).unwrap();
        for row in COMMANDS.iter().filter(|row| row.subject == subject) {
            let call = format!("{} {}", row.name, row.arguments).trim().replace('|', "\\|");
            let also = row.aliases.iter().map(|alias| format!("`{alias}`")).collect::<Vec<_>>().join(", ");
            let also = if also.is_empty() { also } else { format!(" (also {also})") };
            writeln!(table, "| `{call}` | {}{also} |", row.help).unwrap();
        }
    }
    table
}

fn query() -> String {
    let mut table = String::from("| as in | also | |\n|---|---|---|\n");
    for row in FIELDS {
        let also = row.aliases.iter().map(|alias| format!("`{alias}`")).collect::<Vec<_>>().join(", ");
        writeln!(table, "| `{}` | {also} | {} |", row.example, row.help).unwrap();
    }
    table
}

/// `text` with `table` between the markers of `name`.
fn placed(text: &str, name: &str, table: &str) -> String {
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let (before, rest) = text.split_once(&open).unwrap_or_else(|| panic!("README.md has no marker {open}"));
    let (_, after) = rest.split_once(&close).unwrap_or_else(|| panic!("README.md has no marker {close}"));
    format!("{before}{open}{}\n{close}{after}", table.trim_end())
}

#[test]
fn the_readme_tells_the_keys_commands_and_settings_that_there_are() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let before = std::fs::read_to_string(&path).unwrap();
    let text = placed(&before, "keys", &keys());
    let text = placed(&text, "commands", &commands());
    let text = placed(&text, "query", &query());
    let text = placed(&text, "config", &reference_table());
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(&path, &text).unwrap();
    } else {
        assert_eq!(before, text, "README.md is behind: UPDATE_README=1 cargo test --test it docs");
    }
}
