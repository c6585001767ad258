//! What became of commands whose sender waits for it. Noted as each is reduced, given when the snapshot that has it is
//! out. A command that has paths walked is answered when they were. App thread.

use std::collections::HashMap;

use super::effect::Effect;
use super::event::Event;
use super::state::{AppState, Dirty};
use crate::model::id::JobId;
use crate::model::player::{Answer, Outcome};

#[derive(Default)]
pub struct Answers {
    walking: HashMap<JobId, Answer>,
    ready: Vec<(Answer, Outcome)>,
}

/// What one event had done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deeds {
    pub any: bool,
    pub walks: Option<JobId>,
    pub closes: bool,
}

impl Deeds {
    pub fn note(&mut self, effect: &Effect) {
        self.any = true;
        match effect {
            Effect::Expand { job, .. } => self.walks = Some(*job),
            Effect::Close => self.closes = true,
            _ => {}
        }
    }
}

impl Answers {
    /// Who waits for this event.
    pub fn awaited(&mut self, event: &Event) -> Option<Answer> {
        match event {
            Event::Expanded(expanded) => self.walking.remove(&expanded.job),
            _ => None,
        }
    }

    /// After the reducer: `state` has as dirty and told what this event alone changed and told.
    pub fn note(&mut self, answer: Answer, state: &AppState, deeds: Deeds) {
        match deeds.walks {
            Some(job) => drop(self.walking.insert(job, answer)),
            None => self.ready.push((answer, outcome(state, deeds))),
        }
    }

    pub fn give(&mut self) {
        self.ready.drain(..).for_each(|(answer, outcome)| answer(outcome));
    }
}

/// Words and nothing else: it was refused.
fn outcome(state: &AppState, deeds: Deeds) -> Outcome {
    let changed = Dirty { notice: false, ..state.dirty }.any() || deeds.any;
    match &state.told {
        Some(why) if !changed => Outcome::Refused(why.clone()),
        told => Outcome::Done(told.clone()),
    }
}
