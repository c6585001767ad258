//! Files of a server that is not always a good one. It speaks RFC 9110 by hand: what is got is compared with what it has.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};

use super::*;
use crate::model::facts::Rating;
use crate::model::server::{Failed, PlayQueue, Song};

/// How the server behaves.
#[derive(Clone, Copy, Default)]
struct Manners {
    /// It sends all of the file, whatever was asked for.
    no_ranges: bool,
    /// It says that it knows parts, and sends all of the file.
    promises_ranges: bool,
    /// It does not say how long the file is.
    no_length: bool,
    /// Connections break after so many bytes.
    breaks_after: Option<usize>,
    /// Between pieces of 64 KiB.
    pause: Duration,
    /// It has another file for each connection.
    changes: bool,
}

struct Rig {
    address: String,
    asked: Arc<Mutex<Vec<u64>>>,
    dir: tempfile::TempDir,
}

impl Server for Rig {
    fn name(&self) -> &str {
        "home"
    }

    fn songs(&self, _: &AtomicBool, _: &mut dyn FnMut(Vec<Song>)) -> Result<(), Failed> {
        Ok(())
    }

    fn file(&self, song: &str) -> Result<String, Failed> {
        Ok(format!("{}/stream?id={song}", self.address))
    }

    fn picture(&self, _: &str) -> Result<Option<Vec<u8>>, Failed> {
        Ok(None)
    }

    fn words(&self, _: &str) -> Result<Option<String>, Failed> {
        Ok(None)
    }

    fn favour(&self, _: &str, _: bool) -> Result<(), Failed> {
        Ok(())
    }

    fn rate(&self, _: &str, _: Option<Rating>) -> Result<(), Failed> {
        Ok(())
    }

    fn plays(&self, _: &str) -> Result<(), Failed> {
        Ok(())
    }

    fn heard(&self, _: &[(String, i64)]) -> Result<(), Failed> {
        Ok(())
    }

    fn keep_queue(&self, _: &PlayQueue) -> Result<(), Failed> {
        Ok(())
    }

    fn queue(&self) -> Result<PlayQueue, Failed> {
        Ok(PlayQueue::default())
    }
}

/// Bytes of which no two places look alike.
fn file(len: usize) -> Vec<u8> {
    (0..len as u64).map(|at| (at.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u8).collect()
}

fn rig(whole: Vec<u8>, manners: Manners) -> (Shelf, Arc<Rig>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::<Mutex<Vec<u64>>>::default();
    let dir = tempfile::tempdir().unwrap();
    let rig = Arc::new(Rig { address, asked: Arc::clone(&asked), dir });
    let count = AtomicUsize::new(0);
    std::thread::spawn(move || {
        let (whole, asked, count) = (&whole, &asked, &count);
        std::thread::scope(|scope| {
            for stream in listener.incoming() {
                let number = count.fetch_add(1, Ordering::Relaxed);
                scope.spawn(move || serve(&stream.unwrap(), whole, asked, manners, number));
            }
        });
    });
    let folder = rig.dir.path().join("music");
    (Shelf::new(Arc::clone(&rig) as Arc<dyn Server>, folder, 1 << 30), rig)
}

fn serve(stream: &TcpStream, whole: &[u8], asked: &Mutex<Vec<u64>>, manners: Manners, number: usize) {
    let mut from = 0;
    for line in BufReader::new(stream).lines() {
        let line = line.unwrap().to_ascii_lowercase();
        if let Some(range) = line.strip_prefix("range: bytes=") {
            from = range.trim_end_matches('-').parse().unwrap();
        }
        if line.is_empty() {
            break;
        }
    }
    asked.lock().unwrap().push(from);
    let from =
        if manners.no_ranges || manners.no_length || manners.promises_ranges { 0 } else { from as usize };
    let body = &whole[from..];
    let tag = if manners.changes { number } else { 0 };
    let head = match (manners.no_ranges, manners.no_length) {
        (_, true) => "HTTP/1.1 200 OK\r\nContent-Type: audio/flac\r\nConnection: close\r\n\r\n".to_owned(),
        _ if manners.promises_ranges => {
            format!("HTTP/1.1 200 OK\r\nAccept-Ranges: bytes\r\nContent-Length: {}\r\n\r\n", whole.len())
        }
        (true, _) => format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", whole.len()),
        _ => format!(
            "HTTP/1.1 206 Partial Content\r\nContent-Length: {}\r\nContent-Range: bytes {from}-{}/{}\r\n\
             ETag: \"{tag}\"\r\n\r\n",
            body.len(),
            whole.len() - 1,
            whole.len()
        ),
    };
    let mut stream = stream;
    let _ = stream.write_all(head.as_bytes());
    let mut sent = 0;
    for piece in body.chunks(64 * 1024) {
        let is_over = manners.breaks_after.is_some_and(|most| sent >= most);
        if is_over || stream.write_all(piece).is_err() {
            break;
        }
        sent += piece.len();
        std::thread::sleep(manners.pause);
    }
}

fn open(shelf: &Shelf) -> (FileSpan, Option<Arc<dyn Far>>) {
    shelf.open("7", NetworkSettings::default(), &Interrupt::default()).unwrap()
}

fn all(mut span: FileSpan) -> Vec<u8> {
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut span, &mut bytes).unwrap();
    bytes
}

fn at(span: &FileSpan, from: usize, len: usize) -> Vec<u8> {
    all(span.part(from as u64, (from + len) as u64))
}

