//! What the desktop asks of the player: each method and each property that can be set, as commands. Every argument is a
//! stranger's. Nothing here waits: what takes time is answered when it is done.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use zbus::Message;
use zbus::message::Header;
use zbus::zvariant::{ObjectPath, OwnedObjectPath, Type, Value};

use super::introspect;
use super::paths;
use super::properties::{Interface, Metadata, Properties, View};
use crate::integrations::song::Song;
use crate::integrations::uri;
use crate::model::command::{
    Command, Entries, IntoQueue, Items, ListRef, Playback, Playlisting, Queue, Seek, Sound, SpeedChange,
    Target, VolumeChange,
};
use crate::model::id::ItemId;
use crate::model::playback::{Repeat, Shuffle};
use crate::model::player::{Outcome, Player};
use crate::model::settings::PlaySpeed;

/// Most tracks or playlists that one answer tells of.
const MOST_TOLD: usize = 200;

/// What is replied.
pub enum Answer {
    Done,
    /// When the core has done it; where it refused, that is an error for `strict` ones only.
    After {
        outcome: oneshot::Receiver<Outcome>,
        then: Option<Command>,
        strict: bool,
    },
    Value(Value<'static>),
    Text(String),
    All(Metadata),
    Tracks(Vec<Metadata>),
    Lists(Vec<(ObjectPath<'static>, String, String)>),
    /// The player ends once this is answered.
    Quit,
}

/// An error as the bus has it.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    pub name: &'static str,
    pub text: String,
}

impl Fault {
    fn unknown_method(text: impl std::fmt::Display) -> Self {
        Self { name: "org.freedesktop.DBus.Error.UnknownMethod", text: format!("there is no {text}") }
    }

    fn unknown_property(name: &str) -> Self {
        Self { name: "org.freedesktop.DBus.Error.UnknownProperty", text: format!("there is no {name}") }
    }

    fn arguments(text: impl std::fmt::Display) -> Self {
        Self { name: "org.freedesktop.DBus.Error.InvalidArgs", text: text.to_string() }
    }

    pub fn failed(text: impl std::fmt::Display) -> Self {
        Self { name: "org.freedesktop.DBus.Error.Failed", text: text.to_string() }
    }
}

/// One call, with what is known when it comes.
pub struct Call<'a> {
    pub player: &'a Arc<dyn Player>,
    pub view: &'a View,
    pub message: &'a Message,
}

impl Call<'_> {
    pub fn answer(&self, header: &Header<'_>) -> Result<Answer, Fault> {
        let path = header.path().map_or("", |path| path.as_str());
        let interface = header.interface().map_or("", |name| name.as_str());
        let member = header.member().map_or("", |name| name.as_str());
        match (interface, member) {
            ("org.freedesktop.DBus.Peer", "Ping") => return Ok(Answer::Done),
            ("org.freedesktop.DBus.Introspectable", "Introspect") => {
                let text = introspect::node(path);
                return text.map(Answer::Text).ok_or_else(|| Fault::unknown_method(format!("object {path}")));
            }
            _ if path != paths::PLAYER => return Err(Fault::unknown_method(format!("object {path}"))),
            _ => {}
        }
        match (Interface::named(interface), interface) {
            (Some(Interface::Root), _) => self.root(member),
            (Some(Interface::Player), _) => self.playing(member),
            (Some(Interface::TrackList), _) => self.track_list(member),
            (Some(Interface::Playlists), _) => self.playlists(member),
            (None, "org.freedesktop.DBus.Properties") => self.properties(member),
            (None, _) => Err(Fault::unknown_method(format!("{interface}.{member}"))),
        }
    }

    fn arguments<T>(&self) -> Result<T, Fault>
    where
        T: Type + serde::de::DeserializeOwned,
    {
        self.message.body().deserialize().map_err(Fault::arguments)
    }

    /// Asks the core; what it refuses changes nothing, and that is all.
    fn ask(&self, command: Command) -> Result<Answer, Fault> {
        self.ask_then(command, None, false)
    }

    fn ask_then(&self, command: Command, then: Option<Command>, strict: bool) -> Result<Answer, Fault> {
        let (sender, outcome) = oneshot::channel();
        let told = Box::new(move |outcome| drop(sender.send(outcome)));
        match self.player.ask(command, told) {
            Ok(()) => Ok(Answer::After { outcome, then, strict }),
            Err(_) => Err(Fault::failed("the player is busy")),
        }
    }

    fn ask_if(&self, can: bool, playback: Playback) -> Result<Answer, Fault> {
        if can { self.ask(Command::Playback(playback)) } else { Ok(Answer::Done) }
    }

    fn root(&self, member: &str) -> Result<Answer, Fault> {
        match member {
            "Raise" => Ok(Answer::Done),
            "Quit" => Ok(Answer::Quit),
            _ => Err(Fault::unknown_method(member)),
        }
    }

