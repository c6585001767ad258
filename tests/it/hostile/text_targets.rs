//! Texts that people and programs write: sheets, lists, words, queries, commands, settings; and what a screen does with
//! any text.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use auralis::config::keys::{Key, Keymap, print};
use auralis::config::theme::Theme;
use auralis::decode::cue;
use auralis::library::catalog_build::build_catalog;
use auralis::library::playlist::write::{self, Line, List};
use auralis::library::playlist::{self, Format, Place};
use auralis::model::address::{is_address, percent_decode};
use auralis::model::audio::Spec;
use auralis::model::catalog::Catalog;
use auralis::model::command::PathStyle;
use auralis::model::command::parse::{parse, quoted};
use auralis::model::equaliser::Equaliser;
use auralis::model::facts::TrackFacts;
use auralis::model::id::{ItemId, TrackId};
use auralis::model::lyrics::{Lyrics, Source};
use auralis::model::playlist::smart::Smart;
use auralis::model::query::Query;
use auralis::model::queue_text;
use auralis::model::track::{AudioFormat, Codec, FileStamp, Tags, Track};
use auralis::tui::{probe, text};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::text_of;

/// What a terminal would obey.
fn is_plain(text: &str) -> bool {
    !text.contains(char::is_control)
}

/// Each track is a span of a file, behind the one before it.
pub fn cue_sheet(bytes: &[u8]) {
    let sheet = cue::parse(bytes);
    for part in sheet.parts() {
        assert!(part.file < sheet.files.len(), "{part:?}");
        for rate in [8_000, 44_100, 192_000] {
            if let Ok((start, Some(end))) = part.span(rate, Some(1 << 30)) {
                assert!(start < end && end <= 1 << 30, "{part:?}");
            }
        }
        let _ = auralis::library::tags::of_sheet(&sheet, &part, &Tags::default());
    }
    let _ = sheet.is_one_file_each();
}

/// A list, written in each format, is read again as it was.
pub fn playlist(bytes: &[u8]) {
    let list = playlist::read(bytes);
    let _ = playlist::is_segments(bytes);
    for entry in &list.entries {
        let told = &entry.told;
        let texts = [&told.title, &told.artist, &told.album, &entry.note, &list.title, &list.note];
        assert!(texts.iter().all(|text| is_plain(text)), "{texts:?}");
    }
    let written = List {
        title: list.title.clone(),
        note: list.note.clone(),
        lines: list.entries.iter().filter_map(line).collect(),
    };
    for format in [Format::M3u, Format::M3u8, Format::Pls, Format::Xspf, Format::Jspf] {
        let bytes = write::bytes(&written, format, Path::new("/lists"), PathStyle::Absolute);
        let again: Vec<Vec<u8>> = playlist::read(&bytes).entries.iter().filter_map(line).map(named).collect();
        let before: Vec<Vec<u8>> = written.lines.iter().cloned().map(named).collect();
        assert_eq!(again, before, "{format:?}: {}", String::from_utf8_lossy(&bytes));
    }
}

/// As an export has it: an absolute path, or an address.
fn line(entry: &playlist::Listed) -> Option<Line> {
    let path = match &entry.place {
        Place::Path(path) if path.is_absolute() => path.clone(),
        Place::Path(path) => Path::new("/m").join(path),
        Place::Address(address) => address.clone(),
        Place::Nowhere | Place::Url(_) => return None,
    };
    let told = &entry.told;
    Some(Line {
        path,
        title: told.title.clone(),
        artist: told.artist.clone(),
        album: told.album.clone(),
        duration: told.duration,
        note: entry.note.clone(),
    })
}

/// What it names: an address may have its bytes percent-encoded.
fn named(line: Line) -> Vec<u8> {
    let path = line.path.as_os_str().as_bytes();
    if is_address(&line.path) { percent_decode(path) } else { path.to_vec() }
}

