//! One service's way: at most one request at a time, each on a thread that ends with it; growing pauses where it fails;
//! the user is told once of what only the user can mend.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ureq::Agent;

use super::heard::Listen;
use super::outbox::Outbox;
use super::service::{Door, Outcome, Sending, Service};
use crate::model::notice::{Notice, Severity};
use crate::online::secret::Secret;

const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(30 * 60);

type Told = Arc<dyn Fn(Sent) + Send + Sync>;

/// What came of a request.
pub struct Sent {
    pub service: Service,
    result: Result<(Option<Secret>, Outcome), Notice>,
}

pub struct Courier {
    service: Service,
    door: Door,
    agent: Agent,
    told: Told,
    /// As it was read last, while it is taken.
    secret: Option<Secret>,
    /// What is on its way.
    under_way: Option<Sending>,
    /// Told as soon as may be, or never.
    now: Option<Listen>,
    /// Not before.
    rests_until: Option<Instant>,
    pause: Duration,
    /// One at a time, since one among many was not taken.
    single: bool,
    /// The user knows that the secret is not taken.
    has_told: bool,
}

impl Courier {
    pub fn new(door: Door, agent: Agent, told: Told) -> Self {
        Self {
            service: door.service(),
            door,
            agent,
            told,
            secret: None,
            under_way: None,
            now: None,
            rests_until: None,
            pause: FIRST_PAUSE,
            single: false,
            has_told: false,
        }
    }

    pub fn service(&self) -> Service {
        self.service
    }

    /// Whether the service is to know of it.
    pub fn takes(&self, listen: &Listen) -> bool {
        self.door.takes(listen)
    }

    /// This plays.
    pub fn now(&mut self, listen: Listen) {
        self.now = Some(listen);
    }

    /// How long until something is to be sent; `None` while nothing is, or something is under way.
    pub fn due(&self, outbox: &Outbox, now: Instant) -> Option<Duration> {
        let is_wanted = self.under_way.is_none() && (self.now.is_some() || outbox.has(self.service));
        let rest = || self.rests_until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
        is_wanted.then(rest)
    }

    /// Sends what is due.
    pub fn tend(&mut self, outbox: &Outbox, now: Instant) {
        if self.due(outbox, now) != Some(Duration::ZERO) {
            return;
        }
        let most = if self.single { 1 } else { self.service.most() };
        let sending = match self.now.take() {
            Some(listen) => Sending::Now(listen),
            None => Sending::Plays(outbox.batch(self.service, most)),
        };
        self.under_way = Some(sending.clone());
        let (service, door, agent) = (self.service, self.door.clone(), self.agent.clone());
        let (known, told) = (self.secret.clone(), Arc::clone(&self.told));
        let work = move || told(Sent { service, result: door.send(&agent, known, &sending) });
        let thread = std::thread::Builder::new().name("scrobble-send".into());
        if let Err(error) = thread.spawn(work) {
            tracing::warn!(%error, "nothing can be sent");
            self.under_way = None;
            self.rest(now, None);
        }
    }

    /// Numbers of plays that the service has, or never will have; and what the user is to be told.
    pub fn arrived(&mut self, sent: Sent, now: Instant) -> (Vec<u64>, Option<Notice>) {
        let (name, under_way) = (self.service.name(), self.under_way.take());
        let (numbers, is_now) = match under_way {
            Some(Sending::Plays(plays)) => (plays.into_iter().map(|(number, _)| number).collect(), false),
            _ => (Vec::new(), true),
        };
        let outcome = match sent.result {
            Ok((secret, outcome)) => {
                self.secret = secret;
                outcome
            }
            Err(notice) => {
                self.rest(now, Some(LONGEST_PAUSE));
                return (Vec::new(), self.told_once(notice));
            }
        };
        match outcome {
            Outcome::Done => {
                tracing::debug!(name, plays = numbers.len(), "sent");
                (self.rests_until, self.pause, self.has_told) = (None, FIRST_PAUSE, false);
                self.single &= is_now;
                (numbers, None)
            }
            Outcome::Refused(why) => {
                self.secret = None;
                self.rest(now, Some(LONGEST_PAUSE));
                (Vec::new(), self.told_once(refused(name, &why)))
            }
            Outcome::Bad(why) if is_now || numbers.len() == 1 => {
                tracing::warn!(name, why, "a play is not taken");
                (numbers, None)
            }
            Outcome::Bad(why) => {
                tracing::warn!(name, why, "plays are not taken together");
                self.single = true;
                (Vec::new(), None)
            }
            Outcome::Later { why, after } => {
                tracing::debug!(name, why, "to be tried again");
                self.rest(now, after);
                (Vec::new(), None)
            }
        }
    }

