//! What selected tracks say of themselves: the form with what was typed into it, the difference before it is written, what
//! stood in the way. Rows are made one at a time: a batch may have thousands. Pure; drawn by the view, changed by
//! `update`.

use std::collections::BTreeMap;

use super::list::List;
use crate::model::command::Target;
use crate::model::snapshot::Snapshot;
use crate::model::tag::{Field, Kind};
use crate::model::tagging::{Said, TagEdit, TagPreview, TagsView};
use crate::model::words;
use crate::{counted, say};

#[derive(Debug, Clone)]
pub struct TagPane {
    pub list: List,
    /// The tracks that it is about.
    pub what: Target,
    /// Typed values, which wait to be shown and written; none takes the field away.
    pub edits: BTreeMap<Field, Vec<String>>,
    /// It was opened for one change only, and closes when that is done.
    pub once: bool,
    /// A batch was being written when the core was last looked at.
    pub was_writing: bool,
    /// Leaving was asked for once while edits wait.
    pub leaving: bool,
}

impl TagPane {
    pub fn new(what: Target, once: bool) -> Self {
        Self { list: List::default(), what, edits: BTreeMap::new(), once, was_writing: false, leaving: false }
    }

    pub fn changes(&self) -> Vec<TagEdit> {
        self.edits.iter().map(|(&field, values)| TagEdit::Set(field, values.clone())).collect()
    }
}

/// What the pane shows now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    Form,
    /// A change waits for a word.
    Preview,
    /// The last change was not done.
    Refused,
}

