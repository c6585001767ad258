//! Words of songs: text with or without the times of its lines (LRC), what of it is shown, and how it may be had. Pure.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Bytes of a text that are looked at.
pub const MAX_BYTES: usize = 256 * 1024;
/// Lines, and letters of a line.
const MOST_LINES: usize = 5_000;
const MOST_LETTERS: usize = 1_000;
/// Bytes of all lines, each with its time.
const MOST_TEXT: usize = 256 * 1024;
/// Times of one line: a refrain is written once and sung often.
const MOST_TIMES: usize = 100;

/// Where the words of songs are asked for on the net, where the files have none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LyricsSettings {
    pub online: bool,
    /// Address of a server that speaks as LRCLIB does.
    pub url: String,
}

impl LyricsSettings {
    pub const LRCLIB: &str = "https://lrclib.net";
}

impl Default for LyricsSettings {
    fn default() -> Self {
        Self { online: false, url: Self::LRCLIB.to_owned() }
    }
}

/// What a song is called: by it its words are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Song {
    pub title: String,
    pub artists: Vec<String>,
    pub album: String,
    pub duration: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When it is sung; `None`: not told.
    pub at: Option<Duration>,
    /// Without control characters.
    pub text: String,
}

/// Where words come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// The tags of the file itself.
    Tags,
    /// A file beside it.
    Beside,
    /// A server, now or earlier.
    Online,
}

impl Source {
    pub fn name(self) -> &'static str {
        match self {
            Self::Tags => "tags",
            Self::Beside => "file",
            Self::Online => "online",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Tags => "from the file's tags",
            Self::Beside => "from the .lrc file beside it",
            Self::Online => "from the net; :lyrics-save keeps it beside the file",
        }
    }
}

/// One text. Either every line has its time, in order, or none has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lyrics {
    pub lines: Vec<Line>,
    pub source: Source,
}

impl Lyrics {
    /// LRC where it has times, plain text else; `None` where nothing is left to be read.
    pub fn parse(text: &str, source: Source) -> Option<Self> {
        let text = text.trim_start_matches('\u{feff}');
        let mut offset_ms = 0;
        let mut timed: Vec<Line> = Vec::new();
        let mut plain: Vec<Line> = Vec::new();
        for line in text.lines().take(MOST_LINES) {
            let (times, rest) = stamps(line);
            let text = shown(rest);
            let times = times.into_iter().take(MOST_TIMES).take(MOST_LINES - timed.len().min(MOST_LINES));
            let before = timed.len();
            timed.extend(times.map(|at| Line { at: Some(at), text: text.clone() }));
            if timed.len() == before {
                match header(line) {
                    Some(("offset", value)) => offset_ms = value.trim().parse().unwrap_or(0),
                    Some(_) => {}
                    None => plain.push(Line { at: None, text }),
                }
            }
        }
        let mut lines = if timed.is_empty() { plain } else { timed };
        for line in &mut lines {
            line.at = line.at.map(|at| sooner(at, offset_ms));
        }
        lines.sort_by_key(|line| line.at);
        // A line of many times is there many times.
        let mut bytes = 0;
        lines.retain(|line| {
            bytes += line.text.len() + 40;
            bytes <= MOST_TEXT
        });
        let is_empty = |line: &Line| line.text.is_empty();
        // The last line of timed words may only say when the singing ends.
        while lines.last().is_some_and(|line| line.at.is_none() && is_empty(line)) {
            lines.pop();
        }
        (!lines.iter().all(is_empty)).then_some(Self { lines, source })
    }

    /// Its lines have times.
    pub fn is_timed(&self) -> bool {
        self.lines.first().is_some_and(|line| line.at.is_some())
    }

    /// The line that is sung then; `None` before the first, and where no times are told.
    pub fn line_at(&self, time: Duration) -> Option<usize> {
        let sung = self.lines.partition_point(|line| line.at.is_some_and(|at| at <= time));
        sung.checked_sub(1)
    }

