//! What was measured of one track, in words and against the rest of its library. Made by a job, shown by the screen and the
//! command line.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::features::{Measured, Value};
use super::fingerprint::{DIMENSIONS, Dimension};
use super::id::TrackId;
use super::track::AudioFormat;

/// How one track sounds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Portrait {
    pub track: TrackId,
    pub told: Told,
    pub spread: Arc<Spread>,
}

/// What is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Told {
    /// It is being read.
    Reading,
    Measured(Box<Measured>),
    /// Never, or not since the file or the measures changed.
    Not,
    /// It could not be measured, or what was measured cannot be read, and why.
    Failed(String),
}

/// Values kept of each dimension: the ends of so many equal parts of the library.
const KEPT: usize = 401;

/// How the values of a library lie: of each dimension some of them, rising, with as many tracks between any two.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    pub tracks: usize,
    values: Vec<Vec<f32>>,
}

impl Spread {
    /// Of these tracks.
    pub fn new(prints: impl IntoIterator<Item = [Value; DIMENSIONS]>) -> Self {
        let (mut tracks, mut values) = (0, vec![Vec::new(); DIMENSIONS]);
        for print in prints {
            tracks += 1;
            for (all, value) in values.iter_mut().zip(print) {
                all.extend(value.ok());
            }
        }
        Self { tracks, values: values.into_iter().map(thinned).collect() }
    }

    fn of(&self, dimension: Dimension) -> &[f32] {
        self.values.get(dimension as usize).map_or(&[], Vec::as_slice)
    }

    /// The value that this share of the library lies below, 0 to 1.
    pub fn at(&self, dimension: Dimension, share: f32) -> Option<f32> {
        let values = self.of(dimension);
        let last = values.len().checked_sub(1)?;
        values.get((share.clamp(0.0, 1.0) * last as f32).round() as usize).copied()
    }

    /// Shares of the library that lie below and above a value.
    pub fn around(&self, dimension: Dimension, value: f32) -> Option<(f32, f32)> {
        let values = self.of(dimension);
        let share = |count: usize| count as f32 / values.len() as f32;
        let below = values.partition_point(|other| *other < value);
        let upto = values.partition_point(|other| *other <= value);
        (!values.is_empty()).then(|| (share(below), share(values.len() - upto)))
    }

    /// `brighter than 83 % of your library`; nothing without others to compare with.
    pub fn words(&self, dimension: Dimension, value: f32) -> Option<String> {
        let (below, above) = self.around(dimension, value).filter(|_| self.tracks > 1)?;
        let names = names(dimension);
        if below.max(above) < 0.005 {
            return Some("like the rest of your library".to_owned());
        }
        let (word, share) = if below >= above { (names.more, below) } else { (names.less, above) };
        Some(format!("{word} than {:.0} % of your library", share * 100.0))
    }
}

/// Sorted, and where they are many only some of them, evenly.
fn thinned(mut values: Vec<f32>) -> Vec<f32> {
    values.sort_unstable_by(f32::total_cmp);
    if values.len() <= KEPT {
        return values;
    }
    let last = values.len() - 1;
    (0..KEPT).map(|part| values[(part * last + (KEPT - 1) / 2) / (KEPT - 1)]).collect()
}

/// A dimension for people, and what a track is that has more, or less, of it.
#[derive(Debug, Clone, Copy)]
pub struct Names {
    pub title: &'static str,
    more: &'static str,
    less: &'static str,
}

