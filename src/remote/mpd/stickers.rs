//! Stickers of songs: what only the player knows of its tracks, by the names that clients have for it. Ratings and
//! favourites can be set; what was counted and measured is read. Other stickers are not kept.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::ack::{Ack, Code};
use super::args::{Args, range};
use super::commands::{Result, Step, Turn, ask, look};
use super::desk::within;
use crate::model::command::{Command, Judged, Judging};
use crate::model::facts::{Rating, TrackFacts};
use crate::model::id::TrackId;

/// A sticker's name, and its value for a track.
type Sticker = (&'static str, fn(&TrackFacts) -> Option<String>);

/// What clients of MPD set to 2 for a favourite, 1 for neither, 0 for the contrary.
const LIKED: &str = "2";

/// In the order of their names.
const STICKERS: &[Sticker] = &[
    ("bpm", |facts| facts.levels.tempo.map(|tenths| tenth(i32::from(tenths)))),
    ("dynamicRange", |facts| facts.levels.dynamic_range.map(hundredth)),
    ("key", |facts| facts.levels.key.map(|key| key.short())),
    ("lastPlayed", |facts| facts.last_played_s.map(|at| at.to_string())),
    ("lastSkipped", |facts| facts.last_skipped_s.map(|at| at.to_string())),
    ("like", |facts| facts.favourite.then(|| LIKED.to_owned())),
    ("loudness", |facts| facts.levels.lufs.map(hundredth)),
    ("loudnessRange", |facts| facts.levels.range.map(hundredth)),
    ("playCount", |facts| Some(facts.plays).filter(|&plays| plays > 0).map(|plays| plays.to_string())),
    ("rating", |facts| facts.rating.map(|rating| rating.halves().to_string())),
    ("skipCount", |facts| Some(facts.skips).filter(|&skips| skips > 0).map(|skips| skips.to_string())),
    ("truePeak", |facts| facts.levels.peak.map(hundredth)),
];

fn tenth(tenths: i32) -> String {
    format!("{:.1}", f64::from(tenths) / 10.0)
}

fn hundredth(hundredths: i16) -> String {
    format!("{:.2}", f64::from(hundredths) / 100.0)
}

fn value(facts: &TrackFacts, name: &str) -> Option<String> {
    let (_, read) = STICKERS.iter().find(|(known, _)| *known == name)?;
    read(facts)
}

fn none() -> Ack {
    Ack::no_exist("no such sticker")
}

fn bad() -> Ack {
    Ack::argument("bad request")
}

/// `sticker get|set|delete|inc|dec|list|find TYPE URI ...`.
pub fn sticker(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    let (what, kind) = (args.text(0), args.text(1));
    if !["get", "set", "delete", "inc", "dec", "list", "find"].contains(&what) {
        return Err(bad());
    }
    if kind != "song" {
        return other_kind(what, kind);
    }
    if what == "find" {
        return find(turn, args);
    }
    let (id, facts) = track(turn, args.text(2))?;
    let name = args.text(3);
    match (what, args.len()) {
        ("get", 4) => {
            let value = value(&facts, name).ok_or_else(none)?;
            turn.tell("sticker", format!("{name}={value}"));
            Ok(Step::Done)
        }
        ("list", 3) => {
            for (name, read) in STICKERS {
                if let Some(value) = read(&facts) {
                    turn.tell("sticker", format!("{name}={value}"));
                }
            }
            Ok(Step::Done)
        }
        ("set", 5) => set(id, name, args.text(4)),
        ("inc", 5) => step(id, &facts, name, args.text(4), 1),
        ("dec", 5) => step(id, &facts, name, args.text(4), -1),
        ("delete", 4) => {
            value(&facts, name).ok_or_else(none)?;
            set(id, name, "0")
        }
        ("delete", 3) => super::commands::ask_then(rate(id, None), Code::Unknown, move |_| {
            ask(Command::Judge(Judging::Favourite(Judged::Tracks(vec![id]), Some(false))), Code::Unknown)
        }),
        _ => Err(bad()),
    }
}

/// Of playlists and tags nothing is kept.
fn other_kind(what: &str, kind: &str) -> Result<Step> {
    let known = matches!(kind, "playlist" | "filter") || super::tag::Tag::parse(kind).is_some();
    match what {
        _ if !known => Err(Ack::argument("unknown sticker domain")),
        "list" | "find" => Ok(Step::Done),
        "get" | "delete" => Err(none()),
        _ => Err(Ack::unknown("stickers are kept of songs alone")),
    }
}

fn track(turn: &Turn<'_>, uri: &str) -> Result<(TrackId, TrackFacts)> {
    let path: Option<PathBuf> = match uri.starts_with('/') {
        true => super::uri::absolute(uri).filter(|_| turn.session.is_local),
        false => turn.hub.roots.path(uri),
    };
    let track = path.and_then(|path| turn.snapshot.catalog.find_path(&path).map(|track| track.id()));
    let id = track.ok_or_else(Ack::no_such_song)?;
    Ok((id, turn.snapshot.facts.get(id)))
}

fn rate(id: TrackId, rating: Option<Rating>) -> Command {
    Command::Judge(Judging::Rate(Judged::Tracks(vec![id]), rating))
}

fn set(id: TrackId, name: &str, value: &str) -> Result<Step> {
    let number: Option<u8> = value.parse().ok();
    match (name, number) {
        ("rating", Some(halves @ 0..=Rating::HIGHEST)) => ask(rate(id, Rating::new(halves)), Code::Unknown),
        ("rating", _) => Err(Ack::argument("a rating is 0 to 10")),
        ("like", Some(like @ 0..=2)) => {
            ask(Command::Judge(Judging::Favourite(Judged::Tracks(vec![id]), Some(like == 2))), Code::Unknown)
        }
        ("like", _) => Err(Ack::argument("like is 0, 1 or 2")),
        (name, _) if STICKERS.iter().any(|(known, _)| *known == name) => {
            Err(Ack::new(Code::Permission, format!("{name} is counted or measured: it is not set")))
        }
        _ => Err(Ack::unknown(format!("stickers named {} are not kept", super::ack::plain(name)))),
    }
}

fn step(id: TrackId, facts: &TrackFacts, name: &str, by: &str, sign: i64) -> Result<Step> {
    let by: i64 = by.parse().map_err(|_| Ack::argument(format!("Integer expected: {by}")))?;
    let now: i64 = value(facts, name).and_then(|value| value.parse().ok()).unwrap_or(0);
    set(id, name, &now.saturating_add(by.saturating_mul(sign)).clamp(0, 10).to_string())
}

/// How values are compared: as texts, or as numbers.
fn compares(operator: &str, value: &str, with: &str) -> Result<bool> {
    let numbers = || Some((value.parse::<f64>().ok()?, with.parse::<f64>().ok()?));
    Ok(match operator {
        "=" => value == with,
        "<" => value < with,
        ">" => value > with,
        "contains" => value.contains(with),
        "starts_with" => value.starts_with(with),
        "eq" => numbers().is_some_and(|(a, b)| a == b),
        "lt" => numbers().is_some_and(|(a, b)| a < b),
        "gt" => numbers().is_some_and(|(a, b)| a > b),
        _ => return Err(Ack::argument("bad operator")),
    })
}

/// The order of what is found.
#[derive(Clone, Copy)]
enum Order {
    Uri,
    Value,
    Number,
}

impl Order {
    /// With a hyphen before it the other way round.
    fn read(word: &str) -> Result<(Option<Self>, bool)> {
        let (word, descending) = word.strip_prefix('-').map_or((word, false), |word| (word, true));
        let order = match word {
            "uri" => Self::Uri,
            "value" => Self::Value,
            "value_int" => Self::Number,
            _ => return Err(Ack::argument("Unknown sort tag")),
        };
        Ok((Some(order), descending))
    }
}

/// `find song URI NAME [OPERATOR VALUE] [sort TYPE] [window RANGE]`.
fn find(turn: &Turn<'_>, args: &Args) -> Result<Step> {
    let mut words = args.all();
    let mut tail = |name: &str| match words {
        [rest @ .., key, value] if key == name && rest.len() >= 4 => {
            words = rest;
            Some(value.clone())
        }
        _ => None,
    };
    let window = tail("window").map(|word| range(&word)).transpose()?.unwrap_or(0..usize::MAX);
    let (order, descending) = match tail("sort") {
        Some(word) => Order::read(&word)?,
        None => (None, false),
    };
    let test = match words {
        [_, _, _, _] => None,
        [_, _, _, _, operator, value] => {
            compares(operator, "", "")?;
            Some((operator.clone(), value.clone()))
        }
        _ => return Err(bad()),
    };
    let (base, name) = (args.text(2).trim_end_matches('/').to_owned(), args.text(3).to_owned());
    let scene = turn.scene();
    look(move |desk| {
        let tree = desk.tree(&scene);
        // A sticker of what is not there is none.
        let Some(folder) = tree.find(&base) else { return Ok(String::new()) };
        let (catalog, facts) = (&scene.snapshot.catalog, &scene.snapshot.facts);
        let mut found: Vec<(String, String)> = Vec::new();
        for track in tree.rows(folder).into_iter().filter_map(|row| catalog.track(row)) {
            let Some(value) = value(&facts.get(track.id()), &name) else { continue };
            if test.as_ref().is_none_or(|(operator, with)| compares(operator, &value, with) == Ok(true)) {
                found.push((scene.roots.uri(&track.path()), value));
            }
        }
        match order {
            None => {}
            Some(Order::Uri) => found.sort(),
            Some(Order::Value) => found.sort_by(|a, b| a.1.cmp(&b.1)),
            Some(Order::Number) => {
                let number = |value: &str| value.parse::<f64>().unwrap_or(0.0);
                found.sort_by(|a, b| number(&a.1).total_cmp(&number(&b.1)));
            }
        }
        if descending {
            found.reverse();
        }
        let end = window.end.min(found.len());
        let mut out = String::new();
        for (uri, value) in &found[window.start.min(end)..end] {
            let _ = writeln!(out, "file: {uri}\nsticker: {name}={}", super::ack::plain(value));
            within(&out)?;
        }
        Ok(out)
    })
}

pub fn names(turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    STICKERS.iter().for_each(|(name, _)| turn.tell("name", name));
    Ok(Step::Done)
}

pub fn types(turn: &mut Turn<'_>, _args: &Args) -> Result<Step> {
    turn.tell("stickertype", "song");
    Ok(Step::Done)
}

pub fn names_types(turn: &mut Turn<'_>, args: &Args) -> Result<Step> {
    if args.given(0).is_none_or(|kind| kind == "song") {
        for (name, _) in STICKERS {
            turn.tell("name", name);
            turn.tell("type", "song");
        }
    }
    Ok(Step::Done)
}
