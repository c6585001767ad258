//! What is done with a listener's preferences. Jobs on a lane of [`super::Jobs`]; called by the command line, too.

use std::path::{Path, PathBuf};

pub use crate::library::preferences::{Kept, Trouble, read};

use crate::library::preferences::{change, export, import, open};
use crate::mastering::learn;
use crate::model::preferences::{Preferences, Versions};
use crate::model::rule::{Rule, RuleOf};
use crate::model::taste::Lesson;

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Read what is kept.
    Open,
    /// Each makes a version.
    Learn(Vec<Lesson>),
    /// In place of one for the same, if there is one.
    SetRule(Rule),
    DropRule(RuleOf),
    /// As that version had it. It makes another version: nothing is lost.
    Rollback(u64),
    /// Nothing learned, and no rules. It makes another version.
    Reset,
    Import(PathBuf),
    Export(PathBuf),
}

/// Does it to what is in the file then. `at_ms`: milliseconds since the Unix epoch.
///
/// # Errors
/// Those of the file, and where there is no such version.
pub fn carry_out(file: &Path, deed: &Deed, at_ms: i64) -> Result<Kept, Trouble> {
    match deed {
        Deed::Open => open(file),
        Deed::Export(to) => {
            if std::path::absolute(to).is_ok_and(|to| to == *file) {
                let why = format!("{} is where they are kept: export them to another file", to.display());
                return Err(Trouble::Refused(why));
            }
            let kept = open(file)?;
            export(&kept.versions, to)?;
            Ok(kept)
        }
        Deed::Import(from) => {
            let preferences = import(from)?;
            let name = from.file_name().unwrap_or_default().to_string_lossy();
            let why = format!("imported from {name}").chars().take(200).collect();
            change(file, |versions| {
                versions.push(preferences, why, at_ms);
                Ok(())
            })
        }
        deed => change(file, |versions| edit(versions, deed, at_ms)),
    }
}

fn edit(versions: &mut Versions, deed: &Deed, at_ms: i64) -> Result<(), String> {
    match deed {
        Deed::Learn(lessons) => {
            for lesson in lessons {
                let mut next = versions.now();
                next.learned = learn::learned(&next.learned, lesson);
                versions.push(next, lesson.words(), at_ms);
            }
        }
        Deed::SetRule(rule) => {
            let mut next = versions.now();
            next.set_rule(rule.clone())?;
            versions.push(next, format!("rule for {rule}"), at_ms);
        }
        Deed::DropRule(of) => {
            let mut next = versions.now();
            if !next.drop_rule(of) {
                return Err(format!("there is no rule for {of}"));
            }
            versions.push(next, format!("no rule for {of}"), at_ms);
        }
        Deed::Rollback(number) => {
            let Some(version) = versions.find(*number) else { return Err(no_version(versions, *number)) };
            let (preferences, why) = (version.preferences.clone(), format!("back to version {number}"));
            versions.push(preferences, why, at_ms);
        }
        Deed::Reset => versions.push(Preferences::default(), "reset".to_owned(), at_ms),
        Deed::Open | Deed::Import(_) | Deed::Export(_) => {}
    }
    Ok(())
}

fn no_version(versions: &Versions, number: u64) -> String {
    match (versions.all().first(), versions.newest()) {
        (Some(first), Some(last)) => {
            format!("there is no version {number}: {} to {} are kept", first.number, last.number)
        }
        _ => format!("there is no version {number}: there is none yet"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::taste::Aspect;

    #[test]
    fn a_rollback_is_a_version_too_so_that_nothing_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("p.json");
        let done = |deed| carry_out(&file, &deed, 5);
        let set = |to| Lesson::Set { aspect: Aspect::Bass, to };
        let kept = done(Deed::Learn(vec![set(1.0), set(3.0)])).unwrap();
        assert_eq!((kept.versions.number(), kept.versions.learned().bass.value), (2, 2.0));
        let kept = done(Deed::Rollback(1)).unwrap();
        assert_eq!((kept.versions.number(), kept.versions.learned().bass.value), (3, 1.0));
        let told: Vec<_> = kept.versions.all().iter().map(|version| version.why.as_str()).collect();
        assert_eq!(told, ["you set bass to +1.0", "you set bass to +3.0", "back to version 1"]);
        assert_eq!(
            done(Deed::Rollback(9)).unwrap_err().to_string(),
            "there is no version 9: 1 to 3 are kept"
        );
        let kept = done(Deed::Reset).unwrap();
        assert_eq!((kept.versions.number(), kept.versions.now()), (4, Preferences::default()));
        assert_eq!(done(Deed::Rollback(2)).unwrap().versions.learned().bass.value, 2.0);
    }

    #[test]
    fn what_is_exported_here_is_imported_there_as_a_version() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let lesson = Lesson::Preferred { aspect: Aspect::Treble, value: 1.5, over: 0.0 };
        carry_out(&at("here"), &Deed::Learn(vec![lesson]), 0).unwrap();
        carry_out(&at("here"), &Deed::Export(at("copy")), 0).unwrap();
        carry_out(&at("there"), &Deed::Reset, 0).unwrap();
        let kept = carry_out(&at("there"), &Deed::Import(at("copy")), 0).unwrap();
        assert_eq!((kept.versions.number(), kept.versions.learned().treble.value), (2, 0.5));
        assert_eq!(kept.versions.newest().unwrap().why, "imported from copy");
        assert!(carry_out(&at("there"), &Deed::Import(at("none")), 0).is_err());
        assert_eq!(read(&at("there")).unwrap().number(), 2);
    }
}
