//! Mastering: a plan for what plays and for what follows, made by a job, told to the engine. What is turned is heard at once;
//! what is learned of a track while it plays is reached slowly.

use std::path::PathBuf;
use std::sync::Arc;

use super::{notices, rules, sound, taste};
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::state::mastering::Kept;
use crate::app::state::{AppState, Play};
use crate::app::wording;
use crate::engine::command::EngineCommand;
use crate::jobs::plan::{Stage, Subject};
use crate::mastering::plan::{Wishes, plan};
use crate::mastering::source::Source;
use crate::model::abx::Abx;
use crate::model::chain::Mastered;
use crate::model::command::{AbxStep, Change, Mastering, ReferenceOf};
use crate::model::id::{ItemId, PlayId, TrackId};
use crate::model::job::CancelToken;
use crate::model::mastering::{Intensity, MasteringView, Plan, PlanView};
use crate::model::notice::Notice;
use crate::model::reference::Reference;
use crate::model::taste::Taste;

/// Seconds in which a plan is reached that became known while its track plays.
const SLOWLY_S: f32 = 8.0;

pub fn reduce(state: &mut AppState, command: Mastering, now: Now, fx: &mut Vec<Effect>) {
    let settings = &mut state.mastering.settings;
    match command {
        Mastering::Reference(of) => return ask_reference(state, of, now, fx),
        Mastering::On(on) => settings.on = on.unwrap_or(!settings.on),
        Mastering::Preset(preset) => settings.preset = preset.unwrap_or(settings.preset.next()),
        Mastering::Target(target) => settings.target = target,
        Mastering::Album(album) => settings.album = album.unwrap_or(!settings.album),
        Mastering::Intensity(change) => {
            let percent = match change {
                Change::To(percent) => i64::from(percent),
                Change::By(points) => i64::from(settings.intensity.percent()) + i64::from(points),
            };
            settings.intensity = Intensity::new(percent);
        }
        Mastering::Taste(change) => taste::turn(state, change, now),
        Mastering::Prefer(step) => return taste::prefer(state, step, now, fx),
        Mastering::Rule(asked) => return rules::reduce(state, asked, now, fx),
        Mastering::Preferences(asked) => return taste::preferences(state, asked, now, fx),
        Mastering::Original(original) => return compare(state, original, now),
        Mastering::Abx(step) => return abx(state, step, now),
    }
    state.mastering.turned = true;
    state.dirty.mastering = true;
    let words = wording::mastering::changed(&command, &state.mastering.settings, heard(state));
    let words = match rules::over(state, &command) {
        Some(rule) => words.why(wording::taste::ruled(&rule)),
        None => words,
    };
    notices::tell(state, words, now);
}

/// What is added to plans.
pub fn heard(state: &AppState) -> Taste {
    wishes(state).taste()
}

/// What is asked for is measured first; until then what was asked before holds.
fn ask_reference(state: &mut AppState, of: ReferenceOf, now: Now, fx: &mut Vec<Effect>) {
    state.mastering.measuring.take().into_iter().for_each(|before| before.cancel());
    let playing = state.playback.playing.and_then(|playing| state.queue.get(playing.item));
    let this = playing.map(|item| (item.path.to_path_buf(), item.track));
    let (paths, name) = match (of, this) {
        (ReferenceOf::Nobody, _) => {
            state.mastering.reference = None;
            return turned_reference(state, wording::mastering::no_reference(), now);
        }
        (ReferenceOf::Files(paths), _) if paths.is_empty() => {
            return notices::tell(state, wording::mastering::reference_of_what(), now);
        }
        (ReferenceOf::Files(paths), _) => (paths, None),
        (_, None) => return notices::tell(state, wording::mastering::nothing_to_match(), now),
        (ReferenceOf::This, Some((path, _))) => {
            let name = state.name_of(&path);
            (vec![path], Some(name))
        }
        (ReferenceOf::Album, Some((path, track))) => album_paths(state, path, track),
    };
    let cancel = CancelToken::default();
    state.mastering.measuring = Some(cancel.clone());
    state.dirty.mastering = true;
    notices::tell(state, wording::mastering::reference_asked(), now);
    fx.push(Effect::MeasureReference { paths, name, cancel });
}

/// Of a file that the library does not have, the file alone.
fn album_paths(state: &AppState, path: PathBuf, track: Option<TrackId>) -> (Vec<PathBuf>, Option<String>) {
    let catalog = &state.library.catalog;
    let tracks = track.map(|track| album_of(state, track)).unwrap_or_default();
    let paths: Vec<PathBuf> =
        tracks.iter().filter_map(|id| catalog.find(*id)).map(|track| track.path()).collect();
    let album = track.and_then(|track| catalog.find(track)).map(|track| track.album_title().to_owned());
    match paths.is_empty() {
        true => (vec![path], None),
        false => (paths, album.filter(|name| !name.is_empty())),
    }
}

