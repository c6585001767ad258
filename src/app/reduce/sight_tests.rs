//! What is shown of what was measured, as (events, effects).

use std::sync::Arc;

use super::tests::Rig;
use super::*;
use crate::jobs::analyse::{AnalyseOutcome, AnalyseProgress};
use crate::library::catalog_build::build_catalog;
use crate::model::audio::Spec;
use crate::model::command::{Analyse, Library};
use crate::model::features::{WaveBin, Waveform};
use crate::model::id::TrackId;
use crate::model::picture::{CoverView, MOST_ASKED, MOST_SIDE, Picture, TrackCover};
use crate::model::portrait::{Spread, Told};
use crate::model::track::{AudioFormat, Codec, FileStamp, Tags, Track};

/// A queue of two tracks, of which the first is current.
fn rig() -> (Rig, Vec<Effect>) {
    let mut rig = Rig::new(2);
    rig.state.queue.resolve(|path| Some(TrackId(if path.ends_with("0.flac") { 7 } else { 8 })));
    let fx = rig.ask(Playback::Play);
    (rig, fx)
}

fn waves(fx: &[Effect]) -> Vec<u32> {
    let wave = |effect: &Effect| if let Effect::ReadWave(track) = effect { Some(track.0) } else { None };
    fx.iter().filter_map(wave).collect()
}

/// Tracks whose portrait is read, and whether the library's values are too.
fn portraits(fx: &[Effect]) -> Vec<(u32, bool)> {
    let portrait = |effect: &Effect| match effect {
        Effect::ReadPortrait { track, with_spread, .. } => Some((track.0, *with_spread)),
        _ => None,
    };
    fx.iter().filter_map(portrait).collect()
}

fn first(fx: &[Effect], id: u32) -> bool {
    fx.iter().any(|effect| matches!(effect, Effect::AnalyseFirst(track) if track.0 == id))
}

fn wave() -> Waveform {
    Waveform(vec![WaveBin { peak: 200, ..WaveBin::default() }])
}

fn progress(rig: &mut Rig, done: u64) -> Vec<Effect> {
    let job = rig.state.analysis.run.as_ref().unwrap().job;
    rig.event(Event::AnalyseProgress { job, progress: AnalyseProgress { done, ..Default::default() } })
}

fn measure(rig: &mut Rig) -> Vec<Effect> {
    rig.event(Event::Command(Command::Library(Library::Analyse(Analyse::New))))
}

#[test]
fn the_wave_of_what_becomes_current_is_looked_for_once() {
    let (mut rig, fx) = rig();
    assert_eq!(waves(&fx), [7]);
    assert!(waves(&rig.started()).is_empty());
    assert_eq!(waves(&rig.ask(Playback::Next(1))), [8]);
    rig.event(Event::WaveRead { track: TrackId(7), wave: Ok(Some(wave())) });
    assert!(rig.state.sight.wave.is_none(), "it came too late");
    rig.event(Event::WaveRead { track: TrackId(8), wave: Ok(Some(wave())) });
    assert_eq!(rig.state.sight.wave, Some((TrackId(8), Some(Arc::new(wave())))));
    rig.event(Event::WaveRead { track: TrackId(8), wave: Err("gone".into()) });
    assert!(rig.state.notice.is_some() && rig.state.sight.wave == Some((TrackId(8), None)));
}

#[test]
fn the_wave_of_a_track_that_is_being_measured_is_looked_for_again() {
    let (mut rig, _) = rig();
    rig.event(Event::WaveRead { track: TrackId(7), wave: Ok(None) });
    measure(&mut rig);
    assert_eq!(waves(&progress(&mut rig, 1)), [7]);
    rig.event(Event::WaveRead { track: TrackId(7), wave: Ok(Some(wave())) });
    assert!(waves(&progress(&mut rig, 2)).is_empty(), "it is there");
}

