//! The library's hot paths: catalog of 20,000 tracks, a keystroke of the filter, first scan and unchanged rescan.
//! `cargo bench --bench library`. Files are made on the fly in a temporary folder.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use auralis::library::catalog_build::build_catalog;
use auralis::library::scan::scan;
use auralis::library::store::Store;
use auralis::model::audio::Spec;
use auralis::model::collate::Collation;
use auralis::model::facts::Facts;
use auralis::model::id::TrackId;
use auralis::model::query::Query;
use auralis::model::query::search::Searcher;
use auralis::model::sort::Sort;
use auralis::model::track::{AudioFormat, Codec, Numbered, Tags, Track};
use divan::counter::ItemsCount;

const TRACKS: u32 = 20_000;
const FILES: u32 = 2_000;

fn main() {
    divan::main();
}

const SYLLABLES: [&str; 16] = [
    "ba", "Bel", "cor", "dá", "den", "el", "Fal", "gri", "ho", "kel", "lan", "Mö", "ner", "qui", "sha", "ter",
];

/// A name that differs for each number and looks like one.
fn name(number: u32) -> String {
    let at = |shift: u32| SYLLABLES[(number.wrapping_mul(2_654_435_761) >> shift & 15) as usize];
    format!("{}{} {}{}", at(28), at(24), at(20), number % 100)
}

/// Twelve tracks an album, five albums an artist.
fn make(number: u32) -> Track {
    let (album, artist) = (number / 12, number / 60);
    let tags = Tags {
        title: Some(format!("{} {}", name(number), name(number / 3))),
        artists: vec![name(artist)],
        album: Some(name(album + 1_000_000)),
        album_artists: vec![name(artist)],
        genres: vec![name(number / 900)],
        track: Numbered { number: Some(number % 12 + 1), total: Some(12) },
        date: Some(format!("{}", 1960 + album % 60)),
        ..Tags::default()
    };
    Track {
        id: TrackId(number + 1),
        path: PathBuf::from(format!(
            "/music/{}/{}/{:02} {}.flac",
            name(artist),
            album,
            number % 12,
            name(number)
        )),
        stamp: Default::default(),
        format: AudioFormat {
            codec: Codec::Flac,
            spec: Spec { rate: 44_100, channels: 2 },
            bits: Some(16),
            frames: Some(10_000_000),
        },
        tags,
        added_s: 0,
    }
}

fn tracks() -> Vec<Track> {
    (0..TRACKS).map(make).collect()
}

#[divan::bench(sample_count = 20)]
fn catalog_of_20k(bencher: divan::Bencher) {
    bencher.counter(ItemsCount::new(TRACKS)).with_inputs(tracks).bench_values(build_catalog);
}

#[divan::bench(args = [100_000, 1_000_000], sample_count = 3)]
fn folding(bencher: divan::Bencher, count: u32) {
    let catalog = build_catalog((0..count).map(make));
    bencher.bench(|| Searcher::new(&catalog));
}

/// What is typed, letter by letter; each figure is of one key.
const TYPED: [&str; 8] =
    ["e", "be", "bel", "bel m", "bel mo", "artist:bel year:1990..1999", "-bel", "nothing like it"];

fn keystroke(bencher: divan::Bencher, count: u32, text: &str) {
    let catalog = build_catalog((0..count).map(make));
    let mut searcher = Searcher::new(&catalog);
    let (query, facts) = (Query::parse(text).unwrap(), Facts::default());
    let before = Query::parse(&text[..text.len() - 1]).unwrap_or_default();
    bencher.bench_local(|| {
        searcher.find(&catalog, &before, &facts, 0);
        searcher.find(&catalog, &query, &facts, 0)
    });
}

/// Two keys: the one before and this one.
#[divan::bench(args = TYPED, sample_count = 10)]
fn two_keystrokes_in_100k(bencher: divan::Bencher, text: &str) {
    keystroke(bencher, 100_000, text);
}

