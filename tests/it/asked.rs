//! What a terminal says of itself, by a scripted one: the colour of its background, how its keyboard speaks, that it came
//! so far, that one looks at it, that it shows how far work is.

use std::time::{Duration, Instant};

use crate::home::Home;
use crate::pseudo_terminal::{Session, Start};

/// What it is asked when it is taken.
const QUESTIONS: &str = "\x1b[>q\x1b]11;?\x1b\\\x1b[?u\x1b[5n";
const ECHO: &str = "\x1b[5n";
const HERE: &str = "\x1b[0n";
const LIGHT: &str = "\x1b]11;rgb:fdfd/f6f6/e3e3\x1b\\";
const DARK: &str = "\x1b]11;rgb:0000/2b2b/3636\x07";
/// Solarized's two backgrounds are what the terminal says; the themes have their own (`themes/light.toml`, `dark.toml`).
const TRUE: (&str, &str) = ("COLORTERM", "truecolor");

fn home(config: &str) -> Home {
    let home = Home::with_music();
    home.put(".config/auralis/config.toml", config.as_bytes());
    home
}

fn begin(home: &Home, variables: &[(&str, &str)]) -> Session {
    Session::begin(home, &Start { words: &["music"], variables, ..Start::default() })
}

fn times(session: &Session, part: &str) -> usize {
    String::from_utf8_lossy(&session.raw()).matches(part).count()
}

/// Red, green and blue of a cell where nothing stands, of 765.
fn lightness(screen: &vt100::Screen) -> Option<u16> {
    match screen.cell(10, 60)?.bgcolor() {
        vt100::Color::Rgb(red, green, blue) => Some([red, green, blue].map(u16::from).iter().sum()),
        _ => None,
    }
}

#[test]
fn the_theme_follows_the_background_where_it_is_to() {
    let home = home("[screen]\ntheme = \"auto\"\ncovers = \"off\"\n");
    let mut session = begin(&home, &[TRUE]);
    session.wait_raw(QUESTIONS);
    let is_dark = |screen: &vt100::Screen| lightness(screen).is_some_and(|sum| sum < 200);
    let is_light = |screen: &vt100::Screen| lightness(screen).is_some_and(|sum| sum > 600);
    session.wait("a dark screen, before it is known", is_dark);
    session.press(LIGHT);
    session.wait("a light screen", is_light);
    // Another scheme: it is asked again.
    session.press("\x1b[?997;1n");
    session.wait_raw_times("\x1b]11;?\x1b\\", 2);
    session.press(DARK);
    session.wait("a dark screen", is_dark);
    session.press(":theme light:gruvbox-light,dark:nord\r");
    session.wait("nord", |screen| lightness(screen) == Some(0x2e + 0x34 + 0x40));
    session.press(LIGHT);
    session.wait("gruvbox-light", |screen| lightness(screen) == Some(0xfb + 0xf1 + 0xc7));
    // By name it stays.
    session.press(":theme dark\r");
    session.wait("dark", is_dark);
    session.press(DARK);
    session.press(LIGHT);
    session.press(":theme dark\r");
    session.wait("dark", is_dark);
    session.quit();
}

/// `<C-i>` goes forward where the terminal tells it from `<Tab>`, and the shell gets its own keyboard back.
#[test]
fn the_keyboard_of_kitty_is_spoken_where_it_is_known() {
    let home = home("[screen]\ncovers = \"off\"\n");
    let mut session = begin(&home, &[]);
    session.wait_raw(QUESTIONS);
    session.wait_up();
    assert_eq!(times(&session, "\x1b[>1u"), 0);
    session.press("\x1b[?0u");
    session.wait_raw("\x1b[>1u");
    session.press(":focus queue\r");
    session.wait_selected("Alpha");
    session.press("G");
    session.wait_selected("Charlie");
    session.press("\x1b[111;5u");
    session.wait_selected("Alpha");
    session.press("\x1b[105;5u");
    session.wait_selected("Charlie");
    session.press("\x1b[27u:volume 40\r");
    session.wait_for("vol 40");
    session.press("q");
    assert_eq!(session.end(), 0);
    let raw = String::from_utf8_lossy(&session.raw()).into_owned();
    let (keys, screen) = (raw.rfind("\x1b[<u").unwrap(), raw.rfind("\x1b[?1049l").unwrap());
    assert!(keys < screen, "the other screen has a keyboard of its own");
}

