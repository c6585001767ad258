//! The null test: two files against each other, sample by sample. What is left when one is taken from the other tells all of
//! their difference; a gain between them is found and taken out first. Called on jobs and by the command line.

use std::path::Path;

use super::measure::MeasureError;
use crate::decode::Source;
use crate::model::audio::Spec;
use crate::model::job::CancelToken;

/// What two files have in common.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Null {
    pub frames: u64,
    /// Frames that one of them has more; they are not compared.
    pub more: i64,
    /// Every sample is the same, and there are as many.
    pub is_identical: bool,
    /// dB from the first to the second, by least squares; nothing where one of them is silent.
    pub gain_db: Option<f32>,
    /// What is left of the second when the first with that gain is taken from it, dB below the second; negative infinity for
    /// nothing at all.
    pub residual_db: Option<f32>,
    /// Largest difference of two samples as they are, full scale is 1.
    pub largest: f32,
}

/// Why two files are not compared.
#[derive(Debug, thiserror::Error)]
pub enum NullError {
    #[error(transparent)]
    Measure(#[from] MeasureError),
    /// Rate or channels differ.
    #[error("one is {0}, the other {1}: only sound of one rate and layout can be compared sample by sample")]
    Unlike(String, String),
}

/// # Errors
/// Where one cannot be decoded, they are not alike, or `cancel` was.
pub fn null(first: &Path, second: &Path, cancel: &CancelToken) -> Result<Null, NullError> {
    let open = |path: &Path| Source::open(path).map_err(MeasureError::from);
    let (mut a, mut b) = (Reader::new(open(first)?), Reader::new(open(second)?));
    let (one, other) = (a.source.info().format.spec, b.source.info().format.spec);
    if one != other {
        return Err(NullError::Unlike(words(one), words(other)));
    }
    let channels = usize::from(one.channels.max(1));
    let mut sums = Sums::default();
    loop {
        if cancel.is_cancelled() {
            return Err(MeasureError::Cancelled.into());
        }
        let (left, right) = (a.fill()?, b.fill()?);
        let common = left.min(right);
        if common == 0 {
            break;
        }
        sums.add(&a.block[..common], &b.block[..common]);
        a.take(common);
        b.take(common);
    }
    let more = b.count_rest(cancel)? - a.count_rest(cancel)?;
    Ok(sums.null(channels, more / channels as i64))
}

fn words(spec: Spec) -> String {
    format!("{} Hz with {} channels", spec.rate, spec.channels)
}

/// A source and what was read of it and is not compared yet.
struct Reader {
    source: Source,
    block: Vec<f32>,
}

impl Reader {
    fn new(source: Source) -> Self {
        Self { source, block: Vec::new() }
    }

    /// Samples at hand; 0 at the end.
    fn fill(&mut self) -> Result<usize, MeasureError> {
        if self.block.is_empty() {
            self.source.read(&mut self.block)?;
        }
        Ok(self.block.len())
    }

    fn take(&mut self, samples: usize) {
        self.block.drain(..samples);
    }

    fn count_rest(&mut self, cancel: &CancelToken) -> Result<i64, MeasureError> {
        let mut rest = 0;
        while self.fill()? > 0 {
            if cancel.is_cancelled() {
                return Err(MeasureError::Cancelled);
            }
            rest += i64::try_from(self.block.len()).unwrap_or(i64::MAX);
            self.block.clear();
        }
        Ok(rest)
    }
}

#[derive(Default)]
struct Sums {
    aa: f64,
    ab: f64,
    bb: f64,
    samples: u64,
    largest: f32,
    differs: bool,
}

impl Sums {
    fn add(&mut self, a: &[f32], b: &[f32]) {
        for (a, b) in a.iter().zip(b) {
            let (x, y) = (f64::from(*a), f64::from(*b));
            self.aa += x * x;
            self.ab += x * y;
            self.bb += y * y;
            self.largest = self.largest.max((a - b).abs());
            self.differs |= a != b;
        }
        self.samples += a.len() as u64;
    }

    fn null(&self, channels: usize, more: i64) -> Null {
        let gain = (self.aa > 0.0 && self.ab > 0.0).then(|| self.ab / self.aa);
        let residual = gain.map(|gain| (self.bb - gain * self.ab).max(0.0) / self.bb);
        Null {
            frames: self.samples / channels as u64,
            more,
            is_identical: !self.differs && more == 0,
            gain_db: gain.map(|gain| (20.0 * gain.log10()) as f32),
            // Sums of squares hold a difference of 150 dB, not of more.
            residual_db: match self.differs {
                false => Some(f32::NEG_INFINITY),
                true => residual.map(|share| (10.0 * share.max(1e-15).log10()) as f32),
            },
            largest: self.largest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(a: &[f32], b: &[f32]) -> Null {
        let mut sums = Sums::default();
        sums.add(a, b);
        sums.null(1, 0)
    }

    /// Half is -6.02 dB; a tone beside it at a tenth is -20 dB.
    #[test]
    fn gain_and_residual_are_those_of_the_sums() {
        let a: Vec<f32> = (0..44_100).map(|n| (n as f32 * 0.1).sin()).collect();
        let half: Vec<f32> = a.iter().map(|sample| sample / 2.0).collect();
        let null = of(&a, &half);
        assert!(
            (null.gain_db.unwrap() + 6.0206).abs() < 1e-3 && null.residual_db.unwrap() < -120.0,
            "{null:?}"
        );
        let with: Vec<f32> = a.iter().enumerate().map(|(n, s)| s + 0.1 * (n as f32 * 0.7).sin()).collect();
        assert!((of(&a, &with).residual_db.unwrap() + 20.04).abs() < 0.05);
        let same = of(&a, &a);
        assert!(same.is_identical && same.residual_db == Some(f32::NEG_INFINITY) && same.largest == 0.0);
        assert_eq!(of(&a, &vec![0.0; a.len()]).gain_db, None);
    }
}
