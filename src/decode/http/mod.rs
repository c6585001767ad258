//! Sound from HTTP servers: files, which are read where they are wanted, and streams, which come once and may have no
//! end. Called by `source` on the thread that decodes; the bytes are got by a thread of their own.
//!
//! ```text
//! server --agent--> session (thread net-read) --buffer--> Remote (thread that decodes) --> symphonia
//! ```

mod agent;
mod buffer;
mod fault;
mod fetch;
mod head;
mod icy;
mod kept;
mod links;
mod session;

use std::io;
use std::path::Path;
use std::sync::Arc;

use ureq::Agent;

use self::agent::Target;
use self::buffer::Buffer;
use self::head::Kind;
use self::session::Session;
use super::error::DecodeError;
use super::file::{Bytes, Far, FileSpan};
use super::interrupt::Interrupt;
use crate::model::address;
use crate::model::settings::NetworkSettings;
use crate::model::snapshot::StreamView;

pub(super) use fetch::fetch;
pub(super) use kept::Shelf;

/// An open address. Its thread ends when this is dropped.
pub(super) struct Remote {
    buffer: Arc<Buffer>,
    agent: Agent,
    interrupt: Interrupt,
}

/// Asks the server and waits for its answer.
pub(super) fn open(
    address: &Path,
    settings: NetworkSettings,
    interrupt: &Interrupt,
) -> Result<(FileSpan, Arc<Remote>), DecodeError> {
    let url = address::url(address).ok_or_else(|| DecodeError::Network("this is no address".into()))?;
    let buffer = Arc::new(Buffer::new(settings));
    let agent = agent::agent(settings.timeout, None);
    let remote =
        Arc::new(Remote { buffer: Arc::clone(&buffer), agent: agent.clone(), interrupt: interrupt.clone() });
    let session = Session::new(buffer, agent, Target::new(url), address::host(address), settings);
    session.spawn().map_err(DecodeError::Open)?;
    let head = remote.buffer.wait_head(interrupt).map_err(|error| DecodeError::Network(error.to_string()))?;
    let bytes = Arc::new(Stream { remote: Arc::clone(&remote), start: 0, kind: head.kind });
    if head.len() == Some(0) {
        return Err(DecodeError::Empty);
    }
    Ok((FileSpan::over(bytes, head.len()), remote))
}

fn is_file(kind: Kind) -> bool {
    matches!(kind, Kind::File { .. })
}

impl Far for Remote {
    fn failure(&self) -> Option<String> {
        self.buffer.failure()
    }

    fn was_interrupted(&self) -> bool {
        self.buffer.was_interrupted()
    }

    fn stream(&self) -> Option<StreamView> {
        let head = self.buffer.head().filter(|head| !is_file(head.kind))?;
        let live = matches!(head.kind, Kind::Live { .. });
        Some(StreamView { live, station: head.station.clone(), title: self.buffer.title() })
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        self.buffer.close();
        // Whatever its thread waits for ends.
        self.agent.clone().shutdown();
    }
}

/// A file, or one of the streams that follow one another.
struct Stream {
    remote: Arc<Remote>,
    /// Its place among all bytes that came.
    start: u64,
    kind: Kind,
}

impl Bytes for Stream {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        let place = self.start.saturating_add(offset);
        self.remote.buffer.read(bytes, self.start, place, &self.remote.interrupt)
    }

    fn is_seekable(&self) -> bool {
        is_file(self.kind)
    }

    fn is_near(&self) -> bool {
        false
    }

    fn is_endless(&self) -> bool {
        matches!(self.kind, Kind::Live { is_radio: true })
    }

    fn following(&self) -> io::Result<Option<FileSpan>> {
        if !matches!(self.kind, Kind::Live { .. }) {
            return Ok(None);
        }
        let start = self.remote.buffer.following(self.start)?;
        Ok(start.map(|start| {
            let remote = Arc::clone(&self.remote);
            FileSpan::over(Arc::new(Self { remote, start, kind: self.kind }), None)
        }))
    }
}
