//! Thread `mpd`: listens, and serves every client from one loop that sleeps until a socket, the core or a thread that
//! looked something up has something. Nobody waits for it, and it waits for nobody.

use std::io;
use std::net::TcpListener;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::ack::{Ack, Code};
use super::commands::{self, Found, Ran, Step, Turn};
use super::desk::{self, Asked};
use super::hub::Hub;
use super::idle::Events;
use super::link::{Link, Said, Stream, Waits};
use super::look::Shelf;
use super::session::{MOST_MESSAGES, Session};
use crate::model::contain::contain;
use crate::model::mpd::{Listen, MpdSettings};
use crate::model::player::{Outcome, Player};
use crate::remote::server::check_peer;
use crate::remote::waker::{self, Waker, Woken};

/// The version of the protocol that is spoken, as clients read it: three numbers.
const GREETING: &[u8] = b"OK MPD 0.24.0\n";
/// Clients at once.
const MOST_CLIENTS: usize = 64;
/// Bytes that wait for all clients together; who has most is dropped beyond.
const MOST_WAITING: usize = 192 << 20;
/// How long it does not listen where the system gives no more sockets.
const DEAF: Duration = Duration::from_secs(1);

/// The running thread.
pub struct Server {
    waker: Arc<Waker>,
    thread: JoinHandle<()>,
}

/// Why nothing, or less than was asked for, is listened to. For people.
pub type Trouble = String;

/// Listens where the settings say. `None` where they say nothing, or nothing of it can be had; what cannot is told.
pub fn start(
    settings: MpdSettings,
    player: Arc<dyn Player>,
    shelf: Arc<dyn Shelf>,
) -> (Option<Server>, Vec<Trouble>) {
    let mut troubles = Vec::new();
    let mut doors = Vec::new();
    for place in &settings.listen {
        match Door::open(place, &settings) {
            Ok(door) => doors.push(door),
            Err(why) => troubles.push(format!("{place}: {why}")),
        }
    }
    if doors.is_empty() {
        return (None, troubles);
    }
    match spawn(doors, settings, player, shelf) {
        Ok(server) => (Some(server), troubles),
        Err(error) => {
            troubles.push(format!("the system gives no thread: {error}"));
            (None, troubles)
        }
    }
}

fn spawn(
    doors: Vec<Door>,
    settings: MpdSettings,
    player: Arc<dyn Player>,
    shelf: Arc<dyn Shelf>,
) -> io::Result<Server> {
    let (waker, woken) = Waker::pair()?;
    let (answers, answered) = channel();
    let desk = |name| {
        let (answers, waker) = (answers.clone(), Arc::clone(&waker));
        desk::spawn(name, Arc::clone(&shelf), move |client, found| {
            // Fails where the server has ended.
            let _ = answers.send((client, Answer::Found(found)));
            waker.wake();
        })
    };
    let (looks, disks) = (desk("mpd-look")?, desk("mpd-disk")?);
    let wakes = Arc::clone(&waker);
    player.on_change(Box::new(move || wakes.wake()));
    let hub = Hub::new(player, settings);
    let serve = Serve {
        doors,
        hub,
        looks,
        disks,
        woken,
        answers,
        answered,
        links: Vec::new(),
        last_client: 0,
        deaf_until: None,
    };
    let thread = std::thread::Builder::new().name("mpd".into()).spawn(move || {
        // What others wrote must not end the player.
        if let Err(words) = contain(|| serve.run()) {
            tracing::error!(words, "MPD clients are not served any longer");
        }
    })?;
    Ok(Server { waker, thread })
}

impl Server {
    /// Ends the thread; `false` where that took longer than `deadline`.
    pub fn stop(self, deadline: Duration) -> bool {
        waker::stop(self.thread, &self.waker, deadline)
    }
}

/// A place that is listened at.
enum Door {
    Unix(UnixListener, PathBuf),
    Tcp(TcpListener),
}

impl Door {
    fn open(place: &Listen, settings: &MpdSettings) -> io::Result<Self> {
        match place {
            Listen::Path(path) => Ok(Self::Unix(bind(path)?, path.clone())),
            Listen::Address(_) if place.is_open() && settings.passwords.is_empty() => {
                Err(io::Error::other("other machines could reach it: that needs `mpd.password`"))
            }
            Listen::Address(address) => {
                let listener = TcpListener::bind(address)?;
                listener.set_nonblocking(true)?;
                Ok(Self::Tcp(listener))
            }
        }
    }

    fn accept(&self) -> io::Result<Stream> {
        match self {
            Self::Unix(listener, _) => listener.accept().map(|(stream, _)| Stream::Unix(stream)),
            Self::Tcp(listener) => listener.accept().map(|(stream, _)| Stream::Tcp(stream)),
        }
    }
}

