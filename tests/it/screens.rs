//! Whole frames as text, in the sizes that matter, and what holds for every frame: no control character, straight
//! columns, a selection that shows without colours.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use auralis::config::theme::Theme;
use auralis::model::analysis::{AnalysisView, Rest};
use auralis::model::audio::{SampleFormat, Spec};
use auralis::model::column::ListColumns;
use auralis::model::command::registry::COMMANDS;
use auralis::model::command::{BandChange, Command, Library, Listener, Pane, Step};
use auralis::model::equaliser::{EqSettings, Equaliser};
use auralis::model::facts::{Facts, Levels, TrackFacts};
use auralis::model::features::{
    Absent, BINS, Loudness, LoudnessBlocks, Measured, Quality, WaveBin, Waveform,
};
use auralis::model::fingerprint::{Dimension, Fingerprint};
use auralis::model::id::{PlayId, TrackId};
use auralis::model::key::{Key, Mode, Tonality};
use auralis::model::notice::{Notice, Severity};
use auralis::model::playback::{PlayState, Repeat, Shuffle, ShuffleBy};
use auralis::model::player::Position;
use auralis::model::portrait::{Portrait, Spread, Told};
use auralis::model::settings::{Crossfeed, OutputSpec};
use auralis::model::snapshot::{
    Accepted, NowPlaying, OutputState, OutputView, PlaybackView, ScanView, Snapshot, StreamView,
};
use auralis::model::tag::Field;
use auralis::model::tagging::{Said, TagPreview, TagSheet, TagsView};
use auralis::model::track::AudioFormat;
use auralis::model::visual::{
    BANDS, Bars, Field as Points, Flight, LoudnessNow, Spectrogram, TRACE_COLUMNS, Trace, Visual,
    VisualFrame, VuNow, VuSide,
};
use auralis::tui::browse::Column;
use auralis::tui::draw::{draw_gauge, gauges};
use auralis::tui::layout::{layout, watched};
use auralis::tui::scene::Hit;
use auralis::tui::style::{Depth, Styles};
use auralis::tui::update::Input;
use insta::assert_snapshot;
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

use crate::stage::{CatalogBuilder, Stage, playing, queue_of, small};

/// A busy moment: shuffled, filtered by nothing, an unknown file in the queue, no sound device.
fn snapshot() -> Snapshot {
    let catalog = small();
    let mut playback = playing(&catalog, 7, PlayState::Playing);
    playback.repeat = Repeat::All;
    playback.shuffle = Shuffle::On { by: ShuffleBy::Tracks, seed: Some(4711) };
    let mut queue = queue_of(&catalog, [7, 8, 12, 99, 1, 2, 3], Some(0));
    queue.broken = Arc::new(vec![queue.items[5].id]);
    let accepted = Accepted::new("null", Spec { rate: 48_000, channels: 2 }, SampleFormat::F32);
    let state = OutputState::StandIn { why: "no sound device".into(), accepted };
    Snapshot {
        playback: Arc::new(playback),
        queue: Arc::new(queue),
        catalog,
        output: Arc::new(OutputView { asked: OutputSpec::Auto, state }),
        ..Snapshot::default()
    }
}

pub fn stage(width: u16, height: u16, keys: &str) -> Stage {
    let mut stage = Stage::new(width, height, snapshot());
    stage.gauges.position = Some(Position { play: PlayId(1), frame: 44_100 * 133, rate: 44_100 });
    stage.gauges.visual = Some(Arc::new(pictures()));
    stage.press(keys);
    stage
}

