//! The player driven from outside: the real program in a pseudo-terminal, and beside it `ctl`, `status` and bare sockets.
//! What is asked outside is seen on the screen, and the other way round.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Instant;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::home::{Home, PATIENCE, wait_or_kill};
use crate::pseudo_terminal::{Session, Start};

fn ran(home: &Home, words: &[&str]) -> Output {
    home.program(words).output().unwrap()
}

/// Must succeed; what it printed.
fn out(home: &Home, words: &[&str]) -> String {
    let output = ran(home, words);
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Must fail with this code, this message, and nothing on standard output.
fn fails(home: &Home, words: &[&str], code: i32, message: &str) {
    let output = ran(home, words);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        (output.status.code(), output.stdout.as_slice()),
        (Some(code), &b""[..]),
        "{words:?}: {error}"
    );
    assert!(error.contains(message), "{words:?}: {error}");
}

fn status(home: &Home) -> Value {
    let text = out(home, &["status", "--json"]);
    assert_eq!(text.lines().count(), 1, "{text}");
    serde_json::from_str(&text).unwrap()
}

/// Asks until it is so: for what the engine does in its own time.
fn wait_status(home: &Home, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let until = Instant::now() + PATIENCE;
    loop {
        let now = status(home);
        if is_so(&now) {
            return now;
        }
        assert!(Instant::now() < until, "no {what}: {now:#}");
    }
}

/// Three tracks of a minute, the first one paused at its start.
fn paused(home: &Home) -> Session {
    let session = Session::start(home, &["music"]);
    session.wait_for("3 tracks · 1 album");
    session.wait_for("►");
    out(home, &["ctl", "pause"]);
    out(home, &["ctl", "seek", "0"]);
    session.wait_time(0..=0);
    session
}

fn socket(home: &Home) -> PathBuf {
    home.runtime().join("auralis/player.sock")
}

/// A client of its own making.
struct Raw {
    stream: BufReader<UnixStream>,
}

impl Raw {
    fn connect(home: &Home) -> Self {
        let stream = UnixStream::connect(socket(home)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { stream: BufReader::new(stream) }
    }

    /// One that was greeted.
    fn greeted(home: &Home) -> Self {
        let mut raw = Self::connect(home);
        assert_eq!(raw.line()["protocol"], 1);
        raw
    }

    fn say(&mut self, text: &str) {
        self.stream.get_mut().write_all(text.as_bytes()).unwrap();
    }

    fn line(&mut self) -> Value {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line:?}: {error}"))
    }

    fn asks(&mut self, request: Value) -> Value {
        self.say(&format!("{request}\n"));
        self.line()
    }

    /// Whether the player has ended the connection.
    fn is_closed(&mut self) -> bool {
        matches!(self.stream.read(&mut [0]), Ok(0) | Err(_))
    }
}

#[test]
fn what_is_asked_outside_is_seen_on_the_screen() {
    let home = Home::with_music();
    let session = paused(&home);
    // An answer means that it is done: nothing has to be waited for.
    for (words, key, value) in [
        (&["ctl", "volume", "40"][..], "volume", json!(40)),
        (&["ctl", "volume", "-5"], "volume", json!(35)),
        (&["ctl", "mute"], "muted", json!(true)),
        (&["ctl", "mute"], "muted", json!(false)),
        (&["ctl", "repeat", "all"], "repeat", json!("all")),
        (&["ctl", "shuffle", "4711"], "shuffle_seed", json!(4711)),
        (&["ctl", "shuffle", "off"], "shuffle", json!(false)),
        (&["ctl", "stop-after"], "stop_after", json!("track")),
        (&["ctl", "stop-after", "off"], "stop_after", json!("off")),
    ] {
        out(&home, words);
        assert_eq!(status(&home)[key], value, "{words:?}");
    }
    session.wait_for("vol 35%");
    session.wait_for("repeat all");
    out(&home, &["ctl", "next"]);
    session.wait_for("■  Bravo");
    assert_eq!(status(&home)["track"]["title"], "Bravo");
    out(&home, &["ctl", "jump", "1"]);
    session.wait_for("►  Alpha");
    out(&home, &["ctl", "seek", "0:30"]);
    session.wait_time(30..=40);
    out(&home, &["ctl", "pause"]);
    session.wait_for("❚❚");
    out(&home, &["ctl", "move", "+2", "1"]);
    assert_eq!(status(&home)["queue"], json!({"length": 3, "index": 3}));
    out(&home, &["ctl", "undo"]);
    assert_eq!(status(&home)["queue"], json!({"length": 3, "index": 1}));
    session.quit();
}

