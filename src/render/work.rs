//! The work: measured, planned, proved, rendered, several albums or tracks at a time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use super::error::RenderError;
use super::group::{Group, Item};
use super::part;
use super::pass::{Watch, pass};
use super::prove::{Proof, Run, ToMatch, heard, prove};
use super::reference;
use super::said::Said;
use super::tally::{Account, PASSES, Tally};
use super::write::{Files, Wanted};
use crate::analysis::measure::{MeasureError, measure};
use crate::mastering::plan::plan;
use crate::mastering::source::Source;
use crate::model::chain::ChainSpec;
use crate::model::contain::contain;
use crate::model::features::{Measured, Value};
use crate::model::job::CancelToken;
use crate::model::mastering::{Heard, MasteringSettings, Part, Plan};
use crate::model::naming::Naming;
use crate::model::reference::Profile;
use crate::model::rendering::Format;
use crate::model::rule::{Rule, Traits};

pub use crate::analysis::measure::VERSION;
pub use crate::mastering::plan::Wishes;

/// How often progress is told.
const PULSE: Duration = Duration::from_millis(100);

/// What is to be done.
#[derive(Clone)]
pub struct Work<'a> {
    pub groups: &'a [Group],
    pub wishes: Wishes,
    /// What is said of genres and albums, over the wishes.
    pub rules: &'a [Rule],
    /// How names in tags are taken apart.
    pub naming: &'a Naming,
    pub format: Format,
    pub overwrite: bool,
    /// Plans are made and nothing is written.
    pub plan_only: bool,
    /// Groups worked on at a time, at least 1.
    pub workers: usize,
    /// What is known of a file already.
    pub known: &'a (dyn Fn(&Path) -> Option<Measured> + Sync),
}

/// What became of a track.
#[derive(Debug, Clone)]
pub struct Rendered {
    pub path: PathBuf,
    pub target: PathBuf,
    /// The words say why there is nothing.
    pub result: Result<Report, String>,
}

#[derive(Debug, Clone)]
pub struct Report {
    /// Or why there is none: then the sound is written as it is.
    pub plan: Value<Plan>,
    pub before: Value<Heard>,
    /// What came out, where something did.
    pub after: Option<Value<Heard>>,
    /// What is wrong with the source, in words.
    pub findings: Vec<String>,
}

/// What is told while it works.
#[derive(Debug)]
pub enum Told {
    /// Share of all that is to be done, 0 to 1.
    Progress(f64),
    Track(Box<Rendered>),
}

/// Works until all is done or `cancel` is asked; what was not finished then is not told, and nothing of it is left. Tracks
/// are told in the order of the groups, each as soon as those before it are done too.
///
/// # Errors
/// That of `tell`, which ends the work.
pub fn run<E>(
    work: &Work<'_>,
    cancel: &CancelToken,
    tell: &mut dyn FnMut(Told) -> Result<(), E>,
) -> Result<(), E> {
    if !work.plan_only {
        clear_folders(work.groups);
    }
    let tally = Tally::default();
    work.groups.iter().for_each(|group| tally.expect(work.expected(group)));
    let (next, (sender, results)) = (AtomicUsize::new(0), channel());
    thread::scope(|scope| {
        let started = (0..work.workers.min(work.groups.len())).filter(|number| {
            let (worker, sender) = (Worker { work, cancel, tally: &tally, next: &next }, sender.clone());
            let thread = thread::Builder::new().name(format!("render-{}", number + 1));
            thread.spawn_scoped(scope, move || worker.run(&sender)).is_ok()
        });
        if started.count() == 0 {
            Worker { work, cancel, tally: &tally, next: &next }.run(&sender);
        }
        drop(sender);
        let told = in_order(&results, &tally, tell);
        if told.is_err() {
            cancel.cancel();
        }
        told
    })
}

/// Of what killed programs left.
fn clear_folders(groups: &[Group]) {
    let folders: std::collections::BTreeSet<&Path> =
        groups.iter().flatten().filter_map(|item| item.target.parent()).collect();
    folders.into_iter().for_each(part::clear);
}

type Results = (usize, Vec<Rendered>);

fn in_order<E>(
    results: &Receiver<Results>,
    tally: &Tally,
    tell: &mut dyn FnMut(Told) -> Result<(), E>,
) -> Result<(), E> {
    let (mut waiting, mut next) = (BTreeMap::new(), 0);
    loop {
        match results.recv_timeout(PULSE) {
            Ok((at, tracks)) => drop(waiting.insert(at, tracks)),
            Err(RecvTimeoutError::Timeout) => tell(Told::Progress(tally.share()))?,
            // Of a group that was stopped nothing is told: those behind it are.
            Err(RecvTimeoutError::Disconnected) => {
                let rest = std::mem::take(&mut waiting).into_values().flatten();
                return rest.into_iter().try_for_each(|track| tell(Told::Track(Box::new(track))));
            }
        }
        while let Some(tracks) = waiting.remove(&next) {
            next += 1;
            tracks.into_iter().try_for_each(|track| tell(Told::Track(Box::new(track))))?;
        }
    }
}

