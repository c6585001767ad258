//! A stand-in on this machine answers as the documentation of OpenSubsonic has it, and as servers do that know less.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::songs::{Album, Entry, entry};
use super::*;
use crate::model::address::percent_decode;
use crate::model::scrobbling::SecretSource;
use crate::model::track::Codec;

/// One question, as it came.
#[derive(Debug, Clone)]
struct Asked {
    method: String,
    /// Decoded, in their order.
    parameters: Vec<(String, String)>,
    is_form: bool,
}

impl Asked {
    fn all(&self, name: &str) -> Vec<&str> {
        self.parameters.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    fn get(&self, name: &str) -> &str {
        self.all(name).first().copied().unwrap_or("")
    }

    fn number(&self, name: &str) -> usize {
        self.get(name).parse().unwrap()
    }
}

/// Status line with further headers, and body.
struct Answer(String, Vec<u8>);

fn ok(inside: Value) -> Answer {
    let mut all = json!({"status": "ok", "version": "1.16.1", "type": "AwesomeServerName", "serverVersion": "0.1.3 (tag)"});
    for (name, value) in inside.as_object().unwrap() {
        all[name.as_str()] = value.clone();
    }
    Answer(
        "200 OK\r\nContent-Type: application/json".into(),
        json!({"subsonic-response": all}).to_string().into(),
    )
}

fn no(code: i64, message: &str) -> Answer {
    let error = json!({"code": code, "message": message});
    let all = json!({"subsonic-response": {"status": "failed", "version": "1.16.1", "error": error}});
    Answer("200 OK\r\nContent-Type: application/json".into(), all.to_string().into())
}

fn no_method() -> Answer {
    let Answer(_, body) = no(0, "Unknown method");
    Answer("404 Not Found\r\nContent-Type: application/json".into(), body)
}

type Oracle = dyn Fn(&Asked) -> Answer + Send + Sync;

struct StandIn {
    port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl StandIn {
    fn new(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stand_in = Self { port: listener.local_addr().unwrap().port(), asked: Arc::default() };
        let (asked, answer): (_, Arc<Oracle>) = (Arc::clone(&stand_in.asked), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (asked, answer) = (Arc::clone(&asked), Arc::clone(&answer));
                std::thread::spawn(move || serve(&stream, &asked, &*answer));
            }
        });
        stand_in
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    fn methods(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.method).collect()
    }

    fn last(&self) -> Asked {
        self.asked().pop().unwrap()
    }

    fn as_user(&self, user: &str) -> Subsonic {
        let secret = SecretSource { file: None, command: vec!["printf".into(), "sesame".into()] };
        let url = format!("http://127.0.0.1:{}/music/", self.port);
        let settings = ServerSettings {
            name: "home".into(),
            url,
            user: user.into(),
            secret,
            ..ServerSettings::default()
        };
        Subsonic::new(settings, Client::default())
    }

    fn client(&self) -> Subsonic {
        self.as_user("ann")
    }
}

fn serve(stream: &TcpStream, asked: &Mutex<Vec<Asked>>, answer: &Oracle) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let target = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim().split_once(": ") else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let all = format!("{query}&{}", String::from_utf8(body).ok()?);
    let decoded = |text: &str| String::from_utf8(percent_decode(text.as_bytes())).unwrap();
    let parameters = all.split('&').filter_map(|one| one.split_once('='));
    let question = Asked {
        method: path.strip_prefix("/music/rest/")?.strip_suffix(".view")?.to_owned(),
        parameters: parameters.map(|(name, value)| (name.to_owned(), decoded(value))).collect(),
        is_form: line.starts_with("POST"),
    };
    asked.lock().unwrap().push(question.clone());
    let Answer(head, body) = answer(&question);
    let head = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    (&mut &*stream).write_all(&[head.into_bytes(), body].concat()).ok()
}

/// The example of <https://opensubsonic.netlify.app/docs/responses/child/>, what we do not read left out.
fn child() -> Value {
    let told = r#"{
        "id": "082f435a363c32c57d5edb6a678a28d4", "parent": "e8a0685e3f3ec6f251649af2b58b8617", "isDir": false,
        "title": "\"polar expedition\"", "album": "Live at The Casbah - 2005-04-29", "artist": "The New Deal",
        "track": 4, "year": 2005, "coverArt": "mf-082f435a363c32c57d5edb6a678a28d4_6410b3ce", "size": 19866778,
        "contentType": "audio/flac", "suffix": "flac", "starred": "2023-03-27T09:45:27Z", "duration": 178,
        "bitRate": 880, "bitDepth": 16, "samplingRate": 44100, "channelCount": 2,
        "path": "The New Deal/Live at The Casbah - 2005-04-29/04 - \"polar expedition\".flac", "discNumber": 1,
        "created": "2023-03-14T17:51:22.112827504Z", "albumId": "e8a0685e3f3ec6f251649af2b58b8617",
        "artistId": "97e0398acf63f9fb930d7d4ce209a52b", "type": "music", "mediaType": "song", "isVideo": false,
        "bpm": 134, "comment": "This is a song comment", "sortName": "Polar expedition",
        "musicBrainzId": "189002e7-3285-4e2e-92a3-7f6c30d407a2",
        "genres": [{"name": "Hip-Hop"}, {"name": "East coast"}],
        "artists": [{"id": "ar-1", "name": "Artist 1"}, {"id": "ar-2", "name": "Artist 2"}],
        "displayArtist": "Artist 1 feat. Artist 2",
        "albumArtists": [{"id": "ar-6", "name": "Artist 6"}, {"id": "ar-7", "name": "Artist 7"}],
        "contributors": [
            {"role": "composer", "artist": {"id": "ar-3", "name": "Artist 3"}},
            {"role": "composer", "artist": {"id": "ar-4", "name": "Artist 4"}},
            {"role": "lyricist", "artist": {"id": "ar-5", "name": "Artist 5"}},
            {"role": "performer", "subRole": "Bass", "artist": {"id": "ar-5", "name": "Artist 5"}}
        ],
        "works": [{"name": "Symphony No. 5 in C minor, Op. 67"}],
        "movements": [{"name": "Andante con moto", "number": 2, "count": 4}]
    }"#;
    serde_json::from_str(told).unwrap()
}

