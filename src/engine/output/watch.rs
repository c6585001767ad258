//! What a sound server does with our stream beside playing it: takes it to another device, changes the default, loses the
//! headphones. Nothing of that reaches the stream itself. Thread `device-watch`, one a device; it sleeps in a read until
//! the server has something to tell. Where the server cannot be asked, nothing is watched.

use std::ffi::CString;
use std::io::BufReader;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::Builder;
use std::time::Duration;

use pulseaudio::protocol::port_info::PortAvailable;
use pulseaudio::protocol::{
    self, AuthParams, AuthReply, ClientInfoList, Command, CommandReply, GetSinkInfo, MAX_VERSION, Prop,
    Props, ProtocolError, ServerInfo, SetClientNameReply, SinkInfo, SinkInputInfo, SinkInputInfoList,
    SubscriptionEventFacility, SubscriptionMask,
};

use super::News;
use super::feed::Health;

/// Longest wait for an answer.
const ANSWER: Duration = Duration::from_secs(2);
/// Before the host's name in the id of a device.
pub(super) const HOST: &str = "pulseaudio:";

/// Ends the watching when dropped.
pub(super) struct Watch {
    events: UnixStream,
    pub(super) news: Receiver<News>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.events.shutdown(Shutdown::Both);
    }
}

/// Watches the newest stream of this process on the sink with this name. `name`: the device, for people.
pub(super) fn start(sink: &str, name: String, health: Arc<Health>) -> Option<Watch> {
    let mut asking = Connection::new().ok()?;
    let before = asking.first_look(CString::new(sink).ok()?).ok()?;
    let mut listening = Connection::new().ok()?;
    listening.subscribe().ok()?;
    let events = listening.stream.get_ref().try_clone().ok()?;
    let (tell, news) = channel();
    let watching = move || {
        // An end of the connection is the end of the server or of the watching: the stream itself tells the one.
        let _ = watch(&mut listening, &mut asking, before, &name, &health, &tell);
    };
    Builder::new().name("device-watch".into()).spawn(watching).ok()?;
    Some(Watch { events, news })
}

fn watch(
    listening: &mut Connection,
    asking: &mut Connection,
    mut before: Seen,
    name: &str,
    health: &Health,
    tell: &Sender<News>,
) -> Result<(), ProtocolError> {
    loop {
        let (_, event) = protocol::read_command_message(&mut listening.stream, listening.version)?;
        let Command::SubscribeEvent(event) = event else { continue };
        let concerns_us = match event.event_facility {
            SubscriptionEventFacility::Server => true,
            SubscriptionEventFacility::Sink => event.index == Some(before.sink),
            SubscriptionEventFacility::SinkInput => event.index == Some(before.input),
            _ => false,
        };
        if !concerns_us {
            continue;
        }
        let now = asking.look(&before)?;
        match judge(&before, &now) {
            None => {}
            Some(Happened::Gone) => {
                health.lose(format!("{name} is gone"));
                return Ok(());
            }
            Some(Happened::Told(news)) => {
                let _ = tell.send(news);
                health.wake_engine();
            }
        }
        before.default = now.default;
        (before.port, before.on) = (now.port, now.on);
    }
}

/// What is known of the stream and its device.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    /// Of our stream.
    input: u32,
    /// That it was opened on.
    sink: u32,
    /// Index and name of the sink that the stream is on.
    on: (u32, String),
    /// The sink that it was opened on is still there.
    is_there: bool,
    default: Option<CString>,
    /// Name of the active port.
    port: Option<CString>,
    /// Whether the port that was active before is now known to have nothing plugged in.
    was_unplugged: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Happened {
    /// The device; the stream goes on elsewhere.
    Gone,
    Told(News),
}

fn judge(before: &Seen, now: &Seen) -> Option<Happened> {
    let default_changed = now.default != before.default;
    let moved = now.on.0 != before.on.0;
    let on_default = now.default.as_ref().is_some_and(|name| name.to_bytes() == now.on.1.as_bytes());
    if !now.is_there {
        return Some(Happened::Gone);
    }
    let news = match (default_changed, moved) {
        (true, moved) => News::OtherDefault { taken: moved && on_default },
        (false, true) => News::Elsewhere(format!("{HOST}{}", now.on.1)),
        (false, false) if now.port != before.port && now.was_unplugged => News::Unplugged,
        (false, false) => return None,
    };
    Some(Happened::Told(news))
}

/// One connection to the server, by its native protocol.
struct Connection {
    stream: BufReader<UnixStream>,
    version: u16,
    sequence: u32,
}

impl Connection {
    fn new() -> Result<Self, ProtocolError> {
        let path =
            pulseaudio::socket_path_from_env().ok_or_else(|| ProtocolError::Invalid("no server".into()))?;
        let stream = UnixStream::connect(path)?;
        stream.set_read_timeout(Some(ANSWER))?;
        stream.set_write_timeout(Some(ANSWER))?;
        let mut connection = Self { stream: BufReader::new(stream), version: MAX_VERSION, sequence: 0 };
        let cookie = pulseaudio::cookie_path_from_env().and_then(|path| std::fs::read(path).ok());
        let cookie = cookie.unwrap_or_default();
        let auth = AuthParams { version: MAX_VERSION, supports_shm: false, supports_memfd: false, cookie };
        let reply: AuthReply = connection.ask(&Command::Auth(auth))?;
        connection.version = reply.version.min(MAX_VERSION);
        let mut props = Props::new();
        props.set(Prop::ApplicationName, CString::new("auralis").unwrap_or_default());
        let _: SetClientNameReply = connection.ask(&Command::SetClientName(props))?;
        Ok(connection)
    }

