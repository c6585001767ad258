//! The colour that stands out in a cover, as an accent of the screen: light or dark enough to be read where it is written.
//! Pure.

use crate::model::picture::Picture;

/// Red, green, blue (sRGB).
pub type Rgb = (u8, u8, u8);

/// So many pixels are looked at, or a little more.
const PIXELS: usize = 4096;
/// Hues are told apart by so many degrees.
const HUE: f32 = 15.0;
const HUES: usize = 24;
/// Between its largest and smallest part a colour that is not grey has so much.
const LEAST_CHROMA: u8 = 40;
/// Of the pixels looked at so many have to be of the colour: one in so many.
const LEAST_SHARE: f32 = 50.0;

/// Pixels of about one hue, each weighted by how far from grey it is.
#[derive(Clone, Copy, Default)]
struct Bin {
    pixels: f32,
    weight: f32,
    sum: [f32; 3],
}

/// `None`: a picture in grey, or nearly so.
pub fn of(picture: &Picture) -> Option<Rgb> {
    let (pixels, _) = picture.rgb().as_chunks::<3>();
    let step = (pixels.len() / PIXELS).max(1);
    let mut bins = [Bin::default(); HUES];
    let mut seen = 0.0;
    for &pixel in pixels.iter().step_by(step) {
        seen += 1.0;
        let chroma = chroma(pixel);
        if chroma < LEAST_CHROMA {
            continue;
        }
        let bin = &mut bins[(hue(pixel) / HUE) as usize % HUES];
        let weight = f32::from(chroma);
        bin.pixels += 1.0;
        bin.weight += weight;
        bin.sum.iter_mut().zip(pixel).for_each(|(sum, part)| *sum += weight * f32::from(part));
    }
    let best = bins.into_iter().max_by(|a, b| a.weight.total_cmp(&b.weight))?;
    if best.pixels * LEAST_SHARE < seen || best.weight == 0.0 {
        return None;
    }
    let [r, g, b] = best.sum.map(|sum| (sum / best.weight).round() as u8);
    Some((r, g, b))
}

fn chroma(pixel: [u8; 3]) -> u8 {
    pixel.into_iter().fold(0, u8::max) - pixel.into_iter().fold(255, u8::min)
}

/// In degrees, of a colour that is not grey (HSV).
fn hue(pixel: [u8; 3]) -> f32 {
    let [r, g, b] = pixel.map(f32::from);
    let (most, chroma) = (r.max(g).max(b), f32::from(chroma(pixel)));
    let sixth = if most == r {
        ((g - b) / chroma).rem_euclid(6.0)
    } else if most == g {
        (b - r) / chroma + 2.0
    } else {
        (r - g) / chroma + 4.0
    };
    sixth * 60.0
}

/// What is read has this contrast at least (WCAG 2.2, 1.4.3).
const READ: f32 = 4.5;
/// Steps on the way to white or black.
const STEPS: u8 = 16;

/// The colour, or as much nearer to white or black as it takes to be read on all these grounds.
pub fn readable(colour: Rgb, grounds: &[Rgb]) -> Rgb {
    let darkest = grounds.iter().map(|&ground| luminance(ground)).fold(1.0, f32::min);
    // Where black and white contrast alike with a ground.
    let goal = if darkest < 0.179 { 255.0 } else { 0.0 };
    let stepped = |step: u8| {
        let part = |from: u8| {
            let from = f32::from(from);
            (from + (goal - from) * f32::from(step) / f32::from(STEPS)).round() as u8
        };
        (part(colour.0), part(colour.1), part(colour.2))
    };
    let is_read = |colour: Rgb| grounds.iter().all(|&ground| contrast(colour, ground) >= READ);
    (0..=STEPS).map(stepped).find(|&colour| is_read(colour)).unwrap_or(stepped(STEPS))
}

/// WCAG 2.2, "contrast ratio".
pub fn contrast(a: Rgb, b: Rgb) -> f32 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// WCAG 2.2, "relative luminance": 0 to 1.
fn luminance((r, g, b): Rgb) -> f32 {
    let linear = |part: u8| {
        let part = f32::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(pixels: &[[u8; 3]]) -> Picture {
        Picture::new(pixels.len() as u16, 1, pixels.concat()).unwrap()
    }

    #[test]
    fn the_colour_that_stands_out_is_the_accent() {
        assert_eq!(of(&picture(&[[120; 3]; 50])), None);
        // A little blue in much grey, black and white, and less of another colour.
        let mut pixels = vec![[100; 3]; 60];
        pixels.extend([[0; 3]; 20]);
        pixels.extend([[255; 3]; 20]);
        pixels.extend([[20, 60, 220]; 12]);
        pixels.extend([[200, 180, 40]; 3]);
        assert_eq!(of(&picture(&pixels)), Some((20, 60, 220)));
        // Two blues of one hue, weighted by how blue they are: 200 and 100 of 300.
        let mixed = of(&picture(&[[0, 0, 200], [100, 100, 200]])).unwrap();
        assert_eq!(mixed, (33, 33, 200));
        // One speck of colour is none.
        let mut pixels = vec![[90; 3]; 99];
        pixels.push([255, 0, 0]);
        assert_eq!(of(&picture(&pixels)), None);
        // A large picture is looked at here and there.
        let large = Picture::new(512, 512, [10u8, 200, 30].repeat(512 * 512)).unwrap();
        assert_eq!(of(&large), Some((10, 200, 30)));
    }

    /// Hues by the definition of HSV: the corners of the cube are 60 degrees apart.
    #[test]
    fn hues_go_round_the_circle() {
        let corners = [[255, 0, 0], [255, 255, 0], [0, 255, 0], [0, 255, 255], [0, 0, 255], [255, 0, 255]];
        assert_eq!(corners.map(hue), [0.0, 60.0, 120.0, 180.0, 240.0, 300.0]);
        assert!(hue([255, 0, 10]) > 355.0);
    }

    #[test]
    fn an_accent_is_read_on_its_ground() {
        // As WCAG has it: white on black is 21 to 1; #767676 is the darkest grey of 4.5 on white.
        assert!((contrast((255, 255, 255), (0, 0, 0)) - 21.0).abs() < 1e-3);
        assert!(contrast((0x76, 0x76, 0x76), (255, 255, 255)) >= 4.5);
        assert!(contrast((0x77, 0x77, 0x77), (255, 255, 255)) < 4.5);
        assert_eq!(readable((240, 200, 40), &[(0, 0, 0)]), (240, 200, 40));
        for ground in [(0, 0, 0), (255, 255, 255), (0x28, 0x28, 0x28), (0xfd, 0xf6, 0xe3)] {
            for colour in [(10, 10, 60), (200, 0, 0), (250, 250, 120), (128, 128, 128)] {
                let read = readable(colour, &[ground]);
                assert!(contrast(read, ground) >= 4.5, "{colour:?} on {ground:?}: {read:?}");
            }
        }
    }
}