fn wait_for(mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < until, "it did not come to be");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_file_is_got_once_and_is_there_without_the_server() {
    let whole = file(1_000_000);
    let (shelf, rig) = rig(whole.clone(), Manners::default());
    let (first, far) = open(&shelf);
    let (second, _) = open(&shelf);
    assert!(far.is_some());
    assert!(all(first) == whole && all(second) == whole);
    let kept = shelf.file("7", NetworkSettings::default(), &Interrupt::default()).unwrap();
    assert!(std::fs::read(&kept).unwrap() == whole);
    let (third, far) = open(&shelf);
    assert!(far.is_none() && all(third) == whole);
    assert_eq!(*rig.asked.lock().unwrap(), [0], "one request for all of them");
    shelf.forget("7");
    assert!(open(&shelf).1.is_some(), "it is asked for again");
}

#[test]
fn a_place_far_ahead_is_got_before_what_lies_between() {
    let whole = file(8_000_000);
    let pause = Duration::from_millis(100);
    let (shelf, rig) = rig(whole.clone(), Manners { pause, ..Manners::default() });
    let (span, _) = open(&shelf);
    assert!(at(&span, 10, 1_000) == whole[10..1_010]);
    let begun = Instant::now();
    assert!(at(&span, 7_000_000, 1_000) == whole[7_000_000..7_001_000]);
    assert!(at(&span, 3_000_000, 1_000) == whole[3_000_000..3_001_000]);
    // All that lies before it would take more than ten seconds.
    assert!(begun.elapsed() < Duration::from_secs(8));
    let asked = rig.asked.lock().unwrap().clone();
    assert_eq!(asked, [0, 7_000_000, 3_000_000]);
    // A place before, and then all of it: what is there is not asked for again.
    assert!(all(span) == whole);
}

#[test]
fn what_breaks_off_goes_on() {
    let whole = file(600_000);
    let (shelf, rig) = rig(whole.clone(), Manners { breaks_after: Some(200_000), ..Manners::default() });
    let (span, far) = open(&shelf);
    assert!(all(span) == whole);
    assert_eq!(far.unwrap().failure(), None);
    let asked = rig.asked.lock().unwrap().clone();
    assert!(asked.len() >= 3 && asked.is_sorted() && asked[1] > 0, "{asked:?}");
}

/// Some servers send all or nothing, and some do not know how much that is.
#[test]
fn a_server_without_ranges_or_length_is_read_to_the_end() {
    let whole = file(700_000);
    for manners in
        [Manners { no_ranges: true, ..Manners::default() }, Manners { no_length: true, ..Manners::default() }]
    {
        let (shelf, _rig) = rig(whole.clone(), manners);
        let (span, _) = open(&shelf);
        assert!(at(&span, 600_000, 500) == whole[600_000..600_500]);
        assert!(all(span) == whole);
    }
}

/// What brings nothing new is not asked for without end.
#[test]
fn a_server_that_breaks_its_promises_is_not_flooded() {
    let whole = file(2_000_000);
    let manners = Manners { promises_ranges: true, pause: Duration::from_millis(5), ..Manners::default() };
    let (shelf, rig) = rig(whole.clone(), manners);
    let (span, _) = open(&shelf);
    assert!(at(&span, 1_900_000, 500) == whole[1_900_000..1_900_500]);
    assert!(all(span) == whole);
    assert!(rig.asked.lock().unwrap().len() <= 3, "{:?}", rig.asked.lock().unwrap());

    let (shelf, rig) = self::rig(whole, Manners { breaks_after: Some(300_000), ..manners });
    let settings = NetworkSettings { retry: Duration::from_secs(1), ..NetworkSettings::default() };
    let (mut span, _) = shelf.open("7", settings, &Interrupt::default()).unwrap();
    let error = io::Read::read_to_end(&mut span, &mut Vec::new()).unwrap_err();
    assert_eq!(error.to_string(), "the connection broke off");
    assert!(rig.asked.lock().unwrap().len() < 10);
}

#[test]
fn another_file_in_its_place_is_no_part_of_it() {
    let manners = Manners { changes: true, breaks_after: Some(100_000), ..Manners::default() };
    let (shelf, _rig) = rig(file(600_000), manners);
    let (mut span, far) = open(&shelf);
    let mut bytes = Vec::new();
    let error = io::Read::read_to_end(&mut span, &mut bytes).unwrap_err();
    assert!(error.to_string().contains("changed on the server"), "{error}");
    assert_eq!(far.unwrap().failure().as_deref(), Some(error.to_string().as_str()));
    drop(span);
    let left = |shelf: &Shelf| std::fs::read_dir(&shelf.folder.path).unwrap().count();
    wait_for(|| left(&shelf) == 0);
}

#[test]
fn who_asks_for_something_else_does_not_wait() {
    let manners = Manners { pause: Duration::from_millis(500), ..Manners::default() };
    let (shelf, _rig) = rig(file(4_000_000), manners);
    let interrupt = Interrupt::default();
    let (span, far) = shelf.open("7", NetworkSettings::default(), &interrupt).unwrap();
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut span.clone(), &mut bytes).unwrap_err();
    });
    interrupt.ask();
    reader.thread().unpark();
    let begun = Instant::now();
    reader.join().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(20));
    assert!(far.unwrap().was_interrupted());
}

#[test]
fn a_server_that_is_not_there_is_an_error_with_words() {
    let (_, rig) = rig(Vec::new(), Manners::default());
    let gone = Arc::new(Rig {
        address: "http://127.0.0.1:1".into(),
        asked: Arc::default(),
        dir: tempfile::tempdir().unwrap(),
    });
    let shelf = Shelf::new(gone, rig.dir.path().join("music"), 1);
    let settings = NetworkSettings { retry: Duration::ZERO, ..NetworkSettings::default() };
    let error = shelf.open("7", settings, &Interrupt::default()).err().unwrap();
    assert_eq!(error.to_string(), "the server refuses the connection");
}
