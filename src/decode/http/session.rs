//! The thread `net-read` of one open address: asks the server, fills the buffer, asks again after an interruption. It
//! ends with its buffer. Nothing waits for it.

use std::io::Read;
use std::sync::Arc;
use std::thread::Builder;
use std::time::{Duration, Instant};

use ureq::http::{HeaderMap, StatusCode};
use ureq::{Agent, BodyReader};

use super::agent::{Range, Target, get};
use super::buffer::{Buffer, Turn};
use super::fault::Fault;
use super::head::{self, Head, Kind};
use super::icy::{Deinterleaver, Part, stream_title};
use super::links::{Links, Piece};
use crate::model::contain::contain;
use crate::model::settings::NetworkSettings;

/// Bytes of one read.
const PIECE: usize = 16 * 1024;
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// So much must come for an interruption to be over.
const ENOUGH: u64 = 4_096;

/// See the module's head.
pub(super) struct Session {
    pub(super) buffer: Arc<Buffer>,
    pub(super) agent: Agent,
    pub(super) target: Target,
    pub(super) host: Option<String>,
    pub(super) settings: NetworkSettings,
    first: Option<Head>,
    /// Since when nothing comes, and the next pause before it is asked for again.
    outage: Option<(Instant, Duration)>,
}

/// Why a connection was left.
enum Left {
    /// Another place is wanted, or nobody reads.
    Here,
    /// All there is has come.
    AtEnd,
}

impl Session {
    pub(super) fn new(
        buffer: Arc<Buffer>,
        agent: Agent,
        target: Target,
        host: Option<&str>,
        settings: NetworkSettings,
    ) -> Self {
        let host = host.map(str::to_owned);
        Self { buffer, agent, target, host, settings, first: None, outage: None }
    }

    pub(super) fn spawn(self) -> std::io::Result<()> {
        let buffer = Arc::clone(&self.buffer);
        let work = move || {
            if let Err(words) = contain(|| self.run()) {
                buffer.fail(format!("the connection failed: {words}"));
            }
        };
        Builder::new().name("net-read".into()).spawn(work).map(drop)
    }

    fn run(mut self) {
        let mut has_ended = false;
        while let Some(from) = self.buffer.wanted() {
            // A stream that is over has no other place to go to.
            if has_ended && !self.is_file() {
                return;
            }
            match self.connect(from) {
                Ok(Left::Here) => {}
                Ok(Left::AtEnd) => has_ended = true,
                Err(fault) if !self.waits_after(&fault) => return self.buffer.fail(fault.to_string()),
                Err(fault) => tracing::info!(%fault, "the stream broke off"),
            }
        }
    }

    fn is_file(&self) -> bool {
        self.first.as_ref().is_some_and(|head| matches!(head.kind, Kind::File { .. }))
    }

    fn is_live(&self) -> bool {
        self.first.as_ref().is_some_and(|head| matches!(head.kind, Kind::Live { .. }))
    }

    /// Whether it is worth to ask again; waits before that.
    fn waits_after(&mut self, fault: &Fault) -> bool {
        // The place of a station may be empty until the station is back.
        let is_worth = self.is_live() || self.is_file() && !fault.is_lasting;
        let (since, pause) = self.outage.unwrap_or((Instant::now(), FIRST_PAUSE));
        self.outage = Some((since, (pause * 2).min(LONGEST_PAUSE)));
        is_worth && since.elapsed() + pause <= self.settings.retry && self.buffer.pause(pause)
    }

    fn connect(&mut self, from: u64) -> Result<Left, Fault> {
        let validator = self.first.as_ref().and_then(|head| head.validator.as_deref());
        let range = self.is_file().then_some(Range { from, validator });
        let response = get(&self.agent, &self.target, range)?;
        let (parts, body) = response.into_parts();
        let head = Head::read(parts.status, &parts.headers, self.host.as_deref())?;
        match &self.first {
            None => {
                self.first = Some(head.clone());
                self.buffer.opened(head.clone());
            }
            Some(first) if matches!(first.kind, Kind::File { .. }) => {
                check_part(first, &head, from, parts.status, &parts.headers)?;
                self.buffer.move_to(from);
            }
            Some(_) if !matches!(head.kind, Kind::Live { .. }) => {
                return Err(Fault::passing("the station sends a file"));
            }
            Some(_) => {
                self.buffer.opened(head.clone());
                self.buffer.split();
            }
        }
        self.pump(&head, body.into_reader())
    }

