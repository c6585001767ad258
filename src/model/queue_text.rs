//! The queue as text that is edited, and what such a text says the queue is to be. One line an entry: its number, which
//! stays its own while it is moved, then words for people that are not read again. Pure.

use std::collections::HashSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::address::{is_address, without_user};
use super::catalog::Catalog;
use super::id::ItemId;
use super::part;
use super::query::Query;
use super::snapshot::QueueView;
use crate::say;

/// Lines of a text; more are refused.
const MOST_LINES: usize = 2_000_000;

const HEAD: &str = "\
# The queue, one line an entry. What counts is the number at the beginning of a line:
# move lines to reorder, delete lines to remove, copy lines to have entries twice.
# A path that begins with / ~ or . adds a file, a folder or a playlist, as does an http
# address; ? and a query add what matches, as in: ? artist:bowie year:1977..1979
# Lines that begin with # are not read. An emptied file empties the queue; to change
# nothing, leave without a change. `u` or :undo takes the whole edit back.
";

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Line {
    /// An entry; the second time it is asked for it is a new one of the same file.
    Item(ItemId),
    Path(#[serde(with = "crate::model::path_bytes")] PathBuf),
    Query(String),
}

/// What the queue is to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edited {
    /// Each with its number in the text, from 1, for errors.
    pub lines: Vec<(usize, Line)>,
    /// What was in the text before it was edited: what came since then is not touched.
    pub base: Vec<ItemId>,
}

/// Why a text is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct LineError {
    pub line: usize,
    pub message: String,
}

/// The text of a queue.
pub fn write(queue: &QueueView, catalog: &Catalog) -> String {
    let mut text = String::from(HEAD);
    let width = queue.items.iter().map(|item| item.id.0).max().unwrap_or(0).to_string().len();
    for (at, item) in queue.items.iter().enumerate() {
        let words = match item.track.and_then(|id| catalog.find(id)) {
            Some(track) => {
                let artists: Vec<&str> = track.artists().collect();
                let by =
                    if artists.is_empty() { String::new() } else { format!("{} - ", artists.join(", ")) };
                let album = track.album_title();
                let from = if album.is_empty() { String::new() } else { format!(" ({album})") };
                let time = track.duration().map(|time| super::tally::clock(time.as_secs_f64()));
                format!("{by}{}{from} {}", track.title(), time.unwrap_or_default())
            }
            None if is_address(&item.path) => without_user(&item.path).display().to_string(),
            None => part::shown_name(&item.path),
        };
        // One line, whatever a tag holds; and nothing that a terminal would obey.
        let words: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let playing = if queue.current == Some(at) { "> " } else { "  " };
        text.push_str(&format!("{:width$} {playing}{}\n", item.id.0, words.trim_end()));
    }
    text
}

/// The entries that a text of [`write()`] lists.
pub fn base(text: &str) -> Vec<ItemId> {
    text.lines().filter_map(item).collect()
}

fn item(line: &str) -> Option<ItemId> {
    let first = line.split_whitespace().next()?;
    let plain = first.bytes().all(|byte| byte.is_ascii_digit());
    first.parse().ok().filter(|_| plain).map(ItemId)
}

/// Before the list of what was in a text, at the end of one that is kept.
const BASE: &str = "# was:";

/// A text that was refused, to be edited on; [`kept`] reads it.
pub fn keep(text: &str, base: &[ItemId]) -> String {
    let ids: Vec<String> = base.iter().map(ItemId::to_string).collect();
    format!("{}\n{BASE} {}\n", text.trim_end_matches('\n'), ids.join(" "))
}

/// The text and what was in it at first.
pub fn kept(text: &str) -> (String, Vec<ItemId>) {
    match text.rsplit_once(BASE) {
        Some((text, ids)) => {
            (text.to_owned(), ids.split_whitespace().filter_map(|id| id.parse().ok().map(ItemId)).collect())
        }
        None => (text.to_owned(), base(text)),
    }
}

