//! Play, pause, stop, next, previous, seek.

use std::time::{Duration, Instant};

use super::ack::{Ack, Code};
use super::args::{Args, integer, unsigned};
use super::commands::{Result, Step, Turn, ask, ask_then};
use super::hub::Aim;
use super::versions;
use crate::model::command::{Command, Items, Playback, Queue, Seek};
use crate::model::playback::{PlayState, Shuffle};

fn playback(what: Playback) -> Result<Step> {
    ask(Command::Playback(what), Code::Unknown)
}

/// It plays or stands; where it is stopped, nothing can be skipped or sought.
fn require_playing(turn: &Turn<'_>) -> Result<()> {
    match turn.snapshot.playback.state {
        PlayState::Stopped => Err(Ack::not_playing()),
        _ => Ok(()),
    }
}

pub fn play(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    match args.given(0) {
        None | Some("-1") => go_on(turn),
        Some(word) => play_at(turn, unsigned(word)?),
    }
}

pub fn play_id(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    match args.given(0) {
        None | Some("-1") => go_on(turn),
        Some(word) => {
            let place = place_of(turn, word)?;
            play_at(turn, place)
        }
    }
}

/// From where it stands; an empty queue is no mistake.
fn go_on(turn: &Turn<'_>) -> Result<Step> {
    if turn.snapshot.queue.items.is_empty() { Ok(Step::Done) } else { playback(Playback::Play) }
}

fn play_at(turn: &Turn<'_>, place: usize) -> Result<Step> {
    let item = turn.snapshot.queue.items.get(place).ok_or_else(Ack::bad_song_index)?;
    ask(Command::Queue(Queue::Jump(Items::Ids(vec![item.id]))), Code::NoExist)
}

/// The place of an entry by its number.
pub fn place_of(turn: &Turn<'_>, word: &str) -> Result<usize> {
    let number = integer(word)?;
    let place =
        u32::try_from(number).ok().and_then(|number| versions::find(&turn.snapshot.queue.items, number));
    place.ok_or_else(Ack::no_such_song)
}

pub fn pause(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let state = turn.snapshot.playback.state;
    let pauses = match args.given(0) {
        Some(_) => args.switch(0)?,
        None => matches!(state, PlayState::Playing | PlayState::Opening),
    };
    match state {
        PlayState::Stopped => Ok(Step::Done),
        _ => playback(if pauses { Playback::Pause } else { Playback::Play }),
    }
}

pub fn stop(_turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    playback(Playback::Stop)
}

/// Where it stood paused it plays then, as in MPD.
fn then_play(command: Playback) -> Result<Step> {
    ask_then(Command::Playback(command), Code::Unknown, |turn| match turn.snapshot.playback.now {
        Some(_) => playback(Playback::Play),
        None => Ok(Step::Done),
    })
}

pub fn next(turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    require_playing(turn)?;
    then_play(Playback::Next(1))
}

/// To the entry before, however much was heard of this one.
pub fn previous(turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    require_playing(turn)?;
    let queue = &turn.snapshot.queue;
    let before = queue.current.and_then(|current| current.checked_sub(1));
    match before.filter(|_| turn.snapshot.playback.shuffle == Shuffle::Off) {
        Some(place) => play_at(turn, place),
        // From its beginning one step back leads to what was played before it.
        None => {
            ask_then(Command::Playback(Playback::Seek(Seek::To(Duration::ZERO))), Code::PlayerSync, |_| {
                then_play(Playback::Previous(1))
            })
        }
    }
}

pub fn seek(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let place = args.unsigned(0)?;
    let to = args.seconds(1)?;
    seek_in(turn, place, to)
}

pub fn seek_id(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let place = place_of(turn, args.text(0))?;
    let to = args.seconds(1)?;
    seek_in(turn, place, to)
}

/// In another entry than the current one: that one is begun first, and stands where it stood before. A stopped one plays
/// then.
fn seek_in(turn: &Turn<'_>, place: usize, to: Duration) -> Result<Step> {
    let queue = &turn.snapshot.queue;
    let item = queue.items.get(place).ok_or_else(Ack::bad_song_index)?;
    let is_current = queue.current == Some(place);
    if is_current && turn.snapshot.playback.state != PlayState::Stopped {
        return seek_to(turn, to);
    }
    let jump = Command::Queue(Queue::Jump(Items::Ids(vec![item.id])));
    let stands = turn.snapshot.playback.state == PlayState::Paused;
    ask_then(jump, Code::NoExist, move |turn| match (seek_to(turn, to)?, stands) {
        (Step::Ask(seek, next), true) => Ok(Step::Ask(
            seek,
            Box::new(move |turn, outcome| match next(turn, outcome)? {
                Step::Done => playback(Playback::Pause),
                other => Ok(other),
            }),
        )),
        (step, _) => Ok(step),
    })
}

fn seek_to(turn: &Turn<'_>, to: Duration) -> Result<Step> {
    // Behind its end is its end.
    let total = turn.hub.elapsed(&turn.snapshot).and_then(|(_, total)| total);
    let to = total.map_or(to, |total| to.min(total));
    ask_then(Command::Playback(Playback::Seek(Seek::To(to))), Code::PlayerSync, move |turn| {
        let play = turn.snapshot.playback.now.as_ref().map(|now| now.play);
        turn.hub.aim = play.map(|play| Aim { play, at: to, asked: Instant::now() });
        Ok(Step::Done)
    })
}

/// With a sign from where it is on or back.
pub fn seek_current(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let word = args.text(0);
    let by = super::args::seconds(word.trim_start_matches(['+', '-']))?;
    require_playing(turn)?;
    let elapsed = turn.hub.elapsed(&turn.snapshot).map_or(Duration::ZERO, |(elapsed, _)| elapsed);
    let to = match word.as_bytes().first() {
        Some(b'+') => elapsed + by,
        Some(b'-') => elapsed.saturating_sub(by),
        _ => by,
    };
    seek_to(turn, to)
}
