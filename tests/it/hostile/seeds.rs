//! What is damaged: for each parser, small files and texts that are right, most from other programs.

use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use auralis::library::store::Store;
use auralis::model::command::registry::COMMANDS;
use auralis::model::command::{Command, Playback, Queue, Target};
use auralis::model::snapshot::Snapshot;
use auralis::remote::screen::encode::{Encoder, Told};
use auralis::remote::screen::frame::{Lane, Outlet};
use auralis::remote::screen::message::{ToCore, ToScreen, write as packed};
use auralis::remote::screen::sound::coding;
use auralis::remote::screen::sound::{Chunk, ToEars};
use redb::{ReadableDatabase, ReadableTable, TableDefinition, TableHandle};

use crate::formats;
use crate::media::{Material, folder, run};

/// How often these are damaged, and what they are.
pub fn of(name: &str) -> (usize, Vec<Vec<u8>>) {
    match name {
        "tags" => (120, music().to_vec()),
        "sound" => (60, music().to_vec()),
        "synced_words" => (300, synced_words()),
        "picture" => (60, pictures()),
        "store" => (20, values()),
        "past" => (200, past()),
        "cue" => (600, texts(SHEETS)),
        "playlist" => (600, playlists()),
        "lyrics" => (1_000, texts(WORDS)),
        "query" => (2_000, texts(QUERIES)),
        "command" => (300, commands()),
        "keymap" => (100, texts(KEYMAPS)),
        "theme" => (400, themes()),
        "language" => (200, texts(LANGUAGES)),
        "config" => (200, configs()),
        "curve" => (600, texts(CURVES)),
        "queue_text" => (600, texts(QUEUES)),
        "terminal" => (1_000, texts(ANSWERS)),
        "shown" => (1_000, texts(SHOWN)),
        "request" => (1_000, texts(REQUESTS)),
        "screen" => (400, messages()),
        "far_sound" => (400, sounds()),
        "mpd" => (40, texts(CLIENTS)),
        #[cfg(feature = "http")]
        "http" => (20, texts(SERVERS)),
        #[cfg(feature = "http")]
        "icy" => (8, stations()),
        #[cfg(feature = "http")]
        "lrclib" => (100, texts(FOUND_WORDS)),
        #[cfg(feature = "http")]
        "musicbrainz" => (600, texts(FOUND_RELEASES)),
        #[cfg(feature = "http")]
        "subsonic" => (40, texts(TOLD)),
        #[cfg(feature = "desktop")]
        "mpris" => (1_000, calls()),
        _ => panic!("nothing to damage for {name}"),
    }
}

/// Into a folder, for libFuzzer to begin with.
pub fn write(folder: &Path, whole: &[Vec<u8>]) {
    std::fs::create_dir_all(folder).unwrap();
    for (number, bytes) in whole.iter().enumerate() {
        std::fs::write(folder.join(format!("seed-{number}")), bytes).unwrap();
    }
}

fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// A tenth of a second in each format, with tags and a picture where they have a place for it.
fn music() -> &'static [Vec<u8>] {
    static MADE: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = tempfile::tempdir_in(folder()).unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let wav = path("short.wav");
        Material::new(4_410, 2, 44_100, 16).write_wav(Path::new(&wav));
        let encoded = |name: &str, words: &[&str]| {
            let out = path(name);
            let input = ["-v", "error", "-y", "-i", &wav];
            let tags = [
                "title=T\u{e4}st",
                "artist=Ann",
                "album=First",
                "track=1/9",
                "date=1994",
                "lyrics=[00:01.00]La",
            ];
            let tags: Vec<&str> = tags.iter().flat_map(|tag| ["-metadata", *tag]).collect();
            run("ffmpeg", &[&input[..], &tags, words, &[&out]].concat());
            std::fs::read(&out).unwrap()
        };
        let mut all = vec![
            encoded("a.flac", &[]),
            encoded("a.oga", &["-c:a", "flac"]),
            encoded("a.mp3", &["-b:a", "64k"]),
            encoded("b.mp3", &["-b:a", "64k", "-id3v2_version", "3", "-write_id3v1", "1"]),
            encoded("a.mp2", &[]),
            encoded("a.ogg", &["-c:a", "libvorbis"]),
            encoded("a.opus", &["-c:a", "libopus"]),
            encoded("a.m4a", &["-c:a", "aac"]),
            encoded("b.m4a", &["-c:a", "alac"]),
            encoded("a.aac", &["-c:a", "aac"]),
            encoded("a.mka", &["-c:a", "libvorbis"]),
            encoded("a.webm", &["-c:a", "libopus"]),
            encoded("a.aiff", &["-write_id3v2", "1"]),
            encoded("a.caf", &["-c:a", "alac"]),
            encoded("b.wav", &["-c:a", "pcm_s24le"]),
            crate::library_media::flac(100, &[("TITLE", "x"), ("CUESHEET", SHEETS[0])]),
        ];
        all.extend(formats::seeds().into_iter().map(|(_, bytes)| bytes));
        all
    })
}

