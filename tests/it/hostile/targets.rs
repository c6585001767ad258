//! One function for each parser of what others wrote: bytes in, and what must hold of whatever comes out. Shared by the
//! tests, which feed them mutated files and texts, and by `fuzz`, where libFuzzer does: it has nothing of either around it.
//! What is private is asked for at the nearest public door: a file, a socket, a message.

use std::cell::OnceCell;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use auralis::decode::{Source, cue};
use auralis::library::artwork::{decode as decoded_picture, dimensions};
use auralis::library::catalog_build::build_catalog;
use auralis::library::past;
use auralis::library::store::Store;
use auralis::library::tags as tag_reader;
use auralis::model::id::TrackId;
use auralis::model::tag::{MAX_VALUE, MAX_VALUES};
use auralis::model::track::Track;
use redb::TableDefinition;
use tempfile::TempDir;

#[cfg(feature = "http")]
#[path = "online_targets.rs"]
mod onlines;
#[path = "text_targets.rs"]
mod texts;
#[path = "wire_targets.rs"]
mod wires;

#[cfg(feature = "http")]
pub use onlines::*;
pub use texts::*;
pub use wires::*;

/// Takes whatever bytes there are, and panics where something does not hold.
pub type Target = fn(&[u8]);

/// Every one, by its name in `fuzz/fuzz_targets`.
pub const ALL: &[(&str, Target)] = &[
    ("tags", tags),
    ("synced_words", synced_words),
    ("sound", sound),
    ("picture", picture),
    ("store", store),
    ("past", past_of_others),
    ("cue", cue_sheet),
    ("playlist", playlist),
    ("lyrics", lyrics),
    ("query", query),
    ("command", command),
    ("keymap", keymap),
    ("theme", theme),
    ("language", language),
    ("config", config),
    ("curve", curve),
    ("queue_text", queue_text),
    ("terminal", terminal),
    ("shown", shown),
    ("request", request),
    ("screen", screen),
    ("far_sound", far_sound),
    ("mpd", mpd),
    #[cfg(feature = "http")]
    ("http", http),
    #[cfg(feature = "http")]
    ("icy", icy),
    #[cfg(feature = "http")]
    ("lrclib", lrclib),
    #[cfg(feature = "http")]
    ("musicbrainz", musicbrainz),
    #[cfg(feature = "http")]
    ("subsonic", subsonic),
    #[cfg(feature = "desktop")]
    ("mpris", mpris),
];

/// The bytes as a text, whatever they are.
fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// With the bytes as a file of this thread's own.
fn in_file<T>(bytes: &[u8], name: &str, look: impl FnOnce(&Path) -> T) -> T {
    thread_local! {
        static FOLDER: OnceCell<TempDir> = const { OnceCell::new() };
    }
    FOLDER.with(|folder| {
        let path = folder.get_or_init(|| tempfile::tempdir().unwrap()).path().join(name);
        fs::write(&path, bytes).unwrap();
        look(&path)
    })
}

/// All that is read of a music file but its sound.
pub fn tags(bytes: &[u8]) {
    in_file(bytes, "song", |path| {
        if let Ok(read) = tag_reader::read_fields(path) {
            for (field, values) in read.fields.iter() {
                assert!(values.len() <= MAX_VALUES, "{field:?}: {} values", values.len());
                let is_value = |value: &String| !value.is_empty() && value.len() <= MAX_VALUE;
                assert!(values.iter().all(is_value), "{field:?}: {values:?}");
            }
            let scanned = tag_reader::read_for_scan(path).expect("what was read is read again");
            assert_eq!(scanned.format, read.format);
        }
        let _ = tag_reader::synced_words(path);
        let _ = tag_reader::loudness(path);
        let _ = tag_reader::writer(path);
        for found in tag_reader::read_pictures(path).unwrap_or_default() {
            let _ = dimensions(&found.data);
        }
    });
}

/// The bytes as the words of an ID3v2 tag (frame `SYLT`, ID3v2.4.0 §4.9).
pub fn synced_words(bytes: &[u8]) {
    let synchsafe = |number: usize| [21, 14, 7, 0].map(|shift| (number >> shift & 0x7F) as u8);
    let frame = [b"SYLT", &synchsafe(bytes.len())[..], &[0, 0], bytes].concat();
    // A frame of MPEG 1 layer III, 128 kb/s and 44.1 kHz: 417 bytes.
    let sound = [&[0xFF, 0xFB, 0x90, 0x00][..], &[0; 413]].concat().repeat(4);
    let file = [b"ID3\x04\0\0", &synchsafe(frame.len())[..], &frame, &sound].concat();
    in_file(&file, "song.mp3", |path| {
        if let Ok(Some(words)) = tag_reader::synced_words(path) {
            lyrics(words.as_bytes());
        }
    });
}