/// A curve comes in by a file as AutoEq writes it, is turned, kept, and taken up again.
#[test]
fn the_equaliser_is_turned_from_outside_and_seen_on_the_screen() {
    let home = Home::with_music();
    let mut session = paused(&home);
    let file = home.path("HD 650.txt");
    std::fs::write(&file, "Preamp: -4.5 dB\nFilter 1: ON LSC Fc 105 Hz Gain 5.5 dB Q 0.70\n").unwrap();
    out(&home, &["ctl", "eq", "load", file.to_str().unwrap()]);
    let band = json!({"shape": "low_shelf", "hz": 105.0, "q": 0.7, "gain_db": 5.5});
    let told = |home: &Home| status(home)["sound"]["eq"].clone();
    let near = |value: &Value, expected: f64| (value.as_f64().unwrap() - expected).abs() < 1e-4;
    let eq = told(&home);
    assert_eq!(
        (&eq["on"], &eq["preset"], &eq["preamp_auto"]),
        (&json!(true), &json!("HD 650"), &json!(false))
    );
    assert!(near(&eq["preamp_db"], -4.5) && near(&eq["bands"][0]["q"], 0.7), "{eq}");
    assert_eq!(eq["bands"][0]["shape"], band["shape"]);
    session.wait_for("eq HD 650");
    out(&home, &["ctl", "eq", "band", "105", "+1"]);
    out(&home, &["ctl", "eq", "save", "mine"]);
    out(&home, &["ctl", "eq", "preset", "bass"]);
    assert_eq!(told(&home)["preset"], "bass");
    out(&home, &["ctl", "eq", "preset", "mine"]);
    assert!(near(&told(&home)["bands"][0]["gain_db"], 6.5), "{}", told(&home));
    session.press("xq");
    session.wait_for("Equaliser: mine");
    session.press("3k");
    session.wait_for("low shelf at 105 Hz, +8.0 dB");
    session.press("\r");
    wait_status(&home, "the equaliser off", |status| status["sound"]["eq"]["on"] == false);
    out(&home, &["ctl", "night", "70"]);
    out(&home, &["ctl", "crossfeed", "cmoy"]);
    let sound = &status(&home)["sound"];
    assert_eq!((&sound["night"], &sound["night_strength"]), (&json!(true), &json!(70)));
    assert_eq!((&sound["crossfeed"], &sound["impulse"]), (&json!("cmoy"), &Value::Null));
    session.wait_for("night mode  70 %");
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 48_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut room = hound::WavWriter::create(home.path("room.wav"), spec).unwrap();
    (0..24_000).for_each(|n| room.write_sample(if n % 6_000 == 0 { 8_000_i16 } else { 0 }).unwrap());
    room.finalize().unwrap();
    out(&home, &["ctl", "impulse", "room.wav"]);
    wait_status(&home, "the response", |status| status["sound"]["impulse"] == "room.wav");
    session.wait_for("impulse     room.wav: 0.38 s, turned by");
    out(&home, &["ctl", "impulse"]);
    wait_status(&home, "none", |status| status["sound"]["impulse"].is_null());
    let refused = home.program(&["ctl", "impulse", "none.wav"]).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && said.contains("none.wav"), "{said}");
    session.press("q");
    session.quit();
}

#[test]
fn the_status_is_what_the_screen_shows() {
    let home = Home::with_music();
    let mut session = paused(&home);
    session.press(":seek 0:12\r");
    session.wait_time(12..=12);
    session.press("-S");
    session.wait_for("vol 95%");
    session.wait_for("stop after this");
    // A device that has nothing to do is let go after some seconds; while it plays it is open.
    session.press(" ");
    wait_status(&home, "output", |status| status["output"]["state"] == "open");
    session.press(" :seek 0:12\r");
    session.wait_time(12..=12);
    let told = wait_status(&home, "the place", |status| status["position_s"] == 12.0);
    assert_eq!(told["state"], "paused");
    assert_eq!((told["position_s"].as_f64(), told["duration_s"].as_f64()), (Some(12.0), Some(60.0)));
    assert_eq!(told["path"], home.path("music/1.wav").to_str().unwrap());
    assert_eq!(told.get("path_hex"), None);
    let track = &told["track"];
    assert_eq!((&track["title"], &track["artists"]), (&json!("Alpha"), &json!(["Ann"])));
    assert_eq!(
        (&track["album"], &track["track"], &track["year"]),
        (&json!("First"), &json!(1), &Value::Null)
    );
    assert_eq!(told["format"], json!({"codec": "PCM", "sample_rate": 8000, "channels": 1, "bits": 16}));
    assert_eq!((&told["volume"], &told["muted"]), (&json!(95), &json!(false)));
    assert_eq!((&told["repeat"], &told["shuffle"]), (&json!("off"), &json!(false)));
    assert_eq!(told["stop_after"], "track");
    assert_eq!(told["queue"], json!({"length": 3, "index": 1}));
    let output = &told["output"];
    assert_eq!(output["asked"], "null");
    if output["state"] == "open" {
        assert_eq!((&output["name"], &output["sample_rate"]), (&json!("null"), &json!(8000)));
        assert!(output["underruns"].is_u64(), "{output}");
    }
    assert!(told["signal"]["stages"].is_array() && told["signal"]["verdict"].is_string());
    assert_eq!(told["scan"]["running"], false);
    let people = out(&home, &["status"]);
    assert!(
        people
            .starts_with("paused  0:12 / 1:00  Ann - Alpha (First)\n1 of 3  volume 95%  stop after track\n"),
        "{people}"
    );
    let line = out(&home, &["status", "--format", "{index}/{length}\\t{artist}: {title} [{position}]"]);
    assert_eq!(line, "1/3\tAnn: Alpha [0:12]\n");
    session.quit();
}

