//! What is told of the measuring of tracks.

use super::{error, note, warning};
use crate::jobs::analyse::AnalyseOutcome;
use crate::model::notice::Notice;
use crate::{counted, say};

pub fn no_analysis() -> Notice {
    note(say!("No tracks are being measured"))
}

pub fn analysed(outcome: &AnalyseOutcome) -> Notice {
    let measured = counted!(outcome.measured, "track", "tracks");
    match (&outcome.broken, outcome.failures.first()) {
        (Some(why), _) => error(say!("Measuring broke off after {measured}", measured))
            .why(why.as_str())
            .next_step(say!("`:analyse` goes on")),
        (None, Some((path, why))) => {
            let failed = counted!(outcome.failed, "track", "tracks");
            warning(say!("{measured} measured, {failed} could not be", measured, failed))
                .why(format!("{}: {why}", path.display()))
                .next_step(say!("`auralis analyse` names all of them"))
        }
        (None, None) if outcome.cancelled => note(say!("Measuring was stopped after {measured}", measured))
            .next_step(say!("`:analyse` goes on")),
        (None, None) if outcome.measured == 0 => {
            note(say!("Every track is measured")).next_step(say!("`:analyse again` measures all once more"))
        }
        (None, None) => note(say!("{measured} measured", measured)),
    }
}

pub fn no_levels(why: &str) -> Notice {
    error(say!("What was measured of the tracks cannot be read")).why(why)
}