/// What is heard, in every way of looking: bars with a peak above each, a sine and its mirror, a circle, a falling tone.
fn pictures() -> VisualFrame {
    let band = |at: i16| (0.9 - f32::from(at) / 120.0) * (0.6 + 0.4 * (f32::from(at) * 0.7).sin());
    let bands: Vec<f32> = (0..96).map(band).collect();
    let peaks = bands.iter().map(|height| (height + 0.1).min(1.0)).collect();
    let wave = |at: usize, size: f32| {
        let value = size * (at as f32 / TRACE_COLUMNS as f32 * std::f32::consts::TAU * 3.0).sin();
        (value - 0.02, value + 0.02)
    };
    let side = |size| (0..TRACE_COLUMNS).map(|at| wave(at, size)).collect();
    let round = |at: u16| (f32::from(at) / 100.0 * std::f32::consts::TAU).sin_cos();
    let column = |at: usize| {
        Arc::new(std::array::from_fn::<u8, BANDS, _>(|band| {
            (240 - (band + at).abs_diff(90).min(12) * 20) as u8
        }))
    };
    let quieter = |share: f32| bands.iter().map(|height| height * share).collect::<Vec<f32>>();
    let vu = |vu, peak| VuSide { vu: Some(vu), peak: Some(peak) };
    VisualFrame {
        sides: Some([bands.clone(), quieter(0.7)]),
        vu: Some(VuNow { sides: [vu(3.2, -2.4), vu(-4.6, 0.0)] }),
        flight: Some(Flight { way: 7.3, speed: 0.5, bands: bands.clone() }),
        spectrum: Some(Bars { bands, peaks }),
        scope: Some(Trace { sides: [side(0.45), side(-0.2)], zoom: 2.0 }),
        goniometer: Some(Points {
            points: (0..100).map(|at| [round(at).0 * 0.9, round(at).1 * 0.9]).collect(),
            zoom: 1.0,
            correlation: Some(0.62),
        }),
        spectrogram: Some(Spectrogram((0..60).map(column).collect())),
        loudness: Some(LoudnessNow {
            since: Duration::from_secs(42),
            measured: 2,
            momentary: Some(-12.34),
            short_term: Some(-14.0),
            integrated: Some(-15.26),
            range: Some(6.2),
            momentary_max: Some(-8.1),
            short_term_max: None,
            true_peak: Some(0.31),
            heard: Duration::from_secs(83),
            channels: 2,
        }),
        still: false,
    }
}

fn frame(width: u16, height: u16, keys: &str) -> String {
    stage(width, height, keys).lines().join("\n")
}

#[test]
fn the_library_in_every_size() {
    assert_snapshot!("library_20x5", frame(20, 5, ""));
    assert_snapshot!("library_50x12", frame(50, 12, "l"));
    assert_snapshot!("library_80x24", frame(80, 24, "jlj"));
    assert_snapshot!("library_140x40", frame(140, 40, "lljtjt"));
}

#[test]
fn the_queue_in_every_size() {
    assert_snapshot!("queue_20x5", frame(20, 5, "<Tab>"));
    assert_snapshot!("queue_36x10", frame(36, 10, "<Tab>jt"));
    assert_snapshot!("queue_80x24", frame(80, 24, "<Tab>jt"));
}

#[test]
fn what_opens_over_the_panes() {
    assert_snapshot!("help_80x24", frame(80, 24, "g?"));
    assert_snapshot!("help_20x5", frame(20, 5, "g?9j"));
    assert_snapshot!("completion_80x24", frame(80, 24, ":s<Tab><Tab>"));
    assert_snapshot!("filter_80x24", frame(80, 24, "fbj hom"));
    assert_snapshot!("spectrum_80x24", frame(80, 24, "gV"));
    let mut stage = stage(80, 24, "5g");
    stage.now += Duration::from_secs(1);
    assert_snapshot!("hint_80x24", stage.lines().join("\n"));
}

/// The curve as it is heard, the selected band of it, and what else is done for device and ears.
#[test]
fn the_equaliser_shows_its_curve_and_moves_its_bands() {
    let mut shown = snapshot();
    let mut playback = PlaybackView::clone(&shown.playback);
    playback.sound.eq = EqSettings { on: true, curve: Arc::new(Equaliser::preset("loudness").unwrap()) };
    playback.sound.crossfeed = Some(Crossfeed::Jmeier);
    shown.playback = Arc::new(playback);
    let mut stage = Stage::new(100, 30, shown.clone());
    stage.press("xq3l");
    let lines = stage.lines().join("\n");
    for words in [
        " Equaliser: loudness · on · ",
        "4 of 10: peak at 250 Hz, +0.5 dB, quality 1.41",
        "crossfeed   jmeier: below 650 Hz the other side 9.5 dB lower",
        "night mode  off",
    ] {
        assert!(lines.contains(words), "{words}: {lines}");
    }
    stage.press("2k");
    let moved = Listener::EqBand { hz: 250.0, change: BandChange::Gain(Step::By(1.0), None) };
    assert_eq!(stage.asked().last(), Some(&Command::Listener(moved)));
    stage.press("<Enter>");
    assert_eq!(stage.asked().last(), Some(&Command::Listener(Listener::Eq(None))));
    let mut small = Stage::new(40, 10, shown);
    small.press("xqG");
    let lines = small.lines();
    assert!(lines.len() == 10 && lines.join("").contains("Equaliser: loudness"), "{lines:?}");
}

