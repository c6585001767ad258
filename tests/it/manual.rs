//! The manual page, the shells' completions and the files of `examples`: that they name what the program has, and nothing
//! that it has not.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use auralis::config::file::reference;
use auralis::config::keys::Keymap;
use auralis::model::command::registry::COMMANDS;
use auralis::model::query::field::FIELDS;

use crate::home::Home;

fn printed(words: &[&str]) -> String {
    let ran = Home::new().program(words).output().unwrap();
    assert_eq!(
        (ran.status.code(), String::from_utf8_lossy(&ran.stderr).as_ref()),
        (Some(0), ""),
        "{words:?}"
    );
    String::from_utf8(ran.stdout).unwrap()
}

/// As a reader sees a line of troff: groff_char(7) and groff(7) say what the escapes are.
fn read(line: &str) -> String {
    let pairs = [("\\fB", ""), ("\\fI", ""), ("\\fR", ""), ("\\&", ""), ("\\-", "-"), ("\\*(Aq", "'")];
    let pairs = pairs.into_iter().chain([("\\(ha", "^"), ("\\(ti", "~"), ("\\(ga", "`"), ("\\\\", "\\")]);
    pairs.fold(line.to_owned(), |line, (from, to)| line.replace(from, to))
}

/// Headings of a level with the lines below each, as read.
fn sections(page: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in page.lines() {
        match (line.strip_prefix(".SH "), found.last_mut()) {
            (Some(title), _) => found.push((title.trim_matches('"').to_owned(), String::new())),
            (None, Some((_, text))) => *text += &format!("{}\n", read(line)),
            (None, None) => {}
        }
    }
    found
}

#[test]
fn the_manual_has_every_command_key_field_and_setting() {
    let page = printed(&["man"]);
    let title = format!(".TH AURALIS 1 \"\" \"auralis {}\" \"User Commands\"", env!("CARGO_PKG_VERSION"));
    assert!(page.lines().any(|line| line == title), "{title}");
    let sections = sections(&page);
    let titles: Vec<&str> = sections.iter().map(|(title, _)| title.as_str()).collect();
    let expected = [
        "NAME",
        "SYNOPSIS",
        "DESCRIPTION",
        "OPTIONS",
        "COMMANDS",
        "COMMANDS OF THE PLAYER",
        "KEYS",
        "QUERIES",
        "SETTINGS",
        "FILES",
        "ENVIRONMENT",
        "EXIT STATUS",
        "SEE ALSO",
    ];
    assert_eq!(titles, expected);
    let text = |title: &str| &sections.iter().find(|(name, _)| name == title).unwrap().1;
    for row in COMMANDS {
        let call = format!("\n{} {}", row.name, row.arguments);
        assert!(text("COMMANDS OF THE PLAYER").contains(call.trim_end()), "{}", row.name);
    }
    for binding in Keymap::default().bindings() {
        let key = auralis::config::keys::print(&binding.keys);
        assert!(text("KEYS").contains(&key), "{key}");
        assert!(text("KEYS").contains(&format!("\n{}: ", binding.line)), "{}", binding.line);
    }
    for row in FIELDS {
        assert!(text("QUERIES").contains(&format!("\n{}", row.name)), "{}", row.name);
    }
    for setting in reference() {
        assert!(
            text("SETTINGS").contains(&format!("\n{} = {}\n", setting.path, setting.default)),
            "{}",
            setting.path
        );
    }
    for code in ["0", "1", "2", "3", "4", "5", "130"] {
        assert!(text("EXIT STATUS").contains(&format!("\n{code}\n")), "{code}");
    }
}

/// A line that begins with a point or an apostrophe is an order to troff, and a backslash begins an escape.
#[test]
fn nothing_in_the_manual_is_taken_for_an_order() {
    let page = printed(&["man"]);
    let orders =
        [".TH ", ".SH ", ".SS ", ".TP", ".PP", ".br", ".ie ", ".el ", ".nf", ".fi", ".RS", ".RE", ".IP"];
    let escapes =
        ["\\fB", "\\fI", "\\fR", "\\&", "\\-", "\\*(Aq", "\\(ha", "\\(ti", "\\(ga", "\\\\", "\\(aq"];
    let mut texts = 0;
    for line in page.lines() {
        assert!(!line.chars().any(char::is_control), "{line:?}");
        if line.starts_with(['.', '\'']) {
            assert!(orders.iter().any(|order| line.starts_with(order)), "{line}");
            continue;
        }
        texts += 1;
        let mut rest = line;
        while let Some(at) = rest.find('\\') {
            let escape = escapes.iter().find(|escape| rest[at..].starts_with(**escape));
            rest = &rest[at + escape.unwrap_or_else(|| panic!("{line}")).len()..];
        }
    }
    assert!(texts > 500, "{texts} lines of text");
}

#[test]
fn completions_name_every_verb() {
    let help = printed(&["--help"]);
    let commands = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let verbs: Vec<&str> = commands
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    assert!(verbs.contains(&"doctor") && verbs.len() > 30, "{verbs:?}");
    for shell in ["bash", "zsh", "fish"] {
        let script = printed(&["completions", shell]);
        verbs.iter().for_each(|verb| assert!(script.contains(verb), "{shell}: {verb}"));
    }
    let mut bash = Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn().unwrap();
    bash.stdin.take().unwrap().write_all(printed(&["completions", "bash"]).as_bytes()).unwrap();
    assert!(bash.wait().unwrap().success());
    assert_eq!(Home::new().program(&["completions", "csh"]).output().unwrap().status.code(), Some(2));
}

/// Each line of a unit or desktop file that runs us, with `--help` put behind it, is understood.
#[test]
fn the_files_of_examples_call_what_there_is() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut calls = Vec::new();
    for name in ["systemd/auralis.service", "systemd/auralis.socket", "desktop/auralis.desktop"] {
        let text = fs::read_to_string(examples.join(name)).unwrap();
        let of_key = |line: &str| line.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
        let runs = text.lines().filter_map(of_key).filter(|(key, _)| key.starts_with("Exec"));
        calls.extend(runs.map(|(_, value)| value));
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', '['])) {
            assert!(line.contains('='), "{name}: {line}");
        }
    }
    assert_eq!(calls.len(), 3, "{calls:?}");
    for call in calls {
        let mut words = call.split_whitespace().filter(|word| !word.starts_with('%') || word.contains('/'));
        assert!(words.next().unwrap().ends_with("auralis"), "{call}");
        // The words of `ctl` are the player's: what is asked for is their list.
        let words: Vec<&str> = words.collect();
        match words[..] {
            ["ctl", verb] => assert!(printed(&["ctl", "--list"]).contains(verb), "{call}"),
            _ => drop(printed(&[&words[..], &["--help"]].concat())),
        }
    }
}
