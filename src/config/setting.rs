//! Settings one at a time, as a person names and gives them: `:set` and `auralis config set`. Pure.

use std::path::Path;

use toml::de::DeTable;

use super::file::{self, unfit};
use super::live::{self, LIVE, Live};
use super::rows::{ROWS, Row};
use crate::model::column::Tells;
use crate::model::equaliser::PRESETS;
use crate::model::settings::Settings;
use crate::model::suggest::nearest;
use crate::model::visual::Visual;

/// One of the table.
#[derive(Clone, Copy)]
pub struct Setting(pub(super) &'static Row);

impl PartialEq for Setting {
    fn eq(&self, other: &Self) -> bool {
        (self.table(), self.key()) == (other.table(), other.key())
    }
}

impl std::fmt::Debug for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.path())
    }
}

/// What a setting was given.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// As TOML.
    pub text: String,
    /// All settings, with it.
    pub settings: Settings,
}

/// All of them, in the order of the default file.
pub fn all() -> impl Iterator<Item = Setting> {
    ROWS.iter().map(Setting)
}

impl Setting {
    /// By its whole name, or by the last part of it where no other has that too.
    pub fn named(name: &str) -> Result<Self, String> {
        let rows: Vec<Self> = all().filter(|it| it.path() == name).collect();
        let rows = if rows.is_empty() { all().filter(|it| it.key() == name).collect() } else { rows };
        match rows.as_slice() {
            [one] => Ok(*one),
            [] => Err(unknown(name)),
            several => {
                let names: Vec<String> = several.iter().map(|it| it.path()).collect();
                Err(format!("`{name}` is a key of several: {}", names.join(", ")))
            }
        }
    }

    /// `screen.theme`, `music`.
    pub fn path(self) -> String {
        self.0.path()
    }

    /// Empty for those above the first table.
    pub fn table(self) -> &'static str {
        self.0.table
    }

    pub fn key(self) -> &'static str {
        self.0.key
    }

    /// As TOML.
    pub fn default(self) -> &'static str {
        self.0.default
    }

    /// Completes "needs ...".
    pub fn expects(self) -> &'static str {
        self.0.expects
    }

    pub fn help(self) -> &'static str {
        self.0.help
    }

    /// Where it can be changed while the player runs.
    pub fn live(self) -> Option<&'static Live> {
        let path = self.path();
        LIVE.iter().find(|live| live.path == path)
    }

    /// It is about the screen or the way to a player, not about the player.
    pub fn is_of_screen(self) -> bool {
        matches!(self.table(), "screen" | "remote")
    }

    /// It is not shown, nor typed where what is typed is kept.
    pub fn is_secret(self) -> bool {
        self.path() == "mpd.password"
    }

    /// A value as it is seen: on one line, a secret only as such.
    pub fn shown(self, value: &str) -> String {
        match self.is_secret() && value != self.default() {
            true => "(not shown)".to_owned(),
            false => value.split_whitespace().collect::<Vec<_>>().join(" "),
        }
    }

    pub fn is_switch(self) -> bool {
        matches!(self.default(), "true" | "false")
    }

    /// Reads what a person typed: TOML, or as it is mostly meant: `on`, a word without quotes, words with commas. It goes
    /// into `base`.
    pub fn read(self, typed: &str, base: &Settings, home: Option<&Path>) -> Result<Given, String> {
        if !typed.contains(char::is_control)
            && let Some(given) = spellings(typed).into_iter().find_map(|text| self.take(&text, base, home))
        {
            return Ok(given);
        }
        Err(unfit(self.0, typed))
    }

    fn take(self, text: &str, base: &Settings, home: Option<&Path>) -> Option<Given> {
        let line = format!("it = {text}");
        let document = DeTable::parse(&line).ok()?;
        let (_, value) = document.get_ref().iter().next().filter(|_| document.get_ref().len() == 1)?;
        let mut settings = base.clone();
        (self.0.set)(&mut settings, value.get_ref()).ok()?;
        file::expand_paths(&mut settings, home);
        Some(Given { text: line.get(value.span())?.to_owned(), settings })
    }

    /// Values that can be named: of a switch, or words of which it takes one.
    pub fn values(self) -> Vec<String> {
        let words: Vec<&str> = match self.path().as_str() {
            _ if self.is_switch() => vec!["true", "false"],
            "screen.columns" => Tells::NAMES.to_vec(),
            "screen.visual" => Visual::NAMES.to_vec(),
            "eq.preset" => PRESETS.iter().map(|(name, ..)| *name).collect(),
            _ => quoted(self.expects()),
        };
        let fits = |word: &&str| self.read(word, &Settings::default(), None).is_ok();
        words.into_iter().filter(fits).map(str::to_owned).collect()
    }
}

