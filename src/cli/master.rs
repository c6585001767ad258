//! `auralis master`: files mastered into new files, by plans that are told.

mod print;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::args::{Global, Master};
use super::exit::{CliError, Exit};
use super::terminal::{Messages, Progress};
use super::text::{clock, printable, shown};
use super::{interrupt, open_store, settings};
use crate::boot::log;
use crate::config::Loaded;
use crate::library::preferences;
use crate::library::store::{Store, StoreError};
use crate::model::job::CancelToken;
use crate::model::mastering::{Intensity, MasteringSettings, Preset, Target};
use crate::model::reference::Reference;
use crate::model::rule::Rule;
use crate::model::taste::Learned;
use crate::render::known::known;
use crate::render::prepare::{Order, Prepared, prepare};
use crate::render::work::{self, Told, Wishes, Work};
use crate::render::{Format, Grouping};
use print::Printer;

const CLOSING: Duration = Duration::from_secs(5);
/// Folder of what is written where none is named.
const OUTPUT: &str = "mastered";
/// Conflicts that are named; more are counted.
const NAMED: usize = 20;

pub const HELP: &str = "\
Measures each track (or takes what the library knows), makes a plan with reasons, proves by a pass
over the whole sound that the loudness comes out as aimed at, and writes a new file with the tags
and pictures of the source. Sources are never changed. Tracks of one folder and album whose numbers
follow each other get one plan and stay gapless; --album and --track say otherwise.

--reference brings tone, width and loudness to those of other music: a file, an album's folder, a
playlist, or a curve that `auralis reference` kept. It may be said more than once; all of it counts as
one. Third octaves are raised by up to 12 dB and taken down by up to 24; the preset then says only how
much is limited.

What stands in the way (a file that is there, two tracks with one name, an output inside a source, a
folder that cannot be written, a full disk) is found before anything is done, and then nothing is. A
file has its name only when it is whole.

A line a track: loudness before and after, true peak after, where it went; with --dry-run the plan
with its reasons instead.";

pub fn run(global: &Global, asked: &Master, messages: &Messages) -> Result<Exit, CliError> {
    let config = settings::load(global, messages)?;
    log::start(&settings::log(global, &config))?;
    let cancel = CancelToken::over(interrupt::flag().map_err(CliError::Signals)?);
    let settings = wishes(asked, config.settings.mastering);
    let prepared = prepare(&order(asked, &settings)?, &cancel);
    if cancel.is_cancelled() {
        return Ok(Exit::Interrupted);
    }
    tell_problems(&prepared, messages);
    let mut printer = Printer::new(asked);
    // A dry run tells the plans all the same.
    if !prepared.conflicts.is_empty() && !asked.dry_run {
        return Err(refused(&prepared));
    }
    if prepared.groups.is_empty() {
        return Err(CliError::NothingMatched("nothing was mastered: no music was named".into()));
    }
    let reference = asked_reference(asked, &config.settings.reference, &cancel, messages)?;
    if cancel.is_cancelled() {
        return Ok(Exit::Interrupted);
    }
    let (learned, rules) = own(asked, &config)?;
    let store = known_store(&config, messages)?;
    let known = |path: &Path| store.as_ref().and_then(|store| known(store, path));
    let work = Work {
        groups: &prepared.groups,
        wishes: Wishes { settings, reference, learned, ..Wishes::default() },
        rules: &rules,
        naming: &config.naming(),
        format: asked.format,
        overwrite: asked.overwrite,
        plan_only: asked.dry_run,
        workers: asked.workers.unwrap_or_else(cores),
        known: &known,
    };
    let done = work_off(&work, &prepared, &cancel, &mut printer, messages);
    if let Some(store) = store {
        store.close(CLOSING);
    }
    done?;
    if !prepared.conflicts.is_empty() {
        return Err(refused(&prepared));
    }
    Ok(match (cancel.is_cancelled(), printer.failed() + prepared.unreadable.len()) {
        (true, _) => Exit::Interrupted,
        (false, 0) => Exit::Done,
        (false, _) => Exit::Failed,
    })
}

/// What was learned of taste, where it is to be heard, and the rules, without what a flag says anyway.
fn own(asked: &Master, config: &Loaded) -> Result<(Option<Learned>, Vec<Rule>), CliError> {
    if asked.no_preferences {
        return Ok((None, Vec::new()));
    }
    let kept = preferences::read(&config.places.preferences()?).map_err(|trouble| {
        let trouble = printable(&trouble.to_string()).into_owned();
        CliError::Refused(format!("{trouble}. `--no-preferences` masters without them"))
    })?;
    let left = |rule: &Rule| Rule {
        preset: rule.preset.filter(|_| asked.preset.is_none()),
        intensity: rule.intensity.filter(|_| asked.intensity.is_none()),
        target: rule.target.filter(|_| asked.target.is_none()),
        ..rule.clone()
    };
    let rules = kept.rules().iter().map(left).collect();
    Ok((config.settings.mastering.learn.then(|| kept.learned()), rules))
}

