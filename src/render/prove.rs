//! The proof of a plan: its chain over all of the sound, measured, until the loudness is what the plan aims at.

use std::path::{Path, PathBuf};

use super::error::RenderError;
use super::pass::{Sink, Watch, pass};
use crate::analysis::Analyser;
use crate::analysis::loudness::Meter;
use crate::analysis::profile::Profiler;
use crate::decode::Source;
use crate::mastering::plan::Wishes;
use crate::mastering::reference::{refined, words};
use crate::model::audio::Spec;
use crate::model::chain::ChainSpec;
use crate::model::features::{Absent, Loudness, LoudnessBlocks, Value};
use crate::model::mastering::{Heard, Intensity, Move, Part, Plan};
use crate::model::reference::{Profile, Reference};

/// LU off the aim that are near enough.
const NEAR_LU: f32 = 0.05;
const MOST_PASSES: u32 = 4;
/// Looks at what comes out of a curve that matches; each leaves a fraction of what was off.
const REFINEMENTS: u32 = 2;
/// The gain is moved by no more than this, dB: what is still missing then, the limiter would have to take from peaks.
const MOST_MOVE_DB: f32 = 6.0;

/// Tracks of one rate and channel count that follow each other.
#[derive(Debug, Clone)]
pub struct Run<'a> {
    pub spec: Spec,
    pub tracks: Vec<&'a Path>,
}

/// The files, which follow each other, cut where the rate or the channels change.
///
/// # Errors
/// Where one cannot be opened.
pub fn runs(paths: &[PathBuf]) -> Result<Vec<Run<'_>>, RenderError> {
    let mut runs: Vec<Run<'_>> = Vec::new();
    for path in paths {
        let spec = Source::open(path)?.info().format.spec;
        match runs.last_mut() {
            Some(run) if run.spec == spec => run.tracks.push(path),
            _ => runs.push(Run { spec, tracks: vec![path] }),
        }
    }
    Ok(runs)
}

/// What a plan's curve is to bring the sound to.
#[derive(Debug, Clone, Copy)]
pub struct ToMatch<'a> {
    /// Of the sound as it is.
    pub own: &'a Profile,
    pub reference: &'a Reference,
}

impl<'a> ToMatch<'a> {
    /// Where all of a reference is asked for: a part of it is not to be corrected.
    pub fn of(wishes: &'a Wishes, own: Option<&'a Profile>) -> Option<Self> {
        let is_all = wishes.settings.intensity == Intensity::FULL;
        let reference = wishes.reference.as_deref().filter(|_| is_all);
        own.zip(reference).map(|(own, reference)| Self { own, reference })
    }
}

/// What a proof found.
#[derive(Debug, Clone)]
pub struct Proof {
    pub plan: Plan,
    /// What comes out of each track of all runs, in their order.
    pub after: Vec<Loudness>,
    pub passes: u32,
}

impl Proof {
    /// What comes out of all.
    pub fn heard(&self) -> Value<Heard> {
        heard(&self.after)
    }
}

