//! The whole program in a pseudo-terminal, as a person uses it: what is seen after which key, how it leaves, and what is
//! found when it is started again.

use std::time::{Duration, Instant};

use auralis::library::store::{SCHEMA_VERSION, Store};
use rustix::process::Signal;

use crate::home::{Home, PATIENCE};
use crate::pseudo_terminal::{Session, Start};

/// A hang-up or a polite kill may take no longer than this.
const PROMPT_END: Duration = Duration::from_secs(20);

/// Paused at 0:00 of the first of three, the tracks of the library selected: what is seen now moves by keys alone.
fn paused(home: &Home) -> Session {
    let mut session = Session::start(home, &["music"]);
    session.wait_for("3 tracks · 1 album");
    session.wait_for("►");
    session.press(" ");
    session.wait_for("❚❚");
    session.press(":seek 0\r");
    session.wait_time(0..=0);
    session.press("ll");
    session.wait_selected("Alpha");
    session
}

#[test]
fn an_empty_library_says_what_to_do() {
    let home = Home::new();
    let session = Session::start(&home, &[]);
    session.wait_for("No music here yet");
    // That the user has no music folder is nothing to complain of.
    session.wait_for("The library has no folder yet");
    session.wait_for("Nothing is playing");
    assert!(session.is_raw());
    session.quit();
}

/// A first run: Enter asks for the folder of the music, which may be typed with its name completed.
#[test]
fn a_first_run_asks_for_the_music() {
    let home = Home::with_music();
    let mut session = Session::start(&home, &[]);
    session.wait_for("<Enter>  say where your music is");
    session.press("\r");
    session.wait_for(":scan ~/Music/");
    session.press("\x15scan ~/mus\t");
    session.wait_for(":scan ~/music/");
    session.press("\r");
    session.wait_for("3 tracks · 1 album");
    session.quit();
}

#[test]
fn a_folder_appears_and_its_first_track_plays() {
    let home = Home::with_music();
    let session = Session::start(&home, &["music"]);
    session.wait("what plays", |screen| {
        let text = screen.contents();
        ["3 tracks · 1 album", "Queue 3 · 3:00", " ►  Alpha", "Ann  ·  First", "PCM 8 kHz 16 bit mono"]
            .iter()
            .all(|part| text.contains(part))
    });
    session.wait_time(1..=59);
    session.quit();
}

#[test]
fn keys_move_search_and_filter() {
    let home = Home::with_music();
    let mut session = paused(&home);
    for (keys, title) in [
        ("j", "Bravo"),
        ("G", "Charlie"),
        ("k", "Bravo"),
        ("gg", "Alpha"),
        ("2j", "Charlie"),
        ("2G", "Bravo"),
    ] {
        session.press(keys);
        session.wait_selected(title);
    }
    // Of the titles only Bravo and Charlie have it; the album has it, too.
    session.press("gg/title:r\r");
    session.wait_selected("Bravo");
    session.press("n");
    session.wait_selected("Charlie");
    session.press("n");
    session.wait_selected("Bravo");
    session.press("N");
    session.wait_selected("Charlie");
    session.press("fbrav\r");
    session.wait_for("1 of 3 tracks");
    session.press("\x1b");
    session.wait_for("3 tracks · 1 album");
    session.quit();
}

#[test]
fn the_queue_is_filled_cut_and_mended() {
    let home = Home::with_music();
    let mut session = paused(&home);
    session.press("ja");
    session.wait_for("Queue 4 · 4:00");
    session.press("gq");
    session.wait_selected("Alpha");
    session.press("dd");
    session.wait_for("Queue 3 · 3:00");
    session.press("u");
    session.wait_for("Queue 4 · 4:00");
    session.press("3dd");
    session.wait_for("Queue 1 · 1:00");
    session.press("u");
    session.wait_for("Queue 4 · 4:00");
    session.press("G\r");
    session.wait_for(" ►  Bravo");
    session.press("D");
    session.wait_for("Nothing is playing");
    session.quit();
}

