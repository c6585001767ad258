//! The real player on a bus, looked at and driven by the tools of others.

use std::fs;
use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::bus::{Bus, wait};
use crate::home::Home;
use crate::pseudo_terminal::{Session, Start};

fn out(home: &Home, words: &[&str]) -> String {
    let output = home.program(words).output().unwrap();
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn status(home: &Home) -> Value {
    serde_json::from_str(&out(home, &["status", "--json"])).unwrap()
}

fn wait_status(home: &Home, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let shown = || format!("{:#}", status(home));
    wait(what, || Some(status(home)).filter(&is_so), shown)
}

/// Three tracks of a minute, the first one playing, the whole library read.
fn playing(home: &Home, bus: &Bus) -> Session {
    let session = bus.player(home, &["music"]);
    session.wait_for("3 tracks · 1 album");
    session.wait_for("►");
    bus.wait_playerctl(&["metadata", "title"], "Alpha");
    session
}

fn seconds(status: &Value) -> f64 {
    status["position_s"].as_f64().unwrap()
}

/// PNG of one pixel, as RFC 2083 has it: signature, header, data, end.
pub const PIXEL: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\0\0\0\nIDATx\x9cc`\0\0\0\x02\0\x01H\xaf\xa4q\0\0\0\0IEND\xaeB`\x82";

#[test]
fn playerctl_reads_what_plays() {
    let (home, bus) = (Home::with_music(), Bus::new());
    home.put("music/cover.png", PIXEL);
    let mut session = playing(&home, &bus);
    assert_eq!(bus.playerctl(&["-l"]), "auralis");
    assert_eq!(bus.playerctl(&["status"]), "Playing");
    let told = |name: &str| bus.playerctl(&["metadata", name]);
    let folder = home.path("music").canonicalize().unwrap();
    bus.wait_playerctl(&["metadata", "mpris:artUrl"], &format!("file://{}/cover.png", folder.display()));
    for (name, value) in [
        ("xesam:title", "Alpha"),
        ("xesam:artist", "Ann"),
        ("xesam:album", "First"),
        ("xesam:albumArtist", "Ann"),
        ("xesam:trackNumber", "1"),
        ("xesam:useCount", "0"),
        ("mpris:length", "60000000"),
        ("xesam:url", &format!("file://{}/1.wav", folder.display())),
    ] {
        assert_eq!(told(name), value, "{name}");
    }
    let first = told("mpris:trackid");
    assert!(first.trim_matches('\'').starts_with("/org/auralis/item/"), "{first}");
    // A gauge: it moves although nothing is told.
    let position = || bus.playerctl(&["position"]).parse::<f64>().unwrap_or(0.0);
    let before = position();
    wait("a later position", || Some(()).filter(|()| position() > before + 0.2), || position().to_string());
    out(&home, &["ctl", "rate", "2.5"]);
    bus.wait_playerctl(&["metadata", "xesam:userRating"], "0.5");
    out(&home, &["ctl", "next"]);
    bus.wait_playerctl(&["metadata", "title"], "Bravo");
    assert_ne!(told("mpris:trackid"), first);
    session.press("q");
    session.quit();
    assert_eq!(bus.playerctl(&["-l"]), "", "the name is given back");
}

/// Each verb of `playerctl` is seen in what the socket tells.
#[test]
fn playerctl_drives_the_player() {
    let (home, bus) = (Home::with_music(), Bus::new());
    let mut session = playing(&home, &bus);
    let does = |words: &[&str]| {
        let output = bus.ran("playerctl", words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let is = |key: &'static str, value: &'static str| {
        wait_status(&home, &format!("{key} {value}"), move |status| status[key] == value);
    };
    let plays = |title: &'static str| {
        wait_status(&home, title, move |status| status["track"]["title"] == title);
    };
    for (verb, state) in
        [("pause", "paused"), ("play-pause", "playing"), ("play-pause", "paused"), ("play", "playing")]
    {
        does(&[verb]);
        is("state", state);
    }
    does(&["next"]);
    plays("Bravo");
    does(&["previous"]);
    plays("Alpha");
    does(&["pause"]);
    is("state", "paused");
    does(&["position", "30"]);
    wait_status(&home, "30 s", |status| (seconds(status) - 30.0).abs() < 0.01);
    does(&["position", "5+"]);
    wait_status(&home, "35 s", |status| (seconds(status) - 35.0).abs() < 0.01);
    does(&["position", "15-"]);
    wait_status(&home, "20 s", |status| (seconds(status) - 20.0).abs() < 0.01);
    does(&["volume", "0.4"]);
    wait_status(&home, "volume", |status| status["volume"] == 40);
    assert_eq!(bus.playerctl(&["volume"]), "0.400000");
    for (mode, name) in [("Track", "one"), ("Playlist", "all"), ("None", "off")] {
        does(&["loop", mode]);
        is("repeat", name);
        assert_eq!(bus.playerctl(&["loop"]), mode);
    }
    for (mode, on) in [("On", true), ("Off", false), ("Toggle", true), ("Off", false)] {
        does(&["shuffle", mode]);
        wait_status(&home, "shuffle", move |status| status["shuffle"] == on);
        assert_eq!(bus.playerctl(&["shuffle"]), if on { "On" } else { "Off" });
    }
    let other = home.song("else where/ä#.wav", 30.0, &[]);
    does(&["open", &format!("file://{}/else%20where/%C3%A4%23.wav", home.folder().display())]);
    let canonical = other.canonicalize().unwrap();
    wait_status(&home, "the opened file", move |status| status["path"] == canonical.to_str().unwrap());
    does(&["stop"]);
    is("state", "stopped");
    assert_eq!(bus.playerctl(&["status"]), "Stopped");
    assert!(bus.call("org.mpris.MediaPlayer2.Quit", &[]).is_ok());
    assert_eq!(session.end(), 0);
}

#[test]
fn what_changed_is_signalled_and_nothing_else() {
    let (home, bus) = (Home::with_music(), Bus::new());
    let mut session = playing(&home, &bus);
    out(&home, &["ctl", "pause"]);
    bus.wait_playerctl(&["status"], "Paused");
    let monitor = bus.monitor("type='signal',path='/org/mpris/MediaPlayer2'");
    out(&home, &["ctl", "seek", "30"]);
    // What a signal tells is written behind its head, and may come later.
    let text = monitor.wait("Seeked", |text| text.contains("int64 30000000"));
    assert!(text.contains("member=Seeked"), "{text}");
    out(&home, &["ctl", "volume", "30"]);
    let text =
        monitor.wait("Volume", |text| text.contains("string \"Volume\"") && text.contains("double 0.3"));
    assert!(!text.contains("\"Metadata\"") && !text.contains("\"PlaybackStatus\""), "{text}");
    assert_eq!(text.matches("member=Seeked").count(), 1, "{text}");
    out(&home, &["ctl", "speed", "1.5"]);
    monitor.wait("Rate", |text| text.contains("string \"Rate\""));
    out(&home, &["ctl", "next"]);
    let text = monitor.wait("Metadata", |text| text.contains("\"Bravo\""));
    assert_eq!(text.matches("string \"Volume\"").count(), 1, "{text}");
    out(&home, &["ctl", "remove", "3"]);
    // The last one is current now.
    let is_last =
        |text: &str| text.contains("member=TrackListReplaced") && text.contains("string \"CanGoNext\"");
    monitor.wait("TrackListReplaced and CanGoNext", is_last);
    session.press("q");
    session.quit();
}

#[test]
fn tracks_and_playlists_can_be_told_and_chosen() {
    let (home, bus) = (Home::with_music(), Bus::new());
    let mut session = playing(&home, &bus);
    let title = |name: &'static str| {
        wait_status(&home, name, move |status| status["track"]["title"] == name);
    };
    let tracks = bus.property(".TrackList", "Tracks").unwrap();
    let tracks: Vec<&str> = tracks.split_whitespace().filter(|word| word.starts_with("/org/")).collect();
    assert_eq!(tracks.len(), 3, "{tracks:?}");
    let asked = format!("array:objpath:{},{}", tracks[2], tracks[1]);
    let told = bus.call("org.mpris.MediaPlayer2.TrackList.GetTracksMetadata", &[&asked]).unwrap();
    assert!(told.find("Charlie").unwrap() < told.find("Bravo").unwrap() && !told.contains("Alpha"), "{told}");
    bus.call("org.mpris.MediaPlayer2.TrackList.GoTo", &[&format!("objpath:{}", tracks[2])]).unwrap();
    title("Charlie");
    out(&home, &["ctl", "playlist", "save", "Evening"]);
    bus.call("org.mpris.MediaPlayer2.TrackList.RemoveTrack", &[&format!("objpath:{}", tracks[0])]).unwrap();
    wait_status(&home, "two", |status| status["queue"]["length"] == 2);
    let uri = format!("string:file://{}/music/1.wav", home.folder().display());
    let start = "objpath:/org/mpris/MediaPlayer2/TrackList/NoTrack";
    bus.call("org.mpris.MediaPlayer2.TrackList.AddTrack", &[&uri, start, "boolean:true"]).unwrap();
    let now = wait_status(&home, "Alpha at the start", |status| status["track"]["title"] == "Alpha");
    assert_eq!((&now["queue"]["length"], &now["queue"]["index"]), (&3.into(), &1.into()));
    out(&home, &["ctl", "clear"]);
    assert_eq!(bus.property(".Playlists", "PlaylistCount").unwrap().split_whitespace().last(), Some("1"));
    let list = ["uint32:0", "uint32:10", "string:Alphabetical", "boolean:false"];
    let told = bus.call("org.mpris.MediaPlayer2.Playlists.GetPlaylists", &list).unwrap();
    assert!(told.contains("Evening"), "{told}");
    let id = told.split_whitespace().find(|word| word.starts_with("/org/auralis/playlist/")).unwrap();
    bus.call("org.mpris.MediaPlayer2.Playlists.ActivatePlaylist", &[&format!("objpath:{id}")]).unwrap();
    wait_status(&home, "three", |status| status["queue"]["length"] == 3 && status["state"] == "playing");
    session.press("q");
    session.quit();
}

#[test]
fn what_makes_no_sense_changes_nothing() {
    let (home, bus) = (Home::with_music(), Bus::new());
    let mut session = playing(&home, &bus);
    out(&home, &["ctl", "pause"]);
    out(&home, &["ctl", "seek", "10"]);
    let before = wait_status(&home, "10 s", |status| (seconds(status) - 10.0).abs() < 0.01);
    let is_refused = |member: &str, arguments: &[&str], error: &str| {
        let told = bus.call(member, arguments).unwrap_err();
        assert!(told.contains(error), "{member} {arguments:?}: {told}");
    };
    let player = |member: &str| format!("org.mpris.MediaPlayer2.Player.{member}");
    for uri in
        ["javascript:alert(1)", "file://elsewhere/x.wav", "/etc/passwd", "file:///x%00.wav", "ftp://h/x.wav"]
    {
        is_refused(&player("OpenUri"), &[&format!("string:{uri}")], "InvalidArgs");
    }
    is_refused(&player("OpenUri"), &["string:file:///no/such/file.wav"], "Failed");
    is_refused(&player("OpenUri"), &["int32:5"], "InvalidArgs");
    is_refused(&player("Dance"), &[], "UnknownMethod");
    let id = |number: &str| format!("objpath:/org/auralis/item/{number}");
    for arguments in [[&*id("999999"), "int64:20000000"], ["objpath:/", "int64:20000000"]] {
        assert!(bus.call(&player("SetPosition"), &arguments).is_ok());
    }
    let current = bus.playerctl(&["metadata", "mpris:trackid"]);
    let current = format!("objpath:{}", current.trim_matches('\''));
    for place in ["int64:-1", "int64:60000001", "int64:9223372036854775807"] {
        assert!(bus.call(&player("SetPosition"), &[&current, place]).is_ok());
    }
    let set = |name: &str, value: &str, error: &str| {
        let name = format!("string:{name}");
        let words = ["string:org.mpris.MediaPlayer2.Player", &name, value];
        is_refused("org.freedesktop.DBus.Properties.Set", &words, error);
    };
    set("Volume", "variant:string:loud", "InvalidArgs");
    set("LoopStatus", "variant:string:Album", "InvalidArgs");
    set("Metadata", "variant:string:x", "PropertyReadOnly");
    set("Nothing", "variant:int32:1", "UnknownProperty");
    assert!(bus.property(".Player", "Nothing").unwrap_err().contains("UnknownProperty"));
    assert!(bus.property(".Elsewhere", "Volume").unwrap_err().contains("UnknownInterface"));
    let after = status(&home);
    for key in ["state", "position_s", "volume", "repeat", "path"] {
        assert_eq!(after[key], before[key], "{key}");
    }
    session.press("q");
    session.quit();
}

#[test]
fn a_second_player_has_a_name_of_its_own() {
    let (home, other, bus) = (Home::with_music(), Home::with_music(), Bus::new());
    let mut first = playing(&home, &bus);
    let mut second = bus.player(&other, &["music"]);
    second.wait_up();
    let own = format!("auralis.instance{}", second.process());
    let names = || bus.playerctl(&["-l"]);
    wait("both names", || Some(()).filter(|()| names().contains(&own)), names);
    bus.call_on(&format!("org.mpris.MediaPlayer2.{own}"), "org.mpris.MediaPlayer2.Quit", &[]).unwrap();
    assert_eq!(second.end(), 0);
    wait("one name", || Some(()).filter(|()| names() == "auralis"), names);
    first.press("q");
    first.quit();
}

#[test]
fn without_a_bus_nobody_is_told_and_a_bus_that_is_silent_holds_nobody_up() {
    let home = Home::with_music();
    let silent = home.path("silent.sock");
    let _listener = UnixListener::bind(&silent).unwrap();
    for address in
        ["unix:path=/nonexistent/bus".to_owned(), format!("unix:path={}", silent.display()), "x".into()]
    {
        let variables = [("DBUS_SESSION_BUS_ADDRESS", &*address)];
        let start = Start { words: &["music"], variables: &variables, ..Start::default() };
        let mut session = Session::begin(&home, &start);
        session.wait_for("►");
        let status = wait_status(&home, "playing", |status| status["state"] == "playing");
        assert_ne!(status["notice"]["severity"], "warning", "{address}");
        let shown = String::from_utf8_lossy(&session.raw()).to_lowercase();
        assert!(
            !shown.contains("d-bus") && !shown.contains("zbus") && !shown.contains("nonexistent"),
            "{shown}"
        );
        let begun = Instant::now();
        session.press("q");
        session.quit();
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    }
}

#[test]
fn it_can_be_switched_off() {
    let (home, bus) = (Home::with_music(), Bus::new());
    home.put(".config/auralis/config.toml", b"[desktop]\nmpris = false\n");
    let mut session = bus.player(&home, &["music"]);
    session.wait_for("►");
    assert_eq!(bus.playerctl(&["-l"]), "");
    assert!(threads(session.process()).iter().all(|(name, _)| name != "bus"));
    session.press("q");
    session.quit();
}

/// Names of a process' threads, and how often each was woken.
fn threads(process: u32) -> Vec<(String, u64)> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).unwrap().filter_map(Result::ok);
    let read = |task: fs::DirEntry| {
        let name = fs::read_to_string(task.path().join("comm")).ok()?;
        let status = fs::read_to_string(task.path().join("status")).ok()?;
        let switches = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?;
        Some((name.trim().to_owned(), switches.trim().parse().ok()?))
    };
    tasks.filter_map(read).collect()
}

#[test]
fn its_thread_sleeps_while_nothing_changes() {
    let (home, bus) = (Home::with_music(), Bus::new());
    let mut session = playing(&home, &bus);
    out(&home, &["ctl", "pause"]);
    bus.wait_playerctl(&["status"], "Paused");
    let woken = || -> u64 {
        let all = threads(session.process());
        let of_bus: Vec<_> = all.iter().filter(|(name, _)| name == "bus").collect();
        assert_eq!(of_bus.len(), 1, "{all:?}");
        of_bus[0].1
    };
    // What was asked before is over by then; a thread that polls never is.
    let quiet = || {
        let before = woken();
        std::thread::sleep(Duration::from_secs(2));
        Some(()).filter(|()| woken() == before)
    };
    wait("two seconds without being woken", quiet, || woken().to_string());
    session.press("q");
    session.quit();
}
