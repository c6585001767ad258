//! What the mastering chain does with the samples of an item, as numbers: made by `mastering`, carried out by
//! `dsp::chain`. Plain data; the default changes nothing.

use serde::{Deserialize, Serialize};

/// Equaliser bands of a chain.
pub const EQ_BANDS: usize = 7;
/// Notches of a chain.
pub const NOTCHES: usize = 3;

/// Third octaves from 20 Hz to 20 kHz.
pub const THIRDS: usize = 31;

/// Every stage's parameters, in the order in which samples pass them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct ChainSpec {
    /// What brings the tone to that of a reference.
    #[serde(default, with = "bent")]
    pub matching: Matching,
    /// Corner of the high-pass that takes offset and rumble away, Hz; 0: none.
    pub subsonic_hz: f32,
    /// Narrow cuts of resonances.
    pub notches: [Band; NOTCHES],
    /// The tone.
    pub eq: [Band; EQ_BANDS],
    /// dB by which attacks between 60 and 500 Hz are raised, 0 or more.
    pub transients_db: f32,
    pub expander: Expander,
    pub compressor: Compressor,
    pub exciter: Exciter,
    pub width: Width,
    /// Static gain after all that, dB.
    pub gain_db: f32,
    /// Level from which waves are rounded, dB over full scale; 0: nothing is. An oversampled curve that is straight below
    /// this level and never exceeds full scale.
    pub clip_from_db: f32,
    /// What the limiter holds, dB of true peak over full scale (dBTP); `None`: nothing is limited.
    pub ceiling_dbtp: Option<f32>,
}

/// A filter of the equaliser (R. Bristow-Johnson's shapes); changes nothing at 0 dB.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Band {
    pub shape: Shape,
    /// Centre, or the corner of a shelf (where it has half its dB).
    pub hz: f32,
    /// Quality of a peak; of a shelf 0.7071 is the steepest without a bump.
    pub q: f32,
    pub gain_db: f32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    Peak,
    LowShelf,
    HighShelf,
}

impl Band {
    pub fn peak(hz: f32, q: f32, gain_db: f32) -> Self {
        Self { shape: Shape::Peak, hz, q, gain_db }
    }

    pub fn low_shelf(hz: f32, gain_db: f32) -> Self {
        Self { shape: Shape::LowShelf, hz, q: std::f32::consts::FRAC_1_SQRT_2, gain_db }
    }

    pub fn high_shelf(hz: f32, gain_db: f32) -> Self {
        Self { shape: Shape::HighShelf, hz, q: std::f32::consts::FRAC_1_SQRT_2, gain_db }
    }
}

impl Band {
    /// What it does to a tone, dB; of the analogue filter that the shape stands for (R. Bristow-Johnson, Cookbook formulae
    /// for audio EQ biquad filter coefficients).
    pub fn response_db(&self, hz: f32) -> f32 {
        if self.gain_db == 0.0 || hz <= 0.0 {
            return 0.0;
        }
        let (w, q) = (f64::from(hz) / f64::from(self.hz), f64::from(self.q));
        let a = 10f64.powf(f64::from(self.gain_db) / 40.0);
        // Of a polynomial a s^2 + b s + c at s = i w.
        let size = |a: f64, b: f64, c: f64| (c - a * w * w).hypot(b * w);
        let ratio = match self.shape {
            Shape::Peak => size(1.0, a / q, 1.0) / size(1.0, 1.0 / (a * q), 1.0),
            Shape::LowShelf => a * size(1.0, a.sqrt() / q, a) / size(a, a.sqrt() / q, 1.0),
            Shape::HighShelf => a * size(a, a.sqrt() / q, 1.0) / size(1.0, a.sqrt() / q, a),
        };
        (20.0 * ratio.log10()) as f32
    }
}

/// Centre of a third octave, Hz (IEC 61260-1:2014 5.2.1: base ten).
pub fn third_hz(third: usize) -> f32 {
    1_000.0 * 10f32.powf((third as f32 - 17.0) / 10.0)
}

