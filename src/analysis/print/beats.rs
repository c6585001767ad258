//! Beats by dynamic programming (Ellis, Beat tracking by dynamic programming, 2007): the chain of moments that lies best
//! on onsets and keeps best to a tempo.

use super::onset::PER_S;

/// How much keeping the tempo weighs against lying on onsets.
const TIGHTNESS: f32 = 100.0;
/// Beats so far apart from their median's interval do not count to the tempo.
const REGULAR: f64 = 0.2;

/// Where a beat is, in values of the envelope from its start.
pub type Beat = f64;

/// Beats at an interval of so many values.
pub fn track(envelope: &[f32], interval: f64) -> Vec<Beat> {
    let (scores, from) = chain(envelope, interval);
    // From the best end within the last two intervals.
    let tail = scores.len().saturating_sub((interval * 2.0) as usize);
    let end = (tail..scores.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let mut beats: Vec<usize> =
        std::iter::successors(end, |&at| from[at].map(|back| at - usize::from(back))).collect();
    beats.reverse();
    trim(envelope, &mut beats);
    beats.into_iter().map(|at| refined(envelope, at)).collect()
}

/// Best score of a chain that ends at each value, and how far back its beat before lies.
fn chain(envelope: &[f32], interval: f64) -> (Vec<f32>, Vec<Option<u16>>) {
    let (near, far) = ((interval / 2.0).round().max(1.0) as usize, (interval * 2.0).round() as usize);
    let costs: Vec<f32> =
        (near..=far).map(|back| -TIGHTNESS * ((back as f64 / interval).ln() as f32).powi(2)).collect();
    let mut scores = Vec::with_capacity(envelope.len());
    let mut from = Vec::with_capacity(envelope.len());
    for (at, &strength) in envelope.iter().enumerate() {
        let reach = costs.iter().zip(near..=far.min(at));
        let best = reach
            .map(|(cost, back)| (cost + scores[at - back], back))
            .fold((0.0, 0), |best, next| if next.0 > best.0 { next } else { best });
        scores.push(strength + best.0);
        from.push((best.1 > 0).then_some(best.1 as u16));
    }
    (scores, from)
}

/// Takes beats off both ends that lie on nothing.
fn trim(envelope: &[f32], beats: &mut Vec<usize>) {
    let squares: f64 = beats.iter().map(|&at| f64::from(envelope[at]).powi(2)).sum();
    let least = 0.5 * (squares / beats.len().max(1) as f64).sqrt() as f32;
    let strong = |at: &usize| peak(envelope, *at as f64) > least;
    let end = beats.iter().rposition(strong).map_or(0, |last| last + 1);
    beats.truncate(end);
    let start = beats.iter().position(strong).unwrap_or(0);
    beats.drain(..start);
}

/// The top of the parabola through a value and its neighbours.
fn refined(envelope: &[f32], at: usize) -> f64 {
    let get =
        |place: Option<usize>| place.and_then(|place| envelope.get(place)).map_or(0.0, |&v| f64::from(v));
    let (before, here, after) = (get(at.checked_sub(1)), get(Some(at)), get(Some(at + 1)));
    let bend = before - 2.0 * here + after;
    let is_top = here >= before && here >= after && bend < 0.0;
    at as f64 + if is_top { (0.5 * (before - after) / bend).clamp(-0.5, 0.5) } else { 0.0 }
}

/// Highest value within 20 ms.
fn peak(envelope: &[f32], at: f64) -> f32 {
    let at = at.round() as usize;
    let (from, to) = (at.saturating_sub(2), (at + 3).min(envelope.len()));
    envelope.get(from..to).unwrap_or(&[]).iter().copied().fold(0.0, f32::max)
}

/// How far beats stand out of the middles between them: 1 where nothing is between, 0 where those are as strong.
pub fn contrast(envelope: &[f32], beats: &[Beat]) -> f64 {
    let on: f64 = beats.iter().map(|&at| f64::from(peak(envelope, at))).sum();
    let between =
        beats.windows(2).map(|pair| f64::from(peak(envelope, (pair[0] + pair[1]) / 2.0))).sum::<f64>();
    let between = between * beats.len() as f64 / (beats.len().max(2) - 1) as f64;
    if on <= 0.0 { 0.0 } else { ((on - between) / (on + between)).clamp(0.0, 1.0) }
}

/// Mean interval of the beats that keep to the median's; `None` of less than four beats.
pub fn interval(beats: &[Beat]) -> Option<f64> {
    let kept = regular(beats)?;
    Some(kept.iter().sum::<f64>() / kept.len() as f64)
}

/// Coefficient of variation of the intervals that keep to the median's.
pub fn variation(beats: &[Beat]) -> Option<f64> {
    let kept = regular(beats)?;
    let mean = kept.iter().sum::<f64>() / kept.len() as f64;
    let variance = kept.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / kept.len() as f64;
    Some(variance.sqrt() / mean)
}

fn regular(beats: &[Beat]) -> Option<Vec<f64>> {
    let gaps: Vec<f64> = beats.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let mut sorted = gaps.clone();
    sorted.sort_by(f64::total_cmp);
    let median = *sorted.get(sorted.len() / 2).filter(|_| sorted.len() >= 3)?;
    let kept: Vec<f64> = gaps.into_iter().filter(|gap| (gap / median - 1.0).abs() <= REGULAR).collect();
    (!kept.is_empty()).then_some(kept)
}

/// BPM of the beats between two times, seconds.
pub fn bpm_between(beats: &[Beat], from_s: f64, to_s: f64) -> Option<f64> {
    let per_s = f64::from(PER_S);
    let inside: Vec<Beat> =
        beats.iter().copied().filter(|at| (from_s..=to_s).contains(&(at / per_s))).collect();
    interval(&inside).map(|interval| 60.0 * per_s / interval)
}
