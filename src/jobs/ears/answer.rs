//! The questions of the app and what is answered.

use std::collections::HashSet;
use std::sync::Arc;

use super::Ears;
use super::named::named;
use crate::library::store::StoreError;
use crate::model::catalog::{Catalog, TrackFlags};
use crate::model::facts::Facts;
use crate::model::fingerprint::Fingerprint;
use crate::model::fold::fold;
use crate::model::id::TrackId;
use crate::model::playlist::order::mixed;
use crate::model::query::heard::{ALIKE, Alike};
use crate::model::similar::{Radio, Resembling};
use crate::model::snapshot::DuplicatesView;
use crate::model::weights::Weights;
use crate::similarity::map::Map;
use crate::similarity::radio::{Rules, Whose};
use crate::similarity::smooth::{self, Stop};
use crate::similarity::space::{Point, Space};

/// Whom it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    Tracks(Vec<TrackId>),
    /// See [`super::named`].
    Words(String),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// What sounds like these together.
    Similar { of: Whom, most: usize },
    /// What sounds like each, for queries.
    Likes(Vec<(String, Whom)>),
    /// The seeds of a radio.
    Seeds(Whom),
    /// So many tracks for the radio.
    Radio { radio: Radio, played: Vec<TrackId>, rules: Rules, learned: Weights, count: usize },
    /// The way from a track to another, in so many steps.
    Path { from: TrackId, to: Whom, steps: usize },
    /// These in an order without jumps; the first stays first.
    Smooth(Vec<TrackId>),
    /// Tracks that are one recording.
    Duplicates,
    /// What is learned where one was accepted, or skipped, that was played for its likeness to the seeds.
    Learn { seeds: Vec<TrackId>, track: TrackId, accepted: bool, learned: Weights },
}

#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Whom, and what sounds like them.
    Similar(Vec<TrackId>, Vec<Resembling>),
    Likes(Vec<(String, Arc<Alike>)>),
    /// Those of them that were measured.
    Seeds(Vec<TrackId>),
    Radio(Vec<TrackId>),
    /// The last is where it leads.
    Path(Vec<TrackId>),
    /// Places in the tracks that were asked for.
    Smooth(Vec<usize>),
    Duplicates(DuplicatesView),
    Learn(Weights),
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deaf {
    /// No track is meant by these words, and why.
    Words(String),
    /// These were not measured.
    Unmeasured(Vec<TrackId>),
    /// None of the library was.
    NothingMeasured,
    /// Nothing is left beside what was asked for; of so many other tracks it is not known how they sound.
    NothingElse {
        unmeasured: usize,
    },
    Broken(String),
}

impl From<StoreError> for Deaf {
    fn from(error: StoreError) -> Self {
        Self::Broken(error.to_string())
    }
}

/// What the library has, beside its sound.
#[derive(Debug, Clone)]
pub struct Known {
    pub catalog: Arc<Catalog>,
    pub facts: Facts,
}

impl Known {
    /// In the library, and its file there.
    fn is_there(&self, id: TrackId) -> bool {
        self.catalog.find(id).is_some_and(|track| !track.is(TrackFlags::MISSING))
    }

    fn whose(&self, id: TrackId) -> Whose {
        let Some(track) = self.catalog.find(id) else { return Whose::default() };
        let album = (!track.album_title().is_empty()).then_some(track.raw().album);
        Whose { artist: track.artists().next().map(|name| number(&fold(name))), album }
    }

    fn seconds(&self, id: TrackId) -> Option<f32> {
        self.catalog.find(id)?.duration().map(|length| length.as_secs_f32())
    }
}

