//! The plan of a track or an album: one static decision, with its reasons.

use std::sync::Arc;

use super::curve::smooth_step;
use super::dynamics::dynamics;
use super::level::{self, CEILING_DBTP};
use super::preset::{Character, character};
use super::source::{BANDS, Source};
use super::{reference, tone};
use crate::model::chain::{Band, ChainSpec, Exciter};
use crate::model::features::Absent;
use crate::model::mastering::{Heard, MasteringSettings, Move, Part, Plan, Preset, Target};
use crate::model::reference::Reference;
use crate::model::rule::{Rule, Traits, holding, ruled};
use crate::model::taste::{Aspect, Learned, Taste};

/// What is asked of a plan.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wishes {
    pub settings: MasteringSettings,
    /// Music whose tone, width and loudness are wanted, in place of what the preset and the target say of them.
    pub reference: Option<Arc<Reference>>,
    /// What was learned of the listener's taste; `None`: it is not to be heard.
    pub learned: Option<Learned>,
    /// What of the settings comes of rules, in words.
    pub ruled: Vec<String>,
    /// In a comparison: this in place of what the taste says of it.
    pub tried: Option<(Aspect, f32)>,
}

impl Wishes {
    /// With what rules say of this music.
    pub fn ruled_by(&self, rules: &[Rule], traits: &Traits) -> Self {
        let matches = self.reference.is_some();
        let (settings, ruled) = ruled(&self.settings, &holding(rules, traits), matches);
        Self { settings, ruled, ..self.clone() }
    }

    /// What is added to the plan.
    pub fn taste(&self) -> Taste {
        let mut taste = self.settings.taste.over(self.learned.as_ref());
        if let Some((aspect, value)) = self.tried {
            taste.set(aspect, value);
        }
        taste
    }
}

/// Corner of the high-pass where the offset is large, Hz, and the offset that is (-60 dB of full scale).
const SUBSONIC_HZ: f32 = 18.0;
const LARGE_OFFSET: f32 = 0.001;
/// The limiter leaves at least so much of a peak that taste asks for more density, dB.
const MOST_LIMITING_DB: f32 = 6.0;
/// Least correlation that is left as it is; below, the side is taken down by at most so many dB.
const LEAST_CORRELATION: f32 = 0.0;
const MOST_NARROWING_DB: f32 = 2.0;

/// `Err` where the sound has no loudness: there is nothing to master.
pub fn plan(source: &Source, wishes: &Wishes) -> Result<Plan, Absent> {
    let (lufs, true_peak_db) = (source.lufs?, source.true_peak_db?);
    let settings = &wishes.settings;
    let (share, taste) = (settings.intensity.share(), wishes.taste());
    let character = with_taste(character(settings.preset), taste);
    let asked = match &wishes.reference {
        Some(reference) => reference.lufs.clamp(Target::LEAST, Target::MOST),
        None => settings.target.lufs().unwrap_or(lufs),
    };
    // Less of a plan is also less of its loudness.
    let wanted = lufs + share * (asked - lufs);

    let (mut spec, mut moves) = (ChainSpec::default(), own_words(wishes));
    rumble(source, &mut spec, &mut moves);
    let limiting_db = character.limiting_db * share;
    let limited = level::aim(lufs, true_peak_db, wanted, limiting_db);
    let limiting = if limiting_db > 0.0 { limited.limiting_db / limiting_db } else { 0.0 };
    match &wishes.reference {
        Some(reference) => match_reference(source, reference, taste, &mut spec, &mut moves),
        None => {
            adapt(source, &character, (settings.preset, taste), &mut spec, &mut moves);
            dynamics(source, lufs, limiting, &character, &mut spec, &mut moves);
            overtones(source, &character, &mut spec, &mut moves);
        }
    }
    narrow(source, &mut spec, &mut moves);
    round(&character, limiting, &mut spec, &mut moves);

    let mut spec = spec.scaled(share);
    spec.gain_db = limited.lufs - lufs - loudness_of_tone(source, &spec);
    spec.ceiling_dbtp = Some(CEILING_DBTP);
    moves.push(gain_words(lufs, true_peak_db, wanted, limited, spec.gain_db));
    Ok(Plan {
        range_change_lu: range_change(&spec, limited.limiting_db),
        spec,
        moves,
        basis: source.basis,
        source: Heard { lufs, true_peak_db, range_lu: source.range_lu },
        asked_lufs: asked,
        aim_lufs: limited.lufs,
        proved: false,
    })
}

