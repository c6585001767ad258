//! The file: round trips, damage, two who change it at once.

use super::*;
use crate::model::rule::{MOST_RULES, Rule, RuleOf, Saying};
use crate::model::taste::{Learned, Opinion};

fn preferences(value: f32) -> Preferences {
    let bass = Opinion { value, set: 1, ..Opinion::default() };
    Preferences { learned: Learned { bass, ..Learned::default() }, rules: rules() }
}

fn push(file: &Path, value: f32) -> Kept {
    let edit = |versions: &mut Versions| {
        versions.push(preferences(value), format!("bass {value}"), 7);
        Ok(())
    };
    change(file, edit).unwrap()
}

/// One of each kind, with all that can be said.
fn rules() -> Vec<Rule> {
    let said = |text: &str| text.split(' ').map(|word| Saying::parse(word).unwrap()).collect::<Vec<_>>();
    let album = RuleOf::Album { title: "Blue".into(), artist: Some("Joni".into()) };
    vec![
        Rule::new(RuleOf::Genre("Jazz é".into()), &said("gentle 60% target=as-is")),
        Rule::new(album, &said("off target=-18.5 bass=0.3 treble=-0.7 density=1")),
        Rule::new(RuleOf::Device("phones".into()), &said("bass=1")),
    ]
}

/// Names in the folder, but for the lock's.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| !name.ends_with(".lock")).collect();
    names.sort();
    names
}

#[test]
fn what_is_kept_is_read_back_and_nothing_else_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("made").join("preferences.json");
    assert_eq!(read(&file).unwrap(), Versions::default());
    push(&file, 1.0);
    let kept = push(&file, -0.123_456_79);
    assert_eq!((kept.versions.number(), kept.aside), (2, None));
    assert_eq!(read(&file).unwrap(), kept.versions);
    assert_eq!(names(file.parent().unwrap()), ["preferences.json"]);
}

#[test]
fn a_change_that_is_refused_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p.json");
    push(&file, 1.0);
    let before = std::fs::read(&file).unwrap();
    let refused = change(&file, |versions| {
        versions.push(preferences(2.0), String::new(), 0);
        Err("no".to_owned())
    });
    assert_eq!(refused.unwrap_err().to_string(), "no");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn what_is_damaged_is_told_kept_aside_and_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p.json");
    push(&file, 1.0);
    let whole = std::fs::read(&file).unwrap();
    let text = String::from_utf8(whole.clone()).unwrap();
    let out_of_bounds = text.replace("\"value\": 1.0", "\"value\": 30.0").into_bytes();
    assert_ne!(out_of_bounds, whole);
    let no_number = text.replace("\"value\": 1.0", "\"value\": NaN").into_bytes();
    let cut = whole[..whole.len() / 2].to_vec();
    let damaged = [cut, out_of_bounds, no_number, vec![0xff; 40], Vec::new(), b"[".repeat(100_000)];
    for (at, bytes) in damaged.iter().enumerate() {
        std::fs::write(&file, bytes).unwrap();
        let told = read(&file).unwrap_err();
        assert!(matches!(told, Trouble::Damaged { .. }), "{at}: {told}");
        let kept = if at % 2 == 0 { open(&file).unwrap() } else { push(&file, 2.0) };
        let aside = kept.aside.unwrap();
        assert_eq!(aside, folder.path().join(format!("p.json.damaged-{}", at + 1)));
        assert_eq!(std::fs::read(aside).unwrap(), *bytes);
        assert_eq!(kept.versions.number(), (at % 2) as u64);
    }
}

#[test]
fn a_newer_form_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p.json");
    let newer = br#"{"auralis_preferences": 2, "other": true}"#;
    std::fs::write(&file, newer).unwrap();
    for told in [read(&file).err(), open(&file).err(), change(&file, |_| Ok(())).err(), import(&file).err()] {
        let told = told.unwrap().to_string();
        assert!(told.contains("newer auralis (form 2, known is 1)"), "{told}");
    }
    assert_eq!(std::fs::read(&file).unwrap(), newer);
}