fn unknown(name: &str) -> String {
    let paths: Vec<String> = all().map(Setting::path).collect();
    let known = paths.iter().map(String::as_str).chain(ROWS.iter().map(|row| row.key));
    match nearest(name, known) {
        Some(near) => format!("no setting `{name}`; did you mean `{near}`?"),
        None => format!("no setting `{name}`; `:set` lists them"),
    }
}

/// What typed words may be in TOML, what is said most exactly first.
fn spellings(typed: &str) -> Vec<String> {
    let switch = match typed {
        "on" => Some("true".to_owned()),
        "off" => Some("false".to_owned()),
        _ => None,
    };
    let words = typed.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned);
    let said = Some(typed.to_owned()).filter(|typed| !typed.is_empty());
    let all = [said, switch, Some(live::text(typed)), Some(live::list(words))];
    all.into_iter().flatten().collect()
}

/// The words in quotes, but for examples and for what stands for something else.
fn quoted(expects: &'static str) -> Vec<&'static str> {
    let ends = ["as in", "such as", " as \""].into_iter().filter_map(|words| expects.find(words)).min();
    let told = expects.get(..ends.unwrap_or(expects.len())).unwrap_or(expects);
    let is_word = |word: &&str| !word.contains(|c: char| c.is_ascii_uppercase() || c == ',');
    told.split('"').skip(1).step_by(2).filter(is_word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::live::By;
    use crate::model::command::{Command, Listener, Mastering, Playback, TasteChange};
    use crate::model::settings::{Crossfeed, OutputSpec};

    fn given(name: &str, typed: &str) -> Result<String, String> {
        let setting = Setting::named(name)?;
        setting.read(typed, &Settings::default(), Some(Path::new("/home/u"))).map(|given| given.text)
    }

    #[test]
    fn a_setting_is_named_wholly_or_by_what_it_alone_is_called() {
        assert_eq!(Setting::named("screen.fps").map(Setting::path).as_deref(), Ok("screen.fps"));
        assert_eq!(Setting::named("fps").map(Setting::path).as_deref(), Ok("screen.fps"));
        assert_eq!(Setting::named("music").map(Setting::path).as_deref(), Ok("music"));
        assert_eq!(Setting::named("on").unwrap_err(), "`on` is a key of several: eq.on, mastering.on");
        assert_eq!(
            Setting::named("screen.fsp").unwrap_err(),
            "no setting `screen.fsp`; did you mean `screen.fps`?"
        );
        assert_eq!(Setting::named("nonsense").unwrap_err(), "no setting `nonsense`; `:set` lists them");
    }

    #[test]
    fn values_are_typed_as_toml_or_as_people_write_them() {
        for (name, typed, toml) in [
            ("fps", "60", "60"),
            ("theme", "dark", "\"dark\""),
            ("theme", "'dark'", "'dark'"),
            ("theme", "my own", "\"my own\""),
            ("mono", "on", "true"),
            ("mono", "false", "false"),
            ("replaygain", "off", "\"off\""),
            ("mastering.target", "-16", "\"-16\""),
            ("columns", "bpm, key", "[\"bpm\", \"key\"]"),
            ("columns", "[ 'bpm' ]", "[ 'bpm' ]"),
            ("columns", "", "[]"),
            ("impulse", "", "\"\""),
            ("music", "~/Music", "[\"~/Music\"]"),
            ("volume_caps", "{ \"alsa:x\" = 40 }", "{ \"alsa:x\" = 40 }"),
            ("crossfade_s", "2.5", "2.5"),
        ] {
            assert_eq!(given(name, typed).as_deref(), Ok(toml), "{name}={typed}");
        }
        assert_eq!(given("fps", "500").unwrap_err(), "`screen.fps` needs a number from 1 to 120, not `500`");
        assert_eq!(given("mono", "").unwrap_err(), "`sound.mono` needs true or false, not ``");
        for (name, typed) in [
            ("fps", "60 # much"),
            ("fps", "60\nmouse = false"),
            ("theme", "a\u{1b}[2J"),
            ("columns", "bpm,loud"),
            ("theme", "../x"),
        ] {
            let taken = given(name, typed);
            assert!(taken.as_ref().map_or(true, |text| text == "60"), "{name}={typed}: {taken:?}");
        }
    }

    #[test]
    fn paths_begin_where_home_is() {
        let setting = Setting::named("output.output").unwrap();
        let given = setting.read("file:~/x.wav", &Settings::default(), Some(Path::new("/home/u"))).unwrap();
        assert_eq!(given.settings.output.output, OutputSpec::File("/home/u/x.wav".into()));
        assert_eq!(given.text, "\"file:~/x.wav\"");
    }

    #[test]
    fn what_can_be_changed_is_told_as_it_is_written() {
        for live in LIVE {
            let setting = Setting::named(live.path).unwrap();
            assert_eq!(setting.path(), live.path);
            assert_eq!((live.told)(&Settings::default()), setting.default(), "{}", live.path);
            assert_eq!(matches!(live.by, By::Screen), setting.table() == "screen", "{}", live.path);
        }
        let left = all().filter(|it| it.table() == "screen" && it.live().is_none());
        assert_eq!(
            left.map(Setting::path).collect::<Vec<_>>(),
            ["screen.language", "screen.covers", "screen.plain"]
        );
    }

    #[test]
    fn what_is_given_is_told_back_and_asked_of_the_core() {
        let asked = |name: &str, typed: &str| {
            let setting = Setting::named(name).unwrap();
            let given = setting.read(typed, &Settings::default(), None).unwrap();
            let live = setting.live().unwrap();
            let By::Core(commands) = &live.by else { panic!("not of the core") };
            ((live.told)(&given.settings), commands(&given.settings))
        };
        let (told, commands) = asked("crossfeed", "cmoy");
        assert_eq!(told, "\"cmoy\"");
        assert_eq!(commands, [Command::Listener(Listener::Crossfeed(Some(Some(Crossfeed::Cmoy))))]);
        let (told, commands) = asked("resume_min", "0");
        assert_eq!((told.as_str(), commands), ("0", vec![Command::Playback(Playback::Resume(None))]));
        let (told, commands) = asked("preamp_db", "-3.5");
        assert_eq!(told, "-3.5");
        assert_eq!(commands.len(), 1);
        let (_, commands) = asked("bass_db", "0");
        assert_eq!(commands, [Command::Mastering(Mastering::Taste(TasteChange::Reset))]);
    }

    #[test]
    fn values_that_can_be_named_are_named() {
        let values = |name: &str| Setting::named(name).unwrap().values().join(" ");
        assert_eq!(values("mouse"), "true false");
        assert_eq!(values("symbols"), "auto unicode ascii");
        assert_eq!(values("output.rate"), "auto fixed follow");
        assert_eq!(values("output.output"), "auto device null pipe");
        assert!(values("columns").starts_with("artist albumartist album genre "));
        assert_eq!(values("visual").split(' ').count(), Visual::ALL.len());
        assert_eq!(values("fps"), "");
        assert_eq!(values("articles"), "");
    }
}
