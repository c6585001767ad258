//! Curves as text: Equalizer APO's filter lines, which AutoEq writes as `ParametricEQ.txt`, and its `GraphicEQ` line.
//! <https://sourceforge.net/p/equalizerapo/wiki/Configuration%20reference/>

use std::fmt::Write as _;

use super::{Equaliser, within, word};
use crate::model::chain::{Band, Shape};
use crate::{counted, say};

/// Why a text is no curve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EqTextError {
    /// Counted from 1; `None`: all of it.
    pub line: Option<usize>,
    pub why: String,
}

impl std::fmt::Display for EqTextError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => f.write_str(&say!("line {line}: {why}", line, why = self.why)),
            None => f.write_str(&self.why),
        }
    }
}

/// Points of a `GraphicEQ` line; AutoEq writes 127.
const MOST_POINTS: usize = 10_000;
/// Wider than a third of an octave (4.318), so that between the centres nothing is left out.
const THIRD_Q: f32 = 2.5;
/// Preferred frequencies of third octaves from 20 Hz to 20 kHz (ISO 266).
const THIRDS_HZ: [f32; 31] = [
    20.0, 25.0, 31.5, 40.0, 50.0, 63.0, 80.0, 100.0, 125.0, 160.0, 200.0, 250.0, 315.0, 400.0, 500.0, 630.0,
    800.0, 1_000.0, 1_250.0, 1_600.0, 2_000.0, 2_500.0, 3_150.0, 4_000.0, 5_000.0, 6_300.0, 8_000.0,
    10_000.0, 12_500.0, 16_000.0, 20_000.0,
];

impl Equaliser {
    /// A text of either kind. What it has that we cannot do is an error: half a correction is none.
    pub fn read(name: &str, text: &str) -> Result<Self, EqTextError> {
        let mut read = Read::default();
        for (at, line) in text.lines().enumerate() {
            read.line(line.trim().trim_start_matches('\u{feff}'))
                .map_err(|why| EqTextError { line: Some(at + 1), why })?;
        }
        read.curve(name).map_err(|why| EqTextError { line: None, why: why.to_owned() })
    }

    /// As Equalizer APO reads it, and [`Self::read`].
    pub fn text(&self) -> String {
        let mut text = match self.preamp_db {
            Some(db) => format!("Preamp: {db} dB\n"),
            None => String::new(),
        };
        for (at, Band { shape, hz, q, gain_db }) in self.bands.iter().enumerate() {
            let (number, shape) = (at + 1, word(*shape));
            let _ = writeln!(text, "Filter {number}: ON {shape} Fc {hz} Hz Gain {gain_db} dB Q {q}");
        }
        text
    }
}

#[derive(Default)]
struct Read {
    preamp_db: Option<f32>,
    bands: Vec<Band>,
    points: Vec<(f32, f32)>,
}

impl Read {
    fn line(&mut self, line: &str) -> Result<(), String> {
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        let (key, rest) =
            line.split_once(':').ok_or(say!("neither `Preamp:`, `Filter:` nor `GraphicEQ:`"))?;
        let key = key.trim().to_ascii_lowercase();
        match key.split_whitespace().next() {
            Some("preamp") => self.preamp(rest),
            Some("filter") => self.filter(rest),
            Some("graphiceq") => self.graphic(rest),
            _ => Err(say!("`{name}:` is not known here", name = shown(&key))),
        }
    }

    fn preamp(&mut self, rest: &str) -> Result<(), String> {
        let db =
            rest.split_whitespace().next().and_then(number).ok_or(say!("`Preamp:` needs a number of dB"))?;
        self.preamp_db = Some(self.preamp_db.unwrap_or(0.0) + db);
        Ok(())
    }

    /// `ON PK Fc 105 Hz Gain 5.5 dB Q 0.70`
    fn filter(&mut self, rest: &str) -> Result<(), String> {
        let words: Vec<&str> = rest.split_whitespace().collect();
        let is = |word: Option<&&str>, name: &str| word.is_some_and(|word| word.eq_ignore_ascii_case(name));
        if is(words.first(), "off") || is(words.get(1), "none") {
            return Ok(());
        }
        if !is(words.first(), "on") {
            return Err(say!("a filter is `ON` or `OFF`").to_owned());
        }
        let kind = words.get(1).copied().unwrap_or_default().to_ascii_uppercase();
        let shape = match kind.as_str() {
            "PK" | "PEQ" | "MODAL" => Shape::Peak,
            "LS" | "LSC" | "LSQ" => Shape::LowShelf,
            "HS" | "HSC" | "HSQ" => Shape::HighShelf,
            _ => {
                return Err(say!(
                    "a filter `{kind}` is not known here; PK, LSC and HSC are",
                    kind = shown(&kind)
                ));
            }
        };
        let behind = |name: &str| {
            let at = words.iter().position(|word| word.eq_ignore_ascii_case(name))?;
            words.get(at + 1).copied()
        };
        let hz =
            behind("Fc").and_then(number).filter(|hz| *hz > 0.0).ok_or(say!("a filter needs `Fc` and Hz"))?;
        let gain_db = behind("Gain").and_then(number).ok_or(say!("a filter needs `Gain` and dB"))?;
        let wide = behind("Oct").and_then(number).filter(|octaves| *octaves > 0.0);
        let q = match (behind("Q"), wide) {
            (Some(q), _) => number(q).filter(|q| *q > 0.0).ok_or(say!("`Q` needs a number above 0"))?,
            (None, Some(octaves)) => octaves.exp2().sqrt() / (octaves.exp2() - 1.0),
            (None, None) if shape == Shape::Peak => return Err(say!("a peak needs `Q`").to_owned()),
            (None, None) => std::f32::consts::FRAC_1_SQRT_2,
        };
        if self.bands.len() == Equaliser::MOST_BANDS {
            return Err(say!(
                "more than {filters}",
                filters = counted!(Equaliser::MOST_BANDS, "filter", "filters")
            ));
        }
        self.bands.push(Band { shape, hz, q, gain_db });
        Ok(())
    }

