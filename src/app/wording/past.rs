//! What is told of imports from other players and services.

use super::{count_of, error, note, warning};
use crate::library::past::FoundPast;
use crate::library::past::plan::Plan;
use crate::model::history::PastStep;
use crate::model::notice::Notice;
use crate::model::past::Source;

pub fn past_without_library() -> Notice {
    warning("Nothing was taken in: the library is empty").next_step("Scan your music first: `:scan PATH`")
}

pub fn past_unread(source: Source, why: &str) -> Notice {
    error(format!("Nothing was taken in from {}", source.name()))
        .why(why)
        .next_step("`auralis import --help` says what is looked for, and where")
}

/// "facts of 3 tracks, 40 plays in the log, 1 playlist"
fn sum(tracks: usize, listens: usize, lists: usize) -> String {
    let tracks = format!("plays and ratings of {}", count_of(tracks, "track"));
    let listens =
        format!("{} of the log", if listens == 1 { "1 entry".into() } else { format!("{listens} entries") });
    format!("{tracks}, {listens}, {}", count_of(lists, "playlist"))
}

fn unmatched(plan: &Plan) -> Option<String> {
    let first = plan.unmatched.first()?;
    let name = match &first.path {
        Some(path) => path.display().to_string(),
        None => format!("{} - {}", first.artist, first.title),
    };
    Some(format!("{} not in the library, the first: {name}", plan.unmatched.len()))
}

/// What would be set.
pub fn past_told(source: Source, plan: &Plan) -> Notice {
    let name = source.name();
    if plan.is_empty() {
        let told = note(format!("All that {name} has is known"));
        return match unmatched(plan) {
            Some(why) => told.why(why),
            None => told,
        };
    }
    let sum = sum(plan.rows.len(), plan.listens.len(), plan.lists.len());
    let told = note(format!("From {name} would come {sum}"));
    let told = match unmatched(plan) {
        Some(why) => told.why(why),
        None => told,
    };
    told.next_step("With `--apply` behind it they are taken in")
}

pub fn past_taken(source: Source, step: &PastStep, found: &FoundPast) -> Notice {
    let backup = found.backup.as_deref().map(|path| format!("the library as it was: {}", path.display()));
    let why: Vec<String> = unmatched(&found.plan).into_iter().chain(backup).collect();
    note(format!("Taken in from {}: {}", source.name(), sum_of(step)))
        .why(why.join("; "))
        .next_step("`:undo` takes all of it back")
}

/// As a part of a sentence.
pub fn past_step(source: Source, step: &PastStep) -> String {
    format!("import from {}: {}", source.name(), sum_of(step))
}

fn sum_of(step: &PastStep) -> String {
    sum(step.facts.len(), step.listens.len(), step.lists.len())
}