fn with(change: impl Fn(&mut Value)) -> Value {
    let mut child = child();
    change(&mut child);
    child
}

fn song_of(told: &Value) -> Song {
    match entry(told.as_object().unwrap(), None) {
        Entry::Song(song) => *song,
        other => panic!("{other:?}: {told}"),
    }
}

#[test]
fn a_song_is_as_the_server_tells_it() {
    let song = song_of(&child());
    assert_eq!((song.id.as_str(), song.suffix.as_str()), ("082f435a363c32c57d5edb6a678a28d4", "flac"));
    assert_eq!(song.path, "The New Deal/Live at The Casbah - 2005-04-29/04 - \"polar expedition\".flac");
    // `date -d 2023-03-14T17:51:22Z +%s`
    assert_eq!((song.size, song.added_s), (19_866_778, Some(1_678_816_282)));
    assert_eq!((song.format.codec, song.format.bits), (Codec::Flac, Some(16)));
    assert_eq!(song.format.duration(), Some(Duration::from_secs(178)));
    assert_eq!((song.star.favourite, song.star.rating), (true, None));
    let tags = &song.tags;
    assert_eq!(tags.title.as_deref(), Some("\"polar expedition\""));
    assert_eq!(tags.album.as_deref(), Some("Live at The Casbah - 2005-04-29"));
    assert_eq!(
        (&tags.artists[..], &tags.album_artists[..]),
        (&["Artist 1".to_owned(), "Artist 2".into()][..], &["Artist 6".to_owned(), "Artist 7".into()][..])
    );
    assert_eq!(
        (&tags.composers[..], &tags.genres[..]),
        (&["Artist 3".to_owned(), "Artist 4".into()][..], &["Hip-Hop".to_owned(), "East coast".into()][..])
    );
    assert_eq!((tags.track.number, tags.disc.number, tags.date.as_deref()), (Some(4), Some(1), Some("2005")));
    assert_eq!((tags.title_sort.as_deref(), tags.compilation), (Some("Polar expedition"), false));
    let details = &tags.details;
    assert_eq!(
        (&details.lyricists[..], &details.comments[..]),
        (&["Artist 5".to_owned()][..], &["This is a song comment".to_owned()][..])
    );
    assert_eq!(details.bpm_hundredths, Some(13_400));
    assert_eq!(details.work.as_deref(), Some("Symphony No. 5 in C minor, Op. 67"));
    assert_eq!(
        (details.movement.as_deref(), details.movement_number.total),
        (Some("Andante con moto"), Some(4))
    );
    let recording = details.musicbrainz.recording.map(|id| id.to_string());
    assert_eq!(recording.as_deref(), Some("189002e7-3285-4e2e-92a3-7f6c30d407a2"));
}

/// As Subsonic itself tells it, and as servers stray from it.
#[test]
fn a_song_of_an_old_server_is_known_by_less() {
    let old = json!({"id": 7, "title": "One", "artist": "Ann", "genre": "Ambient", "suffix": ".MP3", "size": -1,
        "duration": 0, "created": "2026-11-28T02:53:33", "starred": null, "userRating": 4, "bitDepth": 16});
    let song = song_of(&old);
    assert_eq!((song.id.as_str(), song.suffix.as_str(), song.size), ("7", "mp3", 0));
    assert_eq!((song.format.codec, song.format.bits, song.format.frames), (Codec::Mp3, None, None));
    assert_eq!((song.format.spec.rate, song.format.spec.channels), (44_100, 2));
    assert_eq!(
        (&song.tags.artists[..], &song.tags.genres[..]),
        (&["Ann".to_owned()][..], &["Ambient".to_owned()][..])
    );
    // `date -d 2026-11-28T02:53:33Z +%s`
    assert_eq!(
        (song.added_s, song.star.favourite, song.star.rating),
        (Some(1_795_834_413), false, Rating::new(8))
    );
    let created = |text: &str| song_of(&with(|child| child["created"] = text.into())).added_s;
    // The same moment by `date -d`.
    for text in ["2021-07-22T02:09:31+00:00", "2021-07-22T04:09:31+02:00", "2021-07-21 22:39:31-0330"] {
        assert_eq!(created(text), Some(1_626_919_771), "{text}");
    }
    assert_eq!(
        (created("1969-12-31"), created("soon"), created("2021-13-01T00:00:00Z")),
        (Some(-86_400), None, None)
    );
    assert_eq!(
        song_of(&with(|child| child["title"] = "a\u{1b}[2Jb".into())).tags.title.as_deref(),
        Some("a[2Jb")
    );
}