    /// `20 -1.2; 21 -1.1; ...`
    fn graphic(&mut self, rest: &str) -> Result<(), String> {
        for pair in rest.split(';').filter(|pair| !pair.trim().is_empty()) {
            let mut words = pair.split_whitespace().map(number);
            match (words.next().flatten(), words.next().flatten(), words.next()) {
                (Some(hz), Some(db), None) if hz > 0.0 => self.points.push((hz, db)),
                _ => return Err(say!("`{word}` is no pair of Hz and dB", word = shown(pair.trim()))),
            }
            if self.points.len() > MOST_POINTS {
                return Err(say!("more than {points}", points = counted!(MOST_POINTS, "point", "points")));
            }
        }
        Ok(())
    }

    fn curve(mut self, name: &str) -> Result<Equaliser, &'static str> {
        match (self.bands.is_empty(), self.points.is_empty()) {
            (true, true) => Err(say!("it has no filters")),
            (false, false) => Err(say!("it has filters and a `GraphicEQ`: one of them is enough")),
            // As its gains are meant: AutoEq's begin with the loudest at 0 dB.
            (true, false) => {
                self.points.sort_by(|a, b| a.0.total_cmp(&b.0));
                let (all_db, bands) = fit(&self.points);
                Ok(Equaliser::new(name, Some(self.preamp_db.unwrap_or(0.0) + all_db), bands))
            }
            (false, true) => Ok(Equaliser::new(name, self.preamp_db, self.bands)),
        }
    }
}

/// The mean, and third-octave bands whose sum with it goes through the points: what is missing at each centre is added
/// to its band, until nothing is (Richardson's iteration).
fn fit(points: &[(f32, f32)]) -> (f32, Vec<Band>) {
    let goals = THIRDS_HZ.map(|hz| within(at(points, hz), -Equaliser::MOST_DB, Equaliser::MOST_DB));
    let mean = (goals.iter().sum::<f32>() / goals.len() as f32 * 100.0).round() / 100.0;
    let goals = goals.map(|goal| goal - mean);
    let mut bands = THIRDS_HZ.map(|hz| Band::peak(hz, THIRD_Q, 0.0));
    for _ in 0..60 {
        let sums = THIRDS_HZ.map(|hz| bands.iter().map(|band| band.response_db(hz)).sum::<f32>());
        for ((band, goal), sum) in bands.iter_mut().zip(goals).zip(sums) {
            let db = band.gain_db + 0.5 * (goal - sum);
            band.gain_db = within(db, -Equaliser::MOST_DB, Equaliser::MOST_DB);
        }
    }
    // What no ear can tell stays out of the text.
    let rounded = |band: Band| Band { gain_db: (band.gain_db * 100.0).round() / 100.0, ..band };
    (mean, bands.into_iter().map(rounded).collect())
}

/// Between points in a straight line over the logarithm of frequency, as Equalizer APO does it; outside as at the ends.
fn at(points: &[(f32, f32)], hz: f32) -> f32 {
    let after = points.partition_point(|point| point.0 <= hz);
    match (after.checked_sub(1).and_then(|at| points.get(at)), points.get(after)) {
        (Some(&(low, from)), Some(&(high, to))) => {
            from + (to - from) * (hz / low).log2() / (high / low).log2()
        }
        (Some(&(_, db)), None) | (None, Some(&(_, db))) => db,
        (None, None) => 0.0,
    }
}

/// With a point, or a comma as some countries write it.
fn number(word: &str) -> Option<f32> {
    let plain = word.bytes().all(|byte| byte.is_ascii_digit() || b"+-.,".contains(&byte));
    word.replace(',', ".").parse().ok().filter(|number: &f32| plain && number.is_finite())
}

fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(24).collect()
}
