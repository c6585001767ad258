//! Pictures to pixels. Whatever a file claims, no more memory is taken than the limits allow. Pure.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use super::{ArtworkError, MAX_BYTES};
use crate::model::contain::contain;

/// Most pixels of a picture that is decoded.
pub const MAX_PIXELS: u64 = 64_000_000;
/// Longest side, in pixels.
const MAX_SIDE: u32 = 32_768;
/// Most memory for decoding one, in bytes: eight for a pixel of 16 bits a channel.
const MAX_ALLOC: u64 = MAX_PIXELS * 8;

/// Pixels: red, green, blue, alpha, a byte each, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    pub width: u32,
    pub height: u32,
    pub rgba: Vec<u8>,
}

impl From<DynamicImage> for Image {
    fn from(image: DynamicImage) -> Self {
        Self { width: image.width(), height: image.height(), rgba: image.into_rgba8().into_raw() }
    }
}

/// What it is, by its first bytes.
pub fn format(data: &[u8]) -> Option<ImageFormat> {
    let format = image::guess_format(data).ok()?;
    matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP).then_some(format)
}

/// Width and height, by its header alone.
pub fn dimensions(data: &[u8]) -> Result<(u32, u32), ArtworkError> {
    let size = contain(|| reader(data)?.into_dimensions().map_err(why));
    let (width, height) = size.unwrap_or_else(|panic| Err(ArtworkError::Damaged(panic)))?;
    let fits = u64::from(width) * u64::from(height) <= MAX_PIXELS && width.max(height) <= MAX_SIDE;
    if fits { Ok((width, height)) } else { Err(ArtworkError::TooManyPixels { width, height }) }
}

/// The whole picture, turned as its camera says.
pub fn decode(data: &[u8]) -> Result<Image, ArtworkError> {
    decode_whole(data).map(Into::into)
}

pub(super) fn decode_whole(data: &[u8]) -> Result<DynamicImage, ArtworkError> {
    dimensions(data)?;
    let decoded = contain(|| {
        let mut decoder = reader(data)?.into_decoder().map_err(why)?;
        let turned = decoder.orientation().map_err(why)?;
        let mut image = DynamicImage::from_decoder(decoder).map_err(why)?;
        image.apply_orientation(turned);
        Ok(image)
    });
    decoded.unwrap_or_else(|panic| Err(ArtworkError::Damaged(panic)))
}

fn reader(data: &[u8]) -> Result<ImageReader<Cursor<&[u8]>>, ArtworkError> {
    if data.len() as u64 > MAX_BYTES {
        return Err(ArtworkError::TooLarge);
    }
    let mut reader = ImageReader::with_format(Cursor::new(data), format(data).ok_or(ArtworkError::Unknown)?);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_ALLOC);
    reader.limits(limits);
    Ok(reader)
}

fn why(error: ImageError) -> ArtworkError {
    match error {
        ImageError::Limits(_) => ArtworkError::Damaged("it claims more than it can hold".to_owned()),
        other => ArtworkError::Damaged(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of one colour, by the encoder of `image`.
    pub fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let image = image::RgbImage::from_pixel(width, height, image::Rgb([200, 30, 90]));
        let mut out = Cursor::new(Vec::new());
        image.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    #[test]
    fn pictures_of_the_three_kinds_are_decoded() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let data = picture(40, 30, format);
            assert_eq!(dimensions(&data).unwrap(), (40, 30), "{format:?}");
            let image = decode(&data).unwrap();
            assert_eq!((image.width, image.height, image.rgba.len()), (40, 30, 4800), "{format:?}");
            let [r, g, b, a] = image.rgba[..4] else { panic!() };
            assert!(
                r.abs_diff(200) < 4 && g.abs_diff(30) < 4 && b.abs_diff(90) < 4 && a == 255,
                "{format:?}"
            );
        }
    }

    #[test]
    fn what_claims_more_pixels_than_the_limit_is_refused_by_its_header() {
        // IHDR of a PNG: 60,000 x 60,000 (W3C PNG, section 11.2.1), CRC by Python's zlib.
        let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bomb.extend([0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60, 8, 2, 0, 0, 0]);
        bomb.extend(crc32(&bomb[12..]).to_be_bytes());
        bomb.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e");
        assert!(decode(&bomb).is_err());
        let wide = {
            let mut wide = picture(8, 8, ImageFormat::Png);
            wide[16..20].copy_from_slice(&20_000_u32.to_be_bytes());
            wide[20..24].copy_from_slice(&20_000_u32.to_be_bytes());
            let crc = crc32(&wide[12..29]);
            wide[29..33].copy_from_slice(&crc.to_be_bytes());
            wide
        };
        assert!(matches!(decode(&wide), Err(ArtworkError::TooManyPixels { width: 20_000, height: 20_000 })));
    }

    /// CRC-32 of ISO 3309, bit by bit.
    fn crc32(bytes: &[u8]) -> u32 {
        let step = |crc: u32| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        !bytes.iter().fold(u32::MAX, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), |crc, _| step(crc)))
    }

    #[test]
    fn cut_and_foreign_files_are_told_and_never_panic() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let whole = picture(64, 64, format);
            for len in 0..whole.len().min(400) {
                let _ = decode(&whole[..len]);
            }
            let half = decode(&whole[..whole.len() / 2]);
            assert!(half.is_err() || format == ImageFormat::Jpeg, "{format:?}");
        }
        assert!(matches!(decode(b"GIF89a"), Err(ArtworkError::Unknown)));
        assert!(matches!(decode(b""), Err(ArtworkError::Unknown)));
    }
}