/// Corrects the plan's gain. Where the aim is not reached, the plan aims at what is.
///
/// # Errors
/// Of [`pass`], with the run and the place in it; and where nothing comes out.
pub fn prove(
    mut plan: Plan,
    runs: &[Run<'_>],
    target: Option<&ToMatch<'_>>,
    watch: Watch<'_>,
) -> Result<Proof, (usize, usize, RenderError)> {
    let mut passes = 0;
    if let Some(target) = target {
        for _ in 0..REFINEMENTS {
            refine(&mut plan, runs, target, watch)?;
            passes += 1;
        }
    }
    let mut search = Search::new(plan.spec.gain_db, plan.aim_lufs);
    let mut best: Option<(f32, f32, Vec<Loudness>)> = None;
    let most = passes + MOST_PASSES;
    while passes < most {
        plan.spec.gain_db = search.gain_db;
        let after = measured(&plan.spec, runs, watch)?;
        passes += 1;
        let lufs = integrated(&after).map_err(|why| (0, 0, RenderError::NoLoudness(why)))?;
        let off = (lufs - plan.aim_lufs).abs();
        if best.as_ref().is_none_or(|(_, least, _)| off < (least - plan.aim_lufs).abs()) {
            best = Some((search.gain_db, lufs, after));
        }
        if off <= NEAR_LU || !search.next(lufs) {
            break;
        }
    }
    let (gain_db, lufs, after) = best.unwrap_or((plan.spec.gain_db, plan.aim_lufs, Vec::new()));
    plan.spec.gain_db = gain_db;
    if (lufs - plan.aim_lufs).abs() > NEAR_LU {
        let why =
            format!("{lufs:.1} LUFS come out, not {:.1}: the gain is as far as it may go", plan.aim_lufs);
        plan.moves.push(Move { part: Part::Gain, why });
        plan.aim_lufs = lufs;
    }
    plan.proved = true;
    Ok(Proof { plan, after, passes })
}

/// A look at what comes out: the curve corrected by it, and the gain as far as that goes without a limiter.
fn refine(
    plan: &mut Plan,
    runs: &[Run<'_>],
    target: &ToMatch<'_>,
    watch: Watch<'_>,
) -> Result<(), (usize, usize, RenderError)> {
    let ToMatch { own, reference } = target;
    let mut profiles = Vec::new();
    let new = |spec: Spec| (Meter::new(spec), Profiler::new(spec));
    let after = measured_by(&plan.spec, runs, watch, &new, &mut |(meter, profiler): (Meter, Profiler)| {
        profiles.extend(profiler.finish().ok());
        meter.finish()
    })?;
    let Some(profile) = Profile::mean(profiles.iter().map(|profile| (profile, 0.0))) else { return Ok(()) };
    let made = plan.spec.matching;
    plan.spec.matching = refined(own, &made, &profile, &reference.profile);
    if let Ok(lufs) = integrated(&after) {
        plan.spec.gain_db += (plan.aim_lufs - lufs).clamp(-MOST_MOVE_DB, MOST_MOVE_DB);
    }
    let old = words(&made, reference);
    plan.moves.retain(|told| !old.contains(told));
    plan.moves.splice(..0, words(&plan.spec.matching, reference));
    Ok(())
}

/// By secants: less than a dB of loudness comes of a dB of gain where the limiter is at work.
struct Search {
    aim: f32,
    first: f32,
    gain_db: f32,
    before: Option<(f32, f32)>,
}

impl Search {
    fn new(gain_db: f32, aim: f32) -> Self {
        Self { aim, first: gain_db, gain_db, before: None }
    }

    /// `false`: there is no other gain to try.
    fn next(&mut self, lufs: f32) -> bool {
        let slope = self.before.map_or(1.0, |(gain, before)| {
            let slope = (lufs - before) / (self.gain_db - gain);
            if slope.is_finite() { slope.clamp(0.2, 1.25) } else { 1.0 }
        });
        self.before = Some((self.gain_db, lufs));
        let gain = self.gain_db + (self.aim - lufs) / slope;
        let gain = gain.clamp(self.first - MOST_MOVE_DB, self.first + MOST_MOVE_DB);
        let is_other = (gain - self.gain_db).abs() > 1e-4;
        self.gain_db = gain;
        is_other
    }
}

fn measured(
    numbers: &ChainSpec,
    runs: &[Run<'_>],
    watch: Watch<'_>,
) -> Result<Vec<Loudness>, (usize, usize, RenderError)> {
    measured_by(numbers, runs, watch, &Meter::new, &mut Meter::finish)
}

/// What comes out of each track, by a measure of its own.
fn measured_by<M: Hears>(
    numbers: &ChainSpec,
    runs: &[Run<'_>],
    watch: Watch<'_>,
    new: &dyn Fn(Spec) -> M,
    finish: &mut dyn FnMut(M) -> Loudness,
) -> Result<Vec<Loudness>, (usize, usize, RenderError)> {
    let mut found = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        let again = || new(run.spec);
        let mut sink = Measuring { measure: again(), again: &again, finish, found: &mut found };
        pass(&run.tracks, run.spec, numbers, &mut sink, watch)
            .map_err(|(track, error)| (at, track, error))?;
    }
    Ok(found)
}

trait Hears {
    fn hear(&mut self, frames: &[f32]);
}

impl Hears for Meter {
    fn hear(&mut self, frames: &[f32]) {
        self.push(frames);
    }
}

impl Hears for (Meter, Profiler) {
    fn hear(&mut self, frames: &[f32]) {
        self.0.push(frames);
        self.1.push(frames);
    }
}

struct Measuring<'a, M> {
    measure: M,
    again: &'a dyn Fn() -> M,
    finish: &'a mut dyn FnMut(M) -> Loudness,
    found: &'a mut Vec<Loudness>,
}

impl<M: Hears> Sink for Measuring<'_, M> {
    fn write(&mut self, _: usize, frames: &[f32]) -> Result<(), RenderError> {
        self.measure.hear(frames);
        Ok(())
    }

    fn end(&mut self, _: usize) -> Result<(), RenderError> {
        let measure = std::mem::replace(&mut self.measure, (self.again)());
        self.found.push((self.finish)(measure));
        Ok(())
    }
}

/// Of all as one.
fn integrated(tracks: &[Loudness]) -> Value {
    match tracks {
        [one] => one.integrated_lufs,
        all => LoudnessBlocks::integrated(all.iter().map(|track| &track.blocks).collect::<Vec<_>>()),
    }
}

/// Of all as one; the range is that of the track that has most.
pub fn heard(tracks: &[Loudness]) -> Value<Heard> {
    let most = |of: &dyn Fn(&Loudness) -> Value| {
        tracks.iter().filter_map(|track| of(track).ok()).reduce(f32::max).ok_or(Absent::Silence)
    };
    Ok(Heard {
        lufs: integrated(tracks)?,
        true_peak_db: most(&|track| track.true_peak_db)?,
        range_lu: most(&|track| track.range_lu),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A limiter that gives 0.6 dB for each dB above 2: the aim of 5 dB more lies at a gain of 7.
    #[test]
    fn the_gain_is_found_through_a_limiter_in_few_passes() {
        let loudness = |gain: f32| if gain < 2.0 { gain } else { 2.0 + 0.6 * (gain - 2.0) } - 19.0;
        let mut search = Search::new(5.0, -14.0);
        let mut passes = 1;
        while (loudness(search.gain_db) + 14.0).abs() > NEAR_LU {
            assert!(search.next(loudness(search.gain_db)));
            passes += 1;
        }
        assert!(passes <= 3, "{passes}");
        assert!((search.gain_db - 7.0).abs() < 0.1, "{}", search.gain_db);
    }

    #[test]
    fn a_wall_ends_the_search_at_its_bound() {
        let mut search = Search::new(0.0, -10.0);
        while search.next(-20.0) {}
        assert_eq!(search.gain_db, MOST_MOVE_DB);
    }
}
