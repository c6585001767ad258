//! Files mastered into files: what is written reads back, says what its source said, is as loud as planned; and what
//! stands in the way is told before anything is done.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use auralis::analysis::measure::measure;
use auralis::decode::Source;
use auralis::library::artwork::embedded;
use auralis::library::tags::read_fields;
use auralis::model::audio::Spec;
use auralis::model::chain::{Band, ChainSpec, Compressor, Exciter, Width};
use auralis::model::features::Loudness;
use auralis::model::job::CancelToken;
use auralis::model::tag::Field;
use auralis::render::RenderError;
use auralis::render::pass::{Sink, Watch, pass};
use serde_json::Value as Json;

use crate::home::Home;
use crate::media::{self, Material, ffmpeg_decode};

/// A 1 x 1 PNG.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82";

/// A FLAC file of the material, with tags.
fn flac(home: &Home, name: &str, material: &Material, tags: &[&str]) -> PathBuf {
    let path = home.path(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let (wav, picture) = (home.path("raw.wav"), home.put("cover.png", PNG));
    material.write_wav(&wav);
    let picture = format!("--picture={}", picture.display());
    let mut words = vec!["-s", "-f", &picture, "-o", path.to_str().unwrap(), wav.to_str().unwrap()];
    words.extend(tags.iter().flat_map(|tag| ["-T", tag]));
    media::run("flac", &words);
    std::fs::remove_file(wav).unwrap();
    path
}

fn master(home: &Home, words: &[&str]) -> Output {
    home.program(&[&["--data-dir", "data", "master"], words].concat()).output().unwrap()
}

/// One JSON object a track.
fn lines(output: &Output) -> Vec<Json> {
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn samples(path: &Path) -> Vec<f32> {
    let mut source = Source::open(path).unwrap();
    let mut all = Vec::new();
    while source.read(&mut all).unwrap() > 0 {}
    all
}

fn loudness(path: &Path) -> Loudness {
    measure(path, &CancelToken::default(), &mut |_| ()).unwrap().loudness
}

/// Everything below a folder; empty where there is none.
fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return BTreeSet::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { BTreeSet::from([path]) }).collect()
}

#[test]
fn nothing_of_a_plan_leaves_every_bit_in_each_format_that_holds_it() {
    let home = Home::new();
    let wide = Material::new(50_021, 2, 44_100, 24);
    let narrow = Material::new(30_011, 3, 48_000, 16);
    for (material, name, formats) in [
        (&wide, "wide.flac", &["flac24", "wav24", "wav32f"][..]),
        (&narrow, "narrow.flac", &["flac16", "wav16", "flac24", "wav24", "wav32f"][..]),
    ] {
        let source = flac(&home, name, material, &[]);
        for &format in formats {
            let out = home.path(format!("out-{format}"));
            let words = ["--json", "--intensity", "0", "--format", format, "-o", out.to_str().unwrap()];
            let told = lines(&master(&home, &[&words[..], &[source.to_str().unwrap()]].concat()));
            let made = PathBuf::from(told[0]["output"]["path"].as_str().unwrap());
            assert!(samples(&made) == material.to_f32(), "{format} by us");
            assert!(ffmpeg_decode(&made) == material.to_f32(), "{format} by ffmpeg");
            if format.starts_with("flac") {
                media::run("flac", &["-s", "-t", made.to_str().unwrap()]);
            }
        }
    }
}

#[test]
fn a_narrow_file_is_the_wide_one_rounded_after_noise_of_a_step() {
    let home = Home::new();
    let source = flac(&home, "a.flac", &Material::new(150_000, 2, 44_100, 16), &[]);
    let made = |format: &str| {
        let words =
            ["--json", "--preset", "warm", "--format", format, "-o", format, source.to_str().unwrap()];
        samples(Path::new(lines(&master(&home, &words))[0]["output"]["path"].as_str().unwrap()))
    };
    let float = made("wav32f");
    for (format, bits) in [("flac16", 16), ("wav16", 16), ("flac24", 24), ("wav24", 24)] {
        let steps = 2f64.powi(bits - 1);
        let errors: Vec<f64> = made(format)
            .iter()
            .zip(&float)
            .map(|(narrow, wide)| (f64::from(*narrow) - f64::from(*wide)) * steps)
            .collect();
        assert_eq!(errors.len(), float.len());
        assert!(errors.iter().all(|error| error.abs() < 1.5 + 1e-3), "{format}");
        // The noise (1/6) and the rounding (1/12).
        let power = errors.iter().map(|error| error * error).sum::<f64>() / errors.len() as f64;
        assert!((power - 0.25).abs() < 0.01, "{format}: {power}");
    }
}

