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

#[test]
fn best_is_clean_to_140_db_and_flat_to_20_khz() {
    for (from, to) in [(44_100, 48_000), (48_000, 44_100), (96_000, 44_100), (192_000, 48_000)] {
        let Figures { thd_n, alias, ripple, edge } = figures(Best, from, to);
        assert!(thd_n.iter().all(|db| *db < -140.0), "{from} to {to}: THD+N {thd_n:?}");
        assert!(alias < -140.0, "{from} to {to}: alias {alias}");
        assert!(ripple < 0.01, "{from} to {to}: ripple {ripple}");
        assert!(edge > 21_500.0, "{from} to {to}: -3 dB at {edge} Hz");
    }
}
