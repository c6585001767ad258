//! What was measured of one track, in words and against the rest of its library. Made by a job, shown by the screen and the
//! command line.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::features::{Measured, Value};
use super::fingerprint::{DIMENSIONS, Dimension};
use super::id::TrackId;
use super::track::AudioFormat;
use super::words::said;
use crate::{later, say};

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
            return Some(say!("like the rest of your library").to_owned());
        }
        let (word, share) = if below >= above { (names.more, below) } else { (names.less, above) };
        Some(say!(
            "{brighter} than {percent:.0} % of your library",
            brighter = said(word),
            percent = share * 100.0
        ))
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
        Dimension::SubBass => (later!("Sub bass"), later!("more sub bass"), later!("less sub bass")),
        Dimension::Bass => (later!("Bass"), later!("more bass"), later!("less bass")),
        Dimension::LowMid => (later!("Low middle"), later!("more low middle"), later!("less low middle")),
        Dimension::Mid => (later!("Middle"), later!("more middle"), later!("less middle")),
        Dimension::UpperMid => {
            (later!("Upper middle"), later!("more upper middle"), later!("less upper middle"))
        }
        Dimension::Presence => (later!("Presence"), later!("more presence"), later!("less presence")),
        Dimension::Air => (later!("Air"), later!("airier"), later!("less airy")),
        Dimension::Loudness => (later!("Loudness"), later!("louder"), later!("quieter")),
        Dimension::Crest => (later!("Peak to loudness"), later!("higher in its peaks"), later!("denser")),
        Dimension::BassToMid => (later!("Bass to middle"), later!("heavier"), later!("lighter")),
        Dimension::Tempo => (later!("Tempo"), later!("faster"), later!("slower")),
        Dimension::Rhythm => (later!("Rhythm"), later!("steadier"), later!("freer in rhythm")),
        Dimension::Transients => (later!("Onsets"), later!("busier"), later!("calmer")),
        Dimension::Silence => (later!("Silence"), later!("more silent"), later!("less silent")),
        Dimension::Centroid => (later!("Brightness"), later!("brighter"), later!("darker")),
        Dimension::Rolloff => (later!("Roll-off"), later!("higher reaching"), later!("lower reaching")),
        Dimension::Flatness => (later!("Noise"), later!("noisier"), later!("purer")),
        Dimension::Harmonic => (later!("Harmonic"), later!("more sustained"), later!("more percussive")),
        Dimension::Pitch => (later!("Pitch"), later!("steadier in pitch"), later!("looser in pitch")),
        Dimension::Chroma => (later!("Pitch classes"), later!("more tonal"), later!("less tonal")),
        Dimension::CrestVariation => (later!("Change of crest"), later!("more varied"), later!("more even")),
        Dimension::LoudnessVariation => {
            (later!("Loudness range"), later!("more dynamic"), later!("less dynamic"))
        }
        Dimension::PeakConsistency => {
            (later!("Even peaks"), later!("evener in its peaks"), later!("rougher in its peaks"))
        }
        Dimension::Width => (later!("Stereo width"), later!("wider"), later!("narrower")),
        Dimension::Correlation => {
            (later!("Correlation"), later!("closer to mono"), later!("further from mono"))
        }
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
        Err(why) => format!("{name}- {unit} ({})", said(why.words())),
    };
    let dynamic = match measured.dynamic_range_db {
        Ok(db) => format!("DR{}", db.round()),
        Err(why) => say!("no DR ({why})", why = said(why.words())),
    };
    let levels = [
        number("", loudness.integrated_lufs, "LUFS"),
        number(say!("range "), loudness.range_lu, "LU"),
        number(say!("true peak "), loudness.true_peak_db, "dBTP"),
        dynamic,
    ];
    [format!("{} · {}", tempo(measured), key(measured)), levels.join(" · ")]
}

fn tempo(measured: &Measured) -> String {
    let print = &measured.fingerprint;
    match print.get(Dimension::Tempo) {
        Err(why) => say!("no tempo ({why})", why = said(why.words())),
        Ok(bpm) => {
            let steady = match print.get(Dimension::Rhythm) {
                Ok(steady) if steady >= 2.0 / 3.0 => say!(", steady"),
                Ok(steady) if steady >= 1.0 / 3.0 => say!(", fairly steady"),
                Ok(_) => say!(", free"),
                Err(_) => "",
            };
            say!(
                "{bpm:.1} BPM{steady} (sure to {percent:.0} %)",
                bpm,
                steady,
                percent = print.confidence.tempo * 100.0
            )
        }
    }
}

fn key(measured: &Measured) -> String {
    match measured.fingerprint.key {
        Ok(key) => {
            let (hour, ring) = key.camelot();
            let place = format!("{hour}{ring}");
            say!("{key}, {place} (strength {strength:.2})", key, place, strength = key.strength)
        }
        Err(why) => say!("no key ({why})", why = said(why.words())),
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
        let findings = measured.told_findings(format);
        if findings.is_empty() {
            rows.push(PortraitRow::Line(
                say!("nothing is wrong with the recording, as far as its samples tell").to_owned(),
            ));
        }
        rows.extend(findings.into_iter().map(PortraitRow::Finding));
        rows.extend(Dimension::ALL.map(PortraitRow::Dimension));
        rows
    }

    /// Name, value and words of a dimension.
    pub fn dimension(&self, dimension: Dimension) -> (&'static str, String, String) {
        let Told::Measured(measured) = &self.told else { return Default::default() };
        let title = said(names(dimension).title);
        match measured.fingerprint.get(dimension) {
            Err(why) => (title, "-".to_owned(), said(why.words()).to_owned()),
            Ok(value) => {
                let words = self.spread.words(dimension, value).unwrap_or_default();
                let sure = confidence(measured, dimension)
                    .map(|sure| say!("sure to {percent:.0} %", percent = sure * 100.0));
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
