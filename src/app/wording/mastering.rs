//! What is told of mastering.

use super::{note, warning};
use crate::model::abx::{Abx, Heard};
use crate::model::command::{Mastering, TasteChange};
use crate::model::mastering::{MasteringSettings, Target};
use crate::model::notice::Notice;
use crate::model::reference::Reference;
use crate::model::taste::Taste;

/// `taste` is what is added to plans.
pub fn changed(command: &Mastering, settings: &MasteringSettings, taste: Taste) -> Notice {
    let text = match command {
        Mastering::On(_) if settings.on => format!("Mastering: {}", settings.preset.name()),
        Mastering::On(_) => "Mastering: off".to_owned(),
        Mastering::Preset(_) => format!("Mastering preset: {}", settings.preset.name()),
        Mastering::Intensity(_) => format!("Mastering intensity: {} %", settings.intensity.percent()),
        Mastering::Target(_) => match settings.target {
            Target::AsIs => "Mastering target: as loud as it is".to_owned(),
            Target::Lufs(lufs) => format!("Mastering target: {lufs} LUFS"),
        },
        Mastering::Album(_) if settings.album => "Mastering: tracks of an album share one plan".to_owned(),
        Mastering::Album(_) => "Mastering: each track has a plan of its own".to_owned(),
        Mastering::Taste(TasteChange::Learn(_)) if settings.learn => {
            "What was learned of your taste is heard, and more is learned".to_owned()
        }
        Mastering::Taste(TasteChange::Learn(_)) => {
            "What was learned of your taste is not heard, and nothing is learned".to_owned()
        }
        Mastering::Taste(_) => {
            let Taste { bass_db, treble_db, density } = taste;
            format!(
                "Your taste: {bass_db:+.1} dB of bass, {treble_db:+.1} dB of treble, density {density:+.1}"
            )
        }
        // They have words of their own.
        Mastering::Original(_)
        | Mastering::Abx(_)
        | Mastering::Reference(_)
        | Mastering::Prefer(_)
        | Mastering::Preferences(_)
        | Mastering::Rule(_) => String::new(),
    };
    let is_idle = !settings.on && !matches!(command, Mastering::On(_));
    if is_idle { note(text).next_step("It is heard once `:mastering on`") } else { note(text) }
}

pub fn reference_asked() -> Notice {
    note("The reference is being measured").why("all of its sound is looked at")
}

pub fn reference(found: &Reference, is_on: bool) -> Notice {
    let tracks = if found.tracks == 1 { String::new() } else { format!(", {} tracks", found.tracks) };
    let words = note(format!("Mastering matches {}{tracks}: {:.1} LUFS", found.name, found.lufs));
    if is_on { words } else { words.next_step("It is heard once `:mastering on`") }
}

pub fn reference_failed(why: &str) -> Notice {
    warning("There is no such reference")
        .why(why)
        .next_step("Name music that can be read, or a curve of `auralis reference`")
}

pub fn no_reference() -> Notice {
    note("Mastering goes by what music is like, not by a reference")
}

pub fn reference_of_what() -> Notice {
    note("No file was named to match")
        .next_step("`:reference file PATH`, `:reference this`, `:reference album`")
}

pub fn nothing_to_match() -> Notice {
    note("Nothing plays that others could be brought to").next_step("`:reference file PATH` takes files")
}

pub fn compared(original: bool, matching_db: f32, trim_db: f32) -> Notice {
    let text = match original {
        true => format!("The original, {matching_db:+.1} dB: as loud as the master"),
        false => "The master".to_owned(),
    };
    let quieter =
        format!("Both are {:.1} dB quieter while they are compared: else the original would clip", -trim_db);
    if trim_db < -0.05 { note(text).why(quieter) } else { note(text) }
}

pub fn nothing_to_compare() -> Notice {
    note("Nothing is mastered that could be compared").next_step("`:mastering on` while something plays")
}

pub fn no_plan_yet() -> Notice {
    note("There is no plan for what plays").why("it is being made, or its sound has no loudness")
}

pub fn failed(name: &str) -> Notice {
    warning(format!("Mastering of {name} failed; it is heard as it is"))
        .why("its samples, or what the chain made of them, were no numbers")
        .next_step("`auralis analyse` tells what is wrong with the file")
}

pub fn abx_begun() -> Notice {
    note("Blind test: A is the master, B the original as loud, X one of them")
        .next_step("`:abx a`, `b`, `x` to hear them; `:abx is-a`, `is-b` to say what X is; `:abx end`")
}

pub fn no_abx() -> Notice {
    note("No blind test is under way for what plays").next_step("`:abx` begins one")
}

pub fn abx_heard(heard: Heard, abx: &Abx) -> Notice {
    note(format!("{} is heard; {}", heard.name(), abx.words()))
}

pub fn abx_answered(is_right: bool, abx: &Abx) -> Notice {
    let word = if is_right { "Right" } else { "Wrong" };
    note(format!("{word}: {}", abx.words())).next_step("Another X is heard")
}

pub fn abx_ended(abx: &Abx) -> Notice {
    note(format!("Blind test: {}", abx.words()))
}
