//! The other end: talks to the player that runs, line by line, waiting for each answer. Called by the command line.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::error::RemoteError;
use super::place::Place;
use super::server::check_peer;
use super::wire::{Greeting, MOST_LINE_BYTES, OLDEST, PROTOCOL, Reply, Request};

/// A player that runs greets at once.
const GREETING: Duration = Duration::from_secs(5);
/// A player that ends may still take a connection that it never greets: its socket closes a moment after it.
const TRIES: u32 = 40;
const PAUSE: Duration = Duration::from_millis(25);
/// Folders may have to be walked.
const ANSWER: Duration = Duration::from_secs(60);

/// A connection to the player.
#[derive(Debug)]
pub struct Connection {
    stream: BufReader<UnixStream>,
    last_id: u64,
}

impl Connection {
    pub fn open(place: &Place) -> Result<Self, RemoteError> {
        for _ in 1..TRIES {
            match Self::try_open(place) {
                Err(RemoteError::Broken(error)) if error.kind() == ErrorKind::ConnectionReset => {
                    std::thread::sleep(PAUSE);
                }
                done => return done,
            }
        }
        Self::try_open(place)
    }

    fn try_open(place: &Place) -> Result<Self, RemoteError> {
        let (stream, socket) = place.connect()?;
        check_peer(&stream).map_err(|_| RemoteError::Foreign { socket: socket.clone() })?;
        Self::over(stream, &socket)
    }

    fn over(stream: UnixStream, socket: &Path) -> Result<Self, RemoteError> {
        stream.set_write_timeout(Some(ANSWER)).map_err(RemoteError::Broken)?;
        let mut connection = Self { stream: BufReader::new(stream), last_id: 0 };
        connection.wait_at_most(Some(GREETING))?;
        let foreign = || RemoteError::Foreign { socket: socket.to_owned() };
        let line = connection.line()?.ok_or_else(foreign)?;
        if let Ok(Reply::<Value> { error: Some(fault), .. }) = serde_json::from_slice(&line) {
            return Err(RemoteError::Fault(fault));
        }
        let greeting: Greeting = serde_json::from_slice(&line).map_err(|_| foreign())?;
        let version = greeting.auralis;
        match (greeting.oldest, greeting.protocol) {
            (_, protocol) if protocol < OLDEST => return Err(RemoteError::PlayerTooOld { version }),
            (oldest, _) if oldest > PROTOCOL => return Err(RemoteError::PlayerTooNew { version }),
            (_, protocol) => {
                let hello = Request { hello: Some(protocol.min(PROTOCOL)), ..Request::default() };
                connection.ask(hello)?;
            }
        }
        Ok(connection)
    }

    /// Asks and waits for the answer; one that is not `ok` is an error.
    pub fn ask(&mut self, request: Request) -> Result<Reply<Value>, RemoteError> {
        self.last_id += 1;
        let request = Request { id: Some(self.last_id), ..request };
        let mut line = serde_json::to_vec(&request).map_err(|error| RemoteError::Broken(error.into()))?;
        if line.len() > MOST_LINE_BYTES {
            return Err(RemoteError::TooLong { bytes: line.len(), most: MOST_LINE_BYTES });
        }
        line.push(b'\n');
        self.wait_at_most(Some(ANSWER))?;
        self.stream.get_mut().write_all(&line).map_err(RemoteError::of_stream)?;
        loop {
            let reply = self.reply()?.ok_or_else(ended)?;
            match reply.error {
                _ if reply.id.is_some_and(|id| id != self.last_id) => {}
                Some(fault) => return Err(RemoteError::Fault(fault)),
                None => return Ok(reply),
            }
        }
    }

    /// Waits for what the player tells by itself, however long; `None` when it ends.
    pub fn listen(&mut self) -> Result<Option<Reply<Value>>, RemoteError> {
        self.wait_at_most(None)?;
        self.reply()
    }

    /// Waits until the player has ended.
    pub fn wait_for_end(mut self) {
        while let Ok(Some(_)) = self.listen() {}
    }

    fn reply(&mut self) -> Result<Option<Reply<Value>>, RemoteError> {
        let line = self.line()?.ok_or_else(ended)?;
        let reply: Reply<Value> =
            serde_json::from_slice(&line).map_err(|error| RemoteError::Broken(error.into()))?;
        Ok(Some(reply).filter(|reply| !reply.end))
    }

    fn line(&mut self) -> Result<Option<Vec<u8>>, RemoteError> {
        let mut line = Vec::new();
        let most = MOST_LINE_BYTES as u64 + 1;
        self.stream.by_ref().take(most).read_until(b'\n', &mut line).map_err(RemoteError::of_stream)?;
        // Without its end it broke off.
        Ok((line.pop() == Some(b'\n')).then_some(line))
    }

    fn wait_at_most(&self, time: Option<Duration>) -> Result<(), RemoteError> {
        self.stream.get_ref().set_read_timeout(time).map_err(RemoteError::Broken)
    }
}

fn ended() -> RemoteError {
    RemoteError::Broken(std::io::ErrorKind::UnexpectedEof.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a client makes of a player that says this and takes what it is told.
    fn meets(said: &str) -> Result<Connection, RemoteError> {
        let (client, mut player) = UnixStream::pair().unwrap();
        player.write_all(said.as_bytes()).unwrap();
        player.shutdown(std::net::Shutdown::Write).unwrap();
        Connection::over(client, Path::new("/run/it"))
    }

    #[test]
    fn old_and_new_players_are_told_apart() {
        let greeting = |protocol: u32, oldest: u32| {
            let first = format!(r#"{{"auralis":"9.9","protocol":{protocol},"oldest":{oldest},"process":1}}"#);
            format!("{first}\n{{\"id\":1,\"ok\":true}}\n")
        };
        assert!(meets(&greeting(1, 1)).is_ok());
        assert!(meets(&greeting(7, 1)).is_ok());
        let old = meets(&greeting(0, 0)).unwrap_err().to_string();
        assert_eq!(
            old,
            "the player that runs is auralis 9.9, too old for this one. Quit it and start it again"
        );
        let new = meets(&greeting(7, 2)).unwrap_err().to_string();
        assert_eq!(new, "the player that runs is auralis 9.9, too new for this one. Update this one");
    }

    #[test]
    fn what_is_no_player_is_told_so() {
        for said in ["", "SSH-2.0-OpenSSH\r\n", "{}\n", "{\"auralis\":\"1\"}\n", "no end"] {
            assert!(matches!(meets(said), Err(RemoteError::Foreign { .. })), "{said}");
        }
        let full = "{\"ok\":false,\"error\":{\"kind\":\"busy\",\"message\":\"64 clients\"}}\n";
        assert!(matches!(meets(full), Err(RemoteError::Fault(fault)) if fault.message == "64 clients"));
    }

    #[test]
    fn an_end_is_told_from_a_break() {
        let hello = "{\"auralis\":\"1\",\"protocol\":1,\"oldest\":1,\"process\":1}\n{\"id\":1,\"ok\":true}\n";
        let mut ends = meets(&format!("{hello}{{\"ok\":true,\"end\":true}}\n")).unwrap();
        assert_eq!(ends.listen().unwrap(), None);
        assert!(matches!(meets(hello).unwrap().listen(), Err(RemoteError::Broken(_))));
    }
}
