//! The player as a server of MPD's protocol: the real program in a pseudo-terminal, driven by bare lines and by `mpc`.
//! What a client does is seen on the screen. What MPD itself answers, `tests/mpd_compare.py` compares.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::home::{Home, PATIENCE};
use crate::pseudo_terminal::Session;

const SOCKET: &str = ".run/mpd.sock";

/// A home with three songs, and these lines in the table `[mpd]` beside the socket.
fn home(more: &str) -> Home {
    let home = Home::with_music();
    listening(&home, &format!("listen = [\"{}\"]\n{more}", home.path(SOCKET).display()));
    home
}

fn listening(home: &Home, table: &str) {
    let music = home.path("music");
    let text = format!("music = [\"{}\"]\n[mpd]\n{table}", music.display());
    home.put(".config/auralis/config.toml", text.as_bytes());
}

fn started(home: &Home) -> Session {
    let session = Session::start(home, &[]);
    session.wait_for("3 tracks · 1 album");
    session
}

trait Wire: Read + Write {}
impl<T: Read + Write> Wire for T {}

/// A client of its own making.
struct Client {
    stream: BufReader<Box<dyn Wire>>,
}

impl Client {
    fn connect(home: &Home) -> Self {
        let stream = UnixStream::connect(home.path(SOCKET)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self::greeted(Box::new(stream))
    }

    fn over_tcp(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self::greeted(Box::new(stream))
    }

    fn greeted(stream: Box<dyn Wire>) -> Self {
        let mut client = Self { stream: BufReader::new(stream) };
        // Clients need three numbers.
        assert_eq!(client.line(), "OK MPD 0.24.0");
        client
    }

    fn say(&mut self, text: &str) {
        self.stream.get_mut().write_all(text.as_bytes()).unwrap();
    }

    fn line(&mut self) -> String {
        let mut line = Vec::new();
        self.stream.read_until(b'\n', &mut line).unwrap();
        String::from_utf8(line).unwrap().trim_end_matches('\n').to_owned()
    }

    /// Up to the line that ends an answer, and that line.
    fn answer(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let line = self.line();
            assert!(!line.is_empty(), "closed behind {lines:?}");
            let ends = line == "OK" || line.starts_with("ACK ");
            lines.push(line);
            if ends {
                return lines;
            }
        }
    }

    /// The answer of a command that must be done.
    fn ask(&mut self, command: &str) -> Vec<String> {
        self.say(&format!("{command}\n"));
        let mut lines = self.answer();
        assert_eq!(lines.pop().as_deref(), Some("OK"), "{command}");
        lines
    }

    /// Why a command is not done.
    fn fails(&mut self, command: &str) -> String {
        self.say(&format!("{command}\n"));
        let line = self.answer().pop().unwrap();
        assert!(line.starts_with("ACK ["), "{command}: {line}");
        line
    }

    fn field(&mut self, command: &str, name: &str) -> Option<String> {
        let lines = self.ask(command);
        lines.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ").map(str::to_owned))
    }

    /// All values of a field.
    fn fields(&mut self, command: &str, name: &str) -> Vec<String> {
        let lines = self.ask(command);
        lines
            .iter()
            .filter_map(|line| line.strip_prefix(name)?.strip_prefix(": ").map(str::to_owned))
            .collect()
    }

    /// Asks until it is so: for what the player does in its own time.
    fn wait(&mut self, command: &str, name: &str, value: &str) {
        let until = Instant::now() + PATIENCE;
        while self.field(command, name).as_deref() != Some(value) {
            assert!(Instant::now() < until, "no {name}: {value} in {:?}", self.ask(command));
        }
    }

    fn is_closed(&mut self) -> bool {
        matches!(self.stream.read(&mut [0]), Ok(0) | Err(_))
    }
}

