//! Taste: set by hand, compared blindly, learned, and what is kept of it. What is set by hand is learned once it was left so for a
//! moment: five steps of a key are one wish.

use std::sync::Arc;
use std::time::Duration;

use super::{mastering, notices, rules};
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::state::mastering::Comparison;
use crate::app::state::{AppState, Play};
use crate::app::wording::taste as wording;
use crate::jobs::plan::Subject;
use crate::jobs::preferences::{Deed, Kept};
use crate::mastering::plan::Wishes;
use crate::model::chain::Mastered;
use crate::model::command::{PreferStep, Preferring, Step, TasteChange};
use crate::model::id::PlayId;
use crate::model::mastering::{Plan, PlanView, TrialView};
use crate::model::notice::Notice;
use crate::model::taste::{Aspect, ByHand, Lesson};
use crate::model::trial::{Side, Trial};
use crate::say;

/// What is left so for so long is what was wanted.
const SETTLED: Duration = Duration::from_secs(5);

pub fn turn(state: &mut AppState, change: TasteChange, now: Now) {
    match change {
        TasteChange::Turn(aspect, step) => {
            // A step goes on from what is heard, set by hand or learned.
            let value = match step {
                Step::To(value) => value,
                Step::By(value) => mastering::heard(state).get(aspect) + value,
            };
            let mastering = &mut state.mastering;
            mastering.settings.taste.set(aspect, value);
            if mastering.settings.learn {
                if !mastering.settling.contains(&aspect) {
                    mastering.settling.push(aspect);
                }
                mastering.settled_at = Some(now.instant + SETTLED);
            }
        }
        TasteChange::Reset => {
            state.mastering.settings.taste = ByHand::default();
            unsettle(state);
        }
        TasteChange::Learn(on) => {
            let learn = on.unwrap_or(!state.mastering.settings.learn);
            state.mastering.settings.learn = learn;
            if !learn {
                unsettle(state);
                state.mastering.comparison = None;
            }
        }
    }
}

fn unsettle(state: &mut AppState) {
    state.mastering.settling.clear();
    state.mastering.settled_at = None;
}

pub fn due(state: &mut AppState, now: Now, fx: &mut Vec<Effect>) {
    if state.mastering.settled_at.is_some_and(|at| at <= now.instant) {
        learn_settled(state, now, fx);
    }
}

/// What was set by hand and left so; at the end of the program, what was set.
pub fn learn_settled(state: &mut AppState, now: Now, fx: &mut Vec<Effect>) {
    let taste = state.mastering.settings.taste;
    let set = |aspect: Aspect| taste.get(aspect).map(|to| Lesson::Set { aspect, to });
    let lessons: Vec<Lesson> =
        std::mem::take(&mut state.mastering.settling).into_iter().filter_map(set).collect();
    unsettle(state);
    if !lessons.is_empty() {
        ask(state, Deed::Learn(lessons), now, fx);
    }
}

pub fn ask(state: &mut AppState, deed: Deed, now: Now, fx: &mut Vec<Effect>) {
    let job = state.fresh_job();
    fx.push(Effect::Preferences { job, deed, at_ms: now.unix_ms });
}

pub fn preferences(state: &mut AppState, asked: Preferring, now: Now, fx: &mut Vec<Effect>) {
    let deed = match asked {
        Preferring::Tell => {
            let words = wording::told(&mastering::view(state));
            return notices::tell(state, words, now);
        }
        Preferring::Export(path) | Preferring::Import(path) if path.as_os_str().is_empty() => {
            return notices::tell(state, wording::no_file(), now);
        }
        Preferring::Rollback(number) => Deed::Rollback(number),
        Preferring::Reset => Deed::Reset,
        Preferring::Export(path) => Deed::Export(path),
        Preferring::Import(path) => Deed::Import(path),
    };
    ask(state, deed, now, fx);
}

/// Preferences were read or changed, or cannot be.
pub fn done(state: &mut AppState, deed: &Deed, result: Result<Box<Kept>, String>, now: Now) {
    let words = match result {
        Ok(kept) => {
            // What someone asked for is heard at once, what was learned slowly.
            let is_asked = !matches!(deed, Deed::Open | Deed::Learn(_));
            state.mastering.turned |= is_asked;
            state.mastering.preferences = Arc::new(kept.versions);
            state.dirty.mastering = true;
            match kept.aside {
                Some(aside) => Some(wording::set_aside(&aside)),
                None => wording::done(deed, &mastering::view(state)),
            }
        }
        Err(why) => Some(wording::failed(deed, &why)),
    };
    words.into_iter().for_each(|words| notices::tell(state, words, now));
}