    /// As long as was asked for, else twice as long as last time.
    fn rest(&mut self, now: Instant, asked: Option<Duration>) {
        self.rests_until = now.checked_add(asked.unwrap_or(self.pause));
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }

    fn told_once(&mut self, notice: Notice) -> Option<Notice> {
        tracing::warn!("{notice}");
        (!std::mem::replace(&mut self.has_told, true)).then_some(notice)
    }
}

fn refused(name: &str, why: &str) -> Notice {
    Notice::new(Severity::Warning, format!("{name} does not take what you listen to")).why(why).next_step(
        "`[scrobble]` of the configuration says where the secret is; plays are kept until it is taken",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::scrobbling::SecretSource;

    fn courier(dir: &std::path::Path) -> (Courier, Outbox) {
        let source = SecretSource { file: Some("/nonexistent".into()), command: Vec::new() };
        let (url, agent) = ("http://localhost:9".to_owned(), crate::online::http::agent());
        let courier = Courier::new(Door::LastFm { url, keys: source }, agent, Arc::new(|_| {}));
        (courier, Outbox::open(&dir.join("o")).unwrap())
    }

    fn came(courier: &mut Courier, numbers: &[u64], outcome: Outcome, now: Instant) -> (Vec<u64>, bool, u64) {
        let listen = Listen {
            at: 0,
            artists: vec!["a".into()],
            title: "t".into(),
            album: None,
            album_artists: Vec::new(),
            track: None,
            length_ms: None,
            served: None,
        };
        courier.under_way =
            Some(Sending::Plays(numbers.iter().map(|number| (*number, listen.clone())).collect()));
        let sent = Sent { service: Service::LastFm, result: Ok((Some(Secret::new("x")), outcome)) };
        let (done, notice) = courier.arrived(sent, now);
        let rests = courier.rests_until.map_or(0, |until| until.saturating_duration_since(now).as_secs());
        (done, notice.is_some(), rests)
    }

    #[test]
    fn pauses_grow_and_what_is_asked_for_holds() {
        let dir = tempfile::tempdir().unwrap();
        let (mut courier, _outbox) = courier(dir.path());
        let now = Instant::now();
        let later = |after| Outcome::Later { why: String::new(), after };
        for seconds in [5, 10, 20, 40] {
            assert_eq!(came(&mut courier, &[1], later(None), now), (vec![], false, seconds));
        }
        let asked = later(Some(Duration::from_secs(3600)));
        assert_eq!(came(&mut courier, &[1], asked, now), (vec![], false, 3600));
        (0..20).for_each(|_| drop(came(&mut courier, &[1], later(None), now)));
        assert_eq!(came(&mut courier, &[1], later(None), now).2, 1800);
        assert_eq!(came(&mut courier, &[1], Outcome::Done, now), (vec![1], false, 0));
        assert_eq!(came(&mut courier, &[2], later(None), now).2, 5);
    }

    #[test]
    fn a_secret_that_is_not_taken_is_told_once_and_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let (mut courier, _outbox) = courier(dir.path());
        let now = Instant::now();
        let refused = || Outcome::Refused("bad".into());
        assert_eq!(came(&mut courier, &[1], refused(), now), (vec![], true, 1800));
        assert_eq!(courier.secret, None);
        assert_eq!(came(&mut courier, &[1], refused(), now), (vec![], false, 1800));
        came(&mut courier, &[1], Outcome::Done, now);
        assert!(came(&mut courier, &[1], refused(), now).1);
    }

    #[test]
    fn one_bad_play_costs_itself_alone() {
        let dir = tempfile::tempdir().unwrap();
        let (mut courier, mut outbox) = courier(dir.path());
        let now = Instant::now();
        let bad = || Outcome::Bad("no".into());
        assert_eq!(came(&mut courier, &[1, 2], bad(), now).0, [0; 0]);
        assert!(courier.single);
        assert_eq!(came(&mut courier, &[1], bad(), now).0, [1]);
        assert_eq!(courier.due(&outbox, now), None, "nothing waits");
        let listen = |at| Listen {
            at,
            artists: vec!["a".into()],
            title: "t".into(),
            album: None,
            album_artists: Vec::new(),
            track: None,
            length_ms: None,
            served: None,
        };
        (0..3).for_each(|at| outbox.add(listen(at), [Service::LastFm].into()).unwrap());
        courier.tend(&outbox, now + LONGEST_PAUSE);
        assert!(matches!(&courier.under_way, Some(Sending::Plays(plays)) if plays.len() == 1));
        assert_eq!(courier.due(&outbox, now), None, "one at a time");
    }
}
