//! Stars that come nearer: how far one has flown says where each is, its band how bright. The same flight is the same
//! picture.

use ratatui::layout::Rect;

use super::dots::Dots;
use crate::model::visual::Flight;
use crate::tui::draw::Canvas;

/// Cells a star, and how many stars at most.
const CELLS: usize = 14;
const MOST: usize = 400;
/// Nearer than this is behind the eye.
const NEAR: f32 = 0.03;
/// Seconds of the way that a star leaves behind as a trail, and dots of it at most.
const TRAIL_S: f32 = 0.1;
const LONGEST: usize = 24;
/// How bright is what has no sound.
const DIM: f32 = 0.3;
/// Nearer than this a star is two dots wide.
const LARGE: f32 = 0.3;

/// One star: where it is in the picture, from -1 to 1, how deep in it, and where in the spectrum.
struct Star {
    across: f32,
    down: f32,
    depth: f32,
    band: f32,
}

pub fn draw(canvas: &mut Canvas<'_>, area: Rect, flight: &Flight) {
    let mut dots = Dots::new(area);
    let cells = usize::from(area.width) * usize::from(area.height);
    // Of each cell how bright the brightest is, and its place in the spectrum.
    let mut lights = vec![(0.0_f32, 0.0_f32); cells];
    let middle = (dots.width() as f32 / 2.0, dots.height() as f32 / 2.0);
    for number in 0..(cells / CELLS).clamp(8, MOST) as u32 {
        let star = star(number, flight.way);
        let light = brightness(&star, &flight.bands);
        for (x, y) in trail(&star, flight.speed, middle, light) {
            let cell = y / 4 * usize::from(area.width) + x / 2;
            if x < dots.width() && cell < cells {
                dots.set(x, y);
                if light > lights[cell].0 {
                    lights[cell] = (light, star.band);
                }
            }
        }
    }
    let styles = canvas.scene.styles;
    dots.put(canvas, |x, y| {
        let cell = usize::from(y) * usize::from(area.width) + usize::from(x);
        let (light, band) = lights.get(cell).copied().unwrap_or((1.0, 0.0));
        styles.faded(band, light)
    });
}

/// Comes again and again, each time elsewhere.
fn star(number: u32, way: f64) -> Star {
    let come = part(number, 0, 0) + if way.is_finite() { way.max(0.0) } else { 0.0 };
    let time = come.floor();
    let seed = (time % f64::from(u32::MAX)) as u32;
    Star {
        across: (part(number, seed, 1) * 2.0 - 1.0) as f32,
        down: (part(number, seed, 2) * 2.0 - 1.0) as f32,
        depth: 1.0 - (come - time) as f32,
        band: part(number, seed, 3) as f32,
    }
}

/// The nearer, and the louder its band, the brighter, up to 1.
fn brightness(star: &Star, bands: &[f32]) -> f32 {
    let at = (star.band * bands.len() as f32) as usize;
    let band = bands.get(at).copied().filter(|level| level.is_finite()).unwrap_or(0.0).clamp(0.0, 1.0);
    let near = 1.0 - star.depth * 0.7;
    (near * (DIM + (1.0 - DIM) * band)).clamp(0.1, 1.0)
}

/// The dots of a star and of the way it came, those that are right of and below the corner.
fn trail(star: &Star, speed: f32, middle: (f32, f32), light: f32) -> Vec<(usize, usize)> {
    // The farthest fill the middle half of the picture, however flat it is.
    let at = |depth: f32| {
        let near = 0.5 / depth.max(NEAR);
        (middle.0 * (1.0 + star.across * near), middle.1 * (1.0 + star.down * near))
    };
    let (now, before) = (at(star.depth), at((star.depth + speed.max(0.0) * TRAIL_S).min(1.0)));
    let far = (now.0 - before.0).abs().max((now.1 - before.1).abs());
    let steps = (far as usize).min(LONGEST);
    let size = if star.depth < LARGE && light > 0.5 { 2.0 } else { 1.0 };
    let mut found = Vec::new();
    for step in 0..=steps {
        let share = step as f32 / far.max(1.0);
        let place = (now.0 + (before.0 - now.0) * share, now.1 + (before.1 - now.1) * share);
        found.push(place);
        if step == 0 && size > 1.0 {
            found.extend([(1.0, 0.0), (0.0, 1.0), (1.0, 1.0)].map(|(x, y)| (place.0 + x, place.1 + y)));
        }
    }
    let seen = found.into_iter().filter(|(x, y)| *x >= 0.0 && *y >= 0.0);
    seen.map(|(x, y)| (x as usize, y as usize)).collect()
}

/// From 0 to 1, evenly spread: the finaliser of MurmurHash3 over what tells the numbers apart.
fn part(number: u32, seed: u32, which: u32) -> f64 {
    let mut hash =
        number.wrapping_mul(0x9e37_79b9) ^ seed.wrapping_mul(0x85eb_ca77) ^ which.wrapping_mul(0xc2b2_ae3d);
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    f64::from(hash ^ (hash >> 16)) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_fly_outward_and_come_again_elsewhere() {
        let mut seen = 0;
        for number in 0..50 {
            let (first, later) = (star(number, 3.0), star(number, 3.001));
            if later.depth < first.depth {
                assert_eq!((first.across, first.down), (later.across, later.down));
                let place = |star: &Star| trail(star, 0.0, (1e4, 1e4), 0.0).first().copied();
                let far = |(x, y): (usize, usize)| x.abs_diff(10_000) + y.abs_diff(10_000);
                if let (Some(before), Some(after)) = (place(&first), place(&later)) {
                    assert!(far(after) >= far(before), "star {number}");
                    seen += 1;
                }
            } else {
                assert_ne!((first.across, first.down), (later.across, later.down), "star {number}");
            }
        }
        assert!(seen > 10, "{seen}");
        let again = (star(7, 0.5), star(7, 0.5));
        assert_eq!((again.0.across, again.0.depth), (again.1.across, again.1.depth));
    }

    #[test]
    fn loud_bands_are_brighter_and_near_stars_too() {
        let star = |depth, band| Star { across: 0.1, down: 0.1, depth, band };
        let bands = [0.1, 0.9];
        assert!(brightness(&star(0.5, 0.9), &bands) > brightness(&star(0.5, 0.1), &bands));
        assert!(brightness(&star(0.1, 0.9), &bands) > brightness(&star(0.9, 0.9), &bands));
        assert!(brightness(&star(0.5, 0.5), &[]) > 0.0);
        assert!(brightness(&star(0.5, 0.5), &[f32::NAN]).is_finite());
    }

    #[test]
    fn any_flight_has_a_picture() {
        for way in [f64::NAN, f64::INFINITY, -3.0, 1e300] {
            assert!(star(3, way).depth.is_finite(), "{way}");
        }
        let numbers: Vec<f64> = (0..1_000).map(|number| part(number, 1, 1)).collect();
        let mean = numbers.iter().sum::<f64>() / 1_000.0;
        // The mean of a thousand even numbers is within three times 0.2887 / sqrt(1000) of a half.
        assert!((mean - 0.5).abs() < 0.028, "{mean}");
    }
}
