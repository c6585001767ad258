//! The built-in curves, as gains of the ten octave bands from 31.5 Hz to 16 kHz.

use crate::later;

/// Name, dB of each band, what it is for.
pub const PRESETS: &[(&str, [f32; 10], &str)] = &[
    ("flat", [0.0; 10], later!("nothing is changed")),
    ("bass", [6.0, 5.5, 4.0, 2.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0], later!("more below 200 Hz")),
    ("less-bass", [-6.0, -5.0, -3.5, -1.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], later!("for rooms that boom")),
    ("treble", [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.5, 4.0, 5.0], later!("more above 3 kHz")),
    ("less-treble", [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -1.0, -2.5, -4.0, -5.0], later!("for what sounds sharp")),
    ("vocal", [-3.0, -2.5, -1.5, 0.0, 1.5, 3.0, 3.0, 2.0, 0.0, -1.0], later!("voices before the rest")),
    ("loudness", [7.0, 5.0, 2.5, 0.5, 0.0, 0.0, 0.0, 0.5, 2.0, 3.0], later!("for listening at a low level")),
    (
        "headphone",
        [3.0, 2.0, 1.0, 0.0, 0.0, 0.0, 0.5, -1.5, -2.0, 0.0],
        later!("open headphones: deeper, less sharp"),
    ),
    (
        "small-speakers",
        [-9.0, -3.0, 3.0, 3.0, 1.0, 0.0, 0.0, 1.0, 1.5, 1.0],
        later!("only what they can give"),
    ),
];
