//! Plays that services were not told of yet, on the disk: a file of JSON lines that is only appended to, each line synced
//! before anything is sent for it. A play goes out again only where the player ended between a service's answer and the
//! line that says so; services know it then by its time. Bounded; what cannot be read is passed over.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::heard::Listen;
use super::service::Service;

/// Plays that are kept for services; the oldest go first: years of nobody reaching one.
const MOST_PLAYS: usize = 20_000;
/// Of a line and of the file, in bytes.
const MOST_LINE: u64 = 64 * 1024;
const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// Lines that say nothing any more, before the file is written anew.
const MOST_SPENT: usize = 1_000;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    /// Services are to be told.
    Play { number: u64, to: BTreeSet<Service>, listen: Listen },
    /// One was.
    Done { by: Service, numbers: Vec<u64> },
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Waiting {
    to: BTreeSet<Service>,
    listen: Listen,
}

pub struct Outbox {
    path: PathBuf,
    file: File,
    waiting: BTreeMap<u64, Waiting>,
    next: u64,
    spent: usize,
}

impl Outbox {
    /// Takes up what an earlier run left. The file is this user's alone.
    pub fn open(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let (waiting, next, spent) = read(path)?;
        let file = appended(path)?;
        let mut outbox = Self { path: path.to_owned(), file, waiting, next, spent };
        // A line that was broken off must not run into the next one.
        if outbox.spent > 0 || !ends_whole(path)? {
            outbox.write_anew()?;
        }
        Ok(outbox)
    }

    pub fn add(&mut self, listen: Listen, to: BTreeSet<Service>) -> io::Result<()> {
        let (number, is_new) = (self.next, !self.is_known(&listen));
        if to.is_empty() || !is_new {
            return Ok(());
        }
        self.append(&Line::Play { number, to: to.clone(), listen: listen.clone() })?;
        self.next += 1;
        self.waiting.insert(number, Waiting { to, listen });
        while self.waiting.len() > MOST_PLAYS {
            self.waiting.pop_first();
            self.spent += 1;
        }
        Ok(())
    }

    /// The oldest plays that a service was not told of.
    pub fn batch(&self, service: Service, most: usize) -> Vec<(u64, Listen)> {
        let waiting = self.waiting.iter().filter(|(_, waiting)| waiting.to.contains(&service));
        waiting.take(most).map(|(number, waiting)| (*number, waiting.listen.clone())).collect()
    }

    pub fn has(&self, service: Service) -> bool {
        self.waiting.values().any(|waiting| waiting.to.contains(&service))
    }

    /// A service took these, or never will.
    pub fn done(&mut self, by: Service, numbers: &[u64]) -> io::Result<()> {
        self.append(&Line::Done { by, numbers: numbers.to_vec() })?;
        self.spent += 1 + strike(&mut self.waiting, by, numbers);
        if self.spent > MOST_SPENT || self.waiting.is_empty() {
            self.write_anew()?;
        }
        Ok(())
    }

    fn is_known(&self, listen: &Listen) -> bool {
        self.waiting.values().any(|waiting| waiting.listen == *listen)
    }

    fn append(&mut self, line: &Line) -> io::Result<()> {
        self.file.write_all(&encoded(line)?)?;
        self.file.sync_data()
    }

    /// Only what waits, in place of what was.
    fn write_anew(&mut self) -> io::Result<()> {
        let unfinished = self.path.with_extension("tmp");
        let _ = fs::remove_file(&unfinished);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
        for (&number, waiting) in &self.waiting {
            let Waiting { to, listen } = waiting.clone();
            file.write_all(&encoded(&Line::Play { number, to, listen })?)?;
        }
        file.sync_all()?;
        fs::rename(&unfinished, &self.path)?;
        self.file = appended(&self.path)?;
        self.spent = 0;
        Ok(())
    }
}

fn encoded(line: &Line) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(line)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn appended(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).mode(0o600).open(path)
}

fn ends_whole(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::FileExt;
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut last = [b'\n'];
    if length > 0 {
        file.read_exact_at(&mut last, length - 1)?;
    }
    Ok(last == *b"\n")
}

/// How many plays nobody waits for any more.
fn strike(waiting: &mut BTreeMap<u64, Waiting>, by: Service, numbers: &[u64]) -> usize {
    let before = waiting.len();
    for number in numbers {
        if let Some(play) = waiting.get_mut(number) {
            play.to.remove(&by);
            if play.to.is_empty() {
                waiting.remove(number);
            }
        }
    }
    before - waiting.len()
}

