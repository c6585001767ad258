//! What sounds alike: questions that a job answers, and what is done with the answers. The radio is beside it.

pub mod radio;

use std::collections::HashSet;
use std::sync::Arc;

use super::{notices, queue};
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::state::ears::Purpose;
use crate::app::state::{AppState, Purpose as Bring};
use crate::app::wording;
use crate::jobs::ears::answer::{Answer, Deaf, Known, Question, Whom};
use crate::model::command::{Items, Like, Similar};
use crate::model::id::{ItemId, JobId, TrackId};
use crate::model::notice::Notice;
use crate::model::query::Query;
use crate::model::query::heard::{Alike, CURRENT, Likes};
use crate::model::similar::{SHOWN, SimilarView};
use crate::model::weights::Weights;
use crate::{counted, say};

/// Words of queries of which the answers are kept, beside those of smart playlists.
const MOST_LIKES: usize = 64;
/// Questions about them that may be under way.
const MOST_AT_ONCE: usize = 8;

pub fn reduce(state: &mut AppState, command: Similar, now: Now, fx: &mut Vec<Effect>) {
    match command {
        Similar::Find(like) => find(state, like, now, fx),
        Similar::Know(words) => know(state, words, fx),
        Similar::Radio(tune) => radio::reduce(state, tune, now, fx),
        Similar::Path { to, steps } => path(state, to, steps, now, fx),
        Similar::Smooth(items) => smooth(state, &items, now, fx),
        Similar::Weights => {
            let notice = wording::weights(&state.settings.similar.weights, &state.ears.learned);
            // An answer, not a refusal.
            state.dirty.similar = true;
            notices::tell(state, notice, now);
        }
        Similar::ForgetWeights => {
            state.ears.learned = Weights::default();
            state.dirty.similar = true;
            save(state, fx);
            notices::tell(state, wording::weights_forgotten(), now);
        }
    }
}

/// Looks also for tracks that only sound the same.
pub fn near_duplicates(state: &mut AppState, fx: &mut Vec<Effect>) {
    ask(state, Question::Duplicates, Purpose::Duplicates, fx);
}

/// Of a command.
fn ask(state: &mut AppState, question: Question, purpose: Purpose, fx: &mut Vec<Effect>) {
    put(state, question, purpose, true, fx);
}

/// Beside all that is asked: nobody waits for it.
fn ask_by_the_by(state: &mut AppState, question: Question, purpose: Purpose, fx: &mut Vec<Effect>) {
    put(state, question, purpose, false, fx);
}

fn put(state: &mut AppState, question: Question, purpose: Purpose, awaited: bool, fx: &mut Vec<Effect>) {
    let job = state.fresh_job();
    state.ears.asked.insert(job, purpose);
    let known = Known { catalog: Arc::clone(&state.library.catalog), facts: state.facts.clone() };
    fx.push(Effect::Listen { job, question: Box::new(question), known, awaited });
}

fn save(state: &AppState, fx: &mut Vec<Effect>) {
    fx.push(Effect::SaveSimilar(Box::new(state.ears.memory())));
}

/// Who is meant; of a screen's selection there is none here.
fn whom(state: &AppState, like: Like) -> Result<Whom, Notice> {
    match like {
        Like::Tracks(tracks) if tracks.is_empty() => Err(wording::nothing_selected()),
        Like::Tracks(tracks) => Ok(Whom::Tracks(tracks)),
        Like::Words(words) => Ok(Whom::Words(words)),
        Like::Selection | Like::Playing => {
            let item = state.queue.current().ok_or_else(wording::nothing_to_sound_like)?;
            let track = item.track.ok_or_else(|| wording::not_in_library(&state.name_of(&item.path)))?;
            Ok(Whom::Tracks(vec![track]))
        }
    }
}

fn find(state: &mut AppState, like: Like, now: Now, fx: &mut Vec<Effect>) {
    let of = match whom(state, like) {
        Ok(of) => of,
        Err(why) => {
            let problem = Some(why.to_string());
            state.ears.view = Arc::new(SimilarView { problem, ..SimilarView::default() });
            state.dirty.similar = true;
            return notices::tell(state, why, now);
        }
    };
    state.ears.asked.retain(|_, purpose| *purpose != Purpose::Show);
    state.ears.view =
        Arc::new(SimilarView { looking: true, of: names(state, &of), ..SimilarView::default() });
    state.dirty.similar = true;
    // A track is measured before others where it is asked for.
    if let Whom::Tracks(tracks) = &of
        && state.analysis.run.is_some()
    {
        fx.extend(tracks.iter().take(10).map(|&track| Effect::AnalyseFirst(track)));
    }
    ask(state, Question::Similar { of, most: SHOWN }, Purpose::Show, fx);
}

