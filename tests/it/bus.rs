//! A session bus of a test's own, and the tools of others that speak on it: `dbus-daemon`, `dbus-send`, `dbus-monitor`,
//! `playerctl`.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::home::{Home, PATIENCE};
use crate::pseudo_terminal::{Session, Start};

/// Ends with its daemon.
pub struct Bus {
    daemon: Child,
    address: String,
}

impl Bus {
    pub fn new() -> Self {
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon");
        let mut address = String::new();
        BufReader::new(daemon.stdout.as_mut().unwrap()).read_line(&mut address).unwrap();
        assert!(address.starts_with("unix:"), "{address}");
        Self { daemon, address: address.trim().to_owned() }
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    /// The player on this bus.
    pub fn player(&self, home: &Home, words: &[&str]) -> Session {
        let variables = [("DBUS_SESSION_BUS_ADDRESS", self.address())];
        Session::begin(home, &Start { words, variables: &variables, ..Start::default() })
    }

    pub fn tool(&self, program: &str, words: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(words).env("DBUS_SESSION_BUS_ADDRESS", self.address()).stdin(Stdio::null());
        command
    }

    pub fn ran(&self, program: &str, words: &[&str]) -> Output {
        self.tool(program, words).output().unwrap_or_else(|error| panic!("{program}: {error}"))
    }

    /// What `playerctl` prints; empty where it fails.
    pub fn playerctl(&self, words: &[&str]) -> String {
        let output = self.ran("playerctl", words);
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// Asks until `playerctl` prints this.
    pub fn wait_playerctl(&self, words: &[&str], text: &str) {
        wait(
            &format!("{words:?}: {text}"),
            || Some(self.playerctl(words)).filter(|told| told == text),
            || self.playerctl(words),
        );
    }

    /// A call of the player's object: what is printed, or the error's name and text.
    pub fn call(&self, member: &str, arguments: &[&str]) -> Result<String, String> {
        self.call_on("org.mpris.MediaPlayer2.auralis", member, arguments)
    }

    pub fn call_on(&self, name: &str, member: &str, arguments: &[&str]) -> Result<String, String> {
        let to = format!("--dest={name}");
        let mut words = vec!["--session", "--print-reply=literal", &to, "/org/mpris/MediaPlayer2", member];
        words.extend(arguments);
        let output = self.ran("dbus-send", &words);
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().trim().to_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }

    pub fn property(&self, interface: &str, name: &str) -> Result<String, String> {
        let arguments = [format!("string:org.mpris.MediaPlayer2{interface}"), format!("string:{name}")];
        self.call("org.freedesktop.DBus.Properties.Get", &[&arguments[0], &arguments[1]])
    }

    /// Everything that is signalled from now on.
    pub fn monitor(&self, rule: &str) -> Monitor {
        let mut child =
            self.tool("dbus-monitor", &["--session", rule]).stdout(Stdio::piped()).spawn().unwrap();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (out, kept) = (child.stdout.take().unwrap(), Arc::clone(&lines));
        thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                kept.lock().unwrap().push(line);
            }
        });
        let monitor = Monitor { child, lines };
        // It says that it has its name before it hears of others.
        monitor.wait("the monitor's own name", |text| text.contains("NameAcquired"));
        monitor
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

pub struct Monitor {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Monitor {
    pub fn text(&self) -> String {
        self.lines.lock().unwrap().join("\n")
    }

    pub fn wait(&self, what: &str, is_so: impl Fn(&str) -> bool) -> String {
        wait(what, || Some(self.text()).filter(|text| is_so(text)), || self.text())
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks until there is an answer.
pub fn wait<T>(what: &str, ask: impl Fn() -> Option<T>, shown: impl Fn() -> String) -> T {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(Instant::now() < until, "no {what}:\n{}", shown());
        thread::sleep(Duration::from_millis(20));
    }
}
