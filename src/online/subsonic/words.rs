//! The words of a song as a server has them, as LRC or as text.

use super::answers::{Object, is_true, list, number, object, objects};
use crate::model::lyrics::{MAX_BYTES, plain};

const MOST_LINES: usize = 5_000;
/// Later than this nothing is sung, in milliseconds: a hundred hours.
const LATEST_MS: i64 = 360_000_000;

/// Of `lyricsList`: the first with times, else the first with words.
pub fn structured(inside: &Object) -> Option<String> {
    let all = || object(inside, "lyricsList").into_iter().flat_map(|told| objects(told, "structuredLyrics"));
    let timed = all().filter(|lyrics| is_true(lyrics, "synced")).find_map(lrc);
    timed.or_else(|| all().find_map(unsynced))
}

/// Of `lyrics`, which old servers have.
pub fn old(inside: &Object) -> Option<String> {
    let told = object(inside, "lyrics")?;
    let text = told.get("value").or_else(|| told.get("lyrics"))?.as_str()?;
    joined(text.lines().map(plain))
}

/// A positive offset has the words come sooner, as in LRC.
fn lrc(lyrics: &Object) -> Option<String> {
    let offset = number(lyrics, "offset").unwrap_or(0);
    let mut has_words = false;
    let lines: Vec<String> = objects(lyrics, "line")
        .filter_map(|line| {
            let at = number(line, "start")?.saturating_sub(offset).clamp(0, LATEST_MS);
            let words = line.get("value").and_then(|words| words.as_str()).map(plain).unwrap_or_default();
            has_words |= !words.trim().is_empty();
            let (minutes, seconds, hundredths) = (at / 60_000, at / 1_000 % 60, at / 10 % 100);
            Some(format!("[{minutes:02}:{seconds:02}.{hundredths:02}]{}", words.trim()))
        })
        .collect();
    joined(lines.into_iter()).filter(|_| has_words)
}

fn unsynced(lyrics: &Object) -> Option<String> {
    joined(list(lyrics, "line").map(|line| {
        let words = line.as_object().and_then(|line| line.get("value")).unwrap_or(line);
        words.as_str().map(plain).unwrap_or_default()
    }))
}

/// Without a beginning or an end of nothing; `None` where there is only that.
fn joined(lines: impl Iterator<Item = String>) -> Option<String> {
    let mut text = String::new();
    for line in lines.take(MOST_LINES) {
        if text.len() + line.len() >= MAX_BYTES {
            break;
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    let text = text.trim_matches('\n');
    (!text.trim().is_empty()).then(|| format!("{text}\n"))
}