/// `SYLT` without its frame: UTF-8 and UTF-16, times in milliseconds, words.
fn synced_words() -> Vec<Vec<u8>> {
    let mut words = b"\x03eng\x02\x01\0".to_vec();
    for (ms, word) in [(1_000_u32, "\nAll "), (1_500, "is "), (2_000, "well\n"), (9_000, "\nLa")] {
        words.extend(word.as_bytes());
        words.push(0);
        words.extend(ms.to_be_bytes());
    }
    let mut wide = b"\x01eng\x02\x01\xff\xfe\0\0".to_vec();
    for unit in "\u{feff}L\u{e4}".encode_utf16().chain([0]) {
        wide.extend(unit.to_le_bytes());
    }
    wide.extend(700_u32.to_be_bytes());
    vec![words, wide]
}

fn pictures() -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir_in(folder()).unwrap();
    let made = |name: &str| {
        let out = folder.path().join(name);
        let input = ["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=size=24x16", "-frames:v", "1"];
        run("ffmpeg", &[&input[..], &[out.to_str().unwrap()]].concat());
        std::fs::read(&out).unwrap()
    };
    ["a.png", "a.jpg", "a.webp", "a.gif", "a.bmp"].map(made).to_vec()
}

/// The values of a library of an older version, and the library itself.
fn values() -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("library.redb");
    std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/stores/schema1.redb"), &path).unwrap();
    assert!(Store::open(&path, Box::new(|_| ())).unwrap().close(Duration::from_secs(60)));
    let mut values = vec![std::fs::read(&path).unwrap()];
    let library = redb::Database::open(&path).unwrap();
    let rows = library.begin_read().unwrap();
    for table in rows.list_tables().unwrap() {
        let name = table.name().to_owned();
        let mut take = |value: &[u8]| values.push(value.to_vec());
        if let Ok(table) = rows.open_table(TableDefinition::<u32, &[u8]>::new(&name)) {
            table.iter().unwrap().take(3).for_each(|row| take(row.unwrap().1.value()));
        } else if let Ok(table) = rows.open_table(TableDefinition::<u64, &[u8]>::new(&name)) {
            table.iter().unwrap().take(3).for_each(|row| take(row.unwrap().1.value()));
        } else if let Ok(table) = rows.open_table(TableDefinition::<&[u8], &[u8]>::new(&name)) {
            table.iter().unwrap().take(3).for_each(|row| take(row.unwrap().1.value()));
        } else if let Ok(table) = rows.open_table(TableDefinition::<&str, &[u8]>::new(&name)) {
            table.iter().unwrap().for_each(|row| take(row.unwrap().1.value()));
        } else if let Ok(table) = rows.open_table(TableDefinition::<(i64, u32), &[u8]>::new(&name)) {
            table.iter().unwrap().take(3).for_each(|row| take(row.unwrap().1.value()));
        }
    }
    assert!(values.len() > 10, "{} values", values.len());
    values
}

fn past() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures");
    let files = ["cmus-cache", "listens.zip", "sticker.sql"];
    let read = files.into_iter().map(|name| std::fs::read(folder.join(name)).unwrap());
    read.chain(texts(PASTS)).collect()
}

