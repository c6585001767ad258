//! What is told of the listener's own stages.

use std::path::Path;

use super::{note, warning};
use crate::app::effect::CurveWork;
use crate::model::command::Listener;
use crate::model::equaliser::{Equaliser, NoBand};
use crate::model::notice::Notice;
use crate::model::settings::SoundSettings;

pub fn changed(command: &Listener, sound: &SoundSettings) -> Notice {
    let (eq, night) = (&sound.eq, sound.night);
    match command {
        Listener::Crossfeed(_) => match sound.crossfeed {
            None => note("Crossfeed: off"),
            Some(crossfeed) => {
                let (hz, db) = crossfeed.numbers();
                note(format!("Crossfeed: {}, {hz} Hz, {db} dB; for headphones", crossfeed.name()))
            }
        },
        Listener::Impulse(_) => match &sound.impulse {
            None => note("Convolution: off"),
            Some(impulse) => note(format!(
                "Convolution: {}, {:.2} s, turned by {:+.1} dB so that music stays as loud",
                impulse.name,
                impulse.length.as_secs_f64(),
                impulse.gain_db
            )),
        },
        Listener::Night(_) | Listener::NightStrength(_) if night.on => {
            note(format!("Night mode: {} %", night.strength.percent()))
        }
        Listener::Night(_) | Listener::NightStrength(_) => note("Night mode: off"),
        Listener::Eq(_) if !eq.on => note("Equaliser: off"),
        _ => {
            let notice = note(format!(
                "Equaliser: {}, {:+.1} dB before its bands",
                eq.curve.name(),
                eq.curve.preamp_db()
            ));
            if eq.on { notice } else { notice.next_step("It is heard once `:eq on`") }
        }
    }
}

pub fn no_band(hz: f32, why: NoBand) -> Notice {
    match why {
        NoBand::Missing => note(format!("No band is at {hz} Hz")),
        NoBand::Full => {
            note(format!("The equaliser has {} bands, which are all it can have", Equaliser::MOST_BANDS))
                .next_step("`:eq band HZ off` takes one out")
        }
    }
}

pub fn no_impulse() -> Notice {
    note("No impulse response was read yet").next_step("`:impulse FILE` takes one: a WAV or FLAC file")
}

pub fn impulse_failed(path: &Path, why: &str) -> Notice {
    warning(format!("No impulse response could be read from {}", path.display()))
        .why(why)
        .next_step("The sound stays as it was")
}

pub fn kept(name: &str) -> Notice {
    note(format!("The curve is kept as `{name}`")).next_step(format!("`:eq preset {name}` takes it up again"))
}

pub fn failed(work: &CurveWork, why: &str) -> Notice {
    let text = match work {
        CurveWork::Named(name) => format!("No curve `{name}`"),
        CurveWork::File(path) => format!("No curve could be read from {}", path.display()),
        CurveWork::Keep(curve) => format!("The curve could not be kept as `{}`", curve.name()),
    };
    let notice = warning(text).why(why);
    if matches!(work, CurveWork::Keep(_)) {
        notice
    } else {
        notice.next_step("The equaliser stays as it was")
    }
}
