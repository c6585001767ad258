//! What is told of what sounds alike.

use super::{count_of, error, note, shortened};
use crate::jobs::ears::answer::Deaf;
use crate::model::analysis::AnalysisView;
use crate::model::notice::Notice;
use crate::model::weights::{Aspect, Weights};

/// Weights that are told.
const TOLD: usize = 8;

pub fn nothing_to_sound_like() -> Notice {
    note("Nothing plays that others could sound like")
        .next_step("Select tracks, or name some: `:similar artist:bowie`")
}

pub fn no_end() -> Notice {
    note("A path leads from what plays to another track").next_step("Name it: `:path \"space oddity\" 8`")
}

pub fn too_few_to_smooth() -> Notice {
    note("There are too few entries to order")
        .next_step("At least three are wanted: mark them, or queue more")
}

pub fn path(tracks: usize) -> Notice {
    note(format!("The way there: {} behind what plays", count_of(tracks, "track")))
        .next_step("`:undo` takes it back")
}

pub fn radio_on(of: &str, seed: u64) -> Notice {
    note(format!("Radio like {}", shortened(of)))
        .next_step(format!("`seed={seed}` repeats it, `:radio off` ends it"))
}

pub fn radio_off() -> Notice {
    note("The radio is off; what it added stays")
}

pub fn no_radio() -> Notice {
    note("No radio is on").next_step("`:radio on` begins one")
}

/// A step of the history.
pub fn radio_added(count: usize) -> String {
    format!("radio: added {}", count_of(count, "track"))
}

pub fn deaf(why: &Deaf, name: &str, analysis: &AnalysisView) -> Notice {
    let how = match (analysis.running, analysis.rest) {
        (true, Some(rest)) => format!("Measuring {}: `:analyse` goes on", rest.words()),
        (true, None) => "It is being measured: ask again soon".to_owned(),
        (false, _) => "`:analyse` measures what was not".to_owned(),
    };
    match why {
        Deaf::Words(why) => note("No track is meant by that").why(why.as_str()),
        Deaf::Unmeasured(_) => note(format!("How {} sounds is not known", shortened(name)))
            .why("it was not measured, or is silent")
            .next_step(how),
        Deaf::NothingMeasured => {
            note("What sounds alike is not known yet").why("no track was measured").next_step(how)
        }
        Deaf::NothingElse { unmeasured: 0 } => note("Nothing is left to sound like that")
            .why("it is all that the library has")
            .next_step("Choose fewer tracks, or scan more"),
        Deaf::NothingElse { unmeasured } => note("Nothing else is known to sound like that")
            .why(format!("{} not measured", were(*unmeasured)))
            .next_step(how),
        Deaf::Broken(why) => error("What sounds alike cannot be told").why(why.as_str()),
    }
}

/// `1 other track was`.
fn were(others: usize) -> String {
    format!("{} {}", count_of(others, "other track"), if others == 1 { "was" } else { "were" })
}

pub fn weights(set: &Weights, learned: &Weights) -> Notice {
    let mut all: Vec<(Aspect, f32)> =
        Aspect::all().map(|aspect| (aspect, set.get(aspect) * learned.get(aspect))).collect();
    all.retain(|(_, factor)| *factor != 1.0);
    // Farthest from 1 first, as factors are.
    let far = |factor: f32| if factor > 0.0 { factor.ln().abs() } else { f32::INFINITY };
    all.sort_by(|a, b| far(b.1).total_cmp(&far(a.1)));
    if all.is_empty() {
        return note("Every number counts as found: nothing was set, nothing was learned");
    }
    let told = all.iter().take(TOLD).map(|(aspect, factor)| format!("{} {factor:.2}", aspect.words()));
    let told = told.collect::<Vec<_>>().join(", ");
    let rest = if all.len() > TOLD { format!(", {} more", all.len() - TOLD) } else { String::new() };
    note(format!("Radio counts {told}{rest}; all else 1"))
        .next_step("`:weights reset` forgets what was learned")
}

pub fn weights_forgotten() -> Notice {
    note("What radio learned is forgotten").next_step("Weights of the configuration hold on")
}