const PASTS: &[&str] = &[
    "info_begin\nformat: 2\nmpd_version: 0.23.5\ninfo_end\ndirectory: a\nbegin: a\nsong_begin: b.flac\nTime: 12.5\nArtist: Ann\nTitle: One\nmtime: 1\nsong_end\nend: a\n",
    "music_directory \"~/Music\"\ndb_file \"~/.mpd/db\" # here\nsticker_file '/x/sticker.sql'\n",
    "{\"listened_at\":1700000000,\"track_metadata\":{\"artist_name\":\"Ann\",\"track_name\":\"One\",\"additional_info\":{\"duration_ms\":1000}}}\n",
    "uts,utc_time,artist,album,track\n\"1700000000\",\"14 Nov 2023\",\"Ann\",\"First\",\"One, \"\"two\"\"\"\n",
];

const SHEETS: &[&str] = &[
    "REM DATE 1994\nPERFORMER \"Ann\"\nTITLE \"First\"\nFILE \"a.wav\" WAVE\n  TRACK 01 AUDIO\n    TITLE \"One\"\n    INDEX 00 00:00:00\n    INDEX 01 00:04:33\n  TRACK 02 AUDIO\n    PREGAP 00:02:00\n    INDEX 01 05:10:74\n",
    "FILE \"a.flac\" WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nFILE \"b.flac\" WAVE\nTRACK 02 AUDIO\nINDEX 00 99:59:74\nINDEX 01 100:00:00\nTRACK 03 MODE1/2352\nINDEX 01 00:00:00\n",
];

fn playlists() -> Vec<Vec<u8>> {
    let mut all = texts(&[
        "#EXTM3U\n#PLAYLIST:Sunday\n#EXTINF:211.5 tvg-logo=\"a,b\",Ann - One\n#EXTART:Ann\n#EXTALB:First\n/m/a b.mp3\nhttp://x/1#Name\nfile:///m/a%20b%FF.mp3\nsub/c.ogg\n",
        "[playlist]\nFile1=/m/a.mp3\nTitle1=Ann - One\nLength1=12\nFile2=http://x/2\nNumberOfEntries=2\nVersion=2\n",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<playlist version=\"1\" xmlns=\"http://xspf.org/ns/0/\"><title>a &amp; b</title><trackList><track><location>file:///m/a%20b.mp3</location><title>One</title><creator>Ann</creator><album>First</album><duration>211500</duration><identifier>https://musicbrainz.org/recording/0d5f4b0e-0000-4000-8000-000000000000</identifier></track><track><location>http://x/2</location></track></trackList></playlist>\n",
        "{\"playlist\":{\"title\":\"a\",\"track\":[{\"location\":[\"file:///m/a.mp3\"],\"title\":\"One\",\"creator\":\"Ann\",\"duration\":1000},{\"location\":\"http://x/2\"}]}}",
    ]);
    let wide = "#EXTM3U\r\n\u{dc}ber.mp3\r\n".encode_utf16().flat_map(u16::to_le_bytes);
    all.push([&b"\xff\xfe"[..], &wide.collect::<Vec<u8>>()].concat());
    all
}

const WORDS: &[&str] = &[
    "\u{feff}[ti:One]\n[offset:+250]\n[00:12.34]All is well\n[00:15.00][01:15.00]Again and again\n[02:00]\n",
    "[00:01.00]<00:01.00>All <00:01.50>is <00:02.00>well<00:03.00>\n[1:2:3]x\n[99999:59.999]end\n",
    "Only words\n\nand [not a time] more < of > them\n",
];

const QUERIES: &[&str] = &[
    "pink floyd \"dark side\" -live (a or b) not c",
    "artist:bowie year:1977..1979 rating:>=4 genre=\"\" title~/^the b/ added:<2w length:>3:00 bpm:120..130 key:8A",
    "~a bowie ~y1970-1979 | !~l live ~(x)",
    "genre:jazz plays:0 sort:-added limit:50",
    "like:\"quiet rain\" path:/m/ codec:flac lufs:<-14 date:1994-05",
    "/a(b|c)+[d-f]*\\d{2,3}/ or \u{e9}t\u{e9}",
];

fn commands() -> Vec<Vec<u8>> {
    let names = COMMANDS.iter().map(|row| row.name.as_bytes().to_vec());
    let lines = [
        "seek +1m30s",
        "add \"~/Music/a b\" 'c d' e\\ f",
        "playlist-smart Unheard genre:jazz plays:0 sort:-added limit:50",
        "volume -3dB",
        "eq-band 1000 +3 1.4",
        "sleep 30m",
        "remove 3,7 9..12",
        "sort artist -year album track",
        "tag-set title=One artist=\"Ann; Bob\"",
        "map in queue <C-w>x clear",
        "master a.flac preset warm intensity 80",
    ];
    names.chain(texts(&lines)).collect()
}