#[test]
fn codecs_are_known_by_ending_and_type_and_what_is_not_played_is_left_out() {
    let of = |suffix: &str, kind: &str| {
        entry(
            with(|child| {
                child["suffix"] = suffix.into();
                child["contentType"] = kind.into();
            })
            .as_object()
            .unwrap(),
            None,
        )
    };
    let codec = |suffix: &str, kind: &str| match of(suffix, kind) {
        Entry::Song(song) => Some((song.format.codec, song.format.bits)),
        _ => None,
    };
    for (suffix, kind, expected) in [
        ("m4a", "audio/mp4", (Codec::Aac, None)),
        ("m4a", "audio/mp4; codecs=alac", (Codec::Alac, Some(16))),
        ("ogg", "audio/ogg", (Codec::Vorbis, None)),
        ("ogg", "audio/ogg; codecs=opus", (Codec::Opus, None)),
        ("", "audio/x-flac", (Codec::Flac, Some(16))),
        ("AIFF", "", (Codec::Pcm, Some(16))),
        ("dsf", "audio/x-dsf", (Codec::Dsd, None)),
        ("xyz", "", (Codec::Mp3, None)),
    ] {
        assert_eq!(codec(suffix, kind), Some(expected), "{suffix} {kind}");
    }
    for suffix in ["wma", "mpc", "dts"] {
        assert_eq!(of(suffix, ""), Entry::Unplayable, "{suffix}");
    }
    for (name, value) in [
        ("isDir", json!(true)),
        ("isVideo", json!(true)),
        ("type", json!("video")),
        ("mediaType", json!("album")),
        ("id", json!("")),
        ("id", json!(["x"])),
    ] {
        let told = with(|child| child[name] = value.clone());
        assert_eq!(entry(told.as_object().unwrap(), None), Entry::NoMusic, "{name} {value}");
    }
    let dsd = song_of(&with(|child| {
        child["suffix"] = "dsf".into();
        child["samplingRate"] = 2_822_400.into();
    }));
    assert_eq!(dsd.format.spec.rate, 88_200, "as `decode` plays it");
}

/// Of <https://opensubsonic.netlify.app/docs/responses/albumid3/>, with what newer versions of it add.
#[test]
fn an_album_tells_what_its_songs_do_not() {
    let told = json!({"id": "e8a0", "name": "8-bit lagerfeuer", "artist": "pornophonique", "year": 2007,
        "musicBrainzId": "189002e7-3285-4e2e-92a3-7f6c30d407a2", "isCompilation": true, "sortName": "lagerfeuer (8-bit)",
        "originalReleaseDate": {"year": 2001, "month": 3, "day": 10}, "releaseDate": {"year": 2005, "month": 6},
        "recordLabels": [{"name": "Sony"}], "discTitles": [{"disc": 0, "title": "x"}, {"disc": 1, "title": "Disc 1 title"}]});
    let album = Album::of(told.as_object().unwrap());
    let bare = with(|child| drop(child.as_object_mut().unwrap().remove("albumArtists")));
    let Entry::Song(song) = entry(bare.as_object().unwrap(), Some(&album)) else { panic!() };
    let tags = &song.tags;
    assert_eq!((&tags.album_artists[..], tags.compilation), (&["pornophonique".to_owned()][..], true));
    assert_eq!(
        (tags.date.as_deref(), tags.album_sort.as_deref()),
        (Some("2005-06"), Some("lagerfeuer (8-bit)"))
    );
    let details = &tags.details;
    assert_eq!(
        (details.original_date.as_deref(), &details.labels[..]),
        (Some("2001-03-10"), &["Sony".to_owned()][..])
    );
    assert_eq!(details.disc_title.as_deref(), Some("Disc 1 title"));
    assert!(details.musicbrainz.release.is_some());
}

/// Song `n` of a server with songs `0..`.
fn numbered(n: usize) -> Value {
    json!({"id": format!("s{n}"), "title": format!("Song {n}"), "suffix": "mp3", "albumId": format!("al-{}", n / 10)})
}

fn page(asked: &Asked, total: usize, most: usize, offset: &str, count: &str) -> Vec<usize> {
    let from = asked.number(offset);
    (from..total.min(from + asked.number(count).min(most))).collect()
}

fn all_songs(server: &Subsonic) -> Result<Vec<Song>, Failed> {
    let mut all = Vec::new();
    server.songs(&AtomicBool::new(false), &mut |songs| all.extend(songs)).map(|()| all)
}