/// What an edited text says; all of it or nothing.
pub fn parse(text: &str, base: &[ItemId]) -> Result<Edited, LineError> {
    let known: HashSet<ItemId> = base.iter().copied().collect();
    let mut lines = Vec::new();
    for (at, text) in (1..).zip(text.lines()) {
        let text = text.trim_end_matches('\r');
        let words = text.trim_start();
        if words.is_empty() || words.starts_with('#') {
            continue;
        }
        let wrong = |message: String| LineError { line: at, message };
        if at > MOST_LINES {
            return Err(wrong(say!("there are too many lines").to_owned()));
        }
        let line = match item(words) {
            Some(id) if known.contains(&id) => Line::Item(id),
            Some(id) => return Err(wrong(say!("there is no entry {id}; a file of that name is ./{id}", id))),
            None => added(words).map_err(wrong)?,
        };
        lines.push((at, line));
    }
    Ok(Edited { lines, base: base.to_vec() })
}

fn added(words: &str) -> Result<Line, String> {
    if let Some(query) = words.strip_prefix('?') {
        return match Query::parse(query.trim()) {
            Ok(parsed) if parsed.is_empty() => Err(say!("there is no query behind the ?").to_owned()),
            Ok(_) => Ok(Line::Query(query.trim().to_owned())),
            Err(error) => Err(say!("this is no query: {why}", why = error.message)),
        };
    }
    let path = PathBuf::from(words);
    let looks = words.starts_with(['/', '~', '.']) || is_address(&path);
    if looks {
        Ok(Line::Path(path))
    } else {
        Err(say!("a line begins with an entry's number, a path (/ ~ .), an address, or ? and a query")
            .to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::model::snapshot::QueueItem;

    fn queue() -> QueueView {
        let item =
            |id: u64, path: &str| QueueItem { id: ItemId(id), path: Arc::from(Path::new(path)), track: None };
        let items = vec![item(7, "/m/a.flac"), item(12, "/m/b\n12 x\x1b[2J.flac")];
        QueueView { items: Arc::new(items), current: Some(1), ..QueueView::default() }
    }

    #[test]
    fn a_text_that_nobody_changed_says_what_is_there() {
        let text = write(&queue(), &Catalog::default());
        assert!(!text.contains('\x1b'), "{text}");
        assert!(text.ends_with(" 7   a.flac\n12 > b 12 x [2J.flac\n"), "{text}");
        let edited = parse(&text, &base(&text)).unwrap();
        let lines: Vec<Line> = edited.lines.into_iter().map(|(_, line)| line).collect();
        assert_eq!(lines, [Line::Item(ItemId(7)), Line::Item(ItemId(12))]);
        assert_eq!(edited.base, [ItemId(7), ItemId(12)]);
        assert_eq!(kept(&keep("12 b\n", &edited.base)), ("12 b\n".to_owned(), edited.base));
    }

    #[test]
    fn lines_are_moved_copied_and_added() {
        let text = "12 whatever\r\n\n# 7\n12\n~/x y.mp3\n? artist:bowie  \nhttp://radio.example/a\n./7\n";
        let edited = parse(text, &[ItemId(7), ItemId(12)]).unwrap();
        let expected = [
            (1, Line::Item(ItemId(12))),
            (4, Line::Item(ItemId(12))),
            (5, Line::Path("~/x y.mp3".into())),
            (6, Line::Query("artist:bowie".into())),
            (7, Line::Path("http://radio.example/a".into())),
            (8, Line::Path("./7".into())),
        ];
        assert_eq!(edited.lines, expected);
        assert_eq!(parse("", &[ItemId(7)]).unwrap().lines, []);
    }

    #[test]
    fn a_wrong_line_refuses_the_whole_by_its_number() {
        let error = |text: &str| parse(text, &[ItemId(7)]).unwrap_err().to_string();
        assert_eq!(error("# x\n7\n8 b"), "line 3: there is no entry 8; a file of that name is ./8");
        assert_eq!(error("7\n?"), "line 2: there is no query behind the ?");
        assert_eq!(error("? year:x"), "line 1: this is no query: \"x\" is not a year");
        assert!(error("music.flac").starts_with("line 1: a line begins with an entry's number"));
        assert!(error("99999999999999999999999 x").starts_with("line 1: a line begins"));
    }
}