/// For people.
fn names(state: &AppState, of: &Whom) -> String {
    match of {
        Whom::Words(words) => words.clone(),
        Whom::Tracks(tracks) => {
            let title = |id: &TrackId| state.library.catalog.find(*id).map(|track| track.title().to_owned());
            match (tracks.iter().find_map(title), tracks.len()) {
                (Some(title), 1) => title,
                (Some(title), count) => say!("{title} and {more} more", title, more = count - 1),
                (None, count) => counted!(count, "track", "tracks"),
            }
        }
    }
}

/// At once, for somebody waits for it; but not where very many are under way already.
fn know(state: &mut AppState, words: String, fx: &mut Vec<Effect>) {
    if state.ears.likes.get(&words).is_some() {
        return;
    }
    state.ears.wanted.retain(|other| *other != words);
    if state.ears.likes_asked() < MOST_AT_ONCE {
        ask_likes(state, vec![words], true, fx);
    } else {
        want(state, words);
    }
}

fn want(state: &mut AppState, words: String) {
    state.ears.wanted.retain(|other| *other != words);
    state.ears.wanted.push(words);
    let many = state.ears.wanted.len().saturating_sub(MOST_LIKES);
    state.ears.wanted.drain(..many);
}

/// What is not waited for: one question at a time.
fn look(state: &mut AppState, fx: &mut Vec<Effect>) {
    if state.ears.wanted.is_empty() || state.ears.likes_asked() > 0 {
        return;
    }
    let wanted = std::mem::take(&mut state.ears.wanted);
    ask_likes(state, wanted, false, fx);
}

fn ask_likes(state: &mut AppState, wanted: Vec<String>, awaited: bool, fx: &mut Vec<Effect>) {
    let current = state.queue.current().and_then(|item| item.track);
    let whom = |words: String| {
        let whom = match words.as_str() {
            CURRENT => Whom::Tracks(current.into_iter().collect()),
            path => Whom::Words(path.to_owned()),
        };
        (words, whom)
    };
    if wanted.iter().any(|words| words == CURRENT) {
        state.ears.current = current;
    }
    let likes = wanted.iter().cloned().map(whom).collect();
    put(state, Question::Likes(likes), Purpose::Likes(wanted), awaited, fx);
}

/// What the queries of smart playlists want to be like.
fn words_of_lists(state: &AppState) -> HashSet<String> {
    let lists = state.playlists.view.lists.iter().filter_map(|list| list.smart());
    let queries = lists.filter_map(|smart| Query::parse(smart.query()).ok());
    queries.flat_map(|query| query.likes()).collect()
}

/// Whether it is known what smart playlists want to be like; where it is not, it is looked for.
pub fn knows_lists(state: &mut AppState) -> bool {
    let words = words_of_lists(state).into_iter();
    let unknown: Vec<String> = words.filter(|words| state.ears.likes.get(words).is_none()).collect();
    let knows = unknown.is_empty();
    unknown.into_iter().for_each(|words| want(state, words));
    knows
}

/// More was measured, or the library is another one: what was found may be otherwise.
pub fn measured(state: &mut AppState) {
    let known: Vec<String> = state.ears.likes.words().map(str::to_owned).collect();
    known.into_iter().for_each(|words| want(state, words));
}

/// After every event.
pub fn follow(state: &mut AppState, fx: &mut Vec<Effect>) {
    if state.dirty.queue || state.dirty.playback || state.dirty.catalog || state.dirty.facts {
        let current = state.queue.current().and_then(|item| item.track);
        if current != state.ears.current && state.ears.likes.get(CURRENT).is_some() {
            want(state, CURRENT.to_owned());
        }
        radio::follow(state, fx);
    }
    look(state, fx);
}

fn path(state: &mut AppState, to: Like, steps: usize, now: Now, fx: &mut Vec<Effect>) {
    let ends = whom(state, Like::Playing).and_then(|from| match (from, to) {
        // Without a screen there is no selection to go to.
        (_, Like::Selection) => Err(wording::no_end()),
        (Whom::Tracks(from), to) => Ok((from, whom(state, to)?)),
        (Whom::Words(_), _) => Err(wording::no_end()),
    });
    match ends {
        Ok((from, to)) => match from.first() {
            Some(&from) => ask(state, Question::Path { from, to, steps }, Purpose::Path, fx),
            None => notices::tell(state, wording::nothing_to_sound_like(), now),
        },
        Err(why) => notices::tell(state, why, now),
    }
}

/// Less than two: all that follows what plays, which stays where it is.
fn smooth(state: &mut AppState, items: &Items, now: Now, fx: &mut Vec<Effect>) {
    let chosen: HashSet<ItemId> = queue::ids_of(state, items).into_iter().collect();
    let all = state.queue.items();
    let from = state.queue.current().and_then(|item| state.queue.index_of(item.id)).unwrap_or(0);
    let behind = all.iter().skip(from);
    let ids: Vec<(ItemId, Option<TrackId>)> = if chosen.len() < 2 {
        behind.map(|item| (item.id, item.track)).collect()
    } else {
        all.iter().filter(|item| chosen.contains(&item.id)).map(|item| (item.id, item.track)).collect()
    };
    if ids.len() < 3 {
        return notices::tell(state, wording::too_few_to_smooth(), now);
    }
    // What the library does not have was not measured: the number of no track.
    let tracks = ids.iter().map(|(_, track)| track.unwrap_or(TrackId(u32::MAX))).collect();
    let items = ids.into_iter().map(|(id, _)| id).collect();
    ask(state, Question::Smooth(tracks), Purpose::Smooth(items), fx);
}

