//! Jobs that master to files. Changed by `reduce::renders`.

use std::sync::Arc;

use crate::jobs::render::RenderOrder;
use crate::model::id::JobId;
use crate::model::job::CancelToken;
use crate::model::rendering::{RenderSettings, RenderStage, RenderView};

#[derive(Debug, Default)]
pub struct RenderState {
    pub settings: RenderSettings,
    /// In the order in which they were asked for; the newest of those that ended are kept.
    pub jobs: Vec<RenderJob>,
}

#[derive(Debug)]
pub struct RenderJob {
    pub number: JobId,
    pub name: String,
    pub order: Arc<RenderOrder>,
    pub cancel: CancelToken,
    pub stage: RenderStage,
}

impl RenderJob {
    pub fn has_ended(&self) -> bool {
        matches!(self.stage, RenderStage::Ended(_))
    }
}

impl RenderState {
    pub fn view(&self) -> Vec<RenderView> {
        let view = |job: &RenderJob| RenderView {
            number: job.number.0,
            name: job.name.clone(),
            folder: job.order.folder.clone(),
            stage: job.stage.clone(),
        };
        self.jobs.iter().map(view).collect()
    }
}
