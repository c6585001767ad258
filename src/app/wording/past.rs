//! What is told of imports from other players and services.

use super::{error, note, warning};
use crate::library::past::FoundPast;
use crate::library::past::plan::Plan;
use crate::model::history::PastStep;
use crate::model::notice::Notice;
use crate::model::past::Source;
use crate::{counted, say};

pub fn past_without_library() -> Notice {
    warning(say!("Nothing was taken in: the library is empty"))
        .next_step(say!("Scan your music first: `:scan PATH`"))
}

pub fn past_unread(source: Source, why: &str) -> Notice {
    error(say!("Nothing was taken in from {source}", source = source.name()))
        .why(why)
        .next_step(say!("`auralis import --help` says what is looked for, and where"))
}

/// "facts of 3 tracks, 40 plays in the log, 1 playlist"
fn sum(tracks: usize, listens: usize, lists: usize) -> String {
    say!(
        "plays and ratings of {tracks}, {entries} of the log, {playlists}",
        tracks = counted!(tracks, "track", "tracks"),
        entries = counted!(listens, "entry", "entries"),
        playlists = counted!(lists, "playlist", "playlists")
    )
}

fn unmatched(plan: &Plan) -> Option<String> {
    let first = plan.unmatched.first()?;
    let name = match &first.path {
        Some(path) => path.display().to_string(),
        None => format!("{} - {}", first.artist, first.title),
    };
    Some(say!("{count} not in the library, the first: {name}", count = plan.unmatched.len(), name))
}

/// What would be set.
pub fn past_told(source: Source, plan: &Plan) -> Notice {
    let name = source.name();
    if plan.is_empty() {
        let told = note(say!("All that {name} has is known", name));
        return match unmatched(plan) {
            Some(why) => told.why(why),
            None => told,
        };
    }
    let sum = sum(plan.rows.len(), plan.listens.len(), plan.lists.len());
    let told = note(say!("From {name} would come {sum}", name, sum));
    let told = match unmatched(plan) {
        Some(why) => told.why(why),
        None => told,
    };
    told.next_step(say!("With `--apply` behind it they are taken in"))
}

pub fn past_taken(source: Source, step: &PastStep, found: &FoundPast) -> Notice {
    let backup =
        found.backup.as_deref().map(|path| say!("the library as it was: {file}", file = path.display()));
    let why: Vec<String> = unmatched(&found.plan).into_iter().chain(backup).collect();
    note(say!("Taken in from {source}: {sum}", source = source.name(), sum = sum_of(step)))
        .why(why.join("; "))
        .next_step(say!("`:undo` takes all of it back"))
}

/// As a part of a sentence.
pub fn past_step(source: Source, step: &PastStep) -> String {
    say!("import from {source}: {sum}", source = source.name(), sum = sum_of(step))
}

fn sum_of(step: &PastStep) -> String {
    sum(step.facts.len(), step.listens.len(), step.lists.len())
}
