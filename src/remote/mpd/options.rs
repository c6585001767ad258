//! Modes, volume, crossfade, loudness: what the protocol has, as the player has it.

use std::time::Duration;

use super::ack::{Ack, Code};
use super::args::{Args, integer, unsigned};
use super::commands::{Result, Step, Turn, ask, ask_then};
use super::idle::Events;
use crate::model::command::{Command, Playback, Sound, VolumeChange};
use crate::model::playback::{Repeat, Shuffle, ShuffleBy, StopAfter};
use crate::model::settings::{LevelMode, SoundSettings};
use crate::model::snapshot::PlaybackView;

fn playback(what: Playback) -> Result<Step> {
    ask(Command::Playback(what), Code::Unknown)
}

/// `0`, `1` or `oneshot`, as clients are told it.
pub fn single_word(playback: &PlaybackView, keeps: bool) -> &'static str {
    match (playback.repeat, playback.stop_after) {
        (Repeat::One, _) => "1",
        (_, StopAfter::Track) if keeps => "1",
        (_, StopAfter::Track) => "oneshot",
        _ => "0",
    }
}

/// Together with `single` it is one track over and over.
pub fn repeat(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let on = args.switch(0)?;
    let now = turn.snapshot.playback.repeat;
    let single = turn.hub.single && turn.snapshot.playback.stop_after == StopAfter::Track;
    match (on, now) {
        (true, Repeat::Off) if single => {
            turn.hub.single = false;
            ask_then(Command::Playback(Playback::StopAfter(Some(StopAfter::Off))), Code::Unknown, |_| {
                playback(Playback::Repeat(Some(Repeat::One)))
            })
        }
        (true, Repeat::Off) => playback(Playback::Repeat(Some(Repeat::All))),
        (false, Repeat::One) => {
            turn.hub.single = true;
            ask_then(Command::Playback(Playback::Repeat(Some(Repeat::Off))), Code::Unknown, |_| {
                playback(Playback::StopAfter(Some(StopAfter::Track)))
            })
        }
        (false, _) => playback(Playback::Repeat(Some(Repeat::Off))),
        (true, _) => Ok(Step::Done),
    }
}

/// Where all is repeated one is; else playing stops behind each.
pub fn single(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let repeats = turn.snapshot.playback.repeat != Repeat::Off;
    let is_one = turn.snapshot.playback.repeat == Repeat::One;
    let stop = |mode| Command::Playback(Playback::StopAfter(Some(mode)));
    match args.text(0) {
        "0" | "oneshot" => {
            turn.hub.single = false;
            let mode = if args.text(0) == "0" { StopAfter::Off } else { StopAfter::Track };
            ask_then(stop(mode), Code::Unknown, move |_| match is_one {
                true => playback(Playback::Repeat(Some(Repeat::All))),
                false => Ok(Step::Done),
            })
        }
        "1" if repeats => {
            ask_then(stop(StopAfter::Off), Code::Unknown, |_| playback(Playback::Repeat(Some(Repeat::One))))
        }
        "1" => {
            turn.hub.single = true;
            // Told also where the core has it already: it lasts now.
            turn.hub.raised = turn.hub.raised.with(Events::OPTIONS);
            ask(stop(StopAfter::Track), Code::Unknown)
        }
        _ => Err(Ack::argument("Unrecognized single mode, expected 0, 1, or oneshot")),
    }
}

pub fn random(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let on = args.switch(0)?;
    let is_on = turn.snapshot.playback.shuffle.seed().is_some();
    match (on, is_on) {
        (true, false) => playback(Playback::Shuffle(Some(Shuffle::On { by: ShuffleBy::Tracks, seed: None }))),
        (false, true) => playback(Playback::Shuffle(Some(Shuffle::Off))),
        _ => Ok(Step::Done),
    }
}

pub fn consume(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let on = match args.text(0) {
        "0" => false,
        "1" | "oneshot" => true,
        _ => return Err(Ack::argument("Unrecognized consume mode, expected 0, 1, or oneshot")),
    };
    let now = turn.snapshot.playback.now.as_ref().map(|now| now.item);
    turn.hub.consume_once = (args.text(0) == "oneshot").then_some(now);
    turn.hub.raised = turn.hub.raised.with(Events::OPTIONS);
    playback(Playback::Consume(Some(on)))
}

pub fn crossfade(_turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let most = u64::from(SoundSettings::CROSSFADE_MS);
    let seconds = u64::try_from(args.unsigned(0)?).unwrap_or(u64::MAX);
    let fade = Duration::from_millis(seconds.saturating_mul(1000).min(most));
    ask(Command::Sound(Sound::Crossfade(fade)), Code::Argument)
}

/// Tracks are not searched for places to fade at: only that can be asked for.
pub fn mixramp_db(_turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let db: f64 =
        args.text(0).parse().map_err(|_| Ack::argument(format!("Float expected: {}", args.text(0))))?;
    if db == 0.0 { Ok(Step::Done) } else { Err(no_mixramp()) }
}

pub fn mixramp_delay(_turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let delay: f64 =
        args.text(0).parse().map_err(|_| Ack::argument(format!("Float expected: {}", args.text(0))))?;
    if delay.is_nan() || delay <= 0.0 { Ok(Step::Done) } else { Err(no_mixramp()) }
}

fn no_mixramp() -> Ack {
    Ack::unknown("MixRamp is not available: the player crossfades what does not belong together")
}

pub fn replay_gain(_turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let mode =
        LevelMode::parse(args.text(0)).ok_or_else(|| Ack::argument("Unrecognized replay gain mode"))?;
    ask(Command::Sound(Sound::ReplayGain(Some(mode))), Code::Unknown)
}

pub fn replay_gain_status(turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    turn.tell("replay_gain_mode", turn.snapshot.playback.sound.level.mode.name());
    Ok(Step::Done)
}

/// What is muted is not heard.
pub fn volume_shown(playback: &PlaybackView) -> u8 {
    if playback.muted { 0 } else { playback.volume.percent() }
}

pub fn get_volume(turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    turn.tell("volume", volume_shown(&turn.snapshot.playback));
    Ok(Step::Done)
}

pub fn set_volume(_turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let percent = unsigned(args.text(0))?;
    match u8::try_from(percent).ok().filter(|&percent| percent <= 100) {
        Some(percent) => playback(Playback::Volume(VolumeChange::To(percent))),
        None => Err(Ack::argument(format!("Number too large: {percent}"))),
    }
}

pub fn change_volume(_turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let by = integer(args.text(0))?;
    match i8::try_from(by).ok().filter(|by| (-100..=100).contains(by)) {
        Some(by) => playback(Playback::Volume(VolumeChange::By(by))),
        None => Err(Ack::argument(format!("Number too large: {by}"))),
    }
}
