//! What is for its user alone, and what nobody asked for: modes of files, the network, what others' texts do to a terminal.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::home::Home;
#[cfg(feature = "http")]
use crate::media::fixture;
use crate::mpd::{net_sockets, net_sockets_of};
use crate::pseudo_terminal::Session;
#[cfg(feature = "http")]
use crate::radio::with_titles;
#[cfg(feature = "http")]
use crate::server::Server;

/// What can be looked at by keys is looked at, with a song whose words, cover and likes nobody has.
#[test]
fn the_network_is_left_alone_unless_it_was_asked_for() {
    let home = Home::with_music();
    let mut session = Session::start(&home, &["music"]);
    // From the very start on.
    while !session.text().contains("3 tracks · 1 album") {
        assert_eq!(net_sockets_of(session.process(), false), [], "at the start");
        std::thread::sleep(Duration::from_millis(5));
    }
    for keys in ["C", "q", "gW", "q", "gi", "q", "g=", "gF", "q", "g,", "q", "go", "q", ":scan\r", ">"] {
        session.press(keys);
        let until = Instant::now() + Duration::from_millis(100);
        while Instant::now() < until {
            assert_eq!(net_sockets(session.process()), [], "behind {keys}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    session.quit();
}

/// Somebody's shell may have no mask at all: nobody else comes into any folder that the player makes.
#[test]
fn what_the_player_makes_is_for_its_user_alone_whatever_the_mask() {
    let home = Home::with_music();
    let program = env!("CARGO_BIN_EXE_auralis");
    let script = r#"umask 0
"$0" scan -q music && "$0" config set screen.fps 20 || exit 1
"$0" daemon --output null & daemon=$!
until "$0" ctl add music/1.wav; do kill -0 $daemon && sleep 0.2 || exit 1; done
find "$XDG_RUNTIME_DIR" -type s -perm /077 -print
"$0" ctl shutdown; wait $daemon"#;
    let mut command = Command::new("sh");
    command.args(["-c", script, program]).env_clear().env("HOME", home.folder());
    command.env("PATH", std::env::var_os("PATH").unwrap()).env("XDG_RUNTIME_DIR", home.runtime());
    let told = command.current_dir(home.folder()).output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let open = String::from_utf8_lossy(&told.stdout);
    assert!(!open.contains(".sock"), "a socket is open to others: {open}");
    for made in [".config", ".local", ".cache", ".run"].map(|name| home.path(name)) {
        let Ok(metadata) = made.metadata() else { continue };
        assert_eq!(metadata.permissions().mode() & 0o077, 0, "{}", made.display());
    }
    assert!(home.path(".config/auralis/config.toml").exists() && home.path(".local/share/auralis").exists());
}

/// Words of songs, names of playlists and of what is in them: none of them commands the terminal.
#[test]
fn words_and_playlists_never_command_the_terminal() {
    let home = Home::new();
    let evil = "\x1b]0;EVIL\x07\x1b[2J\x1b[31mred\u{9b}31m\u{202e}\u{7f}";
    home.song("music/a.wav", 60.0, &[("INAM", "Alpha")]);
    home.put("music/a.lrc", format!("[ti:{evil}]\n[00:00.00]Words {evil}\n[00:30.00]{evil}\n").as_bytes());
    let list = format!(
        "#EXTM3U\n#PLAYLIST:List {evil}\n#EXTINF:60,Entry {evil}\na.wav\n{evil}.wav\nhttp://127.0.0.1:9/#{evil}\n"
    );
    home.put("music/list.m3u8", list.as_bytes());
    let imported = home.program(&["playlist", "import", "music/list.m3u8"]).output().unwrap();
    for told in [&imported.stdout, &imported.stderr] {
        assert_eq!(command_in(told), None, "{}", String::from_utf8_lossy(told));
    }
    let mut session = Session::start(&home, &["music"]);
    session.wait_for("►");
    session.press("gW");
    session.wait_for("Words");
    session.press("q");
    session.press("gL");
    session.wait_for("Playlists 1");
    session.press("l");
    session.wait_up();
    session.press("q");
    assert_eq!(session.end(), 0);
    let raw = session.raw();
    assert_eq!(command_in(&raw), None);
}

/// What a station says of itself and of its songs, and how a server refuses: on the screen, in what it writes to the
/// window's title, and in what scripts read.
#[cfg(feature = "http")]
#[test]
fn stations_and_servers_never_command_the_terminal() {
    let evil = "\x1b]0;EVIL\x07\x1b[2J\x1b[31mred\u{9b}31m\u{202e}\u{7f}";
    let sound = std::fs::read(fixture("untagged.mp3").path).unwrap();
    let titles = with_titles(&sound, 5_000, &[&format!("Title {evil}")]);
    let server = Server::new(move |line| {
        let name = format!("icy-name: Station {evil}\r\nicy-genre: {evil}\r\nicy-url: {evil}\r\n");
        let plays = match line.asked.path.as_str() {
            "/named" => line.send(format!("ICY 200 OK\r\n{name}content-type: audio/mpeg\r\n\r\n").as_bytes()),
            "/live" => line.send(
                b"ICY 200 OK\r\nicy-name: Radio\r\nicy-metaint: 5000\r\ncontent-type: audio/mpeg\r\n\r\n",
            ),
            _ => {
                line.send(format!("HTTP/1.1 404 {evil}\r\nContent-Type: {evil}\r\n\r\n{evil}").as_bytes());
                false
            }
        };
        while plays && line.trickle(&titles, 4_000, Duration::from_millis(50)) {}
    });
    let home = Home::new();
    let address = |path| server.at(path).to_str().unwrap().to_owned();
    let mut session = Session::start(&home, &[&address("/live")]);
    session.wait_for("Title");
    let told = home.program(&["status"]).output().unwrap();
    assert_eq!(command_in(&told.stdout), None, "{}", String::from_utf8_lossy(&told.stdout));
    for path in ["/named", "/refused"] {
        session.press(&format!(":add {}\r", address(path)));
        session.wait_up();
        session.press(">");
        session.wait_up();
    }
    session.press("gM");
    session.wait_for("What was told");
    session.press("q");
    session.press("q");
    assert_eq!(session.end(), 0);
    assert_eq!(command_in(&session.raw()), None);
}

/// A command of the texts above among these bytes.
fn command_in(bytes: &[u8]) -> Option<&'static str> {
    let commands = ["EVIL\x07", "\x1b]0;", "\x1b[2J\x1b[31m", "\u{9b}", "\u{202e}", "\x7f", "\x1b[31mred"];
    commands
        .into_iter()
        .find(|command| bytes.windows(command.len()).any(|window| window == command.as_bytes()))
}