pub fn prefer(state: &mut AppState, step: PreferStep, now: Now, fx: &mut Vec<Effect>) {
    let playing = state.playback.playing;
    let Some(playing) = playing.filter(|playing| mastering::of(state, playing.item).is_some()) else {
        return notices::tell(state, wording::nothing_to_compare(), now);
    };
    let under_way = state.mastering.comparison.clone().filter(|compared| compared.play == playing.play);
    let learns = state.mastering.settings.learn;
    let is_ready = under_way.as_ref().is_some_and(|compared| is_ready(state, compared));
    let words = match (step, under_way) {
        (PreferStep::Begin, _) if !learns => return notices::tell(state, wording::learns_nothing(), now),
        (PreferStep::Begin, _) => begin(state, playing, 0, now),
        (_, None) => return notices::tell(state, wording::no_comparison(), now),
        (PreferStep::End, Some(compared)) => {
            state.mastering.comparison = None;
            wording::ended(compared.answers)
        }
        (PreferStep::Hear(_) | PreferStep::Answer(_), _) if !is_ready => {
            return notices::tell(state, wording::not_ready(), now);
        }
        (PreferStep::Hear(side), Some(mut compared)) => {
            let side = side.unwrap_or(compared.trial.heard.other());
            compared.trial.heard = side;
            state.mastering.comparison = Some(compared);
            wording::heard(side)
        }
        (PreferStep::Answer(side), Some(compared)) => {
            ask(state, Deed::Learn(vec![compared.trial.lesson(side)]), now, fx);
            begin(state, playing, compared.answers.saturating_add(1), now)
        }
    };
    state.mastering.turned = true;
    state.dirty.mastering = true;
    notices::tell(state, words, now);
}

/// A pair of what is known least; not of what it was about before, where something else is known as little.
fn begin(state: &mut AppState, playing: Play, answers: u32, now: Now) -> Notice {
    let learned = state.mastering.preferences.learned();
    let mut aspects = Aspect::ALL;
    aspects.rotate_left(answers as usize % Aspect::ALL.len());
    let aspect =
        aspects.into_iter().min_by_key(|aspect| learned.get(*aspect).count()).unwrap_or(Aspect::Bass);
    let Some(subject) = mastering::subject(state, playing.item) else { return wording::nothing_to_compare() };
    let subject = Arc::new(Subject { album: Arc::default(), ..subject });
    let present = rules::wishes(state, &subject).taste().get(aspect);
    let trial = Trial::new(aspect, present, now.seed);
    (state.mastering.abx, state.mastering.original, state.mastering.compared) = (None, None, None);
    state.mastering.comparison =
        Some(Comparison { play: playing.play, subject, trial, was_told: false, answers });
    wording::begun(answers)
}

/// It is about what plays, and ends with it.
pub fn end_with(state: &mut AppState, playing: Option<&Play>) {
    let is_over = |compared: &Comparison| playing.is_none_or(|playing| playing.play != compared.play);
    if state.mastering.comparison.as_ref().is_some_and(is_over) {
        state.mastering.comparison = None;
        state.dirty.mastering = true;
    }
}

/// What both plans of a comparison are made of.
pub fn pair(state: &AppState) -> Option<[(Subject, Wishes); 2]> {
    let compared = state.mastering.comparison.as_ref()?;
    Some([Side::A, Side::B].map(|side| (Subject::clone(&compared.subject), wishes(state, compared, side))))
}

fn wishes(state: &AppState, compared: &Comparison, side: Side) -> Wishes {
    let tried = (compared.trial.aspect(), compared.trial.value(side));
    Wishes { tried: Some(tried), ..rules::wishes(state, &compared.subject) }
}

/// Both plans, where both are proved; why not, where one cannot be; `None`: they are being made.
fn plans(state: &AppState, compared: &Comparison) -> Option<Result<[Arc<Plan>; 2], String>> {
    let of = |side| mastering::kept(state, &compared.subject, &wishes(state, compared, side));
    let both = [of(Side::A)?, of(Side::B)?];
    let failed = both.iter().find_map(|kept| match &kept.plan {
        PlanView::Failed(why) => Some(why.to_string()),
        PlanView::Made(plan) if plan.proved => None,
        _ => kept.is_last.then(|| say!("its loudness could not be proved").to_owned()),
    });
    if let Some(why) = failed {
        return Some(Err(why));
    }
    let proved = both.map(|kept| match &kept.plan {
        PlanView::Made(plan) if plan.proved => Some(Arc::clone(plan)),
        _ => None,
    });
    let [a, b] = proved;
    Some(Ok([a?, b?]))
}

fn is_ready(state: &AppState, compared: &Comparison) -> bool {
    matches!(plans(state, compared), Some(Ok(_)))
}

/// A plan came: both may be there now.
pub fn follow_plans(state: &mut AppState, now: Now) {
    let Some(compared) = state.mastering.comparison.clone().filter(|compared| !compared.was_told) else {
        return;
    };
    let (comparison, words) = match plans(state, &compared) {
        None => return,
        Some(Ok(_)) => {
            let words = wording::ready(compared.trial.heard);
            (Some(Comparison { was_told: true, ..compared }), words)
        }
        Some(Err(why)) => (None, wording::cannot(&why)),
    };
    state.mastering.comparison = comparison;
    state.mastering.turned = true;
    state.dirty.mastering = true;
    notices::tell(state, words, now);
}

/// What is heard of a pair: both as loud as the quieter of them.
pub fn heard(state: &AppState, play: PlayId) -> Option<Mastered> {
    let compared = state.mastering.comparison.as_ref().filter(|compared| compared.play == play)?;
    let [a, b] = plans(state, compared)?.ok()?;
    let least = a.aim_lufs.min(b.aim_lufs);
    let plan = if compared.trial.heard == Side::A { a } else { b };
    Some(Mastered { spec: plan.spec, original_db: None, trim_db: least - plan.aim_lufs })
}

pub fn view(state: &AppState, play: PlayId) -> Option<TrialView> {
    let compared = state.mastering.comparison.as_ref().filter(|compared| compared.play == play)?;
    Some(TrialView { trial: compared.trial, is_ready: is_ready(state, compared), answers: compared.answers })
}

#[cfg(test)]
mod tests;