#[cfg(feature = "http")]
#[test]
fn a_station_is_told_with_its_title_and_without_its_password() {
    let sound = fs::read(crate::media::fixture("cbr.mp3").path).unwrap();
    let stream = crate::radio::with_titles(&sound, 24_000, &["Ann - One"]);
    let server = crate::server::Server::new(move |line| {
        let station = [("Content-Type", "audio/mpeg"), ("icy-name", "Radio Test"), ("icy-metaint", "24000")];
        line.head("HTTP/1.1 200 OK", &station);
        line.send(&stream);
        line.hold();
    });
    let home = Home::with_music();
    let _session = paused(&home);
    out(&home, &["ctl", "play-now", &format!("http://user:secret@{}/live", server.address())]);
    let told = wait_status(&home, "title", |told| told["stream"]["title"] == "Ann - One");
    assert_eq!(told["stream"]["station"], "Radio Test");
    assert_eq!(told["path"], format!("http://{}/live#Radio%20Test", server.address()));
    assert!(!told.to_string().contains("secret"), "{told}");
    let source = &told["signal"]["stages"][0];
    assert_eq!(source["kind"], "source");
    let detail = source["detail"].as_str().unwrap();
    assert!(detail.contains("44.1 kHz") && detail.ends_with("live stream"), "{detail}");
    let line = out(&home, &["status", "--format", "{title} | {station}"]);
    assert_eq!(line, "Ann - One | Radio Test\n");
    // What was sent is heard to its end, and the server sends no more.
    wait_status(&home, "wait for sound", |told| told["buffering"] == true);
}

#[test]
fn without_a_player_or_a_meaning_the_exit_code_says_so() {
    let home = Home::with_music();
    for words in [&["status"][..], &["status", "--json", "--follow"], &["ctl", "pause"], &["ctl", "quit"]] {
        fails(&home, words, 4, "no player is running");
    }
    let wrong = |home: &Home| {
        fails(home, &["ctl", "volme", "5"], 2, "did you mean `volume`?");
        fails(home, &["ctl", "volume", "loud"], 2, "needs a percentage");
        fails(home, &["ctl", "down"], 2, "`down` moves a screen");
        fails(home, &["ctl", "add"], 2, "only a screen has a selection");
        fails(home, &["ctl", "remove"], 2, "needs numbers of queue entries");
        fails(home, &["ctl"], 2, "<VERB>");
    };
    wrong(&home);
    let session = Session::start(&home, &[]);
    session.wait_up();
    wrong(&home);
    fails(&home, &["ctl", "play"], 1, "The queue is empty");
    fails(&home, &["ctl", "undo"], 1, "Nothing to undo");
    fails(&home, &["ctl", "jump", "9"], 1, "No such entry");
    fails(&home, &["ctl", "add", "nowhere"], 1, "No such file");
    out(&home, &["ctl", "add", "music/2.wav"]);
    let told = status(&home);
    assert_eq!((&told["state"], &told["queue"]["length"]), (&json!("stopped"), &json!(1)));
    session.quit();
}

#[test]
fn a_player_that_has_the_library_searches_it_for_others() {
    let home = Home::with_music();
    let session = paused(&home);
    let found = out(&home, &["ctl", "search", "title~/^[ab]/"]);
    assert_eq!(found.lines().count(), 2, "{found}");
    assert_eq!(
        out(&home, &["search", "--sort", "title:desc", "--format", "{title}", "a"]),
        "Charlie\nBravo\nAlpha\n"
    );
    assert_eq!(
        out(&home, &["search", "--limit", "1", "--sort", "title", "--format", "{title}", "a"]),
        "Alpha\n"
    );
    let line: Value = serde_json::from_str(&out(&home, &["ctl", "--json", "search", "bravo"])).unwrap();
    assert_eq!((&line["title"], &line["artists"]), (&json!("Bravo"), &json!(["Ann"])));
    assert!(line["path"].as_str().unwrap().starts_with('/'), "{line}");
    fails(&home, &["search", "zzzzzz"], 3, "nothing matches");
    fails(&home, &["ctl", "search", "artst:x"], 2, "there is no field artst");
    let mut raw = Raw::greeted(&home);
    let told = raw.asks(json!({"id": 4, "tell": {"search": {"query": "alpha"}}}));
    assert_eq!((&told["id"], &told["told"]["search"]["total"]), (&json!(4), &json!(1)));
    let told = raw.asks(json!({"tell": {"search": {"query": "(", "from": 7}}}));
    assert_eq!(told["error"]["kind"], "usage", "{told}");
    session.quit();
}