#[test]
fn tags_and_pictures_come_along_and_loudness_tags_do_not() {
    let home = Home::new();
    let tags = [
        "TITLE=Ünder=way",
        "ARTIST=Ann",
        "ARTIST=Bob",
        "TRACKNUMBER=3",
        "COMMENT=as it was",
        "MUSICBRAINZ_TRACKID=5b11f4ce-a62d-471e-81fc-a69a8278c7da",
        "REPLAYGAIN_TRACK_GAIN=-6.00 dB",
        "R128_TRACK_GAIN=-100",
    ];
    let source = flac(&home, "a.flac", &Material::new(100_000, 2, 44_100, 16), &tags);
    let before = read_fields(&source).unwrap().fields;
    for format in ["flac24", "wav16"] {
        let told =
            lines(&master(&home, &["--json", "--format", format, "-o", "out", source.to_str().unwrap()]));
        let made = PathBuf::from(told[0]["output"]["path"].as_str().unwrap());
        let after = read_fields(&made).unwrap().fields;
        for field in Field::all().filter(|field| *field != Field::Comment) {
            assert_eq!(before.get(field), after.get(field), "{format} {}", field.name());
        }
        let comments = after.get(Field::Comment);
        assert_eq!(comments.first().map(String::as_str), Some("as it was"), "{format}");
        assert!(comments.last().unwrap().starts_with("Mastered by Auralis"), "{format} {comments:?}");
        assert_eq!(embedded(&made).unwrap()[0].data, PNG);
        assert_eq!(embedded(&made).unwrap().len(), 1);
        let said = media::run("ffprobe", &["-v", "error", "-show_format", made.to_str().unwrap()]);
        let said = String::from_utf8_lossy(&said).to_lowercase();
        assert!(
            said.contains("ünder=way") && !said.contains("replaygain") && !said.contains("r128"),
            "{said}"
        );
    }
}

#[test]
fn what_comes_out_is_as_loud_as_the_plan_aims_at_and_below_the_ceiling() {
    let home = Home::new();
    let source = flac(&home, "a.flac", &Material::new(44_100 * 8, 2, 44_100, 16), &[]);
    for (preset, target) in
        [("adaptive", "streaming"), ("punchy", "-9"), ("warm", "replaygain"), ("bright", "r128")]
    {
        for format in ["flac16", "wav32f"] {
            let words = ["--json", "--overwrite", "--preset", preset, "--target", target, "--format", format];
            let told =
                lines(&master(&home, &[&words[..], &["-o", "out", source.to_str().unwrap()]].concat()));
            let made = loudness(Path::new(told[0]["output"]["path"].as_str().unwrap()));
            let (lufs, peak) = (made.integrated_lufs.unwrap(), made.true_peak_db.unwrap());
            let aim = told[0]["plan"]["aim_lufs"].as_f64().unwrap() as f32;
            assert_eq!(told[0]["plan"]["proved"], true);
            assert!((lufs - aim).abs() <= 0.1, "{preset} {target} {format}: {lufs} for {aim}");
            assert!(peak <= -0.9, "{preset} {target} {format}: {peak}");
            let after = told[0]["after"]["lufs"].as_f64().unwrap() as f32;
            assert!((lufs - after).abs() < 0.05, "{lufs} {after}");
        }
    }
}

#[derive(Default)]
struct Collect(Vec<Vec<f32>>);

