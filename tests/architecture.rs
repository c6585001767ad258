//! The house rules that a compiler does not know: who may import whom, that every room has its card and every file its
//! head, and that functions stay short; what rooms may not do (`bounds`), and that `INVARIANTS.md` names tests that there
//! are (`invariants`). Reads the sources; needs nothing built.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

#[path = "architecture/bounds.rs"]
mod bounds;
#[path = "architecture/invariants.rs"]
mod invariants;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each room and what it may import. `engine::output` is a part of a room that another may import.
const ROOMS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("rt", &["model"]),
    ("config", &["model"]),
    ("decode", &["model"]),
    ("dsp", &["model"]),
    ("analysis", &["model", "rt", "decode", "dsp"]),
    ("mastering", &["model"]),
    ("similarity", &["model"]),
    ("engine", &["model", "rt", "decode", "dsp"]),
    ("online", &["model"]),
    ("library", &["model", "decode"]),
    ("render", &["model", "decode", "dsp", "library", "analysis", "mastering", "engine::output"]),
    ("jobs", &["model", "library", "analysis", "mastering", "similarity", "render", "online"]),
    ("app", &["model", "rt", "config", "engine", "library", "jobs", "mastering", "similarity"]),
    ("tui", &["model", "config"]),
    ("remote", &["model", "config", "rt", "dsp", "engine::output"]),
    ("integrations", &["model", "config", "online"]),
    ("doctor", ALL_BUT_APP),
    ("boot", ALL_BUT_CLI),
    ("cli", &["model", "config", "library", "render", "remote", "doctor", "boot"]),
];

const ALL_BUT_APP: &[&str] = &[
    "model",
    "rt",
    "config",
    "decode",
    "dsp",
    "analysis",
    "mastering",
    "similarity",
    "engine",
    "online",
    "library",
    "render",
    "jobs",
    "tui",
    "remote",
    "integrations",
];

const ALL_BUT_CLI: &[&str] = &[
    "model",
    "rt",
    "config",
    "decode",
    "dsp",
    "analysis",
    "mastering",
    "similarity",
    "engine",
    "online",
    "library",
    "render",
    "jobs",
    "app",
    "tui",
    "remote",
    "integrations",
    "doctor",
];

/// What a room's card says, in this order.
const CARD: [&str; 5] = [
    "//! - **Purpose.**",
    "//! - **May import.**",
    "//! - **Thread",
    "//! - **Entry points.**",
    "//! - **Invariants.**",
];

const MOST_LINES_OF_A_CARD_FILE: usize = 120;
const MOST_LINES_OF_A_FUNCTION: usize = 100;
const MANY_LINES_OF_A_FUNCTION: usize = 60;

/// One source file: where it is and what it says.
struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    /// `None` for `lib.rs` and `main.rs`, which are no room's.
    fn room(&self) -> Option<&str> {
        let mut parts = self.path.components();
        let first = parts.next()?.as_os_str().to_str()?;
        parts.next().map(|_| first)
    }

    /// The text without comments and without what only tests see, which by custom stands last in a file.
    fn code(&self) -> String {
        let is_tests = self.path.file_stem().is_some_and(|stem| stem == "tests");
        let code =
            if is_tests { "" } else { self.text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or("") };
        let lines = code.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line });
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push(Source { path: path.strip_prefix(&root).unwrap().to_owned(), text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > 10, "the sources were not found");
    found
}

fn rooms_there(sources: &[Source]) -> BTreeSet<String> {
    sources.iter().filter_map(|source| source.room().map(str::to_owned)).collect()
}

/// Every path of code that begins at the crate's root, as `room::rest`: behind `crate::`, in braces too.
fn crate_paths(code: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for (at, found) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        // `$crate::` of a macro counts, `my_crate::` does not.
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        paths.extend(leading_paths(&code[at + found.len()..]));
    }
    paths
}