#[test]
fn the_queue_is_counted_and_listening_is_told_beside_a_player() {
    let home = Home::with_music();
    let session = paused(&home);
    let stats: Value = serde_json::from_str(&out(&home, &["ctl", "--json", "queue", "stats"])).unwrap();
    assert_eq!(
        (&stats["entries"], &stats["seconds"], &stats["unique_artists"]),
        (&json!(3), &json!(180.0), &json!(1))
    );
    let text = out(&home, &["ctl", "queue", "stats"]);
    assert!(text.lines().any(|line| line.starts_with("Length ") && line.ends_with(" 3:00")), "{text}");
    // Nothing was listened to: told, not refused.
    let output = ran(&home, &["stats", "--json"]);
    assert_eq!(output.status.code(), Some(3));
    let stats: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&stats["period"], &stats["plays"]), (&json!("month"), &json!(0)));
    session.quit();
}

#[test]
fn templates_are_kept_from_one_run_to_the_next_and_changed_without_a_player() {
    let home = Home::with_music();
    let session = paused(&home);
    out(&home, &["ctl", "template", "save", "Sunday morning", "slow"]);
    out(&home, &["template", "favourite", "sunday morning"]);
    assert_eq!(out(&home, &["ctl", "template", "list"]), "Sunday morning\t3\t*\t#slow\n");
    fails(&home, &["ctl", "template", "load", "nothing"], 1, "There is no template");
    out(&home, &["ctl", "clear"]);
    out(&home, &["ctl", "template", "load", "Sunday morning", "append"]);
    assert_eq!(status(&home)["queue"]["length"], 3);
    session.quit();
    out(&home, &["template", "note", "sunday morning", "with tea"]);
    out(&home, &["template", "rename", "Sunday morning", "Sunday"]);
    assert_eq!(out(&home, &["template", "list", "tea", "#slow"]), "Sunday\t3\t*\t#slow\twith tea\n");
    let line: Value = serde_json::from_str(&out(&home, &["template", "list", "--json"])).unwrap();
    assert_eq!((&line["loads"], &line["entries"]), (&json!(1), &json!(3)));
    fails(&home, &["template", "list", "evening"], 3, "");
    fails(&home, &["template", "delete", "nothing"], 1, "There is no template");
    out(&home, &["template", "delete", "sunday"]);
    fails(&home, &["template", "list"], 3, "");
}

/// An editor that is a line of a shell.
fn edits(home: &Home, editor: &str) -> Output {
    home.program(&["ctl", "queue", "edit"]).env("VISUAL", editor).output().unwrap()
}

#[test]
fn the_queue_is_edited_as_a_text_beside_a_player() {
    let home = Home::with_music();
    let session = paused(&home);
    let titles = |home: &Home| {
        let text = fs::read_to_string(home.folder().join("seen")).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(|line| line.split(" - ").nth(1).map(str::to_owned)).collect::<Vec<_>>()
    };
    let seen = format!("cp \"$1\" {} #", home.folder().join("seen").display());
    let edited = edits(&home, &seen);
    assert!(edited.status.success(), "{edited:?}");
    assert_eq!(titles(&home).len(), 3);
    // The last line comes first, and once more at the end.
    let edited = edits(&home, "sed -i '$!{H;d};p;H;x;s/^\\n//'");
    assert!(edited.status.success(), "{edited:?}");
    assert_eq!(status(&home)["queue"]["length"], 4);
    edits(&home, &seen);
    assert!(titles(&home)[0].starts_with("Charlie"), "{:?}", titles(&home));
    assert_eq!(status(&home)["state"], "paused", "what plays stays as it is");
    // A wrong line refuses the whole, and the text is there the next time.
    let refused = edits(&home, "sh -c 'printf \"nonsense\\n\" >> \"$1\"' sh");
    assert_eq!(refused.status.code(), Some(1));
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        told.contains("a line begins with an entry's number") && told.contains("Your text is kept in"),
        "{told}"
    );
    assert_eq!(status(&home)["queue"]["length"], 4);
    let mended = edits(&home, "sed -i -e '1s/^/? title:bravo\\n/' -e /nonsense/d -e '/^ *[0-9]/d'");
    assert!(mended.status.success(), "{mended:?}");
    assert_eq!(status(&home)["queue"]["length"], 1);
    out(&home, &["ctl", "undo"]);
    assert_eq!(status(&home)["queue"]["length"], 4);
    let failed = edits(&home, "false #");
    assert_eq!(failed.status.code(), Some(1));
    session.quit();
}