/// A response of minimum phase by the third octave: one of the middle, one of the side. Of one channel, or of more than two,
/// the middle's is that of each. Changes nothing where all is 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Matching {
    /// dB at the centres; straight lines over the logarithm of frequency between, and level beyond.
    pub mid_db: [f32; THIRDS],
    pub side_db: [f32; THIRDS],
}

impl Matching {
    pub fn is_flat(&self) -> bool {
        self.mid_db.iter().chain(&self.side_db).all(|db| *db == 0.0)
    }

    /// What a curve of dB by the third octave has at a frequency.
    pub fn at(curve: &[f32; THIRDS], hz: f32) -> f32 {
        let place = (17.0 + 10.0 * (hz.max(1.0) / 1_000.0).log10()).clamp(0.0, (THIRDS - 1) as f32);
        let (from, way) = (place as usize, place.fract());
        let to = (from + 1).min(THIRDS - 1);
        curve[from] + (curve[to] - curve[from]) * way
    }
}

impl ChainSpec {
    /// What matching, equaliser and notches do to a tone in the middle, dB.
    pub fn tone_db(&self, hz: f32) -> f32 {
        let bands: f32 = self.eq.iter().chain(&self.notches).map(|band| band.response_db(hz)).sum();
        bands + Matching::at(&self.matching.mid_db, hz)
    }

    /// So much of it, 0 to 1: nothing to all, without a step. Gain and ceiling are the caller's.
    pub fn scaled(mut self, share: f32) -> Self {
        for band in self.eq.iter_mut().chain(&mut self.notches) {
            band.gain_db *= share;
        }
        let Matching { mid_db, side_db } = &mut self.matching;
        mid_db.iter_mut().chain(side_db).for_each(|db| *db *= share);
        self.subsonic_hz *= share;
        self.transients_db *= share;
        self.expander.range_db *= share;
        self.compressor.mix *= share;
        self.exciter.amount *= share;
        self.width.side_db *= share;
        self.width.mono_below_hz *= share;
        self.clip_from_db *= share;
        self
    }
}

impl Default for Band {
    fn default() -> Self {
        Self::peak(1_000.0, 1.0, 0.0)
    }
}

/// Feed-forward, soft knee, level in dB smoothed by branches (Giannoulis, Massberg and Reiss, JAES 60/6, 2012); one gain for
/// all channels. Changes nothing at a ratio of 1 or a mix of 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Compressor {
    /// dB over full scale of the loudest channel's level.
    pub threshold_db: f32,
    /// Above the threshold so many dB in give one dB out, 1 or more.
    pub ratio: f32,
    /// Width of the knee around the threshold, dB.
    pub knee_db: f32,
    /// Times in which 63 % of a change is followed, ms.
    pub attack_ms: f32,
    pub release_ms: f32,
    /// Share of the compressed sound, 0 to 1; the rest is as it came.
    pub mix: f32,
}

impl Default for Compressor {
    fn default() -> Self {
        Self { threshold_db: 0.0, ratio: 1.0, knee_db: 6.0, attack_ms: 20.0, release_ms: 150.0, mix: 1.0 }
    }
}

/// Upward expansion: what rises above the threshold rises further, so that peaks stand out again. Same detector as the
/// compressor's. Changes nothing at a ratio of 1 or a range of 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Expander {
    pub threshold_db: f32,
    /// Above the threshold one dB in gives so many dB out, 1 or more.
    pub ratio: f32,
    pub knee_db: f32,
    pub attack_ms: f32,
    pub release_ms: f32,
    /// Most that is added, dB.
    pub range_db: f32,
}

impl Default for Expander {
    fn default() -> Self {
        Self { threshold_db: 0.0, ratio: 1.0, knee_db: 6.0, attack_ms: 5.0, release_ms: 120.0, range_db: 0.0 }
    }
}

/// Overtones of the band below `above_hz`, added above it. Changes nothing at an amount of 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Exciter {
    pub above_hz: f32,
    /// Linear share of the overtones that is added, 0 to 1.
    pub amount: f32,
}