    /// When another line is sung than at `time`.
    pub fn next_at(&self, time: Duration) -> Option<Duration> {
        let sung = self.lines.partition_point(|line| line.at.is_none_or(|at| at <= time));
        self.lines.get(sung)?.at
    }

    /// As an `.lrc` file has it.
    pub fn to_lrc(&self) -> String {
        let line = |line: &Line| match line.at {
            None => format!("{}\n", line.text),
            Some(at) => {
                let hundredths = (at.as_millis() + 5) / 10;
                let (minutes, rest) = (hundredths / 6_000, hundredths % 6_000);
                format!("[{minutes:02}:{:02}.{:02}]{}\n", rest / 100, rest % 100, line.text)
            }
        };
        self.lines.iter().map(line).collect()
    }
}

/// A positive offset, in milliseconds, has the words come sooner.
fn sooner(at: Duration, offset_ms: i64) -> Duration {
    let by = Duration::from_millis(offset_ms.unsigned_abs());
    if offset_ms >= 0 { at.saturating_sub(by) } else { at.saturating_add(by) }
}

/// The times before a line, and the line.
fn stamps(line: &str) -> (Vec<Duration>, &str) {
    let mut times = Vec::new();
    let mut rest = line.trim();
    while let Some((time, behind)) = rest
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        .and_then(|(word, behind)| Some((stamp(word)?, behind)))
    {
        times.push(time);
        rest = behind.trim_start();
    }
    (times, rest)
}

/// `mm:ss`, `mm:ss.xx`, `mm:ss.xxx`, `mm:ss:xx`.
fn stamp(word: &str) -> Option<Duration> {
    let is_number =
        |text: &str| !text.is_empty() && text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    let (minutes, rest) = word.trim().split_once(':')?;
    let (seconds, part) = match rest.split_once(['.', ':']) {
        Some((seconds, part)) => (seconds, Some(part)),
        None => (rest, None),
    };
    if ![Some(minutes), Some(seconds), part].into_iter().flatten().all(is_number) {
        return None;
    }
    let (minutes, seconds): (u64, u64) = (minutes.parse().ok()?, seconds.parse().ok()?);
    let millis: u64 = match part {
        None => 0,
        Some(part) => format!("{part:0<3}").get(..3)?.parse().ok()?,
    };
    Some(Duration::from_millis(((minutes * 60 + seconds) * 1_000) + millis))
}

/// `[ar:Chubby Checker]`: what a file says of itself.
fn header(line: &str) -> Option<(&str, &str)> {
    let inside = line.trim().strip_prefix('[')?.strip_suffix(']')?;
    let (name, value) = inside.split_once(':')?;
    // A line of the song may be in brackets, too.
    const NAMES: [&str; 11] = ["ti", "ar", "al", "au", "lr", "length", "by", "offset", "re", "tool", "ve"];
    let name = NAMES.into_iter().find(|known| name.eq_ignore_ascii_case(known))?;
    Some((name, value))
}

/// Without the times of single words, and without control characters.
fn shown(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.trim();
    while let Some((before, behind)) = rest.split_once('<') {
        out.push_str(before);
        rest = match behind.split_once('>') {
            Some((word, behind)) if stamp(word).is_some() => behind,
            _ => {
                out.push('<');
                behind
            }
        };
    }
    out.push_str(rest);
    plain(out.trim())
}

/// Text of others as people can be shown it: a line, and not too long.
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c == '\t' { ' ' } else { c })
        .filter(|c| !c.is_control())
        .take(MOST_LETTERS)
        .collect()
}

/// What is known of the words of a song.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Found {
    /// They are being looked for.
    Looking,
    Words(Lyrics),
    /// It has none to be sung.
    Instrumental,
    /// Nobody who was asked has them; who was, as a sentence.
    Nothing(String),
    /// They could not be looked for.
    Failed(String),
}

