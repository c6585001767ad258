//! `tests/INVARIANTS.md`: each finding has its row, each row its answer, and each test that a row names is there and runs.

use super::*;

const FINDINGS: usize = 128;
/// How many findings each audit has.
const AUDITS: [(&str, usize); 5] = [("000", 5), ("001", 20), ("002", 19), ("003", 53), ("004", 31)];
/// Rows that say `No test yet`. To fall, never to rise.
const MOST_OPEN: usize = 0;

const BY_DESIGN: &str = "By design:";
const OPEN: &str = "No test yet:";
/// A reason shorter than this is none.
const LEAST_REASON: usize = 50;

/// One row, as it is written.
#[derive(Debug)]
struct Row<'a> {
    number: usize,
    audit: &'a str,
    finding: &'a str,
    property: &'a str,
    answer: &'a str,
}

/// All rows whose first cell is a number.
fn rows(page: &str) -> Vec<Row<'_>> {
    let rows = page.lines().filter_map(|line| {
        let cells: Vec<&str> = line.strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim).collect();
        let number = cells.first()?.parse().ok()?;
        let [_, audit, finding, property, answer] = cells[..] else {
            panic!("a row has five cells: {line}");
        };
        Some(Row { number, audit, finding, property, answer })
    });
    rows.collect()
}

/// What stands between backquotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// What is wrong with the page, given the text of the files that it names.
fn problems(page: &str, text_of: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let rows = rows(page);
    let mut problems = Vec::new();
    if !rows.iter().map(|row| row.number).eq(1..=FINDINGS) {
        problems.push(format!("the rows are not 1 to {FINDINGS} in order: {}", rows.len()));
    }
    let mut seen = BTreeSet::new();
    for row in &rows {
        if !seen.insert((row.audit, row.finding)) {
            problems.push(format!("{} {} is there twice", row.audit, row.finding));
        }
        problems.extend(problems_of(row, text_of).map(|problem| format!("row {}: {problem}", row.number)));
    }
    for (audit, findings) in AUDITS {
        let there = rows.iter().filter(|row| row.audit == audit).count();
        if there != findings {
            problems.push(format!("audit {audit} has {findings} findings, not {there}"));
        }
    }
    let open = rows.iter().filter(|row| row.answer.starts_with(OPEN)).count();
    if open != MOST_OPEN {
        problems.push(format!("{open} rows have no test yet, and `MOST_OPEN` says {MOST_OPEN}"));
    }
    problems
}

fn problems_of(row: &Row<'_>, text_of: &dyn Fn(&str) -> Option<String>) -> impl Iterator<Item = String> {
    let mut problems = Vec::new();
    if row.property.len() < 20 || row.finding.is_empty() {
        problems.push("no property".to_owned());
    }
    let mut tests = 0;
    for name in quoted(row.answer) {
        if let Some((file, test)) = name.split_once(".rs::") {
            tests += 1;
            match text_of(&format!("{file}.rs")) {
                None => problems.push(format!("there is no {file}.rs")),
                Some(text) if !is_test(&text, test) => {
                    problems.push(format!("{file}.rs has no test {test} that runs"));
                }
                Some(_) => {}
            }
        } else if name.ends_with(".rs") && text_of(name).is_none() {
            problems.push(format!("there is no {name}"));
        }
    }
    let reason = [BY_DESIGN, OPEN].iter().find_map(|word| row.answer.strip_prefix(word));
    if reason.map_or(tests == 0, |reason| reason.len() < LEAST_REASON) {
        problems.push("neither a test nor a reason".to_owned());
    }
    problems.into_iter()
}

/// A function of this name with `#[test]` and without `#[ignore]` above it; also inside of a macro.
fn is_test(text: &str, name: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let begins = format!("fn {name}(");
    lines.iter().enumerate().filter(|(_, line)| line.starts_with(&begins)).any(|(at, _)| {
        let above =
            lines[..at].iter().rev().take_while(|line| line.starts_with("#[") || line.starts_with("//"));
        let above: Vec<&&str> = above.collect();
        above.iter().any(|line| **line == "#[test]") && !above.iter().any(|line| line.starts_with("#[ignore"))
    })
}

fn page() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/INVARIANTS.md")).unwrap()
}

#[test]
fn every_invariant_has_its_test_or_its_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let problems = problems(&page(), &|file| fs::read_to_string(root.join(file)).ok());
    assert!(problems.is_empty(), "tests/INVARIANTS.md:\n{}", problems.join("\n"));
}

/// Each way of being wrong, made from the page as it is.
#[test]
fn a_row_of_the_invariants_that_is_wrong_is_seen() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text_of = |file: &str| fs::read_to_string(root.join(file)).ok();
    let page = page();
    let line = page.lines().find(|line| line.starts_with("| 1 |")).unwrap();
    let told = |new: &str| {
        let wrong = page.replace(line, new);
        assert_ne!(wrong, page);
        problems(&wrong, &text_of).join("\n")
    };
    let cells: Vec<&str> = line.split('|').collect();
    let with_answer = |answer: &str| [&cells[..5], &[answer, ""]].concat().join("|");
    assert!(told("").contains("not 1 to 128"));
    assert!(told(&format!("{line}\n{line}")).contains("is there twice"));
    assert!(told(&line.replace("| 004 |", "| 003 |")).contains("audit 004 has 31 findings, not 30"));
    assert!(told(&with_answer(" ")).contains("row 1: neither a test nor a reason"));
    assert!(told(&with_answer(" By design: it is so ")).contains("neither a test nor a reason"));
    assert!(told(&with_answer(" `src/no.rs::x` ")).contains("there is no src/no.rs"));
    let none = " `tests/architecture.rs::there_is_none` ";
    assert!(told(&with_answer(none)).contains("has no test there_is_none"));
    let open = " No test yet: nobody has thought of a way to see this from outside of the program so far ";
    assert!(told(&with_answer(open)).contains(&format!("{} rows have no test yet", MOST_OPEN + 1)));
}

#[test]
fn tests_are_told_from_what_only_looks_like_one() {
    let text = "proptest! {\n    #![x]\n\n    /// It holds.\n    #[test]\n    fn holds(a in b()) {}\n}\n\nfn helper() {}\n\n\
                #[test]\n#[ignore = \"child\"]\nfn child() {}\n\n#[cfg(feature = \"x\")]\n#[test]\n#[allow(y)]\nfn other() {}\n";
    assert!(is_test(text, "holds") && is_test(text, "other"));
    assert!(
        !is_test(text, "helper")
            && !is_test(text, "child")
            && !is_test(text, "hold")
            && !is_test(text, "others")
    );
}