fn asked_reference(
    asked: &Master,
    configured: &[PathBuf],
    cancel: &CancelToken,
    messages: &Messages,
) -> Result<Option<Arc<Reference>>, CliError> {
    // Who says how loud it is to be does not want another's loudness.
    let paths = match (asked.reference.is_empty(), asked.target) {
        (false, _) => &asked.reference[..],
        (true, None) => configured,
        (true, Some(_)) => &[],
    };
    if paths.is_empty() {
        return Ok(None);
    }
    super::reference::measured(paths, cancel, messages).map(|found| Some(Arc::new(found)))
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn order(asked: &Master, settings: &MasteringSettings) -> Result<Order, CliError> {
    let output = asked.output.as_deref().unwrap_or(Path::new(OUTPUT));
    Ok(Order {
        paths: asked.paths.clone(),
        below: Vec::new(),
        output: std::path::absolute(output).map_err(CliError::Input)?,
        template: asked.name.clone(),
        format: asked.format,
        grouping: match (asked.album, settings.album) {
            (true, _) => Grouping::Albums,
            (false, true) => Grouping::Belonging,
            (false, false) => Grouping::Tracks,
        },
        overwrite: asked.overwrite,
    })
}

/// As configured, where nothing else is said.
fn wishes(asked: &Master, configured: MasteringSettings) -> MasteringSettings {
    MasteringSettings {
        on: true,
        preset: asked.preset.unwrap_or(configured.preset),
        intensity: asked.intensity.unwrap_or(configured.intensity),
        target: asked.target.unwrap_or(configured.target),
        album: asked.album || configured.album && !asked.track,
        taste: configured.taste,
        learn: configured.learn,
    }
}

fn tell_problems(prepared: &Prepared, messages: &Messages) {
    for (path, why) in &prepared.unreadable {
        messages.error(&format!("{}: {}", shown(path), printable(why)));
    }
    for (path, why) in prepared.conflicts.iter().take(NAMED) {
        messages.error(&format!("{} {}", shown(path), printable(why)));
    }
    if prepared.conflicts.len() > NAMED {
        messages.error(&format!("and {} more", prepared.conflicts.len() - NAMED));
    }
}

fn refused(prepared: &Prepared) -> CliError {
    let count = prepared.conflicts.len();
    let stand = if count == 1 { "1 conflict stands".to_owned() } else { format!("{count} conflicts stand") };
    CliError::Refused(format!(
        "nothing was mastered: {stand} in the way; see `--output`, `--name`, `--overwrite`"
    ))
}

/// What is measured is taken from the library, where there is one that nobody else has open.
fn known_store(config: &Loaded, messages: &Messages) -> Result<Option<Store>, CliError> {
    if !config.places.library()?.exists() {
        return Ok(None);
    }
    match open_store(config, messages) {
        Ok(store) => Ok(Some(store)),
        Err(CliError::Store { source: StoreError::AlreadyOpen { .. } }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn work_off(
    work: &Work<'_>,
    prepared: &Prepared,
    cancel: &CancelToken,
    printer: &mut Printer,
    messages: &Messages,
) -> Result<(), CliError> {
    let began = Instant::now();
    let mut line: Option<Progress> = None;
    work::run(work, cancel, &mut |told| match told {
        Told::Progress(share) => {
            let line = line.get_or_insert_with(|| messages.progress());
            line.show(|| pace(printer, prepared, share, began.elapsed()));
            Ok(())
        }
        Told::Track(track) => {
            // The line is wiped before another is written.
            line = None;
            printer.track(&track, messages)
        }
    })?;
    drop(line);
    printer.end(prepared, cancel.is_cancelled(), began.elapsed(), messages);
    Ok(())
}

fn pace(printer: &Printer, prepared: &Prepared, share: f64, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64();
    let sound: f64 = prepared
        .groups
        .iter()
        .flatten()
        .map(|item| item.format.spec.duration(item.frames).as_secs_f64())
        .sum();
    let rate =
        if seconds > 0.5 { format!(", {:.0} x real time", sound * share / seconds) } else { String::new() };
    let left = if share > 0.02 { seconds * (1.0 - share) / share } else { 0.0 };
    let left =
        if left > 0.0 { format!(", {} left", clock(Duration::from_secs_f64(left))) } else { String::new() };
    format!("{} of {} tracks, {:.0} %{rate}{left}", printer.done(), prepared.tracks(), share * 100.0)
}

/// A format of the files that are written, by name.
pub fn format(word: &str) -> Result<Format, String> {
    Format::parse(word).ok_or_else(|| format!("needs {}", Format::NAMES.join(", ")))
}

pub fn preset(word: &str) -> Result<Preset, String> {
    let names = Preset::ALL.map(Preset::name).join(", ");
    Preset::parse(word).ok_or_else(|| format!("needs {names}"))
}

pub fn intensity(word: &str) -> Result<Intensity, &'static str> {
    let percent = word.strip_suffix('%').unwrap_or(word).parse().ok();
    percent
        .filter(|percent| (0..=100).contains(percent))
        .map(Intensity::new)
        .ok_or("needs a number from 0 to 100")
}

pub fn target(word: &str) -> Result<Target, String> {
    let (least, most) = (Target::LEAST, Target::MOST);
    Target::parse(word)
        .ok_or_else(|| format!("needs streaming, replaygain, r128, as-is, or LUFS from {least} to {most}"))
}