impl Work<'_> {
    fn expected(&self, group: &[Item]) -> Duration {
        sound(group) * if self.plan_only { 1 } else { PASSES }
    }
}

fn sound(group: &[Item]) -> Duration {
    group.iter().map(|item| item.format.spec.duration(item.frames)).sum()
}

struct Worker<'a> {
    work: &'a Work<'a>,
    cancel: &'a CancelToken,
    tally: &'a Tally,
    /// The group that nobody has taken yet.
    next: &'a AtomicUsize,
}

impl Worker<'_> {
    fn run(&self, results: &Sender<Results>) {
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(group) = self.work.groups.get(at) else { return };
            let tracks = contain(|| self.group(group)).unwrap_or_else(|panic| {
                let why = format!("internal error: {panic}");
                group.iter().map(|item| told(item, Err(why.clone()))).collect()
            });
            if self.cancel.is_cancelled() && tracks.is_empty() || results.send((at, tracks)).is_err() {
                return;
            }
        }
    }

    /// Of a group that was stopped, those that are finished.
    fn group(&self, group: &[Item]) -> Vec<Rendered> {
        let account = self.tally.open(self.work.expected(group));
        let measured: Vec<_> = group.iter().map(|item| self.measured(item, &account)).collect();
        if self.cancel.is_cancelled() {
            return Vec::new();
        }
        let (mut tracks, mut good) = (Vec::new(), Vec::new());
        for (item, measured) in group.iter().zip(measured) {
            match measured {
                Ok(measured) => good.push((item, measured)),
                Err(why) => tracks.push(told(item, Err(why))),
            }
        }
        if !good.is_empty() {
            tracks.extend(self.mastered(&good, &account));
        }
        tracks
    }

    fn measured(&self, item: &Item, account: &Account<'_>) -> Result<Measured, String> {
        let known = (self.work.known)(&item.path);
        if let Some(known) = known {
            account.add(sound(std::slice::from_ref(item)));
            return Ok(known);
        }
        let mut before = Duration::ZERO;
        let found = measure(&item.path, self.cancel, &mut |done| {
            account.add(done.saturating_sub(before));
            before = done;
        });
        found.map_err(|error| match error {
            MeasureError::Decode(error) => error.to_string(),
            MeasureError::Cancelled => RenderError::Cancelled.to_string(),
        })
    }

    fn wishes(&self, good: &[(&Item, Measured)]) -> Wishes {
        let traits = Traits {
            tracks: good.iter().map(|(item, _)| item.traits(self.work.naming)).collect(),
            device: None,
        };
        self.work.wishes.ruled_by(self.work.rules, &traits)
    }

    fn mastered(&self, good: &[(&Item, Measured)], account: &Account<'_>) -> Vec<Rendered> {
        let wishes = self.wishes(good);
        let profile = match self.profile(good, account) {
            Ok(profile) => profile,
            Err((at, error)) => return self.failed(good, at, &error),
        };
        let plan = self.plan(good, profile, &wishes);
        let target = ToMatch::of(&wishes, profile.as_ref());
        if self.work.plan_only {
            return good
                .iter()
                .map(|(item, measured)| told(item, Ok(report(&plan, measured, None))))
                .collect();
        }
        let watch = Watch { cancel: self.cancel, on_sound: &|sound| account.add(sound) };
        let runs = runs(good);
        let proof = match plan {
            Ok(plan) => prove(plan, &runs, target.as_ref(), watch).map(Ok),
            Err(absent) => Ok(Err(absent)),
        };
        let proof = match proof {
            Ok(proof) => proof,
            Err((run, track, error)) => {
                let at = runs.iter().take(run).map(|run| run.tracks.len()).sum::<usize>() + track;
                return self.failed(good, at, &error);
            }
        };
        account.leave(good.iter().map(|(item, _)| sound(std::slice::from_ref(*item))).sum());
        self.rendered(good, &runs, (&proof, &wishes.settings), watch)
    }

    /// Where a reference is to be matched: the spectrum of all.
    fn profile(
        &self,
        good: &[(&Item, Measured)],
        account: &Account<'_>,
    ) -> Result<Option<Profile>, (usize, RenderError)> {
        if self.work.wishes.reference.is_none() {
            return Ok(None);
        }
        let paths: Vec<&Path> = good.iter().map(|(item, _)| item.path.as_path()).collect();
        reference::profile_of(&paths, Watch { cancel: self.cancel, on_sound: &|sound| account.add(sound) })
    }

    fn plan(&self, good: &[(&Item, Measured)], profile: Option<Profile>, wishes: &Wishes) -> Value<Plan> {
        let measured: Vec<&Measured> = good.iter().map(|(_, measured)| measured).collect();
        let source = match measured[..] {
            [one] => Source::of_track(one),
            _ => Source::of_album(&measured)?,
        };
        let source = Source { profile, ..source };
        let plan = plan(&source, wishes)?;
        // Nothing of a plan is no ceiling either.
        Ok(if wishes.settings.intensity.percent() > 0 { plan } else { untouched(plan) })
    }

    /// Nothing of a group that did not get so far is left: told of all is which track was in the way.
    fn failed(&self, good: &[(&Item, Measured)], at: usize, error: &RenderError) -> Vec<Rendered> {
        if matches!(error, RenderError::Cancelled) {
            return Vec::new();
        }
        let blamed = good.get(at).map(|(item, _)| item.path.display().to_string()).unwrap_or_default();
        let why = |place: usize| match place == at {
            true => error.to_string(),
            false => format!("not rendered, because of its album's {blamed}: {error}"),
        };
        good.iter().enumerate().map(|(place, (item, _))| told(item, Err(why(place)))).collect()
    }

    fn rendered(
        &self,
        good: &[(&Item, Measured)],
        runs: &[Run<'_>],
        (proof, settings): (&Value<Proof>, &MasteringSettings),
        watch: Watch<'_>,
    ) -> Vec<Rendered> {
        let numbers = proof.as_ref().map_or(ChainSpec::default(), |proof| proof.plan.spec);
        let plan = proof.as_ref().map(|proof| proof.plan.clone()).map_err(|absent| *absent);
        let mut tracks = Vec::new();
        let mut from = 0;
        for run in runs {
            let items = &good[from..from + run.tracks.len()];
            let mut finished = 0;
            let mut wanted = |track: usize| {
                self.wanted(items[track].0, &numbers, plan.as_ref().ok().map(|plan| (plan, settings)))
            };
            let mut done = |_| finished += 1;
            let (format, overwrite) = (self.work.format, self.work.overwrite);
            let mut files = Files::new(run.spec, format, overwrite, &mut wanted, &mut done);
            let passed = pass(&run.tracks, run.spec, &numbers, &mut files, watch);
            drop(files);
            for (at, (item, measured)) in items[..finished].iter().enumerate() {
                let after = proof.as_ref().ok().and_then(|proof| proof.after.get(from + at));
                let after =
                    after.map_or_else(|| before(measured), |after| heard(std::slice::from_ref(after)));
                tracks.push(told(item, Ok(report(&plan, measured, Some(after)))));
            }
            if let Err((at, error)) = passed {
                tracks.extend(self.failed(&items[finished..], at.saturating_sub(finished), &error));
            }
            from += run.tracks.len();
        }
        tracks
    }

    fn wanted<'i>(
        &self,
        item: &'i Item,
        numbers: &ChainSpec,
        plan: Option<(&Plan, &MasteringSettings)>,
    ) -> Wanted<'i> {
        let is_same = *numbers == ChainSpec::default();
        let fits = item.format.codec.is_lossless()
            && item.format.bits.is_some_and(|bits| bits <= self.work.format.bits());
        let mut said = Said::of(&item.path, &item.fields);
        if let Some((plan, settings)) = plan.filter(|_| !is_same) {
            said.tell(plan, settings);
        }
        Wanted { target: &item.target, frames: item.frames, dither: !(is_same && fits), said }
    }
}