/// Where the answer is late, what moves by itself waits for it; and the program for its last one before it goes.
#[test]
fn frames_wait_for_a_terminal_that_is_behind() {
    let home = home("[screen]\ncovers = \"off\"\nvisual = \"scope\"\n");
    home.song("music/long.wav", 60.0, &[("INAM", "Long")]);
    let mut session = begin(&home, &[]);
    let mut answered = 0;
    // A near terminal, for a while.
    let until = Instant::now() + Duration::from_secs(2);
    while Instant::now() < until {
        let asked = times(&session, ECHO);
        (answered..asked).for_each(|_| session.press(HERE));
        answered = asked;
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!((2..=13).contains(&answered), "asked {answered} times in two seconds");
    session.wait_raw_times(ECHO, answered + 1);
    // Then it is behind: one question, and after a moment no frame follows it.
    std::thread::sleep(Duration::from_millis(300));
    let bytes = session.raw().len();
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(session.raw().len(), bytes);
    session.press("\x1b[0n");
    let until = Instant::now() + Duration::from_secs(5);
    while session.raw().len() == bytes {
        assert!(Instant::now() < until, "it does not go on");
        std::thread::sleep(Duration::from_millis(1));
    }
    session.quit();
}

#[test]
fn a_painted_cover_is_painted_again_when_one_looks_there_again() {
    let home = crate::covers::home();
    let variables = [("SSH_TTY", "/dev/pts/0")];
    let mut session =
        Session::begin(&home, &Start { words: &["covered"], variables: &variables, ..Start::default() });
    session.wait_raw("\x1b[>q\x1b[16t\x1b[c");
    session.press("\x1bP>|XTerm(390)\x1b\\\x1b[6;20;10t\x1b[?64;4;6;9;22c");
    let small = "\x1bP0;1;0q\"1;1;60;60#0;2;";
    session.wait_raw(small);
    session.press("\x1b[O");
    session.press("\x1b[I");
    session.wait_raw_times(small, 2);
    session.quit();
}

#[test]
fn a_terminal_that_shows_how_far_work_is_is_told() {
    for (name, shows) in [("ghostty 1.2.3", true), ("kitty(0.43.1)", false)] {
        let home = home("[screen]\ncovers = \"off\"\n");
        // Work that takes more than a frame.
        home.song("music/4.wav", 1200.0, &[("INAM", "Delta")]);
        let mut session = begin(&home, &[]);
        session.wait_raw(QUESTIONS);
        session.press(&format!("\x1bP>|{name}\x1b\\{HERE}"));
        session.wait_for("Library up to date");
        session.press(":analyse\r");
        if shows {
            session.wait_raw("\x1b]9;4;1;");
        }
        session.press("q");
        assert_eq!(session.end(), 0);
        assert_eq!(times(&session, "\x1b]9;4") > 0, shows, "{name}");
        // Whatever was shown is taken away.
        let raw = String::from_utf8_lossy(&session.raw()).into_owned();
        let told = raw.rfind("\x1b]9;4;").map(|at| raw[at..].starts_with("\x1b]9;4;0\x1b\\"));
        assert_eq!(told, shows.then_some(true), "{name}");
    }
}

/// Hebrew: a title is seen from its last letter to its first. A terminal that says it turns words round itself gets them as
/// they are written.
#[test]
fn words_from_right_to_left_are_put_in_order_by_one_of_both() {
    let (written, seen) = ("שלום עולם (חי)", "(יח) םלוע םולש");
    for (name, setting, expected) in [
        ("VTE(7600)", "auto", seen),
        ("kitty(0.43.1)", "auto", written),
        ("kitty(0.43.1)", "on", seen),
        ("VTE(7600)", "off", written),
    ] {
        let home = home(&format!("[screen]\ncovers = \"off\"\nbidi = \"{setting}\"\n"));
        home.song("music/1.wav", 30.0, &[("INAM", written)]);
        let mut session = begin(&home, &[]);
        session.wait_raw(QUESTIONS);
        session.press(&format!("\x1bP>|{name}\x1b\\{HERE}"));
        session.wait_for(expected);
        session.press("q");
        assert_eq!(session.end(), 0);
        let raw = String::from_utf8_lossy(&session.raw()).into_owned();
        assert!(
            raw.rfind("\x1b[8h") >= raw.rfind("\x1b[8l"),
            "{name}, {setting}: the terminal is left as it was"
        );
        // Before its name is known, one may be told and told back.
        if (name, setting) != ("kitty(0.43.1)", "auto") {
            assert_eq!(raw.contains("\x1b[8l"), setting != "off", "{name}, {setting}");
        }
    }
}

#[test]
fn words_from_right_to_left_may_be_put_in_order_from_now_on() {
    let home = home("[screen]\ncovers = \"off\"\n");
    home.song("music/1.wav", 30.0, &[("INAM", "שלום")]);
    let mut session = begin(&home, &[]);
    session.wait_for("םולש");
    session.press(":set bidi=off\r");
    session.wait_for("שלום");
    session.press(":set bidi=on\r");
    session.wait_for("םולש");
    session.press("q");
    assert_eq!(session.end(), 0);
}