/// `a::b::c ...` gives itself; `{a::b, c::{d, e}}` gives one path for each of the first level.
fn leading_paths(rest: &str) -> Vec<String> {
    let Some(inner) = rest.strip_prefix('{') else {
        return vec![path_at(rest)];
    };
    let mut depth = 0;
    let mut start = 0;
    let mut paths = Vec::new();
    for (at, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                paths.push(path_at(inner[start..at].trim()));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    paths.retain(|path| !path.is_empty());
    paths
}

fn path_at(text: &str) -> String {
    text.chars().take_while(|&c| c.is_alphanumeric() || c == '_' || c == ':').collect()
}

/// Imports by `super::` that climb out of the room to its neighbours.
fn climbing_paths(source: &Source, code: &str) -> Vec<String> {
    let inside = source.path.components().count();
    let is_mod = source.path.file_name().is_some_and(|name| name == "mod.rs");
    // `super::`s that lead from this file's module to the crate's root.
    let to_root = if is_mod { inside - 1 } else { inside };
    let climb = "super::".repeat(to_root);
    let starts = code.match_indices(&climb).filter(|&(at, _)| !code[..at].ends_with("super::"));
    starts.flat_map(|(at, _)| leading_paths(&code[at + climb.len()..])).collect()
}

fn may(importer: &str, path: &str) -> bool {
    let allowed = ROOMS.iter().find(|(room, _)| *room == importer).map_or(&[][..], |(_, allowed)| allowed);
    allowed.iter().any(|&allowed| path == allowed || path.starts_with(&format!("{allowed}::")))
}

/// Importer, path imported, file: for every import from one room in another.
fn imports(sources: &[Source]) -> Vec<(String, String, PathBuf)> {
    let rooms = rooms_there(sources);
    let mut imports = Vec::new();
    for source in sources {
        let Some(importer) = source.room() else { continue };
        let code = source.code();
        let paths = crate_paths(&code).into_iter().chain(climbing_paths(source, &code));
        for path in paths {
            let room = path.split("::").next().unwrap_or("").to_owned();
            if room != importer && rooms.contains(&room) {
                imports.push((importer.to_owned(), path, source.path.clone()));
            }
        }
    }
    imports
}

/// Names and versions of `Cargo.lock`, which cargo writes in this form.
fn locked() -> BTreeMap<String, Vec<Vec<u64>>> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    let quoted = |line: &str, key: &str| {
        line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"').map(str::to_owned)
    };
    let mut packages: BTreeMap<String, Vec<Vec<u64>>> = BTreeMap::new();
    let mut name = String::new();
    for line in text.lines() {
        if let Some(found) = quoted(line, "name") {
            name = found;
        } else if let Some(version) = quoted(line, "version") {
            let numbers = version.split(['.', '+', '-']).take(3).map(|part| part.parse().unwrap());
            packages.entry(name.clone()).or_default().push(numbers.collect());
        }
    }
    assert!(packages.len() > 100, "the packages were not found");
    packages
}

/// `deny.toml` says of each older version who needs it still, and of no other.
#[test]
fn every_package_that_is_there_twice_has_a_reason() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("deny.toml")).unwrap();
    let skipped = text.lines().filter_map(|line| line.trim().strip_prefix("{ crate = \"")?.split('"').next());
    let skipped: BTreeSet<String> = skipped.map(str::to_owned).collect();
    let mut older = BTreeSet::new();
    for (name, mut versions) in locked() {
        versions.sort();
        versions.pop();
        older.extend(versions.iter().map(|version| match version[..] {
            [0, minor, _] => format!("{name}@0.{minor}"),
            _ => format!("{name}@{}", version[0]),
        }));
    }
    assert_eq!(skipped, older);
}

#[test]
fn every_room_stands_in_the_table() {
    let known: BTreeSet<&str> = ROOMS.iter().map(|(room, _)| *room).collect();
    let unknown: Vec<String> =
        rooms_there(&sources()).into_iter().filter(|room| !known.contains(room.as_str())).collect();
    assert!(unknown.is_empty(), "rooms without a row in the table: {unknown:?}");
}

