//! Playlists and the import of a past life, through every door of the real program: the command line without a player and
//! with one, the screen, and files of other programs.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::home::Home;
use crate::pseudo_terminal::Session;

/// Standard output and error of a call, and its exit code.
fn call(home: &Home, words: &[&str]) -> (String, String, i32) {
    let ran = home.program(words).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(ran.stdout), text(ran.stderr), ran.status.code().unwrap())
}

fn ran(home: &Home, words: &[&str]) -> String {
    let (out, err, code) = call(home, words);
    assert_eq!(code, 0, "{words:?}: {out}{err}");
    out
}

fn scanned() -> Home {
    let home = Home::with_music();
    ran(&home, &["scan", "music"]);
    home
}

fn titles(home: &Home, list: &str) -> Vec<String> {
    let lines = ran(home, &["playlist", "show", list, "--json"]);
    lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["title"].as_str().unwrap().to_owned())
        .collect()
}

/// Everything that a list goes through, in whichever process it is done.
fn edited(home: &Home) {
    ran(home, &["playlist", "create", "Mix", "music/3.wav", "music/1.wav"]);
    ran(home, &["playlist", "add", "Mix", "music/2.wav", "music/1.wav"]);
    assert_eq!(titles(home, "Mix"), ["Charlie", "Alpha", "Bravo", "Alpha"]);
    ran(home, &["playlist", "dedupe", "mix"]);
    ran(home, &["playlist", "move", "Mix", "-2", "3"]);
    assert_eq!(titles(home, "Mix"), ["Bravo", "Charlie", "Alpha"]);
    ran(home, &["playlist", "sort", "Mix", "title"]);
    ran(home, &["playlist", "remove", "Mix", "2"]);
    ran(home, &["playlist", "copy", "Mix", "My copy"]);
    ran(home, &["playlist", "rename", "Mix", "First"]);
    ran(home, &["playlist", "note", "First", "for rain"]);
    assert_eq!(titles(home, "First"), ["Alpha", "Charlie"]);
    ran(home, &["playlist", "smart", "Late", "title:b", "or", "title:c", "sort:-title", "limit:5"]);
    assert_eq!(titles(home, "Late"), ["Charlie", "Bravo"]);
    ran(home, &["playlist", "freeze", "Late"]);
    ran(home, &["playlist", "export", "First", "out/first.xspf"]);
    ran(home, &["playlist", "export", "First", "out/first.m3u8", "--relative"]);
    ran(home, &["playlist", "delete", "My copy"]);
    assert_eq!(ran(home, &["playlist", "list"]), "First\t2\nLate\t2\n");
    let written = std::fs::read_to_string(home.path("out/first.m3u8")).unwrap();
    assert!(
        written.contains("#EXTINF:60,Ann - Alpha\n") && written.ends_with("\n../music/3.wav\n"),
        "{written}"
    );
    ran(home, &["playlist", "import", "out/first.xspf"]);
    assert_eq!(titles(home, "First 2"), ["Alpha", "Charlie"]);
    let (_, err, code) = call(home, &["playlist", "delete", "Nix"]);
    assert_eq!(code, 1);
    assert!(err.contains("there is no playlist `Nix`"), "{err}");
    let (_, err, code) = call(home, &["playlist", "smart", "X", "limit:none"]);
    assert_eq!((code, err.contains("character 7")), (2, true), "{err}");
    assert_eq!(call(home, &["playlist", "show", "Nix"]).2, 3);
}

#[test]
fn the_command_line_edits_lists_where_no_player_runs() {
    let home = scanned();
    std::fs::create_dir(home.path("out")).unwrap();
    edited(&home);
}

#[test]
fn the_command_line_edits_the_lists_of_the_player_that_runs_and_they_are_kept() {
    let home = scanned();
    std::fs::create_dir(home.path("out")).unwrap();
    let session = Session::start(&home, &[]);
    session.wait_for("3 tracks");
    edited(&home);
    session.quit();
    assert_eq!(titles(&home, "First 2"), ["Alpha", "Charlie"]);
}

#[test]
fn the_screen_shows_lists_and_keys_change_them() {
    let home = scanned();
    let mut session = Session::start(&home, &[]);
    session.wait_for("3 tracks");
    session.press("gL");
    session.wait_for("No playlists yet");
    session.press("gl");
    session.press("ll");
    session.wait_selected("Alpha");
    session.press("A");
    session.press("Mix\r");
    session.wait_for("Mix");
    session.press("j:playlist add Mix\r");
    session.press("gL");
    session.wait_selected("Mix");
    session.press("l");
    session.wait_selected("Alpha");
    session.press("J");
    session.wait("Alpha below Bravo", |screen| {
        let text = screen.contents();
        matches!((text.find("Bravo"), text.rfind("Alpha")), (Some(one), Some(other)) if one < other)
    });
    session.press("dd");
    session.wait_for("Removed 1 track from “Mix”");
    session.press(":playlist-smart Short title:b\r");
    session.wait_for("~Short");
    session.press("h");
    session.press("G");
    session.wait_selected("Short");
    session.press("a");
    session.wait_for("Added 1 track to the queue");
    session.press("dd");
    session.wait_for("Deleted playlist “Short”");
    session.quit();
    assert_eq!(titles(&home, "Mix"), ["Bravo"]);
}

