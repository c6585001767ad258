//! The limiter against a meter that is not ours: ffmpeg's `ebur128` with true peak (libebur128's interpolation).

use std::f64::consts::{PI, TAU};

use auralis::dsp::limiter::Limiter;

use crate::media::Noise;
use crate::sound::tool_with_errors;

const RATE: u32 = 48_000;

fn limit(samples: &[f32], ceiling_db: f32) -> Vec<f32> {
    let mut limiter = Limiter::new(RATE, 2, ceiling_db);
    let (mut fed, mut out) = (0, Vec::new());
    loop {
        if fed == samples.len() {
            limiter.finish();
            if !limiter.drain() {
                return out;
            }
        }
        fed += limiter.feed(&samples[fed..]) * 2;
        out.extend_from_slice(limiter.ready());
        limiter.consume(limiter.ready().len());
    }
}

/// dBTP as ffmpeg measures it.
fn true_peak(samples: &[f32]) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("samples");
    let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    std::fs::write(&path, bytes).unwrap();
    let input = ["-hide_banner", "-nostats", "-f", "f32le", "-ar", "48000", "-ac", "2", "-i"];
    let filter = ["-af", "ebur128=peak=true:framelog=verbose", "-f", "null", "-"];
    let words = input.into_iter().chain([path.to_str().unwrap()]).chain(filter);
    let told = tool_with_errors("ffmpeg", &words.collect::<Vec<_>>());
    let after = told.rsplit_once("True peak:").unwrap_or_else(|| panic!("no true peak in {told}")).1;
    let number = after.split_whitespace().nth(1).unwrap();
    number.parse().unwrap_or_else(|_| panic!("{number} is no number"))
}

fn stereo(frames: usize, value: impl Fn(usize) -> [f64; 2]) -> Vec<f32> {
    (0..frames).flat_map(|n| value(n).map(|sample| sample as f32)).collect()
}

#[test]
fn no_peak_goes_over_the_ceiling_by_another_meter() {
    let mut random = Noise(7);
    let noise: Vec<f32> = (0..2 * 96_000).map(|_| random.next() as f32 * 2.0).collect();
    // Samples at 0.71 of the peak between them.
    let between = stereo(96_000, |n| {
        let soft = (n.min(96_000 - n) as f64 / 4800.0).min(1.0);
        [1.4 * soft * (PI / 2.0 * n as f64 + PI / 4.0).sin(), 0.1 * soft * (TAU * 0.01 * n as f64).sin()]
    });
    let square = stereo(96_000, |n| if (n / 37).is_multiple_of(2) { [1.0, -1.0] } else { [-1.0, 0.5] });
    let clicks = stereo(96_000, |n| {
        let click = if n % 4_801 == 4_000 { 2.0 } else { 0.0 };
        [0.3 * (TAU * 0.007 * n as f64).sin() + click, 0.2 * (TAU * 0.003 * n as f64).sin()]
    });
    for (name, samples) in [("noise", noise), ("between", between), ("square", square), ("clicks", clicks)] {
        assert!(true_peak(&samples) > 0.0, "{name} is over it at first");
        for ceiling in [-1.0_f32, -3.0] {
            let out = limit(&samples, ceiling);
            assert_eq!(out.len(), samples.len());
            let peak = true_peak(&out);
            // ffmpeg tells tenths.
            assert!(peak <= f64::from(ceiling) + 0.1, "{name} at {ceiling} dBTP: {peak}");
            assert!(
                peak > f64::from(ceiling) - 1.0,
                "{name} is turned down too far at {ceiling} dBTP: {peak}"
            );
        }
    }
}