#[test]
fn songs_are_searched_for_page_by_page_and_their_albums_tell_more() {
    let stand_in = StandIn::new(|asked| match asked.method.as_str() {
        "search3" => {
            let songs: Vec<Value> =
                page(asked, 1_203, 500, "songOffset", "songCount").into_iter().map(numbered).collect();
            ok(json!({"openSubsonic": true, "searchResult3": {"song": songs}}))
        }
        "getAlbumList2" => {
            let album = |n| json!({"id": format!("al-{n}"), "name": "x", "isCompilation": n == 3});
            let albums: Vec<Value> = page(asked, 121, 50, "offset", "size").into_iter().map(album).collect();
            ok(json!({"albumList2": {"album": albums}}))
        }
        _ => no_method(),
    });
    let server = stand_in.client();
    assert_eq!(stand_in.asked().len(), 0, "asks nobody until it is asked");
    let songs = all_songs(&server).unwrap();
    let ids: Vec<String> = songs.iter().map(|song| song.id.clone()).collect();
    assert_eq!(ids, (0..1_203).map(|n| format!("s{n}")).collect::<Vec<_>>());
    let compiled = songs.iter().filter(|song| song.tags.compilation).map(|song| song.id.clone());
    assert_eq!(compiled.collect::<Vec<_>>(), (30..40).map(|n| format!("s{n}")).collect::<Vec<_>>());
    let searches: Vec<Asked> =
        stand_in.asked().into_iter().filter(|asked| asked.method == "search3").collect();
    let offsets: Vec<&str> = searches.iter().map(|asked| asked.get("songOffset")).collect();
    assert_eq!(offsets, ["0", "500", "1000", "1203"]);
    let first = &searches[0];
    let expected = [
        ("query", ""),
        ("songCount", "500"),
        ("artistCount", "0"),
        ("albumCount", "0"),
        ("v", "1.16.1"),
        ("c", "auralis"),
        ("f", "json"),
        ("u", "ann"),
    ];
    for (name, value) in expected {
        assert_eq!(first.all(name), [value], "{name}");
    }
    let salts: std::collections::BTreeSet<&str> = searches.iter().map(|asked| asked.get("s")).collect();
    assert_eq!(salts.len(), 4, "another salt each time");
    assert!(first.all("p").is_empty() && first.get("t").len() == 32, "{first:?}");
}

#[test]
fn songs_are_taken_album_by_album_where_they_cannot_be_searched_for() {
    type Search = fn(&Asked) -> Answer;
    // It finds nothing by nothing; it refuses; it tells the same page whatever is asked for.
    let searches: [Search; 4] = [
        |_| ok(json!({"searchResult3": {}})),
        |_| no(10, "Required parameter is missing: query"),
        |_| no_method(),
        |_| ok(json!({"searchResult3": {"song": (0..500).map(numbered).collect::<Vec<_>>()}})),
    ];
    for search in searches {
        let stand_in = StandIn::new(move |asked| match asked.method.as_str() {
            "search3" => search(asked),
            "getAlbumList2" => {
                assert_eq!(asked.get("type"), "alphabeticalByName");
                let album = |n| json!({"id": n, "name": "x"});
                let albums: Vec<Value> =
                    page(asked, 121, 50, "offset", "size").into_iter().map(album).collect();
                ok(json!({"albumList2": {"album": albums}}))
            }
            "getAlbum" if asked.get("id") == "120" => no(70, "gone meanwhile"),
            "getAlbum" => {
                let id = asked.number("id");
                let songs: Vec<Value> = (id * 10..id * 10 + 10).map(numbered).collect();
                ok(json!({"album": {"id": id, "artist": "Ann", "song": songs}}))
            }
            _ => no_method(),
        });
        let songs = all_songs(&stand_in.client()).unwrap();
        let mut ids: Vec<usize> = songs.iter().map(|song| song.id[1..].parse().unwrap()).collect();
        ids.sort_unstable();
        assert_eq!(ids, (0..1_200).collect::<Vec<_>>());
        assert_eq!(songs.last().unwrap().tags.album_artists, ["Ann"]);
    }
}

#[test]
fn a_server_that_wants_quotes_gets_them_and_a_list_ends_where_nothing_is_new() {
    let stand_in = StandIn::new(|asked| match asked.get("query") {
        "\"\"" => ok(json!({"searchResult3": {"song": [numbered(1), numbered(2), numbered(1)]}})),
        _ => ok(json!({"searchResult3": {"song": []}})),
    });
    let ids: Vec<String> = all_songs(&stand_in.client()).unwrap().into_iter().map(|song| song.id).collect();
    assert_eq!(ids, ["s1", "s2"]);
    assert_eq!(stand_in.methods(), ["search3"; 3]);
}

#[test]
fn a_listing_that_is_cancelled_ends_and_one_that_breaks_off_is_an_error() {
    let cancel = Arc::new(AtomicBool::new(false));
    let by_server = Arc::clone(&cancel);
    let endless = StandIn::new(move |asked| {
        let from = asked.number("songOffset");
        by_server.store(from >= 1_000, Ordering::Relaxed);
        ok(json!({"searchResult3": {"song": (from..from + 500).map(numbered).collect::<Vec<_>>()}}))
    });
    let mut count = 0;
    endless.client().songs(&cancel, &mut |songs| count += songs.len()).unwrap();
    assert_eq!((count, endless.asked().len()), (1_500, 3));

    let broken = StandIn::new(|asked| match asked.number("songOffset") {
        0 => ok(json!({"searchResult3": {"song": [numbered(0)]}})),
        _ => Answer("503 Busy\r\nRetry-After: 7".into(), Vec::new()),
    });
    let failed = all_songs(&broken.client()).unwrap_err();
    assert_eq!((failed.after, failed.for_good), (Some(Duration::from_secs(7)), false));
}