/// The tone towards what music of its tilt has, and what preset and taste add.
fn adapt(
    source: &Source,
    character: &Character,
    (preset, taste): (Preset, Taste),
    spec: &mut ChainSpec,
    moves: &mut Vec<Move>,
) {
    let mut tone = tone::tone(source);
    tone.moves.iter_mut().for_each(|db| *db *= character.correction);
    let whose = match taste == Taste::default() {
        true => preset.name().to_owned(),
        false => format!("{} and your taste", preset.name()),
    };
    tone.write(&added(&character.tone, taste), &whose, spec, moves);
}

/// Tone and width to those of the reference; only taste adds to them.
fn match_reference(
    source: &Source,
    reference: &Reference,
    taste: Taste,
    spec: &mut ChainSpec,
    moves: &mut Vec<Move>,
) {
    match &source.profile {
        Some(profile) => {
            spec.matching = reference::matching(profile, &reference.profile);
            moves.extend(reference::words(&spec.matching, reference));
        }
        None => {
            let why = format!("left as it is until all of it was compared with {}", reference.name);
            moves.push(Move { part: Part::Tone, why });
        }
    }
    if taste != Taste::default() {
        tone::Tone::default().write(&added(&[0.0; BANDS], taste), "your taste", spec, moves);
    }
}

/// What of the plan comes of rules, and what was learned.
fn own_words(wishes: &Wishes) -> Vec<Move> {
    let mut moves: Vec<Move> =
        wishes.ruled.iter().map(|why| Move { part: Part::Rule, why: why.clone() }).collect();
    let Some(learned) = &wishes.learned else { return moves };
    let is_heard = |aspect: &Aspect| {
        let is_other = wishes.tried.is_some_and(|(tried, _)| tried == *aspect);
        let heard = learned.get(*aspect).heard().abs();
        wishes.settings.taste.get(*aspect).is_none() && !is_other && heard >= 0.05
    };
    let told = |aspect: Aspect| {
        let opinion = learned.get(aspect);
        let sure = opinion.confidence() * 100.0;
        let why = format!("{}: {} ({sure:.0} % sure)", aspect.words(opinion.heard()), opinion.why());
        Move { part: Part::Taste, why }
    };
    moves.extend(Aspect::ALL.into_iter().filter(is_heard).map(told));
    moves
}

fn with_taste(character: Character, taste: Taste) -> Character {
    let more = 2f32.powf(taste.density);
    Character {
        limiting_db: (character.limiting_db * more).min(MOST_LIMITING_DB),
        density: (character.density * more).min(1.0),
        ..character
    }
}

fn added(tone: &[f32; BANDS], taste: Taste) -> [f32; BANDS] {
    let mut tone = *tone;
    tone[..2].iter_mut().for_each(|db| *db += taste.bass_db);
    tone[BANDS - 2..].iter_mut().for_each(|db| *db += taste.treble_db);
    tone
}

fn rumble(source: &Source, spec: &mut ChainSpec, moves: &mut Vec<Move>) {
    let offset = source.dc_offset.abs();
    spec.subsonic_hz = SUBSONIC_HZ * smooth_step(offset, LARGE_OFFSET / 4.0, LARGE_OFFSET);
    if spec.subsonic_hz >= 1.0 {
        let why = format!(
            "nothing below {:.0} Hz: an offset of {:.2} % of full scale takes room from peaks",
            spec.subsonic_hz,
            offset * 100.0
        );
        moves.push(Move { part: Part::Rumble, why });
    }
}

/// Never where lossy coding took the top: it would be made of what coding left.
fn overtones(source: &Source, character: &Character, spec: &mut ChainSpec, moves: &mut Vec<Move>) {
    if source.cutoff_hz.is_some() || character.overtones <= 0.0 {
        return;
    }
    spec.exciter = Exciter { amount: character.overtones, ..Exciter::default() };
    let why = format!(
        "{:.0} % of overtones above {:.1} kHz",
        spec.exciter.amount * 100.0,
        spec.exciter.above_hz / 1_000.0
    );
    moves.push(Move { part: Part::Overtones, why });
}

