//! What is told of the listener's own stages.

use std::path::Path;

use super::{note, warning};
use crate::app::effect::CurveWork;
use crate::model::command::Listener;
use crate::model::equaliser::{Equaliser, NoBand};
use crate::model::notice::Notice;
use crate::model::settings::SoundSettings;
use crate::{counted, say};

pub fn changed(command: &Listener, sound: &SoundSettings) -> Notice {
    let (eq, night) = (&sound.eq, sound.night);
    match command {
        Listener::Crossfeed(_) => match sound.crossfeed {
            None => note(say!("Crossfeed: off")),
            Some(crossfeed) => {
                let (hz, db) = crossfeed.numbers();
                note(say!(
                    "Crossfeed: {crossfeed}, {hz} Hz, {db} dB; for headphones",
                    crossfeed = crossfeed.name(),
                    hz,
                    db
                ))
            }
        },
        Listener::Impulse(_) => match &sound.impulse {
            None => note(say!("Convolution: off")),
            Some(impulse) => note(say!(
                "Convolution: {name}, {seconds:.2} s, turned by {db:+.1} dB so that music stays as loud",
                name = impulse.name,
                seconds = impulse.length.as_secs_f64(),
                db = impulse.gain_db
            )),
        },
        Listener::Night(_) | Listener::NightStrength(_) if night.on => {
            note(say!("Night mode: {percent} %", percent = night.strength.percent()))
        }
        Listener::Night(_) | Listener::NightStrength(_) => note(say!("Night mode: off")),
        Listener::Eq(_) if !eq.on => note(say!("Equaliser: off")),
        _ => {
            let notice = note(say!(
                "Equaliser: {curve}, {db:+.1} dB before its bands",
                curve = eq.curve.name(),
                db = eq.curve.preamp_db()
            ));
            if eq.on { notice } else { notice.next_step(say!("It is heard once `:eq on`")) }
        }
    }
}

pub fn no_band(hz: f32, why: NoBand) -> Notice {
    match why {
        NoBand::Missing => note(say!("No band is at {hz} Hz", hz)),
        NoBand::Full => note(say!(
            "The equaliser has {bands}, which are all it can have",
            bands = counted!(Equaliser::MOST_BANDS, "band", "bands")
        ))
        .next_step(say!("`:eq band HZ off` takes one out")),
    }
}

pub fn no_impulse() -> Notice {
    note(say!("No impulse response was read yet"))
        .next_step(say!("`:impulse FILE` takes one: a WAV or FLAC file"))
}

pub fn impulse_failed(path: &Path, why: &str) -> Notice {
    warning(say!("No impulse response could be read from {path}", path = path.display()))
        .why(why)
        .next_step(say!("The sound stays as it was"))
}

pub fn kept(name: &str) -> Notice {
    note(say!("The curve is kept as `{name}`", name))
        .next_step(say!("`:eq preset {name}` takes it up again", name))
}

pub fn failed(work: &CurveWork, why: &str) -> Notice {
    let text = match work {
        CurveWork::Named(name) => say!("No curve `{name}`", name),
        CurveWork::File(path) => say!("No curve could be read from {path}", path = path.display()),
        CurveWork::Keep(curve) => say!("The curve could not be kept as `{name}`", name = curve.name()),
    };
    let notice = warning(text).why(why);
    if matches!(work, CurveWork::Keep(_)) {
        notice
    } else {
        notice.next_step(say!("The equaliser stays as it was"))
    }
}
