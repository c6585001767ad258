//! The way of the sound from the file to the device, stage by stage, as it *is*: each stage says what it does to the
//! samples, from what was opened and accepted, never from what was asked for. Told by `engine`, shown by frontends.

use serde::{Deserialize, Serialize};

use crate::later;

/// The way of what plays, in order; empty when nothing does.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SignalPath {
    pub stages: Vec<SignalStage>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignalStage {
    pub kind: StageKind,
    /// For people: what it is and why, without control characters.
    pub detail: String,
    pub effect: Effect,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StageKind {
    /// Codec, rate, width, channels of the file.
    Source,
    /// What the decoder takes off: encoder delay and padding, header gain.
    Decoder,
    /// Gain by loudness, with its reason.
    Loudness,
    Mastering,
    Crossfade,
    Channels,
    Speed,
    Resampler,
    /// Of the listener's own.
    Equaliser,
    Crossfeed,
    /// Convolution with an impulse response.
    Impulse,
    /// What is quiet comes up.
    Night,
    Balance,
    Limiter,
    Volume,
    Dither,
    /// What the output accepted.
    Output,
}

impl StageKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Source => later!("source"),
            Self::Decoder => later!("decoder"),
            Self::Loudness => later!("loudness"),
            Self::Mastering => later!("mastering"),
            Self::Crossfade => later!("crossfade"),
            Self::Channels => later!("channels"),
            Self::Speed => later!("speed"),
            Self::Resampler => later!("resampler"),
            Self::Equaliser => later!("equaliser"),
            Self::Crossfeed => later!("crossfeed"),
            Self::Impulse => later!("impulse"),
            Self::Night => later!("night mode"),
            Self::Balance => later!("balance"),
            Self::Limiter => later!("limiter"),
            Self::Volume => later!("volume"),
            Self::Dither => later!("dither"),
            Self::Output => later!("output"),
        }
    }
}

/// What a stage does to the samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Every sample passes as it is.
    Exact,
    /// Its samples are not those of the recording any more.
    Changed,
}

/// One word for the whole way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing plays.
    Nothing,
    /// The samples of a lossless file reach the output unchanged.
    BitPerfect,
    /// The samples that a lossy decoder gave reach the output unchanged.
    AsDecoded,
    /// The stages that change samples, in order.
    Changed(Vec<StageKind>),
}

impl SignalPath {
    /// From what the stages say. `Source` of a lossy codec has the effect `Changed`: what was encoded is not there any
    /// more.
    pub fn verdict(&self) -> Verdict {
        let changed = |stage: &&SignalStage| stage.effect == Effect::Changed;
        let Some(source) = self.stages.first() else {
            return Verdict::Nothing;
        };
        let later: Vec<StageKind> =
            self.stages.iter().skip(1).filter(changed).map(|stage| stage.kind).collect();
        match (later.is_empty(), source.effect) {
            (true, Effect::Exact) => Verdict::BitPerfect,
            (true, Effect::Changed) => Verdict::AsDecoded,
            (false, _) => Verdict::Changed(later),
        }
    }
}

impl Verdict {
    /// For people and scripts.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Nothing => later!("nothing plays"),
            Self::BitPerfect => later!("bit-perfect"),
            Self::AsDecoded => later!("as decoded"),
            Self::Changed(_) => later!("changed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(effects: &[(StageKind, Effect)]) -> SignalPath {
        let stage = |&(kind, effect)| SignalStage { kind, detail: String::new(), effect };
        SignalPath { stages: effects.iter().map(stage).collect() }
    }

    #[test]
    fn the_verdict_names_what_changes() {
        use Effect::{Changed, Exact};
        use StageKind::{Output, Resampler, Source, Volume};
        assert_eq!(path(&[]).verdict(), Verdict::Nothing);
        assert_eq!(path(&[(Source, Exact), (Volume, Exact), (Output, Exact)]).verdict(), Verdict::BitPerfect);
        assert_eq!(path(&[(Source, Changed), (Output, Exact)]).verdict(), Verdict::AsDecoded);
        let changed = path(&[(Source, Exact), (Resampler, Changed), (Volume, Changed), (Output, Exact)]);
        assert_eq!(changed.verdict(), Verdict::Changed(vec![Resampler, Volume]));
    }
}