impl Default for Exciter {
    fn default() -> Self {
        Self { above_hz: 4_500.0, amount: 0.0 }
    }
}

/// Of two channels, by middle and side. Changes nothing at 0 dB and 0 Hz.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Width {
    /// Gain of the side, dB.
    pub side_db: f32,
    /// Below this the side is taken away, Hz; 0: nowhere.
    pub mono_below_hz: f32,
}

/// A chain as it is carried out for one item.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Mastered {
    pub spec: ChainSpec,
    /// The original is heard in place of what the chain makes of it, by so many dB louder.
    pub original_db: Option<f32>,
    /// Both are made so much quieter, 0 or less, that the original fits under full scale.
    pub trim_db: f32,
}

/// What a chain does to the sound that passes now.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// How far it is held down, dB, 0 or more.
    pub compressor_db: f32,
    pub limiter_db: f32,
    /// Level of what goes in and of what comes out, dB over a full-scale square wave: mean square of all channels over about
    /// 300 ms, not below [`Reading::SILENCE_DB`].
    pub before_db: f32,
    pub after_db: f32,
}

impl Reading {
    pub const SILENCE_DB: f32 = -120.0;
}

impl Default for Reading {
    fn default() -> Self {
        Self { compressor_db: 0.0, limiter_db: 0.0, before_db: Self::SILENCE_DB, after_db: Self::SILENCE_DB }
    }
}

/// A curve that is flat is written as nothing.
mod bent {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Matching;

    pub fn serialize<S: Serializer>(matching: &Matching, to: S) -> Result<S::Ok, S::Error> {
        Some(matching).filter(|matching| !matching.is_flat()).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Matching, D::Error> {
        Ok(Option::<Matching>::deserialize(from)?.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_goes_through_its_third_octaves_and_is_level_beyond_them() {
        let curve: [f32; THIRDS] = std::array::from_fn(|third| third as f32 - 17.0);
        for (hz, db) in
            [(1_000.0, 0.0), (third_hz(20), 3.0), (1_122.018_5, 0.5), (1.0, -17.0), (90_000.0, 13.0)]
        {
            assert!((Matching::at(&curve, hz) - db).abs() < 1e-3, "{hz}: {}", Matching::at(&curve, hz));
        }
    }

    /// Closed forms: a peak has its gain in its centre, a shelf all of it far on its side and half of it at its corner.
    #[test]
    fn bands_respond_as_their_shapes_say() {
        let near = |found: f32, expected: f32| assert!((found - expected).abs() < 0.01, "{found} {expected}");
        let peak = Band::peak(1_000.0, 1.4, 5.0);
        near(peak.response_db(1_000.0), 5.0);
        near(peak.response_db(20.0), 0.0);
        near(peak.response_db(500.0), peak.response_db(2_000.0));
        let low = Band::low_shelf(100.0, -4.0);
        near(low.response_db(1.0), -4.0);
        near(low.response_db(100.0), -2.0);
        near(low.response_db(10_000.0), 0.0);
        let high = Band::high_shelf(8_000.0, 3.0);
        near(high.response_db(800_000.0), 3.0);
        near(high.response_db(8_000.0), 1.5);
        near(high.response_db(80.0), 0.0);
    }

    #[test]
    fn nothing_of_it_is_nothing() {
        let eq = [Band::peak(300.0, 1.0, 4.0); EQ_BANDS];
        let compressor = Compressor { ratio: 2.0, ..Compressor::default() };
        let spec =
            ChainSpec { eq, compressor, transients_db: 2.0, clip_from_db: -2.0, ..ChainSpec::default() };
        let none = spec.scaled(0.0);
        assert_eq!((none.tone_db(300.0), none.compressor.mix, none.transients_db), (0.0, 0.0, 0.0));
        assert_eq!(none.clip_from_db, 0.0);
        assert_eq!(spec.scaled(1.0), spec);
    }
}
