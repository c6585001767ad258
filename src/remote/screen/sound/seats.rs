//! Which screens can be heard. A screen's thread takes a seat by the number that the screen gave itself, and gets up
//! where its link breaks; the stream stays in the seat until its output is dropped. Asked by the outputs' opener.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::stream::{Stream, Waker};
use super::{FromEars, ToEars};
use crate::model::snapshot::Accepted;
use crate::model::track::AudioFormat;

/// How long a screen may take to open its device.
const OPENING: Duration = Duration::from_secs(10);

#[derive(Default)]
pub struct Seats {
    /// By number of the screen. Held for a look only.
    seats: Mutex<HashMap<u64, Seat>>,
    streams: AtomicU64,
}

#[derive(Default)]
struct Seat {
    link: Option<Link>,
    stream: Option<Arc<Stream>>,
}

struct Link {
    /// Number of the client.
    client: u64,
    waker: Waker,
    far: bool,
}

/// A stream with a device at its end.
pub struct Taken {
    pub stream: Arc<Stream>,
    pub accepted: Accepted,
    /// The link is slow.
    pub far: bool,
}

impl Seats {
    fn seats(&self) -> MutexGuard<'_, HashMap<u64, Seat>> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The client that a screen with this number is at the end of now.
    pub fn sit(&self, screen: u64, client: u64, far: bool, waker: Waker) {
        let mut seats = self.seats();
        let seat = seats.entry(screen).or_default();
        if let Some(stream) = &seat.stream {
            stream.link(Arc::clone(&waker));
        }
        seat.link = Some(Link { client, waker, far });
    }

    /// The client is gone; unless the screen is at the end of another one already.
    pub fn rise(&self, screen: u64, client: u64) {
        let mut seats = self.seats();
        let Some(seat) = seats.get_mut(&screen) else { return };
        if seat.link.take_if(|link| link.client == client).is_some()
            && let Some(stream) = &seat.stream
        {
            stream.unlink();
        }
        if seat.link.is_none() && seat.stream.is_none() {
            seats.remove(&screen);
        }
    }

    /// What the client has to send now.
    pub fn next(&self, screen: u64, client: u64) -> Option<ToEars> {
        let mut seats = self.seats();
        let seat = seats.get_mut(&screen)?;
        seat.link.as_ref().filter(|link| link.client == client)?;
        let next = seat.stream.as_ref()?.next();
        seat.stream.take_if(|stream| stream.is_over());
        next
    }

    /// What the screen says of a stream; of one that is over nobody hears.
    pub fn take(&self, screen: u64, said: FromEars) {
        let stream = self.seats().get(&screen).and_then(|seat| seat.stream.clone());
        if let Some(stream) = stream.filter(|stream| stream.id() == said.stream()) {
            stream.take(said);
        }
    }

    /// A device at the screen, for music of this kind whose first frame counts as `from`. Waits for it.
    ///
    /// # Errors
    /// Why there is none.
    pub fn open(&self, screen: u64, format: AudioFormat, from: u64, lead: Duration) -> Result<Taken, String> {
        let id = self.streams.fetch_add(1, Ordering::Relaxed) + 1;
        let stream = Arc::new(Stream::new(id, format, from, lead));
        let far = {
            let mut seats = self.seats();
            let seat = seats.get_mut(&screen).ok_or("it is not there")?;
            let link = seat.link.as_ref().ok_or("its link is broken")?;
            if let Some(before) = seat.stream.replace(Arc::clone(&stream)) {
                before.replace();
            }
            stream.link(Arc::clone(&link.waker));
            link.far
        };
        match stream.accepted(OPENING) {
            Ok(accepted) => Ok(Taken { stream, accepted, far }),
            Err(why) => {
                stream.close();
                Err(why)
            }
        }
    }

    /// Its output is dropped.
    pub fn close(&self, screen: u64, stream: &Arc<Stream>) {
        stream.close();
        let mut seats = self.seats();
        let Some(seat) = seats.get_mut(&screen) else { return };
        seat.stream.take_if(|held| Arc::ptr_eq(held, stream) && held.is_over());
        if seat.link.is_none() && seat.stream.is_none() {
            seats.remove(&screen);
        }
    }
}

impl FromEars {
    fn stream(&self) -> u64 {
        match self {
            Self::Opened(stream, ..) | Self::Refused(stream, _) | Self::Lost(stream, _) => *stream,
            Self::Heard(heard) => heard.stream,
        }
    }
}