/// The editor has the terminal to itself: what is typed then is its own, and the screen comes back whole.
#[test]
fn an_editor_has_the_terminal_until_it_ends() {
    let home = Home::with_music();
    let script = home.folder().join("editor");
    // It reads a line from the terminal, and turns the queue around.
    let text = "echo EDITOR; read word; echo got $word >&2; tac \"$1\" > \"$1.new\"; cat \"$1.new\" > \"$1\"; rm \"$1.new\"";
    std::fs::write(&script, text).unwrap();
    let editor = format!("sh {}", script.display());
    let start = Start { words: &["music"], variables: &[("VISUAL", &editor)], ..Start::default() };
    let mut session = Session::begin(&home, &start);
    session.wait_for("Queue 3 · 3:00");
    session.press(" ");
    session.wait_for("❚❚");
    session.press("gqe");
    session.wait_for("EDITOR");
    assert!(!session.is_raw(), "the editor takes the terminal as it was");
    session.press("qqq\n");
    session.wait_for("The queue has 3 tracks now");
    assert!(session.is_raw());
    session.press("gg");
    session.wait_selected("Charlie");
    session.press("u");
    session.wait_for("Taken back: edited the queue");
    session.press("gg");
    session.wait_selected("Alpha");
    session.quit();
}

#[test]
fn commands_complete_and_help_is_at_hand() {
    let home = Home::with_music();
    let mut session = paused(&home);
    session.press(":vol\t");
    session.wait_for(":volume ");
    session.press("30\r");
    session.wait_for("vol 30%");
    session.press(":add music/\t");
    session.wait_for("music/1.wav");
    session.press("\x1b");
    session.wait_without(":add music/");
    session.press(":no-such-thing\r");
    session.wait_for("no-such-thing");
    session.press("g?");
    session.wait_for("Keys and commands");
    session.press("/mute\r");
    session.wait_selected("gm");
    session.press("\x1b");
    session.wait_without("Keys and commands");
    session.quit();
}

#[test]
fn seek_and_volume_go_where_they_are_told() {
    let home = Home::with_music();
    let mut session = paused(&home);
    for (keys, second) in [
        (":seek 0:30\r", 30),
        ("\x1b[C", 35),
        // Before the first is heard the second is asked.
        ("\x1b[D\x1b[D", 25),
        ("50%", 30),
        ("%", 0),
    ] {
        session.press(keys);
        session.wait_time(second..=second);
    }
    for (keys, seen) in [
        ("-", "vol 95%"),
        ("]", "vol 96%"),
        (":volume 40\r", "vol 40%"),
        ("gm", "muted"),
        ("gm", "vol 40%"),
        ("r", "repeat "),
        (">", "■  Bravo"),
        ("<", "■  Alpha"),
    ] {
        session.press(keys);
        session.wait_for(seen);
    }
    session.quit();
}

#[test]
fn every_size_is_drawn() {
    let home = Home::with_music();
    let session = paused(&home);
    for size in [(20, 5), (1, 1), (400, 120), (2, 60), (300, 2), (80, 24), (37, 9), (120, 30)] {
        session.resize(size);
        // Smaller ones have no room to say anything.
        if size.0 >= 20 {
            session.wait_size(size);
        }
        if size.0 >= 20 && size.1 >= 5 {
            session.wait_for("Alpha");
        }
    }
    session.wait_for("Queue 3 · 3:00");
    session.quit();
}

#[test]
fn the_mouse_selects_opens_and_drags() {
    let home = Home::with_music();
    let mut session = paused(&home);
    let charlie = session.place_of("3 Charlie");
    session.click(charlie);
    session.wait_selected("Charlie");
    session.click(session.place_of("2 Bravo"));
    session.wait_selected("Bravo");
    // Two quick clicks on one cell open.
    session.click(charlie);
    session.click(charlie);
    session.wait_for(" ►  Charlie");
    session.press(" ");
    session.wait_for("❚❚");
    // The bar stands between the times: its first cell is 0 %, its last 100 %.
    let (_, row) = session.place_of("1:00  -");
    let first = session.place_of("0:0").0 + 5;
    let last = session.place_of("1:00  -").0 - 2;
    let at = |percent: u16| (first + (last - first) * percent / 100, row);
    session.mouse(0, at(10), 'M');
    session.wait_time(5..=6);
    session.mouse(32, at(30), 'M');
    session.mouse(32, at(50), 'M');
    session.mouse(0, at(50), 'm');
    session.wait_time(29..=30);
    session.mouse(65, at(50), 'M');
    session.wait_for("vol 95%");
    session.quit();
}

