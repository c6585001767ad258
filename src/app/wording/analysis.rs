//! What is told of the measuring of tracks.

use super::{count_of, error, note, warning};
use crate::jobs::analyse::AnalyseOutcome;
use crate::model::notice::Notice;

pub fn no_analysis() -> Notice {
    note("No tracks are being measured")
}

pub fn analysed(outcome: &AnalyseOutcome) -> Notice {
    let measured = count_of(outcome.measured as usize, "track");
    match (&outcome.broken, outcome.failures.first()) {
        (Some(why), _) => error(format!("Measuring broke off after {measured}"))
            .why(why.as_str())
            .next_step("`:analyse` goes on"),
        (None, Some((path, why))) => {
            let failed = count_of(outcome.failed as usize, "track");
            warning(format!("{measured} measured, {failed} could not be"))
                .why(format!("{}: {why}", path.display()))
                .next_step("`auralis analyse` names all of them")
        }
        (None, None) if outcome.cancelled => {
            note(format!("Measuring was stopped after {measured}")).next_step("`:analyse` goes on")
        }
        (None, None) if outcome.measured == 0 => {
            note("Every track is measured").next_step("`:analyse again` measures all once more")
        }
        (None, None) => note(format!("{measured} measured")),
    }
}

pub fn no_levels(why: &str) -> Notice {
    error("What was measured of the tracks cannot be read").why(why)
}
