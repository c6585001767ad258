//! `config.toml` to [`Settings`]. The parser keeps the place of every key, so a problem names its line; a bad key costs
//! that key alone. Pure; called once at start and by `auralis config`.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::origin::{Origin, Origins};
use super::paths::expand_home;
use super::problem::Problem;
use super::read::line_of;
use super::rows::{ROWS, Row};
use crate::model::mpd::Listen;
use crate::model::settings::Settings;
use crate::model::suggest::nearest;

/// What a text says.
#[derive(Debug, Default)]
pub struct Written {
    pub settings: Settings,
    pub problems: Vec<Problem>,
    pub origins: Origins,
}

/// The settings that `text` gives, and what of it could not be understood. `file` is only named, not read.
pub fn parse(text: &str, file: &Path, home: Option<&Path>) -> (Settings, Vec<Problem>) {
    let written = read(text, file, home);
    (written.settings, written.problems)
}

/// As [`parse`], and where each value stands.
pub fn read(text: &str, file: &Path, home: Option<&Path>) -> Written {
    let mut reading = Reading { text, file, written: Written::default() };
    match DeTable::parse(text) {
        Ok(document) => reading.table("", document.get_ref()),
        Err(error) => {
            let message = format!("not TOML: {}; the defaults are used", error.message().trim());
            reading.problem(error.span().unwrap_or(0..0), message, None);
        }
    }
    let mut written = reading.written;
    written.problems.sort_by_key(|problem| problem.line);
    expand_paths(&mut written.settings, home);
    written
}

struct Reading<'a> {
    text: &'a str,
    file: &'a Path,
    written: Written,
}

impl Reading<'_> {
    fn table(&mut self, name: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let word = key.get_ref().as_ref();
            match value.get_ref() {
                DeValue::Table(inner) if name.is_empty() && is_table(word) => self.table(word, inner),
                _ if name.is_empty() && is_table(word) => self.not_a_table(word, value.span()),
                _ => match ROWS.iter().find(|row| row.table == name && row.key == word) {
                    Some(row) => self.set(row, value),
                    None => self.unknown(name, word, key.span()),
                },
            }
        }
    }

    fn set(&mut self, row: &Row, value: &Spanned<DeValue<'_>>) {
        let text = self.text.get(value.span()).unwrap_or("");
        match (row.set)(&mut self.written.settings, value.get_ref()) {
            Ok(()) => {
                let line = line_of(self.text.as_bytes(), value.span().start);
                self.written.origins.put(row.path(), text.to_owned(), Origin::File(line));
            }
            Err(_) => self.problem(value.span(), unfit(row, text), None),
        }
    }

    fn not_a_table(&mut self, word: &str, span: Range<usize>) {
        self.problem(span, format!("`{word}` needs a table, as in [{word}]"), None);
    }

    /// The nearest name in the same table; else the same or a near key of another one.
    fn unknown(&mut self, table: &str, word: &str, span: Range<usize>) {
        let here = ROWS.iter().filter(|row| row.table == table).map(|row| row.key);
        let near = match nearest(word, here.chain(tables_of(table))) {
            Some(near) => Some(near.to_owned()),
            None => elsewhere(word),
        };
        let name = if table.is_empty() { word.to_owned() } else { format!("{table}.{word}") };
        self.problem(span, format!("unknown key {}", excerpt(&name)), near);
    }

    fn problem(&mut self, span: Range<usize>, message: String, nearest: Option<String>) {
        let line = Some(line_of(self.text.as_bytes(), span.start));
        self.written.problems.push(Problem { file: self.file.to_owned(), line, message, nearest });
    }
}

fn is_table(word: &str) -> bool {
    ROWS.iter().any(|row| row.table == word && !word.is_empty())
}

/// Names of tables count as keys at the top.
fn tables_of(table: &str) -> impl Iterator<Item = &'static str> {
    let at_top = table.is_empty();
    ROWS.iter().map(|row| row.table).filter(move |name| at_top && !name.is_empty())
}

/// Where a key of this name really belongs.
fn elsewhere(word: &str) -> Option<String> {
    let key = nearest(word, ROWS.iter().map(|row| row.key))?;
    ROWS.iter().find(|row| row.key == key).map(Row::path)
}

pub(super) fn unfit(row: &Row, written: &str) -> String {
    format!("`{}` needs {}, not {}", row.path(), row.expects, excerpt(written))
}

