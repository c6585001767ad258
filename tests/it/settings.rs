//! Settings shown and changed from the screen: what is asked and answered, what is changed at once, what the file holds
//! afterwards.

use std::fs;
use std::sync::Arc;

use auralis::config::origin::{Configured, Origin};
use auralis::config::setting::Setting;
use auralis::model::command::{Command, Playback, Sound};
use auralis::model::grouping::GroupBy;
use auralis::model::notice::Severity;
use auralis::model::settings::{LevelMode, OutputSpec, Settings, SoundSettings};
use auralis::model::snapshot::{PlaybackView, Snapshot};
use auralis::model::visual::Visual;
use auralis::tui::CoreOf;
use auralis::tui::settings::{Known, SettingLine};
use auralis::tui::state::Shows;
use auralis::tui::update::{Effect, FileQuestion, Input, Keeping};

use crate::home::Home;
use crate::pseudo_terminal::Session;
use crate::stage::Stage;

const FILE: &str = "/home/me/.config/auralis/config.toml";

/// Of a run whose file has `fps = 60` in line 4 and `rewind_s = 9` in line 1, with `--output null`.
fn stage() -> Stage {
    let mut configured = Configured { file: Some(FILE.into()), ..Configured::default() };
    configured.settings = Settings { rewind_s: 9, ..Settings::default() };
    configured.settings.screen.fps = 60;
    configured.settings.output.output = OutputSpec::Null;
    configured.origins.put("rewind_s".into(), "9".into(), Origin::File(1));
    configured.origins.put("screen.fps".into(), "60".into(), Origin::File(4));
    configured.origins.put("output.output".into(), "\"null\"".into(), Origin::Flag("--output"));
    let resume = Some(std::time::Duration::from_secs(20 * 60));
    let mut snapshot =
        Snapshot { playback: Arc::new(PlaybackView { resume, ..Default::default() }), ..Snapshot::default() };
    Arc::make_mut(&mut snapshot.output).asked = OutputSpec::Null;
    let mut stage = Stage::new(100, 30, snapshot);
    stage.settings = configured.settings.screen.clone();
    stage.state.settings = Known::new(configured);
    stage
}

/// Value, origin, and when a change is there.
fn row(stage: &mut Stage, name: &str) -> (String, String, &'static str) {
    if stage.state.report.is_none() {
        stage.press(":set<Enter>");
    }
    let lines = Arc::clone(&stage.state.figures.settings);
    let found = lines.iter().find_map(|line| match line {
        SettingLine::Row(row) if row.setting.path() == name => Some(row.clone()),
        _ => None,
    });
    let found = found.unwrap();
    (found.value, found.origin, found.when)
}

/// The notice, and whether it says that something is wrong.
fn told(stage: &Stage) -> (bool, String) {
    match stage.state.notices.shown() {
        Some(Shows::Own(notice)) => (notice.severity != Severity::Note, notice.to_string()),
        other => panic!("{other:?}"),
    }
}

fn note(stage: &Stage) -> String {
    let (is_wrong, words) = told(stage);
    assert!(!is_wrong, "{words}");
    words
}

fn wrong(stage: &Stage) -> String {
    let (is_wrong, words) = told(stage);
    assert!(is_wrong, "{words}");
    words
}

#[test]
fn each_setting_is_shown_with_where_it_comes_from() {
    let mut stage = stage();
    let is = |stage: &mut Stage, name: &str, value: &str, origin: &str, when: &str| {
        assert_eq!(row(stage, name), (value.to_owned(), origin.to_owned(), when_of(when)), "{name}");
    };
    is(&mut stage, "screen.fps", "60", "line 4", "at once");
    is(&mut stage, "rewind_s", "9", "line 1", "next start");
    is(&mut stage, "output.output", "\"null\"", "--output", "at once");
    is(&mut stage, "sound.crossfade_s", "0", "default", "at once");
    is(&mut stage, "screen.covers", "\"auto\"", "default", "next start");
    // What is changed by its own command is changed here, too.
    let sound = SoundSettings { crossfade_ms: 2500, ..SoundSettings::default() };
    let playback = PlaybackView { sound, ..(*stage.snapshot.playback).clone() };
    stage.show(Snapshot { playback: Arc::new(playback), ..stage.snapshot.clone() });
    is(&mut stage, "sound.crossfade_s", "2.5", "changed", "at once");
    stage.press("/fps<Enter>");
    let lines = stage.lines();
    assert!(lines[0].contains("Settings"), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("Most frames a second")), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("screen.fps: default 30")), "{lines:?}");
    stage.press("<Esc>");
    assert!(stage.state.report.is_none());
    stage.press("g,");
    assert!(stage.lines()[0].contains("Settings"));
}

fn when_of(when: &str) -> &'static str {
    if when == "at once" { "at once" } else { "next start" }
}