#[divan::bench(args = TYPED, sample_count = 5)]
fn two_keystrokes_in_1m(bencher: divan::Bencher, text: &str) {
    keystroke(bencher, 1_000_000, text);
}

/// Bytes of a million tracks in memory, by what holds them; printed, as no time is of interest.
#[divan::bench(sample_count = 1, sample_size = 1)]
fn memory_of_1m(bencher: divan::Bencher) {
    bencher.bench_local(|| {
        let catalog = build_catalog((0..1_000_000).map(make));
        let searcher = Searcher::new(&catalog);
        let mib = |bytes: usize| bytes as f64 / f64::from(1 << 20);
        let (columns, texts) = (mib(catalog.bytes_held()), mib(searcher.bytes_held()));
        eprintln!("catalog {columns:.1} MiB, search index {texts:.1} MiB, both {:.1} MiB", columns + texts);
    });
}

#[divan::bench(args = ["title", "artist", "year:desc", "path"], sample_count = 3)]
fn sorting_1m(bencher: divan::Bencher, column: &str) {
    let catalog = build_catalog((0..1_000_000).map(make));
    let (sort, collation) = (Sort::parse(column).unwrap(), Collation::default());
    bencher.bench(|| {
        let mut rows: Vec<u32> = (0..1_000_000).collect();
        sort.apply(&mut rows, &catalog, &Facts::default(), &collation);
        rows
    });
}

/// FLAC headers and comments; a scan reads no more of a file.
fn flac(number: u32) -> Vec<u8> {
    let packed = 44_100_u64 << 44 | 1 << 41 | 15 << 36 | 1_000_000;
    let mut info = vec![0x10, 0, 0x10, 0, 0, 0, 0, 0, 0, 0];
    info.extend(packed.to_be_bytes());
    info.extend([0; 16]);
    let mut tags = vec![0; 4];
    let lines = [
        format!("TITLE={}", name(number)),
        format!("ARTIST={}", name(number / 60)),
        format!("ALBUM={}", name(number / 12)),
    ];
    tags.extend(3_u32.to_le_bytes());
    for line in lines {
        tags.extend((line.len() as u32).to_le_bytes());
        tags.extend(line.as_bytes());
    }
    let mut file = b"fLaC".to_vec();
    for (kind, block) in [(0_u8, info), (0x84, tags)] {
        file.push(kind);
        file.extend(&(block.len() as u32).to_be_bytes()[1..]);
        file.extend(block);
    }
    file
}

fn library() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..FILES {
        let album = folder.path().join(format!("music/{}/{}", number / 60, number / 12));
        std::fs::create_dir_all(&album).unwrap();
        std::fs::write(album.join(format!("{number}.flac")), flac(number)).unwrap();
    }
    folder
}

fn scan_once(folder: &Path, store: &Store) -> u64 {
    let report = scan(&[folder.join("music")], store, &AtomicBool::new(false), &mut |_| ());
    report.added + report.unchanged
}

#[divan::bench(sample_count = 5)]
fn first_scan_of_2k(bencher: divan::Bencher) {
    let folder = library();
    let file = folder.path().join("library.redb");
    let fresh = || {
        let _ = std::fs::remove_file(&file);
        Store::open(&file, Box::new(|_| ())).unwrap()
    };
    bencher.counter(ItemsCount::new(FILES)).with_inputs(fresh).bench_local_values(|store| {
        assert_eq!(scan_once(folder.path(), &store), u64::from(FILES));
        assert!(store.close(Duration::from_secs(10)));
    });
}

#[divan::bench(sample_count = 20)]
fn unchanged_rescan_of_2k(bencher: divan::Bencher) {
    let folder = library();
    let store = Store::open(&folder.path().join("library.redb"), Box::new(|_| ())).unwrap();
    scan_once(folder.path(), &store);
    bencher.counter(ItemsCount::new(FILES)).bench_local(|| scan_once(folder.path(), &store));
}