const KEYMAPS: &[&str] = &[
    "profile = \"cmus\"\n[commands]\nparty = [\"clear\", \"add ~/Music/Party\", \"shuffle on\", \"play\"]\nby = \"filter artist:$1\"\n[global]\n\"gX\" = \"party\"\n\"<C-w>h\" = \"left\"\n\"m<letter>\" = \"bookmark $\"\n[queue]\n\"<S-Del>\" = \"\"\n[over]\n\"ia\" = \"object artist\"\n",
    "<C-A-S-F12><lt><Space>gg<Esc>\u{e9}",
    "[global]\n\"<M-Enter>\" = \"open\"\nx = 3\n",
];

fn themes() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("themes");
    let mut all = texts(&[
        "inherits = \"nord\"\ntitle = { fg = \"#ff8800\", bold = true }\ndim = \"bright-black\"\nborder = 245\n",
    ]);
    all.extend(
        ["nord.toml", "terminal.toml"].iter().filter_map(|name| std::fs::read(folder.join(name)).ok()),
    );
    all
}

fn configs() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/config/valid");
    let names = ["whole.toml", "other_spellings.toml", "crlf_and_bom.toml"];
    let mut all: Vec<_> = names.into_iter().map(|name| std::fs::read(folder.join(name)).unwrap()).collect();
    all.push(auralis::config::file::default_text().into_bytes());
    all
}

/// As Equalizer APO and AutoEq write them.
const CURVES: &[&str] = &[
    "Preamp: -6.1 dB\nFilter 1: ON LSC Fc 105 Hz Gain 5.5 dB Q 0.70\nFilter 2: ON PK Fc 1234.5 Hz Gain -3.2 dB Q 1.41\nFilter 3: OFF HSC Fc 10000 Hz Gain 2 dB Q 0.7\n",
    "GraphicEQ: 25 0.0; 40 1.5; 63 -2; 1000 3\n",
];

const QUEUES: &[&str] = &[
    "# The queue\n1 > Ann - One (First) 3:00\n  2   Two\n4 x\n/m/new.flac\n~/a b.mp3\n? artist:bowie year:1977..1979\nhttp://x/1\n",
    "3\n3\n./3\n# was: 1 2 3\n",
];

/// As kitty 0.43, xterm with sixels, WezTerm and tmux answer, keys between.
const ANSWERS: &[&str] = &[
    "j\x1b_Gi=31;OK\x1b\\\x1b[A\x1bP>|kitty(0.43.1)\x1b\\q\x1b[?62;52;c",
    "\x1bP>|XTerm(390)\x1b\\\x1b[6;20;10t\x1b[?64;1;2;4;6;9;15;18;21;22c",
    "\x1bP>|WezTerm 20240203\x1b\\\x1b[6;18;9t\x1b[?65;4;6;18;22c\x1b_Gi=31;ENOTSUPPORTED:no\x1b\\",
    "\x1b\x1b[?1c\x1bOP\x1b[200~typed\x1b[201~\x1bPtmux;\x1b\x1b_Gi=31;OK\x1b\x1b\\\x1b\\",
];

const SHOWN: &[&str] = &[
    "Mot\u{f6}rhead \u{2014} Ace of Spades",
    "\u{1f3b5}\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467} \u{1f1e9}\u{1f1ea} \u{65e5}\u{672c}\u{8a9e} e\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}",
    "\x1b]0;title\x07\x1b[31mred \u{202e}cilam\u{202c} \u{5e2}\u{5d1}\u{5e8}\u{9b}2J",
];

const REQUESTS: &[&str] = &[
    r#"{"id":1,"hello":1}"#,
    r#"{"id":2,"do":"add","paths":[{"path":"/m/a.flac"},{"path_hex":"2f6d2fff"}]}"#,
    r#"{"status":true,"follow":true,"playlists":true,"playlist":"Sunday","from":3}"#,
    r#"{"tell":"lyrics"}"#,
    r#"{"tell":{"search":{"query":"bowie","limit":5}}}"#,
    r#"{"edit":{"base":[[1,4]],"lines":[{"entries":[1,2]},{"path":[3,{"path":"/m/a"}]},{"query":[4,"x"]}]}}"#,
    r#"{"screen":{"version":6,"slow":true}}"#,
    r#"{"do":"seek +5"}"#,
];