impl AsFd for Door {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Unix(listener, _) => listener.as_fd(),
            Self::Tcp(listener) => listener.as_fd(),
        }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        if let Self::Unix(_, path) = self {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// A socket for this user alone. One that is there and that nobody listens at is put away; nothing else is.
fn bind(path: &Path) -> io::Result<UnixListener> {
    let is_socket = std::fs::symlink_metadata(path).is_ok_and(|about| about.file_type().is_socket());
    if is_socket {
        match UnixStream::connect(path) {
            Ok(_) => return Err(io::Error::other("another program listens there")),
            Err(_) => std::fs::remove_file(path)?,
        }
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// What a client waited for.
enum Answer {
    Core(Outcome),
    Found(Result<Found, Ack>),
}

struct Serve {
    doors: Vec<Door>,
    hub: Hub,
    looks: Sender<Asked>,
    disks: Sender<Asked>,
    woken: Woken,
    answers: Sender<(u64, Answer)>,
    answered: Receiver<(u64, Answer)>,
    links: Vec<Link>,
    last_client: u64,
    deaf_until: Option<Instant>,
}

#[derive(Default)]
struct Ready {
    doors: Vec<bool>,
    /// In the order of the links.
    links: Vec<PollFlags>,
}

impl Serve {
    fn run(mut self) {
        while !self.woken.is_stopped() {
            let ready = self.wait();
            self.woken.take();
            let now = Instant::now();
            for (link, ready) in self.links.iter_mut().zip(ready.links) {
                link.receive(ready, now);
            }
            for at in 0..self.doors.len() {
                if ready.doors.get(at) == Some(&true) {
                    self.accept(at);
                }
            }
            self.deliver();
            for at in 0..self.links.len() {
                self.hear(at);
            }
            let now = Instant::now();
            self.links.iter_mut().for_each(|link| link.send(now));
            self.drop_gone(now);
            // Behind that: who left has left channels, too.
            self.hub.follow();
            self.tell_idle();
            self.links.iter_mut().for_each(|link| link.send(now));
        }
    }

    /// Sleeps until something is to be done.
    fn wait(&self) -> Ready {
        let now = Instant::now();
        let deaf = self.deaf_until.is_some_and(|until| until > now);
        let knock = if deaf { PollFlags::empty() } else { PollFlags::IN };
        let mut fds = vec![PollFd::new(&self.woken, PollFlags::IN)];
        fds.extend(self.doors.iter().map(|door| PollFd::new(door, knock)));
        fds.extend(self.links.iter().map(|link| PollFd::new(link.stream(), link.interest())));
        let deadlines = self.links.iter().filter_map(Link::deadline).chain(self.deaf_until.filter(|_| deaf));
        let has_work = self.links.iter().any(Link::has_work);
        let deadlines = deadlines.chain(has_work.then_some(now));
        let left = deadlines.min().map(|deadline| deadline.saturating_duration_since(now));
        let limit = left.and_then(|left| Timespec::try_from(left).ok());
        match poll(&mut fds, limit.as_ref()) {
            Ok(_) => {
                let mut flags = fds.iter().skip(1).map(PollFd::revents);
                let doors = flags.by_ref().take(self.doors.len()).map(|flags| !flags.is_empty()).collect();
                Ready { doors, links: flags.collect() }
            }
            Err(error) => {
                if error != rustix::io::Errno::INTR {
                    tracing::error!(%error, "poll");
                    std::thread::sleep(Duration::from_millis(100));
                }
                Ready::default()
            }
        }
    }

    fn accept(&mut self, door: usize) {
        while let Some(door) = self.doors.get(door) {
            match door.accept() {
                Ok(stream) => self.welcome(stream),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => {
                    tracing::warn!(%error, "accept");
                    self.deaf_until = Some(Instant::now() + DEAF);
                    return;
                }
            }
        }
    }

    fn welcome(&mut self, stream: Stream) {
        if let Stream::Unix(unix) = &stream
            && let Err(why) = check_peer(unix)
        {
            tracing::warn!(why, "MPD client refused");
            return;
        }
        if stream.set_nonblocking().is_err() {
            return;
        }
        if self.links.len() >= MOST_CLIENTS {
            tracing::warn!("MPD client refused: too many");
            return;
        }
        self.last_client += 1;
        let is_local = matches!(stream, Stream::Unix(_));
        let session = Session::new(self.last_client, is_local, self.hub.settings.first(is_local));
        let mut link = Link::new(session, stream, Instant::now());
        link.say(GREETING);
        self.links.push(link);
    }

    /// Goes on with commands whose answers came.
    fn deliver(&mut self) {
        while let Ok((client, answer)) = self.answered.try_recv() {
            // A client that left has no use for it.
            let Some(at) = self.links.iter().position(|link| link.session.id == client) else { continue };
            let Some((name, waits)) = self.links[at].waits.take() else { continue };
            let mut out = Vec::new();
            let result = match (waits, answer) {
                (Waits::Core(next), Answer::Core(outcome)) => next(&mut self.turn(at, &mut out), outcome),
                (Waits::Thread, Answer::Found(Ok(Found::Answer(bytes)))) => {
                    out = bytes;
                    Ok(Step::Done)
                }
                (Waits::Thread, Answer::Found(Ok(Found::Then(then)))) => then(&mut self.turn(at, &mut out)),
                (_, Answer::Found(Err(ack))) => Err(ack),
                _ => Err(Ack::unknown("the answer is to another question")),
            };
            self.settle(at, name, result, &out);
        }
    }

    fn turn<'a>(&'a mut self, at: usize, out: &'a mut Vec<u8>) -> Turn<'a> {
        let snapshot = self.hub.follow();
        Turn { session: &mut self.links[at].session, hub: &mut self.hub, snapshot, out }
    }

    /// Does what a client says, as far as it may go on.
    fn hear(&mut self, at: usize) {
        while let Some(said) = self.links[at].next() {
            let link = &mut self.links[at];
            match said {
                Said::NoIdle => {
                    if link.session.idle.take().is_some() {
                        link.say(b"OK\n");
                    }
                }
                // While it waits it may say nothing else.
                Said::Command(_) if link.session.idle.is_some() => link.drop_now(),
                Said::Command(line) => self.run_line(at, &line),
            }
        }
    }

    fn run_line(&mut self, at: usize, line: &[u8]) {
        let mut out = Vec::new();
        let Ran { name, result, foreign } = commands::run(&mut self.turn(at, &mut out), line);
        self.settle(at, name, result, &out);
        if foreign {
            self.links[at].end();
        }
    }

    fn settle(&mut self, at: usize, name: &'static str, result: Result<Step, Ack>, out: &[u8]) {
        let link = &mut self.links[at];
        link.say(out);
        match result {
            Ok(Step::Done) => link.finish(),
            Ok(Step::Ask(command, next)) => {
                let (answers, waker, client) =
                    (self.answers.clone(), Arc::clone(self.woken.waker()), link.session.id);
                let answer = move |outcome| {
                    // Fails where the server has ended.
                    let _ = answers.send((client, Answer::Core(outcome)));
                    waker.wake();
                };
                match self.hub.player.ask(command, Box::new(answer)) {
                    Ok(()) => link.waits = Some((name, Waits::Core(next))),
                    Err(_) => link.fail(&Ack::new(Code::System, "the player is busy"), name),
                }
            }
            Ok(Step::Look(job)) => hand_over(link, name, &self.looks, job),
            Ok(Step::Disk(job)) => hand_over(link, name, &self.disks, job),
            Ok(Step::Idle(_)) if link.runs.is_some() => {
                link.fail(&Ack::new(Code::NotList, "idle cannot be in a command list"), name);
            }
            Ok(Step::Idle(events)) => link.session.idle = Some(events),
            Ok(Step::Close) => link.end(),
            Err(ack) => link.fail(&ack, name),
        }
        self.spread();
        // What happened before is told before anything else it says, as `noidle`, is heard.
        tell_due(&mut self.links[at]);
    }

    /// What a command made happen reaches the others.
    fn spread(&mut self) {
        let raised = std::mem::replace(&mut self.hub.raised, Events::NONE);
        let mail = std::mem::take(&mut self.hub.mail);
        for session in self.links.iter_mut().map(|link| &mut link.session) {
            session.pending = session.pending.with(raised);
            for (channel, text) in mail.iter().filter(|(channel, _)| session.channels.contains(channel)) {
                if session.messages.len() >= MOST_MESSAGES {
                    session.messages.pop_front();
                }
                session.messages.push_back((channel.clone(), text.clone()));
                session.pending = session.pending.with(Events::MESSAGE);
            }
        }
    }

    fn tell_idle(&mut self) {
        self.spread();
        self.links.iter_mut().for_each(tell_due);
    }

    fn drop_gone(&mut self, now: Instant) {
        let waiting: usize = self.links.iter().map(Link::waiting).sum();
        if waiting > MOST_WAITING
            && let Some(link) = self.links.iter_mut().max_by_key(|link| link.waiting())
        {
            tracing::warn!(waiting, "an MPD client takes too little");
            link.drop_now();
        }
        let (kept, gone): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.links).into_iter().partition(|link| link.lives(now));
        self.links = kept;
        for link in gone {
            for channel in &link.session.channels {
                super::channels::leave(&mut self.hub, channel);
            }
        }
    }
}

fn tell_due(link: &mut Link) {
    if let Some(due) = link.session.take_due() {
        link.say(due.lines().as_bytes());
        link.say(b"OK\n");
    }
}

fn hand_over(link: &mut Link, name: &'static str, thread: &Sender<Asked>, job: commands::Job) {
    match thread.send((link.session.id, job)) {
        Ok(()) => link.waits = Some((name, Waits::Thread)),
        Err(_) => link.fail(&Ack::new(Code::System, "the player has no thread for it"), name),
    }
}

#[cfg(test)]
mod tests;