pub fn names(dimension: Dimension) -> Names {
    let (title, more, less) = match dimension {
        Dimension::SubBass => ("Sub bass", "more sub bass", "less sub bass"),
        Dimension::Bass => ("Bass", "more bass", "less bass"),
        Dimension::LowMid => ("Low middle", "more low middle", "less low middle"),
        Dimension::Mid => ("Middle", "more middle", "less middle"),
        Dimension::UpperMid => ("Upper middle", "more upper middle", "less upper middle"),
        Dimension::Presence => ("Presence", "more presence", "less presence"),
        Dimension::Air => ("Air", "airier", "less airy"),
        Dimension::Loudness => ("Loudness", "louder", "quieter"),
        Dimension::Crest => ("Peak to loudness", "higher in its peaks", "denser"),
        Dimension::BassToMid => ("Bass to middle", "heavier", "lighter"),
        Dimension::Tempo => ("Tempo", "faster", "slower"),
        Dimension::Rhythm => ("Rhythm", "steadier", "freer in rhythm"),
        Dimension::Transients => ("Onsets", "busier", "calmer"),
        Dimension::Silence => ("Silence", "more silent", "less silent"),
        Dimension::Centroid => ("Brightness", "brighter", "darker"),
        Dimension::Rolloff => ("Roll-off", "higher reaching", "lower reaching"),
        Dimension::Flatness => ("Noise", "noisier", "purer"),
        Dimension::Harmonic => ("Harmonic", "more sustained", "more percussive"),
        Dimension::Pitch => ("Pitch", "steadier in pitch", "looser in pitch"),
        Dimension::Chroma => ("Pitch classes", "more tonal", "less tonal"),
        Dimension::CrestVariation => ("Change of crest", "more varied", "more even"),
        Dimension::LoudnessVariation => ("Loudness range", "more dynamic", "less dynamic"),
        Dimension::PeakConsistency => ("Even peaks", "evener in its peaks", "rougher in its peaks"),
        Dimension::Width => ("Stereo width", "wider", "narrower"),
        Dimension::Correlation => ("Correlation", "closer to mono", "further from mono"),
    };
    Names { title, more, less }
}

/// A value with its unit: `12.3 %`, `128.0 BPM`.
pub fn value_text(dimension: Dimension, value: f32) -> String {
    match (dimension, dimension.about().unit) {
        (Dimension::Correlation, _) => format!("{value:+.2}"),
        (_, "") => format!("{:.1} %", value * 100.0),
        (_, "Hz") => format!("{value:.0} Hz"),
        (_, unit) => format!("{value:.1} {unit}"),
    }
}

/// How far a value may be trusted, where it can be doubtful.
pub fn confidence(measured: &Measured, dimension: Dimension) -> Option<f32> {
    let confidence = &measured.fingerprint.confidence;
    match dimension {
        Dimension::Tempo => Some(confidence.tempo),
        Dimension::Rhythm => Some(confidence.rhythm),
        Dimension::Pitch => Some(confidence.pitch),
        _ => None,
    }
}

/// Tempo and key, then loudness, in a line each: what people ask for first.
pub fn summary(measured: &Measured) -> [String; 2] {
    let loudness = &measured.loudness;
    let number = |name: &str, value: Value, unit: &str| match value {
        Ok(value) => format!("{name}{value:.1} {unit}"),
        Err(why) => format!("{name}- {unit} ({})", why.words()),
    };
    let dynamic = match measured.dynamic_range_db {
        Ok(db) => format!("DR{}", db.round()),
        Err(why) => format!("no DR ({})", why.words()),
    };
    let levels = [
        number("", loudness.integrated_lufs, "LUFS"),
        number("range ", loudness.range_lu, "LU"),
        number("true peak ", loudness.true_peak_db, "dBTP"),
        dynamic,
    ];
    [format!("{} · {}", tempo(measured), key(measured)), levels.join(" · ")]
}

fn tempo(measured: &Measured) -> String {
    let print = &measured.fingerprint;
    match print.get(Dimension::Tempo) {
        Err(why) => format!("no tempo ({})", why.words()),
        Ok(bpm) => {
            let steady = match print.get(Dimension::Rhythm) {
                Ok(steady) if steady >= 2.0 / 3.0 => ", steady",
                Ok(steady) if steady >= 1.0 / 3.0 => ", fairly steady",
                Ok(_) => ", free",
                Err(_) => "",
            };
            format!("{bpm:.1} BPM{steady} (sure to {:.0} %)", print.confidence.tempo * 100.0)
        }
    }
}

fn key(measured: &Measured) -> String {
    match measured.fingerprint.key {
        Ok(key) => {
            let (hour, ring) = key.camelot();
            format!("{key}, {hour}{ring} (strength {:.2})", key.strength)
        }
        Err(why) => format!("no key ({})", why.words()),
    }
}

/// A row of a portrait.
#[derive(Debug, Clone, PartialEq)]
pub enum PortraitRow {
    /// Numbers in words.
    Line(String),
    /// What is wrong with the recording or its file.
    Finding(String),
    Dimension(Dimension),
}