fn turned_reference(state: &mut AppState, words: Notice, now: Now) {
    state.mastering.turned = true;
    state.dirty.mastering = true;
    notices::tell(state, words, now);
}

/// A reference was measured, or cannot be.
pub fn measured(state: &mut AppState, cancel: &CancelToken, found: Result<Box<Reference>, String>, now: Now) {
    if cancel.is_cancelled() {
        return;
    }
    state.mastering.measuring = None;
    let words = match found {
        Ok(found) => {
            let is_on = state.mastering.settings.on;
            let words = wording::mastering::reference(&found, is_on);
            state.mastering.reference = Some(Arc::from(found));
            words
        }
        Err(why) => wording::mastering::reference_failed(&why),
    };
    turned_reference(state, words, now);
}

fn compare(state: &mut AppState, original: Option<bool>, now: Now) {
    let Some(playing) = state.playback.playing.filter(|_| is_on(state)) else {
        return notices::tell(state, wording::mastering::nothing_to_compare(), now);
    };
    if of(state, playing.item).is_none() {
        return notices::tell(state, wording::mastering::no_plan_yet(), now);
    }
    let is_heard = state.mastering.original == Some(playing.play);
    // Whoever looks has ended the blind comparisons.
    state.mastering.abx = None;
    state.mastering.comparison = None;
    let original = original.unwrap_or(!is_heard);
    state.mastering.original = original.then_some(playing.play);
    state.mastering.compared = Some(playing.play);
    state.mastering.turned = true;
    state.dirty.mastering = true;
    let view = view(state);
    let matching = view.plan.made().map_or(0.0, Plan::matching_db);
    notices::tell(state, wording::mastering::compared(original, matching, view.trim_db), now);
}

fn abx(state: &mut AppState, step: AbxStep, now: Now) {
    let Some(playing) = state.playback.playing.filter(|playing| of(state, playing.item).is_some()) else {
        return notices::tell(state, wording::mastering::nothing_to_compare(), now);
    };
    let under_way = state.mastering.abx.filter(|(play, _)| *play == playing.play).map(|(_, abx)| abx);
    let (abx, words) = match (step, under_way) {
        (AbxStep::Begin, _) => (Some(Abx::new(now.seed)), wording::mastering::abx_begun()),
        (_, None) => (None, wording::mastering::no_abx()),
        (AbxStep::End, Some(abx)) => (None, wording::mastering::abx_ended(&abx)),
        (AbxStep::Hear(heard), Some(mut abx)) => {
            abx.heard = heard;
            (Some(abx), wording::mastering::abx_heard(heard, &abx))
        }
        (AbxStep::Answer { is_b }, Some(mut abx)) => {
            let is_right = abx.answer(is_b, now.seed);
            (Some(abx), wording::mastering::abx_answered(is_right, &abx))
        }
    };
    state.mastering.abx = abx.map(|abx| (playing.play, abx));
    state.mastering.comparison = None;
    state.mastering.original = None;
    state.mastering.compared = Some(playing.play);
    state.mastering.turned = true;
    state.dirty.mastering = true;
    notices::tell(state, words, now);
}

/// What is heard of this item in a blind comparison.
fn abx_of(state: &AppState, play: PlayId) -> Option<Abx> {
    state.mastering.abx.filter(|(of, _)| *of == play).map(|(_, abx)| abx)
}

fn is_on(state: &AppState) -> bool {
    state.mastering.settings.on && state.mastering.settings.intensity.percent() > 0
}

/// How an item is mastered, as far as is known now.
pub fn of(state: &AppState, item: ItemId) -> Option<Mastered> {
    if !is_on(state) {
        return None;
    }
    let subject = subject(state, item)?;
    let wishes = rules::wishes(state, &subject);
    if wishes.settings.intensity.percent() == 0 {
        return None;
    }
    match kept(state, &subject, &wishes).map(|kept| &kept.plan) {
        Some(PlanView::Made(plan)) => Some(mastered(plan)),
        Some(PlanView::Failed(_)) => None,
        // Its loudness may be at hand: that much is right from the first sample on.
        Some(PlanView::Making | PlanView::None) | None => {
            by_levels(state, &subject, &wishes).as_ref().map(mastered)
        }
    }
}

/// The plan that was made, or is being made.
pub fn kept<'s>(state: &'s AppState, subject: &Subject, wishes: &Wishes) -> Option<&'s Kept> {
    state.mastering.plans.iter().find(|kept| *kept.subject == *subject && kept.wishes == *wishes)
}

fn mastered(plan: &Plan) -> Mastered {
    Mastered { spec: plan.spec, ..Mastered::default() }
}

