//! What is told of what sounds alike.

use super::{error, note, shortened};
use crate::jobs::ears::answer::Deaf;
use crate::model::analysis::AnalysisView;
use crate::model::notice::Notice;
use crate::model::weights::{Aspect, Weights};
use crate::{counted, say};

/// Weights that are told.
const TOLD: usize = 8;

pub fn nothing_to_sound_like() -> Notice {
    note(say!("Nothing plays that others could sound like"))
        .next_step(say!("Select tracks, or name some: `:similar artist:bowie`"))
}

pub fn no_end() -> Notice {
    note(say!("A path leads from what plays to another track"))
        .next_step(say!("Name it: `:path \"space oddity\" 8`"))
}

pub fn too_few_to_smooth() -> Notice {
    note(say!("There are too few entries to order"))
        .next_step(say!("At least three are wanted: mark them, or queue more"))
}

pub fn path(tracks: usize) -> Notice {
    note(say!("The way there: {tracks} behind what plays", tracks = counted!(tracks, "track", "tracks")))
        .next_step(say!("`:undo` takes it back"))
}

pub fn radio_on(of: &str, seed: u64) -> Notice {
    note(say!("Radio like {title}", title = shortened(of)))
        .next_step(say!("`seed={seed}` repeats it, `:radio off` ends it", seed))
}

pub fn radio_off() -> Notice {
    note(say!("The radio is off; what it added stays"))
}

pub fn no_radio() -> Notice {
    note(say!("No radio is on")).next_step(say!("`:radio on` begins one"))
}

/// A step of the history.
pub fn radio_added(count: usize) -> String {
    say!("radio: added {tracks}", tracks = counted!(count, "track", "tracks"))
}

pub fn deaf(why: &Deaf, name: &str, analysis: &AnalysisView) -> Notice {
    let how = match (analysis.running, analysis.rest) {
        (true, Some(rest)) => say!("Measuring {rest}: `:analyse` goes on", rest = rest.words()),
        (true, None) => say!("It is being measured: ask again soon").to_owned(),
        (false, _) => say!("`:analyse` measures what was not").to_owned(),
    };
    match why {
        Deaf::Words(why) => note(say!("No track is meant by that")).why(why.as_str()),
        Deaf::Unmeasured(_) => note(say!("How {name} sounds is not known", name = shortened(name)))
            .why(say!("it was not measured, or is silent"))
            .next_step(how),
        Deaf::NothingMeasured => {
            note(say!("What sounds alike is not known yet")).why(say!("no track was measured")).next_step(how)
        }
        Deaf::NothingElse { unmeasured: 0 } => note(say!("Nothing is left to sound like that"))
            .why(say!("it is all that the library has"))
            .next_step(say!("Choose fewer tracks, or scan more")),
        Deaf::NothingElse { unmeasured } => note(say!("Nothing else is known to sound like that"))
            .why(not_measured(*unmeasured))
            .next_step(how),
        Deaf::Broken(why) => error(say!("What sounds alike cannot be told")).why(why.as_str()),
    }
}

fn not_measured(others: usize) -> String {
    match others {
        1 => say!("1 other track was not measured").to_owned(),
        _ => say!("{tracks} were not measured", tracks = counted!(others, "other track", "other tracks")),
    }
}

pub fn weights(set: &Weights, learned: &Weights) -> Notice {
    let mut all: Vec<(Aspect, f32)> =
        Aspect::all().map(|aspect| (aspect, set.get(aspect) * learned.get(aspect))).collect();
    all.retain(|(_, factor)| *factor != 1.0);
    // Farthest from 1 first, as factors are.
    let far = |factor: f32| if factor > 0.0 { factor.ln().abs() } else { f32::INFINITY };
    all.sort_by(|a, b| far(b.1).total_cmp(&far(a.1)));
    if all.is_empty() {
        return note(say!("Every number counts as found: nothing was set, nothing was learned"));
    }
    let told = all.iter().take(TOLD).map(|(aspect, factor)| format!("{} {factor:.2}", aspect.words()));
    let told = told.collect::<Vec<_>>().join(", ");
    let rest = if all.len() > TOLD { say!(", {more} more", more = all.len() - TOLD) } else { String::new() };
    note(say!("Radio counts {weights}; all else 1", weights = format!("{told}{rest}")))
        .next_step(say!("`:weights reset` forgets what was learned"))
}

pub fn weights_forgotten() -> Notice {
    note(say!("What radio learned is forgotten")).next_step(say!("Weights of the configuration hold on"))
}