/// Words with times, written as an `.lrc` file, are read again as they were written.
pub fn lyrics(bytes: &[u8]) {
    let Some(words) = Lyrics::parse(&text_of(bytes), Source::Beside) else { return };
    for line in &words.lines {
        assert!(is_plain(&line.text), "{line:?}");
        assert_eq!(line.at.is_some(), words.is_timed());
        for word in 0..=line.words.len() {
            assert_eq!(line.parts(Some(word)).concat(), line.text, "{line:?}");
        }
    }
    for ms in [0, 1_000, 61_000, u64::MAX] {
        let time = Duration::from_millis(ms);
        if let Some(sung) = words.sung_at(time) {
            assert!(words.lines[sung.line].at <= Some(time));
        }
        assert!(words.next_at(time).is_none_or(|next| next > time));
    }
    if !words.is_timed() {
        return;
    }
    let written = words.to_lrc();
    let again = Lyrics::parse(&written, Source::Beside).map(|again| again.to_lrc());
    assert_eq!(again.as_deref(), Some(&*written));
}

/// Three tracks that say much.
pub fn catalog() -> &'static Catalog {
    static MADE: OnceLock<Catalog> = OnceLock::new();
    MADE.get_or_init(|| {
        let track = |id: u32| Track {
            id: TrackId(id),
            path: PathBuf::from(format!("/m/{id}.flac")),
            stamp: FileStamp { size: 1, mtime_ns: 1, inode: u64::from(id) },
            format: AudioFormat {
                codec: Codec::Flac,
                spec: Spec::new(44_100, 2).unwrap(),
                bits: Some(16),
                frames: Some(44_100 * u64::from(id)),
            },
            tags: Tags {
                title: Some(format!("Title {id}")),
                artists: vec!["Motörhead".into(), "Ann".into()],
                album: Some("Album".into()),
                date: Some("1980-11-08".into()),
                genres: vec!["Metal".into()],
                ..Tags::default()
            },
            added_s: 1_700_000_000,
        };
        build_catalog((1..4).map(track))
    })
}

/// What is understood prints as a text that gives it again.
pub fn query(bytes: &[u8]) {
    let text = text_of(bytes);
    match Query::parse(&text) {
        Ok(query) => {
            let printed = query.to_string();
            assert_eq!(Query::parse(&printed), Ok(query.clone()), "printed as {printed}");
            for track in catalog().tracks() {
                let _ = query.matches(&track, &TrackFacts::default(), 1_717_200_000);
            }
            let _ = (query.fits_texts(["Motörhead", ""]), query.likes(), query.asks_facts());
        }
        Err(error) => assert!(text.is_char_boundary(error.at), "{error:?}"),
    }
    if let Ok(smart) = Smart::parse(&text) {
        assert_eq!(Smart::parse(smart.text()), Ok(smart));
    }
}

/// A line of commands; and a word of it, quoted, is that word.
pub fn command(bytes: &[u8]) {
    let text = text_of(bytes);
    let _ = auralis::remote::request::command(&text, &[]);
    if let Err(error) = parse(&text) {
        let _ = error.to_string();
    }
    let word = quoted(&text);
    let filter = |words: &str| parse(&format!("add {words}")).ok();
    let path = Path::new(&text);
    let plain = !text.is_empty() && !text.starts_with('~') && path.is_relative();
    if plain && let Some(request) = filter(&word) {
        assert!(format!("{request:?}").contains(&format!("{path:?}")), "{word}: {request:?}");
    }
}

/// Keys print as they are read.
pub fn keymap(bytes: &[u8]) {
    let text = text_of(bytes);
    let (keymap, _) = Keymap::with_file(&text, Path::new("keys.toml"));
    for binding in keymap.bindings() {
        let printed = print(&binding.keys);
        assert_eq!(Key::parse_sequence(&printed).as_ref(), Ok(&binding.keys), "{printed}");
    }
    if let Ok(keys) = Key::parse_sequence(&text) {
        assert_eq!(Key::parse_sequence(&print(&keys)), Ok(keys));
    }
}

