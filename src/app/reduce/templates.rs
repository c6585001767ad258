//! Queue templates: every change of them goes through [`change`], but for how often one was loaded.

use std::sync::Arc;

use super::{history, notices, queue, saving};
use crate::app::effect::Effect;
use crate::app::event::Now;
use crate::app::queue::NewItems;
use crate::app::state::AppState;
use crate::app::wording;
use crate::model::command::{IntoQueue, Templating};
use crate::model::edit::Way;
use crate::model::notice::Notice;
use crate::model::playback::Shuffle;
use crate::model::template::{Change, Item, Template, TemplateId, TemplateName, Templates, Usage};

pub fn reduce(state: &mut AppState, command: Templating, now: Now, fx: &mut Vec<Effect>) {
    if !state.templates_loaded {
        return notices::tell(state, wording::templates_loading(), now);
    }
    match command {
        Templating::Save(name, tags) => save(state, name, tags, now, fx),
        Templating::Load(name, how) => {
            with(state, &name, now, |state, found| load(state, &found, how, now, fx));
        }
        Templating::Rename(name, new) => rename(state, &name, new, now, fx),
        Templating::Delete(name) => with(state, &name, now, |state, found| {
            let words = wording::template_deleted(&found.name);
            change(state, Change { before: Some(found), after: None }, words, now, fx);
        }),
        Templating::Tag(name, tags) => {
            revise(state, &name, now, fx, wording::template_tagged, |template| template.tags = tags);
        }
        Templating::Note(name, note) => {
            revise(state, &name, now, fx, wording::template_noted, |template| template.note = note);
        }
        Templating::Favourite(name, on) => {
            revise(state, &name, now, fx, wording::template_judged, |template| {
                template.favourite = on.unwrap_or(!template.favourite);
            });
        }
        Templating::List(words) => list(state, &words, now),
    }
}

/// They were read from the store.
pub fn loaded(state: &mut AppState, templates: Result<Templates, String>, now: Now) {
    match templates {
        Ok(templates) => {
            state.templates = Arc::new(templates);
            state.templates_loaded = true;
            state.dirty.templates = true;
        }
        Err(why) => notices::tell(state, wording::templates_unread(&why), now),
    }
}

fn with(state: &mut AppState, name: &str, now: Now, act: impl FnOnce(&mut AppState, Arc<Template>)) {
    match state.templates.named(name).cloned() {
        Some(found) => act(state, found),
        None => notices::tell(state, wording::no_such_template(name), now),
    }
}

fn change(state: &mut AppState, change: Change, words: Notice, now: Now, fx: &mut Vec<Effect>) {
    apply(state, &change);
    let mut letters = words.what.chars();
    let first = letters.next().map(|first| first.to_lowercase().collect::<String>()).unwrap_or_default();
    history::templates_changed(state, vec![change], format!("{first}{}", letters.as_str()), now, fx);
    notices::tell(state, words, now);
}

fn apply(state: &mut AppState, change: &Change) {
    let Some(id) = change.id() else { return };
    // How often it was loaded since is no part of the change.
    let usage = state.templates.get(id).map(|template| template.usage);
    let after = change.after.as_ref().map(|after| match usage {
        Some(usage) if usage != after.usage => Arc::new(Template { usage, ..Template::clone(after) }),
        _ => Arc::clone(after),
    });
    put(state, id, after);
}

fn put(state: &mut AppState, id: TemplateId, template: Option<Arc<Template>>) {
    Arc::make_mut(&mut state.templates).put(id, template.clone());
    state.saving.templates.retain(|(other, _)| *other != id);
    state.saving.templates.push((id, template));
    state.dirty.templates = true;
}

/// Goes over a change of the history; `false`, and nothing is changed, where it does not fit what is there.
pub fn go_over(state: &mut AppState, changes: &[Change], way: Way) -> bool {
    let turned = |change: &Change| if way == Way::Back { change.reversed() } else { change.clone() };
    let changes: Vec<Change> = changes.iter().map(turned).collect();
    let fits = |change: &Change| {
        let there = change.id().and_then(|id| state.templates.get(id));
        match (there, &change.before) {
            (None, None) => true,
            (Some(there), Some(before)) => there.is_like(before),
            _ => false,
        }
    };
    let all = changes.iter().all(fits);
    if all {
        changes.iter().for_each(|change| apply(state, change));
    }
    all
}