    /// From the connection into the buffer, as long as that is wanted.
    fn pump(&mut self, head: &Head, mut body: BodyReader<'_>) -> Result<Left, Fault> {
        let mut sound = Sound::new(head, self.host.clone());
        let mut piece = vec![0; PIECE];
        let mut come = 0;
        loop {
            match self.buffer.turn() {
                Turn::Read => {}
                Turn::Jump(place) => {
                    self.buffer.move_to(place);
                    return Ok(Left::Here);
                }
                Turn::Rest | Turn::Over => return Ok(Left::Here),
            }
            let read = match body.read(&mut piece) {
                Ok(0) => return self.ended(head, come),
                Ok(read) => read,
                Err(error) => return Err(self.broken(Fault::io(&error))),
            };
            sound.feed(&piece[..read], &self.buffer);
            come += read as u64;
            if come >= ENOUGH {
                self.outage = None;
            }
        }
    }

    /// A body that must come in one go cannot be asked for again.
    fn broken(&self, fault: Fault) -> Fault {
        match self.first.as_ref().map(|head| head.kind) {
            Some(Kind::Once { .. }) => {
                Fault::lasting(format!("{fault}, and this server cannot go on from there"))
            }
            _ => fault,
        }
    }

    fn ended(&self, head: &Head, come: u64) -> Result<Left, Fault> {
        let early = || self.broken(Fault::passing("the connection broke off"));
        match head.kind {
            Kind::File { len } if self.buffer.at() < len => Err(early()),
            Kind::File { .. } => Ok(Left::AtEnd),
            Kind::Once { len } if len.is_some_and(|len| come < len) => Err(early()),
            Kind::Live { is_radio: true } => Err(Fault::passing("the station stopped sending")),
            Kind::Once { .. } | Kind::Live { .. } => {
                self.buffer.end();
                Ok(Left::AtEnd)
            }
        }
    }
}

/// The rest of a file must be that of the file that was begun.
fn check_part(
    first: &Head,
    now: &Head,
    from: u64,
    status: StatusCode,
    headers: &HeaderMap,
) -> Result<(), Fault> {
    let starts_at = if status == StatusCode::PARTIAL_CONTENT { head::range_start(headers) } else { Some(0) };
    if first.len() == now.len() && starts_at == Some(from) {
        return Ok(());
    }
    Err(Fault::lasting("the file changed on the server while it was read, or cannot be had in parts"))
}

/// What a connection brings, taken apart: titles, ends of streams, sound.
struct Sound {
    icy: Deinterleaver,
    /// Of live Ogg only.
    links: Option<Links>,
    host: Option<String>,
}

impl Sound {
    fn new(head: &Head, host: Option<String>) -> Self {
        let is_live = matches!(head.kind, Kind::Live { .. });
        let links = (is_live && head.is_ogg).then(Links::default);
        Self { icy: Deinterleaver::new(head.interval), links, host }
    }

    fn feed(&mut self, bytes: &[u8], buffer: &Buffer) {
        let Self { icy, links, host } = self;
        icy.feed(bytes, |part| match (part, &mut *links) {
            (Part::Sound(bytes), None) => buffer.append(bytes),
            (Part::Sound(bytes), Some(links)) => links.feed(bytes, &mut |piece| match piece {
                Piece::Bytes(bytes) => buffer.append(bytes),
                Piece::Link => buffer.split(),
            }),
            (Part::Text(text), _) => {
                if let Some(title) = stream_title(text, host.as_deref()) {
                    buffer.set_title(&title);
                }
            }
        });
    }
}
