//! Gets one file: the thread `net-read` asks the server from where a reader waits, and else for what is missing, until all
//! of it is there. It ends with its last reader. Nothing waits for it but readers.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Builder, Thread};
use std::time::{Duration, Instant};

use ureq::Agent;

use super::super::agent::{Range, Target, agent, get};
use super::super::fault::Fault;
use super::super::head::{self, Head, Kind};
use super::ranges::Ranges;
use super::store::{Folder, Key};
use crate::decode::interrupt::Interrupt;
use crate::model::contain::contain;
use crate::model::server::Server;
use crate::model::settings::NetworkSettings;

/// Bytes of one read.
const PIECE: usize = 32 * 1024;
/// A place so near ahead is waited for; further off it is asked for.
const NEAR: u64 = 256 * 1024;
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A reader looks by itself so often.
const LOOK: Duration = Duration::from_secs(1);
/// Largest file that is got.
const MOST: u64 = 16 << 30;

/// A file that is being got. Its thread ends when this is dropped.
pub struct Fetch {
    shared: Arc<Shared>,
    agent: Agent,
}

struct Shared {
    /// Held for a look only, by either side; never while anything is waited for or read.
    state: Mutex<State>,
    /// For `net-read`: another place is wanted, or it is over.
    turned: Condvar,
    file: File,
    part: PathBuf,
}

#[derive(Default)]
struct State {
    /// `None`: the server did not tell yet.
    len: Option<u64>,
    have: Ranges,
    /// The place that a reader waits for.
    want: Option<u64>,
    waiting: Vec<Thread>,
    failed: Option<String>,
    /// All of it is there, under its name in the folder where that could be.
    is_whole: bool,
    closing: bool,
}

impl State {
    /// `at`: where the connection is. Whether a reader waits for what it does not bring soon.
    fn is_elsewhere(&self, at: u64) -> bool {
        let is_soon = |want: u64| want >= at && want - at < NEAR;
        self.want.is_some_and(|want| !is_soon(want) && self.have.end_of(want).is_none())
    }

    fn wake(&mut self) {
        self.waiting.drain(..).for_each(|thread| thread.unpark());
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Whatever panicked, it left no half of a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Parks until `look` finds something; `None`: something else was asked for.
    fn wait<T>(
        &self,
        interrupt: &Interrupt,
        mut look: impl FnMut(&mut State) -> Option<T>,
    ) -> io::Result<Option<T>> {
        loop {
            {
                let mut state = self.lock();
                if let Some(found) = look(&mut state) {
                    return Ok(Some(found));
                }
                if let Some(failed) = &state.failed {
                    return Err(io::Error::other(failed.clone()));
                }
                if interrupt.is_asked() {
                    return Ok(None);
                }
                let me = thread::current();
                if !state.waiting.iter().any(|thread| thread.id() == me.id()) {
                    state.waiting.push(me);
                }
            }
            self.turned.notify_all();
            thread::park_timeout(LOOK);
        }
    }
}

impl Fetch {
    /// Asks nobody before it returns.
    pub fn begin(
        server: &Arc<dyn Server>,
        id: &str,
        folder: &Folder,
        (key, number): (Key, u64),
        settings: NetworkSettings,
    ) -> io::Result<Self> {
        let (file, part) = folder.begin(key, number)?;
        let shared = Arc::new(Shared { state: Mutex::default(), turned: Condvar::new(), file, part });
        let agent = agent(settings.timeout, None);
        let fetch = Self { shared: Arc::clone(&shared), agent: agent.clone() };
        let getter = Getter {
            shared: Arc::clone(&shared),
            agent,
            server: Arc::clone(server),
            id: id.to_owned(),
            folder: folder.clone(),
            key,
            settings,
            first: None,
            outage: None,
        };
        let work = move || {
            let failed = match contain(|| getter.run()) {
                Ok(Ok(())) => None,
                Ok(Err(fault)) => Some(fault.to_string()),
                Err(words) => Some(format!("the connection failed: {words}")),
            };
            // A whole one has another name by now; who reads another one goes on reading it.
            let _ = fs::remove_file(&shared.part);
            let mut state = shared.lock();
            state.failed = failed;
            state.wake();
        };
        let spawned = Builder::new().name("net-read".into()).spawn(work);
        spawned.inspect_err(|_| drop(fs::remove_file(&fetch.shared.part)))?;
        Ok(fetch)
    }

    /// Why nothing more comes.
    pub fn failure(&self) -> Option<String> {
        self.shared.lock().failed.clone()
    }

    pub fn is_whole(&self) -> bool {
        self.shared.lock().is_whole
    }

    /// Waits until all of it is there; `None`: something else was asked for.
    pub fn whole(&self, interrupt: &Interrupt) -> io::Result<Option<()>> {
        self.shared.wait(interrupt, |state| state.is_whole.then_some(()))
    }

    /// Bytes of the file. Waits for the server's first words; `None`: something else was asked for.
    pub fn len(&self, interrupt: &Interrupt) -> io::Result<Option<u64>> {
        self.shared.wait(interrupt, |state| state.len)
    }