fn save(state: &mut AppState, name: TemplateName, tags: Vec<String>, now: Now, fx: &mut Vec<Effect>) {
    if state.queue.is_empty() {
        return notices::tell(state, wording::no_empty_template(), now);
    }
    let before = state.templates.named(name.as_str()).cloned();
    if before.is_none() && state.templates.len() >= Template::MOST {
        return notices::tell(state, wording::templates_full(), now);
    }
    let at_s = now.unix_ms.div_euclid(1000);
    let mut made = before.as_deref().cloned().unwrap_or_else(|| Template {
        id: fresh_id(state, now),
        name: name.clone(),
        note: String::new(),
        tags: Vec::new(),
        favourite: false,
        shuffle: None,
        repeat: Default::default(),
        items: Arc::default(),
        made_s: at_s,
        changed_s: at_s,
        usage: Usage::default(),
    });
    let items = state.queue.items().iter();
    made.items =
        Arc::new(items.map(|item| Item { path: Arc::clone(&item.path), track: item.track }).collect());
    made.shuffle = match state.queue.shuffle() {
        Shuffle::On { by, .. } => Some(by),
        Shuffle::Off => None,
    };
    made.repeat = state.queue.repeat();
    made.changed_s = at_s;
    let new: Vec<String> = tags.into_iter().filter(|tag| !made.tags.contains(tag)).collect();
    made.tags.extend(new);
    made.tags.truncate(Template::MOST_TAGS);
    let words = wording::template_saved(&made.name, made.items.len());
    change(state, Change { before, after: Some(Arc::new(made)) }, words, now, fx);
}

fn fresh_id(state: &AppState, now: Now) -> TemplateId {
    let mut id = TemplateId::new(now.seed);
    while state.templates.get(id).is_some() {
        id.0 += 1;
    }
    id
}

fn rename(state: &mut AppState, name: &str, new: TemplateName, now: Now, fx: &mut Vec<Effect>) {
    let other = state.templates.named(new.as_str()).map(|other| other.id);
    with(state, name, now, |state, found| {
        if other.is_some_and(|other| other != found.id) {
            return notices::tell(state, wording::template_taken(&new), now);
        }
        let words = wording::template_renamed(&found.name, &new);
        let after = Arc::new(Template { name: new, ..Template::clone(&found) });
        change(state, Change { before: Some(found), after: Some(after) }, words, now, fx);
    });
}

/// One template is another from then on.
fn revise(
    state: &mut AppState,
    name: &str,
    now: Now,
    fx: &mut Vec<Effect>,
    words: impl FnOnce(&Template) -> Notice,
    edit: impl FnOnce(&mut Template),
) {
    with(state, name, now, |state, found| {
        let mut after = Template::clone(&found);
        edit(&mut after);
        if after == *found {
            return notices::tell(state, wording::template_is_so(&found.name), now);
        }
        after.changed_s = now.unix_ms.div_euclid(1000);
        let words = words(&after);
        change(state, Change { before: Some(found), after: Some(Arc::new(after)) }, words, now, fx);
    });
}

/// In place of the queue it brings its modes, too.
fn load(state: &mut AppState, template: &Arc<Template>, how: IntoQueue, now: Now, fx: &mut Vec<Effect>) {
    let catalog = Arc::clone(&state.library.catalog);
    let file = |item: &Item| {
        let moved = item.track.and_then(|id| catalog.find(id));
        match moved.or_else(|| catalog.find_path(&item.path)) {
            Some(track) => (Arc::from(track.path()), Some(track.id())),
            None => (Arc::clone(&item.path), None),
        }
    };
    let files: NewItems = template.items.iter().map(file).collect();
    let usage =
        Usage { loads: template.usage.loads.saturating_add(1), last_s: Some(now.unix_ms.div_euclid(1000)) };
    put(state, template.id, Some(Arc::new(Template { usage, ..Template::clone(template) })));
    queue::load(state, files, how, (template.shuffle, template.repeat), now, fx);
    saving::facts(state, Vec::new(), now, fx);
    notices::tell(state, wording::template_loaded(&template.name, how, template.items.len()), now);
}

fn list(state: &mut AppState, words: &str, now: Now) {
    let shown = state.templates.shown();
    let found: Vec<&Template> =
        shown.into_iter().map(|template| &**template).filter(|template| template.fits(words)).collect();
    let notice = wording::template_list(&found);
    // An answer, not a refusal.
    state.dirty.templates = true;
    notices::tell(state, notice, now);
}
