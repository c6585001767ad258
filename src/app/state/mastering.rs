//! Plans of what plays and of what follows. Changed by `reduce::mastering`.

use std::sync::Arc;
use std::time::Instant;

use super::Play;
use crate::jobs::plan::Subject;
use crate::mastering::plan::Wishes;
use crate::model::abx::Abx;
use crate::model::chain::Mastered;
use crate::model::id::PlayId;
use crate::model::job::CancelToken;
use crate::model::mastering::{MasteringSettings, PlanView};
use crate::model::preferences::Versions;
use crate::model::reference::Reference;
use crate::model::taste::Aspect;
use crate::model::trial::Trial;

#[derive(Debug, Default)]
pub struct MasteringState {
    pub settings: MasteringSettings,
    /// What is matched in place of what music is like.
    pub reference: Option<Arc<Reference>>,
    /// Ends the measuring of the one that was asked for and is not known yet.
    pub measuring: Option<CancelToken>,
    /// Of the items at hand; few.
    pub plans: Vec<Kept>,
    /// What played and what followed when that was looked at last.
    pub seen: Vec<Play>,
    /// What the engine was told of the items at hand.
    pub told: Vec<(PlayId, Option<Mastered>)>,
    /// The original of this item is heard in place of what is made of it.
    pub original: Option<PlayId>,
    /// It was, so that both are quiet enough for it.
    pub compared: Option<PlayId>,
    /// A blind comparison of it is under way.
    pub abx: Option<(PlayId, Abx)>,
    /// Something was turned: what follows from it is to be heard at once.
    pub turned: bool,
    /// What is kept of the listener's preferences.
    pub preferences: Arc<Versions>,
    /// Where it is heard, or was last: what rules for devices look at.
    pub device: Option<String>,
    /// What was set by hand and is learned, if it is left so, at that time.
    pub settling: Vec<Aspect>,
    pub settled_at: Option<Instant>,
    /// Two tastes are compared.
    pub comparison: Option<Comparison>,
}

/// A comparison of two tastes.
#[derive(Debug, Clone)]
pub struct Comparison {
    pub play: PlayId,
    /// The track alone: of an album both plans would be long in coming.
    pub subject: Arc<Subject>,
    pub trial: Trial,
    /// That both can be heard.
    pub was_told: bool,
    pub answers: u32,
}

/// A plan, or that it is being made.
#[derive(Debug, Clone)]
pub struct Kept {
    pub subject: Arc<Subject>,
    pub wishes: Wishes,
    pub plan: PlanView,
    /// There is nothing more to know.
    pub is_last: bool,
    /// Ends the work for it.
    pub cancel: CancelToken,
}
