//! Words of songs: text with or without the times of its lines (LRC), what of it is shown, and how it may be had. Pure.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::say;

/// Bytes of a text that are looked at.
pub const MAX_BYTES: usize = 256 * 1024;
/// Lines, and letters of a line.
const MOST_LINES: usize = 5_000;
const MOST_LETTERS: usize = 1_000;
/// Words of a line that have times.
const MOST_WORDS: usize = 200;
/// Bytes of all lines, each with its time.
const MOST_TEXT: usize = 256 * 1024;
/// The last time that five digits of minutes can tell.
const LAST_HUNDREDTH: u128 = 100_000 * 6_000 - 1;
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
    /// Its words in order, where their times are told too.
    pub words: Vec<Word>,
}

/// A word, or a syllable: it goes on to where the next one begins. Where it begins at the end of the text, the singing pauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    pub at: Duration,
    /// Byte of the text.
    pub from: u32,
}

/// What is sung at a time: the line, and which of its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sung {
    pub line: usize,
    pub word: Option<usize>,
}

impl Line {
    /// The line in three: what was sung, the word that is, what is to come. Without words all of it is sung.
    pub fn parts(&self, word: Option<usize>) -> [&str; 3] {
        let Some(first) = self.words.first() else { return ["", &self.text, ""] };
        let from = |at: usize| self.words.get(at).map_or(self.text.len(), |word| word.from as usize);
        let (begin, end) =
            word.map_or((first.from as usize, first.from as usize), |at| (from(at), from(at + 1)));
        let text = |range: std::ops::Range<usize>| self.text.get(range).unwrap_or("");
        [text(0..begin), text(begin..end), text(end..self.text.len())]
    }