#[test]
fn how_a_track_sounds_is_read_with_the_library_it_is_compared_with() {
    let (mut rig, _) = rig();
    let ask = |rig: &mut Rig| rig.event(Event::Command(Command::Library(Library::Portray(TrackId(8)))));
    assert_eq!(portraits(&ask(&mut rig)), [(8, true)]);
    assert_eq!(rig.state.sight.portrait.as_ref().unwrap().told, Told::Reading);
    let (told, spread) = (Told::Failed("no sound".into()), Some(Arc::new(Spread::default())));
    rig.event(Event::PortraitRead { job: None, track: TrackId(8), told: told.clone(), spread });
    assert_eq!(rig.state.sight.portrait.as_ref().unwrap().told, told);
    assert_eq!(portraits(&ask(&mut rig)), [(8, false)], "the others are known");
    rig.event(Event::LevelsRead(Ok(Vec::new())));
    assert_eq!(portraits(&ask(&mut rig)), [(8, true)], "more were measured");
}

#[test]
fn what_is_looked_at_and_not_measured_is_measured_first_and_shown_then() {
    let (mut rig, _) = rig();
    rig.event(Event::Command(Command::Library(Library::Portray(TrackId(8)))));
    let not = || Event::PortraitRead { job: None, track: TrackId(8), told: Told::Not, spread: None };
    assert!(!first(&rig.event(not()), 8), "nothing is being measured");
    assert!(first(&measure(&mut rig), 8));
    assert!(first(&rig.event(not()), 8));
    assert_eq!(portraits(&progress(&mut rig, 1)), [(8, true)]);
    let job = rig.state.analysis.run.as_ref().unwrap().job;
    let outcome = AnalyseOutcome { measured: 1, ..AnalyseOutcome::default() };
    assert_eq!(portraits(&rig.event(Event::Analysed { job, outcome })), [(8, true)]);
}

#[test]
fn who_asks_without_a_screen_does_not_change_what_one_shows() {
    let (mut rig, _) = rig();
    rig.event(Event::Command(Command::Library(Library::Portray(TrackId(8)))));
    let fx = rig.event(Event::Command(Command::Library(Library::Tell(TrackId(7)))));
    let [Effect::ReadPortrait { job: Some(job), track: TrackId(7), .. }] = fx[..] else { panic!("{fx:?}") };
    let read = |told| Event::PortraitRead { job: Some(job), track: TrackId(7), told, spread: None };
    assert!(!first(&rig.event(read(Told::Not)), 7), "nothing is being measured");
    assert_eq!(rig.state.sight.told.as_ref().map(|told| told.track), Some(TrackId(7)));
    assert_eq!(rig.state.sight.portrait.as_ref().unwrap().track, TrackId(8));
    measure(&mut rig);
    assert!(first(&rig.event(read(Told::Not)), 7), "it is measured before others");
}

/// Whose covers are looked for, by the number in the name of the file, and how large.
fn covers(fx: &[Effect]) -> Vec<(String, u16)> {
    let cover = |effect: &Effect| match effect {
        Effect::FindCover { path, side } => Some((path.file_stem()?.to_string_lossy().into_owned(), *side)),
        _ => None,
    };
    fx.iter().filter_map(cover).collect()
}

#[test]
fn a_cover_is_looked_for_when_a_screen_asks_and_once_a_size() {
    let (mut rig, fx) = rig();
    assert!(covers(&fx).is_empty(), "nobody looks");
    let ask = |rig: &mut Rig, side| {
        let command = Command::Library(Library::ShowCover(side));
        covers(&rig.event(Event::Command(command)))
    };
    let first = rig.state.queue.current().unwrap().path.clone();
    let name = first.file_stem().unwrap().to_string_lossy().into_owned();
    assert_eq!(ask(&mut rig, 64), [(name.clone(), 64)]);
    assert!(ask(&mut rig, 64).is_empty(), "it is looked for");
    let picture = Some(Arc::new(Picture::new(1, 1, vec![1, 2, 3]).unwrap()));
    let found = |path: &Arc<std::path::Path>, side| {
        Event::CoverFound(CoverView { path: Arc::clone(path), side, picture: picture.clone() })
    };
    rig.event(found(&first, 64));
    assert_eq!(rig.state.sight.cover.as_ref().map(|cover| cover.side), Some(64));
    assert!(ask(&mut rig, 32).is_empty(), "a larger one is there");
    assert_eq!(ask(&mut rig, 60_000), [(name, MOST_SIDE)], "a larger one is wanted, within bounds");
    let fx = rig.ask(Playback::Next(1));
    assert!(covers(&fx).is_empty(), "nobody looks");
    let second = rig.state.queue.current().unwrap().path.clone();
    assert_eq!(ask(&mut rig, 64).len(), 1);
    rig.event(found(&first, MOST_SIDE));
    assert_eq!(rig.state.sight.cover.as_ref().map(|cover| cover.side), Some(64), "the answer came too late");
    rig.event(found(&second, 64));
    assert_eq!(rig.state.sight.cover.as_ref().map(|cover| Arc::clone(&cover.path)), Some(second));
}

