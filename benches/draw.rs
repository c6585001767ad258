//! A frame of 200x50: whole, with a spectrum, in a library of a hundred and of a million tracks; and the spectrum alone.
//! The target is 0.6 ms a frame, and no difference between the libraries.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use auralis::config::theme::Theme;
use auralis::model::command::{Command, Library};
use auralis::model::picture::{CoversView, Picture, TrackCover};
use auralis::model::playback::PlayState;
use auralis::model::snapshot::Snapshot;
use auralis::model::visual::{
    BANDS, Bars, Flight, SPECTROGRAM_COLUMNS, Spectrogram, Visual, VisualFrame, VuNow, VuSide,
};
use auralis::tui::cover::{Covers, Way};
use auralis::tui::draw::{Gauge, draw, draw_gauge, gauges};
use auralis::tui::style::{Depth, Styles};
use divan::Bencher;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[path = "../tests/it/stage.rs"]
mod stage;

use stage::{Stage, large, playing, queue_of};

fn main() {
    divan::main();
}

fn library_of(tracks: u32) -> Stage {
    let catalog = large(tracks as usize);
    let snapshot = Snapshot {
        playback: Arc::new(playing(&catalog, 7, PlayState::Playing)),
        queue: Arc::new(queue_of(&catalog, 1..=tracks, Some(6))),
        catalog,
        ..Snapshot::default()
    };
    let mut stage = Stage::new(200, 50, snapshot);
    stage.press("ll50j");
    let bands: Vec<f32> = (0u8..96).map(|band| f32::from(band) / 96.0).collect();
    let sides = Some([bands.clone(), bands.clone()]);
    let flight = Some(Flight { way: 3.4, speed: 0.5, bands: bands.clone() });
    let vu = Some(VuNow { sides: [VuSide { vu: Some(2.0), peak: Some(-1.0) }; 2] });
    let spectrum = Some(Bars { peaks: bands.clone(), bands });
    let column = |at: usize| Arc::new(std::array::from_fn::<u8, BANDS, _>(|band| (at * 7 + band * 3) as u8));
    let spectrogram = Some(Spectrogram((0..SPECTROGRAM_COLUMNS).map(column).collect()));
    let pictures = VisualFrame { spectrum, spectrogram, sides, vu, flight, ..VisualFrame::default() };
    stage.gauges.visual = Some(Arc::new(pictures));
    stage
}

/// As the run loop does: the buffer emptied, drawn, compared with the one on the screen.
#[divan::bench(args = [100, 20_000, 1_000_000])]
fn whole_frame(bencher: Bencher<'_, '_>, tracks: u32) {
    let stage = library_of(tracks);
    let mut buf = Buffer::empty(Rect::new(0, 0, 200, 50));
    draw(&stage.scene(), &mut buf);
    let front = buf.clone();
    bencher.bench_local(|| {
        buf.reset();
        draw(&stage.scene(), &mut buf);
        front.diff(&buf).len()
    });
}

#[divan::bench(args = [
    Visual::Spectrum,
    Visual::Spectrogram,
    Visual::Mirrored,
    Visual::Line,
    Visual::Vu,
    Visual::Starfield,
])]
fn picture_alone(bencher: Bencher<'_, '_>, visual: Visual) {
    let mut stage = library_of(20_000);
    stage.state.visual = visual;
    let (gauge, area) = gauges(&stage.scene())[0];
    assert_eq!(gauge, Gauge::Spectrum);
    bencher.bench_local(|| {
        let mut buf = Buffer::empty(area);
        draw_gauge(&stage.scene(), gauge, &mut buf);
        buf
    });
}

/// A wall of covers over a window of 400x120, all of them there: 42 tiles of 32x16 cells.
#[divan::bench(args = [Depth::True, Depth::Palette])]
fn wall(bencher: Bencher<'_, '_>, depth: Depth) {
    let snapshot = Snapshot { catalog: large(20_000), ..Snapshot::default() };
    let mut stage = Stage::new(400, 120, snapshot);
    stage.styles = Styles::new(&Theme::default(), depth);
    stage.state.covers = Covers::new(Way::Blocks, 512, Some((10, 20)));
    stage.press("zw");
    let pixels: Vec<u8> = (0..64 * 64 * 3).map(|at: u32| (at * 7) as u8).collect();
    let picture = Some(Arc::new(Picture::new(64, 64, pixels).unwrap()));
    while let [Command::Library(Library::ShowCovers(tracks, side))] = &stage.asked()[..] {
        let cover = |&track| TrackCover { track, side: *side, picture: picture.clone() };
        let covers = Arc::new(CoversView { found: tracks.iter().map(cover).collect(), open: 0 });
        stage.show(Snapshot { covers, ..stage.snapshot.clone() });
    }
    let mut buf = Buffer::empty(Rect::new(0, 0, 400, 120));
    bencher.bench_local(|| {
        buf.reset();
        draw(&stage.scene(), &mut buf)
    });
}

#[divan::bench(args = [20_000, 1_000_000])]
fn key_and_frame(bencher: Bencher<'_, '_>, tracks: u32) {
    let mut stage = library_of(tracks);
    bencher.bench_local(|| {
        stage.press("j");
        stage.draw()
    });
}

/// Each view, by the keys that open it; with what there is to see in it where nothing was measured and no file is read.
const VIEWS: [(&str, &str); 16] = [
    ("library", "gl"),
    ("playlists", "gL"),
    ("queue", "gq"),
    ("wall", "zw"),
    ("playing", "C"),
    ("lyrics", "gW"),
    ("spectrogram", ":visual spectrogram<Enter>gV"),
    ("starfield", ":visual starfield<Enter>gV"),
    ("signal", "gS"),
    ("mastering", "E"),
    ("equaliser", "xq"),
    ("fingerprint", "gF"),
    ("outputs", "go"),
    ("settings", "g,"),
    ("help", "g?"),
    ("menu", "g<Enter>"),
];

#[divan::bench(args = VIEWS.map(|(name, _)| name))]
fn view(bencher: Bencher<'_, '_>, name: &str) {
    let mut stage = library_of(20_000);
    let keys = VIEWS.iter().find(|(view, _)| *view == name).expect("one of them").1;
    stage.press(keys);
    let mut buf = Buffer::empty(Rect::new(0, 0, 200, 50));
    draw(&stage.scene(), &mut buf);
    let front = buf.clone();
    bencher.bench_local(|| {
        buf.reset();
        draw(&stage.scene(), &mut buf);
        front.diff(&buf).len()
    });
}