#[test]
fn errors_are_words() {
    let of = |answer: fn() -> Answer| {
        let stand_in = StandIn::new(move |_| answer());
        let failed = stand_in.client().rate("1", None).unwrap_err();
        assert!(!failed.why.contains("sesame") && !failed.why.contains("rest/"), "{}", failed.why);
        failed
    };
    type Case = (fn() -> Answer, &'static str, bool);
    let cases: [Case; 12] = [
        (|| no(40, "Wrong username or password"), "user or password is wrong", false),
        (|| no(42, "Authentication mechanism not supported. Use API keys"), "give it an API key", false),
        (|| no(44, ""), "API key is not valid", false),
        (|| no(50, "not you"), "may not do that on the music server (not you)", true),
        (|| no(70, "Song not found"), "no such thing (Song not found)", true),
        (|| no(20, ""), "wants a newer version", true),
        (|| no(0, "a\u{1b}b"), "says: ab", false),
        (no_method, "does not know `setRating`", true),
        (|| Answer("200 OK".into(), b"<html>".to_vec()), "does not speak the Subsonic API", false),
        (|| Answer("200 OK".into(), b"{\"subsonic-response\": []}".to_vec()), "does not speak", false),
        (|| Answer("404 Not Found".into(), b"<html>".to_vec()), "no Subsonic API at the address", false),
        (
            || Answer("302 Found\r\nLocation: http://127.0.0.1:9/?t=x".into(), Vec::new()),
            "leads elsewhere",
            false,
        ),
    ];
    for (answer, expected, for_good) in cases {
        let failed = of(answer);
        assert!(failed.why.contains(expected), "{}", failed.why);
        assert_eq!((failed.for_good, failed.after), (for_good, None), "{}", failed.why);
    }
    assert_eq!(of(|| Answer("429 Slow".into(), Vec::new())).after, Some(Duration::from_secs(2)));
}

#[test]
fn no_secret_is_told_where_nobody_answers() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let secret = SecretSource { file: None, command: vec!["printf".into(), "sesame".into()] };
    for url in [
        format!("http://127.0.0.1:{nobody}"),
        "http://127.0.0.1:99999".into(),
        "http://no host/".into(),
        "http://a.invalid".into(),
        "ftp://a".into(),
        String::new(),
    ] {
        for user in ["", "ann"] {
            let settings = ServerSettings {
                url: url.clone(),
                user: user.into(),
                secret: secret.clone(),
                ..ServerSettings::default()
            };
            let failed = Subsonic::new(settings, Client::default()).plays("7").unwrap_err();
            let is_shown = ["sesame", "apiKey", "&", "/rest"].iter().any(|part| failed.why.contains(part));
            assert!(!failed.why.is_empty() && !is_shown, "{url}: {}", failed.why);
        }
    }
}

/// A server that takes no tokens, as supysonic 0.7.2: it misses the password.
#[test]
fn the_password_itself_is_sent_where_a_server_of_this_machine_takes_no_token() {
    let stand_in = StandIn::new(|asked| match asked.get("p") {
        "enc:736573616d65" => ok(json!({})),
        "" => no(10, "A required parameter is missing."),
        _ => no(40, ""),
    });
    let server = stand_in.client();
    server.plays("7").unwrap();
    server.plays("8").unwrap();
    let ways: Vec<bool> = stand_in.asked().iter().map(|asked| asked.all("t").is_empty()).collect();
    assert_eq!(ways, [false, true, true], "a token is tried first, and only once");
    let url = stand_in.client().file("a b").unwrap();
    assert!(
        url.contains("/music/rest/stream.view?id=a%20b&format=raw&") && url.contains("p=enc%3A736573616d65"),
        "{url}"
    );
    assert!(!format!("{:?}", server.plays("7")).contains("sesame"));
}

/// An address that is not said to be this machine's, though it leads to it.
#[test]
fn the_password_itself_goes_to_no_other_machine_that_all_can_listen_to() {
    for code in [10, 41] {
        let stand_in = StandIn::new(move |_| no(code, ""));
        let secret = SecretSource { file: None, command: vec!["printf".into(), "sesame".into()] };
        let url = format!("http://0.0.0.0:{}/music", stand_in.port);
        let settings = ServerSettings { url, user: "ann".into(), secret, ..ServerSettings::default() };
        let failed = Subsonic::new(settings, Client::default()).about().unwrap_err();
        assert!(failed.why.contains("takes no tokens of this user: give it an API key"), "{}", failed.why);
        assert_eq!(stand_in.asked().len(), 1);
        assert!(stand_in.last().all("p").is_empty());
    }
}

/// One that took a token and then misses something means something else.
#[test]
fn the_password_stays_here_where_tokens_are_taken() {
    let stand_in = StandIn::new(|asked| match asked.method.as_str() {
        "ping" => ok(json!({})),
        _ => no(10, "id"),
    });
    let server = stand_in.client();
    let url = server.file("7").unwrap();
    assert!(url.contains("&u=ann&t=") && !url.contains("sesame"), "{url}");
    assert!(server.plays("7").unwrap_err().for_good);
    assert_eq!(stand_in.methods(), ["ping", "scrobble"]);
    assert!(stand_in.asked().iter().all(|asked| asked.all("p").is_empty()));
}

#[test]
fn an_api_key_stands_alone_and_a_refused_secret_is_not_sent_again_at_once() {
    let stand_in = StandIn::new(|asked| match asked.method.as_str() {
        "ping" => ok(json!({})),
        _ => no(44, "Invalid API key"),
    });
    let server = stand_in.as_user("");
    server.file("7").unwrap();
    let asked = stand_in.last();
    assert_eq!((asked.get("apiKey"), asked.all("u").len(), asked.all("t").len()), ("sesame", 0, 0));
    assert!(server.plays("7").unwrap_err().after.is_none());
    let again = server.plays("7").unwrap_err();
    assert!(again.after.is_some() && again.why.contains("API key is not valid"), "{again:?}");
    assert_eq!(stand_in.asked().len(), 2);
}