#[test]
fn one_setting_is_told_in_a_line() {
    let mut stage = stage();
    stage.press(":set fps<Enter>");
    let words = note(&stage);
    assert!(words.starts_with("screen.fps = 60 (line 4; default 30)"), "{words}");
    assert!(words.contains("Most frames a second") && words.contains("at once"), "{words}");
    stage.press(":set rewind_s?<Enter>");
    assert!(note(&stage).contains("from the next start"), "{}", note(&stage));
    stage.press(":set fsp<Enter>");
    assert_eq!(wrong(&stage), "no setting `fsp`; did you mean `fps`?");
    stage.press(":set on<Enter>");
    assert_eq!(wrong(&stage), "`on` is a key of several: eq.on, mastering.on");
}

#[test]
fn what_the_screen_is_made_of_changes_at_once() {
    let mut stage = stage();
    let (columns, visual) = (stage.state.columns.clone(), stage.state.visual);
    stage.press(":set fps=20<Enter>");
    assert_eq!(stage.settings.fps, 20);
    assert_eq!(row(&mut stage, "screen.fps"), ("20".into(), "changed".into(), "at once"));
    stage.press(":set columns=peak,key<Enter>");
    assert_eq!(stage.state.columns.words().collect::<Vec<_>>(), ["peak", "key"]);
    stage.press(":set columns&<Enter>:set visual=vu<Enter>");
    assert_eq!((stage.state.columns.clone(), stage.state.visual), (columns, Visual::Vu));
    assert_ne!(visual, Visual::Vu);
    stage.press(":set spectrum!<Enter>");
    assert!(!stage.state.shown.spectrum);
    stage.press(":set spectrum=on<Enter>");
    assert!(stage.state.shown.spectrum);
    stage.press(":set group_by year<Enter>");
    assert_eq!(stage.state.filter.by, GroupBy::Year.into());
    stage.press(":set scrolloff=0<Enter>:set mouse=off<Enter>");
    assert_eq!((stage.settings.scrolloff, stage.settings.mouse), (0, false));
    stage.press(":set theme=dark<Enter>");
    assert_eq!(stage.state.theme.chosen, "dark");
    assert!(stage.effects.contains(&Effect::Files(FileQuestion::Theme("dark".into()))));
    stage.press(":set theme=drak<Enter>");
    assert_eq!(wrong(&stage), "no theme is named `drak`; did you mean `dark`?");
    stage.press(":set fps=500<Enter>");
    assert_eq!(wrong(&stage), "`screen.fps` needs a number from 1 to 120, not `500`");
    assert_eq!((stage.settings.fps, stage.asked()), (20, vec![]));
    assert!(
        !stage.effects.iter().any(|effect| matches!(effect, Effect::Files(FileQuestion::Keep(_)))),
        "nothing is written"
    );
}

#[test]
fn what_the_player_can_change_is_asked_of_it_and_the_rest_is_not_pretended() {
    let mut stage = stage();
    stage.press(":set replaygain=album<Enter>:set output=file:~/x.wav<Enter>");
    let output = OutputSpec::File("/home/me/x.wav".into());
    assert_eq!(
        stage.asked(),
        [
            Command::Sound(Sound::ReplayGain(Some(LevelMode::Album))),
            Command::Playback(Playback::Output(output))
        ]
    );
    stage.press(":set rewind_s=3<Enter>");
    assert!(wrong(&stage).contains("`:set! rewind_s=3` writes it, for the next start"), "{}", wrong(&stage));
    stage.press(":set mpd.password=x@read<Enter>");
    assert!(wrong(&stage).contains("secret"), "{}", wrong(&stage));
    stage.press(":set fps!<Enter>");
    assert!(wrong(&stage).contains("not a switch"), "{}", wrong(&stage));
    assert_eq!(stage.asked(), []);
}

fn keeping(stage: &mut Stage) -> Keeping {
    let effects = std::mem::take(&mut stage.effects);
    let found = effects.into_iter().find_map(|effect| match effect {
        Effect::Files(FileQuestion::Keep(keeping)) => Some(keeping),
        _ => None,
    });
    found.expect("something is kept")
}

#[test]
fn what_is_kept_is_as_configured_then() {
    let mut stage = stage();
    stage.press(":set! rewind_s=3<Enter>");
    let kept = keeping(&mut stage);
    assert_eq!((kept.file.as_path(), kept.value.as_str()), (std::path::Path::new(FILE), "3"));
    stage.input(Input::Kept(kept, Ok(1)));
    assert!(note(&stage).ends_with("config.toml, line 1, and holds from the next start"), "{}", note(&stage));
    assert_eq!(row(&mut stage, "rewind_s"), ("3".into(), "line 1".into(), "next start"));
    // Tried first, then kept.
    stage.press(":set scrolloff=7<Enter>:set! scrolloff<Enter>");
    let kept = keeping(&mut stage);
    assert_eq!((kept.setting, kept.value.as_str()), (Setting::named("screen.scrolloff").unwrap(), "7"));
    stage.input(Input::Kept(kept.clone(), Err("it is not TOML".into())));
    assert_eq!(row(&mut stage, "screen.scrolloff").1, "changed");
    assert_eq!(wrong(&stage), "it is not TOML");
    stage.input(Input::Kept(kept, Ok(5)));
    assert_eq!(row(&mut stage, "screen.scrolloff"), ("7".into(), "line 5".into(), "at once"));
    stage.press(":set! theme=drak<Enter>");
    assert!(wrong(&stage).contains("no theme"));
    assert!(!stage.effects.iter().any(|effect| matches!(effect, Effect::Files(FileQuestion::Keep(_)))));
}

