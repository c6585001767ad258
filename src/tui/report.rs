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
use crate::model::snapshot::{QueueView, Snapshot};
use crate::model::tally::{Lines, Tally};
use crate::model::template::{Template, Templates};
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
            Self::Scan => "What the last scan could not read",
            Self::Duplicates => "Tracks that hold the same sound",
            Self::Queue => "What is in the queue",
            Self::Listening => "What was listened to",
            Self::History => "What can be taken back and made again",
            Self::Templates => "Queue templates",
            Self::Similar => "What sounds alike",
            Self::Jobs => "Mastering to files",
            Self::Portrait => "How it sounds",
            Self::Lyrics => "Lyrics",
            Self::Lookup => "Releases that it may be",
            Self::Settings => "Settings",
            Self::Notices => "What was told",
            Self::Typed(Kind::Search) => "Searches",
            Self::Typed(Kind::Filter) => "Filters",
            Self::Typed(Kind::Command | Kind::Field(_)) => "Commands",
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
    let line = |entry: &Arc<Entry>, what: &str| {
        let when = ago(now_s.saturating_sub(entry.at_s));
        (format!("{:>5}  {}", entry.number, entry.words), format!("{what}{when}"))
    };
    let mut lines: Lines = back.iter().rev().map(|entry| line(entry, "taken back, was made ")).collect();
    lines.extend(done.iter().rev().map(|entry| line(entry, "")));
    lines
}

/// Of one, as [`Templates::shown`] has them.
fn template_line(template: &Template, now_s: i64) -> (String, String) {
    let love = if template.favourite { "♥ " } else { "  " };
    let tags: Vec<String> = template.tags.iter().map(|tag| format!("#{tag}")).collect();
    let used = template.usage.last_s.map_or_else(
        || "never loaded".to_owned(),
        |last_s| format!("loaded {} times, {}", template.usage.loads, ago(now_s.saturating_sub(last_s))),
    );
    let detail = [format!("{} tracks", template.items.len()), used, tags.join(" "), template.note.clone()];
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
    let found = &snapshot.duplicates;
    match (kind, &found.problem) {
        (ReportKind::Scan, _) if snapshot.scan.failed.is_empty() => "nothing".into(),
        (ReportKind::Scan, _) => format!("{} files and folders", snapshot.scan.failed.len()),
        (ReportKind::Duplicates, _) if found.looking => "looking...".into(),
        (ReportKind::Duplicates, Some(why)) => why.clone(),
        (ReportKind::Duplicates, None) if found.like => {
            format!("{} recordings, {} tracks: other masterings and encodings too", found.found, found.tracks)
        }
        (ReportKind::Duplicates, None) => format!("{} groups, {} tracks", found.found, found.tracks),
        (ReportKind::Queue, _) => format!("{} entries", snapshot.queue.items.len()),
        (ReportKind::Listening, _) if snapshot.stats.is_none() => "counting...".into(),
        (ReportKind::Listening, _) => ":stats week, month, year, all".into(),
        (ReportKind::Similar, _) => similar_state(&snapshot.similar),
        (ReportKind::Portrait, _) => portrait_state(snapshot),
        (ReportKind::Lyrics, _) => lyrics_state(snapshot),
        (ReportKind::Lookup, _) => lookup_state(snapshot),
        (ReportKind::Settings, _) => "Enter changes, / finds, Esc leaves".into(),
        (ReportKind::Typed(_), _) => "Enter does it again, e changes it first".into(),
        (ReportKind::Notices, _) => "Enter shows it whole".into(),
        (ReportKind::Jobs, _) if snapshot.renders.is_empty() => "none; :master begins one".into(),
        (ReportKind::Jobs, _) => ":master-stop N".into(),
        (ReportKind::Templates, _) => "Enter loads, a appends, i is next, g* favourite".into(),
        (ReportKind::History, _) => {
            format!("{} done, of {}", snapshot.history.done, snapshot.history.entries.len())
        }
    }
}

fn similar_state(view: &SimilarView) -> String {
    match &view.problem {
        _ if view.looking => format!("like {}: listening...", view.of),
        Some(_) if view.of.is_empty() => String::new(),
        Some(_) => format!("like {}", view.of),
        None => format!("like {}: Enter plays, a appends, i is next", view.of),
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
        RenderStage::Waiting => "waits".into(),
        RenderStage::Running(progress) => rendering(progress),
        RenderStage::Ended(end) => {
            let how = if end.stopped { "stopped" } else { "done" };
            let failed =
                if end.failed.is_empty() { String::new() } else { format!(", {} not", end.failed.len()) };
            format!("{how}: {} written{failed}", end.written)
        }
    }
}

/// `3 of 12 tracks, 43 %, 18 x real time, 1:20 left`
pub fn rendering(progress: &RenderProgress) -> String {
    let pace = progress.pace().map_or(String::new(), |(speed, left)| {
        let left = left.as_secs();
        format!(", {speed:.0} x real time, {}:{:02} left", left / 60, left % 60)
    });
    match progress.tracks {
        0 => "looks at the files".into(),
        tracks => format!("{} of {tracks} tracks, {:.0} %{pace}", progress.done, progress.share * 100.0),
    }
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
        0 | 1 => "no other track is measured".into(),
        tracks => format!("against {tracks} tracks"),
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
        Some(lookup) if lookup.looking => "MusicBrainz is asked...".into(),
        Some(LookupView { problem: Some(why), .. }) => why.clone(),
        Some(lookup) if lookup.found.is_empty() => "MusicBrainz knows none".into(),
        Some(LookupView { files: 1, .. }) => "Enter shows what it would change".into(),
        Some(lookup) => format!("Enter shows what it would change of {} files", lookup.files),
        None => String::new(),
    }
}