impl Sink for Collect {
    fn write(&mut self, track: usize, frames: &[f32]) -> Result<(), RenderError> {
        self.0.resize(self.0.len().max(track + 1), Vec::new());
        self.0[track].extend(frames);
        Ok(())
    }

    fn end(&mut self, track: usize) -> Result<(), RenderError> {
        self.0.resize(self.0.len().max(track + 1), Vec::new());
        Ok(())
    }
}

fn passed(tracks: &[&Path], spec: Spec, numbers: &ChainSpec) -> Vec<Vec<f32>> {
    let mut collected = Collect::default();
    let cancel = CancelToken::default();
    let watch = Watch { cancel: &cancel, on_sound: &|_: Duration| () };
    pass(tracks, spec, numbers, &mut collected, watch).unwrap();
    collected.0
}

#[test]
fn tracks_of_an_album_put_together_are_the_album_as_one_bit_for_bit() {
    let home = Home::new();
    let whole = Material::new(100_003, 2, 44_100, 16);
    let part = |from: usize, to: usize| Material {
        samples: whole.samples[from * 2..to * 2].to_vec(),
        ..whole.clone()
    };
    let all = flac(&home, "all.flac", &whole, &[]);
    let cuts = [0, 33_333, 33_334, 70_001, 100_003];
    let parts: Vec<PathBuf> =
        (0..4).map(|at| flac(&home, &format!("{at}.flac"), &part(cuts[at], cuts[at + 1]), &[])).collect();
    let tracks: Vec<&Path> = parts.iter().map(PathBuf::as_path).collect();
    let mut numbers = ChainSpec {
        subsonic_hz: 18.0,
        transients_db: 2.0,
        compressor: Compressor { threshold_db: -30.0, ratio: 2.0, ..Compressor::default() },
        exciter: Exciter { amount: 0.1, ..Exciter::default() },
        width: Width { side_db: -1.0, mono_below_hz: 80.0 },
        gain_db: 9.0,
        clip_from_db: -2.0,
        ceiling_dbtp: Some(-1.0),
        ..ChainSpec::default()
    };
    numbers.eq[0] = Band::low_shelf(120.0, 3.0);
    let spec = Spec { rate: 44_100, channels: 2 };
    let (one, apart) = (passed(&[&all], spec, &numbers), passed(&tracks, spec, &numbers));
    let lengths: Vec<usize> = apart.iter().map(|track| track.len() / 2).collect();
    assert_eq!(lengths, [33_333, 1, 36_667, 30_002]);
    assert!(apart.concat() == one[0]);
    assert!(one[0] != whole.to_f32());
}

/// The same through the program: the join of two tracks of an album is where it would be in one file.
#[test]
fn an_album_gets_one_plan_and_single_tracks_their_own() {
    let home = Home::new();
    let loud = Material::new(200_000, 2, 44_100, 16);
    let quiet = Material { samples: loud.samples.iter().map(|sample| sample / 4).collect(), ..loud.clone() };
    flac(&home, "music/A/1.flac", &loud, &["ALBUM=A", "TRACKNUMBER=1"]);
    flac(&home, "music/A/2.flac", &quiet, &["ALBUM=A", "TRACKNUMBER=2"]);
    let told = lines(&master(&home, &["--json", "--target", "r128", "-o", "album", "music"]));
    let gain = |told: &[Json], at: usize| told[at]["plan"]["chain"]["gain_db"].as_f64().unwrap();
    let after = |told: &[Json], at: usize| told[at]["after"]["lufs"].as_f64().unwrap();
    assert_eq!((told.len(), &told[0]["plan"]["tracks"]), (2, &Json::from(2)));
    assert_eq!(gain(&told, 0), gain(&told, 1));
    assert!((after(&told, 0) - after(&told, 1) - 12.04).abs() < 1.0, "the relation stays: {told:?}");
    let made: Vec<PathBuf> = ["1.flac", "2.flac"].map(|name| home.path("album/music/A").join(name)).into();
    assert_eq!(files(&home.path("album")), made.iter().cloned().collect());
    let told = lines(&master(&home, &["--json", "--target", "r128", "--track", "-o", "tracks", "music"]));
    assert_eq!(told[0]["plan"]["tracks"], 1);
    assert!((after(&told, 0) - after(&told, 1)).abs() < 0.2);
}