#[test]
fn what_a_client_does_is_seen_on_the_screen() {
    let home = home("");
    let session = started(&home);
    let mut client = Client::connect(&home);
    assert_eq!(client.fields("listall", "file"), ["1.wav", "2.wav", "3.wav"]);
    assert_eq!(client.ask("add \"\""), [""; 0]);
    assert_eq!(client.ask("play 1"), [""; 0]);
    // An answer means that it is done: nothing has to be waited for.
    assert_eq!(client.field("status", "state").as_deref(), Some("play"));
    assert_eq!(client.field("currentsong", "Title").as_deref(), Some("Bravo"));
    assert_eq!(client.field("status", "nextsong").as_deref(), Some("2"));
    session.wait_for("►  Bravo");
    client.ask("seekcur 30");
    session.wait_time(30..=40);
    client.ask("pause 1");
    session.wait_for("❚❚");
    client.ask("setvol 35");
    session.wait_for("vol 35%");
    client.ask("repeat 1");
    session.wait_for("repeat all");
    client.ask("save Mine");
    assert_eq!(client.fields("listplaylist Mine", "file"), ["1.wav", "2.wav", "3.wav"]);
    client.ask("sticker set song 1.wav rating 8");
    assert_eq!(client.field("sticker get song 1.wav rating", "sticker").as_deref(), Some("rating=8"));
    client.ask("sendmessage auralis \"master on\"");
    let status = home.program(&["status", "--json"]).output().unwrap().stdout;
    let status: serde_json::Value = serde_json::from_slice(&status).unwrap();
    assert_eq!(status["mastering"]["on"], true);
    // As MPD has it: whether an answer still comes is not said.
    client.say("kill\n");
    assert_eq!({ session }.end(), 0);
}

#[test]
fn queue_versions_and_events_are_exact() {
    let home = home("");
    let session = started(&home);
    let (mut watcher, mut client) = (Client::connect(&home), Client::connect(&home));
    let version = |client: &mut Client| client.field("status", "playlist").unwrap();
    let places = |client: &mut Client, since: &str| client.fields(&format!("plchanges {since}"), "Pos");
    watcher.say("idle playlist\n");
    let first = client.field("addid 1.wav", "Id").unwrap();
    assert_eq!(watcher.answer(), ["changed: playlist", "OK"]);
    client.ask("add 2.wav");
    client.ask("add 3.wav");
    let three = version(&mut client);
    client.ask("swap 1 2");
    let swapped = version(&mut client);
    assert_ne!(three, swapped);
    assert_eq!(places(&mut client, &three), ["1", "2"]);
    assert_eq!(places(&mut client, &swapped), [""; 0]);
    assert_eq!(places(&mut client, "0"), ["0", "1", "2"]);
    client.ask(&format!("moveid {first} 2"));
    assert_eq!(client.fields("playlistinfo", "file"), ["3.wav", "2.wav", "1.wav"]);
    assert_eq!(client.field("playlistinfo 2", "Id"), Some(first));
    // What happened while it did something else waits for it, and of that only what it asks for is told.
    watcher.ask("ping");
    client.ask("setvol 20");
    client.ask("random 1");
    watcher.say("idle mixer\n");
    assert_eq!(watcher.answer(), ["changed: mixer", "OK"]);
    watcher.say("idle options playlist\n");
    assert_eq!(watcher.answer(), ["changed: playlist", "changed: options", "OK"]);
    watcher.say("idle mixer\n");
    watcher.say("noidle\n");
    assert_eq!(watcher.answer(), ["OK"]);
    // It is told even where the end of the waiting is said in the same breath, and not once more.
    client.ask("setvol 21");
    watcher.say("idle mixer\nnoidle\nidle mixer\nnoidle\n");
    assert_eq!(watcher.answer(), ["changed: mixer", "OK"]);
    assert_eq!(watcher.answer(), ["OK"]);
    // Chance may leave two as they are: that is done, too.
    (0..12).for_each(|_| drop(client.ask("shuffle 0:2")));
    // In a list the first that fails ends it.
    client.say("command_list_ok_begin\nclear\nplay 7\nadd 1.wav\ncommand_list_end\n");
    assert_eq!(client.answer(), ["list_OK", "ACK [2@1] {play} Bad song index"]);
    assert_eq!(client.field("status", "playlistlength").as_deref(), Some("0"));
    session.quit();
}

