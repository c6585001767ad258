//! How good a master is by its numbers, in words: what speaks against it, each with the number that says so. A number tells
//! of music in general, not of taste.

use super::corpus::PEAK_TO_LOUDNESS;
use super::curve::smooth_step;
use super::source::Source;
use super::tone;
use crate::model::features::{Measured, Value};
use crate::model::mastering::Target;

/// One aspect.
#[derive(Debug, Clone, PartialEq)]
pub struct Aspect {
    pub name: &'static str,
    /// The number with its unit, or why there is none.
    pub value: String,
    pub verdict: String,
    /// 0 (bad) to 100 (nothing speaks against it); nothing where it is no question of quality.
    pub points: Option<u8>,
}

/// All aspects, always the same ones in the same order.
pub fn score(measured: &Measured) -> Vec<Aspect> {
    let source = Source::of_track(measured);
    vec![
        loudness(&source),
        range(&source),
        peaks(&source),
        tilt(&source),
        balance(&source),
        correlation(&source),
        overs(measured),
    ]
}

/// The mean of the aspects that have points; nothing where none has.
pub fn total(aspects: &[Aspect]) -> Option<u8> {
    let points: Vec<u32> = aspects.iter().filter_map(|aspect| aspect.points.map(u32::from)).collect();
    let sum: u32 = points.iter().sum();
    let count = u32::try_from(points.len()).ok().filter(|count| *count > 0)?;
    u8::try_from((sum + count / 2) / count).ok()
}

fn of(value: Value, words: impl Fn(f32) -> String) -> String {
    value.map_or_else(|why| why.words().to_owned(), words)
}

fn percent(share: f32) -> Option<u8> {
    Some((share.clamp(0.0, 1.0) * 100.0).round() as u8)
}

fn aspect(name: &'static str, value: String, verdict: impl Into<String>, points: Option<u8>) -> Aspect {
    Aspect { name, value, verdict: verdict.into(), points }
}

fn loudness(source: &Source) -> Aspect {
    let streaming = Target::STREAMING.lufs().unwrap_or_default();
    let verdict = match source.lufs {
        Ok(lufs) if lufs > streaming + 0.5 => {
            format!("streaming services turn it down by {:.1} dB", lufs - streaming)
        }
        Ok(lufs) if lufs < streaming - 0.5 => {
            format!("{:.1} LU quieter than streaming services play", streaming - lufs)
        }
        Ok(_) => "as loud as streaming services play".to_owned(),
        Err(_) => String::new(),
    };
    aspect("loudness", of(source.lufs, |lufs| format!("{lufs:.1} LUFS")), verdict, None)
}

fn range(source: &Source) -> Aspect {
    let verdict = match source.range_lu {
        Ok(range) if range < 3.0 => "one loudness throughout",
        Ok(range) if range > 12.0 => "quiet and loud parts far apart",
        Ok(_) => "as most music",
        Err(_) => "",
    };
    aspect("range", of(source.range_lu, |range| format!("{range:.1} LU")), verdict, None)
}

fn peaks(source: &Source) -> Aspect {
    let ratio = source.true_peak_db.and_then(|peak| Ok(peak - source.lufs?));
    let dense = PEAK_TO_LOUDNESS[0];
    let (verdict, points) = match ratio {
        Ok(ratio) if ratio < dense => (
            format!("crushed: the densest music has {dense:.1}"),
            percent(smooth_step(ratio, dense - 5.0, dense)),
        ),
        Ok(_) => ("peaks stand out as in music".to_owned(), Some(100)),
        Err(_) => (String::new(), None),
    };
    aspect("peak to loudness", of(ratio, |ratio| format!("{ratio:.1} dB")), verdict, points)
}

fn tilt(source: &Source) -> Aspect {
    let Some(tilt) = tone::tilt(source) else {
        return aspect("tilt", "not known".to_owned(), "", None);
    };
    let verdict = match tilt.spreads {
        off if off > 1.5 => "brighter than most music",
        off if off < -1.5 => "darker than most music",
        _ => "as most music",
    };
    let value = format!("{:+.1} dB an octave", tilt.db);
    aspect("tilt", value, verdict, percent(1.0 - smooth_step(tilt.spreads.abs(), 1.0, 4.0)))
}

fn balance(source: &Source) -> Aspect {
    let Some((name, off_db, spreads)) = tone::furthest(source) else {
        return aspect("balance", "not known".to_owned(), "", None);
    };
    let verdict = match spreads.abs() {
        off if off > 1.5 => format!("{name} stand out from what music of this tilt has"),
        _ => "no band stands out".to_owned(),
    };
    let points = percent(1.0 - smooth_step(spreads.abs(), 1.0, 4.0));
    aspect("balance", format!("{off_db:+.1} dB {name}"), verdict, points)
}

fn correlation(source: &Source) -> Aspect {
    let verdict = match source.correlation {
        Ok(c) if c < 0.0 => "much is lost where both sides are added",
        Ok(c) if c > 0.995 => "mono",
        Ok(_) => "safe in mono",
        Err(_) => "",
    };
    let points = source.correlation.ok().and_then(|c| percent(smooth_step(c, -0.5, 0.05)));
    aspect("correlation", of(source.correlation, |c| format!("{c:+.2}")), verdict, points)
}

fn overs(measured: &Measured) -> Aspect {
    let (overs, runs) = (measured.loudness.overs, measured.quality.clipped_runs);
    let verdict = match (overs, runs) {
        (0, 0) => "nothing clips".to_owned(),
        (_, 0) => format!("{overs} places rise over full scale between the samples"),
        _ => format!("clipped in {runs} places, {overs} rise over full scale between the samples"),
    };
    let peak = of(measured.loudness.true_peak_db, |peak| format!("{peak:+.1} dBTP"));
    // Ten of either are a lot.
    let points = percent(1.0 - smooth_step((1.0 + (overs + runs) as f32).log10(), 0.0, 2.0));
    aspect("overs", peak, verdict, points)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_is_the_mean_of_what_has_points() {
        let of = |points| aspect("x", String::new(), "", points);
        assert_eq!(total(&[of(Some(100)), of(None), of(Some(50))]), Some(75));
        assert_eq!(total(&[of(None)]), None);
    }
}