/// Each way of looking at what is heard, beneath the lists and as the whole view.
#[test]
fn what_is_heard_in_every_way() {
    for visual in Visual::ALL.into_iter().filter(|visual| *visual != Visual::Spectrum) {
        let name = visual.name();
        let command = format!(":visual<Space>{name}<Enter>");
        assert_snapshot!(format!("{name}_80x24"), frame(80, 24, &command));
    }
    assert_snapshot!("loudness_whole_100x30", frame(100, 30, ":visual<Space>loudness<Enter>gV"));
    assert_snapshot!("goniometer_whole_100x30", frame(100, 30, ":visual<Space>goniometer<Enter>gV"));
    for name in ["mirrored", "line", "vu", "starfield"] {
        let command = format!(":visual<Space>{name}<Enter>gV");
        assert_snapshot!(format!("{name}_whole_100x30"), frame(100, 30, &command));
        assert_snapshot!(format!("{name}_whole_20x5"), frame(20, 5, &command));
    }
}

/// Stars stand where the flight is, not where the clock is.
#[test]
fn stars_stand_still_while_nothing_moves() {
    let mut stage = stage(80, 24, ":visual<Space>starfield<Enter>gV");
    let before = stage.lines();
    stage.now += Duration::from_secs(3);
    assert_eq!(stage.lines(), before);
    let mut frame = pictures();
    if let Some(flight) = &mut frame.flight {
        flight.way += 0.1;
    }
    stage.gauges.visual = Some(Arc::new(frame));
    assert_ne!(stage.lines(), before);
}

#[test]
fn a_key_goes_through_the_ways_of_looking_and_shows_what_was_hidden() {
    let mut stage = stage(80, 24, "zv");
    assert_eq!(stage.state.visual, Visual::Scope);
    assert_eq!(stage.lines()[23], " Oscilloscope");
    stage.press("8zv");
    assert_eq!(stage.state.visual, Visual::Spectrum);
    stage.press("zV");
    assert!(!stage.state.shown.spectrum && watched(&stage.state).is_none());
    stage.press("zv");
    assert_eq!((stage.state.shown.spectrum, stage.state.visual), (true, Visual::Spectrum), "as it was");
    stage.press("3zv");
    assert_eq!(watched(&stage.state), Some(Visual::Spectrogram));
    let mut low = super::stage::Stage::new(60, 12, snapshot());
    low.press("zv");
    assert_eq!(low.state.focus, Pane::Spectrum, "there is no room beneath the lists");
}

/// What nobody sees nobody computes, but for what must not miss a frame.
#[test]
fn what_is_covered_is_not_looked_at() {
    for (keys, seen) in [("", true), ("g?", false), ("gS", false), ("zV", false)] {
        assert_eq!(watched(&stage(80, 24, keys).state).is_some(), seen, "{keys}");
        let counts = format!(":visual<Space>loudness<Enter>{keys}");
        assert_eq!(watched(&stage(80, 24, &counts).state).is_some(), keys != "zV", "{keys}");
    }
}

/// No size is too small for any of them, and none leaves its area.
#[test]
fn every_way_of_looking_fits_every_size() {
    for visual in Visual::ALL {
        let mut stage = stage(80, 24, "gV");
        stage.state.visual = visual;
        let heard = stage.gauges.visual.clone();
        for (width, height) in
            (1..=48).step_by(4).flat_map(|height| [1, 3, 12, 27, 44, 80, 131].map(|width| (width, height)))
        {
            stage.input(Input::Resize(width, height));
            stage.gauges.visual = heard.clone();
            let area = layout(&stage.state).spectrum.unwrap();
            let pictured = stage.draw();
            stage.gauges.visual = None;
            let empty = stage.draw();
            for position in pictured.area.positions().filter(|position| !area.contains(*position)) {
                assert_eq!(pictured[position], empty[position], "{visual:?} {width}x{height} {position}");
            }
        }
    }
}

