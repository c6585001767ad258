//! The rows of what is shown over the panes: what the last scan could not read, tracks that hold the same sound, figures of
//! queue and listening, the history. Rows of the first two are made one at a time, there may be thousands; the others on
//! the filter worker. Pure; drawn by the view, searched by `update`.

use std::sync::Arc;
use std::time::Duration;

use crate::model::catalog::Catalog;
use crate::model::facts::Facts;
use crate::model::history::{Entry, HistoryView, ago};
use crate::model::listening::{Period, Stats};
use crate::model::lyrics::{Found, Lyrics, Sung};
use crate::model::musicbrainz::LookupView;
use crate::model::portrait::PortraitRow;
use crate::model::rendering::{RenderProgress, RenderStage, RenderView};
use crate::model::similar::SimilarView;
use crate::model::snapshot::{DuplicatesView, QueueView, Snapshot};
use crate::model::tally::{Lines, Tally};
use crate::model::template::{Template, Templates};
use crate::say;
use crate::tui::prompt::Kind;
use crate::tui::scene::{Gauges, times};
use crate::tui::settings::SettingLine;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportKind {
    Scan,
    Duplicates,
    Queue,
    Listening,
    History,
    Templates,
    Similar,
    /// Mastering to files.
    Jobs,
    /// How a track sounds.
    Portrait,
    /// The words of what plays.
    Lyrics,
    /// Releases of MusicBrainz.
    Lookup,
    /// All settings.
    Settings,
    /// What was told.
    Notices,
    /// Lines that were typed, to be done again.
    Typed(Kind),
}

impl ReportKind {
    pub fn title(self) -> &'static str {
        match self {
            Self::Scan => say!("What the last scan could not read"),
            Self::Duplicates => say!("Tracks that hold the same sound"),
            Self::Queue => say!("What is in the queue"),
            Self::Listening => say!("What was listened to"),
            Self::History => say!("What can be taken back and made again"),
            Self::Templates => say!("Queue templates"),
            Self::Similar => say!("What sounds alike"),
            Self::Jobs => say!("Mastering to files"),
            Self::Portrait => say!("How it sounds"),
            Self::Lyrics => say!("Lyrics"),
            Self::Lookup => say!("Releases that it may be"),
            Self::Settings => say!("Settings"),
            Self::Notices => say!("What was told"),
            Self::Typed(Kind::Search) => say!("Searches"),
            Self::Typed(Kind::Filter) => say!("Filters"),
            Self::Typed(Kind::Command | Kind::Field(_)) => say!("Commands"),
        }
    }
}

/// The rows of a report that the worker makes, and what they are of.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// Number of the newest question; older answers are dropped.
    pub asked: u64,
    pub about: Option<About>,
    /// `None` until the answer came.
    pub lines: Option<Arc<Lines>>,
    /// Of settings, which need no worker.
    pub settings: Arc<Vec<SettingLine>>,
}

/// What figures are of.
#[derive(Debug, Clone)]
pub enum About {
    Queue(Arc<QueueView>, Arc<Catalog>, Arc<Facts>),
    Listening(Option<(Period, Arc<Stats>)>),
    History(Arc<HistoryView>),
    Templates(Arc<Templates>),
}

impl About {
    /// `None` for a report that is no figures.
    pub fn new(snapshot: &Snapshot, kind: ReportKind) -> Option<Self> {
        match kind {
            ReportKind::Scan
            | ReportKind::Duplicates
            | ReportKind::Similar
            | ReportKind::Jobs
            | ReportKind::Portrait
            | ReportKind::Lyrics
            | ReportKind::Lookup
            | ReportKind::Settings
            | ReportKind::Notices
            | ReportKind::Typed(_) => None,
            ReportKind::Queue => Some(Self::Queue(
                Arc::clone(&snapshot.queue),
                Arc::clone(&snapshot.catalog),
                Arc::clone(&snapshot.facts),
            )),
            ReportKind::Listening => Some(Self::Listening(snapshot.stats.clone())),
            ReportKind::History => Some(Self::History(Arc::clone(&snapshot.history))),
            ReportKind::Templates => Some(Self::Templates(Arc::clone(&snapshot.templates))),
        }
    }

    /// The same things; cheap.
    pub fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Queue(queue, catalog, facts), Self::Queue(other, others, known)) => {
                Arc::ptr_eq(queue, other) && Arc::ptr_eq(catalog, others) && Arc::ptr_eq(facts, known)
            }
            (Self::Listening(Some((period, stats))), Self::Listening(Some((other, others)))) => {
                period == other && Arc::ptr_eq(stats, others)
            }
            (Self::Listening(stats), Self::Listening(others)) => stats.is_none() && others.is_none(),
            (Self::History(history), Self::History(other)) => Arc::ptr_eq(history, other),
            (Self::Templates(templates), Self::Templates(other)) => Arc::ptr_eq(templates, other),
            _ => false,
        }
    }
}

