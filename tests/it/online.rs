//! Words of songs from LRCLIB and releases of MusicBrainz: nobody is asked unasked, and what is told arrives on the screen, on
//! the command line and in the files. Stand-ins on this machine answer in the shape of the services' documentation.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Output;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::home::{Home, PATIENCE};
use crate::pseudo_terminal::Session;

/// One request, as it came.
#[derive(Debug, Clone)]
struct Asked {
    at: Instant,
    /// Decoded.
    target: String,
    agent: String,
}

/// Status line with further headers, and body; `None`: the connection is closed without a word.
type Answer = Option<(&'static str, String)>;
type Oracle = Box<dyn Fn(&str, usize) -> Answer + Send + Sync>;

/// Answers each request, by its target and how many came before.
struct Api {
    port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Api {
    fn new(answer: impl Fn(&str, usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let api = Self { port: listener.local_addr().unwrap().port(), asked: Arc::default() };
        let (asked, answer): (_, Arc<Oracle>) = (Arc::clone(&api.asked), Arc::new(Box::new(answer)));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (asked, answer) = (Arc::clone(&asked), Arc::clone(&answer));
                std::thread::spawn(move || serve(&stream, &asked, &answer));
            }
        });
        api
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    fn targets(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.target).collect()
    }

    fn wait(&self, count: usize) {
        let until = Instant::now() + PATIENCE;
        while self.asked().len() < count {
            assert!(Instant::now() < until, "{:#?}", self.asked());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn serve(stream: &TcpStream, asked: &Mutex<Vec<Asked>>, answer: &Oracle) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let target = decoded(line.split(' ').nth(1)?);
    let mut agent = String::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim().split_once(": ") else { break };
        if name.eq_ignore_ascii_case("user-agent") {
            agent = value.to_owned();
        }
    }
    let before = {
        let mut asked = asked.lock().unwrap();
        asked.push(Asked { at: Instant::now(), target: target.clone(), agent });
        asked.len() - 1
    };
    let (status, body) = answer(&target, before)?;
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    (&mut &*stream).write_all(format!("{head}{body}").as_bytes()).ok()
}

fn decoded(target: &str) -> String {
    let bytes = target.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let hex = target.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (bytes[at], hex) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8(out).unwrap()
}

fn ok(body: Value) -> Answer {
    Some(("200 OK", body.to_string()))
}

fn not_found() -> Answer {
    let body = json!({"code": 404, "name": "TrackNotFound", "message": "Failed to find specified track"});
    Some(("404 Not Found", body.to_string()))
}

fn configured(home: &Home, settings: &str) {
    home.put(".config/auralis/config.toml", settings.as_bytes());
}

fn run(home: &Home, words: &[&str]) -> Output {
    home.program(words).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// As LRCLIB has the first of [`Home::with_music`], of 60 s.
fn entry(title: &str, synced: Option<&str>) -> Value {
    json!({
        "id": 3396226, "trackName": title, "artistName": "Ann", "albumName": "First", "duration": 60,
        "instrumental": false, "plainLyrics": "first line\nsecond line\n", "syncedLyrics": synced,
    })
}

const SYNCED: &str = "[00:00.00] at once\n[00:40.25] much \u{1b}[31mlater\n[00:59.00] ";

/// A home with music whose words may be asked for.
fn with_lyrics(api: &Api) -> Home {
    let home = Home::with_music();
    configured(&home, &format!("[lyrics]\nonline = true\nurl = \"http://127.0.0.1:{}/\"\n", api.port));
    home
}

#[test]
fn words_are_asked_for_once_and_are_there_without_the_net() {
    let api = Api::new(|_, _| ok(entry("Alpha", Some(SYNCED))));
    let home = Home::with_music();
    configured(&home, &format!("[lyrics]\nurl = \"http://127.0.0.1:{}\"\n", api.port));
    let off = run(&home, &["lyrics", "music/1.wav"]);
    assert_eq!((off.status.code(), text(&off)), (Some(3), String::new()));
    assert!(errors(&off).contains("online = true"), "{}", errors(&off));
    assert_eq!(api.targets(), [""; 0], "nobody was asked");

    let home = with_lyrics(&api);
    let expected = "[00:00.00] at once\n[00:40.25] much [31mlater\n[00:59.00] \n";
    for _ in 0..2 {
        assert_eq!(text(&run(&home, &["lyrics", "music/1.wav"])), expected);
    }
    let asked = api.asked();
    let [once] = &asked[..] else { panic!("{asked:#?}") };
    assert_eq!(once.target, "/api/get?track_name=Alpha&artist_name=Ann&duration=60&album_name=First");
    assert!(once.agent.starts_with("auralis/") && once.agent.contains("music player"), "{}", once.agent);
    // Off again, what was told is still there.
    configured(&home, "");
    let kept = run(&home, &["lyrics", "--json", "music/1.wav"]);
    let kept: Value = serde_json::from_str(&text(&kept)).unwrap();
    assert_eq!(
        (&kept["found"], &kept["source"], &kept["timed"]),
        (&json!("words"), &json!("online"), &json!(true))
    );
    assert_eq!(kept["lines"][1], json!({"at_s": 40.25, "text": "much [31mlater"}));

    let saved = run(&home, &["lyrics", "--save", "music/1.wav"]);
    assert!(saved.status.success(), "{}", errors(&saved));
    let file = fs::read_to_string(home.path("music/1.lrc")).unwrap();
    assert_eq!(file, "[00:00.00]at once\n[00:40.25]much [31mlater\n[00:59.00]\n");
    let again = run(&home, &["lyrics", "--save", "music/1.wav"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(errors(&again).contains("1.lrc is there already"), "{}", errors(&again));
}

#[test]
fn a_song_that_is_not_known_is_searched_for_and_not_asked_for_again() {
    let api = Api::new(|target, before| match (target.split('?').next(), before) {
        (Some("/api/search"), 3..) => ok(json!([
            {"trackName": "Alpha", "artistName": "Ann", "duration": 63, "syncedLyrics": "[00:01.00]too long"},
            {"trackName": "Alpha", "artistName": "Ann & Co", "duration": 61.5, "plainLyrics": "found\n"},
        ])),
        (Some("/api/search"), _) => ok(json!([])),
        _ => not_found(),
    });
    let home = with_lyrics(&api);
    for _ in 0..2 {
        let none = run(&home, &["lyrics", "music/1.wav"]);
        assert_eq!(none.status.code(), Some(3), "{}", errors(&none));
        assert!(errors(&none).contains("knows none"), "{}", errors(&none));
    }
    let targets = api.targets();
    assert_eq!(targets.len(), 2, "{targets:#?}");
    assert_eq!(targets[1], "/api/search?track_name=Alpha&artist_name=Ann");
    // Other words count again, and what is two seconds longer at most.
    let found = run(&home, &["lyrics", "--again", "music/1.wav"]);
    assert_eq!(text(&found), "found\n", "{}", errors(&found));
    assert_eq!(api.asked().len(), 4);
    assert_eq!(text(&run(&home, &["lyrics", "music/1.wav"])), "found\n");
    // A file beside the song is the user's own: nobody is asked.
    home.put("music/2.lrc", b"[00:05.00]mine\n");
    assert_eq!(text(&run(&home, &["lyrics", "music/2.wav"])), "[00:05.00] mine\n");
    assert_eq!(api.asked().len(), 4);
}

#[test]
fn words_are_shown_for_what_plays_while_somebody_looks() {
    let api = Api::new(|target, _| {
        let title = if target.contains("Alpha") { "Alpha" } else { "Bravo" };
        let synced = format!("[00:00.00] {title} begins\n[00:30.00] {title} ends");
        ok(entry(title, Some(&synced)))
    });
    let home = with_lyrics(&api);
    let mut session = Session::start(&home, &["music"]);
    session.wait_for("3 tracks");
    session.wait_for("►");
    let before = run(&home, &["status", "--json"]);
    assert!(before.status.success());
    assert_eq!(api.asked().len(), 0, "nobody looks");
    session.press("gW");
    session.wait_for("Alpha begins");
    session.wait_for("from the net");
    session.press(">");
    session.wait_for("Bravo begins");
    session.wait_without("Alpha begins");
    let line: Value = serde_json::from_str(&text(&run(&home, &["ctl", "--json", "lyrics"]))).unwrap();
    assert_eq!((&line["found"], &line["lines"][0]["text"]), (&json!("words"), &json!("Bravo begins")));
    assert_eq!(text(&run(&home, &["ctl", "lyrics"])), "[00:00.00] Bravo begins\n[00:30.00] Bravo ends\n");
    session.press(":lyrics-save\r");
    session.wait_for("The words are in");
    assert!(home.path("music/2.lrc").is_file());
    assert_eq!(run(&home, &["ctl", "lyrics-save"]).status.code(), Some(1), "never over a file");
    // Nobody looks any more.
    session.press("gW");
    session.wait_without("Bravo begins");
    session.press(">");
    session.wait_for("►  Charlie");
    assert_eq!(api.asked().len(), 2, "{:#?}", api.targets());
    session.press("q");
    session.quit();
}

#[test]
fn an_outage_is_told_and_the_server_is_left_alone() {
    let api = Api::new(|_, _| None);
    let home = with_lyrics(&api);
    let mut session = Session::start(&home, &["music"]);
    session.wait_for("3 tracks");
    session.wait_for("►");
    session.press("gW");
    session.wait_for("The words cannot be had from the net");
    api.wait(1);
    let after_one = api.asked().len();
    for _ in 0..3 {
        let told = run(&home, &["ctl", "lyrics-again"]);
        assert!(errors(&told).contains("it is asked again in"), "{}", errors(&told));
    }
    session.press(">");
    session.wait_for("►  Bravo");
    assert_eq!(run(&home, &["ctl", "lyrics"]).status.code(), Some(1));
    assert_eq!(api.asked().len(), after_one, "{:#?}", api.targets());
    session.press("q");
    session.quit();
}

#[test]
fn what_is_no_answer_is_an_error_with_words() {
    for body in ["<html>", "[]", "{\"duration\":\"x\"}", "\u{0}"] {
        let api = Api::new(move |_, _| Some(("200 OK", body.to_owned())));
        let home = with_lyrics(&api);
        let wrong = run(&home, &["lyrics", "music/1.wav"]);
        assert_eq!((wrong.status.code(), text(&wrong)), (Some(1), String::new()), "{body}");
        assert!(errors(&wrong).contains("is not what LRCLIB says"), "{}", errors(&wrong));
    }
}

const RELEASE: &str = "aff4a693-5970-4e2e-bd46-e2ee49c22de7";

fn credit(name: &str) -> Value {
    let artist = json!({"id": "22dd2db3-88ea-4428-a7a8-5cd3acf23175", "name": name, "sort-name": name});
    json!([{"name": name, "joinphrase": "", "artist": artist}])
}

/// Two releases; the second has three tracks of 60 s, as the music of the home.
fn musicbrainz(target: &str) -> Answer {
    let found = |id: &str, score: u8, tracks: u8| {
        json!({
            "id": id, "score": score, "title": "First", "artist-credit": credit("Ann"), "date": "1997-06-16",
            "country": "GB", "track-count": tracks, "media": [{"format": "CD", "track-count": tracks}],
        })
    };
    let track = |number: u32, title: &str| {
        json!({
            "id": format!("ec60f5e2-ed8a-391d-90cd-bf119c50f6a{number}"), "number": "A", "position": number,
            "title": title, "length": 60000,
            "recording": {"id": format!("0cf3008f-e246-428f-abc1-35f87d584d6{number}"), "title": title},
        })
    };
    if target.starts_with(&format!("/ws/2/release/{RELEASE}?")) {
        let tracks = [track(1, "Alpha!"), track(2, "Bravo!"), track(3, "Charlie!")];
        return ok(json!({
            "id": RELEASE, "title": "The First", "artist-credit": credit("Ann"), "date": "1997-06-16",
            "release-group": {"id": "153f0a09-fead-3370-9b17-379ebd09446b", "first-release-date": "1996"},
            "label-info": [{"catalog-number": "X-1", "label": {"name": "Label"}}],
            "media": [{"position": 1, "format": "CD", "track-count": 3, "tracks": tracks}],
        }));
    }
    if target.starts_with("/ws/2/release?query=release:\"") {
        return ok(json!({"count": 0, "offset": 0, "releases": []}));
    }
    if target.starts_with("/ws/2/release?query=release:(") {
        let others = [found("b3b7e934-445b-4c68-a097-730c6a6d47e6", 100, 12), found(RELEASE, 100, 3)];
        return ok(json!({"count": 2, "offset": 0, "releases": others}));
    }
    Some(("400 Bad Request", json!({"error": "not understood"}).to_string()))
}

fn with_releases(api: &Api) -> Home {
    let home = Home::with_music();
    configured(&home, &format!("[musicbrainz]\nonline = true\nurl = \"http://127.0.0.1:{}\"\n", api.port));
    home
}

fn title(home: &Home, name: &str) -> Value {
    let shown = run(home, &["tag", "show", "--json", name]);
    let shown: Value = serde_json::from_str(&text(&shown)).unwrap();
    shown["fields"]["title"][0].clone()
}

#[test]
fn releases_are_looked_up_one_request_a_second_and_their_tags_taken_and_taken_back() {
    let api = Api::new(|target, before| match before {
        0 => Some(("503 Service Unavailable\r\nRetry-After: 1", "{\"error\": \"rate limit\"}".into())),
        _ => musicbrainz(target),
    });
    let home = Home::with_music();
    let off = run(&home, &["lookup", "music"]);
    assert_eq!((off.status.code(), text(&off)), (Some(1), String::new()));
    assert!(errors(&off).contains("online = true"), "{}", errors(&off));
    assert_eq!(api.targets(), [""; 0], "nobody was asked");

    let home = with_releases(&api);
    let found = run(&home, &["lookup", "music"]);
    let expected = "1\t100\tAnn - First\t1997-06-16 · GB · 3 tracks · CD\n\
                    2\t100\tAnn - First\t1997-06-16 · GB · 12 tracks · CD\n";
    assert_eq!(text(&found), expected, "what has as many tracks comes first: {}", errors(&found));
    let asked = api.asked();
    let targets: Vec<&str> = asked.iter().map(|asked| asked.target.as_str()).collect();
    let by_name = "/ws/2/release?query=release:\"First\" AND artist:\"Ann\"&limit=25&fmt=json";
    let by_words = "/ws/2/release?query=release:(first) AND artist:(ann)&limit=25&fmt=json";
    assert_eq!(targets, [by_name, by_name, by_words]);
    for two in asked.windows(2) {
        assert!(two[1].at - two[0].at >= Duration::from_secs(1), "{:?}", two[1].at - two[0].at);
    }
    assert!(asked[0].agent.starts_with("auralis/") && asked[0].agent.contains("music player"));

    let dry = run(&home, &["lookup", "--release", RELEASE, "--dry-run", "music"]);
    assert!(text(&dry).contains("title: \"Alpha\" -> \"Alpha!\""), "{}{}", text(&dry), errors(&dry));
    assert_eq!(title(&home, "music/1.wav"), "Alpha");
    let taken = run(&home, &["lookup", "--take", "1", "music"]);
    assert!(taken.status.success(), "{}", errors(&taken));
    assert_eq!([1, 2, 3].map(|n| title(&home, &format!("music/{n}.wav"))), ["Alpha!", "Bravo!", "Charlie!"]);
    let shown = text(&run(&home, &["tag", "show", "music/2.wav"]));
    for line in [
        "album: The First",
        "albumartist: Ann",
        "date: 1997-06-16",
        "originaldate: 1996",
        "label: Label",
        "tracktotal: 3",
        "musicbrainz_albumid: aff4a693-5970-4e2e-bd46-e2ee49c22de7",
        "musicbrainz_recordingid: 0cf3008f-e246-428f-abc1-35f87d584d62",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    assert!(run(&home, &["tag", "undo"]).status.success());
    assert_eq!(title(&home, "music/2.wav"), "Bravo");
}

#[test]
fn a_player_shows_releases_what_they_would_change_and_takes_it_back() {
    let api = Api::new(|target, _| musicbrainz(target));
    let home = with_releases(&api);
    let mut session = Session::start(&home, &["music"]);
    session.wait_for("3 tracks");
    session.wait_for("►");
    let told = run(&home, &["ctl", "lookup-take", "1"]);
    assert_eq!(told.status.code(), Some(1), "nothing was looked up: {}", text(&told));
    session.press("xb");
    session.wait_for("Releases that it may be");
    session.wait_for("3 tracks · CD");
    let line = run(&home, &["ctl", "--json", "lookup", "music/1.wav", "music/2.wav", "music/3.wav"]);
    let first: Value = serde_json::from_str(text(&line).lines().next().unwrap()).unwrap();
    assert_eq!((&first["id"], &first["tracks"], &first["score"]), (&json!(RELEASE), &json!(3), &json!(100)));
    session.press("\r");
    session.wait_for("Alpha!");
    assert_eq!(title(&home, "music/1.wav"), "Alpha", "shown, not done");
    session.press("w");
    // Its notice may make room for that of the library, which follows.
    session.wait_for("3 Charlie! · Ann");
    assert_eq!(title(&home, "music/3.wav"), "Charlie!");
    assert!(run(&home, &["ctl", "undo"]).status.success());
    assert_eq!(title(&home, "music/3.wav"), "Charlie");
    session.press("q");
    session.quit();
}