/// A track that swells and fades, low at first and high at its end.
fn wave() -> Waveform {
    let bin = |at: usize| {
        let level = ((at as f32 / BINS as f32) * std::f32::consts::PI).sin();
        let high = (at * 255 / BINS) as u8;
        let byte = WaveBin::byte_of;
        WaveBin { peak: byte(level), rms: byte(level * 0.3), low: 255 - high, mid: 0, high }
    };
    Waveform((0..BINS).map(bin).collect())
}

fn with_wave(width: u16, height: u16) -> Stage {
    let mut stage = stage(width, height, "");
    stage.show(Snapshot { wave: Some((TrackId(7), Some(Arc::new(wave())))), ..snapshot() });
    stage
}

#[test]
fn the_seek_bar_is_the_wave_of_a_measured_track() {
    let last = |mut stage: Stage| stage.lines().split_off(20).join("\n");
    assert_snapshot!("wave_80x24", last(with_wave(80, 24)));
    let mut high = with_wave(120, 46);
    assert_snapshot!("wave_120x46", high.lines().split_off(39).join("\n"));
    let bar = high.map.area_of(Hit::SeekBar).unwrap();
    assert_eq!(bar.height, 3, "all of it can be clicked");
    // Another track of which nothing is known yet: a plain line, where the wave was.
    let mut playback = playing(&small(), 8, PlayState::Playing);
    playback.volume = snapshot().playback.volume;
    let next = Snapshot { playback: Arc::new(playback), wave: high.snapshot.wave.clone(), ..snapshot() };
    high.show(next.clone());
    assert!(high.state.wave && high.lines()[44].contains("───"));
    high.show(Snapshot { wave: Some((TrackId(8), None)), ..next });
    assert!(!high.state.wave, "it is not measured: no rows are kept for it");
    let mut stage = stage(80, 24, "");
    stage.settings.waveform = false;
    stage.show(Snapshot { wave: Some((TrackId(7), Some(Arc::new(wave())))), ..snapshot() });
    assert!(stage.lines()[22].contains("━━"), "as the settings say");
}

/// Peaks stand above the root mean square, what is heard is stronger than what comes, and it shows without colours too.
#[test]
fn a_wave_is_stronger_where_it_was_heard() {
    for (theme, depth) in [
        ("dark", Depth::True),
        ("dark", Depth::Palette),
        ("terminal", Depth::Palette),
        ("light", Depth::None),
    ] {
        let mut stage = with_wave(120, 46);
        stage.styles = Styles::new(&Theme::built_in(theme).unwrap(), depth);
        let buf = stage.draw();
        let bar = stage.map.area_of(Hit::SeekBar).unwrap();
        let heard = (bar.x..bar.right()).find(|&x| buf[(x, bar.y)].symbol() == "┃").unwrap();
        let middle = (heard - bar.x).min(bar.right() - heard) / 2;
        let look = |x: u16| {
            let cell = &buf[(x, bar.bottom() - 1)];
            (cell.fg, cell.modifier)
        };
        assert_ne!(look(heard - middle), look(heard + middle), "{theme} {depth:?}");
    }
}

fn measured() -> Measured {
    let mut print = Fingerprint::absent(Absent::Unclear);
    for (at, dimension) in Dimension::ALL.into_iter().enumerate() {
        let (low, high) = dimension.about().range;
        print.set(dimension, Ok(low + (high - low) * (at as f32 * 0.37).fract()));
    }
    print.set(Dimension::Pitch, Err(Absent::Unclear));
    print.key = Ok(Key { tonic: 9, mode: Mode::Minor, strength: 0.81 });
    print.confidence.tempo = 0.93;
    Measured {
        loudness: Loudness {
            integrated_lufs: Ok(-9.81),
            range_lu: Ok(5.2),
            momentary_max_lufs: Ok(-6.0),
            short_term_max_lufs: Ok(-7.0),
            true_peak_db: Ok(0.31),
            sample_peak_db: Ok(0.0),
            overs: 12,
            blocks: LoudnessBlocks::default(),
        },
        dynamic_range_db: Ok(7.2),
        quality: Quality { clipped_runs: 3, cutoff_hz: Some(16_000), ..Quality::default() },
        waveform: wave(),
        fingerprint: print,
    }
}

/// A library whose values lie evenly on the range of music.
fn spread() -> Spread {
    Spread::new((0..200_u16).map(|at| {
        let mut print = Fingerprint::absent(Absent::Unclear);
        for dimension in Dimension::ALL {
            let (low, high) = dimension.about().range;
            print.set(dimension, Ok(low + (high - low) * f32::from(at) / 199.0));
        }
        print.values
    }))
}