/// The answer to a question.
pub fn heard(state: &mut AppState, job: JobId, answer: Result<Answer, Deaf>, now: Now, fx: &mut Vec<Effect>) {
    // Another one was asked since, or it does not matter any more.
    let Some(purpose) = state.ears.asked.remove(&job) else { return };
    match (answer, purpose) {
        (Ok(Answer::Similar(of, found)), _) => {
            let of = match state.ears.view.of.as_str() {
                "" => names(state, &Whom::Tracks(of)),
                named => named.to_owned(),
            };
            state.ears.view = Arc::new(SimilarView { of, found, ..SimilarView::default() });
            state.dirty.similar = true;
        }
        (Ok(Answer::Likes(likes)), _) => learn_likes(state, likes),
        (Ok(Answer::Seeds(seeds)), Purpose::Tune(seed)) => radio::begin(state, seeds, seed, now, fx),
        (Ok(Answer::Radio(tracks)), _) => radio::add(state, &tracks, now, fx),
        (Ok(Answer::Path(tracks)), _) => {
            let files = queue::library_files(state, &tracks);
            queue::put(state, files, Bring::Insert, now, fx);
            notices::tell(state, wording::path(tracks.len()), now);
        }
        (Ok(Answer::Smooth(order)), Purpose::Smooth(items)) => {
            let ids: Vec<ItemId> = order.into_iter().filter_map(|at| items.get(at).copied()).collect();
            queue::arrange::arrange(state, &ids, say!("smoothed"), now);
        }
        (Ok(Answer::Duplicates(view)), _) => super::library::duplicates_found(state, Ok(view), now),
        (Ok(Answer::Learn(learned)), _) => {
            state.ears.learned = learned;
            save(state, fx);
        }
        (Ok(Answer::Seeds(_) | Answer::Smooth(_)), _) => {}
        (Err(why), purpose) => deaf(state, &why, &purpose, now, fx),
    }
}

fn learn_likes(state: &mut AppState, found: Vec<(String, Arc<Alike>)>) {
    let mut likes = Likes::clone(&state.ears.likes);
    let of_lists = words_of_lists(state);
    let is_of_lists = found.iter().any(|(words, _)| of_lists.contains(words));
    if likes.len() + found.len() > MOST_LIKES {
        likes.retain(|words| of_lists.contains(words));
    }
    found.into_iter().for_each(|(words, alike)| likes.set(words, alike));
    if likes != *state.ears.likes {
        state.ears.likes = Arc::new(likes);
        state.dirty.similar = true;
        state.playlists.evaluation.wanted |= is_of_lists;
    }
}

fn deaf(state: &mut AppState, why: &Deaf, purpose: &Purpose, now: Now, fx: &mut Vec<Effect>) {
    let name = match why {
        Deaf::Unmeasured(tracks) => names(state, &Whom::Tracks(tracks.clone())),
        _ => String::new(),
    };
    let notice = wording::deaf(why, &name, &state.analysis.view());
    match purpose {
        // What was learned before holds.
        Purpose::Learn => return,
        Purpose::Likes(words) => {
            let problem = Arc::new(Alike::problem(notice.to_string()));
            return learn_likes(
                state,
                words.iter().map(|words| (words.clone(), Arc::clone(&problem))).collect(),
            );
        }
        Purpose::Show => {
            let (of, problem) = (state.ears.view.of.clone(), Some(notice.to_string()));
            state.ears.view = Arc::new(SimilarView { of, problem, ..SimilarView::default() });
            state.dirty.similar = true;
        }
        Purpose::Duplicates => {
            let problem = Err(notice.to_string());
            return super::library::duplicates_found(state, problem, now);
        }
        Purpose::Radio => {
            state.ears.radio = None;
            state.dirty.similar = true;
            save(state, fx);
        }
        Purpose::Tune(_) | Purpose::Path | Purpose::Smooth(_) => {}
    }
    notices::tell(state, notice, now);
}

/// A track was heard, or skipped: where the radio chose it, it learns from that.
pub fn judged(state: &mut AppState, (item, track): (ItemId, TrackId), accepted: bool, fx: &mut Vec<Effect>) {
    let Some(radio) = &state.ears.radio else { return };
    if !state.settings.similar.learn || !state.ears.chosen.remove(&item) {
        return;
    }
    let (seeds, learned) = (radio.seeds.clone(), state.ears.learned.clone());
    ask_by_the_by(state, Question::Learn { seeds, track, accepted, learned }, Purpose::Learn, fx);
}
