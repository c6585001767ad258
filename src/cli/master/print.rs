//! What became of tracks, for people and for programs.

use std::io::{self, Write};
use std::time::Duration;

use serde::Serialize;

use crate::cli::args::Master;
use crate::cli::exit::CliError;
use crate::cli::json::{self, JsonPath};
use crate::cli::terminal::Messages;
use crate::cli::text::{printable, shown};
use crate::model::chain::ChainSpec;
use crate::model::features::Value;
use crate::model::mastering::{Basis, Heard, Move, Plan};
use crate::render::prepare::Prepared;
use crate::render::work::{Rendered, Report};

/// Prints tracks as they are told, and counts them.
pub(super) struct Printer {
    json: bool,
    dry_run: bool,
    tracks: usize,
    failed: usize,
}

impl Printer {
    pub(super) fn new(asked: &Master) -> Self {
        Self { json: asked.json, dry_run: asked.dry_run, tracks: 0, failed: 0 }
    }

    pub(super) fn done(&self) -> usize {
        self.tracks
    }

    pub(super) fn failed(&self) -> usize {
        self.failed
    }

    pub(super) fn track(&mut self, track: &Rendered, messages: &Messages) -> Result<(), CliError> {
        self.tracks += 1;
        self.failed += usize::from(track.result.is_err());
        let mut out = io::stdout().lock();
        if self.json {
            return json::print(&mut out, &Line::of(track, self.dry_run))
                .and_then(|()| out.flush().map_err(CliError::Output));
        }
        match &track.result {
            Err(why) => messages.error(&format!("{}: {}", shown(&track.path), printable(why))),
            Ok(report) => {
                self.write(&mut out, track, report).and_then(|()| out.flush()).map_err(CliError::Output)?
            }
        }
        Ok(())
    }

    fn write(&self, out: &mut impl Write, track: &Rendered, report: &Report) -> io::Result<()> {
        if self.dry_run {
            writeln!(out, "{}\n  -> {}", shown(&track.path), shown(&track.target))?;
            return write_plan(out, report);
        }
        let lufs = |heard: &Value<Heard>| {
            heard.as_ref().map_or("-".to_owned(), |heard| format!("{:.1}", heard.lufs))
        };
        let after = report.after.as_ref();
        let peak = after
            .and_then(|heard| heard.as_ref().ok())
            .map_or("-".to_owned(), |h| format!("{:.1}", h.true_peak_db));
        writeln!(
            out,
            "{} -> {} LUFS\t{peak} dBTP\t{}",
            lufs(&report.before),
            after.map_or("-".to_owned(), lufs),
            shown(&track.target)
        )?;
        report.findings.iter().try_for_each(|finding| writeln!(out, "  {finding}"))
    }

    pub(super) fn end(&self, prepared: &Prepared, cancelled: bool, elapsed: Duration, messages: &Messages) {
        let good = self.tracks - self.failed;
        let what = if self.dry_run { "planned" } else { "mastered" };
        let missing = prepared.tracks() - self.tracks;
        let stopped = if cancelled {
            format!(", {missing} not begun or broken off: nothing of them is left")
        } else {
            String::new()
        };
        let sound: f64 =
            prepared.groups.iter().flatten().map(|i| i.format.spec.duration(i.frames).as_secs_f64()).sum();
        let seconds = elapsed.as_secs_f64();
        let rate = if missing == 0 {
            format!(", {:.0} x real time", sound / seconds.max(0.001))
        } else {
            String::new()
        };
        messages.note(&format!("{good} {what}, {} failed{stopped}, {seconds:.1} s{rate}", self.failed));
    }
}

fn write_plan(out: &mut impl Write, report: &Report) -> io::Result<()> {
    match &report.plan {
        Err(absent) => writeln!(out, "  nothing is changed: {}", absent.words())?,
        Ok(plan) => {
            let album = match plan.basis {
                Basis::Album(tracks) => format!(", as one of {tracks} tracks of an album"),
                Basis::Track | Basis::Glimpse => String::new(),
            };
            writeln!(out, "  {:.1} -> {:.1} LUFS{album}", plan.source.lufs, plan.aim_lufs)?;
            for Move { part, why } in &plan.moves {
                writeln!(out, "  {}: {why}", part.name())?;
            }
        }
    }
    report.findings.iter().try_for_each(|finding| writeln!(out, "  {finding}"))
}

/// A track for programs.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    path: JsonPath,
    output: JsonPath,
    written: bool,
    error: Option<&'a str>,
    before: Option<Levels>,
    after: Option<Levels>,
    plan: Option<PlanLine<'a>>,
    /// Why there is no plan.
    unplanned: Option<&'static str>,
    findings: &'a [String],
}

#[derive(Serialize)]
struct Levels {
    lufs: f32,
    true_peak_db: f32,
    range_lu: Option<f32>,
}

#[derive(Serialize)]
struct PlanLine<'a> {
    /// Tracks that share it.
    tracks: u32,
    source: Levels,
    asked_lufs: f32,
    aim_lufs: f32,
    /// Bound of what becomes of the range, LU.
    range_change_lu: f32,
    proved: bool,
    moves: &'a [Move],
    chain: &'a ChainSpec,
}

impl<'a> Line<'a> {
    fn of(track: &'a Rendered, dry_run: bool) -> Self {
        let report = track.result.as_ref().ok();
        let plan = report.and_then(|report| report.plan.as_ref().ok());
        Self {
            path: JsonPath::new(&track.path),
            output: JsonPath::new(&track.target),
            written: report.is_some() && !dry_run,
            error: track.result.as_ref().err().map(String::as_str),
            before: report.and_then(|report| levels(&report.before)),
            after: report.and_then(|report| levels(report.after.as_ref()?)),
            plan: plan.map(plan_line),
            unplanned: report.and_then(|report| report.plan.as_ref().err()).map(|absent| absent.words()),
            findings: report.map_or(&[], |report| &report.findings),
        }
    }
}

fn levels(heard: &Value<Heard>) -> Option<Levels> {
    heard.as_ref().ok().map(level)
}

fn level(heard: &Heard) -> Levels {
    Levels { lufs: heard.lufs, true_peak_db: heard.true_peak_db, range_lu: heard.range_lu.ok() }
}

fn plan_line(plan: &Plan) -> PlanLine<'_> {
    PlanLine {
        tracks: if let Basis::Album(tracks) = plan.basis { tracks } else { 1 },
        source: level(&plan.source),
        asked_lufs: plan.asked_lufs,
        aim_lufs: plan.aim_lufs,
        range_change_lu: plan.range_change_lu,
        proved: plan.proved,
        moves: &plan.moves,
        chain: &plan.spec,
    }
}
