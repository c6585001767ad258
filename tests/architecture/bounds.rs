//! What no test of behaviour can show to be impossible: words that must not occur in some rooms, files that nobody
//! compiles, secrets that lie about.

use super::*;

/// The words of each file's code that are forbidden where the file lies in one of the places.
fn found(places: &[&str], but_for: &[&str], words: &[&str]) -> Vec<String> {
    let sources = sources();
    let lies_in =
        |source: &Source, places: &[&str]| places.iter().any(|place| source.path.starts_with(place));
    let meant: Vec<&Source> = sources
        .iter()
        .filter(|source| lies_in(source, places) && !lies_in(source, but_for) && !is_of_tests(&source.path))
        .collect();
    for place in places.iter().chain(but_for) {
        assert!(sources.iter().any(|source| source.path.starts_with(place)), "{place} is not there");
    }
    let mut found = Vec::new();
    for source in meant {
        let code = source.code();
        found.extend(
            words
                .iter()
                .filter(|word| code.contains(**word))
                .map(|word| format!("{}: {word}", source.path.display())),
        );
    }
    found
}

/// `tests.rs`, `x_tests.rs`, and what lies in a folder `tests`.
fn is_of_tests(path: &Path) -> bool {
    path.with_extension("").iter().any(|part| part.to_str().is_some_and(|part| part.ends_with("tests")))
}

const CLOCKS: [&str; 2] = ["Instant::now", "SystemTime::now"];
const FILES: [&str; 4] = ["std::fs", "File::open", "File::create", "std::net"];
const THREADS: [&str; 2] = ["thread::spawn", "thread::Builder"];
const LOCKS: [&str; 3] = ["Mutex", "RwLock", "Condvar"];

/// A processor has one owner: there is nothing in these rooms by which two threads could share one.
#[test]
fn signal_processing_starts_no_thread_takes_no_lock_and_reads_no_clock_and_no_file() {
    let words = [&CLOCKS[..], &FILES, &THREADS, &LOCKS].concat();
    assert_eq!(found(&["dsp", "mastering"], &[], &words), [""; 0]);
}

/// Time, chance and what the disk holds come with the event.
#[test]
fn what_changes_the_state_reads_no_clock_and_no_file_and_waits_for_nobody() {
    let words = [&CLOCKS[..], &FILES, &THREADS, &LOCKS].concat();
    let places = ["app/reduce", "app/queue", "app/history", "app/state", "app/state.rs", "app/publish.rs"];
    assert_eq!(found(&places, &[], &words), [""; 0]);
}

/// What the screen draws and how it takes keys; its loops, what works for them and its terminal are named.
#[test]
fn what_draws_and_takes_keys_reads_no_clock_and_no_file() {
    let edges = [
        "tui/editing.rs",
        "tui/gate.rs",
        "tui/input.rs",
        "tui/outlet.rs",
        "tui/plain.rs",
        "tui/prompt/complete.rs",
        "tui/run.rs",
        "tui/terminal.rs",
        "tui/themes.rs",
        "tui/work.rs",
    ];
    assert_eq!(found(&["tui"], &edges, &[&CLOCKS[..], &FILES, &THREADS].concat()), [""; 0]);
}

#[test]
fn only_the_store_opens_the_database() {
    let rooms: Vec<String> = rooms_there(&sources()).into_iter().collect();
    let rooms: Vec<&str> = rooms.iter().map(String::as_str).collect();
    assert_eq!(found(&rooms, &["library/store"], &["redb::"]), [""; 0]);
    assert!(!found(&["library/store"], &[], &["redb::"]).is_empty(), "the word is the right one");
}

/// Programs of others are started by the few files that end them again; sound is decoded in this process.
#[test]
fn sound_is_decoded_without_programs_of_others() {
    let words = ["process::Command", "Command::new"];
    assert_eq!(found(&["decode", "dsp", "analysis", "engine", "library", "render"], &[], &words), [""; 0]);
}

#[test]
fn every_file_is_part_of_the_program() {
    let sources = sources();
    let orphans: Vec<&Path> = sources
        .iter()
        .map(|source| source.path.as_path())
        .filter(|path| {
            !["lib.rs", "main.rs"].contains(&path.to_str().unwrap()) && !is_declared(path, &sources)
        })
        .collect();
    assert!(orphans.is_empty(), "files that no other declares: {orphans:?}");
}

