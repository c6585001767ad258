//! What a rate converter does to tones and impulses, as figures: shared by the tests and by `benches/resample.rs`.

use std::f64::consts::TAU;

use realfft::RealFftPlanner;

/// One channel from one rate to another.
pub type Convert<'a> = &'a dyn Fn(&[f32], u32, u32) -> Vec<f32>;

const AMPLITUDE: f64 = 0.5;
/// Seconds left out at both ends: no filter is that long.
const EDGE_S: f64 = 0.15;
const NEAREST_HZ: f64 = 10.0;

/// All in dB but the last.
pub struct Figures {
    /// What is there beside a tone of 1, 10 and 20 kHz.
    pub thd_n: [f64; 3],
    /// The loudest that a tone leaves where it does not belong.
    pub alias: f64,
    /// Loudest over softest response to 20 kHz.
    pub ripple: f64,
    /// Hz where the response has fallen by 3 dB.
    pub edge: f64,
}

pub fn measure(convert: Convert<'_>, from: u32, to: u32) -> Figures {
    let thd_n = [1_000.0, 10_000.0, 20_000.0].map(|hz| residual(convert, from, to, hz));
    let alias = foreign_tones(from, to).map(|hz| residual(convert, from, to, hz)).fold(f64::MIN, f64::max);
    let response = response(convert, from, to);
    let to_20_khz = response.iter().filter(|(hz, _)| (20.0..=20_000.0).contains(hz)).map(|(_, db)| *db);
    let (least, most) = to_20_khz.fold((f64::MAX, f64::MIN), |(a, b), db| (a.min(db), b.max(db)));
    let edge = response.iter().find(|(_, db)| *db < -3.0103).map_or(0.0, |(hz, _)| *hz);
    Figures { thd_n, alias, ripple: most - least, edge }
}

pub fn sine(hz: f64, rate: u32, frames: usize) -> Vec<f32> {
    (0..frames).map(|n| (AMPLITUDE * (TAU * hz * n as f64 / f64::from(rate)).sin()) as f32).collect()
}

/// Tones that a converter must not let alias: those that the new rate cannot carry, or, where the new rate is the higher
/// one, those below half the old rate, whose images lie above it. Nearer to half the lower rate than [`NEAREST_HZ`] a tone
/// and its alias are as good as one.
fn foreign_tones(from: u32, to: u32) -> impl Iterator<Item = f64> {
    let (lowest, highest) = if to < from {
        (f64::from(to) / 2.0 + NEAREST_HZ, f64::from(from) / 2.0 - NEAREST_HZ)
    } else {
        (f64::from(from) / 4.0, f64::from(from) / 2.0 - NEAREST_HZ)
    };
    // Closer together towards half the lower rate, where filters are at their worst.
    (0..24).map(move |n| {
        let way = (f64::from(n) / 23.0).powi(3);
        if to < from { lowest + (highest - lowest) * way } else { highest - (highest - lowest) * way }
    })
}

/// Power of all that is not the tone over that of the tone, in dB.
fn residual(convert: Convert<'_>, from: u32, to: u32, hz: f64) -> f64 {
    let out = convert(&sine(hz, from, from as usize), from, to);
    let edge = (f64::from(to) * EDGE_S) as usize;
    let middle = &out[edge..out.len() - edge];
    let power = middle.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / middle.len() as f64;
    let carried = hz < f64::from(to) / 2.0;
    let rest = if carried { power_beside(middle, hz, to) } else { power };
    10.0 * (rest / (AMPLITUDE * AMPLITUDE / 2.0)).max(1e-30).log10()
}

/// Mean power of what remains when the sine of this pitch that fits best is taken out.
pub fn power_beside(samples: &[f32], hz: f64, rate: u32) -> f64 {
    let step = TAU * hz / f64::from(rate);
    let wave = |n: usize| (step * n as f64).sin_cos();
    let (mut ss, mut sc, mut cc, mut sx, mut cx) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (n, sample) in samples.iter().enumerate() {
        let (sin, cos) = wave(n);
        let x = f64::from(*sample);
        (ss, sc, cc) = (ss + sin * sin, sc + sin * cos, cc + cos * cos);
        (sx, cx) = (sx + sin * x, cx + cos * x);
    }
    let determinant = ss * cc - sc * sc;
    let (a, b) = ((sx * cc - cx * sc) / determinant, (cx * ss - sx * sc) / determinant);
    let rest = samples.iter().enumerate().map(|(n, sample)| {
        let (sin, cos) = wave(n);
        (f64::from(*sample) - a * sin - b * cos).powi(2)
    });
    rest.sum::<f64>() / samples.len() as f64
}

/// Hz and dB, from the answer to one impulse.
fn response(convert: Convert<'_>, from: u32, to: u32) -> Vec<(f64, f64)> {
    let mut impulse = vec![0.0; from as usize];
    impulse[from as usize / 2] = AMPLITUDE as f32;
    let mut out: Vec<f64> = convert(&impulse, from, to).into_iter().map(f64::from).collect();
    let transform = RealFftPlanner::new().plan_fft_forward(out.len());
    let mut bins = transform.make_output_vec();
    transform.process(&mut out, &mut bins).unwrap();
    let hz = f64::from(to) / out.len() as f64;
    let unity = AMPLITUDE * f64::from(to) / f64::from(from);
    bins.iter().enumerate().map(|(n, bin)| (hz * n as f64, 20.0 * (bin.norm() / unity).log10())).collect()
}