/// A file, opened, read, sought in.
pub fn sound(bytes: &[u8]) {
    in_file(bytes, "sound", |path| {
        let _ = auralis::decode::about(path);
        let Ok(mut source) = Source::open(path) else { return };
        let channels = usize::from(source.info().format.spec.channels);
        assert!(channels > 0 && source.info().format.spec.rate > 0);
        let mut out = Vec::new();
        for seek in [None, Some(1_000), Some(u64::MAX), Some(0)] {
            if seek.is_some_and(|frame| source.seek(frame).is_err()) {
                return;
            }
            for _ in 0..40 {
                let (at, before) = (source.position(), out.len());
                let Ok(frames) = source.read(&mut out) else { return };
                assert_eq!(out.len() - before, frames * channels, "at {at}");
                assert!(out[before..].iter().all(|sample| sample.is_finite()), "at {at}");
                assert!(frames <= 8192 && source.position() >= at, "{frames} at {at}");
                if frames == 0 {
                    break;
                }
            }
            out.clear();
            // Where it goes on in another format, the frames that come are of that.
            if usize::from(source.info().format.spec.channels) != channels {
                return;
            }
        }
    });
    let _ = cue::find_embedded(&mut std::io::Cursor::new(bytes));
}

pub fn picture(bytes: &[u8]) {
    // Of what claims to be larger only the head is read: it is refused by that, or takes its time.
    if !dimensions(bytes).is_ok_and(|(width, height)| u64::from(width) * u64::from(height) < 1 << 20) {
        return;
    }
    if let Ok(image) = decoded_picture(bytes) {
        assert_eq!(image.rgba.len(), image.width as usize * image.height as usize * 4);
    }
}

/// What other players kept.
pub fn past_of_others(bytes: &[u8]) {
    let _ = past::cmus::parse_cache(bytes);
    let text = text_of(bytes);
    let _ = past::mpd::parse_database(&text);
    let _ = past::mpd::Places::of_config(&text, Some(Path::new("/home/ann")));
    in_file(bytes, "past", |path| {
        let _ = past::scrobbles::read(path);
        let places = past::mpd::Places { stickers: Some(path.into()), ..Default::default() };
        let _ = past::mpd::read(&places);
    });
}

/// A library: the file itself where the bytes begin as one does, else each of its values.
pub fn store(bytes: &[u8]) {
    if bytes.starts_with(b"redb") {
        in_file(bytes, "library.redb", read_library);
        return;
    }
    static EMPTY: OnceLock<Vec<u8>> = OnceLock::new();
    let empty = EMPTY.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library.redb");
        assert!(Store::open(&path, Box::new(|_| ())).unwrap().close(Duration::from_secs(60)));
        fs::read(path).unwrap()
    });
    in_file(empty, "library.redb", |path| {
        fill(path, bytes).unwrap();
        read_library(path);
    });
}

/// A row of these bytes in each table, by the names and keys of `library/store/schema.rs`.
fn fill(path: &Path, bytes: &[u8]) -> Result<(), redb::Error> {
    let library = redb::Database::open(path)?;
    let rows = library.begin_write()?;
    for name in ["tracks", "facts", "audio", "measured", "waveforms", "resume"] {
        rows.open_table(TableDefinition::<u32, &[u8]>::new(name))?.insert(1, bytes)?;
    }
    for name in ["playlists", "templates", "history"] {
        rows.open_table(TableDefinition::<u64, &[u8]>::new(name))?.insert(1, bytes)?;
    }
    for name in ["files", "sheets"] {
        rows.open_table(TableDefinition::<&[u8], &[u8]>::new(name))?.insert(&b"/m/a.flac"[..], bytes)?;
    }
    let listens = TableDefinition::<(i64, u32), &[u8]>::new("listens");
    rows.open_table(listens)?.insert((1, 1), bytes)?;
    let mut session = rows.open_table(TableDefinition::<&str, &[u8]>::new("session"))?;
    for name in ["session", "position", "outputs", "bookmarks", "similar", "scan"] {
        session.insert(name, bytes)?;
    }
    drop(session);
    rows.commit()?;
    Ok(())
}

/// All that a player reads at its start, and more.
fn read_library(path: &Path) {
    let Ok(store) = Store::open(path, Box::new(|_| ())) else { return };
    if let Ok(reader) = store.read() {
        let id = TrackId(1);
        let tracks: Vec<Track> = reader.tracks().into_iter().flatten().map_while(Result::ok).collect();
        let _ = build_catalog(tracks);
        let _ = reader.each_brief(|_| ());
        let mut path = Vec::new();
        if let Ok(mut files) = reader.files() {
            while let Some(Ok(_)) = files.next_into(&mut path) {}
        }
        let _ = (reader.sheets(), reader.roots(), reader.places(Path::new("/m")), reader.missing());
        let _ =
            (reader.session(), reader.outputs(), reader.similar(), reader.scan_record(), reader.bookmarks());
        let _ = (reader.fact(id), reader.facts(), reader.history(), reader.playlists(), reader.templates());
        let _ = (reader.resume(), reader.audio(id), reader.measured(id), reader.waveform(id));
        for row in reader.audios().into_iter().flatten().take(1_000) {
            let _ = row;
        }
        for row in reader.all_measured().into_iter().flatten().take(1_000) {
            let _ = row;
        }
        for row in reader.listens(i64::MIN).into_iter().flatten().take(1_000) {
            let _ = row;
        }
    }
    assert!(store.close(Duration::from_secs(60)));
}
