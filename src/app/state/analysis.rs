//! The measuring of tracks that runs. Changed by `reduce::analysis`.

use std::time::Instant;

use crate::jobs::analyse::AnalyseProgress;
use crate::model::analysis::{AnalysisView, Pace, Rest};
use crate::model::id::{JobId, TrackId};
use crate::model::job::CancelToken;

#[derive(Debug, Default)]
pub struct AnalysisState {
    pub run: Option<Run>,
    /// Another run follows; of all tracks, where `again`.
    pub next: bool,
    pub again: bool,
    /// What the workers of the run were told: how many may work, and whether the listener insists.
    pub pace: Option<(Pace, bool)>,
    /// The track that was put first last.
    pub first: Option<TrackId>,
    /// When what the run found was last taken up.
    pub taken_up: Option<Instant>,
}

#[derive(Debug)]
pub struct Run {
    pub job: JobId,
    pub cancel: CancelToken,
    /// By the listener, who wants it done also while something plays.
    pub asked: bool,
    pub progress: AnalyseProgress,
}

impl AnalysisState {
    pub fn view(&self) -> AnalysisView {
        let Some(run) = &self.run else { return AnalysisView::default() };
        let progress = &run.progress;
        AnalysisView {
            running: true,
            rest: match self.pace {
                Some((Pace::Resting, _)) => Some(Rest::Playing),
                _ => progress.rest,
            },
            done: progress.done,
            total: progress.total,
            failed: progress.failed,
            sound: progress.sound,
            total_sound: progress.total_sound,
            elapsed: progress.elapsed,
        }
    }
}
