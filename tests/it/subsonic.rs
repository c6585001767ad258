//! A music server as one more root of the library. A stand-in on this machine answers in the shape of the documentation of
//! the OpenSubsonic API; what it has is compared with what is played, shown, kept and told.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;
use std::sync::{Arc, Mutex};

use md5::{Digest, Md5};
use serde_json::{Value, json};

use crate::home::{Home, RATE, sine, wav};
use crate::pseudo_terminal::Session;
use crate::server::{Line, Server};
use crate::sound::wait_for;

const PASSWORD: &str = "sesame-7f1";
const ALPHA: &str = "subsonic://home/Ann/First/01 Alpha.wav?tr-1";

/// A picture of one pixel.
fn picture() -> Vec<u8> {
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(1, 1, image::Rgb([200, 0, 0]))
        .write_to(&mut png, image::ImageFormat::Png)
        .unwrap();
    png.into_inner()
}

struct Song {
    id: String,
    path: String,
    bytes: Vec<u8>,
    starred: bool,
    rating: u8,
}

/// What the server has, and what it was told.
#[derive(Default)]
struct Has {
    songs: Vec<Song>,
    /// Anything that is asked fails with it.
    fails: Option<(u32, &'static str)>,
    queue: Value,
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Has>>);

impl Shared {
    fn with<T>(&self, look: impl FnOnce(&mut Has) -> T) -> T {
        look(&mut self.0.lock().unwrap())
    }
}

fn album() -> Vec<Song> {
    let whole = sine(20 * RATE as usize);
    let names = [
        ("tr-1", "Ann/First/01 Alpha.wav"),
        ("tr-2", "Ann/First/02 Bravo.wav"),
        ("tr-3", "Bob/Late/Zulu.wav"),
    ];
    let parts = [&whole[..50_001], &whole[50_001..90_000], &whole[90_000..]];
    let songs = names.into_iter().zip(parts);
    songs
        .map(|((id, path), part)| Song {
            id: id.into(),
            path: path.into(),
            bytes: wav(part, &[]),
            starred: false,
            rating: 0,
        })
        .collect()
}

/// As the documentation has a `Child`.
fn child(song: &Song) -> Value {
    let mut parts = song.path.split('/');
    let (artist, album) = (parts.next().unwrap(), parts.next().unwrap());
    let name = parts.next().unwrap().trim_end_matches(".wav");
    let number = name.get(..2).and_then(|number| number.parse::<u32>().ok());
    let frames = (song.bytes.len() - 44) / 2;
    let mut child = json!({
        "id": song.id, "isDir": false, "title": name.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' '),
        "album": album, "artist": artist, "suffix": "wav", "contentType": "audio/wav", "path": song.path,
        "size": song.bytes.len(), "duration": frames as u32 / RATE, "samplingRate": RATE, "channelCount": 1,
        "bitDepth": 16, "created": "2021-07-22T02:09:31Z", "coverArt": format!("al-{album}"), "year": 1999,
        "genre": "Rock",
    });
    if let Some(number) = number {
        child["track"] = json!(number);
    }
    if song.starred {
        child["starred"] = json!("2024-01-01T00:00:00Z");
    }
    if song.rating > 0 {
        child["userRating"] = json!(song.rating);
    }
    child
}

fn query(target: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let bytes = auralis::model::address::percent_decode(text.replace('+', " ").as_bytes());
        String::from_utf8(bytes).unwrap()
    };
    let pairs = target.split_once('?').map_or("", |(_, pairs)| pairs).split('&');
    pairs.filter_map(|pair| pair.split_once('=')).map(|(name, value)| (decode(name), decode(value))).collect()
}

fn is_let_in(asked: &[(String, String)]) -> bool {
    let get = |name: &str| asked.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let token = get("s").map(|salt| format!("{:x}", Md5::digest(format!("{PASSWORD}{salt}"))));
    get("u") == Some("ann") && token.is_some() && get("t") == token.as_deref()
}