/// Tracks in the library, with these paths and the numbers from 1 on.
fn with_library(paths: &[String]) -> Rig {
    let mut rig = Rig::new(0);
    let track = |(n, path): (u32, &String)| Track {
        id: TrackId(n),
        path: path.into(),
        stamp: FileStamp::default(),
        format: AudioFormat {
            codec: Codec::Flac,
            spec: Spec { rate: 44_100, channels: 2 },
            bits: Some(16),
            frames: Some(4_410_000),
        },
        tags: Tags::default(),
        added_s: 0,
    };
    rig.state.library.catalog = Arc::new(build_catalog((1..).zip(paths).map(track)));
    rig
}

/// The tracks of each look for covers.
fn looks(fx: &[Effect]) -> Vec<Vec<u32>> {
    let look = |effect: &Effect| match effect {
        Effect::FindCovers { files, side: 64 } => Some(files.iter().map(|(track, _)| track.0).collect()),
        _ => None,
    };
    fx.iter().filter_map(look).collect()
}

fn track_cover(track: u32) -> TrackCover {
    let picture = Some(Arc::new(Picture::new(1, 1, vec![1, 2, 3]).unwrap()));
    TrackCover { track: TrackId(track), side: 64, picture }
}

/// What the snapshot is to have: tracks, and the looks that have not come to an end.
fn shown(rig: &Rig) -> (Vec<u32>, u32) {
    let covers = &rig.state.sight.covers;
    (covers.found.iter().map(|cover| cover.track.0).collect(), covers.open)
}

#[test]
fn covers_of_albums_are_looked_for_and_those_of_servers_apart() {
    let paths = ["/m/1.flac", "subsonic://home/7.flac", "/m/3.flac"].map(str::to_owned);
    let mut rig = with_library(&paths);
    let ask = |rig: &mut Rig, tracks: &[u32]| {
        let tracks = tracks.iter().copied().map(TrackId).collect();
        looks(&rig.event(Event::Command(Command::Library(Library::ShowCovers(tracks, 64)))))
    };
    assert_eq!(ask(&mut rig, &[3, 2, 1]), [vec![3, 1], vec![2]]);
    assert_eq!(shown(&rig), (vec![], 0), "nothing is told before something is known");
    rig.event(Event::CoversFound(vec![track_cover(3), track_cover(1)]));
    assert_eq!(shown(&rig), (vec![3, 1], 1));
    // What the library does not have, has none.
    assert!(ask(&mut rig, &[99]).is_empty());
    assert_eq!(shown(&rig), (vec![3, 1, 99], 1));
    assert!(rig.state.sight.covers.found[2].picture.is_none());
    rig.event(Event::CoversFound(vec![track_cover(2)]));
    assert_eq!(shown(&rig), (vec![3, 1, 99, 2], 0));
    sight::covers_written(&mut rig.state, &["/m/3.flac".into()]);
    assert_eq!(shown(&rig), (vec![], 0), "they may be others");
}

#[test]
fn only_so_many_covers_are_looked_for_and_kept() {
    let paths: Vec<String> = (0..40).map(|n| format!("/m/{n}.flac")).collect();
    let mut rig = with_library(&paths);
    let tracks = (1..=40).map(TrackId).collect();
    let asked = looks(&rig.event(Event::Command(Command::Library(Library::ShowCovers(tracks, 64)))));
    assert_eq!(asked, [(1..=MOST_ASKED as u32).collect::<Vec<_>>()]);
    for begin in [1, 9, 17] {
        rig.event(Event::CoversFound((begin..begin + 8).map(track_cover).collect()));
    }
    assert_eq!(shown(&rig), ((9..25).collect(), 0), "the newest ones");
}