#[test]
fn what_is_wrong_too_much_or_a_trick_is_refused() {
    let home = home("");
    home.put("secret.wav", &crate::home::wav(&crate::home::sine(800), &[]));
    home.put("music/note.txt", b"no music");
    let session = started(&home);
    let mut client = Client::connect(&home);
    for (command, ack) in [
        ("add ../secret.wav", "ACK [50@0] {add} No such directory"),
        ("add \"a\\nb\"", "ACK [50@0] {add} No such directory"),
        ("lsinfo 1.wav/../..", "ACK [50@0] {lsinfo} No such directory"),
        ("add file:///etc/passwd", "ACK [50@0] {add} No such song"),
        ("add /etc/../etc/passwd", "ACK [50@0] {add} No such song"),
        ("albumart ../secret.wav 0", "ACK [50@0] {albumart} No file exists"),
        ("albumart note.txt 0", "ACK [50@0] {albumart} No file exists"),
        ("xyz", "ACK [5@0] {} unknown command \"xyz\""),
        ("play 0", "ACK [2@0] {play} Bad song index"),
        ("find \"(Artist == 'x'\"", "ACK [2@0] {find} ')' expected"),
        (
            "sendmessage auralis quit",
            "ACK [4@0] {sendmessage} only mastering, sound and what sounds alike are set by messages",
        ),
    ] {
        assert_eq!(client.fails(command), ack);
    }
    // The user may name any file that is music.
    client.ask(&format!("add {}", home.path("secret.wav").display()));
    assert_eq!(client.field("status", "playlistlength").as_deref(), Some("1"));
    let mut browser = Client::connect(&home);
    browser.say("\u{1}\u{3}GET / HTTP/1.1\r\n");
    assert!(browser.line().starts_with("ACK [5@0]") || browser.is_closed());
    let mut talker = Client::connect(&home);
    // It may be gone before all of it is said.
    let _ = talker.stream.get_mut().write_all(&vec![b'x'; 1 << 20]);
    let _ = talker.stream.read_to_end(&mut Vec::new());
    let mut gatherer = Client::connect(&home);
    let _ = gatherer.stream.get_mut().write_all(b"command_list_begin\n");
    while gatherer.stream.get_mut().write_all("add 1.wav\n".repeat(1000).as_bytes()).is_ok() {}
    assert_eq!(client.ask("ping"), [""; 0]);
    session.quit();
}

#[test]
fn over_the_network_a_password_decides() {
    let home = Home::with_music();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    listening(
        &home,
        &format!(
            "listen = [\"localhost:{port}\"]\npassword = [\"s@cret@read,add\"]\ndefault_permissions = \"\"\n"
        ),
    );
    let session = started(&home);
    let mut client = Client::over_tcp(port);
    assert_eq!(client.fails("status"), "ACK [4@0] {status} you don't have permission for \"status\"");
    assert_eq!(client.fails("password guess"), "ACK [3@0] {password} incorrect password");
    client.ask("password s@cret");
    assert!(client.fields("commands", "command").contains(&"add".to_owned()));
    assert!(client.fields("notcommands", "command").contains(&"play".to_owned()));
    client.ask("add 1.wav");
    assert_eq!(client.fails("play"), "ACK [4@0] {play} you don't have permission for \"play\"");
    // Files outside of the library are the user's, who has the socket.
    let path = home.path("music/1.wav");
    assert_eq!(client.fails(&format!("add {}", path.display())), "ACK [50@0] {add} No such song");
    session.quit();
    listening(&home, "listen = [\"0.0.0.0\"]\n");
    let session = Session::start(&home, &[]);
    session.wait_for("Clients of MPD cannot reach the player");
    session.quit();
}

/// Ports of TCP and UDP that a process has open for others, as the kernel tells them (proc_net(5)): the local address of
/// sockets in the state LISTEN, 0A, and of those of UDP.
fn ports_of(process: u32) -> Vec<String> {
    net_sockets(process).into_iter().filter(|(_, is_open)| *is_open).map(|(address, _)| address).collect()
}