pub fn page(tags: &TagsView) -> Page {
    match (&tags.preview, tags.refused.is_empty()) {
        (Some(_), _) => Page::Preview,
        (None, false) => Page::Refused,
        (None, true) => Page::Form,
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagRow {
    /// Of the form: what files say, and what was typed.
    Field {
        field: Field,
        said: Said,
        typed: Option<Vec<String>>,
    },
    /// What cannot be changed here.
    Fact {
        name: String,
        words: String,
    },
    File(String),
    Change {
        name: String,
        before: String,
        after: String,
    },
    Problem {
        path: String,
        why: String,
    },
    Gap,
}

impl TagRow {
    /// What is searched in it.
    pub fn text(&self) -> String {
        match self {
            Self::Field { field, said, typed } => {
                let typed = typed.as_ref().map_or(String::new(), |values| values.join(" "));
                format!("{} {} {typed}", words::said(field.name()), said.words())
            }
            Self::Fact { name, words } => format!("{name} {words}"),
            Self::File(path) => path.clone(),
            Self::Change { name, before, after } => format!("{name} {before} {after}"),
            Self::Problem { path, why } => format!("{path} {why}"),
            Self::Gap => String::new(),
        }
    }
}

/// How it stands, in a line.
pub fn state(snapshot: &Snapshot, pane: &TagPane) -> String {
    let tags = &snapshot.tags;
    match (tags.writing, page(tags)) {
        (Some((_, 0)), _) => say!("files are being changed...").to_owned(),
        (Some((done, all)), _) => say!("{done} of {all} files are done...", done, all),
        (None, _) if tags.looking => say!("reading...").to_owned(),
        (None, Page::Preview) => say!("w writes all of it, Esc none").to_owned(),
        (None, Page::Refused) => say!("no file was changed; Esc goes back").to_owned(),
        (None, Page::Form) if pane.edits.is_empty() => say!("Enter edits, Esc leaves").to_owned(),
        (None, Page::Form) => say!("w shows what would change, U leaves a field as it is").to_owned(),
    }
}

pub fn title(snapshot: &Snapshot) -> String {
    let tags = &snapshot.tags;
    let files = |count: usize| counted!(count, "file", "files");
    match (page(tags), &tags.preview, &tags.sheet) {
        (Page::Preview, Some(preview), _) => say!("Changes of {files}", files = files(preview.files.len())),
        (Page::Refused, _, _) => say!("Not changed").to_owned(),
        (_, _, Some(sheet)) => say!("Tags of {files}", files = files(sheet.files.len())),
        _ => say!("Tags").to_owned(),
    }
}

pub fn len(snapshot: &Snapshot) -> usize {
    let tags = &snapshot.tags;
    match page(tags) {
        Page::Preview => tags.preview.as_ref().map_or(0, |preview| rows_of(preview)),
        Page::Refused => tags.refused.len(),
        Page::Form => tags.sheet.as_ref().map_or(0, |sheet| {
            let gap = usize::from(!sheet.fields.is_empty());
            sheet.fields.len() + gap + sheet.facts.len() + sheet.problems.len()
        }),
    }
}

/// A row for the file, one for each change, an empty one behind.
fn rows_of(preview: &TagPreview) -> usize {
    preview.files.iter().map(|(_, changes)| changes.len() + 2).sum()
}

pub fn row(snapshot: &Snapshot, pane: &TagPane, at: usize) -> Option<TagRow> {
    let tags = &snapshot.tags;
    match page(tags) {
        Page::Preview => preview_row(tags.preview.as_ref()?, at),
        Page::Refused => tags.refused.get(at).map(problem),
        Page::Form => form_row(snapshot, pane, at),
    }
}

fn problem((path, why): &(std::path::PathBuf, String)) -> TagRow {
    TagRow::Problem { path: path.display().to_string(), why: why.clone() }
}

fn preview_row(preview: &TagPreview, at: usize) -> Option<TagRow> {
    let mut left = at;
    for (path, changes) in &preview.files {
        match left.checked_sub(changes.len() + 2) {
            Some(behind) => left = behind,
            None if left == 0 => return Some(TagRow::File(path.display().to_string())),
            None => {
                let row = changes.get(left - 1).map(|(name, before, after)| TagRow::Change {
                    name: name.clone(),
                    before: before.clone(),
                    after: after.clone(),
                });
                return Some(row.unwrap_or(TagRow::Gap));
            }
        }
    }
    None
}

fn form_row(snapshot: &Snapshot, pane: &TagPane, at: usize) -> Option<TagRow> {
    let sheet = snapshot.tags.sheet.as_ref()?;
    if let Some((field, said)) = sheet.fields.get(at) {
        let typed = pane.edits.get(field).cloned();
        return Some(TagRow::Field { field: *field, said: said.clone(), typed });
    }
    let at = at - sheet.fields.len();
    let at = match (at, sheet.fields.is_empty()) {
        (at, true) => at,
        (0, false) => return Some(TagRow::Gap),
        (at, false) => at - 1,
    };
    match sheet.facts.get(at) {
        Some((name, said)) => Some(TagRow::Fact { name: name.to_string(), words: said.words() }),
        None => sheet.problems.get(at - sheet.facts.len()).map(problem),
    }
}

/// Values on one line, as they can be typed: `; ` stands between them; a backslash keeps it inside a value, and `\n` is a
/// new line.
pub fn spell(values: &[String]) -> String {
    let one = |value: &String| value.replace('\\', "\\\\").replace('\n', "\\n").replace(';', "\\;");
    values.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// The values of such a line; the error says what is expected.
pub fn read(field: Field, line: &str) -> Result<Vec<String>, &'static str> {
    let mut values = vec![String::new()];
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        let last = values.len() - 1;
        match c {
            ';' => values.push(String::new()),
            '\\' => values[last].push(match chars.next() {
                Some('n') => '\n',
                Some(other) => other,
                None => '\\',
            }),
            c => values[last].push(c),
        }
    }
    let said = values.iter().map(|value| value.trim()).filter(|value| !value.is_empty());
    said.map(|value| field.accept(value).ok_or(field.expected())).collect()
}

/// Whether several values can be typed into it.
pub fn takes_several(field: Field) -> bool {
    matches!(field.kind(), Kind::Text | Kind::Id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_typed_on_one_line_and_read_back_whatever_is_in_them() {
        for values in [&["A", "B"][..], &["AC/DC; live"], &["back\\slash", "two\\; parts"], &[]] {
            let values: Vec<String> = values.iter().map(|&value| value.to_owned()).collect();
            assert_eq!(read(Field::Artist, &spell(&values)), Ok(values));
        }
        let lyrics = vec!["one\ntwo \\n".to_owned()];
        assert_eq!(read(Field::Lyrics, &spell(&lyrics)), Ok(lyrics));
        assert_eq!(read(Field::Genre, " Rock ;; Pop; "), Ok(vec!["Rock".to_owned(), "Pop".to_owned()]));
        assert!(read(Field::Track, "three").is_err());
    }
}
