//! The tone: each band beside what music of the same tilt has, the tilt beside that of music.

use super::corpus::{BANDS_OF_MUSIC, EDGES, TILT};
use super::curve::concern;
use super::source::{BANDS, Source};
use crate::model::chain::{Band, ChainSpec};
use crate::model::mastering::{Move, Part};

/// Most that a band is moved, dB: low bands and the top are the riskiest to lift.
const MOST_UP_DB: [f32; BANDS] = [1.5, 2.5, 2.0, 2.0, 2.0, 2.0, 2.0];
const MOST_DOWN_DB: [f32; BANDS] = [2.5, 2.5, 2.5, 2.0, 2.5, 2.5, 2.0];
/// Most that the tilt is turned, dB an octave, and octaves from 1 kHz in which it is.
const MOST_TILT: f32 = 0.6;
const TILT_OCTAVES: f32 = 3.0;
/// Less than so much of the energy is not worth lifting: it is noise.
const WORTH: [f32; BANDS] = [0.01, 0.01, 0.005, 0.005, 0.001, 0.0005, 0.0002];
/// Where lossy coding or a lower rate took the top away there is nothing to lift: half of the lift at this cut-off, Hz.
const CUT_HALF_HZ: f32 = 15_500.0;

const NAMES: [&str; BANDS] = [
    "sub-bass (20-60 Hz)",
    "bass (60-250 Hz)",
    "low mids (250-500 Hz)",
    "mids (0.5-2 kHz)",
    "upper mids (2-4 kHz)",
    "presence (4-8 kHz)",
    "air (8-20 kHz)",
];

/// What the bands are to be moved by, dB, and the words of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tone {
    pub moves: [f32; BANDS],
    words: [String; BANDS],
}

/// Of a spectrum as it is; nothing where it is not known.
pub fn tone(source: &Source) -> Tone {
    let mut tone = Tone::default();
    let Ok(shares) = source.shares else {
        return tone;
    };
    let density = densities(&shares);
    let (base, tilt) = line(&density);
    let turn = -MOST_TILT * concern((tilt - TILT.0) / TILT.1);
    for (band, music) in BANDS_OF_MUSIC.iter().enumerate() {
        let off = density[band] - expected(band, base, tilt);
        let answer = -concern(off / music.spread_db);
        let own = answer * if answer > 0.0 { MOST_UP_DB[band] } else { MOST_DOWN_DB[band] };
        let wanted = own + turn * place(band).clamp(-TILT_OCTAVES, TILT_OCTAVES);
        tone.moves[band] = if wanted > 0.0 { wanted * worth(source, band, shares[band]) } else { wanted };
        let side = if off > 0.0 { "above" } else { "below" };
        tone.words[band] = match (turn * place(band)).abs() > own.abs() {
            true => format!(
                "the whole falls {:.1} dB an octave, music {:.1}: it is too {}",
                -tilt,
                -TILT.0,
                if tilt > TILT.0 { "bright" } else { "dark" }
            ),
            false => format!("{:.1} dB {side} what music of this tilt has", off.abs()),
        };
    }
    tone
}

/// The slope of the spectrum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tilt {
    /// dB an octave.
    pub db: f32,
    /// So many spreads of music beside its middle; positive is brighter.
    pub spreads: f32,
}

/// Of a spectrum as it is.
pub fn tilt(source: &Source) -> Option<Tilt> {
    let (_, db) = line(&densities(&source.shares.ok()?));
    Some(Tilt { db, spreads: (db - TILT.0) / TILT.1 })
}

/// The band that lies furthest from what music of this tilt has: its name, by how many dB and by how many spreads.
pub fn furthest(source: &Source) -> Option<(&'static str, f32, f32)> {
    let density = densities(&source.shares.ok()?);
    let (base, tilt) = line(&density);
    let off = |band: usize| {
        let db = density[band] - expected(band, base, tilt);
        (NAMES[band], db, db / BANDS_OF_MUSIC[band].spread_db)
    };
    (0..BANDS).map(off).max_by(|a, b| a.2.abs().total_cmp(&b.2.abs()))
}

/// dB an octave that music of this line has in a band.
fn expected(band: usize, base: f32, tilt: f32) -> f32 {
    let music = &BANDS_OF_MUSIC[band];
    base + tilt * place(band) + music.middle_db + music.by_tilt * (tilt - TILT.0)
}

impl Tone {
    /// With what a preset and taste add, carried out by a chain's equaliser.
    pub fn write(self, added: &[f32; BANDS], whose: &str, spec: &mut ChainSpec, moves: &mut Vec<Move>) {
        let mut wanted = self.moves;
        wanted.iter_mut().zip(added).for_each(|(own, added)| *own += added);
        spec.eq = equaliser(&wanted);
        for (band, (total, added)) in wanted.into_iter().zip(added).enumerate() {
            if total.abs() < 0.1 {
                continue;
            }
            let mut why = format!("{total:+.1} dB of {}", NAMES[band]);
            if self.moves[band].abs() >= 0.1 {
                why += &format!(": {}", self.words[band]);
            }
            if added.abs() >= 0.1 {
                let join = if self.moves[band].abs() >= 0.1 { ", and" } else { ":" };
                why += &format!("{join} {added:+.1} dB for {whose}");
            }
            moves.push(Move { part: Part::Tone, why });
        }
    }
}

