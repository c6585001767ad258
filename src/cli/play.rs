//! `auralis play`: files to the end without a screen. What is played is decided here, how is the core's; what it reports
//! becomes lines of JSON, or one line of progress for a person.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use super::args::{Global, Play};
use super::exit::{CliError, Exit};
use super::input::{self, Separator};
use super::json::{self, JsonPath};
use super::terminal::{Messages, Progress};
use super::text::{clock, printable, shown};
use super::{interrupt, settings};
use crate::boot::{self, PlayEvent, PlayRun, PlayTotal, PlayedTrack};
use crate::library::expand::expand;
use crate::model::address;
use crate::model::part;
use crate::model::settings::{OutputSettings, OutputSpec};
use crate::model::snapshot::StreamView;

pub fn run(global: &Global, asked: &Play, messages: &Messages) -> Result<Exit, CliError> {
    let config = settings::load(global, messages)?;
    let output = output_of(asked, config.settings.output.clone())?;
    let separator = if asked.null_separated { Separator::Null } else { Separator::Line };
    let paths = input::collect(&asked.paths, separator, io::stdin().lock()).map_err(CliError::Input)?;
    // Not earlier: a flag would not end the wait for standard input, as the signal itself does.
    let stop = interrupt::flag().map_err(CliError::Signals)?;
    let found = expand(&paths, &stop);
    let mut report = Report::new(asked.json, messages, Arc::clone(&stop));
    for problem in &found.problems {
        report.refused(&problem.path, &problem.error);
    }
    if found.files.is_empty() {
        report.summary(PlayTotal::default())?;
        return Err(CliError::NothingMatched(nothing_to_play(&paths)));
    }
    let log = settings::log(global, &config);
    let start = asked.start.unwrap_or_default();
    let shuffle = asked.shuffle.unwrap_or_default();
    let network = config.settings.network;
    let mut sound = config.settings.sound.clone();
    sound.level.mode = asked.replaygain.unwrap_or(sound.level.mode);
    let impulse = config.settings.impulse.clone();
    let play = PlayRun { output, sound, impulse, network, files: found.files, start, shuffle, stop, log };
    let total = boot::play(play, &mut |event| report.event(event))?;
    report.summary(total)?;
    Ok(report.exit())
}

/// Flags over the configuration. Raw sound neither shares standard output with JSON nor garbles a terminal.
fn output_of(asked: &Play, mut output: OutputSettings) -> Result<OutputSettings, CliError> {
    output.output = asked.output.clone().unwrap_or(output.output);
    output.format = asked.format.or(output.format);
    output.rate = asked.rate.unwrap_or(output.rate);
    output.resampler = asked.resampler.unwrap_or(output.resampler);
    if asked.json {
        settings::refuse_pipe(&output.output, "where --json writes. Give one of them up")?;
    }
    if output.output == OutputSpec::Pipe && io::stdout().is_terminal() {
        settings::refuse_pipe(&output.output, "which is a terminal. Send it on with `|` or `>`")?;
    }
    Ok(output)
}

/// What a line of progress calls a file or a stream.
fn name(path: &Path, stream: Option<&StreamView>) -> String {
    let station = stream.and_then(|stream| stream.station.as_deref().map(str::to_owned));
    let name = address::given_name(path).or(station).unwrap_or_else(|| part::shown_name(path));
    let title = stream.and_then(|stream| stream.title.as_deref());
    let text = title.map_or(name.clone(), |title| format!("{name}: {title}"));
    printable(&text).into_owned()
}

fn nothing_to_play(paths: &[PathBuf]) -> String {
    match paths {
        [] => "nothing to play: standard input named no file".to_owned(),
        [path] => format!("nothing to play in {}", shown(path)),
        [path, ..] => format!("nothing to play in {} and {} more", shown(path), paths.len() - 1),
    }
}

#[derive(Serialize)]
struct TrackLine<'a> {
    #[serde(flatten)]
    path: JsonPath,
    frames: Option<u64>,
    sample_rate: Option<u32>,
    channels: Option<u16>,
    started_at_frame: Option<u64>,
    error: Option<&'a str>,
}

#[derive(Serialize)]
struct SummaryLine {
    summary: Summary,
}

#[derive(Serialize)]
struct Summary {
    frames: u64,
    underruns: u64,
    tracks: u64,
    failed: u64,
}

/// What was played so far, and how it is told.
struct Report<'a> {
    json: bool,
    messages: &'a Messages,
    progress: Progress,
    /// Raised when nobody reads our lines any more.
    stop: Arc<AtomicBool>,
    unread: Option<CliError>,
    tracks: u64,
    failed: u64,
}

impl<'a> Report<'a> {
    fn new(json: bool, messages: &'a Messages, stop: Arc<AtomicBool>) -> Self {
        let progress = messages.progress();
        Self { json, messages, progress, stop, unread: None, tracks: 0, failed: 0 }
    }

    fn event(&mut self, event: PlayEvent) {
        match event {
            PlayEvent::Progress { path, at, of, stream } => self.progress.show(|| {
                let of = of.map_or_else(|| "-:--".to_owned(), clock);
                format!("{} / {of}  {}", clock(at), name(&path, stream.as_ref()))
            }),
            PlayEvent::Ended(track) => self.ended(&track),
            PlayEvent::Told(notice) => self.messages.warning(&notice.to_string()),
        }
    }

    /// A path that was named but cannot be played: it counts as a track that failed.
    fn refused(&mut self, path: &Path, why: &str) {
        let path = path.to_owned();
        self.ended(&PlayedTrack { path, played: None, error: Some(why.to_owned()) });
    }

    fn ended(&mut self, track: &PlayedTrack) {
        self.tracks += 1;
        if let Some(error) = &track.error {
            self.failed += 1;
            self.messages.warning(&format!("cannot play {}: {error}", shown(&track.path)));
        }
        let played = track.played.as_ref();
        let line = TrackLine {
            path: JsonPath::new(&address::without_user(&track.path)),
            frames: played.map(|played| played.frames),
            sample_rate: played.map(|played| played.spec.rate),
            channels: played.map(|played| played.spec.channels),
            started_at_frame: played.map(|played| played.started_at_frame),
            error: track.error.as_deref(),
        };
        self.print(&line);
    }

    /// Nobody to read the lines: the playing ends, and the run with what `CliError::Output` says of it.
    fn print(&mut self, line: &impl Serialize) {
        if !self.json || self.unread.is_some() {
            return;
        }
        let mut out = io::stdout().lock();
        let printed = json::print(&mut out, line).and_then(|()| out.flush().map_err(CliError::Output));
        if let Err(error) = printed {
            self.unread = Some(error);
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    fn summary(&mut self, PlayTotal { frames, underruns }: PlayTotal) -> Result<(), CliError> {
        let summary = Summary { frames, underruns, tracks: self.tracks, failed: self.failed };
        self.print(&SummaryLine { summary });
        self.unread.take().map_or(Ok(()), Err)
    }

    fn exit(&self) -> Exit {
        if self.stop.load(Ordering::Relaxed) {
            Exit::Interrupted
        } else if self.failed > 0 {
            Exit::Failed
        } else {
            Exit::Done
        }
    }
}
