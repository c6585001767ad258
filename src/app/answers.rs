//! What became of commands whose sender waits for it. Noted as each is reduced, given when the snapshot that has it is
//! out. A command that has paths walked is answered when they were. App thread.

use std::collections::HashMap;

use super::effect::Effect;
use super::event::{Event, Expanded};
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
            Effect::Expand { job, .. }
            | Effect::Gather { job, .. }
            | Effect::Listen { job, awaited: true, .. }
            | Effect::CountStats { job, .. }
            | Effect::ReadPortrait { job: Some(job), .. }
            | Effect::Care { job, .. }
            | Effect::ReadPast { job, .. }
            | Effect::ReadPlaylists { job, .. }
            | Effect::WritePlaylist { job, .. }
            | Effect::Curve { job, .. }
            | Effect::Preferences { job, .. }
            | Effect::ReadImpulse { job, .. }
            | Effect::ReadTags { job, .. }
            | Effect::PlanTags { job, .. }
            | Effect::WriteTags { job, .. }
            | Effect::GoOverTags { job, .. }
            | Effect::DescribePicture { job, .. }
            | Effect::ExtractPicture { job, .. }
            | Effect::KeepQueue { job, .. }
            | Effect::FindKeptQueue { job, .. }
            | Effect::FindLyrics { job, .. }
            | Effect::SaveLyrics { job, .. }
            | Effect::LookUp { job, .. }
            | Effect::PlanRelease { job, .. } => self.walks = Some(*job),
            Effect::Close => self.closes = true,
            _ => {}
        }
    }
}

impl Answers {
    /// Who waits for this event.
    pub fn awaited(&mut self, event: &Event) -> Option<Answer> {
        match event {
            Event::Expanded(Expanded { job, .. })
            | Event::Gathered { job, .. }
            | Event::Listened { job, .. }
            | Event::StatsCounted { job, .. }
            | Event::PortraitRead { job: Some(job), .. }
            | Event::Cared { job, .. }
            | Event::PastRead { job, .. }
            | Event::PlaylistsRead { job, .. }
            | Event::PlaylistWritten { job, .. }
            | Event::CurveDone { job, .. }
            | Event::PreferencesDone { job: Some(job), .. }
            | Event::ImpulseRead { job, .. }
            | Event::TagsRead { job, .. }
            | Event::TagsPlanned { job, .. }
            | Event::TagsWritten { job, .. }
            | Event::PictureDescribed { job, .. }
            | Event::PictureExtracted { job, .. }
            | Event::QueueKept { job, .. }
            | Event::KeptQueueFound { job, .. }
            | Event::LyricsFound { job, .. }
            | Event::LyricsSaved { job, .. }
            | Event::LookedUp { job, .. } => self.walking.remove(job),
            _ => None,
        }
    }

    /// After the reducer: `state` has as dirty and told what this event alone changed and told.
    pub fn note(&mut self, answer: Answer, state: &AppState, deeds: Deeds) {
        // What is still done at the end, nobody tells of.
        match deeds.walks.filter(|_| !deeds.closes) {
            Some(job) => drop(self.walking.insert(job, answer)),
            None => self.ready.push((answer, outcome(state, deeds))),
        }
    }

    pub fn give(&mut self) {
        self.ready.drain(..).for_each(|(answer, outcome)| answer(outcome));
    }
}

/// Words and nothing else: it was refused. That it is looked into no longer is no change.
fn outcome(state: &AppState, deeds: Deeds) -> Outcome {
    let changed = Dirty { notice: false, tags: false, ..state.dirty }.any() || deeds.any;
    match &state.told {
        Some(why) if !changed => Outcome::Refused(why.clone()),
        told => Outcome::Done(told.clone()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use super::*;
    use crate::app::wording;

    fn asked() -> (Answer, Receiver<Outcome>) {
        let (sender, receiver) = channel();
        (Box::new(move |outcome| sender.send(outcome).unwrap()), receiver)
    }

    fn given(answers: &mut Answers, state: &AppState, deeds: Deeds) -> Outcome {
        let (answer, outcome) = asked();
        answers.note(answer, state, deeds);
        assert!(outcome.try_recv().is_err(), "told before the snapshot was out");
        answers.give();
        outcome.try_recv().unwrap()
    }

    #[test]
    fn words_without_a_change_are_a_refusal() {
        let mut answers = Answers::default();
        let why = std::sync::Arc::new(wording::nothing_to_undo());
        let mut state = AppState::default();
        state.told = Some(why.clone());
        state.dirty.notice = true;
        let nothing = Deeds::default();
        assert_eq!(given(&mut answers, &state, nothing), Outcome::Refused(why.clone()));
        let something = Deeds { any: true, ..nothing };
        assert_eq!(given(&mut answers, &state, something), Outcome::Done(Some(why.clone())));
        state.dirty.queue = true;
        assert_eq!(given(&mut answers, &state, nothing), Outcome::Done(Some(why)));
        assert_eq!(given(&mut answers, &AppState::default(), nothing), Outcome::Done(None));
    }

    #[test]
    fn who_has_paths_walked_waits_for_them() {
        let (mut answers, state) = (Answers::default(), AppState::default());
        let (answer, outcome) = asked();
        answers.note(answer, &state, Deeds { any: true, walks: Some(JobId(3)), closes: false });
        answers.give();
        assert!(outcome.try_recv().is_err());
        let walked =
            |job| Event::Expanded(Expanded { job: JobId(job), files: Vec::new(), problems: Vec::new() });
        let (answer, last) = asked();
        answers.note(answer, &state, Deeds { any: true, walks: Some(JobId(4)), closes: true });
        answers.give();
        assert!(last.try_recv().is_ok(), "who asks for the end waits for no job");
        assert!(answers.awaited(&walked(2)).is_none());
        assert!(answers.awaited(&walked(3)).is_some());
        assert!(answers.awaited(&walked(3)).is_none());
    }
}
