//! The rows of what the last scan could not read, and of tracks that hold the same sound. Made one at a time: there may be
//! thousands. Pure; drawn by the view, searched by `update`.

use crate::model::snapshot::Snapshot;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportKind {
    Scan,
    Duplicates,
}

impl ReportKind {
    pub fn title(self) -> &'static str {
        match self {
            Self::Scan => "What the last scan could not read",
            Self::Duplicates => "Tracks that hold the same sound",
        }
    }
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
        (ReportKind::Duplicates, None) => format!("{} groups, {} tracks", found.found, found.tracks),
    }
}

/// A group of duplicates has an empty row behind it.
pub fn len(snapshot: &Snapshot, kind: ReportKind) -> usize {
    match kind {
        ReportKind::Scan => snapshot.scan.failed.len(),
        ReportKind::Duplicates => snapshot.duplicates.groups.iter().map(|group| group.len() + 1).sum(),
    }
}

pub fn row(snapshot: &Snapshot, kind: ReportKind, at: usize) -> Option<ReportRow> {
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
