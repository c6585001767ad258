//! Messages between clients, and those that the player itself takes.

use super::ack::{Ack, Code};
use super::args::Args;
use super::commands::{Result, Step, Turn};
use super::hub::Hub;
use super::idle::Events;
use super::session::MOST_CHANNELS;
use crate::model::command::{Command, Like, Listener, Mastering, Similar, Sound, Tune};
use crate::model::player::Outcome;
use crate::remote::request;

/// What the player itself listens to, and where it tells what came of it.
const OURS: &str = "auralis";
const TOLD: &str = "auralis.told";
/// Channels at once, of all clients.
const MOST: usize = 1024;

fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte);
    (1..=128).contains(&name.len()) && name.bytes().all(plain)
}

pub fn subscribe(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let name = args.text(0);
    if !is_name(name) {
        return Err(Ack::argument("invalid channel name"));
    }
    if turn.session.channels.contains(name) {
        return Err(Ack::new(Code::Exist, "already subscribed to this channel"));
    }
    let full = turn.session.channels.len() >= MOST_CHANNELS || turn.hub.channels.len() >= MOST;
    if full {
        return Err(Ack::new(Code::Exist, "subscription list is full"));
    }
    turn.session.channels.insert(name.to_owned());
    *turn.hub.channels.entry(name.to_owned()).or_default() += 1;
    turn.hub.raised = turn.hub.raised.with(Events::SUBSCRIPTION);
    Ok(Step::Done)
}

pub fn unsubscribe(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    if !turn.session.channels.remove(args.text(0)) {
        return Err(Ack::no_exist("not subscribed to this channel"));
    }
    leave(turn.hub, args.text(0));
    Ok(Step::Done)
}

/// One listens to it no longer.
pub fn leave(hub: &mut Hub, channel: &str) {
    if let Some(count) = hub.channels.get_mut(channel) {
        *count -= 1;
        if *count == 0 {
            hub.channels.remove(channel);
        }
        hub.raised = hub.raised.with(Events::SUBSCRIPTION);
    }
}

pub fn list(turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    let mut names: Vec<String> = turn.hub.channels.keys().cloned().collect();
    if !names.iter().any(|name| name == OURS) {
        names.push(OURS.to_owned());
    }
    names.sort();
    names.iter().for_each(|name| turn.tell("channel", name));
    Ok(Step::Done)
}

pub fn read(turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    for (channel, text) in std::mem::take(&mut turn.session.messages) {
        turn.tell("channel", channel);
        turn.tell("message", text);
    }
    Ok(Step::Done)
}

pub fn send(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let (channel, text) = (args.text(0), args.text(1));
    if !is_name(channel) {
        return Err(Ack::argument("invalid channel name"));
    }
    if turn.hub.channels.contains_key(channel) {
        turn.hub.mail.push((channel.to_owned(), text.to_owned()));
    } else if channel != OURS {
        return Err(Ack::no_exist("nobody is subscribed to this channel"));
    }
    if channel == OURS { obey(text) } else { Ok(Step::Done) }
}

/// The player's own words, as far as they are about sound; all else clients have commands of their own for.
fn obey(words: &str) -> Result<Step> {
    let command = match words.trim() {
        // Short for what other words say, too.
        "master on" => Command::Mastering(Mastering::On(Some(true))),
        "master off" => Command::Mastering(Mastering::On(Some(false))),
        "similar" => Command::Similar(Similar::Radio(Tune::On(Like::Playing, None))),
        words => request::command(words, &[]).map_err(|fault| Ack::argument(fault.message))?,
    };
    if !is_about_sound(&command) {
        return Err(Ack::new(
            Code::Permission,
            "only mastering, sound and what sounds alike are set by messages",
        ));
    }
    let next = |turn: &mut Turn<'_>, outcome: Outcome| match outcome {
        Outcome::Done(notice) => {
            let told = notice.map_or_else(|| "done".to_owned(), |notice| notice.to_string());
            turn.hub.mail.push((TOLD.to_owned(), told));
            Ok(Step::Done)
        }
        Outcome::Refused(why) => Err(Ack::refused(Code::Unknown, &why)),
    };
    Ok(Step::Ask(command, Box::new(next)))
}

/// None of these names a file or asks for long work.
fn is_about_sound(command: &Command) -> bool {
    match command {
        Command::Mastering(what) => matches!(
            what,
            Mastering::On(_)
                | Mastering::Preset(_)
                | Mastering::Intensity(_)
                | Mastering::Target(_)
                | Mastering::Album(_)
                | Mastering::Original(_)
                | Mastering::Taste(_)
        ),
        Command::Sound(what) => !matches!(what, Sound::Speed(_)),
        Command::Listener(what) => {
            !matches!(what, Listener::EqLoad(_) | Listener::EqSave(_) | Listener::Impulse(_))
        }
        Command::Similar(what) => {
            matches!(what, Similar::Radio(_) | Similar::Smooth(_) | Similar::Path { .. })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_about_sound_alone() {
        for words in ["similar", "radio", "master on", "mastering off", "replaygain album", "night"] {
            assert!(matches!(obey(words), Ok(Step::Ask(..))), "{words}");
        }
        for words in [
            "quit",
            "scan /etc",
            "add /etc/passwd",
            "export /x",
            "output null",
            "clear",
            "impulse /x",
            "master /x",
            "xyz",
            "",
        ] {
            assert!(obey(words).is_err(), "{words}");
        }
    }
}