    /// Bytes at `offset`; 0 at the end. Waits for them; `None`: something else was asked for.
    pub fn read_at(&self, bytes: &mut [u8], offset: u64, interrupt: &Interrupt) -> io::Result<Option<usize>> {
        let end = self.shared.wait(interrupt, |state| {
            let is_behind = state.len.is_some_and(|len| offset >= len);
            let end = state.have.end_of(offset).or(is_behind.then_some(offset));
            match end {
                None => state.want = Some(offset),
                Some(_) => state.want = state.want.filter(|&want| want != offset),
            }
            end
        })?;
        let Some(end) = end else { return Ok(None) };
        let most = usize::try_from(end - offset).unwrap_or(usize::MAX).min(bytes.len());
        self.shared.file.read_at(&mut bytes[..most], offset).map(Some)
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        self.shared.lock().closing = true;
        self.shared.turned.notify_all();
        self.agent.clone().shutdown();
    }
}

/// The side of the thread.
struct Getter {
    shared: Arc<Shared>,
    agent: Agent,
    server: Arc<dyn Server>,
    id: String,
    folder: Folder,
    key: Key,
    settings: NetworkSettings,
    /// What the server said first.
    first: Option<Head>,
    /// Since when nothing comes, and the next pause before it is asked for again.
    outage: Option<(Instant, Duration)>,
}

impl Getter {
    fn run(mut self) -> Result<(), Fault> {
        while let Some(place) = self.missing() {
            if let Err(fault) = self.connect(place) {
                if !self.waits_after(&fault) {
                    return Err(fault);
                }
                tracing::info!(%fault, "a file of the server broke off");
            }
        }
        self.finish();
        Ok(())
    }

    /// Where to go on; `None` where all of it is there, or nobody reads it any more.
    fn missing(&self) -> Option<u64> {
        let state = self.shared.lock();
        match state.len.filter(|_| !state.closing) {
            None => (!state.closing).then_some(0),
            Some(len) => state.have.hole(state.want.unwrap_or(0), len).map(|(from, _)| from),
        }
    }

    /// A full disk or a folder that is gone costs only that it is got again.
    fn finish(&self) {
        if self.shared.lock().closing {
            return;
        }
        if let Err(error) = self.folder.keep(&self.shared.part, self.key) {
            tracing::warn!(%error, "a file of the server is not kept");
        }
        // Woken by the thread as it ends.
        self.shared.lock().is_whole = true;
    }

    /// Whether it is worth to ask again; waits before that.
    fn waits_after(&mut self, fault: &Fault) -> bool {
        let (since, pause) = self.outage.unwrap_or((Instant::now(), FIRST_PAUSE));
        self.outage = Some((since, (pause * 2).min(LONGEST_PAUSE)));
        // Who is not there at all is not waited for.
        if self.first.is_none() || fault.is_lasting || since.elapsed() + pause > self.settings.retry {
            return false;
        }
        let over = Instant::now() + pause;
        let mut state = self.shared.lock();
        while let Some(left) = over.checked_duration_since(Instant::now()).filter(|_| !state.closing) {
            let waited = self.shared.turned.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        !state.closing
    }

    fn connect(&mut self, from: u64) -> Result<(), Fault> {
        let url = self.server.file(&self.id).map_err(|failed| match failed.for_good {
            true => Fault::lasting(failed.why),
            false => Fault::passing(failed.why),
        })?;
        let validator = self.first.as_ref().and_then(|head| head.validator.as_deref());
        let response = get(&self.agent, &Target::new(&url), Some(Range { from, validator }))?;
        let (parts, body) = response.into_parts();
        let head = Head::read(parts.status, &parts.headers, None)?;
        // What cannot be had in parts comes from its start, again and again.
        let at = head::range_start(&parts.headers).unwrap_or(0);
        self.check(&head, at, from)?;
        let is_part = at == from && matches!(head.kind, Kind::File { .. });
        self.pump(is_part, body.into_reader(), at)
    }

    fn check(&mut self, head: &Head, at: u64, from: u64) -> Result<(), Fault> {
        let is_other = self.first.as_ref().is_some_and(|first| {
            first.len() != head.len() || first.validator.is_some() && first.validator != head.validator
        });
        if is_other || at > from {
            return Err(Fault::lasting("the file changed on the server while it was read"));
        }
        if head.len().is_some_and(|len| len > MOST) {
            return Err(Fault::lasting("the file is larger than any song"));
        }
        if self.first.is_none() {
            self.first = Some(head.clone());
            let mut state = self.shared.lock();
            state.len = head.len();
            state.wake();
        }
        Ok(())
    }

    /// From the connection into the file, until that is elsewhere needed. What is no part that was asked for is read to
    /// its end: to ask again would bring the same.
    fn pump(&mut self, is_part: bool, mut body: impl Read, mut at: u64) -> Result<(), Fault> {
        let mut piece = vec![0; PIECE];
        loop {
            let read = body.read(&mut piece).map_err(|error| Fault::io(&error))?;
            if read == 0 {
                return self.ended(at);
            }
            let unkept = |error: io::Error| Fault::lasting(super::unkept(&self.folder.path, &error));
            self.shared.file.write_all_at(&piece[..read], at).map_err(unkept)?;
            let (mut state, end) = (self.shared.lock(), at + read as u64);
            // What was there already is no sign that the server is back.
            if state.have.end_of(at).is_none_or(|known| known < end) {
                self.outage = None;
            }
            state.have.add(at, end);
            at = end;
            state.wake();
            // What comes next is there already, or another place is waited for: a new connection is for that.
            let is_known = state.have.end_of(at).is_some() || state.len.is_some_and(|len| at >= len);
            if state.closing || is_part && (is_known || state.is_elsewhere(at)) {
                return Ok(());
            }
            if at > MOST {
                return Err(Fault::lasting("the file is larger than any song"));
            }
        }
    }

    /// The body is over. Where no length was told that is the end of the file.
    fn ended(&self, at: u64) -> Result<(), Fault> {
        let mut state = self.shared.lock();
        match state.len {
            None => {
                state.len = Some(at);
                state.wake();
                Ok(())
            }
            Some(len) if at >= len => Ok(()),
            Some(_) => Err(Fault::passing("the connection broke off")),
        }
    }
}