fn by_levels(state: &AppState, subject: &Subject, wishes: &Wishes) -> Option<Plan> {
    let levels = state.facts.get(subject.track?).levels;
    let album = levels.album_lufs.filter(|_| !subject.album.is_empty());
    let levels = match album {
        Some(lufs) => crate::model::facts::Levels { lufs: Some(lufs), peak: levels.album_peak, ..levels },
        None => levels,
    };
    plan(&Source::of_levels(&levels), wishes).ok()
}

/// As everything is set now, whatever rules say of one or another.
pub fn wishes(state: &AppState) -> Wishes {
    let (settings, reference) = (state.mastering.settings, state.mastering.reference.clone());
    let learned = settings.learn.then(|| state.mastering.preferences.learned());
    Wishes { settings, reference, learned, ..Wishes::default() }
}

pub fn subject(state: &AppState, item: ItemId) -> Option<Subject> {
    let queued = state.queue.get(item)?;
    let album = if state.mastering.settings.album && is_among_album(state, item) {
        album_of(state, queued.track?)
    } else {
        Arc::default()
    };
    Some(Subject { path: Arc::clone(&queued.path), track: queued.track, album })
}

/// The track before it or behind it in the queue is its neighbour on the album.
fn is_among_album(state: &AppState, item: ItemId) -> bool {
    let Some(at) = state.queue.index_of(item) else {
        return false;
    };
    let items = state.queue.items();
    let before = at.checked_sub(1).and_then(|at| items.get(at));
    let after = items.get(at + 1);
    before.is_some_and(|before| sound::belong(state, before.id, item))
        || after.is_some_and(|after| sound::belong(state, item, after.id))
}

fn album_of(state: &AppState, track: TrackId) -> Arc<[TrackId]> {
    let catalog = &state.library.catalog;
    let Some(track) = catalog.find(track) else {
        return Arc::default();
    };
    let album = track.raw().album;
    let tracks = catalog.albums().get(album as usize).map(|album| album.tracks.clone());
    let rows = tracks.and_then(|rows| catalog.track_rows().get(rows.start as usize..rows.end as usize));
    rows.unwrap_or(&[]).iter().map(|row| row.id).collect()
}

/// After every event: what is wanted is asked for, what is known is told.
pub fn follow(state: &mut AppState, fx: &mut Vec<Effect>) {
    let plays: Vec<Play> = [state.playback.playing, state.playback.next].into_iter().flatten().collect();
    rules::note_device(state);
    let dirty = &state.dirty;
    // To look for neighbours in the queue is work in proportion to its length: not without a reason.
    let has_changed = dirty.queue || dirty.catalog || dirty.facts || dirty.mastering;
    if plays == state.mastering.seen && !has_changed && !state.closing {
        return;
    }
    state.mastering.seen.clone_from(&plays);
    if !is_on(state) || state.closing {
        state.mastering.plans.drain(..).for_each(|kept| kept.cancel.cancel());
        state.mastering.original = None;
        state.mastering.compared = None;
        state.mastering.abx = None;
        state.mastering.comparison = None;
        return tell(state, &plays, fx);
    }
    taste::end_with(state, plays.first());
    let wanted = wanted(state, &plays);
    let before = state.mastering.plans.len();
    state.mastering.plans.retain(|kept| {
        let is_wanted =
            wanted.iter().any(|(subject, wishes)| *kept.subject == *subject && kept.wishes == *wishes);
        if !is_wanted {
            kept.cancel.cancel();
        }
        is_wanted
    });
    let mut changed = state.mastering.plans.len() != before;
    for (subject, wishes) in wanted {
        if kept(state, &subject, &wishes).is_none() {
            let (subject, cancel) = (Arc::new(subject), CancelToken::default());
            let asked = wishes.clone();
            fx.push(Effect::Plan { subject: Arc::clone(&subject), wishes: asked, cancel: cancel.clone() });
            let plan = PlanView::Making;
            state.mastering.plans.push(Kept { subject, wishes, plan, is_last: false, cancel });
            changed = true;
        }
    }
    state.dirty.mastering |= changed;
    tell(state, &plays, fx);
}

/// The plans that are to be there.
fn wanted(state: &AppState, plays: &[Play]) -> Vec<(Subject, Wishes)> {
    let of = |play: &Play| {
        let subject = subject(state, play.item)?;
        let wishes = rules::wishes(state, &subject);
        (wishes.settings.intensity.percent() > 0).then_some((subject, wishes))
    };
    plays.iter().filter_map(of).chain(taste::pair(state).into_iter().flatten()).collect()
}

