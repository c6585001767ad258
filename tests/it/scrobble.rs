//! What is heard reaches the services that were named, once, through outages and kills. Stand-ins on this machine answer
//! as the services do.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::home::{Home, PATIENCE};
use crate::pseudo_terminal::Session;

#[derive(Debug, Clone)]
struct Asked {
    at: Instant,
    path: String,
    token: Option<String>,
    body: String,
}

impl Asked {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// Status line with further headers, and body; `None`: the connection is closed without a word.
type Answer = Option<(&'static str, &'static str)>;

const OK: Answer = Some(("200 OK", r#"{"status": "ok"}"#));

/// Answers each request as it is told to.
struct Api {
    port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
    answer: Arc<Mutex<Answer>>,
}

impl Api {
    fn new(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let api = Self {
            port: listener.local_addr().unwrap().port(),
            asked: Arc::default(),
            answer: Arc::new(Mutex::new(answer)),
        };
        let (asked, answer) = (Arc::clone(&api.asked), Arc::clone(&api.answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (asked, answer) = (Arc::clone(&asked), Arc::clone(&answer));
                std::thread::spawn(move || serve(&stream, &asked, &answer));
            }
        });
        api
    }

    fn becomes(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The requests that are so, once there are so many.
    fn wait(&self, count: usize, is_so: impl Fn(&Asked) -> bool) -> Vec<Asked> {
        let until = Instant::now() + PATIENCE;
        loop {
            let found: Vec<Asked> = self.asked().into_iter().filter(&is_so).collect();
            if found.len() >= count {
                return found;
            }
            assert!(Instant::now() < until, "{:#?}", self.asked());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn serve(stream: &TcpStream, asked: &Mutex<Vec<Asked>>, answer: &Mutex<Answer>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let (mut length, mut token) = (0, None);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "authorization" => token = Some(value.to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).ok()?;
    asked.lock().unwrap().push(Asked { at: Instant::now(), path, token, body });
    let told = *answer.lock().unwrap();
    if let Some((status, body)) = told {
        let length = body.len();
        let text =
            format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
        (&mut &*stream).write_all(text.as_bytes()).ok()?;
    }
    Some(())
}

fn is_play(asked: &Asked) -> bool {
    matches!(asked.json()["listen_type"].as_str(), Some("single" | "import"))
}

const TOKEN: &str = "4711-s3cret";
const OUTBOX: &str = ".local/state/auralis/plays.jsonl";

/// With two songs of 31 s, of which 15.5 s are a play, and a token.
fn home(api: &Api) -> Home {
    let home = Home::new();
    for (number, title) in [("1", "Alpha"), ("2", "Bravo")] {
        let tags = [("INAM", title), ("IART", "Ann"), ("IPRD", "First"), ("IPRT", number)];
        home.song(format!("music/{number}.wav"), 31.0, &tags);
    }
    let token = home.put("token", format!("{TOKEN}\n").as_bytes());
    fs::set_permissions(token, fs::Permissions::from_mode(0o600)).unwrap();
    let settings = format!(
        "[scrobble]\nlistenbrainz_token_file = \"~/token\"\nlistenbrainz_url = \"http://127.0.0.1:{}\"\n",
        api.port
    );
    home.put(".config/auralis/config.toml", settings.as_bytes());
    home
}

/// As an earlier run left it.
fn leave(home: &Home, plays: u64) {
    let line = |number: u64| {
        let listen =
            json!({ "at": 1_700_000_000 + number, "artists": ["Ann"], "title": format!("T{number}") });
        format!("{}\n", json!({ "play": { "number": number, "to": ["listenbrainz"], "listen": listen } }))
    };
    home.put(OUTBOX, (0..plays).map(line).collect::<String>().as_bytes());
}

fn outbox(home: &Home) -> String {
    fs::read_to_string(home.path(OUTBOX)).unwrap_or_default()
}

fn wait_outbox(home: &Home, what: &str, is_so: impl Fn(&str) -> bool) {
    let until = Instant::now() + PATIENCE;
    while !is_so(&outbox(home)) {
        assert!(Instant::now() < until, "no {what}: {}", outbox(home));
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The first song, twice as fast.
fn playing(home: &Home) -> Session {
    let session = Session::start(home, &["music"]);
    session.wait_for("2 tracks · 1 album");
    session.wait_for("►");
    assert!(home.program(&["ctl", "speed", "2"]).status().unwrap().success());
    session
}

fn unix_s() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64
}

#[test]
fn what_plays_is_told_and_what_was_heard_counts_once() {
    let api = Api::new(OK);
    let home = home(&api);
    let begun = unix_s();
    let mut session = playing(&home);
    let now = api.wait(1, |asked| asked.json()["listen_type"] == "playing_now").remove(0);
    assert_eq!((now.path.as_str(), now.token.as_deref()), ("/1/submit-listens", Some("Token 4711-s3cret")));
    let about = &now.json()["payload"][0]["track_metadata"];
    assert_eq!(
        (&about["track_name"], &about["artist_name"], &about["release_name"]),
        (&json!("Alpha"), &json!("Ann"), &json!("First"))
    );
    // What is gone over is not heard: the other song is far from being a play when it ends.
    let play = api.wait(1, is_play).remove(0).json();
    assert_eq!(play["payload"][0]["track_metadata"]["track_name"], "Alpha");
    let at = play["payload"][0]["listened_at"].as_i64().unwrap();
    assert!((begun..=unix_s()).contains(&at), "{at}");
    session.press(">");
    session.wait_for("►  Bravo");
    assert!(home.program(&["ctl", "seek", "30"]).status().unwrap().success());
    session.wait_without("►");
    wait_outbox(&home, "empty outbox", str::is_empty);
    let status = home.program(&["status", "--json"]).output().unwrap();
    session.press("q");
    session.quit();
    assert_eq!(api.asked().iter().filter(|asked| is_play(asked)).count(), 1, "{:#?}", api.asked());
    let log = fs::read_to_string(home.path(".local/state/auralis/auralis.log")).unwrap_or_default();
    for text in [log, String::from_utf8(status.stdout).unwrap()] {
        assert!(!text.contains("s3cret"), "{text}");
    }
}

#[test]
fn a_play_survives_an_outage_and_a_kill() {
    let api = Api::new(None);
    let home = home(&api);
    let mut session = playing(&home);
    wait_outbox(&home, "play", |text| text.contains("Alpha"));
    api.wait(1, is_play);
    session.signal(Signal::KILL);
    drop(session);
    let kept: Value = serde_json::from_str(outbox(&home).lines().next().unwrap()).unwrap();
    let before = api.asked().len();
    api.becomes(OK);
    session = Session::start(&home, &[]);
    let until_there = |asked: &Asked| is_play(asked);
    api.wait(api.asked()[..before].iter().filter(|asked| is_play(asked)).count() + 1, until_there);
    wait_outbox(&home, "empty outbox", str::is_empty);
    session.wait_up();
    session.press("q");
    session.quit();
    let taken: Vec<Asked> = api.asked().split_off(before).into_iter().filter(is_play).collect();
    assert_eq!(taken.len(), 1, "{taken:#?}");
    assert_eq!(taken[0].json()["payload"][0]["listened_at"], kept["play"]["listen"]["at"]);
}

#[test]
fn what_waited_is_sent_together() {
    let api = Api::new(OK);
    let home = home(&api);
    leave(&home, 1_200);
    let mut session = Session::start(&home, &[]);
    let plays = api.wait(2, is_play);
    wait_outbox(&home, "empty outbox", str::is_empty);
    session.wait_up();
    session.press("q");
    session.quit();
    let counts: Vec<_> =
        plays.iter().map(|asked| asked.json()["payload"].as_array().unwrap().len()).collect();
    // The service takes a thousand at a time.
    assert_eq!(counts, [1_000, 200]);
    assert_eq!(plays[1].json()["payload"][199]["listened_at"], 1_700_001_199);
    assert_eq!(api.asked().len(), 2);
}

#[test]
fn a_token_that_is_not_taken_is_told_and_the_play_is_kept() {
    let api =
        Api::new(Some(("401 Unauthorized", r#"{"code": 401, "error": "Invalid authorization token."}"#)));
    let home = home(&api);
    leave(&home, 1);
    let mut session = Session::start(&home, &[]);
    session.wait_for("ListenBrainz does not take what you listen to");
    session.wait_for("Invalid authorization token.");
    session.press("q");
    session.quit();
    assert_eq!(api.asked().len(), 1);
    assert!(outbox(&home).contains("\"T0\""));
}

/// RFC 9110 §10.2.3 and RFC 6585 §4.
#[test]
fn a_service_that_wants_to_be_left_alone_is() {
    let api = Api::new(Some(("429 Too Many Requests\r\nRetry-After: 3", "")));
    let home = home(&api);
    leave(&home, 1);
    let mut session = Session::start(&home, &[]);
    let first = api.wait(1, is_play).remove(0);
    api.becomes(OK);
    let both = api.wait(2, is_play);
    wait_outbox(&home, "empty outbox", str::is_empty);
    assert!(both[1].at - first.at >= Duration::from_secs(3), "{:?}", both[1].at - first.at);
    session.wait_up();
    session.press("q");
    session.quit();
}

#[test]
fn a_secret_that_others_can_read_is_not_used() {
    let api = Api::new(OK);
    let home = home(&api);
    leave(&home, 1);
    fs::set_permissions(home.path("token"), fs::Permissions::from_mode(0o644)).unwrap();
    let mut session = Session::start(&home, &[]);
    session.wait_for("Nothing is sent to ListenBrainz");
    session.wait_for("chmod 600");
    session.press("q");
    session.quit();
    assert_eq!(api.asked().len(), 0);
}

/// The signature by the tool of others, over what was sent.
#[test]
fn last_fm_is_told_in_a_signed_form() {
    let api = Api::new(Some(("200 OK", r#"{"scrobbles":{"@attr":{"accepted":1,"ignored":0}}}"#)));
    let home = home(&api);
    let settings = format!(
        "[scrobble]\nlastfm_command = [\"printf\", \"api_key = key\\nsecret = s3cret\\nsession_key = sess\"]\nlastfm_url = \"http://127.0.0.1:{}/2.0/\"\n",
        api.port
    );
    home.put(".config/auralis/config.toml", settings.as_bytes());
    leave(&home, 60);
    let text = outbox(&home).replace("listenbrainz", "lastfm");
    home.put(OUTBOX, text.as_bytes());
    let mut session = Session::start(&home, &[]);
    let plays = api.wait(2, |asked| asked.body.contains("method=track.scrobble"));
    wait_outbox(&home, "empty outbox", str::is_empty);
    session.wait_up();
    session.press("q");
    session.quit();
    assert_eq!(plays[0].path, "/2.0/");
    // The service takes fifty at a time.
    assert!(plays[0].body.contains("track%5B49%5D=T49") && !plays[0].body.contains("%5B50%5D"));
    assert!(plays[1].body.contains("track%5B9%5D=T59") && plays[1].body.contains("artist%5B0%5D=Ann"));
    for play in plays {
        assert!(!play.body.contains("s3cret"), "{}", play.body);
        let plain = play.body.replace("%5B", "[").replace("%5D", "]");
        let mut pairs: Vec<(&str, &str)> =
            plain.split('&').map(|pair| pair.split_once('=').unwrap()).collect();
        let signature = pairs.iter().find(|(name, _)| *name == "api_sig").unwrap().1.to_owned();
        pairs.retain(|(name, _)| !matches!(*name, "api_sig" | "format"));
        pairs.sort_unstable();
        let signed: String = pairs.iter().map(|(name, value)| format!("{name}{value}")).collect();
        assert_eq!(md5sum(&format!("{signed}s3cret")), signature);
    }
}

fn md5sum(text: &str) -> String {
    let mut child = Command::new("md5sum").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap().stdout;
    String::from_utf8(out).unwrap().split(' ').next().unwrap().to_owned()
}