    fn playing(&self, member: &str) -> Result<Answer, Fault> {
        let view = self.view;
        match member {
            "Next" => self.ask_if(view.can_go_next(), Playback::Next(1)),
            "Previous" => self.ask_if(view.can_go_previous(), Playback::Previous(1)),
            "Pause" => self.ask_if(view.can_pause(), Playback::Pause),
            "PlayPause" if !view.can_play() => Err(Fault::failed("there is nothing to play")),
            "PlayPause" => self.ask_if(true, Playback::Toggle),
            "Stop" => self.ask_if(true, Playback::Stop),
            "Play" => self.ask_if(view.can_play(), Playback::Play),
            "Seek" => self.seek(self.arguments()?),
            "SetPosition" => {
                let (track, to): (OwnedObjectPath, i64) = self.arguments()?;
                self.set_position(&track, to)
            }
            "OpenUri" => {
                let target = self.target(&self.arguments::<String>()?)?;
                self.ask_then(Command::Queue(Queue::PlayNow(target)), None, true)
            }
            _ => Err(Fault::unknown_method(member)),
        }
    }

    /// By microseconds; beyond the end is the next one, before the beginning the beginning.
    fn seek(&self, by: i64) -> Result<Answer, Fault> {
        let time = Duration::from_micros(by.unsigned_abs());
        let is_beyond = by > 0 && self.view.length().is_some_and(|length| self.view.place() + time > length);
        if !self.view.can_seek() {
            return Ok(Answer::Done);
        }
        match by {
            _ if is_beyond => self.ask_if(self.view.can_go_next(), Playback::Next(1)),
            1.. => self.ask_if(true, Playback::Seek(Seek::Forward(time))),
            _ => self.ask_if(true, Playback::Seek(Seek::Back(time))),
        }
    }

    /// One that is about another track came too late, and one that lies outside this one is nowhere.
    fn set_position(&self, track: &str, to: i64) -> Result<Answer, Fault> {
        let current = self.view.snapshot.playback.now.as_ref().map(|now| now.item);
        let is_current = current.is_some() && paths::to_item(track) == current;
        let to = u64::try_from(to).ok().map(Duration::from_micros);
        let inside = to.filter(|to| self.view.length().is_some_and(|length| *to <= length));
        match inside {
            Some(to) if is_current && self.view.can_seek() => self.ask_if(true, Playback::Seek(Seek::To(to))),
            _ => Ok(Answer::Done),
        }
    }

    fn target(&self, uri: &str) -> Result<Target, Fault> {
        uri::to_path(uri).map(|path| Target::Paths(vec![path])).map_err(Fault::arguments)
    }

    fn track_list(&self, member: &str) -> Result<Answer, Fault> {
        match member {
            "GetTracksMetadata" => {
                let asked: Vec<OwnedObjectPath> = self.arguments()?;
                Ok(Answer::Tracks(self.tracks(&asked)))
            }
            "AddTrack" => {
                let (uri, after, play): (String, OwnedObjectPath, bool) = self.arguments()?;
                self.add_track(&uri, &after, play)
            }
            "RemoveTrack" => self.with_item(&self.arguments::<OwnedObjectPath>()?, Queue::Remove),
            "GoTo" => self.with_item(&self.arguments::<OwnedObjectPath>()?, Queue::Jump),
            _ => Err(Fault::unknown_method(member)),
        }
    }

    fn tracks(&self, asked: &[OwnedObjectPath]) -> Vec<Metadata> {
        let snapshot = &self.view.snapshot;
        let ids: Vec<ItemId> = asked.iter().take(MOST_TOLD).filter_map(|path| paths::to_item(path)).collect();
        let found = snapshot.queue.items.iter().filter(|item| ids.contains(&item.id));
        let by_id: HashMap<ItemId, _> = found.map(|item| (item.id, item)).collect();
        let songs = ids.iter().filter_map(|id| by_id.get(id)).map(|item| Song::of(item, snapshot));
        songs.map(|song| self.view.metadata_of(&song)).collect()
    }

    /// Behind what is gone is at the end.
    fn add_track(&self, uri: &str, after: &str, play: bool) -> Result<Answer, Fault> {
        let target = self.target(uri)?;
        let items = &self.view.snapshot.queue.items;
        let at_start = (after == paths::no_track().as_str()).then_some(0);
        let behind = paths::to_item(after).and_then(|id| items.iter().position(|item| item.id == id));
        let at = at_start.or(behind.map(|at| at + 1)).unwrap_or(items.len()) + 1;
        let then = play.then(|| Command::Queue(Queue::Jump(Items::Positions(vec![at]))));
        let add = if at > items.len() { Queue::Append(target) } else { Queue::InsertAt(at, target) };
        self.ask_then(Command::Queue(add), then, true)
    }