impl Portrait {
    /// Of what was measured; nothing of what was not.
    pub fn rows(&self, format: Option<&AudioFormat>) -> Vec<PortraitRow> {
        let Told::Measured(measured) = &self.told else { return Vec::new() };
        let mut rows: Vec<PortraitRow> = summary(measured).map(PortraitRow::Line).into();
        let findings = measured.findings(format);
        if findings.is_empty() {
            rows.push(PortraitRow::Line(
                "nothing is wrong with the recording, as far as its samples tell".to_owned(),
            ));
        }
        rows.extend(findings.into_iter().map(PortraitRow::Finding));
        rows.extend(Dimension::ALL.map(PortraitRow::Dimension));
        rows
    }

    /// Name, value and words of a dimension.
    pub fn dimension(&self, dimension: Dimension) -> (&'static str, String, String) {
        let Told::Measured(measured) = &self.told else { return Default::default() };
        let title = names(dimension).title;
        match measured.fingerprint.get(dimension) {
            Err(why) => (title, "-".to_owned(), why.words().to_owned()),
            Ok(value) => {
                let words = self.spread.words(dimension, value).unwrap_or_default();
                let sure =
                    confidence(measured, dimension).map(|sure| format!("sure to {:.0} %", sure * 100.0));
                let parts: Vec<String> = [words, sure.unwrap_or_default()].into();
                let words = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
                (title, value_text(dimension, value), words)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::features::Absent;
    use crate::model::fingerprint::Fingerprint;

    fn spread(values: impl IntoIterator<Item = f32>) -> Spread {
        Spread::new(values.into_iter().map(|value| {
            let mut print = Fingerprint::absent(Absent::Silence);
            print.set(Dimension::Centroid, Ok(value));
            print.values
        }))
    }

    #[test]
    fn a_value_stands_where_it_does_in_the_library() {
        let hundred = spread((0..100).map(|n| n as f32));
        assert_eq!(hundred.around(Dimension::Centroid, 83.0), Some((0.83, 0.16)));
        let words = |value| hundred.words(Dimension::Centroid, value).unwrap();
        assert_eq!(words(83.0), "brighter than 83 % of your library");
        assert_eq!(words(9.0), "darker than 90 % of your library");
        assert_eq!(words(-5.0), "darker than 100 % of your library");
        assert_eq!(hundred.at(Dimension::Centroid, 0.5), Some(50.0));
        assert_eq!(hundred.at(Dimension::Tempo, 0.5), None, "nobody has one");
        assert_eq!(spread([7.0]).words(Dimension::Centroid, 7.0), None, "there is nothing to compare with");
        assert_eq!(Spread::default().words(Dimension::Tempo, 120.0), None);
    }

    #[test]
    fn a_large_library_is_told_to_a_quarter_of_a_percent() {
        let many = spread((0..100_000).rev().map(|n| (n as f32).sqrt()));
        assert_eq!(many.of(Dimension::Centroid).len(), KEPT);
        for share in [0.0, 0.1, 0.25, 0.5, 0.901, 1.0_f32] {
            let expected = (share * 99_999.0).sqrt();
            let found = many.at(Dimension::Centroid, share).unwrap();
            assert!((found.powi(2) - expected.powi(2)).abs() <= 130.0, "{share}: {found}, not {expected}");
            let (below, _) = many.around(Dimension::Centroid, expected).unwrap();
            assert!((below - share).abs() <= 0.0026, "{share}: {below}");
        }
    }

    #[test]
    fn what_all_have_is_neither_more_nor_less_than_theirs() {
        let all = spread([3.0; 10]);
        assert_eq!(all.around(Dimension::Centroid, 3.0), Some((0.0, 0.0)));
        assert_eq!(all.words(Dimension::Centroid, 3.0).unwrap(), "like the rest of your library");
    }

    #[test]
    fn values_have_the_unit_that_people_read_them_in() {
        let table = [
            (Dimension::Bass, 0.1234, "12.3 %"),
            (Dimension::Tempo, 127.96, "128.0 BPM"),
            (Dimension::Centroid, 2345.6, "2346 Hz"),
            (Dimension::Correlation, 0.5, "+0.50"),
            (Dimension::Loudness, -9.81, "-9.8 LUFS"),
        ];
        for (dimension, value, expected) in table {
            assert_eq!(value_text(dimension, value), expected);
        }
    }
}