#[test]
fn pasted_text_presses_no_keys() {
    let home = Home::with_music();
    let mut session = paused(&home);
    session.press("\x1b[200~qqq:quit\r\x1b[201~");
    session.wait_for("Pasted text is only taken");
    session.press(":");
    session.press("\x1b[200~volume 10\r\nquit\r\n\x1b[201~");
    session.wait_for(":volume 10");
    session.wait_for("vol 100%");
    session.press("\x1b");
    session.wait_without(":volume 10");
    session.quit();
}

#[test]
fn what_files_say_never_commands_the_terminal() {
    let home = Home::new();
    let evil = "X\x1b]0;TITLE\x07\x1b[2J\x1b[31mY\u{9b}31mZ\u{202e}\u{7f}";
    home.song("music/a.wav", 60.0, &[("INAM", evil), ("IART", evil), ("IPRD", evil), ("IPRT", "1")]);
    home.song("music/\x1b]0;NAME\x07\n.wav", 60.0, &[]);
    home.put("music/\x1b]0;GARBAGE\x07.mp3", b"not music at all");
    let mut session = Session::start(&home, &["music"]);
    session.wait_for("Tracks 2");
    // Two notices tell of it, that of the scan and that of the playing, and the later one may be all that is drawn; this stays.
    session.wait_for("✗ 1");
    session.press("jllj");
    session.wait_selected("X");
    session.press("gq:add music/\t");
    // What no terminal can show cannot be typed either, and is not offered.
    session.wait_for(":add music/a.wav");
    session.press("\x1b");
    session.wait_without(":add");
    session.press(":play-now music/a\t");
    session.wait_for(":play-now music/a.wav");
    session.press("\r");
    session.wait_without(":play-now");
    session.press("q");
    assert_eq!(session.end(), 0);
    // Titles of the window are ours; nothing of the files is in them but what can be shown.
    let (titles, raw) = titles(&session.raw());
    assert!(titles.iter().any(|title| title.starts_with('X')), "{titles:?}");
    for title in &titles {
        let shows = |c: char| !c.is_control() && c != '\u{202e}';
        assert!(title.chars().all(shows), "{title:?}");
    }
    // The colour of the background is asked for.
    let raw = String::from_utf8_lossy(&raw).replace("\x1b]11;?\x1b\\", "").into_bytes();
    let has = |bytes: &[u8]| raw.windows(bytes.len()).any(|window| window == bytes);
    // A control sequence of the file would be one of these; ours are none of them.
    for bytes in
        [&b"\x1b]"[..], b"\x07", b"\x1b[2J\x1b[31m", "\u{9b}".as_bytes(), "\u{202e}".as_bytes(), b"\x7f"]
    {
        assert!(!has(bytes), "{bytes:?} reached the terminal");
    }
}

/// What the window was called one after the other, and what else was written.
fn titles(raw: &[u8]) -> (Vec<String>, Vec<u8>) {
    let (mut titles, mut rest) = (Vec::new(), Vec::new());
    let mut left = raw;
    while let Some(at) = left.windows(4).position(|window| window == b"\x1b]2;") {
        let end = at + left[at..].iter().position(|&byte| byte == 7).expect("the end of a title");
        titles.push(String::from_utf8(left[at + 4..end].to_vec()).unwrap());
        rest.extend(&left[..at]);
        left = &left[end + 1..];
    }
    rest.extend(left);
    (titles, rest)
}

/// The window bears the name of what plays, and its own again in the end. What has no window is not named.
#[test]
fn the_window_is_named_by_what_plays() {
    let home = Home::with_music();
    let mut session = Session::start(&home, &["music"]);
    session.wait_up();
    session.press("ll\r");
    session.wait_for("►");
    session.press("ZZ");
    assert_eq!(session.end(), 0);
    let raw = String::from_utf8_lossy(&session.raw()).into_owned();
    let (named, _) = titles(&session.raw());
    // The first frame may have the song already.
    assert!(named.iter().any(|name| name == "Ann - Alpha - auralis"), "{named:?}");
    assert_eq!((raw.matches("\x1b[22;2t").count(), raw.matches("\x1b[23;2t").count()), (1, 1));
    assert!(raw.rfind("\x1b[23;2t") > raw.rfind("\x1b]2;"), "the old title comes last");
    for (variables, config) in [(&[("TERM", "linux")][..], ""), (&[], "[screen]\ntitle = false\n")] {
        home.put(".config/auralis/config.toml", config.as_bytes());
        let mut session = Session::begin(&home, &Start { variables, ..Start::default() });
        session.wait_up();
        session.press("ZZ");
        assert_eq!(session.end(), 0);
        assert_eq!(titles(&session.raw()).0, [""; 0], "{variables:?}");
        let raw = String::from_utf8_lossy(&session.raw()).into_owned();
        assert!(!raw.contains("\x1b[23;2t"));
    }
}

