//! A server on this machine for the tests of the network: what it answers is written out by hand in each test, byte for
//! byte, so that wrong and slow ones are as easy as right ones. One request a connection.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What was asked.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Counted from 0.
    pub number: usize,
    pub path: String,
    /// Names in lower case.
    pub headers: HashMap<String, String>,
}

impl Asked {
    /// First byte of the range that was asked for.
    pub fn from(&self) -> Option<usize> {
        self.headers.get("range")?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
    }
}

/// One connection, to be answered.
pub struct Line {
    pub asked: Asked,
    stream: TcpStream,
    sent: Arc<AtomicUsize>,
    closing: Arc<AtomicBool>,
}

impl Line {
    /// `false`: whoever asked is gone.
    pub fn send(&mut self, bytes: &[u8]) -> bool {
        for piece in bytes.chunks(4096) {
            if self.closing.load(Ordering::Relaxed) || self.stream.write_all(piece).is_err() {
                return false;
            }
            self.sent.fetch_add(piece.len(), Ordering::Relaxed);
        }
        true
    }

    /// A status line and headers.
    pub fn head(&mut self, status: &str, headers: &[(&str, &str)]) {
        let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        self.send(format!("{status}\r\n{lines}Connection: close\r\n\r\n").as_bytes());
    }

    /// In pieces, with a pause after each.
    pub fn trickle(&mut self, bytes: &[u8], piece: usize, pause: Duration) -> bool {
        bytes.chunks(piece).all(|piece| {
            let sent = self.send(piece);
            thread::sleep(pause);
            sent
        })
    }

    /// Waits until the other side closes; whether it did in that time.
    pub fn wait_closed(&mut self, time: Duration) -> bool {
        self.stream.set_read_timeout(Some(time)).unwrap();
        matches!(self.stream.read(&mut [0; 16]), Ok(0))
            || self.stream.take_error().is_ok_and(|error| error.is_some())
    }

    /// Says nothing more, until the other side closes.
    pub fn hold(&mut self) {
        self.wait_closed(Duration::from_secs(30));
    }

    /// A file as good servers give it, with or without a range, cut after so many bytes.
    pub fn file(&mut self, bytes: &[u8], cut: usize) {
        let from = self.asked.from();
        let start = from.unwrap_or(0);
        let len = (bytes.len() - start).to_string();
        let range = format!("bytes {start}-{}/{}", bytes.len() - 1, bytes.len());
        let mut headers =
            vec![("Content-Length", len.as_str()), ("Accept-Ranges", "bytes"), ("ETag", "\"one\"")];
        headers.extend(from.map(|_| ("Content-Range", range.as_str())));
        let status = if from.is_some() { "HTTP/1.1 206 Partial Content" } else { "HTTP/1.1 200 OK" };
        self.head(status, &headers);
        let rest = &bytes[start..];
        self.send(&rest[..rest.len().min(cut)]);
    }
}

/// Runs until it is dropped.
pub struct Server {
    address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    sent: Arc<AtomicUsize>,
    closing: Arc<AtomicBool>,
}

impl Server {
    pub fn new(answer: impl Fn(&mut Line) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (asked, sent, closing) = <(Arc<Mutex<Vec<Asked>>>, Arc<AtomicUsize>, Arc<AtomicBool>)>::default();
        let (log, count, close) = (Arc::clone(&asked), Arc::clone(&sent), Arc::clone(&closing));
        let answer = Arc::new(answer);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if close.load(Ordering::Relaxed) {
                    return;
                }
                let (log, sent, closing) = (Arc::clone(&log), Arc::clone(&count), Arc::clone(&close));
                let answer = Arc::clone(&answer);
                thread::spawn(move || {
                    if let Some(asked) = read_request(&stream, &log) {
                        let mut line = Line { asked, stream, sent, closing };
                        answer(&mut line);
                        let _ = line.stream.shutdown(Shutdown::Write);
                    }
                });
            }
        });
        Self { address, asked, sent, closing }
    }

    pub fn at(&self, path: &str) -> PathBuf {
        PathBuf::from(format!("http://{}{path}", self.address))
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    /// All that was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Bytes that were sent so far.
    pub fn sent(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(&self.address);
    }
}

fn read_request(stream: &TcpStream, log: &Mutex<Vec<Asked>>) -> Option<Asked> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers = lines.take_while(|line| !line.is_empty()).filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_ascii_lowercase(), value.trim().to_owned()))
    });
    let headers = headers.collect();
    let mut log = log.lock().unwrap();
    let asked = Asked { number: log.len(), path, headers };
    log.push(asked.clone());
    Some(asked)
}