/// As VLC 3 (m3u: URLs of files), foobar2000 (m3u8: `\` and drives, a mark before UTF-8), Audacious and Winamp (pls),
/// Audacious (xspf) and ListenBrainz (jspf) write them.
#[test]
fn files_of_other_programs_are_taken_in() {
    let home = scanned();
    let music = home.path("music");
    let url = format!("file://{}", music.display());
    let files: [(&str, Vec<u8>); 6] = [
        ("vlc.m3u", format!("#EXTM3U\n#EXTINF:60,Ann - Alpha\n{url}/1.wav\n#EXTINF:60,Bravo\n{url}/2.wav\n").into()),
        ("foobar.m3u8", b"\xef\xbb\xbf#EXTM3U\r\n#EXTINF:60,Ann - Alpha\r\nD:\\Backup\\music\\1.wav\r\nmusic\\2.wav\r\n".to_vec()),
        ("audacious.pls", format!("[playlist]\nNumberOfEntries=2\nFile1={url}/1.wav\nFile2=music/2.wav\n").into()),
        ("winamp.pls", b"[playlist]\r\nFile1=music\\1.wav\r\nTitle1=Ann - Alpha\r\nLength1=60\r\nFile2=music\\2.wav\r\nNumberOfEntries=2\r\nVersion=2\r\n".to_vec()),
        (
            "audacious.xspf",
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<playlist version=\"1\" xmlns=\"http://xspf.org/ns/0/\">\
                 <trackList><track><location>{url}/1.wav</location><title>Alpha</title></track>\
                 <track><location>music/2.wav</location></track></trackList></playlist>"
            )
            .into(),
        ),
        (
            "listenbrainz.jspf",
            br#"{"playlist":{"title":"listenbrainz","track":[{"title":"Alpha","creator":"Ann","identifier":["https://musicbrainz.org/recording/x"]},{"title":"Bravo","creator":"ann","album":"First"}]}}"#.to_vec(),
        ),
    ];
    for (name, bytes) in files {
        home.put(name, &bytes);
        ran(&home, &["playlist", "import", name]);
        let list = name.rsplit_once('.').unwrap().0;
        let shown = titles(&home, list);
        assert_eq!(shown, ["Alpha", "Bravo"], "{name}");
        ran(&home, &["playlist", "delete", list]);
    }
}

#[test]
fn a_list_opens_no_device_and_keeps_what_is_missing() {
    let home = scanned();
    home.put("evil.m3u", b"/dev/zero\n/dev/snd/x.wav\nevil.m3u\n#EXTINF:9,Ann - Gone\ngone.wav\nmusic/1.wav\nhttp://127.0.0.1:9/x.mp3\n");
    // Nothing is connected to: the port of `discard` would refuse.
    let (_, err, code) = call(&home, &["playlist", "import", "evil.m3u"]);
    assert_eq!(code, 0, "the rest is taken in");
    assert!(err.contains("/dev/zero"), "{err}");
    let shown = ran(&home, &["playlist", "show", "evil"]);
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines.len(), 3, "{shown}");
    assert!(lines[0].contains("Ann - Gone") && lines[0].contains("missing"), "{shown}");
    assert!(lines[1].contains("Alpha") && !lines[1].contains("missing"), "{shown}");
    assert!(call(&home, &["playlist", "import", "/dev/zero"]).1.contains("not a regular file"));
}

fn report(home: &Home, words: &[&str]) -> Value {
    serde_json::from_str(&ran(home, words)).unwrap()
}

