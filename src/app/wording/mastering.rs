//! What is told of mastering.

use super::{note, warning};
use crate::model::abx::{Abx, Heard};
use crate::model::command::{Mastering, TasteChange};
use crate::model::mastering::{MasteringSettings, Target};
use crate::model::notice::Notice;
use crate::model::reference::Reference;
use crate::model::taste::Taste;
use crate::{counted, say};

/// `taste` is what is added to plans.
pub fn changed(command: &Mastering, settings: &MasteringSettings, taste: Taste) -> Notice {
    let text = match command {
        Mastering::On(_) if settings.on => say!("Mastering: {preset}", preset = settings.preset.name()),
        Mastering::On(_) => say!("Mastering: off").to_owned(),
        Mastering::Preset(_) => say!("Mastering preset: {preset}", preset = settings.preset.name()),
        Mastering::Intensity(_) => {
            say!("Mastering intensity: {percent} %", percent = settings.intensity.percent())
        }
        Mastering::Target(_) => match settings.target {
            Target::AsIs => say!("Mastering target: as loud as it is").to_owned(),
            Target::Lufs(lufs) => say!("Mastering target: {lufs} LUFS", lufs),
        },
        Mastering::Album(_) if settings.album => {
            say!("Mastering: tracks of an album share one plan").to_owned()
        }
        Mastering::Album(_) => say!("Mastering: each track has a plan of its own").to_owned(),
        Mastering::Taste(TasteChange::Learn(_)) if settings.learn => {
            say!("What was learned of your taste is heard, and more is learned").to_owned()
        }
        Mastering::Taste(TasteChange::Learn(_)) => {
            say!("What was learned of your taste is not heard, and nothing is learned").to_owned()
        }
        Mastering::Taste(_) => {
            let Taste { bass_db, treble_db, density } = taste;
            say!(
                "Your taste: {bass:+.1} dB of bass, {treble:+.1} dB of treble, density {density:+.1}",
                bass = bass_db,
                treble = treble_db,
                density
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
    if is_idle { note(text).next_step(say!("It is heard once `:mastering on`")) } else { note(text) }
}

pub fn reference_asked() -> Notice {
    note(say!("The reference is being measured")).why(say!("all of its sound is looked at"))
}

pub fn reference(found: &Reference, is_on: bool) -> Notice {
    let words = note(match found.tracks {
        1 => say!("Mastering matches {name}: {lufs:.1} LUFS", name = found.name, lufs = found.lufs),
        tracks => say!(
            "Mastering matches {name}, {tracks}: {lufs:.1} LUFS",
            name = found.name,
            tracks = counted!(tracks, "track", "tracks"),
            lufs = found.lufs
        ),
    });
    if is_on { words } else { words.next_step(say!("It is heard once `:mastering on`")) }
}

pub fn reference_failed(why: &str) -> Notice {
    warning(say!("There is no such reference"))
        .why(why)
        .next_step(say!("Name music that can be read, or a curve of `auralis reference`"))
}

pub fn no_reference() -> Notice {
    note(say!("Mastering goes by what music is like, not by a reference"))
}

pub fn reference_of_what() -> Notice {
    note(say!("No file was named to match"))
        .next_step(say!("`:reference file PATH`, `:reference this`, `:reference album`"))
}

pub fn nothing_to_match() -> Notice {
    note(say!("Nothing plays that others could be brought to"))
        .next_step(say!("`:reference file PATH` takes files"))
}

pub fn compared(original: bool, matching_db: f32, trim_db: f32) -> Notice {
    let text = match original {
        true => say!("The original, {db:+.1} dB: as loud as the master", db = matching_db),
        false => say!("The master").to_owned(),
    };
    let quieter = say!(
        "Both are {db:.1} dB quieter while they are compared: else the original would clip",
        db = -trim_db
    );
    if trim_db < -0.05 { note(text).why(quieter) } else { note(text) }
}

pub fn nothing_to_compare() -> Notice {
    note(say!("Nothing is mastered that could be compared"))
        .next_step(say!("`:mastering on` while something plays"))
}

pub fn no_plan_yet() -> Notice {
    note(say!("There is no plan for what plays")).why(say!("it is being made, or its sound has no loudness"))
}

pub fn failed(name: &str) -> Notice {
    warning(say!("Mastering of {name} failed; it is heard as it is", name))
        .why(say!("its samples, or what the chain made of them, were no numbers"))
        .next_step(say!("`auralis analyse` tells what is wrong with the file"))
}

pub fn abx_begun() -> Notice {
    note(say!("Blind test: A is the master, B the original as loud, X one of them"))
        .next_step(say!("`:abx a`, `b`, `x` to hear them; `:abx is-a`, `is-b` to say what X is; `:abx end`"))
}

pub fn no_abx() -> Notice {
    note(say!("No blind test is under way for what plays")).next_step(say!("`:abx` begins one"))
}

pub fn abx_heard(heard: Heard, abx: &Abx) -> Notice {
    note(say!("{heard} is heard; {score}", heard = heard.name(), score = abx.words()))
}

pub fn abx_answered(is_right: bool, abx: &Abx) -> Notice {
    let word = if is_right { say!("Right") } else { say!("Wrong") };
    note(format!("{word}: {}", abx.words())).next_step(say!("Another X is heard"))
}

pub fn abx_ended(abx: &Abx) -> Notice {
    note(say!("Blind test: {score}", score = abx.words()))
}