/// Frames of messages of both directions, and messages without frames.
fn messages() -> Vec<Vec<u8>> {
    let there =
        Snapshot { catalog: std::sync::Arc::new(super::targets::catalog().clone()), ..Snapshot::default() };
    let there = std::sync::Arc::new(there);
    let changes = |slow| Told::default().changes(&there, &Encoder::default(), slow);
    let asked = [
        Command::Queue(Queue::PlayNow(Target::Paths(vec!["/m/a.flac".into()]))),
        Command::Playback(Playback::Next(1)),
    ];
    let mut all: Vec<_> =
        asked.into_iter().map(|command| packed(&ToCore::Ask(7, command)).unwrap()).collect();
    all.extend([packed(&changes(false)).unwrap(), packed(&changes(true)).unwrap()]);
    all.extend([packed(&ToScreen::State(changes(false))).unwrap(), packed(&ToScreen::Pong(1)).unwrap()]);
    let mut framed = Vec::new();
    for (message, lane) in all.iter().zip([Lane::State, Lane::Gauges, Lane::Sound].into_iter().cycle()) {
        let mut outlet = Outlet::default();
        outlet.push(lane, std::sync::Arc::clone(message));
        let mut bytes = Vec::new();
        outlet.write(&mut bytes).unwrap();
        framed.push(bytes);
    }
    all.iter().map(|message| message.to_vec()).chain(framed).collect()
}

fn sounds() -> Vec<Vec<u8>> {
    let samples: Vec<f32> = Material::new(256, 2, 44_100, 16).to_f32();
    let mut all = Vec::new();
    for far in [false, true] {
        let coded = coding::Encoder::new(2, far).encode(&samples, true);
        if let coding::Coded::Flac(bytes) = &coded {
            all.push(bytes.clone());
        }
        let chunk = Chunk { stream: 1, at: 0, frames: 256, exact: true, coded };
        all.push(packed(&ToEars::Chunk(chunk)).unwrap().to_vec());
    }
    all
}

/// What mpc, ncmpcpp and phones say.
const CLIENTS: &[&str] = &[
    "status\ncurrentsong\nplaylistinfo\nplaylistinfo \"1:3\"\nplchanges 0\nstats\noutputs\ncommands\n",
    "command_list_ok_begin\nadd \"a/b c.flac\"\nmove 0 2\nshuffle\ncommand_list_end\nidle player mixer\nnoidle\n",
    "find \"((Artist == \\\"Ann\\\") AND (!(Title contains 'x')))\" sort -Date window 0:10\nlist album group artist\nsearch any \"e\u{301}\"\n",
    "password \"x\"\nsticker get song \"a\" rating\nsubscribe auralis\nsendmessage auralis \"master on\"\nreadmessages\nalbumart \"a\" 0\nlsinfo /\n",
    "seekcur +5\nsetvol 50\nreplay_gain_mode album\nrangeid 1 0:5\nprioid 1 2\naddid \"http://x/1\" 0\nrescan\nbinarylimit 64\n",
];

#[cfg(feature = "http")]
const SERVERS: &[&str] = &[
    "HTTP/1.1 200 OK\r\nContent-Type: audio/x-mpegurl\r\nContent-Length: 26\r\nConnection: close\r\n\r\n#EXTM3U\nhttp://127.0.0.1/a\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: audio/x-scpls\r\n\r\n14\r\n[playlist]\nFile1=a\n\n\r\n0\r\n\r\n",
    "ICY 200 OK\r\nicy-name:One\r\nicy-br:128\r\ncontent-type:audio/mpeg\r\nicy-metaint:16\r\n\r\nxxxxxxxxxxxxxxxx",
    "HTTP/1.0 206 Partial Content\r\nContent-Range: bytes 5-9/10\r\nContent-Length: 5\r\nETag: \"a\"\r\n\r\n12345",
    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
];