/// One name, one number: FNV-1a, 32 bits. Two names of one number only keep each other away for some tracks.
fn number(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

impl Ears {
    pub fn answer(&self, question: Question, known: &Known) -> Result<Answer, Deaf> {
        let map = self.map()?;
        match question {
            Question::Similar { of, most } => {
                // More may be meant than are listened to.
                let mut meant =
                    if let Whom::Tracks(ids) = &of { ids.iter().copied().collect() } else { HashSet::new() };
                let (of, points) = self.seeds(&map, of, known)?;
                meant.extend(&of);
                let found = near(&map, &meant, &points, most, known)?;
                Ok(Answer::Similar(of, found))
            }
            Question::Likes(likes) => {
                let one = |(words, whom)| {
                    let alike = self.alike(&map, whom, known)?;
                    Ok((words, Arc::new(alike)))
                };
                Ok(Answer::Likes(likes.into_iter().map(one).collect::<Result<_, StoreError>>()?))
            }
            Question::Seeds(whom) => Ok(Answer::Seeds(self.seeds(&map, whom, known)?.0)),
            Question::Radio { radio, played, rules, learned, count } => {
                self.radio(&map, radio, (played, count), rules, learned, known)
            }
            Question::Path { from, to, steps } => self.path(&map, from, to, steps, known),
            Question::Smooth(tracks) => self.smooth(&tracks),
            Question::Duplicates => self.duplicates(known).map(Answer::Duplicates),
            Question::Learn { seeds, track, accepted, learned } => {
                self.learn(&map, seeds, track, accepted, learned)
            }
        }
    }

    /// What sounds like tracks, and like files that are not in the library.
    pub fn like(
        &self,
        of: &[TrackId],
        prints: &[Fingerprint],
        most: usize,
        known: &Known,
    ) -> Result<Vec<Resembling>, Deaf> {
        let map = self.map()?;
        let prints = prints.iter().filter(|print| super::is_of_use(print));
        let mut points: Vec<Point> = prints.map(|print| map.space().place(print)).collect();
        if points.is_empty() {
            points = self.seeds(&map, Whom::Tracks(of.to_vec()), known)?.1;
        } else {
            for &id in of {
                points.extend(self.point(&map, id)?);
            }
        }
        near(&map, &of.iter().copied().collect(), &points, most, known)
    }

    /// Those that are meant and measured, and where they lie.
    fn seeds(&self, map: &Map, whom: Whom, known: &Known) -> Result<(Vec<TrackId>, Vec<Point>), Deaf> {
        let mut ids = match whom {
            Whom::Tracks(ids) => ids,
            Whom::Words(words) => named(&words, &known.catalog, &known.facts).map_err(Deaf::Words)?,
        };
        ids.truncate(Radio::MOST_SEEDS);
        let mut found = (Vec::new(), Vec::new());
        for &id in &ids {
            if let Some(point) = self.point(map, id)? {
                found.0.push(id);
                found.1.push(point);
            }
        }
        match found.0.is_empty() {
            true if map.is_empty() => Err(Deaf::NothingMeasured),
            true => Err(Deaf::Unmeasured(ids)),
            false => Ok(found),
        }
    }

    /// Itself with what sounds most like it; what cannot be told of it is its problem.
    fn alike(&self, map: &Map, whom: Whom, known: &Known) -> Result<Alike, StoreError> {
        let (of, points) = match self.seeds(map, whom, known) {
            Ok(found) => found,
            Err(Deaf::Broken(why) | Deaf::Words(why)) => return Ok(Alike::problem(why)),
            Err(Deaf::Unmeasured(_)) => return Ok(Alike::problem("it was not measured: `:analyse` does")),
            Err(Deaf::NothingMeasured | Deaf::NothingElse { .. }) => {
                return Ok(Alike::problem("no track was measured: `:analyse` does"));
            }
        };
        let found = map.like(&points, ALIKE, &|id| known.is_there(id) && !of.contains(&id));
        Ok(Alike::new(of.iter().copied().chain(found.iter().map(|found| found.track)).collect()))
    }

    fn radio(
        &self,
        map: &Map,
        radio: Radio,
        (mut played, count): (Vec<TrackId>, usize),
        rules: Rules,
        learned: Weights,
        known: &Known,
    ) -> Result<Answer, Deaf> {
        let map = map.weighted(self.weights.clone().times(&learned));
        let (_, seeds) = self.seeds(&map, Whom::Tracks(radio.seeds), known)?;
        let mut tracks = Vec::new();
        for n in 0..count as u64 {
            let drawn = (mixed(radio.seed, radio.added + n) >> 40) as f32 / (1 << 24) as f32;
            let whose = |id: TrackId| known.whose(id);
            let next = map.next(&seeds, (&played, &whose), rules, drawn, &|id| known.is_there(id));
            let Some(next) = next else { break };
            played.push(next);
            tracks.push(next);
        }
        if tracks.is_empty() {
            Err(nothing_else(&map, &played.into_iter().collect(), known))
        } else {
            Ok(Answer::Radio(tracks))
        }
    }

    fn path(&self, map: &Map, from: TrackId, to: Whom, steps: usize, known: &Known) -> Result<Answer, Deaf> {
        let (_, start) = self.seeds(map, Whom::Tracks(vec![from]), known)?;
        let (to, end) = self.seeds(map, to, known)?;
        let (Some(start), Some(end), Some(&to)) = (start.first(), end.first(), to.first()) else {
            return Err(Deaf::NothingMeasured);
        };
        let may = |id: TrackId| known.is_there(id) && id != from && id != to;
        let mut tracks = map.between(start, end, steps.saturating_sub(1), &may);
        tracks.push(to);
        Ok(Answer::Path(tracks))
    }

    fn smooth(&self, tracks: &[TrackId]) -> Result<Answer, Deaf> {
        let prints = tracks.iter().map(|&id| self.print(id)).collect::<Result<Vec<_>, _>>()?;
        let order = self.in_order(prints)?.ok_or_else(|| Deaf::Unmeasured(tracks.to_vec()))?;
        Ok(Answer::Smooth(order))
    }

    /// Places of what sounds so, in an order without jumps; the first stays first. What has no sound comes last, in the order
    /// it had. `None`: less than two have one.
    pub fn in_order(&self, prints: Vec<Option<Fingerprint>>) -> Result<Option<Vec<usize>>, Deaf> {
        let (mut known, mut last) = (Vec::new(), Vec::new());
        for (place, print) in prints.into_iter().enumerate() {
            match print.filter(super::is_of_use) {
                Some(print) => known.push((place, print)),
                None => last.push(place),
            }
        }
        if known.len() < 2 {
            return Ok(None);
        }
        let map = self.map()?;
        // Without a library they are measured against each other.
        let among = || {
            Space::of(&known.iter().map(|(_, print)| print.clone()).collect::<Vec<_>>(), self.weights.clone())
        };
        let space = if map.is_empty() { &among() } else { map.space() };
        let points: Vec<Point> = known.iter().map(|(_, print)| space.place(print)).collect();
        let stops = known.iter().zip(&points).map(|((_, print), point)| Stop { print, point });
        let order = smooth::order(space, &stops.collect::<Vec<_>>()).into_iter().map(|at| known[at].0);
        let mut order: Vec<usize> = order.chain(last).collect();
        // One that was not measured may be the first: it plays.
        if let Some(first) = order.iter().position(|&place| place == 0) {
            order[..=first].rotate_right(1);
        }
        Ok(Some(order))
    }

    /// Tracks that are one recording, each group and the groups by id.
    pub fn near_duplicates(&self, known: &Known) -> Result<Vec<Vec<TrackId>>, Deaf> {
        Ok(self.map()?.near_duplicates(|id| known.seconds(id).filter(|_| known.is_there(id))))
    }

    fn duplicates(&self, known: &Known) -> Result<DuplicatesView, Deaf> {
        let mut groups = self.near_duplicates(known)?;
        let (found, tracks) = (groups.len() as u64, groups.iter().map(|group| group.len() as u64).sum());
        let told = |id: &TrackId| known.catalog.find(*id).map(|track| (track.path(), track.format().words()));
        groups.truncate(crate::jobs::library::SHOWN_GROUPS);
        let groups = groups.iter().map(|group| group.iter().filter_map(told).collect()).collect();
        Ok(DuplicatesView { like: true, groups, found, tracks, ..DuplicatesView::default() })
    }

    fn learn(
        &self,
        map: &Map,
        seeds: Vec<TrackId>,
        track: TrackId,
        accepted: bool,
        learned: Weights,
    ) -> Result<Answer, Deaf> {
        let mut points = Vec::new();
        for id in seeds {
            points.extend(self.point(map, id)?);
        }
        let centre = crate::similarity::radio::centre(&points);
        let (Some(centre), Some(point)) = (centre, self.point(map, track)?) else {
            return Err(Deaf::Unmeasured(vec![track]));
        };
        // By what it is chosen, what it is to be blamed for.
        let map = map.weighted(self.weights.clone().times(&learned));
        Ok(Answer::Learn(learned.learned(&map.space().terms(&centre, &point), accepted)))
    }
}

fn near(
    map: &Map,
    meant: &HashSet<TrackId>,
    points: &[Point],
    most: usize,
    known: &Known,
) -> Result<Vec<Resembling>, Deaf> {
    let found = map.like(points, most, &|id| known.is_there(id) && !meant.contains(&id));
    if found.is_empty() { Err(nothing_else(map, meant, known)) } else { Ok(found) }
}

/// Why nothing was found beside these.
fn nothing_else(map: &Map, meant: &HashSet<TrackId>, known: &Known) -> Deaf {
    if map.is_empty() {
        return Deaf::NothingMeasured;
    }
    let others = known.catalog.tracks().map(|track| track.id());
    let unmeasured =
        others.filter(|id| known.is_there(*id) && !meant.contains(id) && map.point(*id).is_none());
    Deaf::NothingElse { unmeasured: unmeasured.count() }
}
