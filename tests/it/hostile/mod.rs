//! Every parser of what others wrote, fed real files and texts that were damaged in every way: it never panics, also not
//! where a panic would be contained, and what it takes is as [`targets`] says. The same each time.
//!
//! `AURALIS_FUZZ_RUNS=100` does it a hundred times as long, `AURALIS_FUZZ_SEED=7` otherwise, `AURALIS_FUZZ_ONLY=cue` for
//! one alone; `AURALIS_FUZZ_SEEDS=fuzz/corpus` writes what is damaged, for libFuzzer to begin with.

mod damage;
mod seeds;
pub mod targets;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::env::var;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Once;

use rustix::process::Signal;

use crate::home::{Home, PATIENCE};
use crate::media::Noise;
use crate::pseudo_terminal::Session;

thread_local! {
    /// Places and words of this thread's panics, while it feeds a parser.
    static PANICS: RefCell<Option<Vec<(String, String)>>> = const { RefCell::new(None) };
}

/// From now on panics are noted where a parser is fed.
fn note_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            let noted = PANICS.with_borrow_mut(|panics| {
                panics.as_mut().map(|panics| panics.push((place, panic.to_string()))).is_some()
            });
            if !noted {
                before(panic);
            }
        }));
    });
}

/// Feeds it; the place and words of what must not be. A panic in a library that we contain may be.
fn fed(target: fn(&[u8]), bytes: &[u8]) -> Option<(String, String)> {
    PANICS.set(Some(Vec::new()));
    let ended = catch_unwind(AssertUnwindSafe(|| target(bytes)));
    let panics = PANICS.take().unwrap_or_default();
    let ours = |(place, _): &(String, String)| place.starts_with("src/") || place.starts_with("tests/");
    match ended {
        Ok(()) => panics.into_iter().find(ours),
        Err(_) => panics.into_iter().next_back(),
    }
}

fn number(name: &str, usual: u64) -> u64 {
    var(name).map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

fn keep(name: &str, bytes: &[u8], number: usize) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("hostile-{name}-{number}"));
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn no_parser_is_broken_by_what_was_damaged() {
    note_panics();
    let (times, seed) = (number("AURALIS_FUZZ_RUNS", 1), number("AURALIS_FUZZ_SEED", 1));
    let only = var("AURALIS_FUZZ_ONLY").ok();
    let mut wrong = BTreeMap::new();
    for &(name, target) in
        targets::ALL.iter().filter(|(name, _)| only.as_deref().is_none_or(|it| it == *name))
    {
        let (runs, whole) = seeds::of(name);
        if let Ok(folder) = var("AURALIS_FUZZ_SEEDS") {
            seeds::write(&Path::new(&folder).join(name), &whole);
        }
        let mut noise = Noise(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let damaged = (0..runs * times as usize).map(|_| damage::damaged(&whole, &mut noise));
        for bytes in whole.iter().cloned().chain(damaged) {
            if let Some((place, words)) = fed(target, &bytes) {
                let number = wrong.len();
                let told =
                    || format!("{name}: {words}\nThe bytes are in {}", keep(name, &bytes, number).display());
                wrong.entry((name, place)).or_insert_with(told);
            }
        }
    }
    let told: Vec<String> = wrong.into_values().collect();
    assert!(told.is_empty(), "with AURALIS_FUZZ_SEED={seed}:\n{}", told.join("\n\n"));
}

/// What terminals send: keys, keys with modifiers in three ways, the mouse, pastes, focus, answers that come too late.
const SENT: &[&str] = &[
    "jj3kgg\x1b[A\x1b[B\x1bOP\x1b[15~\x1b[1;5D\x1b[1;2H",
    "\x1b[27;5;105~\x1b[105;5u\x1b[57414;1:1u\x1b[1;1:3A\x1bj\x1b\x1b",
    "\x1b[<0;10;5M\x1b[<0;10;5m\x1b[<64;10;5M\x1b[M #$\x1b[32;10;5M",
    "\x1b[200~pasted\nwords \u{202e}\x1b[201~\x1b[I\x1b[O",
    "/\u{e9}\u{1f3b5}e\u{301}\r\x1b[?62;4c\x1b_Gi=31;OK\x1b\\\x1bP>|kitty(0.43.1)\x1b\\\x1b[6;20;10t\x1b[12;3R",
];

/// The reader of the terminal has no door of its own; what its events ask for, the player does.
#[test]
fn whatever_a_terminal_sends_the_player_ends_in_order() {
    let home = Home::with_music();
    let mut session = Session::start(&home, &["music"]);
    session.wait_for("3 tracks");
    // A mouse left of the first column: keys are read behind it.
    session.press("\x1b[<0;0;0Mg?");
    session.wait_for("Keys and commands");
    session.press("q");
    let whole: Vec<Vec<u8>> = SENT.iter().map(|sent| sent.as_bytes().to_vec()).collect();
    let mut noise = Noise(7);
    for _ in 0..400 {
        let mut bytes = damage::damaged(&whole, &mut noise);
        // Neither left nor interrupted, nor at the user's editor: that is what those are for.
        bytes.retain(|byte| !b"qZe:\x03\x1a\x1c".contains(byte));
        bytes.truncate(500);
        // Where it was left all the same, by a key that is written as a number, that is its end.
        if !session.send(&bytes) {
            break;
        }
    }
    // Where such a key stopped it.
    session.signal(Signal::CONT);
    session.signal(Signal::TERM);
    assert_eq!(session.exit_within(PATIENCE), 0);
    session.check_restored();
}

/// libFuzzer has every target, too.
#[test]
fn every_target_is_there_for_libfuzzer() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    // A package has no such folder.
    let Ok(manifest) = std::fs::read_to_string(folder.join("Cargo.toml")) else { return };
    for (name, _) in targets::ALL {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
        assert!(folder.join(format!("fuzz_targets/{name}.rs")).exists(), "{name}");
    }
}