/// A dry run, the real one, and a second one that has nothing left to do.
fn imports(home: &Home, source: &[&str], changes: usize, lists: usize) -> Value {
    let words = |more: &[&'static str]| {
        [&["import"], source, &["--json"], more]
            .concat()
            .iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    let run = |more: &[&'static str]| {
        let words = words(more);
        report(home, &words.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let count = |report: &Value, key: &str| report[key].as_array().unwrap().len();
    let dry = run(&[]);
    assert_eq!((count(&dry, "changes"), count(&dry, "playlists")), (changes, lists), "{dry}");
    assert_eq!(run(&[]), dry, "a dry run changes nothing");
    let done = run(&["--apply"]);
    assert_eq!((count(&done, "changes"), count(&done, "playlists")), (changes, lists), "{done}");
    assert!(Path::new(done["backup"]["path"].as_str().unwrap()).is_file());
    let again = run(&["--apply"]);
    assert_eq!((count(&again, "changes"), count(&again, "playlists")), (0, 0), "{again}");
    done
}

#[test]
fn scrobbles_become_plays_once() {
    let home = scanned();
    home.put("l.csv", b"uts,artist,album,track\n1700000000,Ann,First,Alpha\n1700000100,ANN,,alpha\n1700000200,Nobody,,Nothing\n");
    let done = imports(&home, &["lastfm", "l.csv"], 1, 0);
    assert_eq!(done["changes"][0]["plays"], 2);
    assert_eq!(done["changes"][0]["last_played_s"], 1_700_000_100);
    assert_eq!(done["unmatched"][0]["artist"], "Nobody");
    assert_eq!(ran(&home, &["search", "plays:2", "--format", "{title}"]).trim(), "Alpha");
    home.put(
        "l.jsonl",
        br#"{"listened_at":1700000300,"track_metadata":{"artist_name":"Ann","track_name":"Bravo"}}"#,
    );
    assert_eq!(imports(&home, &["listenbrainz", "l.jsonl"], 1, 0)["changes"][0]["plays"], 1);
}

#[test]
fn a_listen_with_a_musicbrainz_id_is_of_the_file_that_has_it_whatever_the_names() {
    let home = scanned();
    let id = "e97f805a-ab48-4c52-855e-07049142113d";
    let tags = [("TITLE", "Other"), ("ARTIST", "Someone"), ("MUSICBRAINZ_TRACKID", id)];
    home.put("music/id.flac", &crate::library_media::flac(44_100, &tags));
    ran(&home, &["scan"]);
    let listen = format!(
        r#"{{"listened_at":1700000300,"track_metadata":{{"artist_name":"X","track_name":"Y","mbid_mapping":{{"recording_mbid":"{id}"}}}}}}"#
    );
    home.put("l.jsonl", listen.as_bytes());
    let done = imports(&home, &["listenbrainz", "l.jsonl"], 1, 0);
    assert_eq!((&done["matched_by_id"], &done["changes"][0]["plays"]), (&1.into(), &1.into()));
    assert_eq!(ran(&home, &["search", "plays:1", "--format", "{title}"]).trim(), "Other");
}

#[test]
fn lists_of_a_folder_are_imported_once() {
    let home = scanned();
    home.put("lists/a.m3u", b"../music/1.wav\n../music/2.wav\n");
    home.put("lists/deep/b.pls", b"[playlist]\nFile1=../../music/3.wav\n");
    imports(&home, &["m3u", "lists"], 0, 2);
    assert_eq!(titles(&home, "a"), ["Alpha", "Bravo"]);
    assert_eq!(titles(&home, "b"), ["Charlie"]);
}

#[test]
fn ratings_likes_and_lists_of_mpd_and_rmpc_are_imported_once() {
    let home = scanned();
    let music = home.path("music").display().to_string();
    home.put("mpd/mpd.conf", format!("music_directory \"{music}\"\n").as_bytes());
    home.put("mpd/playlists/Evening.m3u", b"1.wav\n3.wav\n");
    home.put("mpd/state", b"volume: 1\nplaylist_begin\n0:2.wav\nplaylist_end\n");
    // Stickers by MPD's own schema, written by SQLite.
    let script = "import sqlite3,sys\nc=sqlite3.connect(sys.argv[1])\n\
        c.execute('CREATE TABLE sticker(type VARCHAR NOT NULL, uri VARCHAR NOT NULL, name VARCHAR NOT NULL, value VARCHAR NOT NULL)')\n\
        for row in [('1.wav','rating','8'),('1.wav','playCount','5'),('2.wav','like','2'),('gone.wav','rating','2')]:\n    c.execute('INSERT INTO sticker VALUES(\"song\",?,?,?)',row)\nc.commit()\n";
    let made =
        Command::new("python3").args(["-c", script]).arg(home.path("mpd/sticker.sql")).status().unwrap();
    assert!(made.success(), "this test needs python3");
    let done = imports(&home, &["rmpc", "mpd"], 2, 2);
    assert_eq!(
        (done["changes"][0]["rating"].as_u64(), done["changes"][0]["plays"].as_u64()),
        (Some(8), Some(5))
    );
    assert_eq!(done["changes"][1]["favourite"], true);
    assert_eq!(done["unmatched"].as_array().unwrap().len(), 1);
    assert_eq!(titles(&home, "Evening"), ["Alpha", "Charlie"]);
    assert_eq!(titles(&home, "MPD queue"), ["Bravo"]);
}

#[test]
fn play_counts_and_lists_of_cmus_are_imported_once() {
    let home = scanned();
    // As cmus 2.10 wrote it, of a folder that is elsewhere by now: matched by names.
    home.put(".config/cmus/cache", include_bytes!("fixtures/cmus-cache"));
    let song = |number: u8| {
        let title = format!("Song {number}");
        home.song(
            format!("songs/{number}.wav"),
            2.0,
            &[("INAM", &title), ("IART", "Ann"), ("IPRD", "First")],
        );
    };
    (1..=2).for_each(song);
    ran(&home, &["scan", "songs"]);
    let path = home.path("songs/1.wav").display().to_string();
    home.put(".config/cmus/playlists/Evening", format!("{path}\n/gone.wav\n").as_bytes());
    let done = imports(&home, &["cmus"], 2, 1);
    assert_eq!(
        (done["matched_by_names"].as_u64(), done["unmatched"].as_array().unwrap().len()),
        (Some(2), 1)
    );
    assert_eq!(done["changes"][0]["plays"], 1);
    assert_eq!(titles(&home, "Evening"), ["Song 1", "gone.wav"]);
}