/// What the worker is asked.
#[derive(Debug, Clone)]
pub struct Question {
    pub asked: u64,
    pub about: About,
}

impl PartialEq for Question {
    fn eq(&self, other: &Self) -> bool {
        self.asked == other.asked && self.about.is(&other.about)
    }
}

impl Question {
    /// `now_s`: seconds since the Unix epoch.
    pub fn lines(&self, now_s: i64) -> Lines {
        match &self.about {
            About::Queue(queue, catalog, facts) => Tally::new(queue, catalog, facts).lines(),
            About::Listening(None) => Vec::new(),
            About::Listening(Some((period, stats))) => {
                let mut lines = vec![(period.words().to_owned(), String::new())];
                lines.extend(stats.lines());
                lines
            }
            About::History(history) => history_lines(history, now_s),
            About::Templates(templates) => {
                templates.shown().into_iter().map(|template| template_line(template, now_s)).collect()
            }
        }
    }
}

/// What was taken back above what is done, each the nearest first.
fn history_lines(history: &HistoryView, now_s: i64) -> Lines {
    let (done, back) = history.entries.split_at(history.done.min(history.entries.len()));
    let when = |entry: &Entry| ago(now_s.saturating_sub(entry.at_s));
    let line = |entry: &Entry, when| (format!("{:>5}  {}", entry.number, entry.words), when);
    let back = back.iter().rev();
    let back = back.map(|entry| line(entry, say!("taken back, was made {when}", when = when(entry))));
    let mut lines: Lines = back.collect();
    lines.extend(done.iter().rev().map(|entry| line(entry, when(entry))));
    lines
}

