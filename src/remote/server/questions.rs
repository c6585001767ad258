//! Questions of clients that the core answers: what it says is in the snapshot then.

use super::{Remote, What};
use crate::model::command::{Command, Library, Like, Similar};
use crate::model::id::TrackId;
use crate::model::listening::Period;
use crate::model::query::Query;
use crate::model::snapshot::Snapshot;
use crate::remote::path::JsonPath;
use crate::remote::portrait::portrait;
use crate::remote::tell::{SimilarAsked, Tell, Telling};
use crate::remote::wire::{Fault, FaultKind, Reply};

impl Remote {
    pub(super) fn ask_stats(&mut self, at: usize, id: Option<u64>, period: &str) {
        match Period::parse(period) {
            Some(period) => {
                let command = Command::Library(Library::Count(period));
                self.ask(at, id, command, move |outcome| What::Stats(period, outcome));
            }
            None => self.fault(at, id, Fault::usage("a period is week, month, year or all")),
        }
    }

    pub(super) fn ask_similar(&mut self, at: usize, id: Option<u64>, asked: SimilarAsked) {
        let paths: Vec<_> = asked.paths.iter().filter_map(JsonPath::to_path).collect();
        let snapshot = self.player.snapshot();
        let tracks = paths.iter().filter_map(|path| snapshot.catalog.find_path(path)).map(|track| track.id());
        let like = match (tracks.collect::<Vec<_>>(), asked.words.trim()) {
            (tracks, _) if !tracks.is_empty() => Like::Tracks(tracks),
            _ if !asked.paths.is_empty() => {
                return self.fault(
                    at,
                    id,
                    Fault::new(FaultKind::Failed, "none of these files is in the library"),
                );
            }
            (_, "") => Like::Playing,
            (_, words) if words.parse().is_ok_and(|id| snapshot.catalog.find(TrackId(id)).is_some()) => {
                Like::Tracks(words.parse().map(TrackId).into_iter().collect())
            }
            (_, words) => Like::Words(words.to_owned()),
        };
        self.ask(at, id, Command::Similar(Similar::Find(like)), What::Similar);
    }

    pub(super) fn ask_like(&mut self, at: usize, id: Option<u64>, tell: Tell, words: String) {
        let command = Command::Similar(Similar::Know(words.clone()));
        self.ask(at, id, command, move |_| What::Knows(tell, words));
    }

    /// Words of a query of which it is not known what sounds like them.
    pub(super) fn unknown_like(&self, tell: &Tell) -> Option<String> {
        let Tell::Search(search) = tell else { return None };
        let likes = &self.player.snapshot().likes;
        let words = Query::parse(&search.query).ok()?.likes();
        words.into_iter().find(|words| likes.get(words).is_none())
    }

    pub(super) fn ask_portrait(&mut self, at: usize, id: Option<u64>, asked: &SimilarAsked) {
        match meant(asked, &self.player.snapshot()) {
            Ok(track) => self.find_portrait(at, id, track),
            Err(fault) => self.fault(at, id, fault),
        }
    }

    fn find_portrait(&mut self, at: usize, id: Option<u64>, track: TrackId) {
        let command = Command::Library(Library::Tell(track));
        self.ask(at, id, command, move |outcome| What::Portrait(track, outcome));
    }

    pub(super) fn tell_portrait(&mut self, at: usize, id: Option<u64>, track: TrackId, snapshot: &Snapshot) {
        let Some(named) = snapshot.catalog.find(track) else { return self.fault(at, id, stranger()) };
        match snapshot.told.as_ref().filter(|told| told.track == track).map(|told| portrait(told, named)) {
            Some(Ok(line)) => {
                let told = Some(Telling::Portrait(Box::new(line)));
                self.links[at].say(&Reply::<()> { told, ..Reply::done(id) });
            }
            Some(Err(fault)) => self.fault(at, id, fault),
            // Another client asked for another one meanwhile.
            None => self.find_portrait(at, id, track),
        }
    }
}

fn stranger() -> Fault {
    Fault::new(
        FaultKind::Failed,
        "it is not in the library, and only tracks of the library are measured here",
    )
}

/// A path, or a number, else what plays.
fn meant(asked: &SimilarAsked, snapshot: &Snapshot) -> Result<TrackId, Fault> {
    let path = asked.paths.iter().find_map(JsonPath::to_path);
    match (path, asked.words.trim()) {
        (Some(path), _) => snapshot.catalog.find_path(&path).map(|track| track.id()).ok_or_else(stranger),
        (None, "") => {
            let now = snapshot.playback.now.as_ref();
            let now = now.ok_or_else(|| Fault::new(FaultKind::Failed, "nothing plays: name a track"))?;
            now.track.ok_or_else(stranger)
        }
        (None, words) => {
            let id =
                words.parse().map(TrackId).map_err(|_| Fault::usage("a track is named by path or number"))?;
            snapshot.catalog.find(id).map(|track| track.id()).ok_or_else(stranger)
        }
    }
}
