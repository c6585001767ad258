//! Questions of clients that the core answers: what it says is in the snapshot then.

use super::{Remote, What};
use crate::model::command::{Command, Library, Like, Lyricing, Similar, Tagging, Target};
use crate::model::id::TrackId;
use crate::model::listening::Period;
use crate::model::musicbrainz::LookupView;
use crate::model::query::Query;
use crate::model::snapshot::Snapshot;
use crate::remote::lyrics::LyricsLine;
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

    pub(super) fn ask_lyrics(&mut self, at: usize, id: Option<u64>) {
        let command = Command::Lyrics(Lyricing::Find { again: false });
        self.ask(at, id, command, What::Lyrics);
    }

    pub(super) fn ask_lookup(&mut self, at: usize, id: Option<u64>, paths: &[JsonPath]) {
        let known: Option<Vec<_>> = paths.iter().map(JsonPath::to_path).collect();
        let target = match known {
            Some(paths) if paths.is_empty() => Target::Selection,
            Some(paths) if paths.iter().all(|path| path.is_absolute()) => Target::Paths(paths),
            _ => return self.fault(at, id, Fault::usage("a path must be absolute")),
        };
        self.ask(at, id, Command::Tags(Tagging::Lookup(target)), What::Lookup);
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

/// The words of what plays, as they are in the snapshot.
pub(super) fn lyrics(id: Option<u64>, snapshot: &Snapshot) -> Reply<()> {
    let now = snapshot.playback.now.as_ref();
    match (now, &snapshot.lyrics) {
        (Some(now), Some(view)) if view.path == now.path => {
            let line = LyricsLine::new(&view.path, &view.found);
            Reply { told: Some(Telling::Lyrics(Box::new(line))), ..Reply::done(id) }
        }
        _ => Reply::fault(id, Fault::new(FaultKind::Failed, "another song plays by now. Ask again")),
    }
}

/// Releases that were found.
pub(super) fn lookup(id: Option<u64>, snapshot: &Snapshot) -> Reply<()> {
    match snapshot.tags.lookup.as_deref() {
        Some(LookupView { problem: Some(why), .. }) => {
            Reply::fault(id, Fault::new(FaultKind::Failed, why.clone()))
        }
        Some(LookupView { looking: false, found, .. }) => {
            Reply { told: Some(Telling::Lookup(found.clone())), ..Reply::done(id) }
        }
        _ => Reply::fault(id, Fault::new(FaultKind::Failed, "something else is looked up by now. Ask again")),
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
