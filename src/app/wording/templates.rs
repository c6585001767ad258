//! What is told of queue templates.

use super::{note, shortened, warning};
use crate::model::command::IntoQueue;
use crate::model::notice::Notice;
use crate::model::template::{Template, TemplateName};
use crate::{counted, say};

fn named(name: &TemplateName) -> String {
    format!("“{}”", shortened(name.as_str()))
}

pub fn templates_loading() -> Notice {
    note(say!("The templates are being read")).next_step(say!("Try again in a moment"))
}

pub fn templates_unread(why: &str) -> Notice {
    warning(say!("The templates cannot be read and are left alone")).why(why)
}

pub fn no_such_template(name: &str) -> Notice {
    note(say!("There is no template “{name}”", name = shortened(name)))
        .next_step(say!("`:templates` shows them"))
}

pub fn template_taken(name: &TemplateName) -> Notice {
    note(say!("There is a template {name} already", name = named(name))).next_step(say!("Take another name"))
}

pub fn no_empty_template() -> Notice {
    note(say!("The queue is empty: nothing to keep")).next_step(say!("`:templates` shows what was kept"))
}

pub fn templates_full() -> Notice {
    note(say!(
        "There are {templates}, as many as there can be",
        templates = counted!(Template::MOST, "template", "templates")
    ))
    .next_step(say!("`:template-delete NAME` makes room"))
}

pub fn template_saved(name: &TemplateName, items: usize) -> Notice {
    note(say!(
        "Template {name} with {tracks}",
        name = named(name),
        tracks = counted!(items, "track", "tracks")
    ))
    .next_step(say!("`:undo` takes it back"))
}

pub fn template_loaded(name: &TemplateName, how: IntoQueue, items: usize) -> Notice {
    let tracks = counted!(items, "track", "tracks");
    note(match how {
        IntoQueue::Append => say!("{tracks} of {name} at the end of the queue", tracks, name = named(name)),
        IntoQueue::Insert | IntoQueue::PlayNow => say!("{tracks} of {name} next", tracks, name = named(name)),
        IntoQueue::Replace => say!("The queue is {name} now, {tracks}", name = named(name), tracks),
    })
    .next_step(say!("`:undo` takes it back"))
}

pub fn template_renamed(old: &TemplateName, new: &TemplateName) -> Notice {
    note(say!("Renamed template {old} to {new}", old = named(old), new = named(new)))
        .next_step(say!("`:undo` takes it back"))
}

pub fn template_deleted(name: &TemplateName) -> Notice {
    note(say!("Deleted template {name}", name = named(name))).next_step(say!("`:undo` brings it back"))
}

pub fn template_tagged(template: &Template) -> Notice {
    let tags: Vec<String> = template.tags.iter().map(|tag| format!("#{tag}")).collect();
    let tags = if tags.is_empty() { say!("no tags").to_owned() } else { tags.join(" ") };
    note(say!("Template {name} has {tags}", name = named(&template.name), tags))
}

pub fn template_noted(template: &Template) -> Notice {
    note(say!("Wrote a note on template {name}", name = named(&template.name)))
}

pub fn template_judged(template: &Template) -> Notice {
    let name = named(&template.name);
    note(match template.favourite {
        true => say!("Template {name} is a favourite", name),
        false => say!("Template {name} is no longer a favourite", name),
    })
}

pub fn template_is_so(name: &TemplateName) -> Notice {
    note(say!("Template {name} is so already", name = named(name)))
}

/// The first ones, in a line.
pub fn template_list(found: &[&Template]) -> Notice {
    const MOST: usize = 8;
    let mut told: Vec<String> = found
        .iter()
        .take(MOST)
        .map(|template| format!("{} ({})", shortened(template.name.as_str()), template.items.len()))
        .collect();
    told.extend((found.len() > MOST).then(|| say!("{more} more", more = found.len() - MOST)));
    match told.is_empty() {
        true => note(say!("There is no such template"))
            .next_step(say!("`:template-save NAME` keeps the queue as one")),
        false => note(told.join(" · ")),
    }
}
