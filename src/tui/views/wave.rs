//! The seek bar as the wave of the track: as high as the root mean square, with the peaks above it where there are rows for
//! both, in the colours of low, middle and high frequencies. What was heard is strong, what comes is faint.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::config::theme::Role;
use crate::model::features::{WaveBin, Waveform};
use crate::tui::draw::Canvas;
use crate::tui::text;

const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/// Level of the lowest height, dB over full scale.
const FLOOR_DB: f32 = -42.0;
/// How strong it is before and behind the place that is heard, and the peaks of either.
const HEARD: f32 = 1.0;
const COMING: f32 = 0.5;
const PEAKS: f32 = 0.45;

/// One column: heights from 0 to 1, and the colour from low (0) to high (1) frequencies.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Column {
    peak: f32,
    rms: f32,
    colour: f32,
}

/// `at`: the column that is heard.
pub(super) fn draw(canvas: &mut Canvas<'_>, bar: Rect, wave: &Waveform, at: u16) {
    for x in 0..bar.width {
        let column = column(&wave.0, x, bar.width);
        let place = Rect { x: bar.x + x, width: 1, ..bar };
        draw_column(canvas, place, column, if x < at { HEARD } else { COMING });
    }
    if bar.width > 0 {
        let at = at.min(bar.width - 1);
        canvas.fill(Rect { x: bar.x + at, width: 1, ..bar }, "┃", Role::BarFilled);
    }
}

fn draw_column(canvas: &mut Canvas<'_>, place: Rect, column: Column, weight: f32) {
    let styles = canvas.scene.styles;
    let (strong, faint) = (styles.faded(column.colour, weight), styles.faded(column.colour, weight * PEAKS));
    let eighths = |level: f32| (level * f32::from(place.height) * 8.0).round() as u16;
    // What sounds at all can be seen.
    let (rms, peak) = (eighths(column.rms).max(1), eighths(column.peak).max(1));
    for level in 0..place.height {
        let within = |eighths: u16| eighths.saturating_sub(level * 8).min(8);
        let (symbol, style) = match (within(rms), within(peak)) {
            (8, _) => (8, strong),
            (0, part) => (part, faint),
            // The rest of the cell is peak; without mixed colours it stays empty.
            (part, 8) if place.height > 1 => (part, strong.patch(background(faint))),
            (part, _) => (part, strong),
        };
        let y = place.bottom() - 1 - level;
        text::cell(canvas.buf, place.x, y, EIGHTHS[usize::from(symbol)], style);
    }
}

/// A colour of text as one of the ground; nothing for what is only dimmed.
fn background(style: Style) -> Style {
    match style.fg {
        Some(colour) if style.add_modifier.is_empty() => Style::default().bg(colour),
        _ => Style::default(),
    }
}

/// The stretches that a column stands for: the highest peak, the mean of their power.
fn column(bins: &[WaveBin], x: u16, width: u16) -> Column {
    let place = |x: u16| usize::from(x) * bins.len() / usize::from(width.max(1));
    let (from, to) = (place(x), place(x + 1).max(place(x) + 1));
    let part = bins.get(from..to.min(bins.len())).unwrap_or(&[]);
    let peak = part.iter().map(|bin| bin.peak_db()).fold(f32::NEG_INFINITY, f32::max);
    let power: f32 = part.iter().map(|bin| 10f32.powf(bin.rms_db() / 10.0)).sum();
    let rms = 10.0 * (power / part.len().max(1) as f32).log10();
    Column { peak: height(peak), rms: height(rms), colour: colour(part) }
}

fn height(db: f32) -> f32 {
    ((db - FLOOR_DB) / -FLOOR_DB).clamp(0.0, 1.0)
}

/// Music has so much more energy in the depths that shares of amplitude tell more than those of energy.
fn colour(part: &[WaveBin]) -> f32 {
    let sum = |share: fn(&WaveBin) -> u8| part.iter().map(|bin| f32::from(share(bin))).sum::<f32>().sqrt();
    let (low, mid, high) = (sum(|bin| bin.low), sum(|bin| bin.mid), sum(|bin| bin.high));
    let all = low + mid + high;
    if all > 0.0 { (mid / 2.0 + high) / all } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bin(peak_db: f32, rms_db: f32, [low, mid, high]: [u8; 3]) -> WaveBin {
        let byte = |db: f32| WaveBin::byte_of(10f32.powf(db / 20.0));
        WaveBin { peak: byte(peak_db), rms: byte(rms_db), low, mid, high }
    }

    #[test]
    fn a_column_has_the_highest_peak_and_the_mean_power_of_its_stretches() {
        let bins = [bin(0.0, -10.0, [255, 0, 0]), bin(-21.0, -21.0, [255, 0, 0])];
        let found = column(&bins, 0, 1);
        // Half of -10 dB, and a little: -12.68 dB.
        assert!(
            (found.peak - 1.0).abs() < 1e-3 && (found.rms - (42.0 - 12.68) / 42.0).abs() < 5e-3,
            "{found:?}"
        );
        assert_eq!(column(&bins, 1, 2), Column { peak: 0.5, rms: 0.5, colour: 0.0 });
    }

    #[test]
    fn every_stretch_is_in_a_column_and_narrow_waves_fill_wide_bars() {
        for width in [1, 7, 400, 999] {
            for at in 0..400 {
                let mut bins = vec![WaveBin::default(); 400];
                bins[at] = bin(0.0, 0.0, [0, 0, 255]);
                let loud = (0..width).filter(|&x| column(&bins, x, width).peak > 0.9).count();
                assert!(loud >= 1, "{width} columns, stretch {at}");
            }
        }
    }

    #[test]
    fn the_colour_goes_from_low_to_high() {
        let colours = [[255, 0, 0], [128, 127, 0], [0, 255, 0], [0, 0, 255]];
        let found: Vec<f32> = colours.iter().map(|&shares| colour(&[bin(0.0, 0.0, shares)])).collect();
        assert!(found.is_sorted() && (found[0], found[2], found[3]) == (0.0, 0.5, 1.0), "{found:?}");
        assert_eq!(colour(&[WaveBin::default()]), 0.0);
    }
}