/// By `mod name;` in the file of the module above, or by a `#[path]` there.
fn is_declared(path: &Path, sources: &[Source]) -> bool {
    let is_mod = path.ends_with("mod.rs");
    let of = if is_mod { path.parent().unwrap() } else { path };
    let name = of.file_stem().unwrap().to_str().unwrap();
    let folder = of.parent().unwrap();
    let above = [folder.join("mod.rs"), folder.with_extension("rs"), PathBuf::from("lib.rs")];
    let above = &above[usize::from(folder == Path::new("")) * 2..];
    let file = path.file_name().unwrap().to_str().unwrap();
    sources.iter().filter(|source| above.contains(&source.path)).any(|source| {
        source.text.lines().map(str::trim_start).any(|line| {
            let declares = line.strip_suffix(&format!("mod {name};"));
            declares.is_some_and(|before| before.is_empty() || before.starts_with("pub"))
                || line == format!("#[path = \"{file}\"]")
        })
    })
}

/// How keys begin that others could use, and how many letters and digits follow at least. In two pieces, so that they are not
/// found here.
const KEYS: [(&str, &str, usize); 7] = [
    ("AK", "IA", 16),
    ("gh", "p_", 36),
    ("github_", "pat_", 22),
    ("xox", "b-", 10),
    ("AI", "za", 35),
    ("sk_", "live_", 16),
    ("gl", "pat-", 20),
];

#[test]
fn no_secret_lies_in_the_repository() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.to_owned()];
    let (mut seen, mut bad) = (0, Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if ![".git", "target"].contains(&name.as_str()) {
                    folders.push(path);
                }
                continue;
            }
            seen += 1;
            let is_named_so =
                name.starts_with(".env") || name.starts_with("id_rsa") || name.starts_with("id_ed");
            let ends_so = [".pem", ".key", ".p12", ".pfx"].iter().any(|ending| name.ends_with(ending));
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap_or_default()).into_owned();
            if is_named_so || ends_so || has_secret(&text) {
                bad.push(path);
            }
        }
    }
    assert!(seen > 500, "the repository was not found");
    assert!(bad.is_empty(), "secrets: {bad:?}");
}

fn has_secret(text: &str) -> bool {
    let private = ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "];
    let private = private.map(|kind| format!("-----BEGIN {kind}{} KEY-----", "PRIVATE"));
    let is_key = |(head, tail, more): (&str, &str, usize)| {
        let begins = [head, tail].concat();
        let follows =
            |at: usize| text[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').count();
        text.match_indices(&begins).any(|(at, found)| {
            let stands_alone = !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
            stands_alone && follows(at + found.len()) >= more
        })
    };
    private.iter().any(|words| text.contains(words)) || KEYS.into_iter().any(is_key)
}

#[test]
fn secrets_are_known_by_their_form() {
    for (head, tail, more) in KEYS {
        assert!(has_secret(&format!("key = \"{head}{tail}{}\"", "A7".repeat(more))), "{head}");
        assert!(!has_secret(&format!("key = \"{head}{tail}\"")), "{head}");
    }
    assert!(has_secret(&format!("-----BEGIN {} KEY-----\nMIIE", "PRIVATE")));
    assert!(!has_secret("-----BEGIN CERTIFICATE-----"));
}

#[test]
fn a_file_that_nobody_declares_is_seen() {
    let source = |path: &str, text: &str| Source { path: path.into(), text: text.into() };
    let sources = [
        source("lib.rs", "pub mod a;\n"),
        source("a/mod.rs", "mod b;\n#[cfg(x)]\n#[path = \"no_c.rs\"]\npub(in crate::a) mod c;\n"),
        source("a/b.rs", "    mod d;\n"),
    ];
    for there in ["a/mod.rs", "a/b.rs", "a/no_c.rs", "a/c.rs", "a/b/d.rs"] {
        assert!(is_declared(Path::new(there), &sources), "{there}");
    }
    for orphan in ["b/mod.rs", "a/d.rs", "a/b/c.rs", "c.rs"] {
        assert!(!is_declared(Path::new(orphan), &sources), "{orphan}");
    }
}