#[test]
fn a_row_is_opened_to_be_typed_anew() {
    let mut stage = stage();
    let typed = |stage: &Stage| stage.state.prompt.as_ref().map(|prompt| prompt.line.text().to_owned());
    stage.press(":set<Enter>/screen.theme<Enter><Enter>");
    assert_eq!(typed(&stage).as_deref(), Some("set screen.theme=terminal"));
    stage.press("<Esc>/rewind_s<Enter><Enter>");
    assert_eq!(typed(&stage).as_deref(), Some("set! rewind_s=9"));
    stage.press("<Esc>/[sound]<Enter><Enter>");
    assert_eq!(typed(&stage), None, "a heading has no value");
}

#[test]
fn names_and_values_are_completed() {
    let mut stage = stage();
    let typed =
        |stage: &Stage| stage.state.prompt.as_ref().map(|prompt| prompt.line.text().to_owned()).unwrap();
    stage.press(":set scroll<Tab>");
    assert_eq!(typed(&stage), "set screen.scrolloff=");
    stage.press("<C-u>set screen.sym<Tab>as<Tab>");
    assert_eq!(typed(&stage), "set screen.symbols=ascii ");
    stage.press("<C-u>set! mono=<Tab>");
    assert_eq!(typed(&stage), "set! mono=true");
    stage.press("<Tab>");
    assert_eq!(typed(&stage), "set! mono=false");
    stage.press("<C-u>set theme da<Tab>");
    assert_eq!(typed(&stage), "set theme dark ");
}

/// The player is another process, here or on another machine.
#[test]
fn a_screen_of_another_player_says_whose_a_setting_is() {
    let mut near = stage();
    near.core = CoreOf::Other { host: None };
    assert_eq!(row(&mut near, "sound.mono"), ("false".into(), "the player's".into(), "at once"));
    assert_eq!(row(&mut near, "screen.fps"), ("60".into(), "line 4".into(), "at once"));
    near.press(":set! rewind_s=3<Enter>");
    assert_eq!(keeping(&mut near).value, "3");

    let mut far = stage();
    far.core = CoreOf::Other { host: Some("attic".into()) };
    assert_eq!(row(&mut far, "rewind_s"), (String::new(), "as attic has it".into(), "there"));
    far.press(":set! sound.mono=on<Enter>");
    assert!(wrong(&far).contains("kept on attic"), "{}", wrong(&far));
    assert_eq!(far.asked(), []);
    far.press(":set sound.mono=on<Enter>");
    assert_eq!(far.asked(), [Command::Sound(Sound::Mono(Some(true)))]);
    far.press(":set rewind_s=3<Enter>");
    assert!(wrong(&far).contains("player on attic"), "{}", wrong(&far));
    far.press(":set! fps=20<Enter>");
    assert_eq!(keeping(&mut far).value, "20");
}

/// The whole program: a value is tried, kept, and found by the next start; what else is in the file stays.
#[test]
fn a_setting_is_kept_in_the_file_as_it_was_written() {
    let home = Home::with_music();
    let text = "# my file\nrewind_s = 9 # enough\n\n[screen]\n# calm\nfps = 20 # a slow line\n";
    let file = home.put(".config/auralis/config.toml", text.as_bytes());
    let mut session = Session::start(&home, &["music"]);
    session.wait_for("3 tracks · 1 album");
    session.press(":set!fps\r");
    session.wait_for("no command `set!fps`");
    session.press(":set! fps=25\r");
    session.wait_for("config.toml, line 6");
    assert_eq!(fs::read_to_string(&file).unwrap(), text.replace("20", "25"));
    session.press(":set! crossfade_s=2.5\r");
    session.wait_for("config.toml, line 9");
    let text = text.replace("20", "25") + "\n[sound]\ncrossfade_s = 2.5\n";
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    session.press("g,");
    session.wait_for("Settings");
    session.press("/crossfade\r");
    session.wait_for("line 9");
    session.press("q");
    session.quit();

    let mut again = Session::start(&home, &[]);
    again.wait_for("3 tracks · 1 album");
    again.press(":set crossfade_s\r");
    again.wait_for("sound.crossfade_s = 2.5 (line 9; default 0)");
    again.quit();
    let list = home.program(&["config", "list"]).output().unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    let line = format!("screen.fps\t25\t{}:6", file.display());
    assert!(list.lines().any(|found| found == line), "{list}");
}