#[test]
fn a_sheet_becomes_its_tracks_with_their_tags() {
    let home = Home::new();
    Material::new(300_000, 2, 44_100, 16).write_wav(&home.path("disc.wav"));
    let sheet = "TITLE \"Disc\"\nPERFORMER \"Ann\"\nFILE \"disc.wav\" WAVE\n  TRACK 01 AUDIO\n    TITLE \"One\"\n    INDEX 01 00:00:00\n  TRACK 02 AUDIO\n    TITLE \"Two\"\n    INDEX 01 00:03:00\n";
    home.put("disc.cue", sheet.as_bytes());
    let words = ["--json", "--name", "{album}/{track:02} {title}", "-o", "out", "disc.cue"];
    let told = lines(&master(&home, &words));
    let made = ["01 One.flac", "02 Two.flac"].map(|name| home.path("out/Disc").join(name));
    assert_eq!(files(&home.path("out")), made.iter().cloned().collect());
    assert_eq!(told[0]["plan"]["tracks"], 2);
    let lengths = made.each_ref().map(|path| Source::open(path).unwrap().info().format.frames.unwrap());
    assert_eq!(lengths, [132_300, 167_700]);
    assert_eq!(read_fields(&made[1]).unwrap().fields.get(Field::Artist), ["Ann"]);
}

#[test]
fn silence_is_written_as_it_is_and_says_why() {
    let home = Home::new();
    let silence = Material { samples: vec![0; 88_200], channels: 1, rate: 44_100, bits: 16 };
    let source = flac(&home, "a.flac", &silence, &[]);
    let told = lines(&master(&home, &["--json", "--format", "wav16", "-o", "out", source.to_str().unwrap()]));
    assert_eq!((&told[0]["plan"], &told[0]["unplanned"]), (&Json::Null, &Json::from("silence")));
    assert!(samples(&home.path("out/a.wav")) == silence.to_f32());
}

#[test]
fn what_stands_in_the_way_is_told_before_anything_is_done() {
    let home = Home::new();
    home.song("music/1.wav", 1.0, &[]);
    home.song("music/deep/1.wav", 1.0, &[]);
    home.put("out/music/1.flac", b"mine");
    home.put("file", b"");
    let before = files(home.folder());
    for (words, why) in [
        (&["-o", "out", "music"][..], "would take the place of"),
        (&["-o", "music/new", "music"], "which is being mastered"),
        (&["--overwrite", "--format", "wav16", "-o", "music", "music/1.wav"], "which is a source"),
        (&["--name", "{comment}x", "-o", "new", "music"], "has no comment"),
        (&["-o", "new", "music/1.wav", "music/deep/1.wav"], "would both be"),
        (&["-o", "file/new", "music"], "is no folder"),
    ] {
        let output = master(&home, words);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{words:?}: {told}");
        assert!(told.contains(why) && told.contains("nothing was mastered"), "{words:?}: {told}");
        assert_eq!(output.stdout, b"");
        assert_eq!(
            files(home.folder()).difference(&before).find(|path| !path.starts_with(home.path("data"))),
            None
        );
    }
    assert_eq!(master(&home, &["-o", "out", "nowhere"]).status.code(), Some(3));
    assert_eq!(master(&home, &["--album", "--track", "music"]).status.code(), Some(2));
    assert_eq!(master(&home, &["--target", "-40", "music"]).status.code(), Some(2));
    let replaced = master(&home, &["--overwrite", "-o", "out", "music"]);
    assert!(replaced.status.success(), "{}", String::from_utf8_lossy(&replaced.stderr));
    assert!(loudness(&home.path("out/music/1.flac")).integrated_lufs.is_ok());
}

