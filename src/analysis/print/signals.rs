//! Sounds whose numbers are known in closed form, for the tests of this folder.

use std::f64::consts::TAU;

/// A sine of full scale, mono.
pub fn sine(rate: u32, hz: f64, seconds: f64) -> Vec<f32> {
    chord(rate, &[hz], seconds)
}

/// Sines of one amplitude together, at most full scale.
pub fn chord(rate: u32, hz: &[f64], seconds: f64) -> Vec<f32> {
    let at = |n: usize, hz: f64| (TAU * hz * n as f64 / f64::from(rate)).sin();
    let count = (f64::from(rate) * seconds) as usize;
    (0..count).map(|n| (hz.iter().map(|&hz| at(n, hz)).sum::<f64>() / hz.len() as f64) as f32).collect()
}

/// White noise, evenly spread between -1 and 1 (xorshift64).
pub fn white(rate: u32, seconds: f64, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..(f64::from(rate) * seconds) as usize).map(|_| next()).collect()
}

/// Pink noise by Paul Kellet's filter: within 0.05 dB of 3 dB an octave above 9.2 Hz at 44.1 kHz.
pub fn pink(seconds: f64, seed: u64) -> Vec<f32> {
    let mut b = [0.0_f64; 7];
    let filter = |white: f32| {
        let white = f64::from(white);
        let poles = [
            (0.99886, 0.0555179),
            (0.99332, 0.0750759),
            (0.96900, 0.1538520),
            (0.86650, 0.3104856),
            (0.55000, 0.5329522),
            (-0.7616, -0.0168980),
        ];
        for (state, (pole, gain)) in b.iter_mut().zip(poles) {
            *state = pole * *state + gain * white;
        }
        let sum = b.iter().sum::<f64>() + white * 0.5362;
        b[6] = white * 0.115926;
        (sum * 0.1) as f32
    };
    white(44_100, seconds, seed).into_iter().map(filter).collect()
}

/// Clicks of 5 ms without sharp edges, at so many beats a minute, the first after half a second.
pub fn clicks(rate: u32, bpm: f64, seconds: f64) -> Vec<f32> {
    const LENGTH_S: f64 = 0.005;
    let mut samples = vec![0.0; (f64::from(rate) * seconds) as usize];
    let times = (0..).map(|beat| 0.5 + f64::from(beat) * 60.0 / bpm).take_while(|time| *time < seconds);
    for time in times {
        let start = (time * f64::from(rate)).ceil() as usize;
        for (n, sample) in samples.iter_mut().enumerate().skip(start) {
            let t = n as f64 / f64::from(rate) - time;
            if t >= LENGTH_S {
                break;
            }
            *sample = ((TAU * 1500.0 * t).sin() * (0.5 - 0.5 * (TAU * t / LENGTH_S).cos())) as f32;
        }
    }
    samples
}

/// Bars of four beats: bass drum on the first and third, snare on the second and fourth, cymbals on the halves of beats, and
/// a bass that plays across the beat, on 0, 1 1/2 and 3 (3 + 3 + 2).
pub fn drums(rate: u32, bpm: f64, seconds: f64) -> Vec<f32> {
    let hz = f64::from(rate);
    let mut samples = vec![0.0; (hz * seconds) as usize];
    let noise = white(rate, 0.3, 11);
    let mut strike = |beat: f64, decay_s: f64, level: f64, sound: &dyn Fn(usize) -> f64| {
        let start = (beat * 60.0 / bpm * hz) as usize;
        for (n, sample) in samples.iter_mut().skip(start).take(noise.len()).enumerate() {
            let attack = (n as f64 / hz / 0.002).min(1.0);
            *sample += (level * attack * (-(n as f64) / hz / decay_s).exp() * sound(n)) as f32;
        }
    };
    let tone = |of_hz: f64| move |n: usize| (TAU * of_hz * n as f64 / hz).sin();
    let hiss = |n: usize| f64::from(noise[n]);
    for bar in 0..(seconds * bpm / 240.0) as u32 {
        let first = f64::from(bar) * 4.0;
        [0.0, 2.0].into_iter().for_each(|beat| strike(first + beat, 0.06, 0.4, &tone(60.0)));
        [1.0, 3.0].into_iter().for_each(|beat| strike(first + beat, 0.05, 0.2, &hiss));
        [0.0, 1.5, 3.0].into_iter().for_each(|beat| strike(first + beat, 0.15, 0.3, &tone(110.0)));
        (0..8).for_each(|half| strike(first + f64::from(half) / 2.0, 0.01, 0.1, &tone(9000.0)));
    }
    samples
}

/// The same in both channels.
pub fn both(mono: &[f32]) -> Vec<f32> {
    mono.iter().flat_map(|&sample| [sample, sample]).collect()
}

/// One in each channel.
pub fn sides(left: &[f32], right: &[f32]) -> Vec<f32> {
    left.iter().zip(right).flat_map(|(&left, &right)| [left, right]).collect()
}

/// Hz of a MIDI note.
pub fn note(midi: i32) -> f64 {
    440.0 * 2f64.powf(f64::from(midi - 69) / 12.0)
}