/// A server with these extensions, and what it says to everything else.
fn with_extensions(
    names: &'static [&'static str],
    answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
) -> StandIn {
    StandIn::new(move |asked| match asked.method.as_str() {
        "getOpenSubsonicExtensions" => {
            let all: Vec<Value> = names.iter().map(|name| json!({"name": name, "versions": [1]})).collect();
            ok(json!({"openSubsonic": true, "openSubsonicExtensions": all}))
        }
        _ => answer(asked),
    })
}

#[test]
fn what_a_server_is_is_told() {
    let stand_in = with_extensions(&["template", "transcodeOffset"], |_| ok(json!({"openSubsonic": true})));
    let expected = About {
        kind: Some("AwesomeServerName".into()),
        version: Some("0.1.3 (tag)".into()),
        api: Some("1.16.1".into()),
        is_open: true,
        extensions: vec!["template".into(), "transcodeOffset".into()],
    };
    assert_eq!(stand_in.client().about(), Ok(expected));
    let old = StandIn::new(|asked| if asked.method == "ping" { ok(json!({})) } else { no_method() });
    let about = old.client().about().unwrap();
    assert_eq!((about.is_open, about.extensions.len()), (false, 0));
}

#[test]
fn a_picture_is_as_it_is_kept_and_an_error_in_its_place_is_none() {
    let png = b"\x89PNG\r\n\x1a\n{}";
    let stand_in = StandIn::new(move |asked| match (asked.method.as_str(), asked.get("id")) {
        ("getSong", "none") => ok(json!({"song": {"id": "none"}})),
        ("getSong", "gone") => no(70, ""),
        ("getSong", id) => ok(json!({"song": {"id": id, "coverArt": format!("al-{id}")}})),
        ("getCoverArt", "al-1") => Answer("200 OK\r\nContent-Type: image/png".into(), png.to_vec()),
        ("getCoverArt", "al-2") => no(70, "Artwork not found"),
        ("getCoverArt", "al-3") => {
            let xml = r#"<?xml version="1.0"?><subsonic-response status="failed" version="1.16.1"><error code="70" message="x"/></subsonic-response>"#;
            Answer("200 OK\r\nContent-Type: text/xml".into(), xml.into())
        }
        ("getCoverArt", "al-4") => no(50, "not you"),
        _ => Answer("200 OK\r\nContent-Type: text/html".into(), b"<html>".to_vec()),
    });
    let server = stand_in.client();
    assert_eq!(server.picture("1"), Ok(Some(png.to_vec())));
    for id in ["none", "gone", "2", "3"] {
        assert_eq!(server.picture(id), Ok(None), "{id}");
    }
    assert!(server.picture("4").unwrap_err().why.contains("not you"));
    assert!(server.picture("5").unwrap_err().why.contains("does not speak"));
}

/// The example of <https://opensubsonic.netlify.app/docs/endpoints/getlyricsbysongid/>.
#[test]
fn words_have_their_times_where_the_server_knows_them() {
    let line = |start: Option<u64>, words: &str| match start {
        Some(start) => json!({"start": start, "value": words}),
        None => json!({"value": words}),
    };
    let timed = json!({"displayArtist": "Muse", "displayTitle": "Hysteria", "lang": "eng", "offset": -100, "synced": true,
        "line": [line(Some(0), "It's bugging me"), line(Some(2_000), "Grating me"), line(Some(3_001), "And twisting me around...")]});
    let plain = json!({"displayArtist": "Muse", "displayTitle": "Hysteria", "lang": "und", "offset": 100, "synced": false,
        "line": [line(None, "It's bugging me"), line(None, "Grating me")]});
    let stand_in = with_extensions(&["songLyrics"], move |asked| match asked.get("id") {
        "both" => ok(json!({"lyricsList": {"structuredLyrics": [plain, timed]}})),
        "plain" => ok(json!({"lyricsList": {"structuredLyrics": [plain]}})),
        "none" => ok(json!({"lyricsList": {}})),
        _ => no(70, ""),
    });
    let server = stand_in.client();
    // An offset below nothing has them come later.
    let lrc = "[00:00.10]It's bugging me\n[00:02.10]Grating me\n[00:03.10]And twisting me around...\n";
    assert_eq!(server.words("both"), Ok(Some(lrc.into())));
    assert_eq!(server.words("plain"), Ok(Some("It's bugging me\nGrating me\n".into())));
    assert_eq!((server.words("none"), server.words("gone")), (Ok(None), Ok(None)));
    assert_eq!(stand_in.methods().iter().filter(|name| *name == EXTENSIONS).count(), 1, "asked once");
}

#[test]
fn an_old_server_is_asked_for_words_by_names() {
    let stand_in = StandIn::new(|asked| match (asked.method.as_str(), asked.get("title")) {
        ("getSong", _) if asked.get("id") == "nameless" => ok(json!({"song": {"id": "nameless"}})),
        ("getSong", _) => ok(json!({"song": {"id": "1", "artist": "Metallica", "title": asked.get("id")}})),
        ("getLyrics", "Blitzkrieg") => {
            let words = "Let us have peace, let us have life\n\nLet us escape the cruel night";
            ok(json!({"lyrics": {"artist": "Metallica", "title": "Blitzkrieg", "value": words}}))
        }
        ("getLyrics", _) => ok(json!({"lyrics": {}})),
        _ => no_method(),
    });
    let server = stand_in.client();
    let words = "Let us have peace, let us have life\n\nLet us escape the cruel night\n";
    assert_eq!(server.words("Blitzkrieg"), Ok(Some(words.into())));
    assert_eq!((server.words("Other"), server.words("nameless")), (Ok(None), Ok(None)));
}