#[test]
fn rooms_import_only_what_they_may() {
    let imports = imports(&sources());
    assert!(
        imports.iter().any(|(room, path, _)| room == "config" && path.starts_with("model")),
        "no import was seen"
    );
    let forbidden: Vec<String> = imports
        .iter()
        .filter(|(importer, path, _)| !may(importer, path))
        .map(|(importer, path, file)| format!("{importer} imports {path} in {}", file.display()))
        .collect();
    assert!(forbidden.is_empty(), "{}", forbidden.join("\n"));
}

#[test]
fn the_rooms_form_no_circle() {
    let mut above: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (importer, path, _) in imports(&sources()) {
        let room = path.split("::").next().unwrap().to_owned();
        above.entry(importer).or_default().insert(room);
    }
    assert_eq!(circle(&above), None);
}

/// Rooms that are left when those that import nothing of what is left are taken away again and again.
fn circle(imports: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    let mut left = imports.clone();
    loop {
        let free: Vec<String> = left
            .iter()
            .filter(|(_, imported)| imported.iter().all(|room| !left.contains_key(room)))
            .map(|(room, _)| room.clone())
            .collect();
        if free.is_empty() {
            return (!left.is_empty()).then(|| left.into_keys().collect());
        }
        left.retain(|room, _| !free.contains(room));
    }
}

#[test]
fn the_table_itself_allows_no_circle() {
    let table = ROOMS.iter().map(|(room, allowed)| {
        let rooms = allowed.iter().map(|path| path.split("::").next().unwrap().to_owned());
        ((*room).to_owned(), rooms.collect())
    });
    assert_eq!(circle(&table.collect()), None);
}

#[test]
fn every_room_opens_with_its_card() {
    let sources = sources();
    for room in rooms_there(&sources) {
        let path = Path::new(&room).join("mod.rs");
        let card = sources.iter().find(|source| source.path == path);
        let text = &card.unwrap_or_else(|| panic!("{room} has no mod.rs")).text;
        assert!(
            text.starts_with(&format!("//! # {room}: ")),
            "{room}: the card begins with `//! # {room}: ...`"
        );
        let mut from = 0;
        for part in CARD {
            let at = text[from..].find(part);
            from += at.unwrap_or_else(|| panic!("{room}: the card lacks `{part}`, or has it out of order"));
        }
        let lines = text.lines().count();
        assert!(lines <= MOST_LINES_OF_A_CARD_FILE, "{room}/mod.rs has {lines} lines");
    }
}

#[test]
fn every_file_opens_with_what_lives_there() {
    let headless: Vec<_> = sources()
        .into_iter()
        .filter(|source| !source.text.starts_with("//!"))
        .map(|source| source.path)
        .collect();
    assert!(headless.is_empty(), "files that do not open with `//!`: {headless:?}");
}

#[test]
fn functions_are_short() {
    let mut long = Vec::new();
    let mut seen = 0;
    for source in sources() {
        for (name, line, lines) in functions(&source.code()) {
            seen += 1;
            if lines > MANY_LINES_OF_A_FUNCTION {
                long.push((lines, format!("{}:{line}: {name} has {lines} lines", source.path.display())));
            }
        }
    }
    assert!(seen > 50, "the functions were not found");
    long.sort();
    let report: Vec<&str> = long.iter().map(|(_, text)| text.as_str()).collect();
    println!(
        "functions of more than {MANY_LINES_OF_A_FUNCTION} lines: {}\n{}",
        long.len(),
        report.join("\n")
    );
    let too_long = long.iter().filter(|(lines, _)| *lines > MOST_LINES_OF_A_FUNCTION).count();
    assert_eq!(too_long, 0, "{}", report.join("\n"));
}