/// One short line of what the user wrote, in backquotes.
fn excerpt(written: &str) -> String {
    let mut line: String = written.chars().map(|c| if c.is_control() { ' ' } else { c }).take(40).collect();
    if written.chars().nth(40).is_some() {
        line.push('…');
    }
    format!("`{line}`")
}

pub(super) fn expand_paths(settings: &mut Settings, home: Option<&Path>) {
    for folder in &mut settings.music {
        *folder = expand_home(folder, home);
    }
    let Settings { scrobble, server, .. } = settings;
    let secrets = [&mut scrobble.listenbrainz.file, &mut scrobble.lastfm.file, &mut server.secret.file];
    let files = secrets.into_iter().flatten().chain(&mut settings.render.folder).chain(&mut settings.impulse);
    for path in settings.reference.iter_mut().chain(files) {
        *path = expand_home(path, home);
    }
    for place in &mut settings.mpd.listen {
        if let Listen::Path(path) = place {
            *path = expand_home(path, home);
        }
    }
    if let Some(path) = settings.output.output.path_mut() {
        *path = expand_home(path, home);
    }
}

/// A complete `config.toml` with every key at its default, each with what it means.
pub fn default_text() -> String {
    let mut text = String::from("# Auralis. Every key may be left out; these are the defaults.\n");
    let mut table = "";
    for row in ROWS {
        if row.table != table {
            table = row.table;
            let _ = write!(text, "\n[{table}]");
        }
        let _ = write!(text, "\n# {}\n# Takes {}.\n{} = {}\n", row.help, row.expects, row.key, row.default);
    }
    text
}

/// One key as a reference tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// With its table: `screen.theme`.
    pub path: String,
    /// As TOML.
    pub default: &'static str,
    /// What it takes.
    pub expects: &'static str,
    pub help: &'static str,
}

/// All keys, in the order of the default file.
pub fn reference() -> impl Iterator<Item = Setting> {
    ROWS.iter().map(|row| Setting {
        path: row.path(),
        default: row.default,
        expects: row.expects,
        help: row.help,
    })
}