/// What waits, the next number, and how many lines say nothing any more.
fn read(path: &Path) -> io::Result<(BTreeMap<u64, Waiting>, u64, usize)> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Default::default()),
        opened => opened?,
    };
    let mut lines = BufReader::new(file.take(MOST_BYTES));
    let (mut waiting, mut next, mut spent) = (BTreeMap::new(), 0, 0);
    loop {
        let mut line = Vec::new();
        if (&mut lines).take(MOST_LINE).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        match serde_json::from_slice(&line) {
            Ok(Line::Play { number, to, listen }) => {
                next = next.max(number.saturating_add(1));
                waiting.insert(number, Waiting { to, listen });
            }
            Ok(Line::Done { by, numbers }) => spent += 1 + strike(&mut waiting, by, &numbers),
            Err(error) => {
                tracing::warn!(%error, "a line of the outbox of plays is passed over");
                spent += 1;
            }
        }
        if waiting.len() > MOST_PLAYS {
            waiting.pop_first();
        }
    }
    Ok((waiting, next, spent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn listen(at: i64) -> Listen {
        Listen {
            at,
            artists: vec!["Ann".into()],
            title: "Alpha\n\"".into(),
            album: None,
            album_artists: Vec::new(),
            track: None,
            length_ms: Some(60_000),
            served: None,
        }
    }

    fn both() -> BTreeSet<Service> {
        BTreeSet::from([Service::ListenBrainz, Service::LastFm])
    }

    fn times(outbox: &Outbox, service: Service) -> Vec<i64> {
        outbox.batch(service, 100).iter().map(|(_, listen)| listen.at).collect()
    }

    #[test]
    fn a_play_waits_for_each_service_over_runs_until_that_has_it() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("state/plays.jsonl");
        let mut outbox = Outbox::open(&path).unwrap();
        (1..=3).for_each(|at| outbox.add(listen(at), both()).unwrap());
        outbox.add(listen(3), both()).unwrap();
        outbox.done(Service::ListenBrainz, &[0, 1]).unwrap();
        // As after a kill: nothing is closed.
        let mut outbox = Outbox::open(&path).unwrap();
        assert_eq!(times(&outbox, Service::ListenBrainz), [3]);
        assert_eq!(times(&outbox, Service::LastFm), [1, 2, 3]);
        assert_eq!(outbox.batch(Service::LastFm, 2).len(), 2);
        outbox.add(listen(4), BTreeSet::from([Service::LastFm])).unwrap();
        assert_eq!(times(&outbox, Service::LastFm), [1, 2, 3, 4]);
        outbox.done(Service::LastFm, &[0, 1, 2, 3]).unwrap();
        outbox.done(Service::ListenBrainz, &[2]).unwrap();
        assert!(!outbox.has(Service::LastFm) && !outbox.has(Service::ListenBrainz));
        assert_eq!(fs::read(&path).unwrap(), b"", "nothing is left to say");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        // Numbers are not used twice in one run.
        outbox.add(listen(5), both()).unwrap();
        assert_eq!(outbox.batch(Service::LastFm, 9)[0].0, 4);
    }

    #[test]
    fn a_line_that_is_broken_off_or_nonsense_costs_itself_alone() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("plays.jsonl");
        let mut outbox = Outbox::open(&path).unwrap();
        outbox.add(listen(1), both()).unwrap();
        let mut bytes = fs::read(&path).unwrap();
        let half = bytes.len() / 2;
        bytes.extend(b"\xff\xfe nonsense\n{}\n[1,2]\n");
        bytes.extend(vec![b'x'; MOST_LINE as usize * 2]);
        bytes.push(b'\n');
        bytes.extend(bytes[..half].to_vec());
        fs::write(&path, &bytes).unwrap();
        let mut outbox = Outbox::open(&path).unwrap();
        assert_eq!(times(&outbox, Service::LastFm), [1]);
        outbox.add(listen(2), both()).unwrap();
        assert_eq!(times(&Outbox::open(&path).unwrap(), Service::LastFm), [1, 2]);
    }

    #[test]
    fn only_so_many_are_kept() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("plays.jsonl");
        let line = |number: u64| {
            let (to, listen) = (both(), listen(number as i64));
            String::from_utf8(encoded(&Line::Play { number, to, listen }).unwrap()).unwrap()
        };
        fs::write(&path, (0..MOST_PLAYS as u64 + 5).map(line).collect::<String>()).unwrap();
        let mut outbox = Outbox::open(&path).unwrap();
        outbox.add(listen(-1), both()).unwrap();
        assert_eq!((outbox.waiting.len(), outbox.batch(Service::LastFm, 1)[0].0), (MOST_PLAYS, 6));
    }
}