/// The parameters of each SGR sequence.
fn colours(raw: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(raw);
    let sequences = text.split("\x1b[").skip(1);
    let sgr = sequences.filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';' && c != ':')?;
        rest[end..].starts_with('m').then(|| rest[..end].to_owned())
    });
    let is_colour = |word: &str| matches!(word.parse(), Ok(30..=38 | 40..=48 | 90..=97 | 100..=107));
    sgr.filter(|words| words.split([';', ':']).any(is_colour)).collect()
}

#[test]
fn without_colour_nothing_is_coloured_and_all_is_seen() {
    let home = Home::with_music();
    let plain: &[(&str, &str)] = &[("NO_COLOR", "1")];
    for variables in [&[][..], plain] {
        let start = Start { words: &["music"], variables, ..Start::default() };
        let mut session = Session::begin(&home, &start);
        session.wait_for("3 tracks · 1 album");
        session.press("ll");
        session.wait_selected("Alpha");
        session.press("q");
        assert_eq!(session.end(), 0);
        let coloured = colours(&session.raw());
        assert_eq!(coloured.is_empty(), variables == plain, "{coloured:?}");
    }
}

#[test]
fn the_shell_and_back_by_control_z() {
    let home = Home::with_music();
    let mut session = Session::begin(&home, &Start { in_shell: true, ..Start::default() });
    session.wait_for("ready>");
    session.press("$PROGRAM --output null music\n");
    session.wait_for("3 tracks · 1 album");
    session.press("\x1a");
    session.wait_for("Stopped");
    session.wait("the first screen", |screen| !screen.alternate_screen() && !screen.hide_cursor());
    session.press("stty -a | grep -q ' icanon' && echo cooked-$((40+2))\n");
    session.wait_for("cooked-42");
    session.press("clear; fg\n");
    session.wait("the screen again", |screen| {
        screen.alternate_screen() && screen.contents().contains("3 tracks · 1 album")
    });
    assert!(session.is_raw());
    session.press("q");
    session.wait("the shell", |screen| {
        !screen.alternate_screen() && !screen.hide_cursor() && screen.contents().contains("ready>")
    });
    session.press("echo code-$?-$((40+2))\n");
    session.wait_for("code-0-42");
    session.press("exit\n");
    assert_eq!(session.exit_within(crate::home::PATIENCE), 0);
}

#[test]
fn control_c_ends_no_song() {
    let home = Home::with_music();
    let mut session = paused(&home);
    session.press("\x03");
    session.wait_for("Type :quit");
    session.press(" ");
    session.wait_for("►");
    session.quit();
}

/// Plays in the second of three from 0:20 on, ends it, and starts again without words.
fn found_again(end: impl FnOnce(&mut Session)) {
    let home = Home::with_music();
    let mut session = paused(&home);
    session.press("jj\r");
    session.wait_for(" ►  Charlie");
    session.press(":seek 0:20\r");
    let last_seen = session.wait_time(21..=50);
    end(&mut session);
    drop(session);
    let mut session = Session::start(&home, &[]);
    // Enter on a track of the library put it behind the one that played.
    session.wait_for("Queue 4 · 4:00");
    session.wait_for("■  Charlie");
    // It may have played on a little before it was told to end.
    let found = session.wait_time(last_seen..=last_seen + 3);
    session.press(" ");
    session.wait_for(" ►  Charlie");
    session.wait_time(found + 1..=59);
    session.quit();
}

#[test]
fn quit_keeps_queue_and_place() {
    found_again(|session| {
        session.press(":q\r");
        assert_eq!(session.end(), 0);
    });
}

#[test]
fn a_polite_kill_keeps_queue_and_place() {
    found_again(|session| {
        session.signal(Signal::TERM);
        assert_eq!(session.exit_within(PROMPT_END), 0);
        session.check_restored();
    });
}

#[test]
fn a_hang_up_keeps_queue_and_place() {
    found_again(|session| {
        session.signal(Signal::HUP);
        assert_eq!(session.exit_within(PROMPT_END), 0);
        session.check_restored();
    });
}