#[test]
fn stars_ratings_and_plays_are_told() {
    let stand_in = StandIn::new(|asked| match (asked.method.as_str(), asked.get("id")) {
        ("star", "starred") => no(0, "Track starred already starred"),
        ("star", "broken") => no(0, "no"),
        ("getSong", "starred") => ok(json!({"song": {"id": "starred", "starred": "2023-03-27T09:45:27Z"}})),
        ("getSong", "broken") => ok(json!({"song": {"id": "broken"}})),
        ("scrobble", "gone") => no(70, ""),
        ("scrobble", "busy") => Answer("503 Busy".into(), Vec::new()),
        _ => ok(json!({})),
    });
    let server = stand_in.client();
    let last = || {
        let asked = stand_in.last();
        let told = asked
            .parameters
            .iter()
            .filter(|(name, _)| !["v", "c", "f", "u", "t", "s"].contains(&name.as_str()));
        let told: BTreeMap<String, String> = told.cloned().collect();
        let told: Vec<String> = told.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{} {}", asked.method, told.join(" "))
    };
    server.favour("7", true).unwrap();
    assert_eq!(last(), "star id=7");
    server.favour("7", false).unwrap();
    assert_eq!(last(), "unstar id=7");
    server.favour("starred", true).unwrap();
    assert!(server.favour("broken", true).is_err());
    for (rating, stars) in [(None, 0), (Rating::new(1), 1), (Rating::new(8), 4), (Rating::new(9), 5)] {
        server.rate("7", rating).unwrap();
        assert_eq!(last(), format!("setRating id=7 rating={stars}"));
    }
    server.plays("7").unwrap();
    assert_eq!(last(), "scrobble id=7 submission=false");
    server.heard(&[("7".into(), 1_700_000_000)]).unwrap();
    assert_eq!(last(), "scrobble id=7 submission=true time=1700000000000");
    let before = stand_in.asked().len();
    server.heard(&[("gone".into(), 1), ("7".into(), 2)]).unwrap();
    assert_eq!(stand_in.asked().len(), before + 2, "one question a song");
    assert!(server.heard(&[("gone".into(), 1)]).unwrap_err().for_good);
    assert!(!server.heard(&[("busy".into(), 1), ("7".into(), 2)]).unwrap_err().for_good);
    assert_eq!(stand_in.asked().len(), before + 4, "what failed ends it");
}

fn queued(count: usize, current: Option<usize>) -> PlayQueue {
    let songs = (0..count).map(|n| format!("{n:032}")).collect();
    PlayQueue { songs, current, position: Duration::from_millis(1_234) }
}

#[test]
fn a_queue_is_kept_by_index_where_the_server_can_and_by_its_song_elsewhere() {
    let by_index = with_extensions(&["indexBasedQueue"], |_| ok(json!({})));
    let server = by_index.client();
    server.keep_queue(&queued(3, Some(1))).unwrap();
    let asked = by_index.last();
    assert_eq!((asked.method.as_str(), asked.is_form), ("savePlayQueueByIndex", false));
    assert_eq!((asked.all("id").len(), asked.get("currentIndex"), asked.get("position")), (3, "1", "1234"));
    assert!(asked.all("current").is_empty());
    server.keep_queue(&PlayQueue::default()).unwrap();
    let asked = by_index.last();
    assert_eq!(
        (asked.all("id").len(), asked.all("currentIndex").len(), asked.all("position").len()),
        (0, 0, 0)
    );

    let old = StandIn::new(|asked| if asked.method == "savePlayQueue" { ok(json!({})) } else { no_method() });
    old.client().keep_queue(&queued(3, Some(1))).unwrap();
    let asked = old.last();
    assert_eq!((asked.get("current"), asked.get("position")), (format!("{:032}", 1).as_str(), "1234"));
    let none = StandIn::new(|_| no_method());
    assert!(none.client().keep_queue(&queued(1, Some(0))).unwrap_err().for_good);
}

#[test]
fn a_long_queue_travels_as_a_form_or_as_much_of_it_as_an_address_holds() {
    let forms = with_extensions(&["formPost", "indexBasedQueue"], |_| ok(json!({})));
    forms.client().keep_queue(&queued(12_000, Some(6_000))).unwrap();
    let asked = forms.last();
    assert!(asked.is_form && asked.get("u") == "ann");
    let ids = asked.all("id");
    assert_eq!(
        (ids.len(), ids[asked.number("currentIndex")]),
        (MOST_QUEUED, format!("{:032}", 6_000).as_str())
    );
    assert!(ids.windows(2).all(|two| two[0] < two[1]), "in their order");

    // They do not see what is in a form: not what is asked, or not even who asks.
    for code in [10, 40] {
        let no_forms = StandIn::new(move |asked| match asked.method.as_str() {
            "savePlayQueue" if asked.is_form => no(code, ""),
            "savePlayQueue" => ok(json!({})),
            _ => no_method(),
        });
        let server = no_forms.client();
        for (count, current) in [(5_000, 0), (5_000, 4_999), (5_000, 2_500)] {
            server.keep_queue(&queued(count, Some(current))).unwrap();
            let asked = no_forms.last();
            let (ids, wanted) = (asked.all("id"), format!("{current:032}"));
            assert!(
                !asked.is_form && ids.contains(&wanted.as_str()) && ids.len() > 90,
                "{} songs",
                ids.len()
            );
            let written: usize =
                asked.parameters.iter().map(|(name, value)| name.len() + value.len() + 2).sum();
            assert!(written < 4_096, "{written}");
            assert!(asked.all("p").is_empty(), "the password stays here");
        }
    }
}