/// Of one, as [`Templates::shown`] has them.
fn template_line(template: &Template, now_s: i64) -> (String, String) {
    let love = if template.favourite { "♥ " } else { "  " };
    let tags: Vec<String> = template.tags.iter().map(|tag| format!("#{tag}")).collect();
    let used = template.usage.last_s.map_or_else(
        || say!("never loaded").to_owned(),
        |last_s| {
            let when = ago(now_s.saturating_sub(last_s));
            say!("loaded {count} times, {when}", count = template.usage.loads, when)
        },
    );
    let tracks = say!("{count} tracks", count = template.items.len());
    let detail = [tracks, used, tags.join(" "), template.note.clone()];
    let detail: Vec<String> = detail.into_iter().filter(|part| !part.is_empty()).collect();
    (format!("{love}{}", template.name), detail.join(" · "))
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportRow {
    pub path: String,
    pub detail: String,
}

impl ReportRow {
    /// What is searched in it.
    pub fn text(&self) -> String {
        format!("{} {}", self.path, self.detail)
    }
}

/// In a line: how it stands.
pub fn state(snapshot: &Snapshot, kind: ReportKind) -> String {
    match kind {
        ReportKind::Scan if snapshot.scan.failed.is_empty() => say!("nothing").into(),
        ReportKind::Scan => say!("{count} files and folders", count = snapshot.scan.failed.len()),
        ReportKind::Duplicates => duplicates_state(&snapshot.duplicates),
        ReportKind::Queue => say!("{count} entries", count = snapshot.queue.items.len()),
        ReportKind::Listening if snapshot.stats.is_none() => say!("counting...").into(),
        ReportKind::Listening => ":stats week, month, year, all".into(),
        ReportKind::Similar => similar_state(&snapshot.similar),
        ReportKind::Portrait => portrait_state(snapshot),
        ReportKind::Lyrics => lyrics_state(snapshot),
        ReportKind::Lookup => lookup_state(snapshot),
        ReportKind::Settings => say!("Enter changes, / finds, Esc leaves").into(),
        ReportKind::Typed(_) => say!("Enter does it again, e changes it first").into(),
        ReportKind::Notices => say!("Enter shows it whole").into(),
        ReportKind::Jobs if snapshot.renders.is_empty() => say!("none; :master begins one").into(),
        ReportKind::Jobs => ":master-stop N".into(),
        ReportKind::Templates => say!("Enter loads, a appends, i is next, g* favourite").into(),
        ReportKind::History => {
            let history = &snapshot.history;
            say!("{done} done, of {count}", done = history.done, count = history.entries.len())
        }
    }
}

fn duplicates_state(view: &DuplicatesView) -> String {
    let (count, tracks) = (view.found, view.tracks);
    match &view.problem {
        _ if view.looking => say!("looking...").into(),
        Some(why) => why.clone(),
        None if view.like => {
            say!("{count} recordings, {tracks} tracks: other masterings and encodings too", count, tracks)
        }
        None => say!("{count} groups, {tracks} tracks", count, tracks),
    }
}

fn similar_state(view: &SimilarView) -> String {
    let name = &view.of;
    match &view.problem {
        _ if view.looking => say!("like {name}: listening...", name),
        Some(_) if name.is_empty() => String::new(),
        Some(_) => say!("like {name}", name),
        None => say!("like {name}: Enter plays, a appends, i is next", name),
    }
}

fn similar_row(snapshot: &Snapshot, at: usize) -> Option<ReportRow> {
    let found = snapshot.similar.found.get(at)?;
    let track = snapshot.catalog.find(found.track);
    let name = track.map_or_else(String::new, |track| match track.artists().next() {
        Some(artist) => format!("{artist} - {}", track.title()),
        None => track.title().to_owned(),
    });
    Some(ReportRow { path: format!("{:5.1} %  {name}", found.percent()), detail: found.words() })
}

/// A group of duplicates has an empty row behind it.
pub fn len(snapshot: &Snapshot, figures: &Figures, kind: ReportKind) -> usize {
    match kind {
        ReportKind::Queue
        | ReportKind::Listening
        | ReportKind::History
        | ReportKind::Templates
        | ReportKind::Notices
        | ReportKind::Typed(_) => figures.lines.as_ref().map_or(0, |lines| lines.len()),
        ReportKind::Similar => snapshot.similar.found.len(),
        ReportKind::Portrait => portrait_rows(snapshot).len(),
        ReportKind::Lyrics => words(snapshot).map_or(0, |lyrics| lyrics.lines.len()),
        ReportKind::Lookup => snapshot.tags.lookup.as_ref().map_or(0, |lookup| lookup.found.len()),
        ReportKind::Jobs => snapshot.renders.iter().map(job_len).sum(),
        ReportKind::Settings => figures.settings.len(),
        ReportKind::Scan => snapshot.scan.failed.len(),
        ReportKind::Duplicates => snapshot.duplicates.groups.iter().map(|group| group.len() + 1).sum(),
    }
}

pub fn row(snapshot: &Snapshot, figures: &Figures, kind: ReportKind, at: usize) -> Option<ReportRow> {
    if kind == ReportKind::Similar {
        return similar_row(snapshot, at);
    }
    if kind == ReportKind::Jobs {
        return job_row(snapshot, at);
    }
    if kind == ReportKind::Lyrics {
        let line = words(snapshot)?.lines.get(at)?;
        return Some(ReportRow { path: line.text.clone(), detail: String::new() });
    }
    if kind == ReportKind::Lookup {
        let found = snapshot.tags.lookup.as_ref()?.found.get(at)?;
        let path = format!("{:>3} %  {} - {}", found.score, found.artist, found.title);
        return Some(ReportRow { path, detail: found.details() });
    }
    if kind == ReportKind::Settings {
        let line = figures.settings.get(at)?;
        return Some(ReportRow { path: line.text(), detail: String::new() });
    }
    if kind == ReportKind::Portrait {
        return portrait_rows(snapshot).get(at).map(|row| portrait_row(snapshot, row));
    }
    if !matches!(kind, ReportKind::Scan | ReportKind::Duplicates) {
        let (path, detail) = figures.lines.as_ref()?.get(at)?.clone();
        return Some(ReportRow { path, detail });
    }
    let row = |(path, detail): &(std::path::PathBuf, String)| ReportRow {
        path: path.display().to_string(),
        detail: detail.clone(),
    };
    if kind == ReportKind::Scan {
        return snapshot.scan.failed.get(at).map(row);
    }
    let mut left = at;
    for group in &snapshot.duplicates.groups {
        if left <= group.len() {
            return Some(group.get(left).map(row).unwrap_or_default());
        }
        left -= group.len() + 1;
    }
    None
}

/// A row of its own, and one for each track that failed.
fn job_len(job: &RenderView) -> usize {
    1 + failed_of(job).len()
}

fn failed_of(job: &RenderView) -> &[(std::path::PathBuf, String)] {
    if let RenderStage::Ended(end) = &job.stage { &end.failed } else { &[] }
}

fn job_row(snapshot: &Snapshot, mut at: usize) -> Option<ReportRow> {
    for job in snapshot.renders.iter() {
        if at == 0 {
            let path = format!("{:>4}  {}", job.number, job.name);
            return Some(ReportRow {
                path,
                detail: format!("{} · {}", stage(&job.stage), job.folder.display()),
            });
        }
        if let Some((path, why)) = failed_of(job).get(at - 1) {
            return Some(ReportRow { path: format!("      {}", path.display()), detail: why.clone() });
        }
        at -= job_len(job);
    }
    None
}

fn stage(stage: &RenderStage) -> String {
    match stage {
        RenderStage::Waiting => say!("waits").into(),
        RenderStage::Running(progress) => rendering(progress),
        RenderStage::Ended(end) => {
            let done = match end.stopped {
                true => say!("stopped: {count} written", count = end.written),
                false => say!("done: {count} written", count = end.written),
            };
            match end.failed.len() {
                0 => done,
                failed => format!("{done}, {}", say!("{count} not", count = failed)),
            }
        }
    }
}

/// `3 of 12 tracks, 43 %, 18 x real time, 1:20 left`
pub fn rendering(progress: &RenderProgress) -> String {
    if progress.tracks == 0 {
        return say!("looks at the files").into();
    }
    let share = progress.share * 100.0;
    let (done, tracks) = (progress.done, progress.tracks);
    let far = say!("{done} of {tracks} tracks, {share:.0} %", done, tracks, share);
    let Some((speed, left)) = progress.pace() else { return far };
    let left = format!("{}:{:02}", left.as_secs() / 60, left.as_secs() % 60);
    format!("{far}, {}", say!("{speed:.0} x real time, {left} left", speed, left))
}

/// A few dozen.
pub fn portrait_rows(snapshot: &Snapshot) -> Vec<PortraitRow> {
    let Some(portrait) = &snapshot.portrait else { return Vec::new() };
    let format = snapshot.catalog.find(portrait.track).map(|track| track.format());
    portrait.rows(format.as_ref())
}

fn portrait_row(snapshot: &Snapshot, row: &PortraitRow) -> ReportRow {
    match (row, &snapshot.portrait) {
        (PortraitRow::Line(words) | PortraitRow::Finding(words), _) => {
            ReportRow { path: words.clone(), detail: String::new() }
        }
        (PortraitRow::Dimension(dimension), Some(portrait)) => {
            let (name, value, words) = portrait.dimension(*dimension);
            ReportRow { path: format!("{name} {value}"), detail: words }
        }
        (PortraitRow::Dimension(_), None) => ReportRow::default(),
    }
}

fn portrait_state(snapshot: &Snapshot) -> String {
    match snapshot.portrait.as_ref().map_or(0, |portrait| portrait.spread.tracks) {
        0 | 1 => say!("no other track is measured").into(),
        tracks => say!("against {tracks} tracks", tracks),
    }
}

/// What is known of the words of what plays; nothing of another song.
pub fn lyrics(snapshot: &Snapshot) -> Option<&Found> {
    let now = snapshot.playback.now.as_ref()?;
    snapshot.lyrics.as_ref().filter(|view| view.path == now.path).map(|view| &view.found)
}

/// The words themselves.
pub fn words(snapshot: &Snapshot) -> Option<&Lyrics> {
    if let Some(Found::Words(lyrics)) = lyrics(snapshot) { Some(lyrics) } else { None }
}

/// The line and the word that are heard, where their times are known.
pub fn sung(snapshot: &Snapshot, gauges: &Gauges) -> Option<Sung> {
    let (elapsed, _) = times(snapshot, gauges)?;
    words(snapshot)?.sung_at(snapshot.lyrics.as_ref()?.told(elapsed))
}

/// See [`sung`].
pub fn sung_line(snapshot: &Snapshot, gauges: &Gauges) -> Option<usize> {
    sung(snapshot, gauges).map(|sung| sung.line)
}

/// How long what is sung stays as it is; `elapsed` is where the song is.
pub fn sung_for(snapshot: &Snapshot, elapsed: Duration) -> Option<Duration> {
    let told = snapshot.lyrics.as_ref()?.told(elapsed);
    let next = words(snapshot)?.next_at(told)?;
    Some(snapshot.lyrics.as_ref()?.heard(next).saturating_sub(elapsed))
}

/// Where in the song a line of its words is sung.
pub fn heard_at(snapshot: &Snapshot, line: usize) -> Option<Duration> {
    let at = words(snapshot)?.lines.get(line)?.at?;
    Some(snapshot.lyrics.as_ref()?.heard(at))
}

fn lyrics_state(snapshot: &Snapshot) -> String {
    match lyrics(snapshot) {
        Some(Found::Words(lyrics)) => lyrics.source.words().to_owned(),
        _ => String::new(),
    }
}

fn lookup_state(snapshot: &Snapshot) -> String {
    match snapshot.tags.lookup.as_deref() {
        Some(lookup) if lookup.looking => say!("MusicBrainz is asked...").into(),
        Some(LookupView { problem: Some(why), .. }) => why.clone(),
        Some(lookup) if lookup.found.is_empty() => say!("MusicBrainz knows none").into(),
        Some(LookupView { files: 1, .. }) => say!("Enter shows what it would change").into(),
        Some(lookup) => say!("Enter shows what it would change of {count} files", count = lookup.files),
        None => String::new(),
    }
}