pub fn theme(bytes: &[u8]) {
    let text = text_of(bytes);
    let (theme, problems) = Theme::parse("mine", &text, Path::new("mine.toml"), None);
    assert!(problems.iter().all(|problem| problem.line.is_none_or(|line| line > 0)));
    let _ = theme.without_colour();
}

/// Each problem has its place, and shows nothing that a terminal would take for a command.
pub fn language(bytes: &[u8]) {
    let text = text_of(bytes);
    let (_, problems) = auralis::config::language::parse("de", &text, Path::new("de.toml"));
    for problem in problems {
        assert!(problem.line.is_some_and(|line| line > 0), "{problem:?}");
        assert!(!problem.message.contains(char::is_control), "{problem:?}");
    }
}

/// Each problem has its place; what is no text of settings leaves the defaults.
pub fn config(bytes: &[u8]) {
    let text = text_of(bytes);
    let (_, problems) =
        auralis::config::file::parse(&text, Path::new("config.toml"), Some(Path::new("/home/ann")));
    let lines = text.lines().count().max(1);
    for problem in problems {
        let line = problem.line.expect("a place");
        assert!((1..=lines + 1).contains(&line), "{problem:?} in {lines} lines");
    }
}

/// An equaliser's curve, written, is read again as it was.
pub fn curve(bytes: &[u8]) {
    let Ok(curve) = Equaliser::read("mine", &text_of(bytes)) else { return };
    assert!(curve.preamp_db().is_finite() && curve.response_db(1_000.0).is_finite(), "{curve:?}");
    let written = curve.text();
    assert_eq!(Equaliser::read("mine", &written), Ok(curve), "{written}");
}

/// An edited queue names nothing that was not there.
pub fn queue_text(bytes: &[u8]) {
    let text = text_of(bytes);
    let base: Vec<ItemId> = (1..5).map(ItemId).collect();
    if let Ok(edited) = queue_text::parse(&text, &base) {
        for (number, line) in &edited.lines {
            assert!(*number >= 1 && *number <= text.lines().count());
            if let queue_text::Line::Item(id) = line {
                assert!(base.contains(id));
            }
        }
    }
    let (kept, ids) = queue_text::kept(&queue_text::keep(&text, &base));
    assert_eq!(ids, base);
    assert_eq!(queue_text::parse(&kept, &base), queue_text::parse(&text, &base));
}

/// What a terminal answers, in pieces, is what it answers in one; its name is shown.
pub fn terminal(bytes: &[u8]) {
    let fed = |size: usize| {
        let mut parser = probe::Parser::default();
        bytes.chunks(size).for_each(|piece| parser.feed(piece));
        parser.finish()
    };
    let whole = fed(bytes.len().max(1));
    assert_eq!(fed(1), whole);
    assert_eq!(fed(7), whole);
    let (answers, typed) = whole;
    assert!(answers.name.as_deref().is_none_or(is_plain));
    assert!(typed.len() <= bytes.len());
}

/// Whatever a text is, it stays in its columns and commands no terminal.
pub fn shown(bytes: &[u8]) {
    let said = text_of(bytes);
    for width in [1, 2, 7, 40] {
        let mut buffer = Buffer::filled(Rect::new(0, 0, 60, 1), ratatui::buffer::Cell::new("\u{b7}"));
        let used = text::put(&mut buffer, 5, 0, width, &said, Style::new());
        assert!(used <= width);
        for (at, cell) in buffer.content().iter().enumerate() {
            assert!(is_plain(cell.symbol()), "{:?}", cell.symbol());
            assert!((5..5 + usize::from(width)).contains(&at) || cell.symbol() == "\u{b7}", "column {at}");
        }
        assert!(is_plain(&text::cleaned(&said, width)));
    }
    let printed = auralis::cli::text::printable(&said);
    assert!(!printed.contains(|c: char| c.is_control()), "{printed:?}");
}