#[test]
fn a_closed_terminal_keeps_queue_and_place() {
    found_again(|session| {
        session.close_terminal();
        session.exit_within(PROMPT_END);
    });
}

/// No screen, a message, exit code 1.
fn refused(home: &Home, words: &[&str], variables: &[(&str, &str)], message: &str) {
    let mut session = Session::begin(home, &Start { words, variables, ..Start::default() });
    let code = session.end();
    let text = session.text().replace('\n', "");
    assert!(text.contains("error: ") && text.contains(message), "{text}");
    assert_eq!(code, 1, "{text}");
    assert!(!session.raw().windows(8).any(|bytes| bytes == b"\x1b[?1049h"), "the screen was taken");
}

#[test]
fn what_cannot_begin_says_why_and_touches_nothing() {
    let home = Home::new();
    refused(&home, &["--data-dir", "/proc/nowhere"], &[], "--data-dir");
    refused(&home, &["--log", "/proc/nowhere/log"], &[], "/proc/nowhere/log");

    home.put("garbage/library.redb", &b"this is no library".repeat(1000));
    refused(&home, &["--data-dir", "garbage"], &[], "left as it is");
    home.put("empty-name/library.redb/x", b"a folder in the place of the file");
    refused(&home, &["--data-dir", "empty-name"], &[], "library.redb");

    let file = home.path("future/library.redb");
    assert!(Store::open(&file, Box::new(|_| ())).unwrap().close(Duration::from_secs(60)));
    let store = redb::Database::open(&file).unwrap();
    let change = store.begin_write().unwrap();
    let meta: redb::TableDefinition<'_, &str, u32> = redb::TableDefinition::new("meta");
    change.open_table(meta).unwrap().insert("schema_version", SCHEMA_VERSION + 1).unwrap();
    change.commit().unwrap();
    drop(store);
    refused(&home, &["--data-dir", "future"], &[], "Update auralis");
}

#[test]
fn without_a_terminal_there_is_no_screen() {
    let home = Home::new();
    let output = home.program::<&str>(&[]).env("TERM", "xterm").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("needs a terminal") && message.contains("auralis play"), "{message}");
}

#[test]
fn without_a_home_but_with_places_it_plays() {
    let home = Home::with_music();
    home.put("config.toml", b"");
    let words = ["--data-dir", "data", "--config", "config.toml", "music"];
    let start = Start { words: &words, variables: &[("HOME", "")], ..Start::default() };
    let session = Session::begin(&home, &start);
    session.wait_for(" ►  Alpha");
    session.quit();
}

#[test]
fn what_is_not_music_is_told_and_the_rest_plays() {
    let home = Home::with_music();
    home.put("garbage.mp3", b"not music at all");
    home.put("empty.flac", b"");
    home.put("letter.txt", b"Dear Sir");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        home.path("fifo.mp3"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RWXU,
        0,
    )
    .unwrap();
    std::os::unix::fs::symlink("/dev/zero", home.path("zero.wav")).unwrap();
    // Told by the queue, or by the scan that comes after it.
    for (name, whys) in [
        ("none", ["No such file", "No such file"]),
        ("fifo.mp3", ["not a regular file", "not a regular file"]),
        ("zero.wav", ["not a regular file", "not a regular file"]),
        ("garbage.mp3", ["no known audio format", "is not audio"]),
        ("letter.txt", ["no known audio format", "is not audio"]),
        ("empty.flac", ["is empty", "is empty"]),
    ] {
        let session = Session::start(&home, &[name, "music/3.wav"]);
        session.wait("reason", |screen| whys.iter().any(|why| screen.contents().contains(why)));
        session.wait_for(" ►  Charlie");
        session.quit();
        std::fs::remove_dir_all(home.path(".local")).unwrap();
    }
}

#[test]
fn a_file_removed_while_it_plays_ends_nothing() {
    let home = Home::new();
    home.song("music/1.wav", 1.5, &[("INAM", "Short")]);
    home.song("music/2.wav", 60.0, &[("INAM", "Gone")]);
    home.song("music/3.wav", 60.0, &[("INAM", "Long")]);
    let session = Session::start(&home, &["music"]);
    session.wait_for(" ►  Short");
    std::fs::remove_file(home.path("music/1.wav")).unwrap();
    session.wait("the next", |screen| {
        let text = screen.contents();
        text.contains(" ►  Gone") || text.contains(" ►  Long")
    });
    session.quit();
}

