//! What is told of taste, of its comparisons and of what is kept of it.

use std::path::Path;

use super::{note, warning};
use crate::jobs::preferences::Deed;
use crate::model::mastering::MasteringView;
use crate::model::notice::Notice;
use crate::model::rule::Rule;
use crate::model::taste::{Aspect, Learned, Lesson, Opinion};
use crate::model::trial::Side;

/// `+0.8 dB below 250 Hz (70 % sure)`
fn opinion(aspect: Aspect, opinion: &Opinion) -> String {
    format!("{} ({:.0} % sure)", aspect.words(opinion.heard()), opinion.confidence() * 100.0)
}

fn learned(learned: &Learned) -> String {
    let known = Aspect::ALL.into_iter().filter(|aspect| learned.get(*aspect).count() > 0);
    let words: Vec<String> = known.map(|aspect| opinion(aspect, learned.get(aspect))).collect();
    if words.is_empty() { "nothing yet".to_owned() } else { words.join(", ") }
}

pub fn told(view: &MasteringView) -> Notice {
    let versions = &view.preferences;
    let text =
        format!("Learned of your taste: {}; version {}", learned(&versions.learned()), versions.number());
    let text = if view.settings.learn { text } else { format!("{text}; not heard: `:taste learn on`") };
    note(text).next_step("`:prefer` compares two tastes, `auralis preferences` tells all")
}

/// `None`: what was done needs no words.
pub fn done(deed: &Deed, view: &MasteringView) -> Option<Notice> {
    let (known, number) = (view.preferences.learned(), view.preferences.number());
    Some(match deed {
        Deed::Open => return None,
        Deed::Learn(lessons) => {
            let words: Vec<String> = lessons.iter().map(|lesson| taught(lesson, &known)).collect();
            note(words.join("; "))
        }
        Deed::SetRule(rule) => {
            let words = note(format!("Rule for {rule}"));
            if view.settings.on { words } else { words.next_step("It is heard once `:mastering on`") }
        }
        Deed::DropRule(of) => note(format!("There is no rule for {of} any more")),
        Deed::Rollback(back) => note(format!("Preferences are those of version {back}: {}", learned(&known))),
        Deed::Reset => note("Preferences are reset")
            .next_step(format!("`:preferences rollback {}` brings them back", number.saturating_sub(1))),
        Deed::Import(_) => note(format!("Preferences were taken over: {}", learned(&known)))
            .next_step(format!("`:preferences rollback {}` goes back", number.saturating_sub(1))),
        Deed::Export(path) => note(format!("Preferences were written to {}", path.display())),
    })
}

fn taught(lesson: &Lesson, known: &Learned) -> String {
    let (Lesson::Set { aspect, .. } | Lesson::Preferred { aspect, .. } | Lesson::Same { aspect }) = *lesson;
    let mut words = lesson.words();
    words.get_mut(..1).into_iter().for_each(str::make_ascii_uppercase);
    format!("{words}. Learned: {}", opinion(aspect, known.get(aspect)))
}

pub fn failed(deed: &Deed, why: &str) -> Notice {
    let text = match deed {
        Deed::Open => "Preferences cannot be read: nothing is learned",
        Deed::Learn(_) => "What was learned could not be kept",
        Deed::SetRule(_) | Deed::DropRule(_) => "Rules stay as they are",
        Deed::Rollback(_) | Deed::Reset => "Preferences stay as they are",
        Deed::Import(_) => "Preferences were not taken over",
        Deed::Export(_) => "Preferences were not written",
    };
    warning(text).why(why)
}

pub fn set_aside(place: &Path) -> Notice {
    warning("The file of your preferences was damaged; it is begun anew")
        .why(format!("the damaged one lies at {}", place.display()))
        .next_step("`:preferences import PATH` takes over a copy")
}

/// Of what was turned, where a rule says something else for what plays.
pub fn ruled(rule: &Rule) -> String {
    format!("what plays goes by your rule for {rule}")
}

pub fn rules(rules: &[Rule], ruled: &[String]) -> Notice {
    let told: Vec<String> = rules.iter().map(Rule::to_string).collect();
    let words = match told.is_empty() {
        true => note("There are no rules"),
        false => note(format!("Rules: {}", told.join("; "))),
    };
    let words = if ruled.is_empty() { words } else { words.why(format!("what plays: {}", ruled.join("; "))) };
    words.next_step("`:rule genre Jazz gentle`, `:rule album TITLE off`, `:rule device NAME bass=+1`")
}

pub fn no_file() -> Notice {
    note("No file was named").next_step("`:preferences export PATH`, `:preferences import PATH`")
}

pub fn nothing_to_compare() -> Notice {
    note("Nothing is mastered with which tastes could be compared")
        .next_step("`:mastering on` while something plays")
}

pub fn learns_nothing() -> Notice {
    note("Nothing is learned now").next_step("`:taste learn on`, then `:prefer`")
}

pub fn no_comparison() -> Notice {
    note("No tastes are being compared").next_step("`:prefer` begins that")
}

pub fn begun(answers: u32) -> Notice {
    let which = if answers == 0 { "Two tastes are" } else { "Another pair is" };
    note(format!("{which} being made ready to compare"))
        .why("both are brought to one loudness, on all of the sound")
}

pub fn ready(heard: Side) -> Notice {
    note(format!("Both are ready, equally loud: {} is heard", heard.name()))
        .next_step("`:prefer hear` for the other; `:prefer a`, `b` or `same`; `:prefer end`")
}

pub fn not_ready() -> Notice {
    note("Both cannot be heard yet").why("one of them is still being made")
}

pub fn cannot(why: &str) -> Notice {
    warning("Tastes cannot be compared with what plays").why(why)
}

pub fn heard(side: Side) -> Notice {
    note(format!("{} is heard", side.name()))
}

pub fn ended(answers: u32) -> Notice {
    let text = match answers {
        0 => "The comparison ended; nothing was learned of it".to_owned(),
        1 => "The comparison ended: one choice was learned".to_owned(),
        all => format!("The comparison ended: {all} choices were learned"),
    };
    note(text)
}
