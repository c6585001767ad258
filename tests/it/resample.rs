//! What the qualities of the resampler promise, in figures; `benches/resample.rs` prints all of them.

use auralis::dsp::resampler::{Edge, Resampler};
use auralis::model::settings::ResamplerQuality::{self, Best, Fast, Good};

use crate::tone::{Figures, measure};

fn resample(quality: ResamplerQuality, input: &[f32], from: u32, to: u32) -> Vec<f32> {
    let mut resampler = Resampler::new(from, to, 1, quality, Edge::Silence).unwrap();
    let (mut fed, mut out) = (0, Vec::new());
    while fed < input.len() {
        fed += resampler.feed(&input[fed..]);
        out.extend_from_slice(resampler.ready());
        resampler.consume(resampler.ready().len());
    }
    resampler.finish(Edge::Silence);
    while resampler.drain() {
        out.extend_from_slice(resampler.ready());
        resampler.consume(resampler.ready().len());
    }
    out
}

fn figures(quality: ResamplerQuality, from: u32, to: u32) -> Figures {
    measure(&|input, from, to| resample(quality, input, from, to), from, to)
}

/// Rates that meet most: a CD on a usual device and back, studio rates on either.
const PAIRS: [(u32, u32); 4] = [(44_100, 48_000), (48_000, 44_100), (96_000, 44_100), (192_000, 48_000)];

/// All that is beside tones and all aliases stay below `clean_db`, and the response falls by 3 dB above `edge_hz`.
fn assert_worth(quality: ResamplerQuality, clean_db: f64, edge_hz: f64) {
    for (from, to) in PAIRS {
        let Figures { thd_n, alias, ripple, edge } = figures(quality, from, to);
        assert!(thd_n.iter().all(|db| *db < clean_db), "{from} to {to}: THD+N {thd_n:?}");
        assert!(alias < clean_db, "{from} to {to}: alias {alias}");
        assert!(ripple < 0.01, "{from} to {to}: ripple {ripple}");
        assert!(edge > edge_hz, "{from} to {to}: -3 dB at {edge} Hz");
    }
}

#[test]
fn best_is_clean_to_140_db_and_flat_beyond_20_khz() {
    assert_worth(Best, -140.0, 21_800.0);
}

#[test]
fn good_is_nearly_as_clean_and_less_wide() {
    assert_worth(Good, -139.0, 21_400.0);
}

#[test]
fn fast_is_clean_to_130_db() {
    assert_worth(Fast, -130.0, 20_800.0);
}