/// Words of other languages, some of them wrong.
const LANGUAGES: &[&str] = &[
    "[texts]\n\"Queue\" = \"Kö\"\n\"Cannot play {name}\" = \"{name} går inte\"\n\"Mono\" = \"\"\n",
    "[nouns]\ntrack = { one = \"utwór\", few = \"utwory\", many = \"utworów\", other = \"utworu\" }\n",
    "[nouns]\ntrack = \"x\"\nalbum = { one = \"x\", some = 1 }\n[other]\n[texts]\n\"A {b}\" = \"{c:>9} {\"\nd = '''\\n{'''\n",
];

/// As LRCLIB answers, asked for a song and asked to search (https://lrclib.net/docs).
#[cfg(feature = "http")]
const FOUND_WORDS: &[&str] = &[
    r#"{"id":1,"trackName":"One","artistName":"Ann & Bob","albumName":"First","duration":60.4,"instrumental":false,"plainLyrics":"La\nla","syncedLyrics":"[00:17.12] La <00:18.00>la\n[00:20.00][01:20.00] \u001b[31mRed\n"}"#,
    r#"[{"trackName":"Two","artistName":"Ann","duration":1e300},{"trackName":" oNE ","artistName":"ann","duration":58,"instrumental":true,"plainLyrics":null,"syncedLyrics":" "},{"trackName":"One","artistName":"Ann","duration":61,"plainLyrics":"La"}]"#,
    r#"{"code":404,"name":"TrackNotFound","message":"Failed to find specified track"}"#,
];

/// As MusicBrainz answers: releases found, recordings found, one release (https://musicbrainz.org/doc/MusicBrainz_API).
#[cfg(feature = "http")]
const FOUND_RELEASES: &[&str] = &[
    r#"{"count":2,"offset":0,"releases":[{"id":"aff4a693-5970-4e2e-bd46-e2ee49c22de7","score":100,"count":1,"title":"the Love Bug","disambiguation":"promo","artist-credit":[{"name":"m-flo","joinphrase":" loves ","artist":{"id":"22dd2db3-88ea-4428-a7a8-5cd3acf23175","name":"m-flo","sort-name":"m-flo"}},{"name":"BoA"}],"release-group":{"id":"153f0a09-fead-3370-9b17-379ebd09446b"},"date":"2004-03-17","country":"JP","track-count":3,"label-info":[{"catalog-number":"RZCD-45118","label":{"name":"rhythm zone"}}],"media":[{"format":"CD","track-count":4294967295},{"format":"CD","track-count":9}]},{"id":"none","title":"x"}]}"#,
    r#"{"recordings":[{"id":"0cf3008f-e246-428f-abc1-35f87d584d60","score":97,"title":"One","artist-credit":[{"name":"Ann"}],"releases":[{"id":"aff4a693-5970-4e2e-bd46-e2ee49c22de7","title":"First","track-count":2},{"id":"aff4a693-5970-4e2e-bd46-e2ee49c22de7"}]},{"releases":null}]}"#,
    r#"{"id":"aff4a693-5970-4e2e-bd46-e2ee49c22de7","title":"the \u202eLove Bug","date":"2004-03","release-group":{"id":"153f0a09-fead-3370-9b17-379ebd09446b","first-release-date":"2003"},"label-info":[{"catalog-number":"R 1","label":null}],"artist-credit":[{"name":"m-flo","joinphrase":"","artist":{"id":"22dd2db3-88ea-4428-a7a8-5cd3acf23175","sort-name":"m-flo"}}],"media":[{"format":null,"title":"Side A","position":1,"track-count":2,"tracks":[{"id":"ec60f5e2-ed8a-391d-90cd-bf119c50f6a0","position":1,"title":"the Love\u001b[31m Bug","length":243000,"recording":{"id":"0cf3008f-e246-428f-abc1-35f87d584d60"}},{"position":4294967295,"title":"remix","length":18446744073709551615}]}]}"#,
];