#[test]
fn a_bookmark_is_gone_to_in_the_next_run() {
    let home = Home::with_music();
    let sheet = "FILE \"1.wav\" WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 01 00:30:00\n";
    home.put("album/1.wav", &fs::read(home.path("music/1.wav")).unwrap());
    home.put("album/all.cue", sheet.as_bytes());
    let mut session = paused(&home);
    out(&home, &["ctl", "seek", "0:12"]);
    session.wait_time(12..=12);
    session.press("gb");
    session.wait_for("Bookmark a: Alpha 0:12");
    out(&home, &["ctl", "add", "album/all.cue"]);
    out(&home, &["ctl", "jump", "5"]);
    wait_status(&home, "second part", |status| status["state"] == "playing");
    out(&home, &["ctl", "pause"]);
    out(&home, &["ctl", "seek", "0:05"]);
    wait_status(&home, "seek", |status| status["position_s"] == 5.0);
    out(&home, &["ctl", "bookmark", "the part"]);
    let alpha = json!({"name": "a", "path": home.path("music/1.wav"), "position_s": 12.0});
    let part = json!({"name": "the part", "path": home.path("album/all.cue/track02"), "position_s": 5.0});
    assert_eq!(status(&home)["bookmarks"], json!([alpha, part]));
    fails(&home, &["ctl", "bookmark-go", "b"], 1, "No bookmark is called b");
    fails(&home, &["ctl", "bookmark", "a\tb"], 2, "needs a name");
    out(&home, &["ctl", "clear"]);
    session.quit();

    let mut session = Session::start(&home, &[]);
    session.wait_for("3 tracks · 1 album");
    assert_eq!(status(&home)["bookmarks"], json!([alpha, part]));
    let list = ran(&home, &["ctl", "bookmarks"]);
    let told = String::from_utf8(list.stderr).unwrap();
    assert!(list.status.success() && told.contains("a: Alpha 0:12 · the part: "), "{told}");
    // The command line offers the names.
    session.press("g'the\t\r");
    let now = wait_status(&home, "part", |status| status["state"] == "playing");
    assert_eq!(now["path"], home.path("album/all.cue/track02").to_str().unwrap());
    assert!((5.0..15.0).contains(&now["position_s"].as_f64().unwrap()), "{now:#}");
    fs::remove_file(home.path("music/1.wav")).unwrap();
    fails(&home, &["ctl", "bookmark-go", "a"], 1, "Cannot go to bookmark a: No such file");
    assert_eq!(status(&home)["queue"]["length"], 1, "what is gone is not queued");
    out(&home, &["ctl", "bookmark-drop", "the part"]);
    assert_eq!(status(&home)["bookmarks"], json!([alpha]));
    session.quit();
}

#[test]
fn the_list_of_commands_is_what_can_be_asked() {
    let home = Home::new();
    let list = out(&home, &["ctl", "--list"]);
    let rows: Vec<(&str, &str)> = list.lines().map(|line| line.split_once('\t').unwrap()).collect();
    assert!(rows.contains(&("seek TIME|+TIME|-TIME|N%", "go to a time: 1:23, +5, -1m, 50%")), "{list}");
    assert!(rows.contains(&("pause", "pause")), "{list}");
    // With no player all of them are known words, and those left out are not.
    for (call, _) in rows {
        let name = call.split(' ').next().unwrap();
        let ran = String::from_utf8(ran(&home, &["ctl", name]).stderr).unwrap();
        assert!(!ran.contains("screen: it can only"), "{name}: {ran}");
    }
    assert!(!list.contains("page-down") && !list.contains("toggle-pane"), "{list}");
}

#[test]
fn any_path_can_be_added() {
    let home = Home::with_music();
    let odd = home.song(OsStr::from_bytes(b"music/it's \"\xff\".wav"), 60.0, &[]);
    let session = Session::start(&home, &[]);
    session.wait_up();
    let added = home.program(&[
        OsStr::new("ctl"),
        OsStr::new("play-now"),
        odd.strip_prefix(home.folder()).unwrap().as_os_str(),
    ]);
    let added = { added }.output().unwrap();
    assert!(added.status.success(), "{added:?}");
    let told = status(&home);
    let hex: String = odd.as_os_str().as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(told["path_hex"], hex.as_str());
    assert_eq!(told["track"], Value::Null);
    let path = home.program(&["status", "--format", "{path}"]).output().unwrap().stdout;
    assert_eq!(path, [odd.as_os_str().as_bytes(), b"\n"].concat());
    // What was read can be said back.
    let mut raw = Raw::greeted(&home);
    let same = json!({"path": told["path"], "path_hex": told["path_hex"]});
    assert_eq!(raw.asks(json!({"id": 1, "do": "add", "paths": [same, "/nowhere"]}))["ok"], true);
    assert_eq!(status(&home)["queue"]["length"], 2);
    session.quit();
}

/// A program that prints lines for as long as it runs.
struct Follower {
    child: Child,
    lines: Receiver<String>,
}

impl Follower {
    fn start(home: &Home, words: &[&str]) -> Self {
        Self::of(home.program(&[&["status", "--follow"], words].concat()))
    }

    fn of(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        Self { child, lines }
    }