/// The local address of each socket of TCP or UDP that a process has, in whatever state; and whether others can reach it.
pub fn net_sockets(process: u32) -> Vec<(String, bool)> {
    net_sockets_of(process, true)
}

/// The same; `is_up`: it has sockets by now, which must be seen.
pub fn net_sockets_of(process: u32, is_up: bool) -> Vec<(String, bool)> {
    let descriptors = std::fs::read_dir(format!("/proc/{process}/fd")).unwrap();
    let sockets: Vec<String> = descriptors
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|to| Some(to.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    assert!(!is_up || !sockets.is_empty(), "the socket of the player itself was not seen");
    let mut ports = Vec::new();
    for table in ["tcp", "tcp6", "udp", "udp6"] {
        let rows = std::fs::read_to_string(format!("/proc/{process}/net/{table}")).unwrap_or_default();
        for row in rows.lines().skip(1) {
            let cells: Vec<&str> = row.split_whitespace().collect();
            if sockets.iter().any(|socket| socket == cells[9]) {
                ports.push((cells[1].to_owned(), cells[3] == "0A" || table.starts_with("udp")));
            }
        }
    }
    ports
}

#[test]
fn no_port_is_open_unless_one_is_configured() {
    let home = Home::with_music();
    let session = Session::start(&home, &["music"]);
    session.wait_for("3 tracks · 1 album");
    session.wait_for("►");
    assert_eq!(ports_of(session.process()), [""; 0]);
    session.quit();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    listening(&home, &format!("listen = [\"127.0.0.1:{port}\"]\n"));
    let session = started(&home);
    drop(Client::over_tcp(port));
    // 127.0.0.1 as the kernel writes it where the least byte comes first; else the other way round.
    let address = u32::from_ne_bytes([127, 0, 0, 1]);
    assert_eq!(ports_of(session.process()), [format!("{address:08X}:{port:04X}")]);
    session.quit();
}

/// What a page of any origin can have a browser send to a port of this machine without being asked for leave (Fetch, a simple
/// request): the commands are in the body, behind the headers.
#[test]
fn a_page_in_a_browser_commands_nothing() {
    let home = home("");
    let session = started(&home);
    let mut client = Client::connect(&home);
    client.ask("add 1.wav");
    for method in ["POST", "GET"] {
        let mut browser = Client::connect(&home);
        let body = "clear\nadd 2.wav\nadd 3.wav\n";
        let request = format!(
            "{method} / HTTP/1.1\r\nHost: 127.0.0.1:6600\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        browser.say(&request);
        let mut answers = Vec::new();
        let _ = browser.stream.read_to_end(&mut answers);
        assert!(!String::from_utf8_lossy(&answers).contains("OK"), "{}", String::from_utf8_lossy(&answers));
        assert_eq!(client.field("status", "playlistlength").as_deref(), Some("1"), "{method}");
    }
    session.quit();
}

#[test]
fn nothing_listens_unless_it_is_configured() {
    let home = Home::with_music();
    let session = Session::start(&home, &["music"]);
    session.wait_for("3 tracks · 1 album");
    let runtime: Vec<PathBuf> = walk(&home.runtime());
    let of_mpd = |path: &PathBuf| path.to_string_lossy().contains("mpd");
    assert!(!runtime.is_empty() && !runtime.iter().any(of_mpd), "{runtime:?}");
    session.quit();
    // A socket is for its user alone, and goes with the player.
    listening(&home, &format!("listen = [\"{}\"]\n", home.path(SOCKET).display()));
    let session = started(&home);
    let about = std::fs::metadata(home.path(SOCKET)).unwrap();
    assert_eq!(about.permissions().mode() & 0o777, 0o600);
    session.quit();
    assert!(!home.path(SOCKET).exists());
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

/// A name that is not UTF-8, and one with a line feed: told in one line, and read back.
#[test]
fn names_that_no_line_can_hold_come_back_as_they_were() {
    let home = home("");
    let song = crate::home::wav(&crate::home::sine(80_000), &[("INAM", "Odd")]);
    home.put(Path::new("music/odd").join(OsStr::from_bytes(b"\xff\xfe.wav")), &song);
    home.put("music/odd/two\nlines.wav", &song);
    let session = Session::start(&home, &[]);
    session.wait_for("5 tracks");
    let mut client = Client::connect(&home);
    let names = client.fields("lsinfo odd", "file");
    assert_eq!(names.len(), 2);
    for name in &names {
        assert_eq!(client.fields(&format!("find file \"{name}\""), "Title"), ["Odd"]);
        client.ask(&format!("add \"{name}\""));
    }
    assert_eq!(client.fields("playlistinfo", "file"), names);
    session.quit();
}

#[test]
fn pictures_come_in_pieces() {
    let home = home("");
    image::RgbImage::new(40, 40).save(home.path("music/cover.png")).unwrap();
    let picture = std::fs::read(home.path("music/cover.png")).unwrap();
    let session = started(&home);
    let mut client = Client::connect(&home);
    client.ask("binarylimit 64");
    let mut found = Vec::new();
    while found.len() < picture.len() {
        client.say(&format!("albumart 1.wav {}\n", found.len()));
        assert_eq!(client.line(), format!("size: {}", picture.len()));
        let line = client.line();
        let count: usize = line.strip_prefix("binary: ").unwrap().parse().unwrap();
        assert!((1..=64).contains(&count));
        let mut piece = vec![0; count + 1];
        client.stream.read_exact(&mut piece).unwrap();
        assert_eq!(piece.pop(), Some(b'\n'));
        found.extend(piece);
        assert_eq!(client.line(), "OK");
    }
    assert_eq!(found, picture);
    assert_eq!(
        client.fails(&format!("albumart 1.wav {}", picture.len() + 1)),
        "ACK [2@0] {albumart} Offset too large"
    );
    assert_eq!(client.ask("readpicture 1.wav 0"), [""; 0]);
    session.quit();
}

/// As a user types it, with the client that everybody has.
#[test]
fn mpc_drives_the_player() {
    let home = home("");
    let session = started(&home);
    let mpc = |words: &[&str]| -> String {
        let output = Command::new("mpc").env("MPD_HOST", home.path(SOCKET)).args(words).output();
        let output = output.expect("mpc is installed: see README, Test");
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(mpc(&["listall"]), "1.wav\n2.wav\n3.wav\n");
    assert_eq!(mpc(&["search", "title", "BRAV"]), "2.wav\n");
    assert_eq!(mpc(&["list", "album"]), "First\n");
    mpc(&["add", "1.wav", "3.wav"]);
    assert!(mpc(&["play", "1"]).contains("[playing] #1/2"));
    session.wait_for("►  Alpha");
    mpc(&["insert", "2.wav"]);
    assert_eq!(mpc(&["playlist", "-f", "%file%"]), "1.wav\n2.wav\n3.wav\n");
    assert_eq!(mpc(&["current"]), "Ann - Alpha\n");
    assert!(mpc(&["seek", "50%"]).contains("0:30/1:00 (50%)"));
    assert!(mpc(&["toggle"]).contains("[paused]"));
    assert!(mpc(&["volume", "40"]).contains("volume: 40%"));
    assert!(mpc(&["single", "once"]).contains("single: once"));
    assert!(mpc(&["single", "off"]).contains("single: off"));
    mpc(&["save", "evening"]);
    mpc(&["clear"]);
    assert_eq!(mpc(&["playlist"]), "");
    mpc(&["load", "evening"]);
    assert_eq!(mpc(&["playlist", "-f", "%title%"]).lines().count(), 3);
    mpc(&["del", "2"]);
    // It crops to what plays.
    mpc(&["play", "1"]);
    mpc(&["crop"]);
    mpc(&["update", "--wait"]);
    mpc(&["rm", "evening"]);
    let mut client = Client::connect(&home);
    client.wait("status", "playlistlength", "1");
    session.quit();
}