fn answer(line: &mut Line, has: &Shared) {
    let target = line.asked.path.clone();
    let asked = query(&target);
    let method =
        target.split('?').next().unwrap().trim_start_matches("/rest/").trim_end_matches(".view").to_owned();
    let get = |name: &str| asked.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let id = get("id").unwrap_or_default();
    let fails = has.with(|has| has.fails);
    let inner = match method.as_str() {
        _ if !is_let_in(&asked) => Err((40, "Wrong username or password")),
        _ if fails.is_some() => Err(fails.unwrap()),
        "stream" => {
            let song =
                has.with(|has| has.songs.iter().find(|song| song.id == id).map(|song| song.bytes.clone()));
            if let Some(bytes) = song {
                return line.file(&bytes, usize::MAX);
            }
            Err((70, "Song not found"))
        }
        "getCoverArt" if id == "al-First" => {
            let picture = picture();
            line.head("HTTP/1.1 200 OK", &[("Content-Type", "image/png")]);
            line.send(&picture);
            return;
        }
        _ => has.with(|has| said(has, &method, &id, &asked)),
    };
    let body = match inner {
        Ok(mut inner) => {
            inner["status"] = json!("ok");
            inner
        }
        Err((code, message)) => json!({"status": "failed", "error": {"code": code, "message": message}}),
    };
    let mut body = body;
    for (name, value) in [("version", "1.16.1"), ("type", "stand-in"), ("serverVersion", "1")] {
        body[name] = json!(value);
    }
    body["openSubsonic"] = json!(true);
    let text = json!({"subsonic-response": body}).to_string();
    let len = text.len().to_string();
    line.head("HTTP/1.1 200 OK", &[("Content-Type", "application/json"), ("Content-Length", &len)]);
    line.send(text.as_bytes());
}

fn said(
    has: &mut Has,
    method: &str,
    id: &str,
    asked: &[(String, String)],
) -> Result<Value, (u32, &'static str)> {
    let get = |name: &str| asked.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let missing = (70, "Not found");
    Ok(match method {
        "ping" | "scrobble" => json!({}),
        "getOpenSubsonicExtensions" => {
            json!({"openSubsonicExtensions": [{"name": "songLyrics", "versions": [1]}]})
        }
        "search3" => {
            let from: usize = get("songOffset").unwrap().parse().unwrap();
            let songs: Vec<Value> = has.songs.iter().skip(from).take(2).map(child).collect();
            json!({"searchResult3": {"song": songs}})
        }
        "getAlbumList2" if get("offset") == Some("0") => json!({"albumList2": {"album": [
            {"id": "al-First", "name": "First", "artist": "Ann", "songCount": 2, "duration": 11,
             "created": "2021-07-22T02:09:31Z", "isCompilation": false},
        ]}}),
        "getAlbumList2" => json!({"albumList2": {}}),
        "getSong" => json!({"song": has.songs.iter().find(|song| song.id == id).map(child).ok_or(missing)?}),
        "getLyricsBySongId" if id == "tr-1" => json!({"lyricsList": {"structuredLyrics": [{
            "lang": "en", "synced": true, "line": [{"start": 0, "value": "It begins"}, {"start": 1500, "value": "and ends"}]
        }]}}),
        "getLyricsBySongId" => json!({"lyricsList": {}}),
        "star" | "unstar" | "setRating" => {
            let song = has.songs.iter_mut().find(|song| song.id == id).ok_or(missing)?;
            match method {
                "setRating" => song.rating = get("rating").unwrap().parse().unwrap(),
                word => song.starred = word == "star",
            }
            json!({})
        }
        "savePlayQueue" => {
            let ids: Vec<&str> =
                asked.iter().filter(|(key, _)| key == "id").map(|(_, id)| id.as_str()).collect();
            let entries: Vec<Value> =
                ids.iter().map(|id| child(has.songs.iter().find(|song| song.id == *id).unwrap())).collect();
            let position: u64 = get("position").unwrap_or("0").parse().unwrap();
            has.queue = json!({"entry": entries, "current": get("current"), "position": position,
                "username": "ann", "changed": "2024-01-01T00:00:00Z", "changedBy": "auralis"});
            json!({})
        }
        "getPlayQueue" if has.queue.is_null() => json!({}),
        "getPlayQueue" => json!({"playQueue": has.queue}),
        _ => return Err((0, "no such method here")),
    })
}