    fn moved(mut self, at: Duration, change: impl Fn(Duration) -> Duration) -> Self {
        self.at = Some(at);
        self.words.iter_mut().for_each(|word| word.at = change(word.at));
        self
    }
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
            Self::Tags => say!("from the file's tags"),
            Self::Beside => say!("from the .lrc file beside it"),
            Self::Online => say!("from the net; :lyrics-save keeps it beside the file"),
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
            // First: what stands around a control character may be a time once that is gone.
            let line: String = printable(line).collect();
            let (times, rest) = stamps(&line);
            let (text, words) = shown(rest);
            let times = times.into_iter().take(MOST_TIMES).take(MOST_LINES - timed.len().min(MOST_LINES));
            let before = timed.len();
            timed.extend(repeated(times, &text, &words));
            if timed.len() == before {
                match header(&line) {
                    Some(("offset", value)) => offset_ms = value.trim().parse().unwrap_or(0),
                    Some(_) => {}
                    None => plain.push(Line { at: None, text, words: Vec::new() }),
                }
            }
        }
        let mut lines = if timed.is_empty() { plain } else { timed };
        for line in &mut lines {
            line.at = line.at.map(|at| sooner(at, offset_ms));
            line.words.iter_mut().for_each(|word| word.at = sooner(word.at, offset_ms));
        }
        lines.sort_by_key(|line| line.at);
        // A line of many times is there many times.
        let mut bytes = 0;
        lines.retain(|line| {
            bytes += line.text.len() + 40 + line.words.len() * size_of::<Word>();
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

    /// What is sung then; as [`Lyrics::line_at`].
    pub fn sung_at(&self, time: Duration) -> Option<Sung> {
        let line = self.line_at(time)?;
        let begun = self.lines[line].words.partition_point(|word| word.at <= time);
        Some(Sung { line, word: begun.checked_sub(1) })
    }

    /// When another line or word is sung than at `time`.
    pub fn next_at(&self, time: Duration) -> Option<Duration> {
        let begun = self.lines.partition_point(|line| line.at.is_none_or(|at| at <= time));
        let line = self.lines.get(begun).and_then(|line| line.at);
        let sung = begun.checked_sub(1).and_then(|at| self.lines.get(at));
        let word = sung.and_then(|line| line.words.iter().find(|word| word.at > time)).map(|word| word.at);
        line.into_iter().chain(word).min()
    }

    /// As an `.lrc` file has it.
    pub fn to_lrc(&self) -> String {
        let line = |line: &Line| match line.at {
            None => format!("{}\n", line.text),
            Some(at) => format!("[{}]{}\n", written(at), with_words(line)),
        };
        self.lines.iter().map(line).collect()
    }
}

/// `mm:ss.xx`; as late as can be read, where it is later.
fn written(at: Duration) -> String {
    let hundredths = ((at.as_millis() + 5) / 10).min(LAST_HUNDREDTH);
    let (minutes, rest) = (hundredths / 6_000, hundredths % 6_000);
    format!("{minutes:02}:{:02}.{:02}", rest / 100, rest % 100)
}

/// The text of a line with the times of its words before them.
fn with_words(line: &Line) -> String {
    let (mut out, mut from) = (String::new(), 0);
    for word in &line.words {
        out.push_str(line.text.get(from..word.from as usize).unwrap_or(""));
        out.push_str(&format!("<{}>", written(word.at)));
        from = word.from as usize;
    }
    out + line.text.get(from..).unwrap_or("")
}

/// The line at each of its times. Its words are told of the first; the others sing them as far apart.
fn repeated(times: impl Iterator<Item = Duration>, text: &str, words: &[Word]) -> Vec<Line> {
    let times: Vec<Duration> = times.collect();
    let Some(&first) = times.first() else { return Vec::new() };
    let line = |&at: &Duration| {
        let line = Line { at: None, text: text.to_owned(), words: words.to_vec() };
        line.moved(at, |word| (word + at).saturating_sub(first))
    };
    times.iter().map(line).collect()
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

/// The text without the times of single words, and where each of these words begins.
fn shown(text: &str) -> (String, Vec<Word>) {
    let (mut out, mut words) = (String::new(), Vec::<Word>::new());
    let mut rest = text.trim();
    let mut letters = MOST_LETTERS;
    let mut append = |out: &mut String, part: &str| {
        // Blanks on both sides of a time are one.
        let part = if out.is_empty() || out.ends_with(' ') { part.trim_start() } else { part };
        let part: String = part.chars().take(letters).collect();
        letters -= part.chars().count();
        out.push_str(&part);
    };
    while let Some((before, behind)) = rest.split_once('<') {
        append(&mut out, before);
        match inner_stamp(behind) {
            Some((at, behind)) => {
                let after = words.last().map_or(Duration::ZERO, |word| word.at);
                let from = u32::try_from(out.len()).unwrap_or(u32::MAX);
                if words.len() < MOST_WORDS {
                    words.push(Word { at: at.max(after), from });
                }
                rest = behind;
            }
            None => {
                append(&mut out, "<");
                rest = behind;
            }
        }
    }
    append(&mut out, rest);
    out.truncate(out.trim_end().len());
    let end = u32::try_from(out.len()).unwrap_or(u32::MAX);
    words.iter_mut().for_each(|word| word.from = word.from.min(end));
    (out, words)
}

/// What stands behind the `<` of a word's time, and the rest. Far from it no end is looked for.
fn inner_stamp(behind: &str) -> Option<(Duration, &str)> {
    let (end, _) = behind.char_indices().take(20).find(|(_, letter)| *letter == '>')?;
    Some((stamp(behind.get(..end)?)?, behind.get(end + 1..)?))
}

/// Text of others as people can be shown it: a line, and not too long.
pub fn plain(text: &str) -> String {
    printable(text).take(MOST_LETTERS).collect()
}

fn printable(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(|c| if c == '\t' { ' ' } else { c }).filter(|c| !c.is_control())
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
    /// How much sooner than told they are shown, milliseconds.
    pub offset_ms: i32,
}

/// Most that words can be moved, milliseconds: ten minutes.
pub const MOST_OFFSET_MS: i32 = 600_000;

/// How much sooner words are shown than they are told, milliseconds, of songs whose words were moved; the last moved at the
/// end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LyricsOffsets(Vec<(Arc<Path>, i32)>);

impl LyricsOffsets {
    /// One more, and the one that was moved longest ago is forgotten.
    pub const MOST: usize = 1000;

    pub fn get(&self, path: &Path) -> i32 {
        self.0.iter().find(|(of, _)| **of == *path).map_or(0, |&(_, ms)| ms)
    }

    pub fn set(&mut self, path: &Arc<Path>, ms: i32) {
        self.0.retain(|(of, _)| of != path);
        if ms != 0 {
            self.0.push((Arc::clone(path), ms.clamp(-MOST_OFFSET_MS, MOST_OFFSET_MS)));
        }
        if self.0.len() > Self::MOST {
            self.0.remove(0);
        }
    }

    pub fn is_full(&self) -> bool {
        self.0.len() >= Self::MOST
    }

    pub fn iter(&self) -> std::slice::Iter<'_, (Arc<Path>, i32)> {
        self.0.iter()
    }

    /// Files have other names; `false` where none of them is here.
    pub fn rename(&mut self, new_name: impl Fn(&Path) -> Option<Arc<Path>>) -> bool {
        let mut renamed = false;
        for (path, _) in &mut self.0 {
            if let Some(new) = new_name(path) {
                *path = new;
                renamed = true;
            }
        }
        renamed
    }
}

impl LyricsView {
    /// The time of the words while the song is at `time`.
    pub fn told(&self, time: Duration) -> Duration {
        sooner(time, -i64::from(self.offset_ms))
    }

    /// The time of the song at which words told for `at` are shown.
    pub fn heard(&self, at: Duration) -> Duration {
        sooner(at, self.offset_ms.into())
    }
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
        assert_eq!(words, [(Some(12_000), "When the <i> ends".to_owned())]);
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

    /// The A2 extension, as Wikipedia's page of LRC has it.
    #[test]
    fn words_have_their_times() {
        let text = "[00:00.00] <00:00.04> When <00:00.16> the <00:00.82> truth <00:01.29> is <00:01.63> found <00:02.10>";
        let lyrics = Lyrics::parse(text, Source::Beside).unwrap();
        let line = &lyrics.lines[0];
        assert_eq!(line.text, "When the truth is found");
        let words: Vec<_> = line.words.iter().map(|word| (word.at.as_millis(), word.from)).collect();
        assert_eq!(words, [(40, 0), (160, 5), (820, 9), (1_290, 15), (1_630, 18), (2_100, 23)]);
        let at = |ms| lyrics.sung_at(Duration::from_millis(ms)).unwrap();
        assert_eq!(at(39), Sung { line: 0, word: None });
        assert_eq!(line.parts(at(39).word), ["", "", "When the truth is found"]);
        assert_eq!(line.parts(at(1_000).word), ["When the ", "truth ", "is found"]);
        assert_eq!(line.parts(at(1_700).word), ["When the truth is ", "found", ""]);
        assert_eq!(line.parts(at(9_000).word), ["When the truth is found", "", ""]);
        let next = |ms| lyrics.next_at(Duration::from_millis(ms)).map(|at| at.as_millis());
        assert_eq!([next(0), next(40), next(2_099), next(2_100)], [Some(40), Some(160), Some(2_100), None]);
        // A refrain sings its words again, and an offset moves them too.
        let text = "[offset:1000]\n[00:10.00][00:20.00]<00:10.00>a<00:10.50>b";
        let lyrics = Lyrics::parse(text, Source::Beside).unwrap();
        let words = |line: usize| lyrics.lines[line].words[1].at.as_millis();
        assert_eq!((words(0), words(1)), (9_500, 19_500));
        assert_eq!(lyrics.lines[0].text, "ab", "syllables have no blank between");
    }

    #[test]
    fn offsets_are_of_songs_and_the_oldest_go_first() {
        let path = |at: usize| -> Arc<Path> { Path::new(&format!("/{at}")).into() };
        let mut offsets = LyricsOffsets::default();
        (0..LyricsOffsets::MOST).for_each(|at| offsets.set(&path(at), 100));
        offsets.set(&path(0), -2);
        offsets.set(&path(LyricsOffsets::MOST), 7);
        assert_eq!((offsets.get(&path(0)), offsets.get(&path(1)), offsets.get(&path(2))), (-2, 0, 100));
        assert_eq!(offsets.iter().count(), LyricsOffsets::MOST);
        offsets.set(&path(2), 0);
        assert_eq!((offsets.get(&path(2)), offsets.iter().count()), (0, LyricsOffsets::MOST - 1));
        assert!(offsets.rename(|old| (*old == *path(3)).then(|| path(2))));
        assert_eq!((offsets.get(&path(2)), offsets.get(&path(3))), (100, 0));
    }

    #[test]
    fn an_offset_moves_what_is_shown() {
        let view = |offset_ms| LyricsView { path: Path::new("/a").into(), found: Found::Looking, offset_ms };
        let ms = Duration::from_millis;
        assert_eq!((view(300).told(ms(1_000)), view(300).heard(ms(1_300))), (ms(1_300), ms(1_000)));
        assert_eq!((view(-300).told(ms(1_000)), view(-300).heard(ms(700))), (ms(700), ms(1_000)));
        assert_eq!(view(300).heard(ms(100)), ms(0));
    }

    #[test]
    fn what_is_written_is_read_again() {
        for text in [
            "[00:17.12]I feel\n[61:00.99]it\n",
            "a\n\nb\n",
            "[00:01.00]<00:01.00>I <00:01.50>feel<00:02.00>\n",
        ] {
            assert_eq!(Lyrics::parse(text, Source::Beside).unwrap().to_lrc(), text);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in "(\\[[0-9:.<>a-z+-]{0,12}\\]|<[0-9]{1,2}:[0-9]{1,2}\\.[0-9]{2}>|\\[[0-9]{2}:[0-9]{2}\\]|\\PC|\\x1b|\n|[\u{80}-\u{9f}]){0,60}") {
            if let Some(lyrics) = Lyrics::parse(&text, Source::Tags) {
                prop_assert!(lyrics.lines.iter().all(|line| !line.text.chars().any(char::is_control)));
                prop_assert!(lyrics.lines.is_sorted_by_key(|line| line.at));
                for line in &lyrics.lines {
                    prop_assert!(line.words.is_sorted_by_key(|word| (word.at, word.from)));
                    for word in (0..line.words.len()).map(Some).chain([None]) {
                        prop_assert_eq!(line.parts(word).concat(), line.text.as_str());
                    }
                }
                prop_assert!(!lyrics.to_lrc().is_empty());
                prop_assert_eq!(lyrics.lines.iter().any(|line| line.at.is_some()), lyrics.is_timed());
            }
        }
    }
}
