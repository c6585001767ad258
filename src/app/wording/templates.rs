//! What is told of queue templates.

use super::{count_of, note, shortened, warning};
use crate::model::command::IntoQueue;
use crate::model::notice::Notice;
use crate::model::template::{Template, TemplateName};

fn named(name: &TemplateName) -> String {
    format!("“{}”", shortened(name.as_str()))
}

pub fn templates_loading() -> Notice {
    note("The templates are being read").next_step("Try again in a moment")
}

pub fn templates_unread(why: &str) -> Notice {
    warning("The templates cannot be read and are left alone").why(why)
}

pub fn no_such_template(name: &str) -> Notice {
    note(format!("There is no template “{}”", shortened(name))).next_step("`:templates` shows them")
}

pub fn template_taken(name: &TemplateName) -> Notice {
    note(format!("There is a template {} already", named(name))).next_step("Take another name")
}

pub fn no_empty_template() -> Notice {
    note("The queue is empty: nothing to keep").next_step("`:templates` shows what was kept")
}

pub fn templates_full() -> Notice {
    note(format!("There are {} templates, as many as there can be", Template::MOST))
        .next_step("`:template-delete NAME` makes room")
}

pub fn template_saved(name: &TemplateName, items: usize) -> Notice {
    note(format!("Template {} with {}", named(name), count_of(items, "track")))
        .next_step("`:undo` takes it back")
}

pub fn template_loaded(name: &TemplateName, how: IntoQueue, items: usize) -> Notice {
    let count = count_of(items, "track");
    note(match how {
        IntoQueue::Append => format!("{count} of {} at the end of the queue", named(name)),
        IntoQueue::Insert | IntoQueue::PlayNow => format!("{count} of {} next", named(name)),
        IntoQueue::Replace => format!("The queue is {} now, {count}", named(name)),
    })
    .next_step("`:undo` takes it back")
}

pub fn template_renamed(old: &TemplateName, new: &TemplateName) -> Notice {
    note(format!("Renamed template {} to {}", named(old), named(new))).next_step("`:undo` takes it back")
}

pub fn template_deleted(name: &TemplateName) -> Notice {
    note(format!("Deleted template {}", named(name))).next_step("`:undo` brings it back")
}

pub fn template_tagged(template: &Template) -> Notice {
    let tags: Vec<String> = template.tags.iter().map(|tag| format!("#{tag}")).collect();
    let tags = if tags.is_empty() { "no tags".to_owned() } else { tags.join(" ") };
    note(format!("Template {} has {tags}", named(&template.name)))
}

pub fn template_noted(template: &Template) -> Notice {
    note(format!("Wrote a note on template {}", named(&template.name)))
}

pub fn template_judged(template: &Template) -> Notice {
    let is = if template.favourite { "is" } else { "is no longer" };
    note(format!("Template {} {is} a favourite", named(&template.name)))
}

pub fn template_is_so(name: &TemplateName) -> Notice {
    note(format!("Template {} is so already", named(name)))
}

/// The first ones, in a line.
pub fn template_list(found: &[&Template]) -> Notice {
    const MOST: usize = 8;
    let mut told: Vec<String> = found
        .iter()
        .take(MOST)
        .map(|template| format!("{} ({})", shortened(template.name.as_str()), template.items.len()))
        .collect();
    told.extend((found.len() > MOST).then(|| format!("{} more", found.len() - MOST)));
    match told.is_empty() {
        true => note("There is no such template").next_step("`:template-save NAME` keeps the queue as one"),
        false => note(told.join(" · ")),
    }
}
