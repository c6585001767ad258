//! The power goes at any moment: of what was not synced each write is there, is not there, or is there in part, whatever the
//! order. What was told to be on the disk is there, and each save is there as a whole or not at all.
//!
//! `AURALIS_CUTS=1000 cargo test --release --lib power -- --nocapture` cuts it so often; an ordinary run a few times.
#![allow(clippy::unwrap_used)]

use std::io;
use std::sync::{Arc, Mutex};

use redb::StorageBackend;

use super::*;
use crate::model::facts::TrackFacts;
use crate::model::session::{Save, Session, SessionItem};

/// What a disk writes as a whole, if at all.
const SECTOR: usize = 512;

/// Numbers in which nothing is to be seen (SplitMix64, Steele et al. 2014).
struct Chance(u64);

impl Chance {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % below as u64) as usize
    }
}

enum Unsynced {
    Bytes(usize, Vec<u8>),
    Length(usize),
}

impl Unsynced {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Length(len) => bytes.resize(*len, 0),
            Self::Bytes(at, written) => {
                let end = at + written.len();
                bytes.resize(bytes.len().max(end), 0);
                bytes[*at..end].copy_from_slice(written);
            }
        }
    }
}

struct Platters {
    /// As a program sees it.
    seen: Vec<u8>,
    /// As of the last sync.
    safe: Vec<u8>,
    unsynced: Vec<Unsynced>,
    /// Until the power goes.
    operations: usize,
}

/// A disk whose power goes after so many operations.
#[derive(Clone)]
struct Disk(Arc<Mutex<Platters>>);

impl std::fmt::Debug for Disk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Disk")
    }
}

impl Disk {
    fn new(bytes: Vec<u8>, operations: usize) -> Self {
        Self(Arc::new(Mutex::new(Platters {
            seen: bytes.clone(),
            safe: bytes,
            unsynced: Vec::new(),
            operations,
        })))
    }

    fn at_work<T>(&self, work: impl FnOnce(&mut Platters) -> T) -> io::Result<T> {
        let mut platters = self.0.lock().unwrap();
        platters.operations = platters.operations.checked_sub(1).ok_or(io::ErrorKind::NotConnected)?;
        Ok(work(&mut platters))
    }

    /// What is found when the power is back.
    fn after_the_cut(&self, chance: &mut Chance) -> Vec<u8> {
        let platters = self.0.lock().unwrap();
        let mut found = platters.safe.clone();
        for write in &platters.unsynced {
            match (write, chance.next(4)) {
                (_, 0) => {}
                (Unsynced::Bytes(at, bytes), 1) => {
                    let sectors = chance.next(bytes.len() / SECTOR + 1);
                    Unsynced::Bytes(*at, bytes[..sectors * SECTOR].to_vec()).apply(&mut found);
                }
                (whole, _) => whole.apply(&mut found),
            }
        }
        found
    }

    fn opener(&self) -> open::Opener {
        let disk = self.clone();
        Box::new(move || {
            open::builder()
                .create_with_backend(disk.clone())
                .map_err(|error| StoreError::from_redb(Path::new("disk"), error.into()))
        })
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.lock().unwrap().seen.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let platters = self.0.lock().unwrap();
        let from = platters.seen.get(offset as usize..).and_then(|rest| rest.get(..out.len()));
        out.copy_from_slice(from.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.at_work(|platters| {
            let change = Unsynced::Length(len as usize);
            change.apply(&mut platters.seen);
            platters.unsynced.push(change);
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        self.at_work(|platters| {
            platters.safe = platters.seen.clone();
            platters.unsynced.clear();
        })
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.at_work(|platters| {
            let change = Unsynced::Bytes(offset as usize, data.to_vec());
            change.apply(&mut platters.seen);
            platters.unsynced.push(change);
        })
    }
}

fn start(disk: &Disk) -> Result<Store, StoreError> {
    Store::start(Path::new("disk"), disk.opener()()?, disk.opener(), Box::new(|_| ()))
}

/// Two things in one save, and a list that grows and shrinks beside them.
fn save(edit: usize) -> [WriteOp; 2] {
    let item = SessionItem { id: Default::default(), path: edit.to_string().into(), track: None };
    let save = Save {
        session: Some(Session { items: vec![item], ..Session::default() }),
        facts: vec![(TrackId(1), TrackFacts { plays: edit as u32, ..TrackFacts::default() })],
        ..Save::default()
    };
    let roots = (0..edit * 37 % 400).map(|root| format!("/music/{edit}/{root}").into()).collect();
    [WriteOp::PutRoots(roots), WriteOp::Save(Box::new(save))]
}

/// The last save that is there, which must be there as a whole.
fn found(store: &Store) -> usize {
    let reader = store.read().unwrap();
    let Some(session) = reader.session().unwrap() else { return 0 };
    let edit: usize = session.items[0].path.to_str().unwrap().parse().unwrap();
    assert_eq!(reader.facts().unwrap().get(TrackId(1)).plays as usize, edit);
    edit
}

#[test]
fn a_power_cut_at_any_moment_loses_nothing_that_was_told() {
    let cuts = std::env::var("AURALIS_CUTS").map_or(40, |cuts| cuts.parse().unwrap());
    let mut chance = Chance(2026);
    let (mut bytes, mut told) = (Vec::new(), 0);
    let (mut while_opening, mut one_more) = (0, 0);
    for _ in 0..cuts {
        let disk = Disk::new(bytes, chance.next(160));
        match start(&disk) {
            Ok(store) => {
                let there = found(&store);
                assert!(there == told || there == told + 1, "told {told}, found {there}");
                one_more += usize::from(there > told);
                told = there;
                loop {
                    let next = told + 1;
                    save(next).into_iter().for_each(|op| store.write(op).unwrap());
                    if store.flush().is_err() {
                        break;
                    }
                    told = next;
                }
                store.close(Duration::from_millis(1));
            }
            Err(_) => while_opening += 1,
        }
        bytes = disk.after_the_cut(&mut chance);
    }
    let store = start(&Disk::new(bytes, usize::MAX)).unwrap();
    let there = found(&store);
    assert!(there == told || there == told + 1, "told {told}, found {there}");
    assert!(told > cuts / 4, "it came to be written at all: {told}");
    println!(
        "{cuts} cuts, {while_opening} while it was opened; {told} saves told, {one_more} more than told was there"
    );
}
