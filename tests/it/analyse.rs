//! Measuring tracks: the official sequences, and the program over a library that is killed, changed and damaged meanwhile.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use auralis::analysis::Analyser;
use auralis::analysis::loudness::Meter;
use auralis::analysis::measure::{VERSION, measure};
use auralis::decode::Source;
use auralis::library::store::{Store, WriteOp};
use auralis::model::features::Absent;
use auralis::model::job::CancelToken;
use serde_json::Value as Json;

use crate::home::{Home, PATIENCE};
use crate::library_media::all_tracks;

/// Every sequence of BS.2217, Tech 3341 and Tech 3342 within the tolerance of its table.
#[test]
#[ignore = "needs the files of AURALIS_VECTORS"]
fn the_official_sequences_read_what_they_must() {
    let folder =
        std::env::var_os("AURALIS_VECTORS").expect("AURALIS_VECTORS names the folder of test vectors");
    let folder = PathBuf::from(folder).join("loudness");
    let table = std::fs::read_to_string(folder.join("EXPECTED.tsv")).unwrap();
    let mut wrong = Vec::new();
    let rows: Vec<Vec<&str>> = table.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    assert!(rows.len() > 90, "{}", rows.len());
    for row in &rows {
        let found = check(&folder.join(row[0]), row);
        wrong.extend(found.err().map(|why| format!("{}: {why}", row[0])));
    }
    assert!(wrong.is_empty(), "{} of {} are wrong:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

fn check(path: &Path, row: &[&str]) -> Result<(), String> {
    let loudness = measure(path, &CancelToken::default(), &mut |_| ()).map_err(|e| e.to_string())?.loudness;
    let tolerance = |name: &str| if name == "LRA" { 1.0 } else { 0.1 };
    let single = [
        ("I", row[2], loudness.integrated_lufs),
        ("maxM", row[5], loudness.momentary_max_lufs),
        ("maxS", row[6], loudness.short_term_max_lufs),
        ("LRA", row[7], loudness.range_lu),
    ];
    for (name, expected, found) in single {
        match (expected, found) {
            ("", _) => {}
            ("-inf", Err(Absent::Silence)) => {}
            ("-inf", found) => return Err(format!("{name}: {found:?}")),
            (range, _) if range.contains("successive") => {}
            (number, found) => {
                near(name, found.ok(), number.parse().unwrap(), -tolerance(name), tolerance(name))?
            }
        }
    }
    if let Ok(expected) = row[8].parse::<f32>() {
        near("TP", loudness.true_peak_db.ok(), expected, -0.4, 0.2)?;
    }
    if let Some(level) = row[3].strip_suffix(" constant after 1 s") {
        constant(path, level.parse().unwrap(), 1.0, Meter::momentary_lufs)?;
    }
    if let Some(level) = row[4].strip_suffix(" constant after 3 s") {
        constant(path, level.parse().unwrap(), 3.0, Meter::short_term_lufs)?;
    }
    match row[1] {
        "3341-11" => segments(path, 6.0, |found| found.short_term_max_lufs.ok()),
        "3341-14" => segments(path, 0.8, |found| found.momentary_max_lufs.ok()),
        _ => Ok(()),
    }
}

fn near(name: &str, found: Option<f32>, expected: f32, below: f32, above: f32) -> Result<(), String> {
    let fits = found.is_some_and(|found| (below..=above).contains(&(found - expected)));
    if fits { Ok(()) } else { Err(format!("{name}: {found:?}, not {expected}")) }
}

fn frames(path: &Path) -> (auralis::model::audio::Spec, Vec<f32>) {
    let mut source = Source::open(path).unwrap();
    let mut all = Vec::new();
    while source.read(&mut all).unwrap() > 0 {}
    (source.info().format.spec, all)
}

fn constant(path: &Path, level: f64, from_s: f64, read: fn(&Meter) -> Option<f64>) -> Result<(), String> {
    let (spec, all) = frames(path);
    let mut meter = Meter::new(spec);
    let tenth = spec.rate as usize / 10;
    for (at, block) in all.chunks(tenth * usize::from(spec.channels)).enumerate() {
        meter.push(block);
        if (at + 1) as f64 / 10.0 > from_s {
            near("constant", read(&meter).map(|found| found as f32), level as f32, -0.1, 0.1)?;
        }
    }
    Ok(())
}

/// Twenty segments, each 1 LU louder than the one before, from -38 LUFS on.
fn segments(
    path: &Path,
    seconds: f64,
    read: fn(&auralis::model::features::Loudness) -> Option<f32>,
) -> Result<(), String> {
    let (spec, all) = frames(path);
    let length = (seconds * f64::from(spec.rate)) as usize * usize::from(spec.channels);
    for (at, part) in all.chunks(length).enumerate().take(20) {
        let mut meter = Meter::new(spec);
        meter.push(part);
        near(&format!("segment {at}"), read(&meter.finish()), at as f32 - 38.0, -0.1, 0.1)?;
    }
    Ok(())
}

struct Rig {
    home: Home,
}

impl Rig {
    fn new() -> Self {
        let rig = Self { home: Home::with_music() };
        rig.scan();
        rig
    }

    fn scan(&self) {
        assert!(self.run(&["scan", "-q", "music"]).status.success());
    }

    fn run(&self, words: &[&str]) -> std::process::Output {
        let words: Vec<&str> = ["--data-dir", "data"].iter().chain(words).copied().collect();
        self.home.program(&words).output().unwrap()
    }

    fn store(&self) -> Store {
        Store::open(&self.home.path("data/library.redb"), Box::new(|_| ())).unwrap()
    }

    /// Of each measured track its path's end and whether it could be measured.
    fn measured(&self) -> Vec<(String, bool)> {
        let store = self.store();
        let reader = store.read().unwrap();
        let row = |track: auralis::model::track::Track| {
            let row = reader.measured(track.id).unwrap()?;
            Some((track.path.file_name().unwrap().to_string_lossy().into_owned(), row.found.is_ok()))
        };
        let rows = all_tracks(&store).into_iter().filter_map(row).collect();
        drop(reader);
        assert!(store.close(Duration::from_secs(60)));
        rows
    }
}

fn lines(output: &std::process::Output) -> Vec<Json> {
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What is printed for people: a name, a value, and where it stands.
#[test]
fn how_tracks_sound_is_told_in_words_and_against_the_library() {
    let rig = Rig::new();
    assert!(rig.run(&["analyse"]).status.success());
    let shown = rig.run(&["analyse", "--show", "title:bravo"]);
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    for words in ["no tempo (", "LUFS · range 0.0 LU", "Brightness", "Correlation", "of your library"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let names = text.lines().filter(|line| line.starts_with("  ")).count();
    assert!(names >= 27, "two lines, and one for each number: {text}");
}

/// The songs are sines of one level at 8 kHz: true peak and sample peak agree, the range is nothing, DR is nothing.
#[test]
fn a_library_is_measured_once_and_printed_as_it_was_found() {
    let rig = Rig::new();
    let first = rig.run(&["analyse", "--json", "music"]);
    assert!(first.status.success(), "{first:?}");
    let found = lines(&first);
    assert_eq!(found.len(), 3);
    for line in &found {
        let number = |name: &str| line[name].as_f64().unwrap();
        assert!((number("true_peak_db") - number("sample_peak_db")).abs() < 0.1, "{line}");
        assert!(number("range_lu").abs() < 0.1 && number("dynamic_range_db").abs() < 0.1, "{line}");
        assert!(number("integrated_lufs") < 0.0 && line["error"].is_null(), "{line}");
        assert_eq!(line["loudness"]["true_peak_dbtp"], line["true_peak_db"]);
        assert_eq!(line["sample_rate"], 8_000, "{line}");
        assert_eq!(line["fingerprint"].as_object().unwrap().len(), 25, "{line}");
        assert_eq!(line["fingerprint"]["lufs"], line["integrated_lufs"]);
    }
    let again = rig.run(&["analyse"]);
    assert!(again.status.success());
    assert!(String::from_utf8_lossy(&again.stderr).contains("0 measured"), "{again:?}");
    let forced = rig.run(&["analyse", "--force"]);
    assert!(String::from_utf8_lossy(&forced.stderr).contains("3 measured"), "{forced:?}");
    assert_eq!(lines(&rig.run(&["analyse", "--json", "music"])), found, "the same every time");
}

#[test]
fn a_query_names_tracks_and_what_was_measured_can_be_asked_for() {
    let rig = Rig::new();
    let one = rig.run(&["analyse", "--json", "title:bravo"]);
    assert_eq!(lines(&one).len(), 1, "{one:?}");
    assert_eq!(rig.measured().len(), 1);
    assert_eq!(rig.run(&["analyse", "title:nothing"]).status.code(), Some(3));
    let found = rig.run(&["search", "lufs<0"]);
    assert!(String::from_utf8_lossy(&found.stdout).contains("Bravo"), "{found:?}");
    assert_eq!(rig.run(&["search", "lufs>0"]).status.code(), Some(3));
    let unmeasured = rig.run(&["search", "--json", "lufs:0"]);
    assert_eq!(lines(&unmeasured).len(), 2, "{unmeasured:?}");
}

/// A file that is changed has another sound; one that is damaged fails, is told, stays in the library, and is not tried again.
#[test]
fn a_changed_file_is_measured_again_and_a_damaged_one_is_kept_with_its_reason() {
    let rig = Rig::new();
    assert!(rig.run(&["analyse"]).status.success());
    rig.home.song("music/1.wav", 70.0, &[("INAM", "Alpha")]);
    rig.scan();
    let changed = rig.run(&["analyse"]);
    assert!(String::from_utf8_lossy(&changed.stderr).contains("1 measured"), "{changed:?}");
    rig.home.put("music/2.wav", b"no sound at all");
    let failed = rig.run(&["analyse", "--force"]);
    assert_eq!(failed.status.code(), Some(1), "{failed:?}");
    assert!(String::from_utf8_lossy(&failed.stderr).contains("2.wav"), "{failed:?}");
    let mut rows = rig.measured();
    rows.sort();
    let expected = [("1.wav".to_owned(), true), ("2.wav".to_owned(), false), ("3.wav".to_owned(), true)];
    assert_eq!(rows, expected);
    assert!(String::from_utf8_lossy(&rig.run(&["analyse"]).stderr).contains("0 measured, 0 failed"));
}

#[test]
fn other_measures_make_every_track_be_measured_again_and_a_forgotten_track_is_forgotten_whole() {
    let rig = Rig::new();
    assert!(rig.run(&["analyse"]).status.success());
    let store = rig.store();
    let track = all_tracks(&store).remove(0);
    let mut row = store.read().unwrap().measured(track.id).unwrap().unwrap();
    assert_eq!(row.algorithm, VERSION);
    assert!(!row.found.as_ref().unwrap().waveform.0.is_empty());
    assert!(
        store.read().unwrap().all_measured().unwrap().all(|row| row
            .unwrap()
            .1
            .found
            .unwrap()
            .waveform
            .0
            .is_empty())
    );
    row.algorithm = VERSION - 1;
    store.write(WriteOp::PutMeasured(vec![(track.id, row)])).unwrap();
    assert!(store.close(Duration::from_secs(60)));
    let newer = rig.run(&["analyse"]);
    assert!(String::from_utf8_lossy(&newer.stderr).contains("1 measured"), "{newer:?}");
    let store = rig.store();
    store.write(WriteOp::RemoveTracks(vec![track.id])).unwrap();
    store.flush().unwrap();
    let reader = store.read().unwrap();
    assert!(reader.measured(track.id).unwrap().is_none() && reader.waveform(track.id).unwrap().is_none());
}

/// The stamp is that of the scan: what was measured of a file that changed after it is not what the next scan finds.
#[test]
fn a_file_that_changes_between_scan_and_measuring_is_measured_again_after_the_next_scan() {
    let rig = Rig::new();
    rig.home.song("music/1.wav", 70.0, &[("INAM", "Alpha")]);
    let first = rig.run(&["analyse"]);
    assert!(String::from_utf8_lossy(&first.stderr).contains("3 measured"), "{first:?}");
    rig.scan();
    let next = rig.run(&["analyse"]);
    assert!(String::from_utf8_lossy(&next.stderr).contains("1 measured"), "{next:?}");
    assert!(String::from_utf8_lossy(&rig.run(&["analyse"]).stderr).contains("0 measured"));
}

#[test]
fn a_file_that_is_cut_off_while_it_is_measured_is_told_to_be() {
    let home = Home::new();
    let path = home.song("long.wav", 900.0, &[]);
    let mut cut = false;
    let found = measure(&path, &CancelToken::default(), &mut |_| {
        if !std::mem::replace(&mut cut, true) {
            std::fs::File::options().write(true).open(&path).unwrap().set_len(1_000_000).unwrap();
        }
    });
    assert!(cut);
    if let Ok(measured) = found {
        assert!(measured.quality.missing_frames > 0, "{:?}", measured.quality);
    }
}

#[test]
fn two_libraries_are_measured_side_by_side_and_know_nothing_of_each_other() {
    let home = Home::with_music();
    home.song("other/4.wav", 20.0, &[("INAM", "Delta")]);
    let libraries = [("one", "music", "3 measured"), ("two", "other", "1 measured")];
    for (data, music, _) in libraries {
        assert!(home.program(&["--data-dir", data, "scan", "-q", music]).status().unwrap().success());
    }
    let running = libraries.map(|(data, ..)| {
        let mut program = home.program(&["--data-dir", data, "analyse"]);
        program.stderr(std::process::Stdio::piped()).spawn().unwrap()
    });
    for (child, (data, _, told)) in running.into_iter().zip(libraries) {
        let output = child.wait_with_output().unwrap();
        assert!(String::from_utf8_lossy(&output.stderr).contains(told), "{data}: {output:?}");
    }
    let found =
        home.program(&["--data-dir", "two", "search", "--format", "{title}", "lufs<0"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&found.stdout), "Delta\n");
}

/// Files beside the library are measured side by side and told of in the order they were named in; nothing is kept.
#[test]
fn files_beside_the_library_are_told_of_in_their_order() {
    let home = Home::new();
    let mut words: Vec<String> =
        ["--data-dir", "data", "analyse", "--json", "--jobs", "4"].map(str::to_owned).into();
    for number in 0..9 {
        // The first is the longest: it is done last.
        let name = format!("beside/{number}.wav");
        home.song(&name, if number == 0 { 60.0 } else { 2.0 }, &[]);
        words.push(name);
    }
    home.put("beside/4.wav", b"no sound at all");
    let output = home.program(&words).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "one of them is no sound");
    let found = lines(&output);
    assert_eq!(found.len(), 9);
    for (number, line) in found.iter().enumerate() {
        assert!(line["path"].as_str().unwrap().ends_with(&format!("{number}.wav")), "{line}");
        assert_eq!(line["error"].is_null(), number != 4, "{line}");
    }
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("8 measured, 1 failed"), "{told}");
}

/// A player that measures in the background takes up what another version of the measures left.
#[test]
fn what_another_version_measured_is_measured_again_in_the_background() {
    let home = Home::new();
    // Short ones: at the lowest priority a worker may get a hundredth of a busy machine.
    for number in 0..2 {
        home.song(format!("music/{number}.wav"), 2.0, &[("INAM", &format!("song {number}"))]);
    }
    home.put(".config/auralis/config.toml", b"[analysis]\nwhen = \"always\"\n");
    for words in [["scan", "music"], ["analyse", "-q"]] {
        assert!(home.program(&words).output().unwrap().status.success());
    }
    let store = Store::open(&home.path(".local/share/auralis/library.redb"), Box::new(|_| ())).unwrap();
    for track in all_tracks(&store) {
        let mut row = store.read().unwrap().measured(track.id).unwrap().unwrap();
        row.algorithm = VERSION - 1;
        row.found.as_mut().unwrap().loudness.integrated_lufs = Ok(5.0);
        store.write(WriteOp::PutMeasured(vec![(track.id, row)])).unwrap();
    }
    assert!(store.close(Duration::from_secs(10)));
    let loud = |home: &Home| home.program(&["search", "lufs>0"]).output().unwrap().status.code();
    assert_eq!(loud(&home), Some(0));
    let session = crate::pseudo_terminal::Session::start(&home, &["music"]);
    session.wait_for("2 tracks");
    let until = Instant::now() + PATIENCE;
    while loud(&home) != Some(3) {
        assert!(Instant::now() < until, "the old figures stay");
        std::thread::sleep(Duration::from_millis(20));
    }
    session.quit();
}

/// Killed in the middle, it loses what is at work; the next run measures the rest and no track twice.
#[test]
fn a_run_that_is_killed_goes_on_where_it_was() {
    let home = Home::new();
    for number in 0..24 {
        home.song(format!("music/{number}.wav"), 15.0, &[("INAM", &format!("song {number}"))]);
    }
    let rig = Rig { home };
    rig.scan();
    let mut child = rig.home.program(&["--data-dir", "data", "analyse", "--jobs", "1"]).spawn().unwrap();
    let until = Instant::now() + PATIENCE;
    let store = rig.home.path("data/library.redb");
    let before = std::fs::metadata(&store).unwrap().modified().unwrap();
    while std::fs::metadata(&store).unwrap().modified().unwrap() == before
        && child.try_wait().unwrap().is_none()
    {
        assert!(Instant::now() < until, "nothing is written");
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let kept = rig.measured().len();
    let rest = rig.run(&["analyse"]);
    let told = String::from_utf8_lossy(&rest.stderr).into_owned();
    assert!(told.contains(&format!("{} measured", 24 - kept)), "{kept} were kept: {told}");
    assert_eq!(rig.measured().len(), 24);
}