/// Tells the engine what it does not know yet.
fn tell(state: &mut AppState, plays: &[Play], fx: &mut Vec<Effect>) {
    state.mastering.told.retain(|(known, _)| plays.iter().any(|play| play.play == *known));
    let turned = std::mem::take(&mut state.mastering.turned);
    for play in plays {
        let mastered = told_of(state, *play);
        let known = state.mastering.told.iter_mut().find(|(known, _)| *known == play.play);
        match known {
            Some((_, known)) if *known == mastered => continue,
            Some((_, known)) => *known = mastered,
            None => {
                state.mastering.told.push((play.play, mastered));
                if mastered.is_none() {
                    continue;
                }
            }
        }
        let is_heard = state.playback.playing == Some(*play);
        let seconds = if turned || !is_heard { 0.0 } else { SLOWLY_S };
        let mastered = mastered.map(Arc::new);
        fx.push(Effect::Engine(EngineCommand::Master { play: play.play, mastered, seconds }));
    }
}

/// With what is being compared.
fn told_of(state: &AppState, play: Play) -> Option<Mastered> {
    let mastered = of(state, play.item)?;
    if let Some(compared) = taste::heard(state, play.play) {
        return Some(compared);
    }
    let plan = made(state, play.item);
    let original = match abx_of(state, play.play) {
        Some(abx) => abx.is_original(),
        None => state.mastering.original == Some(play.play),
    };
    let compared = state.mastering.compared == Some(play.play);
    let matching = plan.as_deref().map_or(0.0, Plan::matching_db);
    Some(Mastered {
        original_db: original.then_some(matching),
        trim_db: if compared { plan.as_deref().map_or(0.0, trim_db) } else { 0.0 },
        ..mastered
    })
}

/// So much quieter both are that the original, raised to the loudness of the master, does not clip.
fn trim_db(plan: &Plan) -> f32 {
    (-plan.source.true_peak_db - plan.matching_db()).min(0.0)
}

fn made(state: &AppState, item: ItemId) -> Option<Arc<Plan>> {
    let subject = subject(state, item)?;
    let kept = kept(state, &subject, &rules::wishes(state, &subject))?;
    if let PlanView::Made(plan) = &kept.plan { Some(Arc::clone(plan)) } else { None }
}

/// A plan was made, or cannot be.
pub fn planned(
    state: &mut AppState,
    (subject, wishes): (&Subject, &Wishes),
    stage: Stage,
    plan: Result<Box<Plan>, String>,
) {
    let mut plans = state.mastering.plans.iter_mut();
    let Some(kept) = plans.find(|kept| *kept.subject == *subject && kept.wishes == *wishes) else {
        return;
    };
    if kept.is_last && stage == Stage::First {
        return;
    }
    kept.is_last = stage == Stage::Last;
    kept.plan = match plan {
        Ok(plan) => PlanView::Made(Arc::from(plan)),
        // What was planned from less is better than nothing.
        Err(_) if kept.plan.made().is_some() => return,
        Err(why) => PlanView::Failed(why.into()),
    };
    state.dirty.mastering = true;
}

/// The engine plays on, dry.
pub fn failed(state: &mut AppState, play: PlayId, now: Now) {
    let name = state.playback.playing.filter(|playing| playing.play == play);
    let name = name.and_then(|playing| state.queue.get(playing.item)).map(|item| state.name_of(&item.path));
    notices::tell(state, wording::mastering::failed(&name.unwrap_or_default()), now);
}

/// As others see it.
pub fn view(state: &AppState) -> MasteringView {
    let playing = state.playback.playing;
    let subject = playing.and_then(|playing| subject(state, playing.item));
    let ruled = subject.as_ref().map(|subject| rules::wishes(state, subject));
    let kept = subject.zip(ruled.as_ref()).and_then(|(subject, wishes)| kept(state, &subject, wishes));
    let is_ruled_off = ruled.as_ref().is_some_and(|wishes| wishes.settings.intensity.percent() == 0);
    let ruled = ruled.map(|wishes| wishes.ruled).unwrap_or_default();
    let plan = match kept {
        Some(kept) => kept.plan.clone(),
        None if is_ruled_off && is_on(state) => PlanView::Failed(ruled.join("; ").into()),
        None => PlanView::None,
    };
    let compared = playing.is_some_and(|playing| state.mastering.compared == Some(playing.play));
    MasteringView {
        reference: state.mastering.reference.clone(),
        is_measuring: state.mastering.measuring.is_some(),
        settings: state.mastering.settings,
        original: playing.is_some_and(|playing| state.mastering.original == Some(playing.play)),
        abx: playing.and_then(|playing| abx_of(state, playing.play)),
        trim_db: plan.made().filter(|_| compared).map_or(0.0, trim_db),
        preferences: Arc::clone(&state.mastering.preferences),
        trial: playing.and_then(|playing| taste::view(state, playing.play)),
        ruled,
        plan,
    }
}