    /// Of a track that is gone nothing is done.
    fn with_item(&self, path: &str, deed: fn(Items) -> Queue) -> Result<Answer, Fault> {
        let known = paths::to_item(path)
            .filter(|id| self.view.snapshot.queue.items.iter().any(|item| item.id == *id));
        match known {
            Some(id) => self.ask(Command::Queue(deed(Items::Ids(vec![id])))),
            None => Ok(Answer::Done),
        }
    }

    fn playlists(&self, member: &str) -> Result<Answer, Fault> {
        match member {
            "ActivatePlaylist" => {
                let path: OwnedObjectPath = self.arguments()?;
                let id =
                    paths::to_list(&path).filter(|id| self.view.snapshot.playlists.lists.get(*id).is_some());
                let id = id.ok_or_else(|| Fault::arguments("there is no such playlist"))?;
                let (list, entries, how) = (ListRef::Id(id), Entries::All, IntoQueue::Replace);
                self.ask_then(Command::Playlist(Playlisting::ToQueue { list, entries, how }), None, true)
            }
            "GetPlaylists" => {
                let (from, most, _order, backwards): (u32, u32, String, bool) = self.arguments()?;
                Ok(Answer::Lists(self.lists(from as usize, most as usize, backwards)))
            }
            _ => Err(Fault::unknown_method(member)),
        }
    }

    fn lists(&self, from: usize, most: usize, backwards: bool) -> Vec<(ObjectPath<'static>, String, String)> {
        let mut lists: Vec<_> = self.view.snapshot.playlists.lists.iter().collect();
        if backwards {
            lists.reverse();
        }
        let told = lists.into_iter().skip(from).take(most.min(MOST_TOLD));
        told.map(|list| (paths::list(list.id), list.name.to_string(), String::new())).collect()
    }

    fn properties(&self, member: &str) -> Result<Answer, Fault> {
        let known = |name: &str| {
            Interface::named(name).ok_or_else(|| Fault {
                name: "org.freedesktop.DBus.Error.UnknownInterface",
                text: format!("there is no {name}"),
            })
        };
        match member {
            "Get" => {
                let (interface, name): (String, String) = self.arguments()?;
                let value = self.view.property(known(&interface)?, &name);
                value.map(Answer::Value).ok_or_else(|| Fault::unknown_property(&name))
            }
            "GetAll" => {
                let interface = known(&self.arguments::<String>()?)?;
                let all: Properties = self.view.properties(interface);
                Ok(Answer::All(all.into_iter().collect()))
            }
            "Set" => {
                let (interface, name, value): (String, String, zbus::zvariant::OwnedValue) =
                    self.arguments()?;
                self.set(known(&interface)?, &name, &value)
            }
            _ => Err(Fault::unknown_method(member)),
        }
    }

    fn set(&self, interface: Interface, name: &str, value: &Value<'_>) -> Result<Answer, Fault> {
        let bad = |needed: &str| Fault::arguments(format!("{name} needs {needed}"));
        let number = || f64::try_from(value).ok().filter(|number| number.is_finite());
        match (interface, name) {
            (Interface::Player, "LoopStatus") => {
                let repeat = match <&str>::try_from(value) {
                    Ok("None") => Repeat::Off,
                    Ok("Track") => Repeat::One,
                    Ok("Playlist") => Repeat::All,
                    _ => return Err(bad("None, Track or Playlist")),
                };
                self.ask(Command::Playback(Playback::Repeat(Some(repeat))))
            }
            (Interface::Player, "Shuffle") => {
                let on = bool::try_from(value).map_err(|_| bad("true or false"))?;
                let shuffle =
                    if on { Shuffle::On { by: Default::default(), seed: None } } else { Shuffle::Off };
                let is_so = (self.view.snapshot.playback.shuffle != Shuffle::Off) == on;
                self.ask_if(!is_so, Playback::Shuffle(Some(shuffle)))
            }
            (Interface::Player, "Volume") => {
                let volume = number().ok_or_else(|| bad("a number from 0 to 1"))?;
                let percent = (volume.clamp(0.0, 1.0) * 100.0).round() as u8;
                self.ask(Command::Playback(Playback::Volume(VolumeChange::To(percent))))
            }
            (Interface::Player, "Rate") => self.set_rate(number().ok_or_else(|| bad("a number"))?),
            _ if self.view.property(interface, name).is_some() => Err(Fault {
                name: "org.freedesktop.DBus.Error.PropertyReadOnly",
                text: format!("{name} cannot be set"),
            }),
            _ => Err(Fault::unknown_property(name)),
        }
    }

    /// No speed at all is a pause, by the specification.
    fn set_rate(&self, rate: f64) -> Result<Answer, Fault> {
        if rate == 0.0 {
            return self.ask_if(self.view.can_pause(), Playback::Pause);
        }
        let (slowest, fastest) = (f64::from(PlaySpeed::SLOWEST), f64::from(PlaySpeed::FASTEST));
        let percent = (rate * 100.0).round().clamp(slowest, fastest) as u16;
        self.ask(Command::Sound(Sound::Speed(SpeedChange::To(percent))))
    }
}