fn portrait(width: u16, height: u16, told: Told) -> Stage {
    let mut stage = stage(width, height, "<Tab>gF");
    let portrait = Portrait { track: TrackId(7), told, spread: Arc::new(spread()) };
    stage.show(Snapshot { portrait: Some(Arc::new(portrait)), ..snapshot() });
    stage
}

#[test]
fn how_a_track_sounds_is_shown_against_the_library() {
    let told = || Told::Measured(Box::new(measured()));
    assert_snapshot!("portrait_80x24", portrait(80, 24, told()).lines().join("\n"));
    assert_snapshot!("portrait_140x40", portrait(140, 40, told()).lines().join("\n"));
    let mut stage = portrait(80, 24, told());
    assert_eq!(stage.asked(), [Command::Library(Library::Portray(TrackId(7)))]);
    stage.press("G");
    assert!(stage.lines().iter().any(|line| line.contains("Correlation")), "it scrolls");
    stage.press("/tempo<Enter>");
    assert!(stage.lines().iter().any(|line| line.contains("Tempo")));
    stage.press("gF");
    assert!(stage.state.report.is_none());
}

#[test]
fn a_track_that_is_not_measured_says_why_and_what_to_do() {
    let shown = |told| portrait(80, 24, told).lines().join("\n");
    let not = shown(Told::Not);
    assert!(not.contains("Not measured") && not.contains(" or :analyse"), "{not}");
    assert!(shown(Told::Failed("no \u{1b}[31msound".into())).contains("could not be measured: no [31msound"));
    assert!(shown(Told::Reading).contains("Reading"));
    let mut stage = portrait(80, 24, Told::Not);
    let mut snapshot = stage.snapshot.clone();
    snapshot.analysis.running = true;
    stage.show(snapshot.clone());
    assert!(stage.lines().join("\n").contains("it comes next"));
    snapshot.analysis.rest = Some(Rest::Battery);
    stage.show(snapshot);
    let text = stage.lines().join("\n");
    assert!(
        text.contains("measuring rests on battery") && text.contains(":analyse measures it now"),
        "{text}"
    );
}

#[test]
fn it_is_told_why_measuring_rests_and_what_to_do() {
    let analysis = AnalysisView { running: true, done: 1_234, total: 20_000, ..AnalysisView::default() };
    for (rest, why) in [
        (Rest::Playing, "rests while something plays"),
        (Rest::Battery, "rests on battery"),
        (Rest::Load, "rests while other programs are busy"),
    ] {
        let mut stage = Stage::new(100, 24, Snapshot::default());
        let analysis = AnalysisView { rest: Some(rest), ..analysis };
        stage.show(Snapshot { analysis, ..Snapshot::default() });
        assert_eq!(stage.lines()[23], format!(" Measured 1,234 of 20,000, {why}: :analyse goes on"));
    }
}

/// What was measured stands in the lists where they are wide enough, under its names.
#[test]
fn lists_show_what_was_measured_of_tracks() {
    let levels = |lufs, tempo, key: &str| Levels {
        lufs: Some(lufs),
        dynamic_range: Some(720),
        tempo,
        key: Tonality::parse(key),
        ..Levels::default()
    };
    let facts = [(TrackId(7), levels(-981, Some(1_279), "Am")), (TrackId(8), levels(-1_430, None, "Eb"))];
    let facts: Facts =
        facts.into_iter().map(|(id, levels)| (id, TrackFacts { levels, ..TrackFacts::default() })).collect();
    let mut stage = stage(200, 30, "<Tab>");
    assert!(!stage.lines().join("\n").contains("bpm"), "nothing is measured: no room is given to it");
    stage.show(Snapshot { facts: Arc::new(facts), ..snapshot() });
    assert_snapshot!("columns_200x30", stage.lines().join("\n"));
    stage.state.columns = ListColumns::parse([]).unwrap();
    assert!(!stage.lines().join("\n").contains("bpm"));
}