/// Name, line and length of each function. Relies on rustfmt: the closing brace of an item stands in its column.
fn functions(code: &str) -> Vec<(String, usize, usize)> {
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else { continue };
        let indent = line.len() - line.trim_start().len();
        let closing = format!("{}}}", " ".repeat(indent));
        // A declaration without a body ends with a semicolon in its first lines.
        let body = lines[start..].iter().position(|line| line.trim_end().ends_with(['{', ';', '}']));
        let declared_only = body.is_some_and(|at| lines[start + at].trim_end().ends_with(';'));
        let one_line = body == Some(0) && line.trim_end().ends_with('}');
        if declared_only || one_line {
            continue;
        }
        if let Some(end) = lines[start..].iter().position(|line| *line == closing) {
            found.push((name.to_owned(), start + 1, end + 1));
        }
    }
    found
}

fn function_name(line: &str) -> Option<&str> {
    let mut words = line.trim_start().split(' ').skip_while(|word| {
        matches!(*word, "pub" | "const" | "async" | "extern" | "\"C\"")
            || word.starts_with("pub(")
            || *word == "super)"
    });
    let name = words.next().filter(|word| *word == "fn").and_then(|_| words.next())?;
    name.split(['(', '<']).next().filter(|name| !name.is_empty())
}

/// The reading above, tried on text whose answer is plain.
mod reading {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.into(), text: text.into() }
    }

    #[test]
    fn imports_are_found_however_they_are_written() {
        let code =
            "use crate::{model::id, rt::{pipe, ring}};\nlet x = crate::engine::run();\n// crate::app::x\n";
        assert_eq!(crate_paths(&source("tui/a.rs", code).code()), ["model::id", "rt::", "engine::run"]);
        assert_eq!(crate_paths("use my_crate::app;"), Vec::<String>::new());
    }

    #[test]
    fn climbing_out_of_a_room_is_seen() {
        let code = "use super::super::app::state; use super::input;";
        assert_eq!(climbing_paths(&source("tui/draw.rs", code), code), ["app::state"]);
        let code = "use super::app; use self::x;";
        assert_eq!(climbing_paths(&source("tui/mod.rs", code), code), ["app"]);
    }

    #[test]
    fn what_only_tests_see_does_not_count() {
        let text = "use crate::model::id;\n\n#[cfg(test)]\nmod tests {\n    use crate::app::state;\n}\n";
        assert_eq!(crate_paths(&source("tui/draw.rs", text).code()), ["model::id"]);
        assert_eq!(source("library/store/tests.rs", text).code(), "");
    }

    #[test]
    fn a_part_of_a_room_can_be_allowed_alone() {
        assert!(may("remote", "engine::output::pipe"));
        assert!(!may("remote", "engine::transport"));
        assert!(!may("tui", "app::state"));
        assert!(!may("model", "rt"));
    }

    #[test]
    fn a_circle_is_seen() {
        let edges = [("a", "b"), ("b", "c"), ("c", "b")];
        let graph = edges.map(|(from, to)| (from.to_owned(), BTreeSet::from([to.to_owned()])));
        assert!(circle(&BTreeMap::from(graph)).is_some());
        let edges = [("a", "b"), ("b", "c")];
        let graph = edges.map(|(from, to)| (from.to_owned(), BTreeSet::from([to.to_owned()])));
        assert!(circle(&BTreeMap::from(graph)).is_none());
    }

    #[test]
    fn lengths_are_counted_from_signature_to_brace() {
        let code = "impl A {\n    pub fn long(\n        a: u8,\n    ) -> u8 {\n        a\n    }\n\n    fn declared(&self);\n}\nfn one() {}\n";
        assert_eq!(functions(code), [("long".to_owned(), 2, 5)]);
        assert_eq!(function_name("    pub(crate) const fn x<T>(a: T) {"), Some("x"));
        assert_eq!(function_name("let fn_x = 1;"), None);
    }
}