/// dB an octave of each band. What is not there counts as -50 dB of the whole.
fn densities(shares: &[f32; BANDS]) -> [f32; BANDS] {
    std::array::from_fn(|band| 10.0 * (shares[band].max(1e-5) / octaves(band)).log10())
}

fn octaves(band: usize) -> f32 {
    (EDGES[band + 1] / EDGES[band]).log2()
}

/// Middle of a band in octaves over 1 kHz.
fn place(band: usize) -> f32 {
    ((EDGES[band] * EDGES[band + 1]).sqrt() / 1_000.0).log2()
}

/// Least squares through the five bands from 60 Hz to 8 kHz: dB at 1 kHz and dB an octave.
fn line(density: &[f32; BANDS]) -> (f32, f32) {
    let points = (1..6).map(|band| (place(band), density[band]));
    let (sx, sy) = points.clone().fold((0.0, 0.0), |(sx, sy), (x, y)| (sx + x, sy + y));
    let (mx, my) = (sx / 5.0, sy / 5.0);
    let (up, across) = points
        .fold((0.0, 0.0), |(up, across), (x, y)| (up + (x - mx) * (y - my), across + (x - mx) * (x - mx)));
    (my - up / across * mx, up / across)
}

/// Share of a lift that there is something to lift for.
fn worth(source: &Source, band: usize, share: f32) -> f32 {
    let there = share / (share + WORTH[band]);
    let cut = match source.cutoff_hz {
        Some(hz) if band == BANDS - 1 => {
            let octaves = (hz as f32 / CUT_HALF_HZ).log2();
            0.5 + 0.5 * (4.0 * octaves).tanh()
        }
        _ => 1.0,
    };
    there * cut
}

/// The filters of the bands, so that in the middle of each the moves come out: what one filter does in the middle of the
/// others is told by [`Band::response_db`], and solved for.
pub fn equaliser(moves: &[f32; BANDS]) -> [Band; BANDS] {
    let mut bands = shapes();
    let mut rows = [[0.0_f64; BANDS + 1]; BANDS];
    for (row, (middle, wanted)) in rows.iter_mut().zip(middles().into_iter().zip(moves)) {
        for (cell, band) in row.iter_mut().zip(&bands) {
            *cell = f64::from(Band { gain_db: 1.0, ..*band }.response_db(middle));
        }
        row[BANDS] = f64::from(*wanted);
    }
    solve(&mut rows);
    for (band, row) in bands.iter_mut().zip(&rows) {
        band.gain_db = row[BANDS] as f32;
    }
    bands
}

/// Where each move is to be found, Hz: of the outermost where their shelves have come.
fn middles() -> [f32; BANDS] {
    std::array::from_fn(|band| match band {
        0 => 34.6,
        6 => 13_000.0,
        _ => (EDGES[band] * EDGES[band + 1]).sqrt(),
    })
}

fn shapes() -> [Band; BANDS] {
    let middle = middles();
    std::array::from_fn(|band| match band {
        0 => Band::low_shelf(60.0, 0.0),
        6 => Band::high_shelf(8_000.0, 0.0),
        // As wide as its band.
        _ => {
            Band::peak(middle[band], 2f32.powf(octaves(band)).sqrt() / (2f32.powf(octaves(band)) - 1.0), 0.0)
        }
    })
}

/// Gauss and Jordan with the largest pivot; leaves the solution in the last column.
fn solve(rows: &mut [[f64; BANDS + 1]; BANDS]) {
    for at in 0..BANDS {
        let pivot =
            (at..BANDS).max_by(|a, b| rows[*a][at].abs().total_cmp(&rows[*b][at].abs())).unwrap_or(at);
        rows.swap(at, pivot);
        let head = rows[at];
        for (other, row) in rows.iter_mut().enumerate() {
            let factor = if other == at { 0.0 } else { row[at] / head[at] };
            row.iter_mut().zip(&head).for_each(|(cell, head)| *cell -= factor * head);
        }
        let scale = head[at];
        rows[at].iter_mut().for_each(|cell| *cell /= scale);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The equaliser is asked what it does in the middle of each band.
    #[test]
    fn moves_come_out_in_the_middle_of_their_bands() {
        for moves in
            [[1.0, -2.0, 1.5, 0.0, 0.5, -1.0, 2.0], [0.0, 0.0, 3.0, 0.0, 0.0, 0.0, 0.0], [2.0; BANDS]]
        {
            let spec = ChainSpec { eq: equaliser(&moves), ..ChainSpec::default() };
            for (middle, wanted) in middles().into_iter().zip(moves) {
                let found = spec.tone_db(middle);
                assert!((found - wanted).abs() < 0.15, "{middle} Hz: {found} for {wanted} of {moves:?}");
            }
            assert!(spec.eq.iter().all(|band| band.gain_db.abs() < 5.0), "{:?}", spec.eq);
        }
    }
}
