//! Notifications of new tracks, to a service that stands in for a desktop's.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::sync::{Arc, Mutex};

use tokio::sync::oneshot;
use zbus::zvariant::OwnedValue;

use crate::bus::{Bus, wait};
use crate::home::Home;

#[derive(Debug, Clone, PartialEq)]
struct Shown {
    replaces: u32,
    title: String,
    body: String,
    picture: Option<String>,
}

/// As the specification 1.2 has it.
struct Service {
    shown: Arc<Mutex<Vec<Shown>>>,
}

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Service {
    fn get_capabilities(&self) -> Vec<&'static str> {
        vec!["body", "body-markup"]
    }

    #[allow(clippy::too_many_arguments)]
    fn notify(
        &self,
        _app: &str,
        replaces: u32,
        _icon: &str,
        title: &str,
        body: &str,
        _actions: Vec<&str>,
        hints: HashMap<&str, OwnedValue>,
        _timeout: i32,
    ) -> u32 {
        let picture = hints.get("image-path").and_then(|path| <&str>::try_from(path).ok()).map(str::to_owned);
        let (title, body) = (title.to_owned(), body.to_owned());
        self.shown.lock().unwrap().push(Shown { replaces, title, body, picture });
        7
    }
}

/// Runs until the sender is dropped.
fn service(bus: &Bus) -> (Arc<Mutex<Vec<Shown>>>, oneshot::Sender<()>) {
    let shown: Arc<Mutex<Vec<Shown>>> = Arc::default();
    let (stop, stopped) = oneshot::channel::<()>();
    let (ready, is_ready) = std::sync::mpsc::channel();
    let (service, address) = (Service { shown: Arc::clone(&shown) }, bus.address().to_owned());
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let _connection = zbus::connection::Builder::address(address.as_str())
                .unwrap()
                .serve_at("/org/freedesktop/Notifications", service)
                .unwrap()
                .name("org.freedesktop.Notifications")
                .unwrap()
                .build()
                .await
                .unwrap();
            ready.send(()).unwrap();
            let _ = stopped.await;
        });
    });
    is_ready.recv().unwrap();
    (shown, stop)
}

#[test]
fn each_new_track_is_announced_once_and_in_the_place_of_the_one_before() {
    let (home, bus) = (Home::new(), Bus::new());
    let (shown, _service) = service(&bus);
    home.put(".config/auralis/config.toml", b"[desktop]\nnotifications = true\n");
    let tags = |title| [("INAM", title), ("IART", "R&B <i>"), ("IPRD", "First")];
    home.song("music/1.wav", 60.0, &tags("One & <b>"));
    home.song("music/2.wav", 60.0, &tags("Two"));
    let mut session = bus.player(&home, &["music"]);
    session.wait_for("2 tracks · 1 album");
    let all = || shown.lock().unwrap().clone();
    // What the library says of a track may come a moment after its sound.
    let count = |title: &str| all().iter().filter(|shown| shown.title == title).count();
    wait("the first", || Some(()).filter(|()| count("One & <b>") == 1), || format!("{:?}", all()));
    let first = all().into_iter().find(|shown| shown.title == "One & <b>").unwrap();
    assert_eq!(first.body, "R&amp;B &lt;i&gt;\nFirst");
    assert_eq!(all()[0].replaces, 0);
    // A pause, going on and a seek are no news: the next that is told is the next track.
    for key in [" ", " ", "l", ">"] {
        session.press(key);
    }
    wait("the second", || Some(()).filter(|()| count("Two") == 1), || format!("{:?}", all()));
    assert_eq!(count("One & <b>"), 1, "{:?}", all());
    assert_eq!(all().last().map(|last| last.replaces), Some(7));
    session.press("q");
    session.quit();
}

/// The picture inside a file, put there by the tool of others, comes out as it was.
#[test]
fn a_picture_inside_a_file_is_shown_from_a_file_of_this_user_s_alone() {
    let (home, bus) = (Home::new(), Bus::new());
    let (shown, _service) = service(&bus);
    home.put(".config/auralis/config.toml", b"[desktop]\nnotifications = true\n");
    let wav = home.song("in.wav", 40.0, &[]);
    let picture = home.put("pixel.png", crate::mpris::PIXEL);
    fs::create_dir(home.path("music")).unwrap();
    let made = Command::new("flac")
        .args([
            "--silent",
            "--tag=TITLE=One",
            "--tag=ARTIST=Ann",
            &format!("--picture={}", picture.display()),
        ])
        .arg("-o")
        .args([home.path("music/1.flac"), wav])
        .status()
        .expect("flac");
    assert!(made.success());
    let mut session = bus.player(&home, &["music"]);
    let all = || shown.lock().unwrap().clone();
    let found = || all().into_iter().find_map(|shown| shown.picture);
    let uri = wait("the picture", found, || format!("{:?}", all()));
    let file = uri.strip_prefix("file://").unwrap();
    assert!(file.starts_with(home.path(".cache/auralis/art").to_str().unwrap()), "{file}");
    assert_eq!(fs::read(file).unwrap(), crate::mpris::PIXEL);
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(bus.playerctl(&["metadata", "mpris:artUrl"]), uri);
    session.press("q");
    session.quit();
}
