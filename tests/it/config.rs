//! The configuration as users write it: files that are right, files that are wrong, and what `auralis config` says.

use std::fs;
use std::path::{Path, PathBuf};

use auralis::config::file::parse;
use auralis::model::audio::{SampleFormat, Volume};
use auralis::model::settings::{OnLost, OutputSpec, RatePolicy, ResamplerQuality, Settings};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/config").join(name)
}

fn files(name: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder(name)).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|is| is == "toml")).collect();
    files.sort();
    assert!(files.len() > 1);
    files
}

fn read(file: &Path) -> (Settings, Vec<String>) {
    let (settings, problems) = parse(&fs::read_to_string(file).unwrap(), file, Some(Path::new("/home/u")));
    let prefix = format!("{}:", file.display());
    let lines = problems.iter().map(|problem| problem.to_string().strip_prefix(&prefix).unwrap().to_owned());
    (settings, lines.collect())
}

fn whole() -> Settings {
    let mut settings = Settings { scan_at_start: false, rewind_s: 0, ..Settings::default() };
    settings.music = vec!["/home/u/Music".into(), "/mnt/music".into()];
    settings.articles = vec!["the".into(), "l'".into()];
    settings.output.output = OutputSpec::Device(Some("alsa:default".into()));
    settings.output.format = Some(SampleFormat::S24);
    settings.output.rate = RatePolicy::Hz(96_000);
    settings.output.exclusive = true;
    settings.output.rate_change_silence_ms = 500;
    settings.output.on_lost = OnLost::Move;
    settings.output.resume_within_s = 0;
    settings.output.caps.all = Volume::new(80);
    settings.output.caps.devices.insert("pulseaudio:headset".into(), Volume::new(60));
    settings.output.period_frames = 2048;
    settings.output.resampler = ResamplerQuality::Fast;
    settings.screen.theme = "light".into();
    settings.screen.mouse = false;
    settings.screen.spectrum = false;
    settings.screen.fps = 60;
    settings.screen.scrolloff = 0;
    settings
}

fn other_spellings() -> Settings {
    let mut settings = Settings { scan_at_start: false, ..Settings::default() };
    settings.output.output = OutputSpec::File("/home/u/out.wav".into());
    settings.output.rate = RatePolicy::Follow;
    settings.screen.theme = "my own theme".into();
    settings
}

#[test]
fn right_files_give_what_they_say_without_a_word() {
    for file in files("valid") {
        let expected = match file.file_stem().unwrap().to_str().unwrap() {
            "empty" => Settings::default(),
            "crlf_and_bom" => Settings { rewind_s: 7, ..Settings::default() },
            "whole" => whole(),
            "other_spellings" => other_spellings(),
            other => panic!("no expectation for {other}"),
        };
        assert_eq!(read(&file), (expected, Vec::new()), "{}", file.display());
    }
}

#[test]
fn wrong_files_cost_only_what_is_wrong_in_them() {
    for file in files("invalid") {
        let (settings, problems) = read(&file);
        let expected = fs::read_to_string(file.with_extension("expected")).unwrap();
        assert_eq!(problems, expected.lines().collect::<Vec<_>>(), "{}", file.display());
        let kept = Settings { rewind_s: 9, ..Settings::default() };
        assert_eq!(settings, kept, "{}", file.display());
    }
}

#[test]
fn what_is_not_toml_is_one_problem_with_its_line_and_the_defaults() {
    for (text, line) in
        [("rewind_s = 9\nmusic = [\n", 2), ("a = 1\na = 2\n", 2), ("= 3\n", 1), ("x = \"\\q\"\n", 1)]
    {
        let (settings, problems) = parse(text, Path::new("c"), None);
        assert_eq!(settings, Settings::default(), "{text}");
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].message.starts_with("not TOML: "), "{problems:?}");
        assert!(
            problems[0].line.is_some_and(|found| (line..=line + 1).contains(&found)),
            "{text}: {problems:?}"
        );
    }
}
