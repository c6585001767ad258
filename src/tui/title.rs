//! The title of the terminal's window: what plays. Pure; written by the run loop when it changes.

use super::text;
use crate::model::playback::PlayState;
use crate::model::snapshot::Snapshot;
use crate::say;

const NAME: &str = "auralis";
/// Columns of it at most: titles are shown in tabs and task bars.
const WIDTH: u16 = 120;

/// Kinds of terminal that have no window of their own, by `TERM`.
const WINDOWLESS: [&str; 5] = ["linux", "vt", "dumb", "ansi", "cons"];

/// Whether a title goes anywhere.
pub fn has_window(term: &str) -> bool {
    !WINDOWLESS.iter().any(|kind| term.starts_with(kind))
}

pub fn of(snapshot: &Snapshot) -> String {
    let playback = &snapshot.playback;
    if playback.now.is_none() {
        return NAME.to_owned();
    }
    let sign =
        if playback.state == PlayState::Playing { String::new() } else { format!("{} ", say!("(paused)")) };
    text::cleaned(&format!("{sign}{} - {NAME}", what(snapshot)), WIDTH)
}

/// Artists and title of what plays, or its file's name; nothing where nothing does.
pub fn what(snapshot: &Snapshot) -> String {
    let Some(now) = &snapshot.playback.now else { return String::new() };
    let track = now.track.and_then(|id| snapshot.catalog.find(id));
    let streamed = now.stream.as_ref().and_then(|stream| stream.title.clone());
    match (streamed, track) {
        (Some(title), _) => title.to_string(),
        (None, Some(track)) => {
            let artists: Vec<&str> = track.artists().filter(|name| !name.is_empty()).collect();
            let artists = artists.join(", ");
            if artists.is_empty() {
                track.title().to_owned()
            } else {
                format!("{artists} - {}", track.title())
            }
        }
        (None, None) => text::file_name(&now.path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_have_a_title_gets_none() {
        for term in ["linux", "linux-16color", "vt100", "vt220", "dumb", "ansi", "cons25"] {
            assert!(!has_window(term), "{term}");
        }
        for term in
            ["xterm-256color", "tmux-256color", "screen", "alacritty", "foot", "xterm-kitty", "rxvt-unicode"]
        {
            assert!(has_window(term), "{term}");
        }
    }

    #[test]
    fn nothing_that_plays_is_the_name_alone() {
        assert_eq!(of(&Snapshot::default()), "auralis");
    }
}