#[test]
fn a_queue_whose_files_are_gone_says_so() {
    let home = Home::with_music();
    let session = Session::start(&home, &["music"]);
    session.wait_for(" ►  Alpha");
    session.wait_for("3 tracks · 1 album");
    session.quit();
    std::fs::remove_dir_all(home.path("music")).unwrap();
    // A scan would say so first.
    home.put(".config/auralis/config.toml", b"scan_at_start = false\n");
    let mut session = Session::start(&home, &[]);
    session.wait_for("Queue 3");
    session.press(" ");
    session.wait_for("Cannot play");
    session.wait_for("No such file");
    session.wait("three that do not play", |screen| screen.contents().matches('✗').count() >= 3);
    session.quit();
}

/// Without a device, and with a sound library that complains on standard error about it.
#[cfg(feature = "device")]
#[test]
fn no_device_is_told_and_complaints_of_libraries_stay_off_the_screen() {
    let home = Home::with_music();
    let variables = [("ALSA_CONFIG_PATH", "/nowhere"), ("PULSE_SERVER", "unix:/nowhere")];
    let start = Start { words: &["music"], variables: &variables, real_output: true, ..Start::default() };
    let mut session = Session::begin(&home, &start);
    session.wait_for(" ►  Alpha");
    session.wait_time(1..=59);
    session.press("\x1b");
    session.wait_for("null: ");
    session.press("q");
    assert_eq!(session.end(), 0);
    let raw = String::from_utf8_lossy(&session.raw()).into_owned();
    assert!(!raw.contains("ALSA lib"), "{raw}");
    let log = std::fs::read_to_string(home.path(".local/state/auralis/auralis.log")).unwrap();
    assert!(log.contains("ALSA lib"), "the library did not complain: {log}");
}

/// Frames wait for it, keys do not.
#[test]
fn a_terminal_that_reads_nothing_holds_up_no_key() {
    let home = Home::with_music();
    let start = Start { words: &["music"], size: (250, 70), ..Start::default() };
    let mut session = Session::begin(&home, &start);
    session.wait_for("►");
    session.press(":debug\r");
    session.wait_for("fps");
    session.unread(|keys| {
        // Each is a frame of its own, of more bytes than a terminal keeps unread.
        for _ in 0..200 {
            keys.write_all(b"g?").unwrap();
            std::thread::sleep(Duration::from_millis(5));
        }
        keys.write_all(b":volume 37\r").unwrap();
        let until = Instant::now() + PATIENCE;
        while home.program(&["status", "--format", "{volume}"]).output().unwrap().stdout != b"37\n" {
            assert!(Instant::now() < until, "the key waits for the terminal");
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    session.wait_for("37%");
    session.wait("frames that were held", |screen| {
        let text = screen.contents();
        let held = text.split("held ").nth(1).and_then(|rest| rest.split_whitespace().next());
        held.is_some_and(|held| held.parse::<u32>().is_ok_and(|held| held > 0))
    });
    session.press(":debug\r");
    session.wait_without("fps");
    session.quit();
}

/// Lines, macros and crates of music are there again; a file that is none of ours is told, and made anew.
#[test]
fn a_screen_remembers_what_the_last_one_knew() {
    let home = Home::with_music();
    let mut session = paused(&home);
    session.press(":volume 41\r");
    session.wait_for("vol 41%");
    session.press("qajq");
    session.wait_selected("Bravo");
    session.press("\"byy");
    session.quit();

    let mut session = Session::start(&home, &[]);
    session.wait_for("3 tracks · 1 album");
    session.press(":\x1b[A");
    session.wait_for(":volume 41");
    session.press("\x1b");
    session.wait_without(":volume 41");
    session.press("ll@a");
    session.wait_selected("Bravo");
    session.press(":registers\r");
    session.wait_for("b: 1 track");
    session.press("gq\"bP");
    session.wait_for("Queue 4 · 4:00");
    session.quit();

    let file = home.put(".local/state/auralis/screen.json", b"{");
    let session = Session::start(&home, &[]);
    session.wait_for("what the screen remembers is lost");
    session.quit();
    assert!(std::fs::read_to_string(file).unwrap().starts_with("{\"version\":1"));
}
