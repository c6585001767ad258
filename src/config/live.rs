//! What of the settings can be changed while the player runs, and by which commands.

use std::path::Path;
use std::time::Duration;

use toml_edit::{Array, Value};

use crate::model::command::{
    Change, Command, ImpulseChange, Listener, Mastering, Playback, ReferenceOf, Sound, Step, TasteChange,
};
use crate::model::settings::Settings;
use crate::model::taste::Aspect;

/// One of them.
pub struct Live {
    pub path: &'static str,
    /// Its value, as TOML.
    pub told: fn(&Settings) -> String,
    pub by: By,
}

/// Who takes a new value.
pub enum By {
    Screen,
    /// The core, by these commands.
    Core(fn(&Settings) -> Vec<Command>),
}

const fn screen(path: &'static str, told: fn(&Settings) -> String) -> Live {
    Live { path, told, by: By::Screen }
}

const fn core(
    path: &'static str,
    told: fn(&Settings) -> String,
    asked: fn(&Settings) -> Vec<Command>,
) -> Live {
    Live { path, told, by: By::Core(asked) }
}

pub const LIVE: &[Live] = &[
    core(
        "resume_min",
        |all| all.resume_min.to_string(),
        |all| {
            let least = Duration::from_secs(60 * u64::from(all.resume_min));
            vec![Command::Playback(Playback::Resume(Some(least).filter(|least| !least.is_zero())))]
        },
    ),
    core(
        "output.output",
        |all| text(&all.output.output.to_string()),
        |all| vec![Command::Playback(Playback::Output(all.output.output.clone()))],
    ),
    core(
        "sound.replaygain",
        |all| text(all.sound.level.mode.name()),
        |all| vec![Command::Sound(Sound::ReplayGain(Some(all.sound.level.mode)))],
    ),
    core(
        "sound.preamp_db",
        |all| all.sound.level.preamp_db.to_string(),
        |all| vec![Command::Sound(Sound::Preamp(all.sound.level.preamp_db))],
    ),
    core(
        "sound.crossfade_s",
        |all| (all.sound.crossfade_ms as f32 / 1000.0).to_string(),
        |all| {
            let length = Duration::from_millis(all.sound.crossfade_ms.into());
            vec![Command::Sound(Sound::Crossfade(length))]
        },
    ),
    core(
        "sound.balance",
        |all| all.sound.balance.to_string(),
        |all| vec![Command::Sound(Sound::Balance(all.sound.balance))],
    ),
    core(
        "sound.mono",
        |all| all.sound.mono.to_string(),
        |all| vec![Command::Sound(Sound::Mono(Some(all.sound.mono)))],
    ),
    core(
        "sound.crossfeed",
        |all| text(all.sound.crossfeed.map_or("off", |crossfeed| crossfeed.name())),
        |all| vec![Command::Listener(Listener::Crossfeed(Some(all.sound.crossfeed)))],
    ),
    core(
        "sound.impulse",
        |all| path(all.impulse.as_deref()),
        |all| {
            let file = all.impulse.clone().map(ImpulseChange::File);
            vec![Command::Listener(Listener::Impulse(file.unwrap_or(ImpulseChange::Off)))]
        },
    ),
    core(
        "sound.night",
        |all| all.sound.night.on.to_string(),
        |all| vec![Command::Listener(Listener::Night(Some(all.sound.night.on)))],
    ),
    core(
        "sound.night_strength",
        |all| all.sound.night.strength.percent().to_string(),
        |all| {
            let strength = Change::To(all.sound.night.strength.percent());
            vec![Command::Listener(Listener::NightStrength(strength))]
        },
    ),
    core(
        "eq.on",
        |all| all.sound.eq.on.to_string(),
        |all| vec![Command::Listener(Listener::Eq(Some(all.sound.eq.on)))],
    ),
    core(
        "eq.preset",
        |all| text(&all.eq_preset),
        |all| vec![Command::Listener(Listener::EqPreset(Some(all.eq_preset.clone())))],
    ),
    core(
        "mastering.on",
        |all| all.mastering.on.to_string(),
        |all| vec![Command::Mastering(Mastering::On(Some(all.mastering.on)))],
    ),
    core(
        "mastering.preset",
        |all| text(all.mastering.preset.name()),
        |all| vec![Command::Mastering(Mastering::Preset(Some(all.mastering.preset)))],
    ),
    core(
        "mastering.intensity",
        |all| all.mastering.intensity.percent().to_string(),
        |all| {
            let intensity = Change::To(all.mastering.intensity.percent());
            vec![Command::Mastering(Mastering::Intensity(intensity))]
        },
    ),
    core(
        "mastering.target",
        |all| text(&all.mastering.target.to_string()),
        |all| vec![Command::Mastering(Mastering::Target(all.mastering.target))],
    ),
    core("mastering.bass_db", |all| by_hand(all, Aspect::Bass), |all| taste(all, Aspect::Bass)),
    core("mastering.treble_db", |all| by_hand(all, Aspect::Treble), |all| taste(all, Aspect::Treble)),
    core("mastering.density", |all| by_hand(all, Aspect::Density), |all| taste(all, Aspect::Density)),
    core(
        "mastering.learn",
        |all| all.mastering.learn.to_string(),
        |all| vec![Command::Mastering(Mastering::Taste(TasteChange::Learn(Some(all.mastering.learn))))],
    ),
    core(
        "mastering.album_lock",
        |all| all.mastering.album.to_string(),
        |all| vec![Command::Mastering(Mastering::Album(Some(all.mastering.album)))],
    ),
    core(
        "mastering.reference",
        |all| list(all.reference.iter().map(|path| path.to_string_lossy().into_owned())),
        |all| {
            let of = match all.reference.as_slice() {
                [] => ReferenceOf::Nobody,
                paths => ReferenceOf::Files(paths.to_vec()),
            };
            vec![Command::Mastering(Mastering::Reference(of))]
        },
    ),
    screen("screen.theme", |all| text(&all.screen.theme)),
    screen("screen.symbols", |all| text(all.screen.symbols.name())),
    screen("screen.mouse", |all| all.screen.mouse.to_string()),
    screen("screen.spectrum", |all| all.screen.spectrum.to_string()),
    screen("screen.visual", |all| text(all.screen.visual.name())),
    screen("screen.waveform", |all| all.screen.waveform.to_string()),
    screen("screen.columns", |all| list(all.screen.columns.words())),
    screen("screen.fps", |all| all.screen.fps.to_string()),
    screen("screen.group_by", |all| text(&all.screen.group_by.name())),
    screen("screen.scrolloff", |all| all.screen.scrolloff.to_string()),
    screen("screen.title", |all| all.screen.title.to_string()),
    screen("screen.cover_accent", |all| all.screen.cover_accent.to_string()),
    screen("screen.wall", |all| all.screen.wall.to_string()),
    screen("screen.follow", |all| all.screen.follow.to_string()),
    screen("screen.progress", |all| text(all.screen.progress.name())),
    screen("screen.bidi", |all| text(all.screen.bidi.name())),
    screen("screen.key_timeout_ms", |all| all.screen.key_timeout.as_millis().to_string()),
];

/// In the quotes of TOML.
pub fn text(words: &str) -> String {
    Value::from(words).to_string()
}

pub fn list(words: impl Iterator<Item = String>) -> String {
    words.collect::<Array>().to_string()
}

fn path(path: Option<&Path>) -> String {
    text(&path.map_or_else(String::new, |path| path.to_string_lossy().into_owned()))
}

fn by_hand(all: &Settings, aspect: Aspect) -> String {
    all.mastering.taste.get(aspect).unwrap_or(0.0).to_string()
}

/// What is not set by hand any more is as it was learned: all of it is let go, and the others set again.
fn taste(all: &Settings, aspect: Aspect) -> Vec<Command> {
    let turned = |aspect: Aspect| {
        let value = all.mastering.taste.get(aspect)?;
        Some(Command::Mastering(Mastering::Taste(TasteChange::Turn(aspect, Step::To(value)))))
    };
    match turned(aspect) {
        Some(command) => vec![command],
        None => std::iter::once(Command::Mastering(Mastering::Taste(TasteChange::Reset)))
            .chain(Aspect::ALL.into_iter().filter_map(turned))
            .collect(),
    }
}