    /// `None` at the end.
    fn line(&mut self) -> Option<String> {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => Some(line),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("no line"),
        }
    }

    /// Reads up to this line.
    fn wait_for(&mut self, expected: &str) {
        let mut seen = Vec::new();
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) if line == expected => return,
                Ok(line) => seen.push(line),
                Err(_) => panic!("no {expected} in {seen:?}"),
            }
        }
    }

    /// Waits for its end; gives the exit code.
    fn end(&mut self) -> Option<i32> {
        while self.line().is_some() {}
        wait_or_kill(&mut self.child).unwrap().code()
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_follower_is_told_of_each_change_and_of_the_end() {
    let home = Home::with_music();
    let mut session = paused(&home);
    let mut follower = Follower::start(&home, &["--format", "{state} {title} {volume}"]);
    follower.wait_for("paused Alpha 100");
    session.press("-");
    follower.wait_for("paused Alpha 95");
    session.press(">");
    follower.wait_for("stopped Bravo 95");
    out(&home, &["ctl", "play"]);
    follower.wait_for("playing Bravo 95");
    // While only the position moves nothing is told: the next line is the next change.
    session.wait_time(1..=59);
    out(&home, &["ctl", "volume", "50"]);
    assert_eq!(follower.line().as_deref(), Some("playing Bravo 50"));
    let mut json = Follower::start(&home, &["--json"]);
    let line: Value = serde_json::from_str(&json.line().unwrap()).unwrap();
    assert_eq!(line["track"]["title"], "Bravo");
    session.quit();
    assert_eq!((follower.end(), json.end()), (Some(0), Some(0)));
}

#[test]
fn a_seek_is_told_with_the_place_it_went_to() {
    let home = Home::with_music();
    let session = paused(&home);
    out(&home, &["ctl", "play"]);
    let mut follower = Follower::start(&home, &["--format", "{position}"]);
    out(&home, &["ctl", "seek", "0:30"]);
    follower.wait_for("0:30");
    session.quit();
}

#[test]
fn a_player_that_is_killed_ends_its_followers_with_an_error() {
    let home = Home::with_music();
    let mut session = paused(&home);
    let mut follower = Follower::start(&home, &["--format", "{title}"]);
    follower.wait_for("Alpha");
    session.signal(Signal::KILL);
    let mut error = String::new();
    let mut stderr = follower.child.stderr.take().unwrap();
    assert_eq!(follower.end(), Some(1));
    stderr.read_to_string(&mut error).unwrap();
    assert!(error.contains("connection to the player broke"), "{error}");
    session.drain();
    // The socket that it left is passed over, and taken over.
    assert!(socket(&home).exists());
    fails(&home, &["status"], 4, "no player is running");
    let next = Session::start(&home, &[]);
    next.wait_up();
    assert_eq!(status(&home)["volume"], 100);
    next.quit();
}

#[test]
fn quit_answers_when_the_player_has_ended() {
    let home = Home::with_music();
    let mut session = paused(&home);
    out(&home, &["ctl", "quit"]);
    // The library is free again: no message but that nothing matches.
    fails(&home, &["search", "nothing like it"], 3, "nothing matches");
    assert_eq!(session.end(), 0);
    assert!(!socket(&home).exists());
}

#[test]
fn the_socket_is_for_its_user_alone() {
    let home = Home::new();
    let session = Session::start(&home, &[]);
    session.wait_up();
    let about = fs::symlink_metadata(socket(&home)).unwrap();
    assert_eq!(about.mode() & 0o777, 0o600);
    let folder = fs::symlink_metadata(socket(&home).parent().unwrap()).unwrap();
    assert_eq!(folder.mode() & 0o777, 0o700);
    let printed = out(&home, &["config", "path"]);
    assert!(printed.contains(&format!("socket\t{}\n", socket(&home).display())), "{printed}");
    session.quit();
    assert!(!socket(&home).exists());
}

#[test]
fn a_second_core_is_told_of_the_first_unless_it_has_its_own_library() {
    let home = Home::with_music();
    let first = paused(&home);
    let second = home.program(&["daemon"]).output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    let text = String::from_utf8_lossy(&second.stderr);
    for part in ["auralis runs already (process ", "`auralis ctl`", "`auralis status`", "--data-dir"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let other = Session::start(&home, &["--data-dir", "other"]);
    other.wait_up();
    let at_other = |words: &[&str]| out(&home, &[&["--data-dir", "other"], words].concat());
    at_other(&["ctl", "volume", "10"]);
    assert_eq!(at_other(&["status", "--format", "{volume} {length}"]), "10 0\n");
    let by_variable =
        home.program(&["status", "--format", "{volume}"]).env("AURALIS_DATA_DIR", "other").output();
    assert_eq!(by_variable.unwrap().stdout, b"10\n");
    assert_eq!(out(&home, &["status", "--format", "{volume} {length}"]), "100 3\n");
    other.quit();
    first.quit();
}

#[test]
fn a_player_that_cannot_listen_says_so_and_plays() {
    let home = Home::with_music();
    fs::write(home.runtime().join("auralis"), "in the way").unwrap();
    let session = Session::start(&home, &["music"]);
    session.wait_for("cannot reach this player");
    session.wait_for(" ►  Alpha");
    fails(&home, &["status"], 4, "no player is running");
    session.quit();
}

#[test]
fn garbage_is_answered_and_does_no_harm() {
    let home = Home::with_music();
    let session = paused(&home);
    let mut raw = Raw::greeted(&home);
    for garbage in
        ["", "pause", "[1]", "{", "{\"do\":", "{}", "\u{0}\u{1}", "GET / HTTP/1.1\r", "{\"id\":1.5}"]
    {
        raw.say(&format!("{garbage}\n"));
        let answer = raw.line();
        assert_eq!(
            (&answer["ok"], &answer["error"]["kind"]),
            (&json!(false), &json!("usage")),
            "{garbage:?}"
        );
    }
    raw.stream.get_mut().write_all(b"\xff\xfe\x00\n").unwrap();
    assert_eq!(raw.line()["ok"], false);
    assert_eq!(raw.asks(json!({"id": 7, "do": "theme dark"}))["id"], 7);
    assert_eq!(
        raw.asks(json!({"id": 8, "do": "add music"}))["error"]["message"],
        "a path must be absolute: music"
    );
    assert_eq!(raw.asks(json!({"id": 9, "do": "volume 30"})), json!({"id": 9, "ok": true}));
    // Many at once, and the last without its line feed: all are answered.
    raw.say(&"{\"do\":\"volume +1\"}\n".repeat(20));
    raw.say("{\"id\":99,\"status\":true}");
    raw.stream.get_mut().shutdown(std::net::Shutdown::Write).unwrap();
    let answers: Vec<Value> = (0..21).map(|_| raw.line()).collect();
    assert!(answers.iter().all(|answer| answer["ok"] == true), "{answers:?}");
    assert!(answers.iter().any(|answer| answer["id"] == 99));
    assert!(raw.is_closed());
    assert_eq!(status(&home)["volume"], 50);
    session.quit();
}

#[test]
fn a_huge_line_is_refused() {
    let home = Home::new();
    let session = Session::start(&home, &[]);
    session.wait_up();
    let mut raw = Raw::greeted(&home);
    let mut writes = raw.stream.get_ref().try_clone().unwrap();
    let writer = std::thread::spawn(move || while writes.write_all(&[b'x'; 65536]).is_ok() {});
    let answer = raw.line();
    assert_eq!(answer["error"]["message"], "a line has at most 1048576 bytes");
    assert!(raw.is_closed());
    writer.join().unwrap();
    // More paths than go into a line are told before they are sent.
    let long = "x".repeat(4000);
    let paths: Vec<String> = (0..300).map(|n| format!("/{n}/{long}")).collect();
    let words: Vec<&str> = ["ctl", "add"].into_iter().chain(paths.iter().map(String::as_str)).collect();
    fails(&home, &words, 2, "at most 1048576");
    session.quit();
}

#[test]
fn other_protocols_are_told_which_is_spoken() {
    let home = Home::new();
    let session = Session::start(&home, &[]);
    session.wait_up();
    let mut raw = Raw::connect(&home);
    let greeting = raw.line();
    assert_eq!(greeting["auralis"], env!("CARGO_PKG_VERSION"));
    assert_eq!((&greeting["protocol"], &greeting["oldest"]), (&json!(1), &json!(1)));
    assert_eq!(raw.asks(json!({"id": 1, "hello": 1})), json!({"id": 1, "ok": true}));
    let refused = raw.asks(json!({"id": 2, "hello": 2}));
    assert_eq!(refused["error"]["kind"], "version");
    assert!(raw.is_closed());
    session.quit();
}

#[test]
fn fifty_clients_are_served_and_too_many_turned_away() {
    let home = Home::with_music();
    let session = paused(&home);
    let mut clients: Vec<Raw> = (0..50).map(|_| Raw::greeted(&home)).collect();
    for client in &mut clients {
        client.say("{\"follow\":true}\n");
        assert_eq!(client.line()["status"]["volume"], 100);
    }
    out(&home, &["ctl", "volume", "7"]);
    for client in &mut clients {
        while client.line()["status"]["volume"] != 7 {}
    }
    clients.extend((50..64).map(|_| Raw::greeted(&home)));
    fails(&home, &["status"], 1, "64 clients are connected already");
    clients.truncate(10);
    let until = Instant::now() + PATIENCE;
    while !ran(&home, &["status"]).status.success() {
        assert!(Instant::now() < until, "the places of clients that left are not free");
    }
    session.quit();
}

#[test]
fn a_client_that_takes_nothing_is_dropped_and_holds_nobody_up() {
    let home = Home::with_music();
    let session = paused(&home);
    let lazy = Raw::greeted(&home);
    let asks = "{\"status\":true}\n".repeat(1000);
    let mut writes = lazy.stream.get_ref().try_clone().unwrap();
    let writer = std::thread::spawn(move || while writes.write_all(asks.as_bytes()).is_ok() {});
    let mut follower = Raw::greeted(&home);
    follower.say("{\"follow\":true}\n");
    follower.line();
    let begun = Instant::now();
    for volume in (1..=20).rev() {
        out(&home, &["ctl", "volume", &volume.to_string()]);
        // What else changes is told as well.
        while follower.line()["status"]["volume"] != volume {}
    }
    // The writer ends when the connection does.
    writer.join().unwrap();
    assert!(begun.elapsed() < PATIENCE, "it was dropped after {:?}", begun.elapsed());
    assert_eq!(status(&home)["volume"], 1);
    session.quit();
}

#[test]
fn a_player_that_is_stopped_does_not_hold_up_who_asks() {
    let home = Home::new();
    let session = Session::start(&home, &[]);
    session.wait_up();
    session.signal(Signal::STOP);
    fails(&home, &["status"], 1, "the player does not answer; is it stopped?");
    session.signal(Signal::CONT);
    out(&home, &["status"]);
    session.quit();
}

/// Needs the rights to become another user; without them there is no other user to try with.
#[test]
fn another_user_is_refused_even_where_the_modes_let_it_in() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    if !rustix::process::getuid().is_root() {
        return println!("not tried: only root can be another user");
    }
    let home = Home::new();
    let session = Session::start(&home, &[]);
    session.wait_up();
    let socket = socket(&home);
    for (path, mode) in [
        (home.folder(), 0o755),
        (&home.runtime(), 0o755),
        (socket.parent().unwrap(), 0o755),
        (&socket, 0o666),
    ] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    // ffmpeg can read from a Unix socket.
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-f", "data", "-i"]).arg(format!("unix:{}", socket.display()));
    ffmpeg.args(["-map", "0", "-c", "copy", "-f", "data", "-"]).stdin(Stdio::null());
    let heard = ffmpeg.uid(54_321).gid(54_321).output().expect("this test needs ffmpeg").stdout;
    assert_eq!(String::from_utf8_lossy(&heard), "");
    let log = fs::read_to_string(home.path(".local/state/auralis/auralis.log")).unwrap();
    assert!(log.contains("user 54321 is not user 0"), "{log}");
    let mut raw = Raw::greeted(&home);
    assert_eq!(raw.asks(json!({"id": 1, "status": true}))["ok"], true);
    session.quit();
}

/// What stands in the README between the markers of `name`.
fn readme(name: &str) -> String {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let block = text.split_once(&open).and_then(|(_, rest)| rest.split_once(&close)).unwrap().0;
    let code = block.split_once("```").unwrap().1.split_once('\n').unwrap().1;
    code.split_once("\n```").unwrap().0.to_owned()
}

/// Runs a line of a shell in which `auralis` is this program.
fn shell(home: &Home, line: &str) -> Command {
    let program = home.program(&[] as &[&str]);
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_auralis")).parent().unwrap();
    let mut shell = Command::new("sh");
    shell.env_clear().current_dir(home.folder()).args(["-c", line]).stdin(Stdio::null());
    for (name, value) in program.get_envs() {
        shell.env(name, value.unwrap());
    }
    shell.env("PATH", format!("{}:/usr/bin:/bin", folder.display()));
    shell
}

#[test]
fn the_tmux_line_of_the_readme_works() {
    let line = readme("tmux");
    let command = line.split_once("#(").unwrap().1.rsplit_once(')').unwrap().0;
    let home = Home::with_music();
    let nothing = shell(&home, command).output().unwrap();
    assert_eq!((nothing.status.code(), nothing.stdout), (Some(4), Vec::new()));
    let session = paused(&home);
    assert_eq!(shell(&home, command).output().unwrap().stdout, b"paused Ann - Alpha 0:00/1:00\n");
    session.quit();
}

#[test]
fn the_waybar_module_of_the_readme_works() {
    let text = readme("waybar");
    let module: Value = serde_json::from_str(&format!("{{{text}}}")).unwrap();
    let module = &module["custom/auralis"];
    // Titles are no markup.
    assert_eq!(module["escape"], true);
    let home = Home::with_music();
    let session = paused(&home);
    let exec = format!("exec {}", module["exec"].as_str().unwrap());
    let mut follower = Follower::of(shell(&home, &exec));
    follower.wait_for("paused Ann - Alpha");
    let click = |name: &str| {
        assert!(shell(&home, module[name].as_str().unwrap()).status().unwrap().success(), "{name}");
    };
    click("on-click");
    follower.wait_for("playing Ann - Alpha");
    click("on-scroll-down");
    click("on-click-right");
    follower.wait_for("playing Ann - Bravo");
    assert_eq!(status(&home)["volume"], 95);
    click("on-scroll-up");
    assert_eq!(status(&home)["volume"], 100);
    session.quit();
    assert_eq!(follower.end(), Some(0));
}

#[test]
fn a_hang_up_of_the_terminal_ends_the_socket_too() {
    let home = Home::with_music();
    let mut session = Session::begin(&home, &Start { words: &["music"], ..Start::default() });
    session.wait_for(" ►  Alpha");
    let mut follower = Follower::start(&home, &["--format", "{title}"]);
    follower.wait_for("Alpha");
    session.signal(Signal::HUP);
    assert_eq!(session.exit_within(PATIENCE), 0);
    assert_eq!(follower.end(), Some(0));
    assert!(!socket(&home).exists());
}