/// All keys as a table in Markdown, for the README.
pub fn reference_table() -> String {
    let mut text = String::from("| key | default | meaning |\n|---|---|---|\n");
    for Setting { path, default, help, .. } in reference() {
        let _ = writeln!(text, "| `{path}` | `{default}` | {help} |");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::analysis::{AnalyseWhen, AnalysisSettings};
    use crate::model::audio::{SampleFormat, Volume};
    use crate::model::column::ListColumns;
    use crate::model::desktop::DesktopSettings;
    use crate::model::fingerprint::Dimension;
    use crate::model::lyrics::LyricsSettings;
    use crate::model::mastering::{Intensity, MasteringSettings, Preset, Target};
    use crate::model::mpd::{MpdSettings, Password, Permissions};
    use crate::model::musicbrainz::LookupSettings;
    use crate::model::picture::ShowCovers;
    use crate::model::rendering::{Format, RenderSettings};
    use crate::model::scrobbling::{ScrobbleSettings, SecretSource};
    use crate::model::server::ServerSettings;
    use crate::model::settings::{
        Audio, AutoSwitch, Crossfeed, HangUp, LevelMode, LevelSettings, NightMode, OnLost, OutputSpec,
        RatePolicy, ResamplerQuality,
    };
    use crate::model::similar::SimilarSettings;
    use crate::model::symbols::Symbols;
    use crate::model::taste::ByHand;
    use crate::model::visual::Visual;
    use crate::model::weights::{Aspect, Weights};

    /// Another value than the default for each key.
    const OTHERS: &[(&str, &str)] = &[
        ("music", "[\"/m\", \"~/n\"]"),
        ("scan_at_start", "false"),
        ("watch", "false"),
        ("articles", "[\"los\"]"),
        ("artist_separators", "[\" feat. \"]"),
        ("genre_separators", "[\";\"]"),
        ("rewind_s", "7"),
        ("resume_min", "0"),
        ("output.output", "\"file:~/x.wav\""),
        ("output.exclusive", "true"),
        ("output.format", "\"s24\""),
        ("output.rate", "96_000"),
        ("output.rate_change_silence_ms", "700"),
        ("output.period_frames", "2048"),
        ("output.on_lost", "\"move\""),
        ("output.resume_within_s", "9"),
        ("output.volume_cap", "90"),
        ("output.volume_caps", "{ \"alsa:x\" = 40 }"),
        ("output.resampler", "\"fast\""),
        ("sound.replaygain", "\"auto\""),
        ("sound.preamp_db", "-3.5"),
        ("sound.unknown_db", "-6"),
        ("sound.crossfade_s", "2.5"),
        ("sound.balance", "-20"),
        ("sound.mono", "true"),
        ("sound.crossfeed", "\"cmoy\""),
        ("sound.impulse", "\"~/room.wav\""),
        ("sound.night", "true"),
        ("sound.night_strength", "80"),
        ("eq.on", "true"),
        ("eq.preset", "\"bass\""),
        ("mastering.on", "true"),
        ("mastering.preset", "\"warm\""),
        ("mastering.intensity", "40"),
        ("mastering.target", "\"-16.5\""),
        ("mastering.bass_db", "1.5"),
        ("mastering.treble_db", "-1"),
        ("mastering.density", "0.5"),
        ("mastering.learn", "false"),
        ("mastering.album_lock", "false"),
        ("mastering.reference", "[\"/m/a.flac\", \"~/b\"]"),
        ("render.folder", "\"~/Out\""),
        ("render.format", "\"wav24\""),
        ("render.name", "\"{title}\""),
        ("hooks.on_track", "[\"notify-send\", \"a b\"]"),
        ("hooks.on_state", "[\"x\"]"),
        ("hooks.limit_s", "3"),
        ("mpd.listen", "[\"~/mpd\", \"localhost:6601\"]"),
        ("mpd.password", "[\"x@read\"]"),
        ("mpd.default_permissions", "\"read,add\""),
        ("remote.on_hang_up", "\"play\""),
        ("remote.ssh", "[\"ssh\", \"-4\"]"),
        ("remote.program", "\"/opt/auralis\""),
        ("remote.audio", "\"both\""),
        ("desktop.mpris", "false"),
        ("desktop.notifications", "true"),
        ("scrobble.listenbrainz_token_file", "\"~/lb\""),
        ("scrobble.listenbrainz_token_command", "[\"pass\", \"lb\"]"),
        ("scrobble.listenbrainz_url", "\"http://localhost:1/a\""),
        ("scrobble.lastfm_file", "\"/lastfm\""),
        ("scrobble.lastfm_command", "[\"pass\"]"),
        ("scrobble.lastfm_url", "\"https://libre.fm/2.0/\""),
        ("lyrics.online", "true"),
        ("lyrics.url", "\"http://localhost:2\""),
        ("musicbrainz.online", "true"),
        ("musicbrainz.url", "\"http://localhost:3\""),
        ("subsonic.url", "\"https://music.example/a\""),
        ("subsonic.name", "\"home\""),
        ("subsonic.user", "\"ann\""),
        ("subsonic.password_file", "\"~/server\""),
        ("subsonic.password_command", "[\"pass\", \"server\"]"),
        ("subsonic.cache_mb", "100"),
        ("subsonic.scrobble", "true"),
        ("network.buffer_s", "5"),
        ("network.timeout_s", "60"),
        ("network.retry_s", "0"),
        ("analysis.when", "\"idle\""),
        ("analysis.on_battery", "false"),
        ("analysis.on_load", "false"),
        ("similarity.weights", "{ timbre = 0.5, tempo_bpm = 2 }"),
        ("similarity.surprise", "0"),
        ("similarity.artist_window", "2"),
        ("similarity.album_window", "3"),
        ("similarity.ahead", "9"),
        ("similarity.learn", "false"),
        ("screen.theme", "\"mine\""),
        ("screen.language", "\"sv\""),
        ("screen.symbols", "\"ascii\""),
        ("screen.mouse", "false"),
        ("screen.spectrum", "false"),
        ("screen.visual", "\"loudness\""),
        ("screen.waveform", "false"),
        ("screen.covers", "\"blocks\""),
        ("screen.cover_accent", "true"),
        ("screen.wall", "true"),
        ("screen.columns", "[\"key\", \"artist:30\"]"),
        ("screen.fps", "60"),
        ("screen.group_by", "\"genre/folder\""),
        ("screen.follow", "true"),
        ("screen.scrolloff", "0"),
        ("screen.title", "false"),
        ("screen.progress", "\"on\""),
        ("screen.bidi", "\"off\""),
        ("screen.plain", "true"),
        ("screen.key_timeout_ms", "300"),
    ];

    fn others() -> Settings {
        let mut settings = Settings {
            scan_at_start: false,
            watch: false,
            rewind_s: 7,
            resume_min: 0,
            ..Settings::default()
        };
        settings.music = vec!["/m".into(), "/home/u/n".into()];
        settings.articles = vec!["los".into()];
        settings.artist_separators = vec![" feat. ".into()];
        settings.genre_separators = vec![";".into()];
        settings.output.output = OutputSpec::File("/home/u/x.wav".into());
        settings.output.format = Some(SampleFormat::S24);
        settings.output.rate = RatePolicy::Hz(96_000);
        settings.output.exclusive = true;
        settings.output.rate_change_silence_ms = 700;
        settings.output.on_lost = OnLost::Move;
        settings.output.resume_within_s = 9;
        settings.output.caps.all = Volume::new(90);
        settings.output.caps.devices.insert("alsa:x".into(), Volume::new(40));
        settings.output.period_frames = 2048;
        settings.output.resampler = ResamplerQuality::Fast;
        settings.sound.level = LevelSettings { mode: LevelMode::Auto, preamp_db: -3.5, unknown_db: -6.0 };
        settings.sound.crossfade_ms = 2_500;
        settings.sound.balance = -20;
        settings.sound.mono = true;
        settings.sound.crossfeed = Some(Crossfeed::Cmoy);
        settings.sound.night = NightMode { on: true, strength: Intensity::new(80) };
        settings.sound.eq.on = true;
        settings.eq_preset = "bass".into();
        settings.mastering = MasteringSettings {
            on: true,
            preset: Preset::Warm,
            intensity: Intensity::new(40),
            target: Target::Lufs(-16.5),
            album: false,
            taste: ByHand { bass_db: Some(1.5), treble_db: Some(-1.0), density: Some(0.5) },
            learn: false,
        };
        settings.impulse = Some("/home/u/room.wav".into());
        settings.reference = vec!["/m/a.flac".into(), "/home/u/b".into()];
        settings.render = RenderSettings {
            folder: Some("/home/u/Out".into()),
            format: Format::Wav24,
            name: Some("{title}".into()),
        };
        settings.hooks.on_track = vec!["notify-send".into(), "a b".into()];
        settings.hooks.on_state = vec!["x".into()];
        settings.hooks.limit_s = 3;
        settings.mpd = MpdSettings {
            listen: vec![Listen::Path("/home/u/mpd".into()), Listen::Address(([127, 0, 0, 1], 6601).into())],
            passwords: vec![Password { secret: "x".into(), opens: Permissions::READ }],
            default_permissions: Some(Permissions::READ.with(Permissions::ADD)),
        };
        settings.on_hang_up = HangUp::Play;
        settings.remote.ssh = vec!["ssh".into(), "-4".into()];
        settings.remote.program = "/opt/auralis".into();
        settings.remote.audio = Some(Audio::Both);
        settings.desktop = DesktopSettings { mpris: false, notifications: true };
        settings.scrobble = ScrobbleSettings {
            listenbrainz: SecretSource {
                file: Some("/home/u/lb".into()),
                command: vec!["pass".into(), "lb".into()],
            },
            listenbrainz_url: "http://localhost:1/a".into(),
            lastfm: SecretSource { file: Some("/lastfm".into()), command: vec!["pass".into()] },
            lastfm_url: "https://libre.fm/2.0/".into(),
        };
        settings.lyrics = LyricsSettings { online: true, url: "http://localhost:2".into() };
        settings.musicbrainz = LookupSettings { online: true, url: "http://localhost:3".into() };
        settings.server = ServerSettings {
            name: "home".into(),
            url: "https://music.example/a".into(),
            user: "ann".into(),
            secret: SecretSource {
                file: Some("/home/u/server".into()),
                command: vec!["pass".into(), "server".into()],
            },
            cache_mb: 100,
            scrobble: true,
        };
        settings.network.buffer = std::time::Duration::from_secs(5);
        settings.network.timeout = std::time::Duration::from_secs(60);
        settings.network.retry = std::time::Duration::ZERO;
        settings.analysis = AnalysisSettings { when: AnalyseWhen::Idle, on_battery: false, on_load: false };
        settings.similar = SimilarSettings {
            weights: Weights::default().with(Aspect::Timbre, 0.5).with(Aspect::Number(Dimension::Tempo), 2.0),
            surprise: 0,
            artist_window: 2,
            album_window: 3,
            ahead: 9,
            learn: false,
        };
        settings.screen.theme = "mine".into();
        settings.screen.language = "sv".into();
        settings.screen.symbols = Symbols::Ascii;
        settings.screen.mouse = false;
        settings.screen.spectrum = false;
        settings.screen.cover_accent = true;
        settings.screen.wall = true;
        settings.screen.visual = Visual::Loudness;
        settings.screen.waveform = false;
        settings.screen.covers = ShowCovers::Blocks;
        settings.screen.columns = ListColumns::parse(["key", "artist:30"]).unwrap();
        settings.screen.fps = 60;
        settings.screen.follow = true;
        settings.screen.scrolloff = 0;
        settings.screen.group_by = crate::model::grouping::Hierarchy::parse("genre/folder").unwrap();
        settings.screen.title = false;
        settings.screen.progress = AutoSwitch::On;
        settings.screen.bidi = AutoSwitch::Off;
        settings.screen.plain = true;
        settings.screen.key_timeout = std::time::Duration::from_millis(300);
        settings
    }

    fn read(text: &str) -> (Settings, Vec<Problem>) {
        parse(text, Path::new("c.toml"), Some(Path::new("/home/u")))
    }

    /// A file with one key a line, `bad` with a value that fits nowhere. Every key of the table is in it.
    fn with_bad(bad: Option<&str>) -> String {
        assert_eq!(OTHERS.len(), ROWS.len());
        let value = |path: &str, other: &'static str| if Some(path) == bad { "1979-05-27" } else { other };
        OTHERS.iter().map(|&(path, other)| format!("{path} = {}\n", value(path, other))).collect()
    }

    #[test]
    fn every_key_sets_what_it_says() {
        assert_eq!(read(&with_bad(None)), (others(), Vec::new()));
    }

    #[test]
    fn one_bad_key_costs_that_key_alone() {
        for (at, row) in ROWS.iter().enumerate() {
            let (settings, problems) = read(&with_bad(Some(&row.path())));
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert_eq!(problems[0].line, Some(at + 1), "{}", row.path());
            let message = format!("`{}` needs {}, not `1979-05-27`", row.path(), row.expects);
            assert_eq!(problems[0].message, message);
            // The default put back by hand into all the others is what must come out.
            let with_default =
                with_bad(None).lines().enumerate().fold(String::new(), |text, (line, written)| {
                    let default = format!("{} = {}", row.path(), row.default);
                    text + if line == at { &default } else { written } + "\n"
                });
            assert_eq!(settings, read(&with_default).0, "{}", row.path());
        }
    }

    #[test]
    fn the_default_file_is_the_default() {
        assert_eq!(read(&default_text()), (Settings::default(), Vec::new()));
        assert_eq!(read(""), (Settings::default(), Vec::new()));
        for row in ROWS {
            assert!(default_text().contains(&format!("\n{} = {}\n", row.key, row.default)), "{}", row.path());
            assert!(reference_table().contains(&format!("| `{}` |", row.path())), "{}", row.path());
        }
    }

    #[test]
    fn tables_in_the_table_stand_together() {
        let mut tables: Vec<_> = ROWS.iter().map(|row| row.table).collect();
        tables.dedup();
        let mut unique = tables.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(tables.len(), unique.len());
        assert_eq!(tables.first(), Some(&""));
    }

    #[test]
    fn deep_nesting_is_refused_not_recursed_into() {
        let deep = format!("music = {}{}", "[".repeat(100_000), "]".repeat(100_000));
        let (settings, problems) = read(&deep);
        assert_eq!(settings, Settings::default());
        assert_eq!(problems.len(), 1);
        let dotted = format!("{}x = 1", "a.".repeat(100_000));
        assert_eq!(read(&dotted).1.len(), 1);
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_the_parser(text in "\\PC{0,200}") {
            let _ = read(&text);
        }

        #[test]
        fn no_change_of_a_good_file_breaks_the_parser(at in 0usize..2000, with in "[\\[\\]{}=\"'#\\n.,0-9a-z]{0,8}") {
            let mut text = default_text();
            let at = at % text.len();
            if text.is_char_boundary(at) {
                text.insert_str(at, &with);
            }
            for problem in read(&text).1 {
                proptest::prop_assert!(problem.line.is_some());
            }
        }
    }
}