/// A home that knows the server.
fn rig(top: &str, of_server: &str) -> (Home, Server, Shared) {
    let has = Shared::default();
    has.with(|has| has.songs = album());
    let shared = has.clone();
    let server = Server::new(move |line| answer(line, &shared));
    let home = Home::new();
    let secret = home.put("secret", format!("{PASSWORD}\n").as_bytes());
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    let text = format!(
        "{top}\n[output]\noutput = \"null\"\n[analysis]\nwhen = \"off\"\n[subsonic]\nurl = \"http://{}\"\nname = \"home\"\n\
         user = \"ann\"\npassword_file = \"{}\"\n{of_server}\n",
        server.address(),
        secret.display()
    );
    home.put(".config/auralis/config.toml", text.as_bytes());
    (home, server, has)
}

fn run(home: &Home, words: &[&str]) -> Output {
    home.program(words).output().unwrap()
}

fn told(home: &Home, words: &[&str]) -> String {
    let output = run(home, words);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

fn samples(file: &Path) -> Vec<i16> {
    let bytes = fs::read(file).unwrap_or_default();
    let data = bytes.windows(4).position(|id| id == b"data").map_or(&[][..], |at| &bytes[at + 8..]);
    data.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

fn methods(server: &Server) -> Vec<String> {
    let name = |path: &str| {
        path.split('?').next().unwrap().trim_start_matches("/rest/").trim_end_matches(".view").to_owned()
    };
    server.asked().iter().map(|asked| name(&asked.path)).collect()
}

#[test]
fn songs_of_a_server_are_known_heard_rendered_and_there_without_it() {
    let (home, server, has) = rig("", "");
    let about: Value = serde_json::from_str(&told(&home, &["server", "--json"])).unwrap();
    assert_eq!(
        (&about["kind"], &about["extensions"]),
        (&json!("stand-in"), &json!(["songLyrics"])),
        "{about}"
    );
    let report: Value = serde_json::from_str(&told(&home, &["scan", "--json"])).unwrap();
    assert_eq!(report["added"], 3, "{report}");
    let found = told(
        &home,
        &[
            "search",
            "--format",
            "{path}|{artist}|{album}|{track}|{title}|{year}|{duration}",
            "--sort",
            "path",
            "year:1999",
        ],
    );
    assert_eq!(found.lines().next(), Some(&*format!("{ALPHA}|Ann|First|1|Alpha|1999|0:06")), "{found}");
    assert_eq!(found.lines().count(), 3);
    // Both of the album, joined without a gap, are what was cut in two.
    let heard = home.path("heard.wav");
    let bravo = ALPHA.replace("01 Alpha", "02 Bravo").replace("tr-1", "tr-2");
    let output = format!("file:{}", heard.display());
    told(&home, &["play", "-q", "--output", &output, "--format", "s16", ALPHA, &bravo]);
    assert!(samples(&heard) == sine(20 * RATE as usize)[..90_000]);
    told(&home, &["analyse", "-q", ALPHA]);
    told(&home, &["master", "-q", "--output", home.path("out").to_str().unwrap(), ALPHA]);
    assert!(home.path("out/01 Alpha.flac").is_file());
    assert!(told(&home, &["lyrics", ALPHA]).contains("and ends"));
    let cover = home.path("cover.png");
    told(&home, &["art", ALPHA, "--extract", cover.to_str().unwrap()]);
    assert_eq!(fs::read(&cover).unwrap(), picture());
    // Each was got once, and none is asked for again.
    assert_eq!(methods(&server).iter().filter(|method| *method == "stream").count(), 2);
    has.with(|has| has.fails = Some((0, "Out of order")));
    fs::remove_file(&heard).unwrap();
    told(&home, &["play", "-q", "--output", &output, "--format", "s16", ALPHA]);
    assert!(samples(&heard) == sine(20 * RATE as usize)[..50_001]);
    let other = run(&home, &["play", "--output", "null", "subsonic://home/Bob/Late/Zulu.wav?tr-3"]);
    assert!(!other.status.success() && !other.stderr.is_empty());
}

#[test]
fn a_server_that_fails_takes_nothing_away_and_a_song_keeps_what_is_known_of_it_where_it_goes() {
    let (home, _server, has) = rig("", "");
    let scan = |code: i32| -> Value {
        let output = run(&home, &["scan", "--json"]);
        assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    has.with(|has| (has.songs[0].starred, has.songs[1].rating) = (true, 4));
    scan(0);
    // Exit code 3 where nothing matches.
    let paths = |query: &str| {
        let found = run(&home, &["search", "--format", "{path}", query]);
        assert!(matches!(found.status.code(), Some(0 | 3)));
        String::from_utf8(found.stdout).unwrap()
    };
    assert_eq!(paths("is:favourite").trim(), ALPHA, "what was starred there");
    assert!(paths("rating:4").contains("tr-2"));
    for fails in [Some((0, "Out of order")), None] {
        let before = std::mem::take(&mut has.0.lock().unwrap().songs);
        has.with(|has| has.fails = fails);
        let report = scan(1);
        assert_eq!((&report["missing"], &report["removed"]), (&json!(0), &json!(0)), "{report}");
        assert!(report.to_string().contains("Nothing is taken for missing"), "{report}");
        has.with(|has| has.songs = before);
    }
    has.with(|has| {
        has.songs[0].path = "Ann/Second/01 Alpha.wav".into();
        has.songs.pop();
    });
    let report = scan(0);
    assert_eq!((&report["moved"], &report["missing"]), (&json!(1), &json!(1)), "{report}");
    assert_eq!(paths("is:favourite").trim(), ALPHA.replace("First", "Second"));
    has.with(|has| has.songs[0].starred = false);
    assert_eq!(scan(0)["unchanged"], 2);
    assert_eq!(paths("is:favourite"), "");
    told(&home, &["clean", "--yes"]);
    assert_eq!(paths("zulu"), "");
}

#[test]
fn stars_and_the_queue_go_to_the_server_and_come_back() {
    let (home, _server, has) = rig("scan_at_start = true", "");
    let mut session = Session::start(&home, &[]);
    session.wait_up();
    let ctl = |words: &[&str]| told(&home, &[&["ctl"], words].concat());
    wait_for("the songs", || {
        let found = run(&home, &["search", "--format", "{path}", "zulu"]).stdout;
        String::from_utf8_lossy(&found).contains("tr-3")
    });
    ctl(&["rate", "3.5", ALPHA]);
    ctl(&["love", "on", ALPHA]);
    wait_for("the stars", || has.with(|has| (has.songs[0].rating, has.songs[0].starred) == (4, true)));
    ctl(&["undo"]);
    wait_for("no star", || has.with(|has| (has.songs[0].rating, has.songs[0].starred) == (4, false)));
    let bravo = ALPHA.replace("01 Alpha", "02 Bravo").replace("tr-1", "tr-2");
    ctl(&["add", ALPHA, &bravo, "subsonic://home/Bob/Late/Zulu.wav?tr-3"]);
    ctl(&["jump", "2"]);
    ctl(&["pause"]);
    ctl(&["server-keep"]);
    let (ids, current) = has.with(|has| {
        let ids: Vec<String> =
            has.queue["entry"].as_array().unwrap().iter().map(|song| song["id"].to_string()).collect();
        (ids, has.queue["current"].clone())
    });
    assert_eq!(ids, ["\"tr-1\"", "\"tr-2\"", "\"tr-3\""]);
    assert_eq!(current, json!("tr-2"));
    // Elsewhere the last one was gone on with.
    has.with(|has| {
        has.queue["current"] = json!("tr-3");
        has.queue["position"] = json!(500);
        has.queue["entry"].as_array_mut().unwrap().remove(0);
    });
    ctl(&["clear"]);
    ctl(&["server-resume"]);
    wait_for("it plays there", || {
        let status: Value = serde_json::from_str(&told(&home, &["status", "--json"])).unwrap();
        status["path"].as_str().is_some_and(|path| path.ends_with("tr-3"))
            && status["position_s"].as_f64() >= Some(0.5)
    });
    has.with(|has| has.fails = Some((0, "Out of order")));
    let refused = run(&home, &["ctl", "server-keep"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("Out of order") || !refused.status.success());
    session.press("q");
    session.end();
}

/// Of its own songs, when they were listened to, and that they play.
#[test]
fn the_server_is_told_what_is_heard_where_it_may_know() {
    let (home, server, has) = rig("", "scrobble = true");
    let (id, path, bytes) =
        ("tr-4".into(), "Ann/First/04 Long.wav".into(), wav(&sine(32 * RATE as usize), &[]));
    has.with(|has| has.songs.push(Song { id, path, bytes, starred: false, rating: 0 }));
    told(&home, &["scan", "-q"]);
    let own = home.song("music/own.wav", 2.0, &[("INAM", "Own"), ("IART", "Ann")]);
    let session = Session::start(&home, &[]);
    session.wait_up();
    told(&home, &["ctl", "add", "subsonic://home/Ann/First/04 Long.wav?tr-4", own.to_str().unwrap()]);
    told(&home, &["ctl", "speed", "2"]);
    told(&home, &["ctl", "play"]);
    let told_of = || -> Vec<(String, String)> {
        let all = server.asked().into_iter().filter(|asked| asked.path.contains("/scrobble"));
        let of = |asked: &[(String, String)], name: &str| {
            asked.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default()
        };
        all.map(|asked| query(&asked.path))
            .map(|asked| (of(&asked, "submission"), of(&asked, "id")))
            .collect()
    };
    let wanted = [("false".to_owned(), "tr-4".to_owned()), ("true".to_owned(), "tr-4".to_owned())];
    wait_for("the play", || told_of().len() >= wanted.len());
    wait_for("the end", || {
        let status: Value = serde_json::from_str(&told(&home, &["status", "--json"])).unwrap();
        status["state"] == "stopped"
    });
    assert_eq!(told_of(), wanted, "and of no other");
    session.quit();
}

/// The password, and what is made of it, are in no word and no file but its own.
#[test]
fn the_password_is_shown_nowhere() {
    let (home, server, has) = rig("", "");
    let log = home.path("log");
    let mut words = Vec::new();
    let mut run = |verbs: &[&str]| {
        let output = run(&home, &[&["-vvv", "--log", log.to_str().unwrap()], verbs].concat());
        words.extend([output.stdout, output.stderr].concat());
    };
    run(&["scan"]);
    run(&["play", "--output", "null", ALPHA]);
    run(&["status"]);
    has.with(|has| has.fails = Some((40, "Wrong username or password")));
    run(&["scan"]);
    run(&["play", "--output", "null", "subsonic://home/Bob/Late/Zulu.wav?tr-3"]);
    drop(server);
    run(&["scan"]);
    words.extend(fs::read(&log).unwrap_or_default());
    let words = String::from_utf8_lossy(&words);
    assert!(words.contains("Wrong") || words.contains("wrong"), "{words}");
    assert!(!words.contains(PASSWORD) && !words.contains("&t=") && !words.contains("apiKey="), "{words}");
}
