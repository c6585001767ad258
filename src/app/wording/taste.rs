//! What is told of taste, of its comparisons and of what is kept of it.

use std::path::Path;

use super::{note, warning};
use crate::jobs::preferences::Deed;
use crate::model::mastering::MasteringView;
use crate::model::notice::Notice;
use crate::model::rule::Rule;
use crate::model::taste::{Aspect, Learned, Lesson, Opinion};
use crate::model::trial::Side;
use crate::{counted, say};

/// `+0.8 dB below 250 Hz (70 % sure)`
fn opinion(aspect: Aspect, opinion: &Opinion) -> String {
    say!(
        "{opinion} ({percent:.0} % sure)",
        opinion = aspect.words(opinion.heard()),
        percent = opinion.confidence() * 100.0
    )
}

fn learned(learned: &Learned) -> String {
    let known = Aspect::ALL.into_iter().filter(|aspect| learned.get(*aspect).count() > 0);
    let words: Vec<String> = known.map(|aspect| opinion(aspect, learned.get(aspect))).collect();
    if words.is_empty() { say!("nothing yet").to_owned() } else { words.join(", ") }
}

pub fn told(view: &MasteringView) -> Notice {
    let versions = &view.preferences;
    let text = say!(
        "Learned of your taste: {learned}; version {number}",
        learned = learned(&versions.learned()),
        number = versions.number()
    );
    let text =
        if view.settings.learn { text } else { say!("{taste}; not heard: `:taste learn on`", taste = text) };
    note(text).next_step(say!("`:prefer` compares two tastes, `auralis preferences` tells all"))
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
            let words = note(say!("Rule for {rule}", rule));
            if view.settings.on { words } else { words.next_step(say!("It is heard once `:mastering on`")) }
        }
        Deed::DropRule(of) => note(say!("There is no rule for {music} any more", music = of)),
        Deed::Rollback(back) => note(say!(
            "Preferences are those of version {number}: {learned}",
            number = back,
            learned = learned(&known)
        )),
        Deed::Reset => note(say!("Preferences are reset")).next_step(say!(
            "`:preferences rollback {number}` brings them back",
            number = number.saturating_sub(1)
        )),
        Deed::Import(_) => note(say!("Preferences were taken over: {learned}", learned = learned(&known)))
            .next_step(say!("`:preferences rollback {number}` goes back", number = number.saturating_sub(1))),
        Deed::Export(path) => note(say!("Preferences were written to {path}", path = path.display())),
    })
}

fn taught(lesson: &Lesson, known: &Learned) -> String {
    let (Lesson::Set { aspect, .. } | Lesson::Preferred { aspect, .. } | Lesson::Same { aspect }) = *lesson;
    let opinion = opinion(aspect, known.get(aspect));
    let aspect = aspect.name();
    match *lesson {
        Lesson::Set { to, .. } => {
            say!("You set {aspect} to {value:+.1}. Learned: {opinion}", aspect, value = to, opinion)
        }
        Lesson::Preferred { value, over, .. } => say!(
            "You preferred {aspect} {value:+.1} over {other:+.1}. Learned: {opinion}",
            aspect,
            value,
            other = over,
            opinion
        ),
        Lesson::Same { .. } => {
            let mut aspect = aspect.to_owned();
            aspect.get_mut(..1).into_iter().for_each(str::make_ascii_uppercase);
            say!("{aspect}: no difference. Learned: {opinion}", aspect, opinion)
        }
    }
}

pub fn failed(deed: &Deed, why: &str) -> Notice {
    let text = match deed {
        Deed::Open => say!("Preferences cannot be read: nothing is learned"),
        Deed::Learn(_) => say!("What was learned could not be kept"),
        Deed::SetRule(_) | Deed::DropRule(_) => say!("Rules stay as they are"),
        Deed::Rollback(_) | Deed::Reset => say!("Preferences stay as they are"),
        Deed::Import(_) => say!("Preferences were not taken over"),
        Deed::Export(_) => say!("Preferences were not written"),
    };
    warning(text).why(why)
}

pub fn set_aside(place: &Path) -> Notice {
    warning(say!("The file of your preferences was damaged; it is begun anew"))
        .why(say!("the damaged one lies at {place}", place = place.display()))
        .next_step(say!("`:preferences import PATH` takes over a copy"))
}

/// Of what was turned, where a rule says something else for what plays.
pub fn ruled(rule: &Rule) -> String {
    say!("what plays goes by your rule for {rule}", rule)
}

pub fn rules(rules: &[Rule], ruled: &[String]) -> Notice {
    let told: Vec<String> = rules.iter().map(Rule::to_string).collect();
    let words = match told.is_empty() {
        true => note(say!("There are no rules")),
        false => note(say!("Rules: {rules}", rules = told.join("; "))),
    };
    let words = if ruled.is_empty() {
        words
    } else {
        words.why(say!("what plays: {rules}", rules = ruled.join("; ")))
    };
    words.next_step(say!("`:rule genre Jazz gentle`, `:rule album TITLE off`, `:rule device NAME bass=+1`"))
}

pub fn no_file() -> Notice {
    note(say!("No file was named")).next_step(say!("`:preferences export PATH`, `:preferences import PATH`"))
}

pub fn nothing_to_compare() -> Notice {
    note(say!("Nothing is mastered with which tastes could be compared"))
        .next_step(say!("`:mastering on` while something plays"))
}

pub fn learns_nothing() -> Notice {
    note(say!("Nothing is learned now")).next_step(say!("`:taste learn on`, then `:prefer`"))
}

pub fn no_comparison() -> Notice {
    note(say!("No tastes are being compared")).next_step(say!("`:prefer` begins that"))
}

pub fn begun(answers: u32) -> Notice {
    let text = match answers {
        0 => say!("Two tastes are being made ready to compare"),
        _ => say!("Another pair is being made ready to compare"),
    };
    note(text).why(say!("both are brought to one loudness, on all of the sound"))
}

pub fn ready(heard: Side) -> Notice {
    note(say!("Both are ready, equally loud: {side} is heard", side = heard.name()))
        .next_step(say!("`:prefer hear` for the other; `:prefer a`, `b` or `same`; `:prefer end`"))
}

pub fn not_ready() -> Notice {
    note(say!("Both cannot be heard yet")).why(say!("one of them is still being made"))
}

pub fn cannot(why: &str) -> Notice {
    warning(say!("Tastes cannot be compared with what plays")).why(why)
}

pub fn heard(side: Side) -> Notice {
    note(say!("{side} is heard", side = side.name()))
}

pub fn ended(answers: u32) -> Notice {
    let text = match answers {
        0 => say!("The comparison ended; nothing was learned of it").to_owned(),
        1 => say!("The comparison ended: one choice was learned").to_owned(),
        all => {
            say!("The comparison ended: {choices} were learned", choices = counted!(all, "choice", "choices"))
        }
    };
    note(text)
}