/// The words of one song.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LyricsView {
    #[serde(with = "crate::model::path_bytes")]
    pub path: Arc<Path>,
    pub found: Found,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Vec<(Option<u64>, String)> {
        let lyrics = Lyrics::parse(text, Source::Beside).unwrap();
        let millis = |line: &Line| line.at.map(|at| at.as_millis() as u64);
        lyrics.lines.iter().map(|line| (millis(line), line.text.clone())).collect()
    }

    /// The example of LRCLIB's documentation, and the forms that Wikipedia's page of LRC describes.
    #[test]
    fn lines_have_their_times() {
        let text = "[00:17.12] I feel your breath upon my neck\n[03:20.31] The clock won't stop\n[03:25.72] ";
        let expected = [
            (Some(17_120), "I feel your breath upon my neck".to_owned()),
            (Some(200_310), "The clock won't stop".to_owned()),
            (Some(205_720), String::new()),
        ];
        assert_eq!(of(text), expected);
        let refrain = of("[ar:A]\r\n[offset:+500]\r\n[00:21.10][00:45.1]Again\r\n[00:30]Once\r\n");
        let expected = [(20_600, "Again"), (29_500, "Once"), (44_600, "Again")];
        assert_eq!(refrain, expected.map(|(at, text)| (Some(at), text.to_owned())));
        let words = of("[00:12.00] <00:12.04> When <00:12.16> the <i> ends");
        assert_eq!(words, [(Some(12_000), "When  the <i> ends".to_owned())]);
        assert_eq!(of("[offset:-250]\n[100:00.5]x")[0].0, Some(6_000_750));
    }

    #[test]
    fn text_without_times_stays_in_its_order() {
        let lines = of("\u{feff}[Chorus: all]\nb\n\na\x1b[31m\u{85}\tz\n\n\n");
        let texts: Vec<&str> = lines.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["[Chorus: all]", "b", "", "a[31m z"]);
        assert!(lines.iter().all(|(at, _)| at.is_none()));
        for nothing in ["", "\n \n", "[ar:x]\n[ti:y]", "[00:01.00]\n[00:02.00]  "] {
            assert_eq!(Lyrics::parse(nothing, Source::Tags), None, "{nothing:?}");
        }
    }

    #[test]
    fn the_line_that_is_sung_is_the_last_that_began() {
        let lyrics = Lyrics::parse("[00:01.00]a\n[00:02.00]b", Source::Online).unwrap();
        let at = |ms| lyrics.line_at(Duration::from_millis(ms));
        assert_eq!([at(999), at(1_000), at(1_999), at(9_000)], [None, Some(0), Some(0), Some(1)]);
        let next = |ms| lyrics.next_at(Duration::from_millis(ms)).map(|at| at.as_millis());
        assert_eq!([next(0), next(1_000), next(2_000)], [Some(1_000), Some(2_000), None]);
        let plain = Lyrics::parse("a\nb", Source::Online).unwrap();
        assert_eq!((plain.line_at(Duration::MAX), plain.next_at(Duration::ZERO)), (None, None));
    }

    #[test]
    fn what_is_written_is_read_again() {
        for text in ["[00:17.12]I feel\n[61:00.99]it\n", "a\n\nb\n"] {
            assert_eq!(Lyrics::parse(text, Source::Beside).unwrap().to_lrc(), text);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in "(\\[[0-9:.<>a-z+-]{0,12}\\]|\\PC|\\x1b|\n|[\u{80}-\u{9f}]){0,60}") {
            if let Some(lyrics) = Lyrics::parse(&text, Source::Tags) {
                prop_assert!(lyrics.lines.iter().all(|line| !line.text.chars().any(char::is_control)));
                prop_assert!(lyrics.lines.is_sorted_by_key(|line| line.at));
                prop_assert_eq!(lyrics.lines.iter().any(|line| line.at.is_some()), lyrics.is_timed());
            }
        }
    }
}
