//! Texts of files and tags made safe for a terminal. Called for every message, and for data where a terminal reads it.

use std::borrow::Cow;
use std::path::Path;

use crate::model::address::without_user;

/// The text with control characters (C0, DEL, C1) and controls of direction and width replaced: it can move no cursor,
/// set no title, hide nothing.
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_control) {
        Cow::Owned(text.chars().map(|c| if is_control(c) { '\u{fffd}' } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// A path for people; bytes that are not UTF-8 show as the replacement character. Of an address, neither user nor
/// password.
pub fn shown(path: &Path) -> String {
    printable(&without_user(path).to_string_lossy()).into_owned()
}

/// Controls, and what Unicode's UAX 9 lists as explicit directional formatting.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// `m:ss`, or `h:mm:ss` from an hour on.
pub fn clock(time: std::time::Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// Several values as people write them.
pub fn joined<'a>(values: impl Iterator<Item = &'a str>) -> String {
    values.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        assert_eq!(
            printable("\x1b]0;x\x07a\u{9b}b\x7f\u{202e}c\r\n"),
            "\u{fffd}]0;x\u{fffd}a\u{fffd}b\u{fffd}\u{fffd}c\u{fffd}\u{fffd}"
        );
        assert!(matches!(printable("Björk 日本 👩‍👩‍👧"), Cow::Borrowed(_)));
    }

    #[test]
    fn times_are_written_as_clocks_show_them() {
        let written = |seconds| clock(Duration::from_secs(seconds));
        assert_eq!([written(0), written(61), written(3599)], ["0:00", "1:01", "59:59"]);
        assert_eq!(written(3600 + 62), "1:01:02");
    }
}
