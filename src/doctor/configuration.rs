//! The configuration: what `auralis config check` tells, without the values that were written.

use super::Finding;
use crate::config::Loaded;
use crate::config::check::check;
use crate::config::problem::Problem;

const WHAT: &str = "config: files";

pub fn examine(config: &Loaded) -> Vec<Finding> {
    let problems = check(config);
    if problems.is_empty() {
        let evidence = match config.places.config_file.as_deref() {
            Some(file) if file.exists() => format!("{} has no problems", file.display()),
            Some(file) => format!("there is no {}: all is at its default", file.display()),
            None => "no place for it: all is at its default".to_owned(),
        };
        return vec![Finding::ok(WHAT, evidence)];
    }
    problems.iter().map(finding).collect()
}

fn finding(problem: &Problem) -> Finding {
    let place = match problem.line {
        Some(line) => format!("{}:{line}", problem.file.display()),
        None => problem.file.display().to_string(),
    };
    let fix = match &problem.nearest {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => "put it right; `auralis config default` shows every key with what it takes".to_owned(),
    };
    Finding::warn(WHAT, format!("{place}: {}", without_value(&problem.message)), fix)
}

/// What a key needs, not what was written there: it may be a password.
fn without_value(message: &str) -> &str {
    message.split_once(", not `").map_or(message, |(needs, _)| needs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_value_is_not_told_again() {
        let text = "[mpd]\npassword = \"hunter2\"\n[screen]\nfps = 999\n";
        let (_, problems) = crate::config::file::parse(text, "c.toml".as_ref(), None);
        assert_eq!(problems.len(), 2);
        assert!(problems[0].message.contains("hunter2"), "nothing to be left out any more");
        let told: Vec<Finding> = problems.iter().map(finding).collect();
        assert!(told[0].evidence.starts_with("c.toml:2: `mpd.password` needs"), "{}", told[0].evidence);
        assert!(!told[0].evidence.contains("hunter2"));
        assert!(told[1].evidence.starts_with("c.toml:4: `screen.fps` needs"), "{}", told[1].evidence);
    }
}