/// The examples of the documentation.
#[test]
fn a_queue_is_had_back() {
    let entry = json!([{"id": "1234", "title": "Can I Help U?"}, {"id": 99}]);
    let by_index = {
        let entry = entry.clone();
        with_extensions(&["indexBasedQueue"], move |asked| {
            assert_eq!(asked.method, "getPlayQueueByIndex");
            ok(
                json!({"playQueueByIndex": {"currentIndex": 1, "position": 1000, "username": "user", "entry": entry}}),
            )
        })
    };
    let expected = PlayQueue {
        songs: vec!["1234".into(), "99".into()],
        current: Some(1),
        position: Duration::from_secs(1),
    };
    assert_eq!(by_index.client().queue(), Ok(expected.clone()));
    let old = StandIn::new(move |asked| match asked.method.as_str() {
        "getPlayQueue" => ok(json!({"playQueue": {"current": "1234", "position": 1000, "entry": entry}})),
        _ => no_method(),
    });
    assert_eq!(old.client().queue(), Ok(PlayQueue { current: Some(0), ..expected }));
    let nothing =
        StandIn::new(|asked| if asked.method == "getPlayQueue" { ok(json!({})) } else { no_method() });
    assert_eq!(nothing.client().queue(), Ok(PlayQueue::default()));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        "[0-9TZ:+-]{0,30}".prop_map(Value::from),
    ];
    let names = prop::sample::select(vec![
        "status",
        "error",
        "code",
        "message",
        "song",
        "id",
        "entry",
        "current",
        "currentIndex",
        "position",
        "lyricsList",
        "structuredLyrics",
        "line",
        "start",
        "offset",
        "synced",
        "value",
        "created",
        "duration",
        "samplingRate",
        "year",
        "releaseDate",
        "month",
        "bpm",
        "suffix",
        "contentType",
        "userRating",
        "bitDepth",
        "playQueue",
        "lyrics",
        "discTitles",
    ]);
    leaf.prop_recursive(4, 48, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((names.clone(), inner), 0..12).prop_map(|all| all
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect::<Object>()
                .into()),
        ]
    })
}

proptest! {
    #[test]
    fn any_answer_is_taken_or_refused(inside in any_json(), status in prop_oneof![Just(200_u16), 100..600_u16], kind in "[a-z/]{0,9}") {
        let whole = json!({"subsonic-response": inside});
        let fetched = Fetched { status, after: None, content_type: kind, body: whole.to_string().into() };
        let _ = answers::read(&fetched).map_err(|why| why.failed("x"));
        let _ = error_in_place(&fetched);
        if let Value::Object(told) = &inside {
            let album = Album::of(told);
            let _ = entry(told, Some(&album));
            let _ = (words::structured(told), words::old(told), answers::queue(told));
        }
    }

    #[test]
    fn any_song_is_taken_or_left(name in prop::sample::select(vec!["id", "created", "duration", "samplingRate", "channelCount", "year", "starred", "userRating", "size", "bitDepth", "bpm", "suffix", "genres", "artists", "contributors"]), value in any_json()) {
        let told = with(|child| child[name] = value.clone());
        if let Entry::Song(song) = entry(told.as_object().unwrap(), None) {
            prop_assert!(song.format.spec.rate >= 1_000 && song.format.spec.channels >= 1);
            prop_assert!(!song.id.is_empty());
        }
    }

    #[test]
    fn any_bytes_are_taken_or_refused(body in prop::collection::vec(any::<u8>(), 0..200), kind in prop::sample::select(vec!["", "text/xml", "application/json", "image/png"])) {
        let fetched = Fetched { status: 200, after: None, content_type: kind.to_owned(), body };
        prop_assert!(answers::read(&fetched).is_err());
        let _ = error_in_place(&fetched);
    }

    #[test]
    fn a_queue_keeps_the_song_that_plays(count in 1..80_usize, at in 0..80_usize, most in 1..90_usize, bytes in 80..4_000_usize, by_index: bool) {
        let current = at % count;
        let queue = queued(count, Some(current));
        let parameters = queue_parameters(&queue, by_index, most, bytes);
        let get = |wanted: &str| parameters.iter().filter(|(name, _)| *name == wanted).map(|(_, value)| value.clone()).collect::<Vec<_>>();
        let ids = get("id");
        prop_assert!(ids.len() <= most.min(count));
        let playing = if by_index { ids[get("currentIndex")[0].parse::<usize>().unwrap()].clone() } else { get("current")[0].clone() };
        prop_assert_eq!(&playing, &queue.songs[current]);
        prop_assert!(ids.contains(&playing));
        let is_part = queue.songs.windows(ids.len()).any(|part| part == ids);
        prop_assert!(is_part, "one part of it, in its order");
    }
}