    fn send(&mut self, command: &Command) -> Result<(), ProtocolError> {
        self.sequence += 1;
        protocol::write_command_message(self.stream.get_mut(), self.sequence, command, self.version)
    }

    fn ask<T: CommandReply>(&mut self, command: &Command) -> Result<T, ProtocolError> {
        self.send(command)?;
        protocol::read_reply_message(&mut self.stream, self.version).map(|(_, reply)| reply)
    }

    /// From here on it only listens, however long.
    fn subscribe(&mut self) -> Result<(), ProtocolError> {
        let mask = SubscriptionMask::SINK | SubscriptionMask::SINK_INPUT | SubscriptionMask::SERVER;
        self.send(&Command::Subscribe(mask))?;
        protocol::read_ack_message(&mut self.stream)?;
        self.stream.get_ref().set_read_timeout(None)?;
        Ok(())
    }

    fn sink(&mut self, index: Option<u32>, name: Option<CString>) -> Result<SinkInfo, ProtocolError> {
        self.ask(&Command::GetSinkInfo(GetSinkInfo { index, name }))
    }

    /// cpal names its connection after the process; our newest stream is the one.
    fn first_look(&mut self, sink: CString) -> Result<Seen, ProtocolError> {
        let ours = format!("cpal-pulseaudio-{}", std::process::id());
        let clients: ClientInfoList = self.ask(&Command::GetClientInfoList)?;
        let is_ours = |index: u32| {
            clients.iter().any(|client| client.index == index && client.name.to_bytes() == ours.as_bytes())
        };
        let inputs: SinkInputInfoList = self.ask(&Command::GetSinkInputInfoList)?;
        let newest = inputs.iter().filter(|input| input.client_index.is_some_and(is_ours));
        let newest = newest.map(|input| input.index).max();
        let input = newest.ok_or_else(|| ProtocolError::Invalid("the stream is not there".into()))?;
        let sink = self.sink(None, Some(sink))?;
        let on = (sink.index, sink.name.to_string_lossy().into_owned());
        let unseen = Seen {
            input,
            sink: sink.index,
            on,
            is_there: true,
            default: None,
            port: None,
            was_unplugged: false,
        };
        self.look(&unseen)
    }

    fn look(&mut self, before: &Seen) -> Result<Seen, ProtocolError> {
        let server: ServerInfo = self.ask(&Command::GetServerInfo)?;
        let input: SinkInputInfo = self.ask(&Command::GetSinkInputInfo(before.input))?;
        let sink = match self.sink(Some(before.sink), None) {
            Ok(sink) => Some(sink),
            Err(ProtocolError::ServerError(_)) => None,
            Err(error) => return Err(error),
        };
        let on = match &sink {
            Some(sink) if sink.index == input.sink_index => sink.name.clone(),
            _ => self.sink(Some(input.sink_index), None).map(|sink| sink.name).unwrap_or_default(),
        };
        let active = sink.as_ref().and_then(|sink| sink.ports.get(sink.active_port));
        let nothing_in = |name: &CString| {
            let ports = sink.iter().flat_map(|sink| &sink.ports);
            ports.into_iter().any(|port| port.name == *name && port.available == PortAvailable::No)
        };
        Ok(Seen {
            on: (input.sink_index, on.to_string_lossy().into_owned()),
            is_there: sink.is_some(),
            default: server.default_sink_name,
            was_unplugged: before.port.as_ref().is_some_and(nothing_in),
            port: active.map(|port| port.name.clone()),
            ..before.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen() -> Seen {
        Seen {
            input: 3,
            sink: 1,
            on: (1, "dac".into()),
            is_there: true,
            default: Some(c"dac".into()),
            port: Some(c"headphones".into()),
            was_unplugged: false,
        }
    }

    /// What changed, and what it means.
    #[test]
    fn what_the_server_does_is_told_apart() {
        let speakers = || (2, "speakers".to_owned());
        let told = |news| Some(Happened::Told(news));
        let other_default = Some(CString::from(c"speakers"));
        let other_port = Some(CString::from(c"speaker"));
        let table = [
            (seen(), None),
            (Seen { on: speakers(), is_there: false, ..seen() }, Some(Happened::Gone)),
            (
                Seen { on: speakers(), is_there: false, default: other_default.clone(), ..seen() },
                Some(Happened::Gone),
            ),
            (Seen { on: speakers(), ..seen() }, told(News::Elsewhere("pulseaudio:speakers".into()))),
            (Seen { default: other_default.clone(), ..seen() }, told(News::OtherDefault { taken: false })),
            (
                Seen { default: other_default, on: speakers(), ..seen() },
                told(News::OtherDefault { taken: true }),
            ),
            (Seen { port: other_port.clone(), was_unplugged: true, ..seen() }, told(News::Unplugged)),
            // The user chose another port.
            (Seen { port: other_port, ..seen() }, None),
            (Seen { was_unplugged: true, ..seen() }, None),
        ];
        for (at, (now, expected)) in table.into_iter().enumerate() {
            assert_eq!(judge(&seen(), &now), expected, "row {at}");
        }
    }
}