/// The rows of what plays.
fn now_rows(width: u16, height: u16, change: impl FnOnce(&mut PlaybackView, &mut NowPlaying)) -> String {
    let mut playback = playing(&small(), 7, PlayState::Playing);
    let mut now = playback.now.take().unwrap();
    now.path = Path::new("http://u:secret@r.example/live#My%20Radio").into();
    now.track = None;
    now.format = now.format.map(|format| AudioFormat { frames: None, ..format });
    let title = Some("Ann\u{202e} - \u{1b}[31mSong".into());
    now.stream = Some(StreamView { live: true, station: Some("My Radio".into()), title });
    change(&mut playback, &mut now);
    playback.now = Some(now);
    let mut stage =
        Stage::new(width, height, Snapshot { playback: Arc::new(playback), ..Snapshot::default() });
    let lines = stage.lines();
    lines[lines.len().saturating_sub(5)..].join("\n")
}

#[test]
fn a_station_shows_its_title_its_name_and_what_is_waited_for() {
    let shown = now_rows(100, 30, |_, _| {});
    for words in ["Ann - [31mSong", "My Radio", "r.example/live", "live"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(!shown.contains("secret") && !shown.contains("buffering"), "{shown}");
    for (width, height) in [(100, 30), (60, 12), (30, 6)] {
        let shown = now_rows(width, height, |playback, _| playback.buffering = true);
        assert!(shown.contains("buffering"), "{width} columns: {shown}");
        let shown = now_rows(width, height, |playback, now| {
            playback.state = PlayState::Opening;
            now.stream = None;
        });
        assert!(shown.contains("connecting") && shown.contains("My Radio"), "{width} columns: {shown}");
    }
}

#[test]
fn a_library_that_is_empty_or_being_scanned_says_so() {
    let mut stage = Stage::new(80, 24, Snapshot::default());
    assert_snapshot!("empty_80x24", stage.lines().join("\n"));
    let scan = ScanView {
        running: true,
        found: 1234,
        read: 56,
        folder: Some("/music/a".into()),
        ..ScanView::default()
    };
    stage.show(Snapshot { scan: Arc::new(scan), ..Snapshot::default() });
    let lines = stage.lines();
    assert_eq!(lines[23], " Scanning 56 of 1,234 files  /music/a");
    assert!(lines.iter().any(|line| line.contains("Looking for music…")));
}

#[test]
fn a_notice_has_the_last_row() {
    let mut stage = stage(80, 24, "");
    let notice = Notice::new(Severity::Error, "Cannot play \u{1b}[31msong.mp3").why("not audio");
    stage.show(Snapshot { notice: Some(Arc::new(notice)), ..snapshot() });
    assert_eq!(stage.lines()[23], " ✗ Cannot play [31msong.mp3: not audio");
}

#[test]
fn the_help_lists_every_command() {
    let mut stage = stage(140, 500, "g?");
    let text = stage.lines().join("\n");
    for row in COMMANDS {
        assert!(text.contains(row.help), "{}", row.name);
    }
}

#[test]
fn times_that_are_not_known_are_not_made_up() {
    let mut stage = stage(80, 24, "");
    let mut playback = playing(&small(), 7, PlayState::Opening);
    if let Some(now) = &mut playback.now {
        (now.track, now.format, now.path) = (None, None, std::path::Path::new("/elsewhere/new.opus").into());
    }
    stage.gauges.position = None;
    stage.show(Snapshot { playback: Arc::new(playback), ..snapshot() });
    let lines = stage.lines();
    assert_eq!(lines[20], " …  new.opus");
    assert!(lines[22].starts_with(" 0:00 ─") && lines[22].ends_with('─'), "{}", lines[22]);
}

#[test]
fn without_colours_the_selection_still_shows() {
    for name in Theme::names(None) {
        let mut stage = stage(140, 40, "jl");
        stage.styles = Styles::new(&Theme::built_in(&name).unwrap(), Depth::None);
        let buf = stage.draw();
        assert!(buf.content().iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
        let albums = stage.map.area_of(Hit::Column(Column::Albums)).unwrap();
        let artists = stage.map.area_of(Hit::Column(Column::Artists)).unwrap();
        let modifier = |x: u16, y: u16| buf[(x, y)].modifier;
        assert!(modifier(albums.x + 3, albums.y).contains(Modifier::REVERSED));
        assert!(!modifier(albums.x + 3, albums.y + 1).contains(Modifier::REVERSED));
        assert!(modifier(artists.x + 3, artists.y + 1).contains(Modifier::UNDERLINED));
    }
}

/// The colours of the themes reach the cells; with 256 colours as indices.
#[test]
fn themes_colour_what_plays() {
    let playing = |depth| {
        let mut stage = stage(80, 24, "");
        stage.styles = Styles::new(&Theme::built_in("dark").unwrap(), depth);
        stage.draw()[(4, 20)].fg
    };
    assert_eq!(playing(Depth::True), Color::Rgb(0xe6, 0xc3, 0x84));
    assert!(matches!(playing(Depth::Palette), Color::Indexed(16..)));
}

/// A selected row has one background from end to end, also where text stands in it.
#[test]
fn a_selected_row_is_one_bar() {
    for name in ["dark", "light"] {
        let mut stage = stage(140, 40, "jl");
        stage.styles = Styles::new(&Theme::built_in(name).unwrap(), Depth::True);
        let buf = stage.draw();
        for (column, row) in [(Column::Artists, 1), (Column::Albums, 0)] {
            let area = stage.map.area_of(Hit::Column(column)).unwrap();
            let background = |x: u16| buf[(x, area.y + row)].bg;
            assert!((area.x..area.right()).all(|x| background(x) == background(area.x)), "{name} {column:?}");
            assert_ne!(background(area.x), buf[(area.x, area.y + row + 1)].bg, "{name} {column:?}");
        }
    }
}

/// A terminal that has nothing else gets nothing else, whatever is open, and every bar still shows.
#[test]
fn with_ascii_alone_everything_is_ascii() {
    let ascii = |stage: &mut Stage| stage.styles.ascii = true;
    for (width, height) in [(80, 24), (200, 50), (36, 10), (20, 5)] {
        for keys in [
            "",
            "<Tab>jt",
            "gV",
            ":visual<Space>scope<Enter>",
            ":visual<Space>goniometer<Enter>gV",
            "g?",
            "gS",
            ":visual<Space>spectrogram<Enter>",
            ":visual<Space>loudness<Enter>",
            ":visual<Space>mirrored<Enter>gV",
            ":visual<Space>line<Enter>gV",
            ":visual<Space>vu<Enter>",
            ":visual<Space>starfield<Enter>gV",
            ":s<Tab><Tab>",
            "/ye(",
            "fbj",
            "go",
            "<F5>",
        ] {
            let mut stage = stage(width, height, keys);
            ascii(&mut stage);
            let text = stage.lines().join("\n");
            assert!(text.is_ascii(), "{keys} {width}x{height}: {text}");
            let scene = stage.scene();
            for (gauge, area) in gauges(&scene) {
                let mut part = Buffer::empty(area);
                draw_gauge(&scene, gauge, &mut part);
                assert!(part.content.iter().all(|cell| cell.symbol().is_ascii()), "{keys} {gauge:?}");
            }
        }
    }
    for (name, keys) in [
        ("ascii_spectrum_80x24", ""),
        ("ascii_scope_80x24", ":visual<Space>scope<Enter>gV"),
        ("ascii_loudness_80x24", "<Tab>:visual<Space>loudness<Enter>"),
        ("ascii_mirrored_80x24", ":visual<Space>mirrored<Enter>gV"),
        ("ascii_line_80x24", ":visual<Space>line<Enter>gV"),
        ("ascii_vu_80x24", ":visual<Space>vu<Enter>gV"),
        ("ascii_starfield_80x24", ":visual<Space>starfield<Enter>gV"),
    ] {
        let mut stage = stage(80, 24, keys);
        ascii(&mut stage);
        assert_snapshot!(name, stage.lines().join("\n"));
    }
    let mut portrait = portrait(80, 24, Told::Measured(Box::new(measured())));
    ascii(&mut portrait);
    assert_snapshot!("ascii_portrait_80x24", portrait.lines().join("\n"));
    let mut wave = with_wave(80, 24);
    ascii(&mut wave);
    assert_snapshot!("ascii_wave_80x24", wave.lines().join("\n"));
}

/// What moves by itself is drawn while a prompt is open: nothing that lies over it may be lost.
#[test]
fn a_gauge_drawn_alone_is_as_in_the_whole_frame() {
    for keys in ["", "<Tab>", ":s<Tab><Tab>", "g?", "g", "/bj", "gV"] {
        for (width, height) in [(140, 40), (80, 24), (20, 5)] {
            let mut stage = stage(width, height, keys);
            stage.now += Duration::from_secs(1);
            let whole = stage.draw();
            let scene = stage.scene();
            for (gauge, area) in gauges(&scene) {
                let mut part = Buffer::empty(area);
                draw_gauge(&scene, gauge, &mut part);
                for position in area.positions() {
                    assert_eq!(
                        part[position], whole[position],
                        "{keys} {width}x{height} {gauge:?} {position}"
                    );
                }
            }
        }
    }
}

fn hostile() -> impl Strategy<Value = String> {
    let odd: Vec<char> =
        "a 日👩🏽🇩ﾊﾞ\u{200d}\u{fe0f}e\u{301}\u{1b}[]0;\u{7}\u{9b}\u{9d}\u{7f}\u{202e}\r\n\t\u{0}لا"
            .chars()
            .collect();
    let letter = prop_oneof![4 => prop::sample::select(odd), 1 => any::<char>()];
    prop::collection::vec(letter, 0..50).prop_map(|letters| letters.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Tags can hold anything: no byte of control comes through, and the lines between the columns stay straight.
    #[test]
    fn hostile_tags_stay_in_their_columns(
        artist in hostile(), album in hostile(), title in hostile(), told in hostile(), width in 20u16..150,
    ) {
        let mut builder = CatalogBuilder::new();
        builder.artist(&artist).album(&album, &told).track(&title, &told, 100).track(&told, "", 5);
        let catalog = builder.build();
        let snapshot = Snapshot {
            playback: Arc::new(playing(&catalog, 1, PlayState::Paused)),
            queue: Arc::new(queue_of(&catalog, [1, 2, 9], Some(0))),
            notice: Some(Arc::new(Notice::new(Severity::Warning, told))),
            catalog,
            ..Snapshot::default()
        };
        let mut stage = Stage::new(width, 24, snapshot);
        for keys in ["", "jlj", "<Tab>", ":"] {
            stage.press(keys);
            let buf = stage.draw();
            for cell in buf.content() {
                prop_assert!(!cell.symbol().contains(char::is_control), "{:?}", cell.symbol());
            }
            let titles = (0..24).find(|&y| (0..width).any(|x| buf[(x, y)].symbol() == "┬"));
            for x in (0..width).filter(|&x| titles.is_some_and(|y| buf[(x, y)].symbol() == "┬")) {
                let first = titles.unwrap_or(0) + 1;
                prop_assert!((first..first + 5).all(|y| buf[(x, y)].symbol() == "│"), "column {x} of {width}");
            }
        }
    }
}

/// The form with an edited field, and the difference before it is written.
#[test]
fn tags_as_a_form_and_as_a_difference() {
    let same = |values: &[&str]| Said::Same(values.iter().map(|&value| value.to_owned()).collect());
    let said = |field| match field {
        Field::Title => Said::Several,
        Field::Artist => same(&["Sigur R\u{f3}s"]),
        Field::Genre => same(&["Rock", "\u{1b}[31mred\u{202e}"]),
        _ => same(&[]),
    };
    let sheet = TagSheet {
        files: vec!["/m/a.flac".into(), "/m/b.flac".into()],
        fields: Field::all().map(|field| (field, said(field))).collect(),
        facts: vec![
            ("sound".into(), same(&["FLAC 16 bit, 44100 Hz, 2 channels"])),
            ("picture".into(), same(&["none"])),
        ],
        problems: vec![("/m/c.flac".into(), "is empty".into())],
    };
    let tags = TagsView { sheet: Some(Arc::new(sheet)), ..TagsView::default() };
    let mut stage = stage(80, 24, "gi");
    stage.show(Snapshot { tags: Arc::new(tags.clone()), ..snapshot() });
    stage.press("j<Enter><C-u>Bj\u{f6}rk<Enter>");
    assert_snapshot!("tags_80x24", stage.lines().join("\n"));
    let changes = vec![("artist".to_owned(), "Sigur R\u{f3}s".to_owned(), "Bj\u{f6}rk".to_owned())];
    let preview = TagPreview { files: vec![("/m/a.flac".into(), changes)], unchanged: 0 };
    stage.show(Snapshot {
        tags: Arc::new(TagsView { preview: Some(Arc::new(preview)), ..tags }),
        ..snapshot()
    });
    assert_snapshot!("tags_preview_50x12", {
        stage.input(Input::Resize(50, 12));
        stage.lines().join("\n")
    });
}