#[test]
fn a_file_that_is_no_music_fails_alone() {
    let home = Home::new();
    let good = flac(&home, "music/good.flac", &Material::new(60_000, 2, 44_100, 16), &[]);
    home.put("music/bad.flac", b"no music at all");
    let output = master(&home, &["-o", "out", "music"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("bad.flac"));
    assert_eq!(files(&home.path("out")), BTreeSet::from([home.path("out/music/good.flac")]));
    assert!(good.exists());
}

#[test]
fn a_dry_run_tells_reasons_and_conflicts_and_writes_nothing() {
    let home = Home::new();
    flac(&home, "music/a.flac", &Material::new(100_000, 2, 44_100, 16), &[]);
    let dry = master(&home, &["--dry-run", "-o", "out", "music"]);
    let told = String::from_utf8(dry.stdout).unwrap();
    assert!(dry.status.success());
    assert!(told.contains("out/music/a.flac") && told.contains("LUFS are brought to"), "{told}");
    assert!(!home.path("out").exists());
    home.put("out/music/a.flac", b"mine");
    let dry = master(&home, &["--dry-run", "-o", "out", "music"]);
    assert_eq!(dry.status.code(), Some(1));
    assert!(String::from_utf8(dry.stdout).unwrap().contains("LUFS are brought to"));
    assert!(String::from_utf8(dry.stderr).unwrap().contains("would take the place of"));
}

/// Mean level of the band around a frequency, dB, as ffmpeg's filter and meter have it.
fn band_db(path: &Path, hz: u32) -> f64 {
    let filter = format!("bandpass=f={hz}:width_type=o:w=0.333,volumedetect");
    let words = ["-hide_banner", "-nostats", "-i", path.to_str().unwrap(), "-af", &filter, "-f", "null", "-"];
    let output = std::process::Command::new("ffmpeg").args(words).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    let value = told.split("mean_volume: ").nth(1).unwrap_or_else(|| panic!("{told}"));
    value.split(' ').next().unwrap().parse().unwrap()
}

/// Noise brought to noise of another tone, as ffmpeg hears both; by the file itself and by its curve.
#[test]
fn a_reference_gives_its_tone_and_its_loudness() {
    let home = Home::new();
    let noise = |name: &str, seed: u32, filter: &str| {
        let path = home.path(name);
        let both = format!(
            "anoisesrc=color=pink:seed={seed}:amplitude=0.2:duration=20:sample_rate=44100[l];\
             anoisesrc=color=pink:seed={}:amplitude=0.2:duration=20:sample_rate=44100[r];[l][r]amerge=inputs=2,{filter}",
            seed + 1
        );
        media::run("ffmpeg", &["-v", "error", "-f", "lavfi", "-i", &both, path.to_str().unwrap()]);
        path
    };
    let source = noise("source.wav", 1, "volume=0.7");
    let reference = noise("other.wav", 7, "bass=g=6:f=150,treble=g=-7:f=3000,volume=1.2");
    let curve = home.path("curve.json");
    let kept = home
        .program(&["--data-dir", "data", "reference", "other.wav", "--name", "Dull", "-o", "curve.json"])
        .output()
        .unwrap();
    assert!(kept.status.success(), "{}", String::from_utf8_lossy(&kept.stderr));
    let by = |reference: &Path, folder: &str| {
        let words = ["--json", "--reference", reference.to_str().unwrap(), "-o", folder];
        let output = master(&home, &[&words[..], &["--format", "wav24", source.to_str().unwrap()]].concat());
        lines(&output).remove(0)
    };
    let line = by(&reference, "out");
    let rendered = home.path("out/source.wav");
    let off: Vec<f64> = [50, 100, 250, 1_000, 2_500, 6_300, 12_500]
        .into_iter()
        .map(|hz| band_db(&rendered, hz) - band_db(&reference, hz))
        .collect();
    assert!(off.iter().all(|off| off.abs() < 1.0), "{off:?}");
    let before = band_db(&source, 12_500) - band_db(&reference, 12_500);
    assert!(before > 1.5, "nothing was to be done: {before}");
    let (asked, after) = (&line["plan"]["asked_lufs"], &line["after"]["lufs"]);
    assert!((asked.as_f64().unwrap() - after.as_f64().unwrap()).abs() < 0.1, "{line}");
    let by_curve = by(&curve, "again");
    assert_eq!(by_curve["plan"]["chain"], line["plan"]["chain"]);
    assert!(by_curve["plan"]["moves"].to_string().contains("Dull"), "{by_curve}");
    std::fs::write(&curve, "{}").unwrap();
    let refused = master(&home, &["--reference", "curve.json", "source.wav"]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("holds no curve"));
}

/// A player on a library, and its jobs.
struct Jobs<'a> {
    home: &'a Home,
    session: crate::pseudo_terminal::Session,
}