#[test]
fn what_is_no_file_or_too_large_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert!(read(folder.path()).unwrap_err().to_string().ends_with("not a file"));
    let large = folder.path().join("large");
    File::create(&large).unwrap().set_len(MAX_BYTES + 1).unwrap();
    assert!(read(&large).unwrap_err().to_string().ends_with("larger than 4 MiB"));
    let fifo = folder.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    assert!(read(&fifo).unwrap_err().to_string().ends_with("not a file"));
}

/// A file that is written in its place is empty or cut off for a while.
#[test]
fn who_reads_while_it_is_written_has_a_whole_version() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p.json");
    (0..50).for_each(|n| drop(push(&file, n as f32 / 100.0)));
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            (50..150).for_each(|n| drop(push(&file, n as f32 / 100.0)));
            done.store(true, std::sync::atomic::Ordering::Relaxed);
        });
        let (mut newest, mut seen) = (50, 0);
        while !done.load(std::sync::atomic::Ordering::Relaxed) {
            let versions = read(&file).unwrap();
            assert!(versions.all().len() == 50 && versions.number() >= newest);
            seen += usize::from(versions.number() > newest);
            newest = versions.number();
        }
        assert!(seen > 1, "it was read between the writes");
    });
}

/// Each makes twenty changes of its own; none is lost.
#[test]
fn two_who_change_it_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p.json");
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| (0..20).for_each(|_| drop(count_up(&file))));
        }
    });
    assert_eq!(read(&file).unwrap().learned().bass.set, 40);
    assert_eq!(names(folder.path()), ["p.json"]);
}

fn count_up(file: &Path) -> Kept {
    let once = || {
        change(file, |versions| {
            let mut next = versions.now();
            next.learned.bass.set += 1;
            versions.push(next, "one more".into(), 0);
            Ok(())
        })
    };
    // On a machine that stands still it is another's turn for longer than is waited.
    loop {
        match once() {
            Ok(kept) => return kept,
            Err(Trouble::Held { .. }) => {}
            Err(trouble) => panic!("{trouble}"),
        }
    }
}

#[test]
fn what_is_exported_is_imported_and_nothing_else_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let (file, copy) = (folder.path().join("p.json"), folder.path().join("copy"));
    assert!(export(&Versions::default(), &copy).unwrap_err().to_string().contains("no preferences yet"));
    assert!(import(&copy).unwrap_err().to_string().contains("holds no preferences"));
    push(&file, 1.0);
    let versions = push(&file, 1.5).versions;
    export(&versions, &copy).unwrap();
    assert_eq!(import(&copy).unwrap(), preferences(1.5));
    assert_eq!(read(&copy).unwrap().all().len(), 1);
    export(&versions, &copy).unwrap();
    let music = folder.path().join("music.flac");
    std::fs::write(&music, b"fLaC").unwrap();
    assert!(export(&versions, &music).unwrap_err().to_string().contains("something else"));
    assert_eq!(std::fs::read(&music).unwrap(), b"fLaC");
}

/// The longest names that there can be, in as many rules as there can be, fifty times: fewer versions are kept, and all are read.
#[test]
fn what_is_written_can_be_read_however_much_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p.json");
    let name = |n: usize| format!("{n:0>3}{}", "\u{1f3b5}".repeat(RuleOf::LONGEST - 3));
    let said = Saying::parse("off").unwrap();
    let of = |n: usize| RuleOf::Album { title: name(n), artist: Some(name(n)) };
    let rules: Vec<Rule> = (0..MOST_RULES).map(|n| Rule::new(of(n), &[said])).collect();
    let full = Preferences { rules, ..Preferences::default() };
    full.check().unwrap();
    let kept = change(&file, |versions| {
        let words = format!("rule for {}", full.rules[0]);
        (0..50).for_each(|_| versions.push(full.clone(), words.clone(), i64::MAX));
        Ok(())
    });
    let kept = kept.unwrap().versions;
    assert!((2..50).contains(&kept.all().len()) && kept.number() == 50, "{}", kept.all().len());
    assert_eq!(read(&file).unwrap(), kept);
}
