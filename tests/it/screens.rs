use crate::stage::*;
use auralis::model::audio::*;
use auralis::model::id::PlayId;
use auralis::model::playback::*;
use auralis::model::player::Position;
use auralis::model::snapshot::*;
use auralis::model::spectrum::SpectrumFrame;
use std::sync::Arc;

#[test]
fn show_all() {
    let catalog = small();
    let mut playback = playing(&catalog, 7, PlayState::Playing);
    playback.repeat = Repeat::All;
    playback.shuffle = Shuffle::On { seed: Some(4711) };
    let queue = queue_of(&catalog, [7, 8, 12, 99, 1, 2, 3], Some(0));
    let output = OutputView {
        asked: Default::default(),
        state: OutputState::StandIn {
            why: "no sound device".into(),
            accepted: Accepted {
                name: "null".into(),
                id: None,
                spec: Spec { rate: 48000, channels: 2 },
                format: SampleFormat::F32,
                period_frames: None,
            },
        },
    };
    let snap = Snapshot {
        playback: Arc::new(playback),
        queue: Arc::new(queue),
        catalog,
        output: Arc::new(output),
        ..Snapshot::default()
    };
    for (w, h, keys) in [
        (80, 24, ""),
        (80, 24, "jj"),
        (80, 24, "jlj"),
        (80, 24, "<Tab>j"),
        (140, 40, "lm"),
        (140, 40, "<Tab>5g"),
        (20, 5, ""),
        (20, 5, "l"),
        (50, 12, "l"),
        (80, 24, ":s<Tab>"),
        (80, 24, "?"),
        (100, 30, "fbj<Enter>"),
        (80, 24, "gV"),
        (36, 10, "<Tab>"),
        (20, 5, "?"),
        (80, 24, "g"),
    ] {
        let mut stage = Stage::new(w, h, snap.clone());
        stage.gauges.position = Some(Position { play: PlayId(1), frame: 44100 * 133, rate: 44100 });
        stage.gauges.spectrum = Some(Arc::new(SpectrumFrame {
            bands: (0..96).map(|i| (0.9 - i as f32 / 120.0) * (0.6 + 0.4 * (i as f32 * 0.7).sin())).collect(),
            still: false,
        }));
        stage.press(keys);
        if keys.ends_with('g') {
            stage.now += std::time::Duration::from_secs(1);
        }
        println!("=== {w}x{h} {keys}");
        for line in stage.lines() {
            println!("{line}");
        }
    }
}