/// As servers of the Subsonic API answer, whatever they are asked (https://opensubsonic.netlify.app/docs).
#[cfg(feature = "http")]
const TOLD: &[&str] = &[
    r#"{"subsonic-response":{"status":"ok","version":"1.16.1","type":"navidrome","serverVersion":"0.55","openSubsonic":true,"openSubsonicExtensions":[{"name":"formPost","versions":[1]},{"name":"songLyrics","versions":[1]},{"name":"indexBasedQueue"}],"searchResult3":{"song":[{"id":"tr-1","title":"One\u001b]0;x\u0007","artist":"Ann","album":"First","albumId":"al-1","track":1,"discNumber":2,"year":1994,"genre":"Rock","genres":[{"name":"Rock"},{"name":"Pop"}],"duration":60,"size":123456,"suffix":"flac","contentType":"audio/flac","path":"Ann/First/01 One.flac","created":"2024-01-02T03:04:05.678Z","starred":"2024-01-02T03:04:05Z","userRating":4,"bitRate":900,"samplingRate":44100,"channelCount":2,"bitDepth":16,"replayGain":{"trackGain":-6.5,"albumGain":-7,"trackPeak":0.98,"albumPeak":1},"musicBrainzId":"0cf3008f-e246-428f-abc1-35f87d584d60","artists":[{"id":"a","name":"Ann"}],"albumArtists":[{"name":"Ann"}],"isDir":false,"type":"music","coverArt":"c1"},{"id":7,"title":"Two","path":"../../etc/passwd","suffix":"mp3","duration":-1,"size":1e30}]},"albumList2":{"album":[{"id":"al-1","name":"First","artist":"Ann","year":1994,"isCompilation":true,"releaseTypes":["Album"]}]}}}"#,
    r#"{"subsonic-response":{"status":"ok","version":"1.16.1","openSubsonic":true,"openSubsonicExtensions":[{"name":"songLyrics","versions":[1]}],"song":{"id":"tr-1","title":"One","artist":"Ann","coverArt":"c1"},"album":{"id":"al-1","song":[{"id":"tr-9","title":"Nine","suffix":"ogg"}]},"lyricsList":{"structuredLyrics":[{"lang":"eng","synced":true,"offset":-100,"line":[{"start":1000,"value":"La"},{"start":4000000000000,"value":"\u202ela"}]},{"synced":false,"line":[{"value":"La"}]}]},"playQueueByIndex":{"currentIndex":1,"position":18446744073709551615,"entry":[{"id":"tr-1"},{"id":"tr-2"}]},"playQueue":{"current":"tr-2","position":1000,"entry":[{"id":"tr-1"},{"id":"tr-2"}]}}}"#,
    r#"{"subsonic-response":{"status":"failed","version":"1.16.1","error":{"code":70,"message":"Not \u001b[31mfound\u202e"}}}"#,
    r#"<?xml version="1.0"?><subsonic-response status="failed"><error code="41" message="no"/></subsonic-response>"#,
];

/// The bytes between titles, in two bytes, then sound and titles.
#[cfg(feature = "http")]
fn stations() -> Vec<Vec<u8>> {
    let sound = &music()[2];
    let titles = ["Ann - One", "Don't; 'stop'", "\x1b[2J\u{202e}x"];
    [256_u16, 1_000]
        .map(|interval| {
            let stream = crate::radio::with_titles(sound, usize::from(interval), &titles);
            [&interval.to_be_bytes()[..], &stream].concat()
        })
        .to_vec()
}

/// Which call, how many arguments, their kinds and values.
#[cfg(feature = "desktop")]
fn calls() -> Vec<Vec<u8>> {
    let path = |number: &str| {
        [&[5, number.len() as u8 + 24][..], b"/org/mpris/auralis/item/", number.as_bytes()].concat()
    };
    vec![
        [&[0, 0, 0][..], &5_000_000_i64.to_be_bytes()].concat(),
        [&[1, 1][..], &path("2"), &[0], &1_000_000_i64.to_be_bytes()].concat(),
        [&[2, 0, 8, 15][..], b"file:///m/a.mp3"].concat(),
        [&[5, 2, 8, 10][..], b"http://x/1", &path("1"), &[3, 1]].concat(),
        [&[7, 0][..], &path("3")].concat(),
        [&[10, 1, 4, 6, 4, 2][..]].concat(),
        [&[12, 2, 4, 6, 4, 2, 7, 2][..], &0.5_f64.to_bits().to_be_bytes()].concat(),
        [&[12, 2, 4, 6, 4, 5, 7, 4, 1][..]].concat(),
        [&[9, 3, 1][..], &0_u64.to_be_bytes(), &[1], &10_u64.to_be_bytes(), &[8, 0, 3, 0]].concat(),
    ]
}