impl<'a> Jobs<'a> {
    fn start(home: &'a Home, tracks: &str) -> Self {
        let config = b"[render]\nfolder = \"~/out\"\n[mastering]\npreset = \"warm\"\n";
        home.put(".config/auralis/config.toml", config);
        let session = crate::pseudo_terminal::Session::start(home, &["music"]);
        session.wait_for(tracks);
        Self { home, session }
    }

    fn out(&self, words: &[&str]) -> String {
        let output = self.home.program(words).output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The newest, once it is so.
    fn newest(&self, state: &str) -> Json {
        let until = std::time::Instant::now() + Duration::from_secs(120);
        loop {
            let told: Json = serde_json::from_str(&self.out(&["status", "--json"])).unwrap();
            let job = told["jobs"].as_array().unwrap().last().unwrap().clone();
            if job["state"] == state {
                return job;
            }
            assert!(std::time::Instant::now() < until, "{job}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// All files below a folder, hidden ones too.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// What the player's job writes is what the command writes, byte by byte, two files of one name among them; and what stands
/// in the way is told.
#[test]
fn a_job_of_the_player_writes_what_the_command_does() {
    let home = Home::new();
    let music = Material::new(44_100 * 4, 2, 44_100, 16);
    let paths = ["music/a/1", "music/a/2", "music/b/1"].map(|name| {
        let (album, number) = name.split_at(8);
        let (album, number) = (format!("ALBUM={album}"), format!("TRACKNUMBER={number}"));
        flac(&home, &format!("{name}.flac"), &music, &[&album, &number])
    });
    let paths: Vec<&str> = paths.iter().map(|path| path.to_str().unwrap()).collect();
    let jobs = Jobs::start(&home, "3 tracks");
    jobs.out(&[&["ctl", "master"], &paths[..]].concat());
    let job = jobs.newest("done");
    assert_eq!((&job["written"], &job["failed"]), (&3.into(), &Json::Array(Vec::new())), "{job}");
    assert!(master(&home, &["--preset", "warm", "-o", "again", "music"]).status.success());
    for name in ["music/a/1.flac", "music/a/2.flac", "music/b/1.flac"] {
        let [job, command] = [home.path("out"), home.path("again")].map(|folder| folder.join(name));
        assert_eq!(std::fs::read(job).unwrap(), std::fs::read(command).unwrap(), "{name}");
    }
    // They are there now.
    jobs.out(&["ctl", "master", paths[0]]);
    let job = jobs.newest("done");
    assert_eq!(job["written"], 0);
    assert!(job["failed"][0].as_str().unwrap().contains("1.flac"), "{job}");
    jobs.session.quit();
}

#[test]
fn a_job_that_is_stopped_or_whose_player_ends_leaves_nothing() {
    let home = Home::new();
    let long = home.path("music/long.wav");
    std::fs::create_dir_all(long.parent().unwrap()).unwrap();
    Material::new(44_100 * 240, 2, 44_100, 16).write_wav(&long);
    let jobs = Jobs::start(&home, "1 track");
    for ends in [false, true] {
        jobs.out(&["ctl", "master", long.to_str().unwrap()]);
        jobs.newest("running");
        if ends {
            break;
        }
        jobs.out(&["ctl", "master-stop"]);
        let job = jobs.newest("stopped");
        assert_eq!(job["written"], 0, "{job}");
        assert_eq!(files_below(&home.path("out")), Vec::<PathBuf>::new());
    }
    jobs.session.quit();
    assert_eq!(files_below(&home.path("out")), Vec::<PathBuf>::new());
}