/// What cancels when both sides are added is taken down; the side is never raised.
fn narrow(source: &Source, spec: &mut ChainSpec, moves: &mut Vec<Move>) {
    let Ok(correlation) = source.correlation else {
        return;
    };
    let out_of_phase = 1.0 - smooth_step(correlation, LEAST_CORRELATION - 0.4, LEAST_CORRELATION);
    spec.width.side_db = -MOST_NARROWING_DB * out_of_phase;
    if out_of_phase > 0.05 {
        let why = format!(
            "{:.1} dB of side: left and right correlate by {correlation:.2}, and would cancel where both are added",
            spec.width.side_db
        );
        moves.push(Move { part: Part::Width, why });
    }
}

fn round(character: &Character, limiting: f32, spec: &mut ChainSpec, moves: &mut Vec<Move>) {
    spec.clip_from_db = character.rounding_from_db * limiting;
    if spec.clip_from_db <= -0.1 {
        let why = format!("waves are rounded from {:.1} dBFS on, before the limiter", spec.clip_from_db);
        moves.push(Move { part: Part::Rounding, why });
    }
}

/// How much louder the tone makes it, LU: the bands' energies as K weighting hears them.
fn loudness_of_tone(source: &Source, spec: &ChainSpec) -> f32 {
    let Ok(shares) = source.shares else {
        return 0.0;
    };
    let (mut before, mut after) = (0.0, 0.0);
    for (band, share) in shares.into_iter().enumerate() {
        let edges = (super::corpus::EDGES[band], super::corpus::EDGES[band + 1]);
        let middle = (edges.0 * edges.1).sqrt();
        let heard = share * 10f32.powf(k_weight_db(middle) / 10.0);
        // The filters bend within a band: its ends count as its middle does.
        let places = [edges.0 * 1.2, middle, edges.1 / 1.2];
        let gain: f32 = places.into_iter().map(|hz| 10f32.powf(spec.tone_db(hz) / 10.0)).sum();
        before += heard;
        after += heard * gain / 3.0;
    }
    if before > 0.0 { 10.0 * (after / before).log10() } else { 0.0 }
}

/// K weighting (BS.1770-5 Annex 1) to a few tenths of a dB: a shelf and a high-pass.
pub(super) fn k_weight_db(hz: f32) -> f32 {
    const CORNER: f32 = 38.135;
    const Q: f32 = 0.500_3;
    let w = hz / CORNER;
    let high_pass = w.powi(4) / ((1.0 - w * w).powi(2) + (w / Q).powi(2));
    10.0 * high_pass.log10() + Band::high_shelf(1_682.0, 4.0).response_db(hz)
}

fn gain_words(lufs: f32, peak: f32, wanted: f32, aim: level::Aim, gain_db: f32) -> Move {
    let mut why = format!("{gain_db:+.1} dB: {lufs:.1} LUFS are brought to {:.1}", aim.lufs);
    if aim.lufs < wanted - 0.05 {
        why += &format!(
            ", not to {wanted:.1}: peaks at {peak:+.1} dBTP meet the ceiling of {CEILING_DBTP:.0}, and the limiter may take {:.1} dB",
            aim.limiting_db
        );
    } else if aim.limiting_db >= 0.05 {
        why += &format!("; the limiter takes up to {:.1} dB from peaks", aim.limiting_db);
    }
    Move { part: Part::Gain, why }
}

/// Bound of what dynamics and tone may do to the loudness range, LU.
fn range_change(spec: &ChainSpec, limiting_db: f32) -> f32 {
    let tone = spec.eq.iter().map(|band| band.gain_db.abs()).fold(0.0, f32::max);
    0.3 + 0.35 * tone
        + 3.0 * spec.compressor.mix
        + 0.4 * limiting_db
        + 0.8 * spec.expander.range_db
        + 0.5 * spec.transients_db
}

#[cfg(test)]
mod tests;