/// The plan that leaves every bit.
fn untouched(plan: Plan) -> Plan {
    Plan {
        spec: ChainSpec::default(),
        moves: plan.moves.into_iter().filter(|told| told.part == Part::Rule).collect(),
        asked_lufs: plan.source.lufs,
        aim_lufs: plan.source.lufs,
        range_change_lu: 0.0,
        ..plan
    }
}

fn told(item: &Item, result: Result<Report, String>) -> Rendered {
    Rendered { path: item.path.clone(), target: item.target.clone(), result }
}

fn report(plan: &Value<Plan>, measured: &Measured, after: Option<Value<Heard>>) -> Report {
    Report { plan: plan.clone(), before: before(measured), after, findings: measured.findings(None) }
}

fn before(measured: &Measured) -> Value<Heard> {
    heard(std::slice::from_ref(&measured.loudness))
}

/// Tracks of one rate and channel count that follow each other.
fn runs<'a>(good: &'a [(&Item, Measured)]) -> Vec<Run<'a>> {
    let mut runs: Vec<Run<'a>> = Vec::new();
    for (item, _) in good {
        match runs.last_mut().filter(|run| run.spec == item.format.spec) {
            Some(run) => run.tracks.push(&item.path),
            None => runs.push(Run { spec: item.format.spec, tracks: vec![&item.path] }),
        }
    }
    runs
}
